/** The instruments of the lower panel: folds over the events, for every source of a run. */
import type { Component } from 'vue'
import CostLedger from './CostLedger.vue'
import DuelMeter from './DuelMeter.vue'
import LeaderBeliefs from './LeaderBeliefs.vue'
import OutageCards from './OutageCards.vue'
import P2cLadder from './P2cLadder.vue'
import PipelineWindow from './PipelineWindow.vue'
import ReadHonesty from './ReadHonesty.vue'
import StorageMicroscope from './StorageMicroscope.vue'
import ThreeClocks from './ThreeClocks.vue'
import VariantSplit from './VariantSplit.vue'
import type { InstrumentName } from './names'

export interface Instrument {
  readonly name: InstrumentName
  readonly title: string
  readonly panel: Component
}

/** In the order of the menu. */
export const INSTRUMENTS: readonly Instrument[] = [
  { name: 'clocks', title: 'Three clocks', panel: ThreeClocks },
  { name: 'pipeline', title: 'Pipeline window', panel: PipelineWindow },
  { name: 'duel', title: 'Duel meter', panel: DuelMeter },
  { name: 'beliefs', title: 'Leader beliefs', panel: LeaderBeliefs },
  { name: 'outages', title: 'Outage cards', panel: OutageCards },
  { name: 'cost', title: 'Cost ledger', panel: CostLedger },
  { name: 'reads', title: 'Read honesty', panel: ReadHonesty },
  { name: 'p2c', title: 'P2c ladder', panel: P2cLadder },
  { name: 'storage', title: 'Storage microscope', panel: StorageMicroscope },
  { name: 'variants', title: 'Variants side by side', panel: VariantSplit },
]
