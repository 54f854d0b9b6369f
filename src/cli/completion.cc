#include "cli/completion.h"

#include "cli/groups.h"

namespace qd::cli {
namespace {

constexpr std::string_view kBash = R"(_qd() {
  local IFS=$'\n'
  COMPREPLY=($(qd __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _qd qd
)";

constexpr std::string_view kZsh = R"(#compdef qd
_qd() {
  local -a words_found
  words_found=("${(@f)$(qd __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "${words_found[1]}" ]]; then compadd -- "${words_found[@]}"; else _files; fi
}
compdef _qd qd
)";

constexpr std::string_view kFish = R"FISH(function __qd_complete
  set -l words (commandline -opc) (commandline -ct)
  qd __complete -- $words[2..-1] 2>/dev/null
end
complete -c qd -a "(__qd_complete)"
)FISH";

const CLI::App* subcommand(const CLI::App& app, const std::string& name) {
  for (const auto* one : app.get_subcommands([](const CLI::App*) { return true; }))
    if (one->get_name() == name) return one;
  return nullptr;
}

/// The option that a word names, if it does.
const CLI::Option* option(const CLI::App& app, const std::string& word) {
  if (!word.starts_with('-')) return nullptr;
  for (const auto* one : app.get_options())
    if (one->check_name(word)) return one;
  return nullptr;
}

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

void add_if(std::vector<std::string>& out, const std::string& word, const std::string& prefix) {
  if (word.starts_with(prefix)) out.push_back(word);
}

}  // namespace

std::vector<std::string> complete(const CLI::App& app, const std::vector<std::string>& words) {
  const auto* at = &app;
  const std::string prefix = words.empty() ? "" : words.back();
  bool value_is_due = false;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (std::exchange(value_is_due, false)) continue;
    const auto* named = option(*at, words[i]);
    value_is_due = named && takes_value(*named);
    if (const auto* next = subcommand(*at, words[i])) at = next;
  }
  std::vector<std::string> out;
  if (value_is_due) return out;
  if (!prefix.starts_with('-'))
    for (const auto* one : at->get_subcommands([](const CLI::App*) { return true; }))
      if (!one->get_group().empty()) add_if(out, one->get_name(), prefix);
  const bool has_commands = !out.empty();
  if (prefix.starts_with('-') || (prefix.empty() && !has_commands))
    for (const auto* one : at->get_options())
      for (const auto& name : one->get_lnames()) add_if(out, "--" + name, prefix);
  return out;
}

std::string completion_script(const std::string& shell) {
  if (shell == "bash") return std::string(kBash);
  if (shell == "zsh") return std::string(kZsh);
  if (shell == "fish") return std::string(kFish);
  return "";
}

void add_completion_commands(const Commands& commands, CLI::App& app) {
  const auto shell = std::make_shared<std::string>();
  auto& command = commands.add(
      app,
      {"completion",
       "What makes your shell complete commands and options.",
       {"qd completion bash > ~/.local/share/bash-completion/completions/qd",
        "qd completion zsh > \"${fpath[1]}/_qd\"",
        "qd completion fish > ~/.config/fish/completions/qd.fish"}},
      [shell](Session& session) -> Result<int> {
        session.show(JsonObject{{"script", completion_script(*shell)}}, completion_script(*shell));
        return kOk;
      });
  command.add_option("shell", *shell, "Which one")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));

  const auto words = std::make_shared<std::vector<std::string>>();
  auto& asking = commands.add(app, {"__complete", "For shells."},
                              [words, &app](Session& session) -> Result<int> {
                                for (const auto& word : complete(app, *words)) session.say(word);
                                return kOk;
                              });
  asking.group("");
  asking.add_option("words", *words, "The command line so far");
}

}  // namespace qd::cli
