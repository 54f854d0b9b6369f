#include "app/system_api.h"

#include "app/settings.h"
#include "json/json.h"
#include "platform/api/openapi.h"
#include "platform/api/problem.h"
#include "platform/log/log.h"

namespace qd::web {
std::span<const EmbeddedFile> files();
}

namespace qd::app {
namespace {

constexpr db::Sql kPing{"system.ping", "SELECT 1"};

api::RawResponse text(std::string type, std::string body, int status = 200) {
  return {
      .response = {.status = status,
                   .headers = {{"Content-Type", std::move(type)}, {"Cache-Control", "no-store"}},
                   .body = std::move(body)}};
}

api::RawResponse status(bool is_good, const JsonObject& body) {
  return text("application/json", json::print(body), is_good ? 200 : 503);
}

}  // namespace

SystemApi::SystemApi(Parts parts) : parts_(parts), web_(http::make_assets(web::files())) {}

void SystemApi::add_routes(api::Router& router) {
  const auto open = [](std::string path, std::string id, std::string summary) {
    return api::Endpoint{.method = "GET",
                         .path = "//" + std::move(path),
                         .id = std::move(id),
                         .tag = "system",
                         .summary = std::move(summary),
                         .access = api::Access::Public};
  };
  router.add(open("healthz", "getHealth", "Whether the process lives."), *this, &SystemApi::health);
  router.add(open("readyz", "getReadiness", "Whether it can do its work."), *this,
             &SystemApi::readiness);
  router.add(open("metrics", "getMetrics", "Its numbers, for Prometheus."), *this,
             &SystemApi::metrics_text);
  router.add(open("openapi.json", "getOpenApi", "The description of the API."), *this,
             &SystemApi::openapi);
  openapi_ = json::print(api::openapi_document(router, kVersion));
}

Task<http::Response> SystemApi::serve_web(http::Request request) {
  if (auto found = web_.serve(request)) co_return *std::move(found);
  co_return api::problem({.kind = ErrorKind::NotFound,
                          .code = "http.not_found",
                          .message = "there is nothing at this address"},
                         request.request_id);
}

Task<Result<api::RawResponse>> SystemApi::health(api::Request<>) {
  co_return status(true, {{"status", "alive"}});
}

Task<Result<api::RawResponse>> SystemApi::readiness(api::Request<>) {
  bool database = true;
  try {
    co_await parts_.database.read(
        [](db::Snapshot& view) { return view.value<std::int64_t>(kPing); });
  } catch (const std::runtime_error& error) {
    log::warn("the database does not answer", {{"error", error.what()}});
    database = false;
  }
  const bool engine = parts_.engine.is_running();
  const bool is_ready = database && engine;
  co_return status(is_ready, {{"status", is_ready ? "ready" : "not_ready"},
                              {"database", database ? "ok" : "unreachable"},
                              {"engine", engine ? "ok" : "not_running"}});
}

Task<Result<api::RawResponse>> SystemApi::metrics_text(api::Request<>) {
  co_return text(std::string(metrics::kTextType), parts_.metrics.text());
}

Task<Result<api::RawResponse>> SystemApi::openapi(api::Request<>) {
  co_return text("application/json", openapi_);
}

}  // namespace qd::app
