// Names of described enums (BOOST_DESCRIBE_ENUM). An enumerator is PascalCase in code and
// snake_case outside: `TimedOut` <-> "timed_out". Written once, read by JSON, SQL, logs and
// OpenAPI.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

namespace qd {

/// `TimedOut` -> `timed_out`.
[[nodiscard]] std::string snake_case(std::string_view pascal_case);

template <class E>
concept DescribedEnum = boost::describe::has_describe_enumerators<E>::value;

template <DescribedEnum E>
struct EnumName {
  E value;
  std::string name;
};

template <DescribedEnum E>
[[nodiscard]] const auto& enum_names() {
  using Enumerators = boost::describe::describe_enumerators<E>;
  static const auto names = [] {
    std::array<EnumName<E>, boost::mp11::mp_size<Enumerators>::value> all;
    std::size_t i = 0;
    boost::mp11::mp_for_each<Enumerators>(
        [&](auto d) { all[i++] = {d.value, snake_case(d.name)}; });
    return all;
  }();
  return names;
}

template <DescribedEnum E>
[[nodiscard]] std::string_view enum_name(E value) {
  for (const auto& entry : enum_names<E>())
    if (entry.value == value) return entry.name;
  return "?";
}

template <DescribedEnum E>
[[nodiscard]] std::optional<E> parse_enum(std::string_view name) {
  for (const auto& entry : enum_names<E>())
    if (entry.name == name) return entry.value;
  return std::nullopt;
}

}  // namespace qd
