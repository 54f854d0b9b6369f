// The script of the scripted provider: an ordered list of rules in an agent's settings.
//
//   {"script": [
//     {"after_tool": "get_weather", "say": "It is {{tool/temp}} degrees."},
//     {"match": "/weather in (\\w+)/i", "call": [{"tool": "get_weather", "arguments": {"city":
//     "{{match.1}}"}}]},
//     {"match": ["crash", "error"], "json": {"kind": "bug"}},
//     {"say": "I have no rule for that."}]}
//
// The first rule that fits answers. A rule without `after_tool` answers user messages, one with it
// the results of that tool (`*`: of any). `match` is looked for in the message that is answered: a
// text in any case, or a /pattern/ (RE2; /pattern/i in any case); of a list any one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <re2/re2.h>

#include "connect/models/model.h"
#include "connect/models/script_text.h"

namespace qd::connect::models {

struct ScriptCall {
  Text<1, 64> tool;
  std::optional<JsonObject> arguments;
};
BOOST_DESCRIBE_STRUCT(ScriptCall, (), (tool, arguments))

/// Without a code: `provider.overloaded` when retryable, else `provider.bad_request`.
struct ScriptFailure {
  std::optional<std::string> code;
  std::optional<Text<1, 500>> message;
  std::optional<bool> retryable;
  /// Only the first so many tries fail; then the rules after this one are asked.
  std::optional<Whole<1, 100>> attempts;
  /// In seconds.
  std::optional<Whole<0, 86'400>> retry_after;
};
BOOST_DESCRIBE_STRUCT(ScriptFailure, (), (code, message, retryable, attempts, retry_after))

struct ScriptTokens {
  Whole<0, 1'000'000'000> input;
  Whole<0, 1'000'000'000> output;
};
BOOST_DESCRIBE_STRUCT(ScriptTokens, (), (input, output))

struct ScriptRule {
  std::optional<Json> match;
  std::optional<Text<1, 64>> after_tool;
  std::optional<Text<1, 65'536>> say;
  std::optional<std::vector<ScriptCall>> call;
  std::optional<Json> json;
  std::optional<ScriptFailure> fail;
  std::optional<ScriptTokens> tokens;
};
BOOST_DESCRIBE_STRUCT(ScriptRule, (), (match, after_tool, say, call, json, fail, tokens))

class Script {
 public:
  /// Reads `settings.script`; every fault at once, with paths like `/script/2/match`.
  static Result<Script> read(const JsonObject& settings);
  /// Answers the conversation, as the first rule that fits says.
  [[nodiscard]] Result<ModelAnswer> answer(const ModelRequest& request) const;

 private:
  struct Rule {
    ScriptRule source;
    std::vector<std::shared_ptr<const RE2>> any_of;
  };
  struct Conversation;
  static void compile(ScriptRule source, std::string path, std::vector<Rule>& rules,
                      std::vector<Fault>& faults);
  static bool fits(const Rule& rule, const ModelRequest& request, Conversation& conversation);

  std::vector<Rule> rules_;
};

/// What is wrong with `settings.script`; empty when it stands.
[[nodiscard]] std::vector<Fault> validate_script(const JsonObject& settings);

}  // namespace qd::connect::models
