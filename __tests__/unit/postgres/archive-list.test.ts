import { expect, test } from '@jest/globals'

import { parseArchiveList } from '../../../src/postgres/archive-list.js'

const LIST = `;
; Archive created at 2026-11-24 08:35:33 UTC
;     dbname: x y; z
;     TOC Entries: 43
;     Compression: gzip
;     Dump Version: 1.15-0
;     Format: DIRECTORY
;     Integer: 4 bytes
;     Offset: 8 bytes
;     Dumped from database version: 16.4 (Debian 16.4-1)
;     Dumped by pg_dump version: 17.2
;
;
; Selected TOC Entries:
;
6; 2615 16427 SCHEMA - sch ema postgres
215; 1259 16388 TABLE public Od d postgres
3393; 0 16388 TABLE DATA public animals postgres
216; 1259 16390 TABLE DATA animals the owner
3398; 0 16417 MATERIALIZED VIEW DATA public mv postgres
221; 1259 16417 MATERIALIZED VIEW public mv postgres
3246; 2606 16404 FK CONSTRAINT public parts parts_animal_fkey postgres
3237; 0 0 TABLE ATTACH public p1 postgres
2074; 826 16433 DEFAULT ACL - DEFAULT PRIVILEGES FOR TABLES postgres
3414; 0 0 SEQUENCE SET public s postgres
3404; 0 0 BLOBS - BLOBS 
3700; 1418 16500 USER MAPPING - USER MAPPING reader SERVER far postgres
3701; 9999 16501 SOMETHING public new postgres

not an entry
`

test('reads the header of an archive', () => {
  expect(parseArchiveList(LIST)).toMatchObject({
    database: 'x y; z',
    count: 43,
    compression: 'gzip',
    dumpVersion: '1.15-0',
    format: 'DIRECTORY',
    serverVersion: '16.4 (Debian 16.4-1)',
    pgDumpVersion: '17.2',
  })
})

test('reads the entries of an archive, kinds of several words included', () => {
  const entries = parseArchiveList(LIST).entries.map(({ dumpId, kind, schema, tag, owner }) => [
    dumpId,
    kind,
    schema,
    tag,
    owner,
  ])
  expect(entries).toEqual([
    [6, 'SCHEMA', null, 'sch ema', 'postgres'],
    [215, 'TABLE', 'public', 'Od d', 'postgres'],
    [3393, 'TABLE DATA', 'public', 'animals', 'postgres'],
    [216, 'TABLE', 'DATA', 'animals the', 'owner'],
    [3398, 'MATERIALIZED VIEW DATA', 'public', 'mv', 'postgres'],
    [221, 'MATERIALIZED VIEW', 'public', 'mv', 'postgres'],
    [3246, 'FK CONSTRAINT', 'public', 'parts parts_animal_fkey', 'postgres'],
    [3237, 'TABLE ATTACH', 'public', 'p1', 'postgres'],
    [2074, 'DEFAULT ACL', null, 'DEFAULT PRIVILEGES FOR TABLES', 'postgres'],
    [3414, 'SEQUENCE SET', 'public', 's', 'postgres'],
    [3404, 'BLOBS', null, 'BLOBS', ''],
    [3700, 'USER MAPPING', null, 'USER MAPPING reader SERVER far', 'postgres'],
    [3701, 'SOMETHING', 'public', 'new', 'postgres'],
  ])
  expect(parseArchiveList(LIST).entries[3]!.text).toBe('DATA animals the owner')
  expect(parseArchiveList(LIST).entries[6]).toMatchObject({ catalog: 2606, oid: 16404 })
})
