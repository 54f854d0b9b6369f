// Source text to tokens, each with its place. Literals are decoded here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expression.h"

namespace qd::expr {

enum class TokenKind : std::uint8_t {
  End,
  Identifier,
  /// `a`-quoted name, only after a dot.
  QuotedIdentifier,
  Int,
  Uint,
  Double,
  String,
  Bytes,
  /// Operators, brackets, and the words true, false, null, in.
  Symbol,
};

struct Token {
  TokenKind kind = TokenKind::End;
  Position at;
  /// As written; of a symbol or an identifier, its name.
  std::string_view raw;
  /// Of a string or bytes, decoded.
  std::string text;
  /// Of an Int or Uint; an Int may be 2^63 for the sake of a minus before it.
  std::uint64_t whole = 0;
  double real = 0;
};

/// An error of an expression at a place: the message starts with `line 1, column 7: `.
[[nodiscard]] Error error_at(Position at, std::string_view code, std::string_view message);

/// The tokens of `source`, the last one End. `source` must outlive them.
[[nodiscard]] Result<std::vector<Token>> tokenize(std::string_view source, Position start);

}  // namespace qd::expr
