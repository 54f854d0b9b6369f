// An expression after checking: every name is resolved to a root, a variable or a function, and
// macros have become nodes of their own. This is what the evaluator walks.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <re2/re2.h>

#include "expr/environment.h"
#include "expr/functions.h"
#include "expr/syntax.h"

namespace qd::expr {

enum class NodeKind : std::uint8_t {
  Literal,
  /// A root of the scope.
  Root,
  /// A variable of a macro, by slot.
  Local,
  Select,
  Has,
  Index,
  OptionalSelect,
  OptionalIndex,
  /// An item or a key that is left out when it is none.
  OptionalEntry,
  Call,
  /// `text.matches('...')` with the pattern compiled ahead.
  Matches,
  List,
  Map,
  Not,
  Negate,
  And,
  Or,
  Conditional,
  Binary,
  // Macros over a list or a map: the range, then the body. One variable, at `slot`, is an item or
  // a key; of two the second is the item or the value, and the first its index or key.
  All,
  Exists,
  ExistsOne,
  Filter,
  Transform,
  /// The range, a condition, the body.
  FilterTransform,
  TransformMap,
  FilterTransformMap,
  TransformMapEntry,
  FilterTransformMapEntry,
  SortBy,
  /// Values for the slots from `slot` on, then the body.
  Bind,
  // The optional, then a body in which `slot` is what it holds.
  OptionalMap,
  OptionalFlatMap,
  // The optional, then what stands for it when it is none.
  OptionalOr,
  OptionalOrValue,
};

struct Node {
  NodeKind kind = NodeKind::Literal;
  Operator op = Operator::None;
  /// Of a macro: 1 or 2.
  std::uint8_t variables = 1;
  std::uint32_t slot = 0;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  Position at;
  /// Of a root or a member; points into `Program::source`.
  std::string_view name;
  Value literal;
  const Function* function = nullptr;
  const RE2* pattern = nullptr;
};

using NodeId = std::uint32_t;

struct Program {
  std::string source;
  std::deque<std::string> texts;
  /// What is known to fail, where it is not refused.
  std::deque<Failure> failures;
  std::vector<std::unique_ptr<RE2>> patterns;
  std::vector<Node> nodes;
  std::vector<NodeId> children;
  NodeId root = 0;
  /// How many slots its variables take at most.
  std::uint32_t slots = 0;
  Numbers numbers = Numbers::Json;
  /// Of its result, as types.h writes it.
  std::string type;
  std::vector<Reference> references;
};

/// Resolves `syntax` into `program`. The error lists everything that is wrong.
[[nodiscard]] Result<void> check(const Syntax& syntax, const Environment& environment,
                                 Program& program);

/// Parses and checks `source`.
[[nodiscard]] Result<std::shared_ptr<const Program>> build_program(std::string_view source,
                                                                   Position start,
                                                                   const Environment& environment);

}  // namespace qd::expr
