#include "expr/checker.h"

namespace qd::expr {

namespace {

constexpr Macro kMacros[] = {
    {"all", 3, 1, NodeKind::All},
    {"all", 4, 2, NodeKind::All},
    {"exists", 3, 1, NodeKind::Exists},
    {"exists", 4, 2, NodeKind::Exists},
    {"exists_one", 3, 1, NodeKind::ExistsOne},
    {"exists_one", 4, 2, NodeKind::ExistsOne},
    {"existsOne", 3, 1, NodeKind::ExistsOne},
    {"existsOne", 4, 2, NodeKind::ExistsOne},
    {"filter", 3, 1, NodeKind::Filter},
    {"map", 3, 1, NodeKind::Transform},
    {"map", 4, 1, NodeKind::FilterTransform},
    {"transformList", 4, 2, NodeKind::Transform},
    {"transformList", 5, 2, NodeKind::FilterTransform},
    {"transformMap", 4, 2, NodeKind::TransformMap},
    {"transformMap", 5, 2, NodeKind::FilterTransformMap},
    {"transformMapEntry", 4, 2, NodeKind::TransformMapEntry},
    {"transformMapEntry", 5, 2, NodeKind::FilterTransformMapEntry},
    {"sortBy", 3, 1, NodeKind::SortBy},
    {"optMap", 3, 1, NodeKind::OptionalMap},
    {"optFlatMap", 3, 1, NodeKind::OptionalFlatMap},
};

bool is_condition(NodeKind kind, std::size_t body) {
  switch (kind) {
    case NodeKind::All:
    case NodeKind::Exists:
    case NodeKind::ExistsOne:
    case NodeKind::Filter:
      return true;
    case NodeKind::FilterTransform:
    case NodeKind::FilterTransformMap:
    case NodeKind::FilterTransformMapEntry:
      return body == 0;
    default:
      return false;
  }
}

}  // namespace

std::vector<std::string_view> macro_names() {
  std::vector<std::string_view> names;
  for (const auto& macro : kMacros) names.push_back(macro.name);
  return names;
}

std::optional<NodeId> Checker::macro(const SyntaxNode& node) {
  if (const auto found = cel_macro(node)) return found;
  const auto children = syntax_.children_of(node);
  for (const auto& macro : kMacros) {
    if (macro.name != node.name || macro.children != children.size()) continue;
    const bool is_optional =
        macro.kind == NodeKind::OptionalMap || macro.kind == NodeKind::OptionalFlatMap;
    return is_optional ? optional_map(node, macro, children) : comprehension(node, macro, children);
  }
  return std::nullopt;
}

std::uint32_t Checker::push_local(std::string name, TypeRef type) {
  locals_.push_back({std::move(name), type});
  program_.slots = std::max(program_.slots, static_cast<std::uint32_t>(locals_.size()));
  return static_cast<std::uint32_t>(locals_.size() - 1);
}

void Checker::push_variables(const Macro& macro, std::span<const std::string> names, TypeRef range,
                             Position at) {
  TypeRef key = types_.dyn();
  TypeRef item = types_.dyn();
  if (range->kind == TypeKind::List) {
    key = types_.simple(TypeKind::Int);
    item = range->parameters[0];
  } else if (range->kind == TypeKind::Map) {
    key = range->parameters[0];
    item = range->parameters[1];
  } else if (range->kind == TypeKind::Object) {
    key = types_.simple(TypeKind::String);
  } else if (range->kind != TypeKind::Dyn && range->kind != TypeKind::Parameter) {
    type_fault(at, fmt::format("only a list or a map is gone through, not {}",
                               print(types_.settle(range))));
  }
  if (macro.variables == 2) {
    push_local(names[0], key);
    push_local(names[1], item);
  } else {
    push_local(names[0], range->kind == TypeKind::List ? item : key);
  }
}

NodeId Checker::comprehension(const SyntaxNode& node, const Macro& macro, Children children) {
  Nodes lowered{lower(children[0])};
  std::vector<std::string> names;
  for (const auto variable : children.subspan(1, macro.variables)) {
    auto name = variable_name(variable);
    if (!name)
      return refuse(syntax_.node(variable).at, "expression.syntax",
                    fmt::format("the first argument of {} is the name of a variable", node.name));
    names.push_back(*std::move(name));
  }
  const auto slot = static_cast<std::uint32_t>(locals_.size());
  push_variables(macro, names, type_of(lowered[0]), program_.nodes[lowered[0]].at);
  const auto bodies = children.subspan(1 + macro.variables);
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    lowered.push_back(lower(bodies[i]));
    if (is_condition(macro.kind, i)) expect_bool(lowered.back(), node.name);
  }
  const auto* type = comprehension_type(macro, lowered, locals_[slot].type, locals_.back().type);
  locals_.resize(slot);
  return add({.kind = macro.kind, .variables = macro.variables, .slot = slot, .at = node.at}, type,
             lowered);
}

/// `first` is the type of the first variable, `item` of the last.
TypeRef Checker::comprehension_type(const Macro& macro, const Nodes& lowered, TypeRef first,
                                    TypeRef item) {
  const auto* body = type_of(lowered.back());
  switch (macro.kind) {
    case NodeKind::Filter:
    case NodeKind::SortBy:
      return types_.list(item);
    case NodeKind::Transform:
    case NodeKind::FilterTransform:
      return types_.list(body);
    case NodeKind::TransformMap:
    case NodeKind::FilterTransformMap:
      return types_.map(first, body);
    case NodeKind::TransformMapEntry:
    case NodeKind::FilterTransformMapEntry:
      if (!types_.assign(body, types_.map(types_.fresh(), types_.fresh())))
        type_fault(program_.nodes[lowered.back()].at,
                   fmt::format("{} makes an entry {{key: value}} of each item, not {}", macro.name,
                               print(types_.settle(body))));
      return body;
    default:
      return types_.simple(TypeKind::Bool);
  }
}

NodeId Checker::optional_map(const SyntaxNode& node, const Macro& macro, Children children) {
  Nodes lowered{lower(children[0])};
  const auto name = variable_name(children[1]);
  if (!name)
    return refuse(syntax_.node(children[1]).at, "expression.syntax",
                  fmt::format("the first argument of {} is the name of a variable", node.name));
  const auto* inner = types_.fresh();
  if (!types_.assign(type_of(lowered[0]), types_.optional(inner)))
    type_fault(node.at, fmt::format("{} takes an optional value, not {}", node.name,
                                    print(types_.settle(type_of(lowered[0])))));
  const auto slot = push_local(*name, types_.resolve(inner));
  lowered.push_back(lower(children[2]));
  locals_.resize(slot);
  const auto* body = type_of(lowered[1]);
  if (macro.kind == NodeKind::OptionalFlatMap &&
      !types_.assign(body, types_.optional(types_.fresh())))
    type_fault(
        program_.nodes[lowered[1]].at,
        fmt::format("optFlatMap makes an optional value, not {}", print(types_.settle(body))));
  return add({.kind = macro.kind, .slot = slot, .at = node.at},
             macro.kind == NodeKind::OptionalMap ? types_.optional(body) : body, lowered);
}

std::optional<NodeId> Checker::cel_macro(const SyntaxNode& node) {
  const auto children = syntax_.children_of(node);
  const auto& receiver = syntax_.node(children[0]);
  if (receiver.kind != SyntaxKind::Identifier || receiver.name != "cel" || local("cel"))
    return std::nullopt;
  if (node.name == "bind") return bind(node, children.subspan(1));
  if (node.name == "block") return block(node, children.subspan(1));
  const auto name = block_variable(node);
  if (!name) return std::nullopt;
  if (const auto slot = local(*name))
    return add({.kind = NodeKind::Local, .slot = *slot, .at = node.at}, locals_[*slot].type);
  return refuse(node.at, "expression.unknown_name", "there is no such value of a cel.block here");
}

/// `cel.bind(name, value, body)`
NodeId Checker::bind(const SyntaxNode& node, Children arguments) {
  const auto name = arguments.size() == 3 ? variable_name(arguments[0]) : std::nullopt;
  if (!name)
    return refuse(node.at, "expression.wrong_arity",
                  "cel.bind takes a name, its value and an expression: cel.bind(x, 1, x + x)");
  Nodes lowered{lower(arguments[1])};
  const auto slot = push_local(*name, type_of(lowered[0]));
  lowered.push_back(lower(arguments[2]));
  locals_.resize(slot);
  return add({.kind = NodeKind::Bind, .slot = slot, .at = node.at}, type_of(lowered[1]), lowered);
}

/// `cel.block([a, b], body)`: each value may use those before it as `cel.index(0)`.
NodeId Checker::block(const SyntaxNode& node, Children arguments) {
  if (arguments.size() != 2 || syntax_.node(arguments[0]).kind != SyntaxKind::List)
    return refuse(node.at, "expression.wrong_arity",
                  "cel.block takes a list of values and an expression");
  const auto slot = static_cast<std::uint32_t>(locals_.size());
  Nodes lowered;
  for (const auto value : syntax_.children_of(syntax_.node(arguments[0]))) {
    lowered.push_back(lower(value));
    push_local(fmt::format("@index{}", lowered.size() - 1), type_of(lowered.back()));
  }
  lowered.push_back(lower(arguments[1]));
  locals_.resize(slot);
  return add({.kind = NodeKind::Bind, .slot = slot, .at = node.at}, type_of(lowered.back()),
             lowered);
}

std::optional<std::string> Checker::variable_name(SyntaxId id) const {
  const auto& node = syntax_.node(id);
  if (node.kind == SyntaxKind::Identifier) return std::string(node.name);
  if (node.kind != SyntaxKind::Method || node.name == "index") return std::nullopt;
  return block_variable(node);
}

/// What `cel.index(0)`, `cel.iterVar(0, 1)` and `cel.accuVar(0, 1)` are called.
std::optional<std::string> Checker::block_variable(const SyntaxNode& node) const {
  const auto children = syntax_.children_of(node);
  const auto& receiver = syntax_.node(children[0]);
  if (receiver.kind != SyntaxKind::Identifier || receiver.name != "cel") return std::nullopt;
  std::string numbers;
  for (const auto argument : children.subspan(1)) {
    const auto& literal = syntax_.node(argument).literal;
    if (syntax_.node(argument).kind != SyntaxKind::Literal || !literal.is(Kind::Int))
      return std::nullopt;
    numbers += fmt::format(":{}", literal.integer());
  }
  if (node.name == "index" && children.size() == 2) return "@index" + numbers.substr(1);
  if (node.name == "iterVar" && children.size() == 3) return "@it" + numbers;
  if (node.name == "accuVar" && children.size() == 3) return "@ac" + numbers;
  return std::nullopt;
}

}  // namespace qd::expr
