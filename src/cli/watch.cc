#include "cli/watch.h"

#include <iostream>

#include <fmt/format.h>

#include "cli/progress.h"

namespace qd::cli {
namespace {

/// What the approval's form insists on, as options to fill in.
std::string form_options(const Json& approval) {
  std::string options;
  const auto* required = member(approval, "form/required");
  if (!required || !required->is_array()) return options;
  for (const auto& name : required->get_array())
    options += fmt::format(" --form {}=…", safe(brief(name)));
  return options;
}

/// Draws the board over the one before it.
class Display {
 public:
  Display(Session& session, Api& api, std::string execution)
      : session_(session),
        api_(api),
        execution_(std::move(execution)),
        progress_(session.err_style()) {}

  void take(const Json& event) {
    const auto line = progress_.take(event);
    if (session_.json()) return;
    const auto& terminal = session_.system().terminal;
    if (!terminal.err) {
      if (!line.empty()) session_.note(line);
    } else {
      erase();
      const auto board =
          progress_.board(static_cast<std::size_t>(terminal.width) - 1,
                          static_cast<std::size_t>(std::max(terminal.height - 2, 2)));
      session_.system().err << board << std::flush;
      lines_ = std::ranges::count(board, '\n');
    }
    if (progress_.take_new_approval()) show_approvals();
  }

 private:
  void erase() {
    if (lines_ > 0) session_.system().err << fmt::format("\x1b[{}F\x1b[J", lines_);
    lines_ = 0;
  }

  /// What is waiting for a person; these lines stay above the board.
  void show_approvals() {
    const auto waiting = api_.all(
        fmt::format("/approvals?execution_id={}&status=pending", url_part(execution_)), 20);
    if (!waiting) return session_.complain(waiting.error());
    erase();
    for (const auto& approval : *waiting)
      session_.note(fmt::format(
          "{} {}\n  qd approvals approve {}{}", session_.err_style().yellow("approval needed:"),
          safe(text_at(approval, "title")), safe(text_at(approval, "id")), form_options(approval)));
  }

  Session& session_;
  Api& api_;
  std::string execution_;
  Progress progress_;
  long lines_ = 0;
};

Result<int> show_outcome(Session& session, const Json& execution) {
  const auto status = text_at(execution, "status");
  if (session.json()) {
    session.say(pretty(execution));
    return exit_code_of(status);
  }
  const auto style = session.err_style();
  if (status != "completed") {
    const auto code = text_at(execution, "error/code");
    session.note(fmt::format("{} {} {}", style.red("execution " + safe(status) + ":"),
                             safe(text_at(execution, "error/message"), Lines::Keep),
                             code.empty() ? "" : style.dim("(" + safe(code) + ")")));
    session.note(fmt::format("  qd logs {}", text_at(execution, "id")));
    return exit_code_of(status);
  }
  if (const auto* output = json::find(execution, "output")) session.say(pretty(*output));
  return kOk;
}

}  // namespace

Result<int> watch(Session& session, Api& api, const std::string& execution) {
  Display display(session, api, execution);
  QD_CHECK(api.follow(execution, 0, [&](const Json& event) {
    display.take(event);
    return Api::Next::More;
  }));
  QD_TRY(const auto ended, api.get("/executions/" + url_part(execution)));
  return show_outcome(session, ended);
}

}  // namespace qd::cli
