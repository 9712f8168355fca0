export interface Instruction {
  /** `FROM`, `RUN`, … */
  name: string
  /** All that follows it, lines joined. */
  value: string
}

/** The instructions of a Dockerfile, in their order, without comments. */
export function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile.split('\n').filter((line) => !/^\s*#/.test(line))
  const joined = lines.join('\n').replaceAll(/\\\n\s*/g, '')
  return joined
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', value = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
      if (name === '') throw new Error(`This line of the Dockerfile is no instruction: ${line}`)
      return { name, value }
    })
}

/** The values of one kind of instruction. */
export function valuesOf(instructions: readonly Instruction[], name: string): string[] {
  return instructions.filter((instruction) => instruction.name === name).map(({ value }) => value)
}

/** What a container runs, of `CMD`, `ENTRYPOINT` or `HEALTHCHECK … CMD` in the form of a list. */
export function argvOf(instructions: readonly Instruction[], name: 'CMD' | 'ENTRYPOINT' | 'HEALTHCHECK'): string[] {
  const value = valuesOf(instructions, name).at(-1) ?? ''
  return JSON.parse(value.slice(value.indexOf('['))) as string[]
}

/** The variables that every container has. */
export function environmentOf(instructions: readonly Instruction[]): Record<string, string> {
  const pairs = valuesOf(instructions, 'ENV').flatMap((value) => value.split(/\s+/))
  return Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string]))
}
