-- Events are laid down one after the other, whichever execution they are of, and found through their
-- key: the executions that run at once write one page together instead of one each, and a tree whose
-- inner pages would be full of events stays flat.
CREATE TABLE event_log (
  execution_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  type TEXT NOT NULL,
  -- Empty for events of the execution as a whole.
  node_id TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (execution_id, seq)
);
INSERT INTO event_log SELECT execution_id, seq, at, type, node_id, data FROM execution_events ORDER BY execution_id, seq;
DROP TRIGGER execution_events_delete;
DROP TABLE execution_events;
ALTER TABLE event_log RENAME TO execution_events;
CREATE TRIGGER execution_events_delete AFTER DELETE ON executions BEGIN
  DELETE FROM execution_events WHERE execution_id = old.id;
END;

-- down
CREATE TABLE events_by_key (
  execution_id TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  type TEXT NOT NULL,
  node_id TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (execution_id, seq)
) WITHOUT ROWID;
INSERT INTO events_by_key SELECT execution_id, seq, at, type, node_id, data FROM execution_events ORDER BY execution_id, seq;
DROP TRIGGER execution_events_delete;
DROP TABLE execution_events;
ALTER TABLE events_by_key RENAME TO execution_events;
CREATE TRIGGER execution_events_delete AFTER DELETE ON executions BEGIN
  DELETE FROM execution_events WHERE execution_id = old.id;
END;
