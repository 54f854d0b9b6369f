#include "connect/models/script_text.h"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "connect/models/errors.h"

namespace qd::connect::models {
namespace {

constexpr std::size_t kLongestText = 256 << 10;

std::unexpected<Error> wrong(std::string message) {
  return std::unexpected(provider_error(kBadRequest, std::move(message)));
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<std::size_t> whole(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Placeholder::Cut> parse_cut(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto count = whole(trim(text.substr(colon + 1)));
  if (!count || *count == 0) return std::nullopt;
  const auto unit = trim(text.substr(0, colon));
  if (unit == "sentences") return Placeholder::Cut{Placeholder::Unit::Sentences, *count};
  if (unit == "words") return Placeholder::Cut{Placeholder::Unit::Words, *count};
  if (unit == "lines") return Placeholder::Cut{Placeholder::Unit::Lines, *count};
  return std::nullopt;
}

bool parse_source(std::string_view text, Placeholder& out) {
  using enum Placeholder::Source;
  if (text == "last") return out.source = Last, true;
  if (text == "user") return out.source = User, true;
  if (text == "tool") return out.source = Tool, true;
  if (text == "match") return out.source = Match, true;
  if (text.starts_with("tool:") && text.size() > 5) {
    out.source = Tool;
    out.tool = text.substr(5);
    return true;
  }
  if (!text.starts_with("match.")) return false;
  const auto group = whole(text.substr(6));
  out.source = Match;
  out.group = group.value_or(0);
  return group.has_value();
}

Result<Placeholder> parse_placeholder(std::string_view inside) {
  Placeholder out;
  auto bar = inside.find('|');
  const auto path = trim(inside.substr(0, bar));
  const auto slash = std::min(path.find('/'), path.size());
  if (!parse_source(path.substr(0, slash), out))
    return wrong(fmt::format(
        "{{{{{}}}}} is unknown; there are last, user, tool, tool:<name>, match and match.<n>",
        inside));
  out.pointer = path.substr(slash);
  while (bar != std::string_view::npos) {
    const auto next = inside.find('|', bar + 1);
    const auto cut = parse_cut(trim(inside.substr(bar + 1, next - bar - 1)));
    if (!cut)
      return wrong(fmt::format(
          "the filter in {{{{{}}}}} is unknown; there are sentences:<n>, words:<n>, lines:<n>",
          inside));
    out.cuts.push_back(*cut);
    bar = next;
  }
  return out;
}

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// Whether a unit ends after the character at `i`.
bool ends_unit(std::string_view text, std::size_t i, Placeholder::Unit unit) {
  const bool before_space = i + 1 == text.size() || is_space(text[i + 1]);
  switch (unit) {
    case Placeholder::Unit::Sentences:
      return before_space && std::string_view(".!?").contains(text[i]);
    case Placeholder::Unit::Words:
      return before_space && !is_space(text[i]);
    case Placeholder::Unit::Lines:
      return i + 1 == text.size() || text[i + 1] == '\n';
  }
  return false;
}

std::string_view cut(std::string_view text, const Placeholder::Cut& cut) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (ends_unit(text, i, cut.unit) && ++count == cut.count) return text.substr(0, i + 1);
  return text;
}

std::string name_of(const Placeholder& what) {
  switch (what.source) {
    case Placeholder::Source::Last:
      return "last" + what.pointer;
    case Placeholder::Source::User:
      return "user" + what.pointer;
    case Placeholder::Source::Tool:
      return (what.tool.empty() ? "tool" : "tool:" + what.tool) + what.pointer;
    case Placeholder::Source::Match:
      return fmt::format("match.{}{}", what.group, what.pointer);
  }
  return {};
}

std::optional<std::string_view> find_source(const Placeholder& what, const ScriptScope& scope) {
  switch (what.source) {
    case Placeholder::Source::Last:
      return scope.last;
    case Placeholder::Source::User:
      return scope.user;
    case Placeholder::Source::Tool:
      for (auto it = scope.results.rbegin(); it != scope.results.rend(); ++it)
        if (what.tool.empty() || it->first == what.tool) return it->second;
      return std::nullopt;
    case Placeholder::Source::Match:
      if (what.group < scope.captures.size()) return scope.captures[what.group];
      return std::nullopt;
  }
  return std::nullopt;
}

Result<Json> evaluate(const Placeholder& what, const ScriptScope& scope) {
  const auto source = find_source(what, scope);
  if (!source)
    return wrong(fmt::format(
        "the script asks for {{{{{}}}}}, which this conversation does not have", name_of(what)));
  if (what.pointer.empty()) return Json(*source);
  auto document = json::parse(*source);
  if (!document)
    return wrong(
        fmt::format("the script asks for {{{{{}}}}}, but that text is not JSON", name_of(what)));
  boost::system::error_code absent;
  const auto* found = document->find_pointer(what.pointer, absent);
  if (!found)
    return wrong(fmt::format("the script asks for {{{{{}}}}}, which that JSON does not have",
                             name_of(what)));
  return *found;
}

std::string as_text(const Json& value, const std::vector<Placeholder::Cut>& cuts) {
  const auto text = value.is_string() ? std::string(value.get_string()) : json::print(value);
  std::string_view left = text;
  for (const auto& one : cuts) left = cut(left, one);
  return std::string(left);
}

Result<Json> render_string(std::string_view text, const ScriptScope& scope) {
  QD_TRY(const auto parts, parse_script_text(text));
  if (parts.size() == 1 && parts[0].placeholder && !parts[0].placeholder->pointer.empty() &&
      parts[0].placeholder->cuts.empty())
    return evaluate(*parts[0].placeholder, scope);
  QD_TRY(const auto rendered, render_text(text, scope));
  return Json(rendered);
}

}  // namespace

Result<std::vector<ScriptPart>> parse_script_text(std::string_view text) {
  std::vector<ScriptPart> parts;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) parts.push_back({.literal = std::exchange(literal, {})});
  };
  while (!text.empty()) {
    const auto open = text.find("{{");
    literal += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open + 2);
    if (text.starts_with("{{")) {
      literal += "{{";
      text.remove_prefix(2);
      continue;
    }
    const auto close = text.find("}}");
    if (close == std::string_view::npos) return wrong("a {{ has no }}; write {{{{ for two braces");
    flush();
    QD_TRY(auto placeholder, parse_placeholder(text.substr(0, close)));
    parts.push_back({.placeholder = std::move(placeholder)});
    text.remove_prefix(close + 2);
  }
  flush();
  return parts;
}

Result<std::string> render_text(std::string_view text, const ScriptScope& scope) {
  QD_TRY(const auto parts, parse_script_text(text));
  std::string out;
  for (const auto& part : parts) {
    out += part.literal;
    if (part.placeholder) {
      QD_TRY(const auto value, evaluate(*part.placeholder, scope));
      out += as_text(value, part.placeholder->cuts);
    }
    if (out.size() > kLongestText)
      return wrong(fmt::format("the script's answer is over {} bytes", kLongestText));
  }
  return out;
}

Result<Json> render_json(const Json& value, const ScriptScope& scope) {
  if (value.is_string()) return render_string(value.get_string(), scope);
  if (const auto* items = value.if_array()) {
    JsonArray out;
    for (const auto& item : *items) {
      QD_TRY(auto rendered, render_json(item, scope));
      out.push_back(std::move(rendered));
    }
    return Json(std::move(out));
  }
  if (const auto* members = value.if_object()) {
    JsonObject out;
    for (const auto& [key, member] : *members) {
      QD_TRY(auto rendered, render_json(member, scope));
      out.emplace(key, std::move(rendered));
    }
    return Json(std::move(out));
  }
  return value;
}

}  // namespace qd::connect::models
