/** The view of the logs: what is shown of which source, read in parts, and what is said of none. */
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  countSources,
  filterLines,
  printLine,
} from '../../src/renderer/src/components/logs/logFilter'
import { IDLE_STATUS, useLabStore } from '../../src/renderer/src/stores/lab'
import { useLogsStore } from '../../src/renderer/src/stores/logs'
import LogsView from '../../src/renderer/src/views/LogsView.vue'
import { LOG_LINES_A_CALL_MAX } from '../../src/shared/logLine'
import type { LogLine, LogPart } from '../../src/shared/logLine'

const line = (n: number, more: Partial<LogLine> = {}): LogLine => ({
  ...{ n, atMs: n * 1000, source: 'node1', stream: 'err', level: 'error', text: `line ${n}` },
  ...more,
})
const ALL = { source: null, level: 'info', text: '', untilMs: null } as const

beforeEach(() => setActivePinia(createPinia()))

describe('lines', () => {
  const lines = [
    line(1, { source: 'host', level: 'info', stream: 'lab', text: 'cluster c, 3 nodes' }),
    line(2, { level: 'warn', text: 'Lost node 3' }),
    line(3),
  ]
  const shown = (query: Partial<Parameters<typeof filterLines>[1]>) =>
    filterLines(lines, { ...ALL, ...query }).map(({ n }) => n)

  it('pass by source, level, words and moment', () => {
    expect(shown({})).toEqual([1, 2, 3])
    expect(shown({ source: 'node1' })).toEqual([2, 3])
    expect(shown({ level: 'warn' })).toEqual([2, 3])
    expect(shown({ level: 'error' })).toEqual([3])
    expect(shown({ text: '3 LOST' })).toEqual([2])
    expect(shown({ untilMs: 2000 })).toEqual([1, 2])
  })

  it('are counted for every process, also for those that wrote nothing', () => {
    const counts = countSources(lines, [1, 2], false)
    expect(counts.map(({ name, lines: many, errors, own }) => [name, many, errors, own])).toEqual([
      ['Host', 1, 0, 0],
      ['Switchboard', 0, 0, 0],
      ['N1', 2, 1, 2],
      ['N2', 0, 0, 0],
    ])
    expect(countSources([], [1], true).map(({ name }) => name)).toEqual(['Host', 'N1'])
    expect(printLine(line(3))).toBe('    3.000 N1          err error line 3')
  })
})

/** A host with these lines, as the store asks for them. */
function serve(lines: readonly LogLine[]): { asked: number[] } {
  const asked: number[] = []
  const logs = (_run: string | null, from: number, count: number): Promise<LogPart> => {
    asked.push(from)
    const part = lines.filter(({ n }) => n >= from).slice(0, count)
    return Promise.resolve({ lines: part, next: (part.at(-1)?.n ?? from - 1) + 1, lost: 0 })
  }
  const lab = useLabStore()
  lab.ask = ((run: (call: object) => unknown) => run({ logs })) as typeof lab.ask
  lab.connection = { state: 'connected', words: '', retryInS: 0, silentS: 0 }
  return { asked }
}

describe('the store', () => {
  it('reads in parts, and only what is new', async () => {
    const lines = Array.from({ length: LOG_LINES_A_CALL_MAX + 3 }, (_, at) => line(at + 1))
    const { asked } = serve(lines)
    const logs = useLogsStore()
    await logs.look()
    expect(logs.lines).toHaveLength(lines.length)
    await logs.look()
    expect(asked).toEqual([1, LOG_LINES_A_CALL_MAX + 1, lines.length + 1])
    logs.reset()
    expect(logs.lines).toEqual([])
  })

  it('says why it cannot read', async () => {
    const lab = useLabStore()
    serve([])
    lab.ask = () => Promise.reject(new Error('the run kept no logs'))
    const logs = useLogsStore()
    await logs.look()
    expect(logs.problem).toContain('kept no logs')
  })
})

describe('the view', () => {
  it('says of a silent process that it has written nothing', async () => {
    const lab = useLabStore()
    serve([])
    const nodes = [1, 2].map((node) => ({ node }) as (typeof lab.status.nodes)[number])
    lab.status = { ...IDLE_STATUS, state: 'running', runDir: 'r', nodes }
    const view = mount(LogsView, { attachTo: document.body })
    await view.get('[data-testid="log-source-node2"]').trigger('click')
    expect(view.get('[data-testid="log-empty"]').text()).toBe('N2 has written nothing.')
    view.unmount()
  })

  it('without a run says what to do', () => {
    serve([])
    const view = mount(LogsView, { attachTo: document.body })
    expect(view.get('[data-testid="log-empty"]').text()).toMatch(/No cluster.*Start 5 nodes/s)
    view.unmount()
  })
})
