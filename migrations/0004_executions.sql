-- Executions, the journal of what happened in each, and the approvals that they wait for.
CREATE TABLE executions (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  -- NULL where it runs a document of its own (an agent or tool tried alone).
  workflow_id TEXT,
  workflow_version BIGINT NOT NULL,
  document TEXT,
  -- For people: what runs.
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  waiting_for TEXT,
  -- How it was started: manual, api, agent, tool, retry.
  trigger_kind TEXT NOT NULL,
  input TEXT NOT NULL,
  output TEXT,
  error TEXT,
  priority BIGINT NOT NULL,
  cost_usd DOUBLE PRECISION NOT NULL,
  tokens BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  started_at BIGINT,
  finished_at BIGINT,
  -- Of the whole execution.
  deadline_at BIGINT,
  -- The earliest moment at which time alone changes something: a wait, a retry, a deadline.
  wake_at BIGINT,
  -- The journal's last sequence number; also the revision that answers carry.
  revision BIGINT NOT NULL,
  lease_owner TEXT,
  lease_until BIGINT,
  fence BIGINT NOT NULL
);
CREATE INDEX executions_project ON executions (project_id, created_at, id);
CREATE INDEX executions_workflow ON executions (workflow_id, created_at, id);
CREATE INDEX executions_created ON executions (created_at, id);
CREATE INDEX executions_status ON executions (project_id, status, created_at, id);
-- What a starting or waking node looks for.
CREATE INDEX executions_unfinished ON executions (status, wake_at) WHERE finished_at IS NULL;

CREATE TABLE execution_events (
  execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  type TEXT NOT NULL,
  -- Empty for events of the execution as a whole.
  node_id TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (execution_id, seq)
);

CREATE TABLE approvals (
  id TEXT PRIMARY KEY,
  execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
  project_id TEXT NOT NULL,
  workflow_id TEXT,
  node_id TEXT NOT NULL,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  form TEXT,
  approvers TEXT,
  status TEXT NOT NULL,
  answer TEXT,
  comment TEXT,
  decided_by TEXT,
  decided_at BIGINT,
  expires_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX approvals_status ON approvals (status, created_at, id);
CREATE INDEX approvals_execution ON approvals (execution_id);

-- down
DROP TABLE approvals;
DROP TABLE execution_events;
DROP TABLE executions;
