import { columnNames } from './relations.js'
import {
  FIRST_USER_OID,
  flag,
  isDumpedSchema,
  isNoMember,
  list,
  objectQuery,
  procedure,
  qualified,
  quoted,
  word,
} from './sql.js'

const NAME = qualified('n.nspname', 't.typname')
const SCHEMA = `'schema ' || ${quoted('n.nspname')}`

/** Enums, domains, composites, ranges, base types and shells; not the row types of tables, nor array and multirange types. */
export function types(major: number): string {
  return objectQuery({
    kind: `'type'`,
    name: NAME,
    of: SCHEMA,
    owner: 't.typowner',
    acl: { column: 't.typacl', type: `'T'` },
    facts: {
      form: `CASE WHEN NOT t.typisdefined THEN 'shell' ELSE
        ${word('t.typtype', { e: 'enum', d: 'domain', c: 'composite', r: 'range', b: 'base', p: 'pseudo' })} END`,
      labels: `CASE t.typtype WHEN 'e' THEN
        to_jsonb(ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder)) END`,
      columnOrder: `CASE t.typtype WHEN 'c' THEN ${columnNames('t.typrelid')} END`,
      ...domainFacts(),
      ...rangeFacts(major),
      ...baseFacts(major),
    },
    deparsed: { default: `coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault)` },
    from: `FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      LEFT JOIN pg_class c ON c.oid = t.typrelid
      LEFT JOIN pg_range r ON r.rngtypid = t.oid
      WHERE t.typtype <> 'm' AND (t.typrelid = 0 OR c.relkind = 'c')
        AND ${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_type', 't.oid')}
        AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)`,
  })
}

function domainFacts(): Record<string, string> {
  return {
    domainOf: `CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END`,
    notNull: flag('t.typnotnull'),
    collation: `CASE WHEN t.typtype = 'd' AND t.typcollation <>
      (SELECT b.typcollation FROM pg_type b WHERE b.oid = t.typbasetype) THEN t.typcollation::regcollation::text END`,
  }
}

function rangeFacts(major: number): Record<string, string> {
  return {
    rangeOf: 'format_type(r.rngsubtype, NULL)',
    rangeCollation: 'CASE WHEN r.rngcollation <> 0 THEN r.rngcollation::regcollation::text END',
    rangeOperatorClass: '(SELECT o.opcname FROM pg_opclass o WHERE o.oid = r.rngsubopc)',
    rangeCanonical: procedure('r.rngcanonical'),
    rangeDifference: procedure('r.rngsubdiff'),
    multirange: major >= 14 ? 'format_type(r.rngmultitypid, NULL)' : 'NULL',
  }
}

function baseFacts(major: number): Record<string, string> {
  const ofBase = (value: string): string => `CASE WHEN t.typtype = 'b' AND t.typisdefined THEN ${value} END`
  return {
    input: ofBase(procedure('t.typinput')),
    output: ofBase(procedure('t.typoutput')),
    receive: ofBase(procedure('t.typreceive')),
    send: ofBase(procedure('t.typsend')),
    modifierInput: ofBase(procedure('t.typmodin')),
    modifierOutput: ofBase(procedure('t.typmodout')),
    analyze: ofBase(procedure('t.typanalyze')),
    subscript: major >= 14 ? ofBase(procedure('t.typsubscript')) : 'NULL',
    length: ofBase('t.typlen'),
    byValue: ofBase('t.typbyval'),
    alignment: ofBase('t.typalign'),
    storage: ofBase('t.typstorage'),
    category: ofBase('t.typcategory'),
    preferred: ofBase('t.typispreferred'),
    delimiter: ofBase('t.typdelim'),
    collatable: ofBase(flag('t.typcollation <> 0')),
    element: ofBase('CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END'),
  }
}

export function casts(): string {
  return objectQuery({
    kind: `'cast'`,
    name: `('(' || format_type(k.castsource, NULL) || ' AS ' || format_type(k.casttarget, NULL) || ')')`,
    facts: {
      function: procedure('k.castfunc'),
      context: word('k.castcontext', { e: 'explicit', a: 'assignment', i: 'implicit' }),
      method: word('k.castmethod', { f: 'function', i: 'input and output', b: 'binary' }),
    },
    from: `FROM pg_cast k WHERE k.oid >= ${FIRST_USER_OID} AND ${isNoMember('pg_cast', 'k.oid')}
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = k.oid
        AND d.deptype = 'i')`,
  })
}

export function transforms(): string {
  return objectQuery({
    kind: `'transform'`,
    name: `(format_type(t.trftype, NULL) || ' for ' || (SELECT l.lanname FROM pg_language l WHERE l.oid = t.trflang))`,
    facts: { fromSql: procedure('t.trffromsql'), toSql: procedure('t.trftosql') },
    from: `FROM pg_transform t WHERE ${isNoMember('pg_transform', 't.oid')}`,
  })
}

export function operators(): string {
  const operator = (oid: string): string => `nullif(${oid}::regoperator::text, '0')`
  return objectQuery({
    kind: `'operator'`,
    name: `o.oid::regoperator::text`,
    of: SCHEMA,
    owner: 'o.oprowner',
    facts: {
      function: procedure('o.oprcode'),
      result: 'CASE WHEN o.oprresult <> 0 THEN format_type(o.oprresult, NULL) END',
      commutator: operator('o.oprcom'),
      negator: operator('o.oprnegate'),
      restrict: procedure('o.oprrest'),
      join: procedure('o.oprjoin'),
      hashes: flag('o.oprcanhash'),
      merges: flag('o.oprcanmerge'),
    },
    from: `FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
      WHERE o.oprcode <> 0 AND ${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_operator', 'o.oid')}`,
  })
}

export function operatorClasses(): string {
  return objectQuery({
    kind: `'operator class'`,
    name: `(${qualified('n.nspname', 'o.opcname')} || ' for ' || a.amname)`,
    of: SCHEMA,
    owner: 'o.opcowner',
    facts: {
      members: list(`ARRAY(SELECT d.what COLLATE "C" FROM (
          SELECT CASE d.classid WHEN 'pg_amop'::regclass
            THEN (SELECT p.amopstrategy || ': ' || p.amopopr::regoperator FROM pg_amop p WHERE p.oid = d.objid)
            ELSE (SELECT 'function ' || p.amprocnum || ': ' || p.amproc::regprocedure FROM pg_amproc p WHERE p.oid = d.objid)
            END AS what
          FROM pg_depend d WHERE d.refclassid = 'pg_opclass'::regclass AND d.refobjid = o.oid
            AND d.classid IN ('pg_amop'::regclass, 'pg_amproc'::regclass) AND d.deptype = 'i') d
        WHERE d.what IS NOT NULL ORDER BY 1)`),
      type: 'format_type(o.opcintype, NULL)',
      default: flag('o.opcdefault'),
      storage: 'CASE WHEN o.opckeytype <> 0 THEN format_type(o.opckeytype, NULL) END',
      family: qualified('m.nspname', 'f.opfname'),
    },
    from: `FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace JOIN pg_am a ON a.oid = o.opcmethod
      JOIN pg_opfamily f ON f.oid = o.opcfamily JOIN pg_namespace m ON m.oid = f.opfnamespace
      WHERE ${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_opclass', 'o.oid')}`,
  })
}

export function operatorFamilies(): string {
  return objectQuery({
    kind: `'operator family'`,
    name: `(${qualified('n.nspname', 'f.opfname')} || ' for ' || a.amname)`,
    of: SCHEMA,
    owner: 'f.opfowner',
    facts: {
      operators: list(`ARRAY(SELECT o.amopstrategy || ': ' || o.amopopr::regoperator::text ||
        CASE WHEN o.amopsortfamily <> 0 THEN ' for ordering' ELSE '' END COLLATE "C"
        FROM pg_amop o WHERE o.amopfamily = f.oid ORDER BY 1)`),
      sortFamilies: list(`ARRAY(SELECT o.amopstrategy || ': ' || o.amopopr::regoperator::text || ' by '
          || ${qualified('sn.nspname', 's.opfname')} COLLATE "C"
        FROM pg_amop o JOIN pg_opfamily s ON s.oid = o.amopsortfamily JOIN pg_namespace sn ON sn.oid = s.opfnamespace
        WHERE o.amopfamily = f.oid ORDER BY 1)`),
      functions: list(`ARRAY(SELECT p.amprocnum || ': ' || p.amproc::regprocedure::text || ' (' ||
        format_type(p.amproclefttype, NULL) || ', ' || format_type(p.amprocrighttype, NULL) || ')' COLLATE "C"
        FROM pg_amproc p WHERE p.amprocfamily = f.oid ORDER BY 1)`),
    },
    from: `FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am a ON a.oid = f.opfmethod
      WHERE ${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_opfamily', 'f.oid')}`,
  })
}

/** Collations; the version of the library behind them is the restored server's own. */
export function collations(major: number): string {
  const locale = major >= 17 ? 'k.colllocale' : major >= 15 ? 'k.colliculocale' : 'NULL::text'
  return objectQuery({
    kind: `'collation'`,
    name: qualified('n.nspname', 'k.collname'),
    of: SCHEMA,
    owner: 'k.collowner',
    facts: {
      provider: word('k.collprovider', { c: 'libc', i: 'icu', b: 'builtin', d: 'default' }),
      nondeterministic: flag('NOT k.collisdeterministic'),
      rules: major >= 16 ? 'k.collicurules' : 'NULL',
    },
    // Since 15 ICU's locale has a column of its own, since 16 it is written in another form.
    deparsed: {
      locale: `coalesce(${locale}, k.collcollate)`,
      ctype: `CASE WHEN ${locale} IS NULL THEN k.collctype END`,
    },
    from: `FROM pg_collation k JOIN pg_namespace n ON n.oid = k.collnamespace
      WHERE ${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_collation', 'k.oid')}`,
  })
}

export function conversions(): string {
  return objectQuery({
    kind: `'conversion'`,
    name: qualified('n.nspname', 'k.conname'),
    of: SCHEMA,
    owner: 'k.conowner',
    facts: {
      from: 'pg_encoding_to_char(k.conforencoding)',
      to: 'pg_encoding_to_char(k.contoencoding)',
      function: procedure('k.conproc'),
      default: flag('k.condefault'),
    },
    from: `FROM pg_conversion k JOIN pg_namespace n ON n.oid = k.connamespace
      WHERE ${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_conversion', 'k.oid')}`,
  })
}
