// What requests about executions and approvals carry.
#pragma once

#include "definitions/execution_starter.h"
#include "engine/records.h"

namespace qd::executions {

using definitions::Execution;

struct ExecutionQuery {
  std::optional<Whole<1, 200>> limit;
  std::optional<std::string> cursor;
  std::optional<std::string> sort;
  std::optional<Text<1, 100>> project_id;
  std::optional<Text<1, 100>> workflow_id;
  std::optional<engine::ExecutionStatus> status;
  /// Created from this moment on, and before that one.
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
  /// Words that the name must hold, or an id.
  std::optional<Text<1, 200>> q;
};
BOOST_DESCRIBE_STRUCT(ExecutionQuery, (),
                      (limit, cursor, sort, project_id, workflow_id, status, from, to, q))

struct ApprovalQuery {
  std::optional<Whole<1, 200>> limit;
  std::optional<std::string> cursor;
  std::optional<std::string> sort;
  std::optional<engine::ApprovalStatus> status;
  std::optional<Text<1, 100>> project_id;
  std::optional<Text<1, 100>> execution_id;
};
BOOST_DESCRIBE_STRUCT(ApprovalQuery, (), (limit, cursor, sort, status, project_id, execution_id))

/// A step as it is answered.
struct Step : engine::Step {
  /// In words, why it does not move at the moment.
  std::optional<std::string> explanation = {};
};
BOOST_DESCRIBE_STRUCT(Step, (engine::Step), (explanation))

struct StepList {
  std::vector<Step> items;
  std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(StepList, (), (items, total))

struct CancelRequest {
  std::optional<Text<0, 500>> reason;
};
BOOST_DESCRIBE_STRUCT(CancelRequest, (), (reason))

struct SignalRequest {
  Text<1, 200> name;
  std::optional<Json> payload;
};
BOOST_DESCRIBE_STRUCT(SignalRequest, (), (name, payload))

struct SignalAnswer {
  /// How many waiting steps took it.
  std::int64_t taken = 0;
};
BOOST_DESCRIBE_STRUCT(SignalAnswer, (), (taken))

struct ResolveRequest {
  /// Whether what the step sent did happen.
  bool happened = false;
  /// What it answered, when it happened.
  std::optional<Json> output;
};
BOOST_DESCRIBE_STRUCT(ResolveRequest, (), (happened, output))

enum class Verdict { Approved, Rejected };
BOOST_DESCRIBE_ENUM(Verdict, Approved, Rejected)

struct DecideRequest {
  Verdict decision = Verdict::Rejected;
  std::optional<Text<0, 4'000>> comment;
  /// Filled in as the approval's form asks.
  std::optional<Json> form;
};
BOOST_DESCRIBE_STRUCT(DecideRequest, (), (decision, comment, form))

}  // namespace qd::executions
