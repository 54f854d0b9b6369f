#include "engine/steps/workflow.h"

#include "engine/admission.h"
#include "engine/json_schema.h"

namespace qd::engine {
namespace {

StepFailed to_failed(const Error& error) {
  StepError failed{.code = error.code,
                   .message = error.message,
                   .retryable = error.kind == ErrorKind::Unavailable,
                   .details = {}};
  JsonArray faults;
  for (const auto& fault : error.faults)
    faults.push_back(JsonObject{{"path", fault.path}, {"message", fault.message}});
  if (!faults.empty()) {
    failed.message = "the workflow does not take this input: " + error.faults.front().message;
    failed.details = JsonObject{{"errors", std::move(faults)}};
  }
  return {.error = std::move(failed)};
}

}  // namespace

/// What the workflow's `concurrency` says of an execution with this input.
Task<Result<admission::Standing>> WorkflowStep::standing_of(const StepRun& run,
                                                            const NamedWorkflow& workflow,
                                                            const Json& input) {
  if (!workflow.definition->concurrency) co_return admission::Standing{};
  QD_CO_TRY(const auto project, co_await catalog_.project(run.project));
  Execution execution;
  execution.project_id = run.project;
  execution.workflow_id = workflow.version.workflow;
  execution.workflow_version = workflow.version.version;
  execution.name = workflow.name;
  execution.input = input;
  co_return admission::standing_of(execution, *workflow.definition, project.get());
}

Task<StepResult> WorkflowStep::run(StepRun run) {
  const auto* name = json::find(run.input, "workflow");
  const auto* version = json::find(run.input, "version");
  const auto* input = json::find(run.input, "input");
  const auto* wait = json::find(run.input, "wait");
  std::optional<std::int64_t> number;
  if (version && version->is_int64()) number = version->get_int64();
  auto found = co_await catalog_.find_workflow(
      run.project, name && name->is_string() ? std::string(name->get_string()) : "", number);
  if (!found) co_return to_failed(found.error());
  Json value = input ? *input : Json(JsonObject());
  const auto fits = check_schema(found->definition->inputs, value, "/input");
  if (!fits) co_return to_failed(fits.error());
  auto standing = co_await standing_of(run, *found, value);
  if (!standing) co_return to_failed(standing.error());
  const bool goes_on = wait && wait->is_bool() && !wait->get_bool();
  co_return StepBegins{.workflow = std::move(found->version),
                       .name = std::move(found->name),
                       .input = std::move(value),
                       .standing = *std::move(standing),
                       .then = goes_on ? StepBegins::Then::GoOn : StepBegins::Then::Wait};
}

}  // namespace qd::engine
