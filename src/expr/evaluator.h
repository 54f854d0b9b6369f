// Walks a program over a scope.
#pragma once

#include "expr/program.h"

namespace qd::expr {

class Evaluator {
 public:
  Evaluator(const Program& program, const Scope& scope, Budget budget);

  /// The value lives as long as this evaluator, the program and the scope.
  [[nodiscard]] Value run();
  [[nodiscard]] std::int64_t cost_left() const { return run_.left(); }

 private:
  [[nodiscard]] Value evaluate(NodeId id);
  [[nodiscard]] Value evaluate_node(const Node& node);

  // evaluator.cc
  [[nodiscard]] Value root(const Node& node);
  [[nodiscard]] Value select(const Node& node);
  [[nodiscard]] Value member(const Value& operand, std::string_view name);
  [[nodiscard]] Value has(const Node& node);
  [[nodiscard]] Value index(const Node& node);
  [[nodiscard]] Value item(const Value& operand, const Value& key);
  [[nodiscard]] Value call(const Node& node);
  [[nodiscard]] Value matches(const Node& node);
  [[nodiscard]] Value list(const Node& node);
  [[nodiscard]] Value map(const Node& node);
  [[nodiscard]] Value negation(const Node& node);
  [[nodiscard]] Value join(const Node& node);
  [[nodiscard]] Value conditional(const Node& node);
  [[nodiscard]] Value binary(const Node& node);

  // evaluator_macros.cc
  [[nodiscard]] Value quantify(const Node& node);
  [[nodiscard]] Value exists_one(const Node& node);
  [[nodiscard]] Value collect(const Node& node);
  [[nodiscard]] Value collect_map(const Node& node);
  [[nodiscard]] Value sort_by(const Node& node);
  [[nodiscard]] Value bind(const Node& node);
  /// The range of a macro, or an error where it is none.
  [[nodiscard]] Value range(const Node& node);
  void set_variables(const Node& node, const Value& range, std::size_t index);
  /// Whether the item at hand is kept; not a bool where asking failed.
  [[nodiscard]] Value is_kept(const Node& node);
  [[nodiscard]] Value made_map(std::span<const BuiltMap::Entry> entries);

  // evaluator_optional.cc
  [[nodiscard]] Value some(const Value& inner);
  [[nodiscard]] Value to_optional(const Value& operand);
  [[nodiscard]] Value optional_select(const Node& node);
  [[nodiscard]] Value optional_member(const Value& operand, std::string_view name);
  [[nodiscard]] Value optional_index(const Node& node);
  [[nodiscard]] Value optional_item(const Value& operand, const Value& key);
  [[nodiscard]] Value optional_map(const Node& node);
  [[nodiscard]] Value optional_or(const Node& node);
  /// Of what stands behind `?`; an error that is nothing when there is nothing.
  [[nodiscard]] Value entry(const Value& optional);

  [[nodiscard]] NodeId child(const Node& node, std::size_t index) const {
    return program_.children[node.first + index];
  }
  [[nodiscard]] const Node& child_node(const Node& node, std::size_t index) const {
    return program_.nodes[child(node, index)];
  }

  static constexpr std::size_t kFewSlots = 8;

  const Program& program_;
  Evaluation run_;
  Value few_slots_[kFewSlots];
  std::span<Value> slots_;
};

}  // namespace qd::expr
