// The picture of what imports what, as text that GitHub draws.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

/**
 * Which floors each floor imports from.
 *
 * @param floors the folders of src/, top floor first
 * @returns {Promise<Map<string, Set<string>>>}
 */
export async function importsBetween(floors, source) {
  const found = new Map()
  for (const floor of floors) {
    const names = (await readdir(path.join(source, floor), { recursive: true })).filter((name) => name.endsWith('.ts'))
    const texts = await Promise.all(names.map((name) => readFile(path.join(source, floor, name), 'utf8')))
    const folders = texts.flatMap((text) => [...text.matchAll(/ from '(?:\.\.\/)+([\w-]+)\//g)].map(([, name]) => name))
    found.set(floor, new Set(folders.filter((name) => name !== floor && floors.includes(name))))
  }
  return found
}

/** A flowchart of them. An arrow is left out where a way through other floors says the same, so that it can be read. */
export function importPicture(floors, imports) {
  const leadsTo = (from, to) => [...imports.get(from)].some((next) => next === to || leadsTo(next, to))
  const arrows = floors.flatMap((from) => {
    const next = [...imports.get(from)]
    const direct = next.filter((to) => !next.some((other) => other !== to && leadsTo(other, to)))
    return floors.filter((to) => direct.includes(to)).map((to) => `  ${from} --> ${to}`)
  })
  const boxes = floors.map((floor) => `  ${floor}["${floor}/"]`)
  return ['```mermaid', 'flowchart TB', ...boxes, ...arrows, '```'].join('\n')
}
