/** The load on real processes: an open loop over a paused node, and retries over killed leaders. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { Histogram, bucketMs } from '../../src/core/measure/histogram'
import type { BucketCounts } from '../../src/core/measure/histogram'
import { readHistory } from '../../src/main/lab/historyFile'
import { DEFAULT_LOAD } from '../../src/shared/api'
import type { LoadOptions } from '../../src/shared/api'
import { LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'

let rig: LabRig
beforeEach(() => {
  rig = new LabRig()
})
afterEach(async () => await rig.close())

type Sampled = Extract<LabEvent, { type: 'loadSampled' }>

const samples = (): Sampled[] =>
  rig.events.filter((event): event is Sampled => event.type === 'loadSampled')

const total = (of: (sample: Sampled) => number): number =>
  samples().reduce((sum, sample) => sum + of(sample), 0)

const load = (changes: Partial<LoadOptions>): LoadOptions => ({
  ...DEFAULT_LOAD,
  clients: 2,
  targetPerSecond: 0,
  ...changes,
})

async function idle(): Promise<void> {
  await eventually('what was on its way is answered', () => samples().at(-1)?.waiting === 0)
}

/** The result of the run, once it has ended. */
async function ended(): Promise<{
  dir: string
  verdict: string
  measures: Record<string, number>
  checks: { id: string; state: string }[]
}> {
  const { runDir } = await rig.status()
  const dir = runDir ?? ''
  await rig.lab.stopCluster()
  return { dir, ...JSON.parse(readFileSync(join(dir, 'result.json'), 'utf8')) }
}

const above = (pairs: BucketCounts, ms: number): number =>
  pairs.reduce((sum, [bucket, count]) => sum + (bucketMs(bucket) > ms ? count : 0), 0)

it('a pause is in the response times of all that it held up, not in service times', async () => {
  await rig.start({ nodes: 3, requestDeadlineMs: 10_000 })
  const leader = await rig.leader()
  const follower = (leader % 3) + 1
  const open = { arrivals: 'constant', targetPerSecond: 200, inFlightMax: 1 } as const
  await rig.lab.setLoad(load({ ...open, nodes: [follower] }))
  await eventually('it runs', () => total(({ acked }) => acked) >= 50)
  await rig.lab.pauseNode(follower)
  // 200 a second: about a second.
  await eventually('much is held up', () => (samples().at(-1)?.backlog ?? 0) >= 200)
  const acked = total((sample) => sample.acked)
  await rig.lab.resumeNode(follower)
  await eventually('it is made up for', () => total((sample) => sample.acked) >= acked + 250)
  await rig.lab.setLoad(null)
  await idle()
  const response = new Histogram()
  const service = new Histogram()
  for (const sample of samples()) {
    response.merge(sample.latency)
    service.merge(sample.service ?? [])
  }
  expect(response.count).toBe(service.count)
  // Those that waited for longer than half of what the longest took.
  const half = (response.quantile(1) ?? 0) / 2
  const heldUp = above(response.pairs(), half)
  const slow = above(service.pairs(), half)
  expect(slow).toBeLessThanOrEqual(4)
  expect(heldUp).toBeGreaterThan(50)
  expect(response.quantile(0.9)).toBeGreaterThan(service.quantile(0.9) ?? Infinity)
  const { measures, verdict, checks } = await ended()
  expect(measures['offered']).toBe(
    ['acked', 'failed', 'unknown', 'shed'].reduce((sum, name) => sum + (measures[name] ?? 0), 0),
  )
  expect(measures['responseP95Ms']).toBeGreaterThan(measures['serviceP95Ms'] ?? Infinity)
  expect(checks.find(({ id }) => id === 'I14')?.state).toBe('holds')
  expect(verdict).toBe('valid')
})

it('with sessions the counter is what was acknowledged, over killed leaders', async () => {
  await rig.start({ nodes: 3, requestDeadlineMs: 1500 })
  const counting = { keyChoice: 'single', mixRatio: 1, readRatio: 0 } as const
  await rig.lab.setLoad(load({ ...counting, clients: 6, retry: 'session', roam: 'error' }))
  for (let kill = 1; kill <= 2; kill++) {
    const acked = total((sample) => sample.acked)
    await eventually('requests flow', () => total((sample) => sample.acked) >= acked + 100)
    const leader = await rig.leader()
    await rig.lab.killNode(leader)
    await rig.leader([1, 2, 3].filter((node) => node !== leader))
    await rig.lab.restartNode(leader)
  }
  const before = total((sample) => sample.acked)
  await eventually('and on', () => total((sample) => sample.acked) >= before + 100)
  await rig.lab.setLoad(null)
  await idle()
  expect(total(({ unknown, failed }) => unknown + failed)).toBe(0)
  expect(total(({ offered = 0 }) => offered)).toBe(total(({ acked }) => acked))
  const counter = await rig.get(await rig.leader(), 'count:1')
  const { dir, checks } = await ended()
  const { entries } = await readHistory(join(dir, 'history.jsonl'), 'kv')
  const counted = entries.filter(
    ({ type, f, key }) => type === 'ok' && f === 'incr' && key === 'count:1',
  )
  expect(counted.length).toBeGreaterThan(50)
  expect(counter).toBe(JSON.stringify(String(counted.length)))
  expect(entries.filter(({ type }) => type === 'info' || type === 'fail')).toEqual([])
  expect(checks.find(({ id }) => id === 'I14')?.state).toBe('holds')
})

it('sessions where there are none are refused', async () => {
  await rig.start({ nodes: 3, mode: 'single' })
  const refused = rig.lab.setLoad(load({ retry: 'session' }))
  await expect(refused).rejects.toMatchObject({ code: 'badArgument' })
  expect((await rig.status()).load).toBeNull()
})
