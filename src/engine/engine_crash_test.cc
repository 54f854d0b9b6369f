// The engine after a crash at any point: the same end, and nothing done twice.
#include "engine/engine_fixture.h"
#include "engine/run_state.h"

namespace qd::engine {
namespace {

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
  - id: each
    type: map
    with:
      items: [1, 2, 3]
      concurrency: 2
      body: {nodes: [{id: seen, type: http, with: {url: "http://s/{{ item }}"}, effect: keyed}]}
  - id: again
    type: loop
    with:
      until: index == 1
      body:
        nodes: [{id: plain, type: transform, with: {set: {n: "{{ index }}"}}}, {id: asked, type: http, with: {url: "http://a"}, effect: read}]
        edges: [{from: plain, to: asked}]
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
  - {from: ok, port: approved, to: each}
  - {from: each, to: again}
  - {from: again, to: end}
outputs: {done: "{{ steps.end.output.done }}", each: "{{ steps.each.output }}", again: "{{ steps.again.output }}"}
)";

class EngineCrashes : public EngineTest {
 protected:
  /// Does what the outside has to do, until it is over; how often it had to say what became of a
  /// step.
  int see_through(const ExecutionId& id) {
    int resolved = 0;
    for (;;) {
      const auto execution = settled(id);
      if (is_final(execution.status)) return resolved;
      if (execution.waiting_for == "answer") {
        ++resolved;
        static_cast<void>(test::run(engine().resolve(
            id, "once", {.happened = true, .output = JsonObject{{"done", "once"}}})));
      } else if (execution.waiting_for == "approval") {
        static_cast<void>(test::run(engine().decide(
            approvals(id).back().id, {.approved = true, .form = {}, .decided_by = {"u"}})));
      } else {
        clock().advance(1min);
        test::run(engine().changed(id, execution.revision, clock().now() + 1h));
      }
    }
  }

  /// The execution after its first events.
  static std::unique_ptr<RunState> state_after(const Execution& done, std::vector<Event> all,
                                               std::size_t count) {
    auto state =
        std::make_unique<RunState>(done, compile_definition(document(kEverything)).value());
    for (std::size_t i = 0; i < count; ++i) state->apply(all[i]);
    return state;
  }
  /// Whether nothing but time and people moves it on.
  static bool is_quiet(const RunState& state) {
    const auto& open = state.open_steps();
    return !open.empty() && std::ranges::none_of(open, [&](const StepRef& step) {
      return step.state().status == StepStatus::Running;
    });
  }

  /// A store as a process would have left it that was killed after the first `count` events.
  ExecutionId store_prefix(const Execution& done, const std::vector<Event>& all,
                           const std::vector<Approval>& asked, std::size_t count) {
    auto execution = done;
    execution.id = ExecutionId::make(clock().now());
    execution.status = count == 0 ? ExecutionStatus::Pending : ExecutionStatus::Running;
    execution.revision = static_cast<std::int64_t>(count);
    execution.finished_at.reset();
    execution.output = nullptr;
    if (count == 0) execution.started_at.reset();
    const auto state = state_after(done, all, count);
    if (is_quiet(*state)) {
      execution.status = ExecutionStatus::Waiting;
      execution.waiting_for = state->waiting_for();
    }
    journal::Entry entry{.execution = execution,
                         .changes = {},
                         .timing = {.wake_at = state->next_wake()},
                         .fence = 0};
    entry.changes.events.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
    for (auto& event : entry.changes.events) {
      if (event.type != EventType::StepWaiting || !event.data.contains("awaited")) continue;
      auto approval = asked.front();
      approval.id = ApprovalId::make(clock().now());
      approval.execution_id = execution.id;
      approval.status = ApprovalStatus::Pending;
      event.data["awaited"] = approval.id.value;
      entry.changes.new_approvals.push_back(approval);
    }
    test::run(database().write(
        [&](db::Transaction& tx) { return journal::insert(tx, entry, document(kEverything)); }));
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
    EXPECT_EQ(again.status, ExecutionStatus::Completed)
        << "after " << count << ": " << json::print(again.error);
    EXPECT_EQ(json::print(again.output), json::print(done.output)) << "after " << count;

    const auto before = [&](EventType type, std::string_view node) {
      return std::ranges::any_of(
          all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count),
          [&](const Event& event) { return event.type == type && event.node_id == node; });
    };
    const auto ended = [&](std::string_view inside) {
      return std::ranges::count_if(
          all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), [&](const Event& event) {
            return event.type == EventType::StepCompleted && event.node_id.ends_with(inside);
          });
    };
    EXPECT_EQ(effects().done("seen"), 3 - ended(".seen")) << "after " << count;
    EXPECT_EQ(effects().done("asked"), 2 - ended(".asked")) << "after " << count;
    for (const auto* node : {"read", "keyed"})
      EXPECT_EQ(effects().done(node), before(EventType::StepCompleted, node) ? 0 : 1)
          << node << " after " << count;
    const bool was_sent = before(EventType::StepStarted, "once");
    EXPECT_EQ(effects().done("once"), was_sent ? 0 : 1) << "after " << count;
    EXPECT_EQ(resolved, was_sent && !before(EventType::StepCompleted, "once") ? 1 : 0)
        << "after " << count;
  }
}

}  // namespace
}  // namespace qd::engine
