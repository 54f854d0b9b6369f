#include "engine/machine.h"

#include <fmt/format.h>

#include "engine/value_size.h"

namespace qd::engine {
namespace {

/// Of steps inside bodies, before others have their turn.
constexpr int kStepsPerTurn = 2'000;

}  // namespace

Machine::Machine(Execution execution, std::shared_ptr<const Definition> definition,
                 const StepKinds& kinds, MachineOptions options)
    : state_(std::move(execution), std::move(definition)), kinds_(kinds), options_(options) {}

// --- events
// -----------------------------------------------------------------------------------------

void Machine::at(Timestamp now) {
  now_ = now;
  state_.set_now(now);
  budget_ = kStepsPerTurn;
}

void Machine::emit(EventType type, JsonObject data) {
  Event event{execution().revision + 1, now_, type, "", std::move(data)};
  state_.apply(event);
  changes_.events.push_back(std::move(event));
}

void Machine::emit(EventType type, const StepRef& step, JsonObject data) {
  Event event{0, now_, type, step.path(), std::move(data)};
  auto& frame = *step.frame;
  if (!frame.is_young) {
    event.seq = execution().revision + 1;
    event.text = text_for_row(event.data);
  }
  state_.apply(step, event);
  if (frame.is_young)
    frame.held.push_back(std::move(event));
  else
    store(std::move(event));
}

void Machine::store(Event event) {
  auto& execution = state_.execution();
  event.seq = ++execution.revision;
  execution.updated_at = event.at;
  changes_.events.push_back(std::move(event));
}

/// It is about to have an effect: what led there is stored with it.
void Machine::harden(Frame& frame) {
  if (!frame.is_young) return;
  const auto& container = *frame.container();
  harden(*container.frame);
  // A round begins with what the one before it made.
  if (container.node().type == NodeType::Loop) record_results(container);
  frame.is_young = false;
  for (auto& event : std::exchange(frame.held, {})) store(std::move(event));
}

// --- following the planners
// -------------------------------------------------------------------------

void Machine::follow_all() {
  while (!todo_.empty() && !is_over()) {
    auto next = std::move(todo_.front());
    todo_.pop_front();
    if (!next.frame->is_over) follow(std::move(next));
  }
  todo_.clear();
  dropped_.clear();
}

void Machine::queue(Frame& frame, std::vector<Action> actions) {
  work([&] {
    for (auto& action : actions) todo_.push_back({&frame, std::move(action)});
  });
}

void Machine::follow(Todo todo) {
  auto& frame = *todo.frame;
  if (const auto* start = std::get_if<StartStep>(&todo.action)) {
    if (may_begin()) start_step({&frame, start->node}, start->error_from);
  } else if (const auto* skip = std::get_if<SkipStep>(&todo.action)) {
    emit(EventType::StepSkipped, {&frame, skip->node}, {{"reason", enum_name(skip->reason)}});
  } else if (const auto* failed = std::get_if<FailStep>(&todo.action)) {
    emit(EventType::StepFailed, {&frame, failed->node}, {{"error", json::to_json(failed->error)}});
  } else {
    auto& end = std::get<Finish>(todo.action);
    if (frame.container()) return end_frame(frame, std::move(end));
    auto error = end.error ? json::to_json(*end.error) : Json();
    if (end.failed_by) error.as_object()["node_id"] = StepRef{&frame, *end.failed_by}.path();
    const bool is_good = end.status == FinalStatus::Completed;
    finish(is_good ? ExecutionStatus::Completed : ExecutionStatus::Failed, std::move(end.output),
           std::move(error));
  }
}

/// Tells whoever plans of a step's end.
void Machine::report(const StepRef& step) {
  if (is_over() || step.frame->is_over) return;
  if (state_.failing_as()) return work([&] { undo_next(); });
  const auto& state = step.state();
  const auto* stop_at = json::find(execution().test, "stop_at");
  if (stop_at && *stop_at == Json(step.path()))
    return finish(ExecutionStatus::Completed, state.output, nullptr);
  auto actions = step.frame->planner.record(
      {.node = step.index, .status = state.status, .ports = state.ports, .error = state.error},
      *step.frame);
  if (!actions)
    throw std::logic_error("the planner refused a step's end: " + actions.error().message);
  queue(*step.frame, *std::move(actions));
}

// --- beginning
// --------------------------------------------------------------------------------------

void Machine::begin(Timestamp now) {
  at(now);
  JsonObject data;
  if (is_test()) data["test"] = execution().test;
  emit(EventType::Started, std::move(data));
  if (const auto timeout = state_.definition().timeout) deadline_ = now + *timeout;
  auto& root = state_.root();
  queue(root, root.planner.start(root));
  update_status();
}

void Machine::take_up(std::optional<Timestamp> deadline, Timestamp now) {
  at(now);
  if (is_over()) return;
  if (!execution().started_at) return begin(now);
  deadline_ = deadline;
  if (is_due(now) && !state_.failing_as()) return time_out();
  for (const auto& step : state_.open_steps())
    if (step.state().status == StepStatus::Running && !step.state().body)
      launches_.push_back({step.path(), step.state().attempt, true, cache_key(step)});
  if (may_begin()) resume_planning();
  tick(now);
}

void Machine::resume_planning() {
  work([&] {
    if (state_.failing_as())
      undo_next();
    else
      resume_frame(state_.root());
  });
}

/// What was to start and did not is planned again.
void Machine::resume_frame(Frame& frame) {
  frame.is_over = false;
  frame.planner = Planner(frame.shared_definition());
  std::vector<StepRef> containers;
  for (NodeIndex i = 0; i < frame.definition().nodes.size(); ++i)
    if (frame.step(i).body && frame.step(i).status == StepStatus::Running)
      containers.push_back({&frame, i});
  queue(frame, frame.planner.resume(frame.outcomes(), frame));
  for (const auto& container : containers) {
    for (const auto& [index, inner] : container.state().body->frames) resume_frame(*inner);
    run_body(container);
  }
}

void Machine::go_on(Timestamp now) {
  at(now);
  work([&] {
    for (const auto& step : std::exchange(stalled_, {})) run_body(step);
  });
  update_status();
}

// --- time
// -------------------------------------------------------------------------------------------

void Machine::tick(Timestamp now) {
  at(now);
  if (is_over()) return;
  if (is_due(now) && !state_.failing_as()) return time_out();
  if (!may_begin()) return;
  std::vector<std::string> due;
  for (const auto& step : state_.open_steps())
    if (const auto until = step.state().until; until && *until <= now) due.push_back(step.path());
  for (const auto& path : due) {
    const auto step = is_over() ? std::nullopt : state_.find_step(path);
    if (step && !is_decided(step->state().status)) time_out_step(*step);
  }
  update_status();
}

void Machine::time_out() {
  const StepError error{.code = "timeout",
                        .message = "the execution took longer than its timeout",
                        .retryable = false,
                        .details = {}};
  finish(ExecutionStatus::TimedOut, {}, json::to_json(error));
  update_status();
}

std::optional<Timestamp> Machine::wake_at() const {
  if (is_over() || execution().status == ExecutionStatus::Paused) return deadline_;
  auto wake = state_.next_wake();
  if (deadline_ && !state_.failing_as() && (!wake || *deadline_ < *wake)) wake = deadline_;
  return wake;
}

// --- ending
// -----------------------------------------------------------------------------------------

/// Undoes first what is to be undone.
void Machine::finish(ExecutionStatus status, Json output, Json error) {
  const bool is_failure = status == ExecutionStatus::Failed || status == ExecutionStatus::TimedOut;
  if (!is_failure || state_.failing_as() || !next_undo())
    return end(status, std::move(output), std::move(error));
  record_all_results();
  emit(EventType::Failing, {{"status", enum_name(status)}, {"error", std::move(error)}});
  cancel_open_steps(state_.root(), "the execution failed");
  todo_.clear();
  work([&] { undo_next(); });
}

void Machine::end(ExecutionStatus status, Json output, Json error) {
  record_all_results();
  cancel_open_steps(state_.root(), "the execution is over");
  JsonObject data{{"status", enum_name(status)}};
  if (!output.is_null()) data["output"] = std::move(output);
  if (!error.is_null()) data["error"] = std::move(error);
  emit(EventType::Finished, std::move(data));
  stalled_.clear();
  if (auto message = end_message(execution())) changes_.sent.push_back(*std::move(message));
}

void Machine::cancel_open_steps(const Frame& inside, std::string_view reason) {
  std::vector<StepRef> open;
  for (const auto& step : state_.open_steps())
    if (step.frame->is_within(inside)) open.push_back(step);
  for (const auto& step : open) {
    leave_wait(step);
    emit(EventType::StepCancelled, step, {{"reason", reason}});
  }
}

// --- where it stands
// ----------------------------------------------------------------------------------

void Machine::update_status() {
  record_all_results();
  auto& execution = state_.execution();
  if (is_over()) return;
  execution.waiting_for.reset();
  if (execution.status == ExecutionStatus::Paused) return;
  // What is held back is to be begun by whoever takes the execution up.
  const bool goes_on = is_running() || is_held_ || !stalled_.empty();
  execution.status = goes_on ? ExecutionStatus::Running : ExecutionStatus::Waiting;
  if (!goes_on) execution.waiting_for = state_.waiting_for();
}

bool Machine::is_running() const {
  return std::ranges::any_of(state_.open_steps(), [&](const StepRef& step) {
    return step.state().status == StepStatus::Running && !step.state().body;
  });
}

bool Machine::is_at_rest() const {
  return is_over() || (launches_.empty() && !is_running() && stalled_.empty());
}

}  // namespace qd::engine
