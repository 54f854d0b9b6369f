// The SQL of members, variables and credentials.
#pragma once

#include <optional>

#include "platform/db/list_query.h"
#include "projects/types.h"

namespace qd::projects::store {

/// A membership without what identity knows of the user. `id` is the user's.
struct Membership {
  std::string id;
  ProjectRole role = ProjectRole::Viewer;
  Timestamp created_at;
  Timestamp updated_at;
  UserId created_by;
  std::int64_t revision = 1;
};
BOOST_DESCRIBE_STRUCT(Membership, (), (id, role, created_at, updated_at, created_by, revision))

/// False where the user is a member already.
bool insert_member(db::Transaction& tx, const ProjectId& project, const Membership& member);
[[nodiscard]] std::optional<Membership> find_member(db::Snapshot& view, const ProjectId& project,
                                                    const UserId& user);
void update_member(db::Transaction& tx, const ProjectId& project, const Membership& member);
bool remove_member(db::Transaction& tx, const ProjectId& project, const UserId& user);
[[nodiscard]] Result<db::Rows<Membership>> members(db::Snapshot& view, const ProjectId& project,
                                                   const PageQuery& query);
[[nodiscard]] bool has_other_owner(db::Snapshot& view, const ProjectId& project,
                                   std::string_view user);
/// A project whose one owner this user is.
[[nodiscard]] std::optional<std::string> solely_owned(db::Snapshot& view, const UserId& user);

[[nodiscard]] std::optional<Variable> find_variable(db::Snapshot& view, const ProjectId& project,
                                                    std::string_view name);
void put_variable(db::Transaction& tx, const Variable& variable);
bool remove_variable(db::Transaction& tx, const ProjectId& project, std::string_view name);
[[nodiscard]] Result<db::Rows<Variable>> variables(db::Snapshot& view, const ProjectId& project,
                                                   const PageQuery& query);
[[nodiscard]] std::vector<Variable> all_variables(db::Snapshot& view, const ProjectId& project);
[[nodiscard]] std::int64_t count_variables(db::Snapshot& view, const ProjectId& project);

/// False where the name is taken.
bool insert_credential(db::Transaction& tx, const Credential& credential,
                       const std::optional<std::string>& sealed);
void update_credential(db::Transaction& tx, const Credential& credential,
                       const std::optional<std::string>& sealed);
void touch_credential(db::Transaction& tx, const CredentialId& id, Timestamp now);
/// By id or name.
[[nodiscard]] std::optional<Credential> find_credential(db::Snapshot& view,
                                                        const ProjectId& project,
                                                        std::string_view name_or_id);
[[nodiscard]] std::optional<std::string> sealed_value(db::Snapshot& view, const CredentialId& id);
bool remove_credential(db::Transaction& tx, const CredentialId& id);
[[nodiscard]] Result<db::Rows<Credential>> credentials(db::Snapshot& view, const ProjectId& project,
                                                       const PageQuery& query);
[[nodiscard]] std::vector<Credential> all_credentials(db::Snapshot& view, const ProjectId& project);
[[nodiscard]] std::int64_t count_credentials(db::Snapshot& view, const ProjectId& project);

}  // namespace qd::projects::store
