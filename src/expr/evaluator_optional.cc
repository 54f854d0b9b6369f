#include "expr/evaluator.h"

namespace qd::expr {

Value Evaluator::some(const Value& inner) {
  return Value::optional(run_.arena().make(inner));
}

/// What `.?` and `[?` reach into. As for `has`, null is something that has no members.
Value Evaluator::to_optional(const Value& operand) {
  if (operand.is_error()) return operand;
  const bool is_optional = operand.is(Kind::Optional);
  const bool is_null =
      is_optional ? operand.has_inner() && operand.inner().is(Kind::Null) : operand.is(Kind::Null);
  if (is_null) return Value::optional(nullptr);
  return is_optional ? operand : some(operand);
}

Value Evaluator::optional_select(const Node& node) {
  const Node& owner = child_node(node, 0);
  if (owner.kind == NodeKind::Root) {
    const Json* member = run_.scope().member(owner.name, node.name);
    return member == nullptr ? Value::optional(nullptr) : some(Value::lend(*member));
  }
  const Value operand = to_optional(evaluate(child(node, 0)));
  return operand.is_error() ? operand : optional_member(operand, node.name);
}

/// A member of what an optional holds, as an optional.
Value Evaluator::optional_member(const Value& operand, std::string_view name) {
  if (!operand.has_inner()) return operand;
  if (!operand.inner().is(Kind::Map)) return member(operand.inner(), name);
  const Value found = operand.inner().find(name);
  return found.is_nothing() ? Value::optional(nullptr) : some(found);
}

Value Evaluator::optional_index(const Node& node) {
  const Value operand = to_optional(evaluate(child(node, 0)));
  if (operand.is_error()) return operand;
  const Value key = evaluate(child(node, 1));
  return key.is_error() ? key : optional_item(operand, key);
}

Value Evaluator::optional_item(const Value& operand, const Value& key) {
  if (!operand.has_inner()) return operand;
  const Value& inner = operand.inner();
  const bool is_outside =
      inner.is(Kind::List) && key.is_number() &&
      (key.as_double() < 0 || key.as_double() >= static_cast<double>(inner.size()));
  const bool is_missing = inner.is(Kind::Map) && inner.find(key).is_nothing();
  if (is_outside || is_missing) return Value::optional(nullptr);
  const Value found = item(inner, key);
  return found.is_error() ? found : some(found);
}

Value Evaluator::optional_map(const Node& node) {
  const Value operand = evaluate(child(node, 0));
  if (operand.is_error()) return operand;
  const bool is_flat = node.kind == NodeKind::OptionalFlatMap;
  if (!operand.is(Kind::Optional))
    return run_.no_overload(is_flat ? "optFlatMap" : "optMap", {&operand, 1});
  if (!operand.has_inner()) return operand;
  slots_[node.slot] = operand.inner();
  const Value made = evaluate(child(node, 1));
  if (made.is_error()) return made;
  if (!is_flat) return some(made);
  return made.is(Kind::Optional) ? made : run_.no_overload("optFlatMap", {&made, 1});
}

Value Evaluator::optional_or(const Node& node) {
  const Value operand = evaluate(child(node, 0));
  if (operand.is_error()) return operand;
  const bool gives_value = node.kind == NodeKind::OptionalOrValue;
  if (!operand.is(Kind::Optional))
    return run_.no_overload(gives_value ? "orValue" : "or", {&operand, 1});
  if (operand.has_inner()) return gives_value ? operand.inner() : operand;
  const Value other = evaluate(child(node, 1));
  if (gives_value || other.is_error() || other.is(Kind::Optional)) return other;
  return run_.no_overload("or", {&other, 1});
}

Value Evaluator::entry(const Value& optional) {
  if (optional.is_error()) return optional;
  if (!optional.is(Kind::Optional)) return run_.no_overload("?", {&optional, 1});
  return optional.has_inner() ? optional.inner() : Value::error(nullptr);
}

}  // namespace qd::expr
