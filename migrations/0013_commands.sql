-- What became of commands that another node sent to an execution, until the sender has read it.
CREATE TABLE command_answers (
  message_id TEXT PRIMARY KEY,
  -- How many steps took it; else the error.
  reached BIGINT,
  kind TEXT,
  code TEXT,
  message TEXT,
  created_at BIGINT NOT NULL
);

-- down
DROP TABLE command_answers;
