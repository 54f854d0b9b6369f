#include "connect/models/script.h"

#include <algorithm>

#include <fmt/format.h>

#include "connect/models/errors.h"

namespace qd::connect::models {
namespace {

constexpr std::size_t kMostRules = 200;
constexpr std::size_t kMostCalls = 16;
constexpr std::size_t kMostPatterns = 50;
constexpr std::size_t kLongestPattern = 1000;

std::unexpected<Error> refuse(std::string message) {
  return std::unexpected(provider_error(kBadRequest, std::move(message)));
}

/// `/pattern/`, `/pattern/i`, or a text to be found in any case. Null and a fault when it is
/// neither.
std::shared_ptr<const RE2> compile_pattern(const Json& value, const std::string& path,
                                           std::vector<Fault>& faults) {
  const auto* text = value.if_string();
  if (!text || text->empty() || text->size() > kLongestPattern) {
    faults.push_back({path, "script.match",
                      fmt::format("must be a text of 1 to {} characters", kLongestPattern)});
    return nullptr;
  }
  std::string_view pattern = *text;
  const bool any_case = pattern.ends_with("/i");
  const bool is_pattern =
      pattern.size() > 2 && pattern.starts_with('/') && (any_case || pattern.ends_with('/'));
  RE2::Options options(RE2::Quiet);
  options.set_case_sensitive(is_pattern && !any_case);
  options.set_max_mem(1 << 20);
  if (is_pattern) pattern = pattern.substr(1, pattern.size() - (any_case ? 3 : 2));
  const std::string source =
      is_pattern ? std::string(pattern) : RE2::QuoteMeta({pattern.data(), pattern.size()});
  auto compiled = std::make_shared<const RE2>(source, options);
  if (compiled->ok()) return compiled;
  faults.push_back({path, "script.pattern", "is not a valid pattern: " + compiled->error()});
  return nullptr;
}

void check_strings(const Json& value, const std::string& path, std::vector<Fault>& faults) {
  if (const auto* text = value.if_string()) {
    if (const auto parts = parse_script_text(*text); !parts)
      faults.push_back({path, "script.placeholder", parts.error().message});
  } else if (const auto* items = value.if_array()) {
    for (std::size_t i = 0; i < items->size(); ++i)
      check_strings((*items)[i], fmt::format("{}/{}", path, i), faults);
  } else if (const auto* members = value.if_object()) {
    for (const auto& member : *members)
      check_strings(member.value(), path + "/" + std::string(member.key()), faults);
  }
}

std::string_view code_of(const ScriptFailure& failure) {
  if (failure.code) return *failure.code;
  return failure.retryable.value_or(false) ? kOverloaded : kBadRequest;
}

void check_failure(const ScriptFailure& failure, const std::string& path,
                   std::vector<Fault>& faults) {
  if (!is_provider_code(code_of(failure)))
    faults.push_back(
        {path + "/code", "script.code", "is no code of a provider, such as provider.rate_limited"});
  else if (failure.retryable && *failure.retryable != is_retryable(code_of(failure)))
    faults.push_back(
        {path + "/retryable", "script.retryable",
         fmt::format("{} is {}retryable", code_of(failure), *failure.retryable ? "not " : "")});
}

void check_outcome(const ScriptRule& rule, const std::string& path, std::vector<Fault>& faults) {
  const int answers = (rule.say ? 1 : 0) + (rule.json ? 1 : 0) + (rule.fail ? 1 : 0);
  const bool has_call = rule.call && !rule.call->empty();
  if (answers == 0 && !has_call)
    faults.push_back({path, "script.outcome", "must say, call, answer json or fail"});
  else if (answers > 1 || (has_call && !rule.say && answers == 1))
    faults.push_back(
        {path, "script.outcome", "may hold one of say, json and fail; only say goes with call"});
  if (rule.call && rule.call->size() > kMostCalls)
    faults.push_back(
        {path + "/call", "script.too_many", fmt::format("may hold at most {} calls", kMostCalls)});
  if (rule.fail) check_failure(*rule.fail, path + "/fail", faults);
  if (rule.say) check_strings(Json(std::string_view(*rule.say)), path + "/say", faults);
  if (rule.json) check_strings(*rule.json, path + "/json", faults);
  if (!rule.call) return;
  for (std::size_t i = 0; i < rule.call->size(); ++i)
    check_strings(Json((*rule.call)[i].arguments.value_or(JsonObject{})),
                  fmt::format("{}/call/{}/arguments", path, i), faults);
}

/// Whether `earlier` answers everything that `later` could.
bool hides(const ScriptRule& earlier, const ScriptRule& later) {
  if (earlier.match || (earlier.fail && earlier.fail->attempts)) return false;
  return earlier.after_tool == later.after_tool || (later.after_tool && earlier.after_tool == "*");
}

}  // namespace

struct Script::Conversation {
  ScriptScope scope;
  bool answers_user = false;
  /// The tools whose results stand at the end, waiting for an answer.
  std::vector<std::string> waiting;

  explicit Conversation(const ModelRequest& request) {
    std::map<std::string, std::string, std::less<>> tool_of_call;
    for (const auto& message : request.messages) {
      for (const auto& call : message.tool_calls) tool_of_call[call.id] = call.name;
      if (message.role == Role::User || message.role == Role::Tool) scope.last = message.content;
      if (message.role == Role::User) scope.user = message.content;
      answers_user = message.role == Role::User;
      if (message.role != Role::Tool) {
        waiting.clear();
        continue;
      }
      waiting.push_back(tool_of_call[message.tool_call_id]);
      scope.results.emplace_back(waiting.back(), message.content);
    }
  }

  /// The text that a rule's pattern is looked for in, or nothing when it is not the rule's turn.
  [[nodiscard]] std::optional<std::string> text_for(const ScriptRule& rule) const {
    if (!rule.after_tool) return answers_user ? std::optional(scope.user) : std::nullopt;
    const auto first = scope.results.size() - waiting.size();
    for (auto i = scope.results.size(); i > first; --i)
      if (*rule.after_tool == "*" || scope.results[i - 1].first == *rule.after_tool)
        return scope.results[i - 1].second;
    return std::nullopt;
  }
};

void Script::compile(ScriptRule source, std::string path, std::vector<Rule>& rules,
                     std::vector<Fault>& faults) {
  check_outcome(source, path, faults);
  Rule rule{.source = std::move(source)};
  if (rule.source.match) {
    const auto* list = rule.source.match->if_array();
    if (list && (list->empty() || list->size() > kMostPatterns))
      faults.push_back(
          {path + "/match", "script.match", fmt::format("must hold 1 to {} texts", kMostPatterns)});
    for (std::size_t i = 0; list && i < list->size(); ++i)
      rule.any_of.push_back(
          compile_pattern((*list)[i], fmt::format("{}/match/{}", path, i), faults));
    if (!list) rule.any_of.push_back(compile_pattern(*rule.source.match, path + "/match", faults));
  }
  const auto before = std::ranges::find_if(
      rules, [&](const Rule& other) { return hides(other.source, rule.source); });
  if (before != rules.end())
    faults.push_back(
        {path, "script.unreachable",
         fmt::format("is never asked: rule {} always answers before it", before - rules.begin())});
  rules.push_back(std::move(rule));
}

Result<Script> Script::read(const JsonObject& settings) {
  const auto* value = settings.if_contains("script");
  if (!value)
    return invalid(
        {{"/script", "required",
          "must be a list of rules: this provider is no model and answers from a script"}});
  QD_TRY(auto sources,
         json::from_json<std::vector<ScriptRule>>(*value, json::Unknown::Reject, "/script"));
  if (sources.empty() || sources.size() > kMostRules)
    return invalid(
        {{"/script", "script.size", fmt::format("must hold 1 to {} rules", kMostRules)}});
  Script script;
  std::vector<Fault> faults;
  for (auto& source : sources)
    compile(std::move(source), fmt::format("/script/{}", script.rules_.size()), script.rules_,
            faults);
  if (!faults.empty()) return invalid(std::move(faults));
  return script;
}

bool Script::fits(const Rule& rule, const ModelRequest& request, Conversation& conversation) {
  const auto text = conversation.text_for(rule.source);
  if (!text) return false;
  if (rule.source.fail && rule.source.fail->attempts &&
      request.attempt > *rule.source.fail->attempts)
    return false;
  conversation.scope.captures.clear();
  if (rule.any_of.empty()) return true;
  for (const auto& pattern : rule.any_of) {
    std::vector<re2::StringPiece> found(
        static_cast<std::size_t>(pattern->NumberOfCapturingGroups()) + 1);
    if (!pattern->Match(*text, 0, text->size(), RE2::UNANCHORED, found.data(),
                        static_cast<int>(found.size())))
      continue;
    for (const auto& group : found)
      conversation.scope.captures.emplace_back(group.data() ? group.as_string() : "");
    return true;
  }
  return false;
}

namespace {

Error failure_of(const ScriptFailure& failure) {
  auto error = provider_error(code_of(failure), "the script says so");
  if (failure.message) error.message = *failure.message;
  if (failure.retry_after) error.retry_after = std::chrono::seconds(failure.retry_after->value);
  return error;
}

Result<std::vector<ToolCall>> calls_of(const ScriptRule& rule, const ModelRequest& request,
                                       const ScriptScope& scope) {
  std::vector<ToolCall> calls;
  if (!rule.call) return calls;
  for (const auto& call : *rule.call) {
    const bool is_offered =
        request.tool_choice != ToolChoice::None &&
        std::ranges::find(request.tools, call.tool, &ToolDefinition::name) != request.tools.end();
    if (!is_offered)
      return refuse(fmt::format("the script calls the tool {}, which it was not given",
                                std::string(call.tool)));
    QD_TRY(auto arguments, render_json(Json(call.arguments.value_or(JsonObject{})), scope));
    calls.push_back({.id = fmt::format("call_{}_{}", request.messages.size(), calls.size() + 1),
                     .name = call.tool,
                     .arguments = std::move(arguments)});
  }
  return calls;
}

Result<std::string> text_of(const ScriptRule& rule, const ScriptScope& scope) {
  if (rule.say) return render_text(*rule.say, scope);
  if (!rule.json) return std::string();
  QD_TRY(const auto value, render_json(*rule.json, scope));
  return json::print(value);
}

}  // namespace

Result<ModelAnswer> Script::answer(const ModelRequest& request) const {
  Conversation conversation(request);
  const auto rule = std::ranges::find_if(
      rules_, [&](const Rule& one) { return fits(one, request, conversation); });
  if (rule == rules_.end())
    return refuse(conversation.waiting.empty()
                      ? "no rule of the script fits the message"
                      : fmt::format("no rule of the script fits the result of {}",
                                    conversation.waiting.back()));
  const auto& source = rule->source;
  if (source.fail) return std::unexpected(failure_of(*source.fail));
  ModelAnswer answer{.model = request.model.empty() ? "scripted" : request.model};
  QD_TRY(answer.text, text_of(source, conversation.scope));
  QD_TRY(answer.tool_calls, calls_of(source, request, conversation.scope));
  answer.finish = answer.tool_calls.empty() ? Finish::Stop : Finish::ToolCalls;
  answer.usage = source.tokens ? Usage{.input_total = source.tokens->input,
                                       .output_total = source.tokens->output}
                               : estimate_usage(request, answer);
  return answer;
}

std::vector<Fault> validate_script(const JsonObject& settings) {
  const auto script = Script::read(settings);
  return script ? std::vector<Fault>{} : script.error().faults;
}

}  // namespace qd::connect::models
