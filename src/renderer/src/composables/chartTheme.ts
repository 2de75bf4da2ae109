/** Colours and fonts for canvas code, read from the tokens once per theme. */
import type { MessageFamily } from '../../../core/paxos/message'
import type { BandKind } from './chartBands'

export interface ChartTheme {
  readonly fg: string
  readonly fgMuted: string
  readonly bg: string
  readonly border: string
  readonly borderSoft: string
  readonly borderControl: string
  readonly accent: string
  readonly bad: string
  readonly warn: string
  readonly learn: string
  readonly fontUi: string
  readonly fontMono: string
  /** Labels, px. */
  readonly fontPx: number
  /** Lines are so many times as thick, for a projector. */
  readonly lineScale: number
  readonly faults: Readonly<Record<BandKind, string>>
  readonly families: Readonly<Record<MessageFamily, string>>
  /** N6 to N9 reuse the hues of N1 to N4. */
  node(node: number): string
}

export const NODE_HUES = 5

export function readTheme(root: Element = document.documentElement): ChartTheme {
  const style = getComputedStyle(root)
  const token = (name: string): string => style.getPropertyValue(name).trim() || '#808080'
  const hues = Array.from({ length: NODE_HUES }, (_, at) => token(`--n${at + 1}`))
  return {
    fg: token('--fg'),
    fgMuted: token('--fg-muted'),
    bg: token('--bg'),
    border: token('--border'),
    borderSoft: token('--border-soft'),
    borderControl: token('--border-control'),
    accent: token('--accent'),
    bad: token('--bad'),
    warn: token('--warn'),
    learn: token('--m-learn'),
    fontUi: token('--font-ui'),
    fontMono: token('--font-mono'),
    fontPx: Number.parseFloat(token('--text-s')) || 11,
    lineScale: Number.parseFloat(token('--line-scale')) || 1,
    faults: {
      partition: token('--f-partition'),
      down: token('--f-down'),
      slow: token('--f-slow'),
      pause: token('--f-pause'),
      loss: token('--f-loss'),
      gap: token('--f-gap'),
    },
    families: {
      phase1: token('--m-phase1'),
      phase2: token('--m-phase2'),
      learn: token('--m-learn'),
      refuse: token('--m-refuse'),
      heartbeat: token('--m-beat'),
      client: token('--m-client'),
    },
    node: (node) => hues[(node - 1) % NODE_HUES] ?? token('--fg'),
  }
}

/** N6 to N9: the line is dashed, the marker hollow. */
export function isSecond(node: number): boolean {
  return node > NODE_HUES
}
