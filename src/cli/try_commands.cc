// qd agents run, qd tools test: one agent or tool tried alone, as an execution of its own.
#include <fmt/format.h>

#include "cli/find.h"
#include "cli/groups.h"
#include "cli/inputs.h"
#include "cli/watch.h"

namespace qd::cli {
namespace {

struct TryArgs {
  std::string name;
  std::string message;
  std::vector<std::string> input;
};

Result<int> start(Session& session, DocumentKind kind, const TryArgs& args, std::string_view verb,
                  JsonObject request) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto id, find_definition(session, *api, kind, args.name));
  QD_TRY(const auto execution,
         api->post(fmt::format("/{}/{}/{}", plural(kind), url_part(id), verb), request));
  return watch(session, *api, text_at(execution, "id"));
}

Result<int> run_agent(Session& session, const TryArgs& args) {
  if (args.message.empty() == args.input.empty())
    return fail(ErrorKind::Invalid, "run.input", "say either a message or --input");
  Json input = boost::json::string_view(args.message);
  if (args.message.empty()) {
    QD_TRY(input, read_input(args.input, session.system()));
  }
  return start(session, DocumentKind::Agent, args, "run", {{"input", std::move(input)}});
}

Result<int> test_tool(Session& session, const TryArgs& args) {
  QD_TRY(auto arguments, read_input(args.input, session.system()));
  return start(session, DocumentKind::Tool, args, "test",
               {{"arguments", std::move(arguments)}, {"wait_ms", 0}});
}

}  // namespace

void add_agent_run(const Commands& commands, CLI::App& agents) {
  const auto args = std::make_shared<TryArgs>();
  auto& command =
      commands.add(agents,
                   {.name = "run",
                    .summary = "Run the published agent once and follow it, as qd run does.",
                    .examples = {"qd agents run forecaster \"Will it rain in Oslo?\"",
                                 "qd agents run issue-triager --input @issues.json"},
                    .has_project = true},
                   [args](Session& session) { return run_agent(session, *args); });
  command.add_option("name", args->name, "The agent's name or id")->required();
  command.add_option("message", args->message, "What it is told");
  command
      .add_option("-i,--input", args->input,
                  "What it is told as JSON, written as the input of qd run")
      ->option_text("INPUT")
      ->expected(1)
      ->take_all();
}

void add_tool_test(const Commands& commands, CLI::App& tools) {
  const auto args = std::make_shared<TryArgs>();
  auto& command =
      commands.add(tools,
                   {.name = "test",
                    .summary = "Call the published tool once and follow it, as qd run does.",
                    .examples = {"qd tools test find_place --input name=Oslo"},
                    .has_project = true},
                   [args](Session& session) { return test_tool(session, *args); });
  command.add_option("name", args->name, "The tool's name or id")->required();
  command.add_option("-i,--input", args->input, "The arguments, written as the input of qd run")
      ->option_text("INPUT")
      ->expected(1)
      ->take_all();
}

}  // namespace qd::cli
