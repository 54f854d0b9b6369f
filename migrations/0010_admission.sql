-- Which executions hold a slot, and which wait for one.
-- What the workflow's `concurrency` counts together (its id and the rendered key) and its limit.
ALTER TABLE executions ADD COLUMN lane TEXT;
ALTER TABLE executions ADD COLUMN lane_limit BIGINT;
-- NULL: it holds a slot, or is over. `ready`: it waits for a place of its project or the node; `lane`:
-- for one of its lane.
ALTER TABLE executions ADD COLUMN queue TEXT;
-- When it got its slot; only where the project's starts are limited by rate.
ALTER TABLE executions ADD COLUMN rated_at BIGINT;
UPDATE executions SET queue = 'ready', waiting_for = 'slot' WHERE status = 'pending' AND finished_at IS NULL;
-- Counting needs nothing but these indexes.
CREATE INDEX executions_ready ON executions (project_id, priority DESC, created_at, id) WHERE queue = 'ready';
CREATE INDEX executions_lane_queue ON executions (lane, priority DESC, created_at, id, project_id, queue)
  WHERE queue = 'lane';
CREATE INDEX executions_lane_held ON executions (lane, queue, finished_at)
  WHERE lane IS NOT NULL AND queue IS NULL AND finished_at IS NULL;
CREATE INDEX executions_held ON executions (project_id, queue, finished_at)
  WHERE queue IS NULL AND finished_at IS NULL;
CREATE INDEX executions_rated ON executions (project_id, rated_at) WHERE rated_at IS NOT NULL;
-- What a node takes up: a million that are over are not in its way.
DROP INDEX executions_unfinished;
CREATE INDEX executions_open ON executions (id) WHERE queue IS NULL AND finished_at IS NULL;

-- down
DROP INDEX executions_open;
CREATE INDEX executions_unfinished ON executions (status, wake_at) WHERE finished_at IS NULL;
DROP INDEX executions_rated;
DROP INDEX executions_held;
DROP INDEX executions_lane_held;
DROP INDEX executions_lane_queue;
DROP INDEX executions_ready;
UPDATE executions SET waiting_for = NULL WHERE queue IS NOT NULL;
ALTER TABLE executions DROP COLUMN rated_at;
ALTER TABLE executions DROP COLUMN queue;
ALTER TABLE executions DROP COLUMN lane_limit;
ALTER TABLE executions DROP COLUMN lane;
