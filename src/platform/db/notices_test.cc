#include "platform/db/notices.h"

#include <condition_variable>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/stores.h"

namespace qd::db {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Not;

/// Remembers what was told.
class Ear final : public NoticeListener {
 public:
  explicit Ear(Notices& notices) : notices_(notices) { notices_.listen(*this); }
  ~Ear() override { notices_.unlisten(*this); }

  void on_notice(std::string_view topic, std::string_view text) override {
    const std::scoped_lock lock(mutex_);
    heard_.push_back(fmt::format("{}={}", topic, text));
    changed_.notify_all();
  }
  void on_gap() override {
    const std::scoped_lock lock(mutex_);
    ++gaps_;
    changed_.notify_all();
  }
  bool wait_for(const std::string& word) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s,
                             [&] { return std::ranges::find(heard_, word) != heard_.end(); });
  }
  bool wait_for_gaps(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return gaps_ >= count; });
  }
  std::vector<std::string> heard() {
    const std::scoped_lock lock(mutex_);
    return heard_;
  }

 private:
  Notices& notices_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> heard_;
  int gaps_ = 0;
};

class NoticesTest : public test::StoreTest {
 protected:
  void SetUp() override {
    if (!is_postgres()) GTEST_SKIP() << "SQLite has one node";
    StoreTest::SetUp();
    here_ = open_notices(url());
    there_ = open_notices(url());
  }
  /// Both have connected, and the one that came first knows of the other.
  void meet(Ear& here, Ear& there) {
    ASSERT_TRUE(here.wait_for_gaps(1));
    ASSERT_TRUE(there.wait_for_gaps(1));
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    const auto has_met = [&] {
      const auto heard = there.heard();
      return std::ranges::find(heard, "met=") != heard.end();
    };
    while (!has_met() && std::chrono::steady_clock::now() < deadline) {
      here_->publish("met", "");
      std::this_thread::yield();
    }
  }

  std::unique_ptr<Notices> here_;
  std::unique_ptr<Notices> there_;
};

QD_ON_EVERY_STORE(NoticesTest);

TEST_P(NoticesTest, ReachTheOtherNodesAndNotThemselves) {
  Ear here(*here_);
  Ear there(*there_);
  meet(here, there);

  here_->publish("a", "1");
  there_->publish("b", "2");

  EXPECT_TRUE(there.wait_for("a=1"));
  EXPECT_TRUE(here.wait_for("b=2"));
  EXPECT_THAT(here.heard(), Not(Contains("a=1")));
}

TEST_P(NoticesTest, AreAsManyAsAreTold) {
  Ear here(*here_);
  Ear there(*there_);
  meet(here, there);

  for (int i = 0; i < 2'000; ++i) here_->publish(fmt::format("topic{}", i), std::string(40, 'x'));

  for (int i = 0; i < 2'000; ++i)
    ASSERT_TRUE(there.wait_for(fmt::format("topic{}={}", i, std::string(40, 'x'))));
}

TEST_P(NoticesTest, AreHeardWhileOthersAreTold) {
  Ear here(*here_);
  Ear there(*there_);
  meet(here, there);

  // Both tell at the same moment, and nothing more until they have heard each other.
  for (int i = 0; i < 100; ++i) {
    here_->publish("a", std::to_string(i));
    there_->publish("b", std::to_string(i));
    ASSERT_TRUE(there.wait_for(fmt::format("a={}", i)));
    ASSERT_TRUE(here.wait_for(fmt::format("b={}", i)));
  }
}

TEST_P(NoticesTest, SayThatSomeMayBeMissingWhenTheConnectionBroke) {
  Ear here(*here_);
  Ear there(*there_);
  meet(here, there);
  constexpr Sql kBreak{"test.break", "SELECT 1",
                       "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                       "application_name = 'quarterdeck notices' AND datname = "
                       "current_database()"};

  test::run(database().read([&](Snapshot& view) { return view.value<std::string>(kBreak); }));

  EXPECT_TRUE(here.wait_for_gaps(2));
  EXPECT_TRUE(there.wait_for_gaps(2));
  meet(here, there);
  here_->publish("after", "");
  EXPECT_TRUE(there.wait_for("after="));
}

TEST_P(NoticesTest, AreRefusedWhereTheyAreTooLongOrHaveLineEnds) {
  EXPECT_THROW(here_->publish("a", std::string(8'000, 'x')), std::logic_error);
  EXPECT_THROW(here_->publish("a", "1\nb\t2"), std::logic_error);
  EXPECT_THROW(here_->publish("a\tb", ""), std::logic_error);
}

TEST(Notices, TellNobodyOnSqlite) {
  const auto notices = open_notices("sqlite:/nowhere/qd.db");
  Ear ear(*notices);

  notices->publish("a", "1");

  EXPECT_TRUE(ear.heard().empty());
}

}  // namespace
}  // namespace qd::db
