/** The record: its chain, what breaks it, reading back, and what a run leaves in its directory. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { hashLine, verifyRecord } from '../../src/main/lab/recordFile'
import { Recorder } from '../../src/main/lab/recorder'
import { LabRig, temporaryDir } from '../support/cluster'

let dir: string
let path: string
beforeEach(() => {
  dir = temporaryDir()
  path = join(dir, 'events.ndjson')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function note(seq: number): LabEvent {
  return { seq, atMs: seq, by: 'lab', type: 'labNote', level: 'info', words: `é${seq}` }
}

async function record(count: number): Promise<Recorder> {
  const recorder = await Recorder.open(path, (words) => {
    throw new Error(words)
  })
  for (let seq = 1; seq <= count; seq++) recorder.append(note(seq))
  return recorder
}

describe('a record', () => {
  it('is a chain over every line that verifyRecord re-checks', async () => {
    const recorder = await record(1000)
    const end = await recorder.finish()
    await recorder.close()
    expect(end).toMatchObject({ events: 1000, lost: 0 })
    expect(await verifyRecord(path)).toMatchObject({ ok: true, events: 1000, hash: end.hash })
    const last = readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) ?? ''
    expect(hashLine(last)).toBe(end.hash)
  })

  it.each([
    ['a changed line', (lines: string[]) => lines.with(5, lines[5]!.replace('é6', 'é7')), 7],
    ['a missing line', (lines: string[]) => lines.toSpliced(5, 1), 6],
    ['a line put in', (lines: string[]) => lines.toSpliced(5, 0, lines[4]!), 6],
    ['two lines exchanged', (lines: string[]) => lines.with(5, lines[6]!).with(6, lines[5]!), 6],
    ['garbage', (lines: string[]) => lines.with(5, '{"seq":'), 6],
  ])('shows %s', async (_what, change, line) => {
    const recorder = await record(10)
    await recorder.close()
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    writeFileSync(path, change(lines).join('\n') + '\n')
    expect(await verifyRecord(path)).toMatchObject({ ok: false, brokenAtLine: line })
  })

  it.each([
    [1, 1],
    [250, 270],
    [999, 5000],
    [1, 1000],
  ])('gives back the events %i to %i as they were', async (from, to) => {
    const recorder = await record(1000)
    const events = await recorder.read(from, to)
    const last = Math.min(to, 1000)
    expect(events).toEqual(Array.from({ length: last - from + 1 }, (_, at) => note(from + at)))
    await recorder.close()
  })

  it.each([2, 3, 4])('finds every event with at most %i places noted', async (indexMax) => {
    const fail = (words: string) => {
      throw new Error(words)
    }
    const recorder = await Recorder.open(path, fail, indexMax)
    for (let seq = 1; seq <= 5000; seq += 1) recorder.append(note(seq))
    for (const from of [1, 256, 257, 512, 513, 1024, 1025, 2049, 4097, 4999]) {
      expect(await recorder.read(from, from + 1)).toEqual([note(from), note(from + 1)])
    }
    await recorder.close()
  })

  it('counts what it loses when its file fails, and says so once', async () => {
    const problems: string[] = []
    const recorder = await Recorder.open(path, (words) => problems.push(words))
    recorder.append(note(1))
    await recorder.close()
    recorder.append(note(2))
    await recorder.flush()
    recorder.append(note(3))
    recorder.append(note(4))
    expect(recorder.lost).toBe(3)
    expect(problems).toHaveLength(2)
    expect(problems[0]).toContain('cannot be written')
  })
})

it('a run leaves its record and its result, and is listed afterwards', async () => {
  const rig = new LabRig()
  try {
    await rig.start({ nodes: 3 })
    await rig.write(1, 'a', '1')
    const { runDir, events } = await rig.status()
    const read = await rig.lab.events(1, 10_000)
    expect(read.length).toBeGreaterThan(0)
    expect(read[0]).toMatchObject({ seq: 1, type: 'clusterStarted' })
    expect(read.map(({ seq }) => seq)).toEqual(read.map((_, index) => index + 1))
    expect(read.every(({ atMs }, at) => at === 0 || atMs >= read[at - 1]!.atMs)).toBe(true)
    await expect(rig.lab.events(0, 5)).rejects.toMatchObject({ code: 'badArgument' })
    await rig.lab.stopCluster()
    const check = await verifyRecord(join(runDir ?? '', 'events.ndjson'))
    const result = JSON.parse(readFileSync(join(runDir ?? '', 'result.json'), 'utf8'))
    expect(check).toMatchObject({ ok: true, events: result.events, hash: result.recordHash })
    expect(check.events).toBeGreaterThanOrEqual(events)
    expect(result).toMatchObject({ verdict: 'valid', seed: 1, appVersion: '0.0.0', eventsLost: 0 })
    expect(result.measures.acked).toBeGreaterThan(0)
    expect(rig.lab.lastResult()).toEqual(result)
    const { runs } = await rig.lab.snapshot()
    expect(runs).toEqual([expect.objectContaining({ verdict: 'valid', events: result.events })])
    expect(await rig.lab.events(1, 1)).toHaveLength(1)
  } finally {
    await rig.close()
  }
})
