// The SQL of tasks as workers see them.
#pragma once

#include "platform/db/db.h"
#include "workers/types.h"

namespace qd::workers::store {

/// A task as it is stored.
struct Row : engine::TaskRow {
  /// Of the worker who has it.
  std::optional<std::string> token_hash;
};
BOOST_DESCRIBE_STRUCT(Row, (engine::TaskRow), (token_hash))

/// Those of the queue that nobody has, oldest first. In a transaction other takers pass them by.
[[nodiscard]] std::vector<Row> free_tasks(db::Snapshot& view, const ProjectId& project,
                                          std::string_view queue, Timestamp now,
                                          std::int64_t limit);
/// When the first of those that workers have is free again, unless they are heard of.
[[nodiscard]] std::optional<Timestamp> next_free(db::Snapshot& view, const ProjectId& project,
                                                 std::string_view queue);
[[nodiscard]] std::optional<Row> find(db::Snapshot& view, std::string_view id);
void give(db::Transaction& tx, const Row& row, const std::optional<std::string>& worker,
          std::string_view token_hash, Timestamp lease_until);
void prolong(db::Transaction& tx, const TaskId& id, Timestamp lease_until);
void finish(db::Transaction& tx, const TaskId& id, engine::TaskStatus status, Timestamp now);

}  // namespace qd::workers::store
