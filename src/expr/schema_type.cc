#include "expr/schema_type.h"

namespace qd::expr {

namespace {

const JsonObject* properties_of(const JsonObject& schema) {
  const auto* properties = schema.if_contains("properties");
  return properties == nullptr ? nullptr : properties->if_object();
}

/// Where a schema says more than one thing at once, only what all agree on would be certain.
bool is_compound(const JsonObject& schema) {
  constexpr std::string_view kWords[] = {"$ref", "allOf", "anyOf", "oneOf", "if"};
  return std::ranges::any_of(kWords, [&](auto word) { return schema.contains(word); });
}

/// Whether it allows members that it does not name.
bool is_open(const JsonObject& schema) {
  if (properties_of(schema) == nullptr || schema.contains("patternProperties")) return true;
  const auto* others = schema.if_contains("additionalProperties");
  return others != nullptr && *others != Json(false);
}

}  // namespace

TypeRef type_of_schema(Types& types, const Json& schema) {
  const auto* object = schema.if_object();
  const auto* type = object == nullptr ? nullptr : object->if_contains("type");
  if (type == nullptr || !type->is_string() || is_compound(*object)) return types.dyn();
  const std::string_view name = type->get_string();
  if (name == "string") return types.simple(TypeKind::String);
  if (name == "integer") return types.simple(TypeKind::Int);
  if (name == "number") return types.simple(TypeKind::Number);
  if (name == "boolean") return types.simple(TypeKind::Bool);
  if (name == "null") return types.simple(TypeKind::Null);
  if (name == "object") return types.object(schema);
  if (name != "array") return types.dyn();
  const auto* items = object->if_contains("items");
  return types.list(items == nullptr ? types.dyn() : type_of_schema(types, *items));
}

TypeRef member_of(Types& types, const Type& object, std::string_view name) {
  const auto& schema = object.schema->get_object();
  const auto* properties = properties_of(schema);
  const auto* member = properties == nullptr ? nullptr : properties->if_contains(name);
  if (member != nullptr) return type_of_schema(types, *member);
  return is_open(schema) ? types.dyn() : nullptr;
}

std::vector<std::string_view> members_of(const Type& object) {
  std::vector<std::string_view> names;
  const auto* properties = properties_of(object.schema->get_object());
  if (properties == nullptr) return names;
  for (const auto& member : *properties) names.push_back(member.key());
  return names;
}

}  // namespace qd::expr
