// Looks at everything that the server needs before it can start or work well.
#pragma once

#include "app/settings.h"
#include "json/described.h"

namespace qd::app {

enum class Health { Good, Warning, Bad };
BOOST_DESCRIBE_ENUM(Health, Good, Warning, Bad)

struct Finding {
  /// `disk`, `clock`, `keys`, `database`, `port`, `retention`, a provider, or a language of code
  /// steps.
  std::string subject;
  Health health = Health::Good;
  /// What was found, and what to do where it is not good.
  std::string message;
};
BOOST_DESCRIBE_STRUCT(Finding, (), (subject, health, message))

/// Blocking; changes nothing but that it makes the data folder and its keys where they are missing.
[[nodiscard]] std::vector<Finding> examine(const config::Config& config);

}  // namespace qd::app
