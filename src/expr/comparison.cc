// Equality and order of values, as CEL has them: numbers by value across their kinds.
#include <cmath>

#include "expr/value.h"

namespace qd::expr {

namespace {

Order order_of(auto a, auto b) {
  return a < b ? Order::Less : a > b ? Order::Greater : Order::Equal;
}

Order order_doubles(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return Order::Unordered;
  return order_of(a, b);
}

Order order_int_uint(std::int64_t a, std::uint64_t b) {
  return a < 0 ? Order::Less : order_of(static_cast<std::uint64_t>(a), b);
}

Order reverse(Order order) {
  if (order == Order::Less) return Order::Greater;
  if (order == Order::Greater) return Order::Less;
  return order;
}

Order order_numbers(const Value& a, const Value& b) {
  switch (a.kind()) {
    case Kind::Int:
      if (b.is(Kind::Int)) return order_of(a.integer(), b.integer());
      if (b.is(Kind::Uint)) return order_int_uint(a.integer(), b.unsigned_integer());
      return order_doubles(a.as_double(), b.real());
    case Kind::Uint:
      if (b.is(Kind::Uint)) return order_of(a.unsigned_integer(), b.unsigned_integer());
      if (b.is(Kind::Int)) return reverse(order_int_uint(b.integer(), a.unsigned_integer()));
      return order_doubles(a.as_double(), b.real());
    default:
      if (b.is(Kind::Double)) return order_doubles(a.real(), b.real());
      return reverse(order_numbers(b, a));
  }
}

/// Walks two values side by side for as long as the budget lasts.
class Comparison {
 public:
  explicit Comparison(std::int64_t& left) : left_(left) {}

  [[nodiscard]] bool equal(const Value& a, const Value& b) {
    if (--left_ < 0) return false;
    if (a.is_number() && b.is_number()) return order_numbers(a, b) == Order::Equal;
    if (a.kind() != b.kind()) return false;
    switch (a.kind()) {
      case Kind::String:
      case Kind::Bytes:
      case Kind::Ip:
      case Kind::Cidr:
        left_ -= static_cast<std::int64_t>(std::min(a.text().size(), b.text().size()) / 10);
        return a.text() == b.text();
      case Kind::List:
      case Kind::Map:
      case Kind::Optional:
        return equal_inside(a, b);
      case Kind::Bool:
        return a.boolean() == b.boolean();
      case Kind::Timestamp:
        return a.integer() == b.integer() && a.nanoseconds() == b.nanoseconds();
      case Kind::Duration:
      case Kind::Type:
        return a.integer() == b.integer();
      default:
        return true;
    }
  }

 private:
  bool equal_inside(const Value& a, const Value& b) {
    // No budget pays for more: the comparison would run out of stack.
    constexpr int kDeepest = 500;
    if (depth_ == kDeepest) {
      left_ = -1;
      return false;
    }
    ++depth_;
    const bool found = a.is(Kind::List)  ? equal_lists(a, b)
                       : a.is(Kind::Map) ? equal_maps(a, b)
                                         : equal_optionals(a, b);
    --depth_;
    return found;
  }
  bool equal_lists(const Value& a, const Value& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!equal(a.at(i), b.at(i))) return false;
    return true;
  }
  bool equal_maps(const Value& a, const Value& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const Value other = b.find(a.key_at(i));
      if (other.is_nothing() || !equal(a.value_at(i), other)) return false;
    }
    return true;
  }
  bool equal_optionals(const Value& a, const Value& b) {
    if (!a.has_inner() || !b.has_inner()) return a.has_inner() == b.has_inner();
    return equal(a.inner(), b.inner());
  }

  std::int64_t& left_;
  int depth_ = 0;
};

}  // namespace

bool equal(const Value& a, const Value& b, std::int64_t& left) {
  return Comparison(left).equal(a, b);
}

Order order(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return order_numbers(a, b);
  if (a.kind() != b.kind()) return Order::NoOverload;
  switch (a.kind()) {
    case Kind::String:
    case Kind::Bytes:
      return order_of(a.text(), b.text());
    case Kind::Bool:
      return order_of(a.boolean(), b.boolean());
    case Kind::Duration:
      return order_of(a.integer(), b.integer());
    case Kind::Timestamp:
      return a.integer() != b.integer() ? order_of(a.integer(), b.integer())
                                        : order_of(a.nanoseconds(), b.nanoseconds());
    default:
      return Order::NoOverload;
  }
}

}  // namespace qd::expr
