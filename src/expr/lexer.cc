#include "expr/lexer.h"

#include <charconv>

#include "base/encoding.h"
#include "expr/utf8.h"

namespace qd::expr {

namespace {

// Longest first, so that `<=` is not read as `<`.
constexpr std::string_view kSymbols[] = {"&&", "||", "==", "!=", "<=", ">=", "<", ">",
                                         "+",  "-",  "*",  "/",  "%",  "!",  "?", ":",
                                         ",",  ".",  "(",  ")",  "[",  "]",  "{", "}"};
constexpr std::string_view kWords[] = {"true", "false", "null", "in"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_name(char c) {
  return is_name_start(c) || is_digit(c);
}

int digit_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

enum class Raw { No, Yes };

struct Prefix {
  Raw raw = Raw::No;
  TokenKind kind = TokenKind::String;
  std::size_t length = 0;
};

class Lexer {
 public:
  Lexer(std::string_view source, Position start) : source_(source), here_(start) {}

  Result<std::vector<Token>> run() {
    std::vector<Token> tokens;
    for (;;) {
      skip_space();
      QD_TRY(auto token, next());
      tokens.push_back(std::move(token));
      if (tokens.back().kind == TokenKind::End) return tokens;
    }
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool at_end() const { return at_ >= source_.size(); }
  [[nodiscard]] bool sees(std::string_view text) const {
    return source_.substr(at_).starts_with(text);
  }

  void advance(std::size_t bytes) {
    for (; bytes > 0 && !at_end(); --bytes, ++at_) {
      if (source_[at_] == '\n')
        here_ = {here_.line + 1, 1};
      else if (!is_continuation(source_[at_]))
        ++here_.column;
    }
  }

  void skip_space() {
    while (!at_end()) {
      if (sees("//"))
        while (!at_end() && peek() != '\n') advance(1);
      else if (peek() == ' ' || (peek() >= '\t' && peek() <= '\r'))
        advance(1);
      else
        return;
    }
  }

  [[nodiscard]] std::unexpected<Error> syntax(Position at, std::string_view message) const {
    return std::unexpected(error_at(at, "expression.syntax", message));
  }

  Token take(TokenKind kind, std::size_t bytes) {
    Token token{.kind = kind, .at = here_, .raw = source_.substr(at_, bytes)};
    advance(bytes);
    return token;
  }

  Result<Token> next() {
    if (at_end()) return take(TokenKind::End, 0);
    if (const auto prefix = string_prefix()) return string(*prefix);
    if (is_name_start(peek())) return name();
    if (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) return number();
    if (peek() == '`') return quoted_name();
    for (const auto symbol : kSymbols)
      if (sees(symbol)) return take(TokenKind::Symbol, symbol.size());
    if (peek() == '=') return syntax(here_, "'=' is no operator; equality is '=='");
    if (peek() == '&' || peek() == '|')
      return syntax(here_, fmt::format("'{0}' is no operator; write '{0}{0}'", peek()));
    std::size_t length = 1;
    while (is_continuation(peek(length))) ++length;
    const auto shown = static_cast<unsigned char>(peek()) < 0x20
                           ? fmt::format("character 0x{:02x}", static_cast<unsigned char>(peek()))
                           : fmt::format("'{}'", source_.substr(at_, length));
    return syntax(here_, fmt::format("{} has no meaning here", shown));
  }

  Result<Token> name() {
    std::size_t length = 1;
    while (is_name(peek(length))) ++length;
    const auto word = source_.substr(at_, length);
    const bool is_symbol = std::ranges::find(kWords, word) != std::end(kWords);
    return take(is_symbol ? TokenKind::Symbol : TokenKind::Identifier, length);
  }

  Result<Token> quoted_name() {
    const auto start = here_;
    std::size_t length = 1;
    while (is_name(peek(length)) ||
           (peek(length) != '\0' && std::string_view("-./ ").contains(peek(length))))
      ++length;
    if (peek(length) != '`' || length == 1)
      return syntax(start, "a `quoted` name holds letters, digits, '_', '-', '.', '/' and spaces");
    auto token = take(TokenKind::QuotedIdentifier, length + 1);
    token.raw = token.raw.substr(1, length - 1);
    return token;
  }

  Result<Token> number() {
    const auto start = here_;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) return whole_number(2, 16);
    std::size_t length = 0;
    while (is_digit(peek(length))) ++length;
    const bool has_fraction = peek(length) == '.' && is_digit(peek(length + 1));
    std::size_t end = length;
    if (has_fraction)
      for (++end; is_digit(peek(end));) ++end;
    bool has_exponent = false;
    if (peek(end) == 'e' || peek(end) == 'E') {
      const std::size_t sign = peek(end + 1) == '+' || peek(end + 1) == '-' ? 1 : 0;
      if (is_digit(peek(end + 1 + sign))) {
        has_exponent = true;
        for (end += 1 + sign; is_digit(peek(end));) ++end;
      }
    }
    if (!has_fraction && !has_exponent) return whole_number(0, 10);
    auto token = take(TokenKind::Double, end);
    // from_chars wants a digit before the point.
    const auto text = "0" + std::string(token.raw);
    const auto read = std::from_chars(text.data(), text.data() + text.size(), token.real);
    if (read.ec != std::errc()) return syntax(start, "the number is out of range");
    return check_number_end(std::move(token));
  }

  Result<Token> whole_number(std::size_t prefix, int base) {
    const auto start = here_;
    std::size_t length = prefix;
    while (digit_value(peek(length)) < base) ++length;
    if (length == prefix) return syntax(start, "'0x' needs hexadecimal digits");
    const auto digits = source_.substr(at_ + prefix, length - prefix);
    std::uint64_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (read.ec != std::errc()) return syntax(start, "the number is out of range");
    const bool is_unsigned = peek(length) == 'u' || peek(length) == 'U';
    auto token =
        take(is_unsigned ? TokenKind::Uint : TokenKind::Int, length + (is_unsigned ? 1 : 0));
    token.whole = value;
    return check_number_end(std::move(token));
  }

  Result<Token> check_number_end(Token token) {
    if (is_name(peek()))
      return syntax(here_, "a number ends where a name begins; put a space or an operator between");
    return token;
  }

  [[nodiscard]] std::optional<Prefix> string_prefix() const {
    Prefix prefix;
    for (std::size_t i = 0; i < 3; ++i) {
      const char c = peek(i);
      if (c == '"' || c == '\'') {
        prefix.length = i;
        return prefix;
      }
      if ((c == 'r' || c == 'R') && prefix.raw == Raw::No)
        prefix.raw = Raw::Yes;
      else if ((c == 'b' || c == 'B') && prefix.kind == TokenKind::String)
        prefix.kind = TokenKind::Bytes;
      else
        return std::nullopt;
    }
    return std::nullopt;
  }

  Result<Token> string(Prefix prefix) {
    const auto start = here_;
    const auto begin = at_;
    advance(prefix.length);
    const char quote = peek();
    const std::string triple(3, quote);
    const std::string closing = sees(triple) ? triple : std::string(1, quote);
    advance(closing.size());
    std::string text;
    while (!sees(closing)) {
      if (at_end()) return syntax(start, "the string is not closed");
      if (closing.size() == 1 && (peek() == '\n' || peek() == '\r'))
        return syntax(here_, "a line ends inside the string; use three quotes for longer text");
      if (peek() == '\\' && prefix.raw == Raw::No) {
        QD_CHECK(escape(text, prefix.kind));
      } else {
        text.push_back(peek());
        advance(1);
      }
    }
    advance(closing.size());
    return Token{.kind = prefix.kind,
                 .at = start,
                 .raw = source_.substr(begin, at_ - begin),
                 .text = std::move(text)};
  }

  Result<void> escape(std::string& out, TokenKind kind) {
    constexpr std::string_view kLetters = "abfnrtv\\?\"'`";
    constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\?\"'`";
    const auto start = here_;
    const char letter = peek(1);
    if (const auto known = kLetters.find(letter);
        letter != '\0' && known != std::string_view::npos) {
      out.push_back(kValues[known]);
      advance(2);
      return {};
    }
    if (letter == 'x' || letter == 'X') return code(out, kind, start, 2, 2, 16);
    if (letter == 'u' && kind == TokenKind::String) return code(out, kind, start, 2, 4, 16);
    if (letter == 'U' && kind == TokenKind::String) return code(out, kind, start, 2, 8, 16);
    if (letter >= '0' && letter <= '3') return code(out, kind, start, 1, 3, 8);
    return syntax(start, "unknown escape in a string; a backslash itself is written '\\\\'");
  }

  Result<void> code(std::string& out, TokenKind kind, Position start, std::size_t skip,
                    std::size_t digits, int base) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const int digit = digit_value(peek(skip + i));
      if (digit >= base) return syntax(start, fmt::format("this escape needs {} digits", digits));
      value = value * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit);
    }
    if (kind == TokenKind::Bytes)
      out.push_back(static_cast<char>(value));
    else if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
      return syntax(start, "the escape names no Unicode character");
    else
      append_utf8(out, value);
    advance(skip + digits);
    return {};
  }

  std::string_view source_;
  std::size_t at_ = 0;
  Position here_;
};

}  // namespace

Error error_at(Position at, std::string_view code, std::string_view message) {
  return {.kind = ErrorKind::Invalid,
          .code = std::string(code),
          .message = fmt::format("line {}, column {}: {}", at.line, at.column, message)};
}

Result<std::vector<Token>> tokenize(std::string_view source, Position start) {
  if (!is_utf8(source))
    return std::unexpected(error_at(start, "expression.syntax", "the text is not valid UTF-8"));
  return Lexer(source, start).run();
}

}  // namespace qd::expr
