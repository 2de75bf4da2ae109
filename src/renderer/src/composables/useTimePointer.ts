/**
 * Pointer, wheel and keys over a stack of charts, as acts on time: hover reads, click stands the
 * pictures there, drag looks at a range, Ctrl+wheel zooms, Shift+wheel pans. A plain wheel scrolls.
 */
import { ref } from 'vue'
import type { Ref } from 'vue'

export interface TimePlot {
  /** Lab time under a position of the pointer, or null beside the plot. */
  timeAt(clientX: number): number | null
  /** As `timeAt`, held within the plot. */
  timeNear(clientX: number): number
}

export interface TimeActs {
  hover(atMs: number | null): void
  pin(atMs: number): void
  look(fromMs: number, toMs: number): void
  zoom(factor: number, aroundMs: number): void
  /** By a share of the window. */
  panShare(share: number): void
}

export interface Brush {
  readonly fromMs: number
  readonly toMs: number
}

export interface TimePointer {
  readonly brush: Ref<Brush | null>
  down(event: PointerEvent): void
  move(event: PointerEvent): void
  up(event: PointerEvent): void
  leave(): void
  cancel(): void
  wheel(event: WheelEvent): void
}

/** A hand trembles: less than this is a click. */
const DRAG_PX = 4
const ZOOM_PER_PX = 1.0018
const PAN_SHARE_PER_PX = 0.0015

export function useTimePointer(plot: TimePlot, acts: TimeActs): TimePointer {
  const brush = ref<Brush | null>(null)
  let start: { readonly x: number; readonly atMs: number } | null = null

  function down(event: PointerEvent): void {
    const onControl = event.target instanceof Element && event.target.closest('button, a, input')
    const atMs = plot.timeAt(event.clientX)
    start = event.button === 0 && !onControl && atMs !== null ? { x: event.clientX, atMs } : null
  }

  function move(event: PointerEvent): void {
    acts.hover(plot.timeAt(event.clientX))
    if (!start) return
    if (!brush.value && Math.abs(event.clientX - start.x) < DRAG_PX) return
    if (!brush.value && event.currentTarget instanceof Element) {
      event.currentTarget.setPointerCapture(event.pointerId)
    }
    const atMs = plot.timeNear(event.clientX)
    brush.value = { fromMs: Math.min(start.atMs, atMs), toMs: Math.max(start.atMs, atMs) }
  }

  function up(): void {
    const range = brush.value
    const from = start
    cancel()
    if (range) acts.look(range.fromMs, range.toMs)
    else if (from) acts.pin(from.atMs)
  }

  function cancel(): void {
    brush.value = null
    start = null
  }

  function wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey) {
      // Otherwise the browser would zoom the page.
      event.preventDefault()
      acts.zoom(ZOOM_PER_PX ** event.deltaY, plot.timeNear(event.clientX))
      return
    }
    const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX
    if (Math.abs(sideways) <= Math.abs(event.shiftKey ? 0 : event.deltaY)) return
    event.preventDefault()
    acts.panShare(sideways * PAN_SHARE_PER_PX)
  }

  return { brush, down, move, up, leave: () => acts.hover(null), cancel, wheel }
}
