import { shell } from './text.js'

/** How `restore.sh` makes the roles that are missing. */
export const SCRIPT_GLOBALS = shell`
# Leaves the attributes of roles that are there already as they are: somebody may be using them.
new_roles_only() {
  while IFS= read -r line; do
    case $line in
      'ALTER ROLE '*' WITH '*)
        name=@{line#'ALTER ROLE '}
        name=@{name%%' WITH '*}
        case "$newline$present$newline" in
          *"$newline$name$newline"*) continue ;;
        esac
        ;;
    esac
    printf '%s\n' "$line"
  done
}

run_globals() {
  [ -n "$(missing_roles)" ] || return 0
  say 'Creating the roles …'
  present=$(ask "$maintenance" <<'END'
SELECT pg_catalog.quote_ident(rolname) FROM pg_catalog.pg_roles
END
  )
  new_roles_only <"$here/globals.sql" |
    run_script --set=VERBOSITY=verbose --dbname="$maintenance" >/dev/null 2>"$tmp/errors" || true
  refuse_commands globals.sql
  while IFS= read -r line; do
    case $line in
      *': 3D000: '*) ;; # a role's settings for a database of the old cluster
      'LOCATION: '*) ;;
      *) printf '  %s\n' "$line" >&2 ;;
    esac
  done <"$tmp/errors"
  lacking=$(missing_roles)
  if [ -n "$lacking" ]; then
    listed "$lacking" >&2
    stop 1 'these roles could not be created, see above. No database was touched.'
  fi
}

`
