#!/usr/bin/env bash
# Proves that the newest backup of a store can be restored, and says so in a line.
#
#   scripts/validate_restore.sh [store] [further options of validate …]
#
# Scratch is a throw-away cluster, or the server of LIFEBOAT_SCRATCH_URL. The exit code is that of
# `pg-lifeboat validate`: 0 proven, 3 damaged or different, 4 could not be verified, others for other failures.
set -euo pipefail

home=$(cd "$(dirname "$0")/.." && pwd)
store=${1:-./backups}
[ $# -eq 0 ] || shift

status=0
result=$(node "$home/dist/cli/index.js" validate --store "$store" --backup latest --json "$@") || status=$?

# One field of the JSON object that was printed; nothing where there is none.
field() {
  node -e 'try { process.stdout.write(String(JSON.parse(process.argv[1])[process.argv[2]] ?? "")) } catch {}' "$result" "$1"
}

printf 'validate_restore: %s (%s)\n' "$(field proof | grep . || echo 'no verdict')" "$(field backup-path | grep . || echo "$store")"
exit "$status"
