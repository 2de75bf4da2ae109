/** What leaves the lab for other tools: each line is what that tool reads. */
import { expect, it } from 'vitest'
import { causalOrder } from '../../src/core/check/causality'
import type { LabEvent } from '../../src/core/event'
import { CSV_HEAD, csvLine, ednLine, eventText, shivizLines } from '../../src/shared/exportText'

const STEPS = [
  { node: 1, life: 1, at: 1, sends: 'm', text: 'sent a\nline' },
  { node: 2, life: 3, at: 1, receives: 'm', text: 'got {braces} it' },
]

/** As ShiViz does: the first line is the pattern, the second one parts executions. */
function readAsShiviz(lines: readonly string[]) {
  const [pattern = '', delimiter, ...rest] = lines
  expect(delimiter).toBe('')
  const found = [...rest.join('\n').matchAll(new RegExp(pattern, 'g'))]
  expect(found).toHaveLength(rest.length)
  return found.map(({ groups }) => {
    const { host, clock = '', event, life } = groups ?? {}
    return { host, event, life, clock: JSON.parse(clock) as Record<string, number> }
  })
}

it('a ShiViz log can be read by its own first line', () => {
  const events = readAsShiviz([...shivizLines(causalOrder(STEPS), '')])
  expect(events).toEqual([
    { host: 'node1', life: '1', event: 'sent a line', clock: { node1: 1 } },
    { host: 'node2', life: '3', event: 'got {braces} it', clock: { node1: 1, node2: 1 } },
  ])
})

it('a note in the first line is said and changes nothing', () => {
  const lines = [...shivizLines(causalOrder(STEPS), 'order within nodes only: (no) messages')]
  expect(lines[0]).toContain('order within nodes only: -no- messages')
  expect(readAsShiviz(lines)).toHaveLength(2)
})

it('a history is printed as EDN', () => {
  const base = { process: 3, key: 'x', time: 17 }
  expect(ednLine({ ...base, type: 'invoke', f: 'read' })).toBe(
    '{:process 3, :type :invoke, :f :read, :key "x", :value nil, :time 17}',
  )
  expect(ednLine({ ...base, type: 'ok', f: 'cas', value: ['a', null], result: true })).toBe(
    '{:process 3, :type :ok, :f :cas, :key "x", :value ["a" nil], :result true, :time 17}',
  )
  const odd = ednLine({ ...base, type: 'ok', f: 'write', value: 'a"\\b\b\n\u0001' })
  expect(odd).toContain(':value "a\\"\\\\b\\u0008\\n\\u0001"')
})

it('events are rows of CSV, whatever their text holds', () => {
  const event: LabEvent = {
    ...{ seq: 7, atMs: 1.5, by: 2, life: 1, nodeSeq: 4 },
    ...{ type: 'voted', ballot: { round: 3, node: 2 }, slot: 9, count: 1, ids: ['a"b'] },
  }
  expect(CSV_HEAD.split(',')).toHaveLength(10)
  expect(csvLine(event)).toBe(
    '7,1.5,2,1,4,voted,3.2,9,1,"voted ballot=3.2 slot=9 count=1 ids=[""a\\""b""]"',
  )
  const note: LabEvent = {
    seq: 8,
    atMs: 2,
    by: 'lab',
    type: 'labNote',
    level: 'info',
    words: 'a,b',
  }
  expect(csvLine(note)).toBe('8,2,lab,,,labNote,,,,"labNote level=info words=a,b"')
  expect(eventText(note)).toBe('labNote level=info words=a,b')
})
