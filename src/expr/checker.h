// Gives every name its meaning and every node its type, and reports all that is wrong with one
// expression at once. What JSON's shape leaves open is checked when the expression runs.
#pragma once

#include "expr/program.h"
#include "expr/types.h"

namespace qd::expr {

struct Macro {
  std::string_view name;
  /// The range and the variables included.
  std::uint32_t children;
  std::uint8_t variables;
  NodeKind kind;
};

class Checker {
 public:
  Checker(const Syntax& syntax, const Environment& environment, Program& program)
      : syntax_(syntax), environment_(environment), program_(program) {}

  Result<void> run();

 private:
  using Children = std::span<const SyntaxId>;
  using Nodes = std::vector<NodeId>;
  struct Local {
    std::string name;
    TypeRef type;
  };

  // checker.cc: structure, names, members
  NodeId lower(SyntaxId id);
  NodeId lower_as(const SyntaxNode& node, NodeKind kind, TypeRef type);
  Nodes lower_all(Children ids);
  NodeId add(Node node, TypeRef type, std::span<const NodeId> children = {});
  NodeId operand(SyntaxId id, std::string_view member);
  NodeId identifier(const SyntaxNode& node, std::string_view member);
  std::optional<NodeId> named(const std::string& name, const SyntaxNode& node,
                              std::string_view member);
  std::optional<NodeId> qualified_name(const SyntaxNode& node, std::string_view member);
  /// `a.b.c` when that is all that the node is.
  std::optional<std::string> dotted(const SyntaxNode& node) const;
  NodeId unknown_name(const SyntaxNode& node);
  NodeId select(const SyntaxNode& node, NodeKind kind);
  NodeId index(const SyntaxNode& node, NodeKind kind);
  std::optional<std::uint32_t> local(std::string_view name) const;
  TypeRef place(const std::string& path);

  // checker_types.cc: which types operations take and give
  NodeId list(const SyntaxNode& node);
  NodeId map(const SyntaxNode& node);
  NodeId operation(const SyntaxNode& node, NodeKind kind, std::string_view symbol,
                   std::string_view signatures);
  NodeId join(const SyntaxNode& node, NodeKind kind);
  NodeId conditional(const SyntaxNode& node);
  TypeRef entry_type(NodeId id);
  TypeRef member_type(TypeRef owner, const SyntaxNode& node, NodeKind kind);
  TypeRef declared_member_type(TypeRef owner, const SyntaxNode& node, NodeKind kind);
  void expect_bool(NodeId id, std::string_view by);
  /// The result of the first signature that the arguments fit; nothing when they fit none.
  TypeRef match(std::string_view signatures, const std::vector<TypeRef>& arguments);
  TypeRef match_exactly(std::string_view signatures, const std::vector<TypeRef>& arguments);
  TypeRef result_type(Position at, std::string_view name, std::string_view signatures,
                      const Nodes& arguments);
  TypeRef literal_type(const Value& literal);
  TypeRef type_of(NodeId id) { return types_.resolve(node_types_[id]); }
  std::vector<TypeRef> types_of(const Nodes& nodes);

  // checker_calls.cc: functions
  NodeId call(const SyntaxNode& node);
  NodeId has(const SyntaxNode& node, Children arguments);
  NodeId method(const SyntaxNode& node);
  std::optional<NodeId> namespaced(const SyntaxNode& node, const SyntaxNode& receiver);
  NodeId plain_method(const SyntaxNode& node, Children children);
  bool is_value(std::string_view name) const;
  std::optional<NodeId> declared(const SyntaxNode& node, std::string_view name, Children arguments);
  NodeId finish_call(const SyntaxNode& node, const Function& function, std::string_view name,
                     Children arguments);
  NodeId matches(const SyntaxNode& node, const SyntaxNode& pattern, const Nodes& arguments);
  NodeId unknown_function(Position at, std::string_view name);

  // checker_macros.cc: macros become nodes of their own
  std::optional<NodeId> macro(const SyntaxNode& node);
  NodeId comprehension(const SyntaxNode& node, const Macro& macro, Children children);
  TypeRef comprehension_type(const Macro& macro, const Nodes& lowered, TypeRef first, TypeRef item);
  void push_variables(const Macro& macro, std::span<const std::string> names, TypeRef range,
                      Position at);
  NodeId optional_map(const SyntaxNode& node, const Macro& macro, Children children);
  std::optional<NodeId> cel_macro(const SyntaxNode& node);
  NodeId bind(const SyntaxNode& node, Children arguments);
  NodeId block(const SyntaxNode& node, Children arguments);
  std::optional<std::string> variable_name(SyntaxId id) const;
  std::optional<std::string> block_variable(const SyntaxNode& node) const;
  std::uint32_t push_local(std::string name, TypeRef type);

  /// Refuses the expression, or leaves a node that fails where nothing is to be refused.
  NodeId refuse(Position at, std::string_view code, std::string_view message);
  void type_fault(Position at, std::string_view message);

  const Syntax& syntax_;
  const Environment& environment_;
  Program& program_;
  Types types_;
  std::vector<TypeRef> node_types_;
  std::vector<Local> locals_;
  std::vector<Error> errors_;
};

[[nodiscard]] std::vector<std::string_view> macro_names();

}  // namespace qd::expr
