#include "engine/fork.h"

#include <fmt/format.h>

namespace qd::engine {
namespace {

/// The step of the workflow itself: that of a body's step is the one that has the body.
std::string_view top_level(std::string_view path) {
  return path.substr(0, path.find('.'));
}

std::unexpected<Error> no_place(std::string code, std::string message) {
  return std::unexpected(Error{.kind = ErrorKind::Invalid,
                               .code = code,
                               .message = message,
                               .faults = {{"/from_step", code, message}}});
}

Result<NodeIndex> find_step(const Definition& definition, std::string_view step) {
  const auto node = definition.find(step);
  if (node) return *node;
  const auto outer = top_level(step);
  if (outer != step && definition.find(outer))
    return no_place(
        "execution.fork_inside_body",
        fmt::format("'{}' is inside the body of '{}'; fork from '{}' itself", step, outer, outer));
  return no_place("execution.step_not_found", fmt::format("the workflow has no step '{}'", step));
}

/// By node: whether it is one of these or comes after one.
std::vector<bool> and_after(const Definition& definition, std::vector<bool> nodes) {
  for (const auto node : definition.order)
    if (nodes[node])
      for (const auto edge : definition.nodes[node].outgoing)
        nodes[definition.edges[edge].to] = true;
  return nodes;
}

/// By node: whether it runs anew although it has a result: it is the one to fork from, it was
/// undone (or undoing it was begun), or it comes after such a one. What undoes others is no result.
std::vector<bool> reruns(const Definition& definition, const std::vector<Event>& events,
                         NodeIndex from) {
  std::vector<bool> has_events(definition.nodes.size());
  for (const auto& event : events)
    if (const auto node = definition.find(event.node_id)) has_events[*node] = true;
  std::vector<bool> anew(definition.nodes.size());
  anew[from] = true;
  for (NodeIndex node = 0; node < anew.size(); ++node) {
    const auto undo = definition.nodes[node].compensate;
    if (definition.nodes[node].is_compensation || (undo && has_events[*undo])) anew[node] = true;
  }
  return and_after(definition, std::move(anew));
}

/// Whether a step's last event is a result that an execution goes on from.
bool is_result(const Node& node, EventType last) {
  if (last == EventType::StepFailed) return node.on_error != OnError::Fail;
  return last == EventType::StepCompleted || last == EventType::StepSkipped;
}

/// By node: whether its recorded result is kept.
std::vector<bool> kept_steps(const Definition& definition, const std::vector<Event>& events,
                             NodeIndex from) {
  const auto anew = reruns(definition, events, from);
  std::vector<bool> kept(definition.nodes.size());
  for (const auto& event : events) {
    const auto node = definition.find(event.node_id);
    if (node) kept[*node] = !anew[*node] && is_result(definition.nodes[*node], event.type);
  }
  return kept;
}

}  // namespace

Result<std::vector<Event>> fork_events(const Definition& definition, const ExecutionId& source,
                                       const std::vector<Event>& events, std::string_view from_step,
                                       Timestamp now) {
  QD_TRY(const auto from, find_step(definition, from_step));
  const auto kept = kept_steps(definition, events, from);
  const ForkedFrom origin{source, std::string(from_step)};
  std::vector<Event> forked;
  forked.push_back({.seq = 1,
                    .at = now,
                    .type = EventType::Started,
                    .node_id = "",
                    .data = {{"forked_from", json::to_json(origin)}}});
  for (const auto& event : events) {
    const auto node = definition.find(top_level(event.node_id));
    if (!node || !kept[*node]) continue;
    auto& copy = forked.emplace_back(event);
    copy.seq = std::ssize(forked);
    copy.at = now;
    copy.data.erase("cost_usd");
    copy.data.erase("tokens");
  }
  return forked;
}

}  // namespace qd::engine
