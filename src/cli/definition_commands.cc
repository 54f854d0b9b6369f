// qd agents|tools|workflows list|get|create|delete|versions|publish|rollback|diff: the same for the
// three kinds.
#include <fmt/format.h>

#include "cli/applier.h"
#include "cli/find.h"
#include "cli/groups.h"
#include "cli/text_diff.h"
#include "cli/yaml_writer.h"

namespace qd::cli {
namespace {

std::vector<Column> columns_of(DocumentKind kind) {
  std::vector<Column> columns{{"NAME", "name"}};
  if (kind == DocumentKind::Agent)
    columns.insert(columns.end(), {{"PROVIDER", "provider"}, {"MODEL", "model"}});
  if (kind == DocumentKind::Tool) columns.push_back({"KIND", "kind"});
  columns.insert(columns.end(), {{"VERSION", "published_version"},
                                 {"DRAFT", "draft"},
                                 {"UPDATED", "updated_at:time"},
                                 {"ID", "id"}});
  return columns;
}

const std::vector<Column> kVersionColumns{
    {"VERSION", "version"}, {"CREATED", "created_at:time"}, {"NOTE", "note"}};

/// What a command of one kind was given.
struct Args {
  DocumentKind kind;
  std::string name, query, file, note;
  std::int64_t version = 0, from = 0, to = 0;
};

/// The path of the definition that the command names.
Result<std::string> path_of(Session& session, Api& api, const Args& args) {
  QD_TRY(const auto id, find_definition(session, api, args.kind, args.name));
  return fmt::format("/{}/{}", plural(args.kind), url_part(id));
}

std::string subject(const Args& args) {
  return fmt::format("{} {}", enum_name(args.kind), safe(args.name));
}

Result<int> list(Session& session, const Args& args) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto project, session.project());
  auto path = fmt::format("/projects/{}/{}?sort=name", project, plural(args.kind));
  if (!args.query.empty()) path += "&q=" + url_part(args.query);
  QD_TRY(const auto items, api->all(path));
  session.show_table(columns_of(args.kind), items, fmt::format("No {}.", plural(args.kind)));
  return kOk;
}

Result<int> get(Session& session, const Args& args) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto path, path_of(session, *api, args));
  if (args.version > 0) {
    QD_TRY(const auto version, api->get(fmt::format("{}/versions/{}", path, args.version)));
    const auto* content = json::find(version, "content");
    session.show(version, to_yaml(to_document(args.kind, content ? *content : Json())));
    return kOk;
  }
  QD_TRY(const auto definition, api->get(path));
  session.show(definition, to_yaml(to_document(args.kind, definition)));
  return kOk;
}

Result<int> create(Session& session, const Args& args) {
  QD_TRY(const auto documents, load_documents(args.file));
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto project, session.project());
  JsonArray made;
  for (const auto& document : documents) {
    if (document.kind != args.kind)
      return fail(ErrorKind::Invalid, "create.kind",
                  fmt::format("{} holds a {}; use: qd apply -f {}", document.file,
                              enum_name(document.kind), args.file));
    QD_TRY(auto definition,
           api->post(fmt::format("/projects/{}/{}", project, plural(args.kind)), document.content));
    if (!session.json())
      session.say(fmt::format("{} {}: created", enum_name(args.kind), safe(document.name)));
    made.push_back(std::move(definition));
  }
  if (session.json()) session.say(pretty(made));
  return kOk;
}

Result<int> remove(Session& session, const Args& args) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto path, path_of(session, *api, args));
  QD_CHECK(api->remove(path));
  session.show(JsonObject{{"name", args.name}}, subject(args) + ": deleted\n");
  return kOk;
}

Result<int> versions(Session& session, const Args& args) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto path, path_of(session, *api, args));
  QD_TRY(const auto found, api->get(path + "/versions"));
  const auto* items = json::find(found, "items");
  session.show_table(kVersionColumns, items && items->is_array() ? items->get_array() : JsonArray{},
                     "No versions.");
  return kOk;
}

Result<int> publish(Session& session, const Args& args) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto path, path_of(session, *api, args));
  JsonObject body;
  if (!args.note.empty()) body["note"] = args.note;
  const bool is_old = args.version > 0;
  if (is_old) body["version"] = args.version;
  QD_TRY(const auto published, api->post(path + (is_old ? "/rollback" : "/publish"), body));
  session.show(published, fmt::format("{}: published as version {}\n", subject(args),
                                      number_at(published, "published_version")));
  return kOk;
}

std::string lines_of(const Json* value) {
  if (!value || value->is_null()) return "";
  // Text as it is: its line ends tell more than quotes would.
  return value->is_string() ? std::string(value->get_string()) + "\n" : to_yaml(*value);
}

Result<int> diff(Session& session, const Args& args) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto path, path_of(session, *api, args));
  std::string query;
  if (args.from > 0) query += fmt::format("{}from={}", query.empty() ? "?" : "&", args.from);
  if (args.to > 0) query += fmt::format("{}to={}", query.empty() ? "?" : "&", args.to);
  QD_TRY(const auto found, api->get(path + "/diff" + query));
  const auto* changes = json::find(found, "changes");
  const auto style = session.out_style();
  std::string text;
  if (changes && changes->is_array())
    for (const auto& change : changes->get_array())
      text += style.bold(safe(text_at(change, "path"))) + "\n" +
              text_diff(lines_of(json::find(change, "before")),
                        lines_of(json::find(change, "after")), style);
  session.show(found, text.empty() ? "No differences.\n" : text);
  return kOk;
}

/// Adds the commands of one kind.
class KindCommands {
 public:
  KindCommands(const Commands& commands, CLI::App& group, DocumentKind kind)
      : commands_(commands), group_(group), kind_(kind), one_(enum_name(kind)) {}

  void add_all() {
    auto listing = add("list", fmt::format("The project's {}.", plural(kind_)), "", &list);
    listing.command.add_option("--query", listing.args.query, "Words in name or description");
    auto getting =
        add("get", fmt::format("One {} as YAML that can be applied again.", one_), "NAME", &get);
    getting.command.add_option("--version", getting.args.version,
                               "A published version in place of the draft");
    auto creating = add("create", "Make one from a file; refused when there is one of its name.",
                        one_ + ".yaml", &create);
    creating.command.add_option("file", creating.args.file, "A YAML file")->required();
    add("delete", "Delete it with all its versions.", "NAME", &remove);
    add("versions", "Its versions, the newest first.", "NAME", &versions);
    auto publishing = add("publish", "Make the draft the next version.", "NAME", &publish);
    publishing.command.add_option("--note", publishing.args.note, "What is new");
    auto rolling = add("rollback", "Publish an old version's content again.", "NAME 3", &publish);
    rolling.command.add_option("version", rolling.args.version, "Which version")
        ->required()
        ->check(CLI::PositiveNumber);
    rolling.command.add_option("--note", rolling.args.note, "Why");
    auto comparing = add(
        "diff", "What differs between two versions; without them, the published one and the draft.",
        "NAME --from 1 --to 2", &diff);
    comparing.command.add_option("--from", comparing.args.from,
                                 "A version; the published one unless said otherwise");
    comparing.command.add_option("--to", comparing.args.to,
                                 "A version; the draft unless said otherwise");
  }

 private:
  struct Added {
    CLI::App& command;
    Args& args;
  };

  Added add(const std::string& name, std::string summary, std::string_view rest,
            Result<int> (*run)(Session&, const Args&)) {
    const auto args = std::make_shared<Args>(Args{.kind = kind_});
    auto example = fmt::format("qd {} {} {}", plural(kind_), name, rest);
    while (example.ends_with(' ')) example.pop_back();
    auto& command = commands_.add(group_,
                                  {.name = name,
                                   .summary = std::move(summary),
                                   .examples = {std::move(example)},
                                   .has_project = true},
                                  [args, run](Session& session) { return run(session, *args); });
    if (rest.starts_with("NAME"))
      command.add_option("name", args->name, fmt::format("The {}'s name or id", one_))->required();
    return {command, *args};
  }

  const Commands& commands_;
  CLI::App& group_;
  DocumentKind kind_;
  std::string one_;
};

}  // namespace

void add_definition_commands(const Commands& commands, CLI::App& app) {
  auto& workflows = Commands::group(app, "workflows", "Workflows: drafts, versions, checking.");
  add_lint_command(commands, workflows);
  KindCommands(commands, workflows, DocumentKind::Workflow).add_all();
  auto& agents = Commands::group(app, "agents", "Agents: drafts and versions.");
  add_agent_run(commands, agents);
  KindCommands(commands, agents, DocumentKind::Agent).add_all();
  auto& tools = Commands::group(app, "tools", "Tools: drafts and versions.");
  add_tool_test(commands, tools);
  KindCommands(commands, tools, DocumentKind::Tool).add_all();
}

}  // namespace qd::cli
