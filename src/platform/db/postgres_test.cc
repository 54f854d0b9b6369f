// What only PostgreSQL can do: several nodes, and connections that break.
#include <thread>

#include "support/stores.h"

namespace qd::db {
namespace {

constexpr Sql kCreate{"counter.create", "CREATE TABLE counter (id TEXT PRIMARY KEY, n BIGINT)"};
constexpr Sql kInsert{"counter.insert", "INSERT INTO counter (id, n) VALUES ($1, 0)"};
constexpr Sql kGet{"counter.get", "SELECT n FROM counter WHERE id = $1"};
constexpr Sql kSet{"counter.set", "UPDATE counter SET n = $1 WHERE id = $2"};
constexpr Sql kTotal{"counter.total", "SELECT CAST(SUM(n) AS BIGINT) FROM counter"};
constexpr Sql kEndAllSessions{"test.end_sessions", "",
                              "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity "
                              "WHERE datname = current_database() AND pid <> pg_backend_pid()"};

class Postgres : public test::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    test::run(database().write([](Transaction& tx) {
      tx.execute(kCreate);
      tx.execute(kInsert, "a");
      tx.execute(kInsert, "b");
    }));
  }
  std::optional<std::int64_t> total() {
    return test::run(
        database().read([](Snapshot& view) { return view.value<std::int64_t>(kTotal); }));
  }
  /// What an administrator or a failing network does to every connection of the store.
  void end_sessions() {
    const auto other = open({.url = url(), .readers = 1});
    test::run(other->write(
        [](Transaction& tx) { return tx.value<std::int64_t>(kEndAllSessions).value_or(0); }));
  }
};
INSTANTIATE_TEST_SUITE_P(On, Postgres, ::testing::ValuesIn([] {
                           auto stores = test::store_names();
                           stores.erase(stores.begin());  // SQLite
                           return stores;
                         }()));
// Without a server there is nothing to run.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Postgres);

/// Adds one to both counters, `first` first.
Task<void> add_to_both(Database& database, std::string first, std::string second, int times) {
  for (int i = 0; i < times; ++i) {
    auto work = [&](Transaction& tx) {
      for (const auto& id : {first, second})
        tx.execute(kSet, tx.value<std::int64_t>(kGet, id).value_or(0) + 1, id);
    };
    co_await database.write(work);
  }
}

TEST_P(Postgres, RunsClosuresAgainThatAnotherNodeCollidedWith) {
  const auto other = open({.url = url(), .writers = 2});
  boost::asio::io_context io;
  std::vector<std::future<void>> done;
  for (int i = 0; i < 6; ++i) {
    // One node takes the rows in one order, the other in the other: deadlocks and stale snapshots.
    done.push_back(
        boost::asio::co_spawn(io, add_to_both(database(), "a", "b", 10), boost::asio::use_future));
    done.push_back(
        boost::asio::co_spawn(io, add_to_both(*other, "b", "a", 10), boost::asio::use_future));
  }
  io.run();

  for (auto& one : done) EXPECT_NO_THROW(one.get());
  EXPECT_EQ(total(), 240);
}

TEST_P(Postgres, ReconnectsWhenConnectionsWereLost) {
  EXPECT_EQ(total(), 0);
  end_sessions();
  EXPECT_EQ(total(), 0);

  test::run(add_to_both(database(), "a", "b", 1));
  end_sessions();
  test::run(add_to_both(database(), "a", "b", 1));
  EXPECT_EQ(total(), 4);
}

TEST_P(Postgres, RunsAClosureAgainWhoseConnectionBrokeBeforeTheCommit) {
  int runs = 0;
  test::run(database().write([&](Transaction& tx) {
    tx.execute(kSet, 7, "a");
    if (++runs == 1) end_sessions();
    tx.execute(kSet, 8, "b");
  }));

  EXPECT_EQ(runs, 2);
  EXPECT_EQ(total(), 15);
}

TEST_P(Postgres, TreatsAStatementOfAMigratedTableAsNew) {
  constexpr Sql kWhole{"counter.whole", "SELECT * FROM counter ORDER BY id"};
  const auto columns = [&] {
    return test::run(database().read([&](Snapshot& view) {
      std::string last;
      view.connection().run(kWhole, {}, [&](const Row& row) { last = row.text(0); });
      return last;
    }));
  };
  EXPECT_EQ(columns(), "b");
  test::run(database().write([](Transaction& tx) {
    tx.execute(Sql{"counter.alter", "ALTER TABLE counter ADD COLUMN more TEXT"});
  }));
  EXPECT_EQ(columns(), "b");
}

TEST(PostgresUrl, ThatAnswersNothingIsUnavailableAndKeepsItsPassword) {
  try {
    (void)open({.url = "postgres://u:secret@/d?host=/nowhere"});
    FAIL() << "connected";
  } catch (const Unavailable& error) {
    EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace qd::db
