/** The run in front of the person as a file: a record like any other, chained and complete. */
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { hashLine } from '../../src/main/lab/recordFile'
import { canSaveRun, noRunWords, saveRun } from '../../src/renderer/src/commands/saveRun'
import type { SavedView } from '../../src/renderer/src/sources/savedView'
import { IDLE_STATUS, useLabStore } from '../../src/renderer/src/stores/lab'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { useUiStore } from '../../src/renderer/src/stores/ui'
import type { LabEvent } from '../../src/core/event'
import { FIRST_HASH, parseRecordLine } from '../../src/shared/recordLine'
import type { WindowApi } from '../../src/shared/rpc'

const saved = vi.hoisted(() => ({ files: [] as { name: string; content: Blob }[] }))
vi.mock('../../src/renderer/src/composables/chartExport', () => ({
  saveFile: (name: string, content: Blob) => saved.files.push({ name, content }),
}))

const RUN = '2026-01-02T03-04-05-ab12'
const note = (seq: number): LabEvent => ({
  ...{ seq, atMs: seq * 10, by: 'lab', type: 'labNote', level: 'info', words: `note ${seq}` },
})

beforeEach(() => {
  setActivePinia(createPinia())
  saved.files.length = 0
  const lab = useLabStore()
  lab.connection = { state: 'connected', words: '', retryInS: 0, silentS: 0 }
  useUiStore().view = 'lab'
})

function live(): void {
  useLabStore().status = { ...IDLE_STATUS, state: 'running', runDir: `/x/runs/${RUN}`, events: 3 }
}

function simulated(count: number): void {
  const events = Array.from({ length: count }, (_, at) => note(at + 1))
  const view: Partial<SavedView> = {
    kind: 'simulated',
    title: 'Seed 7: 3 nodes / é',
    events: events.slice(0, 2),
    status: { ...IDLE_STATUS, events: count },
    read: async (from, to) => events.filter(({ seq }) => seq >= from && seq <= to),
  }
  useLabStore().saved = view as SavedView
}

describe('saving the run', () => {
  it('of the live lab takes its record as it lies there, piece by piece', async () => {
    live()
    const calls: string[] = []
    const pieces = ['{"seq":1}\n', '{"seq":2}\n']
    const call: Partial<WindowApi> = {
      events: async () => (calls.push('flush'), []),
      lessonRun: async (run) => {
        calls.push(`head ${run}`)
        return { recordBytes: 20, inputs: [] } as never
      },
      lessonRunText: async (_run, file, from, to) => {
        calls.push(`${file} ${from} of ${to}`)
        return { text: pieces[from / 10] ?? '', next: from === 0 ? 10 : null }
      },
    }
    const lab = useLabStore()
    lab.ask = async (run) => await run(call as WindowApi)
    lab.askHost = lab.ask
    expect(canSaveRun()).toBe(true)
    await saveRun()
    const records = ['events.ndjson 0 of 20', 'events.ndjson 10 of 20']
    expect(calls).toEqual(['flush', `head ${RUN}`, ...records])
    const [file] = saved.files
    expect(file?.name).toBe(`${RUN}.events.ndjson`)
    expect(await file?.content.text()).toBe(pieces.join(''))
    const [toast] = useToastsStore().toasts
    expect(toast).toMatchObject({ level: 'info', title: 'The run was saved' })
    expect(toast?.why).toMatch(/the run so far\.$/)
  })

  it('is asked for once while it lasts, and again after it', async () => {
    simulated(3)
    await Promise.all([saveRun(), saveRun(), saveRun()])
    expect(saved.files).toHaveLength(1)
    await saveRun()
    expect(saved.files).toHaveLength(2)
  })

  it('of the simulator prints all its events, each with the hash of the line before', async () => {
    simulated(12_001)
    await saveRun()
    const [file] = saved.files
    expect(file?.name).toBe('Seed-7-3-nodes-é.events.ndjson')
    const lines = (await file?.content.text())?.trimEnd().split('\n') ?? []
    expect(lines).toHaveLength(12_001)
    let prev = FIRST_HASH
    for (const [at, line] of lines.entries()) {
      const read = parseRecordLine(line)
      expect(read.prev).toBe(prev)
      expect(read.event.seq).toBe(at + 1)
      prev = hashLine(line)
    }
  })

  it('is offered where a run is in front, and says why where it is not', () => {
    expect([canSaveRun(), noRunWords()]).toEqual([false, expect.stringMatching(/^No run/)])
    live()
    expect([canSaveRun(), noRunWords()]).toEqual([true, null])
    useUiStore().view = 'experiments'
    expect([canSaveRun(), noRunWords()]).toEqual([false, null])
    useUiStore().view = 'timeline'
    useLabStore().saved = { kind: 'saved', title: 'a.ndjson' } as SavedView
    expect([canSaveRun(), noRunWords()]).toEqual([false, 'This run was opened from a file.'])
    useLabStore().saved = { kind: 'saved', title: 'a', run: RUN } as SavedView
    expect(canSaveRun()).toBe(true)
    useLabStore().connection = { state: 'lost', words: '', retryInS: 1, silentS: 0 }
    expect([canSaveRun(), noRunWords()]).toEqual([false, expect.stringContaining('not connected')])
  })

  it('that fails says so', async () => {
    live()
    useLabStore().ask = () => Promise.reject(new Error('the disk is full'))
    await saveRun()
    expect(saved.files).toEqual([])
    const told = { level: 'error', title: 'Save the run', why: 'the disk is full' }
    expect(useToastsStore().toasts).toMatchObject([told])
  })
})
