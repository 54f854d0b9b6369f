// In words, why an execution or a step does not move at the moment; nothing where it does, or is
// over. Pure: it is told all that it speaks of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/admission.h"
#include "engine/records.h"

namespace qd::executions {

/// What is known of an execution.
struct Situation {
  const engine::Execution& execution;
  const engine::Definition& definition;
  /// In order of the definition's nodes.
  const std::vector<engine::Step>& steps;
  /// Of one that has no slot.
  std::optional<engine::admission::Wait> wait = {};
  Timestamp now;
};

/// `waits for a slot: 10 of 10 executions of workflow 'Triage' with key 'acme' are running; 3 are
/// before it`.
[[nodiscard]] std::optional<std::string> explain(const Situation& situation);
/// `waits for step 'a'`, `waits 40 s to retry (attempt 2 of 4): the server answered 503`.
[[nodiscard]] std::optional<std::string> explain_step(const Situation& situation,
                                                      const engine::Step& step);

}  // namespace qd::executions
