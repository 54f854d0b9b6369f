// Limits on how many executions run and start, on real stores.
#include <random>
#include <thread>

#include "engine/engine_fixture.h"

namespace qd::engine {
namespace {

/// Holds its slot until it is told to go.
constexpr std::string_view kTwoAtOnce = R"(
concurrency: {limit: 2}
nodes: [{id: w, type: wait, with: {event: go}}]
)";
constexpr std::string_view kOneEach = R"(
concurrency: {limit: 1, key: "{{ input.repo }}"}
nodes: [{id: w, type: wait, with: {event: go}}]
)";
constexpr std::string_view kUnlimited = "nodes: [{id: w, type: wait, with: {event: go}}]";
constexpr std::string_view kFailing = R"(
concurrency: {limit: 1}
nodes: [{id: x, type: http, with: {url: "http://x"}}, {id: w, type: wait, with: {event: go}}]
edges: [{from: x, to: w}]
)";

class EngineLimits : public EngineTest {
 protected:
  Execution begin_with(std::string_view yaml, std::int64_t priority = 0,
                       Json input = JsonObject{}) {
    auto begun = test::run(engine().begin({.project = {"p"},
                                           .document = document(yaml),
                                           .name = "test",
                                           .input = std::move(input),
                                           .priority = priority,
                                           .created_by = {"u"}}));
    EXPECT_TRUE(begun) << begun.error().message;
    return begun.value_or(Execution{});
  }
  Execution begin_for(std::string_view repo) {
    return begin_with(kOneEach, 0, JsonObject{{"repo", repo}});
  }
  void let_go(const ExecutionId& id) {
    const auto taken = test::run(engine().signal(id, "go", {}));
    EXPECT_TRUE(taken) << taken.error().message;
  }
  Execution settled_on(Engine& engine, const ExecutionId& id) {
    for (;;) {
      auto execution = read(id);
      if (execution.status != ExecutionStatus::Running &&
          execution.status != ExecutionStatus::Pending)
        return execution;
      test::run(engine.changed(id, execution.revision, clock().now() + 1h));
    }
  }
  /// Waits until it holds a slot.
  void expect_started(const ExecutionId& id) { EXPECT_EQ(settled(id).waiting_for, "event"); }
  void expect_queued(const ExecutionId& id, std::string_view word = "slot") {
    const auto execution = read(id);
    EXPECT_EQ(execution.status, ExecutionStatus::Pending);
    EXPECT_EQ(execution.waiting_for, word);
  }
};
QD_ON_EVERY_STORE(EngineLimits);

TEST_P(EngineLimits, AWorkflowsNextStartsWhenOneEnds) {
  const auto one = begin_with(kTwoAtOnce);
  const auto two = begin_with(kTwoAtOnce);
  const auto three = begin_with(kTwoAtOnce);
  EXPECT_EQ(one.status, ExecutionStatus::Waiting);
  EXPECT_EQ(two.status, ExecutionStatus::Waiting);
  expect_queued(three.id);

  let_go(two.id);

  expect_started(three.id);
}

TEST_P(EngineLimits, EachKeyCountsByItself) {
  const auto one = begin_for("a");
  const auto other = begin_for("b");
  const auto second = begin_for("a");
  EXPECT_EQ(other.status, ExecutionStatus::Waiting);
  expect_queued(second.id);

  let_go(one.id);

  expect_started(second.id);
}

TEST_P(EngineLimits, AKeyIsAnErrorWithItsPathWhereItCantBeMade) {
  const auto missing = begin(kOneEach, JsonObject{});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().faults.at(0).path, "/concurrency/key");
  const auto long_one = begin(kOneEach, JsonObject{{"repo", std::string(201, 'x')}});
  ASSERT_FALSE(long_one);
  EXPECT_EQ(long_one.error().faults.at(0).code, "concurrency.key");
}

TEST_P(EngineLimits, TheMoreUrgentStartsFirstThenTheOlder) {
  const auto running = begin_for("a");
  const auto old = begin_for("a");
  clock().advance(1s);
  const auto young = begin_for("a");
  const auto urgent = begin_with(kOneEach, 5, JsonObject{{"repo", "a"}});

  auto before = running.id;
  for (const auto& next : {urgent.id, old.id, young.id}) {
    let_go(before);
    expect_started(next);
    before = next;
  }
}

TEST_P(EngineLimits, AProjectsLimitHoldsForAllItsWorkflows) {
  catalog().limit("p", {.concurrency = 2});
  const auto one = begin_with(kUnlimited);
  const auto two = begin_with(kTwoAtOnce);
  const auto three = begin_with(kUnlimited);
  expect_queued(three.id);

  let_go(one.id);

  expect_started(three.id);
  EXPECT_EQ(read(two.id).status, ExecutionStatus::Waiting);
}

TEST_P(EngineLimits, OverItsRateAProjectsStartsWait) {
  catalog().limit("p", {.starts_per_minute = 2});
  static_cast<void>(begin_with(kUnlimited));
  clock().advance(30s);
  static_cast<void>(begin_with(kUnlimited));
  const auto third = begin_with(kUnlimited);
  const auto fourth = begin_with(kUnlimited);
  expect_queued(third.id, "rate");

  clock().advance(30s);

  expect_started(third.id);
  EXPECT_EQ(read(fourth.id).status, ExecutionStatus::Pending);
  clock().advance(30s);
  expect_started(fourth.id);
}

TEST_P(EngineLimits, LimitsHoldAfterARestart) {
  catalog().limit("p", {.starts_per_minute = 2});
  const auto one = begin_for("a");
  const auto two = begin_for("a");
  const auto other = begin_for("b");
  end_engine();
  begin_engine();
  expect_queued(two.id);
  expect_queued(begin_for("c").id, "rate");

  clock().advance(1min);
  let_go(one.id);

  expect_started(two.id);
  EXPECT_EQ(read(other.id).status, ExecutionStatus::Waiting);
}

TEST_P(EngineLimits, WhatWaitsCanOnlyBeCancelled) {
  const auto one = begin_for("a");
  const auto two = begin_for("a");
  const auto three = begin_for("a");
  EXPECT_EQ(test::run(engine().pause(two.id)).error().code, "execution.not_started");
  EXPECT_EQ(test::run(engine().signal(two.id, "go", {})).error().code, "execution.not_started");
  EXPECT_EQ(test::run(engine().retry(two.id)).error().code, "execution.not_failed");
  expect_queued(two.id);

  EXPECT_EQ(test::run(engine().cancel(two.id, "")).value().status, ExecutionStatus::Cancelled);

  let_go(one.id);
  expect_started(three.id);
  EXPECT_FALSE(read(two.id).started_at);
}

TEST_P(EngineLimits, ARetryTakesASlotAgain) {
  effects().fail_first("x", 1);
  const auto failed = begin_with(kFailing);
  EXPECT_TRUE(test::run(engine().finished(failed.id, clock().now() + 1h)));
  const auto other = begin_with(kFailing);
  expect_started(other.id);

  const auto retried = test::run(engine().retry(failed.id));
  ASSERT_TRUE(retried);
  expect_queued(failed.id);
  let_go(other.id);

  expect_started(failed.id);
  let_go(failed.id);
  EXPECT_TRUE(test::run(engine().finished(failed.id, clock().now() + 1h)));
  EXPECT_EQ(read(failed.id).status, ExecutionStatus::Completed);
  EXPECT_EQ(effects().done("x"), 3);
}

TEST_P(EngineLimits, ARetryThatWaitsCanBeCancelled) {
  effects().fail_first("x", 1);
  const auto failed = begin_with(kFailing);
  EXPECT_TRUE(test::run(engine().finished(failed.id, clock().now() + 1h)));
  const auto other = begin_with(kFailing);
  ASSERT_TRUE(test::run(engine().retry(failed.id)));

  EXPECT_EQ(test::run(engine().cancel(failed.id, "")).value().status, ExecutionStatus::Cancelled);
  let_go(other.id);
  EXPECT_TRUE(test::run(engine().finished(other.id, clock().now() + 1h)));
  ASSERT_TRUE(test::run(engine().retry(failed.id)));
  expect_started(failed.id);
}

TEST_P(EngineLimits, AFullNodeBeginsTheRestWhenItHasAPlace) {
  end_engine();
  options().max_active = 1;
  begin_engine();
  std::vector<ExecutionId> ids;
  for (int i = 0; i < 20; ++i)
    ids.push_back(begin_with("nodes: [{id: x, type: http, with: {url: 'http://x'}}]").id);
  for (const auto& id : ids) EXPECT_TRUE(test::run(engine().finished(id, clock().now() + 1h)));
  EXPECT_EQ(effects().done("x"), 20);
}

TEST_P(EngineLimits, TheSameStartTwiceIsOneExecution) {
  const StartRequest request{.project = {"p"},
                             .document = document(kUnlimited),
                             .name = "test",
                             .input = JsonObject{},
                             .created_by = {"u"},
                             .id = ExecutionId{named_uuid(clock().now(), std::string(32, 'x'))}};
  boost::asio::io_context io;
  auto one = boost::asio::co_spawn(io, engine().begin(request), boost::asio::use_future);
  auto two = boost::asio::co_spawn(io, engine().begin(request), boost::asio::use_future);
  io.run();
  ASSERT_EQ(one.get().value().id, *request.id);
  ASSERT_EQ(two.get().value().id, *request.id);
  end_engine();
  begin_engine();
  EXPECT_EQ(test::run(engine().begin(request)).value().id, *request.id);
  EXPECT_EQ(events(*request.id).size(), 2);
}

TEST_P(EngineLimits, NodesOnOneStoreShareThem) {
  if (!is_postgres()) GTEST_SKIP() << "one process has an SQLite file to itself";
  constexpr db::Sql kHeld{
      "test.held", "SELECT COUNT(*) FROM executions WHERE queue IS NULL AND finished_at IS NULL"};
  const auto held = [&] {
    return test::run(
        database().read([&](db::Snapshot& view) { return view.value<std::int64_t>(kHeld); }));
  };
  const auto store = db::open({.url = url()});
  PureSteps pure;
  StepKinds kinds;
  pure.add_to(kinds);
  auto other = std::make_unique<Engine>(EngineParts{*store, clock(), catalog(), kinds, nullptr},
                                        EngineOptions{});
  test::run(other->start());
  const StartRequest request{.project = {"p"},
                             .document = document(kTwoAtOnce),
                             .name = "test",
                             .input = JsonObject{},
                             .created_by = {"u"}};

  boost::asio::io_context io;
  std::vector<std::future<Result<Execution>>> starts;
  for (int i = 0; i < 10; ++i) {
    starts.push_back(boost::asio::co_spawn(io, engine().begin(request), boost::asio::use_future));
    starts.push_back(boost::asio::co_spawn(io, other->begin(request), boost::asio::use_future));
  }
  io.run();
  std::vector<Execution> waiting, running;
  for (auto& start : starts) {
    auto begun = start.get();
    ASSERT_TRUE(begun) << begun.error().message;
    (begun->status == ExecutionStatus::Pending ? waiting : running).push_back(*begun);
  }
  EXPECT_EQ(running.size(), 2);
  EXPECT_EQ(held(), 2);

  // Whichever node it was begun on: the one that hears of an end starts the next.
  std::ranges::sort(waiting, {}, [](const Execution& e) { return std::pair(e.created_at, e.id); });
  let_go(running[0].id);
  expect_started(waiting[0].id);
  EXPECT_EQ(held(), 2);
  test::run(other->signal(running[1].id, "go", {}));
  EXPECT_EQ(settled_on(*other, waiting[1].id).waiting_for, "event");
  EXPECT_EQ(held(), 2);

  // A node that ends right after an end leaves the next to the others.
  let_go(waiting[0].id);
  end_engine();
  clock().advance(EngineOptions{}.lease);
  EXPECT_EQ(settled_on(*other, waiting[2].id).waiting_for, "event");
  test::run(other->stop());
  other.reset();
  store->stop();
  begin_engine();
}

TEST_P(EngineLimits, AreNeverExceededAndNobodyIsLeftWaiting) {
  constexpr db::Sql kHeld{
      "test.held", "SELECT COUNT(*) FROM executions WHERE queue IS NULL AND finished_at IS NULL"};
  constexpr db::Sql kMost{
      "test.most",
      "SELECT COALESCE(MAX(held), 0) FROM (SELECT COUNT(*) AS held FROM executions WHERE "
      "queue IS NULL AND finished_at IS NULL GROUP BY lane) AS lanes"};
  constexpr db::Sql kHolder{"test.holder",
                            "SELECT id FROM executions WHERE status = 'waiting' ORDER BY id"};
  constexpr db::Sql kQueued{"test.queued",
                            "SELECT COUNT(*) FROM executions WHERE status = 'pending'"};
  const auto number = [&](const db::Sql& sql) {
    return test::run(database().read(
        [&](db::Snapshot& view) { return view.value<std::int64_t>(sql).value_or(0); }));
  };
  std::mt19937 random(7);
  const auto below = [&](int most) {
    return static_cast<int>(random() % static_cast<unsigned>(most));
  };
  catalog().limit("p", {.concurrency = 4});
  const std::string two_each = R"(
concurrency: {limit: 2, key: "{{ input.repo }}"}
nodes: [{id: w, type: wait, with: {event: go}}]
)";
  int to_begin = 60;
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (to_begin > 0 || number(kQueued) > 0 || number(kHeld) > 0) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "somebody is left waiting";
    EXPECT_LE(number(kHeld), 4);
    EXPECT_LE(number(kMost), 2);
    if (to_begin > 0 && below(2) == 0) {
      --to_begin;
      const auto repo = std::string(1, static_cast<char>('a' + below(4)));
      static_cast<void>(begin_with(two_each, below(3), JsonObject{{"repo", repo}}));
      continue;
    }
    const auto holder = test::run(
        database().read([&](db::Snapshot& view) { return view.value<std::string>(kHolder); }));
    if (!holder) continue;
    const ExecutionId id{*holder};
    if (below(4) == 0)
      static_cast<void>(test::run(engine().cancel(id, "")));
    else
      let_go(id);
  }
}

}  // namespace
}  // namespace qd::engine
