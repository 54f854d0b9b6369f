-- What changed in a project, in an order that those who follow it can go on from. `changed` is when a
-- row last changed in a way that a list shows: here the id of the transaction that did it, which costs
-- nothing to hand out; what of it a reader has not seen yet, his snapshot says.
ALTER TABLE executions ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX executions_changed ON executions (project_id, changed, id);
ALTER TABLE approvals ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX approvals_changed ON approvals (project_id, changed, id);

-- down
DROP INDEX approvals_changed;
ALTER TABLE approvals DROP COLUMN changed;
DROP INDEX executions_changed;
ALTER TABLE executions DROP COLUMN changed;
