/** Small drawings of charts: stairs, throughput, leaders, leases, spread. */
import { box, chosenMark, circle, FIELD, line, path, round, text } from './shapes'
import type { Shape } from './shapes'

interface Stairs {
  readonly nodes: readonly number[]
  readonly left: number
  readonly steps: number
  readonly width: number
  readonly rise: number
}

/** Interleaved stairs that climb, a ring at the end of each step. */
function stairs({ nodes, left, steps, width, rise }: Stairs): Shape[] {
  const lines: Shape[] = []
  const rings: Shape[] = []
  nodes.forEach((node, offset) => {
    let d = ''
    for (let at = offset; at < steps; at += nodes.length) {
      const x = round(left + width * at)
      const y = round(FIELD.height - 14 - at * rise)
      d += d === '' ? `M${x} ${y}` : `H${x}V${y}`
      rings.push(circle(`ring s${node}`, x + nodes.length * width - 1, y, 2.6))
    }
    lines.push(path(`line s${node}`, `${d}h${round(nodes.length * width)}`))
  })
  return [...lines, ...rings]
}

/** Two interleaved stairs that climb, and the landing where a value is chosen. */
export function duel(): Shape[] {
  const width = (FIELD.width - 32) / 17
  const rise = 5.4
  const x = round(16 + width * 14)
  const y = round(FIELD.height - 14 - 12.4 * rise)
  return [
    ...stairs({ nodes: [2, 4], left: 16, steps: 12, width, rise }),
    path('line thick s2', `M${x} ${y}H${FIELD.width - 14}`),
    ...chosenMark(x, y),
  ]
}

/** Three stairs that never land. */
export function adversary(): Shape[] {
  return [
    path('grid-line', `M16 ${FIELD.height - 12}H${FIELD.width - 16}`),
    ...stairs({ nodes: [1, 2, 3], left: 16, steps: 21, width: 8.6, rise: 4.1 }),
    text('bad-words', FIELD.width - 14, FIELD.height - 18, 'no ballot wins', 'end'),
  ]
}

const BASE = FIELD.height - 16
const at = (part: number): number => round(14 + part * (FIELD.width - 28))

/** A line that is `high` but where a dip says otherwise. */
function load(dips: readonly { from: number; to: number; height: number }[], high: number): string {
  let d = ''
  for (let i = 0; i <= 60; i += 1) {
    const part = i / 60
    const dip = dips.find(({ from, to }) => part >= from && part <= to)
    const height = dip ? dip.height : high + 2.5 * Math.sin(i * 2.1)
    d += `${i === 0 ? 'M' : 'L'}${at(part)} ${round(BASE - height)}`
  }
  return d
}

/** Throughput that falls to nothing and comes back. */
export function outage(): Shape[] {
  const [from, to] = [at(0.36), at(0.62)]
  return [
    box('down', from, 0, to - from, FIELD.height),
    path('grid-line', `M14 ${BASE}H${FIELD.width - 14}M14 ${BASE - 26}H${FIELD.width - 14}`),
    path('line accent', load([{ from: 0.37, to: 0.61, height: 0 }], 52)),
    text('words', (from + to) / 2, 16, 'no leader', 'middle'),
  ]
}

/** Four ways to lose a leader, each with an outage of its own length. */
export function fourOutages(): Shape[] {
  const kinds = [
    { name: 'dead', look: 'down', from: 0.06, to: 0.16, height: 0 },
    { name: 'frozen', look: 'paused', from: 0.3, to: 0.44, height: 0 },
    { name: 'cut', look: 'cut', from: 0.57, to: 0.67, height: 0 },
    { name: 'slow', look: 'slowed', from: 0.8, to: 0.98, height: 20 },
  ]
  return [
    ...kinds.map(({ look, from, to }) => box(look, at(from), 24, at(to) - at(from), BASE - 24)),
    path('grid-line', `M14 ${BASE}H${FIELD.width - 14}`),
    path('line accent', load(kinds, 52)),
    ...kinds.map(({ name, from, to }) =>
      text('words', (at(from) + at(to)) / 2, 16, name, 'middle'),
    ),
  ]
}

/** The ends of a chain depose each other. */
export function oscillation(): Shape[] {
  const rows = [1, 2, 3].map((node, index) => ({ node, y: 26 + index * 26 }))
  const bars = Array.from({ length: 9 }, (_, index) => {
    const node = index % 2 === 0 ? 1 : 3
    return box(`band s${node}`, 44 + index * 20, node === 1 ? 18 : 70, 18, 16)
  })
  return [
    ...rows.map(({ node, y }) => path(`line thin s${node}`, `M44 ${y}H${FIELD.width - 16}`)),
    line('chain', 24, 26, 24, 78),
    ...rows.map(({ node, y }) => circle(`node s${node}`, 24, y, 8)),
    ...bars,
    text('muted-words', 132, 102, 'the ends depose each other', 'middle'),
  ]
}

/** Two leases at one moment, because a clock is slow. */
export function leases(): Shape[] {
  const [from, to] = [124, 158]
  return [
    text('words', 16, 32, 'N1'),
    text('words', 16, 62, 'N3'),
    box('band s1', 44, 20, to - 44, 17),
    path('line thick s1', `M44 37H${to}`),
    box('band s3', from, 50, FIELD.width - 16 - from, 17),
    path('line thick s3', `M${from} 67H${FIELD.width - 16}`),
    path('overlap', `M${from} 14H${to}V74H${from}z`),
    path('overlap', `M${(from + to) / 2} 74v8`),
    text('words', (from + to) / 2, 94, 'two leases at once', 'middle'),
  ]
}

/** How long nothing was chosen, by policy: a dot a run. */
export function backOff(): Shape[] {
  const rows: readonly (readonly [string, readonly number[]])[] = [
    ['none', [0.9, 0.94, 0.97]],
    ['fixed', [0.58, 0.68, 0.76, 0.84]],
    ['random', [0.14, 0.2, 0.25, 0.33]],
    ['exponential', [0.05, 0.09, 0.12, 0.15]],
  ]
  const x = (part: number): number => 84 + part * (FIELD.width - 100)
  return [
    path('grid-line', [0, 0.5, 1].map((part) => `M${round(x(part))} 10V92`).join('')),
    ...rows.flatMap(([name, dots], index) => [
      text('words', 76, 24 + index * 21, name, 'end'),
      ...dots.map((part) => circle('dot accent', x(part), 20 + index * 21, 3.4)),
    ]),
    text('muted-words', FIELD.width - 14, 104, 's without a choice', 'end'),
  ]
}
