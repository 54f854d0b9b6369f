// A value that must not be seen: no stream operator, no formatter, no JSON description, and its
// memory is wiped when it goes.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace qd {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(other.value_) { other.wipe(); }
  Secret& operator=(Secret other) noexcept {
    value_.swap(other.value_);
    return *this;
  }
  ~Secret() { wipe(); }

  [[nodiscard]] bool empty() const { return value_.empty(); }
  /// The value itself; every call is a place to review.
  [[nodiscard]] std::string_view reveal() const { return value_; }

 private:
  void wipe() {
    volatile char* bytes = value_.data();
    for (std::size_t i = 0; i < value_.size(); ++i) bytes[i] = '\0';
    value_.clear();
  }

  std::string value_;
};

}  // namespace qd
