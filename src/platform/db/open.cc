#include "platform/db/db.h"
#include "platform/db/postgres.h"
#include "platform/db/schema_connection.h"
#include "platform/db/sqlite.h"
#include "platform/db/url.h"

namespace qd::db {

std::unique_ptr<Database> open(const Options& options) {
  const auto url = parse_store_url(options.url);
  if (url.store == StoreUrl::Store::Postgres) return open_postgres(url.target, options);
  return open_sqlite(url.target, options);
}

std::unique_ptr<SchemaConnection> open_schema(const StoreUrl& url, SchemaAccess access) {
  if (url.store == StoreUrl::Store::Postgres) return open_postgres_schema(url.target, access);
  return open_sqlite_schema(url.target, access);
}

}  // namespace qd::db
