// Memory of one evaluation: handed out in a row, freed all at once when the evaluation ends.
#pragma once

#include <cstring>
#include <memory>
#include <memory_resource>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "json/json.h"

namespace qd::expr {

class Arena {
 public:
  Arena() : memory_(first_, sizeof first_) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Uninitialised memory for `count` of T.
  template <class T>
  [[nodiscard]] std::span<T> array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count == 0) return {};
    return {static_cast<T*>(memory_.allocate(count * sizeof(T), alignof(T))), count};
  }
  [[nodiscard]] std::string_view copy(std::string_view text) {
    const auto to = array<char>(text.size());
    if (!text.empty()) std::memcpy(to.data(), text.data(), text.size());
    return {to.data(), text.size()};
  }
  template <class T>
  [[nodiscard]] T* make(T value) {
    return std::construct_at(array<T>(1).data(), std::move(value));
  }
  [[nodiscard]] const Json& keep(Json value) {
    return *documents_.emplace_back(std::make_unique<Json>(std::move(value)));
  }

 private:
  alignas(std::max_align_t) std::byte first_[1024];
  std::pmr::monotonic_buffer_resource memory_;
  std::vector<std::unique_ptr<Json>> documents_;
};

}  // namespace qd::expr
