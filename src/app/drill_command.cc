#include "app/drill_command.h"

#include <charconv>

#include <fmt/format.h>

#include "agents/service.h"
#include "app/drill_report.h"
#include "cli/bundle.h"
#include "cli/inputs.h"
#include "cli/session.h"
#include "engine/drill/drill.h"
#include "engine/drill/example.h"
#include "engine/drill/scratch_store.h"
#include "engine/json_schema.h"
#include "tools/service.h"

namespace qd::app {
namespace {

namespace drill = engine::drill;

/// The drill could not be held at all.
constexpr int kNotHeld = 2;

struct DrillArgs {
  std::string file;
  std::vector<std::string> input;
  std::vector<std::string> variables;
  std::vector<std::string> answers;
  std::vector<std::string> refusals;
  std::vector<std::string> rejected;
  std::vector<std::string> expired;
  std::string database;
  std::string timeout = "30s";
  drill::DrillOptions options;
};

/// A document as it would be stored.
definitions::Stored stored(const cli::Document& document) {
  definitions::Stored out;
  out.id = document.name;
  out.name = document.name;
  return out;
}

Result<void> add_document(const cli::Document& document, drill::Scene& scene) {
  const Json content(document.content);
  switch (document.kind) {
    case cli::DocumentKind::Project:
      scene.props.project = document.name;
      scene.props.variables = document.variables;
      return {};
    case cli::DocumentKind::Tool:
      QD_CHECK(json::from_json<tools::ToolDraft>(content));
      scene.props.tools.emplace(document.name, tools::to_spec(stored(document), content));
      return {};
    case cli::DocumentKind::Agent: {
      QD_CHECK(json::from_json<agents::AgentDraft>(content));
      auto spec = agents::to_spec(stored(document), {.version = 1, .content = content});
      for (const auto& tool : agents::tool_names(content))
        if (const auto found = scene.props.tools.find(tool); found != scene.props.tools.end())
          spec.tools.push_back(std::make_shared<const engine::ToolSpec>(found->second));
      scene.props.agents.emplace(document.name, std::move(spec));
      return {};
    }
    case cli::DocumentKind::Workflow:
      // The last one is what is drilled; the others are what it calls.
      scene.document = document.content.at("definition");
      scene.props.workflows[document.name] = scene.document;
      return {};
  }
  std::unreachable();
}

Result<std::map<std::string, std::int64_t>> read_refusals(const std::vector<std::string>& texts) {
  std::map<std::string, std::int64_t> refusals;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    auto& times = refusals[text.substr(0, equals)];
    times = std::numeric_limits<std::int64_t>::max();
    if (equals == std::string::npos) continue;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + equals + 1, end, times);
    if (read.ec != std::errc() || read.ptr != end || times < 1)
      return fail(ErrorKind::Invalid, "drill.refuse",
                  fmt::format("'{}' is not written NAME or NAME=TIMES", text));
  }
  return refusals;
}

Result<drill::Scene> read_scene(const DrillArgs& args, cli::System& system) {
  drill::Scene scene;
  QD_TRY(const auto documents, cli::load_bundle(args.file));
  for (const auto& document : documents) QD_CHECK(add_document(document, scene));
  QD_TRY(const auto variables, cli::read_assignments(args.variables));
  for (const auto& entry : variables) scene.props.variables[entry.key()] = entry.value();
  QD_TRY(const auto definition, engine::compile_definition(scene.document));
  if (args.input.empty() && !definition->inputs.is_null()) {
    scene.input = drill::example_of(definition->inputs);
  } else {
    QD_TRY(scene.input, cli::read_input(args.input, system));
  }
  QD_CHECK(engine::check_schema(definition->inputs, scene.input, "/input"));
  scene.rejected.insert(args.rejected.begin(), args.rejected.end());
  scene.expired.insert(args.expired.begin(), args.expired.end());
  scene.begins_at = SystemClock().now();
  return scene;
}

Result<drill::Report> hold(cli::Session& session, const DrillArgs& args) {
  QD_TRY(auto scene, read_scene(args, session.system()));
  drill::WorldOptions world;
  QD_TRY(world.answers, cli::read_assignments(args.answers));
  QD_TRY(world.refusals, read_refusals(args.refusals));
  auto options = args.options;
  const auto timeout = parse_duration(args.timeout);
  if (!timeout)
    return fail(ErrorKind::Invalid, "drill.timeout", "--timeout is a length of time like 30s");
  options.timeout = *timeout;
  const drill::ScratchStore store(args.database, scene.begins_at);
  scene.database = store.url();
  scene.project = store.project();
  DrillProgress progress(session);
  return drill::Drill(std::move(scene), std::move(world), options)
      .run([&](const drill::Report& report) { return progress.show(report); });
}

Result<int> run_drill(cli::Session& session, const DrillArgs& args) {
  const auto report = hold(session, args);
  if (!report) {
    session.complain(report.error());
    return kNotHeld;
  }
  session.show(json::to_json(*report), describe(*report, session.out_style()));
  return report->findings.empty() ? cli::kOk : cli::kRefused;
}

void add_options(CLI::App& command, DrillArgs& args) {
  const auto list = [&](const char* name, std::vector<std::string>& into, const char* help,
                        const char* text) {
    command.add_option(name, into, help)->option_text(text)->expected(1)->take_all();
  };
  command.add_option("workflow", args.file, "A .yaml file that holds one workflow")->required();
  list("-i,--input", args.input,
       "As of `qd run`; without one an example of the workflow's `inputs`", "INPUT");
  list("--set", args.variables, "A variable of the project", "NAME=VALUE");
  list("--answer", args.answers,
       "What a step, tool, agent or event gives: JSON, text, or @file; otherwise an example of its "
       "output schema, or what was sent",
       "NAME=VALUE");
  list("--refuse", args.refusals, "A step or tool that turns its first attempts away, or all",
       "NAME[=TIMES]");
  list("--reject", args.rejected, "An approval that is rejected; all others are approved", "NODE");
  list("--let-expire", args.expired, "An approval or event that does not come in time", "NODE");
  command
      .add_option("--database", args.database,
                  "postgres://…: in a schema of its own there; otherwise SQLite in a temporary "
                  "folder")
      ->option_text("URL");
  command
      .add_option("--kills", args.options.kills,
                  "End after so many; otherwise when each boundary had its turns")
      ->check(CLI::Range(1, 1'000'000));
  command.add_option("--every", args.options.every, "Only each so many-th boundary")
      ->check(CLI::Range(1, 1'000'000));
  command.add_option("--seed", args.options.seed, "Of what is done at random places");
  command.add_option("--timeout", args.timeout, "Of one process, then it is stuck (30s)");
}

}  // namespace

void add_drill_command(CLI::App& app, int& exit_code) {
  const auto args = std::make_shared<DrillArgs>();
  auto& command =
      cli::Commands(cli::make_system(), exit_code)
          .add(app,
               {.name = "drill",
                .summary = "Kill the engine at every boundary of a workflow, and see "
                           "whether anything is lost or doubled.",
                .examples = {"qd drill examples/triage/triage.yaml --input "
                             "@examples/triage/issues.json",
                             "qd drill order.yaml --answer 'stock={\"left\": 3}' --refuse pay=2",
                             "qd drill order.yaml --database postgres://me@localhost/scratch "
                             "--kills 500 --json"},
                .notes = "Nothing outside is called: requests, tools and models are played "
                         "by the drill, which counts them.\n"
                         "Approvals are decided, events sent and waits skipped. It asks no "
                         "server and keeps nothing.\n"
                         "The exit code is 0 when nothing was lost or doubled, 1 when "
                         "something was, 2 when the drill could\n"
                         "not be held. docs/durability.md says how to read the report."},
               [args](cli::Session& session) { return run_drill(session, *args); });
  add_options(command, *args);
}

}  // namespace qd::app
