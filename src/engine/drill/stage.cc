#include "engine/drill/stage.h"

#include <fmt/format.h>

#include "engine/gate.h"
#include "engine/steps/standard_steps.h"

namespace qd::engine::drill {
namespace {

/// Where the calls of tools go: the name of the tool follows.
constexpr std::string_view kToolUrl = "http://drill.invalid/";

bool is_scripted(const AgentSpec& agent) {
  const auto& provider = agent.connection.provider;
  return (provider == "auto" || provider == "scripted") &&
         agent.connection.settings.contains("script");
}

/// A model that says just this.
ModelConnection speaking(const Reply& reply) {
  JsonObject rule;
  if (reply.is_refused)
    rule["fail"] = {{"message", "turned away by the drill"}, {"retryable", true}};
  else if (reply.answer.is_string() && !reply.answer.get_string().empty())
    rule["say"] = reply.answer;
  else
    rule["json"] = reply.answer;
  return {.provider = "scripted",
          .base_url = {},
          .model = "drill",
          .credential = {},
          .settings = {{"script", JsonArray{std::move(rule)}}}};
}

Json field(const Json& object, std::string_view name) {
  const auto* value = json::find(object, name);
  return value ? *value : Json();
}

/// The tool with the same contract, and the world behind it.
ToolSpec staged(ToolSpec tool) {
  tool.effect = effect_of(tool);
  tool.kind = ToolKind::Http;
  tool.config = {{"method", "POST"}, {"url", std::string(kToolUrl) + tool.name}};
  tool.credential.clear();
  return tool;
}

ToolSpec unknown_tool(const std::string& name) {
  return {.id = {name}, .name = name, .kind = ToolKind::Http, .effect = Effect::Once};
}

/// Answers from the props; `run` is the step that asks, null where it is the engine.
class StageCatalog final : public Catalog {
 public:
  StageCatalog(const Props& props, Link& link, const StepRun* run)
      : props_(props), link_(link), run_(run) {}

  Task<Result<std::shared_ptr<const Definition>>> workflow(WorkflowVersion ref) override {
    co_return definition_of(ref.workflow.value);
  }
  Task<Result<NamedWorkflow>> find_workflow(ProjectId, std::string name,
                                            std::optional<std::int64_t>) override {
    QD_CO_TRY(auto definition, definition_of(name));
    co_return NamedWorkflow{{{name}, 1}, name, std::move(definition)};
  }
  Task<Result<std::shared_ptr<const AgentSpec>>> agent(ProjectId, std::string name,
                                                       std::optional<std::int64_t>) override {
    const auto found = props_.agents.find(name);
    AgentSpec spec = found == props_.agents.end() ? AgentSpec{.name = name} : found->second;
    for (auto& tool : spec.tools) tool = std::make_shared<const ToolSpec>(staged(*tool));
    if (is_scripted(spec)) {
      spec.connection.provider = "scripted";
    } else {
      auto schema = field(run_->input, "output_schema");
      if (schema.is_null()) schema = spec.output_schema;
      const auto reply =
          co_await link_.call(call_of(std::move(name), Effect::Read, std::move(schema)));
      spec.connection = speaking(reply);
    }
    co_return std::make_shared<const AgentSpec>(std::move(spec));
  }
  Task<Result<std::shared_ptr<const ToolSpec>>> tool(ProjectId, std::string name) override {
    co_return std::make_shared<const ToolSpec>(tool_named(name));
  }
  Task<Result<ModelConnection>> connection(ProjectId, std::string name) override {
    const auto effect = run_->node->effect.value_or(Effect::Read);
    const auto reply =
        co_await link_.call(call_of(std::move(name), effect, field(run_->input, "output_schema")));
    co_return speaking(reply);
  }
  Task<Result<Credential>> credential(ProjectId, std::string) override {
    co_return Credential{.secret = Secret("drill")};
  }
  Task<Result<std::shared_ptr<const ProjectScope>>> project(ProjectId id) override {
    co_return std::make_shared<const ProjectScope>(
        ProjectScope{std::move(id), props_.project, props_.variables});
  }
  Task<Result<ProjectLimits>> limits(ProjectId) override { co_return ProjectLimits{}; }

  [[nodiscard]] Result<std::shared_ptr<const Definition>> definition_of(
      const std::string& name) const {
    const auto found = props_.workflows.find(name);
    if (found == props_.workflows.end())
      return fail(ErrorKind::NotFound, "workflow.not_found",
                  fmt::format("there is no workflow '{}' beside this one", name));
    return compile_definition(found->second);
  }
  [[nodiscard]] ToolSpec tool_named(const std::string& name) const {
    const auto found = props_.tools.find(name);
    return staged(found == props_.tools.end() ? unknown_tool(name) : found->second);
  }
  [[nodiscard]] Call call_of(std::string name, Effect effect, Json schema) const {
    return {.execution = run_->execution,
            .path = run_->path,
            .name = std::move(name),
            .effect = effect,
            .key = effect == Effect::Keyed ? run_->idempotency_key : "",
            .attempt = run_->attempt,
            .schema = std::move(schema),
            .request = run_->input};
  }

 private:
  const Props& props_;
  Link& link_;
  const StepRun* run_;
};

/// The network of one step.
class StageClient final : public http::Client {
 public:
  StageClient(const StageCatalog& catalog, Link& link, const StepRun& run)
      : catalog_(catalog), link_(link), run_(run) {}

  Task<Result<http::ClientResponse>> send(http::ClientRequest request) override {
    auto call = to_call(request);
    const bool is_tool = !call.name.empty();
    const auto reply = co_await link_.call(std::move(call));
    co_return reply.is_refused ? refusal() : to_response(reply.answer, is_tool);
  }

 private:
  [[nodiscard]] Call to_call(const http::ClientRequest& request) const {
    auto body = json::parse(request.body).value_or(Json(boost::json::string_view(request.body)));
    Call call;
    if (request.url.starts_with(kToolUrl)) {
      const auto tool = catalog_.tool_named(request.url.substr(kToolUrl.size()));
      const auto schema = tool.output_schema ? Json(*tool.output_schema) : Json();
      call = catalog_.call_of(tool.name, effect_in(*tool.effect, tool.name), schema);
      call.request = std::move(body);
    } else {
      const auto effect = run_.node->effect.value_or(effect_of_method(request.method));
      call = catalog_.call_of("", effect, nullptr);
      call.request = {{"method", request.method}, {"url", request.url}, {"body", std::move(body)}};
    }
    // What was sent, and not what should have been.
    call.key = http::ClientResponse{.headers = request.headers}.header("Idempotency-Key");
    return call;
  }

  /// A tool step may say what its tool does; an agent may not.
  [[nodiscard]] Effect effect_in(Effect own, const std::string& tool) const {
    return field(run_.input, "tool") == Json(tool) ? run_.node->effect.value_or(own) : own;
  }

  static http::ClientResponse refusal() {
    return {.status = 503, .headers = {}, .body = "turned away by the drill"};
  }

  /// Of an http step the answer may be whole: `{status, headers, body}`.
  static http::ClientResponse to_response(const Json& answer, bool is_tool) {
    const auto status = is_tool ? Json() : field(answer, "status");
    const auto body = status.is_int64() ? field(answer, "body") : answer;
    http::ClientResponse response{.status = 200, .headers = {}, .body = {}};
    if (status.is_int64()) response.status = static_cast<int>(status.get_int64());
    const bool is_text = body.is_string() && !is_tool;
    response.headers.emplace_back("Content-Type", is_text ? "text/html" : "application/json");
    response.body = is_text ? std::string(body.get_string()) : json::print(body);
    return response;
  }

  const StageCatalog& catalog_;
  Link& link_;
  const StepRun& run_;
};

/// A real step, on a network of its own for each run.
class StagedStep final : public EffectStep {
 public:
  StagedStep(const Props& props, Link& link, const Clock& clock)
      : props_(props), link_(link), clock_(clock) {}

  Task<StepResult> run(StepRun run) override {
    StageCatalog catalog(props_, link_, &run);
    StageClient client(catalog, link_, run);
    Gate gate(client, catalog, clock_, {});
    StandardSteps steps(gate, catalog, nullptr, clock_);
    auto& step = *steps.kinds().effect(run.node->type);
    co_return co_await step.run(run);
  }

 private:
  const Props& props_;
  Link& link_;
  const Clock& clock_;
};

/// What would run outside of the process, and by no network.
class StandInStep final : public EffectStep {
 public:
  StandInStep(const Props& props, Link& link) : props_(props), link_(link) {}

  Task<StepResult> run(StepRun run) override {
    const auto effect = run.node->effect.value_or(Effect::Idempotent);
    if (run.interrupted && effect == Effect::Once)
      co_return StepUncertain{"it may have happened before the process was killed"};
    const StageCatalog catalog(props_, link_, &run);
    auto reply =
        co_await link_.call(catalog.call_of("", effect, field(run.input, "output_schema")));
    if (reply.is_refused)
      co_return StepFailed{.error = {.code = "drill.refused",
                                     .message = "turned away by the drill",
                                     .retryable = true,
                                     .details = {}}};
    co_return StepDone{.output = std::move(reply.answer)};
  }

 private:
  const Props& props_;
  Link& link_;
};

/// Code runs in a sandbox; a drill has none.
bool is_played(NodeType type) {
  return type == NodeType::Code;
}

}  // namespace

Stage::Stage(const Props& props, Link& link, const Clock& clock, const Understudy& understudy)
    : catalog_(std::make_unique<StageCatalog>(props, link, nullptr)) {
  pure_.add_to(kinds_);
  for (const auto& [type, name] : enum_names<NodeType>()) {
    if (kinds_.pure(type) || has_body(type)) continue;
    std::unique_ptr<EffectStep> step;
    if (is_played(type))
      step = std::make_unique<StandInStep>(props, link);
    else
      step = std::make_unique<StagedStep>(props, link, clock);
    if (understudy) {
      auto& proper = *effects_.emplace_back(std::move(step));
      step = understudy(proper, link);
    }
    kinds_.effects[static_cast<std::size_t>(type)] = step.get();
    effects_.push_back(std::move(step));
  }
}

}  // namespace qd::engine::drill
