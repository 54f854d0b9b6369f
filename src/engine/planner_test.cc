#include "engine/planner.h"

#include <gtest/gtest.h>

#include "engine/yaml.h"
#include "json/json.h"

namespace qd::engine {
namespace {

std::shared_ptr<const Definition> definition_of(std::string_view yaml) {
  const auto document = yaml_to_json(yaml);
  if (!document) throw std::runtime_error(document.error().message);
  auto compiled = compile_definition(document->value);
  if (!compiled) throw std::runtime_error(compiled.error().faults.at(0).message);
  return *std::move(compiled);
}

/// Drives a planner by node ids and tells its actions as text.
class Journey {
 public:
  explicit Journey(std::string_view yaml, Json input = {})
      : definition_(definition_of(yaml)), planner_(definition_) {
    roots_["input"] = std::move(input);
    roots_["steps"] = JsonObject();
    for (const auto& node : definition_->nodes) show(node.id, "pending", {}, {});
  }

  std::string start() { return describe(planner_.start(scope())); }
  std::string completed(const std::string& id, std::vector<std::string> ports = {},
                        Json output = {}) {
    show(id, "completed", std::move(output), {});
    return record({.node = at(id), .status = StepStatus::Completed, .ports = std::move(ports)});
  }
  std::string failed(const std::string& id, const std::string& code = "boom") {
    show(id, "failed", {}, {{"code", code}});
    return record({.node = at(id), .status = StepStatus::Failed, .error = StepError{.code = code}});
  }
  std::string resume(const std::vector<StepOutcome>& recorded) {
    planner_ = Planner(definition_);
    return describe(planner_.resume(recorded, scope()));
  }
  std::string record(const StepOutcome& outcome) {
    auto actions = planner_.record(outcome, scope());
    return actions ? describe(*actions) : actions.error().code;
  }
  [[nodiscard]] NodeIndex at(const std::string& id) const { return *definition_->find(id); }
  [[nodiscard]] const Planner& planner() const { return planner_; }

 private:
  [[nodiscard]] expr::ObjectScope scope() const { return expr::ObjectScope(roots_); }

  void show(const std::string& id, std::string_view status, Json output, Json error) {
    roots_["steps"].get_object()[id] = {
        {"status", status}, {"output", std::move(output)}, {"error", std::move(error)}};
  }

  std::string describe(const std::vector<Action>& actions) const {
    std::string out;
    for (const auto& action : actions) {
      if (!out.empty()) out += ", ";
      out += std::visit([this](const auto& each) { return text(each); }, action);
    }
    return out;
  }
  [[nodiscard]] const std::string& id(NodeIndex node) const { return definition_->nodes[node].id; }
  [[nodiscard]] std::string text(const StartStep& start) const {
    return "start " + id(start.node) +
           (start.error_from ? " (error of " + id(*start.error_from) + ")" : "");
  }
  [[nodiscard]] std::string text(const SkipStep& skip) const {
    return "skip " + id(skip.node) + (skip.reason == SkipReason::Condition ? " (when)" : "");
  }
  [[nodiscard]] std::string text(const FailStep& fail) const {
    return "fail " + id(fail.node) + " " + fail.error.code;
  }
  [[nodiscard]] std::string text(const Finish& finish) const {
    return std::string(enum_name(finish.status)) +
           (finish.failed_by ? " by " + id(*finish.failed_by) : "") +
           (finish.error ? " " + finish.error->code : "") +
           (finish.output.is_null() ? "" : " " + json::print(finish.output));
  }

  std::shared_ptr<const Definition> definition_;
  Planner planner_;
  JsonObject roots_;
};

constexpr std::string_view kDiamond = R"yaml(
nodes:
  - { id: a, type: transform, with: {set: {}} }
  - { id: b, type: transform, with: {set: {}} }
  - { id: c, type: transform, with: {set: {}} }
  - { id: d, type: transform, with: {set: {}} }
edges: [ {from: a, to: b}, {from: a, to: c}, {from: b, to: d}, {from: c, to: d} ]
outputs: { x: "{{ steps.d.output }}" }
)yaml";

TEST(Planner, StartsANodeWhenEverythingBeforeItIsDone) {
  Journey run(kDiamond);

  EXPECT_EQ(run.start(), "start a");
  EXPECT_EQ(run.completed("a"), "start b, start c");
  EXPECT_EQ(run.completed("c"), "");
  EXPECT_EQ(run.completed("b"), "start d");
  EXPECT_EQ(run.completed("d", {}, 7), R"(completed {"x":7})");
  EXPECT_TRUE(run.planner().is_finished());
}

TEST(Planner, StartsNodesWithoutEdgesAtOnce) {
  Journey run(
      "nodes: [{id: a, type: transform, with: {set: {}}}, {id: b, type: transform, with: {set: "
      "{}}}]");

  EXPECT_EQ(run.start(), "start a, start b");
  EXPECT_EQ(run.completed("b"), "");
  EXPECT_EQ(run.completed("a"), "completed");
}

constexpr std::string_view kSwitch = R"yaml(
nodes:
  - { id: s, type: switch, with: {mode: all, cases: [{name: one, when: "true"}, {name: two, when: "true"}]} }
  - { id: x, type: transform, with: {set: {}} }
  - { id: y, type: transform, with: {set: {}} }
  - { id: z, type: transform, with: {set: {}} }
  - { id: after_z, type: transform, with: {set: {}} }
  - { id: end, type: transform, with: {set: {}} }
edges:
  - { from: s, port: one, to: x }
  - { from: s, port: two, to: y }
  - { from: s, port: default, to: z }
  - { from: z, to: after_z }
  - { from: x, to: end }
  - { from: y, to: end }
  - { from: after_z, to: end }
)yaml";

TEST(Planner, SkipsWhatNoPortLeadsToAndJoinsTheRest) {
  Journey run(kSwitch);
  EXPECT_EQ(run.start(), "start s");

  EXPECT_EQ(run.completed("s", {"one"}), "start x, skip y, skip z, skip after_z");
  EXPECT_EQ(run.completed("x"), "start end");
  EXPECT_EQ(run.completed("end"), "completed");
}

TEST(Planner, TakesEveryPortThatASwitchNames) {
  Journey run(kSwitch);
  EXPECT_EQ(run.start(), "start s");

  EXPECT_EQ(run.completed("s", {"one", "two"}), "start x, start y, skip z, skip after_z");
}

TEST(Planner, SkipsANodeWhoseWaysWereAllSkipped) {
  Journey run(R"yaml(
nodes:
  - { id: s, type: switch, with: {cases: [{name: one, when: "true"}]} }
  - { id: x, type: transform, with: {set: {}} }
  - { id: end, type: transform, with: {set: {}} }
edges: [ {from: s, port: one, to: x}, {from: x, to: end} ]
)yaml");
  EXPECT_EQ(run.start(), "start s");

  EXPECT_EQ(run.completed("s", {"default"}), "skip x, skip end, completed");
}

TEST(Planner, StartsAnAnyJoinOnceAtTheFirstWayTaken) {
  Journey run(R"yaml(
nodes:
  - { id: a, type: transform, with: {set: {}} }
  - { id: b, type: transform, with: {set: {}} }
  - { id: first, type: transform, join: any, with: {set: {}} }
edges: [ {from: a, to: first}, {from: b, to: first} ]
)yaml");
  EXPECT_EQ(run.start(), "start a, start b");

  EXPECT_EQ(run.completed("b"), "start first");
  EXPECT_EQ(run.completed("first"), "");
  EXPECT_EQ(run.completed("a"), "completed");
}

constexpr std::string_view kConditions = R"yaml(
nodes:
  - { id: a, type: transform, when: "input.go", with: {set: {}} }
  - { id: b, type: transform, when: "has(steps.a.output.n)", with: {set: {}} }
  - { id: c, type: transform, with: {set: {}} }
edges: [ {from: a, to: b}, {from: b, to: c} ]
)yaml";

TEST(Planner, SkipsANodeWhoseConditionDoesNotHold) {
  Journey stopped(kConditions, {{"go", false}});
  EXPECT_EQ(stopped.start(), "skip a (when), skip b, skip c, completed");

  Journey going(kConditions, {{"go", true}});
  EXPECT_EQ(going.start(), "start a");
  EXPECT_EQ(going.completed("a", {}, {{"n", 1}}), "start b");
}

TEST(Planner, FailsANodeWhoseConditionCannotBeEvaluated) {
  Journey run(kConditions, JsonObject());

  EXPECT_EQ(run.start(), "fail a expression.no_such_key, failed by a expression.no_such_key");
  EXPECT_EQ(run.planner().status(run.at("a")), StepStatus::Failed);
}

TEST(Planner, EndsTheExecutionAtTheFirstFailureAndNamesWhatStillRuns) {
  Journey run(kDiamond);
  EXPECT_EQ(run.start(), "start a");
  EXPECT_EQ(run.completed("a"), "start b, start c");

  EXPECT_EQ(run.failed("b"), "failed by b boom");
  EXPECT_EQ(run.planner().running(), (std::vector<NodeIndex>{run.at("c")}));
  EXPECT_EQ(run.completed("c"), "");
  EXPECT_EQ(run.planner().status(run.at("d")), StepStatus::Pending);
}

constexpr std::string_view kRoutes = R"yaml(
nodes:
  - { id: a, type: transform, on_error: route, with: {set: {}} }
  - { id: fine, type: transform, with: {set: {}} }
  - { id: mend, type: transform, when: "error.code == 'boom'", with: {set: {}} }
  - { id: more, type: transform, with: {set: {x: "{{ error.code }}"}} }
edges: [ {from: a, to: fine}, {from: a, port: error, to: mend}, {from: mend, to: more} ]
)yaml";

TEST(Planner, RoutesAnErrorAndLetsThePathBehindItSeeIt) {
  Journey run(kRoutes);
  EXPECT_EQ(run.start(), "start a");

  EXPECT_EQ(run.failed("a"), "skip fine, start mend (error of a)");
  EXPECT_EQ(run.completed("mend"), "start more (error of a)");
  EXPECT_EQ(run.completed("more"), "completed");
}

TEST(Planner, LeavesThePortErrorWhenNothingFails) {
  Journey run(kRoutes);
  EXPECT_EQ(run.start(), "start a");

  EXPECT_EQ(run.completed("a"), "start fine, skip mend, skip more");
}

TEST(Planner, ContinuesBehindAFailureThroughTheMainPort) {
  Journey run(R"yaml(
nodes:
  - { id: a, type: transform, on_error: continue, with: {set: {}} }
  - { id: s, type: switch, on_error: continue, with: {cases: [{name: one, when: "true"}]} }
  - { id: x, type: transform, with: {set: {}} }
  - { id: y, type: transform, with: {set: {}} }
edges: [ {from: a, to: s}, {from: s, port: one, to: x}, {from: s, port: default, to: y} ]
)yaml");
  EXPECT_EQ(run.start(), "start a");

  EXPECT_EQ(run.failed("a"), "start s");
  EXPECT_EQ(run.failed("s"), "skip x, start y");
  EXPECT_EQ(run.completed("y"), "completed");
}

TEST(Planner, FailsAnExecutionWhoseOutputsCannotBeRendered) {
  Journey run(R"yaml(
nodes: [{id: a, type: transform, with: {set: {}}}]
outputs: { x: "{{ steps.a.output.nope }}" }
)yaml");
  EXPECT_EQ(run.start(), "start a");

  EXPECT_EQ(run.completed("a"), "failed expression.no_such_key");
}

TEST(Planner, RefusesOutcomesOfStepsThatDoNotRun) {
  Journey run(kDiamond);
  EXPECT_EQ(run.start(), "start a");

  EXPECT_EQ(run.completed("b"), "step.not_running");
  EXPECT_EQ(run.completed("a", {"nope"}), "step.unknown_port");
  EXPECT_EQ(run.record({.node = run.at("a"), .status = StepStatus::Waiting}), "step.not_decided");
  EXPECT_EQ(run.completed("a"), "start b, start c");
  EXPECT_EQ(run.completed("a"), "step.not_running");
}

TEST(Planner, ResumesWithOnlyWhatIsNotRecordedYet) {
  Journey run(kDiamond);
  run.completed("a");

  EXPECT_EQ(run.resume({}), "start a");
  EXPECT_EQ(run.resume({{.node = run.at("a")}}), "start b, start c");
  EXPECT_EQ(
      run.resume({{.node = run.at("b"), .status = StepStatus::Running}, {.node = run.at("a")}}),
      "start c");
  EXPECT_EQ(run.planner().running(), (std::vector<NodeIndex>{run.at("b"), run.at("c")}));
  EXPECT_EQ(run.completed("c"), "");
  EXPECT_EQ(run.completed("b"), "start d");
}

TEST(Planner, HoldsToARecordedSkipWhateverItsConditionSaysNow) {
  Journey run(kConditions, {{"go", true}});

  EXPECT_EQ(run.resume({{.node = run.at("a"), .status = StepStatus::Skipped}}),
            "skip b, skip c, completed");
}

TEST(Planner, KnowsWhatWasRunningWhenItResumesAFailedExecution) {
  Journey run(kDiamond);

  EXPECT_EQ(
      run.resume(
          {{.node = run.at("a")},
           {.node = run.at("b"), .status = StepStatus::Failed, .error = StepError{.code = "boom"}},
           {.node = run.at("c"), .status = StepStatus::Running}}),
      "failed by b boom");
  EXPECT_EQ(run.planner().running(), (std::vector<NodeIndex>{run.at("c")}));
}

}  // namespace
}  // namespace qd::engine
