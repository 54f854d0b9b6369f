#include "identity/audit_store.h"

#include "identity/text_folding.h"
#include "identity/types.h"

namespace qd::identity {
namespace {

constexpr db::Sql kInsert{
    "audit.insert",
    "INSERT INTO audit_log (id, at, actor, actor_email, action, target_type, target_id, "
    "project_id, details, remote_address, request_id) "
    "VALUES ($1, $2, $3, (SELECT email FROM users WHERE id = $3), $4, $5, $6, $7, $8, $9, $10)"};
constexpr std::string_view kColumns =
    "id, at, actor, actor_email, action, target_type, target_id, project_id, details, "
    "remote_address, request_id";
constexpr std::array kSorts{db::SortField{"at", "at", db::SortField::Type::Time}};

}  // namespace

void AuditStore::insert(db::Transaction& tx, const AuditRecord& record) const {
  tx.execute(kInsert, record.id, record.at, record.actor, record.action, record.target_type,
             record.target_id, record.project_id, record.details, record.remote_address,
             record.request_id);
}

Result<db::Rows<AuditRecord>> AuditStore::list(db::Snapshot& view, const AuditQuery& query) const {
  db::ListQuery list(kColumns, "audit_log", kSorts);
  if (query.action && query.action->ends_with('*'))
    list.where("action LIKE ? ESCAPE '\\'",
               beginning_with(query.action->substr(0, query.action->size() - 1)));
  else if (query.action)
    list.where("action = ?", *query.action);
  if (query.actor) list.where("actor = ?", *query.actor);
  if (query.project) list.where("project_id = ?", *query.project);
  if (query.from) list.where("at >= ?", *query.from);
  if (query.to) list.where("at <= ?", *query.to);
  return list.page<AuditRecord>(
      view, {.limit = query.limit.value_or(kDefaultLimit), .cursor = query.cursor});
}

}  // namespace qd::identity
