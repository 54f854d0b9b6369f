// Tool names as providers take them: [A-Za-z0-9_-]{1,64}. A tool of ours (or of an MCP server) may
// be called more freely, so each request has its own dictionary.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connect/models/model.h"

namespace qd::connect::models {

class ToolNames {
 public:
  explicit ToolNames(const std::vector<ToolDefinition>& tools);
  /// The name to send; of a tool that is not in the request, a plain clean-up.
  [[nodiscard]] std::string wire(std::string_view name) const;
  /// Back again; a name that was never sent stays as it is.
  [[nodiscard]] std::string real(std::string_view wire) const;

 private:
  std::map<std::string, std::string, std::less<>> wire_;
  std::map<std::string, std::string, std::less<>> real_;
};

}  // namespace qd::connect::models
