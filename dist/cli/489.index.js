export const id = 489;
export const ids = [489];
export const modules = {

/***/ 12489:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  runAsked: () => (/* binding */ runAsked)
});

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/findings.js + 5 modules
var build_findings = __webpack_require__(63298);
// EXTERNAL MODULE: ./build/platform/github.js
var github = __webpack_require__(99931);
;// CONCATENATED MODULE: ./build/platform/http.js
/** Whoever answers more than this is not read to the end. */
const LONGEST_ANSWER = 8 * 1024 * 1024;
/** By the toolkit's client, which knows the proxies of the environment. */
const httpByToolkit = async ({ method, url, headers = {}, body }, signal) => {
    const { HttpClient } = await Promise.all(/* import() */[__webpack_require__.e(119), __webpack_require__.e(942)]).then(__webpack_require__.bind(__webpack_require__, 44942));
    signal.throwIfAborted();
    // It takes no signal. Only with connections of its own can it be told to end them.
    const client = new HttpClient('pg-lifeboat', [], { keepAlive: true, allowRetries: false, allowRedirects: false });
    const stop = () => {
        client.dispose();
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
        const { message } = await client.request(method, url, body ?? null, { ...headers });
        return { status: message.statusCode ?? 0, headers: singleHeaders(message), body: await textOf(message) };
    }
    finally {
        signal.removeEventListener('abort', stop);
        client.dispose();
    }
};
function singleHeaders({ headers }) {
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]));
}
async function textOf(message) {
    const pieces = [];
    let bytes = 0;
    for await (const piece of message) {
        pieces.push(piece);
        bytes += piece.length;
        if (bytes > LONGEST_ANSWER)
            break;
    }
    return Buffer.concat(pieces).subarray(0, LONGEST_ANSWER).toString('utf8');
}

;// CONCATENATED MODULE: ./build/platform/redact-deep.js
/**
 * A copy without secrets in any text of it, also those that are keys. Done before texts are escaped or become JSON,
 * where a secret might be written in a way that nobody looks for.
 */
function redactDeep(value, redact) {
    return redacted(value, redact);
}
function redacted(value, redact) {
    if (typeof value === 'string') {
        return redact(value);
    }
    if (Array.isArray(value)) {
        return value.map((item) => redacted(item, redact));
    }
    if (value !== null && typeof value === 'object' && !(value instanceof Date)) {
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), redacted(item, redact)]));
    }
    return value;
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
;// CONCATENATED MODULE: ./build/report/plain.js
/** A sentence as plain text, for a terminal or a message. Of a link only its label is told. */
function plainText(text) {
    return text.map(plainInline).join('');
}
function plainInline(inline) {
    if (typeof inline === 'string')
        return inline;
    if ('code' in inline)
        return inline.code;
    return 'strong' in inline ? inline.strong : inline.label;
}

// EXTERNAL MODULE: ./build/units.js
var units = __webpack_require__(6515);
;// CONCATENATED MODULE: ./build/report/content.js
/**
 * What a report says, without how it looks: the sections build it once, and the job summary and the HTML page are two
 * renderings of it.
 */
/** For the page, which has no limit of size: only what no person would read is left out. */
const EVERYTHING = {
    tables: Infinity,
    databases: Infinity,
    findings: 5000,
    retention: Infinity,
    text: 4000,
};
/** A sentence with names in it: ``sentence`the set ${id(set)} is there` ``. Given texts are joined, strings are prose. */
function sentence(strings, ...parts) {
    return strings.flatMap((text, index) => {
        const part = parts[index];
        const inline = part === undefined ? [] : isText(part) ? part : [part];
        return text === '' ? inline : [text, ...inline];
    });
}
function code(text) {
    return { code: text };
}
function strong(text) {
    return { strong: text };
}
/** Says that something is not all of it, where a limit cut it short. */
function leftOut(text) {
    return { kind: 'paragraph', text: [text] };
}
/** The text with a full stop, where it has none of its own. */
function asSentence(text) {
    return /[.!?…]$/.test(text) ? text : `${text}.`;
}
function isText(part) {
    return Array.isArray(part);
}

;// CONCATENATED MODULE: ./build/report/doctor.js


/** 1 with a problem; 4 when something could not be looked at; warnings are no reason to fail. */
function diagnosisCode(lines) {
    const states = new Set(lines.map(({ state }) => state));
    return states.has('problem') ? 1 : states.has('not-checked') ? 4 : 0;
}
function doctorVerdict(lines) {
    const of = (state) => lines.filter((line) => line.state === state);
    const [problems, open, warnings] = [of('problem'), of('not-checked'), of('warning')];
    const [first] = problems;
    if (first !== undefined) {
        const rest = problems.length === 1 ? [] : sentence ` ${(0,units/* counted */.hS)(problems.length - 1, 'more problem')} below.`;
        return { mood: 'bad', text: sentence `${first.subject}, ${code(first.what)}: ${asSentence(first.found)}${rest}` };
    }
    if (open.length > 0) {
        const said = `No problem was found, but ${(0,units/* counted */.hS)(open.length, 'thing')} could not be checked.`;
        return { mood: 'doubtful', text: [said] };
    }
    const looked = `${(0,units/* counted */.hS)(lines.length, 'thing')} that a backup and its proof need ${lines.length === 1 ? 'was' : 'were'} looked at`;
    return warnings.length === 0
        ? { mood: 'good', text: [`${looked}, and all are as they should be.`] }
        : { mood: 'doubtful', text: [`${looked}: no problem, ${(0,units/* counted */.hS)(warnings.length, 'warning')}.`] };
}
const MARKS = {
    ok: '✅ ok',
    warning: '⚠️ warning',
    problem: '❌ problem',
    'not-checked': '❓ not checked',
};
/** The table, with the fix for each thing that is not right. */
function doctorBlocks({ diagnosis = [] }) {
    if (diagnosis.length === 0) {
        return [];
    }
    return [
        { kind: 'heading', text: 'What was looked at' },
        {
            kind: 'table',
            caption: 'Everything that could go wrong, and whether it would',
            columns: [{ title: 'What' }, { title: 'State' }, { title: 'What was found' }, { title: 'What to do' }],
            rows: diagnosis.map(row),
        },
    ];
}
function row({ subject, what, state, found, advice }) {
    return [sentence `${subject}: ${code(what)}`, [MARKS[state]], [asSentence(found)], [advice ?? '']];
}

;// CONCATENATED MODULE: ./build/report/drill-facts.js
/** The parts of a recovery that are timed, in their order. */
const RECOVERY_PHASES = [
    'fetch',
    'decrypt',
    'roles',
    'pre-data',
    'data',
    'post-data',
    'analyze',
    'verify',
];
/** The whole recovery, from the first byte fetched to the last compared. */
function recoveryTime(times) {
    return Object.values(times).reduce((sum, seconds) => sum + seconds, 0);
}
/** The longest recovery of a scenario: what one must reckon with. */
function rtoOf({ recoveries }) {
    return recoveries.length === 0 ? undefined : Math.max(...recoveries.map(({ times }) => recoveryTime(times)));
}
function rpoOf({ recoveries }) {
    return recoveries.length === 0 ? undefined : Math.max(...recoveries.map(({ rpo }) => rpo));
}
/** A failure weighs more than what could not run, and that more than all that passed. Nothing at all did not run. */
function worstOutcome(results) {
    if (results.some(({ outcome }) => outcome === 'failed')) {
        return 'failed';
    }
    return results.length > 0 && results.every(({ outcome }) => outcome === 'passed') ? 'passed' : 'could-not-run';
}
/** The short form of results that the log keeps, for the trend of later drills. */
function summaries(results) {
    return results.map((result) => {
        const [rto, rpo] = [rtoOf(result), rpoOf(result)];
        return {
            scenario: result.scenario,
            outcome: result.outcome,
            ...(rto !== undefined && { rto: rounded(rto) }),
            ...(rpo !== undefined && { rpo: rounded(rpo) }),
        };
    });
}
function rounded(seconds) {
    return Math.round(seconds * 1000) / 1000;
}

;// CONCATENATED MODULE: ./build/report/fleet-facts.js
const WEIGHTS = { bad: 0, doubtful: 1, good: 2 };
/** One line a database, the worst first; of equally bad ones, first that whose newest proven backup is the oldest. */
function fleetLines({ parts }) {
    const names = [...new Set(parts.map(({ database }) => database))];
    const byName = new Map(names.map((name) => [name, []]));
    parts.forEach((part) => byName.get(part.database)?.push(part));
    return [...byName.values()].map(lineOf).sort(worstFirst);
}
/**
 * What the process should end with: 0 where all is good, what all that is not good have in common, else 1; 130 where
 * somebody asked to stop.
 *
 * @param further what is to be said of the whole, and of no one database
 */
function fleetExitCode({ parts }, further = 0) {
    const codes = new Set([...parts.map(({ exitCode }) => exitCode), further].filter((code) => code !== 0));
    const [first = 0] = codes;
    return codes.has(130) ? 130 : codes.size > 1 ? 1 : first;
}
function lineOf(parts) {
    const proven = parts.flatMap(({ newestProven }) => (newestProven === undefined ? [] : [newestProven.getTime()]));
    const runs = parts.flatMap((part) => (part.runs === undefined ? [] : [part.runs]));
    const bytes = parts.flatMap((part) => (part.bytes === undefined ? [] : [part.bytes]));
    const growth = parts.flatMap((part) => (part.growth === undefined ? [] : [part.growth]));
    const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);
    const worst = [...parts].sort((a, b) => WEIGHTS[a.mood] - WEIGHTS[b.mood])[0];
    return {
        parts,
        mood: worst?.mood ?? 'doubtful',
        isUnknown: parts.some(({ isUnknown }) => isUnknown === true),
        seconds: sum(parts.map(({ seconds }) => seconds)),
        ...(worst?.database !== undefined && { database: worst.database }),
        ...(proven.length > 0 && { newestProven: new Date(Math.max(...proven)) }),
        ...(runs.length > 0 && {
            runs: { total: sum(runs.map(({ total }) => total)), succeeded: sum(runs.map(({ succeeded }) => succeeded)) },
        }),
        ...(bytes.length > 0 && { bytes: sum(bytes) }),
        ...(growth.length > 0 && {
            growth: { before: sum(growth.map(({ before }) => before)), after: sum(growth.map(({ after }) => after)) },
        }),
    };
}
function worstFirst(a, b) {
    return (WEIGHTS[a.mood] - WEIGHTS[b.mood] ||
        (a.newestProven?.getTime() ?? 0) - (b.newestProven?.getTime() ?? 0) ||
        compare(a.database ?? '', b.database ?? ''));
}
function compare(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}
/** `shop (daily)`, as sentences name it. */
function labelOf({ database, type }) {
    return [nameOf({ database }), ...(type === undefined ? [] : [`(${type})`])].join(' ');
}
function nameOf({ database }) {
    return database ?? 'the database';
}
/** These tell of the backups that are there; the others of what they did themselves. */
function looksBack(operation) {
    return operation === 'report' || operation === 'watch';
}
/** By how much it grew, as a share of what it was; null where it was nothing. */
function shareOf({ before, after }) {
    return before === 0 ? null : after / before - 1;
}

;// CONCATENATED MODULE: ./build/report/report.js




/** The findings of the proof and of everything around it. */
function allFindings(report) {
    return [...(report.proof?.findings ?? []), ...report.findings];
}
/**
 * What the process should end with: a failure's own code, else 3 for a proof that failed and 4 for one that was asked for
 * and could not be given; for a drill and for several stores alike. A watch that misses something ends with 1, and with 4
 * where something could not be seen. A dump of another tool cannot be proven at all; when
 * all else ran and was right, that is 0. 1 where everything is right and an alert makes the run fail.
 */
function exitCodeFor(report) {
    if (report.failure !== undefined) {
        return report.failure.exitCode;
    }
    if (report.fleet !== undefined) {
        return fleetExitCode(report.fleet, foundCode(report.findings));
    }
    if (report.diagnosis !== undefined) {
        return diagnosisCode(report.diagnosis);
    }
    if (report.drill !== undefined) {
        return DRILL_CODES[worstOutcome(report.drill.scenarios)];
    }
    if (report.operation === 'watch' || report.operation === 'maintain') {
        return foundCode(report.findings);
    }
    if (report.operation === 'validate' && report.stores !== undefined) {
        return checkedCode(report.stores);
    }
    const code = proofCode(report.proof);
    return code === 0 && report.failedOn !== undefined ? 1 : code;
}
function proofCode(proof) {
    switch (proof?.outcome) {
        case 'failed':
            return 3;
        case 'not-verified':
            return proof.tier === 'none' || lacksOnlyManifest(proof) ? 0 : 4;
        default:
            return 0;
    }
}
/** Of several stores: 3 when the set of one is damaged, 4 when one could not be checked. */
function checkedCode(stores) {
    const outcomes = stores.map(({ checked }) => checked?.proof.outcome);
    if (outcomes.includes('failed')) {
        return 3;
    }
    return outcomes.every((outcome) => outcome === 'proven') ? 0 : 4;
}
/** What is missing or failed weighs more than what could not be seen. */
function foundCode(findings) {
    const worst = (0,build_findings/* worstOf */.hm)(findings);
    return worst === 'error' ? 1 : worst === 'inconclusive' ? 4 : 0;
}
const DRILL_CODES = { passed: 0, failed: 3, 'could-not-run': 4 };
function lacksOnlyManifest({ findings }) {
    const open = findings.filter(({ severity }) => severity === 'inconclusive');
    return open.length > 0 && open.every(({ code }) => code === 'NO_MANIFEST');
}

;// CONCATENATED MODULE: ./build/report/drill.js



const OUTCOME_MARKS = {
    passed: '✅ passed',
    failed: '❌ failed',
    'could-not-run': '❓ could not run',
};
/** How many earlier drills the trend shows. */
const TREND = 12;
/** What came of a drill, for somebody who reads one sentence. */
function drillVerdict({ scenarios }) {
    const names = (outcome) => scenarios.filter((each) => each.outcome === outcome).map((each) => each.scenario);
    const [passed, failed, open] = [names('passed'), names('failed'), names('could-not-run')];
    switch (worstOutcome(scenarios)) {
        case 'passed':
            return {
                mood: 'good',
                text: sentence `Recovery works: ${(0,units/* counted */.hS)(passed.length, 'scenario')} of the drill passed${worstTimes(scenarios)}.`,
            };
        case 'failed':
            return {
                mood: 'bad',
                text: sentence `Recovery does not work as it should: ${failed.join(', ')} failed.${passed.length === 0 ? '' : ` Passed: ${passed.join(', ')}.`}`,
            };
        case 'could-not-run':
            return {
                mood: 'doubtful',
                text: scenarios.length === 0
                    ? sentence `The drill did not come to its first scenario.`
                    : sentence `Not everything could be rehearsed: ${open.join(', ')} could not run.${passed.length === 0 ? '' : ` Passed: ${passed.join(', ')}.`}`,
            };
    }
}
function worstTimes(scenarios) {
    const rtos = scenarios.flatMap((each) => rtoOf(each) ?? []);
    const rpos = scenarios.flatMap((each) => rpoOf(each) ?? []);
    return rtos.length === 0
        ? ''
        : `; the longest recovery took ${(0,units/* formatDuration */.a3)(Math.max(...rtos))}, at most ${(0,units/* formatDuration */.a3)(Math.max(...rpos))} of work would be lost`;
}
/** The sections of a drill's report, after its verdict. */
function drillBlocks({ scenarios, past }, startedAt, limits) {
    if (scenarios.length === 0) {
        return [];
    }
    return [
        { kind: 'heading', text: 'Scenarios' },
        {
            kind: 'table',
            caption: 'What was rehearsed, and what came of it',
            columns: [
                { title: 'Scenario' },
                { title: 'Outcome' },
                { title: 'RTO', numeric: true },
                { title: 'RPO', numeric: true },
                { title: 'What it rehearses' },
            ],
            rows: scenarios.map((result) => [
                [code(result.scenario)],
                [OUTCOME_MARKS[result.outcome]],
                [durationOr(rtoOf(result))],
                [durationOr(rpoOf(result))],
                [asSentence(result.describe)],
            ]),
        },
        ...recoveries(scenarios),
        ...cases(scenarios, limits),
        ...trend([...past, { at: startedAt, scenarios: summaries(scenarios) }]),
    ];
}
function recoveries(scenarios) {
    const rows = scenarios.flatMap(({ scenario, recoveries }) => recoveries.map(({ id, type, times, rows, rpo }) => [
        [code(scenario)],
        sentence `${type} ${code(id)}`,
        ...RECOVERY_PHASES.map((phase) => [durationOr(times[phase])]),
        [strong((0,units/* formatDuration */.a3)(recoveryTime(times)))],
        [(0,units/* formatDuration */.a3)(rpo)],
        [rows === undefined ? '–' : (0,units/* formatCount */.B4)(rows)],
    ]));
    return rows.length === 0
        ? []
        : [
            { kind: 'heading', text: 'Recovery time by phase' },
            {
                kind: 'table',
                caption: 'Each recovery that was made. RTO: from the first byte fetched to the last compared. RPO: age of the snapshot',
                columns: [
                    { title: 'Scenario' },
                    { title: 'Backup' },
                    ...RECOVERY_PHASES.map((title) => ({ title, numeric: true })),
                    { title: 'RTO', numeric: true },
                    { title: 'RPO', numeric: true },
                    { title: 'Rows', numeric: true },
                ],
                rows,
            },
        ];
}
function cases(scenarios, limits) {
    return scenarios
        .filter((result) => result.cases.length > 0)
        .map(({ scenario, cases, outcome, seconds }) => {
        const ranked = [...cases].sort((a, b) => Number(a.outcome === 'passed') - Number(b.outcome === 'passed'));
        const shown = ranked.slice(0, limits.findings);
        const left = ranked.length - shown.length;
        return {
            kind: 'details',
            summary: `${scenario}: ${OUTCOME_MARKS[outcome]} in ${(0,units/* formatDuration */.a3)(seconds)}`,
            blocks: [
                {
                    kind: 'list',
                    items: [
                        ...shown.map((one) => sentence `${OUTCOME_MARKS[one.outcome]} ${strong(one.name)}: ${asSentence(one.said)}`),
                        ...(left === 0 ? [] : [sentence `${(0,units/* counted */.hS)(left, 'more case')} not shown here.`]),
                    ],
                },
            ],
        };
    });
}
function trend(drills) {
    const shown = drills.slice(-TREND);
    if (shown.length < 2) {
        return [];
    }
    const names = [...new Set(shown.flatMap(({ scenarios }) => scenarios.map(({ scenario }) => scenario)))];
    const bars = shown.map(({ at, scenarios }) => ({
        label: at.toISOString().slice(0, 10),
        value: Math.max(0, ...scenarios.map(({ rto = 0 }) => rto)),
    }));
    return [
        { kind: 'heading', text: 'Trend' },
        { kind: 'bars', caption: 'Longest RTO by drill', unit: 'seconds', bars },
        {
            kind: 'table',
            caption: 'RTO by scenario and drill, the newest last',
            columns: [{ title: 'Drill' }, ...names.map((title) => ({ title, numeric: true }))],
            rows: shown.map(({ at, scenarios }) => [
                [(0,units/* formatInstant */.r4)(at)],
                ...names.map((name) => {
                    const one = scenarios.find(({ scenario }) => scenario === name);
                    return [one === undefined ? '–' : `${OUTCOME_MARKS[one.outcome].split(' ')[0] ?? ''} ${durationOr(one.rto)}`];
                }),
            ]),
        },
    ];
}
function durationOr(seconds) {
    return seconds === undefined ? '–' : (0,units/* formatDuration */.a3)(seconds);
}

// EXTERNAL MODULE: ./build/backup/manifest.js
var backup_manifest = __webpack_require__(75462);
;// CONCATENATED MODULE: ./build/records/freshness.js



const HOUR = 3_600_000;
/** Where the options say nothing: a night and a bit, a week and a day. */
const USUAL_AGES = { others: 26 * HOUR, byType: { weekly: 8 * 24 * HOUR } };
/** Taken by hand, so not expected at any time. */
const BY_HAND = 'manual';
/** Clocks of two machines may differ so much without anybody having to look. */
const CLOCK_TOLERANCE = 5 * 60_000;
/**
 * Judges what a store holds against the objectives. Ages count from the snapshots, so that a backup which took long is as
 * old as what is in it. A set that is dated in the future is never the newest: otherwise one wrong clock would keep the
 * watch quiet for as long as it was wrong by.
 *
 * @param expected further types that must be there: for a copy, those of the primary store
 */
function judgeFreshness(shelf, objectives, now, expected = []) {
    const latest = now.getTime() + CLOCK_TOLERANCE;
    const past = shelf.sets.filter(({ id }) => (0,backup_manifest/* timeOf */.nR)(id).getTime() <= latest);
    const future = shelf.sets.filter((set) => !past.includes(set)).map((set) => fromFuture(set, shelf, now));
    if (shelf.sets.length === 0 && shelf.broken.length === 0) {
        return { types: [], findings: [(0,build_findings/* finding */.gk)('STORE_EMPTY', shelf.store, 'it holds no backup')] };
    }
    const types = watchedTypes(shelf, objectives, expected).map((type) => look(type, { ...shelf, sets: past }, objectives));
    const judged = types.map((one) => judge(one, now));
    const none = types.length === 0 ? [nothingWatched(shelf)] : [];
    return {
        types: judged.map(({ type }) => type),
        findings: [...none, ...judged.flatMap(({ findings }) => findings), ...future, ...unreadable(shelf, judged)],
    };
}
/** The types that are asked for, else those that are named or there; what is taken by hand only where it is named. */
function watchedTypes({ sets, broken }, { type, maxAge, maxUnproven }, expected) {
    if (type !== undefined) {
        return [type];
    }
    const named = [...Object.keys(maxAge?.byType ?? {}), ...Object.keys(maxUnproven?.byType ?? {})];
    const present = [...sets, ...broken].map((set) => set.type).filter((each) => each !== BY_HAND);
    const isLimited = (each) => maxAge?.others !== undefined || maxAge === undefined || named.includes(each);
    return [...new Set([...named, ...expected, ...present])].filter(isLimited).sort();
}
function look(type, { store, sets }, { maxAge, maxUnproven, tier }) {
    const ofType = sets.filter((set) => set.type === type);
    const newest = newestOf(ofType);
    const proven = ofType.filter(({ proof }) => proof.outcome === 'proven');
    const newestLesser = newestOf(proven);
    const newestProven = newestOf(proven.filter((set) => isFarEnough(set, tier)));
    const age = ageFor(type, maxAge) ?? ageFor(type, maxUnproven) ?? ageFor(type, USUAL_AGES) ?? 0;
    return {
        store,
        type,
        maxAge: age,
        maxUnproven: ageFor(type, maxUnproven) ?? age,
        ...(newest !== undefined && { newest }),
        ...(newestProven !== undefined && { newestProven }),
        ...(newestLesser !== undefined && { newestLesser }),
    };
}
/**
 * A set whose proof could not be given as far as was asked may be validated later, but less far. That says something of
 * it, and not what was asked: nobody should believe that its restore was tried.
 */
function isFarEnough({ proof, manifest }, tier) {
    return backup_manifest/* Verify */.of.options.indexOf(proof.tier) >= backup_manifest/* Verify */.of.options.indexOf(tier ?? manifest.options.verify);
}
function ageFor(type, ages) {
    return ages === undefined ? undefined : (ages.byType[type] ?? ages.others);
}
function newestOf(sets) {
    const ids = sets.map(({ id }) => id).sort();
    const last = ids.at(-1);
    return last === undefined ? undefined : (0,backup_manifest/* timeOf */.nR)(last);
}
function judge(seen, now) {
    const { store, type, newest, newestProven, newestLesser, maxAge, maxUnproven } = seen;
    const within = (at, limit) => at !== undefined && now.getTime() - at.getTime() <= limit;
    const isFresh = within(newest, maxAge);
    const isProven = within(newestProven, maxUnproven);
    const told = { type: { ...seen, isFresh, isProven } };
    const on = `${type} in ${store}`;
    if (newest === undefined) {
        return { ...told, findings: [(0,build_findings/* finding */.gk)('BACKUP_MISSING', on, `there is no ${type} backup`)] };
    }
    const aged = (at) => `from ${(0,units/* formatInstant */.r4)(at)}, ${ageText(now.getTime() - at.getTime())} ago`;
    const findings = [];
    if (!isFresh) {
        const found = `the newest ${type} backup is ${aged(newest)}, and may be ${ageText(maxAge)} old`;
        findings.push((0,build_findings/* finding */.gk)('BACKUP_TOO_OLD', on, found));
    }
    if (!isProven) {
        const found = newestProven === undefined
            ? `no ${type} backup is proven to restore`
            : `the newest ${type} backup that is proven to restore is ${aged(newestProven)}, and may be ${ageText(maxUnproven)} old`;
        const isLesser = newestLesser !== undefined && newestLesser.getTime() !== newestProven?.getTime();
        const lesser = isLesser ? `; that from ${(0,units/* formatInstant */.r4)(newestLesser)} is proven less far than was asked for` : '';
        findings.push((0,build_findings/* finding */.gk)('BACKUP_UNPROVEN_TOO_LONG', on, `${found}${lesser}`));
    }
    return { ...told, findings };
}
function fromFuture({ id, type }, { store }, now) {
    return (0,build_findings/* finding */.gk)('BACKUP_FROM_FUTURE', `${type}/${id} in ${store}`, `it is dated ${(0,units/* formatInstant */.r4)((0,backup_manifest/* timeOf */.nR)(id))}, and here it is ${(0,units/* formatInstant */.r4)(now)}`);
}
function nothingWatched({ store, sets }) {
    const found = `none of its ${(0,units/* counted */.hS)(sets.length, 'backup')} is of a type that is watched, so nobody would notice if there came no more`;
    return (0,build_findings/* finding */.gk)('BACKUP_MISSING', store, found, 'Name the types that matter in max-age: daily=26h, manual=30d.');
}
/** Only what is newer than all that counts is of interest here. */
function unreadable({ store, broken }, judged) {
    return judged.flatMap(({ type: { type, newest } }) => broken
        .filter((one) => one.type === type && (newest === undefined || (0,backup_manifest/* timeOf */.nR)(one.id) > newest))
        .map(({ id, reason }) => (0,build_findings/* finding */.gk)('BACKUP_UNREADABLE', `${type}/${id} in ${store}`, reason.replace(/\.$/, ''))));
}
/** `26 h`, `8 d`, `2 d 5 h`: people count backups in days. */
function ageText(milliseconds) {
    const hours = Math.floor(milliseconds / HOUR);
    if (hours < 48) {
        return (0,units/* formatDuration */.a3)(Math.max(0, milliseconds) / 1000);
    }
    return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

;// CONCATENATED MODULE: ./build/report/escape.js
/**
 * What comes from outside (names of tables, messages of servers, paths) must not act in the page that shows it: no tags,
 * no Markdown, no text that runs backwards, no mention of a stranger. Everything is written as HTML, also in the job
 * summary: GitHub leaves Markdown inside an HTML block alone, so one rule of escaping is enough for both.
 */
const ENTITIES = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
    // Not special in HTML, but a table in Markdown, code and mathematics in what GitHub makes of it.
    '|': '&#124;',
    '`': '&#96;',
    '\\': '&#92;',
};
/**
 * Controls, line ends and marks that hide or reorder text (bidirectional overrides and isolates, zero-width characters,
 * the byte order mark, lone surrogates).
 */
const INVISIBLE = /[\p{Cc}\p{Cs}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;
/** Makes what cannot be seen visible: a line end becomes `⏎`, a right-to-left override `⟨U+202E⟩`. */
function visible(text) {
    return text.replaceAll('\r\n', '\n').replaceAll(INVISIBLE, (mark) => {
        switch (mark) {
            case '\n':
                return '⏎';
            case '\t':
                return ' ';
            default:
                return `⟨U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
        }
    });
}
/** Text for the content of an element or a quoted attribute. */
function escapeHtml(text) {
    return visible(text).replaceAll(/[&<>"'|`\\]/g, (character) => ENTITIES[character] ?? character);
}
/**
 * Text that GitHub shall not make anything of either. Its filters look for mentions, issue numbers, addresses, emoji
 * names and formulas in the text of finished HTML, where entities are long gone; a zero-width space after the
 * character that starts each of them keeps them apart. Inside `<code>` they do not look, so names need none of this.
 */
function escapeForGitHub(text) {
    return escapeHtml(
    // Placeholders of the private use area live through the escaping of invisible characters.
    text
        .replaceAll('\ue000', '�')
        .replaceAll(/(?<=[@#$]|\b(?:GH-|www\.|https?:|ftp:))/gi, '\ue000')
        .replaceAll(/(?<!\d):(?=[\w+-]+:)/g, ':\ue000')).replaceAll('\ue000', '&#8203;');
}
/** At most so many UTF-16 units, with an ellipsis where something was cut off; half a character becomes visible as such. */
function shorten(text, length) {
    return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

;// CONCATENATED MODULE: ./build/report/values.js


/** A number of a chart or its table as people read it; a dash where nothing was measured. */
function formatValue(value, unit) {
    if (value === null || !Number.isFinite(value)) {
        return '–';
    }
    return value < 0 ? `−${formatPositive(-value, unit)}` : formatPositive(value, unit);
}
function formatPositive(value, unit) {
    switch (unit) {
        case 'seconds':
            // From two days on people count days, as they do with the age of a backup.
            return value < 48 * 3600 ? (0,units/* formatDuration */.a3)(value) : ageText(value * 1000);
        case 'bytes':
            return (0,units/* formatBytes */.z3)(value);
        case 'share':
            return (0,units/* formatShare */.T1)(value);
        case 'count':
            return (0,units/* formatCount */.B4)(Math.round(value * 100) / 100);
    }
}
/** `2026-11-24 02:00`, without the time where it is midnight; UTC. */
function formatMoment(time) {
    const text = time.toISOString();
    return text.slice(11, 16) === '00:00' ? text.slice(0, 10) : text.slice(0, 16).replace('T', ' ');
}
const AXIS_UNITS = {
    seconds: [
        { size: 86_400, suffix: ' d' },
        { size: 3600, suffix: ' h' },
        { size: 60, suffix: ' min' },
        { size: 1, suffix: ' s' },
    ],
    bytes: [
        { size: 1e12, suffix: ' TB' },
        { size: 1e9, suffix: ' GB' },
        { size: 1e6, suffix: ' MB' },
        { size: 1e3, suffix: ' kB' },
        { size: 1, suffix: ' B' },
    ],
    share: [{ size: 0.01, suffix: ' %' }],
    count: [
        { size: 1e9, suffix: ' bn' },
        { size: 1e6, suffix: ' M' },
        { size: 1e3, suffix: ' k' },
        { size: 1, suffix: '' },
    ],
};
/** The unit in which an axis up to this value reads best. An hour and a half has 90 minutes, but 1.5 GB are not 1,500 MB. */
function axisUnit(unit, highest) {
    const units = AXIS_UNITS[unit];
    return (units.find(({ size }) => highest >= size * (unit === 'seconds' ? 2 : 1)) ??
        units[units.length - 1] ?? { size: 1, suffix: '' });
}
/** A log may hold any number; beyond an exabyte or a quintillion rows nobody measured it. */
function isMeasured(value) {
    return value !== null && Math.abs(value) <= 1e18;
}

;// CONCATENATED MODULE: ./build/report/markup.js



const MOOD_MARKS = { good: '✅', bad: '❌', doubtful: '⚠️' };
/** Blocks as HTML, one a paragraph of text. No block has an empty line in it, so Markdown takes each for HTML to its end. */
function renderBlocks(blocks, dialect) {
    return blocks.map((block) => renderBlock(block, dialect)).join('\n\n');
}
function renderBlock(block, dialect) {
    switch (block.kind) {
        case 'verdict':
            return `<h2 class="${block.mood}">${MOOD_MARKS[block.mood]} ${renderText(block.text, dialect)}</h2>`;
        case 'heading':
            return `<h3>${dialect.prose(block.text)}</h3>`;
        case 'paragraph':
            return `<p>${renderText(block.text, dialect)}</p>`;
        case 'list':
            return `<ul>\n${block.items.map((item) => `<li>${renderText(item, dialect)}</li>`).join('\n')}\n</ul>`;
        case 'table':
            return dialect.frame('table', renderTable(block, dialect), block.caption);
        case 'bars':
            return dialect.bars(block);
        case 'tiles':
            return dialect.tiles(block);
        case 'charts':
            return renderCharts(block, dialect);
        case 'details':
            return `<details${dialect.openDetails && block.folded !== true ? ' open' : ''}>\n<summary>${dialect.prose(block.summary)}</summary>\n\n${renderBlocks(block.blocks, dialect)}\n\n</details>`;
    }
}
function renderCharts({ charts }, dialect) {
    const framed = charts.map((chart) => dialect.frame('chart', `${dialect.chart(chart)}\n\n${renderBlocks([figuresOf(chart)], dialect)}`, chart.caption));
    return dialect.frame('charts', framed.join('\n\n'), '');
}
/** A chart in figures, the newest first: one line an instant, one column a series. */
function figuresOf({ caption, unit, series }) {
    const instants = [...new Set(series.flatMap(({ points }) => points.map(({ at }) => at.getTime())))].sort((a, b) => b - a);
    const columns = series.map(({ points }) => new Map(points.map(({ at, value }) => [at.getTime(), value])));
    const shown = instants.slice(0, MOST_FIGURES);
    const rows = shown.map((instant) => [
        [formatMoment(new Date(instant))],
        ...columns.map((column) => [formatValue(column.get(instant) ?? null, unit)]),
    ]);
    const left = instants.length - shown.length;
    return {
        kind: 'details',
        folded: true,
        summary: `${caption}, in figures`,
        blocks: [
            {
                kind: 'table',
                caption: left === 0 ? caption : `${caption}: the newest ${shown.length}; ${(0,units/* counted */.hS)(left, 'older line')} left out`,
                columns: [{ title: 'When (UTC)' }, ...series.map(({ name }) => ({ title: name, numeric: true }))],
                rows,
            },
        ],
    };
}
/** More than a year of days; the JSON has all. */
const MOST_FIGURES = 400;
function renderTable({ caption, columns, rows }, dialect) {
    const head = columns
        .map((column) => `<th scope="col"${alignment(column, dialect)}>${dialect.prose(column.title)}</th>`)
        .join('');
    const body = rows.map((cells) => `<tr>${cells.map((cell, index) => renderCell(cell, index, columns, dialect)).join('')}</tr>`);
    return [
        '<table>',
        `<caption>${dialect.prose(caption)}</caption>`,
        `<thead><tr>${head}</tr></thead>`,
        '<tbody>',
        ...body,
        '</tbody>',
        '</table>',
    ].join('\n');
}
function renderCell(cell, index, columns, dialect) {
    const tag = index === 0 ? 'th' : 'td';
    const scope = index === 0 ? ' scope="row"' : '';
    return `<${tag}${scope}${alignment(columns[index], dialect)}>${renderText(cell, dialect)}</${tag}>`;
}
/** An attribute and not a style, because GitHub keeps no styles. */
function alignment(column, { wordsAtLeft }) {
    return column?.numeric === true ? ' align="right"' : wordsAtLeft;
}
function renderText(text, dialect) {
    return text.map((inline) => renderInline(inline, dialect)).join('');
}
function renderInline(inline, { prose, code, limits }) {
    if (typeof inline === 'string') {
        return prose(shorten(inline, limits.text));
    }
    if ('code' in inline) {
        // A name in another script must not turn the words around it: `dir` sets it apart.
        return `<code dir="auto">${code(shorten(inline.code, limits.text))}</code>`;
    }
    if ('label' in inline) {
        return `<a href="${escapeHtml(inline.to)}">${code(inline.label)}</a>`;
    }
    return `<strong>${prose(shorten(inline.strong, limits.text))}</strong>`;
}

;// CONCATENATED MODULE: ./build/report/fleet-table.js






/** A cell of the table; the details below it have the whole sentence. */
const LONGEST_CELL = 160;
/** All databases at a glance. */
function fleetTiles(lines, now) {
    const withMood = (mood) => lines.filter((line) => line.mood === mood).length;
    const tile = (label, mood) => withMood(mood) === 0 ? [] : [{ label, value: (0,units/* formatCount */.B4)(withMood(mood)), mood }];
    const oldest = lines.flatMap(({ newestProven }) => (newestProven === undefined ? [] : [newestProven.getTime()]));
    const weighed = lines.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes]));
    return {
        kind: 'tiles',
        caption: 'All databases at a glance',
        tiles: [
            { label: 'Databases', value: (0,units/* formatCount */.B4)(lines.length) },
            ...tile('As they should be', 'good'),
            ...tile('To be looked at', 'doubtful'),
            ...tile('In trouble', 'bad'),
            ...(oldest.length === 0
                ? []
                : [{ label: 'Oldest newest proven backup', value: ageText(now.getTime() - Math.min(...oldest)) }]),
            ...(weighed.length === 0
                ? []
                : [{ label: 'Size', value: (0,units/* formatBytes */.z3)(weighed.reduce((sum, bytes) => sum + bytes, 0)) }]),
        ],
    };
}
/** One line a database, the worst first. */
function fleetTable(lines, { startedAt, operation }, limits) {
    const cells = [
        { title: 'Newest proven', numeric: true, text: (line) => provenAge(line, operation, startedAt) },
        { title: 'Ended well', numeric: true, text: ({ runs }) => (runs === undefined ? undefined : rateOf(runs)) },
        { title: 'Size', numeric: true, text: ({ bytes }) => (bytes === undefined ? undefined : (0,units/* formatBytes */.z3)(bytes)) },
        { title: 'Growth', numeric: true, text: ({ growth }) => (growth === undefined ? undefined : growthOf(growth)) },
        {
            title: 'Time',
            numeric: true,
            text: ({ seconds }) => (looksBack(operation) ? undefined : (0,units/* formatDuration */.a3)(seconds)),
        },
        { title: 'What is wrong', text: troubleOf },
    ];
    const columns = cells.filter(({ text }) => lines.some((line) => text(line) !== undefined));
    const shown = lines.slice(0, limits.databases);
    const left = lines.length - shown.length;
    return [
        {
            kind: 'table',
            caption: `One line a database, the worst first${columns.some(({ title }) => title === 'Growth') ? '; growth is that of the newest set since the oldest that the trend looks back on' : ''}`,
            columns: [
                { title: 'Database' },
                { title: 'State' },
                ...columns.map(({ title, numeric }) => ({ title, numeric: numeric === true })),
            ],
            rows: shown.map((line) => [
                [code(nameOf(line))],
                [`${MOOD_MARKS[line.mood]} ${line.isUnknown ? 'not known' : STATES[line.mood]}`],
                ...columns.map(({ text }) => [text(line) ?? '–']),
            ]),
        },
        ...(left > 0 ? [leftOut(`${(0,units/* counted */.hS)(left, 'more database')}, none worse than these, not shown here.`)] : []),
    ];
}
const STATES = { good: 'good', doubtful: 'to be looked at', bad: 'in trouble' };
function provenAge({ newestProven, isUnknown }, operation, now) {
    if (newestProven === undefined) {
        return looksBack(operation) && !isUnknown ? 'none' : undefined;
    }
    return ageText(now.getTime() - newestProven.getTime());
}
function rateOf({ total, succeeded }) {
    return total === 0 ? 'none taken' : `${(0,units/* formatShare */.T1)(succeeded / total)} of ${(0,units/* formatCount */.B4)(total)}`;
}
function growthOf(growth) {
    const share = shareOf(growth);
    return share === null ? '–' : `${share < 0 ? '−' : '+'}${(0,units/* formatShare */.T1)(Math.abs(share))}`;
}
function troubleOf({ parts }) {
    const wrong = parts.filter(({ mood }) => mood !== 'good');
    const [first] = [...wrong].sort((a, b) => Number(b.mood === 'bad') - Number(a.mood === 'bad'));
    if (first === undefined) {
        return undefined;
    }
    const type = parts.length === 1 || first.type === undefined ? '' : `${first.type}: `;
    const more = wrong.length === 1 ? '' : ` (and ${wrong.length - 1} more)`;
    return `${type}${shorten(first.verdict, LONGEST_CELL)}${more}`;
}
/** Where databases have several types: each of them. */
function fleetTypes(lines, now, limits) {
    const parts = lines.flatMap((line) => line.parts);
    if (parts.length === lines.length) {
        return [];
    }
    const shown = parts.slice(0, limits.databases);
    const left = parts.length - shown.length;
    return [
        {
            kind: 'details',
            summary: `Each type of each database (${(0,units/* formatCount */.B4)(parts.length)})`,
            blocks: [
                {
                    kind: 'table',
                    caption: 'The newest backup of each type, and the newest that is proven to restore',
                    columns: [
                        { title: 'Database' },
                        { title: 'Type' },
                        { title: 'State' },
                        { title: 'Newest' },
                        { title: 'Newest proven' },
                        { title: 'Age', numeric: true },
                    ],
                    rows: shown.map((part) => partRow(part, now)),
                },
                ...(left > 0 ? [leftOut(`${(0,units/* counted */.hS)(left, 'more line')} not shown here.`)] : []),
            ],
        },
    ];
}
function partRow({ database, type, mood, isUnknown, newest, newestProven }, now) {
    return [
        [code(database ?? '–')],
        [type === undefined ? '–' : code(type)],
        [`${MOOD_MARKS[mood]} ${isUnknown === true ? 'not known' : STATES[mood]}`],
        [newest === undefined ? '–' : (0,units/* formatInstant */.r4)(newest)],
        [newestProven === undefined ? '–' : (0,units/* formatInstant */.r4)(newestProven)],
        [newestProven === undefined ? '–' : ageText(now.getTime() - newestProven.getTime())],
    ];
}

;// CONCATENATED MODULE: ./build/report/fleet.js






/** So many databases are named in a sentence; the table has all. */
const NAMED = 5;
/** So many findings of one database are told beside its verdict. */
const FINDINGS_EACH = 5;
/** How all of them did, for somebody who reads one sentence. */
function fleetVerdict({ fleet = { parts: [] }, operation, startedAt, findings }) {
    const lines = fleetLines(fleet);
    if (lines.length === 0) {
        return { mood: 'doubtful', text: sentence `The configuration has no database that this is about.` };
    }
    const [first] = lines;
    const worst = lines.filter(({ mood }) => mood === first?.mood);
    if (first === undefined || first.mood === 'good') {
        const common = findings.find(({ severity }) => severity !== 'info');
        const text = allGood(lines, operation, startedAt);
        return common === undefined
            ? { mood: 'good', text }
            : {
                mood: common.severity === 'error' ? 'bad' : 'doubtful',
                text: sentence `${text} But ${code(common.on)}: ${asSentence(common.found)}`,
            };
    }
    const verb = worst.length === 1 ? 'needs' : 'need';
    const need = first.mood === 'bad' ? `${verb} somebody now` : `${verb} a look`;
    const rest = lines.filter(({ mood }) => mood !== first.mood && mood !== 'good');
    const also = rest.length === 0 ? [] : sentence ` ${(0,units/* counted */.hS)(rest.length, 'other')} should be looked at.`;
    const of = `${(0,units/* formatCount */.B4)(worst.length)} of ${(0,units/* counted */.hS)(lines.length, 'database')}`;
    return { mood: first.mood, text: sentence `${of} ${need}: ${namesOf(worst)}.${also}` };
}
/** One line a database, the worst first, and below that what is wrong with each. */
function fleetBlocks(report, limits) {
    const { fleet, startedAt } = report;
    if (fleet === undefined || fleet.parts.length === 0) {
        return [];
    }
    const lines = fleetLines(fleet);
    return [
        fleetTiles(lines, startedAt),
        { kind: 'heading', text: 'The databases' },
        ...fleetTable(lines, report, limits),
        ...troubles(lines, limits),
        ...fleetTypes(lines, startedAt, limits),
    ];
}
/** For a terminal or a log: what is not good, the worst first. */
function fleetClosing(fleet) {
    const bad = fleetLines(fleet).filter(({ mood }) => mood !== 'good');
    return bad.flatMap(({ parts }) => parts
        .filter(({ mood }) => mood !== 'good')
        .map((part) => `${MOOD_MARKS[part.mood]} ${labelOf(part)}: ${part.verdict}`));
}
/** As data, in the order of the configuration. */
function fleetOutput({ parts }) {
    return parts.map((part) => ({
        ...(part.database !== undefined && { database: part.database }),
        ...(part.type !== undefined && { type: part.type }),
        outcome: part.mood,
        exit_code: part.exitCode,
        verdict: part.verdict,
        newest: part.newest?.toISOString() ?? null,
        newest_proven: part.newestProven?.toISOString() ?? null,
        ...(part.runs !== undefined && {
            backups: part.runs.total,
            success_rate: part.runs.total === 0 ? null : part.runs.succeeded / part.runs.total,
        }),
        ...(part.bytes !== undefined && { size: part.bytes }),
        ...(part.growth !== undefined && { growth: shareOf(part.growth) }),
        findings: part.findings.map(({ code: name, severity, on, found }) => ({ code: name, severity, on, found })),
    }));
}
function allGood(lines, operation, now) {
    const all = lines.length === 1 ? 'the one database' : `all ${(0,units/* counted */.hS)(lines.length, 'database')}`;
    const ages = lines.flatMap(({ newestProven }) => newestProven === undefined ? [] : [now.getTime() - newestProven.getTime()]);
    const oldest = ages.length === 0 || !looksBack(operation)
        ? ''
        : ` If the servers were lost now, no database would lose more than ${ageText(Math.max(...ages))} of work.`;
    return looksBack(operation)
        ? sentence `The backups of ${all} are as they should be, and proven to restore.${oldest}`
        : sentence `The operation ${code(operation)} ended well for ${all}.`;
}
function namesOf(lines) {
    const shown = lines.slice(0, NAMED).map((line) => code(nameOf(line)));
    const left = lines.length - shown.length;
    return [
        ...shown.flatMap((name, index) => [...(index === 0 ? [] : [', ']), name]),
        ...(left > 0 ? [` and ${(0,units/* formatCount */.B4)(left)} more`] : []),
    ];
}
/** What is not good, each with its verdict and what to do. */
function troubles(lines, limits) {
    const wrong = lines.flatMap(({ parts }) => parts.filter(({ mood }) => mood !== 'good'));
    if (wrong.length === 0) {
        return [];
    }
    const shown = wrong.slice(0, limits.findings);
    const left = wrong.length - shown.length;
    return [
        { kind: 'heading', text: 'What to do' },
        { kind: 'list', items: shown.flatMap(whatToDo) },
        ...(left > 0 ? [leftOut(`${(0,units/* counted */.hS)(left, 'more database', 'more databases')} or types not shown here.`)] : []),
    ];
}
function whatToDo(part) {
    const told = part.findings.filter(({ found }) => !part.verdict.includes(found));
    const left = told.length - FINDINGS_EACH;
    const [first] = part.findings;
    return [
        sentence `${MOOD_MARKS[part.mood]} ${code(labelOf(part))}: ${asSentence(part.verdict)}${first === undefined ? [] : sentence ` ${adviceOf(first)}`}`,
        ...told
            .slice(0, FINDINGS_EACH)
            .map((one) => sentence `${code(labelOf(part))}: ${asSentence(one.found)} ${adviceOf(one)}`),
        ...(left > 0 ? [sentence `${code(labelOf(part))}: ${(0,units/* counted */.hS)(left, 'more finding')}.`] : []),
    ];
}
function adviceOf({ advice, code: name }) {
    return sentence `${strong(advice)} (${code(name)})`;
}

;// CONCATENATED MODULE: ./build/report/period-verdict.js



/** How the backups of a period did, for somebody who reads one sentence. Nothing is called good that was not proven. */
function periodVerdict(report) {
    const { backups, holds } = report;
    const safe = newestProven(report.types);
    if (holds.length === 0) {
        return {
            mood: 'bad',
            text: sentence `The store holds no backup: if the database were lost now, nothing could be restored from here.`,
        };
    }
    if (safe === undefined) {
        return { mood: 'bad', text: sentence `No backup in the store is proven to restore: do not rely on them.` };
    }
    const loss = wouldBeLost(safe);
    if (backups.total === 0) {
        return { mood: 'doubtful', text: sentence `No backup was taken in ${spanOf(report)}. ${loss}` };
    }
    if (backups.failed > 0) {
        const failed = `${(0,units/* counted */.hS)(backups.failed, 'backup')} of ${backups.total} failed in ${spanOf(report)}.`;
        return { mood: isRecent(safe, report) ? 'doubtful' : 'bad', text: sentence `${failed} ${loss}` };
    }
    if (backups.proven < backups.sets) {
        const open = `${backups.sets - backups.proven} of ${(0,units/* counted */.hS)(backups.sets, 'backup')} of ${spanOf(report)} ${backups.sets - backups.proven === 1 ? 'is' : 'are'} not proven to restore.`;
        return { mood: 'doubtful', text: sentence `${open} ${loss}` };
    }
    const bare = report.types.find(({ newest, newestProven }) => newest !== null && newestProven === null);
    if (bare !== undefined) {
        return { mood: 'doubtful', text: sentence `No ${code(bare.type)} backup in the store is proven to restore. ${loss}` };
    }
    const all = backups.total === 1 ? 'The backup' : `All ${(0,units/* counted */.hS)(backups.total, 'backup')}`;
    const verb = backups.total === 1 ? 'is' : 'are';
    return { mood: 'good', text: sentence `${all} of ${spanOf(report)} ${verb} proven to restore. ${loss}` };
}
/** `the last day` */
function spanOf({ period }) {
    return period === 'daily' ? 'the last day' : 'the last seven days';
}
/** The type that would be restored from if the server were gone now. */
function newestProven(types) {
    return types.filter(isProven).sort((a, b) => a.rpo - b.rpo)[0];
}
function isProven(type) {
    return type.rpo !== null;
}
function wouldBeLost({ type, rpo }) {
    return sentence `If the server were lost now, the newest proven backup (${code(type)}) is ${ageText(rpo * 1000)} old.`;
}
/** Taken in the period that is told of. */
function isRecent({ rpo }, { from, to }) {
    return rpo * 1000 <= to.getTime() - from.getTime();
}

;// CONCATENATED MODULE: ./build/report/maintenance.js


/** The room that was won. */
function freedBytes({ removed }) {
    return removed.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
}
function maintenanceVerdict({ maintenance, dryRun, findings, }) {
    const failed = findings.filter(({ severity }) => severity === 'error').length;
    const { removed = [], vacuum } = maintenance ?? {};
    const things = (0,units/* counted */.hS)(removed.length, 'thing');
    const bytes = (0,units/* formatBytes */.z3)(maintenance === undefined ? 0 : freedBytes(maintenance));
    const won = dryRun === true
        ? sentence `Nothing was removed, this was a rehearsal: ${things} would go and free ${bytes}.`
        : removed.length === 0
            ? sentence `There was nothing to remove.`
            : sentence `${things} that nobody needs any more ${removed.length === 1 ? 'was' : 'were'} removed, which freed ${bytes}.`;
    const vacuumed = vacuum === undefined ? [] : sentence ` The database ${code(vacuum.database)} was vacuumed and analyzed.`;
    const rest = failed === 0 ? [] : sentence ` ${(0,units/* counted */.hS)(failed, 'part')} of the maintenance could not be done.`;
    return { mood: failed > 0 ? 'bad' : 'good', text: sentence `${won}${vacuumed}${rest}` };
}
/** What was removed and what vacuumdb said. */
function maintenanceBlocks({ maintenance, dryRun }, limits) {
    if (maintenance === undefined) {
        return [];
    }
    return [...removedBlocks(maintenance.removed, dryRun === true, limits), ...vacuumBlocks(maintenance.vacuum)];
}
function removedBlocks(removed, isDry, limits) {
    if (removed.length === 0) {
        return [];
    }
    const shown = removed.slice(0, limits.retention);
    const left = removed.length - shown.length;
    return [
        { kind: 'heading', text: isDry ? 'What would be removed' : 'What was removed' },
        {
            kind: 'table',
            caption: 'Each thing with the room that it took',
            columns: [{ title: 'What' }, { title: 'Name' }, { title: 'Where' }, { title: 'Room', numeric: true }],
            rows: shown.map(({ kind, name, where, bytes }) => [
                [KINDS[kind]],
                [code(name)],
                [code(where)],
                [bytes === undefined ? '–' : (0,units/* formatBytes */.z3)(bytes)],
            ]),
        },
        ...(left === 0 ? [] : [leftOut(`${(0,units/* counted */.hS)(left, 'more thing')} not shown here.`)]),
    ];
}
const KINDS = {
    log: 'old log',
    unfinished: 'left by a killed run',
    workspace: 'temporary folder of a killed run',
    'scratch database': 'scratch database of a killed run',
};
function vacuumBlocks(vacuum) {
    if (vacuum === undefined) {
        return [];
    }
    const { database, seconds, output, leftOut } = vacuum;
    const more = leftOut === 0 ? [] : [[`${(0,units/* counted */.hS)(leftOut, 'more line')} not kept.`]];
    return [
        { kind: 'heading', text: 'Vacuum' },
        { kind: 'paragraph', text: sentence `${code(database)} took ${(0,units/* formatDuration */.a3)(seconds)}.` },
        ...(output.length === 0
            ? []
            : [
                {
                    kind: 'details',
                    summary: 'What vacuumdb said',
                    blocks: [{ kind: 'list', items: [...output.map((line) => [code(line)]), ...more] }],
                },
            ]),
    ];
}

;// CONCATENATED MODULE: ./build/report/plan.js


/** What GitHub takes as `strategy.matrix`: names only, because it drops an output that has a masked value in it. */
function matrixOutput({ jobs }) {
    return {
        include: jobs.map(({ name, databases, type, seconds }) => ({
            name,
            databases: databases.join(','),
            type: type ?? '',
            seconds: Math.round(seconds),
        })),
    };
}
function planVerdict({ jobs, unknown }) {
    const [longest] = jobs;
    if (longest === undefined) {
        return { mood: 'doubtful', text: sentence `The configuration has no database and type that this is about.` };
    }
    const runs = jobs.reduce((sum, { databases }) => sum + Math.max(1, databases.length), 0);
    const what = `${(0,units/* counted */.hS)(runs, 'backup')} in ${(0,units/* counted */.hS)(jobs.length, 'job')}`;
    const told = unknown === 0
        ? ''
        : ` ${unknown === runs ? 'No earlier time is known' : `For ${(0,units/* formatCount */.B4)(unknown)} of them no earlier time is known`}, so that is a guess.`;
    return { mood: 'good', text: sentence `${what}; the longest takes about ${(0,units/* formatDuration */.a3)(longest.seconds)}.${told}` };
}
/** For a terminal or a log: one line a job. */
function planClosing({ jobs }) {
    return jobs.map(({ name, seconds }) => `${name}: about ${(0,units/* formatDuration */.a3)(seconds)}`);
}
function planBlocks({ jobs }, limits) {
    const left = jobs.length - limits.databases;
    return jobs.length === 0
        ? []
        : [
            { kind: 'heading', text: 'The jobs' },
            {
                kind: 'table',
                caption: 'The longest first; the databases of a job are worked through one after another',
                columns: [
                    { title: 'Job' },
                    { title: 'Type' },
                    { title: 'Databases', numeric: true },
                    { title: 'About', numeric: true },
                ],
                rows: jobs
                    .slice(0, limits.databases)
                    .map(({ name, type, databases, seconds }) => [
                    [code(name)],
                    [type === undefined ? '–' : code(type)],
                    [(0,units/* formatCount */.B4)(Math.max(1, databases.length))],
                    [(0,units/* formatDuration */.a3)(seconds)],
                ]),
            },
            ...(left > 0 ? [leftOut(`${(0,units/* counted */.hS)(left, 'more job')} not shown here.`)] : []),
        ];
}

;// CONCATENATED MODULE: ./build/report/retention.js


/** What rotation decided on the sets of one store, each with its reasons. */
function retentionBlocks(lines, { caption, dryRun }, limits) {
    // What went is what a reader looks for; what stays follows.
    const ordered = [...lines].sort((a, b) => Number(a.keep) - Number(b.keep) || retention_compare(b.id, a.id));
    const shown = ordered.slice(0, limits.retention);
    const left = ordered.length - shown.length;
    const gone = dryRun ? '🗑️ would go' : '🗑️ removed';
    return [
        {
            kind: 'table',
            caption,
            columns: [{ title: 'Backup' }, { title: 'Type' }, { title: 'Decision' }, { title: 'Reasons' }],
            rows: shown.map(({ id, type, keep, reasons }) => [
                [code(id)],
                [type],
                [keep ? '✅ kept' : gone],
                [reasons.join('; ')],
            ]),
        },
        ...(left === 0
            ? []
            : [
                {
                    kind: 'paragraph',
                    text: [`${(0,units/* counted */.hS)(left, 'more backup')} not shown here; the HTML report lists every one.`],
                },
            ]),
    ];
}
function retention_compare(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}

;// CONCATENATED MODULE: ./build/report/stores.js



/** What came of an operation in each of its stores, where there are several. */
function storeBlocks({ operation, stores = [], dryRun }, limits) {
    if (stores.length === 0) {
        return [];
    }
    const table = operation === 'validate' ? checkedTable(stores) : copiedTable(stores);
    return [
        { kind: 'heading', text: 'Stores' },
        table,
        ...stores
            .filter(({ retention }) => retention.length > 0)
            .map((store) => ({
            kind: 'details',
            summary: `Kept and removed in ${store.name}`,
            blocks: retentionBlocks(store.retention, { caption: 'Backups in this copy, with the reason for each', dryRun: dryRun === true }, limits),
        })),
    ];
}
function copiedTable(stores) {
    const columns = [
        { title: 'Store' },
        { title: 'Copied by this run' },
        { title: 'Amount', numeric: true },
        { title: 'Time', numeric: true },
        { title: 'Speed', numeric: true },
        { title: 'Holds now', numeric: true },
        { title: 'State' },
    ];
    return {
        kind: 'table',
        caption: 'The store and its copies',
        columns,
        rows: stores.map((store) => {
            const { bytes, seconds } = amountOf(store.copied);
            const isNone = store.copied.length === 0;
            return [
                [code(store.name)],
                isNone ? ['–'] : idsOf(store.copied),
                [isNone ? '–' : (0,units/* formatBytes */.z3)(bytes)],
                [isNone ? '–' : (0,units/* formatDuration */.a3)(seconds)],
                [isNone || seconds === 0 ? '–' : `${(0,units/* formatBytes */.z3)(bytes / seconds)}/s`],
                [holdsOf(store)],
                [stateOf(store)],
            ];
        }),
    };
}
function amountOf(copied) {
    return {
        bytes: copied.reduce((sum, set) => sum + set.bytes, 0),
        seconds: copied.reduce((sum, set) => sum + set.seconds, 0),
    };
}
/** The first few: a new copy may get many at once. */
function idsOf(copied) {
    const shown = copied.slice(0, 3);
    const left = copied.length - shown.length;
    const names = shown.flatMap(({ type, id }, index) => [...(index === 0 ? [] : [', ']), code(`${type}/${id}`)]);
    return left === 0 ? names : [...names, ` and ${(0,units/* counted */.hS)(left, 'more', 'more')}`];
}
function holdsOf({ holds }) {
    return holds === undefined ? 'not known' : `${(0,units/* counted */.hS)(holds.sets, 'backup')}, ${(0,units/* formatBytes */.z3)(holds.bytes)}`;
}
function stateOf({ role, trouble }) {
    if (trouble !== undefined) {
        return `❌ ${trouble}`;
    }
    return role === 'primary' ? '✅ the store itself' : '✅ up to date';
}
function checkedTable(stores) {
    return {
        kind: 'table',
        caption: 'The oldest backup that is kept in each store',
        columns: [
            { title: 'Store' },
            { title: 'Backup' },
            { title: 'Outcome' },
            { title: 'Tier' },
            { title: 'Time', numeric: true },
        ],
        rows: stores.map(({ name, checked, trouble }) => checked === undefined
            ? [[code(name)], ['–'], [`❓ ${trouble ?? 'not checked'}`], ['–'], ['–']]
            : [
                [code(name)],
                [code(`${checked.type}/${checked.id}`)],
                [CHECKED[checked.proof.outcome]],
                [checked.proof.tier],
                [(0,units/* formatDuration */.a3)(checked.proof.seconds)],
            ]),
    };
}
const CHECKED = {
    proven: '✅ whole',
    failed: '❌ damaged',
    'not-verified': '❓ could not be checked',
};
/** What came of a validation in each of several stores. */
function checkedVerdict(stores) {
    const damaged = stores.filter(({ checked }) => checked?.proof.outcome === 'failed');
    const open = stores.filter(({ checked }) => checked === undefined || checked.proof.outcome === 'not-verified');
    if (damaged.length > 0) {
        const text = sentence `The oldest backup in ${stores_namesOf(damaged)} is damaged, do not rely on it.`;
        return { mood: 'bad', text };
    }
    if (open.length > 0) {
        const text = sentence `The oldest backup in ${stores_namesOf(open)} could not be checked, so nobody knows whether it is whole.`;
        return { mood: 'doubtful', text };
    }
    return {
        mood: 'good',
        text: sentence `The oldest backup that is kept was read from end to end in ${(0,units/* counted */.hS)(stores.length, 'store')}, and is whole.`,
    };
}
function stores_namesOf(stores) {
    return stores.flatMap(({ name }, index) => [...(index === 0 ? [] : [' and ']), code(name)]);
}
/** What failed though the backup is in the store: which copies are not as they should be. Undefined where all are. */
function lackingCopies({ stores = [] }) {
    const lacking = stores.filter(({ role, trouble }) => role === 'copy' && trouble !== undefined);
    return lacking.length === 0
        ? undefined
        : sentence `not everything was done in ${lacking.length === 1 ? 'the copy' : 'the copies'} ${stores_namesOf(lacking)}`;
}
/** One line a store for the end of a log. */
function storeLines({ operation, stores = [] }) {
    return stores.flatMap((store) => {
        const { name, role, copied, checked, trouble } = store;
        if (operation === 'validate') {
            return checked === undefined
                ? [`❓ ${name}: ${asSentence(trouble ?? 'not checked')}`]
                : [`${CHECKED[checked.proof.outcome]}: ${checked.type}/${checked.id} in ${name} (${checked.proof.tier}).`];
        }
        if (role === 'primary') {
            return [];
        }
        const { bytes, seconds } = amountOf(copied);
        const news = copied.length === 0
            ? ''
            : `${(0,units/* counted */.hS)(copied.length, 'set')} copied (${(0,units/* formatBytes */.z3)(bytes)} in ${(0,units/* formatDuration */.a3)(seconds)}), `;
        return [`Copy ${name}: ${trouble === undefined ? `${news}holds ${holdsOf(store)}` : `${news}❌ ${trouble}`}.`];
    });
}

;// CONCATENATED MODULE: ./build/report/watch.js



/** Whether what was looked for is there; what could not be seen is not called good. */
function watchVerdict({ watched = [], findings }) {
    const missed = findings.filter(({ severity }) => severity === 'error');
    const open = findings.filter(({ severity }) => severity === 'inconclusive');
    const [first] = missed;
    if (first !== undefined) {
        const rest = missed.length === 1 ? [] : sentence ` ${(0,units/* counted */.hS)(missed.length - 1, 'more problem')} below.`;
        return { mood: 'bad', text: sentence `${code(first.on)}: ${asSentence(first.found)}${rest}` };
    }
    const [unseen] = open;
    if (unseen !== undefined) {
        return { mood: 'doubtful', text: sentence `${code(unseen.on)} could not be watched: ${asSentence(unseen.found)}` };
    }
    const stores = new Set(watched.map(({ store }) => store)).size;
    const kinds = new Set(watched.map(({ type }) => type)).size;
    const where = stores === 1 ? 'the store' : `each of ${(0,units/* counted */.hS)(stores, 'store')}`;
    return {
        mood: findings.some(({ severity }) => severity === 'warning') ? 'doubtful' : 'good',
        text: sentence `The newest backup of ${kinds === 1 ? 'the type' : `each of ${(0,units/* counted */.hS)(kinds, 'type')}`} that ${kinds === 1 ? 'is' : 'are'} watched is as new as it should be in ${where}, and proven to restore.`,
    };
}
/** What was seen, type by type, in every store. */
function watchBlocks({ watched = [], startedAt }) {
    if (watched.length === 0) {
        return [];
    }
    return [
        { kind: 'heading', text: 'What was seen' },
        {
            kind: 'table',
            caption: 'The newest backup of each type, and the newest that is proven to restore',
            columns: [
                { title: 'Store' },
                { title: 'Type' },
                { title: 'Newest' },
                { title: 'Age', numeric: true },
                { title: 'Allowed', numeric: true },
                { title: 'Newest proven' },
                { title: 'Age', numeric: true },
                { title: 'Allowed', numeric: true },
            ],
            rows: watched.map((one) => watch_row(one, startedAt)),
        },
    ];
}
function watch_row({ store, type, newest, newestProven, maxAge, maxUnproven, isFresh, isProven }, now) {
    const seen = (at, isGood, limit) => [
        [`${isGood ? '✅' : '❌'} ${at === undefined ? 'none' : (0,units/* formatInstant */.r4)(at)}`],
        [at === undefined ? '–' : ageText(now.getTime() - at.getTime())],
        [ageText(limit)],
    ];
    return [[code(store)], [code(type)], ...seen(newest, isFresh, maxAge), ...seen(newestProven, isProven, maxUnproven)];
}

;// CONCATENATED MODULE: ./build/report/verdict.js










/** What came of it. A set is only called good for what was really checked. */
function verdictOf(report) {
    // A proof that failed weighs more than whatever went wrong after it.
    if (report.failure !== undefined && report.proof?.outcome !== 'failed') {
        return failed(report);
    }
    const own = verdictOfOperation(report);
    if (own !== undefined) {
        return own;
    }
    if (report.operation === 'validate' && report.stores !== undefined) {
        return checkedVerdict(report.stores);
    }
    switch (report.proof?.outcome) {
        case 'proven':
            return { mood: 'good', text: proven(report, report.proof) };
        case 'failed':
            return { mood: 'bad', text: disproved(report, report.proof) };
        case 'not-verified':
            return { mood: 'doubtful', text: unverified(report, report.proof) };
        case undefined:
            return { mood: 'doubtful', text: sentence `Not verified: nobody knows whether this backup restores.` };
    }
}
/** Of operations that are about something else than the proof of one set. */
function verdictOfOperation(report) {
    if (report.fleet !== undefined) {
        return fleetVerdict(report);
    }
    switch (report.operation) {
        case 'rotate':
            return rotated(report);
        case 'report':
            return report.statistics === undefined ? undefined : periodVerdict(report.statistics);
        case 'watch':
            return watchVerdict(report);
        case 'maintain':
            return maintenanceVerdict(report);
        case 'plan':
            return report.plan === undefined ? undefined : planVerdict(report.plan);
        case 'doctor':
            return doctorVerdict(report.diagnosis ?? []);
        case 'drill':
            return report.drill === undefined ? undefined : drillVerdict(report.drill);
        case 'restore':
            return restored(report);
        default:
            return undefined;
    }
}
function proven(report, proof) {
    const when = report.source?.snapshotTime;
    const at = when === undefined ? 'the moment it was taken' : (0,units/* formatInstant */.r4)(when);
    const amount = verdict_amountOf(report);
    switch (proof.tier) {
        case 'full':
            return sentence `This backup was restored and is equal to the database at ${at}: ${amount}.`;
        case 'data':
            return sentence `The data of this backup was restored and is equal to the database at ${at}: ${amount}. Indexes, constraints and privileges were not compared.`;
        default:
            return sentence `This backup was read from end to end and holds as many rows as the database at ${at}: ${amount}. It was not restored, and contents were not compared.`;
    }
}
function disproved(report, proof) {
    const errors = proof.findings.filter(({ severity }) => severity === 'error');
    const first = errors[0];
    const where = first === undefined ? [] : sentence `, first on ${code(first.on)}`;
    if (errors.every(({ code: name }) => name === 'ASSERTION_FAILED')) {
        return sentence `The copy that was restored from this backup does not satisfy ${(0,units/* counted */.hS)(errors.length, 'of your assertions', 'of your assertions')}${where}.`;
    }
    const what = report.set?.foreign === true ? 'This dump is damaged' : 'This backup is damaged or not equal to the database';
    return sentence `${what}, do not rely on it: ${(0,units/* counted */.hS)(errors.length, 'problem')} found${where}.`;
}
function unverified(report, proof) {
    if (proof.outcome !== 'not-verified') {
        return [];
    }
    if (proof.tier === 'none') {
        return sentence `Not verified: no verification was asked for, so nobody knows whether this backup restores.`;
    }
    const subject = report.set?.foreign === true
        ? 'this dump was checked as far as possible'
        : 'it is not known whether this backup restores';
    return sentence `Not verified: ${subject}. ${asSentence(proof.reason)}`;
}
/** What is known of an operation that ended early, where that is the same whenever it ended. */
const ENDED_EARLY = {
    validate: 'The backup could not be verified.',
    drill: 'The drill ended early, so nobody knows whether recovery works.',
    report: 'The report could not be made, so nothing is said about the backups.',
    watch: 'The backups could not be watched, so nobody knows whether they are there.',
    maintain: 'The maintenance ended early. No backup was touched.',
    doctor: 'Not everything was looked at, so nobody knows whether backups can be taken.',
    plan: 'The jobs could not be planned.',
};
function failed(report) {
    // What was proven stays proven when a copy of it is lacking.
    const isGood = report.operation === 'backup' && report.proof?.outcome === 'proven' && lackingCopies(report) !== undefined;
    return { mood: isGood ? 'doubtful' : 'bad', text: failedText(report) };
}
function failedText(report) {
    switch (report.operation) {
        case 'backup':
            return report.set === undefined
                ? sentence `No backup was made. Earlier backups are untouched.`
                : afterBackup(report);
        case 'restore':
            return report.restored === undefined
                ? sentence `Nothing was restored. No existing data was touched.`
                : sentence `The database ${code(report.restored.database)} was restored, but the operation failed after it.`;
        case 'rotate':
            return lackingCopies(report) === undefined
                ? sentence `The retention policy was not applied.`
                : sentence `The retention policy was applied to the store, but ${lackingCopies(report) ?? ''}.`;
        default:
            return sentence `${ENDED_EARLY[report.operation]}`;
    }
}
/** The set is there; what can be said of it is said all the same. */
function afterBackup(report) {
    const lacking = lackingCopies(report);
    const { proof } = report;
    if (lacking === undefined) {
        return sentence `The backup is in the store, but the operation failed after it.`;
    }
    return proof?.outcome === 'proven'
        ? sentence `${proven(report, proof)} But ${lacking}.`
        : sentence `The backup is in the store, but ${lacking}.`;
}
function restored(report) {
    const { restored: made, proof, source } = report;
    const when = source?.snapshotTime === undefined ? 'it was taken' : (0,units/* formatInstant */.r4)(source.snapshotTime);
    if (made !== undefined && proof?.outcome === 'proven') {
        return { mood: 'good', text: sentence `${restoredWhat(report, made, when)}: ${verdict_amountOf(report)}.` };
    }
    if (made !== undefined && proof !== undefined) {
        // Only tables that were brought back are compared once more where they are, and somebody may write to them there.
        const where = sentence `The tables were brought back into the database ${code(made.database)}`;
        return { mood: 'bad', text: sentence `${where}, but what is in it now is not equal to the backup of ${when}.` };
    }
    const rest = sentence ` No existing data was touched.`;
    switch (proof?.outcome) {
        case 'failed':
            return {
                mood: 'bad',
                text: sentence `What was restored is not equal to the backup, so it was not put in place.${rest}`,
            };
        case 'not-verified':
            return {
                mood: 'doubtful',
                text: sentence `What was restored could not be compared with the backup, so it was not put in place. ${asSentence(proof.reason)}${rest}`,
            };
        default:
            return { mood: 'doubtful', text: sentence `Nothing was restored.${rest}` };
    }
}
function restoredWhat(report, { database, mode, parts, someTables }, when) {
    const into = sentence `the database ${code(database)}`;
    const from = sentence `from the backup of ${when}`;
    switch (parts) {
        case 'schema':
            return sentence `The definitions of ${into} were restored ${from} and are equal to it`;
        case 'data':
            return sentence `The rows of ${into} were restored ${from} and are equal to it`;
        case 'all':
            return mode === 'add' || someTables
                ? sentence `${(0,units/* counted */.hS)(chosenTables(report), 'table')} of ${into} ${chosenTables(report) === 1 ? 'was' : 'were'} restored ${from} and ${chosenTables(report) === 1 ? 'is' : 'are'} equal to it`
                : sentence `The database ${code(database)} was restored ${from} and is equal to it`;
    }
}
function chosenTables({ tables }) {
    return tables.filter(({ rows }) => rows !== undefined).length;
}
function rotated(report) {
    const kept = report.retention.filter(({ keep }) => keep).length;
    const removed = report.retention.length - kept;
    const text = report.dryRun === true
        ? sentence `Nothing was removed, this was a rehearsal: ${(0,units/* counted */.hS)(kept, 'backup')} would stay and ${(0,units/* counted */.hS)(removed, 'backup')} would go.`
        : sentence `${(0,units/* counted */.hS)(kept, 'backup')} ${kept === 1 ? 'is' : 'are'} kept, ${(0,units/* counted */.hS)(removed, 'backup')} ${removed === 1 ? 'was' : 'were'} removed.`;
    return { mood: 'good', text };
}
/** `84,210 rows in 9 tables` */
function verdict_amountOf({ tables }) {
    const withRows = tables.filter(({ rows }) => rows !== undefined);
    const rows = withRows.reduce((sum, table) => sum + (table.rows ?? 0), 0);
    return `${(0,units/* counted */.hS)(rows, 'row')} in ${(0,units/* counted */.hS)(withRows.length, 'table')}`;
}

;// CONCATENATED MODULE: ./build/records/alert-units.js
/** Units of alert limits: how many base units (seconds, bytes, one) each is. */
const TIME_UNITS = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400 };
/** `KB` to `TB` are powers of 1000, as disks are sold; `KiB` to `TiB` are powers of 1024. */
const BYTE_UNITS = {
    B: 1,
    KB: 1e3,
    MB: 1e6,
    GB: 1e9,
    TB: 1e12,
    KiB: 1024,
    MiB: 1024 ** 2,
    GiB: 1024 ** 3,
    TiB: 1024 ** 4,
};

;// CONCATENATED MODULE: ./build/records/alert-rules.js


/** The heaviest first. */
const LEVELS = ['critical', 'warning', 'info'];
/** What each measure may be limited in, and a limit as an example of it. */
const MEASURES = {
    duration: { units: TIME_UNITS, example: '30min' },
    size: { units: BYTE_UNITS, example: '1GB' },
    errors: { units: { '': 1 }, example: '0' },
    compression: { units: { '': 1, '%': 0.01 }, example: '0.5' },
    disk_space: { units: BYTE_UNITS, example: '1GB' },
    size_change: { units: { '%': 0.01 }, example: '10%' },
    record_change: { units: { '': 1 }, example: '100' },
};
const MEASURE_NAMES = Object.keys(MEASURES);
/** The rules of the specification, in its own words. */
const DEFAULT_RULES = [
    'critical duration > 30min',
    'critical size > 1GB',
    'critical errors > 0',
    'warning duration > 15min',
    'warning compression < 0.5',
    'warning disk_space < 1GB',
    'info size_change > 10%',
    'info record_change > 100',
];
/**
 * The rules in force: the defaults, each replaced by the given one of the same level and measure, and the other given
 * ones. Of two given ones for the same thing the last counts. `off` silences.
 *
 * Throws `UsageError` for a line that is no rule.
 */
function rulesInForce(lines) {
    const rules = new Map();
    for (const rule of [...DEFAULT_RULES, ...lines].map(parseRule)) {
        rules.set(`${rule.level} ${rule.measure}`, rule);
    }
    return [...rules.values()].filter(({ limit }) => limit !== 'off');
}
/** Reads one rule. Throws `UsageError` that names the part that does not fit and what would. */
function parseRule(line) {
    const [, level = '', measure = '', limit = ''] = /^\s*(\S+)\s+([^\s<>]+)\s*(.*?)\s*$/.exec(line) ?? [];
    if (!isOneOf(LEVELS, level)) {
        throw ruleError(line, `a rule begins with its level: ${LEVELS.join(', ')}`);
    }
    if (!isOneOf(MEASURE_NAMES, measure)) {
        throw ruleError(line, `the level is followed by a measure: ${MEASURE_NAMES.join(', ')}`);
    }
    return { level, measure, limit: limit === 'off' ? 'off' : parseLimit(line, measure, limit) };
}
/** The rule as a line that `parseRule` reads as the same rule. */
function printRule({ level, measure, limit }) {
    return `${level} ${measure} ${limit === 'off' ? 'off' : printLimit(limit)}`;
}
/** `> 30min` */
function printLimit({ comparison, amount, unit }) {
    return `${comparison} ${amount}${unit}`;
}
/** The limit in the base unit of the measure: seconds, bytes, shares (0.1 is 10%) or plain numbers. */
function limitInBase(measure, { amount, unit }) {
    return amount * (unitsOf(measure)[unit] ?? NaN);
}
/** The units that a measure can be limited in, and how many base units each is. */
function unitsOf(measure) {
    return MEASURES[measure].units;
}
function parseLimit(line, measure, text) {
    const [, comparison, digits, written = ''] = /^([<>])\s*(\d{1,15}(?:\.\d{1,6})?)\s*([A-Za-z%]*)$/.exec(text) ?? [];
    if (digits === undefined || (comparison !== '>' && comparison !== '<')) {
        throw ruleError(line, `a limit is > or <, a number and a unit: "> ${MEASURES[measure].example}", or off`);
    }
    const units = Object.keys(unitsOf(measure));
    const unit = units.find((known) => known.toLowerCase() === written.toLowerCase());
    if (unit === undefined) {
        const known = units.map((name) => (name === '' ? 'a plain number' : name)).join(', ');
        throw ruleError(line, `${measure} is measured in ${known}`);
    }
    return { comparison, amount: Number(digits), unit };
}
function ruleError(line, problem) {
    return new errors/* UsageError */.eb({
        doing: 'reading the alert rules',
        problem: `"${line.trim()}" is not an alert rule: ${problem}`,
        advice: 'Write rules such as `critical duration > 45min`, `warning compression off`, one a line.',
    });
}
function isOneOf(known, text) {
    return known.includes(text);
}

;// CONCATENATED MODULE: ./build/alerts/problems.js





/**
 * Warnings about how things are set up. They are the same every day and stand in every report; a message about them
 * every day would only teach people not to read messages.
 */
const STANDING = new Set([
    'REFERENCED_TABLE_LEFT_OUT',
    'ROLES_NOT_IN_DUMP',
    'STANDBY',
    'SUBSCRIPTION_LEFT_OUT',
    'TOOLS_OTHER_MAJOR',
]);
/** What a run has to tell, the heaviest first: its failure, what was found, and the alerts that no finding explains. */
function problemsOf(report) {
    const found = [...failureOf(report), ...ofFindings(allFindings(report))];
    const unexplained = isExplained(report, found) ? [] : [ofVerdict(report)];
    const alerts = ofAlerts(report, found.length > 0);
    const all = [...unexplained, ...found, ...alerts];
    return LEVELS.flatMap((level) => all.filter((problem) => problem.level === level));
}
/** Those that are worth a message; what is only worth knowing is told along with them. */
function pressing(problems) {
    return problems.filter(({ level }) => level !== 'info');
}
function failureOf({ failure }) {
    if (failure === undefined) {
        return [];
    }
    const { message, causes } = failure;
    const told = [message, ...causes.map((cause) => `Cause: ${cause}`)].map(asSentence).join(' ');
    return [problem('critical', 'failure', 'FAILED', told, { state: message })];
}
function ofFindings(findings) {
    const codes = new Set(findings.map(({ code }) => code));
    return [...codes].flatMap((code) => {
        const same = findings.filter((one) => one.code === code);
        const [first] = same;
        if (first === undefined || first.severity === 'info' || STANDING.has(code)) {
            return [];
        }
        const on = [...new Set(same.map((one) => one.on))].sort();
        const more = same.length === 1 ? '' : ` And ${same.length - 1} more like it.`;
        const message = `${first.on}: ${asSentence(first.found)}${more}`;
        const level = first.severity === 'warning' ? 'warning' : 'critical';
        return [problem(level, 'finding', code, message, { on, advice: first.advice, state: on.join('\n') })];
    });
}
/** The alert about errors says nothing that the errors themselves do not. */
function ofAlerts({ alerts }, hasFound) {
    return alerts
        .filter(({ measure }) => !(measure === 'errors' && hasFound))
        .map(({ level, measure, message }) => problem(level, 'alert', measure, message, {
        advice: `Look into it, or change the rule of \`${measure}\` in \`alerts\`.`,
        state: level,
    }));
}
/** Whether there is something that says why the run did not end well. */
function isExplained(report, found) {
    const isGood = exitCodeFor(report) === 0 || report.failedOn !== undefined;
    return isGood || found.some(({ level }) => level === 'critical');
}
function ofVerdict(report) {
    const { text } = verdictOf(report);
    return problem('critical', 'failure', 'FAILED', plainText(text), { state: plainText(text) });
}
function problem(level, kind, code, message, { on = [], advice = '', state }) {
    return { level, kind, code, on, message, advice, state: `${level}\n${state.replaceAll(/\d+(?:[.,:]\d+)*/g, '0')}` };
}

;// CONCATENATED MODULE: ./build/alerts/announcement.js





/** Describes a run for the channels. The report must be one without secrets. */
function announcementOf(report, job, at) {
    return {
        id: idOf(report, job),
        report,
        exitCode: exitCodeFor(report),
        verdict: plainText(verdictOf(report).text),
        problems: problemsOf(report),
        runUrl: job === null ? null : runUrlOf(job),
        job,
        at,
    };
}
/** Whether there is anything that somebody should hear of. */
function isPressing({ problems }) {
    return pressing(problems).length > 0;
}
/** `backup daily of masclet_imperi` */
function subjectOf({ operation, series, type }) {
    return [operation, ...(type === undefined ? [] : [type]), ...(series === '' ? [] : ['of', series])].join(' ');
}
function idOf({ operation, series, type, startedAt }, job) {
    const run = job === null ? [] : [job.repository, job.runId, job.runAttempt];
    return (0,external_node_crypto_.createHash)('sha256')
        .update(JSON.stringify([operation, series, type ?? null, startedAt.toISOString(), ...run]))
        .digest('hex')
        .slice(0, 32);
}
function runUrlOf({ serverUrl, repository, runId, runAttempt }) {
    return `${serverUrl}/${repository}/actions/runs/${runId}/attempts/${runAttempt}`;
}

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 9 modules
var schemas = __webpack_require__(27597);
;// CONCATENATED MODULE: ./build/alerts/deliver.js

const MAX_ATTEMPTS = 4;
/** Milliseconds before the second attempt; four times as long before each further one. */
const FIRST_WAIT = 1000;
/**
 * Asks until there is a good answer: again after 408, 429 and 5xx, and where no answer came, with growing pauses, or
 * as long as `Retry-After` says. It never takes longer than its bounds.
 *
 * Throws `OperationError`, whose message has nothing of the address but its host.
 */
async function deliver(delivery, ports) {
    const { doing, request, bounds, accept = [], attempts = MAX_ATTEMPTS } = delivery;
    const { clock, signal } = ports;
    const end = clock.monotonic() + bounds.total;
    for (let attempt = 1;; attempt++) {
        signal.throwIfAborted();
        const bound = Math.min(bounds.attempt, end - clock.monotonic());
        const tried = await attemptOnce(() => request(clock.now()), bound, ports);
        const wait = waitAfter(tried, attempt, clock.now());
        const { status } = tried.answer ?? {};
        if (tried.answer !== undefined && status !== undefined && wait === undefined && isAnswer(status, accept)) {
            return tried.answer;
        }
        const isLast = wait === undefined || attempt >= attempts;
        const isTooLong = !isLast && clock.monotonic() + wait >= end;
        if (isLast || isTooLong) {
            throw undelivered(doing, tried, attempt, isTooLong ? wait : 0);
        }
        await clock.sleep(wait, signal);
    }
}
async function attemptOnce(request, bound, ports) {
    const { http, clock, signal } = ports;
    try {
        return { answer: await within(bound, clock, (late) => http(request(), AbortSignal.any([late, signal]))) };
    }
    catch (error) {
        return { problem: withoutPath((0,errors/* messageOf */.bD)(error)) };
    }
}
/** Does work that is given up after so many milliseconds, whether it listens to its signal or not. */
async function within(milliseconds, clock, work) {
    const giveUp = new AbortController();
    const done = new AbortController();
    const late = clock.sleep(Math.max(0, milliseconds), done.signal).then(() => {
        throw new Error(`there was no answer within ${milliseconds / 1000} s`);
    });
    const worked = work(giveUp.signal);
    // Each of the two may fail after the other was taken.
    late.catch(() => undefined);
    worked.catch(() => undefined);
    try {
        return await Promise.race([worked, late]);
    }
    finally {
        done.abort();
        giveUp.abort();
    }
}
/** Milliseconds until another attempt is worth it; undefined where it never is. */
function waitAfter({ answer }, attempt, now) {
    const backoff = FIRST_WAIT * 4 ** (attempt - 1);
    if (answer === undefined) {
        return backoff;
    }
    if (isGood(answer.status)) {
        return undefined;
    }
    const asked = askedToWait(answer, now);
    const isPassing = answer.status === 408 || answer.status === 429 || answer.status >= 500;
    // GitHub answers 403 when there were too many requests, and says with it when to come again.
    const isLimited = answer.status === 403 && asked !== undefined;
    return isPassing || isLimited ? Math.max(asked ?? 0, backoff) : undefined;
}
/** Milliseconds that the server asks us to stay away; undefined where it does not. GitHub has a way of its own for it. */
function askedToWait({ headers }, now) {
    const reset = Number(headers['x-ratelimit-reset']);
    const isUsedUp = headers['x-ratelimit-remaining'] === '0' && reset > 0;
    return retryAfter(headers['retry-after'], now) ?? (isUsedUp ? Math.max(0, reset * 1000 - now.getTime()) : undefined);
}
/** Milliseconds that a `Retry-After` asks for: seconds, or the date of HTTP. Undefined where it says nothing. */
function retryAfter(header, now) {
    if (header === undefined) {
        return undefined;
    }
    if (/^\d{1,9}$/.test(header.trim())) {
        return Number(header) * 1000;
    }
    const date = Date.parse(header);
    return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}
/** @param longWait the milliseconds that we would have to stay for another attempt, where that is too long */
function undelivered(doing, { answer, problem = '' }, attempts, longWait) {
    const times = attempts === 1 ? '' : ` (${attempts} attempts)`;
    if (answer === undefined) {
        const advice = 'Check the address, the network and the proxy.';
        return new errors/* OperationError */.OK({ doing, problem: `${problem}${times}`, advice });
    }
    const later = longWait > 0 ? `, and the next attempt would be in ${Math.ceil(longWait / 1000)} s, for which nobody waits` : '';
    const found = `the server answered ${answer.status}${later}${times}`;
    return new errors/* OperationError */.OK({ doing, problem: found, advice: adviceFor(answer.status) });
}
function adviceFor(status) {
    if (status >= 300 && status < 400) {
        return 'Redirections are not followed. Give the address that it leads to.';
    }
    if (status === 429 || status >= 500) {
        return 'The next run tries again. If it goes on, ask who runs the server.';
    }
    return 'Check the address and what it demands: it does not take what was sent.';
}
function isAnswer(status, accept) {
    return isGood(status) || accept.includes(status);
}
function isGood(status) {
    return status >= 200 && status < 300;
}
/** Client libraries put the path into their messages, and the path of a webhook is its password. */
function withoutPath(message) {
    return message.replaceAll(/(https?:\/\/[^/\s]*)?\/\S+/g, '$1/…');
}

;// CONCATENATED MODULE: ./build/alerts/github-issues.js



/** The label by which issues are found again; nobody without rights in the repository can set it. */
const LABEL = 'pg-lifeboat';
const Listed = schemas/* array */.YOg(schemas/* object */.Ikc({ number: schemas/* number */.aig(), body: schemas/* string */.YjP().nullish(), pull_request: schemas/* unknown */.L5J().optional() }));
const Created = schemas/* object */.Ikc({ number: schemas/* number */.aig(), labels: schemas/* array */.YOg(schemas/* union */.KCZ([schemas/* string */.YjP(), schemas/* object */.Ikc({ name: schemas/* string */.YjP() })])) });
const PER_PAGE = 100;
/** Issues of one label in one repository are not more than this, unless something is very wrong. */
const MOST_PAGES = 10;
/** The issues of a repository that have our label, by GitHub's REST API. Throws `OperationError`. */
class GitHubIssues {
    access;
    ports;
    bounds;
    constructor(access, ports, bounds) {
        this.access = access;
        this.ports = ports;
        this.bounds = bounds;
    }
    /** The open issues, the oldest first. */
    async open() {
        const issues = [];
        for (let page = 1; page <= MOST_PAGES; page++) {
            const listed = await this.page('open', page);
            issues.push(...listed.issues);
            if (listed.isLast)
                break;
        }
        return issues.sort((a, b) => a.number - b.number);
    }
    /** The issues that were closed last. */
    async lately() {
        return (await this.page('closed', 1)).issues;
    }
    /**
     * Opens an issue under our label, in one attempt: where no answer comes, it may be there all the same, and a second one
     * would be too much. Tells whether it has its label, without which it cannot be found again.
     */
    async create(title, body) {
        const given = { title, body, labels: [LABEL] };
        const { labels } = await this.ask('opening an issue', 'POST', 'issues', { body: given, attempts: 1 }, Created);
        return { hasLabel: labels.some((label) => (typeof label === 'string' ? label : label.name) === LABEL) };
    }
    /** Makes our label where it is not there yet. */
    async ensureLabel() {
        const label = { name: LABEL, color: 'b60205', description: 'A problem with backups, kept by pg-lifeboat' };
        // 422: it is there.
        await this.ask('making the label', 'POST', 'labels', { body: label, accept: [422] }, schemas/* unknown */.L5J());
    }
    /** Changes the body or the state of an issue. */
    async change(number, change) {
        await this.ask(`changing issue ${number}`, 'PATCH', `issues/${number}`, { body: change }, schemas/* unknown */.L5J());
    }
    async comment(number, body) {
        await this.ask(`commenting on issue ${number}`, 'POST', `issues/${number}/comments`, { body: { body } }, schemas/* unknown */.L5J());
    }
    async page(state, page) {
        const query = new URLSearchParams({
            state,
            labels: LABEL,
            sort: 'updated',
            per_page: String(PER_PAGE),
            page: String(page),
        });
        const listed = await this.ask('listing issues', 'GET', `issues?${query.toString()}`, {}, Listed);
        const issues = listed.filter((one) => one.pull_request === undefined);
        return {
            issues: issues.map(({ number, body }) => ({ number, body: body ?? '' })),
            isLast: listed.length < PER_PAGE,
        };
    }
    async ask(what, method, path, { body, accept = [], attempts }, shape) {
        const { apiUrl, repository, token } = this.access;
        const doing = `${what} in ${repository}`;
        const request = () => ({
            method,
            url: `${apiUrl.replace(/\/+$/, '')}/repos/${repository}/${path}`,
            headers: {
                accept: 'application/vnd.github+json',
                authorization: `Bearer ${token}`,
                'x-github-api-version': '2022-11-28',
                ...(body !== undefined && { 'content-type': 'application/json; charset=utf-8' }),
            },
            ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const refusals = Object.keys(REFUSALS).map(Number);
        const answer = await deliver({
            doing,
            request,
            bounds: this.bounds,
            accept: [...accept, ...refusals],
            ...(attempts !== undefined && { attempts }),
        }, this.ports);
        const refused = accept.includes(answer.status) ? undefined : REFUSALS[answer.status];
        if (refused !== undefined) {
            throw new errors/* OperationError */.OK({ doing, ...refused });
        }
        return shape.parse(fromJson(answer.body));
    }
}
/** What GitHub means by refusing; a 403 that says when to come again never gets here. */
const REFUSALS = {
    401: {
        problem: 'the token was not accepted',
        advice: 'Check github-token: it may have expired, or be of another server.',
    },
    403: {
        problem: 'the token may not do this; it needs the permission "issues: write"',
        advice: 'Add "permissions: issues: write" to the job (with it, every other permission that the job needs).',
    },
    404: {
        problem: 'there is no such repository, or the token may not see it',
        advice: 'Check that the token has the permission "issues: write" there.',
    },
    410: {
        problem: 'issues are turned off in this repository',
        advice: 'Turn them on in the settings of the repository, or leave out problem-issues.',
    },
};
function fromJson(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/alerts/issue-marker.js

const FORM = /<!-- pg-lifeboat problem v1 key=([0-9a-f]{32}) kind=([0-9a-f]{32}) state=([0-9a-f]{32}) -->\s*$/;
/** The marker of a problem of this run. */
function markerOf(report, { code, state }) {
    const kind = [report.operation, report.series, report.type ?? null];
    return { key: digest([...kind, code]), kind: digest(kind), state: digest([state]) };
}
/** The kind of a run, as markers have it. */
function kindOf(report) {
    return markerOf(report, { code: '', state: '' }).kind;
}
/** The last line of an issue's body. */
function printMarker({ key, kind, state }) {
    return `<!-- pg-lifeboat problem v1 key=${key} kind=${kind} state=${state} -->`;
}
/** The marker at the end of a body; undefined where there is none, as when somebody has written over it. */
function readMarker(body) {
    const [, key, kind, state] = FORM.exec(body) ?? [];
    return key === undefined || kind === undefined || state === undefined ? undefined : { key, kind, state };
}
function digest(parts) {
    return (0,external_node_crypto_.createHash)('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

;// CONCATENATED MODULE: ./build/report/markdown.js



/**
 * Blocks as GitHub's Markdown: HTML throughout, which nothing from outside can break, and mermaid for the charts (its
 * renderer reads only fenced code).
 */
function renderMarkdown(blocks, limits) {
    return `${renderBlocks(blocks, dialect(limits))}\n`;
}
function dialect(limits) {
    return {
        prose: escapeForGitHub,
        code: escapeHtml,
        bars: mermaidBars,
        chart: mermaidLines,
        frame: (_, content) => content,
        tiles: (block) => tilesTable(block, limits),
        openDetails: false,
        wordsAtLeft: ' align="left"',
        limits,
    };
}
/** A bar chart; its axis has no clock, because mermaid would show that in the reader's time zone. */
function mermaidBars({ caption, unit, bars }) {
    const values = bars.map(({ value }) => (isMeasured(value) ? value : 0));
    const [lowest, highest] = [Math.min(0, ...values), Math.max(0, ...values)];
    const { size, suffix } = axisUnit(unit, Math.max(highest, -lowest));
    const [from, to] = [Math.floor(lowest / size), Math.max(1, Math.ceil(highest / size))];
    return [
        '```mermaid',
        'xychart-beta horizontal',
        `    title "${label(caption)}"`,
        `    x-axis [${toldApart(bars.map((bar) => label(bar.label)))
            .map((text) => `"${text}"`)
            .join(', ')}]`,
        `    y-axis "${axisName(unit, suffix)}" ${from} --> ${to}`,
        `    bar [${values.map((value) => (value / size).toFixed(1)).join(', ')}]`,
        '```',
    ].join('\n');
}
/** `min`, `GB`, `percent` … */
function axisName(unit, suffix) {
    const short = suffix.trim();
    return unit === 'share' ? 'percent' : short === '' ? 'number' : short;
}
/** As many points as have room under the drawing. */
const MOST_POINTS = 31;
/**
 * Lines over time. Mermaid knows neither gaps nor times, only values one after the other; so the longest line gives the
 * instants, and beside it stand those that have a value at each of them. The table has the others, and what is reckoned
 * and not measured. There is no key either: the axis names the lines, in the order of the palette.
 */
function mermaidLines({ caption, text, unit, series }) {
    const columns = series
        .filter(({ forecast }) => forecast !== true)
        .map(({ name, points }) => ({ name, values: valuesOf(points) }))
        .sort((a, b) => b.values.size - a.values.size);
    const labels = [...(columns[0]?.values.keys() ?? [])].slice(-MOST_POINTS);
    const drawn = columns.filter(({ values }) => labels.every((label) => values.has(label))).slice(0, 5);
    const sentence = `<p>${escapeForGitHub(text)}</p>`;
    if (labels.length < 2) {
        return sentence;
    }
    const rows = drawn.map(({ values }) => labels.map((label) => values.get(label) ?? 0));
    const { size, suffix } = axisUnit(unit, Math.max(...rows.flat()));
    return [
        sentence,
        '',
        '```mermaid',
        'xychart-beta',
        `    title "${label(caption)}"`,
        `    x-axis [${labels.map((text) => `"${text}"`).join(', ')}]`,
        `    y-axis "${label(drawn.map(({ name }) => name).join(', '))}, ${axisName(unit, suffix)}"`,
        ...rows.map((row) => `    line [${row.map((value) => (value / size).toFixed(2)).join(', ')}]`),
        '```',
    ].join('\n');
}
/** By the label of their instants, the last of each; mermaid takes equal labels for one place. */
function valuesOf(points) {
    return new Map(points.flatMap(({ at, value }) => (isMeasured(value) ? [[formatMoment(at).slice(5), value]] : [])));
}
/** One column a figure: the figure, then what it stands on. */
function tilesTable({ caption, tiles }, limits) {
    const cell = (text) => escapeForGitHub(shorten(text, limits.text));
    return [
        '<table>',
        `<caption>${cell(caption)}</caption>`,
        `<thead><tr>${tiles.map(({ label }) => `<th scope="col" align="left">${cell(label)}</th>`).join('')}</tr></thead>`,
        '<tbody>',
        `<tr>${tiles.map(({ value, mood }) => `<td><strong>${mood === undefined ? '' : `${MOOD_MARKS[mood]} `}${cell(value)}</strong></td>`).join('')}</tr>`,
        `<tr>${tiles.map(({ note }) => `<td>${cell(note ?? '')}</td>`).join('')}</tr>`,
        '</tbody>',
        '</table>',
    ].join('\n');
}
/** Mermaid takes equal labels for one place, and an empty one for a mistake. */
function toldApart(labels) {
    const taken = new Set();
    return labels.map((text) => {
        let own = text.trim() === '' ? '(no name)' : text;
        for (let nth = 2; taken.has(own); nth++) {
            own = `${text} (${nth})`;
        }
        taken.add(own);
        return own;
    });
}
/** Only what cannot mean anything to mermaid or end the fence. */
function label(text) {
    return Array.from(text.replaceAll(/[^\p{L}\p{N} ,.()-]/gu, ' '))
        .slice(0, 40)
        .join('');
}

;// CONCATENATED MODULE: ./build/alerts/issue-text.js






const LIMITS = { tables: 0, databases: 0, findings: 0, retention: 0, text: 2000 };
const MOST_THINGS = 50;
/** GitHub takes 256 characters. */
const LONGEST_TITLE = 200;
/** `Backup daily of app: TABLE_MISSING`; GitHub shows titles as text, and only mentions need to be kept apart. */
function titleOf({ report }, problem) {
    const subject = subjectOf(report);
    const what = problem.code === 'FAILED' ? ' failed' : `: ${problem.code}`;
    const title = `${subject.charAt(0).toUpperCase()}${subject.slice(1)}${what}`;
    return shorten(visible(title), LONGEST_TITLE).replaceAll(/(?<=[@#`])/g, '\u200b');
}
/** The body: what is the case now, what to do, and the marker by which the issue is found again. */
function bodyOf(announcement, problem, marker) {
    const blocks = [
        ...factsOf(announcement, problem),
        {
            kind: 'paragraph',
            text: sentence `pg-lifeboat keeps this issue: it tells here what changes, and closes it after the next good run of the same kind.`,
        },
    ];
    return `${render(blocks)}\n${printMarker(marker)}`;
}
/** The comment when a problem is not what it was. */
function changeOf(announcement, problem) {
    return render([{ kind: 'paragraph', text: [strong('This has changed.')] }, ...factsOf(announcement, problem)]);
}
/** The comment with which the issue is closed. */
function endOf(announcement) {
    const { report, at } = announcement;
    const text = sentence `${strong('This problem has ended.')} The ${code(subjectOf(report))} of ${(0,units/* formatInstant */.r4)(at)} did not meet it.`;
    return render([{ kind: 'paragraph', text }, ...linkOf(announcement)]);
}
/** The comment when a problem is back that had ended. */
function returnOf(announcement, problem) {
    return render([{ kind: 'paragraph', text: [strong('It is back.')] }, ...factsOf(announcement, problem)]);
}
function factsOf(announcement, problem) {
    const { report, verdict, at } = announcement;
    const { level, on, message, advice } = problem;
    const where = on.slice(0, MOST_THINGS).map((name) => [code(name)]);
    const more = on.length - where.length;
    return [
        { kind: 'paragraph', text: [strong(message)] },
        ...(advice === '' ? [] : [{ kind: 'paragraph', text: [advice] }]),
        ...(where.length < 2
            ? []
            : [{ kind: 'list', items: more > 0 ? [...where, [`and ${more} more`]] : where }]),
        {
            kind: 'paragraph',
            text: sentence `${code(subjectOf(report))}, ended ${(0,units/* formatInstant */.r4)(at)}, level ${level}. ${verdict}`,
        },
        ...linkOf(announcement),
    ];
}
function linkOf({ runUrl }) {
    return runUrl === null ? [] : [{ kind: 'paragraph', text: [{ label: 'The run and its report', to: runUrl }] }];
}
function render(blocks) {
    return renderMarkdown(blocks, LIMITS);
}

;// CONCATENATED MODULE: ./build/alerts/issues.js





const ISSUE_BOUNDS = { attempt: 10_000, total: 30_000 };
/** A run with more problems than this has one cause; the heaviest of them tell it. */
const MOST_ISSUES = 10;
const MOST_TRIES = 3;
const INTERRUPTED = 130;
/**
 * One GitHub issue a problem: opened when it first shows, changed in place while it lasts, commented when it is not what
 * it was, and closed with a comment after a good run of the same kind. People who watch it hear only of changes.
 */
function problemIssues(access, ports, bounds = ISSUE_BOUNDS) {
    const issues = new GitHubIssues(access, ports, bounds);
    return {
        name: `the issues of ${access.repository}`,
        end: async (announcement) => {
            // Who stopped a run knows it, and a rehearsal has neither begun nor ended anything.
            if (announcement.exitCode === INTERRUPTED || announcement.report.dryRun === true) {
                return;
            }
            await reconcile(issues, announcement);
        },
    };
}
async function reconcile(issues, announcement) {
    const current = pressing(announcement.problems).map((problem) => ({
        problem,
        marker: markerOf(announcement.report, problem),
    }));
    const open = marked(await issues.open());
    for (const { problem, marker } of current.slice(0, MOST_ISSUES)) {
        const known = open.find((issue) => issue.marker.key === marker.key);
        await (known === undefined
            ? openOne(issues, announcement, problem, marker)
            : update(issues, known, announcement, problem, marker));
    }
    if (announcement.report.failure === undefined) {
        const ended = open.filter(({ marker }) => hasEnded(marker, announcement, current));
        for (const issue of ended) {
            await issues_close(issues, issue, announcement);
        }
    }
}
function marked(issues) {
    return issues.flatMap((issue) => {
        const marker = readMarker(issue.body);
        return marker === undefined ? [] : [{ ...issue, marker }];
    });
}
/** Only a run of the same kind that came to its end can tell that a problem is gone. */
function hasEnded(marker, { report }, current) {
    return marker.kind === kindOf(report) && current.every((one) => one.marker.key !== marker.key);
}
/** A problem that comes back is the same issue, with all that was said there. */
async function openOne(issues, announcement, problem, marker) {
    const body = bodyOf(announcement, problem, marker);
    const earlier = marked(await issues.lately()).find((issue) => issue.marker.key === marker.key);
    if (earlier === undefined) {
        await create(issues, titleOf(announcement, problem), body, marker);
        return;
    }
    await issues.change(earlier.number, { state: 'open', body });
    await issues.comment(earlier.number, returnOf(announcement, problem));
}
async function create(issues, title, body, { key }) {
    await issues.ensureLabel();
    for (let attempt = 1;; attempt++) {
        const created = await issues.create(title, body).catch(async (error) => {
            // The answer may be lost of what was done.
            const isThere = marked(await issues.open()).some(({ marker }) => marker.key === key);
            if (!isThere && attempt >= MOST_TRIES)
                throw error;
            return isThere ? { hasLabel: true } : undefined;
        });
        if (created?.hasLabel === false)
            throw unlabelled();
        if (created !== undefined)
            return;
    }
}
function unlabelled() {
    return new errors/* OperationError */.OK({
        doing: 'opening an issue',
        problem: `it was opened, but the token may not set the label "${LABEL}", by which it would be found again`,
        advice: 'Give a token that may write issues and labels ("permissions: issues: write").',
    });
}
/** The body always tells the last run, which notifies nobody; a comment, which does, only tells a change. */
async function update(issues, { number, marker: before }, announcement, problem, marker) {
    await issues.change(number, { body: bodyOf(announcement, problem, marker) });
    if (before.state !== marker.state) {
        await issues.comment(number, changeOf(announcement, problem));
    }
}
async function issues_close(issues, { number }, announcement) {
    await issues.comment(number, endOf(announcement));
    await issues.change(number, { state: 'closed', state_reason: 'completed' });
}

;// CONCATENATED MODULE: ./build/alerts/ping.js




const PING_BOUNDS = { attempt: 5000, total: 15_000 };
const LONGEST_LINE = 500;
const MOST_LINES = 20;
/**
 * A dead man's switch as healthchecks.io has it: `/start` before, the address itself after a good run, `/fail` after any
 * other. Where no ping comes at all, the service tells by itself; so this is the channel for a machine that is gone.
 */
function ping(url, ports, bounds = PING_BOUNDS) {
    const { host } = new URL(url);
    const send = async (suffix, body) => {
        const headers = { 'content-type': 'text/plain; charset=utf-8' };
        const request = () => ({ method: 'POST', url: pingAddress(url, suffix), headers, body });
        await deliver({ doing: `telling ${host} of the run`, request, bounds }, ports);
    };
    return {
        name: `the ping to ${host}`,
        begin: () => send('/start', ''),
        end: (announcement) => send(announcement.exitCode === 0 ? '' : '/fail', pingTextOf(announcement)),
    };
}
/** The address with something behind its path; a query stays behind both. */
function pingAddress(url, suffix) {
    const address = new URL(url);
    if (suffix !== '') {
        address.pathname = `${address.pathname.replace(/\/+$/, '')}${suffix}`;
    }
    return address.href;
}
/** What stands in the service's log of events: what was run, the verdict, and each problem on a line of its own. */
function pingTextOf({ report, verdict, exitCode, problems, runUrl }) {
    const told = pressing(problems);
    const lines = [
        `${subjectOf(report)}: exit code ${exitCode}`,
        verdict,
        ...told.slice(0, MOST_LINES).map(({ level, code, message }) => `${level} ${code}: ${message}`),
        ...(told.length > MOST_LINES ? [`and ${told.length - MOST_LINES} more`] : []),
        ...(runUrl === null ? [] : [runUrl]),
    ];
    return `${lines.map((line) => shorten(visible(line), LONGEST_LINE)).join('\n')}\n`;
}

// EXTERNAL MODULE: ./build/version.js
var version = __webpack_require__(58508);
;// CONCATENATED MODULE: ./build/alerts/payload.js


/** Changes when a receiver has to be changed; new fields do not change it. */
const PAYLOAD_SCHEMA = 'pg-lifeboat/alert/1';
const MOST_PROBLEMS = 50;
const payload_MOST_THINGS = 20;
const LONGEST_TEXT = 2000;
/**
 * The body of the generic webhook. Names and messages in it come from outside: whoever shows them escapes them.
 *
 * The form is documented in `docs/alerts.md`.
 */
function payloadOf(announcement) {
    const { id, report, exitCode, verdict, problems, runUrl, job, at } = announcement;
    const { operation, series, type, proof, metrics } = report;
    return {
        schema: PAYLOAD_SCHEMA,
        id,
        sent_by: `pg-lifeboat ${version/* VERSION */.x}`,
        operation,
        series,
        type: type ?? null,
        backup_id: report.id ?? null,
        level: problems[0]?.level ?? null,
        verdict: shorten(verdict, LONGEST_TEXT),
        exit_code: exitCode,
        proof: proof?.outcome ?? null,
        proof_tier: proof?.tier ?? null,
        started_at: report.startedAt.toISOString(),
        ended_at: at.toISOString(),
        duration_seconds: Math.round(report.seconds * 1000) / 1000,
        problems: problems.slice(0, MOST_PROBLEMS).map(problemIn),
        problems_left_out: Math.max(0, problems.length - MOST_PROBLEMS),
        metrics: metrics === undefined
            ? null
            : {
                total_bytes: metrics.size.total_bytes,
                compressed_bytes: metrics.size.compressed_bytes,
                compression_ratio: metrics.performance.compression_ratio,
                records: metrics.records.total,
            },
        run: job === null ? null : { repository: job.repository, url: runUrl },
    };
}
function problemIn({ level, kind, code, on, message, advice }) {
    return {
        level,
        kind,
        code,
        on: on.slice(0, payload_MOST_THINGS).map((name) => shorten(name, LONGEST_TEXT)),
        on_left_out: Math.max(0, on.length - payload_MOST_THINGS),
        message: shorten(message, LONGEST_TEXT),
        advice,
    };
}

;// CONCATENATED MODULE: ./build/alerts/signature.js

/**
 * The value of `X-Lifeboat-Signature`: `t=1764000000,v1=<hex>`, where v1 is the HMAC-SHA256 of `<t>.<body>` with the
 * shared secret. The receiver computes it over the bytes that came, compares in constant time, and refuses what is older
 * than some minutes, so that nobody can send a message again that he has seen.
 */
function signatureOf(body, secret, at) {
    const seconds = Math.floor(at.getTime() / 1000);
    const mac = (0,external_node_crypto_.createHmac)('sha256', secret).update(`${seconds}.${body}`, 'utf8').digest('hex');
    return `t=${seconds},v1=${mac}`;
}

;// CONCATENATED MODULE: ./build/alerts/slack.js



/** Slack refuses a message with more than 50 blocks, or with more than 3,000 characters in one. */
const slack_MOST_PROBLEMS = 20;
/** Each character may become five. */
const slack_LONGEST_TEXT = 500;
const slack_LONGEST_TITLE = 150;
const slack_MARKS = { critical: '🔴', warning: '🟠', info: '🔵' };
/** Whether what answers there takes messages in Slack's form. */
function isSlack(url) {
    return url.hostname === 'hooks.slack.com';
}
/** The body of an incoming webhook of Slack: the verdict first, then each problem with what to do. */
function slackMessageOf(announcement) {
    const { report, verdict, problems, runUrl } = announcement;
    const told = pressing(problems);
    const title = shorten(visible(`${slack_MARKS[told[0]?.level ?? 'info']} ${subjectOf(report)}`), slack_LONGEST_TITLE);
    const rest = told.length - slack_MOST_PROBLEMS;
    return {
        // For notifications and readers of screens.
        text: `${escapeSlack(title)}: ${escapeSlack(shorten(verdict, slack_LONGEST_TEXT))}`,
        blocks: [
            { type: 'header', text: { type: 'plain_text', text: wellFormed(title), emoji: false } },
            section(escapeSlack(shorten(verdict, slack_LONGEST_TEXT))),
            ...told.slice(0, slack_MOST_PROBLEMS).flatMap((problem) => problemTexts(problem).map(section)),
            ...(rest > 0 ? [section(`And ${rest} more, in the report.`)] : []),
            ...(runUrl === null ? [] : [section(`<${escapeEntities(runUrl)}|The run and its report>`)]),
        ],
    };
}
function problemTexts({ level, code, message, advice }) {
    const text = `${slack_MARKS[level]} *${escapeSlack(code)}* ${escapeSlack(shorten(message, slack_LONGEST_TEXT))}`;
    return advice === '' ? [text] : [text, escapeSlack(shorten(advice, slack_LONGEST_TEXT))];
}
/** What was cut off may have been half a character, which some parsers refuse. */
function wellFormed(text) {
    return Buffer.from(text).toString();
}
/** `verbatim`: no link, channel or mention is made of what only looks like one. */
function section(text) {
    return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}
/**
 * Text of which Slack makes nothing: `<!channel>` mentions nobody, and `*` and `_` around a word do not format it. A
 * zero-width space keeps such a sign from the word, only where it stands at its edge, so that `audit_log` can be copied.
 */
function escapeSlack(text) {
    return escapeEntities(visible(text).replaceAll(/(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])/gu, '\u200b$&\u200b'));
}
function escapeEntities(text) {
    return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

;// CONCATENATED MODULE: ./build/alerts/webhook.js





const WEBHOOK_BOUNDS = { attempt: 10_000, total: 45_000 };
/** A webhook, which gets a message about a run that somebody should look at, and none about the others. */
function webhook({ url, secret }, ports, bounds = WEBHOOK_BOUNDS) {
    const address = new URL(url);
    const name = `the webhook ${address.host}`;
    return {
        name,
        end: async (announcement) => {
            if (!isPressing(announcement)) {
                return;
            }
            const body = bodyFor(address, announcement);
            const signed = isSlack(address) ? undefined : secret;
            const request = (now) => ({
                method: 'POST',
                url,
                headers: {
                    'content-type': 'application/json; charset=utf-8',
                    'idempotency-key': announcement.id,
                    ...(signed !== undefined && { 'x-lifeboat-signature': signatureOf(body, signed, now) }),
                },
                body,
            });
            await deliver({ doing: `sending the alert to ${address.host}`, request, bounds }, ports);
        },
    };
}
function bodyFor(address, announcement) {
    return JSON.stringify(isSlack(address) ? slackMessageOf(announcement) : payloadOf(announcement));
}

;// CONCATENATED MODULE: ./build/alerts/channels.js




/** The channels that the options ask for. Whatever is secret about them is hidden from the log from now on. */
function channelsOf(options, { logger, environment }, ports) {
    const { webhookUrl, webhookSecret, pingUrl } = options;
    for (const secret of [...addressSecrets(webhookUrl), ...addressSecrets(pingUrl), webhookSecret]) {
        if (secret !== undefined)
            logger.hide(secret);
    }
    return [
        ...(webhookUrl === undefined ? [] : [webhook({ url: webhookUrl, secret: webhookSecret }, ports)]),
        ...(pingUrl === undefined ? [] : [ping(pingUrl, ports)]),
        ...(options.problemIssues ? [issuesOf(options, environment, ports)] : []),
    ];
}
/** Who knows the path of such an address can write there; a short one is no secret and stands in other texts too. */
function addressSecrets(address) {
    if (address === undefined) {
        return [];
    }
    const { pathname, search } = new URL(address);
    return [address, ...[`${pathname}${search}`, pathname].filter((path) => path.length >= 16)];
}
function issuesOf({ githubToken }, environment, ports) {
    const repository = given(environment.GITHUB_REPOSITORY);
    const token = githubToken ?? given(environment.GITHUB_TOKEN);
    if (repository === undefined || token === undefined) {
        return impossibleIssues(repository === undefined ? 'GITHUB_REPOSITORY does not name a repository' : 'there is no token');
    }
    return problemIssues({ repository, token, apiUrl: given(environment.GITHUB_API_URL) ?? 'https://api.github.com' }, ports);
}
/** A backup is taken all the same; that nobody can be told is told like every other failed delivery. */
function impossibleIssues(problem) {
    return {
        name: 'the issues of the repository',
        end: () => Promise.reject(new errors/* OperationError */.OK({
            doing: 'opening the issues of the repository',
            problem,
            advice: 'problem-issues needs github-token with the permission "issues: write", in a job of GitHub Actions.',
        })),
    };
}
/** An empty variable is as good as none. */
function given(value) {
    return value === '' ? undefined : value;
}

;// CONCATENATED MODULE: ./build/alerts/alerting.js








/** Milliseconds that all channels together may take after the work. */
const LONGEST_DELIVERY = 60_000;
/** Once we were asked to stop, the runner kills us within seconds. */
const LONGEST_FAREWELL = 3000;
/**
 * Does the work of a run and tells the channels of it: that it begins, beside the work, and what came of it, after
 * everything else, all of them at the same time and within a minute. Nothing here can make a run fail: what could not be
 * delivered becomes the finding `ALERT_NOT_DELIVERED` of the report that is returned.
 *
 * Whatever the work throws is told as a failure and thrown on.
 */
async function withAlerts(run, ports, work, http = httpByToolkit) {
    const giveUp = new AbortController();
    const delivery = { http, clock: ports.clock, signal: giveUp.signal };
    // Whoever only looks says nothing: a dead-man's service would take it for a backup.
    const channels = run.operation === 'doctor' ? [] : channelsOf(run.options, ports, delivery);
    const alerting = new Alerting(channels, ports);
    const startedAt = ports.clock.now();
    alerting.begin();
    try {
        const done = await work().catch(async (error) => {
            await alerting.end(reportOfThrown(error, run, startedAt, ports));
            throw error;
        });
        const findings = await alerting.end(done.report);
        const { report } = done;
        return findings.length === 0
            ? done
            : { ...done, report: { ...report, findings: [...report.findings, ...findings] } };
    }
    finally {
        giveUp.abort();
    }
}
/** The channels of one run, and what could not be delivered by them. */
class Alerting {
    channels;
    ports;
    lost = [];
    begun = new Map();
    constructor(channels, ports) {
        this.channels = channels;
        this.ports = ports;
    }
    /** Starts telling that the run begins; nothing waits for it but the end. */
    begin() {
        for (const channel of this.channels) {
            this.begun.set(channel, this.attempt(channel, async () => channel.begin?.()));
        }
    }
    /** Tells what came of the run, and returns what could not be told, which the log has then. */
    async end(report) {
        if (this.channels.length === 0) {
            return [];
        }
        const { logger, clock, signal, environment } = this.ports;
        const redact = (text) => logger.redact(text);
        const announcement = announcementOf(redactDeep(report, redact), (0,github/* jobOf */.Zw)(environment), clock.now());
        const bound = signal.aborted ? LONGEST_FAREWELL : LONGEST_DELIVERY;
        await logger.step('Telling of this run', () => Promise.all(this.channels.map((channel) => this.tell(channel, announcement, bound))));
        const findings = redactDeep(this.lost, redact);
        findings.forEach((one) => {
            logger.warning(`${(0,build_findings/* describeFinding */.jb)(one)} ${one.advice}`);
        });
        return findings;
    }
    tell(channel, announcement, bound) {
        return this.attempt(channel, () => within(bound, this.ports.clock, async () => {
            // A service must not hear of the end before it heard of the beginning.
            await this.begun.get(channel);
            await channel.end(announcement);
        }));
    }
    async attempt(channel, work) {
        try {
            await work();
        }
        catch (error) {
            this.lost.push((0,build_findings/* finding */.gk)('ALERT_NOT_DELIVERED', channel.name, (0,errors/* problemOf */.Zw)(error), alerting_adviceOf(error)));
        }
    }
}
function alerting_adviceOf(error) {
    return error instanceof errors/* LifeboatError */.H3 ? error.advice : undefined;
}
/** The report of a run that could not even begin. */
function reportOfThrown(error, { operation, options }, startedAt, { clock }) {
    return {
        operation,
        series: options.series ?? '',
        ...(options.type !== undefined && { type: options.type }),
        startedAt,
        seconds: (clock.now().getTime() - startedAt.getTime()) / 1000,
        phases: [],
        tables: [],
        alerts: [],
        retention: [],
        findings: [],
        warnings: [],
        failure: { message: (0,errors/* messageOf */.bD)(error), causes: (0,errors/* messagesOf */.cr)(error).slice(1), exitCode: (0,errors/* exitCodeOf */.FO)(error) },
    };
}

// EXTERNAL MODULE: ./build/control-characters.js
var control_characters = __webpack_require__(83678);
;// CONCATENATED MODULE: ./build/report/doctor-table.js


const PLAIN = { columns: 120, paint: (_, text) => text };
const WORDS = {
    ok: 'ok',
    warning: 'warning',
    problem: 'problem',
    'not-checked': 'not checked',
};
const STATE_WIDTH = 13;
const WHAT_WIDTH = 22;
/**
 * Everything that was looked at, for a terminal or a log: one line each below its subject, and below what is not right
 * what to do about it.
 */
function doctorTable(lines, look = PLAIN) {
    const subjects = [...new Set(lines.map(({ subject }) => subject))];
    return subjects.flatMap((subject) => [
        look.paint('heading', subject),
        ...lines.filter((line) => line.subject === subject).flatMap((line) => entry(line, look)),
    ]);
}
function entry({ what: name, state, found, advice }, { columns, paint }) {
    const what = (0,control_characters/* printable */.g)(name);
    const indent = 2 + STATE_WIDTH + WHAT_WIDTH;
    const room = Math.max(24, columns - indent);
    // A long name, such as that of a store, gets a line of its own.
    const [first = '', ...rest] = split(asSentence(found), room);
    const head = `  ${paint(state, WORDS[state].padEnd(STATE_WIDTH))}`;
    const below = ' '.repeat(indent);
    return [
        ...(what.length < WHAT_WIDTH
            ? [`${head}${what.padEnd(WHAT_WIDTH)}${first}`]
            : [`${head}${what}`, `${below}${first}`]),
        ...rest.map((line) => `${below}${line}`),
        ...split(advice ?? '', room - 2).map((line, index) => `${below}${index === 0 ? '→ ' : '  '}${paint('advice', line)}`),
    ];
}
function split(text, width) {
    const lines = [];
    for (const word of (0,control_characters/* printable */.g)(text)
        .split(/\s+/)
        .filter((each) => each !== '')) {
        const last = lines.at(-1);
        if (last !== undefined && last.length + 1 + word.length <= width) {
            lines[lines.length - 1] = `${last} ${word}`;
        }
        else {
            lines.push(word);
        }
    }
    return lines;
}

;// CONCATENATED MODULE: ./build/report/terminal.js










/** The end of a run for a terminal or a log: the verdict, where the set is, what rotation did. Findings were told before. */
function closingLines(report, { withTable = true } = {}) {
    const { mood, text } = verdictOf(report);
    const { retention, restored } = report;
    const removed = retention.filter(({ keep }) => !keep);
    return [
        ...(withTable ? doctorTable(report.diagnosis ?? []) : []),
        ...(report.drill?.scenarios ?? []).map(scenarioLine),
        ...(report.fleet === undefined ? [] : fleetClosing(report.fleet)),
        ...(report.plan === undefined ? [] : planClosing(report.plan)),
        `${MOOD_MARKS[mood]} ${plainText(text)}`,
        ...setLine(report),
        ...(restored?.previous === undefined
            ? []
            : [
                `The database that was there before is kept as ${restored.previous}. To put it back: ${restored.undoCommand}`,
            ]),
        ...(retention.length === 0
            ? []
            : [
                `Retention: ${(0,units/* counted */.hS)(retention.length - removed.length, 'set')} kept, ${removed.length} ${report.dryRun === true ? 'would be removed' : 'removed'}.`,
            ]),
        ...storeLines(report),
        `Took ${(0,units/* formatDuration */.a3)(report.seconds)}.`,
    ];
}
function setLine({ id, set }) {
    if (set === undefined) {
        return [];
    }
    const size = id === undefined ? '' : ` (${(0,units/* formatBytes */.z3)(set.bytes)})`;
    return [`${set.foreign === true ? 'Dump' : 'Set'}: ${set.location ?? set.path}${size}`];
}
function scenarioLine(result) {
    const [rto, rpo] = [rtoOf(result), rpoOf(result)];
    const times = rto === undefined || rpo === undefined ? '' : `, RTO ${(0,units/* formatDuration */.a3)(rto)}, RPO ${(0,units/* formatDuration */.a3)(rpo)}`;
    return `${OUTCOME_MARKS[result.outcome]}: ${result.scenario}${times}`;
}

;// CONCATENATED MODULE: ./build/alerts/tell.js


/**
 * Tells the alerts in the log, the heaviest first; in a job they become annotations. GitHub shows only ten warnings of a
 * step, but why a run ends as failed is an error, which is counted apart.
 */
function tellAlerts({ alerts, failedOn }, logger) {
    if (failedOn !== undefined) {
        logger.error(failedOn);
    }
    for (const { level, message } of LEVELS.flatMap((level) => alerts.filter((alert) => alert.level === level))) {
        if (level === 'info') {
            logger.info(message);
        }
        else {
            logger.warning(`${level === 'critical' ? 'Critical: ' : ''}${message}`);
        }
    }
}
/** The last lines of the log: the alerts, why it ended early where it did, what came of it. */
function tellEnd(report, logger, look = {}) {
    tellAlerts(report, logger);
    if (report.failure !== undefined) {
        logger.error([report.failure.message, ...report.failure.causes.map((cause) => `Cause: ${cause}`)].join('\n'));
    }
    closingLines(report, look).forEach((line) => {
        logger.info(line);
    });
}

// EXTERNAL MODULE: ./build/config/configuration.js + 13 modules
var config_configuration = __webpack_require__(99644);
// EXTERNAL MODULE: ./build/fleet/choice.js
var fleet_choice = __webpack_require__(64080);
// EXTERNAL MODULE: ./build/fleet/jobs.js
var fleet_jobs = __webpack_require__(61847);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/platform/file-errors.js
var file_errors = __webpack_require__(57568);
// EXTERNAL MODULE: ./build/platform/files.js
var platform_files = __webpack_require__(71665);
;// CONCATENATED MODULE: ./build/records/metric-list.js
const RUN = ['series', 'type', 'operation'];
const SET = ['series', 'type'];
const WATCHED = ['series', 'store', 'type'];
const METRICS = {
    lifeboat_operation_success: {
        help: 'Whether the last run of the operation ended with exit code 0: 1 or 0.',
        labels: RUN,
    },
    lifeboat_operation_exit_code: { help: 'What the last run of the operation ended with.', labels: RUN },
    lifeboat_operation_duration_seconds: {
        help: 'How long the last run of the operation took.',
        unit: 'seconds',
        labels: RUN,
    },
    lifeboat_operation_timestamp_seconds: {
        help: 'When the last run of the operation ended, as Unix time.',
        unit: 'seconds',
        labels: RUN,
    },
    lifeboat_operation_last_success_timestamp_seconds: {
        help: 'When the operation last ended with exit code 0, as Unix time.',
        unit: 'seconds',
        labels: RUN,
    },
    lifeboat_operation_findings: {
        help: 'What the last run of the operation found, by severity.',
        labels: RUN,
        parts: ['severity'],
    },
    lifeboat_operation_alerts: {
        help: 'Alerts that fired in the last run of the operation, by level.',
        labels: RUN,
        parts: ['level'],
    },
    lifeboat_backup_timestamp_seconds: {
        help: 'When the snapshot of the last backup was taken, as Unix time.',
        unit: 'seconds',
        labels: SET,
    },
    lifeboat_backup_proven_timestamp_seconds: {
        help: 'When the snapshot of the last backup that was proven to restore was taken, as Unix time.',
        unit: 'seconds',
        labels: SET,
    },
    lifeboat_backup_size_bytes: { help: 'All files of the last backup.', unit: 'bytes', labels: SET },
    lifeboat_backup_dump_bytes: { help: 'The dump in the last backup.', unit: 'bytes', labels: SET },
    lifeboat_backup_source_bytes: {
        help: 'What the tables of the last backup occupy at the source.',
        unit: 'bytes',
        labels: SET,
    },
    lifeboat_backup_compression_ratio: {
        help: 'The share of bytes that compression saved in the last backup, between 0 and 1.',
        unit: 'ratio',
        labels: SET,
    },
    lifeboat_backup_memory_bytes: {
        help: 'The most memory that the last backup used at a time, with the programs that it ran.',
        unit: 'bytes',
        labels: SET,
    },
    lifeboat_backup_rows: { help: 'Rows in the last backup, of all tables together.', labels: SET },
    lifeboat_backup_table_rows: {
        help: 'Rows of a table in the last backup; of the 200 largest tables.',
        labels: SET,
        parts: ['table'],
    },
    lifeboat_backup_table_bytes: {
        help: 'What a table of the last backup occupies at the source; of the 200 largest tables.',
        unit: 'bytes',
        labels: SET,
        parts: ['table'],
    },
    lifeboat_proof_success: {
        help: 'Whether the last verification proved that the backup restores to what it was taken from: 1 or 0.',
        labels: RUN,
    },
    lifeboat_proof_duration_seconds: { help: 'How long the last verification took.', unit: 'seconds', labels: RUN },
    lifeboat_store_success: {
        help: 'Whether the last run of the operation did in this store what it should: 1 or 0.',
        labels: ['series', 'operation', 'store'],
    },
    lifeboat_store_sets: { help: 'Backups that the store was seen to hold.', labels: ['series', 'store'] },
    lifeboat_store_bytes: {
        help: 'What the backups in the store weigh together.',
        unit: 'bytes',
        labels: ['series', 'store'],
    },
    lifeboat_newest_backup_timestamp_seconds: {
        help: 'When the snapshot of the newest backup in the store was taken, as a watch saw it, as Unix time.',
        unit: 'seconds',
        labels: WATCHED,
    },
    lifeboat_newest_proven_timestamp_seconds: {
        help: 'When the snapshot of the newest proven backup in the store was taken, as a watch saw it, as Unix time.',
        unit: 'seconds',
        labels: WATCHED,
    },
    lifeboat_objective_seconds: {
        help: 'How old the newest backup (objective age) and the newest proven one (objective proof) may be.',
        unit: 'seconds',
        labels: WATCHED,
        parts: ['objective'],
    },
    lifeboat_objective_met: {
        help: 'Whether the objective (age or proof) was met when a watch last looked: 1 or 0.',
        labels: WATCHED,
        parts: ['objective'],
    },
    lifeboat_drill_success: {
        help: 'Whether the scenario passed in the last drill: 1 or 0.',
        labels: SET,
        parts: ['scenario'],
    },
    lifeboat_drill_rto_seconds: {
        help: 'How long recovery took in the last drill, at worst.',
        unit: 'seconds',
        labels: SET,
        parts: ['scenario'],
    },
    lifeboat_drill_rpo_seconds: {
        help: 'How much would have been lost in the last drill: the time since the snapshot, at worst.',
        unit: 'seconds',
        labels: SET,
        parts: ['scenario'],
    },
    lifeboat_maintenance_freed_bytes: {
        help: 'Room that the last maintenance gave.',
        unit: 'bytes',
        labels: ['series'],
    },
    lifeboat_maintenance_removed: {
        help: 'Things that the last maintenance removed, by their kind.',
        labels: ['series'],
        parts: ['kind'],
    },
};
/** The definitions as a plain list, for whoever prints them. */
function metricDefinitions() {
    return Object.entries(METRICS).map(([name, definition]) => ({
        ...definition,
        name: name,
    }));
}

;// CONCATENATED MODULE: ./build/records/open-metrics.js

/**
 * The samples as OpenMetrics text, by metric in the order of the list and then by labels. Prometheus's older text format
 * reads it too, for which the lines that it does not know are comments.
 */
function renderOpenMetrics(samples) {
    const families = metricDefinitions().flatMap((definition) => {
        const own = samples.filter(({ name }) => name === definition.name);
        const lines = [...new Map(own.map((sample) => [seriesOf(sample), sample])).entries()];
        return own.length === 0
            ? []
            : [...head(definition), ...lines.sort(byText).map(([series, { value }]) => `${series} ${numberText(value)}`)];
    });
    return [...families, '# EOF', ''].join('\n');
}
/**
 * The samples of a file that was rendered here, so that those of other databases, types and operations can be kept.
 * Lines that are not of the list are dropped: nothing else may write into this file. `null` where the text is no such
 * file at all, or was cut off.
 */
function readOpenMetrics(text) {
    const lines = text.split('\n');
    if (lines.at(-1) !== '' || lines.at(-2) !== '# EOF') {
        return null;
    }
    return lines.flatMap((line) => {
        const sample = readSample(line);
        return sample === undefined ? [] : [sample];
    });
}
/**
 * What a file holds after a run: its own samples in place of all that the file had of the same metrics and of the same
 * database, type, operation and store, and everything else as it was.
 */
function mergeSamples(earlier, own) {
    const replaced = new Set(own.map(ownerOf));
    return [...earlier.filter((sample) => !replaced.has(ownerOf(sample))), ...own];
}
function ownerOf({ name, labels }) {
    return JSON.stringify([name, ...METRICS[name].labels.map((label) => labels[label] ?? '')]);
}
function head({ name, help, unit }) {
    return [
        `# HELP ${name} ${escaped(help)}`,
        `# TYPE ${name} gauge`,
        ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    ];
}
/** `lifeboat_backup_rows{series="app",type="daily"}` */
function seriesOf({ name, labels }) {
    const { labels: owners, parts = [] } = METRICS[name];
    const given = [...owners, ...parts].flatMap((label) => {
        const value = labels[label] ?? '';
        return value === '' ? [] : [`${label}="${escaped(value)}"`];
    });
    return given.length === 0 ? name : `${name}{${given.join(',')}}`;
}
/** Backslash, quote and line feed are all that the format escapes; half a character is none. */
function escaped(text) {
    return Buffer.from(text).toString('utf8').replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
function unescaped(text) {
    return text.replaceAll(/\\([\\"n])/g, (_, character) => (character === 'n' ? '\n' : character));
}
function numberText(value) {
    return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
const SAMPLE = /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)*)\})? (\S+)$/;
function readSample(line) {
    const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
    if (!isMetric(name)) {
        return undefined;
    }
    const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)];
    const number = value === '+Inf' ? Infinity : value === '-Inf' ? -Infinity : Number(value);
    return {
        name,
        labels: Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, unescaped(text)])),
        value: number,
    };
}
function isMetric(name) {
    return Object.hasOwn(METRICS, name);
}
function byText([a], [b]) {
    return a < b ? -1 : a > b ? 1 : 0;
}

;// CONCATENATED MODULE: ./build/report/samples.js



/** More tables would be more series than a monitoring system is glad to keep. */
const MOST_TABLES = 200;
/** What a run has to tell a monitoring system. Where nothing was measured there is no sample, and never a 0. */
function samplesOf(report) {
    return [
        ...ofRun(report),
        ...ofSet(report),
        ...ofTables(report),
        ...ofProof(report),
        ...(report.stores ?? []).flatMap((store) => ofStore(store, report)),
        ...ofWatch(report),
        ...ofDrill(report),
        ...ofMaintenance(report),
    ];
}
function ofRun(report) {
    const labels = runLabels(report);
    const code = exitCodeFor(report);
    const ended = unix(report.startedAt) + report.seconds;
    const findings = allFindings(report);
    return [
        sample('lifeboat_operation_success', labels, flag(code === 0)),
        sample('lifeboat_operation_exit_code', labels, code),
        sample('lifeboat_operation_duration_seconds', labels, report.seconds),
        sample('lifeboat_operation_timestamp_seconds', labels, ended),
        ...(code === 0 ? [sample('lifeboat_operation_last_success_timestamp_seconds', labels, ended)] : []),
        ...['error', 'inconclusive', 'warning', 'info'].map((severity) => sample('lifeboat_operation_findings', { ...labels, severity }, findings.filter((one) => one.severity === severity).length)),
        ...['critical', 'warning', 'info'].map((level) => sample('lifeboat_operation_alerts', { ...labels, level }, report.alerts.filter((one) => one.level === level).length)),
    ];
}
/** Only of a backup: what another operation looks at may be any older set. */
function ofSet({ operation, series, type, set, source, metrics, proof }) {
    if (operation !== 'backup' || set === undefined) {
        return [];
    }
    const labels = { series, type };
    const at = source?.snapshotTime;
    const add = (name, value) => value === undefined ? [] : [sample(name, labels, value)];
    return [
        ...add('lifeboat_backup_timestamp_seconds', at && unix(at)),
        ...add('lifeboat_backup_proven_timestamp_seconds', proof?.outcome === 'proven' ? at && unix(at) : undefined),
        ...add('lifeboat_backup_size_bytes', set.bytes),
        ...add('lifeboat_backup_dump_bytes', set.dumpBytes),
        ...add('lifeboat_backup_source_bytes', set.sourceBytes),
        ...add('lifeboat_backup_compression_ratio', metrics?.performance.compression_ratio),
        ...add('lifeboat_backup_memory_bytes', metrics && Math.round(metrics.performance.memory_usage_mb * 1e6)),
        ...add('lifeboat_backup_rows', metrics?.records.total),
    ];
}
function ofTables({ operation, series, type, metrics }) {
    if (operation !== 'backup' || metrics === undefined) {
        return [];
    }
    const largest = Object.entries(metrics.size.tables)
        .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
        .slice(0, MOST_TABLES);
    return largest.flatMap(([table, bytes]) => {
        const labels = { series, type, table };
        const rows = metrics.records.by_table[table];
        return [
            sample('lifeboat_backup_table_bytes', labels, bytes),
            ...(rows === undefined ? [] : [sample('lifeboat_backup_table_rows', labels, rows)]),
        ];
    });
}
function ofProof(report) {
    const { proof } = report;
    if (proof === undefined) {
        return [];
    }
    const labels = runLabels(report);
    return [
        sample('lifeboat_proof_success', labels, flag(proof.outcome === 'proven')),
        sample('lifeboat_proof_duration_seconds', labels, proof.seconds),
    ];
}
function ofStore({ name: store, holds, trouble }, { series, operation }) {
    return [
        sample('lifeboat_store_success', { series, operation, store }, flag(trouble === undefined)),
        ...(holds === undefined
            ? []
            : [
                sample('lifeboat_store_sets', { series, store }, holds.sets),
                sample('lifeboat_store_bytes', { series, store }, holds.bytes),
            ]),
    ];
}
function ofWatch({ series, watched = [] }) {
    return watched.flatMap(({ store, type, newest, newestProven, maxAge, maxUnproven, isFresh, isProven }) => {
        const labels = { series, store, type };
        return [
            ...(newest === undefined ? [] : [sample('lifeboat_newest_backup_timestamp_seconds', labels, unix(newest))]),
            ...(newestProven === undefined
                ? []
                : [sample('lifeboat_newest_proven_timestamp_seconds', labels, unix(newestProven))]),
            sample('lifeboat_objective_seconds', { ...labels, objective: 'age' }, maxAge / 1000),
            sample('lifeboat_objective_seconds', { ...labels, objective: 'proof' }, maxUnproven / 1000),
            sample('lifeboat_objective_met', { ...labels, objective: 'age' }, flag(isFresh)),
            sample('lifeboat_objective_met', { ...labels, objective: 'proof' }, flag(isProven)),
        ];
    });
}
function ofDrill({ series, type, drill }) {
    return (drill?.scenarios ?? []).flatMap((result) => {
        const labels = { series, type, scenario: result.scenario };
        const [rto, rpo] = [rtoOf(result), rpoOf(result)];
        return [
            sample('lifeboat_drill_success', labels, flag(result.outcome === 'passed')),
            ...(rto === undefined ? [] : [sample('lifeboat_drill_rto_seconds', labels, rto)]),
            ...(rpo === undefined ? [] : [sample('lifeboat_drill_rpo_seconds', labels, rpo)]),
        ];
    });
}
/** Of a rehearsal nothing: it did not free what it tells of. */
function ofMaintenance({ series, maintenance, dryRun }) {
    if (maintenance === undefined || dryRun === true) {
        return [];
    }
    const kinds = ['log', 'unfinished', 'workspace', 'scratch database'];
    return [
        sample('lifeboat_maintenance_freed_bytes', { series }, freedBytes(maintenance)),
        ...kinds.map((kind) => sample('lifeboat_maintenance_removed', { series, kind }, maintenance.removed.filter((one) => one.kind === kind).length)),
    ];
}
function runLabels({ series, type, operation }) {
    return { series, type, operation };
}
function sample(name, labels, value) {
    const given = Object.entries(labels).flatMap(([label, text]) => (text === undefined ? [] : [[label, text]]));
    return { name, labels: Object.fromEntries(given), value };
}
function unix(date) {
    return date.getTime() / 1000;
}
function flag(value) {
    return value ? 1 : 0;
}

;// CONCATENATED MODULE: ./build/operations/metrics-file.js







/** A collector runs as another user, and nothing in the file is secret but the names of tables. */
const READABLE = 0o644;
/**
 * Writes what a run has to tell into `metrics-file`, beside what earlier runs of other databases, types and operations
 * have told there, in one step. That it cannot be written is a warning: the run is still what it was.
 */
async function withMetricsFile(report, { metricsFile }, { workingDirectory, logger }) {
    if (metricsFile === undefined) {
        return report;
    }
    const file = external_node_path_.resolve(workingDirectory, metricsFile);
    try {
        const text = await (0,file_errors/* ifThere */.y)((0,promises_.readFile)(file, 'utf8'));
        const earlier = text === undefined || text === '' ? [] : readOpenMetrics(text);
        if (earlier === null) {
            throw notOurs(file);
        }
        await (0,promises_.mkdir)(external_node_path_.dirname(file), { recursive: true });
        await (0,platform_files/* writeWhole */.f8)(file, logger.redact(renderOpenMetrics(mergeSamples(earlier, samplesOf(report)))), READABLE);
        return report;
    }
    catch (error) {
        const warning = `The metrics were not written. ${(0,errors/* messageOf */.bD)(error)}`;
        logger.warning(warning);
        return { ...report, warnings: [...report.warnings, warning] };
    }
}
function notOurs(file) {
    return new errors/* OperationError */.OK({
        doing: `writing the metrics to ${file}`,
        problem: 'there is a file that does not end as pg-lifeboat writes it, so it was left alone',
        advice: 'Give metrics-file a name of its own, or remove that file.',
    });
}

;// CONCATENATED MODULE: ./build/calendar.js
const calendar_HOUR = 3_600_000;
const DAY = 24 * calendar_HOUR;
const EARLIEST = new Date(-8_640_000_000_000_000);
/**
 * The calendar of an IANA time zone such as `Europe/Madrid`. It remembers the instants that it was asked about, so make
 * one for each piece of work. Throws `RangeError` for a name that is none.
 */
function calendarOf(timezone) {
    const format = new Intl.DateTimeFormat('en-US', {
        timeZone: timezone,
        calendar: 'gregory',
        numberingSystem: 'latn',
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
    });
    // Formatting is what a decision spends its time on, and every rule asks for the same instants.
    const known = new Map();
    const wallOf = (instant) => {
        const wall = known.get(instant.getTime()) ?? readWall(format.formatToParts(instant));
        known.set(instant.getTime(), wall);
        return wall;
    };
    return {
        dayOf: (instant) => isoDay(wallOf(instant)),
        weekOf: (instant) => isoWeek(wallOf(instant)),
        monthOf: (instant) => isoDay(wallOf(instant)).slice(0, -3),
        yearOf: (instant) => isoDay(wallOf(instant)).slice(0, -6),
        before: (instant, age) => goBack(instant, age, wallOf),
    };
}
/** Reads `1y6m`; a unit given twice counts once, by its last number. Throws `RangeError` for anything else. */
function parseAge(text) {
    if (!/^(\d+[ymdh])+$/.test(text)) {
        throw new RangeError(`"${text}" is not an age such as 14d, 3m or 1y6m`);
    }
    const last = (unit) => Number([...text.matchAll(new RegExp(`(\\d+)${unit}`, 'g'))].at(-1)?.[1] ?? 0);
    return { years: last('y'), months: last('m'), days: last('d'), hours: last('h') };
}
/** Whether an age is no time at all, which means that it was not asked for. */
function isNoAge({ years, months, days, hours }) {
    return years === 0 && months === 0 && days === 0 && hours === 0;
}
function goBack(instant, age, wallOf) {
    const wall = wallOf(instant);
    const shown = asIfUtc({
        ...wall,
        year: wall.year - age.years,
        month: wall.month - age.months,
        day: wall.day - age.days,
    });
    const milliseconds = instant.getTime() - Math.floor(instant.getTime() / 1000) * 1000;
    const result = new Date(instantShowing(shown, wallOf) + milliseconds - age.hours * calendar_HOUR);
    // An age beyond all dates must keep everything, not compare as false with everything.
    return Number.isNaN(result.getTime()) ? EARLIEST : result;
}
/**
 * The instant at which the clocks show a time. Where they show it twice or never (a change of summer time) it is correct
 * by the offset of one of the two sides, as Go's `time.Date` has it.
 */
function instantShowing(shown, wallOf) {
    const offsetAt = (instant) => Number.isNaN(new Date(instant).getTime()) ? NaN : asIfUtc(wallOf(new Date(instant))) - floorToSecond(instant);
    return shown - offsetAt(shown - offsetAt(shown));
}
function floorToSecond(instant) {
    return Math.floor(instant / 1000) * 1000;
}
function readWall(parts) {
    const read = (type) => Number(parts.find((part) => part.type === type)?.value);
    return {
        year: read('year'),
        month: read('month'),
        day: read('day'),
        hour: read('hour'),
        minute: read('minute'),
        second: read('second'),
    };
}
function asIfUtc({ year, month, day, hour, minute, second }) {
    return Date.UTC(year, month - 1, day, hour, minute, second);
}
function isoDay({ year, month, day }) {
    return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`;
}
function isoWeek({ year, month, day }) {
    const date = Date.UTC(year, month - 1, day);
    const daysFromThursday = 3 - ((new Date(date).getUTCDay() + 6) % 7);
    const thursday = new Date(date + daysFromThursday * DAY);
    const firstOfYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
    const week = Math.floor((thursday.getTime() - firstOfYear) / (7 * DAY)) + 1;
    return `${String(thursday.getUTCFullYear()).padStart(4, '0')}-W${twoDigits(week)}`;
}
function twoDigits(number) {
    return String(number).padStart(2, '0');
}

// EXTERNAL MODULE: ./build/records/log.js
var log = __webpack_require__(16851);
;// CONCATENATED MODULE: ./build/records/statistics/events.js




const Outcome = schemas/* enum */.k5n(['proven', 'failed', 'not-verified']);
const TierName = schemas/* enum */.k5n(['none', 'archive', 'data', 'full']);
const Amount = schemas/* number */.aig().nonnegative().optional().catch(undefined);
const Name = schemas/* string */.YjP().optional().catch(undefined);
const LoggedAlert = schemas/* object */.Ikc({ level: schemas/* enum */.k5n(LEVELS), measure: schemas/* enum */.k5n(MEASURE_NAMES) });
const Scenario = schemas/* object */.Ikc({
    scenario: schemas/* string */.YjP(),
    outcome: schemas/* enum */.k5n(['passed', 'failed', 'could-not-run']),
    rto: Amount,
    rpo: Amount,
});
/** One thing of another shape must not cost the line all the others. */
const Details = schemas/* object */.Ikc({
    type: Name,
    id: schemas/* string */.YjP()
        .refine((id) => !Number.isNaN((0,backup_manifest/* timeOf */.nR)(id).getTime()))
        .optional()
        .catch(undefined),
    proof: Outcome.optional().catch(undefined),
    tier: TierName.optional().catch(undefined),
    compression_ratio: Amount,
    free_bytes: Amount,
    alerts: schemas/* array */.YOg(LoggedAlert).catch([]),
    errors: schemas/* array */.YOg(schemas/* string */.YjP()).catch([]),
    phase: Name,
    scenarios: schemas/* array */.YOg(Scenario).catch([]),
    mode: Name,
});
/** Reads lines, the oldest first, leaving out those from after an instant: a clock that was wrong makes no history. */
function eventsOf(lines, until) {
    return lines
        .map(eventOf)
        .filter(({ at }) => at <= until.getTime())
        .sort((a, b) => a.at - b.at);
}
function eventOf(line) {
    const { id, compression_ratio, free_bytes, type, proof, tier, phase, mode, ...lists } = Details.parse(line.details);
    const { duration, size, records } = line.details;
    return {
        at: (0,log/* timeOfLine */.FP)(line).getTime(),
        operation: line.operation,
        ok: line.status === 'success',
        seconds: duration,
        ...lists,
        ...(type !== undefined && { type }),
        ...(id !== undefined && { id, snapshot: (0,backup_manifest/* timeOf */.nR)(id).getTime() }),
        ...(size !== undefined && { size }),
        ...(records !== undefined && { records }),
        ...(proof !== undefined && { proof }),
        ...(tier !== undefined && { tier }),
        ...(compression_ratio !== undefined && { compressionRatio: compression_ratio }),
        ...(free_bytes !== undefined && { freeBytes: free_bytes }),
        ...(phase !== undefined && { phase }),
        ...(mode !== undefined && { mode }),
    };
}
function isTaken(event) {
    return event.operation === 'backup' && event.type !== undefined && event.id !== undefined && event.size !== undefined;
}
/** What one set is called in all of a store. */
function setKey({ type, id }) {
    return `${type ?? ''}/${id ?? ''}`;
}
/** Mean; null of nothing. */
function meanOf(numbers) {
    return numbers.length === 0 ? null : numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}
/** In groups by a key, in the order in which the keys come up. */
function groupedBy(items, keyOf) {
    const groups = new Map();
    for (const item of items) {
        const group = groups.get(keyOf(item));
        if (group === undefined)
            groups.set(keyOf(item), [item]);
        else
            group.push(item);
    }
    return groups;
}

;// CONCATENATED MODULE: ./build/records/statistics/figures.js


/** The figures that were asked for of a day, over the events of any time. */
function dailyReport(events) {
    const backups = events.filter(isBackup);
    const good = backups.filter(({ ok }) => ok);
    return {
        success_rate: backups.length === 0 ? null : good.length / backups.length,
        avg_duration: meanOf(good.map(({ seconds }) => seconds)),
        total_size: backups.filter(isTaken).reduce((sum, { size }) => sum + size, 0),
        record_counts: newestCounts(backups.filter(isTaken)),
    };
}
/** The figures that were asked for of a week, over the events of any time. */
function weeklyReport(events, calendar) {
    const taken = events.filter(isTaken);
    const byDay = [...groupedBy(taken, ({ at, type }) => `${calendar.dayOf(new Date(at))} ${type}`)].sort(byKey);
    return {
        compression_trends: byDay.flatMap(([key, sets]) => {
            const ratio = meanOf(sets.flatMap(({ compressionRatio }) => compressionRatio ?? []));
            return ratio === null ? [] : [{ ...dayAndType(key), compression_ratio: ratio }];
        }),
        size_evolution: byDay.flatMap(([key, sets]) => {
            const newest = figures_newestOf(sets);
            return newest === undefined ? [] : [{ ...dayAndType(key), size: newest.size }];
        }),
        error_frequency: errorFrequency(events),
    };
}
/** How often each kind of error came up: each at most once an operation. What says nothing of itself counts as `failed`. */
function errorFrequency(events) {
    const times = new Map();
    for (const { ok, errors, phase } of events) {
        if (ok)
            continue;
        const kinds = errors.length === 0 ? [phase ?? 'failed'] : errors;
        new Set(kinds).forEach((kind) => times.set(kind, (times.get(kind) ?? 0) + 1));
    }
    return Object.fromEntries([...times].sort((a, b) => b[1] - a[1] || byKey(a, b)));
}
/** Backups, and how good the sets are that they took. */
function backupCounts(events, { isProven }) {
    const backups = events.filter(isBackup);
    const succeeded = backups.filter(({ ok }) => ok).length;
    const sets = backups.filter(isTaken);
    const proven = sets.filter(isProven).length;
    return {
        total: backups.length,
        succeeded,
        failed: backups.length - succeeded,
        sets: sets.length,
        proven,
        proof_rate: sets.length === 0 ? null : proven / sets.length,
    };
}
/** Alerts by level and measure, the heaviest and then the most frequent first. */
function alertCounts(events) {
    const fired = events.flatMap(({ at, alerts }) => alerts.map((alert) => ({ ...alert, at })));
    return [...groupedBy(fired, ({ level, measure }) => `${level} ${measure}`).values()]
        .flatMap((group) => {
        const last = group.at(-1);
        return last === undefined
            ? []
            : [{ level: last.level, measure: last.measure, times: group.length, last: new Date(last.at) }];
    })
        .sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || b.times - a.times);
}
/** How many operations of each kind there were, in the order of their names. */
function operationCounts(events) {
    const groups = groupedBy(events, ({ operation }) => operation);
    return Object.fromEntries([...groups].map(([name, group]) => [name, group.length]).sort(byKey));
}
/** The set whose snapshot is the newest. */
function figures_newestOf(sets) {
    return sets.reduce((newest, set) => (newest === undefined || set.snapshot >= newest.snapshot ? set : newest), undefined);
}
function isBackup({ operation }) {
    return operation === 'backup';
}
/**
 * Types may hold different tables, so each table's rows are those of the newest set that counted it. Only the newest set
 * of each choice of type is read: types are few, sets are many.
 */
function newestCounts(sets) {
    const counted = sets.filter(({ records }) => records !== undefined);
    const newest = [...groupedBy(counted, ({ type }) => type).values()].flatMap((ofType) => figures_newestOf(ofType) ?? []);
    const rows = newest.sort((a, b) => a.snapshot - b.snapshot).flatMap(({ records }) => Object.entries(records ?? {}));
    return Object.fromEntries(new Map(rows));
}
function dayAndType(key) {
    const [day = '', ...type] = key.split(' ');
    return { day, type: type.join(' ') };
}
function byKey(a, b) {
    return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

;// CONCATENATED MODULE: ./build/records/statistics/theil-sen.js
/** More samples make no better line and a quadratic amount of work. */
const MOST_SAMPLES = 200;
/**
 * The line of Theil and Sen: the median of the slopes of all pairs, through the median of what is left. Up to 29 % of the
 * samples may be wild without any effect. Null where there are no two times.
 */
function theilSen(all) {
    const samples = thinned(all);
    const slopes = [];
    samples.forEach((a, index) => {
        for (const b of samples.slice(index + 1)) {
            if (a.day !== b.day)
                slopes.push((b.value - a.value) / (b.day - a.day));
        }
    });
    const slope = medianOf(slopes);
    if (slope === null)
        return null;
    const intercept = medianOf(samples.map(({ day, value }) => value - slope * day)) ?? 0;
    return { slope, at: (day) => intercept + slope * day };
}
/** So many samples spread evenly over all, with the first and the last. */
function thinned(all, most = MOST_SAMPLES) {
    if (all.length <= most)
        return all;
    return Array.from({ length: most }, (_, index) => all[Math.round((index * (all.length - 1)) / (most - 1))]).filter((sample) => sample !== undefined);
}
/** The middle of the numbers, or of the two in the middle; null of nothing. */
function medianOf(numbers) {
    const sorted = Float64Array.from(numbers).sort();
    const middle = sorted.length / 2;
    const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
    return low === undefined || high === undefined ? null : (low + high) / 2;
}

;// CONCATENATED MODULE: ./build/records/statistics/forecast.js




/** GitHub ends a job on its own runners after six hours. */
const JOB_LIMIT_SECONDS = 6 * 3600;
const forecast_DAY = 24 * 3600 * 1000;
/** Fewer measurements, or over a shorter time, are no trend. */
const LEAST = { points: 5, days: 3 };
/** A trend is believed for so many times as long as it was seen, and never for longer than five years. */
const SIGHT = { times: 10, days: 5 * 365 };
/** When the limits will be reached if it goes on like this: for each type in the order of their names, then the disk. */
function forecastsOf(events, rules, now) {
    const byType = groupedBy(events.filter((event) => isBackup(event) && event.type !== undefined), ({ type = '' }) => type);
    const ofTypes = [...byType]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([type, backups]) => forecastsOfType(type, backups, rules, now));
    const free = events.flatMap(({ at, freeBytes }) => forecast_sample(at, freeBytes));
    const disk = { what: 'disk', type: null, unit: 'bytes', limit: 0 };
    return [...ofTypes, ...(free.length === 0 ? [] : [forecast(disk, free, now)])];
}
function forecastsOfType(type, backups, rules, now) {
    const durations = backups.filter(({ ok }) => ok).flatMap(({ at, seconds }) => forecast_sample(at, seconds));
    const sizes = backups.filter(isTaken).flatMap(({ at, size }) => forecast_sample(at, size));
    const [duration, size] = [criticalLimit(rules, 'duration'), criticalLimit(rules, 'size')];
    const about = (what, unit, limit) => ({
        what,
        type,
        unit,
        limit,
    });
    return [
        ...(size === null ? [] : [forecast(about('size-alert', 'bytes', size), sizes, now)]),
        ...(duration === null ? [] : [forecast(about('duration-alert', 'seconds', duration), durations, now)]),
        forecast(about('job-limit', 'seconds', JOB_LIMIT_SECONDS), durations, now),
    ];
}
/**
 * Follows the line of Theil and Sen from now on to the limit. What was measured last decides whether it is reached
 * already; a disk is full when nothing is left, everything else when the limit is.
 *
 * @param samples the oldest first
 */
function forecast(question, samples, now) {
    const [first, last] = [samples[0], samples.at(-1)];
    const days = first === undefined || last === undefined ? 0 : last.day - first.day;
    const sight = Math.min(SIGHT.times * days, SIGHT.days);
    const basis = { points: samples.length, days, sight };
    const enough = samples.length >= LEAST.points && days >= LEAST.days;
    const trend = enough ? theilSen(samples) : null;
    const perDay = trend?.slope ?? null;
    const outcome = (() => {
        const today = now.getTime() / forecast_DAY;
        const isFalling = question.what === 'disk';
        if (last !== undefined && (isFalling ? last.value <= question.limit : last.value >= question.limit)) {
            return { kind: 'reached' };
        }
        if (trend === null)
            return { kind: 'cannot-be-told', reason: reasonOf(samples.length, days) };
        const wait = (question.limit - trend.at(today)) / trend.slope;
        if (!(isFalling ? trend.slope < 0 : trend.slope > 0) || wait > sight)
            return { kind: 'not-in-sight' };
        return { kind: 'expected', at: new Date((today + Math.max(0, wait)) * forecast_DAY) };
    })();
    return { ...question, current: last?.value ?? null, perDay, basis, outcome };
}
function reasonOf(points, days) {
    return points < LEAST.points
        ? `${points} of at least ${LEAST.points} measurements are there`
        : `the measurements span ${days.toFixed(1)} of at least ${LEAST.days} days`;
}
function forecast_sample(at, value) {
    return value === undefined ? [] : [{ day: at / forecast_DAY, value }];
}
/** The limit of the critical rule of a measure, in seconds or bytes; null when it is off. */
function criticalLimit(rules, wanted) {
    const rule = rules.find(({ level, measure }) => level === 'critical' && measure === wanted);
    return rule === undefined || rule.limit === 'off' || rule.limit.comparison !== '>'
        ? null
        : limitInBase(wanted, rule.limit);
}

;// CONCATENATED MODULE: ./build/records/statistics/growth.js

const growth_DAY = 24 * 3600 * 1000;
/**
 * How the rows of each table changed, the fastest change first. Two sets of a type are compared, however many there are:
 * the oldest and the newest that counted rows. A table of several types is told by the one with the newest set.
 *
 * @param events of the time that is looked back over
 */
function growth_growthOf(events) {
    const counted = events.filter(isTaken).filter(({ records }) => records !== undefined);
    const pairs = [...groupedBy(counted, ({ type }) => type).values()]
        .map(ends)
        .sort((a, b) => b.newest.snapshot - a.newest.snapshot);
    const growth = new Map();
    for (const pair of pairs) {
        for (const one of growthBetween(pair)) {
            const told = growth.get(one.table);
            // Another type may still have what one has not any more.
            if (told === undefined || (told.after === null && one.after !== null))
                growth.set(one.table, one);
        }
    }
    return [...growth.values()].sort(byChange);
}
function ends(sets) {
    const bySnapshot = [...sets].sort((a, b) => a.snapshot - b.snapshot);
    const [oldest, newest] = [bySnapshot[0], bySnapshot.at(-1)];
    if (oldest === undefined || newest === undefined)
        throw new TypeError('a group has members');
    return { oldest, newest };
}
function growthBetween({ oldest, newest }) {
    const before = new Map(Object.entries(oldest.records ?? {}));
    const after = new Map(Object.entries(newest.records ?? {}));
    const days = (newest.snapshot - oldest.snapshot) / growth_DAY;
    return [...new Set([...before.keys(), ...after.keys()])].map((table) => {
        const [was, is] = [before.get(table) ?? null, after.get(table) ?? null];
        return {
            ...{ table, type: newest.type, before: was, after: is },
            perDay: was === null || is === null || days === 0 ? null : (is - was) / days,
        };
    });
}
/** Tables that came or went are told before those that grew. */
function byChange(a, b) {
    const cameOrWent = ({ before, after }) => Number(before === null || after === null);
    return (cameOrWent(b) - cameOrWent(a) ||
        Math.abs(b.perDay ?? 0) - Math.abs(a.perDay ?? 0) ||
        (b.after ?? 0) - (a.after ?? 0) ||
        (a.table < b.table ? -1 : 1));
}

;// CONCATENATED MODULE: ./build/records/statistics/outcomes.js

const TIERS = ['none', 'archive', 'data', 'full'];
/**
 * Follows the outcomes of backups and validations through the log, as stores do with what they keep beside a set: the
 * newest counts, but what could not run takes nothing back, and what looked less far neither lowers a proof nor lifts a
 * failure.
 */
function followOutcomes(events) {
    const standing = new Map();
    const proven = new Map();
    const steps = new Map();
    for (const { operation, at, type, id, snapshot, proof, tier = 'none' } of events) {
        const isOutcome = operation === 'backup' || operation === 'validate';
        if (!isOutcome || type === undefined || snapshot === undefined || proof === undefined || id === undefined)
            continue;
        const before = standing.get(setKey({ type, id }));
        if (before !== undefined && !isTakenOver(before, { proof, tier }))
            continue;
        standing.set(setKey({ type, id }), { proof, tier });
        const snapshots = ofType(proven, type, () => new Set());
        const ofThisType = ofType(steps, type, () => []);
        const newestProven = afterOutcome(snapshots, snapshot, proof === 'proven', ofThisType.at(-1)?.newestProven ?? null);
        ofThisType.push({ at, newestProven });
    }
    return { isProven: (set) => standing.get(setKey(set))?.proof === 'proven', steps };
}
/** Keeps the proven snapshots and returns the newest; all are looked through only when the newest is taken back. */
function afterOutcome(snapshots, snapshot, isProven, newest) {
    if (isProven) {
        snapshots.add(snapshot);
        return Math.max(snapshot, newest ?? snapshot);
    }
    snapshots.delete(snapshot);
    if (snapshot !== newest)
        return newest;
    return snapshots.size === 0 ? null : [...snapshots].reduce((a, b) => Math.max(a, b));
}
function ofType(map, type, make) {
    const present = map.get(type) ?? make();
    map.set(type, present);
    return present;
}
function isTakenOver(standing, next) {
    if (next.proof === 'failed' || standing.proof === 'not-verified')
        return true;
    return next.proof === 'proven' && TIERS.indexOf(next.tier) >= TIERS.indexOf(standing.tier);
}
/**
 * The longest that the newest proven snapshot was old between two instants (milliseconds), in seconds: what a loss of the
 * server would have cost at the worst moment. Time in which nothing proven was known is left out; null when that is all.
 *
 * @param steps of one type, the oldest first
 */
function worstAge(steps, from, to) {
    let worst = null;
    const first = lastUntil(steps, from);
    for (let index = Math.max(0, first); index < steps.length; index++) {
        const step = steps[index];
        if (step === undefined || step.at > to)
            break;
        const end = Math.min(to, steps[index + 1]?.at ?? to);
        // Of two outcomes in the same second the earlier held for no time.
        if (step.newestProven !== null && end > Math.max(from, step.at)) {
            worst = Math.max(worst ?? 0, (end - step.newestProven) / 1000);
        }
    }
    return worst;
}
/** The place of the last step until an instant, found by halving; -1 when there is none. */
function lastUntil(steps, instant) {
    let [low, high] = [0, steps.length];
    while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if ((steps[middle]?.at ?? Infinity) <= instant)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

;// CONCATENATED MODULE: ./build/records/statistics/trends.js



/**
 * How each type did in each bucket, the oldest first, then by type. A type begins with its first backup and then has a
 * point in every bucket, so that a day without one is seen.
 */
function trendOf(events, buckets, outcomes) {
    const byType = groupedBy(events.filter((event) => isBackup(event) && event.type !== undefined), ({ type = '' }) => type);
    return [...byType]
        .flatMap(([type, ofType]) => pointsOf(type, ofType, buckets, outcomes))
        .sort((a, b) => a.at.getTime() - b.at.getTime() || (a.type < b.type ? -1 : 1));
}
/** @param events backups of this type, the oldest first: each is looked at once */
function pointsOf(type, events, buckets, outcomes) {
    const points = [];
    let next = events.findIndex(({ at }) => at > (buckets[0]?.from ?? Infinity));
    const hasBegun = next !== 0;
    if (next === -1)
        next = events.length;
    for (const bucket of buckets) {
        const start = next;
        while ((events[next]?.at ?? Infinity) <= bucket.to)
            next++;
        if (hasBegun || next > 0) {
            points.push(pointOf(type, events.slice(start, next), bucket, outcomes));
        }
    }
    return points;
}
function pointOf(type, events, bucket, outcomes) {
    const good = events.filter(({ ok }) => ok);
    const sets = events.filter(isTaken);
    const newest = figures_newestOf(sets);
    return {
        bucket: bucket.name,
        at: new Date(bucket.from + 1),
        type,
        backups: events.length,
        succeeded: good.length,
        sets: sets.length,
        proven: sets.filter(outcomes.isProven).length,
        size: newest?.size ?? null,
        records: newest?.records === undefined ? null : totalOf(newest.records),
        compression_ratio: meanOf(sets.flatMap(({ compressionRatio }) => compressionRatio ?? [])),
        duration: meanOf(good.map(({ seconds }) => seconds)),
        worstRpo: worstAge(outcomes.steps.get(type) ?? [], bucket.from, bucket.to),
    };
}
function totalOf(records) {
    const rows = Object.values(records);
    return rows.length === 0 ? null : rows.reduce((sum, each) => sum + each, 0);
}
/** Recoveries: each scenario of a drill, and each restore, whose whole duration is its RTO. */
function recoveriesOf(events) {
    return events.flatMap((event) => {
        const at = new Date(event.at);
        if (event.operation === 'restore') {
            const outcome = event.ok ? 'passed' : 'failed';
            return [{ at, kind: 'restore', name: event.mode ?? '', outcome, rto: event.ok ? event.seconds : null, rpo: null }];
        }
        return event.operation !== 'drill'
            ? []
            : event.scenarios.map(({ scenario, outcome, rto, rpo }) => ({
                ...{ at, kind: 'drill', name: scenario, outcome },
                ...{ rto: rto ?? null, rpo: rpo ?? null },
            }));
    });
}

;// CONCATENATED MODULE: ./build/records/statistics/windows.js
const NO_AGE = { years: 0, months: 0, days: 0, hours: 0 };
const SECOND = 1000;
/** How many days a period has, and its trends: the buckets of a weekly report are weeks. */
const DAYS = {
    daily: { period: 1, trend: 30, unit: 'day' },
    weekly: { period: 7, trend: 26 * 7, unit: 'week' },
};
/** The last days until an instant: as many on the calendar, however many hours they have. */
function lastDays(days, until, calendar) {
    return { from: calendar.before(until, { ...NO_AGE, days }).getTime(), to: until.getTime() };
}
function isIn({ from, to }, at) {
    return at > from && at <= to;
}
/**
 * The calendar days or weeks that began within the last days until an instant, the oldest first, without a gap. The last
 * one ends at that instant.
 */
function bucketsOf(days, unit, until, calendar) {
    const nameOf = unit === 'day' ? calendar.dayOf : calendar.weekOf;
    const marks = Array.from({ length: days }, (_, index) => lastDays(days - index, until, calendar).from);
    const buckets = [];
    let start = marks[0] ?? until.getTime();
    for (const mark of [...marks.slice(1), until.getTime()]) {
        // Where clocks change, two marks may be on the same day, or a day apart.
        while (nameOf(new Date(start)) !== nameOf(new Date(mark))) {
            const border = borderBetween(start, mark, nameOf);
            buckets.push({ name: nameOf(new Date(start)), from: start - 1, to: border });
            start = border + 1;
        }
    }
    // The first one had begun before.
    return [...buckets.slice(1), { name: nameOf(until), from: start - 1, to: until.getTime() }];
}
/** The last millisecond of the earlier bucket, so that "after" it begins the later one; by halving, to the second. */
function borderBetween(before, after, nameOf) {
    const name = nameOf(new Date(before));
    let [low, high] = [Math.floor(before / SECOND), Math.floor(after / SECOND)];
    while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (nameOf(new Date(middle * SECOND)) === name)
            low = middle;
        else
            high = middle;
    }
    return high * SECOND - 1;
}

;// CONCATENATED MODULE: ./build/records/statistics/statistics.js








/** Two years; what a report reads of the log, so that forecasts see as far back as there is anything. */
const LOOK_BACK_DAYS = 2 * 366;
/**
 * Everything that the log of a store and the sets in it tell of a period. Figures of the past are those of the log alone;
 * what can be lost now, and what is held, is said of the sets that are there.
 */
function statisticsOf(lines, sets, { period, now, timezone, rules }) {
    const calendar = calendarOf(timezone);
    const events = eventsOf(lines, now);
    const outcomes = followOutcomes(events);
    const days = DAYS[period];
    const window = lastDays(days.period, now, calendar);
    const within = (some) => events.filter(({ at }) => isIn(some, at));
    const inPeriod = within(window);
    const buckets = bucketsOf(days.trend, days.unit, now, calendar);
    const inTrend = within({ from: buckets[0]?.from ?? window.from, to: window.to });
    const lastDay = within(lastDays(DAYS.daily.period, now, calendar));
    const lastWeek = within(lastDays(DAYS.weekly.period, now, calendar));
    return {
        ...{ period, timezone, from: new Date(window.from), to: now },
        reports: { daily: dailyReport(lastDay), weekly: weeklyReport(lastWeek, calendar) },
        figures: dailyReport(inPeriod),
        backups: backupCounts(inPeriod, outcomes),
        errors: errorFrequency(inPeriod),
        alerts: alertCounts(inPeriod),
        types: typesOf({ events, inPeriod, sets, window, outcomes }),
        trends: { unit: days.unit, points: trendOf(events, buckets, outcomes) },
        recoveries: recoveriesOf(inTrend),
        growth: growth_growthOf(inTrend),
        forecasts: forecastsOf(events, rules, now),
        holds: holdingsOf(sets),
        operations: operationCounts(inPeriod),
    };
}
/** What the store holds by type, in the order of their names. */
function holdingsOf(sets) {
    return [...groupedBy(sets, ({ type }) => type)]
        .map(([type, ofType]) => {
        const times = ofType.map(snapshotOf);
        return {
            type,
            sets: ofType.length,
            proven: ofType.filter(statistics_isProven).length,
            bytes: ofType.reduce((sum, { bytes }) => sum + bytes, 0),
            oldest: new Date(least(times)),
            newest: new Date(greatest(times)),
        };
    })
        .sort(byType);
}
function typesOf({ events, inPeriod, sets, window, outcomes }) {
    const held = groupedBy(sets, ({ type }) => type);
    const added = groupedBy(inPeriod.filter(isTaken), ({ type }) => type);
    const names = new Set([...held.keys(), ...events.filter(isTaken).map(({ type }) => type)]);
    return [...names]
        .map((type) => {
        const times = (held.get(type) ?? []).map(snapshotOf);
        const provenTimes = (held.get(type) ?? []).filter(statistics_isProven).map(snapshotOf);
        const newestProven = provenTimes.length === 0 ? null : greatest(provenTimes);
        return {
            type,
            sets: added.get(type)?.length ?? 0,
            newest: times.length === 0 ? null : new Date(greatest(times)),
            newestProven: newestProven === null ? null : new Date(newestProven),
            rpo: newestProven === null ? null : Math.max(0, window.to - newestProven) / 1000,
            worstRpo: worstAge(outcomes.steps.get(type) ?? [], window.from, window.to),
        };
    })
        .sort(byType);
}
function snapshotOf({ manifest }) {
    return Date.parse(manifest.snapshot.time);
}
function statistics_isProven({ proof }) {
    return proof.outcome === 'proven';
}
function least(numbers) {
    return numbers.reduce((a, b) => Math.min(a, b), Infinity);
}
function greatest(numbers) {
    return numbers.reduce((a, b) => Math.max(a, b), -Infinity);
}
function byType(a, b) {
    return a.type < b.type ? -1 : a.type > b.type ? 1 : 0;
}

;// CONCATENATED MODULE: ./build/operations/log-details.js

/**
 * What the log says of an operation, besides how it ended and how long it took: what it says of itself, and what reports
 * over time are made of.
 *
 * @param own what the operation says of itself
 * @param hides whether names of tables must not be in the log; a message may hold them, so it is left out then
 */
function detailsOf(report, own, hides) {
    const { failure } = report;
    const message = `it ended with exit code ${String(failure?.exitCode)}; names are hidden here`;
    return {
        ...log_details_subjectOf(report),
        ...own,
        ...outcomeOf(report, own),
        ...measuredOf(report),
        ...log_details_troubleOf(report),
        ...(failure !== undefined && { error: hides ? message : failure.message }),
    };
}
/** Also of a backup that ended before it had said anything of itself. */
function log_details_subjectOf({ operation, series, type }) {
    return operation === 'backup' && type !== undefined ? { ...(series !== '' && { series }), type } : {};
}
/** Also of a set that was found to be damaged before it could be restored. */
function outcomeOf({ operation, proof }, own) {
    return operation === 'validate' && proof !== undefined && own.id !== undefined
        ? { proof: proof.outcome, tier: proof.tier }
        : {};
}
function measuredOf({ metrics, alerts }) {
    return {
        ...(metrics !== undefined && {
            compression_ratio: metrics.performance.compression_ratio,
            total_bytes: metrics.size.total_bytes,
            compressed_bytes: metrics.size.compressed_bytes,
            memory_usage_mb: metrics.performance.memory_usage_mb,
        }),
        ...(alerts.length > 0 && { alerts: alerts.map(({ level, measure }) => ({ level, measure })) }),
    };
}
function log_details_troubleOf(report) {
    if (exitCodeFor(report) === 0) {
        return {};
    }
    const pressing = allFindings(report).filter(({ severity }) => severity === 'error' || severity === 'inconclusive');
    const codes = [...new Set(pressing.map(({ code }) => code))];
    const { failure } = report;
    return {
        ...(codes.length > 0 && { errors: codes }),
        ...(failure?.phase !== undefined && { phase: failure.phase }),
        ...(failure !== undefined && { exit_code: failure.exitCode }),
    };
}

// EXTERNAL MODULE: ./build/backup/set.js
var backup_set = __webpack_require__(4511);
// EXTERNAL MODULE: ./build/given.js
var build_given = __webpack_require__(8777);
// EXTERNAL MODULE: ./build/records/metrics.js
var records_metrics = __webpack_require__(13096);
;// CONCATENATED MODULE: ./build/operations/report-draft.js






/** The report of an operation while it runs: each step adds what it knows, so that a failure tells all until then. */
class ReportDraft {
    operation;
    context;
    series = '';
    type;
    id;
    dryRun = false;
    source;
    set;
    proof;
    restored;
    drill;
    statistics;
    watched;
    maintenance;
    diagnosis;
    schemaChange;
    checks = [];
    tables = [];
    metrics;
    alerts = [];
    retention = [];
    /** Undefined where there is only one. */
    stores;
    /** Whether the store's log gets a line about it. */
    isLogged = true;
    /** What the log says of the operation, besides how it ended and how long it took. */
    logDetails = {};
    phases = [];
    /** The innermost step that something was thrown out of, and what that was. */
    ended;
    findings = [];
    /** What no finding says, as sentences. */
    warnings = [];
    startedAt;
    start;
    constructor(operation, context) {
        this.operation = operation;
        this.context = context;
        this.startedAt = context.clock.now();
        this.start = context.clock.monotonic();
    }
    /** Seconds since the operation began. */
    seconds() {
        return (this.context.clock.monotonic() - this.start) / 1000;
    }
    /** Does a step under its title and remembers how long it took, also when it fails. */
    async phase(title, work) {
        const phase = { name: title, seconds: 0 };
        this.phases.push(phase);
        const start = this.context.clock.monotonic();
        try {
            return await this.context.logger.step(title, work);
        }
        catch (error) {
            this.ended = this.ended?.error === error ? this.ended : { error, phase: title };
            throw error;
        }
        finally {
            phase.seconds = (this.context.clock.monotonic() - start) / 1000;
        }
    }
    /** Adds findings to the report and says the weighty ones in the log. */
    find(findings) {
        this.findings.push(...findings);
        for (const one of findings) {
            this.say(one);
        }
    }
    /** Adds findings that the log has already. */
    remember(findings) {
        this.findings.push(...findings);
    }
    /** Forgets the set that it was about until now: another one follows. */
    startOver() {
        this.id = undefined;
        this.source = undefined;
        this.set = undefined;
        this.proof = undefined;
        this.tables = [];
    }
    /** Where the set is, once it is in the store. */
    committed(manifest, place) {
        this.id = manifest.id;
        this.describeSet(manifest, place);
        this.logDetails = (0,log/* setDetails */.nc)(manifest, manifest.proof, this.seconds());
    }
    /** What a set says of itself. */
    describeSet(manifest, { folder, location }) {
        const { source, tool, snapshot, options, dump, encryption } = manifest;
        this.source = {
            database: source.database,
            serverVersion: source.serverVersion,
            pgDump: tool.pgDump,
            snapshotTime: new Date(snapshot.time),
        };
        this.set = {
            path: folder,
            location,
            manifestPath: `${folder}/${backup_set/* SET */.rK.manifest}`,
            format: options.format,
            compression: options.compression,
            bytes: (0,records_metrics/* setBytes */.m5)(manifest),
            dumpBytes: dump.bytes,
            sourceBytes: manifest.tables.reduce((sum, table) => sum + (table.data ? table.bytes : 0), 0),
            ...(encryption !== undefined && { encryption }),
        };
    }
    warn(sentence) {
        this.note(sentence);
        this.context.logger.warning(sentence);
    }
    /** A warning that the log has already. */
    note(sentence) {
        this.warnings.push(sentence);
    }
    finished(failure) {
        return {
            operation: this.operation,
            series: this.series,
            startedAt: this.startedAt,
            seconds: this.seconds(),
            dryRun: this.dryRun,
            phases: this.phases,
            tables: this.tables,
            alerts: this.alerts,
            retention: this.retention,
            findings: this.findings,
            warnings: this.warnings,
            checks: this.checks,
            schemaChange: this.schemaChange,
            ...(0,build_given/* given */.g)({
                type: this.type,
                id: this.id,
                source: this.source,
                set: this.set,
                restored: this.restored,
                drill: this.drill,
                statistics: this.statistics,
                watched: this.watched,
                maintenance: this.maintenance,
                diagnosis: this.diagnosis,
                proof: this.proof,
                metrics: this.metrics,
                stores: this.stores,
            }),
            ...(failure !== undefined && { failure: this.failureOf(failure) }),
        };
    }
    failureOf(thrown) {
        const { reason } = this.context.signal;
        // Whatever was thrown once the limit was reached came of that.
        const error = reason instanceof errors/* TimeLimitReached */.r_ ? new errors/* TimeLimitError */.$q(reason, thrown) : thrown;
        const redact = (text) => this.context.logger.redact(text);
        const { ended } = this;
        return {
            message: redact((0,errors/* messageOf */.bD)(error)),
            causes: (0,errors/* messagesOf */.cr)(error).slice(1).map(redact),
            exitCode: (0,errors/* exitCodeOf */.FO)(error),
            ...(ended !== undefined && ended.error === thrown && { phase: ended.phase }),
        };
    }
    /** Says a finding in the log, as loud as it weighs. */
    say(one) {
        const text = `${(0,build_findings/* describeFinding */.jb)(one)} ${one.advice}`;
        const { logger } = this.context;
        switch (one.severity) {
            case 'error':
                logger.error(text);
                break;
            case 'inconclusive':
            case 'warning':
                logger.warning(text);
                break;
            case 'info':
                logger.info(text);
        }
    }
}

;// CONCATENATED MODULE: ./build/retention/rules.js

/** Whether no rule asks to keep anything. */
function keepsNothing(rules) {
    const { keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly, keepWithin } = rules;
    const slots = [keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly];
    return slots.every((count) => count === 0) && (keepWithin === null || isNoAge(parseAge(keepWithin)));
}
/**
 * Applies the rules to sets in order of time, the newest first, and gives a ruling for each.
 *
 * The rules are OR-ed. A counting rule keeps the newest set of each of the last n periods that have a set; while it has
 * slots left, it keeps the oldest set too, so that history grows to its full length. `keepWithin` is measured from the
 * newest set, not from now: when backups stop, it removes nothing.
 */
function applyRules(newestFirst, rules, calendar) {
    const verdicts = rulesOf(rules, calendar).map((rule) => rule(newestFirst));
    return newestFirst.map((_, index) => {
        const own = verdicts.flatMap((ofRule) => ofRule[index] ?? []);
        return {
            keptBy: own.filter(({ keep }) => keep).map(({ reason }) => reason),
            missed: own.filter(({ keep }) => !keep).map(({ reason }) => reason),
        };
    });
}
function rulesOf(rules, calendar) {
    const periods = [
        ['daily', rules.keepDaily, calendar.dayOf],
        ['weekly', rules.keepWeekly, calendar.weekOf],
        ['monthly', rules.keepMonthly, calendar.monthOf],
        ['yearly', rules.keepYearly, calendar.yearOf],
    ];
    return [
        ...(rules.keepLast > 0 ? [lastRule(rules.keepLast)] : []),
        ...periods.filter(([, slots]) => slots > 0).map(([name, slots, periodOf]) => periodRule(name, slots, periodOf)),
        ...(rules.keepWithin !== null && !isNoAge(parseAge(rules.keepWithin))
            ? [withinRule(rules.keepWithin, calendar)]
            : []),
    ];
}
function lastRule(slots) {
    return (newestFirst) => newestFirst.map((_, index) => index < slots
        ? { keep: true, reason: `last: ${index + 1} of ${slots}` }
        : { keep: false, reason: `last: older than the last ${slots}` });
}
function periodRule(name, slots, periodOf) {
    return (newestFirst) => {
        let filled = 0;
        let current;
        return newestFirst.map((set, index) => {
            const period = periodOf(set.time);
            const hasSlotsLeft = filled < slots;
            if (period !== current?.period) {
                if (!hasSlotsLeft) {
                    return { keep: false, reason: `${name}: older than the ${slots} that are kept` };
                }
                filled += 1;
                current = { period, newest: set };
                return { keep: true, reason: `${name}: newest of ${period} (${filled} of ${slots})` };
            }
            return hasSlotsLeft && index === newestFirst.length - 1
                ? { keep: true, reason: `${name}: the oldest, with only ${filled} of ${slots} slots filled` }
                : { keep: false, reason: `${name}: ${current.newest.id} is newer in ${period}` };
        });
    };
}
function withinRule(text, calendar) {
    return (newestFirst) => {
        const newest = newestFirst[0];
        const limit = newest && calendar.before(newest.time, parseAge(text));
        return newestFirst.map(({ time }) => limit !== undefined && time.getTime() > limit.getTime()
            ? { keep: true, reason: `within: less than ${text} older than the newest` }
            : { keep: false, reason: `within: ${text} or more older than the newest` });
    };
}

;// CONCATENATED MODULE: ./build/retention/policy.js



/** The standings that compete for slots, the strongest first. */
const CONTENDERS = ['proven', 'lesser', 'unverified', 'failed'];
const AMONG = {
    proven: 'proven sets',
    lesser: 'sets proven to any tier',
    unverified: 'sets, unverified ones included',
    failed: 'sets, failed ones included',
};
/**
 * Decides for each set whether it is kept, the newest first.
 *
 * The whole rule: **a set competes only with sets of its type whose proof is at least as strong as its own.** So the
 * proven sets fill the slots as if there were no others, and a weaker set is kept where it would win a slot against
 * everything at least as good. Nothing weak ever displaces something strong, the newest set of any kind is always kept
 * (it may be the only hope), and each kind alone is bounded by the policy.
 *
 * Never removed, and never in a slot: sets dated after `now` and sets of another series. Never removed: the newest
 * proven set of each cluster and the floor.
 *
 * Throws `UsageError` for a policy without any rule.
 */
function decide(sets, policy, situation) {
    requireRules(policy);
    const calendar = calendarOf(policy.timezone);
    const standings = new Map(sets.map((set) => [set, standingOf(set, policy, situation)]));
    const newestFirst = [...sets].sort(byTimeThenName);
    const decisions = new Map();
    for (const type of new Set(sets.map((set) => set.type))) {
        const ofType = newestFirst.filter((set) => set.type === type);
        for (const decision of decideType(ofType, standings, policy, calendar)) {
            decisions.set(decision.set, decision);
        }
    }
    return newestFirst.flatMap((set) => {
        const decision = decisions.get(set) ?? bystander(set, standings);
        return set.id === situation.justTaken ? spare(decision) : decision;
    });
}
/** Whether a set is proven at all, to whatever tier. */
function policy_isProven({ standing }) {
    return standing === 'proven' || standing === 'lesser';
}
/** Throws `UsageError` for a policy that asks to keep nothing: a slip, or somebody who wants everything gone. */
function requireRules(policy) {
    if (keepsNothing(policy)) {
        throw new errors/* UsageError */.eb({
            doing: 'reading the retention policy',
            problem: 'the policy keeps nothing: every keep-* option is 0',
            advice: 'Give at least one of keep-last, keep-daily, keep-weekly, keep-monthly, keep-yearly and keep-within, or none of them for the defaults.',
        });
    }
}
function decideType(newestFirst, standings, policy, calendar) {
    return CONTENDERS.flatMap((standing, strength) => {
        const atLeastAsStrong = new Set(CONTENDERS.slice(0, strength + 1));
        const rivals = newestFirst.filter((set) => atLeastAsStrong.has(standings.get(set) ?? 'foreign'));
        const isOwn = (set) => standings.get(set) === standing;
        return rivals.some(isOwn) ? policy_judge(rivals, standing, policy, calendar).filter(({ set }) => isOwn(set)) : [];
    });
}
/** Decides for every rival; only the word on the sets of this standing counts, the stronger have had theirs. */
function policy_judge(rivals, standing, policy, calendar) {
    const rulings = applyRules(rivals, policy, calendar);
    const newestOfClusters = standing === 'proven' || standing === 'lesser' ? newestByCluster(rivals) : new Set();
    return rivals.map((set, index) => {
        const ruling = rulings[index] ?? { keptBy: [], missed: [] };
        const kept = [
            ...ruling.keptBy,
            ...(newestOfClusters.has(set) ? [`newest proven of cluster ${set.systemIdentifier ?? 'unknown'}`] : []),
            ...(index < policy.floor ? [`floor: one of the ${policy.floor} newest ${AMONG[standing]}`] : []),
        ];
        const keep = kept.length > 0;
        const reasons = keep ? kept : ruling.missed;
        return { set, standing, keep, reasons: standing === 'proven' ? reasons : [PROOF_NOTE[standing], ...reasons] };
    });
}
const PROOF_NOTE = {
    lesser: 'proven to a lesser tier than asked for',
    unverified: 'not verified',
    failed: 'verification failed',
};
function newestByCluster(newestFirst) {
    const newest = new Map();
    for (const set of newestFirst) {
        if (!newest.has(set.systemIdentifier)) {
            newest.set(set.systemIdentifier, set);
        }
    }
    return new Set(newest.values());
}
function bystander(set, standings) {
    const standing = standings.get(set) ?? 'foreign';
    const reason = standing === 'future' ? 'dated in the future: never removed, fills no slot' : `of another series (${set.series})`;
    return { set, standing, keep: true, reasons: [reason] };
}
function spare(decision) {
    const reason = 'taken by this run';
    return { ...decision, keep: true, reasons: decision.keep ? [...decision.reasons, reason] : [reason] };
}
function standingOf(set, policy, { now, series }) {
    if (set.series !== series) {
        return 'foreign';
    }
    // Written so that a date that is none counts as the future too, and is kept.
    if (!(set.time.getTime() <= now.getTime())) {
        return 'future';
    }
    switch (set.proof.outcome) {
        case 'proven':
            return tierRank(set.proof.tier) >= tierRank(policy.tier) ? 'proven' : 'lesser';
        case 'not-verified':
            return 'unverified';
        case 'failed':
            return 'failed';
    }
}
function tierRank(tier) {
    return ['none', 'archive', 'data', 'full'].indexOf(tier);
}
function byTimeThenName(a, b) {
    return (policy_compare(instantOf(b), instantOf(a)) || policy_compare(b.id, a.id) || policy_compare(b.type, a.type) || policy_compare(b.series, a.series));
}
/** A date that is none goes with the future, before all others. */
function instantOf({ time }) {
    return Number.isNaN(time.getTime()) ? Infinity : time.getTime();
}
function policy_compare(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}

;// CONCATENATED MODULE: ./build/retention/policy-for.js

/** No type falls below so many of its newest proven sets, whatever the rules say. */
const FLOOR = 3;
const NO_RULES = {
    keepLast: 0,
    keepDaily: 0,
    keepWeekly: 0,
    keepMonthly: 0,
    keepYearly: 0,
    keepWithin: null,
};
/**
 * The policy of a type: the given `keep-*` rules and only those, or else 7 daily for `daily`, 4 weekly for `weekly` and
 * the last 3 for every other type.
 *
 * Without `keep-tier` a set counts as proven at the tier that `verify` asks for. With `verify: none` the lowest tier
 * counts: nothing that such a run takes is proven, so its sets compete among themselves, and never with a set that was
 * proven some other way.
 *
 * Throws `UsageError` when rules are given and all of them are 0.
 */
function policyFor(type, options) {
    const rules = givenRules(options) ?? { ...NO_RULES, ...defaultsOf(type) };
    requireRules(rules);
    const asked = options.verify === 'none' ? 'archive' : options.verify;
    return { ...rules, tier: options.keepTier ?? asked, timezone: options.timezone, floor: FLOOR };
}
/**
 * The options of a store that keeps something else than the others: rules that are given for it replace all others, and
 * `keep-tier` stays what it is unless it is given.
 */
function withOverrides(options, keep) {
    const names = Object.keys(NO_RULES);
    const replaced = names.some((name) => keep[name] !== undefined)
        ? Object.fromEntries(names.map((name) => [name, keep[name]]))
        : {};
    return { ...options, ...replaced, ...(keep.keepTier !== undefined && { keepTier: keep.keepTier }) };
}
/** Whether rules are given, so that the defaults of the types do not count. */
function hasRules(options) {
    return givenRules(options) !== undefined;
}
function givenRules(options) {
    const names = Object.keys(NO_RULES);
    if (names.every((name) => options[name] === undefined)) {
        return undefined;
    }
    return {
        keepLast: options.keepLast ?? 0,
        keepDaily: options.keepDaily ?? 0,
        keepWeekly: options.keepWeekly ?? 0,
        keepMonthly: options.keepMonthly ?? 0,
        keepYearly: options.keepYearly ?? 0,
        keepWithin: options.keepWithin ?? null,
    };
}
function defaultsOf(type) {
    switch (type) {
        case 'daily':
            return { keepDaily: 7 };
        case 'weekly':
            return { keepWeekly: 4 };
        default:
            return { keepLast: 3 };
    }
}

// EXTERNAL MODULE: ./build/stores/factory.js + 50 modules
var factory = __webpack_require__(69001);
// EXTERNAL MODULE: ./build/stores/location.js
var stores_location = __webpack_require__(95756);
;// CONCATENATED MODULE: ./build/operations/stores-in-use.js





const ON_COPIES = new Set(['backup', 'rotate', 'watch', 'maintain']);
/** Whether an operation also works on the stores of the option `copies`. */
function worksOnCopies(operation, { rotateCheck }) {
    return ON_COPIES.has(operation) || (operation === 'validate' && rotateCheck);
}
/**
 * Opens the store and, where the operation works on them, the copies, in the order in which they were given. Nothing is
 * connected to yet.
 *
 * Throws `UsageError` for a location that is none, or that is given twice.
 */
async function openStores(operation, options, context) {
    // Whoever restores from a copy names it as the store, and the configuration file names it among the copies.
    const copies = worksOnCopies(operation, options) ? options.copies : [];
    refuseSamePlace([options.store, ...copies.map(({ location }) => location)], context.workingDirectory);
    const open = async (location, role, keep) => {
        const store = await (0,factory/* openStore */.C)(location, { ...context, settings: options });
        const line = { name: store.name, role, copied: [], retention: [] };
        return {
            store,
            role,
            options: withOverrides(options, keep),
            reached: role === 'primary',
            held: new Set(),
            line,
            troubles: [],
        };
    };
    const primary = await open(options.store, 'primary', {});
    return [primary, ...(await Promise.all(copies.map(({ location, keep }) => open(location, 'copy', keep))))];
}
/** Ends the connections of all stores. Whatever was done is done, so what goes wrong here is no failure. */
async function closeStores(stores, { logger }) {
    for (const { store } of stores) {
        try {
            await store.close();
        }
        catch (error) {
            logger.debug(`Closing the store ${store.name}: ${(0,errors/* messageOf */.bD)(error)}`);
        }
    }
}
/** A copy in the place of its original is none. */
function refuseSamePlace(locations, folder) {
    const places = locations.map((location) => placeOf(location, folder));
    const twice = locations.find((_, index) => places.indexOf(places[index] ?? '') !== index);
    if (twice !== undefined) {
        const isPrimary = placeOf(twice, folder) === places[0];
        throw new errors/* UsageError */.eb({
            doing: 'reading the option copies',
            problem: `${(0,stores_location/* shownLocation */.R)(twice)} is ${isPrimary ? 'the store itself' : 'given twice'}`,
            advice: 'Name each place once; a copy protects only when it is kept somewhere else.',
        });
    }
}
/** The same text for the same place, however it is written: of what follows it, only another server makes another place. */
function placeOf(location, folder) {
    const found = (0,stores_location/* kindOfLocation */.F)(location);
    if (found.kind === 'folder') {
        return external_node_path_.resolve(folder, found.path);
    }
    const [place = '', query = ''] = location.split('?', 2);
    const endpoint = new URLSearchParams(query).get('endpoint') ?? '';
    return `${place.replace(/\/+$/, '')} ${endpoint}`;
}

;// CONCATENATED MODULE: ./build/operations/reporting.js






/**
 * Does the work of an operation and makes its report, whatever happens: what is thrown on the way ends the work and is
 * the report's failure. A line about it goes to the log of each store, so that a copy alone tells its history.
 *
 * Throws `UsageError` for stores that cannot be meant.
 */
async function reporting(operation, options, context, work) {
    const report = new ReportDraft(operation, context);
    const stores = await openStores(operation, options, context);
    let failure;
    try {
        await work({ report, store: stores[0].store, stores, options, context });
    }
    catch (error) {
        failure = error;
    }
    report.stores = worksOnSeveral(stores) ? stores.map(({ line }) => line) : undefined;
    const finished = report.finished(failure);
    // What was asked for wrongly was never begun, and may be about another store than the one that was meant.
    if (report.isLogged && finished.failure?.exitCode !== 2) {
        for (const { store } of stores.filter(({ reached }) => reached)) {
            const hides = options.hideNames || finished.set?.encryption?.namesHidden === true;
            const details = detailsOf(finished, report.logDetails, hides);
            await writeLog(store, finished, { ...details, ...ofTask(options) }, context);
        }
    }
    await closeStores(stores, context);
    return finished;
}
/** A schedule looks there for whether its task had its turn. */
function ofTask({ task }) {
    return task === undefined ? {} : { task };
}
function worksOnSeveral(stores) {
    return stores.length > 1 || stores.some(({ line }) => line.checked !== undefined || line.trouble !== undefined);
}
/** The log is where people look afterwards; a run whose line cannot be written says so, and is still what it was. */
async function writeLog(store, report, details, { clock, logger }) {
    const status = exitCodeFor(report) === 0 ? 'success' : 'error';
    try {
        await store.appendLog((0,log/* logLine */.BP)(clock.now(), report.operation, status, { ...details, duration: report.seconds }));
    }
    catch (error) {
        logger.warning(`The log of ${store.name} could not be written: ${(0,errors/* messageOf */.bD)(error)}`);
    }
}

;// CONCATENATED MODULE: ./build/operations/report.js



const report_DAY = 24 * 3600 * 1000;
/** Tells how the backups of a day or a week did, from the store's log and its manifests. It looks and changes nothing. */
function report(options, context) {
    return reporting('report', options, context, async ({ report: draft, store }) => {
        // Who looks at a history does not make any.
        draft.isLogged = false;
        draft.type = options.type;
        const now = context.clock.now();
        const rules = rulesInForce(options.alerts);
        await draft.phase('Reading the history', async () => {
            draft.series = (await store.series()) ?? options.series ?? '';
            const { sets, broken } = await store.list();
            const { lines, unreadable } = await store.readLog(new Date(now.getTime() - LOOK_BACK_DAYS * report_DAY));
            const isMeant = (type) => (options.type ?? type) === type;
            draft.statistics = {
                ...statisticsOf(
                // What is not of one type, such as a drill, is part of the history of each.
                lines.filter(({ details }) => details.type === undefined || isMeant(details.type)), sets.filter(({ type }) => isMeant(type)), { period: options.period, now, timezone: options.timezone, rules }),
                broken: broken.filter(({ type }) => isMeant(type)),
                unreadable,
            };
        });
    });
}

// EXTERNAL MODULE: ./build/platform/parallel.js
var parallel = __webpack_require__(93351);
;// CONCATENATED MODULE: ./build/operations/troubles.js



/** How many stores are worked on at a time: their networks and disks are others, the machine is one. */
const STORES_AT_ONCE = 2;
const CODES = { copy: 'COPY_FAILED', rotation: 'COPY_NOT_ROTATED' };
/**
 * What was to be done with copies could not be done for all of them. The primary store is as it should be.
 *
 * It ends with the exit code of what went wrong, where that is the same everywhere and no copy is missing.
 */
class CopiesError extends errors/* OperationError */.OK {
    exitCode;
    constructor(doing, stores, good) {
        const troubles = stores.flatMap(({ store, troubles }) => troubles.map((trouble) => ({ name: store.name, ...trouble })));
        const what = troubles.map((trouble) => said(trouble, trouble.name));
        super({
            doing,
            problem: [good, ...what].filter((part) => part !== '').join(', '),
            advice: troubles_adviceOf(troubles),
            cause: troubles.length === 1 ? troubles[0]?.error : new AggregateError(troubles.map(({ error }) => error)),
        });
        const codes = new Set(troubles.map(({ what: failed, error }) => (failed === 'copy' ? 1 : (0,errors/* exitCodeOf */.FO)(error))));
        this.exitCode = codes.size === 1 ? ([...codes][0] ?? 1) : 1;
    }
}
/**
 * Throws `CopiesError` when there was trouble with a copy.
 *
 * @param good what can be said for comfort: `the backup is good`
 */
function failAtTroubles(doing, good, { stores }) {
    if (stores.some(({ troubles }) => troubles.length > 0)) {
        throw new CopiesError(doing, stores, good);
    }
}
/** Notes that something could not be done with a copy: as a finding, in its line, and for the failure at the end. */
function noteTrouble(copy, trouble, { report }) {
    copy.troubles.push(trouble);
    copy.line = { ...copy.line, trouble: copy.line.trouble ?? said(trouble, 'it') };
    report.find([(0,build_findings/* finding */.gk)(CODES[trouble.what], copy.store.name, (0,errors/* problemOf */.Zw)(trouble.error), adviceIn(trouble))]);
}
/** Notes that a set of the primary store is damaged: so it was not copied, and no copy is to blame. */
function noteDamage({ type, id }, found, { report, store, stores }) {
    const one = (0,build_findings/* finding */.gk)('COPY_SOURCE_DAMAGED', `${type}/${id}`, found);
    report.find([one]);
    const problem = `the set ${type}/${id} is damaged in ${store.name}: ${found}`;
    const error = new errors/* DamagedError */.Me({ doing: `copying the set ${type}/${id}`, problem, advice: one.advice });
    stores[0].troubles.push({ what: 'source', error });
}
/**
 * Does work on each copy, some at a time. What goes wrong with one is noted and disturbs no other; only an interruption
 * ends it all.
 */
async function onEach(copies, what, underWay, work) {
    const { context } = underWay;
    await (0,parallel/* inParallel */.H)(copies, STORES_AT_ONCE, async (copy) => {
        try {
            context.signal.throwIfAborted();
            await work(copy);
        }
        catch (error) {
            rethrowInterruption(error, `working on ${copy.store.name}`, context);
            noteTrouble(copy, { what, error }, underWay);
        }
    });
}
/** Throws `InterruptedError` when we were asked to stop: whatever else is thrown then comes of that. */
function rethrowInterruption(error, doing, { signal }) {
    if (error instanceof errors/* InterruptedError */.p4) {
        throw error;
    }
    if (signal.aborted) {
        throw new errors/* InterruptedError */.p4(doing, error);
    }
}
function said({ what, error }, name) {
    switch (what) {
        case 'copy':
            return `the copy to ${name} failed: ${(0,errors/* problemOf */.Zw)(error)}`;
        case 'rotation':
            return `the rotation of ${name} failed: ${(0,errors/* problemOf */.Zw)(error)}`;
        case 'source':
            return (0,errors/* problemOf */.Zw)(error);
    }
}
/** What the error itself advises, and what is the same for every copy. */
function adviceIn({ what, error }) {
    const own = error instanceof errors/* LifeboatError */.H3 ? error.advice : undefined;
    return own === undefined || what !== 'copy' ? own : `${own} The next run brings the copy up to date.`;
}
function troubles_adviceOf(troubles) {
    const own = [...new Set(troubles.flatMap(({ error }) => (error instanceof errors/* LifeboatError */.H3 ? [error.advice] : [])))];
    const next = troubles.some(({ what }) => what === 'copy') ? ['The next run brings the copy up to date.'] : [];
    return [...(own.length === 1 ? own : ['Mend what the findings above say.']), ...next].join(' ');
}

// EXTERNAL MODULE: ./build/platform/github-errors.js
var github_errors = __webpack_require__(77487);
;// CONCATENATED MODULE: ./build/platform/github-schedules.js


const github_schedules_PER_PAGE = 100;
/**
 * Asks GitHub's REST API once for each; whoever watches asks again soon.
 *
 * Throws `OperationError` saying which permission is missing.
 */
async function scheduleFacts({ repository, token, apiUrl }, { clock, signal }) {
    const { getOctokit } = await Promise.all(/* import() */[__webpack_require__.e(119), __webpack_require__.e(351)]).then(__webpack_require__.bind(__webpack_require__, 61351));
    const { rest } = getOctokit(token, { baseUrl: apiUrl, userAgent: 'pg-lifeboat' });
    const [owner = '', repo = ''] = repository.split('/');
    const common = { owner, repo, request: { signal } };
    const ask = async (asked, work) => {
        try {
            signal.throwIfAborted();
            return await work();
        }
        catch (error) {
            throw signal.aborted ? new errors/* InterruptedError */.p4(asked.doing, error) : (0,github_errors/* requestFailed */.dz)(error, asked, clock.now());
        }
    };
    const about = await ask({ doing: `asking who can see ${repository}`, permission: 'metadata: read' }, () => rest.repos.get(common));
    const commits = await ask({ doing: `looking at the commits of ${repository}`, permission: 'contents: read' }, () => rest.repos.listCommits({ ...common, per_page: 1 }));
    const listed = await ask({ doing: `listing the workflows of ${repository}`, permission: 'actions: read' }, () => rest.actions.listRepoWorkflows({ ...common, per_page: github_schedules_PER_PAGE }));
    const date = commits.data[0]?.commit.committer?.date;
    return {
        isPublic: !about.data.private,
        lastCommit: date === undefined ? null : new Date(date),
        disabled: listed.data.workflows.filter(({ state }) => state === 'disabled_inactivity').map(({ path }) => path),
    };
}

;// CONCATENATED MODULE: ./build/operations/watch-schedules.js







const DAY_MS = 86_400_000;
/** GitHub disables the schedules of a public repository so many days after its last commit. */
const DISABLED_AFTER_DAYS = 60;
/** Two weeks are enough for somebody to notice. */
const WARNED_AFTER_DAYS = 45;
/**
 * In a job: whether GitHub is about to stop starting what is scheduled in this repository, or has stopped already. A
 * watch that is itself scheduled would fall silent with the backups, so it must speak before.
 */
async function watchSchedules({ githubToken }, context) {
    const { environment, logger, clock } = context;
    const job = (0,github/* jobOf */.Zw)(environment);
    const token = githubToken ?? environment.GITHUB_TOKEN ?? '';
    if (job === null || token === '') {
        logger.debug('Whether schedules are about to be disabled is only asked in a job, with github-token.');
        return [];
    }
    logger.hide(token);
    const apiUrl = environment.GITHUB_API_URL ?? 'https://api.github.com';
    try {
        const facts = await scheduleFacts({ repository: job.repository, token, apiUrl }, context);
        return judgeSchedules(job.repository, facts, clock.now());
    }
    catch (error) {
        rethrowInterruption(error, 'looking at the schedules', context);
        return [(0,build_findings/* finding */.gk)('SCHEDULE_NOT_CHECKED', job.repository, (0,errors/* problemOf */.Zw)(error))];
    }
}
/** Pure: what there is to say of these facts. */
function judgeSchedules(repository, { isPublic, lastCommit, disabled }, now) {
    const stopped = disabled.map((file) => (0,build_findings/* finding */.gk)('SCHEDULE_DISABLED', file, `GitHub has disabled this workflow, because ${repository} was not active`, `Enable it again: gh workflow enable ${file.split('/').at(-1) ?? file}`));
    const age = lastCommit === null ? 0 : now.getTime() - lastCommit.getTime();
    if (!isPublic || lastCommit === null || age < WARNED_AFTER_DAYS * DAY_MS) {
        return stopped;
    }
    const end = new Date(lastCommit.getTime() + DISABLED_AFTER_DAYS * DAY_MS);
    const what = now < end ? 'disables its schedules on' : 'may disable its schedules at any time, since';
    const found = `the last commit is from ${(0,units/* formatInstant */.r4)(lastCommit)}, ${ageText(age)} ago, and GitHub ${what} ${(0,units/* formatInstant */.r4)(end).slice(0, 10)}`;
    return [...stopped, (0,build_findings/* finding */.gk)('SCHEDULE_ENDING', repository, found)];
}

;// CONCATENATED MODULE: ./build/operations/watch.js






/**
 * Looks into every store itself for how old the newest backup of each type is, and the newest that is proven; and in a
 * job, whether GitHub is about to stop starting backups. It writes nothing, so that a job that may only read can do it,
 * and nothing that a backup does or leaves undone can keep it quiet.
 */
function watch(options, context) {
    return watchStores(options, context, async ({ report }) => {
        await report.phase("Looking at the repository's schedules", async () => {
            report.find(await watchSchedules(options, context));
        });
    });
}
/** Looks into the stores alone, and then at what else there is to look at. */
function watchStores(options, context, more = () => Promise.resolve()) {
    return reporting('watch', options, context, async (underWay) => {
        const { report, stores } = underWay;
        report.type = options.type;
        report.series = options.series ?? '';
        report.isLogged = false;
        report.watched = [];
        const [primary, ...copies] = stores;
        await report.phase('Looking at the backups', async () => {
            const types = (await watch_look(primary, [], underWay)).map(({ type }) => type);
            for (const copy of copies) {
                await watch_look(copy, types, underWay);
            }
        });
        await more(underWay);
    });
}
/** Judges one store; one that cannot be read is a finding, because the others may still have something to tell. */
async function watch_look(inUse, expected, { report, options, context }) {
    const { store } = inUse;
    try {
        const { sets, broken } = await store.list();
        const { maxAge, maxUnproven, watchTier: tier, type } = options;
        const objectives = { maxAge, maxUnproven, tier, type };
        const { types, findings } = judgeFreshness({ store: store.name, sets, broken }, objectives, context.clock.now(), expected);
        report.series = report.series === '' ? (sets[0]?.manifest.series ?? '') : report.series;
        report.watched = [...(report.watched ?? []), ...types];
        report.find(findings);
        inUse.line = {
            ...inUse.line,
            holds: { sets: sets.length, bytes: sets.reduce((sum, { bytes }) => sum + bytes, 0) },
        };
        return types;
    }
    catch (error) {
        rethrowInterruption(error, `watching ${store.name}`, context);
        report.find([(0,build_findings/* finding */.gk)('STORE_NOT_READ', store.name, (0,errors/* problemOf */.Zw)(error))]);
        inUse.line = { ...inUse.line, trouble: (0,errors/* problemOf */.Zw)(error) };
        return [];
    }
}

;// CONCATENATED MODULE: ./build/fleet/quiet-logger.js
/**
 * A logger for one of many things that go on at once: whatever weighs something is told on a line that begins with its
 * name, without the headings and bars that would tear each other apart. The end of the run tells all that is wrong as
 * loud as it should be.
 */
function quietLogger(label, logger) {
    const tell = (message) => {
        logger.info(`[${label}] ${message}`);
    };
    return {
        debug: (message) => {
            logger.debug(`[${label}] ${message}`);
        },
        info: (message) => {
            logger.debug(`[${label}] ${message}`);
        },
        warning: tell,
        error: tell,
        step: (_, work) => work(),
        progress: () => undefined,
        hide: (secret) => {
            logger.hide(secret);
        },
        redact: (text) => logger.redact(text),
    };
}

;// CONCATENATED MODULE: ./build/fleet/each.js




/** So many stores are read at a time: it is waiting for networks, mostly. */
const AT_ONCE = 8;
/** A store that says nothing for so long has its line all the same; the others do not wait for it for ever. */
const LONGEST_LOOK = 5 * 60_000;
/** Looks at each of many databases, several at once, each with its own time and its own voice in the log. */
function lookAtEach(jobs, context, look, longest = LONGEST_LOOK) {
    return (0,parallel/* inParallel */.H)(jobs, AT_ONCE, async (job) => {
        const late = new AbortController();
        const timer = setTimeout(() => {
            late.abort(new errors/* TimeLimitReached */.r_(longest));
        }, longest);
        try {
            const signal = AbortSignal.any([context.signal, late.signal]);
            return await look(job, { ...context, signal, logger: quietLogger((0,fleet_jobs/* labelOf */.Wy)(job), context.logger) });
        }
        finally {
            clearTimeout(timer);
        }
    });
}

;// CONCATENATED MODULE: ./build/fleet/part.js





/** What one database's own report says of it, among others. */
function partOf(job, report) {
    const { mood, text } = verdictOf(report);
    const { failure } = report;
    const exitCode = exitCodeFor(report);
    const verdict = plainText(text);
    return {
        ...part_nameOf(job),
        // What ends as a failure is none that a reader may pass over, be its proof as good as it may.
        mood: exitCode === 0 || mood === 'bad' ? mood : exitCode === 4 ? 'doubtful' : 'bad',
        verdict: failure === undefined ? verdict : `${verdict} ${asSentence(failure.message)}`,
        exitCode,
        ...((failure !== undefined || wasNotRead(report)) && { isUnknown: true }),
        ...agesOf(report),
        ...historyOf(report),
        ...sizeOf(report),
        seconds: report.seconds,
        findings: allFindings(report).filter(({ severity }) => severity !== 'info'),
    };
}
/** For what could not even begin, or ended without a report. */
function unknownPart(job, error, seconds) {
    return {
        ...part_nameOf(job),
        mood: 'bad',
        verdict: asSentence((0,errors/* problemOf */.Zw)(error)),
        exitCode: (0,errors/* exitCodeOf */.FO)(error),
        isUnknown: true,
        seconds,
        findings: [],
    };
}
function part_nameOf({ database, type }) {
    return { ...(database !== undefined && { database }), ...(type !== undefined && { type }) };
}
function wasNotRead({ findings }) {
    return findings.some(({ code }) => code === 'STORE_NOT_READ');
}
/** Of the store that has the newest; a watch looks into several. */
function agesOf({ statistics, watched = [], source, proof }) {
    const types = [...(statistics?.types ?? []), ...watched];
    const taken = source?.snapshotTime;
    const newest = latest([...types.map((type) => type.newest), taken]);
    const proven = latest([
        ...types.map(({ newestProven }) => newestProven),
        proof?.outcome === 'proven' ? taken : undefined,
    ]);
    return { ...(newest !== undefined && { newest }), ...(proven !== undefined && { newestProven: proven }) };
}
function latest(times) {
    const known = times.flatMap((time) => (time === null || time === undefined ? [] : [time.getTime()]));
    return known.length === 0 ? undefined : new Date(Math.max(...known));
}
function historyOf({ statistics }) {
    if (statistics === undefined) {
        return {};
    }
    const { backups, trends } = statistics;
    const sizes = trends.points.flatMap(({ size }) => (size === null ? [] : [size]));
    const [before] = sizes;
    const after = sizes.at(-1);
    return {
        runs: { total: backups.total, succeeded: backups.succeeded },
        ...(before !== undefined && after !== undefined && sizes.length > 1 && { growth: { before, after } }),
    };
}
function sizeOf({ statistics, stores, watched, set }) {
    if (statistics !== undefined) {
        return { bytes: statistics.holds.reduce((sum, { bytes }) => sum + bytes, 0) };
    }
    const held = watched === undefined ? undefined : stores?.find(({ role }) => role === 'primary')?.holds;
    const bytes = held?.bytes ?? set?.bytes;
    return bytes === undefined ? {} : { bytes };
}

;// CONCATENATED MODULE: ./build/fleet/fleet-report.js










const OPERATIONS = {
    report: report,
    watch: (options, context) => watchStores(options, context),
};
const TITLES = {
    report: 'Reading the history of every database',
    watch: 'Looking at the backups of every database',
};
/**
 * One report over many databases: each is looked at by the operation itself, with its own options and its own alerts, and
 * has one line. One that cannot be read is a line too.
 */
async function lookAtAll(operation, configuration, choice, context) {
    const draft = new ReportDraft(operation, context);
    draft.type = choice.type;
    try {
        const jobs = (0,fleet_choice/* chosenJobs */.NF)(operation, configuration, choice);
        const common = configuration.commonOptions({ operation });
        const looks = await draft.phase(TITLES[operation], () => lookAtEach(jobs, context, (job, own) => fleet_report_look(operation, job, configuration, own, context)));
        const parts = await writeMetrics(looks, context);
        if (operation === 'watch') {
            // The repository is one, whichever database is asked about.
            await draft.phase("Looking at the repository's schedules", async () => {
                draft.find(await watchSchedules(common, context));
            });
        }
        return { ...draft.finished(), fleet: { parts, ...(operation === 'report' && { period: common.period }) } };
    }
    catch (error) {
        return draft.finished(error);
    }
}
/** One after another: several may have one file. */
async function writeMetrics(looks, context) {
    for (const { done } of looks) {
        if (done !== undefined)
            await withMetricsFile(done.report, done.options, context);
    }
    return looks.map(({ part }) => part);
}
/** @param own what this look may use, `context` what all of them have */
async function fleet_report_look(operation, job, configuration, own, context) {
    const startedAt = context.clock.monotonic();
    try {
        const options = configuration.optionsFor({ ...job, operation });
        const done = await withAlerts({ operation, options }, own, async () => ({
            report: await OPERATIONS[operation](options, own),
        }));
        rethrowInterruption(undefined, `the operation ${operation}`, context);
        return { part: partOf(job, done.report), done: { report: done.report, options } };
    }
    catch (error) {
        rethrowInterruption(error, `the operation ${operation}`, context);
        return { part: unknownPart(job, error, (context.clock.monotonic() - startedAt) / 1000) };
    }
}

;// CONCATENATED MODULE: ./build/fleet/durations.js


/** Older backups say little of how long the next one takes. */
const LOOK_BACK_MS = 60 * 24 * 3600 * 1000;
/**
 * How many seconds the last good backup of a type took, by the store's log, or, where that says nothing, by its newest
 * set. Undefined where the store knows of none.
 *
 * @param type undefined for the newest of any type
 */
async function lastDuration(options, type, context) {
    const store = await (0,factory/* openStore */.C)(options.store, { ...context, settings: options });
    try {
        const { lines } = await store.readLog(new Date(context.clock.now().getTime() - LOOK_BACK_MS));
        return durationInLog(lines, type) ?? durationOfSets((await store.list()).sets, type);
    }
    finally {
        await store.close();
    }
}
/** By the newest line about a backup that ended well. */
function durationInLog(lines, type) {
    const good = lines.filter(({ operation, status, details }) => operation === 'backup' && status === 'success' && (type === undefined || details.type === type));
    const newest = good.reduce((found, line) => (found === undefined || (0,log/* timeOfLine */.FP)(line) >= (0,log/* timeOfLine */.FP)(found) ? line : found), undefined);
    return newest?.details.duration;
}
/** From the snapshot of the newest set until it was verified, which is nearly all of what a backup does. */
function durationOfSets(newestFirst, type) {
    const newest = newestFirst.find((set) => type === undefined || set.type === type)?.manifest;
    if (newest === undefined) {
        return undefined;
    }
    const seconds = (Date.parse(newest.proof.at) - Date.parse(newest.snapshot.time)) / 1000;
    return seconds > 0 ? seconds : undefined;
}

;// CONCATENATED MODULE: ./build/fleet/matrix.js


/** Where nothing is known of any backup, only their number counts. */
const UNKNOWN_SECONDS = 60;
/** The names of this many databases stand in the name of a job; GitHub's list of jobs is narrow. */
const matrix_NAMED = 2;
/**
 * Spreads backups over at most so many jobs, each of one type, so that the longest job is short: longest processing time
 * first, which makes no job longer than four thirds of the best there is (Graham 1969) within a type. A backup whose time is
 * not known counts as the median of the others. The longest job comes first, so that it also starts first; the same backups
 * give the same jobs, in whatever order they come.
 *
 * @param most at least as many as there are types
 */
function matrixOf(backups, most) {
    const types = [...groupedBy(timed(backups), ({ type }) => type ?? '')].map(([, ofType]) => ofType);
    return shared(types, most)
        .flatMap(({ backups: ofType, jobs }) => packed(ofType, jobs))
        .map(jobOf)
        .sort((a, b) => b.seconds - a.seconds || matrix_compare(a.name, b.name));
}
/** How many jobs the backups need at the least. */
function fewestJobs(backups) {
    return new Set(backups.map(({ type }) => type ?? '')).size;
}
/** Longest first. No backup is for nothing: each has its checks and its connections. */
function timed(backups) {
    const usual = medianOf(backups.flatMap(({ seconds }) => (seconds === undefined ? [] : [seconds]))) ?? UNKNOWN_SECONDS;
    return backups
        .map((backup) => ({ ...backup, seconds: Math.max(1, backup.seconds ?? usual) }))
        .sort((a, b) => b.seconds - a.seconds || matrix_compare(a.database ?? '', b.database ?? '') || matrix_compare(a.type ?? '', b.type ?? ''));
}
/** Gives each type its jobs: one, and each further one to the type whose jobs are the longest as it stands. */
function shared(types, most) {
    const shares = types.map((backups) => ({ backups, jobs: 1, load: loadOf(backups) }));
    for (let left = most - shares.length; left > 0; left -= 1) {
        const [next] = shares
            .filter(({ backups, jobs }) => jobs < backups.length)
            .sort((a, b) => b.load / b.jobs - a.load / a.jobs);
        if (next === undefined) {
            break;
        }
        next.jobs += 1;
    }
    return shares;
}
/** Each backup, the longest first, to the job that has the least to do; of equal ones, to that with the fewest backups. */
function packed(longestFirst, count) {
    const jobs = Array.from({ length: count }, () => ({ backups: [], load: 0 }));
    for (const backup of longestFirst) {
        const idlest = jobs.reduce((a, b) => b.load < a.load || (b.load === a.load && b.backups.length < a.backups.length) ? b : a);
        idlest.backups.push(backup);
        idlest.load += backup.seconds;
    }
    return jobs.map(({ backups }) => backups);
}
function jobOf(backups) {
    const databases = backups.flatMap(({ database }) => (database === undefined ? [] : [database]));
    const type = backups[0]?.type;
    return { name: matrix_nameOf(databases, type), databases, seconds: loadOf(backups), ...(type !== undefined && { type }) };
}
function matrix_nameOf(databases, type) {
    const more = databases.length - matrix_NAMED;
    const named = more > 0 ? `${databases.slice(0, matrix_NAMED).join(', ')} and ${more} more` : databases.join(' and ') || 'the database';
    return type === undefined ? named : `${named} (${type})`;
}
function loadOf(backups) {
    return backups.reduce((sum, { seconds }) => sum + seconds, 0);
}
function matrix_compare(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}

;// CONCATENATED MODULE: ./build/fleet/plan.js










/**
 * Spreads the databases of a configuration over the jobs of a workflow, so that all of these take about as long. How long
 * each backup takes is read in its own store; one that cannot be read is a warning, and its time a guess.
 */
async function plan(configuration, choice, context) {
    const draft = new ReportDraft('plan', context);
    draft.type = choice.type;
    try {
        const jobs = (0,fleet_choice/* chosenJobs */.NF)('backup', configuration, choice);
        const backups = await draft.phase('Reading how long the last backups took', () => plan_timed(jobs, configuration, draft, context));
        const facts = plan_factsOf(backups, configuration.commonOptions({ operation: 'plan' }).maxJobs);
        assertNothingHidden(facts, context.logger);
        return { ...draft.finished(), plan: facts };
    }
    catch (error) {
        return draft.finished(error);
    }
}
function plan_timed(jobs, configuration, draft, context) {
    return lookAtEach(jobs, context, async (job, own) => {
        const { database, type } = job;
        const backup = { ...(database !== undefined && { database }), ...(type !== undefined && { type }) };
        try {
            const options = configuration.optionsFor({ ...backup, operation: 'plan' });
            const seconds = await lastDuration(options, type, own);
            return { ...backup, ...(seconds !== undefined && { seconds }) };
        }
        catch (error) {
            rethrowInterruption(error, 'planning the jobs', context);
            draft.warn(`The store of ${(0,fleet_jobs/* labelOf */.Wy)(job)} could not be read, so how long it takes is only guessed: ${(0,errors/* problemOf */.Zw)(error)}.`);
            return backup;
        }
    });
}
function plan_factsOf(backups, most) {
    const fewest = fewestJobs(backups);
    if (fewest > most) {
        throw new errors/* UsageError */.eb({
            doing: 'planning the jobs',
            problem: `there are ${(0,units/* counted */.hS)(fewest, 'type')}, and a job is of one type, but max-jobs is ${most}`,
            advice: 'Raise max-jobs, or plan one type at a time (option type).',
        });
    }
    return { jobs: matrixOf(backups, most), unknown: backups.filter(({ seconds }) => seconds === undefined).length };
}
/** GitHub drops an output between jobs that has a masked value in it, and the next job then fails without a reason. */
function assertNothingHidden(facts, logger) {
    const hidden = facts.jobs.find(({ databases, type = '' }) => [...databases, type].some((name) => logger.redact(name) !== name));
    if (hidden !== undefined ||
        logger.redact(JSON.stringify(matrixOutput(facts))) !== JSON.stringify(matrixOutput(facts))) {
        throw new errors/* UsageError */.eb({
            doing: 'planning the jobs',
            problem: 'the name of a database or type holds the value of a secret, so GitHub would drop the matrix',
            advice: 'Give that database another name in the configuration, or that secret another value.',
        });
    }
}

;// CONCATENATED MODULE: ./build/fleet/whole.js



/** Narrows to what `runWhole` does: what is always about several databases, and what looks at them where it is told to. */
function isWhole(operation, common) {
    return operation === 'plan' || ((operation === 'report' || operation === 'watch') && (0,fleet_choice/* isOfSeveral */.yc)(common));
}
/** Like `runOperation`, it does not throw for what goes wrong on its way: that is in the report. */
function runWhole(operation, configuration, common, context) {
    const choice = (0,fleet_choice/* choiceOf */.FH)(common);
    return operation === 'plan'
        ? plan(configuration, choice, context)
        : lookAtAll(operation, configuration, choice, context);
}

// EXTERNAL MODULE: ./node_modules/d3-scale/dist/d3-scale.mjs + 6 modules
var d3_scale = __webpack_require__(90704);
// EXTERNAL MODULE: ./node_modules/d3-shape/dist/d3-shape.mjs + 1 modules
var d3_shape = __webpack_require__(76879);
;// CONCATENATED MODULE: ./build/report/charts.js




/** The size of the drawing in its own units; it is scaled to the room that it gets. */
const SIZE = { width: 460, height: 220, top: 14, right: 30, bottom: 30 };
/** On a phone letters are 16 units high; digits of that size are this wide. */
const LETTER = 9;
/** As many lines as can be told from each other; the table beside the drawing has all. */
const MOST_SERIES = 6;
/** More dots than this would be a second line. */
const MOST_DOTS = 45;
/** A threshold this many times above everything that was measured would press the lines to the floor. */
const FAR = 4;
/** About as many marks on an axis as have room on a phone. */
const TICKS = 4;
/**
 * A chart as SVG for a page with the style sheet of reports: no script, no style attribute, no id, so that it lives under
 * the strictest content security policy and beside any other drawing. Its title and description say what it shows.
 */
function drawChart(chart) {
    const series = drawable(chart.series);
    const values = series.flatMap(({ points }) => points.flatMap(({ value }) => (value === null ? [] : [value])));
    if (values.length === 0) {
        return figure(chart, '<p>Nothing was measured yet.</p>', '');
    }
    const highest = most(values);
    const thresholds = (chart.thresholds ?? []).filter(({ value }) => isMeasured(value));
    const near = thresholds.filter(({ value }) => value <= Math.max(highest, Number.MIN_VALUE) * FAR);
    const scales = scalesFor(chart, series, [...values, ...near.map(({ value }) => value)]);
    const drawing = [
        `<svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" xmlns="http://www.w3.org/2000/svg">`,
        `<title>${words(chart.caption)}</title>`,
        `<desc>${words(chart.text)}</desc>`,
        ...valueAxis(scales),
        ...timeAxis(scales),
        // Below the lines: its words must not hide what was measured.
        ...near.map((threshold) => drawThreshold(threshold, scales, chart)),
        ...series.flatMap((one) => drawSeries(one, scales, chart)),
        '</svg>',
    ].join('\n');
    const far = thresholds.filter((threshold) => !near.includes(threshold));
    return figure(chart, drawing, key(series, chart, far));
}
/** What can be drawn, in the order of time. A forecast looks like the series of its name, with dots for a line. */
function drawable(series) {
    const names = [...new Set(series.map(({ name }) => name))].slice(0, MOST_SERIES);
    return series
        .filter(({ name }) => names.includes(name))
        .map(({ points, ...rest }) => ({
        ...rest,
        look: `s${names.indexOf(rest.name)}`,
        points: points
            .map(({ at, value }) => ({
            time: at.getTime(),
            value: isMeasured(value) ? charts_rounded(value) : null,
        }))
            .filter(({ time }) => Number.isFinite(time))
            .sort((a, b) => a.time - b.time),
    }));
}
/** To a millionth: an axis whose end is the smallest number that there is has no marks. */
function charts_rounded(value) {
    return Math.abs(value) < 1e-6 ? 0 : value;
}
function scalesFor({ unit }, series, values) {
    const times = series.flatMap(({ points }) => points.map(({ time }) => time));
    const [first, last] = [charts_least(times), most(times)];
    // A single instant stands in the middle of a day.
    const room = first === last ? 12 * 3_600_000 : 0;
    // The axis begins at nothing, so that twice as high means twice as much.
    const lowest = Math.min(0, charts_least(values));
    const highest = Math.max(unit === 'share' ? 1 : 0, most(values));
    const axis = axisUnit(unit, Math.max(highest, -lowest));
    const y = (0,d3_scale/* scaleLinear */.m4)()
        .domain([lowest / axis.size, highest === lowest ? 1 : highest / axis.size])
        .nice(TICKS)
        .range([SIZE.height - SIZE.bottom, SIZE.top]);
    const longest = most(ticksOf({ y, axis }).map(({ text }) => text.length));
    const x = (0,d3_scale/* scaleUtc */.Pp)()
        .domain([first - room, last + room])
        .range([Math.min(longest * LETTER + 10, SIZE.width / 3), SIZE.width - SIZE.right]);
    return { x, y, axis };
}
function ticksOf({ y, axis }) {
    const format = y.tickFormat(TICKS);
    return y.ticks(TICKS).map((tick) => ({ value: tick * axis.size, text: `${format(tick)}${axis.suffix}` }));
}
function valueAxis(scales) {
    const { left, right } = edges(scales);
    return ticksOf(scales).map(({ value, text }) => {
        const height = heightOf(value, scales);
        return `<path class="grid" d="M${left},${height}H${right}"/><text x="${left - 6}" y="${height}" dy="0.35em" text-anchor="end">${escapeHtml(text)}</text>`;
    });
}
function timeAxis({ x }) {
    const ticks = x.ticks(TICKS);
    const [first, last] = x.domain();
    const span = (last?.getTime() ?? 0) - (first?.getTime() ?? 0);
    const bottom = SIZE.height - SIZE.bottom;
    const labels = ticks.map((tick) => timeLabel(tick, span));
    const apart = most(labels.map(({ length }) => length)) * LETTER + 8;
    // Marks come by calendar weeks or months, sometimes more of them than labels have room beside each other.
    const every = Math.max(1, Math.ceil(apart / distance(ticks.map((tick) => x(tick)))));
    return ticks.map((tick, index) => {
        const across = round(x(tick));
        const text = index % every === 0 ? (labels[index] ?? '') : '';
        return `<path class="grid" d="M${across},${bottom}v5"/><text x="${across}" y="${bottom + 21}" text-anchor="middle">${text}</text>`;
    });
}
/** How near two neighbours come to each other. */
function distance(places) {
    return charts_least(places.slice(1).map((place, index) => place - (places[index] ?? 0)));
}
const charts_DAY = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** As much of an instant as tells it from its neighbours; UTC, like every time in a report. */
function timeLabel(tick, span) {
    if (span <= 2 * charts_DAY) {
        return tick.toISOString().slice(11, 16);
    }
    const month = MONTHS[tick.getUTCMonth()] ?? '';
    return span > 300 * charts_DAY ? `${month} ${tick.getUTCFullYear()}` : `${month} ${tick.getUTCDate()}`;
}
function drawSeries({ points, look, name, forecast }, scales, { unit }) {
    const place = (point) => [round(scales.x(point.time)), heightOf(point.value ?? 0, scales)];
    const path = (0,d3_shape/* line */.n8)((point) => place(point)[0], (point) => place(point)[1]).defined(({ value }) => value !== null)(points) ?? '';
    const kind = forecast === true ? `${look} forecast` : look;
    const dots = points.filter((point, index) => hasDot(point, points[index - 1], points[index + 1], points.length));
    return [
        `<path class="line ${kind}" d="${path}"/>`,
        ...(forecast === true ? [] : dots).map((point) => {
            const [across, height] = place(point);
            const words = `${name}, ${formatMoment(new Date(point.time))}: ${formatValue(point.value, unit)}`;
            return `<circle class="dot ${look}" cx="${across}" cy="${height}" r="3.5"><title>${escapeHtml(shorten(words, 200))}</title></circle>`;
        }),
    ];
}
/** Where there are few points all have a dot; among many only those that no line leads to. */
function hasDot({ value }, before, after, all) {
    const alone = (before?.value ?? null) === null && (after?.value ?? null) === null;
    return value !== null && (all <= MOST_DOTS || alone);
}
function drawThreshold({ label, value }, scales, { unit }) {
    const { left, right } = edges(scales);
    const height = heightOf(value, scales);
    const words = shorten(`${label}: ${formatValue(value, unit)}`, 40);
    // Above its line, and below where there is no room above it.
    const text = height < SIZE.top + 16 ? height + 16 : height - 5;
    return `<path class="threshold" d="M${left},${height}H${right}"/><text class="threshold" x="${left + 4}" y="${text}">${escapeHtml(words)}</text>`;
}
/** The names of the lines with a piece of each, and what is too far away to be drawn. */
function key(series, { unit, series: all }, far) {
    const left = new Set(all.map(({ name }) => name)).size - new Set(series.map(({ name }) => name)).size;
    const lines = series.length < 2 ? [] : series.map((one) => `<li>${charts_sample(one)}${escapeHtml(charts_nameOf(one))}</li>`);
    const items = [
        ...lines,
        ...(left === 0 ? [] : [`<li>${left} more in the figures below</li>`]),
        ...far.map(({ label, value }) => `<li>${escapeHtml(shorten(label, 60))}: ${formatValue(value, unit)}, far above what is drawn</li>`),
    ];
    return items.length === 0 ? '' : `<ul class="key">\n${items.join('\n')}\n</ul>`;
}
function charts_sample({ look, forecast }) {
    return `<svg viewBox="0 0 36 12" aria-hidden="true"><path class="line ${look}${forecast === true ? ' forecast' : ''}" d="M2,6H34"/></svg>`;
}
function charts_nameOf({ name, forecast }) {
    return `${shorten(name, 60)}${forecast === true ? ', if it goes on like this' : ''}`;
}
function figure({ caption, text }, drawing, below) {
    return [
        '<figure>',
        `<figcaption>${words(caption)}</figcaption>`,
        `<p>${words(text)}</p>`,
        drawing,
        ...(below === '' ? [] : [below]),
        '</figure>',
    ].join('\n');
}
/** Around a drawing: the names of types and tables may be in it. */
function words(text) {
    return escapeHtml(shorten(text, 500));
}
const BARS = { height: 22, gap: 6, labels: 150, width: 460, letters: 20, values: 80 };
/** Bars side by side; the table beside them says the same, so they are hidden from those who listen. */
function drawBars({ caption, unit, bars }) {
    const values = bars.map(({ value }) => (isMeasured(value) ? value : 0));
    const across = (0,d3_scale/* scaleLinear */.m4)()
        .domain([Math.min(0, charts_least(values)), Math.max(0, most(values), Number.MIN_VALUE)])
        .range([BARS.labels, BARS.width - BARS.values]);
    const rows = bars.map(({ label }, index) => {
        const value = values[index] ?? 0;
        const top = index * (BARS.height + BARS.gap);
        const [left, right] = [across(0), across(value)].sort((a, b) => a - b);
        const middle = top + BARS.height * 0.7;
        return [
            `<text x="${BARS.labels - 8}" y="${middle}" text-anchor="end">${escapeHtml(shorten(label, BARS.letters))}</text>`,
            `<rect class="bar" x="${round(left)}" y="${top}" width="${Math.max(1, round(right - left))}" height="${BARS.height}"/>`,
            `<text x="${round(Math.max(right, left + 1) + 6)}" y="${middle}">${escapeHtml(formatValue(value, unit))}</text>`,
        ].join('');
    });
    return [
        '<figure class="bars" aria-hidden="true">',
        `<figcaption>${escapeHtml(caption)}</figcaption>`,
        `<svg viewBox="0 0 ${BARS.width} ${bars.length * (BARS.height + BARS.gap)}" xmlns="http://www.w3.org/2000/svg">`,
        ...rows,
        '</svg>',
        '</figure>',
    ].join('\n');
}
function heightOf(value, { y, axis }) {
    return round(y(value / axis.size));
}
function edges({ x }) {
    const [left = 0, right = 0] = x.range();
    return { left, right };
}
/** Not `Math.max(...values)`: a call takes only so many arguments. */
function most(values) {
    return values.reduce((a, b) => Math.max(a, b), -Infinity);
}
function charts_least(values) {
    return values.reduce((a, b) => Math.min(a, b), Infinity);
}
function round(value) {
    return Math.round(value * 10) / 10;
}

;// CONCATENATED MODULE: ./build/report/style.js
/**
 * The one style sheet of every page: light and dark by what the reader prefers, on a phone, on paper. Colours never say
 * anything alone: moods have their mark, lines their dashes, thresholds their words.
 */
const STYLE = `
:root { color-scheme: light dark; --text: #1c2024; --back: #fff; --faint: #60646c; --line: #d9d9e0; --stripe: #f6f7f9;
  --good: #18794e; --bad: #c62a2f; --doubtful: #8a5325; --bar: #0d74ce;
  --s0: #0d74ce; --s1: #b3400c; --s2: #18794e; --s3: #7c3aed; --s4: #85600a; --s5: #be185d; }
@media screen and (prefers-color-scheme: dark) {
  :root { --text: #edeef0; --back: #111113; --faint: #b0b4ba; --line: #43484e; --stripe: #1a1c1f;
    --good: #3dd68c; --bad: #ff9592; --doubtful: #ffca16; --bar: #70b8ff;
    --s0: #70b8ff; --s1: #ffa07a; --s2: #3dd68c; --s3: #baa7ff; --s4: #ffca16; --s5: #ff8dcc; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text);
  background: var(--back); overflow-wrap: anywhere; }
h1 { font-size: 1.1rem; font-weight: 600; color: var(--faint); margin: 0 0 1rem; }
h1::first-letter { text-transform: uppercase; }
h2 { font-size: 1.5rem; line-height: 1.3; border-left: .3rem solid; padding-left: .8rem; margin: 1rem 0; }
h2.good { color: var(--good); } h2.bad { color: var(--bad); } h2.doubtful { color: var(--doubtful); }
h3 { margin: 2.5rem 0 .5rem; font-size: 1.2rem; line-height: 1.3; }
a { color: var(--bar); }
code { font: .9em ui-monospace, monospace; background: var(--stripe); padding: .1em .3em; border-radius: .2em; }
h1 code, h2 code { color: inherit; }
.wide { overflow-x: auto; margin: 1rem 0; }
.wide:focus-visible, summary:focus-visible, a:focus-visible { outline: .15rem solid var(--bar); outline-offset: .1rem; }
table { overflow-wrap: break-word; width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--faint); padding-bottom: .3rem; }
th, td { padding: .3rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; min-width: 4em; }
th:has(code), td:has(code) { min-width: 9em; overflow-wrap: anywhere; } td[align] { white-space: nowrap; }
th:not([align]) { text-align: left; } th { font-weight: 600; } thead th { overflow-wrap: normal; } tbody th { font-weight: 400; }
tbody tr:nth-child(even) { background: var(--stripe); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr)); gap: .8rem; margin: 1.5rem 0; }
.tiles > div { border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem; }
.tiles dt { color: var(--faint); font-size: .9rem; }
.tiles dd { margin: 0; } .tiles dd.value { font-size: 1.5rem; font-weight: 600; line-height: 1.4; }
.tiles dd.note { font-size: .85rem; color: var(--faint); }
.tiles .good .value { color: var(--good); } .tiles .bad .value { color: var(--bad); }
.tiles .doubtful .value { color: var(--doubtful); }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); gap: 1.5rem 2rem; margin: 1rem 0; }
.chart { min-width: 0; }
figure { margin: 0; } figcaption { font-weight: 600; } figure p { margin: 0 0 .4rem; font-size: .9rem; color: var(--faint); }
figure.bars { margin: 1rem 0; max-width: 30rem; }
svg { display: block; width: 100%; height: auto; font: 13px system-ui, sans-serif; fill: var(--text); }
svg text { fill: var(--faint); font-variant-numeric: tabular-nums; } svg .bar { fill: var(--bar); }
svg .grid { stroke: var(--line); stroke-width: 1; fill: none; }
svg .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
svg .dot { stroke: var(--back); stroke-width: 1; }
svg .threshold { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 6 4; fill: none; }
svg text.threshold { fill: var(--bad); stroke: var(--back); stroke-width: 4; stroke-dasharray: none; paint-order: stroke; }
.s0 { --c: var(--s0); } .s1 { --c: var(--s1); } .s2 { --c: var(--s2); } .s3 { --c: var(--s3); } .s4 { --c: var(--s4); }
.s5 { --c: var(--s5); } svg .line { stroke: var(--c); } svg .dot { fill: var(--c); }
svg .s1 { stroke-dasharray: 7 4; } svg .s2 { stroke-dasharray: 2 4; } svg .s3 { stroke-dasharray: 10 3 2 3; }
svg .s4 { stroke-dasharray: 14 4; } svg .s5 { stroke-dasharray: 5 2 1 2 1 2; }
svg .dot { stroke-dasharray: none; } svg .forecast { stroke-dasharray: 1 6; stroke-width: 3; }
.key { list-style: none; padding: 0; margin: .3rem 0; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .85rem; }
.key svg { display: inline-block; width: 2.2rem; height: .8rem; margin-right: .4rem; vertical-align: middle; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--faint); }
.chart details { font-size: .85rem; } .chart details .wide { max-height: 20rem; overflow: auto; }
footer { margin-top: 3rem; color: var(--faint); font-size: .9rem; }
@media (max-width: 36rem) {
  body { padding: .8rem; } h2 { font-size: 1.25rem; } th, td { padding: .3rem .25rem; font-size: .85rem; }
  svg { font-size: 16px; } .tiles { grid-template-columns: 1fr 1fr; gap: .5rem; } .tiles > div { padding: .5rem .6rem; }
  .tiles dd.value { font-size: 1.2rem; } td:not([align]) { min-width: 6.8em; } th:has(code), td:has(code) { min-width: 7em; }
  caption { width: calc(100vw - 1.6rem); font-size: .9rem; }
}
@page { margin: 14mm; }
@media print {
  :root { color-scheme: light; font-size: 10pt; }
  body { max-width: none; padding: 0; } thead { display: table-header-group; }
  tr, figure, .tiles > div { break-inside: avoid; } h2, h3, figcaption, caption { break-after: avoid; } tbody tr:first-child { break-before: avoid; }
  .wide { overflow: visible; max-height: none; } .tiles { grid-template-columns: repeat(3, 1fr); }
  .charts { grid-template-columns: 1fr 1fr; } .chart details { display: none; }
  a { color: inherit; }
}
`;

;// CONCATENATED MODULE: ./build/report/page.js






/**
 * Blocks as one HTML page that needs nothing else: no script, no request, readable in the dark, on a phone, on paper and
 * aloud. Its content security policy allows this one style sheet and nothing else.
 */
function pageWith({ title, heading, name, made }, blocks, limits) {
    const policy = `default-src 'none'; style-src 'sha256-${(0,external_node_crypto_.createHash)('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;
    const about = name === undefined ? '' : ` <code dir="auto">${escapeHtml(shorten(name, limits.text))}</code>`;
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(shorten(title, limits.text))}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(heading)}${about}</h1>
</header>
<main>
${renderBlocks(blocks, page_dialect(limits))}
</main>
<footer>Written by pg-lifeboat ${escapeHtml(version/* VERSION */.x)} ${escapeHtml(made)}. All times are UTC unless said otherwise.</footer>
</body>
</html>
`;
}
function page_dialect(limits) {
    return {
        prose: escapeHtml,
        code: escapeHtml,
        bars: drawBars,
        chart: drawChart,
        tiles: (block) => drawTiles(block, limits),
        frame: page_frame,
        // What is folded would not be printed.
        openDetails: true,
        // Thousands of cells have it from the style sheet.
        wordsAtLeft: '',
        limits,
    };
}
function drawTiles({ caption, tiles }, limits) {
    const text = (words) => escapeHtml(shorten(words, limits.text));
    return [
        `<dl class="tiles" aria-label="${text(caption)}">`,
        ...tiles.map(({ label, value, note, mood }) => [
            `<div${mood === undefined ? '' : ` class="${mood}"`}><dt>${text(label)}</dt>`,
            `<dd class="value">${mood === undefined ? '' : `${MOOD_MARKS[mood]} `}${text(value)}</dd>`,
            ...(note === undefined ? [] : [`<dd class="note">${text(note)}</dd>`]),
            '</div>',
        ].join('')),
        '</dl>',
    ].join('\n');
}
/** A table wider than the page is scrolled by itself; whoever uses the keyboard must be able to reach it for that. */
function page_frame(kind, content, caption) {
    return kind === 'table'
        ? `<div class="wide" role="region" aria-label="${escapeHtml(caption)}" tabindex="0">\n${content}\n</div>`
        : `<div class="${kind}">\n${content}\n</div>`;
}

;// CONCATENATED MODULE: ./build/report/period-advice.js



/** A limit that is further away is told among the forecasts, and asks for nothing yet. */
const SOON_MS = 90 * 24 * 3600 * 1000;
/** What asks for something, the most pressing first. */
function adviceBlocks(report, limits) {
    const items = [
        ...storeAdvice(report),
        ...proofAdvice(report),
        ...failureAdvice(report),
        ...forecastAdvice(report),
        ...brokenAdvice(report),
    ];
    if (items.length === 0) {
        return [];
    }
    const left = items.length - limits.findings;
    return [
        { kind: 'heading', text: 'What to do' },
        {
            kind: 'list',
            items: [
                ...items.slice(0, limits.findings),
                ...(left > 0 ? [sentence `${(0,units/* counted */.hS)(left, 'more point')} not shown here.`] : []),
            ],
        },
    ];
}
function storeAdvice({ holds }) {
    const advice = strong('Check the option store, and that backups are taken and kept there.');
    return holds.length === 0 ? [sentence `❌ The store holds no backup. ${advice}`] : [];
}
function proofAdvice({ types, backups }) {
    const unproven = types.filter(({ newest, newestProven }) => newest !== null && newestProven === null);
    const open = backups.sets - backups.proven;
    return [
        ...unproven.map(({ type }) => sentence `❌ No ${code(type)} backup in the store is proven to restore. ${strong('Validate the newest one, and take a new one if it fails.')}`),
        ...(open > 0
            ? [
                sentence `❓ ${(0,units/* counted */.hS)(open, 'backup')} of ${String(backups.sets)} ${open === 1 ? 'is' : 'are'} not proven. ${strong('See their proofs, or validate them again.')}`,
            ]
            : []),
    ];
}
/** Codes have an advice of their own; for a step of a run, its log says more. */
function failureAdvice({ errors }) {
    return Object.entries(errors).map(([kind, times]) => {
        const known = Object.entries(build_findings/* FINDINGS */.TG).find(([name]) => name === kind)?.[1].advice;
        const advice = strong(known ?? 'The log of those runs says what happened.');
        return sentence `❌ ${code(kind)}: ${(0,units/* counted */.hS)(times, 'run')} ended with an error. ${advice}`;
    });
}
function forecastAdvice({ forecasts, to }) {
    const soon = forecasts.flatMap((forecast) => {
        const { outcome } = forecast;
        if (outcome.kind === 'reached') {
            return [[0, sentence `⚠️ ${period_advice_subjectOf(forecast)} is reached. ${strong(WAYS_ON[forecast.what])}`]];
        }
        return outcome.kind === 'expected' && outcome.at.getTime() - to.getTime() <= SOON_MS
            ? [
                [
                    outcome.at.getTime(),
                    sentence `⚠️ ${period_advice_subjectOf(forecast)} will be reached on ${dayText(outcome.at)} at this growth. ${strong(WAYS_ON[forecast.what])}`,
                ],
            ]
            : [];
    });
    return soon.sort(([a], [b]) => a - b).map(([, text]) => text);
}
/** ``the limit of size (1 GB) of `daily` `` */
function period_advice_subjectOf({ what, type, limit, unit }) {
    const amount = unit === 'bytes' ? (0,units/* formatBytes */.z3)(limit) : (0,units/* formatDuration */.a3)(limit);
    const of = type === null ? [] : [' of ', code(type)];
    return what === 'disk' ? [SUBJECTS[what]] : [`${SUBJECTS[what]} (${amount})`, ...of];
}
const SUBJECTS = {
    'size-alert': 'The critical size',
    'duration-alert': 'The critical duration',
    'job-limit': "The limit of GitHub's jobs",
    disk: 'The end of the disk',
};
const WAYS_ON = {
    'size-alert': 'Leave tables out, compress harder, or raise the limit in alerts.',
    'duration-alert': 'Use more jobs or the format directory, or raise the limit in alerts.',
    'job-limit': 'Use more jobs, prove in a run of its own, or a runner of your own, which has another limit.',
    disk: 'Keep fewer sets, or give the store more room.',
};
/** `2027-03-02` */
function dayText(at) {
    return at.toISOString().slice(0, 10);
}
function brokenAdvice({ broken, unreadable }) {
    return [
        ...broken.map(({ id, type, reason }) => sentence `⚠️ ${code(`${type}/${id}`)} cannot be used: ${asSentence(reason)}`),
        ...(unreadable > 0
            ? [
                sentence `⚠️ ${(0,units/* counted */.hS)(unreadable, 'line')} of the log cannot be read, and ${unreadable === 1 ? 'is' : 'are'} in no figure.`,
            ]
            : []),
    ];
}

;// CONCATENATED MODULE: ./build/report/period-charts.js


/** More bars than this are no picture; the table has all. */
const MOST_BARS = 12;
/** So many types have their figures in the sentence over a chart. */
const MOST_NAMED = 3;
/** The trends as charts, each only where there is something to draw. */
function chartsOf(report) {
    const charts = [
        durations(report),
        sizes(report),
        compression(report),
        rows(report),
        rates(report),
        losses(report),
        period_charts_recoveries(report),
    ].filter((chart) => chart.series.some(period_charts_isMeasured));
    return charts.length === 0 ? [] : [{ kind: 'charts', charts }];
}
/** Where every limit lies and when it will be reached, for what has something to be drawn. */
function forecastCharts(report) {
    const charts = report.forecasts.flatMap((forecast) => forecastChart(forecast, report)).slice(0, MOST_BARS);
    return charts.length === 0 ? [] : [{ kind: 'charts', charts }];
}
/** The tables whose rows changed the most; what is beside it tells of all. */
function growthBars({ growth }) {
    const bars = growth
        .map(({ table, type, before, after }) => ({ label: table, type, value: (after ?? 0) - (before ?? 0) }))
        .filter(({ value }) => value !== 0)
        .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
        .slice(0, MOST_BARS);
    return bars.length < 2
        ? []
        : [{ kind: 'bars', caption: 'Rows that the tables gained or lost, the most first', unit: 'count', bars }];
}
function durations(report) {
    return period_charts_byType(report, {
        caption: 'How long backups took',
        unit: 'seconds',
        valueOf: ({ duration }) => duration,
        thresholds: thresholdsOf(report, ['duration-alert', 'job-limit']),
    });
}
function sizes(report) {
    return period_charts_byType(report, {
        caption: 'Size of a backup',
        unit: 'bytes',
        valueOf: ({ size }) => size,
        thresholds: thresholdsOf(report, ['size-alert']),
    });
}
function compression(report) {
    return period_charts_byType(report, {
        caption: 'Saved by compression',
        unit: 'share',
        valueOf: ({ compression_ratio: saved }) => saved,
    });
}
function rows(report) {
    return period_charts_byType(report, { caption: 'Rows in a backup', unit: 'count', valueOf: ({ records }) => records });
}
function losses(report) {
    return period_charts_byType(report, {
        caption: 'Work that could have been lost (RPO)',
        unit: 'seconds',
        valueOf: ({ worstRpo }) => worstRpo,
    });
}
/** Of all types together: how many backups ended well, and how many sets are proven. */
function rates({ trends }) {
    const buckets = new Map();
    for (const point of trends.points) {
        const sum = buckets.get(point.at.getTime()) ?? { backups: 0, succeeded: 0, sets: 0, proven: 0 };
        buckets.set(point.at.getTime(), {
            backups: sum.backups + point.backups,
            succeeded: sum.succeeded + point.succeeded,
            sets: sum.sets + point.sets,
            proven: sum.proven + point.proven,
        });
    }
    const entries = [...buckets].map(([time, sum]) => ({ at: new Date(time), ...sum }));
    const series = [
        { name: 'ended well', points: entries.map(({ at, ...sum }) => ({ at, value: share(sum.succeeded, sum.backups) })) },
        { name: 'proven', points: entries.map(({ at, ...sum }) => ({ at, value: share(sum.proven, sum.sets) })) },
    ];
    return {
        caption: 'Backups that ended well, and sets that are proven',
        text: period_charts_textOf(series, 'share'),
        unit: 'share',
        series,
    };
}
function share(part, whole) {
    return whole === 0 ? null : part / whole;
}
function period_charts_recoveries({ recoveries }) {
    const series = named(recoveries.filter(({ rto }) => rto !== null)).map(([name, ones]) => ({
        name,
        points: ones.map(({ at, rto }) => ({ at, value: rto })),
    }));
    return { caption: 'Time to recover (RTO)', text: period_charts_textOf(series, 'seconds'), unit: 'seconds', series };
}
function named(recoveries) {
    const groups = new Map();
    for (const recovery of recoveries) {
        const name = `${recovery.kind} ${recovery.name}`;
        const group = groups.get(name);
        if (group === undefined) {
            groups.set(name, [recovery]);
        }
        else {
            group.push(recovery);
        }
    }
    return [...groups];
}
/** One line a type. */
function period_charts_byType({ trends }, { caption, unit, valueOf, thresholds = [] }) {
    const types = new Map();
    for (const point of trends.points) {
        const points = types.get(point.type) ?? [];
        points.push({ at: point.at, value: valueOf(point) });
        types.set(point.type, points);
    }
    const series = [...types].map(([name, points]) => ({ name, points: sparse(points) })).filter(period_charts_isMeasured);
    return { caption, text: period_charts_textOf(series, unit), unit, series, thresholds };
}
/** A backup that is taken once a week is not missing on the days between: only what is rare has its gaps closed. */
function sparse(points) {
    const measured = points.filter(({ value }) => value !== null);
    return measured.length * 2 < points.length ? measured : points;
}
function period_charts_isMeasured({ points }) {
    return points.some(({ value }) => value !== null);
}
/** Alert limits of several types are mostly the same; each is drawn once. */
function thresholdsOf({ forecasts }, whats) {
    const found = forecasts
        .filter(({ what }) => whats.includes(what))
        .map(({ what, limit }) => ({ label: LIMIT_NAMES[what], value: limit }));
    return [...new Map(found.map((threshold) => [`${threshold.label} ${threshold.value}`, threshold])).values()];
}
const LIMIT_NAMES = {
    'job-limit': 'Limit of a job',
    'size-alert': 'Alert of size',
    'duration-alert': 'Alert of duration',
    disk: 'Room on the disk',
};
/** What was measured, and where it leads; as far ahead as it was looked back, or to the limit where that is nearer. */
function forecastChart(forecast, report) {
    const { what, type, unit, limit, current, perDay, outcome } = forecast;
    const points = report.trends.points
        .filter((point) => type !== null && point.type === type)
        .map((point) => ({ at: point.at, value: unit === 'bytes' ? point.size : point.duration }))
        .filter(({ value }) => value !== null);
    const first = points[0];
    if (first === undefined || points.length < 2 || current === null || perDay === null || outcome.kind !== 'expected') {
        return [];
    }
    const back = report.to.getTime() - first.at.getTime();
    const end = Math.min(outcome.at.getTime(), report.to.getTime() + Math.max(back, period_charts_DAY));
    const then = current + (perDay * (end - report.to.getTime())) / period_charts_DAY;
    const name = type ?? 'all';
    return [
        {
            caption: `${LIMIT_NAMES[what]}, ${name}`,
            text: `${formatValue(current, unit)} now, ${formatValue(perDay, unit)} more a day: ${formatValue(limit, unit)} is expected to be reached at ${(0,units/* formatInstant */.r4)(outcome.at)}.`,
            unit,
            series: [
                { name, points },
                {
                    name,
                    forecast: true,
                    points: [
                        { at: report.to, value: current },
                        { at: new Date(end), value: then },
                    ],
                },
            ],
            thresholds: [{ label: LIMIT_NAMES[what], value: limit }],
        },
    ];
}
const period_charts_DAY = 86_400_000;
/** `daily: 10 min to 14 min, at last 12 min. weekly: …` */
function period_charts_textOf(series, unit) {
    const parts = series.filter(period_charts_isMeasured).map(({ name, points }) => {
        const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
        const format = (value) => formatValue(value ?? null, unit);
        const [lowest, highest] = [
            values.reduce((a, b) => Math.min(a, b), Infinity),
            values.reduce((a, b) => Math.max(a, b), -Infinity),
        ];
        const range = format(lowest) === format(highest) ? 'always' : `${format(lowest)} to ${format(highest)}, at last`;
        return `${name}: ${range} ${format(values.at(-1))}.`;
    });
    const left = parts.length - MOST_NAMED;
    return [...parts.slice(0, MOST_NAMED), ...(left > 0 ? [`${(0,units/* counted */.hS)(left, 'more line')} below.`] : [])].join(' ');
}

;// CONCATENATED MODULE: ./build/report/period-content.js







/** What a period comes to, after its verdict: what to do, figures at a glance, and everything that they stand on. */
function periodBlocks(report, limits) {
    return [
        { kind: 'paragraph', text: spanText(report) },
        ...adviceBlocks(report, limits),
        { kind: 'tiles', caption: `Figures of ${spanOf(report)}`, tiles: tilesOf(report) },
        ...types(report, limits),
        ...titled('How it went', chartsOf(report)),
        ...forecasts(report, limits),
        ...growth(report, limits),
        ...period_content_troubles(report, limits),
        ...period_content_recoveries(report, limits),
        ...holds(report, limits),
    ];
}
function spanText({ period, from, to, timezone, operations }) {
    const what = period === 'daily' ? 'The last day' : 'The last seven days';
    const all = Object.entries(operations).map(([name, times]) => `${name} ${times}×`);
    const done = all.length === 0 ? 'nothing is in the log' : `in the log: ${all.join(', ')}`;
    return sentence `${what}, from ${(0,units/* formatInstant */.r4)(from)} to ${(0,units/* formatInstant */.r4)(to)}; ${done}. Days and weeks are those of ${timezone}.`;
}
function titled(text, blocks) {
    return blocks.length === 0 ? [] : [{ kind: 'heading', text }, ...blocks];
}
/** The figures that were asked for, and what matters most beside them. */
function tilesOf(report) {
    const { figures, backups, types, recoveries } = report;
    const losses = types.flatMap(({ rpo }) => rpo ?? []);
    const times = recoveries.flatMap(({ rto }) => rto ?? []);
    const rate = (share, note) => ({
        value: share === null ? '–' : (0,units/* formatShare */.T1)(share),
        note,
        ...(share !== null && { mood: share === 1 ? 'good' : 'bad' }),
    });
    return [
        { label: 'Backups that ended well', ...rate(figures.success_rate, `${backups.succeeded} of ${backups.total}`) },
        { label: 'Proven to restore', ...rate(backups.proof_rate, `${backups.proven} of ${(0,units/* counted */.hS)(backups.sets, 'set')}`) },
        {
            label: 'Duration on average',
            value: figures.avg_duration === null ? '–' : (0,units/* formatDuration */.a3)(figures.avg_duration),
            note: 'of those that ended well',
        },
        { label: 'Taken', value: (0,units/* formatBytes */.z3)(figures.total_size), note: (0,units/* counted */.hS)(backups.sets, 'set') },
        {
            label: 'Could be lost now',
            value: losses.length === 0 ? 'everything' : ageText(Math.min(...losses) * 1000),
            note: 'age of the newest proven set',
            ...(losses.length === 0 && { mood: 'bad' }),
        },
        {
            label: 'Longest recovery',
            value: times.length === 0 ? '–' : (0,units/* formatDuration */.a3)(times.reduce((a, b) => Math.max(a, b))),
            note: times.length === 0 ? 'none was rehearsed' : (0,units/* counted */.hS)(times.length, 'recovery', 'recoveries'),
        },
    ];
}
function types({ types, period }, limits) {
    return table('What could be lost', types, limits.retention, {
        caption: 'By type: the newest set in the store, the newest that is proven to restore, and how old that one is and was',
        columns: [
            { title: 'Type' },
            { title: period === 'daily' ? 'Sets of the day' : 'Sets of the week', numeric: true },
            { title: 'Newest' },
            { title: 'Newest proven' },
            { title: 'Could be lost now', numeric: true },
            { title: 'At worst', numeric: true },
        ],
        row: ({ type, sets, newest, newestProven, rpo, worstRpo }) => [
            [code(type)],
            [(0,units/* formatCount */.B4)(sets)],
            [newest === null ? 'none' : (0,units/* formatInstant */.r4)(newest)],
            [newestProven === null ? '❌ none' : (0,units/* formatInstant */.r4)(newestProven)],
            [ageOr(rpo)],
            [ageOr(worstRpo)],
        ],
    });
}
function forecasts(report, limits) {
    const rows = table('If it goes on like this', report.forecasts, limits.retention, {
        caption: 'When limits will be reached, by the median growth of what was measured',
        columns: [
            { title: 'Limit' },
            { title: 'Now', numeric: true },
            { title: 'A day', numeric: true },
            { title: 'Reached' },
            { title: 'Stands on' },
        ],
        row: (forecast) => [
            period_advice_subjectOf(forecast),
            [amount(forecast.current, forecast)],
            [change(forecast)],
            [outcomeText(forecast)],
            [`${(0,units/* counted */.hS)(forecast.basis.points, 'measurement')} of ${(0,units/* counted */.hS)(Math.round(forecast.basis.days), 'day')}`],
        ],
    });
    return rows.length === 0 ? [] : [...rows, ...forecastCharts(report)];
}
function outcomeText({ outcome, basis }) {
    switch (outcome.kind) {
        case 'reached':
            return '🔴 now';
        case 'expected':
            return dayText(outcome.at);
        case 'not-in-sight':
            return `not within ${(0,units/* counted */.hS)(Math.floor(basis.sight), 'day')}`;
        case 'cannot-be-told':
            return `cannot be told: ${outcome.reason}`;
    }
}
function amount(value, { unit }) {
    if (value === null) {
        return '–';
    }
    return unit === 'bytes' ? (0,units/* formatBytes */.z3)(value) : (0,units/* formatDuration */.a3)(value);
}
function change({ perDay, unit }) {
    return perDay === null ? '–' : `${signOf(perDay)}${amount(Math.abs(perDay), { unit })}`;
}
function growth(report, limits) {
    const rows = table('Growth by table', report.growth, limits.tables, {
        caption: 'Rows in the oldest and the newest set of the trends, the tables that came, went or changed most first',
        columns: [
            { title: 'Table' },
            { title: 'Type' },
            { title: 'Rows before', numeric: true },
            { title: 'Rows now', numeric: true },
            { title: 'A day', numeric: true },
        ],
        row: ({ table, type, before, after, perDay }) => [
            [code(table)],
            [type],
            [before === null ? '–' : (0,units/* formatCount */.B4)(before)],
            [after === null ? '❌ not in the set' : (0,units/* formatCount */.B4)(after)],
            [perDayText({ before, perDay })],
        ],
    });
    const [heading, ...rest] = rows;
    return heading === undefined ? [] : [heading, ...growthBars(report), ...rest];
}
function perDayText({ before, perDay }) {
    if (perDay === null) {
        return before === null ? 'new' : '–';
    }
    return `${signOf(perDay)}${(0,units/* formatCount */.B4)(Math.round(Math.abs(perDay) * 10) / 10)}`;
}
function signOf(number) {
    return number > 0 ? '+' : number < 0 ? '−' : '';
}
function period_content_troubles({ errors, alerts }, limits) {
    return [
        ...table('Errors', Object.entries(errors), limits.findings, {
            caption: 'How often each kind came up: a code of the reference, or the step in which a run ended early',
            columns: [{ title: 'Kind' }, { title: 'Runs', numeric: true }],
            row: ([kind, times]) => [[code(kind)], [(0,units/* formatCount */.B4)(times)]],
        }),
        ...table('Alerts', alerts, limits.findings, {
            caption: 'Limits that runs went over',
            columns: [{ title: 'Measure' }, { title: 'Level' }, { title: 'Runs', numeric: true }, { title: 'The last time' }],
            row: ({ measure, level, times, last }) => [[code(measure)], [level], [(0,units/* formatCount */.B4)(times)], [(0,units/* formatInstant */.r4)(last)]],
        }),
    ];
}
function period_content_recoveries({ recoveries }, limits) {
    const newestFirst = [...recoveries].reverse();
    return table('Recoveries', newestFirst, limits.retention, {
        caption: 'Drills and restores over the time of the trends, the newest first',
        columns: [
            { title: 'When' },
            { title: 'What' },
            { title: 'Outcome' },
            { title: 'RTO', numeric: true },
            { title: 'RPO', numeric: true },
        ],
        row: ({ at, kind, name, outcome, rto, rpo }) => [
            [(0,units/* formatInstant */.r4)(at)],
            name === '' ? [kind] : sentence `${kind} ${code(name)}`,
            [OUTCOME_MARKS[outcome]],
            [rto === null ? '–' : (0,units/* formatDuration */.a3)(rto)],
            [rpo === null ? '–' : (0,units/* formatDuration */.a3)(rpo)],
        ],
    });
}
function holds({ holds }, limits) {
    return table('What the store holds', holds, limits.retention, {
        caption: 'Sets by type, as retention left them',
        columns: [
            { title: 'Type' },
            { title: 'Sets', numeric: true },
            { title: 'Proven', numeric: true },
            { title: 'Size', numeric: true },
            { title: 'Oldest' },
            { title: 'Newest' },
        ],
        row: ({ type, sets, proven, bytes, oldest, newest }) => [
            [code(type)],
            [(0,units/* formatCount */.B4)(sets)],
            [(0,units/* formatCount */.B4)(proven)],
            [(0,units/* formatBytes */.z3)(bytes)],
            [(0,units/* formatInstant */.r4)(oldest)],
            [(0,units/* formatInstant */.r4)(newest)],
        ],
    });
}
/** A table under its heading, of as many rows as there is room for; nothing where there are none. */
function table(heading, items, most, { caption, columns, row }) {
    const left = items.length - most;
    return items.length === 0
        ? []
        : [
            { kind: 'heading', text: heading },
            { kind: 'table', caption, columns, rows: items.slice(0, most).map(row) },
            ...(left > 0 ? [leftOut(`${(0,units/* counted */.hS)(left, 'more line')} not shown here.`)] : []),
        ];
}
function ageOr(seconds) {
    return seconds === null ? '–' : ageText(seconds * 1000);
}

;// CONCATENATED MODULE: ./build/report/schema-change.js


/** What changed in the schema since the last proven set, one line a change, as a programmer reads a difference. */
function schemaChangeBlocks({ schemaChange }, limits) {
    if (schemaChange === undefined) {
        return [];
    }
    const { since, lines, more } = schemaChange;
    const shown = lines.slice(0, limits.findings);
    const left = lines.length - shown.length + more;
    return [
        {
            kind: 'details',
            summary: `What changed in the schema since ${since} (${(0,units/* formatCount */.B4)(lines.length + more)})`,
            blocks: [
                { kind: 'list', items: shown.map((line) => [code(line)]) },
                ...(left === 0 ? [] : [leftOut(`${(0,units/* counted */.hS)(left, 'more change')} not shown here.`)]),
            ],
        },
    ];
}

;// CONCATENATED MODULE: ./build/report/sections.js














/** The whole report: the verdict, then what to do, then everything that it stands on. */
function contentOf(report, limits) {
    const { mood, text } = verdictOf(report);
    return [
        { kind: 'verdict', mood, text },
        { kind: 'paragraph', text: subject(report) },
        ...artifacts(report),
        ...wayBack(report),
        ...failure(report),
        ...sections_whatToDo(report, limits),
        ...(report.drill === undefined ? [] : drillBlocks(report.drill, report.startedAt, limits)),
        ...(report.statistics === undefined ? [] : periodBlocks(report.statistics, limits)),
        ...fleetBlocks(report, limits),
        ...(report.plan === undefined ? [] : planBlocks(report.plan, limits)),
        ...doctorBlocks(report),
        ...watchBlocks(report),
        ...maintenanceBlocks(report, limits),
        ...alerts(report),
        ...checked(report),
        ...proof(report, limits),
        ...time(report),
        ...sections_sizes(report),
        ...retention(report, limits),
        ...storeBlocks(report, limits),
        ...schemaChangeBlocks(report, limits),
        ...notes(report, limits),
    ];
}
/** Which backup of what, where it is, how long it took. */
function subject(report) {
    const { id, type, series, source, set } = report;
    const what = id === undefined ? sentence `${sections_labelOf(report)}` : sentence `Backup ${code(id)}`;
    const of = series === '' ? [] : sentence ` of ${code(series)}`;
    const kind = type === undefined ? [] : sentence ` (${type})`;
    const version = source === undefined ? [] : sentence `, PostgreSQL ${source.serverVersion}`;
    const place = set === undefined ? [] : sentence `, ${(0,units/* formatBytes */.z3)(set.bytes)} in ${code(set.location ?? set.path)}`;
    return sentence `${what}${of}${kind}${version}${place}. Began at ${(0,units/* formatInstant */.r4)(report.startedAt)}, took ${(0,units/* formatDuration */.a3)(report.seconds)}.`;
}
function sections_labelOf({ operation }) {
    switch (operation) {
        case 'backup':
            return 'Backup';
        case 'validate':
            return 'Validation';
        case 'restore':
            return 'Restore';
        case 'rotate':
            return 'Rotation';
        case 'drill':
            return 'Recovery drill';
        case 'report':
            return 'Report';
        case 'watch':
            return 'Watch';
        case 'maintain':
            return 'Maintenance';
        case 'doctor':
            return 'Examination';
        case 'plan':
            return 'Plan';
    }
}
function artifacts({ artifacts = [] }) {
    if (artifacts.length === 0) {
        return [];
    }
    const links = artifacts.flatMap(({ name, url }, index) => [...(index === 0 ? [] : [', ']), { label: name, to: url }]);
    return [{ kind: 'paragraph', text: sentence `${(0,units/* counted */.hS)(artifacts.length, 'artifact')} to download: ${links}.` }];
}
/** How a database that was swapped in is swapped out again. */
function wayBack({ restored }) {
    if (restored?.previous === undefined || restored.undoCommand === undefined) {
        return [];
    }
    const { previous, undoCommand } = restored;
    return [
        {
            kind: 'paragraph',
            text: sentence `The database that was there before is kept as ${code(previous)}. This command puts it back: ${code(undoCommand)}`,
        },
    ];
}
function failure({ failure }) {
    if (failure === undefined) {
        return [];
    }
    const causes = failure.causes.filter((cause) => !failure.message.includes(cause));
    return [
        { kind: 'heading', text: 'What went wrong' },
        { kind: 'paragraph', text: [failure.message] },
        ...(causes.length === 0 ? [] : [{ kind: 'list', items: causes.map((cause) => [code(cause)]) }]),
    ];
}
/** Of a dump of another tool: what could be checked and was. */
function checked({ checks = [] }) {
    return checks.length === 0
        ? []
        : [
            { kind: 'heading', text: 'What was checked' },
            { kind: 'list', items: checks.map((check) => [asSentence(check)]) },
        ];
}
/** Findings that ask for something, those of one code under one piece of advice. */
function sections_whatToDo(report, limits) {
    const pressing = allFindings(report).filter(({ severity }) => severity !== 'info');
    if (pressing.length === 0) {
        return [];
    }
    const shown = pressing.slice(0, limits.findings);
    const left = pressing.length - shown.length;
    const items = [...grouped(shown).values()].flatMap((findings) => advice(findings));
    return [
        { kind: 'heading', text: 'What to do' },
        { kind: 'list', items },
        ...(left === 0 ? [] : [leftOut(`${(0,units/* counted */.hS)(left, 'more finding')} ${left === 1 ? 'is' : 'are'} not shown here.`)]),
    ];
}
function grouped(findings) {
    const groups = new Map();
    for (const finding of [...findings].sort((a, b) => weight(a) - weight(b))) {
        const key = `${finding.code} ${finding.advice}`;
        groups.set(key, [...(groups.get(key) ?? []), finding]);
    }
    return groups;
}
function weight({ severity }) {
    return ['error', 'inconclusive', 'warning', 'info'].indexOf(severity);
}
function advice(findings) {
    const [first] = findings;
    if (first === undefined) {
        return [];
    }
    const lines = findings.map(({ severity, on, found }) => sentence `${SEVERITY_MARKS[severity]} ${code(on)}: ${asSentence(found)}`);
    const last = lines.pop() ?? [];
    return [...lines, sentence `${last} ${strong(first.advice)} (${code(first.code)})`];
}
const SEVERITY_MARKS = { error: '❌', inconclusive: '❓', warning: '⚠️', info: 'ℹ️' };
function alerts({ alerts }) {
    if (alerts.length === 0) {
        return [];
    }
    return [
        { kind: 'heading', text: 'Alerts' },
        {
            kind: 'table',
            caption: 'Limits that this run went over',
            columns: [{ title: 'Measure' }, { title: 'Level' }, { title: 'What was measured' }],
            rows: alerts.map(({ level, measure, message }) => [[code(measure)], [LEVEL_MARKS[level]], [message]]),
        },
    ];
}
const LEVEL_MARKS = {
    critical: '🔴 critical',
    warning: '🟠 warning',
    info: '🔵 info',
};
function proof(report, limits) {
    const { proof: outcome, tables } = report;
    if (outcome === undefined || tables.length === 0) {
        return [];
    }
    const scratch = outcome.scratch;
    const where = scratch === undefined
        ? []
        : sentence ` It was restored into a ${scratch.kind === 'cluster' ? 'throw-away cluster' : 'service'} of PostgreSQL ${scratch.serverVersion}.`;
    const took = outcome.seconds > 0 ? ` in ${(0,units/* formatDuration */.a3)(outcome.seconds)}` : '';
    return [
        { kind: 'heading', text: 'The proof, table by table' },
        {
            kind: 'paragraph',
            text: sentence `Verified to the tier ${code(outcome.tier)} by ${outcome.verifiedBy}${took}.${where}`,
        },
        ...tableBlocks(tables, limits),
    ];
}
function tableBlocks(tables, limits) {
    const ranked = [...tables].sort((a, b) => Number(isFine(a)) - Number(isFine(b)) || b.bytes - a.bytes || sections_compare(a.name, b.name));
    const shown = ranked.slice(0, limits.tables);
    const left = ranked.slice(limits.tables);
    const troubled = left.filter((table) => !isFine(table)).length;
    const rest = troubled === 0 ? 'without any problem' : `${(0,units/* counted */.hS)(troubled, 'of them has', 'of them have')} a problem`;
    return [
        {
            kind: 'table',
            caption: tables.every(isFine) ? 'Tables, the largest first' : 'Tables with problems, then the largest',
            columns: TABLE_COLUMNS,
            rows: shown.map((table) => tableRow(table)),
        },
        ...(left.length === 0
            ? []
            : [
                leftOut(`${(0,units/* counted */.hS)(left.length, 'more table')}, ${rest}, not shown here; the HTML report lists every table.`),
            ]),
    ];
}
const TABLE_COLUMNS = [
    { title: 'Table' },
    { title: 'Rows at the snapshot', numeric: true },
    { title: 'Rows in the backup', numeric: true },
    { title: 'Size at the source', numeric: true },
    { title: 'Outcome' },
];
function tableRow({ name, rows, restoredRows, bytes, outcome }) {
    return [[code(name)], [numberOr(rows)], [numberOr(restoredRows)], [(0,units/* formatBytes */.z3)(bytes)], [TABLE_OUTCOMES[outcome]]];
}
const TABLE_OUTCOMES = {
    equal: '✅ equal',
    counted: '✅ as many rows',
    differs: '❌ differs',
    missing: '❌ missing',
    'not-compared': '❓ not compared',
    'definition-only': '➖ definition only',
};
function isFine({ outcome }) {
    return outcome === 'equal' || outcome === 'counted' || outcome === 'definition-only';
}
function time({ phases, seconds }) {
    if (phases.length === 0) {
        return [];
    }
    return [
        { kind: 'heading', text: 'Where the time went' },
        {
            kind: 'bars',
            caption: 'Time by phase',
            unit: 'seconds',
            bars: phases.map(({ name, seconds }) => ({ label: name, value: seconds })),
        },
        {
            kind: 'table',
            caption: 'Phases in the order in which they began; some run at the same time',
            columns: [{ title: 'Phase' }, { title: 'Time', numeric: true }],
            rows: [
                ...phases.map(({ name, seconds }) => [[name], [(0,units/* formatDuration */.a3)(seconds)]]),
                [[strong('The whole operation')], [strong((0,units/* formatDuration */.a3)(seconds))]],
            ],
        },
    ];
}
function sections_sizes({ set, metrics, source }) {
    if (set === undefined) {
        return [];
    }
    const rows = [['All files of the set', (0,units/* formatBytes */.z3)(set.bytes)]];
    const add = (title, value) => {
        if (value !== undefined) {
            rows.push([title, value]);
        }
    };
    add('The dump', set.dumpBytes === undefined ? undefined : (0,units/* formatBytes */.z3)(set.dumpBytes));
    add('Its tables at the source', set.sourceBytes === undefined ? undefined : (0,units/* formatBytes */.z3)(set.sourceBytes));
    add('Saved', metrics === undefined ? undefined : (0,units/* formatShare */.T1)(metrics.performance.compression_ratio));
    add('Peak memory', metrics === undefined ? undefined : (0,units/* formatBytes */.z3)(metrics.performance.memory_usage_mb * 1e6));
    add('Form', set.format === undefined ? undefined : [set.format, set.compression].filter(Boolean).join(', '));
    add('Encrypted to', set.encryption?.recipients.join(', '));
    add('Made by', source?.pgDump);
    return [
        { kind: 'heading', text: 'Sizes' },
        {
            kind: 'table',
            caption: 'What the set weighs',
            columns: [{ title: 'What' }, { title: 'How much', numeric: true }],
            rows: rows.map(([title, value]) => [[title], [value]]),
        },
    ];
}
function retention({ retention, dryRun }, limits) {
    return retention.length === 0
        ? []
        : [
            { kind: 'heading', text: 'Kept and removed' },
            ...retentionBlocks(retention, { caption: 'Backups in the store, with the reason for each', dryRun: dryRun === true }, limits),
        ];
}
function notes(report, limits) {
    const infos = allFindings(report).filter(({ severity }) => severity === 'info');
    const items = [
        ...report.warnings.map((warning) => [warning]),
        ...infos.map(({ on, found, code: name }) => sentence `${code(on)}: ${asSentence(found)} (${code(name)})`),
    ];
    if (items.length === 0) {
        return [];
    }
    const shown = items.slice(0, limits.findings);
    const left = items.length - shown.length;
    return [
        {
            kind: 'details',
            summary: `Notes (${(0,units/* formatCount */.B4)(items.length)})`,
            blocks: [
                { kind: 'list', items: shown },
                ...(left === 0 ? [] : [leftOut(`${(0,units/* counted */.hS)(left, 'more note')} not shown here.`)]),
            ],
        },
    ];
}
function numberOr(value) {
    return value === undefined ? '–' : (0,units/* formatCount */.B4)(value);
}
function sections_compare(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}

;// CONCATENATED MODULE: ./build/report/html.js





/** Bytes of the page of a period, which is sent around and opened on phones. */
const PAGE_BUDGET = 2_000_000;
/** So many tables are always listed. */
const FEWEST_TABLES = 100;
/**
 * The report of one operation as a page of its own. It has every table of a set; of a period those that changed the most,
 * as many as there is room for, and the rest is counted.
 */
function pageOf(report) {
    const whole = html_render(report, EVERYTHING);
    return report.statistics === undefined ? whole : withinBudget(whole, report, report.statistics.growth.length);
}
function withinBudget(page, report, tables) {
    return Buffer.byteLength(page) <= PAGE_BUDGET || tables <= FEWEST_TABLES
        ? page
        : withinBudget(html_render(report, { ...EVERYTHING, tables: Math.ceil(tables / 2) }), report, Math.ceil(tables / 2));
}
function html_render(report, limits) {
    return pageWith({
        ...html_titleOf(report),
        made: `for the operation of ${(0,units/* formatInstant */.r4)(report.startedAt)}`,
    }, contentOf(report, limits), limits);
}
function html_titleOf(report) {
    const { operation, series } = report;
    const title = `${operation} of ${series}: ${html_outcomeOf(report)}`;
    if (report.fleet === undefined) {
        return { title, heading: `${operation} of`, name: series };
    }
    const about = `${operation} of ${(0,units/* counted */.hS)(fleetLines(report.fleet).length, 'database')}`;
    return { title: about, heading: about };
}
function html_outcomeOf(report) {
    return report.failure === undefined ? (report.proof?.outcome ?? 'done') : 'failed';
}

;// CONCATENATED MODULE: ./build/operations/report-file.js







/** Somebody else shows it: a web server, a later step. What is secret is not in it. */
const report_file_READABLE = 0o644;
/** Writes a report as a page, whole or not at all, over an earlier one. No secret that the logger knows is in it. */
async function writePage(report, file, { logger }) {
    const redact = (text) => logger.redact(text);
    await (0,file_errors/* orFileTrouble */.nD)('writing the report', async () => {
        await (0,promises_.mkdir)(external_node_path_.dirname(file), { recursive: true });
        await (0,platform_files/* writeWhole */.f8)(file, redact(pageOf(redactDeep(report, redact))), report_file_READABLE);
    });
}
/** A report about all databases has the name of none: where a file's name asks for one, it is `all`. */
function nameFor({ fleet, type = 'all' }, reportFile) {
    return fleet === undefined ? reportFile : reportFile.replaceAll('{database}', 'all').replaceAll('{type}', type);
}
/** Writes the page that `report-file` asks for. That it cannot be written is a warning: the run is still what it was. */
async function withReportFile(report, { reportFile }, context) {
    if (reportFile === undefined) {
        return { report };
    }
    const file = external_node_path_.resolve(context.workingDirectory, nameFor(report, reportFile));
    try {
        await writePage(report, file, context);
        return { report, reportPath: file };
    }
    catch (error) {
        const warning = `The report could not be written to ${file}. ${(0,errors/* messageOf */.bD)(error)}`;
        context.logger.warning(warning);
        return { report: { ...report, warnings: [...report.warnings, warning] } };
    }
}

;// CONCATENATED MODULE: ./build/alerts/fail-on.js



/**
 * The report of a run that ends as a failure because of its alerts, though everything it did is right; any other report
 * as it is. Nothing is undone or left out: the run only does not look as if nobody had to look.
 */
function withFailOn(report, { failOn }) {
    const grave = failOn === 'never' ? [] : report.alerts.filter(({ level }) => isAtLeast(level, failOn));
    if (grave.length === 0 || exitCodeFor(report) !== 0) {
        return report;
    }
    const failedOn = [
        goodness(report),
        `This run ends as failed (exit code 1) because of ${(0,units/* counted */.hS)(grave.length, 'alert')} that fail-on asks for:`,
        ...grave.map(({ message }) => message),
        'If that is as it should be, change the rule in alerts, or fail-on.',
    ].join(' ');
    return { ...report, failedOn, warnings: [...report.warnings, failedOn] };
}
function goodness({ proof }) {
    return proof?.outcome === 'proven'
        ? 'The backup itself is good: it was proven.'
        : 'The backup itself was made as asked, without a proof.';
}
function isAtLeast(level, least) {
    return LEVELS.indexOf(level) <= LEVELS.indexOf(least);
}

// EXTERNAL MODULE: ./build/platform/owner.js
var platform_owner = __webpack_require__(65573);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
;// CONCATENATED MODULE: ./build/platform/state-folder.js






/** Where things are kept from one run to the next, the preferred folder first: of the user alone, and over reboots. */
function stateFolders(environment) {
    const home = state_folder_given(environment.HOME) ?? external_node_os_.homedir();
    const state = state_folder_given(environment.XDG_STATE_HOME) ?? external_node_path_.join(home, '.local', 'state');
    // A service's user may have no home that it can write to.
    return [external_node_path_.join(state, 'pg-lifeboat'), `/var/tmp/pg-lifeboat-${process.getuid?.() ?? 'user'}`];
}
/**
 * Makes the first of these folders that can be made, and returns it. One that others may write into is not taken.
 *
 * Throws `OperationError` when there is none.
 */
async function makeStateFolder(environment, doing) {
    const troubles = [];
    for (const folder of stateFolders(environment)) {
        try {
            await (0,file_errors/* orFileTrouble */.nD)(doing, () => (0,platform_files/* makeFolder */.fc)(folder));
            if (await isOurs(folder))
                return folder;
            troubles.push(new Error(`${folder} belongs to somebody else, or others may write into it`));
        }
        catch (error) {
            troubles.push(error);
        }
    }
    throw new errors/* OperationError */.OK({
        doing,
        problem: `none of the folders ${stateFolders(environment).join(', ')} can be used: ${troubles.map(problemOf).join('; ')}`,
        advice: 'Set XDG_STATE_HOME to a folder that only the user that runs this may write into.',
        cause: troubles[0],
    });
}
/** Whether a folder is one, is this user's, and nobody else may write into it. */
async function isOurs(folder) {
    const there = await (0,promises_.lstat)(folder);
    return there.isDirectory() && (there.mode & 0o022) === 0 && there.uid === process.getuid?.();
}
function problemOf(error) {
    return error instanceof errors/* LifeboatError */.H3 ? error.problem : String(error);
}
function state_folder_given(value) {
    return value === undefined || !external_node_path_.isAbsolute(value) ? undefined : value;
}

;// CONCATENATED MODULE: ./build/restore/services-note.js








/** What a later run needs to start the services of a run that was killed. */
const Note = schemas/* object */.Ikc({
    schema: schemas/* literal */.euz('pg-lifeboat/services/1'),
    owner: platform_owner/* Owner */._e,
    /** The shell command that starts the services. */
    start: schemas/* string */.YjP().min(1),
    workingDirectory: schemas/* string */.YjP(),
    /** Milliseconds. */
    timeout: schemas/* number */.aig().positive(),
});
const PREFIX = 'services-';
/**
 * Writes down how the services are started again, before they are stopped: a file of mode 0600 that survives this
 * process, its temporary files and a reboot. Returns its path.
 */
async function writeNote(order, { environment, clock }) {
    const doing = 'writing down how the services are started again';
    const folder = await makeStateFolder(environment, doing);
    const owner = (0,platform_owner/* ownerHere */.Wr)(doing, clock.now());
    const file = external_node_path_.join(folder, `${PREFIX}${owner.token}.json`);
    const note = { schema: 'pg-lifeboat/services/1', owner, ...order };
    await (0,file_errors/* orFileTrouble */.nD)(doing, () => (0,platform_files/* writeWhole */.f8)(file, `${JSON.stringify(note)}\n`));
    return file;
}
/** Removes a note. Returns whether this call did: of several runs that try, one. */
async function removeNote(file) {
    try {
        // Not rm, which takes no notice of somebody else being quicker.
        await (0,promises_.unlink)(file);
    }
    catch (error) {
        if ((0,file_errors/* codeOf */.$N)(error) === 'ENOENT')
            return false;
        throw error;
    }
    await (0,platform_files/* syncPath */.Z8)(external_node_path_.dirname(file));
    return true;
}
/** The notes of this user, of living and of dead runs. What anybody else could have written is not read. */
async function findNotes({ environment }) {
    const found = [];
    for (const folder of stateFolders(environment)) {
        if ((await (0,file_errors/* ifThere */.y)(isOurs(folder))) !== true)
            continue;
        const names = (await (0,file_errors/* ifThere */.y)((0,promises_.readdir)(folder))) ?? [];
        for (const name of names.filter((each) => each.startsWith(PREFIX) && each.endsWith('.json'))) {
            const note = await readNote(external_node_path_.join(folder, name));
            if (note !== undefined)
                found.push(note);
        }
    }
    return found;
}
/** What is in there will be run by a shell: so it must be a plain file, ours, and closed to everybody else. */
async function readNote(file) {
    try {
        const handle = await (0,promises_.open)(file, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW | external_node_fs_.constants.O_NONBLOCK);
        try {
            const there = await handle.stat();
            const isClosed = there.isFile() && there.nlink === 1 && (there.mode & 0o077) === 0;
            if (!isClosed || there.uid !== process.getuid?.())
                return undefined;
            const { owner, start, workingDirectory, timeout } = Note.parse(JSON.parse(await handle.readFile('utf8')));
            return { file, owner, start, workingDirectory, timeout };
        }
        finally {
            await handle.close();
        }
    }
    catch {
        return undefined; // gone meanwhile, or not a note of ours: nothing in it may be run
    }
}

;// CONCATENATED MODULE: ./build/restore/services.js



/** The services could not be started again: worse than whatever else went wrong, which is its cause. */
class ServicesError extends errors/* OperationError */.OK {
    constructor(cause, note, before) {
        super({
            doing: 'starting the services again',
            problem: `the services do not run: ${cause instanceof errors/* LifeboatError */.H3 ? cause.problem : (0,errors/* messageOf */.bD)(cause)}`,
            advice: `Start them now. The next run of pg-lifeboat tries it again; remove ${note} when they run.`,
            cause: before ?? cause,
        });
    }
}
/**
 * Stops the services, does work, and starts them again, whatever happens: also when stopping fails half-way (then nothing
 * else is done), when the work fails and when we are interrupted. Should this process be killed, a note on disk lets the
 * next one start them (`startLeftServices`).
 *
 * @param work may start the services earlier by what it is given; that never throws, so that the work goes on
 * Throws `ServicesError` when they could not be started, with what the work threw as its cause.
 */
async function withServicesStopped(services, context, work) {
    const { stop, start, timeout, phase } = services;
    if (start === undefined) {
        return work(() => Promise.resolve());
    }
    const order = { start, timeout, workingDirectory: context.workingDirectory };
    const restart = new Restart(order, await writeNote(order, context), phase, context);
    let failure;
    try {
        if (stop !== undefined) {
            await phase('Stopping the services', () => runShell({ ...order, start: stop }, 'stopping the services', context, context.signal));
        }
        return await work(() => restart.once());
    }
    catch (error) {
        failure = { error };
        throw error;
    }
    finally {
        await restart.once();
        restart.throwIfFailed(failure?.error);
    }
}
/** Starts the services once, and remembers how that went. */
class Restart {
    order;
    note;
    phase;
    context;
    attempt;
    failure;
    constructor(order, note, phase, context) {
        this.order = order;
        this.note = note;
        this.phase = phase;
        this.context = context;
    }
    once() {
        this.attempt ??= this.phase('Starting the services', () => start(this.order, this.note, this.context)).catch((error) => {
            this.failure = error;
            this.context.logger.error(`The services could not be started: ${(0,errors/* messageOf */.bD)(error)}`);
        });
        return this.attempt;
    }
    throwIfFailed(before) {
        if (this.failure !== undefined) {
            throw new ServicesError(this.failure, this.note, before);
        }
    }
}
/** The note goes once they run, and stays when they do not. */
async function start(order, note, context) {
    // Not the context's signal: who interrupts us wants the services back as well.
    await runShell(order, 'starting the services', context, new AbortController().signal);
    await removeNote(note);
}
async function runShell({ start: command, workingDirectory, timeout }, doing, { processes, environment, logger }, signal) {
    const tell = (line) => {
        logger.info(line);
    };
    await processes.run({
        program: 'bash',
        args: ['-eo', 'pipefail', '-c', command],
        env: environment,
        cwd: workingDirectory,
        doing,
        advice: 'What the command said is in the log above; correct it, then start again.',
        stdout: tell,
        onStderrLine: tell,
        timeout,
        signal,
    });
}
/**
 * Starts the services of runs that were killed before they could do so themselves. Never throws: what could not be
 * started is told as an error, and the next run tries again.
 */
async function startLeftServices(context) {
    for (const note of await findNotes(context)) {
        const life = (0,platform_owner/* lifeOf */.c_)(note.owner);
        if (life === 'dead') {
            await takeOver(note, context);
        }
        else if (life === 'elsewhere') {
            context.logger.warning(`The services that ${(0,platform_owner/* describeOwner */.$S)(note.owner)} stopped may still be stopped. If that run is over, start them and remove ${note.file}.`);
        }
    }
}
/** Of several runs that find a note, the one that can remove it goes on, with a note of its own in place before. */
async function takeOver(note, context) {
    const { logger } = context;
    try {
        const mine = await writeNote({ start: note.start, workingDirectory: note.workingDirectory, timeout: note.timeout }, context);
        if (!(await removeNote(note.file))) {
            await removeNote(mine);
            return;
        }
        logger.warning(`Starting the services, which a run that was killed left stopped: ${(0,platform_owner/* describeOwner */.$S)(note.owner)}.`);
        await start(note, mine, context);
    }
    catch (error) {
        if (error instanceof errors/* InterruptedError */.p4)
            throw error;
        logger.error(`The services that an earlier run stopped could not be started. ${(0,errors/* messageOf */.bD)(error)}`);
    }
}

;// CONCATENATED MODULE: ./build/backup/table-entries.js
/**
 * What a manifest records of tables: their facts with what was counted and hashed, by oid; a table that is not in there
 * was not counted. `hasData` says whether a table was chosen; foreign tables and partitioned parents have no rows of
 * their own in a dump, and a materialized view only has them refilled if it was filled.
 */
function tableEntries(tables, found, hasData = () => true) {
    return tables.map((table) => {
        const { schema, name, kind, bytes, unlogged, partitionOf } = table;
        const data = kind !== 'foreign' && kind !== 'partitioned' && table.populated && hasData(table);
        const content = data ? found.get(table.oid) : undefined;
        const more = { ...(unlogged && { unlogged }), ...(partitionOf !== undefined && { partitionOf }) };
        return { schema, name, kind, data, bytes, ...more, ...content };
    });
}

;// CONCATENATED MODULE: ./build/backup/draft.js



/** Writes down what was dumped, from what, and what it must be equal to. */
function draftManifest({ series, type }, source, taken, files, options) {
    const { snapshot, catalog, choice, content } = taken;
    return {
        schema: backup_manifest/* MANIFEST_SCHEMA */.KB,
        id: (0,backup_manifest/* idOf */.TH)(snapshot.time),
        series,
        type,
        snapshot: {
            time: snapshot.time.toISOString(),
            lsn: snapshot.lsn,
            replayedUntil: snapshot.replayedUntil?.toISOString() ?? null,
        },
        source: catalog.source,
        tool: {
            version: version/* VERSION */.x,
            pgDump: `pg_dump (PostgreSQL) ${source.programs.version}`,
            pgDumpMajor: source.programs.major,
        },
        options: {
            format: options.format,
            compression: source.compression,
            jobs: taken.jobs,
            tables: options.tables,
            excludeTables: options.excludeTables,
            verify: options.verify,
        },
        dump: { path: taken.dumpPath, bytes: dumpBytes(taken.dumpPath, files) },
        files: [...files],
        tables: tableEntries(catalog.tables, content.tables, ({ oid }) => choice.chosen.has(oid)),
        sequences: catalog.sequences,
        sequencesAfter: taken.sequencesAfter,
        largeObjects: content.largeObjects,
        hash: content.hash,
        looseForeignKeys: choice.loose.map(({ oid, table, name, statement }) => ({ oid, table, name, statement })),
        changedMeanwhile: taken.changedMeanwhile,
    };
}
function dumpBytes(dumpPath, files) {
    const own = files.filter(({ path }) => path === dumpPath || path.startsWith(`${dumpPath}/`));
    return own.reduce((sum, { size }) => sum + size, 0);
}

;// CONCATENATED MODULE: ./build/backup/kit/facts.js

/** Ordinary tables whose rows are in the dump. Materialized views are left out: a restore computes them anew. */
function countableTables({ manifest, tables }) {
    const conditions = new Map(tables.map((table) => [(0,backup_manifest/* displayName */.QC)(table), table.extension?.condition ?? '']));
    return manifest.tables.flatMap(({ schema, name, kind, data, rows, bytes }) => kind === 'table' && data && rows !== undefined
        ? [{ schema, name, rows, bytes, condition: conditions.get((0,backup_manifest/* displayName */.QC)({ schema, name })) ?? '' }]
        : []);
}
function localeOf({ localeProvider, collate, ctype, icuLocale }) {
    const provider = localeProvider === 'icu' || localeProvider === 'builtin' ? localeProvider : 'libc';
    const own = [provider === 'icu' ? 'ICU_LOCALE' : 'BUILTIN_LOCALE', icuLocale];
    const all = [
        ...(provider === 'libc' ? [] : [own]),
        ['LC_COLLATE', collate],
        ['LC_CTYPE', ctype],
    ];
    return { provider, parameters: all.filter((each) => each[1] !== null) };
}

;// CONCATENATED MODULE: ./build/backup/kit/text.js
/** Text from outside, made safe for the place where it stands: names of databases, roles and tables can hold anything. */
/** Controls, line ends, and marks that hide or reorder what stands beside them. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** On one line and without anything that cannot be seen: a line end becomes `\u{a}`. */
function oneLine(text) {
    return text.replaceAll(UNSEEN, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`);
}
/** One word of a POSIX shell: `it's` is `'it'\''s'`. */
function shellWord(text) {
    return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
/** A string constant of SQL on one line, whatever `standard_conforming_strings` is: `E'it''s'`. */
function sqlText(text) {
    const escaped = text
        .replaceAll('\\', '\\\\')
        .replaceAll("'", "''")
        .replaceAll('\n', '\\n')
        .replaceAll('\r', '\\r')
        .replaceAll('\t', '\\t');
    return `${escaped.includes('\\') ? 'E' : ''}'${escaped}'`;
}
/** A connection string that names a database, and can be nothing else: pg_restore takes `a=b` for parameters. */
function connectionTo(database) {
    return /^[\w-]+$/.test(database) ? database : `dbname='${database.replaceAll(/['\\]/g, '\\$&')}'`;
}
/** What a here-document holds, word for word, with an end that is none of its lines. */
function hereDocument(content) {
    const lines = new Set(content.split('\n'));
    let end = 'END';
    while (lines.has(end)) {
        end += '_';
    }
    return `<<'${end}'\n${content}\n${end}`;
}
/**
 * Text of a POSIX shell script, word for word. In it `@{` stands for the shell's own `${`, which a template literal would
 * take for itself.
 */
function shell(text) {
    return String.raw(text).replaceAll('@{', '${');
}
/** Prose in Markdown in which nothing acts. */
function prose(text) {
    return oneLine(text)
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll(/[\\`*_{}[\]()#+!|~@$"':]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
/** A name in Markdown, set as code; plain where it is tame, so that it reads well in a terminal too. */
function text_code(text) {
    return /^[\w .,/:()+-]+$/.test(text) && text.trim() === text ? `\`${text}\`` : `<code>${prose(text)}</code>`;
}
/** Commands in Markdown, in a fence that none of them can end. */
function commands(text) {
    const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
    const fence = '`'.repeat(longest + 1);
    return `${fence}sh\n${text}\n${fence}`;
}

;// CONCATENATED MODULE: ./build/backup/kit/readme.js




/** More tables than this are not listed; the script has them all. */
const LISTED_TABLES = 100;
/** The text of `RESTORE.md`: what this set is and how it is restored, for a person who knows neither. */
function restoreGuide(facts) {
    const { manifest } = facts;
    return `${[
        `# How to restore the backup ${text_code(`${manifest.type}/${manifest.id}`)} of ${text_code(manifest.series)}`,
        summary(facts),
        '## With the script',
        `It checks everything that it can before it writes, restores, and counts the rows of every table. It needs a shell and PostgreSQL's programs of major ${manifest.tool.pgDumpMajor} or newer on \`PATH\`, and the connection in libpq's variables:`,
        commands([
            `export PGHOST=the.new.server PGPORT=5432 PGUSER=postgres PGPASSWORD=…`,
            `sh restore.sh --check -- ${shellWord(manifest.source.database)}   # looks, and writes nothing`,
            `sh restore.sh -- ${shellWord(manifest.source.database)}`,
        ].join('\n')),
        'The database must not exist yet, or be empty. Exit codes: 0 restored with all rows, 1 failed, 2 bad usage, 3 the set is damaged or rows are missing, 5 refused before anything was written.',
        '## By hand',
        'The same steps, in this folder, with the same variables:',
        commands(steps(facts)),
        '## What must be there',
        needs(facts),
        '## What is not in this set',
        absent(facts),
        '## How it was proven',
        readme_proven(facts),
        '## Tables',
        tables(facts),
    ].join('\n\n')}\n`;
}
function summary({ manifest }) {
    const { source, snapshot, tool, options, dump } = manifest;
    return [
        `- The database ${text_code(source.database)} as it was at **${snapshot.time}**, dumped by ${text_code(tool.pgDump)} under one snapshot.`,
        `- From PostgreSQL ${prose(source.serverVersion)}; restore it into PostgreSQL ${source.major} or newer.`,
        `- The dump is ${text_code(dump.path)}, format ${options.format}, compression ${text_code(options.compression)}, ${dump.bytes} bytes.`,
        `- Written by pg-lifeboat ${prose(tool.version)}. Everything here works without it.`,
    ].join('\n');
}
/** The commands for this set's format, each as it would be typed. */
function steps({ manifest, hasPublicSchema }) {
    const { source, dump } = manifest;
    const target = shellWord(connectionTo(source.database));
    return [
        '# 1. Is the set whole?',
        'sha256sum -c SHA256SUMS',
        '# 2. The roles; those that are there already get the attributes of the source, and keep their passwords',
        `psql --no-psqlrc --dbname=postgres --file=${backup_set/* SET */.rK.globals}`,
        '# 3. An empty database like the source',
        createdb(manifest),
        ...(hasPublicSchema ? [] : [`psql --no-psqlrc --dbname=${target} --command='DROP SCHEMA public'`]),
        ...(manifest.options.format === 'plain' ? scriptSteps(dump.path, target) : archiveSteps(manifest, target)),
        '# Last: statistics for the planner',
        `psql --no-psqlrc --dbname=${target} --command=ANALYZE`,
    ].join('\n');
}
function createdb({ source }) {
    const { provider, parameters } = localeOf(source);
    const flags = {
        LC_COLLATE: '--lc-collate',
        LC_CTYPE: '--lc-ctype',
        ICU_LOCALE: '--icu-locale',
        BUILTIN_LOCALE: '--builtin-locale',
    };
    return [
        'createdb --maintenance-db=postgres --template=template0',
        `--encoding=${shellWord(source.encoding)}`,
        ...(source.major >= 15 ? [`--locale-provider=${provider}`] : []),
        ...parameters.map(([name, value]) => `${flags[name] ?? ''}=${shellWord(value)}`),
        `--owner=${shellWord(source.owner)}`,
        `-- ${shellWord(source.database)}`,
    ].join(' ');
}
function scriptSteps(dump, target) {
    const psql = `psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=${target}`;
    return ['# 4. Everything', dump.endsWith('.gz') ? `gzip -dc ${dump} | ${psql}` : `${psql} --file=${dump}`];
}
function archiveSteps({ dump, looseForeignKeys: loose }, target) {
    const restore = `pg_restore --dbname=${target} --no-tablespaces`;
    const section = (name) => `${restore} --section=${name} ${dump.path}`;
    const definitions = ['# 4. Definitions, rows (4 tables at once), then indexes and constraints', section('pre-data')];
    const rows = `${restore} --section=data --jobs=4 ${dump.path}`;
    if (loose.length === 0) {
        return [...definitions, rows, section('post-data')];
    }
    const oids = loose.map(({ oid }) => String(oid)).join('|');
    const statements = loose.flatMap(({ statement }) => (statement === null ? [] : [`${statement};`]));
    return [
        ...definitions,
        rows,
        '# … without the foreign keys to tables whose rows are not in this set, which are then added unchecked',
        `pg_restore --list ${dump.path} | grep -E -v '^[0-9]+; 2606 (${oids}) ' >/tmp/restore-list`,
        `${restore} --section=post-data --use-list=/tmp/restore-list ${dump.path}`,
        ...(statements.length === 0 ? [] : [`psql --no-psqlrc --dbname=${target} ${hereDocument(statements.join('\n'))}`]),
    ];
}
function needs({ manifest }) {
    const { source, tool } = manifest;
    const extensions = source.extensions.map(({ name, version }) => `${text_code(name)} ${prose(version)}`);
    return [
        `- PostgreSQL's programs \`psql\` and \`pg_restore\` of major ${tool.pgDumpMajor} or newer.`,
        `- The locale: encoding ${text_code(source.encoding)}, ${localeOf(source)
            .parameters.map(([name, value]) => `${name} ${text_code(value)}`)
            .join(', ')}. Without it the script takes another, and says so.`,
        `- Extensions, installed on the server: ${extensions.length === 0 ? 'none' : extensions.join(', ')}.`,
        `- Roles, which \`${backup_set/* SET */.rK.globals}\` creates: ${source.roles.map(text_code).join(', ')}.`,
        `- Tablespaces: ${source.tablespaces.every((name) => name === 'pg_default')
            ? 'none of its own'
            : `the source used ${source.tablespaces.map(text_code).join(', ')}; ${manifest.options.format === 'plain'
                ? 'a plain dump needs those with these names'
                : 'everything is restored into the default one'}`}.`,
    ].join('\n');
}
function absent({ manifest }) {
    const without = manifest.tables.filter(({ kind, data }) => kind === 'table' && !data);
    const foreign = manifest.tables.filter(({ kind }) => kind === 'foreign');
    return [
        '- The passwords of roles: set them anew (`\\password role` in psql).',
        '- What belongs to the database as a whole: `ALTER DATABASE … SET`, `GRANT … ON DATABASE`, its comment and connection limit. `catalog.json` lists them under `"kind":"database"`.',
        '- Other databases of the server, its configuration (`postgresql.conf`, `pg_hba.conf`), replication slots; subscriptions are restored disabled.',
        ...(without.length === 0
            ? []
            : [
                `- The rows of ${counted(without.length, 'table')} not chosen: ${bounded(without.map((table) => text_code((0,backup_manifest/* displayName */.QC)(table))))}. Their definitions are here.`,
            ]),
        ...(foreign.length === 0
            ? []
            : [
                `- The rows of foreign tables, which are on other servers: ${bounded(foreign.map((table) => text_code((0,backup_manifest/* displayName */.QC)(table))))}.`,
            ]),
        ...(manifest.looseForeignKeys.length === 0
            ? []
            : [
                `- The check of ${counted(manifest.looseForeignKeys.length, 'foreign key')} to such tables, added NOT VALID. Once the rows are there: \`ALTER TABLE … VALIDATE CONSTRAINT …\`. ${bounded(manifest.looseForeignKeys.map(({ table, name }) => `${text_code(name)} of ${text_code(table)}`))}.`,
            ]),
    ].join('\n');
}
function readme_proven({ manifest }) {
    const asked = manifest.options.verify;
    const asking = asked === 'none'
        ? 'No verification was asked for when this set was taken.'
        : `This set was to be verified to the tier \`${asked}\` before it was kept.`;
    return `${asking} This text was written before that, so the outcome is in \`manifest.json\`, under \`proof\`: \`proven\`, \`failed\` or \`not-verified\`, with everything that was found. Later verifications are in \`proofs/\`, the newest counts. \`restore.sh\` says the first outcome.`;
}
function tables(facts) {
    const all = countableTables(facts);
    const rows = all.reduce((sum, table) => sum + table.rows, 0);
    const largest = [...all].sort((a, b) => b.rows - a.rows).slice(0, LISTED_TABLES);
    const left = all.length - largest.length;
    return [
        `${counted(all.length, 'table')} with ${counted(rows, 'row')} at the snapshot${left > 0 ? `; the ${largest.length} with the most rows, ${left} more are in \`restore.sh\`` : ''}:`,
        [
            '| Table | Rows |',
            '| --- | ---: |',
            ...largest.map((table) => `| ${cell((0,backup_manifest/* displayName */.QC)(table))} | ${table.rows} |`),
        ].join('\n'),
    ].join('\n\n');
}
function counted(count, thing) {
    return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
function cell(name) {
    return text_code(oneLine(name));
}
function bounded(texts) {
    const shown = texts.slice(0, 30);
    const left = texts.length - shown.length;
    return `${shown.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}

;// CONCATENATED MODULE: ./build/backup/kit/script-basics.js

/** What `restore.sh` says and how it asks, and the check of the files: the same in every set. */
const SCRIPT_BASICS = shell `
usage() {
  cat <<'END'
Usage: ./restore.sh [--jobs N] [--check] [--] DATABASE

Restores this backup set into DATABASE, which must not exist yet or be empty. It checks everything that it can before it
writes anything, restores, and counts the rows of every table.

  --jobs N   how many tables are restored at once (the number of processors)
  --check    only check: the files, the versions, the roles, the extensions, the database; write nothing
  --help     this text

The server is the one that libpq's variables name: PGHOST, PGPORT, PGUSER, PGPASSWORD or PGPASSFILE, PGSSLMODE, …
PostgreSQL's programs are those on PATH:  PATH=/usr/lib/postgresql/17/bin:$PATH ./restore.sh app

Exit codes: 0 restored, all rows there · 1 failed · 2 bad usage · 3 the set is damaged, or rows are missing
            5 refused, nothing was written
END
}

say() { printf '%s\n' "$*"; }
note() { printf 'Note: %s\n' "$*" >&2; }
stop() {
  exit_code=$1
  shift
  printf 'restore.sh: %s\n' "$*" >&2
  exit "$exit_code"
}

# A connection string for the database of that name, whatever is in it.
connection_to() {
  rest=$1
  escaped=''
  while [ -n "$rest" ]; do
    tail=@{rest#?}
    letter=@{rest%"$tail"}
    case $letter in
      [\'\\]) escaped=$escaped\\$letter ;;
      *) escaped=$escaped$letter ;;
    esac
    rest=$tail
  done
  printf "dbname='%s'" "$escaped"
}

# Rows of the statements on standard input, as plain text; the first argument is the connection, others are psql's.
ask() {
  connection=$1
  shift
  # psql's own exit codes mean other things than those of this script.
  psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@" --dbname="$connection" || return 1
}

# The major out of "pg_restore (PostgreSQL) 17.2 (Debian …)".
major_of() {
  banner=$("$1" --version) || stop 1 "$1 does not run."
  number=@{banner#*') '}
  printf '%s' "@{number%%[!0-9]*}"
}

# Indents each line of a list.
listed() { printf '%s\n' "$1" | while IFS= read -r item; do printf '  %s\n' "$item"; done; }

check_files() {
  say 'Checking the files of the set …'
  check_sums
  check_strangers
}

# A file that SHA256SUMS does not list was not there when the set was made; or its line was taken out of the list.
check_strangers() {
  listed_files=$(wc -l <"$here/SHA256SUMS")
  found=0
  for file in "$here"/* "$here"/.[!.]* "$here"/dump/*; do
    case $file in "$here/dump" | "$here/proofs" | "$here/SHA256SUMS" | "$here/manifest.json.sig") continue ;; esac
    if [ -e "$file" ] || [ -L "$file" ]; then found=$((found + 1)); fi
  done
  if [ "$found" -ne "$listed_files" ]; then
    sums=$(cat "$here/SHA256SUMS")
    for file in "$here"/* "$here"/.[!.]* "$here"/dump/*; do
      case $file in "$here/dump" | "$here/proofs" | "$here/SHA256SUMS" | "$here/manifest.json.sig") continue ;; esac
      [ -e "$file" ] || [ -L "$file" ] || continue
      case "$sums$newline" in
        *"  @{file#"$here"/}$newline"*) ;;
        *) printf '  %s is not in SHA256SUMS\n' "@{file#"$here"/}" >&2 ;;
      esac
    done
    stop 3 'the set holds other files than SHA256SUMS lists. Find out where they come from; take them out to go on.'
  fi
}

# The outcome that the manifest records; it is at the end of the file.
tell_proof() {
  outcome=''
  inside=no
  tail -c 65536 "$here/manifest.json" >"$tmp/manifest"
  while IFS= read -r line; do
    case $line in
      '  "proof": {') inside=yes ;;
      '    "outcome": "'*)
        if [ "$inside" = yes ]; then
          outcome=@{line#*': "'}
          outcome=@{outcome%%'"'*}
        fi
        ;;
    esac
  done <"$tmp/manifest"
  case $outcome in
    proven) say 'When it was taken, this set was proven to restore.' ;;
    failed) note 'this set FAILED its proof when it was taken: it differs from its source. Read "proof" in manifest.json.' ;;
    *) note 'this set was not proven when it was taken, so nobody knows whether it is right. Look into proofs/ too.' ;;
  esac
}

`;

;// CONCATENATED MODULE: ./build/backup/kit/script-checks.js

/** What `restore.sh` checks of the programs, the server and the database before it writes anything. */
const SCRIPT_CHECKS = shell `
check_programs() {
  for program in psql pg_restore; do
    command -v "$program" >/dev/null ||
      stop 1 "$program is not on PATH. Install PostgreSQL's client programs of major $dump_major or newer."
  done
  if [ "$format" = plain ]; then
    case $dump in
      *.gz) command -v gzip >/dev/null || stop 1 'gzip is not on PATH.' ;;
    esac
  else
    restore_major=$(major_of pg_restore)
    [ "$restore_major" -ge "$dump_major" ] ||
      stop 5 "pg_restore is of major $restore_major, the dump was written by $dump_major. Install the client programs of $dump_major or newer."
    # This reads the list only; what it cannot decompress it says all the same.
    pg_restore --list "$here/$dump" >"$tmp/list" 2>"$tmp/errors" ||
      stop 1 "pg_restore cannot read the dump: $(cat "$tmp/errors")"
    case $(cat "$tmp/errors") in
      *'does not support'*) stop 1 "pg_restore cannot decompress this dump: $(cat "$tmp/errors")" ;;
    esac
  fi
}

check_server() {
  for candidate in postgres template1; do
    maintenance="dbname='$candidate'"
    server=$(ask "$maintenance" 2>"$tmp/errors" <<'END'
SELECT current_setting('server_version_num')
END
    ) && break
    server=''
  done
  [ -n "$server" ] || stop 1 "the server cannot be reached: $(cat "$tmp/errors")"
  server_major=$((server / 10000))
  say "The server is of major $server_major, this backup is of PostgreSQL $source_version."
  [ "$server_major" -ge "$source_major" ] ||
    stop 5 "the server is older than the backup. Restore into PostgreSQL $source_major or newer."
  [ "$server_major" -eq "$source_major" ] ||
    note 'the server is of a newer major than the source; read the release notes before you go live.'
  # psql of a release before August 2025 does not know the commands around a newer dump.
  printf '%s\n' '\restrict probe' 'SELECT 1;' '\unrestrict probe' | ask "$maintenance" >"$tmp/probe" 2>&1 ||
    note 'this psql is older than August 2025; if it stops at "\restrict", install a newer release of it.'
  powers=$(ask "$maintenance" <<'END'
SELECT CASE WHEN rolsuper THEN 'superuser' WHEN rolcreaterole THEN 'createrole' ELSE 'none' END
  FROM pg_catalog.pg_roles WHERE rolname = current_user
END
  )
  [ "$powers" = superuser ] ||
    note 'you are not a superuser here: what belongs to others can perhaps not be restored as it was.'
}

missing_roles() {
  needed_roles | ask "$maintenance"
}

check_roles() {
  lacking=$(missing_roles)
  if [ -z "$lacking" ]; then
    say "Roles: all that are needed are there, and stay as they are."
  elif [ "$powers" = none ]; then
    listed "$lacking" >&2
    stop 5 'these roles are missing, and you may not create roles. Connect as a superuser, or have them created (CREATE ROLE …).'
  else
    say 'Roles that globals.sql will create (without passwords):'
    listed "$lacking"
  fi
}

check_extensions() {
  lacking=$(needed_extensions | ask "$maintenance" --set=wanted=missing)
  if [ -n "$lacking" ]; then
    listed "$lacking" >&2
    stop 5 'these extensions are not installed on the server. Install their packages there, then start again.'
  fi
  others=$(needed_extensions | ask "$maintenance" --set=wanted=other)
  if [ -n "$others" ]; then
    note "extensions of another version than at the source:$newline$(listed "$others")"
  fi
  say "Extensions: all that are needed can be created."
}

# Only a script names tablespaces; otherwise everything goes into the default one.
check_tablespaces() {
  [ "$format" = plain ] || return 0
  lacking=$(needed_tablespaces | ask "$maintenance")
  if [ -n "$lacking" ]; then
    listed "$lacking" >&2
    stop 5 'these tablespaces are missing, and the script puts tables into them. Create them (CREATE TABLESPACE …) first.'
  fi
}

check_database() {
  exists=$(ask "$maintenance" --set=database="$database" <<'END'
SELECT count(*) FROM pg_catalog.pg_database WHERE datname = :'database'
END
  )
  [ "$exists" -eq 1 ] || return 0
  objects=$(ask "$target" <<'END'
SELECT (SELECT count(*) FROM pg_catalog.pg_class WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_catalog.pg_proc WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_catalog.pg_type WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_catalog.pg_extension WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_catalog.pg_event_trigger)
  + (SELECT count(*) FROM pg_catalog.pg_publication)
  + (SELECT count(*) FROM pg_catalog.pg_foreign_data_wrapper)
  + (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata)
  + (SELECT count(*) FROM pg_catalog.pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_')
END
  )
  [ "$objects" -eq 0 ] ||
    stop 5 "the database \"$database\" is there and is not empty ($objects objects). Nothing was written. Give another name, or move it out of the way: ALTER DATABASE … RENAME TO …"
}

`;

;// CONCATENATED MODULE: ./build/backup/kit/script-steps.js

/** How `restore.sh` restores and counts, and the order of everything. */
const SCRIPT_STEPS = shell `
# Leaves the attributes of roles that are there already as they are: somebody may be using them.
new_roles_only() {
  while IFS= read -r line; do
    case $line in
      'ALTER ROLE '*' WITH '*)
        name=@{line#'ALTER ROLE '}
        name=@{name%%' WITH '*}
        case "$newline$present$newline" in
          *"$newline$name$newline"*) continue ;;
        esac
        ;;
    esac
    printf '%s\n' "$line"
  done
}

run_globals() {
  [ -n "$(missing_roles)" ] || return 0
  say 'Creating the roles …'
  present=$(ask "$maintenance" <<'END'
SELECT pg_catalog.quote_ident(rolname) FROM pg_catalog.pg_roles
END
  )
  new_roles_only <"$here/globals.sql" |
    psql --no-psqlrc --quiet --dbname="$maintenance" >/dev/null 2>"$tmp/errors" || true
  while IFS= read -r line; do
    case $line in
      *'database "'*'" does not exist') ;; # a role's settings for a database of the old cluster
      *) printf '  %s\n' "$line" >&2 ;;
    esac
  done <"$tmp/errors"
  lacking=$(missing_roles)
  if [ -n "$lacking" ]; then
    listed "$lacking" >&2
    stop 1 'these roles could not be created, see above. No database was touched.'
  fi
}

# Creates it with this encoding and locale, in the words of CREATE DATABASE.
create_as() {
  ask "$maintenance" --set=database="$database" --set=encoding="$encoding" --set=locale="$1" 2>"$tmp/errors" <<'END'
CREATE DATABASE :"database" TEMPLATE template0 ENCODING :'encoding' :locale
END
}

create_database() {
  if [ "$exists" -eq 1 ]; then
    say "The database is there and empty; it keeps its encoding and locale."
    return 0
  fi
  say 'Creating the database …'
  libc=''
  own=$locale
  if [ "$server_major" -ge 15 ]; then
    libc='LOCALE_PROVIDER libc '
    own="LOCALE_PROVIDER $locale_provider $locale"
  fi
  create_as "$own" && return 0
  refusal=$(cat "$tmp/errors")
  if [ "$encoding" = UTF8 ] && create_as "@{libc}LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"; then
    taken=C.UTF-8
  elif create_as "@{libc}LC_COLLATE 'C' LC_CTYPE 'C'"; then
    taken=C
  else
    stop 1 "the database could not be created: $refusal"
  fi
  note "the server does not have the source's locale, $taken was taken instead: text may sort in another way ($refusal)"
}

set_owner() {
  [ "$exists" -eq 0 ] || return 0
  ask "$maintenance" --set=database="$database" --set=owner="$owner" 2>"$tmp/errors" <<'END' ||
ALTER DATABASE :"database" OWNER TO :"owner"
END
    note "the database could not be given to its owner: $(cat "$tmp/errors")"
}

drop_public() {
  [ "$public_is_absent" = yes ] || return 0
  ask "$target" <<'END' || failures="$failures schema public,"
SET client_min_messages = error;
DROP SCHEMA IF EXISTS public
END
}

stage=

restore_section() {
  section=$1
  shift
  say "Restoring: $section$stage …"
  pg_restore --dbname="$target" --section="$section" --no-tablespaces "$@" "$here/$dump" ||
    failures="$failures $section,"
}

# The list of the archive's contents, without the foreign keys to tables whose rows are not in this set.
list_entries() {
  while IFS= read -r line; do
    entry=@{line#*; }
    for key in $loose_keys; do
      case $entry in
        "2606 $key "*) line=";$line" ;;
      esac
    done
    printf '%s\n' "$line"
  done <"$tmp/list" >"$tmp/entries"
}

# Indexes and constraints. The index of a partitioned table becomes valid when the index of its last partition is attached,
# and jobs that attach at the same time can miss that: so these entries come one after the other, between the others.
restore_rest() {
  attach='^[0-9]+; 0 0 INDEX ATTACH '
  if [ "$jobs" = 1 ] || ! grep -E -q "$attach" "$tmp/entries"; then
    restore_section post-data --jobs="$jobs" --use-list="$tmp/entries"
    return 0
  fi
  build='^[0-9]+; [0-9]+ [0-9]+ (INDEX|CONSTRAINT) '
  grep -E -v "$attach" "$tmp/entries" | grep -E "$build" >"$tmp/build" || :
  grep -E "$attach" "$tmp/entries" >"$tmp/attach"
  grep -E -v "$attach" "$tmp/entries" | grep -E -v "$build" >"$tmp/rest"
  stage=', indexes'
  restore_section post-data --jobs="$jobs" --use-list="$tmp/build"
  stage=', indexes of partitions'
  restore_section post-data --use-list="$tmp/attach"
  stage=', the rest'
  restore_section post-data --jobs="$jobs" --use-list="$tmp/rest"
  stage=
}

restore_archive() {
  # One after the other: a grant may need another one before it, and pg_restore's jobs do not wait for that.
  restore_section pre-data
  restore_section data --jobs="$jobs"
  list_entries
  restore_rest
  [ -n "$loose_keys" ] || return 0
  say 'Adding the foreign keys to tables whose rows are not in this set, unchecked …'
  { if [ "$powers" = superuser ]; then say 'SET session_replication_role = replica;'; fi; add_loose_keys; } |
    ask "$target" || failures="$failures foreign keys,"
}

restore_script() {
  say 'Restoring the script …'
  if [ "$dump" = "@{dump%.gz}" ]; then
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$target" <"$here/$dump" >/dev/null ||
      failures="$failures script,"
    return 0
  fi
  { gzip -dc <"$here/$dump" || : >"$tmp/cut"; } |
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$target" >/dev/null || failures="$failures script,"
  [ ! -e "$tmp/cut" ] || failures="$failures decompression,"
}

analyze() {
  say 'Collecting statistics …'
  ask "$target" <<'END' || failures="$failures analyze,"
SET statement_timeout = 0;
SET client_min_messages = error;
ANALYZE
END
}

count_rows() {
  say 'Counting the rows …'
  equal=0
  rows=0
  expected_rows | psql --no-psqlrc --quiet --tuples-only --no-align --field-separator="$tab" --dbname="$target" >"$tmp/counts" || true
  while IFS="$tab" read -r outcome found expected table; do
    case $outcome in
      equal)
        equal=$((equal + 1))
        rows=$((rows + found))
        ;;
      different) printf '  %s has %s rows, the source had %s\n' "$table" "$found" "$expected" >&2 ;;
    esac
  done <"$tmp/counts"
}

finish() {
  status=$?
  rm -rf "$tmp"
  if [ "$writing" = yes ]; then
    printf 'restore.sh: it did not come to its end: the database "%s" is not whole. Drop it before you start again.\n' "$database" >&2
  fi
  exit "$status"
}

jobs=$(nproc 2>/dev/null || echo 2)
only_check=no
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h)
      usage
      exit 0
      ;;
    --jobs)
      [ $# -gt 1 ] || stop 2 '--jobs needs a number. See --help.'
      jobs=$2
      shift
      ;;
    --jobs=*) jobs=@{1#*=} ;;
    --check) only_check=yes ;;
    --)
      shift
      break
      ;;
    -*) stop 2 "unknown option \"$1\". See --help; a name that begins with a hyphen stands after --." ;;
    *) break ;;
  esac
  shift
done
[ $# -eq 1 ] || stop 2 'give the name of one database to restore into. See --help.'
[ -n "$1" ] || stop 2 'the name of the database is empty. See --help.'
case $jobs in
  '' | *[!0-9]* | 0*) stop 2 "--jobs must be a whole number of at least 1, not \"$jobs\". See --help." ;;
esac

database=$1
target=$(connection_to "$database")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
tab=$(printf '\t')
newline='
'
failures=''
writing=no
tmp=$(mktemp -d)
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
# The names in this script are UTF-8, and its messages are compared in English.
export PGCLIENTENCODING=UTF8 LC_ALL=C PGAPPNAME=restore.sh

say "Restoring $title into the database \"$database\"."
check_files
tell_proof
check_programs
check_server
check_roles
check_extensions
check_tablespaces
check_database
if [ "$only_check" = yes ]; then
  say 'Everything that can be checked beforehand is right. Nothing was written.'
  exit 0
fi

run_globals
writing=yes
create_database
set_owner
drop_public
if [ "$format" = plain ]; then restore_script; else restore_archive; fi
analyze
count_rows
writing=no

failures=@{failures%,}
if [ "$equal" -ne "$tables" ]; then
  stop 3 "NOT EQUAL: $equal of $tables tables have the rows that the source had, see above.@{failures:+ PostgreSQL reported errors in:$failures.}"
fi
[ -z "$failures" ] ||
  stop 1 "all $tables tables have the rows that the source had, but PostgreSQL reported errors in:$failures. Read them above."
say "Restored: $rows rows in $tables table(s), as many in each as the source had at $snapshot_time."
say 'Rows were counted, contents were not compared; for that, run pg-lifeboat validate on this set.'
`;

;// CONCATENATED MODULE: ./build/backup/kit/script-sums.js

/**
 * The function `check_sums` of both scripts, the one of a plain set and the one beside encrypted files: whether every file
 * of the set in `$here` is what SHA256SUMS says. It writes to `$tmp` and calls `stop`.
 */
const CHECK_SUMS = shell `
check_sums() {
  [ -f "$here/SHA256SUMS" ] || stop 3 'SHA256SUMS is missing: this is not a whole backup set. Use another one.'
  if command -v sha256sum >/dev/null; then
    check='sha256sum -c'
  elif command -v shasum >/dev/null; then
    check='shasum -a 256 -c'
  else
    stop 1 'neither sha256sum nor shasum is here, so the files cannot be checked. Install the core utilities.'
  fi
  # Split into words on purpose: the program and its options.
  # shellcheck disable=SC2086
  if ! (cd -- "$here" && $check SHA256SUMS) >"$tmp/sums" 2>&1; then
    while IFS= read -r line; do
      case $line in
        *': OK') ;;
        *) printf '  %s\n' "$line" >&2 ;;
      esac
    done <"$tmp/sums"
    stop 3 'the set is damaged, see above. Nothing was written. Use another set or another copy of this one.'
  fi
}
`;

;// CONCATENATED MODULE: ./build/backup/kit/script.js







/**
 * The text of `restore.sh`: first what is to be known of this set, as data, then what is the same in every set. Names
 * stand in quoted words and quoted here-documents only, so that no shell ever reads them as anything else.
 */
function restoreScript(facts) {
    const { manifest } = facts;
    const { source, id, type, series, tool } = manifest;
    return [
        '#!/bin/sh',
        `# Restores the backup set ${type}/${id} of ${oneLine(series)}, with nothing but a shell and PostgreSQL's programs.`,
        `# Written by pg-lifeboat ${tool.version} together with the set; SHA256SUMS covers this file too. Start it with --help.`,
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
        SCRIPT_CHECKS.trimEnd(),
        SCRIPT_STEPS,
    ].join('\n');
}
function variables(facts) {
    const { manifest, hasPublicSchema } = facts;
    const { source, options, dump, id, type, series, tool, snapshot } = manifest;
    const { provider, parameters } = localeOf(source);
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
        ['tables', String(countableTables(facts).length)],
        ['loose_keys', manifest.looseForeignKeys.map(({ oid }) => String(oid)).join(' ')],
    ];
}
function rolesQuery(roles) {
    return `SELECT pg_catalog.quote_ident(name) FROM pg_catalog.unnest(${textArray(roles)}) AS needed (name)
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name)
 ORDER BY 1`;
}
function extensionsQuery(extensions) {
    return `SELECT pg_catalog.format('%s %s', needed.name, CASE WHEN available.name IS NULL THEN needed.version
    ELSE pg_catalog.format('%s, here %s', needed.version, available.default_version) END)
  FROM ROWS FROM (
    pg_catalog.unnest(${textArray(extensions.map(({ name }) => name))}),
    pg_catalog.unnest(${textArray(extensions.map(({ version }) => version))})
  ) AS needed (name, version)
  LEFT JOIN pg_catalog.pg_available_extensions AS available ON available.name = needed.name
 WHERE CASE WHEN available.name IS NULL THEN 'missing'
    WHEN available.default_version <> needed.version THEN 'other' END = :'wanted'
 ORDER BY 1`;
}
function tablespacesQuery(tablespaces) {
    return `SELECT pg_catalog.quote_ident(name) FROM pg_catalog.unnest(${textArray(tablespaces)}) AS needed (name)
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_tablespace WHERE spcname = name)
 ORDER BY 1`;
}
/** One query for each table, which psql runs one after the other; a table that is not there is an error of its own. */
function countQuery(tables) {
    if (tables.length === 0) {
        return '-- no table has rows in this set';
    }
    const values = tables.map((table) => `(${[
        sqlText(table.schema),
        sqlText(table.name),
        String(table.rows),
        sqlText(table.condition),
        sqlText(oneLine((0,backup_manifest/* displayName */.QC)(table))),
    ].join(', ')})`);
    return `SET statement_timeout = 0;
SET row_security = off;
SELECT pg_catalog.format($$SELECT CASE pg_catalog.count(*) WHEN %1$s THEN 'equal' ELSE 'different' END,
  pg_catalog.count(*), %1$s, %5$L FROM ONLY %2$I.%3$I %4$s$$, expected, schema, name, condition, shown)
FROM (VALUES
${values.map((value) => `  ${value}`).join(',\n')}
) AS counted (schema, name, expected, condition, shown)
\\gexec`;
}
/** Their check would fail, because the rows that they lead to are not in the set. */
function looseKeys({ manifest }) {
    const statements = manifest.looseForeignKeys.flatMap(({ statement }) => (statement === null ? [] : [`${statement};`]));
    return statements.length === 0 ? '-- there are none' : statements.join('\n');
}
function textArray(texts) {
    return `ARRAY[${texts.map(sqlText).join(', ')}]::text[]`;
}

// EXTERNAL MODULE: ./build/backup/sha256.js
var backup_sha256 = __webpack_require__(31132);
;// CONCATENATED MODULE: ./build/backup/kit.js







/** The recovery kit of a set, by file name: the same facts always give the same texts. */
function recoveryKit(facts) {
    return { [backup_set/* SET */.rK.guide]: restoreGuide(facts), [backup_set/* SET */.rK.script]: restoreScript(facts) };
}
/**
 * Writes the recovery kit into the folder of a set, and returns its files as the manifest must list them: they belong to
 * the set like its dump.
 */
async function writeKit(folder, facts) {
    return (0,file_errors/* orFileTrouble */.nD)(`writing the recovery kit in ${folder}`, async () => {
        const entries = [];
        for (const [name, text] of Object.entries(recoveryKit(facts))) {
            const file = external_node_path_.join(folder, name);
            await (0,promises_.writeFile)(file, text, { mode: 0o600 });
            if (name === backup_set/* SET */.rK.script) {
                await (0,promises_.chmod)(file, 0o700);
            }
            entries.push({ path: name, ...(await (0,backup_sha256/* sha256OfFile */.V)(file)) });
        }
        return entries;
    });
}

// EXTERNAL MODULE: ./build/backup/source.js
var backup_source = __webpack_require__(17862);
// EXTERNAL MODULE: ./build/postgres/catalog/sql.js
var sql = __webpack_require__(17334);
;// CONCATENATED MODULE: ./build/postgres/catalog/annotations.js

/** Of what users made, or of `public`, and not inside an extension. */
function isAnnotated(row) {
    return `(${row}.objoid >= ${sql/* FIRST_USER_OID */.ku}
      OR (${row}.classoid = 'pg_namespace'::regclass AND ${row}.objoid = to_regnamespace('public')))
    AND NOT ${(0,sql/* isMember */.NB)(`${row}.classoid`, `${row}.objoid`)}`;
}
/** What is annotated, as `kind name` of the object in this catalog; its parts by their table. */
const ANNOTATED = `(CASE
  WHEN o.type IN ('table constraint', 'domain constraint', 'trigger', 'rule', 'policy')
    THEN regexp_replace(o.type, '^table ', '') || ' ' || regexp_replace(o.identity, '^(.*) on (.*)$', '\\2.\\1')
  WHEN o.type LIKE '% column' THEN (SELECT w.type || ' ' || w.identity FROM pg_identify_object(classoid, objoid, 0) w)
  WHEN o.type = 'operator' THEN 'operator ' || objoid::regoperator
  WHEN o.type = 'statistics object' THEN 'statistics ' || o.identity
  ELSE o.type || ' ' || o.identity END)`;
function comments() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'comment'`,
        name: `('on ' || o.type || ' ' || o.identity)`,
        of: ANNOTATED,
        facts: { text: 'd.description' },
        from: `FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) o
      WHERE ${isAnnotated('d')}`,
    });
}
function securityLabels() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'security label'`,
        name: `('of ' || l.provider || ' on ' || o.type || ' ' || o.identity)`,
        of: ANNOTATED,
        facts: { label: 'l.label' },
        from: `FROM pg_seclabel l CROSS JOIN LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) o
      WHERE ${isAnnotated('l')}`,
    });
}

;// CONCATENATED MODULE: ./build/postgres/catalog/relations.js

/** What a relation is called, by its `relkind`. */
const RELATION_KIND = (0,sql/* word */.Vm)('c.relkind', {
    r: 'table',
    p: 'table',
    v: 'view',
    m: 'materialized view',
    f: 'foreign table',
    S: 'sequence',
    c: 'type',
});
const RELATION_NAME = (0,sql/* qualified */.LX)('n.nspname', 'c.relname');
/** `table public.animals`: what the parts of a relation are parts of. */
const RELATION = `(${RELATION_KIND} || ' ' || ${RELATION_NAME})`;
const RELATIONS = `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace`;
/** The relations whose definition `pg_dump` writes. */
function isDumpedRelation(kinds) {
    return `c.relkind IN (${kinds}) AND ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_class', 'c.oid')}`;
}
/** Tables, views, materialized views, foreign tables. */
function relations_tables() {
    return (0,sql/* objectQuery */.EM)({
        kind: RELATION_KIND,
        name: RELATION_NAME,
        of: `'schema ' || ${(0,sql/* quoted */.TL)('n.nspname')}`,
        owner: 'c.relowner',
        acl: { column: 'c.relacl', type: `'r'` },
        facts: {
            unlogged: (0,sql/* flag */.Jt)(`c.relpersistence = 'u'`),
            options: (0,sql/* list */.p_)(`ARRAY(SELECT unnest(c.reloptions) COLLATE "C" ORDER BY 1)`),
            toastOptions: (0,sql/* list */.p_)(`ARRAY(SELECT unnest(t.reloptions) COLLATE "C" FROM pg_class t WHERE t.oid = c.reltoastrelid ORDER BY 1)`),
            rowSecurity: (0,sql/* flag */.Jt)('c.relrowsecurity'),
            rowSecurityForced: (0,sql/* flag */.Jt)('c.relforcerowsecurity'),
            replicaIdentity: (0,sql/* word */.Vm)('c.relreplident', { f: 'full', n: 'nothing' }),
            partitionedBy: `CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END`,
            partitionBound: `pg_get_expr(c.relpartbound, c.oid)`,
            inherits: (0,sql/* list */.p_)(`ARRAY(SELECT i.inhparent::regclass::text FROM pg_inherits i WHERE i.inhrelid = c.oid ORDER BY i.inhseqno)`),
            ofType: `CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END`,
            accessMethod: `(SELECT a.amname FROM pg_am a WHERE a.oid = c.relam AND a.amname <> 'heap' AND c.relkind IN ('r', 'm'))`,
            server: '(SELECT s.srvname FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid)',
            foreignOptions: `(SELECT ${(0,sql/* options */.fF)('f.ftoptions')} FROM pg_foreign_table f WHERE f.ftrelid = c.oid)`,
            populated: `CASE c.relkind WHEN 'm' THEN c.relispopulated END`,
        },
        deparsed: { definition: `CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END` },
        from: `${RELATIONS} WHERE ${isDumpedRelation(`'r', 'p', 'v', 'm', 'f'`)}`,
    });
}
/** Sequences, those of identity and serial columns too; their values are read apart. */
function sequences() {
    return (0,sql/* objectQuery */.EM)({
        kind: RELATION_KIND,
        name: RELATION_NAME,
        of: `coalesce(${owningTable('d.oid')}, 'schema ' || ${(0,sql/* quoted */.TL)('n.nspname')})`,
        owner: 'c.relowner',
        acl: { column: 'c.relacl', type: `'s'` },
        facts: {
            type: 'format_type(s.seqtypid, NULL)',
            start: 's.seqstart::text',
            increment: 's.seqincrement::text',
            minimum: 's.seqmin::text',
            maximum: 's.seqmax::text',
            cache: `nullif(s.seqcache, 1)::text`,
            cycles: (0,sql/* flag */.Jt)('s.seqcycle'),
            unlogged: (0,sql/* flag */.Jt)(`c.relpersistence = 'u'`),
            ownedBy: `d.owner`,
        },
        from: `${RELATIONS} JOIN pg_sequence s ON s.seqrelid = c.oid
      LEFT JOIN LATERAL (
        SELECT o.oid, ${(0,sql/* qualified */.LX)('m.nspname', 'o.relname')} || '.' || ${(0,sql/* quoted */.TL)('a.attname')} AS owner
        FROM pg_depend p JOIN pg_class o ON o.oid = p.refobjid JOIN pg_namespace m ON m.oid = o.relnamespace
          JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum = p.refobjsubid
        WHERE p.classid = 'pg_class'::regclass AND p.objid = c.oid AND p.objsubid = 0
          AND p.refclassid = 'pg_class'::regclass AND p.deptype IN ('a', 'i')
        LIMIT 1) d ON true
      WHERE ${isDumpedRelation(`'S'`)}`,
    });
}
function owningTable(oid) {
    return `(SELECT ${RELATION} FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = ${oid})`;
}
/** Columns of tables and views, attributes of composite types: by name, since a restore may change their order. */
function columns(major) {
    return (0,sql/* objectQuery */.EM)({
        kind: `CASE c.relkind WHEN 'c' THEN 'attribute' ELSE 'column' END`,
        name: `${RELATION_NAME} || '.' || ${(0,sql/* quoted */.TL)('a.attname')}`,
        of: RELATION,
        acl: { column: 'a.attacl' },
        facts: {
            type: 'format_type(a.atttypid, a.atttypmod)',
            notNull: (0,sql/* flag */.Jt)('a.attnotnull'),
            hasDefault: (0,sql/* flag */.Jt)(`d.oid IS NOT NULL AND a.attgenerated = ''`),
            generated: (0,sql/* word */.Vm)('a.attgenerated', { s: 'stored', v: 'virtual' }),
            // Since 17 partitions share the identity of their parent; what they say themselves depends on the major.
            identity: `CASE WHEN NOT c.relispartition THEN ${(0,sql/* word */.Vm)('a.attidentity', { a: 'always', d: 'by default' })} END`,
            collation: `CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END`,
            statisticsTarget: 'nullif(a.attstattarget, -1)',
            storage: `CASE WHEN a.attstorage <> t.typstorage AND c.relkind <> 'v' THEN
        ${(0,sql/* word */.Vm)('a.attstorage', { p: 'plain', e: 'external', m: 'main', x: 'extended' })} END`,
            compression: major >= 14 ? (0,sql/* word */.Vm)('a.attcompression', { p: 'pglz', l: 'lz4' }) : 'NULL',
            // Some minors of 17 keep a version of the column here (pg_attver), which is not restored.
            options: (0,sql/* list */.p_)(`ARRAY(SELECT o COLLATE "C" FROM unnest(a.attoptions) o WHERE o !~ '^pg_' ORDER BY 1)`),
            foreignOptions: `CASE WHEN a.attfdwoptions IS NOT NULL THEN ${(0,sql/* options */.fF)('a.attfdwoptions')} END`,
        },
        deparsed: { default: 'pg_get_expr(d.adbin, d.adrelid)' },
        from: `${RELATIONS} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE ${isDumpedRelation(`'r', 'p', 'v', 'm', 'f', 'c'`)}`,
    });
}

;// CONCATENATED MODULE: ./build/postgres/catalog/constraints.js


const TYPE = (0,sql/* word */.Vm)('k.contype', {
    c: 'check',
    f: 'foreign key',
    p: 'primary key',
    u: 'unique',
    x: 'exclusion',
    n: 'not null',
});
/** Whether it holds is a fact of its own, with a finding of its own. */
const DEFINITION = `regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '')`;
/** Constraints whose text has expressions in it. */
const HAS_EXPRESSION = `k.contype IN ('c', 'x')`;
function constraintFacts(major) {
    return {
        type: TYPE,
        definition: `CASE WHEN NOT (${HAS_EXPRESSION}) THEN ${DEFINITION} END`,
        validated: 'k.convalidated',
        deferrable: (0,sql/* flag */.Jt)('k.condeferrable'),
        deferred: (0,sql/* flag */.Jt)('k.condeferred'),
        noInherit: (0,sql/* flag */.Jt)(`k.connoinherit AND k.contype IN ('c', 'n')`),
        notEnforced: major >= 18 ? (0,sql/* flag */.Jt)('NOT k.conenforced') : 'NULL',
    };
}
/**
 * Constraints of tables. Foreign keys that a partition has from its parent are left out, because their names are made
 * anew; the triggers of constraints are triggers. What 18 records for NOT NULL is a kind of its own, since other majors
 * have no such rows.
 */
function tableConstraints(major) {
    return (0,sql/* objectQuery */.EM)({
        kind: `CASE k.contype WHEN 'n' THEN 'not-null constraint' ELSE 'constraint' END`,
        name: `${RELATION_NAME} || '.' || ${(0,sql/* quoted */.TL)('k.conname')}`,
        of: RELATION,
        facts: {
            ...constraintFacts(major),
            clusteredOn: (0,sql/* flag */.Jt)('i.indisclustered'),
            replicaIdentity: (0,sql/* flag */.Jt)('i.indisreplident'),
        },
        deparsed: { definition: `CASE WHEN ${HAS_EXPRESSION} THEN ${DEFINITION} END` },
        from: `FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
      WHERE ${isDumpedRelation(`'r', 'p', 'f'`)}
        AND (k.contype IN ('c', 'p', 'u', 'x', 'n') OR (k.contype = 'f' AND k.conparentid = 0))`,
    });
}
/** Constraints of domains; NOT NULL is a fact of the domain itself. */
function domainConstraints(major) {
    const domain = (0,sql/* qualified */.LX)('n.nspname', 't.typname');
    return (0,sql/* objectQuery */.EM)({
        kind: `'domain constraint'`,
        name: `${domain} || '.' || ${(0,sql/* quoted */.TL)('k.conname')}`,
        of: `'type ' || ${domain}`,
        facts: constraintFacts(major),
        deparsed: { definition: DEFINITION },
        from: `FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace
      WHERE k.contype = 'c' AND ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_type', 't.oid')}`,
    });
}
/**
 * Indexes that no constraint made. An invalid one (a failed `CREATE INDEX CONCURRENTLY`) is left out as `pg_dump` leaves
 * it out, so it is missing where it should be valid.
 */
function indexes() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'index'`,
        name: (0,sql/* qualified */.LX)('n.nspname', 'x.relname'),
        of: RELATION,
        facts: {
            definition: `CASE WHEN i.indexprs IS NULL AND i.indpred IS NULL THEN pg_get_indexdef(x.oid) END`,
            table: RELATION_NAME,
            invalid: (0,sql/* flag */.Jt)('NOT i.indisvalid'),
            clusteredOn: (0,sql/* flag */.Jt)('i.indisclustered'),
            replicaIdentity: (0,sql/* flag */.Jt)('i.indisreplident'),
            partOf: `(SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = x.oid)`,
            statisticsTargets: (0,sql/* list */.p_)(`ARRAY(SELECT a.attnum || ': ' || a.attstattarget FROM pg_attribute a
        WHERE a.attrelid = x.oid AND a.attstattarget >= 0 ORDER BY a.attnum)`),
        },
        deparsed: {
            definition: `CASE WHEN i.indexprs IS NOT NULL OR i.indpred IS NOT NULL THEN pg_get_indexdef(x.oid) END`,
        },
        from: `FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${isDumpedRelation(`'r', 'p', 'm'`)} AND (i.indisvalid OR x.relkind = 'I')
        AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))`,
    });
}
/** Extended statistics; what was gathered is not part of a backup. */
function statisticsObjects(major) {
    const expressions = major >= 14 ? 's.stxexprs IS NOT NULL' : 'false';
    return (0,sql/* objectQuery */.EM)({
        kind: `'statistics'`,
        name: (0,sql/* qualified */.LX)('n.nspname', 's.stxname'),
        of: `'schema ' || ${(0,sql/* quoted */.TL)('n.nspname')}`,
        owner: 's.stxowner',
        facts: {
            definition: `CASE WHEN NOT ${expressions} THEN pg_get_statisticsobjdef(s.oid) END`,
            target: 'nullif(s.stxstattarget, -1)',
        },
        deparsed: { definition: `CASE WHEN ${expressions} THEN pg_get_statisticsobjdef(s.oid) END` },
        from: `FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
      WHERE ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_statistic_ext', 's.oid')}`,
    });
}

;// CONCATENATED MODULE: ./build/postgres/catalog/database-wide.js

/** The schemas that `pg_dump` writes, `public` among them. */
function database_wide_schemas() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'schema'`,
        name: (0,sql/* quoted */.TL)('n.nspname'),
        owner: 'n.nspowner',
        acl: { column: 'n.nspacl', type: `'n'` },
        facts: {},
        from: `FROM pg_namespace n WHERE ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_namespace', 'n.oid')}`,
    });
}
/** Extensions. Whoever restores becomes their owner, and gets the version that the server has. */
function extensions() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'extension'`,
        name: (0,sql/* quoted */.TL)('e.extname'),
        facts: { schema: 'n.nspname', version: 'e.extversion' },
        from: 'FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace',
    });
}
function languages() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'language'`,
        name: (0,sql/* quoted */.TL)('l.lanname'),
        owner: 'l.lanowner',
        acl: { column: 'l.lanacl', type: `'l'` },
        facts: {
            trusted: (0,sql/* flag */.Jt)('l.lanpltrusted'),
            handler: (0,sql/* procedure */.gE)('l.lanplcallfoid'),
            inline: (0,sql/* procedure */.gE)('l.laninline'),
            validator: (0,sql/* procedure */.gE)('l.lanvalidator'),
        },
        from: `FROM pg_language l WHERE l.lanispl AND l.oid >= ${sql/* FIRST_USER_OID */.ku} AND ${(0,sql/* isNoMember */.u8)('pg_language', 'l.oid')}`,
    });
}
function accessMethods() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'access method'`,
        name: (0,sql/* quoted */.TL)('a.amname'),
        facts: { type: (0,sql/* word */.Vm)('a.amtype', { t: 'table', i: 'index' }), handler: (0,sql/* procedure */.gE)('a.amhandler') },
        from: `FROM pg_am a WHERE a.oid >= ${sql/* FIRST_USER_OID */.ku} AND ${(0,sql/* isNoMember */.u8)('pg_am', 'a.oid')}`,
    });
}
/** What applies to the database as a whole. `pg_dump` writes it only for `--create`; compare it only after such a restore. */
function database() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'database'`,
        name: `'(this database)'`,
        owner: 'd.datdba',
        acl: { column: 'd.datacl', type: `'d'` },
        facts: {
            connectionLimit: 'nullif(d.datconnlimit, -1)',
            settings: (0,sql/* list */.p_)(`ARRAY(SELECT coalesce(nullif(s.setrole, 0)::regrole::text || ': ', '') || unnest(s.setconfig) COLLATE "C"
        FROM pg_db_role_setting s WHERE s.setdatabase = d.oid ORDER BY 1)`),
            comment: `shobj_description(d.oid, 'pg_database')`,
        },
        from: 'FROM pg_database d WHERE d.datname = current_database()',
    });
}

;// CONCATENATED MODULE: ./build/postgres/catalog/foreign-data.js

function foreignDataWrappers() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'foreign-data wrapper'`,
        name: (0,sql/* quoted */.TL)('w.fdwname'),
        owner: 'w.fdwowner',
        acl: { column: 'w.fdwacl', type: `'F'` },
        facts: {
            handler: (0,sql/* procedure */.gE)('w.fdwhandler'),
            validator: (0,sql/* procedure */.gE)('w.fdwvalidator'),
            options: (0,sql/* options */.fF)('w.fdwoptions'),
        },
        from: `FROM pg_foreign_data_wrapper w
      WHERE w.oid >= ${sql/* FIRST_USER_OID */.ku} AND ${(0,sql/* isNoMember */.u8)('pg_foreign_data_wrapper', 'w.oid')}`,
    });
}
function foreignServers() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'server'`,
        name: (0,sql/* quoted */.TL)('s.srvname'),
        owner: 's.srvowner',
        acl: { column: 's.srvacl', type: `'S'` },
        facts: {
            wrapper: 'w.fdwname',
            type: 's.srvtype',
            version: 's.srvversion',
            options: (0,sql/* options */.fF)('s.srvoptions'),
        },
        from: `FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
      WHERE ${(0,sql/* isNoMember */.u8)('pg_foreign_server', 's.oid')}`,
    });
}
/** Who is mapped where, never by what: a mapping's options hold passwords, and who may read them differs from role to role. */
function userMappings() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'user mapping'`,
        name: `(${(0,sql/* quoted */.TL)('m.usename')} || ' on ' || ${(0,sql/* quoted */.TL)('m.srvname')})`,
        of: `'server ' || ${(0,sql/* quoted */.TL)('m.srvname')}`,
        facts: {},
        from: 'FROM pg_user_mappings m',
    });
}

;// CONCATENATED MODULE: ./build/postgres/catalog/large-objects.js

/** Who owns large objects and who may use them: one object for all with the same owner and grants, since there may be millions. */
function largeObjects() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'large objects'`,
        name: `('owned by ' || pg_get_userbyid(g.owner)
      || CASE WHEN g.granted = '{}' THEN '' ELSE ' (' || array_to_string(g.granted, ', ') || ')' END)`,
        facts: { objects: 'g.objects', identifiers: 'g.identifiers' },
        from: `FROM (SELECT m.lomowner AS owner, ${(0,sql/* privileges */.pe)(`coalesce(m.lomacl, acldefault('L', m.lomowner))`)} AS granted,
        count(*) AS objects, sum(hashoidextended(m.oid, 0))::text AS identifiers
      FROM pg_largeobject_metadata m GROUP BY 1, 2) g`,
    });
}
/**
 * The hash of the page of a large object. A page that was only written in part reads as if zeros followed, and one that
 * was never written as zeros, so pages are filled up and empty ones left out: a restore writes every page whole.
 */
function pageHash(method) {
    const page = `CASE length(p.data) WHEN z.size THEN p.data
    ELSE p.data || substring(z.zeros FOR z.size - length(p.data)) END`;
    const content = method === 'record'
        ? `hash_record_extended(ROW(${page}), p.loid::int8)`
        : `hashtextextended(encode(${page}, 'hex') COLLATE "C", p.loid::int8)`;
    return `hashint4extended(p.pageno, ${content})`;
}
function contentQuery(method) {
    return `
    WITH z AS MATERIALIZED (
      SELECT b.size, decode(repeat('00', b.size), 'hex') AS zeros
      FROM (SELECT current_setting('block_size')::int / 4 AS size) b),
    each AS (
      SELECT p.loid, max(p.pageno::int8 * z.size + length(p.data)) AS length,
        coalesce(sum(${pageHash(method)}) FILTER (WHERE p.data <> substring(z.zeros FOR length(p.data))), 0) AS content
      FROM pg_largeobject p CROSS JOIN z GROUP BY p.loid)
    SELECT count(*)::text AS count, coalesce(sum(hashoidextended(m.oid, coalesce(e.length, 0)))
      + sum(coalesce(e.content, 0)), 0)::text AS fingerprint
    FROM pg_largeobject_metadata m LEFT JOIN each e ON e.loid = m.oid`;
}
/** How many large objects there are, and a hash of them all, which the server takes where they lie. */
async function describeLargeObjects(session, method) {
    const [readable] = await session.query(`SELECT has_table_privilege('pg_catalog.pg_largeobject', 'SELECT') AS readable`);
    if (readable?.readable === true) {
        const [row] = await session.query(contentQuery(method));
        return { count: Number(row?.count ?? 0), fingerprint: row?.fingerprint ?? null };
    }
    const [row] = await session.query('SELECT count(*)::text AS count FROM pg_catalog.pg_largeobject_metadata');
    return { count: Number(row?.count ?? 0), fingerprint: null };
}

;// CONCATENATED MODULE: ./build/postgres/catalog/privileges.js

/** `ALTER DEFAULT PRIVILEGES`, named as PostgreSQL names them: `for role app in schema public on tables`. */
function defaultPrivileges() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'default privileges'`,
        name: `(pg_identify_object('pg_default_acl'::regclass, d.oid, 0)).identity`,
        acl: { column: 'd.defaclacl' },
        facts: {},
        from: 'FROM pg_default_acl d',
    });
}
/** Objects that `initdb` or an extension made, with the letter by which `acldefault` knows their kind. */
const GRANTABLE = `
  SELECT 'pg_class'::regclass AS classid, c.oid AS objid, 0 AS objsubid, c.relacl AS acl, c.relowner AS owner,
    (CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char" AS type, c.relnamespace AS schema FROM pg_class c
  UNION ALL SELECT 'pg_class'::regclass, a.attrelid, a.attnum, a.attacl, c.relowner, 'c', c.relnamespace
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL
  UNION ALL SELECT 'pg_proc'::regclass, p.oid, 0, p.proacl, p.proowner, 'f', p.pronamespace FROM pg_proc p
  UNION ALL SELECT 'pg_type'::regclass, t.oid, 0, t.typacl, t.typowner, 'T', t.typnamespace FROM pg_type t
  UNION ALL SELECT 'pg_namespace'::regclass, n.oid, 0, n.nspacl, n.nspowner, 'n', n.oid FROM pg_namespace n
  UNION ALL SELECT 'pg_language'::regclass, l.oid, 0, l.lanacl, l.lanowner, 'l', 0 FROM pg_language l
  UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, 0, w.fdwacl, w.fdwowner, 'F', 0
    FROM pg_foreign_data_wrapper w`;
/** Of `information_schema` nothing is dumped, of `pg_catalog` the privileges that were changed. */
const IN_SYSTEM_SCHEMA = `g.schema = 'pg_catalog'::regnamespace`;
/**
 * Privileges on system objects and on members of extensions that somebody changed. Given as what was granted and revoked
 * since, because what was there at first depends on the major and on the extension's version.
 */
function changedPrivileges() {
    const now = (0,sql/* privileges */.pe)('coalesce(g.acl, acldefault(g.type, g.owner))');
    const first = (0,sql/* privileges */.pe)('coalesce(i.initprivs, acldefault(g.type, g.owner))');
    return (0,sql/* objectQuery */.EM)({
        kind: `'changed privileges'`,
        name: `o.type || ' ' || o.identity`,
        facts: {
            granted: (0,sql/* list */.p_)(`ARRAY(SELECT unnest(${now}) EXCEPT SELECT unnest(${first}) ORDER BY 1)`),
            revoked: (0,sql/* list */.p_)(`ARRAY(SELECT unnest(${first}) EXCEPT SELECT unnest(${now}) ORDER BY 1)`),
        },
        from: `FROM (${GRANTABLE}) g
      LEFT JOIN pg_init_privs i ON i.classoid = g.classid AND i.objoid = g.objid AND i.objsubid = g.objsubid
      CROSS JOIN LATERAL pg_identify_object(g.classid, g.objid, g.objsubid) o
      WHERE g.acl IS DISTINCT FROM i.initprivs AND (${IN_SYSTEM_SCHEMA} OR ${(0,sql/* isMember */.NB)('g.classid', 'g.objid')})
        AND NOT ${now} = ${first}`,
    });
}

;// CONCATENATED MODULE: ./build/postgres/identifier.js
/** A name as SQL takes it, always in double quotes. */
function quoteIdentifier(name) {
    return `"${name.replaceAll('"', '""')}"`;
}
/** A database as a connection string, for programs that take a name with `=` in it or like a URI for a connection string. */
function connectionStringOf(database) {
    return `dbname='${database.replaceAll(/[\\']/g, String.raw `\$&`)}'`;
}

;// CONCATENATED MODULE: ./build/postgres/catalog/read-sequences.js


/** How many sequences are read by one statement. */
const BATCH = 500;
const SEQUENCES = `
  SELECT n.nspname AS schema, c.relname AS name, s.seqincrement::text AS increment, s.seqcycle AS cycles
  FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relpersistence <> 't' AND ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND (${(0,sql/* isNoMember */.u8)('pg_class', 'c.oid')}
    OR EXISTS (SELECT FROM pg_extension e WHERE c.oid = ANY (e.extconfig)))
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;
/**
 * Where every dumped sequence is, in the order of their names. Sequences are outside of snapshots: what is read is what
 * is now, so read them before the dump for a low mark and after it for a high one.
 */
async function readSequences(session) {
    const rows = await session.query(SEQUENCES);
    const found = [];
    for (let start = 0; start < rows.length; start += BATCH) {
        const batch = rows.slice(start, start + BATCH);
        const values = await session.query(valuesQuery(batch));
        batch.forEach((row, index) => {
            const value = values[index];
            if (value !== undefined)
                found.push({ ...row, lastValue: value.last, isCalled: value.called });
        });
    }
    return found;
}
function valuesQuery(batch) {
    const each = batch.map(({ schema, name }, index) => {
        const sequence = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
        return `SELECT ${index} AS place, last_value::text AS last, is_called AS called FROM ${sequence}`;
    });
    return `${each.join(' UNION ALL ')} ORDER BY place`;
}

// EXTERNAL MODULE: ./build/postgres/catalog/read-tables.js
var read_tables = __webpack_require__(69352);
;// CONCATENATED MODULE: ./build/postgres/catalog/replication.js

function publications(major) {
    return (0,sql/* objectQuery */.EM)({
        kind: `'publication'`,
        name: (0,sql/* quoted */.TL)('p.pubname'),
        owner: 'p.pubowner',
        facts: {
            allTables: (0,sql/* flag */.Jt)('p.puballtables'),
            viaRoot: (0,sql/* flag */.Jt)('p.pubviaroot'),
            publishes: `concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
        CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END)`,
            generatedColumns: major >= 18 ? `nullif(p.pubgencols::text, 'n')` : 'NULL',
            tables: (0,sql/* list */.p_)(`ARRAY(SELECT r.prrelid::regclass::text ${columnList(major)} COLLATE "C"
        FROM pg_publication_rel r WHERE r.prpubid = p.oid ORDER BY 1)`),
            schemas: major >= 15
                ? (0,sql/* list */.p_)(`ARRAY(SELECT n.nspname COLLATE "C" FROM pg_publication_namespace s
              JOIN pg_namespace n ON n.oid = s.pnnspid WHERE s.pnpubid = p.oid ORDER BY 1)`)
                : 'NULL',
        },
        deparsed: {
            filters: major >= 15
                ? `(SELECT string_agg(r.prrelid::regclass || ': ' || pg_get_expr(r.prqual, r.prrelid), '; '
              ORDER BY r.prrelid::regclass::text COLLATE "C") FROM pg_publication_rel r
              WHERE r.prpubid = p.oid AND r.prqual IS NOT NULL)`
                : 'NULL',
        },
        from: `FROM pg_publication p WHERE ${(0,sql/* isNoMember */.u8)('pg_publication', 'p.oid')}`,
    });
}
/** ` (a, b)` where only some columns of a table are published. */
function columnList(major) {
    if (major < 15)
        return '';
    return `|| coalesce((SELECT ' (' || string_agg(a.attname, ', ' ORDER BY a.attname COLLATE "C") || ')'
    FROM pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[])), '')`;
}
/**
 * Subscriptions without their connection, which holds a password, and without `enabled`, which a restore turns off.
 * `pg_dump` leaves them out for a role that is not a superuser, so they are not described for one either.
 */
function subscriptions() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'subscription'`,
        name: (0,sql/* quoted */.TL)('s.subname'),
        owner: 's.subowner',
        facts: { publications: (0,sql/* list */.p_)('s.subpublications'), slot: 's.subslotname' },
        from: `FROM pg_subscription s WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user)`,
    });
}

// EXTERNAL MODULE: ./build/postgres/catalog/roles.js
var roles = __webpack_require__(63659);
;// CONCATENATED MODULE: ./build/postgres/catalog/routines.js

/** `public.f(integer,text)` */
const NAME = 'p.oid::regprocedure::text';
const FROM = `FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_language l ON l.oid = p.prolang`;
const DUMPED = `${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_proc', 'p.oid')}`;
const COMMON = {
    kind: (0,sql/* word */.Vm)('p.prokind', { f: 'function', w: 'function', p: 'procedure', a: 'aggregate' }),
    name: NAME,
    of: `'schema ' || ${(0,sql/* quoted */.TL)('n.nspname')}`,
    owner: 'p.proowner',
    acl: { column: 'p.proacl', type: `'f'` },
};
/**
 * Functions and procedures. Constructors of ranges and multiranges belong to their type and are left out, as is what
 * another object made for itself.
 */
function functions(major) {
    const parsedBody = major >= 14 ? 'p.prosqlbody IS NOT NULL' : 'false';
    return (0,sql/* objectQuery */.EM)({
        ...COMMON,
        facts: {
            language: 'l.lanname',
            arguments: 'pg_get_function_identity_arguments(p.oid)',
            returns: 'pg_get_function_result(p.oid)',
            source: `CASE WHEN NOT ${parsedBody} THEN p.prosrc END`,
            library: 'p.probin',
            window: (0,sql/* flag */.Jt)(`p.prokind = 'w'`),
            volatility: (0,sql/* word */.Vm)('p.provolatile', { i: 'immutable', s: 'stable', v: 'volatile' }),
            parallel: (0,sql/* word */.Vm)('p.proparallel', { s: 'safe', r: 'restricted', u: 'unsafe' }),
            strict: (0,sql/* flag */.Jt)('p.proisstrict'),
            securityDefiner: (0,sql/* flag */.Jt)('p.prosecdef'),
            leakproof: (0,sql/* flag */.Jt)('p.proleakproof'),
            cost: 'p.procost',
            rows: 'nullif(p.prorows, 0)',
            settings: (0,sql/* list */.p_)('p.proconfig'),
            support: (0,sql/* procedure */.gE)('p.prosupport'),
            transforms: (0,sql/* list */.p_)('ARRAY(SELECT format_type(t, NULL) FROM unnest(p.protrftypes) t)'),
        },
        deparsed: {
            arguments: 'CASE WHEN p.pronargdefaults > 0 THEN pg_get_function_arguments(p.oid) END',
            ...(major >= 14 ? { body: `CASE WHEN ${parsedBody} THEN pg_get_function_sqlbody(p.oid) END` } : {}),
        },
        from: `${FROM} WHERE p.prokind <> 'a' AND ${DUMPED} AND NOT EXISTS (SELECT FROM pg_depend d
      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')`,
    });
}
function aggregates() {
    return (0,sql/* objectQuery */.EM)({
        ...COMMON,
        facts: {
            arguments: 'pg_get_function_identity_arguments(p.oid)',
            returns: 'pg_get_function_result(p.oid)',
            parallel: (0,sql/* word */.Vm)('p.proparallel', { s: 'safe', r: 'restricted', u: 'unsafe' }),
            form: (0,sql/* word */.Vm)('a.aggkind', { n: 'normal', o: 'ordered-set', h: 'hypothetical-set' }),
            directArguments: 'nullif(a.aggnumdirectargs, 0)',
            stateFunction: (0,sql/* procedure */.gE)('a.aggtransfn'),
            finalFunction: (0,sql/* procedure */.gE)('a.aggfinalfn'),
            combineFunction: (0,sql/* procedure */.gE)('a.aggcombinefn'),
            serializeFunction: (0,sql/* procedure */.gE)('a.aggserialfn'),
            deserializeFunction: (0,sql/* procedure */.gE)('a.aggdeserialfn'),
            movingStateFunction: (0,sql/* procedure */.gE)('a.aggmtransfn'),
            movingInverseFunction: (0,sql/* procedure */.gE)('a.aggminvtransfn'),
            movingFinalFunction: (0,sql/* procedure */.gE)('a.aggmfinalfn'),
            finalExtra: (0,sql/* flag */.Jt)('a.aggfinalextra'),
            movingFinalExtra: (0,sql/* flag */.Jt)('a.aggmfinalextra'),
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
    });
}

// EXTERNAL MODULE: ./build/postgres/catalog/source.js
var catalog_source = __webpack_require__(99185);
;// CONCATENATED MODULE: ./build/postgres/catalog/text-search.js

const SCHEMA = `'schema ' || ${(0,sql/* quoted */.TL)('n.nspname')}`;
function textSearchParsers() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'text search parser'`,
        name: (0,sql/* qualified */.LX)('n.nspname', 'p.prsname'),
        of: SCHEMA,
        facts: {
            start: (0,sql/* procedure */.gE)('p.prsstart'),
            token: (0,sql/* procedure */.gE)('p.prstoken'),
            end: (0,sql/* procedure */.gE)('p.prsend'),
            headline: (0,sql/* procedure */.gE)('p.prsheadline'),
            types: (0,sql/* procedure */.gE)('p.prslextype'),
        },
        from: `FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace
      WHERE ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_ts_parser', 'p.oid')}`,
    });
}
function textSearchTemplates() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'text search template'`,
        name: (0,sql/* qualified */.LX)('n.nspname', 't.tmplname'),
        of: SCHEMA,
        facts: { init: (0,sql/* procedure */.gE)('t.tmplinit'), lexize: (0,sql/* procedure */.gE)('t.tmpllexize') },
        from: `FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace
      WHERE ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_ts_template', 't.oid')}`,
    });
}
function textSearchDictionaries() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'text search dictionary'`,
        name: (0,sql/* qualified */.LX)('n.nspname', 'd.dictname'),
        of: SCHEMA,
        owner: 'd.dictowner',
        facts: { template: (0,sql/* qualified */.LX)('m.nspname', 't.tmplname'), options: 'd.dictinitoption' },
        from: `FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace
      JOIN pg_ts_template t ON t.oid = d.dicttemplate JOIN pg_namespace m ON m.oid = t.tmplnamespace
      WHERE ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_ts_dict', 'd.oid')}`,
    });
}
/** Configurations, with the dictionaries that each kind of token is looked up in, in their order. */
function textSearchConfigurations() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'text search configuration'`,
        name: (0,sql/* qualified */.LX)('n.nspname', 'c.cfgname'),
        of: SCHEMA,
        owner: 'c.cfgowner',
        facts: {
            parser: (0,sql/* qualified */.LX)('m.nspname', 'p.prsname'),
            mappings: (0,sql/* list */.p_)(`ARRAY(
        SELECT k.alias || ': ' || string_agg(d.mapdict::regdictionary::text, ', ' ORDER BY d.mapseqno) COLLATE "C"
        FROM pg_ts_config_map d JOIN ts_token_type(c.cfgparser) k ON k.tokid = d.maptokentype
        WHERE d.mapcfg = c.oid GROUP BY k.alias ORDER BY 1)`),
        },
        from: `FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace
      JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace m ON m.oid = p.prsnamespace
      WHERE ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_ts_config', 'c.oid')}`,
    });
}

;// CONCATENATED MODULE: ./build/postgres/catalog/triggers.js


const ENABLED = { O: 'yes', D: 'no', R: 'on replicas', A: 'always' };
/**
 * Triggers that users made, not those behind constraints. A partition's copy of its parent's trigger counts only where it
 * is enabled otherwise than the parent's, as for `pg_dump`.
 */
function triggers() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'trigger'`,
        name: `${RELATION_NAME} || '.' || ${(0,sql/* quoted */.TL)('t.tgname')}`,
        of: RELATION,
        facts: {
            enabled: (0,sql/* word */.Vm)('t.tgenabled', ENABLED),
            definition: `CASE WHEN t.tgqual IS NULL THEN pg_get_triggerdef(t.oid) END`,
            function: (0,sql/* procedure */.gE)('t.tgfoid'),
        },
        deparsed: { definition: `CASE WHEN t.tgqual IS NOT NULL THEN pg_get_triggerdef(t.oid) END` },
        from: `FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_trigger u ON u.oid = t.tgparentid
      WHERE ${isDumpedRelation(`'r', 'p', 'v', 'f'`)}
        AND ((NOT t.tgisinternal AND t.tgparentid = 0) OR t.tgenabled <> u.tgenabled)`,
    });
}
/** Rewrite rules other than those that make a view a view. */
function rules() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'rule'`,
        name: `${RELATION_NAME} || '.' || ${(0,sql/* quoted */.TL)('r.rulename')}`,
        of: RELATION,
        facts: {
            event: (0,sql/* word */.Vm)('r.ev_type', { 1: 'select', 2: 'update', 3: 'insert', 4: 'delete' }),
            instead: 'r.is_instead',
            enabled: (0,sql/* word */.Vm)('r.ev_enabled', ENABLED),
        },
        deparsed: { definition: 'pg_get_ruledef(r.oid)' },
        from: `FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${isDumpedRelation(`'r', 'p', 'v', 'm', 'f'`)} AND r.rulename <> '_RETURN'`,
    });
}
/** Row-level security policies; whether they are in force is a fact of the table. */
function policies() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'policy'`,
        name: `${RELATION_NAME} || '.' || ${(0,sql/* quoted */.TL)('p.polname')}`,
        of: RELATION,
        facts: {
            command: (0,sql/* word */.Vm)('p.polcmd', { r: 'select', a: 'insert', w: 'update', d: 'delete', '*': 'all' }),
            permissive: 'p.polpermissive',
            roles: (0,sql/* list */.p_)(`ARRAY(SELECT CASE r WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r) END COLLATE "C"
        FROM unnest(p.polroles) r ORDER BY 1)`),
        },
        deparsed: {
            using: 'pg_get_expr(p.polqual, p.polrelid)',
            withCheck: 'pg_get_expr(p.polwithcheck, p.polrelid)',
        },
        from: `FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${isDumpedRelation(`'r', 'p'`)}`,
    });
}
function eventTriggers() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'event trigger'`,
        name: (0,sql/* quoted */.TL)('e.evtname'),
        owner: 'e.evtowner',
        facts: {
            event: 'e.evtevent',
            enabled: (0,sql/* word */.Vm)('e.evtenabled', ENABLED),
            function: (0,sql/* procedure */.gE)('e.evtfoid'),
            tags: (0,sql/* list */.p_)('e.evttags'),
        },
        from: `FROM pg_event_trigger e WHERE e.oid >= ${sql/* FIRST_USER_OID */.ku} AND ${(0,sql/* isNoMember */.u8)('pg_event_trigger', 'e.oid')}`,
    });
}

;// CONCATENATED MODULE: ./build/postgres/catalog/types.js

const types_NAME = (0,sql/* qualified */.LX)('n.nspname', 't.typname');
const types_SCHEMA = `'schema ' || ${(0,sql/* quoted */.TL)('n.nspname')}`;
/** Enums, domains, composites, ranges, base types and shells; not the row types of tables, nor array and multirange types. */
function types_types(major) {
    return (0,sql/* objectQuery */.EM)({
        kind: `'type'`,
        name: types_NAME,
        of: types_SCHEMA,
        owner: 't.typowner',
        acl: { column: 't.typacl', type: `'T'` },
        facts: {
            form: `CASE WHEN NOT t.typisdefined THEN 'shell' ELSE
        ${(0,sql/* word */.Vm)('t.typtype', { e: 'enum', d: 'domain', c: 'composite', r: 'range', b: 'base', p: 'pseudo' })} END`,
            labels: `CASE t.typtype WHEN 'e' THEN
        to_jsonb(ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder)) END`,
            ...domainFacts(),
            ...rangeFacts(major),
            ...baseFacts(major),
        },
        deparsed: { default: `coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault)` },
        from: `FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      LEFT JOIN pg_class c ON c.oid = t.typrelid
      LEFT JOIN pg_range r ON r.rngtypid = t.oid
      WHERE t.typtype <> 'm' AND (t.typrelid = 0 OR c.relkind = 'c')
        AND ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_type', 't.oid')}
        AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)`,
    });
}
function domainFacts() {
    return {
        domainOf: `CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END`,
        notNull: (0,sql/* flag */.Jt)('t.typnotnull'),
        collation: `CASE WHEN t.typtype = 'd' AND t.typcollation <>
      (SELECT b.typcollation FROM pg_type b WHERE b.oid = t.typbasetype) THEN t.typcollation::regcollation::text END`,
    };
}
function rangeFacts(major) {
    return {
        rangeOf: 'format_type(r.rngsubtype, NULL)',
        rangeCollation: 'CASE WHEN r.rngcollation <> 0 THEN r.rngcollation::regcollation::text END',
        rangeOperatorClass: '(SELECT o.opcname FROM pg_opclass o WHERE o.oid = r.rngsubopc)',
        rangeCanonical: (0,sql/* procedure */.gE)('r.rngcanonical'),
        rangeDifference: (0,sql/* procedure */.gE)('r.rngsubdiff'),
        multirange: major >= 14 ? 'format_type(r.rngmultitypid, NULL)' : 'NULL',
    };
}
function baseFacts(major) {
    const ofBase = (value) => `CASE WHEN t.typtype = 'b' AND t.typisdefined THEN ${value} END`;
    return {
        input: ofBase((0,sql/* procedure */.gE)('t.typinput')),
        output: ofBase((0,sql/* procedure */.gE)('t.typoutput')),
        receive: ofBase((0,sql/* procedure */.gE)('t.typreceive')),
        send: ofBase((0,sql/* procedure */.gE)('t.typsend')),
        modifierInput: ofBase((0,sql/* procedure */.gE)('t.typmodin')),
        modifierOutput: ofBase((0,sql/* procedure */.gE)('t.typmodout')),
        analyze: ofBase((0,sql/* procedure */.gE)('t.typanalyze')),
        subscript: major >= 14 ? ofBase((0,sql/* procedure */.gE)('t.typsubscript')) : 'NULL',
        length: ofBase('t.typlen'),
        byValue: ofBase('t.typbyval'),
        alignment: ofBase('t.typalign'),
        storage: ofBase('t.typstorage'),
        category: ofBase('t.typcategory'),
        preferred: ofBase('t.typispreferred'),
        delimiter: ofBase('t.typdelim'),
        element: ofBase('CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END'),
    };
}
function casts() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'cast'`,
        name: `('(' || format_type(k.castsource, NULL) || ' AS ' || format_type(k.casttarget, NULL) || ')')`,
        facts: {
            function: (0,sql/* procedure */.gE)('k.castfunc'),
            context: (0,sql/* word */.Vm)('k.castcontext', { e: 'explicit', a: 'assignment', i: 'implicit' }),
            method: (0,sql/* word */.Vm)('k.castmethod', { f: 'function', i: 'input and output', b: 'binary' }),
        },
        from: `FROM pg_cast k WHERE k.oid >= ${sql/* FIRST_USER_OID */.ku} AND ${(0,sql/* isNoMember */.u8)('pg_cast', 'k.oid')}
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = k.oid
        AND d.deptype = 'i')`,
    });
}
function transforms() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'transform'`,
        name: `(format_type(t.trftype, NULL) || ' for ' || (SELECT l.lanname FROM pg_language l WHERE l.oid = t.trflang))`,
        facts: { fromSql: (0,sql/* procedure */.gE)('t.trffromsql'), toSql: (0,sql/* procedure */.gE)('t.trftosql') },
        from: `FROM pg_transform t WHERE ${(0,sql/* isNoMember */.u8)('pg_transform', 't.oid')}`,
    });
}
function operators() {
    const operator = (oid) => `nullif(${oid}::regoperator::text, '0')`;
    return (0,sql/* objectQuery */.EM)({
        kind: `'operator'`,
        name: `o.oid::regoperator::text`,
        of: types_SCHEMA,
        owner: 'o.oprowner',
        facts: {
            function: (0,sql/* procedure */.gE)('o.oprcode'),
            result: 'CASE WHEN o.oprresult <> 0 THEN format_type(o.oprresult, NULL) END',
            commutator: operator('o.oprcom'),
            negator: operator('o.oprnegate'),
            restrict: (0,sql/* procedure */.gE)('o.oprrest'),
            join: (0,sql/* procedure */.gE)('o.oprjoin'),
            hashes: (0,sql/* flag */.Jt)('o.oprcanhash'),
            merges: (0,sql/* flag */.Jt)('o.oprcanmerge'),
        },
        from: `FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
      WHERE o.oprcode <> 0 AND ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_operator', 'o.oid')}`,
    });
}
function operatorClasses() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'operator class'`,
        name: `(${(0,sql/* qualified */.LX)('n.nspname', 'o.opcname')} || ' for ' || a.amname)`,
        of: types_SCHEMA,
        owner: 'o.opcowner',
        facts: {
            type: 'format_type(o.opcintype, NULL)',
            default: (0,sql/* flag */.Jt)('o.opcdefault'),
            storage: 'CASE WHEN o.opckeytype <> 0 THEN format_type(o.opckeytype, NULL) END',
            family: (0,sql/* qualified */.LX)('m.nspname', 'f.opfname'),
        },
        from: `FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace JOIN pg_am a ON a.oid = o.opcmethod
      JOIN pg_opfamily f ON f.oid = o.opcfamily JOIN pg_namespace m ON m.oid = f.opfnamespace
      WHERE ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_opclass', 'o.oid')}`,
    });
}
function operatorFamilies() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'operator family'`,
        name: `(${(0,sql/* qualified */.LX)('n.nspname', 'f.opfname')} || ' for ' || a.amname)`,
        of: types_SCHEMA,
        owner: 'f.opfowner',
        facts: {
            operators: (0,sql/* list */.p_)(`ARRAY(SELECT o.amopstrategy || ': ' || o.amopopr::regoperator::text ||
        CASE WHEN o.amopsortfamily <> 0 THEN ' for ordering' ELSE '' END COLLATE "C"
        FROM pg_amop o WHERE o.amopfamily = f.oid ORDER BY 1)`),
            functions: (0,sql/* list */.p_)(`ARRAY(SELECT p.amprocnum || ': ' || p.amproc::regprocedure::text || ' (' ||
        format_type(p.amproclefttype, NULL) || ', ' || format_type(p.amprocrighttype, NULL) || ')' COLLATE "C"
        FROM pg_amproc p WHERE p.amprocfamily = f.oid ORDER BY 1)`),
        },
        from: `FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am a ON a.oid = f.opfmethod
      WHERE ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_opfamily', 'f.oid')}`,
    });
}
/** Collations; the version of the library behind them is the restored server's own. */
function collations(major) {
    const locale = major >= 17 ? 'k.colllocale' : major >= 15 ? 'k.colliculocale' : 'NULL::text';
    return (0,sql/* objectQuery */.EM)({
        kind: `'collation'`,
        name: (0,sql/* qualified */.LX)('n.nspname', 'k.collname'),
        of: types_SCHEMA,
        owner: 'k.collowner',
        facts: {
            provider: (0,sql/* word */.Vm)('k.collprovider', { c: 'libc', i: 'icu', b: 'builtin', d: 'default' }),
            nondeterministic: (0,sql/* flag */.Jt)('NOT k.collisdeterministic'),
            rules: major >= 16 ? 'k.collicurules' : 'NULL',
        },
        // Since 15 ICU's locale has a column of its own, since 16 it is written in another form.
        deparsed: {
            locale: `coalesce(${locale}, k.collcollate)`,
            ctype: `CASE WHEN ${locale} IS NULL THEN k.collctype END`,
        },
        from: `FROM pg_collation k JOIN pg_namespace n ON n.oid = k.collnamespace
      WHERE ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_collation', 'k.oid')}`,
    });
}
function conversions() {
    return (0,sql/* objectQuery */.EM)({
        kind: `'conversion'`,
        name: (0,sql/* qualified */.LX)('n.nspname', 'k.conname'),
        of: types_SCHEMA,
        owner: 'k.conowner',
        facts: {
            from: 'pg_encoding_to_char(k.conforencoding)',
            to: 'pg_encoding_to_char(k.contoencoding)',
            function: (0,sql/* procedure */.gE)('k.conproc'),
            default: (0,sql/* flag */.Jt)('k.condefault'),
        },
        from: `FROM pg_conversion k JOIN pg_namespace n ON n.oid = k.connamespace
      WHERE ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)('pg_conversion', 'k.oid')}`,
    });
}

;// CONCATENATED MODULE: ./build/postgres/catalog/read-catalog.js
















/** One query a family of objects, whatever the number of objects. Containers come before what they contain. */
const FAMILIES = [
    database,
    roles/* roles */.O,
    database_wide_schemas,
    extensions,
    languages,
    accessMethods,
    types_types,
    domainConstraints,
    collations,
    conversions,
    functions,
    aggregates,
    operators,
    operatorFamilies,
    operatorClasses,
    casts,
    transforms,
    textSearchParsers,
    textSearchTemplates,
    textSearchDictionaries,
    textSearchConfigurations,
    foreignDataWrappers,
    foreignServers,
    userMappings,
    relations_tables,
    columns,
    sequences,
    tableConstraints,
    indexes,
    statisticsObjects,
    triggers,
    rules,
    policies,
    eventTriggers,
    publications,
    subscriptions,
    largeObjects,
    defaultPrivileges,
    changedPrivileges,
    comments,
    securityLabels,
];
/**
 * Describes everything of the session's database that a dump carries: what the manifest records of the source, the
 * tables and sequences, and every object with its owner, grants and definition.
 *
 * The session needs pinned settings. It may be inside the snapshot's transaction; nothing here writes or fails for want
 * of a privilege that `pg_dump` does not need as well. Servers 13 to 18.
 */
async function readCatalog(session) {
    const major = await (0,catalog_source/* readMajor */.wW)(session);
    const source = await (0,catalog_source/* readSource */.o$)(session, major);
    const sequenceValues = await readSequences(session);
    const tableFacts = await (0,read_tables/* readTables */.g)(session);
    return { source, tables: tableFacts, sequences: sequenceValues, objects: await readObjects(session, major) };
}
/**
 * Only the objects, for a restored copy whose data has been compared already.
 *
 * @param sourceRoles the roles that the source told of: they are looked for, whatever they may do in the copy
 */
async function readObjects(session, major, sourceRoles = []) {
    const objects = [];
    for (const family of FAMILIES) {
        for (const row of await session.query(family(major, sourceRoles))) {
            objects.push(objectOf(row));
        }
    }
    return objects;
}
function objectOf({ kind, name, of, owner, grants, facts, deparsed }) {
    return {
        kind,
        name,
        ...(of === null ? {} : { of }),
        ...(owner === null ? {} : { owner }),
        ...(grants === null ? {} : { grants }),
        facts,
        ...(deparsed === null ? {} : { deparsed }),
    };
}

;// CONCATENATED MODULE: ./build/postgres/catalog/stored.js



/** The version of the stored catalog's form. A reader refuses a version that it does not know. */
const CATALOG_SCHEMA = 'pg-lifeboat/catalog/1';
const StoredFact = schemas/* union */.KCZ([schemas/* string */.YjP(), schemas/* number */.aig(), schemas/* boolean */.zMY(), schemas/* null */.chJ(), schemas/* array */.YOg(schemas/* string */.YjP())]);
const StoredObject = schemas/* object */.Ikc({
    kind: schemas/* string */.YjP().min(1),
    name: schemas/* string */.YjP().min(1),
    of: schemas/* string */.YjP().exactOptional(),
    owner: schemas/* string */.YjP().exactOptional(),
    grants: schemas/* array */.YOg(schemas/* string */.YjP()).exactOptional(),
    facts: schemas/* record */.g1P(schemas/* string */.YjP(), StoredFact),
    deparsed: schemas/* record */.g1P(schemas/* string */.YjP(), schemas/* string */.YjP()).exactOptional(),
});
/** `catalog.json` of a set: every object of the source at the snapshot, and not one row of data. */
const StoredCatalog = schemas/* object */.Ikc({
    schema: schemas/* literal */.euz(CATALOG_SCHEMA),
    /** The major that described it: decides whether deparsed texts can be compared. */
    major: schemas/* number */.aig().int(),
    objects: schemas/* array */.YOg(StoredObject),
});
/** Writes the objects of a catalog, one a line, so that two sets can be compared with `diff` too. */
async function writeCatalog(file, major, objects) {
    const lines = objects.map((object) => JSON.stringify(object)).join(',\n');
    await (0,promises_.writeFile)(file, `{"schema":${JSON.stringify(CATALOG_SCHEMA)},"major":${major},"objects":[\n${lines}\n]}\n`);
}
/** Reads what `writeCatalog` wrote. Throws `DamagedError` where it is not that, or not there. */
async function readStoredCatalog(file) {
    const text = await (0,promises_.readFile)(file, 'utf8').catch((cause) => {
        throw noCatalog(file, 'it cannot be read', cause);
    });
    return parseCatalog(text, file);
}
/**
 * The same from its text.
 *
 * @param name what messages call it
 */
function parseCatalog(text, name) {
    try {
        const { major, objects } = StoredCatalog.parse(JSON.parse(text));
        return { major, objects };
    }
    catch (cause) {
        throw noCatalog(name, `it is not a catalog of the form ${CATALOG_SCHEMA}`, cause);
    }
}
function noCatalog(name, problem, cause) {
    return new errors/* DamagedError */.Me({
        doing: `reading the stored catalog ${name}`,
        problem,
        advice: 'Use another set. If a newer pg-lifeboat wrote it, read it with that version.',
        cause,
    });
}

;// CONCATENATED MODULE: ./build/postgres/fingerprint.js


/** The best method that a server of this major has. */
function hashMethodOf(major) {
    return major >= 14 ? 'record' : 'text';
}
/**
 * The query that counts and hashes the rows of one table.
 *
 * A row's hash mixes the exclusive or of its columns' hashes, each seeded with the column's place in the order of the
 * names: the physical order does not matter, swapping two columns does. The last mixing matters: without it the sum over
 * the rows would keep most of its bits when a value moves from one row to another. (The sum of `hash_record` over rows
 * misses two of three such moves, because it is a sum over the columns too.) Hashes are summed, not xored, so that a
 * doubled row counts twice.
 */
function fingerprintQuery(table, method) {
    const ordinary = table.columns.filter(({ generated }) => generated === undefined);
    const stored = table.columns.filter(({ generated }) => generated === 'stored');
    const sums = [`${sumOfHashes(ordinary, method)} AS fingerprint`];
    if (stored.length > 0) {
        sums.push(`${sumOfHashes(stored, method)} AS generated`);
    }
    const from = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
    return `SELECT pg_catalog.count(*)::text AS rows, ${sums.join(', ')} FROM ONLY ${from} ${table.extension?.condition ?? ''}`;
}
function sumOfHashes(columns, method) {
    return `coalesce(pg_catalog.sum(${rowHash(columns, method)}), 0)::text`;
}
function rowHash(columns, method) {
    const byName = [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));
    const hashes = byName.map((column, index) => columnHash(column, index + 1, method));
    return `pg_catalog.hashint4extended(0, ${exclusiveOr(hashes)})`;
}
/** A balanced tree: a chain of 1,600 columns would exceed the depth that PostgreSQL's parser allows. */
function exclusiveOr(terms) {
    if (terms.length <= 1) {
        return terms[0] ?? '0::bigint';
    }
    const middle = Math.ceil(terms.length / 2);
    return `(${exclusiveOr(terms.slice(0, middle))} # ${exclusiveOr(terms.slice(middle))})`;
}
/** NULL hashes as the bare seed, which no value's hash is but by a chance of 2^-64. */
function columnHash(column, seed, method) {
    const name = quoteIdentifier(column.name);
    const value = column.castTo === undefined ? name : `CAST(${name} AS ${column.castTo})`;
    return `coalesce(${valueHash(column, value, seed, method)}, ${seed})`;
}
/**
 * Hash functions of PostgreSQL's types are made for hash joins, so many are blind to what equality ignores: `1.0` and
 * `1.00`, `-0` and `0`, one month and thirty days, the bounds of arrays. Others fold 64 bits into 32 (bigint, the time
 * types), or hash what is not restored (the OID of an enum's label). Only those that see the whole value are used;
 * everything else is hashed as the text that `pg_dump` writes.
 */
function valueHash({ hash, output }, value, seed, method) {
    switch (hash) {
        case 'int2':
            return `pg_catalog.hashint2extended(${value}, ${seed})`;
        case 'int4':
            return `pg_catalog.hashint4extended(${value}, ${seed})`;
        case 'int8':
            // Value and seed change places, because the seed is what takes part with all its 64 bits.
            return `pg_catalog.hashint4extended(${seed}, ${value})`;
        case 'bool':
            return `pg_catalog.hashint4extended(${value}::int4, ${seed})`;
        case 'oid':
            return `pg_catalog.hashoidextended(${value}, ${seed})`;
        case 'uuid':
            return `pg_catalog.uuid_hash_extended(${value}, ${seed})`;
        case 'text':
            return textHash(value, seed);
        case 'bytea':
            return method === 'record'
                ? `pg_catalog.hash_record_extended(ROW(${value}), ${seed})`
                : textHash(`pg_catalog.encode(${value}, 'hex')`, seed);
        case 'output':
            return textHash(`pg_catalog.textin(${output ?? ''}(${value}))`, seed);
    }
}
/** Under collation C the bytes are hashed, whatever library and version the column's own collation has. */
function textHash(text, seed) {
    return `pg_catalog.hashtextextended(${text} COLLATE pg_catalog."C", ${seed})`;
}
const PROBE = [
    { hash: 'int2', value: "'-7'::int2" },
    { hash: 'int4', value: "'2000000011'::int4" },
    { hash: 'int8', value: "'-9000000000000000001'::int8" },
    { hash: 'bool', value: 'true' },
    { hash: 'oid', value: "'4000000000'::oid" },
    { hash: 'uuid', value: "'5b30857f-0bfa-48b5-ac0b-5c64e28078d1'::uuid" },
    { hash: 'text', value: "'pg-lifeboat: Núria, 牛, a row of known hash'::text" },
    { hash: 'bytea', value: "'\\x00ff10a1b2c3d4e5f60718293a4b5c6d7e8f'::bytea" },
    { hash: 'output', value: "'12.340'::numeric", output: 'pg_catalog.numeric_out' },
    { hash: 'output', value: "'0.1'::float8", output: 'pg_catalog.float8out' },
    { hash: 'output', value: "'2026-11-24 02:00:00.123456+00'::timestamptz", output: 'pg_catalog.timestamptz_out' },
];
/**
 * What this server's hash functions give for a known row of every kind, as a decimal number. Two servers whose probes
 * differ (another processor's byte order, a changed hash) cannot be compared by fingerprints. Needs pinned settings.
 */
async function hashProbe(session, method) {
    const columns = PROBE.map(({ hash, output }, index) => {
        return { name: `c${index}`, type: hash, hash, ...(output === undefined ? {} : { output }) };
    });
    const values = PROBE.map(({ value }, index) => `${value} AS c${index}`).join(', ');
    const [row] = await session.query(`SELECT (${rowHash(columns, method)})::text AS probe FROM (SELECT ${values}) AS known`);
    if (row === undefined) {
        throw new errors/* CouldNotVerifyError */.aq({
            doing: "probing the server's hash functions",
            problem: 'the server gave no row for a query that has exactly one',
            advice: 'Check what stands between pg-lifeboat and the server (a proxy, a pooler).',
        });
    }
    return row.probe;
}
/** Whether a table has rows of its own that are dumped or computed by a restore, so that it can be compared. */
function hasOwnRows({ kind, populated }) {
    return kind !== 'foreign' && kind !== 'partitioned' && populated;
}
/**
 * Counts and hashes tables over several sessions at once, the largest first, and returns what was found by the table's
 * oid. Foreign tables, partitioned parents and materialized views that were never filled are left out.
 *
 * Sessions need pinned settings and, at the source, the same snapshot. Throws `CouldNotVerifyError` naming the table
 * that could not be read, once every session is idle again.
 */
async function fingerprintTables(sessions, tables, { method, signal, onProgress }) {
    const queue = tables.filter(hasOwnRows).sort((a, b) => b.bytes - a.bytes);
    const totalBytes = queue.reduce((sum, { bytes }) => sum + bytes, 0);
    const found = new Map();
    const next = queue.values();
    let doneBytes = 0;
    let failure;
    const work = async (session) => {
        for (const table of next) {
            if (failure !== undefined)
                return;
            if (signal?.aborted === true)
                throw new errors/* InterruptedError */.p4('fingerprinting tables', signal.reason);
            found.set(table.oid, await fingerprint(session, table, method));
            doneBytes += table.bytes;
            onProgress?.({ doneBytes, totalBytes, current: `${table.schema}.${table.name}` });
        }
    };
    await Promise.all(sessions.map((session) => work(session).catch((error) => {
        failure ??= { error };
    })));
    if (failure !== undefined)
        throw failure.error;
    return found;
}
async function fingerprint(session, table, method) {
    try {
        const [row] = await session.query(fingerprintQuery(table, method));
        if (row === undefined)
            throw new TypeError('the server gave no row for a query that has exactly one');
        return {
            rows: Number(row.rows),
            fingerprint: row.fingerprint,
            ...(row.generated === undefined ? {} : { generatedFingerprint: row.generated }),
        };
    }
    catch (cause) {
        if (cause instanceof errors/* InterruptedError */.p4)
            throw cause;
        throw new errors/* CouldNotVerifyError */.aq({
            doing: `counting and hashing the rows of ${table.schema}.${table.name}`,
            problem: 'the table could not be read to its end',
            advice: 'Read the cause: a missing privilege, hidden rows (row-level security), a lost connection or a damaged table.',
            cause,
        });
    }
}

;// CONCATENATED MODULE: ./build/postgres/foreign-keys.js
/** Every foreign key that a dump writes; those that partitions inherit come with their parent's. Needs pinned settings. */
async function readForeignKeys(session) {
    return session.query(`SELECT c.oid::int8::float8 AS oid, c.conname AS name, c.conrelid::int8::float8 AS "from", c.confrelid::int8::float8 AS "to",
            c.conrelid::regclass::text AS table,
            CASE WHEN t.relkind = 'r' THEN
              format('ALTER TABLE ONLY %s ADD CONSTRAINT %I %s NOT VALID', c.conrelid::regclass, c.conname,
                     regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', ''))
            END AS statement
       FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
      WHERE c.contype = 'f' AND c.conparentid = 0
      ORDER BY c.oid`);
}

;// CONCATENATED MODULE: ./build/backup/describe-content.js


/**
 * Counts and hashes the rows of tables, and the large objects.
 *
 * @param sessions at the source all in one snapshot; they work side by side
 * @param method null to count only
 */
async function describeContent(sessions, tables, method, { logger, signal }) {
    const [first] = sessions;
    // Without columns there is nothing to hash: what remains of the query is the count.
    const read = method === null ? tables.map((table) => ({ ...table, columns: [] })) : tables;
    const found = await fingerprintTables(sessions, read, {
        method: method ?? 'record',
        signal,
        onProgress: ({ doneBytes, totalBytes, current }) => {
            logger.progress({ label: 'fingerprinting', done: doneBytes, total: totalBytes, unit: 'bytes', current });
        },
    });
    const largeObjects = await describeLargeObjects(first, method ?? 'record');
    if (method === null) {
        const counted = new Map([...found].map(([oid, { rows }]) => [oid, { rows }]));
        return { tables: counted, largeObjects: { ...largeObjects, fingerprint: null }, hash: null };
    }
    return { tables: found, largeObjects, hash: { method, probe: await hashProbe(first, method) } };
}

;// CONCATENATED MODULE: ./build/backup/dump-arguments.js
/** The arguments of pg_dump. The connection, and so every secret, travels in the environment. */
function dumpArguments(plan) {
    return [
        '--no-password',
        '--verbose',
        `--format=${plan.format}`,
        `--file=${plan.target}`,
        `--snapshot=${plan.snapshotId}`,
        `--lock-wait-timeout=${plan.lockTimeout}`,
        ...compressionArguments(plan),
        ...(plan.format === 'directory' && plan.jobs > 1 ? [`--jobs=${plan.jobs}`] : []),
        ...plan.withoutData.map((table) => `--exclude-table-data=${exactPattern(table)}`),
    ];
}
/** `gzip:6` is `--compress=gzip:6` since 16 and `--compress=6` before. */
function compressionArguments({ compression, programsMajor }) {
    if (programsMajor >= 16) {
        return [`--compress=${compression}`];
    }
    const level = compression === 'none' ? '0' : (compression.split(':')[1] ?? '6');
    return [`--compress=${level}`];
}
/** A pattern that matches just this table: quoted parts are taken literally. */
function exactPattern({ schema, name }) {
    return `${quoted(schema)}.${quoted(name)}`;
}
function quoted(identifier) {
    return `"${identifier.replaceAll('"', '""')}"`;
}

;// CONCATENATED MODULE: ./build/backup/dump-progress.js

/**
 * Follows `pg_dump --verbose`: it says when it begins with a table, so the tables begun before the last `jobs` are done.
 * The figure is an estimate by table size, and only ever grows.
 */
class DumpProgress {
    total;
    weights;
    jobs;
    underWay = [];
    finished = 0;
    constructor(tables, jobs) {
        this.weights = new Map(tables.map((table) => [(0,backup_manifest/* displayName */.QC)(table), table.bytes]));
        this.total = tables.reduce((sum, { bytes }) => sum + bytes, 0);
        this.jobs = jobs;
    }
    /** Bytes done, and the table at hand, after a line of pg_dump's; null where the line says nothing about that. */
    follow(line) {
        const begun = /dumping contents of table "?(.+?)"?$/.exec(line)?.[1]?.replaceAll('"', '');
        if (begun === undefined) {
            return null;
        }
        this.underWay.push(begun);
        if (this.underWay.length > this.jobs) {
            this.finished += this.weights.get(this.underWay.shift() ?? '') ?? 0;
        }
        return { done: this.finished, current: begun };
    }
}

;// CONCATENATED MODULE: ./build/backup/dump.js




/**
 * Runs pg_dump, with progress. A parallel dump gives up at once when a migration waits for a table that it has locked
 * (its workers must not wait, or both would for ever); it is then tried once more without parallelism, which can wait.
 *
 * https://www.postgresql.org/docs/current/app-pgdump.html, option --jobs
 */
async function runDump(dump, context) {
    try {
        return await dumpOnce(dump, context);
    }
    catch (error) {
        if (dump.plan.jobs === 1 || !isLockConflict(error)) {
            throw error;
        }
        context.logger.warning('A table lock got in the way of the parallel dump; dumping again without parallelism.');
        await (0,promises_.rm)(dump.plan.target, { recursive: true, force: true });
        return dumpOnce({ ...dump, plan: { ...dump.plan, jobs: 1 } }, context);
    }
}
function dumpOnce({ programs, environment, plan, tables }, context) {
    const progress = new DumpProgress(tables, plan.jobs);
    return context.processes.run({
        ...programs.command('pg_dump', dumpArguments(plan)),
        env: environment,
        doing: `dumping the database "${plan.database}"`,
        advice: 'Read what pg_dump said, mend it and start the backup again. Nothing was kept of this one.',
        onStderrLine: (line) => {
            const step = progress.follow(line);
            if (step !== null) {
                context.logger.progress({ label: 'dumping', total: progress.total, unit: 'bytes', ...step });
            }
        },
    });
}
function isLockConflict(error) {
    return error instanceof errors/* CommandError */.Qd && error.stderrTail.includes('could not obtain lock on relation');
}

;// CONCATENATED MODULE: ./build/backup/globals.js
/**
 * Makes the roles that `pg_dumpall --roles-only` writes restorable where some of them are there already, as the bootstrap
 * superuser always is: each `CREATE ROLE` passes over a role that exists. The other statements (attributes, settings,
 * memberships) may be run any number of times as they are.
 *
 * A DO block and not psql's `\gexec`: dumps since August 2025 are in psql's restricted mode, which knows no commands.
 */
function repeatableRoles(script) {
    const quote = dollarQuoteFor(script);
    return script.replaceAll(/^CREATE ROLE ((?:"(?:[^"]|"")*")|[^";\s]+);$/gm, (statement) => `DO ${quote} BEGIN ${statement} EXCEPTION WHEN duplicate_object THEN NULL; END ${quote};`);
}
/** One that no name in the script can end. */
function dollarQuoteFor(script) {
    let tag = 'role';
    while (script.includes(`$${tag}$`)) {
        tag += '_';
    }
    return `$${tag}$`;
}

;// CONCATENATED MODULE: ./build/backup/snapshot.js
/**
 * Begins a transaction on the session and exports its snapshot. The session must do nothing else but read until the
 * dump has ended, and holds back vacuum as long as it is open.
 */
async function holdSnapshot(session) {
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const [moment] = await session.query(`SELECT pg_export_snapshot() AS snapshot,
            to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time,
            pg_is_in_recovery() AS recovery`);
    if (moment === undefined) {
        throw new TypeError('a SELECT without FROM returned no row');
    }
    const position = moment.recovery ? await standbyPosition(session) : await primaryPosition(session);
    return { id: moment.snapshot, time: new Date(moment.time), ...position };
}
/** Makes the session see a snapshot that another one holds. */
async function joinSnapshot(session, snapshotId) {
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // SET TRANSACTION SNAPSHOT takes no parameter; ids are of the form 00000003-0000001B-1.
    if (!/^[0-9A-F]+(-[0-9A-F]+)+$/i.test(snapshotId)) {
        throw new TypeError(`not a snapshot id: ${snapshotId}`);
    }
    await session.query(`SET TRANSACTION SNAPSHOT '${snapshotId}'`);
}
async function primaryPosition(session) {
    const [row] = await session.query('SELECT pg_current_wal_lsn()::text AS lsn');
    return { lsn: row?.lsn ?? null, replayedUntil: null };
}
async function standbyPosition(session) {
    const [row] = await session.query(`SELECT pg_last_wal_replay_lsn()::text AS lsn,
            to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS replayed`);
    const replayed = row?.replayed ?? null;
    return { lsn: row?.lsn ?? null, replayedUntil: replayed === null ? null : new Date(replayed) };
}

;// CONCATENATED MODULE: ./build/backup/table-pattern.js
/** Reads a pattern; returns null where it is malformed (an open quote, three parts, an empty part). */
function parseTablePattern(text) {
    const parts = splitParts(text);
    if (parts === null || parts.length > 2 || parts.includes('')) {
        return null;
    }
    const [first = '', second] = parts;
    return second === undefined
        ? { text, schema: null, name: anchored(first) }
        : { text, schema: anchored(first), name: anchored(second) };
}
/** Whether a table is meant; `searchPath` lists the schemas that a pattern without schema speaks of. */
function matchesPattern(pattern, table, searchPath) {
    const inSchema = pattern.schema === null ? searchPath.includes(table.schema) : pattern.schema.test(table.schema);
    return inSchema && pattern.name.test(table.name);
}
/** The regular expression source of each part, or null where a quote is left open. */
function splitParts(text) {
    const parts = [''];
    let quoted = false;
    for (let index = 0; index < text.length; index += 1) {
        const character = text.charAt(index);
        if (character === '"') {
            if (quoted && text.charAt(index + 1) === '"') {
                append(parts, '"');
                index += 1;
            }
            else {
                quoted = !quoted;
            }
        }
        else if (quoted) {
            append(parts, table_pattern_escaped(character));
        }
        else if (character === '.') {
            parts.push('');
        }
        else {
            append(parts, unquoted(character));
        }
    }
    return quoted ? null : parts;
}
function append(parts, source) {
    parts.push((parts.pop() ?? '') + source);
}
function unquoted(character) {
    if (character === '*') {
        return '.*';
    }
    return character === '?' ? '.' : table_pattern_escaped(character.toLowerCase());
}
function table_pattern_escaped(character) {
    return character.replace(/[\\^$.*+?()[\]{}|/]/, String.raw `\$&`);
}
function anchored(source) {
    return new RegExp(`^${source}$`, 'su');
}

;// CONCATENATED MODULE: ./build/backup/table-choice.js


/**
 * Which tables' data a backup takes. A chosen table brings its partitions and children; an excluded one takes them out.
 *
 * @param include patterns of the option `tables`; none means every table
 * @param exclude patterns of `exclude-tables`
 * @param searchPath schemas that patterns without a schema speak of
 */
function chooseTables(tables, foreignKeys, { include, exclude, searchPath, }) {
    const findings = [];
    const families = childrenByParent(tables, ({ partitionOf, inherits }) => [...inherits, ...listOf(partitionOf)]);
    const expand = (patterns, option) => withDescendants(families, matchAll(tables, patterns, searchPath, option, findings));
    const included = include.length === 0 ? new Set(tables.map(({ oid }) => oid)) : expand(include, 'tables');
    const excluded = expand(exclude, 'exclude-tables');
    const chosen = new Set([...included].filter((oid) => !excluded.has(oid)));
    // The rows of a partitioned table are in its partitions; the children of an inheritance parent have no part in its keys.
    const partitions = childrenByParent(tables, ({ partitionOf }) => listOf(partitionOf));
    const rowsOf = (oid) => [...withDescendants(partitions, new Set([oid]))];
    const isChosen = (oid) => chosen.has(oid);
    const loose = foreignKeys.filter(({ from, to }) => rowsOf(from).some(isChosen) && !rowsOf(to).every(isChosen));
    return { chosen, loose, findings: [...findings, ...loose.map((key) => table_choice_leftOut(key, tables))] };
}
function matchAll(tables, patterns, searchPath, option, findings) {
    const matched = new Set();
    for (const text of patterns) {
        const pattern = parseTablePattern(text);
        const hits = pattern === null ? [] : tables.filter((table) => matchesPattern(pattern, table, searchPath));
        for (const { oid } of hits) {
            matched.add(oid);
        }
        if (hits.length === 0) {
            findings.push((0,build_findings/* finding */.gk)('TABLE_NOT_FOUND', text, notFound(option, pattern, searchPath)));
        }
    }
    return matched;
}
function notFound(option, pattern, searchPath) {
    if (pattern === null) {
        return `this pattern in ${option} cannot be read: a quote is left open, or it has too many parts`;
    }
    const where = pattern.schema === null ? ` in the schemas of the search path (${searchPath.join(', ')})` : '';
    return `this pattern in ${option} matches no table${where}`;
}
function withDescendants(children, roots) {
    const all = new Set(roots);
    for (const oid of all) {
        // A set grows while it is walked, so children of children are reached too.
        children.get(oid)?.forEach((child) => all.add(child));
    }
    return all;
}
function childrenByParent(tables, parentsOf) {
    const oids = new Map(tables.map((table) => [keyOf(table), table.oid]));
    const children = new Map();
    for (const table of tables) {
        for (const above of parentsOf(table)) {
            const parent = oids.get(keyOf(above));
            if (parent !== undefined) {
                children.set(parent, [...(children.get(parent) ?? []), table.oid]);
            }
        }
    }
    return children;
}
function listOf(parent) {
    return parent === undefined ? [] : [parent];
}
function keyOf({ schema, name }) {
    return JSON.stringify([schema, name]);
}
function table_choice_leftOut({ name, from, to }, tables) {
    const nameOf = (oid) => {
        const table = tables.find((candidate) => candidate.oid === oid);
        return table === undefined ? `table ${oid}` : `${table.schema}.${table.name}`;
    };
    return (0,build_findings/* finding */.gk)('REFERENCED_TABLE_LEFT_OUT', nameOf(from), `its foreign key ${name} points to ${nameOf(to)}, whose data is not in the backup`, `Add ${nameOf(to)} to tables, or know that ${name} is NOT VALID after a restore until the rows of ${nameOf(to)} are there.`);
}

;// CONCATENATED MODULE: ./build/backup/take.js















/** Exports a snapshot and describes what the database is at that instant. */
async function describeSource(source, options) {
    const snapshot = await holdSnapshot(source.session);
    const catalog = await readCatalog(source.session);
    const choice = chooseTables(catalog.tables, await readForeignKeys(source.session), {
        include: options.tables,
        exclude: options.excludeTables,
        searchPath: source.searchPath,
    });
    return { snapshot, catalog, choice };
}
/**
 * Dumps the database into a folder under the snapshot, and counts and hashes the rows of the same instant beside it.
 *
 * @param request.jobs how many tables are dumped at once; half as many are hashed at once
 */
async function takeDump(source, { snapshot, catalog, choice }, { folder, type, jobs, options }, context) {
    const { format } = options;
    const { compression } = source;
    const dumpPath = (0,backup_set/* dumpFileName */.Mq)(type, snapshot.time, format, compression !== 'none');
    const withData = catalog.tables.filter(({ oid }) => choice.chosen.has(oid));
    const dumping = runDump({
        programs: source.programs,
        environment: source.environment,
        tables: withData,
        plan: {
            format,
            compression,
            programsMajor: source.programs.major,
            jobs,
            snapshotId: snapshot.id,
            target: external_node_path_.join(folder, dumpPath),
            database: source.settings.database,
            lockTimeout: options.lockTimeout,
            withoutData: catalog.tables.filter(({ oid, kind }) => !choice.chosen.has(oid) && kind !== 'partitioned'),
        },
    }, context);
    const describing = describeAtSnapshot(source, snapshot, withData, options, Math.ceil(jobs / 2), context);
    const [dumped, content] = await bothOrNeither(dumping, describing);
    await Promise.all([
        writeGlobals(source, folder, context),
        writeCatalog(external_node_path_.join(folder, backup_set/* SET */.rK.catalog), catalog.source.major, catalog.objects),
    ]);
    const after = await readAgain(source, catalog, context);
    return { snapshot, catalog, choice, content, ...after, jobs, dumpPath, dumped };
}
/** Waits for both, also when one fails, so that nothing goes on behind the back of who handles the failure. */
async function bothOrNeither(one, other) {
    await Promise.allSettled([one, other]);
    return Promise.all([one, other]);
}
async function describeAtSnapshot(source, snapshot, tables, options, count, context) {
    const first = await (0,backup_source/* joinSource */.Uf)(source, context);
    const sessions = [first];
    try {
        while (sessions.length < count) {
            sessions.push(await (0,backup_source/* joinSource */.Uf)(source, context));
        }
        for (const session of sessions) {
            await joinSnapshot(session, snapshot.id);
        }
        const method = options.verify === 'none' ? null : hashMethodOf(source.session.major);
        return await describeContent(sessions, tables, method, context);
    }
    finally {
        await Promise.all(sessions.map((session) => session.end()));
    }
}
async function writeGlobals(source, folder, context) {
    const { stdout } = await context.processes.run({
        ...source.programs.command('pg_dumpall', [
            '--roles-only',
            '--no-role-passwords',
            '--no-password',
            `--database=${connectionStringOf(source.settings.database)}`,
        ]),
        env: source.environment,
        doing: 'dumping the roles',
        advice: 'The role that backs up must be able to read pg_roles.',
        stdout: 'collect',
    });
    await (0,promises_.writeFile)(external_node_path_.join(folder, backup_set/* SET */.rK.globals), repeatableRoles(stdout), { mode: 0o600 });
}
/** Where the sequences are now, and which definitions changed since the snapshot: neither is wholly under it. */
async function readAgain(source, { source: { major }, objects }, context) {
    const session = await (0,backup_source/* joinSource */.Uf)(source, context);
    try {
        const sequencesAfter = await readSequences(session);
        return { sequencesAfter, changedMeanwhile: differing(objects, await readObjects(session, major)) };
    }
    finally {
        await session.end();
    }
}
/** `kind name` of the objects that are not the same in both, or not in both. */
function differing(before, after) {
    const textsOf = (objects) => new Map(objects.map((object) => [`${object.kind} ${object.name}`, JSON.stringify(object)]));
    const [then, now] = [textsOf(before), textsOf(after)];
    return [...new Set([...then.keys(), ...now.keys()])].filter((name) => then.get(name) !== now.get(name));
}

// EXTERNAL MODULE: ./build/stores/store.js
var stores_store = __webpack_require__(10346);
;// CONCATENATED MODULE: ./build/verify/difference/bounded.js

const ORDER = ['error', 'inconclusive', 'warning', 'info'];
/** How many findings a proof lists; nobody reads more, and a manifest should stay small. */
const MOST_FINDINGS = 200;
/**
 * The heaviest findings, at most so many, each thing's findings once. What is left out is counted in a last one of the
 * heaviest code among them, so that no severity gets lost.
 */
function boundedFindings(findings, most = MOST_FINDINGS) {
    const distinct = [...new Map(findings.map((one) => [JSON.stringify([one.code, one.on, one.found]), one])).values()];
    if (distinct.length <= most)
        return distinct;
    const sorted = [...distinct].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
    const [first, ...others] = sorted.slice(most - 1);
    if (first === undefined)
        return distinct;
    const more = others.length + 1;
    return [
        ...sorted.slice(0, most - 1),
        (0,build_findings/* finding */.gk)(first.code, 'everything else', `${more} more findings are not listed here`),
    ];
}

;// CONCATENATED MODULE: ./build/records/anomalies/history.js


/** How many earlier sets are looked at: a month of daily ones, so that what happens once a month is known. */
const HISTORY_LENGTH = 30;
/**
 * The last proven sets of a type from before an instant, the newest first: those that the store lists, and before them
 * those that only the log remembers, because they were rotated away or their store ended with its job.
 *
 * The names in a set that hides them are no names, and the log of such sets has the same: they are left out where the
 * new set has names, and the other way round.
 */
function history_historyOf(sets, lines, { type, before, namesHidden }) {
    const ofType = sets.filter((set) => set.type === type);
    const listed = new Set(ofType.map(({ id }) => id));
    const proven = ofType.filter(({ proof, manifest }) => proof.outcome === 'proven' && hidesNames(manifest) === namesHidden);
    return [...proven.map(fromListing), ...fromLog(lines, type, namesHidden).filter(({ id }) => !listed.has(id))]
        .filter(({ id }) => (0,backup_manifest/* timeOf */.nR)(id).getTime() < before.getTime())
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, HISTORY_LENGTH);
}
/** Whether the tables of a manifest are called by numbers. */
function hidesNames({ encryption }) {
    return encryption?.namesHidden === true;
}
function fromListing({ id, manifest }) {
    return { id, size: (0,records_metrics/* setBytes */.m5)(manifest), rows: new Map(Object.entries((0,records_metrics/* rowsByTable */.NP)(manifest))), manifest };
}
/** The last outcome of a set counts. */
function fromLog(lines, type, namesHidden) {
    const remembered = new Map();
    for (const { details } of lines) {
        const { id, size, records, proof, type: typeOfSet } = details;
        if (typeof id !== 'string' || !isSetId(id) || typeOfSet !== type || typeof proof !== 'string')
            continue;
        if (proof === 'proven' && size !== undefined && records !== undefined && areHidden(records) === namesHidden) {
            remembered.set(id, { id, size, rows: new Map(Object.entries(records)) });
        }
        else {
            remembered.delete(id);
        }
    }
    return [...remembered.values()];
}
function isSetId(text) {
    return !Number.isNaN((0,backup_manifest/* timeOf */.nR)(text).getTime());
}
function areHidden(records) {
    const names = Object.keys(records);
    return names.length > 0 && names.every((name) => /^hidden\.table-\d+$/.test(name));
}

;// CONCATENATED MODULE: ./build/records/anomalies/tables.js
/** The tables whose rows a set holds: no partitioned parent, no foreign table, no view. */
function tablesWithRows({ tables }) {
    return tables.filter(({ kind, data }) => kind === 'table' && data);
}
/** A key that no other table has, whatever their names hold. */
function tables_keyOf({ schema, name }) {
    return JSON.stringify([schema, name]);
}
/** The columns of each table with their types as one text, by `keyOf`. */
function columnsByTable(objects) {
    const columns = new Map();
    for (const { kind, name, of, facts } of objects) {
        if (kind !== 'column' || of?.startsWith(TABLE) !== true)
            continue;
        const table = of.slice(TABLE.length);
        const key = JSON.stringify(partsOf(table));
        const described = `${name.slice(table.length + 1)} ${String(facts.type)}`;
        const known = columns.get(key);
        if (known === undefined)
            columns.set(key, [described]);
        else
            known.push(described);
    }
    return new Map([...columns].map(([key, list]) => [key, JSON.stringify(list.sort())]));
}
const TABLE = 'table ';
/** The parts of a name as PostgreSQL writes it: `public."Odd.name"` is `public` and `Odd.name`. */
function partsOf(qualified) {
    const parts = qualified.match(/"(?:[^"]|"")*"|[^."]+/g) ?? [];
    return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part));
}

;// CONCATENATED MODULE: ./build/records/anomalies/coverage.js





/** What a pattern without a schema is taken to speak of: the search path of an earlier backup is not recorded. */
const USUAL_SEARCH_PATH = ['public'];
/**
 * Tables whose rows no type takes: neither the set at hand, nor the newest set of any other type in the store. Of a table
 * that is newer than that set, the choice of tables of the set decides.
 *
 * @param others the newest set of each other type
 */
function coverageFindings(manifest, others) {
    const all = [manifest, ...others];
    // Which tables such a set leaves out cannot be said.
    if (all.some(hidesNames))
        return [];
    const coverages = others.map(coverageOf);
    const isExcluded = matcherOf(all.flatMap(({ options }) => options.excludeTables));
    const types = all.map(({ type }) => type);
    return manifest.tables
        .filter(({ kind, data }) => kind === 'table' && !data)
        .filter((table) => !coverages.some((takes) => takes(table)))
        .map((table) => notCovered(table, types, isExcluded));
}
function coverageOf({ tables, options }) {
    const known = new Map(tables.map((table) => [tables_keyOf(table), table.data]));
    const isChosen = options.tables.length === 0 ? () => true : matcherOf(options.tables);
    const isExcluded = matcherOf(options.excludeTables);
    return (table) => known.get(tables_keyOf(table)) ?? (isChosen(table) && !isExcluded(table));
}
function notCovered(table, types, isExcluded) {
    const found = `no type in this store takes its rows (${[...types].sort().join(', ')})`;
    const one = (0,build_findings/* finding */.gk)('TABLE_NOT_COVERED', (0,backup_manifest/* displayName */.QC)(table), found);
    return isExcluded(table) ? { ...one, found: `${found}; exclude-tables leaves it out`, severity: 'info' } : one;
}
function matcherOf(texts) {
    const patterns = texts.map(parseTablePattern).filter((pattern) => pattern !== null);
    return (table) => patterns.some((pattern) => matchesPattern(pattern, table, USUAL_SEARCH_PATH));
}

;// CONCATENATED MODULE: ./build/records/anomalies/spread.js
/** The middle of some numbers; the mean of the two in the middle where there are as many on both sides. 0 of none. */
function median(numbers) {
    const sorted = [...numbers].sort((a, b) => a - b);
    const middle = Math.floor(sorted.length / 2);
    const upper = sorted[middle] ?? 0;
    return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
/**
 * How far numbers usually are from their median: three times the median absolute deviation, scaled so that it is three
 * standard deviations of numbers that vary normally. A few outliers, which move a mean, do not move it.
 */
function usualDistance(numbers) {
    const middle = median(numbers);
    return 3 * 1.4826 * median(numbers.map((number) => Math.abs(number - middle)));
}

;// CONCATENATED MODULE: ./build/records/anomalies/rows.js



/** Losses of fewer rows are not told, whatever share they are: small tables live by hand. */
const LEAST_ROWS_LOST = 50;
/** The share of its rows that a table must lose. */
const LEAST_SHARE_LOST = 0.2;
/** The same where fewer than `SETS_TO_KNOW` earlier sets tell how the table behaves. */
const LEAST_SHARE_LOST_UNKNOWN = 0.5;
/** From how many earlier sets on the behaviour of a table is taken for known. */
const SETS_TO_KNOW = 3;
/**
 * What is unusual about the rows of a table now.
 *
 * A table that was emptied is always told: as information where it has been empty before, like a queue. Other losses are
 * told when they are large (`LEAST_ROWS_LOST`, `LEAST_SHARE_LOST`), and unusual: the table has never lost that much from
 * one set to the next, or it lies below all that its earlier rows were and further below their median than they vary.
 */
function rowFindings({ on, rows, earlier, since }) {
    const [before] = earlier;
    if (before === undefined || rows >= before)
        return [];
    if (rows === 0)
        return [emptied(on, before, earlier, since)];
    return isLarge(before, rows, earlier.length) && isUnusual(rows, earlier)
        ? [(0,build_findings/* finding */.gk)('TABLE_ROWS_DROPPED', on, dropped(rows, before, since))]
        : [];
}
function emptied(on, before, earlier, since) {
    const found = `it is empty now and held ${(0,units/* counted */.hS)(before, 'row')} in ${since}`;
    const times = earlier.filter((rows) => rows === 0).length;
    return times === 0
        ? (0,build_findings/* finding */.gk)('TABLE_EMPTIED', on, found)
        : {
            ...(0,build_findings/* finding */.gk)('TABLE_EMPTIED', on, `${found}; it was empty in ${(0,units/* formatCount */.B4)(times)} of ${(0,units/* counted */.hS)(earlier.length, 'earlier set')}`),
            severity: 'info',
        };
}
function dropped(rows, before, since) {
    const lost = before - rows;
    return `it holds ${(0,units/* counted */.hS)(rows, 'row')}, ${(0,units/* formatCount */.B4)(lost)} (${(0,units/* formatShare */.T1)(lost / before)}) fewer than in ${since}`;
}
function isLarge(before, now, known) {
    const share = known < SETS_TO_KNOW ? LEAST_SHARE_LOST_UNKNOWN : LEAST_SHARE_LOST;
    return before - now >= Math.max(LEAST_ROWS_LOST, before * share);
}
function isUnusual(rows, earlier) {
    const hasLostMuch = earlier.some((now, index) => {
        const before = earlier[index + 1];
        return before !== undefined && isLarge(before, now, earlier.length);
    });
    return !hasLostMuch || (rows < Math.min(...earlier) && rows < median(earlier) - usualDistance(earlier));
}

;// CONCATENATED MODULE: ./build/records/anomalies/disappeared.js





/**
 * Tables whose rows an earlier set holds and this one does not: dropped, renamed, or left out by the options. Where
 * another table has come that looks like one of them, that is said.
 *
 * @param since the earlier set: `daily/20261123T020000Z`
 */
function disappearedFindings(now, earlier, since) {
    const known = new Map(now.manifest.tables.map((table) => [tables_keyOf(table), table]));
    const before = new Set(earlier.manifest.tables.map(tables_keyOf));
    const fresh = tablesWithRows(now.manifest).filter((table) => !before.has(tables_keyOf(table)));
    const successorOf = successorsAmong(fresh, now, earlier);
    return tablesWithRows(earlier.manifest).flatMap((table) => {
        const there = known.get(tables_keyOf(table));
        if (there === undefined)
            return [gone(table, since, { known, successor: successorOf(table) })];
        return there.kind === 'table' && there.data ? [] : [withoutRows(table, there, since)];
    });
}
function gone(table, since, { known, successor }) {
    const on = (0,backup_manifest/* displayName */.QC)(table);
    const held = table.rows === undefined ? `was in ${since}` : `held ${(0,units/* counted */.hS)(table.rows, 'row')} in ${since}`;
    if (successor?.isSame === true) {
        return asInfo((0,build_findings/* finding */.gk)('TABLE_DISAPPEARED', on, `it ${held}; ${(0,backup_manifest/* displayName */.QC)(successor.table)} holds exactly these now`));
    }
    if (successor !== undefined) {
        const { rows } = successor.table;
        const amount = rows === undefined ? '' : ` and ${(0,units/* counted */.hS)(rows, 'row')}`;
        const found = `it ${held} and is gone; ${(0,backup_manifest/* displayName */.QC)(successor.table)} appeared with the same columns${amount}`;
        return (0,build_findings/* finding */.gk)('TABLE_DISAPPEARED', on, found, 'If it was renamed, nothing. Otherwise bring it back from the earlier set.');
    }
    const { partitionOf } = table;
    if (partitionOf !== undefined && known.has(tables_keyOf(partitionOf))) {
        const found = `it ${held} and is gone; it was a partition of ${(0,backup_manifest/* displayName */.QC)(partitionOf)}, which is still there`;
        return asInfo((0,build_findings/* finding */.gk)('TABLE_DISAPPEARED', on, found));
    }
    return (0,build_findings/* finding */.gk)('TABLE_DISAPPEARED', on, `it ${held} and is gone from the database`);
}
/** It is still in the database, and its rows are not in the set. */
function withoutRows(table, there, since) {
    const on = (0,backup_manifest/* displayName */.QC)(table);
    if (there.kind !== 'table') {
        return asInfo((0,build_findings/* finding */.gk)('TABLE_DISAPPEARED', on, `it was a table in ${since} and is a ${disappeared_KINDS[there.kind]} now`));
    }
    const found = `its rows were in ${since} and are not in this set; the table is still in the database`;
    return (0,build_findings/* finding */.gk)('TABLE_DISAPPEARED', on, found, 'If tables or exclude-tables were not changed on purpose, correct them.');
}
const disappeared_KINDS = {
    partitioned: 'partitioned table',
    'materialized-view': 'materialized view',
    foreign: 'foreign table',
};
/** Finds the new table that is most likely a given one under another name. */
function successorsAmong(fresh, now, earlier) {
    const byContent = disappeared_grouped(fresh, disappeared_contentOf);
    const byColumns = disappeared_grouped(fresh, (table) => now.columns?.get(tables_keyOf(table)));
    return (table) => {
        const [same] = byContent.get(disappeared_contentOf(table)) ?? [];
        if (same !== undefined)
            return { table: same, isSame: true };
        const alike = byColumns.get(earlier.columns?.get(tables_keyOf(table)))?.slice(0, MOST_CANDIDATES);
        const like = alike?.find((other) => isAsLarge(table, other));
        return like === undefined ? undefined : { table: like, isSame: false };
    };
}
/** Of thousands of tables with the same columns any one is as likely as the others. */
const MOST_CANDIDATES = 100;
/** Fingerprints are over the columns by name, so two tables with the same rows and columns have the same. */
function disappeared_contentOf({ rows, fingerprint }) {
    return fingerprint === undefined || rows === undefined || rows === 0 ? undefined : `${rows} ${fingerprint}`;
}
/** What has no key is in no group. */
function disappeared_grouped(tables, by) {
    const groups = new Map();
    for (const table of tables) {
        const key = by(table);
        if (key === undefined)
            continue;
        const group = groups.get(key);
        if (group === undefined)
            groups.set(key, [table]);
        else
            group.push(table);
    }
    return groups;
}
function isAsLarge({ rows: a }, { rows: b }) {
    return a !== undefined && b !== undefined && Math.abs(a - b) <= Math.max(LEAST_ROWS_LOST, a * LEAST_SHARE_LOST);
}
function asInfo(one) {
    return { ...one, severity: 'info' };
}

;// CONCATENATED MODULE: ./build/verify/difference/facts.js
/** Facts that only some majors have; the others' descriptions do not say that there are none. */
const OF_SOME_MAJORS = new Set(['memberOptions', 'multirange', 'subscript']);
/** The facts in which two descriptions of one object differ. Deparsed texts count where both are of one major. */
function differingFacts(source, copy, sameMajor) {
    if (!sameMajor)
        return differences(ofAllMajors(source.facts), ofAllMajors(copy.facts), equalButForQuotes);
    return [
        ...differences(source.facts, copy.facts, equal),
        ...differences(source.deparsed ?? {}, copy.deparsed ?? {}, equalWording),
    ];
}
function ofAllMajors(facts) {
    return Object.fromEntries(Object.entries(facts).filter(([name]) => !OF_SOME_MAJORS.has(name)));
}
function differences(source, copy, same) {
    const names = [...new Set([...Object.keys(source), ...Object.keys(copy)])];
    return names
        .map((name) => ({ what: facts_words(name), source: source[name], copy: copy[name] }))
        .filter((difference) => !same(difference.source, difference.copy));
}
function equal(a, b) {
    return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}
/**
 * PostgreSQL lists the columns of a function in FROM as they were when a view was made, or as they are when it is made
 * anew (`f() AS f(id)`), so these lists do not count.
 */
function equalWording(a, b) {
    return withoutColumnLists(a) === withoutColumnLists(b);
}
function withoutColumnLists(text) {
    return String(text ?? '').replaceAll(/(\) (?:"(?:[^"]|"")+"|\w+))\([^()]*\)/g, '$1');
}
/** Which words need quotes is a matter of the major: each has other keywords. */
function equalButForQuotes(a, b) {
    return JSON.stringify(a ?? null).replaceAll('\\"', '') === JSON.stringify(b ?? null).replaceAll('\\"', '');
}
/** `notNull` as `not null` */
function facts_words(name) {
    return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
/** One difference as a person reads it: `type is bigint, the source had integer`. */
function describeDifference({ what, source, copy }) {
    if (source === undefined || source === null || source === false)
        return `${what} is ${shown(copy)}, the source had none`;
    if (copy === undefined || copy === null || copy === false)
        return `${what} is gone, the source had ${shown(source)}`;
    if (Array.isArray(source) && Array.isArray(copy))
        return `${what}: ${describeListDifference(source, copy)}`;
    const [a, b] = [String(source), String(copy)];
    return isLong(a) || isLong(b) ? `${what} differs ${firstDifferingLine(a, b)}` : `${what} is ${b}, the source had ${a}`;
}
/** `+ reader: SELECT, - writer: INSERT`: what the copy has too much and too little; the order, where only that differs. */
function describeListDifference(source, copy) {
    const added = copy.filter((item) => !source.includes(item)).map((item) => `+ ${item}`);
    const gone = source.filter((item) => !copy.includes(item)).map((item) => `- ${item}`);
    const changes = [...gone, ...added];
    if (changes.length === 0)
        return `${clip(copy.join(', '))}, the source had ${clip(source.join(', '))}`;
    return clip(changes.join(', '));
}
function firstDifferingLine(source, copy) {
    const [a, b] = [source.split('\n'), copy.split('\n')];
    const line = a.findIndex((text, index) => text !== b[index]);
    const place = line === -1 ? a.length : line;
    return `from line ${place + 1}: ${clip(b[place] ?? '(nothing)')}, the source had ${clip(a[place] ?? '(nothing)')}`;
}
function isLong(text) {
    return text.length > 100 || text.includes('\n');
}
function shown(fact) {
    return clip(Array.isArray(fact) ? fact.join(', ') : String(fact));
}
function clip(text) {
    const flat = text.replaceAll(/\s+/g, ' ').trim();
    return flat.length > 160 ? `${flat.slice(0, 159)}…` : flat;
}

;// CONCATENATED MODULE: ./build/records/anomalies/schema-diff.js

/** No definitions: large objects are data, and NOT NULL is told as a fact of its column. */
const NOT_SHOWN = new Set(['large objects', 'not-null constraint']);
/**
 * What changed from one schema to another, by name. What came or went with its table is counted there and not listed
 * again. Where the majors differ, texts that PostgreSQL prints from expressions are not compared: each words them in its
 * own way.
 */
function diffSchemas(before, after) {
    const then = byLabel(before);
    const now = byLabel(after);
    const sameMajor = before.major === after.major;
    const changes = [...oneSided('-', then, now), ...oneSided('+', now, then)];
    for (const [label, object] of then) {
        const other = now.get(label);
        const details = other === undefined ? [] : schema_diff_detailsOf(object, other, sameMajor);
        if (details.length > 0) {
            changes.push({ sign: '~', kind: object.kind, name: object.name, parts: new Map(), details });
        }
    }
    return changes.sort((a, b) => schema_diff_compare(a.name, b.name) || schema_diff_compare(a.kind, b.kind) || schema_diff_compare(a.sign, b.sign));
}
function byLabel({ objects }) {
    const shown = objects.filter(({ kind }) => !NOT_SHOWN.has(kind));
    return new Map(shown.map((object) => [schema_diff_labelOf(object), object]));
}
function schema_diff_labelOf({ kind, name }) {
    return `${kind} ${name}`;
}
/** What is in one schema and not in the other; parts are counted with what they are parts of. */
function oneSided(sign, here, there) {
    const alone = [...here.values()].filter((object) => !there.has(schema_diff_labelOf(object)));
    const tops = new Map();
    const parts = [];
    const isAlone = (label) => here.has(label) && !there.has(label);
    for (const object of alone) {
        if (topOf(object, here, isAlone) === object)
            tops.set(schema_diff_labelOf(object), { object, parts: new Map() });
        else
            parts.push(object);
    }
    for (const part of parts) {
        const counts = tops.get(schema_diff_labelOf(topOf(part, here, isAlone)))?.parts;
        counts?.set(part.kind, (counts.get(part.kind) ?? 0) + 1);
    }
    return [...tops.values()].map(({ object: { kind, name }, parts }) => ({ sign, kind, name, parts, details: [] }));
}
/** The outermost thing that came or went with it. A schema is none: what is in it deserves a line of its own. */
function topOf(object, here, isAlone) {
    let top = object;
    const seen = new Set([object]);
    while (top.of !== undefined && isAlone(top.of)) {
        const above = here.get(top.of);
        if (above === undefined || above.kind === 'schema')
            break;
        // Parts of each other, which no server tells: each is told by itself.
        if (seen.has(above))
            return object;
        seen.add(above);
        top = above;
    }
    return top;
}
function schema_diff_detailsOf(before, after, sameMajor) {
    const owner = before.owner === after.owner ? [] : [{ what: 'owner', from: before.owner, to: after.owner }];
    const [had, has] = [known(before.grants, sameMajor), known(after.grants, sameMajor)];
    const grants = JSON.stringify(had) === JSON.stringify(has) ? [] : [{ what: 'grants', from: had, to: has }];
    const facts = differingFacts(before, after, sameMajor).map(({ what, source, copy }) => ({
        what,
        from: source,
        to: copy,
    }));
    const hasDefault = facts.some(({ what }) => what === 'default');
    return [...owner, ...grants, ...facts.filter(({ what }) => !(hasDefault && what === 'has default'))];
}
/** MAINTAIN came with 17, and "all privileges" of 16 includes it there. */
function known(grants, sameMajor) {
    return grants?.filter((grant) => sameMajor || !/: MAINTAIN( |$)/.test(grant));
}
function schema_diff_compare(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}

;// CONCATENATED MODULE: ./build/records/anomalies/schema-lines.js

/** The longest line; a definition that is longer is better read with a tool for it. */
const LINE_LENGTH = 240;
/**
 * Changes as lines that a person reads, one a change: `+ table public.notes (3 columns)`, `- column public.animals.age`,
 * `~ column public.animals.weight: type integer → numeric`.
 */
function schemaLines(changes) {
    return changes.map((change) => schema_lines_clip(schema_lines_lineOf(change), LINE_LENGTH));
}
function schema_lines_lineOf({ sign, kind, name, parts, details }) {
    const counts = [...parts].map(([part, count]) => (0,units/* counted */.hS)(count, part, pluralOf(part)));
    const rest = details.length > 0 ? `: ${details.map(describe).join('; ')}` : counts.length > 0 ? ` (${counts.join(', ')})` : '';
    return `${sign} ${kind} ${name}${rest}`;
}
function pluralOf(kind) {
    if (kind.endsWith('index'))
        return `${kind}es`;
    if (kind.endsWith('policy'))
        return `${kind.slice(0, -1)}ies`;
    return kind.endsWith('s') ? kind : `${kind}s`;
}
function describe({ what, from, to }) {
    if (isNone(from) && to === true)
        return `${what} set`;
    if (from === true && isNone(to))
        return `${what} dropped`;
    if (isList(from) && isList(to))
        return `${what} ${listChange(from, to)}`;
    if (isNone(from))
        return `${what} ${schema_lines_shown(to)} added`;
    if (isNone(to))
        return `${what} ${schema_lines_shown(from)} dropped`;
    return schema_lines_isLong(from) || schema_lines_isLong(to)
        ? `${what} ${changedLine(String(from), String(to))}`
        : `${what} ${schema_lines_shown(from)} → ${schema_lines_shown(to)}`;
}
function isNone(fact) {
    return fact === undefined || fact === null || fact === false;
}
/** A list that is not there is an empty one. */
function isList(fact) {
    return fact === undefined || Array.isArray(fact);
}
/** `- reader: SELECT, + writer: INSERT`; the whole lists where only their order differs. */
function listChange(from = [], to = []) {
    const gone = from.filter((item) => !to.includes(item)).map((item) => `- ${item}`);
    const come = to.filter((item) => !from.includes(item)).map((item) => `+ ${item}`);
    const changes = [...gone, ...come];
    return schema_lines_clip(changes.length > 0 ? changes.join(', ') : `${from.join(', ')} → ${to.join(', ')}`, LINE_LENGTH / 2);
}
function changedLine(from, to) {
    const [then, now] = [from.split('\n'), to.split('\n')];
    const at = then.findIndex((line, index) => line !== now[index]);
    const line = at === -1 ? then.length : at;
    return `changed from line ${line + 1} on: ${schema_lines_clip(then[line] ?? '(nothing)', 60)} → ${schema_lines_clip(now[line] ?? '(nothing)', 60)}`;
}
function schema_lines_isLong(fact) {
    return typeof fact === 'string' && (fact.length > 80 || fact.includes('\n'));
}
function schema_lines_shown(fact) {
    return schema_lines_clip(Array.isArray(fact) ? fact.join(', ') : String(fact), 80);
}
/** On one line, without what a terminal acts on, and never half a character at its end. */
function schema_lines_clip(text, length) {
    const flat = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
    return flat.length > length ? `${flat.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…` : flat;
}

;// CONCATENATED MODULE: ./build/records/anomalies/size.js





/** Below this, what a set holds besides rows decides its size. */
const LEAST_BYTES_OFF = 1024 * 1024;
/** How many times larger or smaller than the median a set must be. */
const TIMES_OFF = 2;
/**
 * Whether a set is far off the median of the last proven ones: twice as large or half, more than they vary, and outside
 * of all that they were. Only sets of the same format, compression and choice of tables are compared, and three of them
 * are needed.
 */
function sizeFindings(manifest, history) {
    const form = formOf(manifest);
    const sizes = history.flatMap((set) => set.manifest !== undefined && formOf(set.manifest) === form ? [set.size] : []);
    const size = (0,records_metrics/* setBytes */.m5)(manifest);
    if (sizes.length < SETS_TO_KNOW || !isFarOff(size, sizes))
        return [];
    const usual = median(sizes);
    const range = `${(0,units/* formatBytes */.z3)(Math.min(...sizes))} to ${(0,units/* formatBytes */.z3)(Math.max(...sizes))}`;
    const found = `it has ${(0,units/* formatBytes */.z3)(size)}, and the median of ${(0,units/* counted */.hS)(sizes.length, 'earlier set')} is ${(0,units/* formatBytes */.z3)(usual)} (${range})`;
    return [(0,build_findings/* finding */.gk)('SIZE_UNUSUAL', `${manifest.type}/${manifest.id}`, found)];
}
function isFarOff(size, sizes) {
    const usual = median(sizes);
    const off = Math.abs(size - usual);
    const isOutside = size < Math.min(...sizes) || size > Math.max(...sizes);
    const isManyTimes = size > usual * TIMES_OFF || size < usual / TIMES_OFF;
    return isOutside && isManyTimes && off >= LEAST_BYTES_OFF && off > usualDistance(sizes);
}
function formOf({ options, encryption }) {
    const { format, compression, tables, excludeTables } = options;
    return JSON.stringify([format, compression, [...tables].sort(), [...excludeTables].sort(), encryption !== undefined]);
}

;// CONCATENATED MODULE: ./build/records/anomalies/find.js













/** How many findings of one code are told one by one; what is beyond is counted. */
const MOST_OF_A_CODE = 20;
/** How many changes of a schema the finding itself names. */
const CHANGES_NAMED = 3;
/**
 * What is unusual about a new set beside earlier ones of its type. Nothing found here says that the set is not a true
 * copy of its source; it says that somebody should look at the source.
 */
function findAnomalies(set, past) {
    const { manifest } = set;
    const sizes = sizeFindings(manifest, past.history);
    const [newest] = past.history;
    if (hidesNames(manifest))
        return { findings: [...totalFindings(manifest, past.history), ...sizes] };
    const coverage = coverageFindings(manifest, past.otherTypes);
    if (newest === undefined)
        return { findings: find_bounded([...coverage, ...sizes]) };
    const since = `${manifest.type}/${newest.id}`;
    const changes = schemaChanges(set, newest, past.schema);
    const findings = find_bounded([
        ...tableFindings(manifest, past.history),
        ...disappeared(set, newest, past.schema, since),
        ...coverage,
        ...sizes,
    ]);
    if (changes.length === 0)
        return { findings };
    return { findings: [...findings, schemaFinding(manifest, changes, since)], schemaChange: { since, changes } };
}
function tableFindings(manifest, history) {
    return tablesWithRows(manifest).flatMap((table) => {
        const key = (0,records_metrics/* tableKey */.ih)(table);
        return findingsOfRows((0,backup_manifest/* displayName */.QC)(table), table.rows, manifest.type, history, ({ rows }) => rows.get(key));
    });
}
/** Without names a table cannot be followed from set to set, but all rows together can. */
function totalFindings(manifest, history) {
    const sum = (rows) => rows.reduce((total, number) => total + number, 0);
    const now = sum(tablesWithRows(manifest).map(({ rows }) => rows ?? 0));
    return findingsOfRows('all tables', now, manifest.type, history, ({ rows }) => sum([...rows.values()]));
}
function findingsOfRows(on, rows, type, history, rowsIn) {
    const counts = history.flatMap((set) => {
        const count = rowsIn(set);
        return count === undefined ? [] : [{ id: set.id, count }];
    });
    const [newest] = counts;
    if (rows === undefined || newest === undefined)
        return [];
    return rowFindings({ on, rows, earlier: counts.map(({ count }) => count), since: `${type}/${newest.id}` });
}
function disappeared({ manifest, schema }, { manifest: earlier }, earlierSchema, since) {
    if (earlier === undefined)
        return [];
    const columns = (described) => (described === null ? null : columnsByTable(described.objects));
    return disappearedFindings({ manifest, columns: columns(schema) }, { manifest: earlier, columns: columns(earlierSchema) }, since);
}
/** Where the definitions of one are not known, its manifest still tells which tables there are. */
function schemaChanges({ manifest, schema }, newest, earlier) {
    if (schema !== null && earlier !== null)
        return diffSchemas(earlier, schema);
    return newest.manifest === undefined ? [] : diffSchemas(tablesOnly(newest.manifest), tablesOnly(manifest));
}
function tablesOnly({ source, tables }) {
    return { major: source.major, objects: tables.map((table) => ({ ...find_labelOf(table), facts: {} })) };
}
function find_labelOf(table) {
    return { kind: find_KINDS[table.kind], name: (0,backup_manifest/* displayName */.QC)(table) };
}
const find_KINDS = {
    table: 'table',
    partitioned: 'table',
    'materialized-view': 'materialized view',
    foreign: 'foreign table',
};
function schemaFinding({ source }, changes, since) {
    const named = schemaLines(changes.slice(0, CHANGES_NAMED)).join('; ');
    const more = changes.length > CHANGES_NAMED ? `; and ${(0,units/* formatCount */.B4)(changes.length - CHANGES_NAMED)} more` : '';
    const found = `${(0,units/* counted */.hS)(changes.length, 'change')} since ${since}: ${named}${more}`;
    return (0,build_findings/* finding */.gk)('SCHEMA_CHANGED_SINCE', source.database, found);
}
function find_bounded(findings) {
    const codes = [...new Set(findings.map(({ code }) => code))];
    return codes.flatMap((code) => boundedFindings(findings.filter((one) => one.code === code), MOST_OF_A_CODE));
}

;// CONCATENATED MODULE: ./build/operations/anomalies.js







/** A catalog of a hundred thousand objects has about 30 MB; what is larger is not fetched for a comparison. */
const LARGEST_CATALOG = 64 * 1024 * 1024;
/** How many lines of a change of schema the report holds, and how many of them the job's log. */
const anomalies_MOST_LINES = 500;
const LINES_SAID = 50;
/** How many findings the store's log keeps. */
const MOST_LOGGED = 50;
/**
 * Holds a set that was taken against earlier ones, and tells what is unusual. That never fails a backup: where it cannot
 * be done, that is what is told.
 */
async function tellAnomalies(underWay, { manifest, schema }, earlier) {
    const { report, context } = underWay;
    try {
        const { findings, schemaChange } = await anomaliesOf(underWay, { manifest, schema }, earlier);
        report.find(findings);
        if (findings.length > 0) {
            const anomalies = findings
                .slice(0, MOST_LOGGED)
                .map(({ code, severity, on, found }) => ({ code, severity, on, found }));
            report.logDetails = { ...report.logDetails, anomalies };
        }
        tellSchemaChange(underWay, schemaChange);
    }
    catch (error) {
        if (context.signal.aborted)
            throw error;
        report.warn(`The set was not compared with earlier ones: ${(0,errors/* messageOf */.bD)(error)}`);
    }
}
async function anomaliesOf({ report, store }, { manifest, schema }, { sets, lines }) {
    const history = history_historyOf(sets, lines, {
        type: manifest.type,
        before: new Date(manifest.snapshot.time),
        namesHidden: hidesNames(manifest),
    });
    // What an encrypted set holds besides the names of tables is for those who have the key.
    const isOpen = manifest.encryption === undefined;
    const before = isOpen ? await schemaOf(store, manifest.type, history[0], report) : null;
    return findAnomalies({ manifest, schema: isOpen ? schema : null }, { history, schema: before, otherTypes: newestOfOtherTypes(sets, manifest.type) });
}
/** The definitions in an earlier set, where they can be read without fetching the whole of it. */
async function schemaOf(store, type, set, report) {
    const file = set?.manifest?.files.find(({ path }) => path === backup_set/* SET */.rK.catalog);
    if (set === undefined || file === undefined || file.size > LARGEST_CATALOG)
        return null;
    const text = await store.readText({ id: set.id, type }, backup_set/* SET */.rK.catalog);
    if (text === undefined)
        return null;
    const name = `${type}/${set.id}/${backup_set/* SET */.rK.catalog}`;
    if ((0,backup_sha256/* sha256OfText */.i)(text) !== file.sha256) {
        report.warn(`The schema was not compared: ${name} in ${store.name} is not what its manifest says. Validate that set.`);
        return null;
    }
    return parseCatalog(text, name);
}
/** A set that is known to be bad covers nothing. */
function newestOfOtherTypes(sets, type) {
    const newest = new Map();
    for (const set of sets) {
        if (set.type !== type && set.proof.outcome !== 'failed' && !newest.has(set.type))
            newest.set(set.type, set.manifest);
    }
    return [...newest.values()];
}
function tellSchemaChange({ report, context }, change) {
    if (change === undefined)
        return;
    const lines = schemaLines(change.changes.slice(0, anomalies_MOST_LINES));
    report.schemaChange = { since: change.since, lines, more: change.changes.length - lines.length };
    for (const line of lines.slice(0, LINES_SAID))
        context.logger.info(line);
}

// EXTERNAL MODULE: ./build/stores/directory.js + 3 modules
var directory = __webpack_require__(33721);
// EXTERNAL MODULE: ./build/stores/set-place.js
var set_place = __webpack_require__(17521);
;// CONCATENATED MODULE: ./build/operations/elsewhere.js


/** Whether the sets of a store are brought to it and fetched from it, which takes time worth telling. */
function isElsewhere(store) {
    return !(store instanceof directory/* DirectoryStore */.f);
}
/** Where a set that was opened is kept, as a person would write it. */
function locationOf(store, set, folder) {
    return isElsewhere(store) ? (0,set_place/* locationOfSet */.pe)(store.name, set) : folder;
}
/** Shows how far a transfer is. */
function telling(label, logger) {
    return (done, total) => {
        logger.progress({ label, done, total, unit: 'bytes' });
    };
}

;// CONCATENATED MODULE: ./build/operations/manifest-digest.js






/** The detail of a backup's log line that holds the SHA-256 of its manifest. */
const DETAIL = 'manifest_sha256';
/** What the log keeps of a committed set, so that an edited manifest is found even where its checksums were redone. */
async function digestDetail(folder) {
    return { [DETAIL]: (await (0,backup_sha256/* sha256OfFile */.V)(external_node_path_.join(folder, backup_set/* SET */.rK.manifest))).sha256 };
}
/** Holds the manifest of a set against what the log says it was when the set was committed, where the log knows it. */
async function digestFindings(store, { id, type }, folder) {
    const { lines } = await store.readLog((0,backup_manifest/* timeOf */.nR)(id));
    const digests = lines
        .filter(({ operation, details }) => operation === 'backup' && details.id === id && details.type === type)
        .map(({ details }) => details[DETAIL])
        .filter((digest) => typeof digest === 'string');
    const manifest = await (0,file_errors/* ifThere */.y)((0,backup_sha256/* sha256OfFile */.V)(external_node_path_.join(folder, backup_set/* SET */.rK.manifest)));
    return digests.length === 0 || manifest === undefined || digests.includes(manifest.sha256)
        ? []
        : [(0,build_findings/* finding */.gk)('MANIFEST_CHANGED', backup_set/* SET */.rK.manifest, 'it is not the one that the log says was committed')];
}

;// CONCATENATED MODULE: ./build/sealing/kit/guide.js

/** The text of `RESTORE.md` beside encrypted files: how to open them with the program `age` and nothing of ours. */
function sealedGuide(manifest) {
    const { type, id, series, source, encryption, tool } = manifest;
    return `${[
        `# How to restore the encrypted backup ${text_code(`${type}/${id}`)} of ${text_code(series)}`,
        [
            `- The database ${text_code(source.database)} of PostgreSQL ${prose(source.serverVersion)} as it was at **${manifest.snapshot.time}**.`,
            `- Every file that ends in \`.age\` was encrypted by itself, in the format of [age](https://age-encryption.org/v1).`,
            `- Any one of ${encryption?.recipients.length ?? 0} private keys opens it: ${(encryption?.recipients ?? []).map(text_code).join(', ')}. These are the first 16 digits of \`printf %s "$(age-keygen -y key.txt)" | sha256sum\`.`,
            `- Written by pg-lifeboat ${prose(tool.version)}. Everything here works without it.`,
        ].join('\n'),
        '## With the script',
        `It checks the files, decrypts them into a new folder that only you can read, restores with the script that is among them, and removes the plaintext when it is done or has failed. It needs a shell, \`age\`, PostgreSQL's programs of major ${tool.pgDumpMajor} or newer, room for the decrypted set in \`TMPDIR\`, and the connection in libpq's variables:`,
        commands([
            `export PGHOST=the.new.server PGPORT=5432 PGUSER=postgres PGPASSWORD=…`,
            `sh restore.sh --identity key.txt --check -- ${shellWord(source.database)}   # looks, and writes nothing`,
            `sh restore.sh --identity key.txt -- ${shellWord(source.database)}`,
        ].join('\n')),
        'If the machine dies or the script is killed by force, the plaintext stays in the folder that it named: remove it.',
        '## By hand',
        'In this folder. Afterwards there is a plain set in `plain/`, with its own `RESTORE.md`:',
        commands(handSteps(manifest)),
        '## Is it the set that was taken?',
        'Whoever has the public keys can encrypt, so encryption alone does not say who made this set. The SHA-256 of `manifest.json` is in the log of the store (`manifest_sha256`). If `manifest.json.sig` is here, the set was signed, and OpenSSL 3 checks it with the public key that you keep:',
        commands([
            'openssl base64 -d -in manifest.json.sig -out /tmp/manifest.sig',
            'openssl pkeyutl -verify -pubin -inkey signing-public.pem -rawin -in manifest.json -sigfile /tmp/manifest.sig',
            'sha256sum -c SHA256SUMS',
        ].join('\n')),
    ].join('\n\n')}\n`;
}
function handSteps({ source, series, type, id }) {
    return [
        `# ${oneLine(`${type}/${id} of ${series}`)}`,
        'sha256sum -c SHA256SUMS',
        'umask 077',
        'mkdir -p plain/dump',
        'for file in *.age dump/*.age; do',
        '  [ -f "$file" ] || continue',
        '  : >"plain/${file%.age}"',
        '  age --decrypt --identity key.txt --output "plain/${file%.age}" "$file"',
        'done',
        '# Then, with the connection in PGHOST, PGUSER, …:',
        `sh plain/restore.sh -- ${shellWord(source.database)}`,
        'rm -r plain',
    ].join('\n');
}

;// CONCATENATED MODULE: ./build/sealing/kit/script.js


/**
 * The text of `restore.sh` beside encrypted files: it opens them with the program `age` and hands everything else on to
 * the script among them.
 */
function sealedScript({ type, id, series, tool }) {
    return [
        '#!/bin/sh',
        `# Decrypts and restores the backup set ${type}/${id} of ${oneLine(series)}, with a shell, age and PostgreSQL's programs.`,
        `# Written by pg-lifeboat ${tool.version} together with the set; SHA256SUMS covers this file too. Start it with --help.`,
        'set -eu',
        '',
        `title=${shellWord(`the backup ${type}/${id} of ${oneLine(series)}`)}`,
        CHECK_SUMS.trimEnd(),
        BODY,
    ].join('\n');
}
const BODY = shell `
usage() {
  cat <<'END'
Usage: ./restore.sh --identity FILE [--jobs N] [--check] [--] DATABASE

Decrypts this backup set with the age identity in FILE, and restores it into DATABASE with the script that is in it. The
plaintext lies in a folder of TMPDIR that only you can read, and is removed in the end, also after a failure.

  --identity FILE   a file with the age identity; without it, the one that the variable AGE_IDENTITY names
  --help            this text

Everything else is for the script in the set: --jobs N, --check, and the name of the database.

Exit codes: 0 restored, all rows there · 1 failed · 2 bad usage · 3 the set is damaged, the key is not one of this set, or
            rows are missing · 5 refused, nothing was written
END
}

say() { printf '%s\n' "$*"; }
stop() {
  exit_code=$1
  shift
  printf 'restore.sh: %s\n' "$*" >&2
  exit "$exit_code"
}

check_files() {
  say 'Checking the files of the encrypted set …'
  check_sums
  # What no line of it names was put there by somebody else, and must not be decrypted and run.
  sums=$(cat "$here/SHA256SUMS")
  for file in "$here"/*.age "$here"/dump/*.age; do
    [ -e "$file" ] || [ -L "$file" ] || continue
    case "$sums$newline" in
      *"  @{file#"$here"/}$newline"*) ;;
      *) stop 3 "@{file#"$here"/} is not in SHA256SUMS. Find out where it comes from; take it out to go on." ;;
    esac
  done
}

# One file. age makes none where there is nothing in it, so it gets one to fill.
decrypt() {
  : >"$plain/@{1%.age}"
  age --decrypt --identity "$identity" --output "$plain/@{1%.age}" "$here/$1" 2>"$tmp/errors" && return 0
  case $(cat "$tmp/errors") in
    *'no identity matched'*)
      stop 3 "the identity in $identity is not one of the keys that this set was encrypted to. RESTORE.md lists them."
      ;;
    *) stop 3 "$1 cannot be decrypted: $(cat "$tmp/errors")" ;;
  esac
}

decrypt_all() {
  say "Decrypting into $plain …"
  # The smallest that tells: a wrong key should not cost the reading of everything.
  decrypt manifest.json.age
  for file in "$here"/*.age "$here"/dump/*.age; do
    [ -e "$file" ] || continue
    name=@{file#"$here"/}
    [ "$name" = manifest.json.age ] || decrypt "$name"
  done
}

finish() {
  status=$?
  rm -rf "$tmp"
  exit "$status"
}

identity=@{AGE_IDENTITY:-}
case @{1:-} in
  --help | -h)
    usage
    exit 0
    ;;
  --identity)
    [ $# -gt 1 ] || stop 2 '--identity needs a file. See --help.'
    identity=$2
    shift 2
    ;;
  --identity=*)
    identity=@{1#*=}
    shift
    ;;
esac
[ $# -gt 0 ] || stop 2 'give the name of one database to restore into. See --help.'
[ -n "$identity" ] || stop 2 'this set is encrypted: give the file with the age identity, --identity FILE first of all. See --help.'
[ -r "$identity" ] || stop 2 "the file $identity cannot be read."
command -v age >/dev/null || stop 1 'the program age is not on PATH. Install it (package "age"), or see https://age-encryption.org.'

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
newline='
'
umask 077
tmp=$(mktemp -d)
plain=$tmp/plain
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

say "Opening $title."
check_files
mkdir "$plain"
[ ! -d "$here/dump" ] || mkdir "$plain/dump"
decrypt_all
unset AGE_IDENTITY identity
status=0
/bin/sh "$plain/restore.sh" "$@" || status=$?
exit "$status"
`;

;// CONCATENATED MODULE: ./build/sealing/kit.js






/** Writes the readable recovery kit of an encrypted set: how to open it, for a person and as a script. */
async function writeSealedKit(folder, manifest) {
    await (0,file_errors/* orFileTrouble */.nD)(`writing the recovery kit in ${folder}`, async () => {
        await (0,promises_.writeFile)(external_node_path_.join(folder, backup_set/* SET */.rK.guide), sealedGuide(manifest), { mode: 0o600 });
        await (0,promises_.writeFile)(external_node_path_.join(folder, backup_set/* SET */.rK.script), sealedScript(manifest), { mode: 0o600 });
        await (0,promises_.chmod)(external_node_path_.join(folder, backup_set/* SET */.rK.script), 0o700);
    });
}

;// CONCATENATED MODULE: ./build/sealing/names.js

/** What an encrypted file is called: its name with this behind it. */
const SUFFIX = '.age';
/** The files of an encrypted set that are no ciphertext: those that say what it is and how to open it. */
const names_READABLE = [backup_set/* SET */.rK.guide, backup_set/* SET */.rK.script];
function sealedName(file) {
    return `${file}${SUFFIX}`;
}
/** What the file is called once it is decrypted; null for a readable one. */
function plainName(file) {
    return names_READABLE.includes(file) || !file.endsWith(SUFFIX) ? null : file.slice(0, -SUFFIX.length);
}

;// CONCATENATED MODULE: ./build/sealing/outer-manifest.js


const ELSEWHERE = 'the encrypted manifest says what';
const HIDDEN = 'hidden';
/**
 * The readable manifest of an encrypted set: what retention, reports and a look at the store need, and nothing that tells
 * of the data. Fingerprints, which would let a guess be tested, where sequences are, and what PostgreSQL said on an error
 * stay in the encrypted one; with `hideNames` the names of tables, roles and extensions too.
 *
 * @param files those of the encrypted set, without the manifest itself
 */
function outerManifest(plain, files, { recipients, hideNames }) {
    const encryption = { format: 'age', recipients: recipients.map(({ id }) => id), namesHidden: hideNames };
    const path = plain.options.format === 'directory' ? plain.dump.path : sealedName(plain.dump.path);
    const ofDump = files.filter((file) => file.path === path || file.path.startsWith(`${path}/`));
    return {
        ...plain,
        source: hideNames ? withoutNames(plain.source) : plain.source,
        options: hideNames ? { ...plain.options, tables: [], excludeTables: [] } : plain.options,
        dump: { path, bytes: ofDump.reduce((sum, { size }) => sum + size, 0) },
        files: [...files],
        tables: plain.tables.map((table, index) => outerTable(table, index, hideNames)),
        sequences: [],
        sequencesAfter: [],
        largeObjects: plain.largeObjects === null ? null : { count: plain.largeObjects.count, fingerprint: null },
        hash: null,
        looseForeignKeys: [],
        changedMeanwhile: [],
        encryption,
        proof: outerProof(plain.proof, encryption),
    };
}
/** An outcome as it may be read beside an encrypted set: which findings there are, without what was found. */
function outerProof(proof, { namesHidden }) {
    const findings = proof.findings.map((finding) => outerFinding(finding, namesHidden));
    if (proof.outcome !== 'not-verified')
        return { ...proof, findings };
    const codes = [...new Set(findings.map(({ code }) => code))];
    return { ...proof, findings, reason: codes.length === 0 ? proof.reason : `${codes.join(', ')}; ${ELSEWHERE}` };
}
function outerFinding({ code, severity, on }, namesHidden) {
    return { code, severity, on: namesHidden ? HIDDEN : on, found: ELSEWHERE, advice: build_findings/* FINDINGS */.TG[code].advice };
}
function outerTable(table, index, hide) {
    const { schema, name, kind, data, rows, bytes, partitionOf } = table;
    return {
        schema: hide ? HIDDEN : schema,
        name: hide ? `table-${index + 1}` : name,
        kind,
        data,
        ...(rows !== undefined && { rows }),
        bytes,
        ...(partitionOf !== undefined && !hide && { partitionOf }),
    };
}
function withoutNames(source) {
    return { ...source, owner: HIDDEN, bootstrapRole: HIDDEN, extensions: [], tablespaces: [], roles: [] };
}

;// CONCATENATED MODULE: ./build/sealing/load-age.js
/** The library is large, and most runs encrypt nothing. */
function loadAge() {
    return __webpack_require__.e(/* import() */ 855).then(__webpack_require__.bind(__webpack_require__, 20855));
}

;// CONCATENATED MODULE: ./build/sealing/recipients.js



/** What a manifest calls a public key: enough to tell keys apart, and the same everywhere. */
function recipientId(key) {
    return (0,backup_sha256/* sha256OfText */.i)(key).slice(0, 16);
}
/**
 * Reads the option `encrypt-to`. A typing error must not come to light when an hour of dumping is over, so every key is
 * checked to its last letter; age's own check sum is in them.
 *
 * @param hide told what must never be shown: a private key that somebody put here by mistake
 * Throws `UsageError`.
 */
async function parseRecipients(keys, hide) {
    const recipients = [];
    for (const key of new Set(keys.map((each) => each.trim()))) {
        const problem = await problemWith(key, hide);
        if (problem !== null)
            throw unusable(problem);
        recipients.push({ key, id: recipientId(key) });
    }
    return recipients;
}
async function problemWith(key, hide) {
    if (/^AGE-SECRET-KEY-|PRIVATE KEY/i.test(key)) {
        hide(key);
        return {
            problem: 'a private key was given where public keys belong',
            advice: 'Give the public key: age-keygen -y prints it. Treat that private key as known to whoever can read this configuration, and make a new one.',
        };
    }
    if (key.startsWith('ssh-')) {
        return { problem: `"${shortened(key)}" is an SSH key`, advice: 'Make a key for backups with age-keygen.' };
    }
    if (/^age1(pq|tag|tagpq|[a-z0-9]*1)/.test(key) && !/^age1[ac-hj-np-z02-9]{58}$/.test(key)) {
        return {
            problem: `"${shortened(key)}" is a key of another kind than X25519`,
            advice: 'Every age program reads what is encrypted to an X25519 key: make one with age-keygen.',
        };
    }
    return (await isX25519(key))
        ? null
        : {
            problem: `"${shortened(key)}" is not an age public key`,
            advice: 'It has 62 letters and digits and begins with age1. Copy it anew; age-keygen -y prints it.',
        };
}
async function isX25519(key) {
    if (!/^age1[ac-hj-np-z02-9]{58}$/.test(key))
        return false;
    const { Encrypter } = await loadAge();
    try {
        new Encrypter().addRecipient(key);
        return true;
    }
    catch {
        return false; // its check sum is wrong, which is what was asked
    }
}
function shortened(key) {
    return key.length <= 24 ? key : `${key.slice(0, 20)}…`;
}
function unusable({ problem, advice }) {
    return new errors/* UsageError */.eb({ doing: 'reading the option encrypt-to', problem, advice });
}

// EXTERNAL MODULE: ./build/platform/find-program.js
var find_program = __webpack_require__(14358);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(57075);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(46466);
;// CONCATENATED MODULE: ./build/sealing/age-errors.js

/** A file is encrypted to other keys than those at hand. The set may be as good as ever. */
class WrongKeyError extends errors/* DamagedError */.Me {
    constructor(file, cause) {
        super({
            doing: `decrypting ${file}`,
            problem: 'none of the identities in decrypt-key opens it',
            advice: 'Give the identity of one of the recipients that the manifest lists (encryption.recipients).',
            cause,
        });
    }
}
/** A file opens with the key and then is not what was encrypted. */
function cannotDecrypt(file, problem, cause) {
    return new errors/* DamagedError */.Me({
        doing: `decrypting ${file}`,
        problem,
        advice: 'The file is damaged or was exchanged. Use another set or another copy of this one.',
        cause,
    });
}
function cannotEncrypt(file, problem, cause) {
    return new errors/* OperationError */.OK({
        doing: `encrypting ${file}`,
        problem,
        advice: 'Nothing was kept. Mend the cause and take the backup again.',
        cause,
    });
}

;// CONCATENATED MODULE: ./build/sealing/age-format.js



const VERSION_LINE = 'age-encryption.org/v1';
/** A header of a hundred recipients has some 10 kB. */
const LARGEST_HEADER = 64 * 1024;
/** age encrypts 64 KiB at a time, and adds a tag of 16 bytes to each piece; before them stand 16 bytes of nonce. */
const [PIECE, TAG, NONCE] = [64 * 1024, 16, 16];
/** What a file of so many bytes has once it is encrypted: age's format leaves no choice. An empty file is one empty piece. */
function sealedSize(plainBytes, headerBytes) {
    return headerBytes + NONCE + plainBytes + TAG * Math.max(1, Math.ceil(plainBytes / PIECE));
}
/**
 * Reads the header of an age file.
 *
 * Throws `DamagedError` when it is none.
 */
async function readAgeHeader(file) {
    const handle = await (0,promises_.open)(file, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW);
    try {
        const buffer = Buffer.alloc(LARGEST_HEADER);
        const { bytesRead } = await handle.read(buffer, 0, LARGEST_HEADER, 0);
        return parseAgeHeader(buffer.subarray(0, bytesRead), file);
    }
    finally {
        await handle.close();
    }
}
/** @param name how an error calls the file */
function parseAgeHeader(beginning, name) {
    const text = Buffer.from(beginning).toString('latin1');
    const end = /\n--- [A-Za-z0-9+/]{43}\n/.exec(text);
    if (!text.startsWith(`${VERSION_LINE}\n`) || end === null) {
        throw new errors/* DamagedError */.Me({
            doing: `reading the beginning of ${name}`,
            problem: 'it is not a file that age encrypted',
            advice: 'Use another set or another copy of this one.',
        });
    }
    const header = text.slice(0, end.index);
    const stanzas = header.split('\n').flatMap((line) => (line.startsWith('-> ') ? [line.split(' ')[1] ?? ''] : []));
    return { bytes: end.index + end[0].length, stanzas };
}

;// CONCATENATED MODULE: ./build/sealing/age-library.js









/** Pieces of this size are read, and one is waited for at a time: memory stays flat. */
const age_library_PIECE = 1024 * 1024;
/** age in this process: about 100 MB/s on one core, and no start to wait for. */
function ageLibrary({ signal }) {
    return {
        async encrypt(from, to, recipients) {
            const { Encrypter } = await loadAge();
            const encrypter = new Encrypter();
            recipients.forEach(({ key }) => {
                encrypter.addRecipient(key);
            });
            await throughFile(from, to, signal, (plain) => encrypter.encrypt(plain)).catch((error) => {
                throw age_library_troubleOf(error, signal, `encrypting ${from}`, (problem) => cannotEncrypt(from, problem, error));
            });
        },
        async decrypt(from, to, identities) {
            // The library reads on for the end of the header, however far away that is.
            await readAgeHeader(from);
            const { Decrypter } = await loadAge();
            const decrypter = new Decrypter();
            identities.forEach(({ key }) => {
                decrypter.addIdentity(key);
            });
            await throughFile(from, to, signal, (sealed) => decrypter.decrypt(sealed)).catch((error) => {
                if ((0,errors/* messageOf */.bD)(error).includes('no identity matched'))
                    throw new WrongKeyError(from, error);
                throw age_library_troubleOf(error, signal, `decrypting ${from}`, (problem) => cannotDecrypt(from, problem, error));
            });
        },
    };
}
async function throughFile(from, to, signal, work) {
    const handle = await (0,promises_.open)(from, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW);
    const source = handle.createReadStream({ highWaterMark: age_library_PIECE });
    try {
        const web = external_node_stream_.Readable.toWeb(source, { strategy: { highWaterMark: 1 } });
        const result = await work(web);
        const target = await (0,promises_.open)(to, 'wx', 0o600);
        await (0,external_node_stream_promises_.pipeline)(external_node_stream_.Readable.fromWeb(result), target.createWriteStream(), { signal });
    }
    finally {
        source.destroy();
    }
}
function age_library_troubleOf(error, signal, doing, make) {
    if (signal.aborted)
        return new errors/* InterruptedError */.p4(doing, error);
    return (0,file_errors/* codeOf */.$N)(error) === undefined ? make((0,errors/* messageOf */.bD)(error)) : (0,file_errors/* fileTrouble */.AG)(error, doing);
}

;// CONCATENATED MODULE: ./build/sealing/age-program.js




/** age as a program of its own. Public keys are arguments; private keys reach it in a file that only we can read. */
function ageProgram(context) {
    const env = { PATH: context.environment.PATH, LC_ALL: 'C' };
    const identityFile = onceFor(context);
    return {
        async encrypt(from, to, recipients) {
            await makeEmpty(to);
            await context.processes.run({
                program: 'age',
                args: ['--encrypt', ...recipients.flatMap(({ key }) => ['--recipient', key]), '--output', to, '--', from],
                env,
                doing: `encrypting ${from}`,
                advice: 'Nothing was kept. Mend the cause and take the backup again.',
            });
        },
        async decrypt(from, to, identities) {
            const identity = await identityFile(identities);
            await makeEmpty(to);
            await context.processes
                .run({
                program: 'age',
                args: ['--decrypt', '--identity', identity, '--output', to, '--', from],
                env,
                doing: `decrypting ${from}`,
            })
                .catch((error) => {
                throw error instanceof errors/* CommandError */.Qd ? meaningOf(error, from) : error;
            });
        },
    };
}
/** Others could read a file that age makes; and where there is nothing in it, age makes none. It fills one that is there. */
async function makeEmpty(file) {
    await (0,file_errors/* orFileTrouble */.nD)(`making the file ${file}`, async () => (await (0,promises_.open)(file, 'wx', 0o600)).close());
}
/** The same identities are written once, however many files there are. */
function onceFor({ workspace }) {
    let written;
    return (identities) => {
        if (written?.identities !== identities) {
            const text = `${identities.map(({ key }) => key).join('\n')}\n`;
            written = { identities, file: workspace.secretFile('identity', text) };
        }
        return written.file;
    };
}
function meaningOf(error, file) {
    const said = error.stderrTail;
    if (said.includes('no identity matched'))
        return new WrongKeyError(file, error);
    if (/no space left|permission denied|input\/output error|quota exceeded/i.test(said) || error.code === null)
        return error;
    return cannotDecrypt(file, /error: (.*)/.exec(said)?.[1] ?? error.problem, error);
}

;// CONCATENATED MODULE: ./build/sealing/age.js




/** From this size on the program, which is several times as fast, makes up for its start. */
const WORTH_A_PROCESS = 4 * 1024 * 1024;
/** The program `age` for large files where it is on PATH, the library for everything else. Both write the same format. */
function fastestAge(context) {
    const library = ageLibrary(context);
    if ((0,find_program/* findProgram */.K)('age', context.environment.PATH) === null)
        return library;
    const program = ageProgram(context);
    const fit = async (file) => ((await (0,promises_.stat)(file)).size >= WORTH_A_PROCESS ? program : library);
    return {
        encrypt: async (from, to, recipients) => (await fit(from)).encrypt(from, to, recipients),
        decrypt: async (from, to, identities) => (await fit(from)).decrypt(from, to, identities),
    };
}

;// CONCATENATED MODULE: ./build/sealing/seal.js









/** How many files are encrypted at a time. */
const WORKERS = 4;
/**
 * Encrypts every file of a folder, one by one, into another: `dump/toc.dat` becomes `dump/toc.dat.age`. What was written
 * is looked at as far as that is possible without a private key: that each file is for all of these recipients and no
 * other, and has exactly the size that its content has once it is encrypted.
 *
 * Throws `OperationError`.
 */
async function sealFolder(from, to, recipients, context, age = fastestAge(context)) {
    const entries = await (0,file_errors/* orFileTrouble */.nD)(`encrypting the files in ${from}`, () => (0,platform_files/* entriesBelow */.yO)(from));
    const files = entries.filter(({ kind }) => kind === 'file').map((entry) => entry.path);
    const sizes = await (0,parallel/* inParallel */.H)(files, WORKERS, async (file) => (await (0,promises_.stat)(external_node_path_.join(from, file))).size);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const tell = progressOf('encrypting', total, (progress) => {
        context.logger.progress(progress);
    });
    await (0,parallel/* inParallel */.H)(files, WORKERS, async (file, index) => {
        context.signal.throwIfAborted();
        const [plain, sealed] = [external_node_path_.join(from, file), external_node_path_.join(to, sealedName(file))];
        await (0,promises_.mkdir)(external_node_path_.dirname(sealed), { recursive: true, mode: 0o700 });
        await age.encrypt(plain, sealed, recipients);
        await assertSealed(sealed, sizes[index] ?? 0, recipients);
        tell(sizes[index] ?? 0, file);
    });
}
/** Tells how many bytes are done, each time that a file is. */
function progressOf(label, total, tell) {
    let done = 0;
    return (bytes, current) => {
        done += bytes;
        tell({ label, done, total, unit: 'bytes', current });
    };
}
/** Throws `OperationError` when an encrypted file is not what the plain one must have become. */
async function assertSealed(file, plainBytes, recipients) {
    const { stanzas, bytes } = await readAgeHeader(file);
    const isForThem = stanzas.length === recipients.length && stanzas.every((kind) => kind === 'X25519');
    const { size } = await (0,promises_.stat)(file);
    const expected = sealedSize(plainBytes, bytes);
    if (isForThem && size === expected)
        return;
    throw new errors/* OperationError */.OK({
        doing: `checking the encrypted file ${file}`,
        problem: isForThem
            ? `it has ${size} bytes, and its content makes ${expected}`
            : `it is encrypted to ${stanzas.join(', ') || 'nobody'}, and should be to ${recipients.length} key(s) of the kind X25519`,
        advice: 'Nothing was kept. Take the backup again, and report this if it comes back.',
    });
}

;// CONCATENATED MODULE: ./build/sealing/key-text.js



/** A file of keys is small; what is larger is something else that was named by mistake. */
const LARGEST = 1024 * 1024;
/**
 * The text of an option that holds keys or the path of a file with keys.
 *
 * @param mark what a text of keys has in it, and no path
 * Throws `UsageError` when it is neither.
 */
async function keyText(value, { option, mark, folder }) {
    if (mark.test(value))
        return value;
    const doing = `reading the option ${option}`;
    const file = external_node_path_.resolve(folder, value.trim());
    try {
        const { size } = await (0,promises_.stat)(file);
        if (size <= LARGEST)
            return await (0,promises_.readFile)(file, 'utf8');
    }
    catch (cause) {
        throw new errors/* UsageError */.eb({
            doing,
            problem: `it is neither a key nor the path of a file that can be read: ${(0,errors/* messageOf */.bD)(cause)}`,
            advice: 'Give the key itself, all of its lines, or the path of its file.',
        });
    }
    throw new errors/* UsageError */.eb({ doing, problem: `the file ${file} is too large to hold keys`, advice: 'Check the path.' });
}

;// CONCATENATED MODULE: ./build/sealing/signature.js










/** 64 bytes in base64, with a newline. */
const SIGNATURE = /^[A-Za-z0-9+/]{86}==\r?\n?$/;
/** A signature file has 89 bytes. */
const LARGEST_SIGNATURE = 1024;
/**
 * Reads the option `signing-key`: an Ed25519 private key in PEM, or the path of its file.
 *
 * Throws `UsageError`.
 */
async function readSigningKey(value, { folder, hide }) {
    const option = 'signing-key';
    const text = await keyText(value, { option, mark: /-----BEGIN/, folder });
    hide(text);
    const key = keyOrNull(() => (0,external_node_crypto_.createPrivateKey)(text));
    if (key === null) {
        throw signature_unusable(option, 'it is not a private key in PEM, or is protected by a passphrase', MAKING);
    }
    return ed25519(key, option);
}
/**
 * Reads the option `trusted-keys`: Ed25519 public keys in PEM, one after the other, or the path of such a file.
 *
 * Throws `UsageError`.
 */
async function readTrustedKeys(value, { folder, hide }) {
    const option = 'trusted-keys';
    const text = await keyText(value, { option, mark: /-----BEGIN/, folder });
    if (text.includes('PRIVATE KEY-----')) {
        hide(text);
        throw signature_unusable(option, 'it holds a private key', 'Give the public key: openssl pkey -in signing.pem -pubout');
    }
    const blocks = text.match(/-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----/g) ?? [];
    if (blocks.length === 0)
        throw signature_unusable(option, 'there is no public key in PEM in it', PUBLISHING);
    return blocks.map((block) => {
        const key = keyOrNull(() => (0,external_node_crypto_.createPublicKey)(block));
        if (key === null)
            throw signature_unusable(option, 'a public key in it cannot be read', PUBLISHING);
        return ed25519(key, option);
    });
}
const MAKING = 'Make one: openssl genpkey -algorithm ed25519 -out signing.pem';
const PUBLISHING = 'Print it: openssl pkey -in signing.pem -pubout';
/** The name of a key in messages: the first 16 digits of the SHA-256 of its public part. */
function keyName(key) {
    const open = key.type === 'private' ? (0,external_node_crypto_.createPublicKey)(key) : key;
    return (0,external_node_crypto_.createHash)('sha256')
        .update(open.export({ format: 'der', type: 'spki' }))
        .digest('hex')
        .slice(0, 16);
}
/** Signs the manifest of a set, which must be written before, and puts the signature beside it. */
async function signManifest(folder, key) {
    await (0,file_errors/* orFileTrouble */.nD)(`signing the manifest in ${folder}`, async () => {
        const manifest = await (0,promises_.readFile)(external_node_path_.join(folder, backup_set/* SET */.rK.manifest));
        await (0,platform_files/* writeWhole */.f8)(external_node_path_.join(folder, backup_set/* SET */.rK.signature), `${(0,external_node_crypto_.sign)(null, manifest, key).toString('base64')}\n`);
    });
}
/**
 * Whether one of the trusted keys signed the manifest of a set, byte for byte as it is. Nothing is checked where no key
 * is trusted.
 */
async function signatureFindings(folder, trusted) {
    if (trusted.length === 0)
        return [];
    const signature = await readSignature(external_node_path_.join(folder, backup_set/* SET */.rK.signature));
    if (typeof signature !== 'string')
        return [signature];
    const manifest = await (0,file_errors/* orFileTrouble */.nD)(`checking the signature in ${folder}`, () => (0,promises_.readFile)(external_node_path_.join(folder, backup_set/* SET */.rK.manifest)));
    const bytes = Buffer.from(signature, 'base64');
    if (trusted.some((key) => (0,external_node_crypto_.verify)(null, manifest, key, bytes)))
        return [];
    const keys = trusted.map(keyName).join(', ');
    return [(0,build_findings/* finding */.gk)('SIGNATURE_WRONG', backup_set/* SET */.rK.signature, `it was not made over this manifest by the trusted key(s) ${keys}`)];
}
async function readSignature(file) {
    try {
        const handle = await (0,promises_.open)(file, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW | external_node_fs_.constants.O_NONBLOCK);
        try {
            const buffer = Buffer.alloc(LARGEST_SIGNATURE);
            const { bytesRead } = await handle.read(buffer, 0, LARGEST_SIGNATURE, 0);
            const text = buffer.toString('latin1', 0, bytesRead);
            return SIGNATURE.test(text) ? text : (0,build_findings/* finding */.gk)('SIGNATURE_WRONG', backup_set/* SET */.rK.signature, 'it is not 64 bytes in base64');
        }
        finally {
            await handle.close();
        }
    }
    catch (error) {
        if ((0,file_errors/* codeOf */.$N)(error) === 'ENOENT')
            return (0,build_findings/* finding */.gk)('SIGNATURE_MISSING', backup_set/* SET */.rK.signature, 'the set has no signature');
        if ((0,file_errors/* codeOf */.$N)(error) === undefined)
            throw error;
        return (0,build_findings/* finding */.gk)('SIGNATURE_WRONG', backup_set/* SET */.rK.signature, 'it is not a file that can be read');
    }
}
function ed25519(key, option) {
    if (key.asymmetricKeyType === 'ed25519')
        return key;
    throw signature_unusable(option, `it is a key of the kind ${key.asymmetricKeyType ?? 'unknown'}, and must be Ed25519`, MAKING);
}
/** OpenSSL's messages say nothing that helps, and may quote what it was given. */
function keyOrNull(make) {
    try {
        return make();
    }
    catch {
        return null;
    }
}
function signature_unusable(option, problem, advice) {
    return new errors/* UsageError */.eb({ doing: `reading the option ${option}`, problem, advice });
}

;// CONCATENATED MODULE: ./build/operations/seal-set.js









/**
 * Reads the keys that sets are encrypted to and signed with. Done before anything is dumped.
 *
 * Throws `UsageError`.
 */
async function readProtection({ encryptTo, hideNames, signingKey }, { logger, workingDirectory }) {
    const hide = (secret) => {
        logger.hide(secret);
    };
    const recipients = await parseRecipients(encryptTo, hide);
    if (hideNames && recipients.length === 0) {
        throw new errors/* UsageError */.eb({
            doing: 'reading the options',
            problem: 'hide-names was asked for without encrypt-to',
            advice: 'Names can be hidden only where a manifest with them is kept encrypted: give encrypt-to, or leave it out.',
        });
    }
    const reading = { folder: workingDirectory, hide };
    return {
        recipients,
        hideNames,
        signingKey: signingKey === undefined ? null : await readSigningKey(signingKey, reading),
    };
}
/**
 * Where a set is made: in the store's own folder, or, when it will be encrypted, in a folder of the workspace, so that
 * no plaintext ever lies in the store.
 */
async function makingFolder(incoming, { recipients }, { workspace }) {
    return recipients.length === 0 ? incoming.folder : workspace.folder('plain-set');
}
/**
 * Makes a set complete in the folder of the store: its manifest and checksums; encrypted and signed where that was asked
 * for. The plaintext is gone afterwards.
 *
 * @returns the manifest that the store keeps
 */
async function completeSet(plain, folder, protection, { report, context }) {
    await (0,backup_set/* writeManifest */.HN)(plain.folder, plain.manifest);
    await (0,backup_set/* writeChecksums */.gD)(plain.folder, plain.manifest.files);
    const stored = protection.recipients.length === 0
        ? plain.manifest
        : await report.phase('Encrypting', () => seal(plain, folder, protection, context));
    if (protection.signingKey !== null) {
        await signManifest(folder, protection.signingKey);
        context.logger.info(`Signed with the key ${keyName(protection.signingKey)}.`);
    }
    return stored;
}
async function seal({ folder: from, manifest }, to, { recipients, hideNames }, context) {
    await sealFolder(from, to, recipients, context);
    await (0,file_errors/* orFileTrouble */.nD)(`removing the plaintext in ${from}`, () => (0,promises_.rm)(from, { recursive: true, force: true }));
    const outer = (files) => outerManifest(manifest, files, { recipients, hideNames });
    await writeSealedKit(to, outer([]));
    const stored = outer(await (0,backup_set/* describeFiles */.LG)(to, { signal: context.signal }));
    await (0,backup_set/* writeManifest */.HN)(to, stored);
    await (0,backup_set/* writeChecksums */.gD)(to, stored.files);
    return stored;
}

;// CONCATENATED MODULE: ./build/operations/commit-set.js




/**
 * Makes a set complete, encrypts and signs it where that was asked for, and brings it into the store: first what takes
 * long, to a store elsewhere, and then the one step that makes it visible, under the store's lock.
 */
async function commitSet(incoming, made, protection, underWay) {
    const { report, store, context } = underWay;
    const manifest = await completeSet(made, incoming.folder, protection, underWay);
    if (isElsewhere(store)) {
        await report.phase('Sending', () => incoming.send(telling(`sending to ${store.name}`, context.logger)));
    }
    return report.phase('Committing', async () => {
        const place = await (0,stores_store/* withLock */.k)(store, `committing to ${store.name}`, () => incoming.commit());
        report.committed(manifest, place);
        report.logDetails = { ...report.logDetails, ...(await digestDetail(place.folder)) };
        return { manifest, ...place };
    });
}

;// CONCATENATED MODULE: ./build/retention/copy-plan.js

/**
 * Decides on each set that a copy lacks, the newest first: it is copied when the copy's own policy would keep it, were it
 * there with all the others. So nothing is copied that the next rotation would remove.
 *
 * Never copied: a set whose proof failed, one of another series, and one that is not verified while a newer proven set of
 * its type is at hand. An unverified one that is newer than every proven set may be the only trace of the last days.
 *
 * @param policyOf the copy's policy of a type
 */
function planCopies({ primary, copy, ...situation }, policyOf) {
    const held = new Set(copy.map(copy_plan_nameOf));
    const missing = primary.filter((set) => !held.has(copy_plan_nameOf(set)));
    const objections = new Map(missing.map((set) => [set, objectionTo(set, [...primary, ...copy], situation)]));
    const candidates = missing.filter((set) => objections.get(set) === null);
    const kept = keptTogether([...copy, ...candidates], situation, policyOf);
    return missing
        .map((set) => {
        const objection = objections.get(set) ?? null;
        const decision = kept.get(set);
        return objection === null
            ? { set, copy: decision?.keep ?? false, reasons: decision?.reasons ?? [] }
            : { set, copy: false, reasons: [objection] };
    })
        .sort((a, b) => (a.set.id === b.set.id ? copy_plan_compare(a.set.type, b.set.type) : copy_plan_compare(b.set.id, a.set.id)));
}
function keptTogether(sets, situation, policyOf) {
    const types = [...new Set(sets.map(({ type }) => type))];
    const decisions = types.flatMap((type) => decide(sets.filter((set) => set.type === type), policyOf(type), situation));
    return new Map(decisions.map((decision) => [decision.set, decision]));
}
/** What forbids to copy a set, whatever the policy says; null where nothing does. */
function objectionTo(set, all, { series }) {
    if (set.series !== series) {
        return `of another series (${set.series})`;
    }
    switch (set.proof.outcome) {
        case 'failed':
            return 'its proof failed';
        case 'not-verified': {
            const better = all.find(({ type, proof, time, ...other }) => type === set.type && other.series === series && proof.outcome === 'proven' && time > set.time);
            return better === undefined ? null : `it is not verified, and ${better.id}, which is newer, is proven`;
        }
        case 'proven':
            return null;
    }
}
function copy_plan_nameOf({ type, id }) {
    return `${type}/${id}`;
}
function copy_plan_compare(a, b) {
    return a < b ? -1 : a > b ? 1 : 0;
}

;// CONCATENATED MODULE: ./build/retention/guard.js


/**
 * Refuses a plan that would remove more than half of the proven sets of a type, or all. Where none is proven, the sets
 * are counted instead: they are all there is. Sets of another series or dated in the future count for nothing.
 *
 * Throws `GuardError` unless `confirm` is the name of the series.
 */
function guardPlan(decisions, { confirm, series, store }) {
    const tolls = [...new Set(decisions.map(({ set }) => set.type))].sort().map((type) => tollOf(type, decisions));
    const heavy = tolls.filter(({ removed, total }) => removed * 2 > total);
    if (heavy.length === 0 || confirm === series) {
        return;
    }
    const problem = heavy
        .map(({ type, of, removed, total }) => `it would remove ${removed} of ${total} ${type} ${of}`)
        .join('; ');
    throw new errors/* GuardError */.U$({
        doing: `planning the rotation of ${store}, series "${series}"`,
        problem: `a rotation of more than half needs a confirmation, and ${problem}`,
        advice: `Read the plan with dry-run. To carry it out, set confirm to the name of the series, ${JSON.stringify(series)}${wrong(confirm)}.`,
    });
}
function tollOf(type, decisions) {
    const ownSets = decisions.filter(({ set, standing }) => set.type === type && standing !== 'foreign' && standing !== 'future');
    const proven = ownSets.filter(policy_isProven);
    const counted = proven.length > 0 ? proven : ownSets;
    return {
        type,
        of: proven.length > 0 ? 'proven sets' : 'sets (none of them proven)',
        removed: counted.filter(({ keep }) => !keep).length,
        total: counted.length,
    };
}
function wrong(confirm) {
    return confirm === undefined || confirm === '' ? '' : ` (it is ${JSON.stringify(confirm)})`;
}

;// CONCATENATED MODULE: ./build/retention/rotate.js





/** Some sets could not be removed; the others were. `result` tells which. */
class RotationError extends errors/* OperationError */.OK {
    result;
    constructor(result, causes) {
        const names = result.notRemoved.map((set) => `${set.type}/${set.id}`).join(', ');
        super({
            doing: `rotating ${result.store}`,
            problem: `${result.notRemoved.length} of ${result.notRemoved.length + result.removed.length} sets could not be removed: ${names}`,
            advice: 'Read why below and mend it; the next rotation tries again. Nothing that should be kept was touched.',
            cause: causes.length === 1 ? causes[0] : new AggregateError(causes),
        });
        this.result = result;
    }
}
/**
 * Reads a store and decides on every set, type by type.
 *
 * Throws `GuardError` when the store holds another series, `UsageError` for a policy without rules.
 */
async function planRotation(store, request) {
    await refuseForeignSeries(store, request.series);
    const { sets, broken } = await store.list();
    const types = [...new Set(request.types ?? sets.map(({ type }) => type))].sort();
    const brokenOfTypes = broken.filter(({ type }) => request.types?.includes(type) ?? true);
    const decisions = [];
    const warnings = [];
    for (const type of types) {
        const policy = policyFor(type, request.options);
        const ofType = decide(sets.filter((set) => set.type === type).map(forRetention), policy, request);
        decisions.push(...ofType);
        warnings.push(...warningsOf(type, ofType, policy.tier));
    }
    warnings.push(...brokenOfTypes.map(brokenWarning));
    return { store: store.name, series: request.series, decisions, broken: brokenOfTypes, warnings };
}
/** Plans and carries out while no other run changes which sets the store has. Throws what the two throw. */
async function rotateStore(store, request, manner) {
    const work = async () => applyRotation(store, await planRotation(store, request), manner);
    return manner.dryRun ? work() : (0,stores_store/* withLock */.k)(store, `rotating ${store.name}`, work);
}
/**
 * Removes what a plan says, one set at a time, the oldest first, and logs every decision with its reasons. A removal
 * that fails does not stop the others.
 *
 * Throws `GuardError` before anything is removed when the plan needs a confirmation that was not given (a dry run warns
 * instead), `RotationError` at the end when a set could not be removed, and `InterruptedError` between two removals.
 */
async function applyRotation(store, plan, manner) {
    const { dryRun, logger } = manner;
    const warnings = [...plan.warnings, ...guardOrWarn(plan, manner)];
    for (const warning of warnings) {
        logger.warning(warning);
    }
    const kept = plan.decisions.filter(({ keep }) => keep);
    for (const decision of kept) {
        logger.info(rotate_describe(dryRun ? 'would keep' : 'keep', decision));
    }
    const { removed, failures } = await removeAll(store, plan, manner);
    const result = {
        store: plan.store,
        dryRun,
        kept: kept.map(asPlainData),
        removed: removed.map(asPlainData),
        notRemoved: failures.map(({ decision, cause }) => ({ ...asPlainData(decision), error: (0,errors/* messageOf */.bD)(cause) })),
        broken: plan.broken,
        warnings,
        freedBytes: removed.reduce((sum, { set }) => sum + set.bytes, 0),
    };
    if (failures.length > 0) {
        throw new RotationError(result, failures.map(({ cause }) => cause));
    }
    return result;
}
async function removeAll(store, plan, { dryRun, logger, signal }) {
    const removals = { removed: [], failures: [] };
    const doomed = plan.decisions.filter(({ keep }) => !keep);
    // Whatever ends this half way, the newer ones are still there.
    for (const decision of doomed.sort((a, b) => a.set.time.getTime() - b.set.time.getTime())) {
        if (signal?.aborted === true) {
            throw new errors/* InterruptedError */.p4(`rotating ${store.name}`, signal.reason);
        }
        logger.info(rotate_describe(dryRun ? 'would remove' : 'remove', decision));
        try {
            if (!dryRun) {
                await store.remove(decision.set);
            }
            removals.removed.push(decision);
        }
        catch (cause) {
            logger.error(`${rotate_nameOf(decision.set)} could not be removed: ${(0,errors/* messageOf */.bD)(cause)}`);
            removals.failures.push({ decision, cause });
        }
    }
    return removals;
}
async function refuseForeignSeries(store, series) {
    const held = await store.series();
    if (held !== null && held !== series) {
        throw new errors/* GuardError */.U$({
            doing: `planning the rotation of ${store.name}`,
            problem: `the store holds the series "${held}", not "${series}"`,
            advice: 'Give each database a store of its own, or set series to the name that the store has.',
        });
    }
}
function guardOrWarn({ decisions, series, store }, { dryRun, confirm }) {
    try {
        guardPlan(decisions, { confirm, series, store });
        return [];
    }
    catch (error) {
        if (dryRun && error instanceof errors/* GuardError */.U$) {
            return [`This plan would be refused: ${error.problem}. ${error.advice}`];
        }
        throw error;
    }
}
/** What retention must know of a set that a store lists. */
function forRetention({ id, type, manifest, proof, bytes }) {
    return {
        id,
        type,
        series: manifest.series,
        time: new Date(manifest.snapshot.time),
        systemIdentifier: manifest.source.systemIdentifier,
        proof: { outcome: proof.outcome, tier: proof.tier },
        bytes,
    };
}
function warningsOf(type, decisions, tier) {
    const has = (standing) => decisions.some((decision) => decision.standing === standing);
    const warnings = decisions
        .filter(({ standing }) => standing === 'future' || standing === 'foreign')
        .map(({ set, reasons }) => `${rotate_nameOf(set)} is kept and fills no slot: ${reasons.join('; ')}.`);
    if (!decisions.some(policy_isProven) && (has('unverified') || has('failed'))) {
        warnings.push(`No ${type} set is proven, so retention can only choose among the others by their age. Let backups be verified, or validate the newest set.`);
    }
    else if (has('lesser') && !has('proven')) {
        warnings.push(`No ${type} set is proven to tier ${tier}; those proven to a lesser tier fill the slots.`);
    }
    return warnings;
}
function brokenWarning({ type, id, reason }) {
    return `${type}/${id} looks like a set and is none (${reason}): it is kept and not counted. Look at it, and remove it by hand.`;
}
function rotate_describe(verb, { set, reasons }) {
    return `${verb} ${rotate_nameOf(set)} (${reasons.join('; ')})`;
}
function rotate_nameOf({ type, id }) {
    return `${type}/${id}`;
}
function asPlainData({ set, standing, reasons }) {
    return { id: set.id, type: set.type, standing, bytes: set.bytes, reasons };
}

// EXTERNAL MODULE: ./build/backup/checksums.js
var checksums = __webpack_require__(951);
;// CONCATENATED MODULE: ./build/verify/files.js











/** How many files are read at a time. */
const READERS = 4;
/**
 * Checks every byte of a set against its manifest, and the manifest against `SHA256SUMS`. Returns all that is wrong.
 *
 * @param place the id and type under which the set lies; without it, that is not checked
 * Throws `OperationError` when the folder itself cannot be read.
 */
async function verifyFiles(folder, place, options = {}) {
    const found = await (0,file_errors/* orFileTrouble */.nD)(`reading the set in ${folder}`, () => (0,platform_files/* entriesBelow */.yO)(folder));
    const manifest = await manifestOrFinding(folder, found);
    if ('code' in manifest)
        return [manifest];
    const listed = await (0,parallel/* inParallel */.H)(manifest.files, READERS, (file) => checkFile(folder, file, options));
    return [
        ...(place === null ? [] : misplaced(manifest, place)),
        ...unexpected(manifest, found),
        ...listed.filter((one) => one !== null),
        ...(await checkChecksums(folder, manifest)),
    ];
}
async function manifestOrFinding(folder, found) {
    if (!found.some(({ path: file }) => file === backup_set/* SET */.rK.manifest)) {
        return (0,build_findings/* finding */.gk)('FILE_MISSING', backup_set/* SET */.rK.manifest, 'the set has no manifest');
    }
    try {
        return await (0,backup_set/* readManifest */.WI)(folder);
    }
    catch (error) {
        if (error instanceof errors/* DamagedError */.Me)
            return (0,build_findings/* finding */.gk)('MANIFEST_INVALID', backup_set/* SET */.rK.manifest, error.problem);
        if (error instanceof errors/* LifeboatError */.H3)
            return (0,build_findings/* finding */.gk)('FILE_UNREADABLE', backup_set/* SET */.rK.manifest, error.problem);
        throw error;
    }
}
function misplaced(manifest, { id, type }) {
    if (manifest.id === id && manifest.type === type)
        return [];
    return [(0,build_findings/* finding */.gk)('SET_MISPLACED', `${type}/${id}`, `its manifest is of ${manifest.type}/${manifest.id}`)];
}
function unexpected(manifest, found) {
    const listed = new Set(manifest.files.map(({ path: file }) => file));
    return found
        .filter(({ path: file, kind }) => kind !== 'folder' && !isExpected(file, kind, listed))
        .map(({ path: file, kind }) => {
        const what = kind === 'file' ? 'a file that the manifest does not list' : `a ${kind}, and a set has none`;
        return (0,build_findings/* finding */.gk)('FILE_UNEXPECTED', file, what);
    });
}
function isExpected(file, kind, listed) {
    // A link in the place of one of these is told by those who read it.
    if (listed.has(file) || file === backup_set/* SET */.rK.manifest || file === backup_set/* SET */.rK.checksums)
        return true;
    if (kind !== 'file')
        return false;
    return (0,backup_set/* isListed */.yy)(file) ? false : !file.startsWith(`${backup_set/* SET */.rK.proofs}/`) || isProof(file);
}
function isProof(file) {
    return /^proofs\/\d{8}T\d{6}Z(-\d+)?\.json$/.test(file);
}
async function checkFile(folder, { path: file, size, sha256 }, options) {
    try {
        const there = await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(external_node_path_.join(folder, file)));
        if (there === undefined)
            return (0,build_findings/* finding */.gk)('FILE_MISSING', file, `it is not there, the manifest says ${size} bytes`);
        if (!there.isFile())
            return (0,build_findings/* finding */.gk)('FILE_UNEXPECTED', file, 'it is not a file but a link, folder or device');
        if (there.size !== size)
            return (0,build_findings/* finding */.gk)('FILE_SIZE', file, `it has ${there.size} bytes, the manifest says ${size}`);
        const hashed = await (0,backup_sha256/* sha256OfFile */.V)(external_node_path_.join(folder, file), options);
        if (hashed.sha256 === sha256)
            return null;
        return (0,build_findings/* finding */.gk)('FILE_CHECKSUM', file, `its SHA-256 is ${hashed.sha256}, the manifest says ${sha256}`);
    }
    catch (error) {
        if ((0,file_errors/* codeOf */.$N)(error) === undefined)
            throw error;
        return (0,build_findings/* finding */.gk)('FILE_UNREADABLE', file, (0,errors/* messageOf */.bD)(error));
    }
}
/** `SHA256SUMS` is a function of the manifest, so it must be, byte for byte, what would be written today. */
async function checkChecksums(folder, manifest) {
    const { sha256 } = await (0,backup_sha256/* sha256OfFile */.V)(external_node_path_.join(folder, backup_set/* SET */.rK.manifest));
    const expected = (0,checksums/* checksumsText */.cV)([...manifest.files, { path: backup_set/* SET */.rK.manifest, sha256 }]);
    const actual = await checksumsIn(folder, expected.length);
    if (typeof actual !== 'string')
        return [actual];
    if (actual === expected)
        return [];
    const recorded = (0,checksums/* parseChecksums */.yk)(actual).get(backup_set/* SET */.rK.manifest);
    if (recorded === undefined || recorded === sha256) {
        return [(0,build_findings/* finding */.gk)('FILE_CHECKSUM', backup_set/* SET */.rK.checksums, 'it is not the list that belongs to the manifest')];
    }
    const changed = (0,build_findings/* finding */.gk)('MANIFEST_CHANGED', backup_set/* SET */.rK.manifest, `its SHA-256 is ${sha256}, ${backup_set/* SET */.rK.checksums} says ${recorded}`);
    const mended = actual.replace((0,checksums/* checksumLine */.Ut)({ path: backup_set/* SET */.rK.manifest, sha256: recorded }), (0,checksums/* checksumLine */.Ut)({ path: backup_set/* SET */.rK.manifest, sha256 }));
    if (mended === expected)
        return [changed];
    return [changed, (0,build_findings/* finding */.gk)('FILE_CHECKSUM', backup_set/* SET */.rK.checksums, 'it differs from the manifest in other lines too')];
}
async function checksumsIn(folder, expectedLength) {
    try {
        const handle = await (0,promises_.open)(external_node_path_.join(folder, backup_set/* SET */.rK.checksums), external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW | external_node_fs_.constants.O_NONBLOCK);
        try {
            const buffer = Buffer.alloc(4 * expectedLength + 1024);
            const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
            return buffer.toString('utf8', 0, bytesRead);
        }
        finally {
            await handle.close();
        }
    }
    catch (error) {
        if ((0,file_errors/* codeOf */.$N)(error) === 'ENOENT')
            return (0,build_findings/* finding */.gk)('FILE_MISSING', backup_set/* SET */.rK.checksums, 'the set has no list of checksums');
        if ((0,file_errors/* codeOf */.$N)(error) === 'ELOOP')
            return (0,build_findings/* finding */.gk)('FILE_UNEXPECTED', backup_set/* SET */.rK.checksums, 'it is a symbolic link');
        if ((0,file_errors/* codeOf */.$N)(error) === undefined)
            throw error;
        return (0,build_findings/* finding */.gk)('FILE_UNREADABLE', backup_set/* SET */.rK.checksums, (0,errors/* messageOf */.bD)(error));
    }
}

;// CONCATENATED MODULE: ./build/operations/copy-log.js


/**
 * Brings what the primary's log says of how earlier sets were taken to the log of a copy that got them only now: it holds
 * the digests of their manifests, and a copy alone must tell its history.
 *
 * @param taken the id of the set that this run took; its line is written when the run ends
 */
async function bringLogLines(primary, { store, line }, taken) {
    const late = new Set(line.copied.filter(({ id }) => id !== taken).map(({ type, id }) => `${type}/${id}`));
    const oldest = line.copied
        .map(({ id }) => id)
        .filter((id) => id !== taken)
        .sort()[0];
    if (oldest === undefined) {
        return;
    }
    const isAbout = ({ operation, details }) => operation === 'backup' && late.has(`${String(details.type)}/${String(details.id)}`);
    const since = (0,backup_manifest/* timeOf */.nR)(oldest);
    const known = new Set((await store.readLog(since)).lines.map(log/* formatLine */.IL));
    for (const one of (await primary.readLog(since)).lines.filter(isAbout)) {
        if (!known.has((0,log/* formatLine */.IL)(one)))
            await store.appendLog(one);
    }
}

;// CONCATENATED MODULE: ./build/operations/copies.js










/**
 * Brings every copy up to date with the primary store: the set that was taken, and earlier ones that a copy lacks and
 * would keep, the newest first. What goes wrong with one copy is noted, and disturbs no other.
 *
 * Each set is fetched once, however many copies lack it, and only one at a time lies in scratch.
 */
async function bringCopiesUpToDate(taken, underWay) {
    const { report, store, stores } = underWay;
    const [primary, ...copies] = stores;
    if (copies.length === 0) {
        return;
    }
    await report.phase('Copying', async () => {
        const listing = await store.list();
        requireListed(listing, taken.manifest, store);
        primary.line = { ...primary.line, holds: weightOf(listing) };
        const consignments = await consign(copies, listing, taken.manifest, underWay);
        for (const consignment of consignments) {
            await send(consignment, taken, underWay);
        }
        await onEach(copies.filter(hasNews), 'copy', underWay, (copy) => tidy(copy, taken.manifest.id, underWay));
    });
}
/** What is not listed would not be copied, and nobody would know. */
function requireListed({ sets }, { type, id }, { name }) {
    if (!sets.some((set) => set.id === id && set.type === type)) {
        throw new errors/* OperationError */.OK({
            doing: `copying the set ${type}/${id} from ${name}`,
            problem: 'the store does not list the set that was committed to it a moment ago',
            advice: 'Validate it by its id. Another run may have removed it, or something in the store was changed.',
        });
    }
}
/** What follows a copy that succeeded; where it fails, the copy is good all the same. */
async function tidy(copy, taken, { report, store, context }) {
    const doing = `cleaning up ${copy.store.name}`;
    try {
        await bringLogLines(store, copy, taken);
        await (0,stores_store/* withLock */.k)(copy.store, doing, () => copy.store.sweep());
    }
    catch (error) {
        rethrowInterruption(error, doing, context);
        report.warn(`The sets were copied to ${copy.store.name}. ${(0,errors/* messageOf */.bD)(error)}`);
    }
}
/** Whether a copy holds a set, as far as this run has seen it. */
function holdsSet({ line, held }, { id, type }) {
    return held.has(`${type}/${id}`) || line.copied.some((set) => set.id === id && set.type === type);
}
function hasNews({ line, troubles }) {
    return line.copied.length > 0 && troubles.length === 0;
}
/** Lists every copy and finds out which of them lack which sets. A copy that lacks nothing costs this one listing. */
async function consign(copies, { sets }, taken, underWay) {
    const consignments = new Map(sets.map((set) => [set, []]));
    await onEach(copies, 'copy', underWay, async (copy) => {
        const listing = await copy.store.list();
        refuseForeign(copy, listing, underWay);
        copy.reached = true;
        copy.held = new Set(listing.sets.map(({ type, id }) => `${type}/${id}`));
        copy.line = { ...copy.line, holds: weightOf(listing) };
        for (const place of missingIn(copy, listing, sets, taken, underWay)) {
            const set = sets.find(({ id, type }) => id === place.id && type === place.type);
            if (set !== undefined)
                consignments.get(set)?.push(copy);
        }
    });
    return [...consignments]
        .map(([set, to]) => ({ set, to }))
        .filter(({ to }) => to.length > 0)
        .sort((a, b) => (a.set.id < b.set.id ? 1 : -1));
}
/** Says why the set that was just taken is not copied, where it is not: that is what everybody expects. */
function missingIn(copy, listing, sets, taken, { report, context }) {
    const plan = planCopies({
        primary: sets.map(forRetention),
        copy: listing.sets.map(forRetention),
        now: context.clock.now(),
        series: report.series,
        justTaken: taken.id,
    }, (type) => policyFor(type, copy.options));
    const own = plan.find(({ set }) => set.id === taken.id && set.type === taken.type);
    if (own?.copy === false) {
        report.warn(`The set ${taken.type}/${taken.id} was not copied to ${copy.store.name}: ${own.reasons.join('; ')}.`);
    }
    return plan.filter((decision) => decision.copy).map(({ set }) => set);
}
function refuseForeign(copy, { sets }, { report }) {
    const foreign = sets.find(({ manifest }) => manifest.series !== report.series)?.manifest.series;
    if (foreign !== undefined) {
        throw new errors/* GuardError */.U$({
            doing: `copying to ${copy.store.name}`,
            problem: `the store holds the series "${foreign}", not "${report.series}"`,
            advice: 'Give each database a store of its own, or set series to the name that the store has.',
        });
    }
}
/** Copies one set to all stores that lack it and have had no trouble so far. */
async function send({ set, to }, taken, underWay) {
    const healthy = to.filter(({ troubles }) => troubles.length === 0);
    if (healthy.length === 0) {
        return;
    }
    const consignment = { set, to: healthy };
    if (set.id === taken.manifest.id && set.type === taken.manifest.type) {
        await onEach(healthy, 'copy', underWay, (copy) => putInto(copy, set, taken.folder, underWay));
        return;
    }
    const folder = await fetchFor(consignment, underWay);
    if (folder !== undefined) {
        await putOnEach(consignment, folder, underWay);
        await letGo(set, underWay);
    }
}
/** Fetches a set from the primary; that it cannot be fetched is the trouble of those that lack it. */
async function fetchFor({ set, to }, underWay) {
    const { store, context } = underWay;
    try {
        return await store.open(set, telling(`fetching ${set.type}/${set.id}`, context.logger));
    }
    catch (error) {
        rethrowInterruption(error, `fetching ${set.type}/${set.id}`, context);
        for (const copy of to) {
            noteTrouble(copy, { what: 'copy', error }, underWay);
        }
        return undefined;
    }
}
/** What cannot be removed from scratch now goes with it at the end of the run. */
async function letGo(set, { store, context }) {
    try {
        await store.letGo(set);
    }
    catch (error) {
        context.logger.warning((0,errors/* messageOf */.bD)(error));
    }
}
/** Unlike the set that was proven just now, an earlier one may have rotted: then no copy is to blame. */
async function putOnEach({ set, to }, folder, underWay) {
    const rotten = new Set();
    await onEach(to, 'copy', underWay, async (copy) => {
        try {
            await putInto(copy, set, folder, underWay);
        }
        catch (error) {
            const rot = error instanceof errors/* DamagedError */.Me ? await verifyFiles(folder, set) : [];
            if ((0,build_findings/* worstOf */.hm)(rot) !== 'error')
                throw error;
            rotten.add(rot.map(build_findings/* describeFinding */.jb).join(' ').replace(/\.$/, ''));
        }
    });
    for (const found of rotten) {
        noteDamage(set, found, underWay);
    }
}
async function putInto(copy, set, folder, { context: { clock, logger } }) {
    const { id, type, bytes } = set;
    const label = `copying ${type}/${id} to ${copy.store.name}`;
    const start = clock.monotonic();
    await copy.store.put(folder, { id, type }, telling(label, logger));
    const seconds = (clock.monotonic() - start) / 1000;
    logger.info(`Copied ${type}/${id} to ${copy.store.name}.`);
    const { copied, holds = { sets: 0, bytes: 0 } } = copy.line;
    copy.line = {
        ...copy.line,
        copied: [...copied, { id, type, bytes, seconds }],
        holds: { sets: holds.sets + 1, bytes: holds.bytes + bytes },
    };
}
function weightOf({ sets }) {
    return { sets: sets.length, bytes: sets.reduce((sum, { bytes }) => sum + bytes, 0) };
}

;// CONCATENATED MODULE: ./build/operations/earlier-runs.js
/** How far back the log is looked through for earlier sets: it is kept for ninety days. */
const earlier_runs_LOOK_BACK_MS = 90 * 24 * 3600 * 1000;
/** Reads it, once, for everything that a new set is held against. */
async function earlierRuns(store, { id, type, snapshot }) {
    const { sets } = await store.list();
    const { lines } = await store.readLog(new Date(new Date(snapshot.time).getTime() - earlier_runs_LOOK_BACK_MS));
    return { sets: sets.filter((set) => set.id !== id || set.type !== type), lines };
}

;// CONCATENATED MODULE: ./build/records/alerts.js




/** Below this, what a dump needs besides rows decides how well it compresses, so that says nothing. */
const LEAST_BYTES_TO_JUDGE_COMPRESSION = BYTE_UNITS.MiB;
/** The measurements of a set that was taken, with what its manifest does not know. */
function measurementsOf(manifest, metrics, rest) {
    return {
        seconds: metrics.performance.duration_seconds,
        size: (0,records_metrics/* setBytes */.m5)(manifest),
        compression: { ratio: metrics.performance.compression_ratio, totalBytes: metrics.size.total_bytes },
        records: (0,records_metrics/* totalRows */.wh)(metrics.records.by_table),
        ...rest,
    };
}
/**
 * Holds measurements against rules. Of each measure only the heaviest broken rule is told; the heaviest come first.
 *
 * Not evaluated: what is not known, changes without a previous proven set, and compression where the tables occupy less
 * than 1 MiB.
 */
function evaluate(rules, measurements) {
    const alerts = LEVELS.flatMap((level) => rules.filter((rule) => rule.level === level).flatMap((rule) => alertOf(rule, measurements) ?? []));
    return alerts.filter(({ measure }, index) => alerts.findIndex((heavier) => heavier.measure === measure) === index);
}
function alertOf({ level, measure, limit }, measurements) {
    const observed = OBSERVE[measure](measurements);
    if (observed === undefined || limit === 'off' || !isBroken(observed.value, limit, measure)) {
        return undefined;
    }
    const side = limit.comparison === '>' ? 'more than' : 'less than';
    const message = `${observed.words}, ${side} ${limit.amount}${limit.unit === '%' ? '%' : limit.unit && ` ${limit.unit}`}.`;
    return { level, measure, rule: printLimit(limit), value: observed.value, message };
}
function isBroken(value, limit, measure) {
    const base = limitInBase(measure, limit);
    return limit.comparison === '>' ? value > base : value < base;
}
const OBSERVE = {
    duration: ({ seconds }) => ({ value: seconds, words: `The backup took ${(0,units/* formatDuration */.a3)(seconds)}` }),
    size: ({ size }) => alerts_known(size, (bytes) => `The set has ${(0,units/* formatBytes */.z3)(bytes)}`),
    errors: ({ errors }) => ({ value: errors, words: (0,units/* counted */.hS)(errors, 'error') }),
    compression: ({ compression }) => compression === null || compression.totalBytes < LEAST_BYTES_TO_JUDGE_COMPRESSION
        ? undefined
        : {
            value: compression.ratio,
            words: `Compression saved ${(0,units/* formatShare */.T1)(compression.ratio)} of ${(0,units/* formatBytes */.z3)(compression.totalBytes)}`,
        },
    disk_space: ({ freeBytes }) => alerts_known(freeBytes, (bytes) => `The store has ${(0,units/* formatBytes */.z3)(bytes)} left`),
    size_change: ({ size, previous }) => (size === null || previous === null ? undefined : sizeChange(size, previous)),
    record_change: ({ records, previous }) => {
        const earlier = previous?.records ?? null;
        return records === null || previous === null || earlier === null
            ? undefined
            : recordChange(records, previous.id, earlier);
    },
};
function alerts_known(value, words) {
    return value === null ? undefined : { value, words: words(value) };
}
function sizeChange(size, previous) {
    if (previous.size === 0) {
        return undefined;
    }
    const change = Math.abs(size - previous.size) / previous.size;
    const direction = size >= previous.size ? 'larger' : 'smaller';
    return {
        value: change,
        words: `The set has ${(0,units/* formatBytes */.z3)(size)} and is ${(0,units/* formatShare */.T1)(change)} ${direction} than ${previous.id} (${(0,units/* formatBytes */.z3)(previous.size)})`,
    };
}
function recordChange(records, previousId, previous) {
    const change = Math.abs(records - previous);
    const direction = records >= previous ? 'more' : 'fewer';
    return {
        value: change,
        words: `The set has ${(0,units/* formatCount */.B4)(records)} rows, ${(0,units/* formatCount */.B4)(change)} ${direction} than ${previousId}`,
    };
}

;// CONCATENATED MODULE: ./build/records/statistics.js


/**
 * The newest proven set of a type from before an instant, from what the store lists and from what the log remembers: a
 * store that ends with its job still has the log of earlier ones. What the store says of a set goes before the log, and
 * in the log the last outcome of a set counts. Null when there is none.
 */
function previousProven(sets, lines, type, before) {
    const listed = new Set(sets.filter((set) => set.type === type).map(({ id }) => id));
    const candidates = [
        ...sets.filter((set) => set.type === type && set.proof.outcome === 'proven').map(statistics_fromListing),
        ...statistics_fromLog(lines, type).filter(({ id }) => !listed.has(id)),
    ];
    const earlier = candidates.filter(({ id }) => (0,backup_manifest/* timeOf */.nR)(id).getTime() < before.getTime());
    return earlier.reduce((newest, set) => (newest === null || set.id > newest.id ? set : newest), null);
}
function statistics_fromListing({ id, manifest }) {
    return { id, size: (0,records_metrics/* setBytes */.m5)(manifest), records: (0,records_metrics/* totalRows */.wh)((0,records_metrics/* rowsByTable */.NP)(manifest)) };
}
function statistics_fromLog(lines, type) {
    const remembered = new Map();
    for (const { details } of lines) {
        const { id, size, records, proof, type: typeOfSet } = details;
        if (typeof id !== 'string' || typeOfSet !== type || typeof proof !== 'string') {
            continue;
        }
        if (proof === 'proven' && size !== undefined) {
            remembered.set(id, { id, size, records: (0,records_metrics/* totalRows */.wh)(records) });
        }
        else {
            remembered.delete(id);
        }
    }
    return [...remembered.values()];
}

;// CONCATENATED MODULE: ./build/operations/measure.js




/** Measures a backup that was taken and holds it against the alert rules. */
async function measureBackup({ report, store, options, context }, manifest, earlier) {
    const peakMemory = context.workspace.peakMemory() + context.processes.peakMemory();
    const metrics = (0,records_metrics/* measure */.xP)(manifest, { seconds: report.seconds(), peakMemory });
    const freeBytes = await store.freeBytes();
    if (freeBytes !== null) {
        report.logDetails = { ...report.logDetails, free_bytes: freeBytes };
    }
    const measurements = measurementsOf(manifest, metrics, {
        errors: manifest.proof.findings.filter(({ severity }) => severity === 'error').length,
        freeBytes,
        previous: previousProven(earlier.sets, earlier.lines, manifest.type, new Date(manifest.snapshot.time)),
    });
    report.metrics = metrics;
    report.alerts = evaluate(rulesInForce(options.alerts), measurements);
}
/** A backup that failed is an error like any other. What was measured before it failed stays. */
function measureFailure({ report }, rules) {
    const failure = evaluate(rules, {
        seconds: report.seconds(),
        size: null,
        errors: 1,
        compression: null,
        freeBytes: null,
        records: null,
        previous: null,
    });
    report.alerts = [
        ...failure,
        ...report.alerts.filter(({ measure }) => failure.every((one) => one.measure !== measure)),
    ];
}

// EXTERNAL MODULE: ./build/postgres/readability.js
var readability = __webpack_require__(66888);
;// CONCATENATED MODULE: ./build/backup/inspect.js







/** Looks whether everything that must be dumped is there and may be read, and with what programs. */
async function inspectSource({ session, searchPath, programs }, options) {
    const tables = await (0,read_tables/* readTables */.g)(session);
    const choice = chooseTables(tables, await readForeignKeys(session), {
        include: options.tables,
        exclude: options.excludeTables,
        searchPath,
    });
    const facts = await (0,catalog_source/* readSource */.o$)(session, session.major);
    const [server] = await session.query('SELECT pg_is_in_recovery() AS standby');
    const chosen = tables.filter(({ oid }) => choice.chosen.has(oid));
    return {
        findings: [
            ...choice.findings,
            ...plainRefusals(options, choice.loose.length),
            ...(await (0,readability/* unreadableThings */.r)(session, choice.chosen)),
            ...(programs === undefined || programs.exact ? [] : [otherMajor(session.major, programs.version)]),
            ...(server?.standby === true ? [(0,build_findings/* finding */.gk)('STANDBY', 'the server', 'it is a standby in recovery')] : []),
            ...chosen
                .filter(({ kind }) => kind === 'foreign')
                .map(({ schema, name }) => (0,build_findings/* finding */.gk)('FOREIGN_TABLE_DATA', `${schema}.${name}`, 'its rows are on another server')),
        ],
        tables: chosen.length,
        bytes: chosen.reduce((sum, table) => sum + table.bytes, 0),
        facts,
    };
}
/** A script cannot leave a foreign key out, so it would fail in the middle of a recovery. */
function plainRefusals({ format }, looseKeys) {
    return format === 'plain' && looseKeys > 0
        ? [
            (0,build_findings/* finding */.gk)('PLAIN_NOT_RESTORABLE', 'format plain', `${(0,units/* counted */.hS)(looseKeys, 'foreign key')} to tables whose data is not chosen cannot be left out of a script`),
        ]
        : [];
}
function otherMajor(serverMajor, version) {
    return (0,build_findings/* finding */.gk)('TOOLS_OTHER_MAJOR', 'pg_dump', `it is of version ${version}, the server is of major ${serverMajor}`);
}

;// CONCATENATED MODULE: ./build/backup/space.js

/** A dump without compression may be larger than the tables, whose binary numbers become text. */
const UNCOMPRESSED_SHARE = 1.3;
/** What is seldom exceeded: most data compress to a third or less. */
const COMPRESSED_SHARE = 0.6;
/** How much a set may grow from one to the next. */
const GROWTH = 1.3;
/** What a set is estimated to need, in bytes. */
function estimatedBytes({ tableBytes, previousBytes, compressed }) {
    return previousBytes === undefined
        ? Math.ceil(tableBytes * (compressed ? COMPRESSED_SHARE : UNCOMPRESSED_SHARE))
        : Math.ceil(previousBytes * GROWTH);
}
/** Holds the free space of the store against the estimate. */
function spaceFindings(need, formatBytes) {
    if (need.free === null) {
        return [];
    }
    const estimate = estimatedBytes(need);
    const said = `${formatBytes(need.free)} are free, the backup is estimated to need ${formatBytes(estimate)}`;
    if (need.free < estimate) {
        return [(0,build_findings/* finding */.gk)('DISK_SPACE_LOW', need.store, said)];
    }
    return need.free < estimate * 2 ? [(0,build_findings/* finding */.gk)('DISK_SPACE_TIGHT', need.store, said)] : [];
}

// EXTERNAL MODULE: ./build/platform/workspace.js
var workspace = __webpack_require__(38491);
;// CONCATENATED MODULE: ./build/verify/difference/objects.js


/**
 * Compares every object of the source with the restored copy: existence, owner, grants, definition and state. What
 * vanished with its table or schema is not listed again.
 */
function compareObjects(source, restored, options) {
    const originals = objects_byKey(source.filter((object) => isCompared(object, options)));
    const copies = objects_byKey(restored.filter((object) => isCompared(object, options)));
    const loose = new Set((options.looseForeignKeys ?? []).map(({ table, name }) => objects_unquoted(`${table}.${name}`)));
    const findings = [];
    for (const [key, object] of originals) {
        const copy = copies.get(key);
        if (copy !== undefined) {
            findings.push(...compareObject(object, copy, options, loose));
        }
        else if (!isPartOfOneMissing(object, originals, copies)) {
            findings.push((0,build_findings/* finding */.gk)('OBJECT_MISSING', objects_label(object), 'is not in the restored copy'));
        }
    }
    for (const [key, copy] of copies) {
        if (!originals.has(key) && !isPartOfOneMissing(copy, copies, originals)) {
            findings.push((0,build_findings/* finding */.gk)('OBJECT_UNEXPECTED', objects_label(copy), 'is in the restored copy, the source had none'));
        }
    }
    return findings;
}
function isCompared({ kind }, options) {
    if (options.ignoreKinds?.has(kind) === true)
        return false;
    switch (kind) {
        case 'role':
            return options.ownCluster;
        case 'database':
            return options.database === true;
        case 'not-null constraint':
            return options.sameMajor;
        default:
            return true;
    }
}
function compareObject(source, copy, options, loose) {
    const on = objects_label(source);
    const found = [];
    const ordinary = [];
    if (source.owner !== copy.owner) {
        found.push((0,build_findings/* finding */.gk)('OWNER_DIFFERS', on, `belongs to ${copy.owner ?? 'nobody'}, at the source to ${source.owner ?? 'nobody'}`));
    }
    const [given, had] = [objects_known(copy.grants, options), objects_known(source.grants, options)];
    if (JSON.stringify(given) !== JSON.stringify(had)) {
        found.push((0,build_findings/* finding */.gk)('GRANTS_DIFFER', on, describeListDifference(had ?? [], given ?? [])));
    }
    for (const difference of differingFacts(source, copy, options.sameMajor)) {
        const special = specialFinding(source, difference, loose);
        if (special === undefined)
            ordinary.push(difference);
        else
            found.push(...special);
    }
    if (ordinary.length > 0) {
        found.push((0,build_findings/* finding */.gk)('OBJECT_DIFFERS', on, ordinary.map(describeDifference).join('; ')));
    }
    return found;
}
/** The findings of a difference that has a code of its own, or is to be expected; undefined of all others. */
function specialFinding(object, difference, loose) {
    const { what, source, copy } = difference;
    if (what === 'validated' && source === true) {
        return loose.has(objects_unquoted(object.name))
            ? []
            : [(0,build_findings/* finding */.gk)('CONSTRAINT_NOT_VALID', objects_label(object), 'is not validated in the restored copy')];
    }
    if (what === 'version' && object.kind === 'extension') {
        const versions = `version ${String(copy)}, the source had ${String(source)}`;
        return [(0,build_findings/* finding */.gk)('EXTENSION_VERSION_DIFFERS', objects_label(object), versions)];
    }
    return undefined;
}
/** Privileges that both majors know: MAINTAIN came with 17, and "all privileges" of 16 includes it there. */
function objects_known(grants, { sameMajor }) {
    return grants?.filter((grant) => sameMajor || !/: MAINTAIN( |$)/.test(grant));
}
function isPartOfOneMissing({ of }, there, elsewhere) {
    return of !== undefined && there.has(of) && !elsewhere.has(of);
}
function objects_byKey(objects) {
    return new Map(objects.map((object) => [objects_label(object), object]));
}
function objects_label({ kind, name }) {
    return `${kind} ${name}`;
}
function objects_unquoted(name) {
    return name.replaceAll('"', '');
}

;// CONCATENATED MODULE: ./build/verify/difference/tables.js


/**
 * Compares what a set says of its tables with what is in the restored copy: existence, rows, content. A materialized
 * view is computed anew by a restore, and so is a stored generated column; what differs there is a warning.
 */
function compareTables(source, restored, contents = 'compared') {
    const copies = new Map(restored.map((table) => [difference_tables_keyOf(table), table]));
    const originals = new Set(source.map(difference_tables_keyOf));
    return [
        ...source.flatMap((table) => {
            const copy = copies.get(difference_tables_keyOf(table));
            return copy === undefined
                ? [(0,build_findings/* finding */.gk)('TABLE_MISSING', (0,backup_manifest/* displayName */.QC)(table), 'is not in the restored copy')]
                : compareTable(table, copy, contents);
        }),
        ...restored
            .filter((table) => !originals.has(difference_tables_keyOf(table)))
            .map((table) => (0,build_findings/* finding */.gk)('TABLE_UNEXPECTED', (0,backup_manifest/* displayName */.QC)(table), 'is in the restored copy, the source had none')),
    ];
}
function compareTable(source, copy, contents) {
    const on = (0,backup_manifest/* displayName */.QC)(source);
    if (source.kind === 'materialized-view')
        return compareMaterializedView(source, copy, contents);
    if (!source.data) {
        return (copy.rows ?? 0) > 0
            ? [(0,build_findings/* finding */.gk)('TABLE_ROWS_DIFFER', on, `${tables_rows(copy.rows)}, its data should not be in the set`)]
            : [];
    }
    if (source.rows === undefined)
        return [(0,build_findings/* finding */.gk)('FINGERPRINT_MISSING', on, 'the set does not say how many rows it had')];
    if (copy.rows === undefined)
        return [(0,build_findings/* finding */.gk)('CHECK_NOT_RUN', on, 'its rows in the restored copy were not counted')];
    if (copy.rows !== source.rows) {
        return [(0,build_findings/* finding */.gk)('TABLE_ROWS_DIFFER', on, `${tables_rows(copy.rows)}, the source had ${source.rows}`)];
    }
    return contents === 'compared' ? compareContent(source, copy) : [];
}
function compareContent(source, copy) {
    const on = (0,backup_manifest/* displayName */.QC)(source);
    if (source.fingerprint === undefined) {
        return [(0,build_findings/* finding */.gk)('FINGERPRINT_MISSING', on, 'the set does not say what its rows were')];
    }
    if (copy.fingerprint === undefined) {
        return [(0,build_findings/* finding */.gk)('CHECK_NOT_RUN', on, 'its rows in the restored copy were not hashed')];
    }
    if (copy.fingerprint !== source.fingerprint) {
        return [(0,build_findings/* finding */.gk)('TABLE_CONTENT_DIFFERS', on, `${tables_rows(copy.rows)} as at the source, but not the same content`)];
    }
    return compareGenerated(source, copy);
}
function compareGenerated(source, copy) {
    return source.generatedFingerprint === copy.generatedFingerprint
        ? []
        : [
            (0,build_findings/* finding */.gk)('GENERATED_COLUMN_DIFFERS', (0,backup_manifest/* displayName */.QC)(source), 'a generated column has other values than at the source; the columns that are stored in the dump are equal'),
        ];
}
/** Compared where both sides have it filled; that it is filled at all is a fact of the object. */
function compareMaterializedView(source, copy, contents) {
    if (source.rows === undefined || copy.rows === undefined)
        return [];
    const sameContent = contents === 'not-comparable' || source.fingerprint === copy.fingerprint;
    if (source.rows === copy.rows && sameContent)
        return [];
    const how = source.rows === copy.rows
        ? `${tables_rows(copy.rows)} as at the source, but not the same content`
        : `${tables_rows(copy.rows)}, the source had ${source.rows}`;
    return [(0,build_findings/* finding */.gk)('MATERIALIZED_VIEW_DIFFERS', (0,backup_manifest/* displayName */.QC)(source), how)];
}
/**
 * Compares where sequences are. They move outside of snapshots, so a copy may be ahead of a reading at the source, never
 * behind. With a `later` reading of the source, taken after the dump, the copy must not be ahead of both either. A
 * sequence that cycles has no behind; a sequence that is missing is found among the objects.
 */
function compareSequences(source, restored, later = []) {
    const copies = new Map(restored.map((sequence) => [difference_tables_keyOf(sequence), sequence]));
    const laterReadings = new Map(later.map((sequence) => [difference_tables_keyOf(sequence), sequence]));
    return source.flatMap((sequence) => {
        const copy = copies.get(difference_tables_keyOf(sequence));
        if (copy === undefined)
            return [(0,build_findings/* finding */.gk)('OBJECT_MISSING', `sequence ${(0,backup_manifest/* displayName */.QC)(sequence)}`, 'is not in the restored copy')];
        return compareSequence(sequence, copy, laterReadings.get(difference_tables_keyOf(sequence)));
    });
}
function compareSequence(source, copy, later) {
    const on = (0,backup_manifest/* displayName */.QC)(source);
    if (source.cycles)
        return [];
    const readings = [next(source), ...(later === undefined ? [] : [next(later)])];
    const ascending = !source.increment.startsWith('-');
    const progress = (value) => (ascending ? value : -value);
    const least = readings.reduce((a, b) => (progress(b) < progress(a) ? b : a));
    const most = readings.reduce((a, b) => (progress(b) > progress(a) ? b : a));
    if (progress(next(copy)) < progress(least)) {
        return [(0,build_findings/* finding */.gk)('SEQUENCE_BEHIND', on, `would give ${next(copy)} next, the source was already at ${least}`)];
    }
    if (later !== undefined && progress(next(copy)) > progress(most)) {
        return [(0,build_findings/* finding */.gk)('SEQUENCE_AHEAD', on, `would give ${next(copy)} next, the source had only come to ${most}`)];
    }
    return [];
}
/** What the sequence would give next. */
function next({ lastValue, isCalled, increment }) {
    return isCalled ? BigInt(lastValue) + BigInt(increment) : BigInt(lastValue);
}
/** Compares the large objects of both sides, their identifiers and contents; `null` where they were not described. */
function compareLargeObjects(source, restored, contents = 'compared') {
    const on = 'large objects';
    if (source === null || restored === null) {
        const side = source === null ? 'the source' : 'the restored copy';
        return [(0,build_findings/* finding */.gk)('LARGE_OBJECTS_UNREADABLE', on, `those of ${side} were not counted`)];
    }
    if (source.count !== restored.count) {
        return [
            (0,build_findings/* finding */.gk)('LARGE_OBJECTS_DIFFER', on, `${restored.count} in the restored copy, the source had ${source.count}`),
        ];
    }
    if (source.count === 0 || contents === 'not-comparable')
        return [];
    if (source.fingerprint === null || restored.fingerprint === null) {
        const side = source.fingerprint === null ? 'the source' : 'the restored copy';
        return [
            (0,build_findings/* finding */.gk)('LARGE_OBJECTS_UNREADABLE', on, `${source.count} on both sides, but the content at ${side} was not read`),
        ];
    }
    return source.fingerprint === restored.fingerprint
        ? []
        : [(0,build_findings/* finding */.gk)('LARGE_OBJECTS_DIFFER', on, `${restored.count} as at the source, but not with the same content`)];
}
function difference_tables_keyOf({ schema, name }) {
    return JSON.stringify([schema, name]);
}
function tables_rows(count = 0) {
    return count === 1 ? '1 row' : `${count} rows`;
}

;// CONCATENATED MODULE: ./build/verify/difference.js




;// CONCATENATED MODULE: ./build/operations/preflight-copies.js





/** How many copies are asked at a time. */
const ASKED_AT_ONCE = 4;
/**
 * Looks whether each copy can take a set of the series: it can be reached and written to, holds nothing else, has room.
 * What is in the way is a warning: it never keeps a backup from being taken, and the copy is tried at its end.
 */
async function copyFindings(copies, series, need) {
    const found = await (0,parallel/* inParallel */.H)(copies, ASKED_AT_ONCE, async (copy) => {
        const found = await inTheWay(copy, series, need);
        copy.reached = found.length === 0;
        return found;
    });
    return found.flat();
}
async function inTheWay({ store }, series, need) {
    try {
        await store.checkWritable();
        const present = await store.series();
        if (present !== null && present !== series) {
            return [notReady(store.name, `it holds the series "${present}", and this backup is of "${series}"`)];
        }
        const space = spaceFindings({ ...need, store: store.name, free: await store.freeBytes() }, units/* formatBytes */.z3);
        return space.filter(({ severity }) => severity === 'error').map(({ found }) => notReady(store.name, found));
    }
    catch (error) {
        if (error instanceof errors/* InterruptedError */.p4) {
            throw error;
        }
        return [notReady(store.name, (0,errors/* problemOf */.Zw)(error))];
    }
}
function notReady(name, found) {
    return (0,build_findings/* finding */.gk)('COPY_NOT_READY', name, found);
}

;// CONCATENATED MODULE: ./build/operations/preflight.js










/** How long the check of the services may take. */
const SERVICES_LIMIT_MS = 60_000;
/** How many findings an error names; all are in the log and the report. */
const preflight_MOST_NAMED = 3;
/** The preflight found what makes a backup impossible or worthless. The findings say what, all of them. */
class PreflightError extends errors/* OperationError */.OK {
    exitCode;
    constructor(findings) {
        const errors = findings.filter(({ severity }) => severity === 'error');
        super({
            doing: 'checking whether a backup can be taken',
            problem: `${errors.length === 1 ? 'something is' : `${errors.length} things are`} in the way: ${preflight_namesOf(errors)}`,
            advice: 'Mend what the findings above say and start again. Nothing was written.',
        });
        this.exitCode = errors.some(({ code }) => code === 'STORE_FOREIGN_SERIES') ? 5 : 1;
    }
}
/** The first few, because a role without any privilege fails on every table. */
function preflight_namesOf(errors) {
    const named = errors.slice(0, preflight_MOST_NAMED).map(({ code, on }) => `${code} ${on}`);
    const more = errors.length - named.length;
    return more === 0 ? named.join(', ') : `${named.join(', ')} and ${more} more`;
}
/** Throws `PreflightError` when something that was found makes a backup impossible or worthless. */
function stopAtErrors(findings) {
    if (findings.some(({ severity }) => severity === 'error')) {
        throw new PreflightError(findings);
    }
}
/**
 * Checks everything that could keep a backup from being taken, before anything is written, and returns all findings
 * together, with what the source says of itself.
 */
async function preflight(source, { series, type, store, copies }, options, context) {
    const inspection = await inspectSource(source, options);
    const writable = await storeWritable(store);
    const listing = writable.length === 0 ? await store.list() : { sets: [], broken: [] };
    const need = {
        tableBytes: inspection.bytes,
        previousBytes: listing.sets.find((set) => set.type === type)?.bytes,
        compressed: source.compression !== 'none',
    };
    const findings = [
        ...inspection.findings,
        ...writable,
        ...(writable.length === 0 ? await foreignSeries(store, series) : []),
        ...movedCluster(listing, series, inspection.facts.systemIdentifier),
        ...spaceFindings({ ...need, store: store.name, free: writable.length === 0 ? await store.freeBytes() : null }, units/* formatBytes */.z3),
        ...(options.encryptTo.length > 0 ? await plaintextFindings(need, context) : []),
        ...(await copyFindings(copies, series, need)),
        ...(await servicesState(options.services, context)),
    ];
    return { findings: boundedFindings(findings), facts: inspection.facts };
}
/** A set that will be encrypted is made in a folder for temporary files, which needs the same room once more. */
async function plaintextFindings(need, { environment }) {
    const folder = (0,workspace/* temporaryFolder */.yy)(environment);
    const { bavail, bsize } = await (0,file_errors/* orFileTrouble */.nD)(`asking for the free space of ${folder}`, () => (0,promises_.statfs)(folder));
    return spaceFindings({ ...need, store: folder, free: bavail * bsize }, units/* formatBytes */.z3);
}
async function storeWritable(store) {
    try {
        await store.checkWritable();
        return [];
    }
    catch (error) {
        if (error instanceof errors/* GuardError */.U$) {
            throw error;
        }
        return [(0,build_findings/* finding */.gk)('STORE_NOT_WRITABLE', store.name, (0,errors/* problemOf */.Zw)(error))];
    }
}
async function foreignSeries(store, series) {
    const present = await store.series();
    return present === null || present === series
        ? []
        : [
            (0,build_findings/* finding */.gk)('STORE_FOREIGN_SERIES', store.name, `it holds the series "${present}", and this backup is of "${series}"`),
        ];
}
function movedCluster({ sets }, series, systemIdentifier) {
    const before = sets.find(({ manifest }) => manifest.source.systemIdentifier !== null)?.manifest.source
        .systemIdentifier;
    return before === undefined || systemIdentifier === null || before === systemIdentifier
        ? []
        : [
            (0,build_findings/* finding */.gk)('SYSTEM_IDENTIFIER_CHANGED', series, `the database is on the cluster ${systemIdentifier}, the newest set was taken from ${before ?? 'another'}`),
        ];
}
/** Runs the user's own command; what it says is in the log. */
async function servicesState(command, { processes, environment, logger }) {
    if (command === undefined) {
        return [];
    }
    try {
        await processes.run({
            program: 'bash',
            args: ['-eo', 'pipefail', '-c', command],
            env: environment,
            doing: 'checking the services',
            stdout: (line) => {
                logger.info(line);
            },
            onStderrLine: (line) => {
                logger.info(line);
            },
            timeout: SERVICES_LIMIT_MS,
        });
        return [];
    }
    catch (error) {
        if (error instanceof errors/* InterruptedError */.p4) {
            throw error;
        }
        return [(0,build_findings/* finding */.gk)('SERVICES_WRONG', 'services', (0,errors/* problemOf */.Zw)(error))];
    }
}

;// CONCATENATED MODULE: ./build/verify/proof.js

/**
 * What the findings of a verification amount to. An error is a failed proof; without one, a check that could not run
 * means that nothing is proven. Only when everything ran and nothing was found is it a proof.
 */
function concludeProof({ tier, findings, at, seconds, verifiedBy, scratch }) {
    const common = {
        tier,
        at: at.toISOString(),
        verifiedBy,
        seconds,
        findings: [...findings],
        ...(scratch !== undefined && { scratch }),
    };
    switch ((0,build_findings/* worstOf */.hm)(findings)) {
        case 'error':
            return { outcome: 'failed', ...common };
        case 'inconclusive':
            return { outcome: 'not-verified', reason: reasonIn(findings), ...common };
        default:
            return { outcome: 'proven', ...common };
    }
}
/** The outcome where nothing was verified at all. */
function notVerified(tier, reason, at, verifiedBy) {
    return { outcome: 'not-verified', tier, reason, at: at.toISOString(), verifiedBy, seconds: 0, findings: [] };
}
function reasonIn(findings) {
    const open = findings.filter(({ severity }) => severity === 'inconclusive');
    const [first] = open;
    const more = open.length > 1 ? ` (and ${open.length - 1} more)` : '';
    return first === undefined ? 'a check could not run' : `${first.on}: ${first.found}${more}`;
}

// EXTERNAL MODULE: ./build/postgres/libpq-environment.js
var libpq_environment = __webpack_require__(91962);
;// CONCATENATED MODULE: ./build/postgres/archive-list.js

/** Kinds of more than one word. */
const LONG_KINDS = [
    'ACCESS METHOD', 'BLOB COMMENTS', 'BLOB METADATA', 'CHECK CONSTRAINT', 'DATABASE PROPERTIES', 'DEFAULT ACL',
    'EVENT TRIGGER', 'FK CONSTRAINT', 'FOREIGN DATA WRAPPER', 'FOREIGN TABLE', 'INDEX ATTACH', 'LARGE OBJECT',
    'MATERIALIZED VIEW DATA', 'MATERIALIZED VIEW', 'NOT NULL CONSTRAINT', 'OPERATOR CLASS', 'OPERATOR FAMILY',
    'PROCEDURAL LANGUAGE', 'PUBLICATION TABLES IN SCHEMA', 'PUBLICATION TABLE', 'ROW SECURITY', 'SECURITY LABEL',
    'SEQUENCE OWNED BY', 'SEQUENCE SET', 'SHELL TYPE', 'STATISTICS DATA', 'SUBSCRIPTION TABLE', 'TABLE ATTACH',
    'TABLE DATA', 'TEXT SEARCH CONFIGURATION', 'TEXT SEARCH DICTIONARY', 'TEXT SEARCH PARSER', 'TEXT SEARCH TEMPLATE',
    'USER MAPPING',
]; // prettier-ignore
/** Of these, the first word is a kind too, whose objects have a catalog: `TABLE` in a schema named "DATA". */
const WITHOUT_CATALOG = new Set([
    'INDEX ATTACH',
    'MATERIALIZED VIEW DATA',
    'SEQUENCE OWNED BY',
    'SEQUENCE SET',
    'STATISTICS DATA',
    'TABLE ATTACH',
    'TABLE DATA',
]);
/**
 * Reads an archive's table of contents. It says nothing of the data: a cut archive is listed without an error.
 *
 * Throws `CommandError` when pg_restore cannot read it.
 */
async function listArchive(pgRestore, file, { processes, environment, signal }) {
    const lines = new ListReader();
    await processes.run({
        ...pgRestore(['--list', file]),
        doing: `listing the archive ${file}`,
        env: (0,libpq_environment/* programEnvironment */.yE)(environment),
        stdout: (line) => {
            lines.read(line);
        },
        ...(signal === undefined ? {} : { signal }),
    });
    return lines.list;
}
/** The same from its text. */
function parseArchiveList(text) {
    const lines = new ListReader();
    for (const line of text.split('\n'))
        lines.read(line);
    return lines.list;
}
class ListReader {
    list = {
        format: '',
        dumpVersion: '',
        database: '',
        compression: '',
        serverVersion: '',
        pgDumpVersion: '',
        count: 0,
        entries: [],
    };
    read(line) {
        if (line.startsWith(';')) {
            this.readHeader(line);
            return;
        }
        const entry = entryOf(line);
        if (entry !== null)
            this.list.entries.push(entry);
    }
    readHeader(line) {
        const [, name, value] = /^; {5}([^:]+): (.*)$/.exec(line) ?? [];
        if (name === undefined || value === undefined)
            return;
        if (name === 'dbname')
            this.list.database = value;
        else if (name === 'Format')
            this.list.format = value;
        else if (name === 'Dump Version')
            this.list.dumpVersion = value;
        else if (name === 'Compression')
            this.list.compression = value;
        else if (name === 'Dumped from database version')
            this.list.serverVersion = value;
        else if (name === 'Dumped by pg_dump version')
            this.list.pgDumpVersion = value;
        else if (name === 'TOC Entries')
            this.list.count = Number(value);
    }
}
/** `3393; 0 16388 TABLE DATA public animals postgres` */
function entryOf(line) {
    const [, dumpId, catalog, oid, rest] = /^(\d+); (\d+) (\d+) (.*)$/.exec(line) ?? [];
    if (rest === undefined)
        return null;
    const kind = archive_list_kindOf(rest, catalog === '0');
    const text = rest.slice(kind.length + 1);
    return { dumpId: Number(dumpId), catalog: Number(catalog), oid: Number(oid), kind, text, ...archive_list_partsOf(text) };
}
function archive_list_kindOf(rest, isWithoutCatalog) {
    const long = LONG_KINDS.find((kind) => rest.startsWith(`${kind} `) && (isWithoutCatalog || !WITHOUT_CATALOG.has(kind)));
    return long ?? rest.slice(0, rest.indexOf(' '));
}
function archive_list_partsOf(text) {
    const [first, last] = [text.indexOf(' '), text.lastIndexOf(' ')];
    const schema = text.slice(0, first);
    return {
        schema: schema === '-' ? null : schema,
        tag: last > first ? text.slice(first + 1, last) : text.slice(first + 1),
        owner: last > first ? text.slice(last + 1) : '',
    };
}

;// CONCATENATED MODULE: ./build/verify/table-key.js
/**
 * A table as a key that no other table has: `public.animals`, as a person writes it; a part with a dot or a quote mark
 * in it is quoted, because `a.b` in schema `c` is not `b.c` in `a`. Without a schema, for scripts that leave it out, the
 * name alone.
 */
function tableKey({ schema, name }) {
    return schema === null ? part(name) : `${part(schema)}.${part(name)}`;
}
function part(name) {
    return /[."]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

;// CONCATENATED MODULE: ./build/verify/archive-contents.js


/**
 * Compares what a dump holds with what its manifest says the source had: every table's definition is there, the rows of
 * the chosen ones and of no others, and as many as were counted at the snapshot.
 *
 * @param name how findings call the dump where they are about no table
 */
function compareWithManifest(contents, manifest, name) {
    const withRows = manifest.tables.filter(hasRowsInDump);
    const counted = withRows.filter(({ rows }) => rows !== undefined);
    const findings = [
        ...manifest.tables.flatMap((table) => missing(table, contents, manifest)),
        ...counted.flatMap((table) => archive_contents_differing(table, contents)),
        ...extra(contents, new Set(withRows.map(tableKey))),
        ...uncountable(contents, name),
        ...archive_contents_largeObjects(contents, manifest),
    ];
    const checks = [
        `the definitions of ${manifest.tables.length} tables and the rows of ${withRows.length} were looked for in it`,
        ...(counted.length > 0 ? [`the row counts of ${counted.length} tables were compared with the source's`] : []),
    ];
    return { findings, checks };
}
/** Partitioned tables have their rows in their partitions, and a materialized view is computed anew by a restore. */
function hasRowsInDump({ kind, data }) {
    return data && kind === 'table';
}
function missing(table, { tables, rows }, manifest) {
    const key = tableKey(table);
    const [isDefined, hasRows] = [tables.has(key), rows.has(key)];
    const findings = [];
    if (!isDefined && !mayComeWithAnExtension(table, hasRows, manifest)) {
        findings.push((0,build_findings/* finding */.gk)('ARCHIVE_ENTRY_MISSING', key, 'its definition is not in the dump'));
    }
    if (hasRowsInDump(table) && !hasRows) {
        findings.push((0,build_findings/* finding */.gk)('ARCHIVE_ENTRY_MISSING', key, 'its rows are not in the dump'));
    }
    return findings;
}
/** The definition of an extension's own table is left to CREATE EXTENSION, only its rows are dumped. */
function mayComeWithAnExtension({ data }, hasRows, { source }) {
    return source.extensions.some(({ name }) => name !== 'plpgsql') && (hasRows || !data);
}
function archive_contents_differing(table, { rows }) {
    const key = tableKey(table);
    const [found, expected] = [rows.get(key), table.rows];
    if (found === undefined || found === expected)
        return [];
    return [(0,build_findings/* finding */.gk)('ARCHIVE_ROWS_DIFFER', key, `${found} rows in the dump, ${expected ?? 0} at the source`)];
}
function extra({ rows }, expected) {
    return [...rows]
        .filter(([key]) => !expected.has(key))
        .map(([key, count]) => (0,build_findings/* finding */.gk)('ARCHIVE_ENTRY_UNEXPECTED', key, `the dump holds ${count} rows of it`));
}
function uncountable({ insertsByQuery }, name) {
    if (insertsByQuery === 0)
        return [];
    const found = `${insertsByQuery} INSERT statements take their rows from a query, which pg_dump never writes`;
    return [(0,build_findings/* finding */.gk)('ARCHIVE_ENTRY_UNEXPECTED', name, found)];
}
function archive_contents_largeObjects({ largeObjects: { made, filled } }, manifest) {
    const expected = manifest.largeObjects?.count ?? made;
    if (made === expected && filled === expected)
        return [];
    const found = `the dump makes ${made} and has the content of ${filled}, the source had ${expected}`;
    return [(0,build_findings/* finding */.gk)('ARCHIVE_ENTRY_MISSING', 'large objects', found)];
}

;// CONCATENATED MODULE: ./build/verify/detect.js




const COMPRESSIONS = [
    { magic: '1f8b', compression: 'gzip' },
    { magic: '28b52ffd', compression: 'zstd' },
    { magic: 'fd377a585a00', compression: 'xz' },
    { magic: '425a68', compression: 'bzip2' },
    { magic: '04224d18', compression: 'lz4' },
];
/** What people give by mistake, by how it begins, and what to do about it. */
const MISTAKES = [
    { begins: /^PK(?![ -~])/, problem: 'it is a zip file', advice: 'Unpack it and give the dump that was in it.' },
    {
        begins: /^(age-encryption\.org|-----BEGIN (AGE|PGP)|Salted__)/,
        problem: 'it is encrypted',
        advice: 'Decrypt it first and give the decrypted file.',
    },
    { begins: /^\s*-- (MySQL|MariaDB) dump/, problem: 'it is a dump of MySQL', advice: 'Give a dump of PostgreSQL.' },
    { begins: /^SQLite format 3\0/, problem: 'it is an SQLite database', advice: 'Give a dump of PostgreSQL.' },
    {
        begins: /^(\xff\xfe|\xfe\xff)/,
        problem: 'it is in UTF-16, as PowerShell writes what is redirected into a file',
        advice: 'PostgreSQL cannot read it, and bytes outside ASCII may be lost. Dump again with the option -f instead of ">".',
    },
];
const HEAD = 1024;
/** Of a dump in archive format: its magic, then versions and sizes of integers, then the format at this byte. */
const [ARCHIVE_MAGIC, FORMAT_AT, FORMAT_CUSTOM] = ['PGDMP', 10, 1];
/** A toc.dat says that it is of a tar, also in a directory; 5 is the number of directories, should that change. */
const FORMATS_OF_TOC = [3, 5];
const [TAR_MAGIC, TAR_MAGIC_AT, TAR_NAME] = ['ustar', 257, 100];
/**
 * Finds out what a path holds, by content.
 *
 * Throws `UsageError` for what is not a dump of PostgreSQL at all, `DamagedError` for what was one.
 */
async function detectDump(file) {
    const doing = `looking at ${file}`;
    return (0,file_errors/* orFileTrouble */.nD)(doing, async () => {
        const there = await (0,file_errors/* ifThere */.y)((0,promises_.stat)(file));
        if (there === undefined) {
            throw new errors/* UsageError */.eb({ doing, problem: 'there is no such file or folder', advice: 'Check the path.' });
        }
        if (there.isDirectory())
            return detectFolder(file, doing);
        if (!there.isFile())
            throw notADump(doing, 'it is neither a file nor a folder');
        return detectFile(await headOf(file), doing);
    });
}
async function detectFolder(folder, doing) {
    const toc = await (0,file_errors/* ifThere */.y)((0,promises_.stat)(external_node_path_.join(folder, 'toc.dat')));
    if (toc === undefined) {
        throw notADump(doing, 'the folder has no toc.dat, which every dump in directory format has');
    }
    const head = await headOf(external_node_path_.join(folder, 'toc.dat'));
    if (head.toString('latin1', 0, 5) !== ARCHIVE_MAGIC) {
        throw new errors/* DamagedError */.Me({
            doing,
            problem: 'its toc.dat does not begin as PostgreSQL writes it',
            advice: 'The dump is damaged. Use another one.',
        });
    }
    return { kind: 'directory', compression: 'none' };
}
function detectFile(head, doing) {
    const text = head.toString('latin1');
    const mistake = MISTAKES.find(({ begins }) => begins.test(text));
    if (mistake !== undefined)
        throw new errors/* UsageError */.eb({ doing, ...mistake });
    const compressed = COMPRESSIONS.find(({ magic }) => head.toString('hex').startsWith(magic));
    if (compressed !== undefined)
        return { kind: 'plain', compression: compressed.compression };
    if (text.startsWith(ARCHIVE_MAGIC))
        return archiveKind(head[FORMAT_AT], doing);
    if (text.startsWith(TAR_MAGIC, TAR_MAGIC_AT))
        return tarKind(text, doing);
    // A zero byte cannot be in a script; what is text is for the reader to judge.
    if (head.includes(0))
        throw notADump(doing, 'it is neither text nor an archive of pg_dump');
    return { kind: 'plain', compression: 'none' };
}
function archiveKind(format, doing) {
    if (format === FORMAT_CUSTOM)
        return { kind: 'custom', compression: 'none' };
    if (format !== undefined && FORMATS_OF_TOC.includes(format)) {
        const advice = 'Give the folder that it is in.';
        throw new errors/* UsageError */.eb({ doing, problem: 'it is the table of contents of a dump in directory format', advice });
    }
    throw new errors/* DamagedError */.Me({
        doing,
        problem: 'it begins as an archive of pg_dump and then goes on as none that is known',
        advice: 'The dump is damaged. Use another one.',
    });
}
function tarKind(text, doing) {
    const first = text.slice(0, TAR_NAME).replace(/\0.*$/s, '');
    if (first === 'toc.dat')
        return { kind: 'tar', compression: 'none' };
    throw notADump(doing, `it is a tar file that pg_dump did not write (it begins with "${first}")`, 'Unpack it first.');
}
function notADump(doing, problem, first = '') {
    const what = 'Give a script (.sql, also compressed) or an archive in custom, tar or directory format.';
    return new errors/* UsageError */.eb({ doing, problem, advice: first === '' ? what : `${first} ${what}` });
}
async function headOf(file) {
    const handle = await (0,promises_.open)(file);
    try {
        const buffer = Buffer.alloc(HEAD);
        return buffer.subarray(0, await filled(handle, buffer));
    }
    finally {
        await handle.close();
    }
}
async function filled(handle, buffer) {
    let length = 0;
    for (;;) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
        length += bytesRead;
        if (bytesRead === 0 || length === buffer.length)
            return length;
    }
}

// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(38522);
;// CONCATENATED MODULE: ./build/verify/sql-statements.js

const sql_statements_MARKS = {
    '-- PostgreSQL database dump complete': 'dump',
    '-- PostgreSQL database cluster dump complete': 'cluster',
};
const HEADERS = {
    '-- PostgreSQL database dump': 'dump',
    '-- PostgreSQL database cluster dump': 'cluster',
};
/** As many tokens of a statement as it takes to know it; INSERT INTO a.b OVERRIDING SYSTEM VALUE VALUES … ON CONFLICT. */
const sql_statements_HEAD = 12;
/**
 * Follows the statements of a script by their first words, as `SqlScanner` finds them: which tables it creates, which
 * rows it inserts, and whether it was written to its end.
 */
class Statements {
    contents = {
        bytes: 0,
        firstLine: '',
        header: null,
        complete: false,
        endsIn: null,
        serverVersion: null,
        pgDumpVersion: null,
        rows: new Map(),
        tables: new Set(),
        insertsByQuery: 0,
        largeObjects: { made: 0, filled: 0 },
        commands: new Set(),
    };
    /** Whether a backslash in a plain string is only a backslash; a script may switch it off. */
    standardStrings = true;
    head = [];
    rowsHere = 0;
    lastWord = '';
    isRoutine = false;
    bodyDepth = 0;
    database = null;
    copying = null;
    /** Whether words at the statement's outermost level still matter. */
    get wantsWords() {
        return this.head.length < sql_statements_HEAD || this.isRoutine;
    }
    get isEmpty() {
        return this.head.length === 0;
    }
    /** Whether a semicolon here belongs to the body of a function: `BEGIN ATOMIC … END`. */
    get isInBody() {
        return this.bodyDepth > 0;
    }
    /** Something of a statement comes, so what was read before was not the end. */
    goesOn() {
        this.contents.complete = false;
    }
    word(text) {
        const word = text.toLowerCase();
        this.add(word);
        if (this.isRoutine)
            this.followBody(word);
        this.lastWord = word;
    }
    identifier(text) {
        this.add(`"${text}`);
    }
    dot() {
        this.add('.');
    }
    /** A parenthesis at the outermost level: after VALUES each one is a row. */
    parenthesis() {
        if (this.head[0] === 'insert' && this.head.at(-1) === 'values')
            this.rowsHere++;
    }
    /** A comment of a line, with its dashes. */
    comment(text) {
        const { contents } = this;
        const header = HEADERS[text];
        if (header !== undefined) {
            contents.header ??= header;
            contents.complete = false;
        }
        const mark = sql_statements_MARKS[text];
        if (mark !== undefined)
            contents.complete = contents.header === null || contents.header === mark;
        contents.serverVersion ??= /^-- Dumped from database version (\S+)/.exec(text)?.[1] ?? null;
        contents.pgDumpVersion ??= /^-- Dumped by pg_dump version (\S+)/.exec(text)?.[1] ?? null;
    }
    /** A command of psql, with its backslash. Tables of a cluster's dump are told apart by their database. */
    command(text) {
        const [, database] = /^\\connect\s+(?:-reuse-previous=\w+\s+)?(.+)$/.exec(text.trim()) ?? [];
        if (database !== undefined)
            this.database = /^"dbname='(.*)'"$/.exec(database)?.[1] ?? database;
        if (!/^\\(un)?restrict\b/.test(text)) {
            this.contents.complete = false;
            this.contents.commands.add(/^\\(\S+)/.exec(text)?.[1] ?? text);
        }
    }
    /** The statement's semicolon. Returns whether rows follow it, up to a line `\.`. */
    end() {
        const [verb, second] = this.head;
        if (verb === 'copy')
            this.copying = this.copyTarget();
        else if (verb === 'insert')
            this.endInsert();
        else if (verb === 'create')
            this.endCreate();
        else if (verb === 'select' && second === 'pg_catalog')
            this.endCall(this.head[3]);
        else if (verb === 'set' && second === 'standard_conforming_strings')
            this.standardStrings = this.head[2] !== 'off';
        this.head = [];
        this.rowsHere = 0;
        this.bodyDepth = 0;
        this.isRoutine = false;
        return this.copying !== null;
    }
    /** The end of the rows that followed a COPY. */
    endCopy(rows) {
        if (this.copying !== null)
            this.count(this.copying, rows);
        this.copying = null;
    }
    /** The end of the script, `within` something or after a whole statement. */
    finish(within) {
        const open = this.copying === null ? within : `the rows of ${this.copying}`;
        this.contents.endsIn = open ?? (this.isEmpty ? null : `a statement that begins with ${this.opening()}`);
        if (this.contents.endsIn !== null)
            this.contents.complete = false;
        return this.contents;
    }
    followBody(word) {
        if (this.bodyDepth === 0)
            this.bodyDepth = word === 'atomic' && this.lastWord === 'begin' ? 1 : 0;
        else if (word === 'case')
            this.bodyDepth++;
        else if (word === 'end')
            this.bodyDepth--;
    }
    add(token) {
        if (this.head.length >= sql_statements_HEAD)
            return;
        this.head.push(token);
        this.isRoutine ||= isCreateRoutine(this.head);
    }
    opening() {
        return this.head
            .slice(0, 3)
            .map((token) => token.replace(/^"/, '').toUpperCase())
            .join(' ');
    }
    copyTarget() {
        const { table, next } = this.nameAt(1);
        return table !== null && this.head[next] === 'from' && this.head[next + 1] === 'stdin' ? table : null;
    }
    endInsert() {
        const { table, next } = this.nameAt(2);
        if (table === null)
            return;
        if (this.rowsHere > 0)
            this.count(table, this.rowsHere);
        else if (this.head[next] === 'default' && this.head[next + 1] === 'values')
            this.count(table, 1);
        else
            this.contents.insertsByQuery++;
    }
    endCreate() {
        const kinds = ['unlogged', 'foreign', 'materialized', 'global', 'local', 'temp', 'temporary'];
        let at = 1;
        while (kinds.includes(this.head[at] ?? ''))
            at++;
        const creates = this.head[at] === 'table' || (this.head[at] === 'view' && this.head[at - 1] === 'materialized');
        if (!creates)
            return;
        const ifNotExists = this.head[at + 1] === 'if' && this.head[at + 2] === 'not';
        const { table } = this.nameAt(ifNotExists ? at + 4 : at + 1);
        if (table !== null)
            this.contents.tables.add(table);
    }
    /** Each large object is made by one statement and opened by another, before what fills it; also an empty one. */
    endCall(routine) {
        if (routine === 'lo_create')
            this.contents.largeObjects.made++;
        else if (routine === 'lo_open')
            this.contents.largeObjects.filled++;
    }
    /** The name of a table at a place in the head, and the place after it. */
    nameAt(start) {
        const [first, dot, second] = this.head.slice(start, start + 3);
        if (first === undefined)
            return { table: null, next: start };
        const qualified = dot === '.' && second !== undefined;
        const table = qualified
            ? tableKey({ schema: sql_statements_nameOf(first), name: sql_statements_nameOf(second) })
            : tableKey({ schema: null, name: sql_statements_nameOf(first) });
        const key = this.database === null ? table : `${this.database}:${table}`;
        return { table: key, next: start + (qualified ? 3 : 1) };
    }
    count(table, rows) {
        this.contents.rows.set(table, (this.contents.rows.get(table) ?? 0) + rows);
    }
}
function sql_statements_nameOf(token) {
    return token.startsWith('"') ? token.slice(1) : token;
}
function isCreateRoutine([verb, first, second, third]) {
    const kind = first === 'or' && second === 'replace' ? third : first;
    return verb === 'create' && (kind === 'function' || kind === 'procedure');
}

;// CONCATENATED MODULE: ./build/verify/sql-scanner.js

/** What it is called when a script ends there. */
const UNFINISHED = {
    string: 'a quoted string',
    'escape string': 'a quoted string',
    'after backslash': 'a quoted string',
    identifier: 'a quoted name',
    'dollar string': 'a dollar-quoted string',
    'block comment': 'a comment',
    'line of copy': 'the line of a COPY',
};
const [NEWLINE, RETURN, QUOTE, DOUBLE, DOLLAR, BACKSLASH, DOT] = [10, 13, 0x27, 0x22, 0x24, 0x5c, 0x2e];
const [SMALL_E, CAPITAL_E] = [0x65, 0x45];
const [OPEN, CLOSE, SEMICOLON, DASH, SLASH, STAR] = [0x28, 0x29, 0x3b, 0x2d, 0x2f, 0x2a];
/** Longer texts of comments, commands and names are cut: none that matters is so long. */
const sql_scanner_LONGEST_TEXT = 1024;
const FIRST_LINE = 200;
/** 1 for the bytes of words: letters, digits, `_`, and everything that is not ASCII. */
const IS_WORD = Uint8Array.from({ length: 256 }, (_, byte) => byte >= 128 || /\w/.test(String.fromCharCode(byte)) ? 1 : 0);
/** The bytes that go on with a word, which may hold a dollar sign. */
const CONTINUES_WORD = Uint8Array.from(IS_WORD, (is, byte) => (byte === DOLLAR ? 1 : is));
/** What may follow the mark of the end: blanks, comments and psql's commands, whose own methods look closer. */
const BELONGS_TO_STATEMENT = Uint8Array.from(IS_WORD, (_, byte) => [9, 10, 11, 12, 13, 32, DASH, SLASH, BACKSLASH].includes(byte) ? 0 : 1);
const ASCII_ONLY = /^[ -~]*$/;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/**
 * Reads a script of pg_dump, pg_dumpall or pg_restore piece by piece and counts its rows.
 *
 * It splits statements as psql does, so that what stands in strings, comments and bodies of functions is not taken for a
 * statement. Rows of COPY blocks are only looked at for their line ends, at the speed of `Buffer.indexOf`. It holds no
 * more than the first words of a statement, wherever the pieces are cut.
 */
class SqlScanner {
    state = 'statement';
    statements = new Statements();
    depth = 0;
    /** The bytes of the word, name, comment, command or dollar quote at hand, each as one character. */
    text = '';
    wordStart = 0;
    wordLength = 0;
    /** Whether the byte before was a word `e`, which makes the string that follows one with escapes. */
    afterE = false;
    /** How many bytes of the closing dollar quote were seen, and that quote. */
    seen = 0;
    closing = Buffer.alloc(0);
    commentDepth = 0;
    lastInComment = 0;
    rows = 0;
    /** The beginning of a row that the piece before cut: its length so far and its first bytes. */
    rowLength = 0;
    rowHead = new Uint8Array(3);
    push(chunk) {
        const { contents } = this.statements;
        if (contents.firstLine.length < FIRST_LINE && !contents.firstLine.includes('\n'))
            this.keepFirstLine(chunk);
        contents.bytes += chunk.length;
        let at = contents.bytes === chunk.length && chunk.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
        while (at < chunk.length)
            at = this.consume(chunk, at);
    }
    /** What was in it, once everything was pushed. */
    end() {
        if (this.state === 'line comment')
            this.endLineComment();
        if (this.state === 'command')
            this.endCommand();
        if (this.state === 'word')
            this.endWord();
        const { contents } = this.statements;
        contents.firstLine = contents.firstLine.split('\n')[0]?.trim() ?? '';
        return this.statements.finish(UNFINISHED[this.state] ?? null);
    }
    keepFirstLine(chunk) {
        const { contents } = this.statements;
        const more = contents.firstLine + chunk.toString('utf8', 0, FIRST_LINE);
        contents.firstLine = more.trimStart().slice(0, FIRST_LINE);
    }
    consume(chunk, at) {
        switch (this.state) {
            case 'rows':
                return this.consumeRows(chunk, at);
            case 'statement':
                return this.consumeStatement(chunk, at);
            case 'word':
                return this.consumeWord(chunk, at);
            case 'string':
                return this.through(chunk, at, QUOTE, 'statement');
            case 'identifier':
                return this.consumeIdentifier(chunk, at);
            case 'line comment':
            case 'command':
                return this.consumeLine(chunk, at);
            case 'line of copy':
                return this.through(chunk, at, NEWLINE, 'rows');
            case 'dollar string':
                return this.consumeDollarString(chunk, at);
            case 'escape string':
                return this.consumeEscapeString(chunk, at);
            default:
                return this.consumeByte(chunk, at);
        }
    }
    /** States that one byte decides. */
    consumeByte(chunk, at) {
        const byte = chunk[at] ?? 0;
        switch (this.state) {
            case 'after backslash':
                return this.go('escape string', at + 1);
            case 'after quote':
                return byte === QUOTE ? this.go('escape string', at + 1) : this.go('statement', at);
            case 'after double quote':
                return byte === DOUBLE ? this.doubledQuote(chunk, at) : this.endIdentifier(at);
            case 'dash':
                return byte === DASH ? this.startText('line comment', at, '-') : this.go('statement', at);
            case 'slash':
                return byte === STAR ? this.startBlockComment(at) : this.go('statement', at);
            case 'dollar':
                return this.consumeDollar(chunk, at, byte);
            default:
                return this.consumeBlockComment(chunk, at);
        }
    }
    go(state, at) {
        this.state = state;
        return at;
    }
    /** Skips to behind the next such byte, where another state begins. */
    through(chunk, at, byte, next) {
        const found = chunk.indexOf(byte, at);
        return found === -1 ? chunk.length : this.go(next, found + 1);
    }
    consumeStatement(chunk, at) {
        const byte = chunk[at] ?? 0;
        if (BELONGS_TO_STATEMENT[byte] === 1)
            this.statements.goesOn();
        if (IS_WORD[byte] === 1)
            return this.startWord(byte, at);
        const afterE = this.afterE;
        this.afterE = false;
        switch (byte) {
            case QUOTE:
                return this.go(afterE || !this.statements.standardStrings ? 'escape string' : 'string', at + 1);
            case DOUBLE:
                return this.startText('identifier', at + 1);
            case DOLLAR:
                return this.startText('dollar', at + 1);
            case DASH:
                return this.go('dash', at + 1);
            case SLASH:
                return this.go('slash', at + 1);
            case BACKSLASH:
                return this.startText('command', at);
            default:
                return this.punctuation(byte, at);
        }
    }
    punctuation(byte, at) {
        if (byte === OPEN) {
            if (this.depth === 0)
                this.statements.parenthesis();
            this.depth++;
        }
        else if (byte === CLOSE) {
            this.depth = Math.max(0, this.depth - 1);
        }
        else if (byte === DOT && this.depth === 0) {
            this.statements.dot();
        }
        else if (byte === SEMICOLON && this.depth === 0 && !this.statements.isInBody && this.statements.end()) {
            return this.go('line of copy', at + 1);
        }
        return at + 1;
    }
    startText(state, at, begun = '') {
        this.text = begun;
        return this.go(state, at);
    }
    keep(chunk, from, to) {
        const room = sql_scanner_LONGEST_TEXT - this.text.length;
        if (room > 0)
            this.text += chunk.toString('latin1', from, Math.min(to, from + room));
    }
    taken() {
        return ASCII_ONLY.test(this.text) ? this.text : Buffer.from(this.text, 'latin1').toString('utf8');
    }
    startWord(first, at) {
        this.wordStart = first;
        this.wordLength = 0;
        return this.startText('word', at);
    }
    consumeWord(chunk, at) {
        let end = at;
        while (end < chunk.length && CONTINUES_WORD[chunk[end] ?? 0] === 1)
            end++;
        if (this.wantsText)
            this.keep(chunk, at, end);
        this.wordLength += end - at;
        if (end < chunk.length)
            this.endWord();
        return end;
    }
    get wantsText() {
        return this.depth === 0 && this.statements.wantsWords;
    }
    endWord() {
        this.afterE = this.wordLength === 1 && (this.wordStart === CAPITAL_E || this.wordStart === SMALL_E);
        if (this.wantsText)
            this.statements.word(this.taken());
        this.state = 'statement';
    }
    consumeIdentifier(chunk, at) {
        const found = chunk.indexOf(DOUBLE, at);
        this.keep(chunk, at, found === -1 ? chunk.length : found);
        return found === -1 ? chunk.length : this.go('after double quote', found + 1);
    }
    doubledQuote(chunk, at) {
        this.keep(chunk, at, at + 1);
        return this.go('identifier', at + 1);
    }
    endIdentifier(at) {
        if (this.depth === 0)
            this.statements.identifier(this.taken());
        return this.go('statement', at);
    }
    consumeLine(chunk, at) {
        const found = chunk.indexOf(NEWLINE, at);
        this.keep(chunk, at, found === -1 ? chunk.length : found);
        if (found === -1)
            return chunk.length;
        if (this.state === 'command')
            this.endCommand();
        else
            this.endLineComment();
        return found;
    }
    endLineComment() {
        this.statements.comment(this.taken().trimEnd());
        this.state = 'statement';
    }
    endCommand() {
        this.statements.command(this.taken());
        this.state = 'statement';
    }
    consumeEscapeString(chunk, at) {
        for (let i = at; i < chunk.length; i++) {
            if (chunk[i] === QUOTE)
                return this.go('after quote', i + 1);
            if (chunk[i] === BACKSLASH)
                return this.go('after backslash', i + 1);
        }
        return chunk.length;
    }
    /** Behind a dollar sign: a tag and another dollar sign begin a string; anything else, as in `$1`, does not. */
    consumeDollar(chunk, at, byte) {
        if (byte === DOLLAR) {
            this.closing = Buffer.from(`$${this.text}$`, 'latin1');
            this.seen = 0;
            return this.go('dollar string', at + 1);
        }
        const isDigit = byte >= 0x30 && byte <= 0x39;
        if (IS_WORD[byte] !== 1 || (isDigit && this.text === ''))
            return this.go('statement', at);
        this.keep(chunk, at, at + 1);
        return at + 1;
    }
    consumeDollarString(chunk, at) {
        if (this.seen === 0) {
            const found = chunk.indexOf(DOLLAR, at);
            if (found === -1)
                return chunk.length;
            this.seen = 1;
            return found + 1;
        }
        const byte = chunk[at] ?? 0;
        if (byte === this.closing[this.seen])
            this.seen++;
        else
            this.seen = byte === DOLLAR ? 1 : 0;
        return this.seen === this.closing.length ? this.go('statement', at + 1) : at + 1;
    }
    startBlockComment(at) {
        this.commentDepth = 1;
        this.lastInComment = 0;
        return this.go('block comment', at + 1);
    }
    consumeBlockComment(chunk, at) {
        const byte = chunk[at] ?? 0;
        const pair = (this.lastInComment << 8) | byte;
        const [begins, ends] = [pair === ((SLASH << 8) | STAR), pair === ((STAR << 8) | SLASH)];
        this.lastInComment = begins || ends ? 0 : byte;
        if (begins)
            this.commentDepth++;
        if (ends)
            this.commentDepth--;
        return this.commentDepth === 0 ? this.go('statement', at + 1) : at + 1;
    }
    consumeRows(chunk, start) {
        let at = start;
        if (this.rowLength > 0) {
            const end = chunk.indexOf(NEWLINE, at);
            this.cutRow(chunk, at, end === -1 ? chunk.length : end);
            if (end === -1)
                return chunk.length;
            at = end + 1;
            if (this.isLastRow(this.rowHead, 0, this.rowLength))
                return this.endRows(at);
            this.rowLength = 0;
            this.rows++;
        }
        for (let end = chunk.indexOf(NEWLINE, at); end !== -1; end = chunk.indexOf(NEWLINE, at)) {
            if (chunk[at] === BACKSLASH && this.isLastRow(chunk, at, end))
                return this.endRows(end + 1);
            this.rows++;
            at = end + 1;
        }
        this.cutRow(chunk, at, chunk.length);
        return chunk.length;
    }
    /** Whether it is the line `\.`, also with the line ends of Windows. */
    isLastRow(bytes, from, to) {
        const length = to - from;
        const isEnd = bytes[from] === BACKSLASH && bytes[from + 1] === DOT;
        return isEnd && (length === 2 || (length === 3 && bytes[from + 2] === RETURN));
    }
    /** Keeps of a row that goes on in the next piece what could make it the last one. */
    cutRow(chunk, from, to) {
        for (let i = from; i < to && this.rowLength + i - from < this.rowHead.length; i++) {
            this.rowHead[this.rowLength + i - from] = chunk[i] ?? 0;
        }
        this.rowLength += to - from;
    }
    endRows(at) {
        this.statements.endCopy(this.rows);
        this.rows = 0;
        this.rowLength = 0;
        return this.go('statement', at);
    }
}

;// CONCATENATED MODULE: ./build/verify/plain-sql.js










/** A size of pieces at which the calls cost little and the memory stays flat. */
const CHUNK = 256 * 1024;
/** Programs that decompress to their standard output. */
const DECOMPRESSORS = {
    zstd: { program: 'zstd', package: 'zstd' },
    xz: { program: 'xz', package: 'xz-utils' },
    bzip2: { program: 'bzip2', package: 'bzip2' },
    lz4: { program: 'lz4', package: 'lz4' },
};
/**
 * Reads a plain script from its beginning to its end, decompressing it on the way; nothing of it is kept.
 *
 * Throws `CouldNotVerifyError` when the program that decompresses it is not there, `OperationError` when the file
 * cannot be read at all, `InterruptedError` when the signal aborts.
 */
async function readPlain(file, compression, tools) {
    const scanner = new SqlScanner();
    const sink = scannerSink(scanner, tools.onBytes);
    const doing = `reading ${file}`;
    const read = () => {
        if (compression === 'none')
            return readPlainly(file, sink, tools);
        return compression === 'gzip' ? readGzip(file, sink, tools) : readByProgram(file, compression, sink, tools);
    };
    try {
        const problem = await read();
        return { contents: scanner.end(), problem };
    }
    catch (error) {
        if (tools.signal?.aborted === true)
            throw new errors/* InterruptedError */.p4(doing, tools.signal.reason);
        throw (0,file_errors/* fileTrouble */.AG)(error, doing);
    }
}
/** A stream that hands what is written into it to a scanner. */
function scannerSink(scanner, onBytes) {
    return new external_node_stream_.Writable({
        write(chunk, _encoding, done) {
            scanner.push(chunk);
            onBytes?.(chunk.length);
            done();
        },
    });
}
async function readPlainly(file, sink, { signal }) {
    await (0,external_node_stream_promises_.pipeline)((0,external_node_fs_.createReadStream)(file, { highWaterMark: CHUNK }), sink, signalOf(signal));
    return null;
}
async function readGzip(file, sink, { signal }) {
    const gunzip = (0,external_node_zlib_.createGunzip)({ chunkSize: CHUNK });
    try {
        await (0,external_node_stream_promises_.pipeline)((0,external_node_fs_.createReadStream)(file, { highWaterMark: CHUNK }), gunzip, sink, signalOf(signal));
    }
    catch (error) {
        if ((0,file_errors/* codeOf */.$N)(error)?.startsWith('Z_') === true)
            return gzipProblem(error);
        throw error;
    }
    return (await hasRest(file, gunzip)) ? 'something that is not gzip data follows the compressed data' : null;
}
function gzipProblem(error) {
    const message = (0,errors/* messageOf */.bD)(error);
    if ((0,file_errors/* codeOf */.$N)(error) === 'Z_BUF_ERROR')
        return 'the compressed data ends too early: the file is cut off';
    if (message.includes('incorrect header check'))
        return 'something that is not gzip data follows the compressed data';
    if (message.includes('incorrect data check') || message.includes('incorrect length check')) {
        return 'its content does not fit the checksum that gzip wrote: it was changed';
    }
    return `the compressed data is damaged (${message})`;
}
/** Whether other bytes than zeros, with which some tools pad files, follow what was decompressed. */
async function hasRest(file, { bytesWritten }) {
    if (bytesWritten >= (await (0,promises_.stat)(file)).size)
        return false;
    const handle = await (0,promises_.open)(file);
    try {
        for await (const chunk of handle.createReadStream({ start: bytesWritten, autoClose: false })) {
            if (chunk.some((byte) => byte !== 0))
                return true;
        }
        return false;
    }
    finally {
        await handle.close();
    }
}
async function readByProgram(file, compression, sink, { processes, environment, signal }) {
    const { program, package: name } = DECOMPRESSORS[compression] ?? { program: compression, package: compression };
    const env = (0,libpq_environment/* programEnvironment */.yE)(environment);
    if ((0,find_program/* findProgram */.K)(program, env.PATH) === null) {
        throw new errors/* CouldNotVerifyError */.aq({
            doing: `reading ${file}`,
            problem: `it is compressed with ${compression}, and the program ${program} is not on this machine`,
            advice: `Install it (Debian, Ubuntu: apt-get install ${name}), or decompress the file first.`,
        });
    }
    try {
        const args = ['-d', '-c', '-q', '--', file];
        await processes.run({
            program,
            args,
            env,
            stdout: sink,
            doing: `decompressing ${file}`,
            ...signalOf(signal),
        });
        return null;
    }
    catch (error) {
        if (error instanceof errors/* CommandError */.Qd && error.code !== null) {
            return `${program} cannot decompress it: ${error.stderrTail.trim().split('\n').at(-1) ?? ''}`;
        }
        throw error;
    }
}
function signalOf(signal) {
    return signal === undefined ? {} : { signal };
}

;// CONCATENATED MODULE: ./build/verify/tar.js



/** Everything in a tar archive is a multiple of this; a header is one block. */
const BLOCK = 512;
/** Where the parts of a header are: name, size, checksum. https://www.gnu.org/software/tar/manual/html_node/Standard.html */
const [tar_NAME, tar_SIZE, CHECKSUM] = [
    { at: 0, length: 100 },
    { at: 124, length: 12 },
    { at: 148, length: 8 },
];
/**
 * Walks over the members of a tar archive from header to header, to the mark at its end. pg_restore must not be given one
 * that is cut off or damaged there: it would look for the rest for ever.
 *
 * Throws `DamagedError`.
 */
async function assertWholeTar(file) {
    const doing = `looking through the tar archive ${file}`;
    await (0,file_errors/* orFileTrouble */.nD)(doing, async () => {
        const handle = await (0,promises_.open)(file);
        try {
            const problem = await whatIsWrong(handle);
            if (problem !== null) {
                throw new errors/* DamagedError */.Me({ doing, problem, advice: 'It is cut off or damaged. Use another dump.' });
            }
        }
        finally {
            await handle.close();
        }
    });
}
async function whatIsWrong(handle) {
    const { size: end } = await handle.stat();
    const header = Buffer.alloc(BLOCK);
    let last = '';
    for (let at = 0; at + BLOCK <= end;) {
        await handle.read(header, 0, BLOCK, at);
        if (header.every((byte) => byte === 0)) {
            return null;
        }
        if (!isHeader(header)) {
            return `there is no header of a member at byte ${at}${after(last)}`;
        }
        last = header.toString('utf8', tar_NAME.at, tar_NAME.at + tar_NAME.length).replace(/\0.*$/s, '');
        at += BLOCK + Math.ceil(sizeIn(header) / BLOCK) * BLOCK;
        if (at > end) {
            return `it ends in the middle of its member ${last}`;
        }
    }
    return `it ends without the mark of its end${after(last)}`;
}
function after(member) {
    return member === '' ? '' : `, after ${member}`;
}
/** The checksum is the sum of the header's bytes with blanks in its own place. */
function isHeader(header) {
    const own = header.subarray(CHECKSUM.at, CHECKSUM.at + CHECKSUM.length);
    const sum = header.reduce((total, byte) => total + byte, 0) - own.reduce((total, byte) => total + byte, 0);
    return octal(own) === sum + CHECKSUM.length * 0x20;
}
/** Octal digits, or for what these cannot hold (8 GB and more) a big-endian number behind a first bit that is set. */
function sizeIn(header) {
    const field = header.subarray(tar_SIZE.at, tar_SIZE.at + tar_SIZE.length);
    const isBinary = ((field[0] ?? 0) & 0x80) !== 0;
    return isBinary ? Number(field.readBigUInt64BE(tar_SIZE.length - 8)) : octal(field);
}
function octal(field) {
    return Number.parseInt(field.toString('latin1').replace(/\0.*$/s, '').trim(), 8);
}

;// CONCATENATED MODULE: ./build/verify/archive.js











/** How pg_restore ends when damage crashes it, as opposed to being ended by somebody. */
const CRASHES = new Set(['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGFPE', 'SIGILL', 'SIGTRAP']);
/**
 * Reads a dump from its beginning to its end with PostgreSQL's own programs, without a server: is it whole, which tables
 * and how many rows does it hold, and is that what its manifest says?
 *
 * What is wrong with the dump is a finding, and so is what could not be checked. Throws `InterruptedError`.
 */
async function verifyArchive(archive, tools) {
    const name = archive.name ?? external_node_path_.basename(archive.path);
    let list = null;
    try {
        const dump = archive.dump ?? (await detectDump(archive.path));
        if (dump.kind === 'tar')
            await assertWholeTar(archive.path);
        if (dump.kind !== 'plain')
            list = await listArchive(pgRestoreOf(archive), archive.path, tools);
        const read = await readDump(archive, dump, tools);
        return { ...archive_judge(read, archive, name), rows: read.contents.rows, contents: read.contents, list };
    }
    catch (error) {
        return { findings: [findingOf(error, name)], rows: new Map(), checks: [], contents: null, list };
    }
}
/** One pass over everything in the dump. */
async function readDump(archive, dump, tools) {
    if (dump.kind === 'plain')
        return readPlain(archive.path, dump.compression, tools);
    return readArchive(pgRestoreOf(archive), archive.path, tools);
}
/**
 * Reads an archive from its beginning to its end: pg_restore turns it into the script that it is, every data block
 * decompressed, and the script is counted as it passes by.
 *
 * Throws `CommandError` when pg_restore cannot read it.
 */
async function readArchive(pgRestore, file, tools) {
    const scanner = new SqlScanner();
    await tools.processes.run({
        ...pgRestore(['--file=-', file]),
        doing: `reading the archive ${file} from its beginning to its end`,
        env: (0,libpq_environment/* programEnvironment */.yE)(tools.environment),
        stdout: scannerSink(scanner, tools.onBytes),
        ...(tools.signal === undefined ? {} : { signal: tools.signal }),
    });
    return { contents: scanner.end(), problem: null };
}
function pgRestoreOf({ pgRestore, path: file }) {
    if (pgRestore !== undefined)
        return pgRestore;
    throw new errors/* CouldNotVerifyError */.aq({
        doing: `reading the archive ${file}`,
        problem: 'there is no pg_restore to read it with',
        advice: "Install PostgreSQL's client programs, or name their folder in postgres-bin.",
    });
}
function archive_judge(read, { manifest }, name) {
    const broken = wholeness(read, name);
    if (broken !== null)
        return { findings: [broken], checks: [] };
    const { contents } = read;
    const checks = ['the dump was read from its beginning to its end', `${archive_counted(contents)} were counted in it`];
    if (manifest !== undefined) {
        const compared = compareWithManifest(contents, manifest, name);
        return { findings: compared.findings, checks: [...checks, ...compared.checks] };
    }
    return { findings: withoutManifest(contents, name), checks };
}
function archive_counted({ rows }) {
    const all = [...rows.values()].reduce((sum, count) => sum + count, 0);
    return `${all} rows of ${rows.size} ${rows.size === 1 ? 'table' : 'tables'}`;
}
/** What keeps a dump from being whole, or null. */
function wholeness({ contents, problem }, name) {
    if (contents.firstLine.startsWith('PGDMP') || contents.firstLine.startsWith('toc.dat\0')) {
        const advice = 'Decompress it first, then validate the result.';
        return (0,build_findings/* finding */.gk)('CHECK_NOT_RUN', name, 'it is an archive of pg_dump that was compressed once more', advice);
    }
    if (problem !== null)
        return (0,build_findings/* finding */.gk)('ARCHIVE_UNREADABLE', name, problem);
    if (contents.bytes === 0)
        return (0,build_findings/* finding */.gk)('ARCHIVE_EMPTY', name, 'there is not one byte of a dump in it');
    if (contents.header === null && holdsNothing(contents)) {
        return (0,build_findings/* finding */.gk)('ARCHIVE_UNREADABLE', name, `it is not a dump of PostgreSQL; it begins with "${contents.firstLine}"`);
    }
    if (contents.endsIn !== null)
        return (0,build_findings/* finding */.gk)('ARCHIVE_INCOMPLETE', name, `it ends within ${contents.endsIn}`);
    if (contents.complete)
        return null;
    if (contents.header !== null)
        return (0,build_findings/* finding */.gk)('ARCHIVE_INCOMPLETE', name, 'its last lines are not those of a whole dump');
    const found = 'it does not carry the marks of pg_dump, so nobody can tell whether it is whole';
    return (0,build_findings/* finding */.gk)('CHECK_NOT_RUN', name, found, 'Restore it into a scratch server to see what is in it.');
}
function holdsNothing({ tables, rows, insertsByQuery }) {
    return tables.size === 0 && rows.size === 0 && insertsByQuery === 0;
}
function withoutManifest(contents, name) {
    const findings = [];
    if (holdsNothing(contents)) {
        findings.push((0,build_findings/* finding */.gk)('ARCHIVE_EMPTY', name, 'it is whole and holds no table and no row'));
    }
    if (contents.insertsByQuery > 0) {
        const found = `${contents.insertsByQuery} INSERT statements take their rows from a query, which cannot be counted`;
        findings.push((0,build_findings/* finding */.gk)('CHECK_NOT_RUN', name, found));
    }
    return findings;
}
/** What an error while reading says about the dump. What says nothing about it is thrown again. */
function findingOf(error, name) {
    if (error instanceof errors/* CommandError */.Qd)
        return findingOfCommand(error, name);
    if (error instanceof errors/* DamagedError */.Me || error instanceof errors/* UsageError */.eb) {
        return (0,build_findings/* finding */.gk)('ARCHIVE_UNREADABLE', name, error.problem, error.advice);
    }
    if (error instanceof errors/* CouldNotVerifyError */.aq)
        return (0,build_findings/* finding */.gk)('CHECK_NOT_RUN', name, error.problem, error.advice);
    if (error instanceof errors/* OperationError */.OK && (0,file_errors/* codeOf */.$N)(error.cause) !== undefined) {
        return (0,build_findings/* finding */.gk)('FILE_UNREADABLE', name, error.problem);
    }
    throw error;
}
function findingOfCommand(error, name) {
    const said = error.stderrTail;
    const [, version] = /unsupported version \(([\d.]+)\) in file header/.exec(said) ?? [];
    if (version !== undefined) {
        return (0,build_findings/* finding */.gk)('ARCHIVE_TOO_NEW', name, `its form is of version ${version}, which this ${error.program} cannot read`);
    }
    if (/does not support compression|not supported in this installation|support for .* is not/i.test(said)) {
        return (0,build_findings/* finding */.gk)('CHECK_NOT_RUN', name, error.problem, 'Use PostgreSQL programs that were built with that compression.');
    }
    if (/permission denied/i.test(said))
        return (0,build_findings/* finding */.gk)('FILE_UNREADABLE', name, error.problem);
    if (error.code === null && !CRASHES.has(error.endedBy ?? ''))
        return (0,build_findings/* finding */.gk)('CHECK_NOT_RUN', name, error.problem);
    return (0,build_findings/* finding */.gk)('ARCHIVE_UNREADABLE', name, error.problem);
}

// EXTERNAL MODULE: ./build/postgres/session.js + 1 modules
var postgres_session = __webpack_require__(96263);
;// CONCATENATED MODULE: ./build/verify/assertions.js


/** How long one assertion may take. */
const LIMIT = '10min';
/** Asks each assertion in a read-only transaction: it must give one row with one column that is true. */
async function failedAssertions(session, assertions) {
    const findings = [];
    for (const assertion of assertions) {
        const wrong = await assertions_whatIsWrong(session, assertion);
        if (wrong !== null) {
            findings.push((0,build_findings/* finding */.gk)('ASSERTION_FAILED', assertion, wrong));
        }
    }
    return findings;
}
async function assertions_whatIsWrong(session, assertion) {
    try {
        await session.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = '${LIMIT}'`);
        const rows = await session.query(assertion);
        const values = rows.flatMap((row) => Object.values(row));
        if (values.length !== 1) {
            return `it gave ${rows.length} rows and ${values.length} values, it must give one`;
        }
        return values[0] === true ? null : `it is ${String(values[0])} in the restored copy, it must be true`;
    }
    catch (error) {
        return (0,errors/* problemOf */.Zw)(error);
    }
    finally {
        await session.query('ROLLBACK');
    }
}

// EXTERNAL MODULE: ./build/postgres/pinned.js
var pinned = __webpack_require__(62414);
;// CONCATENATED MODULE: ./build/restore/loose-keys.js


/** Oid of `pg_constraint` itself, the same in every cluster: in an archive's list it stands before a constraint's own. */
const PG_CONSTRAINT = 2606;
/** True of the archive's entries for the foreign keys that lead to tables whose rows are not in the set. */
function isLooseKey(keys) {
    const left = new Set(keys.map(({ oid }) => `${PG_CONSTRAINT} ${oid}`));
    return ({ catalogId }) => left.has(catalogId);
}
/** Adds these foreign keys without checking the rows that are there; new rows are checked. */
async function addLooseKeys(session, keys) {
    const findings = [];
    // Event triggers of the restored database must not run on our statements; who is no superuser has made none of them.
    await session.query('SET session_replication_role = replica').catch(() => []);
    for (const { statement, table, name } of keys) {
        if (statement === null) {
            findings.push((0,build_findings/* finding */.gk)('FOREIGN_KEY_LEFT_OUT', `${table}.${name}`, 'it leads to rows that are not there, and its table is partitioned'));
            continue;
        }
        try {
            await session.query(statement);
        }
        catch (error) {
            findings.push((0,build_findings/* finding */.gk)('RESTORE_ERROR', `foreign key ${name} of ${table}`, (0,errors/* messageOf */.bD)(error)));
        }
    }
    return findings;
}

;// CONCATENATED MODULE: ./build/restore/complaints.js

/** How many complaints are kept; a broken restore can have one for every statement. */
const KEPT = 50;
/**
 * Gathers the errors out of what pg_restore or psql write to standard error, line by line. pg_restore names the entry
 * before the error and the statement after it:
 *
 *     pg_restore: from TOC entry 215; 1259 16386 TABLE animals postgres
 *     pg_restore: error: could not execute query: ERROR:  relation "animals" already exists
 *     Command was: CREATE TABLE …
 */
class Complaints {
    all = [];
    /** Including those that were too many to keep. */
    count = 0;
    /** What newer programs say to an older server in vain, and what changes nothing. */
    harmless = 0;
    entry = '';
    follow = (line) => {
        const entry = /^pg_restore: (?:while|from) TOC entry \d+; \d+ \d+ (.*)$/.exec(line)?.[1];
        if (entry !== undefined) {
            this.entry = entry;
            return;
        }
        const restore = /^pg_restore: (?:error|fatal): (?:could not execute query: )?(?:ERROR: +)?(.*)$/.exec(line)?.[1];
        if (restore !== undefined) {
            this.add(restore, this.entry);
            return;
        }
        const [, place, script] = /^psql:[^:]*:(\d+): (?:ERROR|FATAL): +(.*)$/.exec(line) ?? [];
        if (script !== undefined) {
            this.add(script, `line ${place ?? '?'}`);
        }
    };
    /** A failure without a word is a complaint too. */
    failedSilently(said) {
        this.add(`it ended with a failure${said === '' ? '' : `: ${said}`}`, '');
    }
    add(message, about) {
        if (message.includes(HARMLESS)) {
            this.harmless += 1;
            return;
        }
        this.count += 1;
        if (this.all.length < KEPT) {
            this.all.push({ message, about });
        }
    }
}
/**
 * The programs of 17 and later turn off a time-out that older servers do not have, and go on. That the majors differ is
 * told on its own, and the copy is compared all the same.
 */
const HARMLESS = 'unrecognized configuration parameter "transaction_timeout"';
/** What the server or the machine did, and not the backup. */
const SERVERS_FAULT = [
    /no space left on device/i,
    /could not (extend|write to|create) file/i,
    /out of (shared )?memory/i,
    /connection to server .* failed/i,
    /server closed the connection/i,
    /terminating connection/i,
    /the database system is (shutting down|starting up|in recovery mode)/i,
    /remaining connection slots/i,
    /too many clients/i,
];
/** What says that the archive itself cannot be read. */
const ARCHIVES_FAULT = [
    /could not (read|open|find|seek) .*(file|archive|block|data)/i,
    /could not (uncompress|decompress|initialize compression)/i,
    /unexpected end of file/i,
    /end of file/i,
    /invalid (header|compression|archive)/i,
    /does not appear to be a valid archive/i,
    /corrupt/i,
];
/** Says of each complaint whether the backup is at fault, its archive, or the server that it was restored into. */
function findingsOf(complaints, what) {
    const findings = complaints.all.map(({ message, about }) => complaints_findingOf(message, about === '' ? what : about));
    const unsaid = complaints.count - complaints.all.length;
    return withoutAftermath(unsaid === 0
        ? findings
        : [...findings, (0,build_findings/* finding */.gk)('RESTORE_ERROR', what, `${unsaid} more errors like these were reported`)]);
}
/** Where the server failed, its other errors say nothing of the backup: what it had no room for is missing ever after. */
function withoutAftermath(findings) {
    const serverFailed = findings.some(({ code }) => code === 'SCRATCH_FAILED');
    return serverFailed ? findings.filter(({ code }) => code !== 'RESTORE_ERROR') : findings;
}
function complaints_findingOf(message, on) {
    if (SERVERS_FAULT.some((pattern) => pattern.test(message))) {
        return (0,build_findings/* finding */.gk)('SCRATCH_FAILED', on, message);
    }
    if (/unsupported version/i.test(message)) {
        return (0,build_findings/* finding */.gk)('ARCHIVE_TOO_NEW', on, message);
    }
    return ARCHIVES_FAULT.some((pattern) => pattern.test(message))
        ? (0,build_findings/* finding */.gk)('ARCHIVE_UNREADABLE', on, message)
        : (0,build_findings/* finding */.gk)('RESTORE_ERROR', on, message);
}

;// CONCATENATED MODULE: ./build/restore/use-list.js



/**
 * Writes an archive's list of contents without some of its entries, for `pg_restore --use-list`.
 *
 * @param isLeftOut is asked about each entry, as `pg_restore --list` shows it
 */
async function writeUseList(programs, archive, isLeftOut, { processes, workspace, environment }) {
    const file = external_node_path_.join(await workspace.folder('list'), 'entries');
    const out = (0,external_node_fs_.createWriteStream)(file, { mode: 0o600 });
    await processes.run({
        ...programs.command('pg_restore', ['--list', archive]),
        env: { PATH: environment.PATH },
        doing: `listing the contents of ${archive}`,
        stdout: (line) => {
            out.write(`${isLeftOut(listedEntry(line)) ? ';' : ''}${line}\n`);
        },
    });
    out.end();
    await (0,external_node_stream_promises_.finished)(out);
    return file;
}
/** Of `3456; 2606 16403 FK CONSTRAINT public parts parts_animal_fkey masclet`; empty texts of what is no entry. */
function listedEntry(line) {
    const [, catalogId = '', text = ''] = /^\d+; (\d+ \d+) (.*)$/.exec(line) ?? [];
    return { catalogId, text };
}
/** A name as pg_restore's list shows it: line ends would break the list, so they are spaces there. */
function listedName(name) {
    return name.replaceAll(/[\r\n]/g, ' ');
}

;// CONCATENATED MODULE: ./build/restore/section.js






/**
 * Restores one section of an archive and returns what PostgreSQL complained of; it goes on after an error, so that all
 * are told at once.
 */
async function restoreSection(target, section, context) {
    const complaints = new Complaints();
    for (const round of await roundsOf(target, section, context)) {
        await restoreRound(target, section, round, complaints, context);
    }
    return findingsOf(complaints, section.section);
}
async function roundsOf({ programs }, { section, archive, jobs, isLeftOut }, context) {
    if (section === 'post-data' && jobs > 1) {
        return attachingInTurn(programs, archive, jobs, isLeftOut, context);
    }
    // Grants are among the definitions, and one may need another before it: jobs do not wait for that.
    const inTurn = section === 'pre-data' ? 1 : jobs;
    return isLeftOut === undefined
        ? [{ jobs: inTurn }]
        : [{ jobs: inTurn, list: await writeUseList(programs, archive, isLeftOut, context) }];
}
/**
 * The index of a partitioned table becomes valid when the index of its last partition is attached. Jobs that attach at the
 * same time can each miss the other's, and it stays invalid: seen in one restore of thirty with partitions of partitions.
 * So these entries come one after the other, behind what they attach and before the foreign keys that need them.
 */
async function attachingInTurn(programs, archive, jobs, isLeftOut, context) {
    const counts = { indexes: 0, attachments: 0, rest: 0 };
    const only = (wanted) => (entry) => {
        const isIn = stageOf(entry) === wanted && isLeftOut?.(entry) !== true;
        if (isIn)
            counts[wanted] += 1;
        return !isIn;
    };
    const attachments = await writeUseList(programs, archive, only('attachments'), context);
    if (counts.attachments === 0) {
        return [{ jobs, ...(isLeftOut && { list: await writeUseList(programs, archive, isLeftOut, context) }) }];
    }
    return [
        { jobs, list: await writeUseList(programs, archive, only('indexes'), context) },
        { jobs: 1, list: attachments },
        { jobs, list: await writeUseList(programs, archive, only('rest'), context) },
    ];
}
function stageOf({ catalogId, text }) {
    if (catalogId === '0 0' && text.startsWith('INDEX ATTACH ')) {
        return 'attachments';
    }
    return /^(INDEX|CONSTRAINT) /.test(text) ? 'indexes' : 'rest';
}
async function restoreRound({ programs, environment, database }, { section, archive, withoutRows = false }, { jobs, list }, complaints, { processes }) {
    const before = complaints.count + complaints.harmless;
    const args = [
        '--no-password',
        `--dbname=${database}`,
        `--section=${section}`,
        '--no-tablespaces',
        `--jobs=${jobs}`,
        ...(list === undefined ? [] : [`--use-list=${list}`]),
        ...(withoutRows ? ['--schema-only'] : []),
        archive,
    ];
    const finished = await processes.run({
        ...programs.command('pg_restore', args),
        env: environment,
        doing: `restoring the ${section} of ${archive}`,
        onStderrLine: complaints.follow,
        // 1 is for errors that were passed over or that ended it; what they were is in the complaints.
        accept: [0, 1],
    });
    if (finished.code !== 0 && complaints.count + complaints.harmless === before) {
        complaints.failedSilently(finished.stderrTail);
    }
}
/**
 * Runs a plain dump, which knows no sections. In a foreign one, psql's own commands are refused: `\!` would run programs
 * here, `\connect` would leave the scratch database. Rows after a COPY that failed would be read as commands too.
 *
 * https://www.postgresql.org/docs/current/app-psql.html, command \restrict
 */
async function section_restoreScript({ programs, environment }, script, { processes }) {
    const complaints = new Complaints();
    const finished = await processes.run({
        ...programs.command('psql', ['--no-psqlrc', '--quiet', '--no-password', '--file=-']),
        env: environment,
        doing: `restoring ${script.file}`,
        stdin: scriptStream(script),
        onStderrLine: complaints.follow,
        accept: [0, 1, 2, 3],
    });
    if (finished.code !== 0 && complaints.count + complaints.harmless === 0) {
        complaints.failedSilently(finished.stderrTail);
    }
    return findingsOf(complaints, 'script');
}
function scriptStream({ file, compression, foreign }) {
    const raw = (0,external_node_fs_.createReadStream)(file);
    const text = compression === 'gzip' ? unzipped(raw) : raw;
    return foreign ? external_node_stream_.Readable.from(restricted(text), { objectMode: false }) : text;
}
function unzipped(raw) {
    const text = (0,external_node_zlib_.createGunzip)();
    // With pipeline an error of the file reaches whoever reads the text; who reads it handles it there.
    (0,external_node_stream_.pipeline)(raw, text, () => undefined);
    return text;
}
async function* restricted(text) {
    yield Buffer.from(`\\restrict ${(0,external_node_crypto_.randomBytes)(24).toString('hex')}\n`);
    yield* text;
}

;// CONCATENATED MODULE: ./build/verify/copy.js






/** Whether what was found ends the work: what comes after would only say the same in other words. */
function isOver(findings) {
    return ['error', 'inconclusive'].includes((0,build_findings/* worstOf */.hm)(findings));
}
/** The definitions and the rows. A script knows no phases: it restores everything at once. */
async function restoreContent(copy) {
    const { subject, database, target, check, context, omission } = copy;
    const { manifest, folder } = subject;
    const archive = external_node_path_.join(folder, manifest.dump.path);
    await dropPublicWhereAbsent(subject, database, context);
    if (manifest.options.format === 'plain') {
        const compression = archive.endsWith('.gz') ? 'gzip' : 'none';
        const script = { file: archive, compression, foreign: false };
        return check.phase('Restoring', () => section_restoreScript(target, script, context));
    }
    const section = (name) => () => restoreSection(target, sectionOf(copy, name), context);
    const definitions = await check.phase('Restoring the definitions', section('pre-data'));
    return isOver(definitions) || omission?.withoutRows === true
        ? definitions
        : [...definitions, ...(await check.phase('Restoring the data', section('data')))];
}
function sectionOf({ subject, check, omission }, section) {
    const { manifest, folder } = subject;
    const isLoose = isLooseKey(manifest.looseForeignKeys);
    const isWhole = manifest.looseForeignKeys.length === 0 && (omission?.entries.size ?? 0) === 0;
    return {
        section,
        archive: external_node_path_.join(folder, manifest.dump.path),
        jobs: check.jobs,
        ...(!isWhole && { isLeftOut: (entry) => isLoose(entry) || omission?.entries.has(entry.text) === true }),
        ...(omission?.withoutRows === true && { withoutRows: true }),
    };
}
/** Every new database has a schema `public`; a source that dropped it must not get it back. */
async function dropPublicWhereAbsent({ objects }, { settings }, context) {
    const isThere = objects.some(({ kind, name }) => kind === 'schema' && name === 'public');
    if (!isThere) {
        await (0,postgres_session/* withSession */.f)(settings, { signal: context.signal }, (session) => session.query('DROP SCHEMA IF EXISTS public'));
    }
}
/** Indexes, constraints, triggers; and the foreign keys that could not be restored with their check. */
async function restoreRest(copy) {
    const { subject, database, target, omission, context } = copy;
    if (subject.manifest.options.format === 'plain') {
        return [];
    }
    const findings = await restoreSection(target, sectionOf(copy, 'post-data'), context);
    const loose = [...subject.manifest.looseForeignKeys, ...(omission?.looseKeys ?? [])];
    const added = await (0,postgres_session/* withSession */.f)(database.settings, { signal: context.signal }, (session) => addLooseKeys(session, loose));
    return [...findings, ...added];
}
/** Does work with so many sessions on the copy, which describe it as the source was described. */
async function withPinnedSessions({ database, context }, count, work) {
    const sessions = [];
    try {
        while (sessions.length < count) {
            const session = await (0,postgres_session/* connect */.N)(database.settings, { signal: context.signal });
            sessions.push(session);
            await (0,pinned/* pinSettings */.v)(session);
        }
        const [first, ...others] = sessions;
        if (first === undefined) {
            throw new TypeError('at least one session is needed');
        }
        return await work([first, ...others]);
    }
    finally {
        await Promise.all(sessions.map((session) => session.end()));
    }
}

;// CONCATENATED MODULE: ./build/verify/compare-copy.js











/** Asks the copy what the source was asked about its rows, and compares the answers. */
async function compare_copy_compareContent(copy) {
    const { manifest } = copy.subject;
    return withPinnedSessions(copy, copy.check.jobs, async (sessions) => {
        const [session] = sessions;
        const facts = await (0,read_tables/* readTables */.g)(session);
        const dumped = new Set(manifest.tables.filter(({ data }) => data).map(backup_manifest/* displayName */.QC));
        // Tables whose rows should not be there are counted too; but an extension fills its own.
        const counted = facts.filter((table) => table.kind === 'table' && (dumped.has((0,backup_manifest/* displayName */.QC)(table)) || table.extension === undefined));
        const content = await describeContent(sessions, counted, manifest.hash?.method ?? null, copy.context);
        const tables = tableEntries(facts, content.tables);
        const hash = hashFindings(manifest.hash, content.hash);
        const contents = hash.length === 0 ? 'compared' : 'not-comparable';
        return {
            tables,
            findings: [
                ...hash,
                ...compareTables(manifest.tables, tables, contents),
                ...compareLargeObjects(manifest.largeObjects, content.largeObjects, contents),
                ...compareSequences(manifest.sequences, await readSequences(session), manifest.sequencesAfter),
            ],
        };
    });
}
/** The same question to both servers' hash functions; where they answer otherwise, fingerprints say nothing. */
function hashFindings(source, copy) {
    if (source === null) {
        return [
            (0,build_findings/* finding */.gk)('FINGERPRINT_MISSING', 'all tables', 'the backup was taken with verify none, so only rows were counted'),
        ];
    }
    return source.probe === copy?.probe
        ? []
        : [
            (0,build_findings/* finding */.gk)('HASH_DIFFERS', 'hash functions', `the probe gives ${copy?.probe ?? 'nothing'} here, ${source.probe} there`),
        ];
}
/** Compares every object, the refilled views, and asks the user's own assertions. */
async function compareRest(copy) {
    const { subject, server, check, context, omission } = copy;
    const sameMajor = server.major === subject.manifest.source.major;
    const { objects, views } = await withPinnedSessions(copy, 1, async (sessions) => ({
        objects: await readObjects(sessions[0], server.major, subject.manifest.source.roles),
        views: await compareMaterializedViews(sessions, copy),
    }));
    const compared = compareObjects(expectedObjects(copy), objects, {
        sameMajor,
        ownCluster: server.ownRoles,
        looseForeignKeys: [...subject.manifest.looseForeignKeys, ...(omission?.looseKeys ?? [])],
        // Large objects are rows of a kind: definitions alone bring none.
        ...(omission?.withoutRows === true && { ignoreKinds: new Set(['large objects']) }),
    });
    const asserted = await (0,postgres_session/* withSession */.f)(copy.database.settings, { signal: context.signal }, (session) => failedAssertions(session, check.assertions));
    return [...compared, ...views, ...asserted];
}
/** They are refilled after everything else. */
async function compareMaterializedViews(sessions, { subject: { manifest }, context }) {
    const facts = (await (0,read_tables/* readTables */.g)(sessions[0])).filter(isMaterializedView);
    const content = await describeContent(sessions, facts, manifest.hash?.method ?? null, context);
    const contents = manifest.hash?.probe === content.hash?.probe ? 'compared' : 'not-comparable';
    return compareTables(manifest.tables.filter(isMaterializedView), tableEntries(facts, content.tables), contents);
}
function isMaterializedView({ kind }) {
    return kind === 'materialized-view';
}
/**
 * A materialized view that was not chosen is not refilled by a restore, as a table that was not chosen has no rows. A
 * foreign key to a table without rows is left out where PostgreSQL cannot add it unchecked.
 */
function expectedObjects({ subject: { objects, manifest }, omission }) {
    const loose = [...manifest.looseForeignKeys, ...(omission?.looseKeys ?? [])];
    const leftOut = new Set(loose.filter(({ statement }) => statement === null).map(({ table, name }) => compare_copy_unquoted(`${table}.${name}`)));
    const notRefilled = new Set(manifest.tables.filter((table) => isMaterializedView(table) && !table.data).map(backup_manifest/* displayName */.QC));
    const kept = objects.filter(({ kind, name }) => kind !== 'constraint' || !leftOut.has(compare_copy_unquoted(name)));
    return kept.map((object) => {
        const isOne = object.kind === 'materialized view' && notRefilled.has(compare_copy_unquoted(object.name));
        return isOne ? { ...object, facts: { ...object.facts, populated: false } } : object;
    });
}
function compare_copy_unquoted(name) {
    return name.replaceAll('"', '');
}

;// CONCATENATED MODULE: ./build/verify/extensions.js


/** Which extensions of the source the scratch server does not have, or has in another version. */
async function missingExtensions(scratch, { source }, { signal }) {
    const rows = await (0,postgres_session/* withSession */.f)(scratch.maintenance, { signal }, (session) => session.query('SELECT name, default_version AS version FROM pg_catalog.pg_available_extensions'));
    const available = new Map(rows.map(({ name, version }) => [name, version]));
    return source.extensions.flatMap(({ name, version }) => {
        const offered = available.get(name);
        if (offered === undefined) {
            return [(0,build_findings/* finding */.gk)('EXTENSION_MISSING', name, `the source has version ${version}, scratch does not have it`)];
        }
        return offered === version
            ? []
            : [(0,build_findings/* finding */.gk)('EXTENSION_VERSION_DIFFERS', name, `the source has version ${version}, scratch has ${offered}`)];
    });
}

;// CONCATENATED MODULE: ./build/verify/shared-roles.js



/** The comment by which a role that was made for a proof is known. */
const MARK = 'made by pg-lifeboat for a proof';
/** Advisory locks of the server's maintenance database. The first number is ours, taken at random. */
const IN_USE = '1818846561, 1';
const BEING_MADE = '1818846561, 2';
/**
 * The roles that proofs need on a scratch server. They belong to the whole server, and several runs may prove there at
 * the same time: so a run that uses them holds a lock, and they are dropped by whoever is the last. The server gives
 * the lock of a run that is killed back by itself.
 */
class SharedRoles {
    scratch;
    session;
    context;
    constructor(scratch, session, context) {
        this.scratch = scratch;
        this.session = session;
        this.context = context;
    }
    /** From now on no other run drops them. */
    static async use(scratch, context) {
        const session = await (0,postgres_session/* connect */.N)(scratch.maintenance, { signal: context.signal });
        const roles = new SharedRoles(scratch, session, context);
        try {
            await session.query(`SELECT pg_catalog.pg_advisory_lock_shared(${IN_USE})`);
            return roles;
        }
        catch (error) {
            await session.end();
            throw error;
        }
    }
    /** Makes those that are not there, without login. One that is there for another proof may become a superuser too. */
    async make(wanted) {
        const { session } = this;
        await session.query('BEGIN');
        try {
            await session.query(`SELECT pg_catalog.pg_advisory_xact_lock(${BEING_MADE})`);
            const present = await presentRoles(session);
            for (const { name, isSuperuser } of wanted) {
                const isOurs = present.get(name);
                for (const statement of statementsFor(quoteIdentifier(name), isSuperuser, isOurs)) {
                    await session.query(statement);
                }
            }
            await session.query('COMMIT');
        }
        catch (error) {
            await session.query('ROLLBACK').catch(() => undefined);
            throw error;
        }
    }
    /**
     * Ends the use. Drops what was made on the server, also by runs that were killed, when nobody uses it any more; so the
     * scratch database must be dropped before. Never throws.
     */
    async release() {
        await this.session.end();
        // A throw-away cluster is gone by then, with its roles.
        if (this.scratch.kind === 'cluster') {
            return;
        }
        // Without the signal: this must also happen after an interruption.
        await (0,postgres_session/* withSession */.f)(this.scratch.maintenance, {}, dropUnused).catch((error) => {
            this.context.logger.warning(`Roles made for the proof could not be dropped on the scratch server: ${(0,errors/* messageOf */.bD)(error)}`);
        });
    }
}
async function dropUnused(session) {
    const [lock] = await session.query(`SELECT pg_catalog.pg_try_advisory_lock(${IN_USE}) AS free`);
    if (lock?.free !== true) {
        return;
    }
    const ours = [...(await presentRoles(session))].filter(([, isOurs]) => isOurs);
    for (const [name] of ours) {
        await session.query(`DROP ROLE IF EXISTS ${quoteIdentifier(name)}`);
    }
}
/** The roles of the server, and of each whether it was made for a proof. */
async function presentRoles(session) {
    const rows = await session.query(`SELECT rolname AS name, pg_catalog.shobj_description(oid, 'pg_authid') = $1 AS ours FROM pg_catalog.pg_roles`, [MARK]);
    return new Map(rows.map(({ name, ours }) => [name, ours === true]));
}
function statementsFor(role, isSuperuser, isOurs) {
    if (isOurs === undefined) {
        return [`CREATE ROLE ${role} NOLOGIN${isSuperuser ? ' SUPERUSER' : ''}`, `COMMENT ON ROLE ${role} IS '${MARK}'`];
    }
    return isOurs && isSuperuser ? [`ALTER ROLE ${role} SUPERUSER`] : [];
}

;// CONCATENATED MODULE: ./build/verify/scratch-roles.js







/**
 * Makes the roles that the set's objects belong to. In a throw-away cluster the set's own globals are run, and so proven
 * too; on a server that others may use, only the roles that are missing are made, without login, and dropped afterwards.
 */
async function prepareRoles(scratch, subject, environment, context) {
    if (scratch.kind === 'cluster') {
        const findings = await runGlobals(scratch, subject, environment, context);
        return {
            findings: [...findings, ...(await missingRoles(scratch, subject, context))],
            drop: () => Promise.resolve(),
        };
    }
    const roles = await SharedRoles.use(scratch, context);
    try {
        await roles.make(wantedRoles(subject));
    }
    catch (error) {
        await roles.release();
        throw error;
    }
    return { findings: [], drop: () => roles.release() };
}
async function runGlobals(scratch, { folder }, environment, { processes }) {
    const complaints = new Complaints();
    await processes.run({
        ...scratch.programs.command('psql', ['--no-psqlrc', '--quiet', `--file=${external_node_path_.join(folder, backup_set/* SET */.rK.globals)}`]),
        env: environment,
        doing: `restoring the roles of ${folder}`,
        onStderrLine: complaints.follow,
    });
    // Settings of a role in a database of its own cluster: that database is not here, and the set is not about it.
    const weighty = complaints.all.filter(({ message }) => !/^database ".*" does not exist$/.test(message));
    return weighty.map(({ message, about }) => (0,build_findings/* finding */.gk)('RESTORE_ERROR', `${backup_set/* SET */.rK.globals}, ${about}`, message));
}
async function missingRoles(scratch, { source }, { signal }) {
    const present = await (0,postgres_session/* withSession */.f)(scratch.maintenance, { signal }, existingRoles);
    return source.roles
        .filter((role) => !present.has(role))
        .map((role) => (0,build_findings/* finding */.gk)('ROLE_MISSING', role, `this role owns objects or holds privileges and ${backup_set/* SET */.rK.globals} does not make it`));
}
async function existingRoles(session) {
    const rows = await session.query('SELECT rolname AS name FROM pg_catalog.pg_roles');
    return new Set(rows.map(({ name }) => name));
}
/** Some objects (event triggers, foreign-data wrappers) can belong only to a superuser. */
function wantedRoles({ source, objects }) {
    return source.roles.map((name) => ({
        name,
        isSuperuser: name === source.bootstrapRole || isSuperuser(name, objects),
    }));
}
function isSuperuser(role, objects) {
    const names = [role, quoteIdentifier(role)];
    return objects.some(({ kind, name, facts }) => kind === 'role' && names.includes(name) && facts.superuser === true);
}

;// CONCATENATED MODULE: ./build/verify/restored.js






/**
 * Restores a set into scratch, in phases, asks the copy the questions that the source was asked, and compares. Releases
 * the scratch.
 */
async function verifyRestored(subject, scratch, check, context) {
    const extensions = await missingExtensions(scratch, subject.manifest, context);
    if ((0,build_findings/* worstOf */.hm)(extensions) === 'inconclusive') {
        return { findings: extensions, tables: [] };
    }
    const database = await scratch.createDatabase();
    const environment = await (0,libpq_environment/* libpqEnvironment */.SQ)(database.settings, context);
    const { folder, manifest, objects } = subject;
    const roles = await prepareRoles(scratch, { folder, source: manifest.source, objects }, environment, context);
    try {
        const target = { programs: scratch.programs, environment, database: database.name };
        const { findings, tables } = await compareCopy({
            subject,
            server: { major: scratch.major, ownRoles: scratch.kind === 'cluster' },
            database,
            target,
            check,
            context,
        });
        const notes = [...extensions, ...majorNote(manifest, scratch), ...localeNote(database), ...roles.findings];
        return { findings: [...notes, ...findings], tables };
    }
    finally {
        await scratch.release();
        await roles.drop();
    }
}
/** An error of a phase ends it: what comes after would only say the same in other words. */
async function compareCopy(copy) {
    const { check } = copy;
    const restored = await restoreContent(copy);
    if (isOver(restored)) {
        return { findings: restored, tables: [] };
    }
    const { findings, tables } = await check.phase('Comparing the data', () => compare_copy_compareContent(copy));
    if (check.tier === 'data') {
        return { findings: [...restored, ...findings], tables };
    }
    const finishing = await check.phase('Restoring indexes and constraints', () => restoreRest(copy));
    const rest = isOver(finishing) ? [] : await check.phase('Comparing the schema', () => compareRest(copy));
    return { findings: [...restored, ...findings, ...finishing, ...rest], tables };
}
function majorNote({ source }, { major, serverVersion }) {
    return major === source.major
        ? []
        : [
            (0,build_findings/* finding */.gk)('SCRATCH_MAJOR_DIFFERS', 'scratch', `the source is PostgreSQL ${source.serverVersion}, scratch is ${serverVersion}`),
        ];
}
function localeNote({ localeFallback }) {
    return localeFallback === null ? [] : [(0,build_findings/* finding */.gk)('LOCALE_DIFFERS', 'scratch', localeFallback)];
}

;// CONCATENATED MODULE: ./build/verify/prove.js









/** Verifies a set at a tier and says what that amounts to. What cannot run is a finding, never a success. */
async function proveSet(subject, tier, means, context) {
    const start = context.clock.monotonic();
    const { findings, tables, scratch } = await check(subject, tier, means, context);
    const proof = concludeProof({
        tier,
        findings: boundedFindings(findings.map((one) => unlessChanged(one, subject))),
        at: context.clock.now(),
        seconds: (context.clock.monotonic() - start) / 1000,
        verifiedBy: means.verifiedBy,
        ...(scratch !== undefined && { scratch: { kind: scratch.kind, serverVersion: scratch.serverVersion } }),
    });
    return { proof, tables };
}
async function check(subject, tier, means, context) {
    // A restore reads an archive from end to end as well; a script it would run on past the place where it is cut off.
    const archive = tier === 'archive' || subject.manifest.options.format === 'plain'
        ? await means.phase('Reading the archive', () => checkArchive(subject, means, context))
        : { findings: [], tables: [] };
    if (tier === 'archive' || archive.findings.some(({ severity }) => severity === 'error')) {
        return archive;
    }
    const scratch = await orFinding(means.scratch, 'SCRATCH_UNAVAILABLE');
    if ('code' in scratch) {
        return { ...archive, findings: [...archive.findings, scratch] };
    }
    const restored = await orFinding(() => verifyRestored(subject, scratch, { ...means, tier }, context), 'SCRATCH_FAILED');
    return 'code' in restored
        ? { ...archive, findings: [...archive.findings, restored], scratch }
        : { findings: [...archive.findings, ...restored.findings], tables: restored.tables, scratch };
}
async function checkArchive({ folder, manifest }, { programs }, context) {
    const file = external_node_path_.join(folder, manifest.dump.path);
    const { findings, rows } = await verifyArchive({
        path: file,
        name: manifest.dump.path,
        dump: await detectDump(file),
        manifest,
        pgRestore: (args) => programs.command('pg_restore', args),
    }, context);
    const tables = manifest.tables.map(({ schema, name }) => ({
        schema,
        name,
        rows: rows.get(tableKey({ schema, name })),
    }));
    return { findings, tables };
}
/**
 * What kept a check from running, as a finding. What the user asked to stop, and what a guard refused, is no finding; nor
 * is an error of our own making, which must not pass for a sick server.
 */
async function orFinding(work, code) {
    try {
        return await work();
    }
    catch (error) {
        if (error instanceof errors/* InterruptedError */.p4 || error instanceof errors/* GuardError */.U$ || !(error instanceof errors/* LifeboatError */.H3)) {
            throw error;
        }
        return error instanceof errors/* CouldNotVerifyError */.aq
            ? (0,build_findings/* finding */.gk)(code, 'scratch', error.problem, error.advice)
            : (0,build_findings/* finding */.gk)(code, 'scratch', error.message);
    }
}
/** A difference on what was changed at the source while it was described is no proof of anything. */
function unlessChanged(one, { manifest }) {
    return one.severity === 'error' && manifest.changedMeanwhile.includes(one.on)
        ? (0,build_findings/* finding */.gk)('SCHEMA_CHANGED', one.on, `it was changed at the source while the backup ran (${one.code}: ${one.found})`)
        : one;
}

;// CONCATENATED MODULE: ./build/operations/table-results.js

/** What is said of each table in the report: those that have rows of their own, with what became of them. */
function tableResults({ tables }, counted, proof) {
    const copies = new Map(counted.map((table) => [(0,backup_manifest/* displayName */.QC)(table), table]));
    return tables
        .filter(({ kind }) => kind === 'table')
        .map((table) => {
        const copy = copies.get((0,backup_manifest/* displayName */.QC)(table));
        return {
            name: (0,backup_manifest/* displayName */.QC)(table),
            bytes: table.bytes,
            outcome: table_results_outcomeOf(table, copy, counted.length > 0, proof),
            ...(table.rows !== undefined && { rows: table.rows }),
            ...(copy?.rows !== undefined && { restoredRows: copy.rows }),
        };
    });
}
function table_results_outcomeOf(table, copy, anyCounted, proof) {
    if (!table.data) {
        return 'definition-only';
    }
    if (!anyCounted || table.rows === undefined) {
        return 'not-compared';
    }
    if (copy?.rows === undefined) {
        return 'missing';
    }
    if (copy.rows !== table.rows) {
        return 'differs';
    }
    if (proof.tier === 'archive' || table.fingerprint === undefined || hashIsUnknown(proof)) {
        return 'counted';
    }
    return copy.fingerprint === table.fingerprint ? 'equal' : 'differs';
}
function hashIsUnknown({ findings }) {
    return findings.some(({ code }) => code === 'HASH_DIFFERS');
}

;// CONCATENATED MODULE: ./build/operations/prove.js





/** Who says so, in a proof. */
const VERIFIER = `pg-lifeboat ${version/* VERSION */.x}`;
/** Verifies a set as far as `verify` asks, tells the outcome, and returns the manifest with it. */
async function proveInto(subject, means, underWay) {
    const { proof, tables } = await verify(subject, means, underWay);
    tell(proof, subject.manifest, tables, underWay);
    return { ...subject.manifest, proof };
}
/** The outcome where the files of a set are damaged: nothing is restored from such a set. */
function concludeFiles(found, manifest, underWay) {
    const { clock } = underWay.context;
    const proof = concludeProof({
        tier: askedTier(underWay.options),
        findings: found,
        at: clock.now(),
        seconds: underWay.report.seconds(),
        verifiedBy: VERIFIER,
    });
    tell(proof, manifest ?? { tables: [] }, [], underWay);
}
/** Throws `UsageError`: to validate and verify nothing is a contradiction. */
function refuseTierNone({ verify }) {
    if (verify === 'none') {
        throw new errors/* UsageError */.eb({
            doing: 'reading the options',
            problem: 'validate was asked to verify "none"',
            advice: 'Set verify to archive, data or full.',
        });
    }
}
/** The tier that is asked for, where one is. */
function askedTier({ verify }) {
    return verify === 'none' ? 'archive' : verify;
}
/** Says the outcome and its findings in the log and puts them into the report. */
function tell(proof, manifest, tables, { report, context }) {
    proof.findings.forEach((finding) => {
        report.say(finding);
    });
    report.proof = proof;
    report.tables = tableResults(manifest, tables, proof);
    context.logger.info(`Proof: ${proof.outcome}${proof.tier === 'none' ? '' : `, tier ${proof.tier}`}.`);
}
async function verify(subject, means, { report, options, context }) {
    if (options.verify === 'none') {
        return { proof: notVerified('none', 'verification was not asked for', context.clock.now(), VERIFIER), tables: [] };
    }
    return proveSet(subject, options.verify, {
        programs: means.programs,
        jobs: means.jobs,
        scratch: () => means.scratch.use(),
        assertions: options.assertions,
        phase: (title, work) => report.phase(title, work),
        verifiedBy: VERIFIER,
    }, context);
}

;// CONCATENATED MODULE: ./build/operations/services.js

/** How the services are stopped and started, as the options say. Throws `UsageError` where they would stay stopped. */
function servicesOf({ stopCommand: stop, startCommand: start, servicesTimeout: timeout }, report) {
    if (stop !== undefined && start === undefined) {
        throw new errors/* UsageError */.eb({
            doing: 'reading the options',
            problem: 'stop-command is given and start-command is not, so the services would stay stopped',
            advice: 'Give the command that starts them again in start-command; `true` where nothing is to be done.',
        });
    }
    return { stop, start, timeout, phase: (title, work) => report.phase(title, work) };
}

;// CONCATENATED MODULE: ./build/operations/rotate.js




/** Applies the retention policy to the store and to every copy: to every type in it, or the one that was asked for. */
function rotate(options, context) {
    return reporting('rotate', options, context, async (underWay) => {
        const { report, store, stores } = underWay;
        report.type = options.type;
        // Also where there is no set yet: an empty policy should not wait for its first victim.
        stores.forEach((each) => policyFor(options.type ?? 'manual', each.options));
        const present = await store.series();
        report.series = options.series ?? present ?? '';
        // The log of another series, and a folder that is no store, are not written to.
        report.isLogged = present === report.series;
        if (present === null) {
            report.warn(`The store ${store.name} holds no set: there is nothing to rotate. Check the option store.`);
            return;
        }
        const types = options.type === undefined ? undefined : [options.type];
        await report.phase('Rotating', () => rotateStores(underWay, stores.slice(1), { types }));
        failAtTroubles('rotating', '', underWay);
    });
}
/**
 * Rotates the primary store and these copies, each by its own policy. What goes wrong with a copy is noted; what went
 * wrong with the primary is thrown when all are done.
 */
async function rotateStores(underWay, copies, rotation) {
    const { report, stores, options } = underWay;
    report.dryRun = options.dryRun;
    const [primary] = stores;
    const [outcome] = await Promise.allSettled([
        rotateOne(primary, rotation, underWay, (lines) => {
            report.retention = lines;
        }),
        onEach(copies, 'rotation', underWay, async (copy) => {
            await rotateOne(copy, rotation, underWay, (lines) => {
                copy.line = { ...copy.line, retention: lines };
            });
            copy.reached = true;
        }),
    ]);
    if (outcome.status === 'rejected') {
        throw outcome.reason;
    }
}
/** Rotates one store and tells what was decided, also when some sets could not be removed. */
async function rotateOne(inUse, { types, justTaken }, { report, options: { dryRun, confirm }, context: { clock, logger, signal } }, tell) {
    const request = {
        options: inUse.options,
        now: clock.now(),
        series: report.series,
        ...(types !== undefined && { types }),
        ...(justTaken !== undefined && { justTaken }),
    };
    const told = (result) => {
        tell(linesOf(result));
        // Its warnings were in the log already.
        report.warnings.push(...result.warnings);
        inUse.line = afterRotation(inUse.line, result, types === undefined);
    };
    try {
        told(await rotateStore(inUse.store, request, { dryRun, confirm, logger, signal }));
    }
    catch (error) {
        if (error instanceof RotationError) {
            told(error.result);
        }
        throw error;
    }
}
/** What the store holds now: what it held before without what went, or all that was decided on. */
function afterRotation(line, result, isWhole) {
    const { kept, removed, notRemoved, freedBytes, dryRun } = result;
    if (line.holds !== undefined) {
        const { sets, bytes } = line.holds;
        return dryRun ? line : { ...line, holds: { sets: sets - removed.length, bytes: bytes - freedBytes } };
    }
    const there = [...kept, ...notRemoved, ...(dryRun ? removed : [])];
    return isWhole
        ? { ...line, holds: { sets: there.length, bytes: there.reduce((sum, { bytes }) => sum + bytes, 0) } }
        : line;
}
function linesOf({ kept, removed, notRemoved }) {
    const line = (keep) => (set) => ({ id: set.id, type: set.type, keep, reasons: set.reasons });
    const stuck = notRemoved.map((set) => ({
        id: set.id,
        type: set.type,
        keep: true,
        reasons: [...set.reasons, `could not be removed: ${set.error}`],
    }));
    return [...kept.map(line(true)), ...stuck, ...removed.map(line(false))];
}

// EXTERNAL MODULE: ./build/postgres/programs.js + 3 modules
var postgres_programs = __webpack_require__(45801);
// EXTERNAL MODULE: ./build/platform/lines.js
var lines = __webpack_require__(33581);
;// CONCATENATED MODULE: ./build/platform/users.js


/** A user of this machine by name; undefined where there is none of that name in `/etc/passwd`. */
function userNamed(name) {
    const line = passwd().find((each) => each.startsWith(`${name}:`));
    const [, , uid, gid] = line?.split(':') ?? [];
    return uid === undefined || gid === undefined ? undefined : { name, uid: Number(uid), gid: Number(gid) };
}
function isRoot() {
    return process.getuid?.() === 0;
}
/** Whether a user can get to what is in a folder: it and all above it let him through. Groups beyond his own do not count. */
function canEnter(folder, user) {
    const parts = external_node_path_.resolve(folder).split('/');
    const folders = parts.map((_, index) => parts.slice(0, index + 1).join('/') || '/');
    return folders.every((each) => isOpen(each, user));
}
function isOpen(folder, { uid, gid }) {
    try {
        const { mode, uid: owner, gid: group } = (0,external_node_fs_.statSync)(folder);
        const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
        return uid === 0 || (mode & bit) !== 0;
    }
    catch {
        return false; // what cannot be looked at cannot be entered
    }
}
function passwd() {
    try {
        return (0,external_node_fs_.readFileSync)('/etc/passwd', 'utf8').split('\n');
    }
    catch {
        return []; // a system that keeps its users elsewhere
    }
}

// EXTERNAL MODULE: ./build/postgres/query-error.js
var query_error = __webpack_require__(66645);
;// CONCATENATED MODULE: ./build/postgres/scratch-database.js



/** What every database that we create on a scratch server is called. */
const SCRATCH_PREFIX = 'lifeboat_scratch_';
/** A name that no other run has. */
function scratchName() {
    return SCRATCH_PREFIX + (0,external_node_crypto_.randomBytes)(6).toString('hex');
}
/** What a server says when it does not know a locale, a provider, or an encoding for the locale. */
const NO_SUCH_LOCALE = new Set(['42704', '22023', '42809', '0A000', '42601', '42602']);
/**
 * Creates an empty database with the encoding and, where the server has it, the locale of the source. Returns null, or what
 * was taken instead: then text may sort and compare otherwise than at the source.
 *
 * Throws `QueryError` when the server refuses.
 */
async function createLike(session, name, locale) {
    const [wanted, ...substitutes] = candidates(locale, session.major);
    try {
        await scratch_database_create(session, name, wanted);
        return null;
    }
    catch (error) {
        if (!isAboutLocale(error)) {
            throw error;
        }
    }
    for (const [index, substitute] of substitutes.entries()) {
        try {
            await scratch_database_create(session, name, substitute);
            return `the server does not have the locale ${wanted.label}; ${substitute.label} was taken instead`;
        }
        catch (error) {
            if (!isAboutLocale(error) || index === substitutes.length - 1) {
                throw error;
            }
        }
    }
    return null;
}
function candidates(locale, major) {
    const encoding = `ENCODING ${literal(locale.encoding)}`;
    const libc = (name) => ({
        label: name,
        clauses: `${encoding} ${major >= 15 ? 'LOCALE_PROVIDER libc ' : ''}LC_COLLATE ${literal(name)} LC_CTYPE ${literal(name)}`,
    });
    const own = { label: scratch_database_labelOf(locale), clauses: `${encoding} ${localeClauses(locale, major)}` };
    return [own, ...(locale.encoding === 'UTF8' ? [libc('C.UTF-8')] : []), libc('C')];
}
function scratch_database_labelOf({ localeProvider, collate, icuLocale }) {
    const provider = providerOf(localeProvider);
    return provider === 'libc' ? (collate ?? 'C') : `${icuLocale ?? '?'} (${provider})`;
}
/** https://www.postgresql.org/docs/current/sql-createdatabase.html */
function localeClauses({ localeProvider, collate, ctype, icuLocale }, major) {
    const provider = providerOf(localeProvider);
    return [
        // A server before 15 has only libc, and refuses the word by a syntax error: a locale that it does not have.
        ...(major >= 15 || provider !== 'libc' ? [`LOCALE_PROVIDER ${provider}`] : []),
        ...(provider === 'icu' && icuLocale !== null ? [`ICU_LOCALE ${literal(icuLocale)}`] : []),
        ...(provider === 'builtin' && icuLocale !== null ? [`BUILTIN_LOCALE ${literal(icuLocale)}`] : []),
        ...(collate === null ? [] : [`LC_COLLATE ${literal(collate)}`]),
        ...(ctype === null ? [] : [`LC_CTYPE ${literal(ctype)}`]),
    ].join(' ');
}
function providerOf(text) {
    switch (text) {
        case 'i':
        case 'icu':
            return 'icu';
        case 'b':
        case 'builtin':
            return 'builtin';
        default:
            return 'libc';
    }
}
async function scratch_database_create(session, name, { clauses }) {
    await session.query(`CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE template0 ${clauses}`);
}
function isAboutLocale(error) {
    return error instanceof query_error/* QueryError */.l && NO_SUCH_LOCALE.has(error.code);
}
function literal(text) {
    return `'${text.replaceAll("'", "''")}'`;
}

;// CONCATENATED MODULE: ./build/postgres/scratch-place.js




const DOING = 'starting a throw-away cluster';
/** A socket's path ends at 107 bytes (103 on macOS), and ours adds `/pg-lifeboat-<pid>-XXXXXX/socket/.s.PGSQL.5432`. */
const LONGEST_PARENT = 50;
/**
 * Who runs the server: null for ourselves; PostgreSQL refuses root, so for root it is `postgres`, or else `nobody`.
 *
 * Throws `CouldNotVerifyError` when root finds neither.
 */
function serverUser() {
    if (!isRoot()) {
        return null;
    }
    const user = userNamed('postgres') ?? userNamed('nobody');
    if (user === undefined) {
        throw new errors/* CouldNotVerifyError */.aq({
            doing: DOING,
            problem: 'PostgreSQL does not run as root, and there is neither a user postgres nor nobody to run it as',
            advice: 'Create one (useradd --system postgres), run as another user than root, or give a server in scratch-url.',
        });
    }
    return user;
}
/** Makes the cluster's folder where the server's user can get to it and a socket's path fits. */
async function createClusterFolder(environment, user) {
    const parents = (0,workspace/* temporaryFolders */.XR)(environment);
    const fitting = parents.find((parent) => Buffer.byteLength(parent) <= LONGEST_PARENT && (user === null || canEnter(parent, user)));
    if (fitting === undefined) {
        throw new errors/* CouldNotVerifyError */.aq({
            doing: DOING,
            problem: `none of the folders for temporary files fits: ${parents.join(', ')}`,
            advice: `Set TMPDIR to a folder with a path of at most ${LONGEST_PARENT} bytes that ${user?.name ?? 'you'} may enter.`,
        });
    }
    const folder = await (0,workspace/* createOwnedFolder */.CH)(fitting);
    if (user !== null) {
        await (0,promises_.chown)(folder, user.uid, user.gid);
    }
    return folder;
}

;// CONCATENATED MODULE: ./build/postgres/scratch-tuning.js

const MB = 1024 * 1024;
/** Bytes of memory that this process may count on: of the machine, or of the container that it runs in. */
function usableMemory() {
    const limit = process.constrainedMemory();
    return limit > 0 ? Math.min(limit, external_node_os_.totalmem()) : external_node_os_.totalmem();
}
/**
 * Settings of a cluster whose content may be lost at any time: nothing is flushed, and with `wal_level=minimal` a parallel
 * restore writes hardly any write-ahead log.
 */
function clusterSettings(socketFolder, memory) {
    return {
        listen_addresses: '',
        unix_socket_directories: socketFolder,
        unix_socket_permissions: '0700',
        fsync: 'off',
        full_page_writes: 'off',
        synchronous_commit: 'off',
        wal_level: 'minimal',
        max_wal_senders: '0',
        max_wal_size: '4GB',
        checkpoint_timeout: '1h',
        autovacuum: 'off',
        shared_buffers: scratch_tuning_share(memory, 8, 64, 512),
        maintenance_work_mem: scratch_tuning_share(memory, 16, 64, 512),
        // Checking a foreign key hashes the keys of a whole table.
        work_mem: scratch_tuning_share(memory, 128, 16, 128),
        max_locks_per_transaction: '1024',
        max_connections: '50',
        jit: 'off',
        huge_pages: 'off',
        // A container's /dev/shm is often too small for parallel index builds.
        dynamic_shared_memory_type: 'mmap',
        logging_collector: 'off',
        log_destination: 'stderr',
        lc_messages: 'C',
        timezone: 'UTC',
        log_timezone: 'UTC',
    };
}
/** What a scratch database of a server that is not ours gets: settings of that database alone. */
function databaseSettings(memory) {
    return { synchronous_commit: 'off', jit: 'off', maintenance_work_mem: scratch_tuning_share(memory, 16, 64, 256) };
}
/** A part of the memory, within bounds in MB. */
function scratch_tuning_share(memory, part, least, most) {
    const wanted = Math.floor(memory / part / MB);
    return `${Math.min(most, Math.max(least, wanted))}MB`;
}

;// CONCATENATED MODULE: ./build/postgres/scratch-cluster.js











const scratch_cluster_DOING = 'starting a throw-away cluster';
const START_LIMIT = 60_000;
/** A signal that never aborts: what cleans up must go on after an interruption. */
const unstoppable = () => new AbortController().signal;
/**
 * Waits for the end of its input, which comes when the cluster is released or when our process dies in whatever way; then
 * ends the server at once and removes the folder. It tries again, because a dying run may leave a server that only just starts.
 */
const UNDERTAKER = `
trap '' HUP INT TERM
cat >/dev/null
lives() { kill -0 "$1" 2>/dev/null && ! grep -qs '^State:.*[ZX]' "/proc/$1/status"; }
tries=0
while [ "$tries" -lt 40 ]; do
  pid=$(sed -n 1p "$ROOT/data/postmaster.pid" 2>/dev/null)
  if [ -n "$pid" ]; then
    kill -QUIT "$pid" 2>/dev/null
    waited=0
    while lives "$pid" && [ "$waited" -lt 100 ]; do sleep 0.05; waited=$((waited + 1)); done
    lives "$pid" && kill -KILL "$pid" 2>/dev/null
  fi
  rm -rf "$ROOT" 2>/dev/null
  [ -e "$ROOT" ] || exit 0
  tries=$((tries + 1))
  sleep 0.2
done
exit 1
`;
/** Starts a cluster that lives until it is released, and not longer than this process. */
async function startCluster(installation, request, context) {
    const user = serverUser();
    assertReachable(installation, user);
    const root = await createClusterFolder(context.environment, user);
    const cluster = new ScratchCluster(root, installation, user, request, context);
    try {
        await cluster.start();
        return cluster;
    }
    catch (error) {
        await cluster.release();
        throw error instanceof errors/* InterruptedError */.p4 || error instanceof errors/* CouldNotVerifyError */.aq
            ? error
            : cluster.couldNotStart(error);
    }
}
function assertReachable({ folder }, user) {
    if (user !== null && !canEnter(folder, user)) {
        throw new errors/* CouldNotVerifyError */.aq({
            doing: scratch_cluster_DOING,
            problem: `the user ${user.name}, who must run PostgreSQL because it refuses root, may not enter ${folder}`,
            advice: 'Let others enter that folder and those above it (chmod o+x), or run as another user than root.',
        });
    }
}
class ScratchCluster {
    root;
    installation;
    user;
    request;
    context;
    kind = 'cluster';
    superuser = true;
    major;
    serverVersion = '';
    foundPrograms;
    undertaker;
    log = new lines/* Tail */.PW();
    released;
    constructor(root, installation, user, request, context) {
        this.root = root;
        this.installation = installation;
        this.user = user;
        this.request = request;
        this.context = context;
        this.major = installation.major;
        this.undertaker = context.processes.start({
            program: '/bin/sh',
            args: ['-c', UNDERTAKER],
            doing: 'removing the throw-away cluster',
            env: { PATH: context.environment.PATH, ROOT: root },
            cwd: '/',
            stdin: 'pipe',
            signal: unstoppable(),
        });
    }
    get programs() {
        if (this.foundPrograms === undefined) {
            throw new TypeError('the cluster has not been started');
        }
        return this.foundPrograms;
    }
    get maintenance() {
        return this.settings('postgres');
    }
    async start() {
        const [programs] = await Promise.all([this.findPrograms(), this.startServer()]);
        this.foundPrograms = programs;
    }
    async createDatabase() {
        const name = scratchName();
        const localeFallback = await (0,postgres_session/* withSession */.f)(this.maintenance, this.sessionOptions, (session) => createLike(session, name, this.request.source));
        return { name, settings: this.settings(name), localeFallback };
    }
    release() {
        this.released ??= this.remove();
        return this.released;
    }
    couldNotStart(cause) {
        const said = this.log.toString();
        return new errors/* CouldNotVerifyError */.aq({
            doing: `${scratch_cluster_DOING} of PostgreSQL ${this.installation.version} in ${external_node_path_.dirname(this.root)}`,
            problem: said === '' ? 'it did not start' : `it did not start; the last that it said:\n${said}\n`,
            advice: 'Mend the cause, or give a disposable server in scratch-url.',
            cause,
        });
    }
    findPrograms() {
        const { environment, processes } = this.context;
        const { preferredFolders, archiveMajor = 0 } = this.request;
        return (0,postgres_programs/* findPrograms */.z)({
            serverMajor: Math.max(this.major, archiveMajor),
            preferredFolders: [...preferredFolders, this.installation.folder],
            environment,
            processes,
        });
    }
    async startServer() {
        await this.makeFolder('socket');
        await this.makeFolder('data');
        await this.initdb();
        const server = this.launch();
        const waiting = new AbortController();
        try {
            await Promise.race([this.waitUntilReady(waiting.signal), endedEarly(server)]);
        }
        finally {
            waiting.abort();
        }
    }
    async makeFolder(name) {
        await (0,promises_.mkdir)(external_node_path_.join(this.root, name), { mode: 0o700 });
        if (this.user !== null) {
            await (0,promises_.chown)(external_node_path_.join(this.root, name), this.user.uid, this.user.gid);
        }
    }
    async initdb() {
        const args = ['--pgdata', this.dataFolder, '--username', this.request.source.bootstrapRole];
        args.push('--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync');
        if (this.major >= 18) {
            args.push('--no-data-checksums');
        }
        await this.context.processes.run({ ...this.command('initdb', args), signal: this.context.signal });
    }
    launch() {
        const settings = clusterSettings(external_node_path_.join(this.root, 'socket'), usableMemory());
        const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
        return this.context.processes.start({
            ...this.command('postgres', ['-D', this.dataFolder, ...args]),
            signal: unstoppable(),
        });
    }
    command(program, args) {
        return {
            program: external_node_path_.join(this.installation.folder, program),
            args,
            doing: scratch_cluster_DOING,
            env: (0,libpq_environment/* programEnvironment */.yE)(this.context.environment),
            cwd: this.root,
            ...(this.user === null ? {} : { user: this.user }),
            onStderrLine: (line) => {
                this.log.push(line);
            },
        };
    }
    async waitUntilReady(enough) {
        const signal = AbortSignal.any([this.context.signal, enough]);
        const session = await (0,postgres_session/* connect */.N)(this.settings('postgres'), { signal, patience: START_LIMIT });
        this.serverVersion = session.serverVersion;
        await session.end();
    }
    async remove() {
        this.undertaker.stdin?.end();
        try {
            await this.undertaker.finished;
        }
        catch (error) {
            this.context.logger.warning(`The throw-away cluster in ${this.root} could not be removed: ${String(error)}`);
        }
    }
    get dataFolder() {
        return external_node_path_.join(this.root, 'data');
    }
    get sessionOptions() {
        return { signal: this.context.signal };
    }
    settings(database) {
        return {
            host: external_node_path_.join(this.root, 'socket'),
            port: 5432,
            user: this.request.source.bootstrapRole,
            database,
            sslMode: 'disable',
            parameters: {},
        };
    }
}
/** Rejects when the server ends; while it runs, nothing. */
async function endedEarly(server) {
    await server.finished;
    throw new Error('the server ended by itself');
}

// EXTERNAL MODULE: ./build/postgres/connection.js
var connection = __webpack_require__(92992);
;// CONCATENATED MODULE: ./build/postgres/subscriptions.js


/**
 * Drops the subscriptions of a copied database, without which PostgreSQL does not drop it. The publisher is not asked: the
 * slot there belongs to the database that the copy was made from.
 *
 * @param session on another database of the same server
 */
async function dropSubscriptions(session, copy) {
    const subscriptions = await session.query(`SELECT s.subname AS name FROM pg_catalog.pg_subscription s
       JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = $1`, [copy.database]);
    if (subscriptions.length === 0) {
        return;
    }
    await (0,postgres_session/* withSession */.f)(copy, {}, async (inside) => {
        // Event triggers of the copy must not run on our statements.
        await inside.query('SET session_replication_role = replica');
        for (const subscription of subscriptions.map(({ name }) => quoteIdentifier(name))) {
            await inside.query(`ALTER SUBSCRIPTION ${subscription} DISABLE`);
            await inside.query(`ALTER SUBSCRIPTION ${subscription} SET (slot_name = NONE)`);
            await inside.query(`DROP SUBSCRIPTION ${subscription}`);
        }
    });
}

;// CONCATENATED MODULE: ./build/postgres/scratch-service.js









/** A service container may have been started together with us. */
const scratch_service_START_LIMIT = 60_000;
/** So long another machine's database may be in use. */
const FOREIGN_LIMIT = 24 * 3600 * 1000;
/** Opens a scratch server by its URL: only databases that we create in it are used, and they are dropped in the end. */
async function openService(request, context) {
    const settings = settingsOf(request.url, context);
    try {
        const session = await (0,postgres_session/* connect */.N)(settings, {
            signal: context.signal,
            patience: scratch_service_START_LIMIT,
            onRetry: ({ problem }) => {
                context.logger.debug(`Waiting for the scratch server: ${problem}`);
            },
        });
        try {
            const facts = await scratch_service_factsOf(session);
            assertUsable(facts, request, settings);
            await sweep(session, settings, context);
            const programs = await programsFor(session.major, request, context);
            return new ScratchService(settings, { ...facts, serverVersion: session.serverVersion, major: session.major, programs }, request, context);
        }
        finally {
            await session.end();
        }
    }
    catch (error) {
        throw error instanceof errors/* InterruptedError */.p4 || error instanceof errors/* GuardError */.U$ ? error : cannotUse(error, settings);
    }
}
/**
 * Drops the databases that killed runs left on a scratch server, and tells of them; with `dryRun` it only tells.
 *
 * @returns also how messages call the server
 */
async function sweepService(url, { dryRun }, context) {
    const settings = settingsOf(url, context);
    const databases = await (0,postgres_session/* withSession */.f)(settings, { signal: context.signal }, (session) => dryRun ? abandonedIn(session, context) : sweep(session, settings, context));
    return { server: (0,connection/* describeConnection */.If)(settings), databases };
}
/** A scratch URL stands for itself: the PG* variables are those of the source, its password among them. */
function settingsOf(url, { environment, logger }) {
    const settings = (0,connection/* parseConnection */.C8)({
        databaseUrl: url,
        environment: withoutPostgres(environment),
        label: 'scratch-url',
    });
    if (settings.password !== undefined) {
        logger.hide(settings.password);
    }
    return settings;
}
async function scratch_service_factsOf(session) {
    const [role] = await session.query('SELECT rolsuper AS superuser, rolcreatedb AS createdb FROM pg_catalog.pg_roles WHERE rolname = current_user');
    const identifier = session.query('SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()');
    // Some services do not let their roles call it; then the address alone has to tell.
    const [control] = await identifier.catch(() => []);
    return {
        superuser: role?.superuser === true,
        createdb: role?.createdb === true,
        systemIdentifier: control?.id ?? null,
    };
}
function assertUsable({ superuser, createdb, systemIdentifier }, { source }, settings) {
    const doing = `using the scratch server ${(0,connection/* describeConnection */.If)(settings)}`;
    if (systemIdentifier !== null && systemIdentifier === source.systemIdentifier) {
        throw new errors/* GuardError */.U$({
            doing,
            problem: 'scratch-url leads to the server that is backed up',
            advice: 'A restore would load it as heavily as a real recovery. Give a disposable server, or use scratch: cluster.',
        });
    }
    if (!superuser && !createdb) {
        throw new errors/* CouldNotVerifyError */.aq({
            doing,
            problem: `the role "${settings.user}" may not create databases there`,
            advice: 'Use a superuser of the scratch server, as a service container has it.',
        });
    }
}
function programsFor(major, { preferredFolders, archiveMajor = 0 }, context) {
    const { environment, processes } = context;
    return (0,postgres_programs/* findPrograms */.z)({ serverMajor: Math.max(major, archiveMajor), preferredFolders, environment, processes });
}
/** Drops the databases that runs which were killed left here. */
async function sweep(session, settings, context) {
    const databases = await abandonedIn(session, context);
    for (const { name } of databases) {
        context.logger.debug(`Dropping the scratch database ${name}, which an earlier run left behind.`);
        await drop(session, settings, name);
    }
    return databases;
}
async function abandonedIn(session, { clock }) {
    const databases = await session.query(`SELECT datname AS name, pg_catalog.shobj_description(oid, 'pg_database') AS note,
            CASE WHEN pg_catalog.has_database_privilege(oid, 'CONNECT')
                 THEN pg_catalog.pg_database_size(oid)::text END AS bytes
       FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname, $1)`, [SCRATCH_PREFIX]);
    return databases
        .filter(({ note }) => isAbandoned(note, clock.now()))
        .map(({ name, bytes }) => ({ name, bytes: Number(bytes ?? 0) }));
}
/** Whether the run that created a database is over. One without a readable note is not known to be ours, and stays. */
function isAbandoned(note, now) {
    const owner = platform_owner/* Owner */._e.safeParse(parseNote(note)).data;
    if (owner === undefined) {
        return false;
    }
    const life = (0,platform_owner/* lifeOf */.c_)(owner);
    return life === 'dead' || (life === 'elsewhere' && now.getTime() - Date.parse(owner.since) > FOREIGN_LIMIT);
}
function parseNote(note) {
    try {
        return JSON.parse(note ?? '');
    }
    catch {
        return undefined;
    }
}
async function drop(session, settings, name) {
    await dropSubscriptions(session, { ...settings, database: name });
    if (session.major >= 13) {
        await session.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`);
        return;
    }
    await session.query('SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1', [name]);
    await session.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`);
}
class ScratchService {
    maintenance;
    request;
    context;
    kind = 'service';
    superuser;
    serverVersion;
    major;
    programs;
    created = [];
    constructor(maintenance, facts, request, context) {
        this.maintenance = maintenance;
        this.request = request;
        this.context = context;
        this.superuser = facts.superuser;
        this.serverVersion = facts.serverVersion;
        this.major = facts.major;
        this.programs = facts.programs;
    }
    async createDatabase() {
        const name = scratchName();
        this.created.push(name);
        const { signal, clock } = this.context;
        const localeFallback = await (0,postgres_session/* withSession */.f)(this.maintenance, { signal }, async (session) => {
            const fallback = await createLike(session, name, this.request.source);
            await this.mark(session, name, clock.now());
            return fallback;
        });
        return { name, settings: { ...this.maintenance, database: name }, localeFallback };
    }
    async release() {
        if (this.created.length === 0) {
            return;
        }
        try {
            // Without the signal: this must also happen after an interruption.
            await (0,postgres_session/* withSession */.f)(this.maintenance, {}, async (session) => {
                for (let name = this.created.pop(); name !== undefined; name = this.created.pop()) {
                    await drop(session, this.maintenance, name);
                }
            });
        }
        catch (error) {
            this.context.logger.warning(`The scratch databases on ${(0,connection/* describeConnection */.If)(this.maintenance)} could not be dropped; the next run will. ${(0,errors/* messageOf */.bD)(error)}`);
        }
    }
    /** Says whose it is, and makes its restores quick; nothing outside of this database changes. */
    async mark(session, name, now) {
        const note = JSON.stringify((0,platform_owner/* ownerHere */.Wr)('proving a backup', now)).replaceAll("'", "''");
        await session.query(`COMMENT ON DATABASE ${quoteIdentifier(name)} IS '${note}'`);
        for (const [setting, value] of Object.entries(databaseSettings(usableMemory()))) {
            await session.query(`ALTER DATABASE ${quoteIdentifier(name)} SET ${setting} = '${value}'`);
        }
    }
}
function withoutPostgres(environment) {
    return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('PG')));
}
function cannotUse(cause, settings) {
    if (cause instanceof errors/* CouldNotVerifyError */.aq) {
        return cause;
    }
    return new errors/* CouldNotVerifyError */.aq({
        doing: `using the scratch server ${(0,connection/* describeConnection */.If)(settings)}`,
        problem: `the scratch server cannot be used: ${(0,errors/* messageOf */.bD)(cause)}`,
        advice: 'Check scratch-url and that the server is healthy, or use scratch: cluster.',
        cause,
    });
}

;// CONCATENATED MODULE: ./build/postgres/acquire-scratch.js




/**
 * Gets a scratch: `service` uses the server of the URL, `cluster` starts a throw-away one from the programs on this machine,
 * `auto` takes the first of these that is there. Abort-safe: when it fails or is interrupted, nothing is left.
 *
 * Throws `CouldNotVerifyError` when there is none, `GuardError` when the URL leads to the source's own server.
 */
async function acquireScratch(request, context) {
    const { kind, url = '' } = request;
    if (kind === 'service' || (kind === 'auto' && url !== '')) {
        return openService({ ...request, url: urlOf(url) }, context);
    }
    const { major } = request.source;
    const search = {
        preferredFolders: request.preferredFolders,
        environment: context.environment,
        processes: context.processes,
    };
    const installation = await (0,postgres_programs/* findServerPrograms */.c)({ ...search, major });
    if (installation === null) {
        throw noScratch(major, kind);
    }
    sayWhichMajor(installation, major, context);
    return startCluster(installation, request, context);
}
function urlOf(url) {
    if (url !== '') {
        return url;
    }
    throw new errors/* CouldNotVerifyError */.aq({
        doing: 'looking for a scratch server',
        problem: 'scratch is "service" and scratch-url is not given',
        advice: 'Give the URL of a disposable server in scratch-url, or use scratch: cluster or auto.',
    });
}
function noScratch(major, kind) {
    const andNoUrl = kind === 'auto' ? ', and no scratch-url is given' : '';
    return new errors/* CouldNotVerifyError */.aq({
        doing: 'looking for a PostgreSQL to restore into',
        problem: `there are no server programs (initdb, postgres) of PostgreSQL ${major} or newer on this machine${andNoUrl}`,
        advice: `Give a service container of the image postgres:${major} in scratch-url, or install the package postgresql-${major}, ` +
            'or name the folder of the programs in postgres-bin.',
    });
}
function sayWhichMajor({ version, major }, wanted, { logger }) {
    if (major !== wanted) {
        logger.warning(`The throw-away cluster is PostgreSQL ${version}, because there is none of the source's major ${wanted} here.`);
    }
}

;// CONCATENATED MODULE: ./build/operations/scratch.js



/**
 * Gets a scratch server ready where the tier needs one. That there is none does not throw: it must not keep a backup from
 * being taken, only from being called proven.
 *
 * A throw-away cluster starts while other work goes on. A server that was given is looked at first, because one that must
 * not be used (`GuardError`) has to be refused before anything is dumped.
 */
async function prepareScratch(source, options, context, archiveMajor) {
    if (options.verify === 'none' || options.verify === 'archive') {
        return withoutScratch(new TypeError('this tier needs no scratch server'));
    }
    const request = {
        kind: options.scratch,
        url: options.scratchUrl,
        source,
        preferredFolders: options.postgresBin,
        ...(archiveMajor !== undefined && { archiveMajor }),
    };
    const acquiring = acquireScratch(request, context);
    const looked = acquiring.catch((error) => {
        if (!(error instanceof errors/* CouldNotVerifyError */.aq)) {
            throw error;
        }
        context.logger.info(`There is no scratch server, so nothing will be proven: ${error.problem}.`);
        return null;
    });
    // Whoever uses it meets its failure; until then that is no unhandled rejection.
    looked.catch(() => undefined);
    if (options.scratchUrl !== undefined) {
        await looked;
    }
    return {
        use: () => acquiring,
        release: async () => {
            const scratch = await looked.catch(() => null);
            await scratch?.release();
        },
    };
}
function withoutScratch(reason) {
    return { use: () => Promise.reject(reason), release: () => Promise.resolve() };
}
/** More tables at once than this make most disks slower, not quicker. */
const MOST_JOBS = 8;
/** How many tables are dumped, restored or compared at once. */
function jobsOf({ jobs }) {
    return jobs ?? Math.min((0,external_node_os_.availableParallelism)(), MOST_JOBS);
}

;// CONCATENATED MODULE: ./build/operations/backup.js























/**
 * Takes a backup, proves that it restores, commits it to the store and keeps the right ones.
 *
 * The set becomes visible by the last step of writing it, with the outcome of its proof in its manifest; whatever fails
 * before leaves the store as it was. Nothing is rotated unless this backup is as good as it was asked to be.
 */
function backup(options, context) {
    return reporting('backup', options, context, async (underWay) => {
        const { report } = underWay;
        const type = (report.type = options.type ?? 'manual');
        const rules = rulesInForce(options.alerts);
        underWay.stores.forEach((each) => policyFor(type, each.options));
        const protection = await readProtection(options, context);
        const services = servicesOf(options, report);
        try {
            const taken = await (0,backup_source/* withSource */.g5)(options, context, (source) => takeAndProve(source, { type, services, protection }, underWay));
            const earlier = await earlierRuns(underWay.store, taken.manifest);
            await measureBackup(underWay, taken.manifest, earlier);
            await tellAnomalies(underWay, taken, earlier);
            await copyAndRotate(taken, underWay);
        }
        catch (error) {
            measureFailure(underWay, rules);
            throw error;
        }
    });
}
/** Brings the copies up to date; and keeps the right sets in each store that has the new one, if that is good. */
async function copyAndRotate(taken, underWay) {
    const { report, stores, options } = underWay;
    const { id, type } = taken.manifest;
    await bringCopiesUpToDate(taken, underWay);
    if (!isAsGoodAsAsked(taken.manifest)) {
        return;
    }
    if (options.rotate) {
        const upToDate = stores.slice(1).filter((copy) => holdsSet(copy, { id, type }));
        await report.phase('Rotating', () => rotateStores(underWay, upToDate, { types: [type], justTaken: id }));
    }
    const isProven = taken.manifest.proof.outcome === 'proven';
    const good = isProven ? 'the backup is good' : 'the backup is in the store, unverified as asked for';
    failAtTroubles(`keeping the set ${type}/${id} in ${stores.length} stores`, good, underWay);
}
async function takeAndProve(source, { type, services, protection }, underWay) {
    const { report, store, stores, options, context } = underWay;
    const identity = { series: options.series ?? source.settings.database, type };
    report.series = identity.series;
    report.logDetails = { ...identity };
    const { findings, facts } = await report.phase('Checking', () => preflight(source, { ...identity, store, copies: stores.slice(1) }, options, context));
    report.find(findings);
    // The log of another series is not written to.
    report.isLogged = !findings.some(({ code }) => code === 'STORE_FOREIGN_SERIES');
    stopAtErrors(findings);
    await (0,stores_store/* withLock */.k)(store, `cleaning up ${store.name}`, () => store.sweep());
    const scratch = await report.phase('Getting scratch ready', () => prepareScratch(facts, options, context, source.programs.major));
    try {
        return await withServicesStopped(services, context, async (restart) => {
            const description = await report.phase('Taking a snapshot', () => describeSource(source, options));
            const incoming = await store.begin((0,backup_manifest/* idOf */.TH)(description.snapshot.time), type);
            try {
                return await writeSet(incoming, { identity, source, description, scratch, protection, restart }, underWay);
            }
            finally {
                await incoming.discard();
            }
        });
    }
    finally {
        await scratch.release();
    }
}
/** Dumps into the incoming set, proves it, and commits it with its proof. */
async function writeSet(incoming, { identity, source, description, scratch, protection, restart }, underWay) {
    const { report, options, context } = underWay;
    const folder = await makingFolder(incoming, protection, context);
    const jobs = jobsOf(options);
    const taken = await report.phase('Dumping', () => takeDump(source, description, { folder, type: identity.type, jobs, options }, context));
    // Ends the snapshot's transaction, which holds back vacuum at the source.
    await source.session.end();
    // What was dumped is fixed by the snapshot; nobody needs to wait for its proof.
    await restart();
    const files = await report.phase('Checksumming', () => (0,backup_set/* describeFiles */.LG)(folder, { signal: context.signal }));
    const draft = await withKit(folder, taken, draftManifest(identity, source, taken, files, options));
    const manifest = await proveInto({ folder, manifest: draft, objects: taken.catalog.objects }, { programs: source.programs, scratch, jobs }, underWay);
    const committed = await commitSet(incoming, { folder, manifest }, protection, underWay);
    return { ...committed, schema: { major: taken.catalog.source.major, objects: taken.catalog.objects } };
}
/** Adds the recovery kit to the set; it is written from the manifest, and listed in it like every file. */
async function withKit(folder, { catalog }, draft) {
    const hasPublicSchema = catalog.objects.some(({ kind, name }) => kind === 'schema' && name === 'public');
    const kit = await writeKit(folder, { manifest: draft, tables: catalog.tables, hasPublicSchema });
    return { ...draft, files: [...draft.files, ...kit].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}
function isAsGoodAsAsked({ proof }) {
    return proof.outcome === 'proven' || proof.tier === 'none';
}

// EXTERNAL MODULE: ./build/postgres/pooler.js
var pooler = __webpack_require__(14045);
// EXTERNAL MODULE: ./build/postgres/tls.js
var tls = __webpack_require__(20623);
;// CONCATENATED MODULE: ./build/operations/doctor-connection.js





/** A server that was only just started is waited for so long. */
const PATIENCE_MS = 5_000;
/** Clocks may differ so much without anybody noticing, in milliseconds. */
const CLOCK_TOLERANCE_MS = 5_000;
/** What cannot be looked at without the database. */
const NEEDS_CONNECTION = [
    ['Database', 'encryption'],
    ['Database', 'pooler'],
    ['Database', 'privileges'],
    ['Programs', 'client programs'],
    ['Clock', 'of the server'],
];
/** Looks at how the database is reached. Undefined where it cannot be; the caller ends the session. */
async function examineConnection(seen, options, context) {
    const session = await seen.check('Database', 'connection', async () => {
        const settings = (0,connection/* parseConnection */.C8)({ databaseUrl: options.databaseUrl, environment: context.environment });
        (0,backup_source/* hideSecrets */.s0)(settings, options, context);
        const connected = await (0,postgres_session/* connect */.N)(settings, { signal: context.signal, patience: PATIENCE_MS });
        seen.ok('Database', 'connection', `${(0,connection/* describeConnection */.If)(settings)}, PostgreSQL ${connected.serverVersion}`);
        return connected;
    });
    if (session === undefined) {
        for (const [subject, what] of NEEDS_CONNECTION) {
            seen.notChecked(subject, what, 'the database could not be reached');
        }
        return undefined;
    }
    await seen.check('Database', 'encryption', () => examineEncryption(seen, session));
    await seen.check('Database', 'pooler', async () => {
        await (0,pooler/* assertDirect */.m)(session, { signal: context.signal });
        seen.ok('Database', 'pooler', 'the session has a server connection of its own');
    });
    await seen.check('Database', 'standby', () => examineStandby(seen, session));
    await seen.check('Clock', 'of the server', () => examineClock(seen, session, context));
    return session;
}
async function examineEncryption(seen, session) {
    const { settings } = session;
    if ((0,connection/* isSocket */.qU)(settings)) {
        seen.ok('Database', 'encryption', 'a socket of this machine, nothing goes over a network');
        return;
    }
    const [row] = await session.query('SELECT ssl, version FROM pg_catalog.pg_stat_ssl WHERE pid = pg_backend_pid()');
    if (row?.ssl !== true) {
        tellPlain(seen, settings);
    }
    else if (!(0,tls/* isVerified */.p4)(settings)) {
        seen.warning('Database', 'encryption', `${row.version ?? 'TLS'}, but nobody checks that it is the right server (sslmode=${settings.sslMode})`, 'Use sslmode=verify-full with sslrootcert, or with sslrootcert=system for a public certificate.');
    }
    else {
        const what = settings.sslMode === 'verify-full' ? 'certificate and name' : 'certificate, not the name,';
        seen.ok('Database', 'encryption', `${row.version ?? 'TLS'}; the ${what} of the server are checked`);
    }
}
function tellPlain(seen, { host }) {
    if (['localhost', '127.0.0.1', '::1'].includes(host)) {
        seen.ok('Database', 'encryption', 'not encrypted, and it does not leave this machine');
        return;
    }
    seen.warning('Database', 'encryption', 'the connection is not encrypted: whoever is in between reads the password and every row', 'Turn on ssl at the server and use sslmode=verify-full. On a network that is yours alone it may stay so.');
}
async function examineStandby(seen, session) {
    const [row] = await session.query(`SELECT s.standby, current_setting('hot_standby_feedback') AS feedback,
            current_setting('max_standby_streaming_delay') AS delay,
            CASE WHEN NOT s.standby OR pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
                 ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 END AS lag
       FROM (SELECT pg_is_in_recovery() AS standby) s`);
    if (row?.standby !== true) {
        seen.ok('Database', 'standby', 'it is a primary');
        return;
    }
    const behind = row.lag === null ? 'nobody can say how far behind' : `${Math.round(row.lag)} s behind`;
    seen.warning('Database', 'standby', `it is a standby, ${behind} (hot_standby_feedback ${row.feedback}, max_standby_streaming_delay ${row.delay})`, 'A backup is as old as the replay, and conflicts can cancel it: back up the primary, or set hot_standby_feedback = on and a longer max_standby_streaming_delay.');
}
/** Snapshots are dated by the server, their age is judged here. */
async function examineClock(seen, session, { clock }) {
    const before = clock.monotonic();
    const [row] = await session.query('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now');
    const here = clock.now().getTime() - (clock.monotonic() - before) / 2;
    const apart = (row?.now ?? NaN) - here;
    const seconds = (Math.abs(apart) / 1000).toFixed(1);
    if (Math.abs(apart) <= CLOCK_TOLERANCE_MS) {
        seen.ok('Clock', 'of the server', `${seconds} s from the clock of this machine`);
        return;
    }
    seen.warning('Clock', 'of the server', `it is ${seconds} s ${apart > 0 ? 'ahead of' : 'behind'} the clock of this machine`, 'Set both clocks right (NTP): the age of backups and what is kept are judged by them.');
}

;// CONCATENATED MODULE: ./build/sealing/identities.js




const SECRET = /AGE-SECRET-KEY-/i;
/**
 * Reads the option `decrypt-key`: identities, one a line, with comments as age-keygen writes them, or the path of such a
 * file.
 *
 * @param hide told every private key before anything else is done with it
 * Throws `UsageError`.
 */
async function readIdentities(value, { folder, hide }) {
    const text = await keyText(value, {
        option: 'decrypt-key',
        mark: /AGE-SECRET-KEY-|-----BEGIN|age-encryption/i,
        folder,
    });
    const lines = text.split(/\r?\n/).map((line) => line.trim());
    lines.filter((line) => SECRET.test(line)).forEach(hide);
    const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
    refuseOtherKinds(text, keys);
    return Promise.all([...new Set(keys)].map(parseIdentity));
}
function refuseOtherKinds(text, keys) {
    if (/BEGIN AGE ENCRYPTED FILE|^age-encryption\.org/.test(text)) {
        throw identities_unusable('it is protected by a passphrase', 'Decrypt it with age -d where only you can read it, and give that.');
    }
    if (/BEGIN [A-Z ]*PRIVATE KEY/.test(text)) {
        throw identities_unusable('it is an SSH or TLS key', 'Give the age identity, which begins with AGE-SECRET-KEY-1.');
    }
    if (keys.length === 0) {
        throw identities_unusable('there is no identity in it', 'An identity is a line that begins with AGE-SECRET-KEY-1.');
    }
}
/** What is wrong with a key is told without a letter of it. */
async function parseIdentity(key) {
    if (key.startsWith('age1')) {
        throw identities_unusable('it holds a public key', 'Give the private one, which begins with AGE-SECRET-KEY-1.');
    }
    const { Decrypter, identityToRecipient } = await loadAge();
    try {
        new Decrypter().addIdentity(key);
        if (key.startsWith('AGE-SECRET-KEY-1')) {
            return { key, recipientId: recipientId(await identityToRecipient(key)) };
        }
    }
    catch {
        // Said below; the library's own message could quote the key.
    }
    throw identities_unusable('a line of it is not an age identity', 'An identity begins with AGE-SECRET-KEY-1 and has 74 letters and digits, all capitals. Copy it anew.');
}
function identities_unusable(problem, advice) {
    return new errors/* UsageError */.eb({ doing: 'reading the option decrypt-key', problem, advice });
}

;// CONCATENATED MODULE: ./build/operations/doctor-keys.js




/** Looks whether the keys can be read and fit each other, and the newest set in the store. */
async function examineKeys(seen, stored, options, { logger, workingDirectory }) {
    const { encryptTo, decryptKey, signingKey, trustedKeys } = options;
    const hide = (secret) => {
        logger.hide(secret);
    };
    const reading = { folder: workingDirectory, hide };
    const recipients = await seen.check('Keys', 'encrypt-to', () => parseRecipients(encryptTo, hide));
    if (recipients !== undefined) {
        tellEncryption(seen, recipients, options);
    }
    if (decryptKey !== undefined) {
        const identities = await seen.check('Keys', 'decrypt-key', () => readIdentities(decryptKey, reading));
        if (identities !== undefined) {
            tellDecryption(seen, identities, recipients ?? [], stored);
        }
    }
    const trusted = trustedKeys === undefined
        ? []
        : await seen.check('Keys', 'trusted-keys', () => readTrustedKeys(trustedKeys, reading));
    if (signingKey !== undefined) {
        const key = await seen.check('Keys', 'signing-key', () => readSigningKey(signingKey, reading));
        if (key !== undefined) {
            tellSignature(seen, key, trusted ?? []);
        }
    }
}
function tellEncryption(seen, recipients, { store, copies, hideNames }) {
    if (hideNames && recipients.length === 0) {
        seen.problem('Keys', 'hide-names', 'it is asked for without encrypt-to', 'Names are hidden only where their list is encrypted: give encrypt-to.');
        return;
    }
    if (recipients.length > 0) {
        seen.ok('Keys', 'encrypt-to', `sets are encrypted to ${(0,units/* counted */.hS)(recipients.length, 'key')}`);
        return;
    }
    const elsewhere = [store, ...copies.map(({ location }) => location)].some((each) => !/^[./]/.test(each));
    if (elsewhere) {
        seen.warning('Keys', 'encrypt-to', 'sets are kept off this machine and are not encrypted: whoever can read a store reads every row', 'Give an age public key in encrypt-to (age-keygen makes one), and keep the private one elsewhere.');
    }
    else {
        seen.ok('Keys', 'encrypt-to', 'sets are not encrypted, and stay on this machine');
    }
}
function tellDecryption(seen, identities, recipients, stored) {
    const own = new Set(identities.map(({ recipientId }) => recipientId));
    const newest = stored?.sets.find(({ manifest }) => manifest.encryption !== undefined);
    const reads = (ids) => ids.some((id) => own.has(id));
    const needed = [
        ...(recipients.length === 0
            ? []
            : [{ what: 'what is encrypted from now on', ids: recipients.map(({ id }) => id) }]),
        ...(newest?.manifest.encryption === undefined
            ? []
            : [{ what: `the newest encrypted set ${newest.type}/${newest.id}`, ids: newest.manifest.encryption.recipients }]),
    ];
    const shut = needed.filter(({ ids }) => !reads(ids)).map(({ what }) => what);
    if (shut.length > 0) {
        seen.problem('Keys', 'decrypt-key', `it does not read ${shut.join(' and ')}`, 'Give the private key that belongs to a key of encrypt-to: age-keygen -y prints the public key of a private one.');
        return;
    }
    const read = needed.map(({ what }) => what).join(' and ');
    seen.ok('Keys', 'decrypt-key', needed.length === 0 ? 'it can be read; nothing is encrypted' : `it reads ${read}`);
}
function tellSignature(seen, key, keys) {
    const trusted = keys.map(keyName);
    const name = keyName(key);
    if (trusted.length > 0 && !trusted.includes(name)) {
        seen.problem('Keys', 'signing-key', `the key ${name} is none of the trusted-keys (${trusted.join(', ')})`, 'Add its public key to trusted-keys, or every set that is signed from now on will be refused: openssl pkey -in signing.pem -pubout');
        return;
    }
    seen.ok('Keys', 'signing-key', `sets are signed with the key ${name}`);
}

;// CONCATENATED MODULE: ./build/operations/doctor-scratch.js





const WHAT = 'server for the proof';
/** Really gets a scratch server ready and makes a database in it, as a backup will; nothing of it stays. */
async function examineScratch(seen, source, options, context) {
    if (options.verify === 'none' || options.verify === 'archive') {
        seen.warning('Scratch', WHAT, `none is needed, because verify is "${options.verify}" and nothing will be restored`, 'Use verify: full, the default. Only a backup that was restored is known to restore.');
        return;
    }
    if (source === undefined) {
        seen.notChecked('Scratch', WHAT, 'it must fit the database, which could not be looked at');
        return;
    }
    const scratch = await seen.check('Scratch', WHAT, () => acquireScratch({
        kind: options.scratch,
        url: options.scratchUrl,
        source: source.facts,
        preferredFolders: options.postgresBin,
        ...(source.programs !== undefined && { archiveMajor: source.programs.major }),
    }, context));
    if (scratch === undefined) {
        return;
    }
    try {
        await seen.check('Scratch', WHAT, () => examineServer(seen, scratch, source));
        if (scratch.kind === 'cluster') {
            await seen.check('Space', 'for the restored copy', () => examineRoom(seen, source, context));
        }
    }
    finally {
        await scratch.release();
    }
}
async function examineServer(seen, scratch, { facts }) {
    const { localeFallback } = await scratch.createDatabase();
    const kind = scratch.kind === 'cluster' ? 'a throw-away cluster' : 'the server of scratch-url';
    const found = `${kind} of PostgreSQL ${scratch.serverVersion} was got ready and a database made in it`;
    if (scratch.major !== facts.major) {
        seen.warning('Scratch', WHAT, `${found}, and the database is on major ${facts.major}`, `Data is compared all the same. To prove a restore into the same major, install postgresql-${facts.major} or give such a server in scratch-url.`);
    }
    else if (!scratch.superuser) {
        seen.warning('Scratch', WHAT, `${found}, by a role that is no superuser`, 'Owners and some extensions cannot be restored there: use a superuser, as a service container has it.');
    }
    else {
        seen.ok('Scratch', WHAT, found);
    }
    if (localeFallback !== null) {
        seen.warning('Scratch', 'locale', localeFallback, 'Install the locale of the database on this machine.');
    }
}
/** The cluster lies in the folder for temporary files and holds the whole database once more, with its indexes. */
async function examineRoom(seen, { databaseBytes }, { environment }) {
    const folder = (0,workspace/* temporaryFolder */.yy)(environment);
    const { bavail, bsize } = await (0,file_errors/* orFileTrouble */.nD)(`asking for the free space of ${folder}`, () => (0,promises_.statfs)(folder));
    const free = bavail * bsize;
    const found = `${(0,units/* formatBytes */.z3)(free)} are free in ${folder}, the database occupies ${(0,units/* formatBytes */.z3)(databaseBytes)}`;
    if (free < databaseBytes) {
        seen.problem('Space', 'for the restored copy', found, 'Set TMPDIR to a larger disk, or give a server with more room in scratch-url.');
    }
    else {
        seen.ok('Space', 'for the restored copy', found);
    }
}

// EXTERNAL MODULE: ./build/postgres/compression.js
var postgres_compression = __webpack_require__(98360);
;// CONCATENATED MODULE: ./build/operations/doctor-source.js








const CHOICE = [
    'TABLE_NOT_FOUND',
    'REFERENCED_TABLE_LEFT_OUT',
    'PLAIN_NOT_RESTORABLE',
    'FOREIGN_TABLE_DATA',
];
const PRIVILEGES = ['SCHEMA_UNREADABLE', 'TABLE_UNREADABLE', 'LARGE_OBJECTS_DENIED'];
/** Looks whether the programs fit, and whether everything that must be dumped is there and may be read. */
async function examineSource(seen, session, options, context) {
    const programs = await examinePrograms(seen, session, options, context);
    const inspection = await seen.check('Database', 'privileges', async () => inspectSource({ session, searchPath: await (0,backup_source/* currentSchemas */.kc)(session), programs }, options));
    if (inspection !== undefined) {
        tellInspection(seen, inspection);
    }
    await seen.check('Database', 'role', () => examineRole(seen, session));
    if (programs !== undefined) {
        await seen.check('Database', 'roles of the cluster', () => examineGlobals(seen, programs, session, context));
    }
    return inspection === undefined
        ? undefined
        : {
            facts: inspection.facts,
            tableBytes: inspection.bytes,
            databaseBytes: await wholeBytes(session, inspection),
            compressed: options.compression !== 'none',
            programs,
        };
}
async function examinePrograms(seen, { major }, options, { processes, environment }) {
    const programs = await seen.check('Programs', 'client programs', () => (0,postgres_programs/* findPrograms */.z)({ serverMajor: major, preferredFolders: options.postgresBin, environment, processes }));
    if (programs === undefined) {
        return undefined;
    }
    const where = `PostgreSQL ${programs.version} in ${programs.origin}`;
    if (programs.exact) {
        seen.ok('Programs', 'client programs', where);
    }
    else {
        seen.warning('Programs', 'client programs', `${where}, and the server is of major ${major}`, `Install the programs of PostgreSQL ${major}: a dump of newer ones may not restore into that major.`);
    }
    await seen.check('Programs', 'compression', async () => {
        const ability = await (0,postgres_compression/* compressionAbility */.H)(programs, { processes, environment });
        seen.ok('Programs', 'compression', (0,postgres_compression/* resolveCompression */.$)(options.compression, options.format, ability));
    });
    return programs;
}
function tellInspection(seen, { findings, tables, bytes }) {
    const of = (codes) => findings.filter(({ code }) => codes.includes(code));
    const some = `${(0,units/* counted */.hS)(tables, 'table')}, ${(0,units/* formatBytes */.z3)(bytes)}`;
    seen.findings('Database', 'tables', of(CHOICE), `the rows of ${some} will be dumped`);
    seen.findings('Database', 'privileges', of(PRIVILEGES), 'everything that is dumped may be read');
    seen.findings('Database', 'row-level security', of(['ROW_SECURITY_ACTIVE']), 'it hides no rows from the role that backs up');
    const subscriptions = of(['SUBSCRIPTION_LEFT_OUT']);
    if (subscriptions.length > 0) {
        seen.findings('Database', 'subscriptions', subscriptions, '');
    }
}
async function examineRole(seen, session) {
    const [row] = await session.query(`SELECT r.rolname::text AS name, r.rolsuper AS superuser,
            coalesce((SELECT pg_has_role(a.oid, 'USAGE') FROM pg_catalog.pg_roles a
                       WHERE a.rolname = 'pg_read_all_data'), false) AS reads_all
       FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`);
    const name = row?.name ?? session.settings.user;
    if (row?.superuser === true || row?.reads_all === true) {
        seen.ok('Database', 'role', `"${name}" ${row.superuser ? 'is a superuser' : 'is a member of pg_read_all_data'}: tables that are still to come may be read too`);
        return;
    }
    seen.warning('Database', 'role', `"${name}" is no member of pg_read_all_data: the first table that somebody else makes may end the backups`, session.major >= 14
        ? `GRANT pg_read_all_data TO "${name}"`
        : `ALTER DEFAULT PRIVILEGES … GRANT SELECT ON TABLES TO "${name}", for each role that makes tables.`);
}
/** As a backup does it; it is also the first time that PostgreSQL's own programs connect. */
async function examineGlobals(seen, programs, { settings }, { processes, workspace, environment }) {
    const args = ['--roles-only', '--no-role-passwords', '--no-password'];
    await processes.run({
        ...programs.command('pg_dumpall', [...args, `--database=${connectionStringOf(settings.database)}`]),
        env: await (0,libpq_environment/* libpqEnvironment */.SQ)(settings, { workspace, environment }),
        doing: 'dumping the roles',
        advice: 'The role that backs up must be able to read pg_roles, and psql with the same settings to connect.',
    });
    seen.ok('Database', 'roles of the cluster', 'pg_dumpall writes them, without passwords');
}
/** Who may not ask for it gets what the tables occupy. */
function wholeBytes(session, { bytes }) {
    return (0,catalog_source/* readDatabaseBytes */.nk)(session).catch(() => bytes);
}

;// CONCATENATED MODULE: ./build/operations/doctor-stores.js







/** Late or unproven backups are a problem; that there is none yet is what comes before the first. */
const LATE = ['BACKUP_TOO_OLD', 'BACKUP_UNPROVEN_TOO_LONG'];
/** Looks at the store and every copy: reached, written to, of this series, with room, with backups that are new enough. */
async function examineStores(seen, source, options, context) {
    const { workingDirectory } = context;
    const locations = [options.store, ...options.copies.map(({ location }) => location)];
    await seen.check('Stores', 'copies', () => {
        refuseSamePlace(locations.filter(isLocation), workingDirectory);
        if (options.copies.length === 0) {
            seen.warning('Stores', 'copies', 'there is one store and no copy: what destroys it destroys every backup', 'Name a place off this machine in copies.');
        }
    });
    await seen.check('Stores', 'retention', () => {
        const type = options.type ?? 'manual';
        const all = [options, ...options.copies.map(({ keep }) => withOverrides(options, keep))];
        all.forEach((each) => policyFor(type, each));
        seen.ok('Stores', 'retention', `the rules for the type "${type}" can be applied`);
    });
    const [primary, ...copies] = locations;
    const listing = await examineStore(seen, primary ?? options.store, source, options, context);
    for (const location of copies) {
        await examineStore(seen, location, source, options, context);
    }
    return listing;
}
async function examineStore(seen, location, source, options, context) {
    const what = (0,stores_location/* shownLocation */.R)(location);
    const store = await seen.check('Stores', what, () => (0,factory/* openStore */.C)(location, { ...context, settings: options }));
    if (store === undefined) {
        return undefined;
    }
    try {
        const listing = await seen.check('Stores', what, () => examineContent(seen, location, store, source, options));
        if (listing !== undefined) {
            await seen.check('Space', what, () => doctor_stores_examineRoom(seen, store, listing, source, options));
            await seen.check('Schedule', what, () => {
                examineFreshness(seen, store, listing, options, context);
            });
        }
        return listing;
    }
    finally {
        await store.close();
    }
}
async function examineContent(seen, location, store, source, options) {
    await store.checkWritable();
    const [present, listing] = [await store.series(), await store.list()];
    const series = options.series ?? source?.facts.database;
    if (present !== null && series !== undefined && present !== series) {
        seen.problem('Stores', store.name, `it holds the series "${present}", and this database is "${series}"`, 'Give each database a store of its own, or name the series in the option series.');
        return listing;
    }
    // Artifacts cannot be removed without a permission of its own, so none is made to see whether one can be.
    const how = (0,stores_location/* kindOfLocation */.F)(location).kind === 'artifact'
        ? 'it can be listed, and this job may upload; nothing was written'
        : 'a file was written and removed again';
    seen.ok('Stores', store.name, `${how}; ${(0,units/* counted */.hS)(listing.sets.length, 'backup')} in it`);
    const [broken] = listing.broken;
    if (broken !== undefined) {
        seen.warning('Stores', store.name, `${(0,units/* counted */.hS)(listing.broken.length, 'thing')} in it only look${listing.broken.length === 1 ? 's' : ''} like a backup: ${broken.type}/${broken.id}, ${broken.reason.replace(/\.$/, '')}`, 'They are never counted and never removed. Look at them, and remove by hand what nobody needs.');
    }
    return listing;
}
async function doctor_stores_examineRoom(seen, store, { sets }, source, { type = 'manual' }) {
    const free = await store.freeBytes();
    if (free === null) {
        seen.ok('Space', store.name, 'the store sets no limit that could be asked for');
        return;
    }
    const previousBytes = sets.find((set) => set.type === type)?.bytes;
    if (source === undefined && previousBytes === undefined) {
        seen.notChecked('Space', store.name, `${(0,units/* formatBytes */.z3)(free)} are free; what a backup needs is not known without the database`);
        return;
    }
    const need = { tableBytes: source?.tableBytes ?? 0, previousBytes, compressed: source?.compressed ?? true };
    seen.findings('Space', store.name, spaceFindings({ ...need, store: store.name, free }, units/* formatBytes */.z3), `${(0,units/* formatBytes */.z3)(free)} are free`);
}
function examineFreshness(seen, store, { sets, broken }, { maxAge, maxUnproven, watchTier: tier, type }, { clock }) {
    const what = `in ${store.name}`;
    if (sets.length === 0 && broken.length === 0) {
        seen.warning('Schedule', what, 'there is no backup yet', 'Take the first one: pg-lifeboat backup');
        return;
    }
    const { types, findings } = judgeFreshness({ store: store.name, sets, broken }, { maxAge, maxUnproven, tier, type }, clock.now());
    const weighed = findings.map((one) => ({
        ...one,
        severity: one.severity === 'error' && !LATE.includes(one.code) ? 'warning' : one.severity,
    }));
    const watched = types.map((one) => one.type).join(', ');
    seen.findings('Schedule', what, weighed, `${watched}: new enough, and proven to restore`);
}
/** What is none is said where it is opened. */
function isLocation(location) {
    try {
        (0,stores_location/* kindOfLocation */.F)(location);
        return true;
    }
    catch {
        return false;
    }
}

// EXTERNAL MODULE: ./node_modules/croner/dist/croner.js
var croner = __webpack_require__(55814);
// EXTERNAL MODULE: external "node:dns/promises"
var external_node_dns_promises_ = __webpack_require__(71553);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(77030);
;// CONCATENATED MODULE: ./build/platform/resolve.js



/**
 * The addresses of a host, as a connection would find them.
 *
 * @param option what names the host, for messages
 * Throws `OperationError` when it has none.
 */
async function addressesOf(hostname, option) {
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    if ((0,external_node_net_.isIP)(host) !== 0) {
        return [host];
    }
    try {
        return (await (0,external_node_dns_promises_.lookup)(host, { all: true })).map(({ address }) => address);
    }
    catch (cause) {
        throw new errors/* OperationError */.OK({
            doing: `looking up the host of ${option}`,
            problem: `the host name "${host}" cannot be resolved`,
            advice: `Check the spelling of ${option}, and the DNS of this machine.`,
            cause,
        });
    }
}

;// CONCATENATED MODULE: ./build/operations/doctor-surroundings.js






/** Looks at what starts backups, and at who hears of them. */
async function examineSurroundings(seen, options, context) {
    await seen.check('Schedule', 'next run', () => {
        examineSchedule(seen, options, context);
    });
    await seen.check('GitHub', 'token', () => examineGitHub(seen, options, context));
    for (const name of ['webhook-url', 'ping-url']) {
        const address = name === 'webhook-url' ? options.webhookUrl : options.pingUrl;
        if (address !== undefined) {
            await seen.check('Alerts', name, () => examineAddress(seen, name, address, context));
        }
    }
    if (options.webhookUrl === undefined && options.pingUrl === undefined && !options.problemIssues) {
        seen.warning('Alerts', 'channels', 'nobody is told when a backup fails, or when none is taken any more', "Give webhook-url, ping-url (a dead-man's service) or problem-issues, and let `watch` run where backups do not.");
    }
}
function examineSchedule(seen, { schedule, timezone, type }, { clock, environment }) {
    if (schedule !== undefined) {
        const next = new croner/* Cron */.l4(schedule, { timezone, paused: true }).nextRun(clock.now());
        const when = next === null ? undefined : (0,units/* formatInstant */.r4)(next);
        if (when === undefined) {
            seen.problem('Schedule', 'next run', `"${schedule}" never comes`, 'Correct the schedule in lifeboat.yml.');
        }
        else {
            seen.ok('Schedule', 'next run', `"${schedule}" (${timezone}): ${when}, where pg-lifeboat schedule runs`);
        }
        return;
    }
    if ((0,github/* jobOf */.Zw)(environment) !== null) {
        return; // what starts the workflow is looked at with the token
    }
    seen.warning('Schedule', 'next run', `${type === undefined ? 'no type is chosen, and so no schedule' : `the type "${type}" has no schedule`}; whether cron or a workflow starts backups cannot be seen here`, 'Give the type a schedule in lifeboat.yml and let pg-lifeboat schedule run, or make sure that cron or a workflow starts it.');
}
/** Permissions of a token cannot be asked for, only tried; what would change something is not tried. */
async function examineGitHub(seen, options, context) {
    const { environment } = context;
    const token = options.githubToken ?? environment.GITHUB_TOKEN ?? '';
    const locations = [options.store, ...options.copies.map(({ location }) => location)];
    const needs = [
        ...(locations.some(isArtifact) ? ['artifact: stores (actions: read, and actions: write to remove)'] : []),
        ...(options.problemIssues ? ['problem-issues (issues: write)'] : []),
    ];
    if (needs.length > 0 && token === '') {
        seen.problem('GitHub', 'token', `there is none, and it is needed for ${needs.join(' and ')}`, 'Give github-token: ${{ github.token }} and the permissions in the job.');
        return;
    }
    if ((0,github/* jobOf */.Zw)(environment) === null || token === '') {
        return;
    }
    const findings = await watchSchedules(options, context);
    const more = needs.length === 0 ? '' : `; not tried, because it changes something: ${needs.join(', ')}`;
    seen.findings('GitHub', 'token', findings, `it reads the repository, and no schedule is about to be disabled${more}`);
}
function isArtifact(location) {
    try {
        return (0,stores_location/* kindOfLocation */.F)(location).kind === 'artifact';
    }
    catch {
        return false; // said where the stores are looked at
    }
}
/** Nothing is sent: a dead-man's service would take it for a backup. */
async function examineAddress(seen, name, address, { environment, logger }) {
    logger.hide(address);
    const { hostname, protocol } = new URL(address);
    if (environment.HTTPS_PROXY ?? environment.https_proxy) {
        seen.ok('Alerts', name, `${hostname}, which the proxy of HTTPS_PROXY reaches; nothing was sent`);
        return;
    }
    const addresses = await addressesOf(hostname, name);
    if (protocol === 'http:' && !/^(localhost|127\.|\[?::1)/.test(hostname)) {
        seen.warning('Alerts', name, `${hostname} is asked without encryption`, 'Use an address that begins with https://');
        return;
    }
    seen.ok('Alerts', name, `${hostname} is ${addresses[0] ?? 'known'}; nothing was sent`);
}

;// CONCATENATED MODULE: ./build/operations/examination.js


const examination_SUBJECTS = [
    'Database',
    'Programs',
    'Scratch',
    'Stores',
    'Space',
    'Keys',
    'Clock',
    'Schedule',
    'GitHub',
    'Alerts',
];
/** How many things of one kind a line names. */
const examination_MOST_NAMED = 3;
/** What is seen while everything is looked at. A check that fails is a line itself, and the others go on. */
class Examination {
    context;
    seen = [];
    constructor(context) {
        this.context = context;
    }
    /** What was seen, by subject. */
    get lines() {
        const { logger } = this.context;
        const all = examination_SUBJECTS.flatMap((subject) => this.seen.filter((line) => line.subject === subject));
        return all.map((line) => ({ ...line, found: logger.redact(line.found) }));
    }
    ok(subject, what, found) {
        this.seen.push({ subject, what, state: 'ok', found });
    }
    warning(subject, what, found, advice) {
        this.seen.push({ subject, what, state: 'warning', found, advice });
    }
    problem(subject, what, found, advice) {
        this.seen.push({ subject, what, state: 'problem', found, advice });
    }
    notChecked(subject, what, found, advice) {
        this.seen.push({ subject, what, state: 'not-checked', found, ...(advice !== undefined && { advice }) });
    }
    /** Looks at one thing. What is thrown becomes a line; only an interruption ends everything. */
    async check(subject, what, look) {
        try {
            return await look();
        }
        catch (error) {
            if (error instanceof errors/* InterruptedError */.p4 || this.context.signal.aborted) {
                throw new errors/* InterruptedError */.p4(`looking at ${what}`, error);
            }
            this.failed(subject, what, error);
            return undefined;
        }
    }
    /**
     * Tells findings that other operations would tell too, those of one code in one line; one good line where there are
     * none that matter.
     */
    findings(subject, what, findings, good) {
        const pressing = findings.filter(({ severity }) => severity !== 'info');
        if (pressing.length === 0) {
            this.ok(subject, what, good);
        }
        for (const code of new Set(pressing.map((finding) => finding.code))) {
            this.group(subject, what, pressing.filter((finding) => finding.code === code));
        }
    }
    group(subject, what, findings) {
        const [first] = findings;
        if (first !== undefined) {
            const { code, found, advice, severity } = first;
            this.seen.push({
                subject,
                what,
                state: examination_STATES[severity],
                found: `${examination_namesOf(findings)}: ${found} (${code})`,
                advice,
            });
        }
    }
    /** What the server would not let us ask is not known to be wrong; whatever else failed here would fail a backup too. */
    failed(subject, what, error) {
        if (error instanceof errors/* LifeboatError */.H3 && !(error instanceof query_error/* QueryError */.l)) {
            this.problem(subject, what, error.problem, error.advice);
            return;
        }
        const advice = error instanceof errors/* LifeboatError */.H3 ? error.advice : 'Read the message; if it does not help, report it.';
        this.notChecked(subject, what, error instanceof errors/* LifeboatError */.H3 ? error.problem : (0,errors/* messageOf */.bD)(error), advice);
    }
}
const examination_STATES = {
    error: 'problem',
    inconclusive: 'not-checked',
    warning: 'warning',
    info: 'ok',
};
function examination_namesOf(findings) {
    const names = findings.slice(0, examination_MOST_NAMED).map(({ on }) => on);
    const more = findings.length - names.length;
    return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`;
}

;// CONCATENATED MODULE: ./build/operations/doctor.js








/**
 * Looks at everything that a backup and its proof need, and says of each thing whether it is right and what to do. It takes
 * the options of a backup, does the same things as far as they change nothing, and never stops at the first trouble.
 *
 * Nothing stays behind: what is written to a store is removed again, a scratch server is released. Nobody is told of it.
 */
async function doctor(options, context) {
    const report = new ReportDraft('doctor', context);
    const seen = new Examination(context);
    report.type = options.type;
    report.series = options.series ?? '';
    let failure;
    try {
        const source = await report.phase('Looking at the database', () => lookAtDatabase(seen, options, context));
        report.series = options.series ?? source?.facts.database ?? '';
        await report.phase('Getting scratch ready', () => examineScratch(seen, source, options, context));
        const stored = await report.phase('Looking at the stores', () => examineStores(seen, source, options, context));
        await report.phase('Looking at keys, schedules and alerts', async () => {
            await examineKeys(seen, stored, options, context);
            await examineSurroundings(seen, options, context);
        });
    }
    catch (error) {
        failure = error;
    }
    report.diagnosis = seen.lines;
    return report.finished(failure);
}
async function lookAtDatabase(seen, options, context) {
    const session = await examineConnection(seen, options, context);
    try {
        return session === undefined ? undefined : await examineSource(seen, session, options, context);
    }
    finally {
        await session?.end();
    }
}

// EXTERNAL MODULE: ./build/options.js + 3 modules
var options = __webpack_require__(86858);
;// CONCATENATED MODULE: ./build/drill/outcomes.js


/** What findings amount to for a drill: what could not be checked is not passed. */
function outcomes_outcomeOf(findings) {
    switch ((0,build_findings/* worstOf */.hm)(findings)) {
        case 'error':
            return 'failed';
        case 'inconclusive':
            return 'could-not-run';
        default:
            return 'passed';
    }
}
/** The weightiest finding as a sentence without its full stop, or what is said where there is none. */
function saidOf({ findings, outcome }, otherwise) {
    const weighty = outcome === 'passed' ? [] : findings.filter(({ severity }) => ['error', 'inconclusive'].includes(severity));
    const [first] = weighty;
    const more = weighty.length > 1 ? ` (and ${weighty.length - 1} more)` : '';
    return first === undefined ? otherwise : `${(0,build_findings/* describeFinding */.jb)(first).replace(/\.$/, '')}${more}`;
}
/** The times of a recovery, with the age of what it brought back. */
function rehearsed(set, timeline, { context: { clock } }) {
    const rows = (0,records_metrics/* totalRows */.wh)((0,records_metrics/* rowsByTable */.NP)(set.manifest));
    return {
        id: set.id,
        type: set.type,
        times: timeline.times(),
        rpo: Math.max(0, (clock.now().getTime() - Date.parse(set.manifest.snapshot.time)) / 1000),
        ...(rows !== null && { rows }),
    };
}
function failedCase(name, said) {
    return { name, outcome: 'failed', said };
}
function openCase(name, said) {
    return { name, outcome: 'could-not-run', said };
}

;// CONCATENATED MODULE: ./build/drill/choice.js
/**
 * The type whose newest set is the best of all for a scenario that needs only one; the first type where the store can list
 * none. Only the list is looked at: the bytes are checked when the set is picked.
 *
 * @param measure the higher the better
 */
async function bestType({ store, types, backup }, measure) {
    const { sets } = await store.list();
    const newest = types.flatMap((type) => {
        const set = sets.find((each) => each.type === type && ['latest', each.id].includes(backup));
        return set === undefined ? [] : [set];
    });
    const [best] = newest.sort((a, b) => measure(b) - measure(a) || (a.id < b.id ? 1 : -1));
    const type = best?.type ?? types[0];
    if (type === undefined) {
        throw new TypeError('a drill has at least one type');
    }
    return type;
}
/** How many tables a set holds the rows of. */
function breadth({ manifest }) {
    return manifest.tables.filter(({ data }) => data).length;
}
/** The smaller the dump, the more. */
function lightness({ manifest }) {
    return -manifest.dump.bytes;
}

;// CONCATENATED MODULE: ./build/drill/timeline.js

/** The steps of a restore by their titles. What is none of these is part of making sure that it is right. */
const PHASES = {
    'Checking the set': 'fetch',
    'Restoring the roles': 'roles',
    'Restoring the definitions': 'pre-data',
    'Restoring the data': 'data',
    // A script brings everything at once.
    Restoring: 'data',
    'Restoring indexes and constraints': 'post-data',
    'Gathering statistics': 'analyze',
};
/** Adds up how long the phases of one recovery take. */
class Timeline {
    clock;
    seconds = new Map();
    constructor(clock) {
        this.clock = clock;
    }
    /** Does a step of a restore and counts it to the phase that its title belongs to. */
    phase = (title, work) => this.time(PHASES[title] ?? 'verify', work);
    async time(phase, work) {
        const start = this.clock.monotonic();
        try {
            return await work();
        }
        finally {
            this.add(phase, (this.clock.monotonic() - start) / 1000);
        }
    }
    add(phase, seconds) {
        this.seconds.set(phase, (this.seconds.get(phase) ?? 0) + seconds);
    }
    times() {
        return Object.fromEntries(RECOVERY_PHASES.flatMap((phase) => {
            const seconds = this.seconds.get(phase);
            return seconds === undefined ? [] : [[phase, seconds]];
        }));
    }
}

;// CONCATENATED MODULE: ./build/drill/scenarios/clean-room.js









/** What the recovery kit may need besides a shell and PostgreSQL's programs. */
const CORE = ['cat', 'dirname', 'gzip', 'mktemp', 'nproc', 'rm', 'sha256sum', 'shasum', 'tail', 'wc'];
/** What it needs besides for an encrypted set. */
const FOR_SEALED = ['age', 'mkdir'];
/** Whatever a kit ends with but 0 is a failure of the kit. */
const ANY_CODE = Array.from({ length: 256 }, (_, code) => code);
/** What the script says when it begins with a phase. */
const ANNOUNCED = [
    ['Checking the files', 'fetch'],
    ['Decrypting', 'decrypt'],
    ['Creating the roles', 'roles'],
    ['Creating the database', 'pre-data'],
    ['Restoring: pre-data', 'pre-data'],
    ['Restoring: data', 'data'],
    ['Restoring the script', 'data'],
    ['Restoring: post-data', 'post-data'],
    ['Collecting statistics', 'analyze'],
    ['Counting the rows', 'verify'],
];
/** Nothing is left but the backup and a new machine with PostgreSQL on it. */
const cleanRoom = {
    name: 'clean-room',
    describe: "The newest set is restored into an empty server by its own restore.sh, with a shell and PostgreSQL's programs only",
    async run(means) {
        const choice = { backup: means.backup, type: await bestType(means, breadth) };
        const set = await means.pick(means.store, choice);
        await requireKit(set);
        const timeline = new Timeline(means.context.clock);
        return means.withRoom(set, {}, async (room) => {
            const { findings, ...result } = await restoreByScript(set, room, timeline, means);
            return { cases: [result], recoveries: [rehearsed(set, timeline, means)], findings };
        });
    },
};
async function requireKit({ stored: { folder }, type, id }) {
    await (0,promises_.access)(external_node_path_.join(folder, backup_set/* SET */.rK.script), promises_.constants.R_OK).catch((cause) => {
        throw new errors/* CouldNotVerifyError */.aq({
            doing: `looking for the recovery kit of ${type}/${id}`,
            problem: `there is no ${backup_set/* SET */.rK.script} in the set`,
            advice: 'A set that this version takes has one.',
            cause,
        });
    });
}
async function restoreByScript(set, room, timeline, means) {
    const database = room.newDatabase();
    const name = `${set.type}/${set.id}`;
    const announced = new Announced(timeline, means);
    const ended = await means.context.processes.run({
        program: '/bin/sh',
        args: [
            external_node_path_.join(set.stored.folder, backup_set/* SET */.rK.script),
            ...(isSealed(set) ? ['--identity', await means.identityFile()] : []),
            ...['--jobs', String(means.jobs), '--', database],
        ],
        env: await bareEnvironment(set, room, means),
        cwd: '/',
        doing: `restoring ${name} by its own script`,
        accept: ANY_CODE,
        stdout: announced.line,
        onStderrLine: (line) => {
            means.context.logger.debug(`restore.sh: ${line}`);
        },
    });
    announced.end();
    if (ended.code !== 0) {
        return {
            ...failedCase(name, `restore.sh ended with exit code ${ended.code}: ${lastLine(ended.stderrTail)}`),
            findings: [],
        };
    }
    const findings = await timeline.time('verify', () => means.compare(set, room, database));
    const outcome = outcomes_outcomeOf(findings);
    const said = saidOf({ findings, outcome }, 'the script restored it, and the copy is equal to the source');
    return { name, outcome, said, findings };
}
/** The connection, and a PATH on which there is nothing of ours. */
async function bareEnvironment(set, room, { context }) {
    const { programs } = room;
    if (programs.source !== 'installed') {
        throw new errors/* CouldNotVerifyError */.aq({
            doing: 'preparing a clean room',
            problem: `PostgreSQL's programs are only there in the image ${programs.origin}`,
            advice: 'Install the client programs on this machine.',
        });
    }
    const connection = await (0,libpq_environment/* libpqEnvironment */.SQ)(room.maintenance, context);
    const core = await coreUtilities(isSealed(set) ? [...CORE, ...FOR_SEALED] : CORE, context);
    const kept = Object.entries(connection).filter(([name]) => name.startsWith('PG') && name !== 'PGDATABASE');
    // What a script decrypts lies where it is removed even if the script cannot do it.
    const TMPDIR = await context.workspace.folder('clean-room-temporary');
    return { ...Object.fromEntries(kept), TMPDIR, PATH: `${core}${external_node_path_.delimiter}${programs.origin}` };
}
function isSealed({ stored }) {
    return stored.manifest.encryption !== undefined;
}
async function coreUtilities(programs, { environment, workspace }) {
    const folder = await workspace.folder('clean-room');
    const places = (environment.PATH ?? '/usr/bin:/bin').split(external_node_path_.delimiter);
    requireAge(programs, environment.PATH);
    for (const program of programs) {
        for (const place of places) {
            const isThere = await (0,promises_.access)(external_node_path_.join(place, program), promises_.constants.X_OK).then(() => true, () => false);
            if (isThere) {
                await (0,promises_.symlink)(external_node_path_.join(place, program), external_node_path_.join(folder, program));
                break;
            }
        }
    }
    return folder;
}
function requireAge(programs, searchPath) {
    if (programs.includes('age') && (0,find_program/* findProgram */.K)('age', searchPath) === null) {
        throw new errors/* CouldNotVerifyError */.aq({
            doing: 'preparing a clean room',
            problem: 'the set is encrypted, and the program age is not on PATH',
            advice: 'Install it (package "age"): whoever recovers without pg-lifeboat needs it too.',
        });
    }
}
/** Follows the script: a line that announces a phase ends the one before. */
class Announced {
    timeline;
    means;
    current;
    constructor(timeline, means) {
        this.timeline = timeline;
        this.means = means;
    }
    line = (line) => {
        this.means.context.logger.debug(`restore.sh: ${line}`);
        const [, phase] = ANNOUNCED.find(([words]) => line.startsWith(words)) ?? [];
        if (phase !== undefined) {
            this.end();
            this.current = { phase, since: this.means.context.clock.monotonic() };
        }
    };
    end() {
        if (this.current !== undefined) {
            this.timeline.add(this.current.phase, (this.means.context.clock.monotonic() - this.current.since) / 1000);
        }
        this.current = undefined;
    }
}
function lastLine(text) {
    return text.trimEnd().split('\n').at(-1) ?? '';
}

;// CONCATENATED MODULE: ./build/drill/copies.js





/**
 * Makes a copy of a set to be damaged. Its files are hard links where that is possible, so it costs nothing: who changes
 * one must cut the link first, with `cutLink`.
 */
async function linkSet(from, to) {
    await (0,file_errors/* orFileTrouble */.nD)(`copying the set ${from} for a drill`, async () => {
        await (0,promises_.mkdir)(to, { recursive: true, mode: 0o700 });
        for (const { path: inside, kind } of await (0,platform_files/* entriesBelow */.yO)(from)) {
            if (kind === 'folder') {
                await (0,promises_.mkdir)(external_node_path_.join(to, inside), { mode: 0o700 });
            }
            else if (kind === 'file') {
                await linkOrCopy(external_node_path_.join(from, inside), external_node_path_.join(to, inside));
            }
        }
    });
}
async function linkOrCopy(from, to) {
    try {
        await (0,promises_.link)(from, to);
    }
    catch (error) {
        // Another file system, one without links, or one with too many to this file.
        if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'].includes((0,file_errors/* codeOf */.$N)(error) ?? ''))
            throw error;
        await (0,promises_.copyFile)(from, to, external_node_fs_.constants.COPYFILE_FICLONE);
    }
}
/** Makes a file of a copy its own: what is written to it afterwards never reaches the set that it was copied from. */
async function cutLink(file) {
    const own = `${file}.own`;
    await (0,promises_.copyFile)(file, own, external_node_fs_.constants.COPYFILE_FICLONE);
    await (0,promises_.rename)(own, file);
}

;// CONCATENATED MODULE: ./build/drill/damage.js





/** Every kind of damage that a validation must find, for that very set. */
function faultsFor(manifest, other) {
    const dump = largestDumpFile(manifest);
    const listed = new Set(manifest.files.map((file) => file.path));
    const [globals, catalog] = [backup_set/* SET */.rK.globals, backup_set/* SET */.rK.catalog].map((name) => (listed.has(name) ? name : sealedName(name)));
    const kinds = [dump, ...tableOfContents(manifest), ...[globals, catalog, backup_set/* SET */.rK.guide, backup_set/* SET */.rK.script]];
    return [
        ...[...new Set(kinds)].filter((file) => listed.has(file)).map(flipped),
        truncated(dump),
        { ...truncated(backup_set/* SET */.rK.manifest), expected: ['MANIFEST_INVALID'] },
        ...[dump, globals, backup_set/* SET */.rK.manifest, backup_set/* SET */.rK.checksums].map(damage_missing),
        damage_extra('stranger'),
        ...(manifest.options.format === 'directory' ? [damage_extra(`${backup_set/* SET */.rK.dump}/999999999.dat.gz`)] : []),
        linked(globals),
        swappedWithin(globals, catalog),
        ...(other === null ? [] : swappedWith(other, manifest)),
        changedManifest(),
        changedChecksums(globals),
    ];
}
/** The biggest file of the dump: where most of the data is. */
function largestDumpFile({ dump, files }) {
    const own = files.filter(({ path: file }) => file === dump.path || file.startsWith(`${dump.path}/`));
    return [...own].sort((a, b) => b.size - a.size)[0]?.path ?? dump.path;
}
function tableOfContents({ options, dump, encryption }) {
    const name = `${dump.path}/toc.dat`;
    return options.format === 'directory' ? [encryption === undefined ? name : sealedName(name)] : [];
}
/** Turns one bit in the middle of a file of a copy. */
async function flipBit(file) {
    await cutLink(file);
    const handle = await (0,promises_.open)(file, 'r+');
    try {
        const { size } = await handle.stat();
        const at = Math.floor(size / 2);
        const byte = Buffer.alloc(1);
        await handle.read(byte, 0, 1, at);
        byte.writeUInt8(byte.readUInt8(0) ^ 0x10, 0);
        await handle.write(byte, 0, 1, at);
    }
    finally {
        await handle.close();
    }
}
function flipped(file) {
    return {
        name: `a flipped bit in ${file}`,
        expected: ['FILE_CHECKSUM'],
        on: file,
        inject: (folder) => flipBit(external_node_path_.join(folder, file)),
    };
}
function truncated(file) {
    return {
        name: `${file} cut off in the middle`,
        expected: ['FILE_SIZE'],
        on: file,
        inject: async (folder) => {
            const whole = external_node_path_.join(folder, file);
            await cutLink(whole);
            await (0,promises_.truncate)(whole, Math.floor((await readableSize(whole)) / 2));
        },
    };
}
async function readableSize(file) {
    const handle = await (0,promises_.open)(file);
    try {
        return (await handle.stat()).size;
    }
    finally {
        await handle.close();
    }
}
function damage_missing(file) {
    return {
        name: `${file} missing`,
        expected: ['FILE_MISSING'],
        on: file,
        inject: (folder) => (0,promises_.unlink)(external_node_path_.join(folder, file)),
    };
}
function damage_extra(file) {
    return {
        name: `an extra file ${file}`,
        expected: ['FILE_UNEXPECTED'],
        on: file,
        inject: (folder) => (0,promises_.writeFile)(external_node_path_.join(folder, file), 'not of this set\n'),
    };
}
function linked(file) {
    return {
        name: `a symbolic link in the place of ${file}`,
        expected: ['FILE_UNEXPECTED'],
        on: file,
        inject: async (folder) => {
            await (0,promises_.rename)(external_node_path_.join(folder, file), external_node_path_.join(folder, '..', `moved-${external_node_path_.basename(file)}`));
            await (0,promises_.symlink)(external_node_path_.join(folder, '..', `moved-${external_node_path_.basename(file)}`), external_node_path_.join(folder, file));
        },
    };
}
function swappedWithin(one, other) {
    return {
        name: `${one} and ${other} swapped`,
        expected: ['FILE_SIZE', 'FILE_CHECKSUM'],
        on: one,
        inject: async (folder) => {
            const [a, b, aside] = [one, other, 'aside'].map((name) => external_node_path_.join(folder, name));
            await (0,promises_.rename)(a, aside);
            await (0,promises_.rename)(b, a);
            await (0,promises_.rename)(aside, b);
        },
    };
}
/** The whole set in the place of another, and the dump of another in this one. */
function swappedWith({ folder: from, manifest: theirs }, manifest) {
    const [mine, other] = [largestDumpFile(manifest), largestDumpFile(theirs)];
    const isSame = hashOf(manifest, mine) === hashOf(theirs, other);
    return [
        ...(isSame
            ? []
            : [
                {
                    name: `${mine} swapped with that of ${theirs.type}/${theirs.id}`,
                    expected: ['FILE_SIZE', 'FILE_CHECKSUM'],
                    on: mine,
                    inject: async (folder) => {
                        await (0,promises_.unlink)(external_node_path_.join(folder, mine));
                        await (0,promises_.writeFile)(external_node_path_.join(folder, mine), await (0,promises_.readFile)(external_node_path_.join(from, other)));
                    },
                },
            ]),
        {
            name: `its manifest swapped with that of ${theirs.type}/${theirs.id}`,
            expected: ['SET_MISPLACED'],
            on: `${manifest.type}/${manifest.id}`,
            inject: async (folder) => {
                await (0,promises_.unlink)(external_node_path_.join(folder, backup_set/* SET */.rK.manifest));
                await (0,promises_.writeFile)(external_node_path_.join(folder, backup_set/* SET */.rK.manifest), await (0,promises_.readFile)(external_node_path_.join(from, backup_set/* SET */.rK.manifest)));
            },
        },
    ];
}
function hashOf({ files }, file) {
    return files.find((one) => one.path === file)?.sha256;
}
/** As somebody would who wants a set to look better: the outcome of its proof, in a text of the same length. */
function changedManifest() {
    return {
        name: 'a changed manifest',
        expected: ['MANIFEST_CHANGED'],
        on: backup_set/* SET */.rK.manifest,
        inject: async (folder) => {
            const file = external_node_path_.join(folder, backup_set/* SET */.rK.manifest);
            const text = await (0,promises_.readFile)(file, 'utf8');
            await (0,promises_.unlink)(file);
            await (0,promises_.writeFile)(file, text.replace(/("seconds": )(\d)/, (_, name, digit) => `${name}${(Number(digit) + 1) % 10}`));
        },
    };
}
function changedChecksums(of) {
    return {
        name: `a changed line in ${backup_set/* SET */.rK.checksums}`,
        expected: ['FILE_CHECKSUM'],
        on: backup_set/* SET */.rK.checksums,
        inject: async (folder) => {
            const file = external_node_path_.join(folder, backup_set/* SET */.rK.checksums);
            const lines = (await (0,promises_.readFile)(file, 'utf8')).split('\n');
            const at = lines.findIndex((line) => line.endsWith(`  ${of}`));
            const line = lines[at] ?? '';
            lines[at] = `${line.startsWith('0') ? '1' : '0'}${line.slice(1)}`;
            await (0,promises_.unlink)(file);
            await (0,promises_.writeFile)(file, lines.join('\n'));
        },
    };
}

;// CONCATENATED MODULE: ./build/drill/pick.js
/** Picks a set as a recovery does, and counts how long it took to fetch and check it, and to decrypt it. */
async function pickTimed(means, store, choice, timeline) {
    const { clock } = means.context;
    const start = clock.monotonic();
    const set = await means.pick(store, choice);
    const seconds = (clock.monotonic() - start) / 1000;
    timeline.add('fetch', Math.max(0, seconds - (set.decryptSeconds ?? 0)));
    if (set.decryptSeconds !== undefined)
        timeline.add('decrypt', set.decryptSeconds);
    return set;
}

;// CONCATENATED MODULE: ./build/drill/scenarios/latest.js



/** The everyday case: the server is gone, the newest backups are there. */
const latest_latest = {
    name: 'latest',
    describe: 'The newest set of each type is restored into an empty server and compared with its source',
    async run(means) {
        const cases = [];
        const recoveries = [];
        const findings = [];
        for (const type of means.types) {
            const timeline = new Timeline(means.context.clock);
            const set = await pickTimed(means, means.store, { backup: means.backup, type }, timeline);
            const end = await recoverWhole(set, timeline, means);
            cases.push(...passedOver(set), end);
            findings.push(...end.findings);
            recoveries.push(rehearsed(set, timeline, means));
        }
        return { cases: cases.map(({ name, outcome, said }) => ({ name, outcome, said })), recoveries, findings };
    },
};
/** That an older set restores is no comfort when the newest does not. */
function passedOver({ type, passedOver }) {
    return passedOver.map((sentence) => failedCase(`the newest ${type}`, sentence.replace(/\.$/, '')));
}
/** Restores a set into an empty server of its own major, and says what came of it. */
async function recoverWhole(set, timeline, means, wish = {}) {
    return means.withRoom(set, wish, async (room) => {
        const end = await means.recover(set, room, room.newDatabase(), { mode: 'new' }, timeline);
        const said = saidOf(end, `${end.rows} rows are in PostgreSQL ${room.serverVersion} as they were at ${set.manifest.snapshot.time}`);
        return { name: `${set.type}/${set.id}`, outcome: end.outcome, said, findings: end.findings };
    });
}

;// CONCATENATED MODULE: ./build/drill/scenarios/fallback.js







/** How many of the newest sets of a type are copied: the one to destroy, and those that may take its place. */
const COPIED = 4;
/** The newest backup turns out to be damaged at the very moment that it is needed. */
const fallback = {
    name: 'fallback',
    describe: 'In a copy of the store the newest set is destroyed; the one before it must be found and restored',
    async run(means) {
        const cases = [];
        const recoveries = [];
        const findings = [];
        for (const type of means.types) {
            const rehearsal = await fallBack(type, means);
            cases.push(rehearsal.case);
            recoveries.push(...rehearsal.recoveries);
            findings.push(...rehearsal.findings);
        }
        return { cases, recoveries, findings };
    },
};
async function fallBack(type, means) {
    const nothing = { recoveries: [], findings: [] };
    const copy = await copyOfNewest(type, means);
    const newest = await means.pick(copy.store, { backup: 'latest', type });
    const older = copy.provenIds.filter((id) => id < newest.id);
    if (older.length === 0) {
        const said = `there is no proven set of type ${type} before ${newest.id} to fall back on`;
        return { case: openCase(`the ${type} before the newest`, said), ...nothing };
    }
    // By the place in the copy, whatever was picked: nothing else is ever destroyed.
    await flipBit(external_node_path_.join(copy.root, type, newest.id, largestDumpFile(newest.stored.manifest)));
    const timeline = new Timeline(means.context.clock);
    const taken = await pickTimed(means, copy.store, { backup: 'latest', type }, timeline);
    const wrong = wronglyTaken(taken, newest, older);
    if (wrong !== null) {
        return { case: failedCase(`the ${type} before the newest`, wrong), ...nothing };
    }
    const { findings, ...end } = await recoverWhole(taken, timeline, means);
    return { case: end, recoveries: [rehearsed(taken, timeline, means)], findings };
}
function wronglyTaken(taken, destroyed, older) {
    if (taken.id === destroyed.id) {
        return `${destroyed.id} was destroyed in the copy, and was taken all the same`;
    }
    const [best] = older;
    return taken.id === best ? null : `${best ?? 'none'} was to be taken in place of ${destroyed.id}, and ${taken.id} was`;
}
/** A store of its own with the newest sets of a type. */
async function copyOfNewest(type, means) {
    const root = await means.context.workspace.folder('drill-fallback');
    const { sets } = await means.store.list();
    const newest = sets.filter((set) => set.type === type).slice(0, COPIED);
    for (const set of newest) {
        await linkSet(await means.store.open(set), external_node_path_.join(root, set.type, set.id));
        // What was linked stays when the folder goes that a store elsewhere has fetched it into.
        await means.store.letGo(set);
    }
    return {
        root,
        store: means.openStore(root),
        provenIds: newest.filter(({ proof }) => proof.outcome === 'proven').map(({ id }) => id),
    };
}

;// CONCATENATED MODULE: ./build/drill/scenarios/faults.js







/** Tests the alarm: a validation that overlooks damage is worse than none. */
const faults = {
    name: 'faults',
    describe: 'Every kind of damage is done to a copy of a set, and each must be found and named',
    async run(means) {
        // All are built alike, and each fault costs a reading of the whole set.
        const set = await means.pick(means.store, { backup: means.backup, type: await bestType(means, lightness) });
        const other = await anotherSet(set, means);
        const cases = [await wholeCase(set, means)];
        for (const fault of faultsFor(set.stored.manifest, other)) {
            means.context.signal.throwIfAborted();
            cases.push(await faultCase(fault, set, means));
        }
        if (other !== null)
            await means.store.letGo(other.manifest);
        return { cases, recoveries: [], findings: [] };
    },
};
async function anotherSet({ id, type }, { store }) {
    const { sets } = await store.list();
    const other = sets.find((each) => each.id !== id && each.type === type) ?? sets.find((each) => each.id !== id);
    return other === undefined ? null : { folder: await store.open(other), manifest: other.manifest };
}
/** An alarm that always rings is none either. */
async function wholeCase(set, means) {
    const name = 'nothing changed';
    const [found] = await withCopy(set, means, () => Promise.resolve());
    return found === undefined
        ? { name, outcome: 'passed', said: `nothing was found in the copy of ${set.type}/${set.id}` }
        : failedCase(name, `the copy was not touched, and yet: ${(0,build_findings/* describeFinding */.jb)(found)}`);
}
async function faultCase(fault, set, means) {
    const found = await withCopy(set, means, (folder) => fault.inject(folder));
    const alarm = found.find(({ code, on }) => fault.expected.includes(code) && on === fault.on);
    if (alarm !== undefined) {
        return { name: fault.name, outcome: 'passed', said: `found as ${alarm.code} on ${alarm.on}` };
    }
    const [other] = found;
    const instead = other === undefined ? 'nothing was found' : `found was only: ${(0,build_findings/* describeFinding */.jb)(other)}`;
    return failedCase(fault.name, `${fault.expected.join(' or ')} on ${fault.on} was to be found; ${instead}`);
}
async function withCopy(set, means, change) {
    const root = await means.context.workspace.folder('drill-faults');
    try {
        const folder = external_node_path_.join(root, set.type, set.id);
        await linkSet(set.stored.folder, folder);
        await change(folder);
        return await means.validate(folder, set);
    }
    finally {
        await (0,promises_.rm)(root, { recursive: true, force: true });
    }
}

;// CONCATENATED MODULE: ./build/drill/living.js







/** Describes all of a database, whatever is in it. */
async function describeLiving(settings, { hash }, { context }) {
    return (0,postgres_session/* withSession */.f)(settings, { signal: context.signal }, async (session) => {
        await (0,pinned/* pinSettings */.v)(session);
        const facts = await (0,read_tables/* readTables */.g)(session);
        const { tables } = await describeContent([session], facts, hash?.method ?? 'record', context);
        return {
            tables: new Map(tableEntries(facts, tables).map((entry) => [(0,backup_manifest/* displayName */.QC)(entry), JSON.stringify({ ...entry, bytes: 0 })])),
            objects: new Map((await readObjects(session, session.major)).map((object) => [
                `${object.kind} ${object.name}`,
                JSON.stringify(object),
            ])),
        };
    });
}
/** What is not as it was before, each as a sentence without its full stop. */
function changesIn(before, after) {
    return [...changes(before.tables, after.tables, 'the rows of '), ...changes(before.objects, after.objects, '')];
}
function changes(before, after, what) {
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
        const [then, now] = [before.get(name), after.get(name)];
        if (then === now)
            return [];
        return [
            `${what}${name} ${now === undefined ? 'are gone' : then === undefined ? 'are new' : 'are not as they were'}`,
        ];
    });
}

;// CONCATENATED MODULE: ./build/drill/scenarios/table.js










/** Somebody dropped a table in the living database, and everything else must go on. */
const table_table = {
    name: 'table',
    describe: 'One lost table is brought back into a living database, and nothing else in it changes',
    async run(means) {
        const choice = { backup: means.backup, type: await bestType(means, breadth) };
        const timeline = new Timeline(means.context.clock);
        const set = await pickTimed(means, means.store, choice, timeline);
        return means.withRoom(set, {}, async (room) => {
            const database = room.newDatabase();
            // The database that lives: how it came to be is not what is timed here.
            const living = await means.recover(set, room, database, { mode: 'new' }, new Timeline(means.context.clock));
            if (living.outcome !== 'passed') {
                const name = `${set.type}/${set.id} as the living database`;
                return {
                    cases: [{ name, outcome: living.outcome, said: saidOf(living, '') }],
                    recoveries: [],
                    findings: living.findings,
                };
            }
            const { cases, findings } = await loseAndBringBack(set, room, database, timeline, means);
            return { cases, recoveries: [rehearsed(set, timeline, means)], findings };
        });
    },
};
async function loseAndBringBack(set, room, database, timeline, means) {
    const settings = { ...room.maintenance, database };
    const before = await describeLiving(settings, set.manifest, means);
    const { lost, how } = await (0,postgres_session/* withSession */.f)(settings, { signal: means.context.signal }, (session) => loseTable(session, set));
    const name = `${(0,backup_manifest/* displayName */.QC)(lost)} of ${set.type}/${set.id}`;
    const end = await means.recover(set, room, database, { mode: 'add', tables: [exactPattern(lost)] }, timeline);
    if (end.outcome !== 'passed') {
        return { cases: [{ name, outcome: end.outcome, said: saidOf(end, '') }], findings: end.findings };
    }
    const changes = changesIn(before, await describeLiving(settings, set.manifest, means));
    const cases = changes.length === 0
        ? [
            {
                name,
                outcome: 'passed',
                said: `it was ${how} and is back; ${before.tables.size} tables and ${before.objects.size} objects are as they were before`,
            },
        ]
        : changes.slice(0, 20).map((change) => failedCase(name, change));
    return { cases, findings: end.findings };
}
/** Drops the table with the most rows that nothing else depends on; where there is none, the largest loses its rows. */
async function loseTable(session, { manifest }) {
    const candidates = [];
    for (const candidate of manifest.tables.filter(({ kind, data, rows = 0 }) => kind === 'table' && data && rows > 0)) {
        if (await standsAlone(session, candidate))
            candidates.push(candidate);
    }
    candidates.sort((a, b) => (b.rows ?? 0) - (a.rows ?? 0));
    for (const lost of candidates) {
        if (await isDropped(session, lost))
            return { lost, how: 'dropped' };
    }
    const [lost] = candidates;
    if (lost === undefined) {
        throw new errors/* CouldNotVerifyError */.aq({
            doing: 'looking for a table to lose',
            problem: 'every table with rows is a partition, of an inheritance, of an extension or of a publication',
            advice: 'This scenario needs a table that stands alone.',
        });
    }
    await empty(session, lost);
    return { lost, how: 'emptied' };
}
/** Without what its foreign keys and triggers would do to others. */
async function empty(session, { schema, name }) {
    await session.query('SET session_replication_role = replica');
    await session.query(`DELETE FROM ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`);
    await session.query('RESET session_replication_role');
}
/** Neither a partition nor of an inheritance, and no extension's own. */
async function standsAlone(session, { schema, name }) {
    const [row] = await session.query(`SELECT NOT c.relispartition
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent))
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
          WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_publication_rel p WHERE p.prrelid = c.oid) AS alone
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2`, [schema, name]);
    return row?.alone === true;
}
async function isDropped(session, { schema, name }) {
    try {
        await session.query(`DROP TABLE ${quoteIdentifier(schema)}.${quoteIdentifier(name)} RESTRICT`);
        return true;
    }
    catch {
        // Something depends on it: a view, a foreign key. Another one will do.
        return false;
    }
}

;// CONCATENATED MODULE: ./build/drill/scenarios/upgrade.js





/** The server that takes over is newer than the one that was lost, or an upgrade is near. */
const upgrade = {
    name: 'upgrade',
    describe: 'The newest set is restored into the next PostgreSQL major and compared with its source',
    async run(means) {
        const choice = { backup: means.backup, type: await bestType(means, breadth) };
        const timeline = new Timeline(means.context.clock);
        const set = await pickTimed(means, means.store, choice, timeline);
        const major = set.manifest.source.major + 1;
        const { findings, ...end } = await recoverWhole(set, timeline, means, { major });
        return { cases: [end], recoveries: [rehearsed(set, timeline, means)], findings };
    },
};

;// CONCATENATED MODULE: ./build/drill/run.js










/** Every scenario there is, in the order in which they run. */
const SCENARIOS = [latest_latest, fallback, table_table, cleanRoom, upgrade, faults];
/** The scenarios of these names, all where none is given. Throws `UsageError` for a name that there is not. */
function scenariosNamed(names) {
    const known = SCENARIOS.map(({ name }) => name);
    const unknown = names.find((name) => name !== 'all' && !known.includes(name));
    if (unknown !== undefined) {
        const near = (0,options/* nearest */.pA)(unknown, known);
        throw new errors/* UsageError */.eb({
            doing: 'reading the option scenario',
            problem: `there is no scenario "${unknown}"`,
            advice: near === undefined ? `There are ${known.join(', ')}.` : `Did you mean "${near}"?`,
        });
    }
    return names.length === 0 || names.includes('all') ? SCENARIOS : SCENARIOS.filter(({ name }) => names.includes(name));
}
/**
 * Runs one scenario and says what came of it. What kept it from running is an outcome too, and never "passed"; only an
 * interruption is thrown.
 */
async function runScenario(scenario, means) {
    const { clock } = means.context;
    const start = clock.monotonic();
    const { cases, recoveries, findings } = await orOutcome(scenario, means);
    return {
        scenario: scenario.name,
        describe: scenario.describe,
        outcome: worstOutcome(cases),
        cases,
        recoveries,
        findings,
        seconds: (clock.monotonic() - start) / 1000,
    };
}
async function orOutcome(scenario, means) {
    try {
        means.context.signal.throwIfAborted();
        return await scenario.run(means);
    }
    catch (error) {
        if (error instanceof errors/* InterruptedError */.p4) {
            throw error;
        }
        if (means.context.signal.aborted) {
            throw new errors/* InterruptedError */.p4(`rehearsing ${scenario.name}`, error);
        }
        const said = error instanceof errors/* LifeboatError */.H3 ? `${error.problem} (while ${error.doing})` : (0,errors/* messageOf */.bD)(error);
        const one = error instanceof errors/* DamagedError */.Me ? failedCase(scenario.name, said) : openCase(scenario.name, said);
        return { cases: [one], recoveries: [], findings: [] };
    }
}

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/iso.js
var iso = __webpack_require__(64377);
;// CONCATENATED MODULE: ./build/report/drill-document.js






const drill_document_LIMITS = { tables: 200, databases: 0, findings: 200, retention: 0, text: 1000 };
/** The report of a drill as one Markdown file that may be committed. */
function drillDocument(facts, { series, startedAt, seconds }) {
    const { mood, text } = drillVerdict(facts);
    const blocks = renderMarkdown([
        { kind: 'verdict', mood, text },
        {
            kind: 'paragraph',
            text: sentence `Series ${{ code: series }}. Began at ${(0,units/* formatInstant */.r4)(startedAt)}, took ${(0,units/* formatDuration */.a3)(seconds)}. Rehearsed by pg-lifeboat ${version/* VERSION */.x}.`,
        },
        ...drillBlocks(facts, startedAt, drill_document_LIMITS),
    ], drill_document_LIMITS);
    return `# Recovery drill of ${startedAt.toISOString().slice(0, 10)}\n\n${blocks}`;
}
/** The same for programs; later drills read `startedAt` and `scenarios` of it for their trend. */
function drillJson({ scenarios }, { series, startedAt, seconds }) {
    return `${JSON.stringify({
        series,
        startedAt: startedAt.toISOString(),
        seconds,
        tool: version/* VERSION */.x,
        outcome: worstOutcome(scenarios),
        scenarios: summaries(scenarios),
        results: scenarios,
    }, null, 2)}\n`;
}

;// CONCATENATED MODULE: ./build/report/junit.js


/**
 * The results of a drill as JUnit XML, which test reporters read: a suite for each scenario, a case for each thing that it
 * looked at. What could not run is an error, as JUnit means it; it is not "skipped", which readers take for harmless.
 */
function junitXml(scenarios, startedAt) {
    const suites = scenarios.map((result) => suite(result, startedAt));
    const all = scenarios.flatMap(casesOf);
    return [
        '<?xml version="1.0" encoding="UTF-8"?>',
        `<testsuites name="pg-lifeboat drill" ${counts(all)} time="${seconds(scenarios.reduce((sum, each) => sum + each.seconds, 0))}">`,
        ...suites,
        '</testsuites>',
        '',
    ].join('\n');
}
function suite(result, startedAt) {
    const cases = casesOf(result);
    return [
        `  <testsuite name="${xml(result.scenario)}" ${counts(cases)} time="${seconds(result.seconds)}" timestamp="${startedAt.toISOString().slice(0, 19)}">`,
        ...cases.map((one) => testcase(result, one)),
        '  </testsuite>',
    ].join('\n');
}
/** A scenario that came to no case, or whose cases do not say why it did not pass, is a case itself. */
function casesOf({ scenario, outcome, cases, describe }) {
    const isExplained = outcome === 'passed' ? cases.length > 0 : cases.some((one) => one.outcome === outcome);
    return isExplained ? [...cases] : [...cases, { name: scenario, outcome, said: describe }];
}
function testcase({ scenario }, { name, outcome, said }) {
    const open = `    <testcase classname="${xml(`drill.${scenario}`)}" name="${xml(name)}"`;
    const message = xml(asSentence(said));
    switch (outcome) {
        case 'passed':
            return `${open}/>`;
        case 'failed':
            return `${open}><failure message="${message}">${message}</failure></testcase>`;
        case 'could-not-run':
            return `${open}><error message="${message}">${message}</error></testcase>`;
    }
}
function counts(cases) {
    const count = (outcome) => cases.filter((one) => one.outcome === outcome).length;
    return `tests="${cases.length}" failures="${count('failed')}" errors="${count('could-not-run')}" skipped="0"`;
}
function seconds(value) {
    return value.toFixed(3);
}
/** What XML 1.0 can hold: its other characters cannot even be written as references. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
const junit_ENTITIES = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
    '\t': '&#9;',
    '\n': '&#10;',
    '\r': '&#13;',
};
function xml(text) {
    return text.replaceAll(FORBIDDEN, '\ufffd').replaceAll(/[&<>"'\t\n\r]/g, (mark) => junit_ENTITIES[mark] ?? mark);
}

;// CONCATENATED MODULE: ./build/operations/drill-report.js










/** How far back the trend looks. The log is kept for ninety days; results that were committed stay. */
const drill_report_LOOK_BACK_MS = 3 * 366 * 24 * 3600 * 1000;
const Scenarios = schemas/* array */.YOg(schemas/* object */.Ikc({
    scenario: schemas/* string */.YjP(),
    outcome: schemas/* enum */.k5n(['passed', 'failed', 'could-not-run']),
    rto: schemas/* number */.aig().nonnegative().exactOptional(),
    rpo: schemas/* number */.aig().nonnegative().exactOptional(),
}));
const Results = schemas/* object */.Ikc({ startedAt: iso/* datetime */.w$(), scenarios: Scenarios });
/** Writes the report of a drill as Markdown, JSON and JUnit XML, and where `drill-report` says. Returns the folder. */
async function writeDrillReport(facts, underWay) {
    const { report, options, context } = underWay;
    const about = { series: report.series, startedAt: report.startedAt, seconds: report.seconds() };
    const redact = (text) => context.logger.redact(text);
    const markdown = redact(drillDocument(facts, about));
    const json = redact(drillJson(facts, about));
    return (0,file_errors/* orFileTrouble */.nD)('writing the report of the drill', async () => {
        const folder = await (0,promises_.mkdtemp)(external_node_path_.join((0,workspace/* temporaryFolder */.yy)(context.environment), 'lifeboat-drill-'));
        await (0,promises_.writeFile)(external_node_path_.join(folder, 'drill.md'), markdown);
        await (0,promises_.writeFile)(external_node_path_.join(folder, 'drill.json'), json);
        await (0,promises_.writeFile)(external_node_path_.join(folder, 'drill.xml'), redact(junitXml(facts.scenarios, about.startedAt)));
        if (options.drillReport !== undefined) {
            const target = external_node_path_.resolve(context.workingDirectory, options.drillReport);
            await (0,promises_.mkdir)(external_node_path_.dirname(target), { recursive: true });
            await (0,platform_files/* writeWhole */.f8)(target, markdown);
            await (0,platform_files/* writeWhole */.f8)(beside(target), json);
        }
        return folder;
    });
}
/** Earlier drills, oldest first: those of the store's log, and those whose results were committed. */
async function pastDrills(store, options, context) {
    const since = new Date(context.clock.now().getTime() - drill_report_LOOK_BACK_MS);
    const logged = (await store.readLog(since)).lines
        .filter(({ operation }) => operation === 'drill')
        .map((line) => ({ at: (0,log/* timeOfLine */.FP)(line), parsed: Scenarios.safeParse(line.details.scenarios) }))
        .flatMap(({ at, parsed }) => (parsed.success && parsed.data.length > 0 ? [{ at, scenarios: parsed.data }] : []));
    const committed = await committedDrills(options, context);
    // The log has a drill by its end, its results have it by its beginning; one of them is enough.
    const missing = committed.filter(({ scenarios }) => !logged.some((each) => isSame(each.scenarios, scenarios)));
    return [...logged, ...missing].sort((a, b) => a.at.getTime() - b.at.getTime());
}
function isSame(a, b) {
    return JSON.stringify(a) === JSON.stringify(b);
}
async function committedDrills({ drillReport }, context) {
    if (drillReport === undefined) {
        return [];
    }
    const target = external_node_path_.resolve(context.workingDirectory, drillReport);
    const folder = external_node_path_.dirname(target);
    const names = (await (0,file_errors/* ifThere */.y)((0,promises_.readdir)(folder))) ?? [];
    const drills = [];
    for (const name of names.filter((each) => each.endsWith('.json') && external_node_path_.join(folder, each) !== beside(target))) {
        try {
            const { startedAt, scenarios } = Results.parse(JSON.parse(await (0,promises_.readFile)(external_node_path_.join(folder, name), 'utf8')));
            drills.push({ at: new Date(startedAt), scenarios });
        }
        catch (error) {
            context.logger.warning(`${name} beside the report holds no results of a drill: ${(0,errors/* messageOf */.bD)(error).split('\n')[0] ?? ''}`);
        }
    }
    return drills;
}
/** `docs/drills/2026-Q4.json` of `docs/drills/2026-Q4.md` */
function beside(report) {
    return `${report.slice(0, report.length - external_node_path_.extname(report).length)}.json`;
}

// EXTERNAL MODULE: ./build/postgres/connection-string.js
var connection_string = __webpack_require__(10824);
;// CONCATENATED MODULE: ./build/restore/target-facts.js





/** Asks the server, and the database if it is there. */
async function readTargetFacts(session, settings, context) {
    const [server] = await session.query(SERVER);
    if (server === undefined) {
        throw new TypeError('the current role is not in pg_roles');
    }
    return {
        serverVersion: session.serverVersion,
        major: session.major,
        standby: server.standby,
        us: {
            name: server.name,
            superuser: server.superuser,
            createDatabase: server.superuser || server.createdb,
            createRole: server.superuser || server.createrole,
        },
        roles: await readRoles(session),
        extensions: await readExtensions(session),
        database: await readDatabase(session, settings, context),
        freeBytes: await freeBytes(server.data_directory, settings),
    };
}
const SERVER = `
  SELECT rolname AS name, rolsuper AS superuser, rolcreatedb AS createdb, rolcreaterole AS createrole,
    pg_catalog.pg_is_in_recovery() AS standby,
    CASE WHEN rolsuper OR pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE')
      THEN pg_catalog.current_setting('data_directory') END AS data_directory
  FROM pg_catalog.pg_roles WHERE rolname = current_user`;
async function readRoles(session) {
    const membership = session.major >= 16 ? 'SET' : 'MEMBER';
    const rows = await session.query(`SELECT rolname AS name, rolsuper AS superuser, pg_catalog.pg_has_role(oid, '${membership}') AS usable
       FROM pg_catalog.pg_roles`);
    return new Map(rows.map(({ name, superuser, usable }) => [name, { superuser, usable }]));
}
async function readExtensions(session) {
    const rows = await session.query('SELECT name, default_version AS version FROM pg_catalog.pg_available_extensions');
    return new Map(rows.map(({ name, version }) => [name, version]));
}
async function readDatabase(session, settings, { signal }) {
    const { major } = session;
    const icu = major >= 17 ? 'd.datlocale' : major >= 15 ? 'd.daticulocale' : 'NULL';
    const [row] = await session.query(`SELECT pg_catalog.pg_get_userbyid(d.datdba)::text AS owner, pg_catalog.pg_has_role(d.datdba, 'USAGE') AS ours,
       d.datistemplate AS template,
       (SELECT count(*)::int FROM pg_catalog.pg_prepared_xacts p WHERE p.database = d.datname) AS prepared,
       pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, ${major >= 15 ? 'd.datlocprovider::text' : `'c'`} AS provider,
       d.datcollate AS "collate", d.datctype AS ctype, ${icu} AS icu_locale
     FROM pg_catalog.pg_database d WHERE d.datname = $1`, [settings.database]);
    if (row === undefined) {
        return null;
    }
    const { owner, ours, template, prepared, encoding, provider, collate, ctype, icu_locale } = row;
    return {
        owner,
        ours,
        isTemplate: template,
        empty: await (0,postgres_session/* withSession */.f)(settings, { signal }, isEmpty),
        preparedTransactions: prepared,
        locale: { encoding, localeProvider: provider, collate, ctype, icuLocale: icu_locale },
    };
}
/** Whether nobody has made anything in the session's database. What extensions bring does not count. */
async function isEmpty(session) {
    const anyIn = (catalog, schema) => `EXISTS (SELECT FROM pg_catalog.${catalog} o JOIN pg_catalog.pg_namespace n ON n.oid = o.${schema}
      WHERE ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')} AND ${(0,sql/* isNoMember */.u8)(catalog, 'o.oid')})`;
    const [row] = await session.query(`SELECT NOT (${anyIn('pg_class', 'relnamespace')} OR ${anyIn('pg_proc', 'pronamespace')}
       OR ${anyIn('pg_type', 'typnamespace')} OR EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata)
       OR EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE ${(0,sql/* isDumpedSchema */.Hl)('n.nspname')}
         AND n.nspname <> 'public' AND ${(0,sql/* isNoMember */.u8)('pg_namespace', 'n.oid')})) AS empty`);
    return row?.empty === true;
}
/** Only of a server on this machine; one in a container here keeps its data where there is nothing here. */
async function freeBytes(folder, settings) {
    const isHere = (0,connection/* isSocket */.qU)(settings) || ['localhost', '127.0.0.1', '::1'].includes(settings.host);
    if (folder === null || !isHere) {
        return null;
    }
    const there = await (0,file_errors/* ifThere */.y)((0,promises_.statfs)(folder)).catch(() => undefined);
    return there === undefined ? null : there.bavail * there.bsize;
}

;// CONCATENATED MODULE: ./build/restore/target-names.js


/** PostgreSQL cuts longer names off without an error. */
const LONGEST_NAME = 63;
/** What a database is called while a set is restored beside the one that it will take the place of. */
function sideName(database) {
    return withSuffix(database, `_lifeboat_${(0,external_node_crypto_.randomBytes)(4).toString('hex')}`);
}
/** Whether a database is called so. That it is one of ours says only its note. */
function isSideName(name) {
    return /_lifeboat_[0-9a-f]{8}$/.test(name);
}
/** What a database is called once another has taken its place. */
function beforeName(database, now) {
    return withSuffix(database, `_before_${(0,backup_manifest/* idOf */.TH)(now)}`);
}
/** What a restored database is called that is not equal to its set. */
function unprovenName(database, now) {
    return withSuffix(database, `_unproven_${(0,backup_manifest/* idOf */.TH)(now)}`);
}
/** The name with a suffix, shortened by whole characters to what PostgreSQL takes. */
function withSuffix(name, suffix) {
    let stem = name;
    while (Buffer.byteLength(stem + suffix) > LONGEST_NAME) {
        stem = stem.replace(/.$/su, '');
    }
    return stem + suffix;
}

;// CONCATENATED MODULE: ./build/restore/side-database.js









/** The advisory lock under which side databases are created and marked, and looked for: a random number. */
const CREATION_LOCK = '5790144298117462531';
/**
 * Creates one, with a note that says whose it is, so that a later run can drop it if this one is killed.
 *
 * @param wanted.owner null for ourselves
 */
async function createSide(target, { locale, owner }, context) {
    const { session, database } = target;
    const name = sideName(database);
    try {
        return await whileLocked(session, async () => {
            const localeFallback = await createLike(session, name, locale);
            await session.query(noteStatement(name, database, context.clock.now()));
            if (owner !== null) {
                // In the schema public of PostgreSQL 15 and later, only the database's owner may have tables without further ado.
                await session.query(`ALTER DATABASE ${quoteIdentifier(name)} OWNER TO ${quoteIdentifier(owner)}`);
            }
            // Until it is compared, nobody else has a business in it.
            await session.query(`REVOKE ALL ON DATABASE ${quoteIdentifier(name)} FROM PUBLIC`);
            return { name, localeFallback };
        });
    }
    catch (error) {
        // An interruption may come when it is there already.
        await dropSide(target, name, context);
        throw error;
    }
}
/**
 * Whoever is killed while a database is created cannot mark it any more, and the server still makes it. It keeps the lock
 * until then; so who gets the lock and finds an unmarked one knows that nobody will come back for it.
 */
async function whileLocked(session, work) {
    await session.query(`SELECT pg_catalog.pg_advisory_lock(${CREATION_LOCK})`);
    try {
        return await work();
    }
    finally {
        // Where this fails, the session is over, and its locks with it.
        await session.query(`SELECT pg_catalog.pg_advisory_unlock(${CREATION_LOCK})`).catch(() => []);
    }
}
/** The statement that marks a database as one of this run, which may be dropped once the run is over. */
function noteStatement(name, database, now) {
    const note = JSON.stringify((0,platform_owner/* ownerHere */.Wr)(`restoring ${database}`, now)).replaceAll("'", "''");
    return `COMMENT ON DATABASE ${quoteIdentifier(name)} IS '${note}'`;
}
/** Drops a side database. Never throws, and works after an interruption: what stays is told, and dropped by the next run. */
async function dropSide({ maintenance }, name, { logger }) {
    try {
        await (0,postgres_session/* withSession */.f)(maintenance, {}, (session) => side_database_drop(session, maintenance, name));
    }
    catch (error) {
        logger.warning(`The database ${name}, which was only for this restore, could not be dropped; the next run will. ${(0,errors/* messageOf */.bD)(error)}`);
    }
}
async function side_database_drop(session, settings, name) {
    await dropSubscriptions(session, { ...settings, database: name });
    await session.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`);
}
/** Drops what runs that were killed left on the server, and returns the names. What cannot be dropped is told. */
async function sweepSides(target, context) {
    const { logger } = context;
    return whileLocked(target.session, async () => {
        const dropped = [];
        for (const name of await abandoned(target, context)) {
            try {
                await side_database_drop(target.session, target.settings, name);
                logger.info(`Dropped the database ${name}, which a restore that was killed had left behind.`);
                dropped.push(name);
            }
            catch (error) {
                logger.warning(`The database ${name}, which a restore that was killed had left behind, could not be dropped. ${(0,errors/* messageOf */.bD)(error)}`);
            }
        }
        return dropped;
    });
}
/** Those with the note of a dead run, and those that were killed before they had one: of our names, and empty. */
async function abandoned({ session, settings }, { clock }) {
    const databases = await session.query(`SELECT datname AS name, pg_catalog.shobj_description(oid, 'pg_database') AS note FROM pg_catalog.pg_database
      WHERE datname ~ '_lifeboat_[0-9a-f]{8}$' AND datallowconn`);
    const left = [];
    for (const { name, note } of databases.filter((each) => isSideName(each.name))) {
        const isUnmarked = note === null && (await (0,postgres_session/* withSession */.f)({ ...settings, database: name }, {}, isEmpty).catch(() => false));
        if (isUnmarked || isAbandoned(note, clock.now())) {
            left.push(name);
        }
    }
    return left;
}

;// CONCATENATED MODULE: ./build/restore/stand-ins.js




/**
 * A stand-in is a role that a set's archive names and that the target is not to have: it is there while the set is
 * restored, and what it was given goes to the role that takes its place. Its comment says whose it is.
 */
function standInStatements(role, now) {
    const note = JSON.stringify((0,platform_owner/* ownerHere */.Wr)(`standing in for ${role}`, now)).replaceAll("'", "''");
    return [`CREATE ROLE ${quoteIdentifier(role)} NOLOGIN`, `COMMENT ON ROLE ${quoteIdentifier(role)} IS '${note}'`];
}
/** Drops the stand-ins of runs that were killed. What cannot be dropped is told. */
async function sweepStandIns(session, { clock, logger }) {
    const roles = await session.query(`SELECT rolname AS name, pg_catalog.shobj_description(oid, 'pg_authid') AS note FROM pg_catalog.pg_roles
      WHERE pg_catalog.shobj_description(oid, 'pg_authid') LIKE '%standing in for%'`);
    for (const { name } of roles.filter(({ note }) => isAbandoned(note, clock.now()))) {
        await session.query(`DROP ROLE ${quoteIdentifier(name)}`).catch((error) => {
            logger.warning(`The role ${name}, which a restore that was killed had left behind, could not be dropped. ${(0,errors/* messageOf */.bD)(error)}`);
        });
    }
}

;// CONCATENATED MODULE: ./build/restore/target.js











/** How long a server that is starting is waited for: after a disaster, it may be just that. */
const target_PATIENCE_MS = 60_000;
/** A killed run's session is waited for so often, with a pause between: a quarter of a minute. */
const CLAIM_LOOKS = 60;
const CLAIM_PAUSE_MS = 250;
/** Databases of every server from which others can be created and renamed. */
const MAINTENANCE = ['postgres', 'template1', 'defaultdb'];
/**
 * Reads where to restore into. The string must name the database: none should ever be restored into because a variable
 * of some other job says so.
 *
 * Throws `UsageError`.
 */
function parseTarget(url, { environment, logger }) {
    const doing = 'reading target-url';
    if (url === undefined) {
        throw new errors/* UsageError */.eb({
            doing,
            problem: 'no target is given',
            advice: 'Give the database to restore into in target-url: postgresql://user@host:5432/name.',
        });
    }
    logger.hide(url);
    const { dbname } = (0,connection_string/* parseConnectionString */.H)(url, 'target-url');
    if (dbname === undefined || dbname === '') {
        throw new errors/* UsageError */.eb({
            doing,
            problem: 'it does not name a database',
            advice: 'Give the name of the database to restore into at its end: postgresql://user@host:5432/name.',
        });
    }
    const settings = (0,connection/* parseConnection */.C8)({ databaseUrl: url, environment, label: 'target-url' });
    if (settings.password !== undefined) {
        logger.hide(settings.password);
    }
    return settings;
}
/** Connects to the server of the target, does work with it and disconnects, whatever happens. */
async function withTarget(request, context, work) {
    const { settings } = request;
    const session = await connectBeside(settings, context);
    try {
        await refusePooler(session, context);
        await claim(session, settings.database, context);
        await sweepLeft(session, settings, context);
        const facts = await readTargetFacts(session, settings, context);
        const programs = await (0,postgres_programs/* findPrograms */.z)({
            serverMajor: Math.max(session.major, request.archiveMajor),
            preferredFolders: request.preferredFolders,
            environment: context.environment,
            processes: context.processes,
        });
        context.logger.info(`Connected to ${(0,connection/* describeConnection */.If)(session.settings)}, PostgreSQL ${session.serverVersion}.`);
        return await work({
            database: settings.database,
            settings,
            maintenance: session.settings,
            session,
            programs,
            facts,
        });
    }
    finally {
        await session.end();
    }
}
/** Connects to a database of the same server other than the target: one can neither create nor rename one's own. */
async function connectBeside(settings, { logger, signal }) {
    const candidates = MAINTENANCE.filter((name) => name !== settings.database);
    for (const [index, database] of candidates.entries()) {
        try {
            return await (0,postgres_session/* connect */.N)({ ...settings, database }, {
                signal,
                patience: target_PATIENCE_MS,
                onRetry: ({ problem }) => {
                    logger.info(`${problem}; trying again.`);
                },
            });
        }
        catch (error) {
            const mayOther = error instanceof errors/* ConnectionError */.Rc && ['no-such-database', 'rejected-by-hba', 'other'].includes(error.kind);
            if (!mayOther || index === candidates.length - 1) {
                throw error;
            }
        }
    }
    throw new TypeError('there is always a candidate');
}
/**
 * Keeps a second restore into the same database out. The server gives the claim back when the session ends, however that
 * comes about; that of a run which was killed ends when the server is done with what it asked for last, such as making a
 * database. So it is waited for a while.
 *
 * Throws `GuardError`.
 */
async function claim(session, database, { clock, logger, signal }) {
    const key = (0,external_node_crypto_.createHash)('sha256').update(`pg-lifeboat restores into ${database}`).digest().readBigInt64BE();
    const doing = `beginning to restore into "${database}"`;
    for (let looks = 1; !(await isClaimed(session, key)); looks += 1) {
        if (looks === CLAIM_LOOKS) {
            throw new errors/* GuardError */.U$({
                doing,
                problem: 'another restore into this database is under way',
                advice: 'Wait until it is done, or end it, then look at what is there before you start again. Nothing was touched.',
            });
        }
        if (looks === 1) {
            logger.info(`Another restore into "${database}" is under way, or was just ended: waiting a little for it.`);
        }
        await clock.sleep(CLAIM_PAUSE_MS, signal).catch((error) => {
            throw signal.aborted ? new errors/* InterruptedError */.p4(doing, error) : error;
        });
    }
}
async function isClaimed(session, key) {
    const [row] = await session.query('SELECT pg_catalog.pg_try_advisory_lock($1) AS claimed', [
        String(key),
    ]);
    return row?.claimed === true;
}
/** What runs that were killed left must not stand in the way of this one. */
async function sweepLeft(session, settings, context) {
    const [server] = await session.query('SELECT pg_catalog.pg_is_in_recovery() AS standby');
    if (server?.standby === false) {
        await sweepSides({ session, settings }, context);
        await sweepStandIns(session, context);
    }
}
async function refusePooler(session, { signal }) {
    try {
        await (0,pooler/* assertDirect */.m)(session, { signal });
    }
    catch (error) {
        if (error instanceof errors/* ConnectionError */.Rc && error.kind === 'pooler') {
            const { doing, problem, advice } = error;
            throw new errors/* GuardError */.U$({ doing, problem, advice, cause: error });
        }
        throw error;
    }
}
/** The variables with which PostgreSQL's programs connect to a database of the target's server. */
async function environmentFor({ settings }, database, { workspace, environment }) {
    return (0,libpq_environment/* libpqEnvironment */.SQ)({ ...settings, database }, { workspace, environment });
}

;// CONCATENATED MODULE: ./build/operations/drill-room.js





/**
 * Does work beside a disposable server. A throw-away cluster goes as a whole; from a server that others may use,
 * everything that was made there is dropped again: the databases, and the roles that a recovery leaves.
 *
 * @param wish.major another major than the source's: then only a throw-away cluster of it will do
 * Throws `CouldNotVerifyError` where there is no such server.
 */
async function withRoom({ manifest }, { major }, options, context, work) {
    const scratch = await acquireScratch({
        kind: major === undefined ? options.scratch : 'cluster',
        url: options.scratchUrl,
        source: { ...manifest.source, ...(major !== undefined && { major }) },
        preferredFolders: options.postgresBin,
        archiveMajor: manifest.tool.pgDumpMajor,
    }, context);
    const made = [];
    try {
        const before = scratch.kind === 'service' ? await rolesOf(scratch, context.signal) : null;
        try {
            return await work(roomOf(scratch, made));
        }
        finally {
            if (before !== null) {
                await cleanUp(scratch, made, before, context);
            }
        }
    }
    finally {
        await scratch.release();
    }
}
function roomOf(scratch, made) {
    const { major, serverVersion, kind, maintenance, programs, superuser } = scratch;
    if (!superuser) {
        throw new errors/* CouldNotVerifyError */.aq({
            doing: 'preparing a server for a drill',
            problem: `the role "${maintenance.user}" is no superuser on the scratch server, and a recovery makes roles`,
            advice: 'Give a superuser in scratch-url, as a service container has it, or use scratch: cluster.',
        });
    }
    return {
        major,
        serverVersion,
        kind,
        maintenance,
        programs,
        newDatabase: () => {
            const name = scratchName();
            made.push(name);
            return name;
        },
    };
}
async function rolesOf({ maintenance }, signal) {
    return (0,postgres_session/* withSession */.f)(maintenance, signal === undefined ? {} : { signal }, async (session) => {
        const rows = await session.query('SELECT rolname AS name FROM pg_catalog.pg_roles');
        return new Set(rows.map(({ name }) => name));
    });
}
/** Without the signal: this must also happen after an interruption. Never throws. */
async function cleanUp(scratch, databases, before, { logger }) {
    try {
        const roles = [...(await rolesOf(scratch))].filter((role) => !before.has(role));
        await (0,postgres_session/* withSession */.f)(scratch.maintenance, {}, async (session) => {
            for (const name of databases) {
                await session.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`);
            }
            for (const role of roles) {
                await session.query(`DROP ROLE IF EXISTS ${quoteIdentifier(role)}`);
            }
        });
    }
    catch (error) {
        logger.warning(`What the drill made on the scratch server could not be removed: ${(0,errors/* messageOf */.bD)(error)}`);
    }
}

// EXTERNAL MODULE: ./build/sealing-findings.js
var sealing_findings = __webpack_require__(70726);
;// CONCATENATED MODULE: ./build/sealing/unseal.js








/** How many files are decrypted at a time. */
const unseal_WORKERS = 4;
/**
 * Decrypts an encrypted set into a folder of the workspace that nobody else can read, and which the end of the run
 * removes at the latest. Nothing of it stays when it cannot be done.
 *
 * @param manifest the readable manifest: it names the files to decrypt
 * Throws `WrongKeyError` and `DamagedError`.
 */
async function unsealFolder(sealed, manifest, identities, context, age = fastestAge(context)) {
    const folder = await context.workspace.folder('plain-set');
    const remove = () => (0,file_errors/* orFileTrouble */.nD)(`removing ${folder}`, () => (0,promises_.rm)(folder, { recursive: true, force: true }));
    try {
        await unseal({ sealed, folder }, manifest, identities, age, context);
        return { folder, remove };
    }
    catch (error) {
        await remove();
        throw error;
    }
}
async function unseal({ sealed, folder }, { files }, identities, age, { logger, signal }) {
    const encrypted = files.flatMap((file) => {
        const plain = plainName(file.path);
        return plain === null ? [] : [{ ...file, plain }];
    });
    const total = encrypted.reduce((sum, { size }) => sum + size, 0);
    const tell = progressOf('decrypting', total, (progress) => {
        logger.progress(progress);
    });
    const open = async ({ path: file, size, plain }) => {
        signal.throwIfAborted();
        const target = external_node_path_.join(folder, plain);
        await (0,promises_.mkdir)(external_node_path_.dirname(target), { recursive: true, mode: 0o700 });
        await age.decrypt(external_node_path_.join(sealed, file), target, identities);
        if (plain === backup_set/* SET */.rK.script)
            await (0,promises_.chmod)(target, 0o700);
        tell(size, plain);
    };
    // A small file first: a wrong key should not cost the reading of a large one.
    const [first, others] = [
        encrypted.filter((file) => file.path === sealedName(backup_set/* SET */.rK.manifest)),
        encrypted.filter((file) => file.path !== sealedName(backup_set/* SET */.rK.manifest)),
    ];
    await (0,parallel/* inParallel */.H)(first, 1, open);
    await (0,parallel/* inParallel */.H)(others, unseal_WORKERS, open);
}

;// CONCATENATED MODULE: ./build/operations/open-set.js











const NO_KEYS = { identities: [], trusted: [] };
/**
 * Reads the options `decrypt-key` and `trusted-keys`. Done before anything else.
 *
 * Throws `UsageError`.
 */
async function readOpeningKeys({ decryptKey, trustedKeys }, { logger, workingDirectory }) {
    const reading = {
        folder: workingDirectory,
        hide: (secret) => {
            logger.hide(secret);
        },
    };
    return {
        identities: decryptKey === undefined ? [] : await readIdentities(decryptKey, reading),
        trusted: trustedKeys === undefined ? [] : await readTrustedKeys(trustedKeys, reading),
    };
}
/** Checks every byte of a set as it is stored, and whose signature it bears; for both, no private key is needed. */
async function checkStored(folder, { id, type }, { trusted }, { signal }) {
    const found = await verifyFiles(folder, { id, type }, { signal });
    const isReadable = !found.some(({ on, code }) => on === backup_set/* SET */.rK.manifest && code !== 'MANIFEST_CHANGED');
    return isReadable ? [...found, ...(await signatureFindings(folder, trusted))] : found;
}
/**
 * Makes a stored set readable, whose files were checked before: a plain one is as it is, an encrypted one is decrypted
 * into the workspace, and every byte of what comes out is checked against the manifest that comes with it.
 *
 * @returns the set, or what keeps it from being read
 */
async function openStored(folder, place, { identities }, context) {
    const manifest = await (0,backup_set/* readManifest */.WI)(folder);
    const stored = { folder, manifest };
    if (manifest.encryption === undefined) {
        return { folder, manifest, stored, letGo: () => Promise.resolve() };
    }
    const recipients = manifest.encryption.recipients.join(', ');
    if (identities.length === 0) {
        const known = 'every file is what was stored, and nothing more can be known without the key';
        return [(0,build_findings/* finding */.gk)('DECRYPT_KEY_MISSING', `${place.type}/${place.id}`, `it is encrypted to ${recipients}; ${known}`)];
    }
    return decrypt(stored, place, identities, context);
}
async function decrypt(stored, place, identities, context) {
    const start = context.clock.monotonic();
    try {
        const plain = await unsealFolder(stored.folder, stored.manifest, identities, context);
        const decryptSeconds = (context.clock.monotonic() - start) / 1000;
        const opened = await open_set_readPlain(plain.folder, stored.manifest, place, context);
        if ('schema' in opened) {
            return { folder: plain.folder, manifest: opened, stored, decryptSeconds, letGo: () => plain.remove() };
        }
        await plain.remove();
        return opened;
    }
    catch (error) {
        if (error instanceof WrongKeyError)
            return [wrongKey(stored.manifest, identities, place)];
        if (error instanceof errors/* DamagedError */.Me) {
            return [(0,build_findings/* finding */.gk)('DECRYPT_FAILED', `${place.type}/${place.id}`, `${error.problem} (while ${error.doing})`)];
        }
        throw error;
    }
}
/** The manifest of the decrypted set, or what is wrong with the set. */
async function open_set_readPlain(folder, outer, place, { signal }) {
    const found = (await verifyFiles(folder, place, { signal })).map((one) => ({ ...one, on: `${one.on} (decrypted)` }));
    if ((0,build_findings/* worstOf */.hm)(found) === 'error')
        return found;
    const manifest = await (0,backup_set/* readManifest */.WI)(folder);
    const differs = differenceBetween(outer, manifest);
    return differs === null ? manifest : [(0,build_findings/* finding */.gk)('SEALED_SET_DIFFERS', `${place.type}/${place.id}`, differs)];
}
/** In what the readable manifest speaks of another set than the encrypted one; null when it does not. */
function differenceBetween(outer, plain) {
    const facts = (manifest) => ({
        id: manifest.id,
        type: manifest.type,
        series: manifest.series,
        'time of the snapshot': manifest.snapshot.time,
        'system identifier': manifest.source.systemIdentifier,
        'outcome of the proof': manifest.proof.outcome,
        'tier of the proof': manifest.proof.tier,
    });
    const [readable, encrypted] = [facts(outer), facts(plain)];
    const name = Object.keys(readable).find((each) => readable[each] !== encrypted[each]);
    if (name !== undefined) {
        return `the ${name} is ${String(readable[name])} in the readable manifest and ${String(encrypted[name])} in the encrypted one`;
    }
    const there = new Set(outer.files.map((file) => file.path));
    const lacking = plain.files.find((file) => !there.has(sealedName(file.path)));
    return lacking === undefined ? null : `${sealedName(lacking.path)} is not in the readable manifest`;
}
function wrongKey({ encryption }, identities, { id, type }) {
    const listed = encryption?.recipients ?? [];
    const matching = identities.find(({ recipientId }) => listed.includes(recipientId));
    if (matching !== undefined) {
        const said = `its manifest lists the key ${matching.recipientId}, and a file is encrypted to another one`;
        return (0,build_findings/* finding */.gk)('DECRYPT_FAILED', `${type}/${id}`, said);
    }
    const ours = identities.map(({ recipientId }) => recipientId).join(', ');
    const theirs = listed.join(', ');
    return (0,build_findings/* finding */.gk)('DECRYPT_KEY_WRONG', `${type}/${id}`, `it is encrypted to ${theirs}, and the key is that of ${ours}`);
}
/**
 * An outcome as it is kept with the set: beside an encrypted one, without what tells of the data. Null where it speaks
 * only of the keys that were at hand: a good set must not count as bad because somebody gave a wrong key.
 */
function proofToKeep(proof, { encryption }) {
    const weighty = proof.findings.filter(({ severity }) => severity === 'error' || severity === 'inconclusive');
    if (weighty.length > 0 && weighty.every(({ code }) => sealing_findings/* KEY_FINDINGS */.j.includes(code)))
        return null;
    return encryption === undefined ? proof : outerProof(proof, encryption);
}

;// CONCATENATED MODULE: ./build/restore/coverage.js


/** The tables whose rows are wanted and are not in the set, in words; null when it has them all. */
function missingRows(manifest, { tables, excludeTables }) {
    const isWanted = tables.length === 0 ? () => true : matcher(tables);
    const isAccepted = matcher(excludeTables);
    const empty = manifest.tables.filter((table) => table.kind === 'table' && !table.data && isWanted(table) && !isAccepted(table));
    if (empty.length === 0) {
        return null;
    }
    const named = empty.slice(0, 5).map(backup_manifest/* displayName */.QC).join(', ');
    const more = empty.length > 5 ? ` and ${empty.length - 5} more` : '';
    return `it does not hold the rows of ${named}${more}`;
}
function matcher(patterns) {
    const parsed = patterns.map(parseTablePattern).filter((pattern) => pattern !== null);
    return (table) => parsed.some((pattern) => matchesPattern(pattern, table, ['public']));
}

;// CONCATENATED MODULE: ./build/operations/open-restorable.js




/**
 * Fetches a set, checks every byte of it and its signature, and decrypts it where that is needed.
 *
 * That there is no key for it, or a wrong one, is no damage: an older set is not taken instead, because whoever restores
 * wants the newest and has only to find the right key.
 *
 * @returns the set, or what is wrong with it; then nothing of it is left in the workspace
 * Throws `UsageError` without a key, `DamagedError` with a wrong one.
 */
async function openRestorable(store, { id, type }, keys, context) {
    const place = { id, type };
    const folder = await store.open(place, telling(`fetching ${type}/${id}`, context.logger));
    const found = await checkStored(folder, place, keys, context);
    const opened = (0,build_findings/* worstOf */.hm)(found) === 'none' ? await openStored(folder, place, keys, context) : found;
    if (!Array.isArray(opened))
        return lettingGo(opened, store, place);
    refuseWithoutKey(opened, place);
    // The next one may be as large, and needs its room.
    await store.letGo(place);
    return opened;
}
/** Neither the plaintext nor what was fetched stays longer than it is needed. */
function lettingGo(opened, store, place) {
    const letGo = async () => {
        await opened.letGo();
        await store.letGo(place);
    };
    return { ...opened, letGo };
}
function refuseWithoutKey(found, { id, type }) {
    const doing = `opening the encrypted set ${type}/${id}`;
    const missing = found.find(({ code }) => code === 'DECRYPT_KEY_MISSING');
    if (missing !== undefined) {
        throw new errors/* UsageError */.eb({ doing, problem: `there is no key: ${missing.found}`, advice: missing.advice });
    }
    const wrong = found.find(({ code }) => code === 'DECRYPT_KEY_WRONG');
    if (wrong !== undefined) {
        const advice = `${wrong.advice} Nothing was touched.`;
        throw new errors/* DamagedError */.Me({ doing, problem: (0,build_findings/* describeFinding */.jb)(wrong).replace(/\.$/, ''), advice });
    }
}

;// CONCATENATED MODULE: ./build/operations/pick-restorable.js









/**
 * Picks the set to restore and checks every byte of it. Of the newest ones, those that are damaged, failed their proof or
 * (for `latest-proven`) have none are passed over, with a warning; a set that was named by its id is never replaced by
 * another.
 *
 * Throws `UsageError` where there is none of that name, `DamagedError` when the named one is damaged, `GuardError` when
 * no set can be taken.
 */
async function pickRestorable(store, choice, context) {
    const { backup } = choice;
    if (backup_manifest/* SetId */.uz.safeParse(backup).success) {
        return pick_restorable_named(store, choice, context);
    }
    if (backup !== 'latest' && backup !== 'latest-proven') {
        throw new errors/* UsageError */.eb({
            doing: `looking for the backup "${backup}"`,
            problem: 'a restore takes "latest-proven", "latest" or the id of a set (20261124T020000Z)',
            advice: 'A dump of another tool has nothing to be compared with: restore it with pg_restore or psql.',
        });
    }
    return newest(store, choice, context);
}
async function pick_restorable_named(store, { backup: id, type, keys }, context) {
    const candidates = (await candidatesOf(store, type)).filter((set) => set.id === id);
    const [set] = candidates;
    const doing = `looking for the backup ${id} in ${store.name}`;
    if (set === undefined) {
        const ofType = type === undefined ? '' : ` of type ${type}`;
        throw new errors/* UsageError */.eb({
            doing,
            problem: `there is no set${ofType} with this id`,
            advice: 'List the store to see the ids.',
        });
    }
    if (candidates.length > 1) {
        const types = candidates.map((each) => each.type).join(', ');
        throw new errors/* UsageError */.eb({
            doing,
            problem: `there is one of each of the types ${types}`,
            advice: 'Say which with the option type.',
        });
    }
    const opened = await openRestorable(store, set, keys, context);
    if (Array.isArray(opened)) {
        throw new errors/* DamagedError */.Me({
            doing: `checking the set ${set.type}/${id} before restoring it`,
            problem: `it is damaged: ${opened.map(build_findings/* describeFinding */.jb).join(' ')}`,
            advice: 'Nothing was touched. Use latest-proven, which passes over damaged sets, another id, or another copy of this set.',
        });
    }
    const proof = 'proof' in set ? set.proof.outcome : undefined;
    return restorable(store, opened, set, proof === 'proven' ? [] : [`The set ${set.type}/${id} is not proven, and was asked for by its id.`]);
}
async function newest(store, choice, context) {
    const { backup, type } = choice;
    const passedOver = [];
    for (const set of await candidatesOf(store, type)) {
        const looked = pick_restorable_objectionTo(set, choice) ?? (await openOrObjection(store, set, choice, context));
        if (typeof looked !== 'string') {
            return restorable(store, looked, set, passedOver);
        }
        const sentence = `The set ${set.type}/${set.id} was passed over: ${looked}.`;
        passedOver.push(sentence);
        context.logger.warning(sentence);
    }
    const what = backup === 'latest-proven' ? 'proven and whole' : 'whole';
    throw new errors/* GuardError */.U$({
        doing: `looking for a backup to restore in ${store.name}`,
        problem: passedOver.length === 0
            ? `the store holds no set${type === undefined ? '' : ` of type ${type}`}`
            : `none of its ${passedOver.length} sets is ${what}. ${passedOver.join(' ')}`,
        advice: passedOver.length === 0
            ? 'Check the options store and type.'
            : 'Look at another copy of the store. To restore a set that is not proven, or holds the rows of some tables only, name its id in the option backup.',
    });
}
/** Everything that has the place of a set, whole or not, newest first. */
async function candidatesOf(store, type) {
    const { sets, broken } = await store.list();
    return [...sets, ...broken]
        .filter((set) => type === undefined || set.type === type)
        .sort((a, b) => (a.id === b.id ? 0 : a.id < b.id ? 1 : -1));
}
/** Why a set is not taken, as far as the list knows; null where that must be looked at. */
function pick_restorable_objectionTo(set, choice) {
    if ('reason' in set) {
        return set.reason;
    }
    const { proof } = set;
    if (proof.outcome === 'failed') {
        const [first] = proof.findings.filter(({ severity }) => severity === 'error');
        return `it failed its proof${first === undefined ? '' : `: ${first.code} ${first.on}`}`;
    }
    if (choice.backup === 'latest-proven' && proof.outcome !== 'proven') {
        return 'it is not proven';
    }
    return lackOf(set.manifest, choice);
}
/** What is wanted and not in a set, where the choice leaves it to us; null when it has all. */
function lackOf(manifest, { type, wanted }) {
    return wanted === undefined || type !== undefined ? null : missingRows(manifest, wanted);
}
/** The files are read last, because that takes long. Only then it is seen what an encrypted set without names holds. */
async function openOrObjection(store, set, choice, context) {
    const opened = await openRestorable(store, set, choice.keys, context);
    if (Array.isArray(opened)) {
        const [damage] = opened;
        return damage === undefined ? 'it is damaged' : `it is damaged: ${damage.code} ${damage.on}, ${damage.found}`;
    }
    const lack = lackOf(opened.manifest, choice);
    if (lack !== null) {
        await opened.letGo();
        await store.letGo(set);
    }
    return lack ?? opened;
}
async function restorable(store, opened, { id, type }, passedOver) {
    const { objects } = await readStoredCatalog(external_node_path_.join(opened.folder, backup_set/* SET */.rK.catalog));
    const location = locationOf(store, { id, type }, opened.stored.folder);
    return { ...opened, id, type, location, objects, passedOver };
}

;// CONCATENATED MODULE: ./build/restore/analyze.js


/** Gathers the planner's statistics, which no dump holds. A database without them is whole, only slow: so no error. */
async function analyze({ programs, environment, database, }, jobs, { processes }) {
    try {
        await processes.run({
            ...programs.command('vacuumdb', [
                '--analyze-only',
                '--no-password',
                '--quiet',
                `--jobs=${jobs}`,
                `--dbname=${database}`,
            ]),
            env: environment,
            doing: `gathering the statistics of ${database}`,
        });
        return [];
    }
    catch (error) {
        if (error instanceof errors/* InterruptedError */.p4)
            throw error;
        return [(0,build_findings/* finding */.gk)('STATISTICS_MISSING', database, (0,errors/* messageOf */.bD)(error))];
    }
}

;// CONCATENATED MODULE: ./build/restore/guard.js



/** How much more a database needs than its tables had at the source: indexes, and what is written to the log meanwhile. */
const SPACE_SHARE = 1.6;
/** A guard refused, before anything was written. The findings say why, all of them. */
class RestoreRefused extends errors/* GuardError */.U$ {
    constructor(findings, doing) {
        const errors = findings.filter(({ severity }) => severity === 'error');
        super({
            doing,
            problem: `${errors.length === 1 ? 'something is' : `${errors.length} things are`} in the way: ${errors.map(({ code, on }) => `${code} ${on}`).join(', ')}`,
            advice: 'Do what the findings above say and start again. Nothing was written.',
        });
    }
}
/** Throws `RestoreRefused` when something that was found forbids the restore. */
function refuseAtErrors(findings, doing) {
    if (findings.some(({ severity }) => severity === 'error')) {
        throw new RestoreRefused(findings, doing);
    }
}
/** Everything that forbids a restore or that should be known before it, from what the target says of itself. */
function guardFindings(subject) {
    return [
        ...serverFindings(subject),
        ...databaseFindings(subject),
        ...rightsFindings(subject),
        ...extensionFindings(subject),
        ...roleFindings(subject),
        ...partFindings(subject),
        ...guard_spaceFindings(subject),
    ];
}
function serverFindings({ facts, manifest: { source } }) {
    const versions = `it is PostgreSQL ${facts.serverVersion}, the source was ${source.serverVersion}`;
    return [
        ...(facts.standby ? [(0,build_findings/* finding */.gk)('TARGET_STANDBY', 'the target', 'it is in recovery')] : []),
        ...(facts.major < source.major ? [(0,build_findings/* finding */.gk)('TARGET_TOO_OLD', 'the target', versions)] : []),
        ...(facts.major > source.major ? [(0,build_findings/* finding */.gk)('TARGET_MAJOR_DIFFERS', 'the target', versions)] : []),
    ];
}
function databaseFindings({ request: { mode, confirm }, database, facts }) {
    const there = facts.database;
    if (there === null) {
        return mode === 'new' ? [] : [(0,build_findings/* finding */.gk)('TARGET_MISSING', database, 'there is no such database on the server')];
    }
    if (mode === 'new') {
        return there.empty ? [] : [(0,build_findings/* finding */.gk)('TARGET_NOT_EMPTY', database, 'there are objects in it')];
    }
    const typed = confirm === undefined ? 'confirm is not given' : `confirm is "${confirm}"`;
    return [
        ...(confirm === database ? [] : [(0,build_findings/* finding */.gk)('CONFIRM_NEEDED', database, `${typed}, the database is "${database}"`)]),
        ...(mode === 'replace' && there.preparedTransactions > 0
            ? [(0,build_findings/* finding */.gk)('TARGET_BUSY', database, `${there.preparedTransactions} prepared transactions are open in it`)]
            : []),
        ...(mode === 'replace' && there.isTemplate
            ? [(0,build_findings/* finding */.gk)('TARGET_BUSY', database, 'it is a template database (datistemplate)')]
            : []),
    ];
}
function rightsFindings({ request: { mode }, database, facts }) {
    const { us, database: there } = facts;
    const forbid = (found) => (0,build_findings/* finding */.gk)('TARGET_FORBIDDEN', us.name, found);
    const isInPlace = mode === 'new' && there !== null;
    return [
        ...(us.createDatabase || isInPlace ? [] : [forbid('it may not create databases')]),
        ...(us.superuser || there === null || there.ours
            ? []
            : [forbid(`it does not own the database "${database}", which belongs to "${there.owner}"`)]),
    ];
}
function extensionFindings({ manifest: { source }, facts: { extensions } }) {
    return source.extensions.flatMap(({ name, version }) => {
        const offered = extensions.get(name);
        if (offered === undefined) {
            const found = `the source has version ${version}, the target does not have it`;
            const advice = 'Install it on the server of the target, then start again.';
            return [{ ...(0,build_findings/* finding */.gk)('EXTENSION_MISSING', name, found, advice), severity: 'error' }];
        }
        return offered === version
            ? []
            : [(0,build_findings/* finding */.gk)('EXTENSION_VERSION_DIFFERS', name, `the source has version ${version}, the target has ${offered}`)];
    });
}
function roleFindings({ roles, facts }) {
    const { us } = facts;
    return [
        ...roles.wrongMappings.map(({ from, why }) => (0,build_findings/* finding */.gk)('ROLE_MAP_WRONG', from, why)),
        ...roles.unknown.map((role) => (0,build_findings/* finding */.gk)('TARGET_ROLE_MISSING', role, 'it is not on the target, and the set does not make it')),
        ...(us.createRole
            ? []
            : [...roles.missing, ...roles.mapped.map(({ from }) => from)].map((role) => (0,build_findings/* finding */.gk)('TARGET_ROLE_MISSING', role, `it is not on the target, and "${us.name}" may not create roles (CREATEROLE)`))),
        ...(us.superuser
            ? []
            : roles.superusers.map((role) => (0,build_findings/* finding */.gk)('TARGET_ROLE_MISSING', role, `it is a superuser at the source, and "${us.name}" may not make one`))),
        ...roles.unusable.map((role) => (0,build_findings/* finding */.gk)('TARGET_ROLE_MISSING', role, `it owns objects of the set, and "${us.name}" is not a member of it`)),
    ];
}
function partFindings(subject) {
    const { request, manifest } = subject;
    const isDivided = (request.tables.length > 0 || request.parts !== 'all') && request.mode !== 'add';
    return [
        ...(isDivided && manifest.options.format === 'plain'
            ? [(0,build_findings/* finding */.gk)('PLAIN_NOT_DIVISIBLE', manifest.dump.path, 'only a part of it was asked for')]
            : []),
        ...(request.mode === 'replace' ? partialSet(subject) : []),
    ];
}
/** A database that is replaced by one without the rows of some tables: seldom what was meant. */
function partialSet({ request, manifest }) {
    const missing = missingRows(manifest, { tables: [], excludeTables: request.excludeTables });
    return missing === null ? [] : [(0,build_findings/* finding */.gk)('SET_IS_PARTIAL', manifest.id, missing)];
}
function guard_spaceFindings({ manifest, facts: { freeBytes }, request }) {
    if (freeBytes === null || request.parts === 'schema') {
        return [];
    }
    const rows = manifest.tables.reduce((sum, { data, bytes }) => sum + (data ? bytes : 0), 0);
    const needed = Math.ceil(rows * SPACE_SHARE);
    const megabytes = (bytes) => `${Math.ceil(bytes / 1e6)} MB`;
    return freeBytes >= needed
        ? []
        : [
            (0,build_findings/* finding */.gk)('DISK_SPACE_LOW', 'the target', `${megabytes(freeBytes)} are free for its data, the restore is estimated to need ${megabytes(needed)}`, "Free some space on the server's disk, or restore into another server."),
        ];
}

;// CONCATENATED MODULE: ./build/restore/role-map.js

/**
 * Hands everything in the session's database that belongs or is granted to a stand-in over to the role that takes its
 * place, and drops the stand-in. A set's archive names the roles of its source, and pg_restore cannot rename them.
 */
async function handOver(session, mappings) {
    for (const { from, to } of mappings) {
        await session.query('BEGIN');
        try {
            for (const { sql } of await session.query(GRANTS, [from, to])) {
                await session.query(sql);
            }
            await session.query(`REASSIGN OWNED BY ${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`);
            await session.query(`DROP OWNED BY ${quoteIdentifier(from)}`);
            await session.query(`DROP ROLE ${quoteIdentifier(from)}`);
            await session.query('COMMIT');
        }
        catch (error) {
            await session.query('ROLLBACK');
            throw error;
        }
    }
}
/** Objects that can be granted, with the words that GRANT calls them by. */
const role_map_GRANTABLE = `
  SELECT c.relacl AS acl, CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::regclass AS what, '' AS columns
    FROM pg_class c
  UNION ALL SELECT a.attacl, 'TABLE ' || a.attrelid::regclass, '(' || quote_ident(a.attname) || ')' FROM pg_attribute a
  UNION ALL SELECT p.proacl, 'ROUTINE ' || p.oid::regprocedure, '' FROM pg_proc p
  UNION ALL SELECT n.nspacl, 'SCHEMA ' || quote_ident(n.nspname), '' FROM pg_namespace n
  UNION ALL SELECT t.typacl, 'TYPE ' || t.oid::regtype, '' FROM pg_type t WHERE t.typacl IS NOT NULL
  UNION ALL SELECT l.lanacl, 'LANGUAGE ' || quote_ident(l.lanname), '' FROM pg_language l
  UNION ALL SELECT w.fdwacl, 'FOREIGN DATA WRAPPER ' || quote_ident(w.fdwname), '' FROM pg_foreign_data_wrapper w
  UNION ALL SELECT s.srvacl, 'FOREIGN SERVER ' || quote_ident(s.srvname), '' FROM pg_foreign_server s
  UNION ALL SELECT m.lomacl, 'LARGE OBJECT ' || m.oid, '' FROM pg_largeobject_metadata m`;
/** What is granted to $1, as statements that grant it to $2; the policies and default privileges of $1, made those of $2. */
const GRANTS = `
  SELECT format('GRANT %s %s ON %s TO %I%s', x.privilege_type, g.columns, g.what, $2::text,
      CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS sql
    FROM (${role_map_GRANTABLE}) g, aclexplode(g.acl) x WHERE x.grantee = $1::regrole
  UNION ALL
  SELECT format('ALTER POLICY %I ON %s TO %s', p.polname, p.polrelid::regclass,
      (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' WHEN $1::regrole THEN quote_ident($2) ELSE quote_ident(pg_get_userbyid(r)) END, ', ')
        FROM unnest(p.polroles) r))
    FROM pg_policy p WHERE $1::regrole = ANY (p.polroles)
  UNION ALL
  SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I %s GRANT %s ON %s TO %s',
      CASE d.defaclrole WHEN $1::regrole THEN $2 ELSE pg_get_userbyid(d.defaclrole) END,
      CASE WHEN d.defaclnamespace <> 0 THEN 'IN SCHEMA ' || d.defaclnamespace::regnamespace ELSE '' END, x.privilege_type,
      CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES'
        ELSE 'SCHEMAS' END,
      CASE x.grantee WHEN 0 THEN 'PUBLIC' WHEN $1::regrole THEN quote_ident($2) ELSE quote_ident(pg_get_userbyid(x.grantee)) END)
    FROM pg_default_acl d, aclexplode(d.defaclacl) x WHERE d.defaclrole = $1::regrole OR x.grantee = $1::regrole`;
/** The source's objects as they are on the target: those of mapped roles belong to the roles that take their place. */
function mappedObjects(objects, mappings) {
    if (mappings.length === 0) {
        return [...objects];
    }
    const roles = new Map(mappings.map(({ from, to }) => [from, to]));
    const role = (name) => roles.get(name) ?? name;
    return objects.map((object) => ({
        ...object,
        name: isNamedByRole(object) ? mappedName(object.name, role) : object.name,
        ...(object.owner !== undefined && { owner: role(object.owner) }),
        ...(object.grants !== undefined && { grants: mappedGrants(object.grants, role) }),
        facts: mappedFacts(object, role),
    }));
}
function isNamedByRole({ kind }) {
    return kind === 'default privileges' || kind === 'large objects' || kind === 'user mapping';
}
/** `for role from in schema public on tables`, `owned by from (reader: SELECT)` */
function mappedName(name, role) {
    return name
        .replace(/^((?:for role|owned by) )(\S+)/, (_, words, from) => words + role(from))
        .replace(/ \((.*)\)$/, (_, grants) => ` (${mappedGrants(grants.split(', '), role).join(', ')})`);
}
/** Grants to both roles become one. */
function mappedGrants(grants, role) {
    const mapped = grants.map((grant) => {
        const [, grantee = '', rest = ''] = /^(.*)(: .*)$/s.exec(grant) ?? [];
        return asGrantee(role(fromGrantee(grantee))) + rest;
    });
    return [...new Set(mapped)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
function fromGrantee(text) {
    return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}
function asGrantee(name) {
    return name === 'PUBLIC' || /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
function mappedFacts({ kind, facts }, role) {
    return kind === 'policy' && Array.isArray(facts.roles) ? { ...facts, roles: facts.roles.map(role).sort() } : facts;
}

;// CONCATENATED MODULE: ./build/restore/globals.js
const ROLE = String.raw `("(?:[^"]|"")*"|[^\s";]+)`;
const CREATE = new RegExp(String.raw `CREATE ROLE ${ROLE};`);
const ALTER = new RegExp(String.raw `^ALTER ROLE ${ROLE} (?:WITH|SET|RESET)\b`);
const MEMBERSHIP = new RegExp(String.raw `^GRANT ${ROLE} TO ${ROLE}(.*?)(?: GRANTED BY ${ROLE})?;$`, 's');
const COMMENT = new RegExp(String.raw `^COMMENT ON ROLE ${ROLE} IS `);
/**
 * Reads the statements about roles out of what `pg_dumpall --roles-only` wrote, so that those of single roles can be run.
 * Who granted a membership is left out: that role need not be on another server.
 */
function roleStatements(script) {
    return statementsOf(script).flatMap((sql) => {
        const statement = roleStatement(sql);
        return statement === null ? [] : [statement];
    });
}
function roleStatement(sql) {
    const created = /^(DO |CREATE ROLE )/.test(sql) ? CREATE.exec(sql)?.[1] : undefined;
    if (created !== undefined) {
        return { kind: 'create', role: globals_unquoted(created), sql: `CREATE ROLE ${created};` };
    }
    const altered = ALTER.exec(sql)?.[1];
    if (altered !== undefined) {
        return { kind: 'alter', role: globals_unquoted(altered), sql };
    }
    const [, group, member, options = ''] = MEMBERSHIP.exec(sql) ?? [];
    if (group !== undefined && member !== undefined) {
        return {
            kind: 'membership',
            role: globals_unquoted(member),
            group: globals_unquoted(group),
            sql: `GRANT ${group} TO ${member}${options};`,
        };
    }
    const commented = COMMENT.exec(sql)?.[1];
    return commented === undefined ? null : { kind: 'comment', role: globals_unquoted(commented), sql };
}
/** The statements of a script: they end with a semicolon outside of quotes, at the end of a line. */
function statementsOf(script) {
    const statements = [];
    let open = '';
    for (const line of script.split('\n')) {
        if (open === '' && /^(--|\\|\s*$)/.test(line))
            continue;
        open = open === '' ? line : `${open}\n${line}`;
        if (open.endsWith(';') && isOutsideQuotes(open)) {
            statements.push(open);
            open = '';
        }
    }
    return statements;
}
function isOutsideQuotes(text) {
    const rest = text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, '');
    return !/['"]/.test(rest);
}
/**
 * The attributes that only a superuser may set, taken out of an `ALTER ROLE … WITH …`: even saying that a role has none of
 * them is refused to others.
 */
function withoutSuperuserAttributes(sql) {
    return sql.replaceAll(/ (NO)?(SUPERUSER|REPLICATION|BYPASSRLS)\b/g, '');
}
function globals_unquoted(name) {
    return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

;// CONCATENATED MODULE: ./build/restore/roles.js









/** Holds the roles that a set needs against those that the target has. */
async function readRoleNeeds({ folder, manifest, objects }, facts, map) {
    const statements = roleStatements(await (0,promises_.readFile)(external_node_path_.join(folder, backup_set/* SET */.rK.globals), 'utf8'));
    const owners = new Set(objects.flatMap(({ kind, owner }) => (owner === undefined || kind === 'database' ? [] : [owner])));
    const needed = manifest.source.roles.filter((role) => isNeeded(role, manifest, objects, owners));
    const mapped = Object.entries(map).map(([from, to]) => ({ from, to }));
    const isMapped = (role) => mapped.some(({ from }) => from === role);
    const wanted = needed.filter((role) => !facts.roles.has(role) && !isMapped(role));
    const missing = withGroups(wanted, statements, facts);
    const made = new Set(statements.filter(({ kind }) => kind === 'create').map(({ role }) => role));
    return {
        missing: missing.filter((role) => made.has(role)),
        superusers: missing.filter((role) => roles_isSuperuser(role, statements)),
        unknown: missing.filter((role) => !made.has(role)),
        unusable: [...owners, ...mapped.filter(({ from }) => needed.includes(from)).map(({ to }) => to)].filter((role) => facts.roles.get(role)?.usable === false && !isMapped(role) && !isPredefined(role)),
        mapped: mapped.filter(({ from }) => needed.includes(from)),
        wrongMappings: mapped.flatMap(({ from, to }) => wrongMapping(from, to, facts)),
        statements,
    };
}
/** The role that `initdb` made is in every description; it is needed only where something is its own or granted to it. */
function isNeeded(role, { source }, objects, owners) {
    return role !== source.bootstrapRole || owners.has(role) || JSON.stringify(objects).includes(`"${role}: `);
}
function wrongMapping(from, to, facts) {
    if (facts.roles.has(from)) {
        return [{ from, why: `"${from}" is on the target, so nothing needs to take its place` }];
    }
    return facts.roles.has(to) ? [] : [{ from, why: `"${to}", which is to take its place, is not on the target` }];
}
/** What belongs to `pg_database_owner` and the like belongs to whoever owns the database. */
function isPredefined(role) {
    return role.startsWith('pg_');
}
/** With the roles that they are members of, as far as these are missing too; groups come first. */
function withGroups(roles, statements, facts) {
    const all = new Set(roles);
    for (const role of all) {
        // A set grows while it is walked, so groups of groups are reached too.
        for (const { kind, role: member, group } of statements) {
            if (kind === 'membership' && member === role && group !== undefined && !facts.roles.has(group)) {
                all.add(group);
            }
        }
    }
    return [...all].reverse();
}
function roles_isSuperuser(role, statements) {
    return statements.some((statement) => statement.kind === 'alter' && statement.role === role && / SUPERUSER\b/.test(statement.sql));
}
/**
 * Makes the missing roles as the source had them, and stand-ins for the mapped ones, all or none. A role that is there is
 * never changed: neither its attributes nor its memberships.
 */
async function makeRoles({ session, facts: { us } }, needs, { clock }) {
    const names = [...needs.missing, ...needs.mapped.map(({ from }) => from)];
    if (names.length === 0) {
        return { findings: [], names: [] };
    }
    await session.query('BEGIN');
    try {
        for (const sql of roles_statementsFor(needs, us, clock.now())) {
            await session.query(sql);
        }
        await session.query('COMMIT');
    }
    catch (error) {
        await session.query('ROLLBACK');
        throw error;
    }
    const withLogin = needs.missing.filter((role) => mayLogIn(role, needs.statements));
    return {
        names,
        findings: withLogin.map((role) => (0,build_findings/* finding */.gk)('ROLE_WITHOUT_PASSWORD', role, 'it was made, and may log in')),
    };
}
function roles_statementsFor(needs, us, now) {
    const missing = new Set(needs.missing);
    const of = (kind) => needs.statements.filter((one) => one.kind === kind && missing.has(one.role));
    const all = [...of('create'), ...of('alter'), ...of('membership'), ...of('comment')].map(({ sql }) => us.superuser ? sql : withoutSuperuserAttributes(sql));
    const standIns = needs.mapped.flatMap(({ from }) => standInStatements(from, now));
    // To give objects to a role, one must be a member of it.
    const memberships = [...needs.missing, ...needs.mapped.map(({ from }) => from)].map((role) => `GRANT ${quoteIdentifier(role)} TO ${quoteIdentifier(us.name)}`);
    return [...all, ...standIns, ...(us.superuser ? [] : memberships)];
}
function mayLogIn(role, statements) {
    return statements.some(({ kind, role: altered, sql }) => kind === 'alter' && altered === role && / LOGIN\b/.test(sql));
}
/** Takes back roles that were made for a restore that came to nothing. Never throws: a role that is in use stays. */
async function takeBackRoles({ maintenance }, names, { logger }) {
    if (names.length === 0) {
        return;
    }
    const stays = (what) => (error) => {
        logger.warning(`${what} for the restore could not be dropped: ${(0,errors/* messageOf */.bD)(error)}`);
    };
    // Without the signal: this must also happen after an interruption.
    await (0,postgres_session/* withSession */.f)(maintenance, {}, async (session) => {
        for (const name of [...names].reverse()) {
            await session
                .query(`DROP ROLE IF EXISTS ${quoteIdentifier(name)}`)
                .catch(stays(`The role ${name}, which was made`));
        }
    }).catch(stays('Roles that were made'));
}

;// CONCATENATED MODULE: ./build/restore/selection.js




/** Schemas that a pattern without one speaks of: those of the source's search path are not known any more. */
const SEARCH_PATH = ['public'];
/**
 * Chooses what is restored. The definitions of everything always are, so that the rows have what they need; foreign keys
 * from chosen tables to others are added without a check of the rows that are there.
 */
function selectFrom(manifest, objects, { parts, tables }) {
    // A script can only be restored whole; what is wanted of it is taken out afterwards.
    const isScript = manifest.options.format === 'plain';
    const withoutRows = parts === 'schema' && !isScript;
    const choosable = choosableTables(manifest.tables, objects);
    const choice = chooseTables(choosable, tables.length === 0 ? [] : foreignKeys(choosable, objects), {
        include: tables,
        exclude: [],
        searchPath: SEARCH_PATH,
    });
    const chosen = manifest.tables.filter((_, oid) => choice.chosen.has(oid));
    const left = manifest.tables.filter((_, oid) => !choice.chosen.has(oid));
    const known = new Set(manifest.looseForeignKeys.map(({ table, name }) => `${table}.${name}`));
    const loose = choice.loose.filter(({ table, name }) => !known.has(`${table}.${name}`));
    const kept = manifest.tables.map((table, oid) => !isScript && (withoutRows || !choice.chosen.has(oid)) ? withoutContent(table) : table);
    return {
        manifest: { ...manifest, tables: kept },
        chosen,
        omission: {
            withoutRows,
            entries: new Set(isScript
                ? []
                : [
                    ...(withoutRows ? manifest.tables : left).flatMap((table) => dataEntries(table, objects)),
                    ...loose.map((key) => keyEntry(key, objects)),
                ]),
            looseKeys: (isScript ? [] : loose).map(({ table, name, statement }) => ({ table, name, statement })),
        },
        findings: [
            ...choice.findings.filter(({ severity }) => severity === 'error'),
            ...(parts === 'schema' ? [] : selection_missingRows(chosen, tables)),
        ],
    };
}
/** A table that was asked for by name and whose rows the set does not hold. */
function selection_missingRows(chosen, patterns) {
    const empty = patterns.length === 0 ? [] : chosen.filter(({ kind, data }) => kind === 'table' && !data);
    return empty.map((table) => (0,build_findings/* finding */.gk)('TABLE_NOT_IN_SET', (0,backup_manifest/* displayName */.QC)(table), 'its rows were left out when the backup was taken'));
}
function withoutContent({ schema, name, kind, bytes, unlogged }) {
    return { schema, name, kind, bytes, data: false, ...(unlogged !== undefined && { unlogged }) };
}
/** In place of oids, which a manifest does not record, the table's place in it. */
function choosableTables(tables, objects) {
    const facts = new Map(objects.filter(isTable).map((object) => [object.name, object.facts]));
    return tables.map(({ schema, name }, oid) => {
        const { inherits, partitionBound } = facts.get(qualifiedName({ schema, name })) ?? {};
        const parents = (Array.isArray(inherits) ? inherits : []).map(selection_partsOf);
        const [partitioned] = parents;
        return partitionBound !== undefined && partitioned !== undefined
            ? { oid, schema, name, partitionOf: partitioned, inherits: [] }
            : { oid, schema, name, inherits: parents };
    });
}
function isTable({ kind }) {
    return ['table', 'foreign table', 'materialized view'].includes(kind);
}
const IDENTIFIER = '(?:"(?:[^"]|"")*"|[^\\s(."]+)';
const REFERENCES = new RegExp(` REFERENCES (${IDENTIFIER}\\.${IDENTIFIER})\\(`);
/** The foreign keys of the source, from what its catalog says. */
function foreignKeys(tables, objects) {
    const oids = new Map(tables.map((table) => [qualifiedName(table), table.oid]));
    const partitioned = new Set(objects.filter(({ facts }) => facts.partitionedBy !== undefined).map(({ name }) => name));
    return objects.flatMap((object) => {
        const definition = object.kind === 'constraint' ? object.facts.definition : undefined;
        if (object.facts.type !== 'foreign key' || typeof definition !== 'string')
            return [];
        const table = object.of?.replace(/^(foreign )?table /, '') ?? '';
        const name = selection_partsOf(object.name.slice(table.length + 1)).name;
        const [from, to] = [oids.get(table), oids.get(canonical(REFERENCES.exec(definition)?.[1] ?? ''))];
        if (from === undefined || to === undefined)
            return [];
        const statement = partitioned.has(table)
            ? null
            : `ALTER TABLE ONLY ${table} ADD CONSTRAINT ${selection_quoted(name)} ${definition} NOT VALID`;
        return [{ oid: 0, name, from, to, table, statement }];
    });
}
/** The entries that bring a table's rows, as pg_restore lists them. */
function dataEntries(table, objects) {
    const owner = objects.find((object) => isTable(object) && object.name === qualifiedName(table))?.owner ?? '';
    const rest = listedName(`${table.schema} ${table.name} ${owner}`);
    return [`TABLE DATA ${rest}`, `MATERIALIZED VIEW DATA ${rest}`];
}
function keyEntry({ table, name }, objects) {
    const owner = objects.find((object) => isTable(object) && object.name === table)?.owner ?? '';
    const { schema, name: tableName } = selection_partsOf(table);
    return listedName(`FK CONSTRAINT ${schema} ${tableName} ${name} ${owner}`);
}
/** As the catalog names a relation: in double quotes only where a name needs them. */
function qualifiedName({ schema, name }) {
    return `${quotedIfNeeded(schema)}.${quotedIfNeeded(name)}`;
}
/** The parts of a qualified name as PostgreSQL prints it; of a name alone, with an empty schema. */
function selection_partsOf(text) {
    const parts = (text.match(new RegExp(IDENTIFIER, 'g')) ?? []).map(selection_unquoted);
    return parts.length < 2 ? { schema: '', name: parts[0] ?? '' } : { schema: parts[0] ?? '', name: parts[1] ?? '' };
}
/** PostgreSQL also quotes its keywords, our catalog does not. */
function canonical(text) {
    return qualifiedName(selection_partsOf(text));
}
function quotedIfNeeded(name) {
    return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : selection_quoted(name);
}
function selection_quoted(name) {
    return `"${name.replaceAll('"', '""')}"`;
}
function selection_unquoted(name) {
    return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

;// CONCATENATED MODULE: ./build/restore/transfer.js








/**
 * Brings tables from a side database into the living target, all in one transaction: whatever happens, all of them are
 * there or none. PostgreSQL's own programs decide what belongs to a table. Triggers of users do not fire for the rows;
 * foreign keys are checked.
 */
async function transferTables(target, transfer, context) {
    const { settings } = target;
    const sequencesBefore = await withPinned(settings, context, (session) => readPositions(session, transfer.rowsOnly));
    await runTransfer(target, transfer, context);
    return withPinned(settings, context, async (session) => {
        await forwardSequences(session, sequencesBefore);
        return validateKeys(session, transfer.whole);
    });
}
/** A session that names everything in full, whatever the database's search path is. */
function withPinned(settings, { signal }, work) {
    return (0,postgres_session/* withSession */.f)(settings, { signal }, async (session) => {
        await (0,pinned/* pinSettings */.v)(session);
        return work(session);
    });
}
async function runTransfer(target, { programs, from, whole, rowsOnly, withRows }, context) {
    const { database, settings } = target;
    const source = await environmentFor(target, from, context);
    const triggers = await withPinned(settings, context, (session) => triggerSwitches(session, rowsOnly));
    const dump = (tables, args) => async function* () {
        if (tables.length === 0)
            return;
        const dumping = context.processes.start({
            ...programs.command('pg_dump', [
                '--no-password',
                ...args,
                ...tables.map((table) => `--table=${exactPattern(table)}`),
            ]),
            env: source,
            doing: `reading the restored tables from ${from}`,
            stdout: 'pipe',
        });
        yield* dumping.stdout;
        await dumping.finished;
    };
    await context.processes.run({
        ...programs.command('psql', ['--no-psqlrc', '--quiet', '--no-password', '--set=ON_ERROR_STOP=1', '--file=-']),
        env: await environmentFor(target, database, context),
        doing: `bringing tables back into ${database}`,
        advice: 'Nothing was changed: all of it is one transaction. Mend what psql says and start again.',
        stdin: external_node_stream_.Readable.from(script([
            transfer_text(['BEGIN']),
            dump(whole, withRows ? [] : ['--schema-only']),
            transfer_text(triggers.off),
            dump(rowsOnly, ['--data-only']),
            transfer_text([...triggers.on, 'COMMIT']),
        ]), { objectMode: false }),
    });
}
/**
 * What psql reads, one part after the other. The last word commits, and comes only when all else did: psql takes the end
 * of its input, which also comes when we are killed, for a good end (and so would commit with `--single-transaction`).
 */
async function* script(parts) {
    for (const part of parts) {
        yield* part();
    }
}
function transfer_text(statements) {
    // eslint-disable-next-line @typescript-eslint/require-await -- a part like the others, which do wait
    return async function* () {
        yield Buffer.from(statements.map((statement) => `${statement};\n`).join(''));
    };
}
/** Statements that turn the users' triggers of tables off, and each back to what it was. */
async function triggerSwitches(session, tables) {
    const rows = await session.query(`SELECT t.tgname AS name, t.tgrelid::regclass::text AS table, t.tgenabled AS enabled FROM pg_catalog.pg_trigger t
      WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgrelid = ANY (SELECT pg_catalog.to_regclass(n) FROM unnest($1::text[]) n)`, [tables.map(qualifiedName)]);
    const words = { O: 'ENABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' };
    const alter = (table, what, name) => `ALTER TABLE ${table} ${what} TRIGGER ${quoteIdentifier(name)}`;
    return {
        off: rows.map(({ table, name }) => alter(table, 'DISABLE', name)),
        on: rows.map(({ table, name, enabled }) => alter(table, words[enabled], name)),
    };
}
/** Where the sequences are that belong to columns of these tables. */
async function readPositions(session, tables) {
    const owned = await session.query(`SELECT d.objid::regclass::text AS sequence, s.seqincrement::text AS increment
       FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.objid
      WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
        AND d.refobjid = ANY (SELECT pg_catalog.to_regclass(n)::oid FROM unnest($1::text[]) n)`, [tables.map(qualifiedName)]);
    const positions = [];
    for (const { sequence, increment } of owned) {
        const [row] = await session.query(`SELECT last_value::text AS value, is_called AS called FROM ${sequence}`);
        if (row !== undefined)
            positions.push({ sequence, increment, ...row });
    }
    return positions;
}
/** A sequence that had come further in the living database goes back to there: its values may be in use elsewhere. */
async function forwardSequences(session, before) {
    for (const { sequence, value, called, increment } of before) {
        const further = BigInt(increment) > 0n ? '>' : '<';
        await session.query(`SELECT pg_catalog.setval('${sequence.replaceAll("'", "''")}', $1::bigint, $2)
         FROM ${sequence} WHERE $1::bigint ${further} last_value`, [value, called]);
    }
}
/** Foreign keys came without a check of what was not restored beside them; now the living rows are there to check. */
async function validateKeys(session, tables) {
    const keys = await session.query(`SELECT conrelid::regclass::text AS table, conname AS name FROM pg_catalog.pg_constraint
      WHERE contype = 'f' AND NOT convalidated
        AND conrelid = ANY (SELECT pg_catalog.to_regclass(n)::oid FROM unnest($1::text[]) n)`, [tables.map(qualifiedName)]);
    const findings = [];
    for (const { table, name } of keys) {
        await session.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${quoteIdentifier(name)}`).catch((error) => {
            findings.push((0,build_findings/* finding */.gk)('FOREIGN_KEY_NOT_VALID', `${table}.${name}`, error instanceof Error ? error.message : String(error)));
        });
    }
    return findings;
}

;// CONCATENATED MODULE: ./build/operations/recover-tables.js
















/** Looks at what is there of the chosen tables. */
async function findAddition({ settings }, { chosen }, { parts }, { signal }) {
    const addition = { whole: [], rowsOnly: [], findings: [] };
    await (0,postgres_session/* withSession */.f)(settings, { signal }, async (session) => {
        for (const table of chosen) {
            place(table, await recover_tables_stateOf(session, table), parts, addition);
        }
    });
    return addition;
}
async function recover_tables_stateOf(session, table) {
    const [row] = await session.query(`SELECT pg_catalog.to_regnamespace(quote_ident($1)) IS NOT NULL AS schema,
       pg_catalog.to_regclass(quote_ident($1) || '.' || quote_ident($2)) IS NOT NULL AS there`, [table.schema, table.name]);
    if (row?.schema !== true)
        return 'no schema';
    if (!row.there)
        return 'absent';
    const [rows] = await session.query(`SELECT EXISTS (SELECT FROM ONLY ${qualifiedName(table)}) AS filled`);
    return rows?.filled === true ? 'filled' : 'empty';
}
function place(table, state, parts, addition) {
    const on = (0,backup_manifest/* displayName */.QC)(table);
    if (state === 'no schema') {
        addition.findings.push((0,build_findings/* finding */.gk)('TARGET_TABLE_MISSING', on, `there is no schema "${table.schema}"`));
    }
    else if (state === 'absent') {
        if (parts === 'data') {
            addition.findings.push((0,build_findings/* finding */.gk)('TARGET_TABLE_MISSING', on, 'it is not there, and only rows were asked for'));
        }
        else {
            addition.whole.push(table);
        }
    }
    else if (state === 'filled' || parts === 'schema') {
        addition.findings.push((0,build_findings/* finding */.gk)('TARGET_TABLE_NOT_EMPTY', on, state === 'filled' ? 'there are rows in it' : 'it is there already'));
    }
    else if (table.kind === 'table') {
        addition.rowsOnly.push(table);
    }
}
/** Brings the tables from the side database into the target and compares them there. */
async function bringBack(prepared, from, context) {
    const { plan, target, addition } = prepared;
    const { whole, rowsOnly } = addition ?? { whole: [], rowsOnly: [] };
    const programs = await (0,postgres_programs/* findPrograms */.z)({
        serverMajor: target.facts.major,
        preferredFolders: plan.preferredFolders,
        environment: context.environment,
        processes: context.processes,
    });
    const start = context.clock.monotonic();
    const findings = await transferTables(target, { programs, from, whole, rowsOnly, withRows: plan.parts !== 'schema' }, context);
    const compared = await plan.phase('Comparing the tables', () => compareBack(prepared, context));
    return {
        findings,
        tables: compared.tables,
        manifest: { ...prepared.selection.manifest, tables: [...whole, ...rowsOnly] },
        proof: concludeProof({
            tier: 'full',
            findings: boundedFindings(compared.findings),
            at: context.clock.now(),
            seconds: (context.clock.monotonic() - start) / 1000,
            verifiedBy: VERIFIER,
        }),
        restored: {
            database: target.database,
            server: (0,connection/* describeConnection */.If)(target.maintenance),
            mode: plan.mode,
            parts: plan.parts,
            someTables: plan.tables.length > 0,
        },
    };
}
async function compareBack({ subject, plan, target, addition, selection, roles }, context) {
    const { whole = [], rowsOnly = [] } = addition ?? {};
    const brought = new Set([...whole, ...rowsOnly].map(backup_manifest/* displayName */.QC));
    return (0,postgres_session/* withSession */.f)(target.settings, { signal: context.signal }, async (session) => {
        await (0,pinned/* pinSettings */.v)(session);
        const facts = (await (0,read_tables/* readTables */.g)(session)).filter((table) => brought.has((0,backup_manifest/* displayName */.QC)(table)));
        const method = subject.manifest.hash?.method ?? null;
        const content = await describeContent([session], facts.filter(({ kind }) => kind === 'table'), method, context);
        const tables = tableEntries(facts, content.tables);
        const expected = selection.manifest.tables.filter((table) => brought.has((0,backup_manifest/* displayName */.QC)(table)));
        const rows = plan.parts === 'schema' ? [] : compareTables(expected, tables);
        const objects = mappedObjects(subject.objects, roles.mapped);
        const isOfWhole = recover_tables_partOf(whole);
        return {
            tables,
            findings: [
                ...rows,
                ...compareObjects(objects.filter(isOfWhole), (await readObjects(session, target.facts.major)).filter(isOfWhole), {
                    sameMajor: target.facts.major === subject.manifest.source.major,
                    ownCluster: false,
                    looseForeignKeys: [...subject.manifest.looseForeignKeys, ...selection.omission.looseKeys],
                }),
            ],
        };
    });
}
/** Whether an object is one of these tables or a part of one: a column, an index, a trigger. */
function recover_tables_partOf(tables) {
    const names = new Set(tables.map(qualifiedName));
    const isOne = (label) => names.has(label.replace(/^(materialized view|foreign table|table) /, ''));
    return ({ kind, name, of }) => isOne(`${kind} ${name}`) || (of !== undefined && isOne(of));
}

;// CONCATENATED MODULE: ./build/restore/database-properties.js


/** Reads them from the server. */
async function readProperties(session, database) {
    const [row] = await session.query(`SELECT pg_catalog.pg_get_userbyid(d.datdba)::text AS owner, d.datconnlimit AS limit,
       pg_catalog.shobj_description(d.oid, 'pg_database') AS comment,
       CASE WHEN d.datacl IS NOT NULL THEN coalesce((SELECT jsonb_agg(jsonb_build_object(
           'role', CASE x.grantee WHEN 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(x.grantee)::text END,
           'privilege', x.privilege_type, 'grantable', x.is_grantable))
         FROM pg_catalog.aclexplode(d.datacl) x), '[]') END AS grants,
       coalesce((SELECT jsonb_agg(jsonb_build_object(
           'role', CASE s.setrole WHEN 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(s.setrole)::text END, 'text', t.text))
         FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) AS t(text)
         WHERE s.setdatabase = d.oid), '[]') AS settings
     FROM pg_catalog.pg_database d WHERE d.datname = $1`, [database]);
    if (row === undefined) {
        throw new TypeError(`there is no database ${database} to describe`);
    }
    return {
        owner: row.owner,
        connectionLimit: row.limit,
        grants: row.grants,
        settings: row.settings.map(({ role, text }) => ({ role, ...settingOf(text) })),
        comment: row.comment,
    };
}
/** Those that the source had, from its catalog. Roles that are not on the target are left out. */
function propertiesFrom(objects, isThere) {
    const database = objects.find(({ kind }) => kind === 'database');
    if (database === undefined) {
        return null;
    }
    const { owner, grants = [], facts } = database;
    return {
        owner: owner !== undefined && isThere(owner) ? owner : null,
        connectionLimit: typeof facts.connectionLimit === 'number' ? facts.connectionLimit : -1,
        grants: grants.map(grantOf).filter(({ role }) => role === null || isThere(role)),
        settings: database_properties_listOf(facts.settings)
            .map(storedSettingOf)
            .filter(({ role }) => role === null || isThere(role)),
        comment: typeof facts.comment === 'string' ? facts.comment : null,
    };
}
/**
 * Gives a database these properties, whatever it had before, but for the comment. What our role may not set is returned,
 * in words that hold no values: a lost setting is no reason to do without the data.
 */
async function applyProperties(session, database, properties) {
    const lost = [];
    for (const { what, sql } of propertyStatements(database, properties)) {
        try {
            await session.query(sql);
        }
        catch (error) {
            if (!(error instanceof query_error/* QueryError */.l))
                throw error;
            lost.push({ what, why: error.problem });
        }
    }
    return lost;
}
/** The statement that gives a database its comment, or takes it away. */
function commentStatement(database, comment) {
    return `COMMENT ON DATABASE ${quoteIdentifier(database)} IS ${comment === null ? 'NULL' : database_properties_literal(comment)}`;
}
function propertyStatements(database, properties) {
    const name = quoteIdentifier(database);
    const { owner, connectionLimit, grants, settings } = properties;
    return [
        ...(owner === null
            ? []
            : [{ what: `its owner "${owner}"`, sql: `ALTER DATABASE ${name} OWNER TO ${quoteIdentifier(owner)}` }]),
        { what: 'its connection limit', sql: `ALTER DATABASE ${name} CONNECTION LIMIT ${connectionLimit}` },
        ...grantStatements(name, owner, grants).map((sql) => ({ what: 'its grants', sql })),
        ...settings.map((setting) => ({
            what: `the setting ${setting.name}${setting.role === null ? '' : ` of the role "${setting.role}"`}`,
            sql: settingStatement(name, setting),
        })),
    ];
}
function grantStatements(name, owner, grants) {
    if (grants === null) {
        return [`GRANT CONNECT, TEMPORARY ON DATABASE ${name} TO PUBLIC`];
    }
    const revoked = ['PUBLIC', ...(owner === null ? [] : [quoteIdentifier(owner)])];
    return [
        ...revoked.map((role) => `REVOKE ALL ON DATABASE ${name} FROM ${role}`),
        ...grants.map(({ role, privilege, grantable }) => {
            const to = role === null ? 'PUBLIC' : quoteIdentifier(role);
            return `GRANT ${privilege} ON DATABASE ${name} TO ${to}${grantable ? ' WITH GRANT OPTION' : ''}`;
        }),
    ];
}
/** Settings whose value is a list of names: each of them is a value of its own. */
const LISTS = new Set([
    'local_preload_libraries',
    'search_path',
    'session_preload_libraries',
    'shared_preload_libraries',
    'temp_tablespaces',
    'unix_socket_directories',
]);
function settingStatement(database, { role, name, value }) {
    const whose = role === null ? `DATABASE ${database}` : `ROLE ${quoteIdentifier(role)} IN DATABASE ${database}`;
    const parameter = name.split('.').map(quoteIdentifier).join('.');
    return `ALTER ${whose} SET ${parameter} TO ${LISTS.has(name) ? listValue(value) : database_properties_literal(value)}`;
}
/** `"$user", public` as `'$user', 'public'`. */
function listValue(value) {
    const names = value.match(/"(?:[^"]|"")*"|[^\s,]+/g) ?? [''];
    return names.map((each) => database_properties_literal(each.startsWith('"') ? each.slice(1, -1).replaceAll('""', '"') : each)).join(', ');
}
/** `name=value` */
function settingOf(text) {
    const end = text.indexOf('=');
    return { name: text.slice(0, end), value: text.slice(end + 1) };
}
/** `name=value`, with `role: ` in front where it is of one role. */
function storedSettingOf(text) {
    const [, role, setting = text] = /^("(?:[^"]|"")*"|[a-z_][\w$]*): (.*)$/s.exec(text) ?? [];
    return { role: role === undefined ? null : database_properties_unquoted(role), ...settingOf(setting) };
}
/** `reader: CONNECT (with grant option)` */
function grantOf(text) {
    const [, role = '', privilege = '', option] = /^(.*): ([A-Z ]+?)( \(with grant option\))?$/s.exec(text) ?? [];
    return { role: role === 'PUBLIC' ? null : database_properties_unquoted(role), privilege, grantable: option !== undefined };
}
function database_properties_listOf(fact) {
    return Array.isArray(fact) ? fact : [];
}
function database_properties_unquoted(name) {
    return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
function database_properties_literal(text) {
    const quoted = `'${text.replaceAll("'", "''")}'`;
    return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

;// CONCATENATED MODULE: ./build/restore/swap.js




/** PostgreSQL's own word for "somebody is connected to it". */
const OBJECT_IN_USE = '55006';
/** How often the swap is tried; each time PostgreSQL waits five seconds for sessions to end. */
const TRIES = 3;
/** How often those that are still connected are told to go, in milliseconds. */
const EVICTION_INTERVAL = 100;
/**
 * Renames databases in one transaction, with further statements in it: all of it happens or nothing, whenever this
 * process or the server dies. Others' sessions in these databases are ended; while PostgreSQL holds the names locked, new
 * ones wait, and then get the database that has the name by then.
 *
 * Throws `OperationError` when sessions cannot be ended.
 */
async function renameAtOnce({ maintenance }, renamings, statements, context) {
    const databases = renamings.map(({ from }) => from);
    const eviction = await startEviction(maintenance, databases, context);
    try {
        // Without the signal: an interruption in these few moments would leave nobody knowing what became of them.
        await (0,postgres_session/* withSession */.f)(maintenance, {}, (session) => untilFree(() => inTransaction(session, [...renamings.map(renameStatement), ...statements]), databases, eviction));
    }
    finally {
        await eviction.stop();
    }
}
async function untilFree(rename, databases, eviction) {
    for (let attempt = 1;; attempt++) {
        try {
            await rename();
            return;
        }
        catch (error) {
            if (!(error instanceof query_error/* QueryError */.l) || error.code !== OBJECT_IN_USE) {
                throw error;
            }
            if (attempt === TRIES) {
                throw stillInUse(databases, await eviction.remaining(), error);
            }
        }
    }
}
function renameStatement({ from, to }) {
    return `ALTER DATABASE ${quoteIdentifier(from)} RENAME TO ${quoteIdentifier(to)}`;
}
async function inTransaction(session, statements) {
    await session.query('BEGIN');
    try {
        for (const statement of statements) {
            await session.query(statement);
        }
        await session.query('COMMIT');
    }
    catch (error) {
        // Where the connection is lost, the server rolls back by itself.
        await session.query('ROLLBACK').catch(() => undefined);
        throw error;
    }
}
/** Ends others' sessions in databases, again and again until it is stopped. */
async function startEviction(maintenance, databases, { clock, logger }) {
    const session = await (0,postgres_session/* connect */.N)(maintenance);
    const over = new AbortController();
    const evicting = (async () => {
        while (!over.signal.aborted) {
            await session.query(EVICT, [databases]).catch((error) => {
                logger.debug(`Ending sessions: ${(0,errors/* messageOf */.bD)(error)}`);
            });
            await clock.sleep(EVICTION_INTERVAL);
        }
    })();
    return {
        remaining: async () => (await session.query(REMAINING, [databases])).map(({ who }) => who),
        stop: async () => {
            over.abort();
            await evicting;
            await session.end();
        },
    };
}
/** One that we may not end must not keep us from ending the others. */
const EVICT = `
  SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a
   WHERE a.datname = ANY ($1) AND a.pid <> pg_catalog.pg_backend_pid()
     AND (a.usesysid IS NULL OR (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
       OR pg_catalog.pg_has_role(a.usesysid, 'USAGE')
       OR (pg_catalog.pg_has_role('pg_signal_backend', 'USAGE')
         AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE oid = a.usesysid)))`;
const REMAINING = `
  SELECT format('pid %s of %s (%s)', pid, usename, application_name) AS who FROM pg_catalog.pg_stat_activity
   WHERE datname = ANY ($1)`;
function stillInUse(databases, remaining, cause) {
    const who = remaining.length === 0 ? 'sessions that come again and again' : remaining.slice(0, 5).join(', ');
    return new errors/* OperationError */.OK({
        doing: `swapping the databases ${databases.join(' and ')}`,
        problem: `they are still in use: ${who}`,
        advice: 'Stop what connects to them (stop-command), or restore as a role that may end these sessions. Nothing was changed.',
        cause,
    });
}
/**
 * The command that puts the old database back in one transaction, for a person to copy into a shell. It holds no
 * password: psql takes that from PGPASSWORD or its own file.
 */
function undoCommand({ host, port, user, database: maintenance }, { database, previous, aside }) {
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (${swap_literal(database)}, ${swap_literal(previous)})`;
    const away = renameStatement({ from: database, to: aside });
    const back = renameStatement({ from: previous, to: database });
    const options = { host, port: String(port), username: user, dbname: maintenance, command: `${end}; ${away}; ${back}` };
    return ['psql', ...Object.entries(options).map(([name, value]) => `--${name}=${shellQuoted(value)}`)].join(' ');
}
function swap_literal(text) {
    return `'${text.replaceAll("'", "''")}'`;
}
function shellQuoted(text) {
    return /^[A-Za-z0-9_./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

;// CONCATENATED MODULE: ./build/operations/recover-place.js












/** The place for a recovery: beside the target wherever that is possible, so that the target is whole at every instant. */
async function placeFor(prepared, context) {
    const { plan, target, subject } = prepared;
    const there = target.facts.database;
    if (there !== null && plan.mode === 'new' && !target.facts.us.createDatabase) {
        return inPlace(prepared, context);
    }
    const locale = there !== null && plan.mode === 'new' ? there.locale : subject.manifest.source;
    const side = await Side.create(prepared, locale, context);
    if (plan.mode === 'add') {
        return side.place('Bringing the tables back', () => bringBack(prepared, side.name, context));
    }
    if (there === null) {
        return side.place('Naming the database', () => side.takeName());
    }
    return plan.mode === 'new'
        ? side.place('Swapping in the database', () => side.takePlaceOfEmpty())
        : side.place('Swapping the databases', () => side.takePlaceOfLive());
}
/** A database beside the target. */
class Side {
    name;
    findings;
    prepared;
    context;
    isThere = true;
    constructor(name, findings, prepared, context) {
        this.name = name;
        this.findings = findings;
        this.prepared = prepared;
        this.context = context;
    }
    static async create(prepared, locale, context) {
        const { target, subject } = prepared;
        const { name, localeFallback } = await createSide(target, { locale, owner: ownerIn(prepared) }, context);
        const different = localeFallback === null ? [] : [(0,build_findings/* finding */.gk)('LOCALE_DIFFERS', target.database, localeFallback)];
        const collation = await collationFindings(target, name, subject.manifest.source);
        return new Side(name, [...different, ...collation], prepared, context);
    }
    place(title, putInPlace) {
        return {
            database: this.name,
            findings: this.findings,
            title,
            putInPlace: async () => {
                const put = await putInPlace();
                if (this.prepared.plan.mode === 'add')
                    await this.discard();
                this.isThere = false;
                return put;
            },
            giveUp: () => this.giveUp(),
            discard: () => this.discard(),
        };
    }
    /** For a target that is not there: it gets what belonged to the source's database as a whole. */
    async takeName() {
        const { target, subject, roles } = this.prepared;
        const { database, facts } = target;
        const made = new Set(roles.missing);
        const mapped = mappedObjects(subject.objects, roles.mapped);
        const properties = propertiesFrom(mapped, (role) => facts.roles.has(role) || made.has(role));
        const lost = properties === null ? [] : await this.adopt(properties);
        const comment = commentStatement(database, properties?.comment ?? null);
        await renameAtOnce(target, [{ from: this.name, to: database }], [comment], this.context);
        return { restored: restoredFacts(this.prepared), findings: lost };
    }
    /** For a target that is there and empty: nobody misses it. Should somebody have used it meanwhile, it is kept. */
    async takePlaceOfEmpty() {
        const { target } = this.prepared;
        const { clock } = this.context;
        const empty = sideName(target.database);
        const findings = await this.takePlaceOf(empty, [noteStatement(empty, target.database, clock.now())]);
        const settings = { ...target.settings, database: empty };
        if (await (0,postgres_session/* withSession */.f)(settings, {}, isEmpty).catch(() => false)) {
            await dropSide(target, empty, this.context);
            return { restored: restoredFacts(this.prepared), findings };
        }
        const kept = beforeName(target.database, clock.now());
        await renameAtOnce(target, [{ from: empty, to: kept }], [commentStatement(kept, null)], this.context);
        return { restored: this.withWayBack(kept), findings };
    }
    async takePlaceOfLive() {
        const { target } = this.prepared;
        const previous = beforeName(target.database, this.context.clock.now());
        const findings = await this.takePlaceOf(previous, []);
        return { restored: this.withWayBack(previous), findings };
    }
    /** The new one gets what belonged to the old one as a whole; then both get their new names, in one transaction. */
    async takePlaceOf(previous, statements) {
        const { target } = this.prepared;
        const { database, maintenance } = target;
        const properties = await (0,postgres_session/* withSession */.f)(maintenance, {}, (session) => readProperties(session, database));
        const lost = await this.adopt(properties);
        await renameAtOnce(target, [
            { from: database, to: previous },
            { from: this.name, to: database },
        ], [commentStatement(database, properties.comment), ...statements], this.context);
        return lost;
    }
    async adopt(properties) {
        const { maintenance, database } = this.prepared.target;
        // A session of its own: the one that we began with may have been idle for hours, and some network dropped it.
        const lost = await (0,postgres_session/* withSession */.f)(maintenance, {}, (session) => applyProperties(session, this.name, properties));
        return lost.map(({ what, why }) => (0,build_findings/* finding */.gk)('DATABASE_PROPERTY_LOST', database, `${what} could not be set: ${why}`));
    }
    withWayBack(previous) {
        const { target } = this.prepared;
        const { database, maintenance } = target;
        const aside = withSuffix(database, `_undone_${(0,backup_manifest/* idOf */.TH)(this.context.clock.now())}`);
        const undo = undoCommand(maintenance, { database, previous, aside });
        this.context.logger.info(`The database that was there before is kept as ${previous}. To put it back: ${undo}`);
        return { ...restoredFacts(this.prepared), previous, undoCommand: undo };
    }
    /** Where nothing else is there, a person may want to look at what could be restored. */
    async giveUp() {
        const { target, plan } = this.prepared;
        const { logger, clock } = this.context;
        if (plan.mode !== 'new' || target.facts.database !== null) {
            await this.discard();
            return;
        }
        const kept = unprovenName(target.database, clock.now());
        const name = quoteIdentifier(kept);
        await renameAtOnce(target, [{ from: this.name, to: kept }], [commentStatement(kept, null)], this.context);
        this.isThere = false;
        logger.warning(`What could be restored is kept as the database ${kept}. Drop it when nobody needs it: DROP DATABASE ${name}.`);
    }
    async discard() {
        if (this.isThere) {
            this.isThere = false;
            await dropSide(this.prepared.target, this.name, this.context);
        }
    }
}
/** The source's owner, where it is on the target by now. */
function ownerIn({ subject: { manifest }, roles, target: { facts } }) {
    const { owner } = manifest.source;
    const isThere = facts.roles.has(owner) || roles.missing.includes(owner) || roles.mapped.some(({ from }) => from === owner);
    return isThere ? owner : null;
}
/** An empty database that we may fill and not replace. A failure leaves parts in it, and says so. */
function inPlace(prepared, { logger }) {
    const { database } = prepared.target;
    const leave = () => {
        logger.warning(`The database ${database} may hold parts of the restore, because the role may not create databases to work beside it. Drop and create it before the next try.`);
        return Promise.resolve();
    };
    return {
        database,
        findings: [],
        title: 'Finishing',
        putInPlace: () => Promise.resolve({ restored: restoredFacts(prepared), findings: [] }),
        giveUp: leave,
        discard: leave,
    };
}
function restoredFacts({ plan, target }) {
    return {
        database: target.database,
        server: (0,connection/* describeConnection */.If)(target.maintenance),
        mode: plan.mode,
        parts: plan.parts,
        someTables: plan.tables.length > 0,
    };
}
/** The same locale may sort otherwise in another version of the library that knows it. */
async function collationFindings({ session, database }, side, source) {
    if (session.major < 15 || source.collationVersion === null) {
        return [];
    }
    const [row] = await session.query('SELECT datcollversion AS version FROM pg_catalog.pg_database WHERE datname = $1', [side]);
    const version = row?.version ?? null;
    return version === null || version === source.collationVersion
        ? []
        : [(0,build_findings/* finding */.gk)('COLLATION_DIFFERS', database, `version ${version} here, ${source.collationVersion} at the source`)];
}

;// CONCATENATED MODULE: ./build/operations/recover.js















/**
 * Looks whether a set can be restored into a target, before anything is written, and says everything that speaks against
 * it.
 */
async function prepareRecovery(subject, plan, target, context) {
    const { manifest, objects } = subject;
    const { facts, database } = target;
    const roles = await readRoleNeeds(subject, facts, plan.roleMap);
    const selection = selectFrom(manifest, objects, plan);
    const findings = [
        ...selection.findings,
        ...guardFindings({ request: plan, manifest, objects, database, facts, roles }),
    ];
    const addition = plan.mode === 'add' && facts.database !== null ? await findAddition(target, selection, plan, context) : null;
    return { subject, plan, target, selection, roles, addition, findings: [...findings, ...(addition?.findings ?? [])] };
}
/**
 * Restores a set by phases into a place beside the target, compares it with what the set says of its source, and puts it
 * in place only when it is equal. Whatever happens before leaves what is there as it was.
 *
 * Throws when the restore could not be done; that it is not equal is a failed proof.
 */
async function recover(prepared, context) {
    const { plan, target, roles } = prepared;
    const made = await plan.phase('Restoring the roles', () => makeRoles(target, roles, context));
    let isDone = false;
    const place = await placeFor(prepared, context);
    try {
        const restored = await restoreInto(place, prepared, context);
        const findings = [...made.findings, ...place.findings, ...restored.findings];
        if (restored.proof.outcome !== 'proven') {
            await place.giveUp(restored.proof);
            return { ...restored, findings };
        }
        context.signal.throwIfAborted();
        const put = await plan.phase(place.title, () => place.putInPlace());
        isDone = true;
        return { ...restored, ...put, findings: [...findings, ...put.findings] };
    }
    finally {
        if (!isDone) {
            await place.discard();
            await takeBackRoles(target, made.names, context);
        }
    }
}
/** Fills the place and compares it. An error of a phase ends it: what comes after would only say the same again. */
async function restoreInto(place, prepared, context) {
    const { plan, roles, selection, target } = prepared;
    const start = context.clock.monotonic();
    const copy = await copyIn(place, prepared, context);
    const restored = await restoreContent(copy);
    const rest = isOver(restored)
        ? []
        : await plan.phase('Restoring indexes and constraints', async () => {
            const findings = await restoreRest(copy);
            await (0,postgres_session/* withSession */.f)(copy.database.settings, { signal: context.signal }, (session) => handOver(session, roles.mapped));
            return findings;
        });
    throwServersFault([...restored, ...rest], target);
    const isBroken = isOver([...restored, ...rest]);
    const statistics = isBroken
        ? []
        : await plan.phase('Gathering statistics', () => analyze(copy.target, plan.jobs, context));
    const compared = isBroken ? { findings: [], tables: [] } : await recover_compare(copy);
    const proof = concludeProof({
        tier: 'full',
        findings: boundedFindings([...restored, ...rest, ...compared.findings]),
        at: context.clock.now(),
        seconds: (context.clock.monotonic() - start) / 1000,
        verifiedBy: VERIFIER,
    });
    return { proof, tables: compared.tables, manifest: selection.manifest, findings: statistics };
}
async function recover_compare(copy) {
    const { check, omission } = copy;
    const content = omission?.withoutRows === true
        ? { findings: [], tables: [] }
        : await check.phase('Comparing the data', () => compare_copy_compareContent(copy));
    const rest = await check.phase('Comparing the schema', () => compareRest(copy));
    return { findings: [...content.findings, ...rest], tables: content.tables };
}
async function copyIn(place, prepared, context) {
    const { subject, plan, target, selection, roles } = prepared;
    const settings = { ...target.settings, database: place.database };
    return {
        subject: {
            folder: subject.folder,
            manifest: selection.manifest,
            objects: mappedObjects(subject.objects, roles.mapped),
        },
        server: { major: target.facts.major, ownRoles: false },
        database: { settings },
        target: {
            programs: target.programs,
            environment: await environmentFor(target, place.database, context),
            database: place.database,
        },
        omission: selection.omission,
        check: { tier: 'full', jobs: plan.jobs, assertions: plan.assertions, phase: plan.phase },
        context,
    };
}
/** A full disk or a lost server says nothing of the set: the restore could not be done. */
function throwServersFault(findings, { settings }) {
    const fault = findings.find(({ code }) => code === 'SCRATCH_FAILED');
    if (fault !== undefined) {
        throw new errors/* OperationError */.OK({
            doing: `restoring into the server of ${settings.database}`,
            problem: `the server failed: ${fault.found} (${fault.on})`,
            advice: 'Give it room or bring it back, then start again. Nothing that was there was touched.',
        });
    }
}

;// CONCATENATED MODULE: ./build/operations/drill-means.js













/** What the scenarios are made of: the parts of the operation `restore`, with scratch as the target. */
function drillMeans(types, { store, options, context }, keys = NO_KEYS) {
    const jobs = jobsOf(options);
    const picked = [];
    return {
        store,
        types,
        backup: options.backup ?? 'latest',
        jobs,
        context,
        pick: async (from, choice) => {
            const set = await pick(from, { ...choice, keys }, context);
            picked.push(set);
            return set;
        },
        letGo: async () => {
            await Promise.all(picked.splice(0).map((set) => set.letGo()));
        },
        identityFile: () => context.workspace.secretFile('identity', keys.identities.map(({ key }) => `${key}\n`).join('')),
        validate: (folder, place) => verifyFiles(folder, place, { signal: context.signal }),
        openStore: (folder) => new directory/* DirectoryStore */.f(folder, context),
        withRoom: (set, wish, work) => withRoom(set, wish, options, context, work),
        recover: (set, room, database, wish, timeline) => recoverInto({ set, room, database, wish, timeline, jobs, assertions: options.assertions }, context),
        compare: (set, room, database) => drill_means_compare({ set, room, database, jobs, assertions: options.assertions }, context),
    };
}
/** There are sets of the type, so that none of them can be taken is damage, and no misunderstanding. */
async function pick(store, choice, context) {
    try {
        return await pickRestorable(store, choice, context);
    }
    catch (error) {
        if (error instanceof errors/* GuardError */.U$) {
            const { doing, problem, advice } = error;
            throw new errors/* DamagedError */.Me({ doing, problem, advice, cause: error });
        }
        throw error;
    }
}
async function recoverInto({ set, room, database, wish, timeline, jobs, assertions }, context) {
    const request = {
        settings: { ...room.maintenance, database },
        archiveMajor: set.manifest.tool.pgDumpMajor,
        preferredFolders: room.programs.source === 'installed' ? [room.programs.origin] : [],
    };
    return withTarget(request, context, async (target) => {
        const plan = {
            mode: wish.mode,
            parts: 'all',
            tables: wish.mode === 'add' ? wish.tables : [],
            excludeTables: [],
            roleMap: {},
            confirm: database,
            jobs,
            assertions: wish.mode === 'add' ? [] : assertions,
            preferredFolders: request.preferredFolders,
            phase: timeline.phase,
        };
        const prepared = await prepareRecovery(set, plan, target, context);
        const refused = refusal(prepared);
        if (refused !== null) {
            return refused;
        }
        const { proof, tables, findings } = await recover(prepared, context);
        const rows = tables.reduce((sum, table) => sum + (table.rows ?? 0), 0);
        const outcome = { proven: 'passed', failed: 'failed', 'not-verified': 'could-not-run' };
        return { outcome: outcome[proof.outcome], findings: [...findings, ...proof.findings], rows };
    });
}
/** What speaks against the restore is the scratch server's, but for roles that the set itself should bring. */
function refusal({ findings, roles }) {
    return (0,build_findings/* worstOf */.hm)(findings) === 'error'
        ? { outcome: roles.unknown.length > 0 ? 'failed' : 'could-not-run', findings, rows: 0 }
        : null;
}
async function drill_means_compare({ set, room, database, jobs, assertions }, context) {
    const { folder, manifest, objects } = set;
    const settings = { ...room.maintenance, database };
    const copy = {
        subject: { folder, manifest, objects },
        server: { major: room.major, ownRoles: room.kind === 'cluster' },
        database: { settings },
        target: { programs: room.programs, environment: await (0,libpq_environment/* libpqEnvironment */.SQ)(settings, context), database },
        check: { tier: 'full', jobs, assertions, phase: (_title, work) => work() },
        context,
    };
    const { findings } = await compare_copy_compareContent(copy);
    return outcomes_outcomeOf(findings) === 'failed' ? findings : [...findings, ...(await compareRest(copy))];
}

;// CONCATENATED MODULE: ./build/operations/drill.js







/** Rehearses recovery: runs scenarios in scratch with the very parts that a real recovery uses, and measures them. */
function drill(options, context) {
    return reporting('drill', options, context, async (underWay) => {
        const { report, store } = underWay;
        const scenarios = scenariosNamed(options.scenario);
        const keys = await readOpeningKeys(options, context);
        if (options.scratchUrl !== undefined) {
            context.logger.hide(options.scratchUrl);
        }
        report.series = (await store.series()) ?? '';
        report.type = options.type;
        report.logDetails = { series: report.series };
        const means = drillMeans(await drill_typesOf(store, options), underWay, keys);
        const past = await pastDrills(store, options, context);
        const results = [];
        report.drill = { scenarios: results, past };
        try {
            for (const scenario of scenarios) {
                const result = await report.phase(`Rehearsing ${scenario.name}`, () => runScenario(scenario, means));
                results.push(result);
                await means.letGo();
                drill_tell(result, underWay);
            }
        }
        finally {
            report.logDetails = { series: report.series, scenarios: summaries(results) };
            report.drill = { ...report.drill, folder: await writeDrillReport(report.drill, underWay) };
        }
    });
}
/** The types that the store holds sets of, broken ones too: that none of a type is whole is what a drill is for. */
async function drill_typesOf(store, { type, backup = 'latest' }) {
    const { sets, broken } = await store.list();
    const meant = [...sets, ...broken].filter((set) => (type ?? set.type) === set.type && ['latest', set.id].includes(backup));
    const types = [...new Set(meant.map((set) => set.type))].sort();
    if (types.length === 0) {
        throw new errors/* CouldNotVerifyError */.aq({
            doing: `looking for backups to drill with in ${store.name}`,
            problem: `the store holds no set${type === undefined ? '' : ` of type ${type}`}${backup === 'latest' ? '' : ` of the id ${backup}`}`,
            advice: 'Check the options store, type and backup, and that a backup was taken.',
        });
    }
    return types;
}
function drill_tell({ scenario, outcome, cases }, { context: { logger } }) {
    for (const { name, outcome: came, said } of cases) {
        const text = `${scenario}, ${name}: ${said}.`;
        if (came === 'passed') {
            logger.info(text);
        }
        else if (came === 'failed') {
            logger.error(text);
        }
        else {
            logger.warning(text);
        }
    }
    logger.info(`Scenario ${scenario}: ${outcome}.`);
}

;// CONCATENATED MODULE: ./build/postgres/vacuum.js




/** Lines of vacuumdb that are kept and told: a database with thousands of tables can complain of each of them. */
const vacuum_MOST_LINES = 200;
const vacuum_LONGEST_LINE = 500;
const SKIPPED = /^WARNING: {2}(skipping|permission denied to (vacuum|analyze))/;
/** Whether a database to vacuum was named at all, in an option or in a variable of libpq. */
function namesDatabase(databaseUrl, { environment }) {
    return databaseUrl !== undefined || ['PGHOST', 'PGDATABASE'].some((name) => (environment[name] ?? '') !== '');
}
/**
 * Vacuums and analyzes a database: `vacuumdb -z`. What it says is told in the log line by line, up to a bound.
 *
 * Throws `ConnectionError` where the database cannot be reached, `CommandError` where vacuumdb fails.
 */
async function vacuum({ databaseUrl, postgresBin }, context) {
    const { environment, processes, workspace, logger, signal } = context;
    const settings = (0,connection/* parseConnection */.C8)({ databaseUrl, environment });
    if (settings.password !== undefined)
        logger.hide(settings.password);
    const major = await (0,postgres_session/* withSession */.f)(settings, { signal }, (session) => Promise.resolve(session.major));
    const programs = await (0,postgres_programs/* findPrograms */.z)({ serverMajor: major, preferredFolders: postgresBin, environment, processes });
    const said = new Said((line) => {
        logger.info(line);
    });
    const database = (0,connection/* describeConnection */.If)(settings);
    const finished = await processes.run({
        ...programs.command('vacuumdb', ['--analyze', '--no-password']),
        env: await (0,libpq_environment/* libpqEnvironment */.SQ)(settings, { workspace, environment }),
        doing: `vacuuming ${database}`,
        advice: 'Read what vacuumdb says above; VACUUM waits for locks, and a long transaction holds it up.',
        stdout: (line) => {
            said.add(line);
        },
        onStderrLine: (line) => {
            said.add(line);
        },
        signal,
    });
    const { lines, leftOut, skipped } = said;
    return { database, seconds: finished.duration / 1000, output: lines, leftOut, skipped };
}
/** Keeps the first lines, counts all. */
class Said {
    tell;
    lines = [];
    leftOut = 0;
    skipped = 0;
    constructor(tell) {
        this.tell = tell;
    }
    add(line) {
        const text = line.length > vacuum_LONGEST_LINE ? `${line.slice(0, vacuum_LONGEST_LINE)}…` : line;
        // vacuumdb puts its own name before what the server says.
        if (SKIPPED.test(text.replace(/^vacuumdb: /, '')))
            this.skipped += 1;
        if (this.lines.length < vacuum_MOST_LINES) {
            this.lines.push(text);
            this.tell(text);
        }
        else {
            this.leftOut += 1;
        }
    }
}

;// CONCATENATED MODULE: ./build/operations/maintain.js











/** Logs are kept so long. */
const LOG_DAYS = 90;
const maintain_DAY_MS = 86_400_000;
/** How much of what vacuumdb said the log keeps. */
const LOGGED_LINES = 20;
/**
 * Removes what nobody needs any more, in every store, on this machine and on the scratch server, and vacuums the database.
 * A part that fails is a finding and keeps no other part from being done; with `dry-run` it only tells.
 */
function maintain(options, context) {
    return reporting('maintain', options, context, async (underWay) => {
        const { report, stores } = underWay;
        report.dryRun = options.dryRun;
        report.maintenance = { removed: [] };
        report.isLogged = !options.dryRun;
        for (const inUse of stores) {
            await maintain_part(`Tidying ${inUse.store.name}`, inUse.store.name, underWay, () => tidyStore(inUse, underWay));
        }
        await maintain_part('Tidying this machine', 'this machine', underWay, () => tidyMachine(underWay));
        if (options.scratchUrl !== undefined) {
            const url = options.scratchUrl;
            context.logger.hide(url);
            await maintain_part('Tidying the scratch server', 'scratch-url', underWay, () => tidyScratch(url, underWay));
        }
        if (namesDatabase(options.databaseUrl, context)) {
            await maintain_part('Vacuuming the database', 'database-url', underWay, () => vacuumDatabase(underWay));
        }
        else {
            report.note('No database was vacuumed, because none is named in database-url or the PG* variables.');
        }
        report.logDetails = maintain_detailsOf(report.maintenance);
    });
}
/** Does one part of it; what goes wrong with it is a finding. */
async function maintain_part(title, on, { report, context }, work) {
    try {
        context.signal.throwIfAborted();
        await report.phase(title, work);
    }
    catch (error) {
        rethrowInterruption(error, title, context);
        const advice = error instanceof errors/* LifeboatError */.H3 ? error.advice : undefined;
        report.find([(0,build_findings/* finding */.gk)('MAINTENANCE_FAILED', on, context.logger.redact((0,errors/* problemOf */.Zw)(error)), advice)]);
        context.logger.debug((0,errors/* messageOf */.bD)(error));
    }
}
/** Under the store's lock: a run that only just begins is not taken for a dead one, and no log line is lost. */
async function tidyStore(inUse, underWay) {
    const { report, options, context } = underWay;
    const { store, role } = inUse;
    // Nor is the log of what turns out to be no store, or another's, written to.
    inUse.reached = false;
    const series = await store.series();
    if (role === 'primary') {
        report.series = options.series ?? series ?? '';
    }
    if (options.series !== undefined) {
        (0,set_place/* refuseForeign */.re)(series, options.series, `tidying ${store.name}`);
    }
    if (series === null && (await store.leftovers()).length === 0) {
        report.note(`The store ${store.name} holds no set, so there is nothing to tidy.`);
        return;
    }
    inUse.reached = series !== null;
    const before = new Date(context.clock.now().getTime() - LOG_DAYS * maintain_DAY_MS).toISOString().slice(0, 10);
    const work = async () => {
        const left = await store.leftovers();
        if (!options.dryRun) {
            await store.sweep();
        }
        removed(underWay, left.map(({ name, bytes }) => ({ kind: 'unfinished', where: store.name, name, bytes })));
        const logs = await store.removeLogsBefore(before, { dryRun: options.dryRun });
        removed(underWay, logs.map(({ day, bytes }) => ({ kind: 'log', where: store.name, name: day, bytes })));
    };
    await (options.dryRun ? work() : (0,stores_store/* withLock */.k)(store, `tidying ${store.name}`, work));
}
/** Temporary folders of killed runs: workspaces and throw-away clusters alike. Every run removes them when it begins, too. */
async function tidyMachine(underWay) {
    const { options, context } = underWay;
    const folders = await (0,workspace/* abandonedWorkspaces */.$d)(context);
    const things = [];
    for (const name of folders) {
        things.push({ kind: 'workspace', where: 'this machine', name, bytes: await (0,platform_files/* bytesBelow */.bR)(name) });
    }
    if (!options.dryRun) {
        await (0,workspace/* sweepWorkspaces */.Ru)(context);
    }
    removed(underWay, things);
}
async function tidyScratch(url, underWay) {
    const { options, context } = underWay;
    const { server, databases } = await sweepService(url, options, context);
    removed(underWay, databases.map(({ name, bytes }) => ({ kind: 'scratch database', where: server, name, bytes })));
}
async function vacuumDatabase({ report, options, context }) {
    if (options.dryRun) {
        report.note('The database would be vacuumed and analyzed.');
        return;
    }
    const { skipped, ...facts } = await vacuum(options, context);
    report.maintenance = { removed: report.maintenance?.removed ?? [], vacuum: facts };
    if (skipped > 0) {
        report.find([(0,build_findings/* finding */.gk)('VACUUM_SKIPPED', facts.database, `${skipped} of its tables were left out of the vacuum`)]);
    }
}
function removed({ report, options, context }, things) {
    report.maintenance = { ...report.maintenance, removed: [...(report.maintenance?.removed ?? []), ...things] };
    for (const { kind, name, where } of things) {
        context.logger.info(`${options.dryRun ? 'Would remove' : 'Removed'} (${kind}) ${name} in ${where}.`);
    }
}
/** For the log: what was removed by its kind, and the first lines of vacuumdb. */
function maintain_detailsOf(facts) {
    const { removed: things, vacuum: done } = facts;
    const kinds = [...new Set(things.map(({ kind }) => kind))];
    return {
        removed: Object.fromEntries(kinds.map((kind) => [kind, things.filter((one) => one.kind === kind).length])),
        freed: freedBytes(facts),
        ...(done !== undefined && {
            vacuum: { seconds: done.seconds, output: done.output.slice(0, LOGGED_LINES) },
        }),
    };
}

;// CONCATENATED MODULE: ./build/operations/restore.js














/**
 * Restores a set: picks and checks it, asks the target whether anything speaks against it, stops the services, restores
 * beside what is there, compares, puts it in place, starts the services.
 *
 * Whatever can refuse does so before the services are stopped; what is there is not touched before what takes its place
 * is known to be equal to the set.
 */
function restore(options, context) {
    return reporting('restore', options, context, async ({ report, store }) => {
        const plan = planOf(options, report);
        const services = servicesOf(options, report);
        const settings = parseTarget(options.targetUrl, context);
        const keys = await readOpeningKeys(options, context);
        report.type = options.type;
        const choice = choiceOf(options, plan, keys);
        const set = await report.phase('Checking the set', () => pickRestorable(store, choice, context));
        restore_describe(set, report);
        const request = { settings, archiveMajor: set.manifest.tool.pgDumpMajor, preferredFolders: options.postgresBin };
        await withTarget(request, context, async (target) => {
            const prepared = await report.phase('Checking the target', () => prepareRecovery(set, plan, target, context));
            report.find([...prepared.findings, ...partialNews(prepared)]);
            refuseAtErrors(prepared.findings, `checking whether ${set.id} can be restored into "${target.database}"`);
            await withServicesStopped(services, context, async () => {
                conclude(await recover(prepared, context), set, report);
            });
        });
    });
}
function choiceOf({ backup = 'latest-proven', type }, { parts, tables, excludeTables }, keys) {
    return { backup, type, keys, ...(parts !== 'schema' && { wanted: { tables, excludeTables } }) };
}
/** Throws `UsageError` for what contradicts itself. */
function planOf(options, report) {
    const { restoreMode: mode, restoreParts: parts, tables } = options;
    const refuse = (problem, advice) => {
        throw new errors/* UsageError */.eb({ doing: 'reading the options', problem, advice });
    };
    if (mode === 'replace' && (parts !== 'all' || tables.length > 0)) {
        refuse('restore-mode replace was asked to restore only a part', 'A database is replaced as a whole. To bring single tables back into it, use restore-mode add.');
    }
    if (mode === 'new' && parts === 'data') {
        refuse('restore-parts data was asked for in a new database, which has no tables to hold rows', 'Use restore-parts all, or restore-mode add to fill tables that are there.');
    }
    if (mode === 'add' && tables.length === 0 && parts !== 'data') {
        refuse('restore-mode add was not told which tables to bring back', 'Name them in tables. To restore all of a set, use restore-mode new or replace.');
    }
    return {
        mode,
        parts,
        tables,
        excludeTables: options.excludeTables,
        roleMap: options.roleMap,
        confirm: options.confirm,
        jobs: jobsOf(options),
        assertions: options.assertions,
        preferredFolders: options.postgresBin,
        phase: (title, work) => report.phase(title, work),
    };
}
/** Asked for by its id or its type, a set of some tables makes a new database with empty ones in it. */
function partialNews({ subject: { manifest }, plan: { mode, parts, tables, excludeTables }, }) {
    const missing = mode === 'new' && parts === 'all' ? missingRows(manifest, { tables, excludeTables }) : null;
    return missing === null ? [] : [{ ...(0,build_findings/* finding */.gk)('SET_IS_PARTIAL', manifest.id, missing), severity: 'warning' }];
}
function restore_describe({ id, type, stored, location, passedOver }, report) {
    const { folder, manifest } = stored;
    report.id = id;
    report.type = type;
    report.series = manifest.series;
    report.describeSet(manifest, { folder, location });
    report.logDetails = { id, type, series: manifest.series };
    passedOver.forEach((sentence) => {
        report.note(sentence);
    });
}
function conclude({ proof, tables, manifest, findings, restored }, set, report) {
    report.find(findings);
    report.proof = proof;
    proof.findings.forEach((finding) => {
        report.say(finding);
    });
    report.tables = tableResults(manifest, tables, proof);
    report.restored = restored;
    report.logDetails = {
        ...(0,log/* setDetails */.nc)(set.stored.manifest, proof, report.seconds()),
        ...(restored !== undefined && { database: restored.database, mode: restored.mode, parts: restored.parts }),
    };
}

;// CONCATENATED MODULE: ./build/operations/pick.js





/**
 * Finds what the option `backup` names: `latest`, the id of a set, or a path. The newest set is the newest, also when it
 * is broken: to pass over it would hide just what a validation is for.
 *
 * Throws `UsageError` when there is no such thing.
 */
async function pickBackup(store, { backup = 'latest', type }, { workingDirectory }) {
    if (backup !== 'latest' && !backup_manifest/* SetId */.uz.safeParse(backup).success) {
        return pickFile(external_node_path_.resolve(workingDirectory, backup), backup);
    }
    const { sets, broken } = await store.list();
    const places = [...sets, ...broken]
        .map((set) => ({ id: set.id, type: set.type }))
        .filter((set) => type === undefined || set.type === type)
        .filter(({ id }) => backup === 'latest' || id === backup)
        .sort((a, b) => (a.id < b.id ? 1 : -1));
    const [newest, next] = places;
    if (newest === undefined) {
        throw noSuchSet(store, backup, type);
    }
    if (backup !== 'latest' && next !== undefined) {
        throw new errors/* UsageError */.eb({
            doing: `looking for the backup ${backup} in ${store.name}`,
            problem: `there is one of each of the types ${places.map((place) => place.type).join(', ')}`,
            advice: 'Say which with the option type.',
        });
    }
    return { kind: 'set', ...newest };
}
async function pickFile(file, given) {
    if ((await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(file))) !== undefined) {
        return { kind: 'dump', file };
    }
    throw new errors/* UsageError */.eb({
        doing: `looking for the backup "${given}"`,
        problem: 'it is neither "latest", nor the id of a set (20261124T020000Z), nor the path of a file or folder that is there',
        advice: 'List the store to see the ids, or check the path.',
    });
}
function noSuchSet(store, backup, type) {
    const ofType = type === undefined ? '' : ` of type ${type}`;
    return new errors/* UsageError */.eb({
        doing: `looking for the backup "${backup}" in ${store.name}`,
        problem: backup === 'latest' ? `the store holds no set${ofType}` : `the store holds no set${ofType} with this id`,
        advice: 'Check the option store, and that a backup was taken.',
    });
}

;// CONCATENATED MODULE: ./build/retention/oldest-kept.js

/**
 * The oldest set that retention keeps, which is where rot is found last; undefined where there is none.
 *
 * Sets that are known to be damaged, of another series or dated in the future do not count.
 *
 * @param policyOf the policy of a type; null where nobody gave one, and everything that is there is meant to be kept
 */
function oldestKept(sets, policyOf, situation) {
    const types = [...new Set(sets.map(({ type }) => type))];
    const counted = types
        .flatMap((type) => {
        const ofType = sets.filter((set) => set.type === type);
        return policyOf === null
            ? ofType
            : decide(ofType, policyOf(type), situation).flatMap(({ set, keep }) => (keep ? [set] : []));
    })
        .filter(({ series, time, proof }) => series === situation.series && time <= situation.now && proof.outcome !== 'failed');
    return counted.reduce((oldest, set) => (oldest === undefined || set.time < oldest.time ? set : oldest), undefined);
}

;// CONCATENATED MODULE: ./build/operations/fetch-set.js

/** Opens a set to read from it; one that is kept elsewhere is fetched first, which is a phase of the report. */
async function fetchSet(store, set, { report, context }) {
    const open = () => store.open(set, telling(`fetching ${set.type}/${set.id}`, context.logger));
    const folder = isElsewhere(store) ? await report.phase('Fetching', open) : await open();
    return { folder, location: locationOf(store, set, folder) };
}

;// CONCATENATED MODULE: ./build/operations/validate-set.js











/** Verifies a stored set, tells the outcome, and keeps it with the set. */
async function validateSet(place, keys, underWay) {
    const { report, store } = underWay;
    report.id = place.id;
    report.type = place.type;
    try {
        const manifest = await verifyStored(place, keys, underWay);
        const kept = report.proof === undefined ? null : proofToKeep(report.proof, manifest ?? {});
        if (kept !== null) {
            await store.addProof(place, kept);
        }
    }
    finally {
        await store.letGo(place);
    }
}
/** Returns the manifest that the store keeps, where it can be read. */
async function verifyStored(place, keys, underWay) {
    const { report, store, context } = underWay;
    const { folder, location } = await fetchSet(store, place, underWay);
    const found = await report.phase('Checking the files', async () => [
        ...(await checkStored(folder, place, keys, context)),
        ...(await digestFindings(store, place, folder)),
    ]);
    const manifest = await manifestIfReadable(folder);
    if (manifest !== null) {
        report.series = manifest.series;
        report.describeSet(manifest, { folder, location });
    }
    if (manifest === null || (0,build_findings/* worstOf */.hm)(found) === 'error') {
        concludeFiles(found, manifest, underWay);
        return manifest;
    }
    const open = () => openStored(folder, place, keys, context);
    const opened = manifest.encryption === undefined ? await open() : await report.phase('Decrypting', open);
    if (Array.isArray(opened)) {
        concludeFiles([...found, ...opened], manifest, underWay);
    }
    else {
        await proveStored(opened, location, underWay);
        await opened.letGo();
    }
    return manifest;
}
/** The files are what they were when the set was committed: now the set is held against the source that it describes. */
async function proveStored(opened, location, underWay) {
    const { folder, manifest, stored } = opened;
    const { report, options, context } = underWay;
    const { environment, processes } = context;
    const { pgDumpMajor } = manifest.tool;
    const { objects } = await readStoredCatalog(external_node_path_.join(folder, backup_set/* SET */.rK.catalog));
    const programs = await (0,postgres_programs/* findPrograms */.z)({
        serverMajor: pgDumpMajor,
        preferredFolders: options.postgresBin,
        environment,
        processes,
    });
    const scratch = await report.phase('Getting scratch ready', () => prepareScratch(manifest.source, options, context, pgDumpMajor));
    try {
        const proven = await proveInto({ folder, manifest, objects }, { programs, scratch, jobs: jobsOf(options) }, underWay);
        report.committed({ ...stored.manifest, proof: proven.proof }, { folder: stored.folder, location });
    }
    finally {
        await scratch.release();
    }
}
async function manifestIfReadable(folder) {
    try {
        return await (0,backup_set/* readManifest */.WI)(folder);
    }
    catch (error) {
        if (error instanceof errors/* DamagedError */.Me) {
            return null;
        }
        throw error;
    }
}

;// CONCATENATED MODULE: ./build/operations/rotate-check.js







/** The heaviest last. */
const rotate_check_WEIGHTS = ['proven', 'not-verified', 'failed'];
/**
 * Validates, in the store and in each copy, the oldest set that is kept there, every byte of it: rot in old months is
 * found while other copies are whole. One store that cannot be read keeps no other from being checked.
 *
 * The report is about the set that came off worst, and has a line for each store.
 */
async function checkOldest(keys, underWay) {
    const { report, store, stores, options } = underWay;
    if ((options.backup ?? 'latest') !== 'latest') {
        throw new errors/* UsageError */.eb({
            doing: 'reading the options',
            problem: `rotate-check looks for the oldest sets itself, and backup names "${options.backup ?? ''}"`,
            advice: 'Leave one of the two out.',
        });
    }
    report.series = options.series ?? (await store.series()) ?? '';
    const checked = [];
    for (const inUse of stores) {
        const one = await orNotChecked(inUse, underWay, () => checkStore(inUse, keys, underWay));
        if (one !== undefined)
            checked.push(one);
    }
    const [worst] = checked.sort((a, b) => rotate_check_WEIGHTS.indexOf(b.proof.outcome) - rotate_check_WEIGHTS.indexOf(a.proof.outcome));
    report.startOver();
    Object.assign(report, worst);
    report.logDetails = {
        series: report.series,
        checked: stores.map(({ line: { name, checked: set } }) => ({
            store: name,
            ...(set !== undefined && { id: set.id, type: set.type, proof: set.proof.outcome, tier: set.proof.tier }),
        })),
    };
}
async function checkStore(inUse, keys, underWay) {
    const { report, context } = underWay;
    const place = await oldestIn(inUse, underWay);
    context.logger.info(`The oldest set that is kept in ${inUse.store.name} is ${place.type}/${place.id}.`);
    report.startOver();
    await validateSet(place, keys, { ...underWay, store: inUse.store });
    const { proof, id, type, source, set, tables } = report;
    if (proof === undefined) {
        return undefined;
    }
    inUse.reached = true;
    inUse.line = { ...inUse.line, checked: { ...place, proof } };
    // Which of the stores it is about must be seen; the log has said them already.
    report.remember(proof.findings.map((one) => ({ ...one, on: `${one.on} (${inUse.store.name})` })));
    return { id, type, source, set, tables, proof: { ...proof, findings: [] } };
}
/** Throws `UsageError` where the store holds no set that can be meant. */
async function oldestIn(inUse, { report, context, options }) {
    const { sets } = await inUse.store.list();
    const meant = sets.filter(({ type }) => type === (options.type ?? type)).map(forRetention);
    const policyOf = hasRules(inUse.options) ? (type) => policyFor(type, inUse.options) : null;
    const oldest = oldestKept(meant, policyOf, { now: context.clock.now(), series: report.series });
    if (oldest === undefined) {
        const ofType = options.type === undefined ? '' : ` of type ${options.type}`;
        throw new errors/* UsageError */.eb({
            doing: `looking for the oldest set in ${inUse.store.name}`,
            problem: `it holds no set${ofType} of the series "${report.series}" that is not known to be damaged`,
            advice: 'Check the options store, copies and type, and that backups are copied there.',
        });
    }
    return { id: oldest.id, type: oldest.type };
}
async function orNotChecked(inUse, { report, context }, work) {
    try {
        return await work();
    }
    catch (error) {
        rethrowInterruption(error, `checking ${inUse.store.name}`, context);
        inUse.line = { ...inUse.line, trouble: `it could not be checked: ${(0,errors/* problemOf */.Zw)(error)}` };
        report.find([(0,build_findings/* finding */.gk)('STORE_NOT_CHECKED', inUse.store.name, (0,errors/* problemOf */.Zw)(error))]);
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/verify/foreign-dump.js










/** Each attempt makes the roles that the one before missed; objects of them may name further ones. */
const MOST_ATTEMPTS = 3;
/** The least minors whose psql knows `\restrict`. */
const RESTRICTED_SINCE = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 };
/**
 * Restores a dump of another tool into scratch and counts what came of it. There is no description of its source, so the
 * counts are held against the dump's own.
 */
async function restoreForeign(dump, scratch, check, context) {
    const refused = whatCannotBeRestored(dump, scratch.programs);
    if (refused !== null) {
        return { findings: [refused], tables: [], checks: [] };
    }
    const made = new Set();
    const roles = await SharedRoles.use(scratch, context);
    try {
        const { findings, database } = await restoreWithRoles(dump, scratch, check, { roles, made }, context);
        const tables = await check.phase('Counting the rows', () => countCopy(database, context));
        return {
            findings: [...findings, ...rolesNote(made), ...compareCounts(dump.read.rows, tables)],
            tables,
            checks: [`the dump was restored into PostgreSQL ${scratch.serverVersion}`, 'the restored rows were counted'],
        };
    }
    finally {
        await scratch.release();
        await roles.release();
    }
}
function whatCannotBeRestored({ detected, read, file }, { version }) {
    if (detected.kind !== 'plain') {
        return null;
    }
    if (detected.compression !== 'none' && detected.compression !== 'gzip') {
        return (0,build_findings/* finding */.gk)('CHECK_NOT_RUN', file, `a script compressed with ${detected.compression} is only read, not restored`);
    }
    if (read.contents?.header === 'cluster') {
        return (0,build_findings/* finding */.gk)('CHECK_NOT_RUN', file, 'it is a dump of a whole cluster, which cannot be restored into one database');
    }
    const commands = [...(read.contents?.commands ?? [])];
    if (commands.length > 0) {
        const found = `it holds commands of psql (${commands
            .slice(0, 5)
            .map((name) => `\\${name}`)
            .join(', ')}), which could act outside of the scratch database`;
        return (0,build_findings/* finding */.gk)('CHECK_NOT_RUN', file, found, 'Dump without --create, or remove the commands, and validate again.');
    }
    return knowsRestricted(version)
        ? null
        : (0,build_findings/* finding */.gk)('CHECK_NOT_RUN', file, `psql ${version} has no restricted mode, so it could obey commands in the dump`, 'Update the PostgreSQL client programs.');
}
/** `17.6` and later minors of each major. */
function knowsRestricted(version) {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return major >= 18 || minor >= (RESTRICTED_SINCE[major] ?? Infinity);
}
/** A restore needs the roles that the dump names, and only its errors tell which these are. */
async function restoreWithRoles(dump, scratch, check, { roles, made }, context) {
    for (let attempt = 1;; attempt += 1) {
        const database = await scratch.createDatabase();
        const findings = await check.phase('Restoring', () => restoreOnce(dump, scratch, database, check, context));
        const missing = findings.flatMap(({ found }) => /^role "(.*)" does not exist$/.exec(found)?.[1] ?? []);
        const wanted = [...new Set(missing)].filter((role) => !made.has(role));
        if (wanted.length === 0 || attempt === MOST_ATTEMPTS) {
            return { findings, database };
        }
        await roles.make(wanted.map((name) => ({ name, isSuperuser: false })));
        wanted.forEach((name) => made.add(name));
    }
}
async function restoreOnce({ file, detected }, scratch, database, { tier, jobs }, context) {
    const environment = await (0,libpq_environment/* libpqEnvironment */.SQ)(database.settings, context);
    const target = { programs: scratch.programs, environment, database: database.name };
    if (detected.kind === 'plain') {
        const compression = detected.compression === 'gzip' ? 'gzip' : 'none';
        return section_restoreScript(target, { file, compression, foreign: true }, context);
    }
    const findings = [];
    for (const section of tier === 'full'
        ? ['pre-data', 'data', 'post-data']
        : ['pre-data', 'data']) {
        // A tar archive can only be read by one.
        const parallel = detected.kind === 'tar' ? 1 : jobs;
        findings.push(...(await restoreSection(target, { section, archive: file, jobs: parallel }, context)));
    }
    return findings;
}
async function countCopy({ settings }, context) {
    return (0,postgres_session/* withSession */.f)(settings, { signal: context.signal }, async (session) => {
        await (0,pinned/* pinSettings */.v)(session);
        const facts = (await (0,read_tables/* readTables */.g)(session)).filter(({ kind }) => kind === 'table');
        const { tables } = await describeContent([session], facts, null, context);
        return facts.map(({ oid, schema, name }) => ({ schema, name, rows: tables.get(oid)?.rows }));
    });
}
/** The dump's own counts against the copy's; a table that the dump does not name has no rows in it. */
function compareCounts(rows, tables) {
    return tables.flatMap((table) => {
        const inDump = rows.get(tableKey(table)) ?? rows.get(tableKey({ schema: null, name: table.name })) ?? 0;
        return table.rows === inDump
            ? []
            : [
                (0,build_findings/* finding */.gk)('TABLE_ROWS_DIFFER', (0,backup_manifest/* displayName */.QC)(table), `${table.rows ?? 0} rows in the restored copy, ${inDump} in the dump`),
            ];
    });
}
function rolesNote(made) {
    return made.size === 0
        ? []
        : [(0,build_findings/* finding */.gk)('ROLES_NOT_IN_DUMP', [...made].join(', '), 'the dump names these roles and does not make them')];
}
/** Whether a reading found what makes a restore pointless. */
function isWorthRestoring({ findings }, tier) {
    return tier !== 'archive' && !['error', 'inconclusive'].includes((0,build_findings/* worstOf */.hm)(findings));
}

;// CONCATENATED MODULE: ./build/operations/validate-dump.js












/** The oldest major whose programs are looked for: an archive does not say which major it needs before it is read. */
const OLDEST_MAJOR = 10;
/**
 * Verifies a dump that another tool made, as far as that goes: it is read from end to end and restored, and what comes of
 * it is counted. What it was made from is not known, so it is never called proven.
 */
async function validateDump(file, underWay) {
    const { report, store, options, context } = underWay;
    const tier = askedTier(options);
    report.logDetails = { file: external_node_path_.basename(file) };
    // A dump from elsewhere does not make a store of the folder that happens to be the default.
    report.isLogged = (await store.series()) !== null;
    report.set = { path: file, bytes: await validate_dump_sizeOf(file), foreign: true };
    const detected = await detectDump(file);
    const { read, programs } = await report.phase('Reading the dump', () => validate_dump_readDump(file, detected, underWay));
    const restored = isWorthRestoring(read, tier)
        ? await restoreDump(file, detected, read, programs, underWay)
        : { findings: [], tables: [], checks: [] };
    const proof = concludeProof({
        tier,
        findings: [
            ...read.findings,
            ...restored.findings,
            (0,build_findings/* finding */.gk)('NO_MANIFEST', external_node_path_.basename(file), 'another tool made it'),
        ],
        at: context.clock.now(),
        seconds: report.seconds(),
        verifiedBy: VERIFIER,
    });
    report.checks = [...read.checks, ...restored.checks];
    tell(proof, { tables: [] }, [], underWay);
    report.tables = restored.tables.map(({ schema, name, rows }) => ({
        name: `${schema}.${name}`,
        bytes: 0,
        outcome: 'not-compared',
        ...(rows !== undefined && { restoredRows: rows }),
    }));
}
/** Reads an archive with the oldest programs that can: those of a newer major than needed may restore it otherwise. */
async function validate_dump_readDump(file, dump, { options, context }) {
    for (let major = OLDEST_MAJOR;;) {
        const programs = await validate_dump_programsFor(major, options.postgresBin, context);
        const pgRestore = (args) => programs.command('pg_restore', args);
        const read = await verifyArchive({ path: file, dump, pgRestore }, context);
        const isTooNew = read.findings.some(({ code }) => code === 'ARCHIVE_TOO_NEW');
        if (!isTooNew || !(await isThereNewer(programs.major, options.postgresBin, context))) {
            return { read, programs };
        }
        major = programs.major + 1;
    }
}
function validate_dump_programsFor(major, preferredFolders, context) {
    const { environment, processes } = context;
    return (0,postgres_programs/* findPrograms */.z)({ serverMajor: major, preferredFolders, environment, processes });
}
async function isThereNewer(major, folders, context) {
    return validate_dump_programsFor(major + 1, folders, context).then(() => true, () => false);
}
async function restoreDump(file, detected, read, programs, { report, options, context }) {
    const tier = askedTier(options);
    const major = majorOf(read, programs);
    const scratch = await report.phase('Getting scratch ready', () => prepareScratch({ ...UNKNOWN_SOURCE, major }, options, context, programs.major));
    try {
        return await restoreForeign({ file, detected, read }, await scratch.use(), {
            tier: tier === 'full' ? 'full' : 'data',
            jobs: jobsOf(options),
            phase: (title, work) => report.phase(title, work),
        }, context);
    }
    catch (error) {
        if (error instanceof errors/* CouldNotVerifyError */.aq) {
            return {
                findings: [(0,build_findings/* finding */.gk)('SCRATCH_UNAVAILABLE', 'scratch', error.problem, error.advice)],
                tables: [],
                checks: [],
            };
        }
        throw error;
    }
    finally {
        await scratch.release();
    }
}
/** What can be guessed of a source that nobody described: UTF-8, and a locale that every server has. */
const UNKNOWN_SOURCE = {
    bootstrapRole: 'postgres',
    systemIdentifier: null,
    encoding: 'UTF8',
    localeProvider: 'libc',
    collate: 'C.UTF-8',
    ctype: 'C.UTF-8',
    icuLocale: null,
};
/** The major of the server that was dumped, where the dump says it. */
function majorOf({ list, contents }, programs) {
    const version = list?.serverVersion ?? contents?.serverVersion ?? '';
    const major = Number.parseInt(version, 10);
    return Number.isNaN(major) ? programs.major : major;
}
/** Bytes of a file, or of the files in a folder. */
async function validate_dump_sizeOf(file) {
    const there = await (0,promises_.stat)(file);
    if (!there.isDirectory()) {
        return there.size;
    }
    const entries = (await (0,platform_files/* entriesBelow */.yO)(file)).filter(({ kind }) => kind === 'file');
    const sizes = await Promise.all(entries.map(async (entry) => (await (0,promises_.stat)(external_node_path_.join(file, entry.path))).size));
    return sizes.reduce((sum, size) => sum + size, 0);
}

;// CONCATENATED MODULE: ./build/operations/validate.js







/** Verifies a stored set, or a dump that another tool made, and keeps the outcome with the set and in the log. */
function validate(options, context) {
    return reporting('validate', options, context, async (underWay) => {
        const { report, store } = underWay;
        refuseTierNone(options);
        if (options.scratchUrl !== undefined) {
            context.logger.hide(options.scratchUrl);
        }
        const keys = await readOpeningKeys(options, context);
        if (options.rotateCheck) {
            await checkOldest(keys, underWay);
            return;
        }
        const picked = await pickBackup(store, options, context);
        if (picked.kind === 'dump') {
            await validateDump(picked.file, underWay);
            return;
        }
        report.logDetails = { id: picked.id, type: picked.type };
        await validateSet(picked, keys, underWay);
    });
}

;// CONCATENATED MODULE: ./build/operations/run.js













const run_OPERATIONS = {
    backup: backup,
    validate: validate,
    restore: restore,
    rotate: rotate,
    drill: drill,
    report: report,
    watch: watch,
    maintain: maintain,
    doctor: doctor,
    plan: ofConfiguration,
};
/**
 * Runs an operation, once the services are started again that an earlier run was killed over. It does not throw for what
 * went wrong on its way: that is in the report's `failure`. Alerts may make the run end as failed, see `fail-on`.
 */
async function runOperation(operation, options, context) {
    await startLeftServices(context);
    return withMetricsFile(withFailOn(await run_OPERATIONS[operation](options, context), options), options, context);
}
/** The entries give what is about a whole configuration to `fleet/`; here it is about one database. */
function ofConfiguration() {
    return Promise.reject(new errors/* UsageError */.eb({
        doing: 'starting the operation',
        problem: 'this operation is about a whole configuration, not about one database of it',
        advice: 'Start it without the option database.',
    }));
}

// EXTERNAL MODULE: ./build/platform/context.js + 4 modules
var context = __webpack_require__(44883);
;// CONCATENATED MODULE: ./build/report/outputs.js






/** The outputs of an operation, from its report. The caller adds where the report and the artifact are. */
function outputsOf(report) {
    const { set, proof, metrics, restored } = report;
    const records = recordsOf(report);
    return {
        ...(report.id !== undefined && { 'backup-id': report.id }),
        ...(set !== undefined && { 'backup-path': set.path, 'size-bytes': set.bytes }),
        ...(set?.manifestPath !== undefined && { 'manifest-path': set.manifestPath }),
        ...(proof !== undefined && { proof: proof.outcome, 'proof-tier': proof.tier }),
        ...(exitCodeFor(report) !== 0 && { error: errorOf(report) }),
        ...outputs_wayBack(restored),
        ...outputs_ofDrill(report.drill),
        ...(report.statistics !== undefined && { statistics: statisticsOutput(report.statistics) }),
        ...ofSeveral(report),
        ...(report.diagnosis !== undefined && { diagnosis: report.diagnosis }),
        ...(metrics !== undefined && { metrics }),
        ...(records !== undefined && { records }),
        'duration-seconds': Math.round(report.seconds * 1000) / 1000,
        ...ofOne(report),
        ...(report.stores !== undefined && { stores: report.stores.map((store) => storeOf(store, report)) }),
    };
}
/** What ended it, else the sentence that says what is wrong with what it did. */
function errorOf(report) {
    return report.failure?.message ?? report.failedOn ?? plainText(verdictOf(report).text);
}
/** Of several databases, and of the jobs for them. */
function ofSeveral({ fleet, plan }) {
    return {
        ...(fleet !== undefined && { databases: fleetOutput(fleet) }),
        ...(plan !== undefined && { matrix: matrixOutput(plan) }),
    };
}
/** What an operation on one database always tells, be it nothing. */
function ofOne({ operation, fleet, alerts, retention }) {
    const hasRotation = operation === 'backup' || operation === 'rotate';
    return fleet !== undefined
        ? {}
        : {
            ...(operation === 'backup' && { alerts }),
            ...(hasRotation && {
                kept: retention.filter(({ keep }) => keep).map(({ id }) => id),
                removed: retention.filter(({ keep }) => !keep).map(({ id }) => id),
            }),
        };
}
/** A store with the ids of its sets; what was decided for the primary is told where a copy tells its own. */
function storeOf({ name, role, copied, holds, retention, checked, trouble }, report) {
    const lines = role === 'primary' ? report.retention : retention;
    return {
        store: name,
        role,
        ...(report.operation === 'validate'
            ? { outcome: checked?.proof.outcome ?? 'not-verified', tier: checked?.proof.tier, id: checked?.id }
            : {
                outcome: trouble === undefined ? 'done' : 'failed',
                copied: copied.map(({ id }) => id),
                kept: lines.filter(({ keep }) => keep).map(({ id }) => id),
                removed: lines.filter(({ keep }) => !keep).map(({ id }) => id),
                ...(holds !== undefined && { sets: holds.sets, bytes: holds.bytes }),
            }),
        ...(trouble !== undefined && { error: trouble }),
    };
}
/** The figures that were asked for, in their own shape, and beside them all others. */
function statisticsOutput({ reports, ...details }) {
    return { ...reports, details };
}
function outputs_wayBack(restored) {
    const { previous, undoCommand } = restored ?? {};
    return {
        ...(previous !== undefined && { 'previous-database': previous }),
        ...(undoCommand !== undefined && { 'undo-command': undoCommand }),
    };
}
function outputs_ofDrill(drill) {
    return drill === undefined
        ? {}
        : {
            'drill-outcome': worstOutcome(drill.scenarios),
            'drill-results': summaries(drill.scenarios),
            ...(drill.folder !== undefined && { 'drill-path': drill.folder }),
        };
}
/** Rows of all tables; undefined where no table is known, because 0 would say that there are none. */
function recordsOf({ metrics, tables }) {
    if (metrics !== undefined) {
        return metrics.records.total;
    }
    const counted = tables.filter(({ rows }) => rows !== undefined);
    return counted.length === 0 ? undefined : counted.reduce((sum, { rows = 0 }) => sum + rows, 0);
}

// EXTERNAL MODULE: ./build/command-line/style.js
var command_line_style = __webpack_require__(28270);
// EXTERNAL MODULE: ./build/command-line/run-fleet.js + 12 modules
var run_fleet = __webpack_require__(86504);
;// CONCATENATED MODULE: ./build/command-line/run-operation.js














/** Runs an operation that the command line asks for, and tells what came of it. */
async function runAsked({ operation, flags, json, verbose }, logger, surroundings) {
    const { environment, workingDirectory, endsProcess, stdout } = surroundings;
    const given = { label: (name) => `--${name}`, values: flags };
    const configuration = await (0,config_configuration/* loadConfiguration */.v)(given, environment, workingDirectory);
    const common = configuration.commonOptions({ operation });
    if ((0,fleet_choice/* isOfSeveral */.yc)(common) && (0,fleet_jobs/* isDoneByChildren */.D)(operation)) {
        return (0,run_fleet/* runForAll */.U)({ operation, flags, json, verbose, configuration }, logger, surroundings);
    }
    const ports = { logger, environment, workingDirectory, endsProcess };
    const { report, reportPath } = await reportOf(operation, configuration, ports);
    tellEnd(report, logger, { withTable: json });
    if (json) {
        const outputs = { ...outputsOf(report), ...(reportPath !== undefined && { 'report-path': reportPath }) };
        stdout.write(logger.redact(`${JSON.stringify(outputs)}\n`));
    }
    else if (report.diagnosis !== undefined) {
        const table = doctorTable(report.diagnosis, tableLook((0,command_line_style/* styleOf */.Vj)(stdout, environment)));
        stdout.write(logger.redact(`${table.join('\n')}\n`));
    }
    return exitCodeFor(report);
}
function reportOf(operation, configuration, surroundings) {
    const common = configuration.commonOptions({ operation });
    if (isWhole(operation, common)) {
        return (0,context/* withContext */.e)({ ...surroundings, timeLimit: common.timeLimit }, async (context) => withReportFile(await runWhole(operation, configuration, common, context), common, context));
    }
    const options = configuration.optionsFor({ operation });
    return (0,context/* withContext */.e)({ ...surroundings, timeLimit: options.timeLimit }, async (context) => {
        const { report } = await withAlerts({ operation, options }, context, async () => ({
            report: await runOperation(operation, options, context),
        }));
        return withReportFile(report, options, context);
    });
}
function tableLook(style) {
    const paint = (0,command_line_style/* paintOf */.MI)(style);
    const kinds = {
        heading: 'bold',
        ok: 'green',
        warning: 'yellow',
        problem: 'red',
        'not-checked': 'yellow',
        advice: 'cyan',
    };
    return { columns: style.columns, paint: (emphasis, text) => paint(kinds[emphasis], text) };
}


/***/ }),

/***/ 8777:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   g: () => (/* binding */ given)
/* harmony export */ });
/** The values that there are: `exactOptionalPropertyTypes` tells a property without a value from one that is not there. */
function given(values) {
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}


/***/ })

};
