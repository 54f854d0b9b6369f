#include "identity/api.h"

#include "identity/scopes.h"

namespace qd::identity {
namespace {

using api::Access;

/// The fields of a form, by the reader of queries: the two are written alike.
Result<LoginDraft> read_form(const http::Request& request) {
  const http::Request form{.query = request.body};
  QD_TRY(const auto fields, api::read_query(form, json::type_of<LoginForm>()));
  // OAuth2 clients add grant_type, scope and client_id, which say nothing here.
  QD_TRY(auto read, json::from_json<LoginForm>(fields, json::Unknown::Ignore));
  return LoginDraft{.email = std::string(read.username), .password = std::string(read.password)};
}

bool is_form(const http::Request& request) {
  return request.header("Content-Type").starts_with("application/x-www-form-urlencoded");
}

Result<LoginDraft> read_login(const http::Request& request) {
  if (is_form(request)) return read_form(request);
  LoginDraft draft;
  QD_CHECK(api::read_body(request, draft));
  return draft;
}

Result<api::Nothing> nothing(Result<void> done) {
  QD_CHECK(std::move(done));
  return api::Nothing{};
}

}  // namespace

void IdentityApi::add_routes(api::Router& router) {
  add_auth_routes(router);
  add_account_routes(router);
  add_key_routes(router);
  add_user_routes(router);
}

void IdentityApi::add_auth_routes(api::Router& router) {
  router.add({.method = "GET",
              .path = "/auth/status",
              .id = "getSetupStatus",
              .tag = "auth",
              .summary = "Whether anybody has registered, and who may.",
              .access = Access::Public},
             *this, &IdentityApi::status);
  router.add({.method = "POST",
              .path = "/auth/register",
              .id = "register",
              .tag = "auth",
              .summary = "Make an account; the first one is the administrator's.",
              .access = Access::Public,
              .status = 201},
             *this, &IdentityApi::register_user);
  router.add({.method = "POST",
              .path = "/auth/login",
              .id = "login",
              .tag = "auth",
              .summary = "Sign in with e-mail and password.",
              .access = Access::Public,
              .description = "Also takes `username` and `password` form-encoded, as OAuth2 "
                             "password clients send them.",
              .documented_body = &json::type_of<LoginDraft>()},
             *this, &IdentityApi::login);
  router.add({.method = "POST",
              .path = "/auth/refresh",
              .id = "refresh",
              .tag = "auth",
              .summary = "Exchange a refresh token for new tokens.",
              .access = Access::Public,
              .description = "Each refresh token is good once; using one again ends its session."},
             *this, &IdentityApi::refresh);
}

void IdentityApi::add_account_routes(api::Router& router) {
  router.add({.method = "POST",
              .path = "/auth/logout",
              .id = "logout",
              .tag = "auth",
              .summary = "End this session.",
              .scope = "account:write"},
             *this, &IdentityApi::logout);
  router.add({.method = "GET",
              .path = "/auth/me",
              .id = "getMe",
              .tag = "auth",
              .summary = "The signed-in user.",
              .scope = "account:read"},
             *this, &IdentityApi::me);
  router.add({.method = "PATCH",
              .path = "/auth/me",
              .id = "updateMe",
              .tag = "auth",
              .summary = "Change your own profile.",
              .scope = "account:write"},
             *this, &IdentityApi::update_me);
  router.add({.method = "POST",
              .path = "/auth/password",
              .id = "changePassword",
              .tag = "auth",
              .summary = "Change your password; ends your other sessions.",
              .scope = "account:write"},
             *this, &IdentityApi::change_password);
}

void IdentityApi::add_key_routes(api::Router& router) {
  router.add({.method = "GET",
              .path = "/auth/scopes",
              .id = "listScopes",
              .tag = "api keys",
              .summary = "What API keys may be allowed to do.",
              .scope = "account:read"},
             *this, &IdentityApi::scopes);
  router.add({.method = "POST",
              .path = "/auth/api-key",
              .id = "renewDefaultApiKey",
              .tag = "api keys",
              .summary = "A new default API key in the place of the old one.",
              .scope = "account:write",
              .status = 201,
              .secret_reply = true},
             *this, &IdentityApi::renew_default_key);
  router.add({.method = "DELETE",
              .path = "/auth/api-key",
              .id = "deleteDefaultApiKey",
              .tag = "api keys",
              .summary = "End the default API key.",
              .scope = "account:write"},
             *this, &IdentityApi::remove_default_key);
  router.add({.method = "GET",
              .path = "/api-keys",
              .id = "listApiKeys",
              .tag = "api keys",
              .summary = "Your API keys.",
              .scope = "account:read"},
             *this, &IdentityApi::list_keys);
  router.add({.method = "POST",
              .path = "/api-keys",
              .id = "createApiKey",
              .tag = "api keys",
              .summary = "A named API key; it is shown only in this answer.",
              .scope = "account:write",
              .status = 201,
              .secret_reply = true},
             *this, &IdentityApi::create_key);
  router.add({.method = "DELETE",
              .path = "/api-keys/{id}",
              .id = "deleteApiKey",
              .tag = "api keys",
              .summary = "End an API key.",
              .scope = "account:write"},
             *this, &IdentityApi::remove_key);
}

void IdentityApi::add_user_routes(api::Router& router) {
  router.add({.method = "GET",
              .path = "/users",
              .id = "listUsers",
              .tag = "users",
              .summary = "All users.",
              .scope = "users:read",
              .access = Access::Admin},
             *this, &IdentityApi::list_users);
  router.add({.method = "GET",
              .path = "/users/{id}",
              .id = "getUser",
              .tag = "users",
              .summary = "One user.",
              .scope = "users:read",
              .access = Access::Admin},
             *this, &IdentityApi::get_user);
  router.add({.method = "PATCH",
              .path = "/users/{id}",
              .id = "updateUser",
              .tag = "users",
              .summary = "Change a user's role, name or e-mail, disable or enable them.",
              .scope = "users:write",
              .access = Access::Admin},
             *this, &IdentityApi::update_user);
  router.add({.method = "DELETE",
              .path = "/users/{id}",
              .id = "deleteUser",
              .tag = "users",
              .summary = "Delete a user.",
              .scope = "users:write",
              .access = Access::Admin},
             *this, &IdentityApi::remove_user);
  router.add({.method = "GET",
              .path = "/invites",
              .id = "listInvites",
              .tag = "users",
              .summary = "All invites.",
              .scope = "users:read",
              .access = Access::Admin},
             *this, &IdentityApi::list_invites);
  router.add({.method = "POST",
              .path = "/invites",
              .id = "createInvite",
              .tag = "users",
              .summary = "Invite somebody; the token is shown only in this answer.",
              .scope = "users:write",
              .access = Access::Admin,
              .status = 201,
              .secret_reply = true},
             *this, &IdentityApi::create_invite);
  router.add({.method = "DELETE",
              .path = "/invites/{id}",
              .id = "revokeInvite",
              .tag = "users",
              .summary = "Revoke an invite that is still pending.",
              .scope = "users:write",
              .access = Access::Admin},
             *this, &IdentityApi::revoke_invite);
  router.add({.method = "GET",
              .path = "/audit",
              .id = "listAudit",
              .tag = "audit",
              .summary = "Who did what, the newest first.",
              .scope = "audit:read",
              .access = Access::Admin,
              .description = "`action` may end in `*`: `project.*`."},
             *this, &IdentityApi::list_audit);
}

// --- handlers
// --------------------------------------------------------------------------------------

Task<Result<SetupStatus>> IdentityApi::status(api::Request<>) {
  co_return co_await parts_.registrations.status();
}

Task<Result<User>> IdentityApi::register_user(api::Request<RegisterDraft> request) {
  return parts_.registrations.register_user(std::move(request.caller), std::move(request.body));
}

Task<Result<TokenPair>> IdentityApi::login(api::Request<api::RawBody> request) {
  QD_CO_TRY(auto draft, read_login(*request.raw));
  co_return co_await parts_.sessions.login(std::move(request.caller), std::move(draft));
}

Task<Result<TokenPair>> IdentityApi::refresh(api::Request<RefreshDraft> request) {
  return parts_.sessions.refresh(std::move(request.caller), std::move(request.body));
}

Task<Result<api::Nothing>> IdentityApi::logout(api::Request<LogoutDraft> request) {
  auto done = co_await parts_.sessions.logout(std::move(request.caller), std::move(request.body));
  co_return nothing(std::move(done));
}

Task<Result<User>> IdentityApi::me(api::Request<> request) {
  return parts_.users.me(std::move(request.caller));
}

Task<Result<User>> IdentityApi::update_me(api::Request<MePatch> request) {
  return parts_.users.update_me(std::move(request.caller), std::move(request.body),
                                request.if_match);
}

Task<Result<api::Nothing>> IdentityApi::change_password(api::Request<PasswordDraft> request) {
  auto done =
      co_await parts_.sessions.change_password(std::move(request.caller), std::move(request.body));
  co_return nothing(std::move(done));
}

Task<Result<ScopeList>> IdentityApi::scopes(api::Request<>) {
  ScopeList list;
  for (const auto& scope : all_scopes())
    list.items.push_back({std::string(scope.name), std::string(scope.description)});
  co_return list;
}

Task<Result<DefaultApiKey>> IdentityApi::renew_default_key(api::Request<> request) {
  return parts_.keys.renew_default(std::move(request.caller));
}

Task<Result<api::Nothing>> IdentityApi::remove_default_key(api::Request<> request) {
  auto done = co_await parts_.keys.remove_default(std::move(request.caller));
  co_return nothing(std::move(done));
}

Task<Result<api::Page<ApiKey>>> IdentityApi::list_keys(api::Request<Nothing, PageQuery> request) {
  return parts_.keys.list(std::move(request.caller), std::move(request.query));
}

Task<Result<CreatedApiKey>> IdentityApi::create_key(api::Request<ApiKeyDraft> request) {
  return parts_.keys.create(std::move(request.caller), std::move(request.body));
}

Task<Result<api::Nothing>> IdentityApi::remove_key(api::Request<> request) {
  const ApiKeyId id{request.path("id")};
  auto done = co_await parts_.keys.remove(std::move(request.caller), id);
  co_return nothing(std::move(done));
}

Task<Result<api::Page<User>>> IdentityApi::list_users(api::Request<Nothing, UserQuery> request) {
  return parts_.users.list(std::move(request.caller), std::move(request.query));
}

Task<Result<User>> IdentityApi::get_user(api::Request<> request) {
  return parts_.users.get(std::move(request.caller), {request.path("id")});
}

Task<Result<User>> IdentityApi::update_user(api::Request<UserPatch> request) {
  return parts_.users.update(std::move(request.caller), {request.path("id")},
                             std::move(request.body), request.if_match);
}

Task<Result<api::Nothing>> IdentityApi::remove_user(api::Request<> request) {
  const UserId id{request.path("id")};
  auto done = co_await parts_.users.remove(std::move(request.caller), id, request.if_match);
  co_return nothing(std::move(done));
}

Task<Result<api::Page<Invite>>> IdentityApi::list_invites(
    api::Request<Nothing, PageQuery> request) {
  return parts_.registrations.list_invites(std::move(request.caller), std::move(request.query));
}

Task<Result<CreatedInvite>> IdentityApi::create_invite(api::Request<InviteDraft> request) {
  return parts_.registrations.invite(std::move(request.caller), std::move(request.body));
}

Task<Result<api::Nothing>> IdentityApi::revoke_invite(api::Request<> request) {
  const InviteId id{request.path("id")};
  auto done = co_await parts_.registrations.revoke_invite(std::move(request.caller), id);
  co_return nothing(std::move(done));
}

Task<Result<api::Page<AuditRecord>>> IdentityApi::list_audit(
    api::Request<Nothing, AuditQuery> request) {
  return parts_.audit.list(std::move(request.caller), std::move(request.query));
}

}  // namespace qd::identity
