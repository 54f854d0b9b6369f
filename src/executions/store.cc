#include "executions/store.h"

#include "base/id.h"
#include "engine/large_values.h"
#include "executions/reach.h"
#include "projects/access.h"

namespace qd::executions::store {
namespace {

constexpr db::Sql kFind{"execution.find",
                        "SELECT " QD_EXECUTION_AS_SHOWN " FROM executions WHERE id = $1"};
constexpr db::Sql kDocument{
    "execution.document", "SELECT document FROM executions WHERE id = $1 AND document IS NOT NULL"};
constexpr db::Sql kEvents{"execution_event.after",
                          "SELECT seq, at, type, node_id, data FROM execution_events "
                          "WHERE execution_id = $1 AND seq > $2 ORDER BY seq LIMIT $3"};
constexpr db::Sql kInside{
    "execution_event.inside",
    "SELECT COUNT(*) FROM (SELECT 1 FROM execution_events WHERE execution_id = $1 AND node_id LIKE "
    "'%.%' AND ($2 = '' OR SUBSTR(node_id, 1, $3) = $2) LIMIT $4) AS capped"};
constexpr db::Sql kStepEvents{
    "execution_event.steps",
    "SELECT seq, at, type, node_id, data FROM execution_events WHERE execution_id = $1 AND "
    "(node_id "
    "NOT LIKE '%.%' OR ($2 = 1 AND SUBSTR(node_id, 1, $3) = $4)) ORDER BY seq"};
constexpr db::Sql kEvent{"execution_event.find",
                         "SELECT seq, at, type, node_id, data FROM execution_events "
                         "WHERE execution_id = $1 AND seq = $2"};
constexpr db::Sql kFindApproval{"approval.find",
                                "SELECT " QD_APPROVAL_COLUMNS " FROM approvals WHERE id = $1"};
constexpr db::Sql kUnfinished{
    "execution.unfinished",
    "SELECT id FROM executions WHERE project_id = $1 AND finished_at IS NULL LIMIT $2"};

// A list shows a value of up to 8 KiB; `size` is how the store measures a text in bytes.
#define QD_SHORT(column, size)                                                               \
  "CASE WHEN " size " > 8192 THEN '{\"$large\":{\"size\":' || " size " || '}}' ELSE " column \
  " END AS " column
#define QD_LIST_COLUMNS(input_size, output_size, response_size)                                 \
  "id, project_id, workflow_id, workflow_version, name, status, waiting_for, "                  \
  "trigger_kind, " QD_SHORT("input", input_size) ", " QD_SHORT(                                 \
      "output",                                                                                 \
      output_size) ", error, priority, created_at, " QD_LAST_UPDATED_AT                         \
                   ", created_by, started_at, finished_at, cost_usd, tokens, " QD_LAST_REVISION \
                   ", parent_id, parent_step, depth, test, " QD_SHORT(                          \
                       "response", response_size) ", forked_from"
constexpr std::string_view kListColumns =
    QD_LIST_COLUMNS("LENGTH(CAST(input AS BLOB))", "LENGTH(CAST(output AS BLOB))",
                    "LENGTH(CAST(response AS BLOB))");
constexpr std::string_view kListColumnsPostgres =
    QD_LIST_COLUMNS("OCTET_LENGTH(input)", "OCTET_LENGTH(output)", "OCTET_LENGTH(response)");

using Type = db::SortField::Type;
constexpr std::array kSorts{db::SortField{"created_at", "created_at", Type::Time}};
constexpr std::array kApprovalSorts{db::SortField{"created_at", "created_at", Type::Time}};

struct UnfinishedRow {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(UnfinishedRow, (), (id))

/// Where the rows are gathered first and sorted then: the sum keeps a store from walking through
/// the order's index instead.
constexpr std::array kGatheredSorts{db::SortField{"created_at", "created_at + 0", Type::Time}};

constexpr db::Sql kMaySee{"execution.may_see",
                          "SELECT 1 FROM projects WHERE id = $1 AND id IN " QD_VISIBLE("$2")};
/// As projects::kVisibleProjects, but asked of each row that a walk meets.
constexpr std::string_view kVisibleHere =
    "EXISTS (SELECT 1 FROM project_members m WHERE m.project_id = executions.project_id AND "
    "m.user_id = ?) OR EXISTS (SELECT 1 FROM projects p WHERE p.id = executions.project_id AND "
    "p.is_public = 1)";
constexpr std::string_view kBetween = "created_at BETWEEN ? AND ?";
constexpr std::string_view kOperatedProjects =
    "project_id IN (SELECT project_id FROM project_members WHERE user_id = ? AND role <> "
    "'viewer')";
// The offset keeps PostgreSQL from joining all of them before it sorts.
constexpr std::string_view kNamedHere =
    "EXISTS (SELECT 1 FROM execution_names n WHERE n.project_id = executions.project_id AND n.name "
    "= executions.name AND LOWER(n.name) LIKE ? ESCAPE '\\' LIMIT 1 OFFSET 0)";

/// How a page is found: by looking up all that fit and sorting them, or by walking through the
/// order and passing over what does not. The first is for what is rare.
enum class Way { LookUp, Walk };
/// Looking up more than these takes longer than walking past what does not fit.
constexpr std::int64_t kRare = 5'000;

/// Whether no index has the rows in order: those of several projects, or of several names.
bool are_scattered(const ExecutionQuery& query, const std::optional<UserId>& user) {
  return (query.q && !is_uuid(*query.q)) || (user && !query.project_id && !query.workflow_id);
}

/// Whether each project, or each name, has an index with its rows in order.
bool are_groups_in_order(const ExecutionQuery& query) {
  return !query.q || (!query.status && !query.workflow_id);
}

/// Of a list or a bulk request, but for whose they are.
template <class Filter>
void add_conditions(db::ListQuery& rows, const Filter& filter, const std::optional<UserId>& user,
                    Way way) {
  if (filter.project_id) rows.where("project_id = ?", *filter.project_id);
  if (filter.workflow_id) rows.where("workflow_id = ?", *filter.workflow_id);
  if (filter.status) rows.where("status = ?", *filter.status);
  if (filter.from) rows.where("created_at >= ?", *filter.from);
  if (filter.to) rows.where("created_at < ?", *filter.to);
  if (filter.q && is_uuid(*filter.q))
    rows.where("id = ?", *filter.q);
  else if (filter.q && way == Way::Walk)
    rows.where(kNamedHere, db::like(*filter.q));
  else if (filter.q) {
    auto names = names_with(*filter.q, filter.project_id, user);
    names.text = "(project_id, name) IN " + names.text;
    rows.where(std::move(names));
  }
}

std::string_view fitting(BulkAction action) {
  switch (action) {
    case BulkAction::Cancel:
      return "finished_at IS NULL";
    case BulkAction::Pause:
      return "finished_at IS NULL AND status <> 'paused'";
    case BulkAction::Resume:
      return "status = 'paused'";
    case BulkAction::Retry:
      return "status IN ('failed', 'cancelled', 'timed_out')";
  }
  std::unreachable();
}

/// Says in each stand-in where the value is to be had.
std::vector<engine::Event> pointing(std::string_view id, std::vector<engine::Event> events) {
  for (auto& event : events)
    for (auto& member : event.data) {
      if (!engine::large_values::is_stand_in(member.value())) continue;
      auto& large = member.value().at("$large");
      if (large.is_object())
        large.get_object()["url"] = fmt::format("/api/v1/executions/{}/events/{}/{}", id, event.seq,
                                                std::string_view(member.key()));
    }
  return events;
}

}  // namespace

std::optional<engine::Execution> find(db::Snapshot& view, std::string_view id) {
  return view.first<engine::Execution>(kFind, id);
}

Result<db::Rows<engine::Execution>> list(db::Snapshot& view, const ExecutionQuery& query,
                                         const std::optional<UserId>& user) {
  const bool may_see =
      !user || !query.project_id || view.value<std::int64_t>(kMaySee, *query.project_id, *user);
  const auto rows_by = [&](Way way, std::span<const db::SortField> sorts) {
    db::ListQuery rows(view.is_postgres() ? kListColumnsPostgres : kListColumns, "executions",
                       sorts);
    if (!may_see)
      rows.where("0 = 1");
    else if (user && !query.project_id)
      rows.where(
          way == Way::LookUp && !query.workflow_id ? projects::kVisibleProjects : kVisibleHere,
          *user);
    add_conditions(rows, query, user, way);
    return rows;
  };
  const auto total = rows_by(Way::LookUp, kSorts).count(view);
  const db::PageRequest page{.limit = query.limit ? query.limit->value : 50,
                             .cursor = query.cursor,
                             .sort = query.sort,
                             .total = total};
  const bool is_long = total > kRare;
  const bool is_in_order = !are_scattered(query, user) || (is_long && !are_groups_in_order(query));
  // That nothing fits is found at once by looking it up.
  if (total > 0 && is_in_order)
    return rows_by(Way::Walk, kSorts).page<engine::Execution>(view, page);
  if (!is_long) return rows_by(Way::LookUp, kGatheredSorts).page<engine::Execution>(view, page);
  auto walk = rows_by(Way::Walk, kSorts);
  const auto nearby = near(view, query, page);
  if (nearby) walk.where(kBetween, nearby->earliest, nearby->latest);
  auto found = walk.page<engine::Execution>(view, page);
  if (!found || found->next_cursor || !nearby) return found;
  const auto window = reach(view, query, user, page);
  auto rows = rows_by(Way::LookUp, kGatheredSorts);
  rows.where(kBetween, window.earliest, window.latest);
  return rows.page<engine::Execution>(view, page);
}

Result<db::Rows<Steerable>> steerable(db::Snapshot& view, const BulkFilter& filter,
                                      BulkAction action, const std::optional<UserId>& user,
                                      std::int64_t limit) {
  db::ListQuery rows("id, created_at", "executions", kSorts);
  rows.where(fitting(action));
  if (user) rows.where(kOperatedProjects, *user);
  add_conditions(rows, filter, user, Way::Walk);
  return rows.page<Steerable>(view, {.limit = limit, .sort = "created_at"});
}

std::optional<Json> document(db::Snapshot& view, std::string_view id) {
  return view.value<Json>(kDocument, id);
}

std::vector<engine::Event> events(db::Snapshot& view, std::string_view id, std::int64_t after,
                                  std::int64_t limit) {
  return pointing(id, view.all<engine::Event>(kEvents, id, after, limit));
}

StepEvents step_events(db::Snapshot& view, const ExecutionId& id, const std::string& within) {
  const auto prefix = within.empty() ? within : within + ".";
  const auto length = std::ssize(prefix);
  const auto inside =
      view.value<std::int64_t>(kInside, id, prefix, length, kMostInside + 1).value_or(0);
  const bool fits = inside <= kMostInside;
  return {pointing(id.value, view.all<engine::Event>(kStepEvents, id, fits, length, prefix)),
          !fits};
}

std::optional<Json> event_value(db::Snapshot& view, const ExecutionId& id, std::int64_t seq,
                                std::string_view member) {
  const auto event = view.first<engine::Event>(kEvent, id, seq);
  const auto* value = event ? event->data.if_contains(member) : nullptr;
  if (!value) return std::nullopt;
  if (auto whole = engine::large_values::find(view, id.value, seq, member)) return whole;
  return *value;
}

std::optional<engine::Approval> find_approval(db::Snapshot& view, std::string_view id) {
  return view.first<engine::Approval>(kFindApproval, id);
}

Result<db::Rows<engine::Approval>> approvals(db::Snapshot& view, const ApprovalQuery& query,
                                             const std::optional<UserId>& user) {
  db::ListQuery rows(QD_APPROVAL_COLUMNS, "approvals", kApprovalSorts);
  if (user) rows.where(projects::kVisibleProjects, *user);
  if (query.status) rows.where("status = ?", *query.status);
  if (query.project_id) rows.where("project_id = ?", *query.project_id);
  if (query.execution_id) rows.where("execution_id = ?", *query.execution_id);
  return rows.page<engine::Approval>(
      view,
      {.limit = query.limit ? query.limit->value : 50, .cursor = query.cursor, .sort = query.sort});
}

std::vector<std::string> unfinished(db::Snapshot& view, const ProjectId& project,
                                    std::int64_t limit) {
  std::vector<std::string> ids;
  for (auto& row : view.all<UnfinishedRow>(kUnfinished, project, limit))
    ids.push_back(std::move(row.id));
  return ids;
}

}  // namespace qd::executions::store
