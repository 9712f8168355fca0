import { CHECK_SUMS } from '../../backup/kit/script-sums.js'
import { oneLine, shell, shellWord } from '../../backup/kit/text.js'
import type { Manifest } from '../../backup/manifest.js'

/**
 * The text of `restore.sh` beside encrypted files: it opens them with the program `age` and hands everything else on to
 * the script among them.
 */
export function sealedScript({ type, id, series, tool }: Manifest): string {
  return [
    '#!/bin/sh',
    `# Decrypts and restores the backup set ${type}/${id} of ${oneLine(series)}, with a shell, age and PostgreSQL's programs.`,
    `# Written by pg-lifeboat ${oneLine(tool.version)} together with the set; SHA256SUMS covers this file too. Start it with --help.`,
    'set -eu',
    '',
    `title=${shellWord(`the backup ${type}/${id} of ${oneLine(series)}`)}`,
    CHECK_SUMS.trimEnd(),
    BODY,
  ].join('\n')
}

const BODY = shell`
usage() {
  cat <<'END'
Usage: ./restore.sh --identity FILE [--jobs N] [--check] [--] DATABASE

Decrypts this backup set with the age identity in FILE, and restores it into DATABASE with the script that is in it. The
plaintext lies in a folder of TMPDIR that only you can read, and is removed in the end, also after a failure.

  --identity FILE   a file with the age identity; without it, the one that the variable AGE_IDENTITY names
  --help            this text

Everything else is for the script in the set: --jobs N, --check, and the name of the database.

Exit codes: 0 restored, all rows there · 1 failed · 2 bad usage · 3 the set is damaged, the key is not one of this set, or
            rows are missing · 5 refused, nothing was written
END
}

say() { printf '%s\n' "$*"; }
stop() {
  exit_code=$1
  shift
  printf 'restore.sh: %s\n' "$*" >&2
  exit "$exit_code"
}

check_files() {
  say 'Checking the files of the encrypted set …'
  check_sums
  # What no line of it names was put there by somebody else, and must not be decrypted and run.
  sums=$(cat "$here/SHA256SUMS")
  for file in "$here"/*.age "$here"/dump/*.age; do
    [ -e "$file" ] || [ -L "$file" ] || continue
    case "$sums$newline" in
      *"  @{file#"$here"/}$newline"*) ;;
      *) stop 3 "@{file#"$here"/} is not in SHA256SUMS. Find out where it comes from; take it out to go on." ;;
    esac
  done
}

# One file. age makes none where there is nothing in it, so it gets one to fill.
decrypt() {
  : >"$plain/@{1%.age}"
  age --decrypt --identity "$identity" --output "$plain/@{1%.age}" "$here/$1" 2>"$tmp/errors" && return 0
  case $(cat "$tmp/errors") in
    *'no identity matched'*)
      stop 3 "the identity in $identity is not one of the keys that this set was encrypted to. RESTORE.md lists them."
      ;;
    *) stop 3 "$1 cannot be decrypted: $(cat "$tmp/errors")" ;;
  esac
}

decrypt_all() {
  say "Decrypting into $plain …"
  # The smallest that tells: a wrong key should not cost the reading of everything.
  decrypt manifest.json.age
  for file in "$here"/*.age "$here"/dump/*.age; do
    [ -e "$file" ] || continue
    name=@{file#"$here"/}
    [ "$name" = manifest.json.age ] || decrypt "$name"
  done
}

finish() {
  status=$?
  rm -rf "$tmp"
  exit "$status"
}

identity=@{AGE_IDENTITY:-}
case @{1:-} in
  --help | -h)
    usage
    exit 0
    ;;
  --identity)
    [ $# -gt 1 ] || stop 2 '--identity needs a file. See --help.'
    identity=$2
    shift 2
    ;;
  --identity=*)
    identity=@{1#*=}
    shift
    ;;
esac
[ $# -gt 0 ] || stop 2 'give the name of one database to restore into. See --help.'
[ -n "$identity" ] || stop 2 'this set is encrypted: give the file with the age identity, --identity FILE first of all. See --help.'
[ -r "$identity" ] || stop 2 "the file $identity cannot be read."
command -v age >/dev/null || stop 1 'the program age is not on PATH. Install it (package "age"), or see https://age-encryption.org.'

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
newline='
'
umask 077
tmp=$(mktemp -d)
plain=$tmp/plain
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

say "Opening $title."
check_files
mkdir "$plain"
[ ! -d "$here/dump" ] || mkdir "$plain/dump"
decrypt_all
unset AGE_IDENTITY identity
status=0
/bin/sh "$plain/restore.sh" "$@" || status=$?
exit "$status"
`
