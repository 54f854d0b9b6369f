#include <array>

#include "platform/config/config.h"

namespace qd::config {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kDay = 24 * 60 * kMinute;

constexpr std::array kSettings{
    Setting{"address", Type::Text, "127.0.0.1", "The address to listen on; 0.0.0.0 for every one.", 0, 0, {}, false, Form::Address},
    Setting{"port", Type::Number, "8000", "The port to listen on; 0 takes any free one.", 0, 65'535},
    Setting{"data", Type::Text, "./data", "The folder for the database, keys and files."},
    Setting{"database", Type::Text, "", "postgres://… for PostgreSQL; empty: SQLite in the data folder.", 0, 0, {}, true},
    Setting{"threads", Type::Number, "0", "Threads for connections; 0: one for each core.", 0, 256},
    Setting{"public_url", Type::Text, "", "Where people reach this server, for links; empty: the address and port.", 0, 0, {}, false, Form::WebUrl},
    Setting{"trusted_proxies", Type::List, "", "Address ranges whose X-Forwarded-For is believed.", 0, 0, {}, false, Form::AddressRange},
    Setting{"cors.origins", Type::List, "", "Origins of other sites whose pages may call the API.", 0, 0, {}, false, Form::Origin},
    Setting{"tls.certificate", Type::Text, "", "PEM file with the certificate chain; with tls.key, serves HTTPS."},
    Setting{"tls.key", Type::Text, "", "PEM file with the certificate's key."},
    Setting{"log.level", Type::Choice, "info", "The least serious messages to log.", 0, 0, "trace|debug|info|warn|error|off"},
    Setting{"log.format", Type::Choice, "text", "Text for people or JSON for machines.", 0, 0, "text|json"},
    Setting{"log.access", Type::Choice, "off", "Whether each request is logged.", 0, 0, "on|off"},
    Setting{"registration", Type::Choice, "open", "Who may register: anybody, the invited, or nobody (the first account always may).", 0, 0, "open|invite|closed"},
    Setting{"access_token_ttl", Type::Duration, "15m", "How long an access token is good for.", kMinute, kDay},
    Setting{"refresh_token_ttl", Type::Duration, "30d", "How long a session lasts without use.", kMinute, 365 * kDay},
    Setting{"bcrypt.cost", Type::Number, "12", "Work factor of password hashes; each step doubles the work.", 4, 16},
    Setting{"rate_limit.requests_per_minute", Type::Number, "6000", "Requests a minute for each caller; 0: without limit.", 0, 10'000'000},
    Setting{"rate_limit.auth_per_minute", Type::Number, "60", "Sign-in requests a minute for each address; 0: without limit.", 0, 10'000'000},
    Setting{"outbound.allow", Type::List, "", "Address ranges that outbound requests may reach although they are private.", 0, 0, {}, false, Form::AddressRange},
    Setting{"models.default", Type::Text, "", "An OpenAI-compatible server for agents with `provider: auto`: http://host/v1?model=NAME."},
    Setting{"models.openai.base_url", Type::Text, "https://api.openai.com/v1", "Where the OpenAI API is reached.", 0, 0, {}, false, Form::WebUrl},
    Setting{"models.openai.api_key", Type::Text, "", "Key for agents that name no credential of their project.", 0, 0, {}, true},
    Setting{"models.anthropic.base_url", Type::Text, "https://api.anthropic.com", "Where the Anthropic API is reached.", 0, 0, {}, false, Form::WebUrl},
    Setting{"models.anthropic.api_key", Type::Text, "", "Key for agents that name no credential of their project.", 0, 0, {}, true},
    Setting{"drain_timeout", Type::Duration, "20s", "How long a stopping server waits for requests in flight.", 0, 10 * kMinute},
};

}  // namespace

std::span<const Setting> all_settings() { return kSettings; }

}  // namespace qd::config
