"""The tables of `records.db`, and the statements that bring a file of an older format up to this one."""

#: Raised with every change of the tables below; older files are migrated, newer ones refused.
VERSION = 4

TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Every change of a text, in the order of commits. `record` is NULL when the text went away.
CREATE TABLE revisions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL, post_id TEXT NOT NULL, record TEXT, hash TEXT, saved TEXT NOT NULL
);
CREATE INDEX revisions_by_id ON revisions (id, seq);

-- The newest revision of each text. `stated` and `position` change without making a revision: a new reply
-- moves all that follow, and that is no change of theirs. `dated` ("2015-03", or "2015" where no more is known),
-- `signed`, `status` and `deleted` are the record's, to be counted without reading every text.
CREATE TABLE posts (
  id TEXT PRIMARY KEY, url TEXT NOT NULL UNIQUE, site TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL,
  stated INTEGER, dated TEXT, signed INTEGER, status TEXT
) WITHOUT ROWID;
CREATE INDEX posts_by_site ON posts (site);
CREATE TABLE comments (
  id TEXT PRIMARY KEY, post_id TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, position INTEGER NOT NULL,
  dated TEXT, deleted INTEGER
) WITHOUT ROWID;
CREATE INDEX comments_by_post ON comments (post_id, position, dated, deleted);

-- What must not be archived (again): a post's URL, a site, or a person, everywhere or (`site`) at one site.
CREATE TABLE deny (
  kind TEXT NOT NULL CHECK (kind IN ('url', 'site', 'author')), value TEXT NOT NULL, site TEXT NOT NULL DEFAULT '',
  reason TEXT, added TEXT NOT NULL, PRIMARY KEY (kind, value, site)
) WITHOUT ROWID;

-- Every address a crawl knows of, and how its last visit went: the frontier.
CREATE TABLE pages (
  url TEXT PRIMARY KEY, site TEXT NOT NULL, post_id TEXT, discovered TEXT NOT NULL, visited TEXT, due TEXT NOT NULL,
  status INTEGER, reason TEXT, thread_whole INTEGER, failures INTEGER NOT NULL DEFAULT 0,
  etag TEXT, last_modified TEXT, body_hash TEXT
) WITHOUT ROWID;
CREATE INDEX pages_by_due ON pages (site, due);
CREATE INDEX pages_by_post ON pages (post_id);
CREATE TABLE aliases (url TEXT PRIMARY KEY, target TEXT NOT NULL) WITHOUT ROWID;

-- What a crawl learned of a site (platform, totals…), as JSON.
CREATE TABLE sites (site TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT, spider TEXT NOT NULL, started TEXT NOT NULL, ended TEXT, report TEXT
);

-- Where raw responses lie in the WARC files.
CREATE TABLE captures (
  url TEXT NOT NULL, at TEXT NOT NULL, digest TEXT NOT NULL, file TEXT NOT NULL, offset INTEGER NOT NULL,
  length INTEGER NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (file, offset)
) WITHOUT ROWID;
CREATE INDEX captures_by_url ON captures (url, at);
CREATE INDEX captures_by_digest ON captures (digest, url);
"""

POLICIES = """
-- What hosts say to crawlers in robots.txt and tdmrep.json, as they last answered.
CREATE TABLE policies (url TEXT PRIMARY KEY, asked TEXT NOT NULL, status INTEGER, body BLOB NOT NULL) WITHOUT ROWID
"""

_DATED = (
    "substr(json_extract(r.record, '$.published'), 1,"
    " iif(json_extract(r.record, '$.published_precision') = 'year', 4, 7))"
)
_COUNTED = f"""
ALTER TABLE posts ADD COLUMN dated TEXT;
ALTER TABLE posts ADD COLUMN signed INTEGER;
ALTER TABLE posts ADD COLUMN status TEXT;
ALTER TABLE comments ADD COLUMN dated TEXT;
UPDATE posts SET (dated, signed, status) = (SELECT {_DATED}, json_extract(r.record, '$.author') IS NOT NULL,
  json_extract(r.record, '$.status') FROM revisions r WHERE r.seq = posts.seq);
UPDATE comments SET dated = (SELECT {_DATED} FROM revisions r WHERE r.seq = comments.seq);
DROP INDEX comments_by_post;
CREATE INDEX comments_by_post ON comments (post_id, position, dated)
"""  # noqa: S608 (our own constant)

_PLACES = """
ALTER TABLE comments ADD COLUMN deleted INTEGER;
UPDATE comments SET deleted =
  (SELECT json_extract(r.record, '$.deleted') FROM revisions r WHERE r.seq = comments.seq);
DROP INDEX comments_by_post;
CREATE INDEX comments_by_post ON comments (post_id, position, dated, deleted)
"""

#: What makes a file of one version one of the next.
MIGRATIONS = {1: POLICIES, 2: _COUNTED, 3: _PLACES}
