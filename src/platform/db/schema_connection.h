// A connection that may change the schema: one transaction that excludes every other migration,
// with scripts of many statements. What the two stores do differently to migrate is behind this.
#pragma once

#include <memory>
#include <string>

#include "platform/db/db.h"
#include "platform/db/url.h"

namespace qd::db {

/// Rolls back when it is destroyed without `commit`.
class SchemaConnection {
 public:
  virtual ~SchemaConnection() = default;
  virtual Connection& connection() = 0;
  virtual void script(const std::string& statements) = 0;
  virtual void commit() = 0;
};

enum class SchemaAccess {
  /// Reads beside a running program.
  Look,
  /// Waits for, or refuses beside, others that use the store; creates the store if need be.
  Change,
};

/// Null when there is nothing to look at yet. Throws std::runtime_error with what to do.
std::unique_ptr<SchemaConnection> open_schema(const StoreUrl& url, SchemaAccess access);
std::unique_ptr<SchemaConnection> open_sqlite_schema(const std::string& path, SchemaAccess access);
std::unique_ptr<SchemaConnection> open_postgres_schema(const std::string& url, SchemaAccess access);

}  // namespace qd::db
