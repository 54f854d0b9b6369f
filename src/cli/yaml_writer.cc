#include "cli/yaml_writer.h"

#include <fmt/format.h>

#include "cli/text.h"
#include "engine/yaml.h"

namespace qd::cli {
namespace {

constexpr std::size_t kLongestLine = 100;

/// Whether text stands on a line of its own, or inside brackets, where commas and brackets end it.
enum class Where { Line, Brackets };

/// Whether the text may stand without quotes: it must read back as itself.
bool is_plain(std::string_view text, Where where) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (std::string_view("-?:,[]{}#&*!|>'\"%@`").contains(text.front())) return false;
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  // Readers differ in what they take inside brackets.
  if (where == Where::Brackets &&
      text.find_first_of("?:,[]{}#&*!|>'\"%@`\\") != std::string_view::npos)
    return false;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos)
    return false;
  if (text == "---" || text.starts_with("--- ") || text.starts_with("...")) return false;
  const auto read = engine::yaml_to_json(text);
  return read && read->value.is_string() && std::string_view(read->value.get_string()) == text;
}

/// Whether the text may stand as a block behind `|`.
bool is_block(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || text.front() == ' ' || text.front() == '\n')
    return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\n') || c == 0x7F) return false;
    // Blanks at a line's end are lost in many editors.
    if (c == ' ' && (i + 1 == text.size() || text[i + 1] == '\n')) return false;
  }
  return !text.ends_with("\n\n");
}

/// JSON's quotes are YAML's double quotes.
std::string quoted(std::string_view text, Where where) {
  return is_plain(text, where) ? std::string(text)
                               : json::print(Json(boost::json::string_view(text)));
}

bool is_leaf(const Json& value) {
  return !(value.is_object() && !value.get_object().empty()) &&
         !(value.is_array() && !value.get_array().empty());
}

std::string leaf(const Json& value, Where where) {
  if (const auto* text = value.if_string()) return quoted(*text, where);
  if (const auto* fraction = value.if_double()) return number_text(*fraction);
  return json::print(value);
}

/// The value in one line, or nothing where that would hide it: long, deep, or with blocks in it.
std::optional<std::string> one_line(const Json& value, std::size_t depth, Where where) {
  if (const auto* text = value.if_string(); text && is_block(*text)) return std::nullopt;
  if (is_leaf(value)) return leaf(value, where);
  if (depth == 0) return std::nullopt;
  std::string out;
  const auto add = [&](std::string_view name, const Json& item) {
    const auto text = one_line(item, depth - 1, Where::Brackets);
    if (!text) return false;
    out += fmt::format("{}{}{}", out.empty() ? "" : ", ", name, *text);
    return out.size() <= kLongestLine;
  };
  if (const auto* object = value.if_object()) {
    for (const auto& entry : *object)
      if (!add(quoted(entry.key(), Where::Brackets) + ": ", entry.value())) return std::nullopt;
    return "{" + out + "}";
  }
  for (const auto& item : value.get_array())
    if (!add("", item)) return std::nullopt;
  return "[" + out + "]";
}

class Writer {
 public:
  /// After `key:` or `-`, with the line still open.
  void value(const Json& value, std::size_t indent, bool in_list) {
    if (const auto* text = value.if_string(); text && is_block(*text)) return block(*text, indent);
    const auto line = one_line(value, indent == 0 ? 0 : 2, Where::Line);
    if (line && line->size() + indent <= kLongestLine) {
      out += fmt::format(" {}\n", *line);
    } else if (const auto* object = value.if_object(); object && !object->empty()) {
      if (!in_list) out += '\n';
      members(*object, indent, in_list);
    } else if (value.is_array() && !value.get_array().empty()) {
      out += '\n';
      items(value.get_array(), indent);
    } else {
      out += fmt::format(" {}\n", leaf(value, Where::Line));
    }
  }

  /// `is_open`: the first one goes on the line of its list's dash.
  void members(const JsonObject& object, std::size_t indent, bool is_open) {
    for (const auto& entry : object) {
      if (std::exchange(is_open, false))
        out += ' ';
      else
        out.append(indent, ' ');
      out += quoted(entry.key(), Where::Brackets) + ":";
      value(entry.value(), indent + 2, false);
    }
  }

  void items(const JsonArray& array, std::size_t indent) {
    for (const auto& item : array) {
      out.append(indent, ' ').append("-");
      value(item, indent + 2, true);
    }
  }

  std::string out;

 private:
  void block(std::string_view text, std::size_t indent) {
    const bool ends = text.ends_with('\n');
    out += ends ? " |\n" : " |-\n";
    if (ends) text.remove_suffix(1);
    for (;;) {
      const auto line = text.substr(0, text.find('\n'));
      if (!line.empty()) out.append(indent, ' ').append(line);
      out += '\n';
      if (line.size() == text.size()) return;
      text.remove_prefix(line.size() + 1);
    }
  }
};

}  // namespace

std::string to_yaml(const Json& value) {
  Writer writer;
  if (const auto* object = value.if_object(); object && !object->empty())
    writer.members(*object, 0, false);
  else if (value.is_array() && !value.get_array().empty())
    writer.items(value.get_array(), 0);
  else
    writer.out = leaf(value, Where::Line) + "\n";
  return std::move(writer.out);
}

Json arranged(const Json& value, const Json& like) {
  if (value.is_array() && like.is_array()) {
    JsonArray out;
    for (std::size_t i = 0; i < value.get_array().size(); ++i)
      out.push_back(i < like.get_array().size()
                        ? arranged(value.get_array()[i], like.get_array()[i])
                        : value.get_array()[i]);
    return out;
  }
  if (!value.is_object() || !like.is_object()) return value;
  JsonObject out;
  for (const auto& entry : like.get_object())
    if (const auto* own = value.get_object().if_contains(entry.key()))
      out[entry.key()] = arranged(*own, entry.value());
  for (const auto& entry : value.get_object()) out.emplace(entry.key(), entry.value());
  return out;
}

}  // namespace qd::cli
