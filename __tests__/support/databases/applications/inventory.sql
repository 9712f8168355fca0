-- An inventory by inheritance, as people did it before partitions: children of several parents, overridden defaults, checks
-- NO INHERIT, columns merged, routing triggers, constraint exclusion, a typed table, a parent that was detached.
CREATE TABLE things (id serial, name varchar(40) NOT NULL, kind varchar(12) DEFAULT 'thing' CHECK (kind IN ('thing', 'car', 'ship', 'both')), made date, PRIMARY KEY (id), CONSTRAINT named CHECK (name <> ''), CONSTRAINT parent_only CHECK (kind IN ('thing')) NO INHERIT);
CREATE TABLE priced (price numeric(10, 2) DEFAULT 1 NOT NULL, currency char(3) DEFAULT 'EUR', CONSTRAINT price_positive CHECK (price > 0), CONSTRAINT currency_known CHECK (currency IN ('EUR', 'USD')));
CREATE TABLE cars (wheels smallint DEFAULT 4 CHECK (wheels IN (3, 4, 6)), kind varchar(12) DEFAULT 'car', PRIMARY KEY (id)) INHERITS (things, priced);
CREATE TABLE ships (masts integer, name varchar(40) DEFAULT 'unnamed', CHECK (masts >= 0), UNIQUE (name)) INHERITS (things);
CREATE TABLE amphibians (depth real, kind varchar(12) DEFAULT 'both', name varchar(40) DEFAULT 'both', CONSTRAINT both_kinds CHECK (kind IN ('both', 'car'))) INHERITS (cars, ships);
ALTER TABLE amphibians ALTER made SET NOT NULL;
ALTER TABLE things ALTER made SET DEFAULT '2024-01-01';
CREATE INDEX things_kind ON things (kind) WHERE kind IN ('thing', 'car');
CREATE INDEX cars_price ON cars (price DESC) WHERE currency IN ('EUR', 'USD');
INSERT INTO things (name) SELECT 'thing ' || g FROM generate_series(1, 40) g;
INSERT INTO cars (name, price, made) SELECT 'car ' || g, g, '2020-02-29' FROM generate_series(1, 60) g;
INSERT INTO ships (name, kind, masts) SELECT 'ship ' || g, 'ship', g % 4 FROM generate_series(1, 50) g;
INSERT INTO amphibians (name, depth, made) SELECT 'both ' || g, g / 3.0, '2021-01-01' FROM generate_series(1, 30) g;
CREATE TABLE logs (at timestamp NOT NULL, what text, level varchar(8) DEFAULT 'info');
CREATE TABLE logs_2023 (CONSTRAINT y CHECK (at >= '2023-01-01' AND at < '2024-01-01'), CONSTRAINT l CHECK (level IN ('info', 'warn'))) INHERITS (logs);
CREATE TABLE logs_2024 (LIKE logs INCLUDING ALL, CHECK (at >= DATE '2024-01-01' AND at < DATE '2025-01-01'));
ALTER TABLE logs_2024 INHERIT logs;
CREATE TABLE logs_old (what text, extra integer, at timestamp NOT NULL, level varchar(8));
ALTER TABLE logs_old DROP COLUMN extra;
ALTER TABLE logs_old INHERIT logs;
CREATE FUNCTION route_log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.at < '2023-01-01' THEN INSERT INTO logs_old VALUES (NEW.what, NEW.at, NEW.level); ELSIF NEW.at < '2024-01-01' THEN INSERT INTO logs_2023 VALUES (NEW.*); ELSE INSERT INTO logs_2024 VALUES (NEW.*); END IF;
  RETURN NULL; END $$;
CREATE TRIGGER route BEFORE INSERT ON logs FOR EACH ROW WHEN (NEW.level IN ('info', 'warn', 'error')) EXECUTE FUNCTION route_log();
INSERT INTO logs SELECT timestamp '2022-12-01' + g * interval '3 days', 'what ' || g FROM generate_series(1, 200) g;
CREATE TABLE detached () INHERITS (things);
INSERT INTO detached (name) SELECT 'd' || g FROM generate_series(1, 10) g;
ALTER TABLE detached NO INHERIT things;
ALTER TABLE things ADD COLUMN added varchar(5)[] DEFAULT '{a}';
COMMENT ON TABLE amphibians IS 'Of two parents';
COMMENT ON COLUMN amphibians.price IS 'Of its parent''s parent';
CREATE FUNCTION dear(priced) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1.price > 20 $$;
CREATE VIEW only_things AS SELECT t.id, t.tableoid::regclass::text AS of FROM ONLY things t WHERE kind IN ('thing');
CREATE VIEW dear_cars AS SELECT c.name, c.price, dear(c::priced) FROM cars c WHERE c.kind NOT IN ('both');
ALTER TABLE cars ENABLE ROW LEVEL SECURITY;
CREATE POLICY cheap ON cars FOR SELECT USING (price < 30 OR currency IN ('USD'));
