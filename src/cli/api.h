// One server's API as commands call it: JSON in, JSON or the server's own error out. Blocking.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/system.h"
#include "json/json.h"

namespace qd::cli {

class Api {
 public:
  /// `server` without a slash at its end; `token` is an access token or API key, empty for none.
  Api(System& system, std::string server, std::string token)
      : system_(system), server_(std::move(server)), token_(std::move(token)) {}

  /// Paths begin after `/api/v1`. An answer of 4xx or 5xx is the error that its problem document
  /// describes, code, faults and all; one without a body is null. What does not reach the server:
  /// Unavailable `server.unreachable`.
  Result<Json> get(std::string_view path) { return call("GET", path, nullptr); }
  Result<Json> post(std::string_view path, const Json& body) { return call("POST", path, &body); }
  Result<Json> patch(std::string_view path, const Json& body) { return call("PATCH", path, &body); }
  /// Refused (Stale) when the resource is at another revision than `revision`; 0 does not ask.
  Result<Json> put(std::string_view path, const Json& body, std::int64_t revision = 0);
  Result<void> remove(std::string_view path);
  /// Every item of a list, page by page, at most `most` of them.
  Result<JsonArray> all(std::string_view path, std::size_t most = 100'000);

  /// What follows says: go on, or that it has seen enough.
  enum class Next { More, Enough };
  /// The execution's events after number `after`, as they happen, until it is over. A broken
  /// connection is taken up where it ended; after several that brought nothing it is an error.
  Result<void> follow(const std::string& execution, std::int64_t after,
                      const std::function<Next(const Json&)>& sink);

  [[nodiscard]] const std::string& server() const { return server_; }

 private:
  Result<Json> call(std::string_view method, std::string_view path, const Json* body,
                    std::int64_t revision = 0);
  Result<http::ClientResponse> send(http::ClientRequest request);
  [[nodiscard]] http::ClientRequest request(std::string_view method, std::string_view path) const;
  struct Stream;
  Result<void> read_events(Stream& stream);
  Result<bool> is_over(const Stream& stream);

  System& system_;
  std::string server_;
  std::string token_;
};

/// The error that an answer describes: by its problem document, or by its status where it has none.
[[nodiscard]] Error error_of(const http::ClientResponse& response);

}  // namespace qd::cli
