#include "cli/text_diff.h"

#include <algorithm>

namespace qd::cli {
namespace {

constexpr std::size_t kAround = 3;
/// Beyond it the table of the longest common lines would not fit; all counts as replaced then.
constexpr std::size_t kMostCells = 16'000'000;

using Lines = std::vector<std::string_view>;

struct Edit {
  char mark;
  std::string_view line;
};

Lines split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

void add(std::vector<Edit>& edits, char mark, std::span<const std::string_view> lines) {
  for (const auto line : lines) edits.push_back({mark, line});
}

/// The edits between two runs of lines, by their longest common subsequence.
void compare(std::span<const std::string_view> a, std::span<const std::string_view> b,
             std::vector<Edit>& edits) {
  if ((a.size() + 1) * (b.size() + 1) > kMostCells) {
    add(edits, '-', a);
    return add(edits, '+', b);
  }
  // common[i][j]: how many lines a[i..] and b[j..] have in common.
  const auto columns = b.size() + 1;
  std::vector<std::uint32_t> common((a.size() + 1) * columns);
  for (auto i = a.size(); i-- > 0;)
    for (auto j = b.size(); j-- > 0;)
      common[i * columns + j] =
          a[i] == b[j] ? common[(i + 1) * columns + j + 1] + 1
                       : std::max(common[(i + 1) * columns + j], common[i * columns + j + 1]);
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (a[i] == b[j])
      edits.push_back({' ', a[i]}), ++i, ++j;
    else if (common[(i + 1) * columns + j] >= common[i * columns + j + 1])
      edits.push_back({'-', a[i++]});
    else
      edits.push_back({'+', b[j++]});
  }
  add(edits, '-', a.subspan(i));
  add(edits, '+', b.subspan(j));
}

std::vector<Edit> edits_between(const Lines& a, const Lines& b) {
  const auto most = std::min(a.size(), b.size());
  std::size_t head = 0;
  while (head < most && a[head] == b[head]) ++head;
  std::size_t tail = 0;
  while (tail < most - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  const std::span first(a), second(b);
  std::vector<Edit> edits;
  add(edits, ' ', first.first(head));
  compare(first.subspan(head, a.size() - head - tail), second.subspan(head, b.size() - head - tail),
          edits);
  add(edits, ' ', first.last(tail));
  return edits;
}

std::string show(const Edit& edit, const Style& style) {
  const auto line = std::string(1, edit.mark) + safe(edit.line);
  if (edit.mark == '+') return style.green(line) + "\n";
  if (edit.mark == '-') return style.red(line) + "\n";
  return line + "\n";
}

}  // namespace

std::string text_diff(std::string_view before, std::string_view after, const Style& style) {
  if (before == after) return "";
  const auto a = split(before);
  const auto b = split(after);
  const auto edits = edits_between(a, b);
  std::vector<bool> shown(edits.size());
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (edits[i].mark == ' ') continue;
    const auto from = i - std::min(i, kAround);
    for (auto k = from; k <= std::min(i + kAround, edits.size() - 1); ++k) shown[k] = true;
  }
  std::string out;
  bool in_gap = false;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (shown[i])
      out += show(edits[i], style);
    else if (!in_gap)
      out += style.dim("  ...") + "\n";
    in_gap = !shown[i];
  }
  return out;
}

}  // namespace qd::cli
