// Addresses and ranges of addresses, as values: nothing is looked up and nothing is called.
#include <arpa/inet.h>

#include "expr/functions.h"

namespace qd::expr {

namespace {

using Arguments = std::span<const Value>;

constexpr std::size_t kBytesOfV4 = 4;
constexpr std::size_t kBytesOfV6 = 16;

/// The bytes of an address. An IPv4 address in IPv6 is that IPv4 address, and is not written with
/// dots.
std::optional<std::string> read_address(std::string_view text) {
  const std::string copy(text);
  if (copy.contains('\0')) return std::nullopt;
  std::string bytes(kBytesOfV6, '\0');
  if (!copy.contains(':')) {
    bytes.resize(kBytesOfV4);
    return inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1 ? std::optional(bytes)
                                                               : std::nullopt;
  }
  if (copy.contains('.') || inet_pton(AF_INET6, copy.c_str(), bytes.data()) != 1)
    return std::nullopt;
  constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  if (bytes.starts_with(kMapped)) bytes.erase(0, kMapped.size());
  return bytes;
}

std::string print_ip(std::string_view bytes) {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(bytes.size() == kBytesOfV4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

std::string_view address_of(const Value& cidr) {
  return cidr.text().substr(0, cidr.text().size() - 1);
}
unsigned prefix_of(const Value& cidr) {
  return static_cast<unsigned char>(cidr.text().back());
}

std::string masked(std::string_view address, unsigned prefix) {
  std::string out(address);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto kept = static_cast<unsigned>(std::clamp(int(prefix) - int(8 * i), 0, 8));
    out[i] = static_cast<char>(static_cast<unsigned char>(out[i]) & (0xff00u >> kept));
  }
  return out;
}

/// The bytes of an address and its prefix.
std::optional<std::string> read_range(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto bytes = read_address(text.substr(0, slash));
  const auto digits = text.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  const bool is_number = error == std::errc() && end == digits.data() + digits.size() &&
                         (digits.size() == 1 || digits[0] != '0');
  if (!bytes || !is_number || prefix > bytes->size() * 8) return std::nullopt;
  bytes->push_back(static_cast<char>(prefix));
  return bytes;
}

Value not_an_address(Evaluation& run) {
  return run.fail("expression.argument",
                  "an address is written 192.0.2.1 or 2001:db8::1, without a zone");
}

Value ip(Evaluation& run, Arguments arguments) {
  if (arguments[0].is(Kind::Cidr)) return Value::ip(address_of(arguments[0]));
  if (arguments[0].is(Kind::Ip)) return arguments[0];
  if (!arguments[0].is(Kind::String)) return run.no_overload("ip", arguments);
  const auto bytes = read_address(arguments[0].text());
  return bytes ? Value::ip(run.arena().copy(*bytes)) : not_an_address(run);
}

Value is_ip(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::String)) return run.no_overload("isIP", arguments);
  return Value::of(read_address(arguments[0].text()).has_value());
}

Value is_canonical(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::String)) return run.no_overload("ip.isCanonical", arguments);
  const auto bytes = read_address(arguments[0].text());
  return bytes ? Value::of(print_ip(*bytes) == arguments[0].text()) : not_an_address(run);
}

Value cidr(Evaluation& run, Arguments arguments) {
  if (arguments[0].is(Kind::Cidr)) return arguments[0];
  if (!arguments[0].is(Kind::String)) return run.no_overload("cidr", arguments);
  const auto bytes = read_range(arguments[0].text());
  if (bytes) return Value::cidr(run.arena().copy(*bytes));
  return run.fail("expression.argument", "a range is written 192.0.2.0/24 or 2001:db8::/32");
}

Value is_cidr(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::String)) return run.no_overload("isCIDR", arguments);
  return Value::of(read_range(arguments[0].text()).has_value());
}

Value family(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::Ip)) return run.no_overload("family", arguments);
  return Value::of(std::int64_t{arguments[0].text().size() == kBytesOfV4 ? 4 : 6});
}

bool starts(std::string_view address, std::initializer_list<unsigned char> bytes) {
  return address.size() >= bytes.size() &&
         std::ranges::equal(address.substr(0, bytes.size()), bytes, {},
                            [](char c) { return static_cast<unsigned char>(c); });
}

constexpr auto kIsUnspecified = [](std::string_view ip) {
  return ip.find_first_not_of('\0') == std::string_view::npos;
};
constexpr auto kIsLoopback = [](std::string_view ip) {
  if (ip.size() == kBytesOfV4) return starts(ip, {127});
  return ip.back() == 1 && kIsUnspecified(ip.substr(0, ip.size() - 1));
};
constexpr auto kIsLinkLocalMulticast = [](std::string_view ip) {
  if (ip.size() == kBytesOfV4) return starts(ip, {224, 0, 0});
  return starts(ip, {0xff}) && (ip[1] & 0x0f) == 2;
};
constexpr auto kIsLinkLocalUnicast = [](std::string_view ip) {
  if (ip.size() == kBytesOfV4) return starts(ip, {169, 254});
  return starts(ip, {0xfe}) && (ip[1] & 0xc0) == 0x80;
};
constexpr auto kIsGlobalUnicast = [](std::string_view ip) {
  const bool is_v4 = ip.size() == kBytesOfV4;
  const bool is_multicast = is_v4 ? (ip[0] & 0xf0) == 0xe0 : starts(ip, {0xff});
  const bool is_broadcast = is_v4 && starts(ip, {255, 255, 255, 255});
  return !is_multicast && !is_broadcast && !kIsUnspecified(ip) && !kIsLoopback(ip) &&
         !kIsLinkLocalUnicast(ip);
};

template <auto Test>
Value test_ip(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::Ip)) return run.no_overload("this test of an address", arguments);
  return Value::of(Test(arguments[0].text()));
}

Value contains_ip(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::Cidr)) return run.no_overload("containsIP", arguments);
  const Value address = ip(run, arguments.subspan(1));
  if (address.is_error()) return address;
  const auto network = address_of(arguments[0]);
  const auto prefix = prefix_of(arguments[0]);
  return Value::of(masked(network, prefix) == masked(address.text(), prefix));
}

Value contains_cidr(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::Cidr)) return run.no_overload("containsCIDR", arguments);
  const Value other = cidr(run, arguments.subspan(1));
  if (other.is_error()) return other;
  const auto prefix = prefix_of(arguments[0]);
  return Value::of(prefix <= prefix_of(other) &&
                   masked(address_of(arguments[0]), prefix) == masked(address_of(other), prefix));
}

Value masked_cidr(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::Cidr)) return run.no_overload("masked", arguments);
  auto bytes = masked(address_of(arguments[0]), prefix_of(arguments[0]));
  bytes.push_back(arguments[0].text().back());
  return Value::cidr(run.arena().copy(bytes));
}

Value prefix_length(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::Cidr)) return run.no_overload("prefixLength", arguments);
  return Value::of(static_cast<std::int64_t>(prefix_of(arguments[0])));
}

constexpr std::string_view kTest = "(net.IP) -> bool";

}  // namespace

std::string print_address(const Value& address) {
  if (address.is(Kind::Ip)) return print_ip(address.text());
  return fmt::format("{}/{}", print_ip(address_of(address)), prefix_of(address));
}

std::span<const Function> network_functions() {
  static constexpr Function kFunctions[] = {
      {"ip", CallStyle::Both, 1, 1, ip,
       "(string) -> net.IP; (net.IP) -> net.IP; (net.CIDR) -> net.IP"},
      {"isIP", CallStyle::Global, 1, 1, is_ip, "(string) -> bool"},
      {"ip.isCanonical", CallStyle::Global, 1, 1, is_canonical, "(string) -> bool"},
      {"cidr", CallStyle::Global, 1, 1, cidr, "(string) -> net.CIDR; (net.CIDR) -> net.CIDR"},
      {"isCIDR", CallStyle::Global, 1, 1, is_cidr, "(string) -> bool"},
      {"family", CallStyle::Method, 1, 1, family, "(net.IP) -> int"},
      {"isUnspecified", CallStyle::Method, 1, 1, test_ip<kIsUnspecified>, kTest},
      {"isLoopback", CallStyle::Method, 1, 1, test_ip<kIsLoopback>, kTest},
      {"isGlobalUnicast", CallStyle::Method, 1, 1, test_ip<kIsGlobalUnicast>, kTest},
      {"isLinkLocalMulticast", CallStyle::Method, 1, 1, test_ip<kIsLinkLocalMulticast>, kTest},
      {"isLinkLocalUnicast", CallStyle::Method, 1, 1, test_ip<kIsLinkLocalUnicast>, kTest},
      {"containsIP", CallStyle::Method, 2, 2, contains_ip,
       "(net.CIDR, string) -> bool; (net.CIDR, net.IP) -> bool"},
      {"containsCIDR", CallStyle::Method, 2, 2, contains_cidr,
       "(net.CIDR, string) -> bool; (net.CIDR, net.CIDR) -> bool"},
      {"masked", CallStyle::Method, 1, 1, masked_cidr, "(net.CIDR) -> net.CIDR"},
      {"prefixLength", CallStyle::Method, 1, 1, prefix_length, "(net.CIDR) -> int"},
  };
  return kFunctions;
}

}  // namespace qd::expr
