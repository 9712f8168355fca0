-- A discussion board as Discourse makes it: hstore, unaccent, tsvector kept by the application, views over posts, a schema
-- discourse_functions with raise-on-write triggers, quoted reserved words, check functions called without a schema.
CREATE EXTENSION hstore;
CREATE EXTENSION unaccent;
CREATE EXTENSION pg_trgm;
CREATE SCHEMA discourse_functions;
CREATE TYPE hotlinked_media_status AS ENUM ('downloaded', 'too_large', 'download_failed', 'upload_create_failed');
CREATE FUNCTION discourse_functions.raise_topics_old_readonly() RETURNS trigger LANGUAGE plpgsql AS $rcr$ BEGIN RAISE EXCEPTION 'Discourse: old in topics is readonly'; END $rcr$;
CREATE FUNCTION normalised(varchar) RETURNS varchar LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT lower(unaccent($1)) $$;
CREATE FUNCTION is_slug(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT normalised($1) = lower($1) AND $1 !~ '\s' $$;
CREATE TABLE users (id serial PRIMARY KEY, username varchar(60) NOT NULL, username_lower varchar(60) NOT NULL GENERATED ALWAYS AS (lower(username)) STORED, "primary" boolean, "group" integer, options hstore DEFAULT '"a"=>"1"'::hstore, trust_level integer NOT NULL CHECK (trust_level BETWEEN 0 AND 4));
CREATE TABLE topics (id serial PRIMARY KEY, title varchar NOT NULL, slug varchar, old integer, archetype varchar NOT NULL DEFAULT 'regular', category_id integer, bumped_at timestamp NOT NULL, percent_rank double precision DEFAULT 1.0 NOT NULL, visible boolean DEFAULT true,
  CONSTRAINT slug_is_one CHECK (is_slug(slug)), CONSTRAINT has_category_id CHECK ((category_id IS NOT NULL OR archetype <> 'regular') AND (category_id IS NULL OR archetype <> 'private_message')), CONSTRAINT pm_known CHECK (archetype IN ('regular', 'private_message', 'banner')));
CREATE TABLE posts (id serial PRIMARY KEY, user_id integer, topic_id integer NOT NULL, post_number integer NOT NULL, raw text NOT NULL, cooked text NOT NULL, raw_email text, score double precision, locale varchar(20), image_status hotlinked_media_status DEFAULT 'downloaded');
CREATE TABLE post_search_data (post_id integer NOT NULL PRIMARY KEY, search_data tsvector, raw_data text, locale varchar, version integer DEFAULT 0, private_message boolean NOT NULL);
CREATE INDEX idx_search_post ON post_search_data USING gin (search_data);
CREATE INDEX idx_topics_title ON topics USING gin (normalised(title) gin_trgm_ops);
CREATE UNIQUE INDEX idx_topics_slug ON topics (normalised(slug), archetype) WHERE archetype IN ('regular', 'banner');
CREATE INDEX idx_users_options ON users USING gist (options);
CREATE INDEX idx_posts_user ON posts (user_id, ((CASE WHEN locale IN ('ca', 'es') THEN 1 ELSE 0 END)));
CREATE TRIGGER topics_old_readonly BEFORE INSERT OR UPDATE OF old ON topics FOR EACH ROW WHEN (NEW.old IS NOT NULL) EXECUTE FUNCTION discourse_functions.raise_topics_old_readonly();
INSERT INTO users (username, "primary", "group", options, trust_level) SELECT 'Usuari_' || g, g % 2 = 0, g, hstore('k' || g, CASE WHEN g % 3 = 0 THEN NULL ELSE 'à "q"' END), g % 5 FROM generate_series(1, 80) g;
INSERT INTO topics (title, slug, category_id, bumped_at) SELECT 'Conversa núm. ' || g, 'conversa-' || g, 1 + g % 5, '2024-01-01' FROM generate_series(1, 80) g;
INSERT INTO posts (user_id, topic_id, post_number, raw, cooked, score, locale, image_status) SELECT 1 + g % 80, 1 + g % 80, g, 'Hola *' || g || '*', '<p>Hola</p>', g / 13.0, (ARRAY['ca', 'fr'])[1 + g % 2], (enum_range(NULL::hotlinked_media_status))[1 + g % 4] FROM generate_series(1, 200) g;
INSERT INTO post_search_data SELECT id, setweight(to_tsvector('simple', unaccent(raw)), 'B') || to_tsvector('spanish', cooked), raw, 'ca', 5, false FROM posts;
CREATE VIEW badge_posts AS SELECT p.*, t.title FROM posts p JOIN topics t ON t.id = p.topic_id WHERE p.locale IN ('ca', 'es', 'fr') AND t.visible AND is_slug(t.slug);
CREATE VIEW user_search AS SELECT id, username_lower, options -> 'k1' AS k1, options ? 'k2' AS has, normalised(username) FROM users;
CREATE RULE "no delete" AS ON DELETE TO topics WHERE OLD.archetype IN ('banner') DO INSTEAD NOTHING;
CREATE FUNCTION longer(text, text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN length($2) > length(coalesce($1, '')) THEN $2 ELSE $1 END $$;
CREATE AGGREGATE longest(text) (sfunc = longer, stype = text, initcond = '', parallel = safe);
CREATE TEXT SEARCH CONFIGURATION plain_catalan (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION plain_catalan ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;
CREATE INDEX idx_posts_catalan ON posts USING gin (to_tsvector('plain_catalan', raw));
CREATE VIEW longest_posts AS SELECT topic_id, longest(raw) FILTER (WHERE locale NOT IN ('fr')) AS raw FROM posts GROUP BY topic_id;
