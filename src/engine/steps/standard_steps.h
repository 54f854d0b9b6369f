// Every kind of step that this server can run.
#pragma once

#include "engine/steps/agent.h"
#include "engine/steps/code.h"
#include "engine/steps/http.h"
#include "engine/steps/llm.h"
#include "engine/steps/pure_steps.h"
#include "engine/steps/tool.h"
#include "engine/steps/workflow.h"

namespace qd::engine {

class StandardSteps {
 public:
  /// All outlive it. Without `code` there are no code steps (a drill has none).
  StandardSteps(Gate& gate, Catalog& catalog, CodeRunner* code, const Clock& clock)
      : caller_(gate, code, clock),
        http_(gate, clock),
        llm_(gate, catalog),
        agent_(gate, caller_, catalog),
        tool_(caller_, catalog),
        workflow_(catalog) {
    if (code) code_.emplace(*code);
  }

  /// Valid as long as this lives.
  [[nodiscard]] StepKinds kinds() {
    StepKinds kinds;
    pure_.add_to(kinds);
    const auto put = [&](NodeType type, EffectStep& step) {
      kinds.effects[static_cast<std::size_t>(type)] = &step;
    };
    put(NodeType::Http, http_);
    put(NodeType::Llm, llm_);
    put(NodeType::Agent, agent_);
    put(NodeType::Tool, tool_);
    put(NodeType::Workflow, workflow_);
    if (code_) put(NodeType::Code, *code_);
    return kinds;
  }

 private:
  ToolCaller caller_;
  PureSteps pure_;
  HttpStep http_;
  LlmStep llm_;
  AgentStep agent_;
  ToolStep tool_;
  WorkflowStep workflow_;
  std::optional<CodeStep> code_;
};

}  // namespace qd::engine
