/**
 * One time for every picture: the window that charts show, the moment at which pictures stand, and
 * whether they are live. The rules are in `composables/timeWindow.ts`.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { Ref } from 'vue'
import * as rules from '../composables/timeWindow'
import type { TimeView } from '../composables/timeWindow'
import { timeUnitOf } from '../composables/timeUnit'
import { useEventsStore } from './events'
import { useLabStore } from './lab'

export const SECOND_MS = 1000

function looksOf(view: Ref<TimeView>) {
  return {
    nowMs: computed(() => view.value.nowMs),
    cursorMs: computed(() => view.value.cursorMs),
    fromMs: computed(() => view.value.fromMs),
    toMs: computed(() => view.value.toMs),
    follow: computed(() => view.value.follow),
    playing: computed(() => view.value.playing),
    speed: computed(() => view.value.speed),
    live: computed(() => view.value.cursorMs === null),
    /** The shown run goes on no more. */
    over: computed(() => view.value.ended === true),
    /** The moment that topology, inspector and charts show. */
    shownMs: computed(() => rules.shownMs(view.value)),
  }
}

export const useTimeStore = defineStore('time', () => {
  const view = shallowRef<TimeView>(rules.START_VIEW)
  /** Where the pointer is over a chart or the strip; reads values there, freezes nothing. */
  const hoverMs = ref<number | null>(null)

  /** What the time of the shown run counts. */
  const unit = computed(() => timeUnitOf(useLabStore().status))
  const looks = looksOf(view)
  const { shownMs } = looks
  /** The moment whose values the chart heads show. */
  const readMs = computed(() => hoverMs.value ?? shownMs.value)

  function apply(next: TimeView): void {
    view.value = next
  }

  function reset(atMs: number): void {
    hoverMs.value = null
    const { saved, ended } = useLabStore()
    const start = { ...rules.START_VIEW, speed: view.value.speed }
    const begun = saved !== null || ended ? { ...start, ended: true } : start
    apply(rules.advance(begun, atMs))
  }

  function setNow(atMs: number): void {
    apply(rules.advance(view.value, atMs))
  }

  function hover(atMs: number | null): void {
    hoverMs.value = atMs
  }

  function stepEvent(direction: 1 | -1): void {
    const events = useEventsStore()
    const count = events.countUntil(shownMs.value)
    if (direction === 1) {
      const next = events.held.at(count)
      if (next) apply(rules.pin(view.value, next.atMs))
      return
    }
    let at = count - 1
    // Several events may share one moment; going back leaves that moment.
    while (at >= 0 && (events.held.at(at)?.atMs ?? 0) >= shownMs.value) at -= 1
    apply(rules.pin(view.value, at < 0 ? 0 : (events.held.at(at)?.atMs ?? 0)))
  }

  const act =
    <Rest extends readonly unknown[]>(rule: (view: TimeView, ...rest: Rest) => TimeView) =>
    (...rest: Rest): void =>
      apply(rule(view.value, ...rest))

  useLabStore().listen({
    status(status) {
      setNow(status.atMs)
      apply(rules.end(view.value, useLabStore().ended))
    },
    events: (batch) => setNow(batch.at(-1)?.atMs ?? 0),
    reset: (snapshot) => reset(snapshot.status.atMs),
    grown: ({ status }) => setNow(status.atMs),
  })

  return {
    view,
    hoverMs,
    unit,
    ...looks,
    readMs,
    reset,
    setNow,
    hover,
    pin: act(rules.pin),
    nudge: act(rules.nudge),
    look: act(rules.look),
    zoom: act(rules.zoom),
    pan: act(rules.pan),
    fit: act(rules.fit),
    play: act(rules.play),
    goLive: act(rules.goLive),
    togglePlay: act(rules.togglePlay),
    setSpeed: act(rules.setSpeed),
    slower: () => apply(rules.changeSpeed(view.value, -1)),
    faster: () => apply(rules.changeSpeed(view.value, 1)),
    previousEvent: () => stepEvent(-1),
    nextEvent: () => stepEvent(1),
    goFirst: () => apply(rules.pin(view.value, 0)),
    goLast: () => apply(rules.pin(view.value, view.value.nowMs)),
  }
})
