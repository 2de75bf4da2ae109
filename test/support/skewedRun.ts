/**
 * A stored run as clocks of nodes would have told it that are off: the events of some nodes earlier
 * or later by a constant, in order of time, with a chain of hashes that holds.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { FIRST_HASH, hashLine, printRecordLine } from '../../src/main/lab/recordFile'
import { parseRecordLine } from '../../src/shared/recordLine'

/** `offMs` by node; all of it is told that much later that no time is below 0. */
export function writeSkewedRun(
  from: string,
  to: string,
  title: string,
  offMs: ReadonlyMap<number, number>,
): void {
  const text = gunzipSync(readFileSync(join(from, 'events.ndjson.gz'))).toString('utf8')
  const events = text
    .trimEnd()
    .split('\n')
    .map((line) => parseRecordLine(line).event)
  const baseMs = -Math.min(0, ...offMs.values())
  const told = events.map((event) => {
    const ownMs = event.by === 'lab' ? 0 : (offMs.get(event.by) ?? 0)
    // The run is opened and closed by the lab, whatever nodes say of the time.
    const isEdge = event === events[0] || event === events.at(-1)
    const atMs = isEdge ? event.atMs : Math.round((event.atMs + baseMs + ownMs) * 1000) / 1000
    return { ...event, atMs }
  })
  const inner = told.slice(1, -1).toSorted((a, b) => a.atMs - b.atMs)
  const last = { ...told.at(-1)!, atMs: Math.max(told.at(-1)!.atMs, inner.at(-1)!.atMs) }
  let prev = FIRST_HASH
  const lines = [told[0]!, ...inner, last].map((event, at) => {
    const line = printRecordLine({ ...event, seq: at + 1 }, prev)
    prev = hashLine(line)
    return line
  })
  mkdirSync(to)
  writeFileSync(join(to, 'events.ndjson'), `${lines.join('\n')}\n`)
  const changes = { 'run.json': { title }, 'result.json': { title, recordHash: prev } }
  for (const [file, change] of Object.entries(changes)) {
    const before: object = JSON.parse(readFileSync(join(from, file), 'utf8'))
    writeFileSync(join(to, file), JSON.stringify({ ...before, ...change }))
  }
}
