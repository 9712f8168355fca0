/** What a failure of rclone means to a person. */
export interface RcloneFailure {
  problem: string
  advice: string
}

const MEANINGS: readonly (RcloneFailure & { pattern: RegExp })[] = [
  {
    pattern: /didn't find section in config file|not found in config file/i,
    problem: 'rclone knows no remote of that name',
    advice: '`rclone listremotes` tells the names it knows; RCLONE_CONFIG names another configuration file.',
  },
  {
    pattern: /decrypt config|RCLONE_CONFIG_PASS|config file is encrypted|unable to decrypt/i,
    problem: "rclone's configuration is encrypted and its password was not given or is wrong",
    advice: 'Set RCLONE_CONFIG_PASS in the environment.',
  },
  {
    pattern:
      /storageQuotaExceeded|quota.{0,20}exceeded|no space left|insufficient.?(storage|space)|QuotaExceeded|too big for remaining disk/i,
    problem: 'there is no room left in the remote',
    advice: 'Free some space there, or keep less by the rules of retention, then start again.',
  },
  {
    pattern:
      /AccessDenied|Forbidden|Unauthorized|invalid_grant|InvalidAccessKeyId|SignatureDoesNotMatch|expired|\b40[13]\b|unable to authenticate|permission denied/i,
    problem: 'the remote refused the credentials, or they do not allow this',
    advice: 'Check them with `rclone lsd remote:`; `rclone config reconnect remote:` renews a token that has run out.',
  },
  {
    pattern: /NoSuchBucket|bucket.{0,20}not found/i,
    problem: 'the bucket or folder that the remote is to use is not there',
    advice: 'Check the path in the location, or make it there first.',
  },
  {
    pattern:
      /no such host|connection refused|connection reset|i\/o timeout|network is unreachable|timed? ?out|unexpected EOF/i,
    problem: 'the connection to the remote failed or broke, also when rclone tried it again',
    advice: 'Check the network; what has arrived whole is not sent again by the next run.',
  },
]

/** Tells what a bad end of rclone means and what to do, from what it said. */
export function explainRclone(messages: readonly string[]): RcloneFailure {
  const said = messages.join('\n')
  const known = MEANINGS.find(({ pattern }) => pattern.test(said))
  const last = messages.at(-1) ?? 'it said nothing'
  return known === undefined
    ? { problem: `the program rclone failed: ${last}`, advice: 'Correct what rclone reports, then start again.' }
    : { problem: `${known.problem} (rclone: ${last})`, advice: known.advice }
}
