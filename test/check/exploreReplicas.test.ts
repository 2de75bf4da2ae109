/**
 * Bounded worlds of whole replicas: the shipped core survives every state of them, each mutant does
 * not, and what the search finds is what the oracle finds in the record of the same schedule.
 *
 * REWRITE=1 writes test/fixtures/explorer anew, the long searches included.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exploreReplicas } from '../../src/core/check/explore/replicas'
import { worldOf } from '../../src/core/check/explore/replicasMutants'
import { toSchedule } from '../../src/core/check/explore/replicasSchedule'
import type { Frame } from '../../src/core/check/explore/replicasFrames'
import type { ReplicasOptions } from '../../src/core/check/explore/replicasTypes'
import { World } from '../../src/core/check/explore/replicasWorld'
import type { WorldStep } from '../../src/core/check/explore/replicasWorld'
import { Oracle } from '../../src/core/check/oracle'
import type { LabEvent } from '../../src/core/event'
import { MUTANT_IDS } from '../../src/core/paxos/mutant'
import type { Schedule } from '../../src/core/schedule'
import { formatFrameName, playSchedule, ScheduleError } from '../../src/core/sim/player'
import { createPrng } from '../../src/core/sim/prng'
import { noteMessage } from '../../src/core/messageNote'
import { parseSchedule, printSchedule } from '../../src/shared/scheduleCodec'

const FIXTURES = resolve(import.meta.dirname, '../fixtures/explorer')
const REWRITE = process.env['REWRITE'] === '1'

const QUIET = { withhold: ['heartbeat', 'nack'] } as const
const BASE: ReplicasOptions = { nodes: 3, requests: 2, mutant: null, ...QUIET }
const TWICE = [
  { node: 1, args: ['SET', 'x', 'a'] },
  { node: 1, args: ['SET', 'x', 'b'] },
]

/** What the oracle says of the record of a schedule. */
function judgedBy(schedule: Schedule): string[] {
  const acceptors = Array.from({ length: schedule.nodes }, (_, index) => index + 1)
  const oracle = new Oracle({ acceptors, order: 'total' })
  const found: string[] = []
  const feed = (event: LabEvent): void => {
    for (const { invariant } of oracle.feed(event)) found.push(invariant)
  }
  playSchedule(schedule, feed)
  for (const { invariant } of oracle.finish()) found.push(invariant)
  return found
}

/** A random way through a world, and where it ends. */
function randomWay(world: World, seed: number, stepsMax: number) {
  const prng = createPrng(seed)
  const row = new Int32Array(world.width)
  const next = new Int32Array(world.width)
  world.start(row)
  const way: WorldStep[] = []
  while (way.length < stepsMax) {
    const steps: { step: WorldStep; row: Int32Array }[] = []
    for (const step of world.steps(row, next, true)) steps.push({ step, row: next.slice() })
    const picked = steps[prng.between(0, steps.length - 1)]
    if (picked === undefined) break
    way.push(picked.step)
    row.set(picked.row)
  }
  return { way, row }
}

function nameOf({ from, to, message: whole }: Frame): string {
  const { message, ballot, slot } = noteMessage(whole)
  return formatFrameName({ from, to, message, ballot, slot, nth: 0 })
}

describe('the shipped core in bounded worlds', () => {
  const worlds: readonly [string, number, Partial<ReplicasOptions>][] = [
    ['1 command, nothing else', 173, { requests: 1, withhold: [] }],
    ['2 commands, no heartbeats', 24848, { withhold: ['heartbeat'] }],
    ['2 commands, 1 crash, no heartbeats or nacks', 178570, { crashes: 1 }],
    ['1 command, 1 crash, 1 wiped node', 2836, { requests: 1, crashes: 1, wipes: 1 }],
    [
      '2 commands at one node, 1 crash, flushes by hand',
      108221,
      { requests: TWICE, crashes: 1, flush: 'byHand' },
    ],
    ['1 command, 1 election by hand', 21854, { requests: 1, elections: 1 }],
    ['1 command, 2 timers that fire', 4443, { requests: 1, timers: 2, withhold: ['heartbeat'] }],
    [
      '1 command, 1 loss, 1 doubled frame, 1 crash, all messages',
      45940,
      { requests: 1, losses: 1, duplicates: 1, crashes: 1, withhold: [] },
    ],
    [
      '2 commands, 1 election by hand, at most 6 deliveries',
      36223,
      { elections: 1, deliveries: 6 },
    ],
  ]

  it.each(worlds)('3 nodes, %s: no violation in any of %i states', (_, states, bounds) => {
    const result = exploreReplicas({ ...BASE, ...bounds })
    expect(result).toMatchObject({
      states,
      violations: 0,
      complete: true,
      sometimesChosen: true,
      counterexample: null,
    })
  })
})

describe('mutants in bounded worlds', () => {
  const mutants = MUTANT_IDS.filter((mutant) => worldOf(mutant) !== null)

  it('are caught in small worlds, but for the two that only spoil liveness', () => {
    const others = MUTANT_IDS.filter((mutant) => worldOf(mutant) === null)
    expect(others).toEqual(['M13', 'M18'])
  })

  it.each(mutants)(
    '%s: is caught, and the oracle finds the same in the stored schedule',
    (mutant) => {
      const { options, invariant, sooner } = worldOf(mutant)!
      const path = resolve(FIXTURES, `${mutant}.schedule.json`)
      const isSearched = sooner === null || REWRITE
      const { counterexample } = exploreReplicas(
        isSearched ? options : { ...options, invariants: [sooner] },
      )
      if (REWRITE) writeFileSync(path, printSchedule(counterexample!.schedule))
      const stored = parseSchedule(readFileSync(path, 'utf8'), path)
      expect(stored.end.invariant).toBe(invariant)
      expect(stored.config.mutant).toBe(mutant)
      if (isSearched) expect(counterexample?.schedule).toEqual(stored)
      else expect(judgedBy(counterexample!.schedule)).toContain(counterexample!.invariant)
      expect(judgedBy(stored)).toContain(invariant)
    },
  )

  it.each(mutants)('%s: the same schedule breaks nothing in the shipped core', (mutant) => {
    const path = resolve(FIXTURES, `${mutant}.schedule.json`)
    const stored = parseSchedule(readFileSync(path, 'utf8'), path)
    const honest = { ...stored, config: { ...stored.config, mutant: null } }
    expect(violationsAlong(honest)).toEqual([])
  })
})

/** As far as the schedule fits: a sound core sends other frames than a broken one. */
function violationsAlong(schedule: Schedule): string[] {
  for (let count = schedule.acts.length; count > 0; count -= 1) {
    try {
      return judgedBy({ ...schedule, acts: schedule.acts.slice(0, count) })
    } catch (error) {
      if (!(error instanceof ScheduleError)) throw error
    }
  }
  return []
}

describe('the search', () => {
  it('finds a shortest counterexample: one act less breaks nothing', () => {
    const { options } = worldOf('M7')!
    const { counterexample, depth } = exploreReplicas(options)
    const { schedule } = counterexample!
    expect(schedule.acts).toHaveLength(depth)
    expect(judgedBy({ ...schedule, acts: schedule.acts.slice(0, -1) })).not.toContain('I8')
  })

  it('goes on after a violation when it is to count all', () => {
    const options = { ...BASE, mutant: 'M20', requests: 1 } as const
    const first = exploreReplicas(options)
    const all = exploreReplicas({ ...options, exhaustive: true })
    expect(first).toMatchObject({ violations: 1, complete: false })
    expect(all.complete).toBe(true)
    expect(all.violations).toBeGreaterThan(1)
  })

  it('says that it is not complete when it gives up, and when nothing was chosen', () => {
    expect(exploreReplicas({ ...BASE, statesMax: 1000 }).complete).toBe(false)
    const empty = exploreReplicas({ ...BASE, deliveries: 1 })
    expect(empty).toMatchObject({ complete: true, sometimesChosen: false })
  })

  it('refuses bounds that are none', () => {
    expect(() => exploreReplicas({ ...BASE, crashes: -1 })).toThrow('crashes is -1')
    expect(() => exploreReplicas({ ...BASE, nodes: 0 })).toThrow('a world has 1 to 30 nodes')
    expect(() =>
      exploreReplicas({ ...BASE, requests: [{ node: 4, args: ['SET', 'x', 'a'] }] }),
    ).toThrow('a request at node 4')
    expect(() => exploreReplicas({ ...BASE, requests: 40 })).toThrow('too large')
  })

  it('goes where the machines go: 400 random ways end with the same frames waiting', () => {
    const options: ReplicasOptions = {
      ...BASE,
      withhold: [],
      crashes: 1,
      wipes: 1,
      timers: 2,
      elections: 1,
      losses: 2,
      duplicates: 2,
    }
    // One world for all: what a way finds is taken from those before it, where states are equal.
    const world = new World(options)
    for (let seed = 1; seed <= 400; seed += 1) {
      const { way, row } = randomWay(world, seed, 25)
      const schedule = toSchedule(world, options, way, { invariant: null, words: '' })
      const { waiting, nodes } = playSchedule(schedule, () => undefined)
      const expected = world.sets.get(row[3]!).map((id) => world.frames.get(id))
      expect(waiting.map((name) => formatFrameName({ ...name, nth: 0 })).sort(), `${seed}`).toEqual(
        expected.map((frame) => nameOf(frame)).sort(),
      )
      const alive = nodes.map((node) => node.alive)
      expect(alive).toEqual(world.locals.map((local, index) => local.get(row[index]!).alive))
    }
  })
})
