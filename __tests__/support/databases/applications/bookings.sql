-- Rooms, routes and maps without PostGIS: points, paths, polygons, boxes, ranges and multiranges, GiST, SP-GiST, exclusion
-- constraints, cube and earthdistance, a range type and an operator of the application's own.
CREATE EXTENSION btree_gist;
CREATE EXTENSION cube;
CREATE EXTENSION earthdistance;
CREATE EXTENSION intarray;
CREATE TYPE float_range AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = float_spans);
CREATE TABLE places (id serial PRIMARY KEY, name text NOT NULL, at point NOT NULL, outline polygon, route path, area box, reach circle, wall lseg, latitude float8, longitude float8, kind varchar(12) CHECK (kind IN ('hut', 'hotel', 'camp')), heights float_range, seasons datemultirange DEFAULT '{[2024-05-01,2024-10-01)}', labels integer[]);
CREATE INDEX places_at ON places USING gist (at);
CREATE INDEX places_at_spgist ON places USING spgist (at) WITH (fillfactor = 60);
CREATE INDEX places_earth ON places USING gist (ll_to_earth(latitude, longitude));
CREATE INDEX places_outline ON places USING gist (outline, (box(at, at)));
CREATE INDEX places_labels ON places USING gin (labels gin__int_ops);
CREATE INDEX places_heights ON places USING gist (heights) WHERE kind IN ('hut', 'camp');
INSERT INTO places (name, at, outline, route, area, reach, wall, latitude, longitude, kind, heights, labels)
SELECT 'Refugi ' || g, point(g / 7.0, -g), polygon(box(point(0, 0), point(g, g))), path(polygon(4, circle(point(g, 0), 2))), box(point(g, g), point(0, -0.5)), circle(point(1, g), g / 3.0), lseg(point(0, 0), point(g, 1)),
  42 + g / 100.0, 1 + g / 50.0, (ARRAY['hut', 'hotel', 'camp'])[1 + g % 3], float_range(g / 3.0, g * 2, '(]'), ARRAY[g % 5, g % 7] FROM generate_series(1, 120) g;
CREATE TABLE reservations (id uuid PRIMARY KEY, place integer NOT NULL REFERENCES places, during tstzrange NOT NULL, guests int4range, state varchar(10) NOT NULL DEFAULT 'held', pauses tstzmultirange, price numrange CHECK (NOT isempty(price)), CONSTRAINT no_overlap EXCLUDE USING gist (place WITH =, during WITH &&) WHERE (state IN ('held', 'paid')), CONSTRAINT bounded CHECK (NOT lower_inf(during) AND state IN ('held', 'paid', 'gone')));
INSERT INTO reservations SELECT md5('r' || g)::uuid, 1 + g % 120, tstzrange(timestamptz '2024-06-01+00' + g * interval '1 day', timestamptz '2024-06-01+00' + (g + 1) * interval '1 day', '[)'), int4range(1, 1 + g % 4, '[]'), (ARRAY['held', 'paid', 'gone'])[1 + g % 3], NULL, numrange(g, NULL, '()') FROM generate_series(1, 200) g;
CREATE TABLE tariffs (place integer, season daterange, amount numeric, EXCLUDE USING gist (place WITH =, season WITH &&) DEFERRABLE, EXCLUDE USING btree (place WITH =, amount WITH =) INCLUDE (season) WITH (fillfactor = 80));
INSERT INTO tariffs SELECT g % 50, daterange(date '2024-01-01' + g, date '2024-01-01' + g + 1), g FROM generate_series(1, 150) g;
CREATE FUNCTION away(point, point) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT abs($1[0] - $2[0]) + abs($1[1] - $2[1]) $$;
CREATE OPERATOR <~> (leftarg = point, rightarg = point, procedure = away, commutator = <~>);
COMMENT ON OPERATOR <~> (point, point) IS 'Along streets';
CREATE FUNCTION is_near(point) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT away($1, point(0, 0)) < 1000 $$;
ALTER TABLE places ADD CONSTRAINT near CHECK (is_near(at) OR at <~> point '(0,0)' < 5000);
CREATE INDEX places_away ON places (away(at, point(0, 0))) WHERE is_near(at);
CREATE VIEW near_places AS SELECT p.name, p.at <-> point '(10,-10)' AS air, p.at <~> point '(10,-10)' AS walk, p.kind IN ('hut', 'hotel') AS roof FROM places p WHERE p.at <@ box '((100,100),(-100,-100))' AND p.kind NOT IN ('camp') ORDER BY p.at <-> point '(10,-10)';
CREATE VIEW free_spans AS SELECT p.id, p.seasons - range_agg(daterange((lower(r.during) AT TIME ZONE 'UTC')::date, NULL)) AS free FROM places p JOIN reservations r ON r.place = p.id GROUP BY p.id, p.seasons;
