-- A database for measuring, about 1 GB at scale 1, the same rows every time:
--   customers   20,000 rows · documents  500,000 wide rows with jsonb, text and bytea · readings  3,000,000 narrow rows
--
--   psql -X -v ON_ERROR_STOP=1 -v scale=0.1 -f bench.sql
--
-- Without -v scale it is 1. Load it in an empty database.
\set QUIET on
\if :{?scale}
\else
\set scale 1
\endif
SET client_min_messages = warning;
SET timezone = 'UTC';
SET synchronous_commit = off;
SET maintenance_work_mem = '256MB';
SELECT greatest(1, (20000 * :scale)::integer) AS customers, greatest(1, (500000 * :scale)::integer) AS documents,
  greatest(1, (3000000 * :scale)::integer) AS readings \gset

BEGIN;

-- A number from 0 to n - 1 that looks random and is not.
CREATE FUNCTION pg_temp.pick(i bigint, salt integer, n integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS 'SELECT ((((i + salt * 7919) * 1103515245 + 12345) % 2147483648) / 1024 % n)::integer';

-- Pieces of prose, as compressible as real text is.
CREATE TEMPORARY TABLE prose (piece integer PRIMARY KEY, body text NOT NULL);
INSERT INTO prose
SELECT piece, string_agg((ARRAY['the', 'cow', 'gives', 'milk', 'when', 'grass', 'grows', 'near', 'river', 'and', 'wind', 'from',
  'north', 'brings', 'cold', 'rain', 'over', 'meadow', 'village', 'farmer', 'counts', 'his', 'herd', 'every', 'morning', 'before',
  'breakfast', 'because', 'numbers', 'matter', 'Tramuntana', 'Empordà'])[1 + pg_temp.pick(piece * 250 + word, 1, 32)], ' ' ORDER BY word)
FROM generate_series(0, 999) AS piece, generate_series(1, 220) AS word
GROUP BY piece;
ANALYZE prose;

CREATE TABLE customers (
  id integer NOT NULL,
  name text NOT NULL,
  email text NOT NULL,
  country char(2) NOT NULL,
  balance numeric(12, 2) NOT NULL,
  since date NOT NULL
);
INSERT INTO customers
SELECT n, 'Customer ' || n, 'customer' || n || '@example.org', (ARRAY['ES', 'FR', 'AD', 'PT'])[1 + pg_temp.pick(n, 2, 4)],
  pg_temp.pick(n, 3, 1000000) / 100.0, date '2015-01-01' + pg_temp.pick(n, 4, 3000)
FROM generate_series(1, :customers) AS n;

CREATE TABLE documents (
  id bigint NOT NULL,
  customer_id integer NOT NULL,
  token uuid NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  attributes jsonb NOT NULL,
  thumbnail bytea,
  labels text[] NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz
);
INSERT INTO documents
SELECT n, 1 + pg_temp.pick(n, 5, :customers), md5('token ' || n)::uuid, 'Document ' || n || ' of ' || left(body, 30),
  left(body, 500 + pg_temp.pick(n, 8, 600)),
  jsonb_build_object('status', (ARRAY['draft', 'sent', 'paid', 'void'])[1 + pg_temp.pick(n, 9, 4)], 'amount', pg_temp.pick(n, 10, 100000) / 100.0,
    'hash', md5('attributes ' || n), 'lines', jsonb_build_array(jsonb_build_object('sku', pg_temp.pick(n, 11, 9999), 'quantity', 1 + n % 9),
      jsonb_build_object('sku', pg_temp.pick(n, 12, 9999), 'quantity', 1 + n % 7)), 'remote', n % 2 = 0, 'note', NULL),
  CASE WHEN n % 3 <> 0 THEN decode(md5('a' || n) || md5('b' || n) || md5('c' || n) || md5('d' || n) || md5('e' || n) || md5('f' || n), 'hex') END,
  ARRAY['label ' || pg_temp.pick(n, 13, 50), 'label ' || pg_temp.pick(n, 14, 50)],
  timestamptz '2020-01-01 00:00+00' + n * interval '5 minutes',
  CASE WHEN n % 4 = 0 THEN timestamptz '2020-01-02 00:00+00' + n * interval '5 minutes' END
FROM generate_series(1, :documents) AS n JOIN prose ON piece = pg_temp.pick(n, 7, 1000);

CREATE TABLE readings (
  id bigint NOT NULL,
  document_id bigint NOT NULL,
  at timestamptz NOT NULL,
  kind smallint NOT NULL,
  value double precision,
  exact numeric(10, 3)
);
INSERT INTO readings
SELECT n, 1 + pg_temp.pick(n, 15, :documents), timestamptz '2020-01-01 00:00+00' + n * interval '20 seconds', pg_temp.pick(n, 16, 12),
  CASE WHEN n % 50 <> 0 THEN pg_temp.pick(n, 17, 1000000) / 7.0 END, pg_temp.pick(n, 18, 1000000) / 1000.0
FROM generate_series(1, :readings) AS n;

ALTER TABLE customers ADD PRIMARY KEY (id), ADD UNIQUE (email);
ALTER TABLE documents ADD PRIMARY KEY (id), ADD FOREIGN KEY (customer_id) REFERENCES customers;
CREATE INDEX documents_customer ON documents (customer_id, created_at);
CREATE INDEX documents_status ON documents ((attributes ->> 'status')) WHERE updated_at IS NOT NULL;
ALTER TABLE readings ADD PRIMARY KEY (id), ADD FOREIGN KEY (document_id) REFERENCES documents;
CREATE INDEX readings_document ON readings (document_id);

COMMIT;

ANALYZE;
