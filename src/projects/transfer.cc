#include "projects/transfer.h"

#include <fmt/format.h>

#include "projects/content_store.h"

namespace qd::projects {
namespace {

struct ExportedVariable {
  std::string name;
  Json value;
  std::optional<Text<0, 1'000>> description;
};
BOOST_DESCRIBE_STRUCT(ExportedVariable, (), (name, value, description))

struct ExportedCredential {
  Text<1, 100> name;
  CredentialType type = CredentialType::Bearer;
  std::optional<Text<0, 1'000>> description;
  std::optional<std::string> username;
  std::optional<std::string> parameter;
};
BOOST_DESCRIBE_STRUCT(ExportedCredential, (), (name, type, description, username, parameter))

/// The faults of one part of a document, below its place in it.
std::unexpected<Error> below(std::string_view path, Error error) {
  for (auto& fault : error.faults) fault.path.insert(0, path);
  if (!error.faults.empty()) return invalid(std::move(error.faults));
  error.message = fmt::format("{}: {}", path, error.message);
  return std::unexpected(std::move(error));
}

template <class T>
Result<std::vector<T>> read_list(const Json& list, std::string_view path) {
  if (!list.is_array()) return invalid({{std::string(path), "wrong_type", "must be a list"}});
  std::vector<T> items;
  for (std::size_t i = 0; i < list.get_array().size(); ++i) {
    QD_TRY(auto item, json::from_json<T>(list.get_array()[i], json::Unknown::Reject,
                                         fmt::format("{}/{}", path, i)));
    items.push_back(std::move(item));
  }
  return items;
}

/// What of a project travels: not who may see it, nor whether it lives.
JsonObject head_of(const Project& project) {
  return {{"name", project.name},
          {"description", project.description},
          {"settings", project.settings},
          {"metadata", project.metadata},
          {"tags", Json(boost::json::value_from(project.tags))}};
}

using Names = std::map<std::string, std::string>;

/// Puts names in the place of the ids in a text, also in the middle of it (a workflow's YAML).
void name_ids(boost::json::string& text, const Names& names) {
  constexpr std::size_t kLength = 36;
  constexpr std::size_t kFirstDash = 8;
  std::string named;
  std::string_view rest(text);
  for (auto dash = rest.find('-'); dash != std::string_view::npos;
       dash = rest.find('-', dash + 1)) {
    if (dash < kFirstDash || rest.size() - (dash - kFirstDash) < kLength) continue;
    const auto found = names.find(std::string(rest.substr(dash - kFirstDash, kLength)));
    if (found == names.end()) continue;
    named += rest.substr(0, dash - kFirstDash);
    named += found->second;
    rest.remove_prefix(dash - kFirstDash + kLength);
    dash = 0;
    if (rest.empty()) break;
  }
  if (rest.size() == text.size()) return;
  named += rest;
  text = named;
}

void name_ids(Json& value, const Names& names) {
  if (auto* text = value.if_string()) name_ids(*text, names);
  if (auto* list = value.if_array())
    for (auto& item : *list) name_ids(item, names);
  if (auto* object = value.if_object())
    for (auto& member : *object) name_ids(member.value(), names);
}

/// The beginning of a copy: what the wish leaves out is as in the source, but not its protection.
ProjectDraft copy_of(const Project& source, ProjectDraft wanted) {
  if (!wanted.description) wanted.description = Text<0, 10'000>(source.description);
  if (!wanted.metadata) wanted.metadata = source.metadata;
  if (!wanted.tags) wanted.tags.emplace(source.tags.begin(), source.tags.end());
  if (!wanted.settings) {
    wanted.settings = source.settings;
    wanted.settings->erase("protected");
  }
  return wanted;
}

}  // namespace

JsonObject TransferService::content_of(db::Snapshot& view, const ProjectId& project) const {
  JsonArray variables;
  for (const auto& v : store::all_variables(view, project))
    variables.push_back(
        JsonObject{{"name", v.name}, {"value", v.value}, {"description", v.description}});
  JsonArray credentials;
  Names names;
  for (const auto& c : store::all_credentials(view, project)) {
    names.emplace(c.id.value, c.name);
    JsonObject item{{"name", c.name}, {"type", enum_name(c.type)}, {"description", c.description}};
    if (!c.username.empty()) item["username"] = c.username;
    if (!c.parameter.empty()) item["parameter"] = c.parameter;
    credentials.push_back(std::move(item));
  }
  JsonObject content{{"variables", std::move(variables)}, {"credentials", std::move(credentials)}};
  for (const auto* section : sections_) names.merge(section->names(view, project));
  for (const auto* section : sections_) {
    auto part = section->write(view, project);
    name_ids(part, names);
    content[section->name()] = std::move(part);
  }
  return content;
}

Task<Result<JsonObject>> TransferService::write(api::Caller caller, ProjectId id) {
  co_return co_await parts_.database.read([&](db::Snapshot& view) -> Result<JsonObject> {
    QD_TRY(const auto project,
           parts_.access.require(view, caller, id, ProjectRole::Editor, Archived::Allowed));
    JsonObject document{{"format", kExportFormat}, {"project", head_of(project)}};
    for (auto& member : content_of(view, id)) document.insert(member);
    return document;
  });
}

Result<void> TransferService::fill_variables(db::Transaction& tx, const api::Caller& caller,
                                             const ProjectId& project, const Json& list) const {
  QD_TRY(const auto items, read_list<ExportedVariable>(list, "/variables"));
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& item = items[i];
    auto written = variables_.write(tx, caller, project, item.name, {item.value, item.description},
                                    std::nullopt);
    if (!written) return below(fmt::format("/variables/{}", i), std::move(written).error());
  }
  return {};
}

Result<void> TransferService::fill_credentials(db::Transaction& tx, const api::Caller& caller,
                                               const ProjectId& project, const Json& list) const {
  QD_TRY(const auto items, read_list<ExportedCredential>(list, "/credentials"));
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& item = items[i];
    CredentialDraft draft{.name = item.name,
                          .type = item.type,
                          .description = item.description,
                          .value = std::nullopt};
    if (item.username) draft.value = JsonObject{{"username", *item.username}};
    if (item.parameter)
      draft.value = JsonObject{
          {item.type == CredentialType::Header ? "header" : "parameter", *item.parameter}};
    auto inserted = credentials_.insert(tx, caller, project, draft);
    if (!inserted) return below(fmt::format("/credentials/{}", i), std::move(inserted).error());
  }
  return {};
}

Result<void> TransferService::fill(db::Transaction& tx, const api::Caller& caller,
                                   const ProjectId& project, const JsonObject& content) const {
  if (const auto* list = content.if_contains("variables"))
    QD_CHECK(fill_variables(tx, caller, project, *list));
  if (const auto* list = content.if_contains("credentials"))
    QD_CHECK(fill_credentials(tx, caller, project, *list));
  for (const auto* section : sections_)
    if (const auto* part = content.if_contains(section->name()))
      QD_CHECK(section->read(tx, caller, project, *part, fmt::format("/{}", section->name())));
  return {};
}

Task<Result<Project>> TransferService::read(api::Caller caller, JsonObject document) {
  const auto* format = document.if_contains("format");
  if (!format || !format->is_string() || std::string_view(format->get_string()) != kExportFormat)
    co_return invalid({{"/format", "not_allowed", fmt::format("must be \"{}\"", kExportFormat)}});
  const auto* head = document.if_contains("project");
  if (!head) co_return invalid({{"/project", "required", "is missing"}});
  QD_CO_TRY(const auto draft,
            json::from_json<ProjectDraft>(*head, json::Unknown::Reject, "/project"));
  std::vector<Fault> faults;
  for (const auto& member : document) {
    const std::string_view name = member.key();
    const bool is_known =
        name == "format" || name == "project" || name == "variables" || name == "credentials" ||
        std::ranges::any_of(sections_,
                            [&](const Section* section) { return section->name() == name; });
    if (!is_known)
      faults.push_back({fmt::format("/{}", name), "unknown_field", "is no part of a project"});
  }
  if (!faults.empty()) co_return invalid(std::move(faults));
  co_return co_await parts_.database.write([&](db::Transaction& tx) -> Result<Project> {
    auto project = projects_.insert(tx, caller, draft);
    if (!project) return below("/project", std::move(project).error());
    QD_CHECK(fill(tx, caller, project->id, document));
    return project;
  });
}

Task<Result<Project>> TransferService::clone(api::Caller caller, ProjectId id, CloneDraft wanted) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) -> Result<Project> {
    QD_TRY(const auto source, parts_.access.require(tx, caller, id, ProjectRole::Viewer));
    const ProjectDraft draft{
        .name = wanted.name, .slug = wanted.slug, .description = wanted.description};
    QD_TRY(auto project, projects_.insert(tx, caller, copy_of(source, draft)));
    QD_CHECK(fill(tx, caller, project.id, content_of(tx, id)));
    return project;
  });
}

Task<Result<Project>> TransferService::from_template(api::Caller caller, NewProject wanted) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) -> Result<Project> {
    const ProjectId id{*wanted.template_id};
    QD_TRY(const auto source, parts_.access.require(tx, caller, id, ProjectRole::Viewer));
    if (!source.is_template)
      return fail(ErrorKind::Conflict, "project.not_template", "this project is no template");
    QD_TRY(auto project, projects_.insert(tx, caller, copy_of(source, wanted)));
    QD_CHECK(fill(tx, caller, project.id, content_of(tx, id)));
    return project;
  });
}

}  // namespace qd::projects
