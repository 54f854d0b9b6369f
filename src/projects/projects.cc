#include "projects/projects.h"

#include "projects/content_store.h"
#include "projects/project_store.h"

namespace qd::projects {

Result<Surroundings> surroundings(db::Snapshot& view, const ProjectId& id) {
  const auto project = store::find(view, id, {});
  if (!project) return fail(ErrorKind::NotFound, "project.not_found", "the project is gone");
  Surroundings found{.name = project->name, .variables = {}};
  for (auto& variable : store::all_variables(view, id))
    found.variables[variable.name] = std::move(variable.value);
  return found;
}

}  // namespace qd::projects
