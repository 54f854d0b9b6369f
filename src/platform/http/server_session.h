// One HTTP connection: reads requests, asks the handler, writes answers, until somebody has had
// enough.
#pragma once

#include <memory>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "platform/http/server_worker.h"

namespace qd::http {

using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// Starts serving an accepted connection; the worker's thread only. It is already counted in
/// `Shared::connections` and takes itself out.
void serve_plain(Socket socket, Worker& worker);
void serve_tls(Socket socket, Worker& worker, boost::asio::ssl::context& context);

}  // namespace qd::http
