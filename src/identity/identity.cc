#include "identity/identity.h"

#include <spdlog/spdlog.h>

namespace qd::identity {
namespace {

constexpr auto kTidyInterval = std::chrono::seconds(30);

}  // namespace

Identity::Identity(db::Database& database, Clock& clock, IdentityOptions options)
    : options_(std::move(options)),
      clock_(clock),
      hasher_(options_.passwords),
      signer_(options_.token_key),
      principals_(options_.principals),
      audit_(database, clock),
      registrations_({database, clock, audit_, hasher_, options_}),
      sessions_({database, clock, audit_, hasher_, signer_, principals_, options_}),
      users_(database, clock, audit_, principals_),
      keys_(database, clock, audit_, principals_),
      authenticator_(database, clock, signer_, principals_),
      api_({registrations_, sessions_, users_, keys_, audit_}) {}

Task<void> Identity::maintain() {
  for (;;) {
    const auto due = clock_.now() + kTidyInterval;
    co_await clock_.sleep_until(due);
    try {
      co_await tidy();
    } catch (const std::runtime_error& fault) {
      spdlog::warn("identity: tidying up failed, next try in 30 s: {}", fault.what());
    }
  }
}

Task<void> Identity::tidy() {
  co_await authenticator_.flush_last_used();
  std::int64_t removed = 1;
  while (removed > 0) removed = co_await sessions_.prune();
}

}  // namespace qd::identity
