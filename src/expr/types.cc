#include "expr/types.h"

#include <stdexcept>

namespace qd::expr {

namespace {

struct Name {
  std::string_view text;
  TypeKind kind;
};
constexpr Name kNames[] = {{"dyn", TypeKind::Dyn},           {"null", TypeKind::Null},
                           {"bool", TypeKind::Bool},         {"int", TypeKind::Int},
                           {"uint", TypeKind::Uint},         {"double", TypeKind::Double},
                           {"number", TypeKind::Number},     {"string", TypeKind::String},
                           {"bytes", TypeKind::Bytes},       {"timestamp", TypeKind::Timestamp},
                           {"duration", TypeKind::Duration}, {"type", TypeKind::Type},
                           {"list", TypeKind::List},         {"map", TypeKind::Map}};

/// Reads types off the front of a text.
class Reader {
 public:
  Reader(Types& types, std::string_view text) : types_(types), text_(text) {}

  TypeRef type() {
    const auto name = word();
    if (name.size() == 1 && name[0] >= 'A' && name[0] <= 'Z') return parameter(name);
    auto inner = accept('(') ? rest_of_list() : std::vector<TypeRef>{};
    const auto* known = std::ranges::find(kNames, name, &Name::text);
    if (known == std::end(kNames)) return types_.opaque(std::string(name), std::move(inner));
    if (known->kind == TypeKind::List) return types_.list(inner.at(0));
    if (known->kind == TypeKind::Map) return types_.map(inner.at(0), inner.at(1));
    return types_.simple(known->kind);
  }

  Signature signature() {
    Signature out;
    if (!accept('(')) throw std::logic_error("a signature starts with '('");
    out.parameters = rest_of_list();
    if (!accept('-') || !accept('>')) throw std::logic_error("a signature has '->'");
    out.result = type();
    return out;
  }

 private:
  std::vector<TypeRef> rest_of_list() {
    std::vector<TypeRef> out;
    if (accept(')')) return out;
    do out.push_back(type());
    while (accept(','));
    if (!accept(')')) throw std::logic_error("a list of types ends with ')'");
    return out;
  }
  TypeRef parameter(std::string_view name) {
    auto& known = parameters_[name[0]];
    if (known == nullptr) known = types_.fresh();
    return known;
  }
  std::string_view word() {
    skip_space();
    const auto name = text_.substr(0, text_.find_first_of(" ,()"));
    text_.remove_prefix(name.size());
    if (name.empty()) throw std::logic_error("a type has a name");
    return name;
  }
  bool accept(char symbol) {
    skip_space();
    if (!text_.starts_with(symbol)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void skip_space() {
    while (text_.starts_with(' ')) text_.remove_prefix(1);
  }

  Types& types_;
  std::string_view text_;
  std::unordered_map<char, TypeRef> parameters_;
};

}  // namespace

TypeRef Types::simple(TypeKind kind) {
  static const auto all = [] {
    std::array<Type, std::size(kNames)> types;
    for (std::size_t i = 0; i < types.size(); ++i) types[i].kind = kNames[i].kind;
    return types;
  }();
  return &*std::ranges::find(all, kind, &Type::kind);
}

TypeRef Types::add(Type type) {
  constexpr std::uint32_t kLargest = 200;
  for (const auto* parameter : type.parameters) type.size += parameter->size;
  return type.size > kLargest ? dyn() : &types_.emplace_back(std::move(type));
}

TypeRef Types::list(TypeRef item) {
  return add({.kind = TypeKind::List, .parameters = {item}});
}

TypeRef Types::map(TypeRef key, TypeRef value) {
  return add({.kind = TypeKind::Map, .parameters = {key, value}});
}

TypeRef Types::opaque(std::string name, std::vector<TypeRef> parameters) {
  return add(
      {.kind = TypeKind::Opaque, .name = std::move(name), .parameters = std::move(parameters)});
}

TypeRef Types::optional(TypeRef inner) {
  return opaque("optional_type", {inner});
}

TypeRef Types::place(std::string path) {
  return add({.kind = TypeKind::Dyn, .name = std::move(path)});
}

TypeRef Types::object(const Json& schema) {
  return add({.kind = TypeKind::Object, .schema = &schema});
}

TypeRef Types::fresh() {
  return add({.kind = TypeKind::Parameter});
}

TypeRef Types::read(std::string_view text) {
  return Reader(*this, text).type();
}

Signature Types::read_signature(std::string_view text) {
  return Reader(*this, text).signature();
}

TypeRef Types::resolve(TypeRef type) {
  return substitute(type, Unknown::Keep);
}

TypeRef Types::settle(TypeRef type) {
  return substitute(type, Unknown::BecomesDyn);
}

TypeRef Types::substitute(TypeRef type, Unknown unknown) {
  const Step step(*this);
  if (step.is_one_too_many()) return dyn();
  if (type->kind == TypeKind::Parameter) {
    if (const auto* known = bound(type)) return substitute(known, unknown);
    return unknown == Unknown::Keep ? type : dyn();
  }
  if (type->parameters.empty()) return type;
  auto copy = *type;
  copy.size = 1;
  for (auto& parameter : copy.parameters) parameter = substitute(parameter, unknown);
  return copy.parameters == type->parameters ? type : add(std::move(copy));
}

std::string print(TypeRef type) {
  if (type->kind == TypeKind::Object) return "map(string, dyn)";
  std::string out(type->kind == TypeKind::Opaque ? type->name
                  : type->kind == TypeKind::Parameter
                      ? "A"
                      : std::ranges::find(kNames, type->kind, &Name::kind)->text);
  if (type->parameters.empty()) return out;
  out += '(';
  for (std::size_t i = 0; i < type->parameters.size(); ++i) {
    if (i > 0) out += ", ";
    out += print(type->parameters[i]);
  }
  return out + ')';
}

}  // namespace qd::expr
