// PostgreSQL behind `db.h`. Each connection has a thread. A writer takes all waiting closures and
// runs them in one serializable transaction, each in a savepoint, so that they share one commit;
// when the server gives that transaction up, they run again one by one. Readers answer from
// snapshots.
#pragma once

#include <memory>
#include <string>

#include "platform/db/db.h"

namespace qd::db {

std::unique_ptr<Database> open_postgres(const std::string& url, const Options& options);

}  // namespace qd::db
