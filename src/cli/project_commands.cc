// qd projects list|get|create|archive|restore|delete|use.
#include <fmt/format.h>

#include "cli/documents.h"
#include "cli/groups.h"
#include "cli/yaml_writer.h"

namespace qd::cli {
namespace {

const std::vector<Column> kColumns{{"NAME", "name"},
                                   {"SLUG", "slug"},
                                   {"STATUS", "status:status"},
                                   {"ROLE", "my_role"},
                                   {"UPDATED", "updated_at:time"},
                                   {"ID", "id"}};

struct ListArgs {
  std::string status, query;
};

Result<int> list(Session& session, const ListArgs& args) {
  QD_TRY(auto* const api, session.api());
  std::string path =
      args.query.empty() ? "/projects?sort=name" : "/projects/search?q=" + url_part(args.query);
  if (!args.status.empty() && args.query.empty()) path += "&status=" + url_part(args.status);
  QD_TRY(const auto items, api->all(path));
  session.show_table(kColumns, items, "No projects. Make one: qd projects create NAME");
  return kOk;
}

/// The project that is named, or else the one that commands use.
Result<std::string> id_of(Session& session, Api& api, const std::string& name) {
  return name.empty() ? session.project() : find_project(api, name);
}

Result<int> get(Session& session, const std::string& name) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto id, id_of(session, *api, name));
  QD_TRY(const auto project, api->get("/projects/" + id));
  session.show(project, to_yaml(to_document(DocumentKind::Project, project)));
  return kOk;
}

struct CreateArgs {
  std::string name, slug, description;
};

Result<int> create(Session& session, const CreateArgs& args) {
  JsonObject draft{{"name", args.name}};
  if (!args.slug.empty()) draft["slug"] = args.slug;
  if (!args.description.empty()) draft["description"] = args.description;
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto project, api->post("/projects", draft));
  session.show(project, fmt::format("project {}: created ({})\n", safe(args.name),
                                    text_at(project, "slug")));
  return kOk;
}

Result<int> set_status(Session& session, const std::string& name, const std::string& status) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto id, find_project(*api, name));
  QD_TRY(const auto project, api->patch("/projects/" + id, JsonObject{{"status", status}}));
  session.show(project, fmt::format("project {}: {}\n", safe(text_at(project, "name")), status));
  return kOk;
}

struct DeleteArgs {
  std::string name;
  bool yes = false, force = false;
};

Result<int> remove(Session& session, const DeleteArgs& args) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto id, find_project(*api, args.name));
  QD_CHECK(session.confirm(
      fmt::format("Delete the project '{}' and everything in it?", safe(args.name)), args.yes));
  QD_CHECK(api->remove(fmt::format("/projects/{}{}", id, args.force ? "?force=true" : "")));
  session.show(JsonObject{{"id", id}}, fmt::format("project {}: deleted\n", safe(args.name)));
  return kOk;
}

Result<int> use(Session& session, const std::string& name) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto id, find_project(*api, name));
  QD_TRY(auto logins, load_logins(session.system().config_folder));
  const auto found = logins.servers.find(api->server());
  if (found == logins.servers.end())
    return fail(ErrorKind::Invalid, "login.none",
                "there is no login to remember it with; set QUARTERDECK_PROJECT instead");
  found->second.project = id;
  QD_CHECK(save_logins(session.system().config_folder, logins));
  session.show(JsonObject{{"id", id}},
               fmt::format("Commands use the project {} now.\n", safe(name)));
  return kOk;
}

void add_status(const Commands& commands, CLI::App& group, Spec spec, const std::string& status) {
  const auto name = std::make_shared<std::string>();
  auto& command = commands.add(group, std::move(spec), [name, status](Session& session) {
    return set_status(session, *name, status);
  });
  command.add_option("project", *name, "Name, slug or id")->required();
}

void add_reading(const Commands& commands, CLI::App& group) {
  const auto args = std::make_shared<ListArgs>();
  auto& all = commands.add(group,
                           {"list",
                            "The projects that you may see.",
                            {"qd projects list", "qd projects list --query weather"}},
                           [args](Session& session) { return list(session, *args); });
  all.add_option("--status", args->status, "Only these")
      ->check(CLI::IsMember({"active", "archived", "draft"}));
  all.add_option("--query", args->query, "Words to search for");
  const auto name = std::make_shared<std::string>();
  auto& one = commands.add(group, {"get", "One project.", {"qd projects get triage"}},
                           [name](Session& session) { return get(session, *name); });
  one.add_option("project", *name,
                 "Name, slug or id; the one that commands use unless said otherwise");
}

void add_create(const Commands& commands, CLI::App& group) {
  const auto args = std::make_shared<CreateArgs>();
  auto& command = commands.add(
      group, {"create", "Make a project.", {"qd projects create \"Issue triage\" --slug triage"}},
      [args](Session& session) { return create(session, *args); });
  command.add_option("name", args->name, "Its name")->required();
  command.add_option("--slug", args->slug, "For addresses; made of the name unless given");
  command.add_option("--description", args->description, "For people");
}

void add_delete(const Commands& commands, CLI::App& group) {
  const auto args = std::make_shared<DeleteArgs>();
  auto& command = commands.add(
      group,
      {"delete", "Delete a project and everything in it.", {"qd projects delete triage --yes"}},
      [args](Session& session) { return remove(session, *args); });
  command.add_option("project", args->name, "Name, slug or id")->required();
  command.add_flag("-y,--yes", args->yes, "Do not ask");
  command.add_flag("--force", args->force, "Cancel what runs in it");
}

}  // namespace

void add_project_commands(const Commands& commands, CLI::App& app) {
  auto& group =
      Commands::group(app, "projects", "Projects: what agents, tools and workflows live in.");
  add_reading(commands, group);
  add_create(commands, group);
  add_status(commands, group, {"archive", "Put a project aside.", {"qd projects archive triage"}},
             "archived");
  add_status(commands, group,
             {"restore", "Take an archived project up again.", {"qd projects restore triage"}},
             "active");
  add_delete(commands, group);
  const auto name = std::make_shared<std::string>();
  auto& command = commands.add(
      group, {"use", "Use this project in commands that name none.", {"qd projects use triage"}},
      [name](Session& session) { return use(session, *name); });
  command.add_option("project", *name, "Name, slug or id")->required();
}

}  // namespace qd::cli
