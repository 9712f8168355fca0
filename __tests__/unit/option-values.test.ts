import { expect, test } from '@jest/globals'
import { webAddress } from '../../src/option-values.js'

test.each(['http://127.0.0.1:8080/x', 'https://hooks.example.org/backups'])('%s is an address of the web', (url) => {
  expect(webAddress().safeParse(url).success).toBe(true)
})

test.each([
  'file:///etc/passwd',
  'ftp://host/x',
  'gopher://host',
  'javascript:alert(1)',
  'data:text/plain,x',
  'host/path',
  '',
])('%s is none', (url) => {
  expect(webAddress().safeParse(url).success).toBe(false)
})
