#include "cli/applier.h"

#include <fmt/format.h>

#include "base/id.h"
#include "cli/text_diff.h"
#include "cli/yaml_writer.h"

namespace qd::cli {
namespace {

std::string title(const Document& document) {
  return fmt::format("{} {}", enum_name(document.kind), safe(document.name));
}

/// The fault's place in the file, and its path as the author wrote it.
Error located(Error error, const Document& document) {
  constexpr std::string_view kDefinition = "/definition";
  for (auto& fault : error.faults) {
    std::string path = fault.path;
    if (document.kind == DocumentKind::Workflow && document.nested.empty() &&
        path.starts_with(kDefinition))
      path.erase(0, kDefinition.size());
    if (document.kind == DocumentKind::Tool && path == "/kind") path = "/type";
    const auto place = document.source.find(path);
    fault.path = place
                     ? fmt::format("{}:{}:{}: {}", document.file, place->line, place->column, path)
                     : fmt::format("{}: {}", document.file, path);
  }
  error.message = fmt::format("{}: {}", title(document), error.message);
  return error;
}

/// Whether every member that the document has is the same on the server.
bool holds_all(const JsonObject& there, const JsonObject& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& entry) {
    const auto* own = there.if_contains(entry.key());
    return own && *own == entry.value();
  });
}

std::string collection(const std::string& project, DocumentKind kind) {
  return fmt::format("/projects/{}/{}", project, plural(kind));
}

JsonObject without_nulls(const JsonObject& content) {
  JsonObject out;
  for (const auto& entry : content)
    if (!entry.value().is_null()) out[entry.key()] = entry.value();
  return out;
}

}  // namespace

Applier::Applier(Session& session, Api& api, const std::vector<Document>& documents,
                 ApplyOptions options)
    : session_(session), api_(api), documents_(documents), options_(std::move(options)) {}

/// The project that the documents describe, if it exists, or the one that the command names.
Result<void> Applier::find_project_of_documents() {
  const auto own = std::ranges::find(documents_, DocumentKind::Project, &Document::kind);
  if (own == documents_.end()) {
    if (!options_.variables.empty())
      return fail(ErrorKind::Invalid, "apply.set",
                  "--set needs a document of kind Project; there is also: qd variables set");
    QD_TRY(project_id_, session_.project());
    return {};
  }
  if (std::ranges::count(documents_, DocumentKind::Project, &Document::kind) > 1)
    return fail(ErrorKind::Invalid, "apply.projects",
                "these documents describe several projects; apply one at a time");
  if (!session_.options().project.empty())
    return fail(ErrorKind::Invalid, "apply.project",
                fmt::format("{} describes the project '{}', so --project can't name another",
                            own->file, own->name));
  const auto slug = text_at(own->source.value, "slug");
  QD_TRY(const auto projects, api_.all("/projects"));
  for (const auto& project : projects) {
    const bool is_it =
        slug.empty() ? text_at(project, "name") == own->name : text_at(project, "slug") == slug;
    if (!is_it) continue;
    project_ = project;
    project_id_ = text_at(project, "id");
  }
  return {};
}

Result<Change> Applier::compare_project(const Document& document) {
  Change change{.document = &document, .id = project_id_};
  auto wanted = document.variables;
  for (const auto& entry : options_.variables) wanted[entry.key()] = entry.value();
  JsonObject there;
  if (!project_id_.empty()) {
    change.revision = number_at(project_, "revision");
    QD_TRY(const auto variables, api_.all(fmt::format("/projects/{}/variables", project_id_)));
    for (const auto& variable : variables)
      if (const auto* value = json::find(variable, "value"))
        there[text_at(variable, "name")] = *value;
  }
  for (const auto& entry : wanted)
    if (!there.contains(entry.key()) || there.at(entry.key()) != entry.value())
      change.variables[entry.key()] = entry.value();

  auto after = document.content;
  if (!wanted.empty()) after["variables"] = wanted;
  JsonObject before;
  const auto own = content_of(DocumentKind::Project, project_);
  for (const auto& entry : document.content)
    if (own.contains(entry.key())) before[entry.key()] = own.at(entry.key());
  JsonObject known;
  for (const auto& entry : wanted)
    if (there.contains(entry.key())) known[entry.key()] = there.at(entry.key());
  if (!known.empty()) before["variables"] = known;
  if (!project_id_.empty()) change.before = std::move(before);
  change.after = std::move(after);
  if (project_id_.empty())
    change.change = ChangeKind::Create;
  else if (!holds_all(own, document.content) || !change.variables.empty())
    change.change = ChangeKind::Update;
  return change;
}

Result<Change> Applier::compare_definition(const Document& document) {
  Change change{
      .change = ChangeKind::Create, .document = &document, .after = document.source.value};
  if (project_id_.empty()) return change;
  QD_TRY(const auto page, api_.get(fmt::format("{}?name={}", collection(project_id_, document.kind),
                                               url_part(document.name))));
  const auto* items = json::find(page, "items");
  if (!items || !items->is_array()) return change;
  for (const auto& item : items->get_array())
    // Tools of other projects are listed too where they are for all.
    if (text_at(item, "project_id") == project_id_) change.id = text_at(item, "id");
  if (change.id.empty()) return change;

  QD_TRY(const auto there, api_.get(fmt::format("/{}/{}", plural(document.kind), change.id)));
  change.revision = number_at(there, "revision");
  const auto* draft = json::find(there, "draft");
  const bool is_same = content_of(document.kind, there) == without_nulls(document.content);
  if (!is_same)
    change.change = ChangeKind::Update;
  else
    change.change =
        draft && draft->is_bool() && draft->get_bool() ? ChangeKind::Publish : ChangeKind::None;
  change.before = to_document(document.kind, there);
  return change;
}

Result<std::vector<Change>> Applier::plan() {
  QD_CHECK(find_project_of_documents());
  std::vector<Change> changes;
  for (const auto& document : documents_) {
    const bool is_project = document.kind == DocumentKind::Project;
    QD_TRY(auto change, is_project ? compare_project(document) : compare_definition(document));
    changes.push_back(std::move(change));
  }
  return changes;
}

Result<Json> Applier::make_project(Change& change) {
  Json project = project_;
  if (change.change == ChangeKind::Create) {
    QD_TRY(project, api_.post("/projects", change.document->content));
    project_id_ = change.id = text_at(project, "id");
  } else {
    QD_TRY(project, api_.patch("/projects/" + change.id, change.document->content));
  }
  for (const auto& entry : change.variables)
    QD_CHECK(api_.put(fmt::format("/projects/{}/variables/{}", project_id_, url_part(entry.key())),
                      JsonObject{{"value", entry.value()}}));
  return project;
}

Result<Json> Applier::make_definition(Change& change) {
  const auto kind = change.document->kind;
  if (change.change == ChangeKind::Create)
    return api_.post(collection(project_id_, kind), change.document->content);
  const auto path = fmt::format("/{}/{}", plural(kind), change.id);
  if (change.change == ChangeKind::Update)
    QD_CHECK(api_.put(path, change.document->content, change.revision));
  return api_.post(path + "/publish", JsonObject{});
}

Result<void> Applier::make(Change& change) {
  if (change.change == ChangeKind::None) return {};
  const bool is_project = change.document->kind == DocumentKind::Project;
  auto made = is_project ? make_project(change) : make_definition(change);
  if (!made) return std::unexpected(located(std::move(made).error(), *change.document));
  change.id = text_at(*made, "id");
  change.revision = number_at(*made, "published_version");
  return {};
}

std::string describe(const Change& change, Tense tense, const Style& style) {
  const bool is_done = tense == Tense::Done;
  const auto name = title(*change.document);
  const auto version =
      is_done && change.document->kind != DocumentKind::Project && change.change != ChangeKind::None
          ? style.dim(fmt::format(" (version {})", change.revision))
          : "";
  switch (change.change) {
    case ChangeKind::Create:
      return fmt::format("{}: {}{}", name, style.green(is_done ? "created" : "would be created"),
                         version);
    case ChangeKind::Update:
      return fmt::format("{}: {}{}", name, style.yellow(is_done ? "updated" : "would be updated"),
                         version);
    case ChangeKind::Publish:
      return fmt::format("{}: {}{}", name,
                         style.yellow(is_done ? "published" : "would be published"), version);
    case ChangeKind::None:
      return fmt::format("{}: {}", name, style.dim("unchanged"));
  }
  std::unreachable();
}

Json to_json(const Change& change) {
  return JsonObject{{"kind", enum_name(change.document->kind)},
                    {"name", change.document->name},
                    {"change", enum_name(change.change)},
                    {"id", change.id.empty() ? Json() : Json(change.id)},
                    {"before", change.before},
                    {"after", change.after}};
}

std::string diff_of(const Change& change, const Style& style) {
  if (change.change == ChangeKind::None || change.change == ChangeKind::Publish) return "";
  if (change.before.is_null()) return text_diff("", to_yaml(change.after), style);
  return text_diff(to_yaml(change.before), to_yaml(arranged(change.after, change.before)), style);
}

}  // namespace qd::cli
