-- Events already lie here as SQLite's do from now on: one behind the other, found through their key.
SELECT 1;

-- down
SELECT 1;
