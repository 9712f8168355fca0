import { isProgram } from '../platform/find-program.js'

/** What a machine is, as far as it matters for installing PostgreSQL's programs. */
export interface Platform {
  system: 'debian' | 'alpine' | 'macos' | 'other'
  isRoot: boolean
}

export function platformHere(): Platform {
  return { system: systemHere(), isRoot: process.getuid?.() === 0 }
}

const LEAD = 'Name their folder in postgres-bin if they are here, else install them: '

/** What to do when the client programs of a major are missing; the exact command stands last, to be copied. */
export function installAdvice(major: number, { system, isRoot }: Platform): string {
  const sudo = isRoot ? '' : 'sudo '
  switch (system) {
    case 'debian':
      return (
        `${LEAD}${sudo}apt-get install -y postgresql-common && ` +
        `${sudo}/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y && ` +
        `${sudo}apt-get install -y postgresql-client-${major}`
      )
    case 'alpine':
      return `${LEAD}${sudo}apk add postgresql${major}-client`
    case 'macos':
      return `${LEAD}brew install postgresql@${major}`
    case 'other':
      return `Install PostgreSQL ${major}'s client programs, name their folder in postgres-bin, or start a Docker engine.`
  }
}

function systemHere(): Platform['system'] {
  if (process.platform === 'darwin') {
    return 'macos'
  }
  if (isProgram('/usr/bin/apt-get')) {
    return 'debian'
  }
  return isProgram('/sbin/apk') ? 'alpine' : 'other'
}
