/**
 * Each mutant by a schedule of its own: it breaks what the catalogue says, and the honest core, led
 * along the same acts as far as it follows, breaks nothing.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Oracle } from '../../src/core/check/oracle'
import type { LabEvent } from '../../src/core/event'
import { MUTANTS, mutantLabel } from '../../src/core/mutants'
import { DEFAULT_REPLICA } from '../../src/core/paxos/config'
import { countedQuorums, flawsOf, SOUND } from '../../src/core/paxos/flaws'
import { MUTANT_IDS, sendsEarly } from '../../src/core/paxos/mutant'
import type { MutantId } from '../../src/core/paxos/mutant'
import { MAJORITY } from '../../src/core/paxos/quorum'
import type { Schedule, ScheduleAct } from '../../src/core/schedule'
import { playSchedule, ScheduleError, SchedulePlayer } from '../../src/core/sim/player'
import { parseSchedule } from '../../src/shared/scheduleCodec'

const folder = join(import.meta.dirname, '../../resources/mutants')

function scheduleOf(id: MutantId): Schedule {
  return parseSchedule(readFileSync(join(folder, `${id}.schedule.json`), 'utf8'))
}

/** What the catalogue lists and a schedule cannot show. */
const ELSEWHERE: Partial<Record<MutantId, readonly string[]>> = {
  // Its witness never promised, which is told as I6: it may vote below what it did not promise.
  M4: ['I7'],
  // A history of clients shows it.
  M9: ['I14'],
}

function judge({ nodes, config }: Schedule) {
  const members = Array.from({ length: nodes }, (_, index) => index + 1)
  const oracle = new Oracle({ acceptors: config.roles?.acceptors ?? members, order: 'total' })
  const found: string[] = []
  const events: LabEvent[] = []
  const take = (event: LabEvent): void => {
    events.push(event)
    for (const { invariant } of oracle.feed(event)) found.push(invariant)
  }
  const finish = (): string[] => [...found, ...oracle.finish().map(({ invariant }) => invariant)]
  return { take, finish, events, oracle }
}

/** Plays an act on frames that are named a little otherwise, and passes over what does not fit. */
function playLoosely(player: SchedulePlayer, act: ScheduleAct): boolean {
  try {
    if (!('frame' in act)) player.perform(act)
    else {
      const { from, to, message } = act.frame
      const alike = player.waiting().filter((one) => {
        return one.from === from && one.to === to && one.message === message
      })
      const frame = alike.find((one) => one.slot === act.frame.slot) ?? alike[0]
      if (frame === undefined) return false
      player.perform({ ...act, frame })
    }
    return true
  } catch (error) {
    if (error instanceof ScheduleError) return false
    throw error
  }
}

/** The same acts on Paxos as it should be. */
function playHonestly(schedule: Schedule) {
  const config = { ...schedule.config, mutant: null }
  const judged = judge(schedule)
  const player = new SchedulePlayer({ ...schedule, config }, judged.take)
  const followed = schedule.acts.filter((act) => playLoosely(player, act)).length
  return { ...judged, player, followed }
}

/** Delivers whatever waits, and what that makes of it, until nothing is left. */
function deliverAll(player: SchedulePlayer): void {
  for (let [frame] = player.waiting(); frame !== undefined; [frame] = player.waiting()) {
    player.perform({ act: 'deliver', frame })
  }
}

const SAFETY = MUTANT_IDS.filter((id) => !MUTANTS[id].breaks.includes('I15'))

describe('the catalogue', () => {
  it('lists each mutant once, by its own id, with what it breaks and who must say no', () => {
    expect(Object.keys(MUTANTS)).toEqual([...MUTANT_IDS])
    for (const id of MUTANT_IDS) {
      const { breaks, judges, name, ...mutant } = MUTANTS[id]
      expect(mutant.id).toBe(id)
      expect(mutantLabel(id)).toBe(`mutant ${id}: ${name}`)
      expect(breaks.length * judges.length).toBeGreaterThan(0)
    }
    expect(new Set(MUTANT_IDS.map((id) => MUTANTS[id].name)).size).toBe(MUTANT_IDS.length)
  })

  it('is never the default, and each one differs from Paxos in one or two rules', () => {
    expect(DEFAULT_REPLICA.mutant).toBeNull()
    expect(flawsOf(null)).toBe(SOUND)
    for (const id of MUTANT_IDS) {
      const flaws: Record<string, unknown> = { ...flawsOf(id) }
      const changed = Object.entries(SOUND).filter(([rule, sound]) => flaws[rule] !== sound)
      expect(changed.length + (sendsEarly(id) ? 1 : 0), id).toBe(id === 'M8' ? 2 : 1)
    }
  })

  it('M5, M20: count otherwise in every quorum system', () => {
    const five = [1, 2, 3, 4, 5]
    const sets = { kind: 'sets', phase1: [[1, 2], [3]], phase2: [[1, 3]] } as const
    const counts = (phase1: number, phase2: number) => ({ kind: 'counts', phase1, phase2 }) as const
    expect(countedQuorums(MAJORITY, five, 'asGiven')).toBe(MAJORITY)
    expect(countedQuorums(MAJORITY, five, 'oneShort')).toEqual(counts(2, 2))
    expect(countedQuorums(MAJORITY, five, 'onePromise')).toEqual(counts(1, 3))
    expect(countedQuorums(counts(4, 2), five, 'oneShort')).toEqual(counts(3, 1))
    expect(countedQuorums(counts(4, 2), five, 'onePromise')).toEqual(counts(1, 2))
    const short = { kind: 'sets', phase1: [[1]], phase2: [[3]] }
    expect(countedQuorums(sets, five, 'oneShort')).toEqual(short)
    const single = { kind: 'sets', phase1: [[1], [3]], phase2: [[1, 3]] }
    expect(countedQuorums(sets, five, 'onePromise')).toEqual(single)
  })
})

describe('a schedule of its own shows what each one breaks', () => {
  it.each(SAFETY.map((id) => [id, MUTANTS[id].name] as const))('%s: %s', (id) => {
    const schedule = scheduleOf(id)
    expect(schedule.config.mutant).toBe(id)
    const { take, finish, events } = judge(schedule)
    playSchedule(schedule, take)
    expect(events[0]).toMatchObject({ type: 'clusterStarted', mutant: id })
    const found = finish()
    const expected = MUTANTS[id].breaks.filter((one) => ELSEWHERE[id]?.includes(one) !== true)
    expect(found).toEqual(expect.arrayContaining(expected))
    expect(found).toContain(schedule.end.invariant)

    const honest = playHonestly(schedule)
    expect(honest.finish()).toEqual([])
    expect(honest.followed).toBeGreaterThan(0)
  })

  it.each(SAFETY.map((id) => [id]))('%s: the honest core ends the same story well', (id) => {
    const { player, oracle, finish } = playHonestly(scheduleOf(id))
    for (const { node, alive } of player.end().nodes) {
      if (!alive) player.perform({ act: 'restart', node })
    }
    // A disk that is flushed by hand needs it after each frame; a new ballot ends what is open.
    const flushAll = (): void => {
      for (const { node } of player.end().nodes) player.perform({ act: 'flush', node })
    }
    for (let round = 0; round < 40; round += 1) {
      flushAll()
      deliverAll(player)
      if (round === 20) player.perform({ act: 'startElection', node: proposerOf(id) })
    }
    expect(oracle.chosenSlots).toBeGreaterThan(0)
    expect(finish()).toEqual([])
  })
})

function proposerOf(id: MutantId): number {
  return scheduleOf(id).config.roles?.proposers[0] ?? 1
}

describe('two are safe, and make no progress', () => {
  it('M13: votes only above its promise', () => {
    const schedule = scheduleOf('M13')
    const { take, finish, events, oracle } = judge(schedule)
    const player = new SchedulePlayer(schedule, take)
    for (const act of schedule.acts) player.perform(act)
    for (let period = 0; period < 5; period += 1) {
      deliverAll(player)
      player.perform({ act: 'timer', node: 1, timer: 'resend' })
    }
    // N3 had promised nothing when the first accept came: one vote, and never a second.
    expect(events.filter(({ type }) => type === 'elected')).toHaveLength(1)
    expect(oracle.chosenSlots).toBe(0)
    expect(finish()).toEqual([])
    expect(player.end().replies).toEqual([])

    const honest = playHonestly(schedule)
    expect(honest.oracle.chosenSlots).toBe(1)
  })

  it('M18: times out on itself as leader', () => {
    const schedule = scheduleOf('M18')
    const { take, finish, events, oracle } = judge(schedule)
    const { replies } = playSchedule(schedule, take)
    const told = events.map(({ type }) => type)
    expect(told.filter((type) => type === 'elected')).toHaveLength(3)
    expect(told.filter((type) => type === 'steppedDown')).toHaveLength(3)
    // No rival, no loss, no delay: and it never comes to propose anything.
    expect(told).not.toContain('preempted')
    expect(told).not.toContain('issued')
    expect(replies).toEqual([])
    expect(oracle.chosenSlots).toBe(0)
    expect(finish()).toEqual([])

    const honest = playHonestly(schedule)
    deliverAll(honest.player)
    expect(honest.events.filter(({ type }) => type === 'elected')).toHaveLength(1)
    expect(honest.player.end().replies).toHaveLength(1)
    expect(() => {
      honest.player.perform({ act: 'timer', node: 1, timer: 'election' })
    }).toThrow('timer election of node 1 does not run')
  })
})

it('docs/mutants.md has the catalogue as it is', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/mutants.md'), 'utf8')
  for (const { id, name, rule, provenance, breaks, judges, difficulty } of Object.values(MUTANTS)) {
    const [broken, by] = [breaks.join(', '), judges.join(', ')]
    const cells = [id, name, rule, provenance, broken, by, difficulty]
    expect(text).toContain(`| ${cells.join(' | ')} |`)
  }
})
