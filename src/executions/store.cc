#include "executions/store.h"

#include "base/id.h"
#include "projects/access.h"

namespace qd::executions::store {
namespace {

constexpr db::Sql kFind{"execution.find",
                        "SELECT " QD_EXECUTION_COLUMNS " FROM executions WHERE id = $1"};
constexpr db::Sql kDocument{
    "execution.document", "SELECT document FROM executions WHERE id = $1 AND document IS NOT NULL"};
constexpr db::Sql kEvents{"execution_event.after",
                          "SELECT seq, at, type, node_id, data FROM execution_events "
                          "WHERE execution_id = $1 AND seq > $2 ORDER BY seq LIMIT $3"};
constexpr db::Sql kFindApproval{"approval.find",
                                "SELECT " QD_APPROVAL_COLUMNS " FROM approvals WHERE id = $1"};
constexpr db::Sql kUnfinished{
    "execution.unfinished",
    "SELECT id FROM executions WHERE project_id = $1 AND finished_at IS NULL LIMIT $2"};

using Type = db::SortField::Type;
constexpr std::array kSorts{db::SortField{"created_at", "created_at", Type::Time},
                            db::SortField{"updated_at", "updated_at", Type::Time}};
constexpr std::array kApprovalSorts{db::SortField{"created_at", "created_at", Type::Time}};

struct UnfinishedRow {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(UnfinishedRow, (), (id))

/// For LIKE with `\` as its escape: the words anywhere.
std::string like(std::string_view words) {
  std::string pattern = "%";
  for (const char c : words) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
  }
  return pattern + "%";
}

}  // namespace

std::optional<engine::Execution> find(db::Snapshot& view, std::string_view id) {
  return view.first<engine::Execution>(kFind, id);
}

Result<db::Rows<engine::Execution>> list(db::Snapshot& view, const ExecutionQuery& query,
                                         const std::optional<UserId>& user) {
  db::ListQuery rows(QD_EXECUTION_COLUMNS, "executions", kSorts);
  if (user) rows.where(projects::kVisibleProjects, *user);
  if (query.project_id) rows.where("project_id = ?", *query.project_id);
  if (query.workflow_id) rows.where("workflow_id = ?", *query.workflow_id);
  if (query.status) rows.where("status = ?", *query.status);
  if (query.from) rows.where("created_at >= ?", *query.from);
  if (query.to) rows.where("created_at < ?", *query.to);
  if (query.q && is_uuid(*query.q))
    rows.where("id = ?", *query.q);
  else if (query.q)
    rows.where("LOWER(name) LIKE ? ESCAPE '\\'", like(*query.q));
  return rows.page<engine::Execution>(
      view,
      {.limit = query.limit ? query.limit->value : 50, .cursor = query.cursor, .sort = query.sort});
}

std::optional<Json> document(db::Snapshot& view, std::string_view id) {
  return view.value<Json>(kDocument, id);
}

std::vector<engine::Event> events(db::Snapshot& view, std::string_view id, std::int64_t after,
                                  std::int64_t limit) {
  return view.all<engine::Event>(kEvents, id, after, limit);
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
