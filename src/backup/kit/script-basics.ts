import { shell } from './text.js'

/** What `restore.sh` says and how it asks, and the check of the files: the same in every set. */
export const SCRIPT_BASICS = shell`
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
  check_sums
  check_strangers
}

# A file that SHA256SUMS does not list was not there when the set was made; or its line was taken out of the list.
check_strangers() {
  listed_files=$(wc -l <"$here/SHA256SUMS")
  found=0
  for file in "$here"/* "$here"/.[!.]* "$here"/dump/*; do
    case $file in "$here/dump" | "$here/proofs" | "$here/SHA256SUMS" | "$here/manifest.json.sig") continue ;; esac
    if [ -e "$file" ] || [ -L "$file" ]; then found=$((found + 1)); fi
  done
  if [ "$found" -ne "$listed_files" ]; then
    sums=$(cat "$here/SHA256SUMS")
    for file in "$here"/* "$here"/.[!.]* "$here"/dump/*; do
      case $file in "$here/dump" | "$here/proofs" | "$here/SHA256SUMS" | "$here/manifest.json.sig") continue ;; esac
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
    *) note 'this set was not proven when it was taken, so it is not known whether it is right. Look into proofs/ too.' ;;
  esac
}

`
