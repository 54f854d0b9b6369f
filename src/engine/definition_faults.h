// The faults of one document, collected while it is compiled.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/near_name.h"

namespace qd::engine {

/// `path` and one step further (RFC 6901).
[[nodiscard]] inline std::string child_path(std::string_view path, std::string_view name) {
  std::string out(path);
  out += '/';
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

class FaultList {
 public:
  /// More help nobody, and a hostile document must not fill memory.
  static constexpr std::size_t kMost = 1'000;

  void add(std::string path, std::string_view code, std::string message) {
    if (faults_.size() < kMost)
      faults_.push_back({std::move(path), std::string(code), std::move(message)});
  }
  /// `; did you mean 'x'?` or nothing. Looking costs time, so only the first hundred faults get it.
  [[nodiscard]] std::string suggest(std::string_view name,
                                    std::span<const std::string_view> candidates) const {
    constexpr std::size_t kSuggested = 100;
    constexpr std::size_t kShort = 3;
    const bool is_sought = faults_.size() < kSuggested && name.size() >= kShort;
    const auto near = is_sought ? near_name(name, candidates) : std::string_view{};
    return near.empty() ? std::string() : "; did you mean '" + std::string(near) + "'?";
  }
  [[nodiscard]] bool is_empty() const { return faults_.empty(); }
  /// In order of the document: the workflow's own, then by node, by edge, of the outputs.
  [[nodiscard]] std::vector<Fault> take() &&;

 private:
  std::vector<Fault> faults_;
};

}  // namespace qd::engine
