// What identity speaks of on the wire: users, sign-in, API keys, invites.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "base/id.h"
#include "base/time.h"
#include "json/described.h"
#include "platform/api/router.h"

namespace qd::identity {

using api::UserRole;
using SessionId = Id<struct SessionTag>;
using ApiKeyId = Id<struct ApiKeyTag>;
using InviteId = Id<struct InviteTag>;

/// Who may make an account. The first one ever may always: it becomes the administrator.
enum class Registration { Open, Invite, Closed };
BOOST_DESCRIBE_ENUM(Registration, Open, Invite, Closed)

/// How many a list shows unless asked otherwise.
inline constexpr std::int64_t kDefaultLimit = 50;

// --- users
// -----------------------------------------------------------------------------------------

struct User {
  UserId id;
  std::string email;
  std::string full_name;
  UserRole role = UserRole::Viewer;
  bool disabled = false;
  std::optional<Timestamp> last_login_at;
  Timestamp created_at{};
  Timestamp updated_at{};
  /// The inviter, or the user.
  UserId created_by;
  std::int64_t revision = 1;
};
BOOST_DESCRIBE_STRUCT(User, (),
                      (id, email, full_name, role, disabled, last_login_at, created_at, updated_at,
                       created_by, revision))

/// What an administrator may change of a user.
struct UserPatch {
  std::optional<Email> email;
  std::optional<Text<0, 200>> full_name;
  std::optional<UserRole> role;
  std::optional<bool> disabled;
};
BOOST_DESCRIBE_STRUCT(UserPatch, (), (email, full_name, role, disabled))

/// What everybody may change of themselves.
struct MePatch {
  std::optional<Text<0, 200>> full_name;
};
BOOST_DESCRIBE_STRUCT(MePatch, (), (full_name))

struct UserQuery {
  std::optional<Whole<1, 200>> limit;
  std::optional<std::string> cursor;
  /// `created_at`, `-created_at` (unless said otherwise), `email` or `-email`.
  std::optional<std::string> sort;
  /// A part of the e-mail or the name, in any case.
  std::optional<Text<1, 200>> q;
  std::optional<UserRole> role;
  std::optional<bool> disabled;
};
BOOST_DESCRIBE_STRUCT(UserQuery, (), (limit, cursor, sort, q, role, disabled))

// --- signing in
// ------------------------------------------------------------------------------------

struct SetupStatus {
  /// Nobody has registered yet: the next one becomes the administrator.
  bool needs_setup = false;
  Registration registration = Registration::Open;
};
BOOST_DESCRIBE_STRUCT(SetupStatus, (), (needs_setup, registration))

struct RegisterDraft {
  Email email;
  Text<8, 1024> password;
  std::optional<Text<0, 200>> full_name;
  /// The token of an invite.
  std::optional<Text<1, 200>> invite;
};
BOOST_DESCRIBE_STRUCT(RegisterDraft, (), (email, password, full_name, invite))

struct LoginDraft {
  Text<1, 254> email;
  Text<1, 1024> password;
};
BOOST_DESCRIBE_STRUCT(LoginDraft, (), (email, password))

/// The same as OAuth2 password clients send it, form-encoded.
struct LoginForm {
  Text<1, 254> username;
  Text<1, 1024> password;
};
BOOST_DESCRIBE_STRUCT(LoginForm, (), (username, password))

struct TokenPair {
  std::string access_token;
  std::string refresh_token;
  std::string token_type = "bearer";
  /// Seconds that the access token lives.
  std::int64_t expires_in = 0;
};
BOOST_DESCRIBE_STRUCT(TokenPair, (), (access_token, refresh_token, token_type, expires_in))

struct RefreshDraft {
  Text<1, 200> refresh_token;
};
BOOST_DESCRIBE_STRUCT(RefreshDraft, (), (refresh_token))

struct LogoutDraft {
  /// Names the session where no access token does.
  std::optional<Text<1, 200>> refresh_token;
};
BOOST_DESCRIBE_STRUCT(LogoutDraft, (), (refresh_token))

struct PasswordDraft {
  Text<1, 1024> current_password;
  Text<8, 1024> new_password;
};
BOOST_DESCRIBE_STRUCT(PasswordDraft, (), (current_password, new_password))

// --- API keys
// --------------------------------------------------------------------------------------

struct ApiKeyDraft {
  Text<1, 100> name;
  /// All that its user may do, when absent.
  std::optional<std::vector<std::string>> scopes;
  /// Seconds from now; never, when absent.
  std::optional<Whole<60, 315'360'000>> expires_in;
};
BOOST_DESCRIBE_STRUCT(ApiKeyDraft, (), (name, scopes, expires_in))

struct ApiKey {
  ApiKeyId id;
  std::string name;
  /// How the key begins, to tell keys apart.
  std::string prefix;
  std::optional<std::vector<std::string>> scopes;
  bool is_default = false;
  std::optional<Timestamp> expires_at;
  /// To the minute or so.
  std::optional<Timestamp> last_used_at;
  Timestamp created_at{};
  Timestamp updated_at{};
  UserId created_by;
  std::int64_t revision = 1;
};
BOOST_DESCRIBE_STRUCT(ApiKey, (),
                      (id, name, prefix, scopes, is_default, expires_at, last_used_at, created_at,
                       updated_at, created_by, revision))

/// The only time that a key is seen whole.
struct CreatedApiKey : ApiKey {
  std::string api_key;
};
BOOST_DESCRIBE_STRUCT(CreatedApiKey, (ApiKey), (api_key))

struct DefaultApiKey {
  std::string api_key;
  std::string prefix;
};
BOOST_DESCRIBE_STRUCT(DefaultApiKey, (), (api_key, prefix))

/// One thing that a key may be allowed to do.
struct Scope {
  std::string name;
  std::string description;
};
BOOST_DESCRIBE_STRUCT(Scope, (), (name, description))

struct ScopeList {
  std::vector<Scope> items;
};
BOOST_DESCRIBE_STRUCT(ScopeList, (), (items))

// --- invites
// ---------------------------------------------------------------------------------------

enum class InviteStatus { Pending, Accepted, Revoked, Expired };
BOOST_DESCRIBE_ENUM(InviteStatus, Pending, Accepted, Revoked, Expired)

struct InviteDraft {
  /// When given, only this address may take it.
  std::optional<Email> email;
  /// `developer` unless said otherwise.
  std::optional<UserRole> role;
  /// Seconds from now; seven days unless said otherwise.
  std::optional<Whole<60, 7'776'000>> expires_in;
};
BOOST_DESCRIBE_STRUCT(InviteDraft, (), (email, role, expires_in))

struct Invite {
  InviteId id;
  std::optional<std::string> email;
  UserRole role = UserRole::Developer;
  InviteStatus status = InviteStatus::Pending;
  Timestamp expires_at{};
  std::optional<Timestamp> accepted_at;
  std::optional<UserId> accepted_by;
  std::optional<Timestamp> revoked_at;
  Timestamp created_at{};
  Timestamp updated_at{};
  UserId created_by;
  std::int64_t revision = 1;
};
BOOST_DESCRIBE_STRUCT(Invite, (),
                      (id, email, role, status, expires_at, accepted_at, accepted_by, revoked_at,
                       created_at, updated_at, created_by, revision))

/// The only time that an invite's token is seen.
struct CreatedInvite : Invite {
  std::string token;
};
BOOST_DESCRIBE_STRUCT(CreatedInvite, (Invite), (token))

struct PageQuery {
  std::optional<Whole<1, 200>> limit;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(PageQuery, (), (limit, cursor))

}  // namespace qd::identity
