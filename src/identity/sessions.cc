#include "identity/sessions.h"

#include "identity/credential_text.h"
#include "identity/passwords.h"
#include "identity/session_store.h"
#include "identity/text_folding.h"
#include "identity/user_store.h"

namespace qd::identity {
namespace {

constexpr UserStore kUsers;
constexpr SessionStore kStore;

Error error(ErrorKind kind, std::string code, std::string message) {
  return {.kind = kind, .code = std::move(code), .message = std::move(message)};
}

Error wrong_credentials() {
  return error(ErrorKind::Unauthenticated, "auth.credentials",
               "the e-mail or the password is not right");
}

Error refresh_invalid() {
  return error(ErrorKind::Unauthenticated, "auth.refresh_invalid",
               "the refresh token is not valid any more; sign in again");
}

AuditEntry about(std::string action, const UserId& user, JsonObject details = {}) {
  return {.action = std::move(action),
          .target_type = "user",
          .target_id = user.value,
          .details = std::move(details)};
}

/// The caller as who they turned out to be, for the audit log.
api::Caller as_user(api::Caller caller, const UserId& user) {
  caller.user = user;
  return caller;
}

}  // namespace

/// What is known once the password was looked at.
struct Sessions::Checked {
  std::optional<Credentials> account;
  bool matches = false;
  /// The password under today's cost, where the stored hash has another.
  std::optional<std::string> new_hash;
};

struct Sessions::Issued {
  User user;
  SessionId session;
  std::string refresh_token;
};

/// What a transaction came to. A refusal is committed too: it was counted and recorded.
struct Sessions::Verdict {
  std::optional<Error> refusal;
  std::optional<Issued> issued;
  /// The session that this ended, if any.
  std::string ended;
};

Sessions::Sessions(Parts parts)
    : parts_(parts),
      lockouts_(parts.options.lockout),
      unmatchable_hash_(unmatchable_hash(parts.options.passwords.cost)) {}

// --- login
// -----------------------------------------------------------------------------------------

Task<Result<TokenPair>> Sessions::login(api::Caller caller, LoginDraft draft) {
  QD_CO_CHECK(check_password(draft.password, "/password"));
  const Attempt attempt{fold_case(draft.email), caller.remote_address};
  QD_CO_TRY(auto checked, co_await check_login(attempt, draft.password));
  checked.new_hash = co_await rehash(checked, draft.password);
  const auto verdict = co_await parts_.database.write(
      [&](db::Transaction& tx) { return decide_login(tx, caller, attempt, checked); });
  if (verdict.refusal) co_return std::unexpected(*verdict.refusal);
  co_return token_pair(*verdict.issued);
}

Task<Result<Sessions::Checked>> Sessions::check_login(Attempt attempt, std::string password) {
  using Found = Result<std::optional<Credentials>>;
  const auto now = parts_.clock.now();
  QD_CO_TRY(auto account, co_await parts_.database.read([&](db::Snapshot& view) -> Found {
    QD_CHECK(lockouts_.check(view, attempt, now));
    return kUsers.credentials_by_email(view, attempt.email_folded);
  }));
  auto hash = account ? account->password_hash : unmatchable_hash_;
  QD_CO_TRY(const bool matches,
            co_await parts_.hasher.verify(Secret(std::move(password)), std::move(hash)));
  co_return Checked{.account = std::move(account), .matches = matches};
}

Task<std::optional<std::string>> Sessions::rehash(const Checked& checked, std::string password) {
  const bool wanted = checked.account && checked.matches &&
                      crypto::needs_rehash(checked.account->password_hash, parts_.hasher.cost());
  if (!wanted) co_return std::nullopt;
  auto hash = co_await parts_.hasher.hash(Secret(std::move(password)));
  if (!hash) co_return std::nullopt;  // busy: the next sign-in does it
  co_return *std::move(hash);
}

// The lock is looked at again here: of many guesses at once, those that finish after the lock began
// are refused, also the right one.
Sessions::Verdict Sessions::decide_login(db::Transaction& tx, const api::Caller& caller,
                                         const Attempt& attempt, const Checked& checked) const {
  const auto now = parts_.clock.now();
  if (auto open = lockouts_.check(tx, attempt, now); !open) return {.refusal = open.error()};
  const auto user = checked.account ? kUsers.find(tx, checked.account->id) : std::nullopt;
  const auto current = user ? kUsers.credentials(tx, user->id) : std::nullopt;
  const bool matches =
      checked.matches && current && current->password_hash == checked.account->password_hash;
  if (!matches) return refuse_password(tx, caller, attempt, user ? user->id : UserId{});

  const auto signed_in = as_user(caller, user->id);
  lockouts_.forgive(tx, attempt);
  if (user->disabled) {
    parts_.audit.append(tx, signed_in,
                        about("auth.login_refused", user->id, {{"reason", "disabled"}}));
    return {.refusal = error(ErrorKind::Forbidden, "auth.disabled",
                             "this account is disabled; ask an administrator")};
  }
  if (checked.new_hash) kUsers.replace_hash(tx, user->id, *checked.new_hash);
  kUsers.set_last_login(tx, user->id, now);
  auto issued = start(tx, caller, *user);
  parts_.audit.append(tx, signed_in,
                      about("auth.login", user->id, {{"session", issued.session.value}}));
  return {.issued = std::move(issued)};
}

Sessions::Verdict Sessions::refuse_password(db::Transaction& tx, const api::Caller& caller,
                                            const Attempt& attempt, const UserId& user) const {
  const bool locked = lockouts_.record_failure(tx, attempt, parts_.clock.now());
  parts_.audit.append(tx, caller, about(locked ? "auth.locked" : "auth.login_failed", user));
  return {.refusal = wrong_credentials()};
}

// --- tokens
// ----------------------------------------------------------------------------------------

Sessions::Issued Sessions::start(db::Transaction& tx, const api::Caller& caller,
                                 const User& user) const {
  const auto now = parts_.clock.now();
  const auto id = SessionId::make(now);
  kStore.insert(tx, {.id = id,
                     .user = user.id,
                     .remote_address = caller.remote_address,
                     .created_at = now,
                     .expires_at = now + parts_.options.refresh_lifetime});
  return {.user = user, .session = id, .refresh_token = issue_refresh_token(tx, id, now)};
}

std::string Sessions::issue_refresh_token(db::Transaction& tx, const SessionId& session,
                                          Timestamp now) const {
  auto token = new_credential(kRefreshPrefix);
  kStore.insert_token(tx, session, hash_of(token), now, now + parts_.options.refresh_lifetime);
  return token;
}

TokenPair Sessions::token_pair(const Issued& issued) const {
  const auto now = parts_.clock.now();
  const auto lifetime = parts_.options.access_lifetime;
  return {.access_token = parts_.signer.sign({.subject = issued.user.id.value,
                                              .role = std::string(enum_name(issued.user.role)),
                                              .session = issued.session.value,
                                              .issued_at = now,
                                              .expires_at = now + lifetime}),
          .refresh_token = issued.refresh_token,
          .expires_in = lifetime.count()};
}

Task<Result<TokenPair>> Sessions::refresh(api::Caller caller, RefreshDraft draft) {
  const auto hash = hash_of(draft.refresh_token);
  const auto verdict = co_await parts_.database.write(
      [&](db::Transaction& tx) { return decide_refresh(tx, caller, hash); });
  if (!verdict.ended.empty()) parts_.principals.forget_session(verdict.ended);
  if (verdict.refusal) co_return std::unexpected(*verdict.refusal);
  co_return token_pair(*verdict.issued);
}

Sessions::Verdict Sessions::decide_refresh(db::Transaction& tx, const api::Caller& caller,
                                           const std::string& token_hash) const {
  const auto now = parts_.clock.now();
  const auto token = kStore.find_token(tx, token_hash);
  const bool alive = token && !token->ended_at && !token->disabled && now < token->expires_at;
  if (!alive) return {.refusal = refresh_invalid()};
  if (token->used_at) {
    (void)kStore.end(tx, token->session, "refresh_reused", now);
    parts_.audit.append(
        tx, caller, about("auth.refresh_reused", token->user, {{"session", token->session.value}}));
    return {
        .refusal = error(ErrorKind::Unauthenticated, "auth.refresh_reused",
                         "this refresh token was used before; the session is over, sign in again"),
        .ended = token->session.value};
  }
  kStore.mark_used(tx, token_hash, now);
  kStore.extend(tx, token->session, now + parts_.options.refresh_lifetime);
  return {.issued = Issued{.user = {.id = token->user, .role = token->role},
                           .session = token->session,
                           .refresh_token = issue_refresh_token(tx, token->session, now)}};
}

// --- leaving
// ---------------------------------------------------------------------------------------

Task<Result<void>> Sessions::logout(api::Caller caller, LogoutDraft draft) {
  const auto hash = draft.refresh_token ? hash_of(*draft.refresh_token) : std::string();
  const auto now = parts_.clock.now();
  auto ended = co_await parts_.database.write([&](db::Transaction& tx) -> Result<SessionId> {
    SessionId session{caller.session_id};
    if (!hash.empty()) {
      const auto token = kStore.find_token(tx, hash);
      if (!token || token->user != caller.user) return std::unexpected(refresh_invalid());
      session = token->session;
    }
    if (session.empty())
      return fail(ErrorKind::Conflict, "auth.no_session",
                  "an API key has no session; send the refresh token of the one to end");
    if (kStore.end(tx, session, "logout", now))
      parts_.audit.append(tx, caller,
                          about("auth.logout", caller.user, {{"session", session.value}}));
    return session;
  });
  QD_CO_TRY(const auto session, std::move(ended));
  parts_.principals.forget_session(session.value);
  co_return Result<void>{};
}

Task<Result<User>> Sessions::verify_own_password(api::Caller caller, std::string password) {
  using Found = std::optional<std::pair<User, Credentials>>;
  const auto now = parts_.clock.now();
  const auto found = co_await parts_.database.read([&](db::Snapshot& view) -> Found {
    auto user = kUsers.find(view, caller.user);
    auto credentials = kUsers.credentials(view, caller.user);
    if (!user || !credentials) return std::nullopt;
    return std::pair(*user, *credentials);
  });
  if (!found) co_return std::unexpected(wrong_credentials());
  const Attempt attempt{fold_case(found->first.email), caller.remote_address};
  QD_CO_CHECK(co_await parts_.database.read(
      [&](db::Snapshot& view) { return lockouts_.check(view, attempt, now); }));
  QD_CO_TRY(const bool matches, co_await parts_.hasher.verify(Secret(std::move(password)),
                                                              found->second.password_hash));
  if (matches) co_return found->first;
  co_await parts_.database.write(
      [&](db::Transaction& tx) { (void)refuse_password(tx, caller, attempt, caller.user); });
  co_return invalid({{"/current_password", "password.wrong", "is not the current password"}});
}

Task<Result<void>> Sessions::change_password(api::Caller caller, PasswordDraft draft) {
  QD_CO_CHECK(check_password(draft.new_password, "/new_password"));
  QD_CO_TRY(const auto user, co_await verify_own_password(caller, draft.current_password));
  QD_CO_TRY(const auto hash, co_await parts_.hasher.hash(Secret(draft.new_password)));
  const auto now = parts_.clock.now();
  const Attempt attempt{fold_case(user.email), caller.remote_address};
  QD_CO_CHECK(co_await parts_.database.write([&](db::Transaction& tx) -> Result<void> {
    QD_CHECK(lockouts_.check(tx, attempt, now));  // of many guesses at once, the late ones fail
    kUsers.set_password(tx, user.id, hash, now);
    kStore.end_others(tx, user.id, {caller.session_id}, "password_changed", now);
    parts_.audit.append(tx, caller, about("user.password_changed", user.id));
    return {};
  }));
  parts_.principals.forget_user(user.id);
  co_return Result<void>{};
}

Task<std::int64_t> Sessions::prune() {
  const auto now = parts_.clock.now();
  co_return co_await parts_.database.write([&](db::Transaction& tx) {
    const auto sessions = kStore.prune(tx, now);
    return sessions + lockouts_.prune(tx, now);
  });
}

}  // namespace qd::identity
