import { shell } from './text.js'

/** How `restore.sh` restores and counts, and the order of everything. */
export const SCRIPT_STEPS = shell`
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
    psql --no-psqlrc --quiet --dbname="$maintenance" >/dev/null 2>"$tmp/errors" || true
  while IFS= read -r line; do
    case $line in
      *'database "'*'" does not exist') ;; # a role's settings for a database of the old cluster
      *) printf '  %s\n' "$line" >&2 ;;
    esac
  done <"$tmp/errors"
  lacking=$(missing_roles)
  if [ -n "$lacking" ]; then
    listed "$lacking" >&2
    stop 1 'these roles could not be created, see above. No database was touched.'
  fi
}

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

restore_section() {
  section=$1
  shift
  say "Restoring: $section$stage …"
  pg_restore --dbname="$target" --section="$section" --no-tablespaces "$@" "$here/$dump" ||
    failures="$failures $section,"
}

# The list of the archive's contents, without the foreign keys to tables whose rows are not in this set.
list_entries() {
  while IFS= read -r line; do
    entry=@{line#*; }
    for key in $loose_keys; do
      case $entry in
        "2606 $key "*) line=";$line" ;;
      esac
    done
    printf '%s\n' "$line"
  done <"$tmp/list" >"$tmp/entries"
}

# Indexes and constraints. The index of a partitioned table becomes valid when the index of its last partition is attached,
# and jobs that attach at the same time can miss that: so these entries come one after the other, between the others.
restore_rest() {
  attach='^[0-9]+; 0 0 INDEX ATTACH '
  if [ "$jobs" = 1 ] || ! grep -E -q "$attach" "$tmp/entries"; then
    restore_section post-data --jobs="$jobs" --use-list="$tmp/entries"
    return 0
  fi
  build='^[0-9]+; [0-9]+ [0-9]+ (INDEX|CONSTRAINT) '
  grep -E -v "$attach" "$tmp/entries" | grep -E "$build" >"$tmp/build" || :
  grep -E "$attach" "$tmp/entries" >"$tmp/attach"
  grep -E -v "$attach" "$tmp/entries" | grep -E -v "$build" >"$tmp/rest"
  stage=', indexes'
  restore_section post-data --jobs="$jobs" --use-list="$tmp/build"
  stage=', indexes of partitions'
  restore_section post-data --use-list="$tmp/attach"
  stage=', the rest'
  restore_section post-data --jobs="$jobs" --use-list="$tmp/rest"
  stage=
}

restore_archive() {
  # One after the other: a grant may need another one before it, and pg_restore's jobs do not wait for that.
  restore_section pre-data
  restore_section data --jobs="$jobs"
  list_entries
  restore_rest
  [ -n "$loose_keys" ] || return 0
  say 'Adding the foreign keys to tables whose rows are not in this set, unchecked …'
  { if [ "$powers" = superuser ]; then say 'SET session_replication_role = replica;'; fi; add_loose_keys; } |
    ask "$target" || failures="$failures foreign keys,"
}

restore_script() {
  say 'Restoring the script …'
  if [ "$dump" = "@{dump%.gz}" ]; then
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$target" <"$here/$dump" >/dev/null ||
      failures="$failures script,"
    return 0
  fi
  { gzip -dc <"$here/$dump" || : >"$tmp/cut"; } |
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="$target" >/dev/null || failures="$failures script,"
  [ ! -e "$tmp/cut" ] || failures="$failures decompression,"
}

analyze() {
  say 'Collecting statistics …'
  ask "$target" <<'END' || failures="$failures analyze,"
SET statement_timeout = 0;
SET client_min_messages = error;
ANALYZE
END
}

count_rows() {
  say 'Counting the rows …'
  equal=0
  rows=0
  expected_rows | psql --no-psqlrc --quiet --tuples-only --no-align --field-separator="$tab" --dbname="$target" >"$tmp/counts" || true
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
  psql --no-psqlrc --quiet --dbname="$maintenance" --set=database="$database" --set=ECHO=errors --file="$here/database.sql" \
    >/dev/null 2>"$tmp/errors" || true
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
if [ "$format" = plain ]; then restore_script; else restore_archive; fi
analyze
count_rows
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
