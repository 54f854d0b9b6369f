// API keys: the one default key that a user can show for `curl`, and named ones with scopes and an
// end. A key is seen whole once, when it is made.
#pragma once

#include "identity/audit.h"
#include "identity/principals.h"
#include "identity/types.h"

namespace qd::identity {

/// How many keys a user may have.
inline constexpr std::int64_t kMaxApiKeys = 100;

/// Thread-safe.
class ApiKeys {
 public:
  ApiKeys(db::Database& database, Clock& clock, AuditLog& audit, PrincipalCache& principals)
      : database_(database), clock_(clock), audit_(audit), principals_(principals) {}

  /// The caller's own.
  Task<Result<api::Page<ApiKey>>> list(api::Caller caller, PageQuery query);
  /// Not for callers that came with an API key. Refuses scopes that do not exist, and
  /// `api_key.too_many`.
  Task<Result<CreatedApiKey>> create(api::Caller caller, ApiKeyDraft draft);
  /// One of the caller's own; anybody's for an administrator.
  Task<Result<void>> remove(api::Caller caller, ApiKeyId id);

  /// A new default key; the one before it ends.
  Task<Result<DefaultApiKey>> renew_default(api::Caller caller);
  Task<Result<void>> remove_default(api::Caller caller);

 private:
  [[nodiscard]] CreatedApiKey make(const api::Caller& caller, std::string name) const;
  void insert(db::Transaction& tx, const api::Caller& caller, const CreatedApiKey& key) const;
  void erase(db::Transaction& tx, const api::Caller& caller, const ApiKeyId& id) const;

  db::Database& database_;
  Clock& clock_;
  AuditLog& audit_;
  PrincipalCache& principals_;
};

}  // namespace qd::identity
