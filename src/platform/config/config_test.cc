#include "platform/config/config.h"

#include <fstream>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/encoding.h"
#include "platform/config/secrets.h"
#include "support/stores.h"

namespace qd::config {
namespace {

std::string write_file(const test::TemporaryDirectory& folder, std::string_view name,
                       std::string_view text) {
  const auto path = (folder.path() / name).string();
  std::ofstream(path) << text;
  return path;
}

TEST(Config, TakesFlagsBeforeEnvironmentBeforeFileBeforeDefault) {
  const test::TemporaryDirectory folder;
  const auto file = write_file(folder, "c.toml",
                               "port = 1\nregistration = \"closed\"\n[outbound]\nallow = "
                               "[\"10.0.0.0/8\", \"::1/128\"]\n[bcrypt]\ncost = 5\n");

  const auto config =
      Config::load({.flags = {{"port", "3"}},
                    .environment = [](const std::string& name) -> std::optional<std::string> {
                      if (name == "QD_PORT") return "2";
                      if (name == "QD_BCRYPT_COST") return "6";
                      return std::nullopt;
                    },
                    .file = file});

  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->number("port"), 3);
  EXPECT_EQ(config->source("port"), Source::Flag);
  EXPECT_EQ(config->number("bcrypt.cost"), 6);
  EXPECT_EQ(config->text("registration"), "closed");
  EXPECT_EQ(config->list("outbound.allow"), (std::vector<std::string>{"10.0.0.0/8", "::1/128"}));
  EXPECT_EQ(config->duration("access_token_ttl"), std::chrono::minutes(15));
  EXPECT_EQ(config->source("data"), Source::Default);
}

TEST(Config, ListsEveryFaultByName) {
  const auto config = Config::load(
      {.flags = {
           {"prot", "1"}, {"port", "70000"}, {"log.level", "loud"}, {"drain_timeout", "1x"}}});

  ASSERT_FALSE(config.has_value());
  ASSERT_EQ(config.error().faults.size(), 4U);
  EXPECT_EQ(config.error().faults[0].message, "is not a setting (flag); did you mean port?");
  EXPECT_EQ(config.error().faults[1].message,
            "must be a whole number from 0 to 65535 (from --port)");
}

TEST(Config, NeverShowsASecret) {
  const auto config = Config::load({.flags = {{"models.openai.api_key", "sk-very-private"}}});
  for (const auto& setting : all_settings())
    EXPECT_FALSE(config->shown(setting).contains("sk-very")) << setting.name;
}

TEST(Config, RemembersWhereEachValueWasWritten) {
  const test::TemporaryDirectory folder;
  const auto file = write_file(folder, "c.toml", "threads = 2\n[log]\nlevel = \"warn\"\n");

  const auto config =
      Config::load({.flags = {{"port", "3"}},
                    .environment = [](const std::string& name) -> std::optional<std::string> {
                      if (name == "QD_DATA") return "/d";
                      return std::nullopt;
                    },
                    .file = file});

  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->origin("port"), "--port");
  EXPECT_EQ(config->origin("data"), "QD_DATA");
  EXPECT_EQ(config->origin("log.level"), file + ":3");
  EXPECT_EQ(config->origin("address"), "default");
}

TEST(Config, RefusesUnknownKeysOfTheFileWithTheirLine) {
  const test::TemporaryDirectory folder;
  const auto file = write_file(folder, "c.toml", "[log]\nlevle = \"warn\"\n");

  const auto config = Config::load({.file = file});

  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().faults.at(0).message,
            "is not a setting (" + file + ":2); did you mean log.level?");
}

TEST(Config, RefusesAFileThatIsMissingOrNoTomlOrHasOtherKindsOfValues) {
  const test::TemporaryDirectory folder;
  const auto broken = write_file(folder, "broken.toml", "port = 1\nport\n");
  const auto fraction = write_file(folder, "fraction.toml", "port = 1.5\naddress = 2020-01-01\n");

  EXPECT_TRUE(Config::load({.file = "/nowhere/c.toml"})
                  .error()
                  .message.contains("/nowhere/c.toml: is not there"));
  EXPECT_TRUE(Config::load({.file = broken}).error().message.contains("line 2"));
  EXPECT_EQ(Config::load({.file = fraction}).error().faults.size(), 2U);
}

TEST(Config, ChecksAddressesRangesAndOrigins) {
  const auto faults = [](const std::string& name, const std::string& text) {
    const auto config = Config::load({.flags = {{name, text}}});
    return config ? 0U : config.error().faults.size();
  };

  EXPECT_EQ(faults("address", "localhost"), 1U);
  EXPECT_EQ(faults("outbound.allow", "10.0.0.0/8,10.0.0.0/33"), 1U);
  EXPECT_EQ(faults("trusted_proxies", "10.0.0.1, fd00::/8"), 0U);
  EXPECT_EQ(faults("cors.origins", "https://a.example/"), 1U);
  EXPECT_EQ(faults("cors.origins", "https://a.example,http://localhost:5173,*"), 0U);
  EXPECT_EQ(faults("public_url", "ftp://a.example"), 1U);
  EXPECT_EQ(faults("tls.key", "key.pem"), 1U);
}

TEST(Config, NamesVariablesThatAreNoSettings) {
  const std::vector<std::string> names{"HOME", "QD_PORT", "QD_PROT", "QD_CONFIG",
                                       "QD_TEST_POSTGRES"};

  EXPECT_EQ(unknown_variables(names),
            std::vector<std::string>{"QD_PROT is not a setting; did you mean QD_PORT?"});
}

TEST(Config, HasDefaultsThatItWouldTake) {
  EXPECT_TRUE(Config::load({}).has_value());
}

TEST(Secrets, AreTheSameForTwoThatStartAtOnce) {
  const test::TemporaryDirectory folder;
  std::array<std::string, 8> keys;
  {
    std::vector<std::jthread> threads;
    for (auto& key : keys)
      threads.emplace_back(
          [&] { key = load_secrets(folder.path() / "new" / "data")->token_key.reveal(); });
  }

  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), 1U);
}

TEST(Secrets, KnowWhatIsNoKey) {
  EXPECT_TRUE(weakness("changeme"));
  EXPECT_TRUE(weakness(std::string(64, 'a')));
  EXPECT_TRUE(weakness("abcabcabcabcabcabcabcabcabcabcabcabc"));
  EXPECT_TRUE(weakness("your-secret-key-here-change-in-production"));
  EXPECT_TRUE(weakness("1111111111111111222222222222222233"));
  EXPECT_FALSE(weakness("dGhpcyBpcyBub3QgcmVhbGx5IHJhbmRvbSBidXQgZmluZQ"));
}

TEST(Secrets, AreMadeOnceAndKept) {
  const test::TemporaryDirectory folder;
  const auto first = load_secrets(folder.path());
  const auto second = load_secrets(folder.path());

  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->token_key.reveal(), second->token_key.reveal());
  EXPECT_EQ(first->master_key.reveal().size(), 32U);
  struct stat found{};
  ASSERT_EQ(stat((folder.path() / "secrets.toml").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
}

TEST(Secrets, RefuseWhatOthersCanReadAndWeakKeys) {
  const test::TemporaryDirectory folder;
  ASSERT_TRUE(load_secrets(folder.path()));
  const auto path = folder.path() / "secrets.toml";
  chmod(path.c_str(), 0644);
  EXPECT_TRUE(load_secrets(folder.path()).error().message.contains("others can read"));

  const auto weak = to_base64("changeme-changeme-changeme-12345");
  write_file(folder, "secrets.toml",
             "token_key = \"" + weak + "\"\nmaster_key = \"" + weak + "\"\n");
  chmod(path.c_str(), 0600);
  EXPECT_TRUE(load_secrets(folder.path()).error().message.contains("weak"));
}

}  // namespace
}  // namespace qd::config
