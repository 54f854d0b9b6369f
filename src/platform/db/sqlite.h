// SQLite behind `db.h`. One writer thread takes all waiting closures, runs each in a savepoint
// inside one transaction, commits (one sync to disk for all), then completes them. Reader threads
// do the same on WAL snapshots, without the savepoints. One process has the file at a time.
#pragma once

#include <memory>
#include <string>

#include "platform/db/db.h"

namespace qd::db {

/// Holds the file against other processes, by a lock on `PATH.lock`, until it is destroyed.
class SqliteFileLock {
 public:
  /// Throws std::runtime_error that names the process which has it.
  explicit SqliteFileLock(const std::string& path);
  SqliteFileLock(const SqliteFileLock&) = delete;
  SqliteFileLock& operator=(const SqliteFileLock&) = delete;
  ~SqliteFileLock();

 private:
  int file_ = -1;
};

std::unique_ptr<Database> open_sqlite(const std::string& path, const Options& options);

}  // namespace qd::db
