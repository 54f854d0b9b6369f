#include "app/doctor.h"

#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include "base/time.h"
#include "platform/config/secrets.h"
#include "platform/db/db.h"
#include "platform/db/migrations.h"
#include "platform/db/url.h"
#include "platform/http/client.h"

namespace qd::app {
namespace {

namespace asio = boost::asio;

constexpr std::uintmax_t kLowDisk = 1ULL << 30;
constexpr auto kClockTolerance = std::chrono::seconds(5);
/// A clock before this program was written is wrong.
constexpr Timestamp kEarliest{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
constexpr db::Sql kNow{"doctor.now",
                       "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"};

template <class T>
T run(Task<T> task) {
  asio::io_context io;
  auto result = asio::co_spawn(io, std::move(task), asio::use_future);
  io.run();
  return result.get();
}

Finding check_disk(const config::Config& config) {
  std::error_code error;
  std::filesystem::create_directories(config.text("data"), error);
  const auto space = std::filesystem::space(config.text("data"), error);
  if (error)
    return {"disk", Health::Bad, fmt::format("{}: {}", config.text("data"), error.message())};
  const auto text =
      fmt::format("{:.1f} GiB free in {}", static_cast<double>(space.available) / (1ULL << 30),
                  config.text("data"));
  return {"disk", space.available < kLowDisk ? Health::Warning : Health::Good, text};
}

Finding check_keys(const config::Config& config) {
  const auto secrets = config::load_secrets(config.text("data"));
  if (!secrets) return {"keys", Health::Bad, secrets.error().message};
  return {"keys", Health::Good, "secrets.toml is readable by its owner alone"};
}

Finding check_clock(const std::optional<Timestamp>& database_time) {
  const auto now = SystemClock().now();
  if (now < kEarliest)
    return {"clock", Health::Bad,
            fmt::format("the machine says {}: set its clock", to_rfc3339(now))};
  if (!database_time) return {"clock", Health::Good, to_rfc3339(now)};
  const auto apart = std::chrono::abs(now - *database_time);
  if (apart < kClockTolerance)
    return {"clock", Health::Good, to_rfc3339(now) + ", as the database says"};
  return {"clock", Health::Warning,
          fmt::format("the database's clock is {} apart: have both keep time (NTP)",
                      format_duration(apart))};
}

Finding check_retention(const config::Config& config) {
  const auto age = config.duration("executions.retention_age");
  const auto count = config.number("executions.retention_count");
  std::string text = "finished executions are kept";
  if (age.count() > 0) text += " for " + format_duration(age);
  if (count > 0) text += fmt::format("{} the newest {}", age.count() > 0 ? "," : "", count);
  if (age.count() == 0 && count == 0) text += " for ever";
  return {"retention", Health::Good, text + ", where their project says nothing"};
}

int count_pending(const std::string& url) {
  const auto status = db::migration_status(url);
  return static_cast<int>(
      std::ranges::count_if(status, [](const auto& one) { return !one.applied_at; }));
}

struct DatabaseFinding {
  Finding finding;
  std::optional<Timestamp> time = {};
};

DatabaseFinding check_database(const std::string& url) {
  const auto shown = db::without_password(url);
  try {
    db::check_schema_history(url);
    if (const int pending = count_pending(url); pending > 0)
      return {{"database", Health::Warning,
               fmt::format("{}: {} migrations pending; 'qd serve' or 'qd migrate up' applies them",
                           shown, pending)}};
    // A SQLite file is this machine's own, on this machine's clock, and may be a running server's.
    if (db::parse_store_url(url).store == db::StoreUrl::Store::Sqlite)
      return {{"database", Health::Good, shown + " is readable"}};
    const auto database = db::open({.url = url, .readers = 1});
    const auto time =
        run(database->read([](db::Snapshot& view) { return view.value<std::int64_t>(kNow); }));
    database->stop();
    return {{"database", Health::Good, shown + " answers"},
            Timestamp(milliseconds(time.value_or(0)))};
  } catch (const std::runtime_error& error) {
    return {{"database", Health::Bad, error.what()}};
  }
}

Finding check_port(const config::Config& config) {
  const auto port = static_cast<std::uint16_t>(config.number("port"));
  asio::io_context io;
  boost::system::error_code error;
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(config.text("address"), error),
                                         port);
  asio::ip::tcp::acceptor acceptor(io);
  if (!error) acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  const auto where = fmt::format("{}:{}", config.text("address"), port);
  if (!error) return {"port", Health::Good, where + " is free"};
  if (error == asio::error::address_in_use)
    return {"port", Health::Warning,
            where + " is in use: by a running server, or choose another with --port"};
  return {"port", Health::Bad, fmt::format("{}: {}", where, error.message())};
}

/// Whether a provider's list of models can be read: address, TLS and key in one.
Finding check_provider(http::Client& client, std::string subject, const std::string& url,
                       http::Headers headers) {
  const auto answer = run(
      client.send({.url = url, .headers = std::move(headers), .timeout = milliseconds(10'000)}));
  if (!answer)
    return {std::move(subject), Health::Bad, fmt::format("{}: {}", url, answer.error().message)};
  if (answer->status == 401 || answer->status == 403)
    return {std::move(subject), Health::Bad, url + " refuses the key"};
  if (answer->status >= 300)
    return {std::move(subject), Health::Warning, fmt::format("{} answers {}", url, answer->status)};
  return {std::move(subject), Health::Good, url + " answers"};
}

void check_providers(const config::Config& config, std::vector<Finding>& findings) {
  const auto model = default_model(config);
  if (!model) {
    findings.push_back({"models", Health::Bad, model.error().message});
    return;
  }
  auto allow = config.list("outbound.allow");
  if (*model)
    allow.insert(allow.end(),
                 {"0.0.0.0/0", "::/0"});  // The operator's own address, asked for by himself.
  const auto client = http::make_client({.allow = allow});
  const auto openai = std::string(config.secret("models.openai.api_key").reveal());
  const auto anthropic = std::string(config.secret("models.anthropic.api_key").reveal());
  const auto before = findings.size();
  if (*model)
    findings.push_back(check_provider(*client, "models", (*model)->base_url + "/models", {}));
  if (!openai.empty())
    findings.push_back(check_provider(*client, "openai",
                                      config.text("models.openai.base_url") + "/models",
                                      {{"Authorization", "Bearer " + openai}}));
  if (!anthropic.empty())
    findings.push_back(check_provider(
        *client, "anthropic", config.text("models.anthropic.base_url") + "/v1/models",
        {{"x-api-key", anthropic}, {"anthropic-version", "2023-06-01"}}));
  if (findings.size() == before)
    findings.push_back(
        {"models", Health::Warning,
         "no provider is configured: agents with 'provider: auto' answer from their script"});
}

/// Whether programs run isolated, by running one of each language.
Finding check_code(engine::CodeRunner& runner, engine::CodeLanguage language, const char* source) {
  const std::string subject(enum_name(language));
  const auto deadline = SystemClock().now() + std::chrono::seconds(20);
  const auto outcome = run(runner.run({.language = language, .source = source}, nullptr, deadline));
  if (const auto* failed = std::get_if<engine::StepFailed>(&outcome.result))
    return {subject, Health::Warning, "code steps in it fail: " + failed->error.message};
  return {subject, Health::Good, "runs in a sandbox"};
}

}  // namespace

std::vector<Finding> examine(const config::Config& config) {
  std::vector<Finding> findings{check_disk(config), check_keys(config)};
  auto [database, time] = check_database(store_url(config));
  findings.push_back(check_clock(time));
  findings.push_back(std::move(database));
  findings.push_back(check_port(config));
  findings.push_back(check_retention(config));
  check_providers(config, findings);
  SystemClock clock;
  engine::CodeRunner runner(clock, code_options(config));
  findings.push_back(check_code(runner, engine::CodeLanguage::Javascript, "const main = () => 1"));
  findings.push_back(check_code(runner, engine::CodeLanguage::Python, "def main(input): return 1"));
  return findings;
}

}  // namespace qd::app
