-- People, how they prove who they are, and the record of what was done.
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  -- The e-mail in the one form in which addresses are compared.
  email_folded TEXT NOT NULL UNIQUE,
  full_name TEXT NOT NULL,
  role TEXT NOT NULL,
  disabled INTEGER NOT NULL,
  password_hash TEXT NOT NULL,
  -- Folded e-mail and name, for search.
  search_text TEXT NOT NULL,
  last_login_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  revision BIGINT NOT NULL
);
CREATE INDEX users_role ON users (role, disabled);
CREATE INDEX users_created_at ON users (created_at, id);

-- One row once the first user, the administrator, has registered: the row can be won only once.
CREATE TABLE setup (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  administrator TEXT NOT NULL,
  completed_at BIGINT NOT NULL
);

-- One sign-in: the family of refresh tokens that follow from it.
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  remote_address TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT,
  end_reason TEXT
);
CREATE INDEX sessions_user ON sessions (user_id, ended_at);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Used ones stay until they expire, so that a second use is noticed.
CREATE TABLE refresh_tokens (
  token_hash TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  key_hash TEXT NOT NULL UNIQUE,
  -- JSON list; NULL is all that the user may do.
  scopes TEXT,
  is_default INTEGER NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  revision BIGINT NOT NULL
);
CREATE INDEX api_keys_user ON api_keys (user_id, id);
CREATE UNIQUE INDEX api_keys_default ON api_keys (user_id) WHERE is_default = 1;

CREATE TABLE invites (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  -- When set, only this address may take it.
  email TEXT,
  role TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  accepted_at BIGINT,
  accepted_by TEXT,
  revoked_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  revision BIGINT NOT NULL
);

-- Failed sign-ins by account (a hash of the folded e-mail, whether it exists or not) and by address.
CREATE TABLE lockouts (
  subject TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_failure_at BIGINT NOT NULL,
  locked_until BIGINT NOT NULL
);
CREATE INDEX lockouts_age ON lockouts (last_failure_at);

-- Who did what; written in the transaction that did it. Outlives what it names.
CREATE TABLE audit_log (
  id TEXT PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT,
  actor_email TEXT,
  action TEXT NOT NULL,
  target_type TEXT NOT NULL,
  target_id TEXT NOT NULL,
  project_id TEXT,
  details TEXT NOT NULL,
  remote_address TEXT NOT NULL,
  request_id TEXT NOT NULL
);
CREATE INDEX audit_log_at ON audit_log (at, id);
CREATE INDEX audit_log_actor ON audit_log (actor, at, id);
CREATE INDEX audit_log_project ON audit_log (project_id, at, id);
CREATE INDEX audit_log_action ON audit_log (action, at, id);

-- down
DROP TABLE audit_log;
DROP TABLE lockouts;
DROP TABLE invites;
DROP TABLE api_keys;
DROP TABLE refresh_tokens;
DROP TABLE sessions;
DROP TABLE setup;
DROP TABLE users;
