-- Executions that begin others, what they tell each other, and the work that they hand out.
ALTER TABLE executions ADD COLUMN parent_id TEXT;
ALTER TABLE executions ADD COLUMN parent_step TEXT;
ALTER TABLE executions ADD COLUMN depth BIGINT NOT NULL DEFAULT 0;
-- Of a test run: where it stops. NULL: it is none.
ALTER TABLE executions ADD COLUMN test TEXT;
-- What a respond step answered.
ALTER TABLE executions ADD COLUMN response TEXT;
CREATE INDEX executions_parent ON executions (parent_id) WHERE parent_id IS NOT NULL;

-- Written in the sender's transaction, taken away in the receiver's.
CREATE TABLE execution_messages (
  id TEXT PRIMARY KEY,
  execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX execution_messages_execution ON execution_messages (execution_id, created_at, id);

-- The steps that wait for an event of their project.
CREATE TABLE event_waits (
  execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
  step TEXT NOT NULL,
  project_id TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (execution_id, step)
);
CREATE INDEX event_waits_name ON event_waits (project_id, name);

-- Work for outside workers, who poll its queue.
CREATE TABLE tasks (
  id TEXT PRIMARY KEY,
  execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL,
  step TEXT NOT NULL,
  queue TEXT NOT NULL,
  payload TEXT,
  output_schema TEXT,
  status TEXT NOT NULL,
  deliveries BIGINT NOT NULL,
  heartbeat_ms BIGINT NOT NULL,
  -- Who has it, proved by the token's hash, and until when it is left alone.
  worker TEXT,
  token_hash TEXT,
  lease_until BIGINT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX tasks_queue ON tasks (project_id, queue, created_at, id) WHERE finished_at IS NULL;
CREATE INDEX tasks_execution ON tasks (execution_id);

-- Outputs that later steps of the same key take.
CREATE TABLE step_cache (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  cache_key TEXT NOT NULL,
  output TEXT,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (project_id, cache_key)
);
CREATE INDEX step_cache_expires ON step_cache (expires_at);

-- down
DROP TABLE step_cache;
DROP TABLE tasks;
DROP TABLE event_waits;
DROP TABLE execution_messages;
DROP INDEX executions_parent;
ALTER TABLE executions DROP COLUMN response;
ALTER TABLE executions DROP COLUMN test;
ALTER TABLE executions DROP COLUMN depth;
ALTER TABLE executions DROP COLUMN parent_step;
ALTER TABLE executions DROP COLUMN parent_id;
