// What `db.h` promises, on every store.
#include <atomic>
#include <csignal>
#include <latch>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "support/stores.h"

namespace qd::db {
namespace {

enum class Color { Red, DarkBlue };
BOOST_DESCRIBE_ENUM(Color, Red, DarkBlue)

struct Thing {
  std::string id;
  std::int64_t amount = 0;
  double weight = 0;
  std::optional<std::string> note;
  Color color = Color::Red;
  Json extra;
  bool active = false;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(Thing, (), (id, amount, weight, note, color, extra, active, created_at))

constexpr Sql kCreate{"thing.create",
                      "CREATE TABLE thing (id TEXT PRIMARY KEY, amount BIGINT NOT NULL "
                      "CHECK (amount >= 0), weight DOUBLE PRECISION, note TEXT, color TEXT, "
                      "extra TEXT, active INTEGER, created_at BIGINT, "
                      "parent TEXT REFERENCES thing (id))"};
constexpr Sql kInsert{"thing.insert", "INSERT INTO thing (id, amount) VALUES ($1, $2)"};
constexpr Sql kInsertChild{"thing.insert_child",
                           "INSERT INTO thing (id, amount, parent) VALUES ($1, 1, $2)"};
constexpr Sql kInsertWhole{
    "thing.insert_whole",
    "INSERT INTO thing (id, amount, weight, note, color, extra, active, created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"};
constexpr Sql kAll{"thing.all",
                   "SELECT id, amount, weight, note, color, extra, active, created_at FROM thing "
                   "ORDER BY id LIMIT 1000"};
constexpr Sql kCount{"thing.count", "SELECT COUNT(*) FROM thing"};
constexpr Sql kAmount{"thing.amount", "SELECT amount FROM thing WHERE id = $1"};
constexpr Sql kSetAmount{"thing.set_amount", "UPDATE thing SET amount = $1 WHERE id = $2"};
constexpr Sql kCreateLate{"late.create",
                          "CREATE TABLE late (parent TEXT REFERENCES thing (id) "
                          "DEFERRABLE INITIALLY DEFERRED)"};
constexpr Sql kInsertLate{"late.insert", "INSERT INTO late (parent) VALUES ($1)"};
constexpr Sql kWrong{"thing.wrong", "SELECT nothing FROM nowhere"};

class Store : public test::StoreTest {
 protected:
  template <class Work>
  auto write(Work work) {
    return test::run(database().write(std::move(work)));
  }
  template <class Work>
  auto read(Work work) {
    return test::run(database().read(std::move(work)));
  }
  void SetUp() override {
    StoreTest::SetUp();
    write([](Transaction& tx) { tx.execute(kCreate); });
  }
  std::int64_t count() {
    return read([](Snapshot& view) { return view.value<std::int64_t>(kCount).value_or(-1); });
  }
  void insert(const std::string& id, std::int64_t amount) {
    write([&](Transaction& tx) { tx.execute(kInsert, id, amount); });
  }
  ConstraintViolation::Kind violation_of(const std::function<void(Transaction&)>& work) {
    try {
      write([&](Transaction& tx) { work(tx); });
    } catch (const ConstraintViolation& violation) {
      return violation.kind;
    }
    throw std::runtime_error("no constraint was violated");
  }
};
QD_ON_EVERY_STORE(Store);

TEST_P(Store, ReadsBackWhatItWrote) {
  const Timestamp now(milliseconds(1'763'892'000'123));
  write([&](Transaction& tx) {
    tx.execute(kInsertWhole, std::string("a"), std::int64_t{1} << 53, 0.1, std::nullopt,
               Color::DarkBlue, Json{{"k", "v\u00e9"}}, true, now);
  });

  const auto things = read([](Snapshot& view) { return view.all<Thing>(kAll); });

  ASSERT_EQ(things.size(), 1u);
  EXPECT_EQ(things[0].amount, std::int64_t{1} << 53);
  EXPECT_EQ(things[0].weight, 0.1);
  EXPECT_EQ(things[0].note, std::nullopt);
  EXPECT_EQ(things[0].color, Color::DarkBlue);
  EXPECT_EQ(things[0].extra.at("k").as_string(), "v\u00e9");
  EXPECT_TRUE(things[0].active);
  EXPECT_EQ(things[0].created_at, now);
}

TEST_P(Store, CountsTheRowsThatAStatementTouched) {
  insert("a", 1);

  EXPECT_EQ(write([](Transaction& tx) { return tx.execute(kSetAmount, 2, "a"); }), 1);
  EXPECT_EQ(write([](Transaction& tx) { return tx.execute(kSetAmount, 2, "absent"); }), 0);
}

TEST_P(Store, RunsTheSameStatementInsideItself) {
  insert("a", 1);
  insert("b", 2);

  const auto pairs = read([](Snapshot& view) {
    int seen = 0;
    auto& connection = view.connection();
    connection.run(kAll, {}, [&](const Row& outer) {
      const std::string id(outer.text(0));
      connection.run(kAll, {}, [&](const Row&) { ++seen; });
      EXPECT_EQ(outer.text(0), id);
    });
    return seen;
  });

  EXPECT_EQ(pairs, 4);
}

TEST_P(Store, RollsBackAClosureThatThrows) {
  EXPECT_THROW(write([](Transaction& tx) {
                 tx.execute(kInsert, "a", 1);
                 throw std::runtime_error("no");
               }),
               std::runtime_error);
  EXPECT_EQ(count(), 0);
}

TEST_P(Store, RollsBackAnUnexpectedResult) {
  const auto result = write([](Transaction& tx) -> Result<int> {
    tx.execute(kInsert, "a", 1);
    return fail(ErrorKind::Conflict, "thing.taken", "taken");
  });

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "thing.taken");
  EXPECT_EQ(count(), 0);
}

TEST_P(Store, SaysWhichKindOfConstraintWasViolated) {
  insert("a", 1);

  using enum ConstraintViolation::Kind;
  EXPECT_EQ(violation_of([](Transaction& tx) { tx.execute(kInsert, "a", 1); }), Unique);
  EXPECT_EQ(violation_of([](Transaction& tx) { tx.execute(kInsert, "b", -1); }), Check);
  EXPECT_EQ(violation_of([](Transaction& tx) { tx.execute(kInsert, "b", nullptr); }), NotNull);
  EXPECT_EQ(violation_of([](Transaction& tx) { tx.execute(kInsertChild, "b", "x"); }), ForeignKey);
  EXPECT_EQ(count(), 1);
}

TEST_P(Store, RefusesToGoOnAfterAFailedStatement) {
  insert("a", 1);

  EXPECT_THROW(write([](Transaction& tx) {
                 try {
                   tx.execute(kInsert, "a", 1);
                 } catch (const ConstraintViolation&) {
                   tx.execute(kInsert, "b", 1);
                 }
               }),
               std::logic_error);
  EXPECT_THROW(write([](Transaction& tx) {
                 try {
                   tx.execute(kInsert, "a", 1);
                 } catch (const ConstraintViolation&) {  // and pretends that all is well
                 }
               }),
               std::logic_error);
  EXPECT_EQ(count(), 1);
}

TEST_P(Store, GoesOnWithOthersAfterAWrongStatement) {
  EXPECT_THROW(read([](Snapshot& view) { return view.value<std::int64_t>(kWrong); }),
               std::runtime_error);
  EXPECT_THROW(read([](Snapshot& view) { return view.value<std::int64_t>(kWrong); }),
               std::runtime_error);
  EXPECT_THROW(write([](Transaction& tx) { tx.execute(kWrong); }), std::runtime_error);

  insert("a", 1);
  EXPECT_EQ(count(), 1);
}

/// Ten closures that wait while another holds the writer, so that they become one group; `work`
/// gets its own number and says whether it should be written.
std::vector<std::exception_ptr> run_as_group(Database& database,
                                             const std::function<bool(Transaction&, int)>& work) {
  boost::asio::io_context io;
  std::latch waiting(1);
  std::vector<std::exception_ptr> errors(10);
  std::atomic_flag holding;
  std::function<void(Transaction&)> hold = [&](Transaction&) {
    holding.test_and_set();
    holding.notify_all();
    waiting.wait();
  };
  boost::asio::co_spawn(io, database.write(hold), boost::asio::detached);
  io.poll();
  holding.wait(false);
  for (int i = 0; i < 10; ++i) {
    auto one = [&work, i](Transaction& tx) -> Result<void> {
      if (!work(tx, i)) return fail(ErrorKind::Invalid, "thing.no", "no");
      return {};
    };
    boost::asio::co_spawn(io, database.write(one),
                          [&errors, i](std::exception_ptr error, const Result<void>&) {
                            errors[static_cast<std::size_t>(i)] = error;
                          });
  }
  io.poll();
  waiting.count_down();
  io.run();
  return errors;
}

TEST_P(Store, KeepsTheOthersOfAGroupWhenOneFails) {
  insert("taken", 1);

  const auto errors = run_as_group(database(), [](Transaction& tx, int i) {
    tx.execute(kInsert, "thing " + std::to_string(i), i);
    if (i == 2) throw std::runtime_error("no");
    if (i == 5) tx.execute(kInsert, "taken", 1);
    return i != 7;
  });

  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(errors[static_cast<std::size_t>(i)] != nullptr, i == 2 || i == 5) << i;
  EXPECT_EQ(count(), 8);
}

TEST_P(Store, RunsWhatWasPostedBeforeWhatComesLater) {
  const auto amount = write([](Transaction& tx) {
    tx.post(kInsert, "a", 1);
    tx.post(kSetAmount, 2, "a");
    return tx.value<std::int64_t>(kAmount, "a");
  });
  write([](Transaction& tx) { tx.post(kInsert, "b", 1); });

  EXPECT_EQ(amount, 2);
  EXPECT_EQ(count(), 2);
}

TEST_P(Store, TakesBackWhatWasPosted) {
  const auto refused = write([](Transaction& tx) -> Result<int> {
    tx.post(kInsert, "a", 1);
    return fail(ErrorKind::Conflict, "thing.no", "no");
  });
  insert("b", 1);

  EXPECT_FALSE(refused);
  EXPECT_EQ(count(), 1);
}

TEST_P(Store, FailsAClosureWhosePostedStatementFails) {
  insert("a", 1);

  using enum ConstraintViolation::Kind;
  EXPECT_EQ(violation_of([](Transaction& tx) { tx.post(kInsert, "a", 1); }), Unique);
  EXPECT_EQ(violation_of([](Transaction& tx) {
              tx.post(kInsert, "b", -1);
              tx.execute(kSetAmount, 2, "a");
            }),
            Check);
  EXPECT_EQ(read([](Snapshot& view) { return view.value<std::int64_t>(kAmount, "a"); }), 1);
  EXPECT_EQ(count(), 1);
}

TEST_P(Store, BlamesAPostedStatementOnTheClosureThatPostedIt) {
  insert("taken", 1);

  const auto errors = run_as_group(database(), [](Transaction& tx, int i) {
    tx.post(kInsert, "thing " + std::to_string(i), i);
    if (i == 2 || i == 9) tx.post(kInsert, "taken", 1);
    return i != 7;
  });

  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(errors[static_cast<std::size_t>(i)] != nullptr, i == 2 || i == 9) << i;
  EXPECT_EQ(count(), 8);
}

TEST_P(Store, SaysWhetherAStatementTouchesARow) {
  insert("a", 1);

  EXPECT_TRUE(write([](Transaction& tx) { return tx.touches(kSetAmount, 2, "a"); }));
  EXPECT_TRUE(write([](Transaction& tx) { return tx.touches(kAmount, "a"); }));
  EXPECT_FALSE(write([](Transaction& tx) { return tx.touches(kSetAmount, 2, "b"); }));
  EXPECT_FALSE(write([](Transaction& tx) { return tx.touches(kAmount, "b"); }));
}

/// What follows a statement that touched nothing is not written, whatever its group presumed.
TEST_P(Store, WritesNothingOfAGroupThatWasOnlyPresumed) {
  for (const int i : {0, 1, 2, 4, 5, 6, 8, 9}) insert("thing " + std::to_string(i), 0);
  std::array<std::atomic<bool>, 10> touched{};

  const auto errors = run_as_group(database(), [&](Transaction& tx, int i) {
    const auto name = "thing " + std::to_string(i);
    const auto one = static_cast<std::size_t>(i);
    touched[one] = tx.touches(kSetAmount, i + 1, name);
    if (!touched[one]) return false;
    tx.post(kInsert, name + " followed", 1);
    if (i == 6) tx.post(kInsert, "thing 0", 1);
    return true;
  });

  for (int i = 0; i < 10; ++i) {
    const auto one = static_cast<std::size_t>(i);
    EXPECT_EQ(errors[one] != nullptr, i == 6) << i;
    EXPECT_EQ(touched[one], i != 3 && i != 7) << i;
  }
  EXPECT_EQ(count(), 8 + 7);
  EXPECT_EQ(read([](Snapshot& view) { return view.value<std::int64_t>(kAmount, "thing 6"); }), 0);
  EXPECT_EQ(read([](Snapshot& view) { return view.value<std::int64_t>(kAmount, "thing 9"); }), 10);
}

/// Neither side may wait for the other to read.
TEST_P(Store, TakesAnyNumberOfPostedStatements) {
  write([](Transaction& tx) {
    for (int i = 0; i < 50'000; ++i) tx.post(kSetAmount, i, "absent");
    tx.post(kInsert, "a", 1);
  });

  EXPECT_EQ(count(), 1);
}

TEST_P(Store, BlamesADeferredConstraintOnTheClosureThatBrokeIt) {
  write([](Transaction& tx) { tx.execute(kCreateLate); });

  const auto errors = run_as_group(database(), [](Transaction& tx, int i) {
    tx.execute(kInsert, "thing " + std::to_string(i), i);
    if (i == 4) tx.execute(kInsertLate, "absent");
    return true;
  });

  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(errors[static_cast<std::size_t>(i)] != nullptr, i == 4) << i;
  EXPECT_EQ(count(), 9);
}

TEST_P(Store, LetsAGroupSeeItsEarlierWrites) {
  insert("sum", 0);

  run_as_group(database(), [](Transaction& tx, int) {
    tx.execute(kSetAmount, tx.value<std::int64_t>(kAmount, "sum").value_or(0) + 1, "sum");
    return true;
  });

  EXPECT_EQ(read([](Snapshot& view) { return view.value<std::int64_t>(kAmount, "sum"); }), 10);
}

TEST_P(Store, KeepsAReadOnOneConsistentView) {
  insert("a", 1);
  std::latch seen(1), changed(1);
  std::thread other([&] {
    seen.wait();
    insert("b", 1);
    changed.count_down();
  });

  const auto [before, after] = read([&](Snapshot& view) {
    const auto first = view.value<std::int64_t>(kCount);
    seen.count_down();
    changed.wait();
    return std::pair(first, view.value<std::int64_t>(kCount));
  });
  other.join();

  EXPECT_EQ(before, 1);
  EXPECT_EQ(after, 1);
  EXPECT_EQ(count(), 2);
}

Task<int> add_many(Database& database, std::string name, int times) {
  int sum = 0;
  for (int i = 0; i < times; ++i) {
    auto work = [&](Transaction& tx) {
      const auto next = tx.value<std::int64_t>(kAmount, name).value_or(0) + 1;
      tx.execute(kSetAmount, next, name);
      return 1;
    };
    sum += co_await database.write(work);
  }
  co_return sum;
}

TEST_P(Store, LosesNoUpdateUnderConcurrency) {
  insert("sum", 0);
  boost::asio::io_context io;
  for (int i = 0; i < 20; ++i)
    boost::asio::co_spawn(io, add_many(database(), "sum", 20), boost::asio::detached);
  std::thread second([&] { io.run(); });
  io.run();
  second.join();

  EXPECT_EQ(read([](Snapshot& view) { return view.value<std::int64_t>(kAmount, "sum"); }), 400);
}

Task<bool> resumes_where_it_awaited(Database& database) {
  const auto thread = std::this_thread::get_id();
  co_await database.write([](Transaction& tx) { tx.execute(kInsert, "a", 1); });
  co_return std::this_thread::get_id() == thread;
}

TEST_P(Store, ResumesOnTheExecutorThatAwaits) {
  EXPECT_TRUE(test::run(resumes_where_it_awaited(database())));
}

TEST_P(Store, RefusesWorkBeyondItsQueue) {
  close();
  const auto small = open({.url = url(), .queue_limit = 5});
  const auto errors = run_as_group(*small, [](Transaction& tx, int i) {
    tx.execute(kInsert, std::to_string(i), 1);
    return true;
  });
  small->stop();

  const auto refused = std::ranges::count_if(errors, [](const auto& error) {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const Overloaded&) {
      return true;
    }
    return false;
  });
  EXPECT_EQ(refused, 5);
}

TEST_P(Store, FinishesWhatItTookAndRefusesTheRestOnceStopped) {
  boost::asio::io_context io;
  auto one = [](Transaction& tx) { tx.execute(kInsert, "a", 1); };
  auto written = boost::asio::co_spawn(io, database().write(one), boost::asio::use_future);
  io.poll();
  database().stop();
  database().stop();
  io.run();

  written.get();
  EXPECT_THROW(insert("b", 1), Unavailable);
  reopen();
  EXPECT_EQ(count(), 1);
}

/// Inserts and tells each acknowledged number through the pipe, until it is killed.
Task<void> write_and_tell(Database& database, int pipe, int lane) {
  for (std::int32_t i = 0;; ++i) {
    const std::int32_t number = i * 8 + lane;
    auto one = [&](Transaction& tx) { tx.execute(kInsert, std::to_string(number), number); };
    co_await database.write(one);
    if (::write(pipe, &number, sizeof number) != sizeof number) co_return;
  }
}

[[noreturn]] void write_until_killed(const std::string& url, int pipe) {
  const auto store = open({.url = url});
  boost::asio::io_context io;
  for (int lane = 0; lane < 8; ++lane)
    boost::asio::co_spawn(io, write_and_tell(*store, pipe, lane), boost::asio::detached);
  io.run();
  ::_exit(1);
}

TEST_P(Store, HasEveryAcknowledgedRowAfterAKill) {
  close();
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const auto child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    write_until_killed(url(), pipe[1]);
  }
  ::close(pipe[1]);
  std::vector<std::int32_t> acknowledged;
  std::int32_t number = 0;
  while (acknowledged.size() < 300 && ::read(pipe[0], &number, sizeof number) == sizeof number)
    acknowledged.push_back(number);
  ::kill(child, SIGKILL);
  while (::read(pipe[0], &number, sizeof number) == sizeof number) acknowledged.push_back(number);
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_GE(acknowledged.size(), 300u);

  reopen();
  for (const auto row : acknowledged)
    EXPECT_EQ(read([&](Snapshot& view) {
                return view.value<std::int64_t>(kAmount, std::to_string(row));
              }),
              row);
}

}  // namespace
}  // namespace qd::db
