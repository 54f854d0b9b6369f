#include "platform/http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/http/server_fixture.h"
#include "platform/http/server_remote.h"
#include "platform/log/log.h"

namespace qd::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class HttpServer : public testing::Test {
 protected:
  void start(ServerOptions options = test_options()) {
    server_ = make_server(options, handler_);
    server_->start();
  }
  void SetUp() override { log::set_process_logger(&logger_); }
  void TearDown() override {
    handler_.release = true;
    server_.reset();
    log::set_process_logger(nullptr);
  }
  std::string ask(std::string_view bytes) { return talk(server_->port(), bytes); }
  RawClient connect() { return RawClient(server_->port()); }

  std::string log_;
  log::Logger logger_{{.sink = [this](std::string_view line) { log_ += line; }}};
  ScriptedHandler handler_;
  std::unique_ptr<Server> server_;
};

constexpr std::string_view kGet = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kGetAndClose =
    "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST_F(HttpServer, AnswersAGetWithTheHeadersOfEveryAnswer) {
  start();

  const auto answer = ask(kGetAndClose);

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Frame-Options: DENY\r\n"));
  EXPECT_THAT(answer, HasSubstr("Referrer-Policy: same-origin\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Security-Policy: default-src 'none'"));
  EXPECT_THAT(answer, HasSubstr("X-Request-Id: "));
  EXPECT_THAT(answer, Not(HasSubstr("Strict-Transport-Security")));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nhello"));
}

TEST_F(HttpServer, LetsAHandlerReplaceASecurityHeader) {
  start();

  const auto answer = ask("GET /own-policy HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, HasSubstr("content-security-policy: sandbox\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Content-Security-Policy")));
  EXPECT_THAT(answer, HasSubstr("nosniff"));
}

TEST_F(HttpServer, KeepsTheConnectionAndServesTheNextRequest) {
  start();
  auto client = connect();

  const auto first = client.send(kGet).read_response();
  const auto second = client.send(kGet).read_response();

  EXPECT_THAT(first, EndsWith("hello"));
  EXPECT_THAT(second, EndsWith("hello"));
  EXPECT_THAT(second, Not(HasSubstr("Connection: close")));
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  start();

  const auto answers =
      ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1"
          "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n2\r\n0\r\n\r\n"
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nConnection: close\r\n\r\n3");

  EXPECT_THAT(answers,
              testing::ContainsRegex("\r\n\r\n1HTTP(.|\n)*\r\n\r\n2HTTP(.|\n)*\r\n\r\n3$"));
}

TEST_F(HttpServer, ClosesAfterAnHttp10RequestUnlessAskedToKeep) {
  start();
  auto client = connect();

  const auto kept =
      client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").read_response();
  const auto closed = client.send("GET /hello HTTP/1.0\r\n\r\n").read_all();

  EXPECT_THAT(kept, HasSubstr("Connection: keep-alive"));
  EXPECT_THAT(closed, EndsWith("hello"));
}

TEST_F(HttpServer, AnswersHeadWithTheLengthAndNoBody) {
  start();

  const auto answer = ask("HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(HttpServer, ReadsAChunkedBodyAndDropsItsTrailers) {
  start();
  auto client = connect();

  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nab");
  client.send("c\r\n2\r\nde\r\n0\r\nHost: evil\r\n\r\n");

  EXPECT_THAT(client.read_response(), EndsWith("\r\n\r\nabcde"));
}

TEST_F(HttpServer, TellsAClientThatAsksToContinue) {
  start();
  auto client = connect();
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");

  const auto go_on = client.read_until("\r\n\r\n");
  const auto answer = client.send("ok").read_response();

  EXPECT_EQ(go_on, "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(answer, EndsWith("\r\n\r\nok"));
}

TEST_F(HttpServer, RefusesALargeBodyFromItsLengthWithoutReadingIt) {
  start();

  const auto answer =
      ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 Content Too Large"));
  EXPECT_THAT(answer, HasSubstr("http.body_too_large"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST_F(HttpServer, RefusesAChunkedBodyOnceItIsTooLarge) {
  start();

  const auto answer =
      ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
          std::string(1001, 'x') + "\r\n0\r\n\r\n");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
}

TEST_F(HttpServer, LetsTheAnswerArriveThoughTheBodyKeepsComing) {
  start();

  const auto answer = ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n" +
                          std::string(500'000, 'x'));

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413"));
}

TEST_F(HttpServer, RefusesALargeHeader) {
  start();

  const auto answer =
      ask("GET /hello HTTP/1.1\r\nHost: a\r\nX-A: " + std::string(3'000, 'x') + "\r\n\r\n");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(answer, HasSubstr("application/problem+json"));
}

TEST_F(HttpServer, RefusesALargeHeaderThatArrivesInSmallFields) {
  start();
  auto client = connect();
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\n");

  for (int i = 0; i < 90; ++i) client.send("X-Field: 0123456789012345\r\n");

  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 431"));
}

TEST_F(HttpServer, RefusesTooManyHeaderFields) {
  start({.port = 0});
  std::string fields;
  for (int i = 0; i < 101; ++i) fields += "A: b\r\n";

  EXPECT_THAT(ask("GET /hello HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"),
              StartsWith("HTTP/1.1 431"));
}

struct Malformed {
  const char* name;
  const char* bytes;
  const char* status;
};

class HttpServerRefuses : public HttpServer, public testing::WithParamInterface<Malformed> {};

TEST_P(HttpServerRefuses, WithAProblemAndCloses) {
  start();

  const auto answer = ask(GetParam().bytes);

  EXPECT_THAT(answer, StartsWith(std::string("HTTP/1.1 ") + GetParam().status + " "));
  EXPECT_THAT(answer, HasSubstr("application/problem+json"));
  EXPECT_THAT(answer, HasSubstr("\"request_id\":\""));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

INSTANTIATE_TEST_SUITE_P(
    Each, HttpServerRefuses,
    testing::Values(
        Malformed{"Garbage", "\x01\x02\x03\r\n\r\n", "400"},
        Malformed{"TlsHello", "\x16\x03\x01\x02", "400"},
        Malformed{"NoHost", "GET / HTTP/1.1\r\n\r\n", "400"},
        Malformed{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
        Malformed{"RelativeTarget", "GET hello HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
        Malformed{"Connect", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "400"},
        Malformed{"BareLineFeed", "GET / HTTP/1.1\nHost: a\n\n\r\n\r\n", "505"},
        Malformed{"SpaceBeforeColon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "400"},
        Malformed{"Version2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"},
        Malformed{"BothFramings",
                  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n",
                  "400"},
        Malformed{"TwoLengths",
                  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                  "400"},
        Malformed{"NegativeLength", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                  "400"},
        Malformed{"UnknownCoding",
                  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501"},
        Malformed{"HiddenCoding",
                  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", "501"},
        Malformed{"BadChunk",
                  "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
        Malformed{"Expectation", "POST / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n", "417"}),
    [](const auto& info) { return info.param.name; });

TEST_F(HttpServer, EndsAHeaderThatDripsWithATimeout) {
  auto options = test_options();
  options.header_timeout = milliseconds(60);
  start(options);
  auto client = connect();
  client.send("GET /hello HTTP/1.1\r\nHo");

  const auto answer = client.read_all();

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 408"));
}

TEST_F(HttpServer, EndsABodyThatDripsWithATimeout) {
  auto options = test_options();
  options.body_timeout = milliseconds(60);
  start(options);
  auto client = connect();
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12");

  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 408"));
}

TEST_F(HttpServer, ClosesAnIdleConnectionWithoutAWord) {
  auto options = test_options();
  options.idle_timeout = milliseconds(60);
  start(options);
  auto client = connect();
  client.send(kGet).read_response();

  EXPECT_EQ(client.read_all(), "");
}

TEST_F(HttpServer, EndsAReaderThatDoesNotRead) {
  auto options = test_options();
  options.body_timeout = milliseconds(60);
  start(options);
  auto client = connect();
  client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");

  // The server has nobody to wait for once the limit is over: nothing is left to drain.
  client.read_until("\r\n\r\n");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  server_->stop();

  EXPECT_LT(std::chrono::steady_clock::now(), until);
}

TEST_F(HttpServer, SendsALargeBodyWhole) {
  start();

  const auto answer = ask("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, std::size_t{8 << 20});
}

TEST_F(HttpServer, TurnsAnExceptionIntoA500AndKeepsItsTextInTheLog) {
  start();

  const auto answer =
      ask("GET /throw HTTP/1.1\r\nHost: a\r\nX-Request-Id: my-id.1\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, HasSubstr("\"request_id\":\"my-id.1\""));
  EXPECT_THAT(answer, HasSubstr("X-Request-Id: my-id.1\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("the internals")));
  EXPECT_THAT(log_, HasSubstr("request_id=my-id.1 error=\"the internals\""));
}

TEST_F(HttpServer, ReplacesARequestIdThatIsNotWellFormed) {
  start();

  const auto answer =
      ask("GET /hello HTTP/1.1\r\nHost: a\r\nX-Request-Id: a b\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, Not(HasSubstr("a b")));
  EXPECT_THAT(answer, HasSubstr("X-Request-Id: "));
}

TEST_F(HttpServer, RefusesToSendAHeaderWithALineBreak) {
  start();

  const auto answer = ask("GET /inject HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, Not(HasSubstr("X-Evil")));
}

TEST_F(HttpServer, StreamsInChunks) {
  start();
  auto client = connect();

  const auto answer = client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n").read_response();
  const auto next = client.send(kGet).read_response();

  EXPECT_THAT(answer, EndsWith("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"));
  EXPECT_THAT(next, EndsWith("hello"));
}

TEST_F(HttpServer, StreamsToHttp10UntilItCloses) {
  start();

  const auto answer = ask("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

  EXPECT_THAT(answer, EndsWith("\r\n\r\nonetwo"));
}

TEST_F(HttpServer, StreamsAKnownLengthAsItIs) {
  start();
  auto client = connect();

  const auto answer = client.send("GET /sized HTTP/1.1\r\nHost: a\r\n\r\n").read_response();
  const auto next = client.send(kGet).read_response();

  EXPECT_THAT(answer, HasSubstr("Content-Length: 6\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nonetwo"));
  EXPECT_THAT(next, EndsWith("hello"));
}

TEST_F(HttpServer, ClosesWhenAStreamIsNotAsLongAsItSaid) {
  start();

  EXPECT_THAT(ask("GET /missized HTTP/1.1\r\nHost: a\r\n\r\n"), EndsWith("\r\n\r\nonetwo"));
}

TEST_F(HttpServer, EndsAStreamWhoseReaderWentAway) {
  start();
  auto client = connect();
  client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n").read_until("first");

  client.close();
  server_->stop();

  EXPECT_TRUE(handler_.stream_ended);
}

TEST_F(HttpServer, EndsStreamsWhenItStops) {
  start();
  auto client = connect();
  client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n").read_until("first\r\n");

  server_->stop();

  EXPECT_TRUE(handler_.stream_ended);
  EXPECT_EQ(client.read_all(), "");
}

TEST_F(HttpServer, FinishesTheRequestInFlightWhenItStops) {
  start();
  auto client = connect();
  auto idle = connect();
  idle.send(kGet).read_response();
  client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  handler_.entered.get_future().wait();

  std::thread stopper([&] { server_->stop(); });
  const auto nothing = idle.read_all();
  handler_.release = true;
  const auto answer = client.read_all();
  client.close();
  stopper.join();

  EXPECT_EQ(nothing, "");
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  EXPECT_THAT(answer, EndsWith("at last"));
}

TEST_F(HttpServer, CutsOffWhatOutlivesTheDrainTime) {
  auto options = test_options();
  options.drain_timeout = milliseconds(30);
  start(options);
  auto client = connect();
  client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  handler_.entered.get_future().wait();

  server_->stop();

  EXPECT_EQ(client.read_all(), "");
  EXPECT_THAT(log_, HasSubstr("cut off"));
}

TEST_F(HttpServer, StopsTwiceAndBeforeItStarts) {
  start();
  server_->stop();
  server_->stop();

  const auto never_started = make_server(test_options(), handler_);
  never_started->stop();
}

TEST_F(HttpServer, NamesTheAddressThatItCannotHave) {
  start();
  auto options = test_options();
  options.port = server_->port();
  const auto second = make_server(options, handler_);

  try {
    second->start();
    FAIL() << "took a port that is taken";
  } catch (const std::runtime_error& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("127.0.0.1:" + std::to_string(options.port)));
  }
}

TEST_F(HttpServer, TurnsAwayConnectionsOverTheLimit) {
  auto options = test_options();
  options.max_connections = 1;
  start(options);
  auto first = connect();
  first.send(kGet).read_response();

  const auto answer = talk(server_->port(), "");

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(answer, EndsWith("}"));
}

TEST_F(HttpServer, AnswersPreflightsOfListedOriginsOnly) {
  auto options = test_options();
  options.cors_origins = {"https://app.example"};
  start(options);
  const auto preflight = [&](std::string origin) {
    return ask(
        "OPTIONS /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: " + origin +
        "\r\nAccess-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: x-a\r\n\r\n");
  };

  const auto listed = preflight("https://app.example");
  const auto foreign = preflight("https://evil.example");

  EXPECT_THAT(listed, StartsWith("HTTP/1.1 204"));
  EXPECT_THAT(listed, HasSubstr("Access-Control-Allow-Origin: https://app.example\r\n"));
  EXPECT_THAT(listed, HasSubstr("Access-Control-Allow-Credentials: true\r\n"));
  EXPECT_THAT(listed, HasSubstr("Access-Control-Allow-Headers: x-a\r\n"));
  EXPECT_THAT(foreign, Not(HasSubstr("Access-Control-Allow")));
}

TEST_F(HttpServer, LetsAnyOriginInWithoutCredentialsWhenAsked) {
  auto options = test_options();
  options.cors_origins = {"*"};
  start(options);

  const auto answer = ask(
      "GET /hello HTTP/1.1\r\nHost: a\r\nOrigin: https://any.example\r\nConnection: close\r\n\r\n");

  EXPECT_THAT(answer, HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Credentials")));
}

TEST_F(HttpServer, BelievesForwardedAddressesOfTrustedProxiesOnly) {
  constexpr std::string_view kForwarded =
      "GET /headers?q=1 HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6, 1.2.3.4\r\n"
      "X-Forwarded-Proto: https\r\nConnection: close\r\n\r\n";
  start();
  EXPECT_THAT(ask(kForwarded), HasSubstr("\r\n\r\n127.0.0.1 plain q=1\n"));

  auto options = test_options();
  options.trusted_proxies = {"127.0.0.0/8"};
  start(options);

  EXPECT_THAT(ask(kForwarded), HasSubstr("\r\n\r\n1.2.3.4 tls q=1\n"));
}

TEST_F(HttpServer, TellsItsObserversOfEveryRequest) {
  struct Recorder final : Observer {
    void on_exchange(const Exchange& exchange) override {
      seen += fmt::format("{} {} {} {} {};", exchange.method, exchange.path, exchange.status,
                          exchange.bytes, exchange.remote_address);
    }
    std::string seen;
  } recorder;
  auto options = test_options();
  options.observers = {&recorder};
  start(options);

  ask(kGetAndClose);
  ask("nonsense\r\n\r\n");
  server_->stop();

  EXPECT_THAT(recorder.seen, StartsWith("GET /hello 200 5 127.0.0.1;  400 "));
}

TEST(HttpAddressRanges, HoldTheirAddressesAndNoOthers) {
  const AddressRanges ranges({"10.0.0.0/8", "192.168.1.1", "fd00::/8"});
  const auto in = [&](const char* text) {
    return ranges.contains(boost::asio::ip::make_address(text));
  };

  EXPECT_TRUE(in("10.255.0.1"));
  EXPECT_TRUE(in("::ffff:10.0.0.1"));
  EXPECT_TRUE(in("192.168.1.1"));
  EXPECT_TRUE(in("fdff::1"));
  EXPECT_FALSE(in("11.0.0.1"));
  EXPECT_FALSE(in("192.168.1.2"));
  EXPECT_FALSE(in("fe00::1"));
  EXPECT_THROW(AddressRanges({"10.0.0.0/33"}), std::invalid_argument);
  EXPECT_THROW(AddressRanges({"ten"}), std::invalid_argument);
}

}  // namespace
}  // namespace qd::http
