// qd workflows lint: what is wrong with a workflow file, as a compiler says it, without a server.
#include <fmt/format.h>

#include "cli/documents.h"
#include "cli/groups.h"
#include "cli/lint.h"

namespace qd::cli {
namespace {

Result<int> lint(Session& session, const std::vector<std::string>& files) {
  std::size_t count = 0;
  JsonArray all;
  for (const auto& file : files) {
    QD_TRY(const auto text, read_file(file));
    QD_TRY(const auto findings, lint_text(text, file));
    count += findings.size();
    for (const auto& finding : findings) {
      all.push_back(to_json(finding));
      if (!session.json()) session.system().out << show(finding, text, session.out_style());
    }
  }
  if (session.json())
    session.say(pretty(all));
  else
    session.note(count == 0 ? "no faults"
                            : fmt::format("{} fault{}", count, count == 1 ? "" : "s"));
  return count == 0 ? kOk : kRefused;
}

}  // namespace

void add_lint_command(const Commands& commands, CLI::App& workflows) {
  const auto files = std::make_shared<std::vector<std::string>>();
  auto& command =
      commands.add(workflows,
                   {"lint",
                    "Every fault of workflow files, with line and column; asks no server.",
                    {"qd workflows lint triage.yaml", "qd workflows lint *.yaml --json"}},
                   [files](Session& session) { return lint(session, *files); });
  command.add_option("files", *files, "YAML or JSON files")->required();
}

}  // namespace qd::cli
