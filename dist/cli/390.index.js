export const id = 390;
export const ids = [390];
export const modules = {

/***/ 6390:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  runTool: () => (/* binding */ runTool)
});

;// CONCATENATED MODULE: ./build/command-line/completion-bash.js
/** For bash from 3.2 on, with or without the package bash-completion. */
function bashCompletion(commands) {
    const flags = [...new Map(commands.flatMap((command) => command.flags).map((flag) => [flag.name, flag])).values()];
    return `# bash completion for pg-lifeboat, printed by: pg-lifeboat completion bash
_pg_lifeboat() {
  local IFS=$' \\t\\n' cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=
  COMPREPLY=()
  # "--verify=full" comes as three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if [[ $COMP_CWORD -eq 1 ]]; then
    words='${[...commands.map(({ name }) => name), '--help', '--version'].join(' ')}'
  else
    case $prev in
${indented(flags.flatMap(valueCase))}
    esac
    case \${COMP_WORDS[1]} in
${indented(commands.map(commandCase))}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
_pg_lifeboat_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$2"))
}
complete -F _pg_lifeboat pg-lifeboat
`;
}
/** What completes the value of a flag; where nothing is known of it, nothing does. */
function valueCase({ name, value, optional, choices, names }) {
    if (value === undefined) {
        return [];
    }
    if (choices !== undefined) {
        // What may stand alone may be followed by another flag.
        const pattern = optional === true ? 'if [[ $cur != -* ]]; then ' : '';
        const end = optional === true ? ' fi' : '';
        return [`--${name}) ${pattern}COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$cur")); return;${end} ;;`];
    }
    return [
        names === undefined
            ? `--${name}) return ;;`
            : `--${name}) _pg_lifeboat_files ${names === 'file' ? '-f' : '-d'} "$cur"; return ;;`,
    ];
}
function commandCase({ name, flags, argument }) {
    const words = [...(argument?.choices ?? []), ...flags.map((flag) => `--${flag.name}`)];
    return `${name}) words='${words.join(' ')}' ;;`;
}
function indented(lines) {
    return lines.map((line) => `      ${line}`).join('\n');
}

;// CONCATENATED MODULE: ./build/command-line/completion-text.js
/** A menu has one line for each option. */
const LONGEST = 72;
/** The first sentence of a description, short enough for a menu, without marks. */
function brief(text) {
    const plain = text.replaceAll('`', '').replaceAll(/\s+/g, ' ');
    const [sentence = plain] = /^.*?(?=[.:;]( |$))/.exec(plain) ?? [];
    return sentence.length <= LONGEST ? sentence : `${sentence.slice(0, LONGEST - 1).trimEnd()}…`;
}
/** A word in single quotes, as POSIX shells and fish take them; fish also reads a backslash before a quote. */
function quoted(text) {
    return `'${text.replaceAll('\\', '').replaceAll("'", String.raw `'\''`)}'`;
}

;// CONCATENATED MODULE: ./build/command-line/completion-fish.js

function fishCompletion(commands) {
    return [
        '# fish completion for pg-lifeboat, printed by: pg-lifeboat completion fish',
        'complete -c pg-lifeboat -f',
        "complete -c pg-lifeboat -n __fish_use_subcommand -l help -d 'Print the help'",
        "complete -c pg-lifeboat -n __fish_use_subcommand -l version -d 'Print the version'",
        ...commands.flatMap(linesOf),
        '',
    ].join('\n');
}
function linesOf({ name, summary, flags, argument }) {
    const within = `complete -c pg-lifeboat -n '__fish_seen_subcommand_from ${name}'`;
    return [
        `complete -c pg-lifeboat -n __fish_use_subcommand -a ${name} -d ${quoted(brief(summary))}`,
        ...(argument === undefined ? [] : [`${within} -a '${argument.choices.join(' ')}'`]),
        ...flags.map((flag) => `${within} -l ${flag.name} ${completion_fish_valueOf(flag)}-d ${quoted(brief(flag.describe))}`),
    ];
}
/** What may stand alone is completed as a switch. */
function completion_fish_valueOf({ value, optional, choices, names }) {
    if (value === undefined || optional === true) {
        return '';
    }
    if (choices !== undefined) {
        return `-x -a '${choices.join(' ')}' `;
    }
    return names === undefined ? '-x ' : names === 'file' ? '-r -F ' : "-x -a '(__fish_complete_directories)' ";
}

;// CONCATENATED MODULE: ./build/command-line/completion-zsh.js

/** For zsh with its completion system: as a file of `$fpath`, or sourced. */
function zshCompletion(commands) {
    return `#compdef pg-lifeboat
# zsh completion for pg-lifeboat, printed by: pg-lifeboat completion zsh
_pg_lifeboat() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${brief(summary)}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands 'operation' commands
    _arguments '--help[Print the help]' '--version[Print the version]'
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(completion_zsh_commandCase).join('\n')}
  esac
}
if [[ $funcstack[1] == _pg_lifeboat ]]; then
  _pg_lifeboat "$@"
else
  compdef _pg_lifeboat pg-lifeboat
fi
`;
}
function completion_zsh_commandCase({ name, flags, argument }) {
    const specs = [
        ...(argument === undefined ? [] : [quoted(`1:${argument.name}:(${argument.choices.join(' ')})`)]),
        ...flags.map((flag) => quoted(specOf(flag))),
    ];
    return `    ${name})
      _arguments ${specs.map((spec) => `\\\n        ${spec}`).join(' ')}
      ;;`;
}
/** `--verify[how far …]:none|archive:(none archive)` */
function specOf({ name, value, optional, describe, choices, names }) {
    const told = `--${name}[${escaped(brief(describe))}]`;
    if (value === undefined) {
        return told;
    }
    return `${told}${optional === true ? '::' : ':'}${names ?? 'value'}:${actionOf(choices, names)}`;
}
function actionOf(choices, names) {
    if (choices !== undefined) {
        return `(${choices.join(' ')})`;
    }
    return names === undefined ? ' ' : names === 'file' ? '_files' : '_files -/';
}
/** Signs that mean something in a specification. */
function escaped(text) {
    return text.replaceAll(/[[\]:]/g, ' ').replaceAll(/ +/g, ' ');
}

// EXTERNAL MODULE: ./build/command-line/commands.js + 1 modules
var command_line_commands = __webpack_require__(45010);
;// CONCATENATED MODULE: ./build/command-line/completion.js




/** The script that makes a shell complete what the command line understands. */
function completionFor(shell) {
    const commands = (0,command_line_commands/* commandSpecs */.MW)();
    switch (shell) {
        case 'bash':
            return bashCompletion(commands);
        case 'zsh':
            return zshCompletion(commands);
        case 'fish':
            return fishCompletion(commands);
    }
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/options.js + 3 modules
var build_options = __webpack_require__(86858);
// EXTERNAL MODULE: ./build/platform/context.js + 4 modules
var context = __webpack_require__(44883);
// EXTERNAL MODULE: ./build/platform/file-errors.js
var file_errors = __webpack_require__(57568);
// EXTERNAL MODULE: ./build/units.js
var units = __webpack_require__(6515);
// EXTERNAL MODULE: ./build/config/variables.js
var variables = __webpack_require__(19274);
// EXTERNAL MODULE: ./build/postgres/connection.js
var connection = __webpack_require__(92992);
// EXTERNAL MODULE: ./build/version.js
var version = __webpack_require__(58508);
;// CONCATENATED MODULE: ./build/command-line/init-file.js




/** How many tables the comments name. */
const MOST_TABLES = 12;
/** A configuration for the database that was looked at, with what was seen as comments. Pure. */
function configurationText(sight, wishes) {
    const parts = [opening(sight, wishes), init_file_connection(sight), keeping(wishes), types(sight), proof(sight), more()];
    return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
/** The variable of the environment that the file takes the password from; undefined where it needs none. */
function passwordVariable(sight) {
    if (sight.settings === undefined) {
        return 'DATABASE_PASSWORD';
    }
    if (sight.password !== 'url') {
        return undefined;
    }
    const name = sight.settings.database.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
    return `${/^[A-Z]/.test(name) ? '' : 'DB_'}${name}_PASSWORD`;
}
function opening({ database, trouble }, { today }) {
    const made = `Written by pg-lifeboat ${version/* VERSION */.x} init on ${today}. Every line may be changed; pg-lifeboat help configuration tells more.`;
    const seen = database === undefined
        ? [`The database could not be looked at: ${trouble?.problem ?? 'it is not known'}.`, trouble?.advice ?? '']
        : factsOf(database);
    return comment([made, '', ...seen]);
}
function factsOf(database) {
    const { name, serverVersion, bytes, tables, extensions } = database;
    const rest = tables.length - MOST_TABLES;
    return [
        `What was seen of the database "${name}":`,
        `  PostgreSQL ${serverVersion}, ${(0,units/* formatBytes */.z3)(bytes)}, ${(0,units/* counted */.hS)(tables.length, 'table')}`,
        `  extensions: ${extensions.length === 0 ? 'none' : extensions.map((each) => `${each.name} ${each.version}`).join(', ')}`,
        ...programsSeen(database),
        ...privilegesSeen(database),
        ...(tables.length === 0 ? [] : ['  the largest tables, with their rows as the planner estimates them:']),
        ...tables.slice(0, MOST_TABLES).map((table) => `    ${tableLine(table)}`),
        ...(rest > 0 ? [`    and ${(0,units/* counted */.hS)(rest, 'more table')}`] : []),
    ];
}
function programsSeen({ programs, programsTrouble, scratch, major }) {
    return [
        ...(programs === undefined ? [] : [`  programs on this machine: PostgreSQL ${programs}`]),
        ...(programsTrouble === undefined ? [] : [`  the programs need attention: ${programsTrouble}`]),
        scratch === undefined
            ? `  no server programs here: to prove backups, give scratch-url below, or install postgresql-${major}`
            : `  backups are proven in a throw-away cluster of PostgreSQL ${scratch}`,
    ];
}
function privilegesSeen({ unreadable }) {
    const wrong = unreadable.filter(({ severity }) => severity === 'error');
    const [first] = wrong;
    return first === undefined
        ? ['  the role may read everything']
        : [`  ${(0,units/* counted */.hS)(wrong.length, 'thing')} that the role may not read whole, such as ${first.on}: ${first.advice}`];
}
function tableLine({ name, bytes, rows }) {
    const amount = rows === undefined ? 'never analyzed' : (0,units/* counted */.hS)(Math.round(rows), 'row');
    return `${name.padEnd(40)} ${(0,units/* formatBytes */.z3)(bytes).padStart(9)}  ${amount}`;
}
function init_file_connection(sight) {
    const { settings, password } = sight;
    const variable = passwordVariable(sight);
    const notes = variable !== undefined
        ? [
            `The password comes from the variable ${variable} of the environment. In it, signs such as % @ / : are`,
            'percent-encoded (%25 %40 %2F %3A), as in every URI.',
        ]
        : [
            password === 'environment'
                ? 'The password comes from PGPASSWORD or the password file (~/.pgpass).'
                : 'The server asked for no password.',
        ];
    const url = settings === undefined
        ? `postgresql://backup:\${${variable ?? ''}}@db.example.org:5432/app?sslmode=verify-full`
        : urlOf(settings, variable);
    return [...comment(notes), `database-url: ${init_file_quoted(url)}`];
}
/** What is written is what was resolved, so that the file means the same wherever it is read. */
function urlOf(settings, variable) {
    const { host, port, user, database, sslMode, sslRootCert, parameters } = settings;
    const query = new Map([
        ...((0,connection/* isSocket */.qU)(settings)
            ? [
                ['host', host],
                ['port', String(port)],
            ]
            : []),
        ...(sslMode === 'prefer' ? [] : [['sslmode', sslMode]]),
        ...(sslRootCert === undefined || !sslMode.startsWith('verify') ? [] : [['sslrootcert', sslRootCert]]),
        ...Object.entries(parameters),
    ]);
    const server = (0,connection/* isSocket */.qU)(settings) ? '' : `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const password = variable === undefined ? '' : `:\${${variable}}`;
    const shown = [...query]
        .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2F', '/')}`)
        .join('&');
    return `postgresql://${encodeURIComponent(user)}${password}@${server}/${encodeURIComponent(database)}${shown === '' ? '' : `?${shown}`}`;
}
function keeping({ store, timezone }) {
    return [
        ...comment(['Where backups are kept. A place on another machine as well: see copies below.']),
        `store: ${init_file_quoted((0,variables/* literal */.e)(store))}`,
        '',
        ...comment(['Days, weeks and schedules are counted on these clocks.']),
        `timezone: ${init_file_quoted(timezone)}`,
    ];
}
function types({ database, settings }) {
    const minute = oddMinute(database?.name ?? settings?.database ?? 'app');
    const names = (database?.tables ?? []).slice(0, 2).map(({ name }) => init_file_quoted(name));
    const chosen = names.length === 0 ? 'animals, parts' : names.join(', ');
    return [
        ...comment([
            'What is backed up when, and how long it is kept. The minutes are odd ones, because at the full hour everybody',
            "else's jobs begin too.",
        ]),
        'types:',
        '  daily:',
        `    schedule: "${minute} 2 * * *" # every night at 02:${padded(minute)}`,
        '    keep-daily: 7 # the newest of each of the last 7 days; never fewer than the 3 newest proven ones',
        `    # tables: [${chosen}] # only their rows; without it, every table`,
        '  weekly:',
        `    schedule: "${(minute + 26) % 60} 3 * * 0" # Sundays at 03:${padded((minute + 26) % 60)}`,
        '    keep-weekly: 4',
    ];
}
function proof({ database }) {
    const needsServer = database !== undefined && database.scratch === undefined;
    return [
        ...comment([
            'Every backup is restored and compared with its source, table by table. It is restored into a throw-away cluster',
            'of this machine, or into a disposable server:',
        ]),
        'verify: full',
        `${needsServer ? '' : '# '}scratch-url: ${needsServer ? '"${SCRATCH_URL}"' : 'postgresql://postgres:postgres@localhost:5433/postgres'}`,
    ];
}
function more() {
    return comment([
        'A second place, off this machine: what destroys one does not destroy the other.',
        'copies:',
        '  - to: s3://bucket/app?region=eu-west-1',
        '    keep-monthly: 12',
        '',
        'Encrypted, so that whoever reads a store reads nothing (age-keygen makes the key; keep the private one elsewhere):',
        'encrypt-to: [age1…]',
        '',
        "Who hears of failures, and a dead-man's service that notices when no backup comes at all:",
        'webhook-url: ${WEBHOOK_URL}',
        'ping-url: ${PING_URL}',
        '',
        'What else is done over and over by `pg-lifeboat schedule`, besides backups:',
        'tasks:',
        '  maintain: { schedule: "41 4 * * 0" }',
        '  drill: { schedule: "29 5 1 1,4,7,10 *", scenario: [latest, fallback, table, clean-room, faults] }',
        '  report: { schedule: "7 7 * * 1", period: weekly, report-file: /var/www/backups.html }',
        '',
        'Several databases in one file: each has a store of its own, and takes what stands above unless it says otherwise.',
        'store: /backups/{database}',
        'databases:',
        '  app: { database-url: "postgresql://backup:${APP_PASSWORD}@db/app" }',
        '  shop: { database-url: "postgresql://backup:${SHOP_PASSWORD}@db/shop" }',
    ]);
}
/** One that is not the full hour and the same each time, but not the same for every database of a machine. */
function oddMinute(name) {
    const sum = Array.from(name).reduce((total, letter) => (total * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7);
    return (sum % 28) * 2 + 3;
}
function padded(minute) {
    return String(minute).padStart(2, '0');
}
/** Names of tables may hold anything, and a comment ends with its line. */
function comment(lines) {
    return lines.map((line) => `# ${line.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ')}`.trimEnd());
}
/** YAML reads JSON's quotes and escapes as its own; JSON leaves some controls as they are. */
function init_file_quoted(text) {
    return JSON.stringify(text).replaceAll(/[\u007F-\u009F\u2028\u2029]/g, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// EXTERNAL MODULE: ./build/backup/nothing.js + 1 modules
var backup_nothing = __webpack_require__(27519);
// EXTERNAL MODULE: ./build/backup/source.js + 2 modules
var source = __webpack_require__(25196);
// EXTERNAL MODULE: ./build/postgres/catalog/read-tables.js
var read_tables = __webpack_require__(69352);
// EXTERNAL MODULE: ./build/postgres/catalog/source.js
var catalog_source = __webpack_require__(99185);
// EXTERNAL MODULE: ./build/postgres/connection-string.js
var connection_string = __webpack_require__(10824);
// EXTERNAL MODULE: ./build/postgres/programs.js + 3 modules
var postgres_programs = __webpack_require__(45801);
// EXTERNAL MODULE: ./build/postgres/readability.js
var readability = __webpack_require__(66888);
// EXTERNAL MODULE: ./build/postgres/session.js + 2 modules
var session = __webpack_require__(67117);
;// CONCATENATED MODULE: ./build/command-line/init-look.js










/** A server that was only just started is waited for so long. */
const PATIENCE_MS = 5_000;
/** Looks at the database, reading only. What cannot be seen is told, and does not throw. */
async function lookAtDatabase(given, context) {
    let sight = {};
    try {
        const settings = (0,connection/* parseConnection */.C8)({ databaseUrl: given.databaseUrl, environment: context.environment });
        (0,source/* hideSecrets */.s0)(settings, given, context);
        sight = { settings, ...passwordIn(settings, given.databaseUrl) };
        const options = { signal: context.signal, patience: PATIENCE_MS };
        const database = await (0,session/* withSession */.f)(settings, options, (session) => look(session, given, context));
        return { ...sight, database };
    }
    catch (error) {
        if (error instanceof errors/* InterruptedError */.p4) {
            throw error;
        }
        return { ...sight, trouble: troubleOf(error) };
    }
}
function passwordIn(settings, databaseUrl = '') {
    if (settings.password === undefined) {
        return {};
    }
    const isInUrl = (0,connection_string/* parseConnectionString */.H)(databaseUrl, 'database-url').password !== undefined;
    return { password: isInUrl ? 'url' : 'environment' };
}
async function look(session, given, context) {
    // Whoever changes the schema now must not hold this up.
    await session.query("SET lock_timeout = '10s'");
    const facts = await (0,catalog_source/* readSource */.o$)(session, session.major);
    const tables = await (0,read_tables/* readTables */.g)(session);
    const oids = new Set(tables.map(({ oid }) => oid));
    const [nothing] = await (0,backup_nothing/* nothingToBackUp */.B)(session, facts.database, tables, oids);
    return {
        name: facts.database,
        serverVersion: session.serverVersion,
        major: session.major,
        bytes: await (0,catalog_source/* readDatabaseBytes */.nk)(session),
        tables: await tablesOf(session, tables),
        ...(nothing !== undefined && { nothing }),
        extensions: facts.extensions.filter(({ name }) => name !== 'plpgsql'),
        unreadable: await (0,readability/* unreadableThings */.r)(session, oids),
        ...(await programsFor(session.major, given, context)),
    };
}
async function tablesOf(session, all) {
    const rows = await session.query(`SELECT c.oid::int8::float8 AS oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
            c.reltuples::float8 AS rows
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`);
    const known = new Map(rows.map((row) => [row.oid, row]));
    const tables = all.filter(({ kind }) => kind === 'table' || kind === 'materialized-view');
    return tables
        .map(({ oid, schema, name, bytes }) => {
        const estimate = known.get(oid);
        // Before 14, what was never analyzed has 0 rows and not -1.
        const isKnown = estimate !== undefined && (estimate.rows > 0 || (estimate.rows === 0 && bytes === 0));
        return { name: estimate?.name ?? `${schema}.${name}`, bytes, ...(isKnown && { rows: estimate.rows }) };
    })
        .sort((a, b) => b.bytes - a.bytes);
}
async function programsFor(major, { postgresBin }, { processes, environment }) {
    const search = { preferredFolders: postgresBin, processes, environment };
    const server = await (0,postgres_programs/* findServerPrograms */.c)({ ...search, major });
    const scratch = server === null ? {} : { scratch: server.version };
    try {
        const programs = await (0,postgres_programs/* findPrograms */.z)({ ...search, serverMajor: major });
        const other = programs.exact ? {} : { programsTrouble: `they are of another major than the server's ${major}` };
        return { programs: `${programs.version} in ${programs.origin}`, ...other, ...scratch };
    }
    catch (error) {
        if (error instanceof errors/* InterruptedError */.p4 || !(error instanceof errors/* LifeboatError */.H3)) {
            throw error;
        }
        return { programsTrouble: `${error.problem}. ${error.advice}`, ...scratch };
    }
}
function troubleOf(error) {
    return error instanceof errors/* LifeboatError */.H3
        ? { problem: error.problem, advice: error.advice }
        : { problem: (0,errors/* messageOf */.bD)(error), advice: 'Mend it and start init again.' };
}

;// CONCATENATED MODULE: ./build/command-line/init.js









const USUAL_FILE = 'lifeboat.yml';
/**
 * Looks at the database and writes a configuration for it, which is used as it stands or changed by hand.
 *
 * Throws `GuardError` where the file is there already, `UsageError` for options that cannot be used.
 */
async function init(given, logger, surroundings) {
    const { output = USUAL_FILE, ...flags } = given;
    const { environment, workingDirectory, stdout } = surroundings;
    const options = (0,build_options/* buildOptions */.Dm)([
        { label: (name) => `--${name}`, values: flags },
        {
            label: () => 'the variable LIFEBOAT_DATABASE_URL',
            values: { 'database-url': environment.LIFEBOAT_DATABASE_URL },
        },
    ]);
    const file = external_node_path_.resolve(workingDirectory, output);
    if (output !== '-') {
        await refuseExisting(file);
    }
    return (0,context/* withContext */.e)({ logger, environment, workingDirectory }, async (context) => {
        const sight = await logger.step('Looking at the database', () => lookAtDatabase(options, context));
        tellSight(sight, logger);
        const text = configurationText(sight, {
            store: flags.store ?? external_node_path_.join(workingDirectory, 'backups', folderName(sight)),
            timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
            today: context.clock.now().toISOString().slice(0, 10),
        });
        if (output === '-') {
            stdout.write(text);
            return 0;
        }
        await writeNew(file, text);
        tellNext(output, sight, context);
        return 0;
    });
}
/** Before anybody waits for the look at a database; the writing itself refuses too. */
async function refuseExisting(file) {
    if ((await (0,file_errors/* ifThere */.y)((0,promises_.stat)(file))) !== undefined) {
        throw alreadyThere(file);
    }
}
function alreadyThere(file) {
    return new errors/* GuardError */.U$({
        doing: 'writing the configuration',
        problem: `${file} is there already, and init never writes over a file`,
        advice: 'Print it with --output - and compare, or give another name with --output.',
    });
}
/** The check and the writing are one step, so that nothing can come in between. */
async function writeNew(file, text) {
    await (0,file_errors/* orFileTrouble */.nD)(`writing ${file}`, async () => {
        try {
            await (0,promises_.writeFile)(file, text, { flag: 'wx' });
        }
        catch (error) {
            throw (0,file_errors/* codeOf */.$N)(error) === 'EEXIST' ? alreadyThere(file) : error;
        }
    });
}
function tellSight({ database, trouble }, logger) {
    if (database === undefined) {
        logger.warning(`The database could not be looked at: ${trouble?.problem ?? 'unknown'}. ${trouble?.advice ?? ''} What is written is a template.`);
        return;
    }
    const { name, serverVersion, bytes, tables, nothing, programsTrouble, unreadable } = database;
    logger.info(`"${name}": PostgreSQL ${serverVersion}, ${(0,units/* formatBytes */.z3)(bytes)}, ${(0,units/* counted */.hS)(tables.length, 'table')}.`);
    if (nothing !== undefined) {
        logger.warning(`"${name}": ${nothing.found}. ${nothing.advice}`);
    }
    if (programsTrouble !== undefined) {
        logger.warning(`PostgreSQL's programs: ${programsTrouble}`);
    }
    const [first] = unreadable.filter(({ severity }) => severity === 'error');
    if (first !== undefined) {
        logger.warning(`The role may not read everything, such as ${first.on}: ${first.found}. ${first.advice}`);
    }
}
function tellNext(output, sight, { logger }) {
    const config = output === USUAL_FILE ? '' : ` --config ${shellWord(output)}`;
    const variable = passwordVariable(sight);
    const steps = [
        ...(variable === undefined ? [] : [[`export ${variable}=…`, 'the password, percent-encoded']]),
        [`pg-lifeboat doctor --type daily${config}`, 'would anything go wrong?'],
        [`pg-lifeboat backup --type daily${config}`, 'the first backup, proven'],
        [`pg-lifeboat schedule${config}`, 'from now on, by itself'],
    ];
    const width = Math.max(...steps.map(([command]) => command.length));
    logger.info(`Wrote ${output}. Next:`);
    steps.forEach(([command, purpose]) => {
        logger.info(`  ${command.padEnd(width)}  # ${purpose}`);
    });
}
function shellWord(text) {
    return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw `'\''`)}'`;
}
function folderName({ database, settings }) {
    return (database?.name ?? settings?.database ?? 'app').replaceAll(/[^\w.-]+/g, '_').replace(/^\.+/, '_');
}

// EXTERNAL MODULE: ./build/command-line/run-fleet.js + 12 modules
var run_fleet = __webpack_require__(86504);
;// CONCATENATED MODULE: ./build/command-line/tools.js




/** Runs a command that is no operation. */
async function runTool({ tool, argument, flags, verbose }, logger, surroundings) {
    switch (tool) {
        case 'schedule':
            return (0,run_fleet/* runSchedule */.P)({ flags, verbose }, logger, surroundings);
        case 'init':
            return init(flags, logger, surroundings);
        case 'completion':
            surroundings.stdout.write(completionFor(command_line_commands/* SHELLS */.OF.find((shell) => shell === argument) ?? 'bash'));
            return 0;
    }
}


/***/ })

};
