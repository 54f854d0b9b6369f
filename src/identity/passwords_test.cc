#include "identity/passwords.h"

#include <crypt.h>
#include <gtest/gtest.h>

#include "identity/text_folding.h"

namespace qd::identity {
namespace {

TEST(UnmatchableHash, CostsTheWorkOfARealOneAndMatchesNothing) {
  crypt_data data{};
  const auto hash = unmatchable_hash(4);

  const char* made = crypt_r("any password", hash.c_str(), &data);

  ASSERT_NE(made, nullptr);
  EXPECT_EQ(std::string_view(made).size(), hash.size());
  EXPECT_TRUE(std::string_view(made).starts_with(hash.substr(0, 28)));
  EXPECT_NE(made, hash);
}

TEST(FoldCase, LowersLettersOfAllScripts) {
  EXPECT_EQ(fold_case("ADA@Example.COM"), "ada@example.com");
  EXPECT_EQ(fold_case("ÄÖÜ ΑΒΓ ЖЩ"), "äöü αβγ жщ");
  EXPECT_EQ(fold_case("𐐀 日本 😀"), "𐐨 日本 😀");
  EXPECT_EQ(fold_case(""), "");
}

TEST(LikePatterns, TakeTheirTextLetterForLetter) {
  EXPECT_EQ(containing("50%_A\\"), "%50\\%\\_a\\\\%");
  EXPECT_EQ(beginning_with("Project."), "Project.%");
}

}  // namespace
}  // namespace qd::identity
