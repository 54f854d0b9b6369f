#include "platform/api/problem.h"

#include <optional>

#include <boost/describe.hpp>

#include "json/described.h"

namespace qd {
BOOST_DESCRIBE_STRUCT(Fault, (), (path, code, message))
}

namespace qd::api {
namespace {

struct Problem {
  std::string type;
  std::string title;
  int status = 0;
  std::string code;
  std::string detail;
  std::vector<Fault> errors;
  std::string request_id;
};
BOOST_DESCRIBE_STRUCT(Problem, (), (type, title, status, code, detail, errors, request_id))

std::string_view title_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Malformed:
      return "The request can't be read";
    case ErrorKind::Unauthenticated:
      return "Sign in first";
    case ErrorKind::Forbidden:
      return "Not allowed";
    case ErrorKind::NotFound:
      return "Not found";
    case ErrorKind::Conflict:
      return "In conflict with what is there";
    case ErrorKind::Stale:
      return "Changed by somebody else meanwhile";
    case ErrorKind::TooLarge:
      return "Too large";
    case ErrorKind::UnsupportedMedia:
      return "Unsupported content type";
    case ErrorKind::Invalid:
      return "Not valid";
    case ErrorKind::Limited:
      return "Too many requests";
    case ErrorKind::Internal:
      return "Internal error";
    case ErrorKind::Unavailable:
      return "Not available";
  }
  return "Error";
}

}  // namespace

int http_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Malformed:
      return 400;
    case ErrorKind::Unauthenticated:
      return 401;
    case ErrorKind::Forbidden:
      return 403;
    case ErrorKind::NotFound:
      return 404;
    case ErrorKind::Conflict:
      return 409;
    case ErrorKind::Stale:
      return 412;
    case ErrorKind::TooLarge:
      return 413;
    case ErrorKind::UnsupportedMedia:
      return 415;
    case ErrorKind::Invalid:
      return 422;
    case ErrorKind::Limited:
      return 429;
    case ErrorKind::Internal:
      return 500;
    case ErrorKind::Unavailable:
      return 503;
  }
  return 500;
}

http::Response problem(const Error& error, std::string_view request_id) {
  const int status = http_status(error.kind);
  http::Response response{.status = status,
                          .headers = {{"Content-Type", "application/problem+json"}},
                          .body = json::to_text(Problem{.type = "about:blank",
                                                        .title = std::string(title_of(error.kind)),
                                                        .status = status,
                                                        .code = error.code,
                                                        .detail = error.message,
                                                        .errors = error.faults,
                                                        .request_id = std::string(request_id)})};
  if (error.retry_after.count() > 0)
    response.headers.emplace_back("Retry-After", std::to_string(error.retry_after.count()));
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace qd::api
