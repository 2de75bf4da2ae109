/** The verb `step`: what is typed, what is asked of the lab, and what comes back in words. */
import { describe, expect, it } from 'vitest'
import type { GateFrame, LabEvent } from '../../src/core/event'
import { IDLE_STATUS } from '../../src/renderer/src/stores/lab'
import { parseArgs } from '../../src/shared/apiSchemas'
import { performStep } from '../../src/shared/stepVerbs'
import type { StepVerb } from '../../src/shared/stepVerbs'
import type { StepChoice, StepReport } from '../../src/shared/stepping'
import {
  causedWords,
  frameWords,
  matchFor,
  matchText,
  quoteWords,
} from '../../src/shared/stepWords'
import { splitWords } from '../../src/shared/verbArgs'
import { VerbError, parseVerb } from '../../src/shared/verbs'
import { MemoryLab } from '../support/memoryLab'

const one = (choice: object) => ({ verb: 'step', act: 'one', choice })
const LINK = { from: 1, to: 2, both: false }

describe('parseVerb', () => {
  it.each([
    ['step', { verb: 'step', act: 'list' }],
    ['step on', { verb: 'step', act: 'on' }],
    ['step off', { verb: 'step', act: 'off' }],
    ['step script', { verb: 'step', act: 'script' }],
    ['step next', { verb: 'step', act: 'next', count: 1 }],
    ['step 12', { verb: 'step', act: 'next', count: 12 }],
    ['step frame 7', one({ kind: 'frame', id: 7 })],
    ['step drop 7', one({ kind: 'drop', id: 7 })],
    ['step deliver 1 > 2', one({ kind: 'deliver', links: LINK, match: {} })],
    [
      'step lose 1>2 accept slot 4',
      one({ kind: 'lose', links: LINK, match: { types: ['accept'], slotFrom: 4, slotTo: 4 } }),
    ],
    ['step timer leader heartbeat', one({ kind: 'timer', node: 'leader', timer: 'heartbeat' })],
    ['step client 2', one({ kind: 'request', node: 2 })],
    [
      'step client 2 SET k "two words"',
      one({ kind: 'command', node: 2, args: ['SET', 'k', 'two words'] }),
    ],
    ['step propose 1 INCR n', one({ kind: 'propose', node: 1, args: ['INCR', 'n'] })],
    ['step elect follower', one({ kind: 'elect', node: 'follower' })],
    ['move 7 before 5', { verb: 'move', id: 7, place: 'before', other: 5 }],
    ['move 7 after 5', { verb: 'move', id: 7, place: 'after', other: 5 }],
  ])('%s', (line, want) => {
    expect(parseVerb(line)).toEqual(want)
  })

  it.each([
    ['step over', /"over" is not a step/],
    ['step 5000', /at most 1000 steps/],
    ['step frame', /the id of a held frame is missing/],
    ['step timer 1', /the timer is missing/],
    ['step timer 1 tea', /"tea" is not a timer \(election, /],
    ['step deliver 1 2 accept', /a link is written A > B/],
    ['step on now', /"now" is too much/],
    ['move 7 beside 5', /"beside" is neither before nor after/],
    ['move 7 after', /the id of a held frame is missing/],
  ])('%s: says what is wrong', (line, words) => {
    expect(() => parseVerb(line)).toThrow(VerbError)
    expect(() => parseVerb(line)).toThrow(words)
  })
})

const frame = (id: number, change: Partial<GateFrame> = {}): GateFrame => ({
  ...{ id, link: { from: 1, to: 2 }, message: 'accept', ballot: { round: 3, node: 1 } },
  ...{ slot: 4, count: 1, bytes: 90, fault: 'f1' },
  ...change,
})

describe('a frame in a script', () => {
  it.each([
    ['its type, where that is enough', [frame(1), frame(2, { message: 'prepare' })], 2, 'prepare'],
    ['its slot, behind others of its type', [frame(1), frame(2, { slot: 5 })], 2, 'accept slot 5'],
    [
      'its ballot at last, which differs from run to run',
      [frame(1), frame(2, { ballot: { round: 4, node: 1 } })],
      2,
      'accept slot 4 ballot 4.1',
    ],
    [
      'frames of other links do not count',
      [frame(1, { link: { from: 1, to: 3 } }), frame(2)],
      2,
      'accept',
    ],
    [
      'any, for a type that nobody knows',
      [frame(2, { message: null, slot: 0, ballot: null })],
      2,
      'any',
    ],
  ])('is named by %s', (_, frames, id, want) => {
    const own = frames.find((each) => each.id === id) ?? frame(0)
    expect(matchText(matchFor(own, frames))).toBe(want)
  })

  it('has words, and commands are quoted so that they are read back', () => {
    expect(frameWords(frame(7, { count: 3 }))).toBe('7: 1 > 2 accept 3.1 slots 4-6')
    const args = ['SET', 'k', 'two words', 'a"b\\c', '', "it's", 'x>y', 'line\nfeed']
    expect(splitWords(quoteWords(args))).toEqual(args)
  })
})

describe('what a step caused', () => {
  const stamp = { seq: 1, atMs: 2, by: 2, life: 1, nodeSeq: 3 } as const
  const ballot = { round: 3, node: 1 }
  it.each<[LabEvent, string]>([
    [{ ...stamp, type: 'voted', ballot, slot: 4, count: 1, ids: ['a'] }, 'N2 voted 3.1 slot 4'],
    [{ ...stamp, type: 'applied', through: 9, digest: '' }, 'N2 applied through 9'],
    [
      { seq: 1, atMs: 2, by: 'lab', type: 'frameHeld', frame: frame(7) },
      'comes 7: 1 > 2 accept 3.1 slot 4',
    ],
  ])('%#', (event, want) => {
    expect(causedWords(event)).toBe(want)
  })
})

describe('performStep', () => {
  const report = (number: number, framesTotal: number): StepReport => ({
    ...{ number, step: `step ${number}: deliver`, lost: null, events: [], eventsTotal: 0 },
    framesTotal,
  })
  function rig(left: number) {
    const asked: StepChoice[] = []
    const lab = Object.assign(new MemoryLab(), {
      stepPerform: (choice: StepChoice) => {
        asked.push(choice)
        return Promise.resolve(report(asked.length, left - asked.length))
      },
    })
    const say = (verb: StepVerb) => performStep(lab, verb, IDLE_STATUS)
    return { asked, say }
  }

  it('several deliveries end when nothing waits any more', async () => {
    const { asked, say } = rig(3)
    const result = await say({ verb: 'step', act: 'next', count: 10 })
    expect(asked).toEqual(Array(3).fill({ kind: 'next' }))
    expect(result.words).toMatch(
      /^step 1: deliver\n {2}2 frames wait\nstep 2: .*\n {2}1 frame waits\n/,
    )
  })

  it('a link and a node are looked up', async () => {
    const { asked, say } = rig(1)
    await say({ verb: 'step', act: 'one', choice: { kind: 'deliver', links: LINK, match: {} } })
    await say({ verb: 'step', act: 'one', choice: { kind: 'request', node: 2 } })
    expect(asked).toEqual([
      { kind: 'deliver', link: { from: 1, to: 2 }, match: {} },
      { kind: 'request', node: 2, id: null },
    ])
  })
})

describe('from a viewer', () => {
  it.each<StepChoice>([
    { kind: 'next' },
    { kind: 'frame', id: 3 },
    { kind: 'lose', link: { from: 1, to: 2 }, match: { types: ['accept'] } },
    { kind: 'timer', node: 2, timer: 'election' },
    { kind: 'request', node: 2, id: null },
    { kind: 'command', node: 2, args: ['SET', 'k', 'v'] },
    { kind: 'elect', node: 9 },
  ])('%j is taken', (choice) => {
    expect(parseArgs('stepPerform', [choice])).toEqual([choice])
  })

  it.each([
    { kind: 'jump' },
    { kind: 'frame', id: 0 },
    { kind: 'timer', node: 2, timer: 'tea' },
    { kind: 'command', node: 2, args: [] },
    { kind: 'elect', node: 10 },
    { kind: 'next', count: 3 },
  ])('%j is refused', (choice) => {
    expect(() => parseArgs('stepPerform', [choice])).toThrow(/stepPerform/)
  })
})
