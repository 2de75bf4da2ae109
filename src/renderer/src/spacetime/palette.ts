/** Colours and fonts of the diagram, plain data so that they reach a worker. */
import { FAMILIES } from './kinds'
import type { Family } from './kinds'
import type { LineForm } from './kinds'

export interface Palette {
  readonly bg: string
  readonly fg: string
  readonly muted: string
  readonly grid: string
  readonly border: string
  readonly accent: string
  readonly bad: string
  readonly warn: string
  readonly down: string
  readonly pause: string
  readonly gap: string
  readonly families: Readonly<Record<Family, string>>
  /** As `families`, mixed towards the text colour so that words can be read. */
  readonly labels: Readonly<Record<Family, string>>
  /** By node - 1; N6 to N9 reuse the hues of N1 to N4. */
  readonly nodes: readonly string[]
  readonly fontUi: string
  readonly fontMono: string
  /** Labels, px. */
  readonly fontPx: number
  /** Lines are so many times as thick, for a projector. */
  readonly lineScale: number
}

/** Any context that both a worker and a page have. */
export type Ctx = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

export const DASHES: Readonly<Record<LineForm, readonly number[]>> = {
  solid: [],
  dashed: [5, 3],
  dotted: [2, 2],
  double: [],
}

const FAMILY_TOKENS: Readonly<Record<Family, string>> = {
  phase1: '--m-phase1',
  phase2: '--m-phase2',
  learn: '--m-learn',
  refuse: '--m-refuse',
  heartbeat: '--m-beat',
  client: '--m-client',
}

const HUES = 5

export function readPalette(root: Element = document.documentElement): Palette {
  const style = getComputedStyle(root)
  const token = (name: string): string => style.getPropertyValue(name).trim() || '#808080'
  const fg = token('--fg')
  const share = Number.parseFloat(style.getPropertyValue('--label-mix')) / 100
  const byFamily = (of: (family: Family) => string): Record<Family, string> => ({
    phase1: of('phase1'),
    phase2: of('phase2'),
    learn: of('learn'),
    refuse: of('refuse'),
    heartbeat: of('heartbeat'),
    client: of('client'),
  })
  const families = byFamily((family) => token(FAMILY_TOKENS[family]))
  const mixShare = Number.isFinite(share) ? share : 0.8
  return {
    bg: token('--bg'),
    fg,
    muted: token('--fg-muted'),
    grid: token('--border-soft'),
    border: token('--border'),
    accent: token('--accent'),
    bad: token('--bad'),
    warn: token('--warn'),
    down: token('--f-down'),
    pause: token('--f-pause'),
    gap: token('--f-gap'),
    families,
    labels: byFamily((family) => mixed(families[family], fg, mixShare)),
    nodes: Array.from({ length: 9 }, (_, at) => token(`--n${(at % HUES) + 1}`)),
    fontUi: token('--font-ui'),
    fontMono: token('--font-mono'),
    fontPx: Number.parseFloat(token('--text-s')) || 11,
    lineScale: Number.parseFloat(token('--line-scale')) || 1,
  }
}

/** `share` of the first colour, the rest of the second; what is no #rrggbb stays as it is. */
export function mixed(first: string, second: string, share: number): string {
  const parts = (hex: string): number[] =>
    (/^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex) ?? [])
      .slice(1)
      .map((pair) => Number.parseInt(pair, 16))
  const [a, b] = [parts(first), parts(second)]
  if (a.length !== 3 || b.length !== 3) return first
  const sum = a.map((value, at) => Math.round(value * share + b[at]! * (1 - share)))
  return `#${sum.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

export function nodeColour(palette: Palette, node: number): string {
  return node === 0 ? palette.muted : (palette.nodes[node - 1] ?? palette.muted)
}

export function familyOfCode(code: number): Family {
  return FAMILIES[code] ?? 'heartbeat'
}

/**
 * A worker keeps what it once found under the name of a font, the one that stood in included: a
 * longer list of the same fonts is another name.
 */
export function renamed(palette: Palette, times: number): Palette {
  const longer = (fonts: string): string => fonts + ', sans-serif'.repeat(times)
  return { ...palette, fontUi: longer(palette.fontUi), fontMono: longer(palette.fontMono) }
}
