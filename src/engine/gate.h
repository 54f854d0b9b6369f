// The one way out. Every request and every model call of a step passes here, where credentials are
// joined to it, and where whatever governs them belongs.
#pragma once

#include "connect/models/registry.h"
#include "engine/catalog.h"
#include "engine/step.h"
#include "platform/http/client.h"

namespace qd::engine {

/// Where a provider is reached and with which key, for those who bring none of their own.
struct ProviderAccess {
  std::string base_url;
  Secret api_key;
};

struct GateOptions {
  ProviderAccess openai;
  ProviderAccess anthropic;
};

struct ModelReply {
  connect::models::ModelAnswer answer;
  double cost_usd = 0;
  [[nodiscard]] std::int64_t tokens() const {
    return answer.usage.input_total + answer.usage.output_total;
  }
};

/// Thread-safe.
class Gate {
 public:
  /// All outlive it.
  Gate(http::Client& client, Catalog& catalog, const Clock& clock, GateOptions options);

  /// The answer of any status. `credential` (id or name; empty: none) is joined to the request.
  Task<Result<http::ClientResponse>> send(ProjectId project, http::ClientRequest request,
                                          std::string credential);
  /// One try of one model call. The model is the request's, or where that is empty or `auto` the
  /// connection's.
  Task<Result<ModelReply>> ask(ProjectId project, connect::models::ModelRequest request,
                               ModelConnection connection, Timestamp deadline);

 private:
  Task<Result<connect::models::Connection>> open(ProjectId project, ModelConnection connection);

  http::Client& client_;
  Catalog& catalog_;
  GateOptions options_;
  connect::models::Registry models_;
};

/// A refusal as the error of a step: the same code and message; retryable where trying again may
/// help.
[[nodiscard]] StepFailed to_failure(const Error& error);
/// Whether the peer may have received the request although this error came back.
[[nodiscard]] bool may_have_arrived(const Error& error);

}  // namespace qd::engine
