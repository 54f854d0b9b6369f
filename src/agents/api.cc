#include "agents/api.h"

namespace qd::agents {
namespace {

/// One node that runs the agent on the execution's input.
Json document_of(const definitions::Stored& agent, const RunRequest& request) {
  JsonObject with{{"agent", agent.id}, {"input", "{{ input.message }}"}};
  if (request.version) with["version"] = request.version->value;
  return JsonObject{{"name", agent.name},
                    {"nodes", JsonArray{JsonObject{
                                  {"id", "agent"}, {"type", "agent"}, {"with", std::move(with)}}}},
                    {"edges", JsonArray{}},
                    {"outputs", JsonObject{{"answer", "{{ steps.agent.output }}"}}}};
}

}  // namespace

void AgentApi::add_routes(api::Router& router) {
  resources_.add_routes(router);
  router.add({.method = "POST",
              .path = "/agents/{agent_id}/run",
              .id = "runAgent",
              .tag = "agents",
              .summary = "Run the published agent once, as an execution of its own.",
              .scope = "executions:write",
              .status = 202,
              .repeatable = true},
             *this, &AgentApi::run);
}

Task<Result<api::Replied<definitions::Execution>>> AgentApi::run(api::Request<RunRequest> request) {
  const auto id = request.path("agent_id");
  QD_CO_TRY(const auto agent, co_await database_.read([&](db::Snapshot& view) {
    return service_.find(view, request.caller, id, projects::ProjectRole::Operator);
  }));
  engine::StartRequest start{.project = agent.project_id,
                             .workflow = std::nullopt,
                             .document = document_of(agent, request.body),
                             .name = agent.name,
                             .input = JsonObject{{"message", request.body.input}},
                             .trigger = "agent",
                             .created_by = request.caller.user,
                             .id = definitions::start_id(request)};
  const milliseconds wait{request.body.wait_ms ? request.body.wait_ms->value : 0};
  co_return co_await starter_.start(std::move(start), wait);
}

}  // namespace qd::agents
