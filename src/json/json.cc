#include "json/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

#include "base/encoding.h"
#include "json/type_info.h"

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
    return malformed("json.depth", fmt::format("nesting is deeper than {}", limits.depth), text,
                     offset);
  if (error == error::exponent_overflow || error == error::not_number)
    return malformed("json.number", "the number is out of range", text, offset);
  if (!is_utf8(text) || error == error::illegal_leading_surrogate ||
      error == error::illegal_trailing_surrogate || error == error::expected_utf16_escape)
    return malformed("json.utf8", "text is not valid Unicode", text, offset);
  return malformed("json.syntax", "not valid JSON: " + error.message(), text, offset);
}

using boost::json::string_view;
using boost::system::error_code;

/// Builds the value, and refuses what RFC 8259 allows but we can't keep: NUL (PostgreSQL has no
/// place for it) and numbers beyond int64 and double. Doubles are read from their text: the
/// library's own reading is not always the nearest one, so that a value would change each time it
/// is stored and read.
class Builder {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  enum class Flaw { None, Nul, Number };
  [[nodiscard]] Flaw flaw() const { return flaw_; }
  Json release() { return stack_.release(); }

  bool on_document_begin(error_code&) { return stack_.reset(), true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t size, error_code&) { return stack_.push_object(size), true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t size, error_code&) { return stack_.push_array(size), true; }
  bool on_key_part(string_view part, std::size_t, error_code& error) {
    return take_chars(part, error);
  }
  bool on_key(string_view rest, std::size_t, error_code& error) {
    return check_text(rest, error) && (stack_.push_key(rest), true);
  }
  bool on_string_part(string_view part, std::size_t, error_code& error) {
    return take_chars(part, error);
  }
  bool on_string(string_view rest, std::size_t, error_code& error) {
    return check_text(rest, error) && (stack_.push_string(rest), true);
  }
  bool on_number_part(string_view part, error_code&) { return number_.append(part), true; }
  bool on_int64(std::int64_t value, string_view, error_code&) {
    return number_.clear(), stack_.push_int64(value), true;
  }
  bool on_uint64(std::uint64_t, string_view, error_code& error) {
    return refuse(Flaw::Number, error);
  }
  bool on_double(double, string_view rest, error_code& error);
  bool on_bool(bool value, error_code&) { return stack_.push_bool(value), true; }
  bool on_null(error_code&) { return stack_.push_null(), true; }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  bool take_chars(string_view part, error_code& error) {
    return check_text(part, error) && (stack_.push_chars(part), true);
  }
  bool check_text(string_view text, error_code& error) {
    return text.find('\0') == string_view::npos || refuse(Flaw::Nul, error);
  }
  bool refuse(Flaw flaw, error_code& error) {
    flaw_ = flaw;
    error = boost::json::error::not_number;
    return false;
  }

  boost::json::value_stack stack_;
  /// The beginning of a number that came in parts.
  std::string number_;
  Flaw flaw_ = Flaw::None;
};

bool Builder::on_double(double, string_view rest, error_code& error) {
  number_.append(rest);
  double value = 0;
  const auto* end = number_.data() + number_.size();
  const auto read = std::from_chars(number_.data(), end, value);
  // Too small for a double is zero; too large is refused.
  const bool is_tiny = read.ec == std::errc::result_out_of_range &&
                       std::abs(std::strtod(number_.c_str(), nullptr)) < 1;
  number_.clear();
  if (is_tiny)
    value = 0;
  else if (read.ec != std::errc() || read.ptr != end)
    return refuse(Flaw::Number, error);
  stack_.push_double(value);
  return true;
}

}  // namespace

Result<Json> parse(std::string_view text, Limits limits) {
  boost::json::basic_parser<Builder> parser({.max_depth = limits.depth});
  error_code error;
  const auto used = parser.write_some(false, text.data(), text.size(), error);
  switch (parser.handler().flaw()) {
    case Builder::Flaw::Nul:
      return malformed("json.nul", "text holds a NUL character", text, used);
    case Builder::Flaw::Number:
      return malformed("json.number", "the number does not fit in 64 bits", text, used);
    case Builder::Flaw::None:
      break;
  }
  if (error) return explain(error, text, used, limits);
  if (const auto rest = text.find_first_not_of(" \t\r\n", used); rest != std::string_view::npos)
    return malformed("json.syntax", "not valid JSON: more follows the value", text, rest);
  return parser.handler().release();
}

void append(std::string& text, double value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
  const std::string_view shortest(digits.data(), static_cast<std::size_t>(end - digits.data()));
  text += shortest;
  if (shortest.find_first_of(".e") == std::string_view::npos) text += ".0";
}

void append(std::string& text, const JsonArray& value) {
  text += '[';
  std::string_view between;
  for (const auto& item : value) {
    text += std::exchange(between, ",");
    append(text, item);
  }
  text += ']';
}

void append(std::string& text, const JsonObject& value) {
  text += '{';
  std::string_view between;
  for (const auto& member : value) {
    text += std::exchange(between, ",");
    print_text(member.key(), text);
    text += ':';
    append(text, member.value());
  }
  text += '}';
}

void append(std::string& text, const Json& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      text += "null";
      return;
    case boost::json::kind::bool_:
      text += value.get_bool() ? "true" : "false";
      return;
    case boost::json::kind::int64:
      text += std::to_string(value.get_int64());
      return;
    case boost::json::kind::uint64:
      text += std::to_string(value.get_uint64());
      return;
    case boost::json::kind::double_:
      return append(text, value.get_double());
    case boost::json::kind::string:
      return print_text(value.get_string(), text);
    case boost::json::kind::array:
      return append(text, value.get_array());
    case boost::json::kind::object:
      return append(text, value.get_object());
  }
}

std::string print(const Json& value) {
  std::string text;
  append(text, value);
  return text;
}

void merge_patch(Json& target, const Json& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object()) target.emplace_object();
  for (const auto& change : patch.get_object()) {
    if (change.value().is_null())
      target.get_object().erase(change.key());
    else
      merge_patch(target.get_object()[change.key()], change.value());
  }
}

const Json* find(const Json& value, std::string_view name) {
  return value.is_object() ? value.get_object().if_contains(name) : nullptr;
}

std::string escape_pointer(std::string_view segment) {
  std::string out;
  for (const char c : segment) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

}  // namespace qd::json
