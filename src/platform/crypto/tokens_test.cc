#include "platform/crypto/tokens.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "platform/crypto/digest.h"

namespace qd::crypto {
namespace {

using namespace std::chrono_literals;

const Timestamp kNow{std::chrono::seconds(1'795'341'600)};
const std::string kKey(32, 'k');

TokenSigner signer(char fill = 'k') {
  return TokenSigner(Secret(std::string(32, fill)));
}

AccessClaims claims() {
  return {.subject = "user-1",
          .role = "admin",
          .session = "session-1",
          .issued_at = kNow,
          .expires_at = kNow + 15min};
}

/// A token with any header, signed with our own key.
std::string token_with_header(std::string_view header) {
  const auto signed_part =
      to_base64url(header) + "." +
      to_base64url(R"({"sub":"user-1","jti":"s","role":"admin","exp":1900000000})");
  return signed_part + "." + to_base64url(hmac_sha256(kKey, signed_part));
}

TEST(Tokens, ReadsWhatItSigned) {
  const auto read = signer().verify(signer().sign(claims()), kNow);

  ASSERT_TRUE(read);
  EXPECT_EQ(read->subject, "user-1");
  EXPECT_EQ(read->role, "admin");
  EXPECT_EQ(read->session, "session-1");
  EXPECT_EQ(read->issued_at, kNow);
  EXPECT_EQ(read->expires_at, kNow + 15min);
}

TEST(Tokens, ExpireExactlyOnTime) {
  const auto token = signer().sign(claims());

  EXPECT_TRUE(signer().verify(token, kNow + 15min - 1ms));
  const auto late = signer().verify(token, kNow + 15min);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, "auth.token_expired");
  EXPECT_EQ(late.error().kind, ErrorKind::Unauthenticated);
}

TEST(Tokens, RefusesAForeignSignature) {
  const auto read = signer().verify(signer('x').sign(claims()), kNow);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "auth.token_invalid");
}

TEST(Tokens, AcceptsTheOneAlgorithmUnderItsExactName) {
  EXPECT_TRUE(signer().verify(token_with_header(R"({"alg":"HS256","typ":"JWT"})"), kNow));
  for (const auto* header :
       {R"({"alg":"none"})", R"({"alg":"None","typ":"JWT"})", R"({"alg":"hs256","typ":"JWT"})",
        R"({"alg":"HS384","typ":"JWT"})", R"({"alg":"HS512"})", R"({"alg":"RS256"})", R"({})",
        R"({"alg":null})", R"({"alg":["HS256"]})", "[]", "", "HS256"})
    EXPECT_FALSE(signer().verify(token_with_header(header), kNow)) << header;
}

TEST(Tokens, RefusesAnUnsignedToken) {
  const auto head = to_base64url(R"({"alg":"none","typ":"JWT"})");
  const auto body = to_base64url(R"({"sub":"user-1","jti":"s","role":"admin","exp":1900000000})");
  EXPECT_FALSE(signer().verify(head + "." + body + ".", kNow));
  EXPECT_FALSE(signer().verify(head + "." + body, kNow));
}

TEST(Tokens, RefusesChangedClaims) {
  const auto token = signer().sign(claims());
  const auto first = token.find('.');
  const auto second = token.rfind('.');
  const auto body = to_base64url(R"({"sub":"user-2","jti":"s","role":"admin","exp":1900000000})");
  EXPECT_FALSE(signer().verify(token.substr(0, first + 1) + body + token.substr(second), kNow));
}

TEST(Tokens, RefusesGarbage) {
  const auto good = signer().sign(claims());
  for (const auto& token :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), good + ".x",
        good + " ", good + std::string("\0", 1), " " + good, good.substr(0, good.size() - 1),
        std::string(1 << 20, 'a'), std::string("\xff\xfe")})
    EXPECT_FALSE(signer().verify(token, kNow)) << token.substr(0, 50);
}

TEST(Tokens, AClaimOfAnotherTypeIsNoClaim) {
  const auto signed_part = to_base64url(R"({"alg":"HS256","typ":"JWT"})") + "." +
                           to_base64url(R"({"sub":7,"jti":{},"exp":"soon"})");
  EXPECT_FALSE(
      signer().verify(signed_part + "." + to_base64url(hmac_sha256(kKey, signed_part)), kNow));
}

TEST(Tokens, RefusesAShortKey) {
  EXPECT_THROW(TokenSigner(Secret("secret")), std::invalid_argument);
}

}  // namespace
}  // namespace qd::crypto
