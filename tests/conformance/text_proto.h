// Protobuf's text format, as far as the conformance suites use it: fields with scalars, messages
// and lists. No schema is known, so a scalar stays text and its reader says what it means.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace qd::conformance {

struct Message;

struct Field {
  std::string name;
  /// Of a scalar; a string is decoded.
  std::string text;
  /// Null for a scalar.
  const Message* message = nullptr;
};

struct Message {
  std::vector<Field> fields;

  /// The first field of that name, or null.
  [[nodiscard]] const Field* find(std::string_view name) const;
  [[nodiscard]] std::vector<const Field*> all(std::string_view name) const;
  /// The text of a scalar, empty when there is none.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] bool is_true(std::string_view name) const { return text(name) == "true"; }
  /// The message in that field, or null.
  [[nodiscard]] const Message* child(std::string_view name) const;
};

struct Document {
  std::deque<Message> messages;
  /// The first of `messages`.
  [[nodiscard]] const Message& root() const { return messages.front(); }
};

/// Throws std::runtime_error with the line where the text is not what it should be.
[[nodiscard]] Document parse_text_proto(std::string_view text);

}  // namespace qd::conformance
