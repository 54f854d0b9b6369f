// The configuration as the commands of this program get it: every setting is a flag of the command.
#pragma once

#include <map>
#include <string>

#include <CLI/CLI.hpp>

#include "connect/models/provider.h"
#include "engine/steps/code_runner.h"
#include "platform/config/config.h"

namespace qd::app {

inline constexpr std::string_view kVersion = QD_VERSION;

/// What a command line said of the configuration. Lives as long as the command it was added to.
class SettingFlags {
 public:
  /// Adds `--config` and one flag for every setting.
  explicit SettingFlags(CLI::App& command);
  /// The whole configuration; prints what is wrong to stderr and fails. Misspelt `QD_…` variables
  /// are named too.
  [[nodiscard]] Result<config::Config> load() const;

 private:
  std::string file_;
  std::map<std::string, std::string, std::less<>> flags_;
};

/// The store that the configuration names: `postgres://…`, or SQLite in the data folder.
[[nodiscard]] std::string store_url(const config::Config& config);

/// Where `provider: auto` goes; nothing unless `models.default` is set.
struct DefaultModel {
  std::string base_url;
  std::string model;
};
/// Invalid where the setting is no `http://host/v1?model=NAME`.
[[nodiscard]] Result<std::optional<DefaultModel>> default_model(const config::Config& config);

/// Interpreters as configured; twice as many programs at once as there are cores.
[[nodiscard]] engine::CodeOptions code_options(const config::Config& config);

/// An error with its faults as lines for a terminal.
[[nodiscard]] std::string describe(const Error& error);

}  // namespace qd::app
