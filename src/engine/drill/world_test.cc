#include "engine/drill/world.h"

#include <gtest/gtest.h>

namespace qd::engine::drill {
namespace {

Call call(std::string path, std::string name, Effect effect, std::int64_t attempt = 1) {
  return {.execution = {"e"},
          .path = std::move(path),
          .name = std::move(name),
          .effect = effect,
          .key = {},
          .attempt = attempt,
          .schema = {},
          .request = "sent"};
}

TEST(World, AnswersByTheStepThenByTheNameThenBySchemaThenWithWhatWasSent) {
  World world({.answers = {{"a", 1}, {"tool", 2}}});
  auto shaped = call("b", "other", Effect::Read);
  shaped.schema = JsonObject{{"const", 3}};

  EXPECT_EQ(world.take(call("a", "tool", Effect::Read), 0).answer, Json(1));
  EXPECT_EQ(world.take(call("b", "tool", Effect::Read), 0).answer, Json(2));
  EXPECT_EQ(world.take(shaped, 0).answer, Json(3));
  EXPECT_EQ(world.take(call("b", "other", Effect::Read), 0).answer, Json("sent"));
}

TEST(World, TurnsTheFirstAttemptsAwayAndRemembersThatNothingHappened) {
  World world({.refusals = {{"pay", 1}}});

  EXPECT_TRUE(world.take(call("pay", "", Effect::Once, 1), 0).is_refused);
  EXPECT_FALSE(world.has_more_than({"e"}, "pay", {}));
  EXPECT_FALSE(world.take(call("pay", "", Effect::Once, 2), 1).is_refused);
  EXPECT_TRUE(world.has_more_than({"e"}, "pay", {}));
  EXPECT_EQ(world.take_seen().size(), 2U);
}

TEST(World, KnowsWhichCallsOfAStepAreNotRecorded) {
  World world({});
  world.take(call("agent", "mail", Effect::Once), 0);
  world.take(call("agent", "look", Effect::Read), 0);

  EXPECT_TRUE(world.has_more_than({"e"}, "agent", {}));
  EXPECT_FALSE(world.has_more_than({"e"}, "agent", {{"mail", 1}}));
  world.take(call("agent", "mail", Effect::Once), 0);
  EXPECT_TRUE(world.has_more_than({"e"}, "agent", {{"mail", 1}}));
}

}  // namespace
}  // namespace qd::engine::drill
