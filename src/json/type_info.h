// The run-time description of a type, made once from Boost.Describe. The walkers over it are plain
// functions in type_info.cc, so a new struct costs the compiler a table and not a set of templates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include "base/enum_names.h"
#include "base/error.h"
#include "base/id.h"
#include "base/time.h"
#include "json/constrained.h"
#include "json/json.h"

namespace qd::json {

enum class Unknown { Reject, Ignore };
enum class Kind {
  Boolean,
  Integer,
  Number,
  String,
  Enum,
  Array,
  Map,
  Struct,
  Optional,
  Any,
  AnyObject,
  AnyArray
};

/// Where a reading stands and what it found wrong. At most 100 faults are kept.
struct Reader {
  Unknown unknown = Unknown::Reject;
  std::string path;
  std::vector<Fault>& faults;
  void fault(std::string_view code, std::string message);
};

/// The named schemas of an OpenAPI document, filled while types are printed.
class Components;

struct TypeInfo;
using TypeOf = const TypeInfo& (*)();

struct Field {
  std::string_view name;
  TypeOf type;
  void* (*at)(void* object);
};

struct TypeInfo {
  Kind kind;
  void (*read)(const TypeInfo&, const Json&, void* object, Reader&);
  Json (*write)(const TypeInfo&, const void* object);
  void (*print)(const TypeInfo&, const void* object, std::string& text);
  /// String kinds: whether the text stands; null when any does.
  bool (*check)(const TypeInfo&, std::string_view text, Reader&) = nullptr;
  /// Integer: its value; String: its length in code points.
  std::int64_t min = 0;
  std::int64_t max = 0;
  JsonObject leaf_schema = {};
  TypeOf element = nullptr;
  std::vector<Field> fields = {};
  /// Struct and Enum: the C++ name without namespaces; `Page<Project>` is `ProjectPage`.
  std::string name = {};
};

/// Schema of the type; structs become `$ref`s into the components.
[[nodiscard]] JsonObject schema_of(const TypeInfo& type, Components& components);

class Components {
 public:
  /// All that was referred to, by name.
  [[nodiscard]] const JsonObject& schemas() const { return schemas_; }
  /// The name under which a struct stands, adding it when it is new.
  std::string refer(const TypeInfo& type);

 private:
  std::map<const TypeInfo*, std::string> names_;
  JsonObject schemas_;
};

// --- walkers, one set for each kind; defined in type_info.cc -------------------------------------

void read_struct(const TypeInfo&, const Json&, void*, Reader&);
Json write_struct(const TypeInfo&, const void*);
void print_struct(const TypeInfo&, const void*, std::string&);

/// A value of the wanted kind, or nothing and a fault.
std::optional<std::int64_t> read_whole(const Json&, std::int64_t min, std::int64_t max, Reader&);
const boost::json::string* read_text(const Json&, Reader&);
const JsonArray* read_array(const Json&, Reader&);
const JsonObject* read_object(const Json&, Reader&);
bool check_length(const TypeInfo&, std::string_view text, Reader&);
bool check_email(const TypeInfo&, std::string_view text, Reader&);
bool check_slug(const TypeInfo&, std::string_view text, Reader&);
void fault_enum(const TypeInfo&, Reader&);
/// Appends a JSON string literal.
void print_text(std::string_view value, std::string& text);
/// The name of `T` out of a function's pretty name, for `TypeInfo::name`.
std::string type_name(std::string_view pretty_function);
TypeInfo boolean_info();
TypeInfo number_info();
TypeInfo timestamp_info();

template <class T>
TypeInfo bounded_text_info(TypeInfo info) {
  info.min = static_cast<std::int64_t>(T::kMin);
  info.max = static_cast<std::int64_t>(T::kMax);
  return info;
}

/// Puts one segment behind the reader's path for as long as it lives (RFC 6901 escaping).
class PathScope {
 public:
  PathScope(Reader& reader, std::string_view segment);
  ~PathScope() { reader_.path.resize(length_); }
  PathScope(const PathScope&) = delete;
  PathScope& operator=(const PathScope&) = delete;

 private:
  Reader& reader_;
  std::size_t length_;
};

template <class T>
[[nodiscard]] const TypeInfo& type_of();

// --- one description for each kind of type -------------------------------------------------------

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsMap = false;
template <class T>
inline constexpr bool kIsMap<std::map<std::string, T>> = true;
template <class T>
inline constexpr bool kIsId = false;
template <class Tag>
inline constexpr bool kIsId<Id<Tag>> = true;
template <class T>
inline constexpr bool kIsText = false;
template <std::size_t Min, std::size_t Max>
inline constexpr bool kIsText<Text<Min, Max>> = true;
template <class T>
inline constexpr bool kIsWhole = false;
template <std::int64_t Min, std::int64_t Max>
inline constexpr bool kIsWhole<Whole<Min, Max>> = true;

template <class T>
const T& in(const void* object) {
  return *static_cast<const T*>(object);
}
template <class T>
T& out(void* object) {
  return *static_cast<T*>(object);
}

template <class T>
TypeInfo whole_info(std::int64_t min, std::int64_t max) {
  return {
      .kind = Kind::Integer,
      .read =
          [](const TypeInfo& type, const Json& value, void* object, Reader& reader) {
            const auto number = read_whole(value, type.min, type.max, reader);
            if (number) out<T>(object) = static_cast<T>(*number);
          },
      .write = [](const TypeInfo&,
                  const void* object) { return Json(static_cast<std::int64_t>(in<T>(object))); },
      .print =
          [](const TypeInfo&, const void* object, std::string& text) {
            text += std::to_string(static_cast<std::int64_t>(in<T>(object)));
          },
      .min = min,
      .max = max};
}

/// A string-like T; `check` is given the text and says whether it stands.
template <class T>
TypeInfo text_info(bool (*check)(const TypeInfo&, std::string_view, Reader&), JsonObject schema) {
  return {.kind = Kind::String,
          .read =
              [](const TypeInfo& type, const Json& value, void* object, Reader& reader) {
                const auto* text = read_text(value, reader);
                if (text && (!type.check || type.check(type, *text, reader)))
                  out<T>(object) = T{std::string(*text)};
              },
          .write =
              [](const TypeInfo&, const void* object) {
                if constexpr (kIsId<T>)
                  return Json(in<T>(object).value);
                else
                  return Json(std::string_view(in<T>(object)));
              },
          .print =
              [](const TypeInfo&, const void* object, std::string& text) {
                if constexpr (kIsId<T>)
                  print_text(in<T>(object).value, text);
                else
                  print_text(in<T>(object), text);
              },
          .check = check,
          .leaf_schema = std::move(schema)};
}

template <DescribedEnum T>
TypeInfo enum_info() {
  JsonArray names;
  for (const auto& entry : enum_names<T>()) names.emplace_back(entry.name);
  return {
      .kind = Kind::Enum,
      .read =
          [](const TypeInfo& type, const Json& value, void* object, Reader& reader) {
            const auto* text = read_text(value, reader);
            if (!text) return;
            if (const auto found = parse_enum<T>(*text))
              out<T>(object) = *found;
            else
              fault_enum(type, reader);
          },
      .write = [](const TypeInfo&, const void* object) { return Json(enum_name(in<T>(object))); },
      .print = [](const TypeInfo&, const void* object,
                  std::string& text) { print_text(enum_name(in<T>(object)), text); },
      .leaf_schema = {{"type", "string"}, {"enum", std::move(names)}},
      .name = type_name(__PRETTY_FUNCTION__)};
}

template <class T>
TypeInfo optional_info() {
  using Element = typename T::value_type;
  return {.kind = Kind::Optional,
          .read =
              [](const TypeInfo&, const Json& value, void* object, Reader& reader) {
                if (value.is_null()) return out<T>(object).reset();
                const auto& type = type_of<Element>();
                type.read(type, value, &out<T>(object).emplace(), reader);
              },
          .write =
              [](const TypeInfo&, const void* object) {
                const auto& value = in<T>(object);
                return value ? type_of<Element>().write(type_of<Element>(), &*value) : Json();
              },
          .print =
              [](const TypeInfo&, const void* object, std::string& text) {
                const auto& value = in<T>(object);
                if (value)
                  type_of<Element>().print(type_of<Element>(), &*value, text);
                else
                  text += "null";
              },
          .element = &type_of<Element>};
}

template <class T>
TypeInfo vector_info() {
  using Element = typename T::value_type;
  return {.kind = Kind::Array,
          .read =
              [](const TypeInfo&, const Json& value, void* object, Reader& reader) {
                const auto* items = read_array(value, reader);
                if (!items) return;
                auto& list = out<T>(object);
                list.resize(items->size());
                for (std::size_t i = 0; i < list.size(); ++i) {
                  const PathScope scope(reader, std::to_string(i));
                  type_of<Element>().read(type_of<Element>(), (*items)[i], &list[i], reader);
                }
              },
          .write =
              [](const TypeInfo&, const void* object) {
                JsonArray items;
                for (const auto& item : in<T>(object))
                  items.push_back(type_of<Element>().write(type_of<Element>(), &item));
                return Json(std::move(items));
              },
          .print =
              [](const TypeInfo&, const void* object, std::string& text) {
                char separator = '[';
                for (const auto& item : in<T>(object)) {
                  text += std::exchange(separator, ',');
                  type_of<Element>().print(type_of<Element>(), &item, text);
                }
                text += separator == '[' ? "[]" : "]";
              },
          .element = &type_of<Element>};
}

template <class T>
TypeInfo map_info() {
  using Element = typename T::mapped_type;
  return {.kind = Kind::Map,
          .read =
              [](const TypeInfo&, const Json& value, void* object, Reader& reader) {
                const auto* members = read_object(value, reader);
                if (!members) return;
                for (const auto& member : *members) {
                  const PathScope scope(reader, member.key());
                  type_of<Element>().read(type_of<Element>(), member.value(),
                                          &out<T>(object)[std::string(member.key())], reader);
                }
              },
          .write =
              [](const TypeInfo&, const void* object) {
                JsonObject members;
                for (const auto& [key, item] : in<T>(object))
                  members[key] = type_of<Element>().write(type_of<Element>(), &item);
                return Json(std::move(members));
              },
          .print =
              [](const TypeInfo&, const void* object, std::string& text) {
                char separator = '{';
                for (const auto& [key, item] : in<T>(object)) {
                  text += std::exchange(separator, ',');
                  print_text(key, text);
                  text += ':';
                  type_of<Element>().print(type_of<Element>(), &item, text);
                }
                text += separator == '{' ? "{}" : "}";
              },
          .element = &type_of<Element>};
}

template <class T>
TypeInfo json_info(Kind kind) {
  return {.kind = kind,
          .read =
              [](const TypeInfo&, const Json& value, void* object, Reader& reader) {
                if constexpr (std::is_same_v<T, JsonObject>) {
                  if (const auto* members = read_object(value, reader)) out<T>(object) = *members;
                } else if constexpr (std::is_same_v<T, JsonArray>) {
                  if (const auto* items = read_array(value, reader)) out<T>(object) = *items;
                } else {
                  out<T>(object) = value;
                }
              },
          .write = [](const TypeInfo&, const void* object) { return Json(in<T>(object)); },
          .print = [](const TypeInfo&, const void* object,
                      std::string& text) { append(text, in<T>(object)); }};
}

template <class T>
TypeInfo struct_info() {
  using Members = boost::describe::describe_members<T, boost::describe::mod_public |
                                                           boost::describe::mod_inherited>;
  TypeInfo info{.kind = Kind::Struct,
                .read = &read_struct,
                .write = &write_struct,
                .print = &print_struct,
                .name = type_name(__PRETTY_FUNCTION__)};
  boost::mp11::mp_for_each<Members>([&](auto member) {
    using Descriptor = decltype(member);
    using Value = std::remove_cvref_t<decltype(std::declval<T&>().*Descriptor::pointer)>;
    info.fields.push_back({Descriptor::name, &type_of<Value>, [](void* object) -> void* {
                             return &(static_cast<T*>(object)->*Descriptor::pointer);
                           }});
  });
  return info;
}

template <class T>
TypeInfo make_info() {
  if constexpr (std::is_same_v<T, bool>)
    return boolean_info();
  else if constexpr (std::is_same_v<T, double>)
    return number_info();
  else if constexpr (std::is_integral_v<T>)
    return whole_info<T>(std::numeric_limits<T>::min(),
                         sizeof(T) == 8 ? std::numeric_limits<std::int64_t>::max()
                                        : static_cast<std::int64_t>(std::numeric_limits<T>::max()));
  else if constexpr (kIsWhole<T>)
    return whole_info<T>(T::kMin, T::kMax);
  else if constexpr (std::is_same_v<T, Timestamp>)
    return timestamp_info();
  else if constexpr (kIsText<T>)
    return bounded_text_info<T>(text_info<T>(&check_length, {}));
  else if constexpr (std::is_same_v<T, Email>)
    return text_info<T>(&check_email,
                        {{"type", "string"}, {"format", "email"}, {"maxLength", 254}});
  else if constexpr (std::is_same_v<T, Slug>)
    return text_info<T>(
        &check_slug,
        {{"type", "string"}, {"pattern", "^[a-z0-9]+(-[a-z0-9]+)*$"}, {"maxLength", 100}});
  else if constexpr (kIsId<T>)
    return text_info<T>(nullptr, {{"type", "string"}, {"format", "uuid"}});
  else if constexpr (std::is_same_v<T, std::string>)
    return text_info<T>(nullptr, {{"type", "string"}});
  else if constexpr (DescribedEnum<T>)
    return enum_info<T>();
  else if constexpr (kIsOptional<T>)
    return optional_info<T>();
  else if constexpr (kIsVector<T>)
    return vector_info<T>();
  else if constexpr (kIsMap<T>)
    return map_info<T>();
  else if constexpr (std::is_same_v<T, Json>)
    return json_info<T>(Kind::Any);
  else if constexpr (std::is_same_v<T, JsonObject>)
    return json_info<T>(Kind::AnyObject);
  else if constexpr (std::is_same_v<T, JsonArray>)
    return json_info<T>(Kind::AnyArray);
  else
    return struct_info<T>();
}

template <class T>
const TypeInfo& type_of() {
  static const TypeInfo info = make_info<T>();
  return info;
}

}  // namespace qd::json
