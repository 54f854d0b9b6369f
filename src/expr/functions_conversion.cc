// From one kind to another. A value that does not fit is an error, never a rounded guess.
#include <charconv>
#include <cmath>

#include "base/encoding.h"
#include "expr/functions.h"

namespace qd::expr {

namespace {

using Arguments = std::span<const Value>;

Value unreadable(Evaluation& run, std::string_view text, std::string_view as) {
  constexpr std::size_t kShown = 40;
  std::size_t shown = std::min(text.size(), kShown);
  while (shown > 0 && shown < text.size() &&
         (static_cast<unsigned char>(text[shown]) & 0xC0) == 0x80)
    --shown;
  return run.fail("expression.argument", fmt::format("'{}{}' is not {}", text.substr(0, shown),
                                                     shown < text.size() ? "..." : "", as));
}

Value out_of_range(Evaluation& run, std::string_view type) {
  return run.fail("expression.overflow", fmt::format("the number is out of the range of {}", type));
}

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Value to_int(Evaluation& run, Arguments arguments) {
  const auto& value = arguments[0];
  switch (value.kind()) {
    case Kind::Int:
      return value;
    case Kind::Uint:
      if (value.unsigned_integer() > INT64_MAX) return out_of_range(run, "int");
      return Value::of(static_cast<std::int64_t>(value.unsigned_integer()));
    case Kind::Double:
      // CEL leaves out the ends of the range, where a double no longer tells neighbours apart.
      if (!(value.real() > -9223372036854775808.0 && value.real() < 9223372036854775808.0))
        return out_of_range(run, "int");
      return Value::of(static_cast<std::int64_t>(value.real()));
    case Kind::String: {
      const auto number = read_number<std::int64_t>(value.text());
      return number ? Value::of(*number) : unreadable(run, value.text(), "a whole number");
    }
    case Kind::Timestamp:
      return Value::of(value.integer());
    default:
      return run.no_overload("int", arguments);
  }
}

Value to_uint(Evaluation& run, Arguments arguments) {
  const auto& value = arguments[0];
  switch (value.kind()) {
    case Kind::Uint:
      return value;
    case Kind::Int:
      if (value.integer() < 0) return out_of_range(run, "uint");
      return Value::of(static_cast<std::uint64_t>(value.integer()));
    case Kind::Double:
      if (!(value.real() > -1.0 && value.real() < 18446744073709551616.0))
        return out_of_range(run, "uint");
      return Value::of(static_cast<std::uint64_t>(value.real()));
    case Kind::String: {
      const auto number = read_number<std::uint64_t>(value.text());
      return number ? Value::of(*number) : unreadable(run, value.text(), "a whole number");
    }
    default:
      return run.no_overload("uint", arguments);
  }
}

Value to_double(Evaluation& run, Arguments arguments) {
  const auto& value = arguments[0];
  if (value.is_number()) return Value::of(value.as_double());
  if (!value.is(Kind::String)) return run.no_overload("double", arguments);
  auto text = value.text();
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto number = read_number<double>(text);
  return number ? Value::of(*number) : unreadable(run, value.text(), "a number");
}

Value to_string(Evaluation& run, Arguments arguments) {
  const auto& value = arguments[0];
  switch (value.kind()) {
    case Kind::String:
      return value;
    case Kind::Bool:
      return Value::string(value.boolean() ? "true" : "false");
    case Kind::Int:
      return run.text(fmt::to_string(value.integer()));
    case Kind::Uint:
      return run.text(fmt::to_string(value.unsigned_integer()));
    case Kind::Double:
      return run.text(print_double(value.real()));
    case Kind::Bytes:
      if (!is_utf8(value.text()))
        return run.fail("expression.argument", "the bytes are not valid UTF-8");
      return Value::string(value.text());
    case Kind::Timestamp:
      return run.text(print_timestamp(value));
    case Kind::Duration:
      return run.text(print_duration(value));
    case Kind::Ip:
    case Kind::Cidr:
      return run.text(print_address(value));
    default:
      return run.no_overload("string", arguments);
  }
}

Value to_bool(Evaluation& run, Arguments arguments) {
  constexpr std::string_view kTrue[] = {"1", "t", "T", "true", "TRUE", "True"};
  constexpr std::string_view kFalse[] = {"0", "f", "F", "false", "FALSE", "False"};
  const auto& value = arguments[0];
  if (value.is(Kind::Bool)) return value;
  if (!value.is(Kind::String)) return run.no_overload("bool", arguments);
  if (std::ranges::find(kTrue, value.text()) != std::end(kTrue)) return Value::of(true);
  if (std::ranges::find(kFalse, value.text()) != std::end(kFalse)) return Value::of(false);
  return unreadable(run, value.text(), "true or false");
}

Value to_bytes(Evaluation& run, Arguments arguments) {
  const auto& value = arguments[0];
  if (value.is(Kind::Bytes) || value.is(Kind::String)) return Value::bytes(value.text());
  return run.no_overload("bytes", arguments);
}

Value to_dyn(Evaluation&, Arguments arguments) {
  return arguments[0];
}

Value type_of(Evaluation&, Arguments arguments) {
  return Value::type(arguments[0].kind());
}

}  // namespace

std::string print_double(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "+Inf" : "-Inf";
  const bool is_short_whole = number == std::trunc(number) && std::abs(number) < 1e15;
  return is_short_whole ? fmt::format("{:.0f}", number) : fmt::format("{}", number);
}

std::span<const Function> conversion_functions() {
  static constexpr Function kFunctions[] = {
      {"int", CallStyle::Global, 1, 1, to_int,
       "(int) -> int; (uint) -> int; (double) -> int; (string) -> int; (timestamp) -> int"},
      {"uint", CallStyle::Global, 1, 1, to_uint,
       "(uint) -> uint; (int) -> uint; (double) -> uint; (string) -> uint"},
      {"double", CallStyle::Global, 1, 1, to_double,
       "(double) -> double; (int) -> double; (uint) -> double; (string) -> double"},
      {"string", CallStyle::Global, 1, 1, to_string,
       "(string) -> string; (bool) -> string; (number) -> string; (bytes) -> string;"
       "(timestamp) -> string; (duration) -> string; (net.IP) -> string; (net.CIDR) -> string"},
      {"bool", CallStyle::Global, 1, 1, to_bool, "(bool) -> bool; (string) -> bool"},
      {"bytes", CallStyle::Global, 1, 1, to_bytes, "(bytes) -> bytes; (string) -> bytes"},
      {"dyn", CallStyle::Global, 1, 1, to_dyn, "(A) -> dyn"},
      {"type", CallStyle::Global, 1, 1, type_of, "(A) -> type"},
  };
  return kFunctions;
}

}  // namespace qd::expr
