import { readFile } from 'node:fs/promises'

const SAMPLE_INTERVAL = 250

/**
 * Watches how much memory a program and its descendants use, from `/proc`. Each process counts with its own peak
 * (`VmHWM`), so the sum is an upper bound; what lives shorter than the interval may be missed. Zero where there is no
 * `/proc`.
 */
export class MemoryWatch {
  private readonly timer: NodeJS.Timeout
  private sampling = false
  private peakBytes = 0

  constructor(private readonly pid: number) {
    this.timer = setInterval(() => void this.sample(), SAMPLE_INTERVAL)
    this.timer.unref()
    void this.sample()
  }

  /** Bytes. */
  get peak(): number {
    return this.peakBytes
  }

  stop(): void {
    clearInterval(this.timer)
  }

  private async sample(): Promise<void> {
    if (this.sampling) {
      return
    }
    this.sampling = true
    this.peakBytes = Math.max(this.peakBytes, await familyMemory(this.pid))
    this.sampling = false
  }
}

/** The peak resident memory of a process and of its living descendants, added up, in bytes. */
export async function familyMemory(pid: number): Promise<number> {
  const [own, children] = await Promise.all([peakMemoryOf(pid), childrenOf(pid)])
  const theirs = await Promise.all(children.map(familyMemory))
  return theirs.reduce((sum, bytes) => sum + bytes, own)
}

async function peakMemoryOf(pid: number): Promise<number> {
  const status = await readProc(`${pid}/status`)
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}

async function childrenOf(pid: number): Promise<number[]> {
  const children = await readProc(`${pid}/task/${pid}/children`)
  return children.split(' ').filter(Boolean).map(Number)
}

/** Empty when the process has ended meanwhile, and on systems without `/proc`. */
function readProc(name: string): Promise<string> {
  return readFile(`/proc/${name}`, 'utf8').catch(() => '')
}
