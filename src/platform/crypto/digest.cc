#include "platform/crypto/digest.h"

#include <limits>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace qd::crypto {
namespace {

constexpr std::size_t kDigestBytes = 32;

unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (count > std::numeric_limits<int>::max() ||
      RAND_bytes(bytes_of(out), static_cast<int>(count)) != 1)
    throw std::runtime_error("the random generator did not answer");
  return out;
}

std::string sha256(std::string_view bytes) {
  std::string out(kDigestBytes, '\0');
  if (EVP_Digest(bytes.data(), bytes.size(), bytes_of(out), nullptr, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 failed");
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(kDigestBytes, '\0');
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(bytes), bytes.size(),
           bytes_of(out), nullptr) == nullptr)
    throw std::runtime_error("HMAC-SHA256 failed");
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Secret derive_key(const Secret& master, std::string_view purpose) {
  // One block of HKDF-Expand (RFC 5869) over a master that is itself uniformly random.
  return Secret(hmac_sha256(master.reveal(), std::string(purpose) + '\x01'));
}

}  // namespace qd::crypto
