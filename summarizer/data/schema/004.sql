-- The latest reports first, without a look at all of them.
CREATE INDEX articles_by_date ON articles (coalesce(published_at, stored_at), id);
