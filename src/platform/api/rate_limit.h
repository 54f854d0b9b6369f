// Token buckets in memory: so many requests a minute for each key, bursts up to the same number.
#pragma once

#include <array>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace qd::api {

/// Thread-safe. Holds at most 100,000 keys; beyond that full buckets are forgotten, then any.
class RateLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Verdict {
    bool allowed = true;
    int remaining = 0;
    /// Until the next token; zero when allowed.
    std::chrono::seconds retry_after{0};
  };

  /// `per_minute` 0 means without limit.
  explicit RateLimiter(int per_minute) : per_minute_(per_minute) {}
  /// Takes one token from the bucket of `key`.
  Verdict take(std::string_view key, Time now);
  [[nodiscard]] int per_minute() const { return per_minute_; }

 private:
  struct Bucket {
    double tokens;
    Time filled;
  };
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::string, Bucket> buckets;
  };
  void make_room(Shard& shard, Time now) const;

  int per_minute_;
  std::array<Shard, 16> shards_;
};

}  // namespace qd::api
