#include "engine/steps/code_runner.h"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/encoding.h"
#include "platform/embedded_file.h"

namespace qd::engine {

/// steps/runners, generated.
std::span<const EmbeddedFile> code_runner_files();

namespace {

/// Of JSON that is an output, and a little around it.
constexpr std::size_t kMaxAnswer = (16 << 20) + 64;
constexpr std::size_t kDepth = 65;
constexpr int kAborted = 128 + 6;

struct Bounds {
  milliseconds time{30'000};
  std::int64_t memory_mb = 256;
};

/// What a runner answers, if it comes to that.
struct RunnerError {
  std::string kind;
  std::optional<std::string> message;
  std::optional<std::int64_t> line;
  std::optional<std::string> trace;
};
BOOST_DESCRIBE_STRUCT(RunnerError, (), (kind, message, line, trace))
struct RunnerAnswer {
  std::optional<Json> output;
  std::optional<RunnerError> error;
};
BOOST_DESCRIBE_STRUCT(RunnerAnswer, (), (output, error))

StepFailed code_failure(std::string code, std::string message, JsonObject details = {}) {
  return {.error = {.code = "code." + std::move(code),
                    .message = std::move(message),
                    .retryable = false,
                    .details = std::move(details)}};
}

StepFailed refusal(Error error) {
  const bool is_busy = error.kind == ErrorKind::Limited;
  auto failed = code_failure(is_busy ? "busy" : "sandbox_unavailable", std::move(error.message));
  failed.error.retryable = is_busy;
  return failed;
}

std::string runner_of(std::string_view file) {
  const auto files = code_runner_files();
  return std::string(std::ranges::find(files, file, &EmbeddedFile::name)->content);
}

std::vector<std::string> arguments(const CodeProgram& program, std::int64_t memory_mb) {
  static const auto kPython = runner_of("python.py");
  static const auto kJavascript = runner_of("javascript.js");
  // Isolated and without site: nothing but the standard library is looked for.
  if (program.language == CodeLanguage::Python) return {"-I", "-S", "-B", "-c", kPython};
  // V8 must know its share; the rest is for the runtime and for buffers.
  return {fmt::format("--max-old-space-size={}", memory_mb / 2), "--v8-pool-size=1", "-e",
          kJavascript};
}

std::string readable(std::string bytes, bool is_cut) {
  std::ranges::replace(bytes, '\0', '?');
  // The cut may have gone through a character.
  for (int i = 0; is_cut && i < 3 && !is_utf8(bytes); ++i) bytes.pop_back();
  if (!is_utf8(bytes))
    std::ranges::replace_if(bytes, [](char c) { return static_cast<unsigned char>(c) > 127; }, '?');
  if (is_cut) bytes += "\n[cut: it printed more]";
  return bytes;
}

StepFailed out_of_memory(std::int64_t memory_mb) {
  return code_failure("memory",
                      fmt::format("the program needs more than {} MB of memory", memory_mb));
}

StepFailed failure_of(const RunnerError& error, std::int64_t memory_mb) {
  if (error.kind == "memory") return out_of_memory(memory_mb);
  if (error.kind == "bad_output")
    return code_failure("bad_output",
                        "what main returned is not JSON: " + error.message.value_or(""));
  JsonObject details;
  if (error.line) details["line"] = *error.line;
  if (error.trace) details["trace"] = *error.trace;
  const auto where = error.line ? fmt::format("line {}: ", *error.line) : "";
  return code_failure("failed", where + error.message.value_or(""), std::move(details));
}

StepFailed ended_by(process::SandboxLimit limit, const Bounds& bounds) {
  using enum process::SandboxLimit;
  switch (limit) {
    case Deadline:
      return code_failure("timeout", "the program did not end in its time");
    case Cpu:
      return code_failure("timeout", fmt::format("the program used more than {} of CPU time",
                                                 format_duration(bounds.time)));
    case Memory:
      return out_of_memory(bounds.memory_mb);
    case Files:
      return code_failure("failed", "the program wrote too large a file");
    case Answer:
      return code_failure("output_too_large", "what main returned is over 16 MiB of JSON");
  }
  std::unreachable();
}

StepResult read_answer(std::string_view text, const Bounds& bounds) {
  const auto value = json::parse(text, {.depth = kDepth});
  if (!value)
    return code_failure("bad_output", "what main returned is not JSON: " + value.error().message);
  auto answer = json::from_json<RunnerAnswer>(*value);
  if (!answer) return code_failure("bad_output", "what main returned did not come through");
  if (answer->error) return failure_of(*answer->error, bounds.memory_mb);
  return StepDone{.output = std::move(answer->output).value_or(Json())};
}

/// A program that ended without an answer.
StepFailed ended_early(const process::SandboxResult& result, CodeLanguage language,
                       const Bounds& bounds) {
  // V8 aborts where its heap is full.
  if (language == CodeLanguage::Javascript && result.exit_code == kAborted)
    return out_of_memory(bounds.memory_mb);
  return code_failure("failed", fmt::format("the program ended before main returned (exit code {})",
                                            result.exit_code));
}

StepResult to_result(const process::SandboxResult& result, CodeLanguage language,
                     const Bounds& bounds) {
  if (result.limit) return ended_by(*result.limit, bounds);
  if (result.answer.empty()) return ended_early(result, language, bounds);
  return read_answer(result.answer, bounds);
}

Result<Bounds> bounds_of(const CodeProgram& program) {
  Bounds bounds;
  if (program.memory_mb) bounds.memory_mb = *program.memory_mb;
  if (!program.timeout) return bounds;
  const auto time = parse_duration(*program.timeout);
  if (!time || *time <= milliseconds(0) || *time > kLongestCodeTime)
    return invalid({{"/timeout", "bad_duration", "a length of time up to 10m, such as 30s"}});
  bounds.time = *time;
  return bounds;
}

}  // namespace

CodeRunner::CodeRunner(Clock& clock, const CodeOptions& options)
    : clock_(clock),
      sandbox_(clock, options.places),
      node_(process::find_program(options.node)),
      python_(process::find_program(options.python)) {}

Task<CodeOutcome> CodeRunner::run(CodeProgram program, Json input, Timestamp deadline) {
  const auto bounds = bounds_of(program);
  if (!bounds) co_return CodeOutcome{code_failure("failed", bounds.error().message), {}};
  const auto& interpreter = program.language == CodeLanguage::Python ? python_ : node_;
  if (!interpreter) co_return CodeOutcome{refusal(interpreter.error()), {}};
  process::SandboxRequest request{
      .program = *interpreter,
      .arguments = arguments(program, bounds->memory_mb),
      .input = json::print(JsonObject{{"source", program.source}, {"input", std::move(input)}}),
      .limits = {.cpu = ceil<std::chrono::seconds>(bounds->time),
                 .memory = static_cast<std::size_t>(bounds->memory_mb) << 20,
                 .answer = kMaxAnswer},
      .deadline = std::min(deadline, clock_.now() + bounds->time)};
  auto result = co_await sandbox_.run(std::move(request));
  if (!result) co_return CodeOutcome{refusal(std::move(result).error()), {}};
  co_return CodeOutcome{to_result(*result, program.language, *bounds),
                        readable(std::move(result->log), result->is_log_cut)};
}

}  // namespace qd::engine
