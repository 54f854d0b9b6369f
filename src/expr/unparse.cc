#include "expr/unparse.h"

namespace qd::expr {

namespace {

/// How tightly a node binds; what binds less tightly than its place asks for is put in brackets.
enum class Level { Conditional, Or, And, Relation, Sum, Product, Unary, Member };

struct OperatorText {
  Operator op;
  std::string_view symbol;
  Level level;
};
constexpr OperatorText kOperators[] = {{Operator::Equal, " == ", Level::Relation},
                                       {Operator::NotEqual, " != ", Level::Relation},
                                       {Operator::Less, " < ", Level::Relation},
                                       {Operator::LessOrEqual, " <= ", Level::Relation},
                                       {Operator::Greater, " > ", Level::Relation},
                                       {Operator::GreaterOrEqual, " >= ", Level::Relation},
                                       {Operator::In, " in ", Level::Relation},
                                       {Operator::Add, " + ", Level::Sum},
                                       {Operator::Subtract, " - ", Level::Sum},
                                       {Operator::Multiply, " * ", Level::Product},
                                       {Operator::Divide, " / ", Level::Product},
                                       {Operator::Modulo, " % ", Level::Product}};

const OperatorText& text_of(Operator op) {
  return *std::ranges::find(kOperators, op, &OperatorText::op);
}

Level tighter(Level level) {
  return static_cast<Level>(static_cast<int>(level) + 1);
}

Level level_of(const SyntaxNode& node) {
  switch (node.kind) {
    case SyntaxKind::Conditional:
      return Level::Conditional;
    case SyntaxKind::Or:
      return Level::Or;
    case SyntaxKind::And:
      return Level::And;
    case SyntaxKind::Binary:
      return text_of(node.op).level;
    case SyntaxKind::Not:
    case SyntaxKind::Negate:
      return Level::Unary;
    default:
      return Level::Member;
  }
}

bool is_plain_name(std::string_view name) {
  constexpr std::string_view kWords[] = {"true", "false", "null", "in"};
  const auto is_name_char = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return std::ranges::all_of(name, is_name_char) && !(name[0] >= '0' && name[0] <= '9') &&
         std::ranges::find(kWords, name) == std::end(kWords);
}

std::string real(double number) {
  auto text = fmt::format("{}", number);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string quoted(std::string_view text, bool is_ascii_only) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (byte < 0x20 || byte == 0x7f || (is_ascii_only && byte >= 0x80))
      out += fmt::format("\\x{:02x}", byte);
    else
      out += c;
  }
  return out + '"';
}

std::string literal(const Value& value) {
  switch (value.kind()) {
    case Kind::Bool:
      return value.boolean() ? "true" : "false";
    case Kind::Int:
      return fmt::to_string(value.integer());
    case Kind::Uint:
      return fmt::format("{}u", value.unsigned_integer());
    case Kind::Double:
      return real(value.real());
    case Kind::String:
      return quoted(value.text(), false);
    case Kind::Bytes:
      return "b" + quoted(value.text(), true);
    default:
      return "null";
  }
}

class Printer {
 public:
  explicit Printer(const Syntax& syntax) : syntax_(syntax) {}

  [[nodiscard]] std::string print(SyntaxId id, Level least) const {
    const auto& node = syntax_.node(id);
    const auto text = plain(node);
    return level_of(node) < least ? "(" + text + ")" : text;
  }

 private:
  using Children = std::span<const SyntaxId>;

  [[nodiscard]] std::string joined(Children ids, std::string_view separator, Level least) const {
    std::string out;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (i > 0) out += separator;
      out += print(ids[i], least);
    }
    return out;
  }

  [[nodiscard]] std::string plain(const SyntaxNode& node) const {
    const auto children = syntax_.children_of(node);
    const auto all = [&] { return joined(children, ", ", Level::Conditional); };
    const auto owner = [&] { return print(children[0], Level::Member); };
    switch (node.kind) {
      case SyntaxKind::Literal:
        return literal(node.literal);
      case SyntaxKind::Identifier:
        return std::string(node.name);
      case SyntaxKind::AbsoluteIdentifier:
        return fmt::format(".{}", node.name);
      case SyntaxKind::Select:
        return owner() + "." + member(node.name);
      case SyntaxKind::OptionalSelect:
        return owner() + ".?" + member(node.name);
      case SyntaxKind::Index:
        return fmt::format("{}[{}]", owner(), print(children[1], Level::Conditional));
      case SyntaxKind::OptionalIndex:
        return fmt::format("{}[?{}]", owner(), print(children[1], Level::Conditional));
      case SyntaxKind::OptionalEntry:
        return "?" + all();
      case SyntaxKind::Call:
        return fmt::format("{}({})", node.name, all());
      case SyntaxKind::Method:
        return fmt::format("{}.{}({})", owner(), node.name,
                           joined(children.subspan(1), ", ", Level::Conditional));
      case SyntaxKind::List:
        return fmt::format("[{}]", all());
      case SyntaxKind::Map:
        return map(children);
      case SyntaxKind::Not:
        return "!" + print(children[0], Level::Unary);
      case SyntaxKind::Negate:
        return negation(children[0]);
      case SyntaxKind::And:
        return joined(children, " && ", tighter(Level::And));
      case SyntaxKind::Or:
        return joined(children, " || ", tighter(Level::Or));
      case SyntaxKind::Conditional:
        return fmt::format("{} ? {} : {}", print(children[0], Level::Or),
                           print(children[1], Level::Or), print(children[2], Level::Conditional));
      case SyntaxKind::Binary:
        break;
    }
    const auto& text = text_of(node.op);
    return fmt::format("{}{}{}", print(children[0], text.level), text.symbol,
                       print(children[1], tighter(text.level)));
  }

  [[nodiscard]] static std::string member(std::string_view name) {
    return is_plain_name(name) ? std::string(name) : fmt::format("`{}`", name);
  }

  /// A minus before digits would become theirs.
  [[nodiscard]] std::string negation(SyntaxId operand) const {
    const auto text = print(operand, Level::Unary);
    const bool is_number = text[0] >= '0' && text[0] <= '9';
    return is_number ? fmt::format("-({})", text) : "-" + text;
  }

  [[nodiscard]] std::string map(Children children) const {
    std::string out = "{";
    for (std::size_t i = 0; i < children.size(); i += 2) {
      if (i > 0) out += ", ";
      out += print(children[i], Level::Conditional) + ": " +
             print(children[i + 1], Level::Conditional);
    }
    return out + "}";
  }

  const Syntax& syntax_;
};

}  // namespace

std::string unparse(const Syntax& syntax) {
  return Printer(syntax).print(syntax.root, Level::Conditional);
}

}  // namespace qd::expr
