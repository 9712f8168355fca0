import { describe, expect, test } from '@jest/globals'
import { encodeOutputs } from '../../../src/action/outputs.js'
import { redactDeep } from '../../../src/platform/redact-deep.js'
import { OUTPUTS } from '../../../src/outputs.js'
import { outputsOf } from '../../../src/report/outputs.js'
import { sampleReport } from '../../support/report.js'

const asItIs = (text: string) => text

describe('encodeOutputs', () => {
  test('texts stay texts, structures become JSON, what is not there stays away', () => {
    const encoded = encodeOutputs({ ...outputsOf(sampleReport()), 'artifact-id': '7' }, asItIs)
    expect(encoded.get('backup-id')).toBe('20261124T020003Z')
    expect(encoded.get('records')).toBe('84210')
    expect(encoded.get('artifact-id')).toBe('7')
    expect(JSON.parse(encoded.get('metrics') ?? '')).toEqual(sampleReport().metrics)
    expect(JSON.parse(encoded.get('removed') ?? '')).toEqual(['20261117T020001Z'])
    expect(encoded.has('report-path')).toBe(false)
    expect([...encoded.keys()].every((name) => name in OUTPUTS)).toBe(true)
  })

  test('a secret is removed before JSON could write it in another way', () => {
    const secret = 'pa"ss\\word'
    const redact = (text: string) => text.replaceAll(secret, '***')
    const alerts = [{ level: 'info', measure: secret, message: `with ${secret}`, [secret]: 1 }]
    const encoded = encodeOutputs({ alerts, 'backup-path': `/b/${secret}` }, redact)
    expect(encoded.get('backup-path')).toBe('/b/***')
    expect(JSON.parse(encoded.get('alerts') ?? '')).toEqual([
      { level: 'info', measure: '***', message: 'with ***', '***': 1 },
    ])
    expect([...encoded.values()].join()).not.toContain('word')
  })
})

test('redactDeep keeps everything else, dates too', () => {
  expect(redactDeep(sampleReport(), asItIs)).toEqual(sampleReport())
})
