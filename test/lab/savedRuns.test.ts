/** Saved runs: opened whole or cut short, read in parts, and no path leads out of their folder. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { PID_FILE, processId } from '../../src/main/lab/processIds'
import { OfflineRun } from '../../src/main/lab/offlineRun'
import { FIRST_BYTES, TURN_BYTES } from '../../src/main/lab/recordOpening'
import { SavedRuns } from '../../src/main/lab/savedRuns'
import { SavedRunsThread } from '../../src/main/lab/savedRunsThread'
import { LabCallError } from '../../src/shared/api'
import type { SavedRun } from '../../src/shared/api'
import { eventsOfText } from '../../src/shared/recordText'
import { builtEntry } from '../support/built'
import { temporaryDir } from '../support/cluster'

let dir: string
beforeEach(() => {
  dir = temporaryDir()
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function note(seq: number): LabEvent {
  return { seq, atMs: seq, by: 'lab', type: 'labNote', level: 'info', words: `é${seq}` }
}

async function runOf(events: number, make = note): Promise<string> {
  const start = { title: 'seed 7', source: 'simulator', seed: 7, nodes: 3 } as const
  const run = await OfflineRun.begin(dir, { ...start, config: {}, appVersion: '9.9.9' })
  for (let seq = 1; seq <= events; seq += 1) run.append(make(seq))
  await run.end({ verdict: 'valid', measures: {}, checks: [] })
  return basename(run.dir)
}

/** So that few of them are many bytes. */
function longNote(seq: number): LabEvent {
  return { seq, atMs: seq, by: 'lab', type: 'labNote', level: 'info', words: 'x'.repeat(4000) }
}
const LONG_EVENTS = Math.ceil((TURN_BYTES * 1.5) / 4000)

const saved = (current: string | null = null) => new SavedRuns(dir, () => current)

it('opens with its card, options and milestones, and reads any part of its record', async () => {
  const id = await runOf(1000)
  const runs = saved()
  const run = await runs.open(id)
  expect(run.card).toMatchObject({ id, title: 'seed 7', verdict: 'valid', events: 1000 })
  expect(run).toMatchObject({ milestones: 1000, left: 0, notes: [] })
  expect(run.status).toMatchObject({ state: 'idle', atMs: 1000, events: 1000 })
  expect(run.status.options).toMatchObject({ nodes: 3, seed: 7 })
  expect((await runs.milestones(id, 990, 100)).map(({ seq }) => seq)).toHaveLength(10)
  for (const [from, to] of [
    [1, 1],
    [250, 270],
    [999, 5000],
  ] as const) {
    const events = await runs.events(id, from, to)
    const last = Math.min(to, 1000)
    expect([events[0], events.at(-1), events.length]).toEqual([
      note(from),
      note(last),
      last - from + 1,
    ])
  }
  expect(existsSync(join(dir, id, 'view.json'))).toBe(false)
})

it('a long one leaves a cache, which counts only for the very same record', async () => {
  const id = await runOf(25_000)
  const first = await saved().open(id)
  const cache = join(dir, id, 'view.json')
  expect(existsSync(cache)).toBe(true)
  expect(await saved().open(id)).toEqual(first)
  expect(await saved().events(id, 24_999, 24_999)).toEqual([note(24_999)])
  // Planted in the cache: it is what is read, until the record is another one.
  const planted = readFileSync(cache, 'utf8').replaceAll('é24999', 'planted')
  writeFileSync(cache, planted)
  const words = async () => {
    const [event] = await saved().milestones(id, 24_998, 1)
    return event?.type === 'labNote' ? event.words : null
  }
  expect(await words()).toBe('planted')
  appendFileSync(join(dir, id, 'events.ndjson'), '{"torn')
  expect(await words()).toBe('é24999')
  writeFileSync(cache, '{"version":1}')
  expect(await words()).toBe('é24999')
})

it('a torn end and a broken line are said, and what came before is shown', async () => {
  const torn = await runOf(10)
  appendFileSync(join(dir, torn, 'events.ndjson'), '{"seq":11,"atM')
  expect(await saved().open(torn)).toMatchObject({ milestones: 10 })
  expect((await saved().open(torn)).notes).toEqual([expect.stringContaining('torn off')])
  const broken = await runOf(10)
  const path = join(dir, broken, 'events.ndjson')
  const lines = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, lines.with(4, 'garbage').join('\n'))
  expect((await saved().open(broken)).notes).toEqual([expect.stringContaining('Line 5')])
  expect((await saved().open(broken)).milestones).toBe(4)
})

it('without a result it is unknown, without a record it is empty', async () => {
  const id = await runOf(10)
  rmSync(join(dir, id, 'result.json'))
  expect((await saved().open(id)).card.verdict).toBe('unknown')
  rmSync(join(dir, id, 'events.ndjson'))
  expect(await saved().open(id)).toMatchObject({
    milestones: 0,
    notes: ['This run has no record.'],
  })
})

it('refuses what is no run here, and the one that still goes on', async () => {
  const id = await runOf(1)
  mkdirSync(join(dir, '..', 'outside'), { recursive: true })
  for (const wrong of ['../outside', '2026-01-01T00-00-00-zzzz', '.', '']) {
    await expect(saved().open(wrong)).rejects.toThrow(LabCallError)
  }
  await expect(saved(join(dir, id)).open(id)).rejects.toThrow(/still goes on/)
  const owned = { lab: processId(process.pid), children: [] }
  writeFileSync(join(dir, id, PID_FILE), JSON.stringify(owned))
  expect((await saved().open(id)).card).not.toHaveProperty('recording')
  rmSync(join(dir, id, 'result.json'))
  await expect(saved().open(id)).rejects.toThrow(/recorded by another process/)
})

it('a trial of a result opens by its id; no link leads to one outside', async () => {
  const id = await runOf(20)
  const result = `experiment-${id}`
  mkdirSync(join(dir, result, 'runs'), { recursive: true })
  renameSync(join(dir, id), join(dir, result, 'runs', id))
  const trial = `${result}/runs/${id}`
  expect((await saved().open(trial)).card).toMatchObject({ id: trial, title: 'seed 7' })
  expect(await saved().events(trial, 3, 5)).toEqual([note(3), note(4), note(5)])
  symlinkSync(join(dir, result, 'runs', id), join(dir, id))
  for (const wrong of [id, result, `${result}/${id}`, `${result}/runs/../runs/${id}`]) {
    await expect(saved().open(wrong), wrong).rejects.toMatchObject({ code: 'badArgument' })
  }
})

describe('a long record', () => {
  it('is shown before it is read, grows in order, and comes to what one reading comes to', async () => {
    const id = await runOf(LONG_EVENTS, longNote)
    const runs = saved()
    const pictures: SavedRun[] = [await runs.open(id)]
    for (let now = pictures[0]; now?.reading != null; now = pictures.at(-1)) {
      pictures.push(await runs.look(id, now.reading.share))
    }
    const shares = pictures.map(({ reading }) => reading?.share ?? 1)
    const first = pictures[0]?.reading
    expect(first?.share).toBeLessThan(0.5)
    expect(first?.events).toBeLessThan(LONG_EVENTS / 2)
    expect(shares.length).toBeGreaterThan(2)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    // How long the run is, is known before it is read.
    for (const { status } of pictures) {
      expect(status).toMatchObject({ atMs: LONG_EVENTS, events: LONG_EVENTS })
    }
    const last = pictures.at(-1)
    expect(last).toEqual(
      await saved()
        .open(id)
        .then((again) => whole(again, id)),
    )
    expect((await runs.milestones(id, 0, 1))[0]).toEqual(longNote(1))
  })

  it('can be closed while it is read: who waits is told, and the next opening is whole', async () => {
    const id = await runOf(LONG_EVENTS, longNote)
    const runs = saved()
    const first = await runs.open(id)
    const looking = runs.look(id, first.reading?.share ?? 1)
    await runs.close(id)
    await expect(looking).rejects.toThrow(/closed meanwhile/)
    expect(existsSync(join(dir, id, 'view.json'))).toBe(false)
    expect((await whole(await runs.open(id), id, runs)).status.events).toBe(LONG_EVENTS)
  })

  it('answers its parts meanwhile: text at once, events as soon as they are read', async () => {
    const id = await runOf(LONG_EVENTS, longNote)
    const runs = saved()
    expect((await runs.open(id)).reading).not.toBeNull()
    const [piece, events] = [runs.text(id, 0), runs.events(id, LONG_EVENTS, LONG_EVENTS)]
    expect((await piece).next).toBeGreaterThan(0)
    expect(await events).toEqual([longNote(LONG_EVENTS)])
  })

  it('without a result is judged after it is shown', async () => {
    const id = await runOf(Math.ceil((FIRST_BYTES * 1.5) / 4000), longNote)
    rmSync(join(dir, id, 'result.json'))
    const runs = saved()
    const first = await runs.open(id)
    expect(first.status.checks).toEqual([])
    expect(first.reading?.what).toBe('record')
    expect((await whole(first, id, runs)).reading).toBeNull()
  })

  /** Looked at until all of it is there. */
  async function whole(first: SavedRun, id: string, runs = saved()): Promise<SavedRun> {
    let now = first
    while (now.reading !== null) now = await runs.look(id, now.reading.share)
    return now
  }
})

describe('the thread of saved runs', () => {
  it('answers as the runs themselves, errors too, and ends with the last run', async () => {
    const id = await runOf(500)
    const thread = new SavedRunsThread(builtEntry('runs'), dir, () => null)
    try {
      expect(await thread.open(id)).toEqual(await saved().open(id))
      expect(await thread.milestones(id, 3, 2)).toEqual([note(4), note(5)])
      expect(await thread.events(id, 499, 900)).toEqual([note(499), note(500)])
      expect(eventsOfText((await thread.text(id, 0)).text)).toEqual([])
      await expect(thread.open('../outside')).rejects.toMatchObject({ code: 'badArgument' })
      await expect(thread.logs(id, 1, 5)).rejects.toMatchObject({ code: 'unavailable' })
      await thread.close(id)
      expect(await thread.open(id)).toMatchObject({ milestones: 500 })
    } finally {
      await thread.end()
    }
  })

  it('rejects what is asked of it when it is ended', async () => {
    const id = await runOf(LONG_EVENTS, longNote)
    const thread = new SavedRunsThread(builtEntry('runs'), dir, () => null)
    const opening = thread.open(id)
    await thread.end()
    await expect(opening).rejects.toThrow(LabCallError)
  })
})
