#include "engine/drill/wire.h"

#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

namespace qd::engine::drill {

bool send_line(int socket, const Json& value) {
  const auto line = json::print(value) + "\n";
  std::string_view rest = line;
  while (!rest.empty()) {
    const auto sent = ::send(socket, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      pollfd writable{.fd = socket, .events = POLLOUT, .revents = 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

std::expected<Json, LineReader::End> LineReader::next(milliseconds patience) {
  for (;;) {
    if (const auto end = buffer_.find('\n'); end != std::string::npos) {
      auto value = json::parse(std::string_view(buffer_).substr(0, end), {.depth = 512});
      buffer_.erase(0, end + 1);
      // A line that is none was cut off by a kill.
      return value ? std::expected<Json, End>(*std::move(value)) : std::unexpected(End::Closed);
    }
    pollfd readable{.fd = socket_, .events = POLLIN, .revents = 0};
    const auto ready = ::poll(&readable, 1, static_cast<int>(patience.count()));
    if (ready == 0) return std::unexpected(End::Late);
    std::array<char, 65'536> piece;
    const auto got = ::recv(socket_, piece.data(), piece.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::unexpected(End::Closed);
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace qd::engine::drill
