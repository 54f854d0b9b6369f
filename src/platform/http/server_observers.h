// What becomes of finished requests: a line in the log, numbers for Prometheus.
#pragma once

#include "platform/http/server.h"
#include "platform/log/log.h"
#include "platform/metrics/metrics.h"

namespace qd::http {

/// One line per request, with method, path (never the query, which may hold a secret), status,
/// duration, bytes, request id and remote address. Not made at all when access is not logged.
class AccessLog final : public Observer {
 public:
  explicit AccessLog(log::Logger& logger) : logger_(logger) {}
  void on_exchange(const Exchange& exchange) override;

 private:
  log::Logger& logger_;
};

/// `http_request_duration_seconds` (a histogram, so it counts requests too) and
/// `http_response_bytes_total` by method, route and status. Lock-free: a table of atomics that is
/// read when scraped.
class RequestMetrics final : public Observer {
 public:
  explicit RequestMetrics(metrics::Registry& registry);
  ~RequestMetrics() override;
  void on_exchange(const Exchange& exchange) override;

 private:
  class Table;
  std::shared_ptr<Table> table_;
};

}  // namespace qd::http
