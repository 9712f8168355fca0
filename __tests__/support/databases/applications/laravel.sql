-- A clinic as Laravel makes it: migrations, jobs, sessions, enum() as varchar with a CHECK over = ANY, morphs, soft deletes,
-- json casts, timestamps(0), and a full-text index over an expression.
CREATE TABLE migrations (id serial PRIMARY KEY, migration varchar(255) NOT NULL, batch integer NOT NULL);
INSERT INTO migrations (migration, batch) SELECT '2024_01_' || lpad(g::text, 2, '0') || '_create', 1 + g / 10 FROM generate_series(1, 45) g;
CREATE TABLE users (id bigserial PRIMARY KEY, name varchar(255) NOT NULL, email varchar(255) NOT NULL, email_verified_at timestamp(0) without time zone, password varchar(255) NOT NULL,
  remember_token varchar(100), created_at timestamp(0) without time zone, updated_at timestamp(0) without time zone, deleted_at timestamp(0) without time zone);
ALTER TABLE users ADD CONSTRAINT users_email_unique UNIQUE (email);
CREATE TABLE password_reset_tokens (email varchar(255) PRIMARY KEY, token varchar(255) NOT NULL, created_at timestamp(0));
CREATE TABLE sessions (id varchar(255) PRIMARY KEY, user_id bigint, ip_address varchar(45), user_agent text, payload text NOT NULL, last_activity integer NOT NULL);
CREATE INDEX sessions_user_id_index ON sessions (user_id);
CREATE INDEX sessions_last_activity_index ON sessions (last_activity);
CREATE TABLE jobs (id bigserial PRIMARY KEY, queue varchar(255) NOT NULL, payload text NOT NULL, attempts smallint NOT NULL, reserved_at integer, available_at integer NOT NULL, created_at integer NOT NULL);
CREATE INDEX jobs_queue_index ON jobs (queue);
CREATE TABLE failed_jobs (id bigserial PRIMARY KEY, uuid varchar(255) NOT NULL UNIQUE, connection text NOT NULL, exception text NOT NULL, failed_at timestamp(0) DEFAULT CURRENT_TIMESTAMP NOT NULL);
CREATE TABLE cache (key varchar(255) PRIMARY KEY, value text NOT NULL, expiration integer NOT NULL);
INSERT INTO users (name, email, password, created_at) SELECT 'Pacient ' || g, 'p' || g || '@clinic.example', '$2y$12$' || md5(g::text), '2024-01-01 08:00:00' FROM generate_series(1, 80) g;
INSERT INTO sessions SELECT md5(g::text), g, '::1', 'Mozilla/5.0 (X11) "quoted" \ back', encode(decode(md5(g::text), 'hex'), 'base64'), 1700000000 + g FROM generate_series(1, 60) g;
INSERT INTO jobs (queue, payload, attempts, available_at, created_at) SELECT 'default', '{"uuid":"' || g || '","displayName":"App\\Jobs\\Send"}', 0, 1, 1 FROM generate_series(1, 40) g;
CREATE TABLE appointments (
  id bigserial PRIMARY KEY, user_id bigint NOT NULL, doctor_id bigint,
  status varchar(255) CHECK (status IN ('pending', 'confirmed', 'cancelled', 'no show')) NOT NULL DEFAULT 'pending',
  channel varchar(255) CHECK (channel::text = ANY (ARRAY['web', 'phone']::text[])),
  colour varchar(7) DEFAULT '#ffffff', price decimal(8, 2) NOT NULL, notes json, options jsonb DEFAULT '[]', slot time(0) without time zone, zone timetz(0), ip inet, mac macaddr, length double precision,
  created_at timestamp(0) without time zone DEFAULT CURRENT_TIMESTAMP, starts_at timestamp(0) with time zone
);
ALTER TABLE appointments ADD CONSTRAINT appointments_user_id_foreign FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE ON UPDATE RESTRICT;
CREATE INDEX appointments_status_starts_at_index ON appointments (status, starts_at);
CREATE INDEX appointments_notes_fulltext ON appointments USING gin ((to_tsvector('english', coalesce(colour, '') || ' ' || status)));
CREATE UNIQUE INDEX appointments_one_open ON appointments (user_id, slot) WHERE status NOT IN ('cancelled', 'no show') AND channel IN ('web');
INSERT INTO appointments (user_id, status, channel, price, notes, options, slot, zone, ip, mac, length, created_at, starts_at)
SELECT 1 + g % 80, (ARRAY['pending', 'confirmed', 'cancelled', 'no show'])[1 + g % 4], (ARRAY['web', 'phone'])[1 + g % 2], g / 3.0, '{"b": 1,  "a": 2, "b": 3}', '{"x": [null, true, 1e3]}',
  time '08:00' + g * interval '1 minute', '08:00+01', '192.168.1.0/24', '08:00:2b:01:02:03', g / 11.0, '2024-01-01', timestamptz '2024-03-31 00:30+00' + g * interval '15 minutes' FROM generate_series(1, 160) g;
CREATE TABLE media (id bigserial PRIMARY KEY, model_type varchar(255) NOT NULL, model_id bigint NOT NULL, uuid uuid UNIQUE, disk varchar(255) NOT NULL, size bigint NOT NULL, custom_properties json NOT NULL);
CREATE INDEX media_model_type_model_id_index ON media (model_type, model_id);
INSERT INTO media (model_type, model_id, uuid, disk, size, custom_properties) SELECT 'App\Models\User', g, md5(g::text)::uuid, 's3', g * 1000, '[]' FROM generate_series(1, 60) g;
CREATE VIEW upcoming AS SELECT a.*, u.name, a.status IN ('pending', 'confirmed') AS counts FROM appointments a JOIN users u ON u.id = a.user_id WHERE a.status NOT IN ('cancelled') AND u.deleted_at IS NULL;
