import { shell } from './text.js'

/** How `restore.sh` restores and counts, and the order of everything. */
export const SCRIPT_STEPS = shell`
# Creates it with this encoding and locale, in the words of CREATE DATABASE.
create_as() {
  ask "$maintenance" --set=database="$database" --set=encoding="$encoding" --set=locale="$1" 2>"$tmp/errors" <<'END'
CREATE DATABASE :"database" TEMPLATE template0 ENCODING :'encoding' :locale
END
}

create_database() {
  if [ "$exists" -eq 1 ]; then
    say "The database is there and empty; it keeps its encoding and locale."
    return 0
  fi
  say 'Creating the database …'
  libc=''
  own=$locale
  if [ "$server_major" -ge 15 ]; then
    libc='LOCALE_PROVIDER libc '
    own="LOCALE_PROVIDER $locale_provider $locale"
  fi
  create_as "$own" && return 0
  refusal=$(cat "$tmp/errors")
  if [ "$encoding" = UTF8 ] && create_as "@{libc}LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"; then
    taken=C.UTF-8
  elif create_as "@{libc}LC_COLLATE 'C' LC_CTYPE 'C'"; then
    taken=C
  else
    stop 1 "the database could not be created: $refusal"
  fi
  note "the server does not have the source's locale, $taken was taken instead: text may sort in another way ($refusal)"
}

set_owner() {
  [ "$exists" -eq 0 ] || return 0
  ask "$maintenance" --set=database="$database" --set=owner="$owner" 2>"$tmp/errors" <<'END' ||
ALTER DATABASE :"database" OWNER TO :"owner"
END
    note "the database could not be given to its owner: $(cat "$tmp/errors")"
}

drop_public() {
  [ "$public_is_absent" = yes ] || return 0
  ask "$target" <<'END' || failures="$failures schema public,"
SET client_min_messages = error;
DROP SCHEMA IF EXISTS public
END
}

stage=

# The entries of a section, or of one run of it. What fails is remembered, to be tried again when all else is there.
restore_entries() {
  say "Restoring: $section$stage …"
  run_restore --jobs="$1" --use-list="$2" && return 0
  cat "$tmp/said" >>"$tmp/first"
  # Without the number of errors it did not come to its end, and others were not even tried.
  if [ -z "$passed" ] || [ "$named_count" -eq 0 ] || [ "$named_count" -gt "$passed" ]; then
    hopeless=yes
  else
    failed="$failed$named"
  fi
}

# What newer programs set in vain on an older server is no error.
run_restore() {
  # Only with --verbose it names the entries that it complains of.
  pg_restore --dbname="$target" --no-tablespaces --verbose "$@" "$here/$dump" </dev/null 2>"$tmp/all" && return 0
  read_errors
  [ "$named_count" -eq 0 ] && [ -n "$passed" ] && [ "$harmless" -eq "$errors" ]
}

# Of what pg_restore said: what is to be shown, the entries that failed, and how many errors it passed over. Its jobs write
# into each other, so that prefixes can be doubled or missing.
read_errors() {
  named=''
  named_count=0
  passed=''
  errors=0
  harmless=0
  : >"$tmp/said"
  while IFS= read -r line; do
    text=$line
    own=no
    told=no
    while :; do
      case $text in
        'pg_restore:'*)
          text=@{text#pg_restore:}
          own=yes
          ;;
        'error:'*)
          text=@{text#error:}
          errors=$((errors + 1))
          told=yes
          ;;
        'warning:'*) text=@{text#warning:} ;;
        ' '*) text=@{text# } ;;
        *) break ;;
      esac
    done
    case $text in
      'from TOC entry '[0-9]*'; '*)
        number=@{text#'from TOC entry '}
        number=@{number%%;*}
        case $named in
          *" $number;"*) ;;
          *)
            named="$named $number;"
            named_count=$((named_count + 1))
            ;;
        esac
        ;;
      'errors ignored on restore: '*) [ "$own" = no ] || passed=@{text##*: } ;;
      'Command was: SET transaction_timeout = 0;') harmless=$((harmless + 1)) ;;
      *) [ "$own" = no ] || [ "$told" = yes ] || continue ;; # only what it is doing
    esac
    printf '%s\n' "$line" >>"$tmp/said"
  done <"$tmp/all"
}

# One after the other and in the archive's order, round after round while something is won: what failed may have needed
# rows of other tables or a view that was not filled yet, which no dump can know.
restore_failed() {
  while [ -n "$failed" ]; do
    say "Restoring: $section, once more what failed …"
    left=''
    won=no
    : >"$tmp/again"
    while IFS= read -r line; do
      case $failed in
        *" @{line%%;*};"*) ;;
        *) continue ;;
      esac
      printf '%s\n' "$line" >"$tmp/one"
      entry=$line
      if run_restore --use-list="$tmp/one"; then
        won=yes
      else
        cat "$tmp/said" >>"$tmp/again"
        left="$left @{entry%%;*};"
      fi
    done <"$tmp/section"
    failed=$left
    if [ "$won" = no ]; then restore_unqualified; fi
    if [ "$won" = no ]; then
      restore_circle
      return 0
    fi
  done
}

# A function in an index or a check may call another one without its schema: it works where the search path finds that, and
# not in a restore, for which pg_dump empties the search path. So these are tried once more with the source's own.
restore_unqualified() {
  left=''
  while IFS= read -r line; do
    case $failed in
      *" @{line%%;*};"*) ;;
      *) continue ;;
    esac
    printf '%s\n' "$line" >"$tmp/one"
    if restore_looked_up; then won=yes; else left="$left @{line%%;*};"; fi
  done <"$tmp/section"
  failed=$left
}

# One entry, in one transaction, through psql.
restore_looked_up() {
  rm -f "$tmp/whole"
  { pg_restore --file=- --no-tablespaces --use-list="$tmp/one" "$here/$dump" </dev/null 2>/dev/null && : >"$tmp/whole"; } |
    with_search_path |
    run_script --set=ON_ERROR_STOP=1 --single-transaction --dbname="$target" >/dev/null 2>&1 &&
    [ -e "$tmp/whole" ] && [ ! -s "$tmp/hidden" ]
}

with_search_path() {
  while IFS= read -r text; do
    case $text in "SELECT pg_catalog.set_config('search_path', '', false);") break ;; esac
    printf '%s\n' "$text"
  done
  printf '%s\n' "$set_search_path"
  cat
}

# Tables of extensions have their foreign keys before they have rows, and these may lead in a circle: the rows are of one
# instant and satisfy them, so they are brought together and unchecked. Only a superuser may.
restore_circle() {
  if [ "$section" != data ] || [ "$powers" != superuser ]; then return 0; fi
  while IFS= read -r line; do
    case $failed in
      *" @{line%%;*};"*) printf '%s\n' "$line" ;;
    esac
  done <"$tmp/section" >"$tmp/circle"
  PGOPTIONS="@{PGOPTIONS:-} -c session_replication_role=replica" pg_restore --dbname="$target" --no-tablespaces \
    --single-transaction --use-list="$tmp/circle" "$here/$dump" </dev/null 2>>"$tmp/again" || return 0
  failed=''
}

# Lists it: with the section, because comments and privileges have none of their own and count to that of the entry before
# them. Foreign keys to tables whose rows are not in this set are left out.
begin_section() {
  section=$1
  stage=''
  hopeless=no
  failed=''
  : >"$tmp/first"
  : >"$tmp/again"
  pg_restore --list --section="$section" "$here/$dump" >"$tmp/list"
  while IFS= read -r line; do
    case $line in
      [0-9]*'; '*) ;;
      *) continue ;;
    esac
    left_out=no
    for key in $loose_keys; do
      case @{line#*; } in
        "2606 $key "*) left_out=yes ;;
      esac
    done
    if [ -n "$loose_comments" ]; then is_loose_comment "$line" && left_out=yes; fi
    [ "$left_out" = yes ] || printf '%s\n' "$line"
  done <"$tmp/list" >"$tmp/section"
}

# A comment on a foreign key that could not be added unchecked, and so is not there.
is_loose_comment() {
  text=@{1#*; }
  text=@{text#* }
  text=@{text#* }
  while IFS= read -r beginning; do
    case $text in "$beginning"*) return 0 ;; esac
  done <<END
$loose_comments
END
  return 1
}

end_section() {
  if [ "$hopeless" = no ] && [ -z "$failed" ]; then return 0; fi
  cat "$tmp/first" "$tmp/again" >&2
  failures="$failures $section,"
}

restore_section() {
  begin_section "$1"
  if [ "$section" = post-data ]; then restore_rest; else restore_stage '' "$2" "$tmp/section"; fi
  restore_failed
  end_section
}

restore_stage() {
  [ -s "$3" ] || return 0
  stage=$1
  restore_entries "$2" "$3"
  stage=''
}

# Indexes and constraints. The index of a partitioned table becomes valid when the index of its last partition is attached,
# and jobs that attach at the same time can miss that: so these entries come one after the other, between the others.
# Event triggers come last: they must not run on the rest.
restore_rest() {
  for stage in early build attach rest last; do : >"$tmp/$stage"; done
  while IFS= read -r line; do
    entry=@{line#*; }
    kind=@{entry#* }
    kind=@{kind#* }
    case $kind in
      'EVENT TRIGGER '* | 'COMMENT - EVENT TRIGGER '* | 'SECURITY LABEL - EVENT TRIGGER '*) stage=last ;;
      'INDEX ATTACH '*) case $entry in '0 0 '*) stage=attach ;; *) stage=build ;; esac ;;
      'INDEX '* | 'CONSTRAINT '*) stage=build ;;
      *) stage=rest ;;
    esac
    printf '%s\n' "$line" >>"$tmp/$stage"
    [ "$stage" = last ] || printf '%s\n' "$line" >>"$tmp/early"
  done <"$tmp/section"
  if [ "$jobs" = 1 ] || [ ! -s "$tmp/attach" ]; then
    restore_stage '' "$jobs" "$tmp/early"
  else
    restore_stage ', indexes' "$jobs" "$tmp/build"
    restore_stage ', indexes of partitions' 1 "$tmp/attach"
    restore_stage ', the rest' "$jobs" "$tmp/rest"
  fi
  add_loose
  restore_failed
  restore_stage ', event triggers' 1 "$tmp/last"
}

add_loose() {
  [ -n "$loose_keys" ] || return 0
  say 'Adding the foreign keys to tables whose rows are not in this set, unchecked …'
  { if [ "$powers" = superuser ]; then say 'SET session_replication_role = replica;'; fi; add_loose_keys; } |
    run_script --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="$target" || failures="$failures foreign keys,"
}

restore_archive() {
  # One after the other: a grant may need another one before it, and pg_restore's jobs do not wait for that.
  restore_section pre-data 1
  restore_section data "$jobs"
  restore_section post-data "$jobs"
}

# Functions in indexes and partition keys may call others without their schemas: names are looked up as at the source.
analyze() {
  say 'Collecting statistics …'
  { say "$set_search_path" && cat <<'END'; } | ask "$target" >/dev/null || failures="$failures analyze,"
SET statement_timeout = 0;
SET client_min_messages = error;
ANALYZE
END
}

count_rows() {
  say 'Counting the rows …'
  equal=0
  rows=0
  { say "$set_search_path" && expected_rows; } |
    psql --no-psqlrc --quiet --tuples-only --no-align --field-separator="$tab" --dbname="$target" >"$tmp/counts" || true
  while IFS="$tab" read -r outcome found expected table; do
    case $outcome in
      equal)
        equal=$((equal + 1))
        rows=$((rows + found))
        ;;
      different) printf '  %s has %s rows, the source had %s\n' "$table" "$found" "$expected" >&2 ;;
    esac
  done <"$tmp/counts"
}

# Owner, settings, grants and comment of the database. Last, because settings are in force from the next session on.
set_properties() {
  if [ "$exists" -eq 1 ]; then
    note 'the database was there, so its owner, settings, grants and comment stay as they are; database.sql holds those of the source.'
    return 0
  fi
  say 'Giving the database its settings and grants …'
  run_script --dbname="$maintenance" --set=database="$database" --set=ECHO=errors <"$here/database.sql" \
    >/dev/null 2>"$tmp/errors" || true
  refuse_commands database.sql
  [ -s "$tmp/errors" ] || return 0
  cat "$tmp/errors" >&2
  note 'the server did not take all that belonged to the database as a whole, see above. Let a superuser run database.sql.'
}

finish() {
  status=$?
  rm -rf "$tmp"
  if [ "$writing" = yes ]; then
    printf 'restore.sh: it did not come to its end: the database "%s" is not whole. Drop it before you start again.\n' "$database" >&2
  fi
  exit "$status"
}

jobs=$(nproc 2>/dev/null || echo 2)
only_check=no
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h)
      usage
      exit 0
      ;;
    --jobs)
      [ $# -gt 1 ] || stop 2 '--jobs needs a number. See --help.'
      jobs=$2
      shift
      ;;
    --jobs=*) jobs=@{1#*=} ;;
    --check) only_check=yes ;;
    --)
      shift
      break
      ;;
    -*) stop 2 "unknown option \"$1\". See --help; a name that begins with a hyphen stands after --." ;;
    *) break ;;
  esac
  shift
done
[ $# -eq 1 ] || stop 2 'give the name of one database to restore into. See --help.'
[ -n "$1" ] || stop 2 'the name of the database is empty. See --help.'
case $jobs in
  '' | *[!0-9]* | 0*) stop 2 "--jobs must be a whole number of at least 1, not \"$jobs\". See --help." ;;
esac

database=$1
target=$(connection_to "$database")
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
tab=$(printf '\t')
newline='
'
failures=''
writing=no
tmp=$(mktemp -d)
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
# The names in this script are UTF-8, and its messages are compared in English.
export PGCLIENTENCODING=UTF8 LC_ALL=C PGAPPNAME=restore.sh

make_key
say "Restoring $title into the database \"$database\"."
check_files
tell_proof
check_programs
check_server
check_roles
check_extensions
check_tablespaces
check_database
if [ "$only_check" = yes ]; then
  say 'Everything that can be checked beforehand is right. Nothing was written.'
  exit 0
fi

run_globals
writing=yes
create_database
set_owner
drop_public
confine
if [ "$format" = plain ]; then restore_script; else restore_archive; fi
analyze
count_rows
lift_confinement
set_properties
writing=no

failures=@{failures%,}
if [ "$equal" -ne "$tables" ]; then
  stop 3 "NOT EQUAL: $equal of $tables tables have the rows that the source had, see above.@{failures:+ PostgreSQL reported errors in:$failures.}"
fi
[ -z "$failures" ] ||
  stop 1 "all $tables tables have the rows that the source had, but PostgreSQL reported errors in:$failures. Read them above."
say "Restored: $rows rows in $tables table(s), as many in each as the source had at $snapshot_time."
say 'Rows were counted, contents were not compared; for that, run pg-lifeboat validate on this set.'
`
