/** Single decree: a read at a node that has not learned the value (PMS §2.3; protocol row S1). */
import { describe, expect, it } from 'vitest'
import { EXPONENTIAL_POLICY } from '../../src/core/paxos/config'
import { CoreCluster } from '../support/coreCluster'
import { runAnswered } from '../support/paxos'

const SINGLE = { mode: 'single', policy: EXPONENTIAL_POLICY } as const
const TICKS_MAX = 2000

function ask(c: CoreCluster, node: number, ...args: string[]): string {
  const tag = c.request(node, ...args)
  c.run(TICKS_MAX, () => c.reply(node, tag) !== undefined)
  const reply = c.reply(node, tag)
  return reply?.outcome === 'done' ? reply.resp : (reply?.outcome ?? 'no reply')
}

describe('a read in single-decree mode', () => {
  it('finds what was acknowledged at any node, at once and at every node', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      for (const reader of [1, 2, 3]) {
        const c = new CoreCluster({ seed, delay: [1, 1 + (seed % 5)], config: SINGLE })
        expect(ask(c, 2, 'SET', 'k', '1')).toBe('+OK\r\n')
        expect([seed, reader, ask(c, reader, 'GET', 'k')]).toEqual([seed, reader, '$1\r\n1\r\n'])
      }
    }
  })

  it('answers nothing where a quorum knows nothing, and proposes nothing for it', () => {
    const c = new CoreCluster({ config: SINGLE })
    expect(ask(c, 1, 'GET', 'k')).toBe('$-1\r\n')
    expect(ask(c, 2, 'MGET', 'k', 'j')).toBe('*2\r\n$-1\r\n$-1\r\n')
    expect(ask(c, 3, 'DBSIZE')).toMatch(/^-UNDETERMINED .* only reads that name keys ask others/)
    expect(c.machine(1).status()).toMatchObject({ bids: 0, votedThrough: 0, waiting: 0 })
  })

  it('answers a read of mode log in the same way', () => {
    const c = new CoreCluster({ config: SINGLE })
    for (const value of [null, '1']) {
      if (value !== null) expect(ask(c, 2, 'SET', 'k', value)).toBe('+OK\r\n')
      const tag = c.read(3, 'k', 'log')
      c.run(TICKS_MAX, () => c.readAnswer(3, tag) !== undefined)
      expect(c.readAnswer(3, tag)).toMatchObject({ verdict: 'chosen', value })
    }
  })

  it('guesses nothing without a quorum, and is over at its deadline', () => {
    const c = new CoreCluster({ config: SINGLE })
    c.partition([1], [2, 3])
    expect(ask(c, 1, 'GET', 'k')).toMatch(/^-UNDETERMINED 1 of 3 nodes answered/)
    const tag = c.request(1, 'GET', 'k')
    c.run(1)
    expect(c.reply(1, tag)).toBeUndefined()
    c.step(1, { type: 'abandon', tags: [tag] })
    const resp = '-UNDETERMINED not answered in time\r\n'
    expect(c.reply(1, tag)).toEqual({ tag, outcome: 'done', resp })
  })

  it('is answered by what the node learns itself while it asks', () => {
    const c = new CoreCluster({ config: SINGLE })
    c.partition([1, 2], [3])
    const write = c.request(1, 'SET', 'k', '1')
    expect(runAnswered(c, [[1, write]])).toBe(true)
    // No third answer comes: without what it learned it would wait for its timer.
    expect(ask(c, 2, 'GET', 'k')).toBe('$1\r\n1\r\n')
    expect(ask(c, 2, 'STRLEN', 'k')).toBe(':1\r\n')
  })
})
