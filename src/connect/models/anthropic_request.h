// A model call as an Anthropic Messages request.
#pragma once

#include <optional>

#include "connect/models/provider.h"
#include "connect/models/tool_names.h"

namespace qd::connect::models {

enum class AnthropicKeyHeader { XApiKey, Bearer };
BOOST_DESCRIBE_ENUM(AnthropicKeyHeader, XApiKey, Bearer)
enum class AnthropicOutput { JsonSchema, Prompt };
BOOST_DESCRIBE_ENUM(AnthropicOutput, JsonSchema, Prompt)

struct AnthropicSettings {
  /// `max_tokens` of requests that set none: the API wants one. 8192 unless said.
  std::optional<Whole<1, 1'000'000>> default_max_tokens;
  std::optional<AnthropicOutput> structured_output;
  std::optional<AnthropicKeyHeader> key_header;
  /// Whether the model takes `temperature`; yes unless said, and no from API version 2026-10-21 on.
  std::optional<bool> sampling;
  /// Whether it can be made to call a tool. Yes unless said.
  std::optional<bool> forced_tool_choice;
  /// Members that are added to the request's body (`thinking`, `output_config`, ...).
  std::optional<JsonObject> extra;
};
BOOST_DESCRIBE_STRUCT(AnthropicSettings, (),
                      (default_max_tokens, structured_output, key_header, sampling,
                       forced_tool_choice, extra))

/// The HTTP request, without its timeout; `provider.unsupported` when the settings rule it out.
[[nodiscard]] Result<http::ClientRequest> anthropic_request(const ModelRequest& request,
                                                            const Connection& connection,
                                                            const ToolNames& names);

}  // namespace qd::connect::models
