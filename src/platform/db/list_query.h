// Lists with filters, a sort order and a keyset cursor, from constant SQL fragments: values only
// ever travel as parameters.
//
//   ListQuery query("id, name, created_at", "tools", kSorts);
//   query.where("project_id = ?", project);
//   return query.page<Row>(view, {.limit = 50, .cursor = cursor, .sort = "-created_at"});
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "json/described.h"
#include "platform/db/db.h"

namespace qd::db {

struct SortField {
  enum class Type { Text, Time, Integer };
  /// As callers name it, and as the row's JSON does.
  std::string_view name;
  std::string_view column;
  Type type = Type::Text;
};

/// For LIKE with `\` as its escape: the words anywhere, in lower case.
[[nodiscard]] std::string like(std::string_view words);

/// Part of a statement: each `?` is the next of the values.
struct Fragment {
  std::string text;
  std::vector<Param> params;
};
/// Its text with the numbers that both stores understand, when its values have joined `params`.
[[nodiscard]] std::string add_to(std::vector<Param>& params, Fragment fragment);

/// The last row of a page: the value it is sorted by (a time in milliseconds) and its id.
struct Cursor {
  std::string order;
  Json key;
  std::string id;
};
BOOST_DESCRIBE_STRUCT(Cursor, (), (order, key, id))
/// Nothing where the text is no cursor.
[[nodiscard]] std::optional<Cursor> read_cursor(std::string_view text);

struct PageRequest {
  std::int64_t limit = 50;
  std::optional<std::string> cursor = {};
  /// `field` or `-field`; the first of the sort fields, descending, when absent.
  std::optional<std::string> sort = {};
  /// How many rows there are, where the caller knows; otherwise they are counted.
  std::optional<std::int64_t> total = {};
};

template <class Row>
struct Rows {
  std::vector<Row> items;
  std::optional<std::string> next_cursor;
  std::int64_t total = 0;
  std::optional<bool> total_capped;
};

inline constexpr std::int64_t kCountCap = 10'000;

class ListQuery {
 public:
  /// The table's (or join's) rows have a unique text column `id`, which breaks ties.
  ListQuery(std::string_view columns, std::string_view from, std::span<const SortField> sorts,
            std::string_view id_column = "id")
      : columns_(columns), from_(from), sorts_(sorts), id_column_(id_column) {}

  /// Adds a condition; each `?` is the next of the arguments.
  template <class... Args>
  void where(std::string_view condition, const Args&... args) {
    where(Fragment{std::string(condition), {own(to_param(args))...}});
  }
  void where(Fragment condition);

  /// How many rows there are; where they are more than kCountCap, some number above it.
  std::int64_t count(Snapshot& view) const;
  /// One page and the count. Fails with faults `/query/sort` and `/query/cursor`.
  template <class Row>
  Result<Rows<Row>> page(Snapshot& view, const PageRequest& request) {
    QD_TRY(const auto plan, make_plan(request));
    Rows<Row> rows{
        .items = view.all<Row>(Sql{"list.page", plan.sql}, std::span<const Param>(plan.params))};
    if (std::ssize(rows.items) > request.limit) {
      rows.items.pop_back();
      rows.next_cursor = cursor_after(json::to_json(rows.items.back()), plan);
    }
    rows.total = request.total ? *request.total : count(view);
    if (rows.total > kCountCap) {
      rows.total = kCountCap;
      rows.total_capped = true;
    }
    return rows;
  }

 private:
  struct Plan {
    std::string sql;
    std::vector<Param> params;
    SortField sort;
    std::string direction;
  };
  static Param own(Param param);
  [[nodiscard]] Result<Plan> make_plan(const PageRequest& request) const;
  [[nodiscard]] std::string cursor_after(const Json& row, const Plan& plan) const;

  std::string columns_;
  std::string from_;
  std::span<const SortField> sorts_;
  std::string id_column_;
  std::string conditions_;
  std::vector<Param> params_;
};

}  // namespace qd::db
