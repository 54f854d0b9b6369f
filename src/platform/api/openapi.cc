#include "platform/api/openapi.h"

#include <set>

#include <boost/json.hpp>

namespace qd::api {
namespace {

using json::Components;
using json::TypeInfo;

JsonObject json_content(JsonObject schema, std::string_view type = "application/json") {
  return {{type, JsonObject{{"schema", std::move(schema)}}}};
}

JsonObject header_parameter(std::string_view name, std::string_view description) {
  return {{"name", name},
          {"in", "header"},
          {"required", false},
          {"description", description},
          {"schema", JsonObject{{"type", "string"}}}};
}

JsonArray parameters_of(const Route& route, Components& components) {
  JsonArray parameters;
  const std::string_view path = route.endpoint.path;
  for (auto open = path.find('{'); open != std::string_view::npos;
       open = path.find('{', open + 1)) {
    const auto name = path.substr(open + 1, path.find('}', open) - open - 1);
    parameters.push_back(JsonObject{{"name", name},
                                    {"in", "path"},
                                    {"required", true},
                                    {"schema", JsonObject{{"type", "string"}}}});
  }
  if (route.query) {
    for (const auto& field : route.query->fields) {
      const auto& type = field.type();
      const bool required = type.kind != json::Kind::Optional;
      parameters.push_back(
          JsonObject{{"name", field.name},
                     {"in", "query"},
                     {"required", required},
                     {"schema", json::schema_of(required ? type : type.element(), components)}});
    }
  }
  if (route.endpoint.method == "POST" && route.endpoint.access != Access::Public)
    parameters.push_back(header_parameter(
        "Idempotency-Key", "The same key and body within 24 hours get the same answer."));
  if (route.endpoint.method == "PUT" || route.endpoint.method == "PATCH")
    parameters.push_back(
        header_parameter("If-Match", "The ETag that was read; 412 when it has changed since."));
  return parameters;
}

JsonObject responses_of(const Route& route, Components& components) {
  const auto& endpoint = route.endpoint;
  // A GET without a described answer writes its bytes itself (a stream); anything else has none to
  // give.
  const bool has_body = route.response || endpoint.status != 200 || endpoint.method == "GET";
  const int status = has_body ? endpoint.status : 204;
  JsonObject success{{"description", status == 204 ? "Done." : "OK"}};
  if (route.response)
    success["content"] = json_content(json::schema_of(*route.response, components));
  JsonObject responses{{std::to_string(status), std::move(success)}};
  responses["4XX"] = JsonObject{{"$ref", "#/components/responses/Problem"}};
  return responses;
}

JsonObject operation_of(const Route& route, Components& components) {
  const auto& endpoint = route.endpoint;
  JsonObject operation{{"operationId", endpoint.id},
                       {"tags", JsonArray{Json(endpoint.tag)}},
                       {"summary", endpoint.summary}};
  auto description = endpoint.description;
  if (!endpoint.scope.empty())
    description +=
        (description.empty() ? "" : "\n\n") + ("API key scope: `" + endpoint.scope + "`.");
  if (!description.empty()) operation["description"] = description;
  if (auto parameters = parameters_of(route, components); !parameters.empty())
    operation["parameters"] = std::move(parameters);
  if (route.body)
    operation["requestBody"] = JsonObject{
        {"required", true}, {"content", json_content(json::schema_of(*route.body, components))}};
  operation["responses"] = responses_of(route, components);
  operation["security"] =
      endpoint.access == Access::Public
          ? JsonArray{}
          : JsonArray{JsonObject{{"bearer", JsonArray{}}}, JsonObject{{"api_key", JsonArray{}}}};
  return operation;
}

JsonObject problem_schema() {
  return boost::json::
      parse(R"({"type":"object","description":"RFC 9457","required":["type","title","status","code","detail","errors","request_id"],
    "properties":{"type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},
    "code":{"type":"string"},"detail":{"type":"string"},"request_id":{"type":"string"},
    "errors":{"type":"array","items":{"type":"object","required":["path","code","message"],
      "properties":{"path":{"type":"string"},"code":{"type":"string"},"message":{"type":"string"}}}}}})")
          .as_object();
}

std::string lower(std::string method) {
  for (auto& c : method) c |= 32;
  return method;
}

}  // namespace

JsonObject openapi_document(const Router& router, std::string_view version) {
  Components components;
  JsonObject paths;
  std::set<std::string> tags;
  for (const auto& route : router.routes()) {
    const auto& endpoint = route->endpoint;
    if (!endpoint.path.starts_with("/api/")) continue;
    auto& item = paths[endpoint.path];
    if (item.is_null()) item.emplace_object();
    item.get_object()[lower(endpoint.method)] = operation_of(*route, components);
    tags.insert(endpoint.tag);
  }
  JsonArray tag_list;
  for (const auto& tag : tags)
    tag_list.push_back(JsonObject{{"name", tag}, {"description", "Everything about " + tag + "."}});
  auto schemas = components.schemas();
  schemas["Problem"] = problem_schema();
  return {{"openapi", "3.1.0"},
          {"info",
           JsonObject{
               {"title", "Quarterdeck"},
               {"version", version},
               {"description", "A control plane for AI agents: durable workflows, live, governed."},
               {"license", JsonObject{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
          {"servers", JsonArray{JsonObject{{"url", "/"}, {"description", "This server"}}}},
          {"tags", std::move(tag_list)},
          {"paths", std::move(paths)},
          {"components",
           JsonObject{
               {"schemas", std::move(schemas)},
               {"responses",
                JsonObject{
                    {"Problem",
                     JsonObject{{"description", "What was wrong, with a path for each fault."},
                                {"content", json_content({{"$ref", "#/components/schemas/Problem"}},
                                                         "application/problem+json")}}}}},
               {"securitySchemes",
                JsonObject{
                    {"bearer", JsonObject{{"type", "http"}, {"scheme", "bearer"}}},
                    {"api_key",
                     JsonObject{{"type", "apiKey"}, {"in", "header"}, {"name", "X-API-Key"}}}}}}}};
}

}  // namespace qd::api
