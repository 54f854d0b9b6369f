// The agent step: a model and its tools, turn by turn, to a final answer. Each turn and each call
// is recorded before and after, so that a crash in turn 7 does not pay for turns 1 to 6 again, and
// no call is made twice that must not be.
#pragma once

#include "engine/steps/tool_call.h"

namespace qd::engine {

class AgentStep final : public EffectStep {
 public:
  AgentStep(Gate& gate, ToolCaller& caller, Catalog& catalog)
      : gate_(gate), caller_(caller), catalog_(catalog) {}
  /// Output: the value that the output schema wants, or `{text}` where there is none. Fails with
  /// `agent.max_turns`, `agent.max_tokens`, `agent.max_cost`, `model.cut_off`, or as models and
  /// tools do; a failed tool call is told to the model.
  Task<StepResult> run(StepRun run) override;

 private:
  Gate& gate_;
  ToolCaller& caller_;
  Catalog& catalog_;
};

}  // namespace qd::engine
