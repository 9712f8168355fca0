/**
 * Runs the plain pipe and the backups in turn, round after round, and prints each as a ratio to the pipe of its round.
 *
 *   node scripts/lib/bench-rounds.js <rounds> <work folder> <folder of PostgreSQL's programs>
 */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'

const [rounds = '3', work = '.', bin = ''] = process.argv.slice(2)
const pipe = path.join(work, 'plain.sql.gz')
const backup = (verify) => [
  process.execPath,
  [
    'dist/cli/index.js',
    'backup',
    '--json',
    '--store',
    path.join(work, verify),
    '--verify',
    verify,
    '--postgres-bin',
    bin,
  ],
]
const runs = {
  'pg_dump | gzip': ['sh', ['-c', '"$0/pg_dump" | gzip > "$1"', bin, pipe]],
  'backup --verify none': backup('none'),
  'backup --verify full': backup('full'),
}

/** Seconds, output and peak memory of the process itself (not of what it starts). */
function measure([program, args]) {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    let memory = 0
    const watch = setInterval(() => (memory = Math.max(memory, peakOf(child.pid))), 50)
    child.stdout.on('data', (data) => (output += data))
    child.stderr.on('data', (data) => (errors += data))
    child.on('close', (code) => {
      clearInterval(watch)
      const seconds = (performance.now() - start) / 1000
      if (code === 0) resolve({ seconds, output, memory })
      else reject(new Error(`${program} ended with ${code}:\n${errors}`))
    })
  })
}

function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000
  } catch {
    return 0
  }
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
const ratios = {}
for (let round = 1; round <= Number(rounds); round += 1) {
  let base
  for (const [name, command] of Object.entries(runs)) {
    const { seconds, output, memory } = await measure(command)
    base ??= { seconds, bytes: statSync(pipe).size }
    const result = output === '' ? undefined : JSON.parse(output)
    const bytes = result?.['size-bytes'] ?? base.bytes
    const ratio = seconds / base.seconds
    ;(ratios[name] ??= []).push(ratio)
    const detail =
      result === undefined
        ? ''
        : `, size ratio ${(bytes / base.bytes).toFixed(2)}, Node's peak ${memory.toFixed(0)} MB, ${result.proof}`
    console.log(`round ${round}: ${name}: ${seconds.toFixed(1)} s, ratio ${ratio.toFixed(2)}${detail}`)
    if (result !== undefined) rmSync(path.join(work, name.split(' ').at(-1)), { recursive: true, force: true })
  }
}
for (const [name, all] of Object.entries(ratios)) {
  console.log(`median ratio of ${name}: ${median(all).toFixed(2)}`)
}
