-- `:count` finished executions in the project `:project` and 99 others, copied from a pattern;
-- PostgreSQL first, SQLite behind the mark. Every tenth is of the first
-- project, every fiftieth failed; a thousand workflows have a name each, which was another one for the
-- oldest tenth; half of those are of a project that has no newer ones.
INSERT INTO projects (id, name, slug, description, status, settings, metadata, is_public, is_template, tags, created_by, created_at, updated_at, revision)
SELECT 'fill-' || n, 'fill ' || n, 'fill-' || n, description, status, settings, metadata, 0, 0, tags, created_by, n, n, 1
FROM projects, generate_series(1, 99) AS n WHERE id = ':project';
INSERT INTO executions (id, project_id, workflow_id, workflow_version, name, status, trigger_kind, input, output, priority, cost_usd, tokens, created_by, created_at, updated_at, started_at, finished_at, revision, fence)
SELECT lpad(to_hex(n), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'),
  CASE WHEN n % 10 = 0 THEN ':project' WHEN n <= :count / 10 AND n % 2 = 1 THEN 'fill-99' ELSE 'fill-' || (1 + n % 1000 % 98) END,
  'workflow-' || (n % 1000), 1, CASE WHEN n <= :count / 10 THEN 'retired report ' ELSE 'nightly report ' END || (n % 1000),
  CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'completed' END, 'api', '{"n":1}', '{"n":2}', 0, 0, 0, ':user', n * 100, n * 100 + 5, n * 100, n * 100 + 5, 2, 1
FROM generate_series(1, :count) AS n;
INSERT INTO execution_events (execution_id, seq, at, type, node_id, data)
SELECT id, seq, created_at, CASE seq WHEN 1 THEN 'started' ELSE 'finished' END, '', CASE seq WHEN 1 THEN '{}' ELSE '{"status":"completed","output":{"n":2}}' END
FROM executions, generate_series(1, 2) AS seq WHERE created_by = ':user' AND trigger_kind = 'api' AND fence = 1;
INSERT INTO execution_names (project_id, name) SELECT DISTINCT project_id, name FROM executions WHERE created_by = ':user' ON CONFLICT DO NOTHING;
-- As autovacuum does once so many rows are new.
VACUUM (ANALYZE);
CHECKPOINT;
-- sqlite
BEGIN;
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 99)
INSERT INTO projects (id, name, slug, description, status, settings, metadata, is_public, is_template, tags, created_by, created_at, updated_at, revision)
SELECT 'fill-' || n, 'fill ' || n, 'fill-' || n, description, status, settings, metadata, 0, 0, tags, created_by, n, n, 1
FROM projects, numbers WHERE id = ':project';
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
INSERT INTO executions (id, project_id, workflow_id, workflow_version, name, status, trigger_kind, input, output, priority, cost_usd, tokens, created_by, created_at, updated_at, started_at, finished_at, revision, fence)
SELECT printf('%08x-0000-7000-8000-%012x', n, n),
  CASE WHEN n % 10 = 0 THEN ':project' WHEN n <= :count / 10 AND n % 2 = 1 THEN 'fill-99' ELSE 'fill-' || (1 + n % 1000 % 98) END,
  'workflow-' || (n % 1000), 1, CASE WHEN n <= :count / 10 THEN 'retired report ' ELSE 'nightly report ' END || (n % 1000),
  CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'completed' END, 'api', '{"n":1}', '{"n":2}', 0, 0, 0, ':user', n * 100, n * 100 + 5, n * 100, n * 100 + 5, 2, 1
FROM numbers;
INSERT INTO execution_events (execution_id, seq, at, type, node_id, data)
SELECT id, 1, created_at, 'started', '', '{}' FROM executions WHERE created_by = ':user' AND trigger_kind = 'api' AND fence = 1;
INSERT INTO execution_events (execution_id, seq, at, type, node_id, data)
SELECT id, 2, created_at, 'finished', '', '{"status":"completed","output":{"n":2}}' FROM executions WHERE created_by = ':user' AND trigger_kind = 'api' AND fence = 1;
INSERT INTO execution_names (project_id, name) SELECT DISTINCT project_id, name FROM executions WHERE created_by = ':user' ON CONFLICT DO NOTHING;
COMMIT;
ANALYZE;
