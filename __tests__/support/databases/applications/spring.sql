-- A bank as Hibernate and Spring make it: hibernate_sequence, envers' _aud tables, lobs as oid, flyway and liquibase side
-- by side, Spring Batch, quartz-like tables, enums as varchar with CHECK IN as Hibernate 6 writes them.
CREATE EXTENSION lo;
CREATE SEQUENCE hibernate_sequence START 1 INCREMENT 1;
CREATE SEQUENCE revinfo_seq START WITH 1 INCREMENT BY 50;
CREATE SEQUENCE batch_job_seq MAXVALUE 9223372036854775807 NO CYCLE;
CREATE TABLE flyway_schema_history (installed_rank integer NOT NULL, version character varying(50), description character varying(200) NOT NULL, type character varying(20) NOT NULL,
  script character varying(1000) NOT NULL, checksum integer, installed_by character varying(100) NOT NULL, installed_on timestamp without time zone DEFAULT now() NOT NULL, execution_time integer NOT NULL, success boolean NOT NULL);
ALTER TABLE ONLY flyway_schema_history ADD CONSTRAINT flyway_schema_history_pk PRIMARY KEY (installed_rank);
CREATE INDEX flyway_schema_history_s_idx ON flyway_schema_history (success);
INSERT INTO flyway_schema_history SELECT g, '1.' || g, 'step ' || g, 'SQL', 'V1_' || g || '.sql', -g * 7, 'bank', '2024-01-01', g, true FROM generate_series(1, 40) g;
CREATE TABLE databasechangelog (id varchar(255) NOT NULL, author varchar(255) NOT NULL, filename varchar(255) NOT NULL, dateexecuted timestamp NOT NULL, orderexecuted integer NOT NULL, exectype varchar(10) NOT NULL, md5sum varchar(35));
CREATE TABLE databasechangeloglock (id integer NOT NULL PRIMARY KEY, locked boolean NOT NULL, lockgranted timestamp, lockedby varchar(255));
INSERT INTO databasechangelog SELECT g::text, 'me', 'changelog.xml', '2024-01-01', g, 'EXECUTED', '8:' || md5(g::text) FROM generate_series(1, 40) g;
INSERT INTO databasechangeloglock VALUES (1, false, NULL, NULL);
CREATE TABLE account (
  id bigint NOT NULL, version integer, iban varchar(34) NOT NULL, holder varchar(255), balance numeric(38, 2), status varchar(255) CHECK (status IN ('OPEN', 'FROZEN', 'CLOSED')),
  kind smallint CHECK (kind BETWEEN 0 AND 3), opened timestamp(6) with time zone, contract oid, picture lo, note text, risk float8, PRIMARY KEY (id),
  CONSTRAINT uk_mhe4kkjdbdl6l0ee2hqqy2x6l UNIQUE (iban)
);
CREATE TRIGGER account_picture BEFORE UPDATE OR DELETE ON account FOR EACH ROW EXECUTE FUNCTION lo_manage(picture);
INSERT INTO account SELECT nextval('hibernate_sequence'), 0, 'ES' || lpad(g::text, 22, '0'), 'Holder ' || g, g * 10.25, (ARRAY['OPEN', 'FROZEN', 'CLOSED'])[1 + g % 3], g % 4, '2024-01-01 10:00:00.5+00',
  CASE WHEN g <= 20 THEN lo_from_bytea(0, convert_to('contract of ' || g, 'UTF8')) END, CASE WHEN g <= 5 THEN lo_from_bytea(0, decode(repeat('c0ffee00', 1500), 'hex')) END, NULL, 1.0 / g
FROM generate_series(1, 120) g;
CREATE TABLE revinfo (rev integer NOT NULL PRIMARY KEY, revtstmp bigint);
CREATE TABLE account_aud (id bigint NOT NULL, rev integer NOT NULL REFERENCES revinfo, revtype smallint, holder varchar(255), holder_mod boolean, balance numeric(38, 2), PRIMARY KEY (rev, id));
INSERT INTO revinfo SELECT g, 1700000000000 + g FROM generate_series(1, 50) g;
INSERT INTO account_aud SELECT g, g, g % 3, 'Holder ' || g, true, g FROM generate_series(1, 50) g;
CREATE TABLE transfer (id bigint PRIMARY KEY DEFAULT nextval('hibernate_sequence'), from_id bigint NOT NULL, to_id bigint NOT NULL, amount numeric(19, 2) NOT NULL, currency varchar(3) NOT NULL,
  dtype varchar(31) NOT NULL CHECK (dtype IN ('Sepa', 'Swift')), bic varchar(11), CONSTRAINT different CHECK (from_id <> to_id), CONSTRAINT swift_bic CHECK (dtype NOT IN ('Swift') OR bic IS NOT NULL));
ALTER TABLE IF EXISTS transfer ADD CONSTRAINT fk3k5l2d4e FOREIGN KEY (from_id) REFERENCES account;
ALTER TABLE IF EXISTS transfer ADD CONSTRAINT fk9a8b7c6d FOREIGN KEY (to_id) REFERENCES account;
INSERT INTO transfer (from_id, to_id, amount, currency, dtype) SELECT 1 + g % 60, 61 + g % 60, g, 'EUR', 'Sepa' FROM generate_series(1, 200) g;
CREATE TABLE batch_job_instance (job_instance_id bigint PRIMARY KEY, version bigint, job_name varchar(100) NOT NULL, job_key varchar(32) NOT NULL, CONSTRAINT job_inst_un UNIQUE (job_name, job_key));
CREATE TABLE batch_job_execution (job_execution_id bigint PRIMARY KEY, job_instance_id bigint NOT NULL, create_time timestamp NOT NULL, status varchar(10), exit_message varchar(2500),
  CONSTRAINT job_inst_exec_fk FOREIGN KEY (job_instance_id) REFERENCES batch_job_instance (job_instance_id));
CREATE TABLE batch_job_execution_params (job_execution_id bigint NOT NULL REFERENCES batch_job_execution, parameter_name varchar(100) NOT NULL, parameter_value varchar(2500), identifying char(1) NOT NULL);
INSERT INTO batch_job_instance SELECT g, 0, 'night', md5(g::text) FROM generate_series(1, 30) g;
INSERT INTO batch_job_execution SELECT g, g, '2024-01-01', 'COMPLETED', '' FROM generate_series(1, 30) g;
INSERT INTO batch_job_execution_params SELECT g, 'day', g::text, 'Y' FROM generate_series(1, 30) g;
SELECT setval('batch_job_seq', 30);
CREATE TABLE qrtz_triggers (sched_name varchar(120) NOT NULL, trigger_name varchar(200) NOT NULL, trigger_group varchar(200) NOT NULL, next_fire_time bigint, job_data bytea, PRIMARY KEY (sched_name, trigger_name, trigger_group));
INSERT INTO qrtz_triggers SELECT 's', 't' || g, 'g', g, '\x00ff' FROM generate_series(1, 20) g;
SELECT format('COMMENT ON LARGE OBJECT %s IS %L', contract, 'A contract') FROM account WHERE id = 1 \gexec
CREATE CAST (varchar AS uuid) WITH INOUT AS IMPLICIT;
