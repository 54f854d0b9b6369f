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
  void add_finished(ExecutionStatus status) {
    if (const auto found = finished_.find(status); found != finished_.end()) found->second.add();
  }

 private:
  std::optional<metrics::Counter> started_;
  std::optional<metrics::Gauge> active_;
  std::map<ExecutionStatus, metrics::Counter> finished_;
};

}  // namespace qd::engine
