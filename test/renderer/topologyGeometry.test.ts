import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  circleLayout,
  circleRadii,
  convexHull,
  distance,
  halfLinkPaths,
  hullDistance,
  hullGap,
  hullPath,
  inPolygon,
  laneOf,
  LINK_HIT,
  neighbourToward,
  NODE_RADIUS,
  nodeRadius,
  pointOn,
  segmentDistance,
  segmentsCross,
} from '../../src/renderer/src/components/topology/geometry'
import type { Point } from '../../src/renderer/src/components/topology/geometry'
import type { GroupModel } from '../../src/renderer/src/components/topology/groups'
import { overlapArea } from '../../src/renderer/src/components/topology/place'
import { layoutTopology } from '../../src/renderer/src/composables/topologyLayout'

const members = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)
const coordinate = fc.integer({ min: 0, max: 1000 })
const anyPoint = fc.record({ x: coordinate, y: coordinate })
const COUNTS = [3, 5, 7, 9]

/** Numbers of a path, in order. */
function numbers(path: string): number[] {
  return [...path.matchAll(/-?\d+(?:\.\d+)?/g)].map(([text]) => Number(text))
}

describe('circle', () => {
  it('has a radius of 0.36 of the smaller side where there is room', () => {
    expect(circleRadii({ width: 900, height: 700 })).toEqual({ x: 252, y: 252 })
  })

  it('becomes an ellipse in a low panel, so that nodes keep apart', () => {
    const { x, y } = circleRadii({ width: 440, height: 170 })
    expect(x).toBeGreaterThan(1.5 * y)
    const positions = circleLayout(members(5), { width: 440, height: 170 })
    expect(nodeRadius(positions)).toBeLessThan(NODE_RADIUS)
  })

  it.each(COUNTS)('puts %i nodes at equal distances, the first on top', (count) => {
    const positions = circleLayout(members(count), { width: 640, height: 600 })
    const points = [...positions.values()]
    const steps = points.map((point, at) => distance(point, points[(at + 1) % count]!))
    for (const step of steps) expect(step).toBeCloseTo(steps[0]!)
    expect(points[0]!.x).toBeCloseTo(320)
    expect(Math.min(...points.map(({ y }) => y))).toBe(points[0]!.y)
  })

  it.each(COUNTS)('keeps %i nodes apart in the smallest panel', (count) => {
    const positions = circleLayout(members(count), { width: 360, height: 300 })
    const radius = nodeRadius(positions)
    expect(radius).toBeLessThanOrEqual(NODE_RADIUS)
    const points = [...positions.values()]
    points.forEach((a, at) => {
      for (const b of points.slice(at + 1)) expect(distance(a, b)).toBeGreaterThan(2 * radius)
    })
  })
})

describe('half-link', () => {
  const a = { x: 100, y: 100 }
  const b = { x: 400, y: 180 }

  it('has one lane a direction, side by side, each starting outside its node', () => {
    const there = laneOf(a, b, 28)
    const back = laneOf(b, a, 28)
    expect(distance(there.start, back.end)).toBeCloseTo(8)
    expect(distance(there.end, back.start)).toBeCloseTo(8)
    expect(distance(there.start, a)).toBeGreaterThan(28)
    expect(distance(there.end, b)).toBeGreaterThan(28)
    expect(there.along.x).toBeCloseTo(-back.along.x)
  })

  it('has one barb, at its head, on its own outer side', () => {
    const { barb } = halfLinkPaths(a, b, 28, false)
    const lane = laneOf(a, b, 28)
    const [tipX, tipY, endX, endY] = numbers(barb)
    expect(distance({ x: tipX!, y: tipY! }, lane.end)).toBeLessThan(0.1)
    const out = (endX! - tipX!) * lane.out.x + (endY! - tipY!) * lane.out.y
    const along = (endX! - tipX!) * lane.along.x + (endY! - tipY!) * lane.along.y
    expect(out).toBeGreaterThan(3)
    expect(along).toBeLessThan(-5)
  })

  it('is solid up to the mark and dotted beyond when it is cut', () => {
    const paths = halfLinkPaths(a, b, 28, true)
    const lane = laneOf(a, b, 28)
    expect(paths.barb).toBe('')
    const [, , endX, endY] = numbers(paths.line)
    const mark = pointOn(lane, 0.34)
    expect(distance({ x: endX!, y: endY! }, mark)).toBeLessThan(0.1)
    expect(paths.rest).not.toBe('')
    const [x1, y1, x2, y2] = numbers(paths.mark)
    // Across the line: as long as it is on both sides, and at a right angle.
    expect((x2! - x1!) * lane.along.x + (y2! - y1!) * lane.along.y).toBeCloseTo(0, 0)
  })

  it('has a pointer strip of 14 px that does not reach over the other direction', () => {
    expect(LINK_HIT).toBeGreaterThanOrEqual(14)
    const read = (path: string): [Point, Point] => {
      const [x1, y1, x2, y2] = numbers(path)
      return [
        { x: x1!, y: y1! },
        { x: x2!, y: y2! },
      ]
    }
    const there = read(halfLinkPaths(a, b, 28, false).hit)
    const back = read(halfLinkPaths(b, a, 28, false).hit)
    expect(segmentDistance(there[0], ...back)).toBeGreaterThanOrEqual(LINK_HIT - 0.2)
    // The visible line lies within its own strip.
    const line = read(halfLinkPaths(a, b, 28, false).line)
    expect(segmentDistance(line[0], ...there)).toBeLessThan(LINK_HIT / 2)
  })

  it('survives nodes on one spot', () => {
    expect(halfLinkPaths(a, a, 28, false).line).not.toMatch(/NaN/)
  })
})

describe('hull', () => {
  it('contains all of its points, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(anyPoint, { minLength: 1, maxLength: 9 }), (points) => {
        const hull = convexHull(points)
        for (const corner of hull) expect(points).toContainEqual(corner)
        for (const point of points) expect(hullDistance(points, point)).toBeLessThan(1e-6)
        expect(hullPath(points, 40)).not.toMatch(/NaN|undefined/)
      }),
    )
  })

  it('is drawn at the padding from its corners', () => {
    const path = hullPath([{ x: 100, y: 100 }], 40)
    expect(path).toBe('M60 100A40 40 0 0 1 140 100A40 40 0 0 1 60 100Z')
    expect(hullPath([], 40)).toBe('')
  })

  it('has a gap to another hull unless they cross', () => {
    const left = [
      { x: 0, y: 0 },
      { x: 0, y: 100 },
    ]
    expect(hullGap(left, [{ x: 50, y: 50 }])).toBeCloseTo(50)
    const across = [
      { x: -20, y: 50 },
      { x: 20, y: 50 },
    ]
    expect(hullGap(left, across)).toBe(0)
  })
})

describe('lasso and swipe', () => {
  const square = [
    { x: 0, y: 0 },
    { x: 100, y: 0 },
    { x: 100, y: 100 },
    { x: 0, y: 100 },
  ]

  it.each([
    [{ x: 50, y: 50 }, true],
    [{ x: 150, y: 50 }, false],
    [{ x: 50, y: -1 }, false],
  ] as const)('a lasso around %o: %s', (point, inside) => {
    expect(inPolygon(point, square)).toBe(inside)
  })

  it('holds nothing with fewer than three points', () => {
    expect(inPolygon({ x: 1, y: 1 }, square.slice(0, 2))).toBe(false)
  })

  it('crossing does not depend on the order of segments or ends', () => {
    fc.assert(
      fc.property(anyPoint, anyPoint, anyPoint, anyPoint, (a, b, c, d) => {
        const crossed = segmentsCross(a, b, c, d)
        expect(segmentsCross(c, d, a, b)).toBe(crossed)
        expect(segmentsCross(b, a, d, c)).toBe(crossed)
      }),
    )
  })
})

describe('arrow keys', () => {
  it.each(COUNTS)('reach each of %i nodes from any other', (count) => {
    const positions = circleLayout(members(count), { width: 500, height: 480 })
    for (const start of members(count)) {
      const seen = new Set([start])
      for (const node of seen) {
        for (const direction of ['up', 'down', 'left', 'right'] as const) {
          const next = neighbourToward(positions, node, direction)
          if (next !== null) seen.add(next)
        }
      }
      expect(seen.size).toBe(count)
    }
  })
})

describe('layout', () => {
  const sizes = [
    { width: 640, height: 520 },
    { width: 439, height: 416 },
    { width: 600, height: 780 },
  ]
  const cases = COUNTS.flatMap((count) => sizes.map((size) => ({ count, ...size })))

  it.each(cases)('$count nodes at $width × $height: captions cover nothing', (at) => {
    const size = { width: at.width, height: at.height }
    const layout = layoutTopology({
      size,
      members: members(at.count),
      places: new Map(),
      groups: [],
      noted: false,
    })
    const captions = [...layout.captions.values()]
    captions.forEach((box, index) => {
      expect(box.x).toBeGreaterThanOrEqual(0)
      expect(box.x + box.width).toBeLessThanOrEqual(at.width)
      expect(box.y).toBeGreaterThanOrEqual(0)
      expect(box.y + box.height).toBeLessThanOrEqual(at.height)
      for (const other of captions.slice(index + 1)) expect(overlapArea(box, other)).toBe(0)
      for (const center of layout.positions.values()) {
        const nearest = {
          x: Math.min(Math.max(center.x, box.x), box.x + box.width),
          y: Math.min(Math.max(center.y, box.y), box.y + box.height),
        }
        expect(distance(nearest, center)).toBeGreaterThanOrEqual(layout.radius)
      }
    })
  })

  it.each(COUNTS)('of %i nodes, cut in two in a low panel, no badge lies over one', (count) => {
    const size = { width: 440, height: 200 }
    const all = members(count)
    const half = Math.floor(count / 2)
    const side = (letter: string, nodes: number[], quorum: boolean): GroupModel => ({
      ...{ letter, nodes, quorum, answering: nodes.length, members: count, via: null },
      words: `${quorum ? 'quorum' : 'no quorum'} ${nodes.length}/${count}`,
    })
    const groups = [side('A', all.slice(0, half), false), side('B', all.slice(half), true)]
    const layout = layoutTopology({ size, members: all, places: new Map(), groups, noted: false })
    expect(layout.hulls.map(({ words }) => words)).toEqual([
      `${half}/${count}`,
      `${count - half}/${count}`,
    ])
    for (const { badge } of layout.hulls) {
      for (const center of layout.positions.values()) {
        const nearest = {
          x: Math.min(Math.max(center.x, badge.x), badge.x + badge.width),
          y: Math.min(Math.max(center.y, badge.y), badge.y + badge.height),
        }
        expect(distance(nearest, center)).toBeGreaterThanOrEqual(layout.radius - 1)
      }
    }
  })

  it('keeps a dragged node inside the panel, whatever was stored', () => {
    const layout = layoutTopology({
      size: { width: 400, height: 400 },
      members: members(3),
      places: new Map([[2, { x: 1, y: 0 }]]),
      groups: [],
      noted: false,
    })
    const place = layout.positions.get(2)!
    expect(place.x).toBeLessThan(400 - NODE_RADIUS)
    expect(place.y).toBeGreaterThan(NODE_RADIUS)
  })
})
