// Who may see and steer executions and approvals. Seeing takes a project's viewer, steering its
// operator.
#pragma once

#include "engine/engine.h"
#include "executions/topic.h"
#include "executions/types.h"
#include "identity/audit.h"
#include "identity/service.h"
#include "projects/access.h"

namespace qd::executions {

/// All outlive the service.
struct Parts {
  db::Database& database;
  Clock& clock;
  engine::Engine& engine;
  engine::Catalog& catalog;
  const projects::Access& access;
  const identity::AuditLog& audit;
};

/// Thread-safe.
class ExecutionService {
 public:
  explicit ExecutionService(Parts parts) : parts_(parts) {}

  Task<Result<api::Page<Execution>>> list(api::Caller caller, ExecutionQuery query);
  Task<Result<Execution>> get(api::Caller caller, ExecutionId id);
  Task<Result<StepList>> steps(api::Caller caller, ExecutionId id, std::string within);
  /// One member of an event's data, whole. NotFound `event.not_found`.
  Task<Result<Json>> event_value(api::Caller caller, ExecutionId id, std::int64_t seq,
                                 std::string member);
  /// NotFound as for the execution or the project itself.
  Task<Result<void>> may_follow(api::Caller caller, Topic topic);
  [[nodiscard]] Timestamp now() const { return parts_.clock.now(); }

  Task<Result<Execution>> cancel(api::Caller caller, ExecutionId id, std::string reason);
  Task<Result<Execution>> pause(api::Caller caller, ExecutionId id);
  Task<Result<Execution>> resume(api::Caller caller, ExecutionId id);
  Task<Result<Execution>> retry(api::Caller caller, ExecutionId id);
  /// The same for many, each with its own right, its own record and its own error. Forbidden where
  /// the filter names a project that the caller may not operate in; otherwise what he may not
  /// operate in does not match.
  Task<Result<BulkAnswer>> bulk(api::Caller caller, BulkRequest request);
  /// Conflict `project.archived`, beside what the engine says.
  Task<Result<Execution>> fork(api::Caller caller, ExecutionId id, ForkRequest request);
  Task<Result<SignalAnswer>> signal(api::Caller caller, ExecutionId id, SignalRequest request);
  /// An event for every execution of the project that waits for it.
  Task<Result<PublishAnswer>> publish(api::Caller caller, ProjectId project,
                                      PublishRequest request);
  Task<Result<Execution>> resolve(api::Caller caller, ExecutionId id, std::string node,
                                  ResolveRequest request);

  Task<Result<api::Page<engine::Approval>>> approvals(api::Caller caller, ApprovalQuery query);
  Task<Result<engine::Approval>> approval(api::Caller caller, ApprovalId id);
  /// Forbidden `approval.not_approver` for those whom the approval does not name.
  Task<Result<engine::Approval>> decide(api::Caller caller, ApprovalId id, DecideRequest request);

  /// Before a project is deleted: Conflict `project.busy` while it has running executions, or, with
  /// force, cancels them.
  Task<Result<void>> before_project_delete(ProjectId project, bool force);

 private:
  struct Chosen {
    std::vector<std::string> ids;
    std::int64_t matched = 0;
    bool more = false;
  };
  Task<Result<Chosen>> choose(api::Caller caller, BulkRequest request);
  Task<Result<Execution>> steer(api::Caller caller, ExecutionId id, BulkRequest request);
  [[nodiscard]] Result<engine::Execution> find(db::Snapshot& view, const api::Caller& caller,
                                               const ExecutionId& id,
                                               projects::ProjectRole least) const;
  Task<Result<engine::Execution>> require(api::Caller caller, ExecutionId id,
                                          projects::ProjectRole least);
  Task<void> record(api::Caller caller, std::string action, engine::Execution execution);
  Task<Result<std::shared_ptr<const engine::Definition>>> definition_of(
      engine::Execution execution);
  Task<std::optional<std::string>> explanation_of(engine::Execution execution);

  Parts parts_;
};

}  // namespace qd::executions
