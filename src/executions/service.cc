#include "executions/service.h"

#include "engine/large_values.h"
#include "executions/explain.h"
#include "executions/store.h"
#include "platform/api/paging.h"

namespace qd::executions {
namespace {

using projects::ProjectRole;

constexpr std::int64_t kCancelBatch = 1'000;

/// Whose rows a list shows; nothing means all.
std::optional<UserId> only_of(const api::Caller& caller) {
  if (caller.is_admin()) return std::nullopt;
  return caller.user;
}

bool names(const Json& approvers, std::string_view member, std::string_view wanted) {
  const auto* list = json::find(approvers, member);
  if (!list || !list->is_array()) return false;
  return std::ranges::any_of(list->get_array(), [&](const Json& name) {
    return name.is_string() && std::string_view(name.get_string()) == wanted;
  });
}

/// Whether the approval names somebody, and if so this caller with this role in the project.
bool may_decide(const engine::Approval& approval, const api::Caller& caller, ProjectRole role) {
  const auto& approvers = approval.approvers;
  if (!approvers.is_object() || approvers.get_object().empty()) return true;
  if (names(approvers, "users", caller.user.value)) return true;
  for (int lower = 0; lower <= static_cast<int>(role); ++lower)
    if (names(approvers, "roles", enum_name(static_cast<ProjectRole>(lower)))) return true;
  return false;
}

}  // namespace

Result<engine::Execution> ExecutionService::find(db::Snapshot& view, const api::Caller& caller,
                                                 const ExecutionId& id, ProjectRole least) const {
  auto execution = store::find(view, id.value);
  const auto missing =
      fail(ErrorKind::NotFound, "execution.not_found", "there is no execution with this id");
  if (!execution) return missing;
  const auto allowed = parts_.access.require(view, caller, execution->project_id, least,
                                             projects::Archived::Allowed);
  if (allowed) return *std::move(execution);
  if (allowed.error().kind == ErrorKind::NotFound) return missing;
  return std::unexpected(allowed.error());
}

Task<Result<engine::Execution>> ExecutionService::require(api::Caller caller, ExecutionId id,
                                                          ProjectRole least) {
  co_return co_await parts_.database.read(
      [&](db::Snapshot& view) { return find(view, caller, id, least); });
}

Task<void> ExecutionService::record(api::Caller caller, std::string action,
                                    engine::Execution execution) {
  co_await parts_.database.write([&](db::Transaction& tx) {
    parts_.audit.append(tx, caller,
                        {.action = "execution." + action,
                         .target_type = "execution",
                         .target_id = execution.id.value,
                         .project = execution.project_id,
                         .details = {{"name", execution.name}}});
  });
}

Task<Result<api::Page<Execution>>> ExecutionService::list(api::Caller caller,
                                                          ExecutionQuery query) {
  QD_CO_TRY(auto rows, co_await parts_.database.read([&](db::Snapshot& view) {
    return store::list(view, query, only_of(caller));
  }));
  co_return api::to_page(std::move(rows), &definitions::to_answer);
}

Task<Result<Execution>> ExecutionService::get(api::Caller caller, ExecutionId id) {
  QD_CO_TRY(auto execution,
            co_await parts_.database.read([&](db::Snapshot& view) -> Result<engine::Execution> {
              QD_TRY(auto found, find(view, caller, id, ProjectRole::Viewer));
              engine::large_values::join(view, found);
              return found;
            }));
  auto explanation = co_await explanation_of(execution);
  auto answer = definitions::to_answer(std::move(execution));
  answer.explanation = std::move(explanation);
  co_return answer;
}

/// Nothing where it moves, is over, or can't be looked into.
Task<std::optional<std::string>> ExecutionService::explanation_of(engine::Execution execution) {
  using engine::ExecutionStatus;
  if (engine::is_final(execution.status) || execution.status == ExecutionStatus::Running)
    co_return std::nullopt;
  const auto definition = co_await definition_of(execution);
  if (!definition) co_return std::nullopt;
  const auto limits = co_await parts_.catalog.limits(execution.project_id);
  const auto wait = co_await parts_.database.read([&](db::Snapshot& view) {
    return engine::admission::why_waiting(view, execution, limits.value_or(engine::ProjectLimits{}),
                                          parts_.clock.now());
  });
  auto told = co_await parts_.database.read(
      [&](db::Snapshot& view) { return store::step_events(view, execution.id, ""); });
  const auto steps = engine::fold_steps(execution, **definition, std::move(told.events));
  co_return explain({execution, **definition, steps, wait, parts_.clock.now()});
}

Task<Result<std::shared_ptr<const engine::Definition>>> ExecutionService::definition_of(
    engine::Execution execution) {
  if (execution.workflow_id)
    co_return co_await parts_.catalog.workflow(
        {*execution.workflow_id, execution.workflow_version});
  const auto document = co_await parts_.database.read(
      [&](db::Snapshot& view) { return store::document(view, execution.id.value); });
  co_return engine::compile_definition(document.value_or(Json()));
}

Task<Result<StepList>> ExecutionService::steps(api::Caller caller, ExecutionId id,
                                               std::string within) {
  QD_CO_TRY(const auto execution, co_await require(std::move(caller), id, ProjectRole::Viewer));
  QD_CO_TRY(const auto definition, co_await definition_of(execution));
  auto found = co_await parts_.database.read(
      [&](db::Snapshot& view) { return store::step_events(view, id, within); });
  auto steps = engine::fold_steps(execution, *definition, std::move(found.events));
  const Situation situation{execution, *definition, steps, std::nullopt, parts_.clock.now()};
  StepList list{.items = {}, .total = 0, .has_more_inside = found.has_more_inside};
  for (const auto& step : steps)
    if (within.empty() || step.path.starts_with(within + "."))
      list.items.push_back({step, explain_step(situation, step)});
  list.total = std::ssize(list.items);
  co_return list;
}

Task<Result<Json>> ExecutionService::event_value(api::Caller caller, ExecutionId id,
                                                 std::int64_t seq, std::string member) {
  co_return co_await parts_.database.read([&](db::Snapshot& view) -> Result<Json> {
    QD_CHECK(find(view, caller, id, ProjectRole::Viewer));
    auto value = store::event_value(view, id, seq, member);
    if (value) return *std::move(value);
    return fail(ErrorKind::NotFound, "event.not_found",
                "the execution has no such event, or the event no such value");
  });
}

Task<Result<void>> ExecutionService::may_follow(api::Caller caller, Topic topic) {
  co_return co_await parts_.database.read([&](db::Snapshot& view) -> Result<void> {
    if (topic.kind == Topic::Kind::Project) {
      QD_CHECK(parts_.access.require(view, caller, {topic.id}, ProjectRole::Viewer));
      return {};
    }
    QD_CHECK(find(view, caller, {topic.id}, ProjectRole::Viewer));
    return {};
  });
}

Task<Result<Execution>> ExecutionService::cancel(api::Caller caller, ExecutionId id,
                                                 std::string reason) {
  QD_CO_CHECK(co_await require(caller, id, ProjectRole::Operator));
  QD_CO_TRY(auto execution, co_await parts_.engine.cancel(id, std::move(reason)));
  co_await record(std::move(caller), "cancelled", execution);
  co_return definitions::to_answer(std::move(execution));
}

Task<Result<Execution>> ExecutionService::pause(api::Caller caller, ExecutionId id) {
  QD_CO_CHECK(co_await require(caller, id, ProjectRole::Operator));
  QD_CO_TRY(auto execution, co_await parts_.engine.pause(id));
  co_await record(std::move(caller), "paused", execution);
  co_return definitions::to_answer(std::move(execution));
}

Task<Result<Execution>> ExecutionService::resume(api::Caller caller, ExecutionId id) {
  QD_CO_CHECK(co_await require(caller, id, ProjectRole::Operator));
  QD_CO_TRY(auto execution, co_await parts_.engine.resume(id));
  co_await record(std::move(caller), "resumed", execution);
  co_return definitions::to_answer(std::move(execution));
}

Task<Result<Execution>> ExecutionService::retry(api::Caller caller, ExecutionId id) {
  QD_CO_CHECK(co_await require(caller, id, ProjectRole::Operator));
  QD_CO_TRY(auto execution, co_await parts_.engine.retry(id));
  co_await record(std::move(caller), "retried", execution);
  co_return definitions::to_answer(std::move(execution));
}

Task<Result<Execution>> ExecutionService::fork(api::Caller caller, ExecutionId id,
                                               ForkRequest request) {
  QD_CO_CHECK(co_await parts_.database.read([&](db::Snapshot& view) -> Result<void> {
    QD_TRY(const auto source, find(view, caller, id, ProjectRole::Viewer));
    QD_CHECK(parts_.access.require(view, caller, source.project_id, ProjectRole::Operator));
    return {};
  }));
  engine::ForkRequest wanted{
      .from_step = request.from_step, .input = request.input, .created_by = caller.user};
  QD_CO_TRY(auto execution, co_await parts_.engine.fork(id, std::move(wanted)));
  co_await record(std::move(caller), "forked", execution);
  co_return definitions::to_answer(std::move(execution));
}

Task<Result<SignalAnswer>> ExecutionService::signal(api::Caller caller, ExecutionId id,
                                                    SignalRequest request) {
  QD_CO_CHECK(co_await require(std::move(caller), id, ProjectRole::Operator));
  QD_CO_TRY(const auto taken, co_await parts_.engine.signal(id, std::move(request.name),
                                                            request.payload.value_or(Json())));
  co_return SignalAnswer{taken};
}

Task<Result<PublishAnswer>> ExecutionService::publish(api::Caller caller, ProjectId project,
                                                      PublishRequest request) {
  QD_CO_CHECK(co_await parts_.database.read([&](db::Snapshot& view) {
    return parts_.access.require(view, caller, project, ProjectRole::Operator);
  }));
  engine::EventMessage event{std::string(request.type), request.data.value_or(Json())};
  QD_CO_TRY(const auto delivered, co_await parts_.engine.publish(project, std::move(event)));
  co_return PublishAnswer{delivered};
}

Task<Result<Execution>> ExecutionService::resolve(api::Caller caller, ExecutionId id,
                                                  std::string node, ResolveRequest request) {
  QD_CO_CHECK(co_await require(caller, id, ProjectRole::Operator));
  engine::Resolution resolution{request.happened, request.output.value_or(Json())};
  QD_CO_TRY(auto execution,
            co_await parts_.engine.resolve(id, std::move(node), std::move(resolution)));
  co_await record(std::move(caller), "step_resolved", execution);
  co_return definitions::to_answer(std::move(execution));
}

Task<Result<api::Page<engine::Approval>>> ExecutionService::approvals(api::Caller caller,
                                                                      ApprovalQuery query) {
  QD_CO_TRY(auto rows, co_await parts_.database.read([&](db::Snapshot& view) {
    return store::approvals(view, query, only_of(caller));
  }));
  co_return api::to_page(std::move(rows));
}

Task<Result<engine::Approval>> ExecutionService::approval(api::Caller caller, ApprovalId id) {
  co_return co_await parts_.database.read([&](db::Snapshot& view) -> Result<engine::Approval> {
    auto approval = store::find_approval(view, id.value);
    if (approval && parts_.access.require(view, caller, approval->project_id, ProjectRole::Viewer))
      return *std::move(approval);
    return fail(ErrorKind::NotFound, "approval.not_found", "there is no approval with this id");
  });
}

Task<Result<engine::Approval>> ExecutionService::decide(api::Caller caller, ApprovalId id,
                                                        DecideRequest request) {
  QD_CO_TRY(const auto approval, co_await this->approval(caller, id));
  QD_CO_CHECK(co_await parts_.database.read([&](db::Snapshot& view) -> Result<void> {
    QD_TRY(const auto project,
           parts_.access.require(view, caller, approval.project_id, ProjectRole::Operator));
    if (may_decide(approval, caller, project.my_role.value_or(ProjectRole::Owner))) return {};
    return fail(ErrorKind::Forbidden, "approval.not_approver",
                "this approval is for others to decide");
  }));
  engine::Decision decision{.approved = request.decision == Verdict::Approved,
                            .comment = request.comment.value_or(""),
                            .form = request.form.value_or(Json()),
                            .decided_by = caller.user};
  QD_CO_TRY(auto decided, co_await parts_.engine.decide(id, std::move(decision)));
  co_await parts_.database.write([&](db::Transaction& tx) {
    parts_.audit.append(
        tx, caller,
        {.action = "approval.decided",
         .target_type = "approval",
         .target_id = decided.id.value,
         .project = decided.project_id,
         .details = {{"title", decided.title}, {"decision", enum_name(decided.status)}}});
  });
  co_return decided;
}

Task<Result<void>> ExecutionService::before_project_delete(ProjectId project, bool force) {
  for (;;) {
    const auto running = co_await parts_.database.read(
        [&](db::Snapshot& view) { return store::unfinished(view, project, kCancelBatch); });
    if (running.empty()) co_return Result<void>();
    if (!force)
      co_return fail(ErrorKind::Conflict, "project.busy",
                     fmt::format("the project has {}{} executions that are not over; cancel them, "
                                 "or delete with force=true",
                                 running.size(), running.size() == kCancelBatch ? " or more" : ""));
    for (const auto& id : running) {
      const auto cancelled = co_await parts_.engine.cancel({id}, "the project was deleted");
      if (!cancelled && cancelled.error().code != "execution.finished")
        co_return std::unexpected(cancelled.error());
    }
  }
}

}  // namespace qd::executions
