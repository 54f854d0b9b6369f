// What `qd executions cancel`, `pause`, `resume` and `retry` take in the place of an id: a filter,
// for many executions at once.
#pragma once

#include "cli/session.h"

namespace qd::cli {

struct BulkArgs {
  std::string status, workflow, query, from, to;
  bool everywhere = false, dry_run = false, yes = false;

  void add_to(CLI::App& command);
  [[nodiscard]] bool is_empty() const;
};

/// Counts, asks, and does it, with as many requests as it takes. kRefused where some failed.
Result<int> steer_many(Session& session, std::string_view action, const BulkArgs& args,
                       std::string_view reason);

}  // namespace qd::cli
