/** The instruments of the lower panel: folds over the events, for every source of a run. */
import { defineAsyncComponent } from 'vue'
import type { Component } from 'vue'
import type { InstrumentName } from './names'

interface Row {
  readonly name: InstrumentName
  readonly title: string
  readonly load: () => Promise<{ readonly default: Component }>
}

export interface Instrument extends Row {
  readonly panel: Component
}

const ROWS = [
  {
    name: 'votes',
    title: 'Vote bars',
    load: () => import('./VoteBars.vue'),
  },
  {
    name: 'acceptorHistory',
    title: 'Acceptor history',
    load: () => import('./AcceptorHistory.vue'),
  },
  {
    name: 'clocks',
    title: 'Three clocks',
    load: () => import('./ThreeClocks.vue'),
  },
  {
    name: 'pipeline',
    title: 'Pipeline window',
    load: () => import('./PipelineWindow.vue'),
  },
  {
    name: 'duel',
    title: 'Duel meter',
    load: () => import('./DuelMeter.vue'),
  },
  {
    name: 'beliefs',
    title: 'Leader beliefs',
    load: () => import('./LeaderBeliefs.vue'),
  },
  {
    name: 'outages',
    title: 'Outage cards',
    load: () => import('./OutageCards.vue'),
  },
  {
    name: 'cost',
    title: 'Cost ledger',
    load: () => import('./CostLedger.vue'),
  },
  {
    name: 'reads',
    title: 'Read honesty',
    load: () => import('./ReadHonesty.vue'),
  },
  {
    name: 'p2c',
    title: 'P2c ladder',
    load: () => import('./P2cLadder.vue'),
  },
  {
    name: 'storage',
    title: 'Storage microscope',
    load: () => import('./StorageMicroscope.vue'),
  },
  {
    name: 'variants',
    title: 'Variants side by side',
    load: () => import('./VariantSplit.vue'),
  },
  {
    name: 'replay',
    title: 'Replay',
    load: () => import('./ReplayPanel.vue'),
  },
] as const satisfies readonly Row[]

/** In the order of the menu. */
export const INSTRUMENTS: readonly Instrument[] = ROWS.map((row) => ({
  ...row,
  panel: defineAsyncComponent<Component>(row.load),
}))
