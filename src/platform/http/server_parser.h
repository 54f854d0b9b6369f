// Reads one request from bytes straight into a Request: Beast's grammar, our memory. Adds what the
// grammar alone does not refuse: no Host, several Hosts, transfer codings other than chunked, more
// header fields than anybody needs.
#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "platform/http/server.h"

namespace qd::http {

/// Why a request is answered without asking the handler. Constant data.
struct Refusal {
  int status;
  std::string_view code;
  std::string_view detail;
};

extern const Refusal kTimedOut;
extern const Refusal kBodyTooLarge;
extern const Refusal kHeaderTooLarge;
extern const Refusal kMalformed;

class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  /// `into` must outlive the parser and be empty.
  explicit RequestParser(Request& into) : request_(into) {}

  /// Once the header is read: what is wrong with it as a whole, or null.
  [[nodiscard]] const Refusal* check_header() const;
  /// Why `put` failed.
  [[nodiscard]] const Refusal& refusal_for(boost::system::error_code error) const;
  [[nodiscard]] int version() const { return version_; }
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }
  [[nodiscard]] bool wants_websocket() const { return websocket_ && upgrade(); }

 private:
  using error_code = boost::system::error_code;
  using string_view = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb verb, string_view method, string_view target,
                       int version, error_code& ec) override;
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field field, string_view name, string_view value,
                     error_code& ec) override;
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override;
  std::size_t on_body_impl(string_view bytes, error_code&) override;
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& ec) override {
    return on_body_impl(bytes, ec);
  }
  void on_finish_impl(error_code&) override {}

  Request& request_;
  const Refusal* refusal_ = nullptr;
  int version_ = 11;
  int hosts_ = 0;
  bool expects_continue_ = false;
  bool websocket_ = false;
};

}  // namespace qd::http
