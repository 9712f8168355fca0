import { readdir, rename } from 'node:fs/promises'
import path from 'node:path'
import { Proof, Verify, idOf, type Manifest } from '../backup/manifest.js'
import { SET } from '../backup/set.js'
import { SMALL_JSON, parseBoundedJson } from '../bounded-json.js'
import { messageOf } from '../errors.js'
import { ifThere } from '../platform/file-errors.js'
import { makeFolder, syncPath, writeWhole } from '../platform/files.js'
import { readSmallFile } from '../platform/no-follow.js'
import { heldTier } from '../verify/proof.js'

/** Where an outcome is kept in its set: `proofs/20261124T020000Z.json`, numbered when that second has one already. */
export function proofFileName(proof: Proof, taken: readonly string[] = []): string {
  const stem = idOf(new Date(proof.at))
  for (let number = 1; ; number++) {
    const name = number === 1 ? `${stem}.json` : `${stem}-${number}.json`
    if (!taken.includes(name)) return name
  }
}

/** What is written there. */
export function proofText(proof: Proof): string {
  return `${JSON.stringify(Proof.parse(proof), null, 2)}\n`
}

/**
 * The outcome that counts, of the manifest's and the later ones. The newest does, but for three cases: what could not run
 * takes nothing back; what looked less far neither lowers a proof nor lifts a failure; and a restore that failed once,
 * after another had succeeded, may have been chance or that server's fault, so that only a second one in a row counts. The
 * bytes of a set never change, so a proof stays true until something is found to be wrong.
 */
export function standingProof(manifest: Manifest, later: readonly Proof[]): Proof {
  const inTime = [manifest.proof, ...later].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
  const [first = manifest.proof, ...others] = inTime
  return others.reduce<Standing>(judged, { proof: first, isDoubted: false }).proof
}

interface Standing {
  proof: Proof
  /** One restore failed since. */
  isDoubted: boolean
}

function judged({ proof, isDoubted }: Standing, next: Proof): Standing {
  if (isRestoreFailure(next)) {
    return !isDoubted && proof.outcome === 'proven' && reach(proof) >= reach(next)
      ? { proof, isDoubted: true }
      : { proof: withRowsOf(proof, next), isDoubted: false }
  }
  return isTakenOver(proof, next) ? { proof: next, isDoubted: false } : { proof, isDoubted }
}

/** PostgreSQL complained while it was restored; that anything is damaged or differs was not found. */
function isRestoreFailure({ outcome, findings }: Proof): boolean {
  const errors = findings.filter(({ severity }) => severity === 'error')
  return outcome === 'failed' && errors.length > 0 && errors.every(({ code }) => code === 'RESTORE_ERROR')
}

/** Where an earlier look had found all rows equal, they still are in the set, even if this one did not get that far. */
function withRowsOf(earlier: Proof, next: Proof): Proof {
  const held = heldTier(earlier)
  return next.held === undefined && (held === 'data' || held === 'full') ? { ...next, held: 'data' } : next
}

function isTakenOver(standing: Proof, next: Proof): boolean {
  if (next.outcome === 'failed' || standing.outcome === 'not-verified') return true
  return next.outcome === 'proven' && reach(next) >= reach(standing)
}

function reach({ tier }: Proof): number {
  return Verify.options.indexOf(tier)
}

/**
 * Adds an outcome to the set in this folder, whole or not at all.
 *
 * @param workshop a folder on the same file system, in which it is written first: the set never holds a part of it
 */
export async function writeProof(folder: string, proof: Proof, workshop: string): Promise<void> {
  const proofs = path.join(folder, SET.proofs)
  await makeFolder(proofs)
  const name = proofFileName(proof, await readdir(proofs))
  const written = path.join(workshop, name)
  await writeWhole(written, proofText(proof))
  await rename(written, path.join(proofs, name))
  await syncPath(proofs)
}

/**
 * The outcomes that were added to the set in this folder, in the order of their names. What cannot be read is told and
 * left out, so that it neither proves nor fails the set.
 */
export async function readProofs(folder: string, tell: (note: string) => void): Promise<Proof[]> {
  const proofs: Proof[] = []
  const names = (await ifThere(readdir(path.join(folder, SET.proofs)))) ?? []
  for (const name of names.filter(isProofName).sort(byInstant)) {
    const file = path.join(folder, SET.proofs, name)
    try {
      proofs.push(Proof.parse(parseBoundedJson(await readSmallFile(file, SMALL_JSON.length), SMALL_JSON)))
    } catch (error) {
      tell(`${file} is not an outcome of a verification and is left out: ${messageOf(error)}`)
    }
  }
  return proofs
}

function isProofName(name: string): boolean {
  return name.endsWith('.json') && !name.startsWith('.')
}

/** `…Z.json` before `…Z-2.json` before `…Z-10.json`. */
function byInstant(a: string, b: string): number {
  const [[stemA = '', numberA = '1'], [stemB = '', numberB = '1']] = [a, b].map((name) =>
    name.slice(0, -5).split('-'),
  ) as [string[], string[]]
  return stemA === stemB ? Number(numberA) - Number(numberB) : stemA < stemB ? -1 : 1
}
