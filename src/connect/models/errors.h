// What can go wrong at a provider, in one set of codes, and which of it may be tried again.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/secret.h"
#include "platform/http/client.h"

namespace qd::connect::models {

inline constexpr std::string_view kRateLimited = "provider.rate_limited";
inline constexpr std::string_view kOverloaded = "provider.overloaded";
/// Out of credit or over a spending limit: waiting does not help.
inline constexpr std::string_view kQuota = "provider.quota";
inline constexpr std::string_view kAuth = "provider.auth";
inline constexpr std::string_view kBadRequest = "provider.bad_request";
inline constexpr std::string_view kContextLength = "provider.context_length";
inline constexpr std::string_view kServerError = "provider.server_error";
/// The answer ended before it was whole; nothing of it may be used.
inline constexpr std::string_view kTruncated = "provider.truncated";
inline constexpr std::string_view kContentFilter = "provider.content_filter";
inline constexpr std::string_view kModelNotFound = "provider.model_not_found";
/// The request holds what the connection's settings say the provider does not take.
inline constexpr std::string_view kUnsupported = "provider.unsupported";
inline constexpr std::string_view kTimeout = "timeout";

/// Whether the same call may succeed later: of the codes above and of http::Client.
[[nodiscard]] bool is_retryable(std::string_view code);
/// Whether `code` is one of the above.
[[nodiscard]] bool is_provider_code(std::string_view code);

/// An error of that code with the kind that belongs to it.
[[nodiscard]] Error provider_error(std::string_view code, std::string message);

/// A refusal as a provider worded it. Strings are empty where it said nothing.
struct Refusal {
  int status = 0;
  std::string type;
  std::string code;
  std::string message;
};

/// The error for a code, worded after the refusal; bounded, and never with the key in it.
[[nodiscard]] Error refused(std::string_view code, const Refusal& refusal, const Secret& key);

/// From `retry-after-ms` or `retry-after` (seconds, or a date beside the answer's own `date`),
/// rounded up; zero when the answer does not say.
[[nodiscard]] std::chrono::seconds retry_after(const http::ClientResponse& response);

}  // namespace qd::connect::models
