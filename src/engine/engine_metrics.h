// What the engine counts.
#pragma once

#include <map>
#include <optional>

#include "engine/records.h"
#include "platform/metrics/metrics.h"

namespace qd::engine {

class EngineMetrics {
 public:
  /// `registry` may be null: nothing is counted then.
  explicit EngineMetrics(metrics::Registry* registry) {
    if (registry == nullptr) return;
    started_ = registry->counter("qd_executions_started_total", "Executions started.");
    pending_ = registry->gauge("qd_executions_pending", "Executions that wait for a slot.");
    wait_ = registry->histogram("qd_executions_queue_seconds",
                                "How long executions waited for their slot.", wait_buckets());
    for (const auto* reason : {"slot", "rate", "busy"})
      limited_.emplace(reason, registry->counter("qd_starts_limited_total",
                                                 "Starts that had to wait for a slot or their "
                                                 "project's rate, or were refused as busy.",
                                                 {{"reason", reason}}));
    active_ = registry->gauge("qd_executions_active", "Executions held in memory.");
    for (const auto status : {ExecutionStatus::Completed, ExecutionStatus::Failed,
                              ExecutionStatus::Cancelled, ExecutionStatus::TimedOut})
      finished_.emplace(status,
                        registry->counter("qd_executions_finished_total", "Executions finished.",
                                          {{"status", std::string(enum_name(status))}}));
  }
  void add_started() {
    if (started_) started_->add();
  }
  void set_active(std::size_t count) {
    if (active_) active_->set(static_cast<double>(count));
  }
  void set_pending(std::size_t count) {
    if (pending_) pending_->set(static_cast<double>(count));
  }
  void observe_wait(milliseconds wait) {
    if (wait_) wait_->observe(static_cast<double>(wait.count()) / 1'000);
  }
  void add_limited(std::string_view reason) {
    if (const auto found = limited_.find(reason); found != limited_.end()) found->second.add();
  }
  void add_finished(ExecutionStatus status) {
    if (const auto found = finished_.find(status); found != finished_.end()) found->second.add();
  }

 private:
  static const std::vector<double>& wait_buckets() {
    static const std::vector<double> seconds{0.01, 0.1, 1, 5, 15, 60, 300, 900, 3'600, 14'400};
    return seconds;
  }

  std::optional<metrics::Counter> started_;
  std::optional<metrics::Gauge> pending_;
  std::optional<metrics::Histogram> wait_;
  std::map<std::string, metrics::Counter, std::less<>> limited_;
  std::optional<metrics::Gauge> active_;
  std::map<ExecutionStatus, metrics::Counter> finished_;
};

}  // namespace qd::engine
