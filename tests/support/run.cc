#include "support/run.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace qd::test {

void drive(Task<void> task) {
  boost::asio::io_context io;
  auto end = boost::asio::co_spawn(io, std::move(task), boost::asio::use_future);
  io.run();
  end.get();
}

}  // namespace qd::test
