// For the tests of what followers see: a store with two projects, executions written as the engine
// writes them, and feeds over it.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "executions/feed.h"
#include "support/stores.h"

namespace qd::executions {

using namespace std::chrono_literals;

class FeedTest : public test::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    constexpr db::Sql kProject{
        "test.project",
        "INSERT INTO projects (id, name, slug, description, status, settings, metadata, is_public, "
        "is_template, tags, created_by, created_at, updated_at, revision) VALUES ($1, 'P', $1, '', "
        "'active', '{}', '{}', 0, 0, '[]', 'u', 0, 0, 1)"};
    test::run(database().write([&](db::Transaction& tx) {
      tx.execute(kProject, "p");
      tx.execute(kProject, "q");
    }));
    restart({});
  }
  void TearDown() override {
    feeds_.reset();
    StoreTest::TearDown();
  }
  void restart(FeedOptions options) {
    feeds_.reset();
    feeds_ = std::make_unique<Feeds>(database(), clock_, watchers_, options);
  }

  Feeds& feeds() { return *feeds_; }
  SystemClock& clock() { return clock_; }
  engine::Watchers& watchers() { return watchers_; }

  static engine::Execution execution(const std::string& id, const std::string& project = "p") {
    return {
        .id = {id}, .project_id = {project}, .name = id, .trigger = "test", .created_by = {"u"}};
  }
  static void insert(db::Transaction& tx, const engine::Execution& execution) {
    static_cast<void>(engine::journal::insert(tx, {.execution = execution}, Json()));
  }
  /// With one more event.
  static void move(db::Transaction& tx, engine::Execution& execution,
                   engine::ExecutionStatus status) {
    auto moved = execution;
    moved.status = status;
    ++moved.revision;
    engine::journal::Entry entry{.execution = moved};
    entry.changes.events.push_back(
        {moved.revision, Timestamp(), engine::EventType::StepStarted, "a", {}});
    ASSERT_TRUE(engine::journal::append(tx, entry));
  }
  /// Stores and tells, as the engine does.
  void start(const engine::Execution& one) {
    test::run(database().write([&](db::Transaction& tx) { insert(tx, one); }));
    watchers_.tell(one);
  }
  void move(engine::Execution& one, engine::ExecutionStatus status) {
    test::run(database().write([&](db::Transaction& tx) { move(tx, one, status); }));
    one.status = status;
    ++one.revision;
    watchers_.tell(one);
  }

  Result<std::int64_t> open_project(std::int64_t after) {
    const auto follower = feeds_->follow({Topic::Kind::Project, "p"}, after, io_.get_executor());
    return run_here(follower->open());
  }
  std::unique_ptr<Follower> follow(const Topic& topic, std::optional<std::int64_t> after = {}) {
    auto follower = feeds_->follow(topic, after, io_.get_executor());
    EXPECT_TRUE(run_here(follower->open()));
    return follower;
  }
  std::unique_ptr<Follower> follow_project(std::optional<std::int64_t> after = {}) {
    return follow({Topic::Kind::Project, "p"}, after);
  }
  std::unique_ptr<Follower> follow_execution(const std::string& id, std::int64_t after = 0) {
    return follow({Topic::Kind::Execution, id}, after);
  }
  /// At least so many notices; fewer where they do not come within ten seconds.
  std::vector<NoticePtr> take(Follower& follower, std::size_t least) {
    std::vector<NoticePtr> notices;
    const auto deadline = clock_.now() + 10s;
    while (notices.size() < least && clock_.now() < deadline) {
      auto batch = run_here(follower.next(clock_, deadline));
      if (batch.is_over) break;
      notices.insert(notices.end(), batch.notices.begin(), batch.notices.end());
    }
    return notices;
  }
  /// Of an execution's change: `id status`.
  static std::string word(const NoticePtr& notice) {
    const auto json = json::parse(notice->json).value();
    return fmt::format("{} {}", json.at("data").at("id").as_string().c_str(),
                       json.at("data").at("status").as_string().c_str());
  }
  static std::vector<std::string> words(const std::vector<NoticePtr>& notices) {
    std::vector<std::string> all;
    for (const auto& notice : notices) all.push_back(word(notice));
    return all;
  }

  /// On the executor that followers here wait on.
  template <class T>
  T run_here(Task<T> task) {
    io_.restart();
    auto result = boost::asio::co_spawn(io_, std::move(task), boost::asio::use_future);
    io_.run();
    return result.get();
  }

 private:
  SystemClock clock_;
  engine::Watchers watchers_{nullptr, clock_};
  boost::asio::io_context io_;
  std::unique_ptr<Feeds> feeds_;
};

}  // namespace qd::executions
