// Who is at the other end: the peer of the socket, or, behind a trusted proxy, whom the proxy
// names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace qd::http {

/// Addresses in CIDR notation; a plain address is a range of one.
class AddressRanges {
 public:
  /// Throws std::invalid_argument naming the range that is none.
  explicit AddressRanges(const std::vector<std::string>& ranges);
  [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;
  [[nodiscard]] bool empty() const { return ranges_.empty(); }

 private:
  struct Range {
    boost::asio::ip::address_v6 network;
    int prefix;
  };
  std::vector<Range> ranges_;
};

/// The right-most address of an X-Forwarded-For list that is no trusted proxy; `peer` when the list
/// is empty or not made of addresses.
[[nodiscard]] std::string client_address(const boost::asio::ip::address& peer,
                                         std::string_view forwarded_for,
                                         const AddressRanges& trusted);

}  // namespace qd::http
