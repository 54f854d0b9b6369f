#include "platform/http/client.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <unordered_map>

#include <fmt/format.h>

#include "platform/http/curl_thread.h"

namespace qd::http {
namespace {

constexpr std::size_t kMaxUrlBytes = 16 << 10;
// They frame the message, which is libcurl's to do.
constexpr std::array<std::string_view, 7> kFraming{
    "connection", "content-length", "expect", "keep-alive", "te", "transfer-encoding", "upgrade"};

std::unexpected<Error> refused(std::string code, std::string message) {
  return fail(ErrorKind::Invalid, std::move(code), std::move(message));
}

bool is_token(std::string_view text) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kPunctuation.contains(c);
  });
}

bool is_field_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 32);
  return out;
}

Result<void> check(const ClientRequest& request) {
  if (!is_token(request.method)) return refused("http.invalid_method", "the method is not valid");
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || !is_field_value(value))
      return refused("http.invalid_header",
                     "a header's name or value holds a character that is not allowed");
    if (std::ranges::find(kFraming, lower(name)) != kFraming.end())
      return refused("http.invalid_header", fmt::format("the header {} can't be set", name));
  }
  return {};
}

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

/// What stands between `//` and the path.
std::string_view authority_of(std::string_view url) {
  const auto slashes = url.find("//");
  if (slashes == std::string_view::npos) return url;
  url.remove_prefix(slashes + 2);
  return url.substr(0, url.find_first_of("/?#"));
}

/// Read by libcurl itself, so that what is checked is what is used.
Result<Address> read_address(const std::string& text) {
  if (text.size() > kMaxUrlBytes) return refused("http.invalid_url", "the address is too long");
  if (text.contains('\0')) return refused("http.invalid_url", "the address is not valid");
  Url url(curl_url());
  const auto wrong = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER);
  if (wrong == CURLUE_USER_NOT_ALLOWED || (wrong == CURLUE_OK && authority_of(text).contains('@')))
    return refused("http.invalid_url", "the address may not hold a user name or password");
  const auto scheme = wrong == CURLUE_OK ? part_of(url.get(), CURLUPART_SCHEME) : "";
  if (scheme != "http" && scheme != "https")
    return refused("http.invalid_url", "the address must be a valid http or https URL");
  auto host = part_of(url.get(), CURLUPART_HOST);
  return Address{std::move(url), std::move(host)};
}

/// Reading an address takes a good part of a small request, and most are asked again. Thread-safe.
class AddressBook {
 public:
  Result<std::shared_ptr<const Address>> find(const std::string& text) {
    const std::lock_guard lock(mutex_);
    if (const auto known = addresses_.find(text); known != addresses_.end()) return known->second;
    QD_TRY(auto read, read_address(text));
    auto address = std::make_shared<const Address>(std::move(read));
    // A query may hold a secret.
    if (text.size() > kLongest || text.contains('?')) return address;
    if (addresses_.size() >= kMost) addresses_.clear();
    addresses_.emplace(text, address);
    return address;
  }

 private:
  static constexpr std::size_t kLongest = 512;
  static constexpr std::size_t kMost = 256;

  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Address>> addresses_;
};

/// Keeps a transfer going for as long as somebody waits for it.
class Flight {
 public:
  Flight(CurlThread& thread, std::shared_ptr<Transfer> transfer)
      : thread_(thread), transfer_(std::move(transfer)) {
    thread_.start(transfer_);
  }
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;
  ~Flight() {
    if (transfer_->abandon()) thread_.cancel(std::move(transfer_));
  }

 private:
  CurlThread& thread_;
  std::shared_ptr<Transfer> transfer_;
};

class CurlClient final : public Client {
 public:
  explicit CurlClient(const ClientOptions& options)
      : thread_(AddressPolicy(options.allow), options.ca_file) {}

  Task<Result<ClientResponse>> send(ClientRequest request) override {
    QD_CO_CHECK(check(request));
    QD_CO_TRY(auto address, addresses_.find(request.url));
    if (request.timeout <= milliseconds(0))
      co_return fail(ErrorKind::Unavailable, "timeout", "no time is left for the request");
    const auto transfer = std::make_shared<Transfer>(std::move(request), std::move(address));
    const Flight flight(thread_, transfer);
    for (;;) {
      auto news = co_await transfer->next();
      if (!news.data.empty()) transfer->deliver(news.data);
      if (news.paused) thread_.resume(transfer);
      if (news.outcome) co_return std::move(*news.outcome);
    }
  }

 private:
  AddressBook addresses_;
  CurlThread thread_;
};

}  // namespace

std::unique_ptr<Client> make_client(const ClientOptions& options) {
  return std::make_unique<CurlClient>(options);
}

}  // namespace qd::http
