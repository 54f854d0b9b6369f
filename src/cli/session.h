// One command while it runs: its common options, its output, the server it speaks to.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/api.h"
#include "cli/exit_code.h"
#include "cli/logins.h"
#include "cli/system.h"
#include "cli/text.h"

namespace qd::cli {

/// Options that many commands share.
struct Options {
  std::string server;
  std::string project;
  bool json = false;
};

class Session {
 public:
  Session(System& system, Options options) : system_(system), options_(std::move(options)) {}

  [[nodiscard]] System& system() { return system_; }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] bool json() const { return options_.json; }
  [[nodiscard]] Style out_style() const;
  [[nodiscard]] Style err_style() const;

  /// `--server`, else QUARTERDECK_SERVER, else where the user signed in last, else this machine.
  Result<std::string> server();
  /// The server, with the credential that belongs to it: QUARTERDECK_API_KEY, QUARTERDECK_TOKEN or
  /// what was saved by `qd login`.
  Result<Api*> api();
  /// The API without anybody signed in.
  Result<Api> anonymous_api();
  /// The id of the project that the command is about: `--project` (name, slug or id), else
  /// QUARTERDECK_PROJECT, else what `qd projects use` said, else the only one there is.
  Result<std::string> project();

  /// A line on stdout or stderr.
  void say(std::string_view line);
  void note(std::string_view line);
  /// With --json the value, otherwise `text`, which brings its own line ends.
  void show(const Json& value, std::string_view text);
  /// A list as a table, or with --json as JSON.
  void show_table(const std::vector<Column>& columns, const JsonArray& items,
                  std::string_view when_empty);
  /// What went wrong, for people, on stderr.
  void complain(const Error& error);
  /// Asks on the terminal; without one, or with `yes`, it is confirmed or refused at once.
  Result<void> confirm(const std::string& question, bool yes);

 private:
  Result<Logins> logins();
  [[nodiscard]] Style style(bool is_terminal) const;

  System& system_;
  Options options_;
  std::unique_ptr<Api> api_;
  std::optional<std::string> project_;
};

/// The id of the project that has this name, slug or id. NotFound `project.not_found`.
[[nodiscard]] Result<std::string> find_project(Api& api, const std::string& name);

using Run = std::function<Result<int>(Session&)>;

/// What a command's help says, and which common options it takes.
struct Spec {
  std::string name;
  std::string summary;
  /// Lines like `qd run hello.yaml`.
  std::vector<std::string> examples = {};
  /// What else there is to know.
  std::string notes = {};
  bool has_project = false;
};

/// Adds commands that run with a session of their own.
class Commands {
 public:
  /// Both outlive the parsing.
  Commands(std::shared_ptr<System> system, int& exit_code)
      : system_(std::move(system)), exit_code_(exit_code) {}

  /// A command that does something. What it throws is said on stderr and is exit code 1.
  CLI::App& add(CLI::App& parent, Spec spec, Run run) const;
  /// A word before commands: `qd projects …`.
  [[nodiscard]] static CLI::App& group(CLI::App& parent, std::string name, std::string summary);

 private:
  std::shared_ptr<System> system_;
  int& exit_code_;
};

}  // namespace qd::cli
