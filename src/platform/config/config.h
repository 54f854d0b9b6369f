// The configuration: each setting is declared once, in settings.cc. A value comes from a flag
// (`--outbound.allow`), the environment (`QD_OUTBOUND_ALLOW`), a TOML file (`[outbound] allow =
// [...]`) or its default, in that order, and remembers which.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"

namespace qd::config {

enum class Type { Text, Number, Duration, Choice, List };
/// What a text that is not empty, or each item of a list, must look like.
enum class Form { Any, Address, AddressRange, WebUrl, Origin };

struct Setting {
  std::string_view name;
  Type type = Type::Text;
  std::string_view fallback;
  std::string_view sentence;
  /// Number: its value; Duration: in milliseconds.
  std::int64_t min = 0;
  std::int64_t max = 0;
  /// Choice: the words, separated by `|`.
  std::string_view choices = {};
  bool secret = false;
  Form form = Form::Any;
};

[[nodiscard]] std::span<const Setting> all_settings();
/// `outbound.allow` -> `QD_OUTBOUND_ALLOW`.
[[nodiscard]] std::string environment_name(std::string_view setting);

/// Of the given names of variables, the `QD_…` ones that are no setting (misspelt, most likely),
/// each with the nearest name; QD_CONFIG and QD_TEST_… are known.
[[nodiscard]] std::vector<std::string> unknown_variables(std::span<const std::string> names);

enum class Source { Default, File, Environment, Flag };
BOOST_DESCRIBE_ENUM(Source, Default, File, Environment, Flag)

struct Inputs {
  std::map<std::string, std::string, std::less<>> flags = {};
  std::function<std::optional<std::string>(const std::string&)> environment = {};
  /// A TOML file; empty: none.
  std::string file = {};
};

/// A checked set of values. Asking for a name that is not declared, or as another type, is a bug
/// and throws.
class Config {
 public:
  /// Fails (kind Invalid) with every fault: unknown keys by name, values out of bounds, settings
  /// that only make sense together. Blocking: reads the file.
  [[nodiscard]] static Result<Config> load(const Inputs& inputs);

  [[nodiscard]] const std::string& text(std::string_view name) const { return value(name).text; }
  [[nodiscard]] std::int64_t number(std::string_view name) const;
  [[nodiscard]] milliseconds duration(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
  [[nodiscard]] Secret secret(std::string_view name) const { return Secret(value(name).text); }
  [[nodiscard]] Source source(std::string_view name) const { return value(name).source; }
  /// Where the value was written: `default`, `--port`, `QD_PORT` or `/path/config.toml:3`.
  [[nodiscard]] const std::string& origin(std::string_view name) const {
    return value(name).origin;
  }
  /// The value as it may be shown: a secret that is set is `(set)`.
  [[nodiscard]] std::string shown(const Setting& setting) const;

 private:
  struct Value {
    std::string text;
    Source source = Source::Default;
    std::string origin = "default";
  };
  void take(const Setting& setting, Value value, std::vector<Fault>& faults);
  void check_together(std::vector<Fault>& faults) const;
  [[nodiscard]] const Value& value(std::string_view name) const;

  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace qd::config
