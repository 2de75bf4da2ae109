/**
 * Pointer gestures of the topology: drag a node, lasso on empty space, swipe with the scissors.
 * Each has a way without dragging (WCAG 2.5.7): arrow keys and the list, marks, clicks on links.
 */
import { shallowRef } from 'vue'
import type { Ref } from 'vue'
import { distance } from '../components/topology/geometry'
import type { Point } from '../components/topology/geometry'

export type TopologyTool = 'select' | 'scissors' | 'lasso'

/** Less than this is a click with an unsteady hand. */
const DRAG_PX = 4
/** A trail is thinned to steps of this many px, and to this many points. */
const STEP_PX = 3
const TRAIL_POINTS_MAX = 600

export type Gesture =
  | { readonly kind: 'none' }
  | { readonly kind: 'drag'; readonly node: number; readonly at: Point; readonly grip: Point }
  | { readonly kind: 'lasso' | 'swipe'; readonly trail: readonly Point[] }

export interface GestureHooks {
  /** Point in the coordinates of the picture. */
  readonly toLocal: (event: PointerEvent) => Point
  readonly tool: () => TopologyTool
  readonly placeOf: (node: number) => Point | undefined
  readonly onMove: (node: number, at: Point) => void
  readonly onLasso: (trail: readonly Point[], event: PointerEvent) => void
  readonly onSwipe: (trail: readonly Point[]) => void
  /** A click on empty space. */
  readonly onEmpty: () => void
}

export interface TopologyGestures {
  readonly gesture: Ref<Gesture>
  /** `node` null: the press was not on a node. */
  press(event: PointerEvent, node: number | null): void
  move(event: PointerEvent): void
  release(event: PointerEvent): void
  cancel(): void
  /** True for the click that the browser sends at the end of a drag: it is not a click. */
  endedDrag(): boolean
}

interface Press {
  readonly start: Point
  /** Where the pointer was on the screen. */
  readonly client: Point
  readonly node: number | null
  readonly pointer: number
  /** It landed on empty space: without a drag it clears the selection. */
  readonly empty: boolean
}

function clientOf({ clientX, clientY }: PointerEvent): Point {
  return { x: clientX, y: clientY }
}

export function useTopologyGestures(hooks: GestureHooks): TopologyGestures {
  const gesture = shallowRef<Gesture>({ kind: 'none' })
  let pressed: Press | null = null
  let dragged = false

  function press(event: PointerEvent, node: number | null): void {
    if (event.button !== 0 || pressed) return
    dragged = false
    const empty = node === null && !(event.target as Element).closest('[data-link]')
    pressed = {
      start: hooks.toLocal(event),
      client: clientOf(event),
      node,
      pointer: event.pointerId,
      empty,
    }
  }

  function move(event: PointerEvent): void {
    if (!pressed || event.pointerId !== pressed.pointer) return
    const at = hooks.toLocal(event)
    if (gesture.value.kind === 'none') {
      // Measured on the screen: a picture that is laid out anew under the pointer is no drag.
      if (distance(clientOf(event), pressed.client) < DRAG_PX) return
      begin(pressed, event)
    }
    const now = gesture.value
    if (now.kind === 'drag') {
      gesture.value = { ...now, at: { x: at.x + now.grip.x, y: at.y + now.grip.y } }
      hooks.onMove(now.node, gesture.value.at)
    } else if (now.kind !== 'none') extend(now, at)
  }

  function begin(from: Press, event: PointerEvent): void {
    dragged = true
    // Only now: a captured pointer would send the click of a plain press to the wrong element.
    const surface = event.currentTarget as Element
    if (surface.hasPointerCapture?.(event.pointerId) === false)
      surface.setPointerCapture(event.pointerId)
    const place = from.node === null ? undefined : hooks.placeOf(from.node)
    if (from.node !== null && place && hooks.tool() === 'select') {
      const grip = { x: place.x - from.start.x, y: place.y - from.start.y }
      gesture.value = { kind: 'drag', node: from.node, at: place, grip }
      return
    }
    const kind = hooks.tool() === 'scissors' ? 'swipe' : 'lasso'
    gesture.value = { kind, trail: [from.start] }
  }

  function extend(now: Extract<Gesture, { trail: readonly Point[] }>, at: Point): void {
    const last = now.trail.at(-1)
    if (last && distance(last, at) < STEP_PX) return
    if (now.trail.length < TRAIL_POINTS_MAX)
      gesture.value = { kind: now.kind, trail: [...now.trail, at] }
  }

  function release(event: PointerEvent): void {
    if (!pressed || event.pointerId !== pressed.pointer) return
    const now = gesture.value
    const { empty } = pressed
    cancel()
    if (now.kind === 'lasso') hooks.onLasso(now.trail, event)
    else if (now.kind === 'swipe') hooks.onSwipe(now.trail)
    else if (now.kind === 'none' && empty) hooks.onEmpty()
  }

  function cancel(): void {
    pressed = null
    gesture.value = { kind: 'none' }
  }

  function endedDrag(): boolean {
    const ended = dragged
    dragged = false
    return ended
  }

  return { gesture, press, move, release, cancel, endedDrag }
}
