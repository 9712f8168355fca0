import { shell } from './text.js'

/**
 * The function `check_sums` of both scripts, the one of a plain set and the one beside encrypted files: whether every file
 * of the set in `$here` is what SHA256SUMS says. It writes to `$tmp` and calls `stop`.
 */
export const CHECK_SUMS = shell`
check_sums() {
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
}
`
