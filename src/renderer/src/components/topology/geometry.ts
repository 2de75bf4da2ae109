/**
 * Geometry of the topology picture: nodes on a circle, one lane per directed link, rounded hulls.
 * Pure: everything here is tested without a DOM.
 *
 * Units: px of the panel's own coordinate system, y downwards; angles in radians.
 */

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Box extends Point, Size {}

export type Positions = ReadonlyMap<number, Point>

/** Diameter 56 where there is room for it; on a large stage nodes grow with it, up to so much. */
export const NODE_RADIUS = 28
const NODE_RADIUS_MAX = 44
/** A panel as high as this has nodes of the usual size. */
const USUAL_PX = 420
const NODE_RADIUS_MIN = 17
const CIRCLE_SHARE = 0.36
/** Half the distance between the two lanes of a pair. */
const LANE_OFFSET = 4
/** Pointer width of a half-link. Its strip lies beside the pair's centre: two never overlap. */
export const LINK_HIT = 14
/** Between the edge of a node and the ends of its links. */
const LANE_GAP = 9
/** A cut half-link is solid up to here, then dotted. */
export const CUT_AT = 0.34
/** Space a caption needs beyond the node, above and below. */
const CAPTION_ROOM = 40
const SIDE_ROOM = 34

export const round1 = (value: number): number => Math.round(value * 10) / 10
const at = (point: Point): string => `${round1(point.x)} ${round1(point.y)}`
export const distance = (a: Point, b: Point): number => Math.hypot(b.x - a.x, b.y - a.y)

/** A panel too low for a circle with captions gets an ellipse, wider than high by this at most. */
const FLATTEST = 3

export interface Radii {
  readonly x: number
  readonly y: number
}

/** Radii of the circle the nodes stand on: min(w, h) · 0.36, less where captions need the room. */
export function circleRadii(size: Size): Radii {
  const wanted = Math.min(size.width, size.height) * CIRCLE_SHARE
  const radius = radiusFor(size)
  const high = size.height / 2 - radius - CAPTION_ROOM
  const wide = size.width / 2 - radius - SIDE_ROOM
  const y = Math.max(30, Math.min(wanted, high, wide))
  if (y >= wanted * 0.75) return { x: y, y }
  return { x: Math.max(y, Math.min(wide - SIDE_ROOM, y * FLATTEST)), y }
}

/** Node i of n at angle −90° + i · 360°/n: the first on top, clockwise. */
export function circleLayout(nodes: readonly number[], size: Size): Map<number, Point> {
  const radii = circleRadii(size)
  const center = circleCenter(nodes.length, size, radii)
  return new Map(
    nodes.map((node, index) => {
      const angle = -Math.PI / 2 + (index * 2 * Math.PI) / nodes.length
      return [
        node,
        { x: center.x + Math.cos(angle) * radii.x, y: center.y + Math.sin(angle) * radii.y },
      ]
    }),
  )
}

/** An odd circle reaches less far down than up, so it is lowered until both margins are equal. */
function circleCenter(count: number, size: Size, radii: Radii): Point {
  const drop = count % 2 === 0 ? 0 : (radii.y * (1 - Math.cos(Math.PI / count))) / 2
  return { x: size.width / 2, y: size.height / 2 + drop }
}

/** What nodes of a panel of this size are as large as, room between them given. */
export function radiusFor(size: Size): number {
  const share = Math.min(size.width, size.height) / USUAL_PX
  return Math.min(NODE_RADIUS_MAX, Math.round(NODE_RADIUS * Math.max(1, share)))
}

/** Nodes shrink before they touch: three tenths of the smallest distance between two of them. */
export function nodeRadius(positions: Positions, most = NODE_RADIUS): number {
  const points = [...positions.values()]
  let closest = Infinity
  points.forEach((a, index) => {
    for (const b of points.slice(index + 1)) closest = Math.min(closest, distance(a, b))
  })
  return Math.min(most, Math.max(NODE_RADIUS_MIN, closest * 0.3))
}

/** Keeps a dragged node and its caption inside the panel. */
export function clampToPanel(point: Point, size: Size): Point {
  const inside = (value: number, room: number, length: number): number =>
    Math.min(Math.max(value, Math.min(room, length / 2)), Math.max(length - room, length / 2))
  return {
    x: inside(point.x, NODE_RADIUS + 8, size.width),
    y: inside(point.y, NODE_RADIUS + 8, size.height),
  }
}

/** The line of one directed link, on the right-hand side of its direction of travel. */
export interface Lane {
  readonly start: Point
  readonly end: Point
  /** Unit vector of travel. */
  readonly along: Point
  /** Unit vector from the pair's centre line towards this lane. */
  readonly out: Point
  readonly length: number
}

export function laneOf(from: Point, to: Point, radius: number, offset = LANE_OFFSET): Lane {
  const whole = Math.max(distance(from, to), 1)
  const along = { x: (to.x - from.x) / whole, y: (to.y - from.y) / whole }
  const out = { x: -along.y, y: along.x }
  // Neighbours that stand close keep most of what is between them for the link.
  const gap = Math.min(LANE_GAP, Math.max(0, whole - 2 * radius) * 0.2)
  const margin = Math.min(radius + gap, whole / 2 - 1)
  const place = (base: Point, step: number): Point => ({
    x: base.x + along.x * step + out.x * offset,
    y: base.y + along.y * step + out.y * offset,
  })
  return {
    start: place(from, margin),
    end: place(to, -margin),
    along,
    out,
    length: Math.max(whole - 2 * margin, 0),
  }
}

/** Point at `share` (0 to 1) of the way, `side` px further out. */
export function pointOn(lane: Lane, share: number, side = 0): Point {
  return {
    x: lane.start.x + lane.along.x * lane.length * share + lane.out.x * side,
    y: lane.start.y + lane.along.y * lane.length * share + lane.out.y * side,
  }
}

export interface HalfLinkPaths {
  /** The whole line, or of a cut link the part before the cut mark. */
  readonly line: string
  /** One barb on the outer side of the head; empty when cut. */
  readonly barb: string
  /** Mark across the line where it is cut, and the dotted rest; empty when it is not. */
  readonly mark: string
  readonly rest: string
  /** Line for the pointer: LINK_HIT wide, beside the other direction's, not over it. */
  readonly hit: string
}

export function halfLinkPaths(from: Point, to: Point, radius: number, cut: boolean): HalfLinkPaths {
  const lane = laneOf(from, to, radius)
  const strip = laneOf(from, to, radius, LINK_HIT / 2)
  const hit = `M${at(strip.start)}L${at(strip.end)}`
  if (!cut) {
    const tip = lane.end
    const back = Math.min(7, lane.length * 0.5)
    const barb = {
      x: tip.x - lane.along.x * back + lane.out.x * back * 0.57,
      y: tip.y - lane.along.y * back + lane.out.y * back * 0.57,
    }
    const line = `M${at(lane.start)}L${at(tip)}`
    return { line, barb: `M${at(tip)}L${at(barb)}`, mark: '', rest: '', hit }
  }
  return {
    line: `M${at(lane.start)}L${at(pointOn(lane, CUT_AT))}`,
    barb: '',
    mark: `M${at(pointOn(lane, CUT_AT, -5))}L${at(pointOn(lane, CUT_AT, 5))}`,
    rest: `M${at(pointOn(lane, CUT_AT + 0.06))}L${at(lane.end)}`,
    hit,
  }
}

/** Andrew's monotone chain: corners only, clockwise on screen. Up to two points stay as given. */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y)
  if (sorted.length <= 2) return sorted
  const half = (list: readonly Point[]): Point[] => {
    const chain: Point[] = []
    for (const point of list) {
      while (chain.length >= 2 && turn(chain.at(-2)!, chain.at(-1)!, point) <= 0) chain.pop()
      chain.push(point)
    }
    return chain.slice(0, -1)
  }
  return [...half(sorted), ...half(sorted.reverse())]
}

/** Above zero: a, b, c turn clockwise on screen. */
function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/** Outline `pad` px around the convex hull, with round corners; a circle around a single node. */
export function hullPath(points: readonly Point[], pad: number): string {
  const corners = convexHull(points)
  const only = corners[0]
  if (!only) return ''
  const arc = `A${round1(pad)} ${round1(pad)} 0 0 1`
  if (corners.length === 1) {
    const left = { x: only.x - pad, y: only.y }
    const right = { x: only.x + pad, y: only.y }
    return `M${at(left)}${arc} ${at(right)}${arc} ${at(left)}Z`
  }
  const edges = corners.map((a, index) => {
    const b = corners[(index + 1) % corners.length]!
    const whole = Math.max(distance(a, b), 1e-6)
    const normal = { x: ((b.y - a.y) / whole) * pad, y: (-(b.x - a.x) / whole) * pad }
    return {
      start: { x: a.x + normal.x, y: a.y + normal.y },
      end: { x: b.x + normal.x, y: b.y + normal.y },
    }
  })
  const first = edges[0]!.start
  const body = edges.map((edge, index) => {
    const next = edges[(index + 1) % edges.length]!
    return `L${at(edge.end)}${arc} ${at(next.start)}`
  })
  return `M${at(first)}${body.join('')}Z`
}

/** Distance from `point` to the convex hull; 0 inside it. */
export function hullDistance(points: readonly Point[], point: Point): number {
  const corners = convexHull(points)
  if (corners.length >= 3 && inPolygon(point, corners)) return 0
  let best = Infinity
  corners.forEach((a, index) => {
    best = Math.min(best, segmentDistance(point, a, corners[(index + 1) % corners.length]!))
  })
  return best
}

/** Gap between two convex hulls; 0 when they touch or cross. */
export function hullGap(left: readonly Point[], right: readonly Point[]): number {
  const a = convexHull(left)
  const b = convexHull(right)
  const edges = (list: readonly Point[]): [Point, Point][] =>
    list.map((point, index) => [point, list[(index + 1) % list.length]!])
  const cross = edges(a).some(([p, q]) => edges(b).some(([r, s]) => segmentsCross(p, q, r, s)))
  if (cross) return 0
  const distances = [
    ...a.map((point) => hullDistance(b, point)),
    ...b.map((point) => hullDistance(a, point)),
  ]
  return Math.min(...distances)
}

export function segmentDistance(point: Point, a: Point, b: Point): number {
  const span = (b.x - a.x) ** 2 + (b.y - a.y) ** 2
  const share =
    span === 0 ? 0 : ((point.x - a.x) * (b.x - a.x) + (point.y - a.y) * (b.y - a.y)) / span
  const t = Math.min(1, Math.max(0, share))
  return distance(point, { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t })
}

/** Even-odd rule. A lasso with fewer than three points holds nothing. */
export function inPolygon(point: Point, polygon: readonly Point[]): boolean {
  let inside = false
  polygon.forEach((a, index) => {
    const b = polygon[(index + 1) % polygon.length]!
    if (a.y > point.y === b.y > point.y) return
    if (point.x < a.x + ((point.y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside
  })
  return inside
}

/** True when the segments a–b and c–d cross or touch. */
export function segmentsCross(a: Point, b: Point, c: Point, d: Point): boolean {
  if (distance(a, b) === 0) return segmentDistance(a, c, d) === 0
  if (distance(c, d) === 0) return segmentDistance(c, a, b) === 0
  const side = (value: number): number => Math.sign(value)
  const abc = side(turn(a, b, c))
  const abd = side(turn(a, b, d))
  const cda = side(turn(c, d, a))
  const cdb = side(turn(c, d, b))
  if (abc === 0 && abd === 0) {
    // On one line: they touch when their spans overlap on both axes.
    const overlap = (p: number, q: number, r: number, s: number): boolean =>
      Math.max(Math.min(p, q), Math.min(r, s)) <= Math.min(Math.max(p, q), Math.max(r, s))
    return overlap(a.x, b.x, c.x, d.x) && overlap(a.y, b.y, c.y, d.y)
  }
  return abc * abd <= 0 && cda * cdb <= 0
}

/** Node nearest in the direction of an arrow key: what lies ahead counts, sideways costs double. */
export function neighbourToward(
  positions: Positions,
  node: number,
  direction: 'up' | 'down' | 'left' | 'right',
): number | null {
  const here = positions.get(node)
  if (!here) return null
  const axis = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] }[direction]
  let best: { node: number; cost: number } | null = null
  for (const [other, point] of positions) {
    if (other === node) continue
    const ahead = (point.x - here.x) * axis[0]! + (point.y - here.y) * axis[1]!
    const aside = Math.abs((point.x - here.x) * axis[1]!) + Math.abs((point.y - here.y) * axis[0]!)
    if (ahead <= 1) continue
    const cost = ahead + 2 * aside
    if (!best || cost < best.cost) best = { node: other, cost }
  }
  return best?.node ?? null
}
