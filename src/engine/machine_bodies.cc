// Maps and loops: their bodies are run as frames, items beside each other and rounds one after the
// other. A run that only computes is not stored; its result is, many in one event.
#include <fmt/format.h>

#include "engine/machine.h"
#include "engine/value_size.h"

namespace qd::engine {
namespace {

constexpr std::size_t kMaxItems = 100'000;
constexpr std::int64_t kMaxConcurrency = 1'000;
constexpr std::int64_t kConcurrency = 10;
constexpr std::int64_t kMaxRounds = 10'000;
constexpr std::int64_t kRounds = 100;

/// A whole number from 1 to `most`, or `otherwise` where there is none.
Result<std::int64_t> count_field(const Json& input, std::string_view name, std::int64_t otherwise,
                                 std::int64_t most) {
  const auto* value = json::find(input, name);
  if (!value || value->is_null()) return otherwise;
  if (value->is_int64() && value->get_int64() >= 1 && value->get_int64() <= most)
    return value->get_int64();
  return fail(ErrorKind::Invalid, "step.bad_count",
              fmt::format("'{}' must be a whole number from 1 to {}", name, most));
}

std::size_t concurrency_of(const StepRef& step) {
  return static_cast<std::size_t>(
      count_field(step.state().input, "concurrency", kConcurrency, kMaxConcurrency)
          .value_or(kConcurrency));
}

/// What is wrong with a map's or loop's input.
std::optional<StepFailed> fault_of(const Node& node, const Json& input) {
  if (node.type == NodeType::Loop) {
    const auto rounds = count_field(input, "max_iterations", kRounds, kMaxRounds);
    if (!rounds) return failure(rounds.error().code, rounds.error().message);
    return std::nullopt;
  }
  const auto* items = json::find(input, "items");
  if (!items || !items->is_array()) return failure("map.no_list", "'items' must be a list");
  if (items->get_array().size() > kMaxItems)
    return failure("map.too_many_items", fmt::format("a map takes at most {} items, not {}",
                                                     kMaxItems, items->get_array().size()));
  const auto concurrency = count_field(input, "concurrency", kConcurrency, kMaxConcurrency);
  if (!concurrency) return failure(concurrency.error().code, concurrency.error().message);
  return std::nullopt;
}

}  // namespace

void Machine::open_body(const StepRef& step, Json input) {
  auto& state = step.state();
  JsonObject data{{"attempt", state.attempt + 1}};
  if (const auto timeout = step.node().timeout) data["until"] = to_rfc3339(now_ + *timeout);
  const bool is_retried = state.body != nullptr;
  if (!is_retried) {
    if (auto fault = fault_of(step.node(), input))
      return settle(step, *std::move(fault), {{"input", std::move(input)}});
    data["total"] = step.node().type == NodeType::Loop
                        ? *count_field(input, "max_iterations", kRounds, kMaxRounds)
                        : std::ssize(input.at("items").as_array());
    data["input"] = std::move(input);
  }
  if (step.node().timeout) harden(*step.frame);
  emit(EventType::StepStarted, step, std::move(data));
  state.body->next = 0;
  // What a retried one had begun goes on.
  for (const auto& [index, frame] : state.body->frames) resume_frame(*frame);
  run_body(step);
}

/// Begins what may be begun now; completes it where all is done.
void Machine::run_body(const StepRef& step) {
  if (step.frame->is_over || !step.state().body) return;
  if (step.node().type == NodeType::Map)
    run_map(step);
  else
    run_loop(step);
}

void Machine::run_map(const StepRef& step) {
  auto& body = *step.state().body;
  const auto limit = concurrency_of(step);
  const auto& pending = unrecorded_[step].items;
  while (may_begin() && body.frames.size() < limit) {
    while (body.next < body.total && (body.is_done[body.next] || body.frames.contains(body.next)))
      ++body.next;
    if (body.next >= body.total) break;
    if (budget_ <= 0) {
      stalled_.insert(step);
      return;
    }
    const auto index = body.next++;
    begin_frame(step, index, step.state().input.at("items").at(index));
  }
  if (body.done + pending.size() == body.total) complete_map(step);
}

void Machine::run_loop(const StepRef& step) {
  auto& body = *step.state().body;
  if (!may_begin() || !body.frames.empty()) return;
  auto& results = unrecorded_[step];
  const bool is_recorded = results.rounds == 0;
  const auto rounds = is_recorded ? body.done : results.rounds;
  const bool is_satisfied = is_recorded ? body.is_satisfied : results.is_satisfied;
  if (is_satisfied || rounds >= body.total) return complete_loop(step);
  if (budget_ <= 0) {
    stalled_.insert(step);
    return;
  }
  Json item = is_recorded ? body.last : results.last;
  if (const auto* initial = json::find(step.state().input, "initial"); initial && rounds == 0)
    item = *initial;
  begin_frame(step, rounds, std::move(item));
}

void Machine::begin_frame(const StepRef& step, std::size_t index, Json item) {
  auto& frame = state_.add_frame(step, index, std::move(item));
  frame.is_young = true;
  queue(frame, frame.planner.start(frame));
}

// --- the end of a run
// -------------------------------------------------------------------------------

/// What its outputs say; else what its last step made, and of several each by its id.
Json Machine::result_of(Frame& frame, Json declared) {
  const auto& definition = frame.definition();
  if (definition.outputs) return declared;
  JsonObject results;
  std::size_t last_steps = 0;
  for (NodeIndex i = 0; i < definition.nodes.size(); ++i) {
    if (!definition.nodes[i].outgoing.empty()) continue;
    ++last_steps;
    if (frame.step(i).status == StepStatus::Completed)
      results[definition.nodes[i].id] = frame.step(i).output;
  }
  if (last_steps != 1) return results;
  return results.empty() ? Json() : results.begin()->value();
}

void Machine::end_frame(Frame& frame, Finish finish) {
  const auto step = *frame.container();
  const auto& node = step.node();
  const bool has_failed = finish.status == FinalStatus::Failed;
  const bool goes_on = node.type == NodeType::Map && node.on_item_error == OnItemError::Continue;
  if (has_failed && !goes_on) return fail_body(frame, finish);
  frame.is_over = true;
  cancel_open_steps(frame, "the item is over");
  const auto index = frame.index();
  if (node.type == NodeType::Loop)
    return end_round(step, frame, result_of(frame, std::move(finish.output)));
  JsonArray item{static_cast<std::int64_t>(index)};
  if (has_failed) {
    item.emplace_back(JsonObject{{"error", json::to_json(*finish.error)}});
    item.emplace_back(false);
  } else {
    item.push_back(result_of(frame, std::move(finish.output)));
  }
  drop(frame);
  end_item(step, std::move(item));
}

void Machine::end_item(const StepRef& step, JsonArray item) {
  auto& results = unrecorded_[step];
  // Not to be begun again, although its event is still to come.
  step.state().body->is_done[static_cast<std::size_t>(item.at(0).as_int64())] = true;
  results.size += text_size(item.at(1)) + 1;
  if (item.size() > 2) ++results.failed;
  results.items.push_back(std::move(item));
  if (step.state().body->size + results.size > kMaxOutput)
    return close_body(step, failure("step.output_too_large",
                                    fmt::format("the results together are larger than {} MiB",
                                                kMaxOutput >> 20)));
  run_map(step);
}

void Machine::complete_map(const StepRef& step) {
  record_results(step);
  stalled_.erase(step);
  emit(EventType::StepCompleted, step, {{"from_items", true}});
  report(step);
}

void Machine::end_round(const StepRef& step, Frame& frame, Json result) {
  const auto is_last = step.node().until->evaluate_condition(frame);
  if (!is_last)
    return close_body(step, failure(is_last.error().code, "until: " + is_last.error().message));
  auto& results = unrecorded_[step];
  results.rounds = frame.index() + 1;
  results.last = std::move(result);
  results.is_satisfied = *is_last;
  drop(frame);
  run_loop(step);
}

void Machine::complete_loop(const StepRef& step) {
  record_results(step);
  stalled_.erase(step);
  const auto& body = *step.state().body;
  JsonObject output{{"result", body.last},
                    {"iterations", static_cast<std::int64_t>(body.done)},
                    {"done", body.is_satisfied}};
  complete(step, {.output = std::move(output)}, {});
}

/// An item or round has failed, and with it all of them.
void Machine::fail_body(Frame& frame, const Finish& finish) {
  // People want to see which step it was.
  harden(frame);
  const auto step = *frame.container();
  auto error = *finish.error;
  JsonObject details{{"index", static_cast<std::int64_t>(frame.index())}};
  if (finish.failed_by) details["step"] = StepRef{&frame, *finish.failed_by}.path();
  if (!error.details.is_null()) details["details"] = std::move(error.details);
  error.details = std::move(details);
  error.retryable = false;
  close_body(step, {.error = std::move(error)});
}

/// Ends the step without what is still on its way.
void Machine::close_body(const StepRef& step, StepFailed failed) {
  record_results(step);
  stalled_.erase(step);
  std::vector<Frame*> frames;
  for (const auto& [index, frame] : step.state().body->frames) frames.push_back(frame.get());
  const bool may_be_retried = step.node().on_error == OnError::Fail;
  for (auto* frame : frames) {
    frame->is_over = true;
    cancel_open_steps(*frame, "the body has failed");
    if (frame->is_young || !may_be_retried) drop(*frame);
  }
  work([&] { fail_step(step, std::move(failed), {}); });
}

/// Out of the state; what is queued may still point to it.
void Machine::drop(Frame& frame) {
  const auto is_inside = [&](const StepRef& step) { return step.frame->is_within(frame); };
  std::erase_if(stalled_, is_inside);
  std::erase_if(unrecorded_, [&](const auto& entry) { return is_inside(entry.first); });
  std::erase_if(todo_, [&](const Todo& todo) { return todo.frame->is_within(frame); });
  dropped_.push_back(state_.take_frame(frame));
}

// --- storing results
// --------------------------------------------------------------------------------

void Machine::record_results(const StepRef& step) {
  const auto found = unrecorded_.find(step);
  if (found == unrecorded_.end()) return;
  auto results = std::move(found->second);
  unrecorded_.erase(found);
  if (!results.items.empty())
    emit(EventType::StepRecorded, step,
         {{"type", kItemsRecord},
          {"count", std::ssize(results.items)},
          {"failed", results.failed},
          {"data", std::move(results.items)}});
  if (results.rounds > 0)
    emit(EventType::StepRecorded, step,
         {{"type", kRoundRecord},
          {"rounds", static_cast<std::int64_t>(results.rounds)},
          {"done", results.is_satisfied},
          {"data", std::move(results.last)}});
}

void Machine::record_all_results() {
  while (!unrecorded_.empty()) {
    const auto step = unrecorded_.begin()->first;
    record_results(step);
  }
}

}  // namespace qd::engine
