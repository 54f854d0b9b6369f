// Which store a database URL names. The URL may hold a password: it is never logged whole.
#pragma once

#include <string>
#include <string_view>

namespace qd::db {

struct StoreUrl {
  enum class Store { Sqlite, Postgres };
  Store store = Store::Sqlite;
  /// SQLite: the path of the file. PostgreSQL: the URL as libpq takes it.
  std::string target;
};

/// `sqlite:PATH`, `postgres://...` or `postgresql://...`; throws std::runtime_error with what would
/// be right for anything else.
[[nodiscard]] StoreUrl parse_store_url(std::string_view url);

/// The URL with its password, if it has one, replaced: for logs and messages.
[[nodiscard]] std::string without_password(std::string_view url);

}  // namespace qd::db
