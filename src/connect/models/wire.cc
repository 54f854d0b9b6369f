#include "connect/models/wire.h"

namespace qd::connect::models {

std::string text_at(const Json& value, std::string_view name) {
  const auto& member = member_at(value, name);
  return member.is_string() ? std::string(member.get_string()) : std::string();
}

std::int64_t count_at(const Json& value, std::string_view name) {
  const auto& member = member_at(value, name);
  return member.is_int64() ? std::max<std::int64_t>(0, member.get_int64()) : 0;
}

const Json& member_at(const Json& value, std::string_view name) {
  static const Json nothing;
  const auto* found = json::find(value, name);
  return found ? *found : nothing;
}

const JsonArray& items_at(const Json& value, std::string_view name) {
  static const JsonArray nothing;
  const auto* items = member_at(value, name).if_array();
  return items ? *items : nothing;
}

ToolCall read_call(std::string id, std::string name, const Json& arguments) {
  ToolCall call{.id = std::move(id), .name = std::move(name)};
  if (arguments.is_object()) {
    call.arguments = arguments;
    return call;
  }
  const auto* text = arguments.if_string();
  if (arguments.is_null() || (text && text->empty())) {
    call.arguments = JsonObject{};  // a tool without parameters
    return call;
  }
  auto parsed = text ? json::parse(*text) : Result<Json>(arguments);
  if (parsed && parsed->is_object()) {
    call.arguments = *std::move(parsed);
    return call;
  }
  call.arguments = text ? Json(*text) : Json(json::print(arguments));
  call.fault = parsed ? "the arguments must be a JSON object"
                      : "the arguments are not valid JSON: " + parsed.error().message;
  return call;
}

void add_missing(JsonObject& body, const JsonObject& extra) {
  for (const auto& [key, value] : extra) {
    auto* own = body.if_contains(key);
    if (!own)
      body.emplace(key, value);
    else if (own->is_object() && value.is_object())
      add_missing(own->get_object(), value.get_object());
  }
}

std::string schema_instruction(const Json& schema) {
  return "Answer with one JSON value that matches this JSON Schema, and with nothing else:\n" +
         json::print(schema);
}

std::string host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  std::string host(url.substr(0, url.find_first_of("/?#:")));
  for (auto& c : host)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 32);
  return host;
}

std::string base_or(std::string_view base_url, std::string_view fallback) {
  if (base_url.empty()) base_url = fallback;
  while (base_url.ends_with('/')) base_url.remove_suffix(1);
  return std::string(base_url);
}

}  // namespace qd::connect::models
