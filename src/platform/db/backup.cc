#include "platform/db/backup.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "platform/db/migrations.h"
#include "platform/db/sqlite.h"
#include "platform/db/sqlite_connection.h"
#include "platform/db/url.h"

namespace qd::db {
namespace {

namespace fs = std::filesystem;

constexpr Sql kIntegrity{"backup.integrity", "PRAGMA integrity_check(1)"};
constexpr Sql kMigrated{"backup.migrated",
                        "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_migrations'"};

struct CloseHandle {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, CloseHandle>;

/// A file that is removed unless it is kept.
class PartialFile {
 public:
  explicit PartialFile(fs::path path) : path_(std::move(path)) { fs::remove(path_); }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }
  /// Gives the file its name; what was there under it is replaced in one step.
  void keep_as(const fs::path& target) {
    fs::rename(path_, target);
    path_.clear();
  }

 private:
  fs::path path_;
};

std::string sqlite_path(std::string_view url) {
  const auto store = parse_store_url(url);
  if (store.store == StoreUrl::Store::Postgres)
    throw std::runtime_error(
        "this store is PostgreSQL: back it up with `pg_dump --format=custom`, restore it with "
        "`pg_restore`");
  return store.target;
}

Handle open_handle(const fs::path& path, int flags) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle(opened);
  if (code != SQLITE_OK)
    throw std::runtime_error("can't open " + path.string() + ": " + sqlite3_errmsg(opened));
  sqlite3_busy_timeout(opened, 5'000);
  return handle;
}

/// Makes what was written to a file or directory outlast a power failure.
void sync_to_disk(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int code = errno;
  if (file >= 0) ::close(file);
  if (!synced) throw std::runtime_error("can't sync " + path.string() + ": " + std::strerror(code));
}

fs::path directory_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

/// All pages in one step: they are of one snapshot, and in WAL mode nobody waits for it.
void copy_store(const fs::path& from, const fs::path& to) {
  // Readable by its owner only, like the store.
  ::close(::open(to.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  const auto source = open_handle(from, SQLITE_OPEN_READWRITE);
  const auto target = open_handle(to, SQLITE_OPEN_READWRITE);
  sqlite3_backup* backup = sqlite3_backup_init(target.get(), "main", source.get(), "main");
  const int step = backup == nullptr ? SQLITE_ERROR : sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (step != SQLITE_DONE)
    throw std::runtime_error("can't copy " + from.string() + ": " + sqlite3_errmsg(target.get()));
  // Out of WAL mode, so that it can be read from where nothing can be written.
  if (sqlite3_exec(target.get(), "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr) !=
      SQLITE_OK)
    throw std::runtime_error("can't finish " + to.string() + ": " + sqlite3_errmsg(target.get()));
  sync_to_disk(to);
}

/// Refuses a file that is no whole store of this program or of an older one.
void check_store(const fs::path& file) {
  SqliteConnection connection(file.string(), SqliteConnection::Access::Read);
  Snapshot view(connection);
  std::string fault;
  try {
    fault = view.value<std::string>(kIntegrity).value_or("no answer");
    if (fault == "ok" && view.value<std::int64_t>(kMigrated) != 1)
      fault = "it is not a Quarterdeck database";
  } catch (const std::runtime_error& error) {
    fault = error.what();
  }
  if (fault != "ok") throw std::runtime_error("the copy can't be used: " + fault);
}

/// Writes the log of a closed store back into its file, so that the file alone is the store.
void fold_log(const std::string& path) {
  SqliteConnection connection(path, SqliteConnection::Access::Write);
  connection.script("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// Links the store to a free name beside it.
std::string keep_beside(const std::string& path) {
  for (int number = 1;; ++number) {
    const auto kept = path + ".replaced-" + std::to_string(number);
    if (::link(path.c_str(), kept.c_str()) == 0) return kept;
    if (errno != EEXIST)
      throw std::runtime_error("can't keep the present store as " + kept + ": " +
                               std::strerror(errno));
  }
}

}  // namespace

std::uint64_t back_up(std::string_view url, const std::string& file) {
  const auto path = sqlite_path(url);
  if (!fs::exists(path)) throw std::runtime_error("there is no database at " + path);
  if (fs::exists(file))
    throw std::runtime_error(file + " exists already; a backup does not overwrite anything");
  PartialFile copy(file + ".partial");
  copy_store(path, copy.path());
  const auto size = fs::file_size(copy.path());
  copy.keep_as(file);
  sync_to_disk(directory_of(file));
  return size;
}

std::string restore(std::string_view url, const std::string& file) {
  const auto path = sqlite_path(url);
  if (!fs::exists(file)) throw std::runtime_error("there is no file " + file);
  const SqliteFileLock lock(path);

  // The checks may write a log beside the file, so they are made on the copy.
  PartialFile copy(path + ".partial");
  copy_store(file, copy.path());
  check_store(copy.path());
  check_schema_history("sqlite:" + copy.path().string());

  std::string kept;
  if (fs::exists(path)) {
    fold_log(path);
    kept = keep_beside(path);
  }
  // The log of a file that somebody deleted would be taken for the new one's.
  fs::remove(path + "-wal");
  fs::remove(path + "-shm");
  copy.keep_as(path);
  sync_to_disk(directory_of(path));
  return kept;
}

}  // namespace qd::db
