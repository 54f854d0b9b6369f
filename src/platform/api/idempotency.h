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

/// Durable, shared by all nodes. Where the first request with a key never got its answer (a crash),
/// only an endpoint that knows what it did already may do it again.
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
  struct Claim {
    /// Where it was answered.
    std::optional<SavedReply> reply = {};
    /// When the key came first.
    Timestamp first_at = {};
    /// It came before and was not answered: that request is on its way, or was lost.
    bool is_open = false;
  };
  /// Fails with `idempotency.mismatch` (other request).
  Task<Result<Claim>> claim(Key key);
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
