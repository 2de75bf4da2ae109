/**
 * The result file of a lesson (LR5): one text file that a student hands in and `paxos-lab lesson
 * verify` reads. Lines of JSON, each with the hash of the line before in `prev`:
 *
 *   head    lesson, version, student, seed, answers and choices with times, paragraph, figure
 *   run     for each run: what the lab says of it (version, system, options)
 *   input   pieces of its recorded inputs, if there are
 *   ...     the record, line by line as it was recorded, with the chain of its own
 *   runEnd  how many lines these were; `before`: the hash of the line before the first of them
 *   end     how many lines there are in all
 *
 * Hash:   as in records: the first 32 hexadecimal digits of SHA-256 over the line without `\n`.
 * Limits: PARAGRAPH_CHARS_MAX, FIGURE_CHARS_MAX, RUNS_MAX. A line that begins with `{"paxosLab":`
 *         is one of ours, every other one is of a record.
 */
import { WITNESSES_MAX } from './lessonMark'
import { STUDENT_CHARS_MAX } from './studentSeed'
import { HASH_CHARS } from './recordLine'
import { z } from './zod'

export const LESSON_RESULT_SUFFIX = '.paxos-result'
export const PARAGRAPH_CHARS_MAX = 5000
/** About as long as the longest picture that can be pinned. */
export const FIGURE_CHARS_MAX = 768 * 1024
export const LESSON_RUNS_MAX = 20
const ANSWERS_MAX = 50
const OURS = '{"paxosLab":'
const FIRST = '0'.repeat(HASH_CHARS)

const short = z.string().max(200)
const count = z.number().int().min(0)

export const lessonFigure = z.object({
  name: short,
  type: z.enum(['image/svg+xml', 'image/png']),
  /** The text of an SVG document, base64 of a PNG file. */
  data: z.string().max(FIGURE_CHARS_MAX),
})

const head = z.object({
  paxosLab: z.literal('lesson result'),
  format: z.literal(1),
  lesson: short,
  version: count,
  student: z.string().max(STUDENT_CHARS_MAX),
  /** Null: nobody said who it is, so the lesson was everybody's. */
  seed: count.nullable(),
  savedAt: short,
  /** Choices count from 1; `at` is ISO 8601. */
  answers: z.array(z.object({ step: short, choice: count, at: short })).max(ANSWERS_MAX),
  /** The last of each step; `tries` until then. They are judged by the marks of the record. */
  choices: z
    .array(
      z.object({
        ...{ step: short, value: short, witnesses: z.array(count).max(WITNESSES_MAX) },
        ...{ tries: count, at: short },
      }),
    )
    .max(ANSWERS_MAX)
    .optional(),
  paragraph: z.string().max(PARAGRAPH_CHARS_MAX),
  figure: lessonFigure.nullable(),
})

/** `over`: ended in order; `live`: saved while it went on; `cut`: nobody ended it. */
const runState = z.enum(['over', 'live', 'cut'])

const run = z.object({
  paxosLab: z.literal('run'),
  id: short,
  state: runState,
  /** As `run.json` of its directory has it: version of the app, system, options, begin. */
  about: z.record(z.string(), z.unknown()),
  /** What the lab itself said of its record when the run was over; null: it did not. */
  told: z.object({ events: count, recordHash: short }).nullable(),
})
const input = z.object({ paxosLab: z.literal('input'), name: short, text: z.string() })
const runEnd = z.object({ paxosLab: z.literal('runEnd'), lines: count, before: short })
const end = z.object({ paxosLab: z.literal('end'), lines: count })
const line = z.discriminatedUnion('paxosLab', [head, run, input, runEnd, end])

export type LessonFigure = Readonly<z.infer<typeof lessonFigure>>
export type LessonResultHead = Readonly<Omit<z.infer<typeof head>, 'paxosLab' | 'format'>>
export type LessonRunHead = Readonly<Omit<z.infer<typeof run>, 'paxosLab'>>
type Line = z.infer<typeof line>
export type HashLine = (text: string) => string

/** A run as it lies somewhere; both read pieces that end with a line. */
export interface LessonRunSource extends LessonRunHead {
  /** Name and text of each file of recorded inputs. */
  inputs(): AsyncIterable<{ readonly name: string; readonly text: string }>
  record(): AsyncIterable<string>
}

/** The text of the file, in pieces. */
export async function* printLessonResult(
  about: LessonResultHead,
  runs: readonly LessonRunSource[],
  hash: HashLine,
): AsyncGenerator<string> {
  let prev = FIRST
  let lines = 0
  const frame = (fields: Line): string => {
    const text = `${JSON.stringify(fields).slice(0, -1)},"prev":"${prev}"}`
    prev = hash(text)
    lines += 1
    return `${text}\n`
  }
  yield frame({ paxosLab: 'lesson result', format: 1, ...about })
  for (const { id, state, about: words, told, ...source } of runs) {
    yield frame({ paxosLab: 'run', id, state, about: words, told })
    for await (const piece of source.inputs()) yield frame({ paxosLab: 'input', ...piece })
    const before = prev
    const from = lines
    for await (const text of source.record()) {
      if (text === '') continue
      const cut = text.lastIndexOf('\n', text.length - 2) + 1
      prev = hash(text.slice(cut, -1))
      lines += text.split('\n').length - 1
      yield text
    }
    yield frame({ paxosLab: 'runEnd', lines: lines - from, before })
  }
  yield frame({ paxosLab: 'end', lines })
}

/** What one line of the file is. */
export type LessonResultPart =
  | { readonly kind: 'head'; readonly head: LessonResultHead }
  | { readonly kind: 'run'; readonly run: LessonRunHead }
  | { readonly kind: 'input'; readonly name: string; readonly text: string }
  | { readonly kind: 'record'; readonly text: string }
  /** `hash`: of the last line of the record. */
  | { readonly kind: 'runEnd'; readonly lines: number; readonly hash: string }
  | { readonly kind: 'end' }

/** The chain does not hold: it is not as it was saved. */
export class ChangedResultError extends Error {
  override readonly name = 'ChangedResultError'
}

/** Reads the file line by line, and stops at the first that is not as it was saved. */
export class LessonResultReader {
  /** The whole file was read. */
  isOver = false
  private prev = FIRST
  private lines = 0
  /** Of the record that is being read. */
  private run: { readonly id: string; before: string; lines: number } | null = null
  private hasHead = false

  constructor(private readonly hash: HashLine) {}

  /** @throws ChangedResultError */
  take(text: string): LessonResultPart {
    const at = this.lines + 1
    if (this.isOver) throw new ChangedResultError(`line ${at} stands behind the end`)
    const part = text.startsWith(OURS) ? this.frame(text, at) : this.recorded(text, at)
    this.lines = at
    this.prev = this.hash(text)
    return part
  }

  private recorded(text: string, at: number): LessonResultPart {
    const { run } = this
    if (run === null) throw new ChangedResultError(`line ${at} is no part of a run`)
    const wanted = run.lines === 0 ? FIRST : this.prev
    if (prevOf(text) !== wanted) throw new ChangedResultError(this.changed(at))
    if (run.lines === 0) run.before = this.prev
    run.lines += 1
    return { kind: 'record', text }
  }

  private frame(text: string, at: number): LessonResultPart {
    if (prevOf(text) !== this.prev) throw new ChangedResultError(this.changed(at))
    const found = parsed(text)
    if (found === null) throw new ChangedResultError(`line ${at} is none of a result file`)
    const isFirst = !this.hasHead
    if (isFirst !== (found.paxosLab === 'lesson result')) {
      throw new ChangedResultError(`line ${at} is not where it belongs`)
    }
    this.hasHead = true
    return this.partOf(found, at)
  }

  private partOf(found: Line, at: number): LessonResultPart {
    switch (found.paxosLab) {
      case 'lesson result': {
        const { paxosLab: _kind, format: _format, ...own } = found
        return { kind: 'head', head: own }
      }
      case 'run': {
        const { paxosLab: _kind, ...own } = found
        if (this.run !== null) throw new ChangedResultError(`line ${at} begins a run inside a run`)
        this.run = { id: own.id, before: '', lines: 0 }
        return { kind: 'run', run: own }
      }
      case 'input':
        return { kind: 'input', name: found.name, text: found.text }
      case 'runEnd': {
        const { run } = this
        const before = run?.lines === 0 ? this.prev : run?.before
        if (run === null || run.lines !== found.lines) {
          throw new ChangedResultError(`line ${at}: the record before it is not the one it ends`)
        }
        if (before !== found.before) {
          throw new ChangedResultError(`line ${at - run.lines - 1} was changed after it was saved`)
        }
        this.run = null
        return { kind: 'runEnd', lines: found.lines, hash: this.prev }
      }
      case 'end':
        if (this.run !== null || found.lines !== at - 1) {
          throw new ChangedResultError(`line ${at}: there were ${found.lines} lines before it`)
        }
        this.isOver = true
        return { kind: 'end' }
    }
  }

  /** The hash of a line stands in the one after it: either of them was changed. */
  private changed(at: number): string {
    if (at === 1) return 'line 1 is not the first one of a result file'
    const where = this.run === null ? '' : ` (run ${this.run.id}, event ${this.run.lines})`
    return `line ${at - 1}${where} was changed after it was saved, or line ${at} was`
  }
}

function prevOf(text: string): string | null {
  return /"prev":"([0-9a-f]{32})"\}$/.exec(text)?.[1] ?? null
}

function parsed(text: string): Line | null {
  try {
    const found = line.safeParse(JSON.parse(text))
    return found.success ? found.data : null
  } catch {
    return null
  }
}
