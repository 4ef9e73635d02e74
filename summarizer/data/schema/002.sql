-- A feed is an item too: it is leased, tried, deferred and given up as a page is.
ALTER TABLE items ADD COLUMN address TEXT;                      -- of a feed: where it moved to
ALTER TABLE items ADD COLUMN title TEXT;                        -- of a feed
ALTER TABLE items ADD COLUMN next_at REAL NOT NULL DEFAULT 0;   -- Unix seconds; a feed is left alone until then
ALTER TABLE items DROP COLUMN flags;
CREATE INDEX items_first ON items (state) WHERE kind IN ('feed', 'address');

-- A feed's host is what stands between `://` and the next `/` of its address: https://HOST/path
INSERT INTO items (
    key, kind, state, url,
    host,
    payload, etag, last_modified, attempts, code, message, stage,
    first_seen_at, address, title, next_at, finished_at
  )
  SELECT
    CASE WHEN url LIKE 'http%' THEN 'url:' ELSE 'feed:' END || url,
    'feed',
    CASE WHEN paused THEN 'failed' WHEN code IS NULL THEN 'done' ELSE 'deferred' END,
    url,
    CASE
      WHEN address LIKE 'http%://%/%' THEN substr(
        address,
        instr(address, '://') + 3,
        instr(substr(address, instr(address, '://') + 3), '/') - 1
      )
      ELSE ''
    END,
    '{}', etag, last_modified, failures, code, message,
    CASE WHEN code IS NULL THEN NULL ELSE 'feed' END,
    coalesce(polled_at, strftime('%Y-%m-%dT%H:%M:%SZ')), address, title, next_at, polled_at
  FROM feeds WHERE true
  ON CONFLICT (key) DO UPDATE SET kind = 'feed', address = excluded.address, title = excluded.title;

CREATE TABLE carried (                                          -- which feeds carry an item
  item_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
  feed_id INTEGER NOT NULL REFERENCES items ON DELETE CASCADE,
  fingerprint TEXT,                                             -- of what this feed said, to see edits
  PRIMARY KEY (item_id, feed_id)
) STRICT, WITHOUT ROWID;
INSERT INTO carried
  SELECT s.item_id, i.id, s.fingerprint
  FROM sources s
    JOIN feeds f ON f.id = s.feed_id
    JOIN items i ON i.key IN ('url:' || f.url, 'feed:' || f.url);
DROP TABLE sources;
DROP TABLE feeds;
ALTER TABLE carried RENAME TO sources;
CREATE INDEX sources_of_feed ON sources (feed_id);
INSERT OR IGNORE INTO hosts (host) SELECT host FROM items WHERE kind = 'feed';

-- For people and programs that read the database: the feeds, as they stood in a table of their own.
CREATE VIEW feeds AS SELECT id, url, address, title, state, attempts AS failures, code, message, finished_at AS polled_at
  FROM items WHERE kind = 'feed';
