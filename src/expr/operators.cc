// The operators that take values: comparison, `in`, arithmetic. `&&`, `||` and `?:` decide what is
// evaluated at all and live in the evaluator.
#include <cmath>

#include "expr/functions.h"

namespace qd::expr {

namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
/// 0001-01-01 and the last second of 9999.
constexpr std::int64_t kFirstSecond = -62135596800;
constexpr std::int64_t kLastSecond = 253402300799;

std::string_view symbol(Operator op) {
  switch (op) {
    case Operator::Equal:
      return "==";
    case Operator::NotEqual:
      return "!=";
    case Operator::Less:
      return "<";
    case Operator::LessOrEqual:
      return "<=";
    case Operator::Greater:
      return ">";
    case Operator::GreaterOrEqual:
      return ">=";
    case Operator::In:
      return "in";
    case Operator::Add:
      return "+";
    case Operator::Subtract:
      return "-";
    case Operator::Multiply:
      return "*";
    case Operator::Divide:
      return "/";
    case Operator::Modulo:
      return "%";
    case Operator::None:
      break;
  }
  return "?";
}

Value overflow(Evaluation& run, Operator op) {
  return run.fail("expression.overflow",
                  fmt::format("the result of {} is out of range", symbol(op)));
}

Value no_overload(Evaluation& run, Operator op, const Value& left, const Value& right) {
  const Value both[] = {left, right};
  return run.no_overload(symbol(op), both);
}

Value compare(Evaluation& run, Operator op, const Value& left, const Value& right) {
  const auto found = order(left, right);
  if (found == Order::NoOverload) return no_overload(run, op, left, right);
  switch (op) {
    case Operator::Less:
      return Value::of(found == Order::Less);
    case Operator::LessOrEqual:
      return Value::of(found == Order::Less || found == Order::Equal);
    case Operator::Greater:
      return Value::of(found == Order::Greater);
    default:
      return Value::of(found == Order::Greater || found == Order::Equal);
  }
}

Value contains(Evaluation& run, const Value& item, const Value& container) {
  if (container.is(Kind::Map)) return Value::of(!container.find(item).is_nothing());
  if (!container.is(Kind::List)) return no_overload(run, Operator::In, item, container);
  bool found = false;
  for (std::size_t i = 0; i < container.size() && !found && !run.is_exhausted(); ++i)
    found = run.equal(container.at(i), item);
  return run.is_exhausted() ? run.out_of_budget() : Value::of(found);
}

template <class Whole>
Value whole_arithmetic(Evaluation& run, Operator op, Whole a, Whole b) {
  Whole result{};
  switch (op) {
    case Operator::Add:
      if (__builtin_add_overflow(a, b, &result)) return overflow(run, op);
      return Value::of(result);
    case Operator::Subtract:
      if (__builtin_sub_overflow(a, b, &result)) return overflow(run, op);
      return Value::of(result);
    case Operator::Multiply:
      if (__builtin_mul_overflow(a, b, &result)) return overflow(run, op);
      return Value::of(result);
    default:
      break;
  }
  if (b == 0)
    return run.fail("expression.divide_by_zero",
                    op == Operator::Divide ? "division by zero" : "modulus by zero");
  if constexpr (std::is_signed_v<Whole>)
    if (b == -1) {
      if (op == Operator::Modulo && a != std::numeric_limits<Whole>::min())
        return Value::of(Whole{0});
      if (a == std::numeric_limits<Whole>::min()) return overflow(run, op);
      return Value::of(-a);
    }
  return Value::of(op == Operator::Divide ? a / b : a % b);
}

Value double_arithmetic(Evaluation& run, Operator op, const Value& left, const Value& right) {
  const double a = left.as_double();
  const double b = right.as_double();
  switch (op) {
    case Operator::Add:
      return Value::of(a + b);
    case Operator::Subtract:
      return Value::of(a - b);
    case Operator::Multiply:
      return Value::of(a * b);
    case Operator::Divide:
      return Value::of(a / b);
    default:
      return no_overload(run, op, left, right);
  }
}

Value join_text(Evaluation& run, const Value& left, const Value& right) {
  const auto a = left.text();
  const auto b = right.text();
  if (!run.charge_bytes(a.size() + b.size())) return run.out_of_budget();
  const auto joined = run.arena().array<char>(a.size() + b.size());
  std::ranges::copy(b, std::ranges::copy(a, joined.begin()).out);
  const std::string_view text{joined.data(), joined.size()};
  return left.is(Kind::String) ? Value::string(text) : Value::bytes(text);
}

Value join_lists(Evaluation& run, const Value& left, const Value& right) {
  const auto size = left.size() + right.size();
  if (!run.charge(1 + static_cast<std::int64_t>(size))) return run.out_of_budget();
  const auto items = run.arena().array<Value>(size);
  for (std::size_t i = 0; i < left.size(); ++i) items[i] = left.at(i);
  for (std::size_t i = 0; i < right.size(); ++i) items[left.size() + i] = right.at(i);
  return Value::list(items);
}

Value shift(Evaluation& run, Operator op, const Value& timestamp, std::int64_t by) {
  const bool back = op == Operator::Subtract;
  auto seconds = back ? timestamp.integer() - by / kNanosPerSecond
                      : timestamp.integer() + by / kNanosPerSecond;
  auto nanos = static_cast<std::int64_t>(timestamp.nanoseconds());
  nanos += back ? -(by % kNanosPerSecond) : by % kNanosPerSecond;
  if (nanos < 0) {
    nanos += kNanosPerSecond;
    --seconds;
  } else if (nanos >= kNanosPerSecond) {
    nanos -= kNanosPerSecond;
    ++seconds;
  }
  if (seconds < kFirstSecond || seconds > kLastSecond) return overflow(run, op);
  return Value::timestamp(seconds, static_cast<std::uint32_t>(nanos));
}

Value difference(Evaluation& run, const Value& later, const Value& earlier) {
  const auto seconds = later.integer() - earlier.integer();
  std::int64_t nanos = 0;
  if (__builtin_mul_overflow(seconds, kNanosPerSecond, &nanos) ||
      __builtin_add_overflow(nanos, static_cast<std::int64_t>(later.nanoseconds()), &nanos) ||
      __builtin_sub_overflow(nanos, static_cast<std::int64_t>(earlier.nanoseconds()), &nanos))
    return overflow(run, Operator::Subtract);
  return Value::duration(nanos);
}

Value time_arithmetic(Evaluation& run, Operator op, const Value& left, const Value& right) {
  const bool adds = op == Operator::Add;
  if (!adds && op != Operator::Subtract) return no_overload(run, op, left, right);
  if (left.is(Kind::Timestamp) && right.is(Kind::Duration))
    return shift(run, op, left, right.integer());
  if (adds && left.is(Kind::Duration) && right.is(Kind::Timestamp))
    return shift(run, op, right, left.integer());
  if (!adds && left.is(Kind::Timestamp) && right.is(Kind::Timestamp))
    return difference(run, left, right);
  if (left.is(Kind::Duration) && right.is(Kind::Duration)) {
    const auto sum = whole_arithmetic(run, op, left.integer(), right.integer());
    return sum.is_error() ? sum : Value::duration(sum.integer());
  }
  return no_overload(run, op, left, right);
}

bool is_time(const Value& value) {
  return value.is(Kind::Timestamp) || value.is(Kind::Duration);
}

Value arithmetic(Evaluation& run, Operator op, const Value& left, const Value& right) {
  if (left.is(Kind::Int) && right.is(Kind::Int))
    return whole_arithmetic(run, op, left.integer(), right.integer());
  if (left.is(Kind::Uint) && right.is(Kind::Uint))
    return whole_arithmetic(run, op, left.unsigned_integer(), right.unsigned_integer());
  const bool is_real = left.is(Kind::Double) || right.is(Kind::Double);
  if (is_real && run.is_real(left) && run.is_real(right))
    return double_arithmetic(run, op, left, right);
  if (is_time(left) || is_time(right)) return time_arithmetic(run, op, left, right);
  if (op == Operator::Add && left.kind() == right.kind()) {
    if (left.is(Kind::String) || left.is(Kind::Bytes)) return join_text(run, left, right);
    if (left.is(Kind::List)) return join_lists(run, left, right);
  }
  if (op == Operator::Add && (left.is(Kind::String) || right.is(Kind::String)))
    return run.fail("expression.type",
                    fmt::format("+ does not take ({}, {}); make text of it with string(...)",
                                type_name(left.kind()), type_name(right.kind())));
  return no_overload(run, op, left, right);
}

}  // namespace

Value apply(Evaluation& run, Operator op, const Value& left, const Value& right) {
  switch (op) {
    case Operator::Equal:
    case Operator::NotEqual: {
      const bool is_equal = run.equal(left, right);
      if (run.is_exhausted()) return run.out_of_budget();
      return Value::of(is_equal == (op == Operator::Equal));
    }
    case Operator::Less:
    case Operator::LessOrEqual:
    case Operator::Greater:
    case Operator::GreaterOrEqual:
      return compare(run, op, left, right);
    case Operator::In:
      return contains(run, left, right);
    default:
      return arithmetic(run, op, left, right);
  }
}

Value negate(Evaluation& run, const Value& operand) {
  if (operand.is(Kind::Double)) return Value::of(-operand.real());
  if (operand.is(Kind::Int))
    return whole_arithmetic(run, Operator::Subtract, std::int64_t{0}, operand.integer());
  if (operand.is(Kind::Duration)) {
    const auto result =
        whole_arithmetic(run, Operator::Subtract, std::int64_t{0}, operand.integer());
    return result.is_error() ? result : Value::duration(result.integer());
  }
  return run.no_overload("-", {&operand, 1});
}

}  // namespace qd::expr
