-- A payroll that was written by hand over twenty years: functions called without their schemas in checks, indexes, generated
-- columns, defaults, statistics and policies; a unaccent wrapper; old types; overloaded functions; tabs and odd names.
CREATE SCHEMA util;
CREATE EXTENSION unaccent;
CREATE EXTENSION pg_trgm SCHEMA util;
CREATE FUNCTION util.digits(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT regexp_replace($1, '\D', '', 'g') $$;
CREATE FUNCTION public.only_digits(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT util.digits($1) $$;
CREATE FUNCTION public.f_unaccent(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ SELECT unaccent('unaccent', $1) $$;
CREATE FUNCTION public.tidy(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lower(f_unaccent(btrim($1))) $$;
CREATE FUNCTION public.tidy(text, integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT left(tidy($1), $2) $$;
CREATE FUNCTION public.valid_nif(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
	DECLARE	letters text := 'TRWAGMYFPDXBNJZSQVHLCKE';
	BEGIN
		RETURN substr(letters, 1 + only_digits($1)::int % 23, 1) = right($1, 1);
	END $$;
CREATE FUNCTION nif(n integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT lpad(n::text, 8, '0') || substr('TRWAGMYFPDXBNJZSQVHLCKE', 1 + n % 23, 1) $$;
CREATE TABLE people (id integer PRIMARY KEY, nif char(9) NOT NULL CHECK (valid_nif(nif)), name varchar(80) NOT NULL, tidy_name text GENERATED ALWAYS AS (tidy(name)) STORED, phone varchar(20), born date CHECK (born BETWEEN '1900-01-01' AND '2100-01-01'), sex char(1) CHECK (sex IN ('H', 'D', 'X')), contract varchar(12) NOT NULL DEFAULT 'fix', "Hours/week" numeric(4,1) DEFAULT 37.5, boss integer REFERENCES people, tag "char" DEFAULT 'a', CONSTRAINT "it's known" CHECK (contract IN ('fix', 'temporal', 'obra') AND NOT (contract = 'obra' AND boss IS NULL)));
CREATE INDEX people_tidy ON people (tidy(name));
CREATE INDEX people_tidy_trgm ON people USING gin (f_unaccent(name) util.gin_trgm_ops);
CREATE UNIQUE INDEX people_phone ON people (only_digits(phone)) WHERE only_digits(phone) <> '' AND contract IN ('fix', 'temporal');
CREATE INDEX people_first ON people (tidy(name, 3), nif bpchar_pattern_ops);
CREATE STATISTICS people_stats ON (tidy(name)), (valid_nif(nif)), contract FROM people;
INSERT INTO people (id, nif, name, phone, born, sex, contract, boss, tag) SELECT g, nif(g * 7), '  Àngel  Muñoz-' || g, '+34 600 ' || lpad(g::text, 6, '0'), date '1970-01-01' + g * 40, (ARRAY['H', 'D', 'X'])[1 + g % 3], (ARRAY['fix', 'temporal'])[1 + g % 2], NULLIF(g / 10, 0), 'b' FROM generate_series(1, 150) g;
CREATE TABLE payslips (person integer REFERENCES people ON UPDATE CASCADE, month date, gross numeric(10, 2) NOT NULL, irpf real, net numeric(10, 2) GENERATED ALWAYS AS (gross - gross * 0.15) STORED, paid money, kind character(4) DEFAULT 'norm', seal bytea, xid8 xid8, tid tid, snap pg_snapshot, PRIMARY KEY (person, month), CHECK (kind IN ('norm', 'extr') AND EXTRACT(day FROM month) = 1), CHECK (date_part('year', month) > 1990));
INSERT INTO payslips (person, month, gross, irpf, paid, kind, seal, xid8, tid, snap) SELECT 1 + g % 150, date '2024-01-01' + (g / 150) * interval '1 month', 1500 + g, 15.1, 1200.50, 'norm', '\xdeadbeef', '4294967300', '(1,2)', '10:20:10,14' FROM generate_series(0, 299) g;
CREATE SEQUENCE numbers INCREMENT 3;
CREATE FUNCTION next_number(kind varchar) RETURNS varchar LANGUAGE sql VOLATILE AS $$ SELECT kind || '-' || nextval('numbers') $$;
CREATE TABLE letters (number varchar(20) PRIMARY KEY DEFAULT next_number('L'), person integer, body text DEFAULT tidy('  Benvolgut ') || current_user);
INSERT INTO letters (person) SELECT g FROM generate_series(1, 40) g;
ALTER TABLE letters ENABLE ROW LEVEL SECURITY;
CREATE POLICY "only their own" ON letters USING (tidy(number) LIKE 'l-%' AND person IN (SELECT id FROM people WHERE contract IN ('fix', 'obra')));
CREATE FUNCTION people_before() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.phone := only_digits(NEW.phone); RETURN NEW; END $$;
CREATE TRIGGER "10 tidy" BEFORE INSERT OR UPDATE ON people FOR EACH ROW WHEN (tidy(NEW.name) <> '' AND NEW.contract NOT IN ('obra', 'temporal')) EXECUTE PROCEDURE people_before();
CREATE VIEW directory AS SELECT id, tidy(name) AS name, only_digits(phone) AS phone, CASE contract WHEN 'fix' THEN 'F' WHEN 'temporal' THEN 'T' ELSE NULL END AS c FROM people WHERE contract IN ('fix', 'temporal') UNION SELECT NULL, 'nobody', NULL, NULL;
CREATE VIEW tree AS WITH RECURSIVE t (id, path, depth) AS (SELECT id, ARRAY[id], 0 FROM people WHERE boss IS NULL UNION ALL SELECT p.id, t.path || p.id, t.depth + 1 FROM people p JOIN t ON p.boss = t.id WHERE p.contract NOT IN ('obra')) SEARCH DEPTH FIRST BY id SET o CYCLE id SET looped USING way SELECT id, path, depth, looped FROM t;
CREATE DOMAIN nif AS char(9) DEFAULT '00000000T' CONSTRAINT good CHECK (valid_nif(VALUE));
CREATE TABLE suppliers (nif nif PRIMARY KEY, tags varchar(5)[] CHECK (tags[1] IN ('a', 'b') OR tags IS NULL), other varchar(10)[] DEFAULT ARRAY['x', 'y']);
INSERT INTO suppliers (nif) SELECT nif(g) FROM generate_series(1, 60) g;
