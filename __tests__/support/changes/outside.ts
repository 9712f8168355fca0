import { change, differs, missing, unexpected, type Change } from './change.js'

const publication = (alteration: string): Change => differs('publication pub2', `ALTER PUBLICATION pub2 ${alteration}`)
const subscription = (set: string, since?: number): Change =>
  differs('subscription sub', `UPDATE pg_subscription SET ${set} WHERE subname = 'sub'`, since)

export const OUTSIDE: readonly Change[] = [
  // Schemas and extensions
  missing('schema named', 'DROP SCHEMA named'),
  unexpected('schema more', 'CREATE SCHEMA more'),
  differs('extension hstore', 'ALTER EXTENSION hstore SET SCHEMA other'),
  missing('extension hstore', 'DROP EXTENSION hstore'),
  unexpected('extension ltree', 'CREATE EXTENSION ltree SCHEMA ext'),
  change(
    "UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'hstore'",
    'EXTENSION_VERSION_DIFFERS extension hstore',
  ),
  // Foreign data
  differs('foreign-data wrapper w', "ALTER FOREIGN DATA WRAPPER w OPTIONS (SET debug 'false')"),
  differs('foreign-data wrapper w', "ALTER FOREIGN DATA WRAPPER w OPTIONS (SET primary_key 'no')"),
  differs('foreign-data wrapper w', 'ALTER FOREIGN DATA WRAPPER w OPTIONS (DROP debug)'),
  differs('foreign-data wrapper w', "ALTER FOREIGN DATA WRAPPER w OPTIONS (ADD token 'zq8-secret')"),
  differs('server sv', "ALTER SERVER sv OPTIONS (SET host 'i')"),
  differs('server sv', "ALTER SERVER sv OPTIONS (SET keepalives '0')"),
  differs('server sv', "ALTER SERVER sv VERSION '1.3'"),
  inServer("srvtype = 'sort'"),
  missing('server sv2', 'DROP SERVER sv2'),
  differs('user mapping chg_mapped on sv', `ALTER USER MAPPING FOR chg_mapped SERVER sv OPTIONS (SET "user" 'other')`),
  differs('user mapping chg_mapped on sv', 'ALTER USER MAPPING FOR chg_mapped SERVER sv OPTIONS (DROP password)'),
  differs(
    'user mapping public on sv',
    "ALTER USER MAPPING FOR PUBLIC SERVER sv OPTIONS (SET password_required 'false')",
  ),
  differs('user mapping public on sv', `ALTER USER MAPPING FOR PUBLIC SERVER sv OPTIONS (DROP "user")`),
  missing('user mapping chg_mapped on sv', 'DROP USER MAPPING FOR chg_mapped SERVER sv'),
  unexpected('user mapping chg_owner on sv', 'CREATE USER MAPPING FOR chg_owner SERVER sv'),
  // A password is never read, so another one is no finding
  change("ALTER USER MAPPING FOR chg_mapped SERVER sv OPTIONS (SET password 'zq8-another')"),
  differs('foreign table c.ft', "ALTER FOREIGN TABLE c.ft OPTIONS (SET table_name 'y')"),
  differs('foreign table c.ft', "ALTER FOREIGN TABLE c.ft OPTIONS (SET key_column 'key')"),
  differs('column c.ft.a', "ALTER FOREIGN TABLE c.ft ALTER a OPTIONS (SET column_name 'AA')"),
  differs(
    'foreign table c.ft',
    "UPDATE pg_foreign_table SET ftserver = (SELECT oid FROM pg_foreign_server WHERE srvname = 'sv2')",
  ),
  differs('foreign table c.ft', "ALTER FOREIGN TABLE c.ft DROP a, ADD a integer OPTIONS (column_name 'A') NOT NULL"),
  // Publications
  publication('DROP TABLE c.ref'),
  publication('ADD TABLE c.coll'),
  publication('SET TABLE c.t (id) WHERE (id > 5), c.ref'),
  publication('SET TABLE c.t (id, b) WHERE (id > 6), c.ref'),
  publication('SET TABLE c.t (id, b), c.ref'),
  publication('SET TABLE c.t WHERE (id > 5), c.ref'),
  publication("SET (publish = 'insert')"),
  publication("SET (publish = 'insert, update, delete')"),
  publication('SET (publish_via_partition_root = true)'),
  differs('publication pub_all', 'ALTER PUBLICATION pub_all SET (publish_via_partition_root = false)'),
  differs('publication pub', 'ALTER PUBLICATION pub DROP TABLES IN SCHEMA other'),
  differs('publication pub', 'ALTER PUBLICATION pub ADD TABLES IN SCHEMA named'),
  missing('publication pub2', 'DROP PUBLICATION pub2'),
  differs('publication pub_gen', 'ALTER PUBLICATION pub_gen SET (publish_generated_columns = none)', 18),
  // Subscriptions
  differs('subscription sub', 'ALTER SUBSCRIPTION sub SET (binary = true)'),
  differs('subscription sub', 'ALTER SUBSCRIPTION sub SET (synchronous_commit = on)'),
  differs('subscription sub', "ALTER SUBSCRIPTION sub SET (slot_name = 'slot_b')"),
  differs('subscription sub', 'ALTER SUBSCRIPTION sub SET (disable_on_error = true)'),
  differs('subscription sub', 'ALTER SUBSCRIPTION sub ADD PUBLICATION r WITH (refresh = false)'),
  differs('subscription sub', 'ALTER SUBSCRIPTION sub DROP PUBLICATION q WITH (refresh = false)'),
  differs('subscription sub', "ALTER SUBSCRIPTION sub CONNECTION 'host=192.0.2.2 dbname=x user=u password=zq8-secret'"),
  differs('subscription sub', "ALTER SUBSCRIPTION sub CONNECTION 'host=192.0.2.1 dbname=x user=v password=zq8-secret'"),
  differs('subscription sub', "ALTER SUBSCRIPTION sub CONNECTION 'host=192.0.2.1 dbname=x user=u'"),
  change("ALTER SUBSCRIPTION sub CONNECTION 'host=192.0.2.1 dbname=x user=u password=zq8-another'"),
  subscription("subtwophasestate = 'p'"),
  subscription("suborigin = 'none'", 16),
  subscription('subpasswordrequired = false', 16),
  subscription('subrunasowner = true', 16),
  subscription('subfailover = true', 17),
  subscription("substream = 'f'", 18),
  missing(
    'subscription sub',
    'DELETE FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
  ),
  // What is dropped with an extension
  differs('function c.f_window()', 'ALTER FUNCTION c.f_window() NO DEPENDS ON EXTENSION pg_trgm'),
  differs('function c.f_window()', 'ALTER FUNCTION c.f_window() DEPENDS ON EXTENSION hstore'),
  differs('procedure c.pc(integer)', 'ALTER PROCEDURE c.pc NO DEPENDS ON EXTENSION pg_trgm'),
  differs('index c.ix_fill', 'ALTER INDEX c.ix_fill NO DEPENDS ON EXTENSION pg_trgm'),
  differs('index c.ix_plain', 'ALTER INDEX c.ix_plain DEPENDS ON EXTENSION pg_trgm'),
  differs('constraint c.uq.uq_dedup', 'ALTER INDEX c.uq_dedup NO DEPENDS ON EXTENSION pg_trgm'),
  differs('trigger c.t.tr_statement', 'ALTER TRIGGER tr_statement ON c.t NO DEPENDS ON EXTENSION pg_trgm'),
  differs('materialized view c.mv', 'ALTER MATERIALIZED VIEW c.mv NO DEPENDS ON EXTENSION pg_trgm'),
]

function inServer(set: string): Change {
  return differs('server sv', `UPDATE pg_foreign_server SET ${set} WHERE srvname = 'sv'`)
}
