import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import { DamagedError, OperationError } from '../errors.js'
import { finding, type Finding } from '../findings.js'
import { codeOf, ifThere } from '../platform/file-errors.js'
import { openFile } from '../platform/no-follow.js'
import { tocFiles } from './toc.js'

const TOC = 'toc.dat'

/** A list of contents of a million entries has some 500 MB. */
const LARGEST_TOC = 1024 * 1024 * 1024

/** What pg_dump calls its files: `3348.dat`, `blobs.toc`, `blob_16392.dat`. */
const OWN_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/

/**
 * Looks where the lists in a dump in directory format lead: pg_restore opens what they name, also `../../etc/passwd`, and
 * would bring it into the database as rows. Dumps of other formats hold everything themselves.
 *
 * @param dump the folder of the dump, or a file of another format
 * @param name what findings call it
 */
export async function strayFiles(dump: string, name: string): Promise<Finding[]> {
  if ((await ifThere(lstat(dump)))?.isDirectory() !== true) return []
  const list = `${name}/${TOC}`
  try {
    const content = await contentOf(path.join(dump, TOC))
    const files = tocFiles(content, list)
    if (files === null) return [finding('CHECK_NOT_RUN', list, 'it is of a form that this version does not know')]
    const others = await largeObjectFiles(dump)
    return [
      ...files.names.map((file) => ({ file, list })),
      ...others.map((one) => ({ ...one, list: `${name}/${one.list}` })),
    ]
      .filter(({ file }) => !OWN_NAME.test(file))
      .map((one) => finding('DUMP_FILE_OUTSIDE', one.list, `it names "${one.file}", which is not a file of the dump`))
  } catch (error) {
    if (error instanceof DamagedError || error instanceof OperationError) {
      return [finding('ARCHIVE_UNREADABLE', list, error.problem)]
    }
    // What is missing, or is a link, is told by those who look at the files one by one.
    if (['ENOENT', 'ELOOP'].includes(codeOf(error) ?? '')) return []
    throw error
  }
}

/** The lists of large objects are text: `16392 blob_16392.dat`. */
async function largeObjectFiles(dump: string): Promise<{ file: string; list: string }[]> {
  const lists = (await readdir(dump)).filter((name) => name.endsWith('.toc'))
  const found: { file: string; list: string }[] = []
  for (const list of lists) {
    const text = (await contentOf(path.join(dump, list))).toString('utf8')
    for (const line of text.split('\n').filter((each) => each !== '')) {
      found.push({ file: /^\d+ (.*)$/s.exec(line)?.[1] ?? line, list })
    }
  }
  return found
}

async function contentOf(file: string): Promise<Buffer> {
  const handle = await openFile(file)
  try {
    const { size } = await handle.stat()
    if (size > LARGEST_TOC) {
      throw new OperationError({
        doing: `reading ${file}`,
        problem: `it has ${size} bytes, which no list of contents has`,
        advice: 'Use another dump.',
      })
    }
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}
