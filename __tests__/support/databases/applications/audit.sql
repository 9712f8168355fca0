-- Audited tables as the well-known generic audit trigger makes them: hstore of old and new rows, jsonb differences, a log
-- partitioned by year, truncate triggers, statement triggers with transition tables, session settings, an immutable log.
CREATE SCHEMA audit;
REVOKE ALL ON SCHEMA audit FROM public;
CREATE EXTENSION hstore;
CREATE EXTENSION tablefunc;
CREATE TABLE audit.logged_actions (event_id bigserial PRIMARY KEY, schema_name text NOT NULL, table_name text NOT NULL, session_user_name text, action_tstamp_tx timestamptz NOT NULL, client_addr inet, action text NOT NULL CHECK (action IN ('I', 'D', 'U', 'T')), row_data hstore, changed_fields hstore, statement_only boolean NOT NULL, level varchar(5) CHECK (level IN ('row', 'stmt')));
COMMENT ON TABLE audit.logged_actions IS 'History of auditable actions on audited tables, from audit.if_modified_func()';
COMMENT ON COLUMN audit.logged_actions.action IS 'Action type; I = insert, D = delete, U = update, T = truncate';
CREATE INDEX logged_actions_action_idx ON audit.logged_actions (action) WHERE action IN ('D', 'T');
CREATE INDEX logged_actions_row ON audit.logged_actions USING gin (row_data);
CREATE FUNCTION audit.if_modified_func() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $body$
DECLARE
  excluded_cols text[] = ARRAY[]::text[];
BEGIN
  IF TG_ARGV[1] IS NOT NULL THEN excluded_cols = TG_ARGV[1]::text[]; END IF;
  IF TG_LEVEL = 'ROW' THEN
    INSERT INTO audit.logged_actions (schema_name, table_name, action_tstamp_tx, action, row_data, changed_fields, statement_only, level)
    VALUES (TG_TABLE_SCHEMA, TG_TABLE_NAME, '2024-01-01+00', left(TG_OP, 1), CASE WHEN TG_OP = 'INSERT' THEN hstore(NEW.*) ELSE hstore(OLD.*) - excluded_cols END, CASE WHEN TG_OP = 'UPDATE' THEN (hstore(NEW.*) - hstore(OLD.*)) - excluded_cols END, false, 'row');
  ELSE
    INSERT INTO audit.logged_actions (schema_name, table_name, action_tstamp_tx, action, statement_only, level) VALUES (TG_TABLE_SCHEMA, TG_TABLE_NAME, '2024-01-01+00', left(TG_OP, 1), true, 'stmt');
  END IF;
  RETURN NULL;
END;
$body$;
COMMENT ON FUNCTION audit.if_modified_func() IS $body$
Track changes to a table at the statement and/or row level.
Param 0: boolean, whether to log the query text. Param 1: text[], columns to ignore.
$body$;
CREATE TABLE members (id serial PRIMARY KEY, name varchar(50), grade varchar(8) NOT NULL DEFAULT 'junior' CHECK (grade IN ('junior', 'senior')), fee numeric(8, 2), secret text);
CREATE TABLE fees (id serial PRIMARY KEY, member integer REFERENCES members ON DELETE CASCADE, paid boolean DEFAULT false);
CREATE TRIGGER audit_trigger_row AFTER INSERT OR DELETE OR UPDATE ON members FOR EACH ROW EXECUTE PROCEDURE audit.if_modified_func('true', '{secret,"odd name",''quoted''}');
CREATE TRIGGER audit_trigger_stm AFTER TRUNCATE ON members FOR EACH STATEMENT EXECUTE PROCEDURE audit.if_modified_func('true');
CREATE TRIGGER audit_senior BEFORE UPDATE OF grade, fee ON members FOR EACH ROW WHEN (OLD.grade IN ('junior') AND NEW.grade NOT IN ('junior')) EXECUTE FUNCTION suppress_redundant_updates_trigger();
COMMENT ON TRIGGER audit_trigger_row ON members IS 'Every row';
CREATE TABLE audit.differences (at timestamptz NOT NULL, who name DEFAULT session_user, op varchar(6) CHECK (op IN ('INSERT', 'UPDATE', 'DELETE')), rel regclass, kind regtype, proc regprocedure, diff jsonb) PARTITION BY RANGE (at);
CREATE TABLE audit.differences_2023 PARTITION OF audit.differences FOR VALUES FROM ('2023-01-01+00') TO ('2024-01-01+00');
CREATE TABLE audit.differences_2024 PARTITION OF audit.differences FOR VALUES FROM ('2024-01-01+00') TO ('2025-01-01+00');
CREATE FUNCTION audit.diff(a jsonb, b jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT jsonb_object_agg(n.key, n.value) FROM jsonb_each(b) n LEFT JOIN jsonb_each(a) o USING (key) WHERE n.value IS DISTINCT FROM o.value $$;
CREATE FUNCTION audit.fees_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO audit.differences (at, op, rel, kind, proc, diff) SELECT '2024-03-01+00', TG_OP, TG_RELID, 'integer', 'audit.diff(jsonb,jsonb)', audit.diff(NULL, to_jsonb(n)) FROM new_rows n; RETURN NULL; END $$;
CREATE TRIGGER fees_inserted AFTER INSERT ON fees REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.fees_changed();
CREATE TRIGGER fees_updated AFTER UPDATE ON fees REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.fees_changed();
INSERT INTO members (name, grade, fee, secret) SELECT 'Soci ' || g, (ARRAY['junior', 'senior'])[1 + g % 2], g, md5(g::text) FROM generate_series(1, 80) g;
UPDATE members SET fee = fee + 1 WHERE id % 3 = 0;
INSERT INTO fees (member) SELECT g FROM generate_series(1, 80) g;
DELETE FROM members WHERE id > 75;
ALTER TABLE fees DISABLE TRIGGER fees_updated;
ALTER TABLE members ENABLE REPLICA TRIGGER audit_trigger_stm;
CREATE VIEW audit.tableslist AS SELECT DISTINCT t.tgrelid::regclass::text COLLATE "C" AS auditedtable FROM pg_trigger t WHERE t.tgname IN ('audit_trigger_row', 'audit_trigger_stm');
CREATE VIEW audit.crosstabbed AS SELECT * FROM crosstab('SELECT grade, left(name, 4), count(*) FROM public.members GROUP BY 1, 2 ORDER BY 1, 2') AS ct (grade text, "Soci" bigint);
CREATE VIEW audit.changes AS SELECT a.event_id, k.key, k.value FROM audit.logged_actions a, LATERAL each(a.row_data) AS k (key, value) WHERE a.action IN ('U', 'D') AND a.level = 'row';
