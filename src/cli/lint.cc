#include "cli/lint.h"

#include <charconv>

#include <fmt/format.h>

#include "cli/documents.h"
#include "engine/validate.h"

namespace qd::cli {
namespace {

/// The place that `line 3, column 5` in a message tells of.
Finding syntax_finding(const Error& error, const std::string& file) {
  Finding finding{.file = file, .code = error.code, .message = error.message};
  if (finding.message.starts_with(file + ": ")) finding.message.erase(0, file.size() + 2);
  const auto read = [&](std::string_view word) {
    const auto at = finding.message.find(word);
    int number = 0;
    if (at != std::string::npos) {
      const auto* begin = finding.message.data() + at + word.size();
      std::from_chars(begin, finding.message.data() + finding.message.size(), number);
    }
    return number;
  };
  finding.line = read("line ");
  finding.column = read("column ");
  const auto colon = finding.message.find(": ");
  if (finding.line > 0 && finding.message.starts_with("line ") && colon != std::string::npos)
    finding.message.erase(0, colon + 2);
  return finding;
}

Finding finding_of(Fault fault, const Document& document) {
  const auto place = document.source.find(document.nested + fault.path);
  return {.file = document.file,
          .line = place ? place->line : 0,
          .column = place ? place->column : 0,
          .path = document.nested + fault.path,
          .code = std::move(fault.code),
          .message = std::move(fault.message)};
}

std::string_view line_at(std::string_view text, int number) {
  for (int line = 1; line < number; ++line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  auto line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

Result<std::vector<Finding>> lint_text(std::string_view text, const std::string& file) {
  const auto documents = parse_documents(text, file);
  if (!documents && documents.error().kind == ErrorKind::Malformed)
    return std::vector{syntax_finding(documents.error(), file)};
  if (!documents) return std::unexpected(documents.error());
  std::vector<Finding> findings;
  for (const auto& document : *documents) {
    if (document.kind != DocumentKind::Workflow) continue;
    const auto* definition = document.content.if_contains("definition");
    for (auto& fault : engine::validate(definition ? *definition : Json()))
      findings.push_back(finding_of(std::move(fault), document));
  }
  std::ranges::sort(findings, {}, [](const Finding& one) {
    return std::tie(one.line, one.column, one.code, one.message);
  });
  return findings;
}

std::string show(const Finding& finding, std::string_view text, const Style& style) {
  const auto place = finding.line > 0
                         ? fmt::format("{}:{}:{}", finding.file, finding.line, finding.column)
                         : finding.file;
  auto out = fmt::format("{} {} {} {}\n", style.bold(safe(place) + ":"), style.red("error:"),
                         safe(finding.message), style.dim("[" + finding.code + "]"));
  if (finding.line <= 0) return out;
  constexpr std::size_t kMost = 160;
  const auto line = cut(safe(line_at(text, finding.line)), kMost);
  const auto number = fmt::format("{:>5}", finding.line);
  out += fmt::format("{} | {}\n", number, line);
  const auto column = static_cast<std::size_t>(std::max(finding.column, 1)) - 1;
  if (column < kMost)
    out += fmt::format("{} | {}{}\n", std::string(number.size(), ' '), std::string(column, ' '),
                       style.green("^"));
  return out;
}

Json to_json(const Finding& finding) {
  return JsonObject{{"file", finding.file}, {"line", finding.line}, {"column", finding.column},
                    {"path", finding.path}, {"code", finding.code}, {"message", finding.message}};
}

}  // namespace qd::cli
