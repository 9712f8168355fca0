import {
  extensionsOfNeed,
  flag,
  isDumpedSchema,
  isNoMember,
  list,
  objectQuery,
  procedure,
  quoted,
  word,
} from './sql.js'

/** `public.f(integer,text)` */
const NAME = 'p.oid::regprocedure::text'

const FROM = `FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_language l ON l.oid = p.prolang`

const DUMPED = `${isDumpedSchema('n.nspname')} AND ${isNoMember('pg_proc', 'p.oid')}`

const COMMON = {
  kind: word('p.prokind', { f: 'function', w: 'function', p: 'procedure', a: 'aggregate' }),
  name: NAME,
  of: `'schema ' || ${quoted('n.nspname')}`,
  owner: 'p.proowner',
  acl: { column: 'p.proacl', type: `'f'` },
}

/**
 * Functions and procedures. Constructors of ranges and multiranges belong to their type and are left out, as is what
 * another object made for itself.
 */
export function functions(major: number): string {
  const parsedBody = major >= 14 ? 'p.prosqlbody IS NOT NULL' : 'false'
  return objectQuery({
    ...COMMON,
    facts: {
      language: 'l.lanname',
      arguments: 'pg_get_function_identity_arguments(p.oid)',
      returns: 'pg_get_function_result(p.oid)',
      source: `CASE WHEN NOT ${parsedBody} THEN p.prosrc END`,
      library: 'p.probin',
      window: flag(`p.prokind = 'w'`),
      volatility: word('p.provolatile', { i: 'immutable', s: 'stable', v: 'volatile' }),
      parallel: word('p.proparallel', { s: 'safe', r: 'restricted', u: 'unsafe' }),
      strict: flag('p.proisstrict'),
      securityDefiner: flag('p.prosecdef'),
      leakproof: flag('p.proleakproof'),
      cost: 'p.procost',
      rows: 'nullif(p.prorows, 0)',
      settings: list('p.proconfig'),
      support: procedure('p.prosupport'),
      dependsOnExtensions: extensionsOfNeed('pg_proc', 'p.oid'),
      transforms: list('ARRAY(SELECT format_type(t, NULL) FROM unnest(p.protrftypes) t)'),
    },
    deparsed: {
      arguments: 'CASE WHEN p.pronargdefaults > 0 THEN pg_get_function_arguments(p.oid) END',
      ...(major >= 14 ? { body: `CASE WHEN ${parsedBody} THEN pg_get_function_sqlbody(p.oid) END` } : {}),
    },
    from: `${FROM} WHERE p.prokind <> 'a' AND ${DUMPED} AND NOT EXISTS (SELECT FROM pg_depend d
      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')`,
  })
}

export function aggregates(): string {
  return objectQuery({
    ...COMMON,
    facts: {
      arguments: 'pg_get_function_identity_arguments(p.oid)',
      returns: 'pg_get_function_result(p.oid)',
      parallel: word('p.proparallel', { s: 'safe', r: 'restricted', u: 'unsafe' }),
      form: word('a.aggkind', { n: 'normal', o: 'ordered-set', h: 'hypothetical-set' }),
      directArguments: 'nullif(a.aggnumdirectargs, 0)',
      stateFunction: procedure('a.aggtransfn'),
      finalFunction: procedure('a.aggfinalfn'),
      combineFunction: procedure('a.aggcombinefn'),
      serializeFunction: procedure('a.aggserialfn'),
      deserializeFunction: procedure('a.aggdeserialfn'),
      movingStateFunction: procedure('a.aggmtransfn'),
      movingInverseFunction: procedure('a.aggminvtransfn'),
      movingFinalFunction: procedure('a.aggmfinalfn'),
      finalExtra: flag('a.aggfinalextra'),
      movingFinalExtra: flag('a.aggmfinalextra'),
      finalModify: 'a.aggfinalmodify',
      movingFinalModify: 'a.aggmfinalmodify',
      sortOperator: `nullif(a.aggsortop::regoperator::text, '0')`,
      stateType: 'format_type(a.aggtranstype, NULL)',
      stateSpace: 'nullif(a.aggtransspace, 0)',
      movingStateType: 'CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END',
      movingStateSpace: 'nullif(a.aggmtransspace, 0)',
      initial: 'a.agginitval',
      movingInitial: 'a.aggminitval',
    },
    from: `${FROM} JOIN pg_aggregate a ON a.aggfnoid = p.oid WHERE ${DUMPED}`,
  })
}
