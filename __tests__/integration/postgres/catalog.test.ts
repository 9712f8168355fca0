import { mkdtemp, rm, readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'

import { DamagedError } from '../../../src/errors.js'
import type { CatalogObject } from '../../../src/postgres/catalog/model.js'
import { readCatalog } from '../../../src/postgres/catalog/read-catalog.js'
import { UNDUMPED } from '../../../src/postgres/catalog/undumped.js'
import { readStoredCatalog, writeCatalog } from '../../../src/postgres/catalog/stored.js'
import { startCluster, type TestCluster } from '../../support/cluster.js'
import { createEverything } from '../../support/databases/index.js'
import { describeMajors } from '../../support/describe-majors.js'
import { describeDatabase, queryable, withPinned, type Described } from '../../support/described.js'

jest.setTimeout(120_000)

describeMajors('a description', ({ major }) => {
  let cluster: TestCluster
  let described: Described

  beforeAll(async () => {
    cluster = await startCluster({ major })
    await createEverything(cluster)
    described = await describeDatabase(cluster, 'everything')
  })
  afterAll(() => cluster.remove())

  const find = (kind: string, name: string): CatalogObject | undefined =>
    described.catalog.objects.find((object) => object.kind === kind && object.name === name)

  test('says what the manifest records of the source', () => {
    const { source } = described.catalog
    expect(source).toMatchObject({
      database: 'everything',
      major,
      encoding: 'UTF8',
      owner: 'postgres',
      bootstrapRole: 'postgres',
      systemIdentifier: expect.stringMatching(/^\d{15,}$/),
    })
    expect(source.serverVersion).toMatch(/^\d+(\.|beta|rc)\d+/)
    expect(source.extensions.map(({ name }) => name)).toContain('uuid-ossp')
    expect(source.roles).toEqual(
      expect.arrayContaining(['Everything "Hostile" rôle 🐄', 'everything_owner', 'postgres']),
    )
    expect(source.roles.filter((role) => role.startsWith('pg_'))).toEqual([])
  })

  test('gives every object a name of its own', () => {
    const names = described.catalog.objects.map(({ kind, name }) => `${kind} ${name}`)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  test('knows the parents of what is part of something', () => {
    const names = new Set(described.catalog.objects.map(({ kind, name }) => `${kind} ${name}`))
    const orphans = described.catalog.objects.filter(
      ({ kind, of }) => of !== undefined && kind !== 'comment' && !names.has(of),
    )
    expect(orphans.map(({ kind, name, of }) => `${kind} ${name} of ${of!}`)).toEqual([])
  })

  test('leaves out system objects, members of extensions and secrets', () => {
    const text = JSON.stringify(described.catalog)
    expect(text).not.toContain('secret')
    expect(
      described.catalog.objects.filter(({ name }) => /^(pg_catalog|information_schema|pg_toast)\./.test(name)),
    ).toEqual([])
    expect(find('function', 'extensions.citext(boolean)')).toBeUndefined()
    expect(described.catalog.tables.filter(({ schema }) => schema.startsWith('pg_'))).toEqual([])
  })

  test('writes grants out, the default ones too', () => {
    const owner = ['DELETE', 'INSERT', 'REFERENCES', 'SELECT', 'TRIGGER', 'TRUNCATE', 'UPDATE']
    const all = [...owner, ...(major >= 17 ? ['MAINTAIN'] : [])].sort().map((privilege) => `postgres: ${privilege}`)
    expect(find('table', 'tables.empty')?.grants).toEqual(all)
    expect(find('function', 'code.note_it()')?.grants).toEqual(['PUBLIC: EXECUTE', 'postgres: EXECUTE'])
    expect(find('function', 'code.as_owner()')?.grants).toEqual([
      'everything_owner: EXECUTE',
      'everything_reader: EXECUTE',
    ])
    expect(find('column', 'rls.accounts.balance')?.grants).toEqual([
      '"Everything ""Hostile"" rôle 🐄": SELECT',
      '"Everything ""Hostile"" rôle 🐄": UPDATE',
    ])
  })

  test('tells tables as the backup needs them', () => {
    const table = (schema: string, name: string) =>
      described.catalog.tables.find((one) => one.schema === schema && one.name === name)
    expect(table('parts', 'events')).toMatchObject({ kind: 'partitioned' })
    expect(table('parts', 'events_2023')).toMatchObject({
      kind: 'table',
      partitionOf: { schema: 'parts', name: 'events' },
    })
    expect(table('tables', 'grandchild')?.inherits).toEqual([
      { schema: 'tables', name: 'child' },
      { schema: 'tables', name: 'other_parent' },
    ])
    expect(table('fdw', 'remote_animals')).toMatchObject({ kind: 'foreign' })
    expect(table('matviews', 'never_filled')).toMatchObject({ kind: 'materialized-view', populated: false })
    expect(table('rls', 'accounts')).toMatchObject({ rowSecurity: true })
    expect(table('tables', 'unlogged')).toMatchObject({ unlogged: true })
    expect(table('tables', 'no_columns_left')?.columns).toEqual([])
    expect(table('tables', 'generated')?.columns.find(({ name }) => name === 'total')).toMatchObject({
      generated: 'stored',
    })
    expect(table('types', 'texts')?.columns.find(({ name }) => name === 'tags')).toMatchObject({
      type: 'types.tags',
      castTo: 'text[]',
      hash: 'output',
      output: 'pg_catalog.array_out',
    })
  })

  test('counts the rows of each table alone, and of foreign tables none', () => {
    const rows = (name: string) => described.tables.find((one) => `${one.schema}.${one.name}` === name)?.rows
    expect(rows('tables.parent')).toBe(2)
    expect(rows('tables.no_columns')).toBe(3)
    expect(rows('parts.events')).toBeUndefined()
    expect(rows('fdw.remote_animals')).toBeUndefined()
    expect(rows('matviews.never_filled')).toBeUndefined()
  })

  test('reads where sequences are', () => {
    const sequence = (name: string) => described.catalog.sequences.find((one) => one.name === name)
    expect(sequence('descending')).toMatchObject({ lastValue: '-4', isCalled: true, increment: '-3', cycles: false })
    expect(sequence('set_not_called')).toMatchObject({ lastValue: '500', isCalled: false })
    expect(sequence('owned_later')).toMatchObject({ lastValue: '9223372036854775807' })
    expect(sequence('cycling')).toMatchObject({ cycles: true })
  })

  test('is stored and read back as it was', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeboat-catalog-'))
    try {
      const file = path.join(folder, 'catalog.json')
      await writeCatalog(file, major, described.catalog.objects)
      expect(await readStoredCatalog(file)).toEqual({ major, objects: described.catalog.objects })
      await writeFile(file, (await readFile(file, 'utf8')).replace('catalog/2', 'catalog/3'))
      await expect(readStoredCatalog(file)).rejects.toThrow(DamagedError)
      await rm(file)
      await expect(readStoredCatalog(file)).rejects.toThrow(DamagedError)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('needs no superuser', async () => {
    await cluster.query(`CREATE ROLE backup_reader BYPASSRLS; GRANT pg_read_all_data TO backup_reader`, 'everything')
    await withPinned(cluster, 'everything', async (_, client) => {
      await client.query('SET SESSION AUTHORIZATION backup_reader')
      const catalog = await readCatalog(queryable(client))
      const told = (objects: readonly CatalogObject[]): string[] =>
        objects
          .filter(({ kind }) => kind !== 'role' && kind !== UNDUMPED)
          .map(({ kind, name }) => `${kind} ${name}`)
          .sort()
      // pg_dump leaves subscriptions out for it, and their comments.
      const known = told(described.catalog.objects).filter((label) => !/^(comment on )?subscription /.test(label))
      expect(told(catalog.objects)).toEqual(known)
      expect(catalog.objects.filter(({ kind }) => kind === UNDUMPED).map(({ name }) => name)).toEqual(
        expect.arrayContaining([
          'subscription from_elsewhere, which only a superuser dumps',
          'the options of the user mapping everything_reader on elsewhere, which this role may not read',
        ]),
      )
    })
  })
})
