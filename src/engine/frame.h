// One run of a definition: the execution itself, one item of a map, one round of a loop. Frames
// stand in each other; what an expression sees is the frame's own steps, then what is around it.
#pragma once

#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/records.h"
#include "engine/step.h"

namespace qd::engine {

class Frame;

/// What a map or loop has done of its body.
struct Body {
  Body();
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  ~Body();

  /// How many items there are; of a loop: how many rounds at most.
  std::size_t total = 0;
  /// Items whose result is known; of a loop: rounds.
  std::size_t done = 0;
  std::size_t failed = 0;
  /// Of a map, by index. An item that failed stands there as `{error}`.
  JsonArray results;
  std::vector<bool> is_done;
  /// Of a loop: what the last round made, and whether its condition held then.
  Json last;
  bool is_satisfied = false;
  /// The items on their way, by index.
  std::map<std::size_t, std::shared_ptr<Frame>> frames;
  /// The first item that this process has not looked at yet.
  std::size_t next = 0;
  /// Whether the results are at hand; who reads for people may have left them out.
  bool is_whole = true;
  /// About how long the results are as text.
  std::size_t size = 0;
};

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
  /// The approval, execution or task that the step waits for.
  std::string awaited;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> attempt_started_at;
  std::optional<Timestamp> finished_at;
  /// The number of the event that was its end.
  std::int64_t ended_by = 0;
  double cost_usd = 0;
  std::int64_t tokens = 0;
  /// An attempt was begun and did not end before the execution did.
  bool was_cut_off = false;
  /// Of a map or loop, from its start to its end.
  std::unique_ptr<Body> body;
};

/// A step of a frame. Frames are numbered in the order in which they were made.
struct StepRef {
  Frame* frame = nullptr;
  NodeIndex index = 0;

  [[nodiscard]] StepState& state() const;
  [[nodiscard]] const Node& node() const;
  /// From the outermost body to the node: `each.3.fetch`.
  [[nodiscard]] std::string path() const;
  std::strong_ordering operator<=>(const StepRef& other) const;
  bool operator==(const StepRef& other) const = default;
};

class Frame final : public expr::Scope, public std::enable_shared_from_this<Frame> {
 public:
  /// The execution itself; `globals` are the roots that are no steps, and outlive it.
  Frame(const expr::Scope& globals, std::shared_ptr<const Definition> definition);
  /// The run of a body for one item.
  Frame(StepRef container, std::size_t index, Json item, std::uint64_t number);

  [[nodiscard]] const Definition& definition() const { return *definition_; }
  [[nodiscard]] const std::shared_ptr<const Definition>& shared_definition() const {
    return definition_;
  }
  [[nodiscard]] StepState& step(NodeIndex node) { return steps_[node]; }
  [[nodiscard]] const StepState& step(NodeIndex node) const { return steps_[node]; }
  /// The map or loop that it is a run of; nothing of the execution itself.
  [[nodiscard]] const std::optional<StepRef>& container() const { return container_; }
  [[nodiscard]] std::size_t index() const;
  /// Whether it is `other` or a run inside it.
  [[nodiscard]] bool is_within(const Frame& other) const;
  [[nodiscard]] std::uint64_t number() const { return number_; }
  /// Before the ids of its nodes in paths: `each.3.`.
  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  /// What the planner is to be told of every step that was reached.
  [[nodiscard]] std::vector<StepOutcome> outcomes() const;
  /// To be called where something that expressions see of the step has changed.
  void touch(NodeIndex node) { views_[node] = nullptr; }

  // expr::Scope
  [[nodiscard]] const Json* find(std::string_view root) const override;
  [[nodiscard]] const Json* member(std::string_view root, std::string_view name) const override;
  [[nodiscard]] Timestamp now() const override { return outer_.now(); }

  Planner planner;
  /// Nothing of it has an effect so far, so nothing of it is stored: it can be computed again.
  bool is_young = false;
  /// What a young one has to store once that changes.
  std::vector<Event> held;
  /// Nothing more of it is begun.
  bool is_over = false;

 private:
  [[nodiscard]] const Json& view_of(NodeIndex node) const;

  const expr::Scope& outer_;
  std::shared_ptr<const Definition> definition_;
  std::optional<StepRef> container_;
  Json index_;
  Json item_;
  std::uint64_t number_ = 0;
  std::string prefix_;
  std::vector<StepState> steps_;
  /// Made when an expression asks.
  mutable std::vector<Json> views_;
};

}  // namespace qd::engine
