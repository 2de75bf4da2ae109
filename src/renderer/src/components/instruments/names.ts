/** Names of the instruments, as tabs of the lower panel; see `index.ts`. */
export type InstrumentName =
  | 'clocks'
  | 'pipeline'
  | 'duel'
  | 'beliefs'
  | 'outages'
  | 'cost'
  | 'reads'
  | 'p2c'
  | 'storage'
  | 'variants'
