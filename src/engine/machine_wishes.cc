// What people and other systems ask of an execution.
#include "engine/machine.h"

namespace qd::engine {

void Machine::cancel(std::string_view reason, Timestamp now) {
  now_ = now;
  const StepError error{.code = "cancelled",
                        .message = reason.empty() ? "cancelled" : std::string(reason),
                        .retryable = false,
                        .details = {}};
  finish(ExecutionStatus::Cancelled, {}, json::to_json(error));
}

void Machine::pause(Timestamp now) {
  now_ = now;
  emit(EventType::Paused, std::string(), {});
}

void Machine::resume(Timestamp now) {
  now_ = now;
  state_.set_now(now);
  emit(EventType::Resumed, std::string(), {});
  // What was to start meanwhile was not: the planner is asked again from the beginning.
  planner_ = Planner(state_.shared_definition());
  follow(planner_.resume(state_.outcomes(), state_));
  tick(now);
}

void Machine::retry(Timestamp now) {
  now_ = now;
  state_.set_now(now);
  emit(EventType::Resumed, std::string(), {{"retried", true}});
  deadline_.reset();
  if (const auto timeout = state_.definition().timeout) deadline_ = now + *timeout;
  planner_ = Planner(state_.shared_definition());
  follow(planner_.resume(state_.outcomes(), state_));
  update_status();
}

std::int64_t Machine::signal(std::string_view name, const Json& payload, Timestamp now) {
  now_ = now;
  state_.set_now(now);
  const Json event = JsonObject{{"name", name}, {"data", payload}};
  std::int64_t taken = 0;
  for (const auto index : state_.open_steps()) {
    const auto& step = state_.step(index);
    if (is_over() || step.reason != WaitReason::Event || step.event != name) continue;
    const expr::ObjectScope scope({{"event", event}, {"input", execution().input}}, now);
    const auto& filter = node(index).event_filter;
    if (filter && !filter->evaluate_condition(scope).value_or(false)) continue;
    ++taken;
    complete(index, {.output = event}, {});
  }
  update_status();
  return taken;
}

void Machine::decide(const Approval& approval, Timestamp now) {
  now_ = now;
  state_.set_now(now);
  const auto index = state_.definition().find(approval.node_id);
  if (!index || state_.step(*index).approval != approval.id.value ||
      state_.step(*index).status != StepStatus::Waiting)
    return;
  changes_.decided_approvals.push_back(approval);
  const std::string decision(enum_name(approval.status));
  JsonObject output{{"decision", decision},
                    {"form", approval.answer},
                    {"comment", approval.comment.value_or("")},
                    {"decided_by", approval.decided_by ? approval.decided_by->value : ""},
                    {"decided_at", to_rfc3339(now)}};
  complete(*index, {.output = std::move(output), .ports = {decision}}, {});
  update_status();
}

void Machine::resolve(NodeIndex node, bool happened, Json output, Timestamp now) {
  now_ = now;
  state_.set_now(now);
  if (happened)
    complete(node, {.output = std::move(output)}, {{"resolved", true}});
  else
    launch(node, false);
  update_status();
}

}  // namespace qd::engine
