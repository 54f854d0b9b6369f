-- What a step's commit writes: no index of `updated_at`, which each commit would have to move, and
-- room on the pages, so that the row's next version finds a place beside it and no index is touched.
DROP INDEX executions_updated;
DROP INDEX executions_project_updated;
ALTER TABLE executions SET (fillfactor = 80);

-- down
ALTER TABLE executions RESET (fillfactor);
CREATE INDEX executions_updated ON executions (updated_at, id);
CREATE INDEX executions_project_updated ON executions (project_id, updated_at, id);
