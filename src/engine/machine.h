// What happens in one execution, decided in memory: it takes what became of steps, time and
// people's wishes, and answers with the events to be stored and, once they are, the attempts to be
// launched. It does no I/O and reads no clock.
//
//   Machine machine(state, kinds);
//   machine.begin(now);
//   store(machine.take_changes());      // one commit
//   for (launch : machine.take_launches()) run it, then machine.ended(launch, result, now)
#pragma once

#include "engine/planner.h"
#include "engine/run_state.h"

namespace qd::engine {

/// What one commit stores, together with the execution's row.
struct Changes {
  std::vector<Event> events;
  std::vector<Approval> new_approvals;
  /// With their new status.
  std::vector<Approval> decided_approvals;
  /// Every approval that is still pending is cancelled.
  bool cancels_approvals = false;
  [[nodiscard]] bool empty() const { return events.empty(); }
};

/// One attempt of an effect step that is to be run.
struct Launch {
  NodeIndex node = 0;
  int attempt = 0;
  bool interrupted = false;
};

struct MachineOptions {
  milliseconds step_timeout{300'000};
};

class Machine {
 public:
  /// The kinds outlive it.
  Machine(Execution execution, std::shared_ptr<const Definition> definition, const StepKinds& kinds,
          MachineOptions options);

  RunState& state() { return state_; }
  [[nodiscard]] const Execution& execution() const { return state_.execution(); }

  /// A new execution's first steps.
  void begin(Timestamp now);
  /// Takes up an execution whose events were applied to `state()`: attempts without an end are
  /// launched as interrupted. `deadline` is the execution's own, as it was stored.
  void take_up(std::optional<Timestamp> deadline, Timestamp now);
  /// From here on ends are noted and nothing new is begun; whoever takes the execution up begins
  /// it.
  void hold() { is_held_ = true; }
  /// The end of a launched attempt. Ignored when the step has moved on meanwhile.
  void ended(const Launch& launch, StepResult result, Timestamp now);
  /// Something inside a running attempt, to be stored.
  void recorded(const Launch& launch, const StepRecord& record, Timestamp now);
  /// What time alone changes: due waits, retries, the execution's own deadline.
  void tick(Timestamp now);

  // What people and other systems ask for; the execution is not over.
  void cancel(std::string_view reason, Timestamp now);
  /// Starts no more steps.
  void pause(Timestamp now);
  void resume(Timestamp now);
  /// Of one that is over.
  void retry(Timestamp now);
  /// How many waiting steps took the event.
  std::int64_t signal(std::string_view name, const Json& payload, Timestamp now);
  /// Of the step that waits for this approval; its status is set already.
  void decide(const Approval& approval, Timestamp now);
  /// Of an uncertain step.
  void resolve(NodeIndex node, bool happened, Json output, Timestamp now);

  [[nodiscard]] Changes take_changes() { return std::exchange(changes_, {}); }
  [[nodiscard]] std::vector<Launch> take_launches() { return std::exchange(launches_, {}); }
  /// When `tick` has something to do next.
  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  [[nodiscard]] std::optional<Timestamp> deadline() const { return deadline_; }
  /// What the attempt is told, but for its journal.
  [[nodiscard]] StepRun run_of(const Launch& launch) const;
  /// The step whose error the node sees as `error`; null: none.
  [[nodiscard]] const std::string* error_step_of(NodeIndex node) const;
  /// What is to be said of an attempt that did not end in its time.
  [[nodiscard]] StepResult overdue(NodeIndex node) const;
  /// Nothing is on its way: only time or somebody's wish moves it.
  [[nodiscard]] bool is_at_rest() const;
  /// Whether the attempt is still the step's current one.
  [[nodiscard]] bool is_current(const Launch& launch) const;

 private:
  void emit(EventType type, std::string node_id, JsonObject data);
  void emit(EventType type, NodeIndex node, JsonObject data) {
    emit(type, this->node(node).id, std::move(data));
  }
  void follow(std::vector<Action> actions);
  void start_step(const StartStep& start);
  void launch(NodeIndex node, bool interrupted);
  void settle(NodeIndex node, StepResult result, JsonObject data);
  void complete(NodeIndex node, StepDone done, JsonObject data);
  void fail_step(NodeIndex node, StepFailed failed, JsonObject data);
  void wait(NodeIndex node, StepWaits waits, JsonObject data);
  void report(NodeIndex node);
  void finish(ExecutionStatus status, Json output, Json error);
  void time_out_step(NodeIndex node);
  void time_out();
  [[nodiscard]] bool is_due(Timestamp now) const { return deadline_ && now >= *deadline_; }
  [[nodiscard]] bool is_running() const;
  void update_status();
  [[nodiscard]] bool may_begin() const {
    return !is_held_ && execution().status != ExecutionStatus::Paused;
  }
  [[nodiscard]] const Node& node(NodeIndex index) const { return state_.definition().nodes[index]; }
  [[nodiscard]] bool is_over() const { return is_final(execution().status); }

  RunState state_;
  const StepKinds& kinds_;
  MachineOptions options_;
  Planner planner_;
  std::optional<Timestamp> deadline_;
  Timestamp now_;
  Changes changes_;
  std::vector<Launch> launches_;
  /// What the planner wants done, in order.
  std::vector<Action> todo_;
  bool is_following_ = false;
  bool is_held_ = false;
};

}  // namespace qd::engine
