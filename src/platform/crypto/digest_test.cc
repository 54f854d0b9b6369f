#include "platform/crypto/digest.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "platform/crypto/box.h"

namespace qd::crypto {
namespace {

Secret master(char fill = 'k') {
  return Secret(std::string(Box::kKeyBytes, fill));
}

TEST(Digest, AgreesWithThePublishedVectors) {
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, RandomBytesDiffer) {
  EXPECT_EQ(random_bytes(16).size(), 16u);
  EXPECT_NE(random_bytes(16), random_bytes(16));
}

TEST(Digest, ComparesWholeTexts) {
  EXPECT_TRUE(equal_in_constant_time("same", "same"));
  EXPECT_FALSE(equal_in_constant_time("same", "sane"));
  EXPECT_FALSE(equal_in_constant_time("same", "same "));
  EXPECT_TRUE(equal_in_constant_time("", ""));
}

TEST(Digest, KeysForTwoPurposesDiffer) {
  EXPECT_NE(derive_key(master(), "a").reveal(), derive_key(master(), "b").reveal());
  EXPECT_EQ(derive_key(master(), "a").reveal(), derive_key(master(), "a").reveal());
}

TEST(Box, OpensWhatItSealed) {
  const Box box(master());

  const auto sealed = box.seal("hunter2", "credential:1");

  EXPECT_TRUE(sealed.starts_with("v1."));
  EXPECT_FALSE(sealed.contains("hunter2"));
  EXPECT_EQ(box.open(sealed, "credential:1")->reveal(), "hunter2");
}

TEST(Box, KeepsAnEmptyValueAndBytesOfAllKinds) {
  const Box box(master());
  EXPECT_EQ(box.open(box.seal("", "c"), "c")->reveal(), "");
  const std::string bytes("\0\xff\n", 3);
  EXPECT_EQ(box.open(box.seal(bytes, "c"), "c")->reveal(), bytes);
}

TEST(Box, NeverSealsTheSameTextTwice) {
  const Box box(master());
  EXPECT_NE(box.seal("x", "c"), box.seal("x", "c"));
}

TEST(Box, StaysShutInAnotherContext) {
  const Box box(master());
  const auto opened = box.open(box.seal("x", "credential:1"), "credential:2");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "secret.unreadable");
}

TEST(Box, StaysShutUnderAnotherKey) {
  EXPECT_FALSE(Box(master('a')).open(Box(master('b')).seal("x", "c"), "c"));
}

TEST(Box, NoticesEveryChangedByte) {
  const Box box(master());
  const auto bytes = *from_base64url(box.seal("x", "c").substr(3));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(box.open("v1." + to_base64url(changed), "c")) << "byte " << i;
  }
}

TEST(Box, RefusesWhatItNeverSealed) {
  const Box box(master());
  const auto sealed = box.seal("x", "c");
  for (const auto& text : {std::string(), std::string("v1."), std::string("v2.") + sealed.substr(3),
                           sealed.substr(0, 40), sealed + "!", std::string("x")})
    EXPECT_FALSE(box.open(text, "c")) << text;
}

TEST(Box, TakesOnlyAWholeKey) {
  EXPECT_THROW(Box(Secret("short")), std::invalid_argument);
}

}  // namespace
}  // namespace qd::crypto
