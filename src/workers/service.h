// Hands tasks to workers and takes their results. A task is one worker's for as long as the step's
// `heartbeat`, and again as long after each sign of life; a worker that falls silent loses it to
// the next one that polls. Its end is stored together with the message that tells the execution.
#pragma once

#include "engine/engine.h"
#include "projects/access.h"
#include "workers/store.h"

namespace qd::workers {

/// All outlive the service.
struct Parts {
  db::Database& database;
  Clock& clock;
  engine::Engine& engine;
  const projects::Access& access;
};

/// Thread-safe. Takes a project's operator.
class WorkerService {
 public:
  explicit WorkerService(Parts parts) : parts_(parts) {}

  /// Suspends until there is a task or the request's `wait_ms` are over; then the list is empty.
  qd::Task<Result<TaskList>> poll(api::Caller caller, std::string queue, PollRequest request);
  /// For each of these: NotFound `task.not_found`; Conflict `task.over` where the execution no
  /// longer waits for it, `task.lost` where it was given to another worker meanwhile. Complete
  /// also: Invalid where the output does not fit the step's `output_schema` (paths under /output);
  /// the task stays the worker's then.
  qd::Task<Result<TaskAnswer>> complete(api::Caller caller, TaskId id, CompleteRequest request);
  qd::Task<Result<TaskAnswer>> fail(api::Caller caller, TaskId id, FailRequest request);
  qd::Task<Result<TaskAnswer>> heartbeat(api::Caller caller, TaskId id, HeartbeatRequest request);

 private:
  [[nodiscard]] TaskList take(db::Transaction& tx, const std::string& queue,
                              const PollRequest& request) const;
  [[nodiscard]] Result<store::Row> owned(db::Snapshot& view, const api::Caller& caller,
                                         const TaskId& id, std::string_view token) const;
  qd::Task<Result<TaskAnswer>> end(api::Caller caller, TaskId id, std::string token,
                                   engine::TaskStatus status, Json result);

  Parts parts_;
};

}  // namespace qd::workers
