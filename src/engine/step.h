// What a kind of step is to the engine: one file each under steps/, behind one of two interfaces.
// A pure step is computed in memory and committed together with the next effect; an effect step is
// recorded as started before it runs and as finished after. The engine renders `with`, counts
// attempts, keeps deadlines, retries, and records; a step kind does its one thing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/id.h"
#include "connect/models/model.h"
#include "engine/definition.h"
#include "engine/planner.h"
#include "engine/standing.h"

namespace qd::engine {

/// Something that happened inside a step and must not be paid for or done twice: an agent's turn, a
/// tool call sent, its answer.
struct StepRecord {
  /// `turn_started`, `turn`, `call_started`, `call`; `log` is what a program printed.
  std::string type;
  Json data;
};
BOOST_DESCRIBE_STRUCT(StepRecord, (), (type, data))

/// The records of one attempt. The engine implements it over the journal; tests over a vector.
class StepJournal {
 public:
  virtual ~StepJournal() = default;
  /// What earlier runs of this attempt recorded, oldest first; those appended now included.
  [[nodiscard]] virtual const std::vector<StepRecord>& records() const = 0;
  /// Durable when it resumes. Throws `operation_aborted` where the step was cancelled meanwhile.
  virtual Task<void> append(StepRecord record) = 0;
};

/// Everything that one attempt of a step is told. What it points to outlives the attempt.
struct StepRun {
  ExecutionId execution;
  ProjectId project;
  /// From the outermost body to the node: `each.3.fetch`.
  std::string path;
  /// The definition's node; `with` is already rendered into `input`.
  const Node* node = nullptr;
  Json input;
  /// What expressions see here; for templates that the step itself renders (an agent's prompt).
  const expr::Scope* scope = nullptr;
  /// From 1.
  int attempt = 1;
  /// `execution/node/attempt-group`: the same for every run of one logical call.
  std::string idempotency_key;
  Timestamp now;
  Timestamp deadline;
  /// How many executions stand above this one.
  int depth = 0;
  /// This attempt was started before by a process that ended without recording its end: what it did
  /// outside may have happened.
  bool interrupted = false;
  /// Of effect steps; null for pure ones.
  StepJournal* journal = nullptr;
  /// Of effect steps: takes what a model says while it says it, for those who look.
  connect::models::TextSink on_text = {};
};

/// Something that whoever waits for it in the project takes up.
struct EventMessage {
  std::string name;
  Json data;
};

/// The step is completed. Empty `ports` means `out`.
struct StepDone {
  Json output;
  std::vector<std::string> ports = {};
  double cost_usd = 0;
  std::int64_t tokens = 0;
  /// Published in the commit that records the end.
  std::optional<EventMessage> emits = {};
};

/// Why a step waits; also what people read as `waiting_for`.
enum class WaitReason { Timer, Event, Approval, Retry, Budget, Slot, Answer, Workflow, Task };
BOOST_DESCRIBE_ENUM(WaitReason, Timer, Event, Approval, Retry, Budget, Slot, Answer, Workflow, Task)

struct ApprovalRequest {
  std::string title;
  std::string description;
  /// JSON Schema of the form; null: no form.
  Json form;
  /// `{roles: [...], users: [...]}`; null: whoever may operate the project.
  Json approvers;
};

/// Work that is handed to outside workers, who poll its queue.
struct TaskRequest {
  std::string queue;
  Json payload;
  /// How long a worker may be silent before the task is given to another.
  milliseconds heartbeat{60'000};
  /// JSON Schema of the result; null: anything.
  Json output_schema;
};

/// The step waits. It is ended by time (`until`), a decision, or a signal, as the engine's rules
/// for its reason say; the step kind is not run again.
struct StepWaits {
  WaitReason reason = WaitReason::Timer;
  std::optional<Timestamp> until;
  /// Of reason Approval.
  std::optional<ApprovalRequest> approval = {};
  /// Of reason Event: the signal's name; its filter is the node's `event_filter`.
  std::string event = {};
  /// Of reason Task.
  std::optional<TaskRequest> task = {};
};

/// Another execution is begun, in the commit that records this. The step waits for its end, or is
/// completed at once.
struct StepBegins {
  WorkflowVersion workflow;
  std::string name;
  Json input;
  /// What its `concurrency` says of it.
  admission::Standing standing = {};
  enum class Then { Wait, GoOn } then = Then::Wait;
};

/// It may have happened outside and must not be repeated: a person says what became of it.
struct StepUncertain {
  std::string message;
};

/// A failed attempt that was paid for all the same.
struct StepFailed {
  StepError error;
  /// What the other side asked for (`Retry-After`); it wins over a shorter backoff.
  std::optional<milliseconds> retry_after = {};
  double cost_usd = 0;
  std::int64_t tokens = 0;
};

/// One that trying again does not help.
[[nodiscard]] inline StepFailed failure(std::string code, std::string message) {
  return {.error = {.code = std::move(code),
                    .message = std::move(message),
                    .retryable = false,
                    .details = {}}};
}

using StepResult = std::variant<StepDone, StepWaits, StepBegins, StepFailed, StepUncertain>;

class PureStep {
 public:
  virtual ~PureStep() = default;
  [[nodiscard]] virtual StepResult evaluate(const StepRun& run) const = 0;
};

class EffectStep {
 public:
  virtual ~EffectStep() = default;
  /// Cancelling the awaiting task ends the attempt; what it throws but for that is a failed step
  /// (`internal`). Many runs go on at once.
  virtual Task<StepResult> run(StepRun run) = 0;
};

/// The kinds by node type; exactly one of the two is set for each but map and loop, which the
/// machine itself runs. They outlive the engine.
struct StepKinds {
  [[nodiscard]] const PureStep* pure(NodeType type) const {
    return pures[static_cast<std::size_t>(type)];
  }
  [[nodiscard]] EffectStep* effect(NodeType type) const {
    return effects[static_cast<std::size_t>(type)];
  }

  static constexpr std::size_t kCount = static_cast<std::size_t>(NodeType::Fail) + 1;
  const PureStep* pures[kCount] = {};
  EffectStep* effects[kCount] = {};
};

}  // namespace qd::engine
