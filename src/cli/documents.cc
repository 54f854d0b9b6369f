#include "cli/documents.h"

#include <fstream>
#include <set>

#include <fmt/format.h>

#include "base/near_name.h"
#include "cli/text.h"

namespace qd::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestFile = 64 << 20;
constexpr std::array<std::string_view, 8> kManaged{
    "id",         "project_id", "created_at",        "updated_at",
    "created_by", "revision",   "published_version", "draft"};
constexpr std::array<std::string_view, 4> kKinds{"Project", "Tool", "Agent", "Workflow"};

std::unexpected<Error> wrong(const std::string& file, const engine::YamlDocument& source,
                             std::string_view path, std::string_view message) {
  const auto place = source.find(path);
  return fail(ErrorKind::Invalid, "document.not_valid",
              place ? fmt::format("{}:{}:{}: {}", file, place->line, place->column, message)
                    : fmt::format("{}: {}", file, message));
}

/// The texts between lines of `---`, each with as many line ends before it as it had in the file,
/// so that lines count as people see them.
std::vector<std::string> split_documents(std::string_view text) {
  std::vector<std::string> documents(1);
  bool has_content = false;
  std::size_t lines = 0;
  while (!text.empty()) {
    const auto length = std::min(text.find('\n'), text.size() - 1) + 1;
    const auto line = text.substr(0, length);
    text.remove_prefix(length);
    ++lines;
    const bool is_mark = line.starts_with("---") &&
                         (line.size() == 3 || line[3] == '\n' || line[3] == '\r' || line[3] == ' ');
    if (!is_mark) {
      const auto first = line.find_first_not_of(" \t\r\n");
      has_content = has_content || (first != std::string_view::npos && line[first] != '#');
      documents.back() += line;
    } else {
      if (!std::exchange(has_content, false)) documents.pop_back();
      documents.emplace_back(lines, '\n');
    }
  }
  if (!has_content) documents.pop_back();
  return documents;
}

Result<DocumentKind> kind_of(const Document& document) {
  const auto* value = json::find(document.source.value, "kind");
  if (!value) {
    if (json::find(document.source.value, "nodes")) return DocumentKind::Workflow;
    return wrong(document.file, document.source, "",
                 "a document needs a kind: Project, Tool, Agent or Workflow");
  }
  const auto text = brief(*value);
  for (const auto& [kind, name] : enum_names<DocumentKind>())
    if (text.size() == name.size() && snake_case(text) == name) return kind;
  const auto near = near_name(text, kKinds);
  return wrong(document.file, document.source, "/kind",
               fmt::format("'{}' is no kind; {}", text,
                           near.empty() ? "there are Project, Tool, Agent and Workflow"
                                        : fmt::format("did you mean '{}'?", near)));
}

/// Into the fields that the API takes.
void shape(Document& document) {
  auto& content = document.content;
  content.stable_erase("kind");
  switch (document.kind) {
    case DocumentKind::Project:
      if (const auto* variables = content.if_contains("variables");
          variables && variables->is_object())
        document.variables = variables->get_object();
      content.stable_erase("variables");
      break;
    case DocumentKind::Tool:
      content["kind"] = content.contains("type") ? content.at("type") : Json("http");
      content.stable_erase("type");
      break;
    case DocumentKind::Agent:
      break;
    case DocumentKind::Workflow:
      if (content.contains("definition")) {
        document.nested = "/definition";
        break;
      }
      JsonObject outer{{"name", document.name}};
      if (const auto* description = content.if_contains("description"))
        outer["description"] = *description;
      outer["definition"] = std::move(content);
      content = std::move(outer);
      break;
  }
}

Result<Document> read_document(std::string_view text, const std::string& file) {
  auto source = engine::yaml_to_json(text);
  if (!source)
    return fail(ErrorKind::Malformed, source.error().code,
                fmt::format("{}: {}", file, source.error().message));
  Document document{.file = file, .source = *std::move(source)};
  if (!document.source.value.is_object())
    return wrong(file, document.source, "", "a document is an object with a kind");
  QD_TRY(document.kind, kind_of(document));
  document.name = text_at(document.source.value, "name");
  if (document.name.empty())
    return wrong(file, document.source, "",
                 fmt::format("this {} needs a name", enum_name(document.kind)));
  document.content = document.source.value.get_object();
  shape(document);
  return document;
}

Result<void> refuse_doubles(const std::vector<Document>& documents) {
  std::set<std::pair<DocumentKind, std::string>> seen;
  for (const auto& document : documents)
    if (!seen.emplace(document.kind, document.name).second)
      return wrong(
          document.file, document.source, "/name",
          fmt::format("there are two {} named '{}'", plural(document.kind), document.name));
  return {};
}

}  // namespace

std::string plural(DocumentKind kind) {
  return std::string(enum_name(kind)) + "s";
}

std::vector<fs::path> yaml_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    const bool is_hidden = entry.path().filename().string().starts_with('.');
    if (entry.is_regular_file() && !is_hidden && (extension == ".yaml" || extension == ".yml"))
      files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

Result<std::string> read_file(const fs::path& path) {
  std::error_code missing;
  const auto size = fs::file_size(path, missing);
  std::ifstream file(path, std::ios::binary);
  if (missing || !file)
    return fail(ErrorKind::NotFound, "file.not_found", fmt::format("can't read {}", path.string()));
  if (size > kLargestFile)
    return fail(ErrorKind::TooLarge, "file.too_large",
                fmt::format("{} is over 64 MiB", path.string()));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::vector<Document> in_order(std::vector<Document> documents) {
  std::vector<Document> sorted;
  sorted.reserve(documents.size());
  for (const auto& [kind, name] : enum_names<DocumentKind>())
    for (auto& document : documents)
      if (document.kind == kind) sorted.push_back(std::move(document));
  return sorted;
}

Result<std::vector<Document>> parse_documents(std::string_view text, const std::string& file) {
  std::vector<Document> documents;
  for (const auto& part : split_documents(text)) {
    QD_TRY(auto document, read_document(part, file));
    documents.push_back(std::move(document));
  }
  if (documents.empty())
    return fail(ErrorKind::Invalid, "document.none", fmt::format("{} holds no document", file));
  return documents;
}

Result<std::vector<Document>> load_documents(const fs::path& path) {
  std::error_code ignored;
  const auto files = fs::is_directory(path, ignored) ? yaml_files(path) : std::vector{path};
  if (files.empty())
    return fail(ErrorKind::Invalid, "document.none",
                fmt::format("there is no .yaml file in {}", path.string()));
  std::vector<Document> documents;
  for (const auto& file : files) {
    QD_TRY(const auto text, read_file(file));
    QD_TRY(auto more, parse_documents(text, file.string()));
    std::ranges::move(more, std::back_inserter(documents));
  }
  QD_CHECK(refuse_doubles(documents));
  return in_order(std::move(documents));
}

JsonObject content_of(DocumentKind kind, const Json& resource) {
  JsonObject content;
  if (!resource.is_object()) return content;
  for (const auto& entry : resource.get_object()) {
    const bool is_managed =
        std::ranges::find(kManaged, std::string_view(entry.key())) != kManaged.end();
    const bool is_view = kind == DocumentKind::Project && entry.key() == "my_role";
    if (is_managed || is_view || entry.value().is_null()) continue;
    content[entry.key()] = entry.value();
  }
  // Bounds that are not set.
  if (auto* limits = content.if_contains("limits"); limits && limits->is_object()) {
    auto& bounds = limits->get_object();
    for (auto it = bounds.begin(); it != bounds.end();)
      it = it->value().is_null() ? bounds.stable_erase(it) : it + 1;
  }
  return content;
}

JsonObject to_document(DocumentKind kind, const Json& resource) {
  JsonObject document{{"kind", kKinds[static_cast<std::size_t>(kind)]}};
  auto content = content_of(kind, resource);
  if (kind == DocumentKind::Tool) {
    document["name"] = content["name"];
    document["type"] = content["kind"];
    content.stable_erase("kind");
  }
  if (kind == DocumentKind::Workflow && content.contains("definition") &&
      content["definition"].is_object()) {
    document["format"] = "quarterdeck/v1";
    document["name"] = content["name"];
    if (content.contains("description")) document["description"] = content["description"];
    for (const auto& entry : content["definition"].get_object())
      if (entry.key() != "kind") document[entry.key()] = entry.value();
    document["name"] = content["name"];
    return document;
  }
  for (const auto& entry : content) document[entry.key()] = entry.value();
  return document;
}

}  // namespace qd::cli
