// What `qd drill` shows people: how far it is, and how it went.
#pragma once

#include "cli/session.h"
#include "engine/drill/drill.h"

namespace qd::app {

/// One line on a terminal that is written over while the drill goes on; nothing elsewhere.
class DrillProgress {
 public:
  explicit DrillProgress(cli::Session& session);
  DrillProgress(const DrillProgress&) = delete;
  DrillProgress& operator=(const DrillProgress&) = delete;
  ~DrillProgress();
  /// False once the user wants no more (Ctrl-C).
  bool show(const engine::drill::Report& report);

 private:
  cli::Session& session_;
};

[[nodiscard]] std::string describe(const engine::drill::Report& report, const cli::Style& style);

}  // namespace qd::app
