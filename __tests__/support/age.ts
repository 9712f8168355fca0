import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { entriesBelow } from '../../src/platform/files.js'
import { temporaryFolder } from './temporary.js'

const run = promisify(execFile)

export interface AgeKey {
  /** `age1…` */
  recipient: string
  /** `AGE-SECRET-KEY-1…` */
  identity: string
  /** A file with the identity and comments, as age-keygen writes it. */
  file: string
}

/** A new key pair, made by the real age-keygen. */
export async function ageKey(): Promise<AgeKey> {
  const file = path.join(await temporaryFolder(), 'key.txt')
  await run('age-keygen', ['-o', file])
  const [recipient, text] = await Promise.all([run('age-keygen', ['-y', file]), readFile(file, 'utf8')])
  const identity = text.split('\n').find((line) => line.startsWith('AGE-SECRET-KEY-1')) ?? ''
  return { recipient: recipient.stdout.trim(), identity, file }
}

/** What a plaintext dump, catalog or manifest has in it, and no ciphertext by chance. */
const MARKS = ['PGDMP', 'CREATE ROLE', '"lastValue"', 'CREATE TABLE', 'animal_history_id_seq']

/** Files below a folder that are, or hold, plaintext of a backup. */
export async function plaintextBelow(folder: string): Promise<string[]> {
  const files = (await entriesBelow(folder)).filter(({ kind }) => kind === 'file')
  const found: string[] = []
  for (const { path: file } of files) {
    const content = await readFile(path.join(folder, file))
    if (MARKS.some((mark) => content.includes(mark))) found.push(file)
  }
  return found
}
