// qd export: a project's definitions as the YAML files that qd apply reads.
#include <fstream>
#include <set>

#include <fmt/format.h>

#include "cli/documents.h"
#include "cli/groups.h"
#include "cli/yaml_writer.h"

namespace qd::cli {
namespace {

struct ExportArgs {
  std::string folder;
};

struct Exported {
  /// `agents/issue-classifier.yaml`, without the folder.
  std::string file;
  std::string text;
};

/// A name as a file's: letters, digits and dashes.
std::string file_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (kept)
      out += c;
    else if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c | 32);
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (out.ends_with('-')) out.pop_back();
  return out.empty() ? "unnamed" : out;
}

Result<Exported> export_project(Api& api, const std::string& id) {
  QD_TRY(const auto project, api.get("/projects/" + id));
  auto document = to_document(DocumentKind::Project, project);
  QD_TRY(const auto variables, api.all(fmt::format("/projects/{}/variables", id)));
  JsonObject values;
  for (const auto& variable : variables)
    if (const auto* value = json::find(variable, "value"))
      values[text_at(variable, "name")] = *value;
  if (!values.empty()) document["variables"] = std::move(values);
  return Exported{"project.yaml", to_yaml(document)};
}

Result<void> export_kind(Api& api, const std::string& project, DocumentKind kind,
                         std::vector<Exported>& files) {
  QD_TRY(const auto items,
         api.all(fmt::format("/projects/{}/{}?sort=name", project, plural(kind))));
  std::set<std::string> taken;
  for (const auto& item : items) {
    if (text_at(item, "project_id") != project) continue;  // there for all, but not from here
    QD_TRY(const auto definition,
           api.get(fmt::format("/{}/{}", plural(kind), text_at(item, "id"))));
    const auto base = file_name(text_at(definition, "name"));
    auto name = base;
    for (int number = 2; !taken.insert(name).second; ++number)
      name = fmt::format("{}-{}", base, number);
    files.push_back(
        {fmt::format("{}-{}.yaml", enum_name(kind), name), to_yaml(to_document(kind, definition))});
  }
  return {};
}

Result<void> write(const std::filesystem::path& folder, const std::vector<Exported>& files) {
  std::error_code wrong;
  std::filesystem::create_directories(folder, wrong);
  for (const auto& [name, text] : files) {
    std::ofstream file(folder / name, std::ios::binary | std::ios::trunc);
    file << text;
    if (!file.flush())
      return fail(ErrorKind::Internal, "export.not_written",
                  fmt::format("can't write {}", (folder / name).string()));
  }
  return {};
}

Result<int> run_export(Session& session, const ExportArgs& args) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto project, session.project());
  if (session.json()) {
    QD_TRY(const auto whole, api->get(fmt::format("/projects/{}/export", project)));
    session.say(pretty(whole));
    return kOk;
  }
  std::vector<Exported> files;
  QD_TRY(auto own, export_project(*api, project));
  files.push_back(std::move(own));
  for (const auto kind : {DocumentKind::Tool, DocumentKind::Agent, DocumentKind::Workflow})
    QD_CHECK(export_kind(*api, project, kind, files));
  if (args.folder.empty()) {
    for (const auto& file : files) session.system().out << "---\n" << file.text;
    return kOk;
  }
  QD_CHECK(write(args.folder, files));
  for (const auto& file : files)
    session.say((std::filesystem::path(args.folder) / file.file).string());
  return kOk;
}

}  // namespace

void add_export_command(const Commands& commands, CLI::App& app) {
  const auto args = std::make_shared<ExportArgs>();
  auto& command = commands.add(
      app,
      {.name = "export",
       .summary = "A project's definitions as YAML that `qd apply` reads.",
       .examples = {"qd export --project triage -o backup", "qd export > everything.yaml"},
       .notes = "With --json it is the server's own export, for POST /projects/import. Secrets are "
                "in neither.",
       .has_project = true},
      [args](Session& session) { return run_export(session, *args); });
  command
      .add_option("-o,--output", args->folder,
                  "A folder to write a file for each to; stdout unless given")
      ->option_text("DIR");
}

}  // namespace qd::cli
