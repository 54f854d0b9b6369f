#include "definitions/section.h"

#include <fmt/format.h>

namespace qd::definitions {

DefinitionSection::DefinitionSection(DefinitionService& service)
    : service_(service), name_(fmt::format("{}s", enum_name(service.kind()))) {}

Json DefinitionSection::write(db::Snapshot& view, const ProjectId& project) const {
  JsonArray items;
  for (auto& stored : store::all(view, service_.kind(), project)) items.push_back(std::move(stored.content));
  return items;
}

Result<void> DefinitionSection::read(db::Transaction& tx, const api::Caller& caller, const ProjectId& project,
                                     const Json& content, std::string_view path) const {
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
