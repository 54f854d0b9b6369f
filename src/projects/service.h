// Projects themselves: who may make, see, change and delete them.
#pragma once

#include <functional>

#include "identity/audit.h"
#include "identity/service.h"
#include "projects/access.h"
#include "projects/section.h"

namespace qd::projects {

/// What the services of this domain are made of; all outlive them.
struct Parts {
  db::Database& database;
  Clock& clock;
  identity::IdentityService& users;
  const identity::AuditLog& audit;
  const Access& access;
};

/// Before a project is deleted: why it may not be, or (with `force`) what has to end first.
using DeleteRule = std::function<Task<Result<void>>(ProjectId, bool force)>;

/// Thread-safe once it is wired.
class ProjectService {
 public:
  explicit ProjectService(Parts parts) : parts_(parts) {}
  void add_delete_rule(DeleteRule rule) { delete_rules_.push_back(std::move(rule)); }

  /// The caller becomes its owner. Forbidden `project.create_forbidden` for accounts that only
  /// view; Conflict `project.slug_taken` where the slug was asked for.
  Task<Result<Project>> create(api::Caller caller, ProjectDraft draft);
  Task<Result<Project>> get(api::Caller caller, ProjectId id);
  Task<Result<api::Page<Project>>> list(api::Caller caller, ProjectQuery query);
  Task<Result<api::Page<ProjectHit>>> search(api::Caller caller, SearchQuery query);
  /// PUT: what is absent becomes the default.
  Task<Result<Project>> replace(api::Caller caller, ProjectId id, ProjectDraft draft,
                                std::optional<std::int64_t> if_match);
  /// RFC 7396.
  Task<Result<Project>> patch(api::Caller caller, ProjectId id, JsonObject patch,
                              std::optional<std::int64_t> if_match);
  /// Conflict `project.protected`, or what the delete rules say.
  Task<Result<void>> remove(api::Caller caller, ProjectId id, bool force,
                            std::optional<std::int64_t> if_match);

  /// As `create`, within a transaction.
  Result<Project> insert(db::Transaction& tx, const api::Caller& caller,
                         const ProjectDraft& draft) const;

 private:
  Result<Project> change(db::Transaction& tx, const api::Caller& caller, const ProjectId& id,
                         std::optional<std::int64_t> if_match,
                         const std::function<Result<ProjectDraft>(const Project&)>& next) const;

  Parts parts_;
  std::vector<DeleteRule> delete_rules_;
};

/// Stale where `if_match` is given and is not `revision`.
[[nodiscard]] Result<void> check_revision(std::string_view what, std::int64_t revision,
                                          std::optional<std::int64_t> if_match);

}  // namespace qd::projects
