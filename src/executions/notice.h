// What those who follow an execution or a project get, as it goes over the wire.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/watchers.h"
#include "executions/types.h"

namespace qd::executions {

/// An execution as followers of its project see it: without what went in and came out.
struct ExecutionChange {
  ExecutionId id;
  ProjectId project_id;
  std::optional<WorkflowId> workflow_id;
  std::int64_t workflow_version = 0;
  std::string name;
  engine::ExecutionStatus status = engine::ExecutionStatus::Pending;
  std::optional<std::string> waiting_for;
  std::string trigger;
  std::int64_t priority = 0;
  Timestamp created_at;
  Timestamp updated_at;
  UserId created_by;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> finished_at;
  double cost_usd = 0;
  std::int64_t tokens = 0;
  std::int64_t revision = 0;
};
BOOST_DESCRIBE_STRUCT(ExecutionChange, (),
                      (id, project_id, workflow_id, workflow_version, name, status, waiting_for,
                       trigger, priority, created_at, updated_at, created_by, started_at,
                       finished_at, cost_usd, tokens, revision))

/// An approval as followers of its project see it.
struct ApprovalChange {
  ApprovalId id;
  ExecutionId execution_id;
  ProjectId project_id;
  std::optional<WorkflowId> workflow_id;
  std::string node_id;
  std::string title;
  engine::ApprovalStatus status = engine::ApprovalStatus::Pending;
  std::optional<UserId> decided_by;
  std::optional<Timestamp> decided_at;
  std::optional<Timestamp> expires_at;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(ApprovalChange, (),
                      (id, execution_id, project_id, workflow_id, node_id, title, status,
                       decided_by, decided_at, expires_at, created_at))

struct Notice {
  /// Where a follower goes on who has got this one; of what is not kept: where he went on before.
  std::int64_t seq = 0;
  enum class Kind {
    Stored,
    /// What a model says: whoever is not there misses it.
    Passing,
  } kind = Kind::Stored;
  std::string type;
  /// `{"seq":…,"at":…,"type":…,"data":…}`; of a passing one without `seq`.
  std::string json;
};
using NoticePtr = std::shared_ptr<const Notice>;

[[nodiscard]] NoticePtr to_notice(const engine::Event& event);
[[nodiscard]] NoticePtr to_notice(const ExecutionChange& change, std::int64_t seq);
[[nodiscard]] NoticePtr to_notice(const ApprovalChange& change, std::int64_t seq);
[[nodiscard]] NoticePtr to_notice(const engine::ModelText& text, std::int64_t seq, Timestamp at);

}  // namespace qd::executions
