// qd credentials list|set|delete. Secrets come from stdin or the terminal, never from the command
// line, where every process could read them.
#include <iostream>

#include <fmt/format.h>

#include "cli/groups.h"

namespace qd::cli {
namespace {

const std::vector<Column> kColumns{{"NAME", "name"},
                                   {"TYPE", "type"},
                                   {"FILLED", "filled"},
                                   {"LAST USED", "last_used_at:time"},
                                   {"UPDATED", "updated_at:time"}};

struct SetArgs {
  std::string name, type = "bearer", username, parameter;
  bool from_stdin = false;
};

std::string collection(const std::string& project) {
  return fmt::format("/projects/{}/credentials", project);
}

/// The id of the credential of that name; empty where there is none.
Result<std::string> find_credential(Api& api, const std::string& project, const std::string& name) {
  QD_TRY(const auto all, api.all(collection(project)));
  for (const auto& one : all)
    if (text_at(one, "name") == name || text_at(one, "id") == name) return text_at(one, "id");
  return std::string();
}

Result<std::string> read_secret(Session& session, const SetArgs& args) {
  std::string secret;
  if (args.from_stdin)
    std::getline(session.system().in, secret);
  else if (session.system().terminal.in)
    secret = session.system().ask_secret(fmt::format("Secret of {}: ", args.name)).value_or("");
  else
    return fail(ErrorKind::Invalid, "credential.secret",
                "there is no terminal to ask on; use --value-stdin");
  if (secret.empty()) return fail(ErrorKind::Invalid, "credential.secret", "no secret was given");
  return secret;
}

Result<JsonObject> value_of(const SetArgs& args, const std::string& secret) {
  const auto need = [](std::string_view option) {
    return fail(ErrorKind::Invalid, "credential.options",
                fmt::format("a credential of this type needs {}", option));
  };
  if (args.type == "bearer") return JsonObject{{"token", secret}};
  if (args.type == "api_key") return JsonObject{{"api_key", secret}};
  if (args.type == "basic") {
    if (args.username.empty()) return need("--username");
    return JsonObject{{"username", args.username}, {"password", secret}};
  }
  if (args.parameter.empty()) return need("--parameter");
  const std::string_view where = args.type == "header" ? "header" : "parameter";
  return JsonObject{{where, args.parameter}, {"value", secret}};
}

Result<int> set(Session& session, const SetArgs& args) {
  QD_TRY(const auto secret, read_secret(session, args));
  QD_TRY(const auto value, value_of(args, secret));
  const JsonObject draft{{"name", args.name}, {"type", args.type}, {"value", value}};
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto project, session.project());
  QD_TRY(const auto id, find_credential(*api, project, args.name));
  const auto one = fmt::format("{}/{}", collection(project), id);
  QD_TRY(const auto stored,
         id.empty() ? api->post(collection(project), draft) : api->put(one, draft));
  session.show(stored, fmt::format("credential {}: {}\n", safe(args.name),
                                   id.empty() ? "created" : "replaced"));
  return kOk;
}

Result<int> list(Session& session) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto project, session.project());
  QD_TRY(const auto items, api->all(collection(project)));
  session.show_table(kColumns, items, "No credentials.");
  return kOk;
}

Result<int> remove(Session& session, const std::string& name) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto project, session.project());
  QD_TRY(const auto id, find_credential(*api, project, name));
  if (id.empty())
    return fail(ErrorKind::NotFound, "credential.not_found",
                fmt::format("the project has no credential '{}'", name));
  QD_CHECK(api->remove(fmt::format("{}/{}", collection(project), id)));
  session.show(JsonObject{{"name", name}}, fmt::format("credential {}: deleted\n", safe(name)));
  return kOk;
}

}  // namespace

void add_credential_commands(const Commands& commands, CLI::App& app) {
  auto& group = Commands::group(
      app, "credentials", "Secrets that a project's tools and nodes name; they are never shown.");
  commands.add(group,
               {.name = "list",
                .summary = "The project's credentials, without their secrets.",
                .examples = {"qd credentials list"},
                .has_project = true},
               &list);
  const auto args = std::make_shared<SetArgs>();
  auto& setting =
      commands.add(group,
                   {.name = "set",
                    .summary = "Store a credential, or replace the one of its name.",
                    .examples = {"qd credentials set tracker",
                                 "qd credentials set openai --type api_key --value-stdin < key.txt",
                                 "qd credentials set store --type basic --username robot"},
                    .has_project = true},
                   [args](Session& session) { return set(session, *args); });
  setting.add_option("name", args->name, "What tools and nodes call it")->required();
  setting.add_option("--type", args->type, "How it goes onto a request (bearer)")
      ->check(CLI::IsMember({"bearer", "basic", "header", "query", "api_key"}));
  setting.add_option("--username", args->username, "Of type basic");
  setting.add_option("--parameter", args->parameter, "The header's or query parameter's name");
  setting.add_flag("--value-stdin", args->from_stdin,
                   "Read the secret from the first line of stdin");
  const auto name = std::make_shared<std::string>();
  auto& removing = commands.add(group,
                                {.name = "delete",
                                 .summary = "Delete a credential.",
                                 .examples = {"qd credentials delete tracker"},
                                 .has_project = true},
                                [name](Session& session) { return remove(session, *name); });
  removing.add_option("name", *name, "Its name or id")->required();
}

}  // namespace qd::cli
