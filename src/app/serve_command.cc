#include "app/serve_command.h"

#include <filesystem>

#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include "app/application.h"
#include "app/commands.h"
#include "platform/api/openapi.h"
#include "platform/db/migrations.h"

namespace qd::app {
namespace {

/// Blocks until the operator or the system wants an end; a second signal ends the process at once.
void wait_for_signal() {
  boost::asio::io_context io;
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([](boost::system::error_code, int) {});
  io.run();
}

void migrate(const std::string& url) {
  const int applied = db::migrate_up(url);
  if (applied > 0)
    log::info("database migrated",
              {{"migrations", applied}, {"database", db::without_password(url)}});
}

/// As many open files as the system allows: the usual 1,024 are fewer than clients and calls that
/// are on their way.
void raise_file_limit() {
  constexpr rlim_t kEnough = 262'144;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, kEnough));
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::string address_for_people(const config::Config& config, std::uint16_t port) {
  if (!config.text("public_url").empty()) return config.text("public_url");
  const auto& address = config.text("address");
  const bool is_any = address == "0.0.0.0" || address == "::";
  return fmt::format("{}://{}:{}", config.text("tls.certificate").empty() ? "http" : "https",
                     is_any ? "127.0.0.1" : address, port);
}

int serve(const config::Config& config) {
  log::Logger logger({.level = *parse_enum<log::Level>(config.text("log.level")),
                      .format = *parse_enum<log::Format>(config.text("log.format"))});
  log::set_process_logger(&logger);
  const auto secrets = config::load_secrets(config.text("data"));
  if (!secrets) return complain(secrets.error());
  auto model = default_model(config);
  if (!model) return complain(model.error());
  migrate(store_url(config));
  raise_file_limit();

  SystemClock clock;
  {
    Application application(config, *secrets, *std::move(model), clock);
    application.start();
    const auto address = address_for_people(config, application.port());
    fmt::print("Quarterdeck {} is ready at {}\nOpen it in a browser to begin; Ctrl-C ends it.\n",
               kVersion, address);
    std::fflush(stdout);
    wait_for_signal();
    log::info("stopping");
    application.stop();
  }
  log::set_process_logger(nullptr);
  return 0;
}

/// The routes need their parts but no real ones: an empty store that is thrown away.
int print_openapi() {
  const auto folder = std::filesystem::temp_directory_path() / new_uuid(SystemClock().now());
  const auto config = config::Config::load({.flags = {{"data", folder.string()}}});
  if (!config) return complain(config.error());
  const auto secrets = config::load_secrets(folder.string());
  if (!secrets) return complain(secrets.error());
  db::migrate_up(store_url(*config));
  SystemClock clock;
  {
    const Application application(*config, *secrets, std::nullopt, clock);
    fmt::print("{}\n", json::print(api::openapi_document(application.router(), kVersion)));
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace

void add_serve_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("serve", "Run the server: API, engine and web UI.");
  auto flags = std::make_shared<SettingFlags>(*command);
  command->callback([flags, &exit_code] {
    exit_code = guarded([&] {
      const auto config = flags->load();
      return config ? serve(*config) : 2;
    });
  });
}

void add_openapi_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("openapi", "Print the description of the API (OpenAPI 3.1).");
  command->callback([&exit_code] { exit_code = guarded(&print_openapi); });
}

}  // namespace qd::app
