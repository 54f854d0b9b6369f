#include "cli/progress.h"

#include <algorithm>

#include <fmt/format.h>

namespace qd::cli {
namespace {

constexpr std::string_view kStepPrefix = "step_";

/// What happened inside an agent's step; empty for what only begins.
std::string record_note(const Json& record) {
  const auto type = text_at(record, "type");
  if (type == "turn") return fmt::format("turn {}", number_at(record, "data/turn") + 1);
  if (type == "call_started") return "calls " + text_at(record, "data/tool");
  if (type == "call") return text_at(record, "data/tool") + " answered";
  return "";
}

/// What an event says beside its type.
std::string note_of(const Json& event, const std::string& type) {
  const auto* data = json::find(event, "data");
  if (!data) return "";
  if (type == "step_waiting") {
    auto reason = text_at(*data, "reason");
    if (reason.empty()) reason = text_at(*data, "waiting_for");
    const auto until = text_at(*data, "until");
    return "for " + (reason.empty() ? std::string("something") : reason) +
           (until.empty() ? "" : " until " + brief_time(until));
  }
  if (type == "step_recorded") return record_note(*data);
  const auto code = text_at(*data, "error/code");
  if (!code.empty()) return fmt::format("{}: {}", code, text_at(*data, "error/message"));
  if (const auto message = text_at(*data, "message"); !message.empty()) return message;
  const auto attempt = number_at(*data, "attempt");
  return attempt > 1 ? fmt::format("attempt {}", attempt) : "";
}

std::string_view mark_of(std::string_view status) {
  if (status == "completed") return "✓";
  if (status == "failed" || status == "uncertain" || status == "timed_out") return "✗";
  if (status == "skipped" || status == "cancelled") return "-";
  if (status == "waiting" || status == "paused") return "…";
  return "▸";
}

/// What the status is after an event of this type; empty where it says nothing of it.
std::string status_after(std::string_view type) {
  if (type == "step_started" || type == "step_recorded") return "running";
  if (type == "step_retrying") return "waiting";
  if (type.starts_with(kStepPrefix)) return std::string(type.substr(kStepPrefix.size()));
  if (type == "started" || type == "resumed") return "running";
  if (type == "paused") return "paused";
  return "";
}

}  // namespace

Progress::Step& Progress::step(const std::string& id) {
  const auto found = std::ranges::find(steps_, id, &Step::id);
  if (found != steps_.end()) return *found;
  return steps_.emplace_back(Step{.id = id});
}

void Progress::record(const Json& event, const std::string& type, Timestamp at) {
  const auto node = text_at(event, "node_id");
  const auto note = note_of(event, type);
  if (node.empty()) {
    status_ = type == "finished" ? text_at(event, "data/status") : status_after(type);
    if (type == "finished" && status_.empty()) status_ = "finished";
    note_ = note;
    return;
  }
  auto& one = step(node);
  // A turn inside a step is news of it, and changes nothing else.
  if (type != "step_recorded" || one.status.empty()) one.status = status_after(type);
  if (type != "step_recorded" || !note.empty()) one.note = note;
  if (type == "step_started" || !one.started) one.started = at;
  one.last = at;
  if (type == "step_waiting" && note.starts_with("for approval")) new_approval_ = true;
}

std::string Progress::take(const Json& event) {
  const auto type = text_at(event, "type");
  const auto at_text = text_at(event, "at");
  const auto at = parse_rfc3339(at_text).value_or(Timestamp{});
  record(event, type, at);
  if (type == "step_recorded" && note_of(event, type).empty()) return "";
  const auto node = text_at(event, "node_id");
  const auto* shown = node.empty() ? nullptr : &step(node);
  const auto status = shown ? shown->status : status_;
  const auto word = type == "step_recorded" ? std::string() : status;
  const auto time = at_text.size() >= 19 ? at_text.substr(11, 8) : at_text;
  auto line = fmt::format("{}  {}  {}", style_.dim(time), pad(shown ? safe(node) : "execution", 20),
                          style_.status(status, pad(safe(word), 9)));
  const bool is_over = status == "completed" || status == "failed";
  if (shown && is_over && shown->started)
    line += "  " + style_.dim(brief_duration((at - *shown->started).count()));
  const auto& note = shown ? shown->note : note_;
  if (!note.empty()) line += "  " + safe(note);
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string Progress::line_of(const Step& one, std::size_t id_width, std::size_t most) const {
  std::string took;
  if (one.started && one.last && one.last > one.started)
    took = brief_duration((*one.last - *one.started).count());
  const auto plain =
      fmt::format("{} {}  {}  {}  {}", mark_of(one.status), pad(safe(one.id), id_width),
                  pad(one.status, 9), pad(took, 7), safe(one.note));
  return style_.status(one.status, cut(plain, most));
}

std::string Progress::board(std::size_t most, std::size_t height) const {
  std::size_t id_width = 0;
  for (const auto& one : steps_)
    if (one.status != "skipped") id_width = std::max(id_width, width(one.id));
  std::vector<std::string> lines;
  for (const auto& one : steps_)
    if (one.status != "skipped")
      lines.push_back(line_of(one, std::min<std::size_t>(id_width, 32), most));
  const auto room = height > 1 ? height - 1 : 1;
  std::string out;
  for (auto i = lines.size() - std::min(lines.size(), room); i < lines.size(); ++i)
    out += lines[i] + "\n";
  const auto end = note_.empty() ? status_ : fmt::format("{}  {}", status_, safe(note_));
  return out + style_.bold(cut(end, most)) + "\n";
}

}  // namespace qd::cli
