#include "app/settings.h"

#include <cstdlib>
#include <filesystem>
#include <thread>

#include <boost/url.hpp>
#include <fmt/format.h>

extern char** environ;

namespace qd::app {
namespace {

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

std::vector<std::string> variable_names() {
  std::vector<std::string> names;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

std::string describe(const config::Setting& setting) {
  std::string text(setting.sentence);
  if (!setting.choices.empty()) text += fmt::format(" One of {}.", setting.choices);
  return text + fmt::format(" [{}]", config::environment_name(setting.name));
}

}  // namespace

SettingFlags::SettingFlags(CLI::App& command) {
  command.add_option("--config", file_, "A TOML file with settings. [QD_CONFIG]")
      ->option_text("FILE");
  for (const auto& setting : config::all_settings()) {
    const std::string name(setting.name);
    command
        .add_option_function<std::string>(
            "--" + name, [this, name](const std::string& value) { flags_[name] = value; },
            describe(setting))
        // Scripts pass settings on behind their own.
        ->take_last()
        ->group("Settings")
        ->option_text(setting.fallback.empty() || setting.secret
                          ? ""
                          : fmt::format("({})", setting.fallback));
  }
}

Result<config::Config> SettingFlags::load() const {
  const auto names = variable_names();
  for (const auto& hint : config::unknown_variables(names)) fmt::print(stderr, "qd: {}\n", hint);
  auto file = file_;
  if (file.empty()) file = environment("QD_CONFIG").value_or("");
  auto loaded = config::Config::load({.flags = flags_, .environment = &environment, .file = file});
  if (!loaded)
    fmt::print(stderr, "qd: the configuration is not valid\n{}", describe(loaded.error()));
  return loaded;
}

std::string store_url(const config::Config& config) {
  if (!config.secret("database").empty()) return std::string(config.secret("database").reveal());
  return "sqlite:" + (std::filesystem::path(config.text("data")) / "quarterdeck.db").string();
}

Result<std::optional<DefaultModel>> default_model(const config::Config& config) {
  const auto& text = config.text("models.default");
  if (text.empty()) return std::nullopt;
  const auto url = boost::urls::parse_uri(text);
  const auto wrong = [](std::string what) {
    return invalid({{"models.default", "url", what + "; it is written http://host/v1?model=NAME"}});
  };
  if (!url || (url->scheme() != "http" && url->scheme() != "https") || url->host().empty())
    return wrong("this is no web address");
  const auto params = url->params();
  const auto model = params.find("model");
  if (model == params.end() || (*model).value.empty()) return wrong("the model's name is missing");
  return DefaultModel{.base_url = std::string(text.substr(0, text.find('?'))),
                      .model = (*model).value};
}

engine::CodeOptions code_options(const config::Config& config) {
  return {.node = config.text("code.node"),
          .python = config.text("code.python"),
          .places = 2 * std::max(1U, std::thread::hardware_concurrency())};
}

std::string describe(const Error& error) {
  if (error.faults.empty()) return fmt::format("  {} ({})\n", error.message, error.code);
  std::string lines;
  for (const auto& fault : error.faults)
    lines += fmt::format("  {}: {} ({})\n", fault.path, fault.message, fault.code);
  return lines;
}

}  // namespace qd::app
