// One SQLite connection with its prepared statements. Belongs to one thread at a time.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include <sqlite3.h>

#include "platform/db/db.h"

namespace qd::db {

class SqliteConnection final : public Connection {
 public:
  enum class Access { Write, Read };
  /// Opens the file, creating it (readable by its owner only) for writing; throws
  /// std::runtime_error.
  SqliteConnection(const std::string& path, Access access);
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;
  ~SqliteConnection() override;

  std::int64_t run(const Sql& sql, std::span<const Param> params,
                   const std::function<void(const Row&)>& on_row) override;
  [[nodiscard]] bool is_postgres() const override { return false; }

  /// Runs statements without parameters or results, one after the other.
  void script(const std::string& statements);
  /// False when SQLite itself has rolled back (disk full, I/O error).
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  /// Whether a statement failed since `forget_failure`: then `run` refuses, as PostgreSQL does, so
  /// that a closure means the same on both.
  [[nodiscard]] bool has_failed() const { return failed_; }
  void forget_failure() { failed_ = false; }
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  struct CloseHandle {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

  struct Entry {
    std::string text;
    Statement statement;
  };

  Statement prepare(std::string_view text);
  /// The statement of this text, ready to be bound; null when it is running further up the stack.
  sqlite3_stmt* cached(std::string_view text);
  std::int64_t execute(sqlite3_stmt* statement, std::span<const Param> params,
                       const std::function<void(const Row&)>& on_row);
  [[noreturn]] void raise(std::string_view what);

  std::unique_ptr<sqlite3, CloseHandle> handle_;
  /// Most recently used first; the keys of the index are views of the entries' texts.
  std::list<Entry> statements_;
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_text_;
  bool failed_ = false;
};

}  // namespace qd::db
