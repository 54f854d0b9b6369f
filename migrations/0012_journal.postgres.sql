-- What a step's commit writes: events need not look for their execution each time (it is deleted with
-- them all the same); no index of `updated_at`, which each commit would have to move; and room on the
-- pages, so that the row's next version finds a place beside it and no index is touched.
ALTER TABLE execution_events DROP CONSTRAINT execution_events_execution_id_fkey;
CREATE FUNCTION delete_execution_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM execution_events WHERE execution_id IN (SELECT id FROM gone);
  RETURN NULL;
END
$$;
CREATE TRIGGER execution_events_delete AFTER DELETE ON executions REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION delete_execution_events();
DROP INDEX executions_updated;
DROP INDEX executions_project_updated;
ALTER TABLE executions SET (fillfactor = 80);

-- down
ALTER TABLE executions RESET (fillfactor);
CREATE INDEX executions_updated ON executions (updated_at, id);
CREATE INDEX executions_project_updated ON executions (project_id, updated_at, id);
DROP TRIGGER execution_events_delete ON executions;
DROP FUNCTION delete_execution_events();
ALTER TABLE execution_events ADD CONSTRAINT execution_events_execution_id_fkey
  FOREIGN KEY (execution_id) REFERENCES executions (id) ON DELETE CASCADE;
