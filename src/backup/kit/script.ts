import { displayName } from '../manifest.js'
import { DEFAULT_SEARCH_PATH, settingSearchPath } from '../../postgres/catalog/search-path.js'
import { countableTables, localeOf, type CountableTable, type KitFacts } from './facts.js'
import { SCRIPT_BASICS } from './script-basics.js'
import { SCRIPT_CHECKS } from './script-checks.js'
import { SCRIPT_CONFINEMENT } from './script-confinement.js'
import { SCRIPT_GLOBALS } from './script-globals.js'
import { SCRIPT_PLAIN } from './script-plain.js'
import { SCRIPT_RESTRICTED } from './script-restricted.js'
import { SCRIPT_STEPS } from './script-steps.js'
import { CHECK_SUMS } from './script-sums.js'
import { hereDocument, oneLine, shellWord, sqlText } from './text.js'

/**
 * The text of `restore.sh`: first what is to be known of this set, as data, then what is the same in every set. Names
 * stand in quoted words and quoted here-documents only, so that no shell ever reads them as anything else.
 */
export function restoreScript(facts: KitFacts): string {
  const { manifest } = facts
  const { source, id, type, series, tool } = manifest
  return [
    '#!/bin/sh',
    `# Restores the backup set ${type}/${id} of ${oneLine(series)}, with nothing but a shell and PostgreSQL's programs.`,
    `# Written by pg-lifeboat ${oneLine(tool.version)} together with the set; SHA256SUMS covers this file too. Start it with --help.`,
    'set -eu',
    '',
    ...variables(facts).map(([name, value]) => `${name}=${shellWord(value)}`),
    '',
    'needed_roles() {',
    `  cat ${hereDocument(rolesQuery(source.roles))}`,
    '}',
    '',
    'needed_extensions() {',
    `  cat ${hereDocument(extensionsQuery(source.extensions))}`,
    '}',
    '',
    'needed_tablespaces() {',
    `  cat ${hereDocument(tablespacesQuery(source.tablespaces))}`,
    '}',
    '',
    '# Counts every table and says whether that is what the source had at the snapshot.',
    'expected_rows() {',
    `  cat ${hereDocument(countQuery(countableTables(facts)))}`,
    '}',
    '',
    'add_loose_keys() {',
    `  cat ${hereDocument(looseKeys(facts))}`,
    '}',
    SCRIPT_BASICS.trimEnd(),
    CHECK_SUMS.trimEnd(),
    SCRIPT_RESTRICTED.trimEnd(),
    SCRIPT_CHECKS.trimEnd(),
    SCRIPT_CONFINEMENT.trimEnd(),
    SCRIPT_GLOBALS.trimEnd(),
    ...(manifest.options.format === 'plain' ? [SCRIPT_PLAIN.trimEnd()] : []),
    SCRIPT_STEPS,
  ].join('\n')
}

function variables(facts: KitFacts): [string, string][] {
  const { manifest, hasPublicSchema, searchPath = DEFAULT_SEARCH_PATH } = facts
  const { source, options, dump, id, type, series, tool, snapshot } = manifest
  const { provider, parameters } = localeOf(source)
  return [
    ['title', `the backup ${type}/${id} of ${oneLine(series)}`],
    ['snapshot_time', snapshot.time],
    ['format', options.format],
    ['dump', dump.path],
    ['dump_major', String(tool.pgDumpMajor)],
    ['source_version', source.serverVersion],
    ['source_major', String(source.major)],
    ['encoding', source.encoding],
    ['locale_provider', provider],
    ['locale', parameters.map(([name, value]) => `${name} ${sqlText(value)}`).join(' ')],
    ['owner', source.owner],
    ['public_is_absent', hasPublicSchema ? 'no' : 'yes'],
    ['set_search_path', settingSearchPath(searchPath)],
    ['tables', String(countableTables(facts).length)],
    ['loose_comments', commentsOfLeftOutKeys(manifest).join('\n')],
    ['loose_keys', manifest.looseForeignKeys.map(({ oid }) => String(oid)).join(' ')],
  ]
}

function rolesQuery(roles: readonly string[]): string {
  return `SELECT pg_catalog.quote_ident(name) FROM pg_catalog.unnest(${textArray(roles)}) AS needed (name)
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name)
 ORDER BY 1`
}

function extensionsQuery(extensions: readonly { name: string; version: string }[]): string {
  return `SELECT pg_catalog.format('%s %s', needed.name, CASE WHEN available.name IS NULL THEN needed.version
    ELSE pg_catalog.format('%s, here %s', needed.version, available.default_version) END)
  FROM ROWS FROM (
    pg_catalog.unnest(${textArray(extensions.map(({ name }) => name))}),
    pg_catalog.unnest(${textArray(extensions.map(({ version }) => version))})
  ) AS needed (name, version)
  LEFT JOIN pg_catalog.pg_available_extensions AS available ON available.name = needed.name
 WHERE CASE WHEN available.name IS NULL THEN 'missing'
    WHEN available.default_version <> needed.version THEN 'other' END = :'wanted'
 ORDER BY 1`
}

function tablespacesQuery(tablespaces: readonly string[]): string {
  return `SELECT pg_catalog.quote_ident(name) FROM pg_catalog.unnest(${textArray(tablespaces)}) AS needed (name)
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_tablespace WHERE spcname = name)
 ORDER BY 1`
}

/** One query for each table, which psql runs one after the other; a table that is not there is an error of its own. */
function countQuery(tables: readonly CountableTable[]): string {
  if (tables.length === 0) {
    return '-- no table has rows in this set'
  }
  const values = tables.map(
    (table) =>
      `(${[
        sqlText(table.schema),
        sqlText(table.name),
        String(table.rows),
        sqlText(table.condition),
        sqlText(oneLine(displayName(table))),
      ].join(', ')})`,
  )
  return `SET statement_timeout = 0;
SET row_security = off;
SELECT pg_catalog.format($$SELECT CASE pg_catalog.count(*) WHEN %1$s THEN 'equal' ELSE 'different' END,
  pg_catalog.count(*), %1$s, %5$L FROM ONLY %2$I.%3$I %4$s$$, expected, schema, name, condition, shown)
FROM (VALUES
${values.map((value) => `  ${value}`).join(',\n')}
) AS counted (schema, name, expected, condition, shown)
\\gexec`
}

/** Their check would fail, because the rows that they lead to are not in the set. */
function looseKeys({ manifest }: KitFacts): string {
  const statements = manifest.looseForeignKeys.flatMap(({ statement }) => (statement === null ? [] : [`${statement};`]))
  return statements.length === 0 ? '-- there are none' : statements.join('\n')
}

/**
 * How pg_restore lists the comments on keys that cannot be added unchecked, and so are not there: the beginnings of these
 * lines, with names as they were found.
 */
function commentsOfLeftOutKeys({ looseForeignKeys }: KitFacts['manifest']): string[] {
  return looseForeignKeys.flatMap(({ statement, table, name }) => {
    const [, schema = '', relation = ''] = /^("(?:[^"]|"")*"|[^".]+)\.(.*)$/s.exec(table) ?? []
    const shown = /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
    const unquoted = schema.startsWith('"') ? schema.slice(1, -1).replaceAll('""', '"') : schema
    return statement === null
      ? [`COMMENT ${unquoted} CONSTRAINT ${shown} ON ${relation} `.replaceAll(/[\r\n]/g, ' ')]
      : []
  })
}

function textArray(texts: readonly string[]): string {
  return `ARRAY[${texts.map(sqlText).join(', ')}]::text[]`
}
