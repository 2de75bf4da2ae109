/** Predicates over events: what parses, what is refused, what fits; the table against the docs. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { ConditionError } from '../../src/shared/condition'
import { EVENT_FIELDS } from '../../src/shared/eventFields'
import { fits, parseEventPredicate } from '../../src/shared/eventPredicate'
import { root } from '../support/tree'

const STAMP = { seq: 1, atMs: 1500 }
const NODE = { ...STAMP, by: 3, life: 1, nodeSeq: 1 } as const
const ballot = (round: number, node: number) => ({ round, node })

const promised: LabEvent = { ...NODE, type: 'promised', ballot: ballot(2, 1) }
const chosen: LabEvent = {
  ...{ ...NODE, type: 'chosen', ballot: ballot(2, 1), slot: 140, count: 3 },
  ids: ['a', 'b', 'c'],
}
const healed: LabEvent = {
  ...{ ...STAMP, by: 'lab', type: 'faultEnded' },
  fault: { id: 'f3', fault: { kind: 'kill', node: 2 }, startedAtMs: 0, endedAtMs: 9 },
}
const replied: LabEvent = {
  ...{ ...STAMP, by: 'lab', type: 'clientReplied', node: 2, command: 'GET k' },
  ...{ reply: '"two words"', outcome: 'ok', latencyMs: 12.5 },
}
const held: LabEvent = {
  ...{ ...STAMP, by: 'lab', type: 'frameHeld' },
  frame: {
    ...{ id: 7, link: { from: 1, to: 2 }, message: 'accept', ballot: ballot(3, 1) },
    ...{ slot: 4, count: 1, bytes: 90, fault: 'f1' },
  },
}

describe('predicates', () => {
  it.each<[string, LabEvent, boolean]>([
    ['promised', promised, true],
    ['promised by=3', promised, true],
    ['promised by=2', promised, false],
    ['promised by!=lab', promised, true],
    ['promised by=3 ballot>=2.1', promised, true],
    ['promised ballot>2.1', promised, false],
    ['promised ballot<10.1', promised, true],
    ['promised atMs>1000', promised, true],
    ['chosen', promised, false],
    ['chosen slot=141', chosen, true],
    ['chosen slot=143', chosen, false],
    ['chosen slot>=142 slot<=142', chosen, true],
    ['chosen slot>142', chosen, false],
    ['chosen slot<140', chosen, false],
    ['chosen slot!=141', chosen, true],
    ['chosen slot>=141 slot<142 slot!=141', chosen, false],
    ['chosen slot >= 1  count=3', chosen, true],
    ['faultEnded', healed, true],
    ['faultEnded id=f3 kind=kill node=2', healed, true],
    ['faultEnded kind=pause', healed, false],
    ['clientReplied reply="\\"two words\\""', replied, false],
    ['clientReplied latencyMs>12 outcome=ok', replied, true],
    ['clientReplied command="GET k"', replied, true],
    ['frameHeld from=1 to=2 message=accept ballot=3.1', held, true],
    ['frameHeld message=accepted', held, false],
  ])('%s', (text, event, want) => {
    if (text.includes('\\"')) return expect(() => parseEventPredicate(text)).toThrow(ConditionError)
    expect(fits(parseEventPredicate(text), event)).toBe(want)
  })

  it.each([
    ['', /is not a type of event/],
    ['elect', /"elect" is not a type of event; there are promised, /],
    ['toString', /"toString" is not a type of event/],
    ['chosen slots=1', /"slots" is not a field of chosen; there are by, .*slot/],
    ['chosen constructor=1', /not a field/],
    ['chosen slot', /"slot" is not FIELD OPERATOR VALUE/],
    ['chosen slot=', /is not FIELD OPERATOR VALUE/],
    ['chosen slot=many', /slot: "many" is not a number/],
    ['chosen ballot=3', /ballot: "3" is not a ballot such as 2.1/],
    ['promised by=leader', /by: "leader" is not a node, or lab/],
    ['clientReplied outcome>ok', /">" needs a number or a ballot/],
    ['clusterStarted direct=yes', /"yes" is not true or false/],
    ['chosen; process.exit()', /is not FIELD OPERATOR VALUE/],
  ])('%j is refused', (text, words) => {
    expect(() => parseEventPredicate(text)).toThrow(ConditionError)
    expect(() => parseEventPredicate(text)).toThrow(words)
  })
})

describe('the table of events', () => {
  /** Rows of docs/events.md: names of events in the first cell, fields in the second. */
  const rows = readFileSync(join(root, 'docs/events.md'), 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([first, names = '']) => first === '' && /^(`\w+`(, )?)+$/.test(names))
    .map(([, names = '', fields = '']) => ({
      names: [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
      // Values of a field stand in brackets behind it.
      fields: [...fields.replace(/\([^)]*\)/g, '').matchAll(/`(\w+)`/g)].map(
        ([, name = '']) => name,
      ),
    }))
  const documented = new Map(rows.flatMap((row) => row.names.map((name) => [name, row])))
  /** Told by simulator, explorer and replay only; or parts of what the docs name as a whole. */
  const ELSEWHERE = ['sent', 'received']

  it.each(Object.keys(EVENT_FIELDS).filter((type) => !ELSEWHERE.includes(type)))(
    'docs/events.md has %s',
    (type) => {
      expect([...documented.keys()]).toContain(type)
    },
  )

  it.each(
    Object.entries(EVENT_FIELDS).filter(([type]) => documented.get(type)?.names.length === 1),
  )('a predicate can ask for every plain field of %s', (type, known) => {
    const given = documented.get(type)?.fields ?? []
    const plain = given.filter((field) => !MANIFOLD.includes(field))
    expect(plain.filter((field) => !Object.hasOwn(known, field))).toEqual([])
  })
})

/** Fields that hold more than one value: lists, histograms, faults, frames, results. */
const MANIFOLD = [
  ...['ids', 'ranges', 'witnesses', 'members', 'quorums', 'roles', 'tail', 'nodes', 'links'],
  ...[
    'latency',
    'evidence',
    'service',
    'messages',
    'policy',
    'fault',
    'frame',
    'result',
    'reasons',
  ],
]
