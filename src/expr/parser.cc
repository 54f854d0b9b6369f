// Recursive descent over CEL's grammar. Each level of brackets, conditional or sign counts as
// nesting, so that neither this parser nor what walks its tree can run out of stack.
#include "expr/lexer.h"
#include "expr/syntax.h"

namespace qd::expr {

namespace {

constexpr std::string_view kReserved[] = {
    "as",  "break", "const",     "continue", "else",   "for", "function", "if",   "import",
    "let", "loop",  "namespace", "package",  "return", "var", "void",     "while"};

struct BinaryOperator {
  std::string_view symbol;
  Operator op;
};

using Ids = std::vector<SyntaxId>;

class Parser {
 public:
  Parser(std::vector<Token> tokens, std::deque<std::string>& texts)
      : tokens_(std::move(tokens)), texts_(texts) {}

  Result<Syntax> run() {
    QD_TRY(tree_.root, expression());
    if (here().kind != TokenKind::End) return unexpected_token("an operator or the end");
    return std::move(tree_);
  }

 private:
  /// Counts one level of nesting while it lives.
  class Level {
   public:
    explicit Level(int& depth) : depth_(++depth) {}
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --depth_; }
    [[nodiscard]] bool is_too_deep() const { return depth_ > kMaxNesting; }

   private:
    int& depth_;
  };

  [[nodiscard]] const Token& here() const { return tokens_[at_]; }
  [[nodiscard]] bool sees(std::string_view symbol) const {
    return here().kind == TokenKind::Symbol && here().raw == symbol;
  }
  bool accept(std::string_view symbol) {
    if (!sees(symbol)) return false;
    ++at_;
    return true;
  }

  [[nodiscard]] static std::unexpected<Error> syntax(Position at, std::string_view message) {
    return std::unexpected(error_at(at, "expression.syntax", message));
  }
  [[nodiscard]] std::unexpected<Error> too_deep() const {
    return std::unexpected(error_at(here().at, "expression.too_deep",
                                    fmt::format("nested more than {} deep", kMaxNesting)));
  }
  [[nodiscard]] std::unexpected<Error> unexpected_token(std::string_view wanted) const {
    const auto found = here().kind == TokenKind::End ? std::string("the expression ends")
                                                     : fmt::format("found '{}'", here().raw);
    return syntax(here().at, fmt::format("{} where {} is expected", found, wanted));
  }
  Result<void> expect(std::string_view symbol) {
    if (accept(symbol)) return {};
    return unexpected_token(fmt::format("'{}'", symbol));
  }

  Result<SyntaxId> add(SyntaxNode node, const Ids& children = {}) {
    node.first = static_cast<std::uint32_t>(tree_.children.size());
    node.count = static_cast<std::uint32_t>(children.size());
    for (const auto child : children) {
      node.height = std::max(node.height, tree_.nodes[child].height + 1);
      tree_.children.push_back(child);
    }
    if (node.height > kMaxHeight)
      return std::unexpected(
          error_at(node.at, "expression.too_deep",
                   fmt::format("a chain of more than {} operations", kMaxHeight)));
    tree_.nodes.push_back(node);
    return static_cast<SyntaxId>(tree_.nodes.size() - 1);
  }

  Result<SyntaxId> expression() {
    const Level level(depth_);
    if (level.is_too_deep()) return too_deep();
    QD_TRY(const auto condition, either());
    const auto at = here().at;
    if (!accept("?")) return condition;
    QD_TRY(const auto then, either());
    QD_CHECK(expect(":"));
    QD_TRY(const auto otherwise, expression());
    return add({.kind = SyntaxKind::Conditional, .at = at}, {condition, then, otherwise});
  }

  /// `a && b && c` is one node, so that a long condition is not a deep one.
  Result<SyntaxId> joined(std::string_view symbol, SyntaxKind kind,
                          Result<SyntaxId> (Parser::*operand)()) {
    QD_TRY(const auto first, (this->*operand)());
    if (!sees(symbol)) return first;
    const auto at = here().at;
    Ids operands{first};
    while (accept(symbol)) {
      QD_TRY(const auto next, (this->*operand)());
      operands.push_back(next);
    }
    return add({.kind = kind, .at = at}, operands);
  }
  Result<SyntaxId> either() { return joined("||", SyntaxKind::Or, &Parser::both); }
  Result<SyntaxId> both() { return joined("&&", SyntaxKind::And, &Parser::relation); }

  Result<SyntaxId> chain(std::span<const BinaryOperator> operators,
                         Result<SyntaxId> (Parser::*operand)()) {
    QD_TRY(auto left, (this->*operand)());
    for (;;) {
      const auto found = std::ranges::find_if(
          operators, [this](const BinaryOperator& known) { return sees(known.symbol); });
      if (found == operators.end()) return left;
      const auto at = here().at;
      ++at_;
      QD_TRY(const auto right, (this->*operand)());
      QD_TRY(left, add({.kind = SyntaxKind::Binary, .op = found->op, .at = at}, {left, right}));
    }
  }
  Result<SyntaxId> relation() {
    static constexpr BinaryOperator kOperators[] = {
        {"==", Operator::Equal},       {"!=", Operator::NotEqual}, {"<", Operator::Less},
        {"<=", Operator::LessOrEqual}, {">", Operator::Greater},   {">=", Operator::GreaterOrEqual},
        {"in", Operator::In}};
    return chain(kOperators, &Parser::sum);
  }
  Result<SyntaxId> sum() {
    static constexpr BinaryOperator kOperators[] = {{"+", Operator::Add},
                                                    {"-", Operator::Subtract}};
    return chain(kOperators, &Parser::product);
  }
  Result<SyntaxId> product() {
    static constexpr BinaryOperator kOperators[] = {
        {"*", Operator::Multiply}, {"/", Operator::Divide}, {"%", Operator::Modulo}};
    return chain(kOperators, &Parser::unary);
  }

  Result<SyntaxId> unary() {
    const auto at = here().at;
    if (!sees("!") && !sees("-")) return member();
    const Level level(depth_);
    if (level.is_too_deep()) return too_deep();
    if (accept("!")) {
      QD_TRY(const auto operand, unary());
      return add({.kind = SyntaxKind::Not, .at = at}, {operand});
    }
    ++at_;
    // The sign belongs to the literal, or the smallest int could not be written.
    if (here().kind == TokenKind::Int || here().kind == TokenKind::Double) {
      QD_TRY(const auto number, literal_number(at, Sign::Minus));
      return suffixes(number);
    }
    QD_TRY(const auto operand, unary());
    return add({.kind = SyntaxKind::Negate, .at = at}, {operand});
  }

  Result<SyntaxId> member() {
    QD_TRY(const auto start, primary());
    return suffixes(start);
  }

  Result<SyntaxId> suffixes(SyntaxId operand) {
    for (;;) {
      const auto at = here().at;
      if (accept(".")) {
        QD_TRY(operand, selection(operand));
      } else if (accept("[")) {
        const auto kind = accept("?") ? SyntaxKind::OptionalIndex : SyntaxKind::Index;
        QD_TRY(const auto index, expression());
        QD_CHECK(expect("]"));
        QD_TRY(operand, add({.kind = kind, .at = at}, {operand, index}));
      } else if (sees("{")) {
        return std::unexpected(error_at(at, "expression.message_literal",
                                        "typed message literals are not part of this language; a "
                                        "map is written {'key': value}"));
      } else {
        return operand;
      }
    }
  }

  Result<SyntaxId> selection(SyntaxId operand) {
    const auto kind = accept("?") ? SyntaxKind::OptionalSelect : SyntaxKind::Select;
    const auto& name = here();
    const bool is_word = name.kind == TokenKind::Symbol &&
                         (sees("in") || sees("true") || sees("false") || sees("null"));
    if (is_word)
      return syntax(name.at,
                    fmt::format("'{0}' is a word of the language; write ['{0}']", name.raw));
    if (name.kind != TokenKind::Identifier && name.kind != TokenKind::QuotedIdentifier)
      return unexpected_token("a name after '.'");
    ++at_;
    if (kind == SyntaxKind::Select && name.kind == TokenKind::Identifier && accept("(")) {
      Ids children{operand};
      QD_CHECK(arguments(children));
      return add({.kind = SyntaxKind::Method, .at = name.at, .name = name.raw}, children);
    }
    return add({.kind = kind, .at = name.at, .name = name.raw}, {operand});
  }

  /// After `(`; takes the `)`.
  Result<void> arguments(Ids& out) {
    if (accept(")")) return {};
    do {
      QD_TRY(const auto argument, expression());
      out.push_back(argument);
    } while (accept(","));
    return expect(")");
  }

  Result<SyntaxId> primary() {
    const auto at = here().at;
    switch (here().kind) {
      case TokenKind::Int:
      case TokenKind::Uint:
      case TokenKind::Double:
        return literal_number(at, Sign::Plus);
      case TokenKind::String:
      case TokenKind::Bytes:
        return literal_text();
      case TokenKind::Identifier:
        return name(SyntaxKind::Identifier);
      default:
        break;
    }
    if (accept(".")) {
      if (here().kind != TokenKind::Identifier) return unexpected_token("a name after '.'");
      return name(SyntaxKind::AbsoluteIdentifier);
    }
    if (accept("(")) {
      QD_TRY(const auto inner, expression());
      QD_CHECK(expect(")"));
      return inner;
    }
    if (accept("[")) return list(at);
    if (accept("{")) return map(at);
    if (accept("true")) return add({.at = at, .literal = Value::of(true)});
    if (accept("false")) return add({.at = at, .literal = Value::of(false)});
    if (accept("null")) return add({.at = at});
    return unexpected_token("a value");
  }

  Result<SyntaxId> name(SyntaxKind kind) {
    const auto token = here();
    if (std::ranges::find(kReserved, token.raw) != std::end(kReserved))
      return syntax(token.at, fmt::format("'{}' is a reserved word", token.raw));
    ++at_;
    if (!accept("(")) return add({.kind = kind, .at = token.at, .name = token.raw});
    Ids children;
    QD_CHECK(arguments(children));
    return add({.kind = SyntaxKind::Call, .at = token.at, .name = token.raw}, children);
  }

  enum class Sign { Plus, Minus };
  Result<SyntaxId> literal_number(Position at, Sign sign) {
    constexpr std::uint64_t kMin = std::uint64_t{1} << 63;
    const auto& token = here();
    ++at_;
    const bool is_negative = sign == Sign::Minus;
    if (token.kind == TokenKind::Uint) return add({.at = at, .literal = Value::of(token.whole)});
    if (token.kind == TokenKind::Double)
      return add({.at = at, .literal = Value::of(is_negative ? -token.real : token.real)});
    if (token.whole > kMin || (token.whole == kMin && !is_negative))
      return syntax(at, "the number is out of the range of a 64-bit int");
    const auto bits = is_negative ? std::uint64_t{0} - token.whole : token.whole;
    return add({.at = at, .literal = Value::of(static_cast<std::int64_t>(bits))});
  }

  Result<SyntaxId> literal_text() {
    auto& token = tokens_[at_++];
    const auto& text = texts_.emplace_back(std::move(token.text));
    const bool is_string = token.kind == TokenKind::String;
    return add({.at = token.at, .literal = is_string ? Value::string(text) : Value::bytes(text)});
  }

  Result<SyntaxId> entry() {
    const auto at = here().at;
    if (!accept("?")) return expression();
    QD_TRY(const auto inner, expression());
    return add({.kind = SyntaxKind::OptionalEntry, .at = at}, {inner});
  }

  Result<SyntaxId> list(Position at) {
    Ids items;
    while (!accept("]")) {
      QD_TRY(const auto item, entry());
      items.push_back(item);
      if (!accept(",") && !sees("]")) return unexpected_token("',' or ']'");
    }
    return add({.kind = SyntaxKind::List, .at = at}, items);
  }

  Result<SyntaxId> map(Position at) {
    Ids entries;
    while (!accept("}")) {
      QD_TRY(const auto key, entry());
      QD_CHECK(expect(":"));
      QD_TRY(const auto value, expression());
      entries.push_back(key);
      entries.push_back(value);
      if (!accept(",") && !sees("}")) return unexpected_token("',' or '}'");
    }
    return add({.kind = SyntaxKind::Map, .at = at}, entries);
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  Syntax tree_;
  std::deque<std::string>& texts_;
};

}  // namespace

Result<Syntax> parse(std::string_view source, Position start, std::deque<std::string>& texts) {
  if (source.size() > kMaxSource)
    return std::unexpected(
        error_at(start, "expression.too_long",
                 fmt::format("the expression is longer than {} bytes", kMaxSource)));
  QD_TRY(auto tokens, tokenize(source, start));
  return Parser(std::move(tokens), texts).run();
}

}  // namespace qd::expr
