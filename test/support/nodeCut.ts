/** State that a log stands for, and logs that are cut while records arrive. */
import { readdirSync } from 'node:fs'
import { LOCK_NAME } from '../../src/main/node/lockFile'
import { failpoints } from '../../src/main/node/failpoints'
import type { Snapshot } from '../../src/core/paxos/snapshot'
import type { StableRecord } from '../../src/core/paxos/effect'
import type { Storage } from '../../src/main/node/storage'
import { WITNESS_NAME } from '../../src/main/disk/witness'
import { onTestFinished } from 'vitest'
import { vote } from './nodeLog'

/** What the records of a log add up to; equal states may be written in many ways. */
export interface LogState {
  promised: string
  readonly votes: Record<number, string>
  chosenThrough: number
}

/** Snapshot and records as one state: the body of a test's snapshot is its state as JSON. */
export function stateOf(storage: Storage): LogState {
  const { snapshot } = storage
  const state: LogState = snapshot
    ? JSON.parse(snapshot.body.trimEnd())
    : { promised: '0.0', votes: {}, chosenThrough: 0 }
  storage.recover((record) => {
    if (record.kind === 'promise') state.promised = `${record.ballot.round}.${record.ballot.node}`
    if (record.kind === 'chosen') state.chosenThrough = record.through
    if (record.kind !== 'vote') return
    record.values.forEach((value, index) => {
      const slot = record.slot + index
      if (slot > (snapshot?.through ?? 0)) state.votes[slot] = value
    })
  })
  return state
}

/** The state with votes 1 to `voted`, of which those through `chosen` are known to be chosen. */
export function stateWith(voted: number, chosen: number, promised = '1.1'): LogState {
  const votes: Record<number, string> = {}
  for (let slot = 1; slot <= voted; slot++) votes[slot] = `v${slot}`
  return { promised, votes, chosenThrough: chosen }
}

/** A snapshot through a slot, at least `bytes` long. */
export function snapshotAt(through: number, bytes = 0): Snapshot {
  const body = JSON.stringify(stateWith(through, through)).padEnd(bytes)
  return { through, digest: `d${through}`, body }
}

/** What is still needed above `through` once slots up to `voted` are voted. */
export function retainedAt(through: number, voted: number): StableRecord[] {
  const records: StableRecord[] = [{ kind: 'promise', ballot: { round: 1, node: 1 } }]
  for (let slot = through + 1; slot <= voted; slot++) records.push(vote(slot))
  return [...records, { kind: 'chosen', through }]
}

/** Files of the log and its snapshot. */
export function logFiles(directory: string): string[] {
  const others = [LOCK_NAME, WITNESS_NAME, 'identity.json']
  return readdirSync(directory).filter((name) => !others.includes(name))
}

/** Armed with a crash, a point stops the log where it stands, as SIGKILL would. */
export function plantCrashes(): void {
  const crash = (): never => {
    throw new Error('crashed by the test')
  }
  failpoints.setActs({ crash, delay: () => {} })
  onTestFinished(() => {
    failpoints.setActs(null)
    failpoints.disarm()
  })
}
