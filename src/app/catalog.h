// What the engine asks about projects, answered from the stored definitions.
#pragma once

#include <list>
#include <mutex>
#include <unordered_map>

#include "app/settings.h"
#include "engine/catalog.h"
#include "platform/db/db.h"
#include "projects/projects.h"

namespace qd::app {

/// Compiled workflow versions, which never change: the most recently used ones. Thread-safe.
class DefinitionCache {
 public:
  explicit DefinitionCache(std::size_t capacity) : capacity_(capacity) {}
  [[nodiscard]] std::shared_ptr<const engine::Definition> find(const std::string& key);
  void put(const std::string& key, std::shared_ptr<const engine::Definition> definition);

 private:
  using Entry = std::pair<std::string, std::shared_ptr<const engine::Definition>>;
  const std::size_t capacity_;
  std::mutex mutex_;
  /// Latest first.
  std::list<Entry> entries_;
  std::unordered_map<std::string, std::list<Entry>::iterator> index_;
};

/// What projects may do at once, read again after some seconds. Thread-safe.
class LimitsCache {
 public:
  [[nodiscard]] std::optional<engine::ProjectLimits> find(const std::string& project,
                                                          Timestamp now);
  void put(const std::string& project, engine::ProjectLimits limits, Timestamp now);

 private:
  struct Entry {
    engine::ProjectLimits limits;
    Timestamp read_at;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

class StoredCatalog final : public engine::Catalog {
 public:
  /// All outlive it.
  StoredCatalog(db::Database& database, projects::Projects& projects, Clock& clock,
                std::optional<DefaultModel> default_model, engine::ProjectLimits default_limits)
      : database_(database),
        projects_(projects),
        clock_(clock),
        default_model_(std::move(default_model)),
        default_limits_(default_limits) {}

  Task<Result<std::shared_ptr<const engine::Definition>>> workflow(
      engine::WorkflowVersion ref) override;
  Task<Result<engine::NamedWorkflow>> find_workflow(ProjectId project, std::string name_or_id,
                                                    std::optional<std::int64_t> version) override;
  Task<Result<std::shared_ptr<const engine::AgentSpec>>> agent(
      ProjectId project, std::string name_or_id, std::optional<std::int64_t> version) override;
  Task<Result<std::shared_ptr<const engine::ToolSpec>>> tool(ProjectId project,
                                                             std::string name_or_id) override;
  /// A provider's name, or `auto`: the server's default model.
  Task<Result<engine::ModelConnection>> connection(ProjectId project,
                                                   std::string name_or_id) override;
  Task<Result<engine::Credential>> credential(ProjectId project, std::string name_or_id) override;
  Task<Result<std::shared_ptr<const engine::ProjectScope>>> project(ProjectId project) override;
  Task<Result<engine::ProjectLimits>> limits(ProjectId project) override;

 private:
  [[nodiscard]] Result<engine::AgentSpec> load_agent(db::Snapshot& view, const ProjectId& project,
                                                     const std::string& name_or_id,
                                                     std::optional<std::int64_t> version) const;
  void settle_provider(engine::AgentSpec& spec) const;

  db::Database& database_;
  projects::Projects& projects_;
  Clock& clock_;
  std::optional<DefaultModel> default_model_;
  /// Of projects that set none of their own.
  engine::ProjectLimits default_limits_;
  LimitsCache limits_;
  DefinitionCache workflows_{1'000};
};

}  // namespace qd::app
