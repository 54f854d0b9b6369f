#include "tools/api.h"

namespace qd::tools {
namespace {

/// One node that calls the tool with the execution's input.
Json document_of(const definitions::Stored& tool) {
  return JsonObject{
      {"name", "Test of " + tool.name},
      {"nodes",
       JsonArray{JsonObject{
           {"id", "call"},
           {"type", "tool"},
           {"with", JsonObject{{"tool", tool.id}, {"arguments", "{{ input.arguments }}"}}}}}},
      {"edges", JsonArray{}},
      {"outputs", JsonObject{{"result", "{{ steps.call.output }}"}}}};
}

}  // namespace

void ToolApi::add_routes(api::Router& router) {
  resources_.add_routes(router);
  router.add({.method = "POST",
              .path = "/tools/{tool_id}/test",
              .id = "testTool",
              .tag = "tools",
              .summary = "Call the published tool once, as an execution of its own.",
              .scope = "executions:write",
              .status = 202,
              .repeatable = true},
             *this, &ToolApi::test);
}

Task<Result<api::Replied<definitions::Execution>>> ToolApi::test(
    api::Request<TestRequest> request) {
  const auto id = request.path("tool_id");
  QD_CO_TRY(const auto tool, co_await database_.read([&](db::Snapshot& view) {
    return service_.find(view, request.caller, id, projects::ProjectRole::Operator);
  }));
  engine::StartRequest start{
      .project = tool.project_id,
      .workflow = std::nullopt,
      .document = document_of(tool),
      .name = "Test of " + tool.name,
      .input = JsonObject{{"arguments", request.body.arguments.value_or(JsonObject{})}},
      .trigger = "tool",
      .created_by = request.caller.user,
      .id = definitions::start_id(request)};
  const milliseconds wait{request.body.wait_ms ? request.body.wait_ms->value : 30'000};
  co_return co_await starter_.start(std::move(start), wait);
}

}  // namespace qd::tools
