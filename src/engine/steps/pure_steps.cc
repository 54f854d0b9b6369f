#include "engine/steps/pure_steps.h"

#include <fmt/format.h>

namespace qd::engine {
namespace {

const Json* field(const StepRun& run, std::string_view name) {
  const auto* value = json::find(run.input, name);
  return value && !value->is_null() ? value : nullptr;
}

std::string text_of(const Json* value) {
  if (!value) return {};
  return value->is_string() ? std::string(value->get_string()) : json::print(*value);
}

/// A length of time that a template made; fails where it is none.
std::optional<milliseconds> duration_of(const Json* value) {
  return value && value->is_string() ? parse_duration(value->get_string()) : std::nullopt;
}

StepFailed bad_duration(std::string_view name) {
  return failure("step.bad_duration",
                 fmt::format("'{}' must be a length of time like 90s, 10m or 48h", name));
}

}  // namespace

StepResult TransformStep::evaluate(const StepRun& run) const {
  const auto* set = field(run, "set");
  if (!set || !set->is_object()) return failure("transform.no_object", "'set' must be an object");
  return StepDone{.output = *set};
}

StepResult SwitchStep::evaluate(const StepRun& run) const {
  StepDone done;
  JsonArray held;
  for (const auto& one : run.node->cases) {
    const auto holds = one.when.evaluate_condition(*run.scope);
    if (!holds)
      return failure(holds.error().code,
                     fmt::format("case '{}': {}", one.name, holds.error().message));
    if (!*holds) continue;
    done.ports.push_back(one.name);
    held.emplace_back(one.name);
    if (run.node->mode == SwitchMode::First) break;
  }
  if (done.ports.empty()) done.ports.emplace_back("default");
  done.output = JsonObject{{"cases", std::move(held)}};
  return done;
}

StepResult FailingStep::evaluate(const StepRun& run) const {
  const auto* code = field(run, "code");
  StepFailed failed =
      failure(code ? text_of(code) : "workflow.failed", text_of(field(run, "message")));
  if (const auto* details = field(run, "details")) failed.error.details = *details;
  return failed;
}

StepResult WaitStep::evaluate(const StepRun& run) const {
  if (const auto* length = field(run, "for")) {
    const auto duration = duration_of(length);
    if (!duration) return bad_duration("for");
    return StepWaits{.reason = WaitReason::Timer, .until = run.now + *duration};
  }
  if (const auto* moment = field(run, "until")) {
    const auto until = moment->is_string() ? parse_rfc3339(moment->get_string()) : std::nullopt;
    if (!until)
      return failure("step.bad_timestamp", "'until' must be a time like 2026-11-23T09:57:00Z");
    return StepWaits{.reason = WaitReason::Timer, .until = *until};
  }
  const auto* event = field(run, "event");
  StepWaits waits{.reason = WaitReason::Event, .until = std::nullopt};
  if (event)
    waits.event = event->is_object() ? text_of(json::find(*event, "name")) : text_of(event);
  if (waits.event.empty()) return failure("wait.no_event", "the event's name is empty");
  if (const auto* timeout = field(run, "timeout")) {
    const auto duration = duration_of(timeout);
    if (!duration) return bad_duration("timeout");
    waits.until = run.now + *duration;
  } else if (run.node->timeout) {
    waits.until = run.now + *run.node->timeout;
  }
  return waits;
}

StepResult ApprovalStep::evaluate(const StepRun& run) const {
  StepWaits waits{.reason = WaitReason::Approval, .until = std::nullopt};
  waits.approval = ApprovalRequest{.title = text_of(field(run, "title")),
                                   .description = text_of(field(run, "description")),
                                   .form = {},
                                   .approvers = {}};
  if (const auto* form = field(run, "form")) waits.approval->form = *form;
  if (const auto* approvers = field(run, "approvers")) waits.approval->approvers = *approvers;
  if (const auto* length = field(run, "expires_in")) {
    const auto duration = duration_of(length);
    if (!duration) return bad_duration("expires_in");
    waits.until = run.now + *duration;
  }
  return waits;
}

StepResult EmitStep::evaluate(const StepRun& run) const {
  EventMessage event{.name = text_of(field(run, "event")), .data = {}};
  if (event.name.empty()) return failure("emit.no_event", "the event's name is empty");
  if (const auto* data = field(run, "data")) event.data = *data;
  Json output = JsonObject{{"event", event.name}};
  return StepDone{.output = std::move(output), .emits = std::move(event)};
}

StepResult RespondStep::evaluate(const StepRun& run) const {
  const auto* status = field(run, "status");
  constexpr std::int64_t kOk = 200;
  const auto code = status ? (status->is_int64() ? status->get_int64() : 0) : kOk;
  if (code < 200 || code > 599)
    return failure("respond.bad_status", "'status' must be a whole number from 200 to 599");
  const auto* headers = field(run, "headers");
  const auto* body = field(run, "body");
  return StepDone{.output = JsonObject{{"status", code},
                                       {"headers", headers ? *headers : Json(JsonObject())},
                                       {"body", body ? *body : Json()}}};
}

StepResult TaskStep::evaluate(const StepRun& run) const {
  TaskRequest task{.queue = text_of(field(run, "queue")), .payload = {}, .output_schema = {}};
  constexpr std::size_t kLongest = 100;
  if (task.queue.empty() || task.queue.size() > kLongest)
    return failure("task.bad_queue", "'queue' must be a name of 1 to 100 characters");
  if (const auto* payload = field(run, "payload")) task.payload = *payload;
  if (const auto* schema = field(run, "output_schema")) task.output_schema = *schema;
  if (const auto* length = field(run, "heartbeat")) {
    const auto heartbeat = duration_of(length);
    if (!heartbeat || *heartbeat < std::chrono::seconds(1)) return bad_duration("heartbeat");
    task.heartbeat = *heartbeat;
  }
  return StepWaits{.reason = WaitReason::Task, .until = std::nullopt, .task = std::move(task)};
}

void PureSteps::add_to(StepKinds& kinds) const {
  const auto put = [&](NodeType type, const PureStep& step) {
    kinds.pures[static_cast<std::size_t>(type)] = &step;
  };
  put(NodeType::Transform, transform_);
  put(NodeType::Switch, switch_);
  put(NodeType::Fail, fail_);
  put(NodeType::Wait, wait_);
  put(NodeType::Approval, approval_);
  put(NodeType::Emit, emit_);
  put(NodeType::Respond, respond_);
  put(NodeType::Task, task_);
}

}  // namespace qd::engine
