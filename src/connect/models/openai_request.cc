#include "connect/models/openai_request.h"

#include <algorithm>

#include <fmt/format.h>

#include "connect/models/errors.h"
#include "connect/models/wire.h"

namespace qd::connect::models {
namespace {

constexpr std::string_view kDefaultBase = "https://api.openai.com/v1";
constexpr std::size_t kMostStops = 4;

/// The settings with nothing left open.
struct Abilities {
  TokenLimit token_limit;
  StructuredOutput structured_output;
  SystemRole system_role;
  KeyHeader key_header;
  bool stream_usage;
  bool sampling;
  bool forced_tool_choice;
};

bool is_azure(std::string_view host) {
  return host.ends_with(".openai.azure.com");
}

Abilities abilities_of(const OpenAiSettings& settings, std::string_view host) {
  const bool is_openai = host == "api.openai.com" || is_azure(host);
  return {.token_limit = settings.token_limit.value_or(is_openai ? TokenLimit::MaxCompletionTokens
                                                                 : TokenLimit::MaxTokens),
          .structured_output = settings.structured_output.value_or(StructuredOutput::JsonSchema),
          .system_role = settings.system_role.value_or(SystemRole::System),
          .key_header =
              settings.key_header.value_or(is_azure(host) ? KeyHeader::ApiKey : KeyHeader::Bearer),
          .stream_usage = settings.stream_usage.value_or(true),
          .sampling = settings.sampling.value_or(true),
          .forced_tool_choice = settings.forced_tool_choice.value_or(true)};
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").contains(c);
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

/// Azure's classic addresses name the deployment in the path.
std::string url_of(const Connection& connection, std::string_view model) {
  auto url = base_or(connection.base_url, kDefaultBase);
  if (is_azure(host_of(url)) && !url.contains("/openai/"))
    url += "/openai/deployments/" + percent_encoded(model);
  url += "/chat/completions";
  if (!connection.api_version.empty())
    url += "?api-version=" + percent_encoded(connection.api_version);
  return url;
}

/// A call's arguments as the model wrote them.
std::string arguments_text(const ToolCall& call) {
  return call.arguments.is_string() ? std::string(call.arguments.get_string())
                                    : json::print(call.arguments);
}

JsonObject assistant(const ModelMessage& message, std::string_view model, const ToolNames& names) {
  JsonObject out{{"role", "assistant"}};
  const bool has_calls = !message.tool_calls.empty();
  out["content"] = message.content.empty() && has_calls ? Json() : Json(message.content);
  if (!has_calls) return out;
  JsonArray calls;
  for (const auto& call : message.tool_calls)
    calls.push_back(
        {{"id", call.id},
         {"type", "function"},
         {"function", {{"name", names.wire(call.name)}, {"arguments", arguments_text(call)}}}});
  out["tool_calls"] = std::move(calls);
  // Some servers refuse a tool's result unless the thought before it comes back with it.
  if (text_at(message.opaque, "format") == "openai" && text_at(message.opaque, "model") == model)
    if (const auto thought = text_at(message.opaque, "reasoning_content"); !thought.empty())
      out["reasoning_content"] = thought;
  return out;
}

JsonArray messages_of(const ModelRequest& request, SystemRole system_role, const ToolNames& names) {
  JsonArray out;
  for (const auto& message : request.messages) {
    switch (message.role) {
      case Role::System:
        out.push_back({{"role", enum_name(system_role)}, {"content", message.content}});
        break;
      case Role::User:
        out.push_back({{"role", "user"}, {"content", message.content}});
        break;
      case Role::Assistant:
        out.push_back(assistant(message, request.model, names));
        break;
      case Role::Tool:
        out.push_back({{"role", "tool"},
                       {"tool_call_id", message.tool_call_id},
                       {"content", message.content}});
        break;
    }
  }
  return out;
}

void add_tools(JsonObject& body, const ModelRequest& request, const ToolNames& names) {
  if (request.tools.empty()) return;
  JsonArray tools;
  for (const auto& tool : request.tools) {
    JsonObject function{{"name", names.wire(tool.name)}};
    if (!tool.description.empty()) function["description"] = tool.description;
    if (!tool.parameters.empty()) function["parameters"] = tool.parameters;
    tools.push_back({{"type", "function"}, {"function", std::move(function)}});
  }
  body["tools"] = std::move(tools);
  body["tool_choice"] =
      request.tool_choice == ToolChoice::Named
          ? Json{{"type", "function"}, {"function", {{"name", names.wire(request.named_tool)}}}}
          : Json(enum_name(request.tool_choice));
}

/// Strict mode takes only schemas whose objects are closed and require all they have.
bool fits_strict(const Json& schema) {
  if (const auto* items = schema.if_array()) return std::ranges::all_of(*items, fits_strict);
  const auto* object = schema.if_object();
  if (!object) return true;
  if (const auto* properties = member_at(schema, "properties").if_object()) {
    const auto* closed = member_at(schema, "additionalProperties").if_bool();
    const bool all_required = items_at(schema, "required").size() == properties->size();
    if (!closed || *closed || !all_required) return false;
  }
  return std::ranges::all_of(*object,
                             [](const auto& member) { return fits_strict(member.value()); });
}

void add_schema(JsonObject& body, const Json& schema, const Abilities& abilities) {
  if (schema.is_null()) return;
  auto how = abilities.structured_output;
  // Only objects can be enforced; another root is asked for in words.
  if (how != StructuredOutput::Prompt && text_at(schema, "type") != "object")
    how = StructuredOutput::Prompt;
  if (how == StructuredOutput::JsonSchema) {
    body["response_format"] = {
        {"type", "json_schema"},
        {"json_schema", {{"name", "answer"}, {"strict", fits_strict(schema)}, {"schema", schema}}}};
    return;
  }
  if (how == StructuredOutput::JsonObject) body["response_format"] = {{"type", "json_object"}};
  auto& messages = body["messages"].as_array();
  messages.insert(messages.begin(), Json{{"role", enum_name(abilities.system_role)},
                                         {"content", schema_instruction(schema)}});
}

Result<void> check(const ModelRequest& request, const Abilities& abilities) {
  const auto unsupported = [](std::string what) {
    return std::unexpected(
        provider_error(kUnsupported, "this connection's settings say that it takes no " + what));
  };
  if (request.temperature && !abilities.sampling) return unsupported("temperature");
  const bool is_forced =
      request.tool_choice == ToolChoice::Required || request.tool_choice == ToolChoice::Named;
  if (is_forced && !abilities.forced_tool_choice) return unsupported("forced tool choice");
  if (request.stop.size() > kMostStops)
    return std::unexpected(provider_error(kUnsupported, "at most 4 stop texts can be given"));
  return {};
}

http::Headers headers_of(const Connection& connection, KeyHeader key_header) {
  auto headers = connection.headers;
  headers.emplace_back("Content-Type", "application/json");
  const std::string key(connection.api_key.reveal());
  if (!key.empty() && key_header == KeyHeader::ApiKey) headers.emplace_back("api-key", key);
  if (!key.empty() && key_header == KeyHeader::Bearer)
    headers.emplace_back("Authorization", "Bearer " + key);
  return headers;
}

}  // namespace

Result<http::ClientRequest> openai_request(const ModelRequest& request,
                                           const Connection& connection, const ToolNames& names) {
  QD_TRY(const auto settings,
         json::from_json<OpenAiSettings>(connection.settings, json::Unknown::Ignore, "/settings"));
  const auto abilities =
      abilities_of(settings, host_of(base_or(connection.base_url, kDefaultBase)));
  QD_CHECK(check(request, abilities));
  JsonObject body{{"model", request.model},
                  {"messages", messages_of(request, abilities.system_role, names)}};
  add_tools(body, request, names);
  add_schema(body, request.output_schema, abilities);
  if (request.temperature) body["temperature"] = *request.temperature;
  if (request.max_tokens) body[enum_name(abilities.token_limit)] = *request.max_tokens;
  if (!request.stop.empty()) body["stop"] = JsonArray(request.stop.begin(), request.stop.end());
  if (request.on_text) {
    body["stream"] = true;
    if (abilities.stream_usage) body["stream_options"] = {{"include_usage", true}};
  }
  if (settings.extra) add_missing(body, *settings.extra);
  return http::ClientRequest{.method = "POST",
                             .url = url_of(connection, request.model),
                             .headers = headers_of(connection, abilities.key_header),
                             .body = json::print(body)};
}

}  // namespace qd::connect::models
