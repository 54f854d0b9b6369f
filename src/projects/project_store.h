// The SQL of projects and nothing else.
#pragma once

#include <optional>

#include "platform/db/list_query.h"
#include "projects/types.h"

namespace qd::projects::store {

/// False where the slug is taken.
bool insert(db::Transaction& tx, const Project& project);
/// With `my_role` as the user's.
[[nodiscard]] std::optional<Project> find(db::Snapshot& view, const ProjectId& id,
                                          const UserId& user);
/// Writes everything but what never changes.
void update(db::Transaction& tx, const Project& project);
[[nodiscard]] bool slug_is_taken(db::Snapshot& view, std::string_view slug,
                                 const ProjectId& but_for);
void remove(db::Transaction& tx, const ProjectId& id);

/// Whose view of the projects a list is.
struct Viewpoint {
  UserId user;
  bool sees_all = false;
};
[[nodiscard]] Result<db::Rows<Project>> list(db::Snapshot& view, const Viewpoint& viewpoint,
                                             const ProjectQuery& query);
/// The best first; the cursor is how many came before. `terms` is not empty.
[[nodiscard]] Result<db::Rows<Project>> search(db::Snapshot& view, const Viewpoint& viewpoint,
                                               const std::vector<std::string>& terms,
                                               const SearchQuery& query);

}  // namespace qd::projects::store
