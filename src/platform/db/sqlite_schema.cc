#include <filesystem>
#include <optional>

#include "platform/db/schema_connection.h"
#include "platform/db/sqlite.h"
#include "platform/db/sqlite_connection.h"

namespace qd::db {
namespace {

constexpr Sql kBrokenReferences{"db.foreign_key_check",
                                "SELECT \"table\" FROM pragma_foreign_key_check LIMIT 1"};

class SqliteSchema final : public SchemaConnection {
 public:
  SqliteSchema(const std::string& path, SchemaAccess access)
      : lock_(access == SchemaAccess::Change ? std::make_unique<SqliteFileLock>(path) : nullptr),
        connection_(path, access == SchemaAccess::Change ? SqliteConnection::Access::Write
                                                         : SqliteConnection::Access::Read) {
    if (access == SchemaAccess::Look) return;
    // A migration may rebuild a table that others refer to; the references are checked at the end.
    connection_.script("PRAGMA foreign_keys = OFF; BEGIN EXCLUSIVE");
  }

  Connection& connection() override { return connection_; }
  void script(const std::string& statements) override { connection_.script(statements); }
  void commit() override {
    Snapshot view(connection_);
    if (const auto table = view.value<std::string>(kBrokenReferences))
      throw std::runtime_error("after the migrations, rows of " + *table +
                               " refer to rows that are not there; nothing was changed");
    connection_.script("COMMIT");
  }

 private:
  std::unique_ptr<SqliteFileLock> lock_;
  SqliteConnection connection_;
};

}  // namespace

std::unique_ptr<SchemaConnection> open_sqlite_schema(const std::string& path, SchemaAccess access) {
  if (access == SchemaAccess::Look && !std::filesystem::exists(path)) return nullptr;
  return std::make_unique<SqliteSchema>(path, access);
}

}  // namespace qd::db
