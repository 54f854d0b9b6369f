#include "platform/db/sqlite_log_file.h"

#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

#include <sqlite3.h>

namespace qd::db {
namespace {

/// The most that SQLite's own file writes at once.
constexpr std::size_t kMostGathered = (128 << 10) - 1;

/// A log as SQLite has it open: what was written and not yet handed to the file. The file itself
/// lies behind it in the memory that SQLite gave.
struct LogFile : sqlite3_file {
  std::vector<char> gathered;
  sqlite3_int64 offset = 0;

  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  [[nodiscard]] sqlite3_int64 end() const {
    return offset + static_cast<sqlite3_int64>(gathered.size());
  }

  int flush() {
    if (gathered.empty()) return SQLITE_OK;
    const int code = file()->pMethods->xWrite(file(), gathered.data(),
                                              static_cast<int>(gathered.size()), offset);
    gathered.clear();
    return code;
  }

  int write(const char* data, std::size_t size, sqlite3_int64 at) {
    if (at != end() || gathered.size() + size > kMostGathered)
      if (const int code = flush(); code != SQLITE_OK) return code;
    if (gathered.empty()) offset = at;
    gathered.insert(gathered.end(), data, data + size);
    return SQLITE_OK;
  }
};

LogFile& log_of(sqlite3_file* file) {
  return *static_cast<LogFile*>(file);
}

/// No exception may pass through SQLite.
int write_log(sqlite3_file* log, const void* data, int size, sqlite3_int64 at) {
  try {
    return log_of(log).write(static_cast<const char*>(data), static_cast<std::size_t>(size), at);
  } catch (const std::bad_alloc&) {
    return SQLITE_IOERR_NOMEM;
  }
}

/// Calls the file's own method once it has everything.
template <class... Params, class... Args>
int after_flush(sqlite3_file* log, int (*sqlite3_io_methods::*method)(sqlite3_file*, Params...),
                Args... args) {
  auto& self = log_of(log);
  const int code = self.flush();
  return code != SQLITE_OK ? code : (self.file()->pMethods->*method)(self.file(), args...);
}

int close_log(sqlite3_file* log) {
  auto& self = log_of(log);
  const int flushed = self.flush();
  const int closed = self.file()->pMethods->xClose(self.file());
  std::destroy_at(&self);
  return flushed != SQLITE_OK ? flushed : closed;
}

constexpr sqlite3_io_methods kLogMethods{
    .iVersion = 1,
    .xClose = &close_log,
    .xRead =
        [](sqlite3_file* log, void* to, int size, sqlite3_int64 at) {
          return after_flush(log, &sqlite3_io_methods::xRead, to, size, at);
        },
    .xWrite = &write_log,
    .xTruncate =
        [](sqlite3_file* log, sqlite3_int64 size) {
          return after_flush(log, &sqlite3_io_methods::xTruncate, size);
        },
    .xSync = [](sqlite3_file* log,
                int flags) { return after_flush(log, &sqlite3_io_methods::xSync, flags); },
    .xFileSize =
        [](sqlite3_file* log, sqlite3_int64* size) {
          return after_flush(log, &sqlite3_io_methods::xFileSize, size);
        },
    .xLock = [](sqlite3_file* log,
                int level) { return after_flush(log, &sqlite3_io_methods::xLock, level); },
    .xUnlock = [](sqlite3_file* log,
                  int level) { return after_flush(log, &sqlite3_io_methods::xUnlock, level); },
    .xCheckReservedLock =
        [](sqlite3_file* log, int* is_held) {
          return after_flush(log, &sqlite3_io_methods::xCheckReservedLock, is_held);
        },
    .xFileControl =
        [](sqlite3_file* log, int operation, void* data) {
          return after_flush(log, &sqlite3_io_methods::xFileControl, operation, data);
        },
    .xSectorSize =
        [](sqlite3_file* log) {
          auto* file = log_of(log).file();
          return file->pMethods->xSectorSize(file);
        },
    .xDeviceCharacteristics =
        [](sqlite3_file* log) {
          auto* file = log_of(log).file();
          return file->pMethods->xDeviceCharacteristics(file);
        },
};

sqlite3_vfs* platform_vfs() {
  static auto* const found = sqlite3_vfs_find(nullptr);
  return found;
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* opened_as) {
  auto& platform = *platform_vfs();
  if ((flags & SQLITE_OPEN_WAL) == 0)
    return platform.xOpen(&platform, name, file, flags, opened_as);
  auto* log = new (file) LogFile();
  const int code = platform.xOpen(&platform, name, log->file(), flags, opened_as);
  if (code == SQLITE_OK)
    log->pMethods = &kLogMethods;
  else
    std::destroy_at(log);
  return code;
}

}  // namespace

const char* gathering_vfs() {
  static sqlite3_vfs vfs = [] {
    if (!platform_vfs()) throw std::runtime_error("SQLite has no VFS");
    auto made = *platform_vfs();
    made.pNext = nullptr;
    made.zName = "qd-gathering";
    made.szOsFile += sizeof(LogFile);
    made.xOpen = &open_file;
    return made;
  }();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  if (registered != SQLITE_OK) throw std::runtime_error("SQLite takes no VFS");
  return vfs.zName;
}

}  // namespace qd::db
