import { getState, saveState } from '@actions/core'

const IS_POST = 'isPost'

/**
 * Tells the post step that it is one; the runner hands the state back to it as `STATE_*`. Nothing else is kept there:
 * state files are readable for every later step, and what a run leaves behind says itself whose it is.
 */
export function markMain(): void {
  saveState(IS_POST, 'true')
}

/** Whether this process is the post step of one that ran before. */
export function isPost(): boolean {
  return getState(IS_POST) === 'true'
}
