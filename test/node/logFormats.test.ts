/** Logs of past formats, kept as files, open; what a later version wrote is refused by name. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { RecordWriter } from '../../src/main/node/recordFormat'
import { segmentName, SINGLE_LOG_NAME } from '../../src/main/node/segments'
import { snapshotName } from '../../src/main/node/snapshotFile'
import { eventually } from '../support/eventually'
import { logFiles, retainedAt, snapshotAt, stateOf, stateWith } from '../support/nodeCut'
import { open, persist, recovered, vote } from '../support/nodeLog'
import { CLUSTER, tempDirectory } from '../support/nodeSupport'

/** A copy of `fixtures/NAME`, without the ending that keeps the files from being ignored. */
function fixture(name: string): string {
  const directory = tempDirectory()
  const from = join(import.meta.dirname, 'fixtures', name)
  for (const file of readdirSync(from)) {
    cpSync(join(from, file), join(directory, file.replace(/\.fixture$/, '')))
  }
  return directory
}

const FORMAT_1_RECORDS = [
  { kind: 'promise', ballot: { round: 1, node: 2 } },
  { kind: 'vote', ballot: { round: 1, node: 2 }, slot: 1, values: ['a', '\u00ff\u0000', ''] },
  { kind: 'chosen', through: 2 },
  { kind: 'learned', slot: 3, values: ['\ud800 two bytes'] },
  { kind: 'promise', ballot: { round: 7, node: 3 } },
  { kind: 'vote', ballot: { round: 7, node: 3 }, slot: 5, values: ['last'] },
]

it('format 1 opens, is written on, and an older version would refuse it from then on', async () => {
  const directory = fixture('format-1')
  const opened = open(directory)
  expect(opened.storage.life).toBe(3)
  expect(opened.storage.mayVote).toBe(true)
  expect(recovered(opened.storage)).toEqual(FORMAT_1_RECORDS)
  await persist(opened, [vote(6)])
  await opened.storage.close()
  const identity = JSON.parse(readFileSync(join(directory, 'identity.json'), 'utf8'))
  expect(identity).toEqual({ format: 2, cluster: CLUSTER, node: 1, votes: true })
  const again = open(directory).storage
  expect(recovered(again)).toEqual([...FORMAT_1_RECORDS, vote(6)])
  await again.close()
})

it('format 1 becomes format 2 with the first snapshot', async () => {
  const directory = fixture('format-1')
  const opened = open(directory)
  opened.storage.saveSnapshot(snapshotAt(2), retainedAt(2, 4))
  await eventually('saved', () => opened.saved.includes(2))
  await opened.storage.close()
  expect(logFiles(directory)).toEqual([segmentName(1), snapshotName(2)])
  const again = open(directory).storage
  expect(again.life).toBe(4)
  expect(stateOf(again)).toEqual(stateWith(4, 2))
  await again.close()
})

it('format 2 opens: a snapshot and two segments', async () => {
  const directory = fixture('format-2')
  const { storage } = open(directory)
  expect(storage.snapshot).toEqual(snapshotAt(3))
  expect(storage.life).toBe(2)
  expect(stateOf(storage)).toEqual(stateWith(12, 3))
  expect(recovered(storage).at(-1)).toEqual({
    kind: 'learned',
    slot: 14,
    values: ['\ud800 two bytes'],
  })
  expect(storage.read(0, 1)[0]).toMatchObject({ file: snapshotName(3) })
  await storage.close()
})

it('format 3 is refused by its number, in a segment and in the identity', () => {
  const directory = fixture('format-1')
  const writer = new RecordWriter()
  const owner = { kind: 'header', format: 3, cluster: CLUSTER, node: 1 } as const
  writer.write({ ...owner, segment: 1, base: 0, snapshot: 0, restates: true, votes: true })
  const path = join(directory, segmentName(1))
  writeFileSync(path, writer.bytes)
  expect(() => open(directory)).toThrow(`${path} has format 3; this node reads 1 to 2`)
  const identity = join(directory, 'identity.json')
  writeFileSync(identity, JSON.stringify({ format: 3, cluster: CLUSTER, node: 1 }))
  expect(() => open(directory)).toThrow(`${identity} has format 3`)
  expect(logFiles(directory)).toContain(SINGLE_LOG_NAME)
})
