#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "platform/db/sqlite.h"

namespace qd::db {
namespace {

std::string process_in(int file) {
  std::array<char, 32> text{};
  const auto length = ::pread(file, text.data(), text.size() - 1, 0);
  return length > 0 ? "process " + std::string(text.data()) : "another process";
}

}  // namespace

SqliteFileLock::SqliteFileLock(const std::string& path) {
  const auto directory = std::filesystem::path(path).parent_path();
  if (!directory.empty()) std::filesystem::create_directories(directory);
  const auto lock_path = path + ".lock";
  file_ = ::open(lock_path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file_ < 0)
    throw std::runtime_error("can't create the lock file " + lock_path + ": " +
                             std::strerror(errno));
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const auto holder = process_in(file_);
    ::close(file_);
    throw std::runtime_error("the database " + path + " is in use by " + holder +
                             "; SQLite serves one node. Stop that process, or run several nodes on "
                             "PostgreSQL (--database postgres://...)");
  }
  const auto id = std::to_string(::getpid());
  // The number is only for the message above; the lock itself does not depend on it.
  if (::ftruncate(file_, 0) == 0) (void)!::pwrite(file_, id.data(), id.size(), 0);
}

SqliteFileLock::~SqliteFileLock() {
  ::close(file_);
}

}  // namespace qd::db
