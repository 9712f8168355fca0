import { sha256OfText } from '../backup/sha256.js'
import { idOf } from '../backup/manifest.js'
import { isTypeName } from './set-place.js'
import type { SetPlace } from './store.js'

/**
 * What artifacts of a store are called: `pg-lifeboat.<series>.<type>.<id>.<part>` for the parts of a set, and
 * `pg-lifeboat.<series>.log.<instant>.<token>` for lines of the log. `log` is no type, so the two cannot be mistaken.
 */
export type ArtifactName =
  { part: 'set' | 'manifest' | 'proof'; series: string; place: SetPlace } | { part: 'log'; series: string; at: string }

const OURS = 'pg-lifeboat'

const INSTANT = String.raw`\d{8}T\d{6}Z`

const FORM = new RegExp(
  String.raw`^${OURS}\.(?<series>[A-Za-z0-9_~-]*)\.` +
    String.raw`(?:log\.(?<at>${INSTANT})\.[0-9a-f]+|(?<type>[^.]+)\.(?<id>${INSTANT})\.(?<part>set|manifest|proof\.${INSTANT}))` +
    String.raw`(?:-attempt\d+(?:-\d+)?)?$`,
)

/** Longer names of series are cut off, and told apart by a digest. */
const LONGEST_SERIES = 80

/** `pg-lifeboat.app.daily.20261124T020000Z.set` */
export function nameOfPart(part: 'set' | 'manifest', series: string, { type, id }: SetPlace): string {
  return [OURS, seriesKey(series), type, id, part].join('.')
}

/** `pg-lifeboat.app.daily.20261124T020000Z.proof.20261130T040000Z` */
export function nameOfProof(series: string, { type, id }: SetPlace, at: Date): string {
  return [OURS, seriesKey(series), type, id, 'proof', idOf(at)].join('.')
}

/**
 * `pg-lifeboat.app.log.20261124T021000Z.1f2e3d4c`
 *
 * @param series empty where it is not known
 * @param token hexadecimal digits that no other line of that second has
 */
export function nameOfLog(series: string, at: Date, token: string): string {
  return [OURS, seriesKey(series), 'log', idOf(at), token].join('.')
}

/**
 * What a name says; undefined for artifacts that are not of a store. What an upload adds to a name that is taken
 * (`-attempt2`) is passed over. `series` is the key, as `seriesKey` makes it.
 */
export function parseName(name: string): ArtifactName | undefined {
  const { series, at, type = '', id = '', part } = FORM.exec(name)?.groups ?? {}
  if (series === undefined) return undefined
  if (at !== undefined) return { part: 'log', series, at }
  if (series === '' || !isTypeName(type)) return undefined
  return { part: part === 'set' || part === 'manifest' ? part : 'proof', series, place: { type, id } }
}

/**
 * A series as a part of a name: letters, digits, `_` and `-` stay, every other byte becomes `~` and two hexadecimal
 * digits. Two series never have the same key.
 */
export function seriesKey(series: string): string {
  const key = [...Buffer.from(series, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      return /[A-Za-z0-9_-]/.test(character) ? character : `~${byte.toString(16).padStart(2, '0')}`
    })
    .join('')
  // Two tildes stand in no key that is whole.
  return key.length <= LONGEST_SERIES ? key : `${key.slice(0, 60)}~~${sha256OfText(series).slice(0, 16)}`
}

/** The series of a key; undefined where the key was cut off, and only a manifest tells it. */
export function seriesOfKey(key: string): string | undefined {
  if (key.includes('~~')) return undefined
  const bytes = key.match(/~[0-9a-f]{2}|[^~]/g) ?? []
  const series = Buffer.from(bytes.map((one) => (one.length === 3 ? parseInt(one.slice(1), 16) : one.charCodeAt(0))))
  return seriesKey(series.toString('utf8')) === key ? series.toString('utf8') : undefined
}
