// What the engine needs to know about a project, asked through one interface so that the engine
// does not know the resources: the workflows, agents, tools and projects domains answer it, wired
// together in app; tests answer it from a table.
//
// Every answer is immutable and may be shared by many executions. Implementations cache: the engine
// asks at each start and at each step. All methods are safe to call from any thread and resume on
// the awaiting executor. What does not exist is NotFound with the resource's own code
// (`agent.not_found`), which becomes the error of the step that asked.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.h"
#include "base/error.h"
#include "base/id.h"
#include "base/secret.h"
#include "base/time.h"
#include "engine/definition.h"
#include "json/described.h"
#include "json/json.h"

namespace qd::engine {

/// Where a model answers. `provider` names a kind of API that connect/models speaks (`openai`,
/// `anthropic`, `scripted`); the rest is empty where the provider's own defaults hold.
struct ModelConnection {
  std::string provider;
  std::string base_url;
  /// What answers where the asker says `auto` or nothing.
  std::string model = {};
  /// The project credential with the API key; empty: the key of the server's configuration.
  std::string credential;
  /// What else the provider takes; of `scripted`, its script.
  JsonObject settings;
};

/// Bounds of one run of an agent. Over a bound the step fails: `agent.max_turns`,
/// `agent.max_tokens`, `agent.max_cost`.
struct AgentLimits {
  /// How often the model may be asked; 12 unless said otherwise.
  std::optional<Whole<1, 200>> max_turns;
  /// Of input and output together, over all turns.
  std::optional<Whole<1, 100'000'000>> max_tokens;
  std::optional<double> max_cost_usd;
};
BOOST_DESCRIBE_STRUCT(AgentLimits, (), (max_turns, max_tokens, max_cost_usd))

enum class ToolKind { Http, Webhook, Mcp, Code, Builtin };
BOOST_DESCRIBE_ENUM(ToolKind, Http, Webhook, Mcp, Code, Builtin)

/// The `config` of a tool of kind http. Strings are templates that see `input` (the call's
/// arguments), `vars` and `project`. Where neither `query` nor `body` is given, arguments that the
/// url does not use go into the query of GET, HEAD and DELETE, and are the JSON body of the others.
struct HttpToolConfig {
  std::optional<std::string> method;
  std::string url;
  std::optional<JsonObject> headers;
  std::optional<JsonObject> query;
  std::optional<Json> body;
  /// `30s` unless said otherwise.
  std::optional<std::string> timeout;
};
BOOST_DESCRIBE_STRUCT(HttpToolConfig, (), (method, url, headers, query, body, timeout))

struct ToolSpec {
  ToolId id;
  /// Unique in the project; what the model calls it by.
  std::string name;
  std::string description;
  ToolKind kind = ToolKind::Http;
  /// JSON Schema of the arguments.
  JsonObject parameters;
  std::optional<JsonObject> output_schema;
  /// By kind; of http, an HttpToolConfig.
  JsonObject config;
  /// The project credential that is joined to the call; empty: none.
  std::string credential;
  /// Nothing where the author left it to the kind (http: by method).
  std::optional<Effect> effect;
};

/// One published version of an agent, with all that it names resolved.
struct AgentSpec {
  AgentId id;
  std::string name;
  std::int64_t version = 0;
  std::string model;
  ModelConnection connection;
  /// Both are templates that see what the step sees; the instructions follow the system prompt.
  std::string system_prompt;
  std::string instructions;
  std::vector<std::shared_ptr<const ToolSpec>> tools;
  /// JSON Schema of the final answer; null: the answer is text. A step's own `output_schema` wins.
  Json output_schema;
  AgentLimits limits;
  std::optional<double> temperature;
  std::optional<std::int64_t> max_output_tokens;
  JsonObject settings;
};

/// How a credential goes onto a request.
enum class CredentialKind { Bearer, Basic, Header, Query };
BOOST_DESCRIBE_ENUM(CredentialKind, Bearer, Basic, Header, Query)

/// Decrypted for one call and not kept.
struct Credential {
  CredentialKind kind = CredentialKind::Bearer;
  /// The header's or query parameter's name, of kinds Header and Query.
  std::string name;
  /// Of kind Basic.
  std::string username;
  /// The token, password or value.
  Secret secret;
};

/// What expressions see as `project` and `vars`.
struct ProjectScope {
  ProjectId id;
  std::string name;
  JsonObject variables;
};

/// A workflow that another calls.
struct NamedWorkflow {
  WorkflowVersion version;
  std::string name;
  std::shared_ptr<const Definition> definition;
};

/// What a project may do at once; nothing: without limit.
struct ProjectLimits {
  /// Executions that are started and not over.
  std::optional<std::int64_t> concurrency = {};
  std::optional<std::int64_t> starts_per_minute = {};
  [[nodiscard]] bool is_none() const { return !concurrency && !starts_per_minute; }
};

class Catalog {
 public:
  virtual ~Catalog() = default;
  /// A published version, compiled.
  virtual Task<Result<std::shared_ptr<const Definition>>> workflow(WorkflowVersion ref) = 0;
  /// By name or id; without `version` the latest published one. NotFound `workflow.not_found` or
  /// `workflow.not_published`.
  virtual Task<Result<NamedWorkflow>> find_workflow(ProjectId project, std::string name_or_id,
                                                    std::optional<std::int64_t> version) = 0;
  /// By name or id; without `version` the latest published one.
  virtual Task<Result<std::shared_ptr<const AgentSpec>>> agent(
      ProjectId project, std::string name_or_id, std::optional<std::int64_t> version) = 0;
  /// By name or id; the project's own or a global one.
  virtual Task<Result<std::shared_ptr<const ToolSpec>>> tool(ProjectId project,
                                                             std::string name_or_id) = 0;
  /// The connection that an llm step names: an id or name of the project's connections, or a bare
  /// provider kind (`openai`).
  virtual Task<Result<ModelConnection>> connection(ProjectId project, std::string name_or_id) = 0;
  /// By name or id.
  virtual Task<Result<Credential>> credential(ProjectId project, std::string name_or_id) = 0;
  virtual Task<Result<std::shared_ptr<const ProjectScope>>> project(ProjectId project) = 0;
  /// Asked at each start, so it costs nothing most times; a change holds after some seconds.
  virtual Task<Result<ProjectLimits>> limits(ProjectId project) = 0;
};

}  // namespace qd::engine
