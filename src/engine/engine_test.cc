// The engine on real stores: what executions do, and what they do after a crash at any point.
#include "engine/engine_fixture.h"
#include "engine/run_state.h"

namespace qd::engine {
namespace {

class EngineRuns : public EngineTest {};
QD_ON_EVERY_STORE(EngineRuns);

TEST_P(EngineRuns, PureStepsAreOneCommit) {
  const auto done = begin(R"(
nodes:
  - {id: a, type: transform, with: {set: {n: "{{ input.n + vars.limit }}"}}}
  - {id: b, type: transform, with: {set: {n: "{{ steps.a.output.n * 2 }}"}}}
edges: [{from: a, to: b}]
outputs: {n: "{{ steps.b.output.n }}"}
)", JsonObject{{"n", 4}});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->status, ExecutionStatus::Completed);
  EXPECT_EQ(json::print(done->output), R"({"n":14})");
  EXPECT_EQ(events(done->id).size(), 4);
}

TEST_P(EngineRuns, RetriesWaitAndGiveUp) {
  effects().fail_first("x", 2);
  const auto begun = begin(R"(
nodes: [{id: x, type: http, with: {url: "http://x"}, retry: {max_attempts: 3, initial_delay: 10s, backoff: fixed, jitter: 0}}]
)");
  EXPECT_EQ(settled(begun->id).waiting_for, "retry");
  clock().advance(9s);
  EXPECT_EQ(effects().done("x"), 1);
  clock().advance(1s);
  test::run(engine().changed(begun->id, 3, clock().now() + 1h));
  EXPECT_EQ(settled(begun->id).status, ExecutionStatus::Waiting);
  clock().advance(10s);
  EXPECT_TRUE(test::run(engine().finished(begun->id, clock().now() + 1h)));
  EXPECT_EQ(read(begun->id).status, ExecutionStatus::Completed);
  EXPECT_EQ(effects().done("x"), 3);
  EXPECT_EQ(effects().keys("x"), 1);
}

TEST_P(EngineRuns, CostsAreSummedOverAttempts) {
  const auto begun = begin("nodes: [{id: x, type: http, with: {url: 'http://x'}}, {id: y, type: http, with: {url: 'http://y'}}]");
  test::run(engine().finished(begun->id, clock().now() + 1h));
  const auto done = read(begun->id);
  EXPECT_DOUBLE_EQ(done.cost_usd, 1.0);
  EXPECT_EQ(done.tokens, 20);
}

TEST_P(EngineRuns, AnExpiredApprovalLeavesThroughItsPort) {
  const auto begun = begin(R"(
nodes:
  - {id: ok, type: approval, with: {title: "Go?", expires_in: 1h}}
  - {id: late, type: transform, with: {set: {x: 1}}}
edges: [{from: ok, port: expired, to: late}]
outputs: {x: "{{ steps.late.output.x }}"}
)");
  EXPECT_EQ(settled(begun->id).waiting_for, "approval");
  clock().advance(1h);
  EXPECT_TRUE(test::run(engine().finished(begun->id, clock().now() + 1h)));
  EXPECT_EQ(json::print(read(begun->id).output), R"({"x":1})");
  EXPECT_EQ(approvals(begun->id).front().status, ApprovalStatus::Expired);
  const auto late = test::run(engine().decide(approvals(begun->id).front().id, {.approved = true}));
  EXPECT_EQ(late.error().code, "approval.decided");
}

TEST_P(EngineRuns, CancellingCancelsWhatWaits) {
  const auto begun = begin("nodes: [{id: ok, type: approval, with: {title: 'Go?'}}]");
  settled(begun->id);
  const auto cancelled = test::run(engine().cancel(begun->id, "enough"));
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->status, ExecutionStatus::Cancelled);
  EXPECT_EQ(approvals(begun->id).front().status, ApprovalStatus::Cancelled);
  EXPECT_EQ(test::run(engine().cancel(begun->id, "")).error().code, "execution.finished");
  EXPECT_EQ(test::run(engine().cancel({"nope"}, "")).error().code, "execution.not_found");
}

TEST_P(EngineRuns, ADeadlinePassesWhileNobodyRuns) {
  const auto begun = begin("{timeout: 1h, nodes: [{id: w, type: wait, with: {for: 2h}}]}");
  settled(begun->id);
  end_engine();
  clock().advance(90min);
  begin_engine();
  EXPECT_TRUE(test::run(engine().finished(begun->id, clock().now() + 1h)));
  EXPECT_EQ(read(begun->id).status, ExecutionStatus::TimedOut);
}

TEST_P(EngineRuns, WhoeverLostAnExecutionCantWriteToIt) {
  const auto begun = begin("nodes: [{id: w, type: wait, with: {event: go}}]");
  settled(begun->id);
  auto execution = read(begun->id);
  const auto before = execution.revision;
  const auto stored = test::run(database().write([&](db::Transaction& tx) { return journal::claim(tx, begun->id); }));
  execution.revision = before + 1;
  journal::Entry entry{.execution = execution, .changes = {}, .timing = {}, .fence = stored->fence - 1};
  entry.changes.events.push_back({before + 1, clock().now(), EventType::Paused, "", {}});
  EXPECT_FALSE(test::run(database().write([&](db::Transaction& tx) { return journal::append(tx, entry); })));
  EXPECT_EQ(read(begun->id).revision, before);
}

TEST_P(EngineRuns, OnlyWhatFailedIsRetried) {
  effects().fail_first("y", 1);
  const auto begun = begin(R"(
nodes: [{id: x, type: http, with: {url: "http://x"}}, {id: y, type: http, with: {url: "http://y"}}]
edges: [{from: x, to: y}]
)");
  test::run(engine().finished(begun->id, clock().now() + 1h));
  EXPECT_EQ(read(begun->id).status, ExecutionStatus::Failed);
  ASSERT_TRUE(test::run(engine().retry(begun->id)));
  EXPECT_TRUE(test::run(engine().finished(begun->id, clock().now() + 1h)));
  EXPECT_EQ(read(begun->id).status, ExecutionStatus::Completed);
  EXPECT_EQ(effects().done("x"), 1);
  EXPECT_EQ(effects().done("y"), 2);
  // A person's retry is another logical call.
  EXPECT_EQ(effects().keys("y"), 2);
}

/// Every kind of pure step, each contract, and a decision.
constexpr std::string_view kEverything = R"(
inputs: {type: object}
nodes:
  - {id: start, type: transform, with: {set: {n: 1}}}
  - {id: read, type: http, with: {url: "http://r"}, effect: read}
  - {id: keyed, type: http, with: {url: "http://k"}, effect: keyed}
  - {id: route, type: switch, with: {cases: [{name: yes, when: "steps.start.output.n == 1"}]}}
  - {id: once, type: http, with: {url: "http://o"}, effect: once}
  - {id: pause, type: wait, with: {for: 1m}}
  - {id: never, type: fail, with: {message: no}}
  - {id: ok, type: approval, with: {title: "Go?"}}
  - {id: end, type: transform, join: all, with: {set: {done: "{{ steps.once.output }}"}}}
edges:
  - {from: start, to: read}
  - {from: start, to: keyed}
  - {from: read, to: route}
  - {from: keyed, to: route}
  - {from: route, port: yes, to: once}
  - {from: route, port: yes, to: pause}
  - {from: route, port: default, to: never}
  - {from: once, to: ok}
  - {from: pause, to: ok}
  - {from: ok, port: approved, to: end}
outputs: {done: "{{ steps.end.output.done }}"}
)";

class EngineCrashes : public EngineTest {
 protected:
  /// Does what the outside has to do, until it is over; how often it had to say what became of a step.
  int see_through(const ExecutionId& id) {
    int resolved = 0;
    for (;;) {
      const auto execution = settled(id);
      if (is_final(execution.status)) return resolved;
      if (execution.waiting_for == "answer") {
        ++resolved;
        static_cast<void>(test::run(engine().resolve(id, "once", {.happened = true, .output = JsonObject{{"done", "once"}}})));
      } else if (execution.waiting_for == "approval") {
        static_cast<void>(test::run(engine().decide(approvals(id).back().id, {.approved = true, .form = {}, .decided_by = {"u"}})));
      } else {
        clock().advance(1min);
        test::run(engine().changed(id, execution.revision, clock().now() + 1h));
      }
    }
  }

  /// The execution after its first events.
  static RunState state_after(const Execution& done, const std::vector<Event>& all, std::size_t count) {
    RunState state(done, compile_definition(document(kEverything)).value());
    for (std::size_t i = 0; i < count; ++i) state.apply(all[i]);
    return state;
  }
  /// Whether nothing but time and people moves it on.
  static bool is_quiet(const RunState& state) {
    const auto open = state.open_steps();
    return !open.empty() && std::ranges::none_of(open, [&](NodeIndex node) {
      return state.step(node).status == StepStatus::Running;
    });
  }

  /// A store as a process would have left it that was killed after the first `count` events.
  ExecutionId store_prefix(const Execution& done, const std::vector<Event>& all, const std::vector<Approval>& asked, std::size_t count) {
    auto execution = done;
    execution.id = ExecutionId::make(clock().now());
    execution.status = count == 0 ? ExecutionStatus::Pending : ExecutionStatus::Running;
    execution.revision = static_cast<std::int64_t>(count);
    execution.finished_at.reset();
    execution.output = nullptr;
    if (count == 0) execution.started_at.reset();
    const auto state = state_after(done, all, count);
    if (is_quiet(state)) {
      execution.status = ExecutionStatus::Waiting;
      execution.waiting_for = state.waiting_for();
    }
    journal::Entry entry{.execution = execution, .changes = {}, .timing = {.wake_at = state.next_wake()}, .fence = 0};
    entry.changes.events.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
    for (auto& event : entry.changes.events) {
      if (event.type != EventType::StepWaiting || !event.data.contains("approval")) continue;
      auto approval = asked.front();
      approval.id = ApprovalId::make(clock().now());
      approval.execution_id = execution.id;
      approval.status = ApprovalStatus::Pending;
      event.data["approval"] = approval.id.value;
      entry.changes.new_approvals.push_back(approval);
    }
    test::run(database().write([&](db::Transaction& tx) { journal::insert(tx, entry, document(kEverything)); }));
    return execution.id;
  }
};
QD_ON_EVERY_STORE(EngineCrashes);

TEST_P(EngineCrashes, AtAnyEventLeadToTheSameEndAndNothingTwice) {
  const auto begun = begin(kEverything);
  ASSERT_TRUE(begun) << begun.error().message;
  EXPECT_EQ(see_through(begun->id), 0);
  const auto done = read(begun->id);
  ASSERT_EQ(done.status, ExecutionStatus::Completed) << json::print(done.error);
  const auto all = events(begun->id);
  const auto asked = approvals(begun->id);

  for (std::size_t count = 0; count < all.size(); ++count) {
    end_engine();
    const auto id = store_prefix(done, all, asked, count);
    begin_engine();
    const int resolved = see_through(id);
    const auto again = read(id);
    EXPECT_EQ(again.status, ExecutionStatus::Completed) << "after " << count << ": " << json::print(again.error);
    EXPECT_EQ(json::print(again.output), json::print(done.output)) << "after " << count;

    const auto before = [&](EventType type, std::string_view node) {
      return std::ranges::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count),
                                 [&](const Event& event) { return event.type == type && event.node_id == node; });
    };
    for (const auto* node : {"read", "keyed"})
      EXPECT_EQ(effects().done(node), before(EventType::StepCompleted, node) ? 0 : 1) << node << " after " << count;
    const bool was_sent = before(EventType::StepStarted, "once");
    EXPECT_EQ(effects().done("once"), was_sent ? 0 : 1) << "after " << count;
    EXPECT_EQ(resolved, was_sent && !before(EventType::StepCompleted, "once") ? 1 : 0) << "after " << count;
  }
}

}  // namespace
}  // namespace qd::engine
