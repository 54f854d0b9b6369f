// Values that may be absent.
#include "expr/functions.h"

namespace qd::expr {

namespace {

using Arguments = std::span<const Value>;

Value of(Evaluation& run, Arguments arguments) {
  return Value::optional(run.arena().make(arguments[0]));
}

Value none(Evaluation&, Arguments) {
  return Value::optional(nullptr);
}

bool is_zero(const Value& value) {
  switch (value.kind()) {
    case Kind::Null:
      return true;
    case Kind::Bool:
      return !value.boolean();
    case Kind::Int:
    case Kind::Uint:
    case Kind::Double:
      return value.as_double() == 0;
    case Kind::String:
    case Kind::Bytes:
      return value.text().empty();
    case Kind::List:
    case Kind::Map:
      return value.size() == 0;
    case Kind::Duration:
      return value.integer() == 0;
    case Kind::Optional:
      return !value.has_inner();
    default:
      return false;
  }
}

Value of_non_zero(Evaluation& run, Arguments arguments) {
  return is_zero(arguments[0]) ? Value::optional(nullptr) : of(run, arguments);
}

Value has_value(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::Optional)) return run.no_overload("hasValue", arguments);
  return Value::of(arguments[0].has_inner());
}

Value value(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::Optional)) return run.no_overload("value", arguments);
  if (arguments[0].has_inner()) return arguments[0].inner();
  return run.fail("expression.argument", "the optional holds no value");
}

/// The values that the optionals of a list hold.
Value unwrap(Evaluation& run, Arguments arguments) {
  const auto& list = arguments[0];
  if (!list.is(Kind::List)) return run.no_overload("unwrap", arguments);
  if (!run.charge(static_cast<std::int64_t>(list.size()))) return run.out_of_budget();
  const auto items = run.arena().array<Value>(list.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Value item = list.at(i);
    if (!item.is(Kind::Optional)) return run.no_overload("unwrap", {&item, 1});
    if (item.has_inner()) items[count++] = item.inner();
  }
  return Value::list(items.first(count));
}

}  // namespace

std::span<const Function> optional_functions() {
  static constexpr Function kFunctions[] = {
      {"optional.of", CallStyle::Global, 1, 1, of, "(A) -> optional_type(A)"},
      {"optional.none", CallStyle::Global, 0, 0, none, "() -> optional_type(A)"},
      {"optional.ofNonZeroValue", CallStyle::Global, 1, 1, of_non_zero, "(A) -> optional_type(A)"},
      {"optional.unwrap", CallStyle::Global, 1, 1, unwrap, "(list(optional_type(A))) -> list(A)"},
      {"unwrapOpt", CallStyle::Method, 1, 1, unwrap, "(list(optional_type(A))) -> list(A)"},
      {"hasValue", CallStyle::Method, 1, 1, has_value, "(optional_type(A)) -> bool"},
      {"value", CallStyle::Method, 1, 1, value, "(optional_type(A)) -> A"},
      // The evaluator runs these two: the other value is not always evaluated.
      {"or", CallStyle::Method, 2, 2, nullptr,
       "(optional_type(A), optional_type(A)) -> optional_type(A)"},
      {"orValue", CallStyle::Method, 2, 2, nullptr, "(optional_type(A), A) -> A"},
  };
  return kFunctions;
}

}  // namespace qd::expr
