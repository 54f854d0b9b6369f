// Projects as documents: export, import, clone, and new ones from templates. Secrets never travel:
// credentials arrive empty and wait for an owner.
#pragma once

#include "projects/credentials.h"
#include "projects/variables.h"

namespace qd::projects {

inline constexpr std::string_view kExportFormat = "quarterdeck.project/1";

/// Thread-safe once it is wired.
class TransferService {
 public:
  TransferService(Parts parts, const ProjectService& projects, const VariableService& variables,
                  const CredentialService& credentials)
      : parts_(parts), projects_(projects), variables_(variables), credentials_(credentials) {}
  /// In the order in which an import reads them; it outlives this.
  void add_section(const Section& section) { sections_.push_back(&section); }

  /// Takes an editor of the project.
  Task<Result<JsonObject>> write(api::Caller caller, ProjectId project);
  /// A new project of the caller's from an export; all of it or nothing. Faults have paths into the
  /// document.
  Task<Result<Project>> read(api::Caller caller, JsonObject document);
  Task<Result<Project>> clone(api::Caller caller, ProjectId project, CloneDraft draft);
  /// NotFound `project.not_found`, Conflict `project.not_template`.
  Task<Result<Project>> from_template(api::Caller caller, NewProject draft);

 private:
  [[nodiscard]] JsonObject content_of(db::Snapshot& view, const ProjectId& project) const;
  Result<void> fill(db::Transaction& tx, const api::Caller& caller, const ProjectId& project,
                    const JsonObject& content) const;
  Result<void> fill_variables(db::Transaction& tx, const api::Caller& caller,
                              const ProjectId& project, const Json& list) const;
  Result<void> fill_credentials(db::Transaction& tx, const api::Caller& caller,
                                const ProjectId& project, const Json& list) const;

  Parts parts_;
  const ProjectService& projects_;
  const VariableService& variables_;
  const CredentialService& credentials_;
  std::vector<const Section*> sections_;
};

}  // namespace qd::projects
