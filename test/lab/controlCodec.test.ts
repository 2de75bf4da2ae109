/** Frames and files of the control protocol: what is taken, and what is wrong with what is not. */
import { describe, expect, it } from 'vitest'
import { NODE_DEFAULTS } from '../../src/shared/control'
import { DEFAULT_REPLICA } from '../../src/core/paxos/config'
import {
  parseLabToNode,
  parseLabToSwitchboard,
  parseNodeFile,
  parseNodeToLab,
  parseSwitchboardFile,
  parseSwitchboardToLab,
} from '../../src/shared/controlCodec'

const ballot = { round: 3, node: 1 }
const status = {
  node: 1,
  life: 1,
  role: 'leading',
  ballot,
  promised: ballot,
  leader: null,
  votedThrough: 4,
  chosenThrough: 3,
  appliedThrough: 3,
  digest: 'd',
  policy: { kind: 'eager' },
  waiting: 0,
  inFlight: 0,
  acked: 0,
  clients: 0,
  logBytes: 9,
  flushMsP95: 0.2,
  lagMsP95: 1.5,
  rssBytes: 1,
  bids: 1,
  preemptions: 0,
  dropped: 0,
}
const stamp = { life: 1, nodeSeq: 1, nodeAtMs: 0.5 }
const run = { slot: 1, count: 2, ids: ['a:1', '-'] }
const facts = [
  { type: 'promised', ballot },
  { type: 'voted', ballot, ...run },
  { type: 'refused', ballot, promised: ballot, phase: 2 },
  {
    type: 'bid',
    ballot,
    ranges: [
      { from: 1, to: 3 },
      { from: 5, to: null },
    ],
    reason: 'election',
  },
  { type: 'elected', ballot, witnesses: [1, 2], forced: 0, noops: 0 },
  { type: 'issued', ballot, ...run, cause: 'free' },
  { type: 'preempted', ballot, rival: ballot, phase: 1 },
  { type: 'steppedDown', ballot, reason: 'manual' },
  { type: 'followed', ballot },
  { type: 'chosen', ballot, ...run },
  { type: 'learned', ...run, via: 'watermark' },
  { type: 'applied', through: 2, digest: 'd' },
  { type: 'policySet', policy: { kind: 'backoff', backoff: { kind: 'fixed', ticks: 2 } } },
  { type: 'limitReached', limit: 'peerBytesMax', dropped: 3 },
  { type: 'recovered', promised: ballot, chosenThrough: 0, records: 1, bytes: 8, tornBytes: 0 },
  { type: 'persisted', record: 1, offset: 8, flushMs: 0.3 },
  { type: 'sentAfter', message: 'promise', after: 1, durable: 1 },
  { type: 'peerConnected', peer: 2 },
  { type: 'peerLost', peer: 2, reason: 'reset' },
  { type: 'connectionRefused', port: 'peer', reason: 'garbage' },
  { type: 'storageFailed', reason: 'disk full' },
  { type: 'nodeFailed', reason: 'oops' },
  { type: 'factsDropped', count: 2 },
].map((fact) => ({ ...stamp, ...fact }))

const file = {
  version: 1,
  cluster: 'c1',
  replica: { ...DEFAULT_REPLICA, node: 1, members: [1, 2, 3] },
  tickMs: 5,
  dataDir: '/tmp/x',
  host: '127.0.0.1',
  peerPort: 0,
  clientPort: 0,
  requestDeadlineMs: 5000,
  clientsMax: 10,
  telemetry: 'facts',
  flush: true,
  ...NODE_DEFAULTS,
  control: { host: '127.0.0.1', port: 1 },
}

describe('from a node', () => {
  it.each(facts)('the fact $type is taken as it is', (fact) => {
    const frame = { type: 'facts', dropped: 0, facts: [fact] }
    expect(parseNodeToLab(frame)).toEqual(frame)
  })
  it('a fact of a kind that is not known is left out; its number is missing then', () => {
    const frame = { type: 'facts', dropped: 0, facts: [{ ...stamp, type: 'dreamt' }, facts[0]] }
    expect(parseNodeToLab(frame)).toMatchObject({ facts: [facts[0]] })
  })
  it.each([
    [{ ...facts[0], ballot: 7 }, /facts\[0\].*"promised"/],
    [{ ...facts[1], count: 3 }, /"voted"/],
    [{ ...facts[4], witnesses: ['x'] }, /"elected"/],
    [{ type: 'promised', ballot }, /nodeAtMs/],
    [{ ...facts[0], nodeSeq: 1.5 }, /nodeSeq/],
    [null, /facts\[0\]/],
  ])('%j is refused', (fact, words) => {
    expect(() => parseNodeToLab({ type: 'facts', dropped: 0, facts: [fact] })).toThrow(words)
  })
  it('a status line is taken, and refused when a field is missing', () => {
    expect(parseNodeToLab({ type: 'status', status })).toEqual({ type: 'status', status })
    const { digest: _, ...rest } = status
    expect(() => parseNodeToLab({ type: 'status', status: rest })).toThrow(/status\.digest/)
  })
  it('an answer is taken', () => {
    const slots = [{ slot: 1, state: 'open', vote: null, chosen: null }]
    for (const answer of [
      { kind: 'done' },
      { kind: 'reply', resp: '+OK\r\n' },
      { kind: 'slots', slots },
      { kind: 'hand', steps: 3, idle: false },
      { kind: 'read', result: { verdict: 'chosen', value: null, reason: '', replies: [] } },
    ]) {
      expect(parseNodeToLab({ type: 'answer', call: 1, answer })).toMatchObject({ answer })
    }
    const strange = { type: 'answer', call: 1, answer: { kind: 'maybe' } }
    expect(() => parseNodeToLab(strange)).toThrow(/answer\.kind/)
  })
  it('an unknown type is null, for the receiver to count', () => {
    expect(parseNodeToLab({ type: 'poem' })).toBeNull()
    expect(parseLabToNode({ type: 'constructor' })).toBeNull()
  })
})

describe('to a node', () => {
  it.each([
    { action: 'propose', args: ['SET', 'a', 'b'] },
    { action: 'read', subject: { kind: 'key', key: 'a' }, mode: 'learner' },
    { action: 'read', subject: { kind: 'slot', slot: 4 }, mode: 'confirmed' },
    { action: 'slots', from: 1, count: 200 },
    { action: 'setPolicy', policy: { kind: 'eager' } },
    { action: 'pause' },
    { action: 'hand', hand: { kind: 'timer', timer: 'resend' } },
    { action: 'hand', hand: { kind: 'look' } },
  ])('the call $action is taken', (body) => {
    const frame = { type: 'call', call: 4, body }
    expect(parseLabToNode(frame)).toEqual(frame)
  })
  it.each([
    [{ action: 'propose', args: [] }, /args is empty/],
    [{ action: 'slots', from: 1, count: 201 }, /count/],
    [{ action: 'slots', from: 0, count: 1 }, /from/],
    [{ action: 'explode' }, /action/],
    [{ action: 'hand', hand: { kind: 'timer', timer: 'egg' } }, /hand\.timer/],
    [{ action: 'hand', hand: { kind: 'wave' } }, /hand\.kind/],
    [{ action: 'setPolicy', policy: { kind: 'leader', heartbeatTicks: 0 } }, /policy/],
  ])('%j is refused', (body, words) => {
    expect(() => parseLabToNode({ type: 'call', call: 4, body })).toThrow(words)
  })
  it('its start-up file is taken, and refused with the field that is wrong', () => {
    expect(parseNodeFile(file)).toEqual(file)
    expect(parseNodeFile({ ...file, hand: 'byHand' })).toEqual({ ...file, hand: 'byHand' })
    expect(() => parseNodeFile({ ...file, hand: 'foot' })).toThrow(/hand/)
    const control = { host: '10.0.0.1', port: 1 }
    expect(() => parseNodeFile({ ...file, control })).toThrow(/control\.host is not a loopback/)
    const replica = { ...file.replica, members: [2, 3] }
    expect(() => parseNodeFile({ ...file, replica })).toThrow(/node 1 is not among the members/)
    expect(() => parseNodeFile({ ...file, version: 2 })).toThrow(/version/)
    expect(() => parseNodeFile([])).toThrow(/not an object/)
  })
})

describe('the switchboard', () => {
  const links = [{ from: 1, to: 2 }]
  it.each([
    { kind: 'cut', links },
    { kind: 'partition', preset: 'custom', groups: [[1], [2]], links },
    { kind: 'delay', links, delayMs: 20, jitterMs: 0.5 },
    { kind: 'drop', links, probability: 0.25 },
    { kind: 'dropNext', links, count: 3 },
    { kind: 'duplicate', links, probability: 1 },
  ])('takes the fault $kind', (fault) => {
    const frame = { type: 'startFault', call: 1, id: 'f1', fault }
    expect(parseLabToSwitchboard(frame)).toEqual(frame)
  })
  it.each([
    [{ kind: 'drop', links, probability: 1.5 }, /probability is not between 0 and 1/],
    [{ kind: 'delay', links, delayMs: -1, jitterMs: 0 }, /delayMs/],
    [{ kind: 'cut', links: [{ from: 0, to: 1 }] }, /links\[0\]\.from/],
    [{ kind: 'melt', links }, /kind is none of/],
  ])('refuses %j', (fault, words) => {
    const frame = { type: 'startFault', call: 1, id: 'f1', fault }
    expect(() => parseLabToSwitchboard(frame)).toThrow(words)
  })
  it('tells of traffic; a message type that only it knows has no picture', () => {
    const link = { from: 1, to: 2, frames: 3, bytes: 99, dropped: 1, duplicated: 0 }
    const samples = [['accept', '3.1', 7, 'passed']]
    const frame = {
      type: 'traffic',
      links: [{ ...link, types: { accept: 2, hum: 1 }, samples }],
    }
    expect(parseSwitchboardToLab(frame)).toEqual({
      type: 'traffic',
      links: [{ ...link, types: { accept: 2 }, samples }],
    })
    const wrong = { type: 'traffic', links: [{ ...link, types: {}, samples: [['hum']] }] }
    expect(() => parseSwitchboardToLab(wrong)).toThrow(/samples\[0\]/)
  })
  it('its start-up file is taken', () => {
    const board = {
      version: 1,
      cluster: 'c1',
      host: '127.0.0.1',
      control: { host: '127.0.0.1', port: 5 },
      seed: 7,
      members: [1, 2, 3],
      heldBytesMax: 1000,
    }
    expect(parseSwitchboardFile(board)).toEqual(board)
    expect(() => parseSwitchboardFile({ ...board, seed: -1 })).toThrow(/seed/)
  })
})
