#include "executions/reach.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "projects/access.h"

namespace qd::executions::store {
namespace {

/// Walking past so many takes as long as looking at a few hundred names.
constexpr std::int64_t kNear = 1'000;

/// A project, or a name in a project.
struct Group {
  /// When the first of its rows that the page may show was created.
  std::optional<Timestamp> first;
  /// The same of the row that would begin its second page.
  std::optional<Timestamp> next;
};
BOOST_DESCRIBE_STRUCT(Group, (), (first, next))

struct Row {
  std::optional<Timestamp> at;
};
BOOST_DESCRIBE_STRUCT(Row, (), (at))

/// Written from left to right, as the numbers of its parameters are.
struct Statement {
  std::string text;
  std::vector<db::Param> params;

  std::string numbered(db::Fragment part) { return db::add_to(params, std::move(part)); }
};

/// Of the list from the cursor on.
struct Rest {
  bool is_descending;
  /// Behind this row.
  std::int64_t after;
  std::string after_id;
  /// `from` or `to`, whichever ends it.
  std::optional<Timestamp> end;

  [[nodiscard]] std::string_view direction() const { return is_descending ? "DESC" : "ASC"; }
  [[nodiscard]] std::string_view comparison() const { return is_descending ? "<" : ">"; }
};

Rest rest_of(const ExecutionQuery& query, const db::PageRequest& page) {
  using Limits = std::numeric_limits<std::int64_t>;
  const bool is_descending = !page.sort || page.sort->starts_with('-');
  const auto begin = is_descending ? query.to : query.from;
  Rest rest{.is_descending = is_descending,
            .after = is_descending ? Limits::max() : Limits::min(),
            .after_id = "",
            .end = is_descending ? query.from : query.to};
  if (begin) rest.after = begin->time_since_epoch().count();
  const auto cursor = page.cursor ? db::read_cursor(*page.cursor) : std::nullopt;
  if (!cursor || !cursor->key.is_int64()) return rest;
  const auto at = cursor->key.as_int64();
  if (is_descending ? at >= rest.after : at < rest.after) return rest;
  rest.after = at;
  rest.after_id = cursor->id;
  return rest;
}

/// The rows behind the cursor and before the end.
std::string rows_of(Statement& sql, const Rest& rest) {
  auto rows = sql.numbered({fmt::format("(e.created_at, e.id) {} (?, ?)", rest.comparison()),
                            {rest.after, rest.after_id}});
  if (rest.end)
    rows += sql.numbered({rest.is_descending ? " AND e.created_at >= ?" : " AND e.created_at < ?",
                          {db::to_param(*rest.end)}});
  return rows;
}

/// Which of the group `g` are meant.
std::string rows_of_group(Statement& sql, const ExecutionQuery& query, const Rest& rest) {
  std::string rows = "e.project_id = g.project_id AND ";
  if (query.q) rows += "e.name = g.name AND ";
  if (query.status)
    rows += sql.numbered({"e.status = ? AND ", {std::string(enum_name(*query.status))}});
  return rows + rows_of(sql, rest);
}

/// When the row at this place was created.
std::string row_at(const Rest& rest, std::string_view rows, std::string_view offset) {
  return fmt::format(
      "(SELECT e.created_at FROM executions e WHERE {0} ORDER BY e.created_at {1}, e.id {1} "
      "LIMIT 1 OFFSET {2})",
      rows, rest.direction(), offset);
}

Window window_of(const Rest& rest, Timestamp last) {
  const Timestamp first(milliseconds(rest.after));
  return rest.is_descending ? Window{last, first} : Window{first, last};
}

/// The names, or the user's projects.
db::Fragment groups_of(const ExecutionQuery& query, const std::optional<UserId>& user) {
  if (query.q) return names_with(*query.q, query.project_id, user);
  return {QD_VISIBLE("?"), {user ? user->value : ""}};
}

Statement statement_of(const ExecutionQuery& query, const Rest& rest,
                       const std::optional<UserId>& user, std::int64_t limit) {
  Statement sql;
  const auto rows = rows_of_group(sql, query, rest);
  const auto groups = sql.numbered(groups_of(query, user));
  const auto size = sql.numbered({"?", {limit}});
  // Each look once: stores would rather ask again for every use of it.
  sql.text = fmt::format(
      "WITH found AS MATERIALIZED (SELECT g.*, {0} AS first FROM {1} AS g), ahead AS MATERIALIZED "
      "(SELECT * FROM found ORDER BY COALESCE(first, {2}) {3} LIMIT {4} + 1) SELECT g.first, {5} "
      "FROM ahead AS g ORDER BY COALESCE(g.first, {2}) {3}",
      row_at(rest, rows, "0"), groups, rest.is_descending ? "-1" : "9223372036854775807",
      rest.direction(), size, row_at(rest, rows, size));
  return sql;
}

}  // namespace

db::Fragment names_with(std::string_view words, const std::optional<Text<1, 100>>& project,
                        const std::optional<UserId>& user) {
  db::Fragment names{
      "(SELECT project_id, name FROM execution_names WHERE LOWER(name) LIKE ? ESCAPE '\\'",
      {db::like(words)}};
  if (project) {
    names.text += " AND project_id = ?";
    names.params.emplace_back(std::string(*project));
  } else if (user) {
    names.text += " AND project_id IN " QD_VISIBLE("?");
    names.params.emplace_back(user->value);
  }
  names.text += ")";
  return names;
}

std::optional<Window> near(db::Snapshot& view, const ExecutionQuery& query,
                           const db::PageRequest& page) {
  const auto rest = rest_of(query, page);
  Statement sql;
  std::string rows;
  if (query.project_id)
    rows = sql.numbered({"e.project_id = ? AND ", {std::string(*query.project_id)}});
  rows += rows_of(sql, rest);
  sql.text = "SELECT " + row_at(rest, rows, sql.numbered({"?", {kNear}}));
  const auto last =
      view.all<Row>({"execution.near", sql.text}, std::span<const db::Param>(sql.params))
          .front()
          .at;
  return last ? std::optional(window_of(rest, *last)) : std::nullopt;
}

Window reach(db::Snapshot& view, const ExecutionQuery& query, const std::optional<UserId>& user,
             const db::PageRequest& page) {
  const auto rest = rest_of(query, page);
  const auto sql = statement_of(query, rest, user, page.limit);
  const auto groups =
      view.all<Group>({"execution.reach", sql.text}, std::span<const db::Param>(sql.params));
  auto last = rest.is_descending ? Timestamp() : Timestamp::max();
  const auto stop_at = [&](const std::optional<Timestamp>& at) {
    if (at) last = rest.is_descending ? std::max(last, *at) : std::min(last, *at);
  };
  for (const auto& group : groups) stop_at(group.next);
  if (std::ssize(groups) > page.limit) stop_at(groups.back().first);
  return window_of(rest, last);
}

}  // namespace qd::executions::store
