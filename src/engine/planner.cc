#include "engine/planner.h"

#include "engine/error_scope.h"

namespace qd::engine {

namespace {

StepError to_step_error(const Error& error) {
  return {.code = error.code, .message = error.message, .retryable = false, .details = {}};
}

}  // namespace

bool is_decided(StepStatus status) {
  return status == StepStatus::Completed || status == StepStatus::Failed ||
         status == StepStatus::Skipped || status == StepStatus::Cancelled;
}

/// One round of decisions: edges are decided, nodes that become ready are looked at, and what that
/// decides in turn, until nothing moves.
struct Planner::Pass {
  Planner& planner;
  const expr::Scope& scope;
  std::vector<Action> actions;
  /// Nodes with a newly decided edge, and how many of them were looked at.
  std::vector<NodeIndex> touched;
  std::size_t looked_at = 0;
  /// By node, on resuming: what the journal knows, to be applied when its node is reached.
  std::vector<const StepOutcome*> recorded;

  [[nodiscard]] const Definition& definition() const { return *planner.definition_; }
  [[nodiscard]] const Node& node(NodeIndex index) const { return definition().nodes[index]; }

  void run() {
    while (looked_at < touched.size() && !planner.finished_) look_at(touched[looked_at++]);
    if (!planner.finished_ && planner.undecided_ == 0) finish_with_outputs();
  }

  void look_at(NodeIndex index) {
    auto& step = planner.steps_[index];
    if (step.status != StepStatus::Pending) return;
    const bool is_root = node(index).incoming.empty();
    const bool starts_early = node(index).join == Join::Any && step.taken > 0;
    if (step.undecided > 0 && !starts_early) return;
    step.error_from = find_error_source(index);
    if (!recorded.empty() && recorded[index] != nullptr) return apply_recorded(*recorded[index]);
    if (!is_root && step.taken == 0) return skip(index, SkipReason::NotReached);
    begin(index);
  }

  /// The first taken edge, in order of the document, that leads back to a port `error`.
  [[nodiscard]] std::optional<NodeIndex> find_error_source(NodeIndex index) const {
    for (const auto edge : node(index).incoming) {
      if (!planner.taken_[edge]) continue;
      const auto& [from, port, to] = definition().edges[edge];
      if (node(from).ports[port] == "error") return from;
      if (const auto source = planner.steps_[from].error_from) return source;
    }
    return std::nullopt;
  }

  void begin(NodeIndex index) {
    const auto source = planner.steps_[index].error_from;
    if (node(index).when) {
      const ErrorScope seen(scope, source ? &node(*source).id : nullptr);
      const auto holds = node(index).when->evaluate_condition(seen);
      if (!holds) {
        actions.emplace_back(FailStep{index, to_step_error(holds.error())});
        return decide(
            {.node = index, .status = StepStatus::Failed, .error = to_step_error(holds.error())});
      }
      if (!*holds) return skip(index, SkipReason::Condition);
    }
    planner.steps_[index].status = StepStatus::Running;
    actions.emplace_back(StartStep{index, source});
  }

  void skip(NodeIndex index, SkipReason reason) {
    actions.emplace_back(SkipStep{index, reason});
    decide({.node = index, .status = StepStatus::Skipped});
  }

  void apply_recorded(const StepOutcome& outcome) {
    if (is_decided(outcome.status)) return decide(outcome);
    planner.steps_[outcome.node].status = outcome.status;
  }

  /// Fixes a step's end and decides every edge that leaves it.
  void decide(const StepOutcome& outcome) {
    auto& step = planner.steps_[outcome.node];
    step.status = outcome.status;
    --planner.undecided_;
    const auto& from = node(outcome.node);
    const bool ends = outcome.status == StepStatus::Cancelled ||
                      (outcome.status == StepStatus::Failed && from.on_error == OnError::Fail);
    if (ends) return finish_failed(outcome);
    for (const auto edge : from.outgoing) {
      const auto& [source, port, to] = definition().edges[edge];
      const bool is_taken = takes(from, port, outcome);
      auto& target = planner.steps_[to];
      --target.undecided;
      if (is_taken) ++target.taken;
      planner.taken_[edge] = is_taken;
      touched.push_back(to);
    }
  }

  [[nodiscard]] static bool takes(const Node& from, PortIndex port, const StepOutcome& outcome) {
    if (outcome.status == StepStatus::Skipped) return false;
    if (outcome.status == StepStatus::Failed)
      return from.on_error == OnError::Route ? from.ports[port] == "error" : from.main_port == port;
    if (outcome.ports.empty()) return from.ports[port] == "out";
    return std::ranges::find(outcome.ports, from.ports[port]) != outcome.ports.end();
  }

  void finish_failed(const StepOutcome& outcome) {
    planner.finished_ = true;
    actions.emplace_back(Finish{.status = FinalStatus::Failed,
                                .output = {},
                                .error = outcome.error,
                                .failed_by = outcome.node});
  }

  void finish_with_outputs() {
    planner.finished_ = true;
    // Nothing is to be undone.
    for (NodeIndex i = 0; i < planner.steps_.size(); ++i) {
      if (!node(i).is_compensation || planner.steps_[i].status != StepStatus::Pending) continue;
      planner.steps_[i].status = StepStatus::Skipped;
      actions.emplace_back(SkipStep{i, SkipReason::NotReached});
    }
    Finish finish;
    if (definition().outputs) {
      auto rendered = definition().outputs->render(scope);
      if (rendered) {
        finish.output = *std::move(rendered);
      } else {
        finish.status = FinalStatus::Failed;
        finish.error = to_step_error(rendered.error());
        finish.error->message = "outputs: " + finish.error->message;
      }
    }
    actions.emplace_back(std::move(finish));
  }
};

Planner::Planner(std::shared_ptr<const Definition> definition)
    : definition_(std::move(definition)) {
  steps_.resize(definition_->nodes.size());
  for (NodeIndex i = 0; i < steps_.size(); ++i)
    steps_[i].undecided = static_cast<std::uint32_t>(definition_->nodes[i].incoming.size());
  taken_.resize(definition_->edges.size());
  undecided_ = static_cast<std::size_t>(
      std::ranges::count(definition_->nodes, false, &Node::is_compensation));
}

std::vector<Action> Planner::start(const expr::Scope& scope) {
  return resume({}, scope);
}

std::vector<Action> Planner::resume(const std::vector<StepOutcome>& recorded,
                                    const expr::Scope& scope) {
  Pass pass{.planner = *this, .scope = scope};
  pass.recorded.resize(steps_.size());
  for (const auto& outcome : recorded) pass.recorded[outcome.node] = &outcome;
  for (NodeIndex i = 0; i < steps_.size(); ++i)
    if (definition_->nodes[i].incoming.empty() && !definition_->nodes[i].is_compensation)
      pass.touched.push_back(i);
  pass.run();
  // A failure stops the pass before it reaches everything; what was running is still to be known.
  for (const auto& outcome : recorded)
    if (auto& step = steps_[outcome.node]; step.status == StepStatus::Pending)
      step.status = outcome.status;
  return std::move(pass.actions);
}

Result<std::vector<Action>> Planner::record(const StepOutcome& outcome, const expr::Scope& scope) {
  const auto& node = definition_->nodes.at(outcome.node);
  const auto& step = steps_[outcome.node];
  if (step.status == StepStatus::Pending || is_decided(step.status))
    return fail(ErrorKind::Conflict, "step.not_running",
                fmt::format("step '{}' is {}, so it can't end", node.id, enum_name(step.status)));
  if (!is_decided(outcome.status))
    return fail(ErrorKind::Invalid, "step.not_decided",
                fmt::format("{} is not the end of a step", enum_name(outcome.status)));
  for (const auto& port : outcome.ports)
    if (!node.find_port(port))
      return fail(ErrorKind::Invalid, "step.unknown_port",
                  fmt::format("step '{}' has no port '{}'", node.id, port));
  Pass pass{.planner = *this, .scope = scope};
  if (finished_) {
    // The execution is over; only the step's own end is noted.
    steps_[outcome.node].status = outcome.status;
    --undecided_;
    return std::vector<Action>();
  }
  pass.decide(outcome);
  pass.run();
  return std::move(pass.actions);
}

std::vector<NodeIndex> Planner::running() const {
  std::vector<NodeIndex> out;
  for (NodeIndex i = 0; i < steps_.size(); ++i)
    if (steps_[i].status != StepStatus::Pending && !is_decided(steps_[i].status)) out.push_back(i);
  return out;
}

std::optional<NodeIndex> Planner::error_source(NodeIndex node) const {
  return steps_[node].error_from;
}

}  // namespace qd::engine
