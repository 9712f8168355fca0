import type { Context } from '../context.js'
import { OperationError } from '../errors.js'
import type { Options } from '../options.js'
import type { Channel } from './channel.js'
import type { DeliveryPorts } from './deliver.js'
import { problemIssues } from './issues.js'
import { ping } from './ping.js'
import { webhook } from './webhook.js'

export type ChannelOptions = Pick<Options, 'webhookUrl' | 'webhookSecret' | 'pingUrl' | 'problemIssues' | 'githubToken'>

type Ports = Pick<Context, 'logger' | 'environment'>

/** The channels that the options ask for. Whatever is secret about them is hidden from the log from now on. */
export function channelsOf(options: ChannelOptions, { logger, environment }: Ports, ports: DeliveryPorts): Channel[] {
  const { webhookUrl, webhookSecret, pingUrl } = options
  for (const secret of [...addressSecrets(webhookUrl), ...addressSecrets(pingUrl), webhookSecret]) {
    if (secret !== undefined) logger.hide(secret)
  }
  return [
    ...(webhookUrl === undefined ? [] : [webhook({ url: webhookUrl, secret: webhookSecret }, ports)]),
    ...(pingUrl === undefined ? [] : [ping(pingUrl, ports)]),
    ...(options.problemIssues ? [issuesOf(options, environment, ports)] : []),
  ]
}

/** Who knows the path of such an address can write there; a short one is no secret and stands in other texts too. */
function addressSecrets(address: string | undefined): string[] {
  if (address === undefined) {
    return []
  }
  const { pathname, search } = new URL(address)
  return [address, ...[`${pathname}${search}`, pathname].filter((path) => path.length >= 16)]
}

function issuesOf({ githubToken }: ChannelOptions, environment: Context['environment'], ports: DeliveryPorts): Channel {
  const repository = given(environment.GITHUB_REPOSITORY)
  const token = githubToken ?? given(environment.GITHUB_TOKEN)
  if (repository === undefined || token === undefined) {
    return impossibleIssues(
      repository === undefined ? 'GITHUB_REPOSITORY does not name a repository' : 'there is no token',
    )
  }
  return problemIssues(
    { repository, token, apiUrl: given(environment.GITHUB_API_URL) ?? 'https://api.github.com' },
    ports,
  )
}

/** A backup is taken all the same; that nobody can be told is told like every other failed delivery. */
function impossibleIssues(problem: string): Channel {
  return {
    name: 'the issues of the repository',
    end: () =>
      Promise.reject(
        new OperationError({
          doing: 'opening the issues of the repository',
          problem,
          advice: 'problem-issues needs github-token with the permission "issues: write", in a job of GitHub Actions.',
        }),
      ),
  }
}

/** An empty variable is as good as none. */
function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value
}
