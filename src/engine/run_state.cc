#include "engine/run_state.h"

#include <charconv>

namespace qd::engine {
namespace {

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
  if (uses(node.until, "project", "vars")) return true;
  if (node.cache && uses(node.cache->key, "project", "vars")) return true;
  if (node.body && needs_project(*node.body)) return true;
  return std::ranges::any_of(node.cases, [](const SwitchCase& one) {
    return uses(std::optional(one.when), "project", "vars");
  });
}

}  // namespace

bool needs_project(const Definition& definition) {
  if (definition.outputs && uses(*definition.outputs, "project", "vars")) return true;
  return std::ranges::any_of(definition.nodes, &uses_project);
}

RunState::RunState(Execution execution, std::shared_ptr<const Definition> definition, Ended ended)
    : ended_(ended), execution_(std::move(execution)), root_(*this, std::move(definition)) {
  // Told by the events anew.
  execution_.cost_usd = 0;
  execution_.tokens = 0;
}

void RunState::set_project(std::shared_ptr<const ProjectScope> project) {
  project_ = std::move(project);
  project_view_.reset();
  vars_view_.reset();
}

// --- finding steps
// ----------------------------------------------------------------------------------

namespace {

/// The first part of a path, which is left with the rest.
std::string_view take_part(std::string_view& path) {
  const auto part = path.substr(0, path.find('.'));
  path.remove_prefix(std::min(path.size(), part.size() + 1));
  return part;
}

std::optional<std::size_t> to_index(std::string_view text) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return index;
}

/// Walks down to the step; `enter` gives the frame of a container for an index, or null.
template <class Enter>
std::optional<StepRef> walk(Frame& root, std::string_view path, Enter enter) {
  Frame* frame = &root;
  for (;;) {
    const auto node = frame->definition().find(take_part(path));
    if (!node) return std::nullopt;
    const StepRef ref{frame, *node};
    if (path.empty()) return ref;
    const auto index = to_index(take_part(path));
    auto* body = ref.state().body.get();
    if (!index || body == nullptr || *index >= body->total || path.empty()) return std::nullopt;
    frame = enter(ref, *index);
    if (frame == nullptr) return std::nullopt;
  }
}

}  // namespace

std::optional<StepRef> RunState::find_step(std::string_view path) {
  return walk(root_, path, [](const StepRef& ref, std::size_t index) -> Frame* {
    const auto& frames = ref.state().body->frames;
    const auto found = frames.find(index);
    return found == frames.end() ? nullptr : found->second.get();
  });
}

StepRef RunState::step_at(std::string_view path) {
  const auto ref = walk(root_, path, [this](const StepRef& container, std::size_t index) {
    return &frame_at(container, index);
  });
  if (!ref)
    throw std::runtime_error("the journal names a step that the definition does not have: " +
                             std::string(path));
  return *ref;
}

/// The run that a stored event tells of.
Frame& RunState::frame_at(const StepRef& container, std::size_t index) {
  const auto& step = container.state();
  const auto found = step.body->frames.find(index);
  if (found != step.body->frames.end()) return *found->second;
  Json item;
  const auto* items = json::find(step.input, "items");
  if (container.node().type == NodeType::Map)
    item = items ? items->at(index) : Json();
  else if (step.body->done > 0)
    item = step.body->last;
  else if (const auto* initial = json::find(step.input, "initial"))
    item = *initial;
  return add_frame(container, index, std::move(item));
}

Frame& RunState::add_frame(const StepRef& container, std::size_t index, Json item) {
  auto frame = std::make_shared<Frame>(container, index, std::move(item), ++frames_);
  return *(container.state().body->frames[index] = std::move(frame));
}

std::shared_ptr<Frame> RunState::take_frame(Frame& frame) {
  forget(frame);
  auto node = frame.container()->state().body->frames.extract(frame.index());
  return std::move(node.mapped());
}

void RunState::forget(Frame& frame) {
  for (NodeIndex i = 0; i < frame.definition().nodes.size(); ++i) {
    open_.erase({&frame, i});
    if (const auto& body = frame.step(i).body)
      for (const auto& [index, inner] : body->frames) forget(*inner);
  }
}

}  // namespace qd::engine
