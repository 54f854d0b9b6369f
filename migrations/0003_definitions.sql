-- Agents, tools and workflows: a draft each, and immutable versions.
CREATE TABLE definitions (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  variant TEXT NOT NULL,
  is_global INTEGER NOT NULL,
  content TEXT NOT NULL,
  published_version BIGINT,
  draft INTEGER NOT NULL,
  revision BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX definitions_name ON definitions (project_id, kind, name);
CREATE INDEX definitions_updated ON definitions (project_id, kind, updated_at, id);
CREATE INDEX definitions_global ON definitions (kind, name) WHERE is_global = 1;

CREATE TABLE definition_versions (
  definition_id TEXT NOT NULL REFERENCES definitions (id) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  note TEXT NOT NULL,
  content TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (definition_id, version)
);

-- down
DROP TABLE definition_versions;
DROP TABLE definitions;
