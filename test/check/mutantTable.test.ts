/**
 * Mutant by judge: what each judge says first of each broken rule. `schedule`: the short schedule
 * written by hand; `worlds`: the one that the explorer of whole replicas found; `abstract`: the
 * abstract model has this rule; random runs, real processes and clients' histories have tests of
 * their own (`test/sim/mutants`, `test/lab/reenact`, `test/lab/staleReads`).
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ABSTRACT_MUTANTS } from '../../src/core/check/explore/abstractBounds'
import { Oracle } from '../../src/core/check/oracle'
import { MUTANTS } from '../../src/core/mutants'
import { MUTANT_IDS } from '../../src/core/paxos/mutant'
import type { MutantId } from '../../src/core/paxos/mutant'
import { playSchedule } from '../../src/core/sim/player'
import { parseSchedule } from '../../src/shared/scheduleCodec'

const BY_HAND = join(import.meta.dirname, '../../resources/mutants')
const BY_EXPLORER = join(import.meta.dirname, '../fixtures/explorer')

/** What is violated first; null: it spoils progress alone, and in a schedule no time passes. */
const TABLE: Readonly<Record<MutantId, string | null>> = {
  M1: 'I2',
  M2: 'I4',
  M3: 'I5',
  M4: 'I7',
  M5: 'I6',
  M6: 'I6',
  M7: 'I6',
  M8: 'I6',
  M9: 'I11',
  M10: 'I2',
  M11: 'I5',
  M12: 'I1',
  M13: null,
  M14: 'I10',
  M15: 'I10',
  M16: 'I6',
  M17: 'I13',
  M18: null,
  M19: 'I4',
  M20: 'I6',
  M21: 'I3',
}

function firstFound(folder: string, id: MutantId): string | null {
  const path = join(folder, `${id}.schedule.json`)
  if (!existsSync(path)) return null
  const schedule = parseSchedule(readFileSync(path, 'utf8'), path)
  const oracle = new Oracle({
    acceptors: schedule.config.roles?.acceptors ?? members(schedule.nodes),
    ...(schedule.config.quorums && { system: schedule.config.quorums }),
    order: 'total',
  })
  let first: string | null = null
  playSchedule(schedule, (event) => {
    first ??= oracle.feed(event)[0]?.invariant ?? null
  })
  return first ?? oracle.finish()[0]?.invariant ?? null
}

function members(nodes: number): number[] {
  return Array.from({ length: nodes }, (_, index) => index + 1)
}

describe('mutant by judge', () => {
  it.each(MUTANT_IDS)('%s is first seen as the table says, by hand and by the explorer', (id) => {
    const expected = TABLE[id]
    expect(firstFound(BY_HAND, id)).toBe(expected)
    expect(firstFound(BY_EXPLORER, id)).toBe(expected)
    if (expected === null) expect(MUTANTS[id].breaks).toEqual(['I15'])
    else expect(MUTANTS[id].breaks).toContain(expected)
  })

  it('the catalogue names the judges that have the rule', () => {
    for (const id of MUTANT_IDS) {
      const { judges } = MUTANTS[id]
      expect(judges).toContain('schedule')
      expect(judges).toContain('simulator')
      expect([id, judges.includes('replicas')]).toEqual([id, TABLE[id] !== null])
      // The abstract model shows of M13 only that nothing is ever chosen.
      const isAbstract = ABSTRACT_MUTANTS.some((one) => one === id) && TABLE[id] !== null
      expect([id, judges.includes('abstract')]).toEqual([id, isAbstract])
    }
  })
})
