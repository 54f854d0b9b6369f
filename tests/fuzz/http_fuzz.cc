// Whatever the bytes and however they are cut, reading them as an HTTP request ends, and what is
// accepted has a path and a Host.
#include <cstdint>
#include <cstdlib>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include "platform/http/server_parser.h"
#include "platform/http/static.h"

namespace {

/// Feeds as a session does: what is not taken yet is offered again with more behind it.
bool feed(qd::http::RequestParser& parser, std::string_view bytes, std::size_t piece) {
  std::size_t begin = 0;
  std::size_t end = 0;
  while (end < bytes.size() && !parser.is_done()) {
    end = std::min(bytes.size(), end + piece);
    boost::system::error_code error;
    const auto taken = parser.put(boost::asio::buffer(bytes.substr(begin, end - begin)), error);
    if (taken > end - begin) std::abort();
    begin += taken;
    if (error == boost::beast::http::error::need_more) continue;
    if (error) {
      if (parser.refusal_for(error).status < 400) std::abort();
      return false;
    }
  }
  return parser.is_done();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  qd::http::Request request;
  qd::http::RequestParser parser(request);
  parser.eager(true);
  parser.header_limit(16 << 10);
  parser.body_limit(64 << 10);
  if (!feed(parser, bytes, 1 + data[0])) return 0;
  if (parser.check_header() == nullptr && request.path.empty()) std::abort();
  if (const auto decoded = qd::http::percent_decode(request.path);
      decoded && decoded->size() > request.path.size())
    std::abort();
  return 0;
}
