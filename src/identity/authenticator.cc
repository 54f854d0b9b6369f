#include "identity/authenticator.h"

#include "identity/api_key_store.h"
#include "identity/credential_text.h"
#include "identity/session_store.h"

namespace qd::identity {
namespace {

constexpr SessionStore kSessions;
constexpr ApiKeyStore kKeys;
/// Longer than any credential of ours; the rest is not worth hashing.
constexpr std::size_t kMaxTokenBytes = 4096;

std::unexpected<Error> refuse(std::string code, std::string message) {
  return fail(ErrorKind::Unauthenticated, std::move(code), std::move(message));
}

std::unexpected<Error> disabled() {
  return refuse("auth.disabled", "this account is disabled; ask an administrator");
}

api::Caller to_caller(const Principal& principal) {
  return {.user = principal.user,
          .role = principal.role,
          .scopes = principal.scopes,
          .api_key_id = principal.api_key_id,
          .session_id = principal.session_id};
}

}  // namespace

Task<Result<api::Caller>> TokenAuthenticator::authenticate(std::string token) {
  if (token.size() > kMaxTokenBytes)
    co_return refuse("auth.token_invalid", "the access token is not valid");
  const auto now = clock_.now();
  const auto key = crypto::sha256(token);
  if (const auto known = principals_.find(key, now)) {
    note_use(*known, now);
    co_return to_caller(*known);
  }
  const auto generation = principals_.generation();
  QD_CO_TRY(const auto principal, co_await load(std::move(token), now));
  principals_.put(key, principal, generation, now);
  note_use(principal, now);
  co_return to_caller(principal);
}

Task<Result<Principal>> TokenAuthenticator::load(std::string token, Timestamp now) {
  if (token.starts_with(kApiKeyPrefix)) co_return co_await load_api_key(std::move(token), now);
  co_return co_await load_session(std::move(token), now);
}

Task<Result<Principal>> TokenAuthenticator::load_session(std::string token, Timestamp now) {
  QD_CO_TRY(const auto claims, signer_.verify(token, now));
  const SessionId id{claims.session};
  const auto state =
      co_await database_.read([&](db::Snapshot& view) { return kSessions.find(view, id); });
  if (!state || state->user.value != claims.subject || state->ended_at || now >= state->expires_at)
    co_return refuse("auth.session_ended", "the session is over; sign in again");
  if (state->disabled) co_return disabled();
  co_return Principal{.user = state->user,
                      .role = state->role,
                      .session_id = claims.session,
                      .expires_at = std::min(claims.expires_at, state->expires_at)};
}

Task<Result<Principal>> TokenAuthenticator::load_api_key(std::string token, Timestamp now) {
  const auto hash = hash_of(token);
  const auto state =
      co_await database_.read([&](db::Snapshot& view) { return kKeys.find_by_hash(view, hash); });
  if (!state) co_return refuse("auth.api_key_invalid", "the API key is not valid");
  if (state->expires_at && now >= *state->expires_at)
    co_return refuse("auth.api_key_expired", "the API key has expired");
  if (state->disabled) co_return disabled();
  Principal principal{.user = state->user,
                      .role = state->role,
                      .api_key_id = state->id.value,
                      .expires_at = state->expires_at};
  if (state->scopes) principal.scopes = *state->scopes;
  co_return principal;
}

void TokenAuthenticator::note_use(const Principal& principal, Timestamp now) {
  if (principal.api_key_id.empty()) return;
  const std::lock_guard lock(mutex_);
  last_used_[principal.api_key_id] = now;
}

Task<void> TokenAuthenticator::flush_last_used() {
  std::map<std::string, Timestamp> noted;
  {
    const std::lock_guard lock(mutex_);
    noted.swap(last_used_);
  }
  if (noted.empty()) co_return;
  co_await database_.write([&](db::Transaction& tx) {
    for (const auto& [id, at] : noted) kKeys.set_last_used(tx, {id}, at);
  });
}

}  // namespace qd::identity
