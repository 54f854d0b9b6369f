-- What a step's commit writes: one tree of events instead of a table and its index, whose rows need
-- not look for their execution each time (it is deleted with them all the same), and no index of
-- `updated_at`, which each commit would have to move.
CREATE TABLE events_by_key (
  execution_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  type TEXT NOT NULL,
  -- Empty for events of the execution as a whole.
  node_id TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (execution_id, seq)
) WITHOUT ROWID;
INSERT INTO events_by_key SELECT execution_id, seq, at, type, node_id, data FROM execution_events ORDER BY execution_id, seq;
DROP TABLE execution_events;
ALTER TABLE events_by_key RENAME TO execution_events;
CREATE TRIGGER execution_events_delete AFTER DELETE ON executions BEGIN
  DELETE FROM execution_events WHERE execution_id = old.id;
END;
DROP INDEX executions_updated;
DROP INDEX executions_project_updated;

-- down
CREATE INDEX executions_updated ON executions (updated_at, id);
CREATE INDEX executions_project_updated ON executions (project_id, updated_at, id);
DROP TRIGGER execution_events_delete;
CREATE TABLE events_by_row (
  execution_id TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  type TEXT NOT NULL,
  node_id TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (execution_id, seq)
);
INSERT INTO events_by_row SELECT execution_id, seq, at, type, node_id, data FROM execution_events;
DROP TABLE execution_events;
ALTER TABLE events_by_row RENAME TO execution_events;
