// The routes that agents, tools and workflows have in common. A policy names the kind's types:
//
//   struct ToolPolicy {
//     using Draft = ToolDraft;          // what is sent, and what a version holds
//     using Resource = Tool;            // struct Tool : ResourceInfo, ToolDraft
//     using Summary = Tool;             // what lists show
//     using Query = ToolQuery;          // of lists: ListQuery and what the kind adds
//     static constexpr std::string_view kName = "tool", kPlural = "tools", kTitle = "Tool";
//     static std::string variant(const Query&);   // what to filter by; empty: nothing
//   };
#pragma once

#include <fmt/format.h>

#include "definitions/service.h"
#include "platform/api/paging.h"

namespace qd::definitions {

struct VersionList {
  std::vector<Version> items;
};
BOOST_DESCRIBE_STRUCT(VersionList, (), (items))

/// A stored document as its kind answers it. The draft's content was checked when it was stored.
template <class Resource, class Draft>
[[nodiscard]] Resource to_resource(const Stored& stored) {
  Resource resource;
  static_cast<ResourceInfo&>(resource) = stored;
  auto draft = json::from_json<Draft>(stored.content, json::Unknown::Ignore);
  if (!draft) throw std::runtime_error("stored content does not fit: " + draft.error().message);
  static_cast<Draft&>(resource) = *std::move(draft);
  return resource;
}

template <class Policy>
class ResourceApi {
  using Draft = typename Policy::Draft;
  using Resource = typename Policy::Resource;
  using Summary = typename Policy::Summary;
  using Query = typename Policy::Query;

 public:
  explicit ResourceApi(DefinitionService& service) : service_(service) {}

  void add_routes(api::Router& router) {
    const std::string collection = fmt::format("/projects/{{project_id}}/{}", Policy::kPlural);
    const std::string one = fmt::format("/{0}/{{{1}_id}}", Policy::kPlural, Policy::kName);
    const std::string title(Policy::kTitle);
    const std::string many = title + "s";
    const std::string name(Policy::kName);
    router.add(
        read(collection, "list" + many, "The project's " + std::string(Policy::kPlural) + "."),
        *this, &ResourceApi::list);
    auto create =
        write("POST", collection, "create" + title, "Make one; it is published as version 1.");
    create.status = 201;
    router.add(create, *this, &ResourceApi::create);
    router.add(read(one, "get" + title, "One " + name + ", with its draft."), *this,
               &ResourceApi::get);
    router.add(write("PUT", one, "replace" + title, "Replace the draft."), *this,
               &ResourceApi::replace);
    router.add(write("PATCH", one, "patch" + title, "Merge into the draft (RFC 7396)."), *this,
               &ResourceApi::patch);
    router.add(write("DELETE", one, "delete" + title, "Delete it with all its versions."), *this,
               &ResourceApi::remove);
    router.add(
        read(one + "/versions", "list" + title + "Versions", "Its versions, the newest first."),
        *this, &ResourceApi::versions);
    router.add(read(one + "/versions/{version}", "get" + title + "Version", "One version."), *this,
               &ResourceApi::version);
    router.add(
        write("POST", one + "/publish", "publish" + title, "Make the draft the next version."),
        *this, &ResourceApi::publish);
    router.add(write("POST", one + "/rollback", "rollBack" + title,
                     "Publish an old version's content again."),
               *this, &ResourceApi::rollback);
    router.add(
        read(one + "/diff", "diff" + title,
             "What differs between two versions; without them, the published one and the draft."),
        *this, &ResourceApi::diff);
  }

 private:
  template <class T>
  using Answer = Task<Result<T>>;

  static api::Endpoint read(std::string path, std::string id, std::string summary) {
    return {.method = "GET",
            .path = std::move(path),
            .id = std::move(id),
            .tag = std::string(Policy::kPlural),
            .summary = std::move(summary),
            .scope = fmt::format("{}:read", Policy::kPlural)};
  }
  static api::Endpoint write(std::string method, std::string path, std::string id,
                             std::string summary) {
    return {.method = std::move(method),
            .path = std::move(path),
            .id = std::move(id),
            .tag = std::string(Policy::kPlural),
            .summary = std::move(summary),
            .scope = fmt::format("{}:write", Policy::kPlural),
            .body_limit = 4 << 20};
  }
  static std::string id_of(const api::RequestContext& request) {
    return request.path(fmt::format("{}_id", Policy::kName));
  }
  static Result<Resource> answer(Result<Stored> stored) {
    QD_TRY(const auto value, std::move(stored));
    return to_resource<Resource, Draft>(value);
  }

  Answer<api::Page<Summary>> list(api::Request<api::Nothing, Query> request) {
    const ProjectId project{request.path("project_id")};
    QD_CO_TRY(auto rows, co_await service_.list(request.caller, project,
                                                Policy::variant(request.query), request.query));
    co_return api::to_page(std::move(rows),
                           [](const Stored& stored) { return Policy::to_summary(stored); });
  }
  Answer<Resource> create(api::Request<Draft> request) {
    co_return answer(co_await service_.create(request.caller, {request.path("project_id")},
                                              json::to_json(request.body)));
  }
  Answer<Resource> get(api::Request<> request) {
    co_return answer(co_await service_.get(request.caller, id_of(request)));
  }
  Answer<Resource> replace(api::Request<Draft> request) {
    co_return answer(co_await service_.replace(request.caller, id_of(request),
                                               json::to_json(request.body), request.if_match));
  }
  Answer<Resource> patch(api::Request<JsonObject> request) {
    co_return answer(co_await service_.patch(request.caller, id_of(request),
                                             std::move(request.body), request.if_match));
  }
  Answer<api::Nothing> remove(api::Request<> request) {
    QD_CO_CHECK(co_await service_.remove(request.caller, id_of(request), request.if_match));
    co_return api::Nothing{};
  }
  Answer<VersionList> versions(api::Request<> request) {
    QD_CO_TRY(auto items, co_await service_.versions(request.caller, id_of(request)));
    co_return VersionList{std::move(items)};
  }
  Answer<Version> version(api::Request<> request) {
    std::int64_t number = 0;
    const auto& text = request.path("version");
    std::from_chars(text.data(), text.data() + text.size(), number);
    co_return co_await service_.version(request.caller, id_of(request), number);
  }
  Answer<Resource> publish(api::Request<PublishRequest> request) {
    std::string note(request.body.note.value_or(""));
    co_return answer(co_await service_.publish(request.caller, id_of(request), std::move(note)));
  }
  Answer<Resource> rollback(api::Request<RollbackRequest> request) {
    std::string note(request.body.note.value_or(""));
    co_return answer(co_await service_.rollback(request.caller, id_of(request),
                                                request.body.version, std::move(note)));
  }
  Answer<Diff> diff(api::Request<api::Nothing, DiffQuery> request) {
    co_return co_await service_.diff(request.caller, id_of(request), request.query);
  }

  DefinitionService& service_;
};

}  // namespace qd::definitions
