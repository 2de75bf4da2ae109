/**
 * Where captions and badges go: each takes the candidate place that covers least of what is drawn
 * already, and prefers the outside of the circle, where no link runs.
 */
import { convexHull, distance, segmentDistance } from './geometry'
import type { Box, Point, Positions, Size } from './geometry'

export interface Obstacles {
  readonly panel: Size
  readonly circles: readonly { readonly center: Point; readonly radius: number }[]
  readonly segments: readonly (readonly [Point, Point])[]
  readonly boxes: readonly Box[]
}

/** A caption is placed for its longest usual text, so that it does not move when words change. */
export const CAPTION_SIZE: Size = { width: 104, height: 30 }
const BARS_ONLY_WIDTH = 48

const COST = { outside: 40, node: 30, box: 24, link: 1.5, far: 0.8 }

export function overlapArea(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return width > 0 && height > 0 ? width * height : 0
}

/** Length of the segment within the box, by clipping (Liang–Barsky). */
export function lengthInBox(a: Point, b: Point, box: Box): number {
  let from = 0
  let to = 1
  const clip = (step: number, room: number): void => {
    if (step === 0) {
      if (room < 0) to = -1
    } else if (step < 0) from = Math.max(from, room / step)
    else to = Math.min(to, room / step)
  }
  clip(a.x - b.x, a.x - box.x)
  clip(b.x - a.x, box.x + box.width - a.x)
  clip(a.y - b.y, a.y - box.y)
  clip(b.y - a.y, box.y + box.height - a.y)
  return to > from ? (to - from) * distance(a, b) : 0
}

function circleDepth(box: Box, center: Point, radius: number): number {
  const nearest = {
    x: Math.min(Math.max(center.x, box.x), box.x + box.width),
    y: Math.min(Math.max(center.y, box.y), box.y + box.height),
  }
  return Math.max(0, radius - distance(nearest, center))
}

/** Cost of putting `box` there: 0 is free of everything. */
export function costOf(box: Box, obstacles: Obstacles): number {
  const { panel } = obstacles
  const beyond =
    Math.max(0, 2 - box.x) +
    Math.max(0, 2 - box.y) +
    Math.max(0, box.x + box.width + 2 - panel.width) +
    Math.max(0, box.y + box.height + 2 - panel.height)
  let cost = beyond * COST.outside
  for (const { center, radius } of obstacles.circles)
    cost += circleDepth(box, center, radius) * COST.node
  for (const [a, b] of obstacles.segments) cost += lengthInBox(a, b, box) * COST.link
  for (const other of obstacles.boxes) cost += Math.sqrt(overlapArea(box, other)) * COST.box
  return cost
}

export function cheapest(candidates: readonly (readonly [Box, number])[], o: Obstacles): Box {
  let best = candidates[0]![0]
  let bestCost = Infinity
  for (const [box, extra] of candidates) {
    const cost = costOf(box, o) + extra
    if (cost < bestCost) {
      best = box
      bestCost = cost
    }
  }
  return best
}

export interface CaptionPlace extends Box {
  /** Where its text stands relative to the node: bars lie between the two. */
  readonly side: 'above' | 'below' | 'left' | 'right'
}

/** One caption a node: above or below it first, beside it where the sides are freer. */
export function placeCaptions(
  positions: Positions,
  radius: number,
  obstacles: Omit<Obstacles, 'boxes'>,
): Map<number, CaptionPlace> {
  const points = [...positions.values()]
  const middle = centroid(points)
  const placed = new Map<number, CaptionPlace>()
  for (const [node, point] of positions) {
    const away = { x: point.x - middle.x, y: point.y - middle.y }
    const others = {
      ...obstacles,
      boxes: [...placed.values()],
    }
    const candidates = captionCandidates(point, radius, away)
    const best = cheapest(
      candidates.map((place) => [place, place.bias] as const),
      others,
    )
    placed.set(node, best as CaptionPlace)
  }
  return placed
}

function captionCandidates(
  point: Point,
  radius: number,
  away: Point,
): (CaptionPlace & { bias: number })[] {
  const { width, height } = CAPTION_SIZE
  const reach = radius + 10
  const outwardY = away.y <= radius ? 'above' : 'below'
  const places: (CaptionPlace & { bias: number })[] = []
  for (const shift of [0, -0.14, 0.14, -0.28, 0.28, -0.42, 0.42]) {
    const x = point.x - width / 2 + shift * width
    const inward = shift !== 0 && Math.sign(shift) !== Math.sign(away.x) ? 30 : 0
    const bias = Math.abs(shift) * 60 + inward
    const base = { x, width, height, bias }
    places.push({
      ...base,
      y: point.y - reach - height,
      side: 'above',
      bias: bias + (outwardY === 'above' ? 0 : 14),
    })
    places.push({
      ...base,
      y: point.y + reach,
      side: 'below',
      bias: bias + (outwardY === 'below' ? 0 : 14),
    })
  }
  const beside = { y: point.y - height / 2, width: BARS_ONLY_WIDTH * 1.6, height, bias: 18 }
  places.push({ ...beside, x: point.x + reach, side: 'right' })
  places.push({ ...beside, x: point.x - reach - beside.width, side: 'left' })
  return places
}

export interface BadgeInput {
  /** Nodes inside the hull, and those of them that are in no other hull. */
  readonly members: readonly Point[]
  readonly own: readonly Point[]
  readonly others: readonly Point[]
  readonly pad: number
  /** How far from the outline it may stand, px: in a low picture the outline is full of nodes. */
  readonly away: readonly number[]
  readonly size: Size
  /** Centre of the whole picture. */
  readonly middle: Point
}

/** Badge of a hull: on its outline, outside, nearer to its own nodes than to any other. */
export function placeBadge(input: BadgeInput, obstacles: Obstacles): Box {
  const { members, own, others, pad, away, size, middle } = input
  const corners = convexHull(members)
  const center = centroid(members)
  const edges = away.flatMap((px) => outlinePoints(corners, pad + px))
  const candidates = edges.map((edge) => {
    const box = clampBox(
      { x: edge.x - size.width / 2, y: edge.y - size.height / 2, ...size },
      obstacles.panel,
    )
    // A badge belongs to its outline: far from it, or towards the other group, it misleads.
    const at = { x: box.x + size.width / 2, y: box.y + size.height / 2 }
    const drift = Math.abs(outlineDistance(at, corners) - pad)
    const inward = distance(at, middle) < distance(center, middle) ? 40 : 0
    const nearest = (points: readonly Point[]): number =>
      Math.min(Infinity, ...points.map((point) => distance(point, at)))
    const strange = nearest(own) > nearest(others) ? 60 : 0
    return [box, drift * COST.far + inward + strange] as const
  })
  return cheapest(candidates, obstacles)
}

/** Points of the hull's outline: around its corners, and along its edges. */
function outlinePoints(corners: readonly Point[], pad: number): Point[] {
  const points: Point[] = []
  for (let step = 0; step < 48; step++) {
    const angle = (step / 48) * 2 * Math.PI
    points.push(supportPoint(corners, { x: Math.cos(angle), y: Math.sin(angle) }, pad))
  }
  if (corners.length < 2) return points
  corners.forEach((a, index) => {
    const b = corners[(index + 1) % corners.length]!
    const whole = Math.max(distance(a, b), 1)
    const normal = { x: ((b.y - a.y) / whole) * pad, y: (-(b.x - a.x) / whole) * pad }
    for (const share of [0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85]) {
      const x = a.x + (b.x - a.x) * share + normal.x
      points.push({ x, y: a.y + (b.y - a.y) * share + normal.y })
    }
  })
  return points
}

function supportPoint(corners: readonly Point[], direction: Point, pad: number): Point {
  let best = corners[0]!
  for (const corner of corners) if (dot(corner, direction) > dot(best, direction)) best = corner
  return { x: best.x + direction.x * pad, y: best.y + direction.y * pad }
}

const dot = (a: Point, b: Point): number => a.x * b.x + a.y * b.y

function outlineDistance(point: Point, corners: readonly Point[]): number {
  let best = Infinity
  corners.forEach((a, index) => {
    best = Math.min(best, segmentDistance(point, a, corners[(index + 1) % corners.length]!))
  })
  return best
}

function clampBox(box: Box, panel: Size): Box {
  const inside = (value: number, length: number, room: number): number =>
    Math.max(4, Math.min(value, room - length - 4))
  return {
    ...box,
    x: inside(box.x, box.width, panel.width),
    y: inside(box.y, box.height, panel.height),
  }
}

export function centroid(points: readonly Point[]): Point {
  const count = Math.max(points.length, 1)
  return {
    x: points.reduce((sum, point) => sum + point.x, 0) / count,
    y: points.reduce((sum, point) => sum + point.y, 0) / count,
  }
}
