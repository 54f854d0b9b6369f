// JSON over a socket between the drill and the process that it kills, one value a line.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "json/json.h"

namespace qd::engine::drill {

/// Blocks until all is written, also where the socket does not block by itself. False where the
/// other side is gone.
bool send_line(int socket, const Json& value);

/// Takes values off a blocking socket.
class LineReader {
 public:
  explicit LineReader(int socket) : socket_(socket) {}
  enum class End { Closed, Late };
  /// The next value; why there is none once the other side has closed or `patience` has passed.
  std::expected<Json, End> next(milliseconds patience);

 private:
  int socket_;
  std::string buffer_;
};

}  // namespace qd::engine::drill
