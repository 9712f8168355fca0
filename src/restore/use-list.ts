import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import path from 'node:path'
import type { Context } from '../context.js'
import { decoderOf } from '../platform/encoding.js'
import type { Programs } from '../postgres/programs.js'

/**
 * Writes an archive's list of contents without some of its entries, for `pg_restore --use-list`.
 *
 * @param isLeftOut is asked about each entry, as `pg_restore --list` shows it
 * @param encoding that of the source, in which the names in the archive are
 */
export async function writeUseList(
  programs: Programs,
  archive: string,
  isLeftOut: (entry: ListedEntry) => boolean,
  encoding: string,
  { processes, workspace, environment }: Context,
): Promise<string> {
  const file = path.join(await workspace.folder('list'), 'entries')
  const out = createWriteStream(file, { mode: 0o600 })
  await processes.run({
    ...programs.command('pg_restore', ['--list', archive]),
    env: { PATH: environment.PATH },
    doing: `listing the contents of ${archive}`,
    decode: decoderOf(encoding),
    stdout: (line) => {
      out.write(`${isLeftOut(listedEntry(line)) ? ';' : ''}${line}\n`)
    },
  })
  out.end()
  await finished(out)
  return file
}

export interface ListedEntry {
  /** `2606 16403`: the oids of the system catalog and of the object in it. */
  catalogId: string
  /** `FK CONSTRAINT public parts parts_animal_fkey masclet` */
  text: string
}

/** Of `3456; 2606 16403 FK CONSTRAINT public parts parts_animal_fkey masclet`; empty texts of what is no entry. */
function listedEntry(line: string): ListedEntry {
  const [, catalogId = '', text = ''] = /^\d+; (\d+ \d+) (.*)$/.exec(line) ?? []
  return { catalogId, text }
}

/** A name as pg_restore's list shows it: line ends would break the list, so they are spaces there. */
export function listedName(name: string): string {
  return name.replaceAll(/[\r\n]/g, ' ')
}
