// An execution's place among those that a limit concerns.
#pragma once

#include <optional>
#include <string>

#include "base/enum_names.h"
#include "base/time.h"

namespace qd::engine::admission {

enum class Queue { Ready, Lane };
BOOST_DESCRIBE_ENUM(Queue, Ready, Lane)

/// What an execution's row says of its place.
struct Standing {
  /// Nothing where its workflow has no limit.
  std::optional<std::string> lane = {};
  std::optional<std::int64_t> lane_limit = {};
  /// Nothing: it holds a slot.
  std::optional<Queue> queue = {};
  /// When its slot was given, where the project's starts are limited by rate.
  std::optional<Timestamp> rated_at = {};
};
BOOST_DESCRIBE_STRUCT(Standing, (), (lane, lane_limit, queue, rated_at))

}  // namespace qd::engine::admission
