#include "json/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/encoding.h"

namespace qd::json {
namespace {

struct Place {
  std::size_t line = 1;
  std::size_t column = 1;
};

Place place_of(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const auto newline = before.rfind('\n');
  return {lines + 1, offset - (newline == std::string_view::npos ? 0 : newline + 1) + 1};
}

std::unexpected<Error> malformed(std::string code, std::string what, std::string_view text,
                                 std::size_t offset) {
  const auto place = place_of(text, std::min(offset, text.size()));
  return fail(ErrorKind::Malformed, std::move(code),
              fmt::format("{} (line {}, column {})", what, place.line, place.column));
}

std::unexpected<Error> explain(const boost::system::error_code& error, std::string_view text,
                               std::size_t offset, Limits limits) {
  using boost::json::error;
  if (error == error::too_deep)
    return malformed("json.depth", fmt::format("nesting is deeper than {}", limits.depth), text, offset);
  if (error == error::exponent_overflow || error == error::not_number)
    return malformed("json.number", "the number is out of range", text, offset);
  if (!is_utf8(text) || error == error::illegal_leading_surrogate ||
      error == error::illegal_trailing_surrogate || error == error::expected_utf16_escape)
    return malformed("json.utf8", "text is not valid Unicode", text, offset);
  return malformed("json.syntax", "not valid JSON: " + error.message(), text, offset);
}

enum class Flaw { None, Nul, Number };

/// Finds what RFC 8259 allows but we can't keep: NUL (PostgreSQL has no place for it) and numbers
/// beyond int64 and double.
Flaw find_flaw(const Json& value) {
  switch (value.kind()) {
    case boost::json::kind::uint64: return Flaw::Number;
    case boost::json::kind::double_:
      return std::isfinite(value.get_double()) ? Flaw::None : Flaw::Number;
    case boost::json::kind::string:
      return value.get_string().find('\0') != boost::json::string::npos ? Flaw::Nul : Flaw::None;
    case boost::json::kind::array:
      for (const auto& item : value.get_array())
        if (const auto flaw = find_flaw(item); flaw != Flaw::None) return flaw;
      return Flaw::None;
    case boost::json::kind::object:
      for (const auto& member : value.get_object()) {
        if (member.key().contains('\0')) return Flaw::Nul;
        if (const auto flaw = find_flaw(member.value()); flaw != Flaw::None) return flaw;
      }
      return Flaw::None;
    default: return Flaw::None;
  }
}

}  // namespace

Result<Json> parse(std::string_view text, Limits limits) {
  boost::json::stream_parser parser({}, {.max_depth = limits.depth});
  boost::system::error_code error;
  const auto used = parser.write_some(text, error);
  if (!error) parser.finish(error);
  if (error) return explain(error, text, used, limits);
  if (const auto rest = text.find_first_not_of(" \t\r\n", used); rest != std::string_view::npos)
    return malformed("json.syntax", "not valid JSON: more follows the value", text, rest);
  auto value = parser.release();
  switch (find_flaw(value)) {
    case Flaw::Nul: return malformed("json.nul", "text holds a NUL character", text, text.find("\\u0000"));
    case Flaw::Number:
      return fail(ErrorKind::Malformed, "json.number", "a number does not fit in 64 bits");
    case Flaw::None: break;
  }
  return value;
}

std::string print(const Json& value) { return boost::json::serialize(value); }

void merge_patch(Json& target, const Json& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object()) target.emplace_object();
  for (const auto& change : patch.get_object()) {
    if (change.value().is_null()) target.get_object().erase(change.key());
    else merge_patch(target.get_object()[change.key()], change.value());
  }
}

const Json* find(const Json& value, std::string_view name) {
  return value.is_object() ? value.get_object().if_contains(name) : nullptr;
}

}  // namespace qd::json
