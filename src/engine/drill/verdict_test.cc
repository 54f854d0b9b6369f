#include "engine/drill/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qd::engine::drill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Two steps, one call each: `look` reads, `pay` is made with the effect that the test is about.
class Verdicts : public ::testing::Test {
 protected:
  static Trial run_of(Effect effect) {
    Trial run;
    run.lives.push_back({});
    auto& execution = run.family[""].execution;
    execution.id = {"e"};
    execution.status = ExecutionStatus::Completed;
    execution.output = JsonObject{{"paid", true}};
    run.acknowledged["begin"] = 1;
    add(run, EventType::Started, "", {});
    add(run, EventType::StepStarted, "look", {});
    add(run, EventType::StepCompleted, "look", {{"output", 1}});
    add(run, EventType::StepStarted, "pay", {});
    add(run, EventType::StepCompleted, "pay", {{"output", 2}});
    add(run, EventType::Finished, "", {});
    run.calls.push_back(call("look", Effect::Read, 0));
    run.calls.push_back(call("pay", effect, 0));
    return run;
  }
  static void add(Trial& run, EventType type, std::string node, JsonObject data) {
    auto& journal = run.family[""].journal;
    journal.push_back({.seq = std::ssize(journal) + 1,
                       .at = {},
                       .type = type,
                       .node_id = std::move(node),
                       .data = std::move(data)});
  }
  static Seen call(const std::string& path, Effect effect, int life) {
    return {
        {.execution = {"e"}, .path = path, .name = {}, .effect = effect, .key = "e/" + path + "/1"},
        life};
  }
  /// Another process took over, and found so many events.
  static void kill(Trial& run, std::size_t events) {
    run.lives.push_back({.is_acknowledged = true, .found = run.family});
    run.lives.back().found[""].journal.resize(events);
  }
  static std::vector<FindingKind> kinds(const Trial& undisturbed, const Trial& run) {
    std::vector<FindingKind> kinds;
    for (const auto& finding : judge(undisturbed, run)) kinds.push_back(finding.kind);
    return kinds;
  }

  Trial undisturbed_ = run_of(Effect::Keyed);
  Trial run_ = run_of(Effect::Keyed);
};

TEST_F(Verdicts, FindNothingWhereNothingDiffers) {
  EXPECT_THAT(judge(undisturbed_, run_), IsEmpty());
}

TEST_F(Verdicts, DoNotCompareIdsAndTimes) {
  const auto with = [](std::string text) { return Json(boost::json::string_view(text)); };
  undisturbed_.family[""].execution.output =
      with("0190a000-0000-7000-8000-000000000001 2026-01-01T00:00:00Z");
  run_.family[""].execution.output =
      with("0190b111-1111-7111-8111-111111111111 2027-02-02T02:02:02.222Z");

  EXPECT_THAT(judge(undisturbed_, run_), IsEmpty());
}

TEST_F(Verdicts, FindAnAcknowledgedExecutionThatIsGone) {
  run_.lives.push_back({.is_acknowledged = true});

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::LostExecution));
}

TEST_F(Verdicts, LetAnExecutionBeGoneThatNobodyWasToldOf) {
  run_.lives.push_back({.is_acknowledged = false});

  EXPECT_THAT(judge(undisturbed_, run_), IsEmpty());
}

TEST_F(Verdicts, FindAStepWithoutAnEnd) {
  std::erase_if(run_.family[""].journal, [](const Event& event) {
    return event.node_id == "pay" && event.type == EventType::StepCompleted;
  });

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::LostStep));
}

TEST_F(Verdicts, FindAStepThatEndedTwice) {
  add(run_, EventType::StepCompleted, "look", {{"output", 1}});

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::DoubledStep));
}

TEST_F(Verdicts, FindAStepThatEndedOtherwise) {
  run_.family[""].journal[2].data["output"] = 7;

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::OtherEnd));
}

TEST_F(Verdicts, FindAnotherEndOfTheWhole) {
  run_.family[""].execution.status = ExecutionStatus::Failed;

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::OtherEnd));
}

TEST_F(Verdicts, FindAnotherOutputOfTheWhole) {
  run_.family[""].execution.output = nullptr;

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::OtherEnd));
}

TEST_F(Verdicts, FindWhatWasStoredChanged) {
  kill(run_, 3);
  run_.lives.back().found[""].journal[1].node_id = "pay";

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::ChangedJournal));
}

TEST_F(Verdicts, LetAKeyedCallBeMadeAgainUnderItsKey) {
  kill(run_, 4);
  run_.calls.push_back(call("pay", Effect::Keyed, 1));

  EXPECT_THAT(judge(undisturbed_, run_), IsEmpty());
  EXPECT_EQ(repeats(undisturbed_, run_).at("keyed"), 1);
}

TEST_F(Verdicts, FindAKeyedCallUnderAnotherKey) {
  kill(run_, 4);
  run_.calls.push_back(call("pay", Effect::Keyed, 1));
  run_.calls.back().call.key = "e/pay/2";

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::ChangedKey));
}

TEST_F(Verdicts, FindAKeyedCallWithoutAKeyEvenIfItAlwaysLacksOne) {
  undisturbed_.calls.back().call.key.clear();
  run_.calls.back().call.key.clear();

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::ChangedKey));
}

TEST_F(Verdicts, FindMoreRepeatsThanKills) {
  kill(run_, 4);
  run_.calls.push_back(call("pay", Effect::Keyed, 1));
  run_.calls.push_back(call("pay", Effect::Keyed, 1));

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::DoubledCall));
}

TEST_F(Verdicts, FindACallOfAStepWhoseEndIsStored) {
  kill(run_, 3);
  run_.calls.push_back(call("look", Effect::Read, 1));

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::DoubledCall));
}

TEST_F(Verdicts, FindAOnceCallThatWasMadeAgain) {
  undisturbed_ = run_of(Effect::Once);
  run_ = run_of(Effect::Once);
  kill(run_, 4);
  run_.calls.push_back(call("pay", Effect::Once, 1));

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::DoubledCall));
}

TEST_F(Verdicts, LetAOnceCallBeMadeAgainThatWasTurnedAway) {
  undisturbed_ = run_of(Effect::Once);
  run_ = run_of(Effect::Once);
  run_.calls.back().is_refused = true;
  kill(run_, 4);
  run_.calls.push_back(call("pay", Effect::Once, 1));

  EXPECT_THAT(judge(undisturbed_, run_), IsEmpty());
}

TEST_F(Verdicts, FindACallThatNeverArrived) {
  run_.calls.pop_back();

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::LostStep));
}

TEST_F(Verdicts, FindADecisionThatHadToBeMadeAgain) {
  undisturbed_.acknowledged["decide ok"] = 1;
  run_.acknowledged["decide ok"] = 2;

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::LostWish));
}

TEST_F(Verdicts, FindATurnThatWasPaidForTwice) {
  const JsonObject turn{{"type", "turn"}, {"data", JsonObject{{"turn", 0}}}};
  add(undisturbed_, EventType::StepRecorded, "look", turn);
  add(run_, EventType::StepRecorded, "look", turn);
  add(run_, EventType::StepRecorded, "look", turn);

  EXPECT_THAT(kinds(undisturbed_, run_), ElementsAre(FindingKind::DoubledStep));
}

}  // namespace
}  // namespace qd::engine::drill
