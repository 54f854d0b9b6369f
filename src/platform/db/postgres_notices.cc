#include "platform/db/postgres_notices.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/thread_name.h"
#include "json/json.h"
#include "platform/db/url.h"
#include "platform/log/log.h"

namespace qd::db {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// What is told within this time goes together.
constexpr milliseconds kGathering{20};
/// Between tries to connect.
constexpr milliseconds kRetry{1'000};
/// PostgreSQL takes payloads of less than 8,000 bytes.
constexpr std::size_t kMaxPayload = 7'900;
/// More than this waits only where the server does not answer; then everybody is told to look.
constexpr std::size_t kMaxPending = 20'000;

/// Nodes make themselves known, so that one that is alone need not send anything.
constexpr std::string_view kHello = "hello";
constexpr std::string_view kHere = "here";
/// Some of what was to be told was thrown away.
constexpr std::string_view kGap = "gap";

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, ClearResult>;

struct FreeNotify {
  void operator()(PGnotify* notify) const { PQfreemem(notify); }
};

bool succeeded(const PgResult& result) {
  const auto status = PQresultStatus(result.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/// `topic TAB text` a line, as many lines to a payload as fit.
JsonArray to_payloads(const std::map<std::string, std::string>& notices) {
  JsonArray payloads;
  std::string payload;
  for (const auto& [topic, text] : notices) {
    if (payload.size() + topic.size() + text.size() + 2 > kMaxPayload) {
      payloads.emplace_back(payload);
      payload.clear();
    }
    payload.append(topic).append("\t").append(text).append("\n");
  }
  if (!payload.empty()) payloads.emplace_back(payload);
  return payloads;
}

}  // namespace

PostgresNotices::PostgresNotices(std::string url)
    : url_(std::move(url)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (wake_ < 0) throw std::runtime_error("eventfd failed");
}

PostgresNotices::~PostgresNotices() {
  {
    const std::scoped_lock lock(mutex_);
    is_stopping_ = true;
    wake();
  }
  if (thread_.joinable()) thread_.join();
  ::close(wake_);
}

void PostgresNotices::publish(std::string topic, std::string text) {
  if (topic.size() + text.size() > kMaxNoticeBytes)
    throw std::logic_error("a notice of more than 7,000 bytes");
  if (topic.find_first_of("\t\n") != std::string::npos || text.contains('\n'))
    throw std::logic_error("a notice with line ends");
  const std::scoped_lock lock(mutex_);
  if (!has_peers_) return;
  if (pending_.size() >= kMaxPending) {
    pending_.clear();
    topic = kGap;
    text = {};
  }
  const bool was_empty = pending_.empty();
  pending_.insert_or_assign(std::move(topic), std::move(text));
  if (was_empty) wake();
}

void PostgresNotices::listen(NoticeListener& listener) {
  {
    const std::scoped_lock lock(listeners_mutex_);
    listeners_.push_back(&listener);
  }
  const std::scoped_lock lock(mutex_);
  if (!thread_.joinable())
    thread_ = std::thread([this] {
      name_this_thread("qd-notices");
      run();
    });
}

void PostgresNotices::unlisten(NoticeListener& listener) {
  const std::scoped_lock lock(listeners_mutex_);
  std::erase(listeners_, &listener);
}

void PostgresNotices::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

bool PostgresNotices::is_stopping() {
  const std::scoped_lock lock(mutex_);
  return is_stopping_;
}

void PostgresNotices::run() {
  while (!is_stopping()) {
    if (!handle_ && !connect()) {
      wait(kRetry);
      continue;
    }
    if (!receive() || !send()) {
      log::warn("notices of other nodes are interrupted",
                {{"error", PQerrorMessage(handle_.get())}});
      handle_.reset();
    }
  }
  handle_.reset();
}

bool PostgresNotices::connect() {
  const std::array keys{"connect_timeout", "tcp_user_timeout", "fallback_application_name",
                        "dbname", static_cast<const char*>(nullptr)};
  const std::array values{"5", "15000", "quarterdeck notices", url_.c_str(),
                          static_cast<const char*>(nullptr)};
  handle_.reset(PQconnectdbParams(keys.data(), values.data(), 1));
  bool is_listening = PQstatus(handle_.get()) == CONNECTION_OK;
  if (is_listening) {
    PQsetNoticeReceiver(handle_.get(), [](void*, const PGresult*) {}, nullptr);
    // Nothing is written that would have to be durable.
    const PgResult result(PQexec(handle_.get(),
                                 "SET synchronous_commit = off; LISTEN quarterdeck; "
                                 "NOTIFY quarterdeck, 'hello'"));
    is_listening = succeeded(result);
  }
  if (!is_listening) {
    log::warn("can't hear other nodes; trying again", {{"error", PQerrorMessage(handle_.get())}});
    handle_.reset();
    return false;
  }
  tell_gap();
  return true;
}

void PostgresNotices::wait(milliseconds most) {
  std::array<pollfd, 2> waited{
      pollfd{.fd = wake_, .events = POLLIN, .revents = 0},
      pollfd{.fd = handle_ ? PQsocket(handle_.get()) : -1, .events = POLLIN, .revents = 0}};
  ::poll(waited.data(), waited.size(), static_cast<int>(most.count()));
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(wake_, &count, sizeof count);
}

/// Hands on what came, then waits for more; false when the connection is gone.
bool PostgresNotices::receive() {
  // Some may have come along with an answer: nothing on the connection says so any more.
  take_all();
  bool is_waiting = false;
  {
    const std::scoped_lock lock(mutex_);
    is_waiting = !pending_.empty();
  }
  const auto due = std::chrono::ceil<milliseconds>(last_sent_ + kGathering - steady_clock::now());
  if (!is_waiting)
    wait(milliseconds(-1));
  else if (due > milliseconds(0))
    wait(due);
  return PQconsumeInput(handle_.get()) == 1 && PQstatus(handle_.get()) == CONNECTION_OK;
}

void PostgresNotices::take_all() {
  while (const std::unique_ptr<PGnotify, FreeNotify> notify{PQnotifies(handle_.get())})
    if (notify->be_pid != PQbackendPID(handle_.get())) take(notify->extra);
}

void PostgresNotices::take(std::string_view payload) {
  {
    const std::scoped_lock lock(mutex_);
    has_peers_ = true;
    if (payload == kHello) {
      pending_.insert_or_assign(std::string(kHere), "");
      return;
    }
  }
  while (!payload.empty()) {
    const auto line = payload.substr(0, payload.find('\n'));
    payload.remove_prefix(std::min(payload.size(), line.size() + 1));
    const auto topic = line.substr(0, line.find('\t'));
    const auto text = line.substr(std::min(line.size(), topic.size() + 1));
    if (topic == kHere || topic == kGap) {
      tell_gap();
      continue;
    }
    const std::scoped_lock lock(listeners_mutex_);
    for (auto* listener : listeners_) listener->on_notice(topic, text);
  }
}

void PostgresNotices::tell_gap() {
  const std::scoped_lock lock(listeners_mutex_);
  for (auto* listener : listeners_) listener->on_gap();
}

/// Sends what waits, if its time has come; false when the connection is gone.
bool PostgresNotices::send() {
  if (steady_clock::now() < last_sent_ + kGathering) return true;
  Pending notices;
  {
    const std::scoped_lock lock(mutex_);
    notices.swap(pending_);
  }
  if (notices.empty()) return true;
  const auto payloads = json::print(to_payloads(notices));
  const std::array values{payloads.c_str()};
  const PgResult result(PQexecParams(handle_.get(),
                                     "SELECT pg_notify('quarterdeck', p) FROM "
                                     "json_array_elements_text($1::json) AS p",
                                     1, nullptr, values.data(), nullptr, nullptr, 0));
  last_sent_ = steady_clock::now();
  return succeeded(result);
}

}  // namespace qd::db
