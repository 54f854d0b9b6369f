// Numbers that a monitoring system scrapes (Prometheus text format). prometheus-cpp is behind it
// and nowhere else. A name is declared where it is counted; asking for the same name and labels
// again gives the same number.
//
//   auto starts = registry.counter("qd_executions_started_total", "Executions started.");
//   starts.add();
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace prometheus {
class Collectable;
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace qd::metrics {

using Labels = std::map<std::string, std::string>;

/// Only grows. A handle, cheap to copy; valid as long as its registry. Thread-safe, without locks.
class Counter {
 public:
  explicit Counter(prometheus::Counter& counter) : counter_(&counter) {}
  void add(double amount = 1);

 private:
  prometheus::Counter* counter_;
};

/// Goes up and down. As above.
class Gauge {
 public:
  explicit Gauge(prometheus::Gauge& gauge) : gauge_(&gauge) {}
  void set(double value);
  void add(double amount);

 private:
  prometheus::Gauge* gauge_;
};

/// Counts values by size. As above, but takes a short lock.
class Histogram {
 public:
  explicit Histogram(prometheus::Histogram& histogram) : histogram_(&histogram) {}
  void observe(double value);

 private:
  prometheus::Histogram* histogram_;
};

/// Upper bounds for durations in seconds, from half a millisecond to half a minute.
[[nodiscard]] const std::vector<double>& duration_buckets();

/// Thread-safe. Throws std::invalid_argument for a name or label that Prometheus does not take, or
/// a name that is already of another kind.
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  [[nodiscard]] Counter counter(std::string_view name, std::string_view help,
                                const Labels& labels = {});
  [[nodiscard]] Gauge gauge(std::string_view name, std::string_view help,
                            const Labels& labels = {});
  /// All histograms of one name have the bounds of the first.
  [[nodiscard]] Histogram histogram(std::string_view name, std::string_view help,
                                    const std::vector<double>& bounds = duration_buckets(),
                                    const Labels& labels = {});
  /// A gauge whose value is asked for at each scrape. `value` must be thread-safe and outlive the
  /// registry.
  void sample(std::string_view name, std::string_view help, std::function<double()> value,
              const Labels& labels = {});
  /// Numbers that somebody keeps in his own way; gone from the text once the owner lets go of them.
  void add_source(const std::shared_ptr<prometheus::Collectable>& source);

  /// Everything, in the text format 0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The media type of `Registry::text`.
inline constexpr std::string_view kTextType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace qd::metrics
