// qd variables list|set|delete.
#include <fmt/format.h>

#include "cli/groups.h"
#include "cli/inputs.h"

namespace qd::cli {
namespace {

const std::vector<Column> kColumns{
    {"NAME", "name"}, {"VALUE", "value"}, {"UPDATED", "updated_at:time"}};

Result<int> list(Session& session) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto project, session.project());
  QD_TRY(const auto items, api->all(fmt::format("/projects/{}/variables", project)));
  session.show_table(kColumns, items, "No variables.");
  return kOk;
}

Result<int> set(Session& session, const std::vector<std::string>& assignments) {
  QD_TRY(const auto values, read_assignments(assignments));
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto project, session.project());
  JsonArray done;
  for (const auto& entry : values) {
    QD_TRY(auto variable,
           api->put(fmt::format("/projects/{}/variables/{}", project, url_part(entry.key())),
                    JsonObject{{"value", entry.value()}}));
    done.push_back(std::move(variable));
  }
  session.show_table(kColumns, done, "");
  return kOk;
}

Result<int> remove(Session& session, const std::string& name) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto project, session.project());
  QD_CHECK(api->remove(fmt::format("/projects/{}/variables/{}", project, url_part(name))));
  session.show(JsonObject{{"name", name}}, fmt::format("variable {}: deleted\n", safe(name)));
  return kOk;
}

}  // namespace

void add_variable_commands(const Commands& commands, CLI::App& app) {
  auto& group = Commands::group(
      app, "variables", "Values that a project's workflows, agents and tools see as `vars`.");
  commands.add(group,
               {.name = "list",
                .summary = "The project's variables.",
                .examples = {"qd variables list"},
                .has_project = true},
               &list);
  const auto assignments = std::make_shared<std::vector<std::string>>();
  auto& setting =
      commands.add(group,
                   {.name = "set",
                    .summary = "Set variables.",
                    .examples = {"qd variables set tracker=https://tracker.example limit=20"},
                    .has_project = true},
                   [assignments](Session& session) { return set(session, *assignments); });
  setting
      .add_option("variables", *assignments, "name=value; JSON where it reads as such, else text")
      ->required();
  const auto name = std::make_shared<std::string>();
  auto& removing = commands.add(group,
                                {.name = "delete",
                                 .summary = "Delete a variable.",
                                 .examples = {"qd variables delete limit"},
                                 .has_project = true},
                                [name](Session& session) { return remove(session, *name); });
  removing.add_option("variable", *name, "Its name")->required();
}

}  // namespace qd::cli
