// RFC 9457: how an Error looks to an HTTP client.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/http/server.h"

namespace qd::api {

[[nodiscard]] int http_status(ErrorKind kind);
/// `application/problem+json` with `Retry-After` where the error says when. Never shows `internal`.
[[nodiscard]] http::Response problem(const Error& error, std::string_view request_id);

}  // namespace qd::api
