#include "identity/principals.h"

namespace qd::identity {

std::optional<Principal> PrincipalCache::find(const std::string& key, Timestamp now) {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(key);
  if (entry == entries_.end() || now >= entry->second.until) return std::nullopt;
  return entry->second.principal;
}

void PrincipalCache::put(const std::string& key, Principal principal, std::uint64_t generation,
                         Timestamp now) {
  auto until = now + options_.lifetime;
  if (principal.expires_at) until = std::min(until, *principal.expires_at);
  const std::lock_guard lock(mutex_);
  if (generation != generation_.load()) return;
  if (entries_.size() >= options_.capacity) make_room(now);
  entries_.insert_or_assign(key, Entry{std::move(principal), until});
}

void PrincipalCache::forget_user(const UserId& user) {
  const std::lock_guard lock(mutex_);
  ++generation_;
  std::erase_if(entries_, [&](const auto& entry) { return entry.second.principal.user == user; });
}

void PrincipalCache::forget_session(const std::string& session_id) {
  const std::lock_guard lock(mutex_);
  ++generation_;
  std::erase_if(entries_,
                [&](const auto& entry) { return entry.second.principal.session_id == session_id; });
}

void PrincipalCache::make_room(Timestamp now) {
  std::erase_if(entries_, [&](const auto& entry) { return now >= entry.second.until; });
  if (entries_.size() >= options_.capacity) entries_.clear();
}

}  // namespace qd::identity
