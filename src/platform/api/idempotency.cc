#include "platform/api/idempotency.h"

namespace qd::api {
namespace {

constexpr db::Sql kClaim{"idempotency.claim",
                         "INSERT INTO idempotency_keys (caller, key, request_hash, created_at) "
                         "VALUES ($1, $2, $3, $4) ON CONFLICT (caller, key) DO NOTHING"};
constexpr db::Sql kFind{
    "idempotency.find",
    "SELECT request_hash, status, headers, body, created_at FROM idempotency_keys "
    "WHERE caller = $1 AND key = $2"};
constexpr db::Sql kSave{"idempotency.save",
                        "UPDATE idempotency_keys SET status = $1, headers = $2, body = $3 "
                        "WHERE caller = $4 AND key = $5"};
constexpr db::Sql kRelease{"idempotency.release",
                           "DELETE FROM idempotency_keys WHERE caller = $1 AND key = $2"};
constexpr db::Sql kPrune{
    "idempotency.prune",
    "DELETE FROM idempotency_keys WHERE (caller, key) IN (SELECT caller, key FROM "
    "idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT 500)"};
constexpr auto kLifetime = std::chrono::hours(24);

struct Row {
  std::string request_hash;
  std::optional<int> status;
  std::optional<std::string> headers;
  std::optional<std::string> body;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(Row, (), (request_hash, status, headers, body, created_at))

using Claimed = Result<IdempotencyStore::Claim>;

Claimed replay(const Row& row, const IdempotencyStore::Key& key) {
  if (row.request_hash != key.request_hash)
    return fail(ErrorKind::Conflict, "idempotency.mismatch",
                "this Idempotency-Key was used for another request; use a new key");
  if (!row.status) return IdempotencyStore::Claim{.first_at = row.created_at, .is_open = true};
  if (*row.status == 0)
    return fail(ErrorKind::Conflict, "idempotency.shown_once",
                "this request was answered; its answer held a secret that is shown only once");
  return IdempotencyStore::Claim{
      .reply = SavedReply{*row.status, row.body.value_or(""), row.headers.value_or("")},
      .first_at = row.created_at};
}

}  // namespace

Task<Claimed> IdempotencyStore::claim(Key key) {
  const auto now = clock_.now();
  co_return co_await database_.write([&](db::Transaction& tx) -> Claimed {
    if (tx.execute(kClaim, key.caller, key.key, key.request_hash, now) == 1)
      return Claim{.first_at = now};
    const auto row = tx.first<Row>(kFind, key.caller, key.key);
    if (row && row->created_at + kLifetime > now) return replay(*row, key);
    tx.execute(kRelease, key.caller, key.key);
    tx.execute(kClaim, key.caller, key.key, key.request_hash, now);
    return Claim{.first_at = now};
  });
}

Task<void> IdempotencyStore::save(Key key, SavedReply reply) {
  co_await database_.write([&](db::Transaction& tx) {
    tx.execute(kSave, reply.status, reply.etag, reply.body, key.caller, key.key);
  });
}

Task<void> IdempotencyStore::release(Key key) {
  co_await database_.write([&](db::Transaction& tx) { tx.execute(kRelease, key.caller, key.key); });
}

Task<std::int64_t> IdempotencyStore::prune() {
  const auto oldest = clock_.now() - kLifetime;
  std::int64_t total = 0;
  for (std::int64_t gone = 1; gone > 0; total += gone)
    gone =
        co_await database_.write([&](db::Transaction& tx) { return tx.execute(kPrune, oldest); });
  co_return total;
}

}  // namespace qd::api
