// For the tests of this folder: projects on a real store beside identity, with the people that a
// story needs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "identity/test_fixture.h"
#include "projects/projects.h"

namespace qd::projects {

using namespace std::chrono_literals;
using identity::code_of;

class ProjectsTest : public identity::IdentityTest {
 protected:
  void SetUp() override {
    IdentityTest::SetUp();
    projects_ = std::make_unique<Projects>(
        Projects::Needs{database(), clock(), identity().users(), identity().audit(), master_key_});
    root_ = admin();
    ada_ = person("ada@example.com");
    grace_ = person("grace@example.com");
  }
  void TearDown() override {
    projects_.reset();
    IdentityTest::TearDown();
  }

  Projects& projects() { return *projects_; }
  ProjectService& service() { return projects_->projects(); }
  MemberService& members() { return projects_->members(); }
  VariableService& variables() { return projects_->variables(); }
  CredentialService& credentials() { return projects_->credentials(); }
  TransferService& transfer() { return projects_->transfer(); }

  api::Caller person(const std::string& email) {
    clock().advance(1s);
    (void)sign_up(email);
    return caller_of(email);
  }
  Result<Project> make(const api::Caller& caller, ProjectDraft draft) {
    clock().advance(1s);
    return test::run(service().create(caller, std::move(draft)));
  }
  Project make(const std::string& name) { return *make(ada_, {.name = name}); }
  Result<Project> get(const api::Caller& caller, const ProjectId& id) {
    return test::run(service().get(caller, id));
  }
  Result<Project> patch(const api::Caller& caller, const ProjectId& id, std::string_view text,
                        std::optional<std::int64_t> if_match = {}) {
    clock().advance(1s);
    return test::run(service().patch(caller, id, json::parse(text)->as_object(), if_match));
  }
  Result<void> remove(const api::Caller& caller, const ProjectId& id, bool force = false) {
    return test::run(service().remove(caller, id, force, std::nullopt));
  }
  Result<Member> join(const ProjectId& project, const api::Caller& who, ProjectRole role) {
    clock().advance(1s);
    return test::run(members().add(root_, project, {.user_id = who.user.value, .role = role}));
  }
  std::vector<std::string> names(const api::Caller& caller, ProjectQuery query = {}) {
    std::vector<std::string> found;
    const auto page = test::run(service().list(caller, std::move(query)));
    for (const auto& project : page->items) found.push_back(project.name);
    return found;
  }
  std::vector<std::string> search(const api::Caller& caller, const std::string& words) {
    std::vector<std::string> found;
    const auto page = test::run(service().search(caller, {.q = words}));
    for (const auto& hit : page->items) found.push_back(hit.name);
    return found;
  }

  const Secret master_key_{std::string(crypto::Box::kKeyBytes, 'm')};
  api::Caller root_;
  api::Caller ada_;
  api::Caller grace_;

 private:
  std::unique_ptr<Projects> projects_;
};

using Names = std::vector<std::string>;

/// An API caller with one token, for tests over the router.
struct Answer {
  int status = 0;
  Json body;
  std::string text;
  std::string etag;
  [[nodiscard]] std::string code() const { return std::string(body.at("code").as_string()); }
};

}  // namespace qd::projects
