#include "expr/template.h"

#include "expr/evaluator.h"
#include "expr/lexer.h"
#include "expr/result.h"
#include "expr/utf8.h"
#include "json/json.h"

namespace qd::expr {

namespace {

struct Piece {
  std::string text;
  /// Null for a piece of plain text.
  std::shared_ptr<const Program> program;
};

enum class Form { Constant, Value, Text, Array, Object };

/// One value of the template; what holds no expression is one constant, however large.
struct Part {
  Form form = Form::Constant;
  const Json* constant = nullptr;
  std::vector<Piece> pieces;
  std::vector<Part> items;
  /// Of an object: the key of each item.
  std::vector<std::string> keys;
};

void advance(Position& place, std::string_view text) {
  for (const char c : text) {
    if (c == '\n')
      place = {place.line + 1, 1};
    else if (!is_continuation(c))
      ++place.column;
  }
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Whether the quote at `at` opens a raw string: an `r` stands before it that is no name's end.
bool opens_raw(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && is_name_char(text[begin - 1])) --begin;
  const auto prefix = text.substr(begin, at - begin);
  return !prefix.empty() && prefix.size() <= 2 &&
         prefix.find_first_not_of("rRbB") == std::string_view::npos &&
         prefix.find_first_of("rR") != std::string_view::npos;
}

/// Just behind the string literal that opens at `at`; the end of the text when it never closes.
std::size_t skip_string(std::string_view text, std::size_t at) {
  const bool is_raw = opens_raw(text, at);
  const std::string triple(3, text[at]);
  const auto closing = text.substr(at).starts_with(triple) ? triple : triple.substr(0, 1);
  for (at += closing.size(); at < text.size(); ++at) {
    if (text[at] == '\\' && !is_raw)
      ++at;
    else if (text.substr(at).starts_with(closing))
      return at + closing.size();
  }
  return text.size();
}

/// Where the `}}` stands that closes an expression starting at `at`: not one inside a string or of
/// a map.
std::size_t find_close(std::string_view text, std::size_t at) {
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = skip_string(text, at);
      continue;
    }
    if (c == '}' && depth == 0)
      return text.substr(at).starts_with("}}") ? at : std::string_view::npos;
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    ++at;
  }
  return std::string_view::npos;
}

}  // namespace

struct Template::Body {
  Json source;
  Part root;
  std::vector<Use> uses;
};

struct TemplateCompiler {
  Template::Body& body;
  Environment environment;
  std::vector<Fault> faults;

  Part compile(const Json& value, const std::string& path) {
    if (value.is_string()) return compile_text(value, path);
    if (value.is_array()) return compile_array(value, path);
    if (value.is_object()) return compile_object(value, path, {});
    return {.constant = &value};
  }

  Part compile_array(const Json& value, const std::string& path) {
    Part part{.form = Form::Array};
    bool is_constant = true;
    for (std::size_t i = 0; i < value.get_array().size(); ++i) {
      part.items.push_back(compile(value.get_array()[i], fmt::format("{}/{}", path, i)));
      is_constant = is_constant && part.items.back().form == Form::Constant;
    }
    if (is_constant) return {.constant = &value};
    return part;
  }

  Part compile_object(const Json& value, const std::string& path,
                      const std::vector<std::string>& literals) {
    Part part{.form = Form::Object};
    bool is_constant = true;
    for (const auto& member : value.get_object()) {
      const std::string key = member.key();
      const bool is_literal = std::ranges::find(literals, key) != literals.end();
      part.items.push_back(is_literal
                               ? Part{.constant = &member.value()}
                               : compile(member.value(), path + "/" + json::escape_pointer(key)));
      part.keys.push_back(key);
      is_constant = is_constant && part.items.back().form == Form::Constant;
    }
    if (is_constant) return {.constant = &value};
    return part;
  }

  Part compile_text(const Json& value, const std::string& path) {
    const std::string_view text = value.get_string();
    if (!text.contains("{{")) return {.constant = &value};
    Part part{.form = Form::Text};
    std::string plain;
    Position place;
    std::size_t at = 0;
    while (at < text.size()) {
      const auto open = std::min(text.find("{{", at), text.size());
      plain += text.substr(at, open - at);
      advance(place, text.substr(at, open - at));
      if (open == text.size()) break;
      if (text.substr(open).starts_with("{{{{")) {
        plain += "{{";
        at = open + 4;
        advance(place, "{{{{");
        continue;
      }
      const auto close = find_close(text, open + 2);
      if (close == std::string_view::npos) {
        report(path, error_at(place, "expression.syntax",
                              "'{{' has no '}}' that closes it; '{{{{' writes a plain '{{'"));
        return {.constant = &value};
      }
      if (!plain.empty()) part.pieces.push_back({.text = std::exchange(plain, {})});
      add_expression(part, text.substr(open + 2, close - open - 2), {place.line, place.column + 2},
                     path);
      advance(place, text.substr(open, close + 2 - open));
      at = close + 2;
    }
    if (part.pieces.size() == 1 && plain.empty() && part.pieces[0].program) part.form = Form::Value;
    if (!plain.empty()) part.pieces.push_back({.text = std::move(plain)});
    return part;
  }

  void add_expression(Part& part, std::string_view source, Position start,
                      const std::string& path) {
    auto program = build_program(source, start, environment);
    if (!program) {
      report(path, program.error());
      part.pieces.push_back({});
      return;
    }
    for (const auto& reference : (*program)->references) body.uses.push_back({path, reference});
    part.pieces.push_back({.program = *std::move(program)});
  }

  void report(const std::string& path, const Error& error) {
    if (error.faults.empty()) faults.push_back({path, error.code, error.message});
    for (const auto& fault : error.faults) faults.push_back({path, fault.code, fault.message});
  }
};

namespace {

class Rendering {
 public:
  Rendering(const Scope& scope, Budget budget) : scope_(scope), cost_left_(budget.cost) {}

  Result<Json> render(const Part& part) {
    switch (part.form) {
      case Form::Constant:
        return *part.constant;
      case Form::Value:
        return located(value(*part.pieces[0].program));
      case Form::Text:
        return located(text(part));
      case Form::Array:
        return array(part);
      case Form::Object:
        return object(part);
    }
    return Json();
  }

 private:
  Result<Json> value(const Program& program) {
    Evaluator evaluator(program, scope_, {cost_left_});
    auto json = to_json(evaluator.run(), space_);
    cost_left_ = evaluator.cost_left();
    return json;
  }

  Result<Json> text(const Part& part) {
    std::string out;
    for (const auto& piece : part.pieces) {
      if (!piece.program) {
        out += piece.text;
        continue;
      }
      QD_TRY(const auto json, value(*piece.program));
      if (json.is_string())
        out += std::string_view(json.get_string());
      else
        out += to_text(json);
    }
    return Json(boost::json::string_view(out));
  }

  Result<Json> array(const Part& part) {
    JsonArray out;
    --space_.depth_left;
    for (std::size_t i = 0; i < part.items.size(); ++i) {
      const auto kept = path_.size();
      path_ += fmt::format("/{}", i);
      QD_TRY(auto item, render(part.items[i]));
      path_.resize(kept);
      out.push_back(std::move(item));
    }
    ++space_.depth_left;
    return Json(std::move(out));
  }

  Result<Json> object(const Part& part) {
    JsonObject out;
    --space_.depth_left;
    for (std::size_t i = 0; i < part.items.size(); ++i) {
      const auto kept = path_.size();
      path_ += "/" + json::escape_pointer(part.keys[i]);
      QD_TRY(auto item, render(part.items[i]));
      path_.resize(kept);
      out.insert_or_assign(part.keys[i], std::move(item));
    }
    ++space_.depth_left;
    return Json(std::move(out));
  }

  Result<Json> located(Result<Json> rendered) const {
    if (rendered || path_.empty()) return rendered;
    rendered.error().message = path_ + ": " + rendered.error().message;
    return rendered;
  }

  const Scope& scope_;
  std::int64_t cost_left_;
  ResultSpace space_;
  std::string path_;
};

}  // namespace

Template Template::literal(Json value) {
  auto body = std::make_shared<Body>(std::move(value));
  body->root = {.constant = &body->source};
  return Template(std::move(body));
}

Result<Json> Template::render(const Scope& scope, Budget budget) const {
  return Rendering(scope, budget).render(body_->root);
}

const Json& Template::source() const {
  return body_->source;
}

const std::vector<Template::Use>& Template::uses() const {
  return body_->uses;
}

bool Template::is_constant() const {
  return body_->root.form == Form::Constant;
}

Result<Template> compile_template(const Json& value,
                                  const std::vector<std::string>& literal_members,
                                  const Shape* shape) {
  auto body = std::make_shared<Template::Body>(value);
  TemplateCompiler compiler{
      .body = *body, .environment = {.roots = workflow_roots(), .shape = shape}, .faults = {}};
  const auto& kept = body->source;
  body->root = kept.is_object() ? compiler.compile_object(kept, "", literal_members)
                                : compiler.compile(kept, "");
  if (!compiler.faults.empty()) return invalid(std::move(compiler.faults));
  return Template(std::move(body));
}

bool has_expression(std::string_view text) {
  for (auto at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at)) {
    if (!text.substr(at).starts_with("{{{{")) return true;
    at += 4;
  }
  return false;
}

}  // namespace qd::expr
