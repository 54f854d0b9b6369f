// The edges of a document: their ends, their ports, and that they form no cycle.
#include "engine/definition_compiler.h"

namespace qd::engine {

namespace {

constexpr EdgeIndex kNone = UINT32_MAX;

std::string describe_ports(const Node& node) {
  if (node.ports.empty()) return "it has no ports: nothing comes after it";
  return fmt::format("it has {}", fmt::join(node.ports, ", "));
}

}  // namespace

void DefinitionCompiler::compile_edges(const JsonArray& edges) {
  definition_.edges.reserve(edges.size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const auto path = fmt::format("{}/edges/{}", base_, i);
    const auto read = json::from_json<EdgeDocument>(edges[i], json::Unknown::Reject, path);
    if (!read) {
      add_faults({.faults = read.error().faults}, "", fmt::format("edge {}", i + 1));
      continue;
    }
    const auto before = definition_.edges.size();
    compile_edge(*read, path);
    if (definition_.edges.size() > before) edge_places_.push_back(i);
  }
}

void DefinitionCompiler::compile_edge(const EdgeDocument& document, const std::string& path) {
  const auto from = edge_end(document.from, path + "/from");
  const auto to = edge_end(document.to, path + "/to");
  if (!from || !to) return;
  auto& source = definition_.nodes[*from];
  if (!notes_[*from].has_ports) return;
  const auto name = document.port.value_or("out");
  const auto port = source.find_port(name);
  if (!port) {
    const std::vector<std::string_view> known(source.ports.begin(), source.ports.end());
    const bool wants_route = name == "error";
    return faults_.add(
        path + "/port", "edge.unknown_port",
        wants_route
            ? fmt::format("node '{}' has the port error only with on_error: route", source.id)
            : fmt::format("node '{}' has no port '{}'; {}{}", source.id, name,
                          describe_ports(source), faults_.suggest(name, known)));
  }
  for (const auto other : source.outgoing)
    if (definition_.edges[other].port == *port && definition_.edges[other].to == *to)
      return faults_.add(path, "edge.duplicate",
                         fmt::format("the edge from '{}' ({}) to '{}' exists already", source.id,
                                     name, definition_.nodes[*to].id));
  const auto index = static_cast<EdgeIndex>(definition_.edges.size());
  definition_.edges.push_back({*from, *port, *to});
  source.outgoing.push_back(index);
  definition_.nodes[*to].incoming.push_back(index);
}

std::optional<NodeIndex> DefinitionCompiler::edge_end(const std::string& id,
                                                      const std::string& path) {
  if (const auto node = definition_.find(id)) return node;
  faults_.add(path, "edge.unknown_node",
              fmt::format("there is no node '{}'{}", id, faults_.suggest(id, ids())));
  return std::nullopt;
}

void DefinitionCompiler::sort_nodes() {
  const auto& nodes = definition_.nodes;
  std::vector<std::uint32_t> waiting(nodes.size());
  auto& order = definition_.order;
  order.reserve(nodes.size());
  for (NodeIndex i = 0; i < nodes.size(); ++i) {
    waiting[i] = static_cast<std::uint32_t>(nodes[i].incoming.size());
    if (waiting[i] == 0) order.push_back(i);
  }
  for (std::size_t next = 0; next < order.size(); ++next)
    for (const auto edge : nodes[order[next]].outgoing)
      if (const auto to = definition_.edges[edge].to; --waiting[to] == 0) order.push_back(to);
  if (order.size() < nodes.size()) report_cycles(waiting);
}

// What is left are cycles, what lies between them, and what only they lead to. Walking backwards
// from any of it must run into a cycle, since each has an unsorted node before it.
void DefinitionCompiler::report_cycles(const std::vector<std::uint32_t>& waiting) {
  const auto& nodes = definition_.nodes;
  std::vector<EdgeIndex> came_by(nodes.size(), kNone);
  std::vector<std::uint32_t> walk(nodes.size(), 0);
  std::vector<char> is_on_cycle(nodes.size(), 0);
  for (NodeIndex start = 0; start < nodes.size(); ++start) {
    if (waiting[start] == 0 || walk[start] != 0) continue;
    NodeIndex at = start;
    while (walk[at] == 0) {
      walk[at] = start + 1;
      const auto before = std::ranges::find_if(nodes[at].incoming, [&](EdgeIndex edge) {
        return waiting[definition_.edges[edge].from] != 0;
      });
      came_by[at] = *before;
      at = definition_.edges[*before].from;
    }
    if (walk[at] != start + 1) continue;
    std::vector<EdgeIndex> cycle;
    NodeIndex on = at;
    do {
      cycle.push_back(came_by[on]);
      is_on_cycle[on] = 1;
      on = definition_.edges[came_by[on]].from;
    } while (on != at);
    std::ranges::reverse(cycle);
    report_cycle(cycle);
  }
  for (NodeIndex i = 0; i < nodes.size(); ++i)
    if (waiting[i] != 0 && is_on_cycle[i] == 0)
      faults_.add(node_path(i), "node.unreachable",
                  fmt::format("{} can't be reached: every way to it goes through a cycle",
                              notes_[i].subject));
}

void DefinitionCompiler::report_cycle(const std::vector<EdgeIndex>& cycle) {
  constexpr std::size_t kShown = 20;
  const auto first = definition_.edges[cycle.front()].from;
  std::string names = definition_.nodes[first].id;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    if (i == kShown && cycle.size() > kShown + 1) {
      names += fmt::format(" -> ... ({} more)", cycle.size() - kShown - 1);
      i = cycle.size() - 1;
    }
    names += " -> " + definition_.nodes[definition_.edges[cycle[i]].to].id;
  }
  faults_.add(fmt::format("{}/edges/{}", base_, edge_places_[cycle.back()]), "edge.cycle",
              fmt::format("the edges form a cycle: {}", names));
}

}  // namespace qd::engine
