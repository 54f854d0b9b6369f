#include "projects/variables.h"

#include <fmt/format.h>

#include "platform/api/paging.h"
#include "projects/content_store.h"

namespace qd::projects {
namespace {

bool is_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && name.size() <= 64 && is_letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

identity::AuditEntry entry(std::string action, const ProjectId& project, const std::string& name) {
  return {.action = "variable." + std::move(action),
          .target_type = "variable",
          .target_id = name,
          .project = project};
}

}  // namespace

Task<Result<api::Page<Variable>>> VariableService::list(api::Caller caller, ProjectId project,
                                                        PageQuery query) {
  co_return co_await parts_.database.read([&](db::Snapshot& view) -> Result<api::Page<Variable>> {
    QD_CHECK(parts_.access.require(view, caller, project, ProjectRole::Viewer));
    QD_TRY(auto rows, store::variables(view, project, query));
    return api::to_page(std::move(rows));
  });
}

Result<Variable> VariableService::write(db::Transaction& tx, const api::Caller& caller,
                                        const ProjectId& project, const std::string& name,
                                        const VariableDraft& draft,
                                        std::optional<std::int64_t> if_match) const {
  if (!is_name(name))
    return invalid(
        {{"/name", "pattern",
          "letters, digits and _, no digit first, at most 64: expressions say vars.NAME"}});
  if (json::print(draft.value).size() > kMostJson)
    return invalid({{"/value", "too_long", fmt::format("at most {} bytes as JSON", kMostJson)}});
  auto variable = store::find_variable(tx, project, name);
  const auto now = parts_.clock.now();
  if (!variable) {
    if (store::count_variables(tx, project) >= kMostVariables)
      return fail(ErrorKind::Conflict, "variable.too_many",
                  fmt::format("at most {} variables a project", kMostVariables));
    variable = Variable{.id = new_uuid(now),
                        .created_at = now,
                        .created_by = caller.user,
                        .revision = 0,
                        .project_id = project,
                        .name = name};
  }
  QD_CHECK(check_revision("variable", variable->revision, if_match));
  variable->value = draft.value;
  variable->description = draft.description.value_or("");
  variable->updated_at = now;
  ++variable->revision;
  store::put_variable(tx, *variable);
  parts_.audit.append(tx, caller, entry("set", project, name));
  return *std::move(variable);
}

Task<Result<Variable>> VariableService::put(api::Caller caller, ProjectId project, std::string name,
                                            VariableDraft draft,
                                            std::optional<std::int64_t> if_match) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) -> Result<Variable> {
    QD_CHECK(parts_.access.require(tx, caller, project, ProjectRole::Editor));
    return write(tx, caller, project, name, draft, if_match);
  });
}

Task<Result<void>> VariableService::remove(api::Caller caller, ProjectId project,
                                           std::string name) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) -> Result<void> {
    QD_CHECK(parts_.access.require(tx, caller, project, ProjectRole::Editor));
    if (!store::remove_variable(tx, project, name))
      return fail(ErrorKind::NotFound, "variable.not_found",
                  fmt::format("the project has no variable '{}'", name));
    parts_.audit.append(tx, caller, entry("deleted", project, name));
    return {};
  });
}

}  // namespace qd::projects
