#include "projects/access.h"

#include <fmt/format.h>

#include "projects/project_store.h"

namespace qd::projects {
namespace {

std::optional<ProjectRole> role_of(const api::Caller& caller, const Project& project) {
  if (caller.is_admin()) return ProjectRole::Owner;
  if (project.my_role) return project.my_role;
  if (project.is_public) return ProjectRole::Viewer;
  return std::nullopt;
}

}  // namespace

Result<Project> Access::require(db::Snapshot& view, const api::Caller& caller, const ProjectId& id,
                                ProjectRole least, Archived archived) const {
  auto project = store::find(view, id, caller.user);
  const auto role = project ? role_of(caller, *project) : std::nullopt;
  if (!role)
    return fail(ErrorKind::NotFound, "project.not_found", "there is no project with this id");
  if (*role < least)
    return fail(ErrorKind::Forbidden, "project.role",
                fmt::format("this takes the role {} in the project; you are {}", enum_name(least),
                            enum_name(*role)));
  const bool is_steering = least == ProjectRole::Operator || least == ProjectRole::Editor;
  if (project->status == ProjectStatus::Archived && is_steering && archived == Archived::Refused)
    return fail(ErrorKind::Conflict, "project.archived",
                "the project is archived; an owner can make it active again");
  return *std::move(project);
}

}  // namespace qd::projects
