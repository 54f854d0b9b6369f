#include "platform/http/server_parser.h"

#include <boost/beast/core/string.hpp>

namespace qd::http {

namespace beast = boost::beast;
using beast::http::field;

const Refusal kTimedOut{408, "http.timeout", "The request did not arrive in time."};
const Refusal kBodyTooLarge{413, "http.body_too_large",
                            "The body is larger than this endpoint takes."};
const Refusal kHeaderTooLarge{431, "http.header_too_large",
                              "The request's header is too large or has too many fields."};
const Refusal kMalformed{400, "http.malformed", "This is not a well-formed HTTP/1.1 request."};

namespace {

constexpr std::size_t kMaxFields = 100;
/// What is taken on trust from a Content-Length; beyond it memory follows bytes that arrived.
constexpr std::uint64_t kTrustedReserve = 64 << 10;

const Refusal kNoHost{400, "http.host", "Exactly one Host header is required."};
const Refusal kBadTarget{400, "http.target", "The request target must be a path."};
const Refusal kTransferCoding{501, "http.transfer_encoding",
                              "The only transfer coding understood is chunked."};
const Refusal kVersion{505, "http.version", "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
const Refusal kExpectation{417, "http.expectation", "The only expectation met is 100-continue."};

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

/// `http://host/path?query` -> `/path?query`; a target that is a path stays as it is.
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() < scheme.size() || !beast::iequals(target.substr(0, scheme.size()), scheme))
      continue;
    const auto slash = target.find_first_of("/?", scheme.size());
    if (slash == std::string_view::npos) return "/";
    return target[slash] == '/' ? target.substr(slash) : std::string_view{};
  }
  return target;
}

}  // namespace

void RequestParser::on_request_impl(beast::http::verb, string_view method, string_view target,
                                    int version, error_code& ec) {
  version_ = version;
  request_.method = method;
  const auto path = origin_form(view(target));
  const bool asterisk = path == "*" && request_.method == "OPTIONS";
  if ((!path.starts_with('/') && !asterisk) || path.contains('#')) {
    refusal_ = &kBadTarget;
    ec = beast::http::error::bad_target;
    return;
  }
  const auto question = path.find('?');
  request_.path = path.substr(0, question);
  if (question != std::string_view::npos) request_.query = path.substr(question + 1);
}

void RequestParser::on_field_impl(field known, string_view name, string_view value,
                                  error_code& ec) {
  // Trailers are read and dropped: nothing may enter the header after it was judged.
  if (is_header_done()) return;
  if (request_.headers.size() == kMaxFields) {
    ec = beast::http::error::header_limit;
    return;
  }
  if (known == field::host) ++hosts_;
  if (known == field::upgrade && beast::iequals(value, "websocket")) websocket_ = true;
  if (known == field::expect) {
    expects_continue_ = beast::iequals(value, "100-continue");
    if (!expects_continue_) refusal_ = &kExpectation;
  }
  if (known == field::transfer_encoding && (version_ == 10 || !beast::iequals(value, "chunked")))
    refusal_ = &kTransferCoding;
  if (request_.headers.empty()) request_.headers.reserve(16);
  request_.headers.emplace_back(view(name), view(value));
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) {
  if (length) request_.body.reserve(std::min(*length, kTrustedReserve));
}

std::size_t RequestParser::on_body_impl(string_view bytes, error_code&) {
  request_.body.append(bytes.data(), bytes.size());
  return bytes.size();
}

const Refusal* RequestParser::check_header() const {
  if (refusal_) return refusal_;
  if (hosts_ > 1 || (hosts_ == 0 && version_ == 11)) return &kNoHost;
  return nullptr;
}

const Refusal& RequestParser::refusal_for(error_code error) const {
  if (refusal_) return *refusal_;
  if (error == beast::http::error::header_limit || error == beast::http::error::buffer_overflow)
    return kHeaderTooLarge;
  if (error == beast::http::error::body_limit) return kBodyTooLarge;
  if (error == beast::http::error::bad_version) return kVersion;
  return kMalformed;
}

}  // namespace qd::http
