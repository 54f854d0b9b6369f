#include "cli/inputs.h"

#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "cli/documents.h"
#include "engine/yaml.h"

namespace qd::cli {
namespace {

constexpr json::Limits kLimits{.depth = 64};

std::unexpected<Error> not_valid(std::string message) {
  return fail(ErrorKind::Invalid, "input.not_valid", std::move(message));
}

/// The content of a file as its ending says.
Result<Json> parse_content(const std::string& text, const std::string& file, bool may_be_text) {
  const auto extension = std::filesystem::path(file).extension();
  const auto explain = [&](const Error& error) {
    return not_valid(fmt::format("{}: {}", file, error.message));
  };
  if (extension == ".yaml" || extension == ".yml") {
    auto read = engine::yaml_to_json(text);
    if (!read) return explain(read.error());
    return std::move(read->value);
  }
  if (may_be_text && extension != ".json") return Json(boost::json::string_view(text));
  auto read = json::parse(text, kLimits);
  if (!read) return explain(read.error());
  return read;
}

Result<Json> read_whole(const std::string& text, System& system) {
  if (text == "@-") {
    const std::string all(std::istreambuf_iterator<char>(system.in), {});
    return parse_content(all, "stdin", false);
  }
  if (text.starts_with('@')) {
    QD_TRY(const auto content, read_file(text.substr(1)));
    return parse_content(content, text.substr(1), false);
  }
  return parse_content(text, "--input", false);
}

Result<Json> read_member(const std::string& text) {
  if (!text.starts_with('@')) return read_value(text);
  QD_TRY(const auto content, read_file(text.substr(1)));
  return parse_content(content, text.substr(1), true);
}

}  // namespace

Json read_value(const std::string& text) {
  auto value = json::parse(text, kLimits);
  return value ? *std::move(value) : Json(boost::json::string_view(text));
}

Result<JsonObject> read_assignments(const std::vector<std::string>& texts) {
  JsonObject out;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return not_valid(fmt::format("'{}' is not written name=value", text));
    QD_TRY(out[text.substr(0, equals)], read_member(text.substr(equals + 1)));
  }
  return out;
}

Result<Json> read_input(const std::vector<std::string>& texts, System& system) {
  Json input = JsonObject{};
  for (const auto& text : texts) {
    const bool is_whole = text.starts_with('@') || text.starts_with('{') || text.starts_with('[');
    if (!is_whole && !input.is_object())
      return not_valid("a member can't be put into an input that is no object");
    if (!is_whole) {
      QD_TRY(auto members, read_assignments({text}));
      for (auto& entry : members) input.get_object()[entry.key()] = entry.value();
      continue;
    }
    QD_TRY(auto whole, read_whole(text, system));
    if (!whole.is_object() || !input.is_object())
      input = std::move(whole);
    else
      for (auto& entry : whole.get_object()) input.get_object()[entry.key()] = entry.value();
  }
  return input;
}

}  // namespace qd::cli
