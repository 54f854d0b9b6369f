#include "platform/http/curl_policy.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <stdexcept>

namespace qd::http {
namespace {

namespace ip = boost::asio::ip;

// IANA's special-purpose registries (RFC 6890 and successors) without what is globally reachable,
// and Azure's host service, which answers on a public address.
constexpr std::array kNotPublicV4{
    "0.0.0.0/8",      "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",
    "169.254.0.0/16", "172.16.0.0/12",  "192.0.0.0/24",  "192.0.2.0/24",
    "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",   "168.63.129.16/32"};
constexpr std::array kNotPublicV6{"::/96",         "64:ff9b:1::/48", "100::/64",  "2001::/23",
                                  "2001:db8::/32", "3fff::/20",      "5f00::/16", "fc00::/7",
                                  "fe80::/10",     "fec0::/10",      "ff00::/8"};

template <class Network, class Make>
std::vector<Network> networks(std::span<const char* const> texts, Make make) {
  std::vector<Network> all;
  for (const auto* text : texts) all.push_back(make(text));
  return all;
}

bool contains(const ip::network_v4& network, const ip::address_v4& address) {
  const auto mask = network.netmask().to_uint();
  return (address.to_uint() & mask) == (network.address().to_uint() & mask);
}

bool contains(const ip::network_v6& network, const ip::address_v6& address) {
  return ip::network_v6(address, network.prefix_length()).canonical() == network.canonical();
}

template <class Network, class Address>
bool any_contains(const std::vector<Network>& all, const Address& address) {
  return std::ranges::any_of(all, [&](const Network& one) { return contains(one, address); });
}

ip::address_v4 v4_at(const ip::address_v6::bytes_type& bytes, std::size_t offset) {
  ip::address_v4::bytes_type four;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), 4, four.begin());
  return ip::address_v4(four);
}

/// The IPv4 address that a packet to `address` ends at, if it does.
std::optional<ip::address_v4> carried_v4(const ip::address_v6& address) {
  static const auto nat64 = ip::make_network_v6("64:ff9b::/96");
  static const auto six_to_four = ip::make_network_v6("2002::/16");
  const auto bytes = address.to_bytes();
  if (address.is_v4_mapped() || contains(nat64, address)) return v4_at(bytes, 12);
  if (contains(six_to_four, address)) return v4_at(bytes, 2);
  return std::nullopt;
}

}  // namespace

AddressPolicy::AddressPolicy(const std::vector<std::string>& allow) {
  for (const auto& text : allow) {
    const bool is_range = text.contains('/');
    boost::system::error_code wrong;
    if (text.contains(':'))
      allowed_v6_.push_back(ip::make_network_v6(is_range ? text : text + "/128", wrong));
    else
      allowed_v4_.push_back(ip::make_network_v4(is_range ? text : text + "/32", wrong));
    if (wrong)
      throw std::invalid_argument("outbound.allow: '" + text +
                                  "' is no address range such as 10.0.0.0/8");
  }
}

bool AddressPolicy::permits(const ip::address& address) const {
  static const auto not_public_v4 = networks<ip::network_v4>(
      kNotPublicV4, [](const char* text) { return ip::make_network_v4(text); });
  static const auto not_public_v6 = networks<ip::network_v6>(
      kNotPublicV6, [](const char* text) { return ip::make_network_v6(text); });
  if (address.is_v6()) {
    // A scope id names a link, not another address.
    const ip::address_v6 v6(address.to_v6().to_bytes());
    if (const auto v4 = carried_v4(v6)) return permits(*v4);
    return any_contains(allowed_v6_, v6) || !any_contains(not_public_v6, v6);
  }
  const auto v4 = address.to_v4();
  return any_contains(allowed_v4_, v4) || !any_contains(not_public_v4, v4);
}

}  // namespace qd::http
