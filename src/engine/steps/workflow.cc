#include "engine/steps/workflow.h"

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
  const bool goes_on = wait && wait->is_bool() && !wait->get_bool();
  co_return StepBegins{.workflow = std::move(found->version),
                       .name = std::move(found->name),
                       .input = std::move(value),
                       .then = goes_on ? StepBegins::Then::GoOn : StepBegins::Then::Wait};
}

}  // namespace qd::engine
