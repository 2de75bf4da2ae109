/**
 * Re-enactment from the window: what is shown as a schedule, and the host's progress with it.
 *
 * Flow:   the host is asked four times a second while it re-enacts, and once when a page connects,
 *         so that one that another window started is seen too.
 * Errors: acts become toasts; a host without a desk makes `available` false.
 */
import { defineStore } from 'pinia'
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { Schedule } from '../../../core/schedule'
import type { ReenactmentView, RunExtras } from '../../../shared/reenactApi'
import { SCHEDULE_CHARS_MAX } from '../../../shared/reenactApi'
import { parseSchedule, printSchedule } from '../../../shared/scheduleCodec'
import { describeFailure } from '../api/failure'
import { scheduleOfPath } from '../sources/exploreSchedule'
import { useLabStore } from './lab'
import { useToastsStore } from './toasts'
import { useUiStore } from './ui'

const POLL_MS = 250
const NO_HOST = 'Real processes need a host, and none is connected.'
const NO_DESK = 'This host cannot re-enact: it keeps no runs.'
const NO_CONTROL = 'Another window holds the control.'

/** What can be re-enacted of the run that is shown. */
interface Subject {
  readonly schedule: Schedule | null
  /** Why it cannot be; empty: it can. */
  readonly why: string
}

export const useReenactStore = defineStore('reenact', () => {
  const lab = useLabStore()
  const extras = useExtras()
  const host = useProgress()

  /** Null: what is shown has no schedule at all. */
  const subject = computed<Subject | null>(() => {
    const { saved } = lab
    if (saved?.explored) {
      const broken = brokenIn(saved.status.checks)
      const { schedule, why } = scheduleOfPath(saved.explored, broken)
      return { schedule, why: why ?? '' }
    }
    const text = extras.of.value?.schedule ?? null
    return text === null ? null : readSubject(text)
  })
  /** One that is asked for although another run is shown, such as that of a card. */
  const wish = shallowRef<Schedule | null>(null)
  const chosen = computed<Subject | null>(() =>
    wish.value === null ? subject.value : { schedule: wish.value, why: '' },
  )
  const obstacleOf = (what: Subject | null): string => {
    if (!lab.connected) return NO_HOST
    if (!host.available.value) return NO_DESK
    if (what !== null && what.why !== '') return what.why
    return lab.mayStart ? '' : NO_CONTROL
  }
  const obstacle = computed(() => obstacleOf(subject.value))
  const can = computed(() => subject.value?.schedule != null && obstacle.value === '')

  /** Opens the dialog: of what is shown, or of this one. */
  function ask(schedule: Schedule | null = null): void {
    wish.value = schedule
    useUiStore().open('reenact')
  }

  /** False: the host refused, and a toast says why. */
  async function start(): Promise<boolean> {
    const schedule = chosen.value?.schedule ?? null
    if (schedule === null || obstacleOf(chosen.value) !== '') return false
    const text = printSchedule(schedule)
    if (text.length > SCHEDULE_CHARS_MAX) {
      const why = `It has ${schedule.acts.length} acts: re-enact it with the command line.`
      useToastsStore().show({ level: 'error', title: 'Too long for a window', why })
      return false
    }
    return await host.begin(text)
  }

  return {
    ...{ subject, obstacle, can, ask, start, extras: extras.of },
    hostObstacle: computed(() => obstacleOf(null)),
    ...{ chosen, chosenObstacle: computed(() => obstacleOf(chosen.value)) },
    ...{ now: host.now, running: host.running, poll: host.poll, stop: host.stop },
  }
})

/** Agreement if it broke, else what broke first. */
function brokenIn(checks: readonly { id: string; state: string }[]): string | null {
  const broken = checks.filter(({ state }) => state === 'violated').map(({ id }) => id)
  return broken.includes('I8') ? 'I8' : (broken[0] ?? null)
}

function readSubject(text: string): Subject {
  try {
    return { schedule: parseSchedule(text), why: '' }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { schedule: null, why: `Its schedule cannot be read: ${why}.` }
  }
}

/** What the directory of the shown run holds beside its record. */
function useExtras() {
  const lab = useLabStore()
  const found = shallowRef<{ readonly run: string; readonly extras: RunExtras } | null>(null)
  const run = computed(() => lab.saved?.run ?? null)
  watch(
    [run, () => lab.connected],
    async ([id, connected]) => {
      if (id === null || !connected || found.value?.run === id) return
      // A host without a desk has nothing to add.
      const extras = await lab.askHost((call) => call.runExtras(id)).catch(() => null)
      if (extras !== null && run.value === id) found.value = { run: id, extras }
    },
    { immediate: true },
  )
  const of = computed(() => (found.value?.run === run.value ? (found.value?.extras ?? null) : null))
  return { of }
}

/** What the host re-enacts, asked again and again while it does. */
function useProgress() {
  const lab = useLabStore()
  const now = shallowRef<ReenactmentView | null>(null)
  const available = ref(true)
  const running = computed(() => now.value !== null && now.value.state !== 'done')
  let timer: ReturnType<typeof setInterval> | undefined
  let isAsking = false

  async function poll(): Promise<void> {
    if (isAsking || !lab.connected) return
    isAsking = true
    try {
      now.value = await lab.askHost((call) => call.reenactmentNow())
      available.value = true
    } catch (error) {
      if (describeFailure(error).code === 'unavailable') available.value = false
    } finally {
      isAsking = false
      schedule()
    }
  }

  function schedule(): void {
    if (running.value) timer ??= setInterval(() => void poll(), POLL_MS)
    else {
      clearInterval(timer)
      timer = undefined
    }
  }

  onScopeDispose(() => clearInterval(timer))

  async function asked(title: string, act: Promise<void>): Promise<boolean> {
    try {
      await act
      return true
    } catch (error) {
      const { words: why, details } = describeFailure(error)
      useToastsStore().show({ level: 'error', title, why, details })
      return false
    } finally {
      await poll()
    }
  }

  function begin(text: string): Promise<boolean> {
    const act = lab.askHost((call) => call.startReenactment(text))
    return asked('Re-enact on real processes', act)
  }

  function stop(): Promise<boolean> {
    return asked(
      'Cancel the re-enactment',
      lab.askHost((call) => call.stopReenactment()),
    )
  }

  watch(
    () => lab.connected,
    (connected) => connected && void poll(),
    { immediate: true },
  )
  return { now, available, running, poll, begin, stop }
}
