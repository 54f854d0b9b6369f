-- The recorded answers of requests that carried an Idempotency-Key. `status` is NULL while the first
-- of them is still being answered.
CREATE TABLE idempotency_keys (
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status INTEGER,
  headers TEXT,
  body TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (caller, key)
);

-- Old answers are pruned by age.
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);

-- down
DROP TABLE idempotency_keys;
