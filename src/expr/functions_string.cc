// Functions of text. Positions and lengths count code points, as CEL says.
#include <re2/re2.h>

#include "expr/functions.h"
#include "expr/utf8.h"

namespace qd::expr {

namespace {

using Arguments = std::span<const Value>;

bool are_strings(Arguments values) {
  return std::ranges::all_of(values, [](const Value& value) { return value.is(Kind::String); });
}

template <auto Test>
Value test_text(Evaluation& run, Arguments arguments, std::string_view name) {
  if (!are_strings(arguments)) return run.no_overload(name, arguments);
  if (!run.charge_bytes(arguments[0].text().size())) return run.out_of_budget();
  return Value::of(Test(arguments[0].text(), arguments[1].text()));
}

Value contains(Evaluation& run, Arguments arguments) {
  constexpr auto test = [](std::string_view text, std::string_view part) {
    return text.contains(part);
  };
  return test_text<test>(run, arguments, "contains");
}

Value starts_with(Evaluation& run, Arguments arguments) {
  constexpr auto test = [](std::string_view text, std::string_view part) {
    return text.starts_with(part);
  };
  return test_text<test>(run, arguments, "startsWith");
}

Value ends_with(Evaluation& run, Arguments arguments) {
  constexpr auto test = [](std::string_view text, std::string_view part) {
    return text.ends_with(part);
  };
  return test_text<test>(run, arguments, "endsWith");
}

Value size(Evaluation& run, Arguments arguments) {
  const auto& value = arguments[0];
  switch (value.kind()) {
    case Kind::String:
      if (!run.charge_bytes(value.text().size())) return run.out_of_budget();
      return Value::of(static_cast<std::int64_t>(count_code_points(value.text())));
    case Kind::Bytes:
      return Value::of(static_cast<std::int64_t>(value.text().size()));
    case Kind::List:
    case Kind::Map:
      return Value::of(static_cast<std::int64_t>(value.size()));
    default:
      return run.no_overload("size", arguments);
  }
}

// Patterns that are not known ahead are compiled for the one call; RE2 is linear in the text.
Value matches(Evaluation& run, Arguments arguments) {
  if (!are_strings(arguments)) return run.no_overload("matches", arguments);
  const auto text = arguments[0].text();
  const auto pattern = arguments[1].text();
  if (pattern.size() > 4096)
    return run.fail("expression.argument", "a pattern is at most 4096 bytes long");
  if (!run.charge(static_cast<std::int64_t>(100 + pattern.size() * 10 + text.size())))
    return run.out_of_budget();
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(1 << 20);
  const RE2 compiled(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!compiled.ok())
    return run.fail("expression.argument", "the pattern is not valid: " + compiled.error());
  return Value::of(RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled));
}

template <char First, char Last>
Value shift_case(Evaluation& run, Arguments arguments, std::string_view name) {
  if (!are_strings(arguments)) return run.no_overload(name, arguments);
  const auto text = arguments[0].text();
  if (!run.charge_bytes(text.size())) return run.out_of_budget();
  const auto copy = run.arena().array<char>(text.size());
  std::ranges::transform(text, copy.begin(), [](char c) {
    return c >= First && c <= Last ? static_cast<char>(c ^ 0x20) : c;
  });
  return Value::string({copy.data(), copy.size()});
}
Value lower_ascii(Evaluation& run, Arguments a) {
  return shift_case<'A', 'Z'>(run, a, "lowerAscii");
}
Value upper_ascii(Evaluation& run, Arguments a) {
  return shift_case<'a', 'z'>(run, a, "upperAscii");
}

/// How many bytes of Unicode white space `text` starts with.
std::size_t space_at(std::string_view text) {
  constexpr std::string_view kWide[] = {"\u0085", "\u00a0", "\u1680", "\u2000", "\u2001",
                                        "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
                                        "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
                                        "\u2029", "\u202f", "\u205f", "\u3000"};
  if (text.empty()) return 0;
  if (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r')) return 1;
  for (const auto wide : kWide)
    if (text.starts_with(wide)) return wide.size();
  return 0;
}

Value trim(Evaluation& run, Arguments arguments) {
  if (!are_strings(arguments)) return run.no_overload("trim", arguments);
  auto text = arguments[0].text();
  if (!run.charge_bytes(text.size())) return run.out_of_budget();
  while (const auto space = space_at(text)) text.remove_prefix(space);
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && is_continuation(text[last])) --last;
    if (space_at(text.substr(last)) != text.size() - last) break;
    text.remove_suffix(text.size() - last);
  }
  return Value::string(text);
}

Value join(Evaluation& run, Arguments arguments) {
  const auto& list = arguments[0];
  const bool has_separator = arguments.size() == 2;
  if (!list.is(Kind::List) || (has_separator && !arguments[1].is(Kind::String)))
    return run.no_overload("join", arguments);
  const auto separator = has_separator ? arguments[1].text() : std::string_view{};
  std::size_t total = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Value item = list.at(i);
    if (!item.is(Kind::String))
      return run.fail("expression.type", fmt::format("join takes a list of strings; item {} is {}",
                                                     i, type_name(item.kind())));
    const auto bytes = item.text().size() + (i > 0 ? separator.size() : 0);
    if (!run.charge_bytes(bytes)) return run.out_of_budget();
    total += bytes;
  }
  const auto text = run.arena().array<char>(total);
  auto to = text.begin();
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i > 0) to = std::ranges::copy(separator, to).out;
    to = std::ranges::copy(list.at(i).text(), to).out;
  }
  return Value::string({text.data(), text.size()});
}

/// Cuts `text` into its code points, or at each separator, into at most `limit` parts.
std::vector<Value> parts_of(std::string_view text, std::string_view separator, std::size_t limit) {
  std::vector<Value> parts;
  if (separator.empty() && text.empty()) return parts;
  while (parts.size() + 1 < limit) {
    std::size_t end = separator.empty() ? byte_offset(text, 1) : text.find(separator);
    if (end == std::string_view::npos || (separator.empty() && end == text.size())) break;
    parts.push_back(Value::string(text.substr(0, end)));
    text.remove_prefix(end + separator.size());
  }
  parts.push_back(Value::string(text));
  return parts;
}

Value split(Evaluation& run, Arguments arguments) {
  const bool has_limit = arguments.size() == 3;
  if (!are_strings(arguments.first(2)) || (has_limit && !arguments[2].is(Kind::Int)))
    return run.no_overload("split", arguments);
  const auto limit = has_limit ? arguments[2].integer() : -1;
  if (limit == 0) return Value::list({});
  if (!run.charge_bytes(arguments[0].text().size())) return run.out_of_budget();
  const auto parts = parts_of(arguments[0].text(), arguments[1].text(),
                              limit < 0 ? SIZE_MAX : static_cast<std::size_t>(limit));
  if (!run.charge(static_cast<std::int64_t>(parts.size()))) return run.out_of_budget();
  const auto items = run.arena().array<Value>(parts.size());
  std::ranges::copy(parts, items.begin());
  return Value::list(items);
}

Value replace(Evaluation& run, Arguments arguments) {
  const bool has_limit = arguments.size() == 4;
  if (!are_strings(arguments.first(3)) || (has_limit && !arguments[3].is(Kind::Int)))
    return run.no_overload("replace", arguments);
  auto text = arguments[0].text();
  const auto old = arguments[1].text();
  const auto by = arguments[2].text();
  auto left = has_limit && arguments[3].integer() >= 0 ? arguments[3].integer() : INT64_MAX;
  if (!run.charge_bytes(text.size())) return run.out_of_budget();
  std::string out;
  for (; left > 0; --left) {
    const auto at = text.find(old);
    if (at == std::string_view::npos) break;
    // An empty `old` matches before every code point and at the end.
    const auto kept = old.empty() ? byte_offset(text, 1) : at;
    if (old.empty()) out += by;
    out += text.substr(0, kept);
    if (!old.empty()) out += by;
    if (!run.charge_bytes(kept + by.size())) return run.out_of_budget();
    if (old.empty() && text.empty()) break;
    text.remove_prefix(kept + old.size());
  }
  out += text;
  return run.text(out);
}

Value out_of_text(Evaluation& run, std::int64_t index) {
  return run.fail("expression.index", fmt::format("position {} is outside the text", index));
}

Value substring(Evaluation& run, Arguments arguments) {
  const auto text = arguments[0];
  const bool are_ints =
      std::ranges::all_of(arguments.subspan(1), [](const Value& v) { return v.is(Kind::Int); });
  if (!text.is(Kind::String) || !are_ints) return run.no_overload("substring", arguments);
  if (!run.charge_bytes(text.text().size())) return run.out_of_budget();
  const auto length = static_cast<std::int64_t>(count_code_points(text.text()));
  const auto begin = arguments[1].integer();
  const auto end = arguments.size() == 3 ? arguments[2].integer() : length;
  if (begin < 0 || begin > length) return out_of_text(run, begin);
  if (end < begin || end > length) return out_of_text(run, end);
  const auto from = byte_offset(text.text(), static_cast<std::size_t>(begin));
  const auto to = byte_offset(text.text(), static_cast<std::size_t>(end));
  return Value::string(text.text().substr(from, to - from));
}

Value char_at(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::String) || !arguments[1].is(Kind::Int))
    return run.no_overload("charAt", arguments);
  const auto text = arguments[0].text();
  if (!run.charge_bytes(text.size())) return run.out_of_budget();
  const auto index = arguments[1].integer();
  const auto length = static_cast<std::int64_t>(count_code_points(text));
  if (index < 0 || index > length) return out_of_text(run, index);
  const auto from = byte_offset(text, static_cast<std::size_t>(index));
  return Value::string(text.substr(from, byte_offset(text.substr(from), 1)));
}

enum class Side { First, Last };

Value find_part(Evaluation& run, Arguments arguments, Side side) {
  const bool has_offset = arguments.size() == 3;
  const auto name = side == Side::First ? "indexOf" : "lastIndexOf";
  if (!are_strings(arguments.first(2)) || (has_offset && !arguments[2].is(Kind::Int)))
    return run.no_overload(name, arguments);
  const auto text = arguments[0].text();
  const auto part = arguments[1].text();
  if (!run.charge_bytes(text.size() * 2)) return run.out_of_budget();
  const auto length = static_cast<std::int64_t>(count_code_points(text));
  const auto offset = has_offset ? arguments[2].integer() : side == Side::First ? 0 : length;
  if (offset < 0 || (has_offset && offset > length)) return out_of_text(run, offset);
  const auto from = byte_offset(text, static_cast<std::size_t>(offset));
  const auto found = side == Side::First ? text.find(part, from) : text.rfind(part, from);
  if (found == std::string_view::npos) return Value::of(std::int64_t{-1});
  return Value::of(static_cast<std::int64_t>(count_code_points(text.substr(0, found))));
}
Value index_of(Evaluation& run, Arguments arguments) {
  return find_part(run, arguments, Side::First);
}
Value last_index_of(Evaluation& run, Arguments arguments) {
  return find_part(run, arguments, Side::Last);
}

Value reverse(Evaluation& run, Arguments arguments) {
  const auto& value = arguments[0];
  if (value.is(Kind::List)) {
    if (!run.charge(static_cast<std::int64_t>(value.size()))) return run.out_of_budget();
    const auto items = run.arena().array<Value>(value.size());
    for (std::size_t i = 0; i < items.size(); ++i) items[i] = value.at(items.size() - 1 - i);
    return Value::list(items);
  }
  if (!value.is(Kind::String)) return run.no_overload("reverse", arguments);
  std::string out;
  for (auto text = value.text(); !text.empty();) {
    std::size_t last = text.size() - 1;
    while (last > 0 && is_continuation(text[last])) --last;
    out += text.substr(last);
    text.remove_suffix(text.size() - last);
  }
  return run.text(out);
}

}  // namespace

std::span<const Function> string_functions() {
  static constexpr Function kFunctions[] = {
      {"size", CallStyle::Both, 1, 1, size,
       "(string) -> int; (bytes) -> int; (list(A)) -> int; (map(A, B)) -> int"},
      {"contains", CallStyle::Method, 2, 2, contains, "(string, string) -> bool"},
      {"startsWith", CallStyle::Method, 2, 2, starts_with, "(string, string) -> bool"},
      {"endsWith", CallStyle::Method, 2, 2, ends_with, "(string, string) -> bool"},
      {"matches", CallStyle::Both, 2, 2, matches, "(string, string) -> bool"},
      {"lowerAscii", CallStyle::Method, 1, 1, lower_ascii, "(string) -> string"},
      {"upperAscii", CallStyle::Method, 1, 1, upper_ascii, "(string) -> string"},
      {"trim", CallStyle::Method, 1, 1, trim, "(string) -> string"},
      {"split", CallStyle::Method, 2, 3, split,
       "(string, string) -> list(string); (string, string, int) -> list(string)"},
      {"join", CallStyle::Method, 1, 2, join,
       "(list(string)) -> string; (list(string), string) -> string"},
      {"replace", CallStyle::Method, 3, 4, replace,
       "(string, string, string) -> string; (string, string, string, int) -> string"},
      {"substring", CallStyle::Method, 2, 3, substring,
       "(string, int) -> string; (string, int, int) -> string"},
      {"charAt", CallStyle::Method, 2, 2, char_at, "(string, int) -> string"},
      {"indexOf", CallStyle::Method, 2, 3, index_of,
       "(string, string) -> int; (string, string, int) -> int"},
      {"lastIndexOf", CallStyle::Method, 2, 3, last_index_of,
       "(string, string) -> int; (string, string, int) -> int"},
      {"reverse", CallStyle::Method, 1, 1, reverse, "(string) -> string; (list(A)) -> list(A)"},
  };
  return kFunctions;
}

}  // namespace qd::expr
