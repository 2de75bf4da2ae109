/**
 * Quorum availability: whether any quorum was possible, computed from killed, paused and cut, above
 * what clients saw. It separates "could not" (no quorum was possible) from "did not" (one was, and
 * nothing was acknowledged all the same). Below, what each node could reach.
 */
import type { ReachSpan } from '../../../../core/measure/series'
import { drawMarker, haloText, Hatches, textWidth } from '../chartPaint'
import type { PlotFrame } from '../chartPaint'
import { spanWords } from '../timeUnit'
import type { TimeUnit } from '../timeUnit'
import type { Picture } from '../useLabChart'
import { outages } from './outage'
import { nodeId, tableTimes } from './picture'
import type { ChartDefinition, LegendItem, PictureInput, Table } from './picture'

const NO_TICKS = { min: 0, max: 1, ticks: [] }
const NAME_PX = 40

export const quorum: ChartDefinition = {
  id: 'quorum',
  title: 'Quorum availability',
  unit: 'from faults',
  help: 'Could any quorum answer? Separates "could not" from "did not".',
  isDefault: false,
  scale: 'linear',
  plotPxMin: 44,
  perMemberPx: 13,
  grow: 0,
  picture,
  legend,
  table,
}

export interface Spell {
  readonly kind: 'served' | 'couldNot' | 'didNot'
  readonly fromMs: number
  readonly toMs: number
}

/** When clients were answered, could not be, and were not although they could have been. */
export function spells({ data, nowMs }: PictureInput): Spell[] {
  const missing = data.reach.filter(({ node, state }) => node === 0 && state === 'none')
  const found: Spell[] = []
  for (const { fromMs, toMs } of outages(data)) {
    let atMs = fromMs
    for (const span of missing) {
      const from = Math.max(atMs, span.fromMs)
      const to = Math.min(toMs, span.toMs ?? nowMs)
      if (to <= from) continue
      if (from > atMs) found.push({ kind: 'didNot', fromMs: atMs, toMs: from })
      found.push({ kind: 'couldNot', fromMs: from, toMs: to })
      atMs = to
    }
    if (toMs > atMs) found.push({ kind: 'didNot', fromMs: atMs, toMs })
  }
  return [...servedSpells(data.load, data.spanMs), ...found]
}

function servedSpells(load: PictureInput['data']['load'], spanMs: number): Spell[] {
  const found: { kind: 'served'; fromMs: number; toMs: number }[] = []
  for (const { atMs, ackedPerSecond } of load) {
    if (ackedPerSecond === 0) continue
    const last = found.at(-1)
    // Less than what counts as an outage is the pace of the load.
    if (last && atMs - spanMs - last.toMs < 400) last.toMs = atMs
    else found.push({ kind: 'served', fromMs: atMs - spanMs, toMs: atMs })
  }
  return found
}

function picture(input: PictureInput): Picture {
  const hatches = new Hatches()
  return {
    lines: [],
    axis: NO_TICKS,
    over: (frame) => paint(frame, input, hatches),
    empty: input.data.reach.length === 0 ? 'No cluster was started yet.' : null,
  }
}

interface Row {
  readonly top: number
  readonly height: number
}

function paint(frame: PlotFrame, input: PictureInput, hatches: Hatches): void {
  const { ctx, theme } = frame
  const { members, nowMs, data, unit = 's' } = input
  if (data.reach.length === 0) return
  const rows = members.length + 2
  const height = (frame.bottom - frame.top) / rows
  const rowOf = (at: number): Row => ({ top: frame.top + at * height, height })
  const name = (at: number, text: string): void => {
    const y = frame.top + (at + 0.5) * height + 4
    haloText(frame, text, NAME_PX, y, { align: 'right', color: theme.fgMuted })
  }
  for (let at = 1; at < rows; at += 1) {
    ctx.fillStyle = theme.borderSoft
    ctx.fillRect(frame.left, Math.round(rowOf(at).top), frame.right - frame.left, 1)
  }
  name(0, 'any')
  name(1, 'clients')
  members.forEach((node, at) => {
    drawMarker(frame, node, 14, frame.top + (at + 2.5) * height, 7)
    name(at + 2, nodeId(node))
  })
  ctx.save()
  ctx.beginPath()
  ctx.rect(frame.left, 0, frame.right - frame.left, frame.bottom + 4)
  ctx.clip()
  for (const span of data.reach) {
    const at = span.node === 0 ? 0 : members.indexOf(span.node) + 2
    if (at === 1 || (span.toMs ?? nowMs) <= span.fromMs) continue
    paintReach(frame, span, rowOf(at), { nowMs, unit, hatches })
  }
  for (const spell of spells(input)) paintSpell(frame, spell, rowOf(1), { unit, hatches })
  ctx.restore()
}

interface Tint {
  readonly color: string
  readonly alpha: number
  readonly hatch?: 'partition' | 'down' | 'pause'
  /** From the widest sentence to the shortest; what fits is written. */
  readonly words: readonly string[]
}

/** What all spans of one picture are painted with. */
interface Ground {
  readonly unit: TimeUnit
  readonly hatches: Hatches
}

function paintReach(
  frame: PlotFrame,
  span: ReachSpan,
  row: Row,
  { nowMs, unit, hatches }: Ground & { readonly nowMs: number },
): void {
  const { theme } = frame
  const toMs = span.toMs ?? nowMs
  const length = spanWords(toMs - span.fromMs, unit)
  const reached = `reaches ${span.reaches}`
  const tints: Record<ReachSpan['state'], Tint | null> = {
    starting: null,
    quorum:
      span.node === 0
        ? { color: theme.learn, alpha: 0.3, words: [] }
        : { color: theme.learn, alpha: 0.14, words: [] },
    none: {
      color: theme.bad,
      alpha: 0.3,
      hatch: 'partition',
      words: [`no quorum possible, ${length}`, `no quorum ${length}`, 'no quorum', length],
    },
    minority: { color: theme.warn, alpha: 0.25, words: [`${reached}: no quorum`, reached] },
    down: { color: theme.faults.down, alpha: 0.3, hatch: 'down', words: ['down'] },
    paused: { color: theme.faults.pause, alpha: 0.22, hatch: 'pause', words: ['paused'] },
  }
  const tint = tints[span.state]
  if (tint) paintTint(frame, span.fromMs, toMs, row, tint, hatches)
}

function paintSpell(
  frame: PlotFrame,
  { kind, fromMs, toMs }: Spell,
  row: Row,
  { unit, hatches }: Ground,
): void {
  const { theme } = frame
  const length = spanWords(toMs - fromMs, unit)
  const tints: Record<Spell['kind'], Tint> = {
    served: { color: theme.learn, alpha: 0.3, words: [] },
    couldNot: {
      color: theme.faults.down,
      alpha: 0.25,
      hatch: 'down',
      words: [`could not, ${length}`, 'could not'],
    },
    didNot: { color: theme.warn, alpha: 0.45, words: [`did not, ${length}`, 'did not'] },
  }
  paintTint(frame, fromMs, toMs, row, tints[kind], hatches)
}

function paintTint(
  frame: PlotFrame,
  fromMs: number,
  toMs: number,
  { top, height }: Row,
  tint: Tint,
  hatches: Hatches,
): void {
  const { ctx } = frame
  const left = Math.max(frame.left - 2, frame.x(fromMs))
  const right = Math.min(frame.right + 2, frame.x(toMs))
  if (right <= left) return
  const width = Math.max(1, right - left)
  ctx.fillStyle = tint.color
  ctx.globalAlpha = tint.alpha
  ctx.fillRect(left, top + 2, width, height - 4)
  if (tint.hatch) {
    ctx.globalAlpha = tint.hatch === 'down' ? 0.15 : 0.45
    ctx.fillStyle = hatches.get(frame, tint.hatch) ?? ctx.fillStyle
    ctx.fillRect(left, top + 2, width, height - 4)
  }
  ctx.globalAlpha = 1
  ctx.fillStyle = tint.color
  ctx.fillRect(left, top + height - 4, width, 2)
  const text = tint.words.find((words) => textWidth(frame, words) + 10 < width)
  if (text) haloText(frame, text, Math.max(left, frame.left) + 5, top + height / 2 + 4)
}

function sumMs(input: PictureInput, kind: Spell['kind']): number {
  const { fromMs, toMs } = input
  return spells(input)
    .filter((spell) => spell.kind === kind)
    .reduce(
      (sum, spell) =>
        sum + Math.max(0, Math.min(toMs, spell.toMs) - Math.max(fromMs, spell.fromMs)),
      0,
    )
}

function legend(input: PictureInput): readonly LegendItem[] {
  const { data, readMs, members, unit = 's' } = input
  const now = data.reach.filter(
    ({ fromMs, toMs }) => fromMs <= readMs && (toMs === null || toMs > readMs),
  )
  const state = now.find(({ node }) => node === 0)?.state
  const able = now.filter((span) => span.node !== 0 && span.state === 'quorum').length
  const word = state === 'quorum' ? `${able} of ${members.length}` : state === 'none' ? 'none' : '–'
  const spell = (kind: Spell['kind']): string => {
    const ms = sumMs(input, kind)
    return ms > 0 || unit === 'step' ? spanWords(ms, unit) : '0 s'
  }
  return [
    { id: '', label: 'nodes with a quorum', value: word, swatch: 'area', color: '--m-learn' },
    { id: '', label: 'could not', value: spell('couldNot'), swatch: 'area', color: '--f-down' },
    { id: '', label: 'did not', value: spell('didNot'), swatch: 'area', color: '--warn' },
  ]
}

const STATE_WORDS: Readonly<Record<ReachSpan['state'], string>> = {
  starting: 'starting',
  quorum: 'quorum possible',
  none: 'no quorum possible',
  minority: 'no quorum in reach',
  down: 'down',
  paused: 'paused',
}
const SPELL_WORDS = { served: 'served', couldNot: 'could not', didNot: 'did not' } as const

function table(input: PictureInput): Table {
  const times = tableTimes(input)
  const { data, fromMs, toMs, nowMs } = input
  const inside = (span: { readonly fromMs: number; readonly toMs: number | null }): boolean =>
    span.fromMs <= toMs && (span.toMs ?? nowMs) >= fromMs
  const spans = data.reach
    .filter(inside)
    .map((span) => [
      span.node === 0 ? 'any' : nodeId(span.node),
      STATE_WORDS[span.state],
      span.reaches,
      times.cell(span.fromMs),
      times.cell(span.toMs),
    ])
  const served = spells(input)
    .filter(inside)
    .map((spell) => [
      'clients',
      SPELL_WORDS[spell.kind],
      '',
      times.cell(spell.fromMs),
      times.cell(spell.toMs),
    ])
  return {
    columns: ['row', 'state', 'reaches nodes', times.head('from'), times.head('to')],
    rows: [...spans, ...served],
  }
}
