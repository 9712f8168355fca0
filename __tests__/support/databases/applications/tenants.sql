-- A service with a schema for each tenant, as apartment or django-tenants make it: the same tables, types, functions and
-- triggers in five schemas, names that need quotes, a shared schema, functions whose bodies rely on search_path.
CREATE SCHEMA shared;
CREATE EXTENSION citext SCHEMA shared;
CREATE TABLE shared.tenants (id serial PRIMARY KEY, schema_name name NOT NULL UNIQUE, plan varchar(20) NOT NULL CHECK (plan IN ('free', 'paid')), domain shared.citext);
DO $setup$
DECLARE
  tenant text;
BEGIN
  FOREACH tenant IN ARRAY ARRAY['acme', 'Böhm & Söhne', 'tenant.with.dots', 'select', 'o''neill'] LOOP
    INSERT INTO shared.tenants (schema_name, plan, domain) VALUES (tenant, 'paid', tenant || '.Example.org');
    EXECUTE format('CREATE SCHEMA %I', tenant);
    EXECUTE format('SET LOCAL search_path TO %I, shared, public', tenant);
    CREATE TYPE state AS ENUM ('new', 'done');
    CREATE TYPE money_amount AS (amount numeric(12, 2), currency varchar(3));
    CREATE FUNCTION label(state) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'state: ' || $1::text $$;
    CREATE TABLE customers (id serial PRIMARY KEY, email citext UNIQUE, level varchar(10) DEFAULT 'basic' CHECK (level IN ('basic', 'gold')));
    CREATE TABLE orders (id bigserial PRIMARY KEY, customer integer NOT NULL REFERENCES customers, state state NOT NULL DEFAULT 'new', total money_amount, tenant integer NOT NULL DEFAULT 1 REFERENCES shared.tenants (id), described text GENERATED ALWAYS AS (label(state)) STORED);
    CREATE INDEX orders_by_label ON orders (label(state)) WHERE state IN ('new');
    CREATE INDEX customers_gold ON customers (email) WHERE level IN ('gold', 'basic') AND email <> 'x@y.z';
    CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE customers SET level = 'gold' WHERE id = NEW.customer; RETURN NEW; END $$;
    CREATE TRIGGER orders_touched AFTER INSERT ON orders FOR EACH ROW WHEN (NEW.state IN ('new', 'done')) EXECUTE FUNCTION touched();
    CREATE VIEW open_orders AS SELECT o.id, (o.total).amount AS amount, (o.total).currency IN ('EUR', 'USD') AS known, c.email FROM orders o JOIN customers c ON c.id = o.customer WHERE o.state = 'new';
    CREATE MATERIALIZED VIEW totals AS SELECT customer, sum(amount) AS sum FROM open_orders JOIN orders USING (id) GROUP BY customer;
    CREATE UNIQUE INDEX ON totals (customer);
    INSERT INTO customers (email) SELECT 'C' || g || '@' || md5(tenant) FROM generate_series(1, 20) g;
    INSERT INTO orders (customer, state, total) SELECT 1 + g % 20, CASE g % 2 WHEN 0 THEN 'new'::state ELSE 'done' END, ROW(g * 1.5, 'EUR')::money_amount FROM generate_series(1, 40) g;
    REFRESH MATERIALIZED VIEW totals;
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', tenant, 'Tenant ' || tenant);
    EXECUTE format('CREATE FUNCTION %I.order_count() RETURNS bigint LANGUAGE sql STABLE SET search_path FROM CURRENT AS $f$ SELECT count(*) FROM orders $f$', tenant);
  END LOOP;
END $setup$;
CREATE VIEW shared.all_customers AS SELECT 'acme' AS tenant, id, email FROM acme.customers UNION ALL SELECT 'select', id, email FROM "select".customers UNION ALL SELECT NULL, NULL, '' UNION ALL SELECT 'o''neill', id, email FROM "o'neill".customers WHERE level NOT IN ('basic');
