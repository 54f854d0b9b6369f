#include "platform/db/postgres_connection.h"
#include "platform/db/schema_connection.h"

namespace qd::db {
namespace {

// Read committed, so that what another node has just migrated is seen once the lock is had.
constexpr Sql kBegin{"db.begin_migration", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"};
constexpr Sql kLock{"db.lock_migrations", "SELECT pg_advisory_xact_lock(7381274512)"};

class PostgresSchema final : public SchemaConnection {
 public:
  PostgresSchema(const std::string& url, SchemaAccess access)
      : connection_(url, access == SchemaAccess::Change ? PostgresConnection::Access::Write
                                                        : PostgresConnection::Access::Read) {
    if (access == SchemaAccess::Look) return;
    connection_.send(kBegin);
    connection_.run(kLock, {}, [](const Row&) {});
  }

  Connection& connection() override { return connection_; }
  void script(const std::string& statements) override { connection_.script(statements); }
  void commit() override { connection_.commit(); }

 private:
  PostgresConnection connection_;
};

}  // namespace

std::unique_ptr<SchemaConnection> open_postgres_schema(const std::string& url,
                                                       SchemaAccess access) {
  return std::make_unique<PostgresSchema>(url, access);
}

}  // namespace qd::db
