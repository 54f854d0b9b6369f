#include "projects/project_store.h"

#include <charconv>
#include <map>

#include <fmt/format.h>

#include "projects/access.h"
#include "projects/search.h"

namespace qd::projects::store {
namespace {

#define QD_PROJECT_COLUMNS                                                                        \
  "id, created_at, updated_at, created_by, revision, name, slug, description, status, settings, " \
  "metadata, "                                                                                    \
  "is_public, is_template, tags"
#define QD_MY_ROLE(user) \
  "(SELECT role FROM project_members WHERE project_id = projects.id AND user_id = " user ")"

constexpr db::Sql kInsert{"project.insert",
                          "INSERT INTO projects (" QD_PROJECT_COLUMNS
                          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) "
                          "ON CONFLICT (slug) DO NOTHING"};
constexpr db::Sql kFind{"project.find", "SELECT " QD_PROJECT_COLUMNS
                                        ", " QD_MY_ROLE("$1") " FROM projects WHERE id = $2"};
constexpr db::Sql kUpdate{
    "project.update",
    "UPDATE projects SET updated_at = $1, revision = $2, name = $3, slug = $4, description = $5, "
    "status = $6, settings = $7, metadata = $8, is_public = $9, is_template = $10, tags = $11 "
    "WHERE id = $12"};
constexpr db::Sql kSlugTaken{"project.slug_taken",
                             "SELECT 1 FROM projects WHERE slug = $1 AND id <> $2"};
constexpr db::Sql kRemove{"project.remove", "DELETE FROM projects WHERE id = $1"};
constexpr db::Sql kCountMine{"project.count_mine",
                             "SELECT COUNT(*) FROM (SELECT 1 FROM project_members WHERE user_id = "
                             "$1 LIMIT 10001) AS capped"};
constexpr db::Sql kCountVisible{"project.count_visible",
                                "SELECT COUNT(*) FROM (SELECT project_id FROM project_members WHERE user_id = $1 "
                                "UNION ALL SELECT id FROM projects WHERE is_public = 1 AND " QD_MY_ROLE("$1") " IS NULL "
                                "LIMIT 10001) AS capped"};
/// About how many projects there are, without counting them.
constexpr db::Sql kEstimate{
    "project.estimate", "SELECT COALESCE(MAX(number), 0) FROM projects",
    "SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = to_regclass('projects')"};

// A search ranks the newest 1,000 hits, then the next 1,000: a word that a million projects hold
// costs no more than one that a thousand do.
#define QD_SEARCH(condition) \
  "SELECT " QD_PROJECT_COLUMNS ", " QD_MY_ROLE("$1") " FROM projects JOIN (SELECT rowid AS hit, "   \
  "bm25(project_search, 8, 1, 4) AS place FROM project_search WHERE project_search MATCH $2"     \
  condition " ORDER BY rowid DESC LIMIT 1000 OFFSET $3) ON hit = projects.number "               \
  "ORDER BY place, hit DESC LIMIT $4 OFFSET $5"
#define QD_SEARCH_POSTGRES(condition, newest) \
  "SELECT " QD_PROJECT_COLUMNS ", " QD_MY_ROLE("$1") " FROM (SELECT * FROM projects p WHERE "       \
  "search @@ to_tsquery('simple', $2)" condition " ORDER BY " newest " DESC, id DESC LIMIT 1000 " \
  "OFFSET $3) AS projects ORDER BY ts_rank(search, to_tsquery('simple', $2)) DESC, "             \
  "created_at DESC, id DESC LIMIT $4 OFFSET $5"
#define QD_COUNT_HITS(condition)                                                               \
  "SELECT COUNT(*) FROM (SELECT 1 FROM project_search WHERE project_search MATCH $1" condition \
  " LIMIT 10001)"
#define QD_COUNT_HITS_POSTGRES(condition)                                                \
  "SELECT COUNT(*) FROM (SELECT 1 FROM projects p WHERE search @@ to_tsquery('simple', " \
  "$1)" condition " LIMIT 10001) AS capped"
// Of the hits, those that a user may see: looked up all at once, or one by one. The plus keeps
// SQLite from asking the index for each.
#define QD_VISIBLE_HIT(user)                                                               \
  "(p.is_public = 1 OR EXISTS (SELECT 1 FROM project_members WHERE project_id = p.id AND " \
  "user_id = " user "))"
#define QD_FEW(user) " AND +rowid IN (SELECT number FROM projects WHERE id IN " QD_VISIBLE(user) ")"
#define QD_MANY(user)                                                            \
  " AND EXISTS (SELECT 1 FROM projects p WHERE p.number = project_search.rowid " \
  "AND " QD_VISIBLE_HIT(user) ")"
#define QD_FEW_POSTGRES(user) " AND id IN " QD_VISIBLE(user)
#define QD_MANY_POSTGRES(user) " AND " QD_VISIBLE_HIT(user)
// PostgreSQL can't tell rare words from common ones: the former it should look up and sort (by what
// no index has), for the latter walk the index of the order.
#define QD_SORTED "created_at + 0"
#define QD_WALKED "created_at"

/// One search for each kind of viewpoint; what is `common` has more hits than are ranked at a time.
struct Search {
  db::Sql rare;
  db::Sql common;
  db::Sql count;
};
constexpr Search kSearchAll{
    {"project.search", QD_SEARCH(""), QD_SEARCH_POSTGRES("", QD_SORTED)},
    {"project.search_common", QD_SEARCH(""), QD_SEARCH_POSTGRES("", QD_WALKED)},
    {"project.count_hits", QD_COUNT_HITS(""), QD_COUNT_HITS_POSTGRES("")}};
constexpr db::Sql kFew{"project.search_few", QD_SEARCH(QD_FEW("$1")),
                       QD_SEARCH_POSTGRES(QD_FEW_POSTGRES("$1"), QD_SORTED)};
constexpr Search kSearchFew{kFew,
                            kFew,
                            {"project.count_hits_few", QD_COUNT_HITS(QD_FEW("$2")),
                             QD_COUNT_HITS_POSTGRES(QD_FEW_POSTGRES("$2"))}};
constexpr Search kSearchMany{{"project.search_many", QD_SEARCH(QD_MANY("$1")),
                              QD_SEARCH_POSTGRES(QD_MANY_POSTGRES("$1"), QD_SORTED)},
                             {"project.search_many_common", QD_SEARCH(QD_MANY("$1")),
                              QD_SEARCH_POSTGRES(QD_MANY_POSTGRES("$1"), QD_WALKED)},
                             {"project.count_hits_many", QD_COUNT_HITS(QD_MANY("$2")),
                              QD_COUNT_HITS_POSTGRES(QD_MANY_POSTGRES("$2"))}};
constexpr std::int64_t kRanked = 1'000;

using Type = db::SortField::Type;
constexpr std::array kSorts{db::SortField{"created_at", "created_at", Type::Time},
                            db::SortField{"updated_at", "updated_at", Type::Time},
                            db::SortField{"name", "name", Type::Text}};

/// Two ways to the same rows: by looking up each project that the user may see and sorting them, or
/// by walking the index of the order that is asked for and skipping what he may not.
struct Restriction {
  std::string_view looked_up;
  std::string_view walked;
};
constexpr Restriction kVisible{
    "id IN " QD_VISIBLE("?"),
    "is_public = 1 OR EXISTS (SELECT 1 FROM project_members WHERE project_id = projects.id AND "
    "user_id = ?)"};
constexpr Restriction kMine{
    "id IN (SELECT project_id FROM project_members WHERE user_id = ?)",
    "EXISTS (SELECT 1 FROM project_members WHERE project_id = projects.id AND user_id = ?)"};
/// A JSON list of texts holds this one. The first condition is quick, the second exact.
constexpr std::string_view kTagged =
    "instr(tags, ?) > 0 AND EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)";
constexpr std::string_view kTaggedPostgres =
    "strpos(tags, ?) > 0 AND jsonb_exists(CAST(tags AS jsonb), ?)";

struct Role {
  std::string project;
  ProjectRole role = ProjectRole::Viewer;
};
BOOST_DESCRIBE_STRUCT(Role, (), (project, role))
constexpr db::Sql kRoles{
    "project.roles",
    "SELECT project_id, role FROM project_members WHERE user_id = $1 AND project_id IN "
    "(SELECT value FROM json_each($2))",
    "SELECT project_id, role FROM project_members WHERE user_id = $1 AND project_id IN "
    "(SELECT json_array_elements_text(CAST($2 AS json)))"};

/// What the user is in each of the projects of a page.
std::map<std::string, ProjectRole> roles(db::Snapshot& view, const std::vector<Project>& page,
                                         const UserId& user) {
  JsonArray ids;
  for (const auto& row : page) ids.emplace_back(row.id.value);
  std::map<std::string, ProjectRole> roles;
  for (auto& one : view.all<Role>(kRoles, user, ids)) roles[std::move(one.project)] = one.role;
  return roles;
}

/// Adds the restriction in the form that reads fewer rows; how many it leaves.
std::int64_t narrow(db::ListQuery& rows, db::Snapshot& view, const Viewpoint& viewpoint,
                    bool only_mine, std::int64_t limit) {
  const auto left =
      view.value<std::int64_t>(only_mine ? kCountMine : kCountVisible, viewpoint.user).value_or(0);
  const auto all = view.value<std::int64_t>(kEstimate).value_or(0);
  const auto& restriction = only_mine ? kMine : kVisible;
  // Walking meets one of his every `all / left` rows; an order that is his alone may be worse.
  const bool walk = left > db::kCountCap || left * left > limit * std::max(all, left);
  rows.where(walk ? restriction.walked : restriction.looked_up, viewpoint.user);
  return left;
}

/// The filters; whether there were any.
bool filter(db::ListQuery& rows, db::Snapshot& view, const ProjectQuery& query) {
  if (query.status) rows.where("status = ?", *query.status);
  if (query.is_public) rows.where("is_public = ?", *query.is_public);
  if (query.is_template) rows.where("is_template = ?", *query.is_template);
  if (query.owner) rows.where("created_by = ?", *query.owner);
  if (query.tag)
    rows.where(view.is_postgres() ? kTaggedPostgres : kTagged,
               json::print(Json(boost::json::string_view(*query.tag))), *query.tag);
  return query.status || query.is_public || query.is_template || query.owner || query.tag;
}

Result<std::int64_t> offset_of(const std::optional<std::string>& cursor) {
  std::int64_t offset = 0;
  if (!cursor) return offset;
  const auto* end = cursor->data() + cursor->size();
  const auto read = std::from_chars(cursor->data(), end, offset);
  if (read.ec == std::errc() && read.ptr == end && offset >= 0 && offset <= db::kCountCap)
    return offset;
  return invalid({{"/query/cursor", "cursor", "is not a cursor of this list"}});
}

}  // namespace

bool insert(db::Transaction& tx, const Project& p) {
  return tx.execute(kInsert, p.id, p.created_at, p.updated_at, p.created_by, p.revision, p.name,
                    p.slug, p.description, p.status, p.settings, p.metadata, p.is_public,
                    p.is_template, json::to_text(p.tags)) == 1;
}

std::optional<Project> find(db::Snapshot& view, const ProjectId& id, const UserId& user) {
  return view.first<Project>(kFind, user, id);
}

void update(db::Transaction& tx, const Project& p) {
  tx.execute(kUpdate, p.updated_at, p.revision, p.name, p.slug, p.description, p.status, p.settings,
             p.metadata, p.is_public, p.is_template, json::to_text(p.tags), p.id);
}

bool slug_is_taken(db::Snapshot& view, std::string_view slug, const ProjectId& but_for) {
  return view.value<std::int64_t>(kSlugTaken, slug, but_for).has_value();
}

void remove(db::Transaction& tx, const ProjectId& id) {
  tx.execute(kRemove, id);
}

Result<db::Rows<Project>> list(db::Snapshot& view, const Viewpoint& viewpoint,
                               const ProjectQuery& query) {
  const std::int64_t limit = query.limit ? query.limit->value : 50;
  const bool only_mine = query.member.value_or(false);
  // Whose role it shows is joined on afterwards: the columns of a list take no parameters.
  db::ListQuery rows(QD_PROJECT_COLUMNS ", NULL", "projects", kSorts);
  std::optional<std::int64_t> total;
  if (only_mine || !viewpoint.sees_all) total = narrow(rows, view, viewpoint, only_mine, limit);
  if (filter(rows, view, query)) total.reset();
  QD_TRY(auto found,
         rows.page<Project>(
             view, {.limit = limit, .cursor = query.cursor, .sort = query.sort, .total = total}));
  const auto mine = roles(view, found.items, viewpoint.user);
  for (auto& project : found.items)
    if (const auto role = mine.find(project.id.value); role != mine.end())
      project.my_role = role->second;
  return found;
}

Result<db::Rows<Project>> search(db::Snapshot& view, const Viewpoint& viewpoint,
                                 const std::vector<std::string>& terms, const SearchQuery& query) {
  QD_TRY(const auto offset, offset_of(query.cursor));
  const auto words = view.is_postgres() ? tsquery(terms) : fts5_query(terms);
  const auto visible =
      viewpoint.sees_all ? 0 : view.value<std::int64_t>(kCountVisible, viewpoint.user).value_or(0);
  const auto& search = viewpoint.sees_all         ? kSearchAll
                       : visible <= db::kCountCap ? kSearchFew
                                                  : kSearchMany;
  const auto block = offset / kRanked * kRanked;
  const auto limit =
      std::min<std::int64_t>(query.limit ? query.limit->value : 50, block + kRanked - offset);
  const auto total = viewpoint.sees_all
                         ? view.value<std::int64_t>(search.count, words)
                         : view.value<std::int64_t>(search.count, words, viewpoint.user);
  db::Rows<Project> page{.items = {}, .total = std::min(total.value_or(0), db::kCountCap)};
  if (page.total < total) page.total_capped = true;
  page.items = view.all<Project>(total > kRanked ? search.common : search.rare, viewpoint.user,
                                 words, block, limit, offset - block);
  const auto shown = offset + std::ssize(page.items);
  if (!page.items.empty() && shown < page.total) page.next_cursor = std::to_string(shown);
  return page;
}

}  // namespace qd::projects::store
