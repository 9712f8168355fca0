import { shell } from './text.js'

/**
 * How `restore.sh` restores a plain dump. psql stops at an error and says at which line of the script; the statement there
 * and its rows are passed over, and tried again when all else is there.
 */
export const SCRIPT_PLAIN = shell`
script_text() {
  if [ "$dump" = "@{dump%.gz}" ]; then
    cat "$here/$dump"
  else
    gzip -dc <"$here/$dump" || : >"$tmp/cut"
  fi
}

# psql with the script from standard input, up to the first error. Its lines of SQLSTATEs hold nothing of what is in the
# database, so nothing there can pass for them.
run_psql() { psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$target" --file=- "$@" >/dev/null; }

# What the script has set before a line: at its head, and where the next table is to be.
settings_before() {
  script_text | sed -n -e '/^\\restrict /p' -e '/^SET transaction_timeout /d' -e '/^SET /p' \
    -e '/^SELECT pg_catalog\.set_config(/p' -e '/^SET row_security = off;$/q' -e 100q >"$tmp/settings"
  script_text | sed -n -e "/^SET default_tablespace = '[^';]*';\$/p" \
    -e '/^SET default_table_access_method = [a-z0-9_]*;$/p' -e "$1q" >>"$tmp/settings"
}

restore_script() {
  say 'Restoring the script …'
  section=script
  : >"$tmp/failed"
  : >"$tmp/again"
  failed_count=0
  hopeless=no
  from=1
  while ! run_script; do
    find_failed || hopeless=yes
    if [ "$failed_count" -gt 200 ]; then hopeless=yes; fi
    if [ "$hopeless" = yes ]; then break; fi
    from=$((last + 1))
  done
  if [ "$hopeless" = no ]; then
    if [ -e "$tmp/cut" ]; then failures="$failures decompression,"; fi
    restore_failed_lines
    [ -s "$tmp/failed" ] || return 0
  fi
  cat "$tmp/errors" "$tmp/again" >&2
  failures="$failures script,"
}

# From a line on.
run_script() {
  : >"$tmp/settings"
  if [ "$from" -gt 1 ]; then settings_before "$from"; fi
  rm -f "$tmp/cut"
  { cat "$tmp/settings" && script_text | tail -n "+$from"; } |
    run_psql --set=VERBOSITY=sqlstate --set=ECHO=errors 2>"$tmp/errors"
}

# The lines of the statement at which psql stopped, and of its rows.
find_failed() {
  at=''
  height=0
  begins=''
  while IFS= read -r line; do
    if [ -z "$at" ]; then
      case $line in 'psql:<stdin>:'[0-9]*': STATEMENT:  '*) ;; *) continue ;; esac
      at=@{line#'psql:<stdin>:'}
      at=@{at%%:*}
      line=@{line#*': STATEMENT:  '}
      begins=$line
    fi
    height=$((height + 1))
    ends=$line
  done <"$tmp/errors"
  [ -n "$at" ] || return 1
  given=$(wc -l <"$tmp/settings")
  last=$((at - given + from - 1))
  [ "$last" -ge "$from" ] || return 1
  first=$((last - height + 1))
  case $begins in
    'SET transaction_timeout = 0;') return 0 ;; # what newer programs set in vain on an older server is no error
    'COPY '*) case $ends in *' FROM stdin;') find_rows || return 1 ;; esac ;;
  esac
  failed_count=$((failed_count + 1))
  printf '%s %s\n' "$first" "$last" >>"$tmp/failed"
}

# psql stops at the line of a COPY or at the end of its rows. A row may look like a COPY too.
find_rows() {
  found=$(script_text | copy=$ends awk -v from="$from" -v to="$last" '
    NR < from { next }
    rows { if ($0 == "\\.") { rows = 0; last = NR; if (NR >= to) exit } next }
    NR > to { exit }
    $0 == ENVIRON["copy"] { first = NR; rows = 1 }
    END { print first + 0, last + 0 }')
  first=$((@{found% *} - height + 1))
  last=@{found#* }
  [ "$first" -ge "$from" ] && [ "$last" -gt "$first" ]
}

# One after the other, round after round while something is won; then with the search path of the source.
restore_failed_lines() {
  while [ -s "$tmp/failed" ]; do
    say 'Restoring: once more what failed …'
    won=no
    try_lines ''
    if [ "$won" = no ]; then try_lines "$set_search_path"; fi
    if [ "$won" = no ]; then
      restore_lines_together
      return 0
    fi
  done
}

try_lines() {
  : >"$tmp/left"
  : >"$tmp/again"
  while read -r first last; do
    settings_before "$first"
    if { cat "$tmp/settings" && printf '%s\n' "$1" && lines_of "$first" "$last"; } | run_psql 2>"$tmp/said"; then
      won=yes
    else
      printf '%s %s\n' "$first" "$last" >>"$tmp/left"
      printf 'Lines %s to %s of the script:\n' "$first" "$last" | cat - "$tmp/said" >>"$tmp/again"
    fi
  done <"$tmp/failed"
  cat "$tmp/left" >"$tmp/failed"
}

lines_of() { script_text | sed -n -e "$1,$2p" -e "$2q"; }

# As for the tables of extensions in an archive, see there.
restore_lines_together() {
  [ "$powers" = superuser ] || return 0
  : >"$tmp/settings"
  settings_before 1
  {
    cat "$tmp/settings"
    say 'SET session_replication_role = replica;'
    while read -r first last; do lines_of "$first" "$last"; done <"$tmp/failed"
  } | run_psql --single-transaction 2>/dev/null || return 0
  : >"$tmp/failed"
}
`
