// What is known of a value before it exists. Types are written as text wherever they are declared:
// `int`, `list(string)`, `map(string, A)`, where a single capital letter stands for any type.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json/json.h"

namespace qd::expr {

enum class TypeKind : std::uint8_t {
  /// Known only when it runs.
  Dyn,
  Null,
  Bool,
  Int,
  Uint,
  Double,
  /// Any of int, uint and double.
  Number,
  String,
  Bytes,
  Timestamp,
  Duration,
  Type,
  List,
  Map,
  /// A JSON object that a schema describes.
  Object,
  /// `optional_type(A)`, `net.IP` and what an environment declares.
  Opaque,
  /// To be found out: `A` in `list(A)`.
  Parameter,
};

struct Type {
  TypeKind kind = TypeKind::Dyn;
  /// Of an opaque type; of a Dyn that is a place of the scope, its path (`steps.classify`).
  std::string name = {};
  std::vector<const Type*> parameters = {};
  const Json* schema = nullptr;
  /// How many types it is made of.
  std::uint32_t size = 1;
};
using TypeRef = const Type*;

struct Signature {
  std::vector<TypeRef> parameters;
  TypeRef result = nullptr;
};

/// The types of one expression and what is known of their parameters. What is larger than a person
/// would write, or takes long to find out, is Dyn: types may be built to be slow.
class Types {
 public:
  [[nodiscard]] TypeRef simple(TypeKind kind);
  [[nodiscard]] TypeRef dyn() { return simple(TypeKind::Dyn); }
  [[nodiscard]] TypeRef list(TypeRef item);
  [[nodiscard]] TypeRef map(TypeRef key, TypeRef value);
  [[nodiscard]] TypeRef opaque(std::string name, std::vector<TypeRef> parameters);
  [[nodiscard]] TypeRef optional(TypeRef inner);
  [[nodiscard]] TypeRef place(std::string path);
  [[nodiscard]] TypeRef object(const Json& schema);
  [[nodiscard]] TypeRef fresh();

  /// Of declarations, which are right by construction: anything unknown is a fault.
  [[nodiscard]] TypeRef read(std::string_view text);
  /// `(list(A), int) -> A`, with parameters of its own at each call.
  [[nodiscard]] Signature read_signature(std::string_view text);

  /// Whether a value of `from` may stand where `to` is asked for; binds parameters when it may.
  [[nodiscard]] bool assign(TypeRef from, TypeRef to);
  [[nodiscard]] bool assign_all(const std::vector<TypeRef>& from, const std::vector<TypeRef>& to);
  /// The type of a list's items: what both are, or Dyn.
  [[nodiscard]] TypeRef join(TypeRef a, TypeRef b);
  /// With its parameters as far as they are known.
  [[nodiscard]] TypeRef resolve(TypeRef type);
  /// The same without any parameter: an unknown one is Dyn.
  [[nodiscard]] TypeRef settle(TypeRef type);

  /// Whether an int is also a double, as in JSON.
  enum class Promotion : std::uint8_t { No, IntToDouble };
  void set_promotion(Promotion promotion) { promotion_ = promotion; }

 private:
  enum class Unknown : std::uint8_t { Keep, BecomesDyn };
  /// Counts one step and, while it lives, one level of depth.
  class Step;

  [[nodiscard]] TypeRef add(Type type);
  [[nodiscard]] TypeRef bound(TypeRef parameter) const;
  [[nodiscard]] TypeRef substitute(TypeRef type, Unknown unknown);
  [[nodiscard]] bool assignable(TypeRef from, TypeRef to);
  [[nodiscard]] bool same_shape(TypeRef from, TypeRef to);
  [[nodiscard]] bool numbers_agree(TypeRef from, TypeRef to) const;
  /// Whether `parameter` may be `type`, which it then is.
  enum class Fit : std::uint8_t { No, ButBound, Yes };
  [[nodiscard]] Fit bind(TypeRef type, TypeRef parameter);
  [[nodiscard]] bool mentions(TypeRef type, TypeRef parameter);
  void set(TypeRef parameter, TypeRef type);
  [[nodiscard]] TypeRef more_general(TypeRef a, TypeRef b);

  std::deque<Type> types_;
  std::unordered_map<TypeRef, TypeRef> bindings_;
  /// What `bindings_` held before, since the last `assign` began; null for nothing.
  std::vector<std::pair<TypeRef, TypeRef>> trail_;
  std::int64_t steps_left_ = 1'000'000;
  int depth_ = 0;
  Promotion promotion_ = Promotion::No;
};

class Types::Step {
 public:
  explicit Step(Types& types) : types_(types) {
    --types_.steps_left_;
    ++types_.depth_;
  }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  ~Step() { --types_.depth_; }
  [[nodiscard]] bool is_one_too_many() const {
    constexpr int kDeepest = 200;
    return types_.steps_left_ < 0 || types_.depth_ > kDeepest;
  }

 private:
  Types& types_;
};

/// `list(map(string, int))`, as `read` takes it.
[[nodiscard]] std::string print(TypeRef type);

}  // namespace qd::expr
