// Executions, their events and approvals as they are stored, and as everything outside the engine
// sees them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/enum_names.h"
#include "base/id.h"
#include "base/time.h"
#include "engine/planner.h"
#include "json/described.h"

namespace qd::engine {

enum class ExecutionStatus {
  Pending,
  Running,
  Waiting,
  Paused,
  Completed,
  Failed,
  Cancelled,
  TimedOut
};
BOOST_DESCRIBE_ENUM(ExecutionStatus, Pending, Running, Waiting, Paused, Completed, Failed,
                    Cancelled, TimedOut)

[[nodiscard]] constexpr bool is_final(ExecutionStatus status) {
  return status >= ExecutionStatus::Completed;
}

/// Whose results a fork began with, and from which step on it ran anew.
struct ForkedFrom {
  ExecutionId execution_id;
  std::string step;
};
BOOST_DESCRIBE_STRUCT(ForkedFrom, (), (execution_id, step))
/// As its column is read.
inline ForkedFrom tag_invoke(boost::json::value_to_tag<ForkedFrom>, const Json& value) {
  return json::from_json<ForkedFrom>(value, json::Unknown::Ignore).value();
}

/// A row of `executions`, without its document and lease.
struct Execution {
  ExecutionId id;
  ProjectId project_id;
  std::optional<WorkflowId> workflow_id;
  std::int64_t workflow_version = 0;
  std::string name;
  ExecutionStatus status = ExecutionStatus::Pending;
  /// Why nothing moves, while nothing does: `approval`, `timer`, `retry`, `event`, `answer`,
  /// `task`, `workflow`; of a pending one `slot`, `rate`.
  std::optional<std::string> waiting_for;
  std::string trigger;
  Json input;
  Json output;
  Json error;
  std::int64_t priority = 0;
  Timestamp created_at;
  Timestamp updated_at;
  UserId created_by;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> finished_at;
  double cost_usd = 0;
  std::int64_t tokens = 0;
  /// The sequence number of its last event.
  std::int64_t revision = 0;
  /// The execution whose step began this one, and that step.
  std::optional<ExecutionId> parent_id;
  std::optional<std::string> parent_step;
  /// How many executions stand above it.
  std::int64_t depth = 0;
  /// Of a test run: `{stop_at}`; null: it is none.
  Json test;
  /// What a respond step answered: `{status, headers, body}`.
  Json response;
  /// Of a fork.
  std::optional<ForkedFrom> forked_from = {};
};
BOOST_DESCRIBE_STRUCT(Execution, (),
                      (id, project_id, workflow_id, workflow_version, name, status, waiting_for,
                       trigger, input, output, error, priority, created_at, updated_at, created_by,
                       started_at, finished_at, cost_usd, tokens, revision, parent_id, parent_step,
                       depth, test, response, forked_from))

/// The columns of `executions` in the order of Execution's members. While it runs, its last event
/// is ahead of its row.
#define QD_EXECUTION_COLUMNS_WITH(updated_at, revision)                                      \
  "id, project_id, workflow_id, workflow_version, name, status, waiting_for, trigger_kind, " \
  "input, output, "                                                                          \
  "error, priority, created_at, " updated_at                                                 \
  ", created_by, started_at, finished_at, cost_usd, tokens, " revision                       \
  ", parent_id, parent_step, depth, test, response, forked_from"
/// To be written.
#define QD_EXECUTION_COLUMNS QD_EXECUTION_COLUMNS_WITH("updated_at", "revision")
/// To be read, from `executions` under its own name.
#define QD_EXECUTION_AS_SHOWN QD_EXECUTION_COLUMNS_WITH(QD_LAST_UPDATED_AT, QD_LAST_REVISION)
#define QD_OF_LAST_EVENT(column, stored)                                                     \
  "CASE WHEN status = 'running' THEN COALESCE((SELECT v." column                             \
  " FROM execution_events v WHERE v.execution_id = executions.id ORDER BY v.seq DESC LIMIT " \
  "1), " stored ") ELSE " stored " END"
#define QD_LAST_UPDATED_AT QD_OF_LAST_EVENT("at", "updated_at")
#define QD_LAST_REVISION QD_OF_LAST_EVENT("seq", "revision")

enum class EventType {
  Started,
  Paused,
  Resumed,
  Failing,
  Finished,
  StepStarted,
  StepRecorded,
  StepWaiting,
  StepRetrying,
  StepCompleted,
  StepFailed,
  StepSkipped,
  StepCancelled,
  StepUncertain,
};
BOOST_DESCRIBE_ENUM(EventType, Started, Paused, Resumed, Failing, Finished, StepStarted,
                    StepRecorded, StepWaiting, StepRetrying, StepCompleted, StepFailed, StepSkipped,
                    StepCancelled, StepUncertain)

/// One row of an execution's journal (`execution_events`).
struct Event {
  std::int64_t seq = 0;
  Timestamp at;
  EventType type = EventType::Started;
  std::string node_id;
  JsonObject data;
  /// The data as the row keeps it, where it is printed already: whoever applies the event may then
  /// take values out of `data`.
  std::string text = {};
};
BOOST_DESCRIBE_STRUCT(Event, (), (seq, at, type, node_id, data))

/// A turn or a call inside a step, for people.
struct StepTurn {
  Timestamp at;
  std::string type;
  Json data;
};
BOOST_DESCRIBE_STRUCT(StepTurn, (), (at, type, data))

/// How far a map or loop has come.
struct StepItems {
  /// Of a loop: at most.
  std::int64_t total = 0;
  std::int64_t done = 0;
  std::int64_t failed = 0;
  /// Begun and not done.
  std::int64_t open = 0;
};
BOOST_DESCRIBE_STRUCT(StepItems, (), (total, done, failed, open))

/// What became of one node, made from the events.
struct Step {
  /// `execution:node`.
  std::string id;
  ExecutionId execution_id;
  std::string node_id;
  /// From the outermost body to the node: `each.3.fetch`.
  std::string path;
  NodeType type = NodeType::Transform;
  StepStatus status = StepStatus::Pending;
  std::optional<std::string> waiting_for;
  /// When time alone ends the wait.
  std::optional<Timestamp> waits_until;
  std::int64_t attempt = 0;
  Json input;
  Json output;
  Json error;
  std::optional<std::string> agent_id;
  std::optional<std::string> tool_id;
  std::vector<StepTurn> turns;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> finished_at;
  std::optional<std::int64_t> duration_ms;
  double cost_usd = 0;
  std::int64_t tokens = 0;
  /// Of a map or loop.
  std::optional<StepItems> items;
  /// The execution that a workflow step began.
  std::optional<ExecutionId> execution;
};
BOOST_DESCRIBE_STRUCT(Step, (),
                      (id, execution_id, node_id, path, type, status, waiting_for, waits_until,
                       attempt, input, output, error, agent_id, tool_id, turns, started_at,
                       finished_at, duration_ms, cost_usd, tokens, items, execution))

enum class ApprovalStatus { Pending, Approved, Rejected, Expired, Cancelled };
BOOST_DESCRIBE_ENUM(ApprovalStatus, Pending, Approved, Rejected, Expired, Cancelled)

struct Approval {
  ApprovalId id;
  ExecutionId execution_id;
  ProjectId project_id;
  std::optional<WorkflowId> workflow_id;
  std::string node_id;
  std::string title;
  std::string description;
  Json form;
  Json approvers;
  ApprovalStatus status = ApprovalStatus::Pending;
  /// The form as it was filled in.
  Json answer;
  std::optional<std::string> comment;
  std::optional<UserId> decided_by;
  std::optional<Timestamp> decided_at;
  std::optional<Timestamp> expires_at;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(Approval, (),
                      (id, execution_id, project_id, workflow_id, node_id, title, description, form,
                       approvers, status, answer, comment, decided_by, decided_at, expires_at,
                       created_at))

#define QD_APPROVAL_COLUMNS                                                                   \
  "id, execution_id, project_id, workflow_id, node_id, title, description, form, approvers, " \
  "status, answer, "                                                                          \
  "comment, decided_by, decided_at, expires_at, created_at"

}  // namespace qd::engine
