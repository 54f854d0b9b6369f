// For the engine's own tests: an engine on a real store, under a clock that the test moves, with
// effects that only count.
#pragma once

#include <atomic>
#include <map>
#include <mutex>

#include <gtest/gtest.h>

#include "engine/engine.h"
#include "engine/journal.h"
#include "engine/steps/pure_steps.h"
#include "engine/steps/workflow.h"
#include "engine/yaml.h"
#include "support/stores.h"

namespace qd::engine {

using namespace std::chrono_literals;

/// Knows the documents that a test gave it, and nothing else.
class TableCatalog final : public Catalog {
 public:
  Task<Result<std::shared_ptr<const Definition>>> workflow(WorkflowVersion ref) override {
    if (const auto found = workflows_.find(ref.workflow.value); found != workflows_.end())
      co_return found->second;
    co_return fail(ErrorKind::NotFound, "workflow.version_not_found", "there is none");
  }
  Task<Result<NamedWorkflow>> find_workflow(ProjectId, std::string name,
                                            std::optional<std::int64_t>) override {
    const auto found = workflows_.find(name);
    if (found == workflows_.end())
      co_return fail(ErrorKind::NotFound, "workflow.not_found", "there is none");
    co_return NamedWorkflow{{{name}, 1}, name, found->second};
  }
  void add_workflow(const std::string& name, const Json& document) {
    workflows_[name] = compile_definition(document).value();
  }
  Task<Result<std::shared_ptr<const AgentSpec>>> agent(ProjectId, std::string,
                                                       std::optional<std::int64_t>) override {
    co_return fail(ErrorKind::NotFound, "agent.not_found", "there is none");
  }
  Task<Result<std::shared_ptr<const ToolSpec>>> tool(ProjectId, std::string) override {
    co_return fail(ErrorKind::NotFound, "tool.not_found", "there is none");
  }
  Task<Result<ModelConnection>> connection(ProjectId, std::string) override {
    co_return fail(ErrorKind::NotFound, "connection.not_found", "there is none");
  }
  Task<Result<Credential>> credential(ProjectId, std::string) override {
    co_return fail(ErrorKind::NotFound, "credential.not_found", "there is none");
  }
  Task<Result<std::shared_ptr<const ProjectScope>>> project(ProjectId id) override {
    co_return std::make_shared<const ProjectScope>(ProjectScope{id, "Test", {{"limit", 3}}});
  }
  Task<Result<ProjectLimits>> limits(ProjectId id) override {
    const std::lock_guard lock(mutex_);
    const auto found = limits_.find(id.value);
    co_return found == limits_.end() ? ProjectLimits{} : found->second;
  }
  void limit(const std::string& project, ProjectLimits limits) {
    const std::lock_guard lock(mutex_);
    limits_[project] = limits;
  }

 private:
  std::map<std::string, std::shared_ptr<const Definition>> workflows_;
  std::mutex mutex_;
  std::map<std::string, ProjectLimits> limits_;
};

/// An effect that is over at once, or never: by node, how often it was done, under which keys.
class CountingStep final : public EffectStep {
 public:
  Task<StepResult> run(StepRun run) override {
    const auto effect = run.node->effect.value_or(Effect::Read);
    if (run.interrupted && effect == Effect::Once) co_return StepUncertain{"it may have been done"};
    StepResult result =
        StepDone{.output = JsonObject{{"done", run.node->id}}, .cost_usd = 0.5, .tokens = 10};
    {
      const std::lock_guard lock(mutex_);
      ++done_[run.node->id];
      keys_[run.node->id].insert(run.idempotency_key);
      if (auto& failures = failures_[run.node->id]; failures > 0) {
        --failures;
        result = StepFailed{
            .error = {
                .code = "test.failed", .message = "as told", .retryable = true, .details = {}}};
      }
    }
    co_return result;
  }
  void fail_first(const std::string& node, int times) {
    const std::lock_guard lock(mutex_);
    failures_[node] = times;
  }
  [[nodiscard]] int done(const std::string& node) const {
    const std::lock_guard lock(mutex_);
    const auto found = done_.find(node);
    return found == done_.end() ? 0 : found->second;
  }
  [[nodiscard]] std::size_t keys(const std::string& node) const {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(node);
    return found == keys_.end() ? 0 : found->second.size();
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, int> done_;
  std::map<std::string, int> failures_;
  std::map<std::string, std::set<std::string>> keys_;
};

class EngineTest : public test::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    test::run(database().write([&](db::Transaction& tx) {
      constexpr db::Sql kProject{"test.project",
                                 "INSERT INTO projects (id, name, slug, description, status, "
                                 "settings, metadata, is_public, "
                                 "is_template, tags, created_by, created_at, updated_at, revision) "
                                 "VALUES ('p', 'P', 'p', '', "
                                 "'active', '{}', '{}', 0, 0, '[]', 'u', 0, 0, 1)"};
      tx.execute(kProject);
    }));
    begin_engine();
  }
  void TearDown() override {
    end_engine();
    StoreTest::TearDown();
  }

  void begin_engine() {
    effects_ = std::make_unique<CountingStep>();
    StepKinds kinds;
    pure_.add_to(kinds);
    kinds.effects[static_cast<std::size_t>(NodeType::Http)] = effects_.get();
    kinds.effects[static_cast<std::size_t>(NodeType::Workflow)] = &workflow_;
    engine_ = std::make_unique<Engine>(EngineParts{database(), clock_, catalog_, kinds, nullptr},
                                       options_);
    test::run(engine_->start());
  }
  void end_engine() {
    if (engine_) test::run(engine_->stop());
    engine_.reset();
  }

  Engine& engine() { return *engine_; }
  CountingStep& effects() { return *effects_; }
  ManualClock& clock() { return clock_; }
  TableCatalog& catalog() { return catalog_; }
  /// Of the engines that are begun from now on.
  EngineOptions& options() { return options_; }

  static Json document(std::string_view yaml) { return yaml_to_json(yaml)->value; }

  Result<Execution> begin(std::string_view yaml, Json input = JsonObject{}) {
    return test::run(engine().begin({.project = {"p"},
                                     .document = document(yaml),
                                     .name = "test",
                                     .input = std::move(input),
                                     .created_by = {"u"}}));
  }
  /// The execution once nothing moves any more: it is over, or waits for what only a test can do.
  Execution settled(const ExecutionId& id) {
    for (;;) {
      auto execution = read(id);
      const bool moves = execution.status == ExecutionStatus::Running ||
                         execution.status == ExecutionStatus::Pending;
      if (!moves) return execution;
      test::run(engine().changed(id, execution.revision, clock_.now() + 1h));
    }
  }
  Execution read(const ExecutionId& id) {
    return *test::run(database().read([&](db::Snapshot& view) { return journal::find(view, id); }));
  }
  std::vector<Event> events(const ExecutionId& id) {
    constexpr db::Sql kEvents{"test.events",
                              "SELECT seq, at, type, node_id, data FROM execution_events WHERE "
                              "execution_id = $1 ORDER BY seq"};
    return test::run(
        database().read([&](db::Snapshot& view) { return view.all<Event>(kEvents, id); }));
  }
  std::vector<Approval> approvals(const ExecutionId& id) {
    constexpr db::Sql kApprovals{"test.approvals",
                                 "SELECT " QD_APPROVAL_COLUMNS
                                 " FROM approvals WHERE execution_id = $1 ORDER BY created_at"};
    return test::run(
        database().read([&](db::Snapshot& view) { return view.all<Approval>(kApprovals, id); }));
  }

 private:
  ManualClock clock_{Timestamp(std::chrono::sys_days(std::chrono::year(2026) / 11 / 24))};
  TableCatalog catalog_;
  PureSteps pure_;
  WorkflowStep workflow_{catalog_};
  EngineOptions options_;
  std::unique_ptr<CountingStep> effects_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace qd::engine
