#include "connect/models/exchange.h"

#include <fmt/format.h>

namespace qd::connect::models {
namespace {

constexpr std::size_t kMaxEventBytes = 8 << 20;

std::unexpected<Error> unreadable(std::string why) {
  auto error = provider_error(kServerError, "the provider's answer can't be read");
  error.internal = std::move(why);
  return std::unexpected(std::move(error));
}

/// Feeds a body to the dialect as it arrives, and keeps it for as long as it may turn out to be no
/// event stream: some providers answer a request for a stream with one JSON body.
class StreamedBody {
 public:
  explicit StreamedBody(Dialect& dialect)
      : parser_(
            [this, &dialect](const SseEvent& event) {
              has_events_ = true;
              dialect.take(event);
            },
            kMaxEventBytes) {}

  void take(std::string_view bytes) {
    fits_ = parser_.feed(bytes);
    if (has_events_)
      raw_.clear();
    else
      raw_ += bytes;
  }
  [[nodiscard]] bool fits() const { return fits_; }
  [[nodiscard]] bool has_events() const { return has_events_; }
  [[nodiscard]] const std::string& raw() const { return raw_; }

 private:
  bool has_events_ = false;
  bool fits_ = true;
  std::string raw_;
  SseParser parser_;
};

Result<ModelAnswer> read_whole(std::string_view body, Dialect& dialect) {
  const auto value = json::parse(body);
  if (!value) return unreadable(value.error().message);
  return dialect.read(*value);
}

Result<ModelAnswer> read_streamed(const StreamedBody& body, Dialect& dialect) {
  if (!body.fits()) return unreadable("an event of the stream is too long");
  if (!body.has_events() && body.raw().find_first_not_of(" \t\r\n") != std::string::npos &&
      body.raw().contains('{'))
    return read_whole(body.raw(), dialect);
  return dialect.end();
}

Error refusal_of(const http::ClientResponse& response, Dialect& dialect) {
  const auto body = json::parse(response.body);
  auto error = dialect.refusal(response, body ? *body : Json());
  error.retry_after = retry_after(response);
  return error;
}

bool is_success(const http::ClientResponse& response) {
  return response.status >= 200 && response.status < 300;
}

}  // namespace

Task<Result<ModelAnswer>> exchange(http::Client& client, http::ClientRequest request,
                                   Delivery delivery, Dialect& dialect) {
  StreamedBody body(dialect);
  if (delivery == Delivery::Streamed)
    request.on_data = [&body](std::string_view bytes) { body.take(bytes); };
  auto response = co_await client.send(std::move(request));
  if (!response && response.error().code == "http.truncated") {
    // What was cut off may have been only the connection's own farewell.
    if (body.has_events()) co_return read_streamed(body, dialect);
    auto error = provider_error(kTruncated, response.error().message);
    error.internal = response.error().internal;
    co_return std::unexpected(std::move(error));
  }
  QD_CO_TRY(const auto received, std::move(response));
  if (!is_success(received)) co_return std::unexpected(refusal_of(received, dialect));
  auto answer = delivery == Delivery::Streamed ? read_streamed(body, dialect)
                                               : read_whole(received.body, dialect);
  if (answer) answer->provider_request_id = received.header(dialect.request_id_header());
  co_return answer;
}

milliseconds time_left(const Clock& clock, Timestamp deadline) {
  return std::max(milliseconds(0), deadline - clock.now());
}

}  // namespace qd::connect::models
