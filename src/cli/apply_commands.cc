// qd apply: definitions from files to a server.
#include <fmt/format.h>

#include "cli/applier.h"
#include "cli/groups.h"
#include "cli/inputs.h"

namespace qd::cli {
namespace {

struct ApplyArgs {
  std::string file;
  std::vector<std::string> variables;
  bool dry_run = false;
};

void show_plan(Session& session, const std::vector<Change>& changes) {
  if (session.json()) {
    JsonArray all;
    for (const auto& change : changes) all.push_back(to_json(change));
    return session.say(pretty(all));
  }
  const auto style = session.out_style();
  for (const auto& change : changes) {
    session.say(describe(change, Tense::Planned, style));
    session.system().out << diff_of(change, style);
  }
}

Result<int> apply(Session& session, const ApplyArgs& args) {
  QD_TRY(const auto documents, load_documents(args.file));
  QD_TRY(auto variables, read_assignments(args.variables));
  QD_TRY(auto* const api, session.api());
  Applier applier(session, *api, documents, {.variables = std::move(variables)});
  QD_TRY(auto changes, applier.plan());
  if (args.dry_run) {
    show_plan(session, changes);
    return kOk;
  }
  JsonArray done;
  for (auto& change : changes) {
    QD_CHECK(applier.make(change));
    if (session.json())
      done.push_back(to_json(change));
    else
      session.say(describe(change, Tense::Done, session.out_style()));
  }
  if (session.json()) session.say(pretty(done));
  return kOk;
}

}  // namespace

void add_apply_command(const Commands& commands, CLI::App& app) {
  const auto args = std::make_shared<ApplyArgs>();
  auto& command = commands.add(
      app,
      {.name = "apply",
       .summary = "Make the server agree with YAML files; nothing is deleted.",
       .examples =
           {"qd apply -f examples/triage", "qd apply -f agent.yaml --dry-run",
            "qd apply -f triage.yaml --project support --set tracker=https://tracker.example"},
       .has_project = true},
      [args](Session& session) { return apply(session, *args); });
  command.add_option("-f,--file", args->file, "A file, or a folder with .yaml files")
      ->required()
      ->option_text("FILE|DIR");
  command.add_flag("--dry-run", args->dry_run, "Show what would change, and change nothing");
  command.add_option("--set", args->variables, "A variable of the project that the files describe")
      ->option_text("NAME=VALUE")
      ->expected(1)
      ->take_all();
}

}  // namespace qd::cli
