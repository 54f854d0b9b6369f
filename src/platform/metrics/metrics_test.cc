#include "platform/metrics/metrics.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qd::metrics {
namespace {

using testing::HasSubstr;

TEST(Metrics, PrintsCountersGaugesAndHistograms) {
  Registry registry;
  registry.counter("things_total", "Things.", {{"kind", "a\"b"}}).add(2);
  registry.gauge("level", "Level.").set(-1.5);
  registry.histogram("length_seconds", "Length.", {1, 2}).observe(1.5);

  const auto text = registry.text();

  EXPECT_THAT(text, HasSubstr("# HELP things_total Things.\n# TYPE things_total counter\n"));
  EXPECT_THAT(text, HasSubstr("things_total{kind=\"a\\\"b\"} 2"));
  EXPECT_THAT(text, HasSubstr("level -1.5"));
  EXPECT_THAT(text, HasSubstr("length_seconds_bucket{le=\"1\"} 0"));
  EXPECT_THAT(text, HasSubstr("length_seconds_bucket{le=\"2\"} 1"));
  EXPECT_THAT(text, HasSubstr("length_seconds_count 1"));
}

TEST(Metrics, GivesTheSameNumberForTheSameNameAndLabels) {
  Registry registry;
  registry.counter("things_total", "Things.").add();
  registry.counter("things_total", "Things.").add();

  EXPECT_THAT(registry.text(), HasSubstr("things_total 2"));
}

TEST(Metrics, AsksSampledGaugesWhenScraped) {
  Registry registry;
  int connections = 1;
  registry.sample("connections", "Open ones.", [&] { return connections; });

  connections = 7;

  EXPECT_THAT(registry.text(), HasSubstr("connections 7"));
}

TEST(Metrics, RefusesNamesThatPrometheusDoesNotTake) {
  Registry registry;

  EXPECT_THROW((void)registry.counter("not a name", "."), std::invalid_argument);
}

}  // namespace
}  // namespace qd::metrics
