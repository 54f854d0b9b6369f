#include "platform/http/server_observers.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qd::http {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kRoute = "/api/v1/projects/{project_id}";

Exchange exchange(std::string_view route = kRoute, int status = 200) {
  return {.method = "GET",
          .path = "/api/v1/projects/1",
          .route = route,
          .remote_address = "1.2.3.4",
          .request_id = "r-1",
          .status = status,
          .bytes = 10,
          .duration = std::chrono::microseconds(1'500)};
}

TEST(HttpAccessLog, WritesOneLineForEachRequest) {
  std::string out;
  log::Logger logger({.sink = [&](std::string_view line) { out += line; }});

  AccessLog(logger).on_exchange(exchange());

  EXPECT_THAT(out, testing::EndsWith("request method=GET path=/api/v1/projects/1 status=200 "
                                     "duration_ms=1.5 bytes=10 request_id=r-1 remote=1.2.3.4\n"));
}

TEST(HttpRequestMetrics, CountByMethodRouteAndStatus) {
  metrics::Registry registry;
  RequestMetrics requests(registry);
  requests.on_exchange(exchange());
  requests.on_exchange(exchange());
  requests.on_exchange(exchange("", 404));

  const auto text = registry.text();

  const std::string labels = R"(method="GET",route="/api/v1/projects/{project_id}",status="200")";
  EXPECT_THAT(text, HasSubstr("http_request_duration_seconds_count{" + labels + "} 2"));
  EXPECT_THAT(text,
              HasSubstr("http_request_duration_seconds_bucket{" + labels + ",le=\"0.001\"} 0"));
  EXPECT_THAT(text,
              HasSubstr("http_request_duration_seconds_bucket{" + labels + ",le=\"0.0025\"} 2"));
  EXPECT_THAT(text, HasSubstr("http_response_bytes_total{" + labels + "} 20"));
  EXPECT_THAT(text, HasSubstr(R"(route="",status="404"} 1)"));
}

TEST(HttpRequestMetrics, LoseNothingWhenThreadsCountAtOnce) {
  metrics::Registry registry;
  RequestMetrics requests(registry);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 1'000; ++i) requests.on_exchange(exchange(kRoute, 200 + i % 50));
      });
  }

  EXPECT_THAT(registry.text(), HasSubstr("status=\"249\"} 80"));
}

TEST(HttpRequestMetrics, AreNotFilledByInventedMethods) {
  metrics::Registry registry;
  RequestMetrics requests(registry);
  auto invented = exchange();
  invented.method = "BREW";

  requests.on_exchange(invented);

  EXPECT_THAT(registry.text(), HasSubstr("method=\"other\""));
  EXPECT_THAT(registry.text(), Not(HasSubstr("BREW")));
}

}  // namespace
}  // namespace qd::http
