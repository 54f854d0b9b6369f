// One step from its start to its end.
#include <fmt/format.h>

#include "engine/error_scope.h"
#include "engine/machine.h"
#include "engine/retry.h"
#include "engine/value_size.h"

namespace qd::engine {
namespace {

/// How many executions may stand above one that is begun by a step.
constexpr std::int64_t kMaxDepth = 16;
constexpr std::size_t kMaxCacheKey = 1'000;

StepFailed too_large() {
  return failure("step.output_too_large",
                 fmt::format("the output is larger than {} MiB", kMaxOutput >> 20));
}

JsonObject costs(double usd, std::int64_t tokens) {
  JsonObject data;
  if (usd != 0) data["cost_usd"] = usd;
  if (tokens != 0) data["tokens"] = tokens;
  return data;
}

void merge(JsonObject& into, JsonObject from) {
  for (auto& member : from) into[member.key()] = std::move(member.value());
}

bool has_port(const Node& node, std::string_view port) {
  return node.find_port(port).has_value();
}

}  // namespace

// --- starting
// ---------------------------------------------------------------------------------------

void Machine::start_step(const StepRef& step, std::optional<NodeIndex> error_from) {
  if (step.frame->container()) --budget_;
  const auto& node = step.node();
  if (is_test() && node.pin) return complete(step, {.output = *node.pin}, {{"pinned", true}});
  const auto* error_step = error_from ? &step.frame->definition().nodes[*error_from].id : nullptr;
  const ErrorScope scope(*step.frame, error_step);
  auto input = node.with.render(scope);
  if (!input) {
    auto failed = failure(input.error().code, "with" + input.error().message);
    return settle(step, std::move(failed), {});
  }
  if (has_body(node.type)) return open_body(step, *std::move(input));
  if (const auto* pure = kinds_.pure(node.type)) {
    StepRun run{.execution = execution().id,
                .project = execution().project_id,
                .path = step.path(),
                .node = &node,
                .input = *input,
                .scope = &scope,
                .now = now_};
    auto result = pure->evaluate(run);
    return settle(step, std::move(result), {{"input", *std::move(input)}});
  }
  JsonObject data;
  data.reserve(2);
  data["input"] = *std::move(input);
  launch(step, std::move(data), step.state().was_cut_off);
}

/// A new attempt; `data` has the step's input where it is the first with it.
void Machine::launch(const StepRef& step, JsonObject data, bool interrupted) {
  if (!kinds_.effect(step.node().type))
    return settle(step, failure("step.not_available", "this server can't run such steps"), {});
  harden(*step.frame);
  const auto& state = step.state();
  data["attempt"] = state.attempt + 1;
  emit(EventType::StepStarted, step, std::move(data));
  launches_.push_back({step.path(), state.attempt, interrupted, cache_key(step)});
}

/// Nothing where the step has none, or it can't be made.
std::optional<std::string> Machine::cache_key(const StepRef& step) {
  if (!step.node().cache) return std::nullopt;
  const ErrorScope scope(*step.frame, error_step_of(step));
  const auto key = step.node().cache->key.render(scope);
  if (!key) return std::nullopt;
  auto text = key->is_string() ? std::string(key->get_string()) : json::print(*key);
  if (text.empty() || text.size() > kMaxCacheKey) return std::nullopt;
  return text;
}

const std::string* Machine::error_step_of(const StepRef& step) {
  const auto source = step.frame->planner.error_source(step.index);
  return source ? &step.frame->definition().nodes[*source].id : nullptr;
}

StepRun Machine::run_of(const Launch& launch) {
  const auto ref = *state_.find_step(launch.path);
  const auto& step = ref.state();
  const auto& node = ref.node();
  // An attempt that a stopped server left has its whole time again.
  const auto begun = launch.interrupted ? now_ : step.attempt_started_at.value_or(now_);
  return {.execution = execution().id,
          .project = execution().project_id,
          .path = launch.path,
          .node = &node,
          .input = step.input,
          .scope = nullptr,
          .attempt = step.attempt_in_group,
          .idempotency_key = fmt::format("{}/{}/{}", execution().id.value, launch.path, step.group),
          .now = now_,
          .deadline = begun + node.timeout.value_or(options_.step_timeout),
          .interrupted = launch.interrupted,
          .journal = nullptr};
}

// --- ending
// -----------------------------------------------------------------------------------------

bool Machine::is_current(const Launch& launch) {
  const auto step = is_over() ? std::nullopt : state_.find_step(launch.path);
  return step && step->state().status == StepStatus::Running &&
         step->state().attempt == launch.attempt;
}

void Machine::ended(const Launch& launch, StepResult result, Timestamp now) {
  if (!is_current(launch)) return;
  at(now);
  const auto step = *state_.find_step(launch.path);
  const auto* done = std::get_if<StepDone>(&result);
  if (done && launch.cache_key)
    changes_.cached.push_back({*launch.cache_key, done->output, now + step.node().cache->ttl});
  work([&] { settle(step, std::move(result), {}); });
  update_status();
}

void Machine::found(const Launch& launch, Json output, Timestamp now) {
  if (!is_current(launch)) return;
  at(now);
  work([&] {
    complete(*state_.find_step(launch.path), {.output = std::move(output)}, {{"cached", true}});
  });
  update_status();
}

void Machine::recorded(const Launch& launch, const StepRecord& record, Timestamp now) {
  if (!is_current(launch)) return;
  at(now);
  JsonObject data{{"type", record.type}, {"data", record.data}};
  // What was paid counts from here on, whatever becomes of the attempt.
  for (const auto* name : {"cost_usd", "tokens"})
    if (const auto* value = json::find(record.data, name)) data[name] = *value;
  emit(EventType::StepRecorded, *state_.find_step(launch.path), std::move(data));
}

StepResult Machine::overdue(const Launch& launch) {
  const auto step = state_.find_step(launch.path);
  const auto type = step ? step->node().type : NodeType::Http;
  const auto effect = step ? step->node().effect : std::nullopt;
  const bool may_repeat =
      effect ? *effect != Effect::Once : type == NodeType::Llm || type == NodeType::Code;
  if (!may_repeat)
    return StepUncertain{"the step did not end in its time; what it did outside is not known"};
  return StepFailed{.error = {.code = "timeout",
                              .message = "the step took longer than its timeout",
                              .retryable = true,
                              .details = {}}};
}

void Machine::settle(const StepRef& step, StepResult result, JsonObject data) {
  if (auto* done = std::get_if<StepDone>(&result))
    return complete(step, std::move(*done), std::move(data));
  if (auto* waits = std::get_if<StepWaits>(&result))
    return wait(step, std::move(*waits), std::move(data));
  if (auto* begins = std::get_if<StepBegins>(&result)) return begin_child(step, std::move(*begins));
  if (auto* failed = std::get_if<StepFailed>(&result))
    return fail_step(step, std::move(*failed), std::move(data));
  emit(EventType::StepUncertain, step, {{"message", std::get<StepUncertain>(result).message}});
}

void Machine::complete(const StepRef& step, StepDone done, JsonObject data) {
  if (text_size(done.output) > kMaxOutput) {
    auto failed = too_large();
    failed.cost_usd = done.cost_usd;
    failed.tokens = done.tokens;
    return fail_step(step, std::move(failed), std::move(data));
  }
  if (done.emits) {
    harden(*step.frame);
    changes_.published.push_back(*std::move(done.emits));
  }
  if (step.node().type == NodeType::Respond) harden(*step.frame);
  data["output"] = std::move(done.output);
  if (!done.ports.empty()) data["ports"] = Json(boost::json::value_from(done.ports));
  merge(data, costs(done.cost_usd, done.tokens));
  emit(EventType::StepCompleted, step, std::move(data));
  report(step);
}

void Machine::fail_step(const StepRef& step, StepFailed failed, JsonObject data) {
  const auto& policy = step.node().retry;
  const auto& state = step.state();
  const int attempts = std::max(1, state.attempt_in_group);
  merge(data, costs(failed.cost_usd, failed.tokens));
  data["error"] = json::to_json(failed.error);
  // What was computed, be it only the input, comes out the same each time.
  const bool is_effect = state.attempt_in_group > 0;
  if (is_effect && may_retry(policy, failed.error, attempts)) {
    const auto delay = std::max(retry_delay(policy, attempts, random_fraction()),
                                failed.retry_after.value_or(milliseconds(0)));
    data["attempt"] = state.attempt;
    data["until"] = to_rfc3339(now_ + delay);
    return emit(EventType::StepRetrying, step, std::move(data));
  }
  emit(EventType::StepFailed, step, std::move(data));
  report(step);
}

// --- waiting
// ----------------------------------------------------------------------------------------

void Machine::wait(const StepRef& step, StepWaits waits, JsonObject data) {
  if (waits.reason == WaitReason::Timer && waits.until && *waits.until <= now_)
    return complete(step, {.output = JsonObject{{"waited_until", to_rfc3339(*waits.until)}}},
                    std::move(data));
  harden(*step.frame);
  if (waits.task) {
    // Each time that it is handed out is an attempt.
    JsonObject started = std::move(data);
    started["attempt"] = step.state().attempt + 1;
    emit(EventType::StepStarted, step, std::move(started));
    data = {};
    if (const auto timeout = step.node().timeout) waits.until = now_ + *timeout;
  }
  data["reason"] = enum_name(waits.reason);
  if (waits.until) data["until"] = to_rfc3339(*waits.until);
  if (!waits.event.empty()) {
    changes_.new_waits.push_back({step.path(), waits.event});
    data["event"] = std::move(waits.event);
  }
  if (waits.approval) data["awaited"] = ask(step, *std::move(waits.approval), waits.until);
  if (waits.task) data["awaited"] = hand_out(step, *std::move(waits.task));
  emit(EventType::StepWaiting, step, std::move(data));
}

std::string Machine::ask(const StepRef& step, ApprovalRequest request,
                         std::optional<Timestamp> until) {
  Approval approval{.id = ApprovalId::make(now_),
                    .execution_id = execution().id,
                    .project_id = execution().project_id,
                    .workflow_id = execution().workflow_id,
                    .node_id = step.path(),
                    .title = std::move(request.title),
                    .description = std::move(request.description),
                    .form = std::move(request.form),
                    .approvers = std::move(request.approvers),
                    .status = ApprovalStatus::Pending,
                    .answer = {},
                    .expires_at = until,
                    .created_at = now_};
  changes_.new_approvals.push_back(approval);
  return approval.id.value;
}

std::string Machine::hand_out(const StepRef& step, TaskRequest request) {
  TaskRow task{.id = TaskId::make(now_),
               .execution_id = execution().id,
               .project_id = execution().project_id,
               .step = step.path(),
               .queue = std::move(request.queue),
               .payload = std::move(request.payload),
               .output_schema = std::move(request.output_schema),
               .heartbeat_ms = request.heartbeat.count(),
               .created_at = now_};
  changes_.new_tasks.push_back(task);
  return task.id.value;
}

void Machine::begin_child(const StepRef& step, StepBegins begins) {
  if (execution().depth >= kMaxDepth)
    return fail_step(step,
                     failure("workflow.too_deep",
                             fmt::format("workflows may call each other {} deep", kMaxDepth)),
                     {});
  const auto& parent = execution();
  const bool waits = begins.then == StepBegins::Then::Wait;
  Execution child{.id = ExecutionId::make(now_),
                  .project_id = parent.project_id,
                  .workflow_id = begins.workflow.workflow,
                  .workflow_version = begins.workflow.version,
                  .name = std::move(begins.name),
                  .trigger = "workflow",
                  .input = std::move(begins.input),
                  .output = {},
                  .error = {},
                  .priority = parent.priority,
                  .created_at = now_,
                  .updated_at = now_,
                  .created_by = parent.created_by,
                  .parent_id = parent.id,
                  .depth = parent.depth + 1,
                  .test = is_test() ? Json(JsonObject{}) : Json(),
                  .response = {}};
  if (waits) child.parent_step = step.path();
  const auto id = child.id.value;
  changes_.children.push_back({std::move(child), std::move(begins.standing)});
  if (!waits) return complete(step, {.output = JsonObject{{"execution_id", id}}}, {});
  JsonObject data{{"reason", enum_name(WaitReason::Workflow)}, {"awaited", id}};
  if (const auto timeout = step.node().timeout) data["until"] = to_rfc3339(now_ + *timeout);
  emit(EventType::StepWaiting, step, std::move(data));
}

/// Whoever it waited for need not answer any more.
void Machine::leave_wait(const StepRef& step) {
  const auto& state = step.state();
  if (state.status != StepStatus::Waiting || !state.reason) return;
  switch (*state.reason) {
    case WaitReason::Event:
      changes_.ended_waits.push_back(step.path());
      return;
    case WaitReason::Task:
      changes_.ended_tasks.push_back(state.awaited);
      return;
    case WaitReason::Workflow:
      changes_.sent.push_back(
          {.to = {state.awaited},
           .kind = MessageKind::Cancel,
           .data = JsonObject{{"reason", "the execution that began it no longer waits for it"}}});
      return;
    case WaitReason::Approval: {
      Approval cancelled;
      cancelled.id = {state.awaited};
      cancelled.status = ApprovalStatus::Cancelled;
      cancelled.decided_at = now_;
      changes_.decided_approvals.push_back(std::move(cancelled));
      return;
    }
    default:
      return;
  }
}

/// The time of a waiting step, or of a body, has come.
void Machine::time_out_step(const StepRef& step) {
  const auto& state = step.state();
  const auto until = *state.until;
  if (state.body)
    return close_body(step, failure("timeout", "the body took longer than its timeout"));
  switch (state.reason.value_or(WaitReason::Timer)) {
    case WaitReason::Retry:
      return work([&] { start_again(step); });
    case WaitReason::Approval: {
      Approval expired;
      expired.id = {state.awaited};
      expired.status = ApprovalStatus::Expired;
      expired.decided_at = now_;
      changes_.decided_approvals.push_back(std::move(expired));
      return complete(step, {.output = JsonObject{{"decision", "expired"}}, .ports = {"expired"}},
                      {});
    }
    case WaitReason::Task:
    case WaitReason::Workflow: {
      leave_wait(step);
      auto failed = failure("timeout", "the step took longer than its timeout");
      failed.error.retryable = true;
      return fail_step(step, std::move(failed), {});
    }
    case WaitReason::Event:
      leave_wait(step);
      if (has_port(step.node(), "timeout"))
        return complete(step, {.output = JsonObject{{"timed_out", true}}, .ports = {"timeout"}},
                        {});
      [[fallthrough]];
    default:
      return complete(step, {.output = JsonObject{{"waited_until", to_rfc3339(until)}}}, {});
  }
}

/// A retry: with the same input.
void Machine::start_again(const StepRef& step) {
  const auto* pure = kinds_.pure(step.node().type);
  if (!pure) return launch(step, {}, false);
  StepRun run{.execution = execution().id,
              .project = execution().project_id,
              .path = step.path(),
              .node = &step.node(),
              .input = step.state().input,
              .scope = step.frame,
              .now = now_};
  settle(step, pure->evaluate(run), {});
}

}  // namespace qd::engine
