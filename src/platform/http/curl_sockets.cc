#include "platform/http/curl_sockets.h"

#include <algorithm>
#include <stdexcept>

#include <unistd.h>

namespace qd::http {
namespace {

constexpr std::size_t kEventsAtOnce = 256;

}  // namespace

SocketWatch::SocketWatch(int bell)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), events_(kEventsAtOnce) {
  epoll_event wake{.events = EPOLLIN, .data = {.fd = bell}};
  if (epoll_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, bell, &wake) != 0)
    throw std::runtime_error("libcurl could not be initialised");
}

SocketWatch::~SocketWatch() {
  ::close(epoll_);
}

bool SocketWatch::want(curl_socket_t socket, int what) {
  auto& [wanted, watched, is_connection] = at(socket);
  wanted = 0;
  if (what != CURL_POLL_REMOVE && (what & CURL_POLL_IN)) wanted |= EPOLLIN;
  if (what != CURL_POLL_REMOVE && (what & CURL_POLL_OUT)) wanted |= EPOLLOUT;
  const bool stays = wanted == 0 && is_connection;
  return stays || watch(socket, wanted);
}

void SocketWatch::forget(curl_socket_t socket) {
  watch(socket, 0);
  at(socket) = {};
}

bool SocketWatch::watch(curl_socket_t socket, std::uint32_t events) {
  auto& watched = at(socket).watched;
  if (events == watched) return true;
  const int change = events == 0 ? EPOLL_CTL_DEL : watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  epoll_event event{.events = events, .data = {.fd = socket}};
  const bool is_done = ::epoll_ctl(epoll_, change, socket, &event) == 0 || events == 0;
  if (is_done) watched = events;
  return is_done;
}

std::span<epoll_event> SocketWatch::wait(int patience) {
  const int count =
      ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), patience);
  return std::span(events_).first(static_cast<std::size_t>(std::max(count, 0)));
}

bool SocketWatch::is_wanted(curl_socket_t socket) {
  if (at(socket).wanted != 0) return true;
  watch(socket, 0);
  return false;
}

SocketWatch::Watched& SocketWatch::at(curl_socket_t socket) {
  const auto index = static_cast<std::size_t>(socket);
  if (index >= sockets_.size()) sockets_.resize(index + 1);
  return sockets_[index];
}

}  // namespace qd::http
