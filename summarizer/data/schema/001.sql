-- What is read: one item per address, feed entry without one, record or file. It is in exactly one state.
CREATE TABLE items (
  id INTEGER PRIMARY KEY,               -- the order of arrival
  key TEXT NOT NULL UNIQUE,             -- canonical address, feed's id or content
  kind TEXT NOT NULL,                   -- address (as given), url (linked by a feed), entry, record, file
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'leased', 'done', 'failed', 'deferred')),
  url TEXT,
  given_id TEXT,                        -- the input record's id
  host TEXT NOT NULL DEFAULT '',        -- whom to be polite to; '' for what needs no network
  payload TEXT,                         -- JSON: what the input said of it
  fingerprint TEXT,                     -- of the file, to see edits
  etag TEXT,
  last_modified TEXT,
  flags TEXT NOT NULL DEFAULT '[]',
  attempts INTEGER NOT NULL DEFAULT 0,  -- tries that failed but may succeed later
  crashes INTEGER NOT NULL DEFAULT 0,   -- leases whose worker died
  redo INTEGER NOT NULL DEFAULT 0,
  recheck INTEGER NOT NULL DEFAULT 0,   -- done from the feed's text: the page is worth another try
  owner TEXT,                           -- of the lease: host:pid:start:number
  leased_until REAL,                    -- Unix seconds
  stage TEXT,                           -- of the failure: robots, fetch, extract, analyze
  code TEXT,
  retryable INTEGER,
  message TEXT,
  episode INTEGER NOT NULL DEFAULT 0,   -- in which its state was last settled
  first_seen_at TEXT NOT NULL,          -- all times: ISO 8601, UTC
  finished_at TEXT
) STRICT;
CREATE INDEX items_to_do ON items (state, host, crashes, id);

CREATE TABLE feeds (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,             -- as it was given
  address TEXT NOT NULL,                -- where it moved to
  title TEXT,
  etag TEXT,
  last_modified TEXT,
  failures INTEGER NOT NULL DEFAULT 0,  -- runs in a row
  failed_in INTEGER NOT NULL DEFAULT 0, -- the episode of the last failure
  paused INTEGER NOT NULL DEFAULT 0,
  next_at REAL NOT NULL DEFAULT 0,      -- Unix seconds; the server asked not to come earlier
  code TEXT,
  message TEXT,
  polled_at TEXT
) STRICT;
CREATE TABLE sources (                  -- which feeds carry an item
  item_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
  feed_id INTEGER NOT NULL REFERENCES feeds ON DELETE CASCADE,
  fingerprint TEXT,                     -- of what this feed said, to see edits
  PRIMARY KEY (item_id, feed_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sources_of_feed ON sources (feed_id);
CREATE TABLE hosts (                    -- politeness, shared by all processes
  host TEXT PRIMARY KEY,
  next_at REAL NOT NULL DEFAULT 0,
  delay REAL NOT NULL DEFAULT 0,        -- robots.txt: Crawl-delay
  robots TEXT,
  robots_at REAL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  owner TEXT NOT NULL,
  episode INTEGER,                      -- the first run's number, where it resumed a killed one or ran beside one
  started_at TEXT NOT NULL,
  ended_at TEXT,
  done INTEGER,
  failed INTEGER,
  deferred INTEGER,
  cost_usd REAL
) STRICT;
CREATE TABLE run_items (                -- what the inputs of a run name; kept while the run goes on
  run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  item_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
  PRIMARY KEY (run_id, item_id)
) STRICT, WITHOUT ROWID;

-- What came of it: an article per version of its text, one report each, its parts as rows.
CREATE TABLE articles (
  id INTEGER PRIMARY KEY,
  item_id INTEGER NOT NULL REFERENCES items,
  version INTEGER NOT NULL,
  url TEXT,
  title TEXT,
  source TEXT,
  domain TEXT,
  authors TEXT NOT NULL,
  published_at TEXT,
  language TEXT,
  words INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  text TEXT NOT NULL,
  stored_at TEXT NOT NULL,
  UNIQUE (item_id, content_hash)
) STRICT;
CREATE INDEX articles_by_time ON articles (stored_at);
CREATE TABLE reports (
  article_id INTEGER PRIMARY KEY REFERENCES articles ON DELETE CASCADE,
  id TEXT NOT NULL,
  summary TEXT NOT NULL,
  direction TEXT NOT NULL,
  tone REAL NOT NULL,
  confidence REAL NOT NULL,
  horizon TEXT NOT NULL,
  credibility TEXT NOT NULL,
  flags TEXT NOT NULL,
  analyst TEXT NOT NULL,
  model TEXT,
  prompt_sha256 TEXT,
  input_tokens INTEGER,
  output_tokens INTEGER,
  cost_usd REAL,
  made_by TEXT NOT NULL,                -- fingerprint of the program and its analyst
  report TEXT NOT NULL                  -- the whole report as JSON, without the text
) STRICT;
CREATE INDEX reports_by_id ON reports (id);
CREATE TABLE facts (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
  kind TEXT NOT NULL, subject TEXT NOT NULL, value REAL NOT NULL, unit TEXT NOT NULL, period TEXT, venue TEXT,
  qualifier TEXT, attributed_to TEXT, condition TEXT, as_of TEXT, origin TEXT NOT NULL
) STRICT;
CREATE INDEX facts_by_article ON facts (article_id);
CREATE INDEX facts_by_subject ON facts (subject, kind);
CREATE TABLE calls (
  id INTEGER PRIMARY KEY,
  article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
  asset TEXT NOT NULL, direction TEXT NOT NULL, tone REAL NOT NULL, confidence REAL NOT NULL, until TEXT,
  target_value REAL, target_unit TEXT, rationale TEXT NOT NULL
) STRICT;
CREATE INDEX calls_by_article ON calls (article_id);
CREATE INDEX calls_by_asset ON calls (asset);
CREATE TABLE evidence (                 -- substr(text, start + 1, "end" - start) = quote
  article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
  part TEXT NOT NULL,                   -- fact, call, target, signal, narrative
  part_id INTEGER,                      -- of the fact, or the call
  name TEXT,                            -- of the signal or narrative
  quote TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL
) STRICT;
CREATE INDEX evidence_by_article ON evidence (article_id);
CREATE TABLE findings (
  article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
  "check" TEXT NOT NULL, "where" TEXT NOT NULL, verdict TEXT NOT NULL, detail TEXT NOT NULL
) STRICT;
CREATE INDEX findings_by_article ON findings (article_id);

CREATE VIRTUAL TABLE search USING fts5(title, text, content='articles', content_rowid='id', tokenize='porter unicode61');
CREATE TRIGGER articles_added AFTER INSERT ON articles BEGIN
  INSERT INTO search (rowid, title, text) VALUES (new.id, new.title, new.text);
END;
CREATE TRIGGER articles_removed AFTER DELETE ON articles BEGIN
  INSERT INTO search (search, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
END;
