// An execution in memory, made of nothing but its row and its events: applying the same events
// gives the same state, whether they have just happened or were stored by a process that is gone.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "engine/catalog.h"
#include "engine/frame.h"

namespace qd::engine {

/// Records of a map or loop about its body; everything else that is recorded is the step's own.
inline constexpr std::string_view kItemsRecord = "items";
inline constexpr std::string_view kRoundRecord = "round";

class RunState final : public expr::Scope {
 public:
  /// Whether runs of bodies stay when their results are known: for people, who want to see them.
  enum class Ended { Dropped, Kept };
  RunState(Execution execution, std::shared_ptr<const Definition> definition,
           Ended ended = Ended::Dropped);
  RunState(const RunState&) = delete;
  RunState& operator=(const RunState&) = delete;

  /// What expressions see as `project` and `vars`; null where the definition asks for neither.
  void set_project(std::shared_ptr<const ProjectScope> project);
  /// Takes an event that has happened, and values out of one that is printed. Events of unknown
  /// nodes are a bug and throw.
  void apply(Event& event);
  /// The same of a step that is at hand.
  void apply(const StepRef& ref, Event& event);

  [[nodiscard]] const Execution& execution() const { return execution_; }
  Execution& execution() { return execution_; }
  /// What it ends as once what it did is undone; nothing while it goes forward.
  [[nodiscard]] std::optional<ExecutionStatus> failing_as() const { return failing_as_; }
  [[nodiscard]] const Definition& definition() const { return root_.definition(); }
  [[nodiscard]] Frame& root() { return root_; }
  [[nodiscard]] const Frame& root() const { return root_; }
  /// By its path; nothing where there is no such step in memory.
  [[nodiscard]] std::optional<StepRef> find_step(std::string_view path);
  /// A new run of a container's body.
  Frame& add_frame(const StepRef& container, std::size_t index, Json item);
  /// Takes the frame away; whoever holds it decides how long its steps live.
  std::shared_ptr<Frame> take_frame(Frame& frame);
  /// The steps that were started and are not decided, in order of their frames and definitions.
  [[nodiscard]] const std::set<StepRef>& open_steps() const { return open_; }
  /// When time alone changes something, beside the execution's own deadline.
  [[nodiscard]] std::optional<Timestamp> next_wake() const;
  /// In words for people; nothing where nothing waits.
  [[nodiscard]] std::optional<std::string> waiting_for() const;

  // expr::Scope: the roots that are no steps.
  [[nodiscard]] const Json* find(std::string_view root) const override;
  [[nodiscard]] Timestamp now() const override { return now_; }
  void set_now(Timestamp now) { now_ = now; }

 private:
  void apply_to_execution(const Event& event);
  void apply_to_step(const StepRef& ref, Event& event);
  void start_step(const StepRef& ref, const Event& event);
  void finish_step(const StepRef& ref, Event& event, StepStatus status);
  void add_record(const StepRef& ref, Event& event);
  void add_items(Body& body, Event& event);
  void add_costs(StepState& step, const JsonObject& data);
  void reset_for_retry(Frame& frame);
  void forget(Frame& frame);
  [[nodiscard]] StepRef step_at(std::string_view path);
  [[nodiscard]] Frame& frame_at(const StepRef& container, std::size_t index);

  void drop_frame(Body& body, std::size_t index);

  const Ended ended_;
  Execution execution_;
  std::shared_ptr<const ProjectScope> project_;
  Timestamp now_;
  Frame root_;
  std::set<StepRef> open_;
  std::optional<ExecutionStatus> failing_as_;
  std::uint64_t frames_ = 0;
  /// `execution.attempt`.
  std::int64_t tries_ = 1;
  // Made when an expression asks.
  mutable std::optional<Json> execution_view_, workflow_view_, project_view_, vars_view_;
};

/// Whether any expression or agent of the definition may ask for the project or its variables.
[[nodiscard]] bool needs_project(const Definition& definition);

}  // namespace qd::engine
