#include <latch>
#include <random>

#include <gmock/gmock.h>

#include "executions/feed_fixture.h"

namespace qd::executions {
namespace {

using engine::ExecutionStatus;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

QD_ON_EVERY_STORE(FeedTest);

std::vector<std::int64_t> numbers(const std::vector<NoticePtr>& notices) {
  std::vector<std::int64_t> all;
  for (const auto& notice : notices) all.push_back(notice->seq);
  return all;
}

TEST_P(FeedTest, FollowsAnExecutionFromItsFirstEventToTheLast) {
  auto one = execution("e");
  start(one);
  move(one, ExecutionStatus::Running);
  auto follower = follow_execution("e");

  const auto stored = take(*follower, 1);
  move(one, ExecutionStatus::Waiting);
  const auto live = take(*follower, 1);
  move(one, ExecutionStatus::Completed);
  const auto last = take(*follower, 2);

  EXPECT_THAT(numbers(stored), ElementsAre(1));
  EXPECT_THAT(numbers(live), ElementsAre(2));
  EXPECT_THAT(numbers(last), ElementsAre(3));
}

TEST_P(FeedTest, GoesOnWhereAFollowerWas) {
  auto one = execution("e");
  start(one);
  for (int i = 0; i < 5; ++i) move(one, ExecutionStatus::Running);

  auto follower = follow_execution("e", 3);

  EXPECT_THAT(numbers(take(*follower, 2)), ElementsAre(4, 5));
}

TEST_P(FeedTest, ReadsOnForAFollowerThatFellBehindTheWindow) {
  restart({.max_notices = 2, .page = 3});
  auto one = execution("e");
  start(one);
  auto ahead = follow_execution("e");
  auto behind = follow_execution("e");

  for (int i = 0; i < 10; ++i) {
    move(one, ExecutionStatus::Running);
    EXPECT_THAT(numbers(take(*ahead, 1)), ElementsAre(i + 1));
  }

  EXPECT_THAT(numbers(take(*behind, 10)), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
}

TEST_P(FeedTest, TellsAProjectsFollowerWhatChangesAndNothingElse) {
  auto one = execution("e");
  auto foreign = execution("f", "q");
  start(one);
  auto follower = follow_project();

  start(foreign);
  move(one, ExecutionStatus::Running);
  const auto begun = take(*follower, 1);
  move(one, ExecutionStatus::Running);
  move(one, ExecutionStatus::Completed);
  const auto ended = take(*follower, 1);

  EXPECT_THAT(words(begun), ElementsAre("e running"));
  EXPECT_THAT(words(ended), ElementsAre("e completed"));
}

TEST_P(FeedTest, TellsAProjectsFollowerOfApprovals) {
  auto one = execution("e");
  start(one);
  auto follower = follow_project();
  const engine::Approval asked{.id = {"a"}, .execution_id = {"e"}, .project_id = {"p"}};
  test::run(database().write([&](db::Transaction& tx) {
    auto waiting = one;
    waiting.status = ExecutionStatus::Waiting;
    engine::journal::Entry entry{.execution = waiting};
    entry.changes.new_approvals.push_back(asked);
    ASSERT_TRUE(engine::journal::append(tx, entry));
  }));
  watchers().tell(one);

  auto notices = take(*follower, 2);
  std::ranges::sort(notices, {}, [](const NoticePtr& notice) { return notice->type; });

  EXPECT_THAT(words(notices), ElementsAre("a pending", "e waiting"));
}

TEST_P(FeedTest, TellsAProjectsFollowerOfARetryThatHasNotBegun) {
  auto one = execution("e");
  one.status = ExecutionStatus::Failed;
  start(one);
  auto follower = follow_project();

  test::run(database().write([&](db::Transaction& tx) {
    ASSERT_TRUE(engine::admission::requeue(tx, one.id, {.project = {"p"}, .now = clock().now()}));
  }));
  watchers().tell(one);

  EXPECT_THAT(words(take(*follower, 1)), ElementsAre("e pending"));
}

TEST_P(FeedTest, ReplaysAProjectPageByPage) {
  restart({.page = 2});
  start(execution("earlier"));
  const auto position = take(*follow_project(0), 1).back()->seq;
  for (int i = 0; i < 7; ++i) start(execution(fmt::format("e{}", i)));

  auto follower = follow_project(position);

  const auto all = words(take(*follower, 7));
  EXPECT_THAT(std::set(all.begin(), all.end()),
              testing::IsSupersetOf(std::set<std::string>{"e0 pending", "e1 pending", "e2 pending",
                                                          "e3 pending", "e4 pending", "e5 pending",
                                                          "e6 pending"}));
}

TEST_P(FeedTest, RefusesAPositionThatNeverWas) {
  const auto opened = open_project(std::int64_t{1} << 52);

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "realtime.unknown_position");
}

TEST_P(FeedTest, TellsOfATransactionThatCommitsAfterYoungerOnes) {
  if (!is_postgres()) GTEST_SKIP() << "SQLite commits in order";
  const auto slow_database = db::open({.url = url()});
  auto follower = follow_project();
  std::latch has_written(1), may_commit(1);
  std::thread slow([&] {
    test::run(slow_database->write([&](db::Transaction& tx) {
      insert(tx, execution("slow"));
      has_written.count_down();
      may_commit.wait();
    }));
    watchers().tell(execution("slow"));
  });
  has_written.wait();
  start(execution("quick"));

  const auto first = take(*follower, 1);
  may_commit.count_down();
  slow.join();
  const auto second = take(*follower, 1);
  auto again = follow_project(first.back()->seq);

  EXPECT_THAT(words(first), ElementsAre("quick pending"));
  EXPECT_THAT(words(second), ElementsAre("slow pending"));
  EXPECT_THAT(words(take(*again, 2)), testing::IsSupersetOf({"slow pending"}));
  slow_database->stop();
}

/// Starts executions and brings each to its end, telling of every step.
class Writer {
 public:
  Writer(db::Database& database, engine::Watchers& watchers, std::vector<engine::Execution> all)
      : database_(database), watchers_(watchers), all_(std::move(all)) {}

  Task<void> run() {
    for (const auto& one : all_) {
      co_await database_.write([&](db::Transaction& tx) {
        return engine::journal::insert(tx, {.execution = one}, Json());
      });
      watchers_.tell(one);
    }
    for (const auto status : {ExecutionStatus::Running, ExecutionStatus::Waiting,
                              ExecutionStatus::Running, ExecutionStatus::Completed})
      for (auto& one : all_) co_await move(one, status);
  }

 private:
  Task<void> move(engine::Execution& one, ExecutionStatus status) {
    one.status = status;
    ++one.revision;
    const auto written = co_await database_.write(
        [&](db::Transaction& tx) { return engine::journal::append(tx, {.execution = one}); });
    EXPECT_TRUE(written);
    watchers_.tell(one);
  }

  db::Database& database_;
  engine::Watchers& watchers_;
  std::vector<engine::Execution> all_;
};

TEST_P(FeedTest, MissesNothingWhileManyWriteAndTheFollowerComesAndGoes) {
  constexpr int kWriters = 8;
  constexpr int kEach = 25;
  restart({.max_notices = 20, .page = 7, .project_pace = 1ms});
  const auto second = is_postgres() ? db::open({.url = url(), .writers = 4}) : nullptr;
  auto follower = follow_project();
  boost::asio::io_context io;
  std::vector<std::unique_ptr<Writer>> writers;
  for (int i = 0; i < kWriters; ++i) {
    std::vector<engine::Execution> all;
    for (int j = 0; j < kEach; ++j) all.push_back(execution(fmt::format("e{}.{}", i, j)));
    writers.push_back(std::make_unique<Writer>(second && i % 2 ? *second : database(), watchers(),
                                               std::move(all)));
    boost::asio::co_spawn(io, writers.back()->run(), boost::asio::detached);
  }
  std::thread writing([&] { io.run(); });

  std::minstd_rand random(7);
  std::set<std::string> completed;
  std::int64_t position = 0;
  for (;;) {
    const auto notices = take(*follower, 1);
    if (notices.empty()) break;
    for (const auto& notice : notices) {
      EXPECT_GE(notice->seq, position);
      position = notice->seq;
      if (word(notice).ends_with("completed")) completed.insert(word(notice));
    }
    if (completed.size() == kWriters * kEach) break;
    if (random() % 3 == 0) follower = follow_project(position);
  }
  writing.join();
  if (second) second->stop();

  EXPECT_THAT(completed, SizeIs(kWriters * kEach));
}

TEST_P(FeedTest, PassesOnWhatModelsSayWithoutKeepingIt) {
  auto one = execution("e");
  start(one);
  auto follower = follow_execution("e");
  while (!watchers().is_text_wanted({"e"})) std::this_thread::yield();

  watchers().tell_text({"e"}, {.step = "ask", .text = "Hel"});
  const auto said = take(*follower, 1);
  move(one, ExecutionStatus::Completed);

  ASSERT_THAT(said, SizeIs(1));
  EXPECT_EQ(said[0]->type, "token");
  EXPECT_EQ(json::parse(said[0]->json)->at("data").at("text").as_string(), "Hel");
  EXPECT_THAT(numbers(take(*follower, 1)), ElementsAre(1));
  EXPECT_THAT(numbers(take(*follow_execution("e"), 2)), ElementsAre(1));
}

TEST_P(FeedTest, ForgetsATopicThatNobodyFollows) {
  start(execution("e"));
  auto first = follow_execution("e");
  auto second = follow_execution("e");
  EXPECT_EQ(feeds().size(), 1);

  first.reset();
  second.reset();

  while (feeds().size() > 0) std::this_thread::yield();
}

}  // namespace
}  // namespace qd::executions
