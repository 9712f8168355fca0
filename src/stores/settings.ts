import type { Context } from '../context.js'
import type { Options } from '../options.js'

/** The options that say how stores off this machine are reached. */
export type StoreSettings = Pick<Options, 'sshKey' | 'sshKnownHosts' | 'rsyncPassword' | 'githubToken'> &
  Partial<Pick<Options, 'artifactRetentionDays' | 'allowPublicArtifact' | 'encryptTo'>>

/** What a store may need: the ports, and how to reach what is off this machine. */
export type StoreTools = Context & { settings: StoreSettings }
