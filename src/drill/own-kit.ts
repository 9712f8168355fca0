import { symlink, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { countableTables, type KitFacts } from '../backup/kit/facts.js'
import { recoveryKit } from '../backup/kit.js'
import { oneLine, sqlText, textOfSql } from '../backup/kit/text.js'
import { displayName, type FileEntry, type Manifest } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import { finding, type Finding } from '../findings.js'
import { copyRegularFile } from '../platform/copy-regular.js'
import { orFileTrouble } from '../platform/file-errors.js'
import { searchPathOf } from '../postgres/catalog/search-path.js'
import { sealedScript } from '../sealing/kit/script.js'
import { compareFiles } from '../stores/set-files.js'
import { VERSION } from '../version.js'
import type { PickedSet } from './scenario.js'

/**
 * The script that this version writes for a set, if that is the one in it, byte by byte. Any other could do anything here:
 * who can write to the store can write one.
 *
 * @returns the text of the script to run, or what is wrong
 */
export async function ownScript(set: PickedSet): Promise<string | Finding> {
  const { stored, folder, manifest } = set
  const isSealed = stored.manifest.encryption !== undefined
  const inner = await scriptIn(folder)
  const expected = restoreScriptFor(set, inner)
  if (inner !== expected) return unknownKit(manifest, isSealed ? `the encrypted ${SET.script}` : SET.script)
  if (!isSealed) return expected
  const outer = sealedScript(stored.manifest)
  return (await scriptIn(stored.folder)) === outer ? outer : unknownKit(stored.manifest, SET.script)
}

async function scriptIn(folder: string): Promise<string> {
  const file = path.join(folder, SET.script)
  return orFileTrouble(`reading ${file}`, () => readFile(file, 'utf8'))
}

function restoreScriptFor({ manifest, objects }: PickedSet, found: string): string | undefined {
  const facts = {
    manifest,
    hasPublicSchema: objects.some(({ kind, name }) => kind === 'schema' && name === 'public'),
    searchPath: searchPathOf(objects),
  }
  return recoveryKit({ ...facts, tables: conditionsIn(found, { ...facts, tables: [] }) })[SET.script]
}

/**
 * Which rows of extensions' tables are in the dump stands nowhere in a set but in its script, so it is read from there. It is
 * a condition of SQL for the counting and can be nothing else.
 */
function conditionsIn(script: string, facts: KitFacts): KitFacts['tables'] {
  const lines = script.split('\n')
  return countableTables(facts).flatMap(({ schema, name, rows }) => {
    const begin = `  (${sqlText(schema)}, ${sqlText(name)}, ${rows}, `
    const end = `, ${sqlText(oneLine(displayName({ schema, name })))})`
    const line = lines.find((each) => each.startsWith(begin) && each.replace(/,$/, '').endsWith(end))
    const literal = line?.replace(/,$/, '').slice(begin.length, -end.length) ?? ''
    const condition = textOfSql(literal) ?? ''
    return /^\s*WHERE\b[^;]*$/i.test(condition)
      ? [{ schema, name, extension: { name: 'of the source', condition } }]
      : []
  })
}

function unknownKit({ tool }: Manifest, on: string): Finding {
  const found = `it is not the script that pg-lifeboat ${VERSION} writes for this set, so it was not run`
  const older = tool.version === VERSION ? '' : `; the set says that ${tool.version} wrote it`
  return finding('KIT_UNKNOWN', on, `${found}${older}`)
}

/**
 * Makes a folder in which a set can be restored by that script: the dump is where it was, everything else is a copy that was
 * checked against the manifest. So no file that a shell, psql or age reads is exchanged meanwhile.
 */
export async function ownRoom({ stored }: PickedSet, script: string, folder: string): Promise<void> {
  const { files, dump } = stored.manifest
  const doing = `preparing a clean room for ${stored.folder}`
  await orFileTrouble(doing, async () => {
    const copied: FileEntry[] = []
    for (const file of files) {
      const [from, to] = [path.join(stored.folder, file.path), path.join(folder, file.path)]
      await mkdir(path.dirname(to), { recursive: true, mode: 0o700 })
      if (file.path === SET.script) {
        await writeFile(to, script, { mode: 0o700 })
      } else if (isOfDump(file.path, dump.path)) {
        await symlink(from, to)
      } else {
        await copyRegularFile(from, to, (size) => size === file.size)
        copied.push(file)
      }
    }
    for (const file of [SET.manifest, SET.checksums]) {
      await copyRegularFile(path.join(stored.folder, file), path.join(folder, file), () => true)
    }
    await compareFiles(folder, copied, doing)
  })
}

function isOfDump(file: string, dump: string): boolean {
  return file === dump || file === `${dump}.age` || file.startsWith(`${dump}/`)
}
