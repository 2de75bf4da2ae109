/** What the lab writes down of its clients, and what I14 makes of it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HistoryBook } from '../../src/main/lab/historyBook'
import { findingOfBook } from '../../src/main/lab/historyFinding'
import { readHistory } from '../../src/main/lab/historyFile'
import type { RespReply } from '../../src/main/lab/respReply'
import { temporaryDir } from '../support/cluster'

let dir = ''
beforeEach(() => {
  dir = temporaryDir()
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const OK: RespReply = { kind: 'status', text: 'OK' }
const NIL: RespReply = { kind: 'nil' }
const text = (value: string): RespReply => ({ kind: 'bulk', text: value })
const count = (value: number): RespReply => ({ kind: 'integer', value })
const fault = (words: string): RespReply => ({ kind: 'error', text: words })

function open(entriesMax?: number) {
  let nowMs = 0
  const problems: string[] = []
  const path = join(dir, 'history.jsonl')
  const tell = (words: string) => void problems.push(words)
  const book = new HistoryBook(path, () => (nowMs += 1), tell, entriesMax)
  /** A request that is answered at once. */
  const ask = (args: string, reply: RespReply | null, sent = true) =>
    book.begin(args.split(' '))(reply, sent)
  return { book, path, problems, ask }
}

describe('the history of the lab', () => {
  it('says each command that a history can say, with its answer', async () => {
    const { book, path, problems, ask } = open()
    ask('SET x 1', OK)
    ask('get x', text('1'))
    ask('GET y', NIL)
    ask('CAS x 1 2', count(1))
    ask('CAS x 1 2', count(0))
    ask('INCRBY n 5', count(5))
    ask('DECR n', count(4))
    ask('SETNX x 3', count(0))
    ask('GETSET x 4', text('2'))
    ask('APPEND l ab', count(2))
    ask('DEL x', count(1))
    ask('PING', { kind: 'status', text: 'PONG' })
    await book.finish()
    const { entries } = await readHistory(path, 'kv')
    expect(entries).toEqual(await book.read())
    const ends = entries.filter(({ type }) => type === 'ok')
    expect(ends.map(({ f, value, result }) => [f, value, result])).toEqual([
      ['write', undefined, undefined],
      ['read', '1', undefined],
      ['read', null, undefined],
      ['cas', undefined, true],
      ['cas', undefined, false],
      ['incr', undefined, 5],
      ['incr', undefined, 4],
      ['setnx', undefined, 0],
      ['getset', undefined, '2'],
      ['append', undefined, 2],
      ['del', undefined, 1],
    ])
    expect(entries[0]?.time).toBe(1e6)
    expect(await findingOfBook(book)).toMatchObject({ verdict: 'valid' })
    expect(problems).toEqual([])
  })

  it('what was cut off is unknown, and its process is not used again', async () => {
    const { book, ask } = open()
    ask('SET x 1', OK)
    ask('SET x 2', fault('UNKNOWN nobody knows'))
    ask('SET x 3', null)
    ask('SET x 4', null, false)
    ask('SET x 5', fault('NOLEADER it will never be applied'))
    const ends = (await book.read()).filter(({ type }) => type !== 'invoke')
    expect(ends.map(({ process, type }) => [process, type])).toEqual([
      [0, 'ok'],
      [0, 'info'],
      [1, 'info'],
      [2, 'fail'],
      [2, 'fail'],
    ])
  })

  it('is violated by a write that was lost, and says so', async () => {
    const { book, ask } = open()
    ask('SET x 1', OK)
    ask('GET x', NIL)
    const finding = await findingOfBook(book)
    expect(finding?.verdict).toBe('violated')
    expect(finding?.words).toContain('read absent')
  })

  it('is bounded: what comes later is counted, and nothing of it is judged', async () => {
    const { book, ask } = open(4)
    ask('SET x 1', OK)
    const late = book.begin(['SET', 'x', '2'])
    ask('SET x 3', OK)
    late(OK, true)
    ask('GET x', text('3'))
    expect(await book.read()).toHaveLength(4)
    expect(book.dropped).toBe(3)
    const finding = await findingOfBook(book)
    expect(finding).toMatchObject({ verdict: 'unknown' })
    expect(finding?.words).toContain('3 entries after that were not kept')
  })

  it('a key is followed up to a command that a history cannot say', async () => {
    const { book, ask } = open()
    ask('SET x 1', OK)
    ask('SET y 1', OK)
    ask('MSET x 2 z 2', OK)
    ask('GET x', text('2'))
    ask('SESSION DO s 1 ACKED 0 INCR y', count(2))
    ask('GET y', text('2'))
    expect(await book.read()).toHaveLength(4)
    expect([...book.keysLeft]).toEqual(['x', 'z', 'y'])
    expect(await findingOfBook(book)).toMatchObject({ verdict: 'valid' })
    ask('FLUSHALL', OK)
    ask('GET other', NIL)
    expect(book.dropped).toBe(1)
  })

  it('a key with a value of somebody else is left out', async () => {
    const { book, ask } = open()
    ask('SET x 1', OK)
    ask('GET x', text('by redis-cli'))
    ask('GET y', NIL)
    const finding = await findingOfBook(book)
    expect(finding?.verdict).toBe('unknown')
    expect(finding?.words).toContain('1 keys hold values that no client of the lab wrote')
    ask('SET y 1', OK)
    ask('GET y', NIL)
    expect(await findingOfBook(book)).toMatchObject({ verdict: 'violated' })
  })

  it('a file that cannot be written is told once', async () => {
    const { book, path, problems, ask } = open()
    rmSync(dir, { recursive: true, force: true })
    ask('SET x 1', OK)
    await book.finish()
    ask('SET x 2', OK)
    await book.finish()
    expect(problems).toHaveLength(1)
    expect(() => readFileSync(path)).toThrow()
    expect(await book.read()).toHaveLength(4)
  })
})

describe('what is in the file', () => {
  it('is not kept in memory, and is read again in its order, with what still waits', async () => {
    const { book, ask } = open()
    ask('SET x 1', OK)
    ask('INCR n', count(1))
    await book.finish()
    ask('GET x', text('1'))
    const entries = await book.read()
    expect(entries.map(({ f, type }) => `${f} ${type}`)).toEqual([
      'write invoke',
      'write ok',
      'incr invoke',
      'incr ok',
      'read invoke',
      'read ok',
    ])
    expect(await book.read()).toEqual(entries)
    expect(book.count).toBe(6)
  })

  it('what a write that failed left behind is not read', async () => {
    const { book, path, problems, ask } = open()
    ask('SET x 1', OK)
    await book.finish()
    const whole = readFileSync(path)
    rmSync(path)
    mkdirSync(path)
    ask('SET x 2', OK)
    await book.finish()
    expect(problems).toHaveLength(1)
    rmSync(path, { recursive: true })
    writeFileSync(path, `${whole.toString()}{"process":0,"type":"invo`)
    expect(await book.read()).toHaveLength(4)
    expect(await findingOfBook(book)).toMatchObject({ verdict: 'valid' })
  })

  it('that cannot be read again makes the run unknown, and says why', async () => {
    const { book, path, ask } = open()
    ask('SET x 1', OK)
    await book.finish()
    rmSync(path)
    const finding = await findingOfBook(book)
    expect(finding?.verdict).toBe('unknown')
    expect(finding?.words).toContain('cannot be read again')
  })

  it('a number that a history cannot say was not observed', async () => {
    const { book, ask } = open()
    ask('INCR n', count(2 ** 60))
    await book.finish()
    expect((await book.read()).at(-1)).not.toHaveProperty('result')
    expect(await findingOfBook(book)).toMatchObject({ verdict: 'valid' })
  })
})
