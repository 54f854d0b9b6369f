// What an execution does, as its events tell it: one line an event, or a board of all its steps
// that is drawn anew. Pure: no clock, no terminal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/text.h"

namespace qd::cli {

class Progress {
 public:
  explicit Progress(Style style) : style_(style) {}

  /// Takes the next event in; its line, without a line end: `10:29:31  classify  completed  1.2s`.
  /// Empty where there is nothing to tell.
  std::string take(const Json& event);
  /// Every step that did something, in order of its first event, and what the execution does: lines
  /// of at most `width` characters, at most `height` of them (the latest ones).
  [[nodiscard]] std::string board(std::size_t width, std::size_t height) const;
  /// A step has begun to wait for a person since this was last asked.
  [[nodiscard]] bool take_new_approval() { return std::exchange(new_approval_, false); }

 private:
  struct Step {
    std::string id;
    std::string status;
    std::string note;
    std::optional<Timestamp> started;
    std::optional<Timestamp> last;
  };
  Step& step(const std::string& id);
  void record(const Json& event, const std::string& type, Timestamp at);
  [[nodiscard]] std::string line_of(const Step& step, std::size_t id_width,
                                    std::size_t width) const;

  Style style_;
  std::vector<Step> steps_;
  std::string status_ = "pending";
  std::string note_;
  bool new_approval_ = false;
};

}  // namespace qd::cli
