import { code, commands, oneLine, prose, shellWord } from '../../backup/kit/text.js'
import type { Manifest } from '../../backup/manifest.js'

/** The text of `RESTORE.md` beside encrypted files: how to open them with the program `age` and nothing of ours. */
export function sealedGuide(manifest: Manifest): string {
  const { type, id, series, source, encryption, tool } = manifest
  return `${[
    `# How to restore the encrypted backup ${code(`${type}/${id}`)} of ${code(series)}`,
    [
      `- The database ${code(source.database)} of PostgreSQL ${prose(source.serverVersion)} as it was at **${manifest.snapshot.time}**.`,
      `- Every file that ends in \`.age\` was encrypted by itself, in the format of [age](https://age-encryption.org/v1).`,
      `- Any one of ${encryption?.recipients.length ?? 0} private keys opens it: ${(encryption?.recipients ?? []).map(code).join(', ')}. These are the first 16 digits of \`printf %s "$(age-keygen -y key.txt)" | sha256sum\`.`,
      `- Written by pg-lifeboat ${prose(tool.version)}. Everything here works without it.`,
    ].join('\n'),
    '## With the script',
    `It checks the files, decrypts them into a new folder that only you can read, restores with the script that is among them, and removes the plaintext when it is done or has failed. It needs a shell, \`age\`, PostgreSQL's programs of major ${tool.pgDumpMajor} or newer, room for the decrypted set in \`TMPDIR\`, and the connection in libpq's variables:`,
    commands(
      [
        `export PGHOST=the.new.server PGPORT=5432 PGUSER=postgres PGPASSWORD=…`,
        `sh restore.sh --identity key.txt --check -- ${shellWord(source.database)}   # looks, and writes nothing`,
        `sh restore.sh --identity key.txt -- ${shellWord(source.database)}`,
      ].join('\n'),
    ),
    'If the machine dies or the script is killed by force, the plaintext stays in the folder that it named: remove it.',
    '## By hand',
    'In this folder. Afterwards there is a plain set in `plain/`, with its own `RESTORE.md`:',
    commands(handSteps(manifest)),
    '## Is it the set that was taken?',
    'Whoever has the public keys can encrypt, so encryption alone does not say who made this set. The SHA-256 of `manifest.json` is in the log of the store (`manifest_sha256`). If `manifest.json.sig` is here, the set was signed, and OpenSSL 3 checks it with the public key that you keep:',
    commands(
      [
        'openssl base64 -d -in manifest.json.sig -out /tmp/manifest.sig',
        'openssl pkeyutl -verify -pubin -inkey signing-public.pem -rawin -in manifest.json -sigfile /tmp/manifest.sig',
        'sha256sum -c SHA256SUMS',
      ].join('\n'),
    ),
  ].join('\n\n')}\n`
}

function handSteps({ source, series, type, id }: Manifest): string {
  return [
    `# ${oneLine(`${type}/${id} of ${series}`)}`,
    'sha256sum -c SHA256SUMS',
    'umask 077',
    'mkdir -p plain/dump',
    'for file in *.age dump/*.age; do',
    '  [ -f "$file" ] || continue',
    '  : >"plain/${file%.age}"',
    '  age --decrypt --identity key.txt --output "plain/${file%.age}" "$file"',
    'done',
    '# Then, with the connection in PGHOST, PGUSER, …:',
    `sh plain/restore.sh -- ${shellWord(source.database)}`,
    'rm -r plain',
  ].join('\n')
}
