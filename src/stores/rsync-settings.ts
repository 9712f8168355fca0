import { readFile } from 'node:fs/promises'
import type { Context } from '../context.js'
import { ifThere } from '../platform/file-errors.js'
import type { StoreSettings } from './settings.js'
import { pathOf, type FileTools } from './text-or-file.js'

/** What a user may give for rsync, each as the text itself or as the path of a file that holds it. */
export type RsyncSettings = Partial<Pick<StoreSettings, 'sshKey' | 'sshKnownHosts' | 'rsyncPassword'>>

/**
 * The password for a daemon: what was given, the content of the file that was given, or `RSYNC_PASSWORD`. Hidden from
 * all that is logged. Never undefined, because rsync would then ask on the terminal.
 */
export async function daemonPassword(
  setting: string | undefined,
  tools: Pick<Context, 'logger'> & FileTools,
): Promise<string> {
  const password = (await fromSetting(setting, tools)) ?? tools.environment.RSYNC_PASSWORD ?? ''
  if (password !== '') tools.logger.hide(password)
  return password
}

/** What looks like a path is one only where such a file is there: passwords may begin with anything. */
async function fromSetting(setting: string | undefined, tools: FileTools): Promise<string | undefined> {
  if (setting === undefined || !/^(~?\/|\.\.?\/)/.test(setting)) return setting
  const content = await ifThere(readFile(pathOf(setting, tools), 'utf8'))
  return content === undefined ? setting : content.split(/\r?\n/, 1)[0]
}
