import { UsageError } from '../errors.js'

/** libpq's parameters by name, as a connection string gives them: `host`, `port`, `user`, `dbname`, `sslmode`, … */
export type LibpqParameters = Record<string, string>

/**
 * Reads a connection string as libpq does: a URI (`postgresql://…`) or keywords and values (`host=… dbname=…`).
 *
 * Throws `UsageError` whose message holds nothing of the string, because any part of it may be the password.
 *
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
 *
 * @param label what the string is called in messages: `database-url`
 */
export function parseConnectionString(text: string, label: string): LibpqParameters {
  const trimmed = text.trim()
  const uri = /^(?:postgresql|postgres):\/\//.exec(trimmed)
  if (uri !== null) {
    return parseUri(trimmed.slice(uri[0].length), label)
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(trimmed)) {
    throw refusal(label, 'it begins with another scheme than postgresql://', schemeAdvice(trimmed))
  }
  return parseKeywords(trimmed, label)
}

const FORM = 'It has the form postgresql://user:password@host:5432/database?sslmode=require.'

const ENCODING =
  'In a URI these signs of a user name or password are written as % → %25, @ → %40, / → %2F, : → %3A, ? → %3F, # → %23, ' +
  'space → %20. Or leave the password out of the URI and give it in PGPASSWORD, where nothing is encoded.'

function schemeAdvice(text: string): string {
  if (/^jdbc:postgresql:/i.test(text)) {
    return `Leave the leading "jdbc:" out and put user and password before the host. ${FORM}`
  }
  return /^postgres(ql)?\+\w+:/i.test(text) ? `Leave the driver's name (the "+…" after postgresql) out. ${FORM}` : FORM
}

/**
 * `[user[:password]@][host[:port]][/dbname][?name=value&…]`. Like libpq, the user and password end at the first `@` before the
 * first `/`, and nothing else in them means anything.
 */
function parseUri(text: string, label: string): LibpqParameters {
  const credentials = /^([^@/]*)@/.exec(text)
  const rest = text.slice(credentials?.[0].length ?? 0)
  const [, beforeQuery = '', query] = /^([^?]*)(?:\?(.*))?$/s.exec(rest) ?? []
  // libpq would take an @ after the ? as part of a value; but what looks like a parameter's name may then be a password's end.
  if (rest.includes('@')) {
    throw refusal(label, 'the password or user name holds an @ or / that is not encoded', ENCODING)
  }
  const [, user, password] = /^([^:]*)(?::(.*))?$/s.exec(credentials?.[1] ?? '') ?? []
  const [, authority = '', path] = /^([^/]*)(?:\/(.*))?$/s.exec(beforeQuery) ?? []
  const own = {
    user: decode(user, label),
    password: decode(password, label),
    dbname: decode(path, label),
    ...parseHost(authority, label),
  }
  // What both give, the query wins.
  return { ...given(own), ...given(parseQuery(query, label)) }
}

function parseHost(authority: string, label: string): { host: string | undefined; port: string | undefined } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(authority) ?? []
  if (bracketed === undefined && plain === undefined) {
    throw refusal(label, 'the host is not understood', `An IPv6 address is written in brackets: [2001:db8::1]. ${FORM}`)
  }
  return { host: decode(bracketed ?? plain, label), port: decode(port, label) }
}

function parseQuery(query: string | undefined, label: string): LibpqParameters {
  const parameters: LibpqParameters = {}
  for (const pair of (query ?? '').split('&').filter((each) => each !== '')) {
    const [, name, value] = /^([^=]+)=([^=]*)$/s.exec(pair) ?? []
    if (name === undefined || value === undefined) {
      throw refusal(
        label,
        'what follows its ? is not of the form name=value&name=value',
        `An = or & in a value is written as %3D or %26. ${FORM}`,
      )
    }
    parameters[decode(name, label) ?? ''] = decode(value, label) ?? ''
  }
  return parameters
}

function decode(text: string | undefined, label: string): string | undefined {
  if (text === undefined) {
    return undefined
  }
  try {
    return decodeURIComponent(text)
  } catch {
    throw refusal(label, 'it holds a % that is not followed by the two hexadecimal digits of an encoded sign', ENCODING)
  }
}

/** Without what is left empty: libpq takes that as not given. */
function given(parts: Record<string, string | undefined>): LibpqParameters {
  const entries = Object.entries(parts)
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => (entry[1] ?? '') !== ''))
}

/** `name = value`, values optionally in single quotes, with `\` before a quote or backslash. */
function parseKeywords(text: string, label: string): LibpqParameters {
  const parameters: LibpqParameters = {}
  const pair = /\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'(?=\s|$)|((?:[^\s'\\]|\\.)*)(?=\s|$))\s*/gsy
  while (pair.lastIndex < text.length) {
    const [, name, quoted, plain] = pair.exec(text) ?? []
    if (name === undefined) {
      throw refusal(label, 'it is neither a connection URI nor a list such as host=db dbname=app', FORM)
    }
    parameters[name] = (quoted ?? plain ?? '').replaceAll(/\\(.)/gs, '$1')
  }
  return given(parameters)
}

function refusal(label: string, problem: string, advice: string): UsageError {
  return new UsageError({ doing: `reading ${label}`, problem: `${label} cannot be used: ${problem}`, advice })
}
