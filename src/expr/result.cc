#include "expr/result.h"

#include <cmath>

#include "base/encoding.h"
#include "expr/lexer.h"

namespace qd::expr {

namespace {

constexpr double kExact = 9007199254740992.0;

std::unexpected<Error> refuse(std::string code, std::string message) {
  return fail(ErrorKind::Invalid, std::move(code), std::move(message));
}

class Printer {
 public:
  explicit Printer(ResultSpace& space) : space_(space) {}

  Result<Json> print(const Value& value, int depth) {
    if (depth < 0)
      return refuse("expression.too_deep",
                    fmt::format("the result is nested more than {} deep", kMaxResultDepth));
    QD_CHECK(take(sizeof(Json)));
    switch (value.kind()) {
      case Kind::Error:
        return std::unexpected(to_error(*value.failure()));
      case Kind::Null:
        return Json();
      case Kind::Bool:
        return Json(value.boolean());
      case Kind::Int:
        return Json(value.integer());
      case Kind::Uint:
        if (value.unsigned_integer() > INT64_MAX)
          return refuse("expression.overflow", "the result is out of the range of a JSON integer");
        return Json(static_cast<std::int64_t>(value.unsigned_integer()));
      case Kind::Double:
        return number(value.real());
      case Kind::String:
        return text(value.text());
      case Kind::Bytes:
        return text(to_base64(value.text()));
      case Kind::List:
        return list(value, depth);
      case Kind::Map:
        return map(value, depth);
      case Kind::Timestamp:
        return text(print_timestamp(value));
      case Kind::Duration:
        return text(print_duration(value));
      case Kind::Optional:
        return value.has_inner() ? print(value.inner(), depth - 1) : Result<Json>(Json());
      case Kind::Ip:
      case Kind::Cidr:
        return text(print_address(value));
      case Kind::Type:
        return text(type_name(value.named_type()));
    }
    return Json();
  }

 private:
  Result<void> take(std::size_t bytes) {
    if (bytes > space_.bytes_left)
      return refuse("expression.cost", fmt::format("the result takes more than {} MiB",
                                                   kMaxResultBytes / (1024 * 1024)));
    space_.bytes_left -= bytes;
    return {};
  }

  static Result<Json> number(double number) {
    if (!std::isfinite(number))
      return refuse("expression.overflow", "the result is not a finite number");
    if (std::abs(number) < kExact && std::trunc(number) == number)
      return Json(static_cast<std::int64_t>(number));
    return Json(number);
  }

  Result<Json> text(std::string_view text) {
    QD_CHECK(take(text.size()));
    if (text.contains('\0'))
      return refuse("expression.argument", "the result holds a NUL character");
    return Json(boost::json::string_view(text.data(), text.size()));
  }

  Result<Json> list(const Value& value, int depth) {
    JsonArray out;
    for (std::size_t i = 0; i < value.size(); ++i) {
      QD_TRY(auto item, print(value.at(i), depth - 1));
      out.push_back(std::move(item));
    }
    return Json(std::move(out));
  }

  Result<Json> map(const Value& value, int depth) {
    JsonObject out;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Value key = value.key_at(i);
      if (!key.is(Kind::String))
        return refuse("expression.type",
                      fmt::format("a key of a result is text, not {}", type_name(key.kind())));
      QD_CHECK(take(key.text().size() + sizeof(Json)));
      if (key.text().contains('\0'))
        return refuse("expression.argument", "a key of the result holds a NUL character");
      QD_TRY(auto member, print(value.value_at(i), depth - 1));
      out.insert_or_assign(key.text(), std::move(member));
    }
    return Json(std::move(out));
  }

  ResultSpace& space_;
};

void append_text(std::string& out, const Json& value) {
  std::string_view between;
  if (value.is_double()) {
    out += fmt::format("{}", value.get_double());
  } else if (value.is_array()) {
    out += '[';
    for (const auto& item : value.get_array()) {
      out += std::exchange(between, ",");
      append_text(out, item);
    }
    out += ']';
  } else if (value.is_object()) {
    out += '{';
    for (const auto& member : value.get_object()) {
      out += std::exchange(between, ",");
      out += boost::json::serialize(boost::json::string_view(member.key()));
      out += ':';
      append_text(out, member.value());
    }
    out += '}';
  } else {
    out += boost::json::serialize(value);
  }
}

}  // namespace

Result<Json> to_json(const Value& value, ResultSpace& space) {
  return Printer(space).print(value, space.depth_left);
}

std::string to_text(const Json& value) {
  std::string out;
  append_text(out, value);
  return out;
}

Error to_error(const Failure& failure) {
  if (failure.at.line > 0) return error_at(failure.at, failure.code, failure.message);
  return {.kind = ErrorKind::Invalid,
          .code = std::string(failure.code),
          .message = std::string(failure.message)};
}

}  // namespace qd::expr
