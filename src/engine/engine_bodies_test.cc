// Maps and loops on real stores.
#include "engine/engine_fixture.h"

namespace qd::engine {
namespace {

class EngineBodies : public EngineTest {
 protected:
  Execution finished(const ExecutionId& id) {
    EXPECT_TRUE(test::run(engine().finished(id, clock().now() + 1h)));
    return read(id);
  }
  std::vector<std::string> paths(const ExecutionId& id, EventType type) {
    std::vector<std::string> found;
    for (const auto& event : events(id))
      if (event.type == type) found.push_back(event.node_id);
    return found;
  }
};
QD_ON_EVERY_STORE(EngineBodies);

TEST_P(EngineBodies, AMapOfPureItemsStoresTheirResultsOnly) {
  const auto done = begin(R"(
nodes:
  - id: each
    type: map
    with:
      items: "{{ input.list }}"
      body:
        nodes:
          - {id: twice, type: transform, with: {set: {n: "{{ item * 2 }}", at: "{{ index }}"}}}
outputs: {list: "{{ steps.each.output }}"}
)",
                          JsonObject{{"list", {1, 2, 3}}});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(json::print(done->output),
            R"({"list":[{"n":2,"at":0},{"n":4,"at":1},{"n":6,"at":2}]})");
  // Started, the map's start, its items, its end, finished.
  EXPECT_EQ(events(done->id).size(), 5);
}

TEST_P(EngineBodies, AMapOfNothingIsDoneAtOnce) {
  const auto done = begin(R"(
nodes: [{id: each, type: map, with: {items: [], body: {nodes: [{id: x, type: http, with: {url: "http://x"}}]}}}]
outputs: {list: "{{ steps.each.output }}"}
)");
  EXPECT_EQ(json::print(done->output), R"({"list":[]})");
}

TEST_P(EngineBodies, ItemsWithEffectsAreStoredStepByStep) {
  const auto begun = begin(R"(
nodes:
  - id: each
    type: map
    with:
      items: [a, b, c, d]
      concurrency: 2
      body:
        nodes:
          - {id: shown, type: transform, with: {set: {url: "http://{{ item }}"}}}
          - {id: get, type: http, with: {url: "{{ steps.shown.output.url }}"}}
        edges: [{from: shown, to: get}]
        outputs: {item: "{{ item }}", got: "{{ steps.get.output.done }}"}
outputs: {list: "{{ steps.each.output.map(r, r.item) }}"}
)");
  const auto done = finished(begun->id);
  EXPECT_EQ(json::print(done.output), R"({"list":["a","b","c","d"]})");
  EXPECT_EQ(effects().done("get"), 4);
  EXPECT_EQ(effects().keys("get"), 4);
  EXPECT_DOUBLE_EQ(done.cost_usd, 2.0);
  auto started = paths(begun->id, EventType::StepStarted);
  std::ranges::sort(started);
  EXPECT_EQ(started, (std::vector<std::string>{"each", "each.0.get", "each.1.get", "each.2.get",
                                               "each.3.get"}));
}

TEST_P(EngineBodies, AFailedItemFailsItsMapAndARetryGoesOnWithTheRest) {
  effects().fail_first("get", 1);
  const auto begun = begin(R"(
nodes:
  - id: each
    type: map
    with:
      items: [1, 2, 3]
      concurrency: 1
      body:
        nodes:
          - {id: before, type: http, with: {url: "http://b"}}
          - {id: get, type: http, with: {url: "http://g"}}
        edges: [{from: before, to: get}]
)");
  auto failed = finished(begun->id);
  EXPECT_EQ(failed.status, ExecutionStatus::Failed);
  EXPECT_EQ(json::print(failed.error.at("code")), R"("test.failed")");
  EXPECT_EQ(json::print(failed.error.at("details").at("step")), R"("each.0.get")");
  EXPECT_EQ(effects().done("before"), 1);
  ASSERT_TRUE(test::run(engine().retry(begun->id)));
  EXPECT_EQ(finished(begun->id).status, ExecutionStatus::Completed);
  EXPECT_EQ(effects().done("before"), 3);
  EXPECT_EQ(effects().done("get"), 4);
}

TEST_P(EngineBodies, AFailedItemMayStandInTheListAsItsError) {
  const auto done = begin(R"(
nodes:
  - id: each
    type: map
    with:
      items: [1, 0, 2]
      on_item_error: continue
      body: {nodes: [{id: x, type: transform, with: {set: {n: "{{ 10 / item }}"}}}]}
outputs: {good: "{{ steps.each.output.filter(r, !has(r.error)).map(r, r.n) }}", code: "{{ steps.each.output[1].error.code }}"}
)");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(json::print(done->output), R"({"good":[10,5],"code":"expression.divide_by_zero"})");
}

TEST_P(EngineBodies, MapsStandInMaps) {
  const auto done = begin(R"(
nodes:
  - id: rows
    type: map
    with:
      items: [[1, 2], [3]]
      body:
        nodes:
          - id: cells
            type: map
            with: {items: "{{ item }}", body: {nodes: [{id: c, type: transform, with: {set: {n: "{{ item + steps.one.output.n }}"}}}], outputs: {n: "{{ steps.c.output.n }}"}}}
  - {id: one, type: transform, with: {set: {n: 1}}}
edges: [{from: one, to: rows}]
outputs: {n: "{{ steps.rows.output.map(row, row.map(cell, cell.n)) }}"}
)");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(json::print(done->output), R"({"n":[[2,3],[4]]})");
}

TEST_P(EngineBodies, APureMapGoesOnInTurnsAndSurvivesStops) {
  JsonArray list;
  for (int i = 0; i < 10'000; ++i) list.push_back(i);
  const auto begun = begin(R"(
nodes:
  - id: each
    type: map
    with: {items: "{{ input.list }}", body: {nodes: [{id: n, type: transform, with: {set: {n: "{{ item }}"}}}]}}
outputs: {size: "{{ size(steps.each.output) }}", last: "{{ steps.each.output[9999].n }}"}
)",
                           JsonObject{{"list", std::move(list)}});
  ASSERT_TRUE(begun);
  end_engine();
  begin_engine();
  const auto done = finished(begun->id);
  EXPECT_EQ(json::print(done.output), R"({"size":10000,"last":9999})");
}

TEST_P(EngineBodies, WaitsInsideAMapWaitInTheDatabase) {
  const auto begun = begin(R"(
nodes:
  - id: each
    type: map
    with:
      items: [1, 2]
      body:
        nodes: [{id: w, type: wait, with: {for: "{{ string(item) + 'h' }}"}}, {id: ok, type: approval, with: {title: "{{ string(item) }}?"}}]
        edges: [{from: w, to: ok}]
)");
  EXPECT_EQ(settled(begun->id).waiting_for, "timer");
  clock().advance(2h);
  for (;;) {
    const auto now = settled(begun->id);
    if (approvals(begun->id).size() == 2) break;
    test::run(engine().changed(begun->id, now.revision, clock().now() + 1h));
  }
  end_engine();
  begin_engine();
  for (const auto& approval : approvals(begun->id)) {
    EXPECT_TRUE(approval.node_id.starts_with("each.")) << approval.node_id;
    ASSERT_TRUE(test::run(engine().decide(
        approval.id, {.approved = true, .comment = "", .form = {}, .decided_by = {"u"}})));
  }
  EXPECT_EQ(finished(begun->id).status, ExecutionStatus::Completed);
}

TEST_P(EngineBodies, ABodyThatTakesTooLongTimesOut) {
  const auto begun = begin(R"(
nodes:
  - id: each
    type: map
    timeout: 1h
    on_error: continue
    with: {items: [1], body: {nodes: [{id: w, type: wait, with: {event: never}}]}}
outputs: {code: "{{ steps.each.error.code }}"}
)");
  EXPECT_EQ(settled(begun->id).waiting_for, "event");
  clock().advance(1h);
  EXPECT_EQ(json::print(finished(begun->id).output), R"({"code":"timeout"})");
}

TEST_P(EngineBodies, ALoopRunsUntilItsConditionHolds) {
  const auto done = begin(R"(
nodes:
  - id: grow
    type: loop
    with:
      initial: {n: 1}
      until: steps.next.output.n >= 100
      max_iterations: 1000
      body: {nodes: [{id: next, type: transform, with: {set: {n: "{{ item.n * 2 }}"}}}]}
outputs: {grow: "{{ steps.grow.output }}"}
)");
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(json::print(done->output),
            R"({"grow":{"result":{"n":128},"iterations":7,"done":true}})");
  EXPECT_EQ(events(done->id).size(), 5);
}

TEST_P(EngineBodies, ALoopEndsAtItsBound) {
  const auto begun = begin(R"(
nodes:
  - id: poll
    type: loop
    with: {until: "false", max_iterations: 3, body: {nodes: [{id: ask, type: http, with: {url: "http://a"}}]}}
outputs: {n: "{{ steps.poll.output.iterations }}", done: "{{ steps.poll.output.done }}"}
)");
  EXPECT_EQ(json::print(finished(begun->id).output), R"({"n":3,"done":false})");
  EXPECT_EQ(effects().done("ask"), 3);
}

TEST_P(EngineBodies, WhatIsNoListOrTooLongFailsTheMapAlone) {
  const auto code = [&](std::string_view items) {
    const auto done = begin("nodes: [{id: m, type: map, on_error: continue, with: {items: '" +
                            std::string(items) +
                            "', body: {nodes: [{id: x, type: transform, with: {set: {}}}]}}}]\n"
                            "outputs: {code: '{{ steps.m.error.code }}'}");
    return done ? json::print(done->output.at("code")) : done.error().message;
  };
  EXPECT_EQ(code("{{ 1 }}"), R"("map.no_list")");
  EXPECT_EQ(code("{{ input.nope }}"), R"("expression.no_such_key")");
}

}  // namespace
}  // namespace qd::engine
