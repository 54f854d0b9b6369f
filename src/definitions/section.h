// The agents, tools or workflows of a project, in its export, import and clone: their drafts by
// name.
#pragma once

#include "definitions/service.h"
#include "projects/section.h"

namespace qd::definitions {

class DefinitionSection final : public projects::Section {
 public:
  /// The service outlives it.
  explicit DefinitionSection(DefinitionService& service);

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] std::map<std::string, std::string> names(db::Snapshot& view,
                                                         const ProjectId& project) const override;
  [[nodiscard]] Json write(db::Snapshot& view, const ProjectId& project) const override;
  Result<void> read(db::Transaction& tx, const api::Caller& caller, const ProjectId& project,
                    const Json& content, std::string_view path) const override;

 private:
  DefinitionService& service_;
  std::string name_;
};

}  // namespace qd::definitions
