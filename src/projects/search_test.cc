#include "projects/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qd::projects {
namespace {

using testing::ElementsAre;

TEST(SearchTerms, AreFoldedWordsWithoutAnythingThatAStoreKnows) {
  EXPECT_THAT(search_terms("Invoice  2026-11"), ElementsAre("invoice", "2026", "11"));
  EXPECT_THAT(search_terms(R"(a"b' NEAR(c) d* -e ^f {g}: h\)"),
              ElementsAre("a", "b", "near", "c", "d", "e", "f", "g", "h"));
  EXPECT_THAT(search_terms("ÄRGER Straße"), ElementsAre("ärger", "straße"));
  EXPECT_TRUE(search_terms("\"' -- !!! %_&|").empty());
}

TEST(SearchTerms, AreAtMostSixteen) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "w ";
  EXPECT_EQ(search_terms(many).size(), 16u);
}

TEST(SearchTerms, BecomeTheQueryOfEachStore) {
  EXPECT_EQ(fts5_query({"or", "near"}), R"("or"* "near"*)");
  EXPECT_EQ(tsquery({"or", "near"}), "'or':* & 'near':*");
}

TEST(Highlight, MarksTheWordsThatBeginWithATerm) {
  EXPECT_EQ(highlight("Invoices, INVOICE and reinvoice", {"invoice"}),
            "<mark>Invoices</mark>, <mark>INVOICE</mark> and reinvoice");
}

TEST(Highlight, IsHtmlInWhichOnlyMarksAreMarkup) {
  EXPECT_EQ(highlight("<script>alert('x')</script> & \"mark\"", {"mark"}),
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;<mark>mark</mark>&quot;");
}

}  // namespace
}  // namespace qd::projects
