-- Projects, and the index that finds them by their words.

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

-- down
DROP TABLE projects;
DROP FUNCTION project_words;
