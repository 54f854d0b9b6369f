// What can be followed: `execution:<id>`, `project:<id>`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/watchers.h"

namespace qd::executions {

struct Topic {
  enum class Kind { Execution, Project } kind = Kind::Execution;
  std::string id;
  [[nodiscard]] std::string name() const {
    return kind == Kind::Execution ? engine::topic_of(ExecutionId{id})
                                   : engine::topic_of(ProjectId{id});
  }
};

/// Nothing for what is no topic.
[[nodiscard]] inline std::optional<Topic> parse_topic(std::string_view name) {
  const auto colon = name.find(':');
  if (colon == std::string_view::npos || colon + 1 == name.size()) return std::nullopt;
  const std::string id(name.substr(colon + 1));
  if (name.substr(0, colon) == "execution") return Topic{Topic::Kind::Execution, id};
  if (name.substr(0, colon) == "project") return Topic{Topic::Kind::Project, id};
  return std::nullopt;
}

}  // namespace qd::executions
