#include "identity/scopes.h"

#include <algorithm>
#include <vector>

#include "base/near_name.h"

namespace qd::identity {
namespace {

constexpr std::array kScopes{
    ScopeName{"account:read", "See your own profile and API keys"},
    ScopeName{"account:write", "Change your own profile, password and API keys"},
    ScopeName{"agents:read", "See agents, their versions and sessions"},
    ScopeName{"agents:write", "Create, change, publish and run agents"},
    ScopeName{"audit:read", "Read the audit log"},
    ScopeName{"executions:read", "See executions, steps and approvals"},
    ScopeName{"executions:write", "Start, steer and cancel executions, decide approvals"},
    ScopeName{"projects:read", "See projects, their members and variables"},
    ScopeName{"projects:write",
              "Create, change and delete projects, members, variables and credentials"},
    ScopeName{"tools:read", "See tools"},
    ScopeName{"tools:write", "Create, change and try tools"},
    ScopeName{"users:read", "See users and invites"},
    ScopeName{"users:write", "Change users and invite people"},
    ScopeName{"workflows:read", "See workflows and their versions"},
    ScopeName{"workflows:write", "Create, change and publish workflows"},
};

std::string suggestion(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& scope : kScopes) names.push_back(scope.name);
  const auto near = near_name(name, names);
  return near.empty() ? std::string() : "; did you mean " + std::string(near) + "?";
}

}  // namespace

std::span<const ScopeName> all_scopes() {
  return kScopes;
}

Result<void> check_scopes(std::span<const std::string> scopes, std::string_view path) {
  if (scopes.empty())
    return invalid({{std::string(path), "scope.none",
                     "name at least one scope, or leave it out to allow everything"}});
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < scopes.size(); ++i)
    if (std::ranges::find(kScopes, scopes[i], &ScopeName::name) == kScopes.end())
      faults.push_back({std::string(path) + "/" + std::to_string(i), "scope.unknown",
                        "is no scope" + suggestion(scopes[i])});
  if (!faults.empty()) return invalid(std::move(faults));
  return {};
}

}  // namespace qd::identity
