#include "identity/audit.h"

#include "identity/audit_store.h"
#include "identity/permission.h"
#include "platform/api/paging.h"

namespace qd::identity {
namespace {

constexpr AuditStore kStore;

}  // namespace

void AuditLog::append(db::Transaction& tx, const api::Caller& caller,
                      const AuditEntry& entry) const {
  const auto now = clock_.now();
  AuditRecord record{.id = new_uuid(now),
                     .at = now,
                     .action = entry.action,
                     .target_type = entry.target_type,
                     .target_id = entry.target_id,
                     .project_id = entry.project,
                     .details = entry.details,
                     .remote_address = caller.remote_address,
                     .request_id = caller.request_id};
  if (!caller.user.empty()) record.actor = caller.user;
  kStore.insert(tx, record);
}

Task<Result<api::Page<AuditRecord>>> AuditLog::list(api::Caller caller, AuditQuery query) {
  QD_CO_CHECK(require_admin(caller));
  QD_CO_TRY(auto rows,
            co_await database_.read([&](db::Snapshot& view) { return kStore.list(view, query); }));
  co_return api::to_page(std::move(rows));
}

}  // namespace qd::identity
