#include "projects/search.h"

#include <algorithm>

#include "identity/text_folding.h"

namespace qd::projects {
namespace {

constexpr std::size_t kMostTerms = 16;

/// Letters and digits, and everything beyond ASCII, which is letters nearly always.
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (static_cast<unsigned char>(c) & 0x80);
}

/// Calls `word(part)` and `rest(part)` for the pieces of a text, in order.
template <class Word, class Rest>
void split(std::string_view text, Word word, Rest rest) {
  while (!text.empty()) {
    const bool in_word = is_word(text.front());
    const auto end = std::ranges::find_if(text, [&](char c) { return is_word(c) != in_word; });
    const auto part = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    if (in_word)
      word(part);
    else
      rest(part);
    text.remove_prefix(part.size());
  }
}

void append_html(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace

std::vector<std::string> search_terms(std::string_view query) {
  std::vector<std::string> terms;
  split(
      query,
      [&](std::string_view word) {
        if (terms.size() < kMostTerms) terms.push_back(identity::fold_case(word));
      },
      [](std::string_view) {});
  return terms;
}

std::string fts5_query(const std::vector<std::string>& terms) {
  std::string text;
  for (const auto& term : terms) text += (text.empty() ? "\"" : " \"") + term + "\"*";
  return text;
}

std::string tsquery(const std::vector<std::string>& terms) {
  std::string text;
  for (const auto& term : terms) text += (text.empty() ? "'" : " & '") + term + "':*";
  return text;
}

std::string highlight(std::string_view text, const std::vector<std::string>& terms) {
  std::string html;
  split(
      text,
      [&](std::string_view word) {
        const auto folded = identity::fold_case(word);
        const bool matches =
            std::ranges::any_of(terms, [&](const auto& term) { return folded.starts_with(term); });
        if (matches) html += "<mark>";
        append_html(html, word);
        if (matches) html += "</mark>";
      },
      [&](std::string_view rest) { append_html(html, rest); });
  return html;
}

Highlights highlights(const Project& project, const std::vector<std::string>& terms) {
  Highlights found{.name = highlight(project.name, terms),
                   .description = highlight(project.description, terms),
                   .tags = {}};
  for (const auto& tag : project.tags) found.tags.push_back(highlight(tag, terms));
  return found;
}

}  // namespace qd::projects
