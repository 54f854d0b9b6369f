// Header look-up by name, in any case (RFC 9110 section 5.1).
#include <algorithm>

#include "platform/http/client.h"
#include "platform/http/server.h"

namespace qd::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
}

std::string_view find_header(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (std::ranges::equal(key, name, {}, lower, lower)) return value;
  return {};
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  return find_header(headers, name);
}
std::string_view ClientResponse::header(std::string_view name) const {
  return find_header(headers, name);
}

}  // namespace qd::http
