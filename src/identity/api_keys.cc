#include "identity/api_keys.h"

#include "identity/api_key_store.h"
#include "identity/credential_text.h"
#include "identity/permission.h"
#include "identity/scopes.h"
#include "platform/api/paging.h"

namespace qd::identity {
namespace {

constexpr ApiKeyStore kStore;
/// `qd_` and eight letters: enough to tell keys apart, too little to guess one.
constexpr std::size_t kShownLetters = 11;

std::unexpected<Error> not_found() {
  return fail(ErrorKind::NotFound, "api_key.not_found", "there is no such API key");
}

}  // namespace

CreatedApiKey ApiKeys::make(const api::Caller& caller, std::string name) const {
  CreatedApiKey key;
  const auto now = clock_.now();
  key.id = ApiKeyId::make(now);
  key.name = std::move(name);
  key.api_key = new_credential(kApiKeyPrefix);
  key.prefix = key.api_key.substr(0, kShownLetters);
  key.created_at = key.updated_at = now;
  key.created_by = caller.user;
  return key;
}

void ApiKeys::insert(db::Transaction& tx, const api::Caller& caller,
                     const CreatedApiKey& key) const {
  kStore.insert(tx, key, caller.user, hash_of(key.api_key));
  JsonObject details{{"name", key.name}, {"prefix", key.prefix}};
  if (key.scopes) details["scopes"] = json::to_json(*key.scopes);
  audit_.append(tx, caller,
                {.action = "api_key.created",
                 .target_type = "api_key",
                 .target_id = key.id.value,
                 .details = std::move(details)});
}

void ApiKeys::erase(db::Transaction& tx, const api::Caller& caller, const ApiKeyId& id) const {
  kStore.erase(tx, id);
  audit_.append(tx, caller,
                {.action = "api_key.deleted", .target_type = "api_key", .target_id = id.value});
}

Task<Result<api::Page<ApiKey>>> ApiKeys::list(api::Caller caller, PageQuery query) {
  QD_CO_TRY(auto rows, co_await database_.read([&](db::Snapshot& view) {
    return kStore.list(view, caller.user, query);
  }));
  co_return api::to_page(std::move(rows));
}

Task<Result<CreatedApiKey>> ApiKeys::create(api::Caller caller, ApiKeyDraft draft) {
  QD_CO_CHECK(require_session(caller));
  if (draft.scopes) QD_CO_CHECK(check_scopes(*draft.scopes, "/scopes"));
  auto key = make(caller, draft.name);
  key.scopes = draft.scopes;
  if (draft.expires_in)
    key.expires_at = key.created_at + std::chrono::seconds(draft.expires_in->value);
  QD_CO_CHECK(co_await database_.write([&](db::Transaction& tx) -> Result<void> {
    if (kStore.count(tx, caller.user) >= kMaxApiKeys)
      return fail(ErrorKind::Conflict, "api_key.too_many",
                  "a user may have at most 100 API keys; delete one first");
    insert(tx, caller, key);
    return {};
  }));
  co_return key;
}

Task<Result<void>> ApiKeys::remove(api::Caller caller, ApiKeyId id) {
  auto removed = co_await database_.write([&](db::Transaction& tx) -> Result<UserId> {
    const auto owner = kStore.owner(tx, id);
    if (!owner || (*owner != caller.user && !caller.is_admin())) return not_found();
    erase(tx, caller, id);
    return *owner;
  });
  QD_CO_TRY(const auto owner, std::move(removed));
  principals_.forget_user(owner);
  co_return Result<void>{};
}

Task<Result<DefaultApiKey>> ApiKeys::renew_default(api::Caller caller) {
  QD_CO_CHECK(require_session(caller));
  auto key = make(caller, "default");
  key.is_default = true;
  co_await database_.write([&](db::Transaction& tx) {
    if (const auto before = kStore.default_key(tx, caller.user)) erase(tx, caller, *before);
    insert(tx, caller, key);
  });
  principals_.forget_user(caller.user);
  co_return DefaultApiKey{.api_key = key.api_key, .prefix = key.prefix};
}

Task<Result<void>> ApiKeys::remove_default(api::Caller caller) {
  QD_CO_CHECK(co_await database_.write([&](db::Transaction& tx) -> Result<void> {
    const auto key = kStore.default_key(tx, caller.user);
    if (!key) return not_found();
    erase(tx, caller, *key);
    return {};
  }));
  principals_.forget_user(caller.user);
  co_return Result<void>{};
}

}  // namespace qd::identity
