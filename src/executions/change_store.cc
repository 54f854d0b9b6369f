#include "executions/change_store.h"

#include <algorithm>
#include <charconv>

namespace qd::executions::store {
namespace {

#define QD_EXECUTION_CHANGE                                                           \
  "SELECT id, project_id, workflow_id, workflow_version, name, status, waiting_for, " \
  "trigger_kind, priority, created_at, " QD_LAST_UPDATED_AT                           \
  ", created_by, started_at, finished_at, cost_usd, tokens, " QD_LAST_REVISION        \
  ", changed FROM executions WHERE project_id = $1 AND "
#define QD_APPROVAL_CHANGE                                                                 \
  "SELECT id, execution_id, project_id, workflow_id, node_id, title, status, decided_by, " \
  "decided_at, expires_at, created_at, changed FROM approvals WHERE project_id = $1 AND "
#define QD_AFTER "(changed, id) > ($2, $3) AND changed < $4 ORDER BY changed, id LIMIT $5"
#define QD_AMONG "changed = ANY(string_to_array($2, ',')::bigint[]) ORDER BY changed, id LIMIT $3"

// `xmin:xmax:xid,xid`: PostgreSQL's own words for a snapshot.
constexpr db::Sql kLook{"change.look",
                        "SELECT (last + 1) || ':' || (last + 1) || ':' FROM change_position",
                        "SELECT pg_current_snapshot()::text"};
constexpr db::Sql kExecutionsAfter{"change.executions", QD_EXECUTION_CHANGE QD_AFTER};
constexpr db::Sql kApprovalsAfter{"change.approvals", QD_APPROVAL_CHANGE QD_AFTER};
// Asked on PostgreSQL only.
constexpr db::Sql kExecutionsAmong{"change.executions_among", "SELECT 1",
                                   QD_EXECUTION_CHANGE QD_AMONG};
constexpr db::Sql kApprovalsAmong{"change.approvals_among", "SELECT 1",
                                  QD_APPROVAL_CHANGE QD_AMONG};

struct ExecutionRow : ExecutionChange {
  std::int64_t changed = 0;
};
BOOST_DESCRIBE_STRUCT(ExecutionRow, (ExecutionChange), (changed))
struct ApprovalRow : ApprovalChange {
  std::int64_t changed = 0;
};
BOOST_DESCRIBE_STRUCT(ApprovalRow, (ApprovalChange), (changed))

std::int64_t take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto used = static_cast<std::size_t>(end - text.data());
  text.remove_prefix(std::min(text.size(), used + 1));
  return number;
}

void add(std::vector<Change>& changes, std::vector<ExecutionRow> rows) {
  for (auto& row : rows)
    changes.push_back({{row.changed, row.id.value}, static_cast<ExecutionChange&&>(row)});
}

void add(std::vector<Change>& changes, std::vector<ApprovalRow> rows) {
  for (auto& row : rows)
    changes.push_back({{row.changed, row.id.value}, static_cast<ApprovalChange&&>(row)});
}

/// The first `limit` of both kinds.
std::vector<Change> merged(std::vector<ExecutionRow> executions, std::vector<ApprovalRow> approvals,
                           std::int64_t limit) {
  std::vector<Change> changes;
  changes.reserve(executions.size() + approvals.size());
  add(changes, std::move(executions));
  add(changes, std::move(approvals));
  std::ranges::sort(changes, {}, [](const Change& one) {
    return std::pair(one.place.changed, std::string_view(one.place.id));
  });
  if (std::ssize(changes) > limit) changes.resize(static_cast<std::size_t>(limit));
  return changes;
}

}  // namespace

Look look(db::Snapshot& view) {
  const auto words = view.value<std::string>(kLook).value();
  std::string_view rest = words;
  Look look{.settled = take_number(rest), .next = take_number(rest), .open = {}};
  while (!rest.empty()) look.open.push_back(take_number(rest));
  return look;
}

std::vector<Change> changes_after(db::Snapshot& view, const ProjectId& project, const Place& place,
                                  std::int64_t until, std::int64_t limit) {
  return merged(
      view.all<ExecutionRow>(kExecutionsAfter, project, place.changed, place.id, until, limit),
      view.all<ApprovalRow>(kApprovalsAfter, project, place.changed, place.id, until, limit),
      limit);
}

std::vector<Change> changes_since(db::Snapshot& view, const ProjectId& project, const Look& look,
                                  std::int64_t until, std::int64_t limit) {
  std::vector<Change> changes;
  if (!look.open.empty()) {
    const auto open = fmt::format("{}", fmt::join(look.open, ","));
    changes = merged(view.all<ExecutionRow>(kExecutionsAmong, project, open, limit),
                     view.all<ApprovalRow>(kApprovalsAmong, project, open, limit), limit);
  }
  // No id is before the empty one.
  const auto later = changes_after(view, project, {look.next, ""}, until, limit);
  changes.insert(changes.end(), later.begin(), later.end());
  if (std::ssize(changes) > limit) changes.resize(static_cast<std::size_t>(limit));
  return changes;
}

}  // namespace qd::executions::store
