-- A shop as a Ruby on Rails application makes it: structure.sql with bigserial keys, polymorphic associations, enums as
-- integers and as types, IN over varchar in checks and partial indexes, counter caches, jsonb, citext, full text.
CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION pgcrypto;

CREATE TYPE public.order_state AS ENUM ('cart', 'placed', 'paid', 'shipped', 'cancelled');

CREATE TABLE public.schema_migrations (version character varying NOT NULL PRIMARY KEY);
INSERT INTO public.schema_migrations SELECT (20210101000000 + g * 17)::text FROM generate_series(1, 120) g;
CREATE TABLE public.ar_internal_metadata (
  key character varying NOT NULL PRIMARY KEY,
  value character varying,
  created_at timestamp(6) without time zone NOT NULL,
  updated_at timestamp(6) without time zone NOT NULL
);
INSERT INTO public.ar_internal_metadata VALUES ('environment', 'production', '2024-03-01 10:00:00.123456', '2024-03-01 10:00:00.123456'),
  ('schema_sha1', encode(digest('structure', 'sha1'), 'hex'), '2024-03-01', '2024-03-01');

CREATE TABLE public.users (
  id bigint NOT NULL,
  email public.citext NOT NULL,
  encrypted_password character varying DEFAULT ''::character varying NOT NULL,
  reset_password_token character varying,
  role character varying DEFAULT 'customer'::character varying NOT NULL,
  locale character varying(5) DEFAULT 'en',
  status integer DEFAULT 0 NOT NULL,
  sign_in_count integer DEFAULT 0 NOT NULL,
  current_sign_in_ip inet,
  preferences jsonb DEFAULT '{}'::jsonb NOT NULL,
  tags character varying[] DEFAULT '{}'::character varying[],
  orders_count integer DEFAULT 0 NOT NULL,
  discarded_at timestamp(6) without time zone,
  created_at timestamp(6) without time zone NOT NULL,
  updated_at timestamp(6) without time zone NOT NULL,
  CONSTRAINT users_role_known CHECK (role IN ('customer', 'clerk', 'admin')),
  CONSTRAINT users_locale_known CHECK (locale IN ('en', 'es', 'ca') OR locale IS NULL),
  CONSTRAINT users_email_has_at CHECK (email ~ '@')
);
CREATE SEQUENCE public.users_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1;
ALTER SEQUENCE public.users_id_seq OWNED BY public.users.id;
ALTER TABLE ONLY public.users ALTER COLUMN id SET DEFAULT nextval('public.users_id_seq'::regclass);
ALTER TABLE ONLY public.users ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX index_users_on_email ON public.users USING btree (email) WHERE (discarded_at IS NULL);
CREATE UNIQUE INDEX index_users_on_reset_password_token ON public.users (reset_password_token);
CREATE INDEX index_users_on_staff ON public.users (id) WHERE role IN ('clerk', 'admin');
CREATE INDEX index_users_on_role_not ON public.users (created_at DESC NULLS LAST) WHERE role NOT IN ('customer') AND status <> ALL (ARRAY[2, 3]);
CREATE INDEX index_users_on_preferences ON public.users USING gin (preferences jsonb_path_ops);
CREATE INDEX index_users_on_lower_email ON public.users (lower(email::text) varchar_pattern_ops);
CREATE INDEX index_users_on_tags ON public.users USING gin (tags);
INSERT INTO public.users (email, role, locale, status, preferences, tags, current_sign_in_ip, discarded_at, created_at, updated_at)
SELECT 'User' || g || '@Example.org', (ARRAY['customer', 'clerk', 'admin'])[1 + g % 3], (ARRAY['en', 'es', 'ca', NULL])[1 + g % 4], g % 5,
  jsonb_build_object('theme', g % 3, 'mails', g % 2 = 0), ARRAY['t' || g % 7, 'ñ' || g % 3], ('10.0.0.' || g % 250)::inet,
  CASE WHEN g % 11 = 0 THEN timestamp '2024-05-01' END, timestamp '2024-01-01' + g * interval '1 hour', timestamp '2024-02-01'
FROM generate_series(1, 150) g;

CREATE TABLE public.products (
  id bigserial PRIMARY KEY,
  sku character varying(40) NOT NULL,
  name character varying NOT NULL,
  description text,
  kind character varying DEFAULT 'good' NOT NULL,
  price numeric(12, 2) DEFAULT 0.0 NOT NULL,
  currency character varying(3) DEFAULT 'EUR' NOT NULL,
  stock integer DEFAULT 0 NOT NULL,
  lock_version integer DEFAULT 0 NOT NULL,
  type character varying,
  ancestry character varying COLLATE "C",
  searchable tsvector GENERATED ALWAYS AS (setweight(to_tsvector('simple', coalesce(name, '')), 'A')
    || setweight(to_tsvector('english', coalesce(description, '')), 'B')) STORED,
  price_with_tax numeric GENERATED ALWAYS AS (round(price * CASE WHEN kind IN ('good', 'service') THEN 1.21 ELSE 1.10 END, 2)) STORED,
  created_at timestamp(6) without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT chk_rails_2e1f0f8c6d CHECK (price >= 0::numeric),
  CONSTRAINT chk_rails_kind CHECK (kind::text = ANY (ARRAY['good'::character varying, 'service'::character varying, 'book'::character varying]::text[])),
  CONSTRAINT chk_rails_currency CHECK (currency = ANY ('{EUR,USD,GBP}'))
);
CREATE INDEX index_products_on_searchable ON public.products USING gin (searchable);
CREATE INDEX index_products_on_name_trgm ON public.products USING gin (name public.gin_trgm_ops);
CREATE UNIQUE INDEX index_products_on_upper_sku ON public.products (upper(sku));
CREATE INDEX index_products_sellable ON public.products (kind, price) INCLUDE (stock) WHERE stock > 0 AND kind IN ('good', 'book');
INSERT INTO public.products (sku, name, description, kind, price, currency, stock, created_at)
SELECT 'sku-' || g, 'Product ' || g, 'A very good thing number ' || g || ' made of wood', (ARRAY['good', 'service', 'book'])[1 + g % 3], g * 1.5,
  (ARRAY['EUR', 'USD', 'GBP'])[1 + g % 3], g % 9, '2024-01-01' FROM generate_series(1, 80) g;

CREATE TABLE public.orders (
  id uuid DEFAULT gen_random_uuid() NOT NULL PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
  state public.order_state DEFAULT 'cart' NOT NULL,
  number character varying NOT NULL UNIQUE,
  placed_on date,
  total_cents bigint DEFAULT 0 NOT NULL,
  CONSTRAINT placed_when_paid CHECK (state IN ('cart', 'cancelled') OR placed_on IS NOT NULL)
);
CREATE UNIQUE INDEX one_cart_per_user ON public.orders (user_id) WHERE (state = 'cart'::public.order_state);
CREATE INDEX orders_open ON public.orders (placed_on) WHERE state = ANY (ARRAY['placed', 'paid']::public.order_state[]);
INSERT INTO public.orders (id, user_id, state, number, placed_on, total_cents)
SELECT md5('order' || g)::uuid, 1 + g % 150, (ARRAY['placed', 'paid', 'shipped', 'cancelled'])[1 + g % 4]::public.order_state, 'R' || lpad(g::text, 9, '0'), date '2024-01-01' + g % 90, g * 100
FROM generate_series(1, 200) g;

CREATE TABLE public.line_items (
  id bigserial PRIMARY KEY,
  order_id uuid NOT NULL,
  product_id bigint,
  quantity integer DEFAULT 1 NOT NULL CHECK (quantity BETWEEN 1 AND 999),
  CONSTRAINT fk_rails_2dc2e5c22c FOREIGN KEY (order_id) REFERENCES public.orders (id),
  CONSTRAINT fk_rails_11e15d5c6b FOREIGN KEY (product_id) REFERENCES public.products (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
);
CREATE UNIQUE INDEX index_line_items_once ON public.line_items (order_id, product_id);
INSERT INTO public.line_items (order_id, product_id, quantity) SELECT md5('order' || g)::uuid, 1 + g % 80, 1 + g % 5 FROM generate_series(1, 200) g;
ALTER TABLE public.line_items ADD CONSTRAINT line_items_not_validated CHECK (quantity < 500) NOT VALID;

CREATE TABLE public.comments (
  id bigserial PRIMARY KEY, commentable_type character varying NOT NULL, commentable_id character varying NOT NULL, body text,
  CONSTRAINT comments_on CHECK (commentable_type::text IN ('Order', 'Product') AND length(body) > 0)
);
CREATE INDEX index_comments_on_commentable ON public.comments (commentable_type, commentable_id);
INSERT INTO public.comments (commentable_type, commentable_id, body) SELECT CASE g % 2 WHEN 0 THEN 'Order' ELSE 'Product' END, g::text, 'Nice – ' || g FROM generate_series(1, 100) g;
COMMENT ON INDEX public.index_comments_on_commentable IS 'Polymorphic';
COMMENT ON CONSTRAINT line_items_pkey ON public.line_items IS 'Its key';

CREATE FUNCTION public.count_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE users SET orders_count = orders_count + CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END WHERE id = COALESCE(NEW.user_id, OLD.user_id);
  RETURN NULL;
END $$;
CREATE TRIGGER orders_counter AFTER INSERT OR DELETE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.count_orders();
CREATE TRIGGER orders_state_change BEFORE UPDATE OF state ON public.orders FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state AND NEW.number NOT IN ('R000000001', 'R000000002')) EXECUTE FUNCTION public.count_orders();

CREATE VIEW public.staff AS SELECT users.*, role IN ('admin') AS is_admin FROM public.users WHERE role IN ('clerk', 'admin') AND email <> 'root@example.org';
CREATE MATERIALIZED VIEW public.sales AS
  SELECT p.kind, date_trunc('month', o.placed_on::timestamp) AS month, sum(l.quantity * p.price) AS total
  FROM public.orders o JOIN public.line_items l ON l.order_id = o.id JOIN public.products p ON p.id = l.product_id
  WHERE o.state NOT IN ('cart', 'cancelled') GROUP BY 1, 2;
CREATE UNIQUE INDEX index_sales ON public.sales (kind, month);

CREATE TABLE public.active_storage_blobs (
  id bigserial PRIMARY KEY, key character varying NOT NULL UNIQUE, filename character varying NOT NULL, content_type character varying, metadata text,
  service_name character varying NOT NULL, byte_size bigint NOT NULL, checksum character varying, created_at timestamp(6) without time zone NOT NULL
);
CREATE TABLE public.active_storage_attachments (
  id bigserial PRIMARY KEY, name character varying NOT NULL, record_type character varying NOT NULL, record_id bigint NOT NULL,
  blob_id bigint NOT NULL REFERENCES public.active_storage_blobs (id), UNIQUE (record_type, record_id, name, blob_id)
);
INSERT INTO public.active_storage_blobs (key, filename, service_name, byte_size, created_at) SELECT md5(g::text), g || '.png', 'local', g, '2024-01-01' FROM generate_series(1, 50) g;
INSERT INTO public.active_storage_attachments (name, record_type, record_id, blob_id) SELECT 'image', 'Product', g, g FROM generate_series(1, 50) g;
SET search_path TO "$user", public;
