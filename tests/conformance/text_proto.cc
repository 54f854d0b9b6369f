#include "conformance/text_proto.h"

#include <stdexcept>

#include "expr/utf8.h"

namespace qd::conformance {

namespace {

class Parser {
 public:
  Parser(std::string_view text, Document& document) : text_(text), document_(document) {}

  void fields(Message& into, char closing) {
    for (;;) {
      while (accept(',') || accept(';')) continue;
      if (closing != '\0' && accept(closing)) return;
      if (at_end()) {
        if (closing != '\0') fail("a message is not closed");
        return;
      }
      field(into);
    }
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    const auto line = 1 + std::ranges::count(text_.substr(0, at_), '\n');
    throw std::runtime_error(fmt::format("line {}: {}", line, message));
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    while (at_ < text_.size()) {
      if (peek() == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (std::string_view(" \t\r\n").contains(peek()))
        ++at_;
      else
        return;
    }
  }
  bool at_end() {
    skip_space();
    return at_ >= text_.size();
  }
  bool accept(char symbol) {
    skip_space();
    if (peek() != symbol) return false;
    ++at_;
    return true;
  }

  std::string word() {
    skip_space();
    const auto end = std::min(text_.find_first_of(" \t\r\n:{}[]<>,;#\"'", at_), text_.size());
    if (end == at_) fail("a name or a value is expected");
    auto out = std::string(text_.substr(at_, end - at_));
    at_ = end;
    return out;
  }

  void field(Message& into) {
    std::string name;
    if (accept('[')) {
      name = "[" + word() + "]";
      if (!accept(']')) fail("']' is expected");
    } else {
      name = word();
    }
    const bool has_colon = accept(':');
    if (accept('[')) {
      while (!accept(']')) {
        value(into, name);
        accept(',');
      }
      return;
    }
    skip_space();
    if (!has_colon && peek() != '{' && peek() != '<') fail("':' is expected");
    value(into, name);
  }

  void value(Message& into, const std::string& name) {
    skip_space();
    if (peek() == '{' || peek() == '<') {
      const char closing = text_[at_++] == '{' ? '}' : '>';
      auto& message = document_.messages.emplace_back();
      fields(message, closing);
      into.fields.push_back({.name = name, .text = {}, .message = &message});
      return;
    }
    if (peek() != '"' && peek() != '\'') {
      into.fields.push_back({.name = name, .text = word()});
      return;
    }
    std::string text;
    while (peek() == '"' || peek() == '\'') {
      string(text);
      skip_space();
    }
    into.fields.push_back({.name = name, .text = std::move(text)});
  }

  void string(std::string& out) {
    const char quote = text_[at_++];
    while (peek() != quote) {
      if (at_ >= text_.size() || peek() == '\n') fail("a string is not closed");
      if (peek() == '\\')
        escape(out);
      else
        out += text_[at_++];
    }
    ++at_;
  }

  void escape(std::string& out) {
    constexpr std::string_view kLetters = "abfnrtv\\?\"'";
    constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\?\"'";
    ++at_;
    const char letter = peek();
    if (letter >= '0' && letter <= '7') return code(out, 3, 8);
    ++at_;
    if (letter == 'x' || letter == 'X') return code(out, 2, 16);
    if (letter == 'u' || letter == 'U') {
      const auto digits = text_.substr(at_, letter == 'u' ? 4 : 8);
      at_ += digits.size();
      return expr::append_utf8(out, number(digits, 16));
    }
    const auto known = kLetters.find(letter);
    if (known == std::string_view::npos) fail("unknown escape");
    out += kValues[known];
  }

  /// At most `most` digits of a byte.
  void code(std::string& out, std::size_t most, int base) {
    const auto valid = base == 8 ? "01234567" : "0123456789abcdefABCDEF";
    const auto rest = text_.substr(at_, most);
    const auto digits = rest.substr(0, rest.find_first_not_of(valid));
    at_ += digits.size();
    out += static_cast<char>(number(digits, base));
  }

  std::uint32_t number(std::string_view digits, int base) const {
    std::uint32_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (read.ec != std::errc()) fail("an escape has no digits");
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Document& document_;
};

}  // namespace

const Field* Message::find(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

std::vector<const Field*> Message::all(std::string_view name) const {
  std::vector<const Field*> out;
  for (const auto& field : fields)
    if (field.name == name) out.push_back(&field);
  return out;
}

std::string Message::text(std::string_view name) const {
  const auto* field = find(name);
  return field == nullptr ? std::string() : field->text;
}

const Message* Message::child(std::string_view name) const {
  const auto* field = find(name);
  return field == nullptr ? nullptr : field->message;
}

Document parse_text_proto(std::string_view text) {
  Document document;
  auto& root = document.messages.emplace_back();
  Parser(text, document).fields(root, '\0');
  return document;
}

}  // namespace qd::conformance
