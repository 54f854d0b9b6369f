// What changed in a project since one last looked, however the transactions that changed it
// overlap.
//
// Each row carries in `changed` the position of its last change. On SQLite positions are counted
// and come in the order of commits. On PostgreSQL they are transaction ids, which are given when a
// transaction begins to write and not when it commits: a later look may find a smaller one. So a
// look is described by its snapshot, which says of each transaction whether its changes were seen.
#pragma once

#include <variant>

#include "executions/notice.h"
#include "platform/db/db.h"

namespace qd::executions::store {

/// Which changes one look at the database has seen: those before `settled` all, those from `next`
/// on not at all, and in between all but the `open` ones.
struct Look {
  std::int64_t settled = 0;
  std::int64_t next = 0;
  std::vector<std::int64_t> open;
};
[[nodiscard]] Look look(db::Snapshot& view);

/// Rows in order of position and id: where a page ended.
struct Place {
  std::int64_t changed = 0;
  std::string id;
};

struct Change {
  Place place;
  std::variant<ExecutionChange, ApprovalChange> what;
};

/// What changed after `place` and before the position `until`, at most `limit`.
[[nodiscard]] std::vector<Change> changes_after(db::Snapshot& view, const ProjectId& project,
                                                const Place& place, std::int64_t until,
                                                std::int64_t limit);
/// What `look` has not seen and is before the position `until`, at most `limit`.
[[nodiscard]] std::vector<Change> changes_since(db::Snapshot& view, const ProjectId& project,
                                                const Look& look, std::int64_t until,
                                                std::int64_t limit);

}  // namespace qd::executions::store
