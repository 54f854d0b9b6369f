// What people and other executions ask of an execution.
#include "engine/command.h"
#include "engine/error_scope.h"
#include "engine/machine.h"

namespace qd::engine {

void Machine::cancel(std::string_view reason, Timestamp now) {
  at(now);
  const StepError error{.code = "cancelled",
                        .message = reason.empty() ? "cancelled" : std::string(reason),
                        .retryable = false,
                        .details = {}};
  finish(ExecutionStatus::Cancelled, {}, json::to_json(error));
}

void Machine::pause(Timestamp now) {
  at(now);
  emit(EventType::Paused, {});
}

void Machine::resume(Timestamp now) {
  at(now);
  emit(EventType::Resumed, {});
  resume_planning();
  tick(now);
}

void Machine::retry(Timestamp now) {
  at(now);
  emit(EventType::Resumed, {{"retried", true}});
  deadline_.reset();
  if (const auto timeout = state_.definition().timeout) deadline_ = now + *timeout;
  resume_planning();
  update_status();
}

std::int64_t Machine::signal(std::string_view name, const Json& payload, Timestamp now) {
  at(now);
  const Json event = JsonObject{{"name", name}, {"data", payload}};
  std::vector<std::string> waiting;
  for (const auto& step : state_.open_steps())
    if (step.state().reason == WaitReason::Event && step.state().event == name)
      waiting.push_back(step.path());
  std::int64_t taken = 0;
  for (const auto& path : waiting) {
    const auto step = is_over() ? std::nullopt : state_.find_step(path);
    if (!step || step->state().status != StepStatus::Waiting) continue;
    const expr::ObjectScope scope({{"event", event}, {"input", execution().input}}, now);
    const auto& filter = step->node().event_filter;
    if (filter && !filter->evaluate_condition(scope).value_or(false)) continue;
    ++taken;
    leave_wait(*step);
    complete(*step, {.output = event}, {});
  }
  update_status();
  return taken;
}

void Machine::decide(const Approval& approval, Timestamp now) {
  at(now);
  const auto step = state_.find_step(approval.node_id);
  if (!step || step->state().awaited != approval.id.value ||
      step->state().status != StepStatus::Waiting)
    return;
  changes_.decided_approvals.push_back(approval);
  const std::string decision(enum_name(approval.status));
  JsonObject output{{"decision", decision},
                    {"form", approval.answer},
                    {"comment", approval.comment.value_or("")},
                    {"decided_by", approval.decided_by ? approval.decided_by->value : ""},
                    {"decided_at", to_rfc3339(now)}};
  complete(*step, {.output = std::move(output), .ports = {decision}}, {});
  update_status();
}

void Machine::resolve(const StepRef& step, bool happened, Json output, Timestamp now) {
  at(now);
  if (happened)
    complete(step, {.output = std::move(output)}, {{"resolved", true}});
  else
    launch(step, {}, false);
  update_status();
}

void Machine::deliver(const Message& message, Timestamp now) {
  changes_.taken.push_back(message.id);
  if (message.kind == MessageKind::Command) return obey(message, now);
  // One that waits for a slot can only be cancelled.
  const bool is_queued = execution().status == ExecutionStatus::Pending;
  if (is_over() || (is_queued && message.kind != MessageKind::Cancel)) return;
  switch (message.kind) {
    case MessageKind::Event:
      signal(message.data.at("name").as_string(), message.data.at("data"), now);
      return;
    case MessageKind::Cancel:
      return cancel(message.data.at("reason").as_string(), now);
    case MessageKind::Workflow:
    case MessageKind::Task:
      return end_awaited(message.data, now);
    case MessageKind::Command:
      std::unreachable();
  }
}

void Machine::obey(const Message& message, Timestamp now) {
  const auto command = json::from_json<Command>(message.data);
  auto outcome = command ? perform(*this, *command, now) : std::unexpected(command.error());
  changes_.answers.push_back({message.id, std::move(outcome)});
}

/// An execution that a step began, or a task that it handed out, is over.
void Machine::end_awaited(const Json& data, Timestamp now) {
  at(now);
  const auto step = state_.find_step(data.at("step").as_string());
  const auto& awaited = data.at("awaited").as_string();
  if (!step || step->state().status != StepStatus::Waiting ||
      step->state().awaited != std::string_view(awaited))
    return;
  if (data.at("status").as_string() == "completed") {
    complete(*step, {.output = data.at("output")}, {});
  } else {
    StepError error{.code = "workflow.failed",
                    .message = "what the step waited for did not complete",
                    .retryable = false,
                    .details = JsonObject{{"awaited", awaited}, {"error", data.at("error")}}};
    if (auto told = json::from_json<StepError>(data.at("error"), json::Unknown::Ignore)) {
      error.code = told->code;
      error.message = told->message;
      error.retryable = told->retryable;
    }
    fail_step(*step, {.error = std::move(error)}, {});
  }
  update_status();
}

}  // namespace qd::engine
