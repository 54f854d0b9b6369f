#include "engine/drill/world.h"

#include "engine/drill/example.h"

namespace qd::engine::drill {
namespace {

/// What people call a step, the most precise name first: `each.3.fetch`, then `fetch`.
std::array<std::string, 3> names_of(const std::string& path, const std::string& name) {
  return {path, path.substr(path.rfind('.') + 1), name};
}

}  // namespace

const Json* World::answer_to(const std::string& path, const std::string& name) const {
  for (const auto& one : names_of(path, name))
    if (const auto* answer = options_.answers.if_contains(one)) return answer;
  return nullptr;
}

bool World::refuses(const Call& call) const {
  for (const auto& one : names_of(call.path, call.name))
    if (const auto found = options_.refusals.find(one); found != options_.refusals.end())
      return call.attempt <= found->second;
  return false;
}

Reply World::take(Call call, int life) {
  Reply reply{.is_refused = refuses(call), .answer = {}};
  if (const auto* answer = answer_to(call.path, call.name))
    reply.answer = *answer;
  else
    reply.answer = call.schema.is_null() ? call.request : example_of(call.schema);
  seen_.push_back({std::move(call), life, reply.is_refused});
  return reply;
}

bool World::has_more_than(const ExecutionId& execution, const std::string& path,
                          const std::map<std::string, std::int64_t>& recorded) const {
  std::map<std::string, std::int64_t> taken;
  for (const auto& seen : seen_)
    if (seen.call.execution == execution && seen.call.path == path &&
        seen.call.effect == Effect::Once && !seen.is_refused)
      ++taken[seen.call.name];
  return std::ranges::any_of(taken, [&](const auto& entry) {
    const auto known = recorded.find(entry.first);
    return entry.second > (known == recorded.end() ? 0 : known->second);
  });
}

Json World::payload(const std::string& path, const std::string& event) const {
  const auto* answer = answer_to(path, event);
  return answer ? *answer : Json(JsonObject{});
}

}  // namespace qd::engine::drill
