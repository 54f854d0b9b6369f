#include "cli/find.h"

#include <fmt/format.h>

#include "base/id.h"
#include "base/near_name.h"

namespace qd::cli {

Result<std::string> find_definition(Session& session, Api& api, DocumentKind kind,
                                    const std::string& name) {
  if (is_uuid(name)) return name;
  QD_TRY(const auto project, session.project());
  const auto list = fmt::format("/projects/{}/{}", project, plural(kind));
  QD_TRY(const auto found, api.all(fmt::format("{}?name={}", list, url_part(name)), 10));
  // The project's own before one that is there for all.
  for (const auto& item : found)
    if (text_at(item, "project_id") == project) return text_at(item, "id");
  if (!found.empty()) return text_at(found.front(), "id");

  QD_TRY(const auto all, api.all(list, 1'000));
  std::vector<std::string> names;
  for (const auto& item : all) names.push_back(text_at(item, "name"));
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto near = near_name(name, known);
  return fail(ErrorKind::NotFound, fmt::format("{}.not_found", enum_name(kind)),
              fmt::format("the project has no {} '{}'{}", enum_name(kind), name,
                          near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
}

}  // namespace qd::cli
