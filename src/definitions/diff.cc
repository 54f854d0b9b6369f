#include "definitions/diff.h"

#include <algorithm>
#include <map>

namespace qd::definitions {
namespace {

using Members = std::map<std::string, const Json*>;

std::optional<Members> by_identity(const JsonArray& items, std::string_view name) {
  Members members;
  for (const auto& item : items) {
    const auto* identity = json::find(item, name);
    if (!identity || !identity->is_string()) return std::nullopt;
    if (!members.emplace(identity->get_string(), &item).second) return std::nullopt;
  }
  return members;
}

Members by_position(const JsonArray& items) {
  Members members;
  for (std::size_t i = 0; i < items.size(); ++i)
    members.emplace(fmt::format("{:06}", i), &items[i]);
  return members;
}

Members members_of(const JsonObject& object) {
  Members members;
  for (const auto& member : object) members.emplace(member.key(), &member.value());
  return members;
}

void compare(const std::string& path, const Json* before, const Json* after,
             std::vector<Change>& changes);

void compare(const std::string& path, const Members& before, const Members& after,
             std::vector<Change>& changes) {
  Members all = before;
  all.insert(after.begin(), after.end());
  const auto find = [](const Members& members, const std::string& key) {
    const auto found = members.find(key);
    return found == members.end() ? nullptr : found->second;
  };
  for (const auto& [key, unused] : all)
    compare(path + "/" + key, find(before, key), find(after, key), changes);
}

void compare_lists(const std::string& path, const JsonArray& before, const JsonArray& after,
                   std::vector<Change>& changes) {
  for (const std::string_view name : {"id", "name"}) {
    const auto old_items = by_identity(before, name);
    const auto new_items = by_identity(after, name);
    if (old_items && new_items) return compare(path, *old_items, *new_items, changes);
  }
  compare(path, by_position(before), by_position(after), changes);
}

void compare(const std::string& path, const Json* before, const Json* after,
             std::vector<Change>& changes) {
  if (!before)
    changes.push_back({path, ChangeKind::Added, {}, *after});
  else if (!after)
    changes.push_back({path, ChangeKind::Removed, *before, {}});
  else if (*before == *after)
    return;
  else if (before->is_object() && after->is_object())
    compare(path, members_of(before->get_object()), members_of(after->get_object()), changes);
  else if (before->is_array() && after->is_array())
    compare_lists(path, before->get_array(), after->get_array(), changes);
  else
    changes.push_back({path, ChangeKind::Changed, *before, *after});
}

}  // namespace

std::vector<Change> diff(const Json& before, const Json& after) {
  std::vector<Change> changes;
  compare("", &before, &after, changes);
  return changes;
}

}  // namespace qd::definitions
