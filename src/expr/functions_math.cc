// `math.*`: greatest and least, rounding, signs, bits.
#include <cmath>

#include "expr/functions.h"

namespace qd::expr {

namespace {

using Arguments = std::span<const Value>;

Value pick(Evaluation& run, Arguments arguments, Order better, std::string_view name) {
  const bool is_list = arguments.size() == 1 && arguments[0].is(Kind::List);
  const auto count = is_list ? arguments[0].size() : arguments.size();
  if (count == 0) return run.fail("expression.argument", fmt::format("{} takes numbers", name));
  if (!run.charge(static_cast<std::int64_t>(count))) return run.out_of_budget();
  const auto at = [&](std::size_t i) { return is_list ? arguments[0].at(i) : arguments[i]; };
  Value best = at(0);
  for (std::size_t i = 0; i < count; ++i) {
    const Value number = at(i);
    if (!number.is_number()) return run.no_overload(name, {&number, 1});
    if (order(number, best) == better) best = number;
  }
  return best;
}
Value greatest(Evaluation& run, Arguments arguments) {
  return pick(run, arguments, Order::Greater, "math.greatest");
}
Value least(Evaluation& run, Arguments arguments) {
  return pick(run, arguments, Order::Less, "math.least");
}

/// A function of a double that gives a double.
template <auto Of>
Value real(Evaluation& run, Arguments arguments) {
  if (!run.is_real(arguments[0])) return run.no_overload("this function of math", arguments);
  return Value::of(Of(arguments[0].as_double()));
}
constexpr auto kCeil = [](double x) { return std::ceil(x); };
constexpr auto kFloor = [](double x) { return std::floor(x); };
constexpr auto kRound = [](double x) { return std::round(x); };
constexpr auto kTrunc = [](double x) { return std::trunc(x); };
constexpr auto kIsNan = [](double x) { return std::isnan(x); };
constexpr auto kIsInf = [](double x) { return std::isinf(x); };
constexpr auto kIsFinite = [](double x) { return std::isfinite(x); };

Value square_root(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is_number()) return run.no_overload("math.sqrt", arguments);
  return Value::of(std::sqrt(arguments[0].as_double()));
}

Value absolute(Evaluation& run, Arguments arguments) {
  const auto& value = arguments[0];
  if (value.is(Kind::Uint)) return value;
  if (value.is(Kind::Double)) return Value::of(std::abs(value.real()));
  if (!value.is(Kind::Int)) return run.no_overload("math.abs", arguments);
  return value.integer() < 0 ? negate(run, value) : value;
}

Value sign(Evaluation& run, Arguments arguments) {
  const auto of = [](auto number) { return (number > 0 ? 1 : 0) - (number < 0 ? 1 : 0); };
  const auto& value = arguments[0];
  if (value.is(Kind::Int)) return Value::of(std::int64_t{of(value.integer())});
  if (value.is(Kind::Uint)) return Value::of(std::uint64_t{value.unsigned_integer() > 0 ? 1u : 0u});
  if (!value.is(Kind::Double)) return run.no_overload("math.sign", arguments);
  return std::isnan(value.real()) ? value : Value::of(double(of(value.real())));
}

bool is_whole(const Value& value) {
  return value.is(Kind::Int) || value.is(Kind::Uint);
}
std::uint64_t bits_of(const Value& value) {
  return value.is(Kind::Int) ? static_cast<std::uint64_t>(value.integer())
                             : value.unsigned_integer();
}
Value from_bits(std::uint64_t bits, Kind kind) {
  return kind == Kind::Int ? Value::of(static_cast<std::int64_t>(bits)) : Value::of(bits);
}

template <auto Of>
Value two_bits(Evaluation& run, Arguments arguments) {
  if (!is_whole(arguments[0]) || arguments[0].kind() != arguments[1].kind())
    return run.no_overload("this function of bits", arguments);
  return from_bits(Of(bits_of(arguments[0]), bits_of(arguments[1])), arguments[0].kind());
}

Value bit_not(Evaluation& run, Arguments arguments) {
  if (!is_whole(arguments[0])) return run.no_overload("math.bitNot", arguments);
  return from_bits(~bits_of(arguments[0]), arguments[0].kind());
}

// An int is shifted as its bits: nothing is kept of its sign.
template <auto Of>
Value shift(Evaluation& run, Arguments arguments) {
  if (!is_whole(arguments[0]) || !arguments[1].is(Kind::Int))
    return run.no_overload("this shift of bits", arguments);
  const auto by = arguments[1].integer();
  if (by < 0) return run.fail("expression.argument", "bits are not shifted by less than nothing");
  return from_bits(by > 63 ? 0 : Of(bits_of(arguments[0]), by), arguments[0].kind());
}

constexpr std::string_view kReal = "(double) -> double";
constexpr std::string_view kTest = "(double) -> bool";
constexpr std::string_view kBits = "(int, int) -> int; (uint, uint) -> uint";
constexpr std::string_view kShift = "(int, int) -> int; (uint, int) -> uint";
constexpr std::string_view kSame = "(int) -> int; (uint) -> uint; (double) -> double";

}  // namespace

std::span<const Function> math_functions() {
  static constexpr Function kFunctions[] = {
      {"math.greatest", CallStyle::Global, 1, kAnyNumber, greatest, ""},
      {"math.least", CallStyle::Global, 1, kAnyNumber, least, ""},
      {"math.ceil", CallStyle::Global, 1, 1, real<kCeil>, kReal},
      {"math.floor", CallStyle::Global, 1, 1, real<kFloor>, kReal},
      {"math.round", CallStyle::Global, 1, 1, real<kRound>, kReal},
      {"math.trunc", CallStyle::Global, 1, 1, real<kTrunc>, kReal},
      {"math.sqrt", CallStyle::Global, 1, 1, square_root, "(number) -> double"},
      {"math.abs", CallStyle::Global, 1, 1, absolute, kSame},
      {"math.sign", CallStyle::Global, 1, 1, sign, kSame},
      {"math.isNaN", CallStyle::Global, 1, 1, real<kIsNan>, kTest},
      {"math.isInf", CallStyle::Global, 1, 1, real<kIsInf>, kTest},
      {"math.isFinite", CallStyle::Global, 1, 1, real<kIsFinite>, kTest},
      {"math.bitAnd", CallStyle::Global, 2, 2, two_bits<std::bit_and<std::uint64_t>{}>, kBits},
      {"math.bitOr", CallStyle::Global, 2, 2, two_bits<std::bit_or<std::uint64_t>{}>, kBits},
      {"math.bitXor", CallStyle::Global, 2, 2, two_bits<std::bit_xor<std::uint64_t>{}>, kBits},
      {"math.bitNot", CallStyle::Global, 1, 1, bit_not, "(int) -> int; (uint) -> uint"},
      {"math.bitShiftLeft", CallStyle::Global, 2, 2,
       shift<[](std::uint64_t bits, std::int64_t by) { return bits << by; }>, kShift},
      {"math.bitShiftRight", CallStyle::Global, 2, 2,
       shift<[](std::uint64_t bits, std::int64_t by) { return bits >> by; }>, kShift},
  };
  return kFunctions;
}

}  // namespace qd::expr
