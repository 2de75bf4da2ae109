/**
 * Plain shapes of the small drawings on the cards of the start page, on a field of 236 × 108;
 * colours are classes, so that a theme change needs no redraw.
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

export const round = (value: number): number => Math.round(value * 10) / 10

export const path = (look: string, d: string): Shape => ({ tag: 'path', look, d })

export const circle = (look: string, x: number, y: number, r: number): Shape => ({
  ...{ tag: 'circle', look, x: round(x), y: round(y), r },
})

export const text = (
  look: string,
  x: number,
  y: number,
  words: string,
  anchor: Shape['anchor'] = 'start',
): Shape => ({ tag: 'text', look, x: round(x), y: round(y), words, anchor })

/** A rectangle whose upper left corner is at x, y. */
export const box = (look: string, x: number, y: number, width: number, height: number): Shape =>
  path(look, `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`)

export const line = (look: string, x0: number, y0: number, x1: number, y1: number): Shape =>
  path(`line ${look}`, `M${round(x0)} ${round(y0)}L${round(x1)} ${round(y1)}`)

export function arrow(look: string, x0: number, y0: number, x1: number, y1: number): Shape[] {
  const length = Math.hypot(x1 - x0, y1 - y0)
  const ux = (x1 - x0) / length
  const uy = (y1 - y0) / length
  const end = `M${round(x1)} ${round(y1)}`
  const left = `${round(-ux * 6 - uy * 2.6)} ${round(-uy * 6 + ux * 2.6)}`
  return [
    line(look, x0, y0, x1 - ux * 4, y1 - uy * 4),
    path(`head ${look}`, `${end}l${left}l${round(uy * 5.2)} ${round(-ux * 5.2)}z`),
  ]
}

/** What never arrives ends in a struck circle after a share of its way. */
export function lostArrow(
  look: string,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  share = 0.55,
): Shape[] {
  const x = x0 + (x1 - x0) * share
  const y = y0 + (y1 - y0) * share
  return [
    line(look, x0, y0, x, y),
    circle('lost', x, y, 5),
    path('lost-bar', `M${round(x - 3.4)} ${round(y + 3.4)}l6.8-6.8`),
  ]
}

/** Chosen: a dot in a ring. */
export const chosenMark = (x: number, y: number): Shape[] => [
  circle('chosen-ring', x, y, 5),
  circle('chosen-dot', x, y, 2),
]

/** Lanes of nodes 1 to `count`, and where each lies. */
export function lanesOf(
  count: number,
  { top = 18, step = 17, from = 16 } = {},
): { readonly shapes: Shape[]; readonly y: (node: number) => number } {
  const y = (node: number): number => top + (node - 1) * step
  const shapes = Array.from({ length: count }, (_, index) =>
    path(`line thin s${index + 1}`, `M${from} ${y(index + 1)}H${FIELD.width - 16}`),
  )
  return { shapes, y }
}
