#include "platform/db/sqlite_log_file.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "platform/db/sqlite_connection.h"
#include "support/stores.h"

namespace qd::db {
namespace {

constexpr Sql kCreate{"note.create", "CREATE TABLE note (id BIGINT PRIMARY KEY, text TEXT)"};
constexpr Sql kInsert{"note.insert", "INSERT INTO note (id, text) VALUES ($1, $2)"};
constexpr Sql kCount{"note.count", "SELECT COUNT(*) FROM note WHERE LENGTH(text) = $1"};

class LogFile : public ::testing::Test {
 protected:
  LogFile() { Transaction(connection_).execute(kCreate); }

  void insert(std::int64_t first, std::int64_t count, std::size_t size) {
    Transaction tx(connection_);
    connection_.script("BEGIN");
    for (auto id = first; id < first + count; ++id) tx.execute(kInsert, id, std::string(size, 'x'));
    connection_.script("COMMIT");
  }
  static std::int64_t count(SqliteConnection& connection, std::size_t size) {
    return Snapshot(connection)
        .value<std::int64_t>(kCount, static_cast<std::int64_t>(size))
        .value_or(-1);
  }
  /// What another process would find if this one ended now.
  std::int64_t count_in_copy(std::size_t size) {
    const auto copy = path("copy.db");
    for (const auto* part : {"", "-wal"})
      std::filesystem::copy_file(path("qd.db") + part, copy + part,
                                 std::filesystem::copy_options::overwrite_existing);
    SqliteConnection connection(copy, SqliteConnection::Access::Read);
    return count(connection, size);
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return (directory_.path() / name).string();
  }

  test::TemporaryDirectory directory_;
  SqliteConnection connection_{path("qd.db"), SqliteConnection::Access::Write};
};

/// How many times this process has called write(2) or one of its kin (proc(5), `syscw`).
std::int64_t writes_so_far() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::int64_t value = 0;
  while (io >> name >> value)
    if (name == "syscw:") return value;
  return -1;
}

TEST_F(LogFile, HasWhatIsCommitted) {
  insert(1, 10, 100);

  EXPECT_EQ(count_in_copy(100), 10);
}

TEST_F(LogFile, HasATransactionThatIsLongerThanWhatIsGathered) {
  insert(1, 1'000, 2'000);
  insert(1'001, 1, 1 << 20);

  EXPECT_EQ(count_in_copy(2'000), 1'000);
  EXPECT_EQ(count_in_copy(1 << 20), 1);
}

TEST_F(LogFile, ForgetsWhatIsRolledBack) {
  connection_.script("BEGIN");
  for (std::int64_t id = 1; id <= 5'000; ++id)
    Transaction(connection_).execute(kInsert, id, std::string(2'000, 'x'));
  connection_.script("ROLLBACK");
  insert(1, 3, 100);

  EXPECT_EQ(count_in_copy(2'000), 0);
  EXPECT_EQ(count_in_copy(100), 3);
}

TEST_F(LogFile, ShowsOtherConnectionsEveryCommit) {
  SqliteConnection reader(path("qd.db"), SqliteConnection::Access::Read);
  for (std::int64_t round = 1; round <= 20; ++round) {
    insert(round * 100, 100, 1'000);
    ASSERT_EQ(count(reader, 1'000), round * 100);
    if (round % 7 == 0) connection_.script("PRAGMA wal_checkpoint(TRUNCATE)");
  }
}

TEST_F(LogFile, IsWrittenInFewCalls) {
  insert(1, 1, 100);
  const auto before = writes_so_far();

  insert(2, 50, 1'000);

  // About fifteen pages, which SQLite alone writes in thirty calls.
  EXPECT_LE(writes_so_far() - before, 3);
}

}  // namespace
}  // namespace qd::db
