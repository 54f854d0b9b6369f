#include "platform/crypto/tokens.h"

#include <cstdlib>
#include <memory>
#include <stdexcept>

#include <jwt.h>

namespace qd::crypto {
namespace {

/// Far above any token of ours; keeps the parser away from megabytes.
constexpr std::size_t kMaxTokenBytes = 4096;

struct FreeJwt {
  void operator()(jwt_t* token) const { jwt_free(token); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;

void require(int failed) {
  if (failed != 0) throw std::runtime_error("libjwt failed to make a token");
}

long seconds(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

Timestamp from_seconds(long value) {
  return Timestamp(std::chrono::seconds(value));
}

std::unexpected<Error> token_invalid() {
  return fail(ErrorKind::Unauthenticated, "auth.token_invalid", "the access token is not valid");
}

/// Three parts of base64url: what libjwt, which reads leniently, is allowed to see.
bool is_compact_form(std::string_view token) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  return token.size() <= kMaxTokenBytes && std::ranges::count(token, '.') == 2 &&
         token.find_first_not_of(kLetters) == token.npos;
}

std::string text_grant(const Jwt& token, const char* name) {
  const char* value = jwt_get_grant(token.get(), name);
  return value == nullptr ? std::string() : std::string(value);
}

bool is_hs256(const Jwt& token) {
  const char* algorithm = jwt_get_header(token.get(), "alg");
  return jwt_get_alg(token.get()) == JWT_ALG_HS256 && algorithm != nullptr &&
         std::string_view(algorithm) == "HS256";
}

}  // namespace

std::unexpected<Error> token_expired() {
  return fail(ErrorKind::Unauthenticated, "auth.token_expired", "the access token has expired");
}

TokenSigner::TokenSigner(Secret key) : key_(std::move(key)) {
  if (key_.reveal().size() < kMinKeyBytes)
    throw std::invalid_argument("the key for access tokens must have at least 32 bytes");
}

std::string TokenSigner::sign(const AccessClaims& claims) const {
  jwt_t* made = nullptr;
  require(jwt_new(&made));
  const Jwt token(made);
  const auto key = key_.reveal();
  require(jwt_set_alg(made, JWT_ALG_HS256, reinterpret_cast<const unsigned char*>(key.data()),
                      static_cast<int>(key.size())));
  require(jwt_add_grant(made, "sub", claims.subject.c_str()));
  require(jwt_add_grant(made, "role", claims.role.c_str()));
  require(jwt_add_grant(made, "jti", claims.session.c_str()));
  require(jwt_add_grant_int(made, "iat", seconds(claims.issued_at)));
  require(jwt_add_grant_int(made, "exp", seconds(claims.expires_at)));
  char* text = jwt_encode_str(made);
  require(text == nullptr ? 1 : 0);
  std::string out(text);
  std::free(text);  // as libjwt 1.10 wants it
  return out;
}

Result<AccessClaims> TokenSigner::verify(std::string_view token, Timestamp now) const {
  if (!is_compact_form(token)) return token_invalid();
  const auto key = key_.reveal();
  const std::string terminated(token);
  jwt_t* read = nullptr;
  if (jwt_decode(&read, terminated.c_str(), reinterpret_cast<const unsigned char*>(key.data()),
                 static_cast<int>(key.size())) != 0)
    return token_invalid();
  const Jwt parsed(read);
  if (!is_hs256(parsed)) return token_invalid();

  AccessClaims claims{.subject = text_grant(parsed, "sub"),
                      .role = text_grant(parsed, "role"),
                      .session = text_grant(parsed, "jti"),
                      .issued_at = from_seconds(jwt_get_grant_int(read, "iat")),
                      .expires_at = from_seconds(jwt_get_grant_int(read, "exp"))};
  if (claims.subject.empty() || claims.session.empty()) return token_invalid();
  if (now >= claims.expires_at) return token_expired();
  return claims;
}

}  // namespace qd::crypto
