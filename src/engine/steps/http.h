// The http step: one request to anywhere.
#pragma once

#include "engine/gate.h"

namespace qd::engine {

/// What an HTTP call does outside when its author does not say: by the method (RFC 9110, 9.2).
[[nodiscard]] Effect effect_of_method(std::string_view method);

/// A call that a step wants made, rendered.
struct HttpCall {
  std::string method = "GET";
  std::string url;
  JsonObject headers;
  JsonObject query;
  Json body;
  std::string credential;
  Effect effect = Effect::Read;
  std::string idempotency_key;
};

/// The answer as steps see it: `{status, headers, body}`, the body as JSON where it is JSON.
[[nodiscard]] Json to_output(const http::ClientResponse& response);

/// Sends it. An answer of 400 and more is the failure `http.status`; a `once` call whose answer did
/// not come is uncertain.
Task<StepResult> send(Gate& gate, ProjectId project, HttpCall call, milliseconds timeout);

class HttpStep final : public EffectStep {
 public:
  HttpStep(Gate& gate, const Clock& clock) : gate_(gate), clock_(clock) {}
  Task<StepResult> run(StepRun run) override;

 private:
  Gate& gate_;
  const Clock& clock_;
};

}  // namespace qd::engine
