/**
 * What the picture says of one node, folded from its view: glyph, words, and what a screen reader
 * hears. Pure; a status that is missing is said so, never guessed.
 */
import { formatBallot } from '../../../../core/paxos/ballot'
import type { NodeLifeState, NodeView } from '../../../../shared/api'
import { claimants } from '../../api/facts'
import { count } from '../../api/words'

export type GlyphState = 'up' | 'starting' | 'paused' | 'down' | 'failed'
export type GlyphRole = 'idle' | 'preparing' | 'leading'

export interface NodeModel {
  readonly node: number
  readonly state: NodeLifeState
  readonly glyph: GlyphState
  /** Role last reported; a node that is down has none. */
  readonly role: GlyphRole
  /** Promised ballot as text; '–' before the first report. */
  readonly promised: string
  /** Own ballot when it leads or prepares, else ''. */
  readonly ballot: string
  /** Shares of the longest log in the cluster, 0 to 1; null: nothing was reported. */
  readonly bars: {
    readonly voted: number
    readonly chosen: number
    readonly applied: number
  } | null
  readonly slots: {
    readonly voted: number
    readonly chosen: number
    readonly applied: number
  } | null
  /** Strong word of the caption: its role or what is wrong. May be ''. */
  readonly word: string
  /** Muted rest of the caption, such as "64 ops/s". May be ''. */
  readonly note: string
  /** One of several that believe to lead. */
  readonly claims: boolean
  /** State in words, such as "N3 17.3, leader at 17.3, applied 569". */
  readonly label: string
}

const GLYPHS: Readonly<Record<NodeLifeState, GlyphState>> = {
  starting: 'starting',
  running: 'up',
  paused: 'paused',
  killed: 'down',
  stopped: 'down',
  failed: 'failed',
}

/** It takes part: its process runs and is not paused. Only such nodes can make a quorum. */
export function answers(view: Pick<NodeView, 'state'>): boolean {
  return view.state === 'running'
}

export function nodeModels(
  nodes: readonly NodeView[],
  opsPerSecond: ReadonlyMap<number, number>,
): NodeModel[] {
  const claiming = claimants(nodes).map((claimant) => claimant.node)
  const longest = Math.max(1, ...nodes.map((view) => view.status?.votedThrough ?? 0))
  return nodes.map((view) => {
    const { status } = view
    const glyph = GLYPHS[view.state]
    const role = glyph === 'up' || glyph === 'paused' ? (status?.role ?? 'idle') : 'idle'
    const slots = status && {
      voted: status.votedThrough,
      chosen: status.chosenThrough,
      applied: status.appliedThrough,
    }
    const base = {
      node: view.node,
      state: view.state,
      glyph,
      role,
      promised: status && status.promised.round > 0 ? formatBallot(status.promised) : '–',
      ballot:
        status && role !== 'idle' && status.ballot.round > 0 ? formatBallot(status.ballot) : '',
      slots,
      bars: slots && {
        voted: share(slots.voted, longest),
        chosen: share(slots.chosen, longest),
        applied: share(slots.applied, longest),
      },
      claims: claiming.length > 1 && claiming.includes(view.node),
    }
    const word = wordOf(view.state, role)
    const note = noteOf(glyph, opsPerSecond.get(view.node))
    return { ...base, word, note, label: labelOf({ ...base, word }) }
  })
}

const share = (slot: number, longest: number): number => Math.min(1, slot / longest)

function wordOf(state: NodeLifeState, role: GlyphRole): string {
  if (state !== 'running') return state
  return role === 'leading' ? 'leader' : role === 'preparing' ? 'preparing' : ''
}

function noteOf(glyph: GlyphState, ops: number | undefined): string {
  if (glyph === 'down' || glyph === 'failed' || glyph === 'starting' || ops === undefined) return ''
  return `${count(ops)} ops/s`
}

function labelOf(model: Omit<NodeModel, 'label' | 'note'>): string {
  // It begins with what is written in the circle: who says that to a voice control means this node.
  const parts = [`N${model.node} ${model.promised}`]
  if (model.role === 'leading') {
    const at = model.ballot === '' ? '' : ` at ${model.ballot}`
    parts.push(`${model.glyph === 'paused' ? 'paused, claims to lead' : 'leader'}${at}`)
  } else if (model.role === 'preparing') {
    parts.push(`${model.glyph === 'paused' ? 'paused while ' : ''}preparing ${model.ballot}`)
  } else parts.push(model.glyph === 'up' ? 'running' : model.word)
  if (model.slots) {
    parts.push(`applied ${model.slots.applied}`)
  } else parts.push('no report yet')
  return parts.join(', ')
}

/** Acknowledged requests a second, from the counters that nodes report. */
export class OpsRates {
  private readonly samples = new Map<number, { atMs: number; acked: number; life: number }[]>()
  readonly perSecond = new Map<number, number>()

  /** Rates are means over at least this long, so that a quiet quarter second is not a zero. */
  constructor(private readonly spanMs = 1000) {}

  add(nodes: readonly NodeView[]): void {
    for (const view of nodes) {
      if (!view.status || !answers(view)) {
        this.samples.delete(view.node)
        // Nothing answers here: that is known, not estimated.
        if (view.status) this.perSecond.set(view.node, 0)
        continue
      }
      this.addOne(view.node, view.statusAtMs, view.status.acked, view.status.life)
    }
  }

  private addOne(node: number, atMs: number, acked: number, life: number): void {
    let list = this.samples.get(node) ?? []
    const last = list.at(-1)
    if (last && (last.life !== life || last.acked > acked || last.atMs > atMs)) list = []
    if (list.at(-1)?.atMs !== atMs) list = [...list, { atMs, acked, life }]
    const old = list.findLastIndex((sample) => atMs - sample.atMs >= this.spanMs)
    if (old > 0) list = list.slice(old)
    this.samples.set(node, list)
    const first = list[0]!
    if (atMs > first.atMs)
      this.perSecond.set(node, ((acked - first.acked) * 1000) / (atMs - first.atMs))
  }

  clear(): void {
    this.samples.clear()
    this.perSecond.clear()
  }
}
