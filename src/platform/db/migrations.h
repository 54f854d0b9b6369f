// The schema's history: numbered SQL files (migrations/NNNN_name.sql, or .sqlite.sql and
// .postgres.sql where the dialects part), embedded in the program. Opening a store never changes
// its schema; these functions do, each in one transaction under a lock, so that two starting nodes
// can't both migrate.
//
// A store whose schema is newer than the program, or whose applied migrations differ from those in
// the program, is refused with what to do.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "platform/db/url.h"

namespace qd::db {

/// One embedded migration in one dialect.
struct Migration {
  int version = 0;
  std::string name;
  std::string up;
  /// Empty when there is no way back.
  std::string down;
  /// SHA-256 of `up`, in hex.
  std::string checksum;
};

struct MigrationStatus {
  int version = 0;
  std::string name;
  /// Nothing while it is pending.
  std::optional<Timestamp> applied_at;
};

/// Those of the program, in order of their versions.
[[nodiscard]] std::vector<Migration> embedded_migrations(StoreUrl::Store store);

/// Every migration that the program or the store knows, in order.
[[nodiscard]] std::vector<MigrationStatus> migration_status(std::string_view url);
/// Applies what is pending, creating the store if need be; how many were applied.
int migrate_up(std::string_view url);
/// Takes back the newest `count` migrations; throws when one has no way back.
int migrate_down(std::string_view url, int count = 1);
/// Throws std::runtime_error unless the store's schema is exactly the program's.
void require_current_schema(std::string_view url);

/// Throws std::runtime_error when the store's schema is newer than the program's, or was made
/// otherwise.
void check_schema_history(std::string_view url);

/// The same with other migrations than the program's, for tests of the machinery.
int migrate_up(std::string_view url, const std::vector<Migration>& known);
int migrate_down(std::string_view url, int count, const std::vector<Migration>& known);

}  // namespace qd::db
