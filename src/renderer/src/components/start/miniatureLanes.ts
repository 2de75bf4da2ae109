/** Small drawings of messages between lanes. */
import { arrow, box, chosenMark, circle, FIELD, lanesOf, lostArrow, path, text } from './shapes'
import type { Shape } from './shapes'

const OTHERS = [2, 3, 4, 5]
const QUARTER = (FIELD.width - 40) / 4

type Y = (node: number) => number

/** Leg 0 and 2 ask, 1 and 3 answer; `lost` names who is not reached, or does not reach N1. */
function leg(y: Y, at: number, lost: readonly number[] = [], nodes = OTHERS): Shape[] {
  const isBack = at % 2 === 1
  const look = `${at < 2 ? 'phase1' : 'phase2'} ${isBack ? 'dash' : ''}`
  return nodes.flatMap((node) => {
    const from = 20 + QUARTER * at + (isBack ? node * 0.8 : 0)
    const to = from + QUARTER - 6
    const [start, end] = isBack ? [y(node), y(1)] : [y(1), y(node)]
    const draw = lost.includes(node) ? lostArrow : arrow
    return draw(look, from, start, to, end)
  })
}

/** Both phases between five lanes. */
export function phases(): Shape[] {
  const { shapes, y } = lanesOf(5)
  return [...shapes, ...[0, 1, 2, 3].flatMap((at) => leg(y, at))]
}

/** The same, and the value is chosen. */
export function firstChoice(): Shape[] {
  const { y } = lanesOf(5)
  return [...phases(), ...chosenMark(FIELD.width - 18, y(1))]
}

/** Of every kind some are lost; a quorum of each is not. */
export function lossy(): Shape[] {
  const { shapes, y } = lanesOf(5)
  return [
    ...shapes,
    ...leg(y, 0, [4]),
    ...leg(y, 1, [], [2, 3, 5]),
    ...leg(y, 2, [3, 5]),
    ...leg(y, 3, [], [2, 4]),
    ...chosenMark(FIELD.width - 18, y(1)),
    text('bad-words', 18, 100, '20 % lost'),
  ]
}

/** The votes choose, and every message that says so is lost. */
export function lostLearn(): Shape[] {
  const { shapes, y } = lanesOf(5)
  const [vote, told] = [104, 196]
  const legs = [2, 3, 4, 5].flatMap((node) => [
    ...arrow('phase2', 24, y(1), 62 + node, y(node)),
    ...(node < 4 ? arrow('phase2 dash', 66 + node, y(node), vote - 8 + node, y(1)) : []),
    ...lostArrow('learn', vote + 14, y(1), told, y(node), 0.35 + node * 0.06),
  ])
  return [
    ...shapes,
    ...legs,
    ...chosenMark(vote + 4, y(1)),
    text('muted-words', FIELD.width - 16, 104, 'nobody knows', 'end'),
  ]
}

/** Clients write to every lane, two of which are down for a while. */
export function writeToAny(): Shape[] {
  const { shapes, y } = lanesOf(5, { top: 30, step: 16 })
  const writes = [1, 2, 3, 4, 5].flatMap((node) => {
    const x = 14 + node * 34
    return [
      ...arrow('client', x, 12, x + 6, y(node)),
      ...arrow('client', x + 10, y(node), x + 16, 12),
    ]
  })
  return [
    path('line client', `M16 12H${FIELD.width - 16}`),
    ...shapes,
    box('down', 118, y(2) - 7, 52, 14),
    box('down', 30, y(5) - 7, 64, 14),
    ...writes,
    ...chosenMark(FIELD.width - 20, 12),
  ]
}

/** Two clients are told success, for A and for B. */
export function twoReplies(): Shape[] {
  const { shapes, y } = lanesOf(5, { top: 34, step: 13 })
  const to = (from: number, at: number, nodes: readonly number[]): Shape[] =>
    nodes.flatMap((node) => arrow('phase1', at, y(from), at + 30, y(node)))
  return [
    ...shapes,
    ...to(1, 24, [2, 3]),
    ...arrow('refuse', 76, y(1), 88, 16),
    text('bad-words', 94, 18, 'OK, A'),
    ...to(5, 112, [4, 3]),
    ...arrow('refuse', 164, y(5), 178, 16),
    text('bad-words', 184, 18, 'OK, B'),
  ]
}

/** One schedule twice: a reply before the votes, a reply after them. */
export function twoColumns(): Shape[] {
  const column = (left: number, title: string, early: boolean): Shape[] => {
    const y = (node: number): number => 42 + (node - 1) * 16
    const lines = [1, 2, 3].map((node) => path(`line thin s${node}`, `M${left} ${y(node)}h96`))
    const reply = early ? left + 44 : left + 86
    return [
      text('words', left + 48, 16, title, 'middle'),
      ...lines,
      ...[2, 3].flatMap((node) => [
        ...arrow('phase1', left + 4, y(1), left + 20, y(node)),
        ...arrow('phase1 dash', left + 22, y(node), left + 38, y(1)),
        ...arrow('phase2', left + 46, y(1), left + 62, y(node)),
        ...arrow('phase2 dash', left + 64, y(node), left + 80, y(1)),
      ]),
      ...arrow(early ? 'refuse' : 'learn', reply, y(1), reply + 4, 24),
      text(
        early ? 'bad-words' : 'ok-words',
        left + 48,
        98,
        early ? 'told, no vote' : 'told, chosen',
        'middle',
      ),
    ]
  }
  return [
    ...column(14, 'blog', true),
    path('grid-line', `M118 8V${FIELD.height - 8}`),
    ...column(126, 'paper', false),
    circle('chosen-dot', 126 + 86, 42, 2.4),
  ]
}
