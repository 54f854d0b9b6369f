#include "platform/http/server_observers.h"

#include <atomic>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

namespace qd::http {
namespace {

// Any other method is one that no route has; its callers may not fill the table with inventions.
constexpr std::array<std::string_view, 8> kMethods{"GET",   "HEAD",   "POST",    "PUT",
                                                   "PATCH", "DELETE", "OPTIONS", "other"};
constexpr std::array kBounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                             0.25,   0.5,   1.0,    2.5,   5.0,  10.0,  30.0};
/// Many times the routes there are; slots beyond it share one cell.
constexpr std::size_t kSlots = 8192;

std::size_t method_index(std::string_view method) {
  const auto found = std::ranges::find(kMethods, method);
  return found == kMethods.end() ? kMethods.size() - 1
                                 : static_cast<std::size_t>(found - kMethods.begin());
}

struct Key {
  /// The view's own memory is the identity: routes live as long as the router.
  const char* route;
  std::size_t method;
  int status;
  bool operator==(const Key&) const = default;
};

std::size_t hash(const Key& key) {
  auto value = reinterpret_cast<std::uintptr_t>(key.route) >> 3;
  value =
      (value ^ (static_cast<std::uintptr_t>(key.status) << 4) ^ key.method) * 0x9e3779b97f4a7c15u;
  return value >> 40;
}

struct Cell {
  Cell(const Key& cell_key, std::string_view route_text) : key(cell_key), route(route_text) {}
  const Key key;
  const std::string_view route;
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts = {};
  std::atomic<std::uint64_t> microseconds = 0;
  std::atomic<std::uint64_t> bytes = 0;
};

void add(Cell& cell, const Exchange& exchange) {
  const auto seconds = static_cast<double>(exchange.duration.count()) / 1e6;
  const auto bucket =
      static_cast<std::size_t>(std::ranges::lower_bound(kBounds, seconds) - kBounds.begin());
  cell.counts[bucket].fetch_add(1, std::memory_order_relaxed);
  cell.microseconds.fetch_add(static_cast<std::uint64_t>(exchange.duration.count()),
                              std::memory_order_relaxed);
  cell.bytes.fetch_add(exchange.bytes, std::memory_order_relaxed);
}

std::vector<prometheus::ClientMetric::Label> labels_of(const Cell& cell) {
  return {{"method", std::string(kMethods[cell.key.method])},
          {"route", std::string(cell.route)},
          {"status", std::to_string(cell.key.status)}};
}

prometheus::ClientMetric durations_of(const Cell& cell) {
  prometheus::ClientMetric metric;
  metric.label = labels_of(cell);
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < cell.counts.size(); ++i) {
    total += cell.counts[i].load(std::memory_order_relaxed);
    const auto bound = i < kBounds.size() ? kBounds[i] : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({.cumulative_count = total, .upper_bound = bound});
  }
  metric.histogram.sample_count = total;
  metric.histogram.sample_sum =
      static_cast<double>(cell.microseconds.load(std::memory_order_relaxed)) / 1e6;
  return metric;
}

}  // namespace

void AccessLog::on_exchange(const Exchange& exchange) {
  logger_.write(log::Level::Info, "request",
                {{"method", exchange.method},
                 {"path", exchange.path},
                 {"status", exchange.status},
                 {"duration_ms", static_cast<double>(exchange.duration.count()) / 1e3},
                 {"bytes", exchange.bytes},
                 {"request_id", exchange.request_id},
                 {"remote", exchange.remote_address}});
}

/// An open-addressed table that only grows: a slot goes from null to its cell once and stays.
class RequestMetrics::Table final : public prometheus::Collectable {
 public:
  Table() : overflow_(Key{nullptr, kMethods.size() - 1, 0}, "other") {}
  ~Table() override {
    for (auto& slot : slots_) delete slot.load();
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  Cell& find(const Key& key, std::string_view route) {
    auto at = hash(key);
    for (std::size_t tries = 0; tries < 64; ++tries, ++at) {
      auto& slot = slots_[at % kSlots];
      Cell* cell = slot.load(std::memory_order_acquire);
      if (!cell) {
        auto fresh = std::make_unique<Cell>(key, route);
        if (slot.compare_exchange_strong(cell, fresh.get(), std::memory_order_acq_rel))
          return *fresh.release();
      }
      if (cell->key == key) return *cell;
    }
    return overflow_;
  }

  std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<prometheus::MetricFamily> families(2);
    auto& durations = families[0];
    durations.name = "http_request_duration_seconds";
    durations.help = "Requests by how long their answers took.";
    durations.type = prometheus::MetricType::Histogram;
    auto& bytes = families[1];
    bytes.name = "http_response_bytes_total";
    bytes.help = "Bytes of answers' bodies.";
    bytes.type = prometheus::MetricType::Counter;
    for (const auto& slot : slots_) {
      const Cell* cell = slot.load(std::memory_order_acquire);
      if (!cell) continue;
      durations.metric.push_back(durations_of(*cell));
      auto& sum = bytes.metric.emplace_back();
      sum.label = labels_of(*cell);
      sum.counter.value = static_cast<double>(cell->bytes.load(std::memory_order_relaxed));
    }
    return families;
  }

 private:
  std::array<std::atomic<Cell*>, kSlots> slots_ = {};
  Cell overflow_;
};

RequestMetrics::RequestMetrics(metrics::Registry& registry) : table_(std::make_shared<Table>()) {
  registry.add_source(table_);
}

RequestMetrics::~RequestMetrics() = default;

void RequestMetrics::on_exchange(const Exchange& exchange) {
  const Key key{exchange.route.data(), method_index(exchange.method), exchange.status};
  add(table_->find(key, exchange.route), exchange);
}

}  // namespace qd::http
