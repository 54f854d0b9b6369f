// Who may do what in a project. Every domain asks here, in the transaction in which it acts.
#pragma once

#include "platform/api/router.h"
#include "platform/db/db.h"
#include "projects/types.h"

namespace qd::projects {

/// The ids, as `project_id`, of the projects that a user may see; `user` is a parameter's place.
#define QD_VISIBLE(user)                                                                     \
  "(SELECT id AS project_id FROM projects WHERE is_public = 1 UNION SELECT project_id FROM " \
  "project_members WHERE user_id = " user ")"
/// A condition on a column `project_id`: the projects that a user (the one parameter) may see.
inline constexpr std::string_view kVisibleProjects = "project_id IN " QD_VISIBLE("?");

/// Whether a deed is allowed in an archived project. Reading always is, and so is what takes an
/// owner.
enum class Archived { Refused, Allowed };

class Access {
 public:
  /// The project, if the caller is at least `least` in it. An administrator is an owner everywhere;
  /// everybody is a viewer of what is public. NotFound `project.not_found` for those who may not
  /// even see it; Forbidden `project.role`; Conflict `project.archived`.
  [[nodiscard]] Result<Project> require(db::Snapshot& view, const api::Caller& caller,
                                        const ProjectId& id, ProjectRole least,
                                        Archived archived = Archived::Refused) const;
};

}  // namespace qd::projects
