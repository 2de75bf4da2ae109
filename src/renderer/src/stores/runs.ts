/**
 * Trials and their results: what runs now, what the past left, what of it is shown and compared.
 *
 * Flow:   `trialsNow` is asked once a second while the view of runs is open or trials run, so that
 *         progress is seen from every view; a result is read again whenever a trial has ended.
 * Errors: acts become toasts; a host without a desk makes `available` false.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type {
  ComparedPart,
  ExperimentCard,
  ResultCard,
  TrialsRequest,
  TrialsView,
} from '../../../shared/deskApi'
import type { ExperimentResult } from '../../../shared/experimentResult'
import type { WindowApi } from '../../../shared/rpc'
import { describeFailure } from '../api/failure'
import { pointKey } from '../components/runs/points'
import { EMPTY_DRAFT, isUnavailable } from '../components/runs/runDraft'
import type { RunDraft } from '../components/runs/runDraft'
import { useLabStore } from './lab'
import { useToastsStore } from './toasts'

const POLL_MS = 1000
/** Results held in memory; the oldest goes first. */
const RESULTS_KEPT_MAX = 6
/** A comparison has two sides. */
const PICKED_MAX = 2

export const OF_WISH = 'wish'

/** An experiment that another view wants to have repeated. */
export interface TrialsWish {
  readonly text: string
  readonly file: string
}

export type Shown =
  | { readonly kind: 'form' }
  | { readonly kind: 'result'; readonly id: string }
  | { readonly kind: 'compare' }

export function samePart(a: ComparedPart, b: ComparedPart): boolean {
  return a.id === b.id && pointKey(a.point ?? {}) === pointKey(b.point ?? {})
}

/** What runs now, asked again and again while somebody looks or something runs. */
function trialsOfHost(onChange: (view: TrialsView | null, before: TrialsView | null) => void) {
  const now = shallowRef<TrialsView | null>(null)
  /** False: this host keeps no experiments. */
  const available = ref(true)
  let watchers = 0
  let isAsking = false
  let timer: ReturnType<typeof setInterval> | undefined
  const running = computed(() => now.value !== null && now.value.state !== 'done')

  async function poll(): Promise<void> {
    if (isAsking || !useLabStore().connected) return
    isAsking = true
    try {
      const next = await useLabStore().askHost((call) => call.trialsNow())
      const before = now.value
      available.value = true
      now.value = next
      onChange(next, before)
    } catch (error) {
      // What is not there does not come back by asking; everything else is asked again.
      if (isUnavailable(error)) available.value = false
    } finally {
      isAsking = false
      schedule()
    }
  }

  function schedule(): void {
    const wanted = available.value && (watchers > 0 || running.value)
    if (wanted && timer === undefined) timer = setInterval(() => void poll(), POLL_MS)
    if (wanted || timer === undefined) return
    clearInterval(timer)
    timer = undefined
  }

  /** Asks at once and then every second, until the answer is called. */
  function look(): () => void {
    watchers += 1
    void poll()
    return () => {
      watchers -= 1
      schedule()
    }
  }

  return { now, available, running, poll, look }
}

/** Trials have nothing to do with what the window shows: a run of the past hinders nothing. */
async function actAtHost<T>(
  run: (call: WindowApi) => Promise<T>,
  title: string,
): Promise<T | null> {
  try {
    return await useLabStore().askHost(run)
  } catch (error) {
    const { words: why, details } = describeFailure(error)
    useToastsStore().show({ level: 'error', title, why, details })
    return null
  }
}

function madeTitle(view: TrialsView): string {
  const { valid, violated, unknown } = view.counts
  const parts = [`${valid} valid`, `${violated} violated`, `${unknown} unknown`]
  return `${view.title}: ${parts.join(', ')}`
}

export const useRunsStore = defineStore('runs', () => {
  const wish = shallowRef<TrialsWish | null>(null)
  const draft = shallowRef<RunDraft>(EMPTY_DRAFT)
  const files = shallowRef<readonly ExperimentCard[]>([])
  const results = shallowRef<readonly ResultCard[]>([])
  /** True after the first answer: before it, the list shows that it loads. */
  const listed = ref(false)
  const kept = shallowRef<ReadonlyMap<string, ExperimentResult>>(new Map())
  const shown = shallowRef<Shown>({ kind: 'form' })
  /** Why the shown result cannot be read; empty: it can. */
  const problem = ref('')
  const picked = shallowRef<readonly ComparedPart[]>([])
  /** Pages of reports that were written, by id. */
  const reports = shallowRef<ReadonlyMap<string, string>>(new Map())
  /** Ids whose report is being written for this window. */
  const reporting = shallowRef<ReadonlySet<string>>(new Set())

  const trials = trialsOfHost((next, before) => {
    if (next === null) return
    const isNew = before?.id !== next.id || before.ended !== next.ended
    if (!isNew && before.state === next.state) return
    void refreshResults()
    if (isShown(next.id)) void read(next.id)
    if (next.state === 'done' && before !== null && before.state !== 'done') tellEnd(next)
  })

  const result = computed(() => {
    const { value } = shown
    return value.kind === 'result' ? (kept.value.get(value.id) ?? null) : null
  })

  function isShown(id: string): boolean {
    const ofPair = picked.value.some((part) => part.id === id)
    const { value } = shown
    return (value.kind === 'result' && value.id === id) || (value.kind === 'compare' && ofPair)
  }

  function tellEnd(view: TrialsView): void {
    useToastsStore().show({ title: madeTitle(view), why: view.words })
  }

  async function refreshResults(): Promise<void> {
    try {
      results.value = await useLabStore().askHost((call) => call.results())
    } catch (error) {
      if (isUnavailable(error)) trials.available.value = false
    } finally {
      listed.value = true
    }
  }

  async function refreshRuns(): Promise<void> {
    const lab = useLabStore()
    // A host that keeps none has nothing to add.
    const next = await lab.askHost((call) => call.runs()).catch(() => lab.runs)
    // The same list is asked for often, and whoever follows it has nothing to do.
    if (JSON.stringify(next) !== JSON.stringify(lab.runs)) lab.runs = next
  }

  async function refreshFiles(): Promise<void> {
    try {
      files.value = await useLabStore().askHost((call) => call.experimentFiles())
    } catch (error) {
      if (isUnavailable(error)) trials.available.value = false
    }
  }

  /** Reads a result anew; what is shown stays until the answer is here. */
  async function read(id: string): Promise<ExperimentResult | null> {
    try {
      const found = await useLabStore().askHost((call) => call.result(id))
      const others = [...kept.value].filter(([other]) => other !== id)
      kept.value = new Map([...others, [id, found] as const].slice(-RESULTS_KEPT_MAX))
      if (isShown(id)) problem.value = ''
      return found
    } catch (error) {
      if (isShown(id)) problem.value = describeFailure(error).words
      return null
    }
  }

  async function show(id: string): Promise<void> {
    shown.value = { kind: 'result', id }
    problem.value = ''
    await read(id)
  }

  function showForm(): void {
    shown.value = { kind: 'form' }
  }

  /** Starts trials and shows their result as it grows. False: refused, and a toast says why. */
  async function start(request: TrialsRequest): Promise<boolean> {
    const id = await actAtHost((call) => call.startTrials(request), 'Start trials')
    if (id === null) return false
    shown.value = { kind: 'result', id }
    problem.value = ''
    await trials.poll()
    return true
  }

  async function stop(): Promise<void> {
    await actAtHost((call) => call.stopTrials(), 'Cancel the trials')
    await trials.poll()
  }

  async function remove(id: string, kind: 'result' | 'run' = 'result'): Promise<void> {
    const isRun = kind === 'run'
    const done = await actAtHost(
      (call) => (isRun ? call.deleteRun(id) : call.deleteResult(id)).then(() => true),
      isRun ? 'Delete a run' : 'Delete a result',
    )
    if (done === null) return
    if (isRun) return await refreshRuns()
    picked.value = picked.value.filter((part) => part.id !== id)
    kept.value = new Map([...kept.value].filter(([other]) => other !== id))
    const { value } = shown
    if (value.kind === 'compare' || (value.kind === 'result' && value.id === id)) showForm()
    await refreshResults()
  }

  /** The third one takes the place of the first. */
  function pick(part: ComparedPart): void {
    const others = picked.value.filter((one) => !samePart(one, part))
    const isOff = others.length < picked.value.length
    picked.value = isOff ? others : [...others, part].slice(-PICKED_MAX)
    if (isOff && shown.value.kind === 'compare') show(part.id).catch(() => undefined)
  }

  async function compare(): Promise<void> {
    if (picked.value.length < PICKED_MAX) return
    shown.value = { kind: 'compare' }
    problem.value = ''
    await Promise.all([...new Set(picked.value.map(({ id }) => id))].map((id) => read(id)))
  }

  /** Writes the report if there is none; null: refused, and a toast says why. */
  async function report(id: string): Promise<string | null> {
    const page = await actAtHost((call) => call.reportPage(id), 'Write the report')
    if (page !== null) reports.value = new Map([...reports.value, [id, page] as const].slice(-50))
    return page
  }

  function setReporting(id: string, isWritten: boolean): void {
    const others = [...reporting.value].filter((one) => one !== id)
    reporting.value = new Set(isWritten ? [...others, id] : others)
  }

  // A wish is a new form: what was typed for another experiment means nothing for it.
  watch(wish, (next) => {
    if (next === null) return
    draft.value = { ...EMPTY_DRAFT, experiment: OF_WISH }
    showForm()
  })

  return {
    ...{ wish, draft, files, results, listed, kept, shown, problem, picked, reports, result },
    ...{ now: trials.now, available: trials.available, running: trials.running },
    ...{ look: trials.look, poll: trials.poll },
    ...{ refreshResults, refreshRuns, refreshFiles, read, show, showForm, start, stop, remove },
    ...{ pick, compare, report, reporting, setReporting },
  }
})
