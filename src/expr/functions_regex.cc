// `regex.*`, over RE2: linear in the text whatever the pattern.
#include <re2/re2.h>

#include "expr/functions.h"

namespace qd::expr {

namespace {

using Arguments = std::span<const Value>;

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

bool are_strings(Arguments values) {
  return std::ranges::all_of(values, [](const Value& value) { return value.is(Kind::String); });
}

/// A pattern that is compiled for one call and applied to one text.
class Search {
 public:
  Search(std::string_view text, std::string_view pattern) : text_(text) {
    RE2::Options options(RE2::Quiet);
    options.set_max_mem(1 << 20);
    if (pattern.size() <= kMaxPattern) pattern_.emplace(piece(pattern), options);
  }

  /// What is wrong with the pattern or does not fit the budget; nothing where all is well.
  [[nodiscard]] std::optional<Value> refuse(Evaluation& run) {
    if (!pattern_) return run.fail("expression.argument", "a pattern is at most 4096 bytes long");
    const auto bytes = 100 + pattern_->pattern().size() * 10 + text_.size();
    if (!run.charge(static_cast<std::int64_t>(bytes))) return run.out_of_budget();
    if (!pattern_->ok())
      return run.fail("expression.argument", "the pattern is not valid: " + pattern_->error());
    return std::nullopt;
  }
  /// For results that are one text a match.
  [[nodiscard]] std::optional<Value> refuse_groups(Evaluation& run) {
    if (auto refused = refuse(run)) return refused;
    if (pattern_->NumberOfCapturingGroups() > 1)
      return run.fail("expression.argument", "the pattern has more than one group");
    return std::nullopt;
  }

  [[nodiscard]] RE2& pattern() { return *pattern_; }

  /// The next match, or its group where the pattern has one; null text is a group that took no
  /// part.
  [[nodiscard]] std::optional<re2::StringPiece> next() {
    re2::StringPiece found[2];
    const int groups = 1 + pattern_->NumberOfCapturingGroups();
    if (at_ > text_.size() ||
        !pattern_->Match(piece(text_), at_, text_.size(), RE2::UNANCHORED, found, groups))
      return std::nullopt;
    const auto end = static_cast<std::size_t>(found[0].data() - text_.data()) + found[0].size();
    at_ = end + (found[0].empty() ? 1 : 0);
    return found[groups - 1];
  }

 private:
  static constexpr std::size_t kMaxPattern = 4096;
  std::string_view text_;
  std::optional<RE2> pattern_;
  std::size_t at_ = 0;
};

/// Of one more search of a text: a match may be short and yet have looked at all that follows.
std::int64_t search_cost(std::string_view text) {
  return 1 + static_cast<std::int64_t>(text.size() / 200);
}

Value lent(const re2::StringPiece& text) {
  return Value::string({text.data(), text.size()});
}

Value extract(Evaluation& run, Arguments arguments) {
  if (!are_strings(arguments)) return run.no_overload("regex.extract", arguments);
  Search search(arguments[0].text(), arguments[1].text());
  if (const auto refused = search.refuse_groups(run)) return *refused;
  const auto found = search.next();
  if (!found || found->data() == nullptr) return Value::optional(nullptr);
  return Value::optional(run.arena().make(lent(*found)));
}

Value extract_all(Evaluation& run, Arguments arguments) {
  if (!are_strings(arguments)) return run.no_overload("regex.extractAll", arguments);
  Search search(arguments[0].text(), arguments[1].text());
  if (const auto refused = search.refuse_groups(run)) return *refused;
  std::vector<Value> found;
  while (const auto match = search.next()) {
    if (!run.charge(search_cost(arguments[0].text()))) return run.out_of_budget();
    if (match->data() != nullptr) found.push_back(lent(*match));
  }
  const auto items = run.arena().array<Value>(found.size());
  std::ranges::copy(found, items.begin());
  return Value::list(items);
}

/// Appends the text with its first `count` matches replaced; false when the budget is used up.
bool replace_into(Evaluation& run, std::string& out, RE2& pattern, std::string_view text,
                  std::string_view by, std::int64_t count) {
  constexpr int kMaxGroups = 10;
  re2::StringPiece groups[kMaxGroups];
  const int used = std::min(kMaxGroups, 1 + pattern.NumberOfCapturingGroups());
  std::size_t at = 0;
  std::size_t copied = 0;
  for (; count != 0 && at <= text.size(); --count) {
    if (!pattern.Match(piece(text), at, text.size(), RE2::UNANCHORED, groups, used)) break;
    const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
    out += text.substr(copied, begin - copied);
    const auto before = out.size();
    pattern.Rewrite(&out, piece(by), groups, used);
    if (!run.charge_bytes(out.size() - before) || !run.charge(search_cost(text))) return false;
    copied = begin + groups[0].size();
    at = copied + (groups[0].empty() ? 1 : 0);
  }
  out += text.substr(std::min(copied, text.size()));
  return true;
}

Value replace(Evaluation& run, Arguments arguments) {
  const bool has_count = arguments.size() == 4;
  if (!are_strings(arguments.first(3)) || (has_count && !arguments[3].is(Kind::Int)))
    return run.no_overload("regex.replace", arguments);
  Search search(arguments[0].text(), arguments[1].text());
  if (const auto refused = search.refuse(run)) return *refused;
  const auto by = arguments[2].text();
  std::string fault;
  if (!search.pattern().CheckRewriteString(piece(by), &fault))
    return run.fail("expression.argument", "the replacement is not valid: " + fault);
  const auto count = has_count ? arguments[3].integer() : -1;
  std::string out;
  if (!replace_into(run, out, search.pattern(), arguments[0].text(), by, count))
    return run.out_of_budget();
  return run.text(out);
}

}  // namespace

std::span<const Function> regex_functions() {
  static constexpr Function kFunctions[] = {
      {"regex.extract", CallStyle::Global, 2, 2, extract,
       "(string, string) -> optional_type(string)"},
      {"regex.extractAll", CallStyle::Global, 2, 2, extract_all,
       "(string, string) -> list(string)"},
      {"regex.replace", CallStyle::Global, 3, 4, replace,
       "(string, string, string) -> string; (string, string, string, int) -> string"},
  };
  return kFunctions;
}

}  // namespace qd::expr
