#include "platform/config/config.h"

#include <charconv>
#include <ranges>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/near_name.h"
#include "platform/config/forms.h"
#include "platform/config/toml_file.h"

namespace qd::config {
namespace {

const Setting* find_setting(std::string_view name) {
  const auto found = std::ranges::find(all_settings(), name, &Setting::name);
  return found == all_settings().end() ? nullptr : &*found;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (const auto part : std::views::split(text, separator)) {
    std::string_view item(part.begin(), part.end());
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (!item.empty()) parts.emplace_back(item);
  }
  return parts;
}

/// What is wrong with the value, or empty.
std::string fault_of(const Setting& setting, const std::string& text) {
  switch (setting.type) {
    case Type::Number: {
      const auto number = parse_number(text);
      if (number && *number >= setting.min && *number <= setting.max) return "";
      return fmt::format("must be a whole number from {} to {}", setting.min, setting.max);
    }
    case Type::Duration: {
      const auto length = parse_duration(text);
      if (length && length->count() >= setting.min && length->count() <= setting.max) return "";
      return fmt::format("must be a duration from {} to {}",
                         format_duration(milliseconds(setting.min)),
                         format_duration(milliseconds(setting.max)));
    }
    case Type::Choice: {
      const auto words = split(setting.choices, '|');
      if (std::ranges::find(words, text) != words.end()) return "";
      return fmt::format("must be one of: {}", fmt::join(words, ", "));
    }
    case Type::Text:
      if (text.empty() || has_form(text, setting.form)) return "";
      return fmt::format("must be {}", form_name(setting.form));
    case Type::List:
      for (const auto& item : split(text, ','))
        if (!has_form(item, setting.form))
          return fmt::format("must be {}", form_name(setting.form));
      return "";
  }
  return "";
}

std::string did_you_mean(std::string_view name, std::span<const std::string_view> known) {
  const auto near = near_name(name, known);
  return near.empty() ? "" : fmt::format("; did you mean {}?", near);
}

Fault unknown(std::string_view name, std::string_view where) {
  std::vector<std::string_view> names;
  for (const auto& setting : all_settings()) names.push_back(setting.name);
  return {std::string(name), "config.unknown",
          fmt::format("is not a setting ({}){}", where, did_you_mean(name, names))};
}

}  // namespace

std::string environment_name(std::string_view setting) {
  std::string name = "QD_";
  for (const char c : setting) name += c == '.' ? '_' : static_cast<char>(std::toupper(c));
  return name;
}

std::vector<std::string> unknown_variables(std::span<const std::string> names) {
  std::vector<std::string> settings{"QD_CONFIG"};
  for (const auto& setting : all_settings()) settings.push_back(environment_name(setting.name));
  const std::vector<std::string_view> known(settings.begin(), settings.end());
  std::vector<std::string> unknown;
  for (const auto& name : names)
    if (name.starts_with("QD_") && !name.starts_with("QD_TEST_") &&
        std::ranges::find(known, name) == known.end())
      unknown.push_back(fmt::format("{} is not a setting{}", name, did_you_mean(name, known)));
  return unknown;
}

Result<Config> Config::load(const Inputs& inputs) {
  FileValues file;
  if (!inputs.file.empty()) {
    QD_TRY(file, read_toml(inputs.file));
  }
  std::vector<Fault> faults;
  for (const auto& [name, given] : file)
    if (!find_setting(name))
      faults.push_back(unknown(name, fmt::format("{}:{}", inputs.file, given.line)));
  for (const auto& [name, text] : inputs.flags)
    if (!find_setting(name)) faults.push_back(unknown(name, "flag"));
  Config config;
  for (const auto& setting : all_settings()) {
    Value value{.text = std::string(setting.fallback)};
    if (const auto found = file.find(setting.name); found != file.end())
      value = {found->second.text, Source::File,
               fmt::format("{}:{}", inputs.file, found->second.line)};
    const auto variable = environment_name(setting.name);
    if (inputs.environment)
      if (auto given = inputs.environment(variable))
        value = {std::move(*given), Source::Environment, variable};
    if (const auto found = inputs.flags.find(setting.name); found != inputs.flags.end())
      value = {found->second, Source::Flag, fmt::format("--{}", setting.name)};
    config.take(setting, std::move(value), faults);
  }
  config.check_together(faults);
  if (!faults.empty()) return invalid(std::move(faults));
  return config;
}

void Config::take(const Setting& setting, Value value, std::vector<Fault>& faults) {
  if (auto fault = fault_of(setting, value.text); !fault.empty())
    faults.push_back({std::string(setting.name), "config.value",
                      fmt::format("{} (from {})", fault, value.origin)});
  values_.emplace(setting.name, std::move(value));
}

void Config::check_together(std::vector<Fault>& faults) const {
  const bool certificate = !text("tls.certificate").empty();
  const bool key = !text("tls.key").empty();
  if (certificate != key)
    faults.push_back({key ? "tls.certificate" : "tls.key", "config.incomplete",
                      "must be set too: TLS takes both a certificate and its key"});
  if (text("data").empty()) faults.push_back({"data", "config.value", "must name a folder"});
}

const Config::Value& Config::value(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw std::logic_error(fmt::format("no setting is named {}", name));
  return found->second;
}

std::int64_t Config::number(std::string_view name) const {
  return parse_number(text(name)).value();
}
milliseconds Config::duration(std::string_view name) const {
  return parse_duration(text(name)).value();
}
std::vector<std::string> Config::list(std::string_view name) const {
  return split(text(name), ',');
}

std::string Config::shown(const Setting& setting) const {
  const auto& text = value(setting.name).text;
  if (setting.secret) return text.empty() ? "" : "(set)";
  return text;
}

}  // namespace qd::config
