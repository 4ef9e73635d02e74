-- Foreign keys name their columns: without, SQLite knows which are meant, and other programs fail on a NULL.
PRAGMA writable_schema = ON;
UPDATE sqlite_master
  SET sql = replace(replace(replace(sql, 'REFERENCES items', 'REFERENCES items (id)'),
    'REFERENCES articles', 'REFERENCES articles (id)'), 'REFERENCES runs', 'REFERENCES runs (id)')
  WHERE type = 'table' AND sql LIKE '%REFERENCES %' AND sql NOT LIKE '%REFERENCES % (id)%';
PRAGMA writable_schema = RESET;

-- For people and programs that read the database: each fact and call with its article and its words. A view of its own
-- makes other connections read the schema anew, too.
CREATE VIEW flat_facts AS
  SELECT f.id, a.id AS article_id, r.id AS report_id, a.published_at, a.source, a.domain, a.title, a.url,
    f.kind, f.subject, f.value, f.unit, f.period, f.venue, f.qualifier, f.attributed_to, f.condition, f.as_of, f.origin,
    e.quote, r.credibility
  FROM facts f
    JOIN articles a ON a.id = f.article_id
    JOIN reports r ON r.article_id = a.id
    LEFT JOIN evidence e ON e.article_id = a.id AND e.part = 'fact' AND e.part_id = f.id;
CREATE VIEW flat_calls AS
  SELECT c.id, a.id AS article_id, r.id AS report_id, a.published_at, a.source, a.domain, a.title, a.url,
    c.asset, c.direction, c.tone, c.confidence, c.until, c.target_value, c.target_unit, c.rationale, r.credibility
  FROM calls c
    JOIN articles a ON a.id = c.article_id
    JOIN reports r ON r.article_id = a.id;
