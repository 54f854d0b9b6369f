// The tool step: one call of one tool of the project.
#pragma once

#include "engine/steps/tool_call.h"

namespace qd::engine {

class ToolStep final : public EffectStep {
 public:
  ToolStep(ToolCaller& caller, Catalog& catalog) : caller_(caller), catalog_(catalog) {}
  Task<StepResult> run(StepRun run) override;

 private:
  ToolCaller& caller_;
  Catalog& catalog_;
};

}  // namespace qd::engine
