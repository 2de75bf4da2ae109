/** A theme whose colours are their names. */
import type { ChartTheme } from '../../src/renderer/src/composables/chartTheme'

export const THEME: ChartTheme = {
  fg: 'fg',
  fgMuted: 'muted',
  bg: 'bg',
  border: 'border',
  borderSoft: 'soft',
  borderControl: 'control',
  accent: 'accent',
  bad: 'bad',
  warn: 'warn',
  learn: 'learn',
  fontUi: 'ui',
  fontMono: 'mono',
  fontPx: 11,
  lineScale: 1,
  faults: { partition: 'p', down: 'd', slow: 's', pause: 'u', loss: 'l', gap: 'g' },
  families: {
    phase1: 'p1',
    phase2: 'p2',
    learn: 'learn',
    refuse: 'refuse',
    heartbeat: 'beat',
    client: 'client',
  },
  node: (node) => `n${node}`,
}
