#include "engine/engine_impl.h"
#include "engine/fork.h"
#include "engine/json_schema.h"

namespace qd::engine {
namespace {

/// A test run stops at a step that there is.
Result<void> check_stop(const Definition& definition, const Json& test) {
  const auto* stop_at = json::find(test, "stop_at");
  if (!stop_at || definition.find(stop_at->as_string())) return {};
  return invalid(
      {{"/stop_at", "execution.unknown_step",
        fmt::format("the workflow has no step '{}'", std::string_view(stop_at->as_string()))}});
}

}  // namespace

Execution Engine::Impl::execution_of(const StartRequest& request) const {
  const auto now = parts_.clock.now();
  Execution execution{.id = request.id.value_or(ExecutionId::make(now)),
                      .project_id = request.project,
                      .name = request.name,
                      .trigger = request.trigger,
                      .input = request.input,
                      .output = {},
                      .error = {},
                      .priority = request.priority,
                      .created_at = now,
                      .updated_at = now,
                      .created_by = request.created_by,
                      .test = request.test,
                      .response = {}};
  if (request.workflow) {
    execution.workflow_id = request.workflow->workflow;
    execution.workflow_version = request.workflow->version;
  }
  return execution;
}

Task<Result<Execution>> Engine::Impl::begin(StartRequest request) {
  if (request.id) {
    auto earlier = co_await runner_.find(*request.id);
    if (earlier) co_return *std::move(earlier);
  }
  QD_CO_CHECK(runner_.accept(request.project));
  const StartPressure::Start start(runner_.pressure(), parts_.clock.now());
  auto execution = execution_of(request);
  const auto id = execution.id;
  auto begun = co_await begin_new(std::move(execution), std::move(request.document));
  if (begun || begun.error().code != "execution.exists") co_return begun;
  auto other = co_await runner_.find(id);
  if (other) co_return *std::move(other);
  co_return begun;
}

Task<Result<Execution>> Engine::Impl::begin_new(Execution execution, Json document) {
  QD_CO_TRY(auto definition, co_await runner_.definition_of(execution, document));
  QD_CO_CHECK(check_schema(definition->inputs, execution.input, "/input"));
  QD_CO_CHECK(check_stop(*definition, execution.test));
  const bool has_key = definition->concurrency && definition->concurrency->key;
  std::shared_ptr<const ProjectScope> project;
  if (has_key || needs_project(*definition)) {
    QD_CO_TRY(project, co_await parts_.catalog.project(execution.project_id));
  }
  QD_CO_TRY(const auto limits, co_await parts_.catalog.limits(execution.project_id));
  QD_CO_TRY(auto standing, admission::standing_of(execution, *definition, project.get()));
  if (standing.lane || !limits.is_none() || runner_.is_crowded())
    co_return co_await runner_.enqueue({.execution = std::move(execution),
                                        .document = std::move(document),
                                        .limits = limits,
                                        .standing = std::move(standing)});
  co_return co_await runner_.add(std::move(execution), std::move(definition), std::move(project),
                                 std::move(document));
}

Task<Result<Execution>> Engine::Impl::fork(ExecutionId id, ForkRequest request) {
  auto source =
      co_await parts_.database.read([&](db::Snapshot& view) { return journal::read(view, id); });
  if (!source) co_return journal::not_found();
  QD_CO_CHECK(runner_.accept(source->execution.project_id));
  auto document = source->document.value_or(Json());
  QD_CO_TRY(const auto definition, co_await runner_.definition_of(source->execution, document));
  const auto now = parts_.clock.now();
  QD_CO_TRY(auto events, fork_events(*definition, id, source->events, request.from_step, now));
  auto& from = source->execution;
  Execution execution{.id = ExecutionId::make(now),
                      .project_id = from.project_id,
                      .workflow_id = from.workflow_id,
                      .workflow_version = from.workflow_version,
                      .name = from.name,
                      .trigger = "fork",
                      .input = request.input ? *std::move(request.input) : std::move(from.input),
                      .output = {},
                      .error = {},
                      .priority = from.priority,
                      .created_at = now,
                      .updated_at = now,
                      .created_by = request.created_by,
                      .revision = std::ssize(events),
                      .forked_from = ForkedFrom{id, request.from_step}};
  QD_CO_CHECK(check_schema(definition->inputs, execution.input, "/input"));
  journal::Timing timing;
  if (definition->timeout) timing.deadline = now + *definition->timeout;
  std::shared_ptr<const ProjectScope> project;
  if (definition->concurrency) {
    QD_CO_TRY(project, co_await parts_.catalog.project(execution.project_id));
  }
  QD_CO_TRY(const auto limits, co_await parts_.catalog.limits(execution.project_id));
  QD_CO_TRY(auto standing, admission::standing_of(execution, *definition, project.get()));
  co_return co_await runner_.enqueue({.execution = std::move(execution),
                                      .document = std::move(document),
                                      .limits = limits,
                                      .standing = std::move(standing),
                                      .events = std::move(events),
                                      .timing = timing});
}

}  // namespace qd::engine
