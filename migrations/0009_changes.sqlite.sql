-- What changed in a project, in an order that those who follow it can go on from. `changed` is when a
-- row last changed in a way that a list shows: here a position that grows with each write.
CREATE TABLE change_position (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  last BIGINT NOT NULL
);
INSERT INTO change_position (id, last) VALUES (1, 0);

ALTER TABLE executions ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX executions_changed ON executions (project_id, changed, id);
ALTER TABLE approvals ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX approvals_changed ON approvals (project_id, changed, id);

-- down
DROP INDEX approvals_changed;
ALTER TABLE approvals DROP COLUMN changed;
DROP INDEX executions_changed;
ALTER TABLE executions DROP COLUMN changed;
DROP TABLE change_position;
