// How an answer becomes bytes: status line, the headers that every answer carries, the handler's
// own.
#pragma once

#include "platform/http/server.h"
#include "platform/http/server_parser.h"

namespace qd::http {

/// What the head of an answer depends on beside the Response.
struct HeadContext {
  std::string_view date;
  std::string_view request_id;
  std::string_view origin;
  int version = 11;
  bool keep_alive = true;
  bool head_request = false;
};

/// The headers of every answer, composed once per server.
class ResponseHeads {
 public:
  explicit ResponseHeads(const ServerOptions& options);

  /// Appends the whole head, with its empty line. Throws std::logic_error when a header has a line
  /// break in it: that is a bug of the handler, and would let callers forge headers.
  void append(std::string& out, const Response& response, const HeadContext& context) const;
  /// Whether pages of `origin` may send credentials.
  [[nodiscard]] bool trusts_origin(std::string_view origin) const;
  /// The answer to a CORS preflight, or nothing when this is none or CORS is off for its origin.
  [[nodiscard]] std::optional<Response> preflight(const Request& request) const;

 private:
  void append_cors(std::string& out, std::string_view origin) const;

  std::vector<std::string> origins_;
  bool any_origin_ = false;
  /// For documents, and for everything else; both hold the other security headers too.
  std::string document_block_;
  std::string data_block_;
};

/// An RFC 9457 problem as the server itself answers it.
[[nodiscard]] Response problem(int status, std::string_view code, std::string_view detail,
                               std::string_view request_id);
[[nodiscard]] std::string_view reason_phrase(int status);
/// Whether an answer of this status has no body at all.
[[nodiscard]] bool is_bodiless(int status);
[[nodiscard]] bool same_header_name(std::string_view a, std::string_view b);
/// The value of the first header of that name, any case; empty when absent.
[[nodiscard]] std::string_view find_header(const Headers& headers, std::string_view name);

}  // namespace qd::http
