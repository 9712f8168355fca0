import { open } from 'node:fs/promises'
import type { Context } from '../context.js'
import { CommandError } from '../errors.js'
import { orFileTrouble } from '../platform/file-errors.js'
import type { Age } from './age.js'
import { WrongKeyError, cannotDecrypt } from './age-errors.js'
import type { Identity } from './identities.js'

/** age as a program of its own. Public keys are arguments; private keys reach it in a file that only we can read. */
export function ageProgram(context: Pick<Context, 'processes' | 'environment' | 'workspace'>): Age {
  const env = { PATH: context.environment.PATH, LC_ALL: 'C' }
  const identityFile = onceFor(context)
  return {
    async encrypt(from, to, recipients) {
      await makeEmpty(to)
      await context.processes.run({
        program: 'age',
        args: ['--encrypt', ...recipients.flatMap(({ key }) => ['--recipient', key]), '--output', to, '--', from],
        env,
        doing: `encrypting ${from}`,
        advice: 'Nothing was kept. Mend the cause and take the backup again.',
      })
    },
    async decrypt(from, to, identities) {
      const identity = await identityFile(identities)
      await makeEmpty(to)
      await context.processes
        .run({
          program: 'age',
          args: ['--decrypt', '--identity', identity, '--output', to, '--', from],
          env,
          doing: `decrypting ${from}`,
        })
        .catch((error: unknown) => {
          throw error instanceof CommandError ? meaningOf(error, from) : error
        })
    },
  }
}

/** Others could read a file that age makes; and where there is nothing in it, age makes none. It fills one that is there. */
async function makeEmpty(file: string): Promise<void> {
  await orFileTrouble(`making the file ${file}`, async () => (await open(file, 'wx', 0o600)).close())
}

/** The same identities are written once, however many files there are. */
function onceFor({ workspace }: Pick<Context, 'workspace'>): (identities: readonly Identity[]) => Promise<string> {
  let written: { identities: readonly Identity[]; file: Promise<string> } | undefined
  return (identities) => {
    if (written?.identities !== identities) {
      const text = `${identities.map(({ key }) => key).join('\n')}\n`
      written = { identities, file: workspace.secretFile('identity', text) }
    }
    return written.file
  }
}

function meaningOf(error: CommandError, file: string): Error {
  const said = error.stderrTail
  if (said.includes('no identity matched')) return new WrongKeyError(file, error)
  if (/no space left|permission denied|input\/output error|quota exceeded/i.test(said) || error.code === null)
    return error
  return cannotDecrypt(file, /error: (.*)/.exec(said)?.[1] ?? error.problem, error)
}
