// How values look to people: colours, columns, JSON over several lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"

namespace qd::cli {

/// Colours on a terminal; plain text otherwise.
class Style {
 public:
  explicit Style(bool coloured) : coloured_(coloured) {}
  [[nodiscard]] std::string bold(std::string_view text) const { return with("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return with("2", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return with("31", text); }
  [[nodiscard]] std::string green(std::string_view text) const { return with("32", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return with("33", text); }
  [[nodiscard]] std::string blue(std::string_view text) const { return with("34", text); }
  /// The colour of a status of executions, steps and approvals.
  [[nodiscard]] std::string status(std::string_view status, std::string_view text) const;
  [[nodiscard]] bool coloured() const { return coloured_; }

 private:
  [[nodiscard]] std::string with(std::string_view code, std::string_view text) const;
  bool coloured_;
};

/// What a server sent, safe for a terminal: control characters become `?`, so that no name can
/// move the cursor. Line feeds and tabs stay where `lines` says so and are blanks otherwise.
enum class Lines { Keep, Join };
[[nodiscard]] std::string safe(std::string_view text, Lines lines = Lines::Join);

/// In code points: near enough to columns for aligning.
[[nodiscard]] std::size_t width(std::string_view text);
/// At most so many code points; what is cut is shown by an ellipsis.
[[nodiscard]] std::string cut(std::string_view text, std::size_t most);
[[nodiscard]] std::string pad(std::string_view text, std::size_t columns);

/// JSON with indents of two, for people and `jq` alike.
[[nodiscard]] std::string pretty(const Json& value);
/// As people write it, always with a fraction or an exponent, so that it stays a fraction.
[[nodiscard]] std::string number_text(double value);
/// A value in one line: text as it is, null as a dash, everything else as JSON.
[[nodiscard]] std::string brief(const Json& value);
/// `2026-11-24T10:29:31.123Z` as `2026-11-24 10:29:31`; anything else as it is.
[[nodiscard]] std::string brief_time(std::string_view rfc3339);
/// `1.2s`, `3m 04s`.
[[nodiscard]] std::string brief_duration(std::int64_t milliseconds);

/// The member that a path like `error/message` leads to, or null.
[[nodiscard]] const Json* member(const Json& value, std::string_view path);
/// Its text; empty where it is absent or no text.
[[nodiscard]] std::string text_at(const Json& value, std::string_view path);
/// Its number; 0 where it is absent or none.
[[nodiscard]] std::int64_t number_at(const Json& value, std::string_view path);

/// `text` as one part of a URL's path or query.
[[nodiscard]] std::string url_part(std::string_view text);

struct Column {
  std::string title;
  /// What of each item; its ending says how: `:time`, `:duration` or `:status`.
  std::string path;
};
/// Titles and rows in columns. Lines are cut to `most` characters; 0: as long as they are.
[[nodiscard]] std::string table(const std::vector<Column>& columns, const JsonArray& items,
                                const Style& style, std::size_t most);

}  // namespace qd::cli
