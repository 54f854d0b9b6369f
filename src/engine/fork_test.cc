// Forks: which events they begin with, and what runs anew.
#include "engine/fork.h"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/engine_fixture.h"
#include "engine/machine.h"

namespace qd::engine {
namespace {

constexpr Timestamp kNow{std::chrono::sys_days(std::chrono::year(2026) / 11 / 24)};

/// As they are read back.
std::vector<Event> as_stored(std::vector<Event> events) {
  for (auto& event : events)
    if (!event.text.empty()) event.data = json::parse(std::exchange(event.text, {}))->as_object();
  return events;
}

/// One execution of pure steps, in memory.
class PureRun {
 public:
  explicit PureRun(std::shared_ptr<const Definition> definition) : definition_(definition) {
    pure_.add_to(kinds_);
  }
  /// Every event from the beginning.
  std::vector<Event> begin() {
    auto machine = make({"first"});
    machine.begin(kNow);
    return as_stored(machine.take_changes().events);
  }
  /// What happens after these.
  std::vector<Event> go_on(const std::vector<Event>& from) {
    auto machine = make({"fork"});
    for (auto event : from) machine.state().apply(event);
    machine.take_up(std::nullopt, kNow);
    return as_stored(machine.take_changes().events);
  }

 private:
  Machine make(ExecutionId id) {
    Execution execution{.id = std::move(id), .input = JsonObject{}, .output = {}, .error = {}};
    return {std::move(execution), definition_, kinds_, {}};
  }

  std::shared_ptr<const Definition> definition_;
  PureSteps pure_;
  StepKinds kinds_;
};

Json any_node(int index) {
  JsonObject node{{"id", fmt::format("n{}", index)}, {"on_error", "continue"}};
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      node["type"] = "switch";
      node["with"] = {{"mode", "all"},
                      {"cases",
                       {{{"name", "left"}, {"when", *rc::gen::element("true", "false")}},
                        {{"name", "right"}, {"when", *rc::gen::element("true", "false")}}}}};
      break;
    case 1:
      node["type"] = "transform";
      node["with"] = {{"set", {{"n", "{{ input.absent.either }}"}}}};
      break;
    default:
      node["type"] = "transform";
      node["with"] = {{"set", {{"n", index}}}};
  }
  if (*rc::gen::inRange(0, 3) == 0) node["join"] = "any";
  if (*rc::gen::inRange(0, 5) == 0) node["when"] = *rc::gen::element("true", "false");
  return node;
}

std::shared_ptr<const Definition> any_definition() {
  const int count = *rc::gen::inRange(1, 12);
  JsonArray nodes;
  JsonArray edges;
  for (int i = 0; i < count; ++i) nodes.push_back(any_node(i));
  for (int to = 1; to < count; ++to)
    for (int from = 0; from < to; ++from) {
      if (*rc::gen::inRange(0, 3) != 0) continue;
      const bool is_switch = nodes[static_cast<std::size_t>(from)].at("type") == "switch";
      edges.push_back(
          {{"from", fmt::format("n{}", from)},
           {"to", fmt::format("n{}", to)},
           {"port", is_switch ? *rc::gen::element("left", "right", "default") : "out"}});
    }
  auto compiled =
      compile_definition(JsonObject{{"nodes", std::move(nodes)}, {"edges", std::move(edges)}});
  if (!compiled) throw std::runtime_error(compiled.error().faults.at(0).message);
  return *std::move(compiled);
}

std::set<std::string> with_descendants(const Definition& definition, NodeIndex from) {
  std::set<std::string> names{definition.nodes[from].id};
  for (const auto edge : definition.nodes[from].outgoing)
    names.merge(with_descendants(definition, definition.edges[edge].to));
  return names;
}

std::set<std::string> steps_of(const std::vector<Event>& events) {
  std::set<std::string> names;
  for (const auto& event : events)
    if (!event.node_id.empty()) names.insert(event.node_id);
  return names;
}

/// What each step came to, and the whole.
std::map<std::string, std::string> ends(std::vector<Event> events, const std::vector<Event>& more) {
  std::map<std::string, std::string> ends;
  events.insert(events.end(), more.begin(), more.end());
  for (auto& event : events) {
    if (event.type == EventType::Started) continue;
    ends[event.node_id] = fmt::format("{} {}", enum_name(event.type), json::print(event.data));
  }
  return ends;
}

RC_GTEST_PROP(Forks, RunExactlyTheStepAndWhatComesAfterIt, ()) {
  const auto definition = any_definition();
  const auto from =
      static_cast<NodeIndex>(*rc::gen::inRange<std::size_t>(0, definition->nodes.size()));
  PureRun run(definition);
  const auto first = run.begin();
  RC_ASSERT(first.back().type == EventType::Finished);

  const auto kept =
      fork_events(*definition, {"first"}, first, definition->nodes[from].id, kNow).value();
  const auto anew = run.go_on(kept);

  RC_ASSERT(steps_of(anew) == with_descendants(*definition, from));
  RC_ASSERT(anew.front().seq == std::ssize(kept) + 1);
  for (std::size_t i = 0; i < kept.size(); ++i)
    RC_ASSERT(kept[i].seq == static_cast<std::int64_t>(i + 1));
  RC_ASSERT(ends(kept, anew) == ends(first, {}));
}

std::shared_ptr<const Definition> three_in_a_row() {
  return compile_definition(yaml_to_json(R"(
nodes:
  - {id: a, type: transform, with: {set: {n: 1}}}
  - {id: b, type: transform, with: {set: {n: 2}}}
  - {id: c, type: transform, with: {set: {n: 3}}}
edges: [{from: a, to: b}, {from: b, to: c}]
)")
                                ->value)
      .value();
}

TEST(Fork, SaysWhereItCameFrom) {
  const auto definition = three_in_a_row();
  const auto events =
      fork_events(*definition, {"first"}, PureRun(definition).begin(), "b", kNow + 1h).value();
  ASSERT_EQ(events.size(), 2);
  EXPECT_EQ(json::print(events[0].data), R"({"forked_from":{"execution_id":"first","step":"b"}})");
  EXPECT_EQ(events[1].node_id, "a");
  EXPECT_EQ(events[1].at, kNow + 1h);
}

TEST(Fork, WhatWasPaidBeforeIsNotPaidAgain) {
  const auto definition = three_in_a_row();
  auto before = PureRun(definition).begin();
  for (auto& event : before) event.data["cost_usd"] = 0.5;
  for (const auto& event : fork_events(*definition, {"first"}, before, "c", kNow).value())
    EXPECT_FALSE(event.data.contains("cost_usd"));
}

TEST(Fork, BeginsAtAStepOfTheWorkflowItself) {
  const auto definition = three_in_a_row();
  const auto code = [&](std::string_view step) {
    return fork_events(*definition, {"first"}, {}, step, kNow).error().code;
  };
  EXPECT_EQ(code("b.3.fetch"), "execution.fork_inside_body");
  EXPECT_EQ(code("nope"), "execution.step_not_found");
  EXPECT_EQ(code("nope.1.x"), "execution.step_not_found");
}

TEST(Fork, EventsInsideABodyGoWithItsStep) {
  const auto definition = three_in_a_row();
  auto before = PureRun(definition).begin();
  before.insert(before.begin() + 1,
                {.seq = 0, .at = kNow, .type = EventType::StepStarted, .node_id = "a.0.x"});
  EXPECT_TRUE(
      steps_of(fork_events(*definition, {"f"}, before, "b", kNow).value()).contains("a.0.x"));
  EXPECT_FALSE(
      steps_of(fork_events(*definition, {"f"}, before, "a", kNow).value()).contains("a.0.x"));
}

TEST(Fork, WhatWasUndoneRunsAnewWithWhatComesAfterIt) {
  const auto definition = compile_definition(yaml_to_json(R"(
nodes:
  - {id: a, type: transform, with: {set: {n: 1}}}
  - {id: b, type: http, with: {url: "http://b"}, compensate: undo_b}
  - {id: c, type: transform, with: {set: {n: 3}}}
  - {id: d, type: transform, with: {set: {n: 4}}}
  - {id: undo_b, type: http, with: {url: "http://u"}}
edges: [{from: a, to: b}, {from: b, to: c}]
)")
                                                 ->value)
                              .value();
  std::vector<Event> before;
  for (const auto* step : {"a", "b", "c", "undo_b"})
    before.push_back({.seq = 0, .at = kNow, .type = EventType::StepCompleted, .node_id = step});
  EXPECT_EQ(steps_of(fork_events(*definition, {"f"}, before, "d", kNow).value()),
            std::set<std::string>{"a"});
}

class EngineForks : public EngineTest {
 protected:
  Execution finished(const ExecutionId& id) {
    EXPECT_TRUE(test::run(engine().finished(id, clock().now() + 1h)));
    return read(id);
  }
};
QD_ON_EVERY_STORE(EngineForks);

constexpr std::string_view kCalls = R"(
nodes:
  - {id: x, type: http, with: {url: "http://x"}}
  - {id: beside, type: http, with: {url: "http://b"}}
  - {id: y, type: http, with: {url: "http://y"}}
  - {id: z, type: transform, with: {set: {n: "{{ input.n }}", x: "{{ steps.x.output.done }}"}}}
edges: [{from: x, to: y}, {from: y, to: z}]
outputs: {n: "{{ steps.z.output.n }}", x: "{{ steps.z.output.x }}"}
)";

TEST_P(EngineForks, KeepResultsAndCallTheRestAgain) {
  const auto first = begin(kCalls, JsonObject{{"n", 1}});
  finished(first->id);
  const auto fork = test::run(engine().fork(
      first->id, {.from_step = "y", .input = JsonObject{{"n", 2}}, .created_by = {"v"}}));
  ASSERT_TRUE(fork) << fork.error().message;
  const auto done = finished(fork->id);

  EXPECT_EQ(done.status, ExecutionStatus::Completed);
  EXPECT_EQ(json::print(done.output), R"({"n":2,"x":"x"})");
  EXPECT_EQ(done.forked_from->execution_id, first->id);
  EXPECT_EQ(done.forked_from->step, "y");
  EXPECT_EQ(done.created_by, UserId{"v"});
  EXPECT_EQ(effects().done("x"), 1);
  EXPECT_EQ(effects().done("beside"), 1);
  EXPECT_EQ(effects().done("y"), 2);
  EXPECT_DOUBLE_EQ(done.cost_usd, 0.5);
  EXPECT_EQ(json::print(read(first->id).output), R"({"n":1,"x":"x"})");
}

TEST_P(EngineForks, BeginAlsoFromOneThatStillRuns) {
  const auto first = begin(R"(
nodes:
  - {id: x, type: http, with: {url: "http://x"}}
  - {id: go, type: wait, with: {event: go}}
edges: [{from: x, to: go}]
)");
  settled(first->id);
  const auto fork = test::run(engine().fork(first->id, {.from_step = "go", .created_by = {"u"}}));
  ASSERT_TRUE(fork);
  EXPECT_EQ(settled(fork->id).waiting_for, "event");
  EXPECT_EQ(effects().done("x"), 1);
  ASSERT_TRUE(test::run(engine().signal(fork->id, "go", {})));
  EXPECT_EQ(finished(fork->id).status, ExecutionStatus::Completed);
  EXPECT_EQ(read(first->id).status, ExecutionStatus::Waiting);
}

TEST_P(EngineForks, HaveAnInputThatFits) {
  const auto first = begin(
      "{inputs: {type: object, required: [n]}, nodes: [{id: a, type: transform, with: {set: {}}}]}",
      JsonObject{{"n", 1}});
  const auto refused = test::run(
      engine().fork(first->id, {.from_step = "a", .input = JsonObject{}, .created_by = {"u"}}));
  EXPECT_EQ(refused.error().faults.at(0).path, "/input");
  EXPECT_EQ(test::run(engine().fork({"none"}, {.from_step = "a"})).error().code,
            "execution.not_found");
}

}  // namespace
}  // namespace qd::engine
