#include "engine/command.h"

namespace qd::engine {
namespace {

Result<void> require_started(const Machine& machine) {
  const auto status = machine.execution().status;
  if (is_final(status)) return finished_already();
  if (status != ExecutionStatus::Pending) return {};
  return fail(ErrorKind::Conflict, "execution.not_started",
              "the execution waits for a slot and has not started; it can only be cancelled");
}

Result<std::int64_t> resume(Machine& machine, Timestamp now) {
  if (machine.execution().status != ExecutionStatus::Paused)
    return fail(ErrorKind::Conflict, "execution.not_paused", "the execution is not paused");
  machine.resume(now);
  return 0;
}

Result<std::int64_t> signal(Machine& machine, const Json& event, Timestamp now) {
  const auto taken = machine.signal(event.at("name").as_string(), event.at("data"), now);
  if (taken > 0) return taken;
  return fail(ErrorKind::NotFound, "execution.not_waiting",
              "no step of the execution waits for this event");
}

Result<std::int64_t> decide(Machine& machine, const Json& data, Timestamp now) {
  QD_TRY(auto approval, json::from_json<Approval>(data));
  const auto step = machine.state().find_step(approval.node_id);
  const bool is_waiting = step && step->state().status == StepStatus::Waiting &&
                          step->state().awaited == approval.id.value;
  if (!is_waiting) return decided_already();
  approval.decided_at = now;
  machine.decide(approval, now);
  return 1;
}

Result<std::int64_t> resolve(Machine& machine, const Json& data, Timestamp now) {
  const auto step = machine.state().find_step(data.at("step").as_string());
  if (!step || step->state().status != StepStatus::Uncertain)
    return fail(ErrorKind::Conflict, "step.not_uncertain",
                "this step does not wait to be told what became of it");
  machine.resolve(*step, data.at("happened").as_bool(), data.at("output"), now);
  return 1;
}

}  // namespace

std::unexpected<Error> finished_already() {
  return fail(ErrorKind::Conflict, "execution.finished", "the execution is over already");
}

std::unexpected<Error> decided_already() {
  return fail(ErrorKind::Conflict, "approval.decided",
              "somebody decided this already, or it has expired");
}

Result<std::int64_t> perform(Machine& machine, const Command& command, Timestamp now) {
  const auto started = require_started(machine);
  if (!started && command.kind == CommandKind::Decide) return decided_already();
  QD_CHECK(started);
  switch (command.kind) {
    case CommandKind::Pause:
      if (machine.execution().status != ExecutionStatus::Paused) machine.pause(now);
      return 0;
    case CommandKind::Resume:
      return resume(machine, now);
    case CommandKind::Signal:
      return signal(machine, command.data, now);
    case CommandKind::Decide:
      return decide(machine, command.data, now);
    case CommandKind::Resolve:
      return resolve(machine, command.data, now);
  }
  std::unreachable();
}

}  // namespace qd::engine
