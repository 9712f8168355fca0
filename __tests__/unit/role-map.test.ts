import { expect, test } from '@jest/globals'
import { buildOptions } from '../../src/options.js'

const roleMapOf = (value: unknown) => buildOptions([{ label: (name) => name, values: { 'role-map': value } }]).roleMap

test.each<[unknown, Record<string, string>]>([
  [undefined, {}],
  ['a=b', { a: 'b' }],
  ['a = b, "x=y, z"="p ""q"""\n c=d', { a: 'b', 'x=y, z': 'p "q"', c: 'd' }],
  [['a=b', 'c=d'], { a: 'b', c: 'd' }],
  [{ a: 'b' }, { a: 'b' }],
])('role-map %j', (value, pairs) => {
  expect(roleMapOf(value)).toEqual(pairs)
})

test.each(['a', 'a=', '=b', ['a']])('role-map %j is refused', (value) => {
  expect(() => roleMapOf(value)).toThrow('must be pairs such as old_role=new_role')
})
