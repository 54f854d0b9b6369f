#include "expr/value.h"

#include <bit>
#include <cmath>

#include "expr/arena.h"

namespace qd::expr {

namespace {

constexpr std::size_t kSmallMap = 8;
/// Beyond it a double no longer holds every whole number.
constexpr double kExact = 9007199254740992.0;

std::uint64_t mix(std::uint64_t bits) {
  bits ^= bits >> 33;
  bits *= 0xff51afd7ed558ccdULL;
  bits ^= bits >> 33;
  return bits;
}

// Equal numbers of different kinds must hash alike.
std::uint64_t hash_key(const Value& key) {
  if (key.is(Kind::String)) return std::hash<std::string_view>{}(key.text());
  if (key.is_number()) return mix(std::bit_cast<std::uint64_t>(key.as_double() + 0.0));
  return key.is_true() ? 1 : 2;
}

}  // namespace

std::string_view type_name(Kind kind) {
  switch (kind) {
    case Kind::Error:
      return "error";
    case Kind::Null:
      return "null_type";
    case Kind::Bool:
      return "bool";
    case Kind::Int:
      return "int";
    case Kind::Uint:
      return "uint";
    case Kind::Double:
      return "double";
    case Kind::String:
      return "string";
    case Kind::Bytes:
      return "bytes";
    case Kind::List:
      return "list";
    case Kind::Map:
      return "map";
    case Kind::Timestamp:
      return "google.protobuf.Timestamp";
    case Kind::Duration:
      return "google.protobuf.Duration";
    case Kind::Type:
      return "type";
    case Kind::Optional:
      return "optional_type";
    case Kind::Ip:
      return "net.IP";
    case Kind::Cidr:
      return "net.CIDR";
  }
  return "?";
}

Value Value::of(bool value) {
  Value v;
  v.kind_ = Kind::Bool;
  v.boolean_ = value;
  return v;
}

Value Value::of(std::int64_t value) {
  Value v;
  v.kind_ = Kind::Int;
  v.integer_ = value;
  return v;
}

Value Value::of(std::uint64_t value) {
  Value v;
  v.kind_ = Kind::Uint;
  v.unsigned_ = value;
  return v;
}

Value Value::of(double value) {
  Value v;
  v.kind_ = Kind::Double;
  v.real_ = value;
  return v;
}

Value Value::string(std::string_view text) {
  Value v;
  v.kind_ = Kind::String;
  v.text_ = text.data();
  v.size_ = text.size();
  return v;
}

Value Value::bytes(std::string_view bytes) {
  Value v = string(bytes);
  v.kind_ = Kind::Bytes;
  return v;
}

Value Value::list(std::span<const Value> items) {
  Value v;
  v.kind_ = Kind::List;
  v.items_ = items.data();
  v.size_ = items.size();
  return v;
}

Value Value::map(const BuiltMap* entries) {
  Value v;
  v.kind_ = Kind::Map;
  v.map_ = entries;
  return v;
}

Value Value::timestamp(std::int64_t seconds, std::uint32_t nanoseconds) {
  Value v;
  v.kind_ = Kind::Timestamp;
  v.integer_ = seconds;
  v.size_ = nanoseconds;
  return v;
}

Value Value::duration(std::int64_t nanoseconds) {
  Value v;
  v.kind_ = Kind::Duration;
  v.integer_ = nanoseconds;
  return v;
}

Value Value::type(Kind kind) {
  Value v;
  v.kind_ = Kind::Type;
  v.integer_ = static_cast<std::int64_t>(kind);
  return v;
}

Value Value::optional(const Value* inner) {
  Value v;
  v.kind_ = Kind::Optional;
  v.items_ = inner;
  v.size_ = inner == nullptr ? 0 : 1;
  return v;
}

Value Value::ip(std::string_view bytes) {
  Value v = string(bytes);
  v.kind_ = Kind::Ip;
  return v;
}

Value Value::cidr(std::string_view bytes) {
  Value v = string(bytes);
  v.kind_ = Kind::Cidr;
  return v;
}

Value Value::error(Failure* failure) {
  Value v;
  v.kind_ = Kind::Error;
  v.failure_ = failure;
  return v;
}

Value Value::lend(const Json& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return {};
    case boost::json::kind::bool_:
      return of(value.get_bool());
    case boost::json::kind::int64:
      return of(value.get_int64());
    case boost::json::kind::uint64: {
      const auto number = value.get_uint64();
      return number <= INT64_MAX ? of(static_cast<std::int64_t>(number)) : of(number);
    }
    case boost::json::kind::double_: {
      const double number = value.get_double();
      const bool is_whole = std::abs(number) < kExact && std::trunc(number) == number;
      return is_whole ? of(static_cast<std::int64_t>(number)) : of(number);
    }
    case boost::json::kind::string: {
      const auto& text = value.get_string();
      return string({text.data(), text.size()});
    }
    case boost::json::kind::array: {
      Value v;
      v.kind_ = Kind::List;
      v.lent_ = true;
      v.array_ = &value.get_array();
      return v;
    }
    case boost::json::kind::object: {
      Value v;
      v.kind_ = Kind::Map;
      v.lent_ = true;
      v.object_ = &value.get_object();
      return v;
    }
  }
  return {};
}

double Value::as_double() const {
  if (kind_ == Kind::Int) return static_cast<double>(integer_);
  if (kind_ == Kind::Uint) return static_cast<double>(unsigned_);
  return real_;
}

std::size_t Value::size() const {
  if (kind_ == Kind::Map) return lent_ ? object_->size() : map_->entries.size();
  return lent_ ? array_->size() : size_;
}

Value Value::at(std::size_t index) const {
  return lent_ ? lend((*array_)[index]) : items_[index];
}

Value Value::key_at(std::size_t index) const {
  if (!lent_) return map_->entries[index].key;
  const auto key = (object_->begin() + static_cast<std::ptrdiff_t>(index))->key();
  return string({key.data(), key.size()});
}

Value Value::value_at(std::size_t index) const {
  if (!lent_) return map_->entries[index].value;
  return lend((object_->begin() + static_cast<std::ptrdiff_t>(index))->value());
}

Value Value::find(const Value& key) const {
  if (lent_) return key.is(Kind::String) ? find(key.text()) : error(nullptr);
  const auto* entry = map_->find(key);
  return entry != nullptr ? entry->value : error(nullptr);
}

Value Value::find(std::string_view key) const {
  if (!lent_) return find(string(key));
  const Json* member = object_->if_contains(key);
  return member != nullptr ? lend(*member) : error(nullptr);
}

const BuiltMap::Entry* BuiltMap::find(const Value& key) const {
  // Keys are scalars, and short.
  std::int64_t left = INT64_MAX;
  if (slots.empty()) {
    for (const auto& entry : entries)
      if (equal(entry.key, key, left)) return &entry;
    return nullptr;
  }
  const std::size_t mask = slots.size() - 1;
  for (std::size_t at = hash_key(key) & mask; slots[at] != 0; at = (at + 1) & mask)
    if (const auto& entry = entries[slots[at] - 1]; equal(entry.key, key, left)) return &entry;
  return nullptr;
}

const BuiltMap* BuiltMap::make(Arena& arena, std::span<const Entry> entries) {
  auto* map = arena.make(BuiltMap{});
  if (entries.size() <= kSmallMap) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      map->entries = entries.first(i);
      if (map->find(entries[i].key) != nullptr) return nullptr;
    }
    map->entries = entries;
    return map;
  }
  const auto slots = arena.array<std::uint32_t>(std::bit_ceil(entries.size() * 2));
  std::ranges::fill(slots, 0);
  map->entries = entries;
  map->slots = slots;
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    if (map->find(entries[i].key) != nullptr) return nullptr;
    std::size_t at = hash_key(entries[i].key) & (slots.size() - 1);
    while (slots[at] != 0) at = (at + 1) & (slots.size() - 1);
    slots[at] = i + 1;
  }
  return map;
}

}  // namespace qd::expr
