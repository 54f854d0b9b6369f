#include "definitions/store.h"

namespace qd::definitions::store {
namespace {

#define QD_DEFINITION_HEAD                                                                         \
  "id, project_id, created_at, updated_at, created_by, revision, published_version, draft, name, " \
  "description, variant, is_global"
#define QD_DEFINITION_COLUMNS QD_DEFINITION_HEAD ", content"

constexpr std::string_view kColumns = QD_DEFINITION_COLUMNS;
constexpr db::Sql kInsert{
    "definition.insert",
    "INSERT INTO definitions (" QD_DEFINITION_COLUMNS
    ", kind) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"};
constexpr db::Sql kFind{"definition.find", "SELECT " QD_DEFINITION_COLUMNS
                                           " FROM definitions WHERE id = $1 AND kind = $2"};
constexpr db::Sql kFindHead{"definition.find_head", "SELECT " QD_DEFINITION_HEAD
                                                    ", NULL FROM definitions WHERE id = $1 AND "
                                                    "kind = $2"};
constexpr db::Sql kResolve{"definition.resolve",
                           "SELECT " QD_DEFINITION_COLUMNS
                           " FROM definitions WHERE kind = $1 AND (name = $2 OR id = $2) "
                           "AND (project_id = $3 OR is_global = 1) "
                           "ORDER BY CASE WHEN project_id = $3 THEN 0 ELSE 1 END, id LIMIT 1"};
constexpr db::Sql kFindNamed{"definition.find_named",
                             "SELECT " QD_DEFINITION_COLUMNS
                             " FROM definitions WHERE project_id = $1 AND kind = $2 AND name = $3"};
constexpr db::Sql kAll{"definition.all",
                       "SELECT " QD_DEFINITION_COLUMNS
                       " FROM definitions WHERE project_id = $1 AND kind = $2 ORDER BY name"};
constexpr db::Sql kUpdate{
    "definition.update",
    "UPDATE definitions SET updated_at = $1, revision = $2, published_version = $3, draft = $4, "
    "name = $5, description = $6, variant = $7, is_global = $8, content = $9 "
    "WHERE id = $10 AND revision = $11"};
constexpr db::Sql kRemove{"definition.remove",
                          "DELETE FROM definitions WHERE id = $1 AND kind = $2"};
constexpr db::Sql kInsertVersion{
    "definition_version.insert",
    "INSERT INTO definition_versions (definition_id, version, note, content, created_at, "
    "created_by) VALUES ($1, $2, $3, $4, $5, $6)"};
constexpr db::Sql kFindVersion{
    "definition_version.find",
    "SELECT version, note, content, created_at, created_by FROM definition_versions "
    "WHERE definition_id = $1 AND version = $2"};
constexpr db::Sql kVersions{
    "definition_version.list",
    "SELECT version, note, content, created_at, created_by FROM definition_versions "
    "WHERE definition_id = $1 ORDER BY version DESC LIMIT $2"};
constexpr db::Sql kLastVersion{
    "definition_version.last",
    "SELECT COALESCE(MAX(version), 0) FROM definition_versions WHERE definition_id = $1"};

using Type = db::SortField::Type;
constexpr std::array kSorts{db::SortField{"updated_at", "updated_at", Type::Time},
                            db::SortField{"created_at", "created_at", Type::Time},
                            db::SortField{"name", "name", Type::Text}};

}  // namespace

void insert(db::Transaction& tx, Kind kind, const Stored& s) {
  tx.execute(kInsert, s.id, s.project_id, s.created_at, s.updated_at, s.created_by, s.revision,
             s.published_version, s.draft, s.name, s.description, s.variant, s.is_global, s.content,
             kind);
}

std::optional<Stored> find(db::Snapshot& view, Kind kind, std::string_view id) {
  return view.first<Stored>(kFind, id, kind);
}

std::optional<Stored> find_head(db::Snapshot& view, Kind kind, std::string_view id) {
  return view.first<Stored>(kFindHead, id, kind);
}

std::optional<Stored> resolve(db::Snapshot& view, Kind kind, const ProjectId& project,
                              std::string_view name_or_id) {
  return view.first<Stored>(kResolve, kind, name_or_id, project);
}

std::optional<Stored> find_named(db::Snapshot& view, Kind kind, const ProjectId& project,
                                 std::string_view name) {
  return view.first<Stored>(kFindNamed, project, kind, name);
}

std::vector<Stored> all(db::Snapshot& view, Kind kind, const ProjectId& project) {
  return view.all<Stored>(kAll, project, kind);
}

bool update(db::Transaction& tx, const Stored& s, std::int64_t expected) {
  return tx.execute(kUpdate, s.updated_at, s.revision, s.published_version, s.draft, s.name,
                    s.description, s.variant, s.is_global, s.content, s.id, expected) == 1;
}

bool remove(db::Transaction& tx, Kind kind, std::string_view id) {
  return tx.execute(kRemove, id, kind) == 1;
}

Result<db::Rows<Stored>> list(db::Snapshot& view, const Filter& filter) {
  db::ListQuery query(kColumns, "definitions", kSorts);
  const auto& given = filter.query;
  query.where("kind = ?", filter.kind);
  if (filter.kind == Kind::Tool)
    query.where("project_id = ? OR is_global = 1", filter.project);
  else
    query.where("project_id = ?", filter.project);
  if (!filter.variant.empty()) query.where("variant = ?", filter.variant);
  if (given.name) query.where("name = ?", *given.name);
  if (given.q) {
    const auto pattern = db::like(*given.q);
    query.where("LOWER(name) LIKE ? ESCAPE '\\' OR LOWER(description) LIKE ? ESCAPE '\\'", pattern,
                pattern);
  }
  return query.page<Stored>(
      view, {.limit = given.limit.value_or(50), .cursor = given.cursor, .sort = given.sort});
}

void insert_version(db::Transaction& tx, std::string_view id, const Version& v) {
  tx.execute(kInsertVersion, id, v.version, v.note, v.content, v.created_at, v.created_by);
}

std::optional<Version> find_version(db::Snapshot& view, std::string_view id, std::int64_t version) {
  return view.first<Version>(kFindVersion, id, version);
}

std::vector<Version> versions(db::Snapshot& view, std::string_view id, std::int64_t limit) {
  return view.all<Version>(kVersions, id, limit);
}

std::int64_t last_version(db::Snapshot& view, std::string_view id) {
  return view.value<std::int64_t>(kLastVersion, id).value_or(0);
}

}  // namespace qd::definitions::store
