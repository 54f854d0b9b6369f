#include "app/drill_report.h"

#include <csignal>

#include <fmt/format.h>

namespace qd::app {
namespace {

using engine::drill::Report;

/// More are counted and not shown.
constexpr std::size_t kShownFindings = 20;

volatile std::sig_atomic_t g_is_interrupted = 0;

/// `2 read, 1 keyed`.
std::string list(const std::map<std::string, std::int64_t>& counts) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : counts) parts.push_back(fmt::format("{} {}", count, name));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string line(const cli::Style& style, std::string_view name, const std::string& text) {
  return fmt::format("  {}  {}\n", style.dim(cli::pad(name, 12)), text);
}

std::string describe(const engine::drill::ReportedFinding& finding, const cli::Style& style) {
  const auto where = finding.path.empty() ? std::string() : cli::safe(finding.path) + ": ";
  return fmt::format("  {} {}{} {}\n", style.red(std::string(enum_name(finding.kind)) + ":"), where,
                     cli::safe(finding.message),
                     style.dim(fmt::format("(run {}, killed at {})", finding.run,
                                           fmt::join(finding.killed_at, ", then "))));
}

}  // namespace

DrillProgress::DrillProgress(cli::Session& session) : session_(session) {
  std::signal(SIGINT, [](int) { g_is_interrupted = 1; });
}

DrillProgress::~DrillProgress() {
  std::signal(SIGINT, SIG_DFL);
  if (session_.system().terminal.err) session_.system().err << "\r\033[K" << std::flush;
}

bool DrillProgress::show(const Report& report) {
  if (session_.system().terminal.err)
    session_.system().err << fmt::format("\r\033[K{} runs, {} kills, {} findings", report.runs,
                                         report.kills, report.findings.size())
                          << std::flush;
  return g_is_interrupted == 0;
}

std::string describe(const Report& report, const cli::Style& style) {
  const std::string status(enum_name(report.status));
  auto text =
      line(style, "undisturbed",
           fmt::format("{}; {} steps, {} calls, {} boundaries", style.status(status, status),
                       report.steps, report.calls, report.boundaries));
  if (!report.error.is_null()) text += line(style, "", cli::safe(cli::brief(report.error)));
  text += line(style, "killed", fmt::format("{} times in {} runs", report.kills, report.runs));
  text += line(style, "", list(report.killed_at));
  if (!report.repeated.empty())
    text += line(style, "repeated", list(report.repeated) + ", as their effect allows");
  if (report.resolved > 0)
    text += line(style, "uncertain",
                 fmt::format("{} `once` calls, not sent again before somebody said what became of "
                             "them",
                             report.resolved));
  text += line(style, "recovery",
               fmt::format("{:.1f} ms at the median, {:.1f} ms for 95 %, {:.1f} ms at most",
                           report.recovery.p50_ms, report.recovery.p95_ms, report.recovery.max_ms));
  if (report.findings.empty())
    return text + "\n" + style.green("Nothing was lost and nothing doubled.") + "\n";
  text += "\n" + style.red(fmt::format("{} findings", report.findings.size())) + "\n";
  for (std::size_t i = 0; i < std::min(report.findings.size(), kShownFindings); ++i)
    text += describe(report.findings[i], style);
  if (report.findings.size() > kShownFindings) text += "  … and more; --json has them all\n";
  return text;
}

}  // namespace qd::app
