#include "projects/credentials.h"

#include <fmt/format.h>

#include "platform/api/paging.h"
#include "projects/content_store.h"

namespace qd::projects {
namespace {

constexpr std::size_t kLongestPart = 10'000;
constexpr std::chrono::minutes kUseResolution{1};

/// Which members of `value` a type has.
struct Shape {
  std::string_view secret;
  /// The member that is shown, and where it is kept; none for types that are all secret.
  std::string_view shown = {};
  std::string Credential::* place = nullptr;
};

Shape shape_of(CredentialType type) {
  switch (type) {
    case CredentialType::Bearer:
      return {"token"};
    case CredentialType::ApiKey:
      return {"api_key"};
    case CredentialType::Basic:
      return {"password", "username", &Credential::username};
    case CredentialType::Header:
      return {"value", "header", &Credential::parameter};
    case CredentialType::Query:
      return {"value", "parameter", &Credential::parameter};
  }
  std::unreachable();
}

/// A header can't be forged, nor a URL broken, by what is joined to it.
bool is_plain(std::string_view text) {
  return !text.empty() && text.size() <= kLongestPart && std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

std::vector<Fault> value_faults(const Shape& shape, const JsonObject& value) {
  std::vector<Fault> faults;
  for (const auto& member : value) {
    const std::string_view name = member.key();
    const auto path = fmt::format("/value/{}", name);
    if (name != shape.secret && name != shape.shown)
      faults.push_back({path, "unknown_field",
                        fmt::format("this type takes {}{}{}", shape.shown,
                                    shape.shown.empty() ? "" : " and ", shape.secret)});
    else if (!member.value().is_string() || !is_plain(member.value().get_string()))
      faults.push_back({path, "pattern", "must be text on one line"});
  }
  return faults;
}

/// That a value has its secret, where there is none yet or it was another type's.
Result<void> require_secret(CredentialType type, const std::optional<JsonObject>& value) {
  const auto name = shape_of(type).secret;
  if (value && value->contains(name)) return {};
  return invalid({{fmt::format("/value/{}", name), "required", "is needed: it is the secret"}});
}

std::string context_of(const Credential& credential) {
  return "credential:" + credential.id.value;
}

std::unexpected<Error> name_taken(std::string_view name) {
  return fail(ErrorKind::Conflict, "credential.name_taken",
              fmt::format("the project has a credential '{}' already", name));
}

}  // namespace

void CredentialService::record(db::Transaction& tx, const api::Caller& caller,
                               const Credential& credential, std::string action) const {
  parts_.audit.append(
      tx, caller,
      {.action = "credential." + std::move(action),
       .target_type = "credential",
       .target_id = credential.id.value,
       .project = credential.project_id,
       .details = {{"name", credential.name}, {"type", enum_name(credential.type)}}});
}

Result<std::optional<std::string>> CredentialService::take_value(
    db::Snapshot& view, Credential& credential, const std::optional<JsonObject>& value) const {
  const auto shape = shape_of(credential.type);
  if (!value) return store::sealed_value(view, credential.id);
  if (auto faults = value_faults(shape, *value); !faults.empty()) return invalid(std::move(faults));
  if (const auto* shown = shape.place ? value->if_contains(shape.shown) : nullptr)
    credential.*shape.place = std::string(shown->get_string());
  if (shape.place && (credential.*shape.place).empty())
    return invalid(
        {{fmt::format("/value/{}", shape.shown), "required", "is needed with this type"}});
  const auto* secret = value->if_contains(shape.secret);
  if (!secret) return store::sealed_value(view, credential.id);
  credential.filled = true;
  return std::optional(box_.seal(std::string_view(secret->get_string()), context_of(credential)));
}

Result<Credential> CredentialService::insert(db::Transaction& tx, const api::Caller& caller,
                                             const ProjectId& project,
                                             const CredentialDraft& draft) const {
  if (store::count_credentials(tx, project) >= kMostCredentials)
    return fail(ErrorKind::Conflict, "credential.too_many",
                fmt::format("at most {} credentials a project", kMostCredentials));
  const auto now = parts_.clock.now();
  Credential credential{.id = CredentialId::make(now),
                        .created_at = now,
                        .updated_at = now,
                        .created_by = caller.user,
                        .project_id = project,
                        .name = draft.name,
                        .type = draft.type,
                        .description = draft.description.value_or("")};
  QD_TRY(const auto sealed, take_value(tx, credential, draft.value));
  if (!store::insert_credential(tx, credential, sealed)) return name_taken(credential.name);
  record(tx, caller, credential, "created");
  return credential;
}

Result<Credential> CredentialService::find(db::Snapshot& view, const ProjectId& project,
                                           std::string_view id) const {
  auto credential = store::find_credential(view, project, id);
  if (credential) return *std::move(credential);
  return fail(ErrorKind::NotFound, "credential.not_found",
              fmt::format("the project has no credential '{}'", id));
}

Result<Credential> CredentialService::change(db::Transaction& tx, const api::Caller& caller,
                                             const ProjectId& project, const CredentialId& id,
                                             std::optional<std::int64_t> if_match,
                                             const Change& next) const {
  QD_CHECK(parts_.access.require(tx, caller, project, ProjectRole::Owner));
  QD_TRY(auto credential, find(tx, project, id.value));
  QD_CHECK(check_revision("credential", credential.revision, if_match));
  QD_TRY(const auto draft, next(credential));
  if (draft.type != credential.type) QD_CHECK(require_secret(draft.type, draft.value));
  if (draft.name != credential.name && store::find_credential(tx, project, draft.name))
    return name_taken(draft.name);
  if (draft.type != credential.type) credential.username = credential.parameter = "";
  credential.name = draft.name;
  credential.type = draft.type;
  credential.description = draft.description.value_or("");
  QD_TRY(const auto sealed, take_value(tx, credential, draft.value));
  credential.filled = sealed.has_value();
  credential.updated_at = parts_.clock.now();
  ++credential.revision;
  store::update_credential(tx, credential, sealed);
  record(tx, caller, credential, "updated");
  return credential;
}

Task<Result<api::Page<Credential>>> CredentialService::list(api::Caller caller, ProjectId project,
                                                            PageQuery query) {
  co_return co_await parts_.database.read([&](db::Snapshot& view) -> Result<api::Page<Credential>> {
    QD_CHECK(parts_.access.require(view, caller, project, ProjectRole::Viewer));
    QD_TRY(auto rows, store::credentials(view, project, query));
    return api::to_page(std::move(rows));
  });
}

Task<Result<Credential>> CredentialService::create(api::Caller caller, ProjectId project,
                                                   CredentialDraft draft) {
  QD_CO_CHECK(require_secret(draft.type, draft.value));
  co_return co_await parts_.database.write([&](db::Transaction& tx) -> Result<Credential> {
    QD_CHECK(parts_.access.require(tx, caller, project, ProjectRole::Owner));
    return insert(tx, caller, project, draft);
  });
}

Task<Result<Credential>> CredentialService::replace(api::Caller caller, ProjectId project,
                                                    CredentialId id, CredentialDraft draft,
                                                    std::optional<std::int64_t> if_match) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) {
    return change(tx, caller, project, id, if_match,
                  [&](const Credential&) -> Result<CredentialDraft> { return draft; });
  });
}

Task<Result<Credential>> CredentialService::patch(api::Caller caller, ProjectId project,
                                                  CredentialId id, JsonObject patch,
                                                  std::optional<std::int64_t> if_match) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) {
    return change(tx, caller, project, id, if_match, [&](const Credential& before) {
      Json content = JsonObject{{"name", before.name},
                                {"type", enum_name(before.type)},
                                {"description", before.description}};
      json::merge_patch(content, patch);
      return json::from_json<CredentialDraft>(content);
    });
  });
}

Task<Result<void>> CredentialService::remove(api::Caller caller, ProjectId project,
                                             CredentialId id) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) -> Result<void> {
    QD_CHECK(parts_.access.require(tx, caller, project, ProjectRole::Owner));
    QD_TRY(const auto credential, find(tx, project, id.value));
    store::remove_credential(tx, credential.id);
    record(tx, caller, credential, "deleted");
    return {};
  });
}

Task<Result<RevealedCredential>> CredentialService::reveal(ProjectId project,
                                                           std::string name_or_id) {
  struct Found {
    Credential credential;
    std::optional<std::string> sealed;
  };
  QD_CO_TRY(const auto found,
            co_await parts_.database.read([&](db::Snapshot& view) -> Result<Found> {
              QD_TRY(auto credential, find(view, project, name_or_id));
              auto sealed = store::sealed_value(view, credential.id);
              return Found{std::move(credential), std::move(sealed)};
            }));
  const auto& credential = found.credential;
  if (!found.sealed)
    co_return fail(
        ErrorKind::Conflict, "credential.empty",
        fmt::format("the credential '{}' has no value yet; an owner of the project enters it",
                    credential.name));
  QD_CO_TRY(auto secret, box_.open(*found.sealed, context_of(credential)));
  const auto now = parts_.clock.now();
  if (!credential.last_used_at || now - *credential.last_used_at >= kUseResolution)
    co_await parts_.database.write(
        [&](db::Transaction& tx) { store::touch_credential(tx, credential.id, now); });
  co_return RevealedCredential{credential.type, credential.username, credential.parameter,
                               std::move(secret)};
}

}  // namespace qd::projects
