// What workers send and get.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/changes.h"
#include "json/described.h"

namespace qd::workers {

struct PollRequest {
  Text<1, 100> project_id;
  /// For people: who works.
  std::optional<Text<1, 200>> worker;
  /// How many tasks at most; 1 unless said otherwise.
  std::optional<Whole<1, 100>> max;
  /// How long to wait for a task; 0 unless said otherwise.
  std::optional<Whole<0, 60'000>> wait_ms;
};
BOOST_DESCRIBE_STRUCT(PollRequest, (), (project_id, worker, max, wait_ms))

/// A task that is the worker's until `lease_until`, and longer with each heartbeat.
struct Task {
  TaskId id;
  /// Proves to complete, fail and heartbeat who has it.
  std::string token;
  ExecutionId execution_id;
  std::string step;
  std::string queue;
  Json payload;
  /// 1 the first time; above that a worker before this one fell silent.
  std::int64_t delivery = 1;
  Timestamp lease_until;
};
BOOST_DESCRIBE_STRUCT(Task, (),
                      (id, token, execution_id, step, queue, payload, delivery, lease_until))

struct TaskList {
  std::vector<Task> items;
};
BOOST_DESCRIBE_STRUCT(TaskList, (), (items))

struct CompleteRequest {
  Text<1, 200> token;
  /// The step's output.
  std::optional<Json> output;
};
BOOST_DESCRIBE_STRUCT(CompleteRequest, (), (token, output))

struct FailRequest {
  Text<1, 200> token;
  /// Stable and dotted; `task.failed` unless said otherwise.
  std::optional<Text<1, 100>> code;
  Text<1, 4'000> message;
  /// Whether the step's `retry` may try it again; true unless said otherwise.
  std::optional<bool> retryable;
  std::optional<Json> details;
};
BOOST_DESCRIBE_STRUCT(FailRequest, (), (token, code, message, retryable, details))

struct HeartbeatRequest {
  Text<1, 200> token;
};
BOOST_DESCRIBE_STRUCT(HeartbeatRequest, (), (token))

struct TaskAnswer {
  TaskId id;
  engine::TaskStatus status = engine::TaskStatus::Running;
  /// Of a task that is still the worker's.
  std::optional<Timestamp> lease_until;
};
BOOST_DESCRIBE_STRUCT(TaskAnswer, (), (id, status, lease_until))

}  // namespace qd::workers
