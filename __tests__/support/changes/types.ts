import { change, differs, missing, unexpected, type Change } from './change.js'

const inCatalog = (object: string, catalog: string, set: string, where: string): Change =>
  differs(object, `UPDATE pg_catalog.${catalog} SET ${set} WHERE ${where}`)
const base = (set: string): Change => inCatalog('type c.base', 'pg_type', set, "oid = 'c.base'::regtype")
const operator = (set: string): Change =>
  inCatalog('operator c.@=@(integer,integer)', 'pg_operator', set, "oid = 'c.@=@(integer,integer)'::regoperator")

export const TYPES: readonly Change[] = [
  // Enums, composites, domains, ranges
  differs('type c.en', "ALTER TYPE c.en ADD VALUE 'd'"),
  differs('type c.en', "ALTER TYPE c.en ADD VALUE 'z' BEFORE 'a'"),
  differs('type c.en', "ALTER TYPE c.en RENAME VALUE 'b' TO 'bb'"),
  inCatalog('type c.en', 'pg_enum', 'enumsortorder = 99', "enumtypid = 'c.en'::regtype AND enumlabel = 'a'"),
  differs(
    'type c.co',
    'ALTER TYPE c.co DROP ATTRIBUTE z; ALTER TYPE c.co DROP ATTRIBUTE y; ALTER TYPE c.co ADD ATTRIBUTE z date; ALTER TYPE c.co ADD ATTRIBUTE y text COLLATE "C"',
  ),
  differs('attribute c.co.z', 'ALTER TYPE c.co ALTER ATTRIBUTE z TYPE timestamp'),
  differs('attribute c.co.y', 'ALTER TYPE c.co ALTER ATTRIBUTE y TYPE text COLLATE "POSIX"'),
  missing('attribute c.co.z', 'ALTER TYPE c.co DROP ATTRIBUTE z'),
  unexpected('attribute c.co.w', 'ALTER TYPE c.co ADD ATTRIBUTE w text'),
  change(
    'ALTER TYPE c.co RENAME ATTRIBUTE z TO zz',
    'OBJECT_MISSING attribute c.co.z',
    'OBJECT_UNEXPECTED attribute c.co.zz',
  ),
  differs('type c.dm', "ALTER DOMAIN c.dm SET DEFAULT 'r'"),
  differs('type c.dm', 'ALTER DOMAIN c.dm DROP DEFAULT'),
  differs('type c.dm', 'ALTER DOMAIN c.dm SET NOT NULL'),
  differs('type c.dm_null', 'ALTER DOMAIN c.dm_null DROP NOT NULL'),
  differs(
    'domain constraint c.dm.dm_check',
    "ALTER DOMAIN c.dm DROP CONSTRAINT dm_check; ALTER DOMAIN c.dm ADD CONSTRAINT dm_check CHECK (VALUE <> 'x'); COMMENT ON CONSTRAINT dm_check ON DOMAIN c.dm IS 'domain constraint'",
  ),
  change('ALTER DOMAIN c.dm DROP CONSTRAINT dm_check', 'OBJECT_MISSING domain constraint c.dm.dm_check'),
  unexpected('domain constraint c.dm_null.more', 'ALTER DOMAIN c.dm_null ADD CONSTRAINT more CHECK (VALUE > 0)'),
  inCatalog('type c.dm', 'pg_type', `typcollation = '"POSIX"'::regcollation`, "oid = 'c.dm'::regtype"),
  inCatalog('type c.dm', 'pg_type', "typbasetype = 'varchar'::regtype", "oid = 'c.dm'::regtype"),
  inCatalog('type c.rn', 'pg_range', 'rngsubdiff = 0', "rngtypid = 'c.rn'::regtype"),
  inCatalog('type c.rn', 'pg_range', "rngcanonical = 'int4range_canonical'::regproc", "rngtypid = 'c.rn'::regtype"),
  inCatalog(
    'type c.rn',
    'pg_range',
    "rngsubopc = (SELECT oid FROM pg_opclass WHERE opcname = 'cls')",
    "rngtypid = 'c.rn'::regtype",
  ),
  differs('type c.rn', 'ALTER TYPE c.rn_many RENAME TO rn_multi'),
  missing('type c.shell', 'DROP TYPE c.shell'),
  unexpected('type c.more', "CREATE TYPE c.more AS ENUM ('x')"),
  // Base types
  differs('type c.base', 'ALTER TYPE c.base SET (STORAGE = main)'),
  differs('type c.base', 'ALTER TYPE c.base SET (RECEIVE = c.base_recv)'),
  base("typcategory = 'X'"),
  base('typispreferred = true'),
  base("typdelim = ','"),
  base("typalign = 'd'"),
  base('typcollation = 100'),
  base("typanalyze = 'array_typanalyze'::regproc"),
  base("typmodin = 'varchartypmodin'::regproc"),
  base("typmodout = 'varchartypmodout'::regproc"),
  // Casts and transforms
  change(
    'DROP CAST (c.en AS integer); CREATE CAST (c.en AS integer) WITH INOUT AS IMPLICIT',
    'OBJECT_DIFFERS cast (c.en AS integer)',
  ),
  inCatalog(
    'cast (c.en AS boolean)',
    'pg_cast',
    "castmethod = 'i', castfunc = 0",
    "castsource = 'c.en'::regtype AND casttarget = 'boolean'::regtype",
  ),
  missing('cast (c.en AS integer)', 'DROP CAST (c.en AS integer)'),
  inCatalog('transform c.en for plpgsql', 'pg_transform', 'trftosql = trffromsql', "trftype = 'c.en'::regtype"),
  // Operators, classes, families
  differs('operator c.@=@(integer,integer)', 'ALTER OPERATOR c.@=@ (integer, integer) SET (RESTRICT = NONE)'),
  differs('operator c.@=@(integer,integer)', 'ALTER OPERATOR c.@=@ (integer, integer) SET (JOIN = neqjoinsel)'),
  operator('oprcanhash = false'),
  operator('oprcanmerge = false'),
  operator('oprcom = 0'),
  operator("oprnegate = 'pg_catalog.<>(integer,integer)'::regoperator"),
  operator("oprcode = 'int4ne'::regproc"),
  operator("oprresult = 'integer'::regtype"),
  missing('operator c.!@(NONE,c.en)', 'DROP OPERATOR c.!@ (NONE, c.en)'),
  differs(
    'operator family c.fam for btree',
    'ALTER OPERATOR FAMILY c.fam USING btree ADD OPERATOR 5 >(integer, bigint)',
  ),
  differs(
    'operator family c.fam for btree',
    'ALTER OPERATOR FAMILY c.fam USING btree DROP OPERATOR 1 (integer, bigint)',
  ),
  differs(
    'operator family c.fam for btree',
    'ALTER OPERATOR FAMILY c.fam USING btree DROP FUNCTION 1 (integer, bigint)',
  ),
  inCatalog('operator class c.cls_hash for hash', 'pg_opclass', 'opcdefault = false', "opcname = 'cls_hash'"),
  inCatalog('operator class c.cls for btree', 'pg_opclass', "opckeytype = 'bigint'::regtype", "opcname = 'cls'"),
  inCatalog(
    'operator class c.cls for btree',
    'pg_opclass',
    "opcfamily = (SELECT oid FROM pg_opfamily WHERE opfname = 'text_ops' AND opfmethod = 403)",
    "opcname = 'cls'",
  ),
  change('DROP OPERATOR CLASS c.cls_hash USING hash', 'OBJECT_MISSING operator class c.cls_hash for hash'),
  change(
    'ALTER OPERATOR CLASS c.cls_hash USING hash RENAME TO cls_hashed',
    'OBJECT_MISSING operator class c.cls_hash for hash',
    'OBJECT_UNEXPECTED operator class c.cls_hashed for hash',
  ),
  // Collations and conversions
  inCatalog('collation c.co_c', 'pg_collation', "collcollate = 'POSIX'", "collname = 'co_c'"),
  inCatalog('collation c.co_c', 'pg_collation', "collctype = 'POSIX'", "collname = 'co_c'"),
  inCatalog('collation c.co_c', 'pg_collation', "collprovider = 'i'", "collname = 'co_c'"),
  inCatalog('collation c.co_c', 'pg_collation', 'collisdeterministic = false', "collname = 'co_c'"),
  missing('collation c.co_c', 'DROP COLLATION c.co_c'),
  inCatalog('conversion c.conv', 'pg_conversion', 'condefault = true', "conname = 'conv'"),
  inCatalog('conversion c.conv', 'pg_conversion', 'conforencoding = 9', "conname = 'conv'"),
  inCatalog('conversion c.conv', 'pg_conversion', "conproc = 'utf8_to_iso8859_1'::regproc", "conname = 'conv'"),
  missing('conversion c.conv', 'DROP CONVERSION c.conv'),
  // Text search
  differs('text search dictionary c.di', 'ALTER TEXT SEARCH DICTIONARY c.di (ACCEPT = true)'),
  differs('text search configuration c.cf', 'ALTER TEXT SEARCH CONFIGURATION c.cf DROP MAPPING FOR int'),
  differs(
    'text search configuration c.cf',
    'ALTER TEXT SEARCH CONFIGURATION c.cf ALTER MAPPING FOR word WITH c.di2, c.di',
  ),
  differs('text search configuration c.cf', 'ALTER TEXT SEARCH CONFIGURATION c.cf ADD MAPPING FOR email WITH c.di'),
  differs(
    'text search configuration c.cf',
    'ALTER TEXT SEARCH CONFIGURATION c.cf ALTER MAPPING REPLACE c.di WITH simple',
  ),
  inCatalog('text search template c.te', 'pg_ts_template', 'tmplinit = 0', "tmplname = 'te'"),
  inCatalog('text search parser c.pa', 'pg_ts_parser', 'prsheadline = 0', "prsname = 'pa'"),
  inCatalog(
    'text search dictionary c.di2',
    'pg_ts_dict',
    "dicttemplate = (SELECT oid FROM pg_ts_template WHERE tmplname = 'te')",
    "dictname = 'di2'",
  ),
  missing('text search template c.te', 'DROP TEXT SEARCH TEMPLATE c.te'),
  missing('text search parser c.pa', 'DROP TEXT SEARCH PARSER c.pa'),
  // Languages and access methods
  inCatalog('language lang', 'pg_language', 'lanpltrusted = true', "lanname = 'lang'"),
  inCatalog('language lang', 'pg_language', 'laninline = 0', "lanname = 'lang'"),
  inCatalog('language lang', 'pg_language', 'lanvalidator = 0', "lanname = 'lang'"),
  missing('language lang_trusted', 'DROP LANGUAGE lang_trusted'),
  inCatalog('access method heap2', 'pg_am', "amhandler = 'bthandler'::regproc", "amname = 'heap2'"),
]
