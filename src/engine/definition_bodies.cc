// The bodies of maps and loops: definitions of their own that see the steps around them.
#include <set>

#include "engine/definition_compiler.h"
#include "engine/validate.h"

namespace qd::engine {
namespace {

/// How deep bodies may stand in bodies.
constexpr int kMaxDepth = 8;

}  // namespace

void DefinitionCompiler::compile_body(const JsonObject& with, NodeNotes& notes, Node& node) {
  const auto path = place_path(notes.place) + "/with";
  const auto* on_item_error = with.if_contains("on_item_error");
  if (on_item_error && on_item_error->is_string())
    node.on_item_error =
        parse_enum<OnItemError>(on_item_error->get_string()).value_or(OnItemError::Fail);
  const auto* body = with.if_contains("body");
  if (body && body->is_object()) compile_body_document(*body, notes, node);
  const auto* until = with.if_contains("until");
  if (!until || !until->is_string()) return;
  // It is asked inside the round that has just ended, so the body's steps are known.
  NodeNotes asked{.place = notes.place, .subject = notes.subject};
  node.until = condition(std::string(until->get_string()), path + "/until", asked);
  const auto is_inner = [&](const Use& use) {
    const auto& [root, member, field, at] = use.reference;
    return root == "item" || root == "index" ||
           (root == "steps" && node.body && node.body->find(member));
  };
  std::ranges::remove_copy_if(asked.uses, std::back_inserter(notes.uses), is_inner);
}

void DefinitionCompiler::compile_body_document(const Json& document, NodeNotes& notes, Node& node) {
  const auto path = place_path(notes.place) + "/with/body";
  if (depth_ >= kMaxDepth)
    return faults_.add(
        path, "body.too_deep",
        fmt::format("{}: bodies may stand in bodies {} deep", notes.subject, kMaxDepth));
  const auto read = json::from_json<BodyDocument>(document, json::Unknown::Reject, path);
  if (!read) return add_faults({.faults = read.error().faults}, "", notes.subject);
  if (read->nodes.empty())
    return faults_.add(path + "/nodes", "workflow.no_nodes",
                       fmt::format("{}: a body has at least one node", notes.subject));
  const auto edges = read->edges.value_or(JsonArray());
  if (read->nodes.size() > kMaxNodes || edges.size() > kMaxEdges)
    return faults_.add(
        path, "workflow.too_many_nodes",
        fmt::format("{}: at most {} nodes and {} edges", notes.subject, kMaxNodes, kMaxEdges));
  DefinitionCompiler inner(faults_, path, *this);
  inner.compile_graph(read->nodes, edges, read->outputs);
  for (auto& use : inner.outer_uses_) notes.uses.push_back(std::move(use));
  for (const auto& one : inner.notes_)
    notes.inner_ids.insert(notes.inner_ids.end(), one.inner_ids.begin(), one.inner_ids.end());
  for (const auto& one : inner.definition_.nodes) notes.inner_ids.push_back(one.id);
  node.body = std::make_shared<const Definition>(std::move(inner).take());
}

/// A step's name means one step wherever it is read.
void DefinitionCompiler::check_inner_ids() {
  for (NodeIndex i = 0; i < notes_.size(); ++i)
    for (const auto& id : notes_[i].inner_ids)
      if (definition_.find(id))
        faults_.add(node_path(i) + "/with/body", "node.duplicate_id",
                    fmt::format("{}: its body has a node '{}', and so has what is around it",
                                notes_[i].subject, id));
}

}  // namespace qd::engine
