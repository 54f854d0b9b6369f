// Anthropic's Messages API, at its own address or another that speaks it.
#pragma once

#include "connect/models/provider.h"

namespace qd::connect::models {

class AnthropicProvider final : public Provider {
 public:
  /// Both must outlive it.
  AnthropicProvider(http::Client& client, const Clock& clock) : client_(client), clock_(clock) {}
  Task<Result<ModelAnswer>> complete(ModelRequest request, Connection connection,
                                     Timestamp deadline) override;

 private:
  http::Client& client_;
  const Clock& clock_;
};

}  // namespace qd::connect::models
