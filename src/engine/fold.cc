// Steps as people see them, told from the events.
#include "engine/engine.h"
#include "engine/run_state.h"

namespace qd::engine {
namespace {

/// Which agent or tool a step calls, by the name or id that its node says.
std::optional<std::string> named(const StepState& step, std::string_view field) {
  const auto* value = json::find(step.input, field);
  return value && value->is_string() ? std::optional(std::string(value->get_string()))
                                     : std::nullopt;
}

Step to_step(const RunState& state, NodeIndex index) {
  const auto& node = state.definition().nodes[index];
  const auto& from = state.step(index);
  Step step{.id = state.execution().id.value + ":" + node.id,
            .execution_id = state.execution().id,
            .node_id = node.id,
            .path = node.id,
            .type = node.type,
            .status = from.status,
            .waiting_for = std::nullopt,
            .waits_until = from.until,
            .attempt = from.attempt,
            .input = from.input,
            .output = from.output,
            .error = from.error ? json::to_json(*from.error) : Json(),
            .agent_id = node.type == NodeType::Agent ? named(from, "agent") : std::nullopt,
            .tool_id = node.type == NodeType::Tool ? named(from, "tool") : std::nullopt,
            .turns = from.turns,
            .started_at = from.started_at,
            .finished_at = from.finished_at,
            .duration_ms = std::nullopt,
            .cost_usd = from.cost_usd,
            .tokens = from.tokens};
  if (from.reason) step.waiting_for = std::string(enum_name(*from.reason));
  if (from.started_at && from.finished_at)
    step.duration_ms = (*from.finished_at - *from.started_at).count();
  return step;
}

}  // namespace

std::vector<Step> fold_steps(const Execution& execution, const Definition& definition,
                             const std::vector<Event>& events) {
  // The definition outlives the call; nobody owns it here.
  RunState state(execution, std::shared_ptr<const Definition>(std::shared_ptr<const Definition>(),
                                                              &definition));
  for (const auto& event : events) state.apply(event);
  std::vector<Step> steps;
  for (NodeIndex i = 0; i < definition.nodes.size(); ++i) steps.push_back(to_step(state, i));
  return steps;
}

}  // namespace qd::engine
