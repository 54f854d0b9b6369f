#include "connect/models/anthropic_request.h"

#include <fmt/format.h>

#include "connect/models/errors.h"
#include "connect/models/wire.h"

namespace qd::connect::models {
namespace {

constexpr std::string_view kDefaultBase = "https://api.anthropic.com";
constexpr std::string_view kDefaultVersion = "2023-06-01";
/// From this version on the API refuses sampling parameters.
constexpr std::string_view kNoSamplingSince = "2026-10-21";
constexpr std::int64_t kDefaultMaxTokens = 8192;

JsonObject text_block(std::string_view text) {
  return {{"type", "text"}, {"text", text}};
}

JsonObject call_block(const ToolCall& call, const ToolNames& names) {
  // What the model wrote was no object, which the API wants here.
  const auto input =
      call.arguments.is_object() ? call.arguments : Json{{"unreadable", call.arguments}};
  return {{"type", "tool_use"}, {"id", call.id}, {"name", names.wire(call.name)}, {"input", input}};
}

/// The answer's own blocks where they were kept: thinking must come back unchanged and in its
/// place.
JsonArray assistant_blocks(const ModelMessage& message, std::string_view model,
                           const ToolNames& names) {
  if (text_at(message.opaque, "format") == "anthropic" && text_at(message.opaque, "model") == model)
    return items_at(message.opaque, "content");
  JsonArray blocks;
  if (!message.content.empty()) blocks.push_back(text_block(message.content));
  for (const auto& call : message.tool_calls) blocks.push_back(call_block(call, names));
  return blocks;
}

/// Puts a turn behind the others, joined to the last one when the same side speaks on: results of
/// parallel calls belong in one turn, before what the user says to them.
void add_turn(JsonArray& turns, std::string_view role, JsonArray blocks) {
  if (blocks.empty()) return;
  if (turns.empty() || turns.back().as_object()["role"] != Json(role))
    return turns.push_back({{"role", role}, {"content", std::move(blocks)}});
  auto& content = turns.back().as_object()["content"].as_array();
  for (auto& block : blocks) content.push_back(std::move(block));
}

JsonArray turns_of(const ModelRequest& request, const ToolNames& names) {
  JsonArray turns;
  for (const auto& message : request.messages) {
    switch (message.role) {
      case Role::System:
        break;
      case Role::User:
        if (!message.content.empty()) add_turn(turns, "user", {text_block(message.content)});
        break;
      case Role::Assistant:
        add_turn(turns, "assistant", assistant_blocks(message, request.model, names));
        break;
      case Role::Tool:
        add_turn(turns, "user",
                 {Json{{"type", "tool_result"},
                       {"tool_use_id", message.tool_call_id},
                       {"content", message.content}}});
        break;
    }
  }
  // The short form of a turn that is one text.
  for (auto& turn : turns) {
    auto& content = turn.as_object()["content"];
    if (content.as_array().size() == 1 && text_at(content.as_array()[0], "type") == "text")
      content = text_at(content.as_array()[0], "text");
  }
  return turns;
}

std::string system_of(const ModelRequest& request) {
  std::string system;
  for (const auto& message : request.messages) {
    if (message.role != Role::System || message.content.empty()) continue;
    if (!system.empty()) system += "\n\n";
    system += message.content;
  }
  return system;
}

Json tool_choice_of(const ModelRequest& request, const ToolNames& names) {
  switch (request.tool_choice) {
    case ToolChoice::Auto:
      return {{"type", "auto"}};
    case ToolChoice::None:
      return {{"type", "none"}};
    case ToolChoice::Required:
      return {{"type", "any"}};
    case ToolChoice::Named:
      return {{"type", "tool"}, {"name", names.wire(request.named_tool)}};
  }
  return {};
}

void add_tools(JsonObject& body, const ModelRequest& request, const ToolNames& names) {
  if (request.tools.empty()) return;
  JsonArray tools;
  for (const auto& tool : request.tools) {
    JsonObject definition{{"name", names.wire(tool.name)}, {"input_schema", tool.parameters}};
    if (tool.parameters.empty()) definition["input_schema"] = {{"type", "object"}};
    if (!tool.description.empty()) definition["description"] = tool.description;
    tools.push_back(std::move(definition));
  }
  body["tools"] = std::move(tools);
  body["tool_choice"] = tool_choice_of(request, names);
}

Result<void> check(const ModelRequest& request, const AnthropicSettings& settings,
                   std::string_view version) {
  const auto unsupported = [](std::string what) {
    return std::unexpected(
        provider_error(kUnsupported, "this connection says that its model takes no " + what));
  };
  if (request.temperature && !settings.sampling.value_or(version < kNoSamplingSince))
    return unsupported("temperature");
  const bool is_forced =
      request.tool_choice == ToolChoice::Required || request.tool_choice == ToolChoice::Named;
  if (is_forced && !settings.forced_tool_choice.value_or(true))
    return unsupported("forced tool choice");
  return {};
}

std::string url_of(const Connection& connection) {
  const auto base = base_or(connection.base_url, kDefaultBase);
  return base + (base.ends_with("/v1") ? "/messages" : "/v1/messages");
}

http::Headers headers_of(const Connection& connection, AnthropicKeyHeader key_header,
                         std::string_view version) {
  auto headers = connection.headers;
  headers.emplace_back("Content-Type", "application/json");
  headers.emplace_back("anthropic-version", version);
  const std::string key(connection.api_key.reveal());
  if (!key.empty() && key_header == AnthropicKeyHeader::XApiKey)
    headers.emplace_back("x-api-key", key);
  if (!key.empty() && key_header == AnthropicKeyHeader::Bearer)
    headers.emplace_back("Authorization", "Bearer " + key);
  return headers;
}

/// Adds what the schema asks: a format that is enforced, or words at the end of the system prompt.
void add_schema(JsonObject& body, std::string& system, const Json& schema, AnthropicOutput how) {
  if (schema.is_null()) return;
  if (how == AnthropicOutput::JsonSchema) {
    body["output_config"] = {{"format", {{"type", "json_schema"}, {"schema", schema}}}};
    return;
  }
  if (!system.empty()) system += "\n\n";
  system += schema_instruction(schema);
}

}  // namespace

Result<http::ClientRequest> anthropic_request(const ModelRequest& request,
                                              const Connection& connection,
                                              const ToolNames& names) {
  QD_TRY(const auto settings, json::from_json<AnthropicSettings>(
                                  connection.settings, json::Unknown::Ignore, "/settings"));
  const std::string_view version =
      connection.api_version.empty() ? kDefaultVersion : std::string_view(connection.api_version);
  QD_CHECK(check(request, settings, version));
  const std::int64_t fallback =
      settings.default_max_tokens ? settings.default_max_tokens->value : kDefaultMaxTokens;
  JsonObject body{{"model", request.model},
                  {"max_tokens", request.max_tokens.value_or(fallback)},
                  {"messages", turns_of(request, names)}};
  add_tools(body, request, names);
  auto system = system_of(request);
  add_schema(body, system, request.output_schema,
             settings.structured_output.value_or(AnthropicOutput::JsonSchema));
  if (!system.empty()) body["system"] = system;
  if (request.temperature) body["temperature"] = *request.temperature;
  if (!request.stop.empty())
    body["stop_sequences"] = JsonArray(request.stop.begin(), request.stop.end());
  if (request.on_text) body["stream"] = true;
  if (settings.extra) add_missing(body, *settings.extra);
  return http::ClientRequest{
      .method = "POST",
      .url = url_of(connection),
      .headers = headers_of(connection, settings.key_header.value_or(AnthropicKeyHeader::XApiKey),
                            version),
      .body = json::print(body)};
}

}  // namespace qd::connect::models
