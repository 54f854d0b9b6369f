#include "platform/http/curl_thread.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/thread_name.h"

namespace qd::http {
namespace {

using std::chrono::steady_clock;

/// libcurl looks through all of them when a transfer begins and ends, so those that go beyond have
/// connections of their own.
constexpr long kKeptConnections = 1'024;

/// So many are taken before the sockets are looked at again: while a thousand that came together
/// are begun, the first have their answers and leave their connections to the others.
constexpr std::size_t kCommandsAtOnce = 32;

void initialise_curl() {
  static const auto result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw std::runtime_error("libcurl could not be initialised");
}

}  // namespace

CurlThread::CurlThread(AddressPolicy policy, std::string ca_file)
    : policy_(std::move(policy)),
      bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      sockets_(bell_),
      handles_(std::move(ca_file), sockets_) {
  initialise_curl();
  multi_ = curl_multi_init();
  if (!multi_) throw std::runtime_error("libcurl could not be initialised");
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlThread::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlThread::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  // One transfer a connection at a time: a paused stream would hold up its neighbours.
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kKeptConnections);
  thread_ = std::thread([this] { run(); });
}

CurlThread::~CurlThread() {
  post({Verb::Stop, nullptr});
  thread_.join();
  curl_multi_cleanup(multi_);
  ::close(bell_);
}

void CurlThread::start(std::shared_ptr<Transfer> transfer) {
  post({Verb::Start, std::move(transfer)});
}
void CurlThread::resume(std::shared_ptr<Transfer> transfer) {
  post({Verb::Resume, std::move(transfer)});
}
void CurlThread::cancel(std::shared_ptr<Transfer> transfer) {
  post({Verb::Cancel, std::move(transfer)});
}

void CurlThread::post(Command command) {
  const std::lock_guard lock(mutex_);
  commands_.push_back(std::move(command));
  if (commands_.size() == 1) ::eventfd_write(bell_, 1);
}

int CurlThread::on_socket(CURL*, curl_socket_t socket, int wanted, void* self, void*) {
  return static_cast<CurlThread*>(self)->sockets_.want(socket, wanted) ? 0 : -1;
}

int CurlThread::on_timer(CURLM*, long wait_ms, void* self) {
  auto& thread = *static_cast<CurlThread*>(self);
  thread.next_.reset();
  if (wait_ms >= 0) thread.next_ = steady_clock::now() + milliseconds(wait_ms);
  return 0;
}

void CurlThread::run() {
  name_this_thread("qd-client");
  while (obey()) {
    wait();
    collect();
  }
  const Error stopped{
      .kind = ErrorKind::Unavailable, .code = "http.stopped", .message = "the server is stopping"};
  for (auto& [key, entry] : live_) {
    curl_multi_remove_handle(multi_, entry.first);
    note(entry.second->refuse(stopped));
  }
  live_.clear();
  go_on(std::exchange(answered_, {}));
}

void CurlThread::act(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, events, &running);
}

void CurlThread::wait() {
  int patience = -1;
  if (!todo_.empty()) {
    patience = 0;
  } else if (next_) {
    const auto left = std::chrono::ceil<milliseconds>(*next_ - steady_clock::now());
    patience = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
  }
  for (const auto& [flags, data] : sockets_.wait(patience)) {
    if (data.fd == bell_) {
      eventfd_t rings = 0;
      ::eventfd_read(bell_, &rings);
      continue;
    }
    if (!sockets_.is_wanted(data.fd)) continue;
    int ready = 0;
    if (flags & EPOLLIN) ready |= CURL_CSELECT_IN;
    if (flags & EPOLLOUT) ready |= CURL_CSELECT_OUT;
    if (flags & (EPOLLERR | EPOLLHUP)) ready |= CURL_CSELECT_ERR;
    act(data.fd, ready);
  }
  if (next_ && *next_ <= steady_clock::now()) {
    next_.reset();
    act(CURL_SOCKET_TIMEOUT, 0);
  }
}

bool CurlThread::obey() {
  {
    const std::lock_guard lock(mutex_);
    std::ranges::move(commands_, std::back_inserter(todo_));
    commands_.clear();
  }
  bool goes_on = true;
  for (std::size_t i = 0; goes_on && i < kCommandsAtOnce && !todo_.empty(); ++i) {
    const auto [verb, transfer] = std::move(todo_.front());
    todo_.pop_front();
    switch (verb) {
      case Verb::Start:
        begin(transfer);
        break;
      case Verb::Resume:
        if (live_.contains(transfer.get())) transfer->resume();
        break;
      case Verb::Cancel:
        if (take_out(transfer.get())) transfer->close();
        break;
      case Verb::Stop:
        goes_on = false;
        break;
    }
  }
  return goes_on;
}

void CurlThread::begin(const std::shared_ptr<Transfer>& transfer) {
  const bool is_alone = std::ssize(live_) >= kKeptConnections;
  auto* easy = transfer->prepare(handles_, policy_, is_alone);
  if (!easy || curl_multi_add_handle(multi_, easy) != CURLM_OK)
    return note(transfer->finish(CURLE_OUT_OF_MEMORY));
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer.get());
  live_.emplace(transfer.get(), std::pair(easy, transfer));
}

std::shared_ptr<Transfer> CurlThread::take_out(const Transfer* transfer) {
  const auto found = live_.find(transfer);
  if (found == live_.end()) return nullptr;
  auto [easy, kept] = std::move(found->second);
  curl_multi_remove_handle(multi_, easy);
  live_.erase(found);
  return kept;
}

void CurlThread::collect() {
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto code = message->data.result;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    if (const auto kept = take_out(transfer)) note(kept->finish(code));
  }
  if (!answered_.empty()) go_on(std::exchange(answered_, {}));
}

void CurlThread::note(std::optional<Waiter> waiter) {
  if (waiter) answered_.emplace_back(*std::move(waiter), nullptr);
}

}  // namespace qd::http
