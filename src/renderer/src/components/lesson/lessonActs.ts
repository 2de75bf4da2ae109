/** The acts of the step that is shown: which may run, the one in progress, what verbs answered. */
import { computed, shallowRef, watch } from 'vue'
import type { ComputedRef, ShallowRef } from 'vue'
import type { LessonAct } from '../../../../shared/lesson'
import type { P2cChoice } from '../../../../shared/p2cChoice'
import type { VerbName } from '../../../../shared/verbs'
import { describeFailure } from '../../api/failure'
import { useLabStore } from '../../stores/lab'
import { useToastsStore } from '../../stores/toasts'
import type { OpenLesson } from './openLesson'
import { performAct } from './perform'
import type { Given } from './perform'
import { NO_STEP, stepOf, withRun, withStep } from './progress'

/** Verbs that were asked for what they answer. */
const ANSWERS: ReadonlySet<VerbName> = new Set([
  ...(['write', 'get', 'do', 'propose', 'read', 'read-slot', 'slots', 'held'] as const),
])
/** Answers of verbs that the panel shows. */
const RESULTS_MAX = 4

export interface RunningAct {
  readonly step: string
  readonly act: string
  /** Verb in progress, from 1; 0 while the cluster starts. */
  readonly at: number
  readonly of: number
}

export interface ActResult {
  readonly ok: boolean
  readonly words: string
}

export interface LessonActs {
  readonly running: ShallowRef<RunningAct | null>
  readonly results: ShallowRef<readonly ActResult[]>
  /** Why an act cannot be done now; empty: it can. */
  readonly lockOf: (act: LessonAct) => string
  /** Acts of this step that were done. */
  readonly ran: ComputedRef<readonly string[]>
  readonly isAllRun: ComputedRef<boolean>
  readonly act: (id: string) => Promise<void>
  readonly stop: () => void
}

export function lessonActs(open: OpenLesson): LessonActs {
  const lab = useLabStore()
  const running = shallowRef<RunningAct | null>(null)
  const results = shallowRef<readonly ActResult[]>([])
  let stopping: AbortController | null = null

  const ran = computed<readonly string[]>(() => {
    const { told, replays, mine, step } = open
    if (!replays.value) return mine.value.ran
    const acts = step.value?.acts ?? []
    const id = step.value?.id ?? ''
    return acts.map((act) => act.id).filter((act) => told.value?.acts.has(`${id} ${act}`) === true)
  })
  const isAllRun = computed(
    () =>
      running.value === null &&
      (open.step.value?.acts ?? []).every(({ id }) => ran.value.includes(id)),
  )

  function lockOf(act: LessonAct): string {
    if (open.replays.value) return 'A run of the past is shown; close it to go on.'
    if (running.value !== null) return 'Another act is in progress.'
    const { predict = null } = open.step.value ?? {}
    if (predict?.after === null && open.answer.value === null) return 'Answer the question first.'
    if (!lab.mayStart) return 'This window does not control a lab now.'
    if (act.fresh) return ''
    return lab.running && lab.saved === null ? '' : 'Its cluster does not run.'
  }

  async function act(id: string): Promise<void> {
    const [lesson, step] = [open.lesson.value, open.step.value]
    const found = step?.acts.find((one) => one.id === id)
    if (lesson === null || step === null || !found || lockOf(found) !== '') return
    const mine = new AbortController()
    const { signal } = mine
    stopping = mine
    results.value = []
    const begun: RunningAct = { step: step.id, act: id, at: 0, of: found.verbs.length }
    running.value = begun
    try {
      await performAct({
        ...{ lesson, step: step.id, act: found, given: givenOf(open), signal },
        isBegun: open.recordedStep() === step.id,
        onRun: (run) => open.change((kept) => withRun(kept, run)),
        onVerb: (at) => {
          if (!signal.aborted) running.value = { ...begun, at: at + 1 }
        },
        onResult: ({ verb, ok, words }) => {
          if (signal.aborted || (ok && !ANSWERS.has(verb))) return
          results.value = [...results.value, { ok, words }].slice(-RESULTS_MAX)
        },
      })
      if (!signal.aborted) keepRan(open, step.id, id)
    } catch (error) {
      if (!signal.aborted) tell(found.label, error)
    } finally {
      if (stopping === mine) running.value = null
    }
  }

  function stop(): void {
    stopping?.abort()
    running.value = null
    results.value = []
  }

  watch(open.step, () => (results.value = []))
  return { running, results, lockOf, ran, isAllRun, act, stop }
}

function keepRan({ change }: OpenLesson, step: string, act: string): void {
  change((kept) => {
    const { ran } = stepOf(kept, step)
    return ran.includes(act) ? kept : withStep(kept, step, { ran: [...ran, act] })
  })
}

/** Given in this browser, whatever run is shown. */
export function givenOf({ lesson, progress }: OpenLesson): Given {
  const answers = new Map<string, number>()
  const choices = new Map<string, P2cChoice>()
  for (const { id } of lesson.value?.steps ?? []) {
    const { answer, choice } = progress.value ? stepOf(progress.value, id) : NO_STEP
    if (answer !== null) answers.set(id, answer.choice)
    if (choice !== null) choices.set(id, choice)
  }
  return { answers, choices }
}

export function tell(title: string, error: unknown): void {
  const { words: why, details } = describeFailure(error)
  useToastsStore().show({ level: 'error', title, why, details })
}
