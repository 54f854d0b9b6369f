#include "engine/json_schema.h"

// The library ends the process at a bad schema unless it is told to throw.
#define VALIJSON_USE_EXCEPTIONS 1

#include <array>

#include <fmt/format.h>
#include <re2/re2.h>
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace qd::engine {
namespace {

constexpr std::size_t kMostFaults = 100;
constexpr int kDeepest = 32;
/// Keywords that hold one schema, a list of schemas, and schemas by name.
constexpr std::array<std::string_view, 8> kOne{
    "items", "additionalProperties", "additionalItems", "contains", "not", "if", "then", "else"};
constexpr std::array<std::string_view, 4> kList{"allOf", "anyOf", "oneOf", "items"};
constexpr std::array<std::string_view, 3> kNamed{"properties", "definitions", "dependencies"};
/// Where every part of a value that is reached must also match: patterns are checked there.
constexpr std::array<std::string_view, 2> kPlainOne{"items", "additionalProperties"};

bool has(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// Calls `visit(schema, path, is_plain)` for each schema inside `schema`, not for itself. Plain are
/// those that apply whenever they are reached (properties, items, allOf).
template <class Visit>
void for_each_part(const JsonObject& schema, const std::string& path, Visit visit) {
  for (const auto& member : schema) {
    const std::string_view key = member.key();
    const auto at = fmt::format("{}/{}", path, key);
    if (member.value().is_object() && has(kOne, key)) {
      visit(member.value().get_object(), at, has(kPlainOne, key));
    } else if (member.value().is_array() && has(kList, key)) {
      std::size_t index = 0;
      for (const auto& item : member.value().get_array()) {
        const auto item_at = fmt::format("{}/{}", at, index++);
        if (item.is_object()) visit(item.get_object(), item_at, key == "allOf");
      }
    } else if (member.value().is_object() && has(kNamed, key)) {
      for (const auto& named : member.value().get_object())
        if (named.value().is_object())
          visit(named.value().get_object(), fmt::format("{}/{}", at, std::string_view(named.key())),
                key == "properties");
    }
  }
}

/// What we refuse in a schema although the library takes it: references to elsewhere, and patterns
/// where they could not be checked in linear time.
class SchemaCheck {
 public:
  std::vector<Fault> faults;

  void check(const JsonObject& schema, const std::string& path, bool is_plain, int depth) {
    if (depth > kDeepest)
      return add(path, "schema.too_deep", fmt::format("nested deeper than {}", kDeepest));
    check_reference(schema, path);
    check_pattern(schema, path, is_plain);
    if (schema.contains("patternProperties"))
      add(path + "/patternProperties", "schema.not_available",
          "patternProperties is not available; name the properties");
    for_each_part(schema, path,
                  [&](const JsonObject& part, const std::string& at, bool part_is_plain) {
                    check(part, at, is_plain && part_is_plain, depth + 1);
                  });
  }

 private:
  void add(std::string path, std::string code, std::string message) {
    if (faults.size() < kMostFaults)
      faults.push_back({std::move(path), std::move(code), std::move(message)});
  }
  void check_reference(const JsonObject& schema, const std::string& path) {
    const auto* reference = schema.if_contains("$ref");
    if (!reference) return;
    const bool is_local = reference->is_string() && reference->get_string().starts_with('#');
    if (!is_local)
      add(path + "/$ref", "schema.remote", "must point into this schema, like #/definitions/item");
  }
  void check_pattern(const JsonObject& schema, const std::string& path, bool is_plain) {
    const auto* pattern = schema.if_contains("pattern");
    if (!pattern) return;
    if (!is_plain)
      return add(path + "/pattern", "schema.not_available",
                 "patterns are available in properties, items and allOf only");
    if (!pattern->is_string()) return add(path + "/pattern", "schema.invalid", "must be text");
    const RE2 compiled(std::string(pattern->get_string()), RE2::Quiet);
    if (!compiled.ok())
      add(path + "/pattern", "schema.invalid", "is no RE2 expression: " + compiled.error());
  }
};

/// Without `pattern` (checked by RE2) and `format` (an annotation), which the library would give to
/// a matcher that hostile text can exhaust.
Json without_texts(const Json& schema);

Json cleaned(std::string_view key, const Json& value) {
  if (value.is_array() && has(kList, key)) {
    JsonArray list;
    for (const auto& item : value.get_array()) list.push_back(without_texts(item));
    return list;
  }
  if (value.is_object() && has(kNamed, key)) {
    JsonObject named;
    for (const auto& member : value.get_object())
      named[member.key()] = without_texts(member.value());
    return named;
  }
  return has(kOne, key) ? without_texts(value) : value;
}

Json without_texts(const Json& schema) {
  if (!schema.is_object()) return schema;
  JsonObject copy;
  for (const auto& member : schema.get_object())
    if (member.key() != "pattern" && member.key() != "format")
      copy[member.key()] = cleaned(member.key(), member.value());
  return copy;
}

void check_patterns(const JsonObject& schema, const Json& value, const std::string& path,
                    std::vector<Fault>& faults);

void check_properties(const JsonObject& schema, const JsonObject& value, const std::string& path,
                      std::vector<Fault>& faults) {
  const auto* properties = schema.if_contains("properties");
  const auto* rest = schema.if_contains("additionalProperties");
  for (const auto& member : value) {
    const auto* known = properties && properties->is_object()
                            ? properties->get_object().if_contains(member.key())
                            : nullptr;
    const auto* part = known ? known : rest;
    if (part && part->is_object())
      check_patterns(part->get_object(), member.value(),
                     fmt::format("{}/{}", path, std::string_view(member.key())), faults);
  }
}

void check_patterns(const JsonObject& schema, const Json& value, const std::string& path,
                    std::vector<Fault>& faults) {
  if (const auto* pattern = schema.if_contains("pattern");
      pattern && pattern->is_string() && value.is_string()) {
    const auto& text = value.get_string();
    const RE2 compiled(std::string(pattern->get_string()), RE2::Quiet);
    if (!RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled))
      faults.push_back(
          {path, "schema", fmt::format("must match {}", std::string_view(pattern->get_string()))});
  }
  if (value.is_object()) check_properties(schema, value.get_object(), path, faults);
  if (const auto* items = schema.if_contains("items");
      items && items->is_object() && value.is_array()) {
    std::size_t index = 0;
    for (const auto& item : value.get_array())
      check_patterns(items->get_object(), item, fmt::format("{}/{}", path, index++), faults);
  }
  if (const auto* all = schema.if_contains("allOf"); all && all->is_array())
    for (const auto& part : all->get_array())
      if (part.is_object()) check_patterns(part.get_object(), value, path, faults);
}

/// The library says where as `<root>`, `[name]`, `[0]`.
std::string path_of(std::string_view at, const std::vector<std::string>& context) {
  std::string path(at);
  for (std::size_t i = 1; i < context.size(); ++i) {
    const std::string_view part = context[i];
    path += '/';
    path += part.starts_with('[') && part.ends_with(']') ? part.substr(1, part.size() - 2) : part;
  }
  return path;
}

using Adapter = valijson::adapters::BoostJsonAdapter;

Result<void> populate(valijson::Schema& into, const Json& schema, std::string_view at) {
  try {
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(Adapter(schema), into);
    return {};
  } catch (const std::exception& error) {
    return invalid(
        {{std::string(at), "schema.invalid", fmt::format("is no JSON Schema: {}", error.what())}});
  }
}

bool takes_everything(const Json& schema) {
  return schema.is_null() || (schema.is_object() && schema.get_object().empty());
}

}  // namespace

std::vector<Fault> schema_faults(const Json& schema, std::string_view at) {
  if (takes_everything(schema)) return {};
  if (!schema.is_object())
    return {{std::string(at), "schema.invalid", "a JSON Schema is an object"}};
  SchemaCheck check;
  check.check(schema.get_object(), std::string(at), true, 0);
  if (!check.faults.empty()) return std::move(check.faults);
  valijson::Schema compiled;
  if (auto populated = populate(compiled, without_texts(schema), at); !populated)
    return populated.error().faults;
  return {};
}

Result<void> check_schema(const Json& schema, const Json& value, std::string_view at) {
  if (takes_everything(schema)) return {};
  if (auto faults = schema_faults(schema, at); !faults.empty())
    return std::unexpected(Error{.kind = ErrorKind::Invalid,
                                 .code = "schema.invalid",
                                 .message = "the schema is not valid: " + faults.front().message,
                                 .faults = std::move(faults)});
  const auto plain = without_texts(schema);
  valijson::Schema compiled;
  QD_CHECK(populate(compiled, plain, at));
  std::vector<Fault> faults;
  valijson::ValidationResults results;
  if (!valijson::Validator().validate(compiled, Adapter(value), &results)) {
    valijson::ValidationResults::Error error;
    while (faults.size() < kMostFaults && results.popError(error))
      faults.push_back({path_of(at, error.context), "schema", error.description});
  }
  check_patterns(schema.get_object(), value, std::string(at), faults);
  if (!faults.empty()) return invalid(std::move(faults));
  return {};
}

}  // namespace qd::engine
