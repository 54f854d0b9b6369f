// Runs executions durably: begins them, goes on with them after any crash, ends them. What it
// acknowledges is in the database; what may have happened outside is never silently done twice.
//
//   Engine engine(parts, options);
//   co_await engine.start();                    // takes up what an earlier process left
//   QD_CO_TRY(auto execution, co_await engine.begin(request));   // durable
//   co_await engine.finished(execution.id, deadline);
//   co_await engine.stop();                     // running effects are interrupted and taken up
//   again
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/boundaries.h"
#include "engine/catalog.h"
#include "engine/records.h"
#include "engine/step.h"
#include "engine/watchers.h"
#include "platform/db/db.h"
#include "platform/metrics/metrics.h"

namespace qd::engine {

struct StartRequest {
  ProjectId project;
  /// A published version to run, or (nothing) the `document`.
  std::optional<WorkflowVersion> workflow;
  /// A workflow document of its own: an agent or a tool tried alone.
  Json document;
  std::string name;
  Json input;
  /// `manual`, `api`, `agent`, `tool`; that of a fork is `fork`.
  std::string trigger = "manual";
  std::int64_t priority = 0;
  UserId created_by;
  /// A test run: pinned nodes give their pins, and it ends with the step `{stop_at}` where that is
  /// said. Null: it is none.
  Json test;
  /// The same for each repetition of one request: where an execution has this id already, it is the
  /// answer. Nothing: a new one.
  std::optional<ExecutionId> id = {};
};

struct Decision {
  bool approved = false;
  std::string comment;
  /// What was filled into the form; checked against its schema.
  Json form;
  UserId decided_by;
};

struct ForkRequest {
  std::string from_step;
  /// Nothing: that of the execution it forks from.
  std::optional<Json> input;
  UserId created_by;
};

/// What a person says of an uncertain step.
struct Resolution {
  /// It happened: the step is completed with `output`. Otherwise it did not and is tried again.
  bool happened = false;
  Json output;
};

struct EngineParts {
  db::Database& database;
  Clock& clock;
  Catalog& catalog;
  StepKinds kinds;
  /// May be null.
  metrics::Registry* metrics = nullptr;
  /// May be null; outlives the engine.
  Boundaries* boundaries = nullptr;
  /// Of other nodes on the same database; null where there are none.
  db::Notices* notices = nullptr;
};

struct EngineOptions {
  /// How many executions are held in memory and moved at once; more wait in the database.
  std::size_t max_active = 10'000;
  /// How many may wait for a slot, of all projects and of one, before starts are refused.
  std::size_t max_backlog = 100'000;
  std::size_t max_project_backlog = 50'000;
  /// How many starts may be on their way to the journal, and for how long the first of them, before
  /// more are refused.
  std::size_t max_starting = 5'000;
  milliseconds max_lag{5'000};
  /// How long a node owns an execution without renewing.
  milliseconds lease{30'000};
  /// Of a step that says none.
  milliseconds step_timeout{300'000};
  /// What this node is called among those on the same PostgreSQL: the same after a restart, so that
  /// it takes up its own work at once, and no other's. Empty: a new one each time, and what a
  /// killed process held is taken up when its lease ends.
  std::string node = {};
};

/// Thread-safe. Every method resumes on the awaiting executor.
class Engine {
 public:
  Engine(EngineParts parts, EngineOptions options);
  ~Engine();

  /// Takes up every unfinished execution. SQLite: a second process on the same file is refused
  /// elsewhere (the file lock).
  Task<void> start();
  /// Takes no more work, ends running attempts without recording an end, joins. Twice is fine.
  Task<void> stop();

  /// Durable when it resumes; it is pending and waits for `slot` or `rate` where a limit lets it
  /// not start yet. The input is checked against the workflow's `inputs` schema (Invalid, paths
  /// under /input). Unavailable `engine.stopping` while stopping; Limited `engine.busy` (with
  /// retry_after) when too much is waiting.
  Task<Result<Execution>> begin(StartRequest request);
  /// Conflict `execution.finished` where it is over already, for each of these. What they change is
  /// durable when they resume.
  Task<Result<Execution>> cancel(ExecutionId id, std::string reason);
  /// Starts no more steps; running ones finish. Conflict `execution.not_started` while it waits for
  /// a slot, as of the other calls but `cancel`.
  Task<Result<Execution>> pause(ExecutionId id);
  Task<Result<Execution>> resume(ExecutionId id);
  /// Of a failed, cancelled or timed out one: goes on from what failed, in the same execution, once
  /// it has a slot again. Conflict `execution.not_failed` otherwise.
  Task<Result<Execution>> retry(ExecutionId id);
  /// A new execution of the same version, with the same input or another, in which `from_step` and
  /// what comes after it run anew and all else keeps its result; see fork.h for the errors. It is
  /// begun like a new one.
  Task<Result<Execution>> fork(ExecutionId id, ForkRequest request);
  /// Hands `payload` to every step of the execution that waits for an event of that name and whose
  /// filter holds; how many took it. NotFound `execution.not_waiting` when none did.
  Task<Result<std::int64_t>> signal(ExecutionId id, std::string name, Json payload);
  /// Hands the event to every execution of the project that waits for it; how many there were.
  /// Durable when it resumes.
  Task<Result<std::int64_t>> publish(ProjectId project, EventMessage event);
  /// A message was stored for the execution.
  Task<Result<void>> wake(ExecutionId id);
  /// Conflict `approval.decided`; Invalid when the form does not fit (paths under /form).
  Task<Result<Approval>> decide(ApprovalId id, Decision decision);
  /// Of a step whose status is uncertain; Conflict `step.not_uncertain` otherwise.
  Task<Result<Execution>> resolve(ExecutionId id, std::string node_id, Resolution resolution);

  /// Suspends until the execution's last event is later than `after` or the deadline has come; the
  /// last event's number. At once where the engine holds no such execution in memory and it is
  /// over.
  Task<std::int64_t> changed(ExecutionId id, std::int64_t after, Timestamp deadline);
  /// Suspends until it is over or the deadline has come; whether it is over.
  Task<bool> finished(ExecutionId id, Timestamp deadline);

  /// Told when a task is put into the project's queue. The engine outlives it.
  [[nodiscard]] std::unique_ptr<Watchers::Watch> watch_queue(
      const ProjectId& project, std::string_view queue,
      const boost::asio::any_io_executor& executor);
  /// Where changes and what models say are told; for those who follow many executions or projects.
  [[nodiscard]] Watchers& watchers();

  /// For readiness: whether `start` has ended and `stop` has not begun.
  [[nodiscard]] bool is_running() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Every step of a definition as the events tell it, in order of the definition.
[[nodiscard]] std::vector<Step> fold_steps(const Execution& execution, const Definition& definition,
                                           std::vector<Event> events);

}  // namespace qd::engine
