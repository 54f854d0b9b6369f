-- Projects and what belongs to them: members, variables, credentials.
CREATE TABLE projects (
  -- The full-text index knows a project by this number.
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
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
  revision BIGINT NOT NULL
);
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

CREATE VIRTUAL TABLE project_search USING fts5 (
  name, description, tags, content = 'projects', content_rowid = 'number',
  tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3'
);
CREATE TRIGGER project_search_insert AFTER INSERT ON projects BEGIN
  INSERT INTO project_search (rowid, name, description, tags) VALUES (new.number, new.name, new.description, new.tags);
END;
CREATE TRIGGER project_search_delete AFTER DELETE ON projects BEGIN
  INSERT INTO project_search (project_search, rowid, name, description, tags)
    VALUES ('delete', old.number, old.name, old.description, old.tags);
END;
CREATE TRIGGER project_search_update AFTER UPDATE OF name, description, tags ON projects BEGIN
  INSERT INTO project_search (project_search, rowid, name, description, tags)
    VALUES ('delete', old.number, old.name, old.description, old.tags);
  INSERT INTO project_search (rowid, name, description, tags) VALUES (new.number, new.name, new.description, new.tags);
END;

-- down
DROP TABLE project_search;
DROP TABLE project_credentials;
DROP TABLE project_variables;
DROP TABLE project_members;
DROP TABLE projects;
