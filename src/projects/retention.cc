#include "projects/retention.h"

namespace qd::projects {
namespace {

constexpr std::string_view kPath = "/settings/retention";

// Most projects say nothing; the pattern passes over them without reading what they do say.
constexpr db::Sql kPage{"project.retentions",
                        "SELECT id, settings FROM projects WHERE id > $1 AND ($2 = 1 OR settings "
                        "LIKE '%\"retention\"%') ORDER BY id LIMIT $3"};

struct Document {
  std::optional<std::string> max_age;
  std::optional<Whole<0, 1'000'000'000>> max_count;
};
BOOST_DESCRIBE_STRUCT(Document, (), (max_age, max_count))

struct PageRow {
  ProjectId id;
  JsonObject settings;
};
BOOST_DESCRIBE_STRUCT(PageRow, (), (id, settings))

}  // namespace

Result<Retention> retention_of(const JsonObject& settings) {
  const auto* said = settings.if_contains("retention");
  if (!said) return Retention{};
  QD_TRY(const auto document, json::from_json<Document>(*said, json::Unknown::Reject, kPath));
  Retention retention;
  if (document.max_count) retention.max_count = document.max_count->value;
  if (!document.max_age) return retention;
  retention.max_age = parse_duration(*document.max_age);
  if (retention.max_age) return retention;
  return invalid({{std::string(kPath) + "/max_age", "duration",
                   "must be a duration like 30d, 12h or 0s (for ever)"}});
}

std::vector<ProjectRetention> retentions(db::Snapshot& view, Which which, std::string_view after,
                                         std::int64_t limit) {
  std::vector<ProjectRetention> page;
  for (const auto& row : view.all<PageRow>(kPage, after, which == Which::All, limit))
    // What was stored before it was checked keeps all.
    page.push_back({row.id, retention_of(row.settings).value_or(Retention{milliseconds(0), 0})});
  return page;
}

}  // namespace qd::projects
