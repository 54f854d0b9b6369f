#include "projects/api.h"

#include "identity/scopes.h"
#include "projects/test_fixture.h"

namespace qd::projects {
namespace {

class ProjectApiTest : public ProjectsTest {
 protected:
  void SetUp() override {
    ProjectsTest::SetUp();
    router_ = std::make_unique<api::Router>(
        api::RouterParts{.authenticator = &identity().authenticator()});
    projects().add_routes(*router_);
    token_ = log_in("ada@example.com")->access_token;
  }
  Answer ask(std::string method, std::string path, std::string body = {},
             std::string if_match = {}) {
    http::Request request{.method = std::move(method),
                          .body = std::move(body),
                          .remote_address = "192.0.2.1",
                          .request_id = "r1"};
    if (const auto mark = path.find('?'); mark != std::string::npos) {
      request.query = path.substr(mark + 1);
      path.resize(mark);
    }
    request.path = "/api/v1" + path;
    request.headers.emplace_back("Authorization", "Bearer " + token_);
    if (!if_match.empty()) request.headers.emplace_back("If-Match", if_match);
    const auto response = test::run(router_->handle(std::move(request)));
    Answer answer{.status = response.status, .text = response.body};
    if (!response.body.empty()) answer.body = boost::json::parse(response.body);
    for (const auto& [name, value] : response.headers)
      if (name == "ETag") answer.etag = value;
    return answer;
  }
  std::string make_over_http(const std::string& body) {
    const auto made = ask("POST", "/projects", body);
    EXPECT_EQ(made.status, 201) << made.text;
    return "/projects/" + std::string(made.body.at("id").as_string());
  }

  std::unique_ptr<api::Router> router_;
  std::string token_;
};
QD_ON_EVERY_STORE(ProjectApiTest);

TEST_P(ProjectApiTest, AProjectGoesFromMakingToDeleting) {
  const auto made = ask("POST", "/projects/", R"({"name":"Desk","tags":["a"]})");
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.etag, "\"1\"");
  const auto path = "/projects/" + std::string(made.body.at("id").as_string());
  EXPECT_EQ(ask("GET", path).body, made.body);
  EXPECT_EQ(ask("PATCH", path, R"({"description":"d"})", "\"1\"").etag, "\"2\"");
  EXPECT_EQ(ask("PATCH", path, R"({"description":"e"})", "\"1\"").status, 412);
  EXPECT_EQ(ask("PUT", path, R"({"name":"Desk 2"})", "\"2\"").body.at("description"), "");
  EXPECT_EQ(ask("GET", "/projects?tag=a").body.at("total"), 0);
  EXPECT_EQ(ask("GET", "/projects?sort=name&limit=1").body.at("items").as_array().size(), 1u);
  EXPECT_EQ(ask("GET", "/projects/search?q=des").body.at("items").at(0).at("highlights").at("name"),
            "<mark>Desk</mark> 2");
  EXPECT_EQ(ask("DELETE", path + "?force=true").status, 204);
  EXPECT_EQ(ask("GET", path).status, 404);
}

TEST_P(ProjectApiTest, EveryPartOfAProjectHasItsRoutes) {
  const auto path = make_over_http(R"({"name":"Desk"})");
  EXPECT_EQ(
      ask("POST", path + "/members", R"({"email":"grace@example.com","role":"viewer"})").status,
      201);
  const auto grace = path + "/members/" + grace_.user.value;
  EXPECT_EQ(ask("PATCH", grace, R"({"role":"editor"})").body.at("role"), "editor");
  EXPECT_EQ(ask("GET", path + "/members").body.at("total"), 2);
  EXPECT_EQ(ask("DELETE", grace).status, 204);

  EXPECT_EQ(ask("PUT", path + "/variables/limit", R"({"value":{"n":1}})").status, 200);
  EXPECT_EQ(ask("GET", path + "/variables").body.at("items").at(0).at("value"),
            (JsonObject{{"n", 1}}));
  EXPECT_EQ(ask("DELETE", path + "/variables/limit").status, 204);

  const auto made = ask("POST", path + "/credentials",
                        R"({"name":"c","type":"bearer","value":{"token":"s3cret"}})");
  EXPECT_EQ(made.status, 201) << made.text;
  const auto credential = path + "/credentials/" + std::string(made.body.at("id").as_string());
  EXPECT_EQ(ask("PATCH", credential, R"({"description":"d"})").body.at("filled"), true);
  EXPECT_EQ(ask("PUT", credential, R"({"name":"c2","type":"bearer","value":{"token":"t"}})").status,
            200);
  EXPECT_EQ(ask("GET", path + "/credentials").body.at("items").at(0).at("name"), "c2");
  EXPECT_EQ(ask("DELETE", credential).status, 204);

  EXPECT_EQ(ask("POST", path + "/clone", R"({"name":"Copy"})").status, 201);
  const auto document = ask("GET", path + "/export");
  EXPECT_EQ(document.status, 200);
  EXPECT_EQ(ask("POST", "/projects/import", document.text).status, 201);
}

TEST_P(ProjectApiTest, ASecretIsInNoAnswerAndNoRecord) {
  const auto path = make_over_http(R"({"name":"Desk"})");
  std::string seen = ask("POST", path + "/credentials",
                         R"({"name":"c","type":"bearer","value":{"token":"s3cret"}})")
                         .text;
  for (const auto* part : {"/credentials", "/export", ""}) seen += ask("GET", path + part).text;
  seen += ask("POST", path + "/credentials",
              R"({"name":"c","type":"bearer","value":{"token":"s3cret"}})")
              .text;
  seen += ask("POST", path + "/credentials",
              R"({"name":"d","type":"bearer","value":{"s3cret":"s3cret\n","token":"s3cret\n"}})")
              .text;
  for (const auto& record : audit()) seen += json::to_text(record);
  const auto without_names = seen.find("\"s3cret");
  EXPECT_EQ(without_names, std::string::npos) << seen;
}

TEST_P(ProjectApiTest, WhatIsWrongIsRefusedPrecisely) {
  const auto path = make_over_http(R"({"name":"Desk"})");
  const auto fault = [&](const Answer& answer) {
    EXPECT_EQ(answer.status, 422) << answer.text;
    return std::string(answer.body.at("errors").at(0).at("path").as_string());
  };
  EXPECT_EQ(fault(ask("POST", "/projects", R"({})")), "/name");
  EXPECT_EQ(fault(ask("POST", "/projects", R"({"name":""})")), "/name");
  EXPECT_EQ(fault(ask("POST", "/projects", R"({"name":"x","slug":"Not A Slug"})")), "/slug");
  EXPECT_EQ(fault(ask("POST", "/projects", R"({"name":"x","tags":[""]})")), "/tags/0");
  EXPECT_EQ(fault(ask("POST", "/projects", "{\"name\":\"" + std::string(201, 'a') + "\"}")),
            "/name");
  EXPECT_EQ(fault(ask("GET", "/projects?status=gone")), "/query/status");
  EXPECT_EQ(fault(ask("GET", "/projects?sort=secret")), "/query/sort");
  EXPECT_EQ(fault(ask("GET", "/projects/search")), "/query/q");
  EXPECT_EQ(fault(ask("PUT", path + "/variables/a-b", R"({"value":1})")), "/name");
  EXPECT_EQ(fault(ask("POST", path + "/members", R"({"email":"grace@example.com","role":"king"})")),
            "/role");
  EXPECT_EQ(ask("POST", "/projects", "[").status, 400);
  EXPECT_EQ(ask("GET", "/projects/none").status, 404);
}

TEST_P(ProjectApiTest, DeclaresScopesThatKeysCanHave) {
  for (const auto& route : router_->routes()) {
    EXPECT_FALSE(route->endpoint.scope.empty()) << route->endpoint.id;
    EXPECT_TRUE(identity::check_scopes(std::vector{route->endpoint.scope}, "/scopes"))
        << route->endpoint.id;
  }
}

}  // namespace
}  // namespace qd::projects
