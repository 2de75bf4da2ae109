/**
 * Places of everything in the topology picture, derived from panel size, members, dragged places
 * and groups. Nothing depends on telemetry: captions and badges stand still while numbers change.
 */
import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { allLinks, linkKey } from '../../../core/fault'
import {
  circleLayout,
  clampToPanel,
  halfLinkPaths,
  hullDistance,
  hullGap,
  hullPath,
  laneOf,
  nodeRadius,
  pointOn,
  radiusFor,
  segmentDistance,
} from '../components/topology/geometry'
import type {
  Box,
  HalfLinkPaths,
  Lane,
  Point,
  Positions,
  Size,
} from '../components/topology/geometry'
import { orderByGroups } from '../components/topology/groupOrder'
import type { GroupModel } from '../components/topology/groups'
import { centroid, cheapest, costOf, placeBadge, placeCaptions } from '../components/topology/place'
import type { CaptionPlace, Obstacles } from '../components/topology/place'

const HULL_PAD = 80
const HULL_PAD_SNUG = 68
const HULL_PAD_MIN = 10
const BADGE_HEIGHT = 24
/** In a lower picture a badge with all its words would lie over nodes. */
const BRIEF_BELOW_PX = 260
const AWAY_BRIEF_PX = [0, 12, 24, 36, 48]
const RATE_SIZE: Size = { width: 58, height: 14 }
/** A rate whose best place covers more than this is left out; the link's label still tells it. */
const RATE_COST_MAX = 60

export interface HullPlace {
  readonly group: GroupModel
  readonly path: string
  /** What its badge says. */
  readonly words: string
  readonly badge: Box
}

export interface TopologyLayout {
  readonly positions: Positions
  readonly radius: number
  readonly lanes: ReadonlyMap<string, Lane>
  readonly captions: ReadonlyMap<number, CaptionPlace>
  readonly hulls: readonly HullPlace[]
  readonly middle: Point
  /** Everything that text must not cover. */
  readonly obstacles: Obstacles
}

export interface LayoutInput {
  readonly size: Size
  readonly members: readonly number[]
  /** Shares of the panel, for nodes that were dragged. */
  readonly places: Positions
  readonly groups: readonly GroupModel[]
  /** A note is shown in the corner, top left. */
  readonly noted: boolean
}

const NOTE_BOX: Box = { x: 8, y: 6, width: 150, height: 22 }

export function layoutTopology(input: LayoutInput): TopologyLayout {
  const { size, members, places, groups } = input
  // What a person laid out stays so, even if hulls cross.
  const circle =
    places.size > 0
      ? members
      : orderByGroups(
          members,
          groups.map(({ nodes }) => nodes),
        )
  const positions = new Map(circleLayout(circle, size))
  for (const node of members) {
    const place = places.get(node)
    if (!place) continue
    const point = { x: place.x * size.width, y: place.y * size.height }
    positions.set(node, clampToPanel(point, size))
  }
  const radius = nodeRadius(positions, radiusFor(size))
  const lanes = new Map(
    allLinks(members).map((link) => [
      linkKey(link),
      laneOf(positions.get(link.from)!, positions.get(link.to)!, radius),
    ]),
  )
  const circles = [...positions.values()].map((center) => ({ center, radius: radius + 9 }))
  const segments = [...lanes.values()].map((lane) => [lane.start, lane.end] as const)
  const captions = placeCaptions(positions, radius, { panel: size, circles, segments })
  const boxes: Box[] = [...captions.values(), ...(input.noted ? [NOTE_BOX] : [])]
  const middle = centroid([...positions.values()])
  const obstacles = { panel: size, circles, segments, boxes }
  const hulls = groups.map((group) =>
    placeHull(group, groups, { positions, radius, obstacles, middle }),
  )
  return { positions, radius, lanes, captions, hulls, middle, obstacles }
}

/** "2/5": the mark before it says whether that is a quorum, and its title says all. */
const briefWords = (words: string): string => words.replace(/^(no )?quorum /, '')

/** Adds the badge it places to `obstacles.boxes`, so that the next one avoids it. */
function placeHull(
  group: GroupModel,
  groups: readonly GroupModel[],
  picture: {
    readonly positions: Positions
    readonly radius: number
    readonly obstacles: Obstacles & { readonly boxes: Box[] }
    readonly middle: Point
  },
): HullPlace {
  const { positions, radius, obstacles, middle } = picture
  const inside = group.nodes.flatMap((node) => positions.get(node) ?? [])
  const snug = Math.min(obstacles.panel.width, obstacles.panel.height) < 460
  let pad = snug ? HULL_PAD_SNUG : HULL_PAD
  // A hull that swallowed a stranger would lie about who can talk to whom.
  for (const [node, point] of positions) {
    if (group.nodes.includes(node)) continue
    pad = Math.min(pad, hullDistance(inside, point) - radius - 8)
  }
  // Groups that stand apart are drawn apart; those that cross cannot be.
  for (const other of groups) {
    const apart = hullGap(
      inside,
      other.nodes.flatMap((node) => positions.get(node) ?? []),
    )
    if (other !== group && apart > 0) pad = Math.min(pad, apart / 2 - 2)
  }
  pad = Math.max(pad, radius + HULL_PAD_MIN)
  const brief = Math.min(obstacles.panel.width, obstacles.panel.height) < BRIEF_BELOW_PX
  const words = brief ? briefWords(group.words) : group.words
  const size = { width: 52 + words.length * 6.1, height: BADGE_HEIGHT }
  const isOwn = (node: number): boolean =>
    group.nodes.includes(node) &&
    !groups.some((other) => other !== group && other.nodes.includes(node))
  const nodes = [...positions]
  const badge = placeBadge(
    {
      members: inside,
      own: nodes.filter(([node]) => isOwn(node)).map(([, point]) => point),
      others: nodes.filter(([node]) => !isOwn(node)).map(([, point]) => point),
      pad,
      away: brief ? AWAY_BRIEF_PX : [0],
      size,
      middle,
    },
    obstacles,
  )
  obstacles.boxes.push(badge)
  return { group, words, path: hullPath(inside, pad), badge }
}

export function useTopologyLayout(input: () => LayoutInput): ComputedRef<TopologyLayout> {
  return computed(() => layoutTopology(input()))
}

export function linkPaths(
  layout: TopologyLayout,
  from: number,
  to: number,
  cut: boolean,
): HalfLinkPaths {
  return halfLinkPaths(layout.positions.get(from)!, layout.positions.get(to)!, layout.radius, cut)
}

/** Where the rates of these pairs can be written without covering anything; others get none. */
export function placeRates(
  layout: TopologyLayout,
  pairs: readonly { readonly from: number; readonly to: number }[],
): { from: number; to: number; box: Box }[] {
  const taken = [...layout.obstacles.boxes]
  return pairs.flatMap((pair) => {
    const lane = layout.lanes.get(linkKey(pair))
    if (!lane) return []
    const obstacles = { ...layout.obstacles, boxes: taken }
    const box = cheapest(rateCandidates(lane, foreignLanes(layout, pair)), obstacles)
    const clear = isNearest(box, lane, foreignLanes(layout, pair))
    if (!clear || costOf(box, obstacles) > RATE_COST_MAX) return []
    taken.push(box)
    return [{ ...pair, box }]
  })
}

type Pair = { readonly from: number; readonly to: number }

function foreignLanes(layout: TopologyLayout, pair: Pair): Lane[] {
  const own = new Set([linkKey(pair), linkKey({ from: pair.to, to: pair.from })])
  return [...layout.lanes].filter(([key]) => !own.has(key)).map(([, lane]) => lane)
}

/** A rate that stands nearer to another link would be read as that one's. */
function isNearest(box: Box, own: Lane, foreign: readonly Lane[]): boolean {
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const near = segmentDistance(at, own.start, own.end)
  return foreign.every((lane) => segmentDistance(at, lane.start, lane.end) > near - 4)
}

function rateCandidates(lane: Lane, foreign: readonly Lane[]): (readonly [Box, number])[] {
  const { width, height } = RATE_SIZE
  return [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8].flatMap((share) =>
    [1, -1].map((side) => {
      // Clear of the line whatever its slope: half the box's extent across it.
      const clear = (Math.abs(lane.out.x) * width + Math.abs(lane.out.y) * height) / 2 + 4
      const at = pointOn(lane, share, side > 0 ? clear : -clear - 8)
      const box = { x: at.x - width / 2, y: at.y - height / 2, width, height }
      const unclear = isNearest(box, lane, foreign) ? 0 : RATE_COST_MAX
      return [box, Math.abs(share - 0.5) * 10 + unclear] as const
    }),
  )
}
