/** What a hidden secret is shown as. */
export const MASK = '***'

/**
 * A shorter text is not hidden: so few characters stand in every other line, and masking them would make messages
 * unreadable and give the secret away by what is missing.
 */
export const SHORTEST_SECRET = 4

/**
 * Well-known passwords of test databases that are also ordinary words of our messages. Hiding `postgres` would hide the
 * database and role of that name, and so tell what the password is.
 */
const NO_SECRETS: ReadonlySet<string> = new Set([
  'postgres', 'postgresql', 'password', 'root', 'user', 'admin', 'test', 'localhost', 'backup', 'true', 'false', 'null',
]) // prettier-ignore

/** Replaces registered secrets in text, in every form that they may have been written in. */
export class Redactor {
  private readonly forms = new Set<string>()
  private pattern: RegExp | undefined

  /** Registers a secret. Returns whether it will be hidden: see `SHORTEST_SECRET` and `NO_SECRETS`. */
  hide(secret: string): boolean {
    const before = this.forms.size
    for (const form of formsOf(secret)) {
      this.forms.add(form)
    }
    if (this.forms.size > before) {
      this.pattern = undefined
    }
    return isHideable(secret)
  }

  redact(text: string): string {
    if (this.forms.size === 0) {
      return text
    }
    this.pattern ??= patternOf(this.forms)
    return text.replaceAll(this.pattern, MASK)
  }
}

/** The secret itself, its lines, and how URLs, JSON, base64, SQL and password files write it. */
function formsOf(secret: string): string[] {
  const plain = [secret, secret.trim(), ...secret.split(/\r\n|\r|\n/).map((line) => line.trim())]
  return [...new Set(plain)].filter(isHideable).flatMap((text) => {
    // Buffer replaces lone surrogates, at which encodeURI throws.
    const wellFormed = Buffer.from(text).toString()
    const encoded = encodeURIComponent(wellFormed)
    const strict = encoded.replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    const urls = [encoded, strict, encodeURI(wellFormed), new URLSearchParams({ x: wellFormed }).toString().slice(2)]
    const lowerCase = urls.map((url) => url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))
    return [
      text,
      ...urls,
      ...lowerCase,
      JSON.stringify(text).slice(1, -1),
      Buffer.from(text).toString('base64').replace(/=+$/, ''),
      Buffer.from(text).toString('base64url'),
      text.replaceAll("'", "''"),
      text.replaceAll(/[\\:]/g, (sign) => `\\${sign}`),
    ]
  })
}

function isHideable(text: string): boolean {
  return text.length >= SHORTEST_SECRET && !NO_SECRETS.has(text.toLowerCase())
}

/** Longest first, because one secret may begin with another. */
function patternOf(forms: ReadonlySet<string>): RegExp {
  const sorted = [...forms].sort((a, b) => b.length - a.length)
  return new RegExp(sorted.map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g')
}
