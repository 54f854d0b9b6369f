// What an execution does next. A pure state machine over a Definition: it is told what became of
// steps and answers with actions; it does no I/O and reads no clock, and whoever holds it records
// an action before carrying it out.
//
//   Planner planner(definition);
//   auto actions = planner.start(scope);          // or planner.resume(recorded, scope)
//   ... StartStep: run it; then actions = planner.record(outcome, scope)
//   ... SkipStep: record it, nothing else to do; FailStep: record it, the same
//   ... Finish: the execution is over; cancel what `running()` names
//
// The same outcomes reported in any order lead to the same final state. Work is proportional to
// what an outcome changes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/definition.h"

namespace qd::engine {

enum class StepStatus {
  Pending,
  Running,
  Waiting,
  Completed,
  Failed,
  Skipped,
  Cancelled,
  Uncertain
};
BOOST_DESCRIBE_ENUM(StepStatus, Pending, Running, Waiting, Completed, Failed, Skipped, Cancelled,
                    Uncertain)

/// Completed, failed, skipped or cancelled: nothing more will happen to the step.
[[nodiscard]] bool is_decided(StepStatus status);

struct StepError {
  /// Stable and dotted: `http.status`, `timeout`, `expression.cost`.
  std::string code;
  std::string message;
  bool retryable = false;
  Json details;
};
BOOST_DESCRIBE_STRUCT(StepError, (), (code, message, retryable, details))

/// The end of one step, after its last attempt; also what the journal gives back on resuming.
struct StepOutcome {
  NodeIndex node = 0;
  /// Completed, Failed or Skipped from a step's end. Resuming also takes Running, Waiting and
  /// Uncertain: the step was started and is not decided.
  StepStatus status = StepStatus::Completed;
  /// The ports taken by a completed step. Empty means `out`, so only switch, wait and approval say
  /// it; a switch in mode all may name several.
  std::vector<std::string> ports = {};
  /// Of a failed step.
  std::optional<StepError> error = {};
};

/// The node's join is satisfied and its `when` holds: run it.
struct StartStep {
  NodeIndex node = 0;
  /// The failed step whose `error` this node sees, on a path from a port `error`.
  std::optional<NodeIndex> error_from = {};
};

enum class SkipReason { NotReached, Condition };
BOOST_DESCRIBE_ENUM(SkipReason, NotReached, Condition)

/// The node never runs; already counted by the planner as decided.
struct SkipStep {
  NodeIndex node = 0;
  SkipReason reason = SkipReason::NotReached;
};

/// The node's `when` could not be evaluated; already counted by the planner as failed.
struct FailStep {
  NodeIndex node = 0;
  StepError error;
};

enum class FinalStatus { Completed, Failed };
BOOST_DESCRIBE_ENUM(FinalStatus, Completed, Failed)

/// The execution is over; always the last action.
struct Finish {
  FinalStatus status = FinalStatus::Completed;
  /// The rendered outputs of a completed execution, null where none are declared.
  Json output;
  /// Of a failed one.
  std::optional<StepError> error;
  /// The step that failed it; nothing when the outputs could not be rendered.
  std::optional<NodeIndex> failed_by;
};

using Action = std::variant<StartStep, SkipStep, FailStep, Finish>;

class Planner {
 public:
  explicit Planner(std::shared_ptr<const Definition> definition);

  /// The first actions of a new execution.
  [[nodiscard]] std::vector<Action> start(const expr::Scope& scope);
  /// Takes up an execution whose recorded steps are `recorded`, in any order. Answers only with
  /// what is not recorded yet; steps recorded as running are the caller's to take up again.
  [[nodiscard]] std::vector<Action> resume(const std::vector<StepOutcome>& recorded,
                                           const expr::Scope& scope);
  /// Records the end of a started step. `scope` must already show it under `steps`. For `when`
  /// conditions and outputs it must answer for every step of the definition: one that did not run
  /// has `{status, output: null, error: null}`. Refused (Conflict, `step.not_running`) for a step
  /// that was not started or is already decided, and (Invalid, `step.unknown_port`) for a port that
  /// the node does not have; the state is then as before. After Finish there are no more actions.
  [[nodiscard]] Result<std::vector<Action>> record(const StepOutcome& outcome,
                                                   const expr::Scope& scope);

  [[nodiscard]] StepStatus status(NodeIndex node) const { return steps_[node].status; }
  /// The steps that were started and are not decided, in order of the definition.
  [[nodiscard]] std::vector<NodeIndex> running() const;
  [[nodiscard]] bool is_finished() const { return finished_; }
  /// The failed step whose error `node` sees as `error`; see StartStep.
  [[nodiscard]] std::optional<NodeIndex> error_source(NodeIndex node) const;

 private:
  struct Step {
    StepStatus status = StepStatus::Pending;
    std::uint32_t undecided = 0;
    std::uint32_t taken = 0;
    std::optional<NodeIndex> error_from;
  };
  struct Pass;

  std::shared_ptr<const Definition> definition_;
  std::vector<Step> steps_;
  /// By edge: whether it was taken.
  std::vector<bool> taken_;
  std::size_t undecided_ = 0;
  bool finished_ = false;
};

}  // namespace qd::engine
