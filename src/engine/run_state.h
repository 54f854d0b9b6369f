// An execution in memory, made of nothing but its row and its events: applying the same events
// gives the same state, whether they have just happened or were stored by a process that is gone.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/catalog.h"
#include "engine/records.h"
#include "engine/step.h"

namespace qd::engine {

struct StepState {
  StepStatus status = StepStatus::Pending;
  /// Of all runs, from 1; within the group, from 1. A group begins anew when a person retries.
  int attempt = 0;
  int group = 1;
  int attempt_in_group = 0;
  Json input;
  Json output;
  std::optional<StepError> error;
  std::vector<std::string> ports;
  /// Of this group: what must not be paid for or done twice.
  std::vector<StepRecord> records;
  std::vector<StepTurn> turns;
  std::optional<WaitReason> reason;
  /// When time alone ends the wait.
  std::optional<Timestamp> until;
  std::string event;
  std::string approval;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> attempt_started_at;
  std::optional<Timestamp> finished_at;
  double cost_usd = 0;
  std::int64_t tokens = 0;
  /// An attempt was begun and did not end before the execution did.
  bool was_cut_off = false;
};

class RunState final : public expr::Scope {
 public:
  RunState(Execution execution, std::shared_ptr<const Definition> definition);

  /// What expressions see as `project` and `vars`; null where the definition asks for neither.
  void set_project(std::shared_ptr<const ProjectScope> project);
  /// Takes an event that has happened. Events of unknown nodes are a bug and throw.
  void apply(const Event& event);

  [[nodiscard]] const Execution& execution() const { return execution_; }
  Execution& execution() { return execution_; }
  [[nodiscard]] const Definition& definition() const { return *definition_; }
  [[nodiscard]] const std::shared_ptr<const Definition>& shared_definition() const {
    return definition_;
  }
  [[nodiscard]] const StepState& step(NodeIndex node) const { return steps_[node]; }
  /// For what only this process knows and no event says.
  StepState& step(NodeIndex node) { return steps_[node]; }
  /// What the planner is to be told of every step that was reached.
  [[nodiscard]] std::vector<StepOutcome> outcomes() const;
  /// The steps that were started and are not decided.
  [[nodiscard]] std::vector<NodeIndex> open_steps() const;
  /// When time alone changes something, beside the execution's own deadline.
  [[nodiscard]] std::optional<Timestamp> next_wake() const;
  /// In words for people; nothing where nothing waits.
  [[nodiscard]] std::optional<std::string> waiting_for() const;

  // expr::Scope
  [[nodiscard]] const Json* find(std::string_view root) const override;
  [[nodiscard]] const Json* member(std::string_view root, std::string_view name) const override;
  [[nodiscard]] Timestamp now() const override { return now_; }
  void set_now(Timestamp now) { now_ = now; }

 private:
  void apply_to_execution(const Event& event);
  void apply_to_step(const Event& event);
  void finish_step(StepState& step, const Event& event, StepStatus status);
  void add_costs(StepState& step, const JsonObject& data);
  void reset_for_retry();
  [[nodiscard]] const Json& view_of(NodeIndex node) const;

  Execution execution_;
  std::shared_ptr<const Definition> definition_;
  std::shared_ptr<const ProjectScope> project_;
  std::vector<StepState> steps_;
  Timestamp now_;
  /// `execution.attempt`.
  std::int64_t tries_ = 1;
  // Made when an expression asks.
  mutable std::vector<Json> views_;
  mutable std::optional<Json> all_steps_, execution_view_, workflow_view_, project_view_,
      vars_view_;
};

/// Whether any expression or agent of the definition may ask for the project or its variables.
[[nodiscard]] bool needs_project(const Definition& definition);

}  // namespace qd::engine
