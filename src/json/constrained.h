// Constraints that stand beside the field, as its type; reading and JSON Schema know them.
#pragma once

#include <cstdint>
#include <string>

namespace qd {

/// Text of Min to Max Unicode code points.
template <std::size_t Min, std::size_t Max>
struct Text : std::string {
  static constexpr std::size_t kMin = Min;
  static constexpr std::size_t kMax = Max;
  using std::string::string;
  Text(std::string text) : std::string(std::move(text)) {}
};

/// A whole number from Min to Max.
template <std::int64_t Min, std::int64_t Max>
struct Whole {
  static constexpr std::int64_t kMin = Min;
  static constexpr std::int64_t kMax = Max;
  std::int64_t value = Min;
  Whole() = default;
  Whole(std::int64_t number) : value(number) {}
  operator std::int64_t() const { return value; }
};

/// An e-mail address, at most 254 bytes, kept as typed.
struct Email : std::string {
  using std::string::string;
  Email(std::string text) : std::string(std::move(text)) {}
};

/// 1 to 100 of a-z, 0-9 and single inner dashes: safe in an address.
struct Slug : std::string {
  using std::string::string;
  Slug(std::string text) : std::string(std::move(text)) {}
};

}  // namespace qd
