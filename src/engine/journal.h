// The SQL of executions as the engine writes them: the row, its events and its approvals change in
// one transaction, under the fence of whoever owns the execution.
#pragma once

#include <optional>
#include <span>

#include "engine/admission.h"
#include "engine/machine.h"
#include "platform/db/db.h"

namespace qd::engine::journal {

/// What stands beside the row.
struct Timing {
  std::optional<Timestamp> deadline;
  std::optional<Timestamp> wake_at;
};

/// Which node holds an execution in memory, and until when others leave it alone. Nobody holds what
/// only waits. Where one process has the database to itself there are no leases.
struct Lease {
  std::optional<std::string> owner = {};
  std::optional<Timestamp> until = {};
};

/// What a commit may change of a row beyond the time and number of its last event. Those are read
/// from the events while the execution runs, so a step that only follows another leaves the row.
struct RowState {
  ExecutionStatus status = ExecutionStatus::Pending;
  std::optional<std::string> waiting_for;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> deadline;
  double cost_usd = 0;
  std::int64_t tokens = 0;
  Json error;
  Json response;
  bool operator==(const RowState&) const = default;
};

/// Everything of one commit.
struct Entry {
  /// Outlives the entry: a commit need not copy what it does not change.
  const Execution& execution;
  Changes changes;
  Timing timing;
  /// As the row has it where it is still ours to write.
  std::int64_t fence = 0;
  /// What the row has from then on, where nobody had the execution and this commit takes it.
  std::optional<std::int64_t> new_fence = {};
  Lease lease = {};
  /// The row is to stay as it is: the execution ran and runs on.
  bool keeps_row = false;
  /// Another of its project is stored under its name.
  bool has_known_name = false;
  /// Of a new one.
  admission::Standing standing = {};
  /// It is over and its workflow limits how many run: somebody else may have its slot.
  bool leaves_lane = false;
};

/// The executions that have something to do or to read once a commit is done.
using Woken = std::vector<ExecutionId>;
/// A new execution. `document` is null where it runs a stored version.
[[nodiscard]] Woken insert(db::Transaction& tx, const Entry& entry, const Json& document);
/// What of the entry a later one would have to differ in for the row to change.
[[nodiscard]] RowState row_state(const Entry& entry);
/// Its row alone.
void insert_row(db::Transaction& tx, const Entry& entry, const Json& document);
/// NotFound `execution.not_found` where the execution is gone, Unavailable `execution.elsewhere`
/// where the fence is another's by now; nothing is written then.
[[nodiscard]] Result<Woken> append(db::Transaction& tx, const Entry& entry);

[[nodiscard]] std::unexpected<Error> not_found();
[[nodiscard]] std::unexpected<Error> elsewhere();
/// Which of the two it is, where a claim or a write found no row of ours.
[[nodiscard]] std::unexpected<Error> not_ours(db::Snapshot& view, const ExecutionId& id);

struct Stored {
  Execution execution = {};
  std::optional<Json> document;
  std::vector<Event> events = {};
  std::optional<Timestamp> deadline;
  std::int64_t fence = 0;
  /// Nobody has it, this node neither.
  bool is_free = false;
  /// It waits for a slot.
  bool is_queued = false;
  /// There is something for it to read.
  bool has_messages = false;
};

struct Claim {
  Lease lease;
  Timestamp now;
  /// Also from a node that is alive.
  bool is_forced = false;
};
/// Takes executions over: whoever had them before can no longer write. Those that are gone, or
/// another node's while its lease lasts, are left out.
[[nodiscard]] std::vector<Stored> claim(db::Transaction& tx, std::span<const ExecutionId> ids,
                                        const Claim& claim);

/// Those that nobody has. Whoever of several readers writes first has it then: no fence is
/// another's, so the others' commits fail.
[[nodiscard]] std::vector<Stored> read_free(db::Snapshot& view, std::span<const ExecutionId> ids);
/// As they are stored, whoever has them; without those that are gone, or being removed.
[[nodiscard]] std::vector<Stored> read(db::Snapshot& view, std::span<const ExecutionId> ids);
[[nodiscard]] std::optional<Stored> read(db::Snapshot& view, const ExecutionId& id);
/// Its row alone.
[[nodiscard]] std::optional<Execution> find(db::Snapshot& view, const ExecutionId& id);

/// Prolongs every lease of the owner that ends before `ending_before`.
void renew(db::Transaction& tx, const Lease& lease, Timestamp ending_before);
/// Gives back what the owner still holds.
void release(db::Transaction& tx, const std::string& owner);

/// An execution that is not over.
struct Unfinished {
  std::string id;
  ExecutionStatus status = ExecutionStatus::Pending;
  std::optional<Timestamp> wake_at;
};
BOOST_DESCRIBE_STRUCT(Unfinished, (), (id, status, wake_at))
/// Which executions are looked for: those that no other node holds.
struct Search {
  std::optional<std::string> owner;
  Timestamp now;
  std::int64_t limit = 0;
};
/// Those that hold a slot and move by themselves: to be begun, running, or woken by time until
/// `horizon`. In order of their ids, after `after`.
[[nodiscard]] std::vector<Unfinished> unfinished(db::Snapshot& view, const Search& search,
                                                 std::string_view after, Timestamp horizon);

struct Head {
  std::int64_t revision = 0;
  ExecutionStatus status = ExecutionStatus::Pending;
  /// As it is stored; who is told of a head is not told of this.
  std::int64_t fence = 0;
};
BOOST_DESCRIBE_STRUCT(Head, (), (revision, status, fence))
[[nodiscard]] std::optional<Head> head(db::Snapshot& view, const ExecutionId& id);
[[nodiscard]] std::optional<Approval> find_approval(db::Snapshot& view, const ApprovalId& id);

}  // namespace qd::engine::journal
