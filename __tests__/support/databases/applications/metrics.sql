-- Sensors' measurements in partitions by month with a default, as pg_partman leaves them: BRIN, statistics on expressions,
-- sub-partitions, generated columns, rollups, storage parameters, a template table, an identity in each partition's parent.
CREATE SCHEMA partman;
CREATE TABLE partman.part_config (parent_table text PRIMARY KEY, control text NOT NULL, partition_interval text NOT NULL, retention interval, undo_in_progress boolean NOT NULL DEFAULT false, inherit_privileges boolean DEFAULT false, type varchar(10) CHECK (type IN ('range', 'list')));
CREATE FUNCTION partman.celsius(f double precision) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT round(((f - 32) / 1.8)::numeric, 3)::double precision';
CREATE TABLE sensors (id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, kind varchar(16) NOT NULL, at point, installed date, CHECK (kind IN ('heat', 'wind', 'rain')));
INSERT INTO sensors (kind, at, installed) SELECT (ARRAY['heat', 'wind', 'rain'])[1 + g % 3], point(g / 3.0, -g), date '2023-01-01' + g FROM generate_series(1, 40) g;
CREATE TABLE readings (sensor integer NOT NULL REFERENCES sensors, at timestamptz NOT NULL, fahrenheit double precision, quality varchar(4) DEFAULT 'ok', payload real[], celsius double precision GENERATED ALWAYS AS (partman.celsius(fahrenheit)) STORED, UNIQUE (sensor, at, quality), CONSTRAINT quality_known CHECK (quality IN ('ok', 'bad', 'none'))) PARTITION BY RANGE (at);
CREATE TABLE partman.template_readings (LIKE readings INCLUDING DEFAULTS);
SELECT format('CREATE TABLE readings_p%s PARTITION OF readings FOR VALUES FROM (%L) TO (%L) WITH (fillfactor = 90, autovacuum_enabled = off)', to_char(m, 'YYYY_MM'), m, m + interval '1 month') FROM generate_series(timestamp '2024-01-01', '2024-04-01', '1 month') m \gexec
CREATE TABLE readings_p2024_05 PARTITION OF readings FOR VALUES FROM ('2024-05-01 00:00:00+00') TO ('2024-06-01 00:00:00+00') PARTITION BY LIST (quality);
CREATE TABLE readings_p2024_05_ok PARTITION OF readings_p2024_05 FOR VALUES IN ('ok');
CREATE TABLE readings_p2024_05_rest PARTITION OF readings_p2024_05 DEFAULT;
CREATE TABLE readings_default PARTITION OF readings DEFAULT;
CREATE INDEX readings_at_brin ON readings USING brin (at) WITH (pages_per_range = 8);
CREATE INDEX readings_minmax ON readings USING brin (fahrenheit float8_minmax_multi_ops, sensor);
CREATE INDEX readings_bad ON readings (sensor) WHERE quality IN ('bad', 'none');
CREATE STATISTICS readings_stats (mcv) ON sensor, quality FROM readings_p2024_01;
CREATE STATISTICS readings_day ON (date_trunc('day', at AT TIME ZONE 'UTC')), sensor FROM readings_p2024_02;
ALTER TABLE readings ALTER COLUMN fahrenheit SET DEFAULT 'NaN';
ALTER TABLE readings_p2024_03 ALTER COLUMN quality SET DEFAULT 'none';
COMMENT ON TABLE readings_p2024_03 IS 'March';
COMMENT ON COLUMN readings_p2024_03.quality IS 'As the sensor says';
INSERT INTO readings (sensor, at, fahrenheit, quality, payload) SELECT 1 + g % 40, timestamptz '2023-12-25 00:00+00' + g * interval '16 hours', CASE g % 50 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' WHEN 2 THEN '-0' ELSE g / 7.0 END, (ARRAY['ok', 'bad', 'none'])[1 + g % 3], ARRAY[g, 1e30, 'NaN']::real[] FROM generate_series(1, 300) g;
INSERT INTO partman.part_config VALUES ('public.readings', 'at', '1 mon', '1 year 2 mons 3 days 04:05:06.789', false, true, 'range');
CREATE MATERIALIZED VIEW daily AS SELECT sensor, date_trunc('day', at AT TIME ZONE 'UTC') AS day, min(celsius), max(celsius), count(*) FILTER (WHERE quality IN ('ok')) AS good FROM readings GROUP BY sensor, 2;
CREATE UNIQUE INDEX daily_key ON daily (sensor, day);
CLUSTER daily USING daily_key;
ALTER TABLE readings_p2024_01 CLUSTER ON readings_p2024_01_sensor_at_quality_key;
CREATE VIEW latest AS SELECT DISTINCT ON (s.id) s.id, s.kind, r.at, r.celsius FROM sensors s LEFT JOIN LATERAL (SELECT * FROM readings r WHERE r.sensor = s.id AND r.quality NOT IN ('bad') ORDER BY r.at DESC LIMIT 1) r ON true WHERE s.kind IN ('heat', 'wind') ORDER BY s.id, r.at DESC NULLS LAST;
CREATE VIEW gaps AS SELECT sensor, at, lag(at, 1, '-infinity'::timestamptz) OVER w AS before, rank() OVER (PARTITION BY quality IN ('ok', 'bad') ORDER BY fahrenheit DESC NULLS LAST) FROM readings WINDOW w AS (PARTITION BY sensor ORDER BY at ROWS BETWEEN 3 PRECEDING AND CURRENT ROW EXCLUDE TIES);
ALTER TABLE readings DETACH PARTITION readings_p2024_04;
ALTER TABLE readings_p2024_04 RENAME TO archived_april;
REFRESH MATERIALIZED VIEW daily;
