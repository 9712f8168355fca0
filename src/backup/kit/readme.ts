import { displayName } from '../manifest.js'
import { SET } from '../set.js'
import { countableTables, localeOf, type KitFacts } from './facts.js'
import { code, commands, connectionTo, hereDocument, oneLine, prose, shellWord } from './text.js'

/** More tables than this are not listed; the script has them all. */
const LISTED_TABLES = 100

/** The text of `RESTORE.md`: what this set is and how it is restored, for a person who knows neither. */
export function restoreGuide(facts: KitFacts): string {
  const { manifest } = facts
  return `${[
    `# How to restore the backup ${code(`${manifest.type}/${manifest.id}`)} of ${code(manifest.series)}`,
    summary(facts),
    '## With the script',
    `It checks everything that it can before it writes, restores, and counts the rows of every table. It needs a shell and PostgreSQL's programs of major ${manifest.tool.pgDumpMajor} or newer on \`PATH\`, and the connection in libpq's variables:`,
    commands(
      [
        `export PGHOST=the.new.server PGPORT=5432 PGUSER=postgres PGPASSWORD=…`,
        `sh restore.sh --check -- ${shellWord(manifest.source.database)}   # looks, and writes nothing`,
        `sh restore.sh -- ${shellWord(manifest.source.database)}`,
      ].join('\n'),
    ),
    'The database must not exist yet, or be empty. Exit codes: 0 restored with all rows, 1 failed, 2 bad usage, 3 the set is damaged or rows are missing, 5 refused before anything was written.',
    '## By hand',
    'The same steps, in this folder, with the same variables. They do not try again what fails, as `restore.sh` does: a view that reads another one through a function, a check that looks into another table, or a function that calls another one without its schema may fail here and not there. Then use the script.',
    commands(steps(facts)),
    '## What must be there',
    needs(facts),
    '## What is not in this set',
    absent(facts),
    '## How it was proven',
    proven(facts),
    '## Tables',
    tables(facts),
  ].join('\n\n')}\n`
}

function summary({ manifest }: KitFacts): string {
  const { source, snapshot, tool, options, dump } = manifest
  return [
    `- The database ${code(source.database)} as it was at **${snapshot.time}**, dumped by ${code(tool.pgDump)} under one snapshot.`,
    `- From PostgreSQL ${prose(source.serverVersion)}; restore it into PostgreSQL ${source.major} or newer.`,
    `- The dump is ${code(dump.path)}, format ${options.format}, compression ${code(options.compression)}, ${dump.bytes} bytes.`,
    `- Written by pg-lifeboat ${prose(tool.version)}. Everything here works without it.`,
  ].join('\n')
}

/** The commands for this set's format, each as it would be typed. */
function steps({ manifest, hasPublicSchema }: KitFacts): string {
  const { source, dump } = manifest
  const target = shellWord(connectionTo(source.database))
  return [
    '# 1. Is the set whole?',
    'sha256sum -c SHA256SUMS',
    '# psql runs scripts in its restricted mode: nobody who wrote into a file can make it obey commands of its own, as \\! is.',
    '# Its releases before August 2025 have none: where the first psql here complains, update it before you go on.',
    "key=$(od -An -N 24 -t x1 /dev/urandom | tr -d ' \\n')",
    `sql() { printf '\\\\restrict %s\\n' "$key"; tr -d '\\000' | sed -e '/^\\\\restrict [A-Za-z0-9]*$/d' -e '/^\\\\unrestrict /d' -e '/[^\\]\\\\unrestrict.*[\`]/d'; }`,
    'sql </dev/null | psql --no-psqlrc --set=ON_ERROR_STOP=1 --dbname=postgres',
    '# 2. The roles; those that are there already get the attributes of the source, and keep their passwords',
    `sql <${SET.globals} | psql --no-psqlrc --dbname=postgres`,
    '# 3. An empty database like the source',
    createdb(manifest),
    ...(hasPublicSchema ? [] : [`psql --no-psqlrc --dbname=${target} --command='DROP SCHEMA public'`]),
    ...(manifest.options.format === 'plain' ? scriptSteps(dump.path, target) : archiveSteps(manifest, target)),
    '# Then: statistics for the planner',
    `psql --no-psqlrc --dbname=${target} --command=ANALYZE`,
    '# Last: what belongs to the database as a whole, its owner, settings, grants and comment',
    `sql <${SET.database} | psql --no-psqlrc --dbname=postgres --set=database=${shellWord(source.database)}`,
  ].join('\n')
}

function createdb({ source }: KitFacts['manifest']): string {
  const { provider, parameters } = localeOf(source)
  const flags: Readonly<Record<string, string>> = {
    LC_COLLATE: '--lc-collate',
    LC_CTYPE: '--lc-ctype',
    ICU_LOCALE: '--icu-locale',
    BUILTIN_LOCALE: '--builtin-locale',
  }
  return [
    'createdb --maintenance-db=postgres --template=template0',
    `--encoding=${shellWord(source.encoding)}`,
    ...(source.major >= 15 ? [`--locale-provider=${provider}`] : []),
    ...parameters.map(([name, value]) => `${flags[name] ?? ''}=${shellWord(value)}`),
    `--owner=${shellWord(source.owner)}`,
    `-- ${shellWord(source.database)}`,
  ].join(' ')
}

function scriptSteps(dump: string, target: string): string[] {
  const psql = `psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=${target}`
  const file = shellWord(dump)
  return ['# 4. Everything', dump.endsWith('.gz') ? `gzip -dc ${file} | sql | ${psql}` : `sql <${file} | ${psql}`]
}

function archiveSteps({ dump, looseForeignKeys: loose }: KitFacts['manifest'], target: string): string[] {
  const restore = `pg_restore --dbname=${target} --no-tablespaces`
  const section = (name: string) => `${restore} --section=${name} ${dump.path}`
  const definitions = ['# 4. Definitions, rows (4 tables at once), then indexes and constraints', section('pre-data')]
  const rows = `${restore} --section=data --jobs=4 ${dump.path}`
  if (loose.length === 0) {
    return [...definitions, rows, section('post-data')]
  }
  const oids = loose.map(({ oid }) => String(oid)).join('|')
  const statements = loose.flatMap(({ statement }) => (statement === null ? [] : [`${statement};`]))
  return [
    ...definitions,
    rows,
    '# … without the foreign keys to tables whose rows are not in this set, which are then added unchecked',
    `pg_restore --list ${dump.path} | grep -E -v '^[0-9]+; 2606 (${oids}) ' >/tmp/restore-list`,
    `${restore} --section=post-data --use-list=/tmp/restore-list ${dump.path}`,
    ...(statements.length === 0 ? [] : [`psql --no-psqlrc --dbname=${target} ${hereDocument(statements.join('\n'))}`]),
  ]
}

function needs({ manifest }: KitFacts): string {
  const { source, tool } = manifest
  const extensions = source.extensions.map(({ name, version }) => `${code(name)} ${prose(version)}`)
  return [
    `- PostgreSQL's programs \`psql\` and \`pg_restore\` of major ${tool.pgDumpMajor} or newer${
      manifest.options.format === 'plain' ? ', and for the script awk and sed' : ''
    }.`,
    `- The locale: encoding ${code(source.encoding)}, ${localeOf(source)
      .parameters.map(([name, value]) => `${name} ${code(value)}`)
      .join(', ')}. Without it the script takes another, and says so.`,
    `- Extensions, installed on the server: ${extensions.length === 0 ? 'none' : extensions.join(', ')}.`,
    `- Roles, which \`${SET.globals}\` creates: ${source.roles.map(code).join(', ')}.`,
    `- Tablespaces: ${
      source.tablespaces.every((name) => name === 'pg_default')
        ? 'none of its own'
        : `the source used ${source.tablespaces.map(code).join(', ')}; ${
            manifest.options.format === 'plain'
              ? 'a plain dump needs those with these names'
              : 'everything is restored into the default one'
          }`
    }.`,
  ].join('\n')
}

function absent({ manifest }: KitFacts): string {
  const without = manifest.tables.filter(({ kind, data }) => kind === 'table' && !data)
  const foreign = manifest.tables.filter(({ kind }) => kind === 'foreign')
  return [
    '- The passwords of roles: set them anew (`\\password role` in psql).',
    '- Where the database lies: its tablespace is the default one of the new server.',
    '- Other databases of the server, its configuration (`postgresql.conf`, `pg_hba.conf`), replication slots; subscriptions are restored disabled.',
    ...(without.length === 0
      ? []
      : [
          `- The rows of ${counted(without.length, 'table')} not chosen: ${bounded(without.map((table) => code(displayName(table))))}. Their definitions are here.`,
        ]),
    ...(foreign.length === 0
      ? []
      : [
          `- The rows of foreign tables, which are on other servers: ${bounded(foreign.map((table) => code(displayName(table))))}.`,
        ]),
    ...(manifest.looseForeignKeys.length === 0
      ? []
      : [
          `- The check of ${counted(manifest.looseForeignKeys.length, 'foreign key')} to such tables, added NOT VALID. Once the rows are there: \`ALTER TABLE … VALIDATE CONSTRAINT …\`. ${bounded(manifest.looseForeignKeys.map(({ table, name }) => `${code(name)} of ${code(table)}`))}.`,
        ]),
  ].join('\n')
}

function proven({ manifest }: KitFacts): string {
  const asked = manifest.options.verify
  const asking =
    asked === 'none'
      ? 'No verification was asked for when this set was taken.'
      : `This set was to be verified to the tier \`${asked}\` before it was kept.`
  return `${asking} This text was written before that, so the outcome is in \`manifest.json\`, under \`proof\`: \`proven\`, \`failed\` or \`not-verified\`, with everything that was found. Later verifications are in \`proofs/\`, the newest counts. \`restore.sh\` says the first outcome.`
}

function tables(facts: KitFacts): string {
  const all = countableTables(facts)
  const rows = all.reduce((sum, table) => sum + table.rows, 0)
  const largest = [...all].sort((a, b) => b.rows - a.rows).slice(0, LISTED_TABLES)
  const left = all.length - largest.length
  return [
    `${counted(all.length, 'table')} with ${counted(rows, 'row')} at the snapshot${left > 0 ? `; the ${largest.length} with the most rows, ${left} more are in \`restore.sh\`` : ''}:`,
    [
      '| Table | Rows |',
      '| --- | ---: |',
      ...largest.map((table) => `| ${cell(displayName(table))} | ${table.rows} |`),
    ].join('\n'),
  ].join('\n\n')
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`
}

function cell(name: string): string {
  return code(oneLine(name))
}

function bounded(texts: readonly string[]): string {
  const shown = texts.slice(0, 30)
  const left = texts.length - shown.length
  return `${shown.join(', ')}${left > 0 ? ` and ${left} more` : ''}`
}
