#include "engine/journal.h"

#include <unordered_map>

#include <fmt/format.h>

#include "engine/change_position.h"
#include "engine/journal_outbox.h"
#include "engine/large_values.h"

namespace qd::engine::journal {
namespace {

#define QD_INSERT(changed)                                                                        \
  "INSERT INTO executions (" QD_EXECUTION_COLUMNS                                                 \
  ", document, deadline_at, wake_at, fence, lease_owner, lease_until, lane, lane_limit, queue, "  \
  "rated_at, changed) VALUES ($1, $2, "                                                           \
  "$3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, " \
  "$23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, " changed ")"
#define QD_UPDATE(changed_now)                                                                     \
  "UPDATE executions SET status = $1, waiting_for = $2, output = $3, error = $4, "                 \
  "updated_at = $5, started_at = $6, finished_at = $7, cost_usd = $8, tokens = $9, "               \
  "revision = $10, deadline_at = $11, wake_at = $12, lease_owner = $13, lease_until = $14, "       \
  "response = $15, fence = $16, queue = NULL, changed = CASE WHEN status <> $1 OR waiting_for IS " \
  "DISTINCT FROM $2 THEN " changed_now " ELSE changed END WHERE id = $17 AND fence = $18"

// For searches.
constexpr db::Sql kInsertName{
    "journal.name",
    "INSERT INTO execution_names (project_id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING"};
constexpr db::Sql kInsert{"journal.insert", QD_INSERT(QD_POSITION), QD_INSERT(QD_TRANSACTION)};
constexpr db::Sql kUpdate{"journal.update", QD_UPDATE(QD_POSITION), QD_UPDATE(QD_TRANSACTION)};
#define QD_KEEP "SELECT 1 FROM executions WHERE id = $1 AND fence = $2"
constexpr db::Sql kKeep{"journal.keep", QD_KEEP, QD_KEEP " FOR NO KEY UPDATE"};
constexpr db::Sql kInsertEvent{
    "journal.event",
    "INSERT INTO execution_events (execution_id, seq, at, type, node_id, data) "
    "VALUES ($1, $2, $3, $4, $5, $6)"};
// One statement for all of them; `json` and not `jsonb`, so that numbers stay as they are written.
constexpr db::Sql kInsertEvents{"journal.events", "SELECT 1",
                                "INSERT INTO execution_events (execution_id, seq, at, type, "
                                "node_id, data) SELECT $1, e.seq, e.at, e.type, e.node_id, "
                                "e.data::text FROM json_to_recordset($2::json) AS e (seq bigint, "
                                "at bigint, type text, node_id text, data json)"};
#define QD_STORED_COLUMNS                                                                       \
  QD_EXECUTION_AS_SHOWN                                                                         \
  ", document, deadline_at, fence, queue, "                                                     \
  "CASE WHEN EXISTS (SELECT 1 FROM execution_messages m WHERE m.execution_id = executions.id) " \
  "THEN 1 ELSE 0 END"
// Ids come as a JSON array; PostgreSQL looks each up in the index, whatever it believes of their
// number.
#define QD_IN_LIST(number) " IN (SELECT value FROM json_each($" number "))"
#define QD_IN_ARRAY(number) \
  " = ANY (ARRAY(SELECT json_array_elements_text(CAST($" number " AS json))))"
#define QD_CLAIM(in)                                                                              \
  "UPDATE executions SET fence = fence + 1, lease_owner = $1, lease_until = $2 WHERE id" in       \
  " AND fence >= 0 AND (lease_owner IS NULL OR lease_owner = $1 OR lease_until <= $4 OR $5 = 1) " \
  "RETURNING " QD_STORED_COLUMNS
#define QD_READ(in) "SELECT " QD_STORED_COLUMNS " FROM executions WHERE id" in " AND fence >= 0"
#define QD_EVENTS_OF(in)                                                                          \
  "SELECT seq, at, type, node_id, data, execution_id FROM execution_events WHERE execution_id" in \
  " ORDER BY execution_id, seq"
constexpr db::Sql kClaim{"journal.claim", QD_CLAIM(QD_IN_LIST("3")), QD_CLAIM(QD_IN_ARRAY("3"))};
constexpr db::Sql kRead{"journal.read", QD_READ(QD_IN_LIST("1")), QD_READ(QD_IN_ARRAY("1"))};
constexpr db::Sql kReadFree{"journal.read_free",
                            QD_READ(QD_IN_LIST("1")) " AND lease_owner IS NULL",
                            QD_READ(QD_IN_ARRAY("1")) " AND lease_owner IS NULL"};
constexpr db::Sql kEventsOf{"journal.events_of", QD_EVENTS_OF(QD_IN_LIST("1")),
                            QD_EVENTS_OF(QD_IN_ARRAY("1"))};
constexpr db::Sql kRenew{
    "journal.renew",
    "UPDATE executions SET lease_until = $1 WHERE queue IS NULL AND finished_at IS NULL AND "
    "lease_owner = $2 AND lease_until < $3"};
constexpr db::Sql kRelease{
    "journal.release",
    "UPDATE executions SET lease_owner = NULL, lease_until = NULL WHERE queue IS NULL AND "
    "finished_at IS NULL AND lease_owner = $1"};
constexpr db::Sql kExists{"journal.exists", "SELECT 1 FROM executions WHERE id = $1"};
constexpr db::Sql kFind{"journal.find",
                        "SELECT " QD_EXECUTION_AS_SHOWN " FROM executions WHERE id = $1"};
constexpr db::Sql kUnfinished{
    "journal.unfinished",
    "SELECT id, status, wake_at FROM executions WHERE finished_at IS NULL AND queue IS NULL AND "
    "id > $1 AND "
    "(lease_owner IS NULL OR lease_owner = $2 OR lease_until <= $3) AND "
    "(status IN ('pending', 'running') OR wake_at <= $4) ORDER BY id LIMIT $5"};
constexpr db::Sql kHead{"journal.head",
                        "SELECT " QD_LAST_REVISION ", status, fence FROM executions WHERE id = $1"};
#define QD_INSERT_APPROVAL(changed)                                                       \
  "INSERT INTO approvals (" QD_APPROVAL_COLUMNS                                           \
  ", changed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, " \
  "$16, " changed ")"
#define QD_DECIDE_APPROVAL(changed_now)                                            \
  "UPDATE approvals SET status = $1, answer = $2, comment = $3, decided_by = $4, " \
  "decided_at = $5, changed = " changed_now " WHERE id = $6"
#define QD_CANCEL_APPROVALS(changed_now)                                               \
  "UPDATE approvals SET status = 'cancelled', decided_at = $1, changed = " changed_now \
  " WHERE execution_id = $2 AND status = 'pending'"

constexpr db::Sql kInsertApproval{"journal.approval", QD_INSERT_APPROVAL(QD_POSITION),
                                  QD_INSERT_APPROVAL(QD_TRANSACTION)};
constexpr db::Sql kDecideApproval{"journal.decide", QD_DECIDE_APPROVAL(QD_POSITION),
                                  QD_DECIDE_APPROVAL(QD_TRANSACTION)};
constexpr db::Sql kCancelApprovals{"journal.cancel_approvals", QD_CANCEL_APPROVALS(QD_POSITION),
                                   QD_CANCEL_APPROVALS(QD_TRANSACTION)};
constexpr db::Sql kCancelTasks{"journal.cancel_tasks",
                               "UPDATE tasks SET status = 'cancelled', finished_at = $1 WHERE "
                               "execution_id = $2 AND finished_at IS NULL"};
constexpr db::Sql kEndWaits{"journal.end_waits", "DELETE FROM event_waits WHERE execution_id = $1"};
constexpr db::Sql kFindApproval{"journal.find_approval",
                                "SELECT " QD_APPROVAL_COLUMNS " FROM approvals WHERE id = $1"};

struct StoredRow : Execution {
  std::optional<Json> document;
  std::optional<Timestamp> deadline_at;
  std::int64_t fence = 0;
  std::optional<admission::Queue> queue;
  std::int64_t has_messages = 0;
};
BOOST_DESCRIBE_STRUCT(StoredRow, (Execution), (document, deadline_at, fence, queue, has_messages))

struct EventRow : Event {
  std::string execution_id;
};
BOOST_DESCRIBE_STRUCT(EventRow, (Event), (execution_id))

std::string id_list(std::span<const ExecutionId> ids) {
  JsonArray list;
  for (const auto& id : ids) list.emplace_back(id.value);
  return json::print(list);
}

/// With what stands in other tables.
std::vector<Stored> complete(db::Snapshot& view, std::vector<StoredRow> rows) {
  std::vector<Stored> all;
  std::vector<ExecutionId> ids;
  std::unordered_map<std::string_view, std::size_t> places;
  all.reserve(rows.size());
  for (auto& row : rows) {
    ids.push_back(row.id);
    all.push_back({.execution = {},
                   .document = std::move(row.document),
                   .deadline = row.deadline_at,
                   .fence = row.fence,
                   .is_queued = row.queue.has_value(),
                   .has_messages = row.has_messages != 0});
    all.back().execution = static_cast<Execution&&>(row);
    places[all.back().execution.id.value] = all.size() - 1;
  }
  for (auto& event : view.all<EventRow>(kEventsOf, id_list(ids)))
    all[places.at(event.execution_id)].events.push_back(static_cast<Event&&>(event));
  for (auto& stored : all) {
    large_values::join(view, stored.execution);
    large_values::join(view, stored.execution.id, stored.events);
  }
  return all;
}

void insert_events(db::Transaction& tx, const ExecutionId& id, const std::vector<Event>& events) {
  if (!tx.is_postgres()) {
    for (const auto& event : events)
      tx.post(kInsertEvent, id, event.seq, event.at, event.type, event.node_id,
              large_values::store(tx, id, event));
    return;
  }
  std::string rows = "[";
  for (const auto& event : events)
    fmt::format_to(std::back_inserter(rows),
                   R"({}{{"seq":{},"at":{},"type":"{}","node_id":{},"data":{}}})",
                   rows.size() > 1 ? "," : "", event.seq, event.at.time_since_epoch().count(),
                   enum_name(event.type), json::print(Json(event.node_id)),
                   large_values::store(tx, id, event));
  tx.post(kInsertEvents, id, rows + "]");
}

void write_approvals(db::Transaction& tx, const Entry& entry) {
  for (const auto& a : entry.changes.new_approvals)
    tx.post(kInsertApproval, a.id, a.execution_id, a.project_id, a.workflow_id, a.node_id, a.title,
            a.description, a.form, a.approvers, a.status, a.answer, a.comment, a.decided_by,
            a.decided_at, a.expires_at, a.created_at);
  for (const auto& a : entry.changes.decided_approvals)
    tx.post(kDecideApproval, a.status, a.answer, a.comment, a.decided_by, a.decided_at, a.id);
}

/// Of an execution that can't say itself what it waited for.
void abandon_all(db::Transaction& tx, const Execution& execution) {
  tx.post(kCancelApprovals, execution.updated_at, execution.id);
  tx.post(kCancelTasks, execution.updated_at, execution.id);
  tx.post(kEndWaits, execution.id);
}

/// False where the row is another's by now, or gone.
bool update_row(db::Transaction& tx, const Entry& entry) {
  const auto& e = entry.execution;
  if (entry.keeps_row) return tx.touches(kKeep, e.id, entry.fence);
  count_change(tx);
  return tx.touches(kUpdate, e.status, e.waiting_for, large_values::row_text(e.output), e.error,
                    e.updated_at, e.started_at, e.finished_at, e.cost_usd, e.tokens, e.revision,
                    entry.timing.deadline, entry.timing.wake_at, entry.lease.owner,
                    entry.lease.until, e.response, entry.new_fence.value_or(entry.fence), e.id,
                    entry.fence);
}

Woken write_changes(db::Transaction& tx, const Entry& entry) {
  insert_events(tx, entry.execution.id, entry.changes.events);
  write_approvals(tx, entry);
  if (entry.changes.abandons_all) abandon_all(tx, entry.execution);
  return write_outbox(tx, entry.execution, entry.changes);
}

}  // namespace

void insert_row(db::Transaction& tx, const Entry& entry, const Json& document) {
  const auto& e = entry.execution;
  count_change(tx);
  if (!entry.has_known_name) tx.post(kInsertName, e.project_id, e.name);
  const auto text = document.is_null() ? std::nullopt : std::optional(json::print(document));
  const auto origin = e.forked_from ? std::optional(json::to_text(*e.forked_from)) : std::nullopt;
  tx.post(kInsert, e.id, e.project_id, e.workflow_id, e.workflow_version, e.name, e.status,
          e.waiting_for, e.trigger, large_values::row_text(e.input),
          large_values::row_text(e.output), e.error, e.priority, e.created_at, e.updated_at,
          e.created_by, e.started_at, e.finished_at, e.cost_usd, e.tokens, e.revision, e.parent_id,
          e.parent_step, e.depth, e.test, e.response, origin, text, entry.timing.deadline,
          entry.timing.wake_at, entry.fence, entry.lease.owner, entry.lease.until,
          entry.standing.lane, entry.standing.lane_limit, entry.standing.queue,
          entry.standing.rated_at);
  large_values::store_input(tx, e);
}

Woken insert(db::Transaction& tx, const Entry& entry, const Json& document) {
  insert_row(tx, entry, document);
  return write_changes(tx, entry);
}

Result<Woken> append(db::Transaction& tx, const Entry& entry) {
  if (!update_row(tx, entry)) return not_ours(tx, entry.execution.id);
  if (entry.leaves_lane) admission::leave_lane(tx, entry.execution.id);
  return write_changes(tx, entry);
}

RowState row_state(const Entry& entry) {
  const auto& e = entry.execution;
  return {.status = e.status,
          .waiting_for = e.waiting_for,
          .started_at = e.started_at,
          .deadline = entry.timing.deadline,
          .cost_usd = e.cost_usd,
          .tokens = e.tokens,
          .error = e.error,
          .response = e.response};
}

std::unexpected<Error> not_found() {
  return fail(ErrorKind::NotFound, "execution.not_found", "there is no execution with this id");
}

std::unexpected<Error> elsewhere() {
  return std::unexpected(
      Error{.kind = ErrorKind::Unavailable,
            .code = "execution.elsewhere",
            .message = "another node runs the execution and does not answer; try again",
            .retry_after = std::chrono::seconds(1)});
}

std::unexpected<Error> not_ours(db::Snapshot& view, const ExecutionId& id) {
  return view.value<std::int64_t>(kExists, id) ? elsewhere() : not_found();
}

std::vector<Stored> claim(db::Transaction& tx, std::span<const ExecutionId> ids,
                          const Claim& claim) {
  return complete(tx, tx.all<StoredRow>(kClaim, claim.lease.owner, claim.lease.until, id_list(ids),
                                        claim.now, claim.is_forced));
}

std::vector<Stored> read_free(db::Snapshot& view, std::span<const ExecutionId> ids) {
  auto free = complete(view, view.all<StoredRow>(kReadFree, id_list(ids)));
  for (auto& stored : free) stored.is_free = true;
  return free;
}

std::vector<Stored> read(db::Snapshot& view, std::span<const ExecutionId> ids) {
  return complete(view, view.all<StoredRow>(kRead, id_list(ids)));
}

std::optional<Stored> read(db::Snapshot& view, const ExecutionId& id) {
  auto found = read(view, std::span(&id, 1));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::optional<Execution> find(db::Snapshot& view, const ExecutionId& id) {
  auto execution = view.first<Execution>(kFind, id);
  if (execution) large_values::join(view, *execution);
  return execution;
}

void renew(db::Transaction& tx, const Lease& lease, Timestamp ending_before) {
  tx.execute(kRenew, lease.until, lease.owner, ending_before);
}

void release(db::Transaction& tx, const std::string& owner) {
  tx.execute(kRelease, owner);
}

std::vector<Unfinished> unfinished(db::Snapshot& view, const Search& search, std::string_view after,
                                   Timestamp horizon) {
  return view.all<Unfinished>(kUnfinished, after, search.owner, search.now, horizon, search.limit);
}

std::optional<Head> head(db::Snapshot& view, const ExecutionId& id) {
  return view.first<Head>(kHead, id);
}

std::optional<Approval> find_approval(db::Snapshot& view, const ApprovalId& id) {
  return view.first<Approval>(kFindApproval, id);
}

}  // namespace qd::engine::journal
