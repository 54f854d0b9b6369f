-- Projects and what belongs to them: members, variables, credentials.

-- Words as people see them: without this, the parser keeps `shop.example.com` or `a/b` as one.
CREATE FUNCTION project_words(content TEXT) RETURNS tsvector LANGUAGE SQL IMMUTABLE PARALLEL SAFE
  RETURN to_tsvector('simple', translate(content, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)));

CREATE TABLE projects (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  slug TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL,
  status TEXT NOT NULL,
  settings TEXT NOT NULL,
  metadata TEXT NOT NULL,
  is_public INTEGER NOT NULL,
  is_template INTEGER NOT NULL,
  tags TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  search tsvector GENERATED ALWAYS AS (
    setweight(project_words(name), 'A') || setweight(project_words(tags), 'B') ||
    setweight(project_words(description), 'C')
  ) STORED
);
CREATE INDEX projects_search ON projects USING gin (search);
CREATE INDEX projects_created ON projects (created_at, id);
CREATE INDEX projects_updated ON projects (updated_at, id);
CREATE INDEX projects_name ON projects (name, id);
CREATE INDEX projects_public ON projects (id) WHERE is_public = 1;

CREATE TABLE project_members (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (project_id, user_id)
);
CREATE INDEX project_members_user ON project_members (user_id, project_id);

CREATE TABLE project_variables (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  description TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  UNIQUE (project_id, name)
);

CREATE TABLE project_credentials (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  description TEXT NOT NULL,
  username TEXT NOT NULL,
  parameter TEXT NOT NULL,
  -- The secret, encrypted; NULL until it is given.
  sealed TEXT,
  last_used_at BIGINT,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  UNIQUE (project_id, name)
);

-- down
DROP TABLE project_credentials;
DROP TABLE project_variables;
DROP TABLE project_members;
DROP TABLE projects;
DROP FUNCTION project_words;
