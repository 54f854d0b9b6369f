// Which types agree, after the checker of the CEL reference implementation: parameters are bound on
// the way, to the most general type that was seen.
#include "expr/types.h"

namespace qd::expr {

namespace {

bool is_number(TypeKind kind) {
  return kind == TypeKind::Int || kind == TypeKind::Uint || kind == TypeKind::Double ||
         kind == TypeKind::Number;
}

/// Null stands for an absent timestamp, duration or optional, for historical reasons.
bool may_be_null(TypeRef type) {
  return type->kind == TypeKind::Null || type->kind == TypeKind::Timestamp ||
         type->kind == TypeKind::Duration || type->kind == TypeKind::Opaque;
}

bool is_same(TypeRef a, TypeRef b) {
  if (a == b) return true;
  if (a->kind != b->kind || a->kind == TypeKind::Parameter) return false;
  return a->name == b->name && a->schema == b->schema &&
         std::ranges::equal(a->parameters, b->parameters, is_same);
}

bool is_same_or_more_general(TypeRef a, TypeRef b) {
  if (a->kind == TypeKind::Dyn || a->kind == TypeKind::Parameter) return true;
  if (b->kind == TypeKind::Dyn || b->kind == TypeKind::Parameter) return false;
  if (a->kind != b->kind) return false;
  if (a->kind == TypeKind::Object) return a->schema == b->schema;
  return a->name == b->name &&
         std::ranges::equal(a->parameters, b->parameters, is_same_or_more_general);
}

bool is_text_keyed(TypeRef map) {
  const auto kind = map->parameters[0]->kind;
  return kind == TypeKind::String || kind == TypeKind::Dyn || kind == TypeKind::Parameter;
}

}  // namespace

TypeRef Types::bound(TypeRef parameter) const {
  const auto found = bindings_.find(parameter);
  return found == bindings_.end() ? nullptr : found->second;
}

void Types::set(TypeRef parameter, TypeRef type) {
  trail_.emplace_back(parameter, bound(parameter));
  bindings_[parameter] = type;
}

bool Types::mentions(TypeRef type, TypeRef parameter) {
  const Step step(*this);
  if (step.is_one_too_many()) return true;
  if (type == parameter) return true;
  if (type->kind == TypeKind::Parameter) {
    const auto* known = bound(type);
    return known != nullptr && mentions(known, parameter);
  }
  return std::ranges::any_of(type->parameters,
                             [&](TypeRef inner) { return mentions(inner, parameter); });
}

TypeRef Types::more_general(TypeRef a, TypeRef b) {
  if (is_same_or_more_general(a, b) || (b->kind == TypeKind::Null && may_be_null(a))) return a;
  if (a->kind == TypeKind::Null && may_be_null(b)) return b;
  return is_same_or_more_general(b, a) ? b : dyn();
}

Types::Fit Types::bind(TypeRef type, TypeRef parameter) {
  if (type == parameter) return Fit::Yes;
  if (const auto* known = bound(parameter)) {
    if (is_same(type, known)) return Fit::Yes;
    if (!assignable(type, known)) return Fit::ButBound;
    const auto* general = more_general(type, known);
    if (!mentions(general, parameter)) set(parameter, general);
    return Fit::Yes;
  }
  if (mentions(type, parameter)) return Fit::No;
  set(parameter, type);
  return Fit::Yes;
}

bool Types::numbers_agree(TypeRef from, TypeRef to) const {
  if (to->kind == TypeKind::Number || from->kind == TypeKind::Number) return true;
  return promotion_ == Promotion::IntToDouble && to->kind == TypeKind::Double;
}

bool Types::same_shape(TypeRef from, TypeRef to) {
  if (from->name != to->name || from->parameters.size() != to->parameters.size()) return false;
  for (std::size_t i = 0; i < from->parameters.size(); ++i)
    if (!assignable(from->parameters[i], to->parameters[i])) return false;
  return true;
}

bool Types::assignable(TypeRef from, TypeRef to) {
  const Step step(*this);
  if (step.is_one_too_many()) return true;
  if (to->kind == TypeKind::Parameter) {
    const auto fit = bind(from, to);
    if (fit != Fit::No) return fit == Fit::Yes;
  }
  if (from->kind == TypeKind::Parameter) return bind(to, from) == Fit::Yes;
  if (from->kind == TypeKind::Dyn || to->kind == TypeKind::Dyn) return true;
  if (from->kind == TypeKind::Null) return may_be_null(to);
  if (from->kind == TypeKind::Object || to->kind == TypeKind::Object) {
    const auto* map = from->kind == TypeKind::Object ? to : from;
    return map->kind == TypeKind::Object || (map->kind == TypeKind::Map && is_text_keyed(map));
  }
  if (from->kind == to->kind) return same_shape(from, to);
  return is_number(from->kind) && is_number(to->kind) && numbers_agree(from, to);
}

bool Types::assign(TypeRef from, TypeRef to) {
  return assign_all({from}, {to});
}

bool Types::assign_all(const std::vector<TypeRef>& from, const std::vector<TypeRef>& to) {
  if (from.size() != to.size()) return false;
  trail_.clear();
  for (std::size_t i = 0; i < from.size(); ++i)
    if (!assignable(from[i], to[i])) {
      for (; !trail_.empty(); trail_.pop_back())
        bindings_[trail_.back().first] = trail_.back().second;
      return false;
    }
  return true;
}

TypeRef Types::join(TypeRef a, TypeRef b) {
  return assign(a, b) || assign(b, a) ? more_general(resolve(a), resolve(b)) : dyn();
}

}  // namespace qd::expr
