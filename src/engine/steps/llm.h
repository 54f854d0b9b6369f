// The llm step: one model call.
#pragma once

#include "engine/gate.h"

namespace qd::engine {

class LlmStep final : public EffectStep {
 public:
  LlmStep(Gate& gate, Catalog& catalog) : gate_(gate), catalog_(catalog) {}
  /// Output: `{text, model, usage}`, and `value` where an output schema is given. A call that was
  /// cut off is made again: models are asked, nothing is done.
  Task<StepResult> run(StepRun run) override;

 private:
  Gate& gate_;
  Catalog& catalog_;
};

/// A model's text as the value that `schema` wants; `model.no_json` or `model.wrong_shape` (both
/// retryable: models do not say the same twice) where it is none.
[[nodiscard]] Result<Json> read_structured(const std::string& text, const Json& schema);
/// A failed attempt that was paid for, where the error is one of those two.
[[nodiscard]] StepFailed shape_failure(const Error& error, double cost_usd, std::int64_t tokens);

}  // namespace qd::engine
