// qd executions list|get|steps|cancel|pause|resume|retry|fork|signal|resolve.
#include <fmt/format.h>

#include "cli/bulk.h"
#include "cli/groups.h"
#include "cli/inputs.h"
#include "cli/yaml_writer.h"

namespace qd::cli {
namespace {

const std::vector<Column> kColumns{{"ID", "id"},
                                   {"NAME", "name"},
                                   {"STATUS", "status:status"},
                                   {"WAITS FOR", "waiting_for"},
                                   {"STARTED", "created_at:time"},
                                   {"TOOK", "duration_ms:duration"}};
const std::vector<Column> kStepColumns{{"STEP", "node_id"},
                                       {"TYPE", "type"},
                                       {"STATUS", "status:status"},
                                       {"ATTEMPT", "attempt"},
                                       {"TOOK", "duration_ms:duration"},
                                       {"WHY NOT YET", "explanation"},
                                       {"ERROR", "error/message"}};

std::string path_of(const std::string& id, std::string_view rest = "") {
  return fmt::format("/executions/{}{}", url_part(id), rest);
}

struct ListArgs {
  std::string status, query;
  bool everywhere = false;
  std::int64_t limit = 50;
};

Result<int> list(Session& session, const ListArgs& args) {
  QD_TRY(auto* const api, session.api());
  std::string path = "/executions?sort=-created_at";
  if (!args.everywhere) {
    QD_TRY(const auto project, session.project());
    path += "&project_id=" + url_part(project);
  }
  if (!args.status.empty()) path += "&status=" + url_part(args.status);
  if (!args.query.empty()) path += "&q=" + url_part(args.query);
  QD_TRY(const auto items,
         api->all(path, static_cast<std::size_t>(std::max<std::int64_t>(args.limit, 1))));
  session.show_table(kColumns, items, "No executions.");
  return kOk;
}

Result<int> get(Session& session, const std::string& id) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(auto execution, api->get(path_of(id)));
  QD_TRY(const auto steps, api->get(path_of(id, "/steps")));
  const auto* items = json::find(steps, "items");
  if (session.json()) {
    if (items) execution.get_object()["steps"] = *items;
    session.say(pretty(execution));
    return kOk;
  }
  session.system().out << to_yaml(execution) << '\n';
  if (items && items->is_array()) session.show_table(kStepColumns, items->get_array(), "No steps.");
  return kOk;
}

Result<int> steer(Session& session, const std::string& id, std::string_view what,
                  const Json& body) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto execution, api->post(path_of(id, fmt::format("/{}", what)), body));
  session.show(execution, fmt::format("{}: {}\n", id, safe(text_at(execution, "status"))));
  return kOk;
}

struct SignalArgs {
  std::string execution, name;
  std::vector<std::string> payload;
};

Result<int> signal(Session& session, const SignalArgs& args) {
  QD_TRY(auto payload, read_input(args.payload, session.system()));
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto answer,
         api->post(path_of(args.execution, "/signal"),
                   JsonObject{{"name", args.name}, {"payload", std::move(payload)}}));
  session.show(answer, fmt::format("{} waiting step(s) took it.\n", number_at(answer, "taken")));
  return kOk;
}

struct ResolveArgs {
  std::string execution, step;
  std::vector<std::string> output;
  bool happened = false, not_happened = false;
};

Result<int> resolve(Session& session, const ResolveArgs& args) {
  if (args.happened == args.not_happened)
    return fail(ErrorKind::Invalid, "resolve.options", "say one of --happened and --not-happened");
  JsonObject body{{"happened", args.happened}};
  if (!args.output.empty()) {
    QD_TRY(body["output"], read_input(args.output, session.system()));
  }
  return steer(session, args.execution, fmt::format("steps/{}/resolve", url_part(args.step)), body);
}

void add_reading(const Commands& commands, CLI::App& group) {
  const auto args = std::make_shared<ListArgs>();
  auto& all = commands.add(
      group,
      {.name = "list",
       .summary = "A project's executions, the newest first.",
       .examples = {"qd executions list --status failed", "qd executions list --all --limit 200"},
       .has_project = true},
      [args](Session& session) { return list(session, *args); });
  all.add_option("--status", args->status, "Only these")
      ->check(CLI::IsMember({"pending", "running", "waiting", "paused", "completed", "failed",
                             "cancelled", "timed_out"}));
  all.add_option("--query", args->query, "Words in the name, or an id");
  all.add_flag("--all", args->everywhere, "Of every project");
  all.add_option("--limit", args->limit, "At most so many (50)");
  const auto id = std::make_shared<std::string>();
  auto& one =
      commands.add(group, {"get", "One execution with its steps.", {"qd executions get 019a…"}},
                   [id](Session& session) { return get(session, *id); });
  one.add_option("execution", *id, "The execution's id")->required();
}

struct SteerArgs {
  std::string id, reason;
  BulkArgs many;
};

/// One execution by its id, or many by a filter.
Result<int> steer(Session& session, const std::string& what, const SteerArgs& args) {
  if (args.id.empty() == args.many.is_empty())
    return fail(ErrorKind::Invalid, "executions.target",
                "name one execution, or many with --status, --workflow, --query, --from, --to or "
                "--all");
  if (args.id.empty()) return steer_many(session, what, args.many, args.reason);
  JsonObject body;
  if (!args.reason.empty()) body["reason"] = args.reason;
  return steer(session, args.id, what, body);
}

CLI::App& add_steering(const Commands& commands, CLI::App& group, const std::string& what,
                       const std::string& summary, std::shared_ptr<SteerArgs> args) {
  auto& command =
      commands.add(group,
                   {.name = what,
                    .summary = summary,
                    .examples = {fmt::format("qd executions {} 019a…", what),
                                 fmt::format("qd executions {} --status {} --dry-run", what,
                                             what == "retry" ? "failed" : "waiting")},
                    .has_project = true},
                   [args, what](Session& session) { return steer(session, what, *args); });
  command.add_option("execution", args->id, "The execution's id");
  args->many.add_to(command);
  return command;
}

void add_steering(const Commands& commands, CLI::App& group, const std::string& what,
                  const std::string& summary) {
  add_steering(commands, group, what, summary, std::make_shared<SteerArgs>());
}

void add_cancel(const Commands& commands, CLI::App& group) {
  const auto args = std::make_shared<SteerArgs>();
  auto& command =
      add_steering(commands, group, "cancel", "End it; running steps are interrupted.", args);
  command.add_option("--reason", args->reason, "For those who look at it later");
}

struct ForkArgs {
  std::string id, from;
  std::vector<std::string> input;
};

Result<int> fork(Session& session, const ForkArgs& args) {
  JsonObject body{{"from_step", args.from}};
  if (!args.input.empty()) {
    QD_TRY(body["input"], read_input(args.input, session.system()));
  }
  QD_TRY(auto* const api, session.api());
  const auto forked = api->post(path_of(args.id, "/fork"), body);
  if (!forked) return std::unexpected(forked.error());
  session.show(*forked, fmt::format("{}: {}\n", safe(text_at(*forked, "id")),
                                    safe(text_at(*forked, "status"))));
  return kOk;
}

void add_fork(const Commands& commands, CLI::App& group) {
  const auto args = std::make_shared<ForkArgs>();
  auto& command =
      commands.add(group,
                   {"fork",
                    "A new execution that keeps all results but those from one step on.",
                    {"qd executions fork 019a… --from classify",
                     "qd executions fork 019a… --from classify --input n=2"}},
                   [args](Session& session) { return fork(session, *args); });
  command.add_option("execution", args->id, "The execution's id")->required();
  command.add_option("--from", args->from, "The step from which on it runs anew")
      ->required()
      ->option_text("STEP");
  command.add_option("--input", args->input, "Another input, written as that of qd run")
      ->expected(1)
      ->take_all();
}

void add_signal(const Commands& commands, CLI::App& group) {
  const auto args = std::make_shared<SignalArgs>();
  auto& command = commands.add(group,
                               {"signal",
                                "Hand an event to the steps that wait for it.",
                                {"qd executions signal 019a… paid --payload amount=12"}},
                               [args](Session& session) { return signal(session, *args); });
  command.add_option("execution", args->execution, "The execution's id")->required();
  command.add_option("name", args->name, "The event's name")->required();
  command.add_option("--payload", args->payload, "Written as the input of qd run")
      ->expected(1)
      ->take_all();
}

void add_resolve(const Commands& commands, CLI::App& group) {
  const auto args = std::make_shared<ResolveArgs>();
  auto& command = commands.add(group,
                               {"resolve",
                                "Say whether what an uncertain step had sent did happen.",
                                {"qd executions resolve 019a… charge --happened --output id=ch_1",
                                 "qd executions resolve 019a… charge --not-happened"}},
                               [args](Session& session) { return resolve(session, *args); });
  command.add_option("execution", args->execution, "The execution's id")->required();
  command.add_option("step", args->step, "The step's node id")->required();
  command.add_flag("--happened", args->happened, "It did; the step is completed");
  command.add_flag("--not-happened", args->not_happened, "It did not; the step is tried again");
  command.add_option("--output", args->output, "What it answered, written as the input of qd run")
      ->expected(1)
      ->take_all();
}

}  // namespace

void add_execution_commands(const Commands& commands, CLI::App& app) {
  auto& group = Commands::group(app, "executions", "Look at executions and steer them.");
  add_reading(commands, group);
  add_cancel(commands, group);
  add_steering(commands, group, "pause", "Start no more steps; running ones finish.");
  add_steering(commands, group, "resume", "Go on after a pause.");
  add_steering(commands, group, "retry", "Go on from what failed.");
  add_fork(commands, group);
  add_signal(commands, group);
  add_resolve(commands, group);
}

}  // namespace qd::cli
