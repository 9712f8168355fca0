import { isOneClause, splitOutside } from './clause.js'
import { lastAsSql, readNames } from './names.js'
import { trial, type Differing, type Surroundings, type Trial } from './trial.js'

/** Defaults of arguments, and bodies that PostgreSQL keeps parsed. */
export function routineTrials(differing: Differing, { room }: Surroundings): Trial[] {
  const { copy, text, what } = differing
  const { names, end } = readNames(copy.name)
  if (names.length === 0) return []
  // Under its own name, by which a body may name its arguments.
  const name = `${room.schema}.${lastAsSql(copy.name.slice(0, end))}`
  const result = {
    sql: `SELECT ${what === 'body' ? 'pg_get_function_sqlbody' : 'pg_get_function_arguments'}(oid) AS text
      FROM pg_proc WHERE pronamespace = $1::regnamespace`,
    params: [room.schema],
  }
  if (what === 'body') {
    const given = copy.deparsed?.arguments ?? copy.facts.arguments
    return isBody(text) ? [trial(createStatement(copy, name, String(given ?? ''), 'sql', text), result)] : []
  }
  // The arguments of a routine stand between brackets of ours.
  const language = copy.facts.language === 'plpgsql' ? 'plpgsql' : 'sql'
  return splitOutside(text, ';')?.length === 1
    ? [trial(createStatement(copy, name, text, language, `AS ''`), result)]
    : []
}

function createStatement(
  { kind, facts }: Differing['copy'],
  name: string,
  given: string,
  language: string,
  body: string,
): string {
  const returns = typeof facts.returns === 'string' && kind === 'function' ? ` RETURNS ${facts.returns}` : ''
  return `CREATE ${kind === 'procedure' ? 'PROCEDURE' : 'FUNCTION'} ${name}(${given})${returns} LANGUAGE ${language} ${body}`
}

/** `BEGIN ATOMIC … END` or `RETURN …`; nothing else, so that no text can say what the function is. */
function isBody(text: string): boolean {
  if (/^\s*RETURN\s/.test(text)) return isOneClause(text.replace(/^\s*RETURN\s/, ''))
  return /^\s*BEGIN ATOMIC\s[\s\S]*\sEND$/.test(text) && splitOutside(text, ';') !== undefined
}
