// Which network addresses outbound requests may reach. Asked with the address a socket is about to
// connect to, after name resolution, so that no DNS answer gets round it.
#pragma once

#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace qd::http {

class AddressPolicy {
 public:
  /// Public addresses and those of `allow` (`10.1.0.0/16`, `fd00::/8` or a single address). Throws
  /// std::invalid_argument that names a range which is none.
  explicit AddressPolicy(const std::vector<std::string>& allow);
  /// An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4) is judged as that one.
  [[nodiscard]] bool permits(const boost::asio::ip::address& address) const;

 private:
  std::vector<boost::asio::ip::network_v4> allowed_v4_;
  std::vector<boost::asio::ip::network_v6> allowed_v6_;
};

}  // namespace qd::http
