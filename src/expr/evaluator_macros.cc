#include "expr/evaluator.h"

namespace qd::expr {

Value Evaluator::range(const Node& node) {
  const Value range = evaluate(child(node, 0));
  if (range.is_error() || range.is(Kind::List) || range.is(Kind::Map)) return range;
  return run_.fail("expression.type", fmt::format("only a list or a map is gone through, not {}",
                                                  type_name(range.kind())));
}

void Evaluator::set_variables(const Node& node, const Value& range, std::size_t index) {
  const bool is_map = range.is(Kind::Map);
  if (node.variables == 1) {
    slots_[node.slot] = is_map ? range.key_at(index) : range.at(index);
    return;
  }
  slots_[node.slot] = is_map ? range.key_at(index) : Value::of(static_cast<std::int64_t>(index));
  slots_[node.slot + 1] = is_map ? range.value_at(index) : range.at(index);
}

Value Evaluator::quantify(const Node& node) {
  const Value items = range(node);
  if (items.is_error()) return items;
  const bool is_all = node.kind == NodeKind::All;
  Value error;
  for (std::size_t i = 0; i < items.size(); ++i) {
    set_variables(node, items, i);
    const Value holds = evaluate(child(node, 1));
    if (run_.is_exhausted()) return run_.out_of_budget();
    if (holds.is(Kind::Bool)) {
      if (holds.boolean() != is_all) return holds;
    } else if (!error.is_error()) {
      error = holds.is_error() ? holds : run_.no_overload(is_all ? "all" : "exists", {&holds, 1});
    }
  }
  return error.is_error() ? error : Value::of(is_all);
}

Value Evaluator::is_kept(const Node& node) {
  const Value holds = evaluate(child(node, 1));
  if (holds.is_error() || holds.is(Kind::Bool)) return holds;
  return run_.no_overload("the condition", {&holds, 1});
}

Value Evaluator::exists_one(const Node& node) {
  const Value items = range(node);
  if (items.is_error()) return items;
  std::size_t found = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    set_variables(node, items, i);
    const Value holds = is_kept(node);
    if (holds.is_error()) return holds;
    found += holds.boolean() ? 1 : 0;
  }
  return Value::of(found == 1);
}

Value Evaluator::collect(const Node& node) {
  const Value items = range(node);
  if (items.is_error()) return items;
  // Paid for before it is taken.
  if (!run_.charge(static_cast<std::int64_t>(items.size()))) return run_.out_of_budget();
  const auto out = run_.arena().array<Value>(items.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    set_variables(node, items, i);
    const Value item = slots_[node.slot];
    if (node.kind != NodeKind::Transform) {
      const Value holds = is_kept(node);
      if (holds.is_error()) return holds;
      if (!holds.boolean()) continue;
    }
    const Value kept = node.kind == NodeKind::Filter ? item : evaluate(child(node, node.count - 1));
    if (kept.is_error()) return kept;
    out[count++] = kept;
  }
  return Value::list(out.first(count));
}

Value Evaluator::made_map(std::span<const BuiltMap::Entry> entries) {
  for (const auto& [key, value] : entries)
    if (!key.is(Kind::String) && !key.is(Kind::Int) && !key.is(Kind::Uint) && !key.is(Kind::Bool))
      return run_.fail("expression.type",
                       fmt::format("a key of a map is not {}", type_name(key.kind())));
  const auto* made = BuiltMap::make(run_.arena(), entries);
  if (made == nullptr) return run_.fail("expression.argument", "a key of the map appears twice");
  return Value::map(made);
}

Value Evaluator::collect_map(const Node& node) {
  const Value items = range(node);
  if (items.is_error()) return items;
  const bool has_condition =
      node.kind == NodeKind::FilterTransformMap || node.kind == NodeKind::FilterTransformMapEntry;
  const bool makes_entry =
      node.kind == NodeKind::TransformMapEntry || node.kind == NodeKind::FilterTransformMapEntry;
  if (!run_.charge(2 * static_cast<std::int64_t>(items.size()))) return run_.out_of_budget();
  std::vector<BuiltMap::Entry> entries;
  for (std::size_t i = 0; i < items.size(); ++i) {
    set_variables(node, items, i);
    const Value key = slots_[node.slot];
    if (has_condition) {
      const Value holds = is_kept(node);
      if (holds.is_error()) return holds;
      if (!holds.boolean()) continue;
    }
    const Value made = evaluate(child(node, node.count - 1));
    if (made.is_error()) return made;
    if (!makes_entry) {
      entries.push_back({key, made});
      continue;
    }
    if (!made.is(Kind::Map)) return run_.no_overload("transformMapEntry", {&made, 1});
    if (!run_.charge(static_cast<std::int64_t>(made.size()))) return run_.out_of_budget();
    for (std::size_t entry = 0; entry < made.size(); ++entry)
      entries.push_back({made.key_at(entry), made.value_at(entry)});
  }
  const auto kept = run_.arena().array<BuiltMap::Entry>(entries.size());
  std::ranges::copy(entries, kept.begin());
  return made_map(kept);
}

Value Evaluator::sort_by(const Node& node) {
  const Value items = range(node);
  if (items.is_error()) return items;
  if (!items.is(Kind::List)) return run_.no_overload("sortBy", {&items, 1});
  if (!run_.charge(static_cast<std::int64_t>(items.size()))) return run_.out_of_budget();
  const auto keys = run_.arena().array<Value>(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    set_variables(node, items, i);
    keys[i] = evaluate(child(node, 1));
    if (keys[i].is_error()) return keys[i];
  }
  return sorted(run_, items, keys);
}

// An error of a value is one only where the value is used.
Value Evaluator::bind(const Node& node) {
  const auto values = node.count - 1;
  for (std::uint32_t i = 0; i < values; ++i) slots_[node.slot + i] = evaluate(child(node, i));
  return evaluate(child(node, values));
}

}  // namespace qd::expr
