// A model call as a Chat Completions request: to OpenAI, and to everything that imitates it in its
// own way. What an imitator does not know is never sent (OpenAiSettings).
#pragma once

#include <optional>

#include "connect/models/provider.h"
#include "connect/models/tool_names.h"

namespace qd::connect::models {

enum class TokenLimit { MaxTokens, MaxCompletionTokens };
BOOST_DESCRIBE_ENUM(TokenLimit, MaxTokens, MaxCompletionTokens)
/// How a schema is asked for: enforced, as any JSON and by words, or by words alone.
enum class StructuredOutput { JsonSchema, JsonObject, Prompt };
BOOST_DESCRIBE_ENUM(StructuredOutput, JsonSchema, JsonObject, Prompt)
enum class SystemRole { System, Developer };
BOOST_DESCRIBE_ENUM(SystemRole, System, Developer)
enum class KeyHeader { Bearer, ApiKey };
BOOST_DESCRIBE_ENUM(KeyHeader, Bearer, ApiKey)

/// What a server that speaks this format is able to do. The defaults are OpenAI's at OpenAI's and
/// Azure's addresses and cautious ones elsewhere.
struct OpenAiSettings {
  std::optional<TokenLimit> token_limit;
  std::optional<StructuredOutput> structured_output;
  std::optional<SystemRole> system_role;
  std::optional<KeyHeader> key_header;
  /// Whether it takes `stream_options`, `temperature`, a forced tool choice. Yes unless said.
  std::optional<bool> stream_usage;
  std::optional<bool> sampling;
  std::optional<bool> forced_tool_choice;
  /// Members that are added to the request's body (`reasoning_effort`, `seed`, ...).
  std::optional<JsonObject> extra;
};
BOOST_DESCRIBE_STRUCT(OpenAiSettings, (),
                      (token_limit, structured_output, system_role, key_header, stream_usage,
                       sampling, forced_tool_choice, extra))

/// The HTTP request, without its timeout; `provider.unsupported` when the settings rule it out.
[[nodiscard]] Result<http::ClientRequest> openai_request(const ModelRequest& request,
                                                         const Connection& connection,
                                                         const ToolNames& names);

}  // namespace qd::connect::models
