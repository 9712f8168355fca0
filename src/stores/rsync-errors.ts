/** What a failure of rsync means to a person, and whether trying again may help. */
export interface RsyncFailure {
  problem: string
  advice: string
  /** Whether it is the kind of failure that passes: of the network, not of what was asked for. */
  passes: boolean
}

/** How a run of rsync ended badly. */
export interface RsyncEnd {
  code: number | null
  stderr: string
  /** The machine at the other end. */
  host: string
  /** Which side writes: its disk is the one that may be full. */
  writes: 'here' | 'there'
}

interface Meaning {
  pattern: RegExp
  problem: string
  advice: string
  passes?: true
}

const NETWORK =
  'Check the network and that the host is up; what has arrived is kept, and the next run goes on from there.'

/**
 * What rsync, ssh and the daemon say, most telling first. Their exit codes alone say little: the same broken start ends
 * with 12 or 255, whichever of two processes notices it first. `$host`, `$disk` and `$1` stand for what is known.
 */
const MEANINGS: readonly Meaning[] = [
  {
    pattern: /host key for \S+ has changed|REMOTE HOST IDENTIFICATION HAS CHANGED/i,
    problem: 'the host key of $host is another than the known one',
    advice:
      'Ask who runs the host whether its key was renewed; if not, somebody may stand in between. Then give the new line of known_hosts in ssh-known-hosts.',
  },
  {
    pattern: /Host key verification failed|No \S+ host key is known/i,
    problem: 'the host key of $host is not known, and unknown hosts are not connected to',
    advice:
      "Print its line with `ssh-keyscan -p PORT HOST`, compare it with the host's own key (`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` there), and give it in ssh-known-hosts.",
  },
  {
    pattern: /Load key "?[^"\n]*"?: (.+)|UNPROTECTED PRIVATE KEY FILE/,
    problem: 'ssh cannot use the private key: $1',
    advice:
      'Give ssh-key a private key without a passphrase (`-----BEGIN …`), whole, and with mode 0600 when it is a file.',
  },
  {
    pattern: /Permission denied \(([a-z][\w,-]*)\)/,
    problem: '$host accepted none of the keys ($1)',
    advice: "Check ssh-key and the user's name, and that the public key is in authorized_keys at the other end.",
  },
  {
    pattern: /Could not resolve hostname [^:]+: Temporary failure|failed in name resolution: Temporary|Try again/i,
    problem: 'the name of $host could not be looked up',
    advice: NETWORK,
    passes: true,
  },
  {
    pattern: /Could not resolve hostname|getaddrinfo: \S+|Name or service not known|unknown host/i,
    problem: 'there is no host by the name of $host',
    advice: "Check the host's name in the store's location.",
  },
  {
    pattern: /Failed to exec (\S+): No such file/,
    problem: 'the program $1 is not on this machine',
    advice: 'Install ssh (Debian, Ubuntu: apt-get install openssh-client), then start again.',
  },
  {
    pattern: /Another instance of rrsync/,
    problem: 'the restricted key at the other end takes one connection at a time, and another one is open',
    advice: 'Write -no-lock after rrsync in authorized_keys: two runs, or two steps of one, may come at the same time.',
    passes: true,
  },
  {
    pattern: /rrsync error: post-realpath open failed \(race detected\): (.+) No such file or directory/,
    problem: 'what was asked for is not there, or was moved meanwhile: $1',
    advice:
      'The path is read from the folder on that rrsync is given in authorized_keys. See that nothing else moves or removes what is in it, then start again.',
  },
  {
    pattern: /rrsync error: (.+)|rrsync: (.+)/,
    problem: 'the restricted key at the other end refused it: $1',
    advice:
      'The path is read from the folder on that rrsync is given in authorized_keys. Write it from there on, starting with a slash, and allow reading and writing (neither -ro nor -wo).',
  },
  {
    pattern: /command not found|code 127\)|rsync: not found|No such file or directory.*\brsync$/im,
    problem: 'there is no rsync at the other end',
    advice: 'Install rsync there, where the shell of that user finds it (Debian, Ubuntu: apt-get install rsync).',
  },
  {
    pattern: /is your shell clean|protocol version mismatch/,
    problem: 'what answers at the other end is not rsync alone',
    advice:
      'The login shell of that user prints something before rsync starts (`ssh HOST true` must print nothing), or its rsync is too old; at least 3.1 is needed.',
  },
  {
    pattern: /on remote machine: (\S+): unknown option|(--\S+): unknown option|This rsync lacks/,
    problem: 'the rsync at the other end does not know the option $1',
    advice:
      'Install rsync 3.1 or newer there (rsync --version tells which it is). For --mkpath, which is of 3.2.3, making the folder of the store there is enough.',
  },
  {
    pattern: /configured to refuse (--\S+)/,
    problem: 'the daemon is configured to refuse $1',
    advice: 'Take that option out of "refuse options" of the module in rsyncd.conf.',
  },
  {
    pattern: /auth failed on module (\S+)/,
    problem: 'the daemon did not accept the user or the password for the module $1',
    advice:
      "Check the user's name in the store's location, rsync-password, and the secrets file of the daemon (mode 0600).",
  },
  {
    pattern: /Unknown module '?([^'\n]+)'?/,
    problem: 'the daemon has no module $1',
    advice: 'List its modules with `rsync HOST::`; the module is the first part of the path.',
  },
  {
    pattern: /max connections \(?\d*\)? ?reached/i,
    problem: 'the daemon has as many connections as it takes',
    advice: 'Try again later, or raise "max connections" of the module.',
    passes: true,
  },
  {
    pattern: /module is read.only/i,
    problem: 'the module of the daemon is read-only',
    advice: 'Set "read only = no" for the module in rsyncd.conf.',
  },
  {
    pattern: /module is write.only/i,
    problem: 'the module of the daemon is write-only',
    advice: 'Set "write only = no" for the module in rsyncd.conf: what was sent is read back to compare it.',
  },
  {
    pattern: /@ERROR: (chdir|chroot) failed/,
    problem: 'the folder of the module is not there or closed to the daemon',
    advice: 'Make the folder that "path" of the module names, and let the user of "uid" write to it.',
  },
  {
    pattern: /@ERROR:? (.+)/,
    problem: 'the daemon refused: $1',
    advice: "Read the daemon's log at the other end, and correct rsyncd.conf.",
  },
  {
    pattern: /No space left on device|Disk quota exceeded/,
    problem: 'there is no room left on the disk $disk',
    advice:
      'Free some space there, or keep less by the rules of retention; what has arrived is kept, and the next run goes on.',
  },
  {
    pattern: /Read-only file system/,
    problem: 'the file system $disk is mounted read-only',
    advice: 'Check that disk: a file system with errors is often remounted read-only.',
  },
  {
    pattern: /(Permission denied \(13\)|Operation not permitted \(1\))/,
    problem: 'a file or folder $disk may not be read or written',
    advice: 'Give the user that rsync runs as at the other end the rights to the folder of the store.',
  },
  {
    pattern: /mkdir .* failed: File exists/,
    problem: 'another one made the same folder at the same time, or a file is in its place',
    advice: 'See that no file has the name of a folder of the store, then start again.',
    passes: true,
  },
  {
    pattern: /mkdir .* failed: No such file or directory/,
    problem: 'the folder above the store is not there',
    advice: 'Make it at the other end; an rsync older than 3.2.3 makes one folder only.',
  },
  {
    pattern: /link_stat "(.+)"( \(in \S+\))? failed: No such file or directory/,
    problem: 'a file that was asked for is not there: $1',
    advice: 'See that nothing else removes files while they are transferred, then start again.',
  },
  {
    pattern:
      /Connection (refused|timed out|reset|closed)|timeout in data|timed? ?out waiting|No route to host|Network is unreachable|Broken pipe|kex_exchange|banner exchange|Connection to .* timed out|not responding/i,
    problem: 'the connection to $host failed or broke',
    advice: NETWORK,
    passes: true,
  },
]

/** rsync's own exit codes, where what it said tells nothing more. */
const CODES: Readonly<Partial<Record<number, Omit<Meaning, 'pattern'>>>> = {
  1: {
    problem: 'rsync was called with what it does not understand',
    advice: 'Install rsync 3.1 or newer at both ends.',
  },
  2: { problem: 'the two rsync speak different protocols', advice: 'Install rsync 3.1 or newer at both ends.' },
  3: { problem: 'a file or folder that was asked for cannot be used', advice: 'Check the path of the store.' },
  4: {
    problem: 'one of the two rsync cannot do what was asked for',
    advice: 'Install rsync 3.1 or newer at both ends.',
  },
  5: { problem: 'the daemon did not start the transfer', advice: "Read the daemon's log at the other end." },
  6: { problem: 'the daemon cannot write its log', advice: 'Check "log file" in rsyncd.conf and the disk it is on.' },
  10: { problem: 'the connection to $host failed', advice: NETWORK, passes: true },
  11: { problem: 'a file $disk could not be read or written', advice: 'Check the disk and its free space.' },
  12: { problem: 'the connection to $host broke', advice: NETWORK, passes: true },
  13: { problem: 'rsync could not write its messages', advice: 'Check that both ends have free disk space.' },
  14: { problem: 'the parts of rsync could not speak to each other', advice: 'Check the process table and ssh.' },
  15: { problem: 'a part of rsync crashed', advice: 'Install a newer rsync at both ends.' },
  16: { problem: 'a part of rsync was ended', advice: 'See what ended it: at both ends, the kernel log may say.' },
  19: { problem: 'rsync was ended by a signal', advice: 'Start again.' },
  20: { problem: 'rsync was ended by a signal', advice: 'Start again.' },
  21: { problem: 'rsync lost sight of its own processes', advice: 'Start again.' },
  22: { problem: 'rsync ran out of memory', advice: 'Free memory at both ends, then start again.' },
  23: { problem: 'some files could not be transferred', advice: 'Read what rsync said, below.' },
  24: { problem: 'some files vanished while they were transferred', advice: 'See that nothing else changes them.' },
  25: {
    problem: 'rsync stopped removing because it was too much',
    advice: 'Look for max-delete in the settings of rsync.',
  },
  30: { problem: '$host did not answer in time', advice: NETWORK, passes: true },
  35: { problem: 'the daemon on $host did not answer in time', advice: NETWORK, passes: true },
  124: { problem: 'the command at the other end failed', advice: 'Check the shell of that user at the other end.' },
  125: { problem: 'the command at the other end was killed', advice: 'Start again.' },
  126: { problem: 'the rsync at the other end may not be run', advice: 'Let that user run rsync there.' },
  127: { problem: 'there is no rsync at the other end', advice: 'Install rsync there.' },
  255: { problem: 'ssh could not reach $host', advice: NETWORK, passes: true },
}

/** Tells what a bad end of rsync means and what to do. */
export function explainRsync({ code, stderr, host, writes }: RsyncEnd): RsyncFailure {
  const { problem, advice, passes = false, detail } = spokenOf(stderr) ?? ofCode(code)
  const disk = writes === 'there' ? `at the other end (${host})` : 'of this machine'
  const filled = problem
    .replace('$host', () => host)
    .replace('$disk', () => disk)
    .replace('$1', () => detail ?? 'no details')
  return { problem: filled, advice, passes }
}

type Explained = Omit<Meaning, 'pattern'> & { detail?: string }

function spokenOf(stderr: string): Explained | undefined {
  for (const { pattern, ...meaning } of MEANINGS) {
    const found = pattern.exec(stderr)
    if (found !== null) return { ...meaning, detail: found.slice(1).find(Boolean)?.trim() ?? 'no details' }
  }
  return undefined
}

function ofCode(code: number | null): Explained {
  return CODES[code ?? NaN] ?? { problem: 'rsync failed', advice: 'Read what it said, below.' }
}

/** Whether all that rsync complained of is that a file or folder is not there. */
export function isAbsence(stderr: string): boolean {
  const complaints = stderr.split('\n').filter((line) => COMPLAINT.test(line) && !CONSEQUENCE.test(line))
  return complaints.length > 0 && complaints.every((line) => ABSENCE.test(line))
}

const COMPLAINT = /^rsync: |^\S*rrsync(:| error:) /
const CONSEQUENCE = /connection unexpectedly closed|read error: Connection reset|writefd_unbuffered|Broken pipe/
/**
 * In rsync's words, and in those of rrsync: from 3.5.0 on it opens what it is asked for by itself, and takes it for a
 * sign of somebody moving folders that there is none (its source, `validated_arg`).
 */
const ABSENCE =
  /(link_stat|change_dir|mkdir)(#\d)? ".*"( \(in \S+\))? failed: (No such file or directory \(2\)|Not a directory \(20\))$|rrsync error: post-realpath open failed \(race detected\): .* No such file or directory$/
