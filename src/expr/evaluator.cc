#include "expr/evaluator.h"

namespace qd::expr {

Evaluator::Evaluator(const Program& program, const Scope& scope, Budget budget)
    : program_(program), run_(scope, budget.cost, program.numbers) {
  slots_ = program.slots <= kFewSlots ? std::span<Value>(few_slots_)
                                      : run_.arena().array<Value>(program.slots);
}

Value Evaluator::run() {
  const Value value = evaluate(program_.root);
  // An absorbed error must not hide that the budget is gone.
  if (!run_.is_exhausted()) return value;
  return run_.out_of_budget();
}

Value Evaluator::evaluate(NodeId id) {
  const Node& node = program_.nodes[id];
  if (!run_.charge(1)) return run_.out_of_budget();
  const Value value = evaluate_node(node);
  if (value.is_error() && value.failure()->at.line == 0) value.failure()->at = node.at;
  return value;
}

Value Evaluator::evaluate_node(const Node& node) {
  switch (node.kind) {
    case NodeKind::Literal:
      return node.literal;
    case NodeKind::Root:
      return root(node);
    case NodeKind::Local:
      return slots_[node.slot];
    case NodeKind::Select:
      return select(node);
    case NodeKind::Has:
      return has(node);
    case NodeKind::Index:
      return index(node);
    case NodeKind::OptionalSelect:
      return optional_select(node);
    case NodeKind::OptionalIndex:
      return optional_index(node);
    case NodeKind::OptionalEntry:
      return evaluate(child(node, 0));
    case NodeKind::Call:
      return call(node);
    case NodeKind::Matches:
      return matches(node);
    case NodeKind::List:
      return list(node);
    case NodeKind::Map:
      return map(node);
    case NodeKind::Not:
    case NodeKind::Negate:
      return negation(node);
    case NodeKind::And:
    case NodeKind::Or:
      return join(node);
    case NodeKind::Conditional:
      return conditional(node);
    case NodeKind::Binary:
      return binary(node);
    case NodeKind::All:
    case NodeKind::Exists:
      return quantify(node);
    case NodeKind::ExistsOne:
      return exists_one(node);
    case NodeKind::Filter:
    case NodeKind::Transform:
    case NodeKind::FilterTransform:
      return collect(node);
    case NodeKind::TransformMap:
    case NodeKind::FilterTransformMap:
    case NodeKind::TransformMapEntry:
    case NodeKind::FilterTransformMapEntry:
      return collect_map(node);
    case NodeKind::SortBy:
      return sort_by(node);
    case NodeKind::Bind:
      return bind(node);
    case NodeKind::OptionalMap:
    case NodeKind::OptionalFlatMap:
      return optional_map(node);
    case NodeKind::OptionalOr:
    case NodeKind::OptionalOrValue:
      return optional_or(node);
  }
  return {};
}

Value Evaluator::root(const Node& node) {
  const Json* value = run_.scope().find(node.name);
  if (value != nullptr) return Value::lend(*value);
  return run_.fail("expression.no_such_key", fmt::format("there is no '{}' here", node.name));
}

Value Evaluator::select(const Node& node) {
  const Node& owner = child_node(node, 0);
  if (owner.kind == NodeKind::Root) {
    if (const Json* member = run_.scope().member(owner.name, node.name))
      return Value::lend(*member);
    return run_.fail("expression.no_such_key",
                     fmt::format("'{}' has no member '{}'", owner.name, node.name));
  }
  const Value operand = evaluate(child(node, 0));
  if (operand.is_error()) return operand;
  if (operand.is(Kind::Optional)) return optional_member(operand, node.name);
  return member(operand, node.name);
}

Value Evaluator::member(const Value& operand, std::string_view name) {
  if (operand.is(Kind::Map)) {
    const Value found = operand.find(name);
    if (!found.is_nothing()) return found;
    return run_.fail("expression.no_such_key", fmt::format("there is no member '{}'", name));
  }
  if (operand.is(Kind::Null))
    return run_.fail("expression.no_such_key", fmt::format("null has no member '{}'", name));
  return run_.fail("expression.type", fmt::format("a value of type {} has no member '{}'",
                                                  type_name(operand.kind()), name));
}

// A member of null is absent rather than an error, so that `has(steps.a.output.b)` is the question
// to ask of a step that was skipped.
Value Evaluator::has(const Node& node) {
  const Node& owner = child_node(node, 0);
  if (owner.kind == NodeKind::Root)
    return Value::of(run_.scope().member(owner.name, node.name) != nullptr);
  Value operand = evaluate(child(node, 0));
  if (operand.is_error()) return operand;
  if (operand.is(Kind::Optional)) {
    if (!operand.has_inner()) return Value::of(false);
    operand = operand.inner();
  }
  if (operand.is(Kind::Null)) return Value::of(false);
  if (operand.is(Kind::Map)) return Value::of(!operand.find(node.name).is_nothing());
  return run_.no_overload("has", {&operand, 1});
}

Value Evaluator::index(const Node& node) {
  const Value operand = evaluate(child(node, 0));
  if (operand.is_error()) return operand;
  const Value key = evaluate(child(node, 1));
  if (key.is_error()) return key;
  return operand.is(Kind::Optional) ? optional_item(operand, key) : item(operand, key);
}

Value Evaluator::item(const Value& operand, const Value& key) {
  if (operand.is(Kind::Map)) {
    const Value member = operand.find(key);
    if (!member.is_nothing()) return member;
    return run_.fail("expression.no_such_key",
                     key.is(Kind::String) ? fmt::format("there is no member '{}'", key.text())
                                          : "there is no such key");
  }
  if (!operand.is(Kind::List) || !key.is_number()) {
    const Value both[] = {operand, key};
    return run_.no_overload("[]", both);
  }
  const double at = key.as_double();
  if (at < 0 || at >= static_cast<double>(operand.size()))
    return run_.fail("expression.index",
                     fmt::format("there is no item {} in a list of {}", at, operand.size()));
  const auto whole = static_cast<std::size_t>(at);
  if (static_cast<double>(whole) != at)
    return run_.fail("expression.index", "the index of a list is a whole number");
  return operand.at(whole);
}

Value Evaluator::call(const Node& node) {
  constexpr std::size_t kFew = 4;
  Value few[kFew];
  const auto arguments =
      node.count <= kFew ? std::span(few, node.count) : run_.arena().array<Value>(node.count);
  for (std::size_t i = 0; i < node.count; ++i) {
    arguments[i] = evaluate(child(node, i));
    if (arguments[i].is_error()) return arguments[i];
  }
  return node.function->run(run_, arguments);
}

Value Evaluator::matches(const Node& node) {
  const Value operand = evaluate(child(node, 0));
  if (operand.is_error()) return operand;
  if (!operand.is(Kind::String)) return run_.no_overload("matches", {&operand, 1});
  const auto text = operand.text();
  if (!run_.charge(static_cast<std::int64_t>(1 + text.size()))) return run_.out_of_budget();
  return Value::of(RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *node.pattern));
}

Value Evaluator::list(const Node& node) {
  const auto items = run_.arena().array<Value>(node.count);
  std::size_t count = 0;
  for (std::size_t i = 0; i < node.count; ++i) {
    Value item = evaluate(child(node, i));
    if (child_node(node, i).kind == NodeKind::OptionalEntry) {
      item = entry(item);
      if (item.is_nothing()) continue;
    }
    if (item.is_error()) return item;
    items[count++] = item;
  }
  return Value::list(items.first(count));
}

Value Evaluator::map(const Node& node) {
  const auto entries = run_.arena().array<BuiltMap::Entry>(node.count / 2);
  std::size_t count = 0;
  for (std::size_t i = 0; i < node.count; i += 2) {
    const Value key = evaluate(child(node, i));
    if (key.is_error()) return key;
    Value value = evaluate(child(node, i + 1));
    if (child_node(node, i).kind == NodeKind::OptionalEntry) {
      value = entry(value);
      if (value.is_nothing()) continue;
    }
    if (value.is_error()) return value;
    entries[count++] = {key, value};
  }
  return made_map(entries.first(count));
}

Value Evaluator::negation(const Node& node) {
  const Value operand = evaluate(child(node, 0));
  if (operand.is_error()) return operand;
  if (node.kind == NodeKind::Negate) return negate(run_, operand);
  if (operand.is(Kind::Bool)) return Value::of(!operand.boolean());
  return run_.no_overload("!", {&operand, 1});
}

// One operand that decides outweighs errors of the others, on either side.
Value Evaluator::join(const Node& node) {
  const bool is_and = node.kind == NodeKind::And;
  Value error;
  for (std::size_t i = 0; i < node.count; ++i) {
    const Value operand = evaluate(child(node, i));
    if (operand.is(Kind::Bool)) {
      if (operand.boolean() != is_and) return operand;
    } else if (!error.is_error()) {
      error = operand.is_error() ? operand : run_.no_overload(is_and ? "&&" : "||", {&operand, 1});
    }
  }
  return error.is_error() ? error : Value::of(is_and);
}

Value Evaluator::conditional(const Node& node) {
  const Value condition = evaluate(child(node, 0));
  if (condition.is_error()) return condition;
  if (!condition.is(Kind::Bool)) return run_.no_overload("?:", {&condition, 1});
  return evaluate(child(node, condition.boolean() ? 1 : 2));
}

Value Evaluator::binary(const Node& node) {
  const Value left = evaluate(child(node, 0));
  if (left.is_error()) return left;
  const Value right = evaluate(child(node, 1));
  if (right.is_error()) return right;
  return apply(run_, node.op, left, right);
}

}  // namespace qd::expr
