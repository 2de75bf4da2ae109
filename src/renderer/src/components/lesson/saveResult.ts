/**
 * Saves the result file of the open lesson (LR5): answers, explanation and the records of its runs,
 * as `shared/lessonResult.ts` has them. A run that goes on is saved up to now.
 *
 * Errors: become toasts; a run that is gone is named, and the others are saved.
 */
import { LESSON_RESULT_SUFFIX, printLessonResult } from '../../../../shared/lessonResult'
import type { LessonResultHead, LessonRunSource } from '../../../../shared/lessonResult'
import { RECORD_NAME } from '../../../../shared/lessonRunApi'
import type { LessonRunView } from '../../../../shared/lessonRunApi'
import { HASH_CHARS } from '../../../../shared/recordLine'
import { sha256Hex } from '../../../../shared/sha256'
import { describeFailure } from '../../api/failure'
import { flushRecord, liveRun, textsOf } from '../../commands/runText'
import { saveFile } from '../../composables/chartExport'
import { useLabStore } from '../../stores/lab'
import { useLessonStore } from '../../stores/lesson'
import { useStudentStore } from '../../stores/student'
import { useToastsStore } from '../../stores/toasts'

const TITLE = 'Save the result'

export async function saveLessonResult(): Promise<void> {
  const { lesson, progress } = useLessonStore()
  const toasts = useToastsStore()
  if (lesson === null || progress === null) return
  if (progress.runs.length === 0) {
    const why = `No run of lesson ${lesson.number} was recorded yet: begin with its first act.`
    toasts.show({ level: 'error', title: TITLE, why })
    return
  }
  try {
    const { views, gone } = await viewsOf(progress.runs)
    const parts: string[] = []
    for await (const text of printLessonResult(headOf(), views.map(sourceOf), hash)) {
      parts.push(text)
    }
    const name = fileName()
    saveFile(name, new Blob(parts, { type: 'application/octet-stream' }))
    const runs = views.length === 1 ? '1 run' : `${views.length} runs`
    const missing = gone.length === 0 ? '' : ` Not there any more: ${gone.join(', ')}.`
    toasts.show({ title: `${name} was saved`, why: `It has ${runs} and your answers.${missing}` })
  } catch (error) {
    const { words: why, details } = describeFailure(error)
    toasts.show({ level: 'error', title: TITLE, why, details })
  }
}

/** `ada.majority.paxos-result` */
function fileName(): string {
  const { lesson } = useLessonStore()
  const student = useStudentStore().id.replace(/[^\p{L}\p{N}._@-]+/gu, '_') || 'student'
  return `${student}.${lesson?.id ?? 'lesson'}${LESSON_RESULT_SUFFIX}`
}

function headOf(): LessonResultHead {
  const { lesson, progress } = useLessonStore()
  const answers = (lesson?.steps ?? []).flatMap(({ id }) => {
    const answer = progress?.steps[id]?.answer ?? null
    return answer === null ? [] : [{ step: id, choice: answer.choice + 1, at: answer.at }]
  })
  const choices = (lesson?.steps ?? []).flatMap(({ id }) => {
    const choice = progress?.steps[id]?.choice ?? null
    return choice === null ? [] : [{ step: id, ...choice }]
  })
  return {
    choices,
    ...{ lesson: lesson?.id ?? '', version: lesson?.version ?? 0, answers },
    ...{ student: useStudentStore().id, seed: lesson?.student ?? null },
    ...{ savedAt: new Date().toISOString(), paragraph: progress?.paragraph ?? '' },
    figure: progress?.figure ?? null,
  }
}

function hash(line: string): string {
  return sha256Hex(line).slice(0, HASH_CHARS)
}

/** In the order of their beginning, which their ids tell. */
async function viewsOf(runs: readonly string[]) {
  const lab = useLabStore()
  if (runs.includes(liveRun() ?? '')) await flushRecord()
  const views: LessonRunView[] = []
  const gone: string[] = []
  for (const run of runs.toSorted()) {
    try {
      views.push(await lab.askHost((call) => call.lessonRun(run)))
    } catch (error) {
      if (describeFailure(error).code !== 'badArgument') throw error
      gone.push(run)
    }
  }
  if (views.length === 0) throw new Error('Its runs are not there any more.')
  return { views, gone }
}

function sourceOf({ recordBytes, inputs, ...head }: LessonRunView): LessonRunSource {
  return {
    ...head,
    record: () => textsOf(head.id, RECORD_NAME, recordBytes),
    async *inputs() {
      for (const { name, bytes } of inputs) {
        for await (const text of textsOf(head.id, name, bytes)) yield { name, text }
      }
    },
  }
}
