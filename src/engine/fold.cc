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

StepItems items_of(const Body& body) {
  const auto is_open = [&](const auto& frame) {
    return body.is_done.empty() ? frame.first >= body.done : !body.is_done[frame.first];
  };
  return {static_cast<std::int64_t>(body.total), static_cast<std::int64_t>(body.done),
          static_cast<std::int64_t>(body.failed), std::ranges::count_if(body.frames, is_open)};
}

Step to_step(const ExecutionId& execution, const StepRef& ref) {
  const auto& node = ref.node();
  const auto& from = ref.state();
  const auto path = ref.path();
  Step step{.id = execution.value + ":" + path,
            .execution_id = execution,
            .node_id = node.id,
            .path = path,
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
            .tokens = from.tokens,
            .items = std::nullopt,
            .execution = std::nullopt};
  if (from.reason) step.waiting_for = std::string(enum_name(*from.reason));
  if (from.started_at && from.finished_at)
    step.duration_ms = (*from.finished_at - *from.started_at).count();
  if (from.body) step.items = items_of(*from.body);
  if (node.type == NodeType::Workflow && !from.awaited.empty())
    step.execution = ExecutionId{from.awaited};
  return step;
}

void add_steps(std::vector<Step>& steps, const ExecutionId& execution, Frame& frame) {
  for (NodeIndex i = 0; i < frame.definition().nodes.size(); ++i) {
    steps.push_back(to_step(execution, {&frame, i}));
    if (const auto& body = frame.step(i).body)
      for (const auto& [index, inner] : body->frames) add_steps(steps, execution, *inner);
  }
}

}  // namespace

std::vector<Step> fold_steps(const Execution& execution, const Definition& definition,
                             std::vector<Event> events) {
  // The definition outlives the call; nobody owns it here.
  RunState state(
      execution,
      std::shared_ptr<const Definition>(std::shared_ptr<const Definition>(), &definition),
      RunState::Ended::Kept);
  for (auto& event : events) state.apply(event);
  std::vector<Step> steps;
  add_steps(steps, execution.id, state.root());
  return steps;
}

}  // namespace qd::engine
