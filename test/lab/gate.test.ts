/** The gate on real processes: single frames are held, seen, ordered, and the protocol holds. */
import { afterEach, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { allLinks } from '../../src/core/fault'
import type { FrameMatch, Link } from '../../src/core/fault'
import { formatBallot } from '../../src/core/paxos/ballot'
import { EAGER_POLICY } from '../../src/core/paxos/config'
import type { ElectionPolicy } from '../../src/core/paxos/config'
import type { MessageType } from '../../src/core/paxos/message'
import { parseScenario } from '../../src/shared/experiment'
import { LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'

const WAIT_MS = 20_000
/** One resend period is then longer than a test: what is counted was sent once. */
const SLOW_TICK_MS = 100
const FIXED: ElectionPolicy = { kind: 'backoff', backoff: { kind: 'fixed', ticks: 4 } }

let rig: LabRig
const open = (...args: ConstructorParameters<typeof LabRig>): LabRig => (rig = new LabRig(...args))
afterEach(() => rig.close())

async function hold(links: readonly Link[], match: FrameMatch): Promise<string> {
  return await rig.lab.changeLinks(links, { kind: 'hold', match, atEnd: 'release' })
}

const only = (...types: MessageType[]): FrameMatch => ({ types })

/** Asked of the node itself: a status line may be a quarter of a second old. */
async function appliedNow(node: number): Promise<number> {
  const slots = await rig.lab.slots(node, 1, 200)
  return slots.filter(({ state }) => state === 'applied').length
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

function facts<T extends LabEvent['type']>(events: readonly LabEvent[], type: T) {
  return events.filter((event): event is Extract<LabEvent, { type: T }> => event.type === type)
}

it('S5: prepare goes to all others, once each, and the own promise needs no frame', async () => {
  open()
  await rig.start({ nodes: 5, policy: EAGER_POLICY, tickMs: SLOW_TICK_MS })
  await hold(allLinks([1, 2, 3, 4, 5]), only('prepare'))
  await rig.lab.startElection(1)
  const { frames } = await rig.lab.gateWait(only('prepare'), 4, WAIT_MS)
  const bid = await rig.event('its bid', (event) => event.type === 'bid')
  const promise = await rig.event('its own promise', ({ type }) => type === 'promised')
  const links = frames.map(({ link }) => link).sort((a, b) => a.to - b.to)
  expect(links).toEqual([2, 3, 4, 5].map((to) => ({ from: 1, to })))
  const ballot = bid.type === 'bid' ? bid.ballot : null
  for (const frame of frames) expect(frame.ballot).toEqual(ballot)
  // No frame has left the gate, and yet one node has promised: the bidder itself.
  expect(promise).toMatchObject({ by: 1, ballot })
  expect(facts(await record(), 'promised')).toHaveLength(1)
  expect(await rig.lab.gateList({})).toMatchObject({ total: 4 })
  const text = JSON.parse(await rig.lab.gateInspect(frames[0]?.id ?? 0))
  expect(text).toMatchObject({ type: 'prepare', ballot })
  await rig.lab.gateRelease({ kind: 'all' })
  const elected = await rig.event('elected', ({ type }) => type === 'elected')
  expect(elected).toMatchObject({ by: 1, ballot, witnesses: expect.arrayContaining([1]) })
})

it('S5: a prepare to a dead node does not block the bid', async () => {
  open()
  await rig.start({ nodes: 3, policy: EAGER_POLICY })
  await rig.lab.killNode(3)
  await hold([{ from: 1, to: 2 }], only('prepare'))
  const write = rig.lab.command(1, ['SET', 'k', 'v'])
  const { frames } = await rig.lab.gateWait(only('prepare'), 1, WAIT_MS)
  expect(frames[0]).toMatchObject({ link: { from: 1, to: 2 }, slot: 1 })
  await rig.lab.healAll(false)
  expect(await write).toMatchObject({ outcome: 'ok' })
  const elected = await rig.event('elected', ({ type }) => type === 'elected')
  expect(elected).toMatchObject({ by: 1, witnesses: [1, 2] })
})

it('S29: k+1 is chosen before k, and is not applied until k is', async () => {
  open()
  await rig.start({ nodes: 3, requestDeadlineMs: WAIT_MS })
  await rig.lead(1)
  await rig.write(1, 'first', '1')
  const through = await appliedNow(1)
  const k = through + 1
  const match: FrameMatch = { types: ['accepted'], slotFrom: k, slotTo: k }
  const fault = await hold(allLinks([1, 2, 3]), match)
  const before = rig.lab.command(1, ['SET', 'a', 'before'])
  await rig.lab.gateWait(match, 2, WAIT_MS)
  const after = rig.lab.command(1, ['SET', 'a', 'after'])
  const early = await rig.event(`slot ${k + 1} is chosen`, (event) => {
    return event.type === 'chosen' && event.by === 1 && event.slot === k + 1
  })
  expect((await rig.lab.slots(1, k, 2)).map(({ state }) => state)).toEqual(['voted', 'chosen'])
  expect(await appliedNow(1)).toBe(through)
  await rig.lab.endFault(fault)
  expect(await before).toMatchObject({ outcome: 'ok' })
  expect(await after).toMatchObject({ outcome: 'ok' })
  expect(await rig.get(2, 'a')).toBe('"after"')
  const own = await eventually('node 1 has told of all', async () => {
    const events = (await record()).filter(({ by }) => by === 1)
    return facts(events, 'applied').some((event) => event.through > k) ? events : null
  })
  const late = facts(own, 'chosen').find(({ slot }) => slot === k)
  expect(late?.seq).toBeGreaterThan(early.seq)
  const applied = facts(own, 'applied').find((event) => event.through > through)
  expect(applied?.seq).toBeGreaterThan(late?.seq ?? Infinity)
  expect((await rig.logsEqual()).checks.map(({ state }) => state)).not.toContain('violated')
})

it('S22: two believers, and one value per slot', async () => {
  open()
  await rig.start({ nodes: 3, requestDeadlineMs: WAIT_MS })
  await rig.lead(1)
  await rig.write(1, 'k', 'before')
  await rig.logsEqual()
  const ofOld = allLinks([1, 2, 3]).filter(({ from, to }) => from === 1 || to === 1)
  const fault = await hold(ofOld, {})
  const fresh = await rig.leader([2, 3])
  const believers = await eventually('both believe', async () => {
    const { nodes } = await rig.status()
    const leading = nodes.filter(({ status }) => status?.role === 'leading')
    return leading.length === 2 ? leading.map(({ node }) => node) : null
  })
  expect(believers).toEqual([1, fresh])
  const oldBallot = (await rig.node(1)).status?.ballot
  const lonely = rig.lab.command(1, ['SET', 'k', 'old'])
  const accepts: FrameMatch = { types: ['accept'], ballotNode: 1 }
  const { frames } = await rig.lab.gateWait(accepts, 2, WAIT_MS)
  await rig.write(fresh, 'k', 'fresh')
  const slot = frames[0]?.slot ?? 0
  await rig.lab.gateRelease({ kind: 'match', match: accepts, count: 1000 })
  for (const by of [2, 3]) {
    const refused = await rig.event(`node ${by} refuses it`, (event) => {
      return event.type === 'refused' && event.by === by && event.phase === 2
    })
    expect(refused).toMatchObject({ ballot: oldBallot })
  }
  // It still believes: nobody could tell it. Nothing of it was chosen.
  expect((await rig.node(1)).status?.role).toBe('leading')
  await rig.lab.endFault(fault)
  expect((await lonely).outcome).toBe('ok')
  const healed = await rig.logsEqual()
  expect(new Set(healed.nodes.map(({ status }) => status?.digest)).size).toBe(1)
  expect(healed.checks.map(({ state }) => state)).not.toContain('violated')
  const values = await Promise.all([1, 2, 3].map((node) => rig.lab.slots(node, slot, 1)))
  expect(new Set(values.map(([view]) => view?.chosen?.id)).size).toBe(1)
  expect(values[0]?.[0]?.chosen?.text).toContain('fresh')
})

it('acts at the gate are events; frames are doubled, dropped and reordered by hand', async () => {
  open()
  await rig.start({ nodes: 3, policy: EAGER_POLICY, tickMs: SLOW_TICK_MS })
  const links = [{ from: 1, to: 2 }]
  const fault = await hold(links, only('prepare'))
  await rig.lab.startElection(1)
  await rig.lab.gateWait({}, 1, WAIT_MS)
  await rig.lab.startElection(1)
  const { frames } = await rig.lab.gateWait({}, 2, WAIT_MS)
  const [older, newer] = frames
  if (older === undefined || newer === undefined) throw new Error('two frames wait')
  const copies = await rig.lab.gateDuplicate({ kind: 'ids', ids: [newer.id] })
  expect(copies.frames).toMatchObject([{ ballot: newer.ballot, link: links[0] }])
  await rig.lab.gateDrop({ kind: 'ids', ids: copies.frames.map(({ id }) => id) })
  // The newer one first: the older is refused then, as P1a says.
  await rig.lab.gateRelease({ kind: 'ids', ids: [newer.id, older.id] })
  const refused = await rig.event('a refusal', ({ type }) => type === 'refused')
  expect(refused).toMatchObject({ by: 2, ballot: older.ballot, promised: newer.ballot })
  await expect(rig.lab.gateDrop({ kind: 'ids', ids: [older.id] })).rejects.toMatchObject({
    code: 'badArgument',
    message: `no frame ${older.id} waits at the gate`,
  })
  const late = rig.lab.gateWait({}, 1, 0)
  await expect(late).rejects.toMatchObject({ code: 'timedOut' })
  const told = await eventually('all is told', async () => {
    const acts = (await record()).filter(({ type }) => type.startsWith('frame'))
    return acts.length === 6 ? acts : null
  })
  expect(told.map((event) => ('frame' in event ? [event.type, event.frame.id] : []))).toEqual([
    ['frameHeld', older.id],
    ['frameHeld', newer.id],
    ['frameHeld', copies.frames[0]?.id],
    ['frameDropped', copies.frames[0]?.id],
    ['frameReleased', newer.id],
    ['frameReleased', older.id],
  ])
  expect(told[0]).toMatchObject({
    by: 'lab',
    frame: { link: links[0], message: 'prepare', ballot: older.ballot, fault },
  })
})

it('a scenario holds, waits for and releases frames', async () => {
  const text = `
version: 1
name: held-prepare
title: A prepare waits
summary: One prepare waits at the gate until it is released.
seconds: 5
level: basic
cluster: { nodes: 3, policy: eager }
steps:
  - do: [hold 1 > 2 prepare, cut 1 3, elect 1, held 1 prepare within 20s]
    expect: [leaders = 0]
  - do: [gate, release match prepare, heal]
    expect: [leader = 1]
`
  open({ scenarios: [parseScenario(text, 'held.yaml')] })
  await rig.lab.runScenario('held-prepare', 1)
  const { verdict, steps } = await rig.lab.scenarioOutcome()
  const said = steps.flatMap(({ results }) => results).join('\n')
  expect(said).toMatch(/held 1 prepare within 20s: 1 frame wait; \d+: 1 > 2 prepare 1\.1 slot 1/)
  expect(verdict).toBe('valid')
})

it('S23: the adversary keeps fixed back-off undecided, and loses nothing', async () => {
  open()
  await rig.start({ nodes: 3, policy: FIXED, requestDeadlineMs: 300_000 })
  const fault = await rig.lab.startAdversary({ kind: 'flp', holdMsMax: null })
  const writes = [1, 2].map((node) => rig.lab.command(node, ['SET', 'k', `of ${node}`]))
  await eventually(
    '1,000 deliveries',
    async () => ((await rig.status()).adversary?.deliveries ?? 0) >= 1000,
    60_000,
  )
  const { adversary, faults } = await rig.status()
  expect(adversary).toMatchObject({ kind: 'flp', fault, overdue: 0 })
  expect(adversary?.undecidedBallots).toBeGreaterThan(50)
  expect(adversary?.staleAccepts).toBeGreaterThan(50)
  expect(faults).toMatchObject([{ id: fault, fault: { kind: 'hold', adversary: 'flp' } }])
  const twice = rig.lab.startAdversary({ kind: 'flp', holdMsMax: null })
  await expect(twice).rejects.toMatchObject({ code: 'wrongState' })

  const { events: recorded } = await rig.status()
  await rig.lab.stopAdversary()
  for (const write of writes) expect(await write).toMatchObject({ outcome: 'ok' })
  const ended = await rig.event('its hold ended', ({ type }) => type === 'faultEnded')
  await rig.event('a value is chosen', ({ type }) => type === 'chosen')
  const events = await record()
  const end = ended.seq
  const during = events.filter(({ seq }) => seq < end)
  const delivered = facts(during, 'frameReleased').filter(
    ({ frame, how }) => frame.message !== 'heartbeat' && how === 'byHand',
  )
  expect(delivered.length).toBeGreaterThanOrEqual(1000)
  // What it lets go at its end may be chosen before that end is in the record.
  expect(facts(events.slice(0, recorded), 'chosen')).toEqual([])
  expect(facts(during, 'frameDropped')).toEqual([])
  expect(facts(events, 'nodeExited')).toEqual([])
  const ballots = new Set(facts(during, 'issued').map(({ ballot }) => formatBallot(ballot)))
  expect(ballots.size).toBeGreaterThan(50)
  const status = await rig.logsEqual()
  expect(status.adversary).toBeNull()
  expect(status.checks.map(({ state }) => state)).not.toContain('violated')
})

it('S23: a lone proposer wins when no frame may be held for ever', async () => {
  open()
  await rig.start({ nodes: 3, policy: FIXED, requestDeadlineMs: WAIT_MS })
  const fault = await rig.lab.startAdversary({ kind: 'flp', holdMsMax: 50 })
  expect(await rig.lab.command(1, ['SET', 'k', 'v'])).toMatchObject({ outcome: 'ok' })
  expect((await rig.status()).adversary?.overdue).toBeGreaterThan(0)
  // Whoever ends its hold ends the adversary.
  await rig.lab.endFault(fault)
  expect((await rig.status()).adversary).toBeNull()
  await expect(rig.lab.stopAdversary()).rejects.toMatchObject({ code: 'wrongState' })
})

it('direct mode has no gate and no adversary', async () => {
  open()
  await rig.start({ nodes: 3, direct: true })
  await expect(rig.lab.gateList({})).rejects.toMatchObject({ code: 'directMode' })
  const start = rig.lab.startAdversary({ kind: 'flp', holdMsMax: null })
  await expect(start).rejects.toMatchObject({ code: 'directMode' })
})
