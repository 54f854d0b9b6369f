// The SQL of executions as the engine writes them: the row, its events and its approvals change in
// one transaction, under the fence of whoever owns the execution.
#pragma once

#include <optional>

#include "engine/machine.h"
#include "platform/db/db.h"

namespace qd::engine::journal {

/// What stands beside the row.
struct Timing {
  std::optional<Timestamp> deadline;
  std::optional<Timestamp> wake_at;
};

/// Everything of one commit.
struct Entry {
  Execution execution;
  Changes changes;
  Timing timing;
  std::int64_t fence = 0;
};

/// A new execution. `document` is null where it runs a stored version.
void insert(db::Transaction& tx, const Entry& entry, const Json& document);
/// False, and nothing is written, where the fence is another's by now or the execution is gone.
[[nodiscard]] bool append(db::Transaction& tx, const Entry& entry);

struct Stored {
  Execution execution;
  std::optional<Json> document;
  std::vector<Event> events;
  std::int64_t fence = 0;
};
/// Takes the execution over: whoever had it before can no longer write. Nothing where it is gone.
[[nodiscard]] std::optional<Stored> claim(db::Transaction& tx, const ExecutionId& id);

/// An execution that is not over.
struct Unfinished {
  std::string id;
  ExecutionStatus status = ExecutionStatus::Pending;
  std::optional<Timestamp> wake_at;
};
BOOST_DESCRIBE_STRUCT(Unfinished, (), (id, status, wake_at))
/// In order of their ids, after `after`.
[[nodiscard]] std::vector<Unfinished> unfinished(db::Snapshot& view, std::string_view after, std::int64_t limit);
/// Those that wait to be begun, the most urgent first.
[[nodiscard]] std::vector<Unfinished> backlog(db::Snapshot& view, std::int64_t limit);

struct Head {
  std::int64_t revision = 0;
  ExecutionStatus status = ExecutionStatus::Pending;
};
BOOST_DESCRIBE_STRUCT(Head, (), (revision, status))
[[nodiscard]] std::optional<Head> head(db::Snapshot& view, const ExecutionId& id);
[[nodiscard]] std::optional<Approval> find_approval(db::Snapshot& view, const ApprovalId& id);

}  // namespace qd::engine::journal
