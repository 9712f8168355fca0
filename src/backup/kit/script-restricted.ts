import { shell } from './text.js'

/**
 * How `restore.sh` gives scripts of the set to psql: in restricted mode, in which psql obeys none of its own commands. Who can
 * write to a store can write such commands into a script, and `\!` runs a program.
 */
export const SCRIPT_RESTRICTED = shell`
# A key that no file of the set can know.
make_key() {
  key=''
  for byte in $(od -An -N 24 -t x1 /dev/urandom); do key=$key$byte; done
  [ "@{#key}" -eq 48 ] || stop 1 'no random key could be read from /dev/urandom with od.'
}

# Whether psql has a restricted mode; releases before August 2025 have none.
check_psql() {
  psql_restricts=yes
  printf '%s\n' "\restrict $key" 'SELECT 1;' "\unrestrict $key" | ask "$maintenance" >"$tmp/probe" 2>&1 ||
    psql_restricts=no
  [ "$psql_restricts" = no ] || return 0
  old='this psql is older than August 2025 and would obey commands that somebody hid in'
  [ "$format" != plain ] || stop 5 "$old the dump. Install a newer release of it."
  for file in globals.sql database.sql; do
    only_sql <"$here/$file" >/dev/null
    [ ! -s "$tmp/hidden" ] || stop 5 "$old $file. There are backslashes in it, so install a newer release of psql."
  done
}

# What psql may have of a script: SQL and rows. The marks of restricted mode that pg_dump puts around it are left out. Lines
# that psql could obey all the same go into a file instead: until 2026 it ran what stands in backticks behind \unrestrict;
# and it would join two lines at a zero byte. The first line makes room for the one that run_script begins with.
only_sql() {
  any=''
  tick=$(printf '\140')
  [ "$psql_restricts" = yes ] || any='/\\/b hide'
  tr -d '\000' | sed -e '
1{
/^--/d
}
1,20{
/^\\restrict [A-Za-z0-9]*$/{
h
s/.*//
b
}
}
/^\\unrestrict [A-Za-z0-9]*$/{
G
/^\\unrestrict \([A-Za-z0-9]*\)\n\\restrict \1$/{
s/.*//
b
}
s/\n.*//
}
'"$any"'
/^\\unrestrict.*'"$tick"'/b hide
/[^\\]\\unrestrict.*'"$tick"'/b hide
/[^[:print:][:cntrl:]]\\*\\unrestrict.*'"$tick"'/b hide
b
:hide
w '"$tmp"'/hidden
d
'
}

# Runs the script on standard input; the arguments are psql's.
run_script() {
  {
    [ "$psql_restricts" = no ] || printf '%s\n' "\restrict $key"
    only_sql
  } | psql --no-psqlrc --quiet "$@"
}

# After it: a set that holds commands of psql was changed, and what else is in it, nobody knows.
refuse_commands() {
  if [ ! -s "$tmp/hidden" ]; then
    case $(cat "$tmp/errors") in
      *'backslash commands are restricted'* | *'\unrestrict: '*) ;;
      *) return 0 ;;
    esac
  fi
  stop 3 "$1 holds commands of psql, which no backup writes. They were not obeyed. Use another set, and find out who changed this one."
}

`
