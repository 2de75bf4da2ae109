/** Small drawings of who can talk to whom. */
import { arrow, circle, FIELD, line, path, round, text } from './shapes'
import type { Shape } from './shapes'

interface Ring {
  readonly x: number
  readonly y: number
  readonly rx: number
  readonly ry: number
}

const placesOn = ({ x, y, rx, ry }: Ring): { x: number; y: number }[] =>
  [-90, -18, 54, 126, 198].map((angle) => ({
    x: round(x + Math.cos((angle * Math.PI) / 180) * rx),
    y: round(y + Math.sin((angle * Math.PI) / 180) * ry),
  }))

const CENTRE: Ring = { x: FIELD.width / 2, y: FIELD.height / 2 + 3, rx: 64, ry: 34 }

const outline = (nodes: readonly number[], places = placesOn(CENTRE)): string =>
  `M${nodes.map((node) => `${places[node]?.x} ${places[node]?.y}`).join('L')}z`

interface Groups {
  readonly small: readonly number[]
  readonly large: readonly number[]
  /** Nodes that lead, as they believe. */
  readonly leaders: readonly number[]
  readonly words: readonly [string, string]
}

/** Two hulls with the five nodes in them; a double ring leads. Nodes count from 0. */
function hulls({ small, large, leaders, words }: Groups): Shape[] {
  const places = placesOn(CENTRE)
  const tone = small.length > 2 ? 'ok' : 'bad'
  return [
    path(`hull-edge ${tone}-edge`, outline(small)),
    path(`hull ${tone}-hull`, outline(small)),
    path('hull-edge ok-edge', outline(large)),
    path('hull ok-hull', outline(large)),
    ...places.map(({ x, y }, index) => circle(`node s${index + 1}`, x, y, 7)),
    ...leaders.map((node) =>
      circle(`ring-in s${node + 1}`, places[node]?.x ?? 0, places[node]?.y ?? 0, 3.5),
    ),
    text(`${tone}-words`, 12, FIELD.height - 10, words[0]),
    text('ok-words', FIELD.width - 12, FIELD.height - 10, words[1], 'end'),
  ]
}

export const minority = (): Shape[] =>
  hulls({ small: [4, 0], large: [1, 2, 3], leaders: [0, 2], words: ['2/5', '3/5'] })
export const majority = (): Shape[] =>
  hulls({ small: [3, 4], large: [0, 1, 2], leaders: [1], words: ['2/5', '3/5'] })
export const bridge = (): Shape[] =>
  hulls({ small: [0, 4, 3], large: [0, 1, 2], leaders: [0], words: ['3/5', '3/5'] })
export const leaderAlone = (): Shape[] =>
  hulls({ small: [0], large: [1, 2, 3, 4], leaders: [0, 2], words: ['1/5', '4/5'] })

/** Four splits, one after another. */
export function repartition(): Shape[] {
  const cuts: readonly (readonly number[])[] = [
    [0, 1],
    [3, 4],
    [2, 3],
    [4, 0],
  ]
  return cuts.flatMap((small, index) => {
    const left = 34 + index * 56
    const places = placesOn({ x: left, y: 50, rx: 19, ry: 19 })
    const large = [0, 1, 2, 3, 4].filter((node) => !small.includes(node))
    return [
      path('hull-edge thin-hull bad-edge', outline(small, places)),
      path('hull thin-in bad-hull', outline(small, places)),
      path('hull-edge thin-hull ok-edge', outline(large, places)),
      path('hull thin-in ok-hull', outline(large, places)),
      ...places.map(({ x, y }, at) => circle(`node s${at + 1}`, x, y, 3.6)),
      text('muted-words', left, 98, `${index * 2} s`, 'middle'),
    ]
  })
}

/** Promises of one majority, votes of another, and the node in both. */
export function sharedMember(): Shape[] {
  const nodes = [
    { node: 2, x: 44, y: 36 },
    { node: 3, x: 44, y: 70 },
    { node: 1, x: 118, y: 53 },
    { node: 4, x: 192, y: 36 },
    { node: 5, x: 192, y: 70 },
  ]
  return [
    path('hull-edge phase1-edge', 'M44 36L118 53L44 70z'),
    path('hull plain-hull', 'M44 36L118 53L44 70z'),
    path('hull-edge phase2-edge', 'M192 36L118 53L192 70z'),
    path('hull plain-hull', 'M192 36L118 53L192 70z'),
    path('line phase1', 'M44 36L118 53L44 70z'),
    path('line phase2', 'M192 36L118 53L192 70z'),
    ...nodes.map(({ node, x, y }) => circle(`node s${node}`, x, y, 8)),
    circle('chosen-dot', 118, 53, 3.2),
    text('words', 44, 102, 'promised', 'middle'),
    text('words', 192, 102, 'voted', 'middle'),
  ]
}

/** The leader tells all, or everybody tells everybody. */
export function learnerModes(): Shape[] {
  const left = placesOn({ x: 62, y: 50, rx: 40, ry: 32 })
  const right = placesOn({ x: 174, y: 50, rx: 40, ry: 32 })
  const [leader] = left
  const short = (from: { x: number; y: number }, to: { x: number; y: number }): Shape[] => {
    const length = Math.hypot(to.x - from.x, to.y - from.y)
    const [ux, uy] = [((to.x - from.x) / length) * 9, ((to.y - from.y) / length) * 9]
    return arrow('learn', from.x + ux, from.y + uy, to.x - ux, to.y - uy)
  }
  const mesh = right.flatMap((from, a) =>
    right.slice(a + 1).map((to) => line('learn thin', from.x, from.y, to.x, to.y)),
  )
  return [
    ...left.slice(1).flatMap((to) => (leader ? short(leader, to) : [])),
    ...mesh,
    ...[left, right].flatMap((places) =>
      places.map(({ x, y }, index) => circle(`node s${index + 1}`, x, y, 6)),
    ),
    text('words', 62, 102, 'the leader tells', 'middle'),
    text('words', 174, 102, 'everybody tells', 'middle'),
  ]
}
