#include "connect/models/tool_names.h"

namespace qd::connect::models {
namespace {

constexpr std::size_t kLongest = 64;

std::string cleaned(std::string_view name) {
  std::string out(name.substr(0, kLongest));
  for (auto& c : out) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
    if (!fits) c = '_';
  }
  return out.empty() ? "tool" : out;
}

}  // namespace

ToolNames::ToolNames(const std::vector<ToolDefinition>& tools) {
  for (const auto& tool : tools) {
    const auto plain = cleaned(tool.name);
    auto candidate = plain;
    for (int number = 2; real_.contains(candidate); ++number) {
      const auto suffix = "_" + std::to_string(number);
      candidate = plain.substr(0, kLongest - suffix.size()) + suffix;
    }
    real_.emplace(candidate, tool.name);
    wire_.emplace(tool.name, candidate);
  }
}

std::string ToolNames::wire(std::string_view name) const {
  const auto found = wire_.find(name);
  return found == wire_.end() ? cleaned(name) : found->second;
}

std::string ToolNames::real(std::string_view wire) const {
  const auto found = real_.find(wire);
  return found == real_.end() ? std::string(wire) : found->second;
}

}  // namespace qd::connect::models
