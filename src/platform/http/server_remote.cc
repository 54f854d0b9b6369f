#include "platform/http/server_remote.h"

#include <charconv>
#include <stdexcept>

namespace qd::http {

namespace ip = boost::asio::ip;

namespace {

/// One family for all comparisons: IPv4 as ::ffff:a.b.c.d.
ip::address_v6 widen(const ip::address& address) {
  return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
}

/// IPv4 again where it is one, so that logs and limits see one spelling of an address.
std::string narrow(const ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

std::string_view trim(std::string_view text) {
  const auto start = text.find_first_not_of(" \t");
  if (start == text.npos) return {};
  return text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

}  // namespace

AddressRanges::AddressRanges(const std::vector<std::string>& ranges) {
  for (const auto& text : ranges) {
    const auto slash = text.find('/');
    boost::system::error_code error;
    const auto address = ip::make_address(text.substr(0, slash), error);
    const int widest = address.is_v4() ? 32 : 128;
    int prefix = widest;
    bool complete = true;
    if (slash != std::string::npos) {
      const char* end = text.data() + text.size();
      const auto [stop, status] = std::from_chars(text.data() + slash + 1, end, prefix);
      complete = status == std::errc{} && stop == end;
    }
    if (error || !complete || prefix < 0 || prefix > widest)
      throw std::invalid_argument("not an address range: " + text);
    ranges_.push_back({widen(address), prefix + 128 - widest});
  }
}

bool AddressRanges::contains(const ip::address& address) const {
  if (ranges_.empty()) return false;
  const auto bytes = widen(address).to_bytes();
  return std::ranges::any_of(ranges_, [&](const Range& range) {
    const auto network = range.network.to_bytes();
    for (int bit = 0; bit < range.prefix; bit += 8) {
      const int bits = std::min(8, range.prefix - bit);
      const auto mask = static_cast<unsigned char>(0xff00 >> bits);
      const auto at = static_cast<std::size_t>(bit / 8);
      if ((bytes[at] & mask) != (network[at] & mask)) return false;
    }
    return true;
  });
}

std::string client_address(const ip::address& peer, std::string_view forwarded_for,
                           const AddressRanges& trusted) {
  ip::address client = peer;
  while (trusted.contains(client) && !forwarded_for.empty()) {
    const auto comma = forwarded_for.rfind(',');
    const auto last = trim(forwarded_for.substr(comma == forwarded_for.npos ? 0 : comma + 1));
    boost::system::error_code error;
    const auto next = ip::make_address(std::string(last), error);
    if (error) break;
    client = next;
    forwarded_for =
        comma == forwarded_for.npos ? std::string_view{} : forwarded_for.substr(0, comma);
  }
  return narrow(client);
}

}  // namespace qd::http
