// The engine on real stores: what executions do.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "engine/engine_fixture.h"

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
)",
                          JsonObject{{"n", 4}});
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
  const auto begun = begin(
      "nodes: [{id: x, type: http, with: {url: 'http://x'}}, {id: y, type: http, with: {url: "
      "'http://y'}}]");
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

TEST_P(EngineRuns, OneThatCantBeReadDoesNotKeepItsNeighbours) {
  const auto wait = "nodes: [{id: w, type: wait, with: {for: 2h}}]";
  const auto broken = begin(wait);
  const auto whole = begin(wait);
  settled(broken->id);
  settled(whole->id);
  end_engine();
  constexpr db::Sql kBreak{"test.break",
                           "UPDATE execution_events SET data = '{' WHERE execution_id = $1"};
  test::run(database().write([&](db::Transaction& tx) { tx.execute(kBreak, broken->id); }));
  clock().advance(3h);
  begin_engine();
  EXPECT_TRUE(test::run(engine().finished(whole->id, clock().now() + 1h)));
  EXPECT_EQ(read(broken->id).status, ExecutionStatus::Waiting);
}

TEST_P(EngineRuns, ADeletedExecutionTakesItsEventsAlong) {
  const auto begun = begin("nodes: [{id: a, type: transform, with: {set: {n: 1}}}]");
  test::run(engine().finished(begun->id, clock().now() + 1h));
  ASSERT_FALSE(events(begun->id).empty());
  constexpr db::Sql kDelete{"test.delete", "DELETE FROM projects"};
  test::run(database().write([&](db::Transaction& tx) { tx.execute(kDelete); }));
  EXPECT_TRUE(events(begun->id).empty());
}

TEST_P(EngineRuns, WhoeverLostAnExecutionCantWriteToIt) {
  const auto begun = begin("nodes: [{id: w, type: wait, with: {event: go}}]");
  settled(begun->id);
  auto execution = read(begun->id);
  const auto before = execution.revision;
  const auto stored = test::run(database().write([&](db::Transaction& tx) {
    return journal::claim(tx, std::span(&begun->id, 1), {.now = clock().now()});
  }));
  execution.revision = before + 1;
  journal::Entry entry{
      .execution = execution, .changes = {}, .timing = {}, .fence = stored.front().fence - 1};
  entry.changes.events.push_back({before + 1, clock().now(), EventType::Paused, "", {}});
  const auto written =
      test::run(database().write([&](db::Transaction& tx) { return journal::append(tx, entry); }));
  EXPECT_EQ(written.error().code, "execution.elsewhere");
  EXPECT_EQ(read(begun->id).revision, before);
}

TEST_P(EngineRuns, TheLastEventOfARunningExecutionIsAheadOfItsRow) {
  const auto begun = begin("nodes: [{id: w, type: wait, with: {event: go}}]");
  auto execution = settled(begun->id);
  const auto stored = test::run(database().write([&](db::Transaction& tx) {
    return journal::claim(tx, std::span(&begun->id, 1), {.now = clock().now()});
  }));
  const auto write = [&](std::int64_t fence, bool keeps_row) {
    ++execution.revision;
    execution.updated_at += 1s;
    journal::Entry entry{.execution = execution,
                         .changes = {},
                         .timing = {},
                         .fence = fence,
                         .keeps_row = keeps_row};
    entry.changes.events.push_back(
        {execution.revision, execution.updated_at, EventType::StepStarted, "w", {}});
    return test::run(
        database().write([&](db::Transaction& tx) { return journal::append(tx, entry); }));
  };
  const auto fence = stored.front().fence;
  execution.status = ExecutionStatus::Running;
  ASSERT_TRUE(write(fence, false));
  ASSERT_TRUE(write(fence, true));

  const auto shown = read(begun->id);
  EXPECT_EQ(shown.revision, execution.revision);
  EXPECT_EQ(shown.updated_at, execution.updated_at);
  constexpr db::Sql kRow{"test.row", "SELECT revision FROM executions WHERE id = $1"};
  EXPECT_EQ(test::run(database().read(
                [&](db::Snapshot& view) { return view.value<std::int64_t>(kRow, begun->id); })),
            execution.revision - 1);

  EXPECT_EQ(write(fence - 1, true).error().code, "execution.elsewhere");
  EXPECT_EQ(events(begun->id).back().seq, execution.revision - 1);
}

TEST_P(EngineRuns, NodesThatFindTheSameStepInterruptedRepeatItOnce) {
  if (!is_postgres()) GTEST_SKIP() << "one process has an SQLite file to itself";
  constexpr auto kCall = "nodes: [{id: h, type: http, with: {url: 'http://x'}}]";
  end_engine();
  std::vector<ExecutionId> left;
  for (int i = 0; i < 50; ++i) {
    Execution execution{.id = ExecutionId::make(clock().now()),
                        .project_id = {"p"},
                        .name = "left",
                        .status = ExecutionStatus::Running,
                        .trigger = "test",
                        .input = JsonObject{},
                        .created_by = {"u"},
                        .started_at = clock().now(),
                        .revision = 2};
    journal::Entry entry{.execution = execution, .changes = {}, .timing = {}};
    entry.changes.events = {
        {1, clock().now(), EventType::Started, "", {}},
        {2, clock().now(), EventType::StepStarted, "h", {{"attempt", 1}, {"input", nullptr}}}};
    test::run(database().write(
        [&](db::Transaction& tx) { return journal::insert(tx, entry, document(kCall)); }));
    left.push_back(execution.id);
  }

  CountingStep calls;
  StepKinds kinds;
  kinds.effects[static_cast<std::size_t>(NodeType::Http)] = &calls;
  const auto store = db::open({.url = url()});
  Engine one({database(), clock(), catalog(), kinds, nullptr}, EngineOptions{});
  Engine other({*store, clock(), catalog(), kinds, nullptr}, EngineOptions{});
  boost::asio::io_context io;
  auto begun = boost::asio::co_spawn(io, one.start(), boost::asio::use_future);
  auto begun_too = boost::asio::co_spawn(io, other.start(), boost::asio::use_future);
  io.run();
  begun.get();
  begun_too.get();
  // Whichever of them ends it tells nobody here, so it is asked for.
  for (const auto& id : left)
    while (!test::run(one.finished(id, clock().now()))) {
    }
  test::run(one.stop());
  test::run(other.stop());
  store->stop();

  EXPECT_EQ(calls.done("h"), 50);
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

}  // namespace
}  // namespace qd::engine
