import { isProgram } from '../platform/find-program.js'

/** What a machine is, as far as it matters for installing PostgreSQL's programs. */
export interface Platform {
  system: 'debian' | 'alpine' | 'macos' | 'other'
  isRoot: boolean
}

export function platformHere(): Platform {
  return { system: systemHere(), isRoot: process.getuid?.() === 0 }
}

/** The exact command that installs the client programs of a major. */
export function installAdvice(major: number, { system, isRoot }: Platform): string {
  const sudo = isRoot ? '' : 'sudo '
  switch (system) {
    case 'debian':
      return (
        `Install them: ${sudo}apt-get install -y postgresql-common && ` +
        `${sudo}/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y && ` +
        `${sudo}apt-get install -y postgresql-client-${major}`
      )
    case 'alpine':
      return `Install them: ${sudo}apk add postgresql${major}-client`
    case 'macos':
      return `Install them: brew install postgresql@${major}`
    case 'other':
      return `Install PostgreSQL ${major}'s client programs and name their folder in postgres-bin, or start a Docker engine.`
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
