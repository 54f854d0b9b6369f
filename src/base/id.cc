#include "base/id.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <stdexcept>

#include <sys/random.h>

namespace qd {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

/// Milliseconds in the upper 48 bits, a counter in the lower 12: RFC 9562 section 6.2, method 1.
std::uint64_t next_tick(Timestamp now) {
  static std::atomic<std::uint64_t> last{0};
  const auto wanted = static_cast<std::uint64_t>(now.time_since_epoch().count()) << 12;
  auto previous = last.load(std::memory_order_relaxed);
  std::uint64_t next = 0;
  do {
    next = std::max(wanted, previous + 1);
  } while (!last.compare_exchange_weak(previous, next, std::memory_order_relaxed));
  return next;
}

/// `low` gives all but the two bits of the variant.
std::string uuid_of(std::uint64_t milliseconds, std::uint64_t counter, std::uint64_t low) {
  const std::uint64_t high = milliseconds << 16 | 0x7000 | (counter & 0xfff);
  low = (low & 0x3fff'ffff'ffff'ffff) | 0x8000'0000'0000'0000;
  std::string text(36, '-');
  std::size_t out = 0;
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) ++out;
    const auto word = nibble < 16 ? high : low;
    text[out++] = kDigits[word >> (60 - 4 * (nibble % 16)) & 0xf];
  }
  return text;
}

}  // namespace

// From a buffer that is refilled in bulk: one system call for 64 ids.
std::uint64_t random_bits() {
  thread_local std::array<std::uint64_t, 64> buffer;
  thread_local std::size_t used = buffer.size();
  if (used == buffer.size()) {
    if (getrandom(buffer.data(), sizeof buffer, 0) != sizeof buffer)
      throw std::runtime_error("the kernel's random generator did not answer");
    used = 0;
  }
  return buffer[used++];
}

std::string new_uuid(Timestamp now) {
  const auto tick = next_tick(now);
  return uuid_of(tick >> 12, tick, random_bits());
}

std::string named_uuid(Timestamp at, std::string_view digest) {
  std::array<std::uint64_t, 2> bits{};
  if (digest.size() < sizeof bits) throw std::logic_error("too short to name anything");
  std::memcpy(bits.data(), digest.data(), sizeof bits);
  return uuid_of(static_cast<std::uint64_t>(at.time_since_epoch().count()), bits[0], bits[1]);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !kDigits.contains(text[i])) return false;
  }
  return true;
}

}  // namespace qd
