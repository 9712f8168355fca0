-- A business suite as Odoo makes it: one wide table after another, ir_* tables, varchar without a length, comments on every
-- column, jsonb translations, parent paths, relation tables named _rel, numeric without a scale, unaccent in an index.
CREATE EXTENSION unaccent;
CREATE EXTENSION pg_trgm;
CREATE FUNCTION unaccent_immutable(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT unaccent($1) $$;
CREATE TABLE ir_module_module (id serial NOT NULL, create_uid integer, name varchar NOT NULL, state varchar, latest_version varchar, auto_install boolean, shortdesc jsonb, PRIMARY KEY (id));
CREATE TABLE res_company (id serial PRIMARY KEY, name varchar NOT NULL, currency_id integer, parent_path varchar);
CREATE TABLE res_partner (id serial NOT NULL PRIMARY KEY, name varchar, company_id integer, parent_id integer, type varchar, lang varchar, tz varchar, vat varchar, active boolean, credit_limit double precision, commercial_name varchar, write_date timestamp without time zone,
  CONSTRAINT res_partner_check_name CHECK ((type = 'contact' AND name IS NOT NULL) OR (type != 'contact')));
COMMENT ON TABLE res_partner IS 'Contact';
DO $$ DECLARE c record; BEGIN
  FOR c IN SELECT attname FROM pg_attribute WHERE attrelid = 'res_partner'::regclass AND attnum > 0 LOOP EXECUTE format('COMMENT ON COLUMN res_partner.%I IS %L', c.attname, initcap(c.attname) || ' – d''usuari'); END LOOP;
END $$;
ALTER TABLE res_partner ADD CONSTRAINT res_partner_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES res_partner (id) ON DELETE SET NULL, ADD CONSTRAINT res_partner_company_id_fkey FOREIGN KEY (company_id) REFERENCES res_company (id) ON DELETE RESTRICT;
CREATE INDEX res_partner_name_unaccent ON res_partner USING gin (unaccent_immutable(name::text) gin_trgm_ops);
CREATE INDEX res_partner_vat_index ON res_partner USING btree (vat) WHERE vat IS NOT NULL;
CREATE INDEX res_partner_kind ON res_partner (unaccent_immutable(lower(name))) WHERE type IN ('contact', 'invoice');
CREATE TABLE account_move (id serial PRIMARY KEY, name varchar, state varchar NOT NULL, move_type varchar NOT NULL, partner_id integer REFERENCES res_partner ON DELETE RESTRICT, date date NOT NULL, amount_total numeric, currency_rate numeric, narration text, posted_before boolean, sequence_prefix varchar, sequence_number integer);
CREATE UNIQUE INDEX account_move_unique_name ON account_move (name, move_type) WHERE state = 'posted' AND name <> '/';
CREATE INDEX account_move_to_check ON account_move (date) WHERE (move_type IN ('out_invoice', 'out_refund', 'in_invoice') AND state IN ('draft'));
CREATE TABLE account_move_line (id serial PRIMARY KEY, move_id integer NOT NULL REFERENCES account_move ON DELETE CASCADE, debit numeric, credit numeric, balance numeric, amount_currency numeric, display_type varchar NOT NULL, parent_state varchar, analytic_distribution jsonb,
  CONSTRAINT account_move_line_check_credit_debit CHECK (display_type IN ('line_section', 'line_note') OR credit * debit = 0),
  CONSTRAINT account_move_line_check_amount CHECK (display_type IN ('line_section', 'line_note') OR ((balance <= 0 AND amount_currency <= 0) OR (balance >= 0 AND amount_currency >= 0))));
CREATE TABLE res_partner_res_partner_category_rel (category_id integer NOT NULL, partner_id integer NOT NULL REFERENCES res_partner ON DELETE CASCADE, PRIMARY KEY (category_id, partner_id));
COMMENT ON TABLE res_partner_res_partner_category_rel IS 'RELATION BETWEEN res_partner_category AND res_partner';
CREATE TABLE ir_attachment (id serial PRIMARY KEY, name varchar NOT NULL, db_datas bytea, checksum varchar(40), index_content text, res_model varchar, res_id integer);
CREATE TABLE ir_sequence (id serial PRIMARY KEY, implementation varchar NOT NULL, prefix varchar);
CREATE SEQUENCE ir_sequence_001 INCREMENT BY 1 START WITH 1;
CREATE SEQUENCE ir_sequence_002 INCREMENT BY 5 START WITH 10;
SELECT nextval('ir_sequence_001') FROM generate_series(1, 33);
INSERT INTO ir_module_module (name, state, shortdesc) SELECT 'module_' || g, 'installed', jsonb_build_object('en_US', 'Module', 'ca_ES', 'Mòdul') FROM generate_series(1, 60) g;
INSERT INTO res_company (name, parent_path) VALUES ('Main', '1/'), ('Branch', '1/2/');
INSERT INTO res_partner (name, company_id, parent_id, type, lang, vat, active, credit_limit, write_date) SELECT 'Empresa Núm. ' || g, 1 + g % 2, NULLIF(g / 10, 0), (ARRAY['contact', 'invoice', 'other'])[1 + g % 3], 'ca_ES', CASE WHEN g % 2 = 0 THEN 'ES' || g END, true, g * 1.1, '2024-01-01 01:02:03.000004' FROM generate_series(1, 150) g;
INSERT INTO account_move (name, state, move_type, partner_id, date, amount_total, currency_rate) SELECT 'INV/' || g, CASE WHEN g % 5 = 0 THEN 'draft' ELSE 'posted' END, (ARRAY['out_invoice', 'in_invoice'])[1 + g % 2], 1 + g % 150, date '2024-01-01' + g, g * 100.50, 1.0850000 FROM generate_series(1, 150) g;
INSERT INTO account_move_line (move_id, debit, credit, balance, amount_currency, display_type, analytic_distribution) SELECT m, CASE s WHEN 1 THEN m ELSE 0 END, CASE s WHEN 1 THEN 0 ELSE m END, m * s, m * s, 'product', jsonb_build_object(m, 100.0) FROM generate_series(1, 150) m, unnest(ARRAY[1, -1]) s;
INSERT INTO res_partner_res_partner_category_rel SELECT 1 + g % 5, g FROM generate_series(1, 100) g;
INSERT INTO ir_attachment (name, db_datas, checksum) SELECT 'a' || g, decode(repeat(md5(g::text), 40), 'hex'), md5(g::text) FROM generate_series(1, 40) g;
CREATE VIEW sale_report AS (SELECT min(l.id) AS id, m.partner_id, m.move_type, CASE m.state WHEN 'posted' THEN 'done'::varchar ELSE m.state END AS state, sum(l.balance) / NULLIF(count(*), 0)::numeric AS average, date_part('year', m.date) AS year
  FROM account_move_line l LEFT JOIN account_move m ON l.move_id = m.id WHERE m.move_type IN ('out_invoice', 'out_refund') AND l.display_type NOT IN ('line_section', 'line_note') GROUP BY m.partner_id, m.move_type, m.state, m.date);
