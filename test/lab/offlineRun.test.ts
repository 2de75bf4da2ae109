/** A run directory without processes: the same files, chain and list as those of a real run. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { OfflineRun } from '../../src/main/lab/offlineRun'
import type { OfflineStart } from '../../src/main/lab/offlineRun'
import { verifyRecord } from '../../src/main/lab/recordFile'
import { listRuns } from '../../src/main/lab/runDir'
import { temporaryDir } from '../support/cluster'

const EVENTS = 20_000
const START: OfflineStart = {
  title: 'seed 7',
  source: 'simulator',
  seed: 7,
  nodes: 4,
  config: { windowSlots: 3, mutant: 'M5' },
  appVersion: '9.9.9',
}

let dir: string
beforeEach(() => {
  dir = temporaryDir()
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function note(seq: number): LabEvent {
  return { seq, atMs: seq / 2, by: 'lab', type: 'labNote', level: 'info', words: `é${seq}` }
}

it('leaves a record whose chain holds, a result, a history and a schedule', async () => {
  const run = await OfflineRun.begin(dir, START)
  for (let seq = 1; seq <= EVENTS; seq += 1) run.append(note(seq))
  const history = [
    { process: 1, type: 'invoke', f: 'write', key: 'x', value: '1', time: 1 },
    { process: 1, type: 'info', f: 'write', key: 'x', value: '1', time: 2 },
  ] as const
  const schedule = {
    version: 1,
    title: 't',
    nodes: 4,
    config: {},
    acts: [],
    end: { invariant: null, words: '' },
  } as const
  const end = { verdict: 'violated', measures: { ops: 1 }, checks: [], history, schedule } as const
  const result = await run.end(end)
  const chain = await verifyRecord(join(run.dir, 'events.ndjson'))
  expect(chain).toMatchObject({ ok: true, events: EVENTS, hash: result.recordHash })
  const read = (name: string): unknown => JSON.parse(readFileSync(join(run.dir, name), 'utf8'))
  expect(read('run.json')).toMatchObject({
    source: 'simulator',
    options: { nodes: 4, windowSlots: 3, seed: 7 },
    config: START.config,
  })
  expect(read('result.json')).toEqual(JSON.parse(JSON.stringify(result)))
  expect(result).toMatchObject({ verdict: 'violated', events: EVENTS, ranMs: EVENTS / 2, seed: 7 })
  expect(read('schedule.json')).toEqual(schedule)
  const lines = readFileSync(join(run.dir, 'history.jsonl'), 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(history)
})

it('stands in the list of runs; one without its end has no verdict', async () => {
  const ended = await OfflineRun.begin(dir, START)
  ended.append(note(1))
  await ended.end({ verdict: 'valid', measures: {}, checks: [] })
  await OfflineRun.begin(dir, { ...START, title: 'cut short' })
  const cards = await listRuns(dir, null)
  const told = cards.map(({ title, verdict, events }) => [title, verdict, events].join(' '))
  expect(told.sort()).toEqual(['cut short unknown 0', 'seed 7 valid 1'])
})
