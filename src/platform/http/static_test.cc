#include "platform/http/static.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qd::http {
namespace {

using testing::IsEmpty;

const std::string kScript(20'000, 'j');

const std::vector<EmbeddedFile> kFiles{{"assets/app-1a2b.js", kScript},
                                       {"assets/app-1a2b.js.gz", "GZ"},
                                       {"assets/app-1a2b.js.br", "BR"},
                                       {"docs/index.html", "<docs>"},
                                       {"index.html", "<html>"},
                                       {"logo.png", "PNG"},
                                       {"notes.gz", "an archive of its own"}};

class HttpStatic : public testing::Test {
 protected:
  Response get(std::string path, Headers headers = {}) const {
    const auto response =
        files_.serve({.method = "GET", .path = std::move(path), .headers = std::move(headers)});
    return response.value_or(Response{.status = 404});
  }
  static std::string header(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
      if (key == name) return value;
    return "";
  }
  StaticFiles files_{make_assets(kFiles)};
};

TEST_F(HttpStatic, ChoosesTheSmallestEncodingThatIsAccepted) {
  const auto encoding = [&](std::string accept) {
    const auto response = get("/assets/app-1a2b.js", {{"accept-encoding", std::move(accept)}});
    return header(response, "Content-Encoding");
  };

  EXPECT_EQ(encoding("gzip, deflate, br"), "br");
  EXPECT_EQ(encoding("gzip"), "gzip");
  EXPECT_EQ(encoding("br;q=0, gzip;q=0.5"), "gzip");
  EXPECT_EQ(encoding("*"), "br");
  EXPECT_EQ(encoding("*;q=0"), "");
  EXPECT_EQ(encoding("identity"), "");
  EXPECT_EQ(encoding(""), "");
}

TEST_F(HttpStatic, ServesTheBytesOfTheEncodingWithTheTypeOfTheFile) {
  const auto response = get("/assets/app-1a2b.js", {{"Accept-Encoding", "br"}});

  EXPECT_EQ(response.body, "BR");
  EXPECT_EQ(header(response, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
}

TEST_F(HttpStatic, StreamsLargeFilesWithTheirLength) {
  const auto response = get("/assets/app-1a2b.js");

  EXPECT_TRUE(response.stream);
  EXPECT_EQ(header(response, "Content-Length"), "20000");
}

TEST_F(HttpStatic, CachesHashedNamesForGoodAndAsksForOthersAgain) {
  EXPECT_EQ(header(get("/assets/app-1a2b.js"), "Cache-Control"),
            "public, max-age=31536000, immutable");
  EXPECT_EQ(header(get("/"), "Cache-Control"), "no-cache");
  EXPECT_EQ(header(get("/logo.png"), "Cache-Control"), "no-cache");
}

TEST_F(HttpStatic, AnswersNotModifiedToTheSameEncodingOnly) {
  const auto plain = header(get("/assets/app-1a2b.js"), "ETag");
  const auto brotli = header(get("/assets/app-1a2b.js", {{"Accept-Encoding", "br"}}), "ETag");

  EXPECT_NE(plain, brotli);
  EXPECT_EQ(get("/assets/app-1a2b.js", {{"If-None-Match", "\"x\", W/" + plain}}).status, 304);
  EXPECT_EQ(get("/assets/app-1a2b.js", {{"If-None-Match", brotli}}).status, 200);
  EXPECT_EQ(get("/assets/app-1a2b.js", {{"If-None-Match", "*"}}).status, 304);
}

TEST_F(HttpStatic, AnswersPlacesInsideTheApplicationWithItsPage) {
  EXPECT_EQ(get("/").body, "<html>");
  EXPECT_EQ(get("/projects/1").body, "<html>");
  EXPECT_EQ(get("/projects/v1.2/runs").body, "<html>");
  EXPECT_EQ(get("/missing.js").status, 404);
}

TEST_F(HttpStatic, NeverLeavesItsFiles) {
  for (const auto* path :
       {"/../secrets.toml", "/%2e%2e/secrets.toml", "/..%2fsecrets.toml", "/assets/..%5c..%5cx.txt",
        "/assets//app-1a2b.js", "/%00.js", "/index.html%00.png", "//etc/x.conf"})
    EXPECT_EQ(get(path).status, 404) << path;
  EXPECT_EQ(get("/%zz").status, 404);
  EXPECT_EQ(get("/..%2f..%2fetc%2fpasswd").body, "<html>");
}

TEST_F(HttpStatic, ServesAFoldersOwnIndex) {
  EXPECT_EQ(get("/docs").body, "<docs>");
  EXPECT_EQ(get("/docs/").body, "<docs>");
  EXPECT_EQ(get("/docs/deeper").body, "<html>");
  EXPECT_EQ(get("/").body, "<html>");
}

TEST_F(HttpStatic, DecodesThePathBeforeItLooks) {
  EXPECT_EQ(get("/%6Cogo.png").body, "PNG");
}

TEST_F(HttpStatic, ServesNothingToOtherMethods) {
  EXPECT_FALSE(files_.serve({.method = "POST", .path = "/"}));
}

TEST_F(HttpStatic, KeepsAnArchiveThatIsNobodysVariant) {
  EXPECT_EQ(get("/notes.gz").body, "an archive of its own");
}

TEST_F(HttpStatic, ServesNothingWhenItIsEmpty) {
  const StaticFiles none({});

  EXPECT_FALSE(none.serve({.method = "GET", .path = "/"}));
  EXPECT_THAT(make_assets({}), IsEmpty());
}

}  // namespace
}  // namespace qd::http
