// Guessing gets slower: after a few failures an account, and after many an address, must wait, and
// each further failure doubles the wait. Accounts are counted whether they exist or not, so that a
// wait says nothing about that; the count is in the database, so that a restart forgives nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "platform/db/db.h"

namespace qd::identity {

struct LockoutRule {
  /// Failures that cost nothing.
  std::int64_t free_failures;
  milliseconds first_wait;
  milliseconds longest_wait;
  /// Without a failure for so long, counting starts again.
  milliseconds forgotten_after;
};

struct LockoutOptions {
  LockoutRule account{5, std::chrono::seconds(30), std::chrono::minutes(15),
                      std::chrono::hours(24)};
  /// Many people may share one address.
  LockoutRule address{100, std::chrono::seconds(30), std::chrono::minutes(15),
                      std::chrono::hours(1)};
};

struct LockoutState {
  std::int64_t failures = 0;
  Timestamp last_failure_at{};
  Timestamp locked_until{};
};
BOOST_DESCRIBE_STRUCT(LockoutState, (), (failures, last_failure_at, locked_until))

/// The state after one more failure at `now`.
[[nodiscard]] LockoutState after_failure(const LockoutRule& rule,
                                         const std::optional<LockoutState>& before, Timestamp now);

/// The block of addresses that is counted as one: an IPv4 address, an IPv6 /64 network.
[[nodiscard]] std::string address_block(const std::string& address);

/// Who is guessing: the account that is meant, and the address it is tried from.
struct Attempt {
  std::string email_folded;
  /// Empty where unknown: then only the account counts.
  std::string remote_address;
};

/// Thread-safe.
class Lockouts {
 public:
  explicit Lockouts(LockoutOptions options) : options_(options) {}

  /// Limited `auth.locked` with the time to wait.
  [[nodiscard]] Result<void> check(db::Snapshot& view, const Attempt& attempt, Timestamp now) const;
  /// Counts one failure; true when that begins a wait for the account.
  bool record_failure(db::Transaction& tx, const Attempt& attempt, Timestamp now) const;
  /// The right password forgives the account, not the address.
  void forgive(db::Transaction& tx, const Attempt& attempt) const;
  /// Removes counts that no rule remembers; how many went.
  std::int64_t prune(db::Transaction& tx, Timestamp now) const;

 private:
  LockoutOptions options_;
};

}  // namespace qd::identity
