#include "executions/explain.h"

#include <gtest/gtest.h>

#include "engine/yaml.h"

namespace qd::executions {
namespace {

using namespace std::chrono_literals;
using engine::ExecutionStatus;
using engine::Step;
using engine::StepStatus;
using engine::admission::Obstacle;
using engine::admission::Wait;

class Explain : public ::testing::Test {
 protected:
  Explain() {
    execution_.name = "Triage";
    const auto document = engine::yaml_to_json(R"(
nodes:
  - {id: fetch, type: http, with: {url: "http://x"}, retry: {max_attempts: 4}}
  - {id: sign_off, type: approval, with: {title: "?"}}
  - {id: b, type: transform, with: {set: {}}}
edges: [{from: fetch, to: b}, {from: sign_off, port: approved, to: b}, {from: sign_off, port: rejected, to: b}]
)");
    definition_ = engine::compile_definition(document->value).value();
    for (const auto* id : {"fetch", "sign_off", "b"}) {
      Step step;
      step.node_id = id;
      steps_.push_back(step);
    }
  }
  Step& fetch() { return steps_[0]; }
  Step& sign_off() { return steps_[1]; }
  Step& last() { return steps_[2]; }
  Situation situation(std::optional<Wait> wait = {}) {
    return {execution_, *definition_, steps_, std::move(wait), Timestamp(1h)};
  }
  void wait_for(Step& step, std::string reason) {
    execution_.status = ExecutionStatus::Waiting;
    step.status = StepStatus::Waiting;
    step.waiting_for = std::move(reason);
  }

  engine::Execution execution_;
  std::shared_ptr<const engine::Definition> definition_;
  std::vector<Step> steps_;
};

TEST_F(Explain, ASlotOfAWorkflowNamesItsKeyAndWhoIsBefore) {
  EXPECT_EQ(explain(situation(Wait{.obstacle = Obstacle::Lane,
                                   .running = 10,
                                   .limit = 10,
                                   .key = "acme",
                                   .ahead = 3,
                                   .until = {}})),
            "waits for a slot: 10 of 10 executions of workflow 'Triage' with key 'acme' are "
            "running; 3 are before it");
  EXPECT_EQ(explain(situation(Wait{.obstacle = Obstacle::Lane,
                                   .running = 1,
                                   .limit = 1,
                                   .key = "",
                                   .ahead = 0,
                                   .until = {}})),
            "waits for a slot: 1 of 1 executions of workflow 'Triage' are running");
}

TEST_F(Explain, AProjectsLimitsAndAFullNode) {
  EXPECT_EQ(explain(situation(Wait{.obstacle = Obstacle::Project,
                                   .running = 5,
                                   .limit = 5,
                                   .key = "",
                                   .ahead = 1,
                                   .until = {}})),
            "waits for a slot: 5 of 5 executions of the project are running; 1 is before it");
  EXPECT_EQ(explain(situation(Wait{.obstacle = Obstacle::Rate,
                                   .running = 60,
                                   .limit = 60,
                                   .key = "",
                                   .ahead = 0,
                                   .until = Timestamp(1h)})),
            "waits for its project's rate: 60 of 60 executions a minute have started; the next may "
            "start at 1970-01-01T01:00:00.000Z");
  EXPECT_EQ(explain(situation(Wait{.obstacle = Obstacle::Node,
                                   .running = 0,
                                   .limit = 0,
                                   .key = "",
                                   .ahead = 1'000,
                                   .until = {}})),
            "waits for a place on a node; 1000 or more are before it");
}

TEST_F(Explain, ARetrySaysWhenAndWhy) {
  wait_for(fetch(), "retry");
  fetch().attempt = 1;
  fetch().waits_until = Timestamp(1h + 39'500ms);
  fetch().error = JsonObject{{"message", "the server answered 503"}};
  EXPECT_EQ(explain(situation()),
            "waits 40s to retry step 'fetch' (attempt 2 of 4): the server answered 503");
  EXPECT_EQ(explain_step(situation(), fetch()),
            "waits 40s to retry (attempt 2 of 4): the server answered 503");
}

TEST_F(Explain, AnApprovalSaysSinceWhen) {
  wait_for(sign_off(), "approval");
  sign_off().started_at = Timestamp(30min);
  EXPECT_EQ(explain(situation()),
            "waits for approval of step 'sign_off' since 1970-01-01T00:30:00.000Z");
}

TEST_F(Explain, AnEventIsNamed) {
  wait_for(fetch(), "event");
  fetch().input = JsonObject{{"event", JsonObject{{"name", "paid"}}}};
  EXPECT_EQ(explain(situation()), "waits in step 'fetch' for the event 'paid'");
}

TEST_F(Explain, SeveralThatWaitAreCounted) {
  wait_for(fetch(), "timer");
  fetch().waits_until = Timestamp(2h);
  wait_for(sign_off(), "approval");
  EXPECT_EQ(explain(situation()),
            "waits in step 'fetch' until 1970-01-01T02:00:00.000Z; 1 more step waits");
}

TEST_F(Explain, AnUncertainStepWaitsForAWord) {
  execution_.status = ExecutionStatus::Waiting;
  fetch().status = StepStatus::Uncertain;
  EXPECT_EQ(explain(situation()), "waits to be told whether what step 'fetch' sent did happen");
  EXPECT_EQ(explain_step(situation(), fetch()), "waits to be told whether what it sent did happen");
}

TEST_F(Explain, APendingStepNamesWhatItStillWaitsFor) {
  execution_.status = ExecutionStatus::Running;
  fetch().status = StepStatus::Running;
  EXPECT_EQ(explain_step(situation(), last()), "waits for steps 'fetch', 'sign_off'");
  fetch().status = StepStatus::Completed;
  EXPECT_EQ(explain_step(situation(), last()), "waits for step 'sign_off'");
  EXPECT_EQ(explain_step(situation(), fetch()), std::nullopt);
  execution_.status = ExecutionStatus::Paused;
  EXPECT_EQ(explain_step(situation(), sign_off()), "waits for the execution to be resumed");
}

TEST_F(Explain, NothingIsSaidOfWhatMovesOrIsOver) {
  execution_.status = ExecutionStatus::Running;
  EXPECT_EQ(explain(situation()), std::nullopt);
  execution_.status = ExecutionStatus::Failed;
  EXPECT_EQ(explain(situation()), std::nullopt);
  EXPECT_EQ(explain_step(situation(), last()), std::nullopt);
}

}  // namespace
}  // namespace qd::executions
