// What one commit stores beside an execution's row: its events, and what it asks of others.
#pragma once

#include <optional>
#include <vector>

#include "engine/records.h"
#include "engine/step.h"

namespace qd::engine {

/// What a message to an execution is about.
enum class MessageKind { Event, Workflow, Task, Cancel, Command };
BOOST_DESCRIBE_ENUM(MessageKind, Event, Workflow, Task, Cancel, Command)

/// Something for an execution, stored in the sender's commit and taken away in the receiver's: it
/// is neither lost nor taken twice, whoever is killed when.
struct Message {
  std::string id;
  ExecutionId to;
  MessageKind kind = MessageKind::Event;
  /// Of Event: `{name, data}`; of Workflow and Task: `{step, awaited, status, output, error}`; of
  /// Cancel: `{reason}`; of Command: the command, whose sender waits for an answer.
  Json data;
};
BOOST_DESCRIBE_STRUCT(Message, (), (id, to, kind, data))

enum class TaskStatus { Pending, Running, Completed, Failed, Cancelled };
BOOST_DESCRIBE_ENUM(TaskStatus, Pending, Running, Completed, Failed, Cancelled)

/// Work that waits for an outside worker, or is with one.
struct TaskRow {
  TaskId id;
  ExecutionId execution_id;
  ProjectId project_id;
  std::string step;
  std::string queue;
  Json payload;
  Json output_schema;
  TaskStatus status = TaskStatus::Pending;
  /// How often it was given to a worker.
  std::int64_t deliveries = 0;
  std::int64_t heartbeat_ms = 0;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(TaskRow, (),
                      (id, execution_id, project_id, step, queue, payload, output_schema, status,
                       deliveries, heartbeat_ms, created_at))

/// A step that waits for an event of its project.
struct EventWait {
  std::string step;
  std::string name;
};

/// An output that later runs of the same key may take.
struct CachedOutput {
  std::string key;
  Json output;
  Timestamp expires_at;
};

/// What whoever began the execution, and waits for it, is to be told of its end.
[[nodiscard]] inline std::optional<Message> end_message(const Execution& execution) {
  if (!execution.parent_id || !execution.parent_step) return std::nullopt;
  return Message{.to = *execution.parent_id,
                 .kind = MessageKind::Workflow,
                 .data = JsonObject{{"step", *execution.parent_step},
                                    {"awaited", execution.id.value},
                                    {"status", enum_name(execution.status)},
                                    {"output", execution.output},
                                    {"error", execution.error}}};
}

/// What became of a command that was sent as a message.
struct CommandAnswer {
  std::string message;
  Result<std::int64_t> outcome;
};

/// An execution that a step begins. It needs no slot of the project: it runs within its parent's.
struct Child {
  Execution execution;
  admission::Standing standing;
};

struct Changes {
  std::vector<Event> events;
  std::vector<Approval> new_approvals;
  /// With their new status.
  std::vector<Approval> decided_approvals;
  std::vector<TaskRow> new_tasks;
  std::vector<std::string> ended_tasks;
  std::vector<EventWait> new_waits;
  std::vector<std::string> ended_waits;
  /// Executions that are begun with this commit.
  std::vector<Child> children;
  std::vector<EventMessage> published;
  std::vector<Message> sent;
  /// Messages that were taken.
  std::vector<std::string> taken;
  std::vector<CommandAnswer> answers;
  std::vector<CachedOutput> cached;
  /// Whatever it waited for is nobody's business any more.
  bool abandons_all = false;
  [[nodiscard]] bool empty() const { return events.empty() && taken.empty(); }
};

}  // namespace qd::engine
