/**
 * How a read finds its value. All but `valueMajority` and `local` are linearizable under what they
 * assume.
 * `log`: the read takes a slot. `confirmed`: the leader asks a quorum whether it still leads.
 * `lease`: the leader answers alone while its lease lasts, which assumes bounded clock drift.
 * `learner`: all acceptors are asked, and it may end undetermined. `propose`: as `learner`, and an
 * undetermined read is settled by proposing (PMS §2.3). `valueMajority`: counts equal values
 * whatever their ballots, which is wrong on purpose. `local`: the node that was asked answers from
 * what it has applied, and asks nobody: the value may be stale.
 */
export type ReadMode =
  'log' | 'confirmed' | 'lease' | 'learner' | 'propose' | 'valueMajority' | 'local'

/** With their names as people write them. */
const MODES: readonly (readonly [ReadMode, string])[] = [
  ['log', 'log'],
  ['confirmed', 'confirmed'],
  ['lease', 'lease'],
  ['learner', 'learner'],
  ['propose', 'propose'],
  ['valueMajority', 'majority-value'],
  ['local', 'local'],
]

export const READ_MODES: readonly ReadMode[] = MODES.map(([mode]) => mode)

export const READ_MODE_NAMES: readonly string[] = MODES.map(([, name]) => name)

/** Modes whose answer may be wrong though all that Paxos assumes holds; labelled wherever used. */
export function isUnsafeRead(mode: ReadMode): boolean {
  return mode === 'valueMajority' || mode === 'local'
}

export function nameOfReadMode(wanted: ReadMode): string {
  return MODES.find(([mode]) => mode === wanted)?.[1] ?? wanted
}

/** Null if there is no such mode. */
export function readModeOf(wanted: string): ReadMode | null {
  const lower = wanted.toLowerCase()
  return MODES.find(([, name]) => name === lower)?.[0] ?? null
}
