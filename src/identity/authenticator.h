// From the token of a request to its caller: access tokens and API keys. What it found is kept for
// a few seconds (`PrincipalCache`), so that the usual request reads no database and checks no
// signature. Disabled users, ended sessions and deleted keys are refused at once on the node that
// ended them, on others when what they remember runs out.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "identity/principals.h"
#include "identity/types.h"
#include "platform/api/router.h"
#include "platform/crypto/tokens.h"
#include "platform/db/db.h"

namespace qd::identity {

/// Thread-safe.
class TokenAuthenticator final : public api::Authenticator {
 public:
  TokenAuthenticator(db::Database& database, Clock& clock, const crypto::TokenSigner& signer,
                     PrincipalCache& principals)
      : database_(database), clock_(clock), signer_(signer), principals_(principals) {}

  /// Unauthenticated: `auth.token_invalid`, `auth.token_expired`, `auth.session_ended`,
  /// `auth.api_key_invalid`, `auth.api_key_expired`, `auth.disabled`.
  Task<Result<api::Caller>> authenticate(std::string token) override;

  /// Writes when API keys were last used, which is noted in memory at first.
  Task<void> flush_last_used();

 private:
  Task<Result<Principal>> load(std::string token, Timestamp now);
  Task<Result<Principal>> load_session(std::string token, Timestamp now);
  Task<Result<Principal>> load_api_key(std::string token, Timestamp now);
  void note_use(const Principal& principal, Timestamp now);

  db::Database& database_;
  Clock& clock_;
  const crypto::TokenSigner& signer_;
  PrincipalCache& principals_;
  std::mutex mutex_;
  std::map<std::string, Timestamp> last_used_;
};

}  // namespace qd::identity
