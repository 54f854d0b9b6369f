// Tools as people write and read them.
#pragma once

#include "definitions/types.h"
#include "engine/catalog.h"

namespace qd::tools {

struct ToolDraft {
  /// What models call it by: letters, digits, `_` and `-`.
  Text<1, 64> name;
  std::optional<Text<0, 4'000>> description;
  engine::ToolKind kind = engine::ToolKind::Http;
  /// JSON Schema of the arguments, an object; none: no arguments.
  std::optional<JsonObject> parameters;
  std::optional<JsonObject> output_schema;
  /// By kind; of http and webhook: method, url, headers, query, body, timeout.
  JsonObject config;
  /// Id or name of the project's credential that is joined to each call.
  std::optional<Text<1, 200>> credential_id;
  /// What a call does outside; without it, by the method: GET reads, POST happens once.
  std::optional<engine::Effect> effect;
  /// Whether every project may use it; for administrators to say.
  std::optional<bool> is_global;
};
BOOST_DESCRIBE_STRUCT(ToolDraft, (),
                      (name, description, kind, parameters, output_schema, config, credential_id,
                       effect, is_global))

struct Tool : definitions::ResourceInfo, ToolDraft {};
BOOST_DESCRIBE_STRUCT(Tool, (definitions::ResourceInfo, ToolDraft), ())

struct ToolQuery : definitions::ListQuery {
  std::optional<engine::ToolKind> kind;
};
BOOST_DESCRIBE_STRUCT(ToolQuery, (definitions::ListQuery), (kind))

struct TestRequest {
  std::optional<JsonObject> arguments;
  /// How long to wait for the answer before this one; 30,000 unless said otherwise.
  std::optional<Whole<0, 300'000>> wait_ms;
};
BOOST_DESCRIBE_STRUCT(TestRequest, (), (arguments, wait_ms))

}  // namespace qd::tools
