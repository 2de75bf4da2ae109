/** Replay of recorded machines: equal if nothing was touched, else the first difference. */
import { describe, expect, it } from 'vitest'
import { differenceWords, Replayer, replayNode } from '../../src/core/check/replay/replay'
import type { ReplayEnd } from '../../src/core/check/replay/replay'
import type { RecordedRound, RecordingHead } from '../../src/core/check/replay/recording'
import type { StableRecord } from '../../src/core/paxos/effect'
import { EAGER_POLICY } from '../../src/core/paxos/config'
import type { Snapshot } from '../../src/core/paxos/snapshot'
import { ChangedLineError, RecordingReader } from '../../src/shared/recordingCodec'
import { RecordingCluster, sealAll, sha256 } from '../support/recordingCluster'
import type { RecordedLife } from '../support/recordingCluster'

/** Writes, reads in all ways, kills, a partition, snapshots, two candidates. */
function storm(seed: number, config: object = {}): RecordingCluster {
  const cluster = new RecordingCluster({
    ...{ nodes: 3, seed, drop: 0.05, double: 0.05, delay: [1, 4] },
    config: { snapshotSlots: 10, tailSlots: 4, ...config },
  })
  for (let step = 0; step < 60; step += 1) {
    const node = 1 + (step % 3)
    cluster.request(node, 'SET', `k${step % 5}`, 'välue')
    if (step % 3 === 0) cluster.request(node, 'INCR', 'count')
    if (step % 7 === 0) cluster.read(node, 'k1', 'confirmed')
    if (step % 11 === 0) cluster.read(node, 'k2', 'learner')
    if (step === 20) cluster.step(2, { type: 'setPolicy', policy: EAGER_POLICY })
    if (step === 15) cluster.partition([1], [2, 3])
    if (step === 25) cluster.heal()
    if (step === 30) cluster.kill(2)
    if (step === 40) cluster.restart(2)
    if (step === 50) cluster.step(3, { type: 'abandon', tags: [1, 2, 3] })
    cluster.run(20)
  }
  return cluster
}

interface Parsed {
  readonly head: RecordingHead
  readonly snapshot: Snapshot | null
  readonly records: readonly StableRecord[]
  readonly rounds: readonly RecordedRound[]
}

function parse({ lines }: RecordedLife): Parsed {
  const reader = new RecordingReader(sha256)
  let head: RecordingHead | null = null
  let snapshot: Snapshot | null = null
  const records: StableRecord[] = []
  const rounds: RecordedRound[] = []
  for (const text of lines) {
    const line = reader.take(text)
    if (line.kind === 'head') head = line.head
    else if (line.kind === 'snapshot') snapshot = line.snapshot
    else if (line.kind === 'records') records.push(...line.records)
    else if (line.kind === 'round') rounds.push(line.round)
  }
  if (head === null) throw new Error('there is no head')
  return { head, snapshot, records, rounds }
}

function replay({ head, snapshot, records, rounds }: Parsed): ReplayEnd {
  return replayNode(head, { snapshot, records }, rounds, sha256)
}

/** The same with one round changed; rounds count from 1. */
function withRound(parsed: Parsed, round: number, change: (one: RecordedRound) => RecordedRound) {
  const rounds = parsed.rounds.map((one) => (one.round === round ? change(one) : one))
  return replay({ ...parsed, rounds })
}

describe('replay', () => {
  const recorded = storm(1).recorded()
  const parsed = parse(recorded[0]!)

  it('is equal in every round of every life, snapshots and restarts included', () => {
    for (const seed of [1, 2, 3]) {
      const lives = storm(seed).recorded().map(parse)
      expect(lives.map(({ head }) => [head.node, head.life])).toContainEqual([2, 2])
      expect(lives.some(({ snapshot }) => snapshot !== null)).toBe(true)
      for (const life of lives) {
        expect(replay(life)).toEqual({ rounds: life.rounds.length, difference: null })
      }
    }
  })

  it('finds the round from which an input is missing', () => {
    const at = parsed.rounds.find(({ answer }) => (answer?.effects ?? 0) > 2)!.round
    const { rounds, difference } = withRound(parsed, at, (one) => ({ ...one, inputs: [] }))
    expect(rounds).toBe(at - 1)
    expect(difference).toMatchObject({ node: 1, life: 1, round: at, what: 'effects' })
    expect(differenceWords(difference!)).toContain(`node 1, life 1, round ${at}`)
  })

  it('finds one changed byte of one value that a client wrote', () => {
    const at = parsed.rounds.find(({ inputs }) => inputs.some(({ type }) => type === 'request'))!
    const { difference } = withRound(parsed, at.round, (one) => {
      const text = JSON.stringify(one.inputs).replace('välue', 'vblue')
      return { ...one, inputs: JSON.parse(text) as RecordedRound['inputs'] }
    })
    // It shows where the value first leaves this node.
    expect(difference?.round).toBeGreaterThanOrEqual(at.round)
  })

  it('finds another state under equal effects, and a gap', () => {
    const state = withRound(parsed, 5, (one) => {
      return { ...one, answer: { ...one.answer!, state: 'something else' } }
    })
    expect(state.difference).toMatchObject({ round: 5, what: 'state', expected: 'something else' })
    const gap = replay({ ...parsed, rounds: parsed.rounds.filter(({ round }) => round !== 7) })
    expect(gap.difference).toMatchObject({ what: 'order', expected: 'round 7', found: 'round 8' })
  })

  it('knows a mutant that is replayed as if it were Paxos', () => {
    const mutant = storm(1, { mutant: 'M9' })
    for (const life of mutant.recorded().map(parse)) expect(replay(life).difference).toBeNull()
    const honest = mutant.recorded({ mutant: null }).map(parse)
    expect(honest.some((life) => replay(life).difference?.what === 'effects')).toBe(true)
  })

  it('compares nothing in a round within which the node ended', () => {
    const last = parsed.rounds.at(-1)!
    const { rounds, difference } = withRound(parsed, last.round, (one) => ({
      ...one,
      inputs: [],
      answer: null,
    }))
    expect({ rounds, difference }).toEqual({ rounds: last.round - 1, difference: null })
  })

  it('finds each flipped byte in the very line, whichever byte it is', () => {
    const reader = new RecordingReader(sha256)
    for (const [number, text] of recorded[0]!.lines.entries()) {
      for (const place of [0, number % text.length, text.length >> 1, text.length - 1]) {
        const flipped = String.fromCharCode(text.charCodeAt(place) ^ (1 << (number % 7)))
        const changed = text.slice(0, place) + flipped + text.slice(place + 1)
        expect(() => reader.take(changed)).toThrow(ChangedLineError)
      }
      reader.take(text)
    }
  })

  it('takes no line out of its place, and names a field that is wrong', () => {
    const reader = new RecordingReader(sha256)
    expect(() => reader.take(recorded[0]!.lines[1]!)).toThrow(/was changed \(chain broken\)/)
    const [text = ''] = sealAll(['{"kind":"round","round":0,"answer":null'])
    expect(() => reader.take(text)).toThrow(/line.round is not from 1/)
    const [garbage = ''] = sealAll(['{"kind":'])
    expect(() => new RecordingReader(sha256).take(garbage)).toThrow(/line is not JSON/)
  })
})

it('a recovery that contradicts itself is a difference of round 0', () => {
  const head = parse(storm(1).recorded()[0]!).head
  const replayer = new Replayer(head, sha256)
  const snapshot = { through: 3, digest: '0'.repeat(16), body: 'no state' }
  expect(replayer.recoverSnapshot(snapshot)).toMatchObject({ what: 'recovery', round: 0 })
})
