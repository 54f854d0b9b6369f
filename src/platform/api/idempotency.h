// `Idempotency-Key` on POST: the same key and body within 24 hours get the same answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "platform/db/db.h"

namespace qd::api {

/// What was answered the first time.
struct SavedReply {
  int status = 0;
  std::string body;
  std::string etag;
};

/// Durable, shared by all nodes. A key whose first request never got its answer (a crash) stays
/// refused, since what it did is not known.
class IdempotencyStore {
 public:
  IdempotencyStore(db::Database& database, const Clock& clock)
      : database_(database), clock_(clock) {}

  struct Key {
    std::string caller;
    std::string key;
    /// Of method, path and body.
    std::string request_hash;
  };
  /// Claims the key: nothing when it is new, the saved reply when it was answered. Fails with
  /// `idempotency.mismatch` (other request) or `idempotency.in_progress`.
  Task<Result<std::optional<SavedReply>>> claim(Key key);
  Task<void> save(Key key, SavedReply reply);
  /// Frees the key after a failure that left nothing behind.
  Task<void> release(Key key);
  /// Deletes what is older than 24 hours, in small batches; how many rows went.
  Task<std::int64_t> prune();

 private:
  db::Database& database_;
  const Clock& clock_;
};

}  // namespace qd::api
