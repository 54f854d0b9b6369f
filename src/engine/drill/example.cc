#include "engine/drill/example.h"

#include <algorithm>
#include <cmath>

namespace qd::engine::drill {
namespace {

/// Deeper than that a schema is taken for one that refers to itself.
constexpr int kMaxDepth = 16;
/// Lists and texts longer than that are not made.
constexpr std::int64_t kMaxLength = 1'000;

Json example(const Json& schema, int depth);

std::int64_t length_of(const Json& schema, std::string_view name, std::int64_t otherwise) {
  const auto* value = json::find(schema, name);
  return value && value->is_int64() ? std::clamp<std::int64_t>(value->get_int64(), 0, kMaxLength)
                                    : otherwise;
}

std::optional<double> number_at(const Json& schema, std::string_view name) {
  const auto* value = json::find(schema, name);
  return value && value->is_number() ? std::optional(value->to_number<double>()) : std::nullopt;
}

const Json* first_of(const Json& schema, std::string_view name) {
  const auto* list = json::find(schema, name);
  return list && list->is_array() && !list->get_array().empty() ? &list->get_array().front()
                                                                : nullptr;
}

/// What the schema itself says it may be.
const Json* named_value(const Json& schema) {
  for (const auto* name : {"const", "default"})
    if (const auto* value = json::find(schema, name)) return value;
  for (const auto* name : {"examples", "enum"})
    if (const auto* value = first_of(schema, name)) return value;
  return nullptr;
}

std::string type_of(const Json& schema) {
  const auto* type = json::find(schema, "type");
  if (const auto* first = first_of(schema, "type")) type = first;
  if (type && type->is_string()) return std::string(type->get_string());
  if (json::find(schema, "properties")) return "object";
  if (json::find(schema, "items")) return "array";
  return "string";
}

Json text_example(const Json& schema) {
  const auto* format = json::find(schema, "format");
  const std::string_view name =
      format && format->is_string() ? std::string_view(format->get_string()) : std::string_view();
  if (name == "date-time") return "2026-01-01T12:00:00Z";
  if (name == "date") return "2026-01-01";
  if (name == "email") return "ada@example.com";
  if (name == "uri") return "https://example.com/";
  if (name == "uuid") return "00000000-0000-7000-8000-000000000000";
  std::string text = "example";
  const auto least = static_cast<std::size_t>(length_of(schema, "minLength", 0));
  const auto most = static_cast<std::size_t>(length_of(schema, "maxLength", kMaxLength));
  text.resize(std::clamp(text.size(), std::min(least, most), most), 'e');
  return Json(boost::json::string_view(text));
}

Json number_example(const Json& schema, bool is_whole) {
  double value = 1;
  if (const auto least = number_at(schema, "minimum")) value = std::max(value, *least);
  if (const auto below = number_at(schema, "exclusiveMinimum")) value = std::max(value, *below + 1);
  if (const auto most = number_at(schema, "maximum")) value = std::min(value, *most);
  if (const auto above = number_at(schema, "exclusiveMaximum")) value = std::min(value, *above - 1);
  if (const auto step = number_at(schema, "multipleOf"); step && *step > 0)
    value = std::ceil(value / *step) * *step;
  if (is_whole) return static_cast<std::int64_t>(std::ceil(value));
  return value;
}

Json list_example(const Json& schema, int depth) {
  const auto* items = json::find(schema, "items");
  JsonArray list;
  const auto most = length_of(schema, "maxItems", kMaxLength);
  const auto count = std::min(std::max<std::int64_t>(length_of(schema, "minItems", 1), 1), most);
  for (std::int64_t i = 0; i < count; ++i)
    list.push_back(example(items ? *items : Json(JsonObject{}), depth + 1));
  return list;
}

Json object_example(const Json& schema, int depth) {
  JsonObject object;
  if (const auto* properties = json::find(schema, "properties");
      properties && properties->is_object())
    for (const auto& member : properties->get_object())
      object[member.key()] = example(member.value(), depth + 1);
  if (const auto* required = json::find(schema, "required"); required && required->is_array())
    for (const auto& name : required->get_array())
      if (name.is_string() && !object.contains(name.get_string()))
        object[name.get_string()] = "example";
  return object;
}

Json example(const Json& schema, int depth) {
  if (depth > kMaxDepth) return nullptr;
  if (const auto* value = named_value(schema)) return *value;
  for (const auto* name : {"oneOf", "anyOf", "allOf"})
    if (const auto* first = first_of(schema, name)) return example(*first, depth + 1);
  const auto type = type_of(schema);
  if (type == "object") return object_example(schema, depth);
  if (type == "array") return list_example(schema, depth);
  if (type == "integer" || type == "number") return number_example(schema, type == "integer");
  if (type == "boolean") return true;
  if (type == "null") return nullptr;
  return text_example(schema);
}

}  // namespace

Json example_of(const Json& schema) {
  return example(schema, 0);
}

}  // namespace qd::engine::drill
