#include "json/type_info.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/near_name.h"

namespace qd::json {
namespace {

constexpr std::size_t kMaxFaults = 100;

std::string_view kind_of(const Json& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "a boolean";
    case boost::json::kind::string:
      return "text";
    case boost::json::kind::array:
      return "a list";
    case boost::json::kind::object:
      return "an object";
    default:
      return "a number";
  }
}

void fault_kind(std::string_view wanted, const Json& value, Reader& reader) {
  reader.fault("type", fmt::format("must be {}, not {}", wanted, kind_of(value)));
}

const Field* find_field(const TypeInfo& type, std::string_view name) {
  for (const auto& field : type.fields)
    if (field.name == name) return &field;
  return nullptr;
}

void fault_unknown(const TypeInfo& type, std::string_view name, Reader& reader) {
  std::vector<std::string_view> known;
  for (const auto& field : type.fields) known.push_back(field.name);
  const auto near = near_name(name, known);
  reader.fault("unknown_field", near.empty()
                                    ? "is not a field here"
                                    : fmt::format("is not a field here; did you mean {}?", near));
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

const void* member(const Field& field, const void* object) {
  return field.at(const_cast<void*>(object));  // the accessor only computes an address
}

JsonObject struct_schema(const TypeInfo& type, Components& components) {
  JsonObject properties;
  JsonArray required;
  for (const auto& field : type.fields) {
    properties[field.name] = schema_of(field.type(), components);
    if (field.type().kind != Kind::Optional) required.emplace_back(field.name);
  }
  JsonObject schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

JsonObject optional_schema(const TypeInfo& type, Components& components) {
  auto schema = schema_of(type.element(), components);
  if (schema.contains("$ref") || schema.contains("enum"))
    return {{"anyOf", JsonArray{std::move(schema), JsonObject{{"type", "null"}}}}};
  if (auto* name = schema.if_contains("type")) {
    const Json base = *name;
    schema["type"] = JsonArray{base, "null"};
  }
  return schema;
}

}  // namespace

void Reader::fault(std::string_view code, std::string message) {
  if (faults.size() < kMaxFaults)
    faults.push_back({path.empty() ? "/" : path, std::string(code), std::move(message)});
}

PathScope::PathScope(Reader& reader, std::string_view segment)
    : reader_(reader), length_(reader.path.size()) {
  reader.path += '/';
  reader.path += escape_pointer(segment);
}

void read_struct(const TypeInfo& type, const Json& value, void* object, Reader& reader) {
  const auto* members = read_object(value, reader);
  if (!members) return;
  for (const auto& field : type.fields) {
    const PathScope scope(reader, field.name);
    const auto& field_type = field.type();
    if (const auto* found = members->if_contains(field.name))
      field_type.read(field_type, *found, field.at(object), reader);
    else if (field_type.kind != Kind::Optional)
      reader.fault("required", "is required");
  }
  if (reader.unknown == Unknown::Ignore) return;
  for (const auto& given : *members) {
    if (find_field(type, given.key())) continue;
    const PathScope scope(reader, given.key());
    fault_unknown(type, given.key(), reader);
  }
}

Json write_struct(const TypeInfo& type, const void* object) {
  JsonObject members;
  members.reserve(type.fields.size());
  for (const auto& field : type.fields)
    members.emplace(field.name, field.type().write(field.type(), member(field, object)));
  return members;
}

void print_struct(const TypeInfo& type, const void* object, std::string& text) {
  char separator = '{';
  for (const auto& field : type.fields) {
    text += std::exchange(separator, ',');
    text += '"';
    text += field.name;
    text += "\":";
    field.type().print(field.type(), member(field, object), text);
  }
  text += separator == '{' ? "{}" : "}";
}

std::optional<std::int64_t> read_whole(const Json& value, std::int64_t min, std::int64_t max,
                                       Reader& reader) {
  std::int64_t number = 0;
  if (value.is_int64())
    number = value.get_int64();
  else if (value.is_double() && std::trunc(value.get_double()) == value.get_double() &&
           std::abs(value.get_double()) < 9e15)
    number = static_cast<std::int64_t>(value.get_double());
  else if (value.is_number()) {
    reader.fault("type", "must be a whole number of at most 64 bits");
    return std::nullopt;
  } else {
    fault_kind("a whole number", value, reader);
    return std::nullopt;
  }
  if (number >= min && number <= max) return number;
  reader.fault("range", fmt::format("must be from {} to {}", min, max));
  return std::nullopt;
}

const boost::json::string* read_text(const Json& value, Reader& reader) {
  if (!value.is_string()) fault_kind("text", value, reader);
  return value.if_string();
}

const JsonArray* read_array(const Json& value, Reader& reader) {
  if (!value.is_array()) fault_kind("a list", value, reader);
  return value.if_array();
}

const JsonObject* read_object(const Json& value, Reader& reader) {
  if (!value.is_object()) fault_kind("an object", value, reader);
  return value.if_object();
}

bool check_length(const TypeInfo& type, std::string_view text, Reader& reader) {
  const auto length = static_cast<std::int64_t>(count_code_points(text));
  if (length >= type.min && length <= type.max) return true;
  if (length == 0)
    reader.fault("too_short", "must not be empty");
  else if (length < type.min)
    reader.fault("too_short", fmt::format("must have at least {} characters", type.min));
  else
    reader.fault("too_long",
                 fmt::format("must have at most {} characters, has {}", type.max, length));
  return false;
}

bool check_email(const TypeInfo&, std::string_view text, Reader& reader) {
  const auto at = text.rfind('@');
  const auto domain = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f &&
           !std::string_view("<>()[],;:\\\"").contains(c);
  });
  if (text.size() <= 254 && plain && at != 0 && at <= 64 && !text.substr(0, at).contains('@') &&
      !domain.empty() && !domain.starts_with('.') && !domain.ends_with('.') &&
      !domain.contains(".."))
    return true;
  reader.fault("email", "must be an e-mail address such as ada@example.com");
  return false;
}

bool check_slug(const TypeInfo&, std::string_view text, Reader& reader) {
  const bool letters = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (!text.empty() && text.size() <= 100 && letters && !text.starts_with('-') &&
      !text.ends_with('-') && !text.contains("--"))
    return true;
  reader.fault("slug", "must be 1 to 100 of a-z, 0-9 and single inner dashes");
  return false;
}

void fault_enum(const TypeInfo& type, Reader& reader) {
  std::string names;
  for (const auto& name : type.leaf_schema.at("enum").as_array())
    names += (names.empty() ? "" : ", ") + std::string(name.as_string());
  reader.fault("enum", "must be one of: " + names);
}

namespace {

constexpr std::size_t kBlock = 8;

bool is_escaped(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

/// Looks at all of them without a branch, so that they are compared at once.
bool is_clean(const char* block) {
  unsigned escaped = 0;
  for (std::size_t i = 0; i < kBlock; ++i) escaped |= is_escaped(block[i]) ? 1U : 0U;
  return escaped == 0;
}

/// The next character that is written otherwise, or the end.
std::size_t next_escaped(std::string_view value, std::size_t from) {
  while (from + kBlock <= value.size() && is_clean(value.data() + from)) from += kBlock;
  while (from < value.size() && !is_escaped(value[from])) ++from;
  return from;
}

}  // namespace

void print_text(std::string_view value, std::string& text) {
  constexpr std::string_view digits = "0123456789abcdef";
  text += '"';
  std::size_t clean = 0;
  for (auto i = next_escaped(value, 0); i < value.size(); i = next_escaped(value, i + 1)) {
    const auto c = static_cast<unsigned char>(value[i]);
    text.append(value, clean, i - clean);
    clean = i + 1;
    text += '\\';
    switch (c) {
      case '"':
        text += '"';
        break;
      case '\\':
        text += '\\';
        break;
      case '\n':
        text += 'n';
        break;
      case '\r':
        text += 'r';
        break;
      case '\t':
        text += 't';
        break;
      default:
        text += "u00";
        text += digits[c >> 4];
        text += digits[c & 15];
    }
  }
  text.append(value, clean);
  text += '"';
}

TypeInfo boolean_info() {
  return {.kind = Kind::Boolean,
          .read =
              [](const TypeInfo&, const Json& value, void* object, Reader& reader) {
                if (const auto* flag = value.if_bool())
                  out<bool>(object) = *flag;
                else
                  fault_kind("true or false", value, reader);
              },
          .write = [](const TypeInfo&, const void* object) { return Json(in<bool>(object)); },
          .print = [](const TypeInfo&, const void* object,
                      std::string& text) { text += in<bool>(object) ? "true" : "false"; },
          .leaf_schema = {{"type", "boolean"}}};
}

TypeInfo number_info() {
  return {.kind = Kind::Number,
          .read =
              [](const TypeInfo&, const Json& value, void* object, Reader& reader) {
                if (value.is_number())
                  out<double>(object) = value.to_number<double>();
                else
                  fault_kind("a number", value, reader);
              },
          .write = [](const TypeInfo&, const void* object) { return Json(in<double>(object)); },
          .print = [](const TypeInfo&, const void* object,
                      std::string& text) { append(text, in<double>(object)); },
          .leaf_schema = {{"type", "number"}}};
}

TypeInfo timestamp_info() {
  return {.kind = Kind::String,
          .read =
              [](const TypeInfo&, const Json& value, void* object, Reader& reader) {
                const auto* text = read_text(value, reader);
                if (!text) return;
                if (const auto time = parse_rfc3339(*text))
                  out<Timestamp>(object) = *time;
                else
                  reader.fault("timestamp",
                               "must be an RFC 3339 time such as 2026-11-23T09:57:00Z");
              },
          .write = [](const TypeInfo&,
                      const void* object) { return Json(to_rfc3339(in<Timestamp>(object))); },
          .print =
              [](const TypeInfo&, const void* object, std::string& text) {
                text += '"';
                text += to_rfc3339(in<Timestamp>(object));
                text += '"';
              },
          .leaf_schema = {{"type", "string"}, {"format", "date-time"}}};
}

std::string type_name(std::string_view pretty_function) {
  auto name = pretty_function.substr(pretty_function.find("[T = ") + 5);
  name = name.substr(0, name.rfind(']'));
  const auto last = [](std::string_view qualified) {
    const auto colon = qualified.rfind(':');
    return std::string(colon == std::string_view::npos ? qualified : qualified.substr(colon + 1));
  };
  const auto open = name.find('<');
  if (open == std::string_view::npos) return last(name);
  return last(name.substr(open + 1, name.rfind('>') - open - 1)) + last(name.substr(0, open));
}

JsonObject schema_of(const TypeInfo& type, Components& components) {
  switch (type.kind) {
    case Kind::Integer:
      return {
          {"type", "integer"}, {"format", "int64"}, {"minimum", type.min}, {"maximum", type.max}};
    case Kind::String:
      if (type.leaf_schema.empty())
        return {{"type", "string"}, {"minLength", type.min}, {"maxLength", type.max}};
      return type.leaf_schema;
    case Kind::Array:
      return {{"type", "array"}, {"items", schema_of(type.element(), components)}};
    case Kind::Map:
      return {{"type", "object"}, {"additionalProperties", schema_of(type.element(), components)}};
    case Kind::Optional:
      return optional_schema(type, components);
    case Kind::Struct:
    case Kind::Enum:
      return {{"$ref", "#/components/schemas/" + components.refer(type)}};
    case Kind::AnyObject:
      return {{"type", "object"}, {"additionalProperties", true}};
    case Kind::AnyArray:
      return {{"type", "array"}, {"items", JsonObject{}}};
    case Kind::Any:
      return {};
    default:
      return type.leaf_schema;
  }
}

std::string Components::refer(const TypeInfo& type) {
  if (const auto known = names_.find(&type); known != names_.end()) return known->second;
  auto name = type.name;
  for (int copy = 2; schemas_.contains(name); ++copy) name = type.name + std::to_string(copy);
  names_[&type] = name;
  schemas_[name] = JsonObject{};  // taken before its fields are walked: they may refer back
  schemas_[name] = type.kind == Kind::Enum ? type.leaf_schema : struct_schema(type, *this);
  return name;
}

}  // namespace qd::json
