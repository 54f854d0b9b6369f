#include "platform/metrics/metrics.h"

#include <mutex>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace qd::metrics {
namespace {

/// Gauges whose value is computed when somebody looks.
class SampledGauges final : public prometheus::Collectable {
 public:
  struct Sample {
    std::string help;
    std::vector<std::pair<Labels, std::function<double()>>> values;
  };

  void add(std::string_view name, std::string_view help, const Labels& labels,
           std::function<double()> value) {
    const std::scoped_lock lock(mutex_);
    auto& sample = samples_[std::string(name)];
    sample.help = help;
    sample.values.emplace_back(labels, std::move(value));
  }

  std::vector<prometheus::MetricFamily> Collect() const override {
    const std::scoped_lock lock(mutex_);
    std::vector<prometheus::MetricFamily> families;
    for (const auto& [name, sample] : samples_) {
      auto& family = families.emplace_back();
      family.name = name;
      family.help = sample.help;
      family.type = prometheus::MetricType::Gauge;
      for (const auto& [labels, value] : sample.values) {
        auto& metric = family.metric.emplace_back();
        for (const auto& [key, text] : labels) metric.label.push_back({key, text});
        metric.gauge.value = value();
      }
    }
    return families;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Sample> samples_;
};

}  // namespace

void Counter::add(double amount) {
  counter_->Increment(amount);
}
void Gauge::set(double value) {
  gauge_->Set(value);
}
void Gauge::add(double amount) {
  gauge_->Increment(amount);
}
void Histogram::observe(double value) {
  histogram_->Observe(value);
}

const std::vector<double>& duration_buckets() {
  static const std::vector<double> bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                          0.25,   0.5,   1,      2.5,   5,    10,    30};
  return bounds;
}

struct Registry::Impl {
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  SampledGauges sampled;
  mutable std::mutex mutex;
  std::vector<std::weak_ptr<prometheus::Collectable>> sources;
};

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Counter Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  auto& family = prometheus::BuildCounter()
                     .Name(std::string(name))
                     .Help(std::string(help))
                     .Register(impl_->registry);
  return Counter(family.Add(labels));
}

Gauge Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  auto& family = prometheus::BuildGauge()
                     .Name(std::string(name))
                     .Help(std::string(help))
                     .Register(impl_->registry);
  return Gauge(family.Add(labels));
}

Histogram Registry::histogram(std::string_view name, std::string_view help,
                              const std::vector<double>& bounds, const Labels& labels) {
  auto& family = prometheus::BuildHistogram()
                     .Name(std::string(name))
                     .Help(std::string(help))
                     .Register(impl_->registry);
  return Histogram(family.Add(labels, bounds));
}

void Registry::sample(std::string_view name, std::string_view help, std::function<double()> value,
                      const Labels& labels) {
  impl_->sampled.add(name, help, labels, std::move(value));
}

void Registry::add_source(const std::shared_ptr<prometheus::Collectable>& source) {
  const std::scoped_lock lock(impl_->mutex);
  std::erase_if(impl_->sources, [](const auto& weak) { return weak.expired(); });
  impl_->sources.push_back(source);
}

std::string Registry::text() const {
  auto families = impl_->registry.Collect();
  std::ranges::move(impl_->sampled.Collect(), std::back_inserter(families));
  {
    const std::scoped_lock lock(impl_->mutex);
    for (const auto& weak : impl_->sources)
      if (const auto source = weak.lock())
        std::ranges::move(source->Collect(), std::back_inserter(families));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace qd::metrics
