/** Operations of a register as a history, for the checker. */
import { checkHistory } from '../../src/core/check/linear/judge'
import type { HistoryVerdict } from '../../src/core/check/linear/judge'
import type { HistoryEntry } from '../../src/core/history'
import { REGISTER } from './registerClients'
import type { RegisterOperation } from './registerJudge'

const NS_A_MS = 1e6

/** I14 of these operations; each is a process of its own. */
export function checkRegister(operations: readonly RegisterOperation[]): HistoryVerdict {
  const entries = operations.flatMap((operation, process) => entriesOf(operation, process))
  // What ends when another begins overlaps it: clocks of one process do not tell them apart.
  const rank = ({ type }: HistoryEntry) => (type === 'invoke' ? 0 : 1)
  entries.sort((one, other) => one.time - other.time || rank(one) - rank(other))
  return checkHistory(entries, 'register')
}

function entriesOf(operation: RegisterOperation, process: number): HistoryEntry[] {
  const { kind, value, startMs, endMs } = operation
  const what = { process, f: kind, key: REGISTER }
  const argument = kind === 'write' ? { value } : {}
  const begin = { ...what, ...argument, type: 'invoke', time: startMs * NS_A_MS } as const
  if (!Number.isFinite(endMs)) return [begin]
  const read = kind === 'read' ? { value: value === 0 ? null : value } : {}
  return [begin, { ...what, ...read, type: 'ok', time: endMs * NS_A_MS }]
}
