/**
 * A copy without secrets in any text of it, also those that are keys. Done before texts are escaped or become JSON,
 * where a secret might be written in a way that nobody looks for.
 */
export function redactDeep<T>(value: T, redact: (text: string) => string): T {
  return redacted(value, redact) as T
}

function redacted(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') {
    return redact(value)
  }
  if (Array.isArray(value)) {
    return value.map((item) => redacted(item, redact))
  }
  if (value !== null && typeof value === 'object' && !(value instanceof Date)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), redacted(item, redact)]))
  }
  return value
}
