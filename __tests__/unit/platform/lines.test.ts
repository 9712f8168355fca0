import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'

import { LineSplitter, MAX_LINE_LENGTH, Tail } from '../../../src/platform/lines.js'

function splitInto(chunks: readonly Buffer[]): string[] {
  const lines: string[] = []
  const splitter = new LineSplitter((line) => lines.push(line))
  chunks.forEach((chunk) => {
    splitter.push(chunk)
  })
  splitter.end()
  return lines
}

describe('LineSplitter', () => {
  test('gives the same lines however the bytes are cut', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, '')))
    fc.assert(
      fc.property(texts, fc.array(fc.nat({ max: 300 })), (wanted, cuts) => {
        const bytes = Buffer.from(wanted.map((line) => `${line}\n`).join(''))
        const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
        const chunks = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge))
        expect(splitInto(chunks)).toEqual(wanted)
      }),
    )
  })

  test('takes Windows line ends and an unfinished last line', () => {
    expect(splitInto([Buffer.from('a\r\nb\n\nc')])).toEqual(['a', 'b', '', 'c'])
  })

  test('cuts a line that never ends, quickly', () => {
    const lines = splitInto([...Array.from({ length: 640 }, () => Buffer.alloc(65536, 'x')), Buffer.from('\nnext\n')])
    expect(lines[0]).toHaveLength(MAX_LINE_LENGTH + ' [line cut here]'.length)
    expect(lines.slice(1)).toEqual(['next'])
  })
})

describe('Tail', () => {
  test('keeps the last lines, by number and by length', () => {
    const tail = new Tail(3, 10)
    ;['1', '2', '3', '4', '5'].forEach((line) => {
      tail.push(line)
    })
    expect(tail.toString()).toBe('3\n4\n5')
    tail.push('abcdefghi')
    expect(tail.toString()).toBe('5\nabcdefghi')
    tail.push('a line that is longer than all that is kept')
    expect(tail.toString()).toBe('a line tha')
  })
})
