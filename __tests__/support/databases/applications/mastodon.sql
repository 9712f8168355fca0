-- A network as Mastodon makes it: ids made by timestamp_id('table') from sequences, a volatile function as default, arrays of
-- bigint, partial indexes, views that are materialized over lateral joins, snowflakes near the end of bigint.
CREATE FUNCTION timestamp_id(table_name text) RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE
    time_part bigint;
    sequence_base bigint;
    tail bigint;
  BEGIN
    time_part := ((date_part('epoch', now()) * 1000)::bigint << 16);
    sequence_base := ('x' || substr(md5(table_name || 'd41d8cd98f00b204e9800998ecf8427e' || time_part::text), 1, 4))::bit(16)::bigint;
    tail := ((sequence_base + nextval(table_name || '_id_seq')) & 65535);
    RETURN time_part | tail;
  END
$$;
CREATE SEQUENCE accounts_id_seq;
CREATE SEQUENCE statuses_id_seq;
CREATE TABLE accounts (id bigint NOT NULL DEFAULT timestamp_id('accounts'), username character varying NOT NULL DEFAULT '', domain character varying, private_key text, fields jsonb, also_known_as character varying[], actor_type character varying, suspended_at timestamp without time zone, created_at timestamp(6) without time zone NOT NULL, PRIMARY KEY (id));
CREATE UNIQUE INDEX index_accounts_on_username_and_domain_lower ON accounts (lower((username)::text), COALESCE(lower((domain)::text), ''::text));
CREATE INDEX search_index ON accounts USING gin ((((setweight(to_tsvector('simple'::regconfig, (username)::text), 'A'::"char") || setweight(to_tsvector('simple'::regconfig, (COALESCE(domain, ''::character varying))::text), 'C'::"char")))));
CREATE INDEX index_accounts_on_groups ON accounts (id DESC) WHERE actor_type IN ('Group', 'Service') OR domain IN ('example.com', 'example.org');
CREATE TABLE statuses (id bigint NOT NULL DEFAULT timestamp_id('statuses'::text) PRIMARY KEY, uri character varying, text text NOT NULL DEFAULT '', created_at timestamp(6) NOT NULL, in_reply_to_id bigint, reblog_of_id bigint, visibility integer NOT NULL DEFAULT 0, language character varying, account_id bigint NOT NULL, ordered_media_attachment_ids bigint[], deleted_at timestamp,
  CONSTRAINT fk_9bda1543f7 FOREIGN KEY (account_id) REFERENCES accounts ON DELETE CASCADE, CONSTRAINT fk_94a6f70399 FOREIGN KEY (in_reply_to_id) REFERENCES statuses ON DELETE SET NULL);
CREATE INDEX index_statuses_20190820 ON statuses (account_id, id DESC, visibility, created_at) WHERE (deleted_at IS NULL);
CREATE INDEX index_statuses_local ON statuses (id DESC, account_id) WHERE ((uri IS NULL) AND (deleted_at IS NULL) AND (visibility = 0) AND (reblog_of_id IS NULL) AND language IN ('ca', 'es'));
INSERT INTO accounts (id, username, domain, fields, also_known_as, actor_type, created_at) SELECT 9223372036854775807 - g, 'compte' || g, CASE WHEN g % 2 = 0 THEN 'Example.com' END, '[{"name": "lloc", "value": "🌍"}]', ARRAY['https://a.example/@' || g], CASE WHEN g % 5 = 0 THEN 'Group' ELSE 'Person' END, '2024-01-01 00:00:00.000001' FROM generate_series(1, 100) g;
INSERT INTO statuses (id, uri, text, created_at, in_reply_to_id, language, account_id, ordered_media_attachment_ids) SELECT 112000000000000000 + g, 'tag:' || g, '<p>Toot 🎺 ' || g || '</p>', '2024-01-02', CASE WHEN g > 1 AND g % 3 = 0 THEN 112000000000000000 + g - 1 END, 'ca', 9223372036854775807 - (1 + g % 100), ARRAY[g, 2 * g] FROM generate_series(1, 200) g;
SELECT setval('statuses_id_seq', 200), setval('accounts_id_seq', 100, false);
CREATE TABLE account_summaries_seed (account_id bigint PRIMARY KEY REFERENCES accounts DEFERRABLE, sensitive boolean DEFAULT false);
INSERT INTO account_summaries_seed SELECT id FROM accounts;
CREATE MATERIALIZED VIEW account_summaries AS
  SELECT accounts.id AS account_id, mode() WITHIN GROUP (ORDER BY t0.language) AS language, mode() WITHIN GROUP (ORDER BY t0.visibility = ANY (ARRAY[0, 1])) AS open
  FROM accounts CROSS JOIN LATERAL (SELECT s.account_id, s.language, s.visibility FROM statuses s WHERE s.account_id = accounts.id AND s.deleted_at IS NULL ORDER BY s.id DESC LIMIT 20) t0
  WHERE accounts.suspended_at IS NULL AND accounts.actor_type NOT IN ('Application') GROUP BY accounts.id WITH NO DATA;
CREATE UNIQUE INDEX index_account_summaries_on_account_id ON account_summaries (account_id);
CREATE INDEX index_account_summaries_language ON account_summaries (account_id, language) WHERE open;
REFRESH MATERIALIZED VIEW account_summaries;
CREATE MATERIALIZED VIEW global_follow AS SELECT account_id, sum(rank) AS rank, array_agg(reason ORDER BY reason) AS reason FROM (
  SELECT account_summaries.account_id, count(s.id) / (1.0 + count(s.id)) AS rank, 'most_followed'::text AS reason FROM account_summaries LEFT JOIN statuses s ON s.account_id = account_summaries.account_id GROUP BY account_summaries.account_id HAVING count(s.id) >= 1
  UNION ALL SELECT account_id, 0.5, 'most_interactions' FROM account_summaries WHERE language IN ('ca')
  UNION ALL SELECT account_id, NULL, 'quiet' FROM account_summaries WHERE NOT open) t0 GROUP BY account_id ORDER BY sum(rank) DESC;
CREATE VIEW instances AS WITH domain_counts (domain, accounts_count) AS (SELECT domain, count(*) FROM accounts WHERE domain IS NOT NULL GROUP BY domain)
  SELECT domain, accounts_count FROM domain_counts UNION SELECT d.domain, COALESCE(c.accounts_count, 0) FROM (VALUES ('blocked.example', true), ('other.example', NULL)) d (domain, blocked) LEFT JOIN domain_counts c ON c.domain = d.domain;
CREATE VIEW user_ips AS SELECT t0.account_id, t0.ip, max(t0.used_at) AS used_at FROM (SELECT account_id, NULL AS ip, created_at AS used_at FROM statuses UNION ALL SELECT id, 'unknown', created_at FROM accounts) t0 GROUP BY 1, 2;
