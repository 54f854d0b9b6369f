#include "cli/bundle.h"

#include <set>

#include <fmt/format.h>

#include "cli/text.h"

namespace qd::cli {
namespace {

using Names = std::set<std::pair<DocumentKind, std::string>>;

void add_list(const Json* list, DocumentKind kind, Names& names) {
  if (!list || !list->is_array()) return;
  for (const auto& item : list->get_array())
    if (item.is_string()) names.emplace(kind, std::string(item.get_string()));
}

/// What the nodes name, and those of their bodies.
void add_needs(const Json* nodes, Names& names) {
  if (!nodes || !nodes->is_array()) return;
  for (const auto& node : nodes->get_array()) {
    for (const auto kind : {DocumentKind::Agent, DocumentKind::Tool, DocumentKind::Workflow})
      if (const auto name = text_at(node, fmt::format("with/{}", enum_name(kind))); !name.empty())
        names.emplace(kind, name);
    add_needs(member(node, "with/body/nodes"), names);
  }
}

/// What this document names: a workflow agents, tools and workflows, an agent its tools.
Names needs_of(const Document& document) {
  Names names;
  if (document.kind == DocumentKind::Agent)
    add_list(json::find(document.content, "tools"), DocumentKind::Tool, names);
  const Json content(document.content);
  if (document.kind == DocumentKind::Workflow)
    add_needs(member(content, "definition/nodes"), names);
  return names;
}

/// Takes from `beside` what is named, and what that names in turn.
void add_needed(std::vector<Document>& bundle, const std::vector<Document>& beside) {
  for (std::size_t i = 0; i < bundle.size(); ++i)
    for (const auto& [kind, name] : needs_of(bundle[i])) {
      const auto is_it = [&](const Document& one) { return one.kind == kind && one.name == name; };
      if (std::ranges::any_of(bundle, is_it)) continue;
      if (const auto found = std::ranges::find_if(beside, is_it); found != beside.end())
        bundle.push_back(*found);
    }
}

/// What is run comes after the workflows that it calls.
std::vector<Document> with_main_last(std::vector<Document> bundle, const std::string& main) {
  const auto at = std::ranges::find_if(bundle, [&](const Document& one) {
    return one.kind == DocumentKind::Workflow && one.name == main;
  });
  std::rotate(at, at + 1, bundle.end());
  return in_order(std::move(bundle));
}

/// Whether a file means to hold documents of ours; a folder may hold other YAML too.
bool means_us(std::string_view text) {
  static constexpr std::array<std::string_view, 4> kMarks{"kind: Project", "kind: Tool",
                                                          "kind: Agent", "kind: Workflow"};
  return std::ranges::any_of(kMarks, [&](auto mark) {
    return text.starts_with(mark) || text.find("\n" + std::string(mark)) != std::string_view::npos;
  });
}

Result<std::vector<Document>> load_beside(const std::filesystem::path& path) {
  std::vector<Document> beside;
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  for (const auto& file : yaml_files(folder)) {
    if (file.filename() == path.filename()) continue;
    QD_TRY(const auto text, read_file(file));
    if (!means_us(text)) continue;
    QD_TRY(auto documents, parse_documents(text, file.string()));
    std::ranges::move(documents, std::back_inserter(beside));
  }
  return beside;
}

}  // namespace

Result<std::vector<Document>> load_bundle(const std::filesystem::path& path) {
  QD_TRY(auto bundle, load_documents(path));
  if (std::ranges::count(bundle, DocumentKind::Workflow, &Document::kind) != 1)
    return fail(ErrorKind::Invalid, "run.workflow",
                fmt::format("{} must hold exactly one workflow to run", path.string()));
  QD_TRY(const auto beside, load_beside(path));
  const auto is_project = [](const Document& one) { return one.kind == DocumentKind::Project; };
  if (std::ranges::none_of(bundle, is_project))
    std::ranges::copy_if(beside, std::back_inserter(bundle), is_project);
  const auto main = std::ranges::find(bundle, DocumentKind::Workflow, &Document::kind)->name;
  add_needed(bundle, beside);
  return with_main_last(std::move(bundle), main);
}

}  // namespace qd::cli
