#include "engine/drill/verdict.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace qd::engine::drill {
namespace {

/// Without what differs from run to run: ids and times.
std::string masked(std::string text) {
  static const RE2 kId("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  static const RE2 kTime(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)");
  RE2::GlobalReplace(&text, kId, "<id>");
  RE2::GlobalReplace(&text, kTime, "<time>");
  return text;
}

bool is_end(EventType type) {
  return type == EventType::StepCompleted || type == EventType::StepFailed ||
         type == EventType::StepSkipped || type == EventType::StepCancelled;
}

/// Steps to how they ended: `step_completed {"n": 1}`, each as often as it did.
std::map<std::string, std::vector<std::string>> ends_of(const Family& family) {
  std::map<std::string, std::vector<std::string>> ends;
  for (const auto& [label, member] : family)
    for (const auto& event : member.journal) {
      if (!is_end(event.type)) continue;
      const auto* output = event.data.if_contains("output");
      ends[label + event.node_id].push_back(
          fmt::format("{} {}", enum_name(event.type), output ? masked(json::print(*output)) : ""));
    }
  return ends;
}

/// What an agent's step recorded: `turn 3`, `call 3/0`, each as often as it did.
std::map<std::pair<std::string, std::string>, std::int64_t> records_of(const Family& family) {
  std::map<std::pair<std::string, std::string>, std::int64_t> records;
  for (const auto& [label, member] : family)
    for (const auto& event : member.journal) {
      if (event.type != EventType::StepRecorded) continue;
      const auto& type = event.data.at("type").as_string();
      if (type != "turn" && type != "call") continue;
      for (const auto* field : {"turn", "key"})
        if (const auto* place = json::find(event.data.at("data"), field))
          ++records[{label + event.node_id,
                     fmt::format("{} {}", std::string_view(type), json::print(*place))}];
    }
  return records;
}

/// The calls of one step that do the same.
struct CallGroup {
  Effect effect = Effect::Read;
  /// Those that were not turned away.
  std::int64_t taken = 0;
  std::set<std::string> keys;
};
using CallGroups = std::map<std::pair<std::string, std::string>, CallGroup>;

CallGroups groups_of(const std::vector<Seen>& calls) {
  CallGroups groups;
  for (const auto& seen : calls) {
    auto& group = groups[{seen.call.path, seen.call.name}];
    group.effect = seen.call.effect;
    if (!seen.is_refused) ++group.taken;
    group.keys.insert(masked(seen.call.key));
  }
  return groups;
}

std::string title(const std::pair<std::string, std::string>& group) {
  return group.second.empty() ? "the call" : fmt::format("the call of '{}'", group.second);
}

class Judge {
 public:
  Judge(const Trial& undisturbed, const Trial& run) : expected_(undisturbed), run_(run) {}

  std::vector<Finding> judge() {
    for (const auto& life : run_.lives) check_life(life);
    check_end();
    check_steps();
    check_records();
    check_calls();
    check_late_calls();
    check_wishes();
    return std::move(findings_);
  }

 private:
  void add(FindingKind kind, std::string path, std::string message) {
    findings_.push_back({kind, std::move(path), std::move(message)});
  }

  void check_life(const Life& life) {
    if (life.is_acknowledged && life.found.empty())
      return add(FindingKind::LostExecution, "", "its start was acknowledged and it is gone");
    for (const auto& [label, member] : life.found) check_kept(label, member.journal);
  }

  void check_kept(const std::string& label, const std::vector<Event>& journal) {
    const auto same = [](const Event& a, const Event& b) {
      return json::to_text(a) == json::to_text(b);
    };
    const auto now = run_.family.find(label);
    const bool is_kept =
        now != run_.family.end() && journal.size() <= now->second.journal.size() &&
        std::equal(journal.begin(), journal.end(), now->second.journal.begin(), same);
    if (!is_kept)
      add(FindingKind::ChangedJournal, label,
          fmt::format("the {} events that were stored are not what its journal begins with now",
                      journal.size()));
  }

  void check_end() {
    const auto& wanted = expected_.execution();
    const auto& got = run_.execution();
    if (got.status != wanted.status)
      add(FindingKind::OtherEnd, "",
          fmt::format("it is {} and would be {} without kills", enum_name(got.status),
                      enum_name(wanted.status)));
    else if (masked(json::print(got.output)) != masked(json::print(wanted.output)))
      add(FindingKind::OtherEnd, "",
          fmt::format("its output is {} and would be {}", json::print(got.output),
                      json::print(wanted.output)));
  }

  void check_steps() {
    const auto wanted = ends_of(expected_.family);
    auto got = ends_of(run_.family);
    for (const auto& [path, ends] : wanted) {
      const auto& found = got[path];
      if (found.size() < ends.size())
        add(FindingKind::LostStep, path,
            fmt::format("it ended {} of {} times", found.size(), ends.size()));
      else if (found.size() > ends.size())
        add(FindingKind::DoubledStep, path,
            fmt::format("it ended {} times and not {}", found.size(), ends.size()));
      else if (found != ends)
        add(FindingKind::OtherEnd, path,
            fmt::format("it ended as {} and would as {}", fmt::join(found, "; "),
                        fmt::join(ends, "; ")));
    }
    for (const auto& [path, ends] : got)
      if (!wanted.contains(path))
        add(FindingKind::DoubledStep, path, "it ran, and does not without kills");
  }

  void check_records() {
    auto wanted = records_of(expected_.family);
    for (const auto& [place, count] : records_of(run_.family))
      if (count > wanted[place])
        add(FindingKind::DoubledStep, place.first,
            fmt::format("{} was recorded {} times", place.second, count));
  }

  void check_calls() {
    const auto got = groups_of(run_.calls);
    for (const auto& [place, expected] : groups_of(expected_.calls)) {
      const auto found = got.find(place);
      // Whoever said that a step had happened ended it with all calls that it had yet to make.
      const bool may_lack = run_.resolved.contains(place.first);
      const auto taken = found == got.end() ? 0 : found->second.taken;
      if (taken < expected.taken && !may_lack)
        add(FindingKind::LostStep, place.first,
            fmt::format("{} arrived {} of {} times", title(place), taken, expected.taken));
    }
    auto wanted = groups_of(expected_.calls);
    for (const auto& [place, group] : got) check_group(place, wanted[place], group);
  }

  void check_group(const std::pair<std::string, std::string>& place, const CallGroup& expected,
                   const CallGroup& group) {
    // Each kill may cut off one that is on its way; without one nothing is repeated.
    const auto bearable = group.effect == Effect::Once ? 0 : std::ssize(run_.lives) - 1;
    if (group.taken > expected.taken + bearable)
      add(FindingKind::DoubledCall, place.first,
          fmt::format("{}, which is `{}`, was made {} times and not {}", title(place),
                      enum_name(group.effect), group.taken, expected.taken));
    if (group.effect != Effect::Keyed) return;
    if (group.keys.contains(""))
      add(FindingKind::ChangedKey, place.first, fmt::format("{} came without a key", title(place)));
    else if (!std::ranges::includes(expected.keys, group.keys))
      add(FindingKind::ChangedKey, place.first,
          fmt::format("{} came under the keys {} and not only {}", title(place),
                      fmt::join(group.keys, ", "), fmt::join(expected.keys, ", ")));
  }

  /// Calls of a process that had found the step ended.
  void check_late_calls() {
    for (const auto& seen : run_.calls) {
      if (seen.life >= std::ssize(run_.lives)) continue;
      const auto& found = run_.lives[static_cast<std::size_t>(seen.life)].found;
      if (ends_of(found).contains(seen.call.path))
        add(FindingKind::DoubledCall, seen.call.path,
            fmt::format("{} was made again although the step's end was stored",
                        title({seen.call.path, seen.call.name})));
    }
  }

  void check_wishes() {
    for (const auto& [wish, count] : run_.acknowledged) {
      const auto found = expected_.acknowledged.find(wish);
      // What nobody wishes without kills is to be repeated by nature: `resolve`.
      if (found != expected_.acknowledged.end() && count > found->second)
        add(FindingKind::LostWish, "",
            fmt::format("'{}' was acknowledged and had to be said again", wish));
    }
  }

  const Trial& expected_;
  const Trial& run_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> judge(const Trial& undisturbed, const Trial& run) {
  return Judge(undisturbed, run).judge();
}

std::map<std::string, std::int64_t> repeats(const Trial& undisturbed, const Trial& run) {
  std::map<std::string, std::int64_t> more;
  auto wanted = groups_of(undisturbed.calls);
  for (const auto& [place, group] : groups_of(run.calls))
    if (group.taken > wanted[place].taken)
      more[std::string(enum_name(group.effect))] += group.taken - wanted[place].taken;
  return more;
}

std::int64_t ended_steps(const Family& family) {
  return std::ssize(ends_of(family));
}

}  // namespace qd::engine::drill
