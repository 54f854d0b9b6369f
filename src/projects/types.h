// What projects speak of on the wire.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/enum_names.h"
#include "base/id.h"
#include "base/time.h"
#include "json/described.h"

namespace qd::projects {

enum class ProjectStatus { Active, Archived, Draft };
BOOST_DESCRIBE_ENUM(ProjectStatus, Active, Archived, Draft)

/// In rising order: each may do what those before it may. A viewer reads; an operator runs and
/// decides; an editor changes agents, tools, workflows and variables; an owner does everything.
enum class ProjectRole { Viewer, Operator, Editor, Owner };
BOOST_DESCRIBE_ENUM(ProjectRole, Viewer, Operator, Editor, Owner)

/// How many tags and how much JSON (bytes as text) a project holds.
inline constexpr std::size_t kMostTags = 50;
inline constexpr std::size_t kMostJson = 64 << 10;

struct ProjectDraft {
  Text<1, 200> name;
  /// Made of the name where it is absent.
  std::optional<Slug> slug;
  std::optional<Text<0, 10'000>> description;
  std::optional<ProjectStatus> status;
  /// `protected: true` keeps it from being deleted; `max_concurrent_executions` and
  /// `max_starts_per_minute` limit what runs in it.
  std::optional<JsonObject> settings;
  std::optional<JsonObject> metadata;
  /// Every signed-in user may read it.
  std::optional<bool> is_public;
  /// Others may begin with a copy of it.
  std::optional<bool> is_template;
  std::optional<std::vector<Text<1, 50>>> tags;
};
BOOST_DESCRIBE_STRUCT(ProjectDraft, (),
                      (name, slug, description, status, settings, metadata, is_public, is_template,
                       tags))

struct NewProject : ProjectDraft {
  /// Begins with a copy of this template, which also says what is left out here.
  std::optional<Text<1, 100>> template_id;
};
BOOST_DESCRIBE_STRUCT(NewProject, (ProjectDraft), (template_id))

struct Project {
  ProjectId id;
  Timestamp created_at;
  Timestamp updated_at;
  UserId created_by;
  std::int64_t revision = 1;
  std::string name;
  std::string slug;
  std::string description;
  ProjectStatus status = ProjectStatus::Active;
  JsonObject settings;
  JsonObject metadata;
  bool is_public = false;
  bool is_template = false;
  std::vector<std::string> tags;
  /// What the caller is in it; nothing where it is only public to him, or he administrates.
  std::optional<ProjectRole> my_role;
};
BOOST_DESCRIBE_STRUCT(Project, (),
                      (id, created_at, updated_at, created_by, revision, name, slug, description,
                       status, settings, metadata, is_public, is_template, tags, my_role))

/// HTML in which only `<mark>` is markup.
struct Highlights {
  std::string name;
  std::string description;
  std::vector<std::string> tags;
};
BOOST_DESCRIBE_STRUCT(Highlights, (), (name, description, tags))

struct ProjectHit : Project {
  Highlights highlights;
};
BOOST_DESCRIBE_STRUCT(ProjectHit, (Project), (highlights))

struct ProjectQuery {
  std::optional<Whole<1, 200>> limit;
  std::optional<std::string> cursor;
  /// `created_at`, `updated_at` or `name`, with a dash for the other way round.
  std::optional<std::string> sort;
  std::optional<ProjectStatus> status;
  std::optional<Text<1, 50>> tag;
  std::optional<bool> is_template;
  std::optional<bool> is_public;
  /// A user's id: what he made.
  std::optional<Text<1, 100>> owner;
  /// Only those that the caller is a member of.
  std::optional<bool> member;
};
BOOST_DESCRIBE_STRUCT(ProjectQuery, (),
                      (limit, cursor, sort, status, tag, is_template, is_public, owner, member))

struct SearchQuery {
  /// Words; each may be the beginning of one.
  Text<1, 200> q;
  std::optional<Whole<1, 200>> limit;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(SearchQuery, (), (q, limit, cursor))

struct DeleteQuery {
  /// Cancels what runs in it instead of refusing.
  std::optional<bool> force;
};
BOOST_DESCRIBE_STRUCT(DeleteQuery, (), (force))

struct CloneDraft {
  Text<1, 200> name;
  std::optional<Slug> slug;
  std::optional<Text<0, 10'000>> description;
};
BOOST_DESCRIBE_STRUCT(CloneDraft, (), (name, slug, description))

struct PageQuery {
  std::optional<Whole<1, 200>> limit;
  std::optional<std::string> cursor;
  std::optional<std::string> sort;
};
BOOST_DESCRIBE_STRUCT(PageQuery, (), (limit, cursor, sort))

// --- members
// -----------------------------------------------------------------------------------------

struct Member {
  /// The same as user_id.
  std::string id;
  UserId user_id;
  std::string email;
  std::string full_name;
  ProjectRole role = ProjectRole::Viewer;
  Timestamp created_at;
  Timestamp updated_at;
  UserId created_by;
  std::int64_t revision = 1;
};
BOOST_DESCRIBE_STRUCT(Member, (),
                      (id, user_id, email, full_name, role, created_at, updated_at, created_by,
                       revision))

/// One of `email` and `user_id`.
struct MemberDraft {
  std::optional<Text<1, 254>> email;
  std::optional<Text<1, 100>> user_id;
  ProjectRole role = ProjectRole::Viewer;
};
BOOST_DESCRIBE_STRUCT(MemberDraft, (), (email, user_id, role))

struct MemberPatch {
  ProjectRole role = ProjectRole::Viewer;
};
BOOST_DESCRIBE_STRUCT(MemberPatch, (), (role))

// --- variables
// ---------------------------------------------------------------------------------------

struct Variable {
  std::string id;
  Timestamp created_at;
  Timestamp updated_at;
  UserId created_by;
  std::int64_t revision = 1;
  ProjectId project_id;
  std::string name;
  Json value;
  std::string description;
};
BOOST_DESCRIBE_STRUCT(Variable, (),
                      (id, created_at, updated_at, created_by, revision, project_id, name, value,
                       description))

struct VariableDraft {
  Json value;
  std::optional<Text<0, 1'000>> description;
};
BOOST_DESCRIBE_STRUCT(VariableDraft, (), (value, description))

// --- credentials
// -------------------------------------------------------------------------------------

enum class CredentialType { Bearer, Basic, Header, Query, ApiKey };
BOOST_DESCRIBE_ENUM(CredentialType, Bearer, Basic, Header, Query, ApiKey)

/// Without its secret, which never leaves.
struct Credential {
  CredentialId id;
  Timestamp created_at;
  Timestamp updated_at;
  UserId created_by;
  std::int64_t revision = 1;
  ProjectId project_id;
  std::string name;
  CredentialType type = CredentialType::Bearer;
  std::string description;
  /// Of basic.
  std::string username;
  /// The header's or query parameter's name.
  std::string parameter;
  /// Whether it has its secret; an imported one has none yet.
  bool filled = false;
  std::optional<Timestamp> last_used_at;
};
BOOST_DESCRIBE_STRUCT(Credential, (),
                      (id, created_at, updated_at, created_by, revision, project_id, name, type,
                       description, username, parameter, filled, last_used_at))

struct CredentialDraft {
  Text<1, 100> name;
  CredentialType type = CredentialType::Bearer;
  std::optional<Text<0, 1'000>> description;
  /// By type: `token` (bearer), `username` and `password` (basic), `header` and `value` (header),
  /// `parameter` and `value` (query), `api_key` (api_key).
  std::optional<JsonObject> value;
};
BOOST_DESCRIBE_STRUCT(CredentialDraft, (), (name, type, description, value))

}  // namespace qd::projects
