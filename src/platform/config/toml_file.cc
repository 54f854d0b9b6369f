#include "platform/config/toml_file.h"

#include <filesystem>

#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace qd::config {
namespace {

std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "on" : "off";
  return std::nullopt;
}

std::optional<std::string> value_text(const toml::node& node) {
  const auto* items = node.as_array();
  if (!items) return scalar_text(node);
  std::string list;
  for (const auto& item : *items) {
    const auto text = scalar_text(item);
    if (!text) return std::nullopt;
    list += (list.empty() ? "" : ",") + *text;
  }
  return list;
}

void flatten(const toml::table& table, const std::string& prefix, const std::string& path,
             FileValues& values, std::vector<Fault>& faults) {
  for (const auto& [key, node] : table) {
    const auto name = prefix + std::string(key.str());
    const auto line = static_cast<int>(key.source().begin.line);
    if (const auto* inner = node.as_table())
      flatten(*inner, name + ".", path, values, faults);
    else if (auto text = value_text(node))
      values.emplace(name, FileValue{*std::move(text), line});
    else
      faults.push_back(
          {name, "config.value",
           fmt::format("must be text, a whole number, true, false or an array of them ({}:{})",
                       path, line)});
  }
}

}  // namespace

Result<FileValues> read_toml(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return invalid({{path, "config.file", "is not there"}});
  const auto parsed = toml::parse_file(path);
  if (!parsed) {
    const auto& fault = parsed.error();
    return invalid({{path, "config.file",
                     fmt::format("{} (line {}, column {})", fault.description(),
                                 fault.source().begin.line, fault.source().begin.column)}});
  }
  FileValues values;
  std::vector<Fault> faults;
  flatten(parsed.table(), "", path, values, faults);
  if (!faults.empty()) return invalid(std::move(faults));
  return values;
}

}  // namespace qd::config
