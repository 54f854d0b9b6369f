#include <algorithm>
#include <future>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "platform/http/client.h"
#include "platform/http/curl_policy.h"
#include "support/fake_http.h"
#include "support/run.h"

namespace qd::http {
namespace {

namespace asio = boost::asio;
using test::LoopbackPeer;
using test::LoopbackServer;
using test::run;

/// A client that may reach the loopback servers of these tests.
std::unique_ptr<Client> local_client() {
  return make_client({.allow = {"127.0.0.1/32"}});
}

Result<ClientResponse> send(ClientRequest request) {
  const auto client = local_client();
  return run(client->send(std::move(request)));
}

std::string code_of(const Result<ClientResponse>& result) {
  return result ? "" : result.error().code;
}

void echo(LoopbackPeer& peer) {
  while (const auto request = peer.read())
    peer.answer(200, request->method + " " + request->target + " " + request->body,
                {{"X-Seen", request->header("X-Sent")}});
}

TEST(HttpClient, BringsStatusHeadersAndBody) {
  LoopbackServer server(echo);

  const auto answer = send({.method = "POST",
                            .url = server.url("/a?b=1"),
                            .headers = {{"X-Sent", "yes"}},
                            .body = "hello"});

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "POST /a?b=1 hello");
  EXPECT_EQ(answer->header("x-seen"), "yes");
}

TEST(HttpClient, SendsNoContentTypeThatNobodyAskedFor) {
  LoopbackServer server([](LoopbackPeer& peer) {
    const auto request = peer.read();
    peer.answer(200, request->header("Content-Type") + "|" + request->header("Expect"));
  });

  const auto answer =
      send({.method = "POST", .url = server.url(), .body = std::string(2 << 20, 'x')});

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "|");
}

TEST(HttpClient, SendsAHeaderWithoutAValue) {
  LoopbackServer server([](LoopbackPeer& peer) {
    const auto request = peer.read();
    const bool there =
        std::ranges::any_of(request->headers, [](const auto& h) { return h.first == "X-Empty"; });
    peer.answer(200, there ? "there" : "missing");
  });

  const auto answer = send({.url = server.url(), .headers = {{"X-Empty", ""}}});

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "there");
}

TEST(HttpClient, DoesNotFollowARedirect) {
  LoopbackServer server([](LoopbackPeer& peer) {
    while (peer.read()) peer.answer(302, "", {{"Location", "/elsewhere"}});
  });

  const auto answer = send({.url = server.url()});

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(answer->header("location"), "/elsewhere");
}

TEST(HttpClient, UsesAConnectionAgain) {
  LoopbackServer server(echo);
  const auto client = local_client();

  ASSERT_TRUE(run(client->send({.url = server.url()})));
  ASSERT_TRUE(run(client->send({.method = "POST", .url = server.url(), .body = "x"})));

  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, DoesNotSendAPostTwiceWhenAKeptConnectionDies) {
  std::atomic<int> posts = 0;
  LoopbackServer server([&](LoopbackPeer& peer) {
    while (const auto request = peer.read()) {
      if (request->method == "POST") ++posts;
      if (request->method == "POST" && posts == 1) return;  // received, and no answer
      peer.answer(200, "ok");
    }
  });
  const auto client = local_client();
  ASSERT_TRUE(run(client->send({.url = server.url()})));

  const auto answer = run(client->send({.method = "POST", .url = server.url(), .body = "once"}));

  EXPECT_EQ(code_of(answer), "http.truncated");
  EXPECT_EQ(posts, 1);
}

TEST(HttpClient, RefusesAddressesThatAreNotPublic) {
  const auto client = make_client({});
  for (const auto* url :
       {"http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/", "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data", "http://[::ffff:127.0.0.1]/", "http://0/",
        "http://0x7f000001/", "http://2130706433/", "http://[fd00:ec2::254]/"}) {
    const auto answer = run(client->send({.url = url, .timeout = milliseconds(5000)}));
    EXPECT_EQ(code_of(answer), "http.blocked_address") << url;
  }
}

TEST(HttpClient, RefusesAddressesThatItCannotOrMayNotUse) {
  for (const auto* url :
       {"", "nonsense", "ftp://example.com/", "file:///etc/passwd", "http://user:pw@example.com/",
        "http://user@example.com/", "http://@example.com/", "http://", "gopher://127.0.0.1/",
        "http://exa mple.com/", "http://example.com:99999/", "http://a.example/\r\nX: y"})
    EXPECT_EQ(code_of(send({.url = url})), "http.invalid_url") << url;
}

TEST(HttpClient, RefusesHeadersThatWouldSplitOrReframeTheRequest) {
  const Headers bad{{"X", "a\r\nY: b"},
                    {"X", "a\nb"},
                    {"X", std::string("a\0b", 3)},
                    {"X\r\nY", "b"},
                    {"", "b"},
                    {"X Y", "b"},
                    {"Content-Length", "5"},
                    {"transfer-encoding", "chunked"}};
  for (const auto& header : bad)
    EXPECT_EQ(code_of(send({.url = "http://127.0.0.1:1/", .headers = {header}})),
              "http.invalid_header")
        << header.first;
  EXPECT_EQ(code_of(send({.method = "GET /x", .url = "http://127.0.0.1:1/"})),
            "http.invalid_method");
}

TEST(HttpClient, SaysThatAPortIsClosed) {
  std::uint16_t port = 0;
  {
    port = LoopbackServer(echo).port();
  }

  EXPECT_EQ(code_of(send({.url = "http://127.0.0.1:" + std::to_string(port)})), "http.connect");
}

TEST(HttpClient, SaysThatANameDoesNotResolve) {
  EXPECT_EQ(code_of(send({.url = "http://no-such-name.invalid/"})), "http.resolve");
}

TEST(HttpClient, SaysThatAPeerDoesNotSpeakTls) {
  LoopbackServer server([](LoopbackPeer& peer) { peer.write("HTTP/1.1 400 No\r\n\r\n"); });

  EXPECT_EQ(code_of(send({.url = "https://127.0.0.1:" + std::to_string(server.port())})),
            "http.tls");
}

TEST(HttpClient, SaysThatAPeerDoesNotSpeakHttp) {
  LoopbackServer server([](LoopbackPeer& peer) {
    peer.read();
    peer.write("SSH-2.0-OpenSSH_9\r\n");
  });

  EXPECT_EQ(code_of(send({.url = server.url()})), "http.malformed");
}

TEST(HttpClient, EndsAPeerThatTricklesAtTheTotalTimeout) {
  LoopbackServer server([](LoopbackPeer& peer) {
    peer.read();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (!peer.peer_closes_within(milliseconds(5)) && peer.write("x")) continue;
  });

  EXPECT_EQ(code_of(send({.url = server.url(), .timeout = milliseconds(150)})), "timeout");
}

TEST(HttpClient, EndsAPeerThatTricklesHeaders) {
  LoopbackServer server([](LoopbackPeer& peer) {
    peer.read();
    peer.write("HTTP/1.1 200 OK\r\nX: ");
    while (!peer.peer_closes_within(milliseconds(5)) && peer.write("x")) continue;
  });

  EXPECT_EQ(code_of(send({.url = server.url(), .timeout = milliseconds(150)})), "timeout");
}

TEST(HttpClient, RefusesABodyOverItsLimit) {
  LoopbackServer server([](LoopbackPeer& peer) {
    while (peer.read()) peer.answer(200, std::string(2000, 'x'));
  });

  EXPECT_EQ(code_of(send({.url = server.url(), .max_response_bytes = 1999})), "http.too_large");
  EXPECT_TRUE(send({.url = server.url(), .max_response_bytes = 2000}));
}

TEST(HttpClient, RefusesABodyWithoutAnEnd) {
  LoopbackServer server([](LoopbackPeer& peer) {
    peer.read();
    peer.write("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.write(std::string(65536, 'x'))) continue;
  });

  EXPECT_EQ(code_of(send({.url = server.url()})), "http.too_large");
}

TEST(HttpClient, RefusesEndlessHeaders) {
  LoopbackServer server([](LoopbackPeer& peer) {
    peer.read();
    peer.write("HTTP/1.1 200 OK\r\n");
    while (peer.write("X-More: of the same\r\n")) continue;
  });

  EXPECT_EQ(code_of(send({.url = server.url()})), "http.too_large");
}

TEST(HttpClient, NoticesATruncatedBody) {
  LoopbackServer server([](LoopbackPeer& peer) {
    peer.read();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
  });

  EXPECT_EQ(code_of(send({.url = server.url()})), "http.truncated");
}

TEST(HttpClient, NoticesATruncatedChunkedBody) {
  LoopbackServer server([](LoopbackPeer& peer) {
    peer.read();
    peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  });

  EXPECT_EQ(code_of(send({.url = server.url()})), "http.truncated");
}

TEST(HttpClient, SkipsInterimAnswersAndTrailers) {
  LoopbackServer server([](LoopbackPeer& peer) {
    peer.read();
    peer.write(
        "HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nX-Late: "
        "1\r\nTransfer-Encoding: chunked\r\n\r\n"
        "2\r\nok\r\n0\r\nX-Trailer: 1\r\n\r\n");
    peer.read();
  });

  const auto answer = send({.url = server.url()});

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "ok");
  EXPECT_EQ(answer->header("X-Late"), "1");
  EXPECT_EQ(answer->header("X-Early"), "");
  EXPECT_EQ(answer->header("X-Trailer"), "");
}

TEST(HttpClient, StreamsABodyInOrderAsItArrives) {
  std::promise<void> first_seen;
  LoopbackServer server([&](LoopbackPeer& peer) {
    peer.read();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
    first_seen.get_future().wait();  // the rest is sent only once the first half was delivered
    peer.write("other");
  });
  std::string got;

  const auto answer = send({.url = server.url(), .on_data = [&](std::string_view data) {
                              if (got.empty()) first_seen.set_value();
                              got += data;
                            }});

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(got, "firstother");
  EXPECT_EQ(answer->body, "");
}

TEST(HttpClient, KeepsTheBodyOfAFailureInsteadOfStreamingIt) {
  LoopbackServer server([](LoopbackPeer& peer) {
    peer.read();
    peer.answer(429, "slow down");
  });
  std::string got;

  const auto answer =
      send({.url = server.url(), .on_data = [&](std::string_view data) { got += data; }});

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "slow down");
  EXPECT_EQ(got, "");
}

TEST(HttpClient, PausesThePeerWhileAStreamIsNotTaken) {
  constexpr std::size_t kWhole = 48 << 20;
  std::atomic<std::size_t> sent = 0;
  std::promise<void> stalled;
  LoopbackServer server([&](LoopbackPeer& peer) {
    peer.read();
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kWhole) + "\r\n\r\n");
    for (const std::string piece(1 << 16, 'x'); sent < kWhole && peer.write(piece);)
      sent += piece.size();
  });
  std::size_t got = 0;
  std::size_t sent_while_held = 0;

  const auto answer = send(
      {.url = server.url(), .max_response_bytes = kWhole, .on_data = [&](std::string_view data) {
         if (got == 0) {
           // Until nothing moves: the peer is held by the network's own windows.
           for (std::size_t seen = 1; seen != sent;) {
             seen = sent;
             std::this_thread::sleep_for(milliseconds(50));
           }
           sent_while_held = sent;
         }
         got += data.size();
       }});

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(got, kWhole);
  EXPECT_LT(sent_while_held, kWhole);
}

TEST(HttpClient, EndsTheTransferWhenTheAwaitingTaskIsCancelled) {
  std::promise<void> asked;
  std::promise<bool> closed;
  LoopbackServer server([&](LoopbackPeer& peer) {
    peer.read();
    asked.set_value();
    closed.set_value(peer.peer_closes_within(milliseconds(10'000)));
  });
  const auto client = local_client();
  asio::io_context io;
  asio::cancellation_signal cancel;
  auto result = asio::co_spawn(io, client->send({.url = server.url()}),
                               asio::bind_cancellation_slot(cancel.slot(), asio::use_future));
  std::thread canceller([&] {
    asked.get_future().wait();
    asio::post(io, [&] { cancel.emit(asio::cancellation_type::terminal); });
  });

  io.run();
  canceller.join();

  EXPECT_THROW(result.get(), boost::system::system_error);
  EXPECT_TRUE(closed.get_future().get());
}

TEST(HttpClient, SurvivesAnExecutorThatDiesBeforeTheAnswer) {
  std::promise<void> asked;
  LoopbackServer server([&](LoopbackPeer& peer) {
    peer.read();
    asked.set_value();
    peer.peer_closes_within(milliseconds(10'000));
  });
  const auto client = local_client();
  {
    asio::io_context io;
    asio::co_spawn(io, client->send({.url = server.url()}), asio::detached);
    io.poll();
    asked.get_future().wait();
  }

  LoopbackServer other(echo);
  EXPECT_TRUE(run(client->send({.url = other.url()})));
}

TEST(HttpClient, RunsManyTransfersAtOnce) {
  LoopbackServer server(echo);
  const auto client = local_client();
  asio::io_context io;
  std::vector<std::future<Result<ClientResponse>>> answers;
  for (int i = 0; i < 100; ++i)
    answers.push_back(asio::co_spawn(io, client->send({.url = server.url("/" + std::to_string(i))}),
                                     asio::use_future));

  io.run();

  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(answers[static_cast<std::size_t>(i)].get()->body, "GET /" + std::to_string(i) + " ");
}

TEST(AddressPolicy, KnowsWhatIsNotPublic) {
  const AddressPolicy policy({});
  for (const auto* text : {"0.0.0.0",
                           "10.1.2.3",
                           "100.64.0.1",
                           "100.100.100.200",
                           "127.9.9.9",
                           "169.254.169.254",
                           "172.31.255.255",
                           "192.168.1.1",
                           "192.0.0.192",
                           "224.0.0.1",
                           "255.255.255.255",
                           "168.63.129.16",
                           "::",
                           "::1",
                           "::7f00:1",
                           "::ffff:10.0.0.1",
                           "64:ff9b::10.0.0.1",
                           "2002:7f00:1::",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fe80::1",
                           "ff02::1",
                           "2001:db8::1",
                           "fec0::1"})
    EXPECT_FALSE(policy.permits(asio::ip::make_address(text))) << text;
  for (const auto* text : {"1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111",
                           "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"})
    EXPECT_TRUE(policy.permits(asio::ip::make_address(text))) << text;
}

TEST(AddressPolicy, PermitsWhatIsAllowedAndNothingBeside) {
  const AddressPolicy policy({"10.1.0.0/16", "127.0.0.1", "fd00:1::/32"});

  EXPECT_TRUE(policy.permits(asio::ip::make_address("10.1.255.255")));
  EXPECT_TRUE(policy.permits(asio::ip::make_address("::ffff:10.1.0.1")));
  EXPECT_TRUE(policy.permits(asio::ip::make_address("127.0.0.1")));
  EXPECT_TRUE(policy.permits(asio::ip::make_address("fd00:1::5")));
  EXPECT_FALSE(policy.permits(asio::ip::make_address("10.2.0.1")));
  EXPECT_FALSE(policy.permits(asio::ip::make_address("127.0.0.2")));
  EXPECT_FALSE(policy.permits(asio::ip::make_address("fd00:2::5")));
}

TEST(AddressPolicy, RefusesARangeThatIsNone) {
  for (const auto* text : {"", "10.0.0.0/33", "example.com", "10.0.0/8", "fe80::/129"})
    EXPECT_THROW(AddressPolicy({text}), std::invalid_argument) << text;
}

}  // namespace
}  // namespace qd::http
