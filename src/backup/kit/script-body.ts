/**
 * `restore.sh` from the end of its data on, the same in every set. POSIX sh, the core utilities and PostgreSQL's programs,
 * nothing else. In this text `@{` stands for the shell's own `${`, which a template literal would take for itself.
 */
export const SCRIPT_BODY = String.raw`
usage() {
  cat <<'END'
Usage: ./restore.sh [--jobs N] [--check] [--] DATABASE

Restores this backup set into DATABASE, which must not exist yet or be empty. It checks everything that it can before it
writes anything, restores, and counts the rows of every table.

  --jobs N   how many tables are restored at once (the number of processors)
  --check    only check: the files, the versions, the roles, the extensions, the database; write nothing
  --help     this text

The server is the one that libpq's variables name: PGHOST, PGPORT, PGUSER, PGPASSWORD or PGPASSFILE, PGSSLMODE, …
PostgreSQL's programs are those on PATH:  PATH=/usr/lib/postgresql/17/bin:$PATH ./restore.sh app

Exit codes: 0 restored, all rows there · 1 failed · 2 bad usage · 3 the set is damaged, or rows are missing
            5 refused, nothing was written
END
}

say() { printf '%s\n' "$*"; }
note() { printf 'Note: %s\n' "$*" >&2; }
stop() {
  exit_code=$1
  shift
  printf 'restore.sh: %s\n' "$*" >&2
  exit "$exit_code"
}

# A connection string for the database of that name, whatever is in it.
connection_to() {
  rest=$1
  escaped=''
  while [ -n "$rest" ]; do
    tail=@{rest#?}
    letter=@{rest%"$tail"}
    case $letter in
      [\'\\]) escaped=$escaped\\$letter ;;
      *) escaped=$escaped$letter ;;
    esac
    rest=$tail
  done
  printf "dbname='%s'" "$escaped"
}

# Rows of the statements on standard input, as plain text; the first argument is the connection, others are psql's.
ask() {
  connection=$1
  shift
  # psql's own exit codes mean other things than those of this script.
  psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@" --dbname="$connection" || return 1
}

# The major out of "pg_restore (PostgreSQL) 17.2 (Debian …)".
major_of() {
  banner=$("$1" --version) || stop 1 "$1 does not run."
  number=@{banner#*') '}
  printf '%s' "@{number%%[!0-9]*}"
}

# Indents each line of a list.
listed() { printf '%s\n' "$1" | while IFS= read -r item; do printf '  %s\n' "$item"; done; }

check_files() {
  say 'Checking the files of the set …'
  [ -f "$here/SHA256SUMS" ] || stop 3 'SHA256SUMS is missing: this is not a whole backup set. Use another one.'
  if command -v sha256sum >/dev/null; then
    check='sha256sum -c'
  elif command -v shasum >/dev/null; then
    check='shasum -a 256 -c'
  else
    stop 1 'neither sha256sum nor shasum is here, so the files cannot be checked. Install the core utilities.'
  fi
  # Split into words on purpose: the program and its options.
  # shellcheck disable=SC2086
  if ! (cd -- "$here" && $check SHA256SUMS) >"$tmp/sums" 2>&1; then
    while IFS= read -r line; do
      case $line in
        *': OK') ;;
        *) printf '  %s\n' "$line" >&2 ;;
      esac
    done <"$tmp/sums"
    stop 3 'the set is damaged, see above. Nothing was written. Use another set or another copy of this one.'
  fi
  check_strangers
}

# A file that SHA256SUMS does not list was not there when the set was made; or its line was taken out of the list.
check_strangers() {
  listed_files=$(wc -l <"$here/SHA256SUMS")
  found=0
  for file in "$here"/* "$here"/.[!.]* "$here"/dump/*; do
    case $file in "$here/dump" | "$here/proofs" | "$here/SHA256SUMS") continue ;; esac
    if [ -e "$file" ] || [ -L "$file" ]; then found=$((found + 1)); fi
  done
  if [ "$found" -ne "$listed_files" ]; then
    sums=$(cat "$here/SHA256SUMS")
    for file in "$here"/* "$here"/.[!.]* "$here"/dump/*; do
      case $file in "$here/dump" | "$here/proofs" | "$here/SHA256SUMS") continue ;; esac
      [ -e "$file" ] || [ -L "$file" ] || continue
      case "$sums$newline" in
        *"  @{file#"$here"/}$newline"*) ;;
        *) printf '  %s is not in SHA256SUMS\n' "@{file#"$here"/}" >&2 ;;
      esac
    done
    stop 3 'the set holds other files than SHA256SUMS lists. Find out where they come from; take them out to go on.'
  fi
}

# The outcome that the manifest records; it is at the end of the file.
tell_proof() {
  outcome=''
  inside=no
  tail -c 65536 "$here/manifest.json" >"$tmp/manifest"
  while IFS= read -r line; do
    case $line in
      '  "proof": {') inside=yes ;;
      '    "outcome": "'*)
        if [ "$inside" = yes ]; then
          outcome=@{line#*': "'}
          outcome=@{outcome%%'"'*}
        fi
        ;;
    esac
  done <"$tmp/manifest"
  case $outcome in
    proven) say 'When it was taken, this set was proven to restore.' ;;
    failed) note 'this set FAILED its proof when it was taken: it differs from its source. Read "proof" in manifest.json.' ;;
    *) note 'this set was not proven when it was taken, so nobody knows whether it is right. Look into proofs/ too.' ;;
  esac
}

check_programs() {
  for program in psql pg_restore; do
    command -v "$program" >/dev/null ||
      stop 1 "$program is not on PATH. Install PostgreSQL's client programs of major $dump_major or newer."
  done
  if [ "$format" = plain ]; then
    case $dump in
      *.gz) command -v gzip >/dev/null || stop 1 'gzip is not on PATH.' ;;
    esac
  else
    restore_major=$(major_of pg_restore)
    [ "$restore_major" -ge "$dump_major" ] ||
      stop 5 "pg_restore is of major $restore_major, the dump was written by $dump_major. Install the client programs of $dump_major or newer."
    # This reads the list only; what it cannot decompress it says all the same.
    pg_restore --list "$here/$dump" >"$tmp/list" 2>"$tmp/errors" ||
      stop 1 "pg_restore cannot read the dump: $(cat "$tmp/errors")"
    case $(cat "$tmp/errors") in
      *'does not support'*) stop 1 "pg_restore cannot decompress this dump: $(cat "$tmp/errors")" ;;
    esac
  fi
}

check_server() {
  for candidate in postgres template1; do
    maintenance="dbname='$candidate'"
    server=$(ask "$maintenance" 2>"$tmp/errors" <<'END'
SELECT current_setting('server_version_num')
END
    ) && break
    server=''
  done
  [ -n "$server" ] || stop 1 "the server cannot be reached: $(cat "$tmp/errors")"
  server_major=$((server / 10000))
  say "The server is of major $server_major, this backup is of PostgreSQL $source_version."
  [ "$server_major" -ge "$source_major" ] ||
    stop 5 "the server is older than the backup. Restore into PostgreSQL $source_major or newer."
  [ "$server_major" -eq "$source_major" ] ||
    note 'the server is of a newer major than the source; read the release notes before you go live.'
  # psql of a release before August 2025 does not know the commands around a newer dump.
  printf '%s\n' '\restrict probe' 'SELECT 1;' '\unrestrict probe' | ask "$maintenance" >"$tmp/probe" 2>&1 ||
    note 'this psql is older than August 2025; if it stops at "\restrict", install a newer release of it.'
  powers=$(ask "$maintenance" <<'END'
SELECT CASE WHEN rolsuper THEN 'superuser' WHEN rolcreaterole THEN 'createrole' ELSE 'none' END
  FROM pg_catalog.pg_roles WHERE rolname = current_user
END
  )
  [ "$powers" = superuser ] ||
    note 'you are not a superuser here: what belongs to others can perhaps not be restored as it was.'
}

missing_roles() {
  needed_roles | ask "$maintenance"
}

check_roles() {
  lacking=$(missing_roles)
  if [ -z "$lacking" ]; then
    say "Roles: all that are needed are there, and stay as they are."
  elif [ "$powers" = none ]; then
    listed "$lacking" >&2
    stop 5 'these roles are missing, and you may not create roles. Connect as a superuser, or have them created (CREATE ROLE …).'
  else
    say 'Roles that globals.sql will create (without passwords):'
    listed "$lacking"
  fi
}

check_extensions() {
  lacking=$(needed_extensions | ask "$maintenance" --set=wanted=missing)
  if [ -n "$lacking" ]; then
    listed "$lacking" >&2
    stop 5 'these extensions are not installed on the server. Install their packages there, then start again.'
  fi
  others=$(needed_extensions | ask "$maintenance" --set=wanted=other)
  if [ -n "$others" ]; then
    note "extensions of another version than at the source:$newline$(listed "$others")"
  fi
  say "Extensions: all that are needed can be created."
}

# Only a script names tablespaces; otherwise everything goes into the default one.
check_tablespaces() {
  [ "$format" = plain ] || return 0
  lacking=$(needed_tablespaces | ask "$maintenance")
  if [ -n "$lacking" ]; then
    listed "$lacking" >&2
    stop 5 'these tablespaces are missing, and the script puts tables into them. Create them (CREATE TABLESPACE …) first.'
  fi
}

check_database() {
  exists=$(ask "$maintenance" --set=database="$database" <<'END'
SELECT count(*) FROM pg_catalog.pg_database WHERE datname = :'database'
END
  )
  [ "$exists" -eq 1 ] || return 0
  objects=$(ask "$target" <<'END'
SELECT (SELECT count(*) FROM pg_catalog.pg_class WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_catalog.pg_proc WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_catalog.pg_type WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_catalog.pg_extension WHERE oid >= 16384)
  + (SELECT count(*) FROM pg_catalog.pg_event_trigger)
  + (SELECT count(*) FROM pg_catalog.pg_publication)
  + (SELECT count(*) FROM pg_catalog.pg_foreign_data_wrapper)
  + (SELECT count(*) FROM pg_catalog.pg_largeobject_metadata)
  + (SELECT count(*) FROM pg_catalog.pg_namespace WHERE oid >= 16384 AND nspname !~ '^pg_')
END
  )
  [ "$objects" -eq 0 ] ||
    stop 5 "the database \"$database\" is there and is not empty ($objects objects). Nothing was written. Give another name, or move it out of the way: ALTER DATABASE … RENAME TO …"
}

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

restore_section() {
  section=$1
  shift
  say "Restoring: $section …"
  pg_restore --dbname="$target" --section="$section" --no-tablespaces "$@" "$here/$dump" ||
    failures="$failures $section,"
}

# The list of the archive's contents without the foreign keys to tables whose rows are not in this set.
list_without_loose_keys() {
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

restore_archive() {
  # One after the other: a grant may need another one before it, and pg_restore's jobs do not wait for that.
  restore_section pre-data
  restore_section data --jobs="$jobs"
  if [ -z "$loose_keys" ]; then
    restore_section post-data --jobs="$jobs"
    return 0
  fi
  list_without_loose_keys
  restore_section post-data --jobs="$jobs" --use-list="$tmp/entries"
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
writing=no

failures=@{failures%,}
if [ "$equal" -ne "$tables" ]; then
  stop 3 "NOT EQUAL: $equal of $tables tables have the rows that the source had, see above.@{failures:+ PostgreSQL reported errors in:$failures.}"
fi
[ -z "$failures" ] ||
  stop 1 "all $tables tables have the rows that the source had, but PostgreSQL reported errors in:$failures. Read them above."
say "Restored: $rows rows in $tables table(s), as many in each as the source had at $snapshot_time."
say 'Rows were counted, contents were not compared; for that, run pg-lifeboat validate on this set.'
`.replaceAll('@{', '${')
