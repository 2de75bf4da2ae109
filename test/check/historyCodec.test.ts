/** Histories as text: what is taken, and what is refused with its place. */
import { describe, expect, it } from 'vitest'
import { FrameError } from '../../src/shared/frame'
import { HISTORY_LINE_CHARS_MAX, parseHistory } from '../../src/shared/historyCodec'

const invoke = '{"process":1,"type":"invoke","f":"write","key":"x","value":1,"time":5}'
const ok = '{"process":1,"type":"ok","f":"write","key":"x","time":6}'

/** `invoke` with some fields replaced. */
const changed = (fields: object) => JSON.stringify({ ...JSON.parse(invoke), ...fields })

describe('a history', () => {
  it('is taken line by line; blank lines count as lines', () => {
    const { entries, lines } = parseHistory(`\n${invoke}\r\n\n${ok}\n`, 'h.jsonl', 'register')
    expect(entries).toEqual([
      { process: 1, type: 'invoke', f: 'write', key: 'x', value: 1, time: 5 },
      { process: 1, type: 'ok', f: 'write', key: 'x', time: 6 },
    ])
    expect(lines).toEqual([2, 4])
  })

  it('takes numbers as keys, entries without a time, and fields that it does not know', () => {
    const line = '{"process":0,"type":"invoke","f":"cas","key":7,"value":[null,"a"],"index":3}'
    const { entries } = parseHistory(line, 'h', 'kv')
    expect(entries).toEqual([
      { process: 0, type: 'invoke', f: 'cas', key: '7', value: [null, 'a'], time: 0 },
    ])
  })

  const REFUSED: readonly (readonly [what: string, text: string, words: RegExp])[] = [
    ['half a line', invoke.slice(0, 20), /^h:1: not JSON/],
    ['a list', '[]', /^h:1: entry is not an object/],
    ['NaN', invoke.replace('"time":5', '"time":NaN'), /^h:1: not JSON/],
    ['no process', changed({ process: undefined }), /^h:1: entry.process/],
    ['a process with a name', changed({ process: 'p' }), /^h:1: entry.process/],
    ['an unknown type', changed({ type: 'maybe' }), /^h:1: entry.type is none of invoke/],
    ['an unknown function', changed({ f: 'swap' }), /^h:1: entry.f is none of read/],
    ['no key', changed({ key: undefined }), /^h:1: entry.key/],
    ['a value of another kind', changed({ value: true }), /^h:1: entry.value is no text/],
    ['a list of three', changed({ value: [1, 2, 3] }), /^h:1: entry.value is a list, but no pair/],
    ['a number that is rounded', changed({ value: 2 ** 60 }), /^h:1: entry.value is too large/],
    ['a time of another kind', changed({ time: '5' }), /^h:1: entry.time is not a number/],
    ['a completion alone', `\n${ok}`, /^h:2: process 1 completes write without an invocation/],
    ['two at once', `${invoke}\n${invoke}`, /^h:2: process 1 invokes write while its write is/],
    ['another f', `${invoke}\n${ok.replace('write', 'del')}`, /^h:2: f "del" is not that/],
    ['another key', `${invoke}\n${ok.replace('"x"', '"y"')}`, /^h:2: key "y" is not that/],
    ['time that goes back', `${invoke}\n${ok.replace('6', '4')}`, /^h:2: time 4 is before 5/],
    ['a line that is too long', ' '.repeat(HISTORY_LINE_CHARS_MAX) + invoke, /^h:1: the line is/],
  ]

  it.each(REFUSED)('refuses %s', (_what, text, words) => {
    const parse = () => parseHistory(text, 'h', 'kv')
    expect(parse).toThrow(FrameError)
    expect(parse).toThrow(words)
  })

  it('refuses what the model does not have', () => {
    const line = changed({ f: 'append' })
    expect(() => parseHistory(line, 'h', 'register')).toThrow(/^h:1: register has no append/)
    expect(parseHistory(line, 'h', 'append').entries).toHaveLength(1)
    expect(parseHistory(line, 'h', null).entries).toHaveLength(1)
  })
})
