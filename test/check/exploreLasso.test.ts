/** Lassos: cycles in which every frame arrives and nothing is ever chosen. */
import { describe, expect, it } from 'vitest'
import { fairCycle } from '../../src/core/check/explore/replicasCycle'
import type { Edge } from '../../src/core/check/explore/replicasCycle'
import { findLasso } from '../../src/core/check/explore/replicasLasso'
import type { Lasso, LassoOptions } from '../../src/core/check/explore/replicasLasso'
import { Oracle } from '../../src/core/check/oracle'
import type { LabEvent } from '../../src/core/event'
import { EAGER_POLICY } from '../../src/core/paxos/config'
import type { ScheduleAct } from '../../src/core/schedule'
import { playSchedule } from '../../src/core/sim/player'

const TWO: LassoOptions = { nodes: 3, requests: 2, mutant: null }
const ONE: LassoOptions = { nodes: 3, requests: 1, mutant: null, timersAt: [1] }

/** What an act does, whatever the ballot. */
function kindOf(act: ScheduleAct): string {
  if (act.act === 'timer') return `timer ${act.timer} of ${act.node}`
  if (act.act !== 'deliver') return act.act
  const { from, to, message } = act.frame
  return `${from}>${to} ${message}`
}

function playedTurns({ schedule, stemSteps, cycleSteps }: Lasso) {
  const events: LabEvent[] = []
  const oracle = new Oracle({ acceptors: [1, 2, 3], order: 'total' })
  const violations: string[] = []
  playSchedule(schedule, (event) => {
    events.push(event)
    violations.push(...oracle.feed(event).map(({ invariant }) => invariant))
  })
  const turns = [0, 1, 2].map((turn) => {
    const first = stemSteps + turn * cycleSteps
    const acts = schedule.acts.slice(first, first + cycleSteps).map(kindOf)
    const inTurn = events.filter(({ atMs }) => atMs > first && atMs <= first + cycleSteps)
    return { acts, bids: inTurn.filter(({ type }) => type === 'bid').length }
  })
  return { turns, violations, chosenSlots: oracle.chosenSlots }
}

describe('lassos', () => {
  it('S21: two eager proposers can duel for ever, and nothing else is broken', () => {
    const { lasso } = findLasso({ ...TWO, config: { policy: EAGER_POLICY } })
    const { turns, violations, chosenSlots } = playedTurns(lasso!)
    expect(lasso!.bids).toBeGreaterThan(0)
    expect(turns[1]).toEqual(turns[0])
    expect(turns[2]).toEqual(turns[0])
    expect(turns[0]!.bids).toBe(lasso!.bids)
    expect(chosenSlots).toBe(0)
    expect(violations).toEqual([])
  })

  it('S23: with a fixed back-off, an adversary that owns the timers keeps the duel going', () => {
    const { lasso } = findLasso({ ...TWO, timersAt: [1, 2], linkFrames: 2 })
    expect(lasso!.bids).toBeGreaterThan(0)
    expect(playedTurns(lasso!).chosenSlots).toBe(0)
  })

  it('without timers two proposers that wait come to an end: 683 states, no lasso', () => {
    expect(findLasso(TWO)).toMatchObject({ states: 683, complete: true, lasso: null })
  })

  it('one proposer that repeats itself comes to an end: 1123 states, no lasso', () => {
    expect(findLasso(ONE)).toMatchObject({ states: 1123, complete: true, lasso: null })
  })

  it('M13: the same proposer repeats itself for ever when an equal ballot is refused', () => {
    const { lasso } = findLasso({ ...ONE, mutant: 'M13' })
    const { turns, violations, chosenSlots } = playedTurns(lasso!)
    expect(turns[0]!.acts).toContain('timer resend of 1')
    expect(turns[2]).toEqual(turns[0])
    expect(chosenSlots).toBe(0)
    expect(violations).toEqual([])
  })
})

describe('fair cycles', () => {
  const edge = (to: number, link = -1): Edge<string> => ({ to, step: `to ${to}`, link, bids: 0 })
  const never = (): boolean => false

  it('finds none where there is none', () => {
    expect(fairCycle([[edge(1)], [edge(2)], []], 0, never)).toBeNull()
  })

  it('takes a cycle that starves a link for none', () => {
    const graph = [[edge(1, 0)], [edge(0, 0)]]
    expect(fairCycle(graph, 2, never)).toBeNull()
    expect(fairCycle(graph, 1, never)?.turn.map(({ to }) => to)).toEqual([1, 0])
    expect(fairCycle(graph, 2, (state, link) => state === 1 && link === 1)).not.toBeNull()
  })

  it('walks through a part until every link has delivered, and comes back', () => {
    const graph = [[edge(1)], [edge(2, 0), edge(3)], [edge(1)], [edge(4, 1)], [edge(1)]]
    const cycle = fairCycle(graph, 2, never)!
    const { stem, turn } = cycle
    expect(new Set(turn.map(({ link }) => link))).toEqual(new Set([-1, 0, 1]))
    const home = stem.at(-1)?.to ?? 0
    expect(turn.at(-1)!.to).toBe(home)
    let at = home
    for (const step of turn) {
      expect(graph[at]).toContain(step)
      at = step.to
    }
  })
})
