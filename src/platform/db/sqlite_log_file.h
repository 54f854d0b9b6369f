// SQLite's write-ahead log, written in as few calls as there are syncs.
#pragma once

namespace qd::db {

/// The name of a VFS for sqlite3_open_v2: the platform's own, but what a commit appends to the log
/// is gathered and written at once, before it is synced or read. SQLite writes each page as two
/// pieces; a group commit has hundreds of them. What is synced is on the disk as it is without
/// this, and nobody is shown a commit before its sync (PRAGMA synchronous = FULL, sqlite.org/wal).
///
/// Thread-safe; throws std::runtime_error where SQLite has no VFS.
[[nodiscard]] const char* gathering_vfs();

}  // namespace qd::db
