/**
 * Small drawings on the cards of the start page: the view in which the experiment is seen. Plain
 * shapes on a field of 236 × 108; colours are classes, so that a theme change needs no redraw.
 */
export interface Shape {
  readonly tag: 'path' | 'circle' | 'text'
  /** Classes of the miniature's style sheet. */
  readonly look: string
  readonly d?: string
  readonly x?: number
  readonly y?: number
  readonly r?: number
  readonly words?: string
  readonly anchor?: 'start' | 'middle' | 'end'
}

export const FIELD = { width: 236, height: 108 }

const round = (value: number): number => Math.round(value * 10) / 10
const path = (look: string, d: string): Shape => ({ tag: 'path', look, d })
const circle = (look: string, x: number, y: number, r: number): Shape => ({
  tag: 'circle',
  look,
  x: round(x),
  y: round(y),
  r,
})
const text = (
  look: string,
  x: number,
  y: number,
  words: string,
  anchor: Shape['anchor'] = 'start',
) => ({ tag: 'text', look, x: round(x), y: round(y), words, anchor }) satisfies Shape

/** Two interleaved stairs that climb, and the landing where a value is chosen. */
function duel(): Shape[] {
  const step = (FIELD.width - 32) / 17
  const rise = 5.4
  const shapes: Shape[] = []
  for (const [node, offset] of [
    [4, 1],
    [2, 0],
  ] as const) {
    let d = ''
    for (let i = 0; i < 6; i++) {
      const x = round(16 + step * (2 * i + offset))
      const y = round(FIELD.height - 14 - (2 * i + offset) * rise)
      d += i === 0 ? `M${x} ${y}` : `H${x}V${y}`
      shapes.push(circle(`ring s${node}`, x + 2 * step - 1, y, 2.6))
    }
    shapes.unshift(path(`line s${node}`, `${d}h${round(2 * step)}`))
  }
  const x = round(16 + step * 14)
  const y = round(FIELD.height - 14 - 12.4 * rise)
  return [
    ...shapes,
    path('line thick s2', `M${x} ${y}H${FIELD.width - 14}`),
    circle('chosen-ring', x, y, 5),
    circle('chosen-dot', x, y, 2),
  ]
}

function arrow(look: string, x0: number, y0: number, x1: number, y1: number): Shape[] {
  const length = Math.hypot(x1 - x0, y1 - y0)
  const ux = (x1 - x0) / length
  const uy = (y1 - y0) / length
  const end = `M${round(x1)} ${round(y1)}`
  const left = `${round(-ux * 6 - uy * 2.6)} ${round(-uy * 6 + ux * 2.6)}`
  return [
    path(`line ${look}`, `M${round(x0)} ${round(y0)}L${round(x1 - ux * 4)} ${round(y1 - uy * 4)}`),
    path(`head ${look}`, `${end}l${left}l${round(uy * 5.2)} ${round(-ux * 5.2)}z`),
  ]
}

/** Both phases between five lanes; with `lost`, two accepts end on the way. */
function lanes(lost: boolean): Shape[] {
  const laneY = (node: number): number => 18 + (node - 1) * 17
  const quarter = (FIELD.width - 40) / 4
  const shapes = [1, 2, 3, 4, 5].map((node) =>
    path(`line thin s${node}`, `M16 ${laneY(node)}H${FIELD.width - 16}`),
  )
  for (let leg = 0; leg < 4; leg++) {
    const look = `${leg < 2 ? 'phase1' : 'phase2'} ${leg % 2 === 1 ? 'dash' : ''}`
    for (const node of [2, 3, 4, 5]) {
      const isLost = lost && leg >= 2 && (node === 3 || node === 5)
      if (isLost && leg === 3) continue
      const back = leg % 2 === 1
      const from = 20 + quarter * leg + (back ? node * 0.8 : 0)
      const to = from + quarter - 6
      if (isLost) {
        const x = from + (to - from) * 0.55
        const y = laneY(1) + (laneY(node) - laneY(1)) * 0.55
        shapes.push(path(`line ${look}`, `M${round(from)} ${laneY(1)}L${round(x)} ${round(y)}`))
        shapes.push(circle('lost', x, y, 5))
        shapes.push(path('lost-bar', `M${round(x - 3.4)} ${round(y + 3.4)}l6.8-6.8`))
      } else if (back) shapes.push(...arrow(look, from, laneY(node), to, laneY(1)))
      else shapes.push(...arrow(look, from, laneY(1), to, laneY(node)))
    }
  }
  return shapes
}

/** Throughput that falls to nothing and comes back. */
function outage(): Shape[] {
  const at = (part: number): number => round(14 + part * (FIELD.width - 28))
  const base = FIELD.height - 16
  let d = `M${at(0)} ${base - 52}`
  for (let i = 1; i <= 40; i++) {
    const part = i / 40
    const wave = 3 * Math.sin(i * 2.1)
    const height =
      part < 0.36 ? 52 + wave : part < 0.6 ? 0 : part < 0.66 ? (part - 0.6) * 800 : 50 + wave
    d += `L${at(part)} ${round(base - height)}`
  }
  const [from, to] = [at(0.36), at(0.62)]
  return [
    path('down', `M${from} 0H${to}V${FIELD.height}H${from}z`),
    path('grid-line', `M14 ${base}H${FIELD.width - 14}M14 ${base - 26}H${FIELD.width - 14}`),
    path('line accent', d),
    text('words', (from + to) / 2, 16, 'no leader', 'middle'),
  ]
}

interface Groups {
  readonly small: readonly number[]
  readonly large: readonly number[]
  /** Nodes that lead, as they believe. */
  readonly leaders: readonly number[]
  readonly words: readonly [string, string]
}

/** Two hulls with the five nodes in them; a double ring leads. Nodes count from 0. */
function hulls({ small, large, leaders, words }: Groups): Shape[] {
  const place = [-90, -18, 54, 126, 198].map((angle) => ({
    x: round(FIELD.width / 2 + Math.cos((angle * Math.PI) / 180) * 64),
    y: round(FIELD.height / 2 + 3 + Math.sin((angle * Math.PI) / 180) * 34),
  }))
  const outline = (nodes: readonly number[]): string =>
    `M${nodes.map((node) => `${place[node]?.x} ${place[node]?.y}`).join('L')}z`
  const tone = small.length > 2 ? 'ok' : 'bad'
  return [
    path(`hull-edge ${tone}-edge`, outline(small)),
    path(`hull ${tone}-hull`, outline(small)),
    path('hull-edge ok-edge', outline(large)),
    path('hull ok-hull', outline(large)),
    ...place.map(({ x, y }, index) => circle(`node s${index + 1}`, x, y, 7)),
    ...leaders.map((node) =>
      circle(`ring-in s${node + 1}`, place[node]?.x ?? 0, place[node]?.y ?? 0, 3.5),
    ),
    text(`${tone}-words`, 12, FIELD.height - 10, words[0]),
    text('ok-words', FIELD.width - 12, FIELD.height - 10, words[1], 'end'),
  ]
}

const minority = (): Shape[] =>
  hulls({ small: [4, 0], large: [1, 2, 3], leaders: [0, 2], words: ['2/5', '3/5'] })
const majority = (): Shape[] =>
  hulls({ small: [3, 4], large: [0, 1, 2], leaders: [1], words: ['2/5', '3/5'] })
const bridge = (): Shape[] =>
  hulls({ small: [0, 4, 3], large: [0, 1, 2], leaders: [0], words: ['3/5', '3/5'] })

const DRAWINGS: readonly (readonly [RegExp, () => Shape[]])[] = [
  [/duel/, duel],
  [/lost|drop/, () => lanes(true)],
  [/bridge/, bridge],
  [/^majority/, majority],
  [/minority|partition|isolat|split|one-?way/, minority],
  [/kill|crash|leader|quorum/, outage],
]

export function miniatureOf(name: string): readonly Shape[] {
  const found = DRAWINGS.find(([pattern]) => pattern.test(name))
  return found ? found[1]() : lanes(false)
}
