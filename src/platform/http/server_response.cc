#include "platform/http/server_response.h"

#include <stdexcept>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

#include "json/json.h"

namespace qd::http {
namespace {

using namespace std::literals;

// The web UI is one self-hosted bundle; React and Radix set inline styles, nothing needs inline
// scripts.
constexpr std::string_view kDocumentPolicy =
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'";
constexpr std::string_view kDataPolicy = "default-src 'none'; frame-ancestors 'none'";

constexpr std::string_view kContentSecurityPolicy = "Content-Security-Policy";
/// What a page of another origin may read beside the body.
constexpr std::string_view kExposed =
    "ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id";

struct Line {
  std::string_view name;
  std::string_view value;
};
constexpr std::array kSecurityLines{
    Line{"X-Content-Type-Options", "nosniff"}, Line{"X-Frame-Options", "DENY"},
    Line{"Referrer-Policy", "same-origin"}, Line{"Cross-Origin-Opener-Policy", "same-origin"}};
constexpr Line kTransportSecurity{"Strict-Transport-Security", "max-age=31536000"};

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

std::string security_block(std::string_view policy, const ServerOptions& options) {
  std::string block;
  for (const auto& line : kSecurityLines) append_line(block, line.name, line.value);
  if (!options.tls_key.empty())
    append_line(block, kTransportSecurity.name, kTransportSecurity.value);
  append_line(block, kContentSecurityPolicy, policy);
  return block;
}

/// Whether the server always says this header itself, so that the handler's replaces a line of it.
bool is_security_name(std::string_view name) {
  if (name.size() < 15) return false;
  if (same_header_name(name, kContentSecurityPolicy)) return true;
  return std::ranges::any_of(kSecurityLines,
                             [&](const Line& line) { return same_header_name(name, line.name); });
}

/// Appends the lines of `block` that the handler does not say in its own way.
void append_unless_said(std::string& out, std::string_view block, const Headers& said) {
  while (!block.empty()) {
    const auto end = block.find("\r\n") + 2;
    const auto name = block.substr(0, block.find(':'));
    if (find_header(said, name).empty()) out.append(block.substr(0, end));
    block.remove_prefix(end);
  }
}

/// Framing is the server's: these from a handler are not copied.
bool is_framing_name(std::string_view name) {
  return same_header_name(name, "Content-Length") || same_header_name(name, "Connection") ||
         same_header_name(name, "Transfer-Encoding") || same_header_name(name, "Date");
}

bool holds(const std::vector<std::string>& all, std::string_view one) {
  return std::ranges::find(all, one) != all.end();
}

bool breaks_line(std::string_view text) {
  return text.find_first_of("\r\n\0"sv) != text.npos;
}

void append_number(std::string& out, std::uint64_t number) {
  const fmt::format_int text(number);
  out.append(text.data(), text.size());
}

void append_length(std::string& out, const Response& response, const HeadContext& context) {
  if (is_bodiless(response.status)) return;
  const auto said = find_header(response.headers, "Content-Length");
  const bool trust_said = response.stream || (context.head_request && response.body.empty());
  if (trust_said && !said.empty()) {
    append_line(out, "Content-Length", said);
  } else if (!response.stream) {
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  } else if (context.version == 11) {
    out += "Transfer-Encoding: chunked\r\n";
  }
}

}  // namespace

ResponseHeads::ResponseHeads(const ServerOptions& options)
    : origins_(options.cors_origins),
      any_origin_(holds(origins_, "*")),
      document_block_(security_block(kDocumentPolicy, options)),
      data_block_(security_block(kDataPolicy, options)) {}

void ResponseHeads::append(std::string& out, const Response& response,
                           const HeadContext& context) const {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(response.status));
  out.append(" ").append(reason_phrase(response.status)).append("\r\nDate: ");
  out.append(context.date).append("\r\n");
  bool overrides = false;
  std::string_view type;
  for (const auto& [name, value] : response.headers) {
    if (is_framing_name(name)) continue;
    if (breaks_line(name) || breaks_line(value))
      throw std::logic_error("a response header has a line break in it: " + name.substr(0, 40));
    append_line(out, name, value);
    overrides = overrides || is_security_name(name);
    if (same_header_name(name, "Content-Type")) type = value;
  }
  const auto& block = type.starts_with("text/html") ? document_block_ : data_block_;
  if (overrides)
    append_unless_said(out, block, response.headers);
  else
    out += block;
  append_line(out, "X-Request-Id", context.request_id);
  if (!origins_.empty()) append_cors(out, context.origin);
  append_length(out, response, context);
  if (!context.keep_alive)
    out += "Connection: close\r\n";
  else if (context.version == 10)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

bool ResponseHeads::trusts_origin(std::string_view origin) const {
  return origin != "*" && holds(origins_, origin);
}

void ResponseHeads::append_cors(std::string& out, std::string_view origin) const {
  out += "Vary: Origin\r\n";
  if (origin.empty()) return;
  if (trusts_origin(origin)) {
    append_line(out, "Access-Control-Allow-Origin", origin);
    out += "Access-Control-Allow-Credentials: true\r\n";
  } else if (any_origin_) {
    out += "Access-Control-Allow-Origin: *\r\n";
  } else {
    return;
  }
  append_line(out, "Access-Control-Expose-Headers", kExposed);
}

std::optional<Response> ResponseHeads::preflight(const Request& request) const {
  if (origins_.empty() || request.method != "OPTIONS") return std::nullopt;
  const auto origin = request.header("Origin");
  if (origin.empty() || request.header("Access-Control-Request-Method").empty())
    return std::nullopt;
  if (!any_origin_ && !trusts_origin(origin)) return std::nullopt;
  Response response{.status = 204};
  response.headers.emplace_back("Access-Control-Allow-Methods",
                                "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  const auto wanted = request.header("Access-Control-Request-Headers");
  if (!wanted.empty()) response.headers.emplace_back("Access-Control-Allow-Headers", wanted);
  response.headers.emplace_back("Access-Control-Max-Age", "600");
  return response;
}

Response problem(int status, std::string_view code, std::string_view detail,
                 std::string_view request_id) {
  const JsonObject body{{"type", "about:blank"}, {"title", reason_phrase(status)},
                        {"status", status},      {"code", code},
                        {"detail", detail},      {"request_id", request_id}};
  return {.status = status,
          .headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}},
          .body = boost::json::serialize(body)};
}

std::string_view reason_phrase(int status) {
  // Beast keeps the names of RFC 7231; these were renamed or came later.
  if (status == 413) return "Content Too Large";
  if (status == 422) return "Unprocessable Content";
  const auto text = boost::beast::http::obsolete_reason(
      boost::beast::http::int_to_status(static_cast<unsigned>(status)));
  return {text.data(), text.size()};
}

bool is_bodiless(int status) {
  return status < 200 || status == 204 || status == 304;
}

bool same_header_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && boost::beast::iequals(a, b);
}

std::string_view find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (same_header_name(key, name)) return value;
  return {};
}

}  // namespace qd::http
