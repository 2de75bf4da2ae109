/** Leader timeline: one row per node; what each believes of itself, when it could not answer. */
import type { NodeId } from '../../../../core/paxos/ballot'
import { formatBallot } from '../../../../core/paxos/ballot'
import { LEADERS_MAX } from '../../../../core/measure/series'
import type { LeaderSpan } from '../../../../core/measure/series'
import { drawMarker, haloText, Hatches, textWidth } from '../chartPaint'
import type { PlotFrame } from '../chartPaint'
import { countText } from '../chartText'
import type { Picture } from '../useLabChart'
import { beliefsFromMs, paintNotKept } from './notKept'
import { nodeId, tableTimes } from './picture'
import type { ChartDefinition, LegendItem, PictureInput, Table } from './picture'

const NO_TICKS = { min: 0, max: 1, ticks: [] }

export const leaders: ChartDefinition = {
  id: 'leaders',
  title: 'Leader timeline',
  unit: 'belief per node',
  help: 'Who prepares and who believes to lead, when; two claimants are outlined.',
  isDefault: true,
  scale: 'linear',
  plotPxMin: 12,
  perMemberPx: 13,
  grow: 0,
  picture,
  legend,
  table,
}

export interface Claim {
  readonly fromMs: number
  readonly toMs: number
}

/** Times in which two or more nodes claim to lead. */
export function claimantOverlaps(spans: readonly LeaderSpan[], nowMs: number): Claim[] {
  const edges = spans
    .filter((span) => span.kind === 'leading')
    .flatMap((span) => [
      { atMs: span.fromMs, step: 1 },
      { atMs: span.toMs ?? nowMs, step: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.step - b.step)
  const claims: Claim[] = []
  let count = 0
  let fromMs = 0
  for (const { atMs, step } of edges) {
    if (step === 1 && count === 1) fromMs = atMs
    if (step === -1 && count === 2 && atMs > fromMs) claims.push({ fromMs, toMs: atMs })
    count += step
  }
  return claims
}

function inWindow({ data, fromMs, toMs, nowMs }: PictureInput): readonly LeaderSpan[] {
  return data.leaders.filter((span) => span.fromMs <= toMs && (span.toMs ?? nowMs) >= fromMs)
}

function picture(input: PictureInput): Picture {
  const hatches = new Hatches()
  return {
    lines: [],
    axis: NO_TICKS,
    over: (frame) => paint(frame, input, hatches),
    empty: nothing(input),
  }
}

/** Why nothing is drawn; null: something is. */
function nothing(input: PictureInput): string | null {
  if (input.members.length === 0) return 'No node runs yet.'
  if (input.toMs >= beliefsFromMs(input.data) || inWindow(input).length > 0) return null
  return `Not kept: a long run has its newest ${countText(LEADERS_MAX)} spans here.`
}

interface Row {
  readonly top: number
  readonly height: number
}

function paint(frame: PlotFrame, input: PictureInput, hatches: Hatches): void {
  const { ctx, theme } = frame
  const { members, nowMs, data } = input
  const spans = inWindow(input)
  paintNotKept(frame, input, beliefsFromMs(data))
  const overlaps = claimantOverlaps(spans, nowMs)
  const height = (frame.bottom - frame.top) / Math.max(1, members.length)
  members.forEach((node, at) => {
    const top = frame.top + at * height
    const middle = top + height / 2
    ctx.fillStyle = theme.borderSoft
    if (at > 0) ctx.fillRect(frame.left, Math.round(top), frame.right - frame.left, 1)
    // As far from each other as the size of the words needs.
    drawMarker(frame, node, 14 - (theme.fontPx - 11), middle, 7)
    haloText(frame, nodeId(node), 38, middle + 4, { align: 'right', color: theme.fgMuted })
    ctx.save()
    ctx.beginPath()
    ctx.rect(frame.left, 0, frame.right - frame.left, frame.bottom + 4)
    ctx.clip()
    const row = { top: top + 2, height: height - 4 }
    for (const span of spans) {
      if (span.node === node) paintSpan(frame, span, row, nowMs, hatches)
    }
    for (const span of spans) {
      if (span.node === node && span.kind === 'leading') {
        outlineOverlaps(frame, span, overlaps, row, nowMs)
      }
    }
    ctx.restore()
  })
}

function paintSpan(
  frame: PlotFrame,
  span: LeaderSpan,
  { top, height }: Row,
  nowMs: number,
  hatches: Hatches,
): void {
  const { ctx, theme } = frame
  const left = Math.max(frame.left - 2, frame.x(span.fromMs))
  const width = Math.max(2, frame.x(span.toMs ?? nowMs) - left)
  const color = theme.node(span.node)
  if (span.kind === 'preparing') {
    ctx.strokeStyle = color
    ctx.lineWidth = 1
    ctx.strokeRect(left + 0.5, top + 0.5, Math.max(1, width - 1.5), height - 1)
  } else if (span.kind === 'leading') {
    ctx.fillStyle = color
    ctx.globalAlpha = 0.3
    ctx.fillRect(left, top, width, height)
    ctx.globalAlpha = 1
    ctx.fillRect(left, top + height - 2.5, width, 2.5)
    paintBallot(frame, span, left, width, top + height - 2)
  } else {
    const kind = span.kind === 'down' ? 'down' : 'pause'
    ctx.fillStyle = theme.faults[kind]
    ctx.globalAlpha = 0.22
    ctx.fillRect(left, top, width, height)
    ctx.globalAlpha = kind === 'down' ? 0.15 : 0.5
    ctx.fillStyle = hatches.get(frame, kind) ?? ctx.fillStyle
    ctx.fillRect(left, top, width, height)
    ctx.globalAlpha = 1
  }
}

function paintBallot(
  frame: PlotFrame,
  span: LeaderSpan,
  left: number,
  width: number,
  y: number,
): void {
  if (!span.ballot) return
  const text = formatBallot(span.ballot)
  const from = Math.max(left, frame.left)
  if (Math.min(left + width, frame.right) - from < textWidth(frame, text) + 16) return
  haloText(frame, text, from + 6, y - 1, { mono: true })
}

function outlineOverlaps(
  frame: PlotFrame,
  span: LeaderSpan,
  overlaps: readonly Claim[],
  { top, height }: Row,
  nowMs: number,
): void {
  const { ctx, theme } = frame
  ctx.strokeStyle = theme.warn
  ctx.lineWidth = 1.5
  for (const claim of overlaps) {
    const from = Math.max(claim.fromMs, span.fromMs)
    const to = Math.min(claim.toMs, span.toMs ?? nowMs)
    if (to <= from) continue
    const left = frame.x(from)
    ctx.strokeRect(left, top - 0.5, Math.max(2, frame.x(to) - left), height + 1)
  }
}

export function claimantsAt(spans: readonly LeaderSpan[], atMs: number): LeaderSpan[] {
  return spans.filter(
    (span) =>
      span.kind === 'leading' && span.fromMs <= atMs && (span.toMs === null || span.toMs > atMs),
  )
}

function legend({ data, readMs }: PictureInput): readonly LegendItem[] {
  const claimants = claimantsAt(data.leaders, readMs)
  const items = claimants.map((span): LegendItem => {
    const value = span.ballot ? formatBallot(span.ballot) : null
    return { id: '', label: nodeId(span.node), value, swatch: 'node', node: span.node }
  })
  const words = claimants.length === 0 ? 'no leader' : `${claimants.length} claimants`
  const count: LegendItem = { id: '', label: words, value: null, swatch: 'claim' }
  return [
    ...(claimants.length === 1 ? [] : [count]),
    ...items,
    { id: '', label: 'preparing', value: null, swatch: 'hollow' },
    { id: '', label: 'leading', value: null, swatch: 'filled' },
  ]
}

function table(input: PictureInput): Table {
  const times = tableTimes(input)
  const name = (node: NodeId): string => nodeId(node)
  return {
    columns: ['node', 'state', 'ballot', times.head('from'), times.head('to')],
    rows: inWindow(input).map((span) => [
      name(span.node),
      span.kind,
      span.ballot ? formatBallot(span.ballot) : '',
      times.cell(span.fromMs),
      times.cell(span.toMs),
    ]),
  }
}
