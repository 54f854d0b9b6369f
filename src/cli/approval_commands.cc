// qd approvals list|get|approve|reject.
#include <fmt/format.h>

#include "cli/groups.h"
#include "cli/inputs.h"
#include "cli/yaml_writer.h"

namespace qd::cli {
namespace {

const std::vector<Column> kColumns{{"ID", "id"},
                                   {"TITLE", "title"},
                                   {"STATUS", "status:status"},
                                   {"STEP", "node_id"},
                                   {"EXECUTION", "execution_id"},
                                   {"EXPIRES", "expires_at:time"}};

struct ListArgs {
  std::string status = "pending";
  std::string execution;
  bool everywhere = false;
};

Result<int> list(Session& session, const ListArgs& args) {
  QD_TRY(auto* const api, session.api());
  std::string path = "/approvals?sort=-created_at";
  if (args.status != "any") path += "&status=" + url_part(args.status);
  if (!args.execution.empty()) path += "&execution_id=" + url_part(args.execution);
  if (!args.everywhere && args.execution.empty()) {
    QD_TRY(const auto project, session.project());
    path += "&project_id=" + url_part(project);
  }
  QD_TRY(const auto items, api->all(path, 1'000));
  session.show_table(kColumns, items, "No approvals.");
  return kOk;
}

Result<int> get(Session& session, const std::string& id) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto approval, api->get("/approvals/" + url_part(id)));
  session.show(approval, to_yaml(approval));
  return kOk;
}

struct DecideArgs {
  std::string id, comment;
  std::vector<std::string> form;
};

Result<int> decide(Session& session, const DecideArgs& args, std::string_view decision) {
  JsonObject body{{"decision", decision}};
  if (!args.comment.empty()) body["comment"] = args.comment;
  if (!args.form.empty()) {
    QD_TRY(body["form"], read_input(args.form, session.system()));
  }
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto approval,
         api->post(fmt::format("/approvals/{}/decide", url_part(args.id)), body));
  session.show(approval, fmt::format("{}: {}\n", safe(text_at(approval, "title")),
                                     safe(text_at(approval, "status"))));
  return kOk;
}

void add_decision(const Commands& commands, CLI::App& group, Spec spec,
                  const std::string& decision) {
  const auto args = std::make_shared<DecideArgs>();
  auto& command = commands.add(group, std::move(spec), [args, decision](Session& session) {
    return decide(session, *args, decision);
  });
  command.add_option("approval", args->id, "The approval's id")->required();
  command.add_option("--comment", args->comment, "Why");
  command.add_option("--form", args->form, "The form's fields, written as the input of qd run")
      ->option_text("NAME=VALUE")
      ->expected(1)
      ->take_all();
}

}  // namespace

void add_approval_commands(const Commands& commands, CLI::App& app) {
  auto& group = Commands::group(app, "approvals", "What waits for a person, and deciding it.");
  const auto args = std::make_shared<ListArgs>();
  auto& all =
      commands.add(group,
                   {.name = "list",
                    .summary = "A project's approvals that are pending, the newest first.",
                    .examples = {"qd approvals list", "qd approvals list --status any --all"},
                    .has_project = true},
                   [args](Session& session) { return list(session, *args); });
  all.add_option("--status", args->status, "Which ones (pending)")
      ->check(CLI::IsMember({"pending", "approved", "rejected", "expired", "cancelled", "any"}));
  all.add_option("--execution", args->execution, "Only those of this execution");
  all.add_flag("--all", args->everywhere, "Of every project");
  const auto id = std::make_shared<std::string>();
  auto& one =
      commands.add(group, {"get", "One approval, with its form.", {"qd approvals get 019a…"}},
                   [id](Session& session) { return get(session, *id); });
  one.add_option("approval", *id, "The approval's id")->required();
  add_decision(commands, group,
               {"approve",
                "Approve; the execution goes on through its port `approved`.",
                {"qd approvals approve 019a… --comment \"go ahead\" --form severity=2"}},
               "approved");
  add_decision(commands, group,
               {"reject",
                "Reject; the execution goes on through its port `rejected`.",
                {"qd approvals reject 019a… --comment \"not now\""}},
               "rejected");
}

}  // namespace qd::cli
