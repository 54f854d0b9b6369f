#include "cli/session.h"

#include <iostream>

#include <fmt/format.h>

#include "base/id.h"
#include "base/near_name.h"

namespace qd::cli {
namespace {

constexpr std::string_view kLocalServer = "http://127.0.0.1:8000";

int run_command(System& system, Options options, const Run& run) {
  Session session(system, std::move(options));
  try {
    const auto code = run(session);
    if (code) return *code;
    session.complain(code.error());
  } catch (const std::exception& fault) {
    session.complain({.code = "internal", .message = fault.what()});
  }
  return kRefused;
}

std::string footer(const Spec& spec) {
  auto text = spec.notes;
  if (spec.examples.empty()) return text;
  return fmt::format("{}{}Examples:\n  {}", text, text.empty() ? "" : "\n\n",
                     fmt::join(spec.examples, "\n  "));
}

}  // namespace

Style Session::style(bool is_terminal) const {
  return Style(is_terminal && !system_.variable("NO_COLOR"));
}
Style Session::out_style() const {
  return style(system_.terminal.out);
}
Style Session::err_style() const {
  return style(system_.terminal.err);
}

Result<Logins> Session::logins() {
  return load_logins(system_.config_folder);
}

Result<std::string> Session::server() {
  if (!options_.server.empty()) return server_address(options_.server);
  if (const auto given = system_.variable("QUARTERDECK_SERVER")) return server_address(*given);
  QD_TRY(const auto saved, logins());
  return saved.current.empty() ? std::string(kLocalServer) : saved.current;
}

Result<Api> Session::anonymous_api() {
  QD_TRY(const auto address, server());
  return Api(system_, address, "");
}

Result<Api*> Session::api() {
  if (api_) return api_.get();
  QD_TRY(const auto address, server());
  auto token = system_.variable("QUARTERDECK_API_KEY");
  if (!token) token = system_.variable("QUARTERDECK_TOKEN");
  if (!token) {
    QD_TRY(const auto saved, logins());
    const auto found = saved.servers.find(address);
    if (found == saved.servers.end())
      return fail(
          ErrorKind::Unauthenticated, "login.none",
          fmt::format("you are not signed in to {}; run: qd login --server {}", address, address));
    token = found->second.api_key;
    project_ = found->second.project;
  }
  api_ = std::make_unique<Api>(system_, address, *token);
  return api_.get();
}

Result<std::string> Session::project() {
  QD_TRY(auto* const server_api, api());
  if (!options_.project.empty()) return find_project(*server_api, options_.project);
  if (const auto given = system_.variable("QUARTERDECK_PROJECT"))
    return find_project(*server_api, *given);
  if (project_) return *project_;
  QD_TRY(const auto all, server_api->all("/projects", 2));
  if (all.size() == 1) return text_at(all.front(), "id");
  return fail(ErrorKind::Invalid, "project.not_said",
              all.empty()
                  ? "there is no project yet; make one: qd projects create NAME"
                  : "say which project: --project NAME, or once and for all: qd projects use NAME");
}

Result<std::string> find_project(Api& api, const std::string& name) {
  if (is_uuid(name)) return name;
  QD_TRY(const auto projects, api.all("/projects"));
  std::vector<std::string> names;
  for (const auto field : {"slug", "name"})
    for (const auto& project : projects) {
      if (text_at(project, field) == name) return text_at(project, "id");
      names.push_back(text_at(project, field));
    }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto near = near_name(name, known);
  return fail(ErrorKind::NotFound, "project.not_found",
              fmt::format("there is no project '{}'{}", name,
                          near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
}

void Session::say(std::string_view line) {
  system_.out << line << '\n' << std::flush;
}
void Session::note(std::string_view line) {
  system_.err << line << '\n' << std::flush;
}

void Session::show(const Json& value, std::string_view text) {
  if (json())
    say(pretty(value));
  else
    system_.out << text << std::flush;
}

void Session::show_table(const std::vector<Column>& columns, const JsonArray& items,
                         std::string_view when_empty) {
  if (json()) return say(pretty(items));
  if (items.empty()) return note(when_empty);
  const auto most = system_.terminal.out ? static_cast<std::size_t>(system_.terminal.width) : 0;
  system_.out << table(columns, items, out_style(), most) << std::flush;
}

void Session::complain(const Error& error) {
  const auto style = err_style();
  note(fmt::format("{} {} {}", style.red("qd:"), safe(error.message, Lines::Keep),
                   style.dim("(" + safe(error.code) + ")")));
  for (const auto& fault : error.faults)
    note(fmt::format("  {}: {} {}", style.bold(safe(fault.path)), safe(fault.message),
                     style.dim("(" + safe(fault.code) + ")")));
  if (error.kind == ErrorKind::Internal && !error.internal.empty())
    note(fmt::format("  the server's log knows more of request {}", safe(error.internal)));
  if (error.kind == ErrorKind::Unauthenticated && error.code != "login.none")
    note("  sign in: qd login");
}

Result<void> Session::confirm(const std::string& question, bool yes) {
  if (yes) return {};
  if (!system_.terminal.in)
    return fail(ErrorKind::Invalid, "confirm.needed", "say --yes: there is no terminal to ask on");
  system_.err << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(system_.in, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return {};
  return fail(ErrorKind::Invalid, "confirm.refused", "nothing was done");
}

CLI::App& Commands::add(CLI::App& parent, Spec spec, Run run) const {
  auto& command = *parent.add_subcommand(spec.name, spec.summary);
  command.footer(footer(spec));
  const auto options = std::make_shared<Options>();
  command.add_flag("--json", options->json, "Print JSON, for scripts")->group("Common");
  command.add_option("--server", options->server, "The server's address [QUARTERDECK_SERVER]")
      ->option_text("URL")
      ->group("Common");
  if (spec.has_project)
    command
        .add_option("-p,--project", options->project,
                    "Name, slug or id of the project [QUARTERDECK_PROJECT]")
        ->option_text("NAME")
        ->group("Common");
  command.callback([system = system_, &exit_code = exit_code_, options, run = std::move(run)] {
    exit_code = run_command(*system, *options, run);
  });
  return command;
}

CLI::App& Commands::group(CLI::App& parent, std::string name, std::string summary) {
  auto& group = *parent.add_subcommand(std::move(name), std::move(summary));
  group.require_subcommand(1);
  return group;
}

}  // namespace qd::cli
