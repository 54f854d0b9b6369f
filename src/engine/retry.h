// Whether a failed attempt is tried again, and when.
#pragma once

#include "engine/planner.h"

namespace qd::engine {

/// `attempts` is how many there were, the failed one included.
[[nodiscard]] bool may_retry(const RetryPolicy& policy, const StepError& error, int attempts);
/// How long the first, second, ... retry waits; `random` is 0 to 1.
[[nodiscard]] milliseconds retry_delay(const RetryPolicy& policy, int failed_attempts,
                                       double random);
/// 0 to 1. Thread-safe.
[[nodiscard]] double random_fraction();

}  // namespace qd::engine
