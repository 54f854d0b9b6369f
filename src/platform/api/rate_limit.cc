#include "platform/api/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace qd::api {
namespace {

constexpr std::size_t kMaxKeysPerShard = 100'000 / 16;

double minutes_between(RateLimiter::Time from, RateLimiter::Time to) {
  return std::chrono::duration<double, std::ratio<60>>(to - from).count();
}

}  // namespace

RateLimiter::Verdict RateLimiter::take(std::string_view key, Time now) {
  if (per_minute_ == 0) return {};
  std::string name(key);
  auto& shard = shards_[std::hash<std::string>{}(name) % shards_.size()];
  const std::lock_guard lock(shard.mutex);
  if (shard.buckets.size() >= kMaxKeysPerShard) make_room(shard, now);
  auto& bucket = shard.buckets.try_emplace(std::move(name), double(per_minute_), now).first->second;
  const double capacity = per_minute_;
  bucket.tokens =
      std::min(capacity, bucket.tokens + capacity * minutes_between(bucket.filled, now));
  bucket.filled = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return {.remaining = static_cast<int>(bucket.tokens)};
  }
  const auto wait = std::ceil((1 - bucket.tokens) * 60 / capacity);
  return {.allowed = false,
          .retry_after = std::chrono::seconds(std::max(1, static_cast<int>(wait)))};
}

void RateLimiter::make_room(Shard& shard, Time now) const {
  std::erase_if(shard.buckets, [&](const auto& entry) {
    const auto& bucket = entry.second;
    return bucket.tokens + per_minute_ * minutes_between(bucket.filled, now) >= per_minute_;
  });
  if (shard.buckets.size() >= kMaxKeysPerShard) shard.buckets.clear();
}

}  // namespace qd::api
