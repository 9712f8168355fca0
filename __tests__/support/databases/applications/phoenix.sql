-- A queue and an account service as Ecto's migrations make them: binary ids, citext, oban_jobs with its state as an enum,
-- notifying triggers, check constraints on arrays, a partitioned log, named constraints.
CREATE EXTENSION citext;
CREATE SCHEMA oban;
CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, inserted_at timestamp(0) without time zone);
INSERT INTO schema_migrations SELECT 20230101000000 + g, '2024-01-01' FROM generate_series(1, 60) g;
CREATE TYPE oban.oban_job_state AS ENUM ('available', 'scheduled', 'executing', 'retryable', 'completed', 'discarded', 'cancelled');
CREATE TABLE oban.oban_jobs (
  id bigserial PRIMARY KEY,
  state oban.oban_job_state DEFAULT 'available'::oban.oban_job_state NOT NULL,
  queue text DEFAULT 'default'::text NOT NULL,
  worker text NOT NULL,
  args jsonb DEFAULT '{}'::jsonb NOT NULL,
  errors jsonb[] DEFAULT ARRAY[]::jsonb[] NOT NULL,
  attempt integer DEFAULT 0 NOT NULL,
  max_attempts integer DEFAULT 20 NOT NULL,
  inserted_at timestamp without time zone DEFAULT timezone('UTC'::text, now()) NOT NULL,
  scheduled_at timestamp without time zone DEFAULT timezone('UTC'::text, now()) NOT NULL,
  attempted_by text[],
  priority integer DEFAULT 0 NOT NULL,
  tags text[] DEFAULT ARRAY[]::text[],
  meta jsonb DEFAULT '{}'::jsonb,
  CONSTRAINT attempt_range CHECK (((attempt >= 0) AND (attempt <= max_attempts))),
  CONSTRAINT positive_max_attempts CHECK ((max_attempts > 0)),
  CONSTRAINT queue_length CHECK (((char_length(queue) > 0) AND (char_length(queue) < 128))),
  CONSTRAINT worker_length CHECK (((char_length(worker) > 0) AND (char_length(worker) < 128))),
  CONSTRAINT non_negative_priority CHECK (priority >= 0) NOT VALID
);
COMMENT ON TABLE oban.oban_jobs IS '12';
CREATE INDEX oban_jobs_args_index ON oban.oban_jobs USING gin (args);
CREATE INDEX oban_jobs_meta_index ON oban.oban_jobs USING gin (meta);
CREATE INDEX oban_jobs_state_queue_priority_scheduled_at_id_index ON oban.oban_jobs USING btree (state, queue, priority, scheduled_at, id);
CREATE INDEX oban_jobs_unfinished ON oban.oban_jobs (id) WHERE state NOT IN ('completed', 'discarded', 'cancelled');
CREATE UNLOGGED TABLE oban.oban_peers (name text PRIMARY KEY, node text NOT NULL, started_at timestamp NOT NULL, expires_at timestamp NOT NULL);
INSERT INTO oban.oban_peers VALUES ('Oban', 'web@1', '2024-01-01', '2024-01-02');
CREATE FUNCTION oban.oban_jobs_notify() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  channel text;
  notice json;
BEGIN
  IF NEW.state = 'available' THEN
    channel = 'public.oban_insert';
    notice = json_build_object('queue', NEW.queue);
    PERFORM pg_notify(channel, notice::text);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER oban_notify AFTER INSERT ON oban.oban_jobs FOR EACH ROW WHEN (NEW.state IN ('available', 'retryable') AND NEW.queue <> 'quiet') EXECUTE FUNCTION oban.oban_jobs_notify();
INSERT INTO oban.oban_jobs (state, queue, worker, args, errors, attempt, inserted_at, scheduled_at, tags)
SELECT (enum_range(NULL::oban.oban_job_state))[1 + g % 7], 'q' || g % 4, 'App.Worker' || g % 9, jsonb_build_object('id', g), ARRAY[jsonb_build_object('at', g)], g % 3, '2024-01-01', '2024-01-01 00:00:00.000001', ARRAY['x']
FROM generate_series(1, 200) g;
CREATE TABLE users (id uuid NOT NULL, email citext NOT NULL, hashed_password character varying(255) NOT NULL, kind character varying(255) DEFAULT 'member'::character varying,
  inserted_at timestamp(0) without time zone NOT NULL, CONSTRAINT users_pkey PRIMARY KEY (id), CONSTRAINT kind_known CHECK (kind IN ('member', 'guest')));
CREATE UNIQUE INDEX users_email_index ON users (email);
CREATE TABLE users_tokens (id uuid PRIMARY KEY, user_id uuid NOT NULL, token bytea NOT NULL, context character varying(255) NOT NULL,
  CONSTRAINT users_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE);
CREATE UNIQUE INDEX users_tokens_context_token_index ON users_tokens (context, token);
INSERT INTO users SELECT md5(g::text)::uuid, 'A' || g || '@B.example', md5(g::text), (ARRAY['member', 'guest'])[1 + g % 2], '2024-01-01' FROM generate_series(1, 100) g;
INSERT INTO users_tokens SELECT md5('t' || g)::uuid, md5(g::text)::uuid, decode(md5(g::text), 'hex'), 'session' FROM generate_series(1, 100) g;
CREATE TABLE events (id uuid NOT NULL, kind varchar(255) NOT NULL, at timestamp(0) NOT NULL, body jsonb, PRIMARY KEY (id, at), CHECK (kind IN ('login', 'logout'))) PARTITION BY RANGE (at);
CREATE TABLE events_p2024_01 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE events_p2024_02 PARTITION OF events FOR VALUES FROM ('2024-02-01') TO ('2024-03-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE INDEX events_kind_index ON events (kind) WHERE kind IN ('login');
INSERT INTO events SELECT md5('e' || g)::uuid, (ARRAY['login', 'logout'])[1 + g % 2], timestamp '2024-01-01' + g * interval '11 hours', NULL FROM generate_series(1, 200) g;
