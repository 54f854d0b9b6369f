// One call of a model in words that no provider owns. Everything here is journaled as JSON, so what
// was asked and answered can be read again without the provider.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/described.h"
#include "json/json.h"

namespace qd::connect::models {

struct ToolCall {
  /// Given by the provider (made when it gave none); the result answers to it.
  std::string id;
  std::string name;
  /// An object; where `fault` says something, what the model wrote, as a string.
  Json arguments;
  /// Why the arguments could not be read; for the model to see as the tool's result.
  std::string fault;
};
BOOST_DESCRIBE_STRUCT(ToolCall, (), (id, name, arguments, fault))

enum class Role { System, User, Assistant, Tool };
BOOST_DESCRIBE_ENUM(Role, System, User, Assistant, Tool)

struct ModelMessage {
  Role role = Role::User;
  std::string content;
  /// Of role Assistant.
  std::vector<ToolCall> tool_calls;
  /// Of role Tool: which call this answers. Every call must be answered before the next turn.
  std::string tool_call_id;
  /// What the provider wants back as it was (thinking blocks and their signatures). Ignored by
  /// every other provider, and by the same one with another model.
  Json opaque;
};
BOOST_DESCRIBE_STRUCT(ModelMessage, (), (role, content, tool_calls, tool_call_id, opaque))

struct ToolDefinition {
  std::string name;
  std::string description;
  /// JSON Schema of an object.
  JsonObject parameters;
};
BOOST_DESCRIBE_STRUCT(ToolDefinition, (), (name, description, parameters))

enum class ToolChoice { Auto, None, Required, Named };
BOOST_DESCRIBE_ENUM(ToolChoice, Auto, None, Required, Named)

/// Takes pieces of the answer's text as they arrive; called on the awaiting executor.
using TextSink = std::function<void(std::string_view)>;

struct ModelRequest {
  std::string model;
  std::vector<ModelMessage> messages;
  std::vector<ToolDefinition> tools;
  ToolChoice tool_choice = ToolChoice::Auto;
  /// Of ToolChoice::Named.
  std::string named_tool;
  /// JSON Schema that the text must match; null: free text. The caller checks the answer.
  Json output_schema;
  std::optional<double> temperature;
  std::optional<std::int64_t> max_tokens;
  std::vector<std::string> stop;
  /// Which try of the same call this is, from 1.
  std::int64_t attempt = 1;
  /// When set the answer is streamed. Not journaled.
  TextSink on_text;
};
BOOST_DESCRIBE_STRUCT(ModelRequest, (),
                      (model, messages, tools, tool_choice, named_tool, output_schema, temperature,
                       max_tokens, stop, attempt))

/// Why the model stopped. An answer that was cut (Length, ContentFilter) holds no tool calls: a
/// half-written call must not run.
enum class Finish { Stop, Length, ToolCalls, ContentFilter };
BOOST_DESCRIBE_ENUM(Finish, Stop, Length, ToolCalls, ContentFilter)

struct Usage {
  /// All input, cached or not.
  std::int64_t input_total = 0;
  /// Of it, read from the provider's cache, and written to it.
  std::int64_t cached = 0;
  std::int64_t cache_write = 0;
  /// All output, reasoning included.
  std::int64_t output_total = 0;
  std::int64_t reasoning = 0;
  /// The provider said nothing; counted at four characters a token.
  bool estimated = false;
  bool operator==(const Usage&) const = default;
};
BOOST_DESCRIBE_STRUCT(Usage, (),
                      (input_total, cached, cache_write, output_total, reasoning, estimated))

struct ModelAnswer {
  std::string text;
  std::vector<ToolCall> tool_calls;
  Finish finish = Finish::Stop;
  Usage usage;
  /// The model that answered, as the provider names it.
  std::string model;
  /// For the provider's support desk.
  std::string provider_request_id;
  /// Which tier served the call, where the provider says; prices hang on it.
  std::string service_tier;
  Json opaque;
};
BOOST_DESCRIBE_STRUCT(ModelAnswer, (),
                      (text, tool_calls, finish, usage, model, provider_request_id, service_tier,
                       opaque))

/// The answer as the next request's history wants it.
[[nodiscard]] ModelMessage as_message(const ModelAnswer& answer);

/// An estimate for providers that report nothing.
[[nodiscard]] Usage estimate_usage(const ModelRequest& request, const ModelAnswer& answer);

}  // namespace qd::connect::models
