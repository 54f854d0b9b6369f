// Who stands behind an access token or API key, kept in memory for a few seconds so that a request
// costs neither a signature nor a database read. What ends a session, disables a user or changes a
// role forgets the user here, which holds at once on this node; another node may go by what it read
// for up to `lifetime`.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "platform/api/router.h"

namespace qd::identity {

struct Principal {
  UserId user;
  api::UserRole role = api::UserRole::Viewer;
  /// Of an API key; empty: all that its user may do.
  std::vector<std::string> scopes = {};
  /// One of the two is set.
  std::string session_id = {};
  std::string api_key_id = {};
  /// When the token or key ends by itself; never, when absent.
  std::optional<Timestamp> expires_at = {};
};

struct PrincipalCacheOptions {
  /// How stale an answer may be when another node changed what stands behind it.
  milliseconds lifetime{10'000};
  /// How many are kept; above that, some go.
  std::size_t capacity = 20'000;
};

/// Keys are SHA-256 of the credential, so that none is held in clear. Thread-safe.
class PrincipalCache {
 public:
  explicit PrincipalCache(PrincipalCacheOptions options) : options_(options) {}

  [[nodiscard]] std::optional<Principal> find(const std::string& key, Timestamp now);

  /// Taken before the database is read; `put` drops what was read if anything was forgotten since,
  /// so that a read that overlaps a change can't bring the old state back.
  [[nodiscard]] std::uint64_t generation() const { return generation_.load(); }
  void put(const std::string& key, Principal principal, std::uint64_t generation, Timestamp now);

  /// Call these after the change is committed.
  void forget_user(const UserId& user);
  void forget_session(const std::string& session_id);

 private:
  struct Entry {
    Principal principal;
    Timestamp until;
  };

  void make_room(Timestamp now);

  PrincipalCacheOptions options_;
  std::atomic<std::uint64_t> generation_{0};
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace qd::identity
