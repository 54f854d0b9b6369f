#include "platform/config/forms.h"

#include <stdexcept>

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>

#include "platform/http/server_remote.h"

namespace qd::config {
namespace {

bool is_address(const std::string& text) {
  boost::system::error_code error;
  boost::asio::ip::make_address(text, error);
  return !error;
}

bool is_range(const std::string& text) {
  try {
    return !http::AddressRanges({text}).empty();
  } catch (const std::invalid_argument&) {
    return false;
  }
}

bool is_web_url(const std::string& text) {
  const auto url = boost::urls::parse_absolute_uri(text);
  return url && (url->scheme() == "https" || url->scheme() == "http") && !url->host().empty() &&
         !url->has_userinfo() && !url->has_query();
}

/// As browsers send it: no path, not even a slash.
bool is_origin(const std::string& text) {
  if (text == "*") return true;
  return is_web_url(text) && boost::urls::parse_absolute_uri(text)->encoded_path().empty();
}

}  // namespace

bool has_form(const std::string& text, Form form) {
  switch (form) {
    case Form::Any:
      return true;
    case Form::Address:
      return is_address(text);
    case Form::AddressRange:
      return is_range(text);
    case Form::WebUrl:
      return is_web_url(text);
    case Form::Origin:
      return is_origin(text);
  }
  return false;
}

std::string_view form_name(Form form) {
  switch (form) {
    case Form::Any:
      return "text";
    case Form::Address:
      return "an IP address";
    case Form::AddressRange:
      return "address ranges like 10.0.0.0/8 or single addresses";
    case Form::WebUrl:
      return "an http or https address without query";
    case Form::Origin:
      return "origins like https://app.example, without a path";
  }
  return "";
}

}  // namespace qd::config
