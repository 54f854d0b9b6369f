// Compensation: an execution that fails undoes what it did, the latest first, before it is over.
#include "engine/machine.h"

namespace qd::engine {

/// What undoes the latest completed step that is not undone yet.
std::optional<NodeIndex> Machine::next_undo() const {
  const auto& root = state_.root();
  const auto& nodes = root.definition().nodes;
  std::optional<NodeIndex> latest;
  for (NodeIndex i = 0; i < nodes.size(); ++i) {
    if (!nodes[i].compensate || root.step(i).status != StepStatus::Completed) continue;
    if (root.step(*nodes[i].compensate).status != StepStatus::Pending) continue;
    if (!latest || root.step(i).ended_by > root.step(*latest).ended_by) latest = i;
  }
  return latest ? nodes[*latest].compensate : std::nullopt;
}

/// One after the other; one that fails stops none of the others.
void Machine::undo_next() {
  auto& root = state_.root();
  while (!is_over() && may_begin() && state_.open_steps().empty()) {
    const auto undo = next_undo();
    if (!undo) return end(*state_.failing_as(), {}, execution().error);
    const StepRef step{&root, *undo};
    const auto& when = step.node().when;
    const auto holds = when ? when->evaluate_condition(root) : Result<bool>(true);
    if (holds && *holds) return start_step(step, std::nullopt);
    if (holds)
      emit(EventType::StepSkipped, step, {{"reason", enum_name(SkipReason::Condition)}});
    else
      emit(EventType::StepFailed, step,
           {{"error", json::to_json(StepError{.code = holds.error().code,
                                              .message = holds.error().message,
                                              .retryable = false,
                                              .details = {}})}});
  }
}

}  // namespace qd::engine
