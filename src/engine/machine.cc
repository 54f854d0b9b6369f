#include "engine/machine.h"

#include <fmt/format.h>

#include "engine/error_scope.h"
#include "engine/retry.h"

namespace qd::engine {
namespace {

/// Of one step's output, as JSON text.
constexpr std::size_t kMaxOutput = 16 << 20;

/// About how long the value is as text; cheap, and never much less than the truth.
std::size_t text_size(const Json& value) {
  switch (value.kind()) {
    case boost::json::kind::string:
      return value.get_string().size() + 2;
    case boost::json::kind::array: {
      std::size_t size = 2;
      for (const auto& item : value.get_array()) size += text_size(item) + 1;
      return size;
    }
    case boost::json::kind::object: {
      std::size_t size = 2;
      for (const auto& member : value.get_object())
        size += member.key().size() + 4 + text_size(member.value());
      return size;
    }
    default:
      return 8;
  }
}

StepFailed failed_with(const Error& error) {
  return {
      .error = {.code = error.code, .message = error.message, .retryable = false, .details = {}}};
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

Machine::Machine(Execution execution, std::shared_ptr<const Definition> definition,
                 const StepKinds& kinds, MachineOptions options)
    : state_(std::move(execution), definition),
      kinds_(kinds),
      options_(options),
      planner_(definition) {}

void Machine::emit(EventType type, std::string node_id, JsonObject data) {
  Event event{.seq = execution().revision + 1,
              .at = now_,
              .type = type,
              .node_id = std::move(node_id),
              .data = std::move(data)};
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

void Machine::take_up(std::optional<Timestamp> deadline, Timestamp now) {
  now_ = now;
  state_.set_now(now);
  if (is_over()) return;
  if (!execution().started_at) return begin(now);
  deadline_ = deadline;
  if (is_due(now)) return time_out();
  planner_ = Planner(state_.shared_definition());
  const auto open = state_.open_steps();
  auto actions = planner_.resume(state_.outcomes(), state_);
  for (const auto index : open)
    if (state_.step(index).status == StepStatus::Running)
      launches_.push_back(
          {.node = index, .attempt = state_.step(index).attempt, .interrupted = true});
  if (may_begin()) follow(std::move(actions));
  tick(now);
}

void Machine::follow(std::vector<Action> actions) {
  std::ranges::move(actions, std::back_inserter(todo_));
  // A step that is settled at once asks the planner again: this loop takes that up, the stack stays
  // flat.
  if (std::exchange(is_following_, true)) return;
  for (std::size_t i = 0; i < todo_.size() && !is_over(); ++i) {
    auto action = std::move(todo_[i]);
    if (const auto* start = std::get_if<StartStep>(&action)) {
      if (may_begin()) start_step(*start);
    } else if (const auto* skip = std::get_if<SkipStep>(&action)) {
      emit(EventType::StepSkipped, skip->node, {{"reason", enum_name(skip->reason)}});
    } else if (const auto* failed = std::get_if<FailStep>(&action)) {
      emit(EventType::StepFailed, failed->node, {{"error", json::to_json(failed->error)}});
    } else if (auto* end = std::get_if<Finish>(&action)) {
      const bool is_good = end->status == FinalStatus::Completed;
      auto error = end->error ? json::to_json(*end->error) : Json();
      if (end->failed_by) error.as_object()["node_id"] = node(*end->failed_by).id;
      finish(is_good ? ExecutionStatus::Completed : ExecutionStatus::Failed, std::move(end->output),
             std::move(error));
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
    StepRun run{.execution = execution().id,
                .project = execution().project_id,
                .node = &node,
                .input = *input,
                .scope = &scope,
                .now = now_};
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
    return settle(index,
                  StepFailed{.error = {.code = "step.not_available",
                                       .message = "this server can't run such steps",
                                       .retryable = false,
                                       .details = {}}},
                  {});
  JsonObject data{{"attempt", step.attempt + 1}};
  if (step.attempt_in_group == 0) data["input"] = step.input;
  emit(EventType::StepStarted, index, std::move(data));
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
  if (auto* done = std::get_if<StepDone>(&result))
    return complete(node, std::move(*done), std::move(data));
  if (auto* waits = std::get_if<StepWaits>(&result))
    return wait(node, std::move(*waits), std::move(data));
  if (auto* failed = std::get_if<StepFailed>(&result))
    return fail_step(node, std::move(*failed), std::move(data));
  emit(EventType::StepUncertain, node, {{"message", std::get<StepUncertain>(result).message}});
}

void Machine::complete(NodeIndex node, StepDone done, JsonObject data) {
  if (text_size(done.output) > kMaxOutput)
    return fail_step(
        node,
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
  // What was computed, be it only the input, comes out the same each time.
  const bool is_effect = state_.step(index).attempt_in_group > 0;
  if (is_effect && may_retry(policy, failed.error, attempts)) {
    const auto delay = std::max(retry_delay(policy, attempts, random_fraction()),
                                failed.retry_after.value_or(milliseconds(0)));
    data["attempt"] = state_.step(index).attempt;
    data["until"] = to_rfc3339(now_ + delay);
    return emit(EventType::StepRetrying, index, std::move(data));
  }
  emit(EventType::StepFailed, index, std::move(data));
  report(index);
}

void Machine::wait(NodeIndex index, StepWaits waits, JsonObject data) {
  if (waits.reason == WaitReason::Timer && waits.until && *waits.until <= now_)
    return complete(index, {.output = JsonObject{{"waited_until", to_rfc3339(*waits.until)}}},
                    std::move(data));
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
  auto actions = planner_.record(
      {.node = node, .status = step.status, .ports = step.ports, .error = step.error}, state_);
  if (!actions)
    throw std::logic_error("the planner refused a step's end: " + actions.error().message);
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
  if (is_due(now)) return time_out();
  if (!may_begin()) return;
  for (const auto index : state_.open_steps()) {
    const auto& step = state_.step(index);
    if (is_over() || step.status != StepStatus::Waiting || !step.until || *step.until > now)
      continue;
    time_out_step(index);
  }
  update_status();
}

void Machine::time_out() {
  const StepError error{.code = "timeout",
                        .message = "the execution took longer than its timeout",
                        .retryable = false,
                        .details = {}};
  finish(ExecutionStatus::TimedOut, {}, json::to_json(error));
}

/// The time of a waiting step has come.
void Machine::time_out_step(NodeIndex index) {
  const auto& step = state_.step(index);
  switch (step.reason.value_or(WaitReason::Timer)) {
    case WaitReason::Retry:
      return launch(index, false);
    case WaitReason::Approval: {
      Approval expired;
      expired.id = {step.approval};
      expired.status = ApprovalStatus::Expired;
      expired.decided_at = now_;
      changes_.decided_approvals.push_back(std::move(expired));
      return complete(index, {.output = JsonObject{{"decision", "expired"}}, .ports = {"expired"}},
                      {});
    }
    case WaitReason::Event:
      if (has_port(node(index), "timeout"))
        return complete(index, {.output = JsonObject{{"timed_out", true}}, .ports = {"timeout"}},
                        {});
      [[fallthrough]];
    default:
      return complete(index, {.output = JsonObject{{"waited_until", to_rfc3339(*step.until)}}}, {});
  }
}

void Machine::update_status() {
  auto& execution = state_.execution();
  if (is_over()) return;
  execution.waiting_for.reset();
  if (execution.status == ExecutionStatus::Paused) return;
  // What is held back is to be begun by whoever takes the execution up.
  const bool goes_on = is_running() || is_held_;
  execution.status = goes_on ? ExecutionStatus::Running : ExecutionStatus::Waiting;
  if (!goes_on) execution.waiting_for = state_.waiting_for();
}

bool Machine::is_running() const {
  return std::ranges::any_of(state_.open_steps(), [&](NodeIndex node) {
    return state_.step(node).status == StepStatus::Running;
  });
}

bool Machine::is_at_rest() const {
  return is_over() || (launches_.empty() && !is_running());
}

std::optional<Timestamp> Machine::wake_at() const {
  if (is_over()) return std::nullopt;
  auto wake = execution().status == ExecutionStatus::Paused ? std::nullopt : state_.next_wake();
  if (deadline_ && (!wake || *deadline_ < *wake)) wake = deadline_;
  return wake;
}

const std::string* Machine::error_step_of(NodeIndex index) const {
  const auto source = planner_.error_source(index);
  return source ? &node(*source).id : nullptr;
}

StepResult Machine::overdue(NodeIndex index) const {
  const auto& node = this->node(index);
  const bool may_repeat = node.effect ? *node.effect != Effect::Once : node.type == NodeType::Llm;
  if (!may_repeat)
    return StepUncertain{"the step did not end in its time; what it did outside is not known"};
  return StepFailed{.error = {.code = "timeout",
                              .message = "the step took longer than its timeout",
                              .retryable = true,
                              .details = {}}};
}

StepRun Machine::run_of(const Launch& launch) const {
  const auto& step = state_.step(launch.node);
  const auto& node = this->node(launch.node);
  // An attempt that a stopped server left has its whole time again.
  const auto begun = launch.interrupted ? now_ : step.attempt_started_at.value_or(now_);
  return {.execution = execution().id,
          .project = execution().project_id,
          .node = &node,
          .input = step.input,
          .scope = &state_,
          .attempt = step.attempt_in_group,
          .idempotency_key = fmt::format("{}/{}/{}", execution().id.value, node.id, step.group),
          .now = now_,
          .deadline = begun + node.timeout.value_or(options_.step_timeout),
          .interrupted = launch.interrupted,
          .journal = nullptr};
}

}  // namespace qd::engine
