/**
 * The demonstration of the blog variant: two clients are told success for two values of one slot.
 * The same schedule on Lamport's machine, and all schedules of two writes at three nodes.
 */
import { describe, expect, it } from 'vitest'
import type { MessageType } from '../../src/core/paxos/message'
import { EAGER_POLICY } from '../../src/core/paxos/config'
import { HandNet } from '../support/handNet'
import type { Flying } from '../support/handNet'
import { unsoundClaims } from '../support/soundness'

const OK = '+OK\r\n'
const BLOG = { variant: 'blog2014', mode: 'single' } as const
const LAMPORT = { variant: 'lamport', mode: 'single', policy: EAGER_POLICY } as const

type Names = Readonly<Record<'prepare' | 'promise' | 'accept', MessageType>>
const BLOG_NAMES: Names = { prepare: 'blogPrepare', promise: 'blogPromise', accept: 'blogAccept' }
const OURS: Names = { prepare: 'prepare', promise: 'promise', accept: 'accept' }

/** Node 1 gathers promises of 2, 3, 4 for A; then node 5 theirs for B; then A's accepts land. */
function playSchedule(net: HandNet, names: Names): { readonly a: number; readonly b: number } {
  const a = net.request(1, 'SET', 'v', 'A')
  net.deliver(names.prepare, [1], [2, 3, 4])
  net.deliver(names.promise, [2, 3, 4], [1])
  const b = net.request(5, 'SET', 'v', 'B')
  net.deliver(names.prepare, [5], [2, 3, 4])
  net.deliver(names.promise, [2, 3, 4], [5])
  net.deliver(names.accept, [1], [2, 3, 4, 5])
  net.deliverAll()
  return { a, b }
}

const heldBy = (net: HandNet) =>
  net.members.map((node) => net.machine(node).slots(1, 1)[0]?.vote?.text ?? null)

describe('S10: two acknowledgements at five nodes', () => {
  it('blog variant: clients of nodes 1 and 5 are told success for A and for B; all end with B', () => {
    const net = new HandNet(5, BLOG)
    const { a, b } = playSchedule(net, BLOG_NAMES)
    expect([net.resp(a), net.resp(b)]).toEqual([OK, OK])
    expect(heldBy(net)).toEqual(Array(5).fill('SET v B'))
    const acknowledged = net.factsOf('acknowledged').map(({ by, slot, ids }) => [by, slot, ...ids])
    expect(acknowledged).toEqual([
      [1, 1, '1.1:1'],
      [5, 1, '5.1:1'],
    ])
    const refused = net.factsOf('refused').filter(({ phase }) => phase === 2)
    expect(refused.map(({ by }) => by)).toEqual([2, 3, 4, 5])
    // The promises that node 5 used told it of no value.
    const promises = net.messages('blogPromise').filter(({ number }) => number === 5)
    expect(promises.slice(0, 3).map(({ value }) => value)).toEqual([null, null, null])
  })

  it('blog variant: by the votes A is never chosen, so its acknowledgement is unsound', () => {
    const net = new HandNet(5, BLOG)
    playSchedule(net, BLOG_NAMES)
    const early = unsoundClaims(net.facts, 5).map(({ node, id }) => [node, id])
    expect(early).toContainEqual([1, '1.1:1'])
    const votesForA = net.factsOf('voted').filter(({ ids }) => ids.includes('1.1:1'))
    expect(votesForA.map(({ by }) => by)).toEqual([1])
  })

  it("Lamport's machine: the same schedule has one value and tells nobody else success", () => {
    const net = new HandNet(5, LAMPORT)
    const { a, b } = playSchedule(net, OURS)
    expect(net.resp(b)).toBe(OK)
    expect(net.resp(a)).toBe('-CHOSEN already: SET v B\r\n')
    const chosen = net.factsOf('chosen').flatMap(({ ids }) => ids)
    expect(new Set(chosen)).toEqual(new Set(['5.1:1']))
    expect(unsoundClaims(net.facts, 5)).toEqual([])
  })
})

/** A schedule is the list of choices that made it: a request begins, or a flying message lands. */
type Choice = { readonly begin: number } | { readonly land: string }

interface Search {
  readonly states: number
  /** The first schedule found in which two clients were told success for different values. */
  readonly found: readonly Choice[] | null
}

/** Every order of beginnings and arrivals, each state once. `writers` begin in their order. */
function explore(nodes: number, writers: readonly (readonly [number, string])[]): Search {
  const seen = new Set<string>()
  const stack: Choice[][] = [[]]
  for (let path = stack.pop(); path !== undefined; path = stack.pop()) {
    const net = replay(nodes, writers, path)
    const key = stateOf(net)
    if (seen.has(key)) continue
    seen.add(key)
    const values = new Set(net.factsOf('acknowledged').flatMap(({ ids }) => ids))
    if (values.size > 1) return { states: seen.size, found: path }
    for (const choice of choices(net, writers, path)) stack.push([...path, choice])
  }
  return { states: seen.size, found: null }
}

function replay(
  nodes: number,
  writers: readonly (readonly [number, string])[],
  path: readonly Choice[],
): HandNet {
  const net = new HandNet(nodes, BLOG)
  for (const choice of path) {
    if ('begin' in choice) {
      const [node, text] = writers[choice.begin]!
      net.request(node, 'SET', 'v', text)
      continue
    }
    const one = net.flying.find((flying) => nameOf(flying) === choice.land)
    if (one !== undefined) net.deliverOne(one)
  }
  return net
}

function choices(
  net: HandNet,
  writers: readonly (readonly [number, string])[],
  path: readonly Choice[],
): Choice[] {
  const begun = new Set(path.flatMap((choice) => ('begin' in choice ? [choice.begin] : [])))
  const begins = writers.flatMap(([node], begin) => {
    const isNext = writers.every(([other], at) => other !== node || at >= begin || begun.has(at))
    return begun.has(begin) || !isNext ? [] : [{ begin }]
  })
  return [...begins, ...[...new Set(net.flying.map(nameOf))].map((land) => ({ land }))]
}

const nameOf = ({ from, to, message }: Flying): string => `${from}>${to} ${JSON.stringify(message)}`

/** All that can still matter: the machines' memories, what flies, and who was told success. */
function stateOf(net: HandNet): string {
  const memories = [...net.machines.values()].map((machine) =>
    JSON.stringify(machine, (name, value: unknown) => {
      if (name === 'out' || name === 'config' || name === 'reads') return undefined
      return value instanceof Set ? [...value].sort() : value
    }),
  )
  const told = [...net.replies.keys()].sort()
  const acknowledged = net.factsOf('acknowledged').map(({ ids }) => ids)
  return JSON.stringify([memories, net.flying.map(nameOf).sort(), told, acknowledged])
}

describe('three nodes: the odd quorum needs all of them', () => {
  it.each([
    [1, 2, 450],
    [1, 3, 501],
    [2, 3, 501],
  ])('one write each at nodes %i and %i, %i states: never two successes', (a, b, states) => {
    const search = explore(3, [
      [a, 'A'],
      [b, 'B'],
    ])
    expect(search).toEqual({ states, found: null })
  })
})

it('the search can find two successes: four nodes, whose quorum is three', () => {
  const writers = [
    [1, 'A'],
    [4, 'B'],
  ] as const
  expect(explore(4, writers).found).not.toBeNull()
})

it('three nodes, and a second write under the same number: late promises make two successes', () => {
  const writers = [
    [1, 'A'],
    [2, 'B'],
    [1, 'C'],
  ] as const
  const { found } = explore(3, writers)
  expect(found).not.toBeNull()
})
