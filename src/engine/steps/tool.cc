#include "engine/steps/tool.h"

namespace qd::engine {

Task<StepResult> ToolStep::run(StepRun run) {
  const auto* name = json::find(run.input, "tool");
  const auto* arguments = json::find(run.input, "arguments");
  const auto tool = co_await catalog_.tool(
      run.project, name && name->is_string() ? std::string(name->get_string()) : "");
  if (!tool) co_return to_failure(tool.error());
  auto spec = **tool;
  if (run.node->effect) spec.effect = run.node->effect;
  co_return co_await caller_.call(
      {.project = run.project,
       .tool = &spec,
       .arguments = arguments && arguments->is_object() ? *arguments : Json(JsonObject{}),
       .scope = run.scope,
       .idempotency_key = run.idempotency_key,
       .interrupted = run.interrupted,
       .deadline = run.deadline});
}

}  // namespace qd::engine
