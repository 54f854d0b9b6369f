// How C++ values become statement parameters, and columns become members of described structs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include "base/enum_names.h"
#include "base/id.h"
#include "base/time.h"
#include "json/json.h"

namespace qd::db {

/// A statement parameter; text is owned only where it had to be made (`std::string`).
using Param = std::variant<std::monostate, std::int64_t, double, std::string_view, std::string>;

/// The current row of a running statement; views are valid until the next row.
class Row {
 public:
  virtual ~Row() = default;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  [[nodiscard]] virtual double real(int column) const = 0;
  [[nodiscard]] virtual std::string_view text(int column) const = 0;
};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsId : std::false_type {};
template <class Tag>
struct IsId<Id<Tag>> : std::true_type {};

template <class T>
Param to_param(const T& value) {
  if constexpr (IsOptional<T>::value) {
    return value ? to_param(*value) : Param(std::monostate{});
  } else if constexpr (std::is_same_v<T, std::nullptr_t> || std::is_same_v<T, std::nullopt_t>) {
    return std::monostate{};
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    return std::int64_t{value.time_since_epoch().count()};
  } else if constexpr (IsId<T>::value) {
    return std::string_view(value.value);
  } else if constexpr (DescribedEnum<T>) {
    return enum_name(value);
  } else if constexpr (std::is_same_v<T, Json>) {
    return json::print(value);
  } else if constexpr (std::is_same_v<T, JsonObject> || std::is_same_v<T, JsonArray>) {
    std::string text;
    json::append(text, value);
    return text;
  } else if constexpr (std::is_floating_point_v<T>) {
    return double{value};
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return std::string_view(value);
  } else {
    return static_cast<std::int64_t>(value);  // integers, bool, Whole
  }
}

template <class T>
T read_column(const Row& row, int column) {
  if constexpr (IsOptional<T>::value) {
    if (row.is_null(column)) return std::nullopt;
    return read_column<typename T::value_type>(row, column);
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    return Timestamp(milliseconds(row.integer(column)));
  } else if constexpr (IsId<T>::value) {
    return T{std::string(row.text(column))};
  } else if constexpr (DescribedEnum<T>) {
    if (const auto value = parse_enum<T>(row.text(column))) return *value;
    throw std::runtime_error("the database holds a name unknown to this version: " +
                             std::string(row.text(column)));
  } else if constexpr (std::is_same_v<T, Json>) {
    return row.is_null(column) ? Json()
                               : boost::json::parse(row.text(column), {}, {.max_depth = 512});
  } else if constexpr (std::is_same_v<T, JsonObject>) {
    return row.is_null(column)
               ? JsonObject()
               : boost::json::parse(row.text(column), {}, {.max_depth = 512}).as_object();
  } else if constexpr (std::is_same_v<T, JsonArray>) {
    return row.is_null(column)
               ? JsonArray()
               : boost::json::parse(row.text(column), {}, {.max_depth = 512}).as_array();
  } else if constexpr (std::is_same_v<T, bool>) {
    return row.integer(column) != 0;
  } else if constexpr (std::is_floating_point_v<T>) {
    return row.real(column);
  } else if constexpr (std::is_constructible_v<T, std::string>) {
    return T(std::string(row.text(column)));
  } else if constexpr (requires(const Json& value) { boost::json::value_to<T>(value); }) {
    return boost::json::value_to<T>(boost::json::parse(row.text(column)));  // vectors of text
  } else {
    return static_cast<T>(row.integer(column));
  }
}

/// Fills a described struct from the columns in the order of its described members, bases first.
template <class T>
T read_row(const Row& row) {
  using Members = boost::describe::describe_members<T, boost::describe::mod_public |
                                                           boost::describe::mod_inherited>;
  T out{};
  int column = 0;
  boost::mp11::mp_for_each<Members>([&](auto d) {
    auto& member = out.*d.pointer;
    member = read_column<std::remove_cvref_t<decltype(member)>>(row, column++);
  });
  return out;
}

/// The parameters of one call, on the stack.
template <std::size_t N>
class Params {
 public:
  template <class... Args>
  explicit Params(const Args&... args) : values_{to_param(args)...} {}
  operator std::span<const Param>() const { return values_; }

 private:
  std::array<Param, N> values_;
};

}  // namespace qd::db
