-- Messages. A receiver's address is a secret: the database knows it by a slow, salted, short hash alone.
CREATE TABLE salt (value BLOB NOT NULL) STRICT;
INSERT INTO salt VALUES (randomblob(16));
CREATE TABLE receivers (
  id TEXT PRIMARY KEY,
  last_article INTEGER NOT NULL           -- the newest article that `watch --notify` has looked at for it
) STRICT, WITHOUT ROWID;
CREATE TABLE told (                       -- what a receiver was last told of an asset
  receiver TEXT NOT NULL,
  asset TEXT NOT NULL,
  direction TEXT NOT NULL,
  told_at TEXT NOT NULL,
  PRIMARY KEY (receiver, asset)
) STRICT, WITHOUT ROWID;
CREATE TABLE messages (                   -- those that wait to be delivered
  id INTEGER PRIMARY KEY,
  receiver TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  page TEXT NOT NULL,                     -- the HTML page that goes with it
  made_at REAL NOT NULL,                  -- Unix seconds
  attempts INTEGER NOT NULL DEFAULT 0,
  claimed_until REAL NOT NULL DEFAULT 0   -- Unix seconds: a process is sending it
) STRICT;
CREATE INDEX messages_by_receiver ON messages (receiver, id);
