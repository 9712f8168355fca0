import { isDumpedSchema, isNoMember, list, objectQuery, procedure, qualified, quoted } from './sql.js'

const SCHEMA = `'schema ' || ${quoted('n.nspname')}`

export function textSearchParsers(): string {
  return objectQuery({
    kind: `'text search parser'`,
    name: qualified('n.nspname', 'p.prsname'),
    of: SCHEMA,
    facts: {
      start: procedure('p.prsstart'),
      token: procedure('p.prstoken'),
      end: procedure('p.prsend'),
      headline: procedure('p.prsheadline'),
      types: procedure('p.prslextype'),
    },
    from: `FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace
      WHERE ${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_ts_parser', 'p.oid')}`,
  })
}

export function textSearchTemplates(): string {
  return objectQuery({
    kind: `'text search template'`,
    name: qualified('n.nspname', 't.tmplname'),
    of: SCHEMA,
    facts: { init: procedure('t.tmplinit'), lexize: procedure('t.tmpllexize') },
    from: `FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace
      WHERE ${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_ts_template', 't.oid')}`,
  })
}

export function textSearchDictionaries(): string {
  return objectQuery({
    kind: `'text search dictionary'`,
    name: qualified('n.nspname', 'd.dictname'),
    of: SCHEMA,
    owner: 'd.dictowner',
    facts: { template: qualified('m.nspname', 't.tmplname'), options: 'd.dictinitoption' },
    from: `FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace
      JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace m ON m.oid = t.tmplnamespace
      WHERE ${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_ts_dict', 'd.oid')}`,
  })
}

/** Configurations, with the dictionaries that each kind of token is looked up in, in their order. */
export function textSearchConfigurations(): string {
  return objectQuery({
    kind: `'text search configuration'`,
    name: qualified('n.nspname', 'c.cfgname'),
    of: SCHEMA,
    owner: 'c.cfgowner',
    facts: {
      parser: qualified('m.nspname', 'p.prsname'),
      mappings: list(`ARRAY(
        SELECT k.alias || ': ' || string_agg(d.mapdict::regdictionary::text, ', ' ORDER BY d.mapseqno) COLLATE "C"
        FROM pg_ts_config_map d JOIN ts_token_type(c.cfgparser) k ON k.tokid = d.maptokentype
        WHERE d.mapcfg = c.oid GROUP BY k.alias ORDER BY 1)`),
    },
    from: `FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace
      JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace m ON m.oid = p.prsnamespace
      WHERE ${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_ts_config', 'c.oid')}`,
  })
}
