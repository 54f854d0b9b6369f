#include "engine/drill/family.h"

namespace qd::engine::drill {
namespace {

constexpr db::Sql kFirst{"drill.first", "SELECT " QD_EXECUTION_AS_SHOWN
                                        " FROM executions WHERE project_id = $1 AND name = $2 AND "
                                        "parent_id IS NULL"};
constexpr db::Sql kChildren{"drill.children", "SELECT " QD_EXECUTION_AS_SHOWN
                                              " FROM executions WHERE parent_id = $1 ORDER BY id"};
constexpr db::Sql kEvents{"drill.events",
                          "SELECT seq, at, type, node_id, data FROM execution_events WHERE "
                          "execution_id = $1 ORDER BY seq"};

void add(db::Snapshot& view, Family& family, const std::string& label, Execution execution) {
  const auto id = execution.id;
  family[label] = {std::move(execution), view.all<Event>(kEvents, id)};
  for (auto& child : view.all<Execution>(kChildren, id)) {
    // One that nobody waits for goes by its workflow's name; of several, in their order.
    auto inner = label + child.parent_step.value_or(child.name) + ">";
    while (family.contains(inner)) inner.insert(inner.size() - 1, "'");
    add(view, family, inner, std::move(child));
  }
}

}  // namespace

Family read_family(db::Snapshot& view, const ProjectId& project, const std::string& name) {
  Family family;
  if (auto first = view.first<Execution>(kFirst, project, name))
    add(view, family, "", *std::move(first));
  return family;
}

std::string label_of(const Family& family, const ExecutionId& id) {
  for (const auto& [label, member] : family)
    if (member.execution.id == id) return label;
  return "?>";
}

}  // namespace qd::engine::drill
