-- A database as people have them: every kind of object and value that a backup has to carry. Loads in psql, as a
-- superuser, in an empty UTF8 database of PostgreSQL 14 to 18; what only newer majors know is guarded.
--
-- Load it with `cluster.psql({ file }, database)` or `psql -X -v ON_ERROR_STOP=1 -f everything.sql`. It dumps and
-- restores without an error. Good to know when comparing source and copy:
--   * matviews.stale is out of date on purpose, and matviews.never_filled is not populated;
--   * fdw.remote_animals is a foreign table whose server does not exist: it must not be read;
--   * secrets that must not leave the dump: the passwords of a user mapping and of a subscription, all "zq8-…-secret";
--   * rows hold fixed values only, so two loads give the same content.
\set QUIET on
\set ON_ERROR_STOP on
\encoding UTF8
SET client_min_messages = error;
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET extra_float_digits = 1;
SET lc_monetary = 'C';
SET standard_conforming_strings = on;
SELECT current_setting('server_version_num')::integer >= 150000 AS from_15,
  current_setting('server_version_num')::integer >= 160000 AS from_16,
  current_setting('server_version_num')::integer >= 170000 AS from_17,
  current_setting('server_version_num')::integer >= 180000 AS from_18,
  EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i') AS has_icu \gset

-- Roles -------------------------------------------------------------------------------------------------------------
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['everything_owner', 'everything_reader', 'everything_writer', 'everything_group',
    'Everything "Hostile" rôle 🐄'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I', name);
    END IF;
  END LOOP;
END
$$;
ALTER ROLE everything_owner LOGIN CREATEDB CONNECTION LIMIT 20 VALID UNTIL 'infinity';
ALTER ROLE everything_reader SET statement_timeout = '5min';
GRANT everything_group TO everything_reader, everything_writer WITH ADMIN OPTION;
COMMENT ON ROLE everything_group IS 'Group of the others; ''quoted''';
SELECT format('COMMENT ON DATABASE %I IS %L', current_database(), E'Everything,\nas people have it') \gexec
SELECT format('ALTER DATABASE %I SET default_statistics_target = 77', current_database()) \gexec
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO everything_reader', current_database()) \gexec
SELECT format('ALTER ROLE everything_writer IN DATABASE %I SET work_mem = ''9MB''', current_database()) \gexec

-- Schemas and extensions --------------------------------------------------------------------------------------------
CREATE SCHEMA types AUTHORIZATION everything_owner;
CREATE SCHEMA tables;
CREATE SCHEMA parts;
CREATE SCHEMA code;
CREATE SCHEMA matviews;
CREATE SCHEMA fdw;
CREATE SCHEMA rls;
CREATE SCHEMA extensions;
CREATE SCHEMA empty_schema;
CREATE SCHEMA "Esquema ""hostil"" 🐄.amb punt";
COMMENT ON SCHEMA tables IS 'Tables; it''s -- not /* a comment */ \ here';

CREATE EXTENSION hstore;
CREATE EXTENSION citext SCHEMA extensions;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gist;
CREATE EXTENSION ltree;
CREATE EXTENSION "uuid-ossp" SCHEMA extensions;
CREATE EXTENSION postgres_fdw SCHEMA fdw;
COMMENT ON EXTENSION ltree IS 'our own words on ltree';
REVOKE EXECUTE ON FUNCTION extensions.uuid_generate_v4() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION extensions.uuid_generate_v4() TO everything_writer;

-- Types -------------------------------------------------------------------------------------------------------------
CREATE TYPE types.mood AS ENUM ('sad', 'ok', 'happy');
ALTER TYPE types.mood ADD VALUE 'so-so' BEFORE 'ok';
ALTER TYPE types.mood ADD VALUE 'it''s "great"';
CREATE TYPE types.empty_enum AS ENUM ();
CREATE TYPE types."Amb Majúscules" AS ENUM ('Ç', '🐄', '', ' ');
CREATE DOMAIN types.percentage AS numeric(5, 2) DEFAULT 0 CONSTRAINT in_range CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN types.email AS extensions.citext CHECK (VALUE OPERATOR(extensions.~) '^[^@[:space:]]+@[^@[:space:]]+$');
CREATE DOMAIN types.tags AS text[] CHECK (cardinality(VALUE) < 10);
CREATE DOMAIN types.required AS text NOT NULL;
COMMENT ON DOMAIN types.percentage IS '0 to 100';
CREATE TYPE types.address AS (street text, "number" integer, doomed date, geo point);
ALTER TYPE types.address DROP ATTRIBUTE doomed;
CREATE TYPE types.person AS (name text, home types.address, feeling types.mood, others types.address[]);
CREATE DOMAIN types.home_address AS types.address CHECK (VALUE IS NULL OR (VALUE).street IS NOT NULL);
CREATE FUNCTION types.time_difference(a time, b time) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT RETURN extract(epoch FROM (a - b))::double precision;
CREATE TYPE types.time_range AS RANGE (subtype = time, subtype_diff = types.time_difference,
  multirange_type_name = types.many_times);
CREATE TYPE types.text_range AS RANGE (subtype = text, collation = "C");
-- A base type, which has neither a hash function nor an order.
CREATE TYPE types.opaque;
CREATE FUNCTION types.opaque_in(cstring) RETURNS types.opaque LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION types.opaque_out(types.opaque) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE types.opaque (INPUT = types.opaque_in, OUTPUT = types.opaque_out, LIKE = text);

-- Values: one table a family, so that a difference names it ---------------------------------------------------------
SET ROLE everything_owner;
CREATE TABLE types.numbers (
  id smallint PRIMARY KEY,
  small smallint, regular integer, big bigint,
  exact numeric, money_like numeric(12, 2), negative_scale numeric(10, 3),
  single real, double double precision, cash money,
  flag boolean, object oid, percentage types.percentage
);
RESET ROLE;
INSERT INTO types.numbers VALUES
  (1, -32768, -2147483648, -9223372036854775808, 'NaN', -9999999999.99, 0.001, 'NaN', 'NaN', '-92233720368547758.08', false, 0, 0),
  (2, 32767, 2147483647, 9223372036854775807, 'Infinity', 9999999999.99, -0.001, 'Infinity', 'Infinity', '92233720368547758.07', true, 4294967295, 100),
  (3, 0, 0, 0, '-Infinity', 0, 0, '-Infinity', '-Infinity', '0', NULL, 1, 33.33),
  (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (5, 1, 1, 1, 1.0, 1.0, 1.0, '-0', '-0', '1', true, 16384, 1),
  (6, 1, 1, 1, 1.00, 1.00, 1.00, '0', '0', '1.00', true, 16384, 1),
  (7, 1, 1, 1, 1, 1, 1, 1.17549435e-38, 2.2250738585072014e-308, '-0.01', true, 2, 1),
  (8, 1, 1, 1, 1e-300, 1, 1, 3.4028235e38, 1.7976931348623157e308, '12345.67', true, 2, 1),
  (9, 1, 1, 1, repeat('9', 1000)::numeric, 1, 1, 0.1, 0.1, '1', true, 2, 1),
  (10, 1, 1, 1, 0.1234567890123456789012345678901234567890, 1, 1, 0.3, 0.30000000000000004, '1', true, 2, 1),
  (11, 1, 1, 1, 1, 1, 1, 1e-45, 5e-324, '1', true, 2, 1);

CREATE TABLE types.texts (
  id integer PRIMARY KEY,
  body text, limited varchar(10), padded char(5), one "char", short name, insensitive extensions.citext,
  c_ordered text COLLATE "C", email types.email, tags types.tags, feeling types.mood, odd types."Amb Majúscules",
  opaque types.opaque
);
INSERT INTO types.texts VALUES
  (1, '', '', '', '', '', '', '', 'a@b', '{}', 'sad', '', ''),
  (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (3, E'line\nfeed\r\nreturn\ttab\\backslash\b\f\v', E'a\nb', 'ab', 'x', 'pg', 'MiXeD', 'ß', 'Ramon@Example.ORG', '{a,"b c",NULL,"NULL"}', 'so-so', 'Ç', E'\\N'),
  (4, E'\\N', E'\\.', E'\\N', E'\\', E'\\.', E'\\x41', E'\\.', 'x@y', '{"{}","\"","\\\\"}', 'it''s "great"', ' ', E'\\.'),
  (5, 'Ànec, cigonya, çàrria, l·l, ñ, ü — “cometes” … €', 'ñandú', 'çàé', 'q', 'Ç', 'ÀÉÍ', 'ï', 'à@é', '{ç}', 'happy', '🐄', 'é'),
  (6, '🐄🐂 👩‍👩‍👧‍👦 🇪🇸 é (combining) ‮right-to-left‬ עברית 中文 ​zero', '🐄', '🐄', 'z', '🐄', '🐄', '🐄', '🐄@🐄', '{🐄}', 'ok', '🐄', '🐄'),
  (7, '<script>alert("x")</script>&amp; $(id) `id` ${HOME} %s; DROP TABLE types.texts; --', '''; --', '$$', '$', '--', '/*', '*/', '<@>', '{<b>}', 'ok', '', '$$'),
  (8, E'\x01\x02\x1b[31mred\x1b[0m\x7f', E'\x01', E'\x1f', E'\x7f', E'\x01', E'\x01', E'\x01', E'\x01@\x01', E'{"\x01"}', 'ok', '', E'\x01'),
  (9, ' leading and trailing ', '  ', '  ', ' ', ' ', ' ', ' ', 'sp@ce', '{" "}', 'ok', ' ', ' '),
  (10, repeat('a', 3000), 'aaaaaaaaaa', 'aaaaa', 'a', repeat('a', 63), repeat('A', 3000), repeat('Z', 100), 'z@z', '{}', 'ok', '', 'o');

CREATE TABLE types.times (
  id integer PRIMARY KEY,
  d date, t time, t0 time(0), ttz timetz, ts timestamp, ts3 timestamp(3), tstz timestamptz, i interval, i_ym interval year to month
);
INSERT INTO types.times VALUES
  (1, 'infinity', '00:00', '00:00', '00:00+15:59', 'infinity', 'infinity', 'infinity', '0', '0'),
  (2, '-infinity', '24:00', '24:00', '24:00-15:59', '-infinity', '-infinity', '-infinity', '-178000000 years', '-1 year'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, '4713-01-01 BC', '23:59:59.999999', '23:59:59', '12:34:56.789+05:30', '4713-01-01 00:00:00 BC', '0001-01-01', '4713-01-01 00:00:00+00 BC', '1 mon -1 day +00:00:00.000001', '11 months'),
  (5, '5874897-12-31', '12:00', '12:00', '12:00+00', '294276-12-31 23:59:59.999999', '9999-12-31 23:59:59.999', '294276-12-31 23:59:59.999999+00', '24:00:00', '2 years'),
  (6, '2024-02-29', '12:00', '12:00', '07:00-05', '2024-03-31 02:30', '2024-03-31 02:30:00.123', '2024-03-31 02:30+01', '1 day', '0'),
  (7, '1582-10-10', '12:00', '12:00', '13:00+01', '2024-10-27 02:30', '1582-10-10', '2024-10-27 02:30:00.000001+02', '-1 year -2 mons +3 days -04:05:06.7', '0');

CREATE TABLE types.binaries (
  id integer PRIMARY KEY, raw bytea, bits bit(9), some_bits varbit(40), any_bits varbit, u uuid
);
INSERT INTO types.binaries VALUES
  (1, '', B'000000000', '', '', '00000000-0000-0000-0000-000000000000'),
  (2, '\x00', B'111111111', B'1', B'0', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
  (3, '\x0000', B'101010101', B'10', B'00', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
  (4, '\x5c78350a00ff', NULL, NULL, NULL, NULL),
  (5, (SELECT decode(string_agg(lpad(to_hex(n), 2, '0'), '' ORDER BY n), 'hex') FROM generate_series(0, 255) AS n), B'000000001', B'0000000000000000000000000000000000000001', repeat('10', 900)::varbit, NULL);

CREATE TABLE types.nets (id integer PRIMARY KEY, host inet, net cidr, mac macaddr, mac8 macaddr8);
INSERT INTO types.nets VALUES
  (1, '192.0.2.1', '192.0.2.0/24', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05'),
  (2, '192.0.2.1/24', '0.0.0.0/0', 'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff'),
  (3, '2001:db8::1', '2001:db8::/32', '00:00:00:00:00:00', '00:00:00:00:00:00:00:00'),
  (4, '::ffff:192.0.2.1/128', '::/0', NULL, NULL), (5, NULL, NULL, NULL, NULL);

CREATE TABLE types.shapes (
  id integer PRIMARY KEY, p point, l line, s lseg, b box, open_path path, poly polygon, c circle
);
INSERT INTO types.shapes VALUES
  (1, '(0,-0)', '{1,-1,0}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '<(0,0),0>'),
  (2, '(NaN,Infinity)', '{0,1,1e-300}', '[(1e300,0),(-1,0.1)]', '(0.1,0.2),(-1,-1)', '((0,0),(1,1))', '((0.1,0.2))', '<(1,2),3.5>'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE types.documents (
  id integer PRIMARY KEY, j json, jb jsonb, x xml, jp jsonpath, tsv tsvector, tsq tsquery, h hstore, tree ltree, lq lquery
);
INSERT INTO types.documents VALUES
  (1, '{"b": 1,  "a":1.0, "a": 2}', '{"b": 1, "a": 1.0, "c": {"d": [1, "two", null, true, {}]}}', '<a b="c">text &amp; <!-- c --><d/></a>', '$.a[*] ? (@ > 1)', to_tsvector('simple', 'the cow gives milk, milk and milk'), 'cow & !bull | (milk <-> cow)', 'a=>1, "b c"=>NULL, "q\""=>"x=>y"', 'farm.cows.Bruna', 'farm.*{1,2}.!bull'),
  (2, '[]', '[]', 'just text', 'strict $', '', '', '', '', '*'),
  (3, ' "scalar" ', '"\u00e7🐄\n"', '<ç>🐄</ç>', '$."ç"', '''ç'':1A ''🐄'':2,3B', '''ç'':*A', '"ç"=>"🐄"', 'a', 'a*@'),
  (4, 'null', 'null', '', NULL, NULL, NULL, NULL, NULL, NULL), (5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (6, '{"n": 1e400}', '{"n": 12345678901234567890.123456789, "n1": 1.0, "n2": 1.00}', '<?pi x?>', '$', '''a''', '''a''', 'a=>b', 'a.b', 'a');

CREATE TABLE types.arrays (
  id integer PRIMARY KEY, ints integer[], matrix integer[][], texts text[], shifted integer[], moods types.mood[],
  people types.person[], docs jsonb[], stamps timestamptz[], points point[], raws bytea[], pcts types.percentage[], floats float8[]
);
INSERT INTO types.arrays VALUES
  (1, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}'),
  (2, '{1,NULL,3}', '{{1,2},{3,4}}', '{"","NULL",NULL,"a,b","{}","\"","\\"}', '[-1:1]={7,8,9}', '{happy,so-so}',
    ARRAY[ROW('Ramon', ROW('Carrer "Nou", 1', 1, '(1,2)'), 'ok', NULL)::types.person], ARRAY['{"a": 1.0}'::jsonb, 'null'],
    '{infinity,"2024-01-01 00:00:00+00"}', ARRAY['(1,2)'::point], ARRAY['\x00ff'::bytea], '{0,100}', '{NaN,-0,Infinity}'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE types.ranges (
  id integer PRIMARY KEY, i4 int4range, i8 int8range, n numrange, d daterange, ts tsrange, tstz tstzrange, tr types.time_range,
  txt types.text_range, i4m int4multirange, i8m int8multirange, nm nummultirange, dm datemultirange, tsm tsmultirange,
  tstzm tstzmultirange, times types.many_times
);
INSERT INTO types.ranges VALUES
  (1, 'empty', 'empty', 'empty', 'empty', 'empty', 'empty', 'empty', 'empty', '{}', '{}', '{}', '{}', '{}', '{}', '{}'),
  (2, '(,)', '[1,)', '(1.0,2.00]', '[2024-01-01,infinity]', '[,2024-01-01)', '(-infinity,infinity)', '[08:00,17:30)', '["a,b","c""d")',
    '{[1,3),[5,7)}', '{(,)}', '{[1.0,1.00]}', '{[2024-01-01,2024-02-01)}', '{(,)}', '{[2024-01-01 00:00+00,)}', '{[08:00,12:00),[13:00,17:00)}'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

CREATE TABLE types.composites (
  id integer PRIMARY KEY, home types.address, who types.person, checked types.home_address, needed types.required
);
INSERT INTO types.composites VALUES
  (1, ROW('Carrer Major', 1, '(42.3,2.9)'), ROW('Emma', ROW('a,b', NULL, NULL), 'happy', ARRAY[ROW('(x)', 2, NULL)::types.address]), ROW('s', 1, NULL), 'x'),
  (2, ROW(NULL, NULL, NULL), ROW(NULL, NULL, NULL, NULL), NULL, ''),
  (3, NULL, NULL, NULL, 'y'), (4, ROW('', 0, NULL), ROW('', ROW('', 0, NULL), NULL, '{}'), NULL, 'z');

CREATE TABLE types.identifiers (
  id integer PRIMARY KEY, class regclass, proc regproc, procedure regprocedure, oper regoper, operator regoperator, typ regtype,
  role regrole, nsp regnamespace, conf regconfig, dict regdictionary, coll regcollation, lsn pg_lsn, x xid, x8 xid8, c cid, t tid,
  snap pg_snapshot, old_snap txid_snapshot, i2v int2vector, ov oidvector, acl aclitem, cursor refcursor
);
INSERT INTO types.identifiers VALUES
  (1, 'types.numbers', 'pg_catalog.now', 'pg_catalog.abs(integer)', 'pg_catalog.||/', 'pg_catalog.+(integer,integer)', 'types.mood',
    'everything_owner', 'types', 'pg_catalog.english', 'pg_catalog.simple', 'pg_catalog."C"', '16/B374D848', '42', '4294967296', '7',
    '(1,2)', '10:20:10,14,15', '10:20:10,14,15', '1 2 3', '1 2', 'everything_owner=r/everything_owner', 'portal "1"'),
  (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (3, '-', '-', '-', '0', '0', '-', '-', '-', '-', '-', '-', '0/0', '0', '0', '0', '(0,0)', '1:1:', '1:1:', '', '', NULL, '');

-- Tables ------------------------------------------------------------------------------------------------------------
SET search_path = tables, public, types, extensions;

CREATE TABLE generated (
  id integer GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 5 MAXVALUE 100000 CYCLE) PRIMARY KEY,
  other bigint GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME tables."other seq" MINVALUE -10 START -10),
  price numeric NOT NULL DEFAULT 1.50,
  quantity integer NOT NULL DEFAULT 1,
  total numeric GENERATED ALWAYS AS (price * quantity) STORED,
  label text GENERATED ALWAYS AS ('n' || quantity::text || 'ç') STORED,
  made timestamptz NOT NULL DEFAULT now(),
  token uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO generated (price, quantity, made, token)
SELECT n * 1.10, n, timestamptz '2024-01-01 00:00+00' + n * interval '1 hour', md5(n::text)::uuid FROM generate_series(1, 50) AS n;

CREATE TABLE serials (id serial PRIMARY KEY, big bigserial, small smallserial, word text);
INSERT INTO serials (word) SELECT 'w' || n FROM generate_series(1, 20) AS n;

CREATE TABLE dropped_columns (gone_first text, id integer PRIMARY KEY, gone numeric, kept text DEFAULT 'k', gone_last text);
INSERT INTO dropped_columns SELECT 'x', n, n, 'kept ' || n, 'y' FROM generate_series(1, 30) AS n;
ALTER TABLE dropped_columns DROP COLUMN gone_first, DROP COLUMN gone, DROP COLUMN gone_last, ADD COLUMN added date DEFAULT '2024-05-05';
CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;
CREATE TABLE no_columns_left (gone integer);
INSERT INTO no_columns_left VALUES (1), (2);
ALTER TABLE no_columns_left DROP COLUMN gone;
CREATE TABLE empty (id integer PRIMARY KEY, body text);
CREATE TABLE no_key (a integer, b text);
INSERT INTO no_key VALUES (1, 'same'), (1, 'same'), (1, 'same'), (NULL, NULL), (NULL, NULL), (2, NULL);
CREATE UNLOGGED TABLE unlogged (id integer PRIMARY KEY, body text);
INSERT INTO unlogged SELECT n, 'u' || n FROM generate_series(1, 10) AS n;
CREATE TABLE typed OF types.address (PRIMARY KEY (street), number WITH OPTIONS DEFAULT 7);
INSERT INTO typed VALUES ('Carrer Nou', 1, '(0,0)'), ('Carrer Vell', NULL, NULL);

DO $$ BEGIN
  EXECUTE 'CREATE TABLE tables.wide (' || (SELECT string_agg(format('c%s %s', n, CASE n % 3 WHEN 0 THEN 'text' WHEN 1 THEN 'smallint' ELSE 'boolean' END), ', ' ORDER BY n) FROM generate_series(1, 1200) AS n) || ')';
  EXECUTE 'INSERT INTO tables.wide SELECT ' || (SELECT string_agg(CASE n % 3 WHEN 0 THEN 'r::text' WHEN 1 THEN format('r + %s', n) ELSE 'r > 1' END, ', ' ORDER BY n) FROM generate_series(1, 1200) AS n) || ' FROM generate_series(1, 3) AS r';
END $$;

CREATE TABLE toasted (
  id integer PRIMARY KEY, compressed text, external text, raw bytea, doc jsonb
) WITH (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false);
ALTER TABLE toasted ALTER COLUMN external SET STORAGE EXTERNAL, ALTER COLUMN compressed SET COMPRESSION pglz;
INSERT INTO toasted
SELECT n, repeat('compressible ', 20000), (SELECT string_agg(md5(n::text || m::text), '') FROM generate_series(1, 2000) AS m),
  decode((SELECT string_agg(md5(n::text || m::text), '') FROM generate_series(1, 20000) AS m), 'hex'),
  (SELECT jsonb_object_agg('key' || m, md5(n::text || m::text)) FROM generate_series(1, 500) AS m)
FROM generate_series(1, 4) AS n;

-- Inheritance: a restore puts inherited columns first, so their physical order changes.
CREATE TABLE parent (id integer NOT NULL, name text DEFAULT 'p', CONSTRAINT positive CHECK (id > 0), CONSTRAINT own CHECK (id < 1000) NO INHERIT);
CREATE TABLE child (extra text, name text DEFAULT 'c') INHERITS (parent);
CREATE TABLE adopted (z boolean, name text, "last" numeric, id integer NOT NULL, CONSTRAINT positive CHECK (id > 0));
ALTER TABLE adopted INHERIT parent;
CREATE TABLE other_parent (id integer NOT NULL, height integer);
CREATE TABLE grandchild (own text) INHERITS (child, other_parent);
ALTER TABLE parent ADD COLUMN late date DEFAULT '2024-01-01';
INSERT INTO parent VALUES (1, 'one'), (2, 'two');
INSERT INTO child (id, name, extra) VALUES (11, 'eleven', 'x'), (12, NULL, NULL);
INSERT INTO adopted (z, name, "last", id) VALUES (true, 'twenty', 1.50, 20), (NULL, NULL, NULL, 21);
INSERT INTO other_parent VALUES (31, 180);
INSERT INTO grandchild (id, name, extra, height, own) VALUES (41, 'forty-one', 'e', 150, 'o');

-- Keys: circular, to itself, deferrable, not validated, to a table in another schema, exclusion.
CREATE TABLE departments (id integer PRIMARY KEY, name text NOT NULL UNIQUE, head integer);
CREATE TABLE employees (
  id integer PRIMARY KEY, name text NOT NULL, department integer NOT NULL REFERENCES departments ON DELETE CASCADE ON UPDATE RESTRICT,
  boss integer CONSTRAINT has_boss REFERENCES employees DEFERRABLE INITIALLY DEFERRED, "position" integer UNIQUE DEFERRABLE INITIALLY IMMEDIATE
);
INSERT INTO departments SELECT n, 'department ' || n, NULL FROM generate_series(1, 5) AS n;
INSERT INTO employees SELECT n, 'employee ' || n, 1 + n % 5, CASE WHEN n > 1 THEN n / 2 END, n FROM generate_series(1, 200) AS n;
UPDATE departments SET head = id + 5;
ALTER TABLE departments ADD CONSTRAINT headed_by FOREIGN KEY (head) REFERENCES employees ON DELETE SET NULL DEFERRABLE;
CREATE TABLE pairs (a integer, b integer, note text, PRIMARY KEY (b, a));
CREATE TABLE pair_users (id integer PRIMARY KEY, a integer, b integer, CONSTRAINT both_or_none FOREIGN KEY (b, a) REFERENCES pairs (b, a) MATCH FULL ON DELETE SET NULL);
INSERT INTO pairs VALUES (1, 2, 'x'), (2, 1, 'y');
INSERT INTO pair_users VALUES (1, 1, 2), (2, NULL, NULL), (3, 2, 1);
CREATE TABLE unchecked (id integer PRIMARY KEY, department integer, amount integer);
INSERT INTO unchecked VALUES (1, 999, -5), (2, 1, 5), (3, NULL, NULL);
ALTER TABLE unchecked ADD CONSTRAINT department_exists FOREIGN KEY (department) REFERENCES departments NOT VALID,
  ADD CONSTRAINT amount_positive CHECK (amount > 0) NOT VALID;
CREATE TABLE bookings (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, room integer NOT NULL, during tstzrange NOT NULL, cancelled boolean NOT NULL DEFAULT false,
  CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (NOT cancelled)
);
INSERT INTO bookings (room, during, cancelled)
SELECT n % 3, tstzrange(timestamptz '2024-01-01 00:00+00' + n * interval '1 day', timestamptz '2024-01-02 00:00+00' + n * interval '1 day'), n % 7 = 0
FROM generate_series(1, 60) AS n;

-- Indexes of every kind.
CREATE TABLE indexed (
  id integer PRIMARY KEY, name text NOT NULL, note text, doc jsonb, tags text[], place point, day date, code text, active boolean
);
INSERT INTO indexed SELECT n, 'name ' || n, CASE WHEN n % 3 = 0 THEN 'note ' || n END, jsonb_build_object('n', n, 'odd', n % 2 = 1), ARRAY['t' || n % 7],
  point(n, -n), date '2024-01-01' + n, upper(md5(n::text)), n % 4 <> 0 FROM generate_series(1, 500) AS n;
CREATE INDEX indexed_expression ON indexed (lower(name), (id % 10));
CREATE UNIQUE INDEX indexed_partial ON indexed (code) INCLUDE (name, day) WHERE active;
CREATE INDEX indexed_order ON indexed (day DESC NULLS LAST, name COLLATE "C" text_pattern_ops);
CREATE INDEX indexed_gin ON indexed USING gin (doc jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX indexed_tags ON indexed USING gin (tags);
CREATE INDEX indexed_trgm ON indexed USING gist (name gist_trgm_ops);
CREATE INDEX indexed_place ON indexed USING spgist (place);
CREATE INDEX indexed_brin ON indexed USING brin (day) WITH (pages_per_range = 16);
CREATE INDEX indexed_hash ON indexed USING hash (code) WITH (fillfactor = 60);
CREATE UNIQUE INDEX "indexed ""hostile"" ñ" ON indexed (name);
COMMENT ON INDEX indexed_gin IS 'on the document';
ALTER INDEX indexed_expression ALTER COLUMN 2 SET STATISTICS 500;
CREATE UNIQUE INDEX indexed_day ON indexed (day);
ALTER TABLE indexed ALTER COLUMN day SET NOT NULL, REPLICA IDENTITY USING INDEX indexed_day, ALTER COLUMN name SET STATISTICS 300,
  ALTER COLUMN name SET (n_distinct = -0.5), CLUSTER ON indexed_day;
CLUSTER indexed;
ALTER TABLE no_key REPLICA IDENTITY FULL;
ALTER TABLE empty REPLICA IDENTITY NOTHING;
CREATE STATISTICS indexed_statistics (ndistinct, dependencies, mcv) ON name, day, active FROM indexed;
CREATE STATISTICS "statistics on expressions" ON (lower(name)), (id % 10) FROM indexed;
ALTER STATISTICS indexed_statistics SET STATISTICS 42;
COMMENT ON STATISTICS indexed_statistics IS 'of three columns';

-- Sequences.
CREATE SEQUENCE descending INCREMENT BY -3 MAXVALUE -1 MINVALUE -1000 START -1;
SELECT nextval('descending'), nextval('descending') \g /dev/null
CREATE SEQUENCE cycling AS smallint MAXVALUE 3 CYCLE CACHE 1;
SELECT nextval('cycling') FROM generate_series(1, 5) \g /dev/null
CREATE SEQUENCE never_called START 77;
CREATE SEQUENCE set_not_called;
SELECT setval('set_not_called', 500, false) \g /dev/null
CREATE SEQUENCE owned_later OWNED BY indexed.id;
SELECT setval('owned_later', 9223372036854775807) \g /dev/null
COMMENT ON SEQUENCE never_called IS 'not yet';

-- Partitions: range, list and hash, several levels, a default, one attached with another order of columns.
SET search_path = parts, public;
CREATE TABLE events (id bigint NOT NULL, at timestamptz NOT NULL, country text NOT NULL DEFAULT 'ES', payload jsonb, PRIMARY KEY (id, at, country))
  PARTITION BY RANGE (at);
CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2024-01-01 00:00+00');
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2025-01-01 00:00+00') PARTITION BY LIST (country);
CREATE TABLE events_2024_es PARTITION OF events_2024 FOR VALUES IN ('ES', 'AD');
CREATE TABLE events_2024_other PARTITION OF events_2024 DEFAULT PARTITION BY HASH (id);
CREATE TABLE events_2024_other_0 PARTITION OF events_2024_other FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE events_2024_other_1 PARTITION OF events_2024_other FOR VALUES WITH (MODULUS 2, REMAINDER 1) WITH (fillfactor = 80);
CREATE TABLE events_attached (gone integer, payload jsonb, country text NOT NULL DEFAULT 'FR', at timestamptz NOT NULL, gone_too text, id bigint NOT NULL);
INSERT INTO events_attached VALUES (1, '{"attached": true}', 'FR', '2025-06-01 00:00+00', 'x', 5000);
ALTER TABLE events_attached DROP COLUMN gone, DROP COLUMN gone_too;
ALTER TABLE events ATTACH PARTITION events_attached FOR VALUES FROM ('2025-01-01 00:00+00') TO ('2026-01-01 00:00+00');
CREATE TABLE events_default PARTITION OF events DEFAULT;
INSERT INTO events SELECT n, timestamptz '2023-06-01 00:00+00' + n * interval '1 day', (ARRAY['ES', 'AD', 'FR', 'PT'])[1 + n % 4], jsonb_build_object('n', n)
FROM generate_series(1, 1200) AS n;
CREATE INDEX events_payload ON events USING gin (payload);
CREATE INDEX events_only ON ONLY events (country);
CREATE TABLE event_notes (id integer PRIMARY KEY, event bigint, at timestamptz, country text, FOREIGN KEY (event, at, country) REFERENCES events);
INSERT INTO event_notes SELECT row_number() OVER (ORDER BY id), id, at, country FROM events WHERE id % 100 = 0;
CREATE TABLE no_partitions (id integer) PARTITION BY LIST (id);
CREATE TABLE by_expression (id integer, name text) PARTITION BY LIST (lower(left(name, 1)));
CREATE TABLE by_expression_a PARTITION OF by_expression FOR VALUES IN ('a');
CREATE TABLE by_expression_null PARTITION OF by_expression FOR VALUES IN (NULL, 'z');
INSERT INTO by_expression VALUES (1, 'Anna'), (2, NULL), (3, 'zoe');
COMMENT ON TABLE events IS 'partitioned';

-- Code --------------------------------------------------------------------------------------------------------------
SET search_path = code, public;
CREATE FUNCTION add_all(VARIADIC numbers integer[] DEFAULT '{1,2}') RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $body$ SELECT sum(n) FROM unnest(numbers) AS n $body$;
CREATE FUNCTION add_all(a text, b text DEFAULT E'it''s \\ "x" $$ \n') RETURNS text LANGUAGE sql IMMUTABLE COST 5 RETURN a || b;
CREATE FUNCTION rows_of(IN lowest integer, OUT id integer, OUT name text) RETURNS SETOF record LANGUAGE plpgsql STABLE ROWS 50 AS $_$
BEGIN
  -- $$ and $body$ inside
  RETURN QUERY SELECT e.id, e.name FROM tables.employees AS e WHERE e.id >= lowest;
END
$_$;
CREATE FUNCTION as_owner() RETURNS name LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET work_mem = '8MB' BEGIN ATOMIC SELECT current_user; END;
ALTER FUNCTION as_owner() OWNER TO everything_owner;
CREATE FUNCTION "hostile ""name"" (x)"("a b" integer, "select" text) RETURNS text LANGUAGE sql AS 'SELECT $2 || $1';
CREATE PROCEDURE count_up(INOUT n integer) LANGUAGE plpgsql AS $$ BEGIN n := n + 1; COMMIT; END $$;
CREATE FUNCTION combine(state text, value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN coalesce(state || ',', '') || coalesce(value, '');
CREATE AGGREGATE comma_list(text) (SFUNC = combine, STYPE = text, PARALLEL = SAFE);
CREATE FUNCTION same_ignoring_case(a text, b text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT RETURN lower(a) = lower(b);
CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = same_ignoring_case, COMMUTATOR = ===, RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE FUNCTION mood_to_integer(types.mood) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT CASE $1 WHEN ''sad'' THEN 0 ELSE 1 END';
CREATE CAST (types.mood AS integer) WITH FUNCTION mood_to_integer(types.mood) AS ASSIGNMENT;
CREATE CAST (types.address AS text) WITH INOUT;
CREATE OPERATOR FAMILY backwards USING btree;
CREATE FUNCTION compare_backwards(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT RETURN sign($2 - $1)::integer;
CREATE OPERATOR CLASS int4_backwards FOR TYPE integer USING btree FAMILY backwards AS
  OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 compare_backwards(integer, integer);
CREATE INDEX employees_backwards ON tables.employees (id int4_backwards);
CREATE ACCESS METHOD another_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE on_another_heap (id integer) USING another_heap;
INSERT INTO on_another_heap SELECT generate_series(1, 5);
CREATE CONVERSION utf8_latin1 FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
CREATE COLLATION posix_copy FROM "C";
\if :has_icu
CREATE COLLATION catalan (provider = icu, locale = 'ca');
CREATE COLLATION ignoring_accents (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
CREATE TABLE collated (id integer PRIMARY KEY, a text COLLATE catalan, b text COLLATE ignoring_accents, UNIQUE (b));
INSERT INTO collated VALUES (1, 'l·l', 'Cafè'), (2, 'll', 'te'), (3, NULL, NULL);
CREATE INDEX collated_a ON collated (a DESC);
\endif
CREATE TEXT SEARCH DICTIONARY catalan_words (TEMPLATE = simple, ACCEPT = true);
CREATE TEXT SEARCH CONFIGURATION catalan (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION code.catalan ALTER MAPPING FOR word, asciiword WITH catalan_words, simple;
COMMENT ON TEXT SEARCH CONFIGURATION catalan IS 'català';
CREATE INDEX indexed_text ON tables.indexed USING gin (to_tsvector('code.catalan', note));
COMMENT ON FUNCTION add_all(integer[]) IS 'sums';
COMMENT ON AGGREGATE comma_list(text) IS 'a, b';
COMMENT ON OPERATOR === (text, text) IS 'equal but for case';
COMMENT ON CAST (types.mood AS integer) IS 'lossy';

-- Triggers and rules
CREATE TABLE journal (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source text NOT NULL, operation text NOT NULL);
CREATE TABLE watched (id integer PRIMARY KEY, body text, changed date);
INSERT INTO watched SELECT n, 'b' || n, date '2024-01-01' + n FROM generate_series(1, 10) AS n;
CREATE FUNCTION note_it() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO code.journal (source, operation) VALUES (TG_NAME, TG_OP);
  RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER plain AFTER INSERT OR UPDATE OF body OR DELETE ON watched FOR EACH ROW EXECUTE FUNCTION note_it('arg ''1''', 'é');
CREATE TRIGGER conditional BEFORE UPDATE ON watched FOR EACH ROW WHEN (OLD.body IS DISTINCT FROM NEW.body) EXECUTE FUNCTION note_it();
CREATE TRIGGER per_statement AFTER UPDATE ON watched REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION note_it();
CREATE TRIGGER switched_off BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION note_it();
CREATE TRIGGER always_on BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION note_it();
CREATE TRIGGER on_replica BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION note_it();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON watched DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_it();
ALTER TABLE watched DISABLE TRIGGER switched_off, ENABLE ALWAYS TRIGGER always_on, ENABLE REPLICA TRIGGER on_replica;
COMMENT ON TRIGGER plain ON watched IS 'notes it';
CREATE TRIGGER on_partitions AFTER INSERT ON parts.events FOR EACH ROW EXECUTE FUNCTION note_it();
ALTER TABLE parts.events_2023 DISABLE TRIGGER on_partitions;
UPDATE watched SET body = body || '!' WHERE id < 3;
CREATE RULE also AS ON DELETE TO watched DO ALSO INSERT INTO journal (source, operation) VALUES ('rule', 'DELETE');
CREATE RULE never AS ON UPDATE TO watched WHERE OLD.id = 10 DO INSTEAD NOTHING;
ALTER TABLE watched DISABLE RULE never;
CREATE FUNCTION note_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$;
CREATE EVENT TRIGGER everything_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION note_ddl();
CREATE EVENT TRIGGER everything_off ON sql_drop EXECUTE FUNCTION note_ddl();
ALTER EVENT TRIGGER everything_off DISABLE;

-- Views
CREATE VIEW employees_view (number, "the name") WITH (security_barrier) AS SELECT id, name FROM tables.employees WHERE id < 100 WITH LOCAL CHECK OPTION;
CREATE VIEW view_on_view AS SELECT "the name", count(*) OVER () AS n FROM employees_view;
ALTER VIEW employees_view ALTER COLUMN number SET DEFAULT 99;
CREATE RECURSIVE VIEW chain (id, depth) AS SELECT id, 1 FROM tables.employees WHERE boss IS NULL UNION ALL SELECT e.id, depth + 1 FROM tables.employees AS e JOIN chain ON e.boss = chain.id;
CREATE VIEW ruled AS SELECT id, body FROM watched;
CREATE RULE ruled_insert AS ON INSERT TO ruled DO INSTEAD INSERT INTO watched (id, body) VALUES (NEW.id, NEW.body);
CREATE VIEW triggered AS SELECT id, body FROM watched;
CREATE TRIGGER instead INSTEAD OF UPDATE ON triggered FOR EACH ROW EXECUTE FUNCTION note_it();
COMMENT ON VIEW employees_view IS 'a view';
COMMENT ON COLUMN employees_view."the name" IS 'its column';
-- Two views that need each other's definitions: pg_dump breaks the circle.
CREATE VIEW circular AS SELECT 1 AS id;
CREATE FUNCTION uses_circular() RETURNS SETOF circular LANGUAGE sql BEGIN ATOMIC SELECT * FROM circular; END;
CREATE OR REPLACE VIEW circular AS SELECT id, (SELECT count(*) FROM uses_circular() WHERE false) AS n FROM (VALUES (1)) AS v (id);

SET search_path = matviews, public;
CREATE MATERIALIZED VIEW by_department AS SELECT department, count(*) AS n, min(name) AS first FROM tables.employees GROUP BY department;
CREATE UNIQUE INDEX by_department_key ON by_department (department);
CREATE MATERIALIZED VIEW on_matview WITH (fillfactor = 90) AS SELECT sum(n) AS n FROM by_department;
CREATE MATERIALIZED VIEW never_filled AS SELECT * FROM tables.employees WITH NO DATA;
CREATE MATERIALIZED VIEW stale AS SELECT count(*) AS n FROM code.journal;
INSERT INTO code.journal (source, operation) VALUES ('after the view', 'INSERT');
COMMENT ON MATERIALIZED VIEW by_department IS 'counted once';

-- Row level security and grants -------------------------------------------------------------------------------------
SET search_path = rls, public;
CREATE TABLE accounts (id integer PRIMARY KEY, owner name NOT NULL, balance numeric(12, 2));
INSERT INTO accounts SELECT n, CASE WHEN n % 2 = 0 THEN 'everything_reader' ELSE 'everything_writer' END, n * 1.10 FROM generate_series(1, 100) AS n;
ALTER TABLE accounts OWNER TO everything_owner;
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON accounts USING (owner = current_user) WITH CHECK (owner = current_user AND balance >= 0);
CREATE POLICY "readers' ""policy""" ON accounts AS RESTRICTIVE FOR SELECT TO everything_reader, everything_writer USING (balance < 1000);
COMMENT ON POLICY own_rows ON accounts IS 'everybody his own';
CREATE TABLE locked_away (id integer, body text);
INSERT INTO locked_away VALUES (1, 'nobody sees me');
ALTER TABLE locked_away ENABLE ROW LEVEL SECURITY;
GRANT USAGE ON SCHEMA rls, tables TO everything_reader;
GRANT CREATE, USAGE ON SCHEMA tables TO everything_writer WITH GRANT OPTION;
GRANT SELECT ON accounts TO everything_reader WITH GRANT OPTION;
SET ROLE everything_reader;
GRANT SELECT ON accounts TO everything_group;
RESET ROLE;
GRANT SELECT (id, balance), UPDATE (balance), REFERENCES (id) ON accounts TO "Everything ""Hostile"" rôle 🐄";
GRANT ALL ON tables.employees TO everything_writer;
GRANT TRUNCATE, TRIGGER ON tables.employees TO PUBLIC;
REVOKE ALL ON tables.departments FROM postgres;
GRANT USAGE, UPDATE ON SEQUENCE tables.never_called TO everything_writer;
REVOKE ALL ON FUNCTION code.as_owner() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION code.as_owner() TO everything_reader;
GRANT USAGE ON TYPE types.mood TO everything_reader;
REVOKE USAGE ON TYPE types.percentage FROM PUBLIC;
GRANT USAGE ON LANGUAGE plpgsql TO everything_writer;
ALTER DEFAULT PRIVILEGES FOR ROLE everything_owner IN SCHEMA types GRANT SELECT ON TABLES TO everything_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE everything_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA tables GRANT INSERT ON TABLES TO everything_writer WITH GRANT OPTION;
ALTER TABLE tables.serials OWNER TO "Everything ""Hostile"" rôle 🐄";
ALTER SCHEMA empty_schema OWNER TO everything_group;
ALTER TYPE types.mood OWNER TO everything_owner;
ALTER VIEW code.view_on_view OWNER TO everything_owner;

-- Foreign data, large objects, replication --------------------------------------------------------------------------
SET search_path = fdw, public;
CREATE SERVER elsewhere TYPE 'pg' VERSION '1' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '192.0.2.1', port '5432', dbname 'x''y');
CREATE USER MAPPING FOR everything_reader SERVER elsewhere OPTIONS (user 'remote', password 'zq8-mapping-secret');
CREATE USER MAPPING FOR PUBLIC SERVER elsewhere OPTIONS (user 'anyone', password_required 'true');
CREATE FOREIGN TABLE remote_animals (id integer OPTIONS (column_name 'ID') NOT NULL, name text COLLATE "C", CHECK (id > 0)) SERVER elsewhere OPTIONS (schema_name 's', table_name 't');
CREATE FOREIGN DATA WRAPPER no_handler OPTIONS (a 'b');
GRANT USAGE ON FOREIGN SERVER elsewhere TO everything_reader;
GRANT SELECT ON remote_animals TO everything_reader;
COMMENT ON SERVER elsewhere IS 'documentation address';
COMMENT ON FOREIGN TABLE remote_animals IS 'not here';

CREATE TABLE tables.attachments (id integer PRIMARY KEY, name text, content oid);
SELECT lo_from_bytea(910001, '\x00ff00ff'), lo_from_bytea(910002, ''), lo_from_bytea(910003, decode(repeat(md5('large object'), 20000), 'hex')) \g /dev/null
ALTER LARGE OBJECT 910001 OWNER TO everything_owner;
GRANT SELECT ON LARGE OBJECT 910001 TO everything_reader;
COMMENT ON LARGE OBJECT 910003 IS 'large';
INSERT INTO tables.attachments VALUES (1, 'a.bin', 910001), (2, 'empty', 910002), (3, 'large', 910003), (4, 'dangling', 919999);

CREATE PUBLICATION some_tables FOR TABLE tables.indexed, ONLY tables.parent WITH (publish = 'insert, truncate');
CREATE PUBLICATION all_tables FOR ALL TABLES WITH (publish = 'insert', publish_via_partition_root = true);
CREATE PUBLICATION "no ""tables"" 🐄";
CREATE SUBSCRIPTION from_elsewhere CONNECTION 'host=192.0.2.1 dbname=x user=u password=zq8-subscription-secret' PUBLICATION p
  WITH (connect = false, enabled = false, slot_name = NONE);
COMMENT ON PUBLICATION some_tables IS 'two tables';

-- Hostile names -----------------------------------------------------------------------------------------------------
SET search_path = "Esquema ""hostil"" 🐄.amb punt";
CREATE TABLE "Taula amb espais" ("una columna" integer PRIMARY KEY, "Una Columna" text, "ñ" text, " " text, "a""b" text, "a.b" text, "$1" text);
INSERT INTO "Taula amb espais" VALUES (1, 'x', 'ñ', ' ', '"', '.', '$'), (2, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE "select" ("from" integer PRIMARY KEY, "where" text, "user" text, "order" text, "table" text DEFAULT 'DEFAULT', "ctid_" text);
INSERT INTO "select" VALUES (1, 'a', 'b', 'c', 'd', 'e');
CREATE TABLE "MAJÚSCULES" ("ID" integer, id integer, "Id" integer);
INSERT INTO "MAJÚSCULES" VALUES (1, 2, 3);
CREATE TABLE majúscules (id integer);
CREATE TABLE "quote""in.the 'middle'" (id integer);
INSERT INTO "quote""in.the 'middle'" VALUES (1);
CREATE TABLE "<script>alert(1)</script>" ("<b>" text, "&amp;" text, "|pipe|" text);
INSERT INTO "<script>alert(1)</script>" VALUES ('<i>', '&', '|');
CREATE TABLE U&"two\000Alines\0009tab" (U&"col\000Aumn" integer);
INSERT INTO U&"two\000Alines\0009tab" VALUES (1), (2);
COMMENT ON TABLE U&"two\000Alines\0009tab" IS E'two\nlines; \\connect nowhere\n\\! false';
CREATE TABLE "🐄" ("🐂" integer PRIMARY KEY, "e\u0301" text);
INSERT INTO "🐄" VALUES (1, 'moo');
CREATE TABLE "-Fc --clean" (id integer);
INSERT INTO "-Fc --clean" VALUES (1);
CREATE TABLE "%s %I $(id) `id` ${HOME}" (id integer);
INSERT INTO "%s %I $(id) `id` ${HOME}" VALUES (1);
CREATE TABLE "back\slash" ("c:\d" integer);
INSERT INTO "back\slash" VALUES (1);
CREATE TABLE "'; DROP TABLE x; --" (id integer);
INSERT INTO "'; DROP TABLE x; --" VALUES (1);
CREATE TABLE "a*?[b]" (id integer);
INSERT INTO "a*?[b]" VALUES (1);
CREATE TABLE " leading and trailing " (id integer);
INSERT INTO " leading and trailing " VALUES (1);
CREATE TABLE "../../etc/passwd" (id integer);
INSERT INTO "../../etc/passwd" VALUES (1);
CREATE TABLE "a_name_as_long_as_postgresql_allows_it_to_be_63_bytes_exactly_ok" (id integer);
INSERT INTO "a_name_as_long_as_postgresql_allows_it_to_be_63_bytes_exactly_ok" VALUES (1);
CREATE TABLE "null" (id integer GENERATED ALWAYS AS IDENTITY, "NULL" text);
INSERT INTO "null" ("NULL") VALUES (NULL), ('NULL');
CREATE TABLE "__proto__" ("constructor" integer, "toString" text, "__proto__" text);
INSERT INTO "__proto__" VALUES (1, 'x', 'y');
CREATE TABLE "10" ("1" integer, "0" integer);
INSERT INTO "10" VALUES (1, 0);
CREATE TABLE public.animals (id integer PRIMARY KEY);
CREATE TABLE tables.animals (id integer PRIMARY KEY);
INSERT INTO public.animals VALUES (1);
INSERT INTO tables.animals VALUES (1), (2);

-- What only newer majors have ---------------------------------------------------------------------------------------
SET search_path = tables, public;
\if :from_15
CREATE TABLE since_15 (id integer PRIMARY KEY, a integer, b integer, UNIQUE NULLS NOT DISTINCT (a));
INSERT INTO since_15 VALUES (1, NULL, 1), (2, 1, 2);
CREATE TABLE since_15_user (id integer PRIMARY KEY, a integer, b integer, UNIQUE (a, b));
CREATE TABLE since_15_partly (x integer, y integer, FOREIGN KEY (x, y) REFERENCES since_15_user (a, b) ON DELETE SET NULL (y));
CREATE UNLOGGED SEQUENCE unlogged_sequence;
CREATE VIEW invoker WITH (security_invoker) AS SELECT * FROM since_15;
CREATE PUBLICATION filtered FOR TABLE tables.employees (id, name) WHERE (id > 10);
CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA types;
GRANT SET ON PARAMETER work_mem TO everything_writer;
\endif
\if :from_16
CREATE TABLE since_16 (id integer, body text STORAGE EXTERNAL);
INSERT INTO since_16 VALUES (1, 'x');
\if :has_icu
CREATE COLLATION ruled_collation (provider = icu, locale = 'und', rules = '&a < g');
\endif
\endif
\if :from_17
CREATE TABLE since_17 (id integer GENERATED ALWAYS AS IDENTITY, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE since_17_first PARTITION OF since_17 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
INSERT INTO since_17 (day) VALUES ('2024-02-02'), ('2024-03-03');
CREATE TABLE since_17_builtin (id integer, name text COLLATE pg_c_utf8);
INSERT INTO since_17_builtin VALUES (1, 'é');
GRANT MAINTAIN ON since_17_builtin TO everything_writer;
CREATE TABLE since_17_interval (id integer, i interval);
INSERT INTO since_17_interval VALUES (1, 'infinity'), (2, '-infinity');
\endif
\if :from_18
CREATE TABLE since_18 (
  id int4range, valid daterange, a integer, doubled integer GENERATED ALWAYS AS (a * 2) VIRTUAL,
  CONSTRAINT since_18_key PRIMARY KEY (id, valid WITHOUT OVERLAPS), CONSTRAINT not_enforced CHECK (a > 100) NOT ENFORCED
);
INSERT INTO since_18 VALUES ('[1,2)', '[2024-01-01,2025-01-01)', 1), ('[1,2)', '[2025-01-01,2026-01-01)', 2);
CREATE TABLE since_18_not_null (id integer, body text);
INSERT INTO since_18_not_null VALUES (1, NULL);
ALTER TABLE since_18_not_null ADD CONSTRAINT body_given NOT NULL body NOT VALID;
\endif

-- Comments ----------------------------------------------------------------------------------------------------------
COMMENT ON TABLE indexed IS E'A comment with a quote '' a "double" one,\na new line, a backslash \\ and a 🐄';
COMMENT ON COLUMN indexed.name IS 'its name';
COMMENT ON CONSTRAINT no_overlap ON bookings IS 'one at a time';
COMMENT ON TYPE types.person IS 'somebody';
COMMENT ON COLUMN types.address.street IS 'attribute';
COMMENT ON RULE also ON code.watched IS 'also';
COMMENT ON EVENT TRIGGER everything_ddl IS 'ddl';
COMMENT ON SUBSCRIPTION from_elsewhere IS 'never enabled';

RESET search_path;
ANALYZE;
