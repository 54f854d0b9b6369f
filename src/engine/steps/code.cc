#include "engine/steps/code.h"

#include "engine/gate.h"

namespace qd::engine {
namespace {

/// What main is called with: as the step says, or else the execution's input.
Json take_input(JsonObject& with, const expr::Scope* scope) {
  if (auto* own = with.if_contains("input")) {
    auto input = std::move(*own);
    with.erase("input");
    return input;
  }
  const auto* input = scope ? scope->find("input") : nullptr;
  return input ? *input : Json();
}

}  // namespace

Task<StepResult> CodeStep::run(StepRun run) {
  // Without a way out it can be run again, unless its author would rather be asked.
  if (run.interrupted && run.node->effect == Effect::Once)
    co_return StepUncertain{"the program may have run before the server stopped"};
  auto with = run.input.is_object() ? std::move(run.input.get_object()) : JsonObject{};
  auto input = take_input(with, run.scope);
  auto program =
      json::from_json<CodeProgram>(Json(std::move(with)), json::Unknown::Reject, "/with");
  if (!program) co_return to_failure(program.error());
  if (run.node->timeout)
    program->timeout = format_duration(std::min(*run.node->timeout, kLongestCodeTime));
  auto outcome = co_await runner_.run(*std::move(program), std::move(input), run.deadline);
  if (!outcome.log.empty()) {
    StepRecord log{.type = "log", .data = JsonObject{{"text", std::move(outcome.log)}}};
    co_await run.journal->append(std::move(log));
  }
  co_return std::move(outcome.result);
}

}  // namespace qd::engine
