#include "engine/watchers.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/model_texts.h"
#include "support/stores.h"

namespace qd::engine {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// Hands what one node publishes to the other, when the test says so.
class Wire final : public db::Notices {
 public:
  void publish(std::string topic, std::string text) override {
    sent_.emplace_back(std::move(topic), std::move(text));
  }
  void listen(db::NoticeListener& listener) override { listener_ = &listener; }
  void unlisten(db::NoticeListener&) override { listener_ = nullptr; }
  void deliver_to(Wire& other) {
    for (const auto& [topic, text] : std::exchange(sent_, {}))
      other.listener_->on_notice(topic, text);
  }
  db::NoticeListener& listener() { return *listener_; }

 private:
  std::vector<std::pair<std::string, std::string>> sent_;
  db::NoticeListener* listener_ = nullptr;
};

class WatchersTest : public testing::Test {
 protected:
  using Watch = Watchers::Watch;
  static constexpr auto kText = Watchers::Interest::ChangesAndText;

  static Execution execution(std::int64_t revision) {
    return {
        .id = {"e"}, .project_id = {"p"}, .status = ExecutionStatus::Running, .revision = revision};
  }
  /// Whether something was told since the last time.
  bool was_told(Watch& watch) {
    io_.restart();
    auto told =
        boost::asio::co_spawn(io_, watch.wait(clock_, clock_.now() + 1h), boost::asio::use_future);
    io_.poll();
    if (told.wait_for(0s) != std::future_status::ready) clock_.advance(1h);
    io_.restart();
    io_.run();
    return told.get();
  }
  static std::vector<std::string> texts(Watch& watch) {
    std::vector<std::string> all;
    for (const auto& piece : watch.take_texts()) all.push_back(piece.text);
    return all;
  }

  ManualClock clock_{Timestamp(1h)};
  boost::asio::io_context io_;
  Wire wire_here_, wire_there_;
  Watchers here_{&wire_here_, clock_};
  Watchers there_{&wire_there_, clock_};
};

TEST_F(WatchersTest, TellOfAnExecutionAndItsProject) {
  Watch one(here_, topic_of(ExecutionId{"e"}), io_.get_executor());
  Watch project(here_, topic_of(ProjectId{"p"}), io_.get_executor());
  Watch foreign(here_, topic_of(ExecutionId{"f"}), io_.get_executor());

  here_.tell(execution(3));

  EXPECT_TRUE(was_told(one));
  EXPECT_EQ(one.latest()->revision, 3);
  EXPECT_TRUE(was_told(project));
  EXPECT_FALSE(was_told(foreign));
}

TEST_F(WatchersTest, TellOtherNodes) {
  Watch one(there_, topic_of(ExecutionId{"e"}), io_.get_executor());
  Watch project(there_, topic_of(ProjectId{"p"}), io_.get_executor());

  here_.tell(execution(3));
  wire_here_.deliver_to(wire_there_);

  EXPECT_TRUE(was_told(one));
  EXPECT_EQ(one.latest()->revision, 3);
  EXPECT_EQ(one.latest()->status, ExecutionStatus::Running);
  EXPECT_TRUE(was_told(project));
}

TEST_F(WatchersTest, ForgetWhatTheyKnewWhenNoticesMayBeMissing) {
  Watch one(here_, topic_of(ExecutionId{"e"}), io_.get_executor());
  here_.tell(execution(3));
  EXPECT_TRUE(was_told(one));

  wire_here_.listener().on_gap();

  EXPECT_TRUE(was_told(one));
  EXPECT_FALSE(one.latest());
}

TEST_F(WatchersTest, WantTextWhereSomebodyLooksHereOrOnAnotherNode) {
  EXPECT_FALSE(here_.is_text_wanted({"e"}));
  Watch there(there_, topic_of(ExecutionId{"e"}), io_.get_executor(), kText);
  EXPECT_FALSE(was_told(there));
  wire_there_.deliver_to(wire_here_);
  EXPECT_TRUE(here_.is_text_wanted({"e"}));

  here_.tell_text({"e"}, {.step = "a", .text = "one"});
  here_.tell_text({"e"}, {.step = "a", .offset = 3, .text = "two\n"});
  wire_here_.deliver_to(wire_there_);

  EXPECT_THAT(texts(there), ElementsAre("one", "two\n"));
  clock_.advance(2min);
  EXPECT_FALSE(here_.is_text_wanted({"e"}));
}

TEST_F(WatchersTest, DropTheOldestTextForOneWhoDoesNotTakeIt) {
  Watch slow(here_, topic_of(ExecutionId{"e"}), io_.get_executor(), kText);

  for (int i = 0; i < 1'000; ++i) here_.tell_text({"e"}, {.text = std::to_string(i)});

  const auto kept = texts(slow);
  EXPECT_THAT(kept, SizeIs(64));
  EXPECT_EQ(kept.back(), "999");
}

TEST_F(WatchersTest, GatherWhatAModelSaysIntoFewPieces) {
  Watch watch(here_, topic_of(ExecutionId{"e"}), io_.get_executor(), kText);
  ModelTexts model_texts(io_, here_);
  const auto sink = model_texts.sink({"e"}, "ask", 2);

  for (const auto* word : {"one ", "two ", "three"}) sink(word);
  EXPECT_THAT(texts(watch), IsEmpty());
  io_.run();
  sink("four");
  sink("");
  io_.restart();
  io_.run();

  const auto pieces = watch.take_texts();
  ASSERT_THAT(pieces, SizeIs(2));
  EXPECT_EQ(pieces[0].text, "one two three");
  EXPECT_EQ(pieces[1].text, "four");
  EXPECT_EQ(pieces[1].offset, 13);
  EXPECT_EQ(pieces[1].step, "ask");
  EXPECT_EQ(pieces[1].attempt, 2);
}

TEST_F(WatchersTest, CutLongTextBetweenCharacters) {
  Watch watch(here_, topic_of(ExecutionId{"e"}), io_.get_executor(), kText);
  ModelTexts model_texts(io_, here_);
  std::string said;
  for (int i = 0; i < 700; ++i) said += "€";

  model_texts.sink({"e"}, "ask", 1)(said);

  const auto pieces = watch.take_texts();
  ASSERT_THAT(pieces, SizeIs(3));
  EXPECT_EQ(pieces[0].text.size() % 3, 0);
  EXPECT_EQ(pieces[0].text + pieces[1].text + pieces[2].text, said);
}

}  // namespace
}  // namespace qd::engine
