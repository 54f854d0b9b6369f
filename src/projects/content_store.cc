#include "projects/content_store.h"

namespace qd::projects::store {
namespace {

#define QD_MEMBER_COLUMNS "user_id, role, created_at, updated_at, created_by, revision"
constexpr db::Sql kInsertMember{
    "member.insert", "INSERT INTO project_members (" QD_MEMBER_COLUMNS
                     ", project_id) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"};
constexpr db::Sql kFindMember{"member.find",
                              "SELECT " QD_MEMBER_COLUMNS
                              " FROM project_members WHERE project_id = $1 AND user_id = $2"};
constexpr db::Sql kUpdateMember{
    "member.update",
    "UPDATE project_members SET role = $1, updated_at = $2, revision = $3 "
    "WHERE project_id = $4 AND user_id = $5"};
constexpr db::Sql kRemoveMember{
    "member.remove", "DELETE FROM project_members WHERE project_id = $1 AND user_id = $2"};
constexpr db::Sql kOtherOwner{
    "member.other_owner",
    "SELECT 1 FROM project_members WHERE project_id = $1 AND role = 'owner' AND user_id <> $2 "
    "LIMIT 1"};
constexpr db::Sql kSolelyOwned{
    "member.solely_owned",
    "SELECT m.project_id FROM project_members m WHERE m.user_id = $1 AND m.role = 'owner' AND "
    "NOT EXISTS (SELECT 1 FROM project_members o WHERE o.project_id = m.project_id AND "
    "o.role = 'owner' AND o.user_id <> m.user_id) LIMIT 1"};

#define QD_VARIABLE_COLUMNS \
  "id, created_at, updated_at, created_by, revision, project_id, name, value, description"
constexpr db::Sql kFindVariable{"variable.find",
                                "SELECT " QD_VARIABLE_COLUMNS
                                " FROM project_variables WHERE project_id = $1 AND name = $2"};
constexpr db::Sql kPutVariable{
    "variable.put",
    "INSERT INTO project_variables (" QD_VARIABLE_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (project_id, name) DO UPDATE "
    "SET updated_at = excluded.updated_at, revision = excluded.revision, "
    "value = excluded.value, description = excluded.description"};
constexpr db::Sql kRemoveVariable{
    "variable.remove", "DELETE FROM project_variables WHERE project_id = $1 AND name = $2"};
constexpr db::Sql kAllVariables{"variable.all",
                                "SELECT " QD_VARIABLE_COLUMNS
                                " FROM project_variables WHERE project_id = $1 ORDER BY name"};
constexpr db::Sql kCountVariables{"variable.count",
                                  "SELECT COUNT(*) FROM project_variables WHERE project_id = $1"};

#define QD_CREDENTIAL_COLUMNS                                                               \
  "id, created_at, updated_at, created_by, revision, project_id, name, type, description, " \
  "username, parameter, "                                                                   \
  "(sealed IS NOT NULL), last_used_at"
constexpr db::Sql kInsertCredential{"credential.insert",
                                    "INSERT INTO project_credentials (id, created_at, updated_at, "
                                    "created_by, revision, project_id, name, type, "
                                    "description, username, parameter, sealed) VALUES ($1, $2, $3, "
                                    "$4, $5, $6, $7, $8, $9, $10, $11, $12) "
                                    "ON CONFLICT (project_id, name) DO NOTHING"};
constexpr db::Sql kUpdateCredential{
    "credential.update",
    "UPDATE project_credentials SET updated_at = $1, revision = $2, name = $3, type = $4, "
    "description = $5, username = $6, parameter = $7, sealed = $8 WHERE id = $9"};
constexpr db::Sql kTouchCredential{
    "credential.touch", "UPDATE project_credentials SET last_used_at = $1 WHERE id = $2"};
constexpr db::Sql kFindCredential{
    "credential.find", "SELECT " QD_CREDENTIAL_COLUMNS
                       " FROM project_credentials WHERE project_id = $1 AND (id = $2 OR name = $2) "
                       "ORDER BY CASE WHEN id = $2 THEN 0 ELSE 1 END LIMIT 1"};
constexpr db::Sql kSealed{
    "credential.sealed",
    "SELECT sealed FROM project_credentials WHERE id = $1 AND sealed IS NOT NULL"};
constexpr db::Sql kRemoveCredential{"credential.remove",
                                    "DELETE FROM project_credentials WHERE id = $1"};
constexpr db::Sql kAllCredentials{"credential.all",
                                  "SELECT " QD_CREDENTIAL_COLUMNS
                                  " FROM project_credentials WHERE project_id = $1 ORDER BY name"};
constexpr db::Sql kCountCredentials{
    "credential.count", "SELECT COUNT(*) FROM project_credentials WHERE project_id = $1"};

using Type = db::SortField::Type;
constexpr std::array kByName{db::SortField{"name", "name", Type::Text},
                             db::SortField{"created_at", "created_at", Type::Time},
                             db::SortField{"updated_at", "updated_at", Type::Time}};
constexpr std::array kByTime{db::SortField{"created_at", "created_at", Type::Time}};

db::PageRequest page_of(const PageQuery& query, const char* sort) {
  return {.limit = query.limit ? query.limit->value : 50,
          .cursor = query.cursor,
          .sort = query.sort.value_or(sort)};
}

}  // namespace

bool insert_member(db::Transaction& tx, const ProjectId& project, const Membership& m) {
  return tx.execute(kInsertMember, m.id, m.role, m.created_at, m.updated_at, m.created_by,
                    m.revision, project) == 1;
}

std::optional<Membership> find_member(db::Snapshot& view, const ProjectId& project,
                                      const UserId& user) {
  return view.first<Membership>(kFindMember, project, user);
}

void update_member(db::Transaction& tx, const ProjectId& project, const Membership& m) {
  tx.execute(kUpdateMember, m.role, m.updated_at, m.revision, project, m.id);
}

bool remove_member(db::Transaction& tx, const ProjectId& project, const UserId& user) {
  return tx.execute(kRemoveMember, project, user) == 1;
}

Result<db::Rows<Membership>> members(db::Snapshot& view, const ProjectId& project,
                                     const PageQuery& query) {
  db::ListQuery rows(QD_MEMBER_COLUMNS, "project_members", kByTime, "user_id");
  rows.where("project_id = ?", project);
  return rows.page<Membership>(view, page_of(query, "created_at"));
}

bool has_other_owner(db::Snapshot& view, const ProjectId& project, std::string_view user) {
  return view.value<std::int64_t>(kOtherOwner, project, user).has_value();
}

std::optional<std::string> solely_owned(db::Snapshot& view, const UserId& user) {
  return view.value<std::string>(kSolelyOwned, user);
}

std::optional<Variable> find_variable(db::Snapshot& view, const ProjectId& project,
                                      std::string_view name) {
  return view.first<Variable>(kFindVariable, project, name);
}

void put_variable(db::Transaction& tx, const Variable& v) {
  tx.execute(kPutVariable, v.id, v.created_at, v.updated_at, v.created_by, v.revision, v.project_id,
             v.name, v.value, v.description);
}

bool remove_variable(db::Transaction& tx, const ProjectId& project, std::string_view name) {
  return tx.execute(kRemoveVariable, project, name) == 1;
}

Result<db::Rows<Variable>> variables(db::Snapshot& view, const ProjectId& project,
                                     const PageQuery& query) {
  db::ListQuery rows(QD_VARIABLE_COLUMNS, "project_variables", kByName);
  rows.where("project_id = ?", project);
  return rows.page<Variable>(view, page_of(query, "name"));
}

std::vector<Variable> all_variables(db::Snapshot& view, const ProjectId& project) {
  return view.all<Variable>(kAllVariables, project);
}

std::int64_t count_variables(db::Snapshot& view, const ProjectId& project) {
  return view.value<std::int64_t>(kCountVariables, project).value_or(0);
}

bool insert_credential(db::Transaction& tx, const Credential& c,
                       const std::optional<std::string>& sealed) {
  return tx.execute(kInsertCredential, c.id, c.created_at, c.updated_at, c.created_by, c.revision,
                    c.project_id, c.name, c.type, c.description, c.username, c.parameter,
                    sealed) == 1;
}

void update_credential(db::Transaction& tx, const Credential& c,
                       const std::optional<std::string>& sealed) {
  tx.execute(kUpdateCredential, c.updated_at, c.revision, c.name, c.type, c.description, c.username,
             c.parameter, sealed, c.id);
}

void touch_credential(db::Transaction& tx, const CredentialId& id, Timestamp now) {
  tx.execute(kTouchCredential, now, id);
}

std::optional<Credential> find_credential(db::Snapshot& view, const ProjectId& project,
                                          std::string_view name_or_id) {
  return view.first<Credential>(kFindCredential, project, name_or_id);
}

std::optional<std::string> sealed_value(db::Snapshot& view, const CredentialId& id) {
  return view.value<std::string>(kSealed, id);
}

bool remove_credential(db::Transaction& tx, const CredentialId& id) {
  return tx.execute(kRemoveCredential, id) == 1;
}

Result<db::Rows<Credential>> credentials(db::Snapshot& view, const ProjectId& project,
                                         const PageQuery& query) {
  db::ListQuery rows(QD_CREDENTIAL_COLUMNS, "project_credentials", kByName);
  rows.where("project_id = ?", project);
  return rows.page<Credential>(view, page_of(query, "name"));
}

std::vector<Credential> all_credentials(db::Snapshot& view, const ProjectId& project) {
  return view.all<Credential>(kAllCredentials, project);
}

std::int64_t count_credentials(db::Snapshot& view, const ProjectId& project) {
  return view.value<std::int64_t>(kCountCredentials, project).value_or(0);
}

}  // namespace qd::projects::store
