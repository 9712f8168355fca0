/**
 * Sends the files of a set with the plain tool and with ours in turn, round after round, fetches them again, and prints each
 * as a ratio to the plain tool of its round. Each module in `bench-stores/` adds kinds of stores:
 *
 *   export async function kinds(compiled) → [{ name, start(folder) → { place, plain, stop } }]
 *
 * `compiled(path)` imports a module of `src/` or `__tests__/support/`; `place` is a FilePlace; `plain.send(from, name)` and
 * `plain.fetch(name, to)` give the program and its arguments.
 *
 *   node scripts/lib/bench-stores.js <rounds> <megabytes> <work folder> [word in the names of kinds]
 */
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { transformFile } from '@swc/core'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const [rounds = '3', megabytes = '1000', work = '.', only = ''] = process.argv.slice(2)

/** Compiles the source and the servers of the tests, so that both are what the tests use. */
async function compile(target) {
  for (const folder of ['src', '__tests__/support']) {
    for (const name of await readdir(path.join(REPOSITORY, folder), { recursive: true })) {
      if (!name.endsWith('.ts')) continue
      const { code } = await transformFile(path.join(REPOSITORY, folder, name), {
        swcrc: false,
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      })
      const file = path.join(target, folder, name.replace(/\.ts$/, '.js'))
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(file, code)
    }
  }
  await writeFile(path.join(target, 'package.json'), '{"type":"module"}')
  await symlink(path.join(REPOSITORY, 'node_modules'), path.join(target, 'node_modules'))
  return (name) => import(pathToFileURL(path.join(target, name)).href)
}

/** A set as a compressed dump looks: some large files, many small ones, nothing that could be compressed. */
async function makeSet(folder) {
  await mkdir(path.join(folder, 'dump'), { recursive: true })
  const sizes = [...Array(8).fill((Number(megabytes) * 1e6) / 8.1), ...Array(150).fill((Number(megabytes) * 1e4) / 150)]
  const files = []
  for (const [index, size] of sizes.entries()) {
    const file = { path: `dump/${3000 + index}.dat.zst`, size: Math.floor(size) }
    const content = randomBytes(file.size)
    await writeFile(path.join(folder, file.path), content)
    files.push({ ...file, sha256: createHash('sha256').update(content).digest('hex') })
  }
  return files
}

function run({ program, args, env = {} }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } })
    let errors = ''
    child.stderr.on('data', (data) => (errors += data))
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}: ${errors}`)),
    )
  })
}

async function seconds(action) {
  const start = performance.now()
  await action()
  return (performance.now() - start) / 1000
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]

async function round(number, { name, place, plain }, from, files) {
  const scratch = path.join(work, 'fetched')
  const ours = `daily/2026112${number}T020000Z`
  const theirs = `plain-${number}`
  const pairs = {
    sending: [() => run(plain.send(from, theirs)), () => place.upload(from, files, ours)],
    fetching: [
      () => run(plain.fetch(theirs, path.join(scratch, 'plain'))),
      async () => place.download(ours, await place.list(ours), path.join(scratch, 'ours')),
    ],
  }
  const ratios = {}
  for (const [what, actions] of Object.entries(pairs)) {
    await rm(scratch, { recursive: true, force: true })
    await mkdir(path.join(scratch, 'plain'), { recursive: true })
    // Whoever is second finds warmer caches and a busier disk: each is so in turn.
    const order = number % 2 === 0 ? [0, 1] : [1, 0]
    const times = []
    for (const index of order) times[index] = await seconds(actions[index])
    ratios[what] = times[1] / times[0]
    console.log(
      `round ${number}: ${name}, ${what}: plain ${times[0].toFixed(1)} s, ours ${times[1].toFixed(1)} s, ratio ${ratios[what].toFixed(2)}`,
    )
  }
  return ratios
}

const compiled = await compile(path.join(work, 'compiled'))
const from = path.join(work, 'set')
const files = await makeSet(from)
const modules = (await readdir(new URL('bench-stores/', import.meta.url))).filter((file) => file.endsWith('.js')).sort()
const all = []
for (const module of modules) all.push(...(await (await import(`./bench-stores/${module}`)).kinds(compiled)))

for (const kind of all.filter(({ name }) => name.includes(only))) {
  const collected = { sending: [], fetching: [] }
  for (let number = 0; number < Number(rounds); number += 1) {
    // A server of its own each time, so that no round finds what another one left.
    const folder = path.join(work, `round-${number}`)
    await mkdir(folder)
    const started = await kind.start(folder)
    try {
      const ratios = await round(number, { name: kind.name, ...started }, from, files)
      for (const [what, ratio] of Object.entries(ratios)) collected[what].push(ratio)
    } finally {
      await started.stop()
      await rm(folder, { recursive: true, force: true })
    }
  }
  for (const [what, ratios] of Object.entries(collected)) {
    console.log(`median ratio of ${what}, ${kind.name}: ${median(ratios).toFixed(2)}`)
  }
}
console.log(`Node's peak ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB, with the making of the files`)
