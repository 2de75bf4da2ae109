/**
 * Pointer and wheel over the space-time plot: drag pans, Shift+drag measures a range, the wheel
 * zooms around the pointer, Shift+wheel pans, a click chooses the arrow under it.
 */
import { ref } from 'vue'
import type { Ref } from 'vue'

export interface PlotActs {
  hover(x: number | null): void
  click(x: number, y: number): void
  /** By px, positive: to later times. */
  pan(px: number): void
  zoom(factor: number, x: number): void
  /** A range in px of the plot. */
  range(fromX: number, toX: number): void
}

export interface PlotPointer {
  /** What is being measured now, px. */
  readonly brush: Ref<readonly [number, number] | null>
  readonly panning: Ref<boolean>
  down(event: PointerEvent, measures?: boolean): void
  move(event: PointerEvent): void
  up(event: PointerEvent): void
  leave(): void
  cancel(): void
  wheel(event: WheelEvent): void
}

/** A hand trembles: less than this is a click. */
const DRAG_PX = 4
const ZOOM_PER_PX = 1.0018
const LINE_PX = 16

export function usePlotPointer(
  box: () => { readonly left: number; readonly top: number; readonly width: number } | null,
  acts: PlotActs,
): PlotPointer {
  const brush = ref<readonly [number, number] | null>(null)
  const panning = ref(false)
  let start: { x: number; y: number; last: number; measures: boolean } | null = null

  const place = (event: MouseEvent): { x: number; y: number } => {
    const { left, top, width } = box() ?? { left: 0, top: 0, width: 0 }
    const x = Math.min(width, Math.max(0, event.clientX - left))
    return { x, y: event.clientY - top }
  }

  function down(event: PointerEvent, measures = event.shiftKey): void {
    if (event.button !== 0) return
    const { x, y } = place(event)
    start = { x, y, last: event.clientX, measures }
  }

  function move(event: PointerEvent): void {
    const { x } = place(event)
    acts.hover(x)
    if (start === null) return
    const isDrag = brush.value !== null || panning.value
    if (!isDrag && Math.abs(event.clientX - start.last) < DRAG_PX) return
    if (!isDrag && event.currentTarget instanceof Element) {
      event.currentTarget.setPointerCapture(event.pointerId)
    }
    if (start.measures) {
      brush.value = [Math.min(start.x, x), Math.max(start.x, x)]
      return
    }
    panning.value = true
    acts.pan(start.last - event.clientX)
    start.last = event.clientX
  }

  function up(): void {
    const range = brush.value
    const from = start
    const wasPan = panning.value
    cancel()
    if (range) acts.range(range[0], range[1])
    else if (from && !wasPan) acts.click(from.x, from.y)
  }

  function cancel(): void {
    brush.value = null
    panning.value = false
    start = null
  }

  function wheel(event: WheelEvent): void {
    event.preventDefault()
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1
    const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      acts.pan(sideways * unit)
      return
    }
    acts.zoom(ZOOM_PER_PX ** (event.deltaY * unit), place(event).x)
  }

  const leave = (): void => acts.hover(null)
  return { brush, panning, down, move, up, leave, cancel, wheel }
}
