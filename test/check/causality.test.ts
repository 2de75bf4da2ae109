/** Vector clocks: hand-made cases, and the same order as reachability says on random runs. */
import { describe, expect, it } from 'vitest'
import {
  areConcurrent,
  causalOrder,
  eventStep,
  happenedBefore,
} from '../../src/core/check/causality'
import type { CausalStep, Clocked } from '../../src/core/check/causality'
import { createPrng } from '../../src/core/sim/prng'

interface Named extends CausalStep {
  readonly name: string
}

const step = (name: string, node: number, at: number, more: Partial<CausalStep> = {}): Named => {
  return { name, node, life: 1, at, ...more }
}

function clocked(steps: readonly Named[]) {
  const { order, unmatched } = causalOrder(steps)
  const find = (name: string): Clocked<Named> => order.find((one) => one.step.name === name)!
  return { find, unmatched, names: order.map((one) => one.step.name) }
}

describe('vector clocks', () => {
  it('order what a message joins, and nothing else', () => {
    const { find, unmatched } = clocked([
      step('b2', 2, 2, { receives: 'm' }),
      step('b1', 2, 1),
      step('a1', 1, 1),
      step('a2', 1, 2, { sends: 'm' }),
      step('a3', 1, 3),
    ])
    expect(happenedBefore(find('a1'), find('b2'))).toBe(true)
    expect(happenedBefore(find('b2'), find('a1'))).toBe(false)
    expect(areConcurrent(find('a3'), find('b2'))).toBe(true)
    expect(areConcurrent(find('a1'), find('b1'))).toBe(true)
    expect(happenedBefore(find('a1'), find('a1'))).toBe(false)
    expect(Object.fromEntries(find('b2').clock)).toEqual({ 1: 2, 2: 2 })
    expect(unmatched).toBe(0)
  })

  it('pass through a third node', () => {
    const { find } = clocked([
      step('a', 1, 1, { sends: 'm' }),
      step('b1', 2, 1, { receives: 'm' }),
      step('b2', 2, 2, { sends: 'n' }),
      step('c', 3, 1, { receives: 'n' }),
    ])
    expect(happenedBefore(find('a'), find('c'))).toBe(true)
  })

  it('give a doubled message one past, and a later life all of the earlier one', () => {
    const { find } = clocked([
      step('a', 1, 9, { sends: 'm' }),
      { ...step('a2', 1, 1), life: 2 },
      step('b1', 2, 1, { receives: 'm' }),
      step('b2', 2, 2, { receives: 'm' }),
    ])
    expect(happenedBefore(find('a'), find('a2'))).toBe(true)
    expect(Object.fromEntries(find('b2').clock)).toEqual({ 1: 1, 2: 2 })
  })

  it('count a receipt whose sending is not told, and one in a circle', () => {
    expect(clocked([step('b', 2, 1, { receives: 'lost' })]).unmatched).toBe(1)
    const circle = clocked([
      step('a1', 1, 1, { receives: 'n' }),
      step('a2', 1, 2, { sends: 'm' }),
      step('b1', 2, 1, { receives: 'm' }),
      step('b2', 2, 2, { sends: 'n' }),
    ])
    expect(circle.unmatched).toBe(1)
    expect(circle.names).toHaveLength(4)
  })

  it('read sent and received of events', () => {
    const note = { message: 'nack', ballot: null, slot: 0, count: 0 } as const
    const stamp = { seq: 1, atMs: 0, life: 1, nodeSeq: 1 }
    const sent = eventStep({ ...stamp, by: 1, type: 'sent', to: 2, after: 0, id: 'x', ...note })
    const got = eventStep({ ...stamp, by: 2, type: 'received', from: 1, id: 'x', ...note })
    const { order } = causalOrder([got, sent])
    expect(order.map((one) => one.step.event.type)).toEqual(['sent', 'received'])
  })

  it('agree with reachability on random runs', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const steps = randomRun(seed)
      const { order } = causalOrder(steps)
      const reaches = reachability(steps)
      expect(order).toHaveLength(steps.length)
      const pairs = order.flatMap((a) => order.map((b) => ({ a, b })))
      const wrong = pairs.find(({ a, b }) => {
        return happenedBefore(a, b) !== reaches(a.step.name, b.step.name)
      })
      expect(wrong, `seed ${seed}`).toBeUndefined()
      const isEarly = order.some((late, at) => {
        return order.slice(at + 1).some((next) => happenedBefore(next, late))
      })
      expect(isEarly, `seed ${seed}`).toBe(false)
    }
  })
})

/** Nodes that act, send and receive at random; some messages are lost, some come twice. */
function randomRun(seed: number): Named[] {
  const prng = createPrng(seed)
  const steps: Named[] = []
  const counts = [0, 0, 0, 0]
  const flying: string[] = []
  for (let count = 0; count < 40; count += 1) {
    const node = prng.between(1, 4)
    const at = (counts[node - 1] = counts[node - 1]! + 1)
    const name = `${node}.${at}`
    const what = prng.between(0, 2)
    const id = flying[prng.between(0, Math.max(0, flying.length - 1))]
    if (what === 0) steps.push(step(name, node, at))
    else if (what === 1 || id === undefined) {
      steps.push(step(name, node, at, { sends: name }))
      flying.push(name)
    } else {
      steps.push(step(name, node, at, { receives: id }))
      if (prng.between(0, 2) > 0) flying.splice(flying.indexOf(id), 1)
    }
  }
  // The record's own order says nothing.
  return steps.sort(() => prng.unit() - 0.5)
}

/** By walking the edges: the next step of the same node, and from a sending to its receipts. */
function reachability(steps: readonly Named[]): (from: string, to: string) => boolean {
  const next = new Map<string, string[]>()
  for (const one of steps) {
    const edges = steps.filter(
      (other) =>
        (other.node === one.node && other.at === one.at + 1) ||
        (one.sends !== undefined && other.receives === one.sends),
    )
    next.set(
      one.name,
      edges.map(({ name }) => name),
    )
  }
  const seen = (from: string): Set<string> => {
    const found = new Set<string>()
    const queue = [...(next.get(from) ?? [])]
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (found.has(name)) continue
      found.add(name)
      queue.push(...(next.get(name) ?? []))
    }
    return found
  }
  const all = new Map(steps.map(({ name }) => [name, seen(name)]))
  return (from, to) => all.get(from)?.has(to) === true
}
