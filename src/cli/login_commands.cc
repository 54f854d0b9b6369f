// qd login, register, logout, whoami.
#include <iostream>

#include <fmt/format.h>

#include "cli/groups.h"
#include "json/described.h"

namespace qd::cli {
namespace {

struct LoginArgs {
  std::string email;
  std::string name;
  bool password_stdin = false;
};

Result<std::string> email_of(Session& session, const LoginArgs& args) {
  if (!args.email.empty()) return args.email;
  if (!session.system().terminal.in) return fail(ErrorKind::Invalid, "login.email", "say --email");
  session.system().err << "E-mail: " << std::flush;
  std::string line;
  std::getline(session.system().in, line);
  if (line.empty()) return fail(ErrorKind::Invalid, "login.email", "no e-mail was given");
  return line;
}

Result<std::string> password_of(Session& session, const LoginArgs& args) {
  std::string line;
  if (args.password_stdin) {
    std::getline(session.system().in, line);
  } else if (session.system().terminal.in) {
    line = session.system().ask_secret("Password: ").value_or("");
  } else {
    return fail(ErrorKind::Invalid, "login.password",
                "there is no terminal to ask on; use --password-stdin");
  }
  if (line.empty()) return fail(ErrorKind::Invalid, "login.password", "no password was given");
  return line;
}

/// The session serves to make an API key, which lasts until `qd logout`, and ends at once.
Result<int> sign_in(Session& session, const std::string& email, const std::string& password) {
  QD_TRY(auto anonymous, session.anonymous_api());
  QD_TRY(const auto tokens,
         anonymous.post("/auth/login", JsonObject{{"email", email}, {"password", password}}));
  Api api(session.system(), anonymous.server(), text_at(tokens, "access_token"));
  const auto name = fmt::format("qd on {}", session.system().host_name);
  QD_TRY(const auto key, api.post("/api-keys", JsonObject{{"name", cut(name, 100)}}));
  QD_CHECK(
      api.post("/auth/logout", JsonObject{{"refresh_token", text_at(tokens, "refresh_token")}}));

  QD_TRY(auto logins, load_logins(session.system().config_folder));
  logins.current = api.server();
  logins.servers[api.server()] = {.email = email,
                                  .api_key = text_at(key, "api_key"),
                                  .key_id = text_at(key, "id"),
                                  .project = std::nullopt};
  QD_CHECK(save_logins(session.system().config_folder, logins));
  session.show(JsonObject{{"server", api.server()}, {"email", email}},
               fmt::format("Signed in to {} as {}.\n", api.server(), safe(email)));
  return kOk;
}

Result<int> login(Session& session, const LoginArgs& args) {
  QD_TRY(const auto email, email_of(session, args));
  QD_TRY(const auto password, password_of(session, args));
  return sign_in(session, email, password);
}

Result<int> register_user(Session& session, const LoginArgs& args) {
  QD_TRY(const auto email, email_of(session, args));
  QD_TRY(const auto password, password_of(session, args));
  QD_TRY(auto anonymous, session.anonymous_api());
  JsonObject draft{{"email", email}, {"password", password}};
  if (!args.name.empty()) draft["full_name"] = args.name;
  QD_CHECK(anonymous.post("/auth/register", draft));
  return sign_in(session, email, password);
}

Result<int> logout(Session& session) {
  QD_TRY(const auto server, session.server());
  QD_TRY(auto logins, load_logins(session.system().config_folder));
  const auto found = logins.servers.find(server);
  if (found == logins.servers.end())
    return fail(ErrorKind::NotFound, "login.none",
                fmt::format("you are not signed in to {}", server));
  Api api(session.system(), server, found->second.api_key);
  const auto ended = api.remove("/api-keys/" + url_part(found->second.key_id));
  logins.servers.erase(found);
  if (logins.current == server)
    logins.current = logins.servers.empty() ? "" : logins.servers.begin()->first;
  QD_CHECK(save_logins(session.system().config_folder, logins));
  // A key that is gone already was what was wanted.
  const bool is_gone = ended || ended.error().kind == ErrorKind::Unauthenticated ||
                       ended.error().kind == ErrorKind::NotFound;
  if (!is_gone)
    session.note(
        fmt::format("qd: the server still knows the API key: {}", safe(ended.error().message)));
  session.show(JsonObject{{"server", server}}, fmt::format("Signed out of {}.\n", server));
  return kOk;
}

Result<int> whoami(Session& session) {
  QD_TRY(auto* const api, session.api());
  QD_TRY(const auto me, api->get("/auth/me"));
  session.show(me, fmt::format("{} ({}) at {}\n", safe(text_at(me, "email")),
                               safe(text_at(me, "role")), api->server()));
  return kOk;
}

void add_password_options(CLI::App& command, LoginArgs& args) {
  command.add_option("--email", args.email, "Asked for on the terminal when absent");
  command.add_flag("--password-stdin", args.password_stdin,
                   "Read the password from the first line of stdin");
}

}  // namespace

void add_login_commands(const Commands& commands, CLI::App& app) {
  const auto args = std::make_shared<LoginArgs>();
  auto& in = commands.add(app,
                          {"login",
                           "Sign in, and keep an API key for later commands.",
                           {"qd login --server https://quarterdeck.example --email ada@example.com",
                            "qd login --email ada@example.com --password-stdin < password.txt"}},
                          [args](Session& session) { return login(session, *args); });
  add_password_options(in, *args);
  const auto fresh = std::make_shared<LoginArgs>();
  auto& up =
      commands.add(app,
                   {"register",
                    "Make an account and sign in; a server's first one is its administrator.",
                    {"qd register --email ada@example.com --name \"Ada Lovelace\""}},
                   [fresh](Session& session) { return register_user(session, *fresh); });
  add_password_options(up, *fresh);
  up.add_option("--name", fresh->name, "Your full name");
  commands.add(app,
               {"logout", "End the API key that `qd login` made, and forget it.", {"qd logout"}},
               &logout);
  commands.add(app, {"whoami", "Who you are to the server.", {"qd whoami", "qd whoami --json"}},
               &whoami);
}

}  // namespace qd::cli
