-- Values that are too long for a row of `executions` or `execution_events`, and where a fork began.
CREATE TABLE execution_blobs (
  execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
  -- The event that the value belongs to; 0: the execution's own row.
  seq BIGINT NOT NULL,
  -- Which member of the event's data it is: input, output, data.
  member TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (execution_id, seq, member)
);

-- NULL, or which execution's results it began with, and from which step: {"execution_id", "step"}.
ALTER TABLE executions ADD COLUMN forked_from TEXT;

-- What one node at a time does for all of them, and until when it is its to do.
CREATE TABLE service_leases (
  name TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  until BIGINT NOT NULL
);

-- Which names a project's executions have: few, where there are many executions. A search looks here.
CREATE TABLE execution_names (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  PRIMARY KEY (project_id, name)
);
INSERT INTO execution_names (project_id, name) SELECT DISTINCT project_id, name FROM executions;

-- Each filter in the order of the list.
CREATE INDEX executions_name ON executions (project_id, name, created_at, id);
CREATE INDEX executions_workflow_status ON executions (workflow_id, status, created_at, id);
CREATE INDEX executions_any_status ON executions (status, created_at, id);
CREATE INDEX executions_updated ON executions (updated_at, id);
CREATE INDEX executions_project_updated ON executions (project_id, updated_at, id);

-- down
DROP INDEX executions_project_updated;
DROP INDEX executions_updated;
DROP INDEX executions_any_status;
DROP INDEX executions_workflow_status;
DROP INDEX executions_name;
DROP TABLE execution_names;
DROP TABLE service_leases;
ALTER TABLE executions DROP COLUMN forked_from;
DROP TABLE execution_blobs;
