#include "platform/api/router.h"

#include <gtest/gtest.h>

#include "platform/api/openapi.h"
#include "platform/api/rate_limit.h"
#include "support/stores.h"

namespace qd::api {
namespace {

struct Boat {
  Text<1, 20> name;
  std::optional<Whole<1, 9>> crew;
};
BOOST_DESCRIBE_STRUCT(Boat, (), (name, crew))
struct BoatQuery {
  std::optional<Whole<1, 200>> limit;
  std::optional<bool> afloat;
};
BOOST_DESCRIBE_STRUCT(BoatQuery, (), (limit, afloat))
struct BoatView {
  std::string id;
  std::string name;
  std::int64_t revision = 7;
};
BOOST_DESCRIBE_STRUCT(BoatView, (), (id, name, revision))

struct BoatApi {
  Task<Result<BoatView>> create(Request<Boat> request) {
    co_return BoatView{request.caller.user.value, request.body.name};
  }
  Task<Result<BoatView>> get(Request<> request) { co_return BoatView{request.path("id"), "x"}; }
  Task<Result<Page<BoatView>>> list(Request<Nothing, BoatQuery> request) {
    co_return Page<BoatView>{.items = {}, .total = request.query.limit.value_or(50)};
  }
  Task<Result<Nothing>> remove(Request<>) { co_return Nothing{}; }
};

class OneToken : public Authenticator {
 public:
  Task<Result<Caller>> authenticate(std::string token) override {
    if (token == "reader") co_return Caller{.user = {"u2"}, .scopes = {"boats:read"}};
    if (token == "good") co_return Caller{.user = {"u1"}};
    co_return fail(ErrorKind::Unauthenticated, "auth.token", "no");
  }
};

class RouterTest : public testing::Test {
 protected:
  RouterTest() : router_({.authenticator = &tokens_}) {
    router_.add({.method = "POST",
                 .path = "/boats/",
                 .id = "createBoat",
                 .tag = "boats",
                 .summary = "Make one.",
                 .scope = "boats:write",
                 .status = 201},
                api_, &BoatApi::create);
    router_.add({.method = "GET",
                 .path = "/boats",
                 .id = "listBoats",
                 .tag = "boats",
                 .summary = "All.",
                 .scope = "boats:read"},
                api_, &BoatApi::list);
    router_.add({.method = "GET",
                 .path = "/boats/{id}",
                 .id = "getBoat",
                 .tag = "boats",
                 .summary = "One.",
                 .scope = "boats:read"},
                api_, &BoatApi::get);
    router_.add({.method = "DELETE",
                 .path = "/boats/{id}",
                 .id = "deleteBoat",
                 .tag = "boats",
                 .summary = "Gone.",
                 .scope = "boats:write"},
                api_, &BoatApi::remove);
  }

  http::Response ask(std::string method, std::string target, std::string body = {},
                     http::Headers headers = {{"Authorization", "Bearer good"}}) {
    const auto mark = target.find('?');
    return test::run(
        router_.handle({.method = std::move(method),
                        .path = target.substr(0, mark),
                        .query = mark == std::string::npos ? "" : target.substr(mark + 1),
                        .headers = std::move(headers),
                        .body = std::move(body),
                        .request_id = "r1"}));
  }

  OneToken tokens_;
  BoatApi api_;
  Router router_;
};

std::string code_of(const http::Response& response) {
  return std::string(boost::json::parse(response.body).at("code").as_string());
}

TEST_F(RouterTest, ReadsCallsAndAnswersWithAnETag) {
  const auto response = ask("POST", "/api/v1/boats/", R"({"name":"Ada"})");

  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, R"({"id":"u1","name":"Ada","revision":7})");
  EXPECT_EQ(response.headers.front().second, "\"7\"");
}

TEST_F(RouterTest, AcceptsATrailingSlashAndDecodesParameters) {
  EXPECT_EQ(ask("GET", "/api/v1/boats/").status, 200);
  EXPECT_EQ(ask("GET", "/api/v1/boats/a%20b").body, R"({"id":"a b","name":"x","revision":7})");
  EXPECT_EQ(ask("GET", "/api/v1/boats/a%00b").status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/boats/%ff").status, 400);
}

TEST_F(RouterTest, NamesEveryFaultOfBodyAndQuery) {
  EXPECT_EQ(ask("POST", "/api/v1/boats", R"({"nam":"Ada"})").status, 422);
  EXPECT_EQ(ask("POST", "/api/v1/boats", "{").status, 400);
  EXPECT_EQ(ask("POST", "/api/v1/boats", "{}",
                {{"Authorization", "bearer good"}, {"Content-Type", "text/plain"}})
                .status,
            415);
  const auto query = ask("GET", "/api/v1/boats?limit=201&afloat=maybe&x=1");
  EXPECT_EQ(boost::json::parse(query.body).at("errors").as_array().size(), 3U) << query.body;
}

TEST_F(RouterTest, DeniesWithoutATokenOrItsScope) {
  EXPECT_EQ(ask("GET", "/api/v1/boats", "", {}).status, 401);
  EXPECT_EQ(ask("GET", "/api/v1/boats", "", {{"X-API-Key", "reader"}}).status, 200);
  EXPECT_EQ(code_of(ask("DELETE", "/api/v1/boats/1", "", {{"X-API-Key", "reader"}})), "auth.scope");
}

TEST_F(RouterTest, AnswersUnknownAddressesAndMethods) {
  EXPECT_EQ(ask("GET", "/api/v1/ships").status, 404);
  EXPECT_EQ(ask("PUT", "/api/v1/boats").status, 405);
  EXPECT_EQ(ask("DELETE", "/api/v1/boats/1").status, 204);
}

TEST_F(RouterTest, AnswersNotModifiedForTheSameRevision) {
  EXPECT_EQ(
      ask("GET", "/api/v1/boats/1", "", {{"X-API-Key", "good"}, {"If-None-Match", "\"7\""}}).status,
      304);
}

TEST_F(RouterTest, DescribesItselfAsOpenApi) {
  const auto document = openapi_document(router_, "1.0");
  const auto& operation = document.at("paths").at("/api/v1/boats").at("get");
  EXPECT_EQ(operation.at("operationId"), "listBoats");
  EXPECT_EQ(operation.at("parameters").as_array().size(), 2U);
  EXPECT_TRUE(document.at("components").at("schemas").as_object().contains("BoatViewPage"));
}

TEST_F(RouterTest, RefusesAnEndpointWithoutAScope) {
  EXPECT_THROW(router_.add({.method = "GET", .path = "/x", .id = "x", .tag = "x", .summary = "x"},
                           api_, &BoatApi::get),
               std::logic_error);
}

TEST(RateLimiter, RefusesBeyondTheBurstAndRefillsWithTime) {
  RateLimiter limiter(60);
  const RateLimiter::Time start{};
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(limiter.take("a", start).allowed);

  EXPECT_FALSE(limiter.take("a", start).allowed);
  EXPECT_EQ(limiter.take("a", start).retry_after, std::chrono::seconds(1));
  EXPECT_TRUE(limiter.take("b", start).allowed);
  EXPECT_TRUE(limiter.take("a", start + std::chrono::seconds(1)).allowed);
}

}  // namespace
}  // namespace qd::api
