// A world for tests of commands: a server that answers from a table, a terminal that is a string,
// a folder of its own for logins and files.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/system.h"
#include "cli/text.h"
#include "json/json.h"
#include "support/fake_http.h"

namespace qd::cli::test {

inline constexpr std::string_view kProject = "0190a000-0000-7000-8000-000000000001";

/// `/projects/ID` and what follows.
inline std::string project_path(std::string_view rest) {
  return fmt::format("/projects/{}{}", kProject, rest);
}

inline Json parsed(std::string_view text) {
  auto value = json::parse(text);
  if (!value) throw std::runtime_error(value.error().message);
  return *std::move(value);
}

class World : public ::testing::Test {
 protected:
  World() {
    std::string pattern = (std::filesystem::temp_directory_path() / "qd-cli-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    variables_["QUARTERDECK_SERVER"] = "http://server.test";
    variables_["QUARTERDECK_API_KEY"] = "qd_key";
    variables_["QUARTERDECK_PROJECT"] = std::string(kProject);
  }
  ~World() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  /// What `GET /projects` (a method, a space, the path after /api/v1) answers: of several answers
  /// to one request each comes once, and the last one again and again.
  void answer(const std::string& request, std::string body, int status = 200) {
    answers_[request].push_back({.status = status, .headers = {}, .body = std::move(body)});
  }
  void answer_list(const std::string& request, const std::string& items) {
    answer(request, fmt::format(R"({{"items": [{}], "next_cursor": null, "total": 0}})", items));
  }

  /// Runs the command line; its exit code. What it wrote is in out() and err().
  int run(std::vector<std::string> words) {
    out_.str("");
    err_.str("");
    CLI::App app("test", "qd");
    int exit_code = 0;
    add_commands(app, exit_code, system_);
    std::ranges::reverse(words);
    try {
      app.parse(words);
    } catch (const CLI::ParseError& error) {
      return app.exit(error, out_, err_);
    }
    return exit_code;
  }
  [[nodiscard]] std::string out() const { return out_.str(); }
  [[nodiscard]] std::string err() const { return err_.str(); }

  std::string write_file(const std::string& name, std::string_view text) {
    const auto path = folder_ / name;
    std::ofstream(path) << text;
    return path.string();
  }

  /// The requests that were sent as `METHOD path`, and the body of one.
  [[nodiscard]] std::vector<std::string> sent() const {
    std::vector<std::string> all;
    for (const auto& request : client_.requests()) all.push_back(name_of(request));
    return all;
  }
  [[nodiscard]] Json body_of(const std::string& name) const {
    for (const auto& request : client_.requests())
      if (name_of(request) == name) return parsed(request.body);
    throw std::runtime_error("nothing sent " + name);
  }
  [[nodiscard]] std::string header_of(const std::string& name, std::string_view header) const {
    for (const auto& request : client_.requests())
      if (name_of(request) == name)
        return std::string(http::ClientResponse{.headers = request.headers}.header(header));
    return "";
  }

  std::filesystem::path folder_;
  std::map<std::string, std::string> variables_;
  std::istringstream in_;
  int pauses_ = 0;

  static std::string name_of(const http::ClientRequest& request) {
    const auto api = request.url.find("/api/v1");
    return request.method + " " + request.url.substr(api + 7);
  }

  Result<http::ClientResponse> reply(const http::ClientRequest& request) {
    if (!is_reachable_)
      return fail(ErrorKind::Unavailable, "http.connect", "nothing listens there");
    const auto found = answers_.find(name_of(request));
    if (found == answers_.end())
      return http::ClientResponse{
          .status = 404,
          .headers = {},
          .body =
              R"({"code": "test.no_answer", "detail": "no answer for )" + name_of(request) + "\"}"};
    auto& list = found->second;
    auto response = list.front();
    if (list.size() > 1) list.erase(list.begin());
    return response;
  }

  bool is_reachable_ = true;
  std::ostringstream out_;
  std::ostringstream err_;
  std::map<std::string, std::vector<http::ClientResponse>> answers_;
  qd::test::FakeHttpClient client_{
      [this](const http::ClientRequest& request) { return reply(request); }};
  System system_{
      .out = out_,
      .err = err_,
      .in = in_,
      .terminal = {},
      .variable = [this](const std::string& name) -> std::optional<std::string> {
        const auto found = variables_.find(name);
        return found == variables_.end() ? std::nullopt : std::optional(found->second);
      },
      .config_folder = {},
      .host_name = "workstation",
      .client = [this]() -> http::Client& { return client_; },
      .pause = [this](milliseconds) { ++pauses_; },
      .ask_secret = [](const std::string&) { return std::optional<std::string>("typed"); }};

  void SetUp() override { system_.config_folder = folder_ / "config"; }
};

}  // namespace qd::cli::test
