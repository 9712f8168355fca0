-- A blog that came from MySQL, as a migration tool makes it: wp_ tables, dates of year zero turned into NULL, unsigned as
-- bigint with a CHECK, set and enum columns as varchar with CHECK IN, ON UPDATE CURRENT_TIMESTAMP as triggers.
CREATE TABLE wp_users (id bigint NOT NULL CHECK (id >= 0), user_login varchar(60) NOT NULL DEFAULT '', user_pass varchar(255) NOT NULL DEFAULT '', user_registered timestamp without time zone, user_status integer NOT NULL DEFAULT '0', PRIMARY KEY (id));
CREATE SEQUENCE wp_users_seq OWNED BY wp_users.id;
ALTER TABLE wp_users ALTER id SET DEFAULT nextval('wp_users_seq');
CREATE TABLE wp_posts (
  id bigserial NOT NULL PRIMARY KEY, post_author bigint NOT NULL DEFAULT '0', post_date timestamp without time zone, post_content text NOT NULL, post_title text NOT NULL, post_status varchar(20) NOT NULL DEFAULT 'publish',
  comment_status varchar(20) NOT NULL DEFAULT 'open', post_type varchar(20) NOT NULL DEFAULT 'post', post_parent bigint NOT NULL DEFAULT 0, guid char(36) NOT NULL DEFAULT '', modified timestamp(0) without time zone DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT wp_posts_comment_status CHECK (comment_status IN ('open', 'closed')), CONSTRAINT wp_posts_guid CHECK (guid NOT IN ('x', 'y')), CONSTRAINT wp_posts_kind CHECK (post_type IN ('post', 'page') OR post_status IN ('inherit', 'draft')));
CREATE INDEX wp_posts_type_status_date ON wp_posts (post_type, post_status, post_date, id);
CREATE INDEX wp_posts_visible ON wp_posts (post_date) WHERE post_status IN ('publish', 'private') AND post_type = 'post'::bpchar;
CREATE TABLE wp_postmeta (meta_id bigserial PRIMARY KEY, post_id bigint NOT NULL DEFAULT 0, meta_key varchar(255), meta_value text);
CREATE INDEX wp_postmeta_key ON wp_postmeta (substr(meta_key, 1, 191));
CREATE TABLE wp_options (option_id bigserial PRIMARY KEY, option_name varchar(191) NOT NULL DEFAULT '' UNIQUE, option_value text NOT NULL, autoload varchar(20) NOT NULL DEFAULT 'yes' CHECK (autoload IN ('yes', 'no')));
CREATE TABLE wp_terms (term_id bigserial PRIMARY KEY, name varchar(200) NOT NULL DEFAULT '', slug varchar(200) NOT NULL DEFAULT '', flags varchar(40)[] CHECK (flags <@ ARRAY['hot', 'new', 'old']::varchar[]));
CREATE TABLE wp_term_relationships (object_id bigint NOT NULL DEFAULT 0, term_id bigint NOT NULL DEFAULT 0, term_order integer NOT NULL DEFAULT 0, PRIMARY KEY (object_id, term_id));
CREATE TABLE wp_empty (a integer);
CREATE TABLE wp_no_columns ();
INSERT INTO wp_no_columns DEFAULT VALUES;
INSERT INTO wp_users (user_login, user_registered) SELECT 'u' || g, NULLIF(timestamp '2010-01-01' + (g % 7) * interval '1 year', timestamp '2010-01-01') FROM generate_series(1, 30) g;
INSERT INTO wp_posts (post_author, post_date, post_content, post_title, post_type, guid, modified) SELECT 1 + g % 30, timestamp '2020-01-01' + g * interval '1 day', repeat('Lorem ipsum «dolor» ' || g || chr(8232), 50), E'Title\\' || g, (ARRAY['post', 'page'])[1 + g % 2], md5(g::text)::uuid::text, '2024-01-01' FROM generate_series(1, 120) g;
INSERT INTO wp_postmeta (post_id, meta_key, meta_value) SELECT g, '_edit_lock', 'a:1:{s:1:"x";i:' || g || ';}' FROM generate_series(1, 120) g;
INSERT INTO wp_options (option_name, option_value) SELECT 'option_' || g, CASE g % 3 WHEN 0 THEN '' ELSE E'\\N\t\r\n' || g END FROM generate_series(1, 60) g;
INSERT INTO wp_terms (name, slug, flags) SELECT 'Term ' || g, 't-' || g, ARRAY['hot', 'new'] FROM generate_series(1, 30) g;
INSERT INTO wp_term_relationships SELECT g, 1 + g % 30 FROM generate_series(1, 120) g;
CREATE FUNCTION on_update_current_timestamp_wp_posts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.modified = now(); RETURN NEW; END; $$;
CREATE TRIGGER on_update_current_timestamp BEFORE UPDATE ON wp_posts FOR EACH ROW WHEN (NEW.post_status NOT IN ('inherit', 'auto-draft')) EXECUTE PROCEDURE on_update_current_timestamp_wp_posts();
CREATE FUNCTION year(timestamp without time zone) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT EXTRACT(YEAR FROM $1)::integer; $$;
CREATE FUNCTION field(text, VARIADIC text[]) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT COALESCE((SELECT i FROM generate_subscripts($2, 1) i WHERE $2[i] = $1 LIMIT 1), 0) $$;
CREATE OPERATOR CLASS case_insensitive_ops FOR TYPE text USING btree AS OPERATOR 1 <(text, text), OPERATOR 2 <=(text, text), OPERATOR 3 =(text, text), OPERATOR 4 >=(text, text), OPERATOR 5 >(text, text), FUNCTION 1 bttextcmp(text, text);
CREATE VIEW wp_archive AS SELECT year(post_date) AS year, EXTRACT(month FROM post_date) AS month, count(*) AS posts, field(post_status, 'publish', 'private') AS rank FROM wp_posts WHERE post_type IN ('post') GROUP BY year(post_date), EXTRACT(month FROM post_date), post_status;
