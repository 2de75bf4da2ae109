/**
 * Where a person dragged the nodes to, kept in this browser per size of cluster. Shares of the
 * panel (0 to 1), so that a place survives another window size.
 */
import { shallowRef, watch } from 'vue'
import type { Ref } from 'vue'
import type { Point, Positions } from '../components/topology/geometry'

const KEY = 'paxos-lab.topology'
const NODES_MAX = 9

const keyOf = (count: number): string => `${KEY}.${count}`

/** Parses, never casts: entries that are not places are left out. */
export function parsePositions(text: string | null): Map<number, Point> {
  const places = new Map<number, Point>()
  let raw: unknown
  try {
    raw = JSON.parse(text ?? '{}')
  } catch {
    return places
  }
  if (typeof raw !== 'object' || raw === null) return places
  for (const [name, value] of Object.entries(raw).slice(0, NODES_MAX)) {
    const node = Number(name)
    const pair: unknown[] = Array.isArray(value) ? value : []
    const [x, y] = pair
    if (!Number.isInteger(node) || !isShare(x) || !isShare(y)) continue
    places.set(node, { x, y })
  }
  return places
}

const isShare = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 1

export function formatPositions(places: Positions): string {
  const share = (value: number): number => Math.round(value * 10_000) / 10_000
  return JSON.stringify(
    Object.fromEntries([...places].map(([node, { x, y }]) => [node, [share(x), share(y)]])),
  )
}

export interface TopologyPositions {
  /** Places as shares of the panel; nodes that were never dragged are not in it. */
  readonly places: Ref<Positions>
  move(node: number, place: Point): void
  reset(): void
}

export function useTopologyPositions(count: () => number): TopologyPositions {
  const places = shallowRef<Positions>(new Map())
  watch(count, (nodes) => (places.value = parsePositions(localStorage.getItem(keyOf(nodes)))), {
    immediate: true,
  })

  function move(node: number, place: Point): void {
    const inside = (value: number): number => Math.min(1, Math.max(0, value))
    places.value = new Map(places.value).set(node, { x: inside(place.x), y: inside(place.y) })
    localStorage.setItem(keyOf(count()), formatPositions(places.value))
  }

  function reset(): void {
    places.value = new Map()
    localStorage.removeItem(keyOf(count()))
  }

  return { places, move, reset }
}
