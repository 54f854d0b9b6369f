// What the rest of the program sees of a model provider.
#pragma once

#include <string>

#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "connect/models/model.h"
#include "platform/http/client.h"

namespace qd::connect::models {

/// Where and how a provider is reached. What is empty is the provider's own default.
struct Connection {
  std::string provider;
  std::string base_url;
  Secret api_key;
  /// Sent with every request (`OpenAI-Organization`, `anthropic-beta`, ...).
  http::Headers headers;
  std::string api_version;
  /// What the provider can be told beyond that; its names are in docs/providers.md. An agent's
  /// settings are laid over its connection's by the caller.
  JsonObject settings;
};

/// Thread-safe and stateless. Resumes on the awaiting executor; cancelling the awaiting task ends
/// the call.
class Provider {
 public:
  virtual ~Provider() = default;
  /// One try, no retries. The error codes are those of errors.h and of http::Client; nothing of the
  /// key is ever in them. Gives up with `timeout` at `deadline`.
  virtual Task<Result<ModelAnswer>> complete(ModelRequest request, Connection connection,
                                             Timestamp deadline) = 0;
};

}  // namespace qd::connect::models
