#include <fstream>
#include <thread>

#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/http/server_fixture.h"

namespace qd::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using testing::HasSubstr;
using testing::StartsWith;

class Peer {
 public:
  explicit Peer(std::uint16_t port, std::string_view path = "/ws") {
    socket_.next_layer().connect({asio::ip::address_v4::loopback(), port});
    socket_.handshake("127.0.0.1:" + std::to_string(port), std::string(path));
    socket_.read_message_max(0);
  }
  std::string ask(std::string_view text) {
    socket_.write(asio::buffer(text));
    return read();
  }
  std::string read() {
    beast::flat_buffer buffer;
    socket_.read(buffer);
    return beast::buffers_to_string(buffer.data());
  }
  /// Reads until the peer closes; why it did.
  websocket::close_reason read_close() {
    beast::error_code error;
    while (!error) {
      beast::flat_buffer buffer;
      socket_.read(buffer, error);
    }
    return socket_.reason();
  }
  websocket::stream<asio::ip::tcp::socket>& operator*() { return socket_; }

 private:
  asio::io_context io_;
  websocket::stream<asio::ip::tcp::socket> socket_{io_};
};

class HttpWebSocket : public testing::Test {
 protected:
  void start(ServerOptions options = test_options()) {
    server_ = make_server(options, handler_);
    server_->start();
  }
  std::string upgrade(std::string_view path, std::string_view fields) {
    return talk(server_->port(),
                fmt::format("GET {} HTTP/1.1\r\nHost: a:1\r\nUpgrade: websocket\r\nConnection: "
                            "Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
                            path, fields));
  }
  /// The server's end of `peer`, with nothing waiting to be written.
  std::shared_ptr<WebSocket> other_end(Peer& peer) {
    (*peer).write(asio::buffer(std::string_view("yours")));
    return handler_.handed_over.get_future().get();
  }
  ScriptedHandler handler_;
  std::unique_ptr<Server> server_;
};

TEST_F(HttpWebSocket, ExchangesMessages) {
  start();
  Peer peer(server_->port());

  EXPECT_EQ(peer.ask("one"), "one");
  EXPECT_EQ(peer.ask("two"), "two");
}

TEST_F(HttpWebSocket, IsNotFoundWhereTheHandlerHasNone) {
  start();

  EXPECT_THAT(upgrade("/hello", "Sec-WebSocket-Version: 13\r\nConnection: close\r\n"),
              StartsWith("HTTP/1.1 404"));
}

TEST_F(HttpWebSocket, RefusesAnUpgradeThatIsNotWellFormed) {
  start();

  EXPECT_THAT(upgrade("/ws", ""), StartsWith("HTTP/1.1 426"));
}

TEST_F(HttpWebSocket, RefusesPagesOfOtherOrigins) {
  auto options = test_options();
  options.cors_origins = {"https://app.example"};
  start(options);
  const auto from = [&](std::string_view origin) {
    RawClient client(server_->port());
    client.send(
        fmt::format("GET /ws HTTP/1.1\r\nHost: a:1\r\nUpgrade: websocket\r\nConnection: "
                    "Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                    "dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: {}\r\n\r\n",
                    origin));
    return client.read_until("\r\n");
  };

  EXPECT_THAT(from("http://evil.example"), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(from("http://a:1"), StartsWith("HTTP/1.1 101"));
  EXPECT_THAT(from("https://app.example"), StartsWith("HTTP/1.1 101"));
}

TEST_F(HttpWebSocket, SaysGoodbyeWhenTheServerStops) {
  start();
  Peer peer(server_->port());
  peer.ask("hello");

  std::thread stopper([&] { server_->stop(); });
  const auto reason = peer.read_close();
  stopper.join();

  EXPECT_EQ(reason.code, websocket::close_code::going_away);
}

TEST_F(HttpWebSocket, ClosesWithTheHandlersReason) {
  start();
  Peer peer(server_->port());
  (*peer).write(asio::buffer(std::string_view("bye")));

  const auto reason = peer.read_close();

  EXPECT_EQ(reason.code, websocket::close_code::normal);
  EXPECT_EQ(reason.reason, "done");
}

TEST_F(HttpWebSocket, ClosesWhenItsHandlerReturns) {
  start();
  Peer peer(server_->port());
  (*peer).write(asio::buffer(std::string_view("leave")));

  EXPECT_EQ(peer.read_close().code, websocket::close_code::normal);
}

TEST_F(HttpWebSocket, DeliversWhatWasSentBeforeTheClose) {
  start();
  Peer peer(server_->port());
  const auto socket = other_end(peer);

  for (int i = 0; i < 5; ++i) EXPECT_TRUE(socket->send("m" + std::to_string(i)));
  socket->close("enough");

  EXPECT_FALSE(socket->send("late"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(peer.read(), "m" + std::to_string(i));
  EXPECT_EQ(peer.read_close().reason, "enough");
}

TEST_F(HttpWebSocket, CutsOffAPeerThatDoesNotRead) {
  start();
  Peer peer(server_->port());
  (*peer).write(asio::buffer(std::string_view("flood")));

  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!handler_.flood_refused && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();

  EXPECT_TRUE(handler_.flood_refused);
}

TEST_F(HttpWebSocket, TakesOneMessageOfAnyLength) {
  start();
  Peer peer(server_->port());
  const std::string large(3 << 20, 'x');

  ASSERT_TRUE(other_end(peer)->send(large));

  EXPECT_EQ(peer.read(), large);
}

TEST_F(HttpWebSocket, SaysFarewellToADroppedPeerThatReadsAfterAll) {
  start();
  Peer peer(server_->port());
  const auto socket = other_end(peer);
  // More than the system takes on the way.
  ASSERT_TRUE(socket->send(std::string(32 << 20, 'x')));
  EXPECT_FALSE(socket->send(std::string("waits in vain")));
  // The first is on its way: what merely waited would be dropped.
  boost::beast::get_lowest_layer(*peer).wait(asio::ip::tcp::socket::wait_read);

  socket->drop("too slow for us");

  EXPECT_EQ(peer.read().size(), std::size_t{32 << 20});
  EXPECT_EQ(peer.read(), "too slow for us");
  EXPECT_EQ(peer.read_close().code, websocket::close_code::try_again_later);
}

TEST_F(HttpWebSocket, RefusesBinaryAndOversizedMessages) {
  start();
  Peer binary(server_->port());
  (*binary).binary(true);
  (*binary).write(asio::buffer(std::string_view("\x01")));
  Peer large(server_->port());
  (*large).write(asio::buffer(std::string(65 << 10, 'x')));

  EXPECT_EQ(binary.read_close().code, websocket::close_code::unknown_data);
  EXPECT_EQ(large.read_close().code, websocket::close_code::too_big);
}

TEST_F(HttpWebSocket, EndsWhenThePeerDoesNotAnswerPings) {
  auto options = test_options();
  options.idle_timeout = milliseconds(60);
  start(options);
  RawClient client(server_->port());
  client.send(
      "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  client.read_until("\r\n\r\n");

  const auto rest = client.read_all();

  // A ping (0x89), then nothing more.
  EXPECT_THAT(rest, StartsWith("\x89"));
}

TEST_F(HttpWebSocket, SendsIntoNothingAfterTheServerIsGone) {
  start();
  auto peer = std::make_unique<Peer>(server_->port());
  const auto socket = other_end(*peer);

  std::thread stopper([&] { server_.reset(); });
  peer->read_close();
  stopper.join();

  EXPECT_FALSE(socket->send("anybody?"));
  socket->close("nobody");
}

TEST_F(HttpWebSocket, TakesLittleMemoryWhenIdle) {
  const auto resident = [] {
    std::ifstream statm("/proc/self/statm");
    std::size_t all = 0;
    std::size_t pages = 0;
    statm >> all >> pages;
    return pages * 4096;
  };
  start();
  std::vector<std::unique_ptr<RawClient>> clients;
  clients.reserve(500);
  const auto open = [&] {
    clients.push_back(std::make_unique<RawClient>(server_->port()));
    clients.back()->send(
        "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    clients.back()->read_until("\r\n\r\n");
  };
  for (int i = 0; i < 100; ++i) open();
  const auto before = resident();
  for (int i = 0; i < 400; ++i) open();

  // The test's own clients are in this too.
  EXPECT_LT(resident() - before, std::size_t{400 * 20'000});
}

}  // namespace
}  // namespace qd::http
