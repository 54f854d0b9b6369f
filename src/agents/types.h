// Agents as people write and read them.
#pragma once

#include "definitions/types.h"
#include "engine/catalog.h"

namespace qd::agents {

struct AgentDraft {
  Text<1, 200> name;
  std::optional<Text<0, 4'000>> description;
  /// `openai` and whatever speaks like it, `anthropic`, `scripted`, or `auto`: the server's default
  /// model, and its script where there is none.
  Text<1, 50> provider;
  Text<0, 200> model;
  /// Id or name of the project's credential that holds the provider's key.
  std::optional<Text<1, 200>> connection_id;
  /// Templates that see what the step sees.
  std::optional<Text<0, 100'000>> system_prompt;
  std::optional<Text<0, 100'000>> instructions;
  /// Ids or names of tools.
  std::optional<std::vector<Text<1, 200>>> tools;
  /// Words for people to find it by.
  std::optional<std::vector<Text<1, 50>>> capabilities;
  /// JSON Schema of the final answer.
  std::optional<JsonObject> output_schema;
  std::optional<engine::AgentLimits> limits;
  /// `base_url`, `temperature`, `max_output_tokens`, and what the provider takes
  /// (docs/providers.md).
  std::optional<JsonObject> settings;
};
BOOST_DESCRIBE_STRUCT(AgentDraft, (),
                      (name, description, provider, model, connection_id, system_prompt,
                       instructions, tools, capabilities, output_schema, limits, settings))

struct Agent : definitions::ResourceInfo, AgentDraft {};
BOOST_DESCRIBE_STRUCT(Agent, (definitions::ResourceInfo, AgentDraft), ())

struct AgentQuery : definitions::ListQuery {
  std::optional<Text<1, 50>> provider;
};
BOOST_DESCRIBE_STRUCT(AgentQuery, (definitions::ListQuery), (provider))

struct RunRequest {
  Json input;
  /// Which version; the latest published one unless said otherwise.
  std::optional<Whole<1, 1'000'000'000>> version;
  /// How long to wait for its end before this answers; 0 unless said otherwise.
  std::optional<Whole<0, 300'000>> wait_ms;
};
BOOST_DESCRIBE_STRUCT(RunRequest, (), (input, version, wait_ms))

}  // namespace qd::agents
