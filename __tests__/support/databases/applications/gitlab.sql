-- A forge as GitLab makes it: text with CHECK (char_length()), partitions by list, range and hash, some in a schema of their
-- own, loose foreign keys by triggers and a queue, trigram indexes, sharding-key checks left NOT VALID.
CREATE SCHEMA gitlab_partitions_dynamic;
CREATE SCHEMA gitlab_partitions_static;
COMMENT ON SCHEMA gitlab_partitions_dynamic IS 'Schema to hold partitions managed dynamically from the application';
CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gist;
CREATE TABLE projects (id bigint NOT NULL, name character varying, path character varying, visibility_level integer DEFAULT 0 NOT NULL, description text, namespace_id bigint NOT NULL, archived boolean DEFAULT false NOT NULL, tier character varying DEFAULT 'free' NOT NULL,
  CONSTRAINT check_1b0c3ffb72 CHECK ((char_length(description) <= 2000)), CONSTRAINT check_tier CHECK (tier::text IN ('free', 'premium', 'ultimate')));
CREATE SEQUENCE projects_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER SEQUENCE projects_id_seq OWNED BY projects.id;
ALTER TABLE ONLY projects ALTER COLUMN id SET DEFAULT nextval('projects_id_seq'::regclass);
ALTER TABLE ONLY projects ADD CONSTRAINT projects_pkey PRIMARY KEY (id);
CREATE INDEX index_projects_on_name_trigram ON projects USING gin (name gin_trgm_ops);
CREATE INDEX index_projects_on_lower_path ON projects USING btree (lower((path)::text), ((visibility_level = ANY (ARRAY[10, 20]))));
CREATE UNIQUE INDEX index_projects_paid ON projects (namespace_id, path) WHERE ((tier)::text = ANY ((ARRAY['premium'::character varying, 'ultimate'::character varying])::text[])) AND NOT archived;
INSERT INTO projects (name, path, visibility_level, description, namespace_id, tier) SELECT 'Project ' || g, 'project-' || g, (g % 3) * 10, 'About ' || g, g % 12, (ARRAY['free', 'premium', 'ultimate'])[1 + g % 3] FROM generate_series(1, 90) g;
CREATE TABLE audit_events (id bigserial NOT NULL, author_id bigint NOT NULL, entity_type character varying NOT NULL, details text, created_at timestamp without time zone NOT NULL, ip inet, CONSTRAINT check_83ff8406e2 CHECK ((char_length(details) <= 5500)), PRIMARY KEY (id, created_at)) PARTITION BY RANGE (created_at);
CREATE TABLE gitlab_partitions_dynamic.audit_events_000000 PARTITION OF audit_events FOR VALUES FROM (MINVALUE) TO ('2024-01-01 00:00:00');
CREATE TABLE gitlab_partitions_dynamic.audit_events_202401 PARTITION OF audit_events FOR VALUES FROM ('2024-01-01 00:00:00') TO ('2024-02-01 00:00:00');
CREATE TABLE gitlab_partitions_dynamic.audit_events_202402 (LIKE audit_events INCLUDING ALL);
ALTER TABLE ONLY audit_events ATTACH PARTITION gitlab_partitions_dynamic.audit_events_202402 FOR VALUES FROM ('2024-02-01 00:00:00') TO ('2024-03-01 00:00:00');
CREATE INDEX analytics_index_audit_events ON audit_events (created_at, author_id);
CREATE INDEX audit_events_by_entity ON ONLY audit_events (entity_type) WHERE entity_type IN ('Project', 'User');
CREATE INDEX audit_events_by_entity_202401 ON gitlab_partitions_dynamic.audit_events_202401 (entity_type) WHERE entity_type IN ('Project', 'User');
ALTER INDEX audit_events_by_entity ATTACH PARTITION gitlab_partitions_dynamic.audit_events_by_entity_202401;
COMMENT ON INDEX analytics_index_audit_events IS 'By date';
COMMENT ON CONSTRAINT audit_events_pkey ON audit_events IS 'Key of all partitions';
INSERT INTO audit_events (author_id, entity_type, details, created_at, ip) SELECT g % 20, (ARRAY['Project', 'User', 'Group'])[1 + g % 3], 'detail ' || g, timestamp '2023-12-20' + g * interval '6 hours', '::1' FROM generate_series(1, 240) g;
CREATE TABLE analytics_issue_stages (hash bytea NOT NULL, group_id bigint NOT NULL, value_id bigint NOT NULL, PRIMARY KEY (value_id, group_id)) PARTITION BY HASH (value_id);
SELECT format('CREATE TABLE gitlab_partitions_static.analytics_issue_stages_%s PARTITION OF analytics_issue_stages FOR VALUES WITH (MODULUS 4, REMAINDER %s)', lpad(g::text, 2, '0'), g) FROM generate_series(0, 3) g \gexec
INSERT INTO analytics_issue_stages SELECT decode(md5(g::text), 'hex'), g % 7, g FROM generate_series(1, 150) g;
CREATE TABLE p_ci_builds (id bigint NOT NULL, partition_id bigint NOT NULL, status character varying, project_id bigint REFERENCES projects, options jsonb, PRIMARY KEY (id, partition_id), UNIQUE (id, partition_id, project_id),
  CONSTRAINT status_known CHECK (status IN ('created', 'running', 'success', 'failed'))) PARTITION BY LIST (partition_id);
CREATE TABLE ci_builds PARTITION OF p_ci_builds FOR VALUES IN ('100', '101');
CREATE TABLE gitlab_partitions_dynamic.ci_builds_102 PARTITION OF p_ci_builds FOR VALUES IN (102, NULL) PARTITION BY RANGE (id);
CREATE TABLE gitlab_partitions_dynamic.ci_builds_102_low PARTITION OF gitlab_partitions_dynamic.ci_builds_102 FOR VALUES FROM (MINVALUE) TO (1000);
CREATE TABLE gitlab_partitions_dynamic.ci_builds_102_rest PARTITION OF gitlab_partitions_dynamic.ci_builds_102 DEFAULT;
CREATE TABLE p_ci_job_annotations (id bigint, partition_id bigint, name text NOT NULL DEFAULT 'x', PRIMARY KEY (id, partition_id), FOREIGN KEY (id, partition_id) REFERENCES p_ci_builds (id, partition_id) ON UPDATE CASCADE ON DELETE CASCADE) PARTITION BY LIST (partition_id);
CREATE TABLE ci_job_annotations PARTITION OF p_ci_job_annotations FOR VALUES IN (100, 101, 102);
INSERT INTO p_ci_builds SELECT g, 100 + g % 3, (ARRAY['created', 'running', 'success', 'failed'])[1 + g % 4], 1 + g % 90, '{"script": ["make"]}' FROM generate_series(1, 200) g;
INSERT INTO p_ci_job_annotations SELECT g, 100 + g % 3 FROM generate_series(1, 100) g;
CREATE TABLE loose_foreign_keys_deleted_records (id bigserial NOT NULL, partition bigint DEFAULT 1 NOT NULL, primary_key_value bigint NOT NULL, status smallint DEFAULT 1 NOT NULL, fully_qualified_table_name text NOT NULL, PRIMARY KEY (partition, id)) PARTITION BY LIST (partition);
CREATE TABLE gitlab_partitions_static.loose_foreign_keys_deleted_records_1 PARTITION OF loose_foreign_keys_deleted_records FOR VALUES IN (1);
CREATE FUNCTION insert_into_loose_foreign_keys_deleted_records() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO loose_foreign_keys_deleted_records (fully_qualified_table_name, primary_key_value) SELECT TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, old_table.id FROM old_table;
  RETURN NULL;
END $$;
CREATE TRIGGER projects_loose_fk_trigger AFTER DELETE ON projects REFERENCING OLD TABLE AS old_table FOR EACH STATEMENT EXECUTE FUNCTION insert_into_loose_foreign_keys_deleted_records();
CREATE FUNCTION touch_build() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER builds_touch BEFORE UPDATE ON p_ci_builds FOR EACH ROW WHEN (NEW.status IN ('success', 'failed') AND OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION touch_build();
ALTER TABLE ci_builds DISABLE TRIGGER builds_touch;
ALTER TABLE gitlab_partitions_dynamic.ci_builds_102_low ENABLE ALWAYS TRIGGER builds_touch;
DELETE FROM projects WHERE id NOT IN (SELECT project_id FROM p_ci_builds);
ALTER TABLE projects ADD CONSTRAINT check_sharding CHECK (num_nonnulls(namespace_id) = 1) NOT VALID;
CREATE TABLE iteration_cadences (id bigserial PRIMARY KEY, group_id bigint NOT NULL, start_date date, due_date date, CONSTRAINT iteration_start_and_due_date_exclusion EXCLUDE USING gist (group_id WITH =, daterange(start_date, due_date, '[]'::text) WITH &&) WHERE (group_id IS NOT NULL) DEFERRABLE INITIALLY DEFERRED);
INSERT INTO iteration_cadences (group_id, start_date, due_date) SELECT g % 9, date '2024-01-01' + g * 3, date '2024-01-01' + g * 3 + 10 FROM generate_series(1, 60) g;
CREATE VIEW postgres_partitions_like AS SELECT c.oid::regclass::text COLLATE "C" AS name, pg_get_expr(c.relpartbound, c.oid) AS condition, c.relkind IN ('r', 'p') AS plain FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relispartition AND n.nspname IN ('gitlab_partitions_dynamic', 'gitlab_partitions_static');
