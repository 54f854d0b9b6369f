// What happens in one execution, decided in memory: it takes what became of steps, time and
// people's wishes, and answers with the events to be stored and, once they are, the attempts to be
// launched. It does no I/O and reads no clock.
//
//   Machine machine(state, kinds);
//   machine.begin(now);
//   store(machine.take_changes());      // one commit
//   for (launch : machine.take_launches()) run it, then machine.ended(launch, result, now)
//
// machine.cc begins, follows the planner and ends; machine_steps.cc settles steps;
// machine_bodies.cc runs maps and loops; machine_undo.cc compensates; machine_wishes.cc does what
// people and other executions ask for.
#pragma once

#include <deque>
#include <map>

#include "engine/changes.h"
#include "engine/planner.h"
#include "engine/run_state.h"

namespace qd::engine {

/// One attempt of an effect step that is to be run.
struct Launch {
  std::string path;
  int attempt = 0;
  bool interrupted = false;
  /// Under which its output may be found, and is kept.
  std::optional<std::string> cache_key = {};
};

struct MachineOptions {
  milliseconds step_timeout{300'000};
};

class Machine {
 public:
  /// The kinds outlive it.
  Machine(Execution execution, std::shared_ptr<const Definition> definition, const StepKinds& kinds,
          MachineOptions options);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

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
  /// Whether there is more to compute, put off so that others have their turn.
  [[nodiscard]] bool has_more() const { return !stalled_.empty() && !is_over() && may_begin(); }
  void go_on(Timestamp now);
  /// The end of a launched attempt. Ignored when the step has moved on meanwhile.
  void ended(const Launch& launch, StepResult result, Timestamp now);
  /// Its output was found under the launch's cache key.
  void found(const Launch& launch, Json output, Timestamp now);
  /// Something inside a running attempt, to be stored.
  void recorded(const Launch& launch, const StepRecord& record, Timestamp now);
  /// What time alone changes: due waits, retries, the execution's own deadline.
  void tick(Timestamp now);

  // What people and other systems ask for; the execution is not over.
  void cancel(std::string_view reason, Timestamp now);
  /// Starts no more steps.
  void pause(Timestamp now);
  void resume(Timestamp now);
  /// Of one that is over and undid nothing.
  void retry(Timestamp now);
  /// How many waiting steps took the event.
  std::int64_t signal(std::string_view name, const Json& payload, Timestamp now);
  /// Of the step that waits for this approval; its status is set already.
  void decide(const Approval& approval, Timestamp now);
  /// Of an uncertain step.
  void resolve(const StepRef& step, bool happened, Json output, Timestamp now);
  /// Takes the message, whether or not anything of the execution still waits for it.
  void deliver(const Message& message, Timestamp now);

  [[nodiscard]] Changes take_changes() { return std::exchange(changes_, {}); }
  [[nodiscard]] std::vector<Launch> take_launches() { return std::exchange(launches_, {}); }
  /// When `tick` has something to do next.
  [[nodiscard]] std::optional<Timestamp> wake_at() const;
  [[nodiscard]] std::optional<Timestamp> deadline() const { return deadline_; }
  /// What the attempt is told, but for its scope and journal; the launch is current.
  [[nodiscard]] StepRun run_of(const Launch& launch);
  /// The step whose error the node sees as `error`; null: none.
  [[nodiscard]] static const std::string* error_step_of(const StepRef& step);
  /// What is to be said of an attempt that did not end in its time.
  [[nodiscard]] StepResult overdue(const Launch& launch);
  /// Nothing is on its way: only time or somebody's wish moves it.
  [[nodiscard]] bool is_at_rest() const;
  /// Whether the attempt is still the step's current one.
  [[nodiscard]] bool is_current(const Launch& launch);

 private:
  struct Todo {
    Frame* frame;
    Action action;
  };
  /// Results of a body that are not stored yet.
  struct Results {
    /// Of a map: [index, output] or [index, {error}, false].
    JsonArray items;
    std::int64_t failed = 0;
    /// About how long they are as text.
    std::size_t size = 0;
    /// Of a loop.
    std::size_t rounds = 0;
    Json last;
    bool is_satisfied = false;
  };

  // machine.cc
  void at(Timestamp now);
  void emit(EventType type, JsonObject data);
  void emit(EventType type, const StepRef& step, JsonObject data);
  void store(Event event);
  void harden(Frame& frame);
  /// Does `first` and all that follows from it. A step that is settled at once asks the planner
  /// again: that is queued, so the stack stays flat.
  template <class First>
  void work(First first) {
    if (is_working_) return first();
    is_working_ = true;
    first();
    follow_all();
    is_working_ = false;
  }
  void follow_all();
  void queue(Frame& frame, std::vector<Action> actions);
  void follow(Todo todo);
  void report(const StepRef& step);
  void resume_frame(Frame& frame);
  void resume_planning();
  void finish(ExecutionStatus status, Json output, Json error);
  void end(ExecutionStatus status, Json output, Json error);
  void cancel_open_steps(const Frame& inside, std::string_view reason);
  void time_out();
  void update_status();

  // machine_steps.cc
  void start_step(const StepRef& step, std::optional<NodeIndex> error_from);
  void launch(const StepRef& step, JsonObject data, bool interrupted);
  [[nodiscard]] std::optional<std::string> cache_key(const StepRef& step);
  void settle(const StepRef& step, StepResult result, JsonObject data);
  void complete(const StepRef& step, StepDone done, JsonObject data);
  void fail_step(const StepRef& step, StepFailed failed, JsonObject data);
  void wait(const StepRef& step, StepWaits waits, JsonObject data);
  [[nodiscard]] std::string ask(const StepRef& step, ApprovalRequest request,
                                std::optional<Timestamp> until);
  [[nodiscard]] std::string hand_out(const StepRef& step, TaskRequest request);
  void begin_child(const StepRef& step, StepBegins begins);
  void time_out_step(const StepRef& step);
  void leave_wait(const StepRef& step);
  void start_again(const StepRef& step);

  // machine_wishes.cc
  void end_awaited(const Json& data, Timestamp now);
  void obey(const Message& message, Timestamp now);

  // machine_bodies.cc
  void open_body(const StepRef& step, Json input);
  void run_body(const StepRef& step);
  void run_map(const StepRef& step);
  void run_loop(const StepRef& step);
  void begin_frame(const StepRef& step, std::size_t index, Json item);
  void end_frame(Frame& frame, Finish finish);
  void end_item(const StepRef& step, JsonArray item);
  void end_round(const StepRef& step, Frame& frame, Json result);
  void fail_body(Frame& frame, const Finish& finish);
  void close_body(const StepRef& step, StepFailed failed);
  void complete_map(const StepRef& step);
  void complete_loop(const StepRef& step);
  void record_results(const StepRef& step);
  void record_all_results();
  void drop(Frame& frame);
  [[nodiscard]] static Json result_of(Frame& frame, Json declared);

  // machine_undo.cc
  [[nodiscard]] std::optional<NodeIndex> next_undo() const;
  void undo_next();

  [[nodiscard]] bool is_due(Timestamp now) const { return deadline_ && now >= *deadline_; }
  [[nodiscard]] bool is_running() const;
  [[nodiscard]] bool may_begin() const {
    return !is_held_ && execution().status != ExecutionStatus::Paused;
  }
  [[nodiscard]] bool is_over() const { return is_final(execution().status); }
  [[nodiscard]] bool is_test() const { return !execution().test.is_null(); }

  RunState state_;
  const StepKinds& kinds_;
  MachineOptions options_;
  std::optional<Timestamp> deadline_;
  Timestamp now_;
  Changes changes_;
  std::vector<Launch> launches_;
  /// What the planners want done, in order.
  std::deque<Todo> todo_;
  bool is_working_ = false;
  bool is_held_ = false;
  /// How many steps this turn may still begin inside bodies.
  int budget_ = 0;
  /// Maps and loops with more to begin than the turn allowed.
  std::set<StepRef> stalled_;
  std::map<StepRef, Results> unrecorded_;
  /// Frames that ended; what is on `todo_` may still point to them.
  std::vector<std::shared_ptr<Frame>> dropped_;
};

}  // namespace qd::engine
