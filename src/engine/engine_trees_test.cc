// Executions that begin others, tell each other things, keep outputs, and undo what they did.
#include "engine/engine_fixture.h"
#include "engine/journal_outbox.h"

namespace qd::engine {
namespace {

class EngineTrees : public EngineTest {
 protected:
  Execution finished(const ExecutionId& id) {
    EXPECT_TRUE(test::run(engine().finished(id, clock().now() + 1h)));
    return read(id);
  }
  std::vector<std::string> ids(const db::Sql& sql) {
    struct Row {
      std::string id;
    };
    return test::run(database().read([&](db::Snapshot& view) {
      std::vector<std::string> found;
      view.connection().run(sql, {}, [&](const db::Row& row) { found.emplace_back(row.text(0)); });
      return found;
    }));
  }
  std::vector<std::string> children() {
    return ids(
        {"test.children", "SELECT id FROM executions WHERE parent_id IS NOT NULL ORDER BY id"});
  }
};
QD_ON_EVERY_STORE(EngineTrees);

TEST_P(EngineTrees, AWorkflowStepWaitsForItsChild) {
  catalog().add_workflow("child", document(R"(
inputs: {type: object, required: [n]}
nodes: [{id: ok, type: approval, with: {title: "Go?"}}]
outputs: {twice: "{{ input.n * 2 }}"}
)"));
  const auto begun = begin(R"(
nodes: [{id: call, type: workflow, with: {workflow: child, input: {n: 21}}}]
outputs: {n: "{{ steps.call.output.twice }}"}
)");
  ASSERT_TRUE(begun);
  EXPECT_EQ(settled(begun->id).waiting_for, "workflow");
  const ExecutionId child{children().at(0)};
  settled(child);
  end_engine();
  begin_engine();
  ASSERT_TRUE(test::run(
      engine().decide(approvals(child).at(0).id,
                      {.approved = true, .comment = "", .form = {}, .decided_by = {"u"}})));
  EXPECT_EQ(json::print(finished(begun->id).output), R"({"n":42})");
  EXPECT_EQ(read(child).parent_id, begun->id);
  EXPECT_EQ(read(child).depth, 1);
}

TEST_P(EngineTrees, AChildsFailureIsItsStepsAndItsInputIsChecked) {
  catalog().add_workflow("child", document(R"(
inputs: {type: object, required: [n]}
nodes: [{id: no, type: fail, with: {code: my.code, message: "not today"}}]
)"));
  const auto failing =
      begin("nodes: [{id: call, type: workflow, with: {workflow: child, input: {n: 1}}}]");
  const auto failed = finished(failing->id);
  EXPECT_EQ(failed.status, ExecutionStatus::Failed);
  EXPECT_EQ(json::print(failed.error.at("code")), R"("my.code")");
  const auto wrong =
      begin("nodes: [{id: call, type: workflow, with: {workflow: child, input: {}}}]");
  EXPECT_TRUE(
      json::print(finished(wrong->id).error.at("message")).contains("does not take this input"));
  const auto missing = begin("nodes: [{id: call, type: workflow, with: {workflow: nope}}]");
  EXPECT_EQ(json::print(finished(missing->id).error.at("code")), R"("workflow.not_found")");
}

TEST_P(EngineTrees, AWorkflowThatCallsItselfEndsWithAClearError) {
  catalog().add_workflow("self",
                         document("nodes: [{id: again, type: workflow, with: {workflow: self}}]"));
  const auto begun = begin("nodes: [{id: again, type: workflow, with: {workflow: self}}]");
  const auto failed = finished(begun->id);
  EXPECT_EQ(json::print(failed.error.at("code")), R"("workflow.too_deep")");
  EXPECT_EQ(children().size(), 16);
}

TEST_P(EngineTrees, CancellingAnExecutionCancelsWhatItWaitsFor) {
  catalog().add_workflow("child", document("nodes: [{id: w, type: wait, with: {event: never}}]"));
  const auto begun = begin("nodes: [{id: call, type: workflow, with: {workflow: child}}]");
  settled(begun->id);
  const ExecutionId child{children().at(0)};
  ASSERT_TRUE(test::run(engine().cancel(begun->id, "enough")));
  EXPECT_EQ(finished(child).status, ExecutionStatus::Cancelled);
}

TEST_P(EngineTrees, NotWaitingGoesOnAtOnce) {
  catalog().add_workflow("child", document("nodes: [{id: w, type: wait, with: {event: never}}]"));
  const auto begun = begin(R"(
nodes: [{id: call, type: workflow, with: {workflow: child, wait: false}}]
outputs: {id: "{{ steps.call.output.execution_id }}"}
)");
  EXPECT_EQ(finished(begun->id).output.at("id"), Json(children().at(0)));
}

TEST_P(EngineTrees, AnEventReachesWhoeverWaitsForIt) {
  const auto waiting = [&](int least) {
    return begin(R"(
nodes: [{id: w, type: wait, with: {event: {name: paid, filter: "event.data.n >= input.least"}}}]
outputs: {n: "{{ steps.w.output.data.n }}"}
)",
                 JsonObject{{"least", least}})
        ->id;
  };
  const auto low = waiting(1);
  const auto high = waiting(10);
  settled(low);
  settled(high);
  ASSERT_TRUE(begin("nodes: [{id: e, type: emit, with: {event: paid, data: {n: 5}}}]"));
  EXPECT_EQ(json::print(finished(low).output), R"({"n":5})");
  EXPECT_EQ(read(high).status, ExecutionStatus::Waiting);
  EXPECT_EQ(test::run(engine().publish({"p"}, {"paid", JsonObject{{"n", 10}}})), 1);
  EXPECT_EQ(json::print(finished(high).output), R"({"n":10})");
  EXPECT_EQ(test::run(engine().publish({"p"}, {"paid", JsonObject{{"n", 10}}})), 0);
}

TEST_P(EngineTrees, AMessageThatNobodyWasToldOfIsFoundAtTheStart) {
  const auto begun = begin("nodes: [{id: w, type: wait, with: {event: go}}]");
  settled(begun->id);
  end_engine();
  test::run(database().write(
      [&](db::Transaction& tx) { return journal::publish(tx, {"p"}, {"go", {}}, clock().now()); }));
  begin_engine();
  EXPECT_EQ(finished(begun->id).status, ExecutionStatus::Completed);
  EXPECT_TRUE(ids({"test.messages", "SELECT id FROM execution_messages"}).empty());
  EXPECT_TRUE(ids({"test.waits", "SELECT step FROM event_waits"}).empty());
}

TEST_P(EngineTrees, ATaskIsHandedOutAndEndsWithItsMessage) {
  const auto begun = begin(R"(
nodes: [{id: t, type: task, with: {queue: print, payload: {page: 1}}, timeout: 1h, retry: {max_attempts: 2, initial_delay: 1s, jitter: 0}}]
outputs: {out: "{{ steps.t.output }}"}
)");
  EXPECT_EQ(settled(begun->id).waiting_for, "task");
  const db::Sql open{"test.tasks", "SELECT id FROM tasks WHERE finished_at IS NULL"};
  ASSERT_EQ(ids(open).size(), 1);
  clock().advance(1h);
  test::run(engine().changed(begun->id, read(begun->id).revision, clock().now() + 1h));
  EXPECT_EQ(settled(begun->id).waiting_for, "retry");
  EXPECT_TRUE(ids(open).empty());
  clock().advance(1s);
  test::run(engine().changed(begun->id, read(begun->id).revision, clock().now() + 1h));
  settled(begun->id);
  ASSERT_EQ(ids(open).size(), 1);
  const Message message{.to = begun->id,
                        .kind = MessageKind::Task,
                        .data = JsonObject{{"step", "t"},
                                           {"awaited", ids(open).at(0)},
                                           {"status", "completed"},
                                           {"output", {{"pages", 3}}},
                                           {"error", nullptr}}};
  test::run(database().write([&](db::Transaction& tx) {
    journal::send(tx, message, clock().now());
    return 0;
  }));
  ASSERT_TRUE(test::run(engine().wake(begun->id)));
  EXPECT_EQ(json::print(finished(begun->id).output), R"({"out":{"pages":3}})");
}

TEST_P(EngineTrees, ACachedOutputIsTakenUntilItExpires) {
  const auto run = [&](int n) {
    const auto begun = begin(R"(
nodes: [{id: x, type: http, with: {url: "http://x"}, cache: {key: "x-{{ input.n }}", ttl: 1h}}]
outputs: {x: "{{ steps.x.output }}"}
)",
                             JsonObject{{"n", n}});
    return json::print(finished(begun->id).output);
  };
  const auto first = run(1);
  EXPECT_EQ(run(1), first);
  EXPECT_EQ(effects().done("x"), 1);
  run(2);
  EXPECT_EQ(effects().done("x"), 2);
  clock().advance(1h);
  run(1);
  EXPECT_EQ(effects().done("x"), 3);
}

TEST_P(EngineTrees, AFailureUndoesWhatWasDoneTheLatestFirst) {
  effects().fail_first("no", 1);
  const auto begun = begin(R"(
nodes:
  - {id: a, type: http, with: {url: "http://a"}, compensate: undo_a}
  - {id: b, type: http, with: {url: "http://b"}, compensate: undo_b}
  - {id: c, type: http, with: {url: "http://c"}, compensate: undo_c, when: "false"}
  - {id: no, type: http, with: {url: "http://no"}}
  - {id: undo_a, type: http, with: {url: "http://undo/{{ steps.a.output.done }}"}}
  - {id: undo_b, type: http, with: {url: "http://undo/b"}}
  - {id: undo_c, type: http, with: {url: "http://undo/c"}}
edges: [{from: a, to: b}, {from: b, to: c}, {from: b, to: no}]
)");
  const auto failed = finished(begun->id);
  EXPECT_EQ(failed.status, ExecutionStatus::Failed);
  EXPECT_EQ(json::print(failed.error.at("code")), R"("test.failed")");
  std::vector<std::string> started;
  for (const auto& event : events(begun->id))
    if (event.type == EventType::StepStarted) started.push_back(event.node_id);
  EXPECT_EQ(started, (std::vector<std::string>{"a", "b", "no", "undo_b", "undo_a"}));
  EXPECT_EQ(test::run(engine().retry(begun->id)).error().code, "execution.compensated");
}

TEST_P(EngineTrees, WhatUndoesIsSkippedWhereAllIsWell) {
  const auto begun = begin(R"(
nodes: [{id: a, type: http, with: {url: "http://a"}, compensate: undo}, {id: undo, type: http, with: {url: "http://u"}}]
)");
  EXPECT_EQ(finished(begun->id).status, ExecutionStatus::Completed);
  EXPECT_EQ(effects().done("undo"), 0);
  EXPECT_EQ(events(begun->id).size(), 5);
}

TEST_P(EngineTrees, ATestRunTakesPinsAndStopsWhereItIsTold) {
  const auto yaml = R"(
nodes:
  - {id: x, type: http, with: {url: "http://x"}, pin: {n: 7}}
  - {id: y, type: transform, with: {set: {n: "{{ steps.x.output.n + 1 }}"}}}
  - {id: z, type: http, with: {url: "http://z"}}
edges: [{from: x, to: y}, {from: y, to: z}]
)";
  const auto done = test::run(engine().begin({.project = {"p"},
                                              .document = document(yaml),
                                              .name = "test",
                                              .input = JsonObject{},
                                              .created_by = {"u"},
                                              .test = JsonObject{{"stop_at", "y"}}}));
  EXPECT_EQ(done->status, ExecutionStatus::Completed);
  EXPECT_EQ(json::print(done->output), R"({"n":8})");
  EXPECT_EQ(effects().done("x") + effects().done("z"), 0);
}

TEST_P(EngineTrees, AResponseStandsInTheExecution) {
  const auto done = begin("nodes: [{id: r, type: respond, with: {status: 202, body: {ok: true}}}]");
  EXPECT_EQ(json::print(read(done->id).response),
            R"({"status":202,"headers":{},"body":{"ok":true}})");
}

}  // namespace
}  // namespace qd::engine
