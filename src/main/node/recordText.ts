/** Records of the log as text, for the storage microscope. */
import { formatRecord } from '../../core/paxos/format'
import type { RecordView } from '../../shared/control'
import type { LogRecord } from './recordFormat'
import type { StoredRecord } from './storage'

export function viewRecords(stored: readonly StoredRecord[]): RecordView[] {
  return stored.map(({ offset, bytes, record }) => ({
    offset,
    bytes,
    kind: record.kind,
    text: describeRecord(record),
  }))
}

function describeRecord(record: LogRecord): string {
  switch (record.kind) {
    case 'promise':
    case 'vote':
    case 'chosen':
    case 'learned':
      return formatRecord(record)
    default: {
      const { kind, ...fields } = record
      const words = Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`)
      return [kind, ...words].join(' ')
    }
  }
}

/** Bodies of snapshots are long, and opaque. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
