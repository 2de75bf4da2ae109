/**
 * What a trial measured, as tables and charts of results show it. Names are those of the result
 * files and of comparisons.
 *
 * Units: as each measure says; null is "not known", never zero, and is left out of middles.
 */
import type {
  DecisionTime,
  ExperimentResult,
  TrialResult,
} from '../../../../shared/experimentResult'

export interface Measure {
  readonly id: string
  readonly name: string
  /** Head of a column, with its unit. */
  readonly short: string
  readonly unit: string
  /** What more of it means for B against A, such as "chooses more slots"; empty: no words. */
  readonly more: string
  readonly less: string
  readonly value: (trial: TrialResult) => number | null
}

const THIN_SPACE = '\u202f'
export const NONE = '–'

/** Three figures that count: 0.0123, 4.57, 12.3, 1 204; `–` for what is not known. */
export function figure(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return NONE
  if (Number.isInteger(value) || Math.abs(value) >= 100) {
    return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, THIN_SPACE)
  }
  return String(Number(value.toPrecision(3)))
}

function measured(name: string): Measure['value'] {
  return (trial) => {
    const value = trial.measures[name]
    return typeof value === 'number' && Number.isFinite(value) ? value : null
  }
}

/**
 * Under the policy that the trial began with, where that was told. `isOfPolicy` false: since the
 * last switch of the policy, as experiments ask that switch it and do not sweep it.
 */
export function decisionOf(trial: TrialResult, isOfPolicy = true): DecisionTime | null {
  return isOfPolicy ? (trial.firstDecision ?? trial.decision) : trial.decision
}

function decided(read: (time: DecisionTime) => number): Measure['value'] {
  return (trial) => {
    const time = decisionOf(trial)
    return time?.decided === true ? read(time) : null
  }
}

/** The worst fault: what several faults at once did would count twice in a sum. */
function worst(trial: TrialResult, read: (card: TrialResult['availability'][number]) => number) {
  return trial.availability.length === 0 ? null : Math.max(...trial.availability.map(read))
}

function ballotsPerSlot(trial: TrialResult): number | null {
  const [slots, bids] = [measured('chosenSlots')(trial), measured('bids')(trial)]
  return slots !== null && slots > 0 && bids !== null ? bids / slots : null
}

function longestRecoveryS({ availability }: TrialResult): number | null {
  const known = availability.flatMap(({ recoveryMs }) => recoveryMs ?? [])
  return known.length === 0 ? null : Math.max(...known) / 1000
}

const told = (id: string, words: Omit<Measure, 'id' | 'value'>): Measure => ({
  ...{ id, ...words, value: measured(id) },
})

/** In the order in which tables show them; what nobody measured is left out. */
export const MEASURES: readonly Measure[] = [
  told('chosenSlots', {
    ...{ name: 'Chosen slots', short: 'Chosen slots', unit: 'slots' },
    ...{ more: 'chooses more slots', less: 'chooses fewer slots' },
  }),
  {
    ...{
      id: 'ballotsPerChosenSlot',
      name: 'Ballots per chosen slot',
      short: 'Ballots/slot',
      unit: 'ballots',
    },
    ...{ more: 'needs more ballots per chosen slot', less: 'needs fewer ballots per chosen slot' },
    value: ballotsPerSlot,
  },
  told('p95Ms', {
    ...{ name: 'Latency p95', short: 'p95 ms', unit: 'ms' },
    ...{ more: 'slower at the 95th percentile', less: 'faster at the 95th percentile' },
  }),
  {
    ...{
      id: 'unavailableSeconds',
      name: 'Unavailable after the worst fault',
      short: 'Unavailable s',
      unit: 's',
    },
    ...{ more: 'longer unavailable', less: 'shorter unavailable' },
    value: (trial) => {
      const ms = worst(trial, ({ totalOutageMs }) => totalOutageMs)
      return ms === null ? null : ms / 1000
    },
  },
  {
    ...{ id: 'decisionMs', name: 'Time until a value was chosen', short: 'Decided ms', unit: 'ms' },
    ...{ more: 'slower to decide', less: 'faster to decide' },
    value: decided(({ ms }) => ms),
  },
  {
    ...{
      id: 'decisionBallots',
      name: 'Ballots until a value was chosen',
      short: 'Decided ballots',
      unit: 'ballots',
    },
    ...{ more: 'needs more ballots to decide', less: 'needs fewer ballots to decide' },
    value: decided(({ ballots }) => ballots),
  },
  told('bids', {
    ...{ name: 'Ballots begun', short: 'Ballots', unit: 'ballots' },
    ...{ more: 'begins more ballots', less: 'begins fewer ballots' },
  }),
  told('undecidedBallotsMax', {
    ...{
      name: 'Ballots in a row without a choice, at most',
      short: 'Undecided ballots',
      unit: 'ballots',
      more: '',
      less: '',
    },
  }),
  told('acked', {
    ...{ name: 'Acknowledged requests', short: 'Acknowledged', unit: 'requests' },
    ...{ more: 'acknowledges more requests', less: 'acknowledges fewer requests' },
  }),
  told('p50Ms', {
    ...{ name: 'Latency p50', short: 'p50 ms', unit: 'ms' },
    ...{ more: 'slower at the median', less: 'faster at the median' },
  }),
  {
    ...{ id: 'recoverySeconds', name: 'Longest recovery', short: 'Recovery s', unit: 's' },
    ...{ more: 'slower to recover', less: 'faster to recover' },
    value: longestRecoveryS,
  },
  {
    ...{
      id: 'messagesPerSlot',
      name: 'Messages per slot',
      short: 'Messages/slot',
      unit: 'messages',
    },
    ...{ more: 'sends more messages per slot', less: 'sends fewer messages per slot' },
    value: ({ cost }) => cost?.messagesPerSlot ?? null,
  },
  {
    ...{ id: 'bytesPerSlot', name: 'Bytes per slot', short: 'Bytes/slot', unit: 'B' },
    ...{ more: 'sends more bytes per slot', less: 'sends fewer bytes per slot' },
    value: ({ cost }) => cost?.bytesPerSlot ?? null,
  },
  {
    ...{ id: 'flushesPerSlot', name: 'Flushes per slot', short: 'Flushes/slot', unit: 'flushes' },
    ...{ more: 'flushes more often per slot', less: 'flushes less often per slot' },
    value: ({ cost }) => cost?.flushesPerSlot ?? null,
  },
]

const BY_ID = new Map(MEASURES.map((one) => [one.id, one]))
/** A name is not an amount: the middle of it says nothing. */
const NO_AMOUNTS: ReadonlySet<string> = new Set(['seed', 'leader'])

/** A measure by its name; one that is not known here is called as the file calls it. */
export function measureOf(id: string): Measure {
  return (
    BY_ID.get(id) ?? {
      ...{ id, name: id, short: id, unit: unitOf(id), more: '', less: '', value: measured(id) },
    }
  )
}

function unitOf(id: string): string {
  const [ending] = /(Ms|Seconds|Bytes)$/.exec(id) ?? []
  return { Ms: 'ms', Seconds: 's', Bytes: 'B' }[ending ?? ''] ?? ''
}

/** What at least one of the trials measured: the known ones first, then the others by name. */
export function measuresOf({ trials }: Pick<ExperimentResult, 'trials'>): readonly Measure[] {
  const told = new Set(trials.flatMap((trial) => Object.keys(trial.measures)))
  const others = [...told].filter((id) => !BY_ID.has(id) && !NO_AMOUNTS.has(id)).sort()
  return [...MEASURES, ...others.map(measureOf)].filter(({ value }) =>
    trials.some((trial) => value(trial) !== null),
  )
}
