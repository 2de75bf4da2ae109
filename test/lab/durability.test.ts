/**
 * No acknowledged write is lost, on five real processes that are killed and lose power while
 * writers write; with flush off the same run must find losses. The long form: `soak:durability`.
 */
import { afterEach, expect, it } from 'vitest'
import { LabRig } from '../support/cluster'
import { faultsOf, runDurability } from '../support/durabilityRun'
import type { DurabilityOptions } from '../support/durabilityRun'
import { judgeReadBack, WriteHistory } from '../support/writeHistory'

const SEED = 7
const RUN_MS_MAX = 180_000
/** Few, so that logs are cut between one fault and the next. */
const SNAPSHOT_SLOTS = 100

let rig: LabRig | null = null
afterEach(async () => {
  await rig?.close()
  rig = null
})

async function run(changes: Partial<DurabilityOptions>) {
  rig = new LabRig()
  const report = await runDurability(rig, {
    ...{ kills: 0, powerLosses: 0, seed: SEED, flush: true, snapshotSlots: SNAPSHOT_SLOTS },
    say: () => {},
    ...changes,
  })
  return report
}

it(
  'S30: nodes are killed at random, the leader too, and every acknowledged write is read back',
  async () => {
    const report = await run({ kills: 8 })
    expect(report).toMatchObject({ kills: 8, lostNames: [] })
    expect(report.disk?.use.segment).toBeGreaterThan(3)
    expect(report.acknowledged).toBeGreaterThan(300)
    expect(report.readBacks.map(({ lost }) => lost)).toEqual(Array(10).fill(0))
    expect(faultsOf(report)).toEqual([])
  },
  RUN_MS_MAX,
)

it(
  'S24: power losses of one, a majority and all five lose no acknowledged write',
  async () => {
    const report = await run({ powerLosses: 4 })
    expect(report).toMatchObject({ powerLosses: 4, lostNames: [] })
    // The sizes are 5, 1, 3 and 5 in some order.
    expect(report.nodesWithoutPower).toBe(14)
    expect(report.readBacks.map(({ lost }) => lost)).toEqual(Array(10).fill(0))
    expect(faultsOf(report)).toEqual([])
  },
  RUN_MS_MAX,
)

it(
  'S24: with flush off, a power loss of all loses acknowledged writes, and the same run sees it',
  async () => {
    const report = await run({ powerLosses: 1, flush: false, snapshotSlots: 1_000_000 })
    expect(report.nodesWithoutPower).toBe(5)
    expect(report.lost).toBeGreaterThan(0)
    expect(faultsOf(report)).toContain(`${report.lost} acknowledged writes are lost`)
  },
  RUN_MS_MAX,
)

it('tells lost, unknown and refused writes apart', () => {
  const history = new WriteHistory()
  history.set('kept', '1', 'acknowledged')
  history.set('gone', '2', 'acknowledged')
  history.set('other', '3', 'acknowledged')
  history.set('open', '4', 'unknown')
  history.set('landed', '5', 'unknown')
  history.set('refused', '6', 'refused')
  history.incr('low', 'acknowledged', 1)
  history.incr('low', 'acknowledged', 2)
  history.incr('within', 'unknown', null)
  history.incr('within', 'acknowledged', 2)
  history.incr('high', 'refused', null)
  const found = { kept: '1', other: 'x', landed: '5', refused: '6', low: '1', within: '2' }
  const { lost, wrong } = judgeReadBack(history, new Map(Object.entries({ ...found, high: '1' })))
  expect(lost).toEqual([
    { name: 'gone', count: 1 },
    { name: 'other', count: 1 },
    { name: 'low', count: 1 },
  ])
  expect(wrong).toEqual([
    'other is "x" (acknowledged "3")',
    'refused is "6" (refused "6")',
    'high is 1, above 0',
  ])
  expect(history.findings).toEqual([])
  history.incr('low', 'acknowledged', 2)
  expect(history.findings).toEqual(['INCR low answered 2, which is not from 3 to 3'])
})
