// What a node says beside its type and `with`: when it is tried again, kept, undone, pinned.
#include "engine/definition_compiler.h"

namespace qd::engine {
namespace {

/// Whether the node does something outside, once, that a retry or a kept output can stand for.
bool is_call(NodeType type) {
  switch (type) {
    case NodeType::Http:
    case NodeType::Llm:
    case NodeType::Agent:
    case NodeType::Tool:
    case NodeType::Code:
      return true;
    default:
      return false;
  }
}

}  // namespace

void DefinitionCompiler::compile_options(const NodeDocument& document, NodeNotes& notes,
                                         Node& node) {
  node.timeout = duration(document.timeout, place_path(notes.place) + "/timeout", notes.subject);
  node.on_error = document.on_error.value_or(OnError::Fail);
  node.join = document.join.value_or(Join::All);
  node.effect = document.effect;
  node.pin = document.pin;
  if (document.retry) compile_retry(*document.retry, notes, node);
  if (document.cache) compile_cache(*document.cache, notes, node);
}

void DefinitionCompiler::compile_retry(const RetryDocument& document, const NodeNotes& notes,
                                       Node& node) {
  const auto path = place_path(notes.place) + "/retry";
  auto& retry = node.retry;
  // Who writes `retry` without a number wants more than one attempt.
  constexpr int kAttempts = 3;
  retry.max_attempts =
      document.max_attempts ? static_cast<int>(document.max_attempts->value) : kAttempts;
  retry.backoff = document.backoff.value_or(retry.backoff);
  retry.initial_delay = duration(document.initial_delay, path + "/initial_delay", notes.subject)
                            .value_or(retry.initial_delay);
  retry.max_delay = duration(document.max_delay, path + "/max_delay", notes.subject)
                        .value_or(std::max(retry.max_delay, retry.initial_delay));
  if (retry.max_delay < retry.initial_delay)
    faults_.add(path + "/max_delay", "bad_duration",
                fmt::format("{}: max_delay is shorter than initial_delay", notes.subject));
  retry.jitter = document.jitter.value_or(retry.jitter);
  if (!(retry.jitter >= 0 && retry.jitter <= 1))
    faults_.add(path + "/jitter", "out_of_range",
                fmt::format("{}: jitter is a part from 0 to 1", notes.subject));
  if (document.on) retry.on.assign(document.on->begin(), document.on->end());
}

void DefinitionCompiler::compile_cache(const CacheDocument& document, NodeNotes& notes,
                                       Node& node) {
  const auto path = place_path(notes.place) + "/cache";
  auto key = expr::compile_template(Json(document.key), {}, &*shape_);
  if (!key) return add_faults(key.error(), path + "/key", notes.subject);
  for (const auto& use : key->uses()) notes.uses.push_back({path + "/key", use.reference});
  const auto ttl = duration(document.ttl, path + "/ttl", notes.subject);
  node.cache = CachePolicy{*std::move(key), ttl.value_or(milliseconds(0))};
}

/// Options that mean nothing for the node's type.
void DefinitionCompiler::refuse_options(const NodeDocument& document, const NodeNotes& notes,
                                        const Node& node) {
  const auto refuse = [&](std::string_view option, std::string_view why) {
    faults_.add(child_path(place_path(notes.place), option), "node.option_not_applicable",
                fmt::format("{}: {}", notes.subject, why));
  };
  if (document.cache && !is_call(node.type))
    refuse("cache", "only http, llm, agent, tool and code steps can be cached");
  if (document.retry && has_body(node.type))
    refuse("retry", "give the retry to the nodes of its body");
  if (document.compensate && is_body())
    refuse("compensate", "nodes in a body can't be compensated; undo the whole map or loop");
  if (document.pin && (node.type == NodeType::Switch || node.type == NodeType::Fail))
    refuse("pin", fmt::format("a {} has no output to pin", enum_name(node.type)));
}

/// Nodes name what undoes them; who undoes is no part of the graph.
void DefinitionCompiler::link_compensations(const JsonArray& nodes) {
  for (NodeIndex i = 0; i < definition_.nodes.size(); ++i) {
    const auto* undo = json::find(nodes[notes_[i].place], "compensate");
    if (undo && undo->is_string() && !is_body())
      link_compensation(i, std::string(undo->get_string()));
  }
}

void DefinitionCompiler::link_compensation(NodeIndex node, const std::string& id) {
  const auto path = node_path(node) + "/compensate";
  const auto bad = [&](std::string_view why) {
    faults_.add(path, "node.bad_compensation", fmt::format("{}: {}", notes_[node].subject, why));
  };
  const auto undo = definition_.find(id);
  if (!undo) return bad(fmt::format("there is no node '{}'{}", id, faults_.suggest(id, ids())));
  auto& other = definition_.nodes[*undo];
  if (*undo == node) return bad("a node can't undo itself");
  if (!other.incoming.empty() || !other.outgoing.empty())
    return bad(fmt::format("'{}' has edges; what undoes another node stands alone", id));
  if (other.is_compensation) return bad(fmt::format("'{}' undoes another node already", id));
  if (other.compensate || other.type == NodeType::Fail)
    return bad(fmt::format("'{}' can't undo: it fails or is itself undone", id));
  other.is_compensation = true;
  definition_.nodes[node].compensate = *undo;
}

}  // namespace qd::engine
