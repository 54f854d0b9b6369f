#include "connect/models/model.h"

namespace qd::connect::models {
namespace {

constexpr std::int64_t kCharactersPerToken = 4;

std::int64_t size_of(std::string_view text) {
  return static_cast<std::int64_t>(text.size());
}

std::int64_t size_of(const std::vector<ToolCall>& calls) {
  std::int64_t size = 0;
  for (const auto& call : calls) size += size_of(call.name) + size_of(json::print(call.arguments));
  return size;
}

std::int64_t tokens(std::int64_t characters) {
  return (characters + kCharactersPerToken - 1) / kCharactersPerToken;
}

}  // namespace

ModelMessage as_message(const ModelAnswer& answer) {
  return {.role = Role::Assistant,
          .content = answer.text,
          .tool_calls = answer.tool_calls,
          .opaque = answer.opaque};
}

Usage estimate_usage(const ModelRequest& request, const ModelAnswer& answer) {
  std::int64_t input = 0;
  for (const auto& message : request.messages)
    input += size_of(message.content) + size_of(message.tool_calls);
  for (const auto& tool : request.tools)
    input += size_of(tool.name) + size_of(tool.description) + size_of(json::print(tool.parameters));
  return {.input_total = tokens(input),
          .output_total = tokens(size_of(answer.text) + size_of(answer.tool_calls)),
          .estimated = true};
}

}  // namespace qd::connect::models
