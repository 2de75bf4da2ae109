/**
 * The fold of a lesson over a record: over the events that the window holds, up to some moment, or
 * part by part as they are read. It goes on where it stopped; when the moment goes back or another
 * run is shown, it begins anew.
 */
import type { LabEvent } from '../../../../core/event'
import type { Lesson } from '../../../../shared/lesson'
import { LessonFold } from '../../../../shared/lessonCheck'
import type { GoalState, HandedChoice } from '../../../../shared/lessonCheck'
import { parseMark } from '../../../../shared/lessonMark'
import type { LessonMark } from '../../../../shared/lessonMark'
import type { EventLog } from '../../stores/eventLog'

/** What the record tells of a lesson, as far as it was read. */
export interface Told {
  /** The step that the record is in; null: none of this lesson yet. */
  readonly at: string | null
  readonly goals: ReadonlyMap<string, readonly GoalState[]>
  /** Index of the choice by step. */
  readonly answers: ReadonlyMap<string, number>
  /** v and S by step. */
  readonly choices: ReadonlyMap<string, HandedChoice>
  /** Acts that began, as `STEP ACT`. */
  readonly acts: ReadonlySet<string>
  /** How often each step was begun anew. */
  readonly resets: ReadonlyMap<string, number>
  /** The beginning of this run is missing, or something in between. */
  readonly isPartial: boolean
}

export class LessonReplay {
  private fold: LessonFold
  private acts = new Set<string>()
  private readonly resets = new Map<string, number>()
  private last: LabEvent | null = null
  private isPartial = false

  constructor(readonly lesson: Lesson) {
    this.fold = new LessonFold(lesson)
  }

  /** Reads these events; they may be those of before, and more. */
  read(log: EventLog): Told {
    const from = this.placeAfter(log)
    if (from === null) this.begin(log)
    for (let at = from ?? 0; at < log.length; at += 1) {
      const event = log.at(at)
      if (event !== undefined) this.add(event)
    }
    return this.told()
  }

  private begin(log: EventLog): void {
    this.fold = new LessonFold(this.lesson)
    this.acts = new Set()
    this.last = null
    this.isPartial = false
    // The beginning of a run takes this back.
    if (log.length > 0) this.noteLoss()
  }

  /** Events that are not known to this window are lost to it. */
  noteLoss(): void {
    this.isPartial = true
    this.fold.noteLoss()
  }

  add(event: LabEvent): void {
    this.last = event
    this.fold.add(event)
    if (event.type === 'clusterStarted') this.isPartial = false
    if (event.type !== 'acted' || event.actor !== 'lesson') return
    const mark = parseMark(event.act)
    if (mark?.lesson !== this.lesson.id) return
    if (mark.act === 'act') this.acts.add(`${mark.step} ${mark.id}`)
    if (mark.act !== 'reset') return
    this.resets.set(mark.step, (this.resets.get(mark.step) ?? 0) + 1)
    for (const one of [...this.acts]) if (one.startsWith(`${mark.step} `)) this.acts.delete(one)
  }

  /** Where the events go on after the last that was read; null: it is not among them. */
  private placeAfter(log: EventLog): number | null {
    if (this.last === null) return null
    const at = log.indexFrom(this.last.seq)
    return log.at(at) === this.last ? at + 1 : null
  }

  told(): Told {
    const { fold, lesson, acts, resets, isPartial } = this
    const goals = new Map(lesson.steps.map(({ id }) => [id, fold.states(id)]))
    const [answers, choices] = [new Map(fold.answers), new Map(fold.choices)]
    return { at: fold.at, goals, answers, choices, acts, resets, isPartial }
  }
}

/** The last mark of the run that these events tell of; null: it is no run of a lesson. */
export function lastMark(events: EventLog): LessonMark | null {
  for (let index = events.length - 1; index >= 0; index -= 1) {
    const event = events.at(index)
    if (event?.type === 'clusterStarted') return null
    if (event?.type !== 'acted' || event.actor !== 'lesson') continue
    const mark = parseMark(event.act)
    if (mark !== null) return mark
  }
  return null
}
