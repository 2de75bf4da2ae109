/** What a record tells of a disk, what a crash would leave, records as rows of bytes. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { describe, expect, it, vi } from 'vitest'
import { defineComponent } from 'vue'
import type { LabEvent, LabFact, NodeFact } from '../../src/core/event'
import { diskOf, withReadTo } from '../../src/renderer/src/composables/instruments/storageFold'
import {
  PAGE_BYTES,
  useLogPage,
} from '../../src/renderer/src/composables/instruments/storageRecords'
import type { LogPage } from '../../src/renderer/src/composables/instruments/storageRecords'
import { rowsOf, survivalsOf } from '../../src/renderer/src/composables/instruments/storageRows'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { ZERO_BALLOT } from '../../src/core/paxos/ballot'
import type { RecordView } from '../../src/shared/control'
import { eventually } from '../support/eventually'

type Line = readonly [by: number | 'lab', fact: NodeFact | LabFact]

function eventsOf(lines: readonly Line[]): LabEvent[] {
  return lines.map(([by, fact], index) => {
    const stamp = { seq: index + 1, atMs: (index + 1) * 10 }
    if (by === 'lab') return { ...stamp, by, ...(fact as LabFact) }
    return { ...stamp, by, life: 1, nodeSeq: index + 1, ...(fact as NodeFact) }
  })
}

const flush = (record: number, offset: number, by = 1): Line => [
  by,
  { type: 'persisted', record, offset, flushMs: 1.5 },
]
const fault = (kind: 'flushOff' | 'flushLies', ends = false): Line => {
  const active = { id: kind, fault: { kind, node: 1 }, startedAtMs: 0, endedAtMs: null } as const
  return ['lab', { type: ends ? 'faultEnded' : 'faultStarted', fault: active }]
}
const killed: Line = [
  'lab',
  { type: 'nodeExited', node: 1, code: null, signal: 'SIGKILL', injected: true, tail: [] },
]
const back = (records: number, offset: number, tornBytes = 0): Line => [
  1,
  {
    ...{ type: 'recovered', promised: ZERO_BALLOT, chosenThrough: 0, records },
    ...{ bytes: offset, tornBytes, offset },
  },
]

const disk = (...lines: readonly Line[]) => diskOf(eventsOf(lines), 1, true)

describe('S24: the flush barrier', () => {
  it('is where the last flush ended, and every crash leaves what lies below', () => {
    const view = disk(flush(1, 256), flush(3, 400), flush(9, 9000, 2))
    expect(view).toMatchObject({ told: 400, record: 3, afterKill: 400, afterPower: 400 })
    expect(view.flushes.map(({ bytes }) => bytes)).toEqual([null, 144])
    expect(survivalsOf(view).map(({ crash, leaves, loses }) => [crash, leaves, loses])).toEqual([
      ['SIGKILL', 400, 0],
      ['power loss', 400, 0],
      ['wiped disk', 0, 400],
    ])
  })

  it('stands still while flushing is off: SIGKILL takes what came after', () => {
    const view = disk(flush(1, 256), fault('flushOff'), flush(3, 400))
    expect(view).toMatchObject({ told: 400, afterKill: 256, afterPower: 256 })
    expect(view.faults.map(({ id }) => id)).toEqual(['flushOff'])
    expect(disk(flush(1, 256), fault('flushOff'), fault('flushOff', true), flush(3, 400))).toEqual(
      expect.objectContaining({ afterKill: 400, afterPower: 400, faults: [] }),
    )
    expect(diskOf(eventsOf([flush(1, 256)]), 1, false)).toMatchObject({ afterKill: 0 })
  })

  it('and a disk that lies loses to a power loss only', () => {
    const view = disk(flush(1, 256), fault('flushLies'), flush(3, 400))
    expect(view).toMatchObject({ told: 400, afterKill: 400, afterPower: 256 })
    expect(survivalsOf(view)[1]?.words).toContain('I4')
  })
})

describe('S24: what a node read of its log is durable', () => {
  it('although the facts of its last flushes are still on their way', () => {
    const view = disk(flush(1, 256), flush(3, 400))
    const shown = withReadTo(view, 512, true)
    expect(shown).toMatchObject({ told: 512, afterKill: 512, afterPower: 512 })
    expect(survivalsOf(shown)[1]).toMatchObject({
      ...{ crash: 'power loss', leaves: 512, loses: 0 },
      words: 'every promise and vote it told others of',
    })
    const records = [{ offset: 256, bytes: 256, kind: 'vote', text: '' }]
    expect(rowsOf(records, shown).map(({ kind }) => kind)).toEqual(['record', 'barrier'])
    expect(withReadTo(view, 300, true)).toBe(view)
  })

  it('but not where flushing is off or lies', () => {
    const lied = disk(flush(1, 256), fault('flushLies'))
    expect(withReadTo(lied, 512, true)).toBe(lied)
    const off = diskOf(eventsOf([flush(1, 256)]), 1, false)
    expect(withReadTo(off, 512, false)).toBe(off)
  })
})

describe('S24: crashes so far', () => {
  it('say what was lost of what counted as durable', () => {
    const view = disk(
      ...[flush(1, 256), fault('flushOff'), flush(3, 400), killed, back(1, 256)],
      ...[fault('flushOff', true), flush(2, 300), killed, back(2, 300, 17)],
    )
    expect(view.crashes.map(({ how, told, lost }) => ({ how, told, lost }))).toEqual([
      { how: 'SIGKILL', told: 400, lost: 144 },
      { how: 'SIGKILL', told: 300, lost: 0 },
    ])
    expect(view.crashes[1]?.back).toMatchObject({ records: 2, tornBytes: 17 })
    expect(view.down).toBe(false)
    expect(disk(flush(1, 256), killed)).toMatchObject({ down: true, crashes: [{ back: null }] })
  })
})

describe('rows of bytes', () => {
  const record = (offset: number, bytes: number, kind: string) => {
    return { offset, bytes, kind, text: `${kind} 1.1` }
  }
  const RECORDS = [record(0, 256, 'header'), record(256, 24, 'promise'), record(280, 72, 'vote')]

  it('have payload and padding apart where a kind has one length', () => {
    const rows = rowsOf(RECORDS, disk(flush(1, 352)))
    expect(
      rows.map((row) => (row.kind === 'record' ? [row.payload, row.padding] : row.kind)),
    ).toEqual([[247, null], [12, 3], [63, null], 'barrier'])
  })

  it('are cut where a crash cuts them', () => {
    const rows = rowsOf(RECORDS, disk(flush(1, 256), fault('flushOff'), flush(3, 352)))
    expect(rows.map((row) => (row.kind === 'record' ? row.survives : row.offset))).toEqual([
      ...['power', 256, 'nothing', 'nothing', 352],
    ])
    const lied = rowsOf(RECORDS, disk(flush(1, 280), fault('flushLies'), flush(3, 352)))
    expect(lied.map((row) => (row.kind === 'record' ? row.survives : row.words))).toEqual([
      ...['power', 'power', 'a power loss cuts here', 'kill'],
      'flush barrier: durable, says the node',
    ])
  })

  it('keep a barrier out of a page that begins above it', () => {
    const page = RECORDS.slice(2)
    const rows = rowsOf(page, disk(flush(1, 256), fault('flushOff'), flush(3, 352)))
    expect(rows.map(({ kind }) => kind)).toEqual(['record', 'barrier'])
  })
})

describe('the newest page of a log', () => {
  const RECORD_BYTES = 64
  const LOG_BYTES = 240_000
  const ANSWER_MAX = 400

  /** What a node answers: records from an offset on, at most so many. */
  function answer(from: number): RecordView[] {
    const many = Math.min(ANSWER_MAX, Math.max(0, (LOG_BYTES - from) / RECORD_BYTES))
    return Array.from({ length: many }, (_, at) => ({
      ...{ offset: from + at * RECORD_BYTES, bytes: RECORD_BYTES, kind: 'promise' as const },
      text: 'promise 1.1',
    }))
  }

  it('is the one at the end of the log, although facts tell of an earlier end', async () => {
    setActivePinia(createPinia())
    const lab = useLabStore()
    lab.status = { ...lab.status, state: 'running' }
    const asked: number[] = []
    vi.spyOn(lab, 'ask').mockImplementation(async (call) => {
      const records = async (_node: number, from: number) => {
        asked.push(from)
        return answer(from)
      }
      return call({ records } as never)
    })
    const pages: LogPage[] = []
    const told = 170_000 - (170_000 % RECORD_BYTES) + PAGE_BYTES - (PAGE_BYTES % RECORD_BYTES)
    const probe = mount(
      defineComponent({
        setup() {
          pages.push(
            useLogPage(
              () => 1,
              () => told,
            ),
          )
          return () => null
        },
      }),
    )
    const page = pages[0]!
    await eventually('the page is there', () => page.records.value.length > 0)
    const [first, last] = [page.records.value[0]!, page.records.value.at(-1)!]
    expect(last.offset + last.bytes).toBe(LOG_BYTES)
    expect(first.offset).toBeGreaterThanOrEqual(LOG_BYTES - PAGE_BYTES)
    expect(asked.length).toBeLessThan(5)
    probe.unmount()
  })
})
