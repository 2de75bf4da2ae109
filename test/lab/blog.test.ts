/**
 * The variant "Blog 2014 (as published)" as five real processes, and the schedule of its two
 * acknowledgements, frame by frame at the gate.
 */
import { afterEach, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { allLinks } from '../../src/core/fault'
import type { FrameMatch, Link } from '../../src/core/fault'
import type { PaxosFact } from '../../src/core/paxos/fact'
import type { MessageType } from '../../src/core/paxos/message'
import { EAGER_POLICY } from '../../src/core/paxos/config'
import { clusterLabels } from '../../src/shared/clusterOptions'
import { LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'
import { unsoundClaims } from '../support/soundness'

const WAIT_MS = 20_000
const NODES = [1, 2, 3, 4, 5]
const BLOG = {
  variant: 'blog2014',
  mode: 'single',
  policy: EAGER_POLICY,
  requestDeadlineMs: WAIT_MS,
} as const

let rig: LabRig
afterEach(() => rig.close())

async function start(): Promise<void> {
  rig = new LabRig()
  await rig.start({ nodes: 5, ...BLOG })
}

const only = (...types: MessageType[]): FrameMatch => ({ types })
const set = (node: number, text: string) => rig.lab.command(node, ['SET', 'v', text])

async function hold(links: readonly Link[], ...types: MessageType[]): Promise<string> {
  return await rig.lab.changeLinks(links, { kind: 'hold', match: only(...types), atEnd: 'release' })
}

/** The whole record so far. */
async function record(): Promise<LabEvent[]> {
  const all: LabEvent[] = []
  for (;;) {
    const more = await rig.lab.events(all.length + 1, all.length + 10_000)
    if (more.length === 0) return all
    all.push(...more)
  }
}

/** Facts of nodes, in the order of the record. */
async function factsOf(): Promise<{ readonly node: number; readonly fact: PaxosFact }[]> {
  return (await record()).flatMap((event) =>
    event.type === 'voted' || event.type === 'acknowledged' || event.type === 'learned'
      ? [{ node: event.by, fact: event }]
      : [],
  )
}

async function heldBy(): Promise<(string | undefined)[]> {
  const views = await Promise.all(NODES.map((node) => rig.lab.slots(node, 1, 1)))
  return views.map(([view]) => view?.vote?.text)
}

async function allHold(text: string): Promise<void> {
  await eventually(`all hold ${text}`, async () => {
    return (await heldBy()).every((held) => held === text)
  })
}

/** A is acknowledged by node 1, and none of its accepts has landed; `gate` holds all accepts. */
async function acknowledgeA(): Promise<{ readonly gate: string }> {
  // Node 1's promises come from 2, 3 and 4, and node 5 will not ask the one node that holds A.
  await hold([{ from: 1, to: 5 }], 'blogPrepare')
  await hold([{ from: 5, to: 1 }], 'blogPrepare')
  const gate = await hold(allLinks(NODES), 'blogAccept')
  expect(await set(1, 'A')).toMatchObject({ outcome: 'ok', reply: 'OK' })
  await rig.lab.gateWait(only('blogAccept'), 4, WAIT_MS)
  return { gate }
}

it('runs as five real processes under its own name: writes at one node, reads at another', async () => {
  await start()
  const [started] = await record()
  expect(started).toMatchObject({ type: 'clusterStarted', variant: 'blog2014' })
  expect(clusterLabels({ ...BLOG, mutant: null, flush: true, phases: 'both' })).toEqual([
    'Blog 2014 (as published)',
  ])
  expect(await set(2, 'A')).toMatchObject({ outcome: 'ok' })
  await allHold('SET v A')
  expect(await rig.get(4, 'v')).toBe('"A"')
  expect((await rig.lab.learnerRead(3, 'v')).value).toBe('A')
  expect((await set(4, 'B')).reply).toContain('HELD this node holds "SET v A"')
  expect((await rig.lab.command(4, ['INCR', 'n'])).reply).toContain('the blog variant has no INCR')
  // Storage none: a node that is killed has forgotten everything, and the read takes its word.
  await rig.lab.killNode(4)
  await rig.lab.restartNode(4)
  const [, , , forgotten] = await heldBy()
  expect(forgotten).toBeUndefined()
})

it('S10: the blog variant acknowledges two values', async () => {
  await start()
  const { gate } = await acknowledgeA()
  expect(await set(5, 'B')).toMatchObject({ outcome: 'ok', reply: 'OK' })
  await rig.lab.gateWait(only('blogAccept'), 8, WAIT_MS)
  // A's accepts land first, and all are refused.
  for (const to of [2, 3, 4, 5]) {
    await rig.lab.gateRelease({ kind: 'link', link: { from: 1, to }, count: 10 })
    const refused = await rig.event(`node ${to} refuses A`, (event) => {
      return event.type === 'refused' && event.by === to && event.phase === 2
    })
    expect(refused).toMatchObject({ ballot: { round: 1, node: 1 } })
  }
  await rig.lab.endFault(gate)
  await rig.lab.healAll(false)
  await allHold('SET v B')
  const facts = await eventually('all votes are told', async () => {
    const told = await factsOf()
    return told.filter(({ fact }) => fact.type === 'voted').length >= 6 ? told : null
  })
  const acknowledged = facts.flatMap(({ node, fact }) =>
    fact.type === 'acknowledged' ? [{ node, slot: fact.slot, ids: fact.ids }] : [],
  )
  // No frame joins the two, so the record may hold them in either order.
  expect(acknowledged.sort((a, b) => a.node - b.node)).toEqual([
    { node: 1, slot: 1, ids: ['1.1:1'] },
    { node: 5, slot: 1, ids: ['5.1:1'] },
  ])
  const votesForA = facts.filter(({ fact }) => fact.type === 'voted' && fact.ids[0] === '1.1:1')
  expect(votesForA.map(({ node }) => node)).toEqual([1])
})

it('S10: learned only if chosen is violated, and the live check sees it', async () => {
  await start()
  const { gate } = await acknowledgeA()
  // A reader asks all; node 1, which alone holds A, answers last.
  await hold([{ from: 1, to: 3 }], 'blogHeld')
  const read = rig.get(3, 'v')
  await rig.lab.gateWait(only('blogHeld'), 1, WAIT_MS)
  // Links keep order: who has answered this second read has answered the first.
  await eventually('the others have answered', async () => {
    const { replies } = await rig.lab.learnerRead(3, 'v')
    return [2, 4, 5].every((node) => replies.some((reply) => reply.node === node))
  })
  await rig.lab.gateRelease({ kind: 'match', match: only('blogHeld'), count: 1 })
  expect(await read).toBe('"A"')
  expect(await set(5, 'B')).toMatchObject({ outcome: 'ok' })
  await rig.lab.gateWait(only('blogAccept'), 8, WAIT_MS)
  await rig.lab.endFault(gate)
  await rig.lab.healAll(false)
  await allHold('SET v B')
  for (const invariant of ['I8', 'I11']) {
    await rig.event(
      invariant,
      (event) => event.type === 'violated' && event.invariant === invariant,
    )
  }
  const unsound = unsoundClaims(await factsOf(), NODES.length)
  // No frame joins this read to the votes for B: what is chosen by then, the record may hold first.
  const claims = unsound.map(({ node, what, id }) => ({ node, what, id }))
  expect(claims).toContainEqual({ node: 3, what: 'learned', id: '1.1:1' })
  expect(claims).toContainEqual({ node: 1, what: 'acknowledged', id: '1.1:1' })
})
