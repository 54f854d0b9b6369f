// Steering many executions, chosen by a filter.
#include "cli/bulk.h"

#include <fmt/format.h>

namespace qd::cli {
namespace {

constexpr std::size_t kFailuresShown = 20;

Result<JsonObject> filter_of(Session& session, const BulkArgs& args) {
  JsonObject filter;
  if (!args.everywhere) {
    QD_TRY(filter["project_id"], session.project());
  }
  if (!args.workflow.empty()) filter["workflow_id"] = args.workflow;
  if (!args.status.empty()) filter["status"] = args.status;
  if (!args.from.empty()) filter["from"] = args.from;
  if (!args.to.empty()) filter["to"] = args.to;
  if (!args.query.empty()) filter["q"] = args.query;
  return filter;
}

/// As many requests as it takes; what failed in all of them.
Result<JsonObject> steer_all(Api& api, const JsonObject& body) {
  std::int64_t done = 0;
  JsonArray failed;
  for (;;) {
    QD_TRY(const auto answer, api.post("/executions/bulk", body));
    const auto now = number_at(answer, "done");
    done += now;
    if (const auto* more = json::find(answer, "failed"); more && more->is_array())
      failed.insert(failed.end(), more->get_array().begin(), more->get_array().end());
    const auto* more = json::find(answer, "more");
    // What failed matches again: without progress the rest would never come.
    if (now == 0 || !more || !more->is_bool() || !more->get_bool()) break;
  }
  return JsonObject{{"done", done}, {"failed", std::move(failed)}};
}

void show_failures(Session& session, const JsonArray& failed) {
  for (std::size_t i = 0; i < std::min(failed.size(), kFailuresShown); ++i)
    session.note(fmt::format("  {}: {} ({})", safe(text_at(failed[i], "id")),
                             safe(text_at(failed[i], "message")),
                             safe(text_at(failed[i], "code"))));
  if (failed.size() > kFailuresShown)
    session.note(fmt::format("  and {} more", failed.size() - kFailuresShown));
}

}  // namespace

void BulkArgs::add_to(CLI::App& command) {
  const auto* const group = "Many at once";
  command.add_option("--status", status, "All with this status")
      ->check(CLI::IsMember({"pending", "running", "waiting", "paused", "completed", "failed",
                             "cancelled", "timed_out"}))
      ->group(group);
  command.add_option("--workflow", workflow, "All of this workflow (its id)")->group(group);
  command.add_option("--query", query, "All whose name holds these words")->group(group);
  command.add_option("--from", from, "All begun from this moment on (RFC 3339)")->group(group);
  command.add_option("--to", to, "All begun before this moment")->group(group);
  command.add_flag("--all", everywhere, "Of every project")->group(group);
  command.add_flag("--dry-run", dry_run, "Only say how many")->group(group);
  command.add_flag("--yes", yes, "Don't ask")->group(group);
}

bool BulkArgs::is_empty() const {
  return status.empty() && workflow.empty() && query.empty() && from.empty() && to.empty() &&
         !everywhere && !dry_run;
}

Result<int> steer_many(Session& session, std::string_view action, const BulkArgs& args,
                       std::string_view reason) {
  QD_TRY(auto* const api, session.api());
  JsonObject body{{"action", action}, {"dry_run", true}};
  QD_TRY(body["filter"], filter_of(session, args));
  if (!reason.empty()) body["reason"] = reason;
  QD_TRY(const auto found, api->post("/executions/bulk", body));
  const auto matched = number_at(found, "matched");
  if (args.dry_run || matched == 0) {
    session.show(found, fmt::format("{} executions to {}.\n", matched, action));
    return kOk;
  }
  QD_CHECK(session.confirm(fmt::format("{} {} executions?", action, matched), args.yes));
  body.erase("dry_run");
  QD_TRY(const auto answer, steer_all(*api, body));
  const auto& failed = answer.at("failed").get_array();
  session.show(answer, fmt::format("{}: {} done, {} failed\n", action,
                                   answer.at("done").get_int64(), failed.size()));
  if (!session.json()) show_failures(session, failed);
  return failed.empty() ? kOk : kRefused;
}

}  // namespace qd::cli
