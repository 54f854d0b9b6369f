// Text with placeholders, as scripts write their answers:
//
//   {{last}}                 the message the rule answers
//   {{user}}                 the last user message
//   {{tool}}                 the last tool result; {{tool:name}}: the last one of that tool
//   {{match}} {{match.1}}    what the rule's pattern found, and its groups
//
// A JSON Pointer behind the source reads inside it: {{tool:get_weather/current/temp}}. Filters
// shorten: {{user|sentences:2}}, |words:N, |lines:N. {{{{ writes {{.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "json/json.h"

namespace qd::connect::models {

/// What placeholders see.
struct ScriptScope {
  std::string last;
  std::string user;
  /// Tool name and result, oldest first.
  std::vector<std::pair<std::string, std::string>> results;
  /// The whole match, then its groups.
  std::vector<std::string> captures;
};

struct Placeholder {
  enum class Source { Last, User, Tool, Match };
  enum class Unit { Sentences, Words, Lines };
  struct Cut {
    Unit unit;
    std::size_t count;
  };
  Source source = Source::Last;
  /// Of Tool: its name, or empty.
  std::string tool;
  /// Of Match: which group.
  std::size_t group = 0;
  /// RFC 6901; empty: the whole text.
  std::string pointer;
  std::vector<Cut> cuts;
};

/// One stretch of a text: a literal, or a placeholder.
struct ScriptPart {
  std::string literal;
  std::optional<Placeholder> placeholder;
};

/// The error's message says what is wrong and where.
[[nodiscard]] Result<std::vector<ScriptPart>> parse_script_text(std::string_view text);

/// The text with its placeholders filled. Fails (`provider.bad_request`) where one has no value.
[[nodiscard]] Result<std::string> render_text(std::string_view text, const ScriptScope& scope);
/// The same in every string of a value. A string that is one placeholder with a pointer becomes the
/// value it points to, whatever its type.
[[nodiscard]] Result<Json> render_json(const Json& value, const ScriptScope& scope);

}  // namespace qd::connect::models
