#include "engine/run_state.h"

#include <stdexcept>

namespace qd::engine {
namespace {

const Json* find_data(const Event& event, std::string_view name) {
  return event.data.if_contains(name);
}

Json data(const Event& event, std::string_view name) {
  const auto* value = find_data(event, name);
  return value ? *value : Json();
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
  return type == "turn" || type == "call";
}

bool uses(const expr::Template& with, std::string_view a, std::string_view b) {
  return std::ranges::any_of(with.uses(), [&](const auto& use) {
    return use.reference.root == a || use.reference.root == b;
  });
}

bool uses(const std::optional<expr::Expression>& condition, std::string_view a,
          std::string_view b) {
  return condition && std::ranges::any_of(condition->references(), [&](const auto& reference) {
           return reference.root == a || reference.root == b;
         });
}

bool uses_project(const Node& node) {
  if (node.type == NodeType::Agent || node.type == NodeType::Tool) return true;
  if (uses(node.with, "project", "vars") || uses(node.when, "project", "vars")) return true;
  return std::ranges::any_of(node.cases, [](const SwitchCase& one) {
    return uses(std::optional(one.when), "project", "vars");
  });
}

}  // namespace

bool needs_project(const Definition& definition) {
  if (definition.outputs && uses(*definition.outputs, "project", "vars")) return true;
  return std::ranges::any_of(definition.nodes, &uses_project);
}

RunState::RunState(Execution execution, std::shared_ptr<const Definition> definition)
    : execution_(std::move(execution)),
      definition_(std::move(definition)),
      steps_(definition_->nodes.size()) {
  views_.resize(steps_.size());
  // Told by the events anew.
  execution_.cost_usd = 0;
  execution_.tokens = 0;
}

void RunState::set_project(std::shared_ptr<const ProjectScope> project) {
  project_ = std::move(project);
  project_view_.reset();
  vars_view_.reset();
}

void RunState::apply(const Event& event) {
  execution_.revision = event.seq;
  execution_.updated_at = event.at;
  if (event.node_id.empty())
    apply_to_execution(event);
  else
    apply_to_step(event);
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
    case EventType::Resumed:
      execution_.status = ExecutionStatus::Running;
      if (find_data(event, "retried")) reset_for_retry();
      return;
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

void RunState::apply_to_step(const Event& event) {
  const auto node = definition_->find(event.node_id);
  if (!node)
    throw std::runtime_error("the journal names a node that the definition does not have: " +
                             event.node_id);
  auto& step = steps_[*node];
  views_[*node] = nullptr;
  all_steps_.reset();
  if (const auto* input = find_data(event, "input")) step.input = *input;
  add_costs(step, event.data);
  switch (event.type) {
    case EventType::StepStarted:
      step.status = StepStatus::Running;
      step.reason.reset();
      step.until.reset();
      step.was_cut_off = false;
      ++step.attempt;
      ++step.attempt_in_group;
      step.attempt_started_at = event.at;
      if (!step.started_at) step.started_at = event.at;
      return;
    case EventType::StepRecorded: {
      const auto type = text(event, "type");
      step.records.push_back({type, data(event, "data")});
      if (is_turn(type)) step.turns.push_back({event.at, type, data(event, "data")});
      return;
    }
    case EventType::StepWaiting:
    case EventType::StepRetrying:
      step.status = StepStatus::Waiting;
      step.reason = event.type == EventType::StepRetrying
                        ? WaitReason::Retry
                        : parse_enum<WaitReason>(text(event, "reason"));
      step.until = moment(event, "until");
      step.event = text(event, "event");
      step.approval = text(event, "approval");
      step.error = error_of(event);
      if (event.type == EventType::StepWaiting) step.attempt = std::max(step.attempt, 1);
      if (!step.started_at) step.started_at = event.at;
      return;
    case EventType::StepCompleted:
      return finish_step(step, event, StepStatus::Completed);
    case EventType::StepFailed:
      return finish_step(step, event, StepStatus::Failed);
    case EventType::StepSkipped:
      return finish_step(step, event, StepStatus::Skipped);
    case EventType::StepCancelled:
      step.was_cut_off = step.status == StepStatus::Running || step.status == StepStatus::Uncertain;
      return finish_step(step, event, StepStatus::Cancelled);
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

void RunState::finish_step(StepState& step, const Event& event, StepStatus status) {
  step.status = status;
  step.reason.reset();
  step.until.reset();
  step.finished_at = event.at;
  if (status == StepStatus::Completed || status == StepStatus::Failed)
    step.attempt = std::max(step.attempt, 1);
  if (!step.started_at && status != StepStatus::Skipped) step.started_at = event.at;
  step.output = data(event, "output");
  step.error = error_of(event);
  step.ports.clear();
  if (const auto* ports = find_data(event, "ports"))
    for (const auto& port : ports->as_array()) step.ports.emplace_back(port.as_string());
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
void RunState::reset_for_retry() {
  execution_.finished_at.reset();
  execution_.output = nullptr;
  execution_.error = nullptr;
  ++tries_;
  execution_view_.reset();
  all_steps_.reset();
  for (NodeIndex i = 0; i < steps_.size(); ++i) {
    auto& step = steps_[i];
    const bool ended_it =
        step.status == StepStatus::Cancelled ||
        (step.status == StepStatus::Failed && definition_->nodes[i].on_error == OnError::Fail);
    if (!ended_it) continue;
    views_[i] = nullptr;
    StepState fresh;
    fresh.attempt = step.attempt;
    fresh.cost_usd = step.cost_usd;
    fresh.tokens = step.tokens;
    fresh.turns = std::move(step.turns);
    // What was cut off may have happened outside: it goes on as the same logical call.
    fresh.was_cut_off = step.was_cut_off;
    fresh.group = step.was_cut_off ? step.group : step.group + 1;
    if (step.was_cut_off) fresh.records = std::move(step.records);
    step = std::move(fresh);
  }
}

std::vector<StepOutcome> RunState::outcomes() const {
  std::vector<StepOutcome> outcomes;
  for (NodeIndex i = 0; i < steps_.size(); ++i) {
    const auto& step = steps_[i];
    if (step.status == StepStatus::Pending) continue;
    outcomes.push_back(
        {.node = i, .status = step.status, .ports = step.ports, .error = step.error});
  }
  return outcomes;
}

std::vector<NodeIndex> RunState::open_steps() const {
  std::vector<NodeIndex> open;
  for (NodeIndex i = 0; i < steps_.size(); ++i)
    if (steps_[i].status != StepStatus::Pending && !is_decided(steps_[i].status)) open.push_back(i);
  return open;
}

std::optional<Timestamp> RunState::next_wake() const {
  std::optional<Timestamp> next;
  for (const auto& step : steps_)
    if (step.status == StepStatus::Waiting && step.until && (!next || *step.until < *next))
      next = step.until;
  return next;
}

std::optional<std::string> RunState::waiting_for() const {
  // What a person can do something about comes first.
  constexpr std::array kOrder{WaitReason::Approval, WaitReason::Answer, WaitReason::Budget,
                              WaitReason::Event,    WaitReason::Slot,   WaitReason::Retry,
                              WaitReason::Timer};
  for (const auto reason : kOrder)
    if (std::ranges::any_of(steps_, [&](const StepState& step) { return step.reason == reason; }))
      return std::string(enum_name(reason));
  return std::nullopt;
}

const Json& RunState::view_of(NodeIndex node) const {
  auto& view = views_[node];
  if (!view.is_null()) return view;
  const auto& step = steps_[node];
  view = JsonObject{{"status", enum_name(step.status)},
                    {"output", step.output},
                    {"error", step.error ? json::to_json(*step.error) : Json()},
                    {"attempts", step.attempt}};
  return view;
}

const Json* RunState::member(std::string_view root, std::string_view name) const {
  if (root != "steps") return Scope::member(root, name);
  const auto node = definition_->find(name);
  return node ? &view_of(*node) : nullptr;
}

const Json* RunState::find(std::string_view root) const {
  const auto made = [](std::optional<Json>& view, auto make) {
    if (!view) view.emplace(make());
    return &*view;
  };
  if (root == "input") return &execution_.input;
  if (root == "steps")
    return made(all_steps_, [&] {
      JsonObject all;
      for (NodeIndex i = 0; i < steps_.size(); ++i) all[definition_->nodes[i].id] = view_of(i);
      return all;
    });
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
