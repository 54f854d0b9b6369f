// qd run, qd logs.
#include <fmt/format.h>

#include "base/id.h"
#include "cli/applier.h"
#include "cli/bundle.h"
#include "cli/find.h"
#include "cli/groups.h"
#include "cli/inputs.h"
#include "cli/progress.h"
#include "cli/watch.h"

namespace qd::cli {
namespace {

struct RunArgs {
  std::string target;
  std::vector<std::string> input;
  std::vector<std::string> variables;
  std::int64_t version = 0;
  std::int64_t priority = 0;
  bool detach = false;
  bool wait = false;
};

bool is_file(const std::string& target) {
  const auto extension = std::filesystem::path(target).extension();
  std::error_code ignored;
  return extension == ".yaml" || extension == ".yml" || extension == ".json" ||
         (target.find('/') != std::string::npos && std::filesystem::exists(target, ignored));
}

/// Applies the file and what it needs; the workflow's id.
Result<std::string> bring(Session& session, Api& api, const RunArgs& args) {
  QD_TRY(auto documents, load_bundle(args.target));
  // Whoever says where it goes does not mean the project beside it.
  if (!session.options().project.empty())
    std::erase_if(documents, [](const Document& one) { return one.kind == DocumentKind::Project; });
  QD_TRY(auto variables, read_assignments(args.variables));
  Applier applier(session, api, documents, {.variables = std::move(variables)});
  QD_TRY(auto changes, applier.plan());
  std::string workflow;
  for (auto& change : changes) {
    QD_CHECK(applier.make(change));
    if (change.change != ChangeKind::None && !session.json())
      session.note(describe(change, Tense::Done, session.err_style()));
    if (change.document->kind == DocumentKind::Workflow) workflow = change.id;
  }
  return workflow;
}

Result<int> run(Session& session, const RunArgs& args) {
  if (args.detach && args.wait)
    return fail(ErrorKind::Invalid, "run.options", "--wait and --detach are opposites");
  QD_TRY(auto input, read_input(args.input, session.system()));
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto workflow,
         is_file(args.target)
             ? bring(session, *api, args)
             : find_definition(session, *api, DocumentKind::Workflow, args.target));
  JsonObject request{{"input", std::move(input)}};
  if (args.version > 0) request["version"] = args.version;
  if (args.priority != 0) request["priority"] = args.priority;
  QD_TRY(const auto execution,
         api->post(fmt::format("/workflows/{}/execute", url_part(workflow)), request));
  const auto id = text_at(execution, "id");
  if (args.detach) {
    session.show(execution, id + "\n");
    return kOk;
  }
  if (!session.json()) session.note(session.err_style().dim("execution " + id));
  return watch(session, *api, id);
}

struct LogArgs {
  std::string execution;
  bool follow = false;
};

/// Every event as a line; with --json as JSON lines. Without --follow up to the one that is the
/// last now.
Result<int> logs(Session& session, const LogArgs& args) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto execution, api->get("/executions/" + url_part(args.execution)));
  const auto last = number_at(execution, "revision");
  Progress progress(session.out_style());
  const auto show = [&](const Json& event) {
    const auto line = progress.take(event);
    if (session.json())
      session.say(json::print(event));
    else if (!line.empty())
      session.say(line);
    const bool is_last = !args.follow && number_at(event, "seq") >= last;
    return is_last ? Api::Next::Enough : Api::Next::More;
  };
  if (last > 0 || args.follow) QD_CHECK(api->follow(args.execution, 0, show));
  if (!args.follow) return kOk;
  QD_TRY(const auto ended, api->get("/executions/" + url_part(args.execution)));
  return exit_code_of(text_at(ended, "status"));
}

}  // namespace

void add_run_commands(const Commands& commands, CLI::App& app) {
  const auto args = std::make_shared<RunArgs>();
  auto& command = commands.add(
      app,
      {.name = "run",
       .summary = "Run a workflow: one of the server by name, or a file.",
       .examples =
           {"qd run examples/triage/triage.yaml --input @examples/triage/issues.json",
            "qd run \"Triage issues\" --project triage --input repo=acme/app --input limit=20",
            "qd run nightly --detach --json | jq -r .id"},
       .notes = "A file is applied first, with the agents, tools and project that it needs from "
                "the .yaml files beside it.\n"
                "The exit code is 0 when the execution completed, 3 when it failed, 4 cancelled, 5 "
                "timed out; 1 when it\n"
                "could not be started or followed.",
       .has_project = true},
      [args](Session& session) { return run(session, *args); });
  command.add_option("workflow", args->target, "A .yaml file, or a workflow's name or id")
      ->required();
  command
      .add_option(
          "-i,--input", args->input,
          "name=value, name=@file, @file.json, @- (stdin) or JSON; may be given several times")
      ->option_text("INPUT")
      ->expected(1)
      ->take_all();
  command.add_option("--set", args->variables, "A variable of the project beside the file")
      ->option_text("NAME=VALUE")
      ->expected(1)
      ->take_all();
  command.add_option("--version", args->version, "Which version; the latest unless said otherwise");
  command.add_option("--priority", args->priority, "-100 to 100; higher ones start first");
  command.add_flag("--wait", args->wait, "Follow it to its end (as it does anyway)");
  command.add_flag("--detach", args->detach, "Print the execution's id and leave it running");

  const auto log_args = std::make_shared<LogArgs>();
  auto& log =
      commands.add(app,
                   {"logs",
                    "The events of an execution.",
                    {"qd logs 019a…", "qd logs 019a… --follow", "qd logs 019a… --json | jq .type"}},
                   [log_args](Session& session) { return logs(session, *log_args); });
  log.add_option("execution", log_args->execution, "The execution's id")->required();
  log.add_flag("-f,--follow", log_args->follow,
               "Go on until it is over; the exit code is then its outcome's");
}

}  // namespace qd::cli
