// Requests that leave the process. The one way out: address policy, size and time bounds hold here.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace qd::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  Headers headers = {};
  std::string body = {};
  milliseconds timeout{30'000};
  std::size_t max_response_bytes = 16 << 20;
  /// Given each piece of the body as it arrives (on the caller's executor); the response's body is
  /// then empty. Called only for 2xx answers.
  std::function<void(std::string_view)> on_data = {};
};

struct ClientResponse {
  int status = 0;
  Headers headers = {};
  std::string body = {};
  /// Case-insensitive; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Thread-safe; resumes on the awaiting executor. Cancelling the awaiting task ends the transfer.
class Client {
 public:
  virtual ~Client() = default;
  /// An answer of any status, or an error. Certainly not sent: `http.invalid_url`,
  /// `http.invalid_method`, `http.invalid_header`, `http.blocked_address` (private, loopback,
  /// link-local or otherwise not public, unless allowed), `http.resolve`, `http.connect`,
  /// `http.tls`. Perhaps received by the peer: `timeout`, `http.too_large`, `http.truncated` (the
  /// connection ended before the answer did), `http.malformed` (no HTTP), `http.stopped`. Redirects
  /// are not followed. A request whose method is not idempotent leaves at most once.
  virtual Task<Result<ClientResponse>> send(ClientRequest request) = 0;
};

struct ClientOptions {
  /// CIDR ranges that may be reached although they are not public (`outbound.allow`).
  std::vector<std::string> allow = {};
  /// A PEM file of authorities to trust in place of the system's; empty: the system's.
  std::string ca_file = {};
};

/// A client on libcurl's multi interface with one thread of its own.
std::unique_ptr<Client> make_client(const ClientOptions& options);

}  // namespace qd::http
