// Secrets that calls are made with: encrypted at rest, written and never read back through the API.
#pragma once

#include "base/secret.h"
#include "platform/crypto/box.h"
#include "projects/service.h"

namespace qd::projects {

inline constexpr std::int64_t kMostCredentials = 200;

/// For one call; not kept.
struct RevealedCredential {
  CredentialType type = CredentialType::Bearer;
  std::string username;
  std::string parameter;
  Secret secret;
};

/// Thread-safe.
class CredentialService {
 public:
  CredentialService(Parts parts, const Secret& master_key) : parts_(parts), box_(master_key) {}

  Task<Result<api::Page<Credential>>> list(api::Caller caller, ProjectId project, PageQuery query);
  /// Takes an owner, as all changes do. Conflict `credential.name_taken`, `credential.too_many`.
  Task<Result<Credential>> create(api::Caller caller, ProjectId project, CredentialDraft draft);
  Task<Result<Credential>> replace(api::Caller caller, ProjectId project, CredentialId id,
                                   CredentialDraft draft, std::optional<std::int64_t> if_match);
  /// `name`, `description`, and of `value` the members that change.
  Task<Result<Credential>> patch(api::Caller caller, ProjectId project, CredentialId id,
                                 JsonObject patch, std::optional<std::int64_t> if_match);
  Task<Result<void>> remove(api::Caller caller, ProjectId project, CredentialId id);

  /// For the engine, by name or id: NotFound `credential.not_found`, Conflict `credential.empty`.
  /// Notes, to the minute, that it was used.
  Task<Result<RevealedCredential>> reveal(ProjectId project, std::string name_or_id);

  /// As `create`, within a transaction that has already asked whether the caller may.
  Result<Credential> insert(db::Transaction& tx, const api::Caller& caller,
                            const ProjectId& project, const CredentialDraft& draft) const;

 private:
  using Change = std::function<Result<CredentialDraft>(const Credential&)>;
  Result<Credential> change(db::Transaction& tx, const api::Caller& caller,
                            const ProjectId& project, const CredentialId& id,
                            std::optional<std::int64_t> if_match, const Change& next) const;
  [[nodiscard]] Result<Credential> find(db::Snapshot& view, const ProjectId& project,
                                        std::string_view id) const;
  /// What is stored of the value: seals the secret, or keeps the one that is there.
  Result<std::optional<std::string>> take_value(db::Snapshot& view, Credential& credential,
                                                const std::optional<JsonObject>& value) const;
  void record(db::Transaction& tx, const api::Caller& caller, const Credential& credential,
              std::string action) const;

  Parts parts_;
  crypto::Box box_;
};

}  // namespace qd::projects
