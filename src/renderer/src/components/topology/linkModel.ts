/**
 * What the picture says of one directed link, folded from the faults that are active and the last
 * traffic samples. Pure.
 */
import { allLinks, linkKey } from '../../../../core/fault'
import type { ActiveFault, Link } from '../../../../core/fault'
import { isLinkFault } from '../../api/facts'

export interface LinkModel extends Link {
  readonly key: string
  /** Faults that cut it, oldest first; empty: it carries frames. */
  readonly cutBy: readonly ActiveFault[]
  /** Word for what cut it: 'cut' by hand or by 'partition'. */
  readonly cutKind: 'cut' | 'partition' | null
  readonly delayMs: number
  readonly jitterMs: number
  /** Probability of loss, 0 to 1. */
  readonly drop: number
  /** Frames still to be dropped by a `dropNext`; 0: none. */
  readonly dropNext: number
  readonly duplicate: number
  /** Probability that a burst of losses begins, 0 to 1. */
  readonly burst: number
  /** Bytes a second that it carries at most; 0: no limit. */
  readonly bandwidth: number
  /** The sender thinks that it is connected, and nobody hears it. */
  readonly halfOpen: boolean
  /** Probability that a frame is overtaken, 0 to 1. */
  readonly reorder: number
  /** Frames of it wait at the gate. */
  readonly holds: boolean
  /** One of its ends does not run: nothing can pass, though nothing is cut. */
  readonly idle: boolean
  /** State in words, for labels and the list. */
  readonly words: string
}

export function linkModels(
  members: readonly number[],
  faults: readonly ActiveFault[],
  down: ReadonlySet<number>,
): LinkModel[] {
  const byLink = new Map<string, ActiveFault[]>()
  for (const active of faults) {
    if (active.endedAtMs !== null || !isLinkFault(active.fault)) continue
    for (const link of active.fault.links) {
      const key = linkKey(link)
      byLink.set(key, [...(byLink.get(key) ?? []), active])
    }
  }
  return allLinks(members).map((link) => {
    const key = linkKey(link)
    const idle = down.has(link.from) || down.has(link.to)
    return { ...foldFaults(link, key, byLink.get(key) ?? []), idle }
  })
}

function foldFaults(
  link: Link,
  key: string,
  faults: readonly ActiveFault[],
): Omit<LinkModel, 'idle'> {
  const none = { delayMs: 0, jitterMs: 0, drop: 0, dropNext: 0, duplicate: 0 }
  const model = {
    ...none,
    ...{ burst: 0, bandwidth: 0, halfOpen: false, reorder: 0, holds: false },
  }
  const cutBy: ActiveFault[] = []
  for (const active of faults) {
    const { fault } = active
    switch (fault.kind) {
      case 'cut':
      case 'partition':
        cutBy.push(active)
        break
      // A later delay, drop or duplicate replaces its like.
      case 'delay':
        model.delayMs = fault.delayMs
        model.jitterMs = fault.jitterMs
        break
      case 'drop':
        model.drop = fault.probability
        break
      case 'dropNext':
        model.dropNext = fault.count
        break
      case 'burst':
        model.burst = fault.probability
        break
      case 'bandwidth':
        model.bandwidth = fault.bytesPerSecond
        break
      case 'halfOpen':
        model.halfOpen = true
        break
      case 'duplicate':
        model.duplicate = fault.probability
        break
      case 'reorder':
        model.reorder = fault.probability
        break
      case 'hold':
        model.holds = true
        break
    }
  }
  const byPartition = cutBy.some((active) => active.fault.kind === 'partition')
  const cutKind = cutBy.length === 0 ? null : byPartition ? 'partition' : 'cut'
  const base = { ...link, key, cutBy, cutKind, ...model } as const
  return { ...base, words: linkWords(base) }
}

/** "cut by a partition, +190 ms ±20, drops 20 %"; "open" without any fault. */
function linkWords(model: Omit<LinkModel, 'idle' | 'words'>): string {
  const parts: string[] = []
  if (model.cutKind) parts.push(model.cutKind === 'partition' ? 'cut by a partition' : 'cut')
  if (model.delayMs > 0 || model.jitterMs > 0) parts.push(delayWords(model))
  if (model.drop > 0) parts.push(`drops ${percent(model.drop)}`)
  if (model.dropNext > 0) {
    parts.push(`drops the next ${model.dropNext === 1 ? 'frame' : `${model.dropNext} frames`}`)
  }
  if (model.duplicate > 0) parts.push(`sends ${percent(model.duplicate)} twice`)
  if (model.burst > 0) parts.push(`drops in bursts, ${percent(model.burst)}`)
  if (model.bandwidth > 0) parts.push(`carries ${model.bandwidth} B/s`)
  if (model.halfOpen) parts.push('half-open')
  if (model.reorder > 0) parts.push(`reorders ${percent(model.reorder)}`)
  if (model.holds) parts.push('held at the gate')
  return parts.length === 0 ? 'open' : parts.join(', ')
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`

export function delayWords(model: Pick<LinkModel, 'delayMs' | 'jitterMs'>): string {
  return `+${model.delayMs} ms${model.jitterMs > 0 ? ` ±${model.jitterMs}` : ''}`
}

const MARKS = [
  'delayMs',
  'jitterMs',
  'drop',
  'dropNext',
  'duplicate',
  'burst',
  'bandwidth',
] as const

/** Nothing but perhaps a cut, a hold or reordering. */
export function isPlain(link: Omit<LinkModel, 'idle' | 'words'>): boolean {
  return !link.halfOpen && MARKS.every((mark) => link[mark] === 0)
}

/** Both directions of the pair of `link`. */
export function pairOf(link: Link): readonly [Link, Link] {
  return [
    { from: link.from, to: link.to },
    { from: link.to, to: link.from },
  ]
}

/**
 * A fault that lies on every link alike is said once in words; a mark on each link would hide the
 * picture. Null: the links differ, or there is nothing to say.
 */
export function commonWords(links: readonly LinkModel[]): string | null {
  const first = links[0]
  if (!first || links.length < 6) return null
  const marks = (model: LinkModel): string =>
    [...MARKS.map((mark) => model[mark]), model.halfOpen].join()
  if (isPlain(first) || links.some((model) => marks(model) !== marks(first))) return null
  return linkWords({ ...first, cutKind: null, cutBy: [] })
}
