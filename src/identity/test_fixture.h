// For identity's own tests: the whole of it on a real store, under a clock that the test moves,
// asked as services or over the router.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "identity/identity.h"
#include "support/stores.h"

namespace qd::identity {

using namespace std::chrono_literals;

inline constexpr std::string_view kPassword = "correct horse battery";

inline IdentityOptions quick_options() {
  IdentityOptions options;
  options.token_key = Secret(std::string(32, 'k'));
  options.passwords = {.cost = 4, .threads = 1, .queue = 64};
  return options;
}

class IdentityTest : public test::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    start(quick_options());
  }
  void TearDown() override {
    identity_.reset();
    StoreTest::TearDown();
  }

  /// Starts identity anew, as another node or after a restart.
  void start(IdentityOptions options) {
    identity_ = std::make_unique<Identity>(database(), clock_, std::move(options));
  }
  Identity& identity() { return *identity_; }
  ManualClock& clock() { return clock_; }

  static api::Caller anonymous() {
    return {.remote_address = "192.0.2.1", .request_id = "request-1"};
  }

  Result<User> sign_up(const std::string& email, std::optional<std::string> invite = {}) {
    RegisterDraft draft{.email = email, .password = std::string(kPassword)};
    if (invite) draft.invite = *invite;
    return test::run(identity().registrations().register_user(anonymous(), draft));
  }
  Result<TokenPair> log_in(const std::string& email, std::string_view password = kPassword,
                           api::Caller caller = anonymous()) {
    return test::run(
        identity().sessions().login(caller, {.email = email, .password = std::string(password)}));
  }
  Result<TokenPair> refresh(const std::string& token) {
    return test::run(identity().sessions().refresh(anonymous(), {.refresh_token = token}));
  }
  Result<api::Caller> authenticate(const std::string& token) {
    return test::run(identity().authenticator().authenticate(token));
  }
  /// The caller behind a fresh sign-in.
  api::Caller caller_of(const std::string& email) {
    auto caller = *authenticate(log_in(email)->access_token);
    caller.remote_address = "192.0.2.1";
    caller.request_id = "request-2";
    return caller;
  }
  /// Registers the administrator.
  api::Caller admin() {
    (void)sign_up("admin@example.com");
    return caller_of("admin@example.com");
  }
  /// The newest first.
  std::vector<AuditRecord> audit(AuditQuery query = {}) {
    const api::Caller reader{.role = UserRole::Admin};
    return test::run(identity().audit().list(reader, std::move(query)))->items;
  }
  std::vector<std::string> actions() {
    std::vector<std::string> names;
    for (const auto& record : audit()) names.push_back(record.action);
    return names;
  }

 private:
  ManualClock clock_{Timestamp(std::chrono::seconds(1'795'341'600))};
  std::unique_ptr<Identity> identity_;
};

/// The code of a refusal; empty for a success.
template <class T>
std::string code_of(const Result<T>& result) {
  return result ? std::string() : result.error().code;
}

}  // namespace qd::identity
