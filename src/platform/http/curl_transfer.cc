#include "platform/http/curl_transfer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace qd::http {
namespace {

constexpr std::size_t kMaxHeaderBytes = 64 << 10;
constexpr std::size_t kMaxWaiting = 1 << 20;
/// Each transfer has one; thousands may be under way.
constexpr long kReceiveBuffer = 4 << 10;
/// Each is about 10 KiB.
constexpr std::size_t kIdleHandles = 64;
constexpr milliseconds kConnectTimeout{10'000};
constexpr std::array kIdempotent{"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"};

boost::asio::ip::address address_of(const curl_sockaddr& socket) {
  if (socket.family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &socket.addr, sizeof v4);
    return boost::asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
  }
  sockaddr_in6 v6{};
  // curl_sockaddr's tail is as long as addrlen says, longer than its declared sockaddr.
  std::memcpy(&v6, &socket.addr, std::min<std::size_t>(sizeof v6, socket.addrlen));
  boost::asio::ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return boost::asio::ip::address_v6(bytes);
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool has_header(const Headers& headers, std::string_view name) {
  return !ClientResponse{.headers = headers}.header(name).empty();
}

int close_socket(void* watch, curl_socket_t socket) {
  static_cast<SocketWatch*>(watch)->forget(socket);
  return ::close(socket);
}

Error upstream(std::string code, std::string message) {
  return {.kind = ErrorKind::Unavailable, .code = std::move(code), .message = std::move(message)};
}

}  // namespace

HandlePool::~HandlePool() {
  for (auto* easy : idle_) curl_easy_cleanup(easy);
}

CURL* HandlePool::take() {
  if (idle_.empty()) return make();
  auto* easy = idle_.back();
  idle_.pop_back();
  return easy;
}

void HandlePool::give_back(CURL* easy) {
  if (idle_.size() >= kIdleHandles) return curl_easy_cleanup(easy);
  // They point to what goes with the transfer.
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, nullptr);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, nullptr);
  curl_easy_setopt(easy, CURLOPT_CURLU, nullptr);
  idle_.push_back(easy);
}

CURL* HandlePool::make() const {
  auto* easy = curl_easy_init();
  if (!easy) return nullptr;
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kReceiveBuffer);
  // A name that is slow to resolve must not hold up everybody when its transfer is cancelled.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!ca_file_.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file_.c_str());
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  // A request's own header wins over it.
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "quarterdeck");
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, &sockets_);
  return easy;
}

Transfer::Transfer(ClientRequest request, std::shared_ptr<const Address> address)
    : request_(std::move(request)), address_(std::move(address)) {}

Transfer::~Transfer() {
  curl_slist_free_all(header_lines_);
}

Task<Transfer::News> Transfer::next() {
  co_await suspend([this](Waiter waiter) { keep(std::move(waiter)); });
  const std::lock_guard lock(mutex_);
  has_news_ = false;
  co_return std::exchange(news_, {});
}

void Transfer::keep(Waiter waiter) {
  if (auto slot = waiter.cancelled(); slot.is_connected())
    slot.assign([this](boost::asio::cancellation_type) {
      let_go_on(std::make_exception_ptr(
          boost::system::system_error(boost::asio::error::operation_aborted)));
    });
  const std::lock_guard lock(mutex_);
  if (has_news_)
    go_on(std::move(waiter));
  else
    waiter_.emplace(std::move(waiter));
}

void Transfer::let_go_on(std::exception_ptr error) {
  const std::lock_guard lock(mutex_);
  if (auto waiter = std::exchange(waiter_, std::nullopt))
    go_on(*std::move(waiter), std::move(error));
}

bool Transfer::abandon() {
  const std::lock_guard lock(mutex_);
  return !finished_;
}

CURL* Transfer::prepare(HandlePool& handles, const AddressPolicy& policy, bool is_alone) {
  handles_ = &handles;
  policy_ = &policy;
  easy_ = handles.take();
  if (!easy_) return nullptr;
  set_limits(is_alone);
  set_request();
  return easy_;
}

/// Everything that one transfer sets is set by each: the handle has had others before.
void Transfer::set_limits(bool is_alone) {
  const auto timeout = request_.timeout.count();
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_text_);
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout));
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(std::min(request_.timeout, kConnectTimeout).count()));
  // Without a body there is nothing that could refuse to be sent twice.
  const bool is_fresh = is_alone || (sends_once() && request_.body.empty());
  curl_easy_setopt(easy_, CURLOPT_FRESH_CONNECT, is_fresh ? 1L : 0L);
  curl_easy_setopt(easy_, CURLOPT_FORBID_REUSE, is_alone ? 1L : 0L);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open);
  curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::on_write);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
}

void Transfer::set_request() {
  curl_easy_setopt(easy_, CURLOPT_CURLU, address_->url.get());
  const auto& method = request_.method;
  const bool has_body =
      !request_.body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
  curl_easy_setopt(easy_, CURLOPT_HTTPGET, 1L);
  if (has_body) {
    // Read through callbacks: libcurl sends a body again on a fresh connection when a kept one dies
    // before the answer, and only a body that refuses to rewind prevents that (on_seek).
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy_, CURLOPT_READFUNCTION, &Transfer::on_read);
    curl_easy_setopt(easy_, CURLOPT_READDATA, this);
    curl_easy_setopt(easy_, CURLOPT_SEEKFUNCTION, &Transfer::on_seek);
    curl_easy_setopt(easy_, CURLOPT_SEEKDATA, this);
  }
  if (method == "HEAD") curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, method.c_str());

  const auto add = [&](const std::string& line) {
    header_lines_ = curl_slist_append(header_lines_, line.c_str());
  };
  for (const auto& [name, value] : request_.headers)
    add(trim(value).empty() ? name + ";" : name + ": " + value);
  // libcurl's own additions that nobody asked for.
  if (has_body) add("Expect:");
  if (has_body && !has_header(request_.headers, "Content-Type")) add("Content-Type:");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, header_lines_);
}

bool Transfer::sends_once() const {
  return std::ranges::find(kIdempotent, request_.method) == kIdempotent.end();
}

curl_socket_t Transfer::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (address->family != AF_INET && address->family != AF_INET6) return CURL_SOCKET_BAD;
  const auto target = address_of(*address);
  if (!transfer.policy_->permits(target)) {
    transfer.blocked_ = target.to_string();
    return CURL_SOCKET_BAD;
  }
  transfer.opened_ = true;
  // Programs that the sandbox starts must not inherit it.
  const int socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (socket >= 0) transfer.handles_->sockets().opened(socket);
  return socket;
}

std::size_t Transfer::on_read(char* to, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto count = transfer.request_.body.copy(to, size, transfer.sent_);
  transfer.sent_ += count;
  return count;
}

int Transfer::on_seek(void* self, curl_off_t offset, int origin) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.sends_once() || offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_FAIL;
  transfer.sent_ = 0;
  return CURL_SEEKFUNC_OK;
}

std::size_t Transfer::on_header(char* data, std::size_t, std::size_t size, void* self) {
  return static_cast<Transfer*>(self)->take_header({data, size}) ? size : 0;
}

bool Transfer::take_header(std::string_view line) {
  header_bytes_ += line.size();
  too_large_ = header_bytes_ > kMaxHeaderBytes;
  if (too_large_) return false;
  if (headers_done_) return true;  // a trailer
  if (line.starts_with("HTTP/")) {
    response_.headers.clear();
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    return true;
  }
  const auto colon = line.find(':');
  if (colon != std::string_view::npos)
    response_.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  else if (trim(line).empty())
    headers_done_ = response_.status >= 200;  // not after `100 Continue`
  return true;
}

std::size_t Transfer::on_write(char* data, std::size_t, std::size_t size, void* self) {
  return static_cast<Transfer*>(self)->take_data({data, size});
}

std::size_t Transfer::take_data(std::string_view data) {
  too_large_ = data.size() > request_.max_response_bytes - body_bytes_;
  if (too_large_) return 0;
  const bool streams = request_.on_data && response_.status >= 200 && response_.status < 300;
  if (!streams) {
    body_bytes_ += data.size();
    response_.body += data;
    return data.size();
  }
  {
    const std::lock_guard lock(mutex_);
    if (news_.data.size() > kMaxWaiting) {
      news_.paused = true;
      return CURL_WRITEFUNC_PAUSE;  // libcurl gives the same data again after `resume`
    }
    body_bytes_ += data.size();
    news_.data += data;
    has_news_ = true;
  }
  let_go_on(nullptr);
  return data.size();
}

void Transfer::resume() {
  curl_easy_pause(easy_, CURLPAUSE_CONT);
}

std::optional<Waiter> Transfer::finish(CURLcode code) {
  auto outcome = code == CURLE_OK ? Result<ClientResponse>(std::move(response_))
                                  : std::unexpected(failure(code));
  close();
  return complete(std::move(outcome));
}

std::optional<Waiter> Transfer::refuse(Error error) {
  close();
  return complete(std::unexpected(std::move(error)));
}

void Transfer::close() {
  if (easy_) handles_->give_back(std::exchange(easy_, nullptr));
}

std::optional<Waiter> Transfer::complete(Result<ClientResponse> outcome) {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  has_news_ = true;
  news_.outcome = std::move(outcome);
  return std::exchange(waiter_, std::nullopt);
}

namespace {

Error by_code(CURLcode code, const std::string& host) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return upstream("http.resolve", fmt::format("the name {} could not be resolved", host));
    case CURLE_COULDNT_CONNECT:
      return upstream("http.connect", fmt::format("could not connect to {}", host));
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return upstream("http.tls", fmt::format("no trusted connection to {} could be made", host));
    case CURLE_URL_MALFORMAT:
      return {.kind = ErrorKind::Invalid,
              .code = "http.invalid_url",
              .message = "the address is not valid"};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return upstream("http.malformed", fmt::format("{} did not answer in HTTP", host));
    case CURLE_OUT_OF_MEMORY:
      return upstream("http.overloaded", "too many requests are under way");
    default:
      return upstream("http.truncated",
                      fmt::format("the connection to {} ended before its answer did", host));
  }
}

}  // namespace

Error Transfer::failure(CURLcode code) const {
  const auto& host = address_->host;
  auto error = by_code(code, host);
  if (too_large_) {
    error = upstream("http.too_large", fmt::format("the answer of {} is over {} bytes", host,
                                                   request_.max_response_bytes));
  } else if (code == CURLE_COULDNT_CONNECT && !opened_ && !blocked_.empty()) {
    error = {.kind = ErrorKind::Forbidden,
             .code = "http.blocked_address",
             .message =
                 fmt::format("{} is not at a public address; outbound.allow can permit it", host)};
  } else if (code == CURLE_OPERATION_TIMEDOUT) {
    curl_off_t connected_after = 0;
    curl_easy_getinfo(easy_, CURLINFO_PRETRANSFER_TIME_T, &connected_after);
    const bool was_sent = connected_after > 0 || request_.timeout <= kConnectTimeout;
    error = was_sent ? upstream("timeout", fmt::format("{} did not answer within {}", host,
                                                       format_duration(request_.timeout)))
                     : by_code(CURLE_COULDNT_CONNECT, host);
  }
  error.internal = fmt::format("curl {}: {} {}", static_cast<int>(code),
                               error_text_[0] ? error_text_ : curl_easy_strerror(code), blocked_);
  return error;
}

}  // namespace qd::http
