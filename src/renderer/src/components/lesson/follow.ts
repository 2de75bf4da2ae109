/**
 * What the record of the shown run tells of a lesson. Now and live, every event is read from the
 * record of the host, for the window is pushed no votes while these are many; a moment of the past
 * and a saved run are folded from the events that the window holds.
 *
 * Limits: one call at a time, a round each ROUND_MS; who is more than BEHIND_MAX events behind goes
 *         on at the end, and the fold is told of the loss.
 * Errors: where the record cannot be read, what the window holds is taken instead.
 */
import { useThrottleFn } from '@vueuse/core'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { ComputedRef } from 'vue'
import type { Lesson } from '../../../../shared/lesson'
import { useEventsStore } from '../../stores/events'
import { useLabStore } from '../../stores/lab'
import { useTimeStore } from '../../stores/time'
import { LessonReplay } from './replay'
import type { Told } from './replay'

const ROUND_MS = 400
/** What one call answers at most. */
const PART_EVENTS_MAX = 10_000
const BEHIND_MAX = 100_000

export function followRecord(lesson: ComputedRef<Lesson | null>): ComputedRef<Told | null> {
  const lab = useLabStore()
  const time = useTimeStore()
  const isNow = computed(() => lab.saved === null && time.live)
  const live = followLive(lesson)
  const past = foldHeld(lesson, () => !isNow.value || live.value === null)
  return computed(() => (isNow.value ? (live.value ?? past.value) : past.value))
}

/** Null: the record cannot be read. */
function followLive(lesson: ComputedRef<Lesson | null>): { readonly value: Told | null } {
  const lab = useLabStore()
  const told = shallowRef<Told | null>(null)
  let replay: LessonReplay | null = null
  let next = 1
  let isReading = false
  /** The last round of a page that is gone may still be on its way. */
  let isOver = false
  onScopeDispose(() => (isOver = true))

  async function round(): Promise<void> {
    if (isOver || isReading || lesson.value === null || lab.saved !== null || !lab.connected) return
    isReading = true
    try {
      while (!isOver && lab.saved === null && next <= lab.status.events) await readPart()
    } catch {
      told.value = null
    } finally {
      isReading = false
    }
  }

  async function readPart(): Promise<void> {
    const [own, run] = [(replay ??= lesson.value && new LessonReplay(lesson.value)), runOf()]
    if (own === null) return
    if (lab.status.events - next > BEHIND_MAX) {
      next = lab.status.events - PART_EVENTS_MAX
      own.noteLoss()
    }
    const to = Math.min(next + PART_EVENTS_MAX - 1, lab.status.events)
    const part = await lab.ask((call) => call.events(next, to))
    // Another run or lesson took its place meanwhile.
    if (own !== replay || run !== runOf()) return
    for (const event of part) own.add(event)
    next = to + 1
    told.value = own.told()
  }

  const runOf = (): string | null => lab.status.cluster
  const refresh = useThrottleFn(round, ROUND_MS, true)
  watch(lesson, () => {
    replay = null
    next = 1
    told.value = null
    void round()
  })
  watch(runOf, () => (next = 1), { flush: 'sync' })
  watch(() => lab.status, refresh, { immediate: true })
  return told
}

function foldHeld(
  lesson: ComputedRef<Lesson | null>,
  isWanted: () => boolean,
): { readonly value: Told | null } {
  const events = useEventsStore()
  const time = useTimeStore()
  const told = shallowRef<Told | null>(null)
  let replay: LessonReplay | null = null
  watch(
    [lesson, () => events.held, () => time.shownMs, isWanted],
    () => {
      if (lesson.value === null || !isWanted()) return
      if (replay?.lesson !== lesson.value) replay = new LessonReplay(lesson.value)
      told.value = replay.read(events.held.until(time.shownMs))
    },
    { immediate: true },
  )
  return told
}
