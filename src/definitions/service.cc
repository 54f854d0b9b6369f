#include "definitions/service.h"

#include <fmt/format.h>

#include "definitions/diff.h"

namespace qd::definitions {
namespace {

using projects::ProjectRole;

/// How many versions one answer lists.
constexpr std::int64_t kVersionsShown = 1'000;

}  // namespace

std::string DefinitionService::code(std::string_view what) const {
  return fmt::format("{}.{}", enum_name(kind_), what);
}

Result<Stored> DefinitionService::find(db::Snapshot& view, const api::Caller& caller,
                                       std::string_view id, ProjectRole least) const {
  return permitted(view, caller, store::find(view, kind_, id), least);
}

Result<Stored> DefinitionService::find_head(db::Snapshot& view, const api::Caller& caller,
                                            std::string_view id, ProjectRole least) const {
  return permitted(view, caller, store::find_head(view, kind_, id), least);
}

Result<Stored> DefinitionService::permitted(db::Snapshot& view, const api::Caller& caller,
                                            std::optional<Stored> stored, ProjectRole least) const {
  const auto missing = fail(ErrorKind::NotFound, code("not_found"),
                            fmt::format("there is no {} with this id", enum_name(kind_)));
  if (!stored) return missing;
  auto allowed = parts_.access.require(view, caller, stored->project_id, least);
  if (allowed) return *std::move(stored);
  // A tool for all is seen by all, but changed only where it lives.
  if (stored->is_global && least == ProjectRole::Viewer) return *std::move(stored);
  if (allowed.error().kind == ErrorKind::NotFound) return missing;
  return std::unexpected(std::move(allowed).error());
}

void DefinitionService::record(db::Transaction& tx, const api::Caller& caller, const Stored& stored,
                               std::string_view action) const {
  parts_.audit.append(tx, caller,
                      {.action = code(action),
                       .target_type = std::string(enum_name(kind_)),
                       .target_id = stored.id,
                       .project = stored.project_id,
                       .details = {{"name", stored.name}, {"revision", stored.revision}}});
}

Result<void> DefinitionService::check_revision(const Stored& stored,
                                               std::optional<std::int64_t> if_match) const {
  if (!if_match || *if_match == stored.revision) return {};
  return fail(ErrorKind::Stale, code("stale"),
              fmt::format("somebody changed it meanwhile: it is at revision {}, not {}",
                          stored.revision, *if_match));
}

Result<Stored> DefinitionService::insert(db::Transaction& tx, const api::Caller& caller,
                                         const ProjectId& project, const Json& content,
                                         std::string note) const {
  QD_TRY(auto document, check_(tx, caller, project, content));
  const auto now = parts_.clock.now();
  Stored stored;
  stored.id = new_uuid(now);
  stored.project_id = project;
  stored.created_at = stored.updated_at = now;
  stored.created_by = caller.user;
  stored.published_version = 1;
  stored.draft = false;
  stored.name = std::move(document.name);
  stored.description = std::move(document.description);
  stored.variant = std::move(document.variant);
  stored.is_global = document.is_global;
  stored.content = std::move(document.content);
  if (const auto same = store::find_named(tx, kind_, project, stored.name))
    return fail(
        ErrorKind::Conflict, code("name_taken"),
        fmt::format("the project has a {} named '{}' already", enum_name(kind_), stored.name));
  store::insert(tx, kind_, stored);
  store::insert_version(tx, stored.id, {1, std::move(note), stored.content, now, caller.user});
  record(tx, caller, stored, "created");
  return stored;
}

Task<Result<Stored>> DefinitionService::create(api::Caller caller, ProjectId project,
                                               Json content) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) -> Result<Stored> {
    QD_CHECK(parts_.access.require(tx, caller, project, ProjectRole::Editor));
    return insert(tx, caller, project, content, "");
  });
}

Task<Result<db::Rows<Stored>>> DefinitionService::list(api::Caller caller, ProjectId project,
                                                       std::string variant, ListQuery query) {
  const store::Filter filter{kind_, project, std::move(variant), std::move(query)};
  co_return co_await parts_.database.read([&](db::Snapshot& view) -> Result<db::Rows<Stored>> {
    QD_CHECK(parts_.access.require(view, caller, project, ProjectRole::Viewer));
    return store::list(view, filter);
  });
}

Task<Result<Stored>> DefinitionService::get(api::Caller caller, std::string id) {
  co_return co_await parts_.database.read(
      [&](db::Snapshot& view) { return find(view, caller, id, ProjectRole::Viewer); });
}

Result<Stored> DefinitionService::edit(db::Transaction& tx, const api::Caller& caller,
                                       std::string_view id, std::optional<std::int64_t> if_match,
                                       const std::function<Json(const Json&)>& change) const {
  QD_TRY(auto stored, find(tx, caller, id, ProjectRole::Editor));
  QD_CHECK(check_revision(stored, if_match));
  QD_TRY(auto document, check_(tx, caller, stored.project_id, change(stored.content)));
  if (document.content == stored.content && document.is_global == stored.is_global) return stored;
  if (document.name != stored.name &&
      store::find_named(tx, kind_, stored.project_id, document.name))
    return fail(
        ErrorKind::Conflict, code("name_taken"),
        fmt::format("the project has a {} named '{}' already", enum_name(kind_), document.name));
  const auto expected = stored.revision++;
  stored.updated_at = parts_.clock.now();
  stored.draft = true;
  stored.name = std::move(document.name);
  stored.description = std::move(document.description);
  stored.variant = std::move(document.variant);
  stored.is_global = document.is_global;
  stored.content = std::move(document.content);
  store::update(tx, stored, expected);
  record(tx, caller, stored, "updated");
  return stored;
}

Task<Result<Stored>> DefinitionService::replace(api::Caller caller, std::string id, Json content,
                                                std::optional<std::int64_t> if_match) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) {
    return edit(tx, caller, id, if_match, [&](const Json&) { return content; });
  });
}

Task<Result<Stored>> DefinitionService::patch(api::Caller caller, std::string id, Json patch,
                                              std::optional<std::int64_t> if_match) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) {
    return edit(tx, caller, id, if_match, [&](const Json& before) {
      Json merged = before;
      json::merge_patch(merged, patch);
      return merged;
    });
  });
}

Task<Result<void>> DefinitionService::remove(api::Caller caller, std::string id,
                                             std::optional<std::int64_t> if_match) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) -> Result<void> {
    QD_TRY(const auto stored, find(tx, caller, id, ProjectRole::Editor));
    QD_CHECK(check_revision(stored, if_match));
    store::remove(tx, kind_, id);
    record(tx, caller, stored, "deleted");
    return {};
  });
}

Result<Stored> DefinitionService::add_version(db::Transaction& tx, const api::Caller& caller,
                                              Stored stored, Json content, std::string note,
                                              std::string_view action) const {
  // What was valid when it was written may name what is gone since.
  QD_TRY(auto document, check_(tx, caller, stored.project_id, content));
  const auto now = parts_.clock.now();
  const auto number = store::last_version(tx, stored.id) + 1;
  store::insert_version(tx, stored.id,
                        {number, std::move(note), document.content, now, caller.user});
  const auto expected = stored.revision++;
  stored.published_version = number;
  stored.draft = false;
  stored.updated_at = now;
  stored.name = std::move(document.name);
  stored.description = std::move(document.description);
  stored.variant = std::move(document.variant);
  stored.is_global = document.is_global;
  stored.content = std::move(document.content);
  store::update(tx, stored, expected);
  record(tx, caller, stored, action);
  return stored;
}

Task<Result<Stored>> DefinitionService::publish(api::Caller caller, std::string id,
                                                std::string note) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) -> Result<Stored> {
    QD_TRY(auto stored, find(tx, caller, id, ProjectRole::Editor));
    if (!stored.draft)
      return fail(ErrorKind::Conflict, code("no_draft"),
                  fmt::format("nothing was changed since version {}",
                              stored.published_version.value_or(0)));
    auto content = stored.content;
    return add_version(tx, caller, std::move(stored), std::move(content), note, "published");
  });
}

Task<Result<Stored>> DefinitionService::rollback(api::Caller caller, std::string id,
                                                 std::int64_t version, std::string note) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) -> Result<Stored> {
    QD_TRY(auto stored, find(tx, caller, id, ProjectRole::Editor));
    QD_TRY(auto old, require_version(tx, id, version));
    const auto* name = json::find(old.content, "name");
    if (name && name->is_string() && std::string_view(name->get_string()) != stored.name &&
        store::find_named(tx, kind_, stored.project_id, std::string_view(name->get_string())))
      return fail(ErrorKind::Conflict, code("name_taken"),
                  "another one has taken the name of that version");
    auto words = note.empty() ? fmt::format("rolled back to version {}", version) : note;
    return add_version(tx, caller, std::move(stored), std::move(old.content), std::move(words),
                       "rolled_back");
  });
}

Result<Version> DefinitionService::require_version(db::Snapshot& view, std::string_view id,
                                                   std::int64_t version) const {
  if (auto found = store::find_version(view, id, version)) return *std::move(found);
  return fail(ErrorKind::NotFound, code("version_not_found"),
              fmt::format("there is no version {}", version));
}

Task<Result<std::vector<Version>>> DefinitionService::versions(api::Caller caller, std::string id) {
  co_return co_await parts_.database.read([&](db::Snapshot& view) -> Result<std::vector<Version>> {
    QD_CHECK(find(view, caller, id, ProjectRole::Viewer));
    return store::versions(view, id, kVersionsShown);
  });
}

Task<Result<Version>> DefinitionService::version(api::Caller caller, std::string id,
                                                 std::int64_t version) {
  co_return co_await parts_.database.read([&](db::Snapshot& view) -> Result<Version> {
    QD_CHECK(find(view, caller, id, ProjectRole::Viewer));
    return require_version(view, id, version);
  });
}

Result<Json> DefinitionService::content_of(db::Snapshot& view, const Stored& stored,
                                           std::optional<std::int64_t> version) const {
  if (!version) return stored.content;
  QD_TRY(auto found, require_version(view, stored.id, *version));
  return std::move(found.content);
}

Task<Result<Diff>> DefinitionService::diff(api::Caller caller, std::string id, DiffQuery query) {
  co_return co_await parts_.database.read([&](db::Snapshot& view) -> Result<Diff> {
    QD_TRY(const auto stored, find(view, caller, id, ProjectRole::Viewer));
    Diff diff{.from = stored.published_version, .to = std::nullopt, .changes = {}};
    if (query.from) diff.from = *query.from;
    if (query.to) diff.to = *query.to;
    QD_TRY(const auto before, content_of(view, stored, diff.from));
    QD_TRY(const auto after, content_of(view, stored, diff.to));
    diff.changes = definitions::diff(before, after);
    return diff;
  });
}

}  // namespace qd::definitions
