#include "executions/explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace qd::executions {
namespace {

using engine::ExecutionStatus;
using engine::Step;
using engine::StepStatus;
using engine::admission::Obstacle;

std::string ahead(const engine::admission::Wait& wait) {
  if (wait.ahead == 0) return "";
  const bool is_more = wait.ahead >= engine::admission::kMostAhead;
  return fmt::format("; {}{} before it", wait.ahead,
                     is_more ? " or more are" : (wait.ahead == 1 ? " is" : " are"));
}

std::string explain_wait(const Situation& situation) {
  const auto& wait = *situation.wait;
  switch (wait.obstacle) {
    case Obstacle::Lane:
      return fmt::format("waits for a slot: {} of {} executions of workflow '{}'{} are running{}",
                         wait.running, wait.limit, situation.execution.name,
                         wait.key.empty() ? "" : fmt::format(" with key '{}'", wait.key),
                         ahead(wait));
    case Obstacle::Project:
      return fmt::format("waits for a slot: {} of {} executions of the project are running{}",
                         wait.running, wait.limit, ahead(wait));
    case Obstacle::Rate:
      return fmt::format(
          "waits for its project's rate: {} of {} executions a minute have started; the next may "
          "start {}{}",
          wait.running, wait.limit,
          wait.until ? fmt::format("at {}", to_rfc3339(*wait.until)) : "soon", ahead(wait));
    default:
      return fmt::format("waits for a place on a node{}", ahead(wait));
  }
}

std::string_view text_at(const Json& value, std::string_view name) {
  const auto* text = json::find(value, name);
  return text && text->is_string() ? std::string_view(text->get_string()) : std::string_view();
}

std::string until(const Step& step, std::string_view before) {
  return step.waits_until ? fmt::format("{}{}", before, to_rfc3339(*step.waits_until)) : "";
}

/// `paid` in `event: paid` and in `event: {name: paid}`.
std::string_view event_of(const Step& step) {
  const auto plain = text_at(step.input, "event");
  const auto* event = json::find(step.input, "event");
  return plain.empty() && event ? text_at(*event, "name") : plain;
}

std::string explain_retry(const Situation& situation, const Step& step, std::string_view what) {
  const auto node = situation.definition.find(step.node_id);
  const auto most = node ? situation.definition.nodes[*node].retry.max_attempts : 0;
  const auto next = step.attempt + 1;
  const auto left = step.waits_until ? *step.waits_until - situation.now : milliseconds(0);
  // Whole seconds are enough for people.
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::max(left, milliseconds(0)));
  const auto message = text_at(step.error, "message");
  return fmt::format("waits {} to retry{} (attempt {}{}){}{}", format_duration(seconds), what, next,
                     next <= most ? fmt::format(" of {}", most) : "", message.empty() ? "" : ": ",
                     message);
}

/// Of one that waits; `named`: with its id, for an execution as a whole.
std::string explain_waiting(const Situation& situation, const Step& step, bool named) {
  const auto say = [&](std::string_view preposition) {
    return named ? fmt::format(" {}step '{}'", preposition, step.node_id) : std::string();
  };
  const auto reason = step.waiting_for.value_or("");
  if (step.status == StepStatus::Uncertain)
    return fmt::format("waits to be told whether what{} sent did happen", named ? say("") : " it");
  if (reason == "retry") return explain_retry(situation, step, say(""));
  if (reason == "timer") return fmt::format("waits{}{}", say("in "), until(step, " until "));
  if (reason == "event")
    return fmt::format("waits{} for the event '{}'{}", say("in "), event_of(step),
                       until(step, ", at the latest until "));
  if (reason == "approval")
    return fmt::format("waits for approval{}{}", say("of "),
                       step.started_at ? " since " + to_rfc3339(*step.started_at) : "");
  return fmt::format("waits{} for {}", say("in "), reason);
}

bool waits(const Step& step) {
  return step.status == StepStatus::Waiting || step.status == StepStatus::Uncertain;
}

/// The steps that must be decided before a pending one.
std::vector<std::string> open_predecessors(const Situation& situation, const Step& step) {
  std::vector<std::string> names;
  const auto& definition = situation.definition;
  const auto node = definition.find(step.node_id);
  if (!node) return names;
  for (const auto edge : definition.nodes[*node].incoming) {
    const auto& from = definition.nodes[definition.edges[edge].from].id;
    const auto found = std::ranges::find(situation.steps, from, &Step::node_id);
    const bool is_open = found != situation.steps.end() && !engine::is_decided(found->status);
    const auto name = fmt::format("'{}'", from);
    if (is_open && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

}  // namespace

std::optional<std::string> explain(const Situation& situation) {
  const auto& execution = situation.execution;
  if (engine::is_final(execution.status) || execution.status == ExecutionStatus::Running)
    return std::nullopt;
  if (execution.status == ExecutionStatus::Paused)
    return "is paused; it goes on when it is resumed";
  if (situation.wait) return explain_wait(situation);
  if (execution.status == ExecutionStatus::Pending) return "has its slot and is about to start";
  const auto first = std::ranges::find_if(situation.steps, &waits);
  if (first == situation.steps.end()) return std::nullopt;
  const auto others = std::ranges::count_if(situation.steps, &waits) - 1;
  auto text = explain_waiting(situation, *first, /*named=*/true);
  if (others > 0)
    text += fmt::format("; {} more step{}", others, others == 1 ? " waits" : "s wait");
  return text;
}

std::optional<std::string> explain_step(const Situation& situation, const Step& step) {
  const auto status = situation.execution.status;
  if (engine::is_final(status)) return std::nullopt;
  if (waits(step)) return explain_waiting(situation, step, /*named=*/false);
  if (step.status != StepStatus::Pending) return std::nullopt;
  const auto names = open_predecessors(situation, step);
  if (!names.empty())
    return fmt::format("waits for step{} {}", names.size() == 1 ? "" : "s", fmt::join(names, ", "));
  if (status == ExecutionStatus::Pending) return "waits for the execution to start";
  if (status == ExecutionStatus::Paused) return "waits for the execution to be resumed";
  return std::nullopt;
}

}  // namespace qd::executions
