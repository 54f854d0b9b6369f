#include "platform/http/tls.h"

#include <filesystem>
#include <thread>

#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/http/server_fixture.h"

namespace qd::http {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using testing::EndsWith;
using testing::HasSubstr;

class HttpTls : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/qd-tls-XXXXXX";
    directory_ = ::mkdtemp(name);
    make_certificate("first");
  }
  void TearDown() override {
    server_.reset();
    fs::remove_all(directory_);
  }
  void make_certificate(const std::string& subject) {
    const auto command = fmt::format(
        "cd {} && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
        "-keyout k.pem -out c.pem -days 2 -subj /CN={} 2>/dev/null && mv k.pem key.pem && mv c.pem "
        "cert.pem",
        directory_.string(), subject);
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  ServerOptions options() const {
    auto options = test_options();
    options.tls_certificate = directory_ / "cert.pem";
    options.tls_key = directory_ / "key.pem";
    options.tls_check_interval = milliseconds(10);
    return options;
  }
  void start(const ServerOptions& with) {
    server_ = make_server(with, handler_);
    server_->start();
  }

  fs::path directory_;
  ScriptedHandler handler_;
  std::unique_ptr<Server> server_;
};

using Secure = asio::ssl::stream<asio::ip::tcp::socket>;

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port) {
    secure.next_layer().connect({asio::ip::address_v4::loopback(), port});
    secure.handshake(Secure::client);
  }
  std::string subject() {
    X509* certificate = SSL_get1_peer_certificate(secure.native_handle());
    char name[100] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof name);
    X509_free(certificate);
    return name;
  }
  std::string ask(std::string_view bytes) {
    asio::write(secure, asio::buffer(bytes));
    std::string out;
    boost::system::error_code error;
    asio::read(secure, asio::dynamic_buffer(out), error);
    return out;
  }

  asio::io_context io;
  asio::ssl::context context{asio::ssl::context::tls_client};
  Secure secure{io, context};
};

TEST_F(HttpTls, AnswersOverTlsAndTellsBrowsersToStayThere) {
  start(options());
  TlsClient client(server_->port());

  const auto answer = client.ask("GET /headers HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, HasSubstr("Strict-Transport-Security: max-age="));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\n127.0.0.1 tls "));
}

TEST_F(HttpTls, SendsLargeBodiesWhole) {
  start(options());
  TlsClient client(server_->port());

  const auto answer = client.ask("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, std::size_t{8 << 20});
}

TEST_F(HttpTls, CarriesWebSockets) {
  start(options());
  TlsClient client(server_->port());
  boost::beast::websocket::stream<Secure&> socket(client.secure);
  socket.handshake("a", "/ws");

  socket.write(asio::buffer(std::string_view("hello")));
  boost::beast::flat_buffer buffer;
  socket.read(buffer);

  EXPECT_EQ(boost::beast::buffers_to_string(buffer.data()), "hello");
  socket.close(boost::beast::websocket::close_code::normal);
}

TEST_F(HttpTls, ClosesAConnectionThatNeverShakesHands) {
  auto with = options();
  with.header_timeout = milliseconds(60);
  start(with);

  EXPECT_EQ(RawClient(server_->port()).read_all(), "");
}

TEST_F(HttpTls, ServesARenewedCertificateToNewConnections) {
  start(options());
  EXPECT_EQ(TlsClient(server_->port()).subject(), "first");

  make_certificate("second");

  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  std::string subject;
  while (subject != "second" && std::chrono::steady_clock::now() < until)
    subject = TlsClient(server_->port()).subject();
  EXPECT_EQ(subject, "second");
}

TEST_F(HttpTls, KeepsTheGoodCertificateWhenTheNewOneIsBroken) {
  TlsCertificate certificate(options().tls_certificate, options().tls_key, milliseconds(5));
  const auto good = certificate.current();

  fs::resize_file(directory_ / "cert.pem", 10);
  fs::last_write_time(directory_ / "cert.pem",
                      fs::file_time_type::clock::now() + std::chrono::hours(1));
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
  while (std::chrono::steady_clock::now() < until) std::this_thread::yield();

  EXPECT_EQ(certificate.current(), good);
}

TEST_F(HttpTls, RefusesToStartWithAPairThatDoesNotMatch) {
  const auto key = directory_ / "other.pem";
  fs::copy_file(directory_ / "key.pem", key);
  make_certificate("second");
  auto with = options();
  with.tls_key = key;

  EXPECT_THROW(start(with), std::runtime_error);
}

TEST_F(HttpTls, RefusesHalfAPair) {
  auto with = options();
  with.tls_key.clear();

  EXPECT_THROW(make_server(with, handler_), std::runtime_error);
}

}  // namespace
}  // namespace qd::http
