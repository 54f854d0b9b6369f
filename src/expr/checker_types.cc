#include "base/near_name.h"
#include "expr/checker.h"
#include "expr/schema_type.h"

namespace qd::expr {

TypeRef Checker::literal_type(const Value& literal) {
  switch (literal.kind()) {
    case Kind::Bool:
      return types_.simple(TypeKind::Bool);
    case Kind::Int:
      return types_.simple(TypeKind::Int);
    case Kind::Uint:
      return types_.simple(TypeKind::Uint);
    case Kind::Double:
      return types_.simple(TypeKind::Double);
    case Kind::String:
      return types_.simple(TypeKind::String);
    case Kind::Bytes:
      return types_.simple(TypeKind::Bytes);
    default:
      return types_.simple(TypeKind::Null);
  }
}

std::vector<TypeRef> Checker::types_of(const Nodes& nodes) {
  std::vector<TypeRef> out;
  for (const auto node : nodes) out.push_back(type_of(node));
  return out;
}

TypeRef Checker::match_exactly(std::string_view signatures, const std::vector<TypeRef>& arguments) {
  TypeRef result = nullptr;
  while (!signatures.empty()) {
    const auto text = signatures.substr(0, signatures.find(';'));
    signatures.remove_prefix(std::min(signatures.size(), text.size() + 1));
    const auto signature = types_.read_signature(text);
    if (!types_.assign_all(arguments, signature.parameters)) continue;
    const auto* found = types_.resolve(signature.result);
    if (result == nullptr)
      result = found;
    else if (print(found) != print(result))
      return types_.dyn();
  }
  return result;
}

TypeRef Checker::match(std::string_view signatures, const std::vector<TypeRef>& arguments) {
  if (const auto* exact = match_exactly(signatures, arguments)) return exact;
  if (environment_.numbers == Numbers::Strict) return nullptr;
  types_.set_promotion(Types::Promotion::IntToDouble);
  const auto* promoted = match_exactly(signatures, arguments);
  types_.set_promotion(Types::Promotion::No);
  return promoted;
}

TypeRef Checker::result_type(Position at, std::string_view name, std::string_view signatures,
                             const Nodes& arguments) {
  const auto given = types_of(arguments);
  if (signatures.empty()) return types_.dyn();
  if (const auto* result = match(signatures, given)) return result;
  std::string kinds;
  for (const auto* type : given) {
    if (!kinds.empty()) kinds += ", ";
    kinds += print(types_.settle(type));
  }
  const bool is_text =
      std::ranges::any_of(given, [](TypeRef type) { return type->kind == TypeKind::String; });
  type_fault(at, fmt::format("{} does not take ({}){}", name, kinds,
                             name == "+" && is_text ? "; make text of it with string(...)" : ""));
  return types_.dyn();
}

NodeId Checker::operation(const SyntaxNode& node, NodeKind kind, std::string_view symbol,
                          std::string_view signatures) {
  const auto lowered = lower_all(syntax_.children_of(node));
  return add({.kind = kind, .op = node.op, .at = node.at},
             result_type(node.at, symbol, signatures, lowered), lowered);
}

void Checker::expect_bool(NodeId id, std::string_view by) {
  if (!types_.assign(type_of(id), types_.simple(TypeKind::Bool)))
    type_fault(program_.nodes[id].at,
               fmt::format("{} takes bool, not {}", by, print(types_.settle(type_of(id)))));
}

NodeId Checker::join(const SyntaxNode& node, NodeKind kind) {
  const auto lowered = lower_all(syntax_.children_of(node));
  for (const auto id : lowered) expect_bool(id, kind == NodeKind::And ? "&&" : "||");
  return add({.kind = kind, .at = node.at}, types_.simple(TypeKind::Bool), lowered);
}

NodeId Checker::conditional(const SyntaxNode& node) {
  const auto lowered = lower_all(syntax_.children_of(node));
  expect_bool(lowered[0], "?:");
  return add({.kind = NodeKind::Conditional, .at = node.at},
             types_.join(type_of(lowered[1]), type_of(lowered[2])), lowered);
}

/// Of an item or a value; what stands behind `?` is an optional.
TypeRef Checker::entry_type(NodeId id) {
  const auto* inner = types_.fresh();
  if (types_.assign(type_of(id), types_.optional(inner))) return types_.resolve(inner);
  type_fault(program_.nodes[id].at,
             fmt::format("'?' takes an optional value, not {}", print(types_.settle(type_of(id)))));
  return types_.dyn();
}

NodeId Checker::list(const SyntaxNode& node) {
  const auto lowered = lower_all(syntax_.children_of(node));
  TypeRef item = nullptr;
  for (const auto id : lowered) {
    const Node& made = program_.nodes[id];
    const auto* type = made.kind == NodeKind::OptionalEntry
                           ? entry_type(program_.children[made.first])
                           : type_of(id);
    item = item == nullptr ? type : types_.join(item, type);
  }
  return add({.kind = NodeKind::List, .at = node.at},
             types_.list(item == nullptr ? types_.fresh() : item), lowered);
}

NodeId Checker::map(const SyntaxNode& node) {
  const auto lowered = lower_all(syntax_.children_of(node));
  TypeRef keys = nullptr;
  TypeRef values = nullptr;
  for (std::size_t i = 0; i < lowered.size(); i += 2) {
    const Node& made = program_.nodes[lowered[i]];
    const bool is_optional = made.kind == NodeKind::OptionalEntry;
    const auto* key = type_of(is_optional ? program_.children[made.first] : lowered[i]);
    const auto* value = is_optional ? entry_type(lowered[i + 1]) : type_of(lowered[i + 1]);
    keys = keys == nullptr ? key : types_.join(keys, key);
    values = values == nullptr ? value : types_.join(values, value);
  }
  if (keys == nullptr) keys = types_.fresh();
  if (values == nullptr) values = types_.fresh();
  return add({.kind = NodeKind::Map, .at = node.at}, types_.map(keys, values), lowered);
}

/// Of a schema's object. Asking whether a member is there is no fault, whatever is declared.
TypeRef Checker::declared_member_type(TypeRef owner, const SyntaxNode& node, NodeKind kind) {
  if (const auto* member = member_of(types_, *owner, node.name)) return member;
  if (kind == NodeKind::Select) {
    const auto known = members_of(*owner);
    const auto near = near_name(node.name, known);
    type_fault(node.at, near.empty()
                            ? fmt::format("the schema declares no member '{}'; it declares {}",
                                          node.name, fmt::join(known, ", "))
                            : fmt::format("the schema declares no member '{}'; did you mean '{}'?",
                                          node.name, near));
  }
  return types_.dyn();
}

TypeRef Checker::member_type(TypeRef owner, const SyntaxNode& node, NodeKind kind) {
  if (owner->kind == TypeKind::Opaque && owner->name == "optional_type") {
    const auto* inner = member_type(owner->parameters[0], node, NodeKind::Has);
    return kind == NodeKind::Has ? inner : types_.optional(inner);
  }
  TypeRef member = types_.dyn();
  switch (owner->kind) {
    case TypeKind::Dyn:
      if (!owner->name.empty()) member = place(owner->name + "." + std::string(node.name));
      break;
    case TypeKind::Object:
      member = declared_member_type(owner, node, kind);
      break;
    case TypeKind::Map:
      member = owner->parameters[1];
      break;
    case TypeKind::Parameter:
    case TypeKind::Null:
      break;
    default:
      type_fault(node.at, fmt::format("a value of type {} has no member '{}'",
                                      print(types_.settle(owner)), node.name));
  }
  if (kind == NodeKind::Has) return member;
  return kind == NodeKind::OptionalSelect ? types_.optional(member) : member;
}

}  // namespace qd::expr
