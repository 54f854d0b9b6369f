// Runs what people wrote in JavaScript or Python, in a sandbox: for code steps and tools of kind
// code.
#pragma once

#include "engine/step.h"
#include "json/described.h"
#include "platform/process/sandbox.h"

namespace qd::engine {

enum class CodeLanguage { Javascript, Python };
BOOST_DESCRIBE_ENUM(CodeLanguage, Javascript, Python)

/// What a code step and the config of a tool of kind code have in common.
struct CodeProgram {
  CodeLanguage language = CodeLanguage::Javascript;
  /// Defines a function `main(input)`; what it returns is the output. Kept literally: no templates.
  std::string source;
  /// `30s` unless said otherwise; at most ten minutes.
  std::optional<std::string> timeout;
  std::optional<Whole<64, 1'024>> memory_mb;
};
BOOST_DESCRIBE_STRUCT(CodeProgram, (), (language, source, timeout, memory_mb))

inline constexpr milliseconds kLongestCodeTime{600'000};

struct CodeOutcome {
  StepResult result;
  /// What it printed, at most 64 KiB, readable as text; ends with a note where it was cut.
  std::string log;
};

struct CodeOptions {
  /// A name that PATH knows, or a path.
  std::string node = "node";
  std::string python = "python3";
  /// How many run at once; others wait for their turn.
  std::size_t places = 2;
};

class CodeRunner {
 public:
  /// `clock` outlives it.
  CodeRunner(Clock& clock, const CodeOptions& options);

  /// Fails with `code.failed` (the program's own fault), `code.timeout`, `code.memory`,
  /// `code.output_too_large`, `code.bad_output` (what main returned is not JSON),
  /// `code.sandbox_unavailable`, or `code.busy` (retryable: no sandbox was free in time).
  Task<CodeOutcome> run(CodeProgram program, Json input, Timestamp deadline);

 private:
  Clock& clock_;
  process::Sandbox sandbox_;
  Result<process::Program> node_, python_;
};

}  // namespace qd::engine
