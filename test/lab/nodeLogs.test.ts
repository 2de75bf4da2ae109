/** What the processes of a run write: kept in bounds, beside the record, and read back. */
import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { eachLine, LOG_FILE, LOG_LINES_MAX, NodeLogs, readLogs } from '../../src/main/lab/nodeLogs'
import { logNotes } from '../../src/main/lab/nodeLogWords'
import { LOG_LINE_CHARS_MAX, LOG_LINES_A_CALL_MAX } from '../../src/shared/logLine'
import { temporaryDir } from '../support/cluster'

let dir: string
beforeEach(() => {
  dir = temporaryDir()
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const logs = () => new NodeLogs(dir, { now: () => 12.5 })

it('tells what was written, in order over all sources, and the same from its file', async () => {
  const book = logs()
  book.sink('node2')('err', 'disk I/O error')
  book.sink('switchboard')('out', 'ready')
  book.add('host', 'lab', 'warn', 'no leader')
  const { lines, next, lost } = book.read(1, 100)
  expect(lines.map(({ source, stream, level }) => `${source} ${stream} ${level}`)).toEqual([
    'node2 err error',
    'switchboard out info',
    'host lab warn',
  ])
  expect([next, lost]).toEqual([4, 0])
  expect(book.read(4, 100)).toEqual({ lines: [], next: 4, lost: 0 })
  await book.flush()
  expect(await readLogs(dir, 1, 100)).toEqual({ lines, next: 4, lost: 0 })
  expect((await readLogs(dir, 3, 100))?.lines).toEqual(lines.slice(2))
})

it('keeps the last lines of each source, and counts the rest', () => {
  const book = logs()
  book.add('node1', 'err', 'error', 'the only one')
  const noisy = book.sink('node3')
  for (let at = 0; at < LOG_LINES_MAX + 7; at += 1) noisy('err', `line ${at}`)
  const first = book.read(1, LOG_LINES_A_CALL_MAX * 2)
  expect(first.lines).toHaveLength(LOG_LINES_A_CALL_MAX)
  expect(first.lines.slice(0, 2).map(({ text }) => text)).toEqual(['the only one', 'line 7'])
  expect(first.lost).toBe(7)
})

it('cuts lines of any length, over the bounds of chunks', () => {
  const stream = new PassThrough()
  const seen: string[] = []
  eachLine(stream, (text) => seen.push(text))
  stream.write('one\ntw')
  stream.write('o\n' + 'x'.repeat(100_000))
  stream.end()
  const book = logs()
  book.sink('node1')('err', 'y'.repeat(9000))
  expect(book.read(1, 1).lines[0]?.text).toHaveLength(LOG_LINE_CHARS_MAX)
  return new Promise<void>((resolve) => {
    stream.on('close', () => {
      expect(seen.map((text) => text.length)).toEqual([3, 3, LOG_LINE_CHARS_MAX])
      resolve()
    })
  })
})

it('a torn or foreign line of the file is left out; a run without one has no logs', async () => {
  expect(await readLogs(dir, 1, 10)).toBeNull()
  const book = logs()
  book.add('host', 'lab', 'info', 'é')
  await book.flush()
  appendFileSync(join(dir, LOG_FILE), '{"n":2,"source":"../x","atMs":1}\n{"n":3,"atMs":')
  expect((await readLogs(dir, 1, 10))?.lines.map(({ text }) => text)).toEqual(['é'])
  expect(readFileSync(join(dir, LOG_FILE), 'utf8').split('\n')[0]).toContain('"source":"host"')
})

it('notes starts and ends of a process; an end that nobody asked for is an error', () => {
  const stamp = { seq: 1, atMs: 1, by: 'lab' } as const
  const exit = { type: 'nodeExited', node: 4, code: 1, signal: null, tail: [] } as const
  const noted = (injected: boolean) => logNotes({ ...stamp, ...exit, injected })
  expect(noted(false)).toEqual([
    { source: 'node4', level: 'error', text: 'died unexpectedly: exit code 1' },
  ])
  expect(noted(true)[0]?.level).toBe('warn')
  expect(logNotes({ ...stamp, type: 'clusterStopped' })[0]?.source).toBe('host')
  const book = logs()
  const lost = { type: 'peerLost', peer: 2, reason: 'closed' } as const
  const node = { atMs: 1, by: 3, life: 1 } as const
  for (const seq of [1, 2, 3]) book.take({ ...node, ...lost, seq, nodeSeq: seq })
  book.take({ ...node, ...lost, seq: 4, nodeSeq: 4, peer: 1 })
  expect(book.read(1, 10).lines.map(({ text }) => text)).toEqual([
    'lost node 2: closed',
    'lost node 1: closed',
  ])
})
