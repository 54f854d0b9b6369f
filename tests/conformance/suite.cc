#include "conformance/suite.h"

#include <cmath>

namespace qd::conformance {

namespace {

using expr::Arena;
using expr::Kind;
using expr::Value;

template <class Number>
Number number(const std::string& text) {
  Number value{};
  const bool is_hex = text.starts_with("0x");
  const auto* end = text.data() + text.size();
  std::from_chars_result read{};
  if constexpr (std::is_integral_v<Number>)
    read = std::from_chars(text.data() + (is_hex ? 2 : 0), end, value, is_hex ? 16 : 10);
  else
    read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end)
    throw std::runtime_error(fmt::format("'{}' is not a number", text));
  return value;
}

Value list_of(Arena& arena, const Message& list) {
  const auto fields = list.all("values");
  const auto items = arena.array<Value>(fields.size());
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = read_value(arena, *fields[i]->message);
  return Value::list(items);
}

Value map_of(Arena& arena, const Message& map) {
  const auto fields = map.all("entries");
  const auto entries = arena.array<expr::BuiltMap::Entry>(fields.size());
  for (std::size_t i = 0; i < entries.size(); ++i)
    entries[i] = {read_value(arena, *fields[i]->message->child("key")),
                  read_value(arena, *fields[i]->message->child("value"))};
  return Value::map(expr::BuiltMap::make(arena, entries));
}

/// The two messages that are values of the language.
Value object_of(const Message& object) {
  constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
  const auto& field = object.fields.at(0);
  const auto part = [&](std::string_view name) {
    const auto text = field.message->text(name);
    return text.empty() ? 0 : number<std::int64_t>(text);
  };
  if (field.name.ends_with("/google.protobuf.Duration]"))
    return Value::duration(part("seconds") * kNanosPerSecond + part("nanos"));
  if (field.name.ends_with("/google.protobuf.Timestamp]"))
    return Value::timestamp(part("seconds"), static_cast<std::uint32_t>(part("nanos")));
  throw OutOfScope(kMessages);
}

Value type_named(const std::string& name) {
  for (int kind = 0; kind <= static_cast<int>(Kind::Cidr); ++kind)
    if (expr::type_name(static_cast<Kind>(kind)) == name)
      return Value::type(static_cast<Kind>(kind));
  throw OutOfScope(kMessages);
}

bool is_same_map(const Value& a, const Value& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto key = a.key_at(i);
    const auto other = b.find(key);
    if (other.is_nothing() || !is_same(a.value_at(i), other)) return false;
  }
  return a.size() == b.size();
}

std::string parameters_of(const Message& type, std::string_view name) {
  std::string out;
  for (const auto* parameter : type.all(name))
    out += (out.empty() ? "" : ", ") + read_type(*parameter->message);
  return out;
}

std::string type_or_dyn(const Message* type) {
  return type == nullptr ? "dyn" : read_type(*type);
}

std::string primitive(const std::string& name) {
  if (name == "INT64") return "int";
  if (name == "UINT64") return "uint";
  std::string out;
  for (const char c : name) out += static_cast<char>(c | 0x20);
  return out;
}

}  // namespace

Value read_value(Arena& arena, const Message& value) {
  const auto& field = value.fields.at(0);
  const auto& text = field.text;
  if (field.name == "null_value") return {};
  if (field.name == "bool_value") return Value::of(text == "true");
  if (field.name == "int64_value") return Value::of(number<std::int64_t>(text));
  if (field.name == "uint64_value") return Value::of(number<std::uint64_t>(text));
  if (field.name == "double_value") return Value::of(number<double>(text));
  if (field.name == "string_value") return Value::string(text);
  if (field.name == "bytes_value") return Value::bytes(text);
  if (field.name == "list_value") return list_of(arena, *field.message);
  if (field.name == "map_value") return map_of(arena, *field.message);
  if (field.name == "object_value") return object_of(*field.message);
  if (field.name == "type_value") return type_named(text);
  throw OutOfScope(field.name == "enum_value" ? "protobuf enums" : "values of kind " + field.name);
}

std::string read_type(const Message& type) {
  const auto& field = type.fields.at(0);
  if (field.name == "dyn") return "dyn";
  if (field.name == "null") return "null";
  if (field.name == "type") return "type";
  if (field.name == "primitive") return primitive(field.text);
  if (field.name == "type_param") return field.text;
  if (field.name == "list_type")
    return fmt::format("list({})", type_or_dyn(field.message->child("elem_type")));
  if (field.name == "map_type")
    return fmt::format("map({}, {})", type_or_dyn(field.message->child("key_type")),
                       type_or_dyn(field.message->child("value_type")));
  if (field.name == "abstract_type") {
    const auto parameters = parameters_of(*field.message, "parameter_types");
    const auto name = field.message->text("name");
    return parameters.empty() ? name : fmt::format("{}({})", name, parameters);
  }
  if (field.text == "TIMESTAMP" || field.text == "google.protobuf.Timestamp") return "timestamp";
  if (field.text == "DURATION" || field.text == "google.protobuf.Duration") return "duration";
  throw OutOfScope(kMessages);
}

bool is_same(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is(Kind::Double))
    return a.real() == b.real() || (std::isnan(a.real()) && std::isnan(b.real()));
  if (a.is(Kind::Map)) return is_same_map(a, b);
  if (a.is(Kind::List)) {
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
      if (!is_same(a.at(i), b.at(i))) return false;
    return a.size() == b.size();
  }
  std::int64_t budget = INT64_MAX;
  return expr::equal(a, b, budget);
}

}  // namespace qd::conformance
