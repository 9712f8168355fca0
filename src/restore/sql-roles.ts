/** A name in a statement: a word in small letters, or a quoted identifier behind a quote mark that sets it apart. */
export type Token = string

export function nameOf(token: Token): string {
  return token.startsWith('"') ? token.slice(1) : token
}

/** What may stand in the place of a role and is none. */
const NO_ROLES = new Set(['public', 'current_user', 'session_user', 'current_role', 'default', 'none'])

/** The roles that a statement gives objects or privileges to. */
export function rolesNamed(head: readonly Token[], tail: readonly Token[]): string[] {
  const [verb, second, third] = head
  switch (verb) {
    case 'alter':
      return [...roleAfter(head, 'owner', 'to'), ...roleAfter(tail, 'owner', 'to'), ...defaultsOf(head, tail)]
    case 'grant':
      return listAfterLast(tail, 'to')
    case 'revoke':
      return listAfterLast(tail, 'from')
    case 'create':
      if (second === 'policy') return listAfterLast(tail, 'to')
      if (second === 'user' && third === 'mapping') return roleAfter(head, 'mapping', 'for')
      return second === 'schema' ? roleAfter(head, 'authorization') : []
    case 'set':
      return second === 'session' ? roleAfter(head, 'authorization') : second === 'role' ? roleAfter(head, 'role') : []
    default:
      return []
  }
}

/** `ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA s GRANT SELECT ON TABLES TO b` */
function defaultsOf(head: readonly Token[], tail: readonly Token[]): string[] {
  if (head[1] !== 'default') return []
  const granted = tail.includes('revoke') || head.includes('revoke') ? 'from' : 'to'
  return [...roleAfter(head, 'for', 'role'), ...listAfterLast(tail, granted)]
}

function roleAfter(tokens: readonly Token[], ...words: readonly string[]): string[] {
  const at = tokens.findIndex((_, start) => words.every((word, index) => tokens[start + index] === word))
  return at === -1 ? [] : namesOf(tokens.slice(at + words.length, at + words.length + 1))
}

/** The names between the last such word and what may follow them; without their commas, which are no tokens. */
function listAfterLast(tokens: readonly Token[], word: string): string[] {
  const at = tokens.lastIndexOf(word)
  if (at === -1) return []
  const names = tokens.slice(at + 1)
  const end = names.findIndex((token) => ['with', 'granted', 'using', 'cascade', 'restrict'].includes(token))
  return namesOf(end === -1 ? names : names.slice(0, end))
}

function namesOf(tokens: readonly Token[]): string[] {
  return tokens.filter((token) => !NO_ROLES.has(token)).map(nameOf)
}
