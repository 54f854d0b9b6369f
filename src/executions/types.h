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

enum class BulkAction { Cancel, Pause, Resume, Retry };
BOOST_DESCRIBE_ENUM(BulkAction, Cancel, Pause, Resume, Retry)

/// As the list's; at least one of them.
struct BulkFilter {
  std::optional<Text<1, 100>> project_id;
  std::optional<Text<1, 100>> workflow_id;
  std::optional<engine::ExecutionStatus> status;
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
  std::optional<Text<1, 200>> q;
};
BOOST_DESCRIBE_STRUCT(BulkFilter, (), (project_id, workflow_id, status, from, to, q))

/// One of `filter` and `ids` says which executions are meant.
struct BulkRequest {
  BulkAction action = BulkAction::Cancel;
  std::optional<BulkFilter> filter;
  std::optional<std::vector<Text<1, 100>>> ids;
  /// Why, of a cancel.
  std::optional<Text<0, 500>> reason;
  /// Only counts.
  std::optional<bool> dry_run;
};
BOOST_DESCRIBE_STRUCT(BulkRequest, (), (action, filter, ids, reason, dry_run))

struct BulkFailure {
  std::string id;
  std::string code;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(BulkFailure, (), (id, code, message))

struct BulkAnswer {
  /// How many the action fits, up to 10,000.
  std::int64_t matched = 0;
  std::int64_t done = 0;
  std::vector<BulkFailure> failed;
  /// There are more than one call does: ask again.
  bool more = false;
};
BOOST_DESCRIBE_STRUCT(BulkAnswer, (), (matched, done, failed, more))

struct ApprovalQuery {
  std::optional<Whole<1, 200>> limit;
  std::optional<std::string> cursor;
  std::optional<std::string> sort;
  std::optional<engine::ApprovalStatus> status;
  std::optional<Text<1, 100>> project_id;
  std::optional<Text<1, 100>> execution_id;
};
BOOST_DESCRIBE_STRUCT(ApprovalQuery, (), (limit, cursor, sort, status, project_id, execution_id))

struct StepQuery {
  /// The path of one item of a map or loop, like `each.3`: only the steps inside it.
  std::optional<Text<1, 500>> within;
};
BOOST_DESCRIBE_STRUCT(StepQuery, (), (within))
/// A step as it is answered.
struct Step : engine::Step {
  /// In words, why it does not move at the moment.
  std::optional<std::string> explanation = {};
};
BOOST_DESCRIBE_STRUCT(Step, (engine::Step), (explanation))

struct StepList {
  std::vector<Step> items;
  std::int64_t total = 0;
  /// There is too much inside maps and loops to be listed: ask `within` one item.
  bool has_more_inside = false;
};
BOOST_DESCRIBE_STRUCT(StepList, (), (items, total, has_more_inside))

struct CancelRequest {
  std::optional<Text<0, 500>> reason;
};
BOOST_DESCRIBE_STRUCT(CancelRequest, (), (reason))

struct ForkRequest {
  /// A step of the workflow itself: it and all that comes after it run anew.
  Text<1, 200> from_step;
  /// That of the execution it forks from, where none is given.
  std::optional<Json> input;
};
BOOST_DESCRIBE_STRUCT(ForkRequest, (), (from_step, input))

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

struct PublishRequest {
  /// The name that waiting steps wait for.
  Text<1, 200> type;
  std::optional<Json> data;
};
BOOST_DESCRIBE_STRUCT(PublishRequest, (), (type, data))

struct PublishAnswer {
  /// How many executions were waiting for it.
  std::int64_t delivered = 0;
};
BOOST_DESCRIBE_STRUCT(PublishAnswer, (), (delivered))

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
