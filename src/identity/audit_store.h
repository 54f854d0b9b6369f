// The SQL of the audit log.
#pragma once

#include "identity/audit.h"
#include "platform/db/db.h"
#include "platform/db/list_query.h"

namespace qd::identity {

class AuditStore {
 public:
  /// The actor's e-mail is looked up by the database.
  void insert(db::Transaction& tx, const AuditRecord& record) const;
  /// The newest first; fails on a cursor that is none.
  [[nodiscard]] Result<db::Rows<AuditRecord>> list(db::Snapshot& view,
                                                   const AuditQuery& query) const;
};

}  // namespace qd::identity
