#include "identity/api.h"

#include "identity/scopes.h"
#include "identity/test_fixture.h"
#include "platform/api/openapi.h"

namespace qd::identity {
namespace {

struct Answer {
  int status;
  Json body;
  std::string code() const { return std::string(body.at("code").as_string()); }
};

class IdentityApiTest : public IdentityTest {
 protected:
  void SetUp() override {
    IdentityTest::SetUp();
    router_ = std::make_unique<api::Router>(
        api::RouterParts{.authenticator = &identity().authenticator()});
    identity().add_routes(*router_);
  }
  Answer send(http::Request request) {
    request.remote_address = "192.0.2.1";
    request.request_id = "r1";
    const auto response = test::run(router_->handle(std::move(request)));
    return {response.status, response.body.empty() ? Json() : boost::json::parse(response.body)};
  }
  Answer ask(std::string method, std::string path, std::string body = {}, std::string token = {}) {
    http::Request request{
        .method = std::move(method), .path = "/api/v1" + path, .body = std::move(body)};
    if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
    return send(std::move(request));
  }
  static std::string text(const Answer& answer, std::string_view name) {
    return std::string(answer.body.at(name).as_string());
  }

  std::unique_ptr<api::Router> router_;
};
QD_ON_EVERY_STORE(IdentityApiTest);

constexpr auto kRegister =
    R"({"email":"ada@example.com","password":"correct horse battery","full_name":"Ada"})";
constexpr auto kLogin = R"({"email":"ada@example.com","password":"correct horse battery"})";

TEST_P(IdentityApiTest, GoesFromTheFirstRunToSigningOut) {
  EXPECT_EQ(ask("GET", "/auth/status").body,
            boost::json::parse(R"({"needs_setup":true,"registration":"open"})"));
  const auto user = ask("POST", "/auth/register", kRegister);
  EXPECT_EQ(user.status, 201);
  EXPECT_EQ(text(user, "role"), "admin");
  EXPECT_FALSE(user.body.as_object().contains("password"));

  const auto tokens = ask("POST", "/auth/login", kLogin);
  EXPECT_EQ(tokens.status, 200);
  const auto access = text(tokens, "access_token");
  EXPECT_EQ(text(ask("GET", "/auth/me", "", access), "email"), "ada@example.com");
  EXPECT_EQ(text(ask("PATCH", "/auth/me", R"({"full_name":"A"})", access), "full_name"), "A");

  EXPECT_EQ(ask("POST", "/auth/logout", "", access).status, 204);
  EXPECT_EQ(ask("GET", "/auth/me", "", access).status, 401);
}

TEST_P(IdentityApiTest, TakesTheFormOfOauth2PasswordClients) {
  (void)ask("POST", "/auth/register", kRegister);
  http::Request form{
      .method = "POST",
      .path = "/api/v1/auth/login",
      .headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}}};
  form.body =
      "grant_type=password&username=ada%40example.com&password=correct+horse%20battery&scope=";
  EXPECT_EQ(send(form).status, 200);

  form.body = "username=ada%40example.com&password=wrong";
  EXPECT_EQ(send(form).status, 401);
  form.body = "username=ada%40example.com";
  EXPECT_EQ(send(form).status, 422);
  form.body = "username=%ff&password=%00";
  EXPECT_EQ(send(form).status, 400);
}

TEST_P(IdentityApiTest, RefusesBadBodiesOneByOne) {
  EXPECT_EQ(ask("POST", "/auth/login", "{").status, 400);
  EXPECT_EQ(ask("POST", "/auth/login", "[]").status, 422);
  EXPECT_EQ(
      ask("POST", "/auth/register", R"({"email":"nonsense","password":"long enough"})").status,
      422);
  EXPECT_EQ(ask("POST", "/auth/register", R"({"email":"a@b.c","password":"short"})").status, 422);
  EXPECT_EQ(
      ask("POST", "/auth/register", R"({"email":"a@b.c","password":"long enough","role":"admin"})")
          .status,
      422);
  http::Request xml{.method = "POST",
                    .path = "/api/v1/auth/login",
                    .headers = {{"Content-Type", "text/xml"}},
                    .body = "<x/>"};
  EXPECT_EQ(send(xml).status, 415);
}

TEST_P(IdentityApiTest, TellsADuplicateEmailAsConflict) {
  (void)ask("POST", "/auth/register", kRegister);
  const auto again =
      ask("POST", "/auth/register", R"({"email":"ADA@example.com","password":"long enough"})");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.code(), "user.email_taken");
}

TEST_P(IdentityApiTest, HoldsApiKeysToTheirScopes) {
  (void)ask("POST", "/auth/register", kRegister);
  const auto access = text(ask("POST", "/auth/login", kLogin), "access_token");
  const auto made = ask("POST", "/api-keys", R"({"name":"ci","scopes":["account:read"]})", access);
  ASSERT_EQ(made.status, 201);
  const auto key = text(made, "api_key");

  EXPECT_EQ(ask("GET", "/auth/me", "", key).status, 200);
  EXPECT_EQ(ask("PATCH", "/auth/me", R"({"full_name":"E"})", key).status, 403);
  EXPECT_EQ(ask("GET", "/users", "", key).status, 403);
  const auto id = text(made, "id");
  EXPECT_EQ(ask("DELETE", "/api-keys/" + id, "", access).status, 204);
  EXPECT_EQ(ask("GET", "/auth/me", "", key).status, 401);
}

TEST_P(IdentityApiTest, GivesTheDefaultKeyOnce) {
  (void)ask("POST", "/auth/register", kRegister);
  const auto access = text(ask("POST", "/auth/login", kLogin), "access_token");
  const auto made = ask("POST", "/auth/api-key", "", access);
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(text(made, "prefix"), text(made, "api_key").substr(0, 11));
  const auto listed = ask("GET", "/api-keys", "", access).body.at("items").at(0);
  EXPECT_FALSE(listed.as_object().contains("api_key"));
  EXPECT_EQ(ask("DELETE", "/auth/api-key", "", access).status, 204);
  EXPECT_EQ(ask("DELETE", "/auth/api-key", "", access).status, 404);
}

TEST_P(IdentityApiTest, KeepsAdministrationFromOthers) {
  (void)ask("POST", "/auth/register", kRegister);
  (void)sign_up("grace@example.com");
  const auto grace = log_in("grace@example.com")->access_token;
  for (const auto* path : {"/users", "/users/x", "/invites", "/audit"}) {
    EXPECT_EQ(ask("GET", path).status, 401) << path;
    EXPECT_EQ(ask("GET", path, "", grace).status, 403) << path;
  }
  const auto root = log_in("ada@example.com")->access_token;
  EXPECT_EQ(ask("GET", "/users", "", root).body.at("total"), 2);
  EXPECT_EQ(ask("GET", "/users/none", "", root).status, 404);
  EXPECT_EQ(ask("POST", "/invites", R"({"role":"viewer"})", root).status, 201);
  EXPECT_EQ(ask("GET", "/audit", "", root).status, 200);
}

TEST_P(IdentityApiTest, DeclaresScopesThatKeysCanHave) {
  for (const auto& route : router_->routes()) {
    const auto& scope = route->endpoint.scope;
    if (scope.empty()) continue;
    EXPECT_TRUE(check_scopes(std::vector{scope}, "/scopes")) << route->endpoint.id;
  }
}

TEST_P(IdentityApiTest, DescribesTheBodyOfLogin) {
  const auto document = api::openapi_document(*router_, "1");
  EXPECT_TRUE(
      document.at("paths").at("/api/v1/auth/login").at("post").as_object().contains("requestBody"));
}

}  // namespace
}  // namespace qd::identity
