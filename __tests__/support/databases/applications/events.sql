-- An event store with projections: append-only streams guarded by rules and constraint triggers, NOTIFY, advisory locks,
-- jsonb with generated columns, a projection table kept by triggers, snapshots as materialized views, subscriptions' cursors.
CREATE TYPE event_kind AS ENUM ('opened', 'renamed', 'closed');
ALTER TYPE event_kind ADD VALUE 'moved' BEFORE 'closed';
CREATE DOMAIN stream_name AS varchar(80) CHECK (VALUE ~ '^[a-z]+-[0-9]+$') CHECK (VALUE NOT IN ('all-0', 'none-0'));
CREATE SEQUENCE global_position AS bigint START 0 MINVALUE 0 CACHE 10;
CREATE TABLE events (position bigint NOT NULL DEFAULT nextval('global_position'), stream stream_name NOT NULL, version integer NOT NULL CHECK (version >= 0), kind event_kind NOT NULL, body jsonb NOT NULL, meta json, recorded timestamptz NOT NULL DEFAULT clock_timestamp(), category text GENERATED ALWAYS AS (split_part(stream, '-', 1)) STORED, correlation uuid GENERATED ALWAYS AS ((body ->> 'correlation')::uuid) STORED, PRIMARY KEY (position), CONSTRAINT expected_version UNIQUE (stream, version), CONSTRAINT body_is_object CHECK (jsonb_typeof(body) IN ('object', 'array')));
CREATE INDEX events_category ON events (category, position) WHERE category IN ('account', 'card');
CREATE INDEX events_body ON events USING gin (body jsonb_path_ops) WHERE kind IN ('opened', 'moved');
CREATE RULE events_no_delete AS ON DELETE TO events DO INSTEAD NOTHING;
CREATE RULE events_no_update AS ON UPDATE TO events WHERE OLD.kind NOT IN ('closed') OR OLD.category IN ('account') DO INSTEAD (SELECT 'never' AS answer);
COMMENT ON RULE events_no_delete ON events IS 'Append only';
CREATE TABLE projections (stream stream_name PRIMARY KEY, opened boolean NOT NULL DEFAULT false, title varchar(100), at_version integer NOT NULL, state varchar(8) NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'dead')));
CREATE TABLE cursors (name text PRIMARY KEY, seen bigint DEFAULT -1, CONSTRAINT seen_is_there FOREIGN KEY (seen) REFERENCES events (position) MATCH FULL NOT VALID);
CREATE FUNCTION project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO projections (stream, opened, title, at_version) VALUES (NEW.stream, NEW.kind = 'opened', NEW.body ->> 'title', NEW.version)
    ON CONFLICT (stream) DO UPDATE SET title = COALESCE(excluded.title, projections.title), at_version = excluded.at_version, opened = NEW.kind <> 'closed';
  PERFORM pg_notify('events', NEW.position::text);
  RETURN NULL;
END $$;
CREATE TRIGGER project AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION project();
CREATE FUNCTION version_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.version > 0 AND NOT EXISTS (SELECT FROM events e WHERE e.stream = NEW.stream AND e.version = NEW.version - 1) THEN RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = 'gap'; END IF;
  RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER version_follows AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.version > 0 AND NEW.kind IN ('renamed', 'moved', 'closed')) EXECUTE FUNCTION version_follows();
INSERT INTO events (stream, version, kind, body, meta, recorded) SELECT (ARRAY['account', 'card', 'loan'])[1 + g % 3] || '-' || g, v, (ARRAY['opened', 'renamed', 'moved', 'closed'])[1 + v]::event_kind, jsonb_build_object('title', 'T' || g, 'correlation', md5(g::text)::uuid, 'amount', g * 1.10), '{"by" :  "x"}', timestamptz '2024-01-01+00' + g * interval '1 second' FROM generate_series(1, 70) g, generate_series(0, 3) v ORDER BY g, v;
INSERT INTO cursors SELECT 'reader-' || g, g FROM generate_series(1, 10) g;
CREATE TABLE outbox (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE EXCLUDING GENERATED);
CREATE RULE outbox_twice AS ON INSERT TO outbox WHERE NEW.kind IN ('opened') DO ALSO INSERT INTO cursors VALUES ('outbox ' || NEW.stream, NULL);
CREATE VIEW accounts AS SELECT stream, title FROM projections WHERE stream LIKE 'account-%' AND state IN ('live', 'dead') WITH CASCADED CHECK OPTION;
CREATE RULE accounts_rename AS ON UPDATE TO accounts DO INSTEAD INSERT INTO outbox (stream, version, kind, body) SELECT OLD.stream, p.at_version + 1, 'renamed', jsonb_build_object('title', NEW.title) FROM projections p WHERE p.stream = OLD.stream AND p.state IN ('live');
CREATE MATERIALIZED VIEW snapshots AS SELECT DISTINCT ON (stream) stream, version, body || jsonb_build_object('kind', kind) AS body FROM events WHERE kind IN ('opened', 'moved', 'closed') ORDER BY stream, version DESC;
CREATE UNIQUE INDEX snapshots_stream ON snapshots (stream);
CREATE INDEX snapshots_kind ON snapshots ((body ->> 'kind')) WHERE (body ->> 'kind')::varchar IN ('closed', 'moved');
CREATE VIEW counts AS SELECT kind, category, count(*), GROUPING(kind, category) FROM events GROUP BY GROUPING SETS ((kind, category), (kind), ()) HAVING count(*) > 0;
