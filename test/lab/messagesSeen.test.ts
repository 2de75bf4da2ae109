/** Single messages from the switchboard: only while watched, with their fates, bounded, counted. */
import { afterEach, describe, expect, it } from 'vitest'
import type { LabEvent, SeenMessage } from '../../src/core/event'
import { boundMessages, OUTBOX_MESSAGES_MAX } from '../../src/main/host/messageBound'
import { MessageViewers } from '../../src/main/lab/messageViewers'
import { SeenMessages } from '../../src/main/lab/seenMessages'
import { MESSAGES_PER_SECOND_MAX, MessageWatch } from '../../src/main/switchboard/messageWatch'
import { parseLabToSwitchboard, parseSwitchboardToLab } from '../../src/shared/controlCodec'
import type { SwitchboardToLab } from '../../src/shared/control'
import { printFrame } from '../../src/shared/frame'
import { SEEN_BATCH_MAX } from '../../src/shared/messagesCodec'
import { eventually } from '../support/eventually'
import { clusterOptions } from '../support/cluster'
import { realDesk } from '../support/realDesk'
import { SwitchboardRig } from '../support/switchboardRig'

const PREPARE = printFrame({
  type: 'prepare',
  ballot: { round: 4, node: 1 },
  ranges: [{ from: 3, to: null }],
})
const LINK = { from: 1, to: 2 }

function seenOf(frames: readonly SwitchboardToLab[]): SeenMessage[] {
  return frames.flatMap((frame) => (frame.type === 'messages' ? frame.messages : []))
}

describe('the switchboard', () => {
  let rig: SwitchboardRig | null = null
  afterEach(async () => {
    await rig?.close()
    rig = null
  })

  it('tells of messages only while it is asked to, held ones when they end', async () => {
    rig = await SwitchboardRig.start([1, 2])
    const own = rig
    const socket = await own.dial(1, 2)
    socket.write(PREPARE)
    await eventually('the first arrives', () => own.sink(2).frames.length === 1)
    own.say({ type: 'watch', on: true })
    // An answered call comes after the wish: both are taken in order.
    await own.startFault('f1', { kind: 'hold', links: [LINK], match: {}, atEnd: 'release' })
    socket.write(PREPARE)
    const list = () => own.gate({ action: 'list', match: {} })
    await eventually('it is held', async () => (await list()).total === 1)
    expect(seenOf(own.frames)).toEqual([])
    await own.gate({ action: 'release', select: { kind: 'all' } })
    const [passed] = await eventually('it is told', () => {
      const seen = seenOf(own.frames)
      return seen.length > 0 ? seen : null
    })
    expect(passed).toMatchObject({
      ...{ from: 1, to: 2, message: 'prepare', ballot: { round: 4, node: 1 }, fate: 'passed' },
      ...{ slot: 3, count: 1, bytes: Buffer.byteLength(PREPARE) },
    })
    expect(passed!.endedAtMs).toBeGreaterThan(passed!.sentAtMs)

    await own.endFault('f1')
    await own.startFault('f2', { kind: 'drop', links: [LINK], probability: 1 })
    socket.write(PREPARE)
    await eventually('the loss is told', () => seenOf(own.frames).at(-1)?.fate === 'dropped')
    await own.endFault('f2')
    await own.startFault('f3', { kind: 'duplicate', links: [LINK], probability: 1 })
    socket.write(PREPARE)
    const copies = await eventually('both copies are told', () => {
      const doubled = seenOf(own.frames).filter(({ fate }) => fate === 'doubled')
      return doubled.length === 2 ? doubled : null
    })
    expect(copies[0]?.id).toBe(copies[1]?.id)
    own.say({ type: 'watch', on: false })
    await own.endFault('f3')
    const told = seenOf(own.frames).length
    socket.write(PREPARE)
    await eventually('the last arrives', () => own.sink(2).frames.length >= 5)
    expect(seenOf(own.frames)).toHaveLength(told)
  })
})

describe('the record of a cluster', () => {
  it('says when messages were told, and when nobody looked', async () => {
    const { rig, lab } = realDesk()
    try {
      const marks = async (): Promise<boolean[]> => {
        await lab.stopCluster()
        const told = await lab.events(1, lab.status().events)
        return told.flatMap((event) => (event.type === 'messagesWatched' ? [event.on] : []))
      }
      await lab.startCluster(clusterOptions({ nodes: 3 }))
      // Two windows look: the first that looks away is not the last.
      for (const on of [true, true, false, false]) await lab.watchMessages(on)
      expect(await marks()).toEqual([false, true, false])
      await lab.startCluster(clusterOptions({ nodes: 3, recordMessages: true }))
      await lab.watchMessages(false)
      expect(await marks()).toEqual([true])
    } finally {
      await lab.close()
      await rig.close()
    }
  })
})

describe('the watch', () => {
  const frame = { bytes: Buffer.from(PREPARE), type: 'prepare' } as const

  it('costs no object while it is off', () => {
    const watch = new MessageWatch(
      () => {},
      () => false,
    )
    expect(watch.arrived(frame)).toBe(frame)
  })

  it('tells a bounded number, counts the rest, and never splits a batch over its bound', () => {
    const sent: SwitchboardToLab[] = []
    let nowMs = 0
    const watch = new MessageWatch(
      (one) => sent.push(one),
      () => false,
      () => nowMs,
    )
    watch.set(true)
    const slice = MESSAGES_PER_SECOND_MAX / 10
    for (let at = 0; at < slice + 50; at += 1) watch.passed(LINK, watch.arrived(frame))
    nowMs = 200
    for (let at = 0; at < SEEN_BATCH_MAX; at += 1) watch.passed(LINK, watch.arrived(frame))
    watch.close()
    const reports = sent.flatMap((one) => (one.type === 'messages' ? [one] : []))
    expect(reports.every(({ messages }) => messages.length <= SEEN_BATCH_MAX)).toBe(true)
    expect(reports.reduce((sum, { missed }) => sum + missed, 0)).toBe(50)
  })
})

it('what the switchboard says survives its way to the lab', () => {
  const message: SeenMessage = {
    ...{ id: 1, from: 1, to: 2, message: null, ballot: null, slot: 0, count: 0, bytes: 7 },
    ...{ sentAtMs: 1.5, endedAtMs: 2.25, fate: 'dropped' },
  }
  const told = { type: 'messages', nowMs: 3, missed: 2, messages: [message] } as const
  expect(parseSwitchboardToLab(told)).toEqual(told)
  expect(() =>
    parseSwitchboardToLab({ ...told, messages: [{ ...message, fate: 'gone' }] }),
  ).toThrow(/messages\[0\]\.fate is none of/)
  expect(parseLabToSwitchboard({ type: 'watch', on: true })).toEqual({ type: 'watch', on: true })
})

it.each([
  ...['id', 'from', 'to', 'slot', 'count', 'bytes'].flatMap((field) =>
    [-1, 1.5, '1', null, undefined].map((value) => [field, value] as const),
  ),
  ...['sentAtMs', 'endedAtMs'].flatMap((field) =>
    ['1', null, undefined].map((value) => [field, value] as const),
  ),
  ...[7, undefined].map((value) => ['message', value] as const),
  ...[7, undefined, {}, { round: 1 }].map((value) => ['ballot', value] as const),
  ...[7, undefined].map((value) => ['fate', value] as const),
])('a message whose %s is %j is refused, and the field is named', (field, value) => {
  const sound: SeenMessage = {
    ...{ id: 1, from: 1, to: 2, message: 'accept', ballot: { round: 1, node: 2 }, slot: 1 },
    ...{ count: 1, bytes: 7, sentAtMs: 1.5, endedAtMs: 2.25, fate: 'passed' },
  }
  const told = (messages: readonly object[]) =>
    parseSwitchboardToLab({ type: 'messages', nowMs: 3, missed: 0, messages })
  expect(told([sound, sound])).toMatchObject({ messages: [sound, sound] })
  expect(() => told([sound, { ...sound, [field]: value }])).toThrow(`messages[1].${field}`)
})

it('a kind of message that is not known is told without its name', () => {
  const sound = { id: 1, from: 1, to: 2, ballot: null, slot: 0, count: 0, bytes: 7 }
  const messages = [{ ...sound, sentAtMs: 1, endedAtMs: 2, fate: 'passed', message: 'later' }]
  const told = parseSwitchboardToLab({ type: 'messages', nowMs: 3, missed: 0, messages })
  expect(told).toMatchObject({ messages: [{ message: null }] })
})

it('brings times of the switchboard to lab time by the least delay', () => {
  let nowMs = 1000
  const seen = new SeenMessages({ now: () => nowMs })
  const message = {
    ...({ id: 1, from: 1, to: 2, message: 'accept', ballot: null, slot: 0, count: 0 } as const),
    ...({ bytes: 7, sentAtMs: 40, endedAtMs: 45, fate: 'passed' } as const),
  }
  const timesOf = (report: { nowMs: number; missed: number }) => {
    const fact = seen.factOf({ ...report, messages: [message] })
    return fact.type === 'messagesSeen'
      ? fact.messages.map(({ sentAtMs, endedAtMs }) => [sentAtMs, endedAtMs])
      : []
  }
  expect(timesOf({ nowMs: 50, missed: 0 })).toEqual([[990, 995]])
  nowMs = 1010
  expect(timesOf({ nowMs: 55, missed: 0 })).toEqual([[990, 995]])
  nowMs = 1012
  expect(timesOf({ nowMs: 65, missed: 0 })).toEqual([[987, 992]])
  // A switchboard that was started anew counts from the beginning.
  nowMs = 2000
  expect(timesOf({ nowMs: 50, missed: 0 })).toEqual([[1990, 1995]])
})

it('counts who watches, and says only when the first comes and the last goes', () => {
  const said: boolean[] = []
  const viewers = new MessageViewers((on) => said.push(on))
  for (const on of [true, true, false, false, false, true]) viewers.watch(on)
  expect(said).toEqual([true, false, true])
  expect(viewers.any).toBe(true)
})

it('a slow viewer is told how many messages it did not get, and loses nothing else', () => {
  const batch = (seq: number, many: number): LabEvent => ({
    ...{ seq, atMs: seq, by: 'lab', type: 'messagesSeen', missed: 1 },
    messages: Array.from({ length: many }, (_, at) => ({
      ...{ id: at + 1, from: 1, to: 2, message: 'accept', ballot: null, slot: 0, count: 0 },
      ...{ bytes: 1, sentAtMs: 1, endedAtMs: 1, fate: 'passed' },
    })),
  })
  const stopped: LabEvent = { seq: 3, atMs: 3, by: 'lab', type: 'clusterStopped' }
  const many = OUTBOX_MESSAGES_MAX / 2
  const bound = boundMessages([batch(1, many), batch(2, many), stopped, batch(4, many)])
  expect(
    bound.map((event) =>
      event.type === 'messagesSeen' ? [event.missed, event.messages.length] : event.type,
    ),
  ).toEqual([[many + 1, 0], [1, many], 'clusterStopped', [1, many]])
})
