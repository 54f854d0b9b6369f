#include "platform/http/curl_thread.h"

#include <stdexcept>
#include <utility>

namespace qd::http {
namespace {

constexpr int kIdlePollMs = 60'000;
constexpr long kKeptConnections = 256;

void initialise_curl() {
  static const auto result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) throw std::runtime_error("libcurl could not be initialised");
}

}  // namespace

CurlThread::CurlThread(AddressPolicy policy, std::string ca_file)
    : policy_(std::move(policy)), ca_file_(std::move(ca_file)) {
  initialise_curl();
  multi_ = curl_multi_init();
  if (!multi_) throw std::runtime_error("libcurl could not be initialised");
  // One transfer a connection at a time: a paused stream would hold up its neighbours.
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kKeptConnections);
  thread_ = std::thread([this] { run(); });
}

CurlThread::~CurlThread() {
  post({Verb::Stop, nullptr});
  thread_.join();
  curl_multi_cleanup(multi_);
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
  {
    const std::lock_guard lock(mutex_);
    commands_.push_back(std::move(command));
  }
  curl_multi_wakeup(multi_);
}

void CurlThread::run() {
  while (obey()) {
    int running = 0;
    curl_multi_perform(multi_, &running);
    collect();
    curl_multi_poll(multi_, nullptr, 0, kIdlePollMs, nullptr);
  }
  for (auto& [key, entry] : live_) {
    curl_multi_remove_handle(multi_, entry.first);
    entry.second->refuse({.kind = ErrorKind::Unavailable,
                          .code = "http.stopped",
                          .message = "the server is stopping"});
  }
  live_.clear();
}

bool CurlThread::obey() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
  }
  bool goes_on = true;
  for (auto& [verb, transfer] : commands) {
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
  auto* easy = transfer->prepare(policy_, ca_file_);
  if (!easy || curl_multi_add_handle(multi_, easy) != CURLM_OK)
    return transfer->finish(CURLE_OUT_OF_MEMORY);
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
    if (const auto kept = take_out(transfer)) kept->finish(code);
  }
}

}  // namespace qd::http
