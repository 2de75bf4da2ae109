/**
 * Faults and acts as every chart shows them: bands with a kind, a label and a row of the track,
 * and flags. Folded from events; nothing else adds one.
 */
import type { LabEvent } from '../../../core/event'
import type { ActiveFault, Fault, Link, PartitionPreset } from '../../../core/fault'
import { matchWords, shapeWords } from '../../../shared/labWords'
import { changeWords } from '../../../shared/linkFaults'
import { nodeFaultWords, nodeNames, partitionWords } from '../api/words'
import type { GlyphName } from '../components/base/glyphs'

export type BandKind = 'partition' | 'down' | 'slow' | 'pause' | 'loss' | 'gap'

export interface Band {
  readonly id: string
  readonly kind: BandKind
  readonly label: string
  readonly glyph: GlyphName
  readonly fromMs: number
  /** Null: it goes on. */
  readonly toMs: number | null
}

export interface Flag {
  readonly atMs: number
  readonly label: string
  /** True for what changes the run (policy, load); false for a note of a scenario. */
  readonly change: boolean
}

export const BANDS_MAX = 400
export const FLAGS_MAX = 400
/** Times that a window may lose its host in one run, and still show each. */
const AWAY_MAX = 50
/** How far back lost facts may lie: nodes report at least this often. */
const GAP_MS = 250

/** Acts that a client does all the time would hide the ones that change the run. */
const ORDINARY_ACT = /^(write|read|command|propose|get|set)\b|: waiting for /i
/** What a scenario says of its steps begins with its name. */
const NOTE = /^(?!policy|load)[\w-]+: (?=.)/

export class BandFold {
  bands: readonly Band[] = []
  /** Spans that this window did not see live; a new picture of the same run keeps them. */
  #away: readonly Band[] = []
  flags: readonly Flag[] = []

  /** True if the picture changed. */
  feed(events: readonly LabEvent[]): boolean {
    if (events.some(({ type }) => type === 'clusterStarted')) this.#away = []
    const before = [this.bands, this.flags]
    for (const event of events) this.#one(event)
    return before[0] !== this.bands || before[1] !== this.flags
  }

  /** `faults` are those active now: their start may have left the front of the log. */
  reset(events: readonly LabEvent[], faults: readonly ActiveFault[]): void {
    this.bands = this.#away
    this.flags = []
    for (const event of events) this.#one(event)
    for (const active of faults) this.#start(active)
  }

  /** The host was not heard in between: what stands there came later, or from its record. */
  away(fromMs: number, toMs: number, label: string): void {
    const span = { fromMs, toMs }
    const band: Band = { id: `away ${fromMs}`, kind: 'gap', glyph: 'lost', label, ...span }
    this.#away = [...this.#away, band].slice(-AWAY_MAX)
    this.#put(band)
  }

  /** Another run: nothing of this one holds. */
  forget(): void {
    this.#away = []
  }

  #one(event: LabEvent): void {
    if (event.type === 'clusterStarted') this.reset([], [])
    else if (event.type === 'clusterStopped') this.#endAll(event.atMs)
    else if (event.type === 'faultStarted') this.#start(event.fault)
    else if (event.type === 'faultEnded')
      this.#end(event.fault.id, event.fault.endedAtMs ?? event.atMs)
    else if (event.type === 'acted' && event.actor !== 'lesson') this.#act(event.atMs, event.act)
    else if (event.type === 'nodeReady') this.#end(`died ${event.node}`, event.atMs)
    else if (event.type === 'nodeExited' && !event.injected) this.#died(event.atMs, event.node)
    else if (event.type === 'factsDropped') {
      const id = `gap ${event.seq}`
      const label = `${event.count} facts of N${event.by} lost`
      const span = { fromMs: Math.max(0, event.atMs - GAP_MS), toMs: event.atMs }
      this.#put({ id, kind: 'gap', glyph: 'lost', label, ...span })
    }
  }

  #start({ id, fault, startedAtMs, endedAtMs }: ActiveFault): void {
    if (this.bands.some((band) => band.id === id)) return
    const span = { fromMs: startedAtMs, toMs: endedAtMs }
    this.#put({ id, label: faultLabel(fault), ...FAULT_FORMS[fault.kind], ...span })
  }

  #died(atMs: number, node: number): void {
    const span = { fromMs: atMs, toMs: null }
    const label = `N${node} ended by itself`
    this.#put({ id: `died ${node}`, kind: 'down', glyph: 'warn', label, ...span })
  }

  #put(band: Band): void {
    this.bands = [...this.bands, band].slice(-BANDS_MAX)
  }

  #end(id: string, toMs: number): void {
    if (!this.bands.some((band) => band.id === id && band.toMs === null)) return
    this.bands = this.bands.map((band) =>
      band.id === id && band.toMs === null ? { ...band, toMs } : band,
    )
  }

  #endAll(toMs: number): void {
    this.bands = this.bands.map((band) => (band.toMs === null ? { ...band, toMs } : band))
  }

  #act(atMs: number, label: string): void {
    if (ORDINARY_ACT.test(label)) return
    const words = nodeNames(label.replace(NOTE, ''))
    const flag = { atMs, label: words, change: !NOTE.test(label) }
    this.flags = [...this.flags, flag].slice(-FLAGS_MAX)
  }
}

/** How each kind of fault is drawn: its hatch and colour, and its sign. */
export const FAULT_FORMS: Readonly<Record<Fault['kind'], Pick<Band, 'kind' | 'glyph'>>> = {
  partition: { kind: 'partition', glyph: 'cut' },
  cut: { kind: 'partition', glyph: 'cutlink' },
  delay: { kind: 'slow', glyph: 'slow' },
  drop: { kind: 'loss', glyph: 'lost' },
  burst: { kind: 'loss', glyph: 'lost' },
  dropNext: { kind: 'loss', glyph: 'lost' },
  duplicate: { kind: 'loss', glyph: 'dup' },
  reorder: { kind: 'slow', glyph: 'slow' },
  bandwidth: { kind: 'slow', glyph: 'slow' },
  reset: { kind: 'partition', glyph: 'cutlink' },
  halfOpen: { kind: 'partition', glyph: 'cutlink' },
  hold: { kind: 'pause', glyph: 'pause' },
  kill: { kind: 'down', glyph: 'x' },
  stop: { kind: 'down', glyph: 'stop' },
  pause: { kind: 'pause', glyph: 'pause' },
  slow: { kind: 'slow', glyph: 'slow' },
  powerLoss: { kind: 'down', glyph: 'kill' },
  wipe: { kind: 'down', glyph: 'x' },
  flushOff: { kind: 'loss', glyph: 'flask' },
  flushLies: { kind: 'loss', glyph: 'flask' },
  slowFlush: { kind: 'slow', glyph: 'slow' },
  writeError: { kind: 'loss', glyph: 'warn' },
  flushError: { kind: 'loss', glyph: 'warn' },
  diskFull: { kind: 'loss', glyph: 'warn' },
  tornTail: { kind: 'loss', glyph: 'warn' },
  clock: { kind: 'slow', glyph: 'slow' },
  failpoint: { kind: 'pause', glyph: 'warn' },
}

const BAND_TITLES: Readonly<Partial<Record<PartitionPreset, string>>> = {
  ring: 'ring:',
  majoritiesRing: 'ring of majorities:',
  chained: 'chain',
  quorumLoss: 'quorum loss:',
  constrained: 'constrained:',
}

/** What happened, in the words of the track. */
export function faultLabel(fault: Fault): string {
  switch (fault.kind) {
    case 'partition':
      return `${BAND_TITLES[fault.preset] ?? 'partition'} ${partitionWords(fault)}`
    case 'cut':
      return `cut ${linksText(fault.links)}`
    case 'delay': {
      const jitter = fault.jitterMs > 0 ? ` ± ${fault.jitterMs}` : ''
      return `slow: +${fault.delayMs}${jitter} ms${shapeWords(fault)}, ${linksText(fault.links)}`
    }
    case 'drop':
      return `loss ${percent(fault.probability)}, ${linksText(fault.links)}`
    case 'dropNext':
      return `next ${fault.count} lost, ${linksText(fault.links)}`
    case 'duplicate':
      return `twice ${percent(fault.probability)}, ${linksText(fault.links)}`
    case 'reorder':
      return `reorder ${percent(fault.probability)}, ${linksText(fault.links)}`
    case 'hold':
      if (fault.adversary !== undefined) return 'FLP adversary'
      if (fault.stepping !== undefined) return 'step mode'
      return `hold ${matchWords(fault.match)}, ${linksText(fault.links)}`
    case 'burst':
    case 'bandwidth':
    case 'reset':
    case 'halfOpen':
      return `${changeWords(fault)}, ${linksText(fault.links)}`
    default:
      return nodeFaultWords(fault)
  }
}

function linksText(links: readonly Link[]): string {
  const [first, second] = links
  if (!first) return 'no link'
  if (links.length === 1) return `N${first.from} → N${first.to}`
  if (links.length === 2 && second && first.from === second.to && first.to === second.from) {
    return `N${first.from} – N${first.to}`
  }
  return `${links.length} links`
}

function percent(probability: number): string {
  return `${Math.round(probability * 100)} %`
}

/** A row of the track for each band, so that bands that meet in time do not meet on the screen. */
export function rowsOf(bands: readonly Band[], rowsMax: number): ReadonlyMap<string, number> {
  const ends: number[] = []
  const rows = new Map<string, number>()
  for (const band of [...bands].sort((a, b) => a.fromMs - b.fromMs)) {
    const free = ends.findIndex((end) => end <= band.fromMs)
    const row = free >= 0 ? free : Math.min(ends.length, rowsMax - 1)
    ends[row] = Math.max(ends[row] ?? 0, band.toMs ?? Infinity)
    rows.set(band.id, row)
  }
  return rows
}
