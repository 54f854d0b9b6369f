#include "identity/lockout.h"

#include <boost/asio/ip/address.hpp>

#include "base/encoding.h"
#include "platform/crypto/digest.h"

namespace qd::identity {
namespace {

constexpr db::Sql kFind{"lockout.find",
                        "SELECT failures, last_failure_at, locked_until FROM lockouts "
                        "WHERE subject = $1"};
constexpr db::Sql kSave{"lockout.save",
                        "INSERT INTO lockouts (subject, failures, last_failure_at, locked_until) "
                        "VALUES ($1, $2, $3, $4) ON CONFLICT (subject) DO UPDATE SET "
                        "failures = excluded.failures, last_failure_at = excluded.last_failure_at, "
                        "locked_until = excluded.locked_until"};
constexpr db::Sql kForgive{"lockout.forgive", "DELETE FROM lockouts WHERE subject = $1"};
constexpr db::Sql kPrune{"lockout.prune",
                         "DELETE FROM lockouts WHERE subject IN (SELECT subject FROM lockouts "
                         "WHERE last_failure_at < $1 ORDER BY last_failure_at LIMIT 500)"};

/// Hashed, because people type their password where the e-mail belongs.
std::string account_subject(const Attempt& attempt) {
  return "account:" + to_hex(crypto::sha256(attempt.email_folded));
}

std::string address_subject(const Attempt& attempt) {
  return "address:" + address_block(attempt.remote_address);
}

Timestamp locked_until(db::Snapshot& view, const std::string& subject) {
  const auto state = view.first<LockoutState>(kFind, subject);
  return state ? state->locked_until : Timestamp{};
}

bool count(db::Transaction& tx, const LockoutRule& rule, const std::string& subject,
           Timestamp now) {
  const auto state = after_failure(rule, tx.first<LockoutState>(kFind, subject), now);
  tx.execute(kSave, subject, state.failures, state.last_failure_at, state.locked_until);
  return state.locked_until > now;
}

}  // namespace

LockoutState after_failure(const LockoutRule& rule, const std::optional<LockoutState>& before,
                           Timestamp now) {
  const bool remembered = before && now - before->last_failure_at < rule.forgotten_after;
  LockoutState state{.failures = remembered ? before->failures + 1 : 1,
                     .last_failure_at = now,
                     .locked_until = now};
  if (state.failures < rule.free_failures) return state;
  // 2^20 first waits are beyond any longest wait that makes sense.
  const auto doublings = std::min<std::int64_t>(state.failures - rule.free_failures, 20);
  state.locked_until = now + std::min(rule.longest_wait, rule.first_wait * (1 << doublings));
  return state;
}

std::string address_block(const std::string& address) {
  namespace ip = boost::asio::ip;
  boost::system::error_code refused;
  const auto parsed = ip::make_address(address, refused);
  if (refused || parsed.is_v4()) return address;
  const auto v6 = parsed.to_v6();
  if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6).to_string();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return ip::address_v6(bytes).to_string() + "/64";
}

Result<void> Lockouts::check(db::Snapshot& view, const Attempt& attempt, Timestamp now) const {
  auto until = locked_until(view, account_subject(attempt));
  if (!attempt.remote_address.empty())
    until = std::max(until, locked_until(view, address_subject(attempt)));
  if (until <= now) return {};
  const auto wait = std::chrono::ceil<std::chrono::seconds>(until - now);
  return std::unexpected(
      Error{.kind = ErrorKind::Limited,
            .code = "auth.locked",
            .message = "too many failed attempts; try again in " + format_duration(wait),
            .retry_after = wait});
}

bool Lockouts::record_failure(db::Transaction& tx, const Attempt& attempt, Timestamp now) const {
  if (!attempt.remote_address.empty())
    (void)count(tx, options_.address, address_subject(attempt), now);
  return count(tx, options_.account, account_subject(attempt), now);
}

void Lockouts::forgive(db::Transaction& tx, const Attempt& attempt) const {
  tx.execute(kForgive, account_subject(attempt));
}

std::int64_t Lockouts::prune(db::Transaction& tx, Timestamp now) const {
  const auto longest = std::max(options_.account.forgotten_after, options_.address.forgotten_after);
  return tx.execute(kPrune, now - longest);
}

}  // namespace qd::identity
