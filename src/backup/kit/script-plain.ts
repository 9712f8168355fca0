import { shell } from './text.js'

/**
 * How `restore.sh` restores a plain dump. psql stops at an error and says at which line of the script; the statement there
 * and its rows are passed over, and tried again when all else of the rows, and at last of the script, is there.
 */
export const SCRIPT_PLAIN = shell`
script_text() {
  if [ "$dump" = "@{dump%.gz}" ]; then
    cat "$here/$dump"
  else
    gzip -dc <"$here/$dump" || : >"$tmp/cut"
  fi
}

lines_of() { script_text | sed -n -e "$1,$2p" -e "$2q"; }

# psql with the script from standard input, up to the first error. For psql its first line is the second.
run_psql() {
  { echo -- && cat; } | run_script --set=ON_ERROR_STOP=1 --dbname="$target" --file=- "$@" >/dev/null || return 1
  [ ! -s "$tmp/hidden" ]
}

# Where the rows of the script are, by the lines of COPY and of their end; where it makes event triggers; and where it sets in
# what tables are made and who grants. Only what pg_dump announces counts: a row or a comment can look like any of these.
outline() {
  script_text | awk '
    rows { if ($0 == "\\.") { print "ROWS", first, NR; rows = 0 } next }
    late { if (/;$/) { print "LATE", first, NR; late = 0 } next }
    /^-- Data for Name: .*; Type: TABLE DATA; / { announced = "rows" }
    /^-- Name: .*; Type: / { announced = (/; Type: EVENT TRIGGER; / || /^-- Name: EVENT TRIGGER /) ? "triggers" : /; Type: (DEFAULT )?ACL; / ? "grants" : "" }
    announced == "rows" && / FROM stdin;$/ { first = NR; rows = 1; announced = "" }
    announced == "triggers" && /^(CREATE|ALTER|COMMENT ON|SECURITY LABEL .*ON) EVENT TRIGGER / {
      first = NR
      if (/;$/) print "LATE", first, NR; else late = 1
    }
    announced == "grants" && /^(SET SESSION AUTHORIZATION .*|RESET SESSION AUTHORIZATION);$/ { print "SET", NR, $0 }
    /^SET default_tablespace = \047[^\047;]*\047;$/ || /^SET default_table_access_method = [a-z0-9_]*;$/ { print "SET", NR, $0 }
  ' >"$tmp/outline"
  last_row=0
  : >"$tmp/late"
  : >"$tmp/blank"
  while read -r what at end; do
    case $what in
      ROWS) last_row=$end ;;
      LATE)
        printf '%s %s\n' "$at" "$end" >>"$tmp/late"
        printf '%s,%ss/.*//\n' "$at" "$end" >>"$tmp/blank"
        ;;
    esac
  done <"$tmp/outline"
}

# What the script has set before a line.
settings_before() {
  script_text | sed -n -e '/^\\restrict /p' -e '/^SET transaction_timeout /d' -e '/^SET /p' \
    -e '/^SELECT pg_catalog\.set_config(/p' -e '/^SET row_security = off;$/q' -e 100q
  while read -r what at text; do
    if [ "$what" = SET ] && [ "$at" -lt "$1" ]; then printf '%s\n' "$text"; fi
  done <"$tmp/outline"
}

restore_script() {
  say 'Restoring the script …'
  : >"$tmp/failed"
  : >"$tmp/again"
  failed_count=0
  hopeless=no
  from=1
  to='$'
  outline
  run_lines
  if [ "$hopeless" = no ] && [ "$to" != '$' ]; then
    # Views and indexes come next, which read the rows.
    restore_failed_lines
    from=$((to + 1))
    to='$'
    run_lines
  fi
  if [ "$hopeless" = no ]; then
    restore_failed_lines
    # Event triggers come last: they must not run on the rest.
    cat "$tmp/late" >>"$tmp/failed"
    restore_failed_lines
  fi
  if [ "$hopeless" = no ] && [ ! -s "$tmp/failed" ]; then return 0; fi
  cat "$tmp/errors" "$tmp/again" >&2
  failures="$failures script,"
  [ ! -s "$tmp/hidden" ] || failures="$failures commands of psql in the script,"
}

# The lines from "from" up to "to", without the statements that fail. Where some fail before the last rows, it ends with those.
run_lines() {
  while ! run_part; do
    [ ! -s "$tmp/hidden" ] && find_failed || hopeless=yes
    if [ "$failed_count" -gt 200 ]; then hopeless=yes; fi
    [ "$hopeless" = no ] || return 0
    if [ "$last" -le "$last_row" ]; then to=$last_row; fi
    from=$((last + 1))
    if [ "$to" != '$' ] && [ "$from" -gt "$to" ]; then return 0; fi
  done
}

# With these settings psql says of an error no more than its SQLSTATE and the statement, so that nothing that is in the
# database can pass for psql's own words.
run_part() {
  : >"$tmp/settings"
  if [ "$from" -gt 1 ]; then settings_before "$from" >"$tmp/settings"; fi
  rm -f "$tmp/cut"
  quit=''
  if [ "$to" != '$' ]; then quit="@{to}q"; fi
  { cat "$tmp/settings" && script_text | sed -n -f "$tmp/blank" -e "$from,@{to}p" -e "$quit"; } |
    run_psql --set=VERBOSITY=sqlstate --set=ECHO=errors 2>"$tmp/errors" || return 1
  # Where psql or sed did not read to the end, that gzip could not write on says nothing.
  if [ "$to" = '$' ] && [ -e "$tmp/cut" ]; then failures="$failures decompression,"; fi
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
  last=$((at - 1 - $(wc -l <"$tmp/settings") + from - 1))
  [ "$last" -ge "$from" ] || return 1
  first=$((last - height + 1))
  case $begins in
    'SET transaction_timeout = 0;') return 0 ;; # what newer programs set in vain on an older server is no error
    'COPY '*) case $ends in *' FROM stdin;') find_rows || return 1 ;; esac ;;
  esac
  failed_count=$((failed_count + 1))
  printf '%s %s\n' "$first" "$last" >>"$tmp/failed"
}

# psql stops at the line of a COPY or at the end of its rows.
find_rows() {
  while read -r what at end; do
    if [ "$what" = ROWS ] && [ "$at" -le "$last" ] && [ "$last" -le "$end" ]; then
      first=$((at - height + 1))
      last=$end
      return 0
    fi
  done <"$tmp/outline"
  return 1
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
    if { settings_before "$first" && printf '%s\n' "$1" && lines_of "$first" "$last"; } | run_psql 2>"$tmp/said"; then
      won=yes
    else
      printf '%s %s\n' "$first" "$last" >>"$tmp/left"
      printf 'Lines %s to %s of the script:\n' "$first" "$last" | cat - "$tmp/said" >>"$tmp/again"
    fi
  done <"$tmp/failed"
  cat "$tmp/left" >"$tmp/failed"
}

# As for the tables of extensions in an archive, see there.
restore_lines_together() {
  [ "$powers" = superuser ] || return 0
  {
    settings_before 1
    say 'SET session_replication_role = replica;'
    while read -r first last; do lines_of "$first" "$last"; done <"$tmp/failed"
  } | run_psql --single-transaction 2>/dev/null || return 0
  : >"$tmp/failed"
}
`
