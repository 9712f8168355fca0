import { CONFINE, LIFT, PUT_BACK } from '../../postgres/confinement.js'
import { hereDocument, shell } from './text.js'

/** How `restore.sh` keeps what ordinary roles of the source wrote from running as the superuser who restores. */
export const SCRIPT_CONFINEMENT = [
  '',
  ...printing('confinement', CONFINE),
  ...printing('refused_checks', PUT_BACK),
  ...printing('end_of_confinement', LIFT),
  shell`# What ordinary roles wrote (checks, domains, generated columns) must not run as a superuser who restores. So until all is
# restored their functions are SECURITY DEFINER, and checks that reach further by themselves are put back at the end.
confine() {
  confined=$(printf 'SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user' | ask "$target") ||
    stop 1 'the rights of the role that restores could not be read.'
  [ "$confined" = t ] || return 0
  confinement | ask "$target" --single-transaction ||
    stop 1 'code of ordinary roles could not be kept from running as a superuser. Nothing was restored.'
}

lift_confinement() {
  [ "$confined" = t ] || return 0
  refused_checks | ask "$target" --field-separator=': ' >"$tmp/refused" || failures="$failures checks,"
  if [ -s "$tmp/refused" ]; then
    cat "$tmp/refused" >&2
    failures="$failures checks,"
  fi
  end_of_confinement | ask "$target" || failures="$failures functions,"
}`,
].join('\n')

function printing(name: string, statements: string): string[] {
  return [`${name}() {`, `  cat ${hereDocument(statements)}`, '}', '']
}
