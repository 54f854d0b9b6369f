// The endpoints of identity.
#pragma once

#include "identity/api_keys.h"
#include "identity/audit.h"
#include "identity/registration.h"
#include "identity/service.h"
#include "identity/sessions.h"
#include "platform/api/router.h"

namespace qd::identity {

class IdentityApi {
 public:
  struct Parts {
    Registrations& registrations;
    Sessions& sessions;
    IdentityService& users;
    ApiKeys& keys;
    AuditLog& audit;
  };
  explicit IdentityApi(Parts parts) : parts_(parts) {}

  void add_routes(api::Router& router);

 private:
  template <class T>
  using Answer = Task<Result<T>>;
  using Nothing = api::Nothing;

  void add_auth_routes(api::Router& router);
  void add_account_routes(api::Router& router);
  void add_key_routes(api::Router& router);
  void add_user_routes(api::Router& router);

  Answer<SetupStatus> status(api::Request<> request);
  Answer<User> register_user(api::Request<RegisterDraft> request);
  /// JSON, or form-encoded as OAuth2 password clients send it.
  Answer<TokenPair> login(api::Request<api::RawBody> request);
  Answer<TokenPair> refresh(api::Request<RefreshDraft> request);
  Answer<Nothing> logout(api::Request<LogoutDraft> request);
  Answer<User> me(api::Request<> request);
  Answer<User> update_me(api::Request<MePatch> request);
  Answer<Nothing> change_password(api::Request<PasswordDraft> request);

  Answer<ScopeList> scopes(api::Request<> request);
  Answer<DefaultApiKey> renew_default_key(api::Request<> request);
  Answer<Nothing> remove_default_key(api::Request<> request);
  Answer<api::Page<ApiKey>> list_keys(api::Request<Nothing, PageQuery> request);
  Answer<CreatedApiKey> create_key(api::Request<ApiKeyDraft> request);
  Answer<Nothing> remove_key(api::Request<> request);

  Answer<api::Page<User>> list_users(api::Request<Nothing, UserQuery> request);
  Answer<User> get_user(api::Request<> request);
  Answer<User> update_user(api::Request<UserPatch> request);
  Answer<Nothing> remove_user(api::Request<> request);
  Answer<api::Page<Invite>> list_invites(api::Request<Nothing, PageQuery> request);
  Answer<CreatedInvite> create_invite(api::Request<InviteDraft> request);
  Answer<Nothing> revoke_invite(api::Request<> request);
  Answer<api::Page<AuditRecord>> list_audit(api::Request<Nothing, AuditQuery> request);

  Parts parts_;
};

}  // namespace qd::identity
