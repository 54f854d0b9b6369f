// What each event does to an execution and its steps.
#include <stdexcept>

#include "engine/run_state.h"
#include "engine/value_size.h"

namespace qd::engine {
namespace {

const Json* find_data(const Event& event, std::string_view name) {
  return event.data.if_contains(name);
}

Json data(const Event& event, std::string_view name) {
  const auto* value = find_data(event, name);
  return value ? *value : Json();
}

/// A value inside the event's data.
Json take(const Event& event, Json& value) {
  return event.text.empty() ? value : std::move(value);
}

Json take(Event& event, std::string_view name) {
  auto* value = event.data.if_contains(name);
  return value ? take(event, *value) : Json();
}

std::string text(const Event& event, std::string_view name) {
  const auto* value = find_data(event, name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<Timestamp> moment(const Event& event, std::string_view name) {
  return parse_rfc3339(text(event, name));
}

std::optional<StepError> error_of(const Event& event) {
  const auto* value = find_data(event, "error");
  if (!value || value->is_null()) return std::nullopt;
  auto error = json::from_json<StepError>(*value, json::Unknown::Ignore);
  return error ? std::optional(*std::move(error)) : std::nullopt;
}

bool is_turn(std::string_view type) {
  return type == "turn" || type == "call" || type == "log";
}

}  // namespace

void RunState::apply(Event& event) {
  execution_.revision = event.seq;
  execution_.updated_at = event.at;
  if (event.node_id.empty())
    apply_to_execution(event);
  else
    apply(step_at(event.node_id), event);
}

void RunState::apply_to_execution(const Event& event) {
  switch (event.type) {
    case EventType::Started:
      execution_.status = ExecutionStatus::Running;
      execution_.started_at = event.at;
      return;
    case EventType::Paused:
      execution_.status = ExecutionStatus::Paused;
      return;
    case EventType::Failing:
      execution_.error = data(event, "error");
      failing_as_ = parse_enum<ExecutionStatus>(text(event, "status"));
      return;
    case EventType::Resumed:
      execution_.status = ExecutionStatus::Running;
      if (!find_data(event, "retried")) return;
      execution_.finished_at.reset();
      execution_.output = nullptr;
      execution_.error = nullptr;
      ++tries_;
      execution_view_.reset();
      return reset_for_retry(root_);
    case EventType::Finished:
      execution_.status =
          parse_enum<ExecutionStatus>(text(event, "status")).value_or(ExecutionStatus::Failed);
      execution_.finished_at = event.at;
      execution_.output = data(event, "output");
      execution_.error = data(event, "error");
      execution_.waiting_for.reset();
      return;
    default:
      throw std::logic_error("an execution has no such event");
  }
}

void RunState::apply(const StepRef& ref, Event& event) {
  auto& step = ref.state();
  ref.frame->touch(ref.index);
  if (find_data(event, "input")) step.input = take(event, "input");
  add_costs(step, event.data);
  apply_to_step(ref, event);
  if (step.status == StepStatus::Pending || is_decided(step.status))
    open_.erase(ref);
  else
    open_.insert(ref);
}

void RunState::apply_to_step(const StepRef& ref, Event& event) {
  auto& step = ref.state();
  switch (event.type) {
    case EventType::StepStarted:
      return start_step(ref, event);
    case EventType::StepRecorded:
      return add_record(ref, event);
    case EventType::StepWaiting:
    case EventType::StepRetrying:
      step.status = StepStatus::Waiting;
      step.reason = event.type == EventType::StepRetrying
                        ? WaitReason::Retry
                        : parse_enum<WaitReason>(text(event, "reason"));
      step.until = moment(event, "until");
      step.event = text(event, "event");
      step.awaited = text(event, "awaited");
      step.error = error_of(event);
      if (event.type == EventType::StepWaiting) step.attempt = std::max(step.attempt, 1);
      if (!step.started_at) step.started_at = event.at;
      return;
    case EventType::StepCompleted:
      return finish_step(ref, event, StepStatus::Completed);
    case EventType::StepFailed:
      return finish_step(ref, event, StepStatus::Failed);
    case EventType::StepSkipped:
      return finish_step(ref, event, StepStatus::Skipped);
    case EventType::StepCancelled:
      step.was_cut_off = step.status == StepStatus::Running || step.status == StepStatus::Uncertain;
      return finish_step(ref, event, StepStatus::Cancelled);
    case EventType::StepUncertain:
      step.status = StepStatus::Uncertain;
      step.reason = WaitReason::Answer;
      step.error = StepError{.code = "step.uncertain",
                             .message = text(event, "message"),
                             .retryable = false,
                             .details = {}};
      return;
    default:
      throw std::logic_error("a step has no such event");
  }
}

void RunState::start_step(const StepRef& ref, const Event& event) {
  auto& step = ref.state();
  step.status = StepStatus::Running;
  step.reason.reset();
  step.until.reset();
  step.was_cut_off = false;
  ++step.attempt;
  ++step.attempt_in_group;
  step.attempt_started_at = event.at;
  if (!step.started_at) step.started_at = event.at;
  if (!has_body(ref.node().type)) return;
  step.until = moment(event, "until");
  if (step.body) return;
  step.body = std::make_unique<Body>();
  auto& body = *step.body;
  body.total = static_cast<std::size_t>(event.data.at("total").as_int64());
  if (ref.node().type == NodeType::Map) {
    body.results.resize(body.total);
    body.is_done.resize(body.total);
  }
}

void RunState::add_record(const StepRef& ref, Event& event) {
  auto& step = ref.state();
  const auto type = text(event, "type");
  if (type == kItemsRecord) return add_items(*step.body, event);
  if (type == kRoundRecord) {
    step.body->done = static_cast<std::size_t>(event.data.at("rounds").as_int64());
    step.body->last = data(event, "data");
    step.body->is_satisfied = event.data.at("done").as_bool();
    return drop_frame(*step.body, step.body->done - 1);
  }
  step.records.push_back({type, data(event, "data")});
  if (is_turn(type)) step.turns.push_back({event.at, type, data(event, "data")});
}

/// Each is [index, output], and [index, {error}, false] where it failed. Who reads for people may
/// have a stand-in for all of them.
void RunState::add_items(Body& body, Event& event) {
  body.done += static_cast<std::size_t>(event.data.at("count").as_int64());
  body.failed += static_cast<std::size_t>(event.data.at("failed").as_int64());
  auto& items = event.data.at("data");
  if (!items.is_array()) {
    body.is_whole = false;
    return;
  }
  for (auto& one : items.get_array()) {
    auto& item = one.as_array();
    const auto index = static_cast<std::size_t>(item.at(0).as_int64());
    body.size += text_size(item.at(1)) + 1;
    body.results.at(index) = take(event, item.at(1));
    body.is_done.at(index) = true;
    drop_frame(body, index);
  }
}

void RunState::drop_frame(Body& body, std::size_t index) {
  const auto frame = body.frames.find(index);
  if (ended_ == Ended::Dropped && frame != body.frames.end()) take_frame(*frame->second);
}

void RunState::finish_step(const StepRef& ref, Event& event, StepStatus status) {
  auto& step = ref.state();
  step.status = status;
  step.reason.reset();
  step.until.reset();
  step.finished_at = event.at;
  step.ended_by = event.seq;
  if (status == StepStatus::Completed || status == StepStatus::Failed)
    step.attempt = std::max(step.attempt, 1);
  if (!step.started_at && status != StepStatus::Skipped) step.started_at = event.at;
  step.output = take(event, "output");
  step.error = error_of(event);
  step.ports.clear();
  if (const auto* ports = find_data(event, "ports"))
    for (const auto& port : ports->as_array()) step.ports.emplace_back(port.as_string());
  if (status == StepStatus::Completed && ref.node().type == NodeType::Respond)
    execution_.response = step.output;
  if (!step.body) return;
  if (find_data(event, "from_items"))
    step.output = step.body->is_whole ? Json(std::move(step.body->results))
                                      : Json(JsonObject{{"$large", JsonObject()}});
  if (ended_ == Ended::Kept) return;
  // Retrying goes on with what is done of it.
  const bool may_go_on = status == StepStatus::Cancelled ||
                         (status == StepStatus::Failed && ref.node().on_error == OnError::Fail);
  if (!may_go_on) step.body.reset();
}

void RunState::add_costs(StepState& step, const JsonObject& data) {
  const auto* cost = data.if_contains("cost_usd");
  const auto* tokens = data.if_contains("tokens");
  const double usd = cost && cost->is_number() ? cost->to_number<double>() : 0;
  const std::int64_t count = tokens && tokens->is_int64() ? tokens->get_int64() : 0;
  step.cost_usd += usd;
  step.tokens += count;
  execution_.cost_usd += usd;
  execution_.tokens += count;
}

/// What failed or was cut off begins again; what is done stays done.
void RunState::reset_for_retry(Frame& frame) {
  for (NodeIndex i = 0; i < frame.definition().nodes.size(); ++i) {
    auto& step = frame.step(i);
    const auto& node = frame.definition().nodes[i];
    const bool ended_it = step.status == StepStatus::Cancelled ||
                          (step.status == StepStatus::Failed && node.on_error == OnError::Fail);
    if (!ended_it) continue;
    frame.touch(i);
    StepState fresh;
    fresh.attempt = step.attempt;
    fresh.cost_usd = step.cost_usd;
    fresh.tokens = step.tokens;
    fresh.turns = std::move(step.turns);
    // What was cut off may have happened outside: it goes on as the same logical call.
    fresh.was_cut_off = step.was_cut_off;
    fresh.group = step.was_cut_off ? step.group : step.group + 1;
    if (step.was_cut_off) fresh.records = std::move(step.records);
    if (step.body) {
      fresh.input = std::move(step.input);
      fresh.body = std::move(step.body);
      for (const auto& [index, inner] : fresh.body->frames) reset_for_retry(*inner);
    }
    step = std::move(fresh);
  }
}

std::optional<Timestamp> RunState::next_wake() const {
  std::optional<Timestamp> next;
  for (const auto& ref : open_) {
    const auto& step = ref.state();
    const bool is_timed = step.status == StepStatus::Waiting || step.body;
    if (is_timed && step.until && (!next || *step.until < *next)) next = step.until;
  }
  return next;
}

std::optional<std::string> RunState::waiting_for() const {
  // What a person can do something about comes first.
  constexpr std::array kOrder{WaitReason::Approval, WaitReason::Answer, WaitReason::Budget,
                              WaitReason::Event,    WaitReason::Task,   WaitReason::Workflow,
                              WaitReason::Slot,     WaitReason::Retry,  WaitReason::Timer};
  for (const auto reason : kOrder)
    if (std::ranges::any_of(open_,
                            [&](const StepRef& ref) { return ref.state().reason == reason; }))
      return std::string(enum_name(reason));
  return std::nullopt;
}

const Json* RunState::find(std::string_view root) const {
  const auto made = [](std::optional<Json>& view, auto make) {
    if (!view) view.emplace(make());
    return &*view;
  };
  if (root == "input") return &execution_.input;
  if (root == "execution")
    return made(execution_view_, [&] {
      return JsonObject{
          {"id", execution_.id.value},
          {"started_at", to_rfc3339(execution_.started_at.value_or(execution_.created_at))},
          {"trigger", execution_.trigger},
          {"attempt", tries_}};
    });
  if (root == "workflow")
    return made(workflow_view_, [&] {
      return JsonObject{{"id", execution_.workflow_id ? execution_.workflow_id->value : ""},
                        {"name", execution_.name},
                        {"version", execution_.workflow_version}};
    });
  if (root == "project")
    return made(project_view_, [&] {
      return JsonObject{{"id", execution_.project_id.value},
                        {"name", project_ ? project_->name : ""}};
    });
  if (root == "vars")
    return made(vars_view_, [&] { return project_ ? project_->variables : JsonObject{}; });
  return nullptr;
}

}  // namespace qd::engine
