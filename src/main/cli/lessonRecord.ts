/**
 * One record of a student, judged by the lessons whose marks are in it. The file is read twice and
 * never held: once for its chain of hashes and its marks, once for the events that matter.
 *
 * Order:  a chain that is broken ends what is believed; a hole in `seq` is a loss.
 * Errors: none for what is in the file, however strange: it is told in `notes`, and the checks are
 *         unknown. Those of the file system are thrown.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabEvent, LabEventType } from '../../core/event'
import type { MutantId } from '../../core/paxos/mutant'
import { Fields } from '../../shared/fields'
import { FrameError } from '../../shared/frame'
import type { Lesson } from '../../shared/lesson'
import { LessonFold } from '../../shared/lessonCheck'
import type { GoalState, HandedChoice } from '../../shared/lessonCheck'
import { clausesOf } from '../../shared/lessonGrammar'
import { parseMark } from '../../shared/lessonMark'
import { LineSkim } from '../../shared/lineSkim'
import { HASH_CHARS, hasTail, parseRecordLine } from '../../shared/recordLine'
import type { UnnamedLetter } from '../../shared/unnamed'
import { FIRST_HASH, hashLine } from '../lab/recordFile'
import { RESULT_FILE } from '../lab/runDir'
import { linesOf } from '../lab/textLines'

/** Types that measures and marks are made of; checks name more. */
const ALWAYS: readonly LabEventType[] = [
  ...(['bid', 'elected', 'preempted', 'steppedDown', 'followed', 'issued', 'chosen'] as const),
  ...(['clusterStarted', 'clusterStopped', 'nodeReady', 'nodeExited'] as const),
  ...(['faultStarted', 'faultEnded', 'clientReplied', 'loadSampled'] as const),
  ...(['acted', 'factsDropped', 'trafficSampled'] as const),
  ...(['frameHeld', 'frameReleased', 'frameDropped', 'violated'] as const),
]
/** Where a mark may be: only such a line is parsed in the first pass. */
const MARK_HINT = '"actor":"lesson"'
const STOP_HINT = '"type":"clusterStopped"'
/** `"}` behind the hash. */
const LINE_END_CHARS = 2

type Started = Extract<LabEvent, { type: 'clusterStarted' }>

/** What a record shows of one lesson. */
export interface LessonFinding {
  readonly lesson: string
  /** As the marks say. */
  readonly version: number
  /** Null: nobody knows the lesson, or this version of it. */
  readonly found: Found | null
}

interface Found {
  /** Seed of the cluster; null: the record does not have its beginning. */
  readonly seed: number | null
  /** The mutant that has a letter in place of its name. */
  readonly unnamed: Unnamed | null
  readonly steps: ReadonlyMap<string, StepFinding>
  readonly answers: ReadonlyMap<string, number>
  /** As its marks have them, judged anew. */
  readonly choices: ReadonlyMap<string, HandedChoice>
}

export interface Unnamed {
  readonly letter: UnnamedLetter
  readonly mutant: MutantId | null
}

export interface StepFinding {
  readonly wasBegun: boolean
  readonly states: readonly GoalState[]
  /** Whether its question was answered before its first act; null: there was no act. */
  readonly predicted: boolean | null
}

export interface RecordFinding {
  readonly lessons: readonly LessonFinding[]
  /** Why something is not believed, or not there; empty: the record is whole. */
  readonly notes: readonly string[]
  readonly isWhole: boolean
  /** Its chain of hashes is broken. */
  readonly isChanged: boolean
}

/** `dir`: the run directory of the record, with its result; null: the record is all there is. */
export async function readLessonRecord(
  path: string,
  dir: string | null,
  known: readonly Lesson[],
): Promise<RecordFinding> {
  const chain = await readChain(path)
  const notes = [...chain.notes, ...resultNotes(chain, dir)]
  const isWhole = notes.length === 0
  const marked = [...chain.lessons].map(([name, version]) => ({ name, version }))
  const lessons: LessonFinding[] = []
  for (const { name, version } of marked) {
    const lesson = known.find((each) => each.id === name && each.version === version)
    if (lesson === undefined) {
      lessons.push({ lesson: name, version, found: null })
      continue
    }
    const fold = new LessonFold(lesson)
    const { problem, ...began } = await foldRecord(path, fold, lesson, chain.lines)
    if (problem !== null) notes.push(problem)
    const found = foundOf(fold, lesson, isWhole && problem === null)
    lessons.push({ lesson: name, version, found: { ...found, ...began } })
  }
  return { lessons, notes, isWhole: notes.length === 0, isChanged: chain.isChanged }
}

function foundOf(fold: LessonFold, lesson: Lesson, isWhole: boolean): Omit<Found, keyof Began> {
  const before = new Map(lesson.steps.map(({ id }) => [id, fold.states(id)]))
  fold.finish(isWhole)
  const steps = lesson.steps.map(({ id, goals }): [string, StepFinding] => {
    const asked = goals.findIndex(({ check }) => check.kind === 'predicted')
    const state = before.get(id)?.[asked]?.state
    const predicted = state === 'true' ? true : state === 'false' ? false : null
    return [id, { wasBegun: fold.wasBegun(id), states: fold.states(id), predicted }]
  })
  return { steps: new Map(steps), answers: fold.answers, choices: fold.choices }
}

interface Chain {
  /** Lines whose hashes fit. */
  readonly lines: number
  readonly hash: string
  readonly notes: readonly string[]
  /** Version by name, of the lessons whose marks are there; of two versions the later one. */
  readonly lessons: ReadonlyMap<string, number>
  /** The last line tells that the cluster was stopped. */
  readonly isEnded: boolean
  /** A line is not the one that was recorded. */
  readonly isChanged: boolean
}

async function readChain(path: string): Promise<Chain> {
  const lessons = new Map<string, number>()
  let hash = FIRST_HASH
  let lines = 0
  let isEnded = false
  const chain = (notes: readonly string[], isChanged = false): Chain => {
    return { lines, hash, notes, lessons, isEnded, isChanged }
  }
  try {
    for await (const { text, number, whole } of linesOf(path)) {
      if (!whole) return chain([`the last line is torn off: the lab was killed while it wrote`])
      if (prevOf(text) !== hash) {
        return chain([`line ${number} was changed after it was recorded`], true)
      }
      hash = hashLine(text)
      lines += 1
      isEnded = text.includes(STOP_HINT)
      if (text.includes(MARK_HINT)) noteMark(text, lessons)
    }
  } catch (error) {
    if (!(error instanceof FrameError)) throw error
    return chain([error.message])
  }
  return chain(lines === 0 ? ['the record is empty'] : [])
}

function prevOf(text: string): string | null {
  if (!hasTail(text, 0, text.length)) return null
  return text.slice(-HASH_CHARS - LINE_END_CHARS, -LINE_END_CHARS)
}

function noteMark(text: string, lessons: Map<string, number>): void {
  const { event } = parseRecordLine(text)
  if (event.type !== 'acted' || event.actor !== 'lesson' || typeof event.act !== 'string') return
  const mark = parseMark(event.act)
  if (mark !== null) lessons.set(mark.lesson, mark.version)
}

/** What `result.json` says of the record: how many events, and the hash of the last line. */
function resultNotes({ lines, hash, isEnded, notes }: Chain, dir: string | null): string[] {
  const path = dir === null ? null : join(dir, RESULT_FILE)
  if (path === null || !existsSync(path)) {
    if (isEnded || notes.length > 0) return []
    return ['there is no end: the run was cut short, or still goes on']
  }
  try {
    const result = Fields.of(JSON.parse(readFileSync(path, 'utf8')), RESULT_FILE)
    if (notes.length > 0) return []
    if (result.count('events') !== lines || result.text('recordHash', 64) !== hash) {
      return [`the record does not end as ${RESULT_FILE} says`]
    }
    return []
  } catch (error) {
    return [`${RESULT_FILE} cannot be read: ${error instanceof Error ? error.message : 'broken'}`]
  }
}

type Began = Pick<Found, 'seed' | 'unnamed'>

/** `problem`: null, or what is not as a recorder wrote it. */
async function foldRecord(
  path: string,
  fold: LessonFold,
  lesson: Lesson,
  lines: number,
): Promise<Began & { readonly problem: string | null }> {
  const wanted = wantedTypes(lesson)
  const skim = new LineSkim()
  let lastSeq = 0
  let missing = 0
  let began: Began = { seed: null, unnamed: null }
  const note = (seq: number): void => {
    if (seq !== lastSeq + 1) fold.noteLoss()
    missing += Math.max(0, seq - lastSeq - 1)
    lastSeq = seq
  }
  const found = (problem = missing === 0 ? null : `${missing} events are missing`) => {
    return { problem, ...began }
  }
  for await (const { text, number } of linesOf(path)) {
    if (number > lines) return found()
    if (skim.read(text, 0, text.length) && !wanted.has(skim.type)) {
      note(skim.seq)
      continue
    }
    try {
      const { event } = parseRecordLine(text)
      note(event.seq)
      if (event.type === 'clusterStarted') began = beganBy(event)
      fold.add(event)
    } catch (error) {
      // A field that is missing or of another kind: no recorder wrote that.
      const words = error instanceof Error ? error.message : 'broken'
      fold.noteLoss()
      return found(`line ${number} is no event as they are recorded (${words})`)
    }
  }
  return found()
}

function beganBy({ seed, unnamed, mutant = null }: Started): Began {
  return { seed, unnamed: unnamed === undefined ? null : { letter: unnamed, mutant } }
}

function wantedTypes(lesson: Lesson): ReadonlySet<string> {
  const goals = lesson.steps.flatMap((step) => step.goals)
  const named = goals.flatMap(({ check }) => clausesOf(check).map((each) => each.predicate.type))
  return new Set<string>([...ALWAYS, ...named])
}
