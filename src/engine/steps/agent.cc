#include "engine/steps/agent.h"

#include <map>

#include <fmt/format.h>

#include "base/encoding.h"
#include "engine/steps/llm.h"

namespace qd::engine {
namespace {

namespace models = connect::models;

constexpr std::int64_t kDefaultTurns = 12;
/// How often the model is told that its answer does not fit the schema.
constexpr int kCorrections = 2;
/// Of a tool's answer, given to the model.
constexpr std::size_t kMaxToolText = 256 << 10;

std::string text_of(const Json& value) {
  if (value.is_null()) return {};
  return value.is_string() ? std::string(value.get_string()) : json::print(value);
}

std::string bounded(std::string text) {
  if (text.size() <= kMaxToolText) return text;
  text.resize(kMaxToolText);
  while (!is_utf8(text)) text.pop_back();
  return text + "\n[cut: the answer was longer than 256 KiB]";
}

/// One run of one agent.
class Conversation {
 public:
  Conversation(Gate& gate, ToolCaller& caller, const StepRun& run, const AgentSpec& spec)
      : gate_(gate), caller_(caller), run_(run), spec_(spec) {
    const auto* wanted = json::find(run.input, "output_schema");
    schema_ = wanted && !wanted->is_null() ? *wanted : spec.output_schema;
  }

  /// The opening, and what earlier runs recorded.
  Result<void> open() {
    QD_TRY(const auto system, prompt());
    if (!system.empty()) messages_.push_back({.role = models::Role::System, .content = system});
    const auto* input = json::find(run_.input, "input");
    messages_.push_back({.role = models::Role::User, .content = input ? text_of(*input) : ""});
    for (const auto& record : run_.journal->records()) remember(record);
    return {};
  }

  Task<StepResult> go_on() {
    for (std::size_t turn = 0;; ++turn) {
      auto answer = co_await take_turn(turn);
      if (!answer) co_return std::move(*failed_);
      messages_.push_back(models::as_message(*answer));
      if (!answer->tool_calls.empty()) {
        if (auto stopped = co_await make_calls(turn, answer->tool_calls))
          co_return *std::move(stopped);
        continue;
      }
      if (auto end = conclude(*answer)) co_return *std::move(end);
    }
  }

 private:
  Result<std::string> prompt() const {
    std::string text;
    for (const auto* part : {&spec_.system_prompt, &spec_.instructions}) {
      if (part->empty()) continue;
      QD_TRY(const auto compiled, expr::compile_template(Json(boost::json::string_view(*part))));
      QD_TRY(const auto rendered, compiled.render(*run_.scope));
      if (!text.empty()) text += "\n\n";
      text += text_of(rendered);
    }
    return text;
  }

  void remember(const StepRecord& record) {
    const auto& data = record.data;
    if (record.type == "turn") {
      if (const auto answer =
              json::from_json<models::ModelAnswer>(data.at("answer"), json::Unknown::Ignore))
        turns_.push_back(*answer);
      tokens_ += data.at("tokens").as_int64();
      cost_usd_ += data.at("cost_usd").to_number<double>();
    } else if (record.type == "call_started") {
      started_[std::string(data.at("key").as_string())] = true;
    } else if (record.type == "call") {
      results_[std::string(data.at("key").as_string())] = std::string(data.at("text").as_string());
    }
  }

  [[nodiscard]] std::optional<StepFailed> over_limit(std::size_t turn) const {
    const auto& limits = spec_.limits;
    const auto most = limits.max_turns ? limits.max_turns->value : kDefaultTurns;
    if (static_cast<std::int64_t>(turn) >= most)
      return failure("agent.max_turns",
                     fmt::format("the agent had no final answer after {} turns", most));
    if (limits.max_tokens && tokens_ >= limits.max_tokens->value)
      return failure("agent.max_tokens", fmt::format("the agent used {} of at most {} tokens",
                                                     tokens_, limits.max_tokens->value));
    if (limits.max_cost_usd && cost_usd_ >= *limits.max_cost_usd)
      return failure("agent.max_cost", fmt::format("the agent spent {} of at most {} USD",
                                                   cost_usd_, *limits.max_cost_usd));
    return std::nullopt;
  }

  [[nodiscard]] models::ModelRequest request() const {
    models::ModelRequest request{.model = spec_.model,
                                 .messages = messages_,
                                 .output_schema = schema_,
                                 .temperature = spec_.temperature,
                                 .max_tokens = spec_.max_output_tokens,
                                 .attempt = run_.attempt,
                                 .on_text = run_.on_text};
    for (const auto& tool : spec_.tools)
      request.tools.push_back(
          {.name = tool->name, .description = tool->description, .parameters = tool->parameters});
    return request;
  }

  /// The recorded answer of that turn, or a new one; nothing where `failed_` says why not.
  Task<std::optional<models::ModelAnswer>> take_turn(std::size_t turn) {
    if (turn < turns_.size()) co_return turns_[turn];
    failed_ = over_limit(turn);
    if (failed_) co_return std::nullopt;
    co_await run_.journal->append({"turn_started", JsonObject{{"turn", turn}}});
    auto reply = co_await gate_.ask(run_.project, request(), spec_.connection, run_.deadline);
    if (!reply) {
      failed_ = to_failure(reply.error());
      co_return std::nullopt;
    }
    tokens_ += reply->tokens();
    cost_usd_ += reply->cost_usd;
    JsonObject data{{"turn", turn},
                    {"answer", json::to_json(reply->answer)},
                    {"tokens", reply->tokens()},
                    {"cost_usd", reply->cost_usd}};
    co_await run_.journal->append({"turn", std::move(data)});
    turns_.push_back(reply->answer);
    co_return std::move(reply->answer);
  }

  /// What ends the step instead of going on, if anything does.
  Task<std::optional<StepResult>> make_calls(std::size_t turn,
                                             const std::vector<models::ToolCall>& calls) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const auto key = fmt::format("{}/{}", turn, i);
      auto known = results_.find(key);
      if (known == results_.end()) {
        auto stopped = co_await make_call(key, calls[i]);
        if (stopped) co_return stopped;
        known = results_.find(key);
      }
      messages_.push_back(
          {.role = models::Role::Tool, .content = known->second, .tool_call_id = calls[i].id});
    }
    co_return std::nullopt;
  }

  Task<std::optional<StepResult>> make_call(const std::string& key, const models::ToolCall& call) {
    const auto tool =
        std::ranges::find_if(spec_.tools, [&](const auto& one) { return one->name == call.name; });
    if (!call.fault.empty() || tool == spec_.tools.end()) {
      const auto why =
          call.fault.empty() ? fmt::format("there is no tool '{}'", call.name) : call.fault;
      co_await finish_call(key, call, fmt::format("error: {}", why));
      co_return std::nullopt;
    }
    const bool was_started = started_.contains(key);
    if (!was_started)
      co_await run_.journal->append(
          {"call_started",
           JsonObject{{"key", key}, {"tool", call.name}, {"arguments", call.arguments}}});
    auto result =
        co_await caller_.call({.project = run_.project,
                               .tool = tool->get(),
                               .arguments = call.arguments,
                               .scope = run_.scope,
                               .idempotency_key = fmt::format("{}/{}", run_.idempotency_key, key),
                               .interrupted = was_started && run_.interrupted,
                               .deadline = run_.deadline});
    if (std::holds_alternative<StepUncertain>(result)) co_return result;
    if (const auto* failed = std::get_if<StepFailed>(&result))
      co_await finish_call(
          key, call, fmt::format("error: {} ({})", failed->error.message, failed->error.code));
    else
      co_await finish_call(key, call, bounded(text_of(std::get<StepDone>(result).output)));
    co_return std::nullopt;
  }

  Task<void> finish_call(const std::string& key, const models::ToolCall& call, std::string text) {
    results_[key] = text;
    co_await run_.journal->append({"call", JsonObject{{"key", key},
                                                      {"tool", call.name},
                                                      {"arguments", call.arguments},
                                                      {"text", std::move(text)}}});
  }

  /// The end, or nothing where the model is to correct itself.
  std::optional<StepResult> conclude(const models::ModelAnswer& answer) {
    if (answer.finish == models::Finish::Length)
      return failure("model.cut_off",
                     "the model's answer was cut off at its length limit; raise max_output_tokens");
    if (answer.finish == models::Finish::ContentFilter)
      return failure("provider.content_filter", "the provider's content filter cut the answer");
    if (schema_.is_null()) return StepDone{.output = JsonObject{{"text", answer.text}}};
    auto value = read_structured(answer.text, schema_);
    if (value) return StepDone{.output = *std::move(value)};
    if (++corrections_ > kCorrections) return shape_failure(value.error(), 0, 0);
    messages_.push_back(
        {.role = models::Role::User,
         .content = value.error().message +
                    ". Answer again, with JSON that fits the schema and nothing else."});
    return std::nullopt;
  }

  Gate& gate_;
  ToolCaller& caller_;
  const StepRun& run_;
  const AgentSpec& spec_;
  Json schema_;
  std::vector<models::ModelMessage> messages_;
  // What is recorded, by turn and by call (`turn/place`).
  std::vector<models::ModelAnswer> turns_;
  std::map<std::string, bool> started_;
  std::map<std::string, std::string> results_;
  std::int64_t tokens_ = 0;
  double cost_usd_ = 0;
  int corrections_ = 0;
  std::optional<StepFailed> failed_;
};

}  // namespace

Task<StepResult> AgentStep::run(StepRun run) {
  const auto* name = json::find(run.input, "agent");
  const auto* version = json::find(run.input, "version");
  std::optional<std::int64_t> pinned;
  if (version && version->is_int64()) pinned = version->get_int64();
  const auto spec = co_await catalog_.agent(run.project, name ? text_of(*name) : "", pinned);
  if (!spec) co_return to_failure(spec.error());
  Conversation conversation(gate_, caller_, run, **spec);
  if (const auto opened = conversation.open(); !opened) co_return to_failure(opened.error());
  co_return co_await conversation.go_on();
}

}  // namespace qd::engine
