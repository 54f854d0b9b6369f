#include "definitions/section.h"

#include <fmt/format.h>

namespace qd::definitions {

DefinitionSection::DefinitionSection(DefinitionService& service)
    : service_(service), name_(fmt::format("{}s", enum_name(service.kind()))) {}

std::map<std::string, std::string> DefinitionSection::names(db::Snapshot& view,
                                                            const ProjectId& project) const {
  std::map<std::string, std::string> names;
  for (auto& stored : store::all(view, service_.kind(), project))
    names.emplace(stored.id, stored.name);
  return names;
}

Json DefinitionSection::write(db::Snapshot& view, const ProjectId& project) const {
  JsonArray items;
  for (auto& stored : store::all(view, service_.kind(), project)) {
    // A copy is not every project's: only an administrator says so, of each.
    if (auto* content = stored.content.if_object()) content->erase("is_global");
    items.push_back(std::move(stored.content));
  }
  return items;
}

Result<void> DefinitionSection::read(db::Transaction& tx, const api::Caller& caller,
                                     const ProjectId& project, const Json& content,
                                     std::string_view path) const {
  if (!content.is_array()) return invalid({{std::string(path), "wrong_type", "must be a list"}});
  std::size_t index = 0;
  for (const auto& item : content.get_array()) {
    const auto at = fmt::format("{}/{}", path, index++);
    auto inserted = service_.insert(tx, caller, project, item, "imported");
    if (inserted) continue;
    auto error = std::move(inserted).error();
    for (auto& fault : error.faults) fault.path.insert(0, at);
    if (error.faults.empty()) error.message = at + ": " + error.message;
    return std::unexpected(std::move(error));
  }
  return {};
}

}  // namespace qd::definitions
