#include "cli/text.h"

#include <fmt/format.h>

namespace qd::cli {
namespace {

bool starts_code_point(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

void print_pretty(const Json& value, std::size_t indent, std::string& out);

/// Members or items between brackets, each on a line of its own.
template <class Items, class Print>
void print_lines(const Items& items, std::string_view brackets, std::size_t indent,
                 std::string& out, Print print) {
  out += brackets[0];
  bool first = true;
  for (const auto& item : items) {
    out += std::exchange(first, false) ? "\n" : ",\n";
    out.append(indent + 2, ' ');
    print(item);
  }
  if (!first) out.append("\n").append(indent, ' ');
  out += brackets[1];
}

void print_pretty(const Json& value, std::size_t indent, std::string& out) {
  if (const auto* object = value.if_object())
    return print_lines(*object, "{}", indent, out, [&](const auto& entry) {
      out += json::print(Json(entry.key()));
      out += ": ";
      print_pretty(entry.value(), indent + 2, out);
    });
  if (const auto* array = value.if_array())
    return print_lines(*array, "[]", indent, out,
                       [&](const Json& item) { print_pretty(item, indent + 2, out); });
  if (const auto* fraction = value.if_double())
    out += number_text(*fraction);
  else
    out += json::print(value);
}

struct Cell {
  std::string plain;
  std::string styled;
};

Cell cell(const Column& column, const Json& item, const Style& style) {
  const auto colon = column.path.find(':');
  const auto how = colon == std::string::npos ? std::string() : column.path.substr(colon + 1);
  const auto* value = member(item, std::string_view(column.path).substr(0, colon));
  auto text = value ? safe(brief(*value)) : std::string("-");
  if (how == "time") text = brief_time(text);
  if (how == "duration" && value && value->is_int64()) text = brief_duration(value->get_int64());
  return {text, how == "status" ? style.status(text, text) : text};
}

}  // namespace

std::string Style::with(std::string_view code, std::string_view text) const {
  return coloured_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string Style::status(std::string_view status, std::string_view text) const {
  if (status == "completed" || status == "approved" || status == "active") return green(text);
  if (status == "failed" || status == "timed_out" || status == "rejected" || status == "uncertain")
    return red(text);
  if (status == "waiting" || status == "paused" || status == "pending" || status == "expired")
    return yellow(text);
  if (status == "running" || status == "started") return blue(text);
  return dim(text);
}

std::string safe(std::string_view text, Lines lines) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool is_space = c == '\n' || c == '\t';
    if (is_space && lines == Lines::Keep)
      out += text[i];
    else if (is_space || c == '\r')
      out += ' ';
    else if (c < 0x20 || c == 0x7F)
      out += '?';
    // U+0080 to U+009F are control characters too.
    else if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      out += '?', ++i;
    else
      out += text[i];
  }
  return out;
}

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, starts_code_point));
}

std::string cut(std::string_view text, std::size_t most) {
  if (width(text) <= most) return std::string(text);
  if (most == 0) return "";
  std::size_t end = 0;
  for (std::size_t points = 0; end < text.size(); ++end)
    if (starts_code_point(text[end]) && points++ == most - 1) break;
  return std::string(text.substr(0, end)) + "…";
}

std::string pad(std::string_view text, std::size_t columns) {
  const auto used = width(text);
  return std::string(text) + std::string(columns > used ? columns - used : 0, ' ');
}

std::string pretty(const Json& value) {
  std::string out;
  print_pretty(value, 0, out);
  return out;
}

std::string number_text(double value) {
  auto text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string brief(const Json& value) {
  if (value.is_null()) return "-";
  if (const auto* fraction = value.if_double()) return number_text(*fraction);
  if (const auto* text = value.if_string()) return std::string(*text);
  return json::print(value);
}

std::string brief_time(std::string_view rfc3339) {
  constexpr std::size_t kSeconds = 19;
  if (rfc3339.size() < kSeconds || rfc3339[10] != 'T') return std::string(rfc3339);
  auto text = std::string(rfc3339.substr(0, kSeconds));
  text[10] = ' ';
  return text;
}

std::string brief_duration(std::int64_t ms) {
  if (ms < 1'000) return fmt::format("{}ms", ms);
  if (ms < 60'000) return fmt::format("{}.{}s", ms / 1'000, ms % 1'000 / 100);
  const auto seconds = ms / 1'000;
  if (seconds < 3'600) return fmt::format("{}m {:02}s", seconds / 60, seconds % 60);
  return fmt::format("{}h {:02}m", seconds / 3'600, seconds % 3'600 / 60);
}

const Json* member(const Json& value, std::string_view path) {
  const Json* at = &value;
  while (at && !path.empty()) {
    const auto slash = path.find('/');
    at = json::find(*at, path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  return at;
}

std::string text_at(const Json& value, std::string_view path) {
  const auto* found = member(value, path);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::int64_t number_at(const Json& value, std::string_view path) {
  const auto* found = member(value, path);
  return found && found->is_int64() ? found->get_int64() : 0;
}

std::string url_part(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").contains(c);
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string table(const std::vector<Column>& columns, const JsonArray& items, const Style& style,
                  std::size_t most) {
  std::vector<std::size_t> widths;
  for (const auto& column : columns) widths.push_back(width(column.title));
  std::vector<std::vector<Cell>> rows;
  for (const auto& item : items) {
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      row.push_back(cell(columns[i], item, style));
      widths[i] = std::max(widths[i], width(row[i].plain));
    }
  }
  std::string out;
  const auto add_line = [&](auto&& cell_at) {
    std::size_t left = most == 0 ? std::string::npos : most;
    for (std::size_t i = 0; i < columns.size() && left > 0; ++i) {
      const bool is_last = i + 1 == columns.size();
      const Cell text = cell_at(i);
      const bool fits = width(text.plain) <= left;
      out += fits ? text.styled : cut(text.plain, left);
      const auto used = is_last ? width(text.plain) : widths[i] + 2;
      if (!is_last && fits)
        out.append(std::min(left, used) - std::min(left, width(text.plain)), ' ');
      left = used >= left ? 0 : left - used;
    }
    while (out.ends_with(' ')) out.pop_back();
    out += '\n';
  };
  add_line([&](std::size_t i) { return Cell{columns[i].title, style.dim(columns[i].title)}; });
  for (const auto& row : rows) add_line([&](std::size_t i) { return row[i]; });
  return out;
}

}  // namespace qd::cli
