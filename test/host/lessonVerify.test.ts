/** `paxos-lab lesson` over files and folders, as a teacher uses it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { lessonCommand } from '../../src/main/cli/lesson'
import { UsageError } from '../../src/main/cli/usage'
import { FIRST_HASH, hashLine, printRecordLine } from '../../src/main/lab/recordFile'
import { lessonOf, lessonText, REFERENCE_RUNS } from '../support/lessonRecords'
import { LessonScript } from '../support/lessonScript'

const mainDir = join(import.meta.dirname, '../../out/main')
const RUN = '2026-11-22T08-00-00-aaaa'
const LATER = '2026-11-22T09-00-00-bbbb'

let dir: string

beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'paxos-lab-lesson-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

interface Row {
  readonly type: string
  readonly student: string
  readonly verdict: string
  readonly evidence: number
  readonly prediction: number
  readonly notes: readonly string[]
  readonly checks: readonly {
    readonly step: string
    readonly goal: string
    readonly verdict: string
  }[]
  readonly answers: readonly { readonly step: string; readonly choice: number | null }[]
}

async function lesson(...words: string[]): Promise<{ code: number; out: string; rows: Row[] }> {
  const written: string[] = []
  const keep = (text: unknown): boolean => written.push(String(text)) > 0
  const spies = [process.stdout, process.stderr].map((stream) => {
    return vi.spyOn(stream, 'write').mockImplementation(keep)
  })
  try {
    const code = await lessonCommand({ mainDir, version: '0.0.0' }).run(words)
    const out = written.join('')
    const isJson = words.includes('--json')
    const lines = isJson ? out.split('\n').filter((line) => line.startsWith('{')) : []
    return { code, out, rows: lines.map((line) => JSON.parse(line) as Row) }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

/** Stopped in order, so that the record alone is whole. */
function reference(id: string): LabEvent[] {
  const found = REFERENCE_RUNS[id]?.(lessonOf(id)).lab({ type: 'clusterStopped' })
  return found?.events ?? []
}

function linesOf(events: readonly LabEvent[]): string[] {
  let prev = FIRST_HASH
  return events.map((event) => {
    const line = printRecordLine(event, prev)
    prev = hashLine(line)
    return line
  })
}

function keep(path: string, events: readonly LabEvent[], end = '\n'): string {
  const file = join(dir, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, linesOf(events).join('\n') + end)
  return file
}

function keepRun(path: string, events: readonly LabEvent[], startedAt: string): void {
  const file = keep(join(path, 'events.ndjson'), events)
  writeFileSync(join(dirname(file), 'run.json'), JSON.stringify({ startedAt }))
  const recordHash = hashLine(linesOf(events).at(-1) ?? '')
  const result = { events: events.length, recordHash }
  writeFileSync(join(dirname(file), 'result.json'), JSON.stringify(result))
}

describe('verify', () => {
  it.each(Object.keys(REFERENCE_RUNS))('the reference run of %s has all marks', async (id) => {
    const { code, rows } = await lesson('verify', keep('ada.ndjson', reference(id)), '--json')
    expect(code).toBe(0)
    expect(rows[0]).toMatchObject({ type: 'student', student: 'ada', verdict: 'valid' })
    expect(rows[0]).toMatchObject({ evidence: 50, prediction: 20, notes: [] })
    expect(rows.at(-1)).toMatchObject({ type: 'result', verdict: 'valid', records: 1 })
  })

  it('a run without its events is invalid, and says of each check what was found', async () => {
    const empty = new LessonScript(lessonOf('duel'), [1, 2, 3, 4, 5]).begin('fixed-retry')
    const { events } = empty.answer('fixed-retry', 0).lab({ type: 'clusterStopped' })
    const { code, out } = await lesson('verify', keep('bo.ndjson', events))
    expect(code).toBe(1)
    expect(out).toContain('bo  duel@1  invalid  evidence 0/50, prediction 3.3/20')
    expect(out).toMatch(/no {3}fixed-retry.undecided \(12\): .*, wanted at least 50/)
    expect(out).toContain("answer  fixed-retry: 1, N2's: it begins first (wrong, before the act)")
    expect(out).toMatch(/no {3}back-off.chosen \(6\): .*: not begun/)
  })

  it('a class: students by folder, all runs of one together, steps from the best run', async () => {
    const lessonOne = lessonOf('majority')
    const bad = new LessonScript(lessonOne, [1, 2, 3, 4, 5]).begin('write')
    const first = bad.act('write', 'write-blue').lab({ type: 'clusterStopped' }).events
    keepRun(join('cleo', RUN), first, '2026-11-22T08:00:00.000Z')
    keepRun(join('cleo', LATER), reference('majority'), '2026-11-22T09:00:00.000Z')
    keepRun('dan', reference('majority'), '2026-11-22T09:00:00.000Z')
    keep('eve.ndjson', reference('duel'))
    const { code, rows } = await lesson('verify', dir, '--json')
    const told = rows.filter(({ type }) => type === 'student')
    expect(
      told.map(({ student, verdict, evidence }) => `${student} ${verdict} ${evidence}`),
    ).toEqual([
      // Cleo saw what comes of the first act before she predicted it.
      ...['cleo invalid 48', 'dan valid 50', 'eve valid 50'],
    ])
    expect(told[0]?.checks.filter(({ verdict }) => verdict !== 'valid')).toMatchObject([
      { step: 'write', goal: 'predicted' },
    ])
    expect(code).toBe(1)
    const only = await lesson('verify', dir, '--json', '--lesson', '8')
    expect(only.rows.map(({ student }) => student)).toEqual(['eve', undefined])
    expect(only.code).toBe(0)
  })

  it('a lesson that needs two runs: each step from the run in which it went best', async () => {
    const whole = reference('two-leaders')
    const cut = whole.findLastIndex(({ type }) => type === 'clusterStarted')
    const from = (events: readonly LabEvent[]) =>
      events.map((event, index) => ({ ...event, seq: index + 1 }))
    const stopped = { type: 'clusterStopped', by: 'lab', seq: 0, atMs: 99_999 } as const
    keepRun(join('fay', RUN), from([...whole.slice(0, cut), stopped]), '2026-11-22T08:00:00.000Z')
    keepRun(join('fay', LATER), from(whole.slice(cut)), '2026-11-22T09:00:00.000Z')
    const { code, rows } = await lesson('verify', join(dir, 'fay'), '--json')
    expect(rows[0]).toMatchObject({ student: 'fay', verdict: 'valid', evidence: 50 })
    expect(code).toBe(0)
  })

  it('a line that was changed afterwards: nothing after it is believed', async () => {
    const file = keep('gil.ndjson', reference('majority'))
    const text = readFileSync(file, 'utf8')
    expect(text).toContain('"undetermined"')
    writeFileSync(file, text.replace('"undetermined"', '"chosen"'))
    const { code, rows } = await lesson('verify', file, '--json')
    expect(code).toBe(1)
    expect(rows[0]).toMatchObject({ verdict: 'invalid' })
    expect(rows[0]?.notes.join()).toMatch(/line \d+ was changed after it was recorded/)
    const verdicts = rows[0]?.checks.map(({ step, verdict }) => `${step} ${verdict}`) ?? []
    expect(new Set(verdicts)).toEqual(
      new Set([
        'write valid',
        'two-gone valid',
        'three-gone valid',
        'three-gone unknown',
        'sets unknown',
      ]),
    )
  })

  it.each([
    ['a torn last line', 'torn', /torn off/],
    ['no end', 'open', /no end: the run was cut short/],
    ['a hole', 'hole', /30 events are missing/],
    ['an event of a strange form', 'strange', /is no event as they are recorded/],
  ] as const)('%s: unknown, not false', async (_what, how, words) => {
    const events = reference('duel')
    const at = events.findIndex(({ type }) => type === 'bid')
    const half = events.slice(0, at + 20)
    const file = {
      torn: () => keep('x.ndjson', half, '\n{"seq":99,"atMs"'),
      open: () => keep('x.ndjson', half),
      hole: () => keep('x.ndjson', [...events.slice(0, at), ...events.slice(at + 30)]),
      strange: () =>
        keep(
          'x.ndjson',
          half.map((event) => strangely(event)),
        ),
    }[how]()
    const { code, rows } = await lesson('verify', file, '--json')
    expect(rows[0]).toMatchObject({ verdict: 'unknown' })
    expect(code).toBe(2)
    expect(rows[0]?.notes.join()).toMatch(words)
    const undecided = rows[0]?.checks.find(({ goal }) => goal === 'undecided')
    expect(undecided?.verdict).toBe('unknown')
  })

  it('a hole in a step that is done: what must never come may be in it', async () => {
    const events = reference('majority')
    const from = events.length - 2
    const shifted = events.map((event, at) =>
      at < from ? event : { ...event, seq: event.seq + 5 },
    )
    const { code, rows } = await lesson('verify', keep('ivy.ndjson', shifted), '--json')
    const open = rows[0]?.checks.filter(({ verdict }) => verdict !== 'valid')
    expect(open).toMatchObject([{ step: 'sets', goal: 'safe', verdict: 'unknown' }])
    expect(code).toBe(2)
  })

  it('CSV: one line a student, no formula, no line of its own', async () => {
    keep('=cmd.ndjson', reference('duel'))
    keep('ann, b.ndjson', reference('majority'))
    const { code, out } = await lesson('verify', dir, '--csv')
    expect(code).toBe(0)
    const [head = '', ...lines] = out.trimEnd().split('\r\n')
    expect(head).toMatch(
      /^student,lesson,version,verdict,evidence,prediction,fixed-retry.predicted,/,
    )
    expect(head).toMatch(/,answer fixed-retry,.*,runs,notes$/)
    expect(lines.map((line) => line.split(',valid,')[0])).toEqual([
      ...["'=cmd,duel,1", '"ann, b",majority,2'],
    ])
  })

  it('records without a mark, and of a lesson that nobody knows, are unknown', async () => {
    const plain = new LessonScript(lessonOf('duel'), [1, 2, 3]).lab({ type: 'clusterStopped' })
    const none = await lesson('verify', keep('plain.ndjson', plain.events), '--json')
    expect(none.code).toBe(2)
    expect(none.out).toContain('no lesson is marked in this record')
    const newer = { ...lessonOf('duel'), version: 9 }
    const other = new LessonScript(newer, [1, 2, 3]).begin('fixed-retry')
    const file = keep('h.ndjson', other.lab({ type: 'clusterStopped' }).events)
    const { code, rows } = await lesson('verify', file, '--json')
    expect(code).toBe(2)
    expect(rows[0]?.notes.join()).toContain('duel@9 is no lesson of this version')
    await expect(lesson('verify', join(dir, 'nowhere'))).rejects.toThrow(UsageError)
  })
})

describe('list, show, check', () => {
  it('list and show tell what a student may see, and teachers more', async () => {
    const { out } = await lesson('list')
    expect(out).toMatch(/ 8 {2}duel .* 18 min {2}The duel: /)
    const shown = await lesson('show', 'duel')
    expect(shown.out).toContain('Predict: Two proposers bid at the same time')
    expect(shown.out).not.toMatch(/<- right|teacher/)
    const { out: own } = await lesson('show', 'blog-and-paper')
    expect(own).toContain(
      '(a cluster of its own: 3 nodes, variant blog2014, requestDeadlineMs 1000)',
    )
    const teacher = await lesson('show', '8', '--teacher')
    expect(teacher.out).toContain("3. Nobody's, while both retry at once  <- right")
    expect(teacher.out).toContain('The duel: teacher edition')
    await expect(lesson('show', 'duell')).rejects.toThrow(/there are majority, .*duel, /)
    await expect(lesson('shows')).rejects.toThrow(
      /none of list, show, check, result, verify and schema/,
    )
  })

  it('check names the place of a mistake; 1 where a file is wrong', async () => {
    const file = join(dir, 'own.lesson.yaml')
    writeFileSync(join(dir, 'own.md'), lessonText('08-duel.md'))
    writeFileSync(file, lessonText('08-duel.lesson.yaml'))
    expect(await lesson('check', file)).toMatchObject({ code: 0 })
    writeFileSync(file, lessonText('08-duel.lesson.yaml').replace('minutes: 18', 'minutes: many'))
    const { code, out } = await lesson('check', file)
    expect(code).toBe(1)
    expect(out).toMatch(/own.lesson.yaml:6:10: minutes: must be a .*number, and is "many"/)
  })
})

function strangely(event: LabEvent): LabEvent {
  return event.type === 'bid' && event.seq > 15
    ? ({ ...event, ballot: null } as unknown as LabEvent)
    : event
}
