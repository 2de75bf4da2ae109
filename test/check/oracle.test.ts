/** The oracle as a whole: right runs, views, what lost facts do to them, and I8. */
import { describe, expect, it } from 'vitest'
import { INVARIANT_IDS, SOMETIMES_ID } from '../../src/core/check/views'
import { EAGER_POLICY, LEADER_POLICY } from '../../src/core/paxos/config'
import { createPrng } from '../../src/core/sim/prng'
import { CoreCluster } from '../support/coreCluster'
import {
  applied,
  choose,
  chosen,
  eventsOf,
  judge,
  judgeEvents,
  learned,
  TOTAL,
  voted,
} from '../support/oracleRun'
import type { Line } from '../support/oracleRun'
import { nodesTo } from '../support/paxos'

const FIVE = { acceptors: nodesTo(5) }

function randomRun(seed: number, policy: typeof LEADER_POLICY | typeof EAGER_POLICY): Line[] {
  const c = new CoreCluster({ nodes: 5, seed, delay: [1, 6], drop: 0.05, config: { policy } })
  for (let i = 0; i < 30; i += 1) {
    c.run(25)
    const node = 1 + Math.floor(c.random() * 5)
    if (!c.isAlive(node)) c.restart(node)
    else if (c.random() < 0.1) c.kill(node)
    if (c.random() < 0.1) c.partition([1, 2], [3, 4, 5])
    if (c.random() < 0.3) c.heal()
    c.request(node, 'INCR', 'n')
  }
  return c.facts.map(({ node, fact, life }) => [node, fact, life])
}

/** Another order of arrival: that of each node is kept. */
function interleaved(lines: readonly Line[], seed: number): Line[] {
  const random = createPrng(seed, 0)
  const queues = nodesTo(5).map((node) => lines.filter(([by]) => by === node))
  const mixed: Line[] = []
  while (queues.some((queue) => queue.length > 0)) {
    const queue = queues[Math.floor(random.unit() * queues.length)]
    mixed.push(...(queue?.splice(0, 1 + Math.floor(random.unit() * 30)) ?? []))
  }
  return mixed
}

/** Each kill takes the last facts of that life with it: nobody is ever told of them. */
function withoutLast(lines: readonly Line[], count: number): Line[] {
  const key = ([by, , life]: Line): string => `${by}.${life ?? 1}`
  const lastLife = new Map(lines.map(([by, , life]) => [by, life ?? 1]))
  return lines.filter((line, index) => {
    if (lastLife.get(line[0]) === (line[2] ?? 1)) return true
    const rest = lines.slice(index + 1).filter((later) => key(later) === key(line))
    return rest.length >= count
  })
}

describe('a right run', () => {
  it.each([
    ['leader', LEADER_POLICY],
    ['eager', EAGER_POLICY],
  ] as const)('under policy %s, with kills and partitions, holds', (_name, policy) => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const lines = randomRun(seed, policy)
      const inOrder = judge(lines, { ...FIVE, ...TOTAL })
      expect(inOrder.words, `seed ${seed}`).toEqual([])
      expect(inOrder.oracle.chosenSlots).toBeGreaterThan(0)
      const anyOrder = judge(interleaved(lines, seed), FIVE)
      expect(anyOrder.words, `seed ${seed}, interleaved`).toEqual([])
      const lossy = judge(interleaved(withoutLast(lines, 5), seed), FIVE)
      expect(lossy.words, `seed ${seed}, facts lost by kills`).toEqual([])
    }
  })

  it('says how much it saw, never that it is proven', () => {
    const { oracle } = judge(choose('a:1'))
    expect(oracle.chosenSlots).toBe(1)
    for (const { id, state, words } of oracle.views()) {
      if (state === 'holds' && id !== SOMETIMES_ID) expect(words).toBe('No violation in 2 events')
      expect(['holds', 'idle']).toContain(state)
    }
    const held = oracle.views().filter(({ state }) => state === 'holds')
    expect(held.map(({ id }) => id)).toEqual(['I1', 'I2', 'I3', 'I4', 'I5', 'I8', SOMETIMES_ID])
  })

  it('has a view for each invariant, and one for what must happen sometimes', () => {
    const ids = judge([])
      .oracle.views()
      .map(({ id }) => id)
    expect(ids).toEqual([...INVARIANT_IDS, SOMETIMES_ID])
    expect(ids).toHaveLength(16)
  })

  it('an empty run does not pass: nothing was chosen', () => {
    const { oracle } = judge([[1, voted(1, 1, 'a:1')]])
    expect(new Set(oracle.views().map(({ state }) => state))).toEqual(new Set(['idle']))
  })

  it('claims of nodes choose nothing', () => {
    expect(judge([[1, chosen(1, 1, 'a:1')]]).oracle.chosenSlots).toBe(0)
  })
})

describe('lost facts', () => {
  it('leave not enough data, but what breaks is still seen', () => {
    const { found, state } = judge([
      ...choose('a:1'),
      [3, { type: 'factsDropped', count: 4 }],
      [3, learned('b:1')],
    ])
    expect(found).toEqual(['I8', 'I10'])
    expect(state('I8')).toBe('violated')
    for (const id of INVARIANT_IDS) {
      if (!found.includes(id)) expect(state(id)).toBe('notEnoughData')
    }
  })

  it('of the record itself explain whatever is missing, and no contradiction', () => {
    const { oracle } = judge([])
    oracle.noteLoss(1)
    const lines: Line[] = [[1, chosen(1, 1, 'a:1')], ...choose('b:1')]
    const found = eventsOf(lines).flatMap((event) => oracle.feed(event))
    expect([...found, ...oracle.finish()].map(({ invariant }) => invariant)).toEqual(['I8'])
  })

  it('of the record itself count as lost', () => {
    const { oracle, state } = judge(choose('a:1'))
    oracle.noteLoss(7)
    expect(state('I1')).toBe('notEnoughData')
    expect(oracle.views()[0]?.evidence).toEqual([7])
  })
})

describe('I8', () => {
  it('two majorities for two values (mutants M5 to M7)', () => {
    const lines: Line[] = [...choose('a:1'), [2, voted(2, 2, 'b:1')], [3, voted(2, 2, 'b:1')]]
    const { found, words } = judge(lines)
    expect(found).toEqual(['I8'])
    expect(words[0]).toBe(
      'slot 1 has two chosen values: a:1 (voted by N1, N2 at 1.1) and b:1 (voted by N2, N3 at 2.2)',
    )
  })

  it('several proposals may be chosen in one slot, if they carry one value', () => {
    const again: Line[] = [
      [1, voted(2, 2, 'a:1')],
      [3, voted(2, 2, 'a:1')],
    ]
    expect(judge([...choose('a:1'), ...again]).found).toEqual([])
  })

  it('votes of different ballots do not add up (mutant M14 would say chosen)', () => {
    const { oracle } = judge([
      [1, voted(1, 1, 'a:1')],
      [2, voted(3, 1, 'a:1')],
    ])
    expect(oracle.chosenSlots).toBe(0)
  })

  it('two nodes learned different values, whatever was voted', () => {
    const { found } = judge([
      [1, learned('a:1')],
      [2, learned('b:1')],
    ])
    expect(found).toContain('I8')
    expect(judge([[1, learned('a:1')], [2, learned('a:1')], ...choose('a:1')]).found).toEqual([])
  })
})

describe('I12', () => {
  const known: readonly Line[] = [...choose('a:1'), [1, learned('a:1')], [2, learned('a:1')]]

  it('different digests at one slot (mutant M17)', () => {
    const { found, words } = judge([...known, [1, applied(1, 'aa')], [2, applied(1, 'bb')]])
    expect(found).toEqual(['I12'])
    expect(words[0]).toBe('N1 and N2 applied through slot 1 with different digests aa and bb')
  })

  it('a snapshot counts like what was applied', () => {
    const installed = { type: 'snapshotInstalled', through: 1, digest: 'bb', from: 1 } as const
    expect(judge([...known, [1, applied(1, 'aa')], [3, installed]]).found).toEqual(['I12'])
    const same = { ...installed, digest: 'aa' }
    expect(judge([...known, [1, applied(1, 'aa')], [3, same]]).found).toEqual([])
  })
})

it('I14 comes from the judge of histories', () => {
  const { oracle, state } = judge(choose('a:1'))
  expect(state('I14')).toBe('idle')
  expect(oracle.setHistory({ verdict: 'valid', words: '9 operations' })).toEqual([])
  expect(state('I14')).toBe('holds')
  oracle.setHistory({ verdict: 'unknown', words: 'out of budget' })
  expect(state('I14')).toBe('notEnoughData')
  const found = oracle.setHistory({ verdict: 'violated', words: 'a read of 1 after 2' })
  expect(found).toMatchObject([{ invariant: 'I14', words: 'a read of 1 after 2' }])
  expect(state('I14')).toBe('violated')
})

it('each invariant is told once, with the events that show it', () => {
  const events = eventsOf([...choose('a:1'), [1, learned('b:1')], [2, learned('c:1')]])
  const { oracle, found } = judgeEvents(events)
  // Nobody can have chosen b: that is said, too, when no vote can come any more.
  expect(found).toEqual(['I8', 'I10'])
  expect(oracle.views().find(({ id }) => id === 'I8')?.evidence).toEqual([1, 2, 3])
})
