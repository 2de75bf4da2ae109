/** What lab, switchboard and viewers tell each other of the gate is parsed, never trusted. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameMatches } from '../../src/core/fault'
import type { FrameHead } from '../../src/core/fault'
import { LabCallError } from '../../src/shared/api'
import { parseArgs } from '../../src/shared/apiSchemas'
import { parseLabToSwitchboard, parseSwitchboardToLab } from '../../src/shared/controlCodec'
import { GATE_IDS_MAX, GATE_LIST_MAX } from '../../src/shared/gate'

const link = { from: 1, to: 2 }
const match = { types: ['accept'], slotFrom: 3, slotTo: 4, ballotNode: 2, ballotRound: 7 }
const frame = {
  id: 7,
  link,
  message: 'accept',
  ballot: { round: 7, node: 2 },
  slot: 3,
  count: 2,
  bytes: 99,
  fault: 'f1',
}

describe('lab to switchboard', () => {
  it.each([
    { action: 'list', match: {} },
    { action: 'list', match },
    { action: 'inspect', id: 7 },
    { action: 'links' },
    { action: 'move', id: 3, place: 'before', other: 1 },
    { action: 'release', select: { kind: 'all' } },
    { action: 'drop', select: { kind: 'ids', ids: [3, 1, 2] } },
    { action: 'drop', select: { kind: 'ids', ids: [3], skipGone: true } },
    { action: 'duplicate', select: { kind: 'link', link, count: 3 } },
    { action: 'release', select: { kind: 'match', match, count: 3 } },
    { action: 'wait', match, count: 2, timeoutMs: 0 },
  ])('%j is taken as it is', (body) => {
    const said = { type: 'gate', call: 1, body }
    expect(parseLabToSwitchboard(said)).toEqual(said)
  })

  it.each([
    [{ action: 'open' }, /body\.action/],
    [{ action: 'list' }, /body\.match is not an object/],
    [{ action: 'list', match: { types: ['vote'] } }, /types\[0\] is not a message type/],
    [{ action: 'list', match: { slotFrom: 0 } }, /slotFrom is not from 1/],
    [{ action: 'inspect', id: 'x' }, /body\.id/],
    [{ action: 'move', id: 3, place: 'under', other: 1 }, /place/],
    [{ action: 'move', id: 3, place: 'after', other: 0 }, /other is not from 1/],
    [{ action: 'release', select: { kind: 'ids', ids: Array(GATE_IDS_MAX + 1).fill(1) } }, /more/],
    [{ action: 'drop', select: { kind: 'ids', ids: [3], skipGone: 1 } }, /skipGone/],
    [{ action: 'drop', select: { kind: 'link', link, count: 0 } }, /count is not from 1/],
    [{ action: 'wait', match: {}, count: 1, timeoutMs: -1 }, /timeoutMs/],
  ])('%# is refused', (body, words) => {
    expect(() => parseLabToSwitchboard({ type: 'gate', call: 1, body })).toThrow(words)
  })

  it.each([
    { kind: 'hold', links: [link], match, atEnd: 'drop' },
    { kind: 'hold', links: [link], match: {}, atEnd: 'release', adversary: 'flp' },
    { kind: 'reorder', links: [link], probability: 0.5, windowMs: 20 },
    { kind: 'delay', links: [link], delayMs: 5, jitterMs: 0, match },
    { kind: 'drop', links: [link], probability: 1, match },
    { kind: 'dropNext', links: [link], count: 1, match },
    { kind: 'duplicate', links: [link], probability: 1, match },
  ])('the fault %j is taken as it is', (fault) => {
    const said = { type: 'startFault', call: 1, id: 'f1', fault }
    expect(parseLabToSwitchboard(said)).toEqual(said)
  })

  it.each([
    { kind: 'hold', links: [link], match: {}, atEnd: 'keep' },
    { kind: 'hold', links: [link], atEnd: 'drop' },
    { kind: 'hold', links: [link], match: {}, atEnd: 'drop', adversary: 'god' },
    { kind: 'reorder', links: [link], probability: 2, windowMs: 20 },
    { kind: 'reorder', links: [link], probability: 0.5, windowMs: -1 },
  ])('the fault %j is refused', (fault) => {
    const said = { type: 'startFault', call: 1, id: 'f1', fault }
    expect(() => parseLabToSwitchboard(said)).toThrow(/fault/)
  })
})

describe('switchboard to lab', () => {
  const answer = {
    error: null,
    total: 1,
    frames: [{ ...frame, heldMs: 1.5 }],
    text: null,
    isLate: false,
  }
  it('an answer and acts are taken as they are', () => {
    const said = { type: 'gateAnswer', call: 1, answer }
    expect(parseSwitchboardToLab(said)).toEqual(said)
    const strange = { ...frame, message: null, ballot: null }
    const acts = [
      { act: 'held', frame },
      { act: 'released', frame: strange, how: 'byHand' },
      { act: 'dropped', frame, how: 'holdEnded' },
      { act: 'moved', frame, before: 4 },
      { act: 'moved', frame, before: null },
    ]
    const told = { type: 'gateActs', skipped: 2, acts }
    expect(parseSwitchboardToLab(told)).toEqual(told)
  })
  it('an answer about links is taken as it is', () => {
    const came = [{ ...link, frames: 12 }]
    const said = { type: 'gateAnswer', call: 1, answer: { ...answer, open: [link], came } }
    expect(parseSwitchboardToLab(said)).toEqual(said)
  })
  it.each([
    { ...answer, frames: [{ ...frame }] },
    { ...answer, frames: Array(GATE_LIST_MAX + 1).fill({ ...frame, heldMs: 1 }) },
    { ...answer, isLate: 'no' },
    { ...answer, total: -1 },
  ])('answer %# is refused', (wrong) => {
    const said = { type: 'gateAnswer', call: 1, answer: wrong }
    expect(() => parseSwitchboardToLab(said)).toThrow(/answer/)
  })
})

describe('from a viewer', () => {
  it.each([
    ['gateList', [match]],
    ['gateInspect', [7]],
    ['gateRelease', [{ kind: 'ids', ids: [2, 1] }]],
    ['gateWait', [{}, 2, 1000]],
    ['startAdversary', [{ kind: 'flp', holdMsMax: null }]],
    ['changeLinks', [[link], { kind: 'hold', match: {}, atEnd: 'release' }]],
    ['changeLinks', [[link], { kind: 'drop', probability: 1, match }]],
  ] as const)('%s %j is taken as it is', (name, args) => {
    expect(parseArgs(name, args)).toEqual(args)
  })
  it.each([
    ['gateList', [{ types: [] }], 'argument 1.types'],
    ['gateList', [{ slots: 3 }], 'argument 1'],
    ['gateRelease', ['all'], 'argument 1'],
    ['gateRelease', [{ kind: 'ids', ids: [] }], 'argument 1.ids'],
    ['gateWait', [{}, 1, 1e9], 'argument 3'],
    ['startAdversary', [{ kind: 'flp', holdMsMax: 1 }], 'argument 1.holdMsMax'],
  ] as const)('%s %j is refused', (name, args, words) => {
    expect(() => parseArgs(name, args)).toThrow(LabCallError)
    expect(() => parseArgs(name, args)).toThrow(words)
  })
})

describe('match', () => {
  const head = (changes: Partial<FrameHead> = {}): FrameHead => ({
    type: 'accept',
    ballot: { round: 7, node: 2 },
    runs: [{ from: 10, to: 12 }],
    ...changes,
  })
  it.each([
    [{}, {}, true],
    [{}, { type: null, ballot: null, runs: [] }, true],
    [{ types: ['nack', 'accept'] }, {}, true],
    [{ types: ['nack'] }, {}, false],
    [{ types: ['nack'] }, { type: null }, false],
    [{ ballotNode: 2, ballotRound: 7 }, {}, true],
    [{ ballotNode: 2, ballotRound: 8 }, {}, false],
    [{ ballotNode: 2 }, { ballot: null }, false],
    [{ slotTo: 9 }, {}, false],
    [{ slotTo: 10 }, {}, true],
    [{ slotFrom: 12 }, {}, true],
    [{ slotFrom: 13 }, {}, false],
    [{ slotFrom: 13 }, { runs: [{ from: 1, to: null }] }, true],
    [{ slotFrom: 1 }, { runs: [] }, false],
  ] as const)('%j on %j: %s', (wanted, changes, want) => {
    expect(frameMatches(wanted, head(changes))).toBe(want)
  })
  it('an overlap is an overlap from either side', () => {
    const slot = fc.integer({ min: 1, max: 30 })
    fc.assert(
      fc.property(slot, slot, slot, slot, (a, b, c, d) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const [slotFrom, slotTo] = [Math.min(c, d), Math.max(c, d)]
        const slots = Array.from({ length: to - from + 1 }, (_, index) => from + index)
        const want = slots.some((each) => each >= slotFrom && each <= slotTo)
        expect(frameMatches({ slotFrom, slotTo }, head({ runs: [{ from, to }] }))).toBe(want)
      }),
    )
  })
})
