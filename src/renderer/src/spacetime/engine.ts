/**
 * The engine of the diagram: holds the messages, paints frames, answers questions. Runs in a worker
 * with an OffscreenCanvas, or on the page where there is none; it knows neither.
 *
 * Budget: BUDGET_MS a frame for painting tiles; what is left is painted in the next ones.
 */
import type { LabEvent } from '../../../core/event'
import { eventsOfText } from '../../../shared/recordText'
import { estimateClocks, evidenceOf } from './clockEstimate'
import { drawnWithin, NO_SHIFT, shiftOf } from './clockShift'
import type { ClockShift } from './clockShift'
import { causesOf, coneOf, effectsOf, inCone } from './causality'
import type { Cone } from './causality'
import { laneIndex, layoutOf } from './geometry'
import type { Layout } from './geometry'
import { hitTest } from './hitTest'
import { Ingest } from './ingest'
import { LaneBook } from './laneBook'
import { levelOf, lineAlpha, spreadPx } from './levels'
import { csvOfRange, detailsOf, lineOf } from './lines'
import { Matches, placeIn } from './matches'
import { MessageStore } from './messageStore'
import { paintArrow } from './paintArrows'
import { paintBadge } from './paintBadge'
import { paintGround } from './paintGround'
import { paintHeld } from './paintHeld'
import { paintCone, paintLabels, paintMarks, paintStaircase } from './paintMarks'
import { renamed } from './palette'
import type { Ctx, Palette } from './palette'
import { NO_SUMMARY } from './protocol'
import type { Answer, EngineLook, EngineView, FromEngine, Level } from './protocol'
import type { Question, Summary, ToEngine } from './protocol'
import { rangeStatistics } from './statistics'
import { contextOf, TileCache } from './tiles'
import type { Surface } from './tiles'
import { UnwatchedSpans } from './unwatched'

const BUDGET_MS = 8
/** Inside a cone, messages are painted one by one: so many at most. */
const CONE_ARROWS_MAX = 3000
const ROWS_MAX = 200
/** Looked at one by one for labels and cones. */
const ROWS_SHOWN_MAX = 20_000
/** The page hears of counts at most so often. */
const SUMMARY_MS = 250

/** While a record is read, a picture so often, and whenever somebody moves it. */
const RECORD_FRAME_MS = 200

export interface EngineParts {
  readonly say: (message: FromEngine) => void
  readonly newSurface: (width: number, height: number) => Surface
  /** Calls back before the next picture. */
  readonly onFrame: (paint: () => void) => void
  readonly nowMs: () => number
  /** Default: MESSAGES_MAX. */
  readonly capacity?: number
}

export class Engine {
  readonly store: MessageStore
  readonly book = new LaneBook()
  readonly matches: Matches
  private readonly ingest: Ingest
  private readonly tiles: TileCache
  private canvas: Surface | null = null
  private layout: Layout = layoutOf(1, 1, [])
  private scale = 1
  private members: readonly number[] = []
  private palette: Palette | null = null
  private paletteVersion = 0
  private fontsLoaded = 0
  private view: EngineView = { fromMs: 0, toMs: 10_000, nowMs: 0, ticks: [] }
  private look: EngineLook = { colour: 'family', arrows: false, cone: false, slot: null }
  private selected: number | null = null
  private shift: ClockShift = NO_SHIFT
  private badge = ''
  private readonly unwatched = new UnwatchedSpans()
  private cone: { readonly serial: number; readonly revision: number; readonly cone: Cone } | null =
    null
  private isAsked = false
  private soon: ReturnType<typeof setTimeout> | null = null
  private summary: Summary = NO_SUMMARY
  private saidAtMs = -Infinity
  private summaryTimer: ReturnType<typeof setTimeout> | null = null

  constructor(private readonly parts: EngineParts) {
    this.store = new MessageStore(parts.capacity)
    this.matches = new Matches(this.store)
    this.ingest = new Ingest(this.store)
    this.tiles = new TileCache(this.store, parts.newSurface)
  }

  take(message: ToEngine): void {
    switch (message.kind) {
      case 'canvas':
        this.canvas = message.canvas
        this.fitCanvas()
        break
      case 'layout':
        this.members = message.members
        this.layout = layoutOf(message.width, message.height, message.members)
        this.scale = message.scale
        this.fitCanvas()
        break
      case 'palette':
        this.palette = renamed(message.palette, this.fontsLoaded)
        this.paletteVersion += 1
        break
      case 'fonts':
        this.tiles.clear()
        this.fontsLoaded += 1
        if (this.palette !== null) this.palette = renamed(this.palette, 1)
        break
      case 'events':
        this.feed(message.events)
        break
      case 'gateEmpty':
        this.ingest.held.clear()
        break
      case 'record':
        this.feed(eventsOfText(message.text))
        return this.requestSoon()
      case 'reset':
        this.reset(message.recorded)
        break
      case 'watched':
        this.unwatched.watched(message.on, message.atMs)
        break
      case 'view':
        this.view = message.view
        break
      case 'look':
        if (message.look.slot !== this.look.slot) this.matches.setSlot(message.look.slot)
        this.look = message.look
        break
      case 'filter':
        this.matches.setFilter(message.text)
        break
      case 'align':
        this.align(message)
        break
      case 'select':
        this.selected = message.serial
        break
      case 'ask':
        return this.parts.say({
          kind: 'answer',
          token: message.token,
          answer: this.answer(message.question),
        })
    }
    this.request()
  }

  /** Paints now; for benches and pages without frames. True: nothing is left to paint. */
  frame(): boolean {
    this.isAsked = false
    const { canvas, palette, layout } = this
    const beganAtMs = this.parts.nowMs()
    const late = (): boolean => this.parts.nowMs() >= beganAtMs + BUDGET_MS
    const count = this.matches.inWindow(this.view.fromMs, this.view.toMs, late)
    const level = levelOf(
      count,
      spreadPx(this.store, this.view, this.layout.width),
      this.look.arrows,
      this.summary.level,
    )
    let done = true
    if (canvas !== null && palette !== null && layout.width > 1) {
      done = this.paint(contextOf(canvas), palette, level, count, beganAtMs + BUDGET_MS)
    }
    const { matching, skewed } = this.matches.totals(late)
    const inSight = count > 0 || this.matches.crossesEdge(this.view, this.shift)
    if (this.matches.isBehind) done = false
    this.summary = {
      ...{ level, inWindow: count, inSight, matching, skewed, total: this.store.size },
      ...{ missed: this.ingest.missed, spilled: this.store.spilled, held: this.ingest.held.size },
      ...{ fault: this.matches.fault, frameMs: this.parts.nowMs() - beganAtMs, busy: !done },
    }
    this.tellSoon()
    if (!done) this.request()
    return done
  }

  private request(): void {
    if (this.isAsked) return
    this.isAsked = true
    this.parts.onFrame(() => this.frame())
  }

  /** A record comes in many pieces: a picture of each would take more time than to read it. */
  private requestSoon(): void {
    this.soon ??= setTimeout(() => {
      this.soon = null
      this.request()
    }, RECORD_FRAME_MS)
  }

  private tellSoon(): void {
    if (this.summaryTimer !== null) return
    const waitMs = this.saidAtMs + SUMMARY_MS - this.parts.nowMs()
    if (waitMs > 0) this.summaryTimer = setTimeout(() => this.tell(), waitMs)
    else this.tell()
  }

  private tell(): void {
    this.summaryTimer = null
    this.saidAtMs = this.parts.nowMs()
    this.parts.say({ kind: 'summary', summary: this.summary })
  }

  private feed(events: readonly LabEvent[]): void {
    this.book.feed(events)
    this.unwatched.feed(events)
    const { fromMs, toMs, mutated } = this.ingest.feed(events)
    if (mutated) this.tiles.invalidate(fromMs, toMs, this.msPerPx())
  }

  private align({ shifts, words }: Extract<ToEngine, { readonly kind: 'align' }>): void {
    this.shift = shiftOf(shifts, this.shift.version + 1)
    this.badge = words
  }

  private reset(recorded: boolean): void {
    this.align({ kind: 'align', shifts: [], words: '' })
    this.store.clear()
    this.book.reset()
    this.ingest.reset()
    this.tiles.clear()
    this.unwatched.reset(recorded)
    this.selected = null
    this.cone = null
    this.matches.setSlot(this.look.slot)
  }

  private fitCanvas(): void {
    const { canvas, layout, scale } = this
    if (canvas === null) return
    const width = Math.max(1, Math.round(layout.width * scale))
    const height = Math.max(1, Math.round(layout.height * scale))
    // Setting a size clears the canvas, even if it is the same.
    if (canvas.width !== width) canvas.width = width
    if (canvas.height !== height) canvas.height = height
  }

  private msPerPx(): number {
    return (this.view.toMs - this.view.fromMs) / Math.max(1, this.layout.width)
  }

  private coneNow(): Cone | null {
    if (!this.look.cone || this.selected === null) return null
    const row = this.store.rowOf(this.selected)
    if (row < 0) return null
    const { revision } = this.store
    if (this.cone?.serial !== this.selected || this.cone.revision !== revision) {
      this.cone = { serial: this.selected, revision, cone: coneOf(this.store, row) }
    }
    return this.cone.cone
  }

  private paint(
    ctx: Ctx,
    palette: Palette,
    level: Level,
    count: number,
    deadlineMs: number,
  ): boolean {
    const { layout, view, store, book, scale, look } = this
    const window = { fromMs: view.fromMs, toMs: view.toMs }
    const laneOf = laneIndex(layout.lanes)
    const cone = level === 3 ? null : this.coneNow()
    const over = { ctx, layout, window, palette, book, store, shift: this.shift }
    ctx.setTransform(scale, 0, 0, scale, 0, 0)
    const { nowMs, ticks } = view
    paintGround({ ...over, unwatched: this.unwatched.all, nowMs, ticks })
    if (cone !== null) paintCone(over, cone)
    if (look.slot !== null) paintStaircase(over)
    ctx.globalAlpha = cone === null ? 1 : 0.2
    const done = this.paintTiles(ctx, palette, level, count, deadlineMs)
    ctx.globalAlpha = 1
    const rows = level === 1 || cone !== null ? this.rowsShown(count) : []
    const pen = { ...over, colour: look.colour, laneOf }
    if (cone !== null) {
      const inside = rows.filter((row) => inCone(store, cone, row))
      for (const row of inside.slice(0, CONE_ARROWS_MAX)) paintArrow(pen, row)
    }
    const row = this.selected === null ? -1 : store.rowOf(this.selected)
    if (row >= 0) paintArrow(pen, row, true)
    paintMarks(over, look.slot)
    paintHeld(over, this.ingest.held.values(), laneOf)
    if (level === 1) paintLabels(over, rows, laneOf)
    if (this.badge !== '') paintBadge(ctx, layout, palette, this.badge)
    return done
  }

  private paintTiles(
    ctx: Ctx,
    palette: Palette,
    level: Level,
    count: number,
    deadlineMs: number,
  ): boolean {
    const { layout, view, scale, look } = this
    const msPerPx = this.msPerPx()
    const lanes = layout.lanes.join()
    // In steps: other neighbours must not mean that every tile is painted anew.
    const alpha = Math.round(lineAlpha(count / layout.width) * 5) / 5
    const style = {
      ...{ layout, palette, scale, msPerPx, level },
      colour: look.colour,
      alpha,
      test: this.matches.test,
      shift: this.shift,
      signature: [
        ...[msPerPx.toPrecision(9), layout.height, scale, lanes, level, alpha],
        ...[this.paletteVersion, this.matches.version, look.colour, this.shift.version],
      ].join(' '),
    }
    const late = (): boolean => this.parts.nowMs() >= deadlineMs
    return this.tiles.paint(style, view.fromMs, view.toMs, late, (surface, x) => {
      // On whole pixels of the screen: a picture between them would be blurred.
      const left = Math.round(x * scale) / scale
      ctx.drawImage(surface, left, 0, surface.width / scale, surface.height / scale)
    })
  }

  private rowsShown(count: number): number[] {
    const rows: number[] = []
    const { test } = this.matches
    if (count > ROWS_SHOWN_MAX) return rows
    drawnWithin(this.store, this.shift, this.view.fromMs, this.view.toMs, (row) => {
      if (rows.length < ROWS_SHOWN_MAX && (test === null || test(row))) rows.push(row)
    })
    return rows
  }

  private answer(question: Question): Answer {
    const { store, matches } = this
    switch (question.what) {
      case 'hit':
        return { what: 'serial', serial: this.hit(question.x, question.y) }
      case 'walk':
        return { what: 'serial', serial: this.walk(question.direction) }
      case 'details': {
        const row = store.rowOf(question.serial)
        const details = row < 0 ? null : detailsOf(store, this.book, row, this.view, this.shift)
        return { what: 'details', details }
      }
      case 'statistics': {
        const { fromMs, toMs } = question
        const range = { fromMs, toMs }
        const found = rangeStatistics(store, this.book, this.members, range, matches.test)
        return { what: 'statistics', statistics: found }
      }
      case 'extent':
        return { what: 'extent', range: matches.extent() }
      case 'csv':
        return { what: 'csv', ...csvOfRange(store, question, matches.test) }
      case 'rows': {
        const { from } = question
        const rows = matches.rows().subarray(from, from + Math.min(ROWS_MAX, question.count))
        return { what: 'rows', from, lines: Array.from(rows, (row) => lineOf(store, row)) }
      }
      case 'clocks': {
        const estimate = estimateClocks(question.members, evidenceOf(store))
        return { what: 'clocks', estimate }
      }
      case 'fence':
        return { what: 'fence' }
      case 'place':
        return { what: 'place', place: placeIn(store, matches.rows(), question) }
    }
  }

  private hit(x: number, y: number): number | null {
    if (this.summary.level === 3) return null
    const window = { fromMs: this.view.fromMs, toMs: this.view.toMs }
    const laneOf = laneIndex(this.layout.lanes)
    const place = { layout: this.layout, window, store: this.store, laneOf, shift: this.shift }
    const row = hitTest(place, x, y, this.matches.test)
    return row < 0 ? null : this.store.serialOf(row)
  }

  private walk(direction: -1 | 1): number | null {
    const row = this.selected === null ? -1 : this.store.rowOf(this.selected)
    if (row < 0) return null
    const chain = direction === -1 ? causesOf(this.store, row) : effectsOf(this.store, row)
    const [next] = chain.rows
    return next === undefined ? null : this.store.serialOf(next)
  }
}
