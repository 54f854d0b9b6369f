#include "platform/http/tls.h"

#include <stdexcept>

#include <openssl/ssl.h>

#include "platform/log/log.h"

namespace qd::http {

namespace ssl = boost::asio::ssl;

namespace {

int choose_http11(SSL*, const unsigned char** chosen, unsigned char* length,
                  const unsigned char* offered, unsigned offered_length, void*) {
  static constexpr std::string_view kHttp11 = "http/1.1";
  for (unsigned i = 0; i < offered_length; i += 1u + offered[i]) {
    const unsigned size = offered[i];
    if (i + 1 + size > offered_length) break;
    if (size != kHttp11.size() || std::memcmp(offered + i + 1, kHttp11.data(), size) != 0) continue;
    *chosen = offered + i + 1;
    *length = static_cast<unsigned char>(size);
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

TlsCertificate::TlsCertificate(std::string certificate_file, std::string key_file,
                               milliseconds check_interval)
    : certificate_file_(std::move(certificate_file)),
      key_file_(std::move(key_file)),
      seen_(modified()),
      context_(load()),
      thread_(
          [this, check_interval](const std::stop_token& stop) { follow(stop, check_interval); }) {}

std::shared_ptr<ssl::context> TlsCertificate::current() const {
  const std::scoped_lock lock(mutex_);
  return context_;
}

void TlsCertificate::follow(const std::stop_token& stop, milliseconds interval) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    wake_.wait_for(lock, stop, interval, [] { return false; });
    lock.unlock();
    std::shared_ptr<ssl::context> fresh;
    try {
      // The times first: a change during the load is then seen in the next round.
      const auto times = modified();
      if (times != seen_) {
        seen_ = times;
        fresh = load();
        log::info("certificate loaded", {{"file", certificate_file_}});
      }
    } catch (const std::exception& fault) {
      log::error("certificate not loaded, the last one stays", {{"error", fault.what()}});
    }
    lock.lock();
    if (fresh) context_ = std::move(fresh);
  }
}

TlsCertificate::Times TlsCertificate::modified() const {
  return {std::filesystem::last_write_time(certificate_file_),
          std::filesystem::last_write_time(key_file_)};
}

std::shared_ptr<ssl::context> TlsCertificate::load() const {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_alpn_select_cb(native, choose_http11, nullptr);
  boost::system::error_code error;
  context->use_certificate_chain_file(certificate_file_, error);
  if (error) throw std::runtime_error(certificate_file_ + ": " + error.message());
  context->use_private_key_file(key_file_, ssl::context::pem, error);
  if (error) throw std::runtime_error(key_file_ + ": " + error.message());
  if (SSL_CTX_check_private_key(native) != 1)
    throw std::runtime_error(key_file_ + " is not the key of " + certificate_file_);
  return context;
}

}  // namespace qd::http
