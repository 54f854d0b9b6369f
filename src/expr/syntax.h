// The syntax tree of one expression, as written: nothing is resolved yet. Nodes lie in one array
// and name their children by place.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expression.h"
#include "expr/value.h"

namespace qd::expr {

inline constexpr std::size_t kMaxSource = 64 * 1024;
/// Brackets, calls, conditionals and signs inside each other.
inline constexpr int kMaxNesting = 64;
/// Height of the tree; a chain of operators or of selections is nested to the evaluator too.
inline constexpr std::uint32_t kMaxHeight = 512;

enum class SyntaxKind : std::uint8_t {
  Literal,
  Identifier,
  /// `.name`: not a variable of a macro, and not looked for in a container.
  AbsoluteIdentifier,
  Select,
  /// `a.?b`
  OptionalSelect,
  Index,
  /// `a[?b]`
  OptionalIndex,
  Call,
  /// The receiver is the first child.
  Method,
  List,
  /// Key, value, key, value.
  Map,
  /// `?x` as an item of a list or a key of a map: an optional, left out when it is none.
  OptionalEntry,
  Not,
  Negate,
  And,
  Or,
  Conditional,
  Binary,
};

enum class Operator : std::uint8_t {
  None,
  Equal,
  NotEqual,
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual,
  In,
  Add,
  Subtract,
  Multiply,
  Divide,
  Modulo,
};

using SyntaxId = std::uint32_t;

struct SyntaxNode {
  SyntaxKind kind = SyntaxKind::Literal;
  Operator op = Operator::None;
  Position at;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint32_t height = 1;
  /// Of an identifier, a selection, a call; points into the source.
  std::string_view name;
  Value literal;
};

struct Syntax {
  std::vector<SyntaxNode> nodes;
  std::vector<SyntaxId> children;
  SyntaxId root = 0;

  [[nodiscard]] const SyntaxNode& node(SyntaxId id) const { return nodes[id]; }
  [[nodiscard]] std::span<const SyntaxId> children_of(const SyntaxNode& node) const {
    return std::span(children).subspan(node.first, node.count);
  }
};

/// Parses `source`. Decoded strings are put into `texts`; they and `source` must outlive the tree.
[[nodiscard]] Result<Syntax> parse(std::string_view source, Position start,
                                   std::deque<std::string>& texts);

}  // namespace qd::expr
