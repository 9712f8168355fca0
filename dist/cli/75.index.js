export const id = 75;
export const ids = [75];
export const modules = {

/***/ 951:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ut: () => (/* binding */ checksumLine),
/* harmony export */   cV: () => (/* binding */ checksumsText),
/* harmony export */   yk: () => (/* binding */ parseChecksums)
/* harmony export */ });
/**
 * The content of `SHA256SUMS` over these files, sorted by path, as `sha256sum` writes it: a name with a backslash, a
 * newline or a carriage return is escaped and its line begins with a backslash.
 */
function checksumsText(files) {
    return [...files]
        .sort((a, b) => (a.path < b.path ? -1 : 1))
        .map(checksumLine)
        .join('');
}
/** One line of it, with its newline. */
function checksumLine({ path, sha256 }) {
    const escaped = path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
    return `${escaped === path ? '' : '\\'}${sha256}  ${escaped}\n`;
}
/** What such a text says, by path; lines of another form are left out. */
function parseChecksums(text) {
    const sums = new Map();
    for (const line of text.split('\n')) {
        const [, escaped, sha256, name] = /^(\\?)([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
        if (name !== undefined && sha256 !== undefined)
            sums.set(escaped === '\\' ? unescaped(name) : name, sha256);
    }
    return sums;
}
function unescaped(name) {
    const meanings = { n: '\n', r: '\r', '\\': '\\' };
    return name.replaceAll(/\\(.)/g, (both, letter) => meanings[letter] ?? both);
}


/***/ }),

/***/ 75462:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   KB: () => (/* binding */ MANIFEST_SCHEMA),
/* harmony export */   QC: () => (/* binding */ displayName),
/* harmony export */   Ri: () => (/* binding */ Proof),
/* harmony export */   TH: () => (/* binding */ idOf),
/* harmony export */   _8: () => (/* binding */ Manifest),
/* harmony export */   dL: () => (/* binding */ SetType),
/* harmony export */   nR: () => (/* binding */ timeOf),
/* harmony export */   of: () => (/* binding */ Verify),
/* harmony export */   pR: () => (/* binding */ encodingOfDump),
/* harmony export */   uz: () => (/* binding */ SetId)
/* harmony export */ });
/* unused harmony exports Tier, Format, TableEntry, SequenceEntry */
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(92857);
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(64377);
/* harmony import */ var _findings_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(83034);
/* harmony import */ var _postgres_catalog_server_settings_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(87733);



/** The version of the manifest's form. A reader refuses a version that it does not know. */
const MANIFEST_SCHEMA = 'pg-lifeboat/manifest/1';
/** `20261124T020000Z`: the UTC instant of the snapshot, without colons because artifact names forbid them. */
const SetId = zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().regex(/^\d{8}T\d{6}Z$/, 'must be an instant like 20261124T020000Z');
/** `daily`, `weekly`, `manual`, or any word of small letters, digits and hyphens. */
const SetType = zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a word of small letters, digits and hyphens');
const Tier = zod__WEBPACK_IMPORTED_MODULE_1__/* ["enum"] */ .k5n(['archive', 'data', 'full']);
/** What `verify` can ask for: a tier, or nothing. */
const Verify = zod__WEBPACK_IMPORTED_MODULE_1__/* ["enum"] */ .k5n(['none', ...Tier.options]);
const Format = zod__WEBPACK_IMPORTED_MODULE_1__/* ["enum"] */ .k5n(['directory', 'custom', 'plain']);
const Instant = zod__WEBPACK_IMPORTED_MODULE_2__/* .datetime */ .w$();
const Sha256 = zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal');
const Whole = zod__WEBPACK_IMPORTED_MODULE_1__/* .number */ .aig().int().nonnegative();
const StoredFinding = zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    code: zod__WEBPACK_IMPORTED_MODULE_1__/* ["enum"] */ .k5n(Object.keys(_findings_js__WEBPACK_IMPORTED_MODULE_0__/* .FINDINGS */ .TG)),
    severity: zod__WEBPACK_IMPORTED_MODULE_1__/* ["enum"] */ .k5n(['error', 'inconclusive', 'warning', 'info']),
    on: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    found: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    advice: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
});
const ProofCommon = {
    at: Instant,
    /** The tool that verified, and what it restored into. */
    verifiedBy: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    scratch: zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ kind: zod__WEBPACK_IMPORTED_MODULE_1__/* ["enum"] */ .k5n(['cluster', 'service']), serverVersion: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP() }).optional(),
    seconds: zod__WEBPACK_IMPORTED_MODULE_1__/* .number */ .aig().nonnegative(),
    findings: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(StoredFinding),
    /**
     * Where it is not proven: the highest tier whose checks all passed. Absent where none did, and in proofs of older
     * versions, which do not tell.
     */
    held: Tier.optional(),
};
/** The recorded outcome of verifying. What could not run is never `proven`. */
const Proof = zod__WEBPACK_IMPORTED_MODULE_1__/* .discriminatedUnion */ .gMt('outcome', [
    zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ outcome: zod__WEBPACK_IMPORTED_MODULE_1__/* .literal */ .euz('proven'), /** The tier that was reached. */ tier: Tier, ...ProofCommon }),
    zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ outcome: zod__WEBPACK_IMPORTED_MODULE_1__/* .literal */ .euz('failed'), /** The tier that was asked for. */ tier: Tier, ...ProofCommon }),
    zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
        outcome: zod__WEBPACK_IMPORTED_MODULE_1__/* .literal */ .euz('not-verified'),
        /** The tier that was asked for. */
        tier: Verify,
        reason: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
        ...ProofCommon,
    }),
]);
const TableEntry = zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    schema: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    name: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    kind: zod__WEBPACK_IMPORTED_MODULE_1__/* ["enum"] */ .k5n(['table', 'partitioned', 'materialized-view', 'foreign']),
    /** Whether a restore brings its rows back (a materialized view is refilled); the definition is always in the dump. */
    data: zod__WEBPACK_IMPORTED_MODULE_1__/* .boolean */ .zMY(),
    /** Rows at the snapshot; absent where they are not in the dump. */
    rows: Whole.optional(),
    /** Order-independent hash of all rows, a decimal number; absent when not taken. */
    fingerprint: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().optional(),
    /** The same over the stored generated columns, where it has any. */
    generatedFingerprint: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().optional(),
    /** The rows were copied out and hashed by the tool, because no query may read the table; else a query hashed them. */
    hashedBy: zod__WEBPACK_IMPORTED_MODULE_1__/* .literal */ .euz('copy').optional(),
    /** Its rows by the texts of the columns with addresses (regclass and its kin), where one is of what is gone; null: too many. */
    addresses: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ texts: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().nullable()), rows: Whole, fingerprint: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP() }))
        .nullable()
        .optional(),
    /** Why its rows, which are in the dump, could not be counted and hashed. */
    unread: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().optional(),
    /** What heap and TOAST occupy at the source. */
    bytes: Whole,
    unlogged: zod__WEBPACK_IMPORTED_MODULE_1__/* .boolean */ .zMY().optional(),
    /** The partitioned table it is a partition of. */
    partitionOf: zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ schema: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), name: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP() }).optional(),
    /** The partitioned table in which its rows may lie in another partition after a restore. */
    movesWithin: zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ schema: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), name: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP() }).optional(),
});
const SequenceEntry = zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    schema: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    name: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    /** Decimal numbers, because they can exceed what JSON carries exactly. Absent where it could not be read. */
    lastValue: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().optional(),
    isCalled: zod__WEBPACK_IMPORTED_MODULE_1__/* .boolean */ .zMY().optional(),
    /** Why it could not be read. */
    unread: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().optional(),
    increment: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    cycles: zod__WEBPACK_IMPORTED_MODULE_1__/* .boolean */ .zMY(),
});
const FileEntry = zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    /** Relative to the set, with `/`. */
    path: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
    size: Whole,
    sha256: Sha256,
});
/** How a set was encrypted whose files are ciphertext. */
const Encryption = zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    format: zod__WEBPACK_IMPORTED_MODULE_1__/* .literal */ .euz('age'),
    /** Which keys it was encrypted to: the first 16 digits of the SHA-256 of each public key. */
    recipients: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()).min(1),
    /** Whether the names of tables, roles and extensions were left out of this manifest. */
    namesHidden: zod__WEBPACK_IMPORTED_MODULE_1__/* .boolean */ .zMY(),
});
/** What a set says of itself: everything that a reader, a restore and a proof need, and not one row of data. */
const Manifest = zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    schema: zod__WEBPACK_IMPORTED_MODULE_1__/* .literal */ .euz(MANIFEST_SCHEMA),
    id: SetId,
    series: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().min(1),
    type: SetType,
    snapshot: zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
        /** `clock_timestamp()` of the server when the snapshot was exported. */
        time: Instant,
        /** Write-ahead log position at that time; null on a server that does not tell. */
        lsn: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().nullable(),
        /** On a standby: how far replay was. */
        replayedUntil: Instant.nullable(),
    }),
    source: zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
        database: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
        /** `17.2` */
        serverVersion: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
        /** 17 */
        major: zod__WEBPACK_IMPORTED_MODULE_1__/* .number */ .aig().int(),
        systemIdentifier: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().nullable(),
        encoding: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
        localeProvider: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
        collate: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().nullable(),
        ctype: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().nullable(),
        icuLocale: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().nullable(),
        collationVersion: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().nullable(),
        owner: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
        /** The role that `initdb` made: the one a throw-away cluster should have too. */
        bootstrapRole: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
        extensions: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ name: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), version: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), schema: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP() })),
        tablespaces: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
        /** Roles that own something or hold privileges in this database. */
        roles: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
        /** What a server to restore into needs of the source's configuration; absent in sets of versions that did not look. */
        server: zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
            libraries: zod__WEBPACK_IMPORTED_MODULE_1__/* .partialRecord */ .jgl(zod__WEBPACK_IMPORTED_MODULE_1__/* ["enum"] */ .k5n(_postgres_catalog_server_settings_js__WEBPACK_IMPORTED_MODULE_3__/* .PRELOADING */ .y), zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP())),
            settings: zod__WEBPACK_IMPORTED_MODULE_1__/* .record */ .g1P(zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
            prefixes: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
            relations: Whole.optional(),
        })
            .optional(),
    }),
    tool: zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
        version: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
        /** `pg_dump (PostgreSQL) 17.2` */
        pgDump: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
        pgDumpMajor: zod__WEBPACK_IMPORTED_MODULE_1__/* .number */ .aig().int(),
    }),
    options: zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
        format: Format,
        /** As given to pg_dump: `zstd:1`, `gzip:6`, `none`. */
        compression: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
        jobs: zod__WEBPACK_IMPORTED_MODULE_1__/* .number */ .aig().int().positive(),
        tables: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
        excludeTables: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
        verify: Verify,
    }),
    dump: zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
        /** `dump`, `daily_20261124.dump` or `daily_20261124.sql.gz`. */
        path: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
        /** Bytes of the dump as it lies in the set. */
        bytes: Whole,
        /** Of the texts in it, where that is not the source's. */
        encoding: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().optional(),
    }),
    files: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(FileEntry),
    tables: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(TableEntry),
    /** Where the sequences were before the dump and after it: they are not under the snapshot. */
    sequences: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(SequenceEntry),
    sequencesAfter: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(SequenceEntry),
    /** Null where they could not be read. */
    largeObjects: zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ count: Whole, fingerprint: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().nullable() }).nullable(),
    /** How contents were hashed, and what that hash gives for a known row; null when no fingerprints were taken. */
    hash: zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
        method: zod__WEBPACK_IMPORTED_MODULE_1__/* ["enum"] */ .k5n(['record', 'text']),
        probe: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(),
        /** Which known row; sets that do not say have the first. */
        form: zod__WEBPACK_IMPORTED_MODULE_1__/* .union */ .KCZ([zod__WEBPACK_IMPORTED_MODULE_1__/* .literal */ .euz(1), zod__WEBPACK_IMPORTED_MODULE_1__/* .literal */ .euz(2)]).optional(),
    })
        .nullable(),
    /**
     * Foreign keys from chosen tables to tables whose data is not in the set. A restore leaves the archive's entry (by its
     * catalog oid) out and adds the constraint by this statement, NOT VALID; null where PostgreSQL cannot do that.
     */
    looseForeignKeys: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({ oid: zod__WEBPACK_IMPORTED_MODULE_1__/* .number */ .aig().int(), table: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), name: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP(), statement: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().nullable() })),
    /**
     * Objects (`kind name`) whose definition changed at the source while the backup ran. Definitions are not wholly under a
     * snapshot, so a difference on one of these proves nothing.
     */
    changedMeanwhile: zod__WEBPACK_IMPORTED_MODULE_1__/* .array */ .YOg(zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()),
    /**
     * On the readable manifest of an encrypted set: `files` are the encrypted ones, and what tells of the data is left out;
     * the whole manifest is one of them.
     */
    encryption: Encryption.optional(),
    proof: Proof,
});
/** `"public"."animals"` as a person writes it: `public.animals`. */
function displayName({ schema, name }) {
    return `${schema}.${name}`;
}
/** The encoding of the texts in a set's dump. */
function encodingOfDump({ dump, source }) {
    return dump.encoding ?? source.encoding;
}
/** The id of a set whose snapshot was taken at that time. */
function idOf(time) {
    return `${time.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}
/** The time that an id says. */
function timeOf(id) {
    const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(id) ?? [];
    return new Date(`${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z`);
}


/***/ }),

/***/ 27519:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  P: () => (/* binding */ nothingInSet),
  B: () => (/* binding */ nothingToBackUp)
});

// EXTERNAL MODULE: ./build/findings.js + 8 modules
var findings = __webpack_require__(83034);
// EXTERNAL MODULE: ./build/postgres/identifier.js
var identifier = __webpack_require__(86967);
;// CONCATENATED MODULE: ./build/postgres/other-databases.js
/** Those that can be connected to and are no templates, the largest first. */
async function readOtherDatabases(session) {
    return session.query(`SELECT d.datname AS name,
       CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT') THEN pg_catalog.pg_database_size(d.oid)::float8 END AS bytes
     FROM pg_catalog.pg_database d
     WHERE d.datallowconn AND NOT d.datistemplate AND d.datname <> pg_catalog.current_database()
     ORDER BY 2 DESC NULLS LAST, 1`);
}

// EXTERNAL MODULE: ./build/postgres/query-error.js
var query_error = __webpack_require__(66645);
// EXTERNAL MODULE: ./build/units.js
var units = __webpack_require__(6515);
;// CONCATENATED MODULE: ./build/backup/nothing.js





/** How many other databases of the server are named. */
const MOST_NAMED = 5;
/** A look at one table waits for others' locks, and reads, no longer than this. */
const PATIENCE = { lock_timeout: '2s', statement_timeout: '30s' };
/**
 * A warning where a backup would hold nothing: no table, none that is chosen, or no row in any. Mostly the name of the
 * database was forgotten, and `postgres` is what is connected to; so the others are named. None where there is something,
 * or where that could not be seen.
 *
 * @param chosen oids of the tables whose rows are backed up
 */
async function nothingToBackUp(session, database, tables, chosen) {
    const withRows = tables.filter(({ kind, oid }) => kind === 'table' && chosen.has(oid));
    if ((await hasLargeObjects(session)) || (await hasRows(session, withRows))) {
        return [];
    }
    const own = tables.filter(({ kind, extension }) => kind === 'table' && extension === undefined);
    const taken = own.filter(({ oid }) => chosen.has(oid));
    if (taken.length < own.length) {
        const advice = 'Check tables and exclude-tables: the rows of what they leave are all that is backed up.';
        const found = taken.length === 0
            ? `none of its ${(0,units/* counted */.hS)(own.length, 'table')} is chosen`
            : `there is no row in what is chosen, ${taken.length} of its ${(0,units/* counted */.hS)(own.length, 'table')}`;
        return [(0,findings/* finding */.gk)('NOTHING_TO_BACK_UP', database, found, advice)];
    }
    const holds = own.length === 0 ? 'it holds no table' : `there is no row in its ${(0,units/* counted */.hS)(own.length, 'table')}`;
    return [(0,findings/* finding */.gk)('NOTHING_TO_BACK_UP', database, `${holds}; ${others(await readOtherDatabases(session))}`)];
}
/** The same of a set that is there: no row of a table and no large object is in it. */
function nothingInSet({ source, tables, largeObjects }) {
    const counts = tables.filter(({ kind, data }) => kind === 'table' && data).map(({ rows }) => rows);
    const isEmpty = counts.every((rows) => rows === 0) && (largeObjects?.count ?? 0) === 0;
    const holds = counts.length === 0
        ? 'the rows of no table are in the set'
        : `no row of its ${(0,units/* counted */.hS)(counts.length, 'table')} is in the set`;
    return isEmpty ? [(0,findings/* finding */.gk)('NOTHING_TO_BACK_UP', source.database, holds)] : [];
}
function others(databases) {
    if (databases.length === 0) {
        return 'the server has no other database';
    }
    const named = databases.slice(0, MOST_NAMED).map(({ name, bytes }) => {
        return bytes === null ? `"${name}"` : `"${name}" (${(0,units/* formatBytes */.z3)(bytes)})`;
    });
    const more = databases.length - named.length;
    return `the server's other databases are ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
async function hasLargeObjects(session) {
    const [row] = await session.query('SELECT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata) AS some');
    return row?.some === true;
}
/** The largest first: mostly, the first look tells. */
async function hasRows(session, tables) {
    for (const table of [...tables].sort((a, b) => b.bytes - a.bytes)) {
        if (await mayHoldRow(session, table))
            return true;
    }
    return false;
}
/** What may not be read, or is locked, may hold rows. */
async function mayHoldRow(session, { schema, name, extension, runsCode, bytes }) {
    // A query over it would run what its owner wrote; its size tells enough here.
    if (runsCode)
        return bytes > 0;
    await session.query('BEGIN READ ONLY');
    try {
        for (const [setting, value] of Object.entries(PATIENCE)) {
            await session.query(`SET LOCAL ${setting} = '${value}'`);
        }
        const [row] = await session.query(`SELECT EXISTS (SELECT FROM ONLY ${(0,identifier/* qualifiedTable */.Nt)({ schema, name })} ${extension?.condition ?? ''}) AS some`);
        return row?.some !== false;
    }
    catch (error) {
        if (error instanceof query_error/* QueryError */.l)
            return true;
        throw error;
    }
    finally {
        await session.query('ROLLBACK');
    }
}


/***/ }),

/***/ 4511:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C7: () => (/* binding */ incompleteness),
/* harmony export */   HN: () => (/* binding */ writeManifest),
/* harmony export */   LG: () => (/* binding */ describeFiles),
/* harmony export */   Mq: () => (/* binding */ dumpFileName),
/* harmony export */   WI: () => (/* binding */ readManifest),
/* harmony export */   gD: () => (/* binding */ writeChecksums),
/* harmony export */   rK: () => (/* binding */ SET),
/* harmony export */   w_: () => (/* binding */ listsItsDump),
/* harmony export */   yy: () => (/* binding */ isListed)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(73024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(76760);
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_11__ = __webpack_require__(92857);
/* harmony import */ var _bounded_json_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(12160);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(19473);
/* harmony import */ var _platform_file_errors_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(57568);
/* harmony import */ var _platform_files_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(71665);
/* harmony import */ var _platform_parallel_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(93351);
/* harmony import */ var _checksums_js__WEBPACK_IMPORTED_MODULE_10__ = __webpack_require__(951);
/* harmony import */ var _manifest_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(75462);
/* harmony import */ var _sha256_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(31132);












/** The names inside a set. */
const SET = {
    manifest: 'manifest.json',
    checksums: 'SHA256SUMS',
    /** The Ed25519 signature of the manifest, base64; in sets that were signed. */
    signature: 'manifest.json.sig',
    catalog: 'catalog.json',
    globals: 'globals.sql',
    /** What belongs to the database as a whole: owner, settings, grants, comment. Sets of older versions have none. */
    database: 'database.sql',
    /** The recovery kit: how to restore this set with nothing but a shell and PostgreSQL's programs. */
    guide: 'RESTORE.md',
    script: 'restore.sh',
    /** The folder of a dump in directory format. */
    dump: 'dump',
    /** The folder of outcomes of later verifications, the only part of a set that grows. */
    proofs: 'proofs',
};
/** How many files are read at a time. */
const READERS = 4;
/**
 * What the dump is called in its set: the seed's `daily_20261124.sql.gz`, `daily_20261124.dump`, or the folder `dump`.
 *
 * @param date the time of the snapshot; its UTC day is taken
 * @param compressed whether a plain dump is; without compression it ends in `.sql`
 */
function dumpFileName(type, date, format, compressed = true) {
    const stem = `${type}_${(0,_manifest_js__WEBPACK_IMPORTED_MODULE_7__/* .idOf */ .TH)(date).slice(0, 8)}`;
    return { directory: SET.dump, custom: `${stem}.dump`, plain: `${stem}.sql${compressed ? '.gz' : ''}` }[format];
}
/** Files that vouch for the manifest, so it cannot list them. */
const ABOVE_THE_MANIFEST = [SET.manifest, SET.checksums, SET.signature];
/** Whether a file of a set is one that the manifest lists: all but itself, the checksums, its signature and the proofs. */
function isListed(file) {
    return !ABOVE_THE_MANIFEST.includes(file) && !file.startsWith(`${SET.proofs}/`);
}
/**
 * Sizes and checksums of every file of a set that its manifest must list, sorted by path.
 *
 * Throws `OperationError` when something cannot be read, or is neither file nor folder: such a thing cannot be kept.
 */
async function describeFiles(folder, options = {}) {
    const doing = `describing the files in ${folder}`;
    return (0,_platform_file_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .orFileTrouble */ .nD)(doing, async () => {
        const entries = (await (0,_platform_files_js__WEBPACK_IMPORTED_MODULE_6__/* .entriesBelow */ .yO)(folder)).filter(({ kind, path }) => kind !== 'folder' && isListed(path));
        const strange = entries.find(({ kind }) => kind !== 'file');
        if (strange !== undefined) {
            throw new _errors_js__WEBPACK_IMPORTED_MODULE_4__/* .OperationError */ .OK({
                doing,
                problem: `"${strange.path}" is a ${strange.kind}, and a set holds only files and folders`,
                advice: 'Find out what put it there, and take the backup again.',
            });
        }
        return (0,_platform_parallel_js__WEBPACK_IMPORTED_MODULE_9__/* .inParallel */ .H)(entries, READERS, async ({ path: file }) => ({
            path: file,
            ...(await (0,_sha256_js__WEBPACK_IMPORTED_MODULE_8__/* .sha256OfFile */ .V)(node_path__WEBPACK_IMPORTED_MODULE_2__.join(folder, file), options)),
        }));
    });
}
/** Writes `manifest.json`. A manifest that a reader would refuse is not written. */
async function writeManifest(folder, manifest) {
    const text = `${JSON.stringify(_manifest_js__WEBPACK_IMPORTED_MODULE_7__/* .Manifest */ ._8.parse(manifest), null, 2)}\n`;
    await (0,_platform_file_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .orFileTrouble */ .nD)(`writing the manifest in ${folder}`, () => (0,_platform_files_js__WEBPACK_IMPORTED_MODULE_6__/* .writeWhole */ .f8)(node_path__WEBPACK_IMPORTED_MODULE_2__.join(folder, SET.manifest), text));
}
/**
 * Writes `SHA256SUMS` over the files that the manifest lists and over the manifest itself, which must be written
 * before. Then `sha256sum -c SHA256SUMS` checks the set without any of our code.
 */
async function writeChecksums(folder, files) {
    await (0,_platform_file_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .orFileTrouble */ .nD)(`writing the checksums in ${folder}`, async () => {
        const manifest = { path: SET.manifest, ...(await (0,_sha256_js__WEBPACK_IMPORTED_MODULE_8__/* .sha256OfFile */ .V)(node_path__WEBPACK_IMPORTED_MODULE_2__.join(folder, SET.manifest))) };
        await (0,_platform_files_js__WEBPACK_IMPORTED_MODULE_6__/* .writeWhole */ .f8)(node_path__WEBPACK_IMPORTED_MODULE_2__.join(folder, SET.checksums), (0,_checksums_js__WEBPACK_IMPORTED_MODULE_10__/* .checksumsText */ .cV)([...files, manifest]));
    });
}
/**
 * The manifest of a set.
 *
 * Throws `DamagedError` when it is not there or is not a manifest of the known form, `OperationError` when it cannot be
 * read for another reason.
 */
async function readManifest(folder) {
    const doing = `reading the manifest of ${folder}`;
    const text = await readText(node_path__WEBPACK_IMPORTED_MODULE_2__.join(folder, SET.manifest), doing);
    const manifest = parsed(text, doing);
    const outside = manifest.files.find(({ path: file }) => !staysInside(file));
    if (outside !== undefined) {
        throw damaged(doing, `it lists "${outside.path}", which is not a path inside the set`);
    }
    if (!staysInside(manifest.dump.path)) {
        throw damaged(doing, `it calls "${manifest.dump.path}" the dump, which is not a path inside the set`);
    }
    return manifest;
}
async function readText(file, doing) {
    try {
        const handle = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.open)(file, node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_RDONLY | node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_NOFOLLOW | node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_NONBLOCK);
        try {
            const stat = await handle.stat();
            if (!stat.isFile())
                throw damaged(doing, `${SET.manifest} is not a file`);
            if (stat.size > 4 * _bounded_json_js__WEBPACK_IMPORTED_MODULE_3__/* .LARGE_JSON */ .dV.length)
                throw damaged(doing, `${SET.manifest} has ${stat.size} bytes`);
            return await handle.readFile('utf8');
        }
        finally {
            await handle.close();
        }
    }
    catch (error) {
        if ((0,_platform_file_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .codeOf */ .$N)(error) === 'ENOENT')
            throw damaged(doing, `there is no ${SET.manifest}`, error);
        if ((0,_platform_file_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .codeOf */ .$N)(error) === 'ELOOP')
            throw damaged(doing, `${SET.manifest} is a symbolic link`, error);
        throw (0,_platform_file_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .fileTrouble */ .AG)(error, doing);
    }
}
function parsed(text, doing) {
    let content;
    try {
        content = (0,_bounded_json_js__WEBPACK_IMPORTED_MODULE_3__/* .parseBoundedJson */ .Rj)(text, _bounded_json_js__WEBPACK_IMPORTED_MODULE_3__/* .LARGE_JSON */ .dV);
    }
    catch (error) {
        const why = error instanceof _bounded_json_js__WEBPACK_IMPORTED_MODULE_3__/* .JsonBoundsError */ .YH ? '' : 'is not JSON: ';
        throw damaged(doing, `${SET.manifest} ${why}${(0,_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .messageOf */ .bD)(error)}`, error);
    }
    const version = zod__WEBPACK_IMPORTED_MODULE_11__/* .object */ .Ikc({ schema: zod__WEBPACK_IMPORTED_MODULE_11__/* .string */ .YjP() }).safeParse(content);
    if (version.success && version.data.schema !== _manifest_js__WEBPACK_IMPORTED_MODULE_7__/* .MANIFEST_SCHEMA */ .KB) {
        throw damaged(doing, `it is of the form "${version.data.schema}", and this version reads "${_manifest_js__WEBPACK_IMPORTED_MODULE_7__/* .MANIFEST_SCHEMA */ .KB}"`);
    }
    const result = _manifest_js__WEBPACK_IMPORTED_MODULE_7__/* .Manifest */ ._8.safeParse(content);
    if (!result.success) {
        throw damaged(doing, `${SET.manifest} is not of the known form: ${firstIssues(result.error)}`, result.error);
    }
    return result.data;
}
function firstIssues({ issues }) {
    const said = issues.slice(0, 3).map(({ path: at, message }) => `${at.join('.') || 'the whole'}: ${message}`);
    return issues.length > 3 ? `${said.join('; ')}; and ${issues.length - 3} more` : said.join('; ');
}
function damaged(doing, problem, cause) {
    const advice = 'Use another set. If a newer pg-lifeboat wrote it, read it with that version.';
    return new _errors_js__WEBPACK_IMPORTED_MODULE_4__/* .DamagedError */ .Me({ doing, problem, advice, cause });
}
/** Whether the dump that a manifest names is one of its files, or a folder of them. */
function listsItsDump({ dump, files }) {
    return files.some(({ path: file }) => file === dump.path || file.startsWith(`${dump.path}/`));
}
/** Whether a path of a manifest leads to a place inside the set, so that a forged one cannot reach other files. */
function staysInside(file) {
    return (isListed(file) &&
        file.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0')));
}
/**
 * Why files of these sizes are not the set that the manifest describes, or null when they are. Every store counts a set
 * by this rule.
 *
 * @param sizes bytes by path of what is there; undefined for what is not there or not a file
 */
function incompleteness(manifest, place, sizes) {
    if (manifest.id !== place.id || manifest.type !== place.type) {
        return `its manifest is of ${manifest.type}/${manifest.id}`;
    }
    for (const file of manifest.files) {
        const size = sizes(file.path);
        if (size === undefined)
            return `${file.path} is missing`;
        if (size !== file.size)
            return `${file.path} has ${size} bytes, the manifest says ${file.size}`;
    }
    return null;
}


/***/ }),

/***/ 31132:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   V: () => (/* binding */ sha256OfFile),
/* harmony export */   i: () => (/* binding */ sha256OfText)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(73024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(51455);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(19473);




/** Large enough that the hash, not the system call, takes the time; small enough that memory stays flat. */
const CHUNK = 1024 * 1024;
/**
 * Hashes a file in pieces; while one piece is hashed the next is read. A symbolic link is refused (`ELOOP`).
 *
 * @param onBytes called with the size of each piece that is done
 */
async function sha256OfFile(file, { signal, onBytes } = {}) {
    const handle = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.open)(file, node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_RDONLY | node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_NOFOLLOW);
    try {
        const hash = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256');
        const room = Math.min(CHUNK, (await handle.stat()).size + 1);
        let [buffer, spare] = [Buffer.allocUnsafe(room), Buffer.allocUnsafe(room)];
        let size = 0;
        let pending = handle.read(buffer, 0, room, null);
        for (;;) {
            const { bytesRead } = await pending;
            if (bytesRead === 0)
                return { size, sha256: hash.digest('hex') };
            if (signal?.aborted === true)
                throw new _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .InterruptedError */ .p4(`reading ${file}`, signal.reason);
            pending = handle.read(spare, 0, room, null);
            hash.update(buffer.subarray(0, bytesRead));
            [buffer, spare] = [spare, buffer];
            size += bytesRead;
            onBytes?.(bytesRead);
        }
    }
    finally {
        await handle.close();
    }
}
/** SHA-256 of a text, small hexadecimal digits. */
function sha256OfText(text) {
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(text).digest('hex');
}


/***/ }),

/***/ 25196:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  kc: () => (/* binding */ currentSchemas),
  s0: () => (/* binding */ hideSecrets),
  Uf: () => (/* binding */ joinSource),
  g5: () => (/* binding */ withSource)
});

// EXTERNAL MODULE: ./build/postgres/compression.js
var postgres_compression = __webpack_require__(98360);
// EXTERNAL MODULE: ./build/postgres/connection.js
var connection = __webpack_require__(92992);
// EXTERNAL MODULE: ./build/postgres/libpq-environment.js
var libpq_environment = __webpack_require__(91962);
// EXTERNAL MODULE: ./build/postgres/pinned.js
var pinned = __webpack_require__(62414);
// EXTERNAL MODULE: ./build/postgres/pooler.js
var pooler = __webpack_require__(14045);
// EXTERNAL MODULE: ./build/postgres/programs.js + 3 modules
var postgres_programs = __webpack_require__(45801);
// EXTERNAL MODULE: ./build/postgres/session.js + 2 modules
var postgres_session = __webpack_require__(67117);
// EXTERNAL MODULE: ./build/units.js
var units = __webpack_require__(6515);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
;// CONCATENATED MODULE: ./build/postgres/lock-holders.js

/** How much of a statement is shown. */
const SHOWN = 100;
/**
 * A prepared transaction's locks have no process; that on its own number says which it is.
 *
 * https://www.postgresql.org/docs/current/view-pg-locks.html
 */
const HOLDERS = `
  SELECT DISTINCT ON (1, l.pid, l.virtualtransaction)
    pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS table, l.pid, x.gid,
    nullif(a.application_name, '') AS application, a.state, a.query,
    extract(epoch FROM pg_catalog.clock_timestamp() - coalesce(a.xact_start, x.prepared))::float8 AS seconds
  FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
    LEFT JOIN pg_catalog.pg_locks own ON l.pid IS NULL AND own.pid IS NULL AND own.locktype = 'transactionid'
      AND own.virtualtransaction = l.virtualtransaction
    LEFT JOIN pg_catalog.pg_prepared_xacts x ON x.transaction = own.transactionid
  WHERE l.locktype = 'relation' AND l.granted AND l.mode = 'AccessExclusiveLock' AND c.relkind IN ('r', 'p', 'm', 'f', 'v', 'S')
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
    AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
  ORDER BY 1`;
/** Who holds a table of this database so that not even its size can be read. */
async function lockHolders(session) {
    return (await session.query(HOLDERS)).map((row) => ({ table: row.table, by: holderOf(row) }));
}
/** Whether a session of ours, pg_dump's among them, waits for a lock at this moment. */
async function isWaitingForLock(session) {
    const [row] = await session.query(`SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE datname = pg_catalog.current_database()
       AND application_name = $1 AND wait_event_type = 'Lock' AND pid <> pg_catalog.pg_backend_pid()) AS waiting`, [libpq_environment/* APPLICATION_NAME */.j9]);
    return row?.waiting === true;
}
/** `public.orders, by process 4711 (psql): ALTER TABLE …; …` */
function describeHolders(holders) {
    const shown = holders.slice(0, 3).map(({ table, by }) => `${table}, by ${by}`);
    const more = holders.length - shown.length;
    return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
function holderOf({ pid, gid, application, state, query, seconds }) {
    const since = seconds === null ? '' : ` for ${Math.round(seconds)} s`;
    if (pid === null)
        return gid === null ? 'a prepared transaction' : `the prepared transaction "${gid}"${since}`;
    const about = [application, state === null ? null : `${state}${since}`].filter((part) => part !== null).join(', ');
    const statement = (query ?? '').replace(/\s+/g, ' ').trim();
    const shown = statement.length > SHOWN ? `${statement.slice(0, SHOWN)}…` : statement;
    return `process ${pid}${about === '' ? '' : ` (${about})`}${shown === '' ? '' : `: ${shown}`}`;
}

// EXTERNAL MODULE: ./build/postgres/query-error.js
var query_error = __webpack_require__(66645);
;// CONCATENATED MODULE: ./build/backup/lock-watch.js





/** SQLSTATE `lock_not_available`. */
const LOCK_TIMEOUT = '55P03';
/** Milliseconds until the first look at what is waited for, and between looks. */
const LOOKS = { first: 5_000, longest: 60_000 };
/**
 * Does work at the source, and says while it goes on, and when it failed for that, who holds the locks that it waits for.
 *
 * Throws `OperationError` that names them where the work waited too long for one.
 */
async function watchingLocks(watched, context, work) {
    const done = new AbortController();
    const watching = watch(watched, context, done.signal);
    try {
        return await work();
    }
    catch (error) {
        throw await withHolders(error, watched, context);
    }
    finally {
        done.abort();
        await watching;
    }
}
async function watch({ settings, lockTimeout }, context, done) {
    const told = new Set();
    for (let pause = LOOKS.first;; pause = Math.min(pause * 2, LOOKS.longest)) {
        const isOver = await context.clock.sleep(pause, done).then(() => done.aborted, () => true);
        if (isOver)
            return;
        const holders = await holdersWaitedFor(settings, done);
        for (const { table, by } of holders) {
            if (told.has(table))
                continue;
            told.add(table);
            const limit = (0,units/* formatDuration */.a3)(lockTimeout / 1000);
            context.logger.info(`Waiting up to ${limit} (lock-timeout) for a lock on ${table}, which is held by ${by}`);
        }
    }
}
/** Only a help: where the server cannot be asked, nothing is said. */
async function holdersWaitedFor(settings, signal) {
    return (0,postgres_session/* withSession */.f)(settings, { signal }, async (session) => (await isWaitingForLock(session)) ? lockHolders(session) : []).catch(() => []);
}
async function withHolders(error, { settings, lockTimeout }, { signal }) {
    const isTimeout = error instanceof query_error/* QueryError */.l && error.code === LOCK_TIMEOUT;
    if (!isTimeout && !isOfDump(error))
        return error;
    const holders = await (0,postgres_session/* withSession */.f)(settings, { signal }, lockHolders).catch(() => []);
    if (!isTimeout && holders.length === 0)
        return error;
    const limit = (0,units/* formatDuration */.a3)(lockTimeout / 1000);
    const who = holders.length === 0 ? '' : `; held is ${describeHolders(holders)}`;
    return new errors/* OperationError */.OK({
        doing: error instanceof errors/* OperationError */.OK ? error.doing : 'reading the source',
        problem: `it waited ${limit} (lock-timeout) for a lock at the source${who}`,
        advice: 'End that transaction (for a prepared one: ROLLBACK PREPARED), or give lock-timeout more time, and start again.',
        cause: error,
    });
}
/** pg_dump says in the server's language why it ended; where tables are held, that is why. */
function isOfDump(error) {
    return error instanceof errors/* CommandError */.Qd && error.stderrTail.includes('LOCK TABLE');
}

;// CONCATENATED MODULE: ./build/backup/source.js









/** How long a server that is starting is waited for, where no option says how long a connection may take. */
const PATIENCE_MS = 60_000;
/** Connects to the database, does work with it and disconnects, whatever happens. */
async function withSource(options, context, work) {
    const source = await openSource(options, context);
    try {
        return await watchingLocks(source, context, () => work(source));
    }
    finally {
        await source.session.end();
    }
}
/**
 * Finds what the database is reached by, and the programs of its major.
 *
 * Throws `ConnectionError` with the cause, `OperationError` with the line that installs the programs.
 */
async function openSource(options, context) {
    const { logger, environment, workspace, processes } = context;
    const settings = (0,connection/* parseConnection */.C8)({ databaseUrl: options.databaseUrl, environment });
    hideSecrets(settings, options, context);
    const patience = Number(settings.parameters.connect_timeout ?? 0) * 1000 || PATIENCE_MS;
    const session = await (0,postgres_session/* connect */.N)(settings, {
        signal: context.signal,
        patience,
        onRetry: sayOnce((reason) => {
            logger.info(`Waiting up to ${(0,units/* formatDuration */.a3)(patience / 1000)} for the server: ${reason.problem}.`);
        }),
    });
    try {
        logger.info(`Connected to ${(0,connection/* describeConnection */.If)(settings)}, PostgreSQL ${session.serverVersion}.`);
        await (0,pooler/* assertDirect */.m)(session, { signal: context.signal });
        const programs = await (0,postgres_programs/* findPrograms */.z)({
            serverMajor: session.major,
            preferredFolders: options.postgresBin,
            environment,
            processes,
        });
        const ability = await (0,postgres_compression/* compressionAbility */.H)(programs, { processes, environment });
        const compression = (0,postgres_compression/* resolveCompression */.$)(options.compression, options.format, ability);
        const searchPath = await currentSchemas(session);
        await describeFrom(session, options.lockTimeout);
        const variables = await (0,libpq_environment/* libpqEnvironment */.SQ)(settings, { workspace, environment });
        const { lockTimeout } = options;
        return { settings, session, searchPath, programs, compression, lockTimeout, environment: variables };
    }
    catch (error) {
        await session.end();
        throw error;
    }
}
/** A further session that describes the same database, with pinned settings. */
async function joinSource({ settings, lockTimeout }, context) {
    const session = await (0,postgres_session/* connect */.N)(settings, { signal: context.signal });
    await describeFrom(session, lockTimeout);
    return session;
}
/** Of a busy source, nothing is read for which a lock of others must be waited for without end. */
async function describeFrom(session, lockTimeout) {
    await (0,pinned/* pinSettings */.v)(session);
    await session.query("SELECT pg_catalog.set_config('lock_timeout', $1, false)", [String(lockTimeout)]);
}
/** The same reason is told once and not twice a second. */
function sayOnce(say) {
    let said = false;
    return (reason) => {
        if (!said) {
            said = true;
            say(reason);
        }
    };
}
/** The schemas in which a name without one is looked up; asked before settings are pinned. */
async function currentSchemas(session) {
    const [row] = await session.query('SELECT current_schemas(false)::text[] AS schemas');
    return row?.schemas ?? [];
}
/** From now on, what the log would show of them is `***`. */
function hideSecrets(settings, options, { logger }) {
    for (const secret of [settings.password, options.databaseUrl, options.scratchUrl]) {
        if (secret !== undefined) {
            logger.hide(secret);
        }
    }
}


/***/ }),

/***/ 12160:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Rj: () => (/* binding */ parseBoundedJson),
/* harmony export */   Rx: () => (/* binding */ SMALL_JSON),
/* harmony export */   YH: () => (/* binding */ JsonBoundsError),
/* harmony export */   dV: () => (/* binding */ LARGE_JSON)
/* harmony export */ });
/** Of one line, note or outcome. */
const SMALL_JSON = { length: 4 * 1024 * 1024, depth: 32, values: 500_000 };
/** Of a manifest or a catalog: one of a hundred thousand tables has some 40 MB and two million values. */
const LARGE_JSON = { length: 256 * 1024 * 1024, depth: 32, values: 4_000_000 };
/** A text that is beyond its bounds. */
class JsonBoundsError extends Error {
    name = 'JsonBoundsError';
}
/**
 * Parses JSON that an untrusted party may have written: what would take memory or stack without bounds is refused before
 * anything is made of it.
 *
 * Throws `JsonBoundsError`, or `SyntaxError` as `JSON.parse` does.
 */
function parseBoundedJson(text, bounds) {
    if (text.length > bounds.length)
        throw new JsonBoundsError(`it has more than ${bounds.length} characters`);
    checkStructure(text, bounds);
    return JSON.parse(text);
}
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
function checkStructure(text, { depth: deepest, values: most }) {
    let depth = 0;
    let values = 0;
    for (let at = 0; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        if (code === QUOTE)
            at = endOfString(text, at);
        else if (code === COMMA)
            values += 1;
        else if (OPENING.has(code)) {
            depth += 1;
            values += 1;
            if (depth > deepest)
                throw new JsonBoundsError(`it is nested more than ${deepest} deep`);
        }
        else if (CLOSING.has(code))
            depth -= 1;
        if (values > most)
            throw new JsonBoundsError(`it has more than ${most} values`);
    }
}
/** Where the string that begins here ends, or the end of the text. */
function endOfString(text, start) {
    for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
        let escapes = 0;
        while (text.charCodeAt(quote - 1 - escapes) === BACKSLASH)
            escapes += 1;
        if (escapes % 2 === 0)
            return quote;
    }
    return text.length;
}


/***/ }),

/***/ 86504:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  U: () => (/* binding */ runForAll),
  P: () => (/* binding */ runSchedule)
});

// EXTERNAL MODULE: ./build/config/configuration.js + 13 modules
var configuration = __webpack_require__(99644);
// EXTERNAL MODULE: ./build/fleet/choice.js
var fleet_choice = __webpack_require__(64080);
;// CONCATENATED MODULE: ./build/fleet/outcome.js
/** A few words for an exit code, as the table and the JSON have them. */
const WORDS = {
    0: 'done',
    1: 'failed',
    2: 'misconfigured',
    3: 'damaged',
    4: 'unverified',
    5: 'refused',
    130: 'interrupted',
};
function wordOf({ exitCode }) {
    return exitCode === null ? 'killed' : (WORDS[exitCode] ?? 'failed');
}
function isGood({ exitCode }) {
    return exitCode === 0;
}
/** 0 when all is good, 130 when somebody asked to stop, 1 otherwise. */
function exitCodeOfFleet({ outcomes, isInterrupted }) {
    if (isInterrupted) {
        return 130;
    }
    return outcomes.every(isGood) ? 0 : 1;
}
/** What `--json` prints for many databases. */
function outputsOfFleet(fleet) {
    const { outcomes, seconds, isInterrupted } = fleet;
    const sum = (of) => outcomes.reduce((all, one) => all + (of(one) ?? 0), 0);
    return {
        databases: outcomes.map(outputsOfJob),
        totals: {
            runs: outcomes.length,
            good: outcomes.filter(isGood).length,
            bad: outcomes.filter((one) => !isGood(one)).length,
            proven: outcomes.filter(({ outputs }) => outputs.proof === 'proven').length,
            records: sum(({ outputs }) => outputs.records),
            size_bytes: sum(({ outputs }) => outputs['size-bytes']),
            duration_seconds: rounded(seconds),
            exit_code: exitCodeOfFleet(fleet),
            interrupted: isInterrupted,
        },
    };
}
function outputsOfJob(outcome) {
    const { operation, database, type, exitCode, outputs, seconds, peakMemory, cause } = outcome;
    return {
        ...(database !== undefined && { database }),
        ...(type !== undefined && { type }),
        operation,
        ended: wordOf(outcome),
        exit_code: exitCode,
        duration_seconds: rounded(seconds),
        peak_memory_bytes: peakMemory,
        ...(cause !== undefined && { cause }),
        outputs,
    };
}
function rounded(seconds) {
    return Math.round(seconds * 1000) / 1000;
}

// EXTERNAL MODULE: ./build/units.js
var units = __webpack_require__(6515);
// EXTERNAL MODULE: ./build/fleet/jobs.js
var fleet_jobs = __webpack_require__(61847);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/bounded-json.js
var bounded_json = __webpack_require__(12160);
;// CONCATENATED MODULE: ./build/fleet/child.js




/** What a child is told in its arguments, or that is about all of them. */
const NOT_HANDED_ON = new Set(['config', 'database', 'all', 'type', 'task', 'parallel']);
/** A run without a limit of its own is ended after this: one that hangs for ever must not keep its place for ever. */
const LONGEST_RUN = 24 * 3_600_000;
/**
 * Runs one job in a process of its own and says what came of it, whatever that is: it does not throw. Its messages go to
 * our log as they come, each with the job's name before it.
 */
async function runChild(job, limits, family, context) {
    const { clock, logger, processes, signal } = context;
    const startedAt = clock.monotonic();
    const seconds = () => (clock.monotonic() - startedAt) / 1000;
    const lastError = new LastError();
    const command = {
        program: family.program[0],
        args: argumentsOf(job, family),
        doing: `running ${job.operation} for ${(0,fleet_jobs/* labelOf */.Wy)(job)}`,
        env: environmentOf(family, context.environment),
        cwd: context.workingDirectory,
        stdout: 'collect',
        onStderrLine: (line) => {
            lastError.look(line);
            logger.info(`[${(0,fleet_jobs/* labelOf */.Wy)(job)}] ${line}`);
        },
        signal,
        timeout: limitOf(limits) + limits.cleanUp,
        killDelay: limits.cleanUp,
        accept: Object.keys(errors/* EXIT_CODES */.ai).map(Number),
    };
    try {
        const { code, stdout, peakMemory } = await processes.run(command);
        const outputs = outputsIn(stdout);
        const cause = code === 0 ? undefined : (outputs.error ?? lastError.text ?? `it ended with exit code ${code}`);
        return { ...job, exitCode: code, outputs, seconds: seconds(), peakMemory, ...(cause !== undefined && { cause }) };
    }
    catch (error) {
        return { ...job, ...endOf(error, limits), outputs: {}, seconds: seconds(), peakMemory: 0 };
    }
}
function argumentsOf({ operation, database, type, task, all }, { program, config, verbose }) {
    const named = Object.entries({ config, database, type, task }).flatMap(([name, value]) => value === undefined ? [] : [`--${name}`, value]);
    const switches = [...(all === true ? ['--all'] : []), '--json', ...(verbose ? ['--verbose'] : [])];
    return [...program.slice(1), operation, ...named, ...switches];
}
/** Flags become variables, which are as strong against a file: some are secret, and argv is for everybody to see. */
function environmentOf({ given }, environment) {
    const handedOn = Object.entries(given).filter(([name]) => !NOT_HANDED_ON.has(name));
    // A value and the file of a value together would be refused.
    const replaced = new Set(handedOn.map(([name]) => `${variableOf(name)}_FILE`));
    const inherited = Object.entries(environment).filter(([name]) => !isForAll(name) && !replaced.has(name));
    return {
        ...Object.fromEntries(inherited),
        ...Object.fromEntries(handedOn.map(([name, value]) => [variableOf(name), value])),
    };
}
function isForAll(variable) {
    return [...NOT_HANDED_ON].some((name) => variable === variableOf(name) || variable === `${variableOf(name)}_FILE`);
}
function variableOf(name) {
    return `LIFEBOAT_${name.toUpperCase().replaceAll('-', '_')}`;
}
/** The last error that a child told, for one that ended before it had outputs. */
class LastError {
    text;
    look(line) {
        const [, told] = /^Error: (.+)$/.exec(line) ?? [];
        this.text = told ?? this.text;
    }
}
/** Nothing where the child printed no JSON object: then its exit code and its messages say what happened. */
function outputsIn(stdout) {
    try {
        const parsed = (0,bounded_json/* parseBoundedJson */.Rj)(stdout, bounded_json/* SMALL_JSON */.Rx);
        return typeof parsed === 'object' && parsed !== null ? parsed : {};
    }
    catch {
        return {};
    }
}
function endOf(error, limits) {
    if (error instanceof errors/* InterruptedError */.p4) {
        return { exitCode: 130, cause: 'Interrupted before it was done.' };
    }
    if (error instanceof errors/* CommandError */.Qd && error.code === null && error.endedBy === null) {
        const limit = (0,units/* formatDuration */.a3)(limitOf(limits) / 1000);
        return { exitCode: null, cause: `It hung beyond its time limit of ${limit} and was ended from outside.` };
    }
    return { exitCode: error instanceof errors/* CommandError */.Qd ? error.code : 1, cause: (0,errors/* problemOf */.Zw)(error) || (0,errors/* messageOf */.bD)(error) };
}
function limitOf({ timeLimit }) {
    return timeLimit ?? LONGEST_RUN;
}

;// CONCATENATED MODULE: ./build/fleet/run-job.js



/** To remove what is half done, and to drop a scratch database. */
const TIDYING = 60_000;
/**
 * Runs one job of a configuration in a process of its own. It does not throw: a job whose options cannot be had (a
 * variable that is missing) has that as its outcome, and the others go on.
 */
async function runJob(job, configuration, family, context) {
    try {
        return await runChild(job, limitsOf((0,fleet_choice/* optionsOf */.cz)(job, configuration)), family, context);
    }
    catch (error) {
        if (error instanceof errors/* UsageError */.eb) {
            return notBegun(job, (0,errors/* exitCodeOf */.FO)(error), (0,errors/* messageOf */.bD)(error));
        }
        throw error;
    }
}
/** The outcome of a job that was not begun. */
function notBegun(job, exitCode, cause) {
    return { ...job, exitCode, outputs: {}, seconds: 0, peakMemory: 0, cause };
}
/** What a run may take by its options: where it starts services again, that is waited for too. */
function limitsOf({ timeLimit, startCommand, servicesTimeout, }) {
    const cleanUp = TIDYING + (startCommand === undefined ? 0 : servicesTimeout);
    return { cleanUp, ...(timeLimit !== undefined && { timeLimit }) };
}

;// CONCATENATED MODULE: ./build/fleet/table.js



const HEADINGS = ['database', 'type', 'outcome', 'proof', 'size', 'time', 'cause'];
/** Numbers are read by their last digit. */
const RIGHT = new Set([4, 5]);
/** Longer causes are cut here: the log above has them whole, and so has the JSON. */
const LONGEST_CAUSE = 240;
/** The end of a run over many databases: one line each, then how many were good, and which were not. */
function tableOf({ outcomes, seconds }) {
    const rows = [HEADINGS, ...outcomes.map(cellsOf)];
    const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    const bad = outcomes.filter((one) => !isGood(one));
    return [
        ...rows.map((row) => lineOf(row, widths)),
        `${outcomes.length - bad.length} of ${(0,units/* counted */.hS)(outcomes.length, 'run')} good, in ${(0,units/* formatDuration */.a3)(seconds)}.`,
        ...(bad.length === 0 ? [] : [`Not good: ${bad.map((one) => `${(0,fleet_jobs/* labelOf */.Wy)(one)} (${wordOf(one)})`).join(', ')}.`]),
    ];
}
/** What is told when one of them ends. */
function closingLine(outcome) {
    const [, , word = '', proof = '', size = '', time = ''] = cellsOf(outcome);
    const facts = [word, ...[proof, size].filter((cell) => cell !== '-'), `in ${time}`];
    return `${facts.join(', ')}.${outcome.cause === undefined ? '' : ` ${outcome.cause}`}`;
}
function cellsOf(outcome) {
    const { database, type, exitCode, outputs, seconds, cause } = outcome;
    const size = outputs['size-bytes'];
    return [
        database ?? '-',
        type ?? '-',
        `${wordOf(outcome)}${isGood(outcome) || exitCode === null ? '' : ` (${exitCode})`}`,
        outputs.proof === undefined ? '-' : [outputs.proof, outputs['proof-tier'] ?? ''].join(' ').trim(),
        size === undefined ? '-' : (0,units/* formatBytes */.z3)(size),
        (0,units/* formatDuration */.a3)(seconds),
        cut(cause ?? ''),
    ];
}
function lineOf(cells, widths) {
    const padded = cells.map((cell, column) => RIGHT.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0));
    return padded.join('  ').trimEnd();
}
function cut(cause) {
    const line = cause.replaceAll(/\s+/g, ' ');
    return line.length <= LONGEST_CAUSE ? line : `${line.slice(0, LONGEST_CAUSE - 1)}…`;
}

;// CONCATENATED MODULE: ./build/fleet/turns.js
/**
 * Lets at most so many works go on at once, and never two under one key. Those that wait begin in the order in which they
 * came, but for those whose key is busy: they hold up nobody behind them.
 */
class Turns {
    limit;
    waiting = [];
    busy = new Set();
    constructor(limit) {
        this.limit = limit;
    }
    /** Settles as the work does, once it has had its turn. */
    async take(key, work) {
        await new Promise((resolve) => {
            this.waiting.push({ key, begin: resolve });
            this.advance();
        });
        try {
            return await work();
        }
        finally {
            this.busy.delete(key);
            this.advance();
        }
    }
    /** From now on; what is under way goes on. */
    setLimit(limit) {
        this.limit = limit;
        this.advance();
    }
    advance() {
        while (this.busy.size < this.limit) {
            const index = this.waiting.findIndex(({ key }) => !this.busy.has(key));
            const [next] = index === -1 ? [] : this.waiting.splice(index, 1);
            if (next === undefined) {
                return;
            }
            this.busy.add(next.key);
            next.begin();
        }
    }
}

;// CONCATENATED MODULE: ./build/fleet/run-all.js






/**
 * Runs an operation for the chosen databases of a configuration, at most `parallel` at once and never two of one database, each
 * in a process of its own: what fails, hangs or cannot be reached holds up no other. It does not throw for any of that.
 * After an interruption nothing more begins, and what is under way is asked to stop and waited for.
 *
 * Throws `UsageError` for a choice that leaves nothing to do.
 */
async function runAll(errand, context) {
    const { clock, logger, signal } = context;
    const { operation, configuration, choice } = errand;
    const jobs = (0,fleet_choice/* chosenJobs */.NF)(operation, configuration, choice);
    const startedAt = clock.monotonic();
    const { parallel } = configuration.commonOptions({ operation });
    const turns = new Turns(parallel);
    logger.info(`${operation} for all: ${(0,units/* counted */.hS)(jobs.length, 'run')} to do, at most ${parallel} at once.`);
    let ended = 0;
    const runOne = async (job) => {
        const outcome = signal.aborted
            ? notBegun(job, 130, 'Interrupted before it began.')
            : await runJob(job, configuration, errand, context);
        ended += 1;
        logger.info(`[${(0,fleet_jobs/* labelOf */.Wy)(job)}] ${closingLine(outcome)} (${ended} of ${jobs.length})`);
        return outcome;
    };
    const outcomes = await Promise.all(jobs.map((job) => turns.take(job.database ?? '', () => runOne(job))));
    return { outcomes, seconds: (clock.monotonic() - startedAt) / 1000, isInterrupted: signal.aborted };
}

// EXTERNAL MODULE: ./build/backup/manifest.js
var manifest = __webpack_require__(75462);
// EXTERNAL MODULE: ./build/records/log.js
var log = __webpack_require__(16851);
// EXTERNAL MODULE: ./build/stores/factory.js + 50 modules
var factory = __webpack_require__(69001);
;// CONCATENATED MODULE: ./build/fleet/missed.js



/** The log counts whole seconds: what began when it was due must not look as if it had begun before. */
const ROUNDING = 2_000;
/** What leaves no line in the log of a store; whether it was begun is nowhere to be seen. */
const UNSEEN = new Set(['report', 'watch', 'doctor']);
/**
 * Whether a run that was due at an instant was missed: nothing was begun since then. The store is what knows: its log also
 * tells of runs that failed, and its sets speak where no log was written. A run that was interrupted had no turn, whatever
 * stopped it. A new store lacks a backup, but nobody missed its drill: a task was missed where there was a store to do it
 * with. Of what leaves no trace nobody knows that it was missed.
 *
 * Throws what the store throws when it cannot be read.
 */
async function wasMissed(job, due, options, context) {
    if (UNSEEN.has(job.operation)) {
        return false;
    }
    const store = await (0,factory/* openStore */.C)(options.store, { ...context, settings: options });
    try {
        const isTask = job.task !== undefined;
        const { lines } = await store.readLog(isTask ? new Date(0) : new Date(due.getTime() - ROUNDING));
        if (lines.some((line) => isTurn(line, job) && beginOf(line) >= due.getTime() - ROUNDING)) {
            return false;
        }
        const { sets } = await store.list();
        return isTask
            ? lines.some((line) => (0,log/* timeOfLine */.FP)(line) < due) || sets.some((set) => (0,manifest/* timeOf */.nR)(set.id) < due)
            : !sets.some((set) => set.type === job.type && (0,manifest/* timeOf */.nR)(set.id) >= due);
    }
    finally {
        await store.close();
    }
}
function isTurn({ operation, details }, job) {
    const isOfType = details.type === job.type || (job.task !== undefined && isAnyType(details.type, job.type));
    return operation === job.operation && details.task === job.task && isOfType && details.exit_code !== INTERRUPTED;
}
/** A task that is about all types names whichever it came upon; one that ended early names none. */
function isAnyType(seen, wanted) {
    return seen === undefined || wanted === undefined;
}
const INTERRUPTED = 130;
function beginOf(line) {
    return (0,log/* timeOfLine */.FP)(line).getTime() - line.details.duration * 1000;
}

// EXTERNAL MODULE: ./node_modules/croner/dist/croner.js
var croner = __webpack_require__(55814);
;// CONCATENATED MODULE: ./build/fleet/planner.js

/** A due time that is noticed later than this was missed: the process was down, or the machine slept. */
const LATE_LIMIT = 5 * 60_000;
/** A clock that is set back by more than this starts all schedules anew; by less, nothing is due a second time. */
const BACKWARD_LIMIT = 3_600_000;
/**
 * The first due time after an instant; undefined where there is none any more.
 *
 * A fixed time that the clocks skip is due once, at the first instant after the gap; one that they show twice is due once,
 * the first time. What is due every so many minutes or hours follows the clock through both.
 */
function nextDue(timetable, after) {
    return cronOf(timetable).nextRun(after) ?? undefined;
}
/** The last due time that is not after an instant; undefined where there was none. */
function lastDue(timetable, now) {
    // croner looks strictly before, in whole seconds.
    const [last] = cronOf(timetable).previousRuns(1, new Date(Math.floor(now.getTime() / 1000) * 1000 + 1000));
    return last;
}
/**
 * Whether something is due now. Several due times that passed unnoticed are one turn, and the newest of them counts.
 *
 * @param handledUntil the due times up to here are done with
 */
function turnOf(timetable, handledUntil, now) {
    if (handledUntil.getTime() - now.getTime() > BACKWARD_LIMIT) {
        return { kind: 'set-back' };
    }
    const next = nextDue(timetable, handledUntil);
    if (next === undefined || next > now) {
        return { kind: 'wait', until: next };
    }
    const at = lastDue(timetable, now) ?? next;
    return { kind: 'due', at, isLate: now.getTime() - at.getTime() > LATE_LIMIT };
}
function cronOf({ schedule, timezone }) {
    return new croner/* Cron */.l4(schedule, { timezone, paused: true, fixedTimeRule: 'no-wildcard' });
}

;// CONCATENATED MODULE: ./build/fleet/wall-time.js
/** An instant as the clocks of a time zone show it: `Sun 2026-10-25 02:17:00 Europe/Madrid`. */
function wallTime(instant, timezone) {
    const parts = new Intl.DateTimeFormat('en-GB', {
        timeZone: timezone,
        weekday: 'short',
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23',
    }).formatToParts(instant);
    const of = (type) => parts.find((part) => part.type === type)?.value ?? '';
    return `${of('weekday')} ${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}:${of('second')} ${timezone}`;
}

;// CONCATENATED MODULE: ./build/fleet/scheduler.js






/** Timers stop while a machine sleeps, so the clock is looked at this often. */
const LONGEST_PAUSE = 30_000;
/** Between two tries to learn whether a run was missed, such as while the network comes up after a reboot. */
const RETRY_PAUSES = [10_000, 60_000, 300_000, 900_000];
const LAST_RETRY_PAUSE = 3_600_000;
/** How many stores are asked at once when everything begins. */
const QUESTIONS_AT_ONCE = 4;
/**
 * Begins jobs when they are due, until its signal is aborted. A job that is due while its database is busy waits for its
 * turn; one that waits already is not begun a second time.
 */
class Scheduler {
    plan;
    tools;
    entries = [];
    turns;
    /** What only looks waits for no backup: one that hangs is what a watch is there to tell. */
    looks = new Turns(Infinity);
    questions = new Turns(QUESTIONS_AT_ONCE);
    underWay = new Set();
    alarm = new AbortController();
    constructor(plan, tools) {
        this.plan = plan;
        this.tools = tools;
        this.turns = new Turns(plan.parallel);
    }
    /** Resolves when the signal is aborted and everything that was under way has ended. */
    async run() {
        const { signal, clock } = this.tools;
        this.take(this.plan);
        while (!signal.aborted) {
            const next = this.look(clock.now());
            await this.pause(next);
        }
        await Promise.all(this.underWay);
    }
    /** Goes on with another plan. What is under way ends as it began; what waits and is no longer planned does not begin. */
    replan(plan) {
        this.plan = plan;
        this.turns.setLimit(plan.parallel);
        this.take(plan);
        this.alarm.abort();
    }
    take({ scheduled }) {
        const now = this.tools.clock.now();
        const known = new Map(this.entries.map((entry) => [(0,fleet_jobs/* labelOf */.Wy)(entry.scheduled.job), entry]));
        this.entries = scheduled.map((one) => {
            const before = known.get((0,fleet_jobs/* labelOf */.Wy)(one.job));
            return before === undefined
                ? { scheduled: one, handledUntil: now, isWaiting: false, hasBegun: false }
                : Object.assign(before, { scheduled: one });
        });
        for (const entry of this.entries) {
            this.tellNext(entry);
            if (!known.has((0,fleet_jobs/* labelOf */.Wy)(entry.scheduled.job)) && entry.scheduled.makesUp) {
                this.follow(this.makeUp(entry, now));
            }
        }
    }
    /** Begins what is due. Returns when to look again, in milliseconds from now. */
    look(now) {
        const waits = this.entries.map((entry) => {
            const turn = turnOf(entry.scheduled, entry.handledUntil, now);
            switch (turn.kind) {
                case 'wait':
                    return turn.until === undefined ? LONGEST_PAUSE : turn.until.getTime() - now.getTime();
                case 'set-back':
                    this.say(entry, 'The clock was set back: its times are counted anew from now.');
                    entry.handledUntil = now;
                    return 0;
                case 'due':
                    entry.handledUntil = now;
                    this.due(entry, turn.at, turn.isLate, now);
                    return 0;
            }
        });
        return Math.min(LONGEST_PAUSE, ...waits);
    }
    due(entry, at, isLate, now) {
        const { makesUp, timezone } = entry.scheduled;
        if (isLate && !makesUp) {
            this.say(entry, `The run of ${wallTime(at, timezone)} was missed and is left out (missed-runs: skip).`);
            this.tellNext(entry);
            return;
        }
        const late = isLate ? `, ${(0,units/* formatDuration */.a3)((now.getTime() - at.getTime()) / 1000)} late` : '';
        this.begin(entry, `Due at ${wallTime(at, timezone)}${late}.`);
    }
    begin(entry, why) {
        if (entry.isWaiting) {
            this.say(entry, `${why} It still waits for its turn, and will run once.`);
            return;
        }
        this.say(entry, why);
        entry.isWaiting = true;
        entry.hasBegun = true;
        const { job } = entry.scheduled;
        const run = () => this.runNow(entry);
        this.follow((0,fleet_jobs/* isDoneByChildren */.D)(job.operation) ? this.turns.take(job.database ?? '', run) : this.looks.take((0,fleet_jobs/* labelOf */.Wy)(job), run));
    }
    async runNow(entry) {
        entry.isWaiting = false;
        if (this.tools.signal.aborted || !this.entries.includes(entry)) {
            return;
        }
        await this.tools.run(entry.scheduled.job);
        this.tellNext(entry);
    }
    /** Runs what was due while nobody was there to begin it, unless its own time comes first. */
    async makeUp(entry, now) {
        const { scheduled } = entry;
        const due = lastDue(scheduled, now);
        if (due === undefined || !(await this.wasMissed(entry, due)) || this.isTooLateFor(entry)) {
            return;
        }
        this.begin(entry, `Nothing was begun since it was due at ${wallTime(due, scheduled.timezone)}: it is made up now (missed-runs: once).`);
    }
    async wasMissed(entry, due) {
        const { job } = entry.scheduled;
        for (let attempt = 0;; attempt += 1) {
            try {
                return await this.questions.take((0,fleet_jobs/* labelOf */.Wy)(job), () => this.tools.wasMissed(job, due));
            }
            catch (error) {
                // What nobody knows is not made up: its own time has come, or everything ends.
                if (this.isTooLateFor(entry))
                    return false;
                const pause = RETRY_PAUSES[attempt] ?? LAST_RETRY_PAUSE;
                this.tools.logger.warning(`[${(0,fleet_jobs/* labelOf */.Wy)(job)}] Whether a run was missed cannot be told now; asked again in ${(0,units/* formatDuration */.a3)(pause / 1000)}: ${(0,errors/* messageOf */.bD)(error)}`);
                await this.sleep(pause, this.tools.signal);
            }
        }
    }
    isTooLateFor(entry) {
        return this.tools.signal.aborted || entry.hasBegun || !this.entries.includes(entry);
    }
    follow(work) {
        const followed = work.finally(() => this.underWay.delete(followed));
        this.underWay.add(followed);
    }
    async pause(milliseconds) {
        this.alarm = new AbortController();
        await this.sleep(Math.max(1, milliseconds), AbortSignal.any([this.tools.signal, this.alarm.signal]));
    }
    /** Returns early when the signal is aborted: whoever sleeps looks at what has changed. */
    async sleep(milliseconds, signal) {
        await this.tools.clock.sleep(milliseconds, signal).catch((error) => {
            if (!signal.aborted)
                throw error;
        });
    }
    tellNext(entry) {
        const { scheduled } = entry;
        const next = nextDue(scheduled, this.tools.clock.now());
        this.say(entry, next === undefined ? 'Never due again.' : `Next run: ${wallTime(next, scheduled.timezone)}.`);
    }
    say({ scheduled }, text) {
        this.tools.logger.info(`[${(0,fleet_jobs/* labelOf */.Wy)(scheduled.job)}] ${text}`);
    }
}

;// CONCATENATED MODULE: ./build/fleet/timetable.js



/** What of a configuration is due when: its types' backups, and its tasks. Throws `UsageError` where nothing ever is. */
function timetableOf(configuration, logger) {
    const due = [...backupsOf(configuration), ...configuration.tasks.flatMap((task) => runsOf(task, configuration))];
    if (due.length === 0) {
        throw new errors/* UsageError */.eb({
            doing: 'looking for what is to be run when',
            problem: `no type in ${configuration.file ?? 'the configuration'} has a schedule, and no task`,
            advice: 'Give one to a type in lifeboat.yml, such as: types: { daily: { schedule: "17 2 * * *" } }.',
        });
    }
    const scheduled = due.map((one) => ({ ...one, makesUp: makesUp(one.job, configuration, logger) }));
    return { scheduled, parallel: configuration.commonOptions({ operation: 'backup' }).parallel };
}
function backupsOf({ entries }) {
    return entries.flatMap(({ name, types }) => types.flatMap(({ name: type, schedule, timezone }) => {
        const job = { operation: 'backup', ...(name !== undefined && { database: name }), type };
        return schedule === undefined ? [] : [{ job, schedule, timezone }];
    }));
}
function runsOf(task, configuration) {
    const { schedule, timezone } = task;
    return schedule === undefined ? [] : jobsOfTask(task, configuration).map((job) => ({ job, schedule, timezone }));
}
/** What only looks does so once for all databases; the rest has a run for each. */
function jobsOfTask({ name: task, operation, type }, configuration) {
    if (!(0,fleet_jobs/* isDoneByChildren */.D)(operation)) {
        return [{ operation, task, ...(configuration.entries.length > 1 && { all: true }) }];
    }
    const storeOf = (entry, name) => storeOfRun(configuration, { task, operation }, entry, name);
    return (0,fleet_jobs/* jobsOf */.aG)(operation, configuration, storeOf, { task, ...(type !== undefined && { type }) });
}
/** Where the options cannot be had the run will tell; until then nothing speaks for stores that differ. */
function storeOfRun(configuration, job, { name }, type) {
    try {
        return configuration.optionsFor({ ...job, type, ...(name !== undefined && { database: name }) }).store;
    }
    catch (error) {
        if (error instanceof errors/* UsageError */.eb)
            return '';
        throw error;
    }
}
/** A database whose options cannot be had is told of at once, and again by each of its runs; the others go on. */
function makesUp(job, configuration, logger) {
    try {
        return (0,fleet_choice/* optionsOf */.cz)(job, configuration).missedRuns === 'once';
    }
    catch (error) {
        logger.error(`[${(0,fleet_jobs/* labelOf */.Wy)(job)}] ${(0,errors/* messageOf */.bD)(error)}`);
        return false;
    }
}

;// CONCATENATED MODULE: ./build/fleet/schedule.js









/**
 * Runs the schedules of a configuration until it is interrupted; then what is under way is asked to stop, and waited for.
 *
 * Throws `UsageError` for a configuration that cannot be used, and for one without a schedule.
 */
async function runSchedules(errand, context) {
    const { clock, logger, signal } = context;
    let configuration = await errand.load();
    const scheduler = new Scheduler(timetableOf(configuration, logger), {
        clock,
        logger,
        signal,
        run: async (job) => {
            const family = { ...errand, config: configuration.file };
            const outcome = await runJob(job, configuration, family, context);
            const tell = outcome.exitCode === 0 ? logger.info.bind(logger) : logger.error.bind(logger);
            tell(`[${(0,fleet_jobs/* labelOf */.Wy)(job)}] ${closingLine(outcome)}`);
        },
        wasMissed: (job, due) => wasMissed(job, due, (0,fleet_choice/* optionsOf */.cz)(job, configuration), context),
    });
    errand.onReload(() => void reload());
    const reload = async () => {
        try {
            const loaded = await errand.load();
            const plan = timetableOf(loaded, logger);
            configuration = loaded;
            logger.info(`The configuration was read again: ${(0,units/* counted */.hS)(plan.scheduled.length, 'schedule')}.`);
            scheduler.replan(plan);
        }
        catch (error) {
            logger.error(`The configuration was not taken over, and the one before goes on: ${(0,errors/* messageOf */.bD)(error)}`);
        }
    };
    await scheduler.run();
    logger.info('Nothing is under way any more: the schedules have ended.');
}

// EXTERNAL MODULE: ./build/platform/context.js + 4 modules
var context = __webpack_require__(44883);
;// CONCATENATED MODULE: ./build/command-line/run-fleet.js







/** Runs an operation for every database, each in a process of its own, and tells what came of each. */
async function runForAll({ json, ...asked }, logger, { environment, workingDirectory, endsProcess, stdout, program }) {
    const { flags: given, configuration } = asked;
    const choice = (0,fleet_choice/* choiceOf */.FH)(configuration.commonOptions({ operation: asked.operation }));
    const errand = { ...asked, given, program, config: configuration.file, choice };
    const ports = { logger, environment, workingDirectory, endsProcess };
    const fleet = await (0,context/* withContext */.e)(ports, (context) => runAll(errand, context));
    tableOf(fleet).forEach((line) => {
        logger.info(line);
    });
    if (json) {
        stdout.write(logger.redact(`${JSON.stringify(outputsOfFleet(fleet))}\n`));
    }
    return exitCodeOfFleet(fleet);
}
/**
 * Runs the schedules of the configuration until it is told to stop, which is how it is meant to end: exit code 0. SIGHUP
 * makes it read the configuration again.
 */
async function runSchedule({ flags, verbose }, logger, { environment, workingDirectory, endsProcess, program }) {
    let reload = () => undefined;
    const errand = {
        given: flags,
        program,
        verbose,
        load: () => (0,configuration/* loadConfiguration */.v)({ label: (name) => `--${name}`, values: flags }, environment, workingDirectory),
        onReload: (listener) => {
            reload = listener;
        },
    };
    const hangUp = () => {
        reload();
    };
    const ports = { logger, environment, workingDirectory, endsProcess, hangUp };
    await (0,context/* withContext */.e)(ports, (context) => runSchedules(errand, context));
    return 0;
}


/***/ }),

/***/ 99644:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  v: () => (/* binding */ loadConfiguration)
});

// UNUSED EXPORTS: configurationOf

// EXTERNAL MODULE: ./build/option-list.js + 1 modules
var option_list = __webpack_require__(3215);
// EXTERNAL MODULE: ./build/options.js + 3 modules
var options = __webpack_require__(86858);
;// CONCATENATED MODULE: ./build/config/value-shape.js
/** How a file writes each kind of option. */
const SHAPES = {
    text: { fits: (value) => typeof value === 'string', expected: 'must be one text; put a number or a word in quotes' },
    choice: { fits: (value) => typeof value === 'string', expected: 'must be one of' },
    flag: { fits: (value) => ['boolean', 'string'].includes(typeof value), expected: 'must be true or false' },
    count: { fits: (value) => ['number', 'string'].includes(typeof value), expected: 'must be a whole number' },
    duration: {
        fits: (value) => typeof value === 'string',
        expected: 'must be a duration with its unit, such as 30s, 5min or 2h',
    },
    list: {
        fits: (value) => isTextOr(value, isScalar) || isMappingOf(value, isScalar),
        expected: 'must be names separated by commas, or a list of them',
    },
    lines: {
        fits: (value) => isTextOr(value, (each) => typeof each === 'string' || isMappingOf(each, isScalar)),
        expected: 'must be lines of text, or a list of texts',
    },
    rules: {
        fits: (value) => isTextOr(value, (each) => typeof each === 'string') || isMappingOf(value, (each) => isMappingOf(each, isScalar)),
        expected: 'must be rules such as "critical duration > 30min", a list of them, or {critical: {duration: "> 30min"}}',
    },
};
/** What is wrong with how a value of a file is written for its kind of option: a list where a text belongs, and so on. */
function shapeProblem({ kind, choices }, value) {
    const { fits, expected } = SHAPES[kind];
    return fits(value) ? undefined : choices === undefined ? expected : `${expected} ${choices.join(', ')}`;
}
function isScalar(value) {
    return ['string', 'number', 'boolean'].includes(typeof value);
}
function isTextOr(value, isPart) {
    return typeof value === 'string' || (Array.isArray(value) && value.every(isPart));
}
function isMappingOf(value, isPart) {
    return value !== null && typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(isPart);
}

// EXTERNAL MODULE: ./build/config/variables.js
var variables = __webpack_require__(19274);
;// CONCATENATED MODULE: ./build/config/check-values.js




/**
 * What is wrong with the values of a file, each looked at by itself, in every level. A value that asks for a variable that
 * is not set is not looked at: that is told to the run that needs it, so that no database waits for another's secret.
 */
function problemsOfLevels(levels, tree, names) {
    const hasDatabases = levels.databases !== undefined;
    return allLevels(levels).flatMap(({ level, sample }) => [...level.options.values()].flatMap((entry) => {
        const used = { ...names, ...(hasDatabases && { database: 'database' }), type: 'type', ...sample };
        const message = problemOfEntry(entry, used);
        return message === undefined ? [] : [{ place: tree.place(entry.valueAt), message }];
    }));
}
/** Every level of a file, with the names that are known in it. */
function allLevels({ top, types, tasks, databases = [] }) {
    const ofTypes = (all, sample) => [...all].flatMap(([type, level]) => (level === undefined ? [] : [{ level, sample: { ...sample, type } }]));
    return [
        { level: top, sample: {} },
        ...ofTypes(types, {}),
        ...[...tasks.values()].map((level) => ({ level, sample: {} })),
        ...databases.flatMap((database) => [
            { level: database.own, sample: { database: database.name } },
            ...ofTypes(database.types, { database: database.name }),
        ]),
    ];
}
function problemOfEntry({ name, value }, names) {
    const definition = (0,option_list/* definitionOf */.Fg)(name);
    if (definition === undefined || definition.where === 'run' || !(0,options/* isGiven */.qR)(value)) {
        return undefined;
    }
    const shape = shapeProblem(definition, value);
    if (shape !== undefined) {
        return `"${name}" ${shape}`;
    }
    const { value: expanded, missing } = (0,variables/* expand */.f)(value, names);
    const [first] = missing.filter(({ kind }) => kind !== 'variable');
    if (first !== undefined) {
        return `"${name}": ${missingText(first)}`;
    }
    const [wrong] = missing.length > 0 || !(0,options/* isGiven */.qR)(expanded) ? [] : (0,options/* problemsOfValues */.OF)({ [name]: expanded });
    return wrong === undefined ? undefined : `"${name}"${wrong.message.startsWith('must') ? '' : ':'} ${wrong.message}`;
}
/** What to say of something that a value asks for and that is not there. */
function missingText(missing) {
    switch (missing.kind) {
        case 'variable':
            return /^(database|type)$/.test(missing.name)
                ? `the variable ${missing.name} is not set; the name itself is written {${missing.name}}, without "$"`
                : `the variable ${missing.name} is not set in the environment`;
        case 'form':
            return 'variables are written ${NAME}, with letters, digits and "_"; a "${" that stands for itself is written $${';
        case 'placeholder':
            return missing.name === 'database'
                ? '{database} stands for the name of one of the "databases", and this file names none'
                : '{type} stands for a type, and this run is about all of them; name one (--type), or move the key into the types';
    }
}

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/nearest.js
var nearest = __webpack_require__(77658);
;// CONCATENATED MODULE: ./build/config/choose.js



/**
 * The database that a run is about; undefined where the file names none.
 *
 * @param named what the run was told; undefined means the only one there is
 *
 * Throws `UsageError` for a name that is not there, and for none where there are several.
 */
function chooseDatabase({ databases }, named, file) {
    if (databases === undefined) {
        if (named !== undefined) {
            throw notThere(named, file === undefined ? 'there is no lifeboat.yml' : `${file} names no databases`);
        }
        return undefined;
    }
    const found = named === undefined && databases.length === 1 ? databases[0] : databases.find(({ name }) => name === named);
    const names = databases.map(({ name }) => name);
    if (found === undefined && named === undefined) {
        throw new errors/* UsageError */.eb({
            doing: 'choosing the database',
            problem: `the configuration names ${names.length} databases, and none was chosen`,
            advice: `Say which with --database (${listed(names)}), or work through all of them with --all.`,
        });
    }
    if (found === undefined) {
        const near = (0,nearest/* nearest */.p)(named ?? '', names);
        const hint = near === undefined ? `names ${listed(names)}` : `names "${near}": did you mean that?`;
        throw notThere(named ?? '', `${file ?? 'the configuration'} ${hint}`);
    }
    return found;
}
/**
 * Refuses a type that is none of the configuration's and looks like one of them misspelled. Others may be meant: sets of
 * a type that is no longer configured can still be restored, and `manual` is every database's.
 */
function assertTypeMeant(type, database, levels) {
    const known = typesOf(levels, database);
    if (known.includes(type) || type === 'manual') {
        return;
    }
    const near = (0,nearest/* nearest */.p)(type, known);
    if (near !== undefined) {
        throw new errors/* UsageError */.eb({
            doing: 'choosing the type',
            problem: `the configuration has no type "${type}"`,
            advice: `Did you mean "${near}"? A type is made known under "types" in the configuration.`,
        });
    }
}
/**
 * The task that a run is; undefined where it is none.
 *
 * @param operation what the run does, which must be what the task does; undefined where that is not known yet
 *
 * Throws `UsageError` for a name that is not there, and for a task that does something else.
 */
function chooseTask({ tasks }, named, operation) {
    if (named === undefined) {
        return undefined;
    }
    const doing = 'choosing the task';
    const found = tasks.get(named);
    if (found === undefined) {
        const near = (0,nearest/* nearest */.p)(named, [...tasks.keys()]);
        const known = tasks.size === 0 ? 'It names none.' : `It names ${listed([...tasks.keys()])}.`;
        throw new errors/* UsageError */.eb({
            doing,
            problem: `there is no task "${named}" in the configuration`,
            advice: near === undefined ? known : `Did you mean "${near}"?`,
        });
    }
    if (operation !== undefined && operation !== found.operation) {
        throw new errors/* UsageError */.eb({
            doing,
            problem: `the task "${named}" is of the operation ${found.operation}, and this run is a ${operation}`,
            advice: `Start it with: pg-lifeboat ${found.operation} --task ${named}`,
        });
    }
    return found;
}
/** The types of a database, those at the top first, without those that it switches off. */
function typesOf({ types }, database) {
    const own = database?.types ?? new Map();
    const names = [...new Set([...types.keys(), ...own.keys()])];
    return names.filter((name) => (own.has(name) ? own.get(name) : types.get(name)) !== undefined);
}
/** Every database with each of its types, or by itself where it has none. */
function everyRun(levels) {
    return (levels.databases ?? [undefined]).flatMap((database) => {
        const types = typesOf(levels, database);
        return types.length === 0 ? [{ database }] : types.map((type) => ({ database, type }));
    });
}
/** The levels that a run looks at, the strongest first. A type that the database switches off is as if it were not there. */
function levelsInUse(levels, { database, type, task }) {
    const own = database?.types ?? new Map();
    const ofType = (types) => (type === undefined ? undefined : types.get(type));
    const isOff = type !== undefined && own.has(type) && own.get(type) === undefined;
    const inUse = [task, ofType(own), database?.own, isOff ? undefined : ofType(levels.types), levels.top];
    return inUse.filter((level) => level !== undefined);
}
/** For each option the strongest entry that says something. */
function mergeLevels(levels) {
    const merged = new Map();
    for (const [name, entry] of levels.flatMap(({ options }) => [...options])) {
        if ((0,options/* isGiven */.qR)(entry.value) && !merged.has(name)) {
            merged.set(name, entry);
        }
    }
    return merged;
}
const MOST_NAMED = 12;
function listed(names) {
    const rest = names.length - MOST_NAMED;
    return names.slice(0, MOST_NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
function notThere(name, why) {
    return new errors/* UsageError */.eb({
        doing: 'choosing the database',
        problem: `there is no database "${name}" in the configuration`,
        advice: `The database of --database is one of "databases" in the configuration; ${why}.`,
    });
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: external "node:url"
var external_node_url_ = __webpack_require__(73136);
;// CONCATENATED MODULE: ./build/config/stores-apart.js



const DEFAULT_STORE = './backups';
const stores_apart_MOST_NAMED = 4;
/**
 * A store root holds one series, so two databases cannot share one, be it as store or as copy; artifacts of a repository
 * are told apart by their series, so there it is the series that must differ.
 */
function problemsOfStores(resolver) {
    const { levels, folder } = resolver.told;
    const shared = new Map();
    for (const { database, type } of everyRun(levels)) {
        const values = resolver.effective({ database, type }, resolver.isOfAll());
        for (const { location, at } of locationsOf(values)) {
            const key = keyOf(location, textOf(values.get('series')), folder);
            if (database !== undefined && key !== undefined) {
                const before = shared.get(key);
                const databases = (before?.databases ?? new Set()).add(database.name);
                shared.set(key, { databases, at: at ?? before?.at });
            }
        }
    }
    return [...shared].flatMap(([key, { databases, at }]) => {
        const message = messageFor(key, [...databases], at === undefined && !resolver.isOfAll());
        return databases.size < 2 ? [] : [resolver.problemAt(at ?? levels.databasesAt, message)];
    });
}
function messageFor(key, databases, isDefault) {
    const named = databases.slice(0, stores_apart_MOST_NAMED).join(', ');
    const names = databases.length > stores_apart_MOST_NAMED ? `${named} and ${databases.length - stores_apart_MOST_NAMED} more` : named;
    return key.startsWith('artifact:')
        ? `the databases ${names} have one series among the artifacts; give each its own, for example series: "{database}"`
        : `the databases ${names} have one store${isDefault ? ` (${DEFAULT_STORE}, because none is named)` : ''}, which holds one series; write {database} in it, as in store: /backups/{database}`;
}
function locationsOf(values) {
    const [store, copies] = [values.get('store'), values.get('copies')];
    return [
        { location: textOf(store) ?? DEFAULT_STORE, at: store?.at },
        ...copyLocations(copies?.value).map((location) => ({ location, at: copies?.at })),
    ];
}
function textOf(effective) {
    return typeof effective?.value === 'string' ? effective.value : undefined;
}
/** The locations among copies, as text or as YAML writes them. */
function copyLocations(value) {
    const parts = typeof value === 'string' ? value.split('\n') : Array.isArray(value) ? value : [value];
    return parts.flatMap((part) => {
        if (typeof part === 'string') {
            const [, quoted, plain] = /^\s*(?:"([^"]*)"|(\S+))/.exec(part) ?? [];
            return [quoted ?? plain ?? []].flat();
        }
        return part !== null && typeof part === 'object' && 'to' in part && typeof part.to === 'string'
            ? [part.to.trim()]
            : [];
    });
}
/** What two locations have in common that are one; undefined for artifacts whose series only the server tells. */
function keyOf(location, series, folder) {
    const [, ofArtifacts] = /^artifact:#?(.*)$/.exec(location) ?? [];
    if (ofArtifacts !== undefined) {
        const name = ofArtifacts === '' ? series : ofArtifacts;
        return name === undefined ? undefined : `artifact:${name}`;
    }
    const isElsewhere = /^([a-z][a-z0-9+.-]*:|[^/]+:)/i.test(location) && !location.startsWith('file:');
    return isElsewhere ? location.replace(/\/+(?=\?|$)/, '') : external_node_path_.resolve(folder, folderOf(location));
}
function folderOf(location) {
    try {
        return location.startsWith('file:') ? (0,external_node_url_.fileURLToPath)(location) : location;
    }
    catch {
        // The store says what is wrong with it when it is opened.
        return location;
    }
}

;// CONCATENATED MODULE: ./build/config/contradictions.js



/** What is right by itself and cannot be meant together. */
function problemsTogether(resolver) {
    return [
        ...problemsOfChoice(resolver),
        ...problemsOfSchedules(resolver),
        ...problemsOfTasks(resolver),
        ...everyRun(resolver.told.levels).flatMap(({ database, type }) => problemsOfRun(resolver, database, type)),
        ...problemsOfStores(resolver),
    ].filter(isFirst());
}
function problemsOfChoice(resolver) {
    const [all, database] = [resolver.originOf('all'), resolver.originOf('database')];
    return resolver.isOfAll() && database !== undefined
        ? [{ message: `${all ?? 'all'} and ${database} are both given; leave one of them out` }]
        : [];
}
/** A schedule starts runs of a type, so it needs one. */
function problemsOfSchedules(resolver) {
    const { levels, tree } = resolver.told;
    return (levels.databases ?? [undefined]).flatMap((database) => {
        const entry = (database?.own ?? levels.top).options.get('schedule') ?? levels.top.options.get('schedule');
        const isTyped = typesOf(levels, database).length > 0 || resolver.types(database).length > 0;
        return entry === undefined || !(0,options/* isGiven */.qR)(entry.value) || isTyped
            ? []
            : [
                {
                    place: tree.place(entry.keyAt),
                    message: 'a schedule starts backups of a type, and none is named; add "type: daily", or write it in "types"',
                },
            ];
    });
}
/** Runs are told by the names of their types and tasks. */
function problemsOfTasks(resolver) {
    const { levels } = resolver.told;
    const types = new Set(everyRun(levels).map(({ type }) => type));
    return [...levels.tasks]
        .filter(([name]) => types.has(name))
        .map(([name, { at }]) => resolver.problemAt(at, `"${name}" is the name of a type and of a task; rename one of them`));
}
const TIERS = ['none', 'archive', 'data', 'full'];
function problemsOfRun(resolver, database, type) {
    const values = resolver.effective({ database, type });
    const stop = values.get('stop-command');
    // One run may well verify less than what is kept asks for.
    const ofFile = resolver.effective({ database, type }, false);
    const keep = ofFile.get('keep-tier');
    const verify = ofFile.get('verify') ?? { value: 'full' };
    const problems = [];
    if (stop !== undefined && !values.has('start-command')) {
        const message = '"stop-command" without "start-command" would leave the services stopped';
        problems.push(resolver.problemAt(stop.at, message));
    }
    if (keep !== undefined && TIERS.indexOf(keep.value) > TIERS.indexOf(verify.value)) {
        const message = '"keep-tier" asks for more than "verify" proves, so that no set would ever fill a slot of retention';
        problems.push(resolver.problemAt(keep.at, message));
    }
    return problems;
}
/** Keeps the first of problems that say the same of the same place. */
function isFirst() {
    const seen = new Set();
    return ({ place, message }) => {
        const key = `${place?.line ?? 0}:${place?.column ?? 0}:${message}`;
        return !seen.has(key) && seen.add(key).size > 0;
    };
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: ./build/platform/file-errors.js
var file_errors = __webpack_require__(57568);
;// CONCATENATED MODULE: ./build/config/environment.js






const SUFFIX = '-file';
const LONGEST = 1024 * 1024;
/**
 * The options that the environment gives: `LIFEBOAT_STORE`, and `LIFEBOAT_DATABASE_URL_FILE` for the path of a file that
 * holds the value, as containers are given their secrets. Line ends at the end of such a file do not count.
 *
 * @param folder where relative paths start
 */
async function readEnvironment(environment, folder) {
    const all = (0,options/* fromEnvironment */.AU)(environment);
    const problems = [];
    const values = {};
    const files = new Set();
    for (const [name, value] of Object.entries(all.values)) {
        const option = optionOfFile(name);
        if (option === undefined) {
            values[name] = value;
        }
        else if (typeof value === 'string' && value !== '') {
            files.add(option);
            const read = await readValue(external_node_path_.resolve(folder, value));
            if (read.problem !== undefined) {
                problems.push({ message: `${all.label(name)} names ${value}, ${read.problem}` });
            }
            else if ((0,options/* isGiven */.qR)(all.values[option])) {
                problems.push({ message: `${all.label(option)} and ${all.label(name)} are both given; leave one of them out` });
            }
            else {
                values[option] = read.text;
            }
        }
    }
    const label = (name) => all.label(files.has(name) ? `${name}${SUFFIX}` : name);
    return { source: { label, values }, problems };
}
/** The option whose value a variable names the file of: `database-url` for `database-url-file`. */
function optionOfFile(name) {
    const option = name.slice(0, -SUFFIX.length);
    const isOfFile = name.endsWith(SUFFIX) && (0,option_list/* definitionOf */.Fg)(name) === undefined && (0,option_list/* definitionOf */.Fg)(option) !== undefined;
    return isOfFile ? option : undefined;
}
async function readValue(file) {
    try {
        if ((await (0,promises_.stat)(file)).size > LONGEST) {
            return { problem: 'which is too big for the value of an option' };
        }
        return { text: (await (0,promises_.readFile)(file, 'utf8')).replace(/[\r\n]+$/, '') };
    }
    catch (error) {
        return { problem: (0,file_errors/* codeOf */.$N)(error) === 'ENOENT' ? 'which is not there' : `which cannot be read: ${(0,errors/* messageOf */.bD)(error)}` };
    }
}

// EXTERNAL MODULE: ./build/fleet-options.js
var fleet_options = __webpack_require__(72079);
;// CONCATENATED MODULE: ./build/config/keys.js


/** What stands in a mapping besides options, by its level. */
const STRUCTURE = {
    top: ['types', 'databases', 'tasks'],
    database: ['types'],
    type: [],
    task: ['operation'],
};
/** Options that mean nothing below the top. */
const TOP_ONLY = ['parallel'];
/** The options that may stand in a level of that kind. */
function optionsAt(kind) {
    const inFile = (0,option_list/* optionDefinitions */._x)().filter(({ where }) => where !== 'run');
    return inFile.map(({ name }) => name).filter((name) => !isAboveOf(name, kind));
}
function isAboveOf(name, kind) {
    return (kind === 'type' && name === 'type') || (kind !== 'top' && TOP_ONLY.includes(name));
}
/** Whether a key is none of the options, but what holds levels together. */
function isStructure(name, kind) {
    return STRUCTURE[kind].some((word) => word === name);
}
/** What is wrong with a key where it stands; undefined where nothing is. */
function misplaced({ name, under }, kind) {
    const definition = (0,option_list/* definitionOf */.Fg)(name);
    if (isStructure(name, 'top')) {
        return kind === 'type' || kind === 'task'
            ? `"${name}" has no place in a ${kind}`
            : `"${name}" has its place at the top of the file`;
    }
    if (name === 'operation') {
        return 'what is done is said to a run; in the file it stands only in a task';
    }
    if (definition === undefined) {
        return unknown(name, kind, under !== undefined);
    }
    if (definition.where === 'run') {
        return SAID_TO_A_RUN[name] ?? `"${name}" is said to a run (--${name}), and has no place in a file`;
    }
    if (!isAboveOf(name, kind)) {
        return undefined;
    }
    return name === 'type'
        ? 'the key above is the name of the type already'
        : `"${name}" has its place at the top of the file`;
}
const SAID_TO_A_RUN = {
    database: 'which database is meant is said to a run; here they all stand under "databases"',
    task: 'which task is meant is said to a run; here they all stand under "tasks"',
};
function unknown(name, kind, isMapping) {
    if (name === '<<') {
        return 'merge keys ("<<") are not read; what holds for several databases stands once, at the top';
    }
    const near = (0,nearest/* nearest */.p)(name, [...STRUCTURE[kind], ...optionsAt(kind)]);
    if (near !== undefined) {
        return `"${name}" is not known here; did you mean "${near}"?`;
    }
    const hint = isMapping && kind === 'top' ? '; a database stands under "databases", a type under "types"' : '';
    return `"${name}" is not known here${hint === '' ? '; docs/reference.md lists all options' : hint}`;
}

;// CONCATENATED MODULE: ./build/config/levels.js




const TYPE_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const DATABASE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/;
/** Makes levels of what was read of a file, and tells all keys that have no place where they are. */
function levelsOf(tree) {
    const builder = new LevelBuilder(tree);
    return { levels: builder.levels(), problems: builder.problems };
}
class LevelBuilder {
    tree;
    problems = [];
    constructor(tree) {
        this.tree = tree;
    }
    levels() {
        const { top } = this.tree;
        const types = this.types(top, new Map(), true);
        const databases = this.databases(top, types);
        const databasesAt = top.entries.find(({ name }) => name === 'databases')?.keyAt;
        return {
            top: this.level(top, 'top'),
            types,
            tasks: this.tasks(top),
            ...(databases !== undefined && { databases }),
            ...(databasesAt !== undefined && { databasesAt }),
        };
    }
    databases(top, types) {
        const entry = top.entries.find(({ name }) => name === 'databases');
        if (entry === undefined) {
            return undefined;
        }
        const entries = entry.under?.entries ?? [];
        if (entries.length === 0) {
            const what = (0,options/* isGiven */.qR)(entry.value) && entry.under === undefined ? 'must be a mapping of names' : 'names none';
            this.tell(entry.keyAt, `"databases" ${what}; write each as a key, with its options below it, or leave it out`);
        }
        return entries.map((each) => this.database(each, types));
    }
    database({ name, value, under, keyAt }, types) {
        if (!DATABASE_NAME.test(name)) {
            this.tell(keyAt, `a database's name here is letters, digits, "_", "-" and ".", and becomes part of paths; this is not`);
        }
        if (under === undefined && (0,options/* isGiven */.qR)(value)) {
            this.tell(keyAt, `${this.named(name)} must be a mapping of options, such as {database-url: "postgresql://…"}`);
        }
        const mapping = under ?? { at: keyAt, entries: [] };
        return { name, at: keyAt, own: this.level(mapping, 'database'), types: this.types(mapping, types, false) };
    }
    /** @param above the types at the top, which a database may switch off */
    types({ entries }, above, isTop) {
        const entry = entries.find(({ name }) => name === 'types');
        if (entry === undefined) {
            return new Map();
        }
        if (entry.under === undefined && (0,options/* isGiven */.qR)(entry.value)) {
            this.tell(entry.keyAt, '"types" must be a mapping of names, each with its options: {daily: {keep-daily: 7}}');
        }
        return new Map((entry.under?.entries ?? []).map((each) => [each.name, this.type(each, above, isTop)]));
    }
    type({ name, value, under, keyAt }, above, isTop) {
        if (!TYPE_NAME.test(name)) {
            this.tell(keyAt, "a type's name is a word of small letters, digits and hyphens, such as daily");
        }
        if (under !== undefined) {
            return this.level(under, 'type');
        }
        const isOff = value === 'off' || value === false || (value === null && !isTop);
        if (isOff && (isTop || !above.has(name))) {
            const hint = isTop ? 'leave it out' : 'write {} for a type that has no options of its own';
            this.tell(keyAt, `there is no type "${name}" above that this would switch off; ${hint}`);
        }
        else if (!isOff && (0,options/* isGiven */.qR)(value)) {
            this.tell(keyAt, `the type "${name}" must be a mapping of options, or off`);
        }
        return isOff ? undefined : { at: keyAt, options: new Map() };
    }
    tasks({ entries }) {
        const entry = entries.find(({ name }) => name === 'tasks');
        if (entry !== undefined && entry.under === undefined && (0,options/* isGiven */.qR)(entry.value)) {
            this.tell(entry.keyAt, '"tasks" must be a mapping of names, each with its options: {maintain: {schedule: "@weekly"}}');
        }
        return new Map((entry?.under?.entries ?? []).flatMap((each) => this.task(each)));
    }
    task({ name, value, under, keyAt }) {
        if (!TYPE_NAME.test(name)) {
            this.tell(keyAt, "a task's name is a word of small letters, digits and hyphens, such as weekly-report");
        }
        if (under === undefined && (0,options/* isGiven */.qR)(value)) {
            this.tell(keyAt, `the task "${name}" must be a mapping of options`);
        }
        const mapping = under ?? { at: keyAt, entries: [] };
        const said = mapping.entries.find((entry) => entry.name === 'operation' && (0,options/* isGiven */.qR)(entry.value));
        const operation = fleet_options/* TASK_OPERATIONS */.R.find((one) => one === (said?.value ?? name));
        if (operation === undefined) {
            this.tell(said?.valueAt ?? keyAt, noOperation(name, said?.value));
        }
        const level = this.level(mapping, 'task');
        return operation === undefined ? [] : [[name, { ...level, at: keyAt, operation }]];
    }
    level({ at, entries }, kind) {
        const options = entries.filter(({ name }) => !isStructure(name, kind));
        options.forEach((entry) => {
            const message = misplaced(entry, kind);
            if (message !== undefined)
                this.tell(entry.keyAt, message);
        });
        return { at, options: new Map(options.map((entry) => [entry.name, entry])) };
    }
    named(name) {
        return DATABASE_NAME.test(name) ? `the database "${name}"` : 'this database';
    }
    tell(at, message) {
        this.problems.push({ place: this.tree.place(at), message });
    }
}
function noOperation(task, said) {
    const operations = `a task is one of ${fleet_options/* TASK_OPERATIONS */.R.join(', ')}`;
    switch (said) {
        case undefined:
            return `"operation" is missing in the task "${task}", whose name is none; ${operations}`;
        case 'backup':
            return `backups are begun by the schedules of "types"; ${operations}`;
        case 'restore':
            return `a restore is begun by a person, never by a clock; ${operations}`;
        default:
            return typeof said === 'string' ? notAnOperation(said, operations) : operations;
    }
}
function notAnOperation(said, operations) {
    const near = (0,nearest/* nearest */.p)(said, fleet_options/* TASK_OPERATIONS */.R);
    return `"${said}" is no operation of a task; ${near === undefined ? operations : `did you mean "${near}"?`}`;
}

// EXTERNAL MODULE: ./build/units.js
var units = __webpack_require__(6515);
;// CONCATENATED MODULE: ./build/config/problems.js


/** All that is wrong with a configuration: exit code 2. */
class ConfigurationError extends errors/* UsageError */.eb {
    problems;
    constructor(file, problems) {
        const sorted = [...problems].sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
        super({ doing: 'reading the options', ...(sorted.length === 1 ? only(sorted[0]) : several(file, sorted)) });
        this.problems = sorted;
    }
}
const ADVICE = 'Correct this and start again; docs/configuration.md tells what can be written.';
/** A single problem is the message itself, so that its first line says it all. */
function only(problem) {
    const [head = '', ...excerpt] = problem === undefined ? [] : linesOf(problem);
    return { problem: head, advice: [ADVICE, ...excerpt].join('\n') };
}
function several(file, problems) {
    return {
        problem: `${(0,units/* counted */.hS)(problems.length, 'problem')} in ${subject(file, problems)}`,
        advice: [ADVICE, ...problems.flatMap((problem) => linesOf(problem).map((line) => `  ${line}`))].join('\n'),
    };
}
function subject(file, problems) {
    const inFile = problems.some(({ place }) => place !== undefined);
    const outside = problems.some(({ place }) => place === undefined);
    return [inFile ? file : undefined, outside ? 'what the run was given' : undefined]
        .filter((part) => part !== undefined)
        .join(' and in ');
}
/** `lifeboat.yml:4:3: …`, which editors and terminals make a link of, and the line with a mark under the place. */
function linesOf({ place, message }) {
    if (place === undefined) {
        return [message];
    }
    const { file, line, column, excerpt } = place;
    const head = `${file}:${line}:${column}: ${message}`;
    if (excerpt === undefined) {
        return [head];
    }
    const gutter = `  ${line} | `;
    // Tabs stay tabs, so that the mark stands where the terminal puts the sign above it.
    const indent = excerpt.text.slice(0, excerpt.mark).replaceAll(/[^\t]/g, ' ');
    return [head, `${gutter}${excerpt.text}`, `${' '.repeat(gutter.length - 2)}| ${indent}^`];
}

;// CONCATENATED MODULE: ./build/config/read-file.js




/** The file that is read when none is named. */
const DEFAULT_FILE = 'lifeboat.yml';
/** More than any person writes; a dump that is given by mistake must not be read into memory. */
const read_file_LONGEST = 4 * 1024 * 1024;
/**
 * Reads the configuration file.
 *
 * @param named as the user gave it; undefined means `lifeboat.yml`, if there is one
 * @param folder where relative paths start
 *
 * Throws `UsageError` for a file that was named and is not there, and for what cannot be read as text.
 */
async function readConfiguration(named, folder) {
    const name = named ?? DEFAULT_FILE;
    const file = external_node_path_.resolve(folder, name);
    const bytes = await readBounded(file).catch((error) => {
        if ((0,file_errors/* codeOf */.$N)(error) === 'ENOENT' && named === undefined) {
            return undefined;
        }
        throw unreadable(name, error);
    });
    if (bytes === undefined) {
        return undefined;
    }
    try {
        return { name, path: file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
    }
    catch (error) {
        throw trouble(name, 'it is not UTF-8 text', 'Save it as UTF-8, as editors do by default.', error);
    }
}
async function readBounded(file) {
    const { size } = await (0,promises_.stat)(file);
    if (size > read_file_LONGEST) {
        throw trouble(file, `it has ${size} bytes, more than a configuration has`, 'Name the configuration file itself.');
    }
    return (0,promises_.readFile)(file);
}
function unreadable(name, error) {
    if (error instanceof errors/* UsageError */.eb) {
        return error;
    }
    return (0,file_errors/* codeOf */.$N)(error) === 'ENOENT'
        ? trouble(name, 'the file is not there', 'Correct --config (or the input or variable), or write the file.', error)
        : trouble(name, 'the file cannot be read', 'See the cause below, and give this user the right to read it.', error);
}
function trouble(name, problem, advice, cause) {
    return new errors/* UsageError */.eb({ doing: `reading the configuration file ${name}`, problem, advice, cause });
}

;// CONCATENATED MODULE: ./build/config/resolve.js






const TIMEZONE = 'UTC';
/** Makes of the levels what holds for one database and type. */
class Resolver {
    told;
    constructor(told) {
        this.told = told;
    }
    optionsFor({ database: wanted, type: wantedType, task: wantedTask, operation }) {
        const { levels, run, file } = this.told;
        const database = chooseDatabase(levels, wanted ?? this.given('database'), file);
        const task = chooseTask(levels, wantedTask ?? this.given('task'), operation);
        const type = wantedType ?? this.given('type') ?? this.textOf('type', { database, task });
        if (type !== undefined) {
            assertTypeMeant(type, database, levels);
        }
        const chosen = {
            label: (name) => `the chosen ${name}`,
            values: {
                ...(database !== undefined && { database: database.name }),
                ...(wantedType !== undefined && { type }),
                ...(wantedTask !== undefined && { task: wantedTask }),
            },
        };
        const of = { database, type, task };
        const values = this.needed(this.entries(of)).map((entry) => this.expanded(entry, of));
        return (0,options/* buildOptions */.Dm)([chosen, ...run, this.source(values, operation)]);
    }
    commonOptions({ operation, task: wantedTask }) {
        const { levels, run } = this.told;
        const task = chooseTask(levels, wantedTask ?? this.given('task'), operation);
        const values = this.needed(mergeLevels([...(task === undefined ? [] : [task]), levels.top])).map((entry) => {
            const { value, missing } = this.expanded(entry, {});
            return { entry, value, missing: missing.filter(({ kind }) => kind !== 'placeholder') };
        });
        const usable = values.filter(({ entry, missing }) => missing.length === 0 || !this.isReplaced(entry.name));
        const chosen = {
            label: (name) => `the chosen ${name}`,
            values: { ...(wantedTask !== undefined && { task: wantedTask }) },
        };
        return (0,options/* buildOptions */.Dm)([chosen, ...run, this.source(usable, operation)]);
    }
    entry(database) {
        return { ...(database !== undefined && { name: database.name }), types: this.types(database) };
    }
    /** The types of a database; where none are spoken of, the one that `type` names. */
    types(database) {
        const { levels } = this.told;
        const isSpokenOf = levels.types.size > 0 || (database?.types.size ?? 0) > 0;
        const single = isSpokenOf ? undefined : this.textOf('type', { database });
        return (isSpokenOf ? typesOf(levels, database) : single === undefined ? [] : [single]).map((name) => {
            const of = { database, type: name };
            const schedule = this.textOf('schedule', of);
            return { name, ...(schedule !== undefined && { schedule }), timezone: this.timezone(of) };
        });
    }
    tasks() {
        return [...this.told.levels.tasks].map(([name, task]) => {
            // A schedule at the top is that of the types.
            const [schedule, type] = ['schedule', 'type'].map((option) => task.options.has(option) ? this.textOf(option, { task }) : undefined);
            return {
                name,
                operation: task.operation,
                ...(schedule !== undefined && { schedule }),
                ...(type !== undefined && { type }),
                timezone: this.timezone({ task }),
            };
        });
    }
    /**
     * Every value that holds for what is chosen.
     *
     * @param withRun whether what the run was given counts, which goes before the file
     */
    effective(of, withRun = true) {
        const values = new Map();
        for (const entry of this.entries(of).values()) {
            const { value } = this.expanded(entry, of);
            values.set(entry.name, { value, at: entry.valueAt });
        }
        for (const source of withRun ? [...this.told.run].reverse() : []) {
            const given = Object.entries(source.values).filter(([, value]) => (0,options/* isGiven */.qR)(value));
            given.forEach(([name, value]) => values.set(name, { value }));
        }
        return values;
    }
    /** A problem at an offset of the file, or with what the run was given. */
    problemAt(at, message) {
        return { ...(at !== undefined && { place: this.told.tree.place(at) }), message };
    }
    /** The strongest text among what the run was given. */
    given(name) {
        const texts = this.told.run.map(({ values }) => values[name]);
        return texts.find((value) => typeof value === 'string' && value !== '');
    }
    /** What the strongest source of the run that gives this option calls it. */
    originOf(name) {
        return this.told.run.find(({ values }) => (0,options/* isGiven */.qR)(values[name]))?.label(name);
    }
    /** Whether the run works through every database. */
    isOfAll() {
        const value = this.told.run.map(({ values }) => values.all).find(options/* isGiven */.qR);
        return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
    }
    /** Whether every database says something else than the top. */
    isReplaced(name) {
        const { databases } = this.told.levels;
        return databases?.every(({ own }) => (0,options/* isGiven */.qR)(own.options.get(name)?.value)) === true;
    }
    timezone(of) {
        return this.given('timezone') ?? this.textOf('timezone', of) ?? TIMEZONE;
    }
    /** A text that must be known before anything can be chosen. */
    textOf(name, of) {
        const entry = this.entries(of).get(name);
        if (entry === undefined) {
            return undefined;
        }
        const resolved = this.expanded(entry, of);
        this.assertComplete([resolved]);
        return typeof resolved.value === 'string' && resolved.value !== '' ? resolved.value : undefined;
    }
    entries(of) {
        return mergeLevels(levelsInUse(this.told.levels, of));
    }
    /** The entries that hold, because the run was given nothing that goes before them. */
    needed(entries) {
        return [...entries.values()].filter(({ name }) => this.originOf(name) === undefined);
    }
    expanded(entry, { database, type }) {
        const names = { ...(database !== undefined && { database: database.name }), ...(type !== undefined && { type }) };
        return { entry, ...(0,variables/* expand */.f)(entry.value, { ...names, environment: this.told.environment }) };
    }
    /** The file's values as a source. Throws `ConfigurationError` for those that miss something that the operation needs. */
    source(values, operation) {
        const usable = values.filter(({ missing, entry }) => missing.length === 0 || isNeeded(entry.name, operation));
        this.assertComplete(usable);
        const { tree, file } = this.told;
        const places = new Map(usable.map(({ entry }) => [entry.name, tree.place(entry.valueAt)]));
        const label = (name) => {
            const place = places.get(name);
            return `"${name}" in ${place === undefined ? (file ?? '') : `${place.file}:${place.line}:${place.column}`}`;
        };
        return { isFile: true, label, values: Object.fromEntries(usable.map(({ entry, value }) => [entry.name, value])) };
    }
    assertComplete(values) {
        const problems = values.flatMap(({ entry, missing }) => [...new Set(missing.map(missingText))].map((text) => ({
            place: this.told.tree.place(entry.valueAt),
            message: `"${entry.name}": ${text}`,
        })));
        if (problems.length > 0) {
            throw new ConfigurationError(this.told.file, problems);
        }
    }
}
function isNeeded(name, operation) {
    return operation === undefined || ((0,option_list/* definitionOf */.Fg)(name)?.operations?.includes(operation) ?? true);
}

// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(38815);
// EXTERNAL MODULE: ./build/control-characters.js
var control_characters = __webpack_require__(83678);
;// CONCATENATED MODULE: ./build/config/excerpt.js


const MASK = '***';
const excerpt_LONGEST = 160;
/**
 * One line of a file without what may be a secret: the values of secret options and of unknown keys, which may be
 * secret ones that are misspelled, and whatever follows the last stretch, which can only be a comment.
 *
 * @param stretches keys and values of the file
 * @param at the offset that is pointed at
 */
function excerptOf(text, at, stretches) {
    const from = text.lastIndexOf('\n', at - 1) + 1;
    const to = endOfLine(text, at);
    const here = stretches.filter((one) => one.from < to && one.to > from).sort((a, b) => a.from - b.from);
    let shown = '';
    let mark;
    let done = from;
    for (const one of here) {
        const [start, end] = [Math.max(one.from, done), Math.min(one.to, to)];
        if (end > start) {
            shown += text.slice(done, start);
            mark ??= at < end ? shown.length + (one.isShown ? Math.max(0, at - start) : 0) : undefined;
            shown += one.isShown ? withoutCredentials(text.slice(start, end)) : MASK;
            done = end;
        }
    }
    // Brackets, but no comment.
    shown += /^[\s:,[\]{}]*/.exec(text.slice(done, to))?.[0].trimEnd() ?? '';
    return here.length === 0 ? undefined : bounded({ text: shown, mark: mark ?? shown.length });
}
/**
 * One line of a file that is not YAML, where nobody knows what belongs to what: its key, and the rest only where that is
 * the value of a known option which is no secret.
 */
function excerptOfBroken(text, at) {
    const from = text.lastIndexOf('\n', at - 1) + 1;
    const line = text.slice(from, endOfLine(text, at));
    const [, head, key = '', rest = ''] = /^(\s*["']?([\w.-]+)["']?\s*:)(.*)$/.exec(line) ?? [];
    if (head === undefined) {
        return undefined;
    }
    const holdsMore = /[\w.-]["']?\s*:\s/.test(rest);
    const shown = isOpen(key) && !holdsMore ? withoutCredentials(`${head}${rest.replace(/\s#.*$/, '')}`) : head;
    return bounded({ text: shown, mark: Math.min(at - from, shown.length) });
}
/** Whether the value of this key may be shown: one that is known and no secret. */
function isOpen(key) {
    const definition = (0,option_list/* definitionOf */.Fg)(key);
    return key === 'operation' || (definition !== undefined && definition.secret !== true);
}
/** Without what stands like a password in a URL, a query or a command. */
function withoutCredentials(text) {
    return text
        .replaceAll(/\/\/[^/@\s]*@/g, `//${MASK}@`)
        .replaceAll(/((?:pass(?:word)?|secret|token|key)\s*[=:]\s*)[^\s&"']+/gi, `$1${MASK}`);
}
function endOfLine(text, at) {
    const end = text.indexOf('\n', at);
    const whole = end < 0 ? text.length : end;
    return text[whole - 1] === '\r' ? whole - 1 : whole;
}
/** Long lines are cut around the mark; control characters do not reach a terminal. */
function bounded({ text, mark }) {
    const clean = (0,control_characters/* printable */.g)(text);
    const start = mark < excerpt_LONGEST - 40 ? 0 : mark - 40;
    return { text: clean.slice(start, start + excerpt_LONGEST), mark: mark - start };
}

;// CONCATENATED MODULE: ./build/config/tree.js




const MOST_PROBLEMS = 10;
const TOO_DEEP = 'brackets are nested too deeply';
/** `databases`, a database, `types`, a type, an option: nothing is deeper. */
const DEEPEST = 5;
/** Below these stand names. */
const NAMED = new Set(['types', 'databases', 'tasks']);
/** Reads the YAML of a file. What is wrong is among the problems; the tree then holds what could be read. */
function parseTree(file) {
    const lines = new dist/* LineCounter */.HN();
    const { document, problems } = parse(file, lines);
    return document === undefined
        ? { top: { at: 0, entries: [] }, place: (at) => brokenPlace(file, lines, at), problems }
        : new Reader(file, lines, document).tree();
}
function parse(file, lines) {
    const broken = (at, message) => ({ place: brokenPlace(file, lines, at), message });
    try {
        const document = (0,dist/* parseDocument */.Tp)(file.text, { lineCounter: lines, prettyErrors: false });
        const seen = new Set();
        const problems = [...document.errors, ...document.warnings].flatMap(({ pos, code, message }) => {
            const at = code === 'MISSING_CHAR' ? (openingQuote(document, pos[0]) ?? pos[0]) : pos[0];
            const { line } = lines.linePos(at);
            // One mistake makes the parser stumble again and again in its line.
            return seen.has(line) ? [] : (seen.add(line), [broken(at, explained(code, message))]);
        });
        return problems.length > 0 ? { problems: problems.slice(0, MOST_PROBLEMS) } : { document, problems };
    }
    catch (error) {
        // The parser calls itself for each level: a file of brackets alone ends its stack.
        if (!(error instanceof RangeError))
            throw error;
        return { problems: [broken(0, TOO_DEEP)] };
    }
}
/** Where the quoted text begins that goes on until there, for want of its closing quote. */
function openingQuote({ contents }, at) {
    let found;
    (0,dist/* visit */.YR)(contents, {
        Scalar(_, { type, range }) {
            if (type?.startsWith('QUOTE') === true && range && range[0] <= at && range[2] >= at)
                found = range[0];
        },
    });
    return found;
}
/** What the parser says, without the text that it found, which may be a secret. */
function explained(code, message) {
    const plain = (message.split('\n')[0] ?? '').replace(/: ".*$/s, '');
    switch (code) {
        case 'MISSING_CHAR':
            return plain.startsWith('Missing closing') ? 'a quote opens here and is never closed' : notYaml(plain);
        case 'DUPLICATE_KEY':
            return 'this key is there twice in one mapping; leave one of the two out';
        case 'TAB_AS_INDENT':
            return 'a line is indented with a tab; YAML takes blanks only';
        case 'MULTIPLE_DOCS':
            return 'a second document begins with "---"; a configuration is one document';
        case 'TAG_RESOLVE_FAILED':
            return 'tags ("!…") are not read; put the text in quotes';
        case 'BLOCK_AS_IMPLICIT_KEY':
            return 'a second ": " stands in this line; put a value that holds one in quotes';
        default:
            return plain.includes('call stack') ? TOO_DEEP : notYaml(plain);
    }
}
function notYaml(why) {
    return `this is not YAML: ${why}. Quotes around a value help where it holds \`\${…}\`, ": ", " #", "{" or "["`;
}
function brokenPlace(file, lines, at) {
    return placed(file, lines, at, excerptOfBroken(file.text, at));
}
function placed(file, lines, at, excerpt) {
    const { line, col } = lines.linePos(at);
    return { file: file.name, line: Math.max(line, 1), column: Math.max(col, 1), ...(excerpt && { excerpt }) };
}
/** Goes through a document that is good YAML. */
class Reader {
    file;
    lines;
    document;
    problems = [];
    stretches = [];
    constructor(file, lines, document) {
        this.file = file;
        this.lines = lines;
        this.document = document;
    }
    tree() {
        const { contents } = this.document;
        const top = (0,dist/* isMap */.jh)(contents) ? this.mapping(contents, 1, false) : { at: 0, entries: [] };
        if (!(0,dist/* isMap */.jh)(contents) && !(contents === null || ((0,dist/* isScalar */.jn)(contents) && contents.value === null))) {
            this.tell(0, 'the file holds no mapping of option names to values, such as "store: /backups"');
        }
        const place = (at) => this.place(at);
        return { top, place, problems: this.problems.map(({ at, message }) => ({ place: place(at), message })) };
    }
    /** @param isOfNames whether its keys are names that somebody chose, which may well be those of options */
    mapping(map, depth, isOfNames) {
        const entries = map.items.flatMap(({ key, value }) => this.entry(key, value, depth, isOfNames));
        return { at: map.range?.[0] ?? 0, entries };
    }
    entry(key, value, depth, isName) {
        const [keyAt, keyEnd] = rangeOf(key) ?? [0, 0];
        if (!isWord(key)) {
            this.tell(keyAt, 'a key must be a word');
            return [];
        }
        this.stretches.push({ from: keyAt, to: keyEnd, isShown: true });
        return [this.entryOf({ name: String(key.value), isName }, [keyAt, keyEnd], value, depth)];
    }
    entryOf({ name, isName }, [keyAt, keyEnd], value, depth) {
        const node = this.resolved(value, keyAt);
        const range = rangeOf(value) ?? [keyEnd, keyEnd];
        const valueAt = (0,dist/* isScalar */.jn)(value) && value.value === null ? keyAt : range[0];
        if ((0,dist/* isMap */.jh)(node) && (isName || (0,option_list/* definitionOf */.Fg)(name) === undefined) && depth < DEEPEST) {
            const isOfNames = !isName && NAMED.has(name);
            return { name, value: {}, keyAt, valueAt, under: this.mapping(node, depth + 1, isOfNames) };
        }
        const isSwitch = (0,dist/* isScalar */.jn)(node) && ['off', false, null].some((word) => word === node.value);
        // Under a key that takes no mapping may stand anything, such as a secret that is indented too far.
        const isPlain = !(0,dist/* isMap */.jh)(node) && !((0,dist/* isSeq */.oP)(node) && !node.items.every(dist/* isScalar */.jn));
        this.stretches.push({ from: range[0], to: range[1], isShown: (isOpen(name) && isPlain) || isSwitch });
        return { name, value: this.plain(node, keyAt), keyAt, valueAt };
    }
    /** What an alias stands for, or the node itself. */
    resolved(node, at) {
        const found = (0,dist/* isAlias */.Vj)(node) ? node.resolve(this.document) : node;
        if ((0,dist/* isAlias */.Vj)(node) && found === undefined) {
            this.tell(at, `"*${node.source}" stands for nothing: there is no "&${node.source}" before it`);
        }
        return found ?? undefined;
    }
    plain(node, at) {
        try {
            return node?.toJS(this.document, { maxAliasCount: 100 });
        }
        catch (error) {
            this.tell(at, `its value cannot be read: ${(0,errors/* messageOf */.bD)(error)}`);
            return undefined;
        }
    }
    tell(at, message) {
        this.problems.push({ at, message });
    }
    place(at) {
        return placed(this.file, this.lines, at, excerptOf(this.file.text, at, this.stretches));
    }
}
function rangeOf(node) {
    const range = (0,dist/* isScalar */.jn)(node) || (0,dist/* isMap */.jh)(node) || (0,dist/* isAlias */.Vj)(node) || (0,dist/* isSeq */.oP)(node) ? node.range : undefined;
    return range === null || range === undefined ? undefined : [range[0], range[1]];
}
function isWord(node) {
    return (0,dist/* isScalar */.jn)(node) && ['string', 'number', 'boolean'].includes(typeof node.value);
}

;// CONCATENATED MODULE: ./build/config/configuration.js










/**
 * Reads all that a run is told: what it was given, the environment, the configuration file that either of them names (or
 * `lifeboat.yml`, if there is one). The file is checked whole, whichever of its databases the run is about.
 *
 * @param given flags or inputs
 * @param folder where relative paths start
 *
 * Throws `ConfigurationError`, a `UsageError` that tells all problems at once and where each stands.
 */
async function loadConfiguration(given, environment, folder) {
    const { source, problems } = await readEnvironment(environment, folder);
    const run = [given, source];
    const file = await readConfiguration(textIn(run, 'config'), folder);
    return configurationOf({ run, environment, folder, problems, ...(file !== undefined && { file }) });
}
/** Makes a configuration of what was read. Throws `ConfigurationError`. */
function configurationOf({ run, file, environment, folder, problems: unread }) {
    const tree = file === undefined ? EMPTY : parseTree(file);
    const { levels, problems: misplaced } = levelsOf(tree);
    const problems = [
        ...unread,
        ...configuration_problemsOfRun(run),
        ...tree.problems,
        ...misplaced,
        ...problemsOfLevels(levels, tree, { environment }),
    ];
    // What does not fit by itself would be told again, and in riddles, when all is put together.
    throwAny(file, problems);
    const resolver = new Resolver({ levels, tree, run, environment, folder, ...(file && { file: file.name }) });
    throwAny(file, problemsTogether(resolver));
    return loaded(file, levels, resolver);
}
const EMPTY = { top: { at: 0, entries: [] }, place: () => ({ file: '', line: 1, column: 1 }), problems: [] };
function loaded(file, levels, resolver) {
    const entries = (levels.databases ?? [undefined]).map((database) => resolver.entry(database));
    return {
        ...(file !== undefined && { file: file.path }),
        entries,
        tasks: resolver.tasks(),
        optionsFor: (choice) => resolver.optionsFor(choice),
        commonOptions: (choice = {}) => resolver.commonOptions(choice),
    };
}
/** What is wrong with what the run was given, whatever the file says. */
function configuration_problemsOfRun(run) {
    const unknown = run.flatMap((source) => (0,options/* unknownNames */.be)(source).map(({ problem, hint }) => ({
        message: hint === undefined ? problem : `${problem}. ${hint}`,
    })));
    const wrong = run.flatMap(({ values, label }) => {
        const isInPlace = (name) => (0,option_list/* definitionOf */.Fg)(name) !== undefined && (0,option_list/* definitionOf */.Fg)(name)?.where !== 'file';
        const set = Object.fromEntries(Object.entries(values).filter(([name, value]) => (0,options/* isGiven */.qR)(value) && isInPlace(name)));
        return (0,options/* problemsOfValues */.OF)(set).map(({ name, message }) => ({ message: `${label(name)}: ${message}` }));
    });
    return [...unknown, ...wrong];
}
/** The strongest text of that name among what the run was given. */
function textIn(run, name) {
    return run
        .map(({ values }) => values[name])
        .find((value) => typeof value === 'string' && value !== '');
}
function throwAny(file, problems) {
    if (problems.length > 0) {
        throw new ConfigurationError(file?.name, problems);
    }
}


/***/ }),

/***/ 19274:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   e: () => (/* binding */ literal),
/* harmony export */   f: () => (/* binding */ expand)
/* harmony export */ });
// One pass, so that nothing is read into what a variable holds: a password may look like a placeholder.
const PLACES = /\$\$\{|\$\{([^}]*)\}?|\{(database|type)\}/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/**
 * Puts in what a value's texts stand for: `${NAME}` is a variable of the environment, `{database}` and `{type}` are the
 * names of what the run is about, and `$${` is `${` itself. Lists and mappings are gone through; keys stay as they are.
 *
 * What is missing stays as it was written.
 */
function expand(value, names) {
    const missing = [];
    const replaced = mapTexts(value, (text) => text.replaceAll(PLACES, (whole, variable, placeholder) => {
        if (whole === '$${') {
            return '${';
        }
        const found = placeholder === undefined ? ofVariable(whole, variable ?? '', names) : ofPlaceholder(placeholder, names);
        if (typeof found === 'string') {
            return found;
        }
        missing.push(found);
        return whole;
    }));
    return { value: replaced, missing };
}
/** The text that stands for another one, whatever is in it: the other way round than `expand`, but for placeholders. */
function literal(text) {
    return text.replaceAll('${', () => '$${');
}
function ofVariable(whole, name, { environment }) {
    if (!whole.endsWith('}') || !VARIABLE.test(name)) {
        return { kind: 'form', text: whole };
    }
    return (Object.hasOwn(environment, name) ? environment[name] : undefined) ?? { kind: 'variable', name };
}
function ofPlaceholder(name, names) {
    return names[name] ?? { kind: 'placeholder', name };
}
function mapTexts(value, map) {
    if (typeof value === 'string') {
        return map(value);
    }
    if (Array.isArray(value)) {
        return value.map((each) => mapTexts(each, map));
    }
    return value === null || typeof value !== 'object'
        ? value
        : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, map)]));
}


/***/ }),

/***/ 83034:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  TG: () => (/* binding */ FINDINGS),
  jb: () => (/* binding */ describeFinding),
  gk: () => (/* binding */ finding),
  hm: () => (/* binding */ worstOf)
});

;// CONCATENATED MODULE: ./build/alert-findings.js
/** What can be found when people are told of a run; a part of the one list. */
const ALERT_FINDINGS = {
    ALERT_NOT_DELIVERED: {
        severity: 'warning',
        meaning: 'Somebody who should have heard of this run did not: a webhook, a ping or an issue could not be delivered.',
        advice: 'What was done is done all the same. Mend what is said, or nobody will hear of the next problem either.',
    },
};

;// CONCATENATED MODULE: ./build/anomaly-findings.js
/** What can be found unusual in a new set beside earlier ones; a part of the one list. None of these fails a backup. */
const ANOMALY_FINDINGS = {
    TABLE_EMPTIED: {
        severity: 'warning',
        meaning: 'A table that held rows in the last proven set holds none now (info where it has been empty before).',
        advice: 'If nobody emptied it on purpose, stop rotation and bring it back from the earlier set (recovery of one table).',
    },
    TABLE_ROWS_DROPPED: {
        severity: 'warning',
        meaning: 'A table lost more rows since the last proven set than its own history makes usual.',
        advice: 'If nobody deleted them on purpose, stop rotation and compare with the earlier set.',
    },
    TABLE_DISAPPEARED: {
        severity: 'warning',
        meaning: 'A table whose rows were in the last proven set is not in this one (info for a partition and for a plain renaming).',
        advice: 'If it was not dropped, renamed or left out on purpose, bring it back from the earlier set.',
    },
    TABLE_NOT_COVERED: {
        severity: 'warning',
        meaning: 'The rows of a table are in no set of any type of this store (info where exclude-tables leaves it out by name).',
        advice: 'Add it to tables, or back up the whole database with another type; to leave it out, name it in exclude-tables.',
    },
    SET_SHRUNK: {
        severity: 'warning',
        meaning: 'The set holds far less than the last proven one of its type: most tables are gone, empty or nearly so.',
        advice: 'Check database-url, tables and exclude-tables. If the data is gone, stop rotation and restore from the earlier set.',
    },
    SIZE_UNUSUAL: {
        severity: 'warning',
        meaning: 'The set is less than half or more than twice as large as the last proven ones, and they vary less.',
        advice: 'Look which tables grew or shrank; a set that is much smaller may lack what you think is in it.',
    },
    SCHEMA_CHANGED_SINCE: {
        severity: 'info',
        meaning: 'The schema is another than in the last proven set of the type.',
        advice: 'Nothing, if somebody changed it on purpose: the report lists what changed.',
    },
};

;// CONCATENATED MODULE: ./build/copy-findings.js
/** What can be found on the stores that sets are copied to; a part of the one list. */
const COPY_FINDINGS = {
    COPY_NOT_READY: {
        severity: 'warning',
        meaning: 'Something is in the way of a copy: its store cannot be reached or written to, holds another series, or has too little room.',
        advice: 'The backup is taken all the same, and the copy is tried at its end. Mend what keeps it from succeeding.',
    },
    COPY_FAILED: {
        severity: 'error',
        meaning: 'A set could not be brought to one of the copies.',
        advice: 'The primary store has its set all the same. Mend what is said; the next run brings the copy up to date.',
    },
    COPY_SOURCE_DAMAGED: {
        severity: 'error',
        meaning: 'An earlier set turned out to be damaged in the primary store when it was to be copied.',
        advice: 'Validate it by its id: it counts as failed then, and is not tried again. Look whether another copy still has it whole.',
    },
    COPY_NOT_ROTATED: {
        severity: 'error',
        meaning: 'The retention policy could not be applied to one of the copies.',
        advice: 'Mend what is said; the next rotation tries again. No set that should be kept was touched.',
    },
    STORE_NOT_CHECKED: {
        severity: 'inconclusive',
        meaning: 'In one of the stores no set could be validated: it holds none, or it could not be read.',
        advice: 'Check the options store and copies, and that the store can be reached.',
    },
};

;// CONCATENATED MODULE: ./build/extension-findings.js
/** What a dump leaves to `CREATE EXTENSION` and to `initdb`; a part of the one list. */
const EXTENSION_FINDINGS = {
    EXTENSION_CHANGED: {
        severity: 'warning',
        meaning: 'Members of an extension, or what was put on them, are not as CREATE EXTENSION makes them. A dump holds only the extension by its name, so a restore does not bring this back.',
        advice: 'Keep the statements that change it, and run them after a restore. Better put what is yours beside the extension: in tables, functions and schemas of your own.',
    },
    EXTENSION_ROWS_NOT_DUMPED: {
        severity: 'warning',
        meaning: "A table of an extension has rows that its author did not mark as a user's configuration. PostgreSQL dumps only marked rows, so a restore does not bring these back.",
        advice: 'Where the extension writes them itself (a log, a cache), nothing is lost. Otherwise copy them elsewhere, into a table of your own.',
    },
    EXTENSION_TABLE_NOT_DUMPED: {
        severity: 'error',
        meaning: 'A table with rows belongs to an extension that does not make it (ALTER EXTENSION … ADD, or an older version). Neither the table nor its rows are in the dump.',
        advice: 'Take it out of the extension (ALTER EXTENSION … DROP TABLE …; it stays as a table of its own), then back up again.',
    },
    EXTENSION_NOT_COMPARED: {
        severity: 'info',
        meaning: 'What is in an extension could not be compared with what CREATE EXTENSION makes, so changes to it that no dump holds are not known.',
        advice: "Use a scratch server that has the source's version of the extension, and let the role that backs up read the extension's tables.",
    },
    SCRATCH_STARTED_WITHOUT: {
        severity: 'info',
        meaning: 'The throw-away cluster was started without a library or settings of the source, because they are not installed here or it does not start with them.',
        advice: 'Where the restore fails for want of them, or gives other values, install them here, or give a server that has them in scratch-url.',
    },
    BUILT_IN_CHANGED: {
        severity: 'warning',
        meaning: "A function of PostgreSQL's own was altered or replaced at the source. No dump holds that, so a restore does not bring it back.",
        advice: 'Keep the statements that change it, and run them after a restore.',
    },
};

;// CONCATENATED MODULE: ./build/foreign-findings.js
/** What can be found while a dump of another tool is restored without the rights of a superuser; a part of the one list. */
const FOREIGN_FINDINGS = {
    DUMP_NEEDS_SUPERUSER: {
        severity: 'inconclusive',
        meaning: 'A dump of another tool holds a statement that needs a superuser; it was not run, so the dump could not be checked as a whole.',
        advice: 'A dump is restored here by a role without such rights. If you trust who wrote it, restore it by hand into a server that may be lost; if you do not know the statement, find out who put it there.',
    },
    DUMP_CONSEQUENCE: {
        severity: 'inconclusive',
        meaning: 'Something of a dump of another tool failed or was not as counted, which may follow from a statement that was not run because it needs a superuser.',
        advice: 'Look at what was not run. If you trust the dump, restore it by hand into a server that may be lost.',
    },
    DUMP_ROLES_PASSED_OVER: {
        severity: 'warning',
        meaning: 'A dump of another tool holds statements about roles, which belong to the whole server; they were not run. Roles that it makes were made without any rights.',
        advice: 'Read them before you run the dump anywhere: they give rights on the whole server.',
    },
    DUMP_DEFINITION_PASSED_OVER: {
        severity: 'warning',
        meaning: 'An event trigger, publication or subscription in a dump of another tool needs a superuser and was not made; no row and no other definition depends on it.',
        advice: 'It was not tried whether it can be restored. Read it: an event trigger runs for whoever changes the database.',
    },
    DUMP_PRIVILEGES_PASSED_OVER: {
        severity: 'info',
        meaning: 'Privileges in a dump of another tool were not given, because only their grantor or a superuser may give them; no row depends on them.',
        advice: 'None is needed for the data. Look at the privileges after a recovery.',
    },
    SCRATCH_CHANGED: {
        severity: 'warning',
        meaning: 'Something that belongs to the whole scratch server is not as it was before a dump of another tool was restored there; the dump did that, or another session.',
        advice: 'pg-lifeboat does not undo what another session may have done. Look at it; if none of yours did it, do not trust the dump, and replace the scratch server.',
    },
    SCRATCH_TRANSACTION_UNDONE: {
        severity: 'warning',
        meaning: 'A dump of another tool left a prepared transaction in the scratch database, which was rolled back.',
        advice: 'No dump needs one. Find out who put it into the dump.',
    },
};

;// CONCATENATED MODULE: ./build/recovery-findings.js
/** What can be found when a set is restored for real; a part of the one list. */
const RECOVERY_FINDINGS = {
    SET_LESS_PROVEN: {
        severity: 'warning',
        meaning: 'The set that is restored is not proven; the finding says what is known of it, and what it is held to.',
        advice: 'Read what the report says of the restored database, and look at it, before the services use it.',
    },
    FOREIGN_KEY_LEFT_OUT: {
        severity: 'warning',
        meaning: 'A foreign key was not restored: its rows were, those it leads to were not, and PostgreSQL must check it.',
        advice: 'Add it once the rows that it leads to are there; or restore both tables together.',
    },
    CONFIRM_NEEDED: {
        severity: 'error',
        meaning: 'The restore touches a database that is in use, and confirm is not its name.',
        advice: 'If this is the database that you mean, type its name in confirm.',
    },
    TARGET_MISSING: {
        severity: 'error',
        meaning: 'The database that is to be replaced or added to is not on the server.',
        advice: 'Check target-url; restore-mode new makes a database that is not there.',
    },
    TARGET_NOT_EMPTY: {
        severity: 'error',
        meaning: 'The database to restore into holds something already.',
        advice: 'Name a database that is not there yet, or use restore-mode replace, which keeps the old one.',
    },
    TARGET_TABLE_MISSING: {
        severity: 'error',
        meaning: 'A table that only rows are to be brought back into is not in the database, or its schema is not.',
        advice: 'Bring the table back whole (restore-parts all), or create its schema first.',
    },
    TARGET_TABLE_NOT_EMPTY: {
        severity: 'error',
        meaning: 'A table that is to be brought back is there and holds rows.',
        advice: 'Rename, drop or empty the table first: rows that are there are never mixed with restored ones.',
    },
    TABLE_NOT_IN_SET: {
        severity: 'error',
        meaning: 'A table that was asked for is in the set without its rows.',
        advice: 'Use a set that holds its rows, such as one of a type that backs up every table.',
    },
    SET_IS_PARTIAL: {
        severity: 'error',
        meaning: 'The set does not hold the rows of some tables, which would be empty after replacing the database.',
        advice: 'Use a set of every table, use restore-mode add, or name in exclude-tables those that may be empty.',
    },
    PLAIN_NOT_DIVISIBLE: {
        severity: 'error',
        meaning: 'A plain dump can only be restored as a whole.',
        advice: 'Restore all of it into a new database and take from there what you need, or use a set of another format.',
    },
    TARGET_ROLE_MISSING: {
        severity: 'error',
        meaning: 'A role that the set needs is not on the target and cannot be made there, or our role may not act for it.',
        advice: 'Create it, or grant it to the role in target-url, or name in role-map the role that takes its place.',
    },
    ROLE_MAP_WRONG: {
        severity: 'error',
        meaning: 'A pair in role-map cannot be followed.',
        advice: 'Map a role of the source that is not on the target to one that is.',
    },
    TARGET_FORBIDDEN: {
        severity: 'error',
        meaning: 'The role in target-url may not do on the target what the restore needs.',
        advice: 'Use a role with CREATEDB that owns the database to replace, or a superuser.',
    },
    TARGET_TOO_OLD: {
        severity: 'error',
        meaning: 'The target server is of an older major than the source: PostgreSQL does not restore backwards.',
        advice: "Restore into a server of the source's major or of a newer one.",
    },
    TARGET_MAJOR_DIFFERS: {
        severity: 'warning',
        meaning: 'The target server is of a newer major than the source; what only the version changes is not reported.',
        advice: 'Read the release notes of the majors in between before the services use it.',
    },
    TARGET_STANDBY: {
        severity: 'error',
        meaning: 'The target server is a standby, which nothing can be written to.',
        advice: 'Give the address of its primary.',
    },
    TARGET_BUSY: {
        severity: 'error',
        meaning: 'Something keeps the database that is to be replaced from being renamed.',
        advice: 'Commit or roll back its prepared transactions (pg_prepared_xacts), and end what holds on to it.',
    },
    COLLATION_DIFFERS: {
        severity: 'warning',
        meaning: "The target's collation library is of another version than the source's, so text may sort in another way.",
        advice: 'Indexes are built anew and are right. Check queries and partitions that depend on the order of text.',
    },
    ROLE_WITHOUT_PASSWORD: {
        severity: 'warning',
        meaning: 'A role that may log in was made, without a password: sets do not hold passwords.',
        advice: 'Set one: ALTER ROLE … PASSWORD (psql: \\password).',
    },
    DATABASE_PROPERTY_LOST: {
        severity: 'warning',
        meaning: 'Something that belonged to the database as a whole could not be given to the restored one.',
        advice: 'Let a superuser set it: ALTER DATABASE, ALTER ROLE … IN DATABASE or GRANT … ON DATABASE.',
    },
    STATISTICS_MISSING: {
        severity: 'warning',
        meaning: "The planner's statistics of the restored database could not be gathered.",
        advice: 'Run vacuumdb --analyze-only on it before the services use it.',
    },
    FOREIGN_KEY_NOT_VALID: {
        severity: 'warning',
        meaning: 'A foreign key of a table that was brought back is not valid: rows point to rows that are not there.',
        advice: 'Find those rows, mend them, then run ALTER TABLE … VALIDATE CONSTRAINT.',
    },
};

// EXTERNAL MODULE: ./build/sealing-findings.js
var sealing_findings = __webpack_require__(70726);
;// CONCATENATED MODULE: ./build/undumped-findings.js
/** What a database has and no dump of it holds; a part of the one list. Each is told once, with names. */
const UNDUMPED_FINDINGS = {
    NOT_DUMPED: {
        severity: 'warning',
        meaning: "The database has something that PostgreSQL's dump programs do not write, so that no backup of this kind can hold it.",
        advice: 'Keep what you need of it elsewhere, as the statements that make it. Rebuild or drop an index that is not valid.',
    },
    COMMENTS_NOT_DUMPED: {
        severity: 'info',
        meaning: 'Comments or security labels that pg_dump does not write: their object is gone, or is a part that comes with another, such as a constraint that a partition has from its parent.',
        advice: 'Nothing needs to be done. To keep such a comment, put it on the parent or on the table.',
    },
    SYSTEM_OWNERS_NOT_DUMPED: {
        severity: 'info',
        meaning: "Objects of PostgreSQL's own belong to another role at the source, as some providers arrange it; pg_dump does not write that.",
        advice: 'The restored ones belong to the role that initdb made. What was granted on them is in the dump.',
    },
};

;// CONCATENATED MODULE: ./build/watch-findings.js
/** What watching and maintaining can find; a part of the one list. */
const WATCH_FINDINGS = {
    BACKUP_TOO_OLD: {
        severity: 'error',
        meaning: 'The newest backup of a type is older than `max-age` allows.',
        advice: 'Look at the last run of the backup: whether it was started at all, and what it said.',
    },
    BACKUP_UNPROVEN_TOO_LONG: {
        severity: 'error',
        meaning: 'The newest backup of a type that is proven to restore is older than `max-unproven` allows, or there is none. It counts when it is proven as far as `verify` asks, or as its own backup was asked.',
        advice: 'Look at why the newer ones were not proven, then validate one of them or take a new backup.',
    },
    BACKUP_MISSING: {
        severity: 'error',
        meaning: 'A store holds no backup of a type that is watched.',
        advice: 'Take one, or correct `type` and `max-age`.',
    },
    STORE_EMPTY: {
        severity: 'error',
        meaning: 'A store that is watched holds no backup at all.',
        advice: 'Check the options store and copies; if they are right, there is no backup: take one.',
    },
    STORE_NOT_READ: {
        severity: 'inconclusive',
        meaning: 'A store that is watched could not be read, so it is not known what it holds.',
        advice: 'Mend what is said, and watch again.',
    },
    BACKUP_FROM_FUTURE: {
        severity: 'warning',
        meaning: 'A backup is dated later than now, so it is left out when the age of the newest is judged.',
        advice: 'Set the clocks of this machine and of the database server right (NTP).',
    },
    BACKUP_UNREADABLE: {
        severity: 'warning',
        meaning: 'Something newer than the newest backup looks like one and is broken, so it does not count.',
        advice: 'Validate it by its id to see what is wrong with it, or take a new backup.',
    },
    SCHEDULE_ENDING: {
        severity: 'warning',
        meaning: 'GitHub disables the schedules of a public repository after 60 days without a commit, and that day is near.',
        advice: 'Commit something to the default branch, or start the backups from elsewhere.',
    },
    SCHEDULE_DISABLED: {
        severity: 'error',
        meaning: 'GitHub has disabled a scheduled workflow because the repository was not active.',
        advice: 'Enable it again: `gh workflow enable` with its name, or the button on its page under Actions.',
    },
    SCHEDULE_NOT_CHECKED: {
        severity: 'warning',
        meaning: 'It could not be asked whether GitHub is about to disable the schedules.',
        advice: 'Give github-token with the permissions contents: read and actions: read.',
    },
    MAINTENANCE_FAILED: {
        severity: 'error',
        meaning: 'A part of the maintenance could not be done; the others were.',
        advice: 'Mend what is said; the next maintenance tries again.',
    },
    VACUUM_SKIPPED: {
        severity: 'warning',
        meaning: 'PostgreSQL left tables out of the vacuum, because the role may not vacuum them.',
        advice: 'Connect as the owner of the database or a superuser, or grant MAINTAIN (PostgreSQL 17 and later).',
    },
};

;// CONCATENATED MODULE: ./build/findings.js









/** Every finding there is: the one list, from which the reference in `docs/` is generated. Codes never change meaning. */
const FINDINGS = {
    // The set's files
    FILE_MISSING: {
        severity: 'error',
        meaning: 'A file that the manifest lists is not there.',
        advice: 'Use another set or another copy of this one; find out who or what removes files from the store.',
    },
    FILE_UNEXPECTED: {
        severity: 'error',
        meaning: 'A file is in the set that its manifest does not list.',
        advice: 'Nothing should write into a set. Find out what added the file, then validate again.',
    },
    FILE_SIZE: {
        severity: 'error',
        meaning: 'A file has another size than the manifest says: cut off, or written to later.',
        advice: 'Use another set or another copy of this one; check the disk and the transfers.',
    },
    FILE_CHECKSUM: {
        severity: 'error',
        meaning: 'A file has its size but not its content: its SHA-256 differs from the manifest.',
        advice: 'Use another set or another copy of this one; check the disk for errors.',
    },
    FILE_UNREADABLE: {
        severity: 'error',
        meaning: 'A file is there but cannot be read.',
        advice: 'Check the permissions and the disk, then validate again.',
    },
    MANIFEST_INVALID: {
        severity: 'error',
        meaning: 'The manifest is not JSON of the known form.',
        advice: 'Use another set. If a newer pg-lifeboat wrote it, read it with that version.',
    },
    MANIFEST_CHANGED: {
        severity: 'error',
        meaning: 'The manifest was changed after the set was committed: SHA256SUMS or the log does not agree with it.',
        advice: 'Do not trust this set; find out who edited it.',
    },
    KIT_UNKNOWN: {
        severity: 'inconclusive',
        meaning: 'restore.sh in the set is not the one that this version writes for it, so a drill does not run it.',
        advice: 'If an older version took the set, drill a newer one, or sign sets and give trusted-keys. Otherwise do not run it: find out who changed it.',
    },
    SET_MISPLACED: {
        severity: 'error',
        meaning: "The set lies in a folder that does not fit its manifest's id or type.",
        advice: 'The set was moved or swapped with another. Put it back where its manifest says, then validate again.',
    },
    // The archive
    ARCHIVE_UNREADABLE: {
        severity: 'error',
        meaning: 'The dump cannot be read from beginning to end.',
        advice: 'The dump is cut off or damaged. Use another set.',
    },
    ARCHIVE_INCOMPLETE: {
        severity: 'error',
        meaning: 'The dump does not carry the mark that PostgreSQL writes at its end.',
        advice: 'The dump was interrupted or cut off. Use another one.',
    },
    DUMP_FILE_OUTSIDE: {
        severity: 'error',
        meaning: 'A list of contents in the dump names a file that is not one of the dump, so PostgreSQL would read that.',
        advice: 'Do not restore this dump: pg_dump writes no such name. Find out who can write to the store.',
    },
    DUMP_WITHOUT_ROWS: {
        severity: 'warning',
        meaning: 'A dump of another tool defines tables and holds no row of them.',
        advice: 'If it is meant to bring data back, dump without --schema-only (-s), and check which database was dumped.',
    },
    DUMP_CLEANS: {
        severity: 'info',
        meaning: 'A script drops what it makes without IF EXISTS, which fails in an empty database.',
        advice: 'Nothing: pg-lifeboat left these statements out. To restore it into a new database, expect their errors, or dump with --if-exists.',
    },
    DUMP_UNPACKED: {
        severity: 'info',
        meaning: 'A dump of another tool was packed, and what was in it was checked.',
        advice: 'Nothing. To restore it, take the same wrappings off first.',
    },
    ARCHIVE_ROWS_DIFFER: {
        severity: 'error',
        meaning: 'The archive holds another number of rows of a table than the source had at the snapshot.',
        advice: 'Do not rely on this set; take a new backup and report this.',
    },
    ARCHIVE_ENTRY_MISSING: {
        severity: 'error',
        meaning: "Something that the source's catalog has is not in the archive's table of contents.",
        advice: 'Take a new backup; if it happens again, report it with both versions.',
    },
    ARCHIVE_ENTRY_UNEXPECTED: {
        severity: 'error',
        meaning: 'The archive holds the data of a table that should not be in it.',
        advice: 'Take a new backup; if it happens again, report it with both versions.',
    },
    ARCHIVE_EMPTY: {
        severity: 'error',
        meaning: 'The dump is readable and holds no table and no row.',
        advice: 'Check that the right database was dumped, by a role that sees its tables.',
    },
    ARCHIVE_TOO_NEW: {
        severity: 'inconclusive',
        meaning: 'The PostgreSQL programs here are older than the ones that wrote the archive, and cannot read it.',
        advice: 'Install the PostgreSQL programs of the major that wrote it.',
    },
    // The restored copy
    RESTORE_ERROR: {
        severity: 'error',
        meaning: 'PostgreSQL reported an error while the set was restored.',
        advice: 'Read the statement and its error; the same would happen in a real recovery.',
    },
    TABLE_MISSING: {
        severity: 'error',
        meaning: 'A table of the source is not in the restored copy.',
        advice: 'Do not rely on this set; take a new backup.',
    },
    TABLE_UNEXPECTED: {
        severity: 'error',
        meaning: 'The restored copy has a table that the source had not.',
        advice: 'The set was mixed with another, or the scratch database was not empty. Validate again.',
    },
    TABLE_ROWS_DIFFER: {
        severity: 'error',
        meaning: 'The restored table has another number of rows than the source at the snapshot.',
        advice: 'Do not rely on this set; take a new backup.',
    },
    TABLE_CONTENT_DIFFERS: {
        severity: 'error',
        meaning: 'The restored table has as many rows as the source at the snapshot, but not the same content.',
        advice: 'Do not rely on this set; take a new backup.',
    },
    GENERATED_COLUMN_DIFFERS: {
        severity: 'warning',
        meaning: 'A stored generated column was computed anew by the restore and has other values than the source.',
        advice: 'The function behind it changed, or is not as immutable as it claims. The other columns are equal.',
    },
    MATERIALIZED_VIEW_DIFFERS: {
        severity: 'warning',
        meaning: 'A materialized view was computed anew by the restore and has other content than the source.',
        advice: 'It was stale at the source, or depends on the time or on outside data. Refresh it at the source to be sure.',
    },
    FOREIGN_TABLE_DATA: {
        severity: 'info',
        meaning: 'The rows of a foreign table are not in the backup, only its definition.',
        advice: 'Back up the server that holds them.',
    },
    LARGE_OBJECTS_DIFFER: {
        severity: 'error',
        meaning: 'The large objects of the restored copy differ from those of the source.',
        advice: 'Do not rely on this set; take a new backup.',
    },
    LARGE_OBJECTS_UNREADABLE: {
        severity: 'inconclusive',
        meaning: 'The content of large objects could not be read for comparison (pg_largeobject is for superusers).',
        advice: 'Grant SELECT on pg_catalog.pg_largeobject to the role that backs up, or use a superuser.',
    },
    SEQUENCE_BEHIND: {
        severity: 'error',
        meaning: 'A restored sequence would hand out values that the source had already used.',
        advice: 'Do not rely on this set for writing; take a new backup.',
    },
    SEQUENCE_AHEAD: {
        severity: 'warning',
        meaning: 'A restored sequence would hand out later values than the source had come to when the dump was done.',
        advice: 'Harmless for new rows; find out who moved it, or whether the sets were mixed.',
    },
    OBJECT_MISSING: {
        severity: 'error',
        meaning: 'An object of the source (index, constraint, trigger, function, policy, …) is not in the restored copy.',
        advice: 'Do not rely on this set; take a new backup.',
    },
    OBJECT_UNEXPECTED: {
        severity: 'error',
        meaning: 'The restored copy has an object that the source had not.',
        advice: 'The set was mixed with another, or the scratch server adds objects to new databases.',
    },
    OBJECT_DIFFERS: {
        severity: 'error',
        meaning: 'An object has another definition or state in the restored copy than at the source.',
        advice: 'Read what differs; the restored database would not behave like the source.',
    },
    OWNER_DIFFERS: {
        severity: 'error',
        meaning: 'An object belongs to another role in the restored copy.',
        advice: 'Check that the roles exist before a restore (globals.sql).',
    },
    GRANTS_DIFFER: {
        severity: 'error',
        meaning: 'The privileges on an object differ in the restored copy.',
        advice: 'Check that the roles exist before a restore (globals.sql).',
    },
    CONSTRAINT_NOT_VALID: {
        severity: 'error',
        meaning: 'A constraint that was validated at the source is not validated in the restored copy.',
        advice: 'The restored data do not satisfy it, or it was restored as NOT VALID.',
    },
    ROLE_MISSING: {
        severity: 'error',
        meaning: 'A role that owns objects or holds privileges is not in globals.sql.',
        advice: 'Take a new backup with a role that can read pg_roles.',
    },
    ROLES_NOT_IN_DUMP: {
        severity: 'warning',
        meaning: 'A dump of another tool names roles that it does not create.',
        advice: 'Back up the roles too (pg_dumpall --roles-only), or a recovery on a new server will miss them.',
    },
    ASSERTION_FAILED: {
        severity: 'error',
        meaning: 'One of your assertions is not true in the restored copy.',
        advice: 'Compare with the source; the assertion or the data is wrong.',
    },
    // What could not be verified
    HASH_DIFFERS: {
        severity: 'inconclusive',
        meaning: "The scratch server's hash functions give other values than the source's, so fingerprints cannot be compared.",
        advice: 'Use a scratch server of the same major version and processor family.',
    },
    ENCODING_DIFFERS: {
        severity: 'inconclusive',
        meaning: 'The database restored into has another encoding than the source, so hashes of text cannot be compared.',
        advice: 'Restore into a database with the encoding of the source to compare its content.',
    },
    TEXT_UNREADABLE: {
        severity: 'inconclusive',
        meaning: 'In a database of encoding SQL_ASCII, a name or text of an object has bytes that are no UTF-8, so it cannot be compared exactly.',
        advice: 'It is in the dump as it is. Give the object a name or text in UTF-8 to have it compared.',
    },
    TABLE_UNREAD: {
        severity: 'inconclusive',
        meaning: 'The rows of a table, or the position of a sequence, are in the dump, but could not be read beside it at the source.',
        advice: 'Read why: a privilege, a lost connection, an index or statistics on the table. Then take a new backup.',
    },
    GENERATED_COLUMN_NOT_COMPARED: {
        severity: 'info',
        meaning: 'An index or statistics of a table use functions of users, so it is only read by COPY, which leaves stored generated columns out.',
        advice: 'None is needed: a restore computes these columns anew from the other columns, which were compared.',
    },
    MATERIALIZED_VIEW_NOT_COMPARED: {
        severity: 'info',
        meaning: 'An index or statistics of a materialized view use functions of users, and before PostgreSQL 18 COPY, the only way to read it without running them, does not read such views.',
        advice: 'None is needed: a restore computes the view anew from the tables, which were compared.',
    },
    FINGERPRINT_MISSING: {
        severity: 'inconclusive',
        meaning: 'The manifest has no fingerprint of a table, so its content cannot be compared.',
        advice: 'Take backups with verify archive, data or full; with none, contents are not fingerprinted.',
    },
    EXTENSION_MISSING: {
        severity: 'inconclusive',
        meaning: 'The server restored into does not have an extension that the backup needs; a restore for real is refused.',
        advice: 'Use a scratch image or machine that has the extension installed.',
    },
    EXTENSION_VERSION_DIFFERS: {
        severity: 'warning',
        meaning: 'The scratch server has another version of an extension than the source.',
        advice: 'Use the same image for scratch as for the source, so that the proof speaks of the same software.',
    },
    SCRATCH_UNAVAILABLE: {
        severity: 'inconclusive',
        meaning: 'There was no scratch server to restore into.',
        advice: 'Give scratch-url, or install the PostgreSQL server programs where pg-lifeboat runs.',
    },
    SCRATCH_FAILED: {
        severity: 'inconclusive',
        meaning: 'The scratch server failed in a way that says nothing about the backup (out of space, crashed, connection lost).',
        advice: 'Give scratch more room or memory, then validate the set again.',
    },
    SCRATCH_LACKS: {
        severity: 'inconclusive',
        meaning: 'The server restored into lacks something that the backup needs: a file, a library, a locale, a setting. That says nothing of the backup.',
        advice: 'Give the server what it lacks, then start again.',
    },
    SCRATCH_MAJOR_DIFFERS: {
        severity: 'warning',
        meaning: 'Scratch is another PostgreSQL major than the source; definitions are compared in the words of scratch, and what only the version makes is not reported.',
        advice: "Use a scratch server of the source's own major, so that the proof speaks of the same software.",
    },
    DEFINITION_NOT_COMPARED: {
        severity: 'warning',
        meaning: "The server restored into, of another PostgreSQL major than the source, makes nothing of the source's text of a definition, so this was not compared.",
        advice: "Look at this definition yourself, or prove the set on a server of the source's own major.",
    },
    SCHEMA_CHANGED: {
        severity: 'inconclusive',
        meaning: 'The schema of the source was changed while the backup ran.',
        advice: 'Run the backup again when no migration runs.',
    },
    LOCALE_DIFFERS: {
        severity: 'warning',
        meaning: 'The server restored into does not have the locale of the source, so the copy sorts text in another way.',
        advice: "Use an image or machine with the source's locale; for a proof, so that indexes and ranges over text are proven under it.",
    },
    NO_MANIFEST: {
        severity: 'inconclusive',
        meaning: 'The dump was made by another tool, so there is no description of its source to compare with.',
        advice: 'Let pg-lifeboat take the backup to have it proven.',
    },
    CHECK_NOT_RUN: {
        severity: 'inconclusive',
        meaning: 'A check was asked for and could not run.',
        advice: 'Read why, mend it and validate again.',
    },
    // Preflight
    DISK_SPACE_LOW: {
        severity: 'error',
        meaning: 'There is less free space than the backup is estimated to need.',
        advice: 'Free some space, or use a store with more room.',
    },
    DISK_SPACE_TIGHT: {
        severity: 'warning',
        meaning: 'The free space is enough by the estimate, but not by much.',
        advice: 'Free some space soon.',
    },
    STORE_NOT_WRITABLE: {
        severity: 'error',
        meaning: 'The store cannot be written to.',
        advice: 'Create the folder and give the user that runs the backup write permission.',
    },
    STORE_FOREIGN_SERIES: {
        severity: 'error',
        meaning: 'The store holds the backups of another series.',
        advice: 'Give each database a store of its own, or set series to the name that the store has.',
    },
    SYSTEM_IDENTIFIER_CHANGED: {
        severity: 'warning',
        meaning: "The database is on another cluster than the store's earlier sets: upgraded, restored, moved, or not the one you mean.",
        advice: 'If you did not move the database, check the connection. Retention keeps the newest proven set of each cluster.',
    },
    SERVICES_WRONG: {
        severity: 'error',
        meaning: 'The services check did not succeed.',
        advice: 'Bring the services into the state that the check wants, or correct the check.',
    },
    TABLE_UNREADABLE: {
        severity: 'error',
        meaning: 'The role that backs up may not read a table or sequence that must be dumped.',
        advice: 'GRANT pg_read_all_data TO the role (PostgreSQL 14 and later), or GRANT SELECT; pg_dump locks excluded tables too.',
    },
    SCHEMA_UNREADABLE: {
        severity: 'error',
        meaning: 'The role that backs up has no USAGE privilege on a schema.',
        advice: 'GRANT USAGE ON SCHEMA … TO the role, or GRANT pg_read_all_data (PostgreSQL 14 and later).',
    },
    LARGE_OBJECTS_DENIED: {
        severity: 'error',
        meaning: 'The role that backs up may not read some large objects, so pg_dump would fail.',
        advice: 'GRANT SELECT ON LARGE OBJECT … TO the role for each of them, or back up with their owner or a superuser.',
    },
    SUBSCRIPTION_LEFT_OUT: {
        severity: 'warning',
        meaning: 'A subscription is not in the backup, because only a superuser can dump it.',
        advice: 'Keep its definition elsewhere, or back up with a superuser.',
    },
    ROW_SECURITY_ACTIVE: {
        severity: 'error',
        meaning: 'Row-level security hides rows of a table from the role that backs up, so the dump would not be whole.',
        advice: 'ALTER ROLE … BYPASSRLS, or back up with the owner of the table or a superuser.',
    },
    TABLE_NOT_FOUND: {
        severity: 'error',
        meaning: 'A pattern in tables or exclude-tables matches no table.',
        advice: 'Check the spelling; a name with capitals needs double quotes, and another schema than public its name in front.',
    },
    REFERENCED_TABLE_LEFT_OUT: {
        severity: 'warning',
        meaning: 'A chosen table has a foreign key to a table whose data is not chosen.',
        advice: 'Add the referenced table to tables, or know that the restored foreign key is NOT VALID until its rows are there.',
    },
    PLAIN_NOT_RESTORABLE: {
        severity: 'error',
        meaning: 'A plain dump of these tables would fail on restoring, because foreign keys lead out of the choice.',
        advice: 'Add the referenced tables to tables, or use the format directory or custom.',
    },
    TOOLS_OTHER_MAJOR: {
        severity: 'warning',
        meaning: "The PostgreSQL programs are of a newer major than the server; the dump may not restore into the server's own major.",
        advice: "Install the programs of the server's own major.",
    },
    NOTHING_TO_BACK_UP: {
        severity: 'warning',
        meaning: 'A backup holds no row: the database has no table, none of its tables is chosen, or all are empty.',
        advice: 'If that is not what you mean, name the database in database-url (postgresql://…/app): without a name, PostgreSQL takes another.',
    },
    STANDBY: {
        severity: 'warning',
        meaning: 'The server is a standby: the backup is as old as its replay, and conflicts can cancel it.',
        advice: 'Back up the primary, or set hot_standby_feedback and max_standby_streaming_delay.',
    },
    ...COPY_FINDINGS,
    ...EXTENSION_FINDINGS,
    ...FOREIGN_FINDINGS,
    ...RECOVERY_FINDINGS,
    ...sealing_findings/* SEALING_FINDINGS */.H,
    ...UNDUMPED_FINDINGS,
    ...WATCH_FINDINGS,
    ...ANOMALY_FINDINGS,
    ...ALERT_FINDINGS,
};
/** A finding of a known code; `found` says what is the case here, `advice` replaces the usual one where it can be precise. */
function finding(code, on, found, advice) {
    const kind = FINDINGS[code];
    return { code, severity: kind.severity, on, found, advice: advice ?? kind.advice };
}
/** The heaviest severity among findings; `none` where there are none. */
function worstOf(findings) {
    const order = ['error', 'inconclusive', 'warning', 'info'];
    return order.find((severity) => findings.some((one) => one.severity === severity)) ?? 'none';
}
/** One sentence for a log: `TABLE_ROWS_DIFFER public.animals: 799 rows, the source had 800.` */
function describeFinding({ code, on, found }) {
    return `${code} ${on}: ${found}.`;
}


/***/ }),

/***/ 64080:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   FH: () => (/* binding */ choiceOf),
/* harmony export */   NF: () => (/* binding */ chosenJobs),
/* harmony export */   cz: () => (/* binding */ optionsOf),
/* harmony export */   yc: () => (/* binding */ isOfSeveral)
/* harmony export */ });
/* unused harmony export namesIn */
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);
/* harmony import */ var _nearest_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(77658);
/* harmony import */ var _jobs_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(61847);



/** The names in what `database` says: one, or several separated by commas. No database of a configuration has one in it. */
function namesIn(text) {
    return text
        .split(/[\s,]+/)
        .map((name) => name.trim())
        .filter((name) => name !== '');
}
/** Whether a run is about more than one database. */
function isOfSeveral({ all, database = '' }) {
    return all || namesIn(database).length > 1;
}
/** What a run was told to choose. */
function choiceOf({ database = '', type, task }) {
    const databases = namesIn(database);
    return {
        ...(databases.length > 0 && { databases }),
        ...(type !== undefined && { type }),
        ...(task !== undefined && { task }),
    };
}
/** The options of a job. Throws `UsageError` for a variable that is missing. */
function optionsOf(job, configuration) {
    return job.all === true ? configuration.commonOptions(job) : configuration.optionsFor(job);
}
/**
 * What an operation comes to for the chosen databases, in the order of the configuration.
 *
 * Throws `UsageError` for a database that is not there, and where no chosen database has the chosen type.
 */
function chosenJobs(operation, configuration, choice) {
    const { databases, type } = choice;
    const chosen = databases === undefined ? configuration : { ...configuration, entries: named(configuration, databases) };
    const storeOf = (entry, name) => configuration.optionsFor({ operation, type: name, ...(entry.name !== undefined && { database: entry.name }) }).store;
    const jobs = (0,_jobs_js__WEBPACK_IMPORTED_MODULE_2__/* .jobsOf */ .aG)(operation, chosen, storeOf, choice);
    if (jobs.length === 0) {
        throw noJobs(operation, configuration, type ?? '');
    }
    return jobs;
}
function named({ entries }, databases) {
    const known = entries.flatMap(({ name }) => (name === undefined ? [] : [name]));
    for (const name of databases.filter((each) => !known.includes(each))) {
        const near = (0,_nearest_js__WEBPACK_IMPORTED_MODULE_1__/* .nearest */ .p)(name, known);
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UsageError */ .eb({
            doing: 'choosing the databases',
            problem: `there is no database "${name}" in the configuration`,
            advice: near === undefined ? `It has ${known.length}; name some of them, or all.` : `Did you mean "${near}"?`,
        });
    }
    return entries.filter(({ name }) => name !== undefined && databases.includes(name));
}
function noJobs(operation, { entries, file }, type) {
    const types = [...new Set(entries.flatMap((entry) => entry.types.map(({ name }) => name)))];
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UsageError */ .eb({
        doing: `looking for what to ${operation}`,
        problem: `none of these databases has the type "${type}" in ${file ?? 'the configuration'}`,
        advice: types.length === 0 ? 'Leave the type out.' : `The types there are: ${types.join(', ')}.`,
    });
}


/***/ }),

/***/ 61847:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ isDoneByChildren),
/* harmony export */   Wy: () => (/* binding */ labelOf),
/* harmony export */   aG: () => (/* binding */ jobsOf)
/* harmony export */ });
/** Whether this operation has a process of its own for each of several databases. Others look at all of them together. */
function isDoneByChildren(operation) {
    return BY_CHILDREN.has(operation);
}
const BY_CHILDREN = new Set([
    'backup',
    'validate',
    'rotate',
    'drill',
    'maintain',
    'doctor',
]);
/** These look at a whole store and its database: one run does for every type in it. */
const ONCE_A_STORE = new Set(['maintain', 'drill']);
/**
 * What an operation for every database comes to, in the order of the configuration: one job a database and type.
 * `maintain` and `drill` see every type of a store by themselves, so they are one job a database, and only where its types
 * are kept in several stores one job for each of these.
 *
 * @param only `type`: this one alone, databases that do not name it have no job; `task`: what each job is
 */
function jobsOf(operation, { entries }, storeOf, { type, task } = {}) {
    return entries.flatMap((entry) => typesOf(operation, entry, storeOf, type).map((one) => ({
        operation,
        ...(entry.name !== undefined && { database: entry.name }),
        ...(one !== undefined && { type: one }),
        ...(task !== undefined && { task }),
    })));
}
/** `masclet daily`, as messages begin. */
function labelOf({ operation, database, type, task }) {
    const named = [database, type, task].filter((name) => name !== undefined);
    return named.length === 0 ? operation : named.join(' ');
}
function typesOf(operation, entry, storeOf, wanted) {
    const names = entry.types.map(({ name }) => name);
    if (wanted !== undefined) {
        return names.filter((name) => name === wanted);
    }
    if (names.length === 0) {
        return [undefined];
    }
    return ONCE_A_STORE.has(operation) ? onePerStore(names, (name) => storeOf(entry, name)) : names;
}
function onePerStore(names, storeOf) {
    const stores = names.map(storeOf);
    const firsts = names.filter((_, index) => stores.indexOf(stores[index] ?? '') === index);
    return firsts.length === 1 ? [undefined] : firsts;
}


/***/ }),

/***/ 86858:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Dm: () => (/* binding */ buildOptions),
  AU: () => (/* binding */ fromEnvironment),
  qR: () => (/* binding */ isGiven),
  pA: () => (/* reexport */ nearest/* nearest */.p),
  OF: () => (/* binding */ problemsOfValues),
  be: () => (/* binding */ unknownNames)
});

// UNUSED EXPORTS: inputSchemaOf

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 11 modules
var schemas = __webpack_require__(92857);
// EXTERNAL MODULE: ./build/option-list.js + 1 modules
var option_list = __webpack_require__(3215);
// EXTERNAL MODULE: ./node_modules/croner/dist/croner.js
var croner = __webpack_require__(55814);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/coerce.js
var coerce = __webpack_require__(49567);
;// CONCATENATED MODULE: ./build/option-values.js


/** A whole number that is not negative. */
const count = coerce/* number */.ai('must be a whole number')
    .int('must be a whole number')
    .min(0, 'must not be negative');
/** An address that is asked over the web: no other scheme can be meant, and `file:` would read what is on this machine. */
function webAddress() {
    return schemas/* url */.OZ5({ protocol: /^https?$/, error: 'must be an http or https URL' });
}
/** Names separated by commas or new lines, or a YAML list. */
function list() {
    return schemas/* preprocess */.vkY((value) => (typeof value === 'string' ? splitNames(value) : (value ?? [])), schemas/* array */.YOg(coerce/* string */.Yj()));
}
/** `from=to` pairs, separated as names are, or as a YAML mapping. The first `=` outside quotes parts them. */
function pairs() {
    return schemas/* preprocess */.vkY((value) => {
        if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
            return value;
        }
        const texts = typeof value === 'string' ? splitNames(value) : (value ?? []).map(String);
        const split = texts.map((text) => /^("(?:[^"]|"")*"|[^="]+)=(.+)$/.exec(text));
        return split.includes(null)
            ? null
            : Object.fromEntries(split.map((match) => [unquoted(match?.[1] ?? ''), unquoted(match?.[2] ?? '')]));
    }, schemas/* record */.g1P(schemas/* string */.YjP().min(1), coerce/* string */.Yj().min(1), 'must be pairs such as old_role=new_role'));
}
function unquoted(name) {
    const text = name.trim();
    return /^".*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
}
/** One a line, or a YAML list. */
function lines() {
    return schemas/* preprocess */.vkY((value) => typeof value === 'string'
        ? value
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== '')
        : (value ?? []), schemas/* array */.YOg(schemas/* string */.YjP()));
}
/** Rules as lines of text, or as the seed writes them in YAML: `{critical: {duration: "> 30min"}}`. */
function rules() {
    return schemas/* preprocess */.vkY((value) => {
        if (typeof value === 'string') {
            return value
                .split(/[\n;]/)
                .map((line) => line.trim())
                .filter((line) => line !== '');
        }
        if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
            return Object.entries(value).flatMap(([level, measures]) => Object.entries((measures ?? {})).map(([measure, limit]) => `${level} ${measure} ${String(limit)}`));
        }
        return value ?? [];
    }, schemas/* array */.YOg(schemas/* string */.YjP()));
}
/** `true` or `false`, as GitHub and YAML write them. */
function flag(fallback) {
    return schemas/* preprocess */.vkY((value) => {
        if (value === undefined) {
            return fallback;
        }
        // The spellings that GitHub's toolkit reads as booleans: those of YAML 1.2's core schema.
        if (value === 'true' || value === 'True' || value === 'TRUE') {
            return true;
        }
        return value === 'false' || value === 'False' || value === 'FALSE' ? false : value;
    }, schemas/* boolean */.zMY('must be true or false'));
}
/** `30s`, `5min`, `2h`, in milliseconds. */
function duration() {
    const units = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };
    return schemas/* preprocess */.vkY((value) => {
        const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h)$/.exec(String(value)) ?? [];
        return amount === undefined || unit === undefined ? undefined : Number(amount) * (units[unit] ?? NaN);
    }, schemas/* number */.aig('must be a duration such as 30s, 5min or 2h'));
}
/** `26h`, or `26h, weekly=8d`, as text, a YAML list, or a YAML mapping of types; undefined where nothing is given. */
function ages() {
    const message = 'must be an age such as 26h or 8d, or several such as daily=26h, weekly=8d';
    return schemas/* preprocess */.vkY((value) => (value === undefined ? undefined : readAges(value)), schemas/* custom */.IeY(isAges, message).optional());
}
const AGE_UNITS = { min: 60_000, h: 3_600_000, d: 86_400_000 };
/** Null where a part is no age. */
function readAges(value) {
    const parts = typeof value === 'string' ? splitNames(value) : partsOfAges(value);
    const byType = new Map();
    let others;
    for (const part of parts) {
        const [, type, amount, unit = ''] = /^(?:([a-z0-9][a-z0-9-]{0,62})\s*=\s*)?(\d+)(min|h|d)$/.exec(part) ?? [];
        const age = Number(amount) * (AGE_UNITS[unit] ?? NaN);
        if (!(age > 0) || byType.has(type ?? '') || (type === undefined && others !== undefined)) {
            return null;
        }
        if (type === undefined) {
            others = age;
        }
        else {
            byType.set(type, age);
        }
    }
    return parts.length === 0 ? null : { ...(others !== undefined && { others }), byType: Object.fromEntries(byType) };
}
function partsOfAges(value) {
    if (Array.isArray(value)) {
        return value.map((part) => String(part));
    }
    return Object.entries(value ?? {}).map(([type, age]) => `${type}=${String(age)}`);
}
function isAges(value) {
    return typeof value === 'object' && value !== null && 'byType' in value;
}
/** Splits at commas and new lines outside double quotes: `"Odd, name", parts`. */
function splitNames(text) {
    const names = text.match(/(?:"(?:[^"]|"")*"|[^,\n"])+/g) ?? [];
    return names.map((name) => name.trim()).filter((name) => name !== '');
}
/** Whether the runtime knows that IANA time zone. */
function isTimeZone(name) {
    try {
        new Intl.DateTimeFormat('en', { timeZone: name });
        return true;
    }
    catch {
        return false;
    }
}
/** What is wrong with a cron expression of five fields (or `@daily` and its like); undefined where nothing is. */
function scheduleProblem(text) {
    const form = 'must be a cron expression of five fields, such as "17 2 * * *" (every day at 2:17)';
    // croner also takes a single date, which is no schedule.
    if (/^\s*\d{4}-\d/.test(text)) {
        return form;
    }
    try {
        return new croner/* Cron */.l4(text, { paused: true, mode: '5-part' }).nextRun() === null
            ? 'must be a cron expression whose time comes: there is no such date'
            : undefined;
    }
    catch (error) {
        const why = error instanceof RangeError ? error.message.replace(/^CronPattern: /, '') : undefined;
        return why === undefined ? form : `${form}: ${why}`;
    }
}

;// CONCATENATED MODULE: ./build/keep-rules.js



/** The rules of retention, by the names of their options; those of all stores, and those of a single copy. */
const KeepRules = schemas/* object */.Ikc({
    keepLast: count.optional(),
    keepDaily: count.optional(),
    keepWeekly: count.optional(),
    keepMonthly: count.optional(),
    keepYearly: count.optional(),
    keepWithin: schemas/* string */.YjP()
        .regex(/^(\d+[ymdh])+$/, 'must be an age such as 14d, 3m or 1y6m')
        .optional(),
    keepTier: schemas/* enum */.k5n(option_list/* OPTIONS */.lw['keep-tier'].choices, 'must be archive, data or full').optional(),
});

// EXTERNAL MODULE: ./build/nearest.js
var nearest = __webpack_require__(77658);
;// CONCATENATED MODULE: ./build/copy-option.js



/** The words that may follow a location, and the members that they set. */
const WORDS = {
    'keep-last': 'keepLast',
    'keep-daily': 'keepDaily',
    'keep-weekly': 'keepWeekly',
    'keep-monthly': 'keepMonthly',
    'keep-yearly': 'keepYearly',
    'keep-within': 'keepWithin',
    'keep-tier': 'keepTier',
};
/**
 * Copies as lines (`s3://bucket/app keep-daily=30`; a location with blanks in double quotes), or in YAML as a list of such
 * texts and of mappings (`{to: /mnt/disk, keep-daily: 30}`).
 */
function copies() {
    return schemas/* preprocess */.vkY(entriesOf, schemas/* array */.YOg(schemas/* unknown */.L5J()).transform((entries, context) => entries.flatMap((entry) => {
        const copy = typeof entry === 'string' ? ofLine(entry) : ofMapping(entry);
        if (typeof copy !== 'string')
            return [copy];
        context.addIssue({ code: 'custom', message: copy });
        return [];
    })));
}
function entriesOf(value) {
    const entries = value === undefined || value === null
        ? []
        : typeof value === 'string'
            ? value.split('\n')
            : Array.isArray(value)
                ? value
                : [value];
    return entries.filter((entry) => typeof entry !== 'string' || entry.trim() !== '');
}
/** A copy, or what is wrong with its line. */
function ofLine(line) {
    const [, quoted, plain, rest = ''] = /^(?:"([^"]*)"|(\S+))(?:\s+(.*))?$/.exec(line.trim()) ?? [];
    const location = quoted ?? plain ?? '';
    const words = [];
    for (const word of rest.split(/\s+/).filter((text) => text !== '')) {
        const [name = '', value] = word.split(/=(.*)/s);
        if (value === undefined) {
            return `"${word}" after ${shown(location)} is no option: write ${suggestion(name)}, and a location with blanks in double quotes`;
        }
        words.push([name, value]);
    }
    return made(location, words);
}
/** A copy, or what is wrong with its mapping. */
function ofMapping(value) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
        return 'must be lines of text, or mappings such as {to: /mnt/disk/app, keep-daily: 30}';
    }
    const { to, ...rest } = value;
    if (typeof to !== 'string') {
        return `a mapping with ${Object.keys(rest).join(', ')} does not say where to: it needs "to"`;
    }
    return made(to.trim(), Object.entries(rest));
}
function made(location, words) {
    if (location === '')
        return 'a location is empty';
    const given = {};
    for (const [name, value] of words) {
        const member = WORDS[name];
        if (member === undefined)
            return `"${name}" is not known after ${shown(location)}; write ${suggestion(name)}`;
        if (member in given)
            return `${name} is given twice for ${shown(location)}`;
        given[member] = value;
    }
    const parsed = KeepRules.safeParse(given);
    if (parsed.success) {
        return keepsNothing(parsed.data)
            ? `${shown(location)} would keep nothing: every rule there is 0`
            : { location, keep: parsed.data };
    }
    const [issue] = parsed.error.issues;
    const name = Object.keys(WORDS).find((word) => WORDS[word] === issue?.path[0]) ?? '';
    return `${name} of ${shown(location)}: ${issue?.message ?? 'cannot be used'}`;
}
function suggestion(name) {
    const near = (0,nearest/* nearest */.p)(name, Object.keys(WORDS));
    return near === undefined ? `one of ${Object.keys(WORDS).join(', ')}, each with =` : `${near}=…`;
}
/** Rules that are given replace all others, so these must keep something by themselves. */
function keepsNothing({ keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly, keepWithin, }) {
    const age = keepWithin === undefined ? undefined : Number(/[1-9]/.test(keepWithin));
    const given = [keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly, age].filter((slots) => slots !== undefined);
    return given.length > 0 && given.every((slots) => slots === 0);
}
/** Without what may be a secret: what stands before the host, and a query. */
function shown(location) {
    return location.replace(/\?.*$/s, '').replace(/^([a-z]+:\/\/)?[^/]*@/i, '$1***@');
}

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
;// CONCATENATED MODULE: ./build/options.js








/** One typed object, validated once, handed down. Names are those of `OPTIONS` in camel case. */
const Given = schemas/* object */.Ikc({
    databaseUrl: schemas/* string */.YjP().optional(),
    targetUrl: schemas/* string */.YjP().optional(),
    restoreMode: schemas/* enum */.k5n(option_list/* OPTIONS */.lw['restore-mode'].choices).default('new'),
    restoreParts: schemas/* enum */.k5n(option_list/* OPTIONS */.lw['restore-parts'].choices).default('all'),
    roleMap: pairs(),
    series: schemas/* string */.YjP().min(1).optional(),
    type: schemas/* string */.YjP()
        .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a word of small letters, digits and hyphens')
        .optional(),
    tables: list(),
    excludeTables: list(),
    format: schemas/* enum */.k5n(option_list/* OPTIONS */.lw.format.choices).default('directory'),
    compression: schemas/* string */.YjP()
        .regex(/^(auto|none|(gzip|lz4|zstd)(:\d{1,2})?)$/, 'must be auto, none, gzip, lz4 or zstd, with a level such as zstd:3')
        .default('auto'),
    jobs: count.min(1, 'must be at least 1').max(64, 'must be at most 64').optional(),
    lockTimeout: duration().default(300_000),
    verify: schemas/* enum */.k5n(option_list/* OPTIONS */.lw.verify.choices).optional(),
    scratch: schemas/* enum */.k5n(option_list/* OPTIONS */.lw.scratch.choices).default('auto'),
    scratchUrl: schemas/* string */.YjP().optional(),
    postgresBin: list(),
    assertions: lines(),
    services: schemas/* string */.YjP().optional(),
    stopCommand: schemas/* string */.YjP().optional(),
    startCommand: schemas/* string */.YjP().optional(),
    servicesTimeout: duration().default(300_000),
    store: schemas/* string */.YjP().min(1).default('./backups'),
    copies: copies(),
    sshKey: schemas/* string */.YjP().optional(),
    sshKnownHosts: schemas/* string */.YjP().optional(),
    rsyncPassword: schemas/* string */.YjP().optional(),
    githubToken: schemas/* string */.YjP().optional(),
    encryptTo: list(),
    hideNames: flag(false),
    decryptKey: schemas/* string */.YjP().optional(),
    signingKey: schemas/* string */.YjP().optional(),
    trustedKeys: schemas/* string */.YjP().optional(),
    rotateCheck: flag(false),
    backup: schemas/* string */.YjP().min(1).optional(),
    scenario: list(),
    drillReport: schemas/* string */.YjP().min(1).optional(),
    ...KeepRules.shape,
    timezone: schemas/* string */.YjP().refine(isTimeZone, 'must be an IANA time zone such as Europe/Madrid').default('UTC'),
    rotate: flag(true),
    dryRun: flag(false),
    confirm: schemas/* string */.YjP().optional(),
    alerts: rules(),
    failOn: schemas/* enum */.k5n(option_list/* OPTIONS */.lw['fail-on'].choices).default('critical'),
    webhookUrl: webAddress().optional(),
    webhookSecret: schemas/* string */.YjP().min(1).optional(),
    pingUrl: webAddress().optional(),
    problemIssues: flag(false),
    metricsFile: schemas/* string */.YjP().min(1).optional(),
    reportFile: schemas/* string */.YjP().min(1).optional(),
    period: schemas/* enum */.k5n(option_list/* OPTIONS */.lw.period.choices).default('daily'),
    maxAge: ages(),
    maxUnproven: ages(),
    uploadArtifact: schemas/* enum */.k5n(option_list/* OPTIONS */.lw['upload-artifact'].choices).default('all'),
    artifactRetentionDays: count.min(1, 'must be at least 1').max(400, 'must be at most 400').optional(),
    allowPublicArtifact: flag(false),
    historyCache: flag(true),
    // The name that was chosen, or of the only one there is.
    database: schemas/* string */.YjP().optional(),
    task: schemas/* string */.YjP().optional(),
    all: flag(false),
    parallel: count.min(1, 'must be at least 1').max(64, 'must be at most 64').default(2),
    timeLimit: duration().refine(isTimeLimit, 'must be more than nothing and at most 576h').optional(),
    schedule: schemas/* string */.YjP().superRefine(checkSchedule).optional(),
    missedRuns: schemas/* enum */.k5n(option_list/* OPTIONS */.lw['missed-runs'].choices).default('once'),
    maxJobs: count.min(1, 'must be at least 1').max(256, 'must be at most 256, as GitHub has it').default(256),
});
/** What a timer of Node can count to, with a day or so to spare. */
const LONGEST_LIMIT = 24 * 24 * 3_600_000;
function isTimeLimit(milliseconds) {
    return milliseconds > 0 && milliseconds <= LONGEST_LIMIT;
}
function checkSchedule(text, context) {
    const message = scheduleProblem(text);
    if (message !== undefined)
        context.addIssue({ code: 'custom', message });
}
const Schema = Given.transform(({ verify, ...given }) => ({
    ...given,
    // Old sets are looked through for rot: that takes no server, and many of them.
    verify: verify ?? (given.rotateCheck ? 'archive' : 'full'),
    // Where nobody says, a watch asks of each set what its own backup was asked for.
    watchTier: verify === 'none' ? 'archive' : verify,
}));
/** What an option takes, as JSON Schema says it; `{}` where that is no single form. */
function inputSchemaOf(name) {
    const schema = z.toJSONSchema(fieldOf(name) ?? z.any(), { io: 'input', unrepresentable: 'any', target: 'draft-7' });
    return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== 'default'));
}
/**
 * Builds the options from their sources, the strongest first. Empty text counts as not given, as GitHub does for inputs.
 *
 * Throws `UsageError` that tells all unknown names (with the nearest known ones) and all values that do not fit.
 */
function buildOptions(sources) {
    const unknown = sources.flatMap((source) => unknownNames(source));
    const { values, labels } = merged(sources);
    const wrong = problemsOfValues(values).map(({ name, message }) => `${labels.get(name) ?? name}: ${message}`);
    if (unknown.length > 0 || wrong.length > 0) {
        throw new errors/* UsageError */.eb({
            doing: 'reading the options',
            problem: [...unknown.map(({ problem }) => problem), ...wrong].join('; '),
            advice: unknown.find(({ hint }) => hint !== undefined)?.hint ?? ADVICE,
        });
    }
    return Schema.parse(byMember(values));
}
const ADVICE = 'Correct it and start again; docs/reference.md lists all options.';
/** What does not fit among values, by the names of their options, each looked at by itself; unknown names are passed over. */
function problemsOfValues(values) {
    return Object.entries(values).flatMap(([name, value]) => {
        const parsed = fieldOf(name)?.safeParse(value);
        return parsed?.success === false ? parsed.error.issues.map((issue) => problemOfIssue(name, issue)) : [];
    });
}
/** Whether a value says anything: empty text and nothing do not. */
function isGiven(value) {
    return value !== undefined && value !== null && value !== '';
}
/** The names in a source that are no options, or have their place elsewhere. */
function unknownNames(source) {
    return Object.keys(source.values).flatMap((name) => {
        const definition = (0,option_list/* definitionOf */.Fg)(name);
        if (definition !== undefined) {
            const place = definition.where;
            const isElsewhere = place !== undefined && (place === 'file') !== (source.isFile === true);
            return isElsewhere && isGiven(source.values[name])
                ? [{ name, problem: `${source.label(name)} ${ELSEWHERE[place]}` }]
                : [];
        }
        const near = (0,nearest/* nearest */.p)(name, Object.keys(option_list/* OPTIONS */.lw));
        const problem = `${source.label(name)} is not an option of pg-lifeboat`;
        return [{ name, problem, ...(near !== undefined && { hint: `Did you mean ${source.label(near)}?` }) }];
    });
}
const ELSEWHERE = {
    run: 'is said to a run, as a flag, an input or a variable, and has no place in a file',
    file: 'has its place in lifeboat.yml only',
};
/** The strongest value of each option, and what that source calls it. */
function merged(sources) {
    const labels = new Map();
    const values = {};
    for (const source of sources) {
        for (const [name, value] of Object.entries(source.values)) {
            if (isGiven(value) && !labels.has(name)) {
                values[name] = value;
                labels.set(name, source.label(name));
            }
        }
    }
    return { values, labels };
}
/** The environment's values: `LIFEBOAT_DATABASE_URL` is `database-url`. Other variables of that prefix are refused. */
function fromEnvironment(environment) {
    const prefix = 'LIFEBOAT_';
    const values = {};
    for (const [variable, value] of Object.entries(environment)) {
        if (variable.startsWith(prefix)) {
            values[variable.slice(prefix.length).toLowerCase().replaceAll('_', '-')] = value;
        }
    }
    return { label: (name) => `the variable ${prefix}${name.toUpperCase().replaceAll('-', '_')}`, values };
}
/** What zod expected, in words. */
const EXPECTED = {
    string: 'text; in a file, put it in quotes',
    array: 'a list, or names separated by commas',
    record: 'a mapping',
};
function problemOfIssue(name, issue) {
    const choices = (0,option_list/* definitionOf */.Fg)(name)?.choices;
    if (choices !== undefined) {
        return { name, message: `must be one of ${choices.join(', ')}` };
    }
    const isOurs = issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid');
    return { name, message: isOurs ? issue.message : `must be ${EXPECTED[issue.expected] ?? issue.expected}` };
}
/** What checks one option. */
function fieldOf(name) {
    const fields = Given.shape;
    const key = camelCase(name);
    return Object.hasOwn(fields, key) ? fields[key] : undefined;
}
function byMember(values) {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [camelCase(name), value]));
}
function camelCase(name) {
    return name.replaceAll(/-([a-z])/g, (_, letter) => letter.toUpperCase());
}


/***/ }),

/***/ 44883:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  e: () => (/* binding */ withContext)
});

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(58500);
;// CONCATENATED MODULE: ./build/platform/clock.js

/** The machine's own clock. `sleep` rejects with the signal's reason when it aborts. */
const systemClock = {
    now: () => new Date(),
    monotonic: () => performance.now(),
    async sleep(milliseconds, signal) {
        await (0,promises_.setTimeout)(milliseconds, undefined, signal === undefined ? {} : { signal }).catch((error) => {
            throw signal?.aborted === true ? (signal.reason ?? error) : error;
        });
    },
};

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(31421);
// EXTERNAL MODULE: external "node:events"
var external_node_events_ = __webpack_require__(78474);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(46466);
// EXTERNAL MODULE: ./build/platform/find-program.js
var find_program = __webpack_require__(14358);
// EXTERNAL MODULE: ./build/platform/lines.js
var lines = __webpack_require__(33581);
;// CONCATENATED MODULE: ./build/platform/process-errors.js

/** The error of a program that failed: its name, how it ended, and the lines of its stderr that tell why. */
function commandFailed(command, end, why) {
    const name = nameOf(command.program);
    const ending = why ?? (end.endedBy === null ? `ended with exit code ${end.code ?? '?'}` : `was ended by ${end.endedBy}`);
    const said = essenceOf(end.stderrTail);
    return new errors/* CommandError */.Qd({
        doing: command.doing,
        problem: said === '' ? `the program ${name} ${ending}` : `the program ${name} ${ending}: ${said}`,
        advice: command.advice ?? `Correct what ${name} reports, then start again.`,
    }, { program: name, ...end });
}
/** The error of a program that could not even be started. */
function programNotStarted(command, cause) {
    const name = nameOf(command.program);
    return new errors/* OperationError */.OK({
        doing: command.doing,
        problem: `the program ${name} could not be started`,
        advice: 'Read the cause below; usual ones are missing permission to run it and a full process table.',
        cause,
    });
}
/** The error of a program that is not on this machine; says what to install. */
function programMissing(command) {
    const name = nameOf(command.program);
    return new errors/* OperationError */.OK({
        doing: command.doing,
        problem: command.program.includes('/')
            ? `the program ${command.program} is not there or may not be run`
            : `the program ${name} was not found on PATH`,
        advice: `${installAdvice(name)} Then start again.`,
    });
}
/** The error of output that outgrew the bound for collected output. */
function outputTooLong(command, bound) {
    return new errors/* OperationError */.OK({
        doing: command.doing,
        problem: `the program ${nameOf(command.program)} wrote more than the ${bound / 1024 / 1024} MiB that are collected in memory`,
        advice: 'This is a mistake in pg-lifeboat: such output must be streamed. Please report it with these words.',
    });
}
function nameOf(program) {
    return program.slice(program.lastIndexOf('/') + 1);
}
/** Of PostgreSQL's programs: what the server says behind its severity, which is in its language, and two spaces. */
const PASSED_ON = /^(?:psql|pg_\w+|vacuumdb)\b.*: (?!STATEMENT|WARNING|NOTICE|INFO)[^\s:][^:]{0,40}: {2}\S/;
/** What the server adds to an error. */
const ADDED = /^(DETAIL|HINT): /;
const MOST_ERRORS = 3;
/** The few lines of a program's stderr that tell why it failed: its first errors with what the server adds, else its last line. */
function essenceOf(stderrTail) {
    const lines = stderrTail.split('\n').filter((line) => line.trim() !== '');
    const told = [];
    let errors = 0;
    for (const line of lines) {
        const isError = /\b(error|fatal|panic)\b:/i.test(line) || PASSED_ON.test(line);
        if (isError)
            errors += 1;
        if (errors > MOST_ERRORS)
            break;
        if (isError || (errors > 0 && ADDED.test(line)))
            told.push(line);
    }
    return (told.length > 0 ? told : lines.slice(-1)).join('\n');
}
function installAdvice(name) {
    if (/^(pg_|psql$|createdb$|dropdb$|vacuumdb$)/.test(name)) {
        return "Install PostgreSQL's client programs (Debian, Ubuntu: apt-get install postgresql-client), or name their folder in postgres-bin.";
    }
    if (/^(initdb|postgres)$/.test(name)) {
        return "Install PostgreSQL's server programs (Debian, Ubuntu: apt-get install postgresql), or name their folder in postgres-bin.";
    }
    return `Install ${name}, or add its folder to PATH.`;
}

// EXTERNAL MODULE: external "node:fs/promises"
var external_node_fs_promises_ = __webpack_require__(51455);
;// CONCATENATED MODULE: ./build/platform/process-memory.js

const SAMPLE_INTERVAL = 250;
/**
 * Watches how much memory a program and its descendants use, from `/proc`. Each process counts with its own peak
 * (`VmHWM`), so the sum is an upper bound; what lives shorter than the interval may be missed. Zero where there is no
 * `/proc`.
 */
class MemoryWatch {
    pid;
    timer;
    sampling = false;
    peakBytes = 0;
    constructor(pid) {
        this.pid = pid;
        this.timer = setInterval(() => void this.sample(), SAMPLE_INTERVAL);
        this.timer.unref();
        void this.sample();
    }
    /** Bytes. */
    get peak() {
        return this.peakBytes;
    }
    stop() {
        clearInterval(this.timer);
    }
    async sample() {
        if (this.sampling) {
            return;
        }
        this.sampling = true;
        this.peakBytes = Math.max(this.peakBytes, await familyMemory(this.pid));
        this.sampling = false;
    }
}
/** The peak resident memory of a process and of its living descendants, added up, in bytes. */
async function familyMemory(pid) {
    const [own, children] = await Promise.all([peakMemoryOf(pid), childrenOf(pid)]);
    const theirs = await Promise.all(children.map(familyMemory));
    return theirs.reduce((sum, bytes) => sum + bytes, own);
}
async function peakMemoryOf(pid) {
    const status = await readProc(`${pid}/status`);
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
async function childrenOf(pid) {
    const children = await readProc(`${pid}/task/${pid}/children`);
    return children.split(' ').filter(Boolean).map(Number);
}
/** Empty when the process has ended meanwhile, and on systems without `/proc`. */
function readProc(name) {
    return (0,external_node_fs_promises_.readFile)(`/proc/${name}`, 'utf8').catch(() => '');
}

;// CONCATENATED MODULE: ./build/platform/process.js








/** Between asking a program to end and ending it. */
const KILL_DELAY = 5_000;
/** How long output may go on after the program's end, when something that it started holds it open. */
const DRAIN_LIMIT = 5_000;
const MAX_COLLECTED = 16 * 1024 * 1024;
/**
 * A runner of real programs. Each gets a process group of its own, so that all it started can be ended with it; on Linux
 * it is also ended by the kernel when this process dies, in whatever way. The arguments are never written anywhere.
 */
function spawnProcessRunner({ logger, signal, killDelay = KILL_DELAY }) {
    const lifeline = findLifeline();
    let peakMemory = 0;
    if (signal !== undefined) {
        // Every program listens to it while it runs, and there may be many.
        (0,external_node_events_.setMaxListeners)(0, signal);
    }
    const start = (command) => {
        const effective = command.signal ?? signal;
        if (effective?.aborted === true) {
            throw new errors/* InterruptedError */.p4(command.doing, effective.reason);
        }
        const child = new Child(command, { logger, signal: effective, killDelay, lifeline });
        child.finished.then((finished) => (peakMemory = Math.max(peakMemory, finished.peakMemory)), () => undefined);
        return child;
    };
    return { start, run: async (command) => start(command).finished, peakMemory: () => peakMemory };
}
/** The first words of a command line that makes the kernel end a program when its parent dies; empty where there is none. */
function findLifeline() {
    const setpriv = process.platform === 'linux' ? (0,find_program/* findProgram */.K)('setpriv') : null;
    if (setpriv === null) {
        return [];
    }
    const args = ['--pdeathsig', 'TERM', '--'];
    const works = (0,external_node_child_process_.spawnSync)(setpriv, [...args, 'true'], { stdio: 'ignore' }).status === 0;
    return works ? [setpriv, ...args] : [];
}
/** One run of a program, from its start until nothing of it is left. */
class Child {
    command;
    options;
    pid;
    stdin;
    stdout;
    finished;
    child;
    stderrTail = new lines/* Tail */.PW();
    startedAt = performance.now();
    collected = [];
    collectedLength = 0;
    killTimer;
    /** Whether nothing of it is left, so that its number may be another program's. */
    isOver = false;
    /** Why we ended it, when we did; the first reason counts. */
    reason;
    constructor(command, options) {
        this.command = command;
        this.options = options;
        const child = this.spawn();
        this.child = child;
        this.pid = child.pid ?? 0;
        this.stdin = command.stdin === 'pipe' ? child.stdin : null;
        this.stdout = command.stdout === 'pipe' ? child.stdout : null;
        this.finished = this.supervise();
        // A caller may look at `finished` only later; until then its failure is no unhandled rejection.
        this.finished.catch(() => undefined);
    }
    stop(signal) {
        if (this.isOver)
            return;
        this.kill(signal ?? 'SIGTERM');
        if (signal === undefined) {
            this.killTimer ??= setTimeout(() => {
                this.kill('SIGKILL');
            }, this.command.killDelay ?? this.options.killDelay);
        }
    }
    spawn() {
        const { command } = this;
        const file = (0,find_program/* findProgram */.K)(command.program, command.env.PATH, command.cwd);
        if (file === null) {
            throw programMissing(command);
        }
        const [program = file, ...args] = [...this.options.lifeline, file, ...command.args];
        const options = {
            env: { ...command.env },
            detached: true,
            stdio: [
                command.stdin === undefined ? 'ignore' : 'pipe',
                (command.stdout ?? 'ignore') === 'ignore' ? 'ignore' : 'pipe',
                'pipe',
            ],
        };
        if (command.cwd !== undefined) {
            options.cwd = command.cwd;
        }
        if (command.user !== undefined && command.user.uid !== process.getuid?.()) {
            options.uid = command.user.uid;
            options.gid = command.user.gid;
        }
        return (0,external_node_child_process_.spawn)(program, args, options);
    }
    async supervise() {
        const ended = this.ended();
        const release = this.listenForInterruption();
        const memory = new MemoryWatch(this.pid);
        try {
            const { stdin, stdout } = this.connectStreams();
            this.options.logger.debug(`${nameOf(this.command.program)} runs (process ${this.pid}): ${this.command.doing}`);
            const { code, endedBy } = await ended;
            await Promise.all([stdin, stdout, this.drained()]);
            return this.outcome(code, endedBy, memory.peak);
        }
        finally {
            this.isOver = true;
            memory.stop();
            release();
            this.killStragglers();
        }
    }
    ended() {
        return new Promise((resolve, reject) => {
            this.child.once('error', (cause) => {
                reject(programNotStarted(this.command, cause));
            });
            this.child.once('exit', (code, endedBy) => {
                resolve({ code, endedBy });
            });
        });
    }
    listenForInterruption() {
        const { signal } = this.options;
        const { timeout, doing } = this.command;
        const abort = () => {
            this.giveUp(new errors/* InterruptedError */.p4(doing, signal?.reason));
        };
        signal?.addEventListener('abort', abort, { once: true });
        const timer = timeout === undefined
            ? undefined
            : setTimeout(() => {
                this.giveUp(this.failure({ code: null, endedBy: null }, `did not end within ${timeout / 1000} s`));
            }, timeout);
        return () => {
            signal?.removeEventListener('abort', abort);
            clearTimeout(timer);
            clearTimeout(this.killTimer);
        };
    }
    /** Ends the program; `finished` rejects with this error once it is gone. */
    giveUp(reason) {
        this.reason ??= reason;
        this.stop();
    }
    connectStreams() {
        const stderr = new lines/* LineSplitter */.g3((line) => {
            const shown = this.options.logger.redact(line);
            this.stderrTail.push(shown);
            this.command.onStderrLine?.(shown);
        }, this.command.decodeStderr);
        if (this.child.stderr !== null) {
            this.readLines(this.child.stderr, stderr);
        }
        return { stdin: this.feed(), stdout: this.deliver() };
    }
    async feed() {
        const { stdin } = this.command;
        if (this.child.stdin === null || stdin === undefined) {
            return;
        }
        // A program that ends before it has read everything: its exit code says whether that is a failure.
        this.child.stdin.on('error', () => undefined);
        if (stdin === 'pipe') {
            return;
        }
        const sink = this.child.stdin;
        stdin.once('error', (cause) => {
            // When the program stops reading first, the pipeline destroys our stream with that error: not the stream's fault.
            if (!sink.destroyed) {
                this.giveUp(this.streamBroke('what it was to read could not be read', cause));
            }
        });
        await (0,external_node_stream_promises_.pipeline)(stdin, sink).catch(() => undefined);
    }
    async deliver() {
        const { stdout } = this.command;
        const output = this.child.stdout;
        if (output === null || stdout === undefined || stdout === 'ignore' || stdout === 'pipe') {
            return;
        }
        if (stdout === 'collect') {
            output.on('data', (chunk) => {
                this.collect(chunk);
            });
        }
        else if (typeof stdout === 'function') {
            this.readLines(output, new lines/* LineSplitter */.g3(stdout, this.command.decode));
        }
        else {
            await (0,external_node_stream_promises_.pipeline)(output, stdout).catch((cause) => {
                this.giveUp(this.streamBroke('its output could not be written', cause));
            });
        }
    }
    collect(chunk) {
        this.collectedLength += chunk.length;
        if (this.collectedLength > MAX_COLLECTED) {
            this.collected.length = 0;
            this.giveUp(outputTooLong(this.command, MAX_COLLECTED));
        }
        else {
            this.collected.push(chunk);
        }
    }
    readLines(stream, splitter) {
        const guarded = (work) => {
            try {
                work();
            }
            catch (error) {
                this.giveUp(error instanceof Error ? error : new Error(String(error)));
            }
        };
        stream.on('data', (chunk) => {
            guarded(() => {
                splitter.push(chunk);
            });
        });
        stream.once('end', () => {
            guarded(() => {
                splitter.end();
            });
        });
    }
    /**
     * Resolves when all output was read. A background process can hold the pipes open for ever, so those that only we read
     * are closed after a while; a caller's stream is waited for, because cutting it would lose data.
     */
    async drained() {
        const { stdout, stderr } = this.child;
        const isOurs = this.command.stdout === 'collect' || typeof this.command.stdout === 'function';
        const streams = [stderr, isOurs ? stdout : null].filter((stream) => stream !== null);
        const timer = setTimeout(() => {
            streams.forEach((stream) => stream.destroy());
        }, DRAIN_LIMIT);
        await Promise.all(streams.map(process_closed));
        clearTimeout(timer);
    }
    outcome(code, endedBy, peakMemory) {
        if (this.reason !== undefined) {
            throw this.reason;
        }
        if (code === null || !(this.command.accept ?? [0]).includes(code)) {
            throw this.failure({ code, endedBy });
        }
        const collected = Buffer.concat(this.collected);
        return {
            code,
            stdout: this.command.decode?.(collected) ?? collected.toString('utf8'),
            stderrTail: this.stderrTail.toString(),
            peakMemory,
            duration: performance.now() - this.startedAt,
        };
    }
    failure(end, why) {
        return commandFailed(this.command, { ...end, stderrTail: this.stderrTail.toString() }, why);
    }
    streamBroke(problem, cause) {
        return new errors/* OperationError */.OK({
            doing: this.command.doing,
            problem: `the program ${nameOf(this.command.program)} was ended because ${problem}`,
            advice: this.command.advice ?? 'Mend the cause below, then start again.',
            cause,
        });
    }
    /** What an ended program left running goes with it when we gave up; otherwise it may be a service that it started. */
    killStragglers() {
        if (this.reason !== undefined) {
            this.kill('SIGKILL');
        }
    }
    kill(signal) {
        if (this.pid === 0) {
            return;
        }
        try {
            process.kill(-this.pid, signal);
        }
        catch {
            // The group has ended already, which is what was wanted.
        }
    }
}
function process_closed(stream) {
    return new Promise((resolve) => {
        if (stream.closed) {
            resolve();
        }
        else {
            stream.once('close', resolve);
        }
    });
}

// EXTERNAL MODULE: ./build/platform/workspace.js + 1 modules
var platform_workspace = __webpack_require__(39811);
;// CONCATENATED MODULE: ./build/platform/context.js




/** How the user, a service manager or GitHub's runner asks a process to stop. */
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** A longer one would go off at once. */
const LONGEST_TIMER = 2 ** 31 - 1;
/**
 * Makes the real ports, does work with them, and cleans up, whatever happens. The first interruption aborts the work,
 * which then has the time to put things in order; what an earlier run that was killed left behind is removed first.
 *
 * Throws `TimeLimitError` in place of what is thrown once the time limit is reached.
 */
async function withContext(surroundings, work) {
    const { logger, environment, workingDirectory, timeLimit, hangUp, endsProcess = false } = surroundings;
    const interruption = new AbortController();
    const stop = (name) => {
        if (!interruption.signal.aborted) {
            logger.warning(`${name} received: stopping and cleaning up.`);
            interruption.abort(name);
        }
    };
    const limitReached = () => {
        if (!interruption.signal.aborted && timeLimit !== undefined) {
            logger.warning(`The time-limit of ${timeLimit / 1000} s is reached: stopping and cleaning up.`);
            interruption.abort(new errors/* TimeLimitReached */.r_(timeLimit));
        }
    };
    const handlers = INTERRUPTIONS.map((name) => [name, name === 'SIGHUP' ? (hangUp ?? stop) : stop]);
    handlers.forEach(([name, handler]) => process.on(name, handler));
    const timer = timeLimit === undefined ? undefined : setTimeout(limitReached, Math.min(timeLimit, LONGEST_TIMER));
    const workspace = await (0,platform_workspace/* createWorkspace */.sK)({ environment });
    try {
        for (const { folder, why } of (await (0,platform_workspace/* sweepWorkspaces */.Ru)({ environment })).left) {
            logger.info(`${folder}, which an earlier run left behind, could not be removed: ${why}`);
        }
        const processes = spawnProcessRunner({ logger, signal: interruption.signal });
        const { signal } = interruption;
        return await work({ logger, environment, workingDirectory, processes, clock: systemClock, workspace, signal });
    }
    catch (error) {
        const { reason } = interruption.signal;
        throw reason instanceof errors/* TimeLimitReached */.r_ ? new errors/* TimeLimitError */.$q(reason, error) : error;
    }
    finally {
        await workspace.clean();
        clearTimeout(timer);
        handlers.forEach(([name, handler]) => process.off(name, handler));
        if (endsProcess)
            ignoreOnce();
    }
}
/** Comes too late to stop anything, and must not take back an exit code that is on its way. A second one ends what hangs. */
function ignoreOnce() {
    INTERRUPTIONS.forEach((name) => process.once(name, () => undefined));
}


/***/ }),

/***/ 57568:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $N: () => (/* binding */ codeOf),
/* harmony export */   AG: () => (/* binding */ fileTrouble),
/* harmony export */   nD: () => (/* binding */ orFileTrouble),
/* harmony export */   y: () => (/* binding */ ifThere)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);

/** What the operating system's codes mean to a person, and what helps. */
const MEANINGS = {
    ENOSPC: {
        problem: 'there is no space left on the disk',
        advice: 'Free some space or use a store with more room, then run it again.',
    },
    EDQUOT: { problem: 'the disk quota is used up', advice: 'Free some space or raise the quota, then run it again.' },
    EFBIG: {
        problem: 'the file would be larger than the system allows',
        advice: 'Raise the file size limit (ulimit -f), or use a file system that takes larger files.',
    },
    EROFS: {
        problem: 'the file system is mounted read-only',
        advice: 'Mount it writable, or check the disk: a file system with errors is often remounted read-only.',
    },
    EACCES: { problem: 'permission denied', advice: 'Give the user that runs this access to the folder.' },
    EPERM: { problem: 'the operation is not permitted', advice: 'Give the user that runs this access to the folder.' },
    ENOENT: { problem: 'a file or folder is not there', advice: 'Check the path and that nothing else removes it.' },
    ENOTDIR: { problem: 'a part of the path is a file, not a folder', advice: 'Check the path.' },
    EEXIST: { problem: 'something of that name is in the way', advice: 'Move it away, or use another path.' },
    ELOOP: {
        problem: 'a symbolic link stands where a file or folder must be',
        advice: 'Replace the link by what it points to.',
    },
    EIO: { problem: 'the disk reported an input/output error', advice: 'Check the disk; the kernel log says more.' },
    EMFILE: { problem: 'too many files are open', advice: 'Raise the limit of open files (ulimit -n).' },
    ENAMETOOLONG: { problem: 'the path is too long', advice: 'Use a shorter path.' },
};
/** The `code` of a system error, e.g. `ENOENT`; undefined for other things that were thrown. */
function codeOf(error) {
    const hasCode = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
    return hasCode ? error.code : undefined;
}
/**
 * An error of the file system in words; what is already a LifeboatError comes back as it is.
 *
 * @param doing what was being done and on what: `writing the manifest in /backups/db`
 */
function fileTrouble(error, doing) {
    if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .LifeboatError */ .H3)
        return error;
    const meaning = MEANINGS[codeOf(error) ?? ''];
    const problem = meaning?.problem ?? (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error);
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .OperationError */ .OK({ doing, problem, advice: meaning?.advice ?? 'Check the path and the disk.', cause: error });
}
/** Runs work on files and turns what the file system throws into words. */
async function orFileTrouble(doing, work) {
    try {
        return await work();
    }
    catch (error) {
        throw fileTrouble(error, doing);
    }
}
/** The result, or undefined where the file or folder is not there. */
async function ifThere(work) {
    try {
        return await work;
    }
    catch (error) {
        if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR')
            return undefined;
        throw error;
    }
}


/***/ }),

/***/ 71665:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   SP: () => (/* binding */ syncTree),
/* harmony export */   Z8: () => (/* binding */ syncPath),
/* harmony export */   bR: () => (/* binding */ bytesBelow),
/* harmony export */   f8: () => (/* binding */ writeWhole),
/* harmony export */   fc: () => (/* binding */ makeFolder),
/* harmony export */   ux: () => (/* binding */ makePrivate),
/* harmony export */   yO: () => (/* binding */ entriesBelow)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(73024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(76760);
/* harmony import */ var _file_errors_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(57568);
/* harmony import */ var _parallel_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(93351);






/** How many fsyncs go on at a time: a disk merges what it is asked together, and libuv has four threads. */
const SYNCS = 4;
/** Everything below a folder, sorted by path. Symbolic links are named, never followed. */
async function entriesBelow(folder) {
    const found = [];
    const waiting = [''];
    for (let inside = waiting.pop(); inside !== undefined; inside = waiting.pop()) {
        for (const entry of await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.readdir)(node_path__WEBPACK_IMPORTED_MODULE_3__.join(folder, inside), { withFileTypes: true })) {
            const one = { path: inside === '' ? entry.name : `${inside}/${entry.name}`, kind: kindOf(entry) };
            found.push(one);
            if (one.kind === 'folder')
                waiting.push(one.path);
        }
    }
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}
/** Bytes of the files below a folder, or of a file; what goes away meanwhile counts nothing, links are not followed. */
async function bytesBelow(folder) {
    const top = await (0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .ifThere */ .y)((0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.lstat)(folder));
    if (top?.isDirectory() !== true)
        return top?.size ?? 0;
    let bytes = 0;
    for (const { path: file, kind } of (await (0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .ifThere */ .y)(entriesBelow(folder))) ?? []) {
        if (kind === 'file')
            bytes += (await (0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .ifThere */ .y)((0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.lstat)(node_path__WEBPACK_IMPORTED_MODULE_3__.join(folder, file))))?.size ?? 0;
    }
    return bytes;
}
function kindOf(entry) {
    if (entry.isFile())
        return 'file';
    if (entry.isDirectory())
        return 'folder';
    return entry.isSymbolicLink() ? 'symbolic link' : 'special file';
}
/**
 * Takes all rights from other users on everything below a folder, whatever the umask was when programs wrote it. The
 * folder itself must have kept others out until now.
 */
async function makePrivate(folder) {
    for (const { path: file, kind } of await entriesBelow(folder)) {
        if (kind === 'file')
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.chmod)(node_path__WEBPACK_IMPORTED_MODULE_3__.join(folder, file), 0o600);
        if (kind === 'folder')
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.chmod)(node_path__WEBPACK_IMPORTED_MODULE_3__.join(folder, file), 0o700);
    }
}
/** Flushes a file's content, or a folder's list of names, to the disk. */
async function syncPath(file) {
    const handle = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.open)(file, node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_RDONLY | node_fs__WEBPACK_IMPORTED_MODULE_1__.constants.O_NOFOLLOW);
    try {
        await handle.sync();
    }
    catch (error) {
        // Some network file systems cannot flush a folder; they have no list of names that we could lose.
        if (!['EINVAL', 'ENOTSUP', 'EISDIR'].includes((0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .codeOf */ .$N)(error) ?? '') || !(await handle.stat()).isDirectory()) {
            throw error;
        }
    }
    finally {
        await handle.close();
    }
}
/** Flushes everything below a folder, and the folder itself: afterwards a power failure cannot undo it. */
async function syncTree(folder) {
    const entries = await entriesBelow(folder);
    const paths = entries.filter(({ kind }) => kind === 'file' || kind === 'folder').map((entry) => entry.path);
    await (0,_parallel_js__WEBPACK_IMPORTED_MODULE_5__/* .inParallel */ .H)(['', ...paths], SYNCS, (entry) => syncPath(node_path__WEBPACK_IMPORTED_MODULE_3__.join(folder, entry)));
}
/**
 * Makes a folder, and those above it that are missing, readable by nobody else, and flushes what it made.
 *
 * Node's own `recursive` never returns where the system takes no folder although the one above is there, as in /proc or
 * at an automounter's mount point.
 */
async function makeFolder(folder) {
    if ((await (0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .ifThere */ .y)((0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.stat)(folder)))?.isDirectory() === true)
        return;
    const parent = node_path__WEBPACK_IMPORTED_MODULE_3__.dirname(folder);
    if (parent !== folder)
        await makeFolder(parent);
    try {
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.mkdir)(folder, { mode: 0o700 });
    }
    catch (error) {
        if ((0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .codeOf */ .$N)(error) === 'EEXIST' && (await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.stat)(folder)).isDirectory())
            return;
        throw error;
    }
    await syncPath(parent);
}
/**
 * Writes a file so that a reader, also after a crash, sees the old content or the new one, and never a part. What is
 * there and is no file, such as /dev/null or a pipe, is written into: a renaming would take it from everybody else.
 *
 * @param mode who may read it; nobody else by default
 */
async function writeWhole(file, content, mode = 0o600) {
    const there = await (0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .ifThere */ .y)((0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.stat)(file));
    if (there?.isFile() === false) {
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.writeFile)(file, content);
        return;
    }
    const temporary = node_path__WEBPACK_IMPORTED_MODULE_3__.join(node_path__WEBPACK_IMPORTED_MODULE_3__.dirname(file), `.${node_path__WEBPACK_IMPORTED_MODULE_3__.basename(file)}.${(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(6).toString('hex')}.tmp`);
    try {
        await writeNew(temporary, content);
        // Not by the open, where the umask would take from it.
        if (mode !== 0o600)
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.chmod)(temporary, mode);
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.rename)(temporary, file);
    }
    catch (error) {
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.rm)(temporary, { force: true });
        throw error;
    }
    // The dot is the folder itself, also where its name is a descriptor of it.
    await syncPath(`${node_path__WEBPACK_IMPORTED_MODULE_3__.dirname(file)}/.`);
}
async function writeNew(file, content) {
    const handle = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.open)(file, 'wx', 0o600);
    try {
        await handle.writeFile(content);
        await handle.sync();
    }
    finally {
        await handle.close();
    }
}


/***/ }),

/***/ 14358:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   K: () => (/* binding */ findProgram),
/* harmony export */   V: () => (/* binding */ isProgram)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);


/** Where a program without a path is looked for when the environment has no PATH; what `execvp` does. */
const DEFAULT_PATH = '/usr/local/bin:/bin:/usr/bin';
/** The file of a program, found as a shell finds it: by its path, or in the folders of PATH; null when there is none. */
function findProgram(program, searchPath = DEFAULT_PATH, cwd = '/') {
    if (program.includes('/')) {
        const file = node_path__WEBPACK_IMPORTED_MODULE_1__.resolve(cwd, program);
        return isProgram(file) ? file : null;
    }
    const folders = searchPath.split(node_path__WEBPACK_IMPORTED_MODULE_1__.delimiter).filter((folder) => node_path__WEBPACK_IMPORTED_MODULE_1__.isAbsolute(folder));
    return folders.map((folder) => node_path__WEBPACK_IMPORTED_MODULE_1__.join(folder, program)).find(isProgram) ?? null;
}
/** Whether it is a file that may be executed. */
function isProgram(file) {
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.accessSync)(file, node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.X_OK);
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statSync)(file).isFile();
    }
    catch {
        return false; // not there, or not for us: not a program
    }
}


/***/ }),

/***/ 77487:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   c2: () => (/* binding */ statusOf),
/* harmony export */   dz: () => (/* binding */ requestFailed),
/* harmony export */   fI: () => (/* binding */ waitBefore)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);

/** The status of an answer that is an error; undefined when there was no answer. */
function statusOf(error) {
    return has(error, 'status') && typeof error.status === 'number' ? error.status : undefined;
}
/**
 * How long to wait before asking again, in milliseconds; undefined where asking again is of no use.
 *
 * @param attempt 1 for the first one that failed
 */
function waitBefore(error, attempt, now) {
    const status = statusOf(error);
    const backoff = 1000 * 4 ** (attempt - 1);
    if (status === undefined)
        return isNoAnswer(error) ? backoff : undefined;
    if (status >= 500)
        return backoff;
    const limited = limitedUntil(error, now);
    return limited === undefined ? undefined : Math.max(backoff, limited.getTime() - now.getTime());
}
/** What a person reads when a request failed for good. */
function requestFailed(error, { doing, permission }, now) {
    const limited = limitedUntil(error, now);
    if (limited !== undefined) {
        return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .OperationError */ .OK({
            doing,
            problem: `GitHub takes no more requests from this token until ${limited.toISOString()}`,
            advice: 'A job has 1,000 requests an hour. Run it again later, or have fewer jobs at the same time.',
            cause: error,
        });
    }
    const [problem, advice] = meaningOf(error, permission);
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .OperationError */ .OK({ doing, problem, advice, cause: error });
}
function meaningOf(error, permission) {
    switch (statusOf(error)) {
        case 401:
            return ['the token was not accepted', 'Check github-token: it may have expired, or be of another server.'];
        case 403:
            return [
                `the token may not do this; it needs the permission "${permission}"`,
                `Add "permissions: ${permission}" to the job (with it, every other permission that the job needs), or use a token that has it.`,
            ];
        case 404:
            return [
                'there is no such repository or artifact, or the token may not see it',
                `Check the name of the repository, and that the token has the permission "${permission}" there.`,
            ];
        case 410:
            return ['the artifact has expired', 'Use another set, or a copy of this one in another store.'];
        case undefined:
            return [`GitHub could not be reached: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)}`, 'Check the network and the proxy, then run it again.'];
        default:
            return [`GitHub answered: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)}`, 'Run it again; githubstatus.com tells whether GitHub works.'];
    }
}
/** When requests are taken again, where this is what the answer says. */
function limitedUntil(error, now) {
    const status = statusOf(error);
    if (status !== 429 && status !== 403)
        return undefined;
    const wait = Number(header(error, 'retry-after'));
    if (Number.isFinite(wait) && wait > 0)
        return new Date(now.getTime() + wait * 1000);
    const reset = Number(header(error, 'x-ratelimit-reset'));
    if (header(error, 'x-ratelimit-remaining') === '0' && reset > 0)
        return new Date(reset * 1000);
    return status === 429 ? new Date(now.getTime() + 1000) : undefined;
}
function header(error, name) {
    const response = has(error, 'response') ? error.response : undefined;
    const headers = has(response, 'headers') ? response.headers : undefined;
    const value = has(headers, name) ? headers[name] : undefined;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
/** Whether the connection failed, and not our own doing. */
function isNoAnswer(error) {
    return error instanceof Error && !(error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .InterruptedError */ .p4);
}
function has(value, key) {
    return typeof value === 'object' && value !== null && key in value;
}


/***/ }),

/***/ 99931:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Y9: () => (/* binding */ exposure),
/* harmony export */   Zw: () => (/* binding */ jobOf),
/* harmony export */   q8: () => (/* binding */ missingArtifactService)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var _bounded_json_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(12160);


/** The job that the environment describes, or null where there is none. */
function jobOf(environment) {
    if (environment.GITHUB_ACTIONS !== 'true') {
        return null;
    }
    return {
        repository: environment.GITHUB_REPOSITORY ?? '',
        runId: environment.GITHUB_RUN_ID ?? '',
        runAttempt: Number(environment.GITHUB_RUN_ATTEMPT ?? 1) || 1,
        workspace: environment.GITHUB_WORKSPACE ?? '',
        runnerTemp: environment.RUNNER_TEMP ?? '',
        eventName: environment.GITHUB_EVENT_NAME ?? '',
        serverUrl: environment.GITHUB_SERVER_URL ?? 'https://github.com',
        visibility: visibilityOf(environment.GITHUB_EVENT_PATH),
    };
}
/**
 * Why an unencrypted dump must not become an artifact of the repository, or null where only those can download it who
 * can read the repository anyway.
 */
function exposure(visibility) {
    switch (visibility) {
        case 'public':
            return 'the repository is public, and everybody could download the unencrypted dump';
        case 'unknown':
            return 'it cannot be told whether the repository is public, where everybody could download the unencrypted dump';
        case 'private':
        case 'internal':
            return null;
    }
}
/** Why nothing can be uploaded from here, or null where the runner offers its artifact service. */
function missingArtifactService(environment) {
    const missing = ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL'].find((name) => !environment[name]);
    return missing === undefined ? null : `this runner offers no artifact service (${missing} is not set)`;
}
/** The visibility that the event's payload tells; every event of a repository carries it, the scheduled ones too. */
function visibilityOf(eventPath) {
    const repository = repositoryIn(eventPath);
    switch (repository?.visibility) {
        case 'public':
        case 'private':
        case 'internal':
            return repository.visibility;
        default:
            return repository?.private === true ? 'private' : repository?.private === false ? 'public' : 'unknown';
    }
}
function repositoryIn(eventPath) {
    if (eventPath === undefined || eventPath === '') {
        return undefined;
    }
    try {
        const event = (0,_bounded_json_js__WEBPACK_IMPORTED_MODULE_1__/* .parseBoundedJson */ .Rj)((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readFileSync)(eventPath, 'utf8'), _bounded_json_js__WEBPACK_IMPORTED_MODULE_1__/* .LARGE_JSON */ .dV);
        return event?.repository;
    }
    catch {
        // A payload that cannot be read tells nothing, and then the guard is on the safe side.
        return undefined;
    }
}


/***/ }),

/***/ 33581:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   PW: () => (/* binding */ Tail),
/* harmony export */   g3: () => (/* binding */ LineSplitter)
/* harmony export */ });
/* unused harmony export MAX_LINE_LENGTH */
/* harmony import */ var node_string_decoder__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(46193);

/** Longer lines are cut here, so that output without line ends cannot fill the memory. */
const MAX_LINE_LENGTH = 256 * 1024;
const CUT_MARK = ' [line cut here]';
/**
 * Cuts a stream of bytes into lines and hands each to `onLine`, without its line end. Lines longer than
 * `MAX_LINE_LENGTH` are cut and marked. Its memory is bounded by one line.
 */
class LineSplitter {
    onLine;
    decode;
    decoder;
    pieces = [];
    length = 0;
    /** @param decode reads the bytes of a line; as UTF-8 where it is not given */
    constructor(onLine, decode) {
        this.onLine = onLine;
        this.decode = decode;
        // Every byte is a character until the line is whole.
        this.decoder = new node_string_decoder__WEBPACK_IMPORTED_MODULE_0__.StringDecoder(decode === undefined ? 'utf8' : 'latin1');
    }
    push(chunk) {
        const parts = this.decoder.write(chunk).split('\n');
        const unfinished = parts.pop() ?? '';
        for (const part of parts) {
            this.keep(part);
            this.emit();
        }
        this.keep(unfinished);
    }
    /** Hands over what came after the last line end. */
    end() {
        this.keep(this.decoder.end());
        if (this.length > 0) {
            this.emit();
        }
    }
    keep(text) {
        const room = MAX_LINE_LENGTH - this.length;
        if (text !== '' && room > 0) {
            this.pieces.push(text.slice(0, room));
        }
        this.length += text.length;
    }
    emit() {
        const text = this.pieces.join('');
        const line = this.decode === undefined ? text : this.decode(Buffer.from(text, 'latin1'));
        const isCut = this.length > MAX_LINE_LENGTH;
        this.pieces = [];
        this.length = 0;
        this.onLine(isCut ? line + CUT_MARK : line.replace(/\r$/, ''));
    }
}
/** Remembers the last lines of something: at most so many, and at most so many characters of them. */
class Tail {
    maxLines;
    maxLength;
    lines = [];
    length = 0;
    constructor(maxLines = 40, maxLength = 8 * 1024) {
        this.maxLines = maxLines;
        this.maxLength = maxLength;
    }
    push(line) {
        const kept = line.slice(0, this.maxLength);
        this.lines.push(kept);
        this.length += kept.length;
        while (this.lines.length > this.maxLines || this.length > this.maxLength) {
            this.length -= this.lines.shift()?.length ?? 0;
        }
    }
    toString() {
        return this.lines.join('\n');
    }
}


/***/ }),

/***/ 38329:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   EW: () => (/* binding */ readSmallFile),
/* harmony export */   Tq: () => (/* binding */ openFile),
/* harmony export */   _z: () => (/* binding */ inFolder),
/* harmony export */   dM: () => (/* binding */ removeTree),
/* harmony export */   jj: () => (/* binding */ isRealFolder),
/* harmony export */   vK: () => (/* binding */ makeRealFolder)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(76760);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(19473);
/* harmony import */ var _file_errors_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(57568);
/* harmony import */ var _files_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(71665);






/**
 * Working in folders that others can write to: nothing here goes through a symbolic link, waits for a pipe, or opens a
 * device. A look before the use is not enough, because what is there can be exchanged in between; so a folder is opened
 * once, and what is in it is named through its descriptor.
 *
 * https://man7.org/linux/man-pages/man7/symlink.7.html, https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
 */
/** How often a folder is emptied again into which something is written meanwhile. */
const TRIES = 3;
/**
 * Opens a folder, does work in it and closes it. The work gets a path that leads to this very folder, whatever its name
 * leads to by then; joined with one name it is as safe as the folder's descriptor. Without /proc it is the folder's own
 * path, which only this look vouches for.
 *
 * Throws `OperationError` for a link or anything else that is no folder, the system's error where nothing is there.
 */
async function inFolder(folder, work) {
    const handle = await openFolder(folder);
    try {
        const descriptor = `/proc/self/fd/${handle.fd}`;
        const here = (await (0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .ifThere */ .y)((0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.lstat)(descriptor))) === undefined ? folder : descriptor;
        return await work(here, await handle.stat());
    }
    finally {
        await handle.close();
    }
}
async function openFolder(folder) {
    try {
        return await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.open)(folder, node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_RDONLY | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_DIRECTORY | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_NOFOLLOW);
    }
    catch (error) {
        const isSomethingElse = ['ENOTDIR', 'ELOOP'].includes((0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .codeOf */ .$N)(error) ?? '');
        throw isSomethingElse && (await (0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .ifThere */ .y)((0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.lstat)(folder))) !== undefined ? noFolder(folder, error) : error;
    }
}
function noFolder(folder, cause) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .OperationError */ .OK({
        doing: `using the folder ${folder}`,
        problem: 'it is a symbolic link or something else than a folder; nothing is read, written or deleted through one',
        advice: 'Find out who put it there, and put a folder in its place. To keep a store elsewhere, give its own path.',
        cause,
    });
}
/** Removes a file, a link, or a folder with all that is in it. Links are removed, never followed. */
async function removeTree(target) {
    for (let attempt = 1;; attempt += 1) {
        try {
            await removeOnce(target);
            return;
        }
        catch (error) {
            const mayPass = error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .OperationError */ .OK || ['ENOTEMPTY', 'EEXIST', 'EBUSY', 'EISDIR'].includes((0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .codeOf */ .$N)(error) ?? '');
            if (!mayPass || attempt === TRIES)
                throw error;
        }
    }
}
async function removeOnce(target) {
    const facts = await (0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .ifThere */ .y)((0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.lstat)(target));
    if (facts === undefined)
        return;
    if (!facts.isDirectory()) {
        await (0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .ifThere */ .y)((0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.unlink)(target));
        return;
    }
    await inFolder(target, async (here) => {
        for (const name of await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.readdir)(here))
            await removeOnce(node_path__WEBPACK_IMPORTED_MODULE_2__.join(here, name));
    });
    await (0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .ifThere */ .y)((0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.rmdir)(target));
}
/** A folder that is one itself: throws `OperationError` where something else, or a link to one, has its name. */
async function makeRealFolder(folder) {
    await (0,_files_js__WEBPACK_IMPORTED_MODULE_5__/* .makeFolder */ .fc)(folder);
    if (!(await isRealFolder(folder)))
        throw noFolder(folder);
}
/** Whether a path is a folder itself and no link to one. */
async function isRealFolder(folder) {
    return (await (0,_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .ifThere */ .y)((0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.lstat)(folder)))?.isDirectory() === true;
}
/**
 * Opens a file that is one: no link, no folder, no pipe, no device.
 *
 * @param flags `O_RDONLY` and the like; what keeps from following and waiting is added
 * Throws the system's error, or `OperationError` for what is not a file.
 */
async function openFile(file, flags = node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_RDONLY, mode = 0o600) {
    const handle = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.open)(file, flags | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_NOFOLLOW | node_fs__WEBPACK_IMPORTED_MODULE_0__.constants.O_NONBLOCK, mode);
    if ((await handle.stat()).isFile())
        return handle;
    await handle.close();
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .OperationError */ .OK({
        doing: `opening ${file}`,
        problem: 'it is not a file but a folder, pipe or device',
        advice: 'Find out who put it there, and remove it.',
    });
}
/** The text of a file of at most so many bytes. Throws as `openFile` does, and `OperationError` for a larger one. */
async function readSmallFile(file, limit) {
    const handle = await openFile(file);
    try {
        const { size } = await handle.stat();
        if (size > limit) {
            throw new _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .OperationError */ .OK({
                doing: `reading ${file}`,
                problem: `it has ${size} bytes, and at most ${limit} are expected`,
                advice: 'Find out who wrote it. pg-lifeboat does not write such a file.',
            });
        }
        const buffer = Buffer.alloc(size);
        const { bytesRead } = await handle.read(buffer, 0, size, 0);
        return buffer.toString('utf8', 0, bytesRead);
    }
    finally {
        await handle.close();
    }
}


/***/ }),

/***/ 65573:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $S: () => (/* binding */ describeOwner),
/* harmony export */   Wr: () => (/* binding */ ownerHere),
/* harmony export */   _e: () => (/* binding */ Owner),
/* harmony export */   aY: () => (/* binding */ sharesKernel),
/* harmony export */   c_: () => (/* binding */ lifeOf)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(73024);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(48161);
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(92857);
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(64377);
/* harmony import */ var _file_errors_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(57568);





/** Who holds a lock or writes a folder: enough to tell later whether that very process still lives. */
const Owner = zod__WEBPACK_IMPORTED_MODULE_4__/* .object */ .Ikc({
    /** Different for every lock and folder. */
    token: zod__WEBPACK_IMPORTED_MODULE_4__/* .string */ .YjP(),
    doing: zod__WEBPACK_IMPORTED_MODULE_4__/* .string */ .YjP(),
    since: zod__WEBPACK_IMPORTED_MODULE_5__/* .datetime */ .w$(),
    pid: zod__WEBPACK_IMPORTED_MODULE_4__/* .number */ .aig().int().positive(),
    /** When the process started, in the kernel's ticks since boot: a process id can be given out again. */
    started: zod__WEBPACK_IMPORTED_MODULE_4__/* .string */ .YjP().nullable(),
    host: zod__WEBPACK_IMPORTED_MODULE_4__/* .string */ .YjP(),
    boot: zod__WEBPACK_IMPORTED_MODULE_4__/* .string */ .YjP().nullable(),
    /** A container numbers its processes on its own; ids of another one mean nothing here. */
    pidNamespace: zod__WEBPACK_IMPORTED_MODULE_4__/* .string */ .YjP().nullable(),
});
/** This process as an owner, under a new token. */
function ownerHere(doing, now) {
    return {
        token: (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomUUID)(),
        doing,
        since: now.toISOString(),
        pid: process.pid,
        started: started(process.pid),
        ...place(),
    };
}
/**
 * Whether an owner lives. `elsewhere` when it cannot be told: it runs, or ran, on another machine or in another
 * container.
 */
function lifeOf(owner) {
    const here = place();
    if (owner.host !== here.host)
        return 'elsewhere';
    if (owner.boot !== here.boot)
        return 'dead';
    if (owner.pidNamespace !== here.pidNamespace)
        return 'elsewhere';
    if (!exists(owner.pid))
        return 'dead';
    const now = stateOf(owner.pid);
    if (now === undefined)
        return 'alive';
    return now.state === 'Z' || now.state === 'X' || now.started !== owner.started ? 'dead' : 'alive';
}
/** Whether an owner runs, or ran, on the kernel that runs us: containers of one machine do, whatever they are called. */
function sharesKernel({ boot }) {
    return boot !== null && boot === place().boot;
}
/** `pid 4711 on backup-host since 2026-11-24T02:00:00.000Z (backing up app)` */
function describeOwner({ pid, host, since, doing }) {
    return `pid ${pid} on ${host} since ${since} (${doing})`;
}
function place() {
    return {
        host: node_os__WEBPACK_IMPORTED_MODULE_2__.hostname(),
        boot: attempt(() => (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readFileSync)('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
        pidNamespace: attempt(() => (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readlinkSync)('/proc/self/ns/pid')),
    };
}
/** Asks the kernel rather than /proc, which may hide the processes of other users. */
function exists(pid) {
    try {
        process.kill(pid, 0);
        return true;
    }
    catch (error) {
        return (0,_file_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .codeOf */ .$N)(error) === 'EPERM';
    }
}
function started(pid) {
    return stateOf(pid)?.started ?? null;
}
/** The third and the 22nd field of /proc/PID/stat; the second, the program's name, may hold spaces and brackets. */
function stateOf(pid) {
    const text = attempt(() => (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readFileSync)(`/proc/${pid}/stat`, 'utf8'));
    const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields?.[0], fields?.[19]];
    return state === undefined || start === undefined ? undefined : { state, started: start };
}
function attempt(read) {
    try {
        return read();
    }
    catch {
        return null; // a system without /proc, or a process that has ended: the callers have a rule for "not known"
    }
}


/***/ }),

/***/ 93351:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ inParallel)
/* harmony export */ });
/**
 * Maps with at most `limit` of the works going on at a time. Results keep the order of the items; the first failure is
 * thrown once the works that had begun are over, and no further ones begin.
 */
async function inParallel(items, limit, work) {
    const results = new Array(items.length);
    const failures = [];
    const queue = items.entries();
    const worker = async () => {
        for (const [index, item] of queue) {
            if (failures.length > 0)
                return;
            try {
                results[index] = await work(item, index);
            }
            catch (error) {
                failures.push(error);
            }
        }
    };
    await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
    if (failures.length > 0)
        throw failures[0];
    return results;
}


/***/ }),

/***/ 39811:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  $d: () => (/* binding */ abandonedWorkspaces),
  CH: () => (/* binding */ createOwnedFolder),
  sK: () => (/* binding */ createWorkspace),
  Ru: () => (/* binding */ sweepWorkspaces),
  yy: () => (/* binding */ temporaryFolder),
  XR: () => (/* binding */ temporaryFolders)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/bounded-json.js
var bounded_json = __webpack_require__(12160);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/platform/file-errors.js
var file_errors = __webpack_require__(57568);
// EXTERNAL MODULE: ./build/platform/no-follow.js
var no_follow = __webpack_require__(38329);
// EXTERNAL MODULE: ./build/platform/owner.js
var platform_owner = __webpack_require__(65573);
// EXTERNAL MODULE: external "node:events"
var external_node_events_ = __webpack_require__(78474);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(77030);
;// CONCATENATED MODULE: ./build/platform/sign-of-life.js





/** The socket in a folder on which its owner listens. */
const SOCKET = 'alive';
/** Milliseconds between the touches that tell other machines that a folder is in use. */
const BEAT = 5 * 60 * 1000;
/** Milliseconds to wait for the answer of a socket; a living kernel answers at once. */
const PATIENCE = 2000;
/**
 * Shows, for as long as this process lives, that a folder is in use: by a socket, which the kernel closes with the process,
 * and by touching the note. A container with another name and other process numbers can tell by the socket as well, as
 * long as it runs on the same kernel; other machines have the touches. Never throws: a folder without these signs is
 * only kept longer.
 */
async function showLife(folder, note) {
    const server = external_node_net_.createServer((socket) => socket.destroy());
    server.unref();
    const beat = setInterval(() => {
        const now = new Date();
        (0,promises_.utimes)(note, now, now).catch(() => {
            clearInterval(beat); // the folder has gone
            server.close();
        });
    }, BEAT);
    beat.unref();
    server.on('error', () => undefined);
    await throughDescriptor(folder, async (socket) => {
        server.listen(socket);
        await Promise.race([(0,external_node_events_.once)(server, 'listening'), (0,external_node_events_.once)(server, 'error')]);
    }).catch(() => undefined);
}
/** Whether the owner of a folder listens; undefined where that cannot be told. Ask only on the kernel that it ran on. */
async function isAlive(folder) {
    return throughDescriptor(folder, (socket) => answerOf(socket)).catch(() => undefined);
}
/** A socket's path has 107 bytes at most; through the folder's descriptor it is always short. */
async function throughDescriptor(folder, work) {
    const handle = await (0,promises_.open)(folder);
    try {
        return await work(external_node_path_.join(`/proc/self/fd/${handle.fd}`, SOCKET));
    }
    finally {
        await handle.close();
    }
}
function answerOf(path) {
    return new Promise((resolve) => {
        const socket = external_node_net_.connect({ path, timeout: PATIENCE });
        const conclude = (answer) => () => {
            socket.destroy();
            resolve(answer);
        };
        socket.on('connect', conclude(true));
        socket.on('timeout', conclude(undefined));
        socket.on('error', (error) => {
            conclude((0,file_errors/* codeOf */.$N)(error) === 'ECONNREFUSED' ? false : undefined)();
        });
    });
}

;// CONCATENATED MODULE: ./build/platform/workspace.js









const PREFIX = 'pg-lifeboat-';
const NOTE = 'owner.json';
/** What `createOwnedFolder` calls a folder. */
const OWN_NAME = /^pg-lifeboat-\d+-\w{6}$/;
/** Bytes. */
const LARGEST_NOTE = 64 * 1024;
/** Milliseconds without a sign of life after which a folder whose owner cannot be asked counts as abandoned. */
const SILENCE_LIMIT = 24 * 3600 * 1000;
/** The folder for temporary things: the runner's, else TMPDIR's, else the system's. */
function temporaryFolder(environment) {
    return temporaryFolders(environment)[0] ?? external_node_os_.tmpdir();
}
/** All folders that temporary things may be put in, the preferred one first. */
function temporaryFolders(environment) {
    const all = [environment.RUNNER_TEMP, environment.TMPDIR, external_node_os_.tmpdir(), '/tmp', '/var/tmp'];
    const given = all.flatMap((folder) => (folder === undefined || folder === '' ? [] : [external_node_path_.resolve(folder)]));
    return [...new Set(given)];
}
/**
 * Makes the workspace of this run: a folder of mode 0700 with a note that says which process it belongs to.
 *
 * Throws `OperationError` when the folder for temporary things cannot be written to.
 */
async function createWorkspace({ environment }) {
    return new FolderWorkspace(await createOwnedFolder(temporaryFolder(environment)));
}
/** Makes a folder of mode 0700 that `sweepWorkspaces` of a later run removes if this process does not. */
async function createOwnedFolder(parent) {
    return (0,file_errors/* orFileTrouble */.nD)(`making a folder for temporary files in ${parent}`, async () => {
        // mkdtemp makes it 0700, which is what keeps the secret files below it from others.
        const folder = await (0,promises_.mkdtemp)(external_node_path_.join(parent, `${PREFIX}${process.pid}-`));
        const note = JSON.stringify((0,platform_owner/* ownerHere */.Wr)('pg-lifeboat', new Date()));
        await (0,promises_.writeFile)(external_node_path_.join(folder, NOTE), note, { flag: 'wx', mode: 0o600 });
        await showLife(folder, external_node_path_.join(folder, NOTE));
        return folder;
    });
}
/**
 * Removes the folders of runs that ended without cleaning up. Those of living processes, of other machines and of other
 * users stay. Never throws: whatever lies in a folder that every user can write to, it must not stop a backup.
 */
async function sweepWorkspaces({ environment }) {
    const sweep = { removed: [], left: [] };
    for (const folder of await abandonedWorkspaces({ environment })) {
        try {
            await (0,no_follow/* removeTree */.dM)(folder);
            sweep.removed.push(folder);
        }
        catch (error) {
            sweep.left.push({ folder, why: (0,errors/* messageOf */.bD)(error) });
        }
    }
    return sweep;
}
/** The folders that `sweepWorkspaces` would remove. */
async function abandonedWorkspaces({ environment }) {
    const found = [];
    for (const parent of temporaryFolders(environment)) {
        for (const name of (await namesIn(parent)).filter((each) => OWN_NAME.test(each))) {
            const folder = external_node_path_.join(parent, name);
            if (await isAbandoned(folder)) {
                found.push(folder);
            }
        }
    }
    return found;
}
/** None where the folder is not there, or cannot be listed. */
async function namesIn(parent) {
    return (0,promises_.readdir)(parent).catch(() => []);
}
/** Only a folder of our own user is looked into: what another user writes in a note of ours proves nothing. */
async function isAbandoned(folder) {
    try {
        const facts = await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(folder));
        if (facts?.isDirectory() !== true || !isOurs(facts))
            return false;
        return await (0,no_follow/* inFolder */._z)(folder, async (here, opened) => {
            if (!isOurs(opened))
                return false;
            const owner = await readOwner(here);
            // A run that was killed while it wrote its note left a folder by whose name alone it can be known; so it gets a day.
            return owner === undefined ? isSilent(opened) : await isDead(owner, here);
        });
    }
    catch {
        return false; // it goes or changes at this moment: the next sweep looks again
    }
}
/** An owner in another container, such as the one that this one replaces, is asked by its socket. */
async function isDead(owner, folder) {
    const life = (0,platform_owner/* lifeOf */.c_)(owner);
    if (life !== 'elsewhere')
        return life === 'dead';
    const answer = (0,platform_owner/* sharesKernel */.aY)(owner) ? await isAlive(folder) : undefined;
    return answer === undefined ? isSilent(await (0,promises_.lstat)(external_node_path_.join(folder, NOTE))) : !answer;
}
function isSilent({ mtimeMs }) {
    return Date.now() - mtimeMs > SILENCE_LIMIT;
}
function isOurs({ uid }) {
    return uid === process.getuid?.();
}
/** Undefined when there is no note that we can read and believe. */
async function readOwner(folder) {
    try {
        return platform_owner/* Owner */._e.parse((0,bounded_json/* parseBoundedJson */.Rj)(await (0,no_follow/* readSmallFile */.EW)(external_node_path_.join(folder, NOTE), LARGEST_NOTE), bounded_json/* SMALL_JSON */.Rx));
    }
    catch {
        return undefined;
    }
}
class FolderWorkspace {
    root;
    count = 0;
    constructor(root) {
        this.root = root;
    }
    async folder(purpose) {
        this.count += 1;
        const folder = external_node_path_.join(this.root, `${this.count}-${safeName(purpose)}`);
        await (0,file_errors/* orFileTrouble */.nD)(`making the temporary folder ${folder}`, () => (0,promises_.mkdir)(folder, { mode: 0o700 }));
        return folder;
    }
    async secretFile(name, content) {
        const file = external_node_path_.join(await this.folder('secret'), safeName(name));
        await (0,file_errors/* orFileTrouble */.nD)(`writing the temporary file ${file}`, () => (0,promises_.writeFile)(file, content, { flag: 'wx', mode: 0o600 }));
        return file;
    }
    peakMemory() {
        return process.resourceUsage().maxRSS * 1024;
    }
    async clean() {
        await (0,file_errors/* orFileTrouble */.nD)(`removing the temporary folder ${this.root}`, () => (0,no_follow/* removeTree */.dM)(this.root));
    }
}
function safeName(text) {
    return text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^\.+/, '') || 'file';
}


/***/ }),

/***/ 29596:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   HM: () => (/* binding */ MOVING_PARTITIONS),
/* harmony export */   Ld: () => (/* binding */ ADDRESS_TYPES),
/* harmony export */   SM: () => (/* binding */ RUNNING_CODE)
/* harmony export */ });
/** Parts of a `WITH RECURSIVE` that say what to mind when the rows of tables are read and compared. */
/** What an index or a statistics object may depend on without any function being run for it when a query is planned. */
const HARMLESS = [
    'pg_class',
    'pg_constraint',
    'pg_collation',
    'pg_opclass',
    'pg_opfamily',
    'pg_am',
    'pg_namespace',
    'pg_extension',
];
/**
 * `running_code(oid)`: tables whose indexes (in expressions or predicate) or statistics (in expressions) use what is not
 * PostgreSQL's own. The planner reads these expressions for any query over the table: it calls functions with constant
 * arguments, as the role that asks, and writes out the bodies of SQL functions, which fails where they name something
 * without its schema. What PostgreSQL itself brought along is in no dependency.
 *
 * A type by itself has no code that is run, but a domain does, and so may what a composite type has within it; among
 * statistics any type may, since their functions need not be immutable and so can hide a user's cast.
 */
const RUNNING_CODE = `running_code(oid) AS (
    SELECT coalesce(i.indrelid, s.stxrelid)
    FROM pg_depend d
      LEFT JOIN pg_index i ON d.classid = 'pg_class'::regclass AND i.indexrelid = d.objid
      LEFT JOIN pg_statistic_ext s ON d.classid = 'pg_statistic_ext'::regclass AND s.oid = d.objid
      LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
      LEFT JOIN pg_type element ON element.oid = t.typelem
    WHERE (i.indexrelid IS NOT NULL OR s.oid IS NOT NULL)
      AND d.refclassid <> ALL (ARRAY[${HARMLESS.map((name) => `'${name}'`).join(', ')}]::regclass[])
      AND (t.oid IS NULL OR s.oid IS NOT NULL OR t.typtype IN ('c', 'd') OR element.typtype IN ('c', 'd')))`;
/** Types of the kin of regclass: PostgreSQL's own, so their oids are the same on every server. */
const ADDRESSES = {
    regproc: 24,
    regprocedure: 2202,
    regoper: 2203,
    regoperator: 2204,
    regclass: 2205,
    regtype: 2206,
    regconfig: 3734,
    regdictionary: 3769,
    regnamespace: 4089,
    regrole: 4096,
    regcollation: 4191,
    regdatabase: 8326,
};
const ADDRESS_OIDS = Object.values(ADDRESSES).join(', ');
/** `holds(held, holder)`: which types are within which: arrays, domains, ranges, multiranges and composite types. */
const HOLDS = `holds(held, holder) AS (
    SELECT t.typelem, t.oid FROM pg_type t WHERE t.typelem >= 16384 OR t.typelem IN (${ADDRESS_OIDS})
    UNION ALL SELECT t.typbasetype, t.oid FROM pg_type t WHERE t.typbasetype >= 16384 OR t.typbasetype IN (${ADDRESS_OIDS})
    UNION ALL SELECT r.rngsubtype, r.rngtypid FROM pg_range r WHERE r.rngtypid >= 16384
    UNION ALL SELECT d.refobjid, d.objid FROM pg_depend d JOIN pg_type m ON m.oid = d.objid AND m.typtype = 'm'
      WHERE d.classid = 'pg_type'::regclass AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i'
    UNION ALL SELECT a.atttypid, c.reltype FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE (a.atttypid >= 16384 OR a.atttypid IN (${ADDRESS_OIDS})) AND NOT a.attisdropped AND a.attnum > 0)`;
/** `address_types(oid)`: the kin of regclass, and all types that have one of them within. */
const ADDRESS_TYPES = `${HOLDS},
  address_types(oid) AS (
    SELECT t.oid FROM pg_type t WHERE t.oid IN (${ADDRESS_OIDS})
    UNION SELECT h.holder FROM address_types a JOIN holds h ON h.held = a.oid)`;
/**
 * `enum_types(oid)`: types whose hash takes in that of an enum. The hash of an enum's label is that of its oid, which is
 * another one after a restore.
 */
const ENUM_TYPES = `${HOLDS},
  enum_types(oid) AS (
    SELECT t.oid FROM pg_type t WHERE t.typtype = 'e'
    UNION SELECT h.holder FROM enum_types e JOIN holds h ON h.held = e.oid)`;
/**
 * `moving(oid, root, depth, is_forced)`: partitions whose rows may lie in another one after a restore, with each partitioned table
 * above that they may move within. These are partitioned by a hash that is not the same everywhere: of an enum, by a
 * user's own operator class, or under a nondeterministic collation (the hash is that of ICU's sort key). Of an
 * expression with a polymorphic hash the catalog does not say the type, so it counts as well.
 *
 * pg_dump sees only the enums themselves (`is_forced`), not the arrays and rows of enums, nor the others.
 */
const MOVING_PARTITIONS = `${ENUM_TYPES},
  moving_keys(oid, is_forced) AS (
    SELECT p.partrelid, o.opcname = 'enum_ops' AND o.opcnamespace = 'pg_catalog'::regnamespace FROM pg_partitioned_table p CROSS JOIN LATERAL
      unnest(p.partattrs::int2[], p.partclass::oid[], p.partcollation::oid[]) AS key(attnum, class, collation_oid)
      JOIN pg_opclass o ON o.oid = key.class JOIN pg_type input ON input.oid = o.opcintype
      LEFT JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = key.attnum
      LEFT JOIN pg_collation l ON l.oid = key.collation_oid
    WHERE p.partstrat = 'h' AND (o.oid >= 16384 OR NOT coalesce(l.collisdeterministic, true)
      OR (input.typtype = 'p' AND (key.attnum = 0 OR a.atttypid IN (SELECT enum_types.oid FROM enum_types))))),
  moving(oid, root, depth, is_forced) AS (
    SELECT i.inhrelid, k.oid, 1, k.is_forced FROM moving_keys k JOIN pg_inherits i ON i.inhparent = k.oid
    UNION SELECT i.inhrelid, m.root, m.depth + 1, m.is_forced FROM moving m JOIN pg_inherits i ON i.inhparent = m.oid)`;


/***/ }),

/***/ 69352:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E: () => (/* binding */ readColumns),
/* harmony export */   g: () => (/* binding */ readTables)
/* harmony export */ });
/* harmony import */ var _read_hazards_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(29596);
/* harmony import */ var _sql_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(17334);


/** What others hold, or wait to hold, so that asking for its size would wait for them: an estimate is enough then. */
const HELD = `held AS MATERIALIZED (SELECT l.relation FROM pg_locks l WHERE l.mode = 'AccessExclusiveLock' AND l.relation IS NOT NULL
    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) AND l.pid IS DISTINCT FROM pg_backend_pid())`;
/**
 * Tables whose definition `pg_dump` writes, and those members of extensions that `pg_extension_config_dump` registered:
 * their definition comes with the extension, their rows (as far as the condition says) with the dump.
 */
const TABLES = `
  WITH RECURSIVE ${_read_hazards_js__WEBPACK_IMPORTED_MODULE_0__/* .MOVING_PARTITIONS */ .HM}, ${_read_hazards_js__WEBPACK_IMPORTED_MODULE_0__/* .RUNNING_CODE */ .SM}, ${HELD}
  SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name, c.relkind,
    CASE WHEN c.oid IN (SELECT held.relation FROM held) THEN c.relpages::int8 * current_setting('block_size')::int8
      ELSE coalesce(pg_table_size(c.oid), 0) END::text AS bytes, c.relpersistence = 'u' AS unlogged,
    c.relrowsecurity AS row_security, c.relkind <> 'm' OR c.relispopulated AS populated, c.relispartition AS is_partition,
    (SELECT jsonb_agg(jsonb_build_object('schema', pn.nspname, 'name', p.relname) ORDER BY i.inhseqno)
      FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
      WHERE i.inhrelid = c.oid) AS parents,
    (SELECT jsonb_build_object('schema', rn.nspname, 'name', r.relname)
      FROM moving JOIN pg_class r ON r.oid = moving.root JOIN pg_namespace rn ON rn.oid = r.relnamespace
      WHERE moving.oid = c.oid ORDER BY moving.depth DESC LIMIT 1) AS moves_within,
    (SELECT NOT bool_or(moving.is_forced) FROM moving WHERE moving.oid = c.oid) IS TRUE AS moves_unforced,
    c.oid IN (SELECT running_code.oid FROM running_code) AS runs_code,
    config.extname AS extension, config.condition
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN (SELECT e.extname, k.oid, k.condition FROM pg_extension e,
      unnest(e.extconfig, e.extcondition) AS k(oid, condition)) config ON config.oid = c.oid
  WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't'
    AND (config.oid IS NOT NULL OR (${(0,_sql_js__WEBPACK_IMPORTED_MODULE_1__/* .isDumpedSchema */ .Hl)('n.nspname')} AND ${(0,_sql_js__WEBPACK_IMPORTED_MODULE_1__/* .isNoMember */ .u8)('pg_class', 'c.oid')}))
  ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;
/** Columns with the type below all domains: domains have neither hash nor output functions of their own. */
const COLUMNS = `
  WITH RECURSIVE base(domain, oid) AS (
    SELECT t.oid, t.typbasetype FROM pg_type t WHERE t.typtype = 'd'
    UNION ALL SELECT base.domain, t.typbasetype FROM base JOIN pg_type t ON t.oid = base.oid WHERE t.typtype = 'd'),
  ${_read_hazards_js__WEBPACK_IMPORTED_MODULE_0__/* .ADDRESS_TYPES */ .Ld}
  SELECT a.attrelid::int8::float8 AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
    t.oid::int8::float8 AS base, CASE WHEN t.oid <> a.atttypid THEN format_type(t.oid, -1) END AS base_type,
    quote_ident(pn.nspname) || '.' || quote_ident(p.proname) AS output,
    p.proargtypes[0] = t.oid OR EXISTS (SELECT FROM pg_type i WHERE i.oid = p.proargtypes[0] AND i.typtype = 'p') AS output_fits,
    a.attgenerated AS generated, a.atttypid IN (SELECT address_types.oid FROM address_types) AS address
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN base ON base.domain = a.atttypid
      AND EXISTS (SELECT FROM pg_type b WHERE b.oid = base.oid AND b.typtype <> 'd')
    JOIN pg_type t ON t.oid = coalesce(base.oid, a.atttypid)
    JOIN pg_proc p ON p.oid = t.typoutput JOIN pg_namespace pn ON pn.oid = p.pronamespace
  WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm', 'f')
    AND (${(0,_sql_js__WEBPACK_IMPORTED_MODULE_1__/* .isDumpedSchema */ .Hl)('n.nspname')} OR c.oid IN (SELECT unnest(e.extconfig) FROM pg_extension e))
  ORDER BY a.attrelid, a.attname COLLATE "C"`;
/** Types whose own hash sees the whole value, by oid; see `valueHash` in fingerprint.ts for why they are so few. */
const HASHED_NATIVELY = new Map([
    [16, 'bool'],
    [17, 'bytea'],
    [20, 'int8'],
    [21, 'int2'],
    [23, 'int4'],
    [25, 'text'],
    [26, 'oid'],
    [1043, 'text'], // character varying
    [2950, 'uuid'],
]);
const KINDS = { r: 'table', p: 'partitioned', m: 'materialized-view', f: 'foreign' };
/** The tables of a database, in the order of their names, each with its columns in the order of theirs. */
async function readTables(session) {
    const rows = await session.query(TABLES);
    const columns = await readColumns(session);
    return alikeWithin(rows.map((row) => tableOf(row, columns.get(row.oid) ?? [])));
}
/** The columns of tables by the table's oid, in the order of their names; of extensions' own tables too. */
async function readColumns(session) {
    const columns = new Map();
    for (const row of await session.query(COLUMNS)) {
        const ofTable = columns.get(row.table);
        if (ofTable === undefined)
            columns.set(row.table, [columnOf(row)]);
        else
            ofTable.push(columnOf(row));
    }
    return columns;
}
/** Partitions between which rows move must all be read in the same way, or their sums would be of different kinds. */
function alikeWithin(tables) {
    const rootOf = ({ movesWithin }) => JSON.stringify([movesWithin?.schema, movesWithin?.name]);
    const running = new Set(tables.filter(({ movesWithin, runsCode }) => movesWithin && runsCode).map(rootOf));
    return tables.map((table) => table.movesWithin !== undefined && running.has(rootOf(table)) ? { ...table, runsCode: true } : table);
}
function tableOf(row, columns) {
    const parents = row.parents ?? [];
    const [partitioned] = row.is_partition ? parents : [];
    return {
        oid: row.oid,
        schema: row.schema,
        name: row.name,
        kind: KINDS[row.relkind],
        columns,
        bytes: Number(row.bytes),
        unlogged: row.unlogged,
        rowSecurity: row.row_security,
        populated: row.populated,
        ...(partitioned === undefined ? {} : { partitionOf: partitioned }),
        ...(row.moves_within === null ? {} : { movesWithin: row.moves_within }),
        ...(row.moves_unforced && { needsRootLoad: true }),
        inherits: row.is_partition ? [] : parents,
        runsCode: row.runs_code,
        ...(row.extension === null ? {} : { extension: { name: row.extension, condition: row.condition ?? '' } }),
    };
}
function columnOf(row) {
    return {
        name: row.name,
        type: row.type,
        ...hashingOf(row),
        ...(row.address && { address: true }),
        ...(row.generated === '' ? {} : { generated: row.generated === 's' ? 'stored' : 'virtual' }),
    };
}
function hashingOf(row) {
    const hash = HASHED_NATIVELY.get(row.base) ?? 'output';
    // refcursor borrows the output function of text, which SQL does not call with it.
    if (hash === 'output' && !row.output_fits)
        return { hash: 'text', castTo: 'pg_catalog.text' };
    return {
        hash,
        ...(row.base_type === null ? {} : { castTo: row.base_type }),
        ...(hash === 'output' ? { output: row.output } : {}),
    };
}


/***/ }),

/***/ 63659:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   FI: () => (/* binding */ parameters),
/* harmony export */   Ot: () => (/* binding */ roles),
/* harmony export */   YC: () => (/* binding */ RELEVANT_ROLES)
/* harmony export */ });
/* harmony import */ var _sql_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(17334);

/**
 * Roles that own something, hold privileges, are named by policies and mappings or have settings of their own in this
 * database, with its owner and the role that `initdb` made; PostgreSQL's predefined roles are everywhere and left out.
 */
const RELEVANT_ROLES = `
  SELECT r.oid, r.rolname FROM pg_roles r
  WHERE r.rolname !~ '^pg_' AND (r.oid = 10
    OR r.oid = (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database())
    OR r.oid IN (SELECT s.refobjid FROM pg_shdepend s JOIN pg_database d ON d.datname = current_database()
      WHERE s.refclassid = 'pg_authid'::regclass
        AND (s.dbid = d.oid OR (s.classid = 'pg_database'::regclass AND s.objid = d.oid)))
    OR r.oid IN (SELECT s.setrole FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
      WHERE d.datname = current_database()))`;
/** The relevant roles, and those that they are members of, whatever the chain: what these may do, the members may. */
const DESCRIBED_ROLES = `
  WITH RECURSIVE chain(oid) AS (
    SELECT r.oid FROM (${RELEVANT_ROLES}) r
    UNION SELECT m.roleid FROM chain JOIN pg_auth_members m ON m.member = chain.oid)
  SELECT chain.oid FROM chain JOIN pg_roles r ON r.oid = chain.oid WHERE r.rolname !~ '^pg_'`;
/**
 * Attributes, memberships, comments and settings of the relevant roles but the bootstrap role, which every cluster has of its own.
 *
 * @param also roles that are told of where they exist, relevant or not: a copy of a database has the same objects, but not
 * the grants on the database itself, which may be all that makes a role relevant to the source
 */
function roles(major, also = []) {
    const detail = (column, words) => major >= 16 ? `CASE WHEN ${column} THEN ' (${words})' ELSE '' END` : `''`;
    return (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .objectQuery */ .EM)({
        kind: `'role'`,
        name: (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .quoted */ .TL)('r.rolname'),
        facts: {
            superuser: (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .flag */ .Jt)('r.rolsuper'),
            createRole: (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .flag */ .Jt)('r.rolcreaterole'),
            createDatabase: (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .flag */ .Jt)('r.rolcreatedb'),
            login: (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .flag */ .Jt)('r.rolcanlogin'),
            bypassRowSecurity: (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .flag */ .Jt)('r.rolbypassrls'),
            replication: (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .flag */ .Jt)('r.rolreplication'),
            inherit: (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .flag */ .Jt)('r.rolinherit'),
            connectionLimit: 'nullif(r.rolconnlimit, -1)',
            validUntil: `nullif(r.rolvaliduntil::text, 'infinity')`,
            memberOf: (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .list */ .p_)(`ARRAY(SELECT DISTINCT pg_get_userbyid(m.roleid)
          || CASE WHEN m.admin_option THEN ' (with admin option)' ELSE '' END COLLATE "C"
        FROM pg_auth_members m WHERE m.member = r.oid AND ${(0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .isRole */ .tm)('m.roleid')} ORDER BY 1)`),
            memberOptions: major >= 16
                ? (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .list */ .p_)(`ARRAY(SELECT DISTINCT pg_get_userbyid(m.roleid)
          || ${detail('m.inherit_option', 'inherit')} || ${detail('m.set_option', 'set')} COLLATE "C"
        FROM pg_auth_members m WHERE m.member = r.oid AND ${(0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .isRole */ .tm)('m.roleid')} ORDER BY 1)`)
                : 'NULL',
            settings: (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .list */ .p_)(`(SELECT s.setconfig FROM pg_db_role_setting s WHERE s.setrole = r.oid AND s.setdatabase = 0)`),
            comment: `shobj_description(r.oid, 'pg_authid')`,
            securityLabels: (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .list */ .p_)(`ARRAY(SELECT l.provider || ': ' || l.label COLLATE "C" FROM pg_shseclabel l
        WHERE l.classoid = 'pg_authid'::regclass AND l.objoid = r.oid ORDER BY 1)`),
        },
        from: `FROM pg_roles r WHERE r.oid <> 10
      AND (r.oid IN (SELECT described.oid FROM (${DESCRIBED_ROLES}) described)
        OR r.rolname::text = ANY (ARRAY[${also.map(_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .literal */ .eu).join(', ')}]::text[]))`,
    });
}
/** `GRANT … ON PARAMETER`, which pg_dumpall writes with the roles. The bootstrap role may set everything anyway. */
function parameters(major) {
    const granted = `ARRAY(SELECT DISTINCT ${(0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .privilege */ .EX)('x')} COLLATE "C" FROM aclexplode(a.paracl) x
    WHERE x.grantee <> 10 AND (x.grantee = 0 OR ${(0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .isRole */ .tm)('x.grantee')}) ORDER BY 1)`;
    return (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .objectQuery */ .EM)({
        kind: `'parameter'`,
        name: 'p.name',
        facts: { granted: (0,_sql_js__WEBPACK_IMPORTED_MODULE_0__/* .list */ .p_)('p.granted') },
        from: major >= 15
            ? `FROM (SELECT a.parname AS name, ${granted} AS granted FROM pg_parameter_acl a) p WHERE p.granted <> '{}'`
            : `FROM (SELECT '' AS name, '{}'::text[] AS granted) p WHERE false`,
    });
}


/***/ }),

/***/ 87733:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   j: () => (/* binding */ readServerSettings),
/* harmony export */   y: () => (/* binding */ PRELOADING)
/* harmony export */ });
/** Where libraries can be named that a server loads before anything asks for them. */
const PRELOADING = ['shared_preload_libraries', 'session_preload_libraries', 'local_preload_libraries'];
/** Settings that decide what expressions give and what fits, so that a restore needs the source's values of them. */
const CARRIED = [
    'TimeZone',
    'timezone_abbreviations',
    'DateStyle',
    'IntervalStyle',
    'default_text_search_config',
    'lc_monetary',
    'lc_numeric',
    'lc_time',
    'array_nulls',
    'transform_null_equals',
    'standard_conforming_strings',
    'bytea_output',
    'xmlbinary',
    'xmloption',
    'max_locks_per_transaction',
    'max_pred_locks_per_transaction',
    'max_prepared_transactions',
    'track_commit_timestamp',
    'plpgsql.variable_conflict',
];
const SETTINGS = `
  SELECT s.name, s.reset_val AS value FROM pg_catalog.pg_settings s
  WHERE s.name = ANY ($1::text[]) AND s.reset_val IS NOT NULL ORDER BY s.name COLLATE "C"`;
const PREFIXES = `
  SELECT DISTINCT pg_catalog.split_part(c.setting, '.', 1) COLLATE "C" AS prefix FROM (
    SELECT pg_catalog.split_part(pg_catalog.unnest(s.setconfig), '=', 1) AS setting FROM pg_catalog.pg_db_role_setting s
      WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database()))
    UNION ALL SELECT pg_catalog.split_part(pg_catalog.unnest(p.proconfig), '=', 1) FROM pg_catalog.pg_proc p
      WHERE p.proconfig IS NOT NULL) c
  WHERE c.setting LIKE '%.%' ORDER BY 1`;
const RELATIONS = `
  SELECT count(*)::text AS count FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.relkind <> 'c'`;
/**
 * Reads them, as they are for this role and database without what the session itself set. Values are of named settings
 * only: others may hold secrets.
 */
async function readServerSettings(session) {
    const rows = await session.query(SETTINGS, [[...PRELOADING, ...CARRIED]]);
    const values = new Map(rows.map(({ name, value }) => [name, value]));
    const prefixes = await session.query(PREFIXES);
    const [relations] = await session.query(RELATIONS);
    return {
        libraries: Object.fromEntries(PRELOADING.flatMap((name) => {
            const value = values.get(name);
            return value === undefined ? [] : [[name, librariesIn(value)]];
        })),
        settings: Object.fromEntries(CARRIED.flatMap((name) => {
            const value = values.get(name);
            return value === undefined ? [] : [[name, value]];
        })),
        prefixes: prefixes.map(({ prefix }) => prefix),
        ...(relations !== undefined && { relations: Number(relations.count) }),
    };
}
/** `$libdir/pg_cron, "auto_explain"` as names without folder and ending. */
function librariesIn(list) {
    const names = list.split(',').map((item) => item.trim().replaceAll('"', ''));
    return names.map((name) => name.replace(/^.*\//, '').replace(/\.(so|dylib|dll)$/, '')).filter((name) => name !== '');
}


/***/ }),

/***/ 99185:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   nk: () => (/* binding */ readDatabaseBytes),
/* harmony export */   o$: () => (/* binding */ readSource),
/* harmony export */   wW: () => (/* binding */ readMajor)
/* harmony export */ });
/* harmony import */ var _roles_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(63659);
/* harmony import */ var _server_settings_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(87733);


const PROVIDERS = { c: 'libc', i: 'icu', b: 'builtin', d: 'default' };
/** The major of a server: `17` of 17.2. */
async function readMajor(session) {
    const [row] = await session.query(`SELECT current_setting('server_version_num') AS number`);
    return Math.floor(Number(row?.number) / 10_000);
}
/** What the whole database occupies, indexes too, in bytes. */
async function readDatabaseBytes(session) {
    const [row] = await session.query('SELECT pg_database_size(current_database())::text AS bytes');
    return Number(row?.bytes ?? 0);
}
function sourceQuery(major) {
    const icu = major >= 17 ? 'd.datlocale' : major >= 15 ? 'd.daticulocale' : 'NULL';
    return `
    SELECT d.datname AS database, current_setting('server_version') AS server_version,
      pg_encoding_to_char(d.encoding) AS encoding, ${major >= 15 ? 'd.datlocprovider::text' : `'c'`} AS provider,
      d.datcollate AS "collate", d.datctype AS ctype, ${icu} AS icu_locale,
      ${major >= 15 ? 'd.datcollversion' : 'NULL'} AS collation_version,
      pg_get_userbyid(d.datdba)::text AS owner, pg_get_userbyid(10)::text AS bootstrap_role,
      has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS tells_identifier,
      (SELECT jsonb_agg(jsonb_build_object('name', e.extname, 'version', e.extversion, 'schema', n.nspname)
         ORDER BY e.extname COLLATE "C")
       FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace) AS extensions,
      ARRAY(SELECT t.spcname::text COLLATE "C" FROM pg_tablespace t
        WHERE t.oid = d.dattablespace OR t.oid IN (SELECT c.reltablespace FROM pg_class c WHERE c.relkind <> 't' AND c.oid >= 16384)
        ORDER BY 1) AS tablespaces,
      ARRAY(SELECT r.rolname::text COLLATE "C" FROM (${_roles_js__WEBPACK_IMPORTED_MODULE_0__/* .RELEVANT_ROLES */ .YC}) r ORDER BY 1) AS roles
    FROM pg_database d WHERE d.datname = current_database()`;
}
/** The facts of a database and its server that a set's manifest records. */
async function readSource(session, major) {
    const [row] = await session.query(sourceQuery(major));
    if (row === undefined)
        throw new TypeError('the current database is not in pg_database');
    return {
        database: row.database,
        serverVersion: row.server_version.split(' ')[0] ?? row.server_version,
        major,
        systemIdentifier: row.tells_identifier ? await readSystemIdentifier(session) : null,
        encoding: row.encoding,
        localeProvider: PROVIDERS[row.provider] ?? row.provider,
        collate: row.collate,
        ctype: row.ctype,
        icuLocale: row.icu_locale,
        collationVersion: row.collation_version,
        owner: row.owner,
        bootstrapRole: row.bootstrap_role,
        extensions: row.extensions ?? [],
        tablespaces: row.tablespaces,
        roles: row.roles,
        server: await (0,_server_settings_js__WEBPACK_IMPORTED_MODULE_1__/* .readServerSettings */ .j)(session),
    };
}
/** Asked apart, because without the privilege the whole statement, and with it the snapshot's transaction, would fail. */
async function readSystemIdentifier(session) {
    const [row] = await session.query('SELECT system_identifier::text AS identifier FROM pg_control_system()');
    return row?.identifier ?? null;
}


/***/ }),

/***/ 17334:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C$: () => (/* binding */ SCOPE_MARKS),
/* harmony export */   EM: () => (/* binding */ objectQuery),
/* harmony export */   EX: () => (/* binding */ privilege),
/* harmony export */   Hl: () => (/* binding */ isDumpedSchema),
/* harmony export */   Jt: () => (/* binding */ flag),
/* harmony export */   LX: () => (/* binding */ qualified),
/* harmony export */   NB: () => (/* binding */ isMember),
/* harmony export */   TL: () => (/* binding */ quoted),
/* harmony export */   Vm: () => (/* binding */ word),
/* harmony export */   eu: () => (/* binding */ literal),
/* harmony export */   fF: () => (/* binding */ options),
/* harmony export */   gE: () => (/* binding */ procedure),
/* harmony export */   ku: () => (/* binding */ FIRST_USER_OID),
/* harmony export */   p_: () => (/* binding */ list),
/* harmony export */   pe: () => (/* binding */ privileges),
/* harmony export */   q$: () => (/* binding */ extensionsOfNeed),
/* harmony export */   tm: () => (/* binding */ isRole),
/* harmony export */   u8: () => (/* binding */ isNoMember)
/* harmony export */ });
/** One `SELECT` that gives `ObjectRow`s. Facts that are null are left out of the object. */
function objectQuery({ kind, name, of, owner, acl, facts, deparsed, from }) {
    return `SELECT ${kind} AS kind, ${name} AS name, ${of ?? 'NULL'} AS "of",
    ${owner === undefined ? 'NULL' : `pg_get_userbyid(${owner})::text`} AS owner,
    ${acl === undefined ? 'NULL' : grants(acl, owner)} AS grants,
    ${record(facts)} AS facts,
    ${deparsed === undefined ? 'NULL' : `nullif(${record(deparsed)}, '{}')`} AS deparsed
    ${from}`;
}
function record(pairs) {
    const list = Object.entries(pairs).map(([name, value]) => `'${name}', ${value}`);
    return `jsonb_strip_nulls(jsonb_build_object(${list.join(', ')}))`;
}
function grants({ column, type }, owner = '0') {
    return type === undefined
        ? `CASE WHEN ${column} IS NOT NULL THEN nullif(${privileges(column)}, '{}') END`
        : privileges(`coalesce(${column}, acldefault(${type}, ${owner}))`);
}
/**
 * An ACL as a sorted array of `role: PRIVILEGE`; who granted it is left out, since a restore may change that. What a role
 * has that is gone is no privilege of any role.
 */
function privileges(acl) {
    return `ARRAY(SELECT DISTINCT ${privilege('x')} COLLATE "C" FROM aclexplode(${acl}) x
    WHERE x.grantee = 0 OR ${isRole('x.grantee')} ORDER BY 1)`;
}
/** True of the oid of a role that exists: a number is what PostgreSQL prints for one that is gone; names of digits get quotes. */
function isRole(oid) {
    return `${oid}::regrole::text !~ '^[0-9-]+$'`;
}
/** A row of `aclexplode` as `role: PRIVILEGE`. */
function privilege(row) {
    return `((CASE ${row}.grantee WHEN 0 THEN 'PUBLIC' ELSE ${quoted(`pg_get_userbyid(${row}.grantee)`)} END)
    || ': ' || ${row}.privilege_type || CASE WHEN ${row}.is_grantable THEN ' (with grant option)' ELSE '' END)`;
}
/** A name in double quotes where it needs them. Not `quote_ident`, whose keywords change from major to major. */
function quoted(name) {
    return `(CASE WHEN ${name} ~ '^[a-z_][a-z0-9_$]*$' THEN ${name}::text
    ELSE '"' || replace(${name}::text, '"', '""') || '"' END)`;
}
/** `schema.name` */
function qualified(schema, name) {
    return `(${quoted(schema)} || '.' || ${quoted(name)})`;
}
/**
 * Comments in the conditions that say what `pg_dump` writes: scopes.ts turns them into other conditions, so that the
 * same queries describe what extensions and `initdb` made.
 */
const SCOPE_MARKS = { schema: '/* dumped schema */', member: '/* no member of' };
/** True of a schema whose objects `pg_dump` writes. */
function isDumpedSchema(name) {
    return `(${SCOPE_MARKS.schema} ${name} !~ '^pg_' AND ${name} <> 'information_schema')`;
}
/** True of what an extension did not make: `pg_dump` leaves its members to `CREATE EXTENSION`. */
function isNoMember(catalog, oid) {
    return `(${SCOPE_MARKS.member} ${catalog}: ${oid} */ NOT ${isMember(`'${catalog}'::regclass`, oid)})`;
}
/**
 * True of what an extension made; `classid` is an expression, such as `'pg_class'::regclass`. What is left of an extension
 * that is gone has no part in it, so `pg_dump` writes it.
 */
function isMember(classid, oid) {
    return `EXISTS (SELECT FROM pg_depend member JOIN pg_extension owning ON owning.oid = member.refobjid
    WHERE member.classid = ${classid} AND member.objid = ${oid} AND member.deptype = 'e'
      AND member.refclassid = 'pg_extension'::regclass)`;
}
/** The extensions that an object is dropped with, though it is not their own: `ALTER … DEPENDS ON EXTENSION`. */
function extensionsOfNeed(catalog, oid) {
    return list(`ARRAY(SELECT needed.extname::text COLLATE "C" FROM pg_depend need
    JOIN pg_extension needed ON needed.oid = need.refobjid AND need.refclassid = 'pg_extension'::regclass
    WHERE need.classid = '${catalog}'::regclass AND need.objid = ${oid} AND need.deptype = 'x' ORDER BY 1)`);
}
/** Objects that `initdb` made have smaller oids than this. */
const FIRST_USER_OID = 16_384;
/** A function by its name and argument types; null where there is none. */
function procedure(oid) {
    return `nullif(${oid}::regprocedure::text, '-')`;
}
/** `true` as a fact where a condition holds, and no fact where it does not. */
function flag(condition) {
    return `CASE WHEN ${condition} THEN true END`;
}
/** One of several words for a one-letter code. */
function word(code, words) {
    const cases = Object.entries(words).map(([letter, text]) => `WHEN '${letter}' THEN '${text}'`);
    return `CASE ${code} ${cases.join(' ')} END`;
}
/** An array as a fact where it has elements. */
function list(array) {
    return `nullif(to_jsonb(${array}), '[]')`;
}
/**
 * Names of options whose values are secrets. Many others have "key" in their name, such as `key_column`, `primary_key` and
 * `sslkey`, which is a path, or are about a secret, such as `password_required`; `key` alone is a secret to some wrappers and a flag to others.
 */
const SECRET = '(passw|passphrase|passcode|pwd|secret|token|credential|(access|account|api|auth|client|encryption|master|private|server|shared|signing|storage)_?key)';
const NO_SECRET = '_(required|enabled|url|file|path|type)$';
const FLAG = '^(true|false|yes|no|on|off|[01])$';
/** Secrets inside of a value: `password=…` of a connection string, `user:password@` of an address. */
function withoutSecrets(value) {
    const inWords = `regexp_replace(${value}, '((?:passw|secret|token)\\w*\\s*=\\s*)(''[^'']*''|[^\\s&;]+)', '\\1***', 'gi')`;
    return `regexp_replace(${inWords}, '(://[^/@:\\s]*:)[^/@\\s]*@', '\\1***@', 'g')`;
}
/**
 * Options of foreign objects; the values of those that are secrets are shown as `***`, so that none gets into a
 * description. Not even as a hash: many passwords can be guessed from one.
 */
function options(column) {
    return list(`ARRAY(SELECT CASE
      WHEN (o.option_name ~* '${SECRET}' AND o.option_name !~* '${NO_SECRET}')
        OR (o.option_name ~* '^key$' AND o.option_value !~* '${FLAG}')
      THEN o.option_name || '=***'
    ELSE o.option_name || '=' || ${withoutSecrets('o.option_value')} END COLLATE "C"
    FROM pg_options_to_table(${column}) o ORDER BY 1)`);
}
/** A text as SQL takes it; sessions that describe have `standard_conforming_strings` on. */
function literal(text) {
    return `'${text.replaceAll("'", "''")}'`;
}


/***/ }),

/***/ 98360:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $: () => (/* binding */ resolveCompression),
/* harmony export */   H: () => (/* binding */ compressionAbility)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);
/* harmony import */ var _libpq_environment_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(91962);


/** The gzip level for a client without zstd: higher ones cost much time for few per cent. */
const QUICK_GZIP = 'gzip:3';
/**
 * Turns the option `compression` into what pg_dump is told: `zstd:1`, `gzip:3`, `none`. `auto` is zstd at its quickest level,
 * which is as small as gzip and several times quicker, where pg_dump has it and the format allows it.
 *
 * Throws `UsageError` when this pg_dump or the format cannot do what was asked for.
 */
function resolveCompression(choice, format, ability) {
    const [method = '', level] = choice.split(':');
    if (method === 'auto') {
        return ability.zstd && format !== 'plain' ? 'zstd:1' : QUICK_GZIP;
    }
    if (format === 'plain' && method !== 'gzip' && method !== 'none') {
        throw refusal(choice, 'the plain format is compressed with gzip only', 'Use gzip or none, or another format.');
    }
    if ((method === 'zstd' && !ability.zstd) || (method === 'lz4' && !ability.lz4)) {
        const why = ability.major < 16
            ? `the pg_dump of PostgreSQL ${ability.major} knows gzip only`
            : `this pg_dump was built without ${method}`;
        throw refusal(choice, why, 'Use auto or gzip, or install the client programs of PostgreSQL 16 or newer.');
    }
    rejectLevel(choice, method, level);
    return choice;
}
/** What these programs can compress with. From 16 on it depends on how they were built, so pg_dump itself is asked. */
async function compressionAbility(programs, { processes, environment }) {
    const has = (method) => accepts(programs, method, processes, environment);
    const [zstd, lz4] = programs.major < 16 ? [false, false] : await Promise.all([has('zstd'), has('lz4')]);
    return { major: programs.major, zstd, lz4 };
}
/** pg_dump checks the compression before it connects; connecting then fails at once, because there is no such socket. */
async function accepts(programs, method, processes, environment) {
    const args = ['--format=custom', `--compress=${method}`, '--file=/dev/null', '--host=/nowhere', '--no-password'];
    try {
        await processes.run({
            ...programs.command('pg_dump', args),
            doing: `asking pg_dump whether it has ${method}`,
            env: (0,_libpq_environment_js__WEBPACK_IMPORTED_MODULE_1__/* .programEnvironment */ .yE)(environment),
            timeout: 60_000,
        });
        return true;
    }
    catch (error) {
        if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .CommandError */ .Qd && error.code !== null) {
            return !/compress/i.test(error.stderrTail);
        }
        throw error;
    }
}
const LEVELS = { gzip: [1, 9], lz4: [1, 12], zstd: [1, 22] };
function rejectLevel(choice, method, level) {
    const range = LEVELS[method];
    if (level !== undefined && (range === undefined || Number(level) < range[0] || Number(level) > range[1])) {
        const advice = range === undefined ? 'Leave the level out.' : `Levels of ${method} go from ${range[0]} to ${range[1]}.`;
        throw refusal(choice, `${method} has no level ${level}`, advice);
    }
}
function refusal(choice, problem, advice) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UsageError */ .eb({ doing: `choosing the compression "${choice}"`, problem, advice });
}


/***/ }),

/***/ 10824:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ parseConnectionString)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);

/**
 * Reads a connection string as libpq does: a URI (`postgresql://…`) or keywords and values (`host=… dbname=…`).
 *
 * Throws `UsageError` whose message holds nothing of the string, because any part of it may be the password.
 *
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
 *
 * @param label what the string is called in messages: `database-url`
 */
function parseConnectionString(text, label) {
    const trimmed = text.trim();
    const uri = /^(?:postgresql|postgres):\/\//.exec(trimmed);
    if (uri !== null) {
        return parseUri(trimmed.slice(uri[0].length), label);
    }
    if (/^[a-z][a-z0-9+.-]*:/i.test(trimmed)) {
        throw refusal(label, 'it begins with another scheme than postgresql://', schemeAdvice(trimmed));
    }
    return parseKeywords(trimmed, label);
}
const FORM = 'It has the form postgresql://user:password@host:5432/database?sslmode=require.';
const ENCODING = 'In a URI these signs of a user name or password are written as % → %25, @ → %40, / → %2F, : → %3A, ? → %3F, # → %23, ' +
    'space → %20. Or leave the password out of the URI and give it in PGPASSWORD, where nothing is encoded.';
function schemeAdvice(text) {
    if (/^jdbc:postgresql:/i.test(text)) {
        return `Leave the leading "jdbc:" out and put user and password before the host. ${FORM}`;
    }
    return /^postgres(ql)?\+\w+:/i.test(text) ? `Leave the driver's name (the "+…" after postgresql) out. ${FORM}` : FORM;
}
/**
 * `[user[:password]@][host[:port]][/dbname][?name=value&…]`. Like libpq, the user and password end at the first `@` before the
 * first `/`, and nothing else in them means anything.
 */
function parseUri(text, label) {
    const credentials = /^([^@/]*)@/.exec(text);
    const rest = text.slice(credentials?.[0].length ?? 0);
    const [, beforeQuery = '', query] = /^([^?]*)(?:\?(.*))?$/s.exec(rest) ?? [];
    // libpq would take an @ after the ? as part of a value; but what looks like a parameter's name may then be a password's end.
    if (rest.includes('@')) {
        throw refusal(label, 'the password or user name holds an @ or / that is not encoded', ENCODING);
    }
    const [, user, password] = /^([^:]*)(?::(.*))?$/s.exec(credentials?.[1] ?? '') ?? [];
    const [, authority = '', path] = /^([^/]*)(?:\/(.*))?$/s.exec(beforeQuery) ?? [];
    const own = {
        user: decode(user, label),
        password: decode(password, label),
        dbname: decode(path, label),
        ...parseHost(authority, label),
    };
    // What both give, the query wins.
    return { ...given(own), ...given(parseQuery(query, label)) };
}
function parseHost(authority, label) {
    const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(authority) ?? [];
    if (bracketed === undefined && plain === undefined) {
        throw refusal(label, 'the host is not understood', `An IPv6 address is written in brackets: [2001:db8::1]. ${FORM}`);
    }
    return { host: decode(bracketed ?? plain, label), port: decode(port, label) };
}
function parseQuery(query, label) {
    const parameters = {};
    for (const pair of (query ?? '').split('&').filter((each) => each !== '')) {
        const [, name, value] = /^([^=]+)=([^=]*)$/s.exec(pair) ?? [];
        if (name === undefined || value === undefined) {
            throw refusal(label, 'what follows its ? is not of the form name=value&name=value', `An = or & in a value is written as %3D or %26. ${FORM}`);
        }
        parameters[decode(name, label) ?? ''] = decode(value, label) ?? '';
    }
    return parameters;
}
function decode(text, label) {
    if (text === undefined) {
        return undefined;
    }
    try {
        return decodeURIComponent(text);
    }
    catch {
        throw refusal(label, 'it holds a % that is not followed by the two hexadecimal digits of an encoded sign', ENCODING);
    }
}
/** Without what is left empty: libpq takes that as not given. */
function given(parts) {
    const entries = Object.entries(parts);
    return Object.fromEntries(entries.filter((entry) => (entry[1] ?? '') !== ''));
}
/** `name = value`, values optionally in single quotes, with `\` before a quote or backslash. */
function parseKeywords(text, label) {
    const parameters = {};
    const pair = /\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'(?=\s|$)|((?:[^\s'\\]|\\.)*)(?=\s|$))\s*/gsy;
    while (pair.lastIndex < text.length) {
        const [, name, quoted, plain] = pair.exec(text) ?? [];
        if (name === undefined) {
            throw refusal(label, 'it is neither a connection URI nor a list such as host=db dbname=app', FORM);
        }
        parameters[name] = (quoted ?? plain ?? '').replaceAll(/\\(.)/gs, '$1');
    }
    return given(parameters);
}
function refusal(label, problem, advice) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UsageError */ .eb({ doing: `reading ${label}`, problem: `${label} cannot be used: ${problem}`, advice });
}


/***/ }),

/***/ 92992:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C8: () => (/* binding */ parseConnection),
/* harmony export */   If: () => (/* binding */ describeConnection),
/* harmony export */   qU: () => (/* binding */ isSocket)
/* harmony export */ });
/* unused harmony export SSL_MODES */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(48161);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(76760);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(19473);
/* harmony import */ var _options_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(86858);
/* harmony import */ var _connection_string_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(10824);
/* harmony import */ var _libpq_parameters_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(84859);
/* harmony import */ var _passfile_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(6839);
/* harmony import */ var _pooler_advice_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(22629);









const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];
/**
 * Resolves where to connect to, as libpq would: the connection string, then the PG* variables, then the password file and
 * libpq's defaults.
 *
 * Throws `UsageError` when a part cannot be used. No message holds the password or the string.
 */
function parseConnection({ databaseUrl = '', environment, label = 'database-url', }) {
    const doing = databaseUrl === '' ? 'reading the PG* variables' : `reading ${label}`;
    const given = { ...fromVariables(environment), ...normalised((0,_connection_string_js__WEBPACK_IMPORTED_MODULE_5__/* .parseConnectionString */ .H)(databaseUrl, label), doing) };
    rejectUnsupported(given, doing);
    const port = portOf(given.port ?? '5432', doing);
    const user = given.user ?? systemUser(environment, doing);
    const host = given.host ?? given.hostaddr ?? defaultHost(port);
    const database = given.dbname ?? user;
    const password = given.password ?? (0,_passfile_js__WEBPACK_IMPORTED_MODULE_7__/* .lookUpPassword */ .A_)(passfileOf(given, environment), { host, port, database, user });
    return {
        host,
        port,
        user,
        ...(password === undefined ? {} : { password }),
        database,
        ...tlsOf(given, environment, doing),
        parameters: furtherParameters(given),
    };
}
/** `user@host:5432/database`, for messages; never with a password. */
function describeConnection({ host, port, user, database }) {
    const shownHost = host.includes(':') ? `[${host}]` : host;
    return `${user}@${shownHost}:${port}/${database}`;
}
/** Whether the host is the folder of a Unix socket. */
function isSocket({ host }) {
    return host.startsWith('/');
}
const VARIABLES = {
    host: 'PGHOST',
    port: 'PGPORT',
    user: 'PGUSER',
    password: 'PGPASSWORD',
    dbname: 'PGDATABASE',
    passfile: 'PGPASSFILE',
    service: 'PGSERVICE',
    sslmode: 'PGSSLMODE',
    sslrootcert: 'PGSSLROOTCERT',
    sslcert: 'PGSSLCERT',
    sslkey: 'PGSSLKEY',
};
const NAMED = new Set([...Object.keys(VARIABLES), 'sslpassword']);
function fromVariables(environment) {
    const parameters = {};
    for (const [name, variable] of Object.entries({ ...VARIABLES, ..._libpq_parameters_js__WEBPACK_IMPORTED_MODULE_6__/* .PARAMETER_VARIABLES */ .K })) {
        const value = variable === null ? undefined : environment[variable];
        if (value !== undefined && value !== '') {
            parameters[name] = value;
        }
    }
    return parameters;
}
/** Spellings of other drivers become libpq's; what nobody knows is refused. */
function normalised(parameters, doing) {
    const { ssl, pgbouncer, ...rest } = parameters;
    if (pgbouncer === 'true') {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .ConnectionError */ .Rc('pooler', {
            doing,
            problem: 'pgbouncer=true says that the address is that of a transaction pooler',
            advice: _pooler_advice_js__WEBPACK_IMPORTED_MODULE_8__/* .POOLER_ADVICE */ .H,
        });
    }
    for (const name of Object.keys(rest)) {
        if (!NAMED.has(name) && !(name in _libpq_parameters_js__WEBPACK_IMPORTED_MODULE_6__/* .PARAMETER_VARIABLES */ .K) && !_libpq_parameters_js__WEBPACK_IMPORTED_MODULE_6__/* .IGNORED_PARAMETERS */ .Q.has(name)) {
            throw unknownParameter(name, doing);
        }
    }
    return ssl === 'true' ? { sslmode: 'require', ...rest } : rest;
}
/** The name itself is not shown: in a string that was written wrongly, it may be the end of a password. */
function unknownParameter(name, doing) {
    const near = (0,_options_js__WEBPACK_IMPORTED_MODULE_4__/* .nearest */ .pA)(name, [...NAMED, ...Object.keys(_libpq_parameters_js__WEBPACK_IMPORTED_MODULE_6__/* .PARAMETER_VARIABLES */ .K)]);
    return new _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .UsageError */ .eb({
        doing,
        problem: 'one of its parameters is not a connection parameter of PostgreSQL',
        advice: (near === undefined ? 'Correct or remove it.' : `Did you mean "${near}"?`) +
            ' The parameters are those of libpq: sslmode, sslrootcert, options, connect_timeout, …',
    });
}
function rejectUnsupported(given, doing) {
    const reject = (problem, advice) => {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .UsageError */ .eb({ doing, problem, advice });
    };
    if (given.host?.includes(',') === true ||
        given.port?.includes(',') === true ||
        given.hostaddr?.includes(',') === true) {
        reject('several hosts are given', 'Name the one server to back up; a standby and its primary are different sources.');
    }
    if (given.service !== undefined) {
        reject('a service file is not supported', 'Give its values in database-url or in PGHOST, PGPORT, PGUSER and PGDATABASE.');
    }
    if (given.sslpassword !== undefined) {
        reject('sslpassword is not supported', 'Use a key without a passphrase, in a file that only you can read (mode 0600).');
    }
}
function portOf(text, doing) {
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
        // The text is not shown: with a wrongly written URI it may be a part of the password.
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .UsageError */ .eb({
            doing,
            problem: 'the port is not a number between 1 and 65535',
            advice: 'Correct it. If the password holds a /, write it as %2F in the URI.',
        });
    }
    return port;
}
function systemUser(environment, doing) {
    try {
        return node_os__WEBPACK_IMPORTED_MODULE_1__.userInfo().username;
    }
    catch (cause) {
        const name = environment.USER;
        if (name !== undefined && name !== '') {
            return name;
        }
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .UsageError */ .eb({
            doing,
            problem: 'no user is given and the operating system does not name one',
            advice: 'Give the user in the URI or in PGUSER.',
            cause,
        });
    }
}
/** The folder with a socket of that port, else the one that PostgreSQL's packages use. */
function defaultHost(port) {
    const folders = ['/var/run/postgresql', '/tmp'];
    const listening = folders.find((folder) => (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.existsSync)(node_path__WEBPACK_IMPORTED_MODULE_2__.join(folder, `.s.PGSQL.${port}`)));
    return listening ?? ((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.existsSync)('/var/run/postgresql') ? '/var/run/postgresql' : '/tmp');
}
function homeOf(environment) {
    const home = environment.HOME;
    return home === undefined || home === '' ? node_os__WEBPACK_IMPORTED_MODULE_1__.homedir() : home;
}
function passfileOf(given, environment) {
    return given.passfile ?? node_path__WEBPACK_IMPORTED_MODULE_2__.join(homeOf(environment), '.pgpass');
}
/** Certificates that are not named are those that libpq finds in the home folder. */
function tlsOf(given, environment, doing) {
    const mode = given.sslmode ?? (given.sslrootcert === 'system' ? 'verify-full' : 'prefer');
    const sslMode = SSL_MODES.find((known) => known === mode);
    if (sslMode === undefined) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .UsageError */ .eb({ doing, problem: 'sslmode has no such value', advice: `Use one of ${SSL_MODES.join(', ')}.` });
    }
    const inHome = (name) => {
        const file = node_path__WEBPACK_IMPORTED_MODULE_2__.join(homeOf(environment), '.postgresql', name);
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.existsSync)(file) ? file : undefined;
    };
    const sslRootCert = given.sslrootcert ?? inHome('root.crt');
    const sslCert = given.sslcert ?? inHome('postgresql.crt');
    const sslKey = given.sslkey ?? inHome('postgresql.key');
    return {
        sslMode,
        ...(sslRootCert === undefined ? {} : { sslRootCert }),
        ...(sslCert === undefined ? {} : { sslCert }),
        ...(sslKey === undefined ? {} : { sslKey }),
    };
}
function furtherParameters(given) {
    return Object.fromEntries(Object.entries(given).filter(([name]) => name in _libpq_parameters_js__WEBPACK_IMPORTED_MODULE_6__/* .PARAMETER_VARIABLES */ .K));
}


/***/ }),

/***/ 86967:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Cm: () => (/* binding */ quoteIdentifier),
/* harmony export */   Dl: () => (/* binding */ connectionStringOf),
/* harmony export */   Nt: () => (/* binding */ qualifiedTable)
/* harmony export */ });
/** A name as SQL takes it, always in double quotes. */
function quoteIdentifier(name) {
    return `"${name.replaceAll('"', '""')}"`;
}
/** A database as a connection string, for programs that take a name with `=` in it or like a URI for a connection string. */
function connectionStringOf(database) {
    return `dbname='${database.replaceAll(/[\\']/g, String.raw `\$&`)}'`;
}
/** `"schema"."name"` */
function qualifiedTable({ schema, name }) {
    return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}


/***/ }),

/***/ 91962:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   SQ: () => (/* binding */ libpqEnvironment),
/* harmony export */   j9: () => (/* binding */ APPLICATION_NAME),
/* harmony export */   yE: () => (/* binding */ programEnvironment)
/* harmony export */ });
/* harmony import */ var _libpq_parameters_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(84859);
/* harmony import */ var _passfile_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6839);


/** The name by which the server's views and logs call our programs. */
const APPLICATION_NAME = 'pg-lifeboat';
const CONNECT_TIMEOUT = '30';
/** Variables of the caller that PostgreSQL's programs may need; everything else stays away from them. */
const HANDED_DOWN = [
    'HOME', 'TMPDIR', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH',
    'KRB5CCNAME', 'KRB5_CONFIG', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'OPENSSL_CONF',
    // For programs that run in a container
    'DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY', 'XDG_RUNTIME_DIR',
]; // prettier-ignore
/** The environment that any of PostgreSQL's programs gets: little, and messages in English so that they can be told apart. */
function programEnvironment(environment) {
    const kept = {
        PATH: environment.PATH ?? '/usr/local/bin:/usr/bin:/bin',
        LANG: 'C.UTF-8',
        LC_MESSAGES: 'C',
    };
    for (const name of HANDED_DOWN) {
        const value = environment[name];
        if (value !== undefined) {
            kept[name] = value;
        }
    }
    return kept;
}
/**
 * The environment with which PostgreSQL's programs connect as the settings say. The password is in a file of mode 0600 of
 * the workspace; only one that such a file cannot hold is in `PGPASSWORD`.
 */
async function libpqEnvironment(settings, { workspace, environment }) {
    return {
        ...programEnvironment(environment),
        PGHOST: settings.host,
        PGPORT: String(settings.port),
        PGUSER: settings.user,
        PGDATABASE: settings.database,
        PGSSLMODE: settings.sslMode,
        PGAPPNAME: APPLICATION_NAME,
        PGCONNECT_TIMEOUT: CONNECT_TIMEOUT,
        ...ifGiven('PGSSLROOTCERT', settings.sslRootCert),
        ...ifGiven('PGSSLCERT', settings.sslCert),
        ...ifGiven('PGSSLKEY', settings.sslKey),
        ...furtherVariables(settings),
        ...(await passwordVariables(settings, workspace)),
        ...(await serviceVariables(settings, workspace)),
    };
}
async function passwordVariables({ password }, workspace) {
    if (password !== undefined && !(0,_passfile_js__WEBPACK_IMPORTED_MODULE_1__/* .fitsPassfile */ .sq)(password)) {
        return { PGPASSWORD: password };
    }
    // Without a password, too: libpq would otherwise look into the user's own file, where we looked already.
    const content = password === undefined ? '' : (0,_passfile_js__WEBPACK_IMPORTED_MODULE_1__/* .passfileContent */ .h5)(password);
    return { PGPASSFILE: await workspace.secretFile('pgpass', content) };
}
/** What libpq reads from no variable, it reads from a service file. */
async function serviceVariables({ parameters }, workspace) {
    const lines = Object.entries(parameters)
        .filter(([name]) => _libpq_parameters_js__WEBPACK_IMPORTED_MODULE_0__/* .PARAMETER_VARIABLES */ .K[name] === null)
        .map(([name, value]) => `${name}=${value}\n`);
    if (lines.length === 0) {
        return {};
    }
    const content = `[${APPLICATION_NAME}]\n${lines.join('')}`;
    return {
        PGSERVICE: APPLICATION_NAME,
        PGSERVICEFILE: await workspace.secretFile('pg_service.conf', content),
    };
}
function furtherVariables({ parameters }) {
    const entries = Object.entries(parameters).map(([name, value]) => [_libpq_parameters_js__WEBPACK_IMPORTED_MODULE_0__/* .PARAMETER_VARIABLES */ .K[name], value]);
    return Object.fromEntries(entries.filter((entry) => typeof entry[0] === 'string'));
}
function ifGiven(name, value) {
    return value === undefined ? {} : { [name]: value };
}


/***/ }),

/***/ 84859:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   K: () => (/* binding */ PARAMETER_VARIABLES),
/* harmony export */   Q: () => (/* binding */ IGNORED_PARAMETERS)
/* harmony export */ });
/**
 * libpq's parameters beyond those that `ConnectionSettings` names, each with the variable that PostgreSQL's programs read
 * it from; null where libpq has none.
 *
 * https://www.postgresql.org/docs/current/libpq-envars.html
 */
const PARAMETER_VARIABLES = {
    hostaddr: 'PGHOSTADDR',
    options: 'PGOPTIONS',
    channel_binding: 'PGCHANNELBINDING',
    connect_timeout: 'PGCONNECT_TIMEOUT',
    gssencmode: 'PGGSSENCMODE',
    gssdelegation: 'PGGSSDELEGATION',
    gsslib: 'PGGSSLIB',
    krbsrvname: 'PGKRBSRVNAME',
    load_balance_hosts: 'PGLOADBALANCEHOSTS',
    max_protocol_version: 'PGMAXPROTOCOLVERSION',
    min_protocol_version: 'PGMINPROTOCOLVERSION',
    require_auth: 'PGREQUIREAUTH',
    requirepeer: 'PGREQUIREPEER',
    sslcertmode: 'PGSSLCERTMODE',
    sslcompression: 'PGSSLCOMPRESSION',
    sslcrl: 'PGSSLCRL',
    sslcrldir: 'PGSSLCRLDIR',
    sslnegotiation: 'PGSSLNEGOTIATION',
    sslsni: 'PGSSLSNI',
    ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
    ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
    target_session_attrs: 'PGTARGETSESSIONATTRS',
    keepalives: null,
    keepalives_count: null,
    keepalives_idle: null,
    keepalives_interval: null,
    tcp_user_timeout: null,
};
/** Parameters that mean something only to the program that the string was first written for, or that we set ourselves. */
const IGNORED_PARAMETERS = new Set([
    'application_name',
    'client_encoding',
    'fallback_application_name',
    // Prisma and other drivers
    'connection_limit',
    'pool_timeout',
    'schema',
    'socket_timeout',
    'sslaccept',
    'statement_cache_size',
    'uselibpqcompat',
]);


/***/ }),

/***/ 6839:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A_: () => (/* binding */ lookUpPassword),
/* harmony export */   h5: () => (/* binding */ passfileContent),
/* harmony export */   sq: () => (/* binding */ fitsPassfile)
/* harmony export */ });
/* unused harmony export passwordIn */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);

/** Socket folders that PostgreSQL's builds have as their default; a password file calls them `localhost`. */
const DEFAULT_SOCKET_FOLDERS = ['/var/run/postgresql', '/tmp'];
/**
 * The content of a password file that gives this password whatever is connected to.
 *
 * https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
function passfileContent(password) {
    return `*:*:*:*:${escapeField(password)}\n`;
}
/** Whether a password file can hold it: not with line ends, and before PostgreSQL 14 only up to a line of 320 bytes. */
function fitsPassfile(password) {
    return !/[\r\n]/.test(password) && Buffer.byteLength(passfileContent(password)) < 320;
}
/** The password of the first line that fits; undefined where none does. Comments and lines of another form are skipped. */
function passwordIn(content, key) {
    const hosts = DEFAULT_SOCKET_FOLDERS.includes(key.host) ? [key.host, 'localhost'] : [key.host];
    for (const line of content.split(/\r?\n/)) {
        const [host, port, database, user, password] = line.startsWith('#') ? [] : fieldsOf(line);
        const fits = hosts.some((each) => matches(host, each)) &&
            matches(port, String(key.port)) &&
            matches(database, key.database) &&
            matches(user, key.user);
        if (fits && password !== undefined) {
            return unescapeField(password);
        }
    }
    return undefined;
}
/** Looks a password up in a file; like libpq, a file that is missing or that others may read is not used. */
function lookUpPassword(file, key) {
    try {
        const { mode } = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statSync)(file);
        return (mode & 0o077) === 0 ? passwordIn((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readFileSync)(file, 'utf8'), key) : undefined;
    }
    catch {
        return undefined; // libpq goes on without a password, and the server says when it wants one
    }
}
function escapeField(text) {
    return text.replaceAll(/[\\:]/g, '\\$&');
}
function unescapeField(text) {
    return text.replaceAll(/\\(.)/gs, '$1');
}
function matches(field, value) {
    return field === '*' || (field !== undefined && unescapeField(field) === value);
}
/** At colons that have no backslash before them. */
function fieldsOf(line) {
    const fields = [];
    let field = '';
    for (let index = 0; index < line.length; index++) {
        const sign = line.charAt(index);
        if (sign === ':') {
            fields.push(field);
            field = '';
        }
        else {
            field += sign === '\\' ? sign + line.charAt(++index) : sign;
        }
    }
    return [...fields, field];
}


/***/ }),

/***/ 62414:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   v: () => (/* binding */ pinSettings)
/* harmony export */ });
/* unused harmony export PINNED_SETTINGS */
/**
 * What a session must have set before it describes a database, so that equal data and equal definitions read equal on
 * every server, whatever `ALTER ROLE`, `ALTER DATABASE` or `postgresql.conf` say.
 */
const PINNED_SETTINGS = {
    // Where the server knows no encoding, it would refuse bytes that are no UTF-8; there they come as they are.
    client_encoding: 'UTF8',
    // Values as text: exact, and the same in every locale and zone.
    extra_float_digits: '3',
    datestyle: 'ISO, YMD',
    intervalstyle: 'postgres',
    timezone: 'UTC',
    bytea_output: 'hex',
    xmlbinary: 'base64',
    xmloption: 'content',
    lc_monetary: 'C',
    array_nulls: 'on',
    standard_conforming_strings: 'on',
    // Definitions as text: every name qualified, none quoted without need.
    search_path: '',
    quote_all_identifiers: 'off',
    // Rows that a policy hides must be an error, never silently fewer rows.
    row_security: 'off',
    // Planning must not evaluate what is in a table's constraints.
    constraint_exclusion: 'off',
    // A description takes as long as it takes, and JIT costs more than it gains in a single pass.
    statement_timeout: '0',
    idle_in_transaction_session_timeout: '0',
    idle_session_timeout: '0',
    transaction_timeout: '0',
    jit: 'off',
};
/** Pins the settings for the rest of the session. Those that an older server does not know are left out. */
async function pinSettings(session) {
    await session.query(`SELECT pg_catalog.set_config(s.name, CASE
         WHEN p.name = 'client_encoding' AND pg_catalog.current_setting('server_encoding') = 'SQL_ASCII' THEN 'SQL_ASCII'
         ELSE p.value END, false)
       FROM pg_catalog.json_each_text($1::pg_catalog.json) AS p(name, value)
       JOIN pg_catalog.pg_settings s ON pg_catalog.lower(s.name) = p.name`, [JSON.stringify(PINNED_SETTINGS)]);
}


/***/ }),

/***/ 22629:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ POOLER_ADVICE)
/* harmony export */ });
/** What to do about a transaction pooler, everywhere the same. */
const POOLER_ADVICE = 'A dump needs one server connection with its own settings from beginning to end. Use the direct address of the database, or ' +
    'the session pooler: on Supabase port 5432 instead of 6543, on Neon the host without "-pooler", with PgBouncer pool_mode=session.';


/***/ }),

/***/ 14045:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   m: () => (/* binding */ assertDirect)
/* harmony export */ });
/* unused harmony export isKnownPooler */
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);
/* harmony import */ var _connection_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(92992);
/* harmony import */ var _pooler_advice_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(22629);
/* harmony import */ var _query_error_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(66645);
/* harmony import */ var _session_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(67117);





/** How often two sessions are watched; a pool that is in use may hand out another connection each time. */
const ROUNDS = 3;
/** Addresses by which hosting services offer their transaction poolers. */
function isKnownPooler({ host, port }) {
    const isNeon = /-pooler\./i.test(host);
    const isSupabase = port === 6543 && /\.supabase\.(com|co)$/i.test(host);
    return isNeon || isSupabase;
}
/**
 * Makes sure that the session has a server connection of its own. A transaction pooler gives the connection of an idle
 * session to others, so it shows when one server process serves two sessions, or one session is served by two.
 *
 * Throws `ConnectionError` of kind `pooler`.
 */
async function assertDirect(session, options = {}) {
    if (isKnownPooler(session.settings)) {
        throw poolerFound(session.settings, 'the address is that of a transaction pooler');
    }
    const other = await (0,_session_js__WEBPACK_IMPORTED_MODULE_3__/* .connect */ .N)(session.settings, options);
    try {
        for (let round = 0; round < ROUNDS; round++) {
            // The first session is idle now: its server connection is free to be given to this transaction.
            await other.query('BEGIN');
            const otherPid = await pidOf(other);
            // Asking the first session while the other holds the only server connection of a pool would wait for ever.
            if (otherPid === session.backendPid || (await pidOf(session)) !== session.backendPid) {
                throw poolerFound(session.settings, 'the server connection changes between statements, as behind a transaction pooler');
            }
            await other.query('ROLLBACK');
        }
    }
    catch (error) {
        // What PgBouncer says to BEGIN in its third mode, in which not even transactions stay together.
        throw error instanceof _query_error_js__WEBPACK_IMPORTED_MODULE_2__/* .QueryError */ .l && /statement pooling/i.test(error.problem)
            ? poolerFound(session.settings, 'the address is that of a pooler that allows no transactions')
            : error;
    }
    finally {
        await other.end();
    }
}
async function pidOf(session) {
    const [row] = await session.query('SELECT pg_backend_pid() AS pid');
    return row?.pid;
}
function poolerFound(settings, problem) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ConnectionError */ .Rc('pooler', {
        doing: `connecting to ${(0,_connection_js__WEBPACK_IMPORTED_MODULE_1__/* .describeConnection */ .If)(settings)}`,
        problem,
        advice: _pooler_advice_js__WEBPACK_IMPORTED_MODULE_4__/* .POOLER_ADVICE */ .H,
    });
}


/***/ }),

/***/ 45801:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  z: () => (/* binding */ findPrograms),
  c: () => (/* binding */ findServerPrograms)
});

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/platform/workspace.js + 1 modules
var workspace = __webpack_require__(39811);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/postgres/libpq-environment.js
var libpq_environment = __webpack_require__(91962);
// EXTERNAL MODULE: ./build/postgres/libpq-parameters.js
var libpq_parameters = __webpack_require__(84859);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: ./build/platform/find-program.js
var find_program = __webpack_require__(14358);
;// CONCATENATED MODULE: ./build/postgres/program-places.js





/** Where packages put PostgreSQL; `*` stands for a version. Debian's and Red Hat's, Alpine's, Homebrew's, a build's own. */
const USUAL_PLACES = [
    '/usr/lib/postgresql/*/bin',
    '/usr/pgsql-*/bin',
    '/usr/libexec/postgresql*',
    '/usr/lib/postgresql*/bin',
    '/usr/local/pgsql/bin',
    '/opt/homebrew/opt/postgresql@*/bin',
    '/opt/homebrew/opt/libpq/bin',
    '/usr/local/opt/postgresql@*/bin',
    '/usr/local/opt/libpq/bin',
    '/Applications/Postgres.app/Contents/Versions/*/bin',
];
const CLIENT_PROGRAMS = ['pg_dump', 'pg_dumpall', 'pg_restore', 'psql'];
const SERVER_PROGRAMS = ['initdb', 'postgres', 'pg_ctl'];
/** The folders that hold all of these programs, each with its version; the preferred ones first, no folder twice. */
async function installationsWith(programs, search) {
    const { preferredFolders, environment, places = USUAL_PLACES } = search;
    const onPath = (environment.PATH ?? '').split(external_node_path_.delimiter).filter((folder) => external_node_path_.isAbsolute(folder));
    const folders = [...preferredFolders.map((folder) => external_node_path_.resolve(folder)), ...places.flatMap(expand), ...onPath];
    const complete = unique(folders.filter((folder) => programs.every((name) => isReal(external_node_path_.join(folder, name)))));
    const asked = complete.map((folder) => askVersion(folder, programs[0] ?? '', search));
    return (await Promise.all(asked)).filter((installation) => installation !== undefined);
}
/** `17` of `17.2` and `18beta1`. */
function majorOf(version) {
    return Number.parseInt(version, 10);
}
/**
 * The installation that fits a server or archive of a major: of the same major, else of the nearest newer one, because the
 * fewer majors lie between, the less differs in what is dumped and in what a restore needs.
 */
function bestFor(major, installations) {
    const usable = installations.filter((each) => each.major >= major);
    const nearest = Math.min(...usable.map((each) => each.major));
    return usable.find((each) => each.major === nearest);
}
/** A program, and not Debian's wrapper that chooses one by rules of its own. */
function isReal(file) {
    return (0,find_program/* isProgram */.V)(file) && external_node_path_.basename((0,external_node_fs_.realpathSync)(file)) !== 'pg_wrapper';
}
/** The first of the folders that are the same one under several names. */
function unique(folders) {
    const real = folders.map((folder) => (0,external_node_fs_.realpathSync)(folder));
    return folders.filter((_, index) => real.indexOf(real[index] ?? '') === index);
}
/** The folders that a place with one `*` stands for, the highest version first. */
function expand(place) {
    const star = place.split('/').find((part) => part.includes('*'));
    if (star === undefined) {
        return [place];
    }
    const [parent = '', rest = ''] = place.split(star);
    const [before = '', after = ''] = star.split('*');
    const fits = (name) => name.startsWith(before) && name.endsWith(after);
    const names = namesIn(parent).filter(fits);
    return names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true })).map((name) => `${parent}${name}${rest}`);
}
function namesIn(folder) {
    try {
        return (0,external_node_fs_.readdirSync)(folder);
    }
    catch {
        return []; // a place that this system does not have
    }
}
/** Undefined for a program that does not run, such as one whose libraries are not there. */
async function askVersion(folder, program, { environment, processes }) {
    try {
        const { stdout } = await processes.run({
            program: external_node_path_.join(folder, program),
            args: ['--version'],
            doing: `asking ${program} for its version`,
            env: (0,libpq_environment/* programEnvironment */.yE)(environment),
            stdout: 'collect',
            timeout: 20_000,
        });
        return installationOf(folder, stdout);
    }
    catch (error) {
        if (error instanceof errors/* InterruptedError */.p4) {
            throw error;
        }
        return undefined;
    }
}
/** `pg_dump (PostgreSQL) 17.2 (Debian 17.2-1)` */
function installationOf(folder, banner) {
    const version = /\(PostgreSQL\) (\d+\S*)/.exec(banner)?.[1];
    return version === undefined ? undefined : { folder, version, major: majorOf(version) };
}

;// CONCATENATED MODULE: ./build/postgres/docker-programs.js





/** What PostgreSQL's programs read; handed into the container by name, so that no value is seen in a process list. */
const PROGRAM_VARIABLES = [
    ...[
        'PGHOST',
        'PGPORT',
        'PGUSER',
        'PGPASSWORD',
        'PGPASSFILE',
        'PGDATABASE',
        'PGSSLMODE',
        'PGSSLROOTCERT',
        'PGSSLCERT',
    ],
    ...['PGSSLKEY', 'PGAPPNAME', 'PGSERVICE', 'PGSERVICEFILE', 'LANG', 'LC_MESSAGES'],
    ...Object.values(libpq_parameters/* PARAMETER_VARIABLES */.K).filter((name) => name !== null),
];
/** The image of PostgreSQL of a major, pulled and asked for its version; undefined where Docker is not there or does not work. */
async function dockerInstallation({ major, environment, processes, }) {
    const image = `postgres:${major}`;
    const docker = (args, doing, timeout) => processes.run({ program: 'docker', args, doing, env: (0,libpq_environment/* programEnvironment */.yE)(environment), stdout: 'collect', timeout });
    try {
        await docker(['version'], 'asking for a Docker engine', 20_000);
        await docker(['pull', '--quiet', image], `pulling the image ${image}`, 600_000);
        const { stdout } = await docker(['run', '--rm', '--network', 'none', image, 'pg_dump', '--version'], `asking pg_dump of the image ${image} for its version`, 60_000);
        return installationOf(image, stdout);
    }
    catch (error) {
        if (error instanceof errors/* InterruptedError */.p4) {
            throw error;
        }
        return undefined;
    }
}
/**
 * The command that runs a program in a container. The values of the variables are in the environment of the docker client;
 * its arguments only name them. Folders of absolute paths among the arguments are there too.
 */
function inContainer(container, program, args) {
    const { image, user, workingDirectory } = container;
    const folders = [...new Set([...container.folders, workingDirectory, ...args.flatMap(foldersIn)])].sort();
    return {
        program: 'docker',
        args: [
            'run',
            '--rm',
            '--interactive',
            // A first process that is no init ignores the signals that should end it.
            '--init',
            '--network=host',
            ...(user === undefined ? [] : [`--user=${user.uid}:${user.gid}`]),
            `--workdir=${workingDirectory}`,
            ...folders.map((folder) => `--mount=type=bind,source=${folder},target=${folder}`),
            ...PROGRAM_VARIABLES.map((name) => `--env=${name}`),
            `--entrypoint=${program}`,
            image,
            ...args,
        ],
    };
}
/** Of `--file=/backups/x/dump`, the folder `/backups/x`: the file itself may not be there yet. */
function foldersIn(argument) {
    const file = argument.replace(/^--[a-z-]+=/, '');
    return external_node_path_.isAbsolute(file) ? [external_node_path_.dirname(file)] : [];
}

;// CONCATENATED MODULE: ./build/postgres/install-advice.js

function platformHere() {
    return { system: systemHere(), isRoot: process.getuid?.() === 0 };
}
const LEAD = 'Name their folder in postgres-bin if they are here, else install them: ';
/** What to do when the client programs of a major are missing; the exact command stands last, to be copied. */
function installAdvice(major, { system, isRoot }) {
    const sudo = isRoot ? '' : 'sudo ';
    switch (system) {
        case 'debian':
            return (`${LEAD}${sudo}apt-get install -y postgresql-common && ` +
                `${sudo}/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y && ` +
                `${sudo}apt-get install -y postgresql-client-${major}`);
        case 'alpine':
            return `${LEAD}${sudo}apk add postgresql${major}-client`;
        case 'macos':
            return `${LEAD}brew install postgresql@${major}`;
        case 'other':
            return `Install PostgreSQL ${major}'s client programs, name their folder in postgres-bin, or start a Docker engine.`;
    }
}
function systemHere() {
    if (process.platform === 'darwin') {
        return 'macos';
    }
    if ((0,find_program/* isProgram */.V)('/usr/bin/apt-get')) {
        return 'debian';
    }
    return (0,find_program/* isProgram */.V)('/sbin/apk') ? 'alpine' : 'other';
}

;// CONCATENATED MODULE: ./build/postgres/programs.js





/**
 * Finds the client programs for a server: the installed ones of its own major, else those of the nearest newer major, else,
 * where Docker works, those in PostgreSQL's image of its major. Older ones refuse newer servers.
 *
 * Throws `OperationError` with the command that installs them.
 */
async function findPrograms(search) {
    const { serverMajor } = search;
    const installations = await installationsWith(CLIENT_PROGRAMS, search);
    const best = bestFor(serverMajor, installations);
    if (best !== undefined) {
        return installed(best, serverMajor);
    }
    const image = await dockerInstallation({ ...search, major: serverMajor });
    if (image !== undefined) {
        return inImage(image, search);
    }
    throw new errors/* OperationError */.OK({
        doing: `looking for the PostgreSQL programs for a server of major ${serverMajor}`,
        problem: `the programs ${CLIENT_PROGRAMS.join(', ')} of PostgreSQL ${serverMajor} or newer are not on this machine${found(installations)}`,
        advice: installAdvice(serverMajor, platformHere()),
    });
}
/** Finds the server programs for a throw-away cluster: of the wanted major, else of the nearest newer one, else null. */
async function findServerPrograms(search) {
    return bestFor(search.major, await installationsWith(SERVER_PROGRAMS, search)) ?? null;
}
function installed({ folder, version, major }, wanted) {
    return {
        major,
        version,
        origin: folder,
        source: 'installed',
        exact: major === wanted,
        command: (program, args) => ({ program: `${folder}/${program}`, args }),
    };
}
function inImage({ folder: image, version, major }, search) {
    const container = {
        image,
        folders: [(0,workspace/* temporaryFolder */.yy)(search.environment), ...(search.containerFolders ?? [])],
        workingDirectory: process.cwd(),
        user: userHere(),
    };
    return {
        major,
        version,
        origin: image,
        source: 'docker',
        exact: major === search.serverMajor,
        command: (program, args) => inContainer(container, program, args),
    };
}
function userHere() {
    const [uid, gid] = [process.getuid?.(), process.getgid?.()];
    return uid === undefined || gid === undefined ? undefined : { uid, gid };
}
function found(installations) {
    const versions = installations.map(({ version, folder }) => `${version} in ${folder}`);
    return versions.length === 0 ? '' : `; found: ${versions.join(', ')}`;
}


/***/ }),

/***/ 66645:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ reasonOf),
/* harmony export */   l: () => (/* binding */ QueryError)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);
/* harmony import */ var _platform_file_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(57568);


/** A server's refusal of a statement. `code` is its SQLSTATE. */
class QueryError extends _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .OperationError */ .OK {
    code;
    constructor(cause, doing) {
        super({
            doing,
            problem: (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(cause),
            advice: textOf(cause, 'hint') ?? textOf(cause, 'detail') ?? "Read the server's message above; its log may say more.",
            cause,
        });
        this.code = (0,_platform_file_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .codeOf */ .$N)(cause) ?? '';
    }
}
/** Why something could not be read, in a finding: of a server's refusal with SQLSTATE and hint, without a full stop. */
function reasonOf(error) {
    if (!(error instanceof QueryError))
        return (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .problemOf */ .Zw)(error);
    const hint = textOf(error.cause, 'hint')?.replace(/\.$/, '');
    return `${error.problem} (SQLSTATE ${error.code})${hint === undefined ? '' : `; hint: ${hint}`}`;
}
function textOf(error, field) {
    const value = typeof error === 'object' && error !== null ? error[field] : undefined;
    return typeof value === 'string' && value !== '' ? value : undefined;
}


/***/ }),

/***/ 66888:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   r: () => (/* binding */ unreadableThings)
/* harmony export */ });
/* harmony import */ var _findings_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(83034);

/**
 * What keeps the role of the session from reading everything that must be dumped, table by table. pg_dump locks every
 * table whose definition it writes, so it must be able to read also those whose rows stay out.
 *
 * @param withData oids of the tables whose rows are dumped: only there does row-level security matter
 */
async function unreadableThings(session, withData) {
    const rows = await session.query(`SELECT n.nspname AS schema, c.relname AS name, c.oid::int8::float8 AS oid,
            CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
            has_schema_privilege(n.oid, 'USAGE') AS usable,
            CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT')
                           ELSE has_table_privilege(c.oid, 'SELECT') END AS readable,
            c.relkind <> 'S' AND row_security_active(c.oid) AS hidden
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'm', 'S')
        AND c.relpersistence <> 't'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                         WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
      ORDER BY 1, 2`);
    const closed = [...new Set(rows.filter(({ usable }) => !usable).map(({ schema }) => schema))];
    return [
        ...closed.map((schema) => (0,_findings_js__WEBPACK_IMPORTED_MODULE_0__/* .finding */ .gk)('SCHEMA_UNREADABLE', schema, 'the role that backs up has no USAGE privilege on this schema')),
        ...rows.flatMap((row) => complaintsAbout(row, withData)),
        ...(await deniedLargeObjects(session)),
        ...(await omittedSubscriptions(session)),
    ];
}
/** Each large object has privileges of its own, which `pg_read_all_data` does not stand in for. */
async function deniedLargeObjects(session) {
    const [row] = await session.query(`SELECT count(*)::text AS count, min(m.oid::int8)::text AS example
       FROM pg_catalog.pg_largeobject_metadata m
      WHERE NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
        AND NOT pg_has_role(m.lomowner, 'USAGE')
        AND NOT EXISTS (SELECT FROM aclexplode(m.lomacl) a WHERE a.privilege_type = 'SELECT'
                           AND (a.grantee = 0 OR pg_has_role(a.grantee, 'USAGE')))`);
    return row === undefined || row.count === '0'
        ? []
        : [
            (0,_findings_js__WEBPACK_IMPORTED_MODULE_0__/* .finding */ .gk)('LARGE_OBJECTS_DENIED', 'large objects', `the role that backs up may not read ${row.count} of them, such as ${row.example ?? '?'}`),
        ];
}
/** https://www.postgresql.org/docs/current/app-pgdump.html: only a superuser's dump has subscriptions. */
async function omittedSubscriptions(session) {
    const rows = await session.query(`SELECT s.subname AS name FROM pg_catalog.pg_subscription s
      WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())
        AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
      ORDER BY 1`);
    return rows.map(({ name }) => (0,_findings_js__WEBPACK_IMPORTED_MODULE_0__/* .finding */ .gk)('SUBSCRIPTION_LEFT_OUT', name, 'pg_dump leaves subscriptions out for a role that is not a superuser'));
}
function complaintsAbout({ schema, name, kind, oid, usable, readable, hidden }, withData) {
    const on = `${schema}.${name}`;
    if (usable && !readable) {
        return [(0,_findings_js__WEBPACK_IMPORTED_MODULE_0__/* .finding */ .gk)('TABLE_UNREADABLE', on, `the role that backs up may not SELECT from this ${kind}`)];
    }
    return hidden && withData.has(oid)
        ? [(0,_findings_js__WEBPACK_IMPORTED_MODULE_0__/* .finding */ .gk)('ROW_SECURITY_ACTIVE', on, 'row-level security applies to the role that backs up and could hide rows')]
        : [];
}


/***/ }),

/***/ 67117:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  N: () => (/* binding */ connect),
  f: () => (/* binding */ withSession)
});

// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(58500);
// EXTERNAL MODULE: ./node_modules/pg/esm/index.mjs
var esm = __webpack_require__(83849);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/platform/file-errors.js
var file_errors = __webpack_require__(57568);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(77030);
// EXTERNAL MODULE: ./build/postgres/connection.js
var connection = __webpack_require__(92992);
// EXTERNAL MODULE: ./build/postgres/pooler-advice.js
var pooler_advice = __webpack_require__(22629);
;// CONCATENATED MODULE: ./build/postgres/connection-errors.js





/** What went wrong with a connection attempt, in words that say what to do. What is one already comes back as it is. */
function connectionTrouble(cause, settings) {
    if (cause instanceof errors/* ConnectionError */.Rc) {
        return cause;
    }
    const { kind, problem, advice } = diagnose(cause, settings);
    return new errors/* ConnectionError */.Rc(kind, { doing: `connecting to ${(0,connection/* describeConnection */.If)(settings)}`, problem, advice, cause });
}
function diagnose(cause, settings) {
    const first = firstOf(cause);
    return (fromServer(first, settings) ??
        fromTls(first, settings) ??
        fromNetwork(cause, settings) ?? {
        kind: 'other',
        problem: (0,errors/* messageOf */.bD)(first),
        advice: 'Read the cause; psql with the same settings must be able to connect.',
    });
}
/** Node reports a host with several addresses as one error with an error for each. */
function firstOf(error) {
    return partsOf(error)[0] ?? error;
}
function partsOf(error) {
    const hasParts = typeof error === 'object' && error !== null && 'errors' in error && Array.isArray(error.errors);
    return hasParts ? error.errors : [error];
}
/** What the server said, by SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function fromServer(cause, settings) {
    const message = (0,errors/* messageOf */.bD)(cause);
    const { user, database, host, port } = settings;
    const say = (kind, advice, problem = message) => ({ kind, problem, advice });
    switch ((0,file_errors/* codeOf */.$N)(cause) ?? '') {
        case '28P01':
            return say('wrong-password', passwordAdvice(user), `the password for user "${user}" was rejected`);
        case '28000':
            return fromAuthorization(cause, settings);
        case '3D000':
            return say('no-such-database', `List the databases with: psql -l -h ${host} -p ${port} -U ${user}. Names are case-sensitive.`, `there is no database "${database}"`);
        case '42501':
            return say('other', `Grant it: GRANT CONNECT ON DATABASE … TO "${user}".`);
        case '57P03':
            return say('starting', 'Wait until the server accepts connections, then start again; give a service container a health check.');
        case '53300':
            return say('too-many-connections', 'Wait, close idle sessions, lower jobs, or raise max_connections or the limit of the role or database.');
        case '57P01':
        case '57P02':
            return say('lost', 'The server ended the connection. Find out who stopped or restarted it, then start again.');
    }
    return fromPooler(message);
}
function passwordAdvice(user) {
    return `Check the password of "${user}" in the URI, PGPASSWORD or the password file. In a URI, signs such as % @ / : must be percent-encoded.`;
}
/**
 * The server tells who is not let in and who may not log in by one SQLSTATE. Its words, which may be in any language, only
 * make it more precise; which of its functions refused does not depend on them.
 */
function fromAuthorization(cause, { user, database, sslMode }) {
    const message = (0,errors/* messageOf */.bD)(cause);
    if (/role .* does not exist/i.test(message)) {
        return {
            kind: 'no-such-role',
            problem: `there is no role "${user}"`,
            advice: 'Check the user; role names are case-sensitive.',
        };
    }
    if (/not permitted to log in/i.test(message)) {
        return {
            kind: 'no-such-role',
            problem: `the role "${user}" may not log in`,
            advice: `Allow it: ALTER ROLE "${user}" LOGIN.`,
        };
    }
    if (routineOf(cause) === 'InitializeSessionUserId') {
        return {
            kind: 'no-such-role',
            problem: `there is no role "${user}", or it may not log in: ${message}`,
            advice: `Check the user; role names are case-sensitive. If it is there, allow it: ALTER ROLE "${user}" LOGIN.`,
        };
    }
    // With any other sslmode, TLS was tried as well.
    if (sslMode === 'disable' && /no encryption|SSL off/i.test(message)) {
        return {
            kind: 'tls',
            problem: message,
            advice: 'The server wants TLS: use sslmode=require, or better verify-full.',
        };
    }
    if (/certificate/i.test(message)) {
        return { kind: 'tls', problem: message, advice: 'The server wants a client certificate: give sslcert and sslkey.' };
    }
    return {
        kind: 'rejected-by-hba',
        problem: message,
        advice: `Allow user "${user}" on database "${database}" from this address in the server's pg_hba.conf, then reload it; or use another user or address.`,
    };
}
/** The server's function that complained. */
function routineOf(error) {
    const { routine } = Object(error);
    return typeof routine === 'string' ? routine : undefined;
}
function fromPooler(message) {
    if (/unsupported startup parameter/i.test(message)) {
        return { kind: 'pooler', problem: `a connection pooler answered: ${message}`, advice: pooler_advice/* POOLER_ADVICE */.H };
    }
    if (/no more connections allowed|max_client_conn|MaxClientsInSessionMode/i.test(message)) {
        return {
            kind: 'too-many-connections',
            problem: `a connection pooler answered: ${message}`,
            advice: 'Use the direct address of the database, lower jobs, or raise the pool size.',
        };
    }
    if (/tenant or user not found/i.test(message)) {
        return {
            kind: 'no-such-role',
            problem: `the pooler knows no such user: ${message}`,
            advice: 'On Supabase the user is postgres.<project reference>, as its connect dialog shows it.',
        };
    }
    return undefined;
}
const TLS_CODES = /^(ERR_(TLS|SSL|OSSL)_|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|EPROTO$|HOSTNAME_MISMATCH)/;
function fromTls(cause, { sslMode, host }) {
    const message = (0,errors/* messageOf */.bD)(cause);
    const code = (0,file_errors/* codeOf */.$N)(cause) ?? '';
    if (/server does not support SSL/i.test(message)) {
        return {
            kind: 'tls',
            problem: `the server does not speak TLS, which sslmode ${sslMode} demands`,
            advice: 'Turn on ssl at the server. Only on a network that you trust, use sslmode=disable.',
        };
    }
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
        return {
            kind: 'tls',
            problem: `the server's certificate is not for "${host}"`,
            advice: 'Connect by a name that its certificate has, or use sslmode=verify-ca if only the chain matters.',
        };
    }
    if (!TLS_CODES.test(code)) {
        return undefined;
    }
    return {
        kind: 'tls',
        problem: `the TLS connection failed: ${message} (${code})`,
        advice: sslMode.startsWith('verify-')
            ? "Give the certificate of the authority that signed the server's in sslrootcert, and check that none has expired."
            : 'Check the TLS versions and certificates of both sides.',
    };
}
const UNREACHABLE = new Set([
    'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ENOENT', 'EACCES', 'EPIPE',
]); // prettier-ignore
const NO_ROUTE = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT']);
function fromNetwork(cause, settings) {
    const { host, port } = settings;
    const code = (0,file_errors/* codeOf */.$N)(firstOf(cause)) ?? '';
    const message = (0,errors/* messageOf */.bD)(cause);
    if (['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_FAIL'].includes(code)) {
        return {
            kind: 'unknown-host',
            problem: `the host name "${host}" cannot be resolved`,
            advice: 'Check its spelling and the DNS. In a job that runs in a container, a service is reached by its name; otherwise by localhost.',
        };
    }
    if (partsOf(cause).every(isIpv6WithoutRoute)) {
        return {
            kind: 'ipv6-only',
            problem: `"${host}" has only an IPv6 address, and this machine has no route to it`,
            advice: "GitHub's runners have no IPv6. Use an address that has IPv4: the provider's session pooler (on Supabase, port 5432 of the pooler's host) or its IPv4 add-on.",
        };
    }
    if ((0,connection/* isSocket */.qU)(settings) && UNREACHABLE.has(code)) {
        return {
            kind: 'unreachable',
            problem: `no server answers on the socket ${host}/.s.PGSQL.${port} (${code})`,
            advice: 'Start the server, or give its host (PGHOST or the URI) if it runs elsewhere.',
        };
    }
    if (UNREACHABLE.has(code) || /timeout expired|terminated unexpectedly/i.test(message)) {
        const how = code === '' ? message : code;
        return {
            kind: 'unreachable',
            problem: `no PostgreSQL server answers on ${host} port ${port} (${how})`,
            advice: 'Check host and port, that the server runs and listens there, and that no firewall is in between.',
        };
    }
    return undefined;
}
function isIpv6WithoutRoute(error) {
    const address = typeof error === 'object' && error !== null && 'address' in error ? error.address : undefined;
    return typeof address === 'string' && external_node_net_.isIPv6(address) && NO_ROUTE.has((0,file_errors/* codeOf */.$N)(error) ?? '');
}

// EXTERNAL MODULE: ./build/postgres/libpq-environment.js
var libpq_environment = __webpack_require__(91962);
// EXTERNAL MODULE: ./build/postgres/query-error.js
var query_error = __webpack_require__(66645);
;// CONCATENATED MODULE: ./build/postgres/copy-out.js
/**
 * Runs `COPY … TO STDOUT` and hands on each row as it comes, with its line feed; the server sends each in a message of its
 * own. The row is only valid during the call. Nothing is kept, and while a row is worked on the server waits, so memory
 * does not grow with the table.
 *
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */
function copyOut(client, sql, onRow) {
    return new Promise((resolve, reject) => {
        let failure;
        const statement = {
            submit: (connection) => {
                connection.query(sql);
            },
            handleCopyData: ({ chunk }) => {
                try {
                    if (failure === undefined)
                        onRow(chunk);
                }
                catch (error) {
                    failure = error instanceof Error ? error : new Error(String(error)); // thrown on from here, it would end the process
                }
            },
            handleCommandComplete: () => undefined,
            handleReadyForQuery: () => {
                if (failure === undefined)
                    resolve();
                else
                    reject(failure);
            },
            handleError: reject,
        };
        client.query(statement);
    });
}

// EXTERNAL MODULE: ./build/postgres/tls.js
var tls = __webpack_require__(20623);
;// CONCATENATED MODULE: ./build/postgres/session.js










/** Milliseconds between attempts: short at first, because a server that was just started is soon there. */
const RETRY_INTERVALS = { first: 30, longest: 500 };
const END_LIMIT = 5_000;
/**
 * Connects as libpq would with these settings. Time-outs that would end a long backup are off in the session.
 *
 * Throws `ConnectionError` that says what the cause is, `InterruptedError` when the signal aborts.
 */
async function connect(settings, options = {}) {
    const { patience = 0, signal, onRetry } = options;
    const giveUpAt = performance.now() + patience;
    for (let interval = RETRY_INTERVALS.first;; interval = Math.min(interval * 2, RETRY_INTERVALS.longest)) {
        try {
            return await connectOnce(settings, options);
        }
        catch (error) {
            throwIfAborted(signal, settings);
            const trouble = connectionTrouble(error, settings);
            if (!mayPass(trouble) || performance.now() + interval > giveUpAt) {
                throw trouble;
            }
            onRetry?.(trouble);
        }
        await (0,promises_.setTimeout)(interval, undefined, signal === undefined ? {} : { signal }).catch(() => {
            throwIfAborted(signal, settings);
        });
    }
}
/** Connects, does work and closes the connection, whatever happens. */
async function withSession(settings, options, work) {
    const session = await connect(settings, options);
    try {
        return await work(session);
    }
    finally {
        await session.end();
    }
}
function mayPass({ kind }) {
    return kind === 'starting' || kind === 'unreachable';
}
function throwIfAborted(signal, settings) {
    if (signal?.aborted === true) {
        throw new errors/* InterruptedError */.p4(`connecting to ${(0,connection/* describeConnection */.If)(settings)}`, signal.reason);
    }
}
/** One round of the attempts that the sslmode allows: with TLS, without, or both in turn. */
async function connectOnce(settings, options) {
    throwIfAborted(options.signal, settings);
    const attempts = (0,tls/* tlsAttempts */.eG)(settings);
    for (const [index, withTls] of attempts.entries()) {
        const isLast = index === attempts.length - 1;
        try {
            return await attempt(settings, withTls, options);
        }
        catch (error) {
            if (isLast || !isAboutEncryption(error, settings)) {
                throw error;
            }
        }
    }
    throw new TypeError('there is always at least one attempt');
}
/** Whether the other kind of connection may succeed: TLS is not spoken or failed, or pg_hba.conf wants the other kind. */
function isAboutEncryption(error, settings) {
    return (0,file_errors/* codeOf */.$N)(error) === '28000' || connectionTrouble(error, settings).kind === 'tls';
}
async function attempt(settings, withTls, options) {
    const client = newClient(settings, withTls, options);
    const session = new PgSession(client, settings, options.signal);
    const abandon = () => {
        destroy(client);
    };
    const limit = connectLimit(settings);
    const timer = setTimeout(abandon, limit + 1_000);
    options.signal?.addEventListener('abort', abandon, { once: true });
    try {
        await client.connect();
        await session.prepare().catch((cause) => {
            throw (0,file_errors/* codeOf */.$N)(cause) === undefined ? silent(settings, limit, cause) : cause;
        });
        return session;
    }
    catch (error) {
        destroy(client);
        throw error;
    }
    finally {
        clearTimeout(timer);
        options.signal?.removeEventListener('abort', abandon);
    }
}
/** A pool without a free server connection accepts us, and then lets the first statement wait. */
function silent(settings, limit, cause) {
    return new errors/* ConnectionError */.Rc('unreachable', {
        doing: `connecting to ${(0,connection/* describeConnection */.If)(settings)}`,
        problem: `the connection was accepted, but nothing was answered within ${limit / 1000} s`,
        advice: 'A connection pool may be used up: use the direct address of the database, or raise the pool size.',
        cause,
    });
}
/** Milliseconds. */
function connectLimit({ parameters }) {
    return Number(parameters.connect_timeout ?? 0) * 1000 || 30_000;
}
function newClient(settings, withTls, { applicationName = libpq_environment/* APPLICATION_NAME */.j9 }) {
    const { host, port, user, database, parameters } = settings;
    const client = new esm/* default.Client */.Ay.Client({
        host: parameters.hostaddr ?? host,
        port,
        user,
        database,
        password: () => passwordOf(settings),
        ssl: withTls ? (0,tls/* tlsOptions */.YF)(settings) : false,
        sslnegotiation: withTls && parameters.sslnegotiation === 'direct' ? 'direct' : 'postgres',
        enableChannelBinding: withTls && parameters.channel_binding === 'require',
        application_name: applicationName,
        connectionTimeoutMillis: connectLimit(settings),
        keepAlive: parameters.keepalives !== '0',
        keepAliveInitialDelayMillis: Number(parameters.keepalives_idle ?? 60) * 1000,
    });
    // Where it is given none, pg takes PGOPTIONS of this process, which may be meant for another server.
    const internals = client;
    internals.connectionParameters.options = parameters.options;
    return client;
}
/** Asked for only when the server wants a password; never pg's own search, which knows other places than libpq. */
function passwordOf(settings) {
    if (settings.password === undefined || settings.password === '') {
        throw new errors/* ConnectionError */.Rc('wrong-password', {
            doing: `connecting to ${(0,connection/* describeConnection */.If)(settings)}`,
            problem: `the server asks for the password of "${settings.user}" and none is given`,
            advice: 'Give it in the URI, in PGPASSWORD, or in a password file (PGPASSFILE or ~/.pgpass, mode 0600).',
        });
    }
    return settings.password;
}
class PgSession {
    client;
    settings;
    signal;
    serverVersion = '';
    major = 0;
    backendPid = 0;
    lost;
    ended;
    constructor(client, settings, signal) {
        this.client = client;
        this.settings = settings;
        this.signal = signal;
        // Without a listener, a connection that breaks while nobody asks anything would end the process.
        client.on('error', (error) => {
            this.lost ??= error;
        });
    }
    /** Learns what the server is and turns off what would end a long session; each major knows other time-outs. */
    async prepare() {
        const { rows } = await this.client.query(`SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
              pg_backend_pid() AS pid,
              (SELECT count(set_config(name, '0', false)) FROM pg_settings WHERE name IN
                ('statement_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout'))`);
        const [facts] = rows;
        this.serverVersion = /^\S+/.exec(facts?.version ?? '')?.[0] ?? '';
        this.major = Math.floor((facts?.number ?? 0) / 10_000);
        this.backendPid = facts?.pid ?? 0;
    }
    async query(sql, params) {
        // Without parameters pg uses the simple protocol, which takes several statements and gives a result for each.
        const ask = () => params === undefined ? this.client.query(sql) : this.client.query(oneStatement(sql, params));
        return rowsOf(await this.answered(ask));
    }
    copyOut(sql, onRow) {
        return this.answered(() => copyOut(this.client, sql, onRow));
    }
    async answered(ask) {
        this.throwIfUnusable();
        const abort = () => void this.cancel();
        this.signal?.addEventListener('abort', abort, { once: true });
        try {
            return await ask();
        }
        catch (error) {
            throw this.troubleOf(error);
        }
        finally {
            this.signal?.removeEventListener('abort', abort);
        }
    }
    end() {
        this.ended ??= this.close();
        return this.ended;
    }
    async close() {
        const limit = new AbortController();
        const closed = this.client.end().catch(() => undefined);
        const tooLong = (0,promises_.setTimeout)(END_LIMIT, undefined, { signal: limit.signal, ref: false }).then(() => {
            destroy(this.client);
        }, () => undefined);
        await Promise.race([closed, tooLong]);
        limit.abort();
    }
    throwIfUnusable() {
        if (this.signal?.aborted === true) {
            throw new errors/* InterruptedError */.p4(this.doing, this.signal.reason);
        }
        if (this.lost !== undefined || this.ended !== undefined) {
            throw this.lostError(this.lost);
        }
    }
    troubleOf(error) {
        if (this.signal?.aborted === true) {
            return new errors/* InterruptedError */.p4(this.doing, this.signal.reason);
        }
        const isFromServer = error instanceof esm/* default.DatabaseError */.Ay.DatabaseError && !['57P01', '57P02', '57P03'].includes(error.code ?? '');
        return isFromServer ? new query_error/* QueryError */.l(error, this.doing) : this.lostError(error);
    }
    lostError(cause) {
        this.lost ??= cause ?? new Error('the session was ended');
        return new errors/* ConnectionError */.Rc('lost', {
            doing: this.doing,
            problem: 'the connection to the server was lost',
            advice: "Read the server's log for the reason: a restart, a crash, an administrator, or a network that drops idle connections.",
            cause,
        });
    }
    get doing() {
        return `asking ${(0,connection/* describeConnection */.If)(this.settings)}`;
    }
    /** Stops the statement at the server, which would otherwise go on; over another connection, as there is no other way. */
    async cancel() {
        try {
            const canceller = await connect(this.settings, { applicationName: `${libpq_environment/* APPLICATION_NAME */.j9} cancel` });
            await canceller.query('SELECT pg_cancel_backend($1)', [this.backendPid]);
            await canceller.end();
        }
        catch {
            destroy(this.client); // the server cannot be told, so at least we stop waiting for it
        }
    }
}
/** Cuts the connection; `end` of pg would say good-bye first and wait for an answer. */
function destroy(client) {
    const { connection } = client;
    connection.stream.destroy();
}
/** For the extended protocol, which takes one statement; pg's types do not know the mode. */
function oneStatement(text, params) {
    const query = { text, values: [...params], queryMode: 'extended' };
    return query;
}
function rowsOf(result) {
    const last = Array.isArray(result) ? result.at(-1) : result;
    return typeof last === 'object' && last !== null && 'rows' in last ? last.rows : [];
}


/***/ }),

/***/ 20623:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   YF: () => (/* binding */ tlsOptions),
/* harmony export */   eG: () => (/* binding */ tlsAttempts),
/* harmony export */   p4: () => (/* binding */ isVerified)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(73024);
/* harmony import */ var node_net__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(77030);
/* harmony import */ var node_tls__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(41692);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(19473);
/* harmony import */ var _platform_file_errors_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(57568);
/* harmony import */ var _connection_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(92992);






/** Where systems keep the certificates that they trust; the first that is there is used for `sslrootcert=system`. */
const SYSTEM_CERTIFICATES = [
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/pki/tls/certs/ca-bundle.crt',
    '/etc/ssl/ca-bundle.pem',
    '/etc/ssl/cert.pem',
];
/** Whether to speak TLS, in the order in which libpq tries for this sslmode. Sockets never do. */
function tlsAttempts(settings) {
    if ((0,_connection_js__WEBPACK_IMPORTED_MODULE_5__/* .isSocket */ .qU)(settings)) {
        return [false];
    }
    switch (settings.sslMode) {
        case 'disable':
            return [false];
        case 'allow':
            return [false, true];
        case 'prefer':
            return [true, false];
        case 'require':
        case 'verify-ca':
        case 'verify-full':
            return [true];
    }
}
/**
 * Node's options for what libpq does in this sslmode: `verify-full` checks chain and name, `verify-ca` the chain, the others
 * the chain where a file of root certificates is there, and nothing otherwise.
 *
 * Throws `ConnectionError` when a certificate or key cannot be read.
 */
function tlsOptions(settings) {
    const { host, sslMode, sslRootCert, sslCert, sslKey, parameters } = settings;
    const verifiesChain = isVerified(settings);
    const verifiesName = sslMode === 'verify-full';
    const read = (file) => readOrThrow(file, settings);
    return {
        rejectUnauthorized: verifiesChain,
        checkServerIdentity: (_name, certificate) => verifiesName ? node_tls__WEBPACK_IMPORTED_MODULE_2__.checkServerIdentity(host, certificate) : undefined,
        ...(node_net__WEBPACK_IMPORTED_MODULE_1__.isIP(host) === 0 && parameters.sslsni !== '0' ? { servername: host } : {}),
        ...(verifiesChain ? rootCertificates(sslRootCert, read, settings) : {}),
        ...(sslCert !== undefined && (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.existsSync)(sslCert)
            ? { cert: read(sslCert), ...(sslKey === undefined ? {} : { key: read(sslKey) }) }
            : {}),
        ...(parameters.sslcrl === undefined ? {} : { crl: read(parameters.sslcrl) }),
        ...versions(parameters),
    };
}
/**
 * Whether the server's certificate is checked: libpq checks the chain in every mode once it has root certificates; only
 * the verify modes insist on having them.
 */
function isVerified({ sslMode, sslRootCert }) {
    return sslMode === 'verify-ca' || sslMode === 'verify-full' || (sslRootCert !== undefined && (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.existsSync)(sslRootCert));
}
function rootCertificates(file, read, settings) {
    if (file === 'system') {
        const system = [process.env.SSL_CERT_FILE, ...SYSTEM_CERTIFICATES].find((each) => each !== undefined && (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.existsSync)(each));
        return system === undefined ? {} : { ca: read(system) };
    }
    if (file === undefined) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .ConnectionError */ .Rc('tls', {
            doing: `connecting to ${(0,_connection_js__WEBPACK_IMPORTED_MODULE_5__/* .describeConnection */ .If)(settings)}`,
            problem: `sslmode ${settings.sslMode} needs the root certificate of the server, and none is given`,
            advice: 'Name its file in sslrootcert (or PGSSLROOTCERT), or use sslrootcert=system for a server with a public certificate.',
        });
    }
    return { ca: read(file) };
}
function versions({ ssl_min_protocol_version, ssl_max_protocol_version, }) {
    // libpq and Node have the same names for them: TLSv1.2, TLSv1.3.
    return {
        minVersion: (ssl_min_protocol_version ?? 'TLSv1.2'),
        ...(ssl_max_protocol_version === undefined ? {} : { maxVersion: ssl_max_protocol_version }),
    };
}
function readOrThrow(file, settings) {
    try {
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readFileSync)(file);
    }
    catch (cause) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_3__/* .ConnectionError */ .Rc('tls', {
            doing: `connecting to ${(0,_connection_js__WEBPACK_IMPORTED_MODULE_5__/* .describeConnection */ .If)(settings)}`,
            problem: `the certificate or key file ${file} cannot be read (${(0,_platform_file_errors_js__WEBPACK_IMPORTED_MODULE_4__/* .codeOf */ .$N)(cause) ?? 'unknown cause'})`,
            advice: 'Check the paths in sslrootcert, sslcert and sslkey and that the user that runs this may read the files.',
            cause,
        });
    }
}


/***/ }),

/***/ 16851:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ parseLine),
/* harmony export */   BP: () => (/* binding */ logLine),
/* harmony export */   FP: () => (/* binding */ timeOfLine),
/* harmony export */   IL: () => (/* binding */ formatLine),
/* harmony export */   Ow: () => (/* binding */ dayOfLogFile),
/* harmony export */   Qr: () => (/* binding */ linesThatStay),
/* harmony export */   Qw: () => (/* binding */ logFileOf),
/* harmony export */   nc: () => (/* binding */ setDetails)
/* harmony export */ });
/* harmony import */ var _bounded_json_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(12160);
/* harmony import */ var zod__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(92857);
/* harmony import */ var _metrics_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(13096);



const Timestamp = zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP()
    .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    .refine((text) => !Number.isNaN(instantOf(text).getTime()));
/** Not `z.record`, which drops a table that somebody called `__proto__`. */
const Records = zod__WEBPACK_IMPORTED_MODULE_1__/* .custom */ .IeY((value) => typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((rows) => typeof rows === 'number'));
const Line = zod__WEBPACK_IMPORTED_MODULE_1__/* .object */ .Ikc({
    timestamp: Timestamp,
    operation: zod__WEBPACK_IMPORTED_MODULE_1__/* .string */ .YjP().min(1),
    status: zod__WEBPACK_IMPORTED_MODULE_1__/* ["enum"] */ .k5n(['success', 'error']),
    details: zod__WEBPACK_IMPORTED_MODULE_1__/* .looseObject */ ._H3({
        size: zod__WEBPACK_IMPORTED_MODULE_1__/* .number */ .aig().nonnegative().optional(),
        duration: zod__WEBPACK_IMPORTED_MODULE_1__/* .number */ .aig().nonnegative(),
        records: Records.optional(),
    }),
});
/** A line about an operation that ended at that time. */
function logLine(at, operation, status, details) {
    return { timestamp: at.toISOString().slice(0, 19).replace('T', ' '), operation, status, details };
}
/** What the log says of a set that was taken or validated; `previousProven` reads it again. */
function setDetails(manifest, proof, seconds) {
    return {
        size: (0,_metrics_js__WEBPACK_IMPORTED_MODULE_2__/* .setBytes */ .m5)(manifest),
        duration: seconds,
        records: (0,_metrics_js__WEBPACK_IMPORTED_MODULE_2__/* .rowsByTable */ .NP)(manifest),
        id: manifest.id,
        type: manifest.type,
        series: manifest.series,
        proof: proof.outcome,
        tier: proof.tier,
    };
}
/** The file that a line goes to, under `log/`: `2026-11-24.jsonl`, by its own timestamp. */
function logFileOf({ timestamp }) {
    return `${timestamp.slice(0, 10)}.jsonl`;
}
/** The UTC day of a log file, at its beginning; undefined for a file of another name. */
function dayOfLogFile(name) {
    const [, day] = /^(\d{4}-\d\d-\d\d)\.jsonl$/.exec(name) ?? [];
    const date = new Date(`${day ?? ''}T00:00:00Z`);
    return Number.isNaN(date.getTime()) ? undefined : date;
}
/** When a line was written. */
function timeOfLine({ timestamp }) {
    return instantOf(timestamp);
}
/**
 * The line as JSON with its line end, to be appended in one write.
 *
 * It is one line for every reader, whatever a table is called: what some programs take for a line end (U+0085, U+2028,
 * U+2029) and what a terminal acts on (C1 controls, marks that reverse text) is escaped. All tables are in it, so the line
 * of a database with 10,000 tables has some 300 kB: read it without a limit on lines.
 */
function formatLine(line) {
    return `${JSON.stringify(line).replaceAll(TREACHEROUS, escaped)}\n`;
}
const TREACHEROUS = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
/** Reads one line, with or without its end; undefined when it is none. Details that are not known here are kept. */
function parseLine(text) {
    const parsed = Line.safeParse(fromJson(text));
    return parsed.success ? parsed.data : undefined;
}
/**
 * What stays of the text of an old log file: the lines of drills, as they are. A line that cannot be read goes with the
 * others; nobody could make anything of it.
 */
function linesThatStay(text) {
    return text
        .split('\n')
        .filter((line) => parseLine(line)?.operation === 'drill')
        .map((line) => `${line}\n`)
        .join('');
}
function instantOf(timestamp) {
    return new Date(`${timestamp.replace(' ', 'T')}Z`);
}
function fromJson(text) {
    try {
        return (0,_bounded_json_js__WEBPACK_IMPORTED_MODULE_0__/* .parseBoundedJson */ .Rj)(text, _bounded_json_js__WEBPACK_IMPORTED_MODULE_0__/* .SMALL_JSON */ .Rx);
    }
    catch {
        return undefined;
    }
}
function escaped(character) {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}


/***/ }),

/***/ 13096:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   NP: () => (/* binding */ rowsByTable),
/* harmony export */   ih: () => (/* binding */ tableKey),
/* harmony export */   m5: () => (/* binding */ setBytes),
/* harmony export */   wh: () => (/* binding */ totalRows),
/* harmony export */   xP: () => (/* binding */ measure)
/* harmony export */ });
/**
 * Measures a backup from its manifest.
 *
 * `compression_ratio` compares with what the tables occupy at the source, so free space inside them counts as saved. It
 * never goes below 0: in a tiny database the dump's own definitions outweigh the rows, and an empty one saves nothing.
 */
function measure(manifest, { seconds, peakMemory }) {
    const tables = tablesWithRows(manifest);
    const total = sum(tables.map(({ bytes }) => bytes));
    const rows = rowsByTable(manifest);
    return {
        performance: {
            duration_seconds: rounded(seconds, 3),
            compression_ratio: compressionRatio(total, manifest.dump.bytes),
            memory_usage_mb: rounded(peakMemory / 1e6, 1),
        },
        size: {
            total_bytes: total,
            compressed_bytes: manifest.dump.bytes,
            tables: Object.fromEntries(tables.map((table) => [tableKey(table), table.bytes])),
        },
        records: { total: totalRows(rows) ?? 0, by_table: rows },
    };
}
/** Rows at the snapshot of every table whose rows are in the dump; a table that was not counted is left out, not 0. */
function rowsByTable(manifest) {
    return Object.fromEntries(tablesWithRows(manifest).flatMap((table) => (table.rows === undefined ? [] : [[tableKey(table), table.rows]])));
}
/** All rows of such a record; null when no table was counted, because that is not the same as no rows. */
function totalRows(byTable) {
    const rows = Object.values(byTable ?? {});
    return rows.length === 0 ? null : sum(rows);
}
/** Bytes of the files that a manifest lists: what is called the size of a set, everywhere. */
function setBytes({ files }) {
    return sum(files.map(({ size }) => size));
}
/**
 * How metrics and logs call a table: `animals` in `public`, `schema.animals` elsewhere. Parts with a dot or a quote in
 * them are quoted where that is needed to keep two tables apart.
 */
function tableKey({ schema, name }) {
    return schema === 'public' && !name.includes('.') ? name : `${quotedIfOdd(schema)}.${quotedIfOdd(name)}`;
}
/** A partitioned table has no rows of its own, its partitions have; a foreign table's and a view's rows are not dumped. */
function tablesWithRows({ tables }) {
    return tables.filter(({ kind, data }) => kind === 'table' && data);
}
function compressionRatio(total, compressed) {
    return total === 0 ? 0 : rounded(Math.max(0, 1 - compressed / total), 4);
}
function quotedIfOdd(part) {
    return /[."]/.test(part) ? `"${part.replaceAll('"', '""')}"` : part;
}
function sum(numbers) {
    return numbers.reduce((total, number) => total + number, 0);
}
function rounded(number, digits) {
    const factor = 10 ** digits;
    return Math.round(number * factor) / factor;
}


/***/ }),

/***/ 70726:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ SEALING_FINDINGS),
/* harmony export */   j: () => (/* binding */ KEY_FINDINGS)
/* harmony export */ });
/** What can be found of encrypted and signed sets; a part of the one list. */
const SEALING_FINDINGS = {
    DECRYPT_KEY_MISSING: {
        severity: 'inconclusive',
        meaning: 'The set is encrypted and there is no key to read it: its files are as they were stored, no more is known.',
        advice: 'Give the age identity that reads it in decrypt-key.',
    },
    DECRYPT_KEY_WRONG: {
        severity: 'error',
        meaning: 'The set is encrypted to other keys than the given one. That says nothing bad of the set.',
        advice: 'Give the identity of one of the recipients that the manifest lists (encryption.recipients); old sets need old keys.',
    },
    DECRYPT_FAILED: {
        severity: 'error',
        meaning: 'An encrypted file is what was stored, and yet it cannot be decrypted to its end.',
        advice: 'Use another set. The file was damaged or exchanged by something that also rewrote the checksums.',
    },
    SEALED_SET_DIFFERS: {
        severity: 'error',
        meaning: 'What an encrypted set holds is not what its readable manifest says.',
        advice: 'Do not trust this set; somebody put together what does not belong together.',
    },
    SIGNATURE_MISSING: {
        severity: 'error',
        meaning: 'The set is not signed, and only sets that are signed with one of the trusted-keys are accepted.',
        advice: 'If it was taken before sets were signed, validate it without trusted-keys. Otherwise do not trust it.',
    },
    SIGNATURE_WRONG: {
        severity: 'error',
        meaning: 'The signature of the manifest was not made over this manifest by one of the trusted-keys.',
        advice: 'If the signing key was changed, add its old public key to trusted-keys. Otherwise do not trust the set.',
    },
};
/** These speak of the keys at hand as much as of the set, so they are never kept with the set as its outcome. */
const KEY_FINDINGS = [
    'DECRYPT_KEY_MISSING',
    'DECRYPT_KEY_WRONG',
    'SIGNATURE_MISSING',
    'SIGNATURE_WRONG',
];


/***/ }),

/***/ 60134:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  gO: () => (/* binding */ appendToLog),
  ZO: () => (/* binding */ readLogSince),
  LF: () => (/* binding */ removeOldLogs)
});

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/platform/file-errors.js
var file_errors = __webpack_require__(57568);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/platform/files.js
var files = __webpack_require__(71665);
// EXTERNAL MODULE: ./build/platform/no-follow.js
var no_follow = __webpack_require__(38329);
;// CONCATENATED MODULE: ./build/platform/text-lines.js
const NEWLINE = 10;
/**
 * The lines of a byte stream as text, without their newlines; null for a line of more than `longest` bytes, which is
 * skipped without being held.
 */
async function* textLines(stream, longest) {
    let parts = [];
    let length = 0;
    const finish = () => {
        const line = length > longest ? null : Buffer.concat(parts).toString('utf8');
        parts = [];
        length = 0;
        return line;
    };
    const hold = (part) => {
        length += part.length;
        if (length > longest)
            parts = [];
        else
            parts.push(part);
    };
    for await (const chunk of stream) {
        let start = 0;
        for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
            hold(chunk.subarray(start, end));
            yield finish();
            start = end + 1;
        }
        if (start < chunk.length)
            hold(chunk.subarray(start));
    }
    if (length > 0)
        yield finish();
}

// EXTERNAL MODULE: ./build/records/log.js
var log = __webpack_require__(16851);
;// CONCATENATED MODULE: ./build/stores/directory-log.js









/** A longer line is not one of ours. */
const LONGEST_LINE = 4 * 1024 * 1024;
/**
 * Adds a line to the log of its day by one write at the end of the file, and flushes it. After a run that was killed
 * while it wrote, the line starts anew instead of going on with the torn one.
 */
async function appendToLog(folder, line) {
    await (0,no_follow/* makeRealFolder */.vK)(folder);
    const file = external_node_path_.join(folder, (0,log/* logFileOf */.Qw)(line));
    const isNew = (await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(file))) === undefined;
    const handle = await (0,no_follow/* openFile */.Tq)(file, external_node_fs_.constants.O_APPEND | external_node_fs_.constants.O_CREAT | external_node_fs_.constants.O_RDWR);
    try {
        const { size } = await handle.stat();
        const last = Buffer.alloc(1);
        const torn = size > 0 && (await handle.read(last, 0, 1, size - 1)).bytesRead === 1 && last.toString() !== '\n';
        await handle.appendFile(`${torn ? '\n' : ''}${(0,log/* formatLine */.IL)(line)}`);
        await handle.sync();
    }
    finally {
        await handle.close();
    }
    if (isNew)
        await (0,files/* syncPath */.Z8)(folder);
}
/** Removes what need not stay of the days before one, and tells of which days something went. */
async function removeOldLogs(folder, before, dryRun) {
    return inLog(folder, async (here, names) => {
        const removed = [];
        for (const name of names.filter((each) => each.slice(0, 10) < before)) {
            const file = external_node_path_.join(here, name);
            const text = await textOf(file);
            if (text === null)
                continue;
            const staying = (0,log/* linesThatStay */.Qr)(text);
            const bytes = Buffer.byteLength(text) - Buffer.byteLength(staying);
            if (bytes === 0)
                continue;
            if (!dryRun)
                await (staying === '' ? (0,promises_.unlink)(file) : (0,files/* writeWhole */.f8)(file, staying));
            removed.push({ day: name.slice(0, 10), bytes });
        }
        if (removed.length > 0 && !dryRun)
            await (0,files/* syncPath */.Z8)(folder);
        return removed;
    });
}
/** All lines since an instant, oldest first; those that cannot be read are counted, and so is what is no file. */
async function readLogSince(folder, since) {
    const from = since.toISOString().slice(0, 19).replace('T', ' ');
    const lines = [];
    let unreadable = 0;
    await inLog(folder, async (here, names) => {
        for (const name of names.filter((each) => each.slice(0, 10) >= from.slice(0, 10))) {
            const handle = await logFile(external_node_path_.join(here, name));
            if (handle === null) {
                unreadable++;
                continue;
            }
            for await (const text of textLines(handle.createReadStream(), LONGEST_LINE)) {
                if (text === '')
                    continue;
                const line = text === null ? undefined : (0,log/* parseLine */.A)(text);
                if (line === undefined)
                    unreadable++;
                else if (line.timestamp >= from)
                    lines.push(line);
            }
        }
        return [];
    });
    return {
        lines: lines.sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0)),
        unreadable,
    };
}
/** Does work with the days' files, in their order; nothing where there is no log. */
async function inLog(folder, work) {
    const done = await (0,file_errors/* ifThere */.y)((0,no_follow/* inFolder */._z)(folder, async (here) => work(here, (await (0,promises_.readdir)(here)).filter((name) => (0,log/* dayOfLogFile */.Ow)(name) !== undefined).sort())));
    return done ?? [];
}
/** A day's file, opened; null for a link, a pipe or a device in its place. */
async function logFile(file) {
    try {
        return await (0,no_follow/* openFile */.Tq)(file);
    }
    catch (error) {
        if (error instanceof errors/* OperationError */.OK || ['ELOOP', 'ENXIO', 'ENOENT'].includes((0,file_errors/* codeOf */.$N)(error) ?? ''))
            return null;
        throw error;
    }
}
async function textOf(file) {
    const handle = await logFile(file);
    try {
        return handle === null ? null : await handle.readFile('utf8');
    }
    finally {
        await handle?.close();
    }
}


/***/ }),

/***/ 33721:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  f: () => (/* binding */ DirectoryStore)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/backup/set.js
var backup_set = __webpack_require__(4511);
// EXTERNAL MODULE: ./build/backup/sha256.js
var sha256 = __webpack_require__(31132);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/platform/file-errors.js
var file_errors = __webpack_require__(57568);
// EXTERNAL MODULE: ./build/platform/files.js
var platform_files = __webpack_require__(71665);
// EXTERNAL MODULE: ./build/platform/no-follow.js
var no_follow = __webpack_require__(38329);
// EXTERNAL MODULE: ./build/platform/parallel.js
var parallel = __webpack_require__(93351);
// EXTERNAL MODULE: ./build/stores/set-files.js
var set_files = __webpack_require__(4977);
;// CONCATENATED MODULE: ./build/stores/directory-copy.js






/** How many files are copied at a time. */
const COPIERS = 2;
/**
 * Copies files into another folder, without moving their bytes where the file system can share them, then reads what
 * arrived and compares it with what it must be.
 *
 * Throws `DamagedError` naming the first that differs.
 */
async function copyFiles(from, files, to, { signal, progress, doing }) {
    // Each byte counts twice: when it is copied and when it is compared.
    const total = 2 * files.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    const onBytes = (bytes) => progress?.((done += bytes), total);
    for (const folder of new Set(files.map((file) => external_node_path_.dirname(external_node_path_.join(to, file.path)))))
        await (0,platform_files/* makeFolder */.fc)(folder);
    await (0,parallel/* inParallel */.H)(files, COPIERS, async ({ path: file, size }) => {
        if (signal?.aborted === true)
            throw new errors/* InterruptedError */.p4(doing, signal.reason);
        await (0,promises_.copyFile)(external_node_path_.join(from, file), external_node_path_.join(to, file), promises_.constants.COPYFILE_FICLONE | promises_.constants.COPYFILE_EXCL);
        onBytes(size);
    });
    await (0,set_files/* compareFiles */.hZ)(to, files, doing, { signal, onBytes });
}

// EXTERNAL MODULE: ./build/platform/owner.js
var platform_owner = __webpack_require__(65573);
// EXTERNAL MODULE: ./build/stores/waiting.js
var waiting = __webpack_require__(82836);
;// CONCATENATED MODULE: ./build/stores/directory-lock.js








/** The note that says who writes a folder or holds a lock. */
const OWNER_FILE = 'owner.json';
/** A longer note is not one of ours. */
const LARGEST_NOTE = 64 * 1024;
/** How often the holder shows that it lives, for those who cannot ask its kernel. */
const BEAT_MS = 10_000;
/** Without a sign of life for so long, a holder that runs elsewhere counts as dead. */
const SILENCE_MS = 120_000;
/** How long taking over a dead lock may take before the one who took it over is taken for dead too. */
const TAKEOVER_MS = 30_000;
const POLL_MS = 100;
const RETRY_MS = 20;
/**
 * Takes an exclusive lock. It is a folder with a note in it, made aside and renamed into place: the rename fails while
 * another one is there, and no reader ever sees a lock without its note.
 */
async function takeLock(place, doing, tools) {
    const mine = (0,platform_owner/* ownerHere */.Wr)(doing, tools.clock.now());
    const ready = external_node_path_.join(place.workshop, `lock-${mine.token}`);
    try {
        await (0,promises_.mkdir)(ready, { mode: 0o700 });
        await (0,promises_.writeFile)(external_node_path_.join(ready, OWNER_FILE), JSON.stringify(mine), { mode: 0o600 });
        const watch = new Watch(place, tools.clock);
        const look = async () => ((await renamedInto(ready, place.lock)) ? 'ours' : watch.look());
        const pace = (holder) => (holder === null ? RETRY_MS : POLL_MS);
        await (0,waiting/* waitForTurn */.qg)({ what: "the store's lock", look, pace }, doing, tools);
    }
    catch (error) {
        await (0,no_follow/* removeTree */.dM)(ready);
        throw (0,file_errors/* fileTrouble */.AG)(error, `locking the store for ${doing}`);
    }
    return holding(place, mine);
}
/** The note in a folder; undefined where there is none, or something that is none: a link, a pipe, a huge file. */
async function readNote(folder) {
    try {
        return await (0,no_follow/* readSmallFile */.EW)(external_node_path_.join(folder, OWNER_FILE), LARGEST_NOTE);
    }
    catch (error) {
        if (error instanceof errors/* OperationError */.OK || ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes((0,file_errors/* codeOf */.$N)(error) ?? '')) {
            return undefined;
        }
        throw error;
    }
}
async function renamedInto(ready, lock) {
    try {
        await (0,promises_.rename)(ready, lock);
        return true;
    }
    catch (error) {
        if (['ENOTEMPTY', 'EEXIST'].includes((0,file_errors/* codeOf */.$N)(error) ?? ''))
            return false;
        throw error;
    }
}
/** Looks at a lock that somebody else holds, and removes it when its holder is dead. */
class Watch {
    place;
    clock;
    silence;
    constructor(place, clock) {
        this.place = place;
        this.clock = clock;
        this.silence = new waiting/* Silence */.Ah(clock);
    }
    /** Who holds the lock, or null when it is about to be free. */
    async look() {
        const note = await readNote(this.place.lock);
        const holder = note === undefined ? null : (0,waiting/* ownerOf */.bf)(note);
        if (holder !== null && !(await this.isDead(holder)))
            return holder;
        await takeApart(this.place, note, this.clock);
        return null;
    }
    async isDead(holder) {
        const life = (0,platform_owner/* lifeOf */.c_)(holder);
        if (life !== 'elsewhere')
            return life === 'dead';
        const beat = (await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(external_node_path_.join(this.place.lock, OWNER_FILE))))?.mtimeMs;
        return this.silence.of('lock', `${holder.token} ${beat}`) > SILENCE_MS;
    }
}
/**
 * Removes a dead holder's lock. Of several who found it dead only one may do so, and only while the lock is still that
 * one: so first a marker in it, then a second look.
 */
async function takeApart({ lock, workshop }, note, clock) {
    const marker = external_node_path_.join(lock, 'taken-over');
    try {
        await (0,promises_.mkdir)(marker);
    }
    catch (error) {
        if ((0,file_errors/* codeOf */.$N)(error) === 'ENOENT')
            return;
        if ((0,file_errors/* codeOf */.$N)(error) !== 'EEXIST')
            throw error;
        const since = (await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(marker)))?.mtimeMs;
        if (since !== undefined && clock.now().getTime() - since > TAKEOVER_MS)
            await (0,file_errors/* ifThere */.y)((0,promises_.rmdir)(marker));
        return;
    }
    if ((await readNote(lock)) !== note) {
        await (0,file_errors/* ifThere */.y)((0,promises_.rmdir)(marker));
        return;
    }
    await removeLock(lock, workshop);
}
/** Away in one step, so that nobody sees a lock in parts; then deleted. */
async function removeLock(lock, workshop) {
    const away = external_node_path_.join(workshop, `unlock-${(0,external_node_crypto_.randomUUID)()}`);
    await (0,file_errors/* ifThere */.y)((0,promises_.rename)(lock, away));
    await (0,no_follow/* removeTree */.dM)(away);
}
function holding({ lock, workshop }, mine) {
    const note = external_node_path_.join(lock, OWNER_FILE);
    const beat = setInterval(() => {
        const now = new Date();
        (0,promises_.utimes)(note, now, now).catch(() => undefined); // a missed beat is no harm, and the next one comes
    }, BEAT_MS);
    beat.unref();
    let held = true;
    return async () => {
        if (!held)
            return;
        held = false;
        clearInterval(beat);
        const there = await readNote(lock);
        if (there !== undefined && (0,waiting/* ownerOf */.bf)(there)?.token === mine.token)
            await removeLock(lock, workshop);
    };
}

// EXTERNAL MODULE: ./build/stores/directory-log.js + 1 modules
var directory_log = __webpack_require__(60134);
;// CONCATENATED MODULE: ./build/stores/incoming.js









/**
 * The folder `.incoming` of a store: what is being written, removed or made ready. Each entry is a folder with a note of
 * its owner, so that what a killed run leaves behind can be told from what a living one is at.
 */
/** A note is written at once after its folder is made; without one for so long, its writer was killed in between. */
const WITHOUT_NOTE_MS = 60_000;
/** Whether an owner on another machine lives cannot be asked; untouched for so long, it does not. */
const ELSEWHERE_MS = 24 * 60 * 60 * 1000;
/** The part of an entry that is, or was, a set. */
const CONTENT = 'set';
/** Makes an entry, durable enough to be found by a sweep, and returns its path. */
async function makeEntry(incoming, purpose, doing, now) {
    const entry = external_node_path_.join(incoming, `${purpose}-${(0,external_node_crypto_.randomBytes)(4).toString('hex')}`);
    await (0,promises_.mkdir)(entry, { mode: 0o700 });
    await (0,promises_.writeFile)(external_node_path_.join(entry, OWNER_FILE), JSON.stringify((0,platform_owner/* ownerHere */.Wr)(doing, now)), { mode: 0o600 });
    return entry;
}
/** Deletes an entry. Links in it are deleted, never followed. */
async function deleteEntry(entry) {
    await (0,no_follow/* removeTree */.dM)(entry);
}
/**
 * Takes a set out of sight in one step and then deletes it. The step is on the disk before the first file is deleted: a
 * power failure meanwhile brings back the whole set or none of it.
 */
async function takeAwayAndDelete(folder, entry) {
    await (0,promises_.rename)(folder, external_node_path_.join(entry, CONTENT));
    await (0,platform_files/* syncPath */.Z8)(entry);
    await (0,platform_files/* syncPath */.Z8)(external_node_path_.dirname(folder));
    await deleteEntry(entry);
}
/** What this version and those before it call an entry, a lock that is made ready or taken apart, or a probe. */
const OUR_NAME = /^([a-z0-9-]+-\d{8}T\d{6}Z-[0-9a-f]{8}|(un)?lock-[0-9a-f-]{36}|probe-[0-9a-f]{12})$/;
/** Deletes the entries whose owner is dead, and returns their names. What has no name of ours stays. */
async function sweepEntries(incoming, now) {
    return ofAbandoned(incoming, now, async (entry, name) => {
        await deleteEntry(entry);
        return name;
    });
}
/** The entries that `sweepEntries` would delete, with what they weigh. */
async function abandonedEntries(incoming, now) {
    return ofAbandoned(incoming, now, async (entry, name) => ({ name, bytes: await (0,platform_files/* bytesBelow */.bR)(entry) }));
}
/** Does work with each abandoned entry. Throws where `.incoming` is a link: what is behind it is not ours. */
async function ofAbandoned(incoming, now, work) {
    const done = await (0,file_errors/* ifThere */.y)((0,no_follow/* inFolder */._z)(incoming, async (here) => {
        const results = [];
        for (const name of (await (0,promises_.readdir)(here)).filter((each) => OUR_NAME.test(each))) {
            const entry = external_node_path_.join(here, name);
            if (await isAbandoned(entry, now))
                results.push(await work(entry, name));
        }
        return results;
    }));
    return done ?? [];
}
async function isAbandoned(entry, now) {
    const isFolder = (await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(entry)))?.isDirectory() === true;
    const note = isFolder ? await (0,no_follow/* inFolder */._z)(entry, (here) => readNote(here)) : undefined;
    const owner = note === undefined ? null : (0,waiting/* ownerOf */.bf)(note);
    if (owner === null)
        return (await untouchedFor(entry, now)) > WITHOUT_NOTE_MS;
    const life = (0,platform_owner/* lifeOf */.c_)(owner);
    return life === 'dead' || (life === 'elsewhere' && (await untouchedFor(entry, now)) > ELSEWHERE_MS);
}
/** Milliseconds since anything in the entry was changed; 0 when it has gone meanwhile. */
async function untouchedFor(entry, now) {
    const top = await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(entry));
    if (top === undefined)
        return 0;
    const inside = top.isDirectory() ? ((await (0,file_errors/* ifThere */.y)((0,platform_files/* entriesBelow */.yO)(entry))) ?? []) : [];
    let newest = top.mtimeMs;
    for (const { path: file } of inside) {
        newest = Math.max(newest, (await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(external_node_path_.join(entry, file))))?.mtimeMs ?? 0);
    }
    return now.getTime() - newest;
}

// EXTERNAL MODULE: ./build/stores/measure-set.js
var measure_set = __webpack_require__(94702);
// EXTERNAL MODULE: ./build/stores/proofs.js
var proofs = __webpack_require__(55724);
// EXTERNAL MODULE: ./build/stores/set-place.js
var set_place = __webpack_require__(17521);
// EXTERNAL MODULE: ./build/stores/store.js
var store = __webpack_require__(10346);
;// CONCATENATED MODULE: ./build/stores/directory.js



















/** Bytes; the catalog of a hundred thousand tables is far below. */
const LARGEST_TEXT = 512 * 1024 * 1024;
/** How many sets are looked at at a time. */
const LOOKERS = 4;
/** How long to wait for another run on the same store: longer than a rotation or a commit ever takes. */
const PATIENCE_MS = 10 * 60 * 1000;
/** A store in a local folder, laid out as design section 3 says. */
class DirectoryStore {
    tools;
    name;
    root;
    incoming;
    /**
     * @param root an absolute path; made when it is first written to
     * @param name how the user wrote it
     */
    constructor(root, tools, name = root) {
        this.tools = tools;
        this.root = external_node_path_.resolve(root);
        this.name = name;
        this.incoming = external_node_path_.join(this.root, set_place/* INCOMING */.BG);
    }
    async checkWritable() {
        const probe = external_node_path_.join(this.incoming, `probe-${(0,external_node_crypto_.randomBytes)(6).toString('hex')}`);
        await (0,file_errors/* orFileTrouble */.nD)(`writing to the store ${this.name}`, async () => {
            await this.prepare();
            try {
                const handle = await (0,promises_.open)(probe, 'wx', 0o600);
                try {
                    await handle.writeFile('Written to see that it can be.\n');
                    await handle.sync();
                }
                finally {
                    await handle.close();
                }
            }
            finally {
                await (0,promises_.rm)(probe, { force: true });
            }
        });
    }
    async freeBytes() {
        return (0,file_errors/* orFileTrouble */.nD)(`asking for the free space of the store ${this.name}`, async () => {
            let folder = this.root;
            while ((await (0,file_errors/* ifThere */.y)((0,promises_.stat)(folder))) === undefined)
                folder = external_node_path_.dirname(folder);
            const { bavail, bsize } = await (0,promises_.statfs)(folder);
            return bavail * bsize;
        });
    }
    /** The newest set decides whose manifest can be read, whole or not: a damaged set is still of its series. */
    async series() {
        for (const place of (await this.places()).sort(set_place/* newestFirst */.ll)) {
            const manifest = await this.manifestOf(place);
            if (typeof manifest === 'object')
                return manifest.series;
        }
        return null;
    }
    async list() {
        const looks = await (0,parallel/* inParallel */.H)(await this.places(), LOOKERS, (place) => this.look(place));
        const found = looks.filter((look) => look !== null);
        return {
            sets: found.filter(measure_set/* isSet */.vM).sort(set_place/* newestFirst */.ll),
            broken: found.filter((look) => !(0,measure_set/* isSet */.vM)(look)).sort(set_place/* newestFirst */.ll),
        };
    }
    async begin(id, type) {
        const place = (0,set_place/* checkedPlace */.fb)({ id, type });
        const doing = `beginning the set ${type}/${id} in ${this.name}`;
        return (0,file_errors/* orFileTrouble */.nD)(doing, async () => {
            await this.refuseExisting(place, doing);
            await this.prepare();
            const entry = await makeEntry(this.incoming, `${type}-${id}`, `writing ${type}/${id}`, this.tools.clock.now());
            const folder = external_node_path_.join(entry, CONTENT);
            await (0,promises_.mkdir)(folder, { mode: 0o700 });
            let done = false;
            return {
                folder,
                send: () => Promise.resolve(),
                commit: async () => {
                    const committed = await this.commit(place, entry);
                    done = true;
                    return { folder: committed, location: committed };
                },
                discard: async () => {
                    if (!done)
                        await (0,file_errors/* orFileTrouble */.nD)(`discarding the set ${type}/${id}`, () => deleteEntry(entry));
                },
            };
        });
    }
    async open(set) {
        const folder = this.folderOf(set);
        const isThere = await (0,file_errors/* orFileTrouble */.nD)(`opening the set ${set.type}/${set.id} in ${this.name}`, async () => (await (0,no_follow/* isRealFolder */.jj)(external_node_path_.dirname(folder))) ? (0,no_follow/* isRealFolder */.jj)(folder) : false);
        if (!isThere)
            throw (0,set_place/* noSuchSet */.LK)(set, 'opening', this.name);
        return folder;
    }
    async readText(set, file) {
        const doing = `reading ${file} of the set ${set.type}/${set.id} in ${this.name}`;
        return (0,file_errors/* orFileTrouble */.nD)(doing, () => (0,file_errors/* ifThere */.y)((0,no_follow/* readSmallFile */.EW)(external_node_path_.join(this.folderOf(set), file), LARGEST_TEXT)));
    }
    letGo() {
        return Promise.resolve();
    }
    async put(folder, set, progress) {
        const place = (0,set_place/* checkedPlace */.fb)(set);
        const doing = `copying the set ${(0,set_place/* nameOfSet */.hW)(place)} to ${this.name}`;
        await (0,file_errors/* orFileTrouble */.nD)(doing, async () => {
            const { manifest, files } = await (0,set_files/* setToCopy */.v_)(folder, place);
            const text = files.find((file) => file.path === backup_set/* SET */.rK.manifest);
            if (text === undefined || (await this.isThere(place, text, doing)) === 'whole')
                return;
            (0,set_place/* refuseForeign */.re)(await this.series(), manifest.series, doing);
            await this.prepare();
            const entry = await makeEntry(this.incoming, `copy-${place.type}-${place.id}`, doing, this.tools.clock.now());
            try {
                const copy = external_node_path_.join(entry, CONTENT);
                await copyFiles(folder, files, copy, { signal: this.tools.signal, progress, doing });
                await (0,platform_files/* syncTree */.SP)(copy);
                await (0,store/* withLock */.k)(this, doing, () => this.putIntoPlace(entry, place, text, doing));
            }
            finally {
                await deleteEntry(entry);
            }
        });
    }
    async addProof(set, proof) {
        const folder = await this.open(set);
        await (0,file_errors/* orFileTrouble */.nD)(`recording an outcome in ${folder}`, async () => {
            await this.prepare();
            const now = this.tools.clock.now();
            const entry = await makeEntry(this.incoming, `proof-${set.type}-${set.id}`, `recording an outcome of ${folder}`, now);
            await (0,proofs/* writeProof */.E4)(folder, proof, entry);
            await deleteEntry(entry);
        });
    }
    async remove(set) {
        const folder = await this.open(set);
        await (0,file_errors/* orFileTrouble */.nD)(`removing the set ${set.type}/${set.id} from ${this.name}`, async () => {
            await this.prepare();
            const purpose = `removed-${set.type}-${set.id}`;
            const entry = await makeEntry(this.incoming, purpose, `removing ${set.type}/${set.id}`, this.tools.clock.now());
            await takeAwayAndDelete(folder, entry);
        });
    }
    async sweep() {
        return (0,file_errors/* orFileTrouble */.nD)(`removing what killed runs left in ${this.name}`, () => sweepEntries(this.incoming, this.tools.clock.now()));
    }
    async leftovers() {
        return (0,file_errors/* orFileTrouble */.nD)(`looking for what killed runs left in ${this.name}`, () => abandonedEntries(this.incoming, this.tools.clock.now()));
    }
    async lock(doing) {
        await (0,file_errors/* orFileTrouble */.nD)(`locking the store ${this.name}`, () => this.prepare());
        const place = { lock: external_node_path_.join(this.root, '.lock'), workshop: this.incoming };
        return takeLock(place, doing, { patience: PATIENCE_MS, ...this.tools });
    }
    async appendLog(line) {
        await (0,file_errors/* orFileTrouble */.nD)(`writing to the log of ${this.name}`, async () => {
            await this.prepare();
            await (0,directory_log/* appendToLog */.gO)(external_node_path_.join(this.root, set_place/* LOG */.$9), line);
        });
    }
    async readLog(since) {
        return (0,file_errors/* orFileTrouble */.nD)(`reading the log of ${this.name}`, () => (0,directory_log/* readLogSince */.ZO)(external_node_path_.join(this.root, set_place/* LOG */.$9), since));
    }
    async removeLogsBefore(day, { dryRun = false } = {}) {
        return (0,file_errors/* orFileTrouble */.nD)(`removing old logs of ${this.name}`, () => (0,directory_log/* removeOldLogs */.LF)(external_node_path_.join(this.root, set_place/* LOG */.$9), day, dryRun));
    }
    close() {
        return Promise.resolve();
    }
    async prepare() {
        await (0,no_follow/* makeRealFolder */.vK)(this.incoming);
    }
    folderOf(place) {
        const { id, type } = (0,set_place/* checkedPlace */.fb)(place);
        return external_node_path_.join(this.root, type, id);
    }
    /** Every folder that has the place of a set. */
    async places() {
        return (0,file_errors/* orFileTrouble */.nD)(`listing the store ${this.name}`, async () => {
            const places = [];
            for (const type of (await (0,file_errors/* ifThere */.y)((0,promises_.readdir)(this.root))) ?? []) {
                if (!(0,set_place/* isTypeName */.Ai)(type))
                    continue;
                const ids = await this.idsOf(type);
                places.push(...ids.filter(set_place/* isSetId */.o6).map((id) => ({ id, type })));
            }
            return places;
        });
    }
    /** Nothing is read or deleted through a link: sets behind one may be another store's. */
    async idsOf(type) {
        const folder = external_node_path_.join(this.root, type);
        const there = await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(folder));
        if (there?.isSymbolicLink() === true) {
            this.tools.logger.warning(`${folder} is a symbolic link, so the sets behind it are left out of the store.`);
        }
        return there?.isDirectory() === true ? ((await (0,file_errors/* ifThere */.y)((0,promises_.readdir)(folder))) ?? []) : [];
    }
    /** What is at a place: a set, something broken, or nothing any more because another run has removed it. */
    async look(place) {
        const manifest = await this.manifestOf(place);
        const found = await this.measured(place, manifest);
        if ((0,measure_set/* isSet */.vM)(found) || typeof manifest === 'object')
            return found;
        const there = await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(external_node_path_.join(this.root, place.type, place.id)));
        return there === undefined ? null : found;
    }
    /** The manifest at a place, or why there is none. */
    async manifestOf({ id, type }) {
        const folder = external_node_path_.join(this.root, type, id);
        if ((await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(folder)))?.isDirectory() !== true)
            return 'it is not a folder';
        try {
            return await (0,backup_set/* readManifest */.WI)(folder);
        }
        catch (error) {
            return error instanceof errors/* DamagedError */.Me ? error.problem : (0,errors/* messageOf */.bD)(error);
        }
    }
    async measured(place, manifest) {
        if (typeof manifest === 'string')
            return (0,measure_set/* measuredSet */.R$)(place, manifest, new Map(), []);
        const folder = external_node_path_.join(this.root, place.type, place.id);
        const sizes = new Map();
        for (const file of (0,measure_set/* filesThatCount */.UZ)(manifest)) {
            const there = await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(external_node_path_.join(folder, file)));
            if (there?.isFile() === true)
                sizes.set(file, there.size);
        }
        const later = await (0,proofs/* readProofs */.OR)(folder, (note) => {
            this.tools.logger.warning(note);
        });
        return (0,measure_set/* measuredSet */.R$)(place, manifest, sizes, later);
    }
    async commit(place, entry) {
        const doing = `committing the set ${(0,set_place/* nameOfSet */.hW)(place)} to ${this.name}`;
        return (0,file_errors/* orFileTrouble */.nD)(doing, async () => {
            const written = external_node_path_.join(entry, CONTENT);
            const { manifest } = await (0,set_files/* wholeSet */.i6)(written, place, doing);
            (0,set_place/* refuseForeign */.re)(await this.series(), manifest.series, doing);
            await (0,platform_files/* syncTree */.SP)(written);
            await this.refuseExisting(place, doing);
            const target = await this.moveIntoPlace(written, place, doing);
            await deleteEntry(entry);
            return target;
        });
    }
    async moveIntoPlace(written, place, doing) {
        const target = this.folderOf(place);
        await (0,no_follow/* makeRealFolder */.vK)(external_node_path_.dirname(target));
        await this.renameIntoPlace(written, target, doing);
        return target;
    }
    /** Whether this very set is at its place already, whole or broken. Throws when another one is. */
    async isThere(place, manifest, doing) {
        const target = this.folderOf(place);
        if ((await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(target))) === undefined)
            return 'no';
        const there = await (0,file_errors/* ifThere */.y)((0,sha256/* sha256OfFile */.V)(external_node_path_.join(target, backup_set/* SET */.rK.manifest)));
        if ((0,set_files/* difference */.iv)(manifest, there) !== null)
            throw (0,set_place/* takenByAnother */.mW)(target, doing);
        const look = await this.look(place);
        return look !== null && (0,measure_set/* isSet */.vM)(look) ? 'whole' : 'broken';
    }
    /** The last step of `put`, with the lock: what is broken there gives way. */
    async putIntoPlace(entry, place, manifest, doing) {
        const there = await this.isThere(place, manifest, doing);
        if (there === 'whole')
            return;
        if (there === 'broken')
            await (0,promises_.rename)(this.folderOf(place), external_node_path_.join(entry, 'broken'));
        await this.moveIntoPlace(external_node_path_.join(entry, CONTENT), place, doing);
    }
    /** The one step that makes a set visible. When it cannot be made to last, it is taken back. */
    async renameIntoPlace(written, target, doing) {
        try {
            await (0,promises_.rename)(written, target);
        }
        catch (error) {
            if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes((0,file_errors/* codeOf */.$N)(error) ?? ''))
                throw (0,set_place/* alreadyThere */.pL)(target, doing);
            throw error;
        }
        try {
            await (0,platform_files/* syncPath */.Z8)(external_node_path_.dirname(target));
            await (0,platform_files/* syncPath */.Z8)(external_node_path_.dirname(written));
        }
        catch (error) {
            await (0,promises_.rename)(target, written);
            throw error;
        }
    }
    async refuseExisting(place, doing) {
        const target = this.folderOf(place);
        if ((await (0,file_errors/* ifThere */.y)((0,promises_.lstat)(target))) !== undefined)
            throw (0,set_place/* alreadyThere */.pL)(target, doing);
    }
}


/***/ }),

/***/ 69001:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  C: () => (/* binding */ openStore)
});

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: ./build/platform/file-errors.js
var file_errors = __webpack_require__(57568);
// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/platform/github-errors.js
var github_errors = __webpack_require__(77487);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
;// CONCATENATED MODULE: ./build/platform/resumed-download.js




/** Tries that bring no byte further, in a row. */
const MAX_FRUITLESS = 4;
/** Milliseconds without a byte after which a connection is given up. */
const STALLED_AFTER = 60_000;
/**
 * Downloads into a file. A connection that breaks or stalls is taken up where it ended, or begun anew where the server
 * cannot do that: the file has all its bytes in the end, or there is an error.
 *
 * @returns the SHA-256 of what was written, small hexadecimal digits
 * Throws `OperationError` when it cannot be had whole, `InterruptedError` when we are asked to stop.
 */
async function downloadFile(download, ports, { get = getByToolkit, stalledAfter = STALLED_AFTER } = {}) {
    const handle = await (0,promises_.open)(download.file, 'wx', 0o600).catch((error) => {
        throw (0,file_errors/* fileTrouble */.AG)(error, download.doing);
    });
    try {
        const part = new Part(handle, download);
        for (let fruitless = 0;;) {
            const before = part.bytes;
            try {
                await part.fetch(get, stalledAfter, ports.signal);
                return part.sha256();
            }
            catch (error) {
                fruitless = part.bytes > before ? 0 : fruitless + 1;
                if (error instanceof errors/* LifeboatError */.H3 || part.isOurFault || fruitless >= MAX_FRUITLESS)
                    throw part.failure(error);
                const wait = 1000 * 4 ** fruitless;
                ports.logger.info(`${download.doing} broke off at ${part.bytes} bytes (${(0,errors/* messageOf */.bD)(error)}); going on.`);
                await ports.clock.sleep(wait, ports.signal).catch((reason) => {
                    throw new errors/* InterruptedError */.p4(download.doing, reason);
                });
            }
        }
    }
    finally {
        await handle.close();
    }
}
/** What is there of the file so far. */
class Part {
    handle;
    download;
    bytes = 0;
    /** Whether going on is of no use, because the disk or the user does not want to. */
    isOurFault = false;
    hash = (0,external_node_crypto_.createHash)('sha256');
    constructor(handle, download) {
        this.handle = handle;
        this.download = download;
    }
    sha256() {
        return this.hash.digest('hex');
    }
    async fetch(get, stalledAfter, signal) {
        const { address, bytes: total, doing } = this.download;
        if (signal.aborted)
            throw this.ours(new errors/* InterruptedError */.p4(doing, signal.reason));
        if (this.bytes === total && total > 0)
            return;
        const from = await address();
        const giveUp = new AbortController();
        const stop = () => {
            giveUp.abort(this.ours(new errors/* InterruptedError */.p4(doing, signal.reason)));
        };
        signal.addEventListener('abort', stop, { once: true });
        const stall = setTimeout(() => {
            giveUp.abort(new Error(`nothing came for ${stalledAfter} ms`));
        }, stalledAfter);
        try {
            await this.receive(await unlessAborted(get(from, this.bytes, giveUp.signal), giveUp.signal), stall, giveUp.signal);
        }
        finally {
            clearTimeout(stall);
            signal.removeEventListener('abort', stop);
            // Ends the connection, also that of an answer which is still to come.
            giveUp.abort();
        }
        if (this.bytes !== total)
            throw new Error(`it ended after ${this.bytes} of ${total} bytes`);
    }
    async receive(response, stall, signal) {
        signal.addEventListener('abort', () => response.destroy(signal.reason), { once: true });
        if (response.statusCode === 200 && this.bytes > 0)
            await this.beginAnew();
        for await (const piece of response) {
            stall.refresh();
            await this.add(piece);
        }
    }
    failure(error) {
        if (error instanceof errors/* LifeboatError */.H3)
            return error;
        if (this.isOurFault)
            return (0,file_errors/* fileTrouble */.AG)(error, this.download.doing);
        return new errors/* OperationError */.OK({
            doing: this.download.doing,
            problem: `the download broke off again and again, last at ${this.bytes} of ${this.download.bytes} bytes: ${(0,errors/* messageOf */.bD)(error)}`,
            advice: 'Check the network, then run it again; githubstatus.com tells whether GitHub works.',
            cause: error,
        });
    }
    async add(piece) {
        if (this.bytes + piece.length > this.download.bytes) {
            await this.beginAnew();
            throw new Error('more came than there should be');
        }
        try {
            for (let at = 0; at < piece.length;)
                at += (await this.handle.write(piece, at, null, this.bytes + at)).bytesWritten;
        }
        catch (error) {
            throw this.ours(error);
        }
        this.hash.update(piece);
        this.bytes += piece.length;
        this.download.progress?.(this.bytes, this.download.bytes);
    }
    async beginAnew() {
        await this.handle.truncate(0);
        this.hash = (0,external_node_crypto_.createHash)('sha256');
        this.bytes = 0;
    }
    ours(error) {
        this.isOurFault = true;
        return error;
    }
}
/** By the toolkit's client, which knows proxies. */
async function getByToolkit(address, from, signal) {
    const { HttpClient } = await Promise.all(/* import() */[__webpack_require__.e(119), __webpack_require__.e(942)]).then(__webpack_require__.bind(__webpack_require__, 44942));
    // It takes no signal. Only with connections of its own can it be told to end them.
    const client = new HttpClient('pg-lifeboat', [], { keepAlive: true, allowRetries: false });
    signal.addEventListener('abort', () => {
        client.dispose();
    }, { once: true });
    const { message } = await client.get(address, from > 0 ? { range: `bytes=${from}-` } : {});
    const status = message.statusCode ?? 0;
    if (status === 200 || status === 206)
        return message;
    message.destroy();
    throw new Error(`the storage answered ${status} ${message.statusMessage ?? ''}`.trimEnd());
}
/** Whatever comes first: the result, or the reason why nobody waits for it any more. */
async function unlessAborted(work, signal) {
    const aborted = new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
            reject(signal.reason);
        }, { once: true });
    });
    // Each of the two may fail after the other was taken.
    aborted.catch(() => undefined);
    work.catch(() => undefined);
    return Promise.race([work, aborted]);
}

;// CONCATENATED MODULE: ./build/platform/github-artifacts.js



const PER_PAGE = 100;
const MAX_ATTEMPTS = 4;
/** A longer wait is for another run. */
const LONGEST_WAIT = 90_000;
/** The artifacts of a repository by GitHub's REST API. Nothing is asked before it is needed. */
function artifactsOf(access, ports) {
    return new RestRepository(access, ports);
}
class RestRepository {
    access;
    ports;
    name;
    place;
    connection;
    constructor(access, ports) {
        this.access = access;
        this.ports = ports;
        this.name = access.repository;
        const [owner = '', repo = ''] = access.repository.split('/');
        this.place = { owner, repo };
    }
    /** What is removed while pages are read moves the rest up, over the edge of a page: then it is read once more. */
    async list() {
        const first = await this.readPages();
        return first.moved ? (await this.readPages()).found : first.found;
    }
    async find(id) {
        const asked = { doing: `looking for artifact ${id} of ${this.name}`, permission: 'actions: read' };
        return this.ask(asked, async ({ rest }, request) => {
            try {
                return toArtifact((await rest.actions.getArtifact({ ...this.place, artifact_id: id, request })).data);
            }
            catch (error) {
                if ((0,github_errors/* statusOf */.c2)(error) === 404)
                    return undefined;
                throw error;
            }
        });
    }
    async download(artifact, file, progress) {
        const asked = { doing: `fetching the artifact "${artifact.name}"`, permission: 'actions: read' };
        const address = () => this.ask(asked, async ({ rest }, request) => {
            const answer = await rest.actions.downloadArtifact({
                ...this.place,
                artifact_id: artifact.id,
                archive_format: 'zip',
                request: { ...request, redirect: 'manual' },
            });
            return this.hidden(answer.headers.location, asked);
        });
        const { doing } = asked;
        return `sha256:${await downloadFile({ doing, address, file, bytes: artifact.bytes, progress }, this.ports)}`;
    }
    async remove({ id, name }) {
        const asked = { doing: `removing the artifact "${name}" of ${this.name}`, permission: 'actions: write' };
        await this.ask(asked, async ({ rest }, request) => {
            try {
                await rest.actions.deleteArtifact({ ...this.place, artifact_id: id, request });
            }
            catch (error) {
                if ((0,github_errors/* statusOf */.c2)(error) !== 404)
                    throw error;
            }
        });
    }
    async visibility() {
        const asked = { doing: `asking who can see ${this.name}`, permission: 'metadata: read' };
        const { visibility, private: isPrivate } = await this.ask(asked, async ({ rest }, request) => (await rest.repos.get({ ...this.place, request })).data);
        if (visibility === 'public' || visibility === 'private' || visibility === 'internal')
            return visibility;
        return isPrivate ? 'private' : 'public';
    }
    async readPages() {
        const asked = { doing: `listing the artifacts of ${this.name}`, permission: 'actions: read' };
        const found = new Map();
        const totals = [];
        for (let page = 1;; page++) {
            const { artifacts, total_count: total } = await this.ask(asked, async ({ rest }, request) => {
                const which = { ...this.place, per_page: PER_PAGE, page, request };
                return (await rest.actions.listArtifactsForRepo(which)).data;
            });
            for (const artifact of artifacts)
                found.set(artifact.id, toArtifact(artifact));
            totals.push(total);
            const moved = totals.some((each, index) => each < (totals[index - 1] ?? 0));
            if (artifacts.length < PER_PAGE)
                return { found: [...found.values()], moved };
        }
    }
    /** Asks, again where that may help, and tells in words what went wrong. */
    async ask(asked, work) {
        const { logger, clock, signal } = this.ports;
        for (let attempt = 1;; attempt++) {
            try {
                if (signal.aborted)
                    throw new errors/* InterruptedError */.p4(asked.doing, signal.reason);
                this.connection ??= connect(this.access);
                return await work(await this.connection, { signal });
            }
            catch (error) {
                if (signal.aborted)
                    throw new errors/* InterruptedError */.p4(asked.doing, error);
                const wait = (0,github_errors/* waitBefore */.fI)(error, attempt, clock.now());
                if (wait === undefined || wait > LONGEST_WAIT || attempt >= MAX_ATTEMPTS) {
                    throw (0,github_errors/* requestFailed */.dz)(error, asked, clock.now());
                }
                logger.info(`GitHub did not answer as it should (${(0,errors/* messageOf */.bD)(error)}); asking again in ${wait / 1000} s.`);
                await clock.sleep(wait, signal).catch((reason) => {
                    throw new errors/* InterruptedError */.p4(asked.doing, reason);
                });
            }
        }
    }
    /** The address of the content; whoever knows it can download for some minutes. */
    hidden(address, { doing }) {
        if (address === undefined) {
            throw new errors/* OperationError */.OK({
                doing,
                problem: 'GitHub did not say where the content is',
                advice: 'Run it again; githubstatus.com tells whether GitHub works.',
            });
        }
        const signature = new URL(address).searchParams.get('sig');
        for (const text of signature === null ? [] : [signature, encodeURIComponent(signature)])
            this.ports.logger.hide(text);
        return address;
    }
}
/** The library is large and most operations do not need it. */
async function connect({ token, apiUrl }) {
    const { getOctokit } = await Promise.all(/* import() */[__webpack_require__.e(119), __webpack_require__.e(351)]).then(__webpack_require__.bind(__webpack_require__, 61351));
    return getOctokit(token, { baseUrl: apiUrl, userAgent: 'pg-lifeboat' });
}
function toArtifact(listed) {
    const { repository_id: here, head_repository_id: head } = listed.workflow_run ?? {};
    return {
        id: listed.id,
        name: listed.name,
        bytes: listed.size_in_bytes,
        digest: listed.digest ?? null,
        createdAt: new Date(listed.created_at ?? 0),
        expiresAt: listed.expires_at === null ? null : new Date(listed.expires_at),
        expired: listed.expired,
        fromFork: here !== undefined && head !== undefined && here !== head,
    };
}

// EXTERNAL MODULE: ./build/platform/github.js
var github = __webpack_require__(99931);
;// CONCATENATED MODULE: ./build/stores/artifact-access.js


const FORM = /^artifact:(?:([A-Za-z0-9](?:[A-Za-z0-9-]*)\/[A-Za-z0-9._-]+))?(?:#(.+))?$/i;
/**
 * Reads `artifact:` (this repository), `artifact:owner/name` and either of them with `#series`, which lets one
 * repository keep several series.
 *
 * Throws `UsageError` for another form, outside of a job without a repository, and without a token.
 */
function artifactAccess(location, { environment, settings }) {
    const doing = `opening the store "${location}"`;
    const read = FORM.exec(location);
    if (read === null) {
        throw new errors/* UsageError */.eb({
            doing,
            problem: 'this is no store of artifacts',
            advice: 'Write artifact: for this repository, artifact:owner/name for another, and #series after it to keep several series apart.',
        });
    }
    const repository = read[1] ?? given(environment.GITHUB_REPOSITORY);
    if (repository === undefined) {
        throw new errors/* UsageError */.eb({
            doing,
            problem: 'it does not name a repository, and this is no job of GitHub Actions, which would tell',
            advice: 'Write artifact:owner/name.',
        });
    }
    const series = read[2] ?? null;
    return {
        name: `artifact:${repository}${series === null ? '' : `#${series}`}`,
        repository,
        series,
        token: tokenOf(doing, settings.githubToken ?? given(environment.GITHUB_TOKEN)),
        apiUrl: given(environment.GITHUB_API_URL) ?? 'https://api.github.com',
        uploader: uploaderOf(repository, environment),
    };
}
function tokenOf(doing, token) {
    if (token !== undefined)
        return token;
    throw new errors/* UsageError */.eb({
        doing,
        problem: 'there is no token to read artifacts with',
        advice: 'In a job, give github-token: ${{ github.token }} and the permission "actions: read" ("actions: write" to remove old sets). Elsewhere, give a token that may read the artifacts of the repository.',
    });
}
/** Only a job can upload, and only to its own repository. */
function uploaderOf(repository, environment) {
    const job = (0,github/* jobOf */.Zw)(environment);
    if (job === null)
        return 'artifacts can only be uploaded by a job of GitHub Actions';
    if (job.repository.toLowerCase() !== repository.toLowerCase()) {
        return `a job of ${job.repository} can only upload artifacts to ${job.repository}`;
    }
    return (0,github/* missingArtifactService */.q8)(environment) ?? job;
}
/** An empty variable is as good as none. */
function given(value) {
    return value === '' ? undefined : value;
}

// EXTERNAL MODULE: ./build/backup/set.js
var backup_set = __webpack_require__(4511);
// EXTERNAL MODULE: ./build/backup/sha256.js
var backup_sha256 = __webpack_require__(31132);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(57075);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(46466);
// EXTERNAL MODULE: ./build/platform/parallel.js
var parallel = __webpack_require__(93351);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(38522);
;// CONCATENATED MODULE: ./build/platform/zip-file.js




const END = 0x06054b50;
const END_BYTES = 22;
const LOCATOR_64 = 0x07064b50;
const END_64 = 0x06064b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
/** A directory of a hundred thousand files has some 10 MB; what is far above is none. */
const LARGEST_DIRECTORY = 256 * 1024 * 1024;
const PIECE = 1024 * 1024;
function fileSource(handle, size) {
    return {
        size,
        read: async (at, length) => {
            const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, at);
            return buffer.subarray(0, bytesRead);
        },
    };
}
function bufferSource(bytes) {
    return { size: bytes.length, read: (at, length) => Promise.resolve(bytes.subarray(at, at + length)) };
}
/**
 * What is in a zip file. Folders have entries too; their names end in `/`.
 *
 * Throws `DamagedError` when it is not a whole zip file.
 */
async function zipEntries(source) {
    const { count, at, bytes } = await directoryOf(source);
    if (bytes > LARGEST_DIRECTORY || count * 46 > bytes)
        throw notWhole('its directory is not one');
    const directory = await exactly(source, at, bytes);
    const entries = [];
    let position = 0;
    for (let left = count; left > 0; left--) {
        const { entry, length } = entryAt(directory, position);
        entries.push(entry);
        position += length;
    }
    return entries;
}
/**
 * The content of an entry, in pieces.
 *
 * Throws `DamagedError` when it is not what the directory says.
 */
async function* zipContent(source, entry) {
    const head = await exactly(source, entry.at, 30);
    if (head.readUInt32LE(0) !== LOCAL_ENTRY)
        throw notWhole(`"${entry.name}" does not begin where its directory says`);
    const at = entry.at + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
    const raw = external_node_stream_.Readable.from(pieces(source, at, entry.stored));
    let left = entry.bytes;
    for await (const piece of entry.method === 'stored' ? raw : inflated(raw, entry.name)) {
        left -= piece.length;
        if (left < 0)
            break;
        yield piece;
    }
    if (left !== 0)
        throw notWhole(`"${entry.name}" has not the ${entry.bytes} bytes that its directory says`);
}
async function* pieces(source, from, length) {
    for (let at = from; at < from + length; at += PIECE) {
        yield await exactly(source, at, Math.min(PIECE, from + length - at));
    }
}
async function* inflated(raw, name) {
    const inflate = (0,external_node_zlib_.createInflateRaw)();
    // What fails here ends the iteration below, which tells it.
    (0,external_node_stream_promises_.pipeline)(raw, inflate).catch(() => undefined);
    try {
        for await (const piece of inflate)
            yield piece;
    }
    catch (error) {
        throw error instanceof errors/* DamagedError */.Me ? error : notWhole(`"${name}" cannot be unpacked: ${(0,errors/* messageOf */.bD)(error)}`, error);
    }
}
/** Where the directory is, by the record at the end; a large file has a second one with larger numbers. */
async function directoryOf(source) {
    const tailBytes = Math.min(source.size, END_BYTES + 0xffff);
    const tail = await exactly(source, source.size - tailBytes, tailBytes);
    let end = tail.length - END_BYTES;
    while (end >= 0 && tail.readUInt32LE(end) !== END)
        end--;
    if (end < 0)
        throw notWhole('the record at its end is missing');
    const [count, bytes, at] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
    if (count !== 0xffff && bytes !== 0xffffffff && at !== 0xffffffff)
        return { count, at, bytes };
    const locator = await exactly(source, source.size - tailBytes + end - 20, 20);
    if (locator.readUInt32LE(0) !== LOCATOR_64)
        return { count, at, bytes };
    const large = await exactly(source, numberAt(locator, 8), 56);
    if (large.readUInt32LE(0) !== END_64)
        throw notWhole('the record at its end leads nowhere');
    return { count: numberAt(large, 32), bytes: numberAt(large, 40), at: numberAt(large, 48) };
}
function entryAt(directory, at) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== DIRECTORY_ENTRY) {
        throw notWhole('its directory is cut off');
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset));
    const name = directory.toString('utf8', at + 46, at + 46 + nameBytes);
    const extra = directory.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes);
    const [bytes, stored, start] = largeNumbers(extra, [
        directory.readUInt32LE(at + 24),
        directory.readUInt32LE(at + 20),
        directory.readUInt32LE(at + 42),
    ]);
    const isEncrypted = (directory.readUInt16LE(at + 8) & 1) === 1;
    const method = { 0: 'stored', 8: 'deflated' }[directory.readUInt16LE(at + 10)];
    if (isEncrypted || method === undefined)
        throw notWhole(`"${name}" is packed in a way that artifacts are not`);
    return { entry: { name, bytes, stored, method, at: start }, length: 46 + nameBytes + extraBytes + commentBytes };
}
/** Size, packed size and position; those that do not fit 32 bits are in a field of the extra part, in this order. */
function largeNumbers(extra, small) {
    if (!small.includes(0xffffffff))
        return small;
    for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
        if (extra.readUInt16LE(at) !== 1)
            continue;
        let next = at + 4;
        return small.map((number) => {
            if (number !== 0xffffffff)
                return number;
            if (next + 8 > extra.length)
                throw notWhole('its directory is cut off');
            next += 8;
            return numberAt(extra, next - 8);
        });
    }
    return small;
}
function numberAt(bytes, at) {
    const number = Number(bytes.readBigUInt64LE(at));
    if (!Number.isSafeInteger(number))
        throw notWhole('it tells of sizes that cannot be');
    return number;
}
async function exactly(source, at, length) {
    const bytes = at < 0 || at + length > source.size ? undefined : await source.read(at, length);
    if (bytes?.length !== length)
        throw notWhole('it is cut off');
    return bytes;
}
function notWhole(problem, cause) {
    return new errors/* DamagedError */.Me({
        doing: 'reading a zip file',
        problem: `it is not a whole zip file: ${problem}`,
        advice: 'Fetch it again; if it is the same then, it was damaged before: use another set or another copy of this one.',
        cause,
    });
}

;// CONCATENATED MODULE: ./build/platform/zip-unpack.js










/** How many files are written at a time. */
const WRITERS = 2;
/**
 * Unpacks a zip file into a folder. Nothing is written outside of it, over anything, or as anything else than a plain
 * file, whatever the zip file says.
 *
 * Throws `DamagedError` for what is not a whole zip file, or wants to be elsewhere; of a damaged one, what can be had is
 * there then. Throws `InterruptedError` when we are asked to stop.
 */
async function unpackZip(file, folder, { signal } = {}) {
    const handle = await (0,promises_.open)(file);
    try {
        const source = fileSource(handle, (await handle.stat()).size);
        const entries = (await zipEntries(source)).filter(({ name }) => !name.endsWith('/'));
        const outside = entries.find(({ name }) => !staysInside(name));
        if (outside !== undefined)
            throw strange(file, `it holds "${outside.name}", which is no path inside of it`);
        const damage = [];
        const files = await (0,parallel/* inParallel */.H)(entries, WRITERS, async (entry) => {
            try {
                return await unpackEntry(source, entry, folder, file, signal);
            }
            catch (error) {
                if (!(error instanceof errors/* DamagedError */.Me))
                    throw error;
                damage.push(error);
                return null;
            }
        });
        if (damage[0] !== undefined)
            throw damage[0];
        return files.filter((one) => one !== null);
    }
    finally {
        await handle.close();
    }
}
async function unpackEntry(source, entry, folder, file, signal) {
    const target = external_node_path_.join(folder, entry.name);
    const hash = (0,external_node_crypto_.createHash)('sha256');
    const hashing = new external_node_stream_.Transform({
        transform(piece, _encoding, done) {
            hash.update(piece);
            done(null, piece);
        },
    });
    try {
        await (0,promises_.mkdir)(external_node_path_.dirname(target), { recursive: true, mode: 0o700 });
        const out = (0,external_node_fs_.createWriteStream)(target, { flags: 'wx', mode: 0o600 });
        await (0,external_node_stream_promises_.pipeline)(zipContent(source, entry), hashing, out, { ...(signal !== undefined && { signal }) });
    }
    catch (error) {
        if (signal?.aborted === true)
            throw new errors/* InterruptedError */.p4(`unpacking ${external_node_path_.basename(file)}`, signal.reason);
        const isInTheWay = ['EEXIST', 'ENOTDIR', 'EISDIR'].includes((0,file_errors/* codeOf */.$N)(error) ?? '');
        throw isInTheWay ? strange(file, `it holds "${entry.name}" twice, or as a file and a folder`, error) : error;
    }
    return { path: entry.name, size: entry.bytes, sha256: hash.digest('hex') };
}
function staysInside(name) {
    return !/[\0\\]/.test(name) && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
function strange(file, problem, cause) {
    const advice = 'pg-lifeboat makes no such file. Do not trust it, and find out who made it.';
    return new errors/* DamagedError */.Me({ doing: `unpacking ${external_node_path_.basename(file)}`, problem, advice, cause });
}

// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 11 modules
var schemas = __webpack_require__(92857);
// EXTERNAL MODULE: ./build/bounded-json.js
var bounded_json = __webpack_require__(12160);
// EXTERNAL MODULE: ./build/platform/files.js
var files = __webpack_require__(71665);
// EXTERNAL MODULE: ./build/platform/no-follow.js
var no_follow = __webpack_require__(38329);
// EXTERNAL MODULE: ./build/stores/proofs.js
var proofs = __webpack_require__(55724);
;// CONCATENATED MODULE: ./build/stores/artifact-record.js











/** The file, beside the manifest, that says which artifact holds the files. */
const RECORD = 'artifact.json';
const SetArtifact = schemas/* object */.Ikc({
    schema: schemas/* literal */.euz('pg-lifeboat/artifact-set/1'),
    id: schemas/* number */.aig().int(),
    name: schemas/* string */.YjP(),
    bytes: schemas/* number */.aig().int().nonnegative(),
    digest: schemas/* string */.YjP().nullable(),
});
/** Writes the record of a set into an empty folder, to be uploaded. */
async function writeRecord(folder, set, { id, name, bytes, digest }) {
    await (0,file_errors/* orFileTrouble */.nD)(`writing the record of ${name}`, async () => {
        await (0,promises_.copyFile)(external_node_path_.join(set, backup_set/* SET */.rK.manifest), external_node_path_.join(folder, backup_set/* SET */.rK.manifest));
        const record = { schema: 'pg-lifeboat/artifact-set/1', id, name, bytes, digest };
        await (0,files/* writeWhole */.f8)(external_node_path_.join(folder, RECORD), `${JSON.stringify(record, null, 2)}\n`);
        const proofs = (await (0,file_errors/* ifThere */.y)((0,files/* entriesBelow */.yO)(external_node_path_.join(set, backup_set/* SET */.rK.proofs)))) ?? [];
        if (proofs.length > 0)
            await (0,promises_.mkdir)(external_node_path_.join(folder, backup_set/* SET */.rK.proofs));
        for (const { path: file } of proofs.filter(({ kind }) => kind === 'file')) {
            await (0,promises_.copyFile)(external_node_path_.join(set, backup_set/* SET */.rK.proofs, file), external_node_path_.join(folder, backup_set/* SET */.rK.proofs, file));
        }
    });
}
/**
 * Reads a record.
 *
 * Throws `DamagedError` when there is no manifest in it, or none that is known.
 */
async function readRecord(folder, tell) {
    const manifest = await (0,backup_set/* readManifest */.WI)(folder);
    const text = await (0,promises_.readFile)(external_node_path_.join(folder, backup_set/* SET */.rK.manifest), 'utf8');
    return {
        manifest,
        manifestDigest: (0,backup_sha256/* sha256OfText */.i)(text),
        artifact: await readSetArtifact(folder),
        proofs: await (0,proofs/* readProofs */.OR)(folder, tell),
    };
}
async function readSetArtifact(folder) {
    try {
        return SetArtifact.parse((0,bounded_json/* parseBoundedJson */.Rj)(await (0,no_follow/* readSmallFile */.EW)(external_node_path_.join(folder, RECORD), bounded_json/* SMALL_JSON */.Rx.length), bounded_json/* SMALL_JSON */.Rx));
    }
    catch (error) {
        throw new errors/* DamagedError */.Me({
            doing: `reading ${RECORD}`,
            problem: `it does not say which artifact holds the files: ${(0,errors/* messageOf */.bD)(error)}`,
            advice: 'Use another set, or a copy of this one in another store.',
            cause: error,
        });
    }
}

// EXTERNAL MODULE: ./build/stores/set-place.js
var set_place = __webpack_require__(17521);
;// CONCATENATED MODULE: ./build/stores/artifact-listing.js






/** How many sets are looked at at a time. */
const LOOKERS = 4;
/** Brings together what belongs to one set. A set of which only files are there was never finished, and is one too. */
function partsOf(shelved) {
    const parts = new Map();
    for (const one of shelved) {
        if (one.name.part === 'log')
            continue;
        const { series, place, part } = one.name;
        const key = `${series}/${(0,set_place/* nameOfSet */.hW)(place)}`;
        const set = parts.get(key) ?? { place, series, sets: [], manifests: [], proofs: [] };
        set[`${part}s`].push(one);
        parts.set(key, set);
    }
    return [...parts.values()];
}
/**
 * The set that counts of those that were committed at this place: the oldest whose artifact of files is there as it was
 * uploaded. Where there is none, the oldest, with what is wrong with it; null where none was committed.
 */
async function findSet(parts, shelf, tell) {
    let first = null;
    for (const manifest of parts.manifests) {
        const found = await look(parts, manifest, shelf, tell);
        if (found.reason === null)
            return found;
        // The files expire first, some minutes before the manifest.
        if ('record' in found && shelf.hasExpired(found.record.artifact.id))
            continue;
        first ??= found;
    }
    return first;
}
/** A set as the store lists it, or as broken; null for what is not committed. */
async function listedSet(parts, shelf, tell) {
    const found = await findSet(parts, shelf, tell);
    if (found === null || !('record' in found))
        return found;
    const { record, files, reason } = found;
    if (reason !== null)
        return { ...parts.place, reason };
    const later = [...record.proofs, ...(await laterProofs(parts, shelf, tell))];
    const bytes = (files?.artifact.bytes ?? 0) + parts.manifests.reduce((sum, { artifact }) => sum + artifact.bytes, 0);
    return { ...parts.place, manifest: record.manifest, proof: (0,proofs/* standingProof */.Lz)(record.manifest, later), bytes };
}
/** The outcomes that were added to a set after it was committed, the oldest first. */
async function laterProofs(parts, shelf, tell) {
    const read = await (0,parallel/* inParallel */.H)(parts.proofs, LOOKERS, async (one) => {
        try {
            return await (0,proofs/* readProofs */.OR)(await shelf.contentOf(one), tell);
        }
        catch (error) {
            if (!(error instanceof errors/* DamagedError */.Me))
                throw error;
            tell(`${shelf.locationOf(one.artifact)} is not an outcome of a verification and is left out: ${error.problem}`);
            return [];
        }
    });
    return read.flat();
}
/** Everything that was committed to the store, whole or not. */
async function listedSets(shelved, shelf, tell) {
    const looks = await (0,parallel/* inParallel */.H)(partsOf(shelved), LOOKERS, (parts) => listedSet(parts, shelf, tell));
    return looks.filter((look) => look !== null);
}
async function look(parts, manifest, shelf, tell) {
    try {
        const folder = await shelf.contentOf(manifest);
        const record = await readRecord(folder, tell);
        const files = parts.sets.find(({ artifact }) => artifact.id === record.artifact.id);
        return { parts, record, folder, files, reason: disagreement(parts.place, record, files) };
    }
    catch (error) {
        if (!(error instanceof errors/* DamagedError */.Me))
            throw error;
        return { ...parts.place, reason: error.problem };
    }
}
function disagreement(place, { manifest, artifact }, files) {
    const sizes = new Map(manifest.files.map(({ path, size }) => [path, size]));
    const misplaced = (0,backup_set/* incompleteness */.C7)(manifest, place, (file) => sizes.get(file));
    if (misplaced !== null)
        return misplaced;
    if (files === undefined)
        return `the artifact with its files, "${artifact.name}", is missing`;
    const { bytes, digest } = files.artifact;
    if (bytes !== artifact.bytes) {
        return `the artifact with its files has ${bytes} bytes, and had ${artifact.bytes} when it was uploaded`;
    }
    return digest === artifact.digest || artifact.digest === null
        ? null
        : `the artifact with its files has the digest ${String(digest)}, and had ${artifact.digest} when it was uploaded`;
}

// EXTERNAL MODULE: ./build/stores/set-files.js
var set_files = __webpack_require__(4977);
;// CONCATENATED MODULE: ./build/stores/artifact-fetch.js











/** What comes down otherwise than it went up is fetched once more: the transfer may be at fault. */
const FETCHES = 2;
/**
 * Fetches a set into a folder of its own: its files from the one artifact, its manifest as the listing counts it, its
 * outcomes. What is damaged is told and left as it came, to be examined.
 */
async function fetchSet(found, shelf, tools, progress) {
    const { parts, record, folder } = found;
    const { place } = parts;
    const tell = (note) => {
        tools.logger.warning(`The set ${(0,set_place/* nameOfSet */.hW)(place)} is damaged: ${note}.`);
    };
    const room = await tools.workspace.folder(`fetched-${place.type}-${place.id}`);
    return (0,file_errors/* orFileTrouble */.nD)(`fetching the set ${(0,set_place/* nameOfSet */.hW)(place)}`, async () => {
        const set = await newFolder(room, 'set');
        if (found.files === undefined)
            tell(`its artifact "${record.artifact.name}" is not there`);
        else
            await fetchFiles(found, found.files, { set, room }, { shelf, tools, progress, tell });
        await judgeManifest(folder, set, tell);
        const workshop = await newFolder(room, 'workshop');
        for (const proof of [...record.proofs, ...(await laterProofs(parts, shelf, tell))]) {
            await (0,proofs/* writeProof */.E4)(set, proof, workshop);
        }
        return set;
    });
}
async function fetchFiles({ record }, files, { set, room }, means) {
    const { shelf, tools, progress, tell } = means;
    const zip = external_node_path_.join(room, 'artifact.zip');
    for (let fetch = 1;; fetch++) {
        const digest = await shelf.repository.download(files.artifact, zip, progress);
        if (digest === record.artifact.digest || fetch === FETCHES)
            break;
        tools.logger.info(`"${files.artifact.name}" came with the digest ${digest}; fetching it once more.`);
        await (0,promises_.rm)(zip);
    }
    try {
        const unpacked = await unpackZip(zip, set, { signal: tools.signal });
        const wrong = firstDifference(record.manifest.files, unpacked);
        if (wrong !== null)
            tell(wrong);
    }
    catch (error) {
        if (!(error instanceof errors/* DamagedError */.Me))
            throw error;
        tell(error.problem);
    }
    await (0,promises_.rm)(zip);
}
function firstDifference(expected, unpacked) {
    const there = new Map(unpacked.map((file) => [file.path, file]));
    for (const file of expected) {
        const wrong = (0,set_files/* difference */.iv)(file, there.get(file.path));
        if (wrong !== null)
            return wrong;
    }
    return null;
}
/** The manifest that made the set visible is the one that counts; the list of checksums tells when they are not the same. */
async function judgeManifest(record, set, tell) {
    const [counts, came] = [external_node_path_.join(record, backup_set/* SET */.rK.manifest), external_node_path_.join(set, backup_set/* SET */.rK.manifest)];
    const { sha256 } = await (0,backup_sha256/* sha256OfFile */.V)(counts);
    if ((await (0,file_errors/* ifThere */.y)((0,backup_sha256/* sha256OfFile */.V)(came)))?.sha256 === sha256)
        return;
    tell('the manifest among its files is not the one that the listing counts');
    await (0,promises_.copyFile)(counts, came);
}
async function newFolder(room, name) {
    const folder = external_node_path_.join(room, name);
    await (0,promises_.mkdir)(folder, { mode: 0o700 });
    return folder;
}

;// CONCATENATED MODULE: ./build/platform/artifact-upload-errors.js

/**
 * Judges what the library threw. It has classes for some errors, but exports them only from its main module, whose
 * loading is what we put off; so their names decide.
 */
function remedyFor(error) {
    if (/\(409\)|already exists/i.test((0,errors/* messageOf */.bD)(error))) {
        return 'rename';
    }
    const name = error instanceof Error ? error.name : '';
    const isHopeless = ['UsageError', 'GHESNotSupportedError', 'FilesNotFoundError'].includes(name) ||
        /\((400|401|403)\)|insufficient usage|quota|ACTIONS_RUNTIME_TOKEN|ACTIONS_RESULTS_URL/i.test((0,errors/* messageOf */.bD)(error));
    return isHopeless ? 'none' : 'retry';
}
/** The error that a person reads when an artifact could not be uploaded. */
function uploadFailed(name, folder, attempts, cause) {
    const isQuota = /quota|insufficient usage/i.test((0,errors/* messageOf */.bD)(cause));
    const keep = `What should have been uploaded is still in ${folder}.`;
    return new errors/* OperationError */.OK({
        doing: `uploading the artifact "${name}"`,
        problem: isQuota
            ? 'the storage for artifacts is used up'
            : `the upload failed${attempts > 1 ? ` ${attempts} times` : ''}: ${(0,errors/* messageOf */.bD)(cause)}`,
        advice: isQuota
            ? `Delete old artifacts or shorten artifact-retention-days; GitHub counts again after some hours. ${keep}`
            : `Run the job again, or use a store that outlives the job. ${keep}`,
        cause,
    });
}

;// CONCATENATED MODULE: ./build/platform/artifact-upload.js



/** Whole uploads: the library retries single requests, but gives up at a stalled or broken transfer. */
const artifact_upload_MAX_ATTEMPTS = 3;
const MAX_NAMES = 5;
const BACKOFF = [5_000, 20_000];
/**
 * Uploads files as one artifact of this job. A name that is taken (by an earlier attempt of the job, or by a broken
 * upload of this one) gets a suffix; other failures are tried again. The files stay where they are.
 *
 * Throws `OperationError` when it cannot be done, `InterruptedError` when we are asked to stop.
 */
async function uploadFiles(upload, job, context, loadClient = loadLibrary) {
    assertFiles(upload);
    const client = await loadClient();
    let attempt = 1;
    let names = 1;
    for (;;) {
        const name = nameFor(upload.name, names, job);
        try {
            return await uploadOnce(client, name, upload, job, context.signal);
        }
        catch (error) {
            const remedy = context.signal.aborted ? 'none' : remedyFor(error);
            if (error instanceof errors/* InterruptedError */.p4) {
                throw error;
            }
            if (remedy === 'rename' && names < MAX_NAMES) {
                names += 1;
                context.logger.info(`The artifact name "${name}" is taken; trying "${nameFor(upload.name, names, job)}".`);
            }
            else if (remedy === 'retry' && attempt < artifact_upload_MAX_ATTEMPTS) {
                const wait = BACKOFF[attempt - 1] ?? 20_000;
                attempt += 1;
                context.logger.warning(`Uploading "${name}" failed: ${(0,errors/* messageOf */.bD)(error)} Trying again in ${wait / 1000} s (${attempt} of ${artifact_upload_MAX_ATTEMPTS}).`);
                await orInterrupted(context.clock.sleep(wait, context.signal), context.signal, `waiting to upload "${name}"`);
            }
            else {
                throw uploadFailed(name, upload.root, attempt, error);
            }
        }
    }
}
/** A name that artifacts may have: no quotes, slashes, colons, wildcards, line ends; not too long for a file name. */
function artifactName(...parts) {
    const name = parts
        .filter((part) => part !== undefined && part !== '')
        .join('-')
        .replaceAll(/[^\p{L}\p{N}._-]+/gu, '_')
        .replace(/^\.+/, '');
    return ([...new Intl.Segmenter('en').segment(name)]
        .map(({ segment }) => segment)
        .slice(0, 120)
        .join('') || 'backup');
}
/**
 * How long an upload may stand still, in milliseconds, before it is given up: the library reports progress a block of
 * 8 MiB at a time and sends five at once, which on a slow line takes minutes, while a small set that stalls should not
 * cost five of them.
 */
function stallTimeout(bytes) {
    const slowLine = 70_000;
    return Math.min(600_000, Math.max(60_000, Math.round((bytes / slowLine) * 1000)));
}
function assertFiles({ name, root, files }) {
    if (files.length === 0) {
        throw new errors/* OperationError */.OK({
            doing: `uploading the artifact "${name}"`,
            problem: `there are no files in ${root}`,
            advice: 'Something removed the set before it was uploaded; find out what writes into the store.',
        });
    }
}
async function uploadOnce(client, name, { files, root, bytes, compressed, retentionDays }, job, signal) {
    const uploading = withStallTimeout(bytes, () => client.uploadArtifact(name, [...files], external_node_path_.resolve(root), {
        compressionLevel: compressed ? 0 : 6,
        ...(retentionDays !== undefined && { retentionDays }),
    }));
    const { id, digest, size } = await orInterrupted(uploading, signal, `uploading the artifact "${name}"`);
    if (id === undefined) {
        throw new TypeError('the artifact service gave no id');
    }
    return {
        name,
        id: String(id),
        url: `./${job.runId}/artifacts/${id}`,
        ...(digest !== undefined && { digest: `sha256:${digest}` }),
        ...(size !== undefined && { bytes: size }),
    };
}
/** The library reads the time-out from the environment while it works; one that the user has set stays. */
async function withStallTimeout(bytes, work) {
    const variable = 'ACTIONS_ARTIFACT_UPLOAD_TIMEOUT_MS';
    if (process.env[variable] !== undefined) {
        return work();
    }
    process.env[variable] = String(stallTimeout(bytes));
    try {
        return await work();
    }
    finally {
        // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the only way to unset a variable
        delete process.env[variable];
    }
}
/** The library cannot be stopped; we go on without it, and the process ends soon after. */
async function orInterrupted(work, signal, doing) {
    let stop = () => undefined;
    const interrupted = new Promise((_, reject) => {
        stop = () => {
            reject(new errors/* InterruptedError */.p4(doing, signal.reason));
        };
        if (signal.aborted) {
            stop();
        }
        signal.addEventListener('abort', stop, { once: true });
    });
    try {
        return await Promise.race([work, interrupted]);
    }
    finally {
        signal.removeEventListener('abort', stop);
    }
}
function nameFor(wished, count, job) {
    return count === 1 ? wished : `${wished}-attempt${job.runAttempt}${count === 2 ? '' : `-${count - 1}`}`;
}
/** The library is large and most operations do not need it. */
async function loadLibrary() {
    const { DefaultArtifactClient } = await Promise.all(/* import() */[__webpack_require__.e(119), __webpack_require__.e(351), __webpack_require__.e(942), __webpack_require__.e(816)]).then(__webpack_require__.bind(__webpack_require__, 8816));
    return new DefaultArtifactClient();
}

;// CONCATENATED MODULE: ./build/stores/artifact-upload.js





/** How often GitHub is asked for what it has just taken. */
const LOOKS = 5;
/** Days that GitHub may take off the time that was asked for before it is worth a warning. */
const SHORTER_BY_MS = 24 * 60 * 60 * 1000;
/**
 * Uploads a parcel and compares what GitHub then lists with what was sent: name, bytes and digest.
 *
 * Throws `UsageError` where nothing can be uploaded, `OperationError` when it did not arrive as it was sent.
 */
async function uploadParcel(parcel, shelf, access, tools) {
    const doing = `uploading the artifact "${parcel.name}"`;
    const job = artifact_upload_uploaderOf(access, doing);
    const paths = parcel.files ?? (await filesBelow(parcel.root, doing));
    const files = paths.map((file) => external_node_path_.join(parcel.root, file));
    const retentionDays = tools.settings.artifactRetentionDays;
    const sent = await uploadFiles({ ...parcel, files, retentionDays }, job, tools);
    const artifact = await listedAs(Number(sent.id), doing, shelf, tools);
    const wrong = sent.bytes !== undefined && artifact.bytes !== sent.bytes
        ? `GitHub lists ${artifact.bytes} bytes of it, and ${sent.bytes} were sent`
        : sent.digest !== undefined && artifact.digest !== null && artifact.digest !== sent.digest
            ? `GitHub lists the digest ${artifact.digest}, and what was sent has ${sent.digest}`
            : null;
    if (wrong !== null)
        throw notArrived(doing, wrong);
    tellOfShorterTime(artifact, retentionDays, tools);
    shelf.add(artifact);
    return artifact;
}
/** The job that can upload to this store; throws `UsageError` where there is none. */
function artifact_upload_uploaderOf({ uploader, name }, doing) {
    if (typeof uploader !== 'string')
        return uploader;
    throw new errors/* UsageError */.eb({
        doing,
        problem: `${uploader}, so ${name} can only be read from here`,
        advice: 'Run this in a job of that repository, or use another kind of store.',
    });
}
/** GitHub may list a new artifact a moment after it has taken it. */
async function listedAs(id, doing, { repository }, { clock, signal }) {
    for (let look = 1;; look++) {
        const artifact = await repository.find(id);
        if (artifact !== undefined)
            return artifact;
        if (look >= LOOKS)
            throw notArrived(doing, `GitHub took it as artifact ${id}, and then does not list it`);
        await clock.sleep(1000 * 2 ** (look - 1), signal).catch((reason) => {
            throw new errors/* InterruptedError */.p4(doing, reason);
        });
    }
}
function tellOfShorterTime({ expiresAt, createdAt, name }, asked, { logger }) {
    if (asked === undefined || expiresAt === null)
        return;
    const short = createdAt.getTime() + asked * 24 * 60 * 60 * 1000 - expiresAt.getTime();
    if (short < SHORTER_BY_MS)
        return;
    logger.warning(`GitHub deletes the artifact "${name}" on ${expiresAt.toISOString().slice(0, 10)} already: the repository allows less than the ${asked} days of artifact-retention-days.`);
}
async function filesBelow(root, doing) {
    const entries = await (0,file_errors/* orFileTrouble */.nD)(doing, () => (0,files/* entriesBelow */.yO)(root));
    return entries.filter(({ kind }) => kind === 'file').map((entry) => entry.path);
}
function notArrived(doing, problem) {
    return new errors/* OperationError */.OK({
        doing,
        problem,
        advice: 'Nothing depends on what was uploaded, and the next run removes it. Run it again.',
    });
}

;// CONCATENATED MODULE: ./build/stores/artifact-guard.js



/**
 * Refuses to put an unencrypted set where everybody can download it: among the artifacts of a public repository.
 *
 * Throws `GuardError`.
 */
async function refuseExposed({ encryption }, access, repository, { settings }) {
    if (encryption !== undefined || settings.allowPublicArtifact === true)
        return;
    const problem = (0,github/* exposure */.Y9)(await visibilityOf(access, repository));
    if (problem === null)
        return;
    throw new errors/* GuardError */.U$({
        doing: `checking whether the set may be put into ${access.name}`,
        problem,
        advice: 'Encrypt the sets with encrypt-to, or use another kind of store; or, if the data is public anyway, set allow-public-artifact to true.',
    });
}
/** What the event of the job tells is not asked for. */
async function visibilityOf(access, repository) {
    const { visibility } = artifact_upload_uploaderOf(access, `putting a set into ${access.name}`);
    return visibility === 'unknown' ? repository.visibility() : visibility;
}

;// CONCATENATED MODULE: ./build/stores/artifact-incoming.js





/** A set that is written in a folder of the workspace and becomes artifacts from there. */
class IncomingArtifact {
    place;
    folder;
    sender;
    onCommit;
    sent;
    isCommitted = false;
    /** @param onCommit called once the set is visible; the folder is kept then */
    constructor(place, folder, sender, onCommit) {
        this.place = place;
        this.folder = folder;
        this.sender = sender;
        this.onCommit = onCommit;
    }
    async send(progress) {
        await this.sendNow(progress);
    }
    async commit() {
        const sent = await this.sendNow();
        await this.sender.show(sent);
        this.isCommitted = true;
        this.onCommit();
        return { folder: this.folder, location: this.sender.locationOf(sent) };
    }
    async discard() {
        if (this.isCommitted)
            return;
        if (this.sent !== undefined)
            await this.sender.takeBack(this.sent);
        this.sent = undefined;
        await (0,file_errors/* orFileTrouble */.nD)(`discarding the set ${(0,set_place/* nameOfSet */.hW)(this.place)}`, () => (0,promises_.rm)(this.folder, { recursive: true, force: true }));
    }
    /** An artifact never changes: a set that was changed after it had been sent is sent anew. */
    async sendNow(progress) {
        const set = await (0,set_files/* wholeSet */.i6)(this.folder, this.place, `sending the set ${(0,set_place/* nameOfSet */.hW)(this.place)}`);
        if (this.sent !== undefined && manifestDigest(this.sent.set) === manifestDigest(set))
            return this.sent;
        if (this.sent !== undefined)
            await this.sender.takeBack(this.sent);
        this.sent = undefined;
        return (this.sent = await this.sender.send(this.folder, set, this.place, progress));
    }
}
/** What the SHA-256 of the manifest of a local set is; it tells every other file by its own. */
function manifestDigest({ files }) {
    return files.find(({ path }) => path === backup_set/* SET */.rK.manifest)?.sha256;
}

// EXTERNAL MODULE: ./build/backup/manifest.js
var manifest = __webpack_require__(75462);
// EXTERNAL MODULE: ./build/records/log.js
var log = __webpack_require__(16851);
;// CONCATENATED MODULE: ./build/stores/artifact-names.js



const OURS = 'pg-lifeboat';
const INSTANT = String.raw `\d{8}T\d{6}Z`;
const artifact_names_FORM = new RegExp(String.raw `^${OURS}\.(?<series>[A-Za-z0-9_~-]*)\.` +
    String.raw `(?:log\.(?<at>${INSTANT})\.[0-9a-f]+|(?<type>[^.]+)\.(?<id>${INSTANT})\.(?<part>set|manifest|proof\.${INSTANT}))` +
    String.raw `(?:-attempt\d+(?:-\d+)?)?$`);
/** Longer names of series are cut off, and told apart by a digest. */
const LONGEST_SERIES = 80;
/** `pg-lifeboat.app.daily.20261124T020000Z.set` */
function nameOfPart(part, series, { type, id }) {
    return [OURS, seriesKey(series), type, id, part].join('.');
}
/** `pg-lifeboat.app.daily.20261124T020000Z.proof.20261130T040000Z` */
function nameOfProof(series, { type, id }, at) {
    return [OURS, seriesKey(series), type, id, 'proof', (0,manifest/* idOf */.TH)(at)].join('.');
}
/**
 * `pg-lifeboat.app.log.20261124T021000Z.1f2e3d4c`
 *
 * @param series empty where it is not known
 * @param token hexadecimal digits that no other line of that second has
 */
function nameOfLog(series, at, token) {
    return [OURS, seriesKey(series), 'log', (0,manifest/* idOf */.TH)(at), token].join('.');
}
/**
 * What a name says; undefined for artifacts that are not of a store. What an upload adds to a name that is taken
 * (`-attempt2`) is passed over. `series` is the key, as `seriesKey` makes it.
 */
function parseName(name) {
    const { series, at, type = '', id = '', part } = artifact_names_FORM.exec(name)?.groups ?? {};
    if (series === undefined)
        return undefined;
    if (at !== undefined)
        return { part: 'log', series, at };
    if (series === '' || !(0,set_place/* isTypeName */.Ai)(type))
        return undefined;
    return { part: part === 'set' || part === 'manifest' ? part : 'proof', series, place: { type, id } };
}
/**
 * A series as a part of a name: letters, digits, `_` and `-` stay, every other byte becomes `~` and two hexadecimal
 * digits. Two series never have the same key.
 */
function seriesKey(series) {
    const key = [...Buffer.from(series, 'utf8')]
        .map((byte) => {
        const character = String.fromCharCode(byte);
        return /[A-Za-z0-9_-]/.test(character) ? character : `~${byte.toString(16).padStart(2, '0')}`;
    })
        .join('');
    // Two tildes stand in no key that is whole.
    return key.length <= LONGEST_SERIES ? key : `${key.slice(0, 60)}~~${(0,backup_sha256/* sha256OfText */.i)(series).slice(0, 16)}`;
}
/** The series of a key; undefined where the key was cut off, and only a manifest tells it. */
function seriesOfKey(key) {
    if (key.includes('~~'))
        return undefined;
    const bytes = key.match(/~[0-9a-f]{2}|[^~]/g) ?? [];
    const series = Buffer.from(bytes.map((one) => (one.length === 3 ? parseInt(one.slice(1), 16) : one.charCodeAt(0))));
    return seriesKey(series.toString('utf8')) === key ? series.toString('utf8') : undefined;
}

// EXTERNAL MODULE: ./build/stores/directory-log.js + 1 modules
var directory_log = __webpack_require__(60134);
;// CONCATENATED MODULE: ./build/stores/artifact-log.js














/**
 * The log of a store of artifacts. An artifact never changes, so every operation uploads one of its own: with its line,
 * and with all the earlier lines that it can read. So the newest artifact is the whole log, and whoever reads it has one
 * to fetch; others are fetched only where two runs wrote at once.
 */
/** The file that says which artifacts' lines are in this one. */
const MERGED = 'merged.json';
const Merged = schemas/* object */.Ikc({ schema: schemas/* literal */.euz('pg-lifeboat/artifact-log/1'), artifacts: schemas/* array */.YOg(schemas/* number */.aig().int()) });
/** Lines go from artifact to artifact for so long, in milliseconds; those of drills, whose trend is in years, for good. */
const KEPT = 90 * 24 * 60 * 60 * 1000;
/** Adds a line to the log, by an artifact that is the whole log from then on. */
async function uploadLine(line, series, to) {
    const { shelf, tools } = to;
    const earlier = await readAll(shelf, new Date(0)).catch((error) => {
        if (error instanceof errors/* InterruptedError */.p4)
            throw error;
        // Then this artifact has the new line alone, and the next one brings all together.
        tools.logger.debug(`The log before this line could not be read: ${(0,errors/* messageOf */.bD)(error)}`);
        return { lines: [], merged: [] };
    });
    const before = new Date(tools.clock.now().getTime() - KEPT);
    const kept = earlier.lines.filter((each) => each.operation === 'drill' || (0,log/* timeOfLine */.FP)(each) >= before);
    await uploadLog([...kept, line], earlier.merged, series, to);
}
/** Uploads the log without the lines of days before one, but for those of drills; the older artifacts are superseded. */
async function uploadWithout(day, series, dryRun, to) {
    const { lines, merged } = await readAll(to.shelf, new Date(0));
    const goes = (line) => line.operation !== 'drill' && line.timestamp.slice(0, 10) < day;
    const bytes = new Map();
    for (const line of lines.filter(goes)) {
        const of = line.timestamp.slice(0, 10);
        bytes.set(of, (bytes.get(of) ?? 0) + Buffer.byteLength((0,log/* formatLine */.IL)(line)));
    }
    if (bytes.size > 0 && !dryRun) {
        const kept = lines.filter((line) => !goes(line));
        await uploadLog(kept, merged, series, to);
    }
    return [...bytes].map(([of, each]) => ({ day: of, bytes: each })).sort((a, b) => (a.day < b.day ? -1 : 1));
}
/** Uploads lines as the whole log, in place of what other artifacts hold of it. */
async function uploadLog(lines, earlier, series, { shelf, access, tools }) {
    const root = await tools.workspace.folder('log');
    await (0,file_errors/* orFileTrouble */.nD)('writing the log', async () => {
        for (const each of lines)
            await (0,directory_log/* appendToLog */.gO)(external_node_path_.join(root, set_place/* LOG */.$9), each);
        const merged = { schema: 'pg-lifeboat/artifact-log/1', artifacts: earlier };
        await (0,files/* writeWhole */.f8)(external_node_path_.join(root, MERGED), JSON.stringify(merged));
    });
    // Where no line is left, its name must still be later than those of the artifacts that it is read instead of.
    const times = lines.map((each) => (0,log/* timeOfLine */.FP)(each).getTime());
    const latest = times.length === 0 ? tools.clock.now() : new Date(Math.max(...times));
    const name = nameOfLog(series, latest, (0,external_node_crypto_.randomBytes)(4).toString('hex'));
    await uploadParcel({ name, root, bytes: 0, compressed: false }, shelf, access, tools);
}
/** All lines since an instant, oldest first. An artifact that cannot be read counts as one line that cannot. */
async function readLines(shelf, since) {
    const { lines, unreadable } = await readAll(shelf, since);
    return { lines, unreadable };
}
/** The artifacts whose lines are all in one that was there at that time already, so that nobody reads them any more. */
async function supersededLogs(shelf, before) {
    const logs = await logsOf(shelf);
    const superseded = new Set();
    for (const one of logs.filter(({ artifact }) => artifact.createdAt < before)) {
        if (superseded.has(one.artifact.id))
            continue;
        const content = await contentOf(one, shelf);
        content?.merged.forEach((id) => superseded.add(id));
    }
    return logs.filter(({ artifact }) => superseded.has(artifact.id));
}
async function readAll(shelf, since) {
    const lines = new Map();
    const elsewhere = new Set();
    const merged = [];
    let unreadable = 0;
    // No artifact has a line that is later than its name says.
    for (const one of (await logsOf(shelf)).filter(({ name }) => name.at >= (0,manifest/* idOf */.TH)(since))) {
        const content = elsewhere.has(one.artifact.id) ? undefined : await contentOf(one, shelf);
        if (content !== null)
            merged.push(one.artifact.id);
        else
            unreadable++;
        content?.merged.forEach((id) => elsewhere.add(id));
        const read = content && (await (0,directory_log/* readLogSince */.ZO)(external_node_path_.join(content.folder, set_place/* LOG */.$9), since));
        // Two runs that wrote at once have both brought along what was there before.
        read?.lines.forEach((line) => lines.set((0,log/* formatLine */.IL)(line), line));
        unreadable += read?.unreadable ?? 0;
    }
    const inOrder = [...lines.values()].sort((a, b) => (0,log/* timeOfLine */.FP)(a).getTime() - (0,log/* timeOfLine */.FP)(b).getTime());
    return { lines: inOrder, unreadable, merged };
}
/** What an artifact of the log holds; null where it cannot be read. */
async function contentOf(one, shelf) {
    try {
        const folder = await shelf.contentOf(one);
        return { folder, merged: await mergedIn(folder) };
    }
    catch (error) {
        if (error instanceof errors/* DamagedError */.Me)
            return null;
        throw error;
    }
}
/** The artifacts whose lines are in this one too. Throws `DamagedError`. */
async function mergedIn(folder) {
    try {
        const text = await (0,file_errors/* ifThere */.y)((0,no_follow/* readSmallFile */.EW)(external_node_path_.join(folder, MERGED), bounded_json/* SMALL_JSON */.Rx.length));
        return text === undefined ? [] : Merged.parse((0,bounded_json/* parseBoundedJson */.Rj)(text, bounded_json/* SMALL_JSON */.Rx)).artifacts;
    }
    catch (cause) {
        throw new errors/* DamagedError */.Me({
            doing: 'reading the log',
            problem: `its ${MERGED} cannot be read: ${(0,errors/* messageOf */.bD)(cause)}`,
            advice: 'Nothing needs to be done: the lines are in the log of another operation too.',
            cause,
        });
    }
}
/** The newest first. */
async function logsOf(shelf) {
    const all = await shelf.all('recently');
    return all.flatMap(({ artifact, name }) => (name.part === 'log' ? [{ artifact, name }] : [])).reverse();
}

;// CONCATENATED MODULE: ./build/stores/artifact-send.js







/** Brings sets from a local folder among the artifacts. */
class ArtifactSender {
    sets;
    shelf;
    access;
    tools;
    constructor(sets, shelf, access, tools) {
        this.sets = sets;
        this.shelf = shelf;
        this.access = access;
        this.tools = tools;
    }
    /** As a person finds it in the list of artifacts. */
    locationOf({ files }) {
        return this.shelf.locationOf(files);
    }
    /**
     * Uploads the files of a set, its manifest among them, as one artifact. The library does not tell how far it is, so
     * the progress has a beginning and an end.
     *
     * Throws `GuardError` for what everybody could read, and for another series; `OperationError` when there is a set.
     */
    async send(folder, set, place, progress) {
        const doing = `sending the set ${(0,set_place/* nameOfSet */.hW)(place)} to ${this.access.name}`;
        const { manifest } = set;
        await refuseExposed(manifest, this.access, this.shelf.repository, this.tools);
        (0,set_place/* refuseForeign */.re)(this.access.series ?? (await this.sets.series()), manifest.series, doing);
        await this.sets.refuseExisting(place, doing, 'now');
        // Outcomes go with the manifest, where the listing reads them.
        const sent = set.files.filter(({ path }) => !path.startsWith(`${backup_set/* SET */.rK.proofs}/`));
        const bytes = sent.reduce((sum, { size }) => sum + size, 0);
        progress?.(0, bytes);
        const parcel = {
            name: nameOfPart('set', manifest.series, place),
            root: folder,
            files: sent.map(({ path }) => path),
            bytes,
            // The zip file is only a way to carry what is compressed, or encrypted, already.
            compressed: manifest.options.compression !== 'none' || manifest.encryption !== undefined,
        };
        const files = await uploadParcel(parcel, this.shelf, this.access, this.tools);
        progress?.(bytes, bytes);
        return { folder, place, set, files };
    }
    /** Uploads the record of a set that was sent: from then on it is there. */
    async show({ folder, place, set, files }) {
        await this.sets.refuseExisting(place, `committing the set ${(0,set_place/* nameOfSet */.hW)(place)} to ${this.access.name}`, 'now');
        const root = await this.tools.workspace.folder(`record-${place.type}-${place.id}`);
        await writeRecord(root, folder, files);
        const name = nameOfPart('manifest', set.manifest.series, place);
        await uploadParcel({ name, root, bytes: 0, compressed: false }, this.shelf, this.access, this.tools);
    }
    /** Removes what was sent and will not be committed; what cannot be removed now is swept by a later run. */
    async takeBack({ files, place }) {
        try {
            await this.shelf.remove(files);
        }
        catch (error) {
            if (!(error instanceof errors/* OperationError */.OK))
                throw error;
            this.tools.logger.warning(`What was sent of ${(0,set_place/* nameOfSet */.hW)(place)} is left to a later run: ${error.message}`);
        }
    }
}

;// CONCATENATED MODULE: ./build/stores/artifact-sets.js





/** How often everything is listed anew when another run removes sets meanwhile. */
const TRIES = 3;
/** GitHub deletes artifacts by itself; a set that has less than this left is told. */
const EXPIRES_SOON = 7 * 24 * 60 * 60 * 1000;
/** The sets among the artifacts of a store. */
class ArtifactSets {
    shelf;
    access;
    tools;
    toldOfExpiry = false;
    constructor(shelf, access, tools) {
        this.shelf = shelf;
        this.access = access;
        this.tools = tools;
    }
    /** The newest set decides, whole or not. */
    async series() {
        const committed = (await this.parts('recently')).filter(({ manifests }) => manifests.length > 0);
        const [newest] = committed.sort((a, b) => (0,set_place/* newestFirst */.ll)(a.place, b.place));
        if (newest === undefined)
            return null;
        const { series } = this.access;
        if (series !== null)
            return series;
        const told = seriesOfKey(newest.series);
        if (told !== undefined)
            return told;
        const found = await findSet(newest, this.shelf, this.tell);
        return found !== null && 'record' in found ? found.record.manifest.series : newest.series;
    }
    /** One repository may hold the artifacts of several series; those of the newest set are listed. */
    async list() {
        for (let tries = 1;; tries++) {
            try {
                return await this.listOnce();
            }
            catch (error) {
                // What another run has just removed, or whose time is up, cannot be fetched, and is not listed any more either.
                const isGone = error instanceof errors/* OperationError */.OK && [404, 410].includes((0,github_errors/* statusOf */.c2)(error.cause) ?? 0);
                if (!isGone || tries >= TRIES)
                    throw error;
            }
        }
    }
    /** The set that was committed at a place, whole or broken; null where there is none. */
    async lookFor(place, when) {
        const parts = await this.partsAt(place, when);
        return parts === undefined ? null : findSet(parts, this.shelf, this.tell);
    }
    /** The same, for those who need one whose manifest can be read: throws `OperationError` where there is none. */
    async find(place, doing) {
        const found = (await this.lookFor(place, 'recently')) ?? (await this.lookFor(place, 'now'));
        if (found === null)
            throw (0,set_place/* noSuchSet */.LK)(place, doing, this.access.name);
        if ('record' in found)
            return found;
        throw new errors/* OperationError */.OK({
            doing: `${doing} the set ${(0,set_place/* nameOfSet */.hW)(place)} in ${this.access.name}`,
            problem: `its manifest cannot be read: ${found.reason}`,
            advice: 'Without it nothing tells which files belong to the set. Use another set, or a copy in another store.',
        });
    }
    /** Of several series that have a set at the same place, the one of the store. */
    async partsAt(place, when) {
        const here = (await this.parts(when)).filter((one) => (0,set_place/* nameOfSet */.hW)(one.place) === (0,set_place/* nameOfSet */.hW)(place));
        if (here.length < 2)
            return here[0];
        const series = seriesKey((await this.series()) ?? '');
        return here.find((one) => one.series === series);
    }
    async refuseExisting(place, doing, when) {
        const [manifest] = (await this.partsAt(place, when))?.manifests ?? [];
        if (manifest !== undefined)
            throw (0,set_place/* alreadyThere */.pL)(this.shelf.locationOf(manifest.artifact), doing);
    }
    async listOnce() {
        const all = await this.shelf.all('now');
        const series = await this.series();
        const ours = all.filter(({ name }) => series !== null && name.series === seriesKey(series));
        const found = await listedSets(ours, this.shelf, this.tell);
        const sets = found.filter((one) => 'manifest' in one).sort(set_place/* newestFirst */.ll);
        this.tellOfExpiry(partsOf(ours), sets);
        return { sets, broken: found.filter((one) => 'reason' in one).sort(set_place/* newestFirst */.ll) };
    }
    async parts(when) {
        return partsOf(await this.shelf.all(when));
    }
    tellOfExpiry(parts, sets) {
        const until = this.tools.clock.now().getTime() + EXPIRES_SOON;
        const listed = new Set(sets.map(set_place/* nameOfSet */.hW));
        const soon = parts
            .filter(({ place }) => listed.has((0,set_place/* nameOfSet */.hW)(place)))
            .filter(({ sets: files }) => files.some(({ artifact }) => (artifact.expiresAt?.getTime() ?? Infinity) < until));
        if (soon.length === 0 || this.toldOfExpiry)
            return;
        this.toldOfExpiry = true;
        const names = soon.map(({ place }) => (0,set_place/* nameOfSet */.hW)(place)).sort();
        const shown = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
        this.tell(`GitHub deletes ${soon.length} of the sets in ${this.access.name} within 7 days, whatever is to be kept: ${shown}. Raise artifact-retention-days, or copy them to another store.`);
    }
    tell = (note) => {
        this.tools.logger.warning(note);
    };
}

;// CONCATENATED MODULE: ./build/stores/artifact-shelf.js








/** What was listed so long ago, in milliseconds, is still used where a newer state would change nothing. */
const RECENT = 60_000;
/** Manifests, outcomes and lines of the log are small; what is larger is none of them. */
const LARGEST_SMALL = 256 * 1024 * 1024;
/**
 * The artifacts of a store: what the repository lists, less what is not of the store or is gone, with what this run has
 * added and removed, which GitHub may list a little later.
 */
class ArtifactShelf {
    repository;
    access;
    tools;
    added = new Map();
    removed = new Set();
    folders = new Map();
    listed;
    toldOfForks = false;
    constructor(repository, access, tools) {
        this.repository = repository;
        this.access = access;
        this.tools = tools;
    }
    /** The artifacts as they are now, or as they were a short while ago; the oldest first. */
    async all(when) {
        const listed = await this.list(when);
        const known = new Map([...listed, ...this.added.values()].map((artifact) => [artifact.id, artifact]));
        const shelved = [...known.values()]
            .filter(({ id, expired }) => !expired && !this.removed.has(id))
            .sort((a, b) => a.id - b.id)
            .flatMap((artifact) => {
            const name = parseName(artifact.name);
            return name === undefined || !this.isOurs(name) ? [] : [{ artifact, name }];
        });
        this.tellOfForks(shelved);
        return shelved.filter(({ artifact }) => !artifact.fromFork);
    }
    /** Whether the content of an artifact is gone because its time was up. */
    hasExpired(id) {
        return this.listed?.artifacts.some((artifact) => artifact.id === id && artifact.expired) === true;
    }
    /** This run has uploaded it. */
    add(artifact) {
        this.added.set(artifact.id, artifact);
    }
    async remove(artifact) {
        await this.repository.remove(artifact);
        this.removed.add(artifact.id);
    }
    /**
     * A folder with the files of a small artifact, fetched once. It stays until the end of the run.
     *
     * Throws `DamagedError` when what came is not what GitHub lists.
     */
    async contentOf({ artifact }) {
        const known = this.folders.get(artifact.id) ?? this.fetchSmall(artifact);
        this.folders.set(artifact.id, known);
        known.catch(() => this.folders.delete(artifact.id));
        return known;
    }
    /** Where an artifact is found in a browser's list, and by what name. */
    locationOf({ name }) {
        return `artifact "${name}" of ${this.repository.name}`;
    }
    async list(when) {
        const now = this.tools.clock.monotonic();
        if (when === 'recently' && this.listed !== undefined && now - this.listed.at < RECENT)
            return this.listed.artifacts;
        const artifacts = await this.repository.list();
        this.listed = { at: now, artifacts };
        return artifacts;
    }
    isOurs({ series }) {
        return this.access.series === null || series === seriesKey(this.access.series);
    }
    /** Anybody can have a run for a fork make an artifact of any name, so none of them is believed. */
    tellOfForks(shelved) {
        const [first, ...more] = shelved.filter(({ artifact }) => artifact.fromFork);
        if (first === undefined || this.toldOfForks)
            return;
        this.toldOfForks = true;
        this.tools.logger.warning(`${more.length + 1} artifacts that look like backups were made by runs for forks of ${this.repository.name} and are not counted, such as "${first.artifact.name}".`);
    }
    async fetchSmall(artifact) {
        const doing = `reading the artifact "${artifact.name}"`;
        if (artifact.bytes > LARGEST_SMALL) {
            throw damaged(doing, `it has ${artifact.bytes} bytes, which is no ${String(parseName(artifact.name)?.part)}`);
        }
        const folder = await this.tools.workspace.folder(`artifact-${artifact.id}`);
        return (0,file_errors/* orFileTrouble */.nD)(doing, async () => {
            const zip = external_node_path_.join(folder, 'artifact.zip');
            if (!(await this.remembered(artifact, zip)))
                await this.fetch(artifact, zip, doing);
            const content = external_node_path_.join(folder, 'content');
            await (0,files/* makeFolder */.fc)(content);
            await unpackZip(zip, content, { signal: this.tools.signal });
            await (0,promises_.rm)(zip);
            return content;
        });
    }
    async fetch(artifact, zip, doing) {
        const digest = await this.repository.download(artifact, zip);
        if (artifact.digest !== null && digest !== artifact.digest) {
            throw damaged(doing, `its digest is ${digest}, and GitHub lists ${artifact.digest}`);
        }
        await this.tools.listingCache?.put(this.keyOf(artifact), (await (0,promises_.readFile)(zip)).toString('base64'));
    }
    /** What is remembered is used only when it has the digest that GitHub lists now: whatever lies there, nothing changes. */
    async remembered(artifact, zip) {
        if (artifact.digest === null)
            return false;
        const text = await this.tools.listingCache?.get(this.keyOf(artifact));
        const bytes = Buffer.from(text ?? '', 'base64');
        if (`sha256:${(0,external_node_crypto_.createHash)('sha256').update(bytes).digest('hex')}` !== artifact.digest)
            return false;
        await (0,promises_.writeFile)(zip, bytes, { mode: 0o600 });
        return true;
    }
    keyOf({ id, digest }) {
        return `artifact:${this.repository.name}/${id}@${digest ?? ''}`;
    }
}
function damaged(doing, problem) {
    const advice = 'Run it again; if it is the same then, remove that artifact by hand.';
    return new errors/* DamagedError */.Me({ doing, problem, advice });
}

;// CONCATENATED MODULE: ./build/stores/artifact-sweep.js





/** How many sets are looked at at a time. */
const artifact_sweep_LOOKERS = 4;
/** The run that made an artifact may still be at work so long. */
const ABANDONED_AFTER = 24 * 60 * 60 * 1000;
/**
 * Removes artifacts that belong to no set, and returns their names: files that were never committed, or that an upload
 * whose answer was lost left beside those that count; outcomes of sets that are gone. A token that may not remove
 * anything is a warning: no set depends on it.
 */
async function sweepArtifacts(shelf, { clock, logger }) {
    const before = new Date(clock.now().getTime() - ABANDONED_AFTER);
    const leftBehind = await leftBefore(before, shelf);
    const swept = [];
    try {
        for (const { artifact } of leftBehind) {
            await shelf.remove(artifact);
            swept.push(artifact.name);
        }
        // These are only in the way, and expire by themselves: nothing to speak of.
        for (const { artifact } of await supersededLogs(shelf, before))
            await shelf.remove(artifact);
    }
    catch (error) {
        if (!(error instanceof errors/* OperationError */.OK) || (0,github_errors/* statusOf */.c2)(error.cause) !== 403)
            throw error;
        if (swept.length < leftBehind.length) {
            logger.warning(`What an unfinished backup left behind stays in ${shelf.repository.name}: ${error.message}`);
        }
    }
    return swept;
}
/** What `sweepArtifacts` would remove and tell. */
async function abandonedArtifacts(shelf, { clock }) {
    const left = await leftBefore(new Date(clock.now().getTime() - ABANDONED_AFTER), shelf);
    return left.map(({ artifact: { name, bytes } }) => ({ name, bytes }));
}
async function leftBefore(before, shelf) {
    const parts = partsOf(await shelf.all('now'));
    const left = (await (0,parallel/* inParallel */.H)(parts, artifact_sweep_LOOKERS, (one) => abandoned(one, shelf))).flat();
    return left.filter(({ artifact }) => artifact.createdAt < before);
}
async function abandoned(parts, shelf) {
    if (parts.manifests.length === 0)
        return [...parts.sets, ...parts.proofs];
    if (parts.sets.length < 2)
        return [];
    const found = await findSet(parts, shelf, () => undefined);
    // Of a set that is broken nothing is removed: somebody may want to look at it.
    if (found === null || !('record' in found) || found.reason !== null)
        return [];
    return parts.sets.filter((one) => one !== found.files);
}

;// CONCATENATED MODULE: ./build/stores/fetched-folders.js



/** The folders into which sets were fetched, each once however many ask for it, and there until the last lets go. */
class FetchedFolders {
    fetch;
    opened = new Map();
    /** @param fetch gives the folder of a set, which has one of its own above it */
    constructor(fetch) {
        this.fetch = fetch;
    }
    async open(set, progress) {
        const name = (0,set_place/* nameOfSet */.hW)(set);
        const opened = this.opened.get(name) ?? { folder: this.fetch(set, progress), users: 0 };
        this.opened.set(name, opened);
        opened.users++;
        try {
            return await opened.folder;
        }
        catch (error) {
            this.opened.delete(name);
            throw error;
        }
    }
    /** Removes the folder, with the one above it, once everybody who opened it has let it go. False where it was not opened. */
    async letGo(set) {
        const name = (0,set_place/* nameOfSet */.hW)(set);
        const opened = this.opened.get(name);
        if (opened === undefined)
            return false;
        opened.users--;
        if (opened.users === 0) {
            this.opened.delete(name);
            await (0,promises_.rm)(external_node_path_.dirname(await opened.folder), { recursive: true, force: true });
        }
        return true;
    }
    /** The folder of a set that is open; undefined where it is not. */
    async folderOf(set) {
        return this.opened.get((0,set_place/* nameOfSet */.hW)(set))?.folder;
    }
}

;// CONCATENATED MODULE: ./build/stores/scratch-folder.js


/** Does work with a new folder of the workspace, and removes it. */
async function withScratchFolder(workspace, purpose, work) {
    const folder = await workspace.folder(purpose);
    try {
        return await work(folder);
    }
    finally {
        await (0,promises_.rm)(folder, { recursive: true, force: true });
    }
}
/** Bytes that are free where sets are made ready before they are sent. */
function freeInWorkspace(workspace) {
    return withScratchFolder(workspace, 'space', async (folder) => {
        const { bavail, bsize } = await (0,file_errors/* orFileTrouble */.nD)('asking for the free space of the workspace', () => (0,promises_.statfs)(folder));
        return bavail * bsize;
    });
}

;// CONCATENATED MODULE: ./build/stores/artifact.js




















/**
 * The store of a location `artifact:`, `artifact:owner/name`, or either with `#series`.
 *
 * Throws `UsageError` for another form, or without a token.
 */
function openArtifactStore(location, tools) {
    const access = artifactAccess(location, tools);
    tools.logger.hide(access.token);
    return new ArtifactStore(access, new ArtifactShelf(artifactsOf(access, tools), access, tools), tools);
}
/**
 * A store in the artifacts of a GitHub repository. A set is one artifact with its files, and a second, small one with
 * its manifest, whose upload makes it visible. Both never change; GitHub deletes them when their time is up.
 */
class ArtifactStore {
    access;
    shelf;
    tools;
    name;
    sets;
    sender;
    fetched;
    /** The folders of sets that were committed in this run. */
    staged = new Map();
    constructor(access, shelf, tools) {
        this.access = access;
        this.shelf = shelf;
        this.tools = tools;
        this.name = access.name;
        this.sets = new ArtifactSets(shelf, access, tools);
        this.sender = new ArtifactSender(this.sets, shelf, access, tools);
        this.fetched = new FetchedFolders(async (set, progress) => fetchSet(await this.sets.find(set, 'opening'), shelf, tools, progress));
    }
    async checkWritable() {
        artifact_upload_uploaderOf(this.access, `writing to the store ${this.name}`);
        const { encryptTo } = this.tools.settings;
        if (encryptTo?.length === 0)
            await refuseExposed({}, this.access, this.shelf.repository, this.tools);
        await this.shelf.all('now');
    }
    /** Of the folder where sets are made ready; how much GitHub still takes cannot be asked. */
    freeBytes() {
        return freeInWorkspace(this.tools.workspace);
    }
    series() {
        return this.sets.series();
    }
    list() {
        return this.sets.list();
    }
    async begin(id, type) {
        const place = (0,set_place/* checkedPlace */.fb)({ id, type });
        const doing = `beginning the set ${(0,set_place/* nameOfSet */.hW)(place)} in ${this.name}`;
        artifact_upload_uploaderOf(this.access, doing);
        await this.sets.refuseExisting(place, doing, 'recently');
        const folder = await this.tools.workspace.folder(`set-${type}-${id}`);
        return new IncomingArtifact(place, folder, this.sender, () => this.staged.set((0,set_place/* nameOfSet */.hW)(place), folder));
    }
    async open(set, progress) {
        return this.fetched.open((0,set_place/* checkedPlace */.fb)(set), progress);
    }
    /** A set is one archive, so only of one that was fetched already. */
    async readText(set, file) {
        const folder = await this.fetched.folderOf((0,set_place/* checkedPlace */.fb)(set));
        if (folder === undefined)
            return undefined;
        const doing = `reading ${file} of the set ${(0,set_place/* nameOfSet */.hW)(set)}`;
        return (0,file_errors/* orFileTrouble */.nD)(doing, () => (0,file_errors/* ifThere */.y)((0,promises_.readFile)(external_node_path_.join(folder, file), 'utf8')));
    }
    /** Removes what was fetched; what was written here in this run, when it was not fetched. */
    async letGo(set) {
        const name = (0,set_place/* nameOfSet */.hW)(set);
        await (0,file_errors/* orFileTrouble */.nD)(`removing the local copy of ${name}`, async () => {
            const staged = this.staged.get(name);
            if ((await this.fetched.letGo(set)) || staged === undefined)
                return;
            this.staged.delete(name);
            await (0,promises_.rm)(staged, { recursive: true, force: true });
        });
    }
    async put(folder, set, progress) {
        const place = (0,set_place/* checkedPlace */.fb)(set);
        const doing = `copying the set ${(0,set_place/* nameOfSet */.hW)(place)} to ${this.name}`;
        artifact_upload_uploaderOf(this.access, doing);
        const local = await (0,set_files/* setToCopy */.v_)(folder, place);
        if (await this.isThere(place, local, doing))
            return;
        await (0,set_files/* compareFiles */.hZ)(folder, local.files, doing, { signal: this.tools.signal });
        await this.sender.show(await this.sender.send(folder, local, place, progress));
    }
    /** Outside of a job the outcome cannot be recorded; then it is told, and whoever validated has seen it. */
    async addProof(set, proof) {
        const place = (0,set_place/* checkedPlace */.fb)(set);
        if (this.tellUnlessUploader(`That ${(0,set_place/* nameOfSet */.hW)(place)} is ${proof.outcome} was not recorded`))
            return;
        const { record } = await this.sets.find(place, 'recording an outcome of');
        const room = await this.tools.workspace.folder(`proof-${place.type}-${place.id}`);
        const [root, workshop] = [external_node_path_.join(room, 'root'), external_node_path_.join(room, 'workshop')];
        await (0,file_errors/* orFileTrouble */.nD)(`recording an outcome of ${(0,set_place/* nameOfSet */.hW)(place)}`, async () => {
            await (0,promises_.mkdir)(root);
            await (0,promises_.mkdir)(workshop);
            await (0,proofs/* writeProof */.E4)(root, proof, workshop);
        });
        const name = nameOfProof(record.manifest.series, place, new Date(proof.at));
        await uploadParcel({ name, root, bytes: 0, compressed: false }, this.shelf, this.access, this.tools);
        // Whoever copies the set from where it was fetched to takes the outcome along.
        const local = await this.fetched.folderOf(place);
        if (local !== undefined)
            await (0,file_errors/* orFileTrouble */.nD)(`recording an outcome in ${local}`, () => (0,proofs/* writeProof */.E4)(local, proof, workshop));
    }
    async remove(set) {
        const place = (0,set_place/* checkedPlace */.fb)(set);
        const parts = await this.sets.partsAt(place, 'now');
        if (parts === undefined || parts.manifests.length === 0)
            throw (0,set_place/* noSuchSet */.LK)(place, 'removing', this.name);
        await this.removeParts(place);
    }
    async sweep() {
        return sweepArtifacts(this.shelf, this.tools);
    }
    leftovers() {
        return abandonedArtifacts(this.shelf, this.tools);
    }
    /**
     * Artifacts cannot be locked, so nobody waits here. Nothing that two runs do at once damages a set: each is an artifact
     * of its own that never changes. That they do not rotate at once is for the workflow's `concurrency` group.
     */
    lock() {
        return Promise.resolve(() => Promise.resolve());
    }
    /** Outside of a job there is nowhere to put a line; then it is told and left out, for no log is part of a set. */
    async appendLog(line) {
        if (this.tellUnlessUploader('The log was not written'))
            return;
        const { series: told } = line.details;
        const series = this.access.series ?? (typeof told === 'string' ? told : await this.series());
        await uploadLine(line, series ?? '', { shelf: this.shelf, access: this.access, tools: this.tools });
    }
    async readLog(since) {
        return readLines(this.shelf, since);
    }
    async removeLogsBefore(day, { dryRun = false } = {}) {
        if (!dryRun && this.tellUnlessUploader('Old lines of the log were not removed'))
            return [];
        const series = this.access.series ?? (await this.series()) ?? '';
        return uploadWithout(day, series, dryRun, { shelf: this.shelf, access: this.access, tools: this.tools });
    }
    close() {
        return Promise.resolve();
    }
    /** True, with a warning, where nothing can be uploaded. */
    tellUnlessUploader(what) {
        const { uploader } = this.access;
        if (typeof uploader !== 'string')
            return false;
        this.tools.logger.warning(`${what} in ${this.name}: ${uploader}.`);
        return true;
    }
    /** Whether the very set is there. A broken copy of it makes room; throws when another set has its place. */
    async isThere(place, local, doing) {
        const found = await this.sets.lookFor(place, 'now');
        if (found === null)
            return false;
        if (!('record' in found) || found.record.manifestDigest !== manifestDigest(local)) {
            throw (0,set_place/* takenByAnother */.mW)(`${this.name} (${(0,set_place/* nameOfSet */.hW)(place)})`, doing);
        }
        if (found.reason === null)
            return true;
        this.tools.logger.info(`The copy of ${(0,set_place/* nameOfSet */.hW)(place)} in ${this.name} is damaged (${found.reason}); replacing it.`);
        await this.removeParts(place);
        return false;
    }
    /** The manifest goes first: a set of which only files are left is not seen, and swept. */
    async removeParts(place) {
        const parts = await this.sets.partsAt(place, 'recently');
        if (parts === undefined)
            return;
        for (const { artifact } of [...parts.manifests, ...parts.proofs, ...parts.sets])
            await this.shelf.remove(artifact);
    }
}

;// CONCATENATED MODULE: ./build/stores/clean-up.js
/** So long may cleaning up take after an interruption: a runner that cancels a job waits 7.5 seconds. */
const CLEAN_UP_MS = 6_000;
/**
 * A place that can be cleaned up after an interruption: what lists and removes goes on for a few seconds, so that no lock
 * and no half set stay behind; what sends, fetches and writes has ended.
 */
class CleanablePlace {
    open;
    signal;
    name;
    limits;
    place;
    cleaner;
    constructor(open, signal) {
        this.open = open;
        this.signal = signal;
        this.place = open(signal);
        this.name = this.place.name;
        this.limits = this.place.limits ?? [];
    }
    list(folder) {
        return this.forCleaning().list(folder);
    }
    remove(paths) {
        return this.forCleaning().remove(paths);
    }
    upload(from, files, to, progress) {
        return this.place.upload(from, files, to, progress);
    }
    download(from, files, to, progress) {
        return this.place.download(from, files, to, progress);
    }
    read(path) {
        return this.place.read(path);
    }
    write(path, text) {
        return this.place.write(path, text);
    }
    freeBytes() {
        return this.place.freeBytes();
    }
    async sweep() {
        return (await this.place.sweep?.()) ?? [];
    }
    async close() {
        await this.place.close?.();
        await this.cleaner?.close?.();
    }
    forCleaning() {
        if (!this.signal.aborted)
            return this.place;
        return (this.cleaner ??= this.open(AbortSignal.timeout(CLEAN_UP_MS)));
    }
}

// EXTERNAL MODULE: ./build/stores/directory.js + 3 modules
var directory = __webpack_require__(33721);
// EXTERNAL MODULE: ./build/stores/location.js
var stores_location = __webpack_require__(95756);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/iso.js
var iso = __webpack_require__(64377);
;// CONCATENATED MODULE: ./build/stores/local-sizes.js





const local_sizes_LOOKERS = 4;
/**
 * Throws `OperationError` unless every file is in the local folder with just its size: what is short must not be taken
 * for whole, neither before it is sent nor after it was fetched.
 */
async function requireSizes(folder, files, doing) {
    await (0,parallel/* inParallel */.H)(files, local_sizes_LOOKERS, async ({ path: file, size }) => {
        const facts = await (0,file_errors/* orFileTrouble */.nD)(doing, () => (0,file_errors/* ifThere */.y)((0,promises_.lstat)(external_node_path_.join(folder, file))));
        if (facts?.isFile() === true && facts.size === size)
            return;
        const found = facts?.isFile() === true ? `has ${facts.size} bytes` : 'is not there';
        throw new errors/* OperationError */.OK({
            doing,
            problem: `${file} ${found}, and should have ${size}`,
            advice: 'It was changed or removed meanwhile; see that nothing else writes there, then start again.',
        });
    });
}

;// CONCATENATED MODULE: ./build/stores/progress-sum.js
/** Adds up the progress of parts that go on at a time. It never goes back, and never beyond the total. */
class ProgressSum {
    total;
    progress;
    sum = 0;
    constructor(total, progress) {
        this.total = total;
        this.progress = progress;
    }
    part(bytes) {
        let most = 0;
        const reached = (now) => {
            const further = Math.min(bytes, now) - most;
            if (further <= 0)
                return;
            most += further;
            this.sum += further;
            this.progress?.(Math.min(this.total, this.sum), this.total);
        };
        return {
            reached,
            done: () => {
                reached(bytes);
            },
        };
    }
}

;// CONCATENATED MODULE: ./build/stores/rclone-errors.js
const MEANINGS = [
    {
        pattern: /didn't find section in config file|not found in config file/i,
        problem: 'rclone knows no remote of that name',
        advice: '`rclone listremotes` tells the names it knows; RCLONE_CONFIG names another configuration file.',
    },
    {
        pattern: /decrypt config|RCLONE_CONFIG_PASS|config file is encrypted|unable to decrypt/i,
        problem: "rclone's configuration is encrypted and its password was not given or is wrong",
        advice: 'Set RCLONE_CONFIG_PASS in the environment.',
    },
    {
        pattern: /storageQuotaExceeded|quota.{0,20}exceeded|no space left|insufficient.?(storage|space)|QuotaExceeded|too big for remaining disk/i,
        problem: 'there is no room left in the remote',
        advice: 'Free some space there, or keep less by the rules of retention, then start again.',
    },
    {
        pattern: /AccessDenied|Forbidden|Unauthorized|invalid_grant|InvalidAccessKeyId|SignatureDoesNotMatch|expired|\b40[13]\b|unable to authenticate|permission denied/i,
        problem: 'the remote refused the credentials, or they do not allow this',
        advice: 'Check them with `rclone lsd remote:`; `rclone config reconnect remote:` renews a token that has run out.',
    },
    {
        pattern: /NoSuchBucket|bucket.{0,20}not found/i,
        problem: 'the bucket or folder that the remote is to use is not there',
        advice: 'Check the path in the location, or make it there first.',
    },
    {
        pattern: /no such host|connection refused|connection reset|i\/o timeout|network is unreachable|timed? ?out|unexpected EOF/i,
        problem: 'the connection to the remote failed or broke, also when rclone tried it again',
        advice: 'Check the network; what has arrived whole is not sent again by the next run.',
    },
];
/** Tells what a bad end of rclone means and what to do, from what it said. */
function explainRclone(messages) {
    const said = messages.join('\n');
    const known = MEANINGS.find(({ pattern }) => pattern.test(said));
    const last = messages.at(-1) ?? 'it said nothing';
    return known === undefined
        ? { problem: `the program rclone failed: ${last}`, advice: 'Correct what rclone reports, then start again.' }
        : { problem: `${known.problem} (rclone: ${last})`, advice: known.advice };
}

// EXTERNAL MODULE: ./build/control-characters.js
var control_characters = __webpack_require__(83678);
;// CONCATENATED MODULE: ./build/stores/rclone-location.js


/**
 * Takes apart `rclone:remote:path`. The remote is one of the user's configuration, or a kind of storage (`:s3:`) whose
 * settings come from the environment; settings inside the location would be seen by all who list processes.
 *
 * Throws `UsageError`.
 */
function parseRcloneLocation(location) {
    const parts = /^rclone:(:?[^:]+:)(.*)$/i.exec(location);
    const [, remote = '', path = ''] = parts ?? [];
    if (parts === null || remote.startsWith('-') || (0,control_characters/* hasControls */.L)(location)) {
        throw unusable(location, 'it is not written as rclone reads it');
    }
    if (/[,=]/.test(remote)) {
        throw unusable(location.replace(/[,=].*/, '…'), 'it holds settings of the remote, which may be secret');
    }
    if (/(^|\/)\.\.(\/|$)/.test(path))
        throw unusable(location, 'it holds ".."');
    const trimmed = path.replace(/\/+$/, '');
    return { name: `rclone:${remote}${path}`, remote, path: trimmed === '' && path !== '' ? '/' : trimmed };
}
/** A folder or file of the store, as rclone is told of it. */
function rcloneArgument({ remote, path }, inside = '') {
    const isEmpty = path === '' || path === '/';
    return `${remote}${inside === '' ? path : isEmpty ? `${path}${inside}` : `${path}/${inside}`}`;
}
function unusable(location, why) {
    return new errors/* UsageError */.eb({
        doing: `opening the store "${location}"`,
        problem: `it cannot be used as a store of rclone: ${why}`,
        advice: 'Set up the remote with `rclone config`, and write rclone:remote:path; `rclone listremotes` tells the names.',
    });
}

;// CONCATENATED MODULE: ./build/stores/rclone-command.js






/** rclone's exit code for a folder, and for a file, that is not there. */
const ABSENT = [3, 4];
/** What rclone may see of our environment: its own settings, and those of the libraries inside it. */
const PASSED_ON = /^(PATH|HOME|USER|LOGNAME|TMPDIR|LANG|XDG_\w+|RCLONE_\w+|AWS_\w+|AZURE_\w+|GOOGLE_\w+|GCE_\w+|OS_\w+|B2_\w+|SSH_AUTH_SOCK|SSL_CERT_\w+|(HTTPS?|NO|ALL)_PROXY)$/i;
const Features = schemas/* object */.Ikc({
    Hashes: schemas/* array */.YOg(schemas/* string */.YjP()).nullish(),
    Features: schemas/* object */.Ikc({ BucketBased: schemas/* boolean */.zMY().optional(), About: schemas/* boolean */.zMY().optional() }),
});
const LogLine = schemas/* object */.Ikc({
    level: schemas/* string */.YjP().optional(),
    msg: schemas/* string */.YjP().optional(),
    stats: schemas/* object */.Ikc({ bytes: schemas/* number */.aig() }).optional(),
});
/** Runs rclone against one remote, with the user's own configuration. */
class RcloneCommand {
    location;
    tools;
    known;
    constructor(location, tools) {
        this.location = location;
        this.tools = tools;
    }
    /** Runs it to its end, and returns its exit code and what it had to say. Throws `OperationError`. */
    async run(call) {
        const messages = [];
        try {
            const { code } = await this.tools.processes.run({
                program: 'rclone',
                args: ['--use-json-log', '--ask-password=false', '--stats=1s', '--stats-log-level=NOTICE', ...call.args],
                doing: call.doing,
                env: this.environment(),
                accept: [0, ...(call.accept ?? [])],
                signal: this.tools.signal,
                onStderrLine: (line) => {
                    this.hear(line, messages, call.onBytes);
                },
                ...(call.input === undefined ? {} : { stdin: external_node_stream_.Readable.from([call.input.map((text) => `${text}\n`).join('')]) }),
                ...(call.onLine === undefined ? {} : { stdout: call.onLine }),
            });
            return { code, messages };
        }
        catch (error) {
            if (!(error instanceof errors/* CommandError */.Qd))
                throw error;
            throw new errors/* OperationError */.OK({ doing: call.doing, ...explainRclone(messages), cause: error });
        }
    }
    /** What the remote can do, asked once. Throws `UsageError` where this rclone would show files that are not whole. */
    async features() {
        return (this.known ??= this.ask());
    }
    async ask() {
        const doing = `asking rclone about ${this.location.name}`;
        const version = await this.output(doing, ['version']);
        const [, major = '0', minor = '0'] = /^rclone v(\d+)\.(\d+)/.exec(version) ?? [];
        const answer = await this.output(doing, ['backend', 'features', rcloneArgument(this.location)]);
        const { Hashes, Features: its } = readAnswer(answer, Features, doing);
        const isBucket = its.BucketBased ?? false;
        if (!isBucket && Number(major) * 1000 + Number(minor) < 1063) {
            throw new errors/* UsageError */.eb({
                doing,
                problem: `this ${version.split('\n', 1)[0] ?? 'rclone'} shows files of such a remote before they are whole`,
                advice: "Install rclone 1.63 or newer (https://rclone.org/install/); Debian's and Ubuntu's packages are older. With remotes that keep objects in buckets, this one can be used.",
            });
        }
        const hasHashes = (Hashes ?? []).some((hash) => hash !== 'none');
        return { isBucket, hasHashes, tellsRoom: its.About ?? false };
    }
    /** The little that rclone tells of itself. */
    async output(doing, args, accept = []) {
        const lines = [];
        await this.run({ doing, args, accept, onLine: (line) => lines.push(line) });
        return lines.join('\n');
    }
    hear(line, messages, onBytes) {
        const { level = 'error', msg = line, stats } = logLine(line);
        if (stats !== undefined)
            onBytes?.(stats.bytes);
        else if (['error', 'critical', 'fatal', 'notice', 'warning'].includes(level))
            messages.push(msg.replace(/^[\d/]+ [\d:]+ /, '').trim());
        if (messages.length > 20)
            messages.shift();
    }
    environment() {
        const passed = Object.entries(this.tools.environment).filter(([name]) => PASSED_ON.test(name));
        for (const [name, value] of passed) {
            if (/pass|secret|token|_key$/i.test(name) && value !== undefined && value !== '')
                this.tools.logger.hide(value);
        }
        return Object.fromEntries(passed);
    }
}
/** Throws `OperationError` for what is not of that shape, or beyond all bounds. */
function readAnswer(answer, shape, doing) {
    try {
        return shape.parse((0,bounded_json/* parseBoundedJson */.Rj)(answer, bounded_json/* SMALL_JSON */.Rx));
    }
    catch (cause) {
        const problem = `rclone answered something that cannot be read: ${answer.slice(0, 200)}`;
        throw new errors/* OperationError */.OK({ doing, problem, advice: 'Install a newer rclone, then start again.', cause });
    }
}
function logLine(line) {
    if (!line.startsWith('{'))
        return {};
    try {
        return LogLine.parse((0,bounded_json/* parseBoundedJson */.Rj)(line, bounded_json/* SMALL_JSON */.Rx));
    }
    catch {
        return {}; // not one of its log lines: shown as it is
    }
}

;// CONCATENATED MODULE: ./build/stores/rclone.js











/** What rclone 1.63 and newer call a file that is not whole yet. */
const PARTIAL = /\.[0-9a-f]{8}\.partial$/;
/** How much older than the beginning of an upload a date may be before it is known to be the date of the file here. */
const CLOCK_TOLERANCE_MS = 60_000;
const Room = schemas/* object */.Ikc({ free: schemas/* number */.aig().optional() });
const Listed = schemas/* object */.Ikc({ Path: schemas/* string */.YjP(), Size: schemas/* number */.aig(), ModTime: iso/* datetime */.w$({ offset: true }) });
/** The files of a store behind `rclone:remote:path`, by the program `rclone` and the user's configuration of it. */
function openRclonePlace(location, tools) {
    return new RclonePlace(parseRcloneLocation(location), tools);
}
class RclonePlace {
    location;
    tools;
    name;
    limits = [
        'where the remote is not a bucket, dates are by the clock of the machine that wrote',
        'where the remote knows no checksums, what was sent is read back to compare it',
    ];
    command;
    constructor(location, tools) {
        this.location = location;
        this.tools = tools;
        this.name = location.name;
        this.command = new RcloneCommand(location, tools);
    }
    async list(folder) {
        const { isBucket } = await this.command.features();
        const files = [];
        await this.command.run({
            doing: this.doing('listing'),
            args: [
                ...['lsjson', '--recursive', '--files-only', '--no-mimetype'],
                // In buckets, the date that rclone puts beside an object is the one of the file that was sent.
                ...(isBucket ? ['--use-server-modtime'] : []),
                rcloneArgument(this.location, folder),
            ],
            accept: ABSENT,
            onLine: (line) => {
                const file = this.listed(line);
                if (file !== undefined && !PARTIAL.test(file.path))
                    files.push(file);
            },
        });
        return files;
    }
    async upload(from, files, to, progress) {
        if (files.length === 0)
            return;
        await requireSizes(from, files, this.doing('sending files to'));
        const begun = this.tools.clock.now().getTime();
        const total = files.reduce((sum, { size }) => sum + size, 0);
        const part = new ProgressSum(total, progress).part(total);
        await this.copy(this.doing('sending files to'), from, rcloneArgument(this.location, to), files, part.reached);
        await this.requireSame(from, files, to);
        await this.dateAnew(files, to, begun - CLOCK_TOLERANCE_MS);
        part.done();
    }
    async download(from, files, to, progress) {
        if (files.length === 0)
            return;
        const doing = this.doing('fetching files from');
        await (0,file_errors/* orFileTrouble */.nD)(doing, () => (0,promises_.mkdir)(to, { recursive: true, mode: 0o700 }));
        const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
        const part = new ProgressSum(total, progress).part(total);
        await this.copy(doing, rcloneArgument(this.location, from), to, files, part.reached);
        await requireSizes(to, files.map(({ path: file, bytes }) => ({ path: file, size: bytes })), doing);
        part.done();
    }
    async read(file) {
        return this.inScratch(async (scratch) => {
            // `rclone cat` of a file that is not there may succeed, with nothing; so may a copy, but it leaves no file.
            await this.copy(this.doing(`reading ${file} in`), rcloneArgument(this.location), scratch, [{ path: file }]);
            return (0,file_errors/* ifThere */.y)((0,promises_.readFile)(external_node_path_.join(scratch, file), 'utf8'));
        });
    }
    async write(file, text) {
        await this.command.features();
        await this.inScratch(async (scratch) => {
            const local = external_node_path_.join(scratch, 'text');
            await (0,promises_.writeFile)(local, text, { mode: 0o600 });
            await this.command.run({
                doing: this.doing(`writing ${file} to`),
                args: ['copyto', '--ignore-times', local, rcloneArgument(this.location, file)],
            });
        });
    }
    async remove(paths) {
        if (paths.length === 0)
            return;
        const { isBucket } = await this.command.features();
        await this.command.run({
            doing: this.doing('removing files from'),
            args: ['delete', '--files-from-raw=-', rcloneArgument(this.location)],
            input: checkedNames(paths),
            accept: ABSENT,
        });
        if (isBucket)
            return;
        const folders = new Set(paths.map((file) => external_node_path_.posix.dirname(file).split('/').slice(0, 2).join('/')));
        for (const folder of [...folders].filter((each) => each !== '.')) {
            const args = ['rmdirs', rcloneArgument(this.location, folder)];
            await this.command.run({ doing: this.doing('removing empty folders from'), args, accept: ABSENT });
        }
    }
    async freeBytes() {
        const { tellsRoom } = await this.command.features();
        if (!tellsRoom)
            return null;
        const doing = this.doing('asking for the free space of');
        const answer = await this.command.output(doing, ['about', '--json', rcloneArgument(this.location)], ABSENT);
        // The folder of the store is not there before the first set.
        if (answer === '')
            return null;
        return readAnswer(answer, Room, doing).free ?? null;
    }
    /** Copies files that are not there with the same content; those that are not there to copy are left out silently. */
    async copy(doing, from, to, files, onBytes) {
        const { hasHashes } = await this.command.features();
        await this.command.run({
            doing,
            // Without checksums, rclone would take the same size for the same content.
            args: ['copy', hasHashes ? '--checksum' : '--ignore-times', '--no-traverse', '--files-from-raw=-', from, to],
            input: checkedNames(files.map((file) => file.path)),
            accept: ABSENT,
            ...(onBytes === undefined ? {} : { onBytes }),
        });
    }
    /** Compares by checksum what arrived with what is here; by content where the remote has no checksum of a file. */
    async requireSame(from, files, to) {
        const { hasHashes } = await this.command.features();
        const byHash = hasHashes ? await this.compare(from, files, to, []) : undefined;
        const same = byHash?.isCertain === true ? byHash.same : (await this.compare(from, files, to, ['--download'])).same;
        const differing = files.filter((file) => !same.has(file.path));
        if (differing.length === 0)
            return;
        throw new errors/* OperationError */.OK({
            doing: this.doing('comparing what arrived in'),
            problem: `${differing.length} of ${files.length} files are not there as they were sent, ${differing[0]?.path ?? ''} among them`,
            advice: 'Start again; should it happen once more, check the remote with `rclone check`.',
        });
    }
    async compare(from, files, to, options) {
        const same = new Set();
        const target = rcloneArgument(this.location, to);
        const { messages } = await this.command.run({
            doing: this.doing('comparing what arrived in'),
            args: ['check', '--one-way', '--combined=-', '--files-from-raw=-', ...options, from, target],
            input: checkedNames(files.map((file) => file.path)),
            // Differences are told by the lines.
            accept: [1, ...ABSENT],
            onLine: (line) => {
                if (line.startsWith('= '))
                    same.add(line.slice(2));
            },
        });
        return { same, isCertain: !messages.some((message) => message.includes('hashes could not be checked')) };
    }
    /**
     * rclone gives a file the date that it has here. What is written must have the date of its writing, so that it is not
     * taken for something that was left behind long ago.
     */
    async dateAnew(files, to, limit) {
        const { isBucket } = await this.command.features();
        if (isBucket)
            return;
        const sent = new Set(files.map((file) => file.path));
        const isOld = (await this.list(to)).some((file) => sent.has(file.path) && file.changed.getTime() < limit);
        if (!isOld)
            return;
        const args = ['touch', '--recursive', '--no-create', rcloneArgument(this.location, to)];
        await this.command.run({ doing: this.doing('dating the files of'), args });
    }
    listed(line) {
        const text = line.trim().replace(/,$/, '');
        if (!text.startsWith('{'))
            return undefined;
        try {
            const found = Listed.parse((0,bounded_json/* parseBoundedJson */.Rj)(text, bounded_json/* SMALL_JSON */.Rx));
            return { path: found.Path, bytes: found.Size, changed: new Date(found.ModTime) };
        }
        catch (cause) {
            throw new errors/* DamagedError */.Me({
                doing: this.doing('listing'),
                problem: `rclone listed something that cannot be read: ${text.slice(0, 200)}`,
                advice: 'Install a newer rclone, then start again.',
                cause,
            });
        }
    }
    inScratch(work) {
        return (0,file_errors/* orFileTrouble */.nD)(this.doing('using a temporary folder for'), () => withScratchFolder(this.tools.workspace, 'rclone', work));
    }
    doing(what) {
        return `${what} ${this.name}`;
    }
}
/** rclone reads a name a line. */
function checkedNames(paths) {
    const broken = paths.find((file) => /[\r\n]/.test(file));
    if (broken === undefined)
        return paths;
    throw new errors/* OperationError */.OK({
        doing: 'handing names of files to rclone',
        problem: `the name ${JSON.stringify(broken)} holds a line end`,
        advice: 'Rename it; files of sets never have such names.',
    });
}

// EXTERNAL MODULE: ./build/platform/owner.js
var platform_owner = __webpack_require__(65573);
// EXTERNAL MODULE: ./build/stores/measure-set.js
var measure_set = __webpack_require__(94702);
;// CONCATENATED MODULE: ./build/stores/remote-told.js



/**
 * Fetches small files that never change once they are there into a local folder, and takes those from the cache that an
 * earlier run has left there. A text of another size than the place lists is not believed.
 *
 * @param files relative to the root of the place, and then to the folder
 */
async function fetchTold(place, files, folder, cache) {
    const unknown = [];
    for (const file of files) {
        const text = await cache?.get(keyOf(place, file));
        if (text === undefined || Buffer.byteLength(text) !== file.bytes)
            unknown.push(file);
        else
            await keep(external_node_path_.join(folder, file.path), text);
    }
    if (unknown.length === 0)
        return;
    await place.download('', unknown, folder);
    if (cache === undefined)
        return;
    for (const file of unknown)
        await cache.put(keyOf(place, file), await (0,promises_.readFile)(external_node_path_.join(folder, file.path), 'utf8'));
}
async function keep(file, text) {
    await (0,files/* makeFolder */.fc)(external_node_path_.dirname(file));
    await (0,files/* writeWhole */.f8)(file, text);
}
/** Names one content of one file: whatever is written over it has another date or version. */
function keyOf(place, { path: file, bytes, changed, version }) {
    return JSON.stringify([place.name, file, bytes, changed.getTime(), version ?? null]);
}

;// CONCATENATED MODULE: ./build/stores/remote-sets.js







/** How often everything is listed anew when another run removes sets meanwhile. */
const remote_sets_TRIES = 3;
/** The files that a survey has found at the place of a set. */
function filesAt({ placed }, { id, type }) {
    return placed.find(({ set }) => set.id === id && set.type === type)?.files ?? [];
}
/**
 * Each place of a set with its files, of all that a place holds; whether they are a set or only the beginning or the end
 * of one.
 */
function placedSets(all) {
    const found = new Map();
    for (const file of all) {
        const [type = '', id = '', ...rest] = file.path.split('/');
        if (rest.length === 0 || !(0,set_place/* isTypeName */.Ai)(type) || !(0,set_place/* isSetId */.o6)(id))
            continue;
        const name = `${type}/${id}`;
        const placed = found.get(name) ?? { set: { id, type }, files: [] };
        found.set(name, placed);
        placed.files.push({ ...file, path: rest.join('/') });
    }
    return [...found.values()].sort((a, b) => (0,set_place/* newestFirst */.ll)(a.set, b.set));
}
/** Without a manifest it is not a set yet, or no more. */
function hasManifest({ files }) {
    return files.some((file) => file.path === backup_set/* SET */.rK.manifest);
}
/** Reads what sets say of themselves. Manifests and outcomes never change, so each is fetched once in a run. */
class RemoteSets {
    place;
    tools;
    manifests = new Map();
    outcomes = new Map();
    constructor(place, tools) {
        this.place = place;
        this.tools = tools;
    }
    async list() {
        const found = [];
        for (const read of (await this.survey()).read) {
            const measured = await this.measured(read);
            if (measured !== null)
                found.push(measured);
        }
        return { sets: found.filter(measure_set/* isSet */.vM), broken: found.filter((one) => !(0,measure_set/* isSet */.vM)(one)) };
    }
    /** The newest set decides whose manifest can be read, whole or not: a damaged set is still of its series. */
    async series() {
        return seriesOf((await this.survey()).read);
    }
    /** Everything that is there, by one list. */
    async survey() {
        for (let tries = 1;; tries++) {
            const placed = placedSets(await this.place.list(''));
            const visible = placed.filter(hasManifest);
            try {
                await this.fetch(visible);
                return { placed, read: visible.map((one) => this.remembered(one)) };
            }
            catch (error) {
                // What another run has just removed cannot be fetched; then it is not listed any more either.
                if (tries >= remote_sets_TRIES)
                    throw error;
            }
        }
    }
    /**
     * A list is no instant's picture: of a set that is committed or removed meanwhile it may show the manifest and miss
     * files. So what looks broken is looked at once more.
     */
    async measured(read) {
        const first = measure(read);
        if ((0,measure_set/* isSet */.vM)(first) || typeof read.manifest === 'string')
            return first;
        const files = await this.place.list((0,set_place/* nameOfSet */.hW)(read.set));
        return hasManifest({ ...read, files }) ? measure({ ...read, files }) : null;
    }
    async fetch(placed) {
        const unread = placed.filter((one) => !this.isRemembered(one));
        if (unread.length === 0)
            return;
        const wanted = unread.flatMap(({ set, files }) => files.filter(isTold).map((file) => ({ ...file, path: `${(0,set_place/* nameOfSet */.hW)(set)}/${file.path}` })));
        await withScratchFolder(this.tools.workspace, 'listing', async (folder) => {
            await fetchTold(this.place, wanted, folder, this.tools.listingCache);
            for (const one of unread)
                await this.remember(one, external_node_path_.join(folder, one.set.type, one.set.id));
        });
    }
    isRemembered(placed) {
        return this.manifests.has(manifestKey(placed)) && this.outcomes.has(outcomesKey(placed));
    }
    async remember(placed, folder) {
        this.manifests.set(manifestKey(placed), await (0,measure_set/* manifestOrWhy */.v7)(folder));
        const tell = (note) => {
            this.tools.logger.warning(note.replaceAll(folder, `${this.place.name}/${(0,set_place/* nameOfSet */.hW)(placed.set)}`));
        };
        this.outcomes.set(outcomesKey(placed), await (0,proofs/* readProofs */.OR)(folder, tell));
    }
    remembered(placed) {
        const manifest = this.manifests.get(manifestKey(placed)) ?? 'its manifest was not fetched';
        return { ...placed, manifest, later: this.outcomes.get(outcomesKey(placed)) ?? [] };
    }
}
/** The series that sets are of, newest first: of the first one that tells. */
function seriesOf(sets) {
    const told = sets.map(({ manifest }) => manifest).find((manifest) => typeof manifest === 'object');
    return told?.series ?? null;
}
function measure({ set, files, manifest, later }) {
    return (0,measure_set/* measuredSet */.R$)(set, manifest, new Map(files.map((file) => [file.path, file.bytes])), later);
}
/** What is read to list a set. */
function isTold({ path: file }) {
    return file === backup_set/* SET */.rK.manifest || /^proofs\/[^/]+\.json$/.test(file);
}
function manifestKey({ set, files }) {
    return remote_sets_keyOf(set, files.filter((file) => file.path === backup_set/* SET */.rK.manifest));
}
function outcomesKey({ set, files }) {
    return remote_sets_keyOf(set, files.filter((file) => isTold(file) && file.path !== backup_set/* SET */.rK.manifest));
}
function remote_sets_keyOf(set, files) {
    const told = files.map(({ path: file, bytes, changed, version }) => [file, bytes, changed.getTime(), version ?? null]);
    return JSON.stringify([(0,set_place/* nameOfSet */.hW)(set), told.sort()]);
}

;// CONCATENATED MODULE: ./build/stores/remote-incoming.js







/** A set that is written in a local folder and sent from there. */
class RemoteIncoming {
    set;
    folder;
    parts;
    onCommit;
    isCommitted = false;
    /** @param onCommit called once the set is visible; the folder is kept then */
    constructor(set, folder, parts, onCommit) {
        this.set = set;
        this.folder = folder;
        this.parts = parts;
        this.onCommit = onCommit;
    }
    /** Nobody should write a set for long that cannot be committed then. */
    async refuseExisting(place) {
        const there = await place.read(`${(0,set_place/* nameOfSet */.hW)(this.set)}/${backup_set/* SET */.rK.manifest}`);
        if (there !== undefined)
            throw (0,set_place/* alreadyThere */.pL)(this.parts.transfer.location, `beginning the set ${(0,set_place/* nameOfSet */.hW)(this.set)}`);
    }
    async send(progress) {
        const doing = `sending the set ${(0,set_place/* nameOfSet */.hW)(this.set)}`;
        await (0,file_errors/* orFileTrouble */.nD)(doing, async () => {
            await this.parts.transfer.send(await (0,set_files/* wholeSet */.i6)(this.folder, this.set, doing), progress);
        });
    }
    async commit() {
        const { transfer, sets } = this.parts;
        const doing = `committing the set ${(0,set_place/* nameOfSet */.hW)(this.set)} to ${transfer.location}`;
        await (0,file_errors/* orFileTrouble */.nD)(doing, async () => {
            const local = await (0,set_files/* wholeSet */.i6)(this.folder, this.set, doing);
            await transfer.send(local);
            const survey = await sets.survey();
            (0,set_place/* refuseForeign */.re)(seriesOf(survey.read), local.manifest.series, doing);
            await transfer.show(local, filesAt(survey, this.set));
        });
        this.isCommitted = true;
        this.onCommit();
        return { folder: this.folder, location: transfer.location };
    }
    async discard() {
        if (this.isCommitted)
            return;
        await this.parts.transfer.withdraw();
        await (0,file_errors/* orFileTrouble */.nD)(`discarding the set ${(0,set_place/* nameOfSet */.hW)(this.set)}`, () => (0,promises_.rm)(external_node_path_.dirname(this.folder), { recursive: true, force: true }));
    }
}

// EXTERNAL MODULE: ./build/stores/waiting.js
var waiting = __webpack_require__(82836);
;// CONCATENATED MODULE: ./build/stores/remote-lock.js



/** How often one who holds the lock, or waits for it, shows that it lives. */
const BEAT_MS = 30_000;
/** Without a sign of life for so long, one who runs elsewhere counts as dead: several missed beats. */
const SILENCE_MS = 150_000;
/** Looks cost a program or a request each: often at first, then seldom. */
const POLL = { first: 200, most: 3_000, growth: 1.5 };
/** One who could not show that it lives for so long may have been taken for dead, and does not go on as if nothing was. */
const DOUBT_MS = SILENCE_MS / 2;
/** How often one's own mark may be missing before the place is not believed any more. */
const MOST_MISSING = 5;
/**
 * Takes an exclusive lock at a place that can do no more than write, list and remove files: no conditional writes, no
 * renames, and a list that is no instant's picture.
 *
 * It is Lamport's bakery. Everybody puts down a mark, a file whose name holds a number: 0 when he comes in. Whoever finds
 * himself alone then has the lock, because each one who comes later sees his mark. Otherwise he takes a number that is
 * larger than all he sees, and only then takes his 0 away. He waits until nobody is there with a 0, who may be about to
 * take a smaller number, and then, by lists that began after that, until nobody has a smaller number.
 *
 * Throws `OperationError` naming the holder when it takes longer than `patience`.
 */
async function takeRemoteLock(lock, doing, tools) {
    const contender = new Contender(lock, doing, tools);
    try {
        await contender.enter();
        let poll = POLL.first;
        const pace = () => Math.min((poll *= POLL.growth), POLL.most);
        await (0,waiting/* waitForTurn */.qg)({ what: lock.what, look: () => contender.look(), pace }, doing, tools);
    }
    catch (error) {
        await contender.leave('debug');
        throw error;
    }
    return contender.hold();
}
/** The marks among the files of a lock's folder; undefined for other files. */
function markOf(folder, listed) {
    const [, number, token] = /^(\d{8})-([0-9a-f-]{36})\.json$/.exec(listed.path) ?? [];
    if (number === undefined || token === undefined)
        return undefined;
    return { file: `${folder}/${listed.path}`, number: Number(number), token, listed };
}
class Contender {
    lock;
    tools;
    mine;
    silence;
    owners = new Map();
    /** Our marks that are there, or may be. The last is the one that counts. */
    marks = [];
    number = 0;
    /** Whether, since we have our number, nobody was there without one. */
    isOrdered = false;
    /** How often in a row our mark was not listed. */
    missing = 0;
    beats = 0;
    shown = 0;
    beat;
    /** What is being written; one thing at a time, so that no late beat brings back a mark that was removed. */
    writing = Promise.resolve();
    constructor(lock, doing, tools) {
        this.lock = lock;
        this.tools = tools;
        this.mine = (0,platform_owner/* ownerHere */.Wr)(doing, tools.clock.now());
        this.silence = new waiting/* Silence */.Ah(tools.clock);
    }
    /** Comes in, without a number yet. */
    async enter() {
        await this.inTurn(() => this.removeMarks(this.marks));
        this.number = 0;
        this.isOrdered = false;
        await this.putMark();
    }
    async look() {
        const { place, folder } = this.lock;
        const marks = (await place.list(folder)).map((file) => markOf(folder, file)).filter((mark) => mark !== undefined);
        const isListed = marks.some(({ file }) => file === this.marks.at(-1));
        if (!isListed && ++this.missing >= MOST_MISSING)
            throw forgetful(this.lock, this.mine.doing);
        // One who was taken for dead, as after a long sleep, has lost his place in the row, and must not take it again.
        if (!isListed || this.silentFor() > DOUBT_MS)
            return this.comeAgain();
        this.missing = 0;
        if (this.silentFor() > BEAT_MS)
            await this.inTurn(() => this.show());
        const others = await this.living(marks.filter(({ token }) => token !== this.mine.token));
        if (this.number === 0)
            return others.length === 0 ? 'ours' : this.takeNumber(others);
        return this.isOrdered ? this.ahead(others) : this.awaitOrder(others);
    }
    /** From now on the lock is ours, and we show that we live. */
    hold() {
        this.beat = setInterval(() => {
            // A missed beat is no harm, and the next one comes.
            void this.inTurn(() => this.showAgain()).catch(() => undefined);
        }, BEAT_MS);
        this.beat.unref();
        return () => this.leave();
    }
    /** Goes away. What cannot be removed is told: others find it silent after a while. */
    async leave(level = 'warning') {
        clearInterval(this.beat);
        const away = () => this.inTurn(() => this.removeMarks(this.marks));
        try {
            await away().catch(away);
        }
        catch (error) {
            this.tools.logger[level](`The lock ${this.marks.join(', ')} of ${this.lock.place.name} could not be given back, so the next run has to wait for it: ${(0,errors/* messageOf */.bD)(error)}`);
        }
    }
    async comeAgain() {
        await this.enter();
        return null;
    }
    async takeNumber(others) {
        this.number = 1 + Math.max(...others.map(({ number }) => number));
        await this.putMark();
        await this.inTurn(() => this.removeMarks(this.marks.slice(0, -1)));
        return this.look();
    }
    awaitOrder(others) {
        const unordered = others.find(({ number }) => number === 0);
        if (unordered !== undefined)
            return Promise.resolve(this.owners.get(unordered.token) ?? null);
        this.isOrdered = true;
        // What came in while the list was made may be missing in it; a list from now on has all that can go before us.
        return this.look();
    }
    ahead(others) {
        const [first] = others
            .filter(({ number }) => number !== 0)
            .filter(({ number, token }) => number < this.number || (number === this.number && token < this.mine.token))
            .sort((a, b) => a.number - b.number || (a.token < b.token ? -1 : 1));
        return first === undefined ? 'ours' : (this.owners.get(first.token) ?? null);
    }
    /** Those of whom it is not known that they are dead; the marks of the dead are removed. */
    async living(marks) {
        const living = [];
        for (const mark of marks) {
            if (await this.isDead(mark))
                await this.lock.place.remove([mark.file]);
            else
                living.push(mark);
        }
        return living;
    }
    async isDead({ file, token, listed }) {
        let owner = this.owners.get(token);
        if (owner === undefined) {
            const note = await this.lock.place.read(file);
            owner = note === undefined ? null : (0,waiting/* ownerOf */.bf)(note);
            if (note !== undefined)
                this.owners.set(token, owner);
        }
        const life = owner === null ? 'elsewhere' : (0,platform_owner/* lifeOf */.c_)(owner);
        if (life !== 'elsewhere')
            return life === 'dead';
        return this.silence.of(file, signOf(listed)) > SILENCE_MS;
    }
    async putMark() {
        const name = `${String(this.number).padStart(8, '0')}-${this.mine.token}.json`;
        await this.inTurn(async () => {
            this.marks.push(`${this.lock.folder}/${name}`);
            await this.show();
        });
    }
    /** Writes the mark that counts, anew each time. */
    async show() {
        const mark = this.marks.at(-1);
        if (mark === undefined)
            return;
        await this.lock.place.write(mark, `${JSON.stringify({ ...this.mine, beat: ++this.beats })}\n`);
        this.shown = this.tools.clock.monotonic();
    }
    /** A mark that was taken away is not brought back: somebody else may have the lock by now. */
    async showAgain() {
        const mark = this.marks.at(-1);
        if (mark === undefined)
            return;
        if ((await this.lock.place.read(mark)) !== undefined)
            return this.show();
        clearInterval(this.beat);
        this.tools.logger.warning(`Another run has taken over ${this.lock.what} of ${this.lock.place.name}, because it did not hear of this one for long (${this.mine.doing}).`);
    }
    async removeMarks(marks) {
        if (marks.length === 0)
            return;
        await this.lock.place.remove(marks);
        this.marks = this.marks.filter((mark) => !marks.includes(mark));
    }
    /** Milliseconds since we have shown that we live. */
    silentFor() {
        return this.tools.clock.monotonic() - this.shown;
    }
    inTurn(work) {
        const done = this.writing.then(work, work);
        this.writing = done.catch(() => undefined);
        return done;
    }
}
/** What changes with every beat. */
function signOf({ bytes, changed, version }) {
    return `${bytes} ${changed.getTime()} ${version ?? ''}`;
}
function forgetful({ place, folder }, doing) {
    return new errors/* OperationError */.OK({
        doing,
        problem: `${place.name} does not list what was just written to ${folder}`,
        advice: 'Check that nothing else empties that folder, and that the place shows new files at once.',
    });
}

;// CONCATENATED MODULE: ./build/stores/remote-log.js




/** How often the log is read anew when another run writes to it meanwhile. */
const remote_log_TRIES = 3;
/**
 * Adds a line to the log of its day, by writing the whole file anew. Two at once would lose a line, so the caller holds
 * the lock of the log.
 */
async function appendToRemoteLog(place, line) {
    const file = `${set_place/* LOG */.$9}/${(0,log/* logFileOf */.Qw)(line)}`;
    const before = (await place.read(file)) ?? '';
    const torn = before !== '' && !before.endsWith('\n');
    await place.write(file, `${before}${torn ? '\n' : ''}${(0,log/* formatLine */.IL)(line)}`);
}
/** Removes what need not stay of the days before one, and tells of which days something went. */
async function removeOldRemoteLogs(place, before, dryRun) {
    const files = (await place.list(set_place/* LOG */.$9)).filter(({ path: name }) => (0,log/* dayOfLogFile */.Ow)(name) !== undefined);
    const names = files.map(({ path: name }) => name).filter((name) => name.slice(0, 10) < before);
    const removed = [];
    for (const name of names.sort()) {
        const file = `${set_place/* LOG */.$9}/${name}`;
        const text = (await place.read(file)) ?? '';
        const staying = (0,log/* linesThatStay */.Qr)(text);
        const bytes = Buffer.byteLength(text) - Buffer.byteLength(staying);
        if (bytes === 0)
            continue;
        if (!dryRun)
            await (staying === '' ? place.remove([file]) : place.write(file, staying));
        removed.push({ day: name.slice(0, 10), bytes });
    }
    return removed;
}
/** All lines since an instant, oldest first; only the days that may have some are fetched. */
async function readRemoteLog(place, since, workspace) {
    return withScratchFolder(workspace, 'log', async (folder) => {
        await fetchDays(place, since, folder);
        return (0,directory_log/* readLogSince */.ZO)(folder, since);
    });
}
async function fetchDays(place, since, folder) {
    for (let tries = 1;; tries++) {
        const days = (await place.list(set_place/* LOG */.$9)).filter((file) => isOfDaySince(file, since));
        if (days.length === 0)
            return;
        try {
            await place.download(set_place/* LOG */.$9, days, folder);
            return;
        }
        catch (error) {
            // A file that grew since it was listed is refused, rightly; then it is listed again.
            if (tries >= remote_log_TRIES)
                throw error;
        }
    }
}
function isOfDaySince({ path: name }, since) {
    const day = (0,log/* dayOfLogFile */.Ow)(name);
    return day !== undefined && name.slice(0, 10) >= since.toISOString().slice(0, 10);
}

// EXTERNAL MODULE: ./build/backup/checksums.js
var checksums = __webpack_require__(951);
;// CONCATENATED MODULE: ./build/stores/remote-open.js











/** How many files are read at a time. */
const READERS = 4;
/** Fetches sets from a place, and once more what did not come as it should be. */
class SetFetcher {
    place;
    tools;
    constructor(place, tools) {
        this.place = place;
        this.tools = tools;
    }
    /** Into a folder of its own, in another of its own. */
    async fetch(set, progress) {
        const files = (await this.place.list((0,set_place/* nameOfSet */.hW)(set))).filter((file) => this.isInside(set, file));
        if (!hasManifest({ files }))
            throw (0,set_place/* noSuchSet */.LK)(set, 'opening', this.place.name);
        const above = await this.tools.workspace.folder(`${set.type}-${set.id}`);
        const folder = external_node_path_.join(above, 'set');
        try {
            await this.place.download((0,set_place/* nameOfSet */.hW)(set), files, folder, progress);
            await this.mend(set, files, folder);
            return folder;
        }
        catch (error) {
            await (0,promises_.rm)(above, { recursive: true, force: true });
            throw error;
        }
    }
    /** Fetches once more what is not as it should be. What still is not was damaged there, and stays to be examined. */
    async mend(set, files, folder) {
        const mended = new Set();
        for (;;) {
            const wrong = await this.wrongFiles(folder);
            if (wrong.length === 0)
                return;
            const names = new Set(wrong.map((one) => one.path).filter((file) => !mended.has(file)));
            const again = files.filter((file) => names.has(file.path));
            if (again.length === 0) {
                this.tellDamage(set, wrong);
                return;
            }
            for (const { path: file } of again) {
                mended.add(file);
                await (0,promises_.rm)(external_node_path_.join(folder, file), { recursive: true, force: true });
            }
            await this.place.download((0,set_place/* nameOfSet */.hW)(set), again, folder);
        }
    }
    tellDamage(set, [first, ...others]) {
        const more = others.length > 0 ? ` (and ${others.length} more)` : '';
        this.tools.logger.warning(`The set ${(0,set_place/* nameOfSet */.hW)(set)} is damaged in ${this.place.name}: ${first?.why ?? ''}${more}. It was fetched as it is.`);
    }
    /** While the manifest is in doubt, nothing else can be judged by it. */
    async wrongFiles(folder) {
        const manifest = await (0,measure_set/* manifestOrWhy */.v7)(folder);
        const why = typeof manifest === 'string' ? manifest : await wrongChecksums(folder, manifest);
        if (typeof manifest === 'string' || why !== null) {
            return [backup_set/* SET */.rK.manifest, backup_set/* SET */.rK.checksums].map((file) => ({ path: file, why: why ?? '' }));
        }
        const looks = await (0,parallel/* inParallel */.H)(manifest.files, READERS, (file) => this.wrongIn(folder, file));
        return looks.filter((look) => look !== null);
    }
    async wrongIn(folder, file) {
        const { signal } = this.tools;
        const found = await (0,file_errors/* ifThere */.y)((0,backup_sha256/* sha256OfFile */.V)(external_node_path_.join(folder, file.path), { signal }));
        const why = (0,set_files/* difference */.iv)(file, found);
        return why === null ? null : { path: file.path, why };
    }
    /** A place that is not a file system may hold names that lead out of the folder that they are fetched into. */
    isInside(set, file) {
        const isOutside = file.path.split('/').some((part) => part === '' || part === '.' || part === '..');
        if (isOutside) {
            this.tools.logger.warning(`"${file.path}" in ${this.place.name}/${(0,set_place/* nameOfSet */.hW)(set)} is no path inside the set and is not fetched.`);
        }
        return !isOutside;
    }
}
async function wrongChecksums(folder, manifest) {
    const text = await (0,file_errors/* ifThere */.y)((0,promises_.readFile)(external_node_path_.join(folder, backup_set/* SET */.rK.checksums), 'utf8'));
    const own = { path: backup_set/* SET */.rK.manifest, ...(await (0,backup_sha256/* sha256OfFile */.V)(external_node_path_.join(folder, backup_set/* SET */.rK.manifest))) };
    return text === (0,checksums/* checksumsText */.cV)([...manifest.files, own]) ? null : set_files/* OTHER_CHECKSUMS */.Cb;
}

// EXTERNAL MODULE: ./build/stores/taken-error.js
var taken_error = __webpack_require__(99967);
;// CONCATENATED MODULE: ./build/stores/remote-transfer.js








/** A note that a set is half there and that the next run goes on with it; it has no meaning but its age. */
const UNFINISHED = 'unfinished.json';
/** Where the marks are of those who send a set. */
function claimFolder(set) {
    return `${set_place/* INCOMING */.BG}/${set.type}-${set.id}`;
}
/**
 * Sends one set to a place: all of it but the manifest, then, when somebody says so, the manifest, which makes it visible.
 * While it is sent, a claim keeps other runs from sending the same one.
 */
class Transfer {
    place;
    errand;
    tools;
    unclaim;
    /** SHA-256 by path of what was sent and compared. */
    sent = new Map();
    /** Whether a manifest that is there may be ours. One of another run makes a set of what is there, not ours to remove. */
    mayBeShown = false;
    set;
    constructor(place, errand, tools) {
        this.place = place;
        this.errand = errand;
        this.tools = tools;
        this.set = errand.set;
    }
    /** Where the set is going to be, as a person would write it. */
    get location() {
        return (0,set_place/* locationOfSet */.pe)(this.place.name, this.set);
    }
    /**
     * Sends what was not sent yet, all but the manifest, and meanwhile reads it and compares it with what it must be.
     *
     * Throws `OperationError` when another run is sending this set, or a set is there already.
     */
    async send({ files }, progress) {
        await this.claim(files);
        const left = files.filter(({ path: file, sha256 }) => file !== backup_set/* SET */.rK.manifest && this.sent.get(file) !== sha256);
        if (left.length === 0)
            return;
        await (0,parallel/* inParallel */.H)([
            () => this.place.upload(this.errand.from, left, (0,set_place/* nameOfSet */.hW)(this.set), progress),
            () => (0,set_files/* compareFiles */.hZ)(this.errand.from, left, this.errand.doing, { signal: this.tools.signal }),
        ], 2, (work) => work());
        for (const { path: file, sha256 } of left)
            this.sent.set(file, sha256);
    }
    /**
     * Makes the set visible, if all of it is there. The caller holds the store's lock.
     *
     * @param there what was listed for it since everything was sent
     */
    async show({ files }, there) {
        const sizes = new Map(there.map((file) => [file.path, file.bytes]));
        if (sizes.has(backup_set/* SET */.rK.manifest) && this.errand.kind !== 'mending')
            throw (0,set_place/* alreadyThere */.pL)(this.location, this.errand.doing);
        const manifest = files.filter(({ path: file }) => file === backup_set/* SET */.rK.manifest);
        const missing = files.find((file) => !manifest.includes(file) && sizes.get(file.path) !== file.size);
        if (missing !== undefined)
            throw remote_transfer_notArrived(missing, sizes.get(missing.path), this.location, this.errand.doing);
        this.mayBeShown = true;
        try {
            await this.place.upload(this.errand.from, manifest, (0,set_place/* nameOfSet */.hW)(this.set));
        }
        catch (error) {
            this.mayBeShown = !(error instanceof taken_error/* TakenError */.G);
            await this.hide();
            throw error;
        }
        await this.removeNote();
        await this.release();
    }
    /** Removes what was sent. Does nothing once it is shown, or when nothing was. */
    async withdraw() {
        if (this.unclaim === undefined)
            return;
        try {
            const files = await this.place.list((0,set_place/* nameOfSet */.hW)(this.set));
            if (this.mayBeShown || !hasManifest({ files }))
                await removeSetFiles(this.place, this.set, files);
        }
        catch (error) {
            this.tools.logger.warning(`What was sent of ${this.location} could not be removed, and is swept by a later run: ${(0,errors/* messageOf */.bD)(error)}`);
        }
        await this.release();
    }
    /** Lets other runs send this set; what was sent stays. */
    async release() {
        const { unclaim } = this;
        this.unclaim = undefined;
        await unclaim?.();
    }
    async claim(files) {
        if (this.unclaim !== undefined)
            return;
        const name = (0,set_place/* nameOfSet */.hW)(this.set);
        const claim = { place: this.place, folder: claimFolder(this.set), what: `the place of the set ${name}` };
        const unclaim = await takeRemoteLock(claim, this.errand.doing, this.tools);
        try {
            await this.makeRoom(files);
            await this.writeNote();
        }
        catch (error) {
            await unclaim();
            throw error;
        }
        this.unclaim = unclaim;
    }
    get note() {
        return `${claimFolder(this.set)}/${UNFINISHED}`;
    }
    async writeNote() {
        const { kind, doing } = this.errand;
        if (kind !== 'new')
            await this.place.write(this.note, `${JSON.stringify({ doing })}\n`);
    }
    /** The note is of no use any more; where it stays, a later run sweeps it. */
    async removeNote() {
        if (this.errand.kind === 'new')
            return;
        await this.place.remove([this.note]).catch((error) => {
            this.tools.logger.debug(`${this.note} could not be removed from ${this.place.name}: ${(0,errors/* messageOf */.bD)(error)}`);
        });
    }
    /** Removes what half a set of the same name has left that is not of this one. A whole one is not touched. */
    async makeRoom(files) {
        if (this.errand.kind === 'mending')
            return;
        const there = await this.place.list((0,set_place/* nameOfSet */.hW)(this.set));
        if (hasManifest({ files: there }))
            throw (0,set_place/* alreadyThere */.pL)(this.location, this.errand.doing);
        const wanted = new Set(files.map((file) => file.path));
        const others = there.filter((file) => !wanted.has(file.path));
        await removeSetFiles(this.place, this.set, others);
    }
    /** After a manifest that did not arrive, or of which that is not known. */
    async hide() {
        if (!this.mayBeShown || this.errand.kind === 'mending')
            return;
        try {
            await this.place.remove([`${(0,set_place/* nameOfSet */.hW)(this.set)}/${backup_set/* SET */.rK.manifest}`]);
        }
        catch (error) {
            this.tools.logger.warning(`Whether ${this.location} became visible is not known: ${(0,errors/* messageOf */.bD)(error)}`);
        }
    }
}
/** Removes files of a set, the manifest first, so that a reader sees the whole set or none. */
async function removeSetFiles(place, set, files) {
    const paths = files.map((file) => `${(0,set_place/* nameOfSet */.hW)(set)}/${file.path}`);
    const manifest = `${(0,set_place/* nameOfSet */.hW)(set)}/${backup_set/* SET */.rK.manifest}`;
    if (paths.includes(manifest))
        await place.remove([manifest]);
    const rest = paths.filter((file) => file !== manifest);
    if (rest.length > 0)
        await place.remove(rest);
}
function remote_transfer_notArrived(file, bytes, location, doing) {
    const found = bytes === undefined ? 'is not there' : `has ${bytes} bytes there`;
    return new errors/* OperationError */.OK({
        doing,
        problem: `${file.path} was sent with ${file.size} bytes and ${found}`,
        advice: `The set was not made visible. See whether something else removes files from ${location}, and start again.`,
    });
}

;// CONCATENATED MODULE: ./build/stores/remote-sweep.js






/** A mark is written anew twice a minute; after so long without, its run has died elsewhere. */
const SILENT_MS = 60 * 60 * 1000;
/** A copy that broke off is gone on with by the next run; so long it is kept for that one. */
const UNFINISHED_MS = 36 * 60 * 60 * 1000;
/**
 * Removes what killed runs left: marks of the dead, and files of sets that have no manifest and that nobody sends. Ages
 * are by the place's own clock, which is read off a file that is written for that.
 *
 * @param locks folder of the locks
 * @param clock only for notes that are shown; no age is taken from it
 */
async function sweepPlace(place, locks, clock) {
    const { half, dead } = await remote_sweep_abandoned(place, locks, clock);
    const swept = [];
    for (const { set, files } of half) {
        await removeSetFiles(place, set, files);
        swept.push((0,set_place/* nameOfSet */.hW)(set));
    }
    if (dead.length > 0)
        await place.remove(dead.map((file) => file.path));
    const unseen = (await place.sweep?.()) ?? [];
    return [...swept, ...dead.map((file) => file.path), ...unseen];
}
/** What `sweepPlace` would remove, but for what the place shows in no list. */
async function abandonedAt(place, locks, clock) {
    const { half, dead } = await remote_sweep_abandoned(place, locks, clock);
    return [
        ...half.map(({ set, files }) => ({
            name: (0,set_place/* nameOfSet */.hW)(set),
            bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        })),
        ...dead.map(({ path: name, bytes }) => ({ name, bytes })),
    ];
}
async function remote_sweep_abandoned(place, locks, clock) {
    const all = await place.list('');
    const placed = placedSets(all);
    const half = placed.filter((one) => !hasManifest(one));
    const marks = [...(await claimsBeside(place, all, half)), ...below(all, locks)];
    const dead = await deadAmong(place, marks, placed, clock);
    const kept = marks.filter((file) => !dead.includes(file));
    return { half: half.filter((one) => !isClaimed(one, kept)), dead };
}
/** A claim is there before the first file of its set, so it is surely in a list that begins after that file was seen. */
async function claimsBeside(place, all, half) {
    if (half.length === 0)
        return below(all, set_place/* INCOMING */.BG);
    return (await place.list(set_place/* INCOMING */.BG)).map((file) => ({ ...file, path: `${set_place/* INCOMING */.BG}/${file.path}` }));
}
function below(all, folder) {
    return all.filter((file) => file.path.startsWith(`${folder}/`));
}
/** Whether somebody sends this set, or the next run is to go on with it. */
function isClaimed({ set }, marks) {
    return marks.some((file) => file.path.startsWith(`${claimFolder(set)}/`));
}
async function deadAmong(place, marks, placed, clock) {
    const whole = new Set(placed.filter(hasManifest).map(({ set }) => `${claimFolder(set)}/${UNFINISHED}`));
    let time;
    const ageOf = async (file) => (await (time ??= clockOf(place, clock.now()))) - file.changed.getTime();
    const dead = [];
    for (const file of marks) {
        const isDead = file.path.endsWith(`/${UNFINISHED}`)
            ? whole.has(file.path) || (await ageOf(file)) > UNFINISHED_MS
            : await isOfTheDead(place, file, ageOf);
        if (isDead)
            dead.push(file);
    }
    return dead;
}
async function isOfTheDead(place, file, ageOf) {
    const note = await place.read(file.path);
    const owner = note === undefined ? null : (0,waiting/* ownerOf */.bf)(note);
    const life = owner === null ? 'elsewhere' : (0,platform_owner/* lifeOf */.c_)(owner);
    return life === 'dead' || (life === 'elsewhere' && (await ageOf(file)) > SILENT_MS);
}
/** What time it is at the place. */
async function clockOf(place, now) {
    const name = `clock-${(0,external_node_crypto_.randomBytes)(6).toString('hex')}`;
    const owner = (0,platform_owner/* ownerHere */.Wr)('reading the clock of the place', now);
    await place.write(`${set_place/* INCOMING */.BG}/${name}`, JSON.stringify(owner));
    const written = (await place.list(set_place/* INCOMING */.BG)).find((file) => file.path === name);
    await place.remove([`${set_place/* INCOMING */.BG}/${name}`]);
    // Without it, nothing is so old that it could be removed.
    return written?.changed.getTime() ?? -Infinity;
}

// EXTERNAL MODULE: ./build/stores/store.js
var store = __webpack_require__(10346);
;// CONCATENATED MODULE: ./build/stores/remote.js





















/** How long to wait for another run on the same store: longer than a rotation or a commit ever takes. */
const PATIENCE_MS = 15 * 60 * 1000;
/** How long to wait for another run that sends the same set: just long enough to see whether it lives. */
const CLAIM_PATIENCE_MS = 3 * 60 * 1000;
/** The locks: one over which sets there are, and one over the log, which is held for a moment only. */
const LOCKS = { all: '.lock', store: '.lock/store', log: '.lock/log' };
/**
 * A store at a place off this machine, laid out as design section 3 says. Sets are written in a folder of the workspace
 * and sent file by file; what makes one visible is its manifest, which is sent last and removed first.
 */
class RemoteStore {
    place;
    tools;
    name;
    sets;
    fetched;
    /** Folders of sets that were written in this run, by the names of the sets. */
    staged = new Map();
    constructor(place, tools) {
        this.place = place;
        this.tools = tools;
        this.name = place.name;
        this.sets = new RemoteSets(place, tools);
        const fetcher = new SetFetcher(place, tools);
        this.fetched = new FetchedFolders((set, progress) => fetcher.fetch(set, progress));
    }
    async checkWritable() {
        for (const limit of this.place.limits ?? [])
            this.tools.logger.info(`${this.name}: ${limit.replace(/\.$/, '')}.`);
        const probe = `${set_place/* INCOMING */.BG}/probe-${(0,external_node_crypto_.randomBytes)(6).toString('hex')}`;
        const text = JSON.stringify((0,platform_owner/* ownerHere */.Wr)('seeing whether it can be written to', this.tools.clock.now()));
        try {
            await this.place.write(probe, text);
            const read = await this.place.read(probe);
            if (read !== text)
                throw unfaithful(this.name, read);
        }
        finally {
            await this.place.remove([probe]);
        }
    }
    /** Of the place, and of the workspace, where sets are written before they are sent. */
    async freeBytes() {
        const there = await this.place.freeBytes();
        return Math.min(there ?? Infinity, await freeInWorkspace(this.tools.workspace));
    }
    async series() {
        return this.sets.series();
    }
    async list() {
        return this.sets.list();
    }
    async begin(id, type) {
        const set = (0,set_place/* checkedPlace */.fb)({ id, type });
        const folder = external_node_path_.join(await this.tools.workspace.folder(`${type}-${id}`), 'set');
        await (0,file_errors/* orFileTrouble */.nD)(`beginning the set ${(0,set_place/* nameOfSet */.hW)(set)}`, () => (0,promises_.mkdir)(folder, { mode: 0o700 }));
        const doing = `sending the set ${(0,set_place/* nameOfSet */.hW)(set)} to ${this.name}`;
        const errand = { set, from: folder, doing, kind: 'new' };
        const transfer = new Transfer(this.place, errand, this.waiting(CLAIM_PATIENCE_MS));
        const incoming = new RemoteIncoming(set, folder, { transfer, sets: this.sets }, () => {
            this.staged.set((0,set_place/* nameOfSet */.hW)(set), folder);
        });
        await incoming.refuseExisting(this.place);
        return incoming;
    }
    async open(set, progress) {
        return (0,file_errors/* orFileTrouble */.nD)(`opening the set ${set.type}/${set.id} in ${this.name}`, () => this.fetched.open((0,set_place/* checkedPlace */.fb)(set), progress));
    }
    async readText(set, file) {
        return this.place.read(`${(0,set_place/* nameOfSet */.hW)((0,set_place/* checkedPlace */.fb)(set))}/${file}`);
    }
    /** Removes what was fetched; what was written here in this run, when it was not fetched. */
    async letGo(set) {
        const name = (0,set_place/* nameOfSet */.hW)(set);
        await (0,file_errors/* orFileTrouble */.nD)(`removing the local copy of ${name}`, async () => {
            const staged = this.staged.get(name);
            if ((await this.fetched.letGo(set)) || staged === undefined)
                return;
            this.staged.delete(name);
            await (0,promises_.rm)(external_node_path_.dirname(staged), { recursive: true, force: true });
        });
    }
    async put(folder, set, progress) {
        const place = (0,set_place/* checkedPlace */.fb)(set);
        const doing = `copying the set ${(0,set_place/* nameOfSet */.hW)(place)} to ${this.name}`;
        const local = await (0,file_errors/* orFileTrouble */.nD)(doing, () => (0,set_files/* setToCopy */.v_)(folder, place));
        const manifest = local.files.find((file) => file.path === backup_set/* SET */.rK.manifest);
        const there = await this.whatIsAt(place, manifest, doing);
        if (there === 'whole')
            return;
        (0,set_place/* refuseForeign */.re)(await this.series(), local.manifest.series, doing);
        const errand = {
            set: place,
            from: folder,
            doing,
            kind: there === 'broken' ? 'mending' : 'copy',
        };
        const transfer = new Transfer(this.place, errand, this.waiting(CLAIM_PATIENCE_MS));
        try {
            await transfer.send(local, progress);
            await (0,store/* withLock */.k)(this, doing, async () => {
                const survey = await this.sets.survey();
                (0,set_place/* refuseForeign */.re)(seriesOf(survey.read), local.manifest.series, doing);
                await transfer.show(local, filesAt(survey, place));
            });
        }
        finally {
            await transfer.release();
        }
    }
    async addProof(set, proof) {
        const name = (0,set_place/* nameOfSet */.hW)((0,set_place/* checkedPlace */.fb)(set));
        const files = await this.place.list(name);
        if (!hasManifest({ files }))
            throw (0,set_place/* noSuchSet */.LK)(set, 'recording an outcome of', this.name);
        const taken = files.map((file) => file.path).filter((file) => file.startsWith(`${backup_set/* SET */.rK.proofs}/`));
        const file = (0,proofs/* proofFileName */.eO)(proof, taken.map((each) => external_node_path_.posix.basename(each)));
        const text = (0,proofs/* proofText */.Qw)(proof);
        await this.place.write(`${name}/${backup_set/* SET */.rK.proofs}/${file}`, text);
        const local = await this.fetched.folderOf(set);
        if (local === undefined)
            return;
        await (0,file_errors/* orFileTrouble */.nD)(`recording an outcome in ${local}`, async () => {
            await (0,promises_.mkdir)(external_node_path_.join(local, backup_set/* SET */.rK.proofs), { recursive: true, mode: 0o700 });
            await (0,promises_.writeFile)(external_node_path_.join(local, backup_set/* SET */.rK.proofs, file), text, { mode: 0o600 });
        });
    }
    async remove(set) {
        const name = (0,set_place/* nameOfSet */.hW)((0,set_place/* checkedPlace */.fb)(set));
        const files = await this.place.list(name);
        if (!hasManifest({ files }))
            throw (0,set_place/* noSuchSet */.LK)(set, 'removing', this.name);
        await removeSetFiles(this.place, set, files);
    }
    async sweep() {
        return sweepPlace(this.place, LOCKS.all, this.tools.clock);
    }
    async leftovers() {
        return abandonedAt(this.place, LOCKS.all, this.tools.clock);
    }
    async lock(doing) {
        const lock = { place: this.place, folder: LOCKS.store, what: "the store's lock" };
        return takeRemoteLock(lock, doing, this.waiting(PATIENCE_MS));
    }
    async appendLog(line) {
        await this.withLogLock(`writing to the log of ${this.name}`, () => appendToRemoteLog(this.place, line));
    }
    async readLog(since) {
        return (0,file_errors/* orFileTrouble */.nD)(`reading the log of ${this.name}`, () => readRemoteLog(this.place, since, this.tools.workspace));
    }
    async removeLogsBefore(day, { dryRun = false } = {}) {
        const work = () => removeOldRemoteLogs(this.place, day, dryRun);
        return dryRun ? work() : this.withLogLock(`removing old logs of ${this.name}`, work);
    }
    async close() {
        await this.place.close?.();
    }
    /** Whether this very set is at its place already, whole or broken. Throws when another one is. */
    async whatIsAt(set, manifest, doing) {
        const text = await this.place.read(`${(0,set_place/* nameOfSet */.hW)(set)}/${backup_set/* SET */.rK.manifest}`);
        if (text === undefined)
            return 'no';
        if ((0,backup_sha256/* sha256OfText */.i)(text) !== manifest?.sha256)
            throw (0,set_place/* takenByAnother */.mW)((0,set_place/* locationOfSet */.pe)(this.name, set), doing);
        const { sets } = await this.list();
        return sets.some((one) => one.id === set.id && one.type === set.type) ? 'whole' : 'broken';
    }
    /** Files of the log are written anew as a whole, so one run at a time does it. */
    async withLogLock(doing, work) {
        const lock = { place: this.place, folder: LOCKS.log, what: 'the lock of the log' };
        const unlock = await takeRemoteLock(lock, doing, this.waiting(PATIENCE_MS));
        try {
            return await work();
        }
        finally {
            await unlock();
        }
    }
    waiting(patience) {
        return { patience, ...this.tools };
    }
}
function unfaithful(store, read) {
    return new errors/* OperationError */.OK({
        doing: `writing to the store ${store}`,
        problem: `what was written there ${read === undefined ? 'is not there' : 'is read back as something else'}`,
        advice: 'Check that nothing else changes the files there, and that no cache stands between this machine and it.',
    });
}

;// CONCATENATED MODULE: ./build/stores/rsync-errors.js
const NETWORK = 'Check the network and that the host is up; what has arrived is kept, and the next run goes on from there.';
/**
 * What rsync, ssh and the daemon say, most telling first. Their exit codes alone say little: the same broken start ends
 * with 12 or 255, whichever of two processes notices it first. `$host`, `$disk` and `$1` stand for what is known.
 */
const rsync_errors_MEANINGS = [
    {
        pattern: /host key for \S+ has changed|REMOTE HOST IDENTIFICATION HAS CHANGED/i,
        problem: 'the host key of $host is another than the known one',
        advice: 'Ask who runs the host whether its key was renewed; if not, somebody may stand in between. Then give the new line of known_hosts in ssh-known-hosts.',
    },
    {
        pattern: /Host key verification failed|No \S+ host key is known/i,
        problem: 'the host key of $host is not known, and unknown hosts are not connected to',
        advice: "Print its line with `ssh-keyscan -p PORT HOST`, compare it with the host's own key (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` there), and give it in ssh-known-hosts.",
    },
    {
        pattern: /Load key "?[^"\n]*"?: (.+)|UNPROTECTED PRIVATE KEY FILE/,
        problem: 'ssh cannot use the private key: $1',
        advice: 'Give ssh-key a private key without a passphrase (`-----BEGIN …`), whole, and with mode 0600 when it is a file.',
    },
    {
        pattern: /Permission denied \(([a-z][\w,-]*)\)/,
        problem: '$host accepted none of the keys ($1)',
        advice: "Check ssh-key and the user's name, and that the public key is in authorized_keys at the other end.",
    },
    {
        pattern: /Could not resolve hostname [^:]+: Temporary failure|failed in name resolution: Temporary|Try again/i,
        problem: 'the name of $host could not be looked up',
        advice: NETWORK,
        passes: true,
    },
    {
        pattern: /Could not resolve hostname|getaddrinfo: \S+|Name or service not known|unknown host/i,
        problem: 'there is no host by the name of $host',
        advice: "Check the host's name in the store's location.",
    },
    {
        pattern: /Failed to exec (\S+): No such file/,
        problem: 'the program $1 is not on this machine',
        advice: 'Install ssh (Debian, Ubuntu: apt-get install openssh-client), then start again.',
    },
    {
        pattern: /Another instance of rrsync/,
        problem: 'the restricted key at the other end takes one connection at a time, and another one is open',
        advice: 'Write -no-lock after rrsync in authorized_keys: two runs, or two steps of one, may come at the same time.',
        passes: true,
    },
    {
        pattern: /rrsync error: post-realpath open failed \(race detected\): (.+) No such file or directory/,
        problem: 'what was asked for is not there, or was moved meanwhile: $1',
        advice: 'The path is read from the folder on that rrsync is given in authorized_keys. See that nothing else moves or removes what is in it, then start again.',
    },
    {
        pattern: /rrsync error: (.+)|rrsync: (.+)/,
        problem: 'the restricted key at the other end refused it: $1',
        advice: 'The path is read from the folder on that rrsync is given in authorized_keys. Write it from there on, starting with a slash, and allow reading and writing (neither -ro nor -wo).',
    },
    {
        pattern: /command not found|code 127\)|rsync: not found|No such file or directory.*\brsync$/im,
        problem: 'there is no rsync at the other end',
        advice: 'Install rsync there, where the shell of that user finds it (Debian, Ubuntu: apt-get install rsync).',
    },
    {
        pattern: /is your shell clean|protocol version mismatch/,
        problem: 'what answers at the other end is not rsync alone',
        advice: 'The login shell of that user prints something before rsync starts (`ssh HOST true` must print nothing), or its rsync is too old; at least 3.1 is needed.',
    },
    {
        pattern: /on remote machine: (\S+): unknown option|(--\S+): unknown option|This rsync lacks/,
        problem: 'the rsync at the other end does not know the option $1',
        advice: 'Install rsync 3.1 or newer there (rsync --version tells which it is). For --mkpath, which is of 3.2.3, making the folder of the store there is enough.',
    },
    {
        pattern: /configured to refuse (--\S+)/,
        problem: 'the daemon is configured to refuse $1',
        advice: 'Take that option out of "refuse options" of the module in rsyncd.conf.',
    },
    {
        pattern: /auth failed on module (\S+)/,
        problem: 'the daemon did not accept the user or the password for the module $1',
        advice: "Check the user's name in the store's location, rsync-password, and the secrets file of the daemon (mode 0600).",
    },
    {
        pattern: /Unknown module '?([^'\n]+)'?/,
        problem: 'the daemon has no module $1',
        advice: 'List its modules with `rsync HOST::`; the module is the first part of the path.',
    },
    {
        pattern: /max connections \(?\d*\)? ?reached/i,
        problem: 'the daemon has as many connections as it takes',
        advice: 'Try again later, or raise "max connections" of the module.',
        passes: true,
    },
    {
        pattern: /module is read.only/i,
        problem: 'the module of the daemon is read-only',
        advice: 'Set "read only = no" for the module in rsyncd.conf.',
    },
    {
        pattern: /module is write.only/i,
        problem: 'the module of the daemon is write-only',
        advice: 'Set "write only = no" for the module in rsyncd.conf: what was sent is read back to compare it.',
    },
    {
        pattern: /@ERROR: (chdir|chroot) failed/,
        problem: 'the folder of the module is not there or closed to the daemon',
        advice: 'Make the folder that "path" of the module names, and let the user of "uid" write to it.',
    },
    {
        pattern: /@ERROR:? (.+)/,
        problem: 'the daemon refused: $1',
        advice: "Read the daemon's log at the other end, and correct rsyncd.conf.",
    },
    {
        pattern: /No space left on device|Disk quota exceeded/,
        problem: 'there is no room left on the disk $disk',
        advice: 'Free some space there, or keep less by the rules of retention; what has arrived is kept, and the next run goes on.',
    },
    {
        pattern: /Read-only file system/,
        problem: 'the file system $disk is mounted read-only',
        advice: 'Check that disk: a file system with errors is often remounted read-only.',
    },
    {
        pattern: /(Permission denied \(13\)|Operation not permitted \(1\))/,
        problem: 'a file or folder $disk may not be read or written',
        advice: 'Give the user that rsync runs as at the other end the rights to the folder of the store.',
    },
    {
        pattern: /mkdir .* failed: File exists/,
        problem: 'another one made the same folder at the same time, or a file is in its place',
        advice: 'See that no file has the name of a folder of the store, then start again.',
        passes: true,
    },
    {
        pattern: /mkdir .* failed: No such file or directory/,
        problem: 'the folder above the store is not there',
        advice: 'Make it at the other end; an rsync older than 3.2.3 makes one folder only.',
    },
    {
        pattern: /link_stat "(.+)"( \(in \S+\))? failed: No such file or directory/,
        problem: 'a file that was asked for is not there: $1',
        advice: 'See that nothing else removes files while they are transferred, then start again.',
    },
    {
        pattern: /Connection (refused|timed out|reset|closed)|timeout in data|timed? ?out waiting|No route to host|Network is unreachable|Broken pipe|kex_exchange|banner exchange|Connection to .* timed out|not responding/i,
        problem: 'the connection to $host failed or broke',
        advice: NETWORK,
        passes: true,
    },
];
/** rsync's own exit codes, where what it said tells nothing more. */
const CODES = {
    1: {
        problem: 'rsync was called with what it does not understand',
        advice: 'Install rsync 3.1 or newer at both ends.',
    },
    2: { problem: 'the two rsync speak different protocols', advice: 'Install rsync 3.1 or newer at both ends.' },
    3: { problem: 'a file or folder that was asked for cannot be used', advice: 'Check the path of the store.' },
    4: {
        problem: 'one of the two rsync cannot do what was asked for',
        advice: 'Install rsync 3.1 or newer at both ends.',
    },
    5: { problem: 'the daemon did not start the transfer', advice: "Read the daemon's log at the other end." },
    6: { problem: 'the daemon cannot write its log', advice: 'Check "log file" in rsyncd.conf and the disk it is on.' },
    10: { problem: 'the connection to $host failed', advice: NETWORK, passes: true },
    11: { problem: 'a file $disk could not be read or written', advice: 'Check the disk and its free space.' },
    12: { problem: 'the connection to $host broke', advice: NETWORK, passes: true },
    13: { problem: 'rsync could not write its messages', advice: 'Check that both ends have free disk space.' },
    14: { problem: 'the parts of rsync could not speak to each other', advice: 'Check the process table and ssh.' },
    15: { problem: 'a part of rsync crashed', advice: 'Install a newer rsync at both ends.' },
    16: { problem: 'a part of rsync was ended', advice: 'See what ended it: at both ends, the kernel log may say.' },
    19: { problem: 'rsync was ended by a signal', advice: 'Start again.' },
    20: { problem: 'rsync was ended by a signal', advice: 'Start again.' },
    21: { problem: 'rsync lost sight of its own processes', advice: 'Start again.' },
    22: { problem: 'rsync ran out of memory', advice: 'Free memory at both ends, then start again.' },
    23: { problem: 'some files could not be transferred', advice: 'Read what rsync said, below.' },
    24: { problem: 'some files vanished while they were transferred', advice: 'See that nothing else changes them.' },
    25: {
        problem: 'rsync stopped removing because it was too much',
        advice: 'Look for max-delete in the settings of rsync.',
    },
    30: { problem: '$host did not answer in time', advice: NETWORK, passes: true },
    35: { problem: 'the daemon on $host did not answer in time', advice: NETWORK, passes: true },
    124: { problem: 'the command at the other end failed', advice: 'Check the shell of that user at the other end.' },
    125: { problem: 'the command at the other end was killed', advice: 'Start again.' },
    126: { problem: 'the rsync at the other end may not be run', advice: 'Let that user run rsync there.' },
    127: { problem: 'there is no rsync at the other end', advice: 'Install rsync there.' },
    255: { problem: 'ssh could not reach $host', advice: NETWORK, passes: true },
};
/** Tells what a bad end of rsync means and what to do. */
function explainRsync({ code, stderr, host, writes }) {
    const { problem, advice, passes = false, detail } = spokenOf(stderr) ?? ofCode(code);
    const disk = writes === 'there' ? `at the other end (${host})` : 'of this machine';
    const filled = problem
        .replace('$host', () => host)
        .replace('$disk', () => disk)
        .replace('$1', () => detail ?? 'no details');
    return { problem: filled, advice, passes };
}
function spokenOf(stderr) {
    for (const { pattern, ...meaning } of rsync_errors_MEANINGS) {
        const found = pattern.exec(stderr);
        if (found !== null)
            return { ...meaning, detail: found.slice(1).find(Boolean)?.trim() ?? 'no details' };
    }
    return undefined;
}
function ofCode(code) {
    return CODES[code ?? NaN] ?? { problem: 'rsync failed', advice: 'Read what it said, below.' };
}
/** Whether all that rsync complained of is that a file or folder is not there. */
function isAbsence(stderr) {
    const complaints = stderr.split('\n').filter((line) => COMPLAINT.test(line) && !CONSEQUENCE.test(line));
    return complaints.length > 0 && complaints.every((line) => ABSENCE.test(line));
}
const COMPLAINT = /^rsync: |^\S*rrsync(:| error:) /;
const CONSEQUENCE = /connection unexpectedly closed|read error: Connection reset|writefd_unbuffered|Broken pipe/;
/**
 * In rsync's words, and in those of rrsync: from 3.5.0 on it opens what it is asked for by itself, and takes it for a
 * sign of somebody moving folders that there is none (its source, `validated_arg`).
 */
const ABSENCE = /(link_stat|change_dir|mkdir)(#\d)? ".*"( \(in \S+\))? failed: (No such file or directory \(2\)|Not a directory \(20\))$|rrsync error: post-realpath open failed \(race detected\): .* No such file or directory$/;

;// CONCATENATED MODULE: ./build/stores/rsync-progress.js

/**
 * Reads what `rsync --info=progress2` writes, a line that is overwritten again and again, and tells the bytes so far.
 * They begin anew when a transfer is tried again.
 */
function progressReader(onBytes) {
    let rest = '';
    return new external_node_stream_.Writable({
        write(chunk, _encoding, done) {
            const parts = (rest + chunk.toString('latin1')).split(/[\r\n]/);
            rest = (parts.pop() ?? '').slice(-200);
            for (const part of parts) {
                const digits = /^\s*([\d,.]+)\s+\d+%/.exec(part)?.[1];
                if (digits !== undefined)
                    onBytes(Number(digits.replaceAll(/[,.]/g, '')));
            }
            done();
        },
    });
}

;// CONCATENATED MODULE: ./build/stores/text-or-file.js




/** Characters that mean something to ssh's own parser of options, which has no way to write them as they are. */
const ODD = /["\\\n\r]|\$\{/;
/** The path that a setting stands for: `~/` is the home folder, a relative one starts where the program was called. */
function pathOf(setting, { environment, workingDirectory }) {
    const home = environment.HOME;
    const expanded = setting.startsWith('~/') && home !== undefined ? external_node_path_.join(home, setting.slice(2)) : setting;
    return external_node_path_.resolve(workingDirectory ?? process.cwd(), expanded);
}
/**
 * The path of a file that a setting names, once it is known that it can be read.
 *
 * Throws `UsageError` when it cannot, or when ssh could not be told of it.
 */
async function readableFile(option, setting, tools) {
    const file = pathOf(setting, tools);
    const doing = `reading the file of ${option}`;
    if (ODD.test(file)) {
        throw new errors/* UsageError */.eb({
            doing,
            problem: 'its path holds a quotation mark, a backslash or "${", which ssh cannot be given',
            advice: `Give ${option} another path, or the text itself.`,
        });
    }
    await (0,promises_.readFile)(file).catch((error) => {
        const trouble = (0,file_errors/* fileTrouble */.AG)(error, doing);
        const advice = `Give ${option} the path of a file that can be read here, or the text itself.`;
        throw new errors/* UsageError */.eb({ doing, problem: `${file}: ${trouble.problem}`, advice, cause: error });
    });
    return file;
}
/** As ssh wants its files: line ends without carriage returns, one at the end. Secrets often lose the last one. */
function tidyText(text) {
    return `${text.replaceAll('\r', '').trim()}\n`;
}

;// CONCATENATED MODULE: ./build/stores/rsync-settings.js



/**
 * The password for a daemon: what was given, the content of the file that was given, or `RSYNC_PASSWORD`. Hidden from
 * all that is logged. Never undefined, because rsync would then ask on the terminal.
 */
async function daemonPassword(setting, tools) {
    const password = (await fromSetting(setting, tools)) ?? tools.environment.RSYNC_PASSWORD ?? '';
    if (password !== '')
        tools.logger.hide(password);
    return password;
}
/** What looks like a path is one only where such a file is there: passwords may begin with anything. */
async function fromSetting(setting, tools) {
    if (setting === undefined || !/^(~?\/|\.\.?\/)/.test(setting))
        return setting;
    const content = await (0,file_errors/* ifThere */.y)((0,promises_.readFile)(pathOf(setting, tools), 'utf8'));
    return content === undefined ? setting : content.split(/\r?\n/, 1)[0];
}

;// CONCATENATED MODULE: ./build/stores/rsync-shell.js

/** Seconds until a connection must stand, and between the signs of life of one that does. */
const CONNECT_SECONDS = 20;
const ALIVE_SECONDS = 15;
const ALIVE_COUNT = 4;
/**
 * The program ssh and its options: it never asks anything and never connects to a host whose key it does not know, whatever
 * the user's own configuration says.
 */
async function remoteShell(location, { sshKey, sshKnownHosts }, tools) {
    const options = [
        'BatchMode=yes',
        'StrictHostKeyChecking=yes',
        'NoHostAuthenticationForLocalhost=no',
        'UpdateHostKeys=no',
        `ConnectTimeout=${CONNECT_SECONDS}`,
        `ServerAliveInterval=${ALIVE_SECONDS}`,
        `ServerAliveCountMax=${ALIVE_COUNT}`,
        'ClearAllForwardings=yes',
        'ForwardAgent=no',
        'PermitLocalCommand=no',
    ];
    if (sshKnownHosts !== undefined) {
        options.push(`UserKnownHostsFile=${optionPath(await knownHostsFile(sshKnownHosts, tools))}`);
        options.push('GlobalKnownHostsFile=/dev/null');
    }
    if (sshKey !== undefined) {
        options.push(`IdentityFile=${optionPath(await keyFile(sshKey, tools))}`, 'IdentitiesOnly=yes');
    }
    const port = location.port === undefined ? [] : ['-p', String(location.port)];
    return ['ssh', '-T', ...port, ...options.flatMap((option) => ['-o', option])];
}
/**
 * A connection of its own each time. One that the user's other ssh left open would be used without looking at our key and
 * the host's.
 */
const UNSHARED = ['-o', 'ControlMaster=no', '-o', 'ControlPath=none'];
/** Whom ssh is to connect to. */
function destination({ user, host }) {
    return [...(user === undefined ? [] : ['-l', user]), '--', host.replace(/^\[(.*)\]$/, '$1')];
}
/** A remote shell as rsync reads it: rsync cuts it into words at spaces, and knows quotation marks. */
function shellCommand(words) {
    return words.map(quoted).join(' ');
}
async function keyFile(setting, tools) {
    if (!setting.includes('-----BEGIN'))
        return readableFile('ssh-key', setting.trim(), tools);
    tools.logger.hide(setting);
    return tools.workspace.secretFile('ssh-key', tidyText(setting));
}
async function knownHostsFile(setting, tools) {
    const isText = /^\s*([#@|]|\S+\s+(ssh|ecdsa|sk)-)/.test(setting) || setting.trim().includes('\n');
    if (!isText)
        return readableFile('ssh-known-hosts', setting.trim(), tools);
    return tools.workspace.secretFile('known_hosts', tidyText(setting));
}
/** A path as the value of an option: ssh cuts it at spaces, unless quoted, and expands what follows a percent sign. */
function optionPath(file) {
    return `"${file.replaceAll('%', '%%')}"`;
}
/** A word as rsync reads it: in single quotation marks, with those inside doubled; it knows no backslashes. */
function quoted(word) {
    return /^[\w./=:@,-]+$/.test(word) ? word : `'${word.replaceAll("'", "''")}'`;
}

;// CONCATENATED MODULE: ./build/stores/ssh-connection.js



/** After so long without use it is closed, for those who forget to; the next use opens another one. */
const IDLE_MS = 20_000;
/** How often, and for how long at most, it is looked whether the connection stands. */
const LOOK_MS = 25;
const OPENING_MS = 25_000;
/** What the path of a socket may be long, with what ssh puts behind it while it makes one. */
const MOST_PATH = 80;
/**
 * One connection of ssh that all runs of rsync to a host share, so that not each of them greets it and shows its key
 * again. It is a child of this process like any other, and ends with it.
 *
 * Nothing depends on it: where it does not stand, each run connects by itself, and tells what is wrong.
 */
class SshConnection {
    command;
    socket;
    doing;
    tools;
    opening;
    master;
    users = 0;
    idle;
    constructor(command, socket, doing, tools) {
        this.command = command;
        this.socket = socket;
        this.doing = doing;
        this.tools = tools;
    }
    /**
     * A connection that is not open yet.
     *
     * @param words the program and the options of every connection
     * @param destination the options that say to whom
     * @returns undefined where temporary folders have too long a path for a socket
     */
    static async prepare(words, destination, env, doing, tools) {
        const socket = external_node_path_.join(await tools.workspace.folder('ssh'), 's');
        if (socket.length > MOST_PATH || /["%$\s]/.test(socket))
            return undefined;
        const args = [...words.slice(1), '-o', 'ControlMaster=yes', '-S', socket, '-N', ...destination];
        return new SshConnection({ args, env }, socket, doing, tools);
    }
    /** Options with which another ssh goes through this connection. */
    get options() {
        return ['-o', 'ControlMaster=no', '-S', this.socket];
    }
    /** Does work while the connection is kept open. */
    async during(work) {
        this.users += 1;
        clearTimeout(this.idle);
        try {
            await (this.opening ??= this.open());
            return await work();
        }
        finally {
            this.users -= 1;
            if (this.users === 0)
                this.idle = setTimeout(() => void this.close(), IDLE_MS).unref();
        }
    }
    async close() {
        clearTimeout(this.idle);
        const { master } = this;
        master?.stop();
        await master?.finished.catch(() => undefined);
    }
    async open() {
        try {
            const { processes, signal } = this.tools;
            const master = processes.start({ program: 'ssh', doing: this.doing, signal, ...this.command });
            this.master = master;
            const ended = master.finished.then(() => undefined, (error) => {
                this.tools.logger.debug(`No shared connection: ${(0,errors/* messageOf */.bD)(error)}`);
            });
            void ended.then(() => {
                this.master = undefined;
                this.opening = undefined;
            });
            await Promise.race([ended, this.stands()]);
        }
        catch (error) {
            // Such as a missing ssh: the run of rsync that comes next says it better.
            this.tools.logger.debug(`No shared connection: ${(0,errors/* messageOf */.bD)(error)}`);
        }
    }
    async stands() {
        for (let waited = 0; waited < OPENING_MS; waited += LOOK_MS) {
            const isThere = await (0,promises_.access)(this.socket).then(() => true, () => false);
            if (isThere || this.master === undefined)
                return;
            await this.tools.clock.sleep(LOOK_MS, this.tools.signal);
        }
    }
}

;// CONCATENATED MODULE: ./build/stores/rsync-command.js







const SILENCE_SECONDS = 120;
const rsync_command_CONNECT_SECONDS = 20;
/**
 * rsync says a few bytes at a time and waits for the answer, which Nagle's algorithm and delayed acknowledgements keep
 * back for 40 ms each. A daemon does the same for its part with `socket options = TCP_NODELAY`.
 */
const AT_ONCE = '--sockopts=TCP_NODELAY';
const PAUSES_MS = [1_000, 5_000, 15_000];
/** What rsync, and the ssh that it starts, may see of our environment. */
const rsync_command_PASSED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'SSH_AUTH_SOCK', 'KRB5CCNAME', 'RSYNC_PROXY'];
/** Runs rsync against one location: with its secrets, again when the network fails, and with errors in words. */
class RsyncCommand {
    location;
    tools;
    prepared;
    constructor(location, tools) {
        this.location = location;
        this.tools = tools;
    }
    /** Runs it to its end. Throws `OperationError`. */
    async run(call) {
        await this.attempt(call, false);
    }
    /** Runs it to its end, and tells whether what it reads is there at all. */
    async runIfThere(call) {
        return this.attempt(call, true);
    }
    /** Ends the connection that the runs shared. */
    async close() {
        const prepared = await this.prepared?.catch(() => undefined);
        await prepared?.connection?.close();
    }
    async attempt(call, mayBeAbsent) {
        const prepared = await (this.prepared ??= this.prepare());
        const command = this.commandFor(call, prepared);
        const run = () => this.tryUntilItPasses(call, command, mayBeAbsent);
        return prepared.connection === undefined ? run() : prepared.connection.during(run);
    }
    async tryUntilItPasses(call, command, mayBeAbsent) {
        const pauses = this.tools.pauses ?? PAUSES_MS;
        for (let tries = 0;; tries += 1) {
            try {
                await this.tools.processes.run({ ...command, ...streamsOf(call) });
                return true;
            }
            catch (error) {
                if (!(error instanceof errors/* CommandError */.Qd))
                    throw error;
                if (mayBeAbsent && isAbsence(error.stderrTail))
                    return false;
                const failure = explainRsync({ ...call, code: error.code, stderr: error.stderrTail, host: this.location.host });
                const pause = failure.passes ? pauses[tries] : undefined;
                if (pause === undefined)
                    throw new errors/* OperationError */.OK({ doing: call.doing, ...failure, cause: error });
                this.tools.logger.info(`Trying again in ${pause / 1000} s: ${failure.problem} (while ${call.doing}).`);
                await this.tools.clock.sleep(pause, this.tools.signal);
            }
        }
    }
    commandFor(call, { env, version }) {
        const { doing, options, from, to, quiet = 0, onBytes, accept = [] } = call;
        const silence = (this.tools.silence ?? SILENCE_SECONDS) + quiet;
        const common = ['--from0', '--no-human-readable', `--timeout=${silence}`];
        if (this.location.kind === 'daemon')
            common.push('--no-motd', AT_ONCE, `--contimeout=${rsync_command_CONNECT_SECONDS}`);
        if (this.needsProtection(version))
            common.push('--protect-args');
        if (onBytes !== undefined)
            common.push('--info=progress2', '--outbuf=N');
        return {
            program: 'rsync',
            args: [...common, ...options, '--', from, to],
            doing,
            env,
            accept: [0, ...accept],
            signal: this.tools.signal,
        };
    }
    /** Newer ones protect odd paths from the remote shell by themselves, and a restricted key refuses this option. */
    needsProtection({ number }) {
        return this.location.kind === 'ssh' && number < 30204 && /[^\w./=:@,+-]/.test(this.location.path);
    }
    async prepare() {
        const { environment, settings = {} } = this.tools;
        const env = { LC_ALL: 'C', TZ: 'UTC' };
        for (const name of rsync_command_PASSED_ON)
            env[name] = environment[name];
        const version = await this.localVersion(env);
        if (this.location.kind === 'daemon') {
            const password = await daemonPassword(settings.rsyncPassword, this.tools);
            return { version, env: { ...env, RSYNC_PASSWORD: password } };
        }
        const words = await remoteShell(this.location, settings, this.tools);
        const doing = `connecting to ${this.location.name}`;
        const connection = await SshConnection.prepare(words, destination(this.location), env, doing, this.tools);
        const shell = shellCommand([...words, ...(connection?.options ?? UNSHARED)]);
        return { version, env: { ...env, RSYNC_RSH: shell }, connection };
    }
    async localVersion(env) {
        const doing = `looking which rsync is here, for ${this.location.name}`;
        const { stdout } = await this.tools.processes.run({
            program: 'rsync',
            args: ['--version'],
            doing,
            env,
            stdout: 'collect',
            signal: this.tools.signal,
        });
        const [, major = '0', minor = '0', patch = '0'] = /^rsync\s+version v?(\d+)\.(\d+)\.(\d+)/.exec(stdout) ?? [];
        const version = {
            text: stdout.split('\n', 1)[0] ?? '',
            number: Number(major) * 10_000 + Number(minor) * 100 + Number(patch),
        };
        if (version.number < 30100) {
            throw new errors/* UsageError */.eb({
                doing,
                problem: `the rsync of this machine is too old or another program: ${version.text}`,
                advice: 'Install rsync 3.1 or newer; on macOS: brew install rsync.',
            });
        }
        return version;
    }
}
/** Streams that serve one try only. */
function streamsOf({ input, onLine, onBytes }) {
    const list = Buffer.from(input.map((text) => `${text}\0`).join(''));
    const stdin = external_node_stream_.Readable.from(list.length === 0 ? [] : [list]);
    if (onBytes !== undefined)
        return { stdin, stdout: progressReader(onBytes) };
    return onLine === undefined ? { stdin } : { stdin, stdout: onLine };
}

;// CONCATENATED MODULE: ./build/stores/rsync-list.js
/** Where rsync keeps what arrived of a file when the connection broke; it goes on from there. */
const rsync_list_PARTIAL = '.lifeboat-partial';
const LINE = /^(\S)\S{9,10}\s+([\d,.]+)\s+(\d{4})\/(\d\d)\/(\d\d)\s(\d\d):(\d\d):(\d\d)\s(.+)$/;
/**
 * A line of `rsync --list-only`, written under LC_ALL=C and TZ=UTC; undefined for a line that is none, such as a
 * greeting.
 */
function parseListLine(line) {
    const parts = LINE.exec(line);
    if (parts === null)
        return undefined;
    const [, type = '', size = '', ...rest] = parts;
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = rest.slice(0, 6).map(Number);
    return {
        path: unescaped(rest[6] ?? ''),
        kind: type === '-' ? 'file' : type === 'd' ? 'folder' : 'other',
        bytes: Number(size.replaceAll(/[,.]/g, '')),
        changed: new Date(Date.UTC(year, month - 1, day, hour, minute, second)),
    };
}
/** Whether a path is something that rsync has not finished: its temporary files, and the rest of broken transfers. */
function isUnfinished(path) {
    const parts = path.split('/');
    const name = parts.at(-1) ?? '';
    return parts.some((part) => part === rsync_list_PARTIAL || part === '.~tmp~') || /^\..+\.[A-Za-z0-9]{6}$/.test(name);
}
/** The finished files among entries, by their paths below a folder. */
function placedFiles(entries, folder) {
    const prefix = folder === '' ? '' : `${folder}/`;
    return entries
        .filter(({ kind, path }) => kind === 'file' && path.startsWith(prefix) && !isUnfinished(path))
        .filter(({ path }) => !path.split('/').includes('..'))
        .map(({ path, bytes, changed }) => ({ path: path.slice(prefix.length), bytes, changed }));
}
/** rsync writes each byte that is no printable ASCII as `\#` and three octal digits, and such a sequence itself so too. */
function unescaped(text) {
    const bytes = Buffer.alloc(Buffer.byteLength(text));
    let length = 0;
    for (const [, octal, plain = ''] of text.matchAll(/\\#([0-7]{3})|([^])/gu)) {
        length +=
            octal === undefined ? bytes.write(plain, length) : bytes.writeUInt8(parseInt(octal, 8) & 0xff, length) - length;
    }
    return bytes.toString('utf8', 0, length);
}

;// CONCATENATED MODULE: ./build/stores/rsync-location.js


const FORMS = 'rsync://user@host/module/path, ssh://user@host:22/path, or user@host:path';
/**
 * Takes apart `rsync://[user@]host[:port]/module/path`, `ssh://[user@]host[:port]/path` and `[user@]host:path`.
 *
 * Throws `UsageError` for anything else, and for what could not be handed to rsync safely.
 */
function parseRsyncLocation(location) {
    refuseUnsafe(location);
    const url = /^(rsync|ssh):\/\/(?:([^/@]*)@)?(\[[^\]/]+\]|[^/:]+)(?::(\d*))?(\/.*)?$/i.exec(location);
    if (url !== null) {
        const [, scheme = '', user, host = '', port, path = ''] = url;
        const where = { ...addressOf(location, user, host), port: portOf(location, port) };
        return scheme.toLowerCase() === 'rsync' ? daemon(location, where, path) : shell(where, path, 'ssh');
    }
    if (/^(rsync|ssh):/i.test(location))
        throw rsync_location_unusable(location, 'its host cannot be read');
    const short = /^(?:([^/@:]*)@)?(\[[^\]/]+\]|[^/:[\]@]+):(:?)(.*)$/.exec(location);
    if (short === null)
        throw rsync_location_unusable(location, 'it is none of the forms that are known');
    const [, user, host = '', isDaemon, path = ''] = short;
    if (user === undefined && /^[^/]*@[^/]*:/.test(path))
        throw passwordInside(location);
    const where = { ...addressOf(location, user, host), port: undefined };
    return isDaemon === ':' ? daemon(location, where, `/${path}`) : shell(where, path, 'short');
}
/** What rsync is to write to: the folder of the store, or one below it, with a slash at the end. */
function rsyncArgument(location, folder = '') {
    const user = location.user === undefined ? '' : `${location.user}@`;
    const below = folder === '' ? '/' : `/${folder}/`;
    if (location.kind === 'daemon') {
        const port = location.port === undefined ? '' : `:${location.port}`;
        return `rsync://${user}${location.host}${port}/${location.module}${location.path}${below}`;
    }
    return `${user}${location.host}:${location.path}${below}`;
}
/**
 * What rsync is to read from, and what stands before each path of `--files-from` that is meant from a folder on.
 *
 * A daemon reads from its module: without "use chroot", one that is given a folder below it lists the files of that folder
 * and then looks for them elsewhere.
 */
function rsyncSource(location, folder = '') {
    const isDaemon = location.kind === 'daemon';
    const above = [isDaemon ? location.path.slice(1) : '', folder].filter((part) => part !== '');
    const from = rsyncArgument(isDaemon ? { ...location, path: '' } : location);
    return { from, prefix: above.length === 0 ? '' : `${above.join('/')}/./` };
}
/**
 * How a folder of the store is named to the other end when it is to link to what is in it. A daemon reads it from its
 * module on, and so does a restricted key, which refuses `..`; only a relative path over ssh cannot do without.
 *
 * @param from the folder that is written to
 */
function linkArgument(location, folder, from) {
    if (location.kind === 'ssh' && !location.path.startsWith('/') && location.path !== '') {
        return `${'../'.repeat(from.split('/').length)}${folder}`;
    }
    return `${location.path}/${folder}`;
}
function daemon(location, where, path) {
    const [module = '', ...rest] = path.replace(/^\/+/, '').split('/');
    if (module === '')
        throw rsync_location_unusable(location, 'it names no module of the daemon');
    const below = trimmed(rest.join('/'));
    const inside = below === '' ? '' : `/${below}`;
    return { kind: 'daemon', ...where, module, path: inside, name: `rsync://${written(where)}/${module}${inside}` };
}
function shell(where, path, form) {
    const isAbsolute = path.startsWith('/');
    // Where ssh arrives is the home folder, without being told.
    const below = trimmed(path.replace(/^~(\/|$)/, ''));
    const inside = !isAbsolute && below.startsWith('-') ? `./${below}` : below;
    // The home folder itself is "." to rsync; an empty path stands for the root of the file system here.
    const whole = isAbsolute ? (inside === '' ? '' : `/${inside}`) : inside === '' ? '.' : inside;
    const name = form === 'ssh' ? `ssh://${written(where)}${whole}` : `${written(where)}:${path}`;
    return { kind: 'ssh', ...where, path: form === 'ssh' && !isAbsolute ? '' : whole, name };
}
function addressOf(location, user, host) {
    if (user?.includes(':') === true)
        throw passwordInside(location);
    if (user === '' || user?.startsWith('-') === true || host.startsWith('-')) {
        throw rsync_location_unusable(location, 'its user or host is not a name');
    }
    return { user, host };
}
function portOf(location, text) {
    if (text === undefined)
        return undefined;
    const port = Number(text);
    if (text === '' || port < 1 || port > 65535)
        throw rsync_location_unusable(location, `"${text}" is no port`);
    return port;
}
function refuseUnsafe(location) {
    if ((0,control_characters/* hasControls */.L)(location))
        throw rsync_location_unusable(location, 'it holds a control character');
    if (/[*?\\]|\[(?![0-9a-f:.%]+\])/i.test(location)) {
        throw rsync_location_unusable(location, 'it holds *, ?, [ or \\, which the other end would read as a pattern');
    }
    if (/(^|[/:])\.\.(\/|$)/.test(location))
        throw rsync_location_unusable(location, 'it holds ".."');
}
function written({ user, host, port }) {
    return `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`;
}
function trimmed(path) {
    return path
        .split('/')
        .filter((part) => part !== '' && part !== '.')
        .join('/');
}
function passwordInside(location) {
    return rsync_location_unusable(location, 'it holds a password, which would be seen by all; give it as rsync-password');
}
function rsync_location_unusable(location, why) {
    return new errors/* UsageError */.eb({
        doing: `opening the store "${location.replace(/^((?:[a-z]+:\/\/)?[^/@:]*):[^/@]*@/i, '$1:***@')}"`,
        problem: `it cannot be used as a store of rsync: ${why}`,
        advice: `Write it as ${FORMS}.`,
    });
}

;// CONCATENATED MODULE: ./build/stores/rsync-removal.js

/**
 * Filter rules for rsync that make it delete just these files, below an empty source with `--delete`: each with the
 * folders above it, which go when they are empty then. In folders of sets, what was never finished goes too.
 */
function removalRules(paths) {
    const rules = new Set();
    for (const path of paths) {
        const folders = path.split('/').slice(0, -1);
        folders.forEach((_, index) => rules.add(literal(`/${folders.slice(0, index + 1).join('/')}/`)));
        // Not in the folders that all runs share: what is unfinished there belongs to one that works right now.
        if (folders.length > 1) {
            rules.add(`/${escaped(folders.join('/'))}/${rsync_list_PARTIAL}/***`);
            rules.add(`/${escaped(folders.join('/'))}/.*.??????`);
        }
        rules.add(literal(`/${path}`));
    }
    return [...rules];
}
/** A path as a pattern that matches only itself; a backslash is one itself unless there is a wildcard. */
function literal(path) {
    return /[*?[]/.test(path) ? escaped(path) : path;
}
function escaped(path) {
    return path.replaceAll(/[*?[\\]/g, '\\$&');
}

;// CONCATENATED MODULE: ./build/stores/rsync-upload.js

/**
 * How much is sent and compared at a time. Large enough that the connections for it do not count, small enough that the
 * checksums of one batch are taken while another one is sent.
 */
const BATCH_BYTES = 256e6;
const BATCH_FILES = 5_000;
/** The set that was taken before this one: the newest folder beside it that is older, else the newest. */
function olderSibling(folder, entries) {
    const sets = entries
        .filter(({ kind, path: entry }) => kind === 'folder' && entry !== folder && /^\d{8}T\d{6}Z$/.test(external_node_path_.basename(entry)))
        .map((entry) => entry.path)
        .sort();
    return sets.filter((entry) => entry < folder).at(-1) ?? sets.at(-1);
}
/** Files of which the same content may be there, by name and size, and those that must be sent in any case. */
function linkCandidates(files, { here, there }) {
    const seen = new Set([...here, ...there].map((file) => `${file.bytes} ${file.path}`));
    const isLikely = (file) => seen.has(`${file.size} ${file.path}`);
    return [files.filter(isLikely), files.filter((file) => !isLikely(file))];
}
/** Files in groups that are sent and compared at a time; a file that is larger is one of its own. */
function batchesOf(files) {
    const batches = [];
    let bytes = Infinity;
    for (const file of files) {
        const last = batches.at(-1);
        if (last === undefined || last.length >= BATCH_FILES || bytes + file.size > BATCH_BYTES) {
            batches.push([file]);
            bytes = file.size;
        }
        else {
            last.push(file);
            bytes += file.size;
        }
    }
    return batches;
}

;// CONCATENATED MODULE: ./build/stores/rsync.js













/** Seen by the owner alone: a set is the whole database. */
const PRIVATE = '--chmod=D700,F600';
const RESUMED = ['--partial', `--partial-dir=${rsync_list_PARTIAL}`];
/** A file that went between its folder was read and it was looked at is one that is not there: locks come and go. */
const VANISHED = 24;
/** Bytes a second that a slow disk surely reads: so long may checksums take while nothing is said. */
const SLOW_READ = 20e6;
/** Of so many bytes it is not asked first what is there. */
const SMALL = 1 << 20;
/** How many batches are in work at a time: while one is compared, the next one is sent. */
const AT_A_TIME = 2;
/** What rsync has begun and not finished is removed after so many milliseconds. */
const rsync_ABANDONED_AFTER = 3 * 24 * 3600 * 1000;
/** The files of a store behind `rsync://host/module/path`, `ssh://host/path` or `user@host:path`. */
function openRsyncPlace(location, tools) {
    return new RsyncPlace(parseRsyncLocation(location), tools);
}
class RsyncPlace {
    location;
    tools;
    name;
    limits = ['rsync cannot tell how much room is left at the other end'];
    command;
    /** Unfinished files of runs long gone, as the last listing saw them. */
    abandoned = [];
    canLink = true;
    constructor(location, tools) {
        this.location = location;
        this.tools = tools;
        this.name = location.name;
        this.command = new RsyncCommand(location, tools);
    }
    async list(folder) {
        const entries = await this.entries([folder], ['--recursive']);
        const limit = this.tools.clock.now().getTime() - rsync_ABANDONED_AFTER;
        this.abandoned = entries
            .filter(({ kind, path: file, changed }) => kind === 'file' && isUnfinished(file) && changed.getTime() < limit)
            .map((entry) => entry.path);
        return placedFiles(entries, folder);
    }
    async upload(from, files, to, progress) {
        if (files.length === 0)
            return;
        await requireSizes(from, files, this.doing('sending files to'));
        // What is little is compared whole, rather than asking first what is there.
        const known = bytesOf(files) > SMALL ? await this.whatIsThere(to) : undefined;
        const [likely, fresh] = known === undefined ? [files, []] : linkCandidates(files, known);
        const jobs = [
            ...batchesOf(fresh).map((batch) => ({ batch, isLikely: false })),
            ...batchesOf(likely).map((batch) => ({ batch, isLikely: true })),
        ];
        const sum = new ProgressSum(bytesOf(files), progress);
        const inTurn = turns();
        await (0,parallel/* inParallel */.H)(jobs, AT_A_TIME, async ({ batch, isLikely }) => {
            const part = sum.part(bytesOf(batch));
            await inTurn(() => isLikely ? this.sendOrLink(from, batch, to, known?.like) : this.send(from, batch, to, [], part.reached));
            await this.requireSame(from, batch, to);
            part.done();
        });
    }
    async download(from, files, to, progress) {
        if (files.length === 0)
            return;
        const doing = this.doing('fetching files from');
        await (0,file_errors/* orFileTrouble */.nD)(doing, () => (0,promises_.mkdir)(to, { recursive: true, mode: 0o700 }));
        const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
        const part = new ProgressSum(total, progress).part(total);
        const source = rsyncSource(this.location, from);
        await this.command.run({
            doing,
            options: [...RESUMED, PRIVATE, '--ignore-times', '--files-from=-'],
            from: source.from,
            to: `${to}/`,
            writes: 'here',
            input: files.map((file) => `${source.prefix}${file.path}`),
            onBytes: part.reached,
        });
        await requireSizes(to, files.map(({ path: file, bytes }) => ({ path: file, size: bytes })), doing);
        part.done();
    }
    async read(file) {
        const { from, prefix } = rsyncSource(this.location);
        return this.inScratch(async (scratch) => {
            await this.command.runIfThere({
                doing: this.doing(`reading ${file} in`),
                options: ['--files-from=-', '--ignore-missing-args'],
                from,
                to: `${scratch}/`,
                writes: 'here',
                input: [`${prefix}${file}`],
                accept: [VANISHED],
            });
            return (0,file_errors/* ifThere */.y)((0,promises_.readFile)(external_node_path_.join(scratch, file), 'utf8'));
        });
    }
    async write(file, text) {
        await this.inScratch(async (scratch) => {
            await (0,promises_.mkdir)(external_node_path_.dirname(external_node_path_.join(scratch, file)), { recursive: true });
            await (0,promises_.writeFile)(external_node_path_.join(scratch, file), text, { mode: 0o600 });
            await this.intoPlace(this.doing(`writing ${file} to`), scratch, '', [file], ['--ignore-times', '--whole-file']);
        });
    }
    async remove(paths) {
        if (paths.length === 0)
            return;
        const gone = [...paths, ...this.abandoned.splice(0)];
        await this.inScratch((empty) => this.command.runIfThere({
            doing: this.doing('removing files from'),
            options: ['--recursive', '--delete', '--include-from=-', '--exclude=*'],
            from: `${empty}/`,
            to: rsyncArgument(this.location),
            writes: 'there',
            input: removalRules(gone),
        }));
    }
    freeBytes() {
        return Promise.resolve(null);
    }
    close() {
        return this.command.close();
    }
    /** What is in folders: `--recursive` for all of it, `--dirs` for its own entries. */
    async entries(folders, options) {
        const entries = [];
        const { from, prefix } = rsyncSource(this.location);
        await this.inScratch((empty) => this.command.runIfThere({
            doing: this.doing('listing'),
            options: ['--list-only', ...options, '--files-from=-', '--ignore-missing-args'],
            from,
            to: `${empty}/`,
            writes: 'here',
            input: folders.map((folder) => `${prefix}${folder === '' ? '.' : `${folder}/`}`),
            accept: [VANISHED],
            onLine: (line) => {
                const entry = parseListLine(line);
                if (entry !== undefined)
                    entries.push(entry);
            },
        }));
        return entries;
    }
    /** The files of a folder, and of the one beside it that is the most alike: the set before. */
    async whatIsThere(folder) {
        const siblings = await this.entries([external_node_path_.posix.dirname(folder)], ['--dirs']);
        const like = this.canLink ? olderSibling(folder, siblings) : undefined;
        const isThere = siblings.some((entry) => entry.path === folder);
        const folders = [...(isThere ? [folder] : []), ...(like === undefined ? [] : [like])];
        const entries = folders.length === 0 ? [] : await this.entries(folders, ['--recursive']);
        return {
            here: placedFiles(entries, folder),
            like,
            there: like === undefined ? [] : placedFiles(entries, like),
        };
    }
    async send(from, files, to, options, onBytes, quiet = 0) {
        if (files.length === 0)
            return;
        const paths = files.map((file) => file.path);
        await this.intoPlace(this.doing('sending files to'), from, to, paths, [...RESUMED, ...options], onBytes, quiet);
    }
    /** Sends files of which the same content may be there already: in the set itself, or in the one before. */
    async sendOrLink(from, files, to, like) {
        const quiet = bytesOf(files) / SLOW_READ;
        const link = like === undefined || !this.canLink ? [] : [`--link-dest=${linkArgument(this.location, like, to)}`];
        try {
            await this.send(from, files, to, ['--checksum', ...link], undefined, quiet);
        }
        catch (error) {
            if (!(error instanceof errors/* OperationError */.OK) || !error.problem.includes('do not use ..'))
                throw error;
            this.canLink = false;
            this.tools.logger.warning(`${this.name} cannot link unchanged files to the set before: its key is restricted, and the path does not start with a slash.`);
            await this.send(from, files, to, ['--checksum'], undefined, quiet);
        }
    }
    /** Sends, and makes the folders above the store when they are missing: not at once, because an old rsync cannot. */
    async intoPlace(doing, from, to, paths, options, onBytes, quiet = 0) {
        const call = {
            doing,
            options: [PRIVATE, ...options, '--files-from=-'],
            from: `${from}/`,
            to: rsyncArgument(this.location, to),
            writes: 'there',
            input: paths,
            quiet: Math.ceil(quiet),
            ...(onBytes === undefined ? {} : { onBytes }),
        };
        const hasFolder = await this.command.runIfThere(call);
        if (!hasFolder)
            await this.command.run({ ...call, options: ['--mkpath', ...call.options] });
    }
    /** Compares size and checksum of what is there with what is here; what differs is sent once more. */
    async requireSame(from, files, to) {
        const differing = await this.differences(from, files, to);
        if (differing.length === 0)
            return;
        const again = files.filter((file) => differing.includes(file.path));
        await this.send(from, again, to, ['--checksum'], undefined, bytesOf(again) / SLOW_READ);
        const still = await this.differences(from, files, to);
        if (still.length === 0)
            return;
        throw new errors/* OperationError */.OK({
            doing: this.doing('comparing what arrived in'),
            problem: `${still.length === 1 ? 'one file differs' : `${still.length} files differ`} from what was sent, twice: ${still.slice(0, 3).join(', ')}`,
            advice: 'Check the disk and the memory of both machines, then send it again.',
        });
    }
    async differences(from, files, to) {
        const differing = [];
        for (const batch of batchesOf(files)) {
            await this.command.run({
                doing: this.doing('comparing what arrived in'),
                options: ['--dry-run', '--checksum', '--out-format=%i %n', '--files-from=-'],
                from: `${from}/`,
                to: rsyncArgument(this.location, to),
                writes: 'there',
                input: batch.map((file) => file.path),
                quiet: Math.ceil(bytesOf(batch) / SLOW_READ),
                onLine: (line) => {
                    const file = /^[<>ch.]f\S* (.+)$/.exec(line)?.[1];
                    if (file !== undefined)
                        differing.push(unescaped(file));
                },
            });
        }
        return differing;
    }
    inScratch(work) {
        return (0,file_errors/* orFileTrouble */.nD)(this.doing('using a temporary folder for'), () => withScratchFolder(this.tools.workspace, 'rsync', work));
    }
    doing(what) {
        return `${what} ${this.name}`;
    }
}
function bytesOf(files) {
    return files.reduce((sum, { size }) => sum + size, 0);
}
/** Runs works one after the other, however they come; none after one that failed. */
function turns() {
    let last = Promise.resolve();
    return (work) => (last = last.then(work));
}

;// CONCATENATED MODULE: ./build/stores/factory.js








/**
 * The store that a location names. Nothing is connected to yet; what only some stores need is loaded here.
 *
 * @param location as the user gave it; a relative path starts at the working directory
 * Throws `UsageError` when it is none that is known.
 */
async function openStore(location, tools) {
    const found = (0,stores_location/* kindOfLocation */.F)(location);
    switch (found.kind) {
        case 'folder':
            return new directory/* DirectoryStore */.f(external_node_path_.resolve(tools.workingDirectory, found.path), tools, location);
        case 'rsync':
            return remote((signal) => openRsyncPlace(location, { ...tools, signal }), tools);
        case 's3': {
            // The SDK is most of the program, and few need it.
            const { openS3Place } = await __webpack_require__.e(/* import() */ 181).then(__webpack_require__.bind(__webpack_require__, 31181));
            return remote((signal) => openS3Place(location, { ...tools, signal }), tools);
        }
        case 'artifact':
            return openArtifactStore(found.location, tools);
        case 'rclone':
            return remote((signal) => openRclonePlace(location, { ...tools, signal }), tools);
    }
}
function remote(open, tools) {
    return new RemoteStore(new CleanablePlace(open, tools.signal), tools);
}


/***/ }),

/***/ 95756:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   F: () => (/* binding */ kindOfLocation),
/* harmony export */   R: () => (/* binding */ shownLocation)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);
/* harmony import */ var _nearest_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(77658);
/* harmony import */ var _control_characters_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(83678);



/** The ways to write one, for messages. */
const FORMS = 'a folder (/backups/db, ./backups), rsync://user@host/module/path, user@host:/path or ssh://user@host:22/path (rsync over ssh), ' +
    's3://bucket/prefix?region=eu-west-1, artifact: (artifacts of this GitHub repository), or rclone:remote:path';
/** Schemes that are written with two slashes, and those with none. */
const URLS = { rsync: 'rsync', ssh: 'rsync', s3: 's3' };
const WORDS = { artifact: 'artifact', rclone: 'rclone' };
const SCHEMES = [...Object.keys(URLS), ...Object.keys(WORDS), 'file'];
/** How each is written, for those who wrote it by halves. */
const EXAMPLES = {
    rsync: 'rsync://user@host/module/path',
    ssh: 'ssh://user@host:22/path',
    s3: 's3://bucket/prefix?region=eu-west-1',
    artifact: 'artifact:',
    rclone: 'rclone:remote:path',
};
/**
 * Tells what kind of store a location names. What each kind makes of the rest is its own matter.
 *
 * Throws `UsageError` for what is of no known kind, or written by halves.
 */
function kindOfLocation(location) {
    if (location.trim() === '')
        throw unusable(location, 'it is empty');
    if ((0,_control_characters_js__WEBPACK_IMPORTED_MODULE_2__/* .hasControls */ .L)(location))
        throw unusable(location, 'it holds a control character');
    if (/^[^/@:]+:[^/@]+@[^/:]+:/.test(location)) {
        throw unusable(location, 'it holds a password, which ssh does not take and all would see; give a key as ssh-key');
    }
    const [, scheme, slashes] = /^([a-z][a-z0-9+.-]*):(\/\/)?/i.exec(location) ?? [];
    if (scheme === undefined)
        return withoutScheme(location);
    const name = scheme.toLowerCase();
    if (name === 'file')
        throw unusable(location, 'a folder is given by its path alone, without file:');
    if (isKey(WORDS, name))
        return word(location, name, slashes);
    if (slashes === undefined)
        return isKey(URLS, name) ? refuseHalf(location, name) : { kind: 'rsync', location };
    if (isKey(URLS, name))
        return { kind: URLS[name], location };
    const near = (0,_nearest_js__WEBPACK_IMPORTED_MODULE_1__/* .nearest */ .p)(name, SCHEMES);
    const hint = near === undefined ? '' : `; did you mean ${near}:?`;
    throw unusable(location, `"${name}:" is not a known kind of store${hint}`);
}
/** The location without what follows a user's name or stands in a query like a password, to be shown. */
function shownLocation(location) {
    return location
        .replace(/(\/\/|^)([^/@:]*):[^/@]*@/, '$1$2:***@')
        .replaceAll(/([?&][^=&]*(secret|token|password|key)[^=&]*=)[^&]*/gi, '$1***');
}
/** A folder, or `user@host:path`, whose user or host is no scheme. */
function withoutScheme(location) {
    if (/^[^/]+:/.test(location) && !location.startsWith('.') && !location.startsWith('~'))
        return { kind: 'rsync', location };
    if (location.startsWith('~')) {
        throw unusable(location, '"~" stands for the home folder only in a shell, and this is not read by one');
    }
    if (/^[^/:.]+@[^/:]+\.[^/:]+$/.test(location)) {
        throw unusable(location, `it names a machine and no folder of it: write ${location}:/path`);
    }
    return { kind: 'folder', path: location };
}
function word(location, name, slashes) {
    if (slashes !== undefined)
        refuseHalf(location, name);
    if (name === 'rclone' && !/^rclone:[^:]*:/i.test(location))
        refuseHalf(location, name);
    return { kind: WORDS[name], location };
}
function refuseHalf(location, name) {
    throw unusable(location, `a store of this kind is written ${EXAMPLES[name] ?? name}`);
}
function isKey(object, key) {
    return Object.hasOwn(object, key);
}
function unusable(location, why) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .UsageError */ .eb({
        doing: `opening the store "${shownLocation(location)}"`,
        problem: `it cannot be used as a store: ${why}`,
        advice: `A store is ${FORMS}. A folder with an odd name is written with ./ in front.`,
    });
}


/***/ }),

/***/ 94702:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   R$: () => (/* binding */ measuredSet),
/* harmony export */   UZ: () => (/* binding */ filesThatCount),
/* harmony export */   v7: () => (/* binding */ manifestOrWhy),
/* harmony export */   vM: () => (/* binding */ isSet)
/* harmony export */ });
/* harmony import */ var _backup_set_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4511);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(19473);
/* harmony import */ var _proofs_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(55724);



/**
 * The files of a set that count for its size, by their names; what lies beside them is not of the set.
 */
function filesThatCount(manifest) {
    return [...manifest.files.map((file) => file.path), _backup_set_js__WEBPACK_IMPORTED_MODULE_0__/* .SET */ .rK.manifest, _backup_set_js__WEBPACK_IMPORTED_MODULE_0__/* .SET */ .rK.checksums];
}
/**
 * What lies at a place: a set, or something that looks like one and why it is none. Every store counts by this rule.
 *
 * @param manifest or why it cannot be read
 * @param sizes bytes by path of the files that are there
 */
function measuredSet({ id, type }, manifest, sizes, later) {
    const place = { id, type };
    if (typeof manifest === 'string')
        return { ...place, reason: manifest };
    const reason = (0,_backup_set_js__WEBPACK_IMPORTED_MODULE_0__/* .incompleteness */ .C7)(manifest, place, (file) => sizes.get(file));
    if (reason !== null)
        return { ...place, reason };
    const bytes = filesThatCount(manifest).reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
    return { ...place, manifest, proof: (0,_proofs_js__WEBPACK_IMPORTED_MODULE_2__/* .standingProof */ .Lz)(manifest, later), bytes };
}
/** Whether it is a set. */
function isSet(found) {
    return 'manifest' in found;
}
/** The manifest in a local folder, or why it cannot be read as one. */
async function manifestOrWhy(folder) {
    try {
        return await (0,_backup_set_js__WEBPACK_IMPORTED_MODULE_0__/* .readManifest */ .WI)(folder);
    }
    catch (error) {
        if (error instanceof _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .DamagedError */ .Me)
            return error.problem;
        throw error;
    }
}


/***/ }),

/***/ 55724:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E4: () => (/* binding */ writeProof),
/* harmony export */   Lz: () => (/* binding */ standingProof),
/* harmony export */   OR: () => (/* binding */ readProofs),
/* harmony export */   Qw: () => (/* binding */ proofText),
/* harmony export */   eO: () => (/* binding */ proofFileName)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var _backup_manifest_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(75462);
/* harmony import */ var _backup_set_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(4511);
/* harmony import */ var _bounded_json_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(12160);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(19473);
/* harmony import */ var _platform_file_errors_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(57568);
/* harmony import */ var _platform_files_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(71665);
/* harmony import */ var _platform_no_follow_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(38329);
/* harmony import */ var _verify_proof_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(29262);










/** Where an outcome is kept in its set: `proofs/20261124T020000Z.json`, numbered when that second has one already. */
function proofFileName(proof, taken = []) {
    const stem = (0,_backup_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .idOf */ .TH)(new Date(proof.at));
    for (let number = 1;; number++) {
        const name = number === 1 ? `${stem}.json` : `${stem}-${number}.json`;
        if (!taken.includes(name))
            return name;
    }
}
/** What is written there. */
function proofText(proof) {
    return `${JSON.stringify(_backup_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .Proof */ .Ri.parse(proof), null, 2)}\n`;
}
/**
 * The outcome that counts, of the manifest's and the later ones. The newest does, but for three cases: what could not run
 * takes nothing back; what looked less far neither lowers a proof nor lifts a failure; and a restore that failed once,
 * after another had succeeded, may have been chance or that server's fault, so that only a second one in a row counts. The
 * bytes of a set never change, so a proof stays true until something is found to be wrong.
 */
function standingProof(manifest, later) {
    const inTime = [manifest.proof, ...later].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
    const [first = manifest.proof, ...others] = inTime;
    return others.reduce(judged, { proof: first, isDoubted: false }).proof;
}
function judged({ proof, isDoubted }, next) {
    if (isRestoreFailure(next)) {
        return !isDoubted && proof.outcome === 'proven' && reach(proof) >= reach(next)
            ? { proof, isDoubted: true }
            : { proof: withRowsOf(proof, next), isDoubted: false };
    }
    return isTakenOver(proof, next) ? { proof: next, isDoubted: false } : { proof, isDoubted };
}
/** PostgreSQL complained while it was restored; that anything is damaged or differs was not found. */
function isRestoreFailure({ outcome, findings }) {
    const errors = findings.filter(({ severity }) => severity === 'error');
    return outcome === 'failed' && errors.length > 0 && errors.every(({ code }) => code === 'RESTORE_ERROR');
}
/** Where an earlier look had found all rows equal, they still are in the set, even if this one did not get that far. */
function withRowsOf(earlier, next) {
    const held = (0,_verify_proof_js__WEBPACK_IMPORTED_MODULE_9__/* .heldTier */ .A8)(earlier);
    return next.held === undefined && (held === 'data' || held === 'full') ? { ...next, held: 'data' } : next;
}
function isTakenOver(standing, next) {
    if (next.outcome === 'failed' || standing.outcome === 'not-verified')
        return true;
    return next.outcome === 'proven' && reach(next) >= reach(standing);
}
function reach({ tier }) {
    return _backup_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .Verify */ .of.options.indexOf(tier);
}
/**
 * Adds an outcome to the set in this folder, whole or not at all.
 *
 * @param workshop a folder on the same file system, in which it is written first: the set never holds a part of it
 */
async function writeProof(folder, proof, workshop) {
    const proofs = node_path__WEBPACK_IMPORTED_MODULE_1__.join(folder, _backup_set_js__WEBPACK_IMPORTED_MODULE_3__/* .SET */ .rK.proofs);
    await (0,_platform_files_js__WEBPACK_IMPORTED_MODULE_7__/* .makeFolder */ .fc)(proofs);
    const name = proofFileName(proof, await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readdir)(proofs));
    const written = node_path__WEBPACK_IMPORTED_MODULE_1__.join(workshop, name);
    await (0,_platform_files_js__WEBPACK_IMPORTED_MODULE_7__/* .writeWhole */ .f8)(written, proofText(proof));
    await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rename)(written, node_path__WEBPACK_IMPORTED_MODULE_1__.join(proofs, name));
    await (0,_platform_files_js__WEBPACK_IMPORTED_MODULE_7__/* .syncPath */ .Z8)(proofs);
}
/**
 * The outcomes that were added to the set in this folder, in the order of their names. What cannot be read is told and
 * left out, so that it neither proves nor fails the set.
 */
async function readProofs(folder, tell) {
    const proofs = [];
    const names = (await (0,_platform_file_errors_js__WEBPACK_IMPORTED_MODULE_6__/* .ifThere */ .y)((0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readdir)(node_path__WEBPACK_IMPORTED_MODULE_1__.join(folder, _backup_set_js__WEBPACK_IMPORTED_MODULE_3__/* .SET */ .rK.proofs)))) ?? [];
    for (const name of names.filter(isProofName).sort(byInstant)) {
        const file = node_path__WEBPACK_IMPORTED_MODULE_1__.join(folder, _backup_set_js__WEBPACK_IMPORTED_MODULE_3__/* .SET */ .rK.proofs, name);
        try {
            proofs.push(_backup_manifest_js__WEBPACK_IMPORTED_MODULE_2__/* .Proof */ .Ri.parse((0,_bounded_json_js__WEBPACK_IMPORTED_MODULE_4__/* .parseBoundedJson */ .Rj)(await (0,_platform_no_follow_js__WEBPACK_IMPORTED_MODULE_8__/* .readSmallFile */ .EW)(file, _bounded_json_js__WEBPACK_IMPORTED_MODULE_4__/* .SMALL_JSON */ .Rx.length), _bounded_json_js__WEBPACK_IMPORTED_MODULE_4__/* .SMALL_JSON */ .Rx)));
        }
        catch (error) {
            tell(`${file} is not an outcome of a verification and is left out: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .messageOf */ .bD)(error)}`);
        }
    }
    return proofs;
}
function isProofName(name) {
    return name.endsWith('.json') && !name.startsWith('.');
}
/** `…Z.json` before `…Z-2.json` before `…Z-10.json`. */
function byInstant(a, b) {
    const [[stemA = '', numberA = '1'], [stemB = '', numberB = '1']] = [a, b].map((name) => name.slice(0, -5).split('-'));
    return stemA === stemB ? Number(numberA) - Number(numberB) : stemA < stemB ? -1 : 1;
}


/***/ }),

/***/ 4977:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Cb: () => (/* binding */ OTHER_CHECKSUMS),
/* harmony export */   hZ: () => (/* binding */ compareFiles),
/* harmony export */   i6: () => (/* binding */ wholeSet),
/* harmony export */   iv: () => (/* binding */ difference),
/* harmony export */   v_: () => (/* binding */ setToCopy)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(76760);
/* harmony import */ var _backup_checksums_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(951);
/* harmony import */ var _backup_set_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(4511);
/* harmony import */ var _backup_sha256_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(31132);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(19473);
/* harmony import */ var _platform_file_errors_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(57568);
/* harmony import */ var _platform_files_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(71665);
/* harmony import */ var _platform_parallel_js__WEBPACK_IMPORTED_MODULE_10__ = __webpack_require__(93351);
/* harmony import */ var _measure_set_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(94702);
/* harmony import */ var _set_place_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(17521);











/** How many files are read at a time. */
const READERS = 4;
/**
 * What is committed is what a listing will count, nothing less and nothing besides: throws `OperationError` when the
 * folder does not hold exactly the set that belongs to this place.
 */
async function wholeSet(folder, place, doing) {
    const set = await setOrWhy(folder, place);
    if (typeof set === 'string')
        throw (0,_set_place_js__WEBPACK_IMPORTED_MODULE_8__/* .notWhole */ .HR)(set, doing);
    return set;
}
/**
 * The set in a folder, to be copied from there. Its list of checksums must say what its manifest says.
 *
 * Throws `DamagedError` when the folder holds something else than the whole set of this place.
 */
async function setToCopy(folder, place) {
    const doing = `copying the set ${(0,_set_place_js__WEBPACK_IMPORTED_MODULE_8__/* .nameOfSet */ .hW)(place)} from ${folder}`;
    const set = await setOrWhy(folder, place);
    if (typeof set === 'string')
        throw damagedSource(set, doing);
    const sealed = set.files.filter(({ path: file }) => (0,_backup_set_js__WEBPACK_IMPORTED_MODULE_2__/* .isListed */ .yy)(file) || file === _backup_set_js__WEBPACK_IMPORTED_MODULE_2__/* .SET */ .rK.manifest);
    if ((await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)(node_path__WEBPACK_IMPORTED_MODULE_1__.join(folder, _backup_set_js__WEBPACK_IMPORTED_MODULE_2__/* .SET */ .rK.checksums), 'utf8')) === (0,_backup_checksums_js__WEBPACK_IMPORTED_MODULE_9__/* .checksumsText */ .cV)(sealed))
        return set;
    throw damagedSource(OTHER_CHECKSUMS, doing);
}
/** The set in a folder, or what it lacks or has too much to be the one of this place. */
async function setOrWhy(folder, place) {
    const manifest = await (0,_measure_set_js__WEBPACK_IMPORTED_MODULE_7__/* .manifestOrWhy */ .v7)(folder);
    if (typeof manifest === 'string')
        return manifest;
    const entries = (await (0,_platform_files_js__WEBPACK_IMPORTED_MODULE_6__/* .entriesBelow */ .yO)(folder)).filter(({ kind }) => kind !== 'folder');
    const sizes = new Map();
    for (const { path: file } of entries.filter(({ kind }) => kind === 'file')) {
        sizes.set(file, (await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.lstat)(node_path__WEBPACK_IMPORTED_MODULE_1__.join(folder, file))).size);
    }
    const listed = new Set(manifest.files.map((file) => file.path));
    const extra = entries.find(({ path: file, kind }) => kind !== 'file' || ((0,_backup_set_js__WEBPACK_IMPORTED_MODULE_2__/* .isListed */ .yy)(file) && !listed.has(file)));
    const wrong = (0,_backup_set_js__WEBPACK_IMPORTED_MODULE_2__/* .incompleteness */ .C7)(manifest, place, (file) => sizes.get(file)) ??
        (sizes.has(_backup_set_js__WEBPACK_IMPORTED_MODULE_2__/* .SET */ .rK.checksums) ? null : `${_backup_set_js__WEBPACK_IMPORTED_MODULE_2__/* .SET */ .rK.checksums} is missing`) ??
        (extra === undefined ? null : `${extra.path} is not in its manifest`);
    if (wrong !== null)
        return wrong;
    const others = [...sizes.keys()].filter((file) => !(0,_backup_set_js__WEBPACK_IMPORTED_MODULE_2__/* .isListed */ .yy)(file));
    const unlisted = await (0,_platform_parallel_js__WEBPACK_IMPORTED_MODULE_10__/* .inParallel */ .H)(others, READERS, async (file) => ({
        path: file,
        ...(await (0,_backup_sha256_js__WEBPACK_IMPORTED_MODULE_3__/* .sha256OfFile */ .V)(node_path__WEBPACK_IMPORTED_MODULE_1__.join(folder, file))),
    }));
    return { manifest, files: [...manifest.files, ...unlisted] };
}
/** `SHA256SUMS` is a function of the manifest; another text means that one of the two was changed. */
const OTHER_CHECKSUMS = `${_backup_set_js__WEBPACK_IMPORTED_MODULE_2__/* .SET */ .rK.checksums} is not the list that belongs to ${_backup_set_js__WEBPACK_IMPORTED_MODULE_2__/* .SET */ .rK.manifest}`;
/**
 * Reads files of a folder and compares them with what they must be.
 *
 * Throws `DamagedError` naming the first that differs.
 */
async function compareFiles(folder, files, doing, { signal, onBytes } = {}) {
    await (0,_platform_parallel_js__WEBPACK_IMPORTED_MODULE_10__/* .inParallel */ .H)(files, READERS, async (expected) => {
        const found = await (0,_platform_file_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .ifThere */ .y)((0,_backup_sha256_js__WEBPACK_IMPORTED_MODULE_3__/* .sha256OfFile */ .V)(node_path__WEBPACK_IMPORTED_MODULE_1__.join(folder, expected.path), { signal, onBytes }));
        const wrong = difference(expected, found);
        if (wrong !== null)
            throw damagedSource(wrong, doing);
    });
}
/** What is wrong with a file, in words; null when it is what it must be. */
function difference(expected, found) {
    if (found === undefined)
        return `${expected.path} is missing`;
    if (found.size !== expected.size)
        return `${expected.path} has ${found.size} bytes and should have ${expected.size}`;
    if (found.sha256 === expected.sha256)
        return null;
    return `the SHA-256 of ${expected.path} is ${found.sha256} and should be ${expected.sha256}`;
}
function damagedSource(problem, doing) {
    const advice = 'The copy was not made. Validate the set to learn what is damaged, and keep the copies that are whole.';
    return new _errors_js__WEBPACK_IMPORTED_MODULE_4__/* .DamagedError */ .Me({ doing, problem, advice });
}


/***/ }),

/***/ 17521:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $9: () => (/* binding */ LOG),
/* harmony export */   Ai: () => (/* binding */ isTypeName),
/* harmony export */   BG: () => (/* binding */ INCOMING),
/* harmony export */   HR: () => (/* binding */ notWhole),
/* harmony export */   LK: () => (/* binding */ noSuchSet),
/* harmony export */   fb: () => (/* binding */ checkedPlace),
/* harmony export */   hW: () => (/* binding */ nameOfSet),
/* harmony export */   ll: () => (/* binding */ newestFirst),
/* harmony export */   mW: () => (/* binding */ takenByAnother),
/* harmony export */   o6: () => (/* binding */ isSetId),
/* harmony export */   pL: () => (/* binding */ alreadyThere),
/* harmony export */   pe: () => (/* binding */ locationOfSet),
/* harmony export */   re: () => (/* binding */ refuseForeign)
/* harmony export */ });
/* harmony import */ var _backup_manifest_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(75462);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(19473);


/** The folder of the log, and so no name for a type. */
const LOG = 'log';
/** Where sets are made ready; no name for a type either, because it begins with a dot. */
const INCOMING = '.incoming';
/** Whether this can be a folder of sets, as a type is called. */
function isTypeName(name) {
    return name !== LOG && _backup_manifest_js__WEBPACK_IMPORTED_MODULE_0__/* .SetType */ .dL.safeParse(name).success;
}
/** Whether this can be an id of a set. */
function isSetId(name) {
    return _backup_manifest_js__WEBPACK_IMPORTED_MODULE_0__/* .SetId */ .uz.safeParse(name).success;
}
/**
 * A type and an id are parts of a path, so nothing else than their own form gets through.
 *
 * Throws `UsageError` for anything else.
 */
function checkedPlace(place) {
    if (isTypeName(place.type) && isSetId(place.id))
        return place;
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .UsageError */ .eb({
        doing: `looking for the set "${place.type}/${place.id}"`,
        problem: place.type === LOG
            ? `"${LOG}" cannot be a type, because it is the folder of the log`
            : 'this cannot be a type and id of a set',
        advice: 'A type is a word of small letters, digits and hyphens; an id is an instant like 20261124T020000Z.',
    });
}
/** The newest first; of one instant, by type. */
function newestFirst(a, b) {
    return a.id === b.id ? (a.type < b.type ? -1 : 1) : a.id < b.id ? 1 : -1;
}
/** `daily/20261124T020000Z` */
function nameOfSet({ type, id }) {
    return `${type}/${id}`;
}
/** A set in a store, as a person would write it: the store's name with the set's, before a query where it has one. */
function locationOfSet(store, set) {
    const [, base = '', query = ''] = /^([^?]*)(\?.*)?$/s.exec(store) ?? [];
    return `${base.replace(/\/+$/, '')}/${nameOfSet(set)}${query}`;
}
/** What was written is not what would be counted as a set. */
function notWhole(wrong, doing) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .OperationError */ .OK({
        doing,
        problem: `what was written is not the set it should be: ${wrong}`,
        advice: 'Nothing was kept. Take the backup again, and report this if it comes back.',
    });
}
/** @param location the set that is there, as a person would write it */
function alreadyThere(location, doing) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .OperationError */ .OK({
        doing,
        problem: `there is already a set at ${location}`,
        advice: 'Sets are never overwritten. Start the backup again: its id is the second in which it begins.',
    });
}
/** The copy of a set cannot be put where another set of the same id is. */
function takenByAnother(location, doing) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .OperationError */ .OK({
        doing,
        problem: `there is another set at ${location}: its manifest differs from the one of the set that was to be copied`,
        advice: 'Sets are never overwritten. Find out which of the two is right, and move the other one away by hand.',
    });
}
function noSuchSet(place, doing, store) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .OperationError */ .OK({
        doing: `${doing} the set ${nameOfSet(place)} in ${store}`,
        problem: 'there is no such set',
        advice: 'List the store to see what is there; another run may have removed it.',
    });
}
/** One root holds one series: throws `GuardError` when the store holds another than the set's. */
function refuseForeign(held, series, doing) {
    if (held === null || held === series)
        return;
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .GuardError */ .U$({
        doing,
        problem: `the store holds the series "${held}", and this set is of "${series}"`,
        advice: 'Give each database a store of its own, or set series to the name that the store has.',
    });
}


/***/ }),

/***/ 10346:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   k: () => (/* binding */ withLock)
/* harmony export */ });
/** Does work while no other run changes which sets there are. */
async function withLock(store, doing, work) {
    const unlock = await store.lock(doing);
    try {
        return await work();
    }
    finally {
        await unlock();
    }
}


/***/ }),

/***/ 99967:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ TakenError)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(19473);

/**
 * A place that can tell noticed that the manifest of another run is where ours was to go. That one is not ours to remove:
 * unlike after any other failure, nothing of the manifest that is there now was sent by us.
 */
class TakenError extends _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .OperationError */ .OK {
}


/***/ }),

/***/ 82836:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Ah: () => (/* binding */ Silence),
/* harmony export */   bf: () => (/* binding */ ownerOf),
/* harmony export */   qg: () => (/* binding */ waitForTurn)
/* harmony export */ });
/* harmony import */ var _bounded_json_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(12160);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(19473);
/* harmony import */ var _platform_owner_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(65573);



const MESSAGE_EVERY_MS = 30_000;
/**
 * Looks again and again until the turn is ours, and says now and then for whom it waits.
 *
 * Throws `OperationError` naming that one when it takes too long.
 */
async function waitForTurn({ what, look, pace }, doing, { clock, logger, signal, patience }) {
    const began = clock.monotonic();
    let told = -Infinity;
    for (;;) {
        const turn = await look();
        if (turn === 'ours')
            return;
        const waited = clock.monotonic() - began;
        if (waited >= patience)
            throw tooLong(what, turn, doing, waited);
        if (turn !== null && waited - told >= MESSAGE_EVERY_MS) {
            logger.info(`Another run holds ${what}, waiting for it: ${(0,_platform_owner_js__WEBPACK_IMPORTED_MODULE_2__/* .describeOwner */ .$S)(turn)}.`);
            told = waited;
        }
        await clock.sleep(pace(turn), signal).catch((error) => {
            throw signal?.aborted === true ? new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .InterruptedError */ .p4(doing, error) : error;
        });
    }
}
function tooLong(what, holder, doing, waited) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .OperationError */ .OK({
        doing,
        problem: `another run holds ${what}, after ${Math.round(waited / 1000)} seconds of waiting: ${holder === null ? 'one that has just come' : (0,_platform_owner_js__WEBPACK_IMPORTED_MODULE_2__/* .describeOwner */ .$S)(holder)}`,
        advice: 'Wait until that run is done, or end it, then start this one again.',
    });
}
/** Tells how long something has shown no sign of life, by changes that are seen from here and our own clock alone. */
class Silence {
    clock;
    seen = new Map();
    constructor(clock) {
        this.clock = clock;
    }
    /** Milliseconds since its sign was first seen as it is now; the clocks of two machines need not agree. */
    of(thing, sign) {
        const now = this.clock.monotonic();
        const before = this.seen.get(thing);
        if (before?.sign === sign)
            return now - before.at;
        this.seen.set(thing, { sign, at: now });
        return 0;
    }
}
/** An owner's note, or null when a power failure left it empty or in parts. */
function ownerOf(note) {
    try {
        return _platform_owner_js__WEBPACK_IMPORTED_MODULE_2__/* .Owner */ ._e.parse((0,_bounded_json_js__WEBPACK_IMPORTED_MODULE_0__/* .parseBoundedJson */ .Rj)(note, _bounded_json_js__WEBPACK_IMPORTED_MODULE_0__/* .SMALL_JSON */ .Rx));
    }
    catch {
        return null;
    }
}


/***/ }),

/***/ 29262:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   A8: () => (/* binding */ heldTier),
/* harmony export */   Op: () => (/* binding */ concludeProof),
/* harmony export */   et: () => (/* binding */ notVerified),
/* harmony export */   sK: () => (/* binding */ recoveryTier)
/* harmony export */ });
/* harmony import */ var _findings_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(83034);

/**
 * What the findings of a verification amount to. An error is a failed proof; without one, a check that could not run
 * means that nothing is proven. Only when everything ran and nothing was found is it a proof.
 */
function concludeProof({ tier, findings, at, seconds, verifiedBy, scratch, held }) {
    const common = {
        tier,
        at: at.toISOString(),
        verifiedBy,
        seconds,
        findings: [...findings],
        ...(scratch !== undefined && { scratch }),
    };
    switch ((0,_findings_js__WEBPACK_IMPORTED_MODULE_0__/* .worstOf */ .hm)(findings)) {
        case 'error':
            return { outcome: 'failed', ...common, ...(held !== undefined && { held }) };
        case 'inconclusive':
            return { outcome: 'not-verified', reason: reasonIn(findings), ...common, ...(held !== undefined && { held }) };
        default:
            return { outcome: 'proven', ...common };
    }
}
/** The highest tier at which a set is known to be a true copy, whatever came of a higher one; undefined where none is. */
function heldTier({ outcome, tier, held }) {
    return outcome === 'proven' && tier !== 'none' ? tier : held;
}
/**
 * How far a restore of a set must be equal before it is put in place. What is proven to `data`, or is known to hold no
 * more, is held to its rows: what else differs is told. Of a set of which nothing is known, everything must be equal.
 */
function recoveryTier(proof) {
    return heldTier(proof) === 'data' || proof.outcome === 'failed' ? 'data' : 'full';
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


/***/ })

};
