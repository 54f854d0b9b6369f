#include "workflows/api.h"

namespace qd::workflows {

void WorkflowApi::add_routes(api::Router& router) {
  resources_.add_routes(router);
  router.add({.method = "POST",
              .path = "/workflows/validate",
              .id = "validateWorkflow",
              .tag = "workflows",
              .summary = "Every problem of a workflow document, without storing it.",
              .scope = "workflows:read",
              .body_limit = 4 << 20},
             *this, &WorkflowApi::validate);
  router.add({.method = "POST",
              .path = "/workflows/{workflow_id}/execute",
              .id = "executeWorkflow",
              .tag = "executions",
              .summary = "Start an execution of a published version.",
              .scope = "executions:write",
              .status = 202,
              .body_limit = 16 << 20,
              .description =
                  "Answers 202 once the execution is durable; with `wait_ms`, 200 and the finished "
                  "execution where it is over by then. Repeated with its `Idempotency-Key` it "
                  "starts nothing "
                  "twice, also where the first answer was lost.",
              .repeatable = true},
             *this, &WorkflowApi::execute);
}

Task<Result<Validation>> WorkflowApi::validate(api::Request<ValidateRequest> request) {
  co_return workflows::validate(request.body);
}

Task<Result<api::Replied<definitions::Execution>>> WorkflowApi::execute(
    api::Request<ExecuteRequest> request) {
  const auto id = request.path("workflow_id");
  QD_CO_TRY(const auto workflow, co_await database_.read([&](db::Snapshot& view) {
    return service_.find_head(view, request.caller, id, projects::ProjectRole::Operator);
  }));
  auto& body = request.body;
  const std::int64_t version =
      body.version ? body.version->value : workflow.published_version.value_or(0);
  engine::StartRequest start{.project = workflow.project_id,
                             .workflow = engine::WorkflowVersion{{workflow.id}, version},
                             .document = {},
                             .name = workflow.name,
                             .input = body.input.value_or(JsonObject{}),
                             .trigger = "manual",
                             .priority = body.priority ? body.priority->value : 0,
                             .created_by = request.caller.user,
                             .test = {},
                             .id = definitions::start_id(request)};
  if (body.stop_at && !body.test.value_or(false))
    co_return fail(ErrorKind::Invalid, "execution.no_test_run",
                   "only a test run stops at a step: send test: true with stop_at");
  if (body.test.value_or(false)) start.test = JsonObject();
  if (body.stop_at) start.test.as_object()["stop_at"] = std::string(*body.stop_at);
  co_return co_await starter_.start(std::move(start),
                                    milliseconds(body.wait_ms ? body.wait_ms->value : 0));
}

}  // namespace qd::workflows
