// A value while it is computed with: small, trivially copied, and pointing either into the JSON
// that the scope lends, into the compiled program, or into the evaluation's arena. CEL has more
// types than JSON; the others become text only when the result leaves as JSON.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "expr/expression.h"
#include "json/json.h"

namespace qd::expr {

enum class Kind : std::uint8_t {
  Error,
  Null,
  Bool,
  Int,
  Uint,
  Double,
  String,
  Bytes,
  List,
  Map,
  Timestamp,
  Duration,
  Type,
  Optional,
  /// An address, IPv4 (also when written as IPv6) or IPv6.
  Ip,
  /// A range of addresses.
  Cidr,
};

/// `int`, `string`, `null_type`, `google.protobuf.Timestamp`: what `type(x)` is called.
[[nodiscard]] std::string_view type_name(Kind kind);

/// Why an operation has no value; it travels as a value, so that `&&` and `||` can absorb it.
struct Failure {
  std::string_view code;
  std::string_view message;
  /// Line 0 until the evaluator knows it.
  Position at{0, 0};
};

struct BuiltMap;

class Value {
 public:
  Value() : kind_(Kind::Null), integer_(0) {}

  [[nodiscard]] static Value of(bool value);
  [[nodiscard]] static Value of(std::int64_t value);
  [[nodiscard]] static Value of(std::uint64_t value);
  [[nodiscard]] static Value of(double value);
  [[nodiscard]] static Value string(std::string_view text);
  [[nodiscard]] static Value bytes(std::string_view bytes);
  [[nodiscard]] static Value list(std::span<const Value> items);
  [[nodiscard]] static Value map(const BuiltMap* entries);
  /// Nanoseconds 0 to 999,999,999, also before 1970.
  [[nodiscard]] static Value timestamp(std::int64_t seconds, std::uint32_t nanoseconds);
  [[nodiscard]] static Value duration(std::int64_t nanoseconds);
  [[nodiscard]] static Value type(Kind kind);
  /// Of nothing where `inner` is null.
  [[nodiscard]] static Value optional(const Value* inner);
  /// The bytes of the address, 4 or 16; of a range one more with the length of its prefix.
  [[nodiscard]] static Value ip(std::string_view bytes);
  [[nodiscard]] static Value cidr(std::string_view bytes);
  [[nodiscard]] static Value error(Failure* failure);
  /// Lends `value`. A number without a fraction is an int, however it was written.
  [[nodiscard]] static Value lend(const Json& value);

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is(Kind kind) const { return kind_ == kind; }
  [[nodiscard]] bool is_error() const { return kind_ == Kind::Error; }
  [[nodiscard]] bool is_true() const { return kind_ == Kind::Bool && boolean_; }
  [[nodiscard]] bool is_false() const { return kind_ == Kind::Bool && !boolean_; }
  [[nodiscard]] bool is_number() const {
    return kind_ == Kind::Int || kind_ == Kind::Uint || kind_ == Kind::Double;
  }

  // Each is only for a value of its kind.
  [[nodiscard]] bool boolean() const { return boolean_; }
  /// Of an int; the seconds of a timestamp; the nanoseconds of a duration.
  [[nodiscard]] std::int64_t integer() const { return integer_; }
  [[nodiscard]] std::uint64_t unsigned_integer() const { return unsigned_; }
  [[nodiscard]] double real() const { return real_; }
  [[nodiscard]] std::uint32_t nanoseconds() const { return static_cast<std::uint32_t>(size_); }
  /// Of a string or bytes; the bytes of an address or a range.
  [[nodiscard]] std::string_view text() const { return {text_, size_}; }
  [[nodiscard]] Kind named_type() const { return static_cast<Kind>(integer_); }
  [[nodiscard]] Failure* failure() const { return failure_; }
  [[nodiscard]] bool has_inner() const { return size_ != 0; }
  /// Of an optional that holds something.
  [[nodiscard]] const Value& inner() const { return *items_; }
  /// Any number as a double.
  [[nodiscard]] double as_double() const;

  // Of a list or a map.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] Value at(std::size_t index) const;
  /// The index-th key of a map, in its own order, and its value.
  [[nodiscard]] Value key_at(std::size_t index) const;
  [[nodiscard]] Value value_at(std::size_t index) const;
  /// The member of a map; nothing is Kind::Error with no failure.
  [[nodiscard]] Value find(const Value& key) const;
  [[nodiscard]] Value find(std::string_view key) const;
  [[nodiscard]] bool is_nothing() const { return kind_ == Kind::Error && failure_ == nullptr; }

 private:
  Kind kind_;
  /// Whether a list or a map is the scope's JSON rather than built here.
  bool lent_ = false;
  union {
    bool boolean_;
    std::int64_t integer_;
    std::uint64_t unsigned_;
    double real_;
    const char* text_;
    const Value* items_;
    const JsonArray* array_;
    const JsonObject* object_;
    const BuiltMap* map_;
    Failure* failure_;
  };
  std::size_t size_ = 0;
};

class Arena;

/// A map that an expression built; keeps the order it was written in.
struct BuiltMap {
  struct Entry {
    Value key;
    Value value;
  };
  std::span<const Entry> entries;
  /// Open addressing over `entries`, one more than the place; 0 is free. Empty for small maps.
  std::span<const std::uint32_t> slots;

  [[nodiscard]] const Entry* find(const Value& key) const;
  /// Nothing when two keys are equal. Keys must be bool, int, uint or string.
  [[nodiscard]] static const BuiltMap* make(Arena& arena, std::span<const Entry> entries);
};

/// CEL's equality: numbers compare by value across kinds, lists and maps deeply, other kinds are
/// unequal. Takes what it costs from `left`; when that is less than 0 afterwards it was not enough,
/// and the answer means nothing.
[[nodiscard]] bool equal(const Value& a, const Value& b, std::int64_t& left);

enum class Order { Less, Equal, Greater, Unordered, NoOverload };
/// Unordered is NaN; NoOverload is a pair of kinds that has no order.
[[nodiscard]] Order order(const Value& a, const Value& b);

}  // namespace qd::expr
