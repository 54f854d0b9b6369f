// `format`, `strings.quote` and `base64.*`: values as text for people and for the wire.
#include <cmath>

#include "base/encoding.h"
#include "expr/functions.h"

namespace qd::expr {

namespace {

using Arguments = std::span<const Value>;

/// Why formatting stopped: an error value.
using Written = std::expected<void, Value>;

/// Writes one clause after the other, as long as the budget pays for the text.
class Formatter {
 public:
  explicit Formatter(Evaluation& run) : run_(run) {}

  std::expected<std::string, Value> format(std::string_view text, const Value& arguments) {
    std::size_t next = 0;
    while (!text.empty()) {
      const auto plain = text.substr(0, text.find('%'));
      if (auto put_ = put(plain); !put_) return std::unexpected(put_.error());
      text.remove_prefix(plain.size());
      if (text.empty()) break;
      text.remove_prefix(1);
      if (text.starts_with('%')) {
        out_ += '%';
        text.remove_prefix(1);
        continue;
      }
      const auto precision = read_precision(text);
      if (text.empty()) return fail("the format ends inside of a clause");
      const char verb = text[0];
      text.remove_prefix(1);
      if (next >= arguments.size())
        return fail(
            fmt::format("the format asks for value {} of a list of {}", next, arguments.size()));
      if (auto put_ = clause(verb, precision, arguments.at(next++)); !put_)
        return std::unexpected(put_.error());
    }
    return std::move(out_);
  }

 private:
  static constexpr int kNoPrecision = -1;
  static constexpr int kMaxPrecision = 100;

  [[nodiscard]] std::unexpected<Value> fail(std::string_view message) {
    return std::unexpected(run_.fail("expression.argument", message));
  }
  [[nodiscard]] std::unexpected<Value> refuse(char verb, const Value& value) {
    return fail(fmt::format("%{} does not take a value of type {}", verb, type_name(value.kind())));
  }
  Written put(std::string_view text) {
    if (!run_.charge_bytes(text.size())) return std::unexpected(run_.out_of_budget());
    out_ += text;
    return {};
  }

  /// Takes `.3` off the front.
  static int read_precision(std::string_view& text) {
    if (!text.starts_with('.')) return kNoPrecision;
    text.remove_prefix(1);
    int precision = 0;
    while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
      precision = std::min(precision * 10 + (text[0] - '0'), kMaxPrecision);
      text.remove_prefix(1);
    }
    return precision;
  }

  Written clause(char verb, int precision, const Value& value) {
    switch (verb) {
      case 's':
        return plain(value);
      case 'd':
        return decimal(value);
      case 'f':
      case 'e':
        return real(verb, precision, value);
      case 'b':
        if (value.is(Kind::Bool)) return put(value.boolean() ? "1" : "0");
        return whole(verb, value);
      case 'o':
        return whole(verb, value);
      case 'x':
      case 'X':
        return hex(verb, value);
      default:
        return fail(
            fmt::format("a clause of a format is one of %s %d %f %e %b %o %x %X, not %{}", verb));
    }
  }

  Written decimal(const Value& value) {
    if (value.is(Kind::Double) && !std::isfinite(value.real())) return put(infinite(value.real()));
    return whole('d', value);
  }

  Written whole(char verb, const Value& value) {
    if (!value.is(Kind::Int) && !value.is(Kind::Uint)) return refuse(verb, value);
    const auto pattern = fmt::format("{{:{}}}", verb);
    if (value.is(Kind::Int)) return put(fmt::format(fmt::runtime(pattern), value.integer()));
    return put(fmt::format(fmt::runtime(pattern), value.unsigned_integer()));
  }

  Written hex(char verb, const Value& value) {
    if (!value.is(Kind::String) && !value.is(Kind::Bytes)) return whole(verb, value);
    auto digits = to_hex(value.text());
    if (verb == 'X')
      std::ranges::transform(digits, digits.begin(), [](char c) {
        return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
      });
    return put(digits);
  }

  static std::string infinite(double number) {
    return std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
  }

  Written real(char verb, int precision, const Value& value) {
    constexpr int kUsual = 6;
    if (!value.is_number()) return refuse(verb, value);
    const double number = value.as_double();
    if (!std::isfinite(number)) return put(infinite(number));
    const int digits = precision == kNoPrecision ? kUsual : precision;
    return put(verb == 'f' ? fmt::format("{:.{}f}", number, digits)
                           : fmt::format("{:.{}e}", number, digits));
  }

  Written plain(const Value& value) {
    switch (value.kind()) {
      case Kind::Null:
        return put("null");
      case Kind::Bool:
        return put(value.boolean() ? "true" : "false");
      case Kind::Int:
      case Kind::Uint:
        return whole('d', value);
      case Kind::Double:
        return put(std::isfinite(value.real()) ? print_double(value.real())
                                               : infinite(value.real()));
      case Kind::String:
        return put(value.text());
      case Kind::Bytes:
        return is_utf8(value.text()) ? put(value.text()) : fail("the bytes are not valid UTF-8");
      case Kind::Timestamp:
        return put(print_timestamp(value));
      case Kind::Duration:
        return put(print_duration(value));
      case Kind::Type:
        return put(type_name(value.named_type()));
      case Kind::Ip:
      case Kind::Cidr:
        return put(print_address(value));
      case Kind::List:
      case Kind::Map:
        return nested(value);
      default:
        return refuse('s', value);
    }
  }

  Written nested(const Value& value) {
    constexpr int kDeepest = 64;
    if (depth_ == kDeepest)
      return std::unexpected(run_.fail(
          "expression.too_deep", fmt::format("the value is nested more than {} deep", kDeepest)));
    ++depth_;
    auto written = value.is(Kind::List) ? list(value) : map(value);
    --depth_;
    return written;
  }

  Written list(const Value& value) {
    out_ += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out_ += ", ";
      if (auto written = plain(value.at(i)); !written) return written;
    }
    return put("]");
  }

  /// With its entries in the order of their keys as text.
  Written map(const Value& value) {
    std::vector<std::pair<std::string, Value>> entries;
    for (std::size_t i = 0; i < value.size(); ++i) {
      Formatter key(run_);
      if (auto written = key.plain(value.key_at(i)); !written) return written;
      entries.emplace_back(std::move(key.out_), value.value_at(i));
    }
    std::ranges::sort(entries, {}, [](const auto& entry) { return std::string_view(entry.first); });
    out_ += '{';
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) out_ += ", ";
      out_ += entries[i].first + ": ";
      if (auto written = plain(entries[i].second); !written) return written;
    }
    return put("}");
  }

  Evaluation& run_;
  std::string out_;
  int depth_ = 0;
};

Value format(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::String) || !arguments[1].is(Kind::List))
    return run.no_overload("format", arguments);
  const auto out = Formatter(run).format(arguments[0].text(), arguments[1]);
  return out ? run.text(*out) : out.error();
}

Value quote(Evaluation& run, Arguments arguments) {
  constexpr std::string_view kLetters = "abfnrtv\\\"";
  constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\\"";
  if (!arguments[0].is(Kind::String)) return run.no_overload("strings.quote", arguments);
  if (!run.charge_bytes(arguments[0].text().size())) return run.out_of_budget();
  std::string out = "\"";
  for (const char c : arguments[0].text()) {
    const auto known = kValues.find(c);
    if (known != std::string_view::npos) out += '\\';
    out += known != std::string_view::npos ? kLetters[known] : c;
  }
  return run.text(out + '"');
}

Value base64_encode(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::Bytes)) return run.no_overload("base64.encode", arguments);
  if (!run.charge_bytes(arguments[0].text().size())) return run.out_of_budget();
  return run.text(to_base64(arguments[0].text()));
}

/// Padding may be missing.
Value base64_decode(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::String)) return run.no_overload("base64.decode", arguments);
  std::string text(arguments[0].text());
  if (!run.charge_bytes(text.size())) return run.out_of_budget();
  if (!text.contains('=')) text.append((4 - text.size() % 4) % 4, '=');
  const auto bytes = from_base64(text);
  if (!bytes) return run.fail("expression.argument", "the text is not base64");
  return Value::bytes(run.arena().copy(*bytes));
}

}  // namespace

std::span<const Function> format_functions() {
  static constexpr Function kFunctions[] = {
      {"format", CallStyle::Method, 2, 2, format, "(string, list(A)) -> string"},
      {"strings.quote", CallStyle::Global, 1, 1, quote, "(string) -> string"},
      {"base64.encode", CallStyle::Global, 1, 1, base64_encode, "(bytes) -> string"},
      {"base64.decode", CallStyle::Global, 1, 1, base64_decode, "(string) -> bytes"},
  };
  return kFunctions;
}

}  // namespace qd::expr
