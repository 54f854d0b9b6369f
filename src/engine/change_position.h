// When a row last changed for those who follow its project: SQLite counts, PostgreSQL has the id of
// the transaction.
#pragma once

#include "platform/db/db.h"

/// What `changed` becomes, in the SQL of each store.
#define QD_POSITION "(SELECT last FROM change_position)"
#define QD_TRANSACTION "pg_current_xact_id()::text::bigint"

namespace qd::engine {

/// Before anything is written whose position changes.
inline void count_change(db::Transaction& tx) {
  constexpr db::Sql kCount{"journal.count", "UPDATE change_position SET last = last + 1"};
  if (!tx.is_postgres()) tx.post(kCount);
}

}  // namespace qd::engine
