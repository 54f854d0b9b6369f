#include "engine/retry.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace qd::engine {

bool may_retry(const RetryPolicy& policy, const StepError& error, int attempts) {
  if (attempts >= policy.max_attempts) return false;
  return policy.on.empty() ? error.retryable
                           : std::ranges::find(policy.on, error.code) != policy.on.end();
}

milliseconds retry_delay(const RetryPolicy& policy, int failed_attempts, double random) {
  double factor = 1;
  if (policy.backoff == Backoff::Linear) factor = failed_attempts;
  if (policy.backoff == Backoff::Exponential) factor = std::pow(2.0, failed_attempts - 1);
  const auto longest = static_cast<double>(policy.max_delay.count());
  const double delay =
      std::min(longest, static_cast<double>(policy.initial_delay.count()) * factor);
  return milliseconds(
      static_cast<std::int64_t>(delay * (1 - policy.jitter + policy.jitter * random)));
}

double random_fraction() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace qd::engine
