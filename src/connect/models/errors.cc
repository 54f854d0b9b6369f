#include "connect/models/errors.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <curl/curl.h>
#include <fmt/format.h>

namespace qd::connect::models {
namespace {

enum class Again { Yes, No };
struct CodeRow {
  std::string_view code;
  ErrorKind kind;
  Again again;
};

constexpr std::array kCodes{
    CodeRow{kRateLimited, ErrorKind::Limited, Again::Yes},
    CodeRow{kOverloaded, ErrorKind::Unavailable, Again::Yes},
    CodeRow{kQuota, ErrorKind::Unavailable, Again::No},
    CodeRow{kAuth, ErrorKind::Unavailable, Again::No},
    CodeRow{kBadRequest, ErrorKind::Invalid, Again::No},
    CodeRow{kContextLength, ErrorKind::Invalid, Again::No},
    CodeRow{kServerError, ErrorKind::Unavailable, Again::Yes},
    CodeRow{kTruncated, ErrorKind::Unavailable, Again::Yes},
    CodeRow{kContentFilter, ErrorKind::Invalid, Again::No},
    CodeRow{kModelNotFound, ErrorKind::Invalid, Again::No},
    CodeRow{kUnsupported, ErrorKind::Invalid, Again::No},
    CodeRow{kTimeout, ErrorKind::Unavailable, Again::Yes},
};
constexpr std::array<std::string_view, 4> kRetryableHttp{"http.resolve", "http.connect",
                                                         "http.truncated", "http.overloaded"};
constexpr std::size_t kLongestMessage = 500;
constexpr double kLongestWaitSeconds = 24 * 3600;

const CodeRow* row_of(std::string_view code) {
  const auto* row = std::ranges::find(kCodes, code, &CodeRow::code);
  return row == kCodes.end() ? nullptr : row;
}

/// What people read when the provider's own words may not be passed on, or there are none.
std::string_view plain_words(std::string_view code) {
  if (code == kRateLimited) return "the provider limits the rate of requests";
  if (code == kOverloaded) return "the provider is overloaded";
  if (code == kQuota) return "the account at the provider is out of credit or over its limit";
  if (code == kAuth) return "the provider refused the API key";
  if (code == kContextLength) return "the conversation is longer than the model's context";
  if (code == kContentFilter) return "the provider's content filter refused the request";
  if (code == kModelNotFound) return "the provider does not know the model";
  if (code == kServerError) return "the provider failed";
  return "the provider refused the request";
}

/// At most `length` bytes, not cut inside a character.
std::string bounded(std::string_view text, std::size_t length) {
  if (text.size() <= length) return std::string(text);
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  return std::string(text.substr(0, length)) + "...";
}

std::string without(std::string text, std::string_view secret) {
  if (secret.empty()) return text;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3))
    text.replace(at, secret.size(), "***");
  return text;
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || !(value >= 0))
    return std::nullopt;
  return value;
}

std::optional<double> wait_until_date(std::string_view when, std::string_view now) {
  const auto until = curl_getdate(std::string(when).c_str(), nullptr);
  const auto since = curl_getdate(std::string(now).c_str(), nullptr);
  if (until < 0 || since < 0) return std::nullopt;
  return std::max(0.0, static_cast<double>(until - since));
}

}  // namespace

bool is_retryable(std::string_view code) {
  if (const auto* row = row_of(code)) return row->again == Again::Yes;
  return std::ranges::find(kRetryableHttp, code) != kRetryableHttp.end();
}

bool is_provider_code(std::string_view code) {
  return row_of(code) != nullptr;
}

Error provider_error(std::string_view code, std::string message) {
  const auto* row = row_of(code);
  return {.kind = row ? row->kind : ErrorKind::Internal,
          .code = std::string(code),
          .message = std::move(message)};
}

Error refused(std::string_view code, const Refusal& refusal, const Secret& key) {
  const auto said = without(refusal.message, key.reveal());
  // What a provider says about a key it refused may hold part of that key.
  const bool is_quotable = code != kAuth && !said.empty();
  auto message = std::string(plain_words(code));
  if (is_quotable) message += ": " + bounded(said, kLongestMessage);
  auto error = provider_error(code, std::move(message));
  error.internal = fmt::format("status {} type '{}' code '{}': {}", refusal.status, refusal.type,
                               refusal.code, bounded(said, 2 * kLongestMessage));
  return error;
}

std::chrono::seconds retry_after(const http::ClientResponse& response) {
  const auto in_ms = number(response.header("retry-after-ms"));
  const auto header = response.header("retry-after");
  auto wait = in_ms ? std::optional(*in_ms / 1000) : number(header);
  if (!wait && !header.empty()) wait = wait_until_date(header, response.header("date"));
  if (!wait) return std::chrono::seconds(0);
  return std::chrono::seconds(
      static_cast<std::int64_t>(std::ceil(std::min(*wait, kLongestWaitSeconds))));
}

}  // namespace qd::connect::models
