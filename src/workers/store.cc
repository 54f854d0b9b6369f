#include "workers/store.h"

namespace qd::workers::store {
namespace {

#define QD_TASK_COLUMNS                                                                     \
  "id, execution_id, project_id, step, queue, payload, output_schema, status, deliveries, " \
  "heartbeat_ms, created_at, token_hash"

constexpr db::Sql kFree{
    "task.free",
    "SELECT " QD_TASK_COLUMNS
    " FROM tasks WHERE project_id = $1 AND queue = $2 AND finished_at IS "
    "NULL AND (lease_until IS NULL OR lease_until <= $3) ORDER BY created_at, id LIMIT $4",
    "SELECT " QD_TASK_COLUMNS
    " FROM tasks WHERE project_id = $1 AND queue = $2 AND finished_at IS "
    "NULL AND (lease_until IS NULL OR lease_until <= $3) ORDER BY created_at, id LIMIT $4 FOR "
    "UPDATE SKIP LOCKED"};
constexpr db::Sql kNextFree{"task.next_free",
                            "SELECT MIN(lease_until) FROM tasks WHERE project_id = $1 AND queue = "
                            "$2 AND finished_at IS NULL HAVING MIN(lease_until) IS NOT NULL"};
constexpr db::Sql kFind{"task.find", "SELECT " QD_TASK_COLUMNS " FROM tasks WHERE id = $1"};
constexpr db::Sql kGive{"task.give",
                        "UPDATE tasks SET status = 'running', deliveries = deliveries + 1, worker "
                        "= $1, token_hash = $2, lease_until = $3 WHERE id = $4"};
constexpr db::Sql kProlong{"task.prolong", "UPDATE tasks SET lease_until = $1 WHERE id = $2"};
constexpr db::Sql kFinish{
    "task.finish",
    "UPDATE tasks SET status = $1, finished_at = $2, lease_until = NULL WHERE "
    "id = $3"};

}  // namespace

std::vector<Row> free_tasks(db::Snapshot& view, const ProjectId& project, std::string_view queue,
                            Timestamp now, std::int64_t limit) {
  return view.all<Row>(kFree, project, queue, now, limit);
}

std::optional<Timestamp> next_free(db::Snapshot& view, const ProjectId& project,
                                   std::string_view queue) {
  return view.value<Timestamp>(kNextFree, project, queue);
}

std::optional<Row> find(db::Snapshot& view, std::string_view id) {
  return view.first<Row>(kFind, id);
}

void give(db::Transaction& tx, const Row& row, const std::optional<std::string>& worker,
          std::string_view token_hash, Timestamp lease_until) {
  tx.execute(kGive, worker, token_hash, lease_until, row.id);
}

void prolong(db::Transaction& tx, const TaskId& id, Timestamp lease_until) {
  tx.execute(kProlong, lease_until, id);
}

void finish(db::Transaction& tx, const TaskId& id, engine::TaskStatus status, Timestamp now) {
  tx.execute(kFinish, status, now, id);
}

}  // namespace qd::workers::store
