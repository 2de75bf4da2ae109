/**
 * S31 under constant change: the network is partitioned anew every two seconds (a majority, a
 * bridge, a ring of overlapping majorities). Nobody who reaches a quorum, directly or through a
 * peer, waits much longer than an election. With every fifth message lost as well, the same holds
 * for majorities: there each retry that is lost adds its period, and a path over a peer more.
 *
 * Units: ticks of 5 ms. `PAXOS_SEEDS=100` plays more.
 */
import { expect, it } from 'vitest'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import type { ElectionPolicy } from '../../src/core/paxos/config'
import { CoreCluster } from '../support/coreCluster'

const SEEDS = Number(process.env['PAXOS_SEEDS'] ?? 6)
const SPAN_TICKS = 400
const WAIT_TICKS_MAX = 400

type Shape = (c: CoreCluster, order: readonly number[]) => readonly number[]

/** Each cuts links and answers who can still be served. */
const SHAPES: readonly Shape[] = [
  (c, order) => {
    c.partition(order.slice(0, 3), order.slice(3))
    return order.slice(0, 3)
  },
  (c, order) => {
    c.partition(order.slice(0, 3), order.slice(2))
    return order
  },
  (c, order) => {
    // Each node reaches its two neighbours only: five different majorities.
    order.forEach((from, i) => {
      for (const far of [2, 3]) c.cut(from, order[(i + far) % 5] ?? from)
    })
    return order
  },
]

/** The longest time that a request of a node which could be served went unanswered. */
function longestWait(
  seed: number,
  policy: ElectionPolicy,
  drop: number,
  shapes: readonly Shape[],
): number {
  const c = new CoreCluster({
    nodes: 5,
    seed: seed * 7919,
    delay: [1, 2],
    drop,
    config: { policy, resendTicks: 12 },
  })
  c.run(300)
  let worst = 0
  for (let span = 0; span < 30; span += 1) {
    c.heal()
    const order = shuffled(c)
    const served = shapes[span % shapes.length]?.(c, order) ?? []
    const since = c.now
    const open = new Map<number, { readonly node: number; readonly at: number }>()
    while (c.now < since + SPAN_TICKS) {
      for (const node of served) open.set(c.request(node, 'INCR', 'n'), { node, at: c.now })
      c.run(20)
      for (const [tag, { node, at }] of open) {
        if (c.reply(node, tag) !== undefined) open.delete(tag)
        else worst = Math.max(worst, c.now - at)
      }
    }
  }
  return worst
}

function shuffled(c: CoreCluster): number[] {
  return c.members
    .map((node) => ({ node, key: c.random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ node }) => node)
}

it.each([
  ['no loss', 0, SHAPES],
  ['every fifth message lost', 0.2, SHAPES.slice(0, 1)],
] as const)('S31: re-partitioned every 2 s, %s: no wait above 2 s', (_name, drop, shapes) => {
  const policy = { ...LEADER_POLICY, quorumAware: true } as ElectionPolicy
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const wait = longestWait(seed, policy, drop, shapes)
    if (process.env['PAXOS_SHOW'] !== undefined) console.log(drop, seed, wait * 5)
    expect([seed, wait < WAIT_TICKS_MAX]).toEqual([seed, true])
  }
})
