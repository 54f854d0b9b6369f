#include "platform/db/migrations.h"

#include <gmock/gmock.h>

#include "support/stores.h"

namespace qd::db {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr Sql kCount{"test.count", "SELECT COUNT(*) FROM first"};

Migration first() {
  return {.version = 9001,
          .name = "first",
          .up = "CREATE TABLE first (id BIGINT); INSERT INTO first (id) VALUES (1);",
          .down = "DROP TABLE first;",
          .checksum = "1"};
}
Migration second() {
  return {.version = 9002,
          .name = "second",
          .up = "INSERT INTO first (id) VALUES (2);",
          .down = "DELETE FROM first WHERE id = 2;",
          .checksum = "2"};
}

class Migrations : public test::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    close();
    known_ = embedded_migrations(parse_store_url(url()).store);
  }
  std::vector<Migration> with(std::vector<Migration> more) {
    more.insert(more.begin(), known_.begin(), known_.end());
    return more;
  }
  std::int64_t rows() {
    reopen();
    const auto count =
        test::run(database().read([](Snapshot& view) { return view.value<std::int64_t>(kCount); }));
    close();
    return count.value_or(-1);
  }

 private:
  std::vector<Migration> known_;
};
QD_ON_EVERY_STORE(Migrations);

TEST_P(Migrations, AreAllAppliedOnceAndInOrder) {
  EXPECT_EQ(migrate_up(url()), 0);
  EXPECT_NO_THROW(require_current_schema(url()));

  const auto status = migration_status(url());
  EXPECT_EQ(status.size(), embedded_migrations(parse_store_url(url()).store).size());
  for (const auto& migration : status) EXPECT_TRUE(migration.applied_at) << migration.name;
}

TEST_P(Migrations, GoUpAndDown) {
  EXPECT_EQ(migrate_up(url(), with({first(), second()})), 2);
  EXPECT_EQ(rows(), 2);

  EXPECT_EQ(migrate_down(url(), 1, with({first(), second()})), 1);
  EXPECT_EQ(rows(), 1);
  EXPECT_EQ(migrate_up(url(), with({first(), second()})), 1);
  EXPECT_EQ(rows(), 2);
}

TEST_P(Migrations, OfTheProgramCanAllBeTakenBackAndAppliedAgain) {
  const auto count = static_cast<int>(migration_status(url()).size());

  EXPECT_EQ(migrate_down(url(), count), count);
  for (const auto& migration : migration_status(url())) EXPECT_FALSE(migration.applied_at);
  EXPECT_THAT([&] { require_current_schema(url()); },
              ThrowsMessage<std::runtime_error>(HasSubstr("qd migrate up")));
  EXPECT_EQ(migrate_up(url()), count);
}

TEST_P(Migrations, ChangeNothingWhenOneFails) {
  auto broken = second();
  broken.up = "INSERT INTO first (id) VALUES (3); INSERT INTO nowhere VALUES (1);";

  EXPECT_THAT([&] { migrate_up(url(), with({first(), broken})); },
              ThrowsMessage<std::runtime_error>(HasSubstr("9002 second failed")));

  EXPECT_EQ(migrate_up(url(), with({first()})), 1);
  EXPECT_EQ(rows(), 1);
}

TEST_P(Migrations, RefuseOneThatWasEditedAfterwards) {
  migrate_up(url(), with({first()}));
  auto edited = first();
  edited.checksum = "other";

  EXPECT_THAT([&] { migrate_up(url(), with({edited})); },
              ThrowsMessage<std::runtime_error>(HasSubstr("must not be edited")));
}

TEST_P(Migrations, RefuseASchemaNewerThanTheProgram) {
  migrate_up(url(), with({first()}));

  for (const auto& refused :
       std::vector<std::function<void()>>{[&] { migrate_up(url()); }, [&] { migrate_down(url()); },
                                          [&] { require_current_schema(url()); }})
    EXPECT_THAT(refused, ThrowsMessage<std::runtime_error>(HasSubstr("newer version")));
  EXPECT_EQ(migration_status(url()).back().name, "first");
}

TEST_P(Migrations, SayWhenThereIsNoWayBack) {
  auto one_way = first();
  one_way.down = "";
  migrate_up(url(), with({one_way}));

  EXPECT_THAT([&] { migrate_down(url(), 1, with({one_way})); },
              ThrowsMessage<std::runtime_error>(HasSubstr("no way back")));
}

TEST(MigrationFiles, AreTheSameInBothDialects) {
  const auto sqlite = embedded_migrations(StoreUrl::Store::Sqlite);
  const auto postgres = embedded_migrations(StoreUrl::Store::Postgres);

  ASSERT_EQ(sqlite.size(), postgres.size());
  for (std::size_t i = 0; i < sqlite.size(); ++i) {
    EXPECT_EQ(sqlite[i].version, postgres[i].version);
    EXPECT_EQ(sqlite[i].name, postgres[i].name);
    EXPECT_FALSE(sqlite[i].down.empty()) << sqlite[i].name;
  }
}

TEST(SqliteMigrations, AreRefusedBesideARunningProgram) {
  const test::TemporaryDirectory directory;
  const auto url = "sqlite:" + (directory.path() / "qd.db").string();
  migrate_up(url);
  const auto running = open({.url = url});

  EXPECT_THAT([&] { migrate_up(url); }, ThrowsMessage<std::runtime_error>(HasSubstr("in use by")));
  EXPECT_FALSE(migration_status(url).empty());
}

}  // namespace
}  // namespace qd::db
