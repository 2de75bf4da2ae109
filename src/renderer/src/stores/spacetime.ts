/**
 * The space-time diagram as the window knows it: what is chosen, what the engine answered. Messages
 * themselves live in the engine alone, never in reactive state.
 *
 * Order:  the engine gets every event of the run from the first time the diagram is opened on;
 *         single messages only while it is open (`watchMessages`). What it missed is drawn so.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { LabEvent } from '../../../core/event'
import type { LabSnapshot } from '../../../shared/api'
import type { SavedView } from '../sources/savedView'
import { newAlignment } from '../spacetime/alignment'
import { openEngine } from '../spacetime/enginePort'
import type { EnginePort } from '../spacetime/enginePort'
import { NO_SUMMARY } from '../spacetime/protocol'
import type { MessageDetails, Question, Summary } from '../spacetime/protocol'
import { passTexts, recordParts } from '../spacetime/recordReader'
import type { RangeStatistics } from '../spacetime/statistics'
import { workerHere } from '../spacetime/workerHere'
import { useEventsStore } from './events'
import { useGateStore } from './gate'
import { useLabStore } from './lab'
import { useSelectionStore } from './selection'
import { useTimeStore } from './time'
import { useToastsStore } from './toasts'

export interface TimeRange {
  readonly fromMs: number
  readonly toMs: number
}

/** Live events that wait while the record is read. */
const WAITING_MAX = 50_000
/** Counts are told so often while a record is read. */
const READING_SUMMARY_MS = 500
/** Room beside messages that are fitted into the window, as a share of their time. */
const FIT_ROOM = 0.1
const FIT_MS_MIN = 20
/** The range panel follows a live run this often. */
const RANGE_MS = 500

type ReadText = NonNullable<SavedView['text']>

/** What a person chose to see. */
function newLook() {
  /** Counts wishes to focus the filter. */
  const filterWish = ref(0)
  const filter = ref('')
  const slot = ref<number | null>(null)
  return {
    filterWish,
    askFilter: () => void (filterWish.value += 1),
    isNarrowed: () => slot.value !== null || filter.value.trim() !== '',
    filter,
    colour: ref<'family' | 'owner'>('family'),
    arrows: ref(false),
    cone: ref(false),
    slot,
  }
}

/** Counts of the engine. While a record is read they go up all the time: few of them are drawn. */
function newCounts(isNarrowed: () => boolean) {
  const summary = shallowRef<Summary>(NO_SUMMARY)
  /** 0 to 1 while the record is read; null: it is not. */
  const reading = ref<number | null>(null)
  let newest: Summary = NO_SUMMARY
  let heardAtMs = -Infinity

  function hearSummary(next: Summary): void {
    newest = next
    if (reading.value !== null && performance.now() - heardAtMs < READING_SUMMARY_MS) return
    heardAtMs = performance.now()
    summary.value = next
  }

  function endReading(): void {
    reading.value = null
    summary.value = newest
  }
  /** Why a picture narrowed by filter or slot is empty; null: it is not, or not known yet. */
  const nothingShown = computed(() =>
    isNarrowed() && reading.value === null ? whyNothing(summary.value) : null,
  )
  return { summary, reading, nothingShown, hearSummary, endReading }
}

function whyNothing({ inSight, matching, total, busy }: Summary): 'outside' | 'none' | null {
  if (total === 0 || inSight) return null
  if (matching > 0) return 'outside'
  return busy ? null : 'none'
}

/** Some time with room beside it. */
function withRoom({ fromMs, toMs }: TimeRange): TimeRange {
  const room = Math.max(FIT_MS_MIN, (toMs - fromMs) * FIT_ROOM)
  return { fromMs: fromMs - room, toMs: toMs + room }
}

export const useSpacetimeStore = defineStore('spacetime', () => {
  const lab = useLabStore()
  const selection = useSelectionStore()
  /** Why nothing is drawn; empty: all is well. */
  const failed = ref('')
  const { filter, colour, arrows, cone, slot, filterWish, askFilter, isNarrowed } = newLook()
  const { summary, reading, nothingShown, hearSummary, endReading } = newCounts(isNarrowed)
  const range = shallowRef<TimeRange | null>(null)
  const statistics = shallowRef<RangeStatistics | null>(null)
  const details = shallowRef<MessageDetails | null>(null)
  let port: EnginePort | null = null
  let isOpen = false
  let isWatching = false
  let reads = 0
  let waiting: LabEvent[] | null = null

  const alignment = newAlignment(engine, lab)
  const selected = computed(() =>
    selection.current.kind === 'message' ? selection.current.serial : null,
  )

  /** The engine; made when the diagram is first opened. */
  function engine(): EnginePort {
    if (port !== null) return port
    port = openEngine(workerHere(), (message) => {
      if (message.kind === 'summary') hearSummary(message.summary)
      else failed.value = message.words
    })
    begin(useEventsStore().held.slice())
    return port
  }

  /** A run from its start: its record where it holds messages, else what the window was told. */
  function begin(events: readonly LabEvent[]): void {
    if (port === null) return
    port.tell({ kind: 'reset', recorded: lab.saved !== null })
    clearChoice()
    // What was estimated belongs to its run.
    alignment.alignOff()
    reads += 1
    waiting = null
    reading.value = null
    const isSaved = lab.saved !== null
    const isRecorded = lab.status.options?.recordMessages === true
    if (!isSaved) port.tell({ kind: 'watched', on: isRecorded || isWatching, atMs: 0 })
    const now = lab.status.atMs
    if (isWatching && !isRecorded && !isSaved) {
      port.tell({ kind: 'watched', on: false, atMs: 0 })
      port.tell({ kind: 'watched', on: true, atMs: now })
    }
    const text = lab.saved?.text
    if (text !== undefined) void readTexts(text, port, reads)
    else if (isSaved || isRecorded) void readRecord(lab.status.events, reads)
    else port.tell({ kind: 'events', events })
  }

  /** A run that is over: its text goes to the engine as it is. */
  async function readTexts(ask: ReadText, to: EnginePort, mine: number): Promise<void> {
    reading.value = 0
    const stopped = (): boolean => reads !== mine
    try {
      await passTexts({
        ...{ ask, stopped },
        give(text) {
          to.tell({ kind: 'record', text })
          return to.ask({ what: 'fence' })
        },
        onShare: (share) => (reading.value = Math.floor(100 * share) / 100),
      })
    } catch (error) {
      if (!stopped()) failed.value = error instanceof Error ? error.message : String(error)
    }
    if (!stopped()) endReading()
  }

  async function readRecord(last: number, mine: number): Promise<void> {
    waiting = []
    reading.value = 0
    const ask = (from: number, to: number): Promise<readonly LabEvent[]> =>
      lab.ask((call) => call.events(from, to))
    try {
      for await (const { events, share } of recordParts(last, ask, () => reads !== mine)) {
        port?.tell({ kind: 'events', events })
        reading.value = share
      }
    } catch (error) {
      if (reads === mine) failed.value = error instanceof Error ? error.message : String(error)
    }
    if (reads !== mine) return
    const late = (waiting ?? []).filter(({ seq }) => seq > last)
    waiting = null
    port?.tell({ kind: 'events', events: late })
    endReading()
  }

  function feed(batch: readonly LabEvent[]): void {
    if (port === null) return
    if (waiting === null) port.tell({ kind: 'events', events: batch })
    else waiting = [...waiting, ...batch].slice(-WAITING_MAX)
  }

  async function watchMessages(): Promise<void> {
    const on = isOpen && lab.saved === null
    if (!lab.connected || (on === isWatching && !on)) return
    isWatching = on
    try {
      if (lab.saved === null) await lab.ask((call) => call.watchMessages(on))
      const isRecorded = lab.status.options?.recordMessages === true
      if (!isRecorded) port?.tell({ kind: 'watched', on, atMs: lab.status.atMs })
    } catch (error) {
      failed.value = error instanceof Error ? error.message : String(error)
    }
  }

  /** The diagram is on the screen, or no longer. */
  function show(open: boolean): void {
    isOpen = open
    engine()
    void watchMessages()
  }

  function select(serial: number | null): void {
    if (serial === null) {
      if (selection.current.kind === 'message') selection.clear()
    } else selection.select({ kind: 'message', serial })
  }

  async function hit(x: number, y: number): Promise<number | null> {
    const answer = await engine().ask({ what: 'hit', x, y })
    return answer.what === 'serial' ? answer.serial : null
  }

  /** To a cause (-1) or an effect (1) of the selected message. */
  async function walk(direction: -1 | 1): Promise<boolean> {
    const answer = await engine().ask({ what: 'walk', direction })
    if (answer.what !== 'serial' || answer.serial === null) return false
    select(answer.serial)
    return true
  }

  function ask(question: Question) {
    return engine().ask(question)
  }

  async function refreshDetails(): Promise<void> {
    const serial = selected.value
    if (serial === null || port === null) {
      details.value = null
      return
    }
    const answer = await port.ask({ what: 'details', serial })
    if (answer.what !== 'details' || selected.value !== serial) return
    details.value = answer.details
    // Spilled: what is not there any more cannot be selected.
    if (answer.details === null) select(null)
  }

  let lastRangeMs = -Infinity
  async function refreshRange(): Promise<void> {
    const wanted = range.value
    if (wanted === null || port === null) {
      statistics.value = null
      return
    }
    lastRangeMs = performance.now()
    const answer = await port.ask({ what: 'statistics', ...wanted })
    if (answer.what === 'statistics' && range.value === wanted) {
      statistics.value = answer.statistics
    }
  }

  /** Looks at the time of what passes filter and slot. */
  async function fitMatches(): Promise<void> {
    const mine = reads
    try {
      const answer = await engine().ask({ what: 'extent' })
      if (reads !== mine || answer.what !== 'extent' || answer.range === null) return
      const { fromMs, toMs } = withRoom(answer.range)
      useTimeStore().look(fromMs, toMs)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      useToastsStore().show({ title: 'Show what passes', why })
    }
  }

  function setRange(next: TimeRange | null): void {
    range.value = next
  }

  function clearChoice(): void {
    range.value = null
    select(null)
  }

  function tellLook(): void {
    const look = { colour: colour.value, arrows: arrows.value, cone: cone.value, slot: slot.value }
    port?.tell({ kind: 'look', look })
  }

  function follow(): void {
    watch(
      () => useGateStore().view,
      ({ total }) => {
        if (total === 0 && lab.saved === null) port?.tell({ kind: 'gateEmpty' })
      },
    )
    watch(filter, (text) => port?.tell({ kind: 'filter', text }))
    watch([colour, arrows, cone, slot], () => tellLook())
    watch(selected, (serial) => {
      port?.tell({ kind: 'select', serial })
      void refreshDetails()
    })
    watch(range, () => void refreshRange())
    watch([filter, slot], () => void refreshRange())
    watch(reading, (share) => {
      // The whole record is there: what was estimated from a part of it is estimated anew.
      if (share === null && alignment.aligned.value !== null) void alignment.align()
    })
    watch(summary, () => {
      const now = useTimeStore().nowMs
      const grows = range.value !== null && range.value.toMs > now - 2 * RANGE_MS
      if (grows && performance.now() - lastRangeMs > RANGE_MS) void refreshRange()
    })
    watch([() => lab.connection.state, () => lab.saved], ([state]) => {
      // A new connection is a new viewer: it watches only when it says so. Silence is none.
      if (state !== 'connected' && state !== 'silent') isWatching = false
      void watchMessages()
    })
    lab.listen({
      events: (batch) => feed(batch),
      reset: (snapshot: LabSnapshot) => begin(snapshot.events),
    })
  }
  follow()

  return {
    ...{ summary, failed, filter, colour, arrows, cone, slot, range, statistics, details },
    ...{ ...alignment, nothingShown, fitMatches },
    ...{ reading, filterWish, selected, engine, show, select, hit, walk, ask, setRange, askFilter },
  }
})
