// Whether somebody may follow a topic: asked at the beginning, and again before he is told
// something when the last answer is some seconds old. So a token that ran out, a session that was
// ended or a membership that was taken away ends what is told, and a topic in which nothing happens
// asks nothing.
#pragma once

#include <functional>

#include "executions/service.h"
#include "executions/topic.h"

namespace qd::executions {

class Admission {
 public:
  /// The follower's token as it is now: he may bring a new one.
  using Token = std::function<std::string()>;

  /// Router and service outlive it.
  Admission(api::Router& router, ExecutionService& service, Topic topic, Token token)
      : router_(router), service_(service), topic_(std::move(topic)), token_(std::move(token)) {}

  /// Unauthenticated as the authenticator says; Forbidden `auth.scope`; NotFound as the topic's
  /// thing says for those who may not see it.
  Task<Result<void>> check();

 private:
  Task<Result<void>> ask();

  api::Router& router_;
  ExecutionService& service_;
  const Topic topic_;
  const Token token_;
  std::optional<Timestamp> good_until_;
};

}  // namespace qd::executions
