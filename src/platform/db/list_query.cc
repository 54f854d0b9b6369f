#include "platform/db/list_query.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace qd::db {
namespace {

std::unexpected<Error> bad(std::string_view field, std::string_view code, std::string message) {
  return invalid({{fmt::format("/query/{}", field), std::string(code), std::move(message)}});
}

/// Counting ten thousand rows costs more than reading a page of them. A list that is longer than
/// that is not counted again for a while.
constexpr std::chrono::seconds kCappedFor{10};
constexpr std::size_t kMostCapped = 1'000;

std::string text_of(const Param& param) {
  return std::visit(
      [](const auto& value) -> std::string {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::monostate>)
          return "null";
        else if constexpr (std::is_arithmetic_v<T>)
          return fmt::to_string(value);
        else
          return std::string(value);
      },
      param);
}

}  // namespace

std::string like(std::string_view words) {
  std::string pattern = "%";
  for (const char c : words) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
  }
  return pattern + "%";
}

std::string add_to(std::vector<Param>& params, Fragment fragment) {
  std::string text;
  auto number = params.size();
  for (const char c : fragment.text) {
    if (c == '?')
      text += fmt::format("${}", ++number);
    else
      text += c;
  }
  std::ranges::move(fragment.params, std::back_inserter(params));
  return text;
}

std::optional<Cursor> read_cursor(std::string_view text) {
  const auto bytes = from_base64url(text);
  const auto value = bytes ? json::parse(*bytes) : fail(ErrorKind::Malformed, "", "");
  auto cursor = value ? json::from_json<Cursor>(*value) : fail(ErrorKind::Malformed, "", "");
  if (!cursor || !(cursor->key.is_int64() || cursor->key.is_string())) return std::nullopt;
  return *std::move(cursor);
}

Param ListQuery::own(Param param) {
  if (const auto* text = std::get_if<std::string_view>(&param)) return std::string(*text);
  return param;
}

void ListQuery::where(Fragment condition) {
  conditions_ += conditions_.empty() ? " WHERE (" : " AND (";
  conditions_ += add_to(params_, std::move(condition)) + ")";
}

Result<ListQuery::Plan> ListQuery::make_plan(const PageRequest& request) const {
  Plan plan{.params = params_, .sort = sorts_.front(), .direction = "DESC"};
  if (request.sort) {
    const bool descending = request.sort->starts_with('-');
    const auto name = std::string_view(*request.sort).substr(descending ? 1 : 0);
    const auto field = std::ranges::find(sorts_, name, &SortField::name);
    if (field == sorts_.end()) {
      std::string names;
      for (const auto& sort : sorts_)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", sort.name);
      return bad("sort", "sort", "must be one of " + names + ", with a dash before it to reverse");
    }
    plan.sort = *field;
    plan.direction = descending ? "DESC" : "ASC";
  }
  plan.sql = fmt::format("SELECT {} FROM {}{}", columns_, from_, conditions_);
  if (request.cursor) {
    const auto cursor = read_cursor(*request.cursor);
    if (!cursor || cursor->order != fmt::format("{} {}", plan.sort.name, plan.direction))
      return bad("cursor", "cursor", "is not a cursor of this list in this order");
    const auto first = plan.params.size() + 1;
    plan.sql += fmt::format("{} ({}, {}) {} (${}, ${})", conditions_.empty() ? " WHERE" : " AND",
                            plan.sort.column, id_column_, plan.direction == "DESC" ? "<" : ">",
                            first, first + 1);
    plan.params.push_back(cursor->key.is_int64() ? Param(cursor->key.get_int64())
                                                 : Param(std::string(cursor->key.get_string())));
    plan.params.emplace_back(cursor->id);
  }
  plan.sql += fmt::format(" ORDER BY {0} {1}, {2} {1} LIMIT ${3}", plan.sort.column, plan.direction,
                          id_column_, plan.params.size() + 1);
  plan.params.emplace_back(request.limit + 1);
  return plan;
}

std::string ListQuery::cursor_after(const Json& row, const Plan& plan) const {
  Json key = row.at(plan.sort.name);
  if (plan.sort.type == SortField::Type::Time)
    key = std::int64_t{parse_rfc3339(key.as_string())->time_since_epoch().count()};
  return to_base64url(
      json::to_text(Cursor{.order = fmt::format("{} {}", plan.sort.name, plan.direction),
                           .key = key,
                           .id = std::string(row.at("id").as_string())}));
}

std::int64_t ListQuery::count(Snapshot& view) const {
  const auto sql = fmt::format("SELECT COUNT(*) FROM (SELECT 1 FROM {}{} LIMIT {}) AS capped",
                               from_, conditions_, kCountCap + 1);
  auto& capped = view.connection().capped_counts;
  auto key = sql;
  for (const auto& param : params_) key += '\0' + text_of(param);
  const auto now = std::chrono::steady_clock::now();
  const auto known = capped.find(key);
  if (known != capped.end() && known->second > now) return kCountCap + 1;
  std::int64_t total = 0;
  view.connection().run(Sql{"list.count", sql}, params_,
                        [&](const Row& row) { total = row.integer(0); });
  if (capped.size() >= kMostCapped) capped.clear();
  if (total > kCountCap) capped[std::move(key)] = now + kCappedFor;
  return total;
}

}  // namespace qd::db
