-- `:count` projects of one user, copied from a pattern; PostgreSQL first, SQLite behind the mark.
INSERT INTO projects (id, name, slug, description, status, settings, metadata, is_public, is_template, tags, created_by, created_at, updated_at, revision)
SELECT lpad(to_hex(n), 8, '0') || '-0000-7000-8000-000000000000', 'project ' || n, 'fill-' || n, description, status, settings, metadata, 0, 0, tags, created_by, n, n, 1
FROM projects, generate_series(1, :count) AS n WHERE id = ':pattern';
INSERT INTO project_members (project_id, user_id, role, created_by, created_at, updated_at, revision)
SELECT id, ':user', 'owner', ':user', created_at, created_at, 1 FROM projects WHERE slug LIKE 'fill-%';
ANALYZE;
-- sqlite
BEGIN;
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
INSERT INTO projects (id, name, slug, description, status, settings, metadata, is_public, is_template, tags, created_by, created_at, updated_at, revision)
SELECT printf('%08x-0000-7000-8000-000000000000', n), 'project ' || n, 'fill-' || n, description, status, settings, metadata, 0, 0, tags, created_by, n, n, 1
FROM projects, numbers WHERE id = ':pattern';
INSERT INTO project_members (project_id, user_id, role, created_by, created_at, updated_at, revision)
SELECT id, ':user', 'owner', ':user', created_at, created_at, 1 FROM projects WHERE slug LIKE 'fill-%';
COMMIT;
ANALYZE;
