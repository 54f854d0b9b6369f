// yaml-cpp reads the syntax; what it means as JSON is decided here, event by event, so that bounds
// hold before anything large is built.
#include "engine/yaml.h"

#include <charconv>
#include <cmath>
#include <istream>
#include <spanstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "base/encoding.h"
#include "engine/definition_faults.h"

namespace qd::engine {

namespace {

constexpr std::size_t kMaxText = 1024 * 1024;
constexpr std::size_t kMaxValues = 200'000;
constexpr std::size_t kMaxDepth = 64;
/// Of all the paths together: long keys with many values below them would multiply.
constexpr std::size_t kMaxPathBytes = 32 * 1024 * 1024;

expr::Position place_of(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

/// Thrown out of yaml-cpp's parser, which has no other way to be stopped.
struct Refusal {
  std::string_view code;
  std::string message;
  expr::Position at;
};

template <class Number>
std::optional<Number> read_number(std::string_view text, int base) {
  Number number{};
  std::from_chars_result read{};
  if constexpr (std::is_integral_v<Number>)
    read = std::from_chars(text.data(), text.data() + text.size(), number, base);
  else
    read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

bool looks_like_a_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with('.')) text.remove_prefix(1);
  return !text.empty() && text[0] >= '0' && text[0] <= '9';
}

/// A plain scalar by YAML 1.2's core schema; nothing for text.
std::optional<Json> plain_scalar(std::string_view text, expr::Position at) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL")
    return Json();
  if (text == "true" || text == "True" || text == "TRUE") return Json(true);
  if (text == "false" || text == "False" || text == "FALSE") return Json(false);
  if (!looks_like_a_number(text)) return std::nullopt;
  if (text.starts_with("0x"))
    if (const auto number = read_number<std::int64_t>(text.substr(2), 16)) return Json(*number);
  if (text.starts_with("0o"))
    if (const auto number = read_number<std::int64_t>(text.substr(2), 8)) return Json(*number);
  const auto digits = text.starts_with('+') ? text.substr(1) : text;
  if (const auto number = read_number<std::int64_t>(digits, 10)) return Json(*number);
  // from_chars wants a digit before the point, and YAML does not.
  const bool is_negative = digits.starts_with('-');
  const auto padded =
      fmt::format("{}0{}", is_negative ? "-" : "", digits.substr(is_negative ? 1 : 0));
  const auto number = read_number<double>(padded, 10);
  if (!number) return std::nullopt;
  if (!std::isfinite(*number)) throw Refusal{"yaml.syntax", "the number is out of range", at};
  return Json(*number);
}

std::size_t count_values(const Json& value) {
  std::size_t count = 1;
  if (value.is_array())
    for (const auto& item : value.get_array()) count += count_values(item);
  if (value.is_object())
    for (const auto& member : value.get_object()) count += count_values(member.value());
  return count;
}

std::size_t depth_of(const Json& value) {
  std::size_t deepest = 0;
  if (value.is_array())
    for (const auto& item : value.get_array()) deepest = std::max(deepest, depth_of(item));
  if (value.is_object())
    for (const auto& member : value.get_object())
      deepest = std::max(deepest, depth_of(member.value()));
  return deepest + (value.is_structured() ? 1 : 0);
}

class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(YamlDocument& out) : out_(out) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { put(Json(), mark, anchor); }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    const auto at = place_of(mark);
    if (text.contains('\0')) throw Refusal{"yaml.syntax", "text holds a NUL character", at};
    const bool is_quoted = tag == "!";
    if (!is_quoted && tag != "?" && !tag.empty())
      throw Refusal{"yaml.tag", fmt::format("the tag {} is not understood", tag), at};
    if (expects_key()) return take_key(text, at);
    auto scalar = is_quoted ? std::nullopt : plain_scalar(text, at);
    put(scalar ? std::move(*scalar) : Json(boost::json::string_view(text)), mark, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto at = place_of(mark);
    if (expects_key()) throw Refusal{"yaml.key", "a key is plain text", at};
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      throw Refusal{"yaml.syntax", "an alias can't stand inside what it names", at};
    const auto& [value, size, depth] = found->second;
    if (levels_.size() + depth > kMaxDepth) throw too_deep(at);
    count(size, at);
    put_value(Json(value), at, YAML::NullAnchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Json(JsonArray()), mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Json(JsonObject()), mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    Json value;
    YAML::anchor_t anchor = YAML::NullAnchor;
    /// Of a map: the key whose value comes next.
    std::optional<std::string> key;
    /// Bytes of `path_` before this value's own step.
    std::size_t outer_path = 0;
  };
  struct Anchored {
    Json value;
    std::size_t size = 0;
    std::size_t depth = 0;
  };

  [[nodiscard]] bool expects_key() const {
    return !levels_.empty() && levels_.back().value.is_object() && !levels_.back().key;
  }

  static Refusal too_deep(expr::Position at) {
    return {"yaml.depth", fmt::format("nested more than {} deep", kMaxDepth), at};
  }

  void count(std::size_t values, expr::Position at) {
    values_ += values;
    if (values_ > kMaxValues)
      throw Refusal{"yaml.too_large",
                    fmt::format("more than {} values, with aliases followed", kMaxValues), at};
  }

  void take_key(const std::string& text, expr::Position at) {
    auto& level = levels_.back();
    if (level.value.get_object().contains(text))
      throw Refusal{"yaml.duplicate_key",
                    fmt::format("the key '{}' stands here a second time", text), at};
    level.key = text;
  }

  [[nodiscard]] std::string next_path() const {
    if (levels_.empty()) return {};
    const auto& level = levels_.back();
    return level.key ? child_path(path_, *level.key)
                     : fmt::format("{}/{}", path_, level.value.get_array().size());
  }

  void note_place(const std::string& path, expr::Position at) {
    path_bytes_ += path.size();
    if (path_bytes_ > kMaxPathBytes)
      throw Refusal{"yaml.too_large", "the keys are too long for their number", at};
    out_.places.insert_or_assign(path, at);
  }

  void put(Json value, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (expects_key()) throw Refusal{"yaml.key", "a key is plain text", place_of(mark)};
    count(1, place_of(mark));
    put_value(std::move(value), place_of(mark), anchor);
  }

  void put_value(Json value, expr::Position at, YAML::anchor_t anchor) {
    note_place(next_path(), at);
    attach(std::move(value), anchor);
  }

  void attach(Json value, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      // Kept copies count too, or a row of anchors inside each other would fill memory.
      const auto size = count_values(value);
      count(size, {});
      anchors_.insert_or_assign(anchor, Anchored{value, size, depth_of(value)});
    }
    if (levels_.empty()) {
      out_.value = std::move(value);
      return;
    }
    auto& level = levels_.back();
    if (level.key)
      level.value.get_object().emplace(*std::exchange(level.key, std::nullopt), std::move(value));
    else
      level.value.get_array().push_back(std::move(value));
  }

  void open(Json empty, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const auto at = place_of(mark);
    if (expects_key()) throw Refusal{"yaml.key", "a key is plain text", at};
    if (tag != "?" && tag != "!" && !tag.empty())
      throw Refusal{"yaml.tag", fmt::format("the tag {} is not understood", tag), at};
    if (levels_.size() >= kMaxDepth) throw too_deep(at);
    count(1, at);
    auto path = next_path();
    note_place(path, at);
    levels_.push_back({.value = std::move(empty), .anchor = anchor, .outer_path = path_.size()});
    path_ = std::move(path);
  }

  void close() {
    auto level = std::move(levels_.back());
    levels_.pop_back();
    path_.resize(level.outer_path);
    attach(std::move(level.value), level.anchor);
  }

  YamlDocument& out_;
  std::vector<Level> levels_;
  std::string path_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::size_t values_ = 0;
  std::size_t path_bytes_ = 0;
};

std::unexpected<Error> malformed(std::string_view code, std::string_view message,
                                 expr::Position at) {
  const auto where =
      at.line > 0 ? fmt::format("line {}, column {}: ", at.line, at.column) : std::string();
  return fail(ErrorKind::Malformed, std::string(code), where + std::string(message));
}

}  // namespace

Result<YamlDocument> yaml_to_json(std::string_view text) {
  if (text.size() > kMaxText)
    return malformed("yaml.too_large",
                     fmt::format("more than {} MiB of text", kMaxText / (1024 * 1024)), {0, 0});
  if (!is_utf8(text)) return malformed("yaml.syntax", "the text is not valid UTF-8", {0, 0});
  YamlDocument document;
  Builder builder(document);
  std::ispanstream input(std::span<const char>(text.data(), text.size()));
  try {
    YAML::Parser parser(input);
    parser.HandleNextDocument(builder);
    // A second document would otherwise be ignored.
    YamlDocument rest;
    Builder second(rest);
    if (parser.HandleNextDocument(second))
      return malformed("yaml.syntax", "holds more than one document", {0, 0});
  } catch (const Refusal& refusal) {
    return malformed(refusal.code, refusal.message, refusal.at);
  } catch (const YAML::Exception& error) {
    return malformed("yaml.syntax", error.msg, place_of(error.mark));
  }
  return document;
}

std::optional<expr::Position> YamlDocument::find(std::string_view path) const {
  for (;;) {
    if (const auto found = places.find(path); found != places.end()) return found->second;
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    path = path.substr(0, slash);
  }
}

std::vector<Fault> YamlDocument::locate(std::vector<Fault> faults) const {
  for (auto& fault : faults)
    if (const auto at = find(fault.path))
      fault.message = fmt::format("line {}, column {}: {}", at->line, at->column, fault.message);
  return faults;
}

}  // namespace qd::engine
