#include "platform/db/backup.h"

#include <fstream>

#include <gmock/gmock.h>

#include "support/stores.h"

namespace qd::db {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr Sql kCreate{"note.create", "CREATE TABLE note (id BIGINT PRIMARY KEY)"};
constexpr Sql kInsert{"note.insert", "INSERT INTO note (id) VALUES ($1)"};
constexpr Sql kCount{"note.count", "SELECT COUNT(*) FROM note"};

class Backup : public ::testing::Test {
 protected:
  Backup() {
    migrate_up(url_);
    store_ = open({.url = url_});
    test::run(store_->write([](Transaction& tx) { tx.execute(kCreate); }));
    insert(1);
  }
  void insert(int id) { insert(id, id); }
  void insert(int first, int last) {
    test::run(store_->write([&](Transaction& tx) {
      for (int id = first; id <= last; ++id) tx.execute(kInsert, id);
    }));
  }
  std::int64_t count() {
    return test::run(store_->read([](Snapshot& view) { return view.value<std::int64_t>(kCount); }))
        .value_or(-1);
  }
  void close() { store_.reset(); }
  void reopen() {
    close();
    store_ = open({.url = url_});
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return (directory_.path() / name).string();
  }
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  test::TemporaryDirectory directory_;
  std::string url_ = "sqlite:" + path("qd.db");
  std::unique_ptr<Database> store_;
};

TEST_F(Backup, IsMadeWhileTheStoreIsInUseAndBringsItBack) {
  EXPECT_GT(back_up(url(), path("copy.db")), 0u);
  insert(2);
  EXPECT_EQ(count(), 2);

  close();
  const auto kept = restore(url(), path("copy.db"));
  reopen();
  EXPECT_EQ(count(), 1);

  // The replaced store is whole and can be had back.
  close();
  restore(url(), kept);
  reopen();
  EXPECT_EQ(count(), 2);
}

TEST_F(Backup, CanBeRestoredWhereThereIsNoStore) {
  back_up(url(), path("copy.db"));

  EXPECT_EQ(restore("sqlite:" + path("new/qd.db"), path("copy.db")), "");

  EXPECT_NO_THROW(require_current_schema("sqlite:" + path("new/qd.db")));
}

TEST_F(Backup, OverwritesNothing) {
  std::ofstream(path("copy.db")) << "precious";

  EXPECT_THAT([&] { back_up(url(), path("copy.db")); },
              ThrowsMessage<std::runtime_error>(HasSubstr("exists already")));
}

TEST_F(Backup, IsNotRestoredOverARunningStore) {
  back_up(url(), path("copy.db"));

  EXPECT_THAT([&] { restore(url(), path("copy.db")); },
              ThrowsMessage<std::runtime_error>(HasSubstr("in use by")));
}

TEST_F(Backup, ThatIsDamagedIsRefusedAndChangesNothing) {
  insert(2, 2999);
  back_up(url(), path("copy.db"));
  {
    std::fstream file(path("copy.db"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(path("copy.db")) - 6000));
    file << std::string(5000, 'x');
  }
  close();

  EXPECT_THAT([&] { restore(url(), path("copy.db")); },
              ThrowsMessage<std::runtime_error>(HasSubstr("can't be used")));

  reopen();
  EXPECT_EQ(count(), 2999);
}

TEST_F(Backup, ThatIsSomethingElseIsRefused) {
  close();
  std::ofstream(path("text.db")) << std::string(10'000, 'x');
  std::ofstream(path("empty.db")) << "";

  EXPECT_THROW(restore(url(), path("text.db")), std::runtime_error);
  EXPECT_THROW(restore(url(), path("empty.db")), std::runtime_error);
  EXPECT_THROW(restore(url(), path("absent.db")), std::runtime_error);
  EXPECT_FALSE(std::filesystem::exists(path("absent.db")));
}

TEST_F(Backup, OfANewerVersionIsRefused) {
  close();
  auto migrations = embedded_migrations(StoreUrl::Store::Sqlite);
  migrations.push_back({.version = 9001, .name = "future", .up = "SELECT 1", .checksum = "x"});
  migrate_up("sqlite:" + path("future.db"), migrations);

  EXPECT_THAT([&] { restore(url(), path("future.db")); },
              ThrowsMessage<std::runtime_error>(HasSubstr("newer version")));
}

TEST_F(Backup, OfPostgresPointsToItsOwnTool) {
  EXPECT_THAT([&] { back_up("postgres://h/d", path("copy.db")); },
              ThrowsMessage<std::runtime_error>(HasSubstr("pg_dump")));
}

}  // namespace
}  // namespace qd::db
