/** Run directories for reports, made by hand: a record with its chain, head and result. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LabEvent, NodeStatus } from '../../src/core/event'
import type { ActiveFault } from '../../src/core/fault'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { DEFAULT_CLUSTER } from '../../src/shared/clusterOptions'
import { FIRST_HASH, hashLine, printRecordLine } from '../../src/main/lab/recordFile'

type Unstamped<T> = T extends unknown ? Omit<T, 'seq'> : never
export type Told = Unstamped<LabEvent>

export const MEMBERS = [1, 2, 3]

export function makeRun(
  events: Iterable<Told>,
  head: object = {},
  result: object | null = {},
): string {
  const dir = mkdtempSync(join(tmpdir(), 'paxos-report-'))
  let prev = FIRST_HASH
  let seq = 0
  const lines: string[] = []
  for (const event of events) {
    const line = printRecordLine({ ...event, seq: (seq += 1) }, prev)
    // As a lab writes it: the place first.
    const ordered = line.replace(/^\{(.*),"seq":(\d+),"prev"/, '{"seq":$2,$1,"prev"')
    prev = hashLine(ordered)
    lines.push(ordered)
  }
  writeFileSync(join(dir, 'events.ndjson'), lines.map((line) => `${line}\n`).join(''))
  const options = { ...DEFAULT_CLUSTER, nodes: 3, policy: LEADER_POLICY }
  const run = { version: 1, title: 'A run', scenario: null, options, appVersion: '1.2.3', ...head }
  const startedAt = '2026-11-21T20:00:00.000Z'
  writeFileSync(join(dir, 'run.json'), JSON.stringify({ startedAt, ...run }))
  if (result !== null) {
    const end = { verdict: 'valid', measures: {}, checks: [], ranMs: 5000, events: seq }
    writeFileSync(join(dir, 'result.json'), JSON.stringify({ ...end, ...result }))
  }
  return dir
}

export function started(): Told {
  const cluster = { cluster: 'c', members: MEMBERS, mode: 'multi', direct: false } as const
  const rest = { seed: 7, policy: LEADER_POLICY, scenario: null }
  return { atMs: 1, by: 'lab', type: 'clusterStarted', ...cluster, ...rest }
}

export function fault(type: 'faultStarted' | 'faultEnded', atMs: number, of: ActiveFault): Told {
  return { atMs, by: 'lab', type, fault: of }
}

export function load(atMs: number, acked: number): Told {
  const counts = { sent: 10, acked, failed: 0, unknown: 0, waiting: 0, waitMsMax: 3 }
  const latency: [number, number][] = acked > 0 ? [[250, acked]] : []
  return { atMs, by: 'lab', type: 'loadSampled', spanMs: 100, clients: 4, ...counts, latency }
}

/** Five seconds: a leader, load at 100 a second, and a kill at 3 s that costs 400 ms. */
export function* sound(
  killWords: ActiveFault['fault'] = { kind: 'kill', node: 1 },
): Generator<Told> {
  yield started()
  let nodeSeq = 0
  const fact = (atMs: number, by: number) => ({ atMs, by, life: 1, nodeSeq: (nodeSeq += 1) })
  const ballot = { round: 1, node: 1 }
  yield { ...fact(400, 1), type: 'bid', ballot, ranges: [], reason: 'election' }
  yield { ...fact(420, 1), type: 'elected', ballot, witnesses: [1, 2], forced: 0, noops: 0 }
  const kill: ActiveFault = { id: 'f1', fault: killWords, startedAtMs: 3000, endedAtMs: null }
  for (let atMs = 600; atMs <= 5000; atMs += 100) {
    const isOut = atMs > 3000 && atMs <= 3400
    const slot = atMs / 100 - 5
    if (!isOut)
      yield { ...fact(atMs - 50, 2), type: 'chosen', ballot, slot, count: 1, ids: [`c:${slot}`] }
    if (!isOut)
      yield {
        ...fact(atMs - 40, 2),
        type: 'persisted',
        record: slot,
        offset: slot * 50,
        flushMs: 2,
      }
    if (!isOut) yield traffic(atMs - 30)
    yield load(atMs, isOut ? 0 : 10)
    if (atMs === 3000) yield fault('faultStarted', 3000, kill)
    if (atMs === 4000) yield fault('faultEnded', 4000, { ...kill, endedAtMs: 4000 })
    yield {
      atMs,
      by: 'lab',
      type: 'statusSampled',
      nodes: MEMBERS.map((node) => status(node, slot)),
    }
  }
}

function traffic(atMs: number): Told {
  const counts = { frames: 4, bytes: 400, dropped: 0, duplicated: 0, types: { accept: 4 } }
  return {
    atMs,
    by: 'lab',
    type: 'trafficSampled',
    links: [{ from: 1, to: 2, ...counts, samples: [] }],
  }
}

function status(node: number, slot: number): NodeStatus {
  const ballot = { round: 1, node: 1 }
  const through = { votedThrough: slot, chosenThrough: slot, appliedThrough: slot }
  const counts = { waiting: 0, inFlight: 0, acked: 0, clients: 0, logBytes: 0, flushMsP95: 0 }
  const more = { lagMsP95: 0, rssBytes: 0, bids: 1, preemptions: 0, dropped: 0, digest: 'd' }
  const own = { node, life: 1, role: 'idle', ballot, promised: ballot, leader: ballot } as const
  return { ...own, ...through, ...counts, ...more, policy: LEADER_POLICY }
}
