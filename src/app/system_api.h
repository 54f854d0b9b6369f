// What operators and tools ask of the process: whether it lives and is ready, its numbers, the
// description of its API; and the web UI.
#pragma once

#include "engine/engine.h"
#include "platform/api/router.h"
#include "platform/db/db.h"
#include "platform/http/static.h"
#include "platform/metrics/metrics.h"

namespace qd::app {

class SystemApi {
 public:
  /// All outlive it.
  struct Parts {
    db::Database& database;
    engine::Engine& engine;
    metrics::Registry& metrics;
  };
  explicit SystemApi(Parts parts);

  /// Added last: the API's description is made of the routes that are there by then.
  void add_routes(api::Router& router);
  /// The web UI, for addresses that are no endpoint.
  Task<http::Response> serve_web(http::Request request);

 private:
  Task<Result<api::RawResponse>> health(api::Request<> request);
  Task<Result<api::RawResponse>> readiness(api::Request<> request);
  Task<Result<api::RawResponse>> metrics_text(api::Request<> request);
  Task<Result<api::RawResponse>> openapi(api::Request<> request);

  Parts parts_;
  http::StaticFiles web_;
  std::string openapi_;
};

}  // namespace qd::app
