// One HTTP exchange with a provider, streamed or whole; what the bytes mean is the dialect's.
#pragma once

#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "connect/models/errors.h"
#include "connect/models/model.h"
#include "connect/models/sse.h"
#include "platform/http/client.h"

namespace qd::connect::models {

/// Reads the answers to one request. Lives for one exchange.
class Dialect {
 public:
  virtual ~Dialect() = default;
  /// A whole answer (status 2xx).
  virtual Result<ModelAnswer> read(const Json& body) = 0;
  /// One event of a streamed answer; text goes on to the sink at once.
  virtual void take(const SseEvent& event) = 0;
  /// After the last byte of a stream: the answer, what the stream said went wrong, or
  /// `provider.truncated`.
  virtual Result<ModelAnswer> end() = 0;
  /// Why the provider refused. `body` is null where it was no JSON.
  virtual Error refusal(const http::ClientResponse& response, const Json& body) = 0;
  /// The header that names the request at the provider.
  [[nodiscard]] virtual std::string_view request_id_header() const = 0;
};

enum class Delivery { Whole, Streamed };

/// Sends `request` and has the dialect read what comes. `dialect` must outlive the call.
Task<Result<ModelAnswer>> exchange(http::Client& client, http::ClientRequest request,
                                   Delivery delivery, Dialect& dialect);

/// The time that is left, as a request's timeout wants it.
[[nodiscard]] milliseconds time_left(const Clock& clock, Timestamp deadline);

}  // namespace qd::connect::models
