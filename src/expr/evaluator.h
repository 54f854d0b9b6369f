// Walks a program over a scope.
#pragma once

#include "expr/program.h"

namespace qd::expr {

/// Depth of macros inside each other is bounded by the nesting of the source.
inline constexpr std::size_t kMaxLocals = kMaxNesting + 1;

class Evaluator {
 public:
  Evaluator(const Program& program, const Scope& scope, Budget budget)
      : program_(program), run_(scope, budget.cost) {}

  /// The value lives as long as this evaluator, the program and the scope.
  [[nodiscard]] Value run();
  [[nodiscard]] std::int64_t cost_left() const { return run_.left(); }

 private:
  [[nodiscard]] Value evaluate(NodeId id);
  [[nodiscard]] Value evaluate_node(const Node& node);
  [[nodiscard]] Value root(const Node& node);
  [[nodiscard]] Value select(const Node& node);
  [[nodiscard]] Value has(const Node& node);
  [[nodiscard]] Value index(const Node& node);
  [[nodiscard]] Value call(const Node& node);
  [[nodiscard]] Value matches(const Node& node);
  [[nodiscard]] Value list(const Node& node);
  [[nodiscard]] Value map(const Node& node);
  [[nodiscard]] Value negation(const Node& node);
  [[nodiscard]] Value join(const Node& node);
  [[nodiscard]] Value conditional(const Node& node);
  [[nodiscard]] Value binary(const Node& node);
  [[nodiscard]] Value quantify(const Node& node);
  [[nodiscard]] Value exists_one(const Node& node);
  [[nodiscard]] Value collect(const Node& node);

  [[nodiscard]] NodeId child(const Node& node, std::size_t index) const {
    return program_.children[node.first + index];
  }
  [[nodiscard]] const Node& child_node(const Node& node, std::size_t index) const {
    return program_.nodes[child(node, index)];
  }
  /// The elements of a macro's range: of a list its items, of a map its keys.
  [[nodiscard]] static Value element(const Value& range, std::size_t index);
  [[nodiscard]] Value check_range(const Value& range);

  const Program& program_;
  Evaluation run_;
  Value locals_[kMaxLocals];
};

}  // namespace qd::expr
