#include "app/catalog.h"

#include <fmt/format.h>

#include "agents/service.h"
#include "connect/models/registry.h"
#include "definitions/store.h"
#include "projects/limits.h"
#include "tools/service.h"
#include "workflows/service.h"

namespace qd::app {
namespace {

using definitions::Kind;
namespace store = definitions::store;

constexpr milliseconds kLimitsAge{2'000};
constexpr std::size_t kMostLimits = 10'000;

Result<definitions::Stored> resolve(db::Snapshot& view, Kind kind, const ProjectId& project,
                                    const std::string& name_or_id) {
  auto stored = store::resolve(view, kind, project, name_or_id);
  if (stored) return *std::move(stored);
  return fail(ErrorKind::NotFound, fmt::format("{}.not_found", enum_name(kind)),
              fmt::format("the project has no {} '{}'", enum_name(kind), name_or_id));
}

Result<definitions::Version> version_of(db::Snapshot& view, Kind kind,
                                        const definitions::Stored& stored,
                                        std::optional<std::int64_t> number) {
  if (!number) number = stored.published_version;
  if (!number)
    return fail(ErrorKind::NotFound, fmt::format("{}.not_published", enum_name(kind)),
                fmt::format("{} '{}' has no published version", enum_name(kind), stored.name));
  auto version = store::find_version(view, stored.id, *number);
  if (version) return *std::move(version);
  return fail(ErrorKind::NotFound, fmt::format("{}.version_not_found", enum_name(kind)),
              fmt::format("{} '{}' has no version {}", enum_name(kind), stored.name, *number));
}

Result<std::shared_ptr<const engine::ToolSpec>> load_tool(db::Snapshot& view,
                                                          const ProjectId& project,
                                                          const std::string& name_or_id) {
  QD_TRY(const auto stored, resolve(view, Kind::Tool, project, name_or_id));
  QD_TRY(const auto version, version_of(view, Kind::Tool, stored, std::nullopt));
  return std::make_shared<const engine::ToolSpec>(tools::to_spec(stored, version.content));
}

engine::CredentialKind kind_of(projects::CredentialType type) {
  using projects::CredentialType;
  switch (type) {
    case CredentialType::Bearer:
    case CredentialType::ApiKey:
      return engine::CredentialKind::Bearer;
    case CredentialType::Basic:
      return engine::CredentialKind::Basic;
    case CredentialType::Header:
      return engine::CredentialKind::Header;
    case CredentialType::Query:
      return engine::CredentialKind::Query;
  }
  std::unreachable();
}

}  // namespace

std::shared_ptr<const engine::Definition> DefinitionCache::find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(key);
  if (found == index_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->second;
}

void DefinitionCache::put(const std::string& key,
                          std::shared_ptr<const engine::Definition> definition) {
  const std::lock_guard lock(mutex_);
  if (index_.contains(key)) return;
  entries_.emplace_front(key, std::move(definition));
  index_[key] = entries_.begin();
  if (entries_.size() <= capacity_) return;
  index_.erase(entries_.back().first);
  entries_.pop_back();
}

std::optional<engine::ProjectLimits> LimitsCache::find(const std::string& project, Timestamp now) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(project);
  if (found == entries_.end() || found->second.read_at + kLimitsAge <= now) return std::nullopt;
  return found->second.limits;
}

void LimitsCache::put(const std::string& project, engine::ProjectLimits limits, Timestamp now) {
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= kMostLimits) entries_.clear();
  entries_[project] = {limits, now};
}

Task<Result<engine::ProjectLimits>> StoredCatalog::limits(ProjectId project) {
  const auto now = clock_.now();
  if (const auto cached = limits_.find(project.value, now)) co_return *cached;
  QD_CO_TRY(const auto own, co_await database_.read([&](db::Snapshot& view) {
    return projects::execution_limits(view, project);
  }));
  auto limits = default_limits_;
  if (own.concurrency) limits.concurrency = own.concurrency;
  if (own.starts_per_minute) limits.starts_per_minute = own.starts_per_minute;
  limits_.put(project.value, limits, now);
  co_return limits;
}

Task<Result<std::shared_ptr<const engine::Definition>>> StoredCatalog::workflow(
    engine::WorkflowVersion ref) {
  const auto key = fmt::format("{}/{}", ref.workflow.value, ref.version);
  if (auto cached = workflows_.find(key)) co_return cached;
  const auto version = co_await database_.read([&](db::Snapshot& view) {
    return store::find_version(view, ref.workflow.value, ref.version);
  });
  if (!version)
    co_return fail(ErrorKind::NotFound, "workflow.version_not_found",
                   fmt::format("the workflow has no version {} any more", ref.version));
  QD_CO_TRY(auto definition, engine::compile_definition(workflows::document_of(version->content)));
  workflows_.put(key, definition);
  co_return definition;
}

Task<Result<engine::NamedWorkflow>> StoredCatalog::find_workflow(
    ProjectId project, std::string name_or_id, std::optional<std::int64_t> version) {
  engine::NamedWorkflow named;
  QD_CO_CHECK(co_await database_.read([&](db::Snapshot& view) -> Result<void> {
    QD_TRY(const auto stored, resolve(view, Kind::Workflow, project, name_or_id));
    QD_TRY(const auto found, version_of(view, Kind::Workflow, stored, version));
    named.version = {{stored.id}, found.version};
    named.name = stored.name;
    return {};
  }));
  QD_CO_TRY(named.definition, co_await workflow(named.version));
  co_return named;
}

void StoredCatalog::settle_provider(engine::AgentSpec& spec) const {
  if (spec.connection.provider != "auto") return;
  if (!default_model_) {
    spec.connection.provider = "scripted";
    return;
  }
  spec.connection.provider = "openai";
  spec.connection.base_url = default_model_->base_url;
  spec.connection.settings.erase("script");
  spec.settings.erase("script");
  spec.model = default_model_->model;
}

Result<engine::AgentSpec> StoredCatalog::load_agent(db::Snapshot& view, const ProjectId& project,
                                                    const std::string& name_or_id,
                                                    std::optional<std::int64_t> version) const {
  QD_TRY(const auto stored, resolve(view, Kind::Agent, project, name_or_id));
  QD_TRY(const auto found, version_of(view, Kind::Agent, stored, version));
  auto spec = agents::to_spec(stored, found);
  for (const auto& name : agents::tool_names(found.content)) {
    QD_TRY(auto tool, load_tool(view, project, name));
    spec.tools.push_back(std::move(tool));
  }
  settle_provider(spec);
  return spec;
}

Task<Result<std::shared_ptr<const engine::AgentSpec>>> StoredCatalog::agent(
    ProjectId project, std::string name_or_id, std::optional<std::int64_t> version) {
  QD_CO_TRY(auto spec, co_await database_.read([&](db::Snapshot& view) {
    return load_agent(view, project, name_or_id, version);
  }));
  co_return std::make_shared<const engine::AgentSpec>(std::move(spec));
}

Task<Result<std::shared_ptr<const engine::ToolSpec>>> StoredCatalog::tool(ProjectId project,
                                                                          std::string name_or_id) {
  co_return co_await database_.read(
      [&](db::Snapshot& view) { return load_tool(view, project, name_or_id); });
}

Task<Result<engine::ModelConnection>> StoredCatalog::connection(ProjectId, std::string name_or_id) {
  if (name_or_id == "auto") {
    if (!default_model_)
      co_return fail(ErrorKind::NotFound, "connection.no_default_model",
                     "the server has no default model: set models.default, or name a connection");
    co_return engine::ModelConnection{
        .provider = "openai", .base_url = default_model_->base_url, .model = default_model_->model};
  }
  const auto names = connect::models::provider_names();
  if (std::ranges::find(names, name_or_id) == names.end())
    co_return fail(ErrorKind::NotFound, "connection.not_found",
                   fmt::format("there is no connection '{}'; it is auto or one of {}", name_or_id,
                               fmt::join(names, ", ")));
  co_return engine::ModelConnection{.provider = name_or_id};
}

Task<Result<engine::Credential>> StoredCatalog::credential(ProjectId project,
                                                           std::string name_or_id) {
  QD_CO_TRY(auto found,
            co_await projects_.credentials().reveal(std::move(project), std::move(name_or_id)));
  co_return engine::Credential{kind_of(found.type), found.parameter, found.username,
                               std::move(found.secret)};
}

Task<Result<std::shared_ptr<const engine::ProjectScope>>> StoredCatalog::project(
    ProjectId project) {
  QD_CO_TRY(auto found, co_await database_.read([&](db::Snapshot& view) {
    return projects::surroundings(view, project);
  }));
  co_return std::make_shared<const engine::ProjectScope>(
      engine::ProjectScope{project, std::move(found.name), std::move(found.variables)});
}

}  // namespace qd::app
