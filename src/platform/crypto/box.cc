#include "platform/crypto/box.h"

#include <stdexcept>

#include <sodium.h>

#include "base/encoding.h"
#include "platform/crypto/digest.h"

namespace qd::crypto {
namespace {

constexpr std::string_view kVersion = "v1.";
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kWrappedBytes = Box::kKeyBytes + kTagBytes;
static_assert(Box::kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string encrypt(std::string_view plain, std::string_view context, std::string_view nonce,
                    std::string_view key) {
  std::string out(plain.size() + kTagBytes, '\0');
  unsigned long long written = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      reinterpret_cast<unsigned char*>(out.data()), &written, bytes_of(plain), plain.size(),
      bytes_of(context), context.size(), nullptr, bytes_of(nonce), bytes_of(key));
  return out;
}

/// Empty-handed when the tag does not match.
std::optional<Secret> decrypt(std::string_view sealed, std::string_view context,
                              std::string_view nonce, std::string_view key) {
  std::string out(sealed.size() - kTagBytes, '\0');
  unsigned long long written = 0;
  const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<unsigned char*>(out.data()), &written, nullptr, bytes_of(sealed),
      sealed.size(), bytes_of(context), context.size(), bytes_of(nonce), bytes_of(key));
  if (failed != 0) return std::nullopt;
  return Secret(std::move(out));
}

std::unexpected<Error> unreadable() {
  return fail(ErrorKind::Internal, "secret.unreadable",
              "a stored secret can't be read; was the master key changed?");
}

}  // namespace

Box::Box(const Secret& master_key) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium did not start");
  if (master_key.reveal().size() != kKeyBytes)
    throw std::invalid_argument("the master key must have 32 bytes");
  wrapping_key_ = derive_key(master_key, "quarterdeck.box.v1");
}

// nonce | data key under the wrapping key | value under the data key. The data key is used once, so
// that it may share the nonce.
std::string Box::seal(std::string_view plain, std::string_view context) const {
  const auto nonce = random_bytes(kNonceBytes);
  const Secret data_key(random_bytes(kKeyBytes));
  return std::string(kVersion) +
         to_base64url(nonce + encrypt(data_key.reveal(), context, nonce, wrapping_key_.reveal()) +
                      encrypt(plain, context, nonce, data_key.reveal()));
}

Result<Secret> Box::open(std::string_view sealed, std::string_view context) const {
  if (!sealed.starts_with(kVersion)) return unreadable();
  const auto bytes = from_base64url(sealed.substr(kVersion.size()));
  if (!bytes || bytes->size() < kNonceBytes + kWrappedBytes + kTagBytes) return unreadable();

  const std::string_view all = *bytes;
  const auto nonce = all.substr(0, kNonceBytes);
  const auto data_key =
      decrypt(all.substr(kNonceBytes, kWrappedBytes), context, nonce, wrapping_key_.reveal());
  if (!data_key) return unreadable();
  auto plain = decrypt(all.substr(kNonceBytes + kWrappedBytes), context, nonce, data_key->reveal());
  if (!plain) return unreadable();
  return *std::move(plain);
}

}  // namespace qd::crypto
