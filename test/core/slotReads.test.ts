/** Reads of a slot whose value went into a snapshot, and reads that ask nobody. */
import { describe, expect, it } from 'vitest'
import { READ_MODES } from '../../src/core/kv/readMode'
import type { ReadMode } from '../../src/core/kv/readMode'
import { LEASE_POLICY } from '../../src/core/paxos/config'
import { CoreCluster } from '../support/coreCluster'
import { runAnswered } from '../support/paxos'

let tags = 900_000

function readSlot(c: CoreCluster, node: number, slot: number, mode: ReadMode) {
  tags += 1
  const tag = tags
  c.step(node, { type: 'read', tag, subject: { kind: 'slot', slot }, mode })
  c.run(2000, () => c.readAnswer(node, tag) !== undefined)
  return c.readAnswer(node, tag)
}

function written(count: number): CoreCluster {
  const config = { policy: LEASE_POLICY, snapshotSlots: 10, tailSlots: 4 }
  const c = new CoreCluster({ config })
  expect(c.run(2000, () => c.leaders().length === 1)).toBe(true)
  const leader = c.leaders()[0] ?? 0
  for (let value = 1; value <= count; value += 1) {
    expect(runAnswered(c, [[leader, c.request(leader, 'SET', 'n', String(value))]])).toBe(true)
  }
  c.run(200)
  return c
}

describe('a slot below a snapshot', () => {
  const modes = READ_MODES.filter((mode) => mode !== 'valueMajority')

  it.each(modes)('read by %s is chosen, has no value, and says why', (mode) => {
    const c = written(30)
    for (const node of c.members) {
      const answer = readSlot(c, node, 3, mode)
      expect(answer).toMatchObject({ verdict: 'chosen', value: null })
      expect(answer?.reason).toMatch(/^slot 3 is chosen; its value is no longer kept/)
      const last = c.machine(node).status().appliedThrough
      expect(readSlot(c, node, last, mode)).toMatchObject({ value: 'SET n 30', reason: '' })
    }
  })

  it('is no value that could be counted', () => {
    const answer = readSlot(written(30), 1, 3, 'valueMajority')
    expect(answer).toMatchObject({ verdict: 'undetermined', value: null })
  })
})

describe('a local read', () => {
  it('of a slot that this node knows nothing of is undetermined', () => {
    const answer = readSlot(written(3), 1, 99, 'local')
    expect(answer).toMatchObject({ verdict: 'undetermined', value: null })
    expect(answer?.reason).toBe('this node does not know slot 99 to be chosen')
  })

  it('asks nobody: it is answered in the same step, also without the others', () => {
    const c = written(3)
    c.partition([1], [2], [3])
    for (const node of c.members) {
      expect(c.readAnswer(node, c.read(node, 'n', 'local'))?.value).toBe('3')
    }
  })
})
