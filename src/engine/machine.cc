#include "engine/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "engine/error_scope.h"

namespace qd::engine {
namespace {

/// Of one step's output, as JSON text.
constexpr std::size_t kMaxOutput = 16 << 20;

/// About how long the value is as text; cheap, and never much less than the truth.
std::size_t text_size(const Json& value) {
  switch (value.kind()) {
    case boost::json::kind::string: return value.get_string().size() + 2;
    case boost::json::kind::array: {
      std::size_t size = 2;
      for (const auto& item : value.get_array()) size += text_size(item) + 1;
      return size;
    }
    case boost::json::kind::object: {
      std::size_t size = 2;
      for (const auto& member : value.get_object()) size += member.key().size() + 4 + text_size(member.value());
      return size;
    }
    default: return 8;
  }
}

StepFailed failed_with(const Error& error) {
  return {.error = {.code = error.code, .message = error.message, .retryable = false, .details = {}}};
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

bool may_retry(const RetryPolicy& policy, const StepError& error, int attempts) {
  if (attempts >= policy.max_attempts) return false;
  return policy.on.empty() ? error.retryable : std::ranges::find(policy.on, error.code) != policy.on.end();
}

double random_fraction() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

bool has_port(const Node& node, std::string_view port) { return node.find_port(port).has_value(); }

}  // namespace

milliseconds retry_delay(const RetryPolicy& policy, int failed_attempts, double random) {
  double factor = 1;
  if (policy.backoff == Backoff::Linear) factor = failed_attempts;
  if (policy.backoff == Backoff::Exponential) factor = std::pow(2.0, failed_attempts - 1);
  const auto longest = static_cast<double>(policy.max_delay.count());
  const double delay = std::min(longest, static_cast<double>(policy.initial_delay.count()) * factor);
  return milliseconds(static_cast<std::int64_t>(delay * (1 - policy.jitter + policy.jitter * random)));
}

Machine::Machine(Execution execution, std::shared_ptr<const Definition> definition, const StepKinds& kinds,
                 MachineOptions options)
    : state_(std::move(execution), definition), kinds_(kinds), options_(options), planner_(definition) {}

void Machine::emit(EventType type, std::string node_id, JsonObject data) {
  Event event{.seq = execution().revision + 1, .at = now_, .type = type, .node_id = std::move(node_id), .data = std::move(data)};
  state_.apply(event);
  changes_.events.push_back(std::move(event));
}

void Machine::begin(Timestamp now) {
  now_ = now;
  state_.set_now(now);
  emit(EventType::Started, std::string(), {});
  if (const auto timeout = state_.definition().timeout) deadline_ = now + *timeout;
  follow(planner_.start(state_));
  update_status();
}

void Machine::take_up(Timestamp now) {
  now_ = now;
  state_.set_now(now);
  if (is_over()) return;
  const auto& execution = state_.execution();
  if (!execution.started_at) return begin(now);
  if (const auto timeout = state_.definition().timeout) deadline_ = *execution.started_at + *timeout;
  planner_ = Planner(state_.shared_definition());
  const auto running = state_.open_steps();
  auto actions = planner_.resume(state_.outcomes(), state_);
  for (const auto index : running)
    if (state_.step(index).status == StepStatus::Running)
      launches_.push_back({.node = index, .attempt = state_.step(index).attempt, .interrupted = true});
  if (execution.status != ExecutionStatus::Paused) follow(std::move(actions));
  tick(now);
}

void Machine::follow(std::vector<Action> actions) {
  std::ranges::move(actions, std::back_inserter(todo_));
  // A step that is settled at once asks the planner again: this loop takes that up, the stack stays flat.
  if (std::exchange(is_following_, true)) return;
  for (std::size_t i = 0; i < todo_.size() && !is_over(); ++i) {
    auto action = std::move(todo_[i]);
    if (const auto* start = std::get_if<StartStep>(&action)) {
      if (execution().status != ExecutionStatus::Paused) start_step(*start);
    } else if (const auto* skip = std::get_if<SkipStep>(&action)) {
      emit(EventType::StepSkipped, skip->node, {{"reason", enum_name(skip->reason)}});
    } else if (const auto* failed = std::get_if<FailStep>(&action)) {
      emit(EventType::StepFailed, failed->node, {{"error", json::to_json(failed->error)}});
    } else if (auto* end = std::get_if<Finish>(&action)) {
      const bool is_good = end->status == FinalStatus::Completed;
      auto error = end->error ? json::to_json(*end->error) : Json();
      if (end->failed_by) error.as_object()["node_id"] = node(*end->failed_by).id;
      finish(is_good ? ExecutionStatus::Completed : ExecutionStatus::Failed, std::move(end->output), std::move(error));
    }
  }
  todo_.clear();
  is_following_ = false;
}

void Machine::start_step(const StartStep& start) {
  const auto& node = this->node(start.node);
  const ErrorScope scope(state_, start.error_from ? &this->node(*start.error_from).id : nullptr);
  auto input = node.with.render(scope);
  if (!input) {
    auto failed = failed_with(input.error());
    failed.error.message = "with" + failed.error.message;
    return settle(start.node, std::move(failed), {});
  }
  if (const auto* pure = kinds_.pure(node.type)) {
    StepRun run{.execution = execution().id, .project = execution().project_id, .node = &node, .input = *input,
                .scope = &scope, .now = now_};
    auto result = pure->evaluate(run);
    return settle(start.node, std::move(result), {{"input", *std::move(input)}});
  }
  state_.step(start.node).input = *std::move(input);
  launch(start.node, state_.step(start.node).was_cut_off);
}

/// A new attempt with the step's input.
void Machine::launch(NodeIndex index, bool interrupted) {
  const auto& step = state_.step(index);
  if (!kinds_.effect(node(index).type))
    return settle(index, StepFailed{.error = {.code = "step.not_available", .message = "this server can't run such steps", .retryable = false, .details = {}}}, {});
  JsonObject data{{"attempt", step.attempt + 1}};
  if (step.attempt_in_group == 0) data["input"] = step.input;
  emit(EventType::StepStarted, index, std::move(data));
  state_.step(index).was_cut_off = false;
  launches_.push_back({.node = index, .attempt = step.attempt, .interrupted = interrupted});
}

bool Machine::is_current(const Launch& launch) const {
  const auto& step = state_.step(launch.node);
  return !is_over() && step.status == StepStatus::Running && step.attempt == launch.attempt;
}

void Machine::ended(const Launch& launch, StepResult result, Timestamp now) {
  if (!is_current(launch)) return;
  now_ = now;
  state_.set_now(now);
  settle(launch.node, std::move(result), {});
  update_status();
}

void Machine::recorded(const Launch& launch, const StepRecord& record, Timestamp now) {
  if (!is_current(launch)) return;
  now_ = now;
  JsonObject data{{"type", record.type}, {"data", record.data}};
  // What was paid counts from here on, whatever becomes of the attempt.
  for (const auto* name : {"cost_usd", "tokens"})
    if (const auto* value = json::find(record.data, name)) data[name] = *value;
  emit(EventType::StepRecorded, launch.node, std::move(data));
}

void Machine::settle(NodeIndex node, StepResult result, JsonObject data) {
  if (auto* done = std::get_if<StepDone>(&result)) return complete(node, std::move(*done), std::move(data));
  if (auto* waits = std::get_if<StepWaits>(&result)) return wait(node, std::move(*waits), std::move(data));
  if (auto* failed = std::get_if<StepFailed>(&result)) return fail_step(node, std::move(*failed), std::move(data));
  emit(EventType::StepUncertain, node, {{"message", std::get<StepUncertain>(result).message}});
}

void Machine::complete(NodeIndex node, StepDone done, JsonObject data) {
  if (text_size(done.output) > kMaxOutput)
    return fail_step(node,
                     {.error = {.code = "step.output_too_large",
                                .message = fmt::format("the output is larger than {} MiB", kMaxOutput >> 20),
                                .retryable = false,
                                .details = {}},
                      .cost_usd = done.cost_usd,
                      .tokens = done.tokens},
                     std::move(data));
  data["output"] = std::move(done.output);
  if (!done.ports.empty()) data["ports"] = Json(boost::json::value_from(done.ports));
  merge(data, costs(done.cost_usd, done.tokens));
  emit(EventType::StepCompleted, node, std::move(data));
  report(node);
}

void Machine::fail_step(NodeIndex index, StepFailed failed, JsonObject data) {
  const auto& policy = node(index).retry;
  const int attempts = std::max(1, state_.step(index).attempt_in_group);
  merge(data, costs(failed.cost_usd, failed.tokens));
  data["error"] = json::to_json(failed.error);
  // Steps that are computed give the same result each time.
  const bool is_effect = kinds_.effect(node(index).type) != nullptr;
  if (is_effect && may_retry(policy, failed.error, attempts)) {
    const auto delay = std::max(retry_delay(policy, attempts, random_fraction()), failed.retry_after.value_or(milliseconds(0)));
    data["attempt"] = state_.step(index).attempt;
    data["until"] = to_rfc3339(now_ + delay);
    return emit(EventType::StepRetrying, index, std::move(data));
  }
  emit(EventType::StepFailed, index, std::move(data));
  report(index);
}

void Machine::wait(NodeIndex index, StepWaits waits, JsonObject data) {
  data["reason"] = enum_name(waits.reason);
  if (waits.until) data["until"] = to_rfc3339(*waits.until);
  if (!waits.event.empty()) data["event"] = waits.event;
  if (waits.approval) {
    Approval approval{.id = ApprovalId::make(now_),
                      .execution_id = execution().id,
                      .project_id = execution().project_id,
                      .workflow_id = execution().workflow_id,
                      .node_id = node(index).id,
                      .title = std::move(waits.approval->title),
                      .description = std::move(waits.approval->description),
                      .form = std::move(waits.approval->form),
                      .approvers = std::move(waits.approval->approvers),
                      .status = ApprovalStatus::Pending,
                      .answer = {},
                      .expires_at = waits.until,
                      .created_at = now_};
    data["approval"] = approval.id.value;
    changes_.new_approvals.push_back(std::move(approval));
  }
  emit(EventType::StepWaiting, index, std::move(data));
}

/// Tells the planner of a step's end.
void Machine::report(NodeIndex node) {
  if (is_over()) return;
  const auto& step = state_.step(node);
  auto actions = planner_.record({.node = node, .status = step.status, .ports = step.ports, .error = step.error}, state_);
  if (!actions) throw std::logic_error("the planner refused a step's end: " + actions.error().message);
  follow(*std::move(actions));
}

void Machine::finish(ExecutionStatus status, Json output, Json error) {
  for (const auto index : state_.open_steps()) emit(EventType::StepCancelled, index, {});
  JsonObject data{{"status", enum_name(status)}};
  if (!output.is_null()) data["output"] = std::move(output);
  if (!error.is_null()) data["error"] = std::move(error);
  emit(EventType::Finished, std::string(), std::move(data));
  changes_.cancels_approvals = true;
  launches_.clear();
}

void Machine::tick(Timestamp now) {
  now_ = now;
  state_.set_now(now);
  if (is_over()) return;
  if (deadline_ && now >= *deadline_) {
    const StepError error{.code = "timeout", .message = "the execution took longer than its timeout", .retryable = false, .details = {}};
    return finish(ExecutionStatus::TimedOut, {}, json::to_json(error));
  }
  const bool is_paused = execution().status == ExecutionStatus::Paused;
  for (const auto index : state_.open_steps()) {
    const auto& step = state_.step(index);
    if (is_paused || is_over() || step.status != StepStatus::Waiting || !step.until || *step.until > now) continue;
    time_out_step(index);
  }
  update_status();
}

/// The time of a waiting step has come.
void Machine::time_out_step(NodeIndex index) {
  const auto& step = state_.step(index);
  switch (step.reason.value_or(WaitReason::Timer)) {
    case WaitReason::Retry: return launch(index, false);
    case WaitReason::Approval: {
      Approval expired;
      expired.id = {step.approval};
      expired.status = ApprovalStatus::Expired;
      expired.decided_at = now_;
      changes_.decided_approvals.push_back(std::move(expired));
      return complete(index, {.output = JsonObject{{"decision", "expired"}}, .ports = {"expired"}}, {});
    }
    case WaitReason::Event:
      if (has_port(node(index), "timeout")) return complete(index, {.output = JsonObject{{"timed_out", true}}, .ports = {"timeout"}}, {});
      [[fallthrough]];
    default: return complete(index, {.output = JsonObject{{"waited_until", to_rfc3339(*step.until)}}}, {});
  }
}

void Machine::cancel(std::string_view reason, Timestamp now) {
  now_ = now;
  const StepError error{.code = "cancelled", .message = reason.empty() ? "cancelled" : std::string(reason), .retryable = false, .details = {}};
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
  if (!index || state_.step(*index).approval != approval.id.value || state_.step(*index).status != StepStatus::Waiting) return;
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

void Machine::update_status() {
  auto& execution = state_.execution();
  if (is_over()) return;
  execution.waiting_for.reset();
  if (execution.status == ExecutionStatus::Paused) return;
  const bool is_running = std::ranges::any_of(
      state_.open_steps(), [&](NodeIndex node) { return state_.step(node).status == StepStatus::Running; });
  execution.status = is_running ? ExecutionStatus::Running : ExecutionStatus::Waiting;
  if (!is_running) execution.waiting_for = state_.waiting_for();
}

std::optional<Timestamp> Machine::wake_at() const {
  if (is_over()) return std::nullopt;
  auto wake = execution().status == ExecutionStatus::Paused ? std::nullopt : state_.next_wake();
  if (deadline_ && (!wake || *deadline_ < *wake)) wake = deadline_;
  return wake;
}

milliseconds Machine::timeout_of(NodeIndex index) const { return node(index).timeout.value_or(options_.step_timeout); }

StepRun Machine::run_of(const Launch& launch) const {
  const auto& step = state_.step(launch.node);
  const auto& node = this->node(launch.node);
  const auto begun = step.attempt_started_at.value_or(now_);
  return {.execution = execution().id,
          .project = execution().project_id,
          .node = &node,
          .input = step.input,
          .scope = &state_,
          .attempt = step.attempt_in_group,
          .idempotency_key = fmt::format("{}/{}/{}", execution().id.value, node.id, step.group),
          .now = now_,
          .deadline = begun + timeout_of(launch.node),
          .interrupted = launch.interrupted,
          .journal = nullptr};
}

}  // namespace qd::engine
