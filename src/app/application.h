// Every part of the server, made in the order in which they need each other, started and stopped.
#pragma once

#include <thread>

#include <boost/asio/io_context.hpp>

#include "agents/api.h"
#include "app/catalog.h"
#include "app/system_api.h"
#include "definitions/section.h"
#include "engine/engine.h"
#include "engine/gate.h"
#include "engine/steps/standard_steps.h"
#include "executions/api.h"
#include "executions/retention.h"
#include "identity/identity.h"
#include "platform/api/idempotency.h"
#include "platform/api/rate_limit.h"
#include "platform/config/secrets.h"
#include "platform/http/server_observers.h"
#include "realtime/api.h"
#include "tools/api.h"
#include "workers/api.h"
#include "workflows/api.h"

namespace qd::app {

/// Agents, tools and workflows with their routes.
struct Definitions {
  Definitions(const definitions::Parts& parts, db::Database& database,
              definitions::ExecutionStarter& starter);
  void add_routes(api::Router& router);
  void join(projects::Projects& projects) const;

  definitions::DefinitionService tools, agents, workflows;
  tools::ToolApi tool_api;
  agents::AgentApi agent_api;
  workflows::WorkflowApi workflow_api;
  // In the order in which an import reads them: agents name tools, workflows name both.
  definitions::DefinitionSection tool_section, agent_section, workflow_section;
};

class Application {
 public:
  /// Opens the store, which must be migrated. Throws std::runtime_error with what to do.
  Application(const config::Config& config, const config::Secrets& secrets,
              std::optional<DefaultModel> default_model, Clock& clock);
  ~Application();

  /// Takes up unfinished executions, then listens.
  void start();
  /// Stops listening, lets requests finish, leaves running executions to the next start. Twice is
  /// fine.
  void stop();
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] const api::Router& router() const { return router_; }

 private:
  void add_routes();
  Task<void> prune_replies();
  void run_in_background(Task<void> task);
  void finish_background();

  Clock& clock_;
  log::Logger& logger_;
  metrics::Registry metrics_;
  std::unique_ptr<db::Database> database_;
  std::unique_ptr<db::Notices> notices_;
  std::unique_ptr<http::Client> client_;
  identity::Identity identity_;
  projects::Projects projects_;
  StoredCatalog catalog_;
  engine::Gate gate_;
  engine::CodeRunner code_;
  engine::StandardSteps steps_;
  engine::Engine engine_;
  definitions::ExecutionStarter starter_;
  Definitions definitions_;
  executions::ExecutionService executions_;
  workers::WorkerService workers_;
  workers::WorkerApi worker_api_;
  executions::Retention retention_;
  executions::Feeds feeds_;
  SystemApi system_;
  api::RateLimiter caller_limits_;
  api::RateLimiter address_limits_;
  api::IdempotencyStore idempotency_;
  api::Router router_;
  executions::ExecutionApi execution_api_;
  realtime::RealtimeApi realtime_;
  http::RequestMetrics request_metrics_;
  http::AccessLog access_log_;
  std::unique_ptr<http::Server> server_;

  /// What goes on beside requests: the engine, and keeping things tidy.
  boost::asio::io_context background_{1};
  std::thread background_thread_;
  bool is_stopped_ = false;
};

}  // namespace qd::app
