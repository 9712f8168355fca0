import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import { defaultInstallation, installationOf, type Installation } from './installations.js'

/** A small extension of a test: what its control file says and its scripts, by version. */
export interface OwnExtension {
  name: string
  control: Readonly<Record<string, string>>
  /** `1.0`, or `1.0--1.1`. */
  scripts: Readonly<Record<string, string>>
}

export interface OwnInstallation extends Installation {
  remove(): Promise<void>
}

/**
 * An installation of PostgreSQL beside the machine's own, so that a test can add extensions of its own, or take some
 * away. The programs are copies, since PostgreSQL looks for its files beside its program; all else are links.
 *
 * @param without extensions to leave out
 */
export async function ownInstallation(
  extensions: readonly OwnExtension[],
  { major, without = [] }: { major?: number; without?: readonly string[] } = {},
): Promise<OwnInstallation> {
  const original = major === undefined ? defaultInstallation() : installationOf(major)
  const root = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-installation-'))
  await chmod(root, 0o755)
  const version = String(original.major)
  const lib = path.join(root, 'lib', 'postgresql', version)
  const share = path.join(root, 'share', 'postgresql', version)
  const originalShare = path.join(original.bin, '..', '..', '..', '..', 'share', 'postgresql', version)
  await copyPrograms(original.bin, path.join(lib, 'bin'))
  await symlink(path.join(original.bin, '..', 'lib'), path.join(lib, 'lib'))
  await linkAll(originalShare, share, (name) => name !== 'extension')
  await linkAll(path.join(originalShare, 'extension'), path.join(share, 'extension'), (name) =>
    without.every((one) => name !== `${one}.control` && !name.startsWith(`${one}--`)),
  )
  for (const extension of extensions) {
    await writeExtension(path.join(share, 'extension'), extension)
  }
  const bin = path.join(lib, 'bin')
  return {
    ...original,
    bin,
    clientBin: original.hasClient ? bin : original.clientBin,
    remove: () => rm(root, { recursive: true, force: true }),
  }
}

async function copyPrograms(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const name of await readdir(from)) {
    await copyFile(path.join(from, name), path.join(to, name))
  }
}

async function linkAll(from: string, to: string, isWanted: (name: string) => boolean): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const name of (await readdir(from)).filter(isWanted)) {
    await symlink(path.join(from, name), path.join(to, name))
  }
}

async function writeExtension(folder: string, { name, control, scripts }: OwnExtension): Promise<void> {
  const lines = Object.entries(control).map(([key, value]) => `${key} = ${value}\n`)
  await writeFile(path.join(folder, `${name}.control`), lines.join(''))
  for (const [version, script] of Object.entries(scripts)) {
    await writeFile(path.join(folder, `${name}--${version}.sql`), script)
  }
}
