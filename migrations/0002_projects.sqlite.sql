-- Projects, and the index that finds them by their words.
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
DROP TABLE projects;
