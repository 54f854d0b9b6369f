#include "engine/frame.h"

namespace qd::engine {

Body::Body() = default;
Body::~Body() = default;

StepState& StepRef::state() const {
  return frame->step(index);
}

const Node& StepRef::node() const {
  return frame->definition().nodes[index];
}

std::string StepRef::path() const {
  return frame->prefix() + node().id;
}

std::strong_ordering StepRef::operator<=>(const StepRef& other) const {
  return std::tuple(frame->number(), index) <=> std::tuple(other.frame->number(), other.index);
}

Frame::Frame(const expr::Scope& globals, std::shared_ptr<const Definition> definition)
    : planner(definition),
      outer_(globals),
      definition_(std::move(definition)),
      steps_(definition_->nodes.size()),
      views_(steps_.size()) {}

Frame::Frame(StepRef container, std::size_t index, Json item, std::uint64_t number)
    : planner(container.node().body),
      outer_(*container.frame),
      definition_(container.node().body),
      container_(container),
      index_(static_cast<std::int64_t>(index)),
      item_(std::move(item)),
      number_(number),
      prefix_(container.path() + "." + std::to_string(index) + "."),
      steps_(definition_->nodes.size()),
      views_(steps_.size()) {}

std::size_t Frame::index() const {
  return static_cast<std::size_t>(index_.as_int64());
}

bool Frame::is_within(const Frame& other) const {
  for (const Frame* frame = this; frame;
       frame = frame->container_ ? frame->container_->frame : nullptr)
    if (frame == &other) return true;
  return false;
}

std::vector<StepOutcome> Frame::outcomes() const {
  std::vector<StepOutcome> outcomes;
  for (NodeIndex i = 0; i < steps_.size(); ++i) {
    const auto& step = steps_[i];
    if (step.status == StepStatus::Pending) continue;
    outcomes.push_back(
        {.node = i, .status = step.status, .ports = step.ports, .error = step.error});
  }
  return outcomes;
}

const Json& Frame::view_of(NodeIndex node) const {
  auto& view = views_[node];
  if (!view.is_null()) return view;
  const auto& step = steps_[node];
  view = JsonObject{{"status", enum_name(step.status)},
                    {"output", step.output},
                    {"error", step.error ? json::to_json(*step.error) : Json()},
                    {"attempts", step.attempt}};
  return view;
}

const Json* Frame::find(std::string_view root) const {
  if (container_ && root == "item") return &item_;
  if (container_ && root == "index") return &index_;
  return outer_.find(root);
}

const Json* Frame::member(std::string_view root, std::string_view name) const {
  if (root != "steps") return Scope::member(root, name);
  const auto node = definition_->find(name);
  return node ? &view_of(*node) : outer_.member(root, name);
}

}  // namespace qd::engine
