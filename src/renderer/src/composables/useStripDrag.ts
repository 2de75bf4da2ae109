/** Dragging on the overview strip: handles move an edge, the window moves, elsewhere brushes. */
import { ref } from 'vue'
import type { Ref } from 'vue'
import type { TimeView } from './timeWindow'

export type StripPart = 'from' | 'to' | 'window' | 'outside'

export interface StripRange {
  readonly fromMs: number
  readonly toMs: number
}

export interface StripActs {
  timeAt(clientX: number): number
  view(): TimeView
  look(fromMs: number, toMs: number): void
  pin(atMs: number): void
}

export interface StripDrag {
  /** A range being drawn; the window changes when it is let go. */
  readonly brush: Ref<StripRange | null>
  down(clientX: number, part: StripPart): void
  move(clientX: number): void
  up(clientX: number): void
  cancel(): void
}

const DRAG_PX = 3

interface Start {
  readonly part: StripPart
  readonly x: number
  readonly atMs: number
  readonly view: TimeView
}

export function useStripDrag(acts: StripActs): StripDrag {
  const brush = ref<StripRange | null>(null)
  let start: Start | null = null
  let moved = false

  function down(clientX: number, part: StripPart): void {
    start = { part, x: clientX, atMs: acts.timeAt(clientX), view: acts.view() }
    moved = false
  }

  function move(clientX: number): void {
    if (!start) return
    moved ||= Math.abs(clientX - start.x) >= DRAG_PX
    if (!moved) return
    const atMs = acts.timeAt(clientX)
    const { fromMs, toMs } = start.view
    if (start.part === 'from') acts.look(Math.min(atMs, toMs), toMs)
    else if (start.part === 'to') acts.look(fromMs, Math.max(atMs, fromMs))
    else if (start.part === 'window') {
      const byMs = Math.max(atMs - start.atMs, -fromMs)
      acts.look(fromMs + byMs, toMs + byMs)
    } else {
      brush.value = { fromMs: Math.min(start.atMs, atMs), toMs: Math.max(start.atMs, atMs) }
    }
  }

  function up(clientX: number): void {
    const range = brush.value
    if (range) acts.look(range.fromMs, range.toMs)
    else if (start && !moved && (start.part === 'window' || start.part === 'outside')) {
      acts.pin(acts.timeAt(clientX))
    }
    cancel()
  }

  function cancel(): void {
    brush.value = null
    start = null
  }

  return { brush, down, move, up, cancel }
}
