#include "platform/http/server.h"

#include <stdexcept>

#include <boost/asio.hpp>
#include <fmt/format.h>

#include "platform/http/server_session.h"
#include "platform/http/server_worker.h"
#include "platform/http/tls.h"
#include "platform/log/log.h"

namespace qd::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// How long what was abandoned may take to notice.
constexpr milliseconds kAbandonTimeout{5'000};
constexpr milliseconds kAcceptPause{100};
constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n"
    "Retry-After: 1\r\nContent-Length: 117\r\nConnection: close\r\n\r\n"
    R"({"type":"about:blank","title":"Service Unavailable","status":503,"code":"http.full","detail":"Too many connections."})";

class BeastServer final : public Server {
 public:
  BeastServer(const ServerOptions& options, Handler& handler);
  ~BeastServer() override;

  void start() override;
  std::uint16_t port() const override { return port_; }
  void stop() override;

 private:
  void listen();
  void accept_next();
  void take(error_code error, Socket socket);
  void serve(Socket socket, Worker& worker);
  void on_every_worker(void (Worker::*action)());

  Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::optional<TlsCertificate> certificate_;
  // On the first worker's thread once started.
  tcp::acceptor acceptor_;
  asio::steady_timer accept_pause_;
  std::size_t accepted_ = 0;
  std::uint16_t port_ = 0;
  bool running_ = false;
};

std::vector<std::unique_ptr<Worker>> make_workers(Shared& shared) {
  std::vector<std::unique_ptr<Worker>> workers;
  for (int i = 0; i < std::max(1, shared.options.threads); ++i)
    workers.push_back(std::make_unique<Worker>(shared, i));
  return workers;
}

BeastServer::BeastServer(const ServerOptions& options, Handler& handler)
    : shared_(options, handler),
      workers_(make_workers(shared_)),
      acceptor_(workers_.front()->io),
      accept_pause_(workers_.front()->io) {
  if (options.tls_certificate.empty() != options.tls_key.empty())
    throw std::runtime_error("TLS takes both a certificate and a key");
}

BeastServer::~BeastServer() {
  stop();
}

void BeastServer::listen() {
  try {
    const tcp::endpoint endpoint(asio::ip::make_address(shared_.options.address),
                                 shared_.options.port);
    acceptor_.open(endpoint.protocol());
    // Restarts over connections in TIME_WAIT; a port that is listened on stays taken.
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(4096);
    port_ = acceptor_.local_endpoint().port();
  } catch (const boost::system::system_error& fault) {
    throw std::runtime_error(fmt::format("can't listen on {}:{}: {}", shared_.options.address,
                                         shared_.options.port, fault.code().message()));
  }
}

void BeastServer::start() {
  if (running_) return;
  listen();
  if (!shared_.options.tls_key.empty())
    certificate_.emplace(shared_.options.tls_certificate, shared_.options.tls_key,
                         shared_.options.tls_check_interval);
  running_ = true;
  asio::post(workers_.front()->io, [this] { accept_next(); });
  for (auto& worker : workers_) worker->start();
}

void BeastServer::accept_next() {
  auto& target = *workers_[accepted_++ % workers_.size()];
  acceptor_.async_accept(target.io.get_executor(), [this](error_code error, Socket socket) {
    take(error, std::move(socket));
  });
}

void BeastServer::take(error_code error, Socket socket) {
  if (!acceptor_.is_open()) return;
  if (error) {
    // Out of descriptors, most likely: waiting is all that helps.
    log::warn("accept failed", {{"error", error.message()}});
    accept_pause_.expires_after(kAcceptPause);
    accept_pause_.async_wait([this](error_code cancelled) {
      if (!cancelled) accept_next();
    });
    return;
  }
  auto& worker = *workers_[(accepted_ - 1) % workers_.size()];
  if (shared_.connections >= shared_.options.max_connections) {
    error_code ignored;
    socket.non_blocking(true, ignored);
    if (!certificate_) socket.write_some(asio::buffer(kFull), ignored);
  } else {
    ++shared_.connections;
    if (&worker == workers_.front().get())
      serve(std::move(socket), worker);
    else
      asio::post(worker.io, [this, &worker, socket = std::move(socket)]() mutable {
        serve(std::move(socket), worker);
      });
  }
  accept_next();
}

void BeastServer::serve(Socket socket, Worker& worker) {
  if (certificate_)
    serve_tls(std::move(socket), worker, *certificate_->current());
  else
    serve_plain(std::move(socket), worker);
}

void BeastServer::on_every_worker(void (Worker::*action)()) {
  for (auto& worker : workers_)
    asio::post(worker->io, [&worker = *worker, action] { (worker.*action)(); });
}

void BeastServer::stop() {
  if (!std::exchange(running_, false)) return;
  asio::post(workers_.front()->io, [this] {
    error_code ignored;
    acceptor_.close(ignored);
    accept_pause_.cancel();
  });
  on_every_worker(&Worker::drain);
  if (!shared_.wait_for_quiet(shared_.options.drain_timeout)) {
    log::warn("requests still running after the drain time are cut off",
              {{"connections", shared_.connections.load()}});
    on_every_worker(&Worker::abandon);
  }
  const bool quiet = shared_.wait_for_quiet(kAbandonTimeout);
  for (auto& worker : workers_) worker->join();
  if (quiet) return;
  log::error("requests that can't be cancelled are left behind",
             {{"connections", shared_.connections.load()}});
  // Something still means to resume them: their loop must stay in memory until the process ends.
  for (auto& worker : workers_) static_cast<void>(new std::unique_ptr<Worker>(std::move(worker)));
}

}  // namespace

std::unique_ptr<Server> make_server(const ServerOptions& options, Handler& handler) {
  return std::make_unique<BeastServer>(options, handler);
}

}  // namespace qd::http
