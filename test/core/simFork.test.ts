/** Forks of a simulated run: equal up to the moment, another run after it, the same each time. */
import { describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { forkedWords, ForkError } from '../../src/core/sim/fork'
import type { SimFork, SimPlan } from '../../src/core/sim/plan'
import { drawPlan } from '../../src/core/sim/swarm'
import { runTrial } from '../../src/core/trial/trial'
import type { TrialResult } from '../../src/core/trial/trial'
import { parseSimPlan, printSimPlan } from '../../src/shared/simPlanCodec'

const PLAN = drawPlan({ seed: 7, nodes: 3, safetyTicks: 1000 })
/** 2 s. */
const AT = 40_000

interface Played {
  readonly result: TrialResult
  readonly lines: readonly string[]
  readonly events: readonly LabEvent[]
}

function play(forks: readonly SimFork[], plan: SimPlan = PLAN): Played {
  const events: LabEvent[] = []
  const result = runTrial({
    plan: forks.length === 0 ? plan : { ...plan, forks },
    messages: true,
    onEvent: (event) => events.push(event),
  })
  return { result, events, lines: events.map((event) => JSON.stringify(event)) }
}

function upTo(played: Played, grains: number): readonly string[] {
  return played.lines.filter((_, at) => (played.events[at]?.atMs ?? 0) <= grains / 20)
}

/** Lines that both begin with. */
function common(a: Played, b: Played): number {
  const at = a.lines.findIndex((line, index) => line !== b.lines[index])
  return at < 0 ? a.lines.length : at
}

function acts({ events }: Played): string[] {
  return events.flatMap((event) => (event.type === 'acted' ? [event.act] : []))
}

describe('a fork of a simulated run', () => {
  const whole = play([])

  it('is equal up to its moment, byte for byte, and another run after it', () => {
    const forked = play([{ atGrains: AT, seed: 9 }])
    const before = upTo(whole, AT)
    expect(before.length).toBeGreaterThan(100)
    expect(forked.lines.slice(0, before.length)).toEqual(before)
    expect(common(whole, forked)).toBe(before.length)
    expect(acts(forked)[acts(whole).indexOf('all faults are healed')]).toBeDefined()
    expect(acts(forked)).toContain('forked from seed 7 at 2 s: seed 9')
    expect(forked.result.hash).not.toBe(whole.result.hash)
    expect(forked.result.verdict).toBe('valid')
    const tail = (played: Played) =>
      played.events.slice(before.length + 1).map(({ atMs, type }) => `${atMs} ${type}`)
    expect(tail(forked)).not.toEqual(tail(whole))
  })

  it('is the same each time', () => {
    const forks = [{ atGrains: AT, seed: 9 }]
    expect(play(forks).lines).toEqual(play(forks).lines)
    expect(play([{ atGrains: AT, seed: 10 }]).lines).not.toEqual(play(forks).lines)
  })

  it('forks again, and both moments hold', () => {
    const first = { atGrains: AT, seed: 9 }
    const once = play([first])
    const twice = play([first, { atGrains: 60_000, seed: 9 }])
    expect(common(once, twice)).toBe(upTo(once, 60_000).length)
    expect(acts(twice)).toContain('forked from seed 7 at 3 s: seed 9')
    expect(common(whole, twice)).toBe(upTo(whole, AT).length)
  })

  it('strikes with a fault of one’s own, and heals it with the others', () => {
    const fault = { fault: { kind: 'kill', node: 2 }, ticks: 100 } as const
    const forked = play([{ atGrains: AT, fault, quiet: true }])
    const told = forked.events.filter(({ atMs }) => atMs >= AT / 20)
    const started = told.find((event) => event.type === 'faultStarted')
    const ended = told.find(
      (event) => event.type === 'faultEnded' && event.fault.fault.kind === 'kill',
    )
    expect(started).toMatchObject({ atMs: AT / 20, fault: { fault: { kind: 'kill', node: 2 } } })
    expect(ended).toMatchObject({ atMs: AT / 20 + 500 })
    // Nothing that was planned strikes after it.
    expect(told.filter((event) => event.type === 'faultStarted')).toHaveLength(1)
    expect(forked.result.verdict).toBe('valid')
  })

  it('waits, and goes on by hand one delivery at a time', () => {
    const waits = play([{ atGrains: AT, hold: true }])
    const { due } = waits.result
    expect(waits.lines.slice(0, -1)).toEqual(upTo(whole, AT))
    expect(due.map(({ atGrains }) => atGrains)).toEqual(
      due.map(({ atGrains }) => atGrains).toSorted((a, b) => a - b),
    )
    const timers = due.filter(({ what }) => what?.kind === 'timer')
    const last = timers.at(-1)
    if (last === undefined) throw new Error('no timer runs')
    const stepped = play([{ atGrains: AT, next: [last.order], hold: true }])
    expect(stepped.lines.slice(0, waits.lines.length)).toEqual(waits.lines)
    expect(acts(stepped).at(-1)).toMatch(/^by hand: timer /)
    expect(stepped.result.due.some(({ order }) => order === last.order)).toBe(false)
    // It came before its time, at the instant of what was due first.
    expect(stepped.events.at(-1)?.atMs).toBeLessThan(last.atGrains / 20)
    const next = stepped.result.due[0]
    if (next === undefined) throw new Error('nothing is due')
    const on = play([{ atGrains: AT, next: [last.order, next.order] }])
    expect(on.lines.slice(0, stepped.lines.length)).toEqual(stepped.lines)
    expect(on.result.due).toEqual([])
    expect(on.result.verdict).toBe('valid')
    const times = on.events.map(({ atMs }) => atMs)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })

  it('delivers messages in an order of one’s own, and Paxos holds', () => {
    const plan = drawPlan({ seed: 3, nodes: 3, safetyTicks: 1000, faults: [] })
    for (let turn = 0; turn < 2; turn += 1) {
      const next: number[] = []
      for (let step = 0; step < 5; step += 1) {
        const { due } = play([{ atGrains: AT, next, hold: true }], plan).result
        const messages = due.filter(({ what }) => what?.kind === 'message')
        const chosen = messages.at(-1 - (turn % Math.max(1, messages.length))) ?? due[0]
        if (chosen !== undefined) next.push(chosen.order)
      }
      expect(play([{ atGrains: AT, next }], plan).result.verdict).toBe('valid')
    }
  })

  it('goes into a file and comes back', () => {
    const fault = { fault: { kind: 'kill', node: 2 }, ticks: null } as const
    const forks = [
      { atGrains: AT, seed: 9, quiet: true, next: [12, 3] },
      { atGrains: 60_000, fault },
    ]
    expect(parseSimPlan(printSimPlan({ ...PLAN, forks })).forks).toEqual(forks)
    expect(parseSimPlan(printSimPlan(PLAN))).toEqual(PLAN)
    const unsorted = printSimPlan({ ...PLAN, forks: forks.toReversed() })
    expect(() => parseSimPlan(unsorted)).toThrow('plan.forks[1].atGrains is before the fork above')
    const words = forkedWords(7, forks)
    expect(words).toBe(
      'seed 7, forked at 2 s (seed 9, no planned faults, 2 steps), at 3 s (kill of N2)',
    )
  })

  it('says why it cannot fork there', () => {
    expect(() => play([{ atGrains: 10_000_000, seed: 9 }])).toThrow(ForkError)
    expect(() => play([{ atGrains: 10_000_000, seed: 9 }])).toThrow(/was over at .* cannot fork/)
    expect(() => play([{ atGrains: AT, next: [999_999_999] }])).toThrow(/number 999999999 is due/)
    // Nobody answers at the end of the faults, so that the run goes on for a while.
    const kill = (node: number) =>
      ({ at: 950, until: null, fault: { kind: 'kill', node } }) as const
    const plan = { ...PLAN, faults: [kill(1), kill(2)] }
    const late = PLAN.safetyTicks * 100 + 1
    expect(() => play([{ atGrains: late, hold: true }], plan)).toThrow(/only another seed/)
    expect(acts(play([{ atGrains: late, seed: 9 }], plan)).at(-1)).toMatch(/^forked from/)
  })
})
