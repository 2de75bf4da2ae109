/**
 * Judge of one register with one writer whose values grow: is the history of its reads
 * linearizable? For a single writer that has one write at a time this is exact, without a search:
 * a read returns neither less than a write or a read that ended before it began, nor more than
 * had been asked for when it ended.
 *
 * Units: ms of one clock; an operation takes effect somewhere from its start to its end.
 */
export interface RegisterOperation {
  readonly kind: 'write' | 'read'
  readonly value: number
  readonly startMs: number
  /** Infinity: a write that nobody acknowledged; it may take effect at any time, or never. */
  readonly endMs: number
  /** Where it was asked for. */
  readonly at: number
}

export interface RegisterFault {
  readonly kind: 'stale' | 'future'
  readonly read: RegisterOperation
  readonly words: string
}

export function judgeRegister(history: readonly RegisterOperation[]): RegisterFault[] {
  const writes = history.filter(({ kind }) => kind === 'write')
  const askedMs = new Map(writes.map(({ value, startMs }) => [value, startMs]))
  const ended = history
    .filter(({ endMs }) => Number.isFinite(endMs))
    .sort((one, other) => one.endMs - other.endMs)
  const reads = history
    .filter(({ kind }) => kind === 'read')
    .sort((one, other) => one.startMs - other.startMs)
  const faults: RegisterFault[] = []
  let newest: RegisterOperation | null = null
  let next = 0
  for (const read of reads) {
    for (; (ended[next]?.endMs ?? Infinity) < read.startMs; next += 1) {
      const operation = ended[next]
      if (operation && operation.value > (newest?.value ?? 0)) newest = operation
    }
    if (newest !== null && read.value < newest.value) faults.push(stale(read, newest))
    if (read.value > 0 && (askedMs.get(read.value) ?? Infinity) > read.endMs) {
      const words = `node ${read.at} answered ${read.value}, which nobody had written by then`
      faults.push({ kind: 'future', read, words })
    }
  }
  return faults
}

function stale(read: RegisterOperation, newest: RegisterOperation): RegisterFault {
  const lateMs = Math.round(read.startMs - newest.endMs)
  const words =
    `node ${read.at} answered ${read.value}, ${lateMs} ms after ` +
    `a ${newest.kind} of ${newest.value} at node ${newest.at} had ended`
  return { kind: 'stale', read, words }
}
