export const id = 181;
export const ids = [181];
export const modules = {

/***/ 8777:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   g: () => (/* binding */ given)
/* harmony export */ });
/** The values that there are: `exactOptionalPropertyTypes` tells a property without a value from one that is not there. */
function given(values) {
    return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}


/***/ }),

/***/ 31181:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  openS3Place: () => (/* binding */ openS3Place)
});

// UNUSED EXPORTS: S3Place

// EXTERNAL MODULE: ./build/errors.js
var errors = __webpack_require__(19473);
// EXTERNAL MODULE: ./build/version.js
var version = __webpack_require__(58508);
// EXTERNAL MODULE: ./build/units.js
var units = __webpack_require__(6515);
;// CONCATENATED MODULE: ./build/stores/s3-credentials.js


/** Credentials that end sooner than this are renewed, however little is left. */
const MARGIN_MS = 5 * 60 * 1000;
/** Looks ahead whether the credentials last as long as the work does. */
class CredentialWatch {
    source;
    tools;
    warnedOf;
    constructor(source, tools) {
        this.source = source;
        this.tools = tools;
    }
    /**
     * Renews credentials that would end before the work does, warns once when they cannot be renewed for long enough.
     *
     * Throws `OperationError` when they have ended already, instead of letting the transfer find out.
     */
    async lookAhead(remaining, doing) {
        const needed = Math.max(MARGIN_MS, expectedMs(remaining) ?? 0);
        if (this.lifetime(await this.current()) >= needed)
            return;
        const renewed = await this.current({ forceRefresh: true });
        const lifetime = this.lifetime(renewed);
        if (lifetime <= 0)
            throw ended(renewed, doing);
        if (lifetime < (expectedMs(remaining) ?? MARGIN_MS))
            this.warn(renewed, remaining);
    }
    /** Fetches new credentials; tells whether they are others than before. */
    async renew() {
        const before = await this.current();
        const after = await this.current({ forceRefresh: true });
        return after.accessKeyId !== before.accessKeyId || after.sessionToken !== before.sessionToken;
    }
    async current(options) {
        const credentials = await this.source(options);
        this.tools.logger.hide(credentials.secretAccessKey);
        if (credentials.sessionToken !== undefined)
            this.tools.logger.hide(credentials.sessionToken);
        return credentials;
    }
    lifetime({ expiration }) {
        return expiration === undefined ? Infinity : expiration.getTime() - this.tools.clock.now().getTime();
    }
    warn({ expiration }, remaining) {
        if (expiration === undefined || this.warnedOf === expiration.getTime())
            return;
        this.warnedOf = expiration.getTime();
        const expected = expectedMs(remaining);
        const need = expected === undefined ? '' : `, about ${(0,units/* formatDuration */.a3)(expected / 1000)} at the pace so far`;
        this.tools.logger.warning(`The credentials end at ${(0,units/* formatInstant */.r4)(expiration)} and cannot be renewed, while ${(0,units/* formatBytes */.z3)(remaining.bytes)} are left to move${need}. ` +
            'Let the role last longer; what has arrived is not sent again by the next run.');
    }
}
/** Milliseconds that what is left will take; undefined as long as nothing is known. */
function expectedMs({ bytes, bytesPerSecond }) {
    return bytesPerSecond === undefined || bytesPerSecond <= 0 ? undefined : (bytes / bytesPerSecond) * 1000;
}
function ended({ expiration }, doing) {
    return new errors/* OperationError */.OK({
        doing,
        problem: `the credentials ended at ${expiration === undefined ? 'an unknown time' : (0,units/* formatInstant */.r4)(expiration)}`,
        advice: 'Give fresh ones. A role in GitHub Actions lasts longer with role-duration-seconds of ' +
            'aws-actions/configure-aws-credentials, up to the maximum of the role.',
    });
}

// EXTERNAL MODULE: ./build/platform/file-errors.js
var file_errors = __webpack_require__(57568);
;// CONCATENATED MODULE: ./build/stores/s3-errors.js


/** S3, or the way to it, did not do what was asked. `code` is what S3 called it. */
class S3Error extends errors/* OperationError */.OK {
    code;
    /** The HTTP status, where there was an answer. */
    status;
    constructor(code, status, trouble) {
        super(trouble);
        this.code = code;
        this.status = status;
    }
}
/** Whether this is an error of S3 of one of these codes. */
function isS3Error(error, ...codes) {
    return error instanceof S3Error && codes.includes(error.code);
}
/** What says that something is not there; a HEAD has no other word for it than its status. */
const ABSENT = ['NoSuchKey', 'NotFound'];
/** An object that was there already, or came while we sent ours. */
const TAKEN = ['PreconditionFailed', 'ConditionalRequestConflict'];
/** The service does not know what was asked of it. */
const UNKNOWN_TO_IT = ['NotImplemented', 'UnsupportedArgument', 'MethodNotAllowed'];
/** Whether a service refused a request for a header that it does not know, and not for what was asked. */
function isUnknownHeader(error, header) {
    if (isS3Error(error, ...UNKNOWN_TO_IT))
        return true;
    return (isS3Error(error, 'InvalidArgument', 'InvalidRequest', 'MissingContentMD5') && header.test((0,errors/* messageOf */.bD)(error.cause)));
}
/** The credentials are over. */
const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'RequestExpired'];
/** What went wrong in words. What is not known keeps S3's own message. */
function s3Error(error, request) {
    const answer = answerOf(error);
    const { problem, advice } = (explanationOf(answer) ?? otherwise)(request, answer);
    return new S3Error(answer.code, answer.status, { doing: request.doing, problem, advice, cause: error });
}
/** @returns e.g. `AccessDenied`, and for an answer without a body what its status means */
function answerOf(error) {
    const raw = (typeof error === 'object' && error !== null ? error : {});
    const status = raw.$metadata?.httpStatusCode;
    const told = [raw.Code, raw.name].find((code) => typeof code === 'string' && !NO_NAMES.has(code));
    const message = (0,errors/* messageOf */.bD)(error);
    const code = (0,file_errors/* codeOf */.$N)(error) ?? told ?? BY_STATUS[status ?? 0] ?? codeIn(message) ?? 'Unknown';
    const region = raw.Region ?? raw.$response?.headers?.['x-amz-bucket-region'];
    return { code, status, message, region: typeof region === 'string' ? region : undefined };
}
/** The SDK wraps some errors so that only their text is left: `… Error: connect ECONNREFUSED 127.0.0.1:1`. */
function codeIn(message) {
    return /\b(E[A-Z]{4,}(_[A-Z]+)?|TimeoutError)\b/.exec(message)?.[1];
}
/** What the SDK calls an error of which it knows nothing but the status. */
const NO_NAMES = new Set(['Error', 'Unknown', 'UnknownError', '301', '400', '403', '404', '500', '503']);
const BY_STATUS = {
    301: 'PermanentRedirect',
    307: 'TemporaryRedirect',
    400: 'BadRequest',
    401: 'AccessDenied',
    403: 'AccessDenied',
    404: 'NotFound',
    409: 'ConditionalRequestConflict',
    412: 'PreconditionFailed',
    416: 'InvalidRange',
    429: 'SlowDown',
    500: 'InternalError',
    501: 'NotImplemented',
    503: 'SlowDown',
};
function explanationOf(answer) {
    const found = EXPLANATIONS.find(({ codes, saying }) => {
        return codes.includes(answer.code) && (saying === undefined || saying.test(answer.message));
    });
    return found?.explain;
}
/** How to get credentials that work, in one sentence. */
const WAYS_IN = 'Give them by the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), by a profile (AWS_PROFILE) or by a role; ' +
    'in GitHub Actions by aws-actions/configure-aws-credentials with "id-token: write".';
const resourceOf = ({ bucket, key }) => key === undefined ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`;
const whereOf = ({ endpoint }) => endpoint ?? 'S3';
const wrongRegion = ({ bucket }, { region, message }) => {
    const right = region ?? /expecting '([a-z0-9-]+)'/.exec(message)?.[1];
    return right === undefined
        ? {
            problem: `the bucket "${bucket}" is in another region, or must be reached at another endpoint`,
            advice: 'Look up the region of the bucket and put it into the location: region=eu-west-1.',
        }
        : { problem: `the bucket "${bucket}" is in the region ${right}`, advice: `Put region=${right} into the location.` };
};
const busy = (request, { message }) => ({
    problem: `${whereOf(request)} kept answering that it is too busy: ${withoutStop(message)}`,
    advice: 'It was asked again several times with growing pauses. Start it again later; what has arrived is not sent again.',
});
const unreachable = (request, { code, message }) => ({
    problem: `${whereOf(request)} cannot be reached (${code}): ${withoutStop(message)}`,
    advice: 'Check the endpoint, the region and the network, then start it again; what has arrived is not sent again.',
});
const damagedOnTheWay = (_request, { message }) => ({
    problem: `what arrived is not what was sent: ${withoutStop(message)}`,
    advice: 'Nothing was kept of it. Start it again; if it comes back, the network or a proxy changes what passes.',
});
const denied = (request, { message }) => ({
    problem: `these credentials may not do ${request.action} on ${resourceOf(request)}: ${withoutStop(message)}`,
    advice: `Allow ${request.action} on ${resourceOf(request)} in their policy, and see that no policy of the bucket or its key denies it.`,
});
const cannot = (request, { message }) => ({
    problem: `${whereOf(request)} cannot do this: ${withoutStop(message)}`,
    advice: 'Where it is about checksums, put checksums=md5 into the location; docs/stores.md lists the quirks of services.',
});
const EXPLANATIONS = [
    {
        codes: ['NoSuchBucket'],
        explain: (request) => ({
            problem: `there is no bucket "${request.bucket}" at ${whereOf(request)}`,
            advice: 'Create it, or check its name, region and endpoint; pg-lifeboat never creates a bucket.',
        }),
    },
    {
        codes: ['AccessDenied'],
        saying: /kms:/i,
        explain: (_request, { message }) => ({
            problem: `the key of the encryption may not be used: ${withoutStop(message)}`,
            advice: 'Allow kms:GenerateDataKey and kms:Decrypt on the key, in its own policy too.',
        }),
    },
    { codes: ['AccessDenied', 'AllAccessDisabled', 'AccountProblem'], explain: denied },
    {
        codes: [
            'PermanentRedirect',
            'TemporaryRedirect',
            'AuthorizationHeaderMalformed',
            'IllegalLocationConstraintException',
        ],
        explain: wrongRegion,
    },
    {
        codes: ['InvalidAccessKeyId', 'InvalidClientTokenId'],
        explain: (request) => ({
            problem: `${whereOf(request)} does not know this access key`,
            advice: `Check that the key is of this service and still active. ${WAYS_IN}`,
        }),
    },
    {
        codes: ['SignatureDoesNotMatch'],
        explain: (request) => ({
            problem: `${whereOf(request)} did not accept the signature: the secret key is not the one of the access key`,
            advice: 'Copy the secret key again (a space or line end at its end is enough to break it). With another service than ' +
                'AWS, the region and path-style must fit too.',
        }),
    },
    {
        codes: ['RequestTimeTooSkewed', 'RequestInTheFuture'],
        explain: () => ({
            problem: `the clock of this machine is wrong: it says ${new Date().toISOString()}, which is not the time of the server`,
            advice: 'Set the clock (timedatectl set-ntp true), then start it again.',
        }),
    },
    {
        codes: [...EXPIRED],
        explain: () => ({
            problem: 'the credentials have expired',
            advice: 'What has arrived is not sent again. Start it again with fresh ones, or let the role last longer ' +
                '(role-duration-seconds of aws-actions/configure-aws-credentials, up to the maximum of the role).',
        }),
    },
    {
        codes: ['InvalidToken'],
        explain: () => ({
            problem: 'the session token of the credentials is not valid',
            advice: 'Give AWS_SESSION_TOKEN together with the keys it came with, or unset it.',
        }),
    },
    {
        codes: ['CredentialsProviderError', 'TokenProviderError'],
        explain: (_request, { message }) => ({
            problem: `there are no credentials: ${withoutStop(message)}`,
            advice: WAYS_IN,
        }),
    },
    {
        codes: ['Unknown'],
        saying: /region is missing/i,
        explain: () => ({
            problem: 'the region of the bucket is not known',
            advice: 'Put region=eu-west-1, or what it is, into the location, or set AWS_REGION.',
        }),
    },
    {
        codes: ['InvalidRequest', 'InvalidArgument'],
        saying: /object ?lock/i,
        explain: ({ bucket }) => ({
            problem: `the bucket "${bucket}" has no Object Lock, which object-lock-days asks for`,
            advice: 'Enable Object Lock on the bucket (it can be done for existing ones), or leave object-lock-days out.',
        }),
    },
    {
        codes: ['InvalidArgument', 'InvalidRequest', 'ExcessHeaderValues'],
        saying: /checksum|content-md5/i,
        explain: cannot,
    },
    {
        codes: ['InvalidObjectState'],
        explain: () => ({
            problem: 'the object is in an archive class and cannot be read before it is restored from there',
            advice: 'Restore it in the console of the service (aws s3api restore-object), then start it again.',
        }),
    },
    {
        codes: ['KMS.NotFoundException', 'KMS.DisabledException', 'KMS.KMSInvalidStateException'],
        explain: (_request, { message }) => ({
            problem: `the key of the encryption cannot be used: ${withoutStop(message)}`,
            advice: 'Check kms-key-id in the location, and that the key is enabled and in the region of the bucket.',
        }),
    },
    { codes: UNKNOWN_TO_IT, explain: cannot },
    {
        codes: ['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch'],
        explain: damagedOnTheWay,
    },
    {
        codes: ['SlowDown', 'ServiceUnavailable', 'InternalError', 'ThrottlingException', 'RequestLimitExceeded'],
        explain: busy,
    },
    {
        codes: [
            'ENOTFOUND',
            'EAI_AGAIN',
            'ECONNREFUSED',
            'ECONNRESET',
            'EPIPE',
            'ETIMEDOUT',
            'EHOSTUNREACH',
            'ENETUNREACH',
            'TimeoutError',
            'RequestTimeout',
        ],
        explain: unreachable,
    },
];
const otherwise = (request, { code, status, message }) => ({
    problem: `${whereOf(request)} refused it (${[code, status].filter((each) => each !== undefined).join(', ')}): ${withoutStop(message)}`,
    advice: 'Check the location of the store; docs/stores.md tells what each service needs.',
});
function withoutStop(message) {
    return message.trim().replace(/\.$/, '') || 'no reason was given';
}

// EXTERNAL MODULE: ./build/given.js
var given = __webpack_require__(8777);
// EXTERNAL MODULE: ./build/options.js + 3 modules
var options = __webpack_require__(86858);
// EXTERNAL MODULE: ./build/control-characters.js
var control_characters = __webpack_require__(83678);
;// CONCATENATED MODULE: ./build/stores/s3-location.js




/** The keys of the query. */
const KEYS = [
    'region',
    'endpoint',
    'path-style',
    'checksums',
    'sse',
    'kms-key-id',
    'storage-class',
    'object-lock-days',
    'object-lock-mode',
];
/** Storage classes from which an object can be read at once. A set that must be thawed first cannot be verified. */
const STORAGE_CLASSES = [
    'STANDARD',
    'STANDARD_IA',
    'ONEZONE_IA',
    'INTELLIGENT_TIERING',
    'GLACIER_IR',
    'REDUCED_REDUNDANCY',
];
const FROZEN = ['GLACIER', 'DEEP_ARCHIVE'];
const ENCRYPTIONS = ['AES256', 'aws:kms', 'aws:kms:dsse'];
const LOCK_MODES = ['GOVERNANCE', 'COMPLIANCE'];
const CHECKSUMS = ['sha256', 'md5'];
const MOST_LOCK_DAYS = 36_500;
const EXAMPLE = 's3://bucket/prefix?region=eu-west-1';
/**
 * Reads `s3://bucket/prefix?region=&endpoint=&…`.
 *
 * Throws `UsageError` for what cannot be used; an unknown key of the query is answered with the nearest known one.
 */
function parseS3Location(location) {
    const url = parsedUrl(location);
    refuseCredentials(url);
    const query = queryOf(url);
    const read = { region: query.get('region'), endpoint: endpointOf(query), pathStyle: pathStyleOf(query) };
    return {
        bucket: bucketOf(url),
        prefix: prefixOf(location),
        checksums: choice(query, 'checksums', CHECKSUMS) ?? usualChecksums(read.endpoint),
        mostParts: mostPartsOf(read.endpoint),
        ...(0,given/* given */.g)(read),
        ...(0,given/* given */.g)({
            encryption: encryptionOf(query),
            storageClass: storageClassOf(query),
            objectLock: objectLockOf(query),
        }),
    };
}
/** As a person would write it: what tells this store from others. */
function nameOfLocation({ bucket, prefix, endpoint }) {
    const place = prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
    return endpoint === undefined ? place : `${place}?endpoint=${endpoint}`;
}
function parsedUrl(location) {
    try {
        return new URL(location);
    }
    catch (error) {
        throw unusable('it is not a URL', `Write it like ${EXAMPLE}.`, error);
    }
}
/** What is wrong is told without the location itself, because it may hold a secret. */
function refuseCredentials(url) {
    if (url.username === '' && url.password === '')
        return;
    throw unusable('it holds credentials, and a location is shown in logs and reports', 'Take them out of the location. Give them by the environment (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), by a ' +
        "profile (AWS_PROFILE), or by a role: in GitHub Actions with aws-actions/configure-aws-credentials and the job's OIDC token.");
}
function queryOf(url) {
    if (url.hash !== '')
        throw unusable('it holds a "#"', 'Write a "#" that belongs to the prefix as %23.');
    const query = new Map();
    for (const [name, value] of url.searchParams) {
        const key = KEYS.find((known) => known === name);
        if (key === undefined)
            throw unknownKey(name);
        if (query.has(key))
            throw unusable(`${key} is given twice`, 'Give it once.');
        if (value === '')
            throw unusable(`${key} is empty`, 'Give it a value, or leave it out.');
        query.set(key, value);
    }
    return query;
}
function unknownKey(name) {
    const near = (0,options/* nearest */.pA)(name, KEYS);
    return unusable(`"${name}" is not one of its settings`, near === undefined ? `They are ${KEYS.join(', ')}.` : `Did you mean ${near}?`);
}
function bucketOf(url) {
    if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(url.hostname) && url.port === '')
        return url.hostname;
    throw unusable(`"${url.host}" cannot be the name of a bucket`, `A bucket has 3 to 63 small letters, digits, hyphens and dots: ${EXAMPLE}. ` +
        'Another service than AWS is named by endpoint=https://host.');
}
/** From the text itself: a URL resolves "..", and would be another place than the one that was written. */
function prefixOf(location) {
    const written = location.replace(/^[^/]*\/\/[^/?#]*/, '').replace(/[?#].*$/s, '');
    const prefix = decoded(written).replace(/^\/+|\/+$/g, '');
    const odd = prefix !== '' && prefix.split('/').some((part) => ['', '.', '..'].includes(part));
    if (!odd && !(0,control_characters/* hasControls */.L)(prefix) && Buffer.byteLength(prefix) <= 700)
        return prefix;
    throw unusable(`"${prefix}" cannot be its prefix`, 'A prefix is made of names with single slashes between them, 700 bytes at most.');
}
function decoded(pathname) {
    try {
        return decodeURIComponent(pathname);
    }
    catch (error) {
        throw unusable('a "%" in it is not followed by two hexadecimal digits', 'Write a "%" itself as %25.', error);
    }
}
function endpointOf(query) {
    const text = query.get('endpoint');
    if (text === undefined)
        return undefined;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
        throw unusable('its endpoint is not an http or https URL', 'Write it like endpoint=https://minio.example.com.');
    }
    refuseCredentials(url);
    if (url.search !== '' || url.hash !== '' || url.pathname !== '/') {
        throw unusable('its endpoint holds more than a host and a port', 'Write it like endpoint=https://host:9000.');
    }
    return url.origin;
}
function pathStyleOf(query) {
    const text = choice(query, 'path-style', ['true', 'false']);
    return text === undefined ? undefined : text === 'true';
}
function encryptionOf(query) {
    const mode = choice(query, 'sse', ENCRYPTIONS);
    const keyId = query.get('kms-key-id');
    if (keyId !== undefined && (mode === undefined || mode === 'AES256')) {
        throw unusable('kms-key-id is given without encryption by KMS', 'Add sse=aws:kms.');
    }
    return mode === undefined ? undefined : { mode, ...(0,given/* given */.g)({ keyId }) };
}
function storageClassOf(query) {
    if (FROZEN.includes(query.get('storage-class') ?? '')) {
        throw unusable(`objects of the class ${query.get('storage-class') ?? ''} cannot be read at once, so a set could not be verified`, 'Use GLACIER_IR, or let a lifecycle rule of the bucket move old sets to a colder class.');
    }
    return choice(query, 'storage-class', STORAGE_CLASSES);
}
function objectLockOf(query) {
    const days = query.get('object-lock-days');
    const mode = choice(query, 'object-lock-mode', LOCK_MODES);
    if (days === undefined) {
        if (mode === undefined)
            return undefined;
        throw unusable('object-lock-mode is given without a time', 'Add object-lock-days=30, or as long as sets are kept.');
    }
    if (!/^[1-9]\d*$/.test(days) || Number(days) > MOST_LOCK_DAYS) {
        throw unusable(`object-lock-days is "${days}"`, `Give a whole number of days, from 1 to ${MOST_LOCK_DAYS}.`);
    }
    return { mode: mode ?? 'GOVERNANCE', days: Number(days) };
}
/** Backblaze and Google refuse requests that carry the newer checksums. */
function usualChecksums(endpoint) {
    const host = endpoint === undefined ? '' : new URL(endpoint).hostname;
    return host.endsWith('.backblazeb2.com') || host === 'storage.googleapis.com' ? 'md5' : 'sha256';
}
/** Scaleway takes a tenth of the parts that others take. */
function mostPartsOf(endpoint) {
    return endpoint !== undefined && new URL(endpoint).hostname.endsWith('.scw.cloud') ? 1000 : 10_000;
}
function choice(query, key, known) {
    const value = query.get(key);
    if (value === undefined)
        return undefined;
    const found = known.find((each) => each === value);
    if (found !== undefined)
        return found;
    const near = (0,options/* nearest */.pA)(value.toLowerCase(), known.map((each) => each.toLowerCase()));
    const meant = known.find((each) => each.toLowerCase() === near);
    throw unusable(`${key} is "${value}"`, `${meant === undefined ? '' : `Did you mean ${meant}? `}It can be ${known.join(', ')}.`);
}
function unusable(problem, advice, cause) {
    return new errors/* UsageError */.eb({
        doing: 'reading the location of a store in S3',
        problem: `it cannot be used as a store: ${problem}`,
        advice,
        cause,
    });
}

;// CONCATENATED MODULE: ./build/stores/s3-bucket.js





/** A request is tried this often, with growing pauses, before its failure is told; AWS_MAX_ATTEMPTS says otherwise. */
const ATTEMPTS = 8;
/** A connection over which nothing moves for so long is given up, and the request is tried again. */
const SILENCE_MS = 120_000;
const CONNECTING_MS = 10_000;
/** A bucket as one store uses it: its client, made when it is first needed, and errors in words. */
class S3Bucket {
    location;
    tools;
    name;
    logger;
    clock;
    signal;
    opened;
    constructor(location, tools) {
        this.location = location;
        this.tools = tools;
        this.name = nameOfLocation(location);
        this.logger = tools.logger;
        this.clock = tools.clock;
        this.signal = tools.signal;
    }
    /** The key of a path relative to the root of the store. */
    key(path) {
        return [this.location.prefix, path].filter((part) => part !== '').join('/');
    }
    /** What every key of a folder begins with; empty for the root of a store that has the whole bucket. */
    keysBelow(folder) {
        const key = this.key(folder);
        return key === '' ? '' : `${key}/`;
    }
    /**
     * Asks something of S3. Credentials that have just ended are renewed once, if they can be.
     *
     * Throws `S3Error`, or `InterruptedError`.
     */
    async ask(errand, work) {
        try {
            return await this.once(errand, work);
        }
        catch (error) {
            if (!isS3Error(error, ...EXPIRED) || !(await this.renewed()))
                throw error;
            return this.once(errand, work);
        }
    }
    /** Looks ahead whether the credentials last for what is left to move. */
    async lookAhead(remaining, doing) {
        const look = async () => (await this.open()).watch.lookAhead(remaining, doing);
        await this.inWords({ doing, action: 'sts:AssumeRole' }, look);
    }
    /** The time of the server, as far as the SDK has learned it. */
    async now() {
        const { s3 } = await this.open();
        return new Date(this.clock.now().getTime() + s3.config.systemClockOffset);
    }
    async close() {
        const opened = await this.opened?.catch(() => undefined);
        opened?.s3.destroy();
        this.opened = undefined;
    }
    once(errand, work) {
        const options = this.signal === undefined ? {} : { abortSignal: this.signal };
        return this.inWords(errand, async () => work((await this.open()).s3, options));
    }
    async inWords({ doing, action, path }, work) {
        if (this.isAborted())
            throw new errors/* InterruptedError */.p4(doing);
        try {
            return await work();
        }
        catch (error) {
            if (this.isAborted())
                throw new errors/* InterruptedError */.p4(doing, error);
            if (error instanceof errors/* LifeboatError */.H3)
                throw error;
            const { bucket, endpoint } = this.location;
            throw s3Error(error, { doing, action, bucket, endpoint, ...(path === undefined ? {} : { key: this.key(path) }) });
        }
    }
    isAborted() {
        return this.signal?.aborted === true;
    }
    async renewed() {
        const { watch } = await this.open();
        return watch.renew().catch((error) => {
            this.logger.debug(`The credentials could not be renewed: ${String(error)}`);
            return false;
        });
    }
    open() {
        this.opened ??= openClient(this.location, this.tools);
        return this.opened;
    }
}
/** The SDK is loaded only here, so that nobody waits for it who does not use S3. */
async function openClient(location, tools) {
    const { S3 } = await __webpack_require__.e(/* import() */ 711).then(__webpack_require__.t.bind(__webpack_require__, 53711, 19));
    // It warns that a later version will want a newer Node. Which version is used is ours to choose, not the user's.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    const s3 = new S3(clientConfig(location, tools));
    signDigests(s3);
    return { s3, watch: new CredentialWatch(s3.config.credentials, tools) };
}
/** Everything that decides how the client behaves. */
function clientConfig(location, { environment, credentials, silence = SILENCE_MS }) {
    const endpoint = location.endpoint ?? environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL;
    const region = location.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? (endpoint ? 'us-east-1' : undefined);
    return {
        maxAttempts: attemptsOf(environment.AWS_MAX_ATTEMPTS),
        retryMode: 'adaptive',
        requestHandler: { connectionTimeout: CONNECTING_MS, socketTimeout: silence },
        // We give the checksums ourselves, of what we read ourselves; what the SDK adds is refused by older services.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        customUserAgent: [['pg-lifeboat', version/* VERSION */.x]],
        forcePathStyle: location.pathStyle ?? needsPathStyle(endpoint),
        ...(region === undefined ? {} : { region }),
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(credentials === undefined ? {} : { credentials }),
    };
}
function attemptsOf(text = '') {
    return /^[1-9]\d?$/.test(text) ? Number(text) : ATTEMPTS;
}
/** Only AWS gives every bucket a host of its own; other services know the bucket in the path, all of them. */
function needsPathStyle(endpoint) {
    return endpoint !== undefined && !/\.amazonaws\.com(\.cn)?(:\d+)?\/?$/.test(endpoint);
}
/**
 * Signs with the SHA-256 that we give as checksum, so that bytes are hashed once and not twice. Every service compares
 * it with what arrives, even one that knows no checksums.
 */
function signDigests(s3) {
    s3.middlewareStack.add((next, { commandName }) => (args) => {
        const { headers } = args.request;
        const digest = headers['x-amz-checksum-sha256'];
        if (digest !== undefined && CARRIERS.has(String(commandName))) {
            headers['x-amz-content-sha256'] = Buffer.from(digest, 'base64').toString('hex');
        }
        return next(args);
    }, { step: 'build', name: 'signDigests' });
}
/** The requests whose checksum is the one of their body. */
const CARRIERS = new Set(['PutObjectCommand', 'UploadPartCommand']);

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
// EXTERNAL MODULE: ./build/platform/files.js
var platform_files = __webpack_require__(71665);
// EXTERNAL MODULE: ./build/platform/parallel.js
var parallel = __webpack_require__(93351);
;// CONCATENATED MODULE: ./build/stores/s3-cuts.js


/** A body that ended early without an error. */
class Cut extends Error {
}
/**
 * Whether a body broke off on its way, which the SDK leaves to us: it tries requests again, not what comes of them.
 * Never our own errors, those of the disk, or an interruption.
 */
function isCut(error, signal) {
    if (signal?.aborted === true)
        return false;
    if (error instanceof Cut)
        return true;
    return !(error instanceof errors/* LifeboatError */.H3) && BROKEN_OFF.has((0,file_errors/* codeOf */.$N)(error) ?? nameOf(error));
}
const BROKEN_OFF = new Set([
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ERR_STREAM_PREMATURE_CLOSE',
    'ERR_HTTP_CONTENT_LENGTH_MISMATCH',
    'HPE_INVALID_EOF_STATE',
    'TimeoutError',
]);
function nameOf(error) {
    return error instanceof Error ? error.name : '';
}

;// CONCATENATED MODULE: ./build/stores/s3-objects.js

/** The metadata that keeps the SHA-256 of a whole file, in hexadecimal digits. */
const DIGEST = 'sha256';
/** Every object below a folder, by its path relative to that folder. */
async function listObjects(bucket, folder) {
    const below = bucket.keysBelow(folder);
    const errand = { doing: `listing ${bucket.name}`, action: 's3:ListBucket' };
    const found = [];
    let token;
    do {
        const page = await bucket.ask(errand, (s3, options) => s3.listObjectsV2({ Bucket: bucket.location.bucket, Prefix: below, ContinuationToken: token }, options));
        for (const { Key = '', Size = 0, LastModified = new Date(0), ETag } of page.Contents ?? []) {
            const path = Key.slice(below.length);
            if (!isPath(path))
                continue;
            found.push({ path, bytes: Size, changed: LastModified, ...(ETag === undefined ? {} : { version: ETag }) });
        }
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return found;
}
/** Keys can be anything; what no file can be called was not put there by us. "Folders" of consoles end with a slash. */
function isPath(path) {
    return !path.split('/').some((part) => part === '' || part === '.' || part === '..') && !path.includes('\0');
}
/** What is known of an object, undefined where there is none. */
async function headObject(bucket, path) {
    const errand = { doing: `looking at ${path} in ${bucket.name}`, action: 's3:GetObject', path };
    try {
        return await bucket.ask(errand, (s3, options) => s3.headObject({ Bucket: bucket.location.bucket, Key: bucket.key(path) }, options));
    }
    catch (error) {
        if (isS3Error(error, ...ABSENT))
            return undefined;
        throw error;
    }
}
/** Whether an object has this content, as it was told when it was put there. */
function hasContent(head, { size, sha256 }) {
    return head.ContentLength === size && head.Metadata?.[DIGEST] === sha256;
}

;// CONCATENATED MODULE: ./build/stores/transfer-pace.js
/** Counts what a transfer of files has moved, tells its progress, and knows how fast it goes. */
class Pace {
    clock;
    progress;
    total;
    begun;
    done = 0;
    carried = 0;
    constructor(files, clock, progress) {
        this.clock = clock;
        this.progress = progress;
        this.total = files.reduce((sum, { size }) => sum + size, 0);
        this.begun = clock.monotonic();
    }
    /** So many bytes have been moved. */
    moved(bytes) {
        this.carried += bytes;
        this.skip(bytes);
    }
    /** So many bytes need not be moved, because they are there: they are done, and say nothing of the pace. */
    skip(bytes) {
        this.done += bytes;
        this.progress?.(this.done, this.total);
    }
    /** What is left, and how fast it has gone so far; unknown before there is something to tell from. */
    remaining() {
        const seconds = (this.clock.monotonic() - this.begun) / 1000;
        const known = this.carried > 0 && seconds > 1;
        return { bytes: this.total - this.done, bytesPerSecond: known ? this.carried / seconds : undefined };
    }
}

;// CONCATENATED MODULE: ./build/stores/s3-download.js











/** How many files come at a time. */
const FILES = 4;
/** How often a transfer may be cut without a single byte in between. */
const CUTS = 5;
const FIRST_PAUSE_MS = 200;
/** Fetches files of a folder of the store into a local folder, each with the bytes that were listed. */
async function downloadFiles(bucket, { from, files, to }, progress) {
    const pace = new Pace(files.map(({ bytes }) => ({ size: bytes })), bucket.clock, progress);
    const targets = files.map((file) => localPath(to, file.path));
    await (0,file_errors/* orFileTrouble */.nD)(`making folders in ${to}`, async () => {
        for (const folder of new Set(targets.map((target) => external_node_path_.dirname(target))))
            await (0,platform_files/* makeFolder */.fc)(folder);
    });
    await (0,parallel/* inParallel */.H)(files, FILES, async (file, index) => {
        const source = from === '' ? file.path : `${from}/${file.path}`;
        await bucket.lookAhead(pace.remaining(), `fetching ${source} from ${bucket.name}`);
        await fetchFile(bucket, { file, source, target: targets[index] ?? to, pace });
    });
}
/** A key can be anything, so nothing is written but below the folder. */
function localPath(to, file) {
    const target = external_node_path_.join(to, file);
    if (target.startsWith(external_node_path_.join(to, external_node_path_.sep)))
        return target;
    throw new errors/* UsageError */.eb({
        doing: `fetching files into ${to}`,
        problem: `"${file}" is not a path below a folder`,
        advice: 'Look at who has written to the bucket.',
    });
}
/** Under another name until it is whole, so that a short file never looks like it. */
async function fetchFile(bucket, errand) {
    const { target, source } = errand;
    const unfinished = `${target}.${(0,external_node_crypto_.randomBytes)(4).toString('hex')}.part`;
    const doing = `fetching ${source} from ${bucket.name} to ${target}`;
    const handle = await (0,file_errors/* orFileTrouble */.nD)(doing, () => (0,promises_.open)(unfinished, 'wx', 0o600));
    try {
        await fetchInto(bucket, errand, handle, doing);
        await handle.close();
        await (0,promises_.rename)(unfinished, target);
    }
    catch (error) {
        await handle.close().catch(() => undefined);
        await (0,promises_.rm)(unfinished, { force: true });
        throw (0,file_errors/* fileTrouble */.AG)(error, doing);
    }
}
async function fetchInto(bucket, errand, handle, doing) {
    const { file, pace } = errand;
    const state = { written: 0, hash: (0,external_node_crypto_.createHash)('sha256'), version: file.version };
    for (let cuts = 0; state.written < file.bytes;) {
        const before = state.written;
        try {
            await fetchRest(bucket, errand, handle, state);
        }
        catch (error) {
            if (!isCut(error, bucket.signal))
                throw asInterruption(error, bucket.signal, doing);
            cuts = state.written > before ? 1 : cuts + 1;
            if (cuts > CUTS)
                throw cutTooOften(doing, state.written, file.bytes, error);
            bucket.logger.debug(`The transfer of ${errand.source} was cut at byte ${state.written}: ${(0,errors/* messageOf */.bD)(error)}`);
            await bucket.clock.sleep(FIRST_PAUSE_MS * 2 ** cuts, bucket.signal).catch((reason) => {
                throw asInterruption(reason, bucket.signal, doing);
            });
        }
        finally {
            pace.moved(state.written - before);
        }
    }
    warnOfDamage(bucket, errand, state);
}
/** Asks for what is missing and writes what comes, however far it gets. */
async function fetchRest(bucket, { file, source }, handle, state) {
    const doing = `fetching ${source} from ${bucket.name}`;
    const answer = await bucket
        .ask({ doing, action: 's3:GetObject', path: source }, (s3, options) => s3.getObject({
        Bucket: bucket.location.bucket,
        Key: bucket.key(source),
        ...(state.written === 0 ? {} : { Range: `bytes=${state.written}-` }),
        ...(state.version === undefined ? {} : { IfMatch: state.version }),
    }, options))
        .catch((error) => {
        throw isS3Error(error, 'PreconditionFailed', 'InvalidRange') ? changedMeanwhile(doing, error) : error;
    });
    const left = file.bytes - state.written;
    const body = answer.Body;
    if (state.version !== undefined && answer.ETag !== undefined && answer.ETag !== state.version) {
        body.destroy();
        throw changedMeanwhile(doing);
    }
    if ((state.written > 0 && answer.ContentRange === undefined) || (answer.ContentLength ?? left) > left) {
        body.destroy();
        throw changedMeanwhile(doing);
    }
    state.version ??= answer.ETag;
    state.recorded = answer.Metadata?.[DIGEST];
    await write(body, handle, state, file.bytes, doing);
}
async function write(body, handle, state, bytes, doing) {
    for await (const chunk of body) {
        if (chunk.length > bytes - state.written)
            throw changedMeanwhile(doing);
        await writeAll(handle, chunk);
        state.hash.update(chunk);
        state.written += chunk.length;
    }
    if (state.written < bytes)
        throw new Cut(`${bytes - state.written} bytes are missing`);
}
async function writeAll(handle, chunk) {
    for (let begin = 0; begin < chunk.length;) {
        begin += (await handle.write(chunk, begin)).bytesWritten;
    }
}
function asInterruption(error, signal, doing) {
    return signal?.aborted === true && !(error instanceof errors/* InterruptedError */.p4) ? new errors/* InterruptedError */.p4(doing, error) : error;
}
/** What is damaged in the store is fetched as it is, so that it can be examined; but it is said at once. */
function warnOfDamage(bucket, { source }, { recorded, hash }) {
    const digest = hash.digest('hex');
    if (recorded === undefined || recorded === digest)
        return;
    bucket.logger.warning(`${source} in ${bucket.name} is not what was put there: its SHA-256 is ${digest} instead of ${recorded}.`);
}
function changedMeanwhile(doing, cause) {
    return new errors/* OperationError */.OK({
        doing,
        problem: 'the object is not the one that was listed: it was replaced or cut meanwhile',
        advice: 'Start it again. If nobody should have written there, look at who can.',
        cause,
    });
}
function cutTooOften(doing, written, bytes, cause) {
    return new errors/* OperationError */.OK({
        doing,
        problem: `the transfer was cut ${CUTS} times in a row, after ${written} of ${bytes} bytes`,
        advice: 'Check the network, then start it again.',
        cause,
    });
}

;// CONCATENATED MODULE: ./build/stores/s3-put.js




const DAY_MS = 24 * 60 * 60 * 1000;
function bodyOf(bytes) {
    return { bytes, sha256: (0,external_node_crypto_.createHash)('sha256').update(bytes).digest('base64') };
}
/** The digests to send with a body. */
function checksumsOf(body, location) {
    return location.checksums === 'sha256'
        ? { ChecksumAlgorithm: 'SHA256', ChecksumSHA256: body.sha256 }
        : { ContentMD5: md5Of(body.bytes).toString('base64') };
}
/** How a file of a set is kept: its digest, and what the location asks for. */
function keeping({ encryption, storageClass, objectLock }, sha256, now) {
    return {
        ContentType: 'application/octet-stream',
        Metadata: { [DIGEST]: sha256 },
        ...encrypted(encryption),
        ...(storageClass === undefined ? {} : { StorageClass: storageClass }),
        ...(objectLock === undefined
            ? {}
            : {
                ObjectLockMode: objectLock.mode,
                ObjectLockRetainUntilDate: new Date(now.getTime() + objectLock.days * DAY_MS),
            }),
    };
}
/** How a small file is kept that is written over and removed again: not locked, and in the usual class. */
function keepingSmall({ encryption }, { sha256 }) {
    return {
        ContentType: 'text/plain; charset=utf-8',
        Metadata: { [DIGEST]: Buffer.from(sha256, 'base64').toString('hex') },
        ...encrypted(encryption),
    };
}
function encrypted(encryption) {
    if (encryption === undefined)
        return {};
    const { mode, keyId } = encryption;
    return { ServerSideEncryption: mode, ...(keyId === undefined ? {} : { SSEKMSKeyId: keyId }) };
}
/**
 * Compares what the server says it got with what was sent: by SHA-256, else by the MD5 that is the ETag where nothing
 * is encrypted with a key. A server that tells neither has compared the signed digest itself.
 *
 * Throws `S3Error` when they differ.
 */
function compareAnswer(body, answer, doing) {
    if (answer.ChecksumSHA256 !== undefined) {
        if (answer.ChecksumSHA256 === body.sha256)
            return;
        throw otherwiseArrived(doing, `SHA-256 ${answer.ChecksumSHA256} instead of ${body.sha256}`);
    }
    const told = /^"?([0-9a-f]{32})"?$/.exec(answer.ETag ?? '')?.[1];
    if (told === undefined || answer.ServerSideEncryption?.startsWith('aws:kms') === true)
        return;
    const md5 = md5Of(body.bytes).toString('hex');
    if (told !== md5)
        throw otherwiseArrived(doing, `MD5 ${told} instead of ${md5}`);
}
function md5Of(bytes) {
    return (0,external_node_crypto_.createHash)('md5').update(bytes).digest();
}
function otherwiseArrived(doing, difference) {
    return new S3Error('BadDigest', undefined, {
        doing,
        problem: `what arrived is not what was sent: ${difference}`,
        advice: 'Start it again; if it comes back, the network or a proxy changes what passes.',
    });
}
/**
 * Puts a body in one request.
 *
 * @param onlyNew refuses to overwrite: throws `S3Error` with a code of `TAKEN` when there is an object. A service that
 *   does not know such conditions is asked without; the caller has looked before.
 */
async function putBody(bucket, { path, body, kept, onlyNew = false, }) {
    const errand = { doing: `sending ${path} to ${bucket.name}`, action: 's3:PutObject', path };
    const input = {
        ...kept,
        ...checksumsOf(body, bucket.location),
        Bucket: bucket.location.bucket,
        Key: bucket.key(path),
        Body: body.bytes,
        ContentLength: body.bytes.length,
    };
    const answer = await ifNew(onlyNew, (condition) => bucket.ask(errand, (s3, options) => s3.putObject({ ...input, ...condition }, options)));
    try {
        compareAnswer(body, answer, errand.doing);
    }
    catch (error) {
        await discardObject(bucket, path);
        throw error;
    }
}
/** Removes what arrived otherwise than it was sent: it carries the digest of what it should have been. */
async function discardObject(bucket, path) {
    const errand = { doing: `removing the damaged ${path} from ${bucket.name}`, action: 's3:DeleteObject', path };
    const input = { Bucket: bucket.location.bucket, Key: bucket.key(path) };
    await bucket
        .ask(errand, (s3, options) => s3.deleteObject(input, options))
        .catch((error) => {
        bucket.logger.warning((0,errors/* messageOf */.bD)(error));
    });
}
/** Sends a request on the condition that there is no such object, or without it where the service knows none. */
async function ifNew(onlyNew, send) {
    if (!onlyNew)
        return send({});
    try {
        return await send({ IfNoneMatch: '*' });
    }
    catch (error) {
        if (isUnknownHeader(error, /if-none-match/i))
            return send({});
        throw error;
    }
}

// EXTERNAL MODULE: external "node:stream/consumers"
var consumers_ = __webpack_require__(38321);
;// CONCATENATED MODULE: ./build/stores/s3-read.js






/** How often a small file is read before it is believed to be as it comes, or its failure is told. */
const TRIES = 4;
const s3_read_FIRST_PAUSE_MS = 200;
/**
 * The text of a small object, undefined where there is none. One that breaks off, or is not what was put there, is read
 * again; what stays so is given as it is, because whoever reads it tells best what is wrong with it.
 */
async function readObject(bucket, path) {
    const errand = { doing: `reading ${path} in ${bucket.name}`, action: 's3:GetObject', path };
    for (let tries = 1;; tries++) {
        try {
            const { bytes, isWhole } = await readOnce(bucket, errand);
            if (isWhole || tries >= TRIES)
                return bytes.toString();
        }
        catch (error) {
            if (isS3Error(error, ...ABSENT))
                return undefined;
            if (bucket.signal?.aborted === true)
                throw new errors/* InterruptedError */.p4(errand.doing, error);
            if (!isCut(error, bucket.signal))
                throw error;
            if (tries >= TRIES)
                throw s3Error(error, { ...errand, bucket: bucket.location.bucket, key: bucket.key(path) });
        }
        await bucket.clock.sleep(s3_read_FIRST_PAUSE_MS * 2 ** tries, bucket.signal).catch((reason) => {
            throw new errors/* InterruptedError */.p4(errand.doing, reason);
        });
    }
}
async function readOnce(bucket, errand) {
    const input = { Bucket: bucket.location.bucket, Key: bucket.key(errand.path) };
    const { Body, Metadata } = await bucket.ask(errand, (s3, options) => s3.getObject(input, options));
    const bytes = await (0,consumers_.buffer)(Body);
    const recorded = Metadata?.[DIGEST];
    const isWhole = recorded === undefined || recorded === (0,external_node_crypto_.createHash)('sha256').update(bytes).digest('hex');
    return { bytes, isWhole };
}

// EXTERNAL MODULE: ./build/backup/set.js
var set = __webpack_require__(4511);
;// CONCATENATED MODULE: ./build/stores/s3-remove.js







/** How many keys S3 takes in one request. */
const BATCH = 1000;
/** How many objects are asked for, or removed one by one, at a time. */
const PARALLEL = 8;
/** How many failures an error names. */
const NAMED = 5;
/**
 * Removes objects, as many of them as it can before it throws `OperationError` naming those that stayed and why.
 *
 * Where the location asks for Object Lock, the lock of a manifest is looked at first: S3 itself would only hide it, and
 * its set would look removed while it is kept and paid for. Files without a manifest are no set, and may be hidden.
 */
async function removeObjects(bucket, paths) {
    if (bucket.location.objectLock !== undefined)
        await refuseLocked(bucket, paths);
    const batches = Array.from({ length: Math.ceil(paths.length / BATCH) }, (_, index) => paths.slice(index * BATCH, (index + 1) * BATCH));
    const failures = [];
    for (const batch of batches)
        failures.push(...(await removeBatch(bucket, batch)));
    if (failures.length > 0)
        throw await notRemoved(bucket, failures);
}
/** S3 demands a checksum for many at once; services that refuse the newer ones refuse them here too. */
async function removeBatch(bucket, paths) {
    if (bucket.location.checksums === 'md5')
        return oneByOne(bucket, paths);
    try {
        return await together(bucket, paths);
    }
    catch (error) {
        if (isUnknownHeader(error, /checksum|content-md5/i))
            return oneByOne(bucket, paths);
        throw error;
    }
}
async function together(bucket, paths) {
    const errand = {
        doing: `removing ${(0,units/* counted */.hS)(paths.length, 'file')} from ${bucket.name}`,
        action: 's3:DeleteObject',
        path: '*',
    };
    const byKey = new Map(paths.map((path) => [bucket.key(path), path]));
    const answer = await bucket.ask(errand, (s3, options) => s3.deleteObjects({ Bucket: bucket.location.bucket, Delete: { Objects: [...byKey.keys()].map((Key) => ({ Key })), Quiet: true } }, options));
    return (answer.Errors ?? [])
        .filter(({ Code }) => !ABSENT.includes(Code ?? ''))
        .map(({ Key = '', Code = 'Unknown', Message = Code }) => ({
        path: byKey.get(Key) ?? Key,
        code: Code,
        message: Message,
    }));
}
async function oneByOne(bucket, paths) {
    const outcomes = await (0,parallel/* inParallel */.H)(paths, PARALLEL, async (path) => {
        const errand = { doing: `removing ${path} from ${bucket.name}`, action: 's3:DeleteObject', path };
        try {
            const input = { Bucket: bucket.location.bucket, Key: bucket.key(path) };
            await bucket.ask(errand, (s3, options) => s3.deleteObject(input, options));
        }
        catch (error) {
            if (!isS3Error(error, ...ABSENT)) {
                if (!isS3Error(error, 'AccessDenied'))
                    throw error;
                return [{ path, code: error.code, message: (0,errors/* messageOf */.bD)(error.cause) }];
            }
        }
        return [];
    });
    return outcomes.flat();
}
async function refuseLocked(bucket, paths) {
    const now = await bucket.now();
    const manifests = paths.filter((path) => external_node_path_.posix.basename(path) === set/* SET */.rK.manifest);
    const locked = await (0,parallel/* inParallel */.H)(manifests, PARALLEL, async (path) => {
        const until = await lockedUntil(bucket, path);
        return until !== undefined && until > now ? [{ path, until }] : [];
    });
    const [first] = locked.flat();
    if (first !== undefined)
        throw lockedError(bucket, first.path, first.until);
}
async function lockedUntil(bucket, path) {
    return (await headObject(bucket, path))?.ObjectLockRetainUntilDate;
}
async function notRemoved(bucket, failures) {
    const [first] = failures;
    if (first?.code === 'AccessDenied') {
        const until = await lockedUntil(bucket, first.path).catch(() => undefined);
        if (until !== undefined && until > (await bucket.now()))
            return lockedError(bucket, first.path, until);
    }
    const named = failures.slice(0, NAMED).map(({ path, code, message }) => `${path} (${code}: ${message})`);
    const more = failures.length > NAMED ? ` and ${failures.length - NAMED} more` : '';
    return new errors/* OperationError */.OK({
        doing: `removing files from ${bucket.name}`,
        problem: `${(0,units/* counted */.hS)(failures.length, 'file')} could not be removed: ${named.join(', ')}${more}`,
        advice: first?.code === 'AccessDenied' ? 'Allow s3:DeleteObject in the policy of the credentials.' : 'Start it again.',
    });
}
function lockedError(bucket, path, until) {
    return new errors/* OperationError */.OK({
        doing: `removing files from ${bucket.name}`,
        problem: `${path} is locked until ${(0,units/* formatInstant */.r4)(until)}`,
        advice: 'It can be removed after that, and the next rotation will. Keep sets at least as long as object-lock-days locks them.',
    });
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
;// CONCATENATED MODULE: ./build/stores/byte-budget.js
/**
 * Keeps what is held in memory at one time below a bound. Those who ask are served in their order; one that asks for
 * more than all of it gets it alone.
 */
class ByteBudget {
    most;
    held = 0;
    waiting = [];
    /** @param most bytes that may be held together */
    constructor(most) {
        this.most = most;
    }
    /** Resolves when so many bytes may be held, with a function that gives them back. */
    async take(bytes) {
        if (this.waiting.length > 0 || !this.fits(bytes)) {
            await new Promise((serve) => this.waiting.push({ bytes, serve }));
        }
        else {
            this.held += bytes;
        }
        return () => {
            this.held -= bytes;
            this.serveNext();
        };
    }
    fits(bytes) {
        return this.held === 0 || this.held + bytes <= this.most;
    }
    serveNext() {
        for (let first = this.waiting[0]; first !== undefined && this.fits(first.bytes); first = this.waiting[0]) {
            this.waiting.shift();
            this.held += first.bytes;
            first.serve();
        }
    }
}

;// CONCATENATED MODULE: ./build/stores/s3-parts.js
const MIB = 1024 * 1024;
/** Smaller parts cost more in requests than they save; S3 itself wants 5 MiB at least. */
const SMALLEST_PART = 8 * MIB;
/** A tenth of the parts stays unused, so that a limit that is counted otherwise is not met. */
const USED_SHARE = 0.9;
/**
 * Cuts a file into parts of equal size, the last one excepted, which are no more than a service takes.
 *
 * @param size bytes of the file, more than none
 * @param mostParts how many parts the service takes
 */
function planParts(size, mostParts) {
    const needed = Math.ceil(size / Math.floor(mostParts * USED_SHARE));
    const bytes = Math.max(SMALLEST_PART, Math.ceil(needed / MIB) * MIB);
    return Array.from({ length: Math.ceil(size / bytes) }, (_, index) => ({
        number: index + 1,
        offset: index * bytes,
        bytes: Math.min(bytes, size - index * bytes),
    }));
}

;// CONCATENATED MODULE: ./build/stores/s3-uploads.js


/** How long nothing must have arrived before an upload counts as abandoned: the run of the next day goes on with it. */
const ABANDONED_MS = 36 * 60 * 60 * 1000;
/** What says that a service or a policy does not let us look at unfinished uploads: then there are none for us. */
const UNKNOWABLE = ['AccessDenied', 'NoSuchUpload', ...UNKNOWN_TO_IT];
/** The newest unfinished upload of a file, with what has arrived of it. */
async function findUpload(bucket, path) {
    const key = bucket.key(path);
    const wanted = bucket.location.checksums === 'sha256' ? 'SHA256' : undefined;
    const uploads = (await unlessUnknowable(bucket, unfinishedUploads(bucket, key))) ?? [];
    const [newest] = uploads
        .filter((upload) => upload.key === key && (upload.algorithm ?? wanted) === wanted)
        .sort((a, b) => b.begun.getTime() - a.begun.getTime());
    if (newest === undefined)
        return undefined;
    const arrived = await unlessUnknowable(bucket, arrivedParts(bucket, newest));
    return arrived && { id: newest.id, arrived: new Map(arrived.map((part) => [part.number, part])) };
}
/** Removes what has arrived of an upload. One that is gone already is no error. */
async function abortUpload(bucket, path, id) {
    const errand = {
        doing: `removing the unfinished upload of ${path} in ${bucket.name}`,
        action: 's3:AbortMultipartUpload',
        path,
    };
    const input = { Bucket: bucket.location.bucket, Key: bucket.key(path), UploadId: id };
    const abort = bucket.ask(errand, (s3, options) => s3.abortMultipartUpload(input, options));
    await abort.catch((error) => {
        if (!isS3Error(error, 'NoSuchUpload'))
            bucket.logger.warning((0,errors/* messageOf */.bD)(error));
    });
}
/**
 * Removes unfinished uploads of files of sets below a folder, to which nothing has been added for a day and a half.
 *
 * @returns the paths of their files
 */
async function abortAbandoned(bucket, folder) {
    const below = bucket.keysBelow('');
    const inFolder = bucket.keysBelow(folder);
    const uploads = (await unlessUnknowable(bucket, unfinishedUploads(bucket, inFolder))) ?? [];
    const removed = [];
    for (const upload of uploads) {
        const path = upload.key.slice(below.length);
        if (!upload.key.startsWith(inFolder) || !OURS.test(path) || !(await isAbandoned(bucket, upload)))
            continue;
        await abortUpload(bucket, path, upload.id);
        removed.push(path);
    }
    return removed;
}
/** A file of a set: `daily/20261124T020000Z/dump/3.dat`. Uploads of others below our prefix are left alone. */
const OURS = /^[a-z0-9][a-z0-9-]*\/\d{8}T\d{6}Z\/./;
async function isAbandoned(bucket, upload) {
    const since = (await bucket.now()).getTime() - ABANDONED_MS;
    if (upload.begun.getTime() > since)
        return false;
    const parts = await unlessUnknowable(bucket, arrivedParts(bucket, upload));
    return parts?.every(({ changed }) => changed.getTime() <= since) ?? false;
}
async function unfinishedUploads(bucket, prefix) {
    const errand = { doing: `looking for unfinished uploads in ${bucket.name}`, action: 's3:ListBucketMultipartUploads' };
    const found = [];
    let marker = {};
    while (marker !== undefined) {
        const input = { Bucket: bucket.location.bucket, Prefix: prefix, ...marker };
        const page = await bucket.ask(errand, (s3, options) => s3.listMultipartUploads(input, options));
        found.push(...(page.Uploads ?? []).flatMap(unfinished));
        marker = nextOf(page);
    }
    return found;
}
function nextOf({ IsTruncated, NextKeyMarker, NextUploadIdMarker, }) {
    if (IsTruncated !== true || NextKeyMarker === undefined)
        return undefined;
    return {
        KeyMarker: NextKeyMarker,
        ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }),
    };
}
function unfinished({ Key, UploadId, Initiated, ChecksumAlgorithm }) {
    if (Key === undefined || UploadId === undefined || Initiated === undefined)
        return [];
    return [{ key: Key, id: UploadId, begun: Initiated, algorithm: ChecksumAlgorithm }];
}
async function arrivedParts(bucket, { key, id }) {
    const errand = { doing: `looking at an unfinished upload in ${bucket.name}`, action: 's3:ListMultipartUploadParts' };
    const found = [];
    let marker;
    do {
        const input = { Bucket: bucket.location.bucket, Key: key, UploadId: id, PartNumberMarker: marker };
        const page = await bucket.ask(errand, (s3, options) => s3.listParts(input, options));
        for (const { PartNumber, Size = 0, ETag, ChecksumSHA256, LastModified = new Date(0) } of page.Parts ?? []) {
            if (PartNumber === undefined || ETag === undefined)
                continue;
            const sha256 = ChecksumSHA256 === undefined ? {} : { sha256: ChecksumSHA256 };
            found.push({ number: PartNumber, bytes: Size, etag: ETag, changed: LastModified, ...sha256 });
        }
        marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
    } while (marker !== undefined);
    return found;
}
async function unlessUnknowable(bucket, work) {
    try {
        return await work;
    }
    catch (error) {
        if (!isS3Error(error, ...UNKNOWABLE))
            throw error;
        bucket.logger.debug((0,errors/* messageOf */.bD)(error));
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/stores/s3-multipart.js








/** How many parts of one file go at a time. */
const PARTS = 4;
/**
 * Sends a large file in parts. What an interrupted run has sent of it and is equal is not sent again; when this run is
 * interrupted, what it has sent stays for the next one. What cannot become right is removed.
 */
async function sendInParts(bucket, file, budget, onBytes) {
    const parts = planParts(file.size, bucket.location.mostParts);
    const upload = (await resumed(bucket, file, parts)) ?? (await begun(bucket, file));
    try {
        const sent = await sendParts(bucket, file, { upload, parts, budget, onBytes });
        await complete(bucket, file, upload, sent);
    }
    catch (error) {
        if (isS3Error(error, 'NoSuchUpload') && (await arrivedWhole(bucket, file)))
            return;
        if (error instanceof errors/* DamagedError */.Me || isS3Error(error, ...NEVER_RIGHT))
            await abortUpload(bucket, file.target, upload.id);
        throw error;
    }
    if (await arrivedWhole(bucket, file))
        return;
    throw otherwiseArrived(`sending ${file.target} to ${bucket.name}`, 'its size or its recorded SHA-256 is another');
}
/** What S3 says of an upload that no further try can complete. */
const NEVER_RIGHT = [
    'InvalidPart',
    'InvalidPartOrder',
    'InvalidRequest',
    'EntityTooSmall',
    'BadDigest',
    'PreconditionFailed',
];
/** The upload of an interrupted run, if its beginning is the one of this file. Another is removed. */
async function resumed(bucket, file, parts) {
    const upload = await findUpload(bucket, file.target);
    if (upload === undefined)
        return undefined;
    const first = parts[0];
    const begin = upload.arrived.get(1);
    if (first !== undefined && begin !== undefined && isEqual(begin, bodyOf(await readPart(file, first)))) {
        bucket.logger.debug(`Going on with ${file.target}: ${upload.arrived.size} of ${parts.length} parts are there.`);
        return upload;
    }
    await abortUpload(bucket, file.target, upload.id);
    return undefined;
}
async function begun(bucket, file) {
    const { location, clock } = bucket;
    const errand = {
        doing: `beginning to send ${file.target} to ${bucket.name}`,
        action: 's3:PutObject',
        path: file.target,
    };
    const { UploadId: id } = await bucket.ask(errand, (s3, options) => s3.createMultipartUpload({
        ...keeping(location, file.sha256, clock.now()),
        ...(location.checksums === 'sha256' ? { ChecksumAlgorithm: 'SHA256' } : {}),
        Bucket: location.bucket,
        Key: bucket.key(file.target),
    }, options));
    if (id !== undefined)
        return { id, arrived: new Map() };
    throw new errors/* OperationError */.OK({
        doing: errand.doing,
        problem: 'the server gave no id for the upload',
        advice: 'Start it again.',
    });
}
/** Reads the parts one after another, which gives the digest of the whole, and sends some of them at a time. */
async function sendParts(bucket, file, sending) {
    const { upload, parts, budget, onBytes } = sending;
    const whole = (0,external_node_crypto_.createHash)('sha256');
    let turn = Promise.resolve();
    const inTurn = (part) => {
        const mine = turn.then(async () => {
            const release = await budget.take(part.bytes);
            const bytes = await readPart(file, part);
            whole.update(bytes);
            return { body: bodyOf(bytes), release };
        });
        turn = mine;
        return mine;
    };
    const sent = await (0,parallel/* inParallel */.H)(parts, PARTS, async (part) => {
        const { body, release } = await inTurn(part);
        try {
            return await sendPart(bucket, file, { upload, part, body });
        }
        finally {
            release();
            onBytes(part.bytes);
        }
    });
    refuseChanged(file, whole.digest('hex'));
    return sent;
}
async function sendPart(bucket, file, { upload, part, body }) {
    const checksum = bucket.location.checksums === 'sha256' ? { ChecksumSHA256: body.sha256 } : {};
    const arrived = upload.arrived.get(part.number);
    if (arrived !== undefined && isEqual(arrived, body)) {
        return { PartNumber: part.number, ETag: arrived.etag, ...checksum };
    }
    const doing = `sending part ${part.number} of ${file.target} to ${bucket.name}`;
    const answer = await bucket.ask({ doing, action: 's3:PutObject', path: file.target }, (s3, options) => s3.uploadPart({
        ...checksumsOf(body, bucket.location),
        Bucket: bucket.location.bucket,
        Key: bucket.key(file.target),
        UploadId: upload.id,
        PartNumber: part.number,
        Body: body.bytes,
        ContentLength: part.bytes,
    }, options));
    compareAnswer(body, answer, doing);
    return { PartNumber: part.number, ETag: answer.ETag, ...checksum };
}
async function complete(bucket, file, upload, parts) {
    const doing = `completing ${file.target} in ${bucket.name}`;
    const completeWith = (Parts) => ifNew(file.onlyNew, (condition) => bucket.ask({ doing, action: 's3:PutObject', path: file.target }, (s3, options) => s3.completeMultipartUpload({
        ...condition,
        Bucket: bucket.location.bucket,
        Key: bucket.key(file.target),
        UploadId: upload.id,
        MultipartUpload: { Parts },
    }, options)));
    const answer = await completeWith(parts).catch((error) => {
        // OpenStack Swift does not know checksums of parts; it compared each part with its signature when it came.
        if (!isS3Error(error, 'MalformedXML'))
            throw error;
        return completeWith(parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })));
    });
    const expected = compositeOf(parts);
    const told = answer.ChecksumSHA256;
    if (told?.includes('-') === true && expected !== undefined && told !== expected) {
        await discardObject(bucket, file.target);
        throw otherwiseArrived(doing, `the SHA-256 of its parts is ${told} instead of ${expected}`);
    }
}
/** The checksum of the checksums of the parts, as S3 makes it. */
function compositeOf(parts) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    for (const { ChecksumSHA256 } of parts) {
        if (ChecksumSHA256 === undefined)
            return undefined;
        hash.update(Buffer.from(ChecksumSHA256, 'base64'));
    }
    return `${hash.digest('base64')}-${parts.length}`;
}
/** Whether the object is there with the size and the recorded digest of the file. */
async function arrivedWhole(bucket, file) {
    const head = await headObject(bucket, file.target);
    return head !== undefined && hasContent(head, file);
}
function isEqual(arrived, body) {
    if (arrived.bytes !== body.bytes.length)
        return false;
    if (arrived.sha256 !== undefined)
        return arrived.sha256 === body.sha256;
    return arrived.etag.replaceAll('"', '') === md5Of(body.bytes).toString('hex');
}
/** Reads a part, whole. */
async function readPart(file, { offset, bytes }) {
    const buffer = Buffer.allocUnsafeSlow(bytes);
    let filled = 0;
    while (filled < bytes) {
        const { bytesRead } = await file.handle.read(buffer, filled, bytes - filled, offset + filled);
        if (bytesRead === 0)
            throw changed(file, 'it is shorter now');
        filled += bytesRead;
    }
    return buffer;
}
/** What was read must be what the set says of the file, else what was sent is not that either. */
function refuseChanged(file, sha256) {
    if (sha256 !== file.sha256)
        throw changed(file, `its SHA-256 is ${sha256} instead of ${file.sha256}`);
}
function changed(file, how) {
    return new errors/* DamagedError */.Me({
        doing: `reading ${file.path} to send it`,
        problem: `the file is not what it was when it was described: ${how}`,
        advice: 'Nothing was kept of it. Validate the set that it belongs to, and see what else writes there.',
    });
}

// EXTERNAL MODULE: ./build/stores/taken-error.js
var taken_error = __webpack_require__(99967);
;// CONCATENATED MODULE: ./build/stores/s3-upload.js














/** How many files go at a time. */
const s3_upload_FILES = 4;
/** What is held in memory of all of them together. */
const MEMORY = 64 * 1024 * 1024;
/** A file up to this size goes in one request. */
const ONE_REQUEST = 2 * SMALLEST_PART;
/**
 * Sends files of a local folder into a folder of the store; what is there already with the same content is not sent.
 *
 * A manifest never goes over another one: it is what makes a set.
 */
async function uploadFiles(bucket, { from, files, to }, progress) {
    const there = new Map((await listObjects(bucket, to)).map((file) => [file.path, file]));
    const pace = new Pace(files, bucket.clock, progress);
    const budget = new ByteBudget(MEMORY);
    await (0,parallel/* inParallel */.H)(files, s3_upload_FILES, async (file) => {
        const target = to === '' ? file.path : `${to}/${file.path}`;
        if (await isThere(bucket, file, target, there.get(file.path))) {
            pace.skip(file.size);
            return;
        }
        await bucket.lookAhead(pace.remaining(), `sending ${target} to ${bucket.name}`);
        await sendFile(bucket, { file, local: external_node_path_.join(from, file.path), target, budget, pace });
    });
}
/** Whether a file is there already. Throws when a manifest has its place that is not this one. */
async function isThere(bucket, file, target, listed) {
    if (listed === undefined || (listed.bytes !== file.size && !isManifest(target)))
        return false;
    const head = await headObject(bucket, target);
    if (head === undefined)
        return false;
    if (hasContent(head, file))
        return true;
    if (isManifest(target))
        throw takenByAnother(bucket, target);
    return false;
}
async function sendFile(bucket, { file, local, target, budget, pace }) {
    const flags = external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW;
    const handle = await (0,file_errors/* orFileTrouble */.nD)(`opening ${local} to send it`, () => (0,promises_.open)(local, flags));
    const opened = { ...file, handle, target, onlyNew: isManifest(target) };
    try {
        if (file.size > ONE_REQUEST) {
            await sendInParts(bucket, opened, budget, (bytes) => {
                pace.moved(bytes);
            });
        }
        else {
            await sendWhole(bucket, opened, budget);
            pace.moved(file.size);
        }
    }
    catch (error) {
        if (!isS3Error(error, ...TAKEN))
            throw error;
        const head = await headObject(bucket, target);
        if (head === undefined || !hasContent(head, file))
            throw takenByAnother(bucket, target);
    }
    finally {
        await handle.close();
    }
}
async function sendWhole(bucket, file, budget) {
    const release = await budget.take(file.size);
    try {
        const body = bodyOf(await readPart(file, { offset: 0, bytes: file.size }));
        refuseChanged(file, Buffer.from(body.sha256, 'base64').toString('hex'));
        const kept = keeping(bucket.location, file.sha256, bucket.clock.now());
        await putBody(bucket, { path: file.target, body, kept, onlyNew: file.onlyNew });
    }
    finally {
        release();
    }
}
/** Whether this is the file that makes a set. */
function isManifest(target) {
    return external_node_path_.posix.basename(target) === set/* SET */.rK.manifest;
}
function takenByAnother(bucket, target) {
    return new taken_error/* TakenError */.G({
        doing: `sending ${target} to ${bucket.name}`,
        problem: 'there is another manifest in its place',
        advice: 'Sets are never overwritten. Find out which of the two is right, and move the other one away by hand.',
    });
}

;// CONCATENATED MODULE: ./build/stores/s3.js









/**
 * The place that `s3://bucket/prefix?…` names. Nothing is asked of it, and the SDK is not loaded, before it is used.
 *
 * Throws `UsageError` when the location cannot be used.
 */
function openS3Place(location, tools) {
    return new S3Place(parseS3Location(location), tools);
}
/** Files as objects of S3, or of a service that speaks it. */
class S3Place {
    name;
    limits;
    bucket;
    constructor(location, tools) {
        this.bucket = new S3Bucket(location, tools);
        this.name = this.bucket.name;
        this.limits = limitsOf(location);
    }
    list(folder) {
        return listObjects(this.bucket, folder);
    }
    upload(from, files, to, progress) {
        return uploadFiles(this.bucket, { from, files, to }, progress);
    }
    download(from, files, to, progress) {
        return downloadFiles(this.bucket, { from, files, to }, progress);
    }
    read(path) {
        return readObject(this.bucket, path);
    }
    async write(path, text) {
        const body = bodyOf(Buffer.from(text));
        await putBody(this.bucket, { path, body, kept: keepingSmall(this.bucket.location, body) });
    }
    remove(paths) {
        return removeObjects(this.bucket, paths);
    }
    freeBytes() {
        return Promise.resolve(null);
    }
    /** Removes what interrupted uploads have left, which no listing shows and which is paid for. */
    sweep() {
        return abortAbandoned(this.bucket, '');
    }
    close() {
        return this.bucket.close();
    }
}
function limitsOf({ endpoint }) {
    if (endpoint?.startsWith('http:') !== true || LOOPBACK.test(new URL(endpoint).hostname))
        return [];
    return [`What goes to ${endpoint} is not encrypted on its way; https or encrypt-to would be`];
}
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;


/***/ })

};
