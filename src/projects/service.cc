#include "projects/service.h"

#include <fmt/format.h>

#include "platform/api/paging.h"
#include "projects/content_store.h"
#include "projects/limits.h"
#include "projects/project_store.h"
#include "projects/retention.h"
#include "projects/search.h"

namespace qd::projects {
namespace {

constexpr std::size_t kSlugLength = 80;

/// `My 2nd project!` -> `my-2nd-project`.
std::string slug_of(std::string_view name) {
  std::string slug;
  for (const char c : name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
    if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9'))
      slug += lower;
    else if (!slug.empty() && slug.back() != '-')
      slug += '-';
    if (slug.size() == kSlugLength) break;
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug.empty() ? "project" : slug;
}

void check_size(const std::optional<JsonObject>& value, std::string_view path,
                std::vector<Fault>& faults) {
  if (value && json::print(*value).size() > kMostJson)
    faults.push_back(
        {std::string(path), "too_long", fmt::format("at most {} bytes as JSON", kMostJson)});
}

Result<void> check(const ProjectDraft& draft) {
  std::vector<Fault> faults;
  check_size(draft.settings, "/settings", faults);
  if (draft.settings) check_limits(*draft.settings, faults);
  check_size(draft.metadata, "/metadata", faults);
  if (const auto retention = retention_of(draft.settings.value_or(JsonObject{})); !retention)
    std::ranges::copy(retention.error().faults, std::back_inserter(faults));
  if (draft.tags && draft.tags->size() > kMostTags)
    faults.push_back({"/tags", "too_many", fmt::format("at most {} tags", kMostTags)});
  if (!faults.empty()) return invalid(std::move(faults));
  return {};
}

void take(Project& project, const ProjectDraft& draft) {
  project.name = draft.name;
  if (draft.slug) project.slug = *draft.slug;
  project.description = draft.description.value_or("");
  project.status = draft.status.value_or(ProjectStatus::Active);
  project.settings = draft.settings.value_or(JsonObject{});
  project.metadata = draft.metadata.value_or(JsonObject{});
  project.is_public = draft.is_public.value_or(false);
  project.is_template = draft.is_template.value_or(false);
  project.tags.clear();
  if (draft.tags) project.tags.assign(draft.tags->begin(), draft.tags->end());
}

ProjectDraft draft_of(const Project& project) {
  ProjectDraft draft{.name = project.name,
                     .slug = Slug(project.slug),
                     .description = Text<0, 10'000>(project.description),
                     .status = project.status,
                     .settings = project.settings,
                     .metadata = project.metadata,
                     .is_public = project.is_public,
                     .is_template = project.is_template,
                     .tags = std::vector<Text<1, 50>>{}};
  draft.tags->assign(project.tags.begin(), project.tags.end());
  return draft;
}

/// What of a change takes an owner: who sees it, whether it lives, what it is set to.
bool takes_owner(const Project& before, const Project& after) {
  return before.status != after.status || before.is_public != after.is_public ||
         before.is_template != after.is_template || before.settings != after.settings;
}

std::string deed_of(const Project& before, const Project& after) {
  if (after.status == ProjectStatus::Archived) return "archived";
  return before.status == ProjectStatus::Archived ? "unarchived" : "updated";
}

bool is_protected(const Project& project) {
  const auto* flag = project.settings.if_contains("protected");
  return flag && flag->is_bool() && flag->get_bool();
}

store::Viewpoint viewpoint_of(const api::Caller& caller) {
  return {.user = caller.user, .sees_all = caller.is_admin()};
}

identity::AuditEntry entry(std::string action, const Project& project, JsonObject details = {}) {
  details["name"] = project.name;
  return {.action = "project." + std::move(action),
          .target_type = "project",
          .target_id = project.id.value,
          .project = project.id,
          .details = std::move(details)};
}

std::unexpected<Error> slug_taken(std::string_view slug) {
  return fail(ErrorKind::Conflict, "project.slug_taken",
              fmt::format("another project has the slug '{}'", slug));
}

}  // namespace

Result<void> check_revision(std::string_view what, std::int64_t revision,
                            std::optional<std::int64_t> if_match) {
  if (!if_match || *if_match == revision) return {};
  return fail(ErrorKind::Stale, fmt::format("{}.stale", what),
              fmt::format("somebody changed it meanwhile: it is at revision {}, not {}", revision,
                          *if_match));
}

Result<Project> ProjectService::insert(db::Transaction& tx, const api::Caller& caller,
                                       const ProjectDraft& draft) const {
  if (caller.role == api::UserRole::Viewer)
    return fail(ErrorKind::Forbidden, "project.create_forbidden",
                "your account may view projects but not make them");
  QD_CHECK(check(draft));
  const auto now = parts_.clock.now();
  Project project;
  project.id = ProjectId::make(now);
  project.created_at = project.updated_at = now;
  project.created_by = caller.user;
  project.my_role = ProjectRole::Owner;
  project.slug = slug_of(draft.name);
  take(project, draft);
  if (!store::insert(tx, project)) {
    if (draft.slug) return slug_taken(*draft.slug);
    project.slug += "-" + project.id.value.substr(project.id.value.size() - 8);
    if (!store::insert(tx, project)) return slug_taken(project.slug);
  }
  store::insert_member(tx, project.id,
                       {.id = caller.user.value,
                        .role = ProjectRole::Owner,
                        .created_at = now,
                        .updated_at = now,
                        .created_by = caller.user});
  parts_.audit.append(tx, caller, entry("created", project));
  return project;
}

Task<Result<Project>> ProjectService::create(api::Caller caller, ProjectDraft draft) {
  co_return co_await parts_.database.write(
      [&](db::Transaction& tx) { return insert(tx, caller, draft); });
}

Task<Result<Project>> ProjectService::get(api::Caller caller, ProjectId id) {
  co_return co_await parts_.database.read([&](db::Snapshot& view) {
    return parts_.access.require(view, caller, id, ProjectRole::Viewer);
  });
}

Task<Result<api::Page<Project>>> ProjectService::list(api::Caller caller, ProjectQuery query) {
  QD_CO_TRY(auto rows, co_await parts_.database.read([&](db::Snapshot& view) {
    return store::list(view, viewpoint_of(caller), query);
  }));
  co_return api::to_page(std::move(rows));
}

Task<Result<api::Page<ProjectHit>>> ProjectService::search(api::Caller caller, SearchQuery query) {
  const auto terms = search_terms(query.q);
  if (terms.empty()) co_return api::Page<ProjectHit>{};
  QD_CO_TRY(auto rows, co_await parts_.database.read([&](db::Snapshot& view) {
    return store::search(view, viewpoint_of(caller), terms, query);
  }));
  co_return api::to_page(std::move(rows), [&](Project project) {
    auto marks = highlights(project, terms);
    return ProjectHit{{std::move(project)}, std::move(marks)};
  });
}

Result<Project> ProjectService::change(
    db::Transaction& tx, const api::Caller& caller, const ProjectId& id,
    std::optional<std::int64_t> if_match,
    const std::function<Result<ProjectDraft>(const Project&)>& next) const {
  QD_TRY(const auto before,
         parts_.access.require(tx, caller, id, ProjectRole::Editor, Archived::Allowed));
  QD_CHECK(check_revision("project", before.revision, if_match));
  QD_TRY(const auto draft, next(before));
  QD_CHECK(check(draft));
  auto after = before;
  take(after, draft);
  if (takes_owner(before, after))
    QD_CHECK(parts_.access.require(tx, caller, id, ProjectRole::Owner));
  if (before.status == ProjectStatus::Archived && after.status == ProjectStatus::Archived)
    return fail(ErrorKind::Conflict, "project.archived",
                "the project is archived; make it active to change it");
  if (after.slug != before.slug && store::slug_is_taken(tx, after.slug, id))
    return slug_taken(after.slug);
  after.updated_at = parts_.clock.now();
  ++after.revision;
  store::update(tx, after);
  parts_.audit.append(tx, caller,
                      entry(deed_of(before, after), after, {{"revision", after.revision}}));
  return after;
}

Task<Result<Project>> ProjectService::replace(api::Caller caller, ProjectId id, ProjectDraft draft,
                                              std::optional<std::int64_t> if_match) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) {
    return change(tx, caller, id, if_match,
                  [&](const Project&) -> Result<ProjectDraft> { return draft; });
  });
}

Task<Result<Project>> ProjectService::patch(api::Caller caller, ProjectId id, JsonObject patch,
                                            std::optional<std::int64_t> if_match) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) {
    return change(tx, caller, id, if_match, [&](const Project& before) {
      Json content = json::to_json(draft_of(before));
      json::merge_patch(content, patch);
      return json::from_json<ProjectDraft>(content);
    });
  });
}

Task<Result<void>> ProjectService::remove(api::Caller caller, ProjectId id, bool force,
                                          std::optional<std::int64_t> if_match) {
  const auto check_it = [&](db::Snapshot& view) -> Result<Project> {
    QD_TRY(auto project, parts_.access.require(view, caller, id, ProjectRole::Owner));
    QD_CHECK(check_revision("project", project.revision, if_match));
    if (is_protected(project))
      return fail(ErrorKind::Conflict, "project.protected",
                  "the project is protected; take settings.protected away first");
    return project;
  };
  QD_CO_CHECK(co_await parts_.database.read(check_it));
  for (const auto& rule : delete_rules_) QD_CO_CHECK(co_await rule(id, force));
  co_return co_await parts_.database.write([&](db::Transaction& tx) -> Result<void> {
    QD_TRY(const auto project, check_it(tx));
    parts_.audit.append(tx, caller, entry("deleted", project));
    store::remove(tx, id);
    return {};
  });
}

}  // namespace qd::projects
