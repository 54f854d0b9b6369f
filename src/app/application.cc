#include "app/application.h"

#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/url.hpp>

#include "base/thread_name.h"
#include "platform/db/migrations.h"
#include "platform/db/url.h"

namespace qd::app {
namespace {

namespace asio = boost::asio;

int threads_of(const config::Config& config) {
  const auto wanted = static_cast<int>(config.number("threads"));
  return wanted > 0 ? wanted : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

std::unique_ptr<db::Database> open_database(const config::Config& config) {
  const auto url = store_url(config);
  db::require_current_schema(url);
  const bool is_postgres = db::parse_store_url(url).store == db::StoreUrl::Store::Postgres;
  if (!is_postgres) return db::open({.url = url});
  // More of them than cores get into each other's way: their transactions are serializable.
  return db::open({.url = url, .readers = 8, .writers = std::clamp(threads_of(config), 2, 4)});
}

/// Private addresses that outbound requests may reach: those that the operator allowed, and the
/// server of his own default model.
std::vector<std::string> allowed_addresses(const config::Config& config,
                                           const std::optional<DefaultModel>& model) {
  auto allowed = config.list("outbound.allow");
  if (!model) return allowed;
  const auto host = boost::urls::url(model->base_url).host_address();
  if (host == "localhost")
    allowed.insert(allowed.end(), {"127.0.0.1/32", "::1/128"});
  else if (boost::system::error_code error;
           !boost::asio::ip::make_address(host, error).is_unspecified() && !error)
    allowed.push_back(host);
  return allowed;
}

identity::IdentityOptions identity_options(const config::Config& config,
                                           const config::Secrets& secrets) {
  const auto seconds = [&](std::string_view name) {
    return std::chrono::duration_cast<std::chrono::seconds>(config.duration(name));
  };
  identity::IdentityOptions options;
  options.token_key = secrets.token_key;
  options.registration = *parse_enum<identity::Registration>(config.text("registration"));
  options.access_lifetime = seconds("access_token_ttl");
  options.refresh_lifetime = seconds("refresh_token_ttl");
  options.passwords.cost = static_cast<int>(config.number("bcrypt.cost"));
  return options;
}

/// Among the nodes on one PostgreSQL: the same after a restart. Nodes on one machine keep their
/// data in folders of their own.
std::string node_name(const config::Config& config) {
  return fmt::format("{}:{}", asio::ip::host_name(),
                     std::filesystem::weakly_canonical(config.text("data")).string());
}

engine::GateOptions gate_options(const config::Config& config) {
  return {.openai = {.base_url = config.text("models.openai.base_url"),
                     .api_key = config.secret("models.openai.api_key")},
          .anthropic = {.base_url = config.text("models.anthropic.base_url"),
                        .api_key = config.secret("models.anthropic.api_key")}};
}

executions::RetentionOptions retention_options(const config::Config& config) {
  return {.fallback = {.max_age = config.duration("executions.retention_age"),
                       .max_count = config.number("executions.retention_count")},
          .interval = config.duration("executions.retention_interval"),
          .node = node_name(config)};
}

engine::EngineOptions engine_options(const config::Config& config) {
  engine::EngineOptions options;
  options.max_active = static_cast<std::size_t>(config.number("engine.max_active"));
  options.lease = config.duration("engine.lease");
  options.node = node_name(config);
  return options;
}

engine::ProjectLimits default_limits(const config::Config& config) {
  const auto limit = [&](std::string_view name) {
    const auto number = config.number(name);
    return number > 0 ? std::optional(number) : std::nullopt;
  };
  return {.concurrency = limit("engine.project_concurrency"),
          .starts_per_minute = limit("engine.project_starts_per_minute")};
}

http::ServerOptions server_options(const config::Config& config) {
  return {.address = config.text("address"),
          .port = static_cast<std::uint16_t>(config.number("port")),
          .threads = threads_of(config),
          .drain_timeout = config.duration("drain_timeout"),
          .tls_certificate = config.text("tls.certificate"),
          .tls_key = config.text("tls.key"),
          .cors_origins = config.list("cors.origins"),
          .trusted_proxies = config.list("trusted_proxies")};
}

}  // namespace

Definitions::Definitions(const definitions::Parts& parts, db::Database& database,
                         definitions::ExecutionStarter& starter)
    : tools(tools::make_service(parts)),
      agents(agents::make_service(parts)),
      workflows(workflows::make_service(parts)),
      tool_api(tools, database, starter),
      agent_api(agents, database, starter),
      workflow_api(workflows, database, starter),
      tool_section(tools),
      agent_section(agents),
      workflow_section(workflows) {}

void Definitions::add_routes(api::Router& router) {
  tool_api.add_routes(router);
  agent_api.add_routes(router);
  workflow_api.add_routes(router);
}

void Definitions::join(projects::Projects& projects) const {
  projects.add_section(tool_section);
  projects.add_section(agent_section);
  projects.add_section(workflow_section);
}

Application::Application(const config::Config& config, const config::Secrets& secrets,
                         std::optional<DefaultModel> default_model, Clock& clock)
    : clock_(clock),
      logger_(log::process_logger()),
      database_(open_database(config)),
      notices_(db::open_notices(store_url(config))),
      client_(http::make_client({.allow = allowed_addresses(config, default_model)})),
      identity_(*database_, clock, identity_options(config, secrets)),
      projects_({*database_, clock, identity_.users(), identity_.audit(), secrets.master_key}),
      catalog_(*database_, projects_, clock, std::move(default_model), default_limits(config)),
      gate_(*client_, catalog_, clock, gate_options(config)),
      code_(clock, code_options(config)),
      steps_(gate_, catalog_, &code_, clock),
      engine_({.database = *database_,
               .clock = clock,
               .catalog = catalog_,
               .kinds = steps_.kinds(),
               .metrics = &metrics_,
               .notices = notices_.get()},
              engine_options(config)),
      starter_(engine_, *database_, clock),
      definitions_({*database_, clock, projects_.access(), identity_.audit()}, *database_,
                   starter_),
      executions_({*database_, clock, engine_, catalog_, projects_.access(), identity_.audit()}),
      workers_({*database_, clock, engine_, projects_.access()}),
      worker_api_(workers_),
      retention_(*database_, clock, retention_options(config), &metrics_),
      feeds_(*database_, clock, engine_.watchers()),
      system_({*database_, engine_, metrics_}),
      caller_limits_(static_cast<int>(config.number("rate_limit.requests_per_minute"))),
      address_limits_(static_cast<int>(config.number("rate_limit.auth_per_minute"))),
      idempotency_(*database_, clock),
      router_(
          {.authenticator = &identity_.authenticator(),
           .caller_limits = caller_limits_.per_minute() ? &caller_limits_ : nullptr,
           .address_limits = address_limits_.per_minute() ? &address_limits_ : nullptr,
           .idempotency = &idempotency_,
           .fallback =
               [this](http::Request request) { return system_.serve_web(std::move(request)); }}),
      execution_api_(router_, executions_, feeds_, clock),
      realtime_({router_, executions_, feeds_, clock}),
      request_metrics_(metrics_),
      access_log_(logger_) {
  add_routes();
  auto options = server_options(config);
  options.observers.push_back(&request_metrics_);
  if (config.text("log.access") == "on") options.observers.push_back(&access_log_);
  server_ = http::make_server(options, router_);
}

Application::~Application() {
  stop();
}

void Application::add_routes() {
  identity_.add_routes(router_);
  projects_.add_routes(router_);
  definitions_.add_routes(router_);
  definitions_.join(projects_);
  projects_.add_delete_rule([this](ProjectId project, bool force) {
    return executions_.before_project_delete(std::move(project), force);
  });
  execution_api_.add_routes();
  worker_api_.add_routes(router_);
  realtime_.add_routes();
  system_.add_routes(router_);
}

Task<void> Application::prune_replies() {
  for (;;) {
    co_await clock_.sleep_until(clock_.now() + std::chrono::hours(1));
    try {
      co_await idempotency_.prune();
    } catch (const std::runtime_error& error) {
      log::warn("old replies were not removed", {{"error", error.what()}});
    }
  }
}

void Application::run_in_background(Task<void> task) {
  asio::co_spawn(background_, std::move(task), asio::detached);
}

void Application::start() {
  auto guard = asio::make_work_guard(background_);
  background_thread_ = std::thread([this, guard = std::move(guard)] {
    name_this_thread("qd-background");
    background_.run();
  });
  asio::co_spawn(background_, engine_.start(), asio::use_future).get();
  run_in_background(identity_.maintain());
  run_in_background(prune_replies());
  run_in_background(retention_.run());
  server_->start();
}

void Application::finish_background() {
  if (!background_thread_.joinable()) return;
  asio::co_spawn(background_, engine_.stop(), asio::use_future).get();
  background_.stop();
  background_thread_.join();
}

void Application::stop() {
  if (std::exchange(is_stopped_, true)) return;
  server_->stop();
  feeds_.stop();
  finish_background();
  identity_.stop();
  database_->stop();
}

}  // namespace qd::app
