// An expression after checking: every name is resolved to a root, a variable or a function, and
// macros have become nodes of their own. This is what the evaluator walks.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <re2/re2.h>

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
  // Macros over a list or a map's keys: the range, then the body; the variable is `slot`.
  All,
  Exists,
  ExistsOne,
  Filter,
  Transform,
  /// The range, a condition, the body.
  FilterTransform,
};

struct Node {
  NodeKind kind = NodeKind::Literal;
  Operator op = Operator::None;
  std::uint16_t slot = 0;
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
  std::vector<std::unique_ptr<RE2>> patterns;
  std::vector<Node> nodes;
  std::vector<NodeId> children;
  NodeId root = 0;
  std::vector<Reference> references;
};

/// Resolves `syntax` into `program`. The error lists every unknown name and wrong call.
[[nodiscard]] Result<void> check(const Syntax& syntax, std::span<const std::string_view> roots,
                                 Program& program);

/// Parses and checks `source`; `roots` are the names that it may use.
[[nodiscard]] Result<std::shared_ptr<const Program>> build_program(
    std::string_view source, Position start, std::span<const std::string_view> roots);

}  // namespace qd::expr
