/** The contract between host and viewer, the same over every channel. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { EMPTY_LIVENESS } from '../../src/core/measure/series'
import type { SeriesFrame } from '../../src/core/measure/series'
import { EAGER_POLICY, EXPONENTIAL_POLICY, LEADER_POLICY } from '../../src/core/paxos/config'
import { CALLS_BURST_MAX } from '../../src/main/host/viewer'
import { OUTBOX_EVENTS_MAX } from '../../src/main/host/outbox'
import { DEFAULT_CLUSTER, DEFAULT_LOAD, LabCallError } from '../../src/shared/api'
import type { LabSnapshot } from '../../src/shared/api'
import type { Channel } from '../../src/shared/channel'
import { MESSAGE_BYTES_MAX, connectLab } from '../../src/shared/rpc'
import type { LabClient, PushFrame } from '../../src/shared/rpc'
import { eventually } from '../support/eventually'
import { SOURCES } from '../support/hostSources'
import type { HostSource } from '../support/hostSources'
import { MemoryLab } from '../support/memoryLab'

const START = { ...DEFAULT_CLUSTER, policy: LEADER_POLICY }
const FRAME: SeriesFrame = {
  load: [],
  progress: [],
  stairs: [],
  leaders: [],
  preemptions: [],
  tallies: [],
  reach: [],
  levels: [],
  liveness: EMPTY_LIVENESS,
  dropped: 0,
  whole: null,
}

function point(atMs: number): SeriesFrame {
  return { ...FRAME, progress: [{ atMs, node: 1, chosenThrough: atMs, appliedThrough: atMs }] }
}

function failureOf(call: Promise<unknown>): Promise<LabCallError> {
  return call.then(
    () => expect.fail('the call was carried out'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(LabCallError)
      return error as LabCallError
    },
  )
}

interface WireMessage {
  readonly t: string
  readonly i: string
  readonly m: string
  readonly a: readonly [PushFrame]
  readonly r?: unknown
  readonly e?: unknown
}

/** A viewer that speaks the wire by hand: it acknowledges only when the test says so. */
function rawViewer(channel: Channel) {
  const frames: PushFrame[] = []
  const answers = new Map<string, WireMessage>()
  const order: string[] = []
  channel.on((text) => {
    const message = JSON.parse(text) as WireMessage
    order.push(message.t === 's' ? 'answer' : message.m)
    if (message.t === 's') answers.set(message.i, message)
    else if (message.m === 'push') frames.push(message.a[0])
  })
  return {
    frames,
    answers,
    order,
    call: (i: string, m: string, a: readonly unknown[] = []) =>
      channel.post(JSON.stringify({ t: 'q', i, m, a })),
    ack: (seq: number) => channel.post(JSON.stringify({ t: 'q', m: 'ack', a: [seq] })),
  }
}

describe.each(SOURCES)('host contract, %s', (_name, makeSource) => {
  let lab: MemoryLab
  let source: HostSource

  beforeEach(async () => {
    lab = new MemoryLab()
    source = await makeSource(lab)
  })
  afterEach(() => source.close())

  const open = async (): Promise<LabClient> => connectLab(await source.open())

  it('carries every call of LabApi with its arguments', async () => {
    const { call } = await open()
    const links = [{ from: 1, to: 2 }]
    await call.startCluster(START)
    await call.stopCluster()
    await call.killNode(1)
    await call.stopNode(2)
    await call.restartNode(3)
    await call.pauseNode(4)
    await call.resumeNode(5)
    expect(await call.changeLinks(links, { kind: 'delay', delayMs: 20, jitterMs: 5 })).toBe('f1')
    expect(await call.partition({ preset: 'custom', groups: [[1, 2], [3]] })).toBe('f2')
    await call.endFault('f1')
    await call.healAll(true)
    expect((await call.command(1, ['SET', 'k', 'v'])).reply).toBe('SET k v')
    expect((await call.learnerRead(null, 'k')).verdict).toBe('undetermined')
    expect((await call.propose(2, ['SET', 'k', 'v'])).node).toBe(2)
    await call.startElection(1)
    await call.stepDown(1)
    await call.setPolicy(EAGER_POLICY)
    await call.setPolicy(EXPONENTIAL_POLICY)
    await call.setLoad(DEFAULT_LOAD)
    await call.setLoad(null)
    expect(await call.slots(1, 1, 10)).toHaveLength(1)
    await call.runScenario('dueling-proposers', 7)
    await call.stopScenario()
    await call.markLesson('duel@1: begin fixed-retry')
    expect(await call.events(1, 10)).toEqual([])
    expect((await call.snapshot()).status.state).toBe('idle')
    expect(lab.calls).toHaveLength(26)
    expect(lab.calls[0]).toEqual({ name: 'startCluster', args: [START] })
    expect(lab.calls[7]?.args).toEqual([links, { kind: 'delay', delayMs: 20, jitterMs: 5 }])
    expect(lab.calls[21]?.args).toEqual(['dueling-proposers', 7])
    expect(lab.calls[23]?.args).toEqual(['duel@1: begin fixed-retry'])
    for (const words of ['duel@1: began', `duel@1: begin ${'x'.repeat(200)}`]) {
      expect(await failureOf(call.markLesson(words))).toMatchObject({ code: 'badArgument' })
    }
  })

  it('a host without native parts has nothing to do for theme and menu', async () => {
    const { shell } = await open()
    await shell.setTheme('dark')
    await shell.setMenu(['node.kill'])
    expect(await failureOf(shell.setTheme('red' as 'dark'))).toMatchObject({ code: 'badArgument' })
  })

  it('errors cross as code, words and details, and without a stack', async () => {
    lab.fail('startCluster', new LabCallError('portInUse', 'Port 7000 is in use.', ['pid 12']))
    lab.fail('killNode', new Error('boom'))
    const channel = await source.open()
    const { call } = connectLab(channel)
    const inUse = await failureOf(call.startCluster(START))
    expect(inUse).toMatchObject({ code: 'portInUse', details: ['pid 12'] })
    expect(inUse.message).toBe('Port 7000 is in use.')
    expect(await failureOf(call.killNode(1))).toMatchObject({ code: 'internal', message: 'boom' })
    const raw = rawViewer(channel)
    raw.call('x', 'killNode', [1])
    const answer = await eventually('the answer', () => raw.answers.get('x'))
    expect(answer.e).toEqual({ code: 'internal', words: 'boom', details: [] })
  })

  it.each([
    ['killNode', ['1'], /^killNode: argument 1:/],
    ['killNode', [0], /^killNode: argument 1:/],
    ['killNode', [], /^killNode:/],
    ['killNode', [1, 2], /^killNode:/],
    ['setPolicy', [{ kind: 'eager', extra: 1 }], /^setPolicy: argument 1/],
    ['partition', [{ preset: 'moon' }], /^partition: argument 1\.preset/],
    ['changeLinks', [[{ from: 1, to: 2 }], { kind: 'drop', probability: 2 }], /2\.probability/],
    ['startCluster', [{ ...START, dataDir: '/etc' }], /1\.dataDir: a window cannot name/],
    ['events', [9, 1], /from is above to/],
    ['noSuchCall', [], /There is no call noSuchCall/],
    ['constructor', [], /There is no call constructor/],
    ['subscribe', [], /There is no call subscribe/],
    ['openLink', ['paxosMadeSimple'], /opens no links/],
    ['openReport', ['2026-11-21T10-00-00-abcd'], /opens no reports/],
  ])('refuses %s(%j) in words, and the lab hears nothing', async (name, args, words) => {
    const raw = rawViewer(await source.open())
    raw.call('1', name, args)
    const { e } = await eventually('the answer', () => raw.answers.get('1'))
    expect(e).toMatchObject({ words: expect.stringMatching(words) })
    expect(lab.calls).toEqual([])
  })

  it('pushes nothing before the snapshot, and nothing twice after it', async () => {
    const early = await source.open()
    const raw = rawViewer(early)
    lab.emit(3)
    lab.setStatus({ atMs: 1 })
    // Recorded, told by the snapshot, and pushed later by a lab that collects batches.
    const collected = lab.record(2)
    raw.call('s', 'snapshot')
    await eventually('the snapshot', () => raw.answers.get('s'))
    lab.push(collected)
    lab.emit(2)
    await eventually('the new events', () => raw.frames.flatMap((f) => f.events).length >= 2)
    expect(raw.order[0]).toBe('answer')
    const snapshot = raw.answers.get('s')?.r as LabSnapshot
    expect(snapshot.events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5])
    expect(raw.frames.flatMap((frame) => frame.events).map((event) => event.seq)).toEqual([6, 7])
  })

  it('keeps what happens while the snapshot is made', async () => {
    const release = lab.hold('snapshot')
    const client = await open()
    const got: LabEvent[] = []
    client.listen({ events: (batch) => got.push(...batch) })
    const snapshot = client.call.snapshot()
    await eventually('the call', () => lab.calls.length === 1)
    lab.emit(2)
    release()
    const told = (await snapshot).events
    lab.emit(1)
    await eventually('the third', () => got.some((event) => event.seq === 3))
    expect([...told, ...got].map((event) => event.seq)).toEqual([1, 2, 3])
  })

  it('delivers events in order and whole, and of the status the last', async () => {
    const client = await open()
    const got: number[] = []
    const statuses: number[] = []
    client.listen({
      events: (batch) => got.push(...batch.map((event) => event.seq)),
      status: (status) => statuses.push(status.atMs),
    })
    await client.call.snapshot()
    for (let atMs = 1; atMs <= 200; atMs++) {
      lab.emit(5)
      lab.setStatus({ atMs })
    }
    await eventually('all of it', () => got.length === 1000 && statuses.at(-1) === 200)
    expect(got).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1))
    expect(statuses.length).toBeLessThan(200)
  })

  it('joins series in order, and keeps a whole picture apart from what follows it', async () => {
    const client = await open()
    const got: SeriesFrame[] = []
    client.listen({ series: (frame) => got.push(frame) })
    const { series } = await client.call.snapshot()
    const points = () => got.flatMap((frame) => frame.progress.map((row) => row.atMs))
    lab.pushSeries(point(1))
    lab.pushSeries(point(2))
    await eventually('two points', () => points().length === 2)
    lab.pushSeries(point(3))
    lab.pushSeries({ ...FRAME, whole: { ...series, spanMs: 200 } })
    lab.pushSeries(point(4))
    lab.pushSeries(point(5))
    await eventually('the last point', () => points().includes(5))
    const whole = got.findIndex((frame) => frame.whole !== null)
    expect(got[whole]?.whole?.spanMs).toBe(200)
    expect(got.slice(whole + 1).flatMap((f) => f.progress.map((r) => r.atMs))).toEqual([4, 5])
  })

  it('a viewer that does not acknowledge gets two frames, then a reset with the loss', async () => {
    const raw = rawViewer(await source.open())
    raw.call('s', 'snapshot')
    await eventually('the snapshot', () => raw.answers.get('s'))
    lab.emit(1)
    await eventually('the first frame', () => raw.frames.length >= 1)
    lab.emit(1)
    await eventually('the second frame', () => raw.frames.length >= 2)
    // A viewer beside it that does acknowledge is told of each of these, so there was time.
    const beside = await open()
    const told: number[] = []
    beside.listen({ events: (batch) => told.push(...batch.map((event) => event.seq)) })
    await beside.call.snapshot()
    for (const seq of [3, 4]) {
      lab.emit(1)
      await eventually('the viewer beside', () => told.includes(seq))
    }
    lab.emit(OUTBOX_EVENTS_MAX)
    lab.emit(10)
    expect(raw.frames).toHaveLength(2)
    raw.ack(1)
    const third = await eventually('the third frame', () => raw.frames[2])
    expect(third.reset?.lost).toBe(OUTBOX_EVENTS_MAX + 12)
    expect(third.reset?.snapshot.events.at(-1)?.seq).toBe(OUTBOX_EVENTS_MAX + 14)
    expect(third.events).toEqual([])
    raw.ack(2)
    raw.ack(3)
    lab.emit(1)
    const next = await eventually('what follows', () => raw.frames[3])
    expect(next.reset).toBeNull()
    expect(next.events.map((event) => event.seq)).toEqual([OUTBOX_EVENTS_MAX + 15])
  })

  it('a new cluster resets every viewer, and what came before it is void', async () => {
    const client = await open()
    const got: string[] = []
    client.listen({
      events: (batch) => got.push(...batch.map((event) => `event ${event.seq}`)),
      reset: (snapshot) => got.push(`reset ${snapshot.events.length}`),
    })
    await client.call.snapshot()
    lab.emit(3)
    await eventually('the old events', () => got.length === 3)
    lab.emit(2)
    lab.reset()
    lab.emit(1)
    await eventually('the reset', () => got.includes('event 1') && got.length >= 5)
    expect(got.slice(3)).toEqual(['reset 0', 'event 1'])
  })

  it('one viewer holds control; all may look; it can be taken and becomes free', async () => {
    const first = await open()
    await first.call.snapshot()
    const second = await open()
    await second.call.snapshot()
    await eventually(
      'both know',
      () => first.control.state.holds && second.control.state.viewers > 0,
    )
    expect(second.control.state).toEqual({ holds: false, free: false, viewers: 2 })
    expect(await failureOf(second.call.killNode(1))).toMatchObject({ code: 'noControl' })
    expect(await second.call.slots(1, 1, 1)).toHaveLength(1)
    await second.control.take()
    await second.call.killNode(2)
    expect(await failureOf(first.call.killNode(3))).toMatchObject({ code: 'noControl' })
    expect(lab.calls.filter((call) => call.name === 'killNode')).toHaveLength(1)
    await eventually('told', () => second.control.state.holds && !first.control.state.holds)
    second.close()
    await eventually('free', () => first.control.state.free)
    await first.call.killNode(4)
    await eventually('taken', () => first.control.state.holds)
    expect(first.control.state.viewers).toBe(1)
  })

  it.each([
    ['no JSON', '{'],
    ['no object', '7'],
    ['an answer nobody asked for', '{"t":"s","i":"1","r":1}'],
    ['no name', '{"t":"q","i":"1","a":[]}'],
    ['arguments that are no list', '{"t":"q","i":"1","m":"killNode","a":{}}'],
  ])('closes on a message with %s', async (_what, text) => {
    const channel = await source.open()
    let reason: string | null = null
    channel.onClose((why) => (reason = why))
    channel.post(text)
    await eventually('the close', () => reason !== null)
    expect(source.notes).toEqual(['A viewer was closed: a message is not a call.'])
    await eventually('the seat', () => lab.listeners.size === 0)
  })

  it('closes on a message that is too long', async () => {
    const channel = await source.open()
    let reason: string | null = null
    channel.onClose((why) => (reason = why))
    channel.post(JSON.stringify({ t: 'q', i: '1', m: 'x', a: ['é'.repeat(MESSAGE_BYTES_MAX / 2)] }))
    await eventually('the close', () => reason !== null)
    expect(lab.calls).toEqual([])
    await eventually('the seat', () => lab.listeners.size === 0)
  })

  it('too many calls at once are refused, the others are answered', async () => {
    const { call } = await open()
    const many = Array.from({ length: CALLS_BURST_MAX * 3 }, () => call.slots(1, 1, 1))
    const ends = await Promise.allSettled(many)
    const refused = ends.filter((end) => end.status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]?.reason).toMatchObject({ code: 'overloaded' })
    expect(ends.length - refused.length).toBeGreaterThan(0)
    expect(await eventually('quiet again', () => call.slots(1, 1, 1))).toHaveLength(1)
  })

  it('when the channel closes, waiting calls reject and the seat is given up', async () => {
    lab.hold('killNode')
    const client = await open()
    const waiting = failureOf(client.call.killNode(1))
    await eventually('the call', () => lab.calls.length === 1)
    client.close()
    expect(await waiting).toMatchObject({ code: 'disconnected' })
    expect(await failureOf(client.call.killNode(2))).toMatchObject({ code: 'disconnected' })
    await eventually('the seat', () => lab.listeners.size === 0)
  })
})
